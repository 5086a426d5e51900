//! The awaitables of asynchronous generators: `asend()`, `athrow()`, `aclose()` (PEP 525).
//!
//! Both are `PyIter`s: `a` is the generator, `b` the value to send, or the exception to throw (`NULL` for `aclose`),
//! `index` the state. A value that the generator yields arrives wrapped (`async_generator_wrapped_value`) and ends the
//! awaitable with `StopIteration(value)`; anything else comes from an inner `await` and is passed on.

use super::generator::{GenState, PyGenerator};
use super::generator_methods::{generator, resume, throw_into, thrown_exception, warn_throw};
use crate::error::Raised;
use crate::prelude::*;

const INIT: i64 = 0;
const ITER: i64 = 1;
const CLOSED: i64 = 2;

/// Runs the hooks of `sys.set_asyncgen_hooks` at the first iteration.
pub fn init_hooks(vm: &mut Vm, v: Value) -> PyResult<Ref<PyGenerator>> {
    let g = generator(vm, v)?;
    if g.hooks_inited.get() {
        return Ok(g);
    }
    g.hooks_inited.set(true);
    if let Some(f) = vm
        .state_get("sys.asyncgen_finalizer")
        .filter(|f| !f.is_none())
    {
        g.extra.set(g, f);
    }
    if let Some(f) = vm
        .state_get("sys.asyncgen_firstiter")
        .filter(|f| !f.is_none())
    {
        vm.call(f, &[v])?;
    }
    Ok(g)
}

/// `async_generator.__anext__`
pub fn anext(vm: &mut Vm, args: &[Value]) -> PyResult {
    init_hooks(vm, args[0])?;
    Ok(PyIter::new(vm, ids::ASYNC_GEN_ASEND, args[0], Value::NONE, INIT, 0, 0).value())
}

/// `async_generator.asend`
pub fn asend(vm: &mut Vm, args: &[Value]) -> PyResult {
    init_hooks(vm, args[0])?;
    Ok(PyIter::new(vm, ids::ASYNC_GEN_ASEND, args[0], args[1], INIT, 0, 0).value())
}

/// `async_generator.athrow`
pub fn athrow(vm: &mut Vm, args: &[Value]) -> PyResult {
    warn_throw(vm, args[2])?;
    init_hooks(vm, args[0])?;
    let given = vm.new_tuple(&[
        args[1],
        args[2].non_null().unwrap_or(Value::NONE),
        args[3].non_null().unwrap_or(Value::NONE),
    ]);
    Ok(PyIter::new(vm, ids::ASYNC_GEN_ATHROW, args[0], given, INIT, 0, 0).value())
}

/// `async_generator.aclose`
pub fn aclose(vm: &mut Vm, args: &[Value]) -> PyResult {
    init_hooks(vm, args[0])?;
    Ok(PyIter::new(vm, ids::ASYNC_GEN_ATHROW, args[0], Value::NULL, INIT, 0, 0).value())
}

fn parts(vm: &mut Vm, v: Value) -> PyResult<(Ref<PyIter>, Ref<PyGenerator>)> {
    if let Some(o) = v.cast::<PyIter>()
        && let Some(g) = o.a.get().cast::<PyGenerator>()
    {
        return Ok((o, g));
    }
    Err(vm.wrong_self("send", "async_generator_asend", v))
}

/// A step's outcome: what was yielded (wrapped or not); the end of the generator is StopAsyncIteration.
fn outcome(vm: &mut Vm, step: PyResult<GenStep>) -> PyResult {
    match step? {
        GenStep::Yielded(v) => Ok(v),
        GenStep::Returned(_) => Err(vm.raise_with(ids::STOP_ASYNC_ITERATION, &[])),
    }
}

/// The value inside a wrapped one.
fn wrapped(v: Value) -> Option<Value> {
    match v.cast::<PyWrapper>() {
        Some(w) if w.shape_id() == ids::ASYNC_GEN_WRAPPED => Some(w.a.get()),
        _ => None,
    }
}

fn ended(vm: &Vm) -> bool {
    vm.raised_is(ids::STOP_ASYNC_ITERATION) || vm.raised_is(ids::GENERATOR_EXIT)
}

/// Passes on what an inner `await` yields; a yielded value or the end finishes the awaitable.
fn unwrap_value(vm: &mut Vm, g: Ref<PyGenerator>, result: PyResult) -> PyResult {
    match result {
        Ok(v) => match wrapped(v) {
            Some(inner) => {
                g.ag_running.set(false);
                Err(stop_with(vm, inner))
            }
            None => Ok(v),
        },
        Err(r) => {
            if ended(vm) {
                g.ag_closed.set(true);
            }
            g.ag_running.set(false);
            Err(r)
        }
    }
}

