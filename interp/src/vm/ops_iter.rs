//! Iteration, generators, coroutines.

use super::Step;
use super::call::{Flow, begin};
use super::generator::{already_running, enter_send, note_delegate};
use super::run::cx::{Cx, Pc, known, word_at, word_value};
use super::run::ret::{Action, ret};
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::async_generator::{begin_step, step_failed};
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::builtins::iter_next::next_pair;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// `GetIter`
pub fn op_get_iter(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    if v.shape_id() == ids::GENERATOR {
        cx.set(cx.a(), v);
        return Ok(cx.after(1));
    }
    if v.shape_id() >= ids::FIRST_DYNAMIC {
        let name = vm.names.__iter__;
        if let Some(m) = vm.lookup_special(v, name)
            && m.kind() == Some(Kind::Function)
        {
            return match begin(vm, m, &[v], None, ret(Action::Iter, 1, cx.a(), 0))? {
                Flow::Entered(pc) => Ok(pc),
                Flow::Done(it) => {
                    if !vm.is_iterator(it) {
                        let name = vm.type_name(it);
                        return Err(
                            vm.type_error(format!("iter() returned non-iterator of type '{name}'"))
                        );
                    }
                    cx.set(cx.a(), it);
                    Ok(cx.after(1))
                }
            };
        }
    }
    let it = vm.iter(v)?;
    cx.set(cx.a(), it);
    Ok(cx.after(1))
}

/// `ForIter`
pub fn op_for_iter(vm: &mut Vm, cx: Cx) -> Step {
    let it = cx.reg(cx.b());
    if it.shape_id() == ids::GENERATOR
        && let Some(g) = it.cast::<PyGenerator>()
    {
        return match g.state.get() {
            GenState::Closed => Ok(cx.ext_target()),
            GenState::Running => Err(already_running(vm, g)),
            _ => enter_send(vm, g, Value::NONE, ret(Action::ForIter, 2, cx.a(), 0)),
        };
    }
    if it.kind() == Some(Kind::Native)
        && vm.type_of(it).has(tflag::IMMUTABLE)
        && let Some(native) = it.cast::<Native>()
        && let Some(step) = Native::step(native, vm)
    {
        return Ok(match step? {
            Some(v) => {
                cx.set(cx.a(), v);
                cx.after(2)
            }
            None => cx.ext_target(),
        });
    }
    if it.shape_id() >= ids::FIRST_DYNAMIC {
        let name = vm.names.__next__;
        if let Some(m) = vm.lookup_special(it, name)
            && m.kind() == Some(Kind::Function)
            && let Flow::Entered(pc) =
                begin(vm, m, &[it], None, ret(Action::ForIter, 2, cx.a(), 0))?
        {
            return Ok(pc);
        }
    }
    if it.kind() == Some(Kind::Channel) {
        return for_received(vm, cx, it);
    }
    if let Some(step) = super::soft::for_iter(vm, cx, it)? {
        return step;
    }
    if let Some(to) = unpacked_pair(cx)
        && let Some(pair) = next_pair(vm, it)
    {
        return Ok(match pair? {
            Some((x, y)) => {
                cx.set(to, x);
                cx.set(to + 1, y);
                cx.after(3)
            }
            None => cx.ext_target(),
        });
    }
    match vm.next(it)? {
        Some(v) => {
            cx.set(cx.a(), v);
            Ok(cx.after(2))
        }
        None => Ok(cx.ext_target()),
    }
}

/// `ForIter` over a channel: the tasklet may have to wait here.
fn for_received(vm: &mut Vm, cx: Cx, channel: Value) -> Step {
    let name = vm.names.__next__;
    let Some(next) = vm.lookup_special(channel, name) else {
        let name = vm.type_name(channel);
        return Err(vm.type_error(format!("'{name}' object is not an iterator")));
    };
    let word = ret(Action::ForIter, 2, cx.a(), 0);
    match begin(vm, next, &[channel], None, word) {
        Ok(Flow::Entered(pc)) => Ok(pc),
        Ok(Flow::Done(v)) => {
            cx.set(cx.a(), v);
            Ok(cx.after(2))
        }
        Err(_) if vm.clear_raised_if(ids::STOP_ITERATION) => Ok(cx.ext_target()),
        Err(r) => Err(r),
    }
}

/// Where the next instruction puts the two halves of the item, if it takes apart what a `ForIter` gave and nothing else can see
/// it: then no tuple need be made.
#[inline(always)]
pub fn unpacked_pair(cx: Cx) -> Option<usize> {
    let next = word_at(cx.after(2));
    let unpacks = next.opcode() == Op::UnpackSeq as u8
        && next.b() as usize == cx.a()
        && next.c() == 2
        && cx.a() >= known(&cx.code().varnames).len();
    unpacks.then(|| next.a() as usize)
}

