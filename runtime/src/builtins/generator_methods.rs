//! Methods of generators and coroutines, and resumption with the checks that Python sees.
//!
//! `throw` and `close` go to the innermost iterator of a `yield from` first, as PEP 380 says; what comes back is thrown
//! into the delegating generator, whose code turns `StopIteration` into the value of the `yield from`.

use super::frame_attrs::frame_object;
use super::generator::{GenState, PyGenerator};
use super::traceback::PyTraceback;
use crate::error::Raised;
use crate::prelude::*;
use crate::tasklet::stack::FRAME_WORDS;

/// The generator in `v`, or `TypeError` for a wrong receiver.
pub fn generator(vm: &mut Vm, v: Value) -> PyResult<Ref<PyGenerator>> {
    match v.cast() {
        Some(g) => Ok(g),
        None => Err(vm.wrong_self("send", "generator", v)),
    }
}

fn kind_name(g: Ref<PyGenerator>) -> &'static str {
    match g.shape_id() {
        ids::COROUTINE => "coroutine",
        ids::ASYNC_GENERATOR => "async generator",
        _ => "generator",
    }
}

fn already_running(vm: &mut Vm, g: Ref<PyGenerator>) -> Raised {
    let name = kind_name(g);
    vm.value_error(format!("{name} already executing"))
}

/// Resumes `g` after checking its state.
///
/// Errors: what the body raises; `ValueError` while it runs, `TypeError` for a value sent to a fresh one, `RuntimeError`
/// for a finished coroutine.
pub fn resume(vm: &mut Vm, g: Ref<PyGenerator>, how: Resume, v: Value) -> PyResult<GenStep> {
    match g.state.get() {
        GenState::Suspended => {}
        GenState::Running => return Err(already_running(vm, g)),
        GenState::Closed if g.shape_id() == ids::COROUTINE => {
            return Err(vm.runtime_error("cannot reuse already awaited coroutine"));
        }
        GenState::Closed if how == Resume::Send => return Ok(GenStep::Returned(Value::NONE)),
        GenState::Closed => return Err(vm.reraise_value(v)),
        GenState::Created if how == Resume::Send => {
            if !v.is_none() {
                let name = kind_name(g);
                return Err(vm.type_error(format!(
                    "can't send non-None value to a just-started {name}"
                )));
            }
        }
        GenState::Created => {}
    }
    (vm.hooks.resume)(vm, g, how, v)
}

/// The result of a step as `__next__` and `send` give it.
fn finish(vm: &mut Vm, step: GenStep) -> PyResult {
    match step {
        GenStep::Yielded(v) => Ok(v),
        GenStep::Returned(v) => Err(vm.stop_iteration(v)),
    }
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = generator(vm, args[0])?;
    let step = resume(vm, g, Resume::Send, Value::NONE)?;
    finish(vm, step)
}

fn send(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = generator(vm, args[0])?;
    let step = resume(vm, g, Resume::Send, args[1])?;
    finish(vm, step)
}

/// The exception that `throw(typ, val, tb)` means.
pub fn thrown_exception(vm: &mut Vm, typ: Value, val: Value, tb: Value) -> PyResult {
    if !tb.is_absent() && !tb.is::<PyTraceback>() {
        return Err(vm.type_error("throw() third argument must be a traceback object"));
    }
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    let e = if let Some(t) = typ.cast::<PyType>().filter(|t| t.is_subtype(base)) {
        let made = if val.is_absent() {
            vm.call(typ, &[])
        } else if vm.type_of(val).is_subtype(t) {
            Ok(val)
        } else if let Some(args) = val.cast::<PyTuple>() {
            vm.call(typ, args.items())
        } else {
            vm.call(typ, &[val])
        };
        // What goes wrong here is thrown instead.
        match made {
            Ok(e) if e.is::<PyException>() => e,
            Ok(other) => {
                let (t, r) = (vm.repr_text(typ)?, vm.repr_text(vm.type_of(other).value())?);
                vm.type_error(format!(
                    "calling {t} should have returned an instance of BaseException, not {r}"
                ));
                vm.take_raised()
            }
            Err(_) => vm.take_raised(),
        }
    } else if typ.is::<PyException>() {
        if !val.is_absent() {
            return Err(vm.type_error("instance exception may not have a separate value"));
        }
        typ
    } else {
        let actual = vm.type_name(typ);
        return Err(vm.type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {actual}"
        )));
    };
    if !e.is::<PyException>() {
        let (t, r) = (vm.repr_text(typ)?, vm.repr_text(vm.type_of(e).value())?);
        return Err(vm.type_error(format!(
            "calling {t} should have returned an instance of BaseException, not {r}"
        )));
    }
    if tb.is::<PyTraceback>() {
        super::exception_methods::set_traceback(vm, e, tb)?;
    }
    Ok(e)
}