/// `StopIteration(value)` with the value as it is.
fn stop_with(vm: &mut Vm, v: Value) -> Raised {
    vm.stop_iteration(v)
}

fn reuse(vm: &mut Vm, what: &str) -> Raised {
    vm.runtime_error(format!("cannot reuse already awaited {what}"))
}

fn running(vm: &mut Vm, o: Ref<PyIter>, what: &str) -> Raised {
    o.index.set(CLOSED);
    vm.runtime_error(format!("{what}: asynchronous generator is already running"))
}

fn asend_send(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (o, g) = parts(vm, args[0])?;
    let mut v = args[1];
    match o.index.get() {
        CLOSED => return Err(reuse(vm, "__anext__()/asend()")),
        INIT => {
            if g.ag_running.get() {
                return Err(running(vm, o, "anext()"));
            }
            if v.is_none() {
                v = o.b.get();
            }
            o.index.set(ITER);
        }
        _ => {}
    }
    g.ag_running.set(true);
    let step = resume(vm, g, Resume::Send, v);
    let result = outcome(vm, step);
    close_on_error(vm, o, g, result)
}

fn close_on_error(vm: &mut Vm, o: Ref<PyIter>, g: Ref<PyGenerator>, result: PyResult) -> PyResult {
    let r = unwrap_value(vm, g, result);
    if r.is_err() {
        o.index.set(CLOSED);
    }
    r
}

/// Begins a step of what `asend()` or `__anext__()` gave: the generator to resume, and with what; [`step_yielded`] or
/// [`step_failed`] follows. `None`, and nothing was done: not one of them, or `send` raises.
pub fn begin_step(awaitable: Value, v: Value) -> Option<(Ref<PyGenerator>, Value)> {
    if awaitable.shape_id() != ids::ASYNC_GEN_ASEND {
        return None;
    }
    let o = awaitable.cast::<PyIter>()?;
    let g = o.a.get().cast::<PyGenerator>()?;
    let v = match o.index.get() {
        INIT if g.ag_running.get() => return None,
        INIT if v.is_none() => o.b.get(),
        CLOSED => return None,
        _ => v,
    };
    match g.state.get() {
        GenState::Created if v.is_none() => {}
        GenState::Suspended => {}
        _ => return None,
    }
    o.index.set(ITER);
    g.ag_running.set(true);
    Some((g, v))
}

/// The generator yielded `v` in a step: `Some` is the result of the awaitable, `None`: `v` comes from an inner `await`.
pub fn step_yielded(awaitable: Value, v: Value) -> Option<Value> {
    let inner = wrapped(v)?;
    end_step(awaitable);
    Some(inner)
}

/// The generator ended a step with the exception in flight.
pub fn step_failed(vm: &Vm, awaitable: Value) {
    if let Some(g) = end_step(awaitable)
        && ended(vm)
    {
        g.ag_closed.set(true);
    }
}

fn end_step(awaitable: Value) -> Option<Ref<PyGenerator>> {
    let o = awaitable.cast::<PyIter>()?;
    let g = o.a.get().cast::<PyGenerator>()?;
    g.ag_running.set(false);
    o.index.set(CLOSED);
    Some(g)
}

fn asend_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    asend_send(vm, &[args[0], Value::NONE])
}

/// `throw()` of both awaitables up to the step of the generator: `what` they are, and what starting them is called.
fn throw_step(
    vm: &mut Vm,
    args: &[Value],
    what: &str,
    starting: fn(Ref<PyIter>) -> &'static str,
) -> PyResult<(Ref<PyIter>, Ref<PyGenerator>, PyResult)> {
    let (o, g) = parts(vm, args[0])?;
    match o.index.get() {
        CLOSED => return Err(reuse(vm, what)),
        INIT => {
            if g.ag_running.get() {
                return Err(running(vm, o, starting(o)));
            }
            o.index.set(ITER);
            g.ag_running.set(true);
        }
        _ => {}
    }
    let e = thrown_exception(vm, args[1], args[2], args[3])?;
    let step = throw_into(vm, g, e, false);
    Ok((o, g, outcome(vm, step)))
}

fn asend_throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (o, g, result) = throw_step(vm, args, "__anext__()/asend()", |_| "anext()")?;
    close_on_error(vm, o, g, result)
}

/// `close()` of both awaitables.
fn close_with(vm: &mut Vm, v: Value, throw: fn(&mut Vm, &[Value]) -> PyResult) -> PyResult {
    let (o, _) = parts(vm, v)?;
    if o.index.get() == CLOSED {
        return Ok(Value::NONE);
    }
    let ty = vm.builtin_type(ids::GENERATOR_EXIT).value();
    match throw(vm, &[v, ty, Value::NULL, Value::NULL]) {
        Ok(_) => Err(vm.runtime_error("coroutine ignored GeneratorExit")),
        Err(r) => {
            if ended(vm) || vm.raised_is(ids::STOP_ITERATION) {
                vm.take_raised();
                return Ok(Value::NONE);
            }
            Err(r)
        }
    }
}