/// `GetYieldFromIter`
pub fn op_get_yield_from_iter(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let flags = cx.code().flags.get();
    let it = match v.shape_id() {
        ids::GENERATOR => v,
        ids::COROUTINE if flags & 0x180 != 0 => v,
        ids::COROUTINE => {
            return Err(vm.type_error(
                "cannot 'yield from' a coroutine object in a non-coroutine generator",
            ));
        }
        _ => vm.iter(v)?,
    };
    cx.set(cx.a(), it);
    Ok(cx.after(1))
}

/// `Send`
pub fn op_send(vm: &mut Vm, cx: Cx) -> Step {
    let (it, v) = (cx.reg(cx.b()), cx.reg(cx.c()));
    if matches!(it.shape_id(), ids::GENERATOR | ids::COROUTINE)
        && let Some(g) = it.cast::<PyGenerator>()
    {
        match g.state.get() {
            GenState::Running => return Err(already_running(vm, g)),
            GenState::Created if !v.is_none() => {
                let what = if it.shape_id() == ids::COROUTINE {
                    "coroutine"
                } else {
                    "generator"
                };
                return Err(vm.type_error(format!(
                    "can't send non-None value to a just-started {what}"
                )));
            }
            GenState::Closed if it.shape_id() == ids::COROUTINE => {
                return Err(vm.runtime_error("cannot reuse already awaited coroutine"));
            }
            GenState::Closed => {
                cx.set(cx.a(), Value::NONE);
                return Ok(cx.ext_target());
            }
            _ => return enter_send(vm, g, v, ret(Action::Send, 2, cx.a(), 0)),
        }
    }
    if !vm.tracing.get()
        && let Some((g, v)) = begin_step(it, v)
    {
        let entered = enter_send(vm, g, v, ret(Action::AsyncSend, 2, cx.a(), 0));
        if entered.is_err() {
            step_failed(vm, it);
        }
        return entered;
    }
    let r = if v.is_none() {
        let name = vm.names.__next__;
        match vm.lookup_special(it, name) {
            Some(m) => vm.call_bound_special(m, it, &[]),
            None => {
                let name = vm.type_name(it);
                Err(vm.type_error(format!("'{name}' object is not an iterator")))
            }
        }
    } else {
        vm.call_method(it, "send", &[v])
    };
    match r {
        Ok(y) => {
            cx.set(cx.a(), y);
            Ok(cx.after(2))
        }
        Err(r) => {
            if !vm.raised_is(ids::STOP_ITERATION) {
                return Err(r);
            }
            let e = vm.raised.get();
            if vm.tracing.get() {
                super::trace::raised(vm);
                if vm.raised.get() != e {
                    return Err(Raised);
                }
            }
            vm.take_raised();
            cx.set(cx.a(), stop_value(e));
            Ok(cx.ext_target())
        }
    }
}

/// `StopIteration.value`
pub fn stop_value(e: Value) -> Value {
    match e.cast::<PyException>() {
        Some(e) => e.field(0).non_null().unwrap_or_else(|| {
            e.args
                .expect()
                .items()
                .first()
                .copied()
                .unwrap_or(Value::NONE)
        }),
        None => Value::NONE,
    }
}

/// `Yield`
pub fn op_yield(vm: &mut Vm, cx: Cx) -> Step {
    let mut v = cx.reg(cx.b());
    if cx.insn.x() & 1 != 0 {
        v = PyWrapper::new(vm, ids::ASYNC_GEN_WRAPPED, v, Value::NULL, Value::NULL).value();
    }
    if let Some(g) =
        word_value(super::run::cx::header_word(cx.fp, at::GENERATOR)).cast::<PyGenerator>()
    {
        let delegate = if cx.insn.x() & 2 != 0 {
            cx.reg(cx.c())
        } else {
            Value::NULL
        };
        note_delegate(g, cx.insn, delegate);
    }
    Ok(super::unwind::yield_value(vm, cx, v))
}

/// `GetAwaitable`
pub fn op_get_awaitable(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let name = vm.names.__await__;
    if let Some(step) = begin_special(vm, cx, v, name, "get_awaitable")? {
        return Ok(step);
    }
    let it = awaitable(vm, v, cx.insn.x())?;
    cx.set(cx.a(), it);
    Ok(cx.after(1))
}

