//! Exceptions and intrinsics.

use super::Step;
use super::run::cx::Cx;
use skein_compiler::bytecode::ops::Intrinsic;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::prelude::*;

/// An exception object from what stands in a `raise` statement.
fn exception_from(vm: &mut Vm, v: Value) -> PyResult {
    if v.is::<PyException>() {
        return Ok(v);
    }
    if let Some(ty) = v.cast::<PyType>()
        && ty.is_subtype(vm.builtin_type(ids::BASE_EXCEPTION))
    {
        let e = vm.call(v, &[])?;
        if e.is::<PyException>() {
            return Ok(e);
        }
        let (t, r) = (vm.repr_text(v)?, vm.repr_text(vm.type_of(e).value())?);
        return Err(vm.type_error(format!(
            "calling {t} should have returned an instance of BaseException, not {r}"
        )));
    }
    Err(vm.type_error("exceptions must derive from BaseException"))
}

/// `Raise`
pub fn op_raise(vm: &mut Vm, cx: Cx) -> Step {
    if cx.insn.x() == 0 {
        let e = vm.handled_exception();
        if e.is_null() {
            return Err(vm.runtime_error("No active exception to reraise"));
        }
        return reraise(vm, e);
    }
    let e = exception_from(vm, cx.reg(cx.a()))?;
    if cx.insn.x() == 2
        && let Some(x) = e.cast::<PyException>()
    {
        let cause = cx.reg(cx.b());
        if cause.is_none() {
            x.cause.set_unbarriered(Value::NULL);
        } else {
            let ok = cause.is::<PyException>()
                || cause
                    .cast::<PyType>()
                    .is_some_and(|t| t.is_subtype(vm.builtin_type(ids::BASE_EXCEPTION)));
            if !ok {
                return Err(vm.type_error("exception causes must derive from BaseException"));
            }
            let c = exception_from(vm, cause)?;
            x.cause.set(x, c);
        }
        x.suppress_context.set(true);
    }
    Err(vm.raise_value(e))
}

/// Raises again without a new traceback entry for this frame.
pub fn reraise(vm: &mut Vm, e: Value) -> Step {
    // Only foreign code can have something else there.
    if !e.is::<PyException>() {
        return Err(vm.system_error("bad exception to raise again"));
    }
    vm.reraise_value(e);
    Ok(super::unwind::unwind_from(vm, false))
}

/// `Reraise`
pub fn op_reraise(vm: &mut Vm, cx: Cx) -> Step {
    reraise(vm, cx.reg(cx.a()))
}

/// `PushExc`
pub fn op_push_exc(vm: &mut Vm, cx: Cx) -> Step {
    let old = push_handled(vm, cx.reg(cx.b()));
    cx.set(cx.a(), old);
    Ok(cx.after(1))
}

/// Makes `e` the handled exception of this level; gives the one before it (or `NULL`).
pub fn push_handled(vm: &mut Vm, e: Value) -> Value {
    match vm.handled_top.get().cast::<PyGenerator>() {
        Some(g) => {
            let old = g.handled.get();
            g.handled.set(g, e);
            old
        }
        None => {
            let old = vm.handled.get();
            vm.handled.set(e);
            old
        }
    }
}

/// `PopExc`
pub fn op_pop_exc(vm: &mut Vm, cx: Cx) -> Step {
    restore_handled(vm, cx.reg(cx.a()));
    Ok(cx.after(1))
}

/// Makes `e` (or nothing, for `NULL`) the handled exception of this level.
pub fn restore_handled(vm: &mut Vm, e: Value) {
    match vm.handled_top.get().cast::<PyGenerator>() {
        Some(g) => g.handled.set(g, e),
        None => vm.handled.set(e),
    }
}

fn check_exception_class(vm: &mut Vm, v: Value) -> PyResult<()> {
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    let ok = |v: Value| v.cast::<PyType>().is_some_and(|t| t.is_subtype(base));
    let fine = match v.cast::<PyTuple>() {
        Some(t) => t.items().iter().all(|c| ok(*c)),
        None => ok(v),
    };
    if fine {
        Ok(())
    } else {
        Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed"))
    }
}

/// `ExcMatch`
pub fn op_exc_match(vm: &mut Vm, cx: Cx) -> Step {
    let (e, c) = (cx.reg(cx.b()), cx.reg(cx.c()));
    check_exception_class(vm, c)?;
    let ty = vm.type_of(e);
    let matches = match c.cast::<PyTuple>() {
        Some(t) => t
            .items()
            .iter()
            .any(|c| c.cast::<PyType>().is_some_and(|c| ty.is_subtype(c))),
        None => c.cast::<PyType>().is_some_and(|c| ty.is_subtype(c)),
    };
    cx.set(cx.a(), Value::bool(matches));
    Ok(cx.after(1))
}

/// `ExcGroupMatch`
pub fn op_exc_group_match(vm: &mut Vm, cx: Cx) -> Step {
    let (e, c) = (cx.reg(cx.b()), cx.reg(cx.c()));
    let (matched, rest) = crate::groups::group_match(vm, e, c)?;
    cx.set(cx.a(), matched);
    cx.set(cx.a() + 1, rest);
    Ok(cx.after(1))
}

/// `PrepReraiseStar`
pub fn op_prep_reraise_star(vm: &mut Vm, cx: Cx) -> Step {
    let v = crate::groups::prep_reraise_star(vm, cx.reg(cx.b()), cx.reg(cx.c()))?;
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// `ExcTriple`
pub fn op_exc_triple(vm: &mut Vm, cx: Cx) -> Step {
    let e = cx.reg(cx.b());
    cx.set(cx.a(), vm.type_of(e).value());
    cx.set(cx.a() + 1, e);
    let tb = e
        .cast::<PyException>()
        .map_or(Value::NULL, |e| e.traceback.get());
    cx.set(cx.a() + 2, tb.non_null().unwrap_or(Value::NONE));
    Ok(cx.after(1))
}

/// `CallIntrinsic`
pub fn op_call_intrinsic(vm: &mut Vm, cx: Cx) -> Step {
    let b = cx.b();
    let Some(which) = Intrinsic::ALL.get(cx.c()) else {
        return Err(vm.system_error("unknown intrinsic"));
    };
    let v = match which {
        Intrinsic::Print => {
            let sys = vm.sys.get().cast::<PyDict>();
            let Some(hook) = sys.and_then(|d| d.get_text(vm, "displayhook")) else {
                return Err(vm.runtime_error("lost sys.displayhook"));
            };
            vm.call(hook, &[cx.reg(b)])?
        }
        Intrinsic::StopIterationError => stop_iteration_error(vm, cx)?,
        _ => crate::typevars::intrinsic(vm, *which, cx.regs(b, 3))?,
    };
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// PEP 479: a StopIteration that leaves a generator becomes RuntimeError.
fn stop_iteration_error(vm: &mut Vm, cx: Cx) -> PyResult {
    let e = cx.reg(cx.b());
    let flags = cx.code().flags.get();
    let message = if vm.is_instance_of(e, ids::STOP_ITERATION) {
        if flags & 0x200 != 0 {
            "async generator raised StopIteration"
        } else if flags & 0x80 != 0 {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if flags & 0x200 != 0 && vm.is_instance_of(e, ids::STOP_ASYNC_ITERATION) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(e);
    };
    vm.runtime_error(message);
    let r = vm.take_raised();
    if let Some(x) = r.cast::<PyException>() {
        x.cause.set(x, e);
        x.context.set(x, e);
        x.suppress_context.set(true);
    }
    Ok(r)
}