fn asend_close(vm: &mut Vm, args: &[Value]) -> PyResult {
    close_with(vm, args[0], asend_throw)
}

fn athrow_name(o: Ref<PyIter>) -> &'static str {
    if o.b.get().is_null() {
        "aclose()"
    } else {
        "athrow()"
    }
}

fn athrow_send(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (o, g) = parts(vm, args[0])?;
    let closing = o.b.get().is_null();
    match o.index.get() {
        CLOSED => Err(reuse(vm, "aclose()/athrow()")),
        _ if g.state.get() == GenState::Closed => {
            o.index.set(CLOSED);
            Err(vm.stop_iteration(Value::NONE))
        }
        INIT => {
            begin_athrow(vm, o, g, args[1])?;
            let e = if closing {
                g.ag_closed.set(true);
                let ty = vm.builtin_type(ids::GENERATOR_EXIT).value();
                vm.call(ty, &[])
            } else {
                let given = o.b.get();
                let t = super::args::items(&given);
                thrown_exception(vm, t[0], t[1], t[2])
            };
            let step = match e {
                Ok(e) => throw_into(vm, g, e, false),
                Err(r) => Err(r),
            };
            let result = outcome(vm, step);
            athrow_result(vm, o, g, result)
        }
        _ => {
            let step = resume(vm, g, Resume::Send, args[1]);
            let result = outcome(vm, step);
            athrow_result(vm, o, g, result)
        }
    }
}

fn begin_athrow(vm: &mut Vm, o: Ref<PyIter>, g: Ref<PyGenerator>, v: Value) -> PyResult<()> {
    if g.ag_running.get() {
        let name = athrow_name(o);
        return Err(running(vm, o, name));
    }
    if g.ag_closed.get() {
        o.index.set(CLOSED);
        return Err(vm.raise_with(ids::STOP_ASYNC_ITERATION, &[]));
    }
    if !v.is_none() {
        return Err(vm.runtime_error("can't send non-None value to a just-started coroutine"));
    }
    o.index.set(ITER);
    g.ag_running.set(true);
    Ok(())
}

/// What a step of `athrow`/`aclose` gives: `aclose` refuses yielded values and takes the end for success.
fn athrow_result(vm: &mut Vm, o: Ref<PyIter>, g: Ref<PyGenerator>, result: PyResult) -> PyResult {
    if !o.b.get().is_null() {
        return close_on_error(vm, o, g, result);
    }
    match result {
        Ok(v) if wrapped(v).is_some() => {
            g.ag_running.set(false);
            o.index.set(CLOSED);
            Err(vm.runtime_error("async generator ignored GeneratorExit"))
        }
        Ok(v) => Ok(v),
        Err(r) => {
            g.ag_running.set(false);
            o.index.set(CLOSED);
            if ended(vm) {
                vm.take_raised();
                return Err(vm.stop_iteration(Value::NONE));
            }
            Err(r)
        }
    }
}

fn athrow_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    athrow_send(vm, &[args[0], Value::NONE])
}

fn athrow_throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (o, g, result) = throw_step(vm, args, "aclose()/athrow()", athrow_name)?;
    athrow_result(vm, o, g, result)
}

fn athrow_close(vm: &mut Vm, args: &[Value]) -> PyResult {
    close_with(vm, args[0], athrow_throw)
}

fn itself(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

const THROW_SIG: &str = "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)";

macro_rules! awaitable {
    ($name:ident, $id:ident, $next:ident, $send:ident, $throw:ident, $close:ident) => {
        /// An awaitable of asynchronous generators.
        pub static $name: TypeDef = TypeDef {
            id: ids::$id,
            doc: "",
            methods: &[
                slot("__await__", itself),
                slot("__iter__", itself),
                slot("__next__", $next),
                method(
                    "send",
                    $send,
                    "($self, value, /)",
                    "Send a value into the generator.",
                ),
                method(
                    "throw",
                    $throw,
                    THROW_SIG,
                    "Raise an exception in the generator.",
                ),
                method("close", $close, "($self, /)", "Close the awaitable."),
            ],
            getsets: &[],
        };
    };
}
awaitable!(
    ASEND,
    ASYNC_GEN_ASEND,
    asend_next,
    asend_send,
    asend_throw,
    asend_close
);
awaitable!(
    ATHROW,
    ASYNC_GEN_ATHROW,
    athrow_next,
    athrow_send,
    athrow_throw,
    athrow_close
);