/// Begins a special method written in Python that a function of `_skein_soft` calls and checks. `None`: as any.
fn begin_special(
    vm: &mut Vm,
    cx: Cx,
    v: Value,
    name: Ref<PyStr>,
    by: &'static str,
) -> PyResult<Option<Pc>> {
    if v.shape_id() < ids::FIRST_DYNAMIC || !super::soft::ready(vm) {
        return Ok(None);
    }
    let method = vm.lookup_special(v, name);
    let Some(m) = method.filter(|m| m.kind() == Some(Kind::Function)) else {
        return Ok(None);
    };
    let word = ret(Action::Store, 1, cx.a(), 0);
    let flow = super::soft::begin_named(vm, by, &[m, v], word)?;
    Ok(flow.map(|flow| super::call::store(cx, flow, cx.a(), 1)))
}

/// The iterator behind an awaitable.
pub fn awaitable(vm: &mut Vm, v: Value, context: u8) -> PyResult {
    if v.shape_id() == ids::COROUTINE {
        if let Some(g) = v.cast::<PyGenerator>()
            && g.state.get() == GenState::Suspended
            && !g.delegate.get().is_null()
        {
            return Err(vm.runtime_error("coroutine is being awaited already"));
        }
        return Ok(v);
    }
    if v.shape_id() == ids::GENERATOR
        && let Some(g) = v.cast::<PyGenerator>()
        && g.code.expect().flags.get() & 0x100 != 0
    {
        return Ok(v);
    }
    let name = vm.names.__await__;
    let Some(m) = vm.lookup_special(v, name) else {
        let name = vm.type_name(v);
        return Err(match context {
            1 => vm.type_error(format!("'async with' received an object from __aenter__ that does not implement __await__: {name}")),
            2 => vm.type_error(format!("'async with' received an object from __aexit__ that does not implement __await__: {name}")),
            _ => vm.type_error(format!("'{name}' object can't be awaited")),
        });
    };
    let it = vm.call_bound_special(m, v, &[])?;
    check_awaited(vm, it)
}

/// What `__await__()` gave must be an iterator, and no coroutine.
pub fn check_awaited(vm: &mut Vm, it: Value) -> PyResult {
    if it.shape_id() == ids::COROUTINE {
        return Err(vm.type_error("__await__() returned a coroutine"));
    }
    if !vm.is_iterator(it) {
        let name = vm.type_name(it);
        return Err(vm.type_error(format!(
            "__await__() returned non-iterator of type '{name}'"
        )));
    }
    Ok(it)
}

/// `GetAIter`
pub fn op_get_aiter(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let name = vm.names.__aiter__;
    if let Some(step) = begin_special(vm, cx, v, name, "get_aiter")? {
        return Ok(step);
    }
    let Some(it) = vm.call_special(v, name, &[])? else {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!(
            "'async for' requires an object with __aiter__ method, got {name}"
        )));
    };
    let it = check_aiter(vm, it)?;
    cx.set(cx.a(), it);
    Ok(cx.after(1))
}

/// What `__aiter__()` gave must have `__anext__()`.
pub fn check_aiter(vm: &mut Vm, it: Value) -> PyResult {
    let next = vm.names.__anext__;
    if vm.lookup_special(it, next).is_none() {
        let name = vm.type_name(it);
        return Err(vm.type_error(format!("'async for' received an object from __aiter__ that does not implement __anext__: {name}")));
    }
    Ok(it)
}

/// `GetANext`
pub fn op_get_anext(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let name = vm.names.__anext__;
    let Some(a) = vm.call_special(v, name, &[])? else {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!(
            "'async for' requires an iterator with __anext__ method, got {name}"
        )));
    };
    let it = if a.shape_id() == ids::ASYNC_GEN_ASEND {
        a
    } else {
        match awaitable(vm, a, 0) {
            Ok(it) => it,
            Err(_) => {
                let cause = vm.take_raised();
                let name = vm.type_name(a);
                let r = vm.type_error(format!(
                    "'async for' received an invalid object from __anext__: {name}"
                ));
                if let Some(e) = vm.raised.get().cast::<PyException>() {
                    e.cause.set(e, cause);
                    e.context.set(e, cause);
                    e.suppress_context.set(true);
                }
                return Err(r);
            }
        }
    };
    cx.set(cx.a(), it);
    Ok(cx.after(1))
}

/// `EndAsyncFor`
pub fn op_end_async_for(vm: &mut Vm, cx: Cx) -> Step {
    let e = cx.reg(cx.a());
    if vm.is_instance_of(e, ids::STOP_ASYNC_ITERATION) {
        return Ok(cx.target());
    }
    super::ops_exc::reraise(vm, e)
}

/// `CleanupThrow`
pub fn op_cleanup_throw(vm: &mut Vm, cx: Cx) -> Step {
    let e = cx.reg(cx.b());
    if vm.is_instance_of(e, ids::STOP_ITERATION) {
        cx.set(cx.a(), stop_value(e));
        return Ok(cx.ext_target());
    }
    super::ops_exc::reraise(vm, e)
}