/// `g.throw(e)`; with `close_delegate` a GeneratorExit closes what `g` delegates to.
pub fn throw_into(
    vm: &mut Vm,
    g: Ref<PyGenerator>,
    e: Value,
    close_delegate: bool,
) -> PyResult<GenStep> {
    let delegate = g.delegate.get();
    if g.state.get() != GenState::Suspended || delegate.is_null() {
        return resume(vm, g, Resume::Throw, e);
    }
    if close_delegate && vm.is_instance_of(e, ids::GENERATOR_EXIT) {
        let closed = while_running(g, || close_iterator(vm, delegate));
        let e = match closed {
            Ok(()) => e,
            Err(_) => vm.take_raised(),
        };
        return resume(vm, g, Resume::Throw, e);
    }
    let inner = delegate.cast::<PyGenerator>();
    let result = if let Some(inner) = inner.filter(|i| i.shape_id() != ids::ASYNC_GENERATOR) {
        while_running(g, || {
            let step = throw_into(vm, inner, e, close_delegate)?;
            finish(vm, step)
        })
    } else {
        let name = vm.names.throw;
        match vm.try_get_attr(delegate, name)? {
            Some(f) => while_running(g, || vm.call(f, &[e])),
            None => return resume(vm, g, Resume::Throw, e),
        }
    };
    match result {
        Ok(v) => Ok(GenStep::Yielded(v)),
        Err(_) => {
            let e = vm.take_raised();
            resume(vm, g, Resume::Throw, e)
        }
    }
}

/// Runs `f` with `g` marked as executing, so that re-entrance is noticed.
fn while_running<T>(g: Ref<PyGenerator>, f: impl FnOnce() -> T) -> T {
    g.state.set(GenState::Running);
    let r = f();
    g.state.set(GenState::Suspended);
    r
}

fn close_iterator(vm: &mut Vm, it: Value) -> PyResult<()> {
    if let Some(g) = it
        .cast::<PyGenerator>()
        .filter(|g| g.shape_id() != ids::ASYNC_GENERATOR)
    {
        return close_generator(vm, g).map(|_| ());
    }
    let name = vm.names.close;
    match vm.try_get_attr(it, name) {
        Ok(Some(f)) => vm.call(f, &[]).map(|_| ()),
        Ok(None) => Ok(()),
        Err(_) => (vm.hooks.intrinsic)(vm, "write_unraisable", &[it]).map(|_| ()),
    }
}

/// `g.close()`: the value that the body returned, if it did.
pub fn close_generator(vm: &mut Vm, g: Ref<PyGenerator>) -> PyResult {
    match g.state.get() {
        GenState::Closed => return Ok(Value::NONE),
        GenState::Created => {
            g.state.set(GenState::Closed);
            return Ok(Value::NONE);
        }
        GenState::Running => return Err(already_running(vm, g)),
        GenState::Suspended => {}
    }
    let ty = vm.builtin_type(ids::GENERATOR_EXIT).value();
    let e = vm.call(ty, &[])?;
    match throw_into(vm, g, e, true) {
        Ok(GenStep::Yielded(_)) => {
            let name = kind_name(g);
            Err(vm.runtime_error(format!("{name} ignored GeneratorExit")))
        }
        Ok(GenStep::Returned(v)) => Ok(v),
        Err(r) => {
            if vm.clear_raised_if(ids::GENERATOR_EXIT) || vm.clear_raised_if(ids::STOP_ITERATION) {
                return Ok(Value::NONE);
            }
            Err(r)
        }
    }
}

/// The old three-argument form of `throw` is deprecated.
pub fn warn_throw(vm: &mut Vm, val: Value) -> PyResult<()> {
    if val.is_null() {
        return Ok(());
    }
    vm.warn(
        ids::DEPRECATION_WARNING,
        "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
        1,
    )
}

fn throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = generator(vm, args[0])?;
    warn_throw(vm, args[2])?;
    let e = thrown_exception(vm, args[1], args[2], args[3])?;
    let step = throw_into(vm, g, e, true)?;
    finish(vm, step)
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = generator(vm, args[0])?;
    close_generator(vm, g)
}

fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = generator(vm, args[0])?;
    let text = format!(
        "<{} object {} at {:#x}>",
        vm.type_name(args[0]),
        super::str::lossy(g.qualname.get()),
        args[0].address()
    );
    Ok(vm.new_str(&text))
}

fn sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let size = args[0].header().map_or(0, |h| vm.heap.object_size(h));
    Ok(Value::from_usize(size))
}

fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    Ok(generator(vm, v)?.name.get())
}
fn set_name(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let g = generator(vm, v)?;
    if !new.is::<PyStr>() {
        return Err(vm.type_error("__name__ must be set to a string object"));
    }
    g.name.set(g, new);
    Ok(())
}
fn get_qualname(vm: &mut Vm, v: Value) -> PyResult {
    Ok(generator(vm, v)?.qualname.get())
}
fn set_qualname(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let g = generator(vm, v)?;
    if !new.is::<PyStr>() {
        return Err(vm.type_error("__qualname__ must be set to a string object"));
    }
    g.qualname.set(g, new);
    Ok(())
}
fn get_code(vm: &mut Vm, v: Value) -> PyResult {
    Ok(generator(vm, v)?.code.value())
}
fn get_running(vm: &mut Vm, v: Value) -> PyResult {
    let g = generator(vm, v)?;
    Ok(Value::bool(g.state.get() == GenState::Running))
}
fn get_suspended(vm: &mut Vm, v: Value) -> PyResult {
    let g = generator(vm, v)?;
    Ok(Value::bool(g.state.get() == GenState::Suspended))
}
fn get_delegate(vm: &mut Vm, v: Value) -> PyResult {
    let g = generator(vm, v)?;
    Ok(match g.state.get() {
        GenState::Suspended => g.delegate.get().non_null().unwrap_or(Value::NONE),
        _ => Value::NONE,
    })
}
fn get_origin(vm: &mut Vm, v: Value) -> PyResult {
    let g = generator(vm, v)?;
    Ok(g.extra.get().non_null().unwrap_or(Value::NONE))
}
fn get_ag_running(vm: &mut Vm, v: Value) -> PyResult {
    let g = generator(vm, v)?;
    Ok(Value::bool(g.ag_running.get()))
}

fn get_frame(vm: &mut Vm, v: Value) -> PyResult {
    let g = generator(vm, v)?;
    if g.state.get() == GenState::Closed {
        return Ok(Value::NONE);
    }
    if let Some(f) = g.frame.get().non_null() {
        return Ok(f);
    }
    let fp = g.frame_words().as_ptr() as usize + FRAME_WORDS * 8;
    let Some(frame) = crate::helpers::frame_at(fp as *mut u64) else {
        return Ok(Value::NONE);
    };
    let f = frame_object(vm, frame);
    g.frame.set(g, f.value());
    Ok(f.value())
}

const THROW_SIG: &str = "($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)";
const NAME: GetSetDef = getset("__name__", get_name, set_name, "name of the generator");
const QUALNAME: GetSetDef = getset(
    "__qualname__",
    get_qualname,
    set_qualname,
    "qualified name of the generator",
);

/// `generator`
pub static GENERATOR: TypeDef = TypeDef {
    id: ids::GENERATOR,
    doc: "",
    methods: &[
        slot("__iter__", iter_self),
        slot("__next__", next),
        method(
            "send",
            send,
            "($self, value, /)",
            "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration.",
        ),
        method(
            "throw",
            throw,
            THROW_SIG,
            "Raise exception in generator, return next yielded value or raise StopIteration.",
        ),
        method(
            "close",
            close,
            "($self, /)",
            "close() -> raise GeneratorExit inside generator.",
        ),
        slot("__repr__", repr),
        method(
            "__sizeof__",
            sizeof,
            "($self, /)",
            "gen.__sizeof__() -> size of gen in memory, in bytes",
        ),
        CLASS_GETITEM,
    ],
    getsets: &[
        NAME,
        QUALNAME,
        getter("gi_code", get_code, "code"),
        getter("gi_frame", get_frame, "frame, None once finished"),
        getter("gi_running", get_running, "is executing"),
        getter("gi_suspended", get_suspended, "is at a yield"),
        getter(
            "gi_yieldfrom",
            get_delegate,
            "object being iterated by yield from, or None",
        ),
    ],
};

fn coroutine_await(vm: &mut Vm, args: &[Value]) -> PyResult {
    generator(vm, args[0])?;
    let w = PyWrapper::new(
        vm,
        ids::COROUTINE_WRAPPER,
        args[0],
        Value::NULL,
        Value::NULL,
    );
    Ok(w.value())
}

/// `coroutine`
pub static COROUTINE: TypeDef = TypeDef {
    id: ids::COROUTINE,
    doc: "",
    methods: &[
        slot("__await__", coroutine_await),
        method(
            "send",
            send,
            "($self, value, /)",
            "send(value) -> send 'value' into coroutine,\nreturn next iterated value or raise StopIteration.",
        ),
        method(
            "throw",
            throw,
            THROW_SIG,
            "Raise exception in coroutine, return next iterated value or raise StopIteration.",
        ),
        method(
            "close",
            close,
            "($self, /)",
            "close() -> raise GeneratorExit inside coroutine.",
        ),
        slot("__repr__", repr),
        method(
            "__sizeof__",
            sizeof,
            "($self, /)",
            "size of the coroutine in memory, in bytes",
        ),
        CLASS_GETITEM,
    ],
    getsets: &[
        NAME,
        QUALNAME,
        getter("cr_code", get_code, "code"),
        getter("cr_frame", get_frame, "frame, None once finished"),
        getter("cr_running", get_running, "is executing"),
        getter("cr_suspended", get_suspended, "is at an await"),
        getter("cr_await", get_delegate, "object being awaited on, or None"),
        getter(
            "cr_origin",
            get_origin,
            "where the coroutine was created, or None",
        ),
    ],
};

fn wrapped(vm: &mut Vm, v: Value) -> PyResult<Value> {
    match v.cast::<PyWrapper>() {
        Some(w) if w.shape_id() == ids::COROUTINE_WRAPPER => Ok(w.a.get()),
        _ => Err(vm.wrong_self("send", "coroutine_wrapper", v)),
    }
}
/// Runs a method of generators for the coroutine of a wrapper.
fn with_wrapped(
    vm: &mut Vm,
    args: &[Value],
    method: fn(&mut Vm, &[Value]) -> PyResult,
) -> PyResult {
    let mut given = [Value::NONE; 4];
    let given = &mut given[..args.len()];
    given.copy_from_slice(args);
    given[0] = wrapped(vm, args[0])?;
    method(vm, given)
}

/// What `coroutine.__await__` returns.
pub static COROUTINE_WRAPPER: TypeDef = TypeDef {
    id: ids::COROUTINE_WRAPPER,
    doc: "A wrapper object implementing __await__ for coroutines.",
    methods: &[
        slot("__iter__", iter_self),
        slot("__next__", |vm, a| with_wrapped(vm, a, next)),
        method(
            "send",
            |vm, a| with_wrapped(vm, a, send),
            "($self, value, /)",
            "Send a value into the coroutine.",
        ),
        method(
            "throw",
            |vm, a| with_wrapped(vm, a, throw),
            THROW_SIG,
            "Raise an exception in the coroutine.",
        ),
        method(
            "close",
            |vm, a| with_wrapped(vm, a, close),
            "($self, /)",
            "Close the coroutine.",
        ),
    ],
    getsets: &[],
};

/// `async_generator`
pub static ASYNC_GENERATOR: TypeDef = TypeDef {
    id: ids::ASYNC_GENERATOR,
    doc: "",
    methods: &[
        slot("__aiter__", iter_self),
        slot("__anext__", super::async_generator::anext),
        method(
            "asend",
            super::async_generator::asend,
            "($self, value, /)",
            "asend(v) -> send 'v' in generator.",
        ),
        method(
            "athrow",
            super::async_generator::athrow,
            THROW_SIG,
            "raise exception in generator.",
        ),
        method(
            "aclose",
            super::async_generator::aclose,
            "($self, /)",
            "aclose() -> raise GeneratorExit inside generator.",
        ),
        slot("__repr__", repr),
        method(
            "__sizeof__",
            sizeof,
            "($self, /)",
            "size of the generator in memory, in bytes",
        ),
        CLASS_GETITEM,
    ],
    getsets: &[
        NAME,
        QUALNAME,
        getter("ag_code", get_code, "code"),
        getter("ag_frame", get_frame, "frame, None once finished"),
        getter(
            "ag_running",
            get_ag_running,
            "an asend, athrow or aclose is under way",
        ),
        getter("ag_suspended", get_suspended, "is at a yield or await"),
        getter("ag_await", get_delegate, "object being awaited on, or None"),
    ],
};
