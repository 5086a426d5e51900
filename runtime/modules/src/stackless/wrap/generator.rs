//! Generators, coroutines and asynchronous generators with their awaitables.

use super::code::{REDUCE, SETSTATE, is_foreign};
use super::exceptions::{link, links};
use super::frame::{frozen, reducer};
use super::{Shadow, dress, or_none, part, reduced, service, state_items, undress};
use crate::stackless::functions::current_pickle_flags;
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::async_generator::init_hooks;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::frame::{Going, PyFrame};
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;

macro_rules! generator_shadow {
    ($name:literal, $id:ident) => {
        Shadow {
            name: $name,
            id: ids::$id,
            kind: Kind::Generator,
            methods: &[
                static_method(
                    "__new__",
                    |vm, a| generator_new(vm, a, ids::$id, $name),
                    "($type, code=None, /)",
                    NEW_DOC,
                ),
                static_method("__reduce__", generator_reduce, "(generator, /)", REDUCE),
                method(
                    "__setstate__",
                    |vm, a| generator_setstate(vm, a, ids::$id),
                    "($self, state, /)",
                    SETSTATE,
                ),
            ],
        }
    };
}

macro_rules! awaitable_shadow {
    ($name:literal, $id:ident) => {
        Shadow {
            name: $name,
            id: ids::$id,
            kind: Kind::Iter,
            methods: &[
                static_method(
                    "__new__",
                    |vm, _| {
                        let it = PyIter::new(vm, ids::$id, Value::NONE, Value::NONE, CLOSED, 0, 0);
                        dress(vm, it.value(), $name)
                    },
                    "($type, /)",
                    NEW_DOC,
                ),
                static_method("__reduce__", awaitable_reduce, "(awaitable, /)", REDUCE),
                method(
                    "__setstate__",
                    |vm, a| awaitable_setstate(vm, a, ids::$id),
                    "($self, state, /)",
                    SETSTATE,
                ),
            ],
        }
    };
}

/// The shadow types.
pub const SHADOWS: &[Shadow] = &[
    generator_shadow!("generator", GENERATOR),
    generator_shadow!("coroutine", COROUTINE),
    generator_shadow!("async_generator", ASYNC_GENERATOR),
    awaitable_shadow!("async_generator_asend", ASYNC_GEN_ASEND),
    awaitable_shadow!("async_generator_athrow", ASYNC_GEN_ATHROW),
    Shadow {
        name: "coroutine_wrapper",
        id: ids::COROUTINE_WRAPPER,
        kind: Kind::Wrapper,
        methods: &[
            static_method("__new__", wrapper_new, "($type, /)", NEW_DOC),
            static_method("__reduce__", wrapper_reduce, "(wrapper, /)", REDUCE),
            method(
                "__setstate__",
                wrapper_setstate,
                "($self, state, /)",
                SETSTATE,
            ),
        ],
    },
];

/// State of an awaitable that is used up.
const CLOSED: i64 = 2;

/// Code of a generator that does nothing, for one that is not filled.
pub fn exhausted(vm: &mut Vm) -> PyResult<Ref<PyCode>> {
    let key = "stackless._wrap.exhausted";
    if let Some(code) = vm.state_get(key).and_then(|c| c.cast()) {
        return Ok(code);
    }
    let [source, name, mode] = [
        "def exhausted_generator():\n    yield\n",
        "<exhausted>",
        "exec",
    ]
    .map(|t| vm.new_str(t));
    let module = service(vm, "compile", &[source, name, mode])?;
    let consts = module.cast::<PyCode>().map(|c| c.consts.expect());
    let inner = consts.and_then(|c| c.slots().iter().find_map(|s| s.get().cast::<PyCode>()));
    let Some(code) = inner else {
        return Err(vm.system_error("no code was compiled"));
    };
    vm.state_set(key, code.value());
    Ok(code)
}

/// The bit of `co_flags` that code of these objects has.
fn flag_of(id: u32) -> u32 {
    match id {
        ids::GENERATOR => 0x20,
        ids::COROUTINE => 0x80,
        _ => 0x200,
    }
}

fn generator_new(vm: &mut Vm, args: &[Value], id: u32, name: &str) -> PyResult {
    let code = match args[1].cast::<PyCode>() {
        Some(code) => code,
        None if args[1].is_absent() => exhausted(vm)?,
        None => return Err(vm.type_error(format!("{name}() argument 'code' must be code"))),
    };
    let fits = code.flags.get() & flag_of(id) != 0 || is_foreign(code);
    if !fits && !args[1].is_absent() {
        return Err(vm.type_error(format!("the code is not that of a {name}")));
    }
    let g = PyGenerator::new(vm, id, code, code.name.get(), code.qualname.get());
    g.state.set(GenState::Closed);
    dress(vm, g.value(), name)
}

/// Bits of the second item of a state.
mod running {
    /// Runs in a tasklet that does not run.
    pub const TASKLET: i64 = 1;
    /// An awaitable of it is under way.
    pub const AWAITED: i64 = 2;
}

fn generator_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(g) = args[0].cast::<PyGenerator>() else {
        return Err(vm.type_error("a generator is required"));
    };
    let name = match g.value().shape_id() {
        ids::COROUTINE => "coroutine",
        ids::ASYNC_GENERATOR => "async_generator",
        _ => "generator",
    };
    let frame = match service(vm, "pickle.generator", &args[..1])? {
        Value::NONE => Value::NONE,
        f => reducer(vm, f)?,
    };
    let runs = (i64::from(g.state.get() == GenState::Running) * running::TASKLET)
        | (i64::from(g.ag_running.get()) * running::AWAITED);
    let [class, value, traceback] = exception_state(vm, g.handled.get());
    let mut state = ValueVec::new();
    for v in [
        frame,
        Value::from_i32(runs as i32),
        g.name.get(),
        g.qualname.get(),
        class,
        value,
        traceback,
        Value::NONE,
    ] {
        state.push(&vm.heap, v);
    }
    match name {
        "coroutine" => state.push(&vm.heap, or_none(g.extra.get())),
        "async_generator" => {
            let flags = current_pickle_flags(vm);
            // 1: with the finaliser, -1: was initialised.
            let (finalizer, inited) = match g.hooks_inited.get() && flags & 4 == 0 {
                false => (Value::NONE, 0),
                true if flags & 2 != 0 => (or_none(g.extra.get()), 1),
                true => (Value::NONE, -1),
            };
            state.push(&vm.heap, finalizer);
            state.push(&vm.heap, Value::from_i32(inited));
            state.push(&vm.heap, Value::from_i32(i32::from(g.ag_closed.get())));
        }
        _ => {}
    }
    let links = links(vm, &[g.handled.get()], &[]);
    if !links.is_null() {
        state.push(&vm.heap, links);
    }
    let state = vm.new_tuple(state.as_slice());
    reduced(vm, name, &[g.code.value()], state)
}

/// Class, object and traceback of a handled exception.
pub fn exception_state(vm: &mut Vm, e: Value) -> [Value; 3] {
    match e.cast::<PyException>() {
        Some(x) => [vm.type_of(e).value(), e, or_none(x.traceback.get())],
        None => [Value::NONE; 3],
    }
}

/// The exception of a state, which gets its traceback again.
pub fn exception_of(vm: &mut Vm, value: Value, traceback: Value) -> PyResult {
    let e = part::<PyException>(vm, value, true, "exception")?;
    let traceback = part::<PyTraceback>(vm, traceback, true, "exception")?;
    if let Some(x) = e.cast::<PyException>()
        && x.traceback.get().is_absent()
    {
        x.traceback.set(x, traceback);
    }
    Ok(e)
}

fn generator_setstate(vm: &mut Vm, args: &[Value], id: u32) -> PyResult {
    let Some(g) = args[0].cast::<PyGenerator>() else {
        return Err(vm.type_error("a generator is required"));
    };
    let length = match id {
        ids::COROUTINE => 9,
        ids::ASYNC_GENERATOR => 11,
        _ => 8,
    };
    let s = state_items(vm, &args[1], "generator", &[length, length + 1])?;
    let name = part::<PyStr>(vm, s[2], false, "generator")?;
    let qualname = part::<PyStr>(vm, s[3], false, "generator")?;
    let handled = exception_of(vm, s[5], s[6])?;
    if let Some(links) = s.get(length) {
        link(vm, *links)?;
    }
    let Some(runs) = as_i64(s[1]) else {
        return Err(vm.type_error("an integer is required"));
    };
    let frame = match s[0] {
        Value::NONE => None,
        v => match frozen(v) {
            Some(f) if f.code.get() == g.code.get() => Some(f),
            _ => return Err(vm.type_error("bad state for generator: frame and code do not fit")),
        },
    };
    g.name.set(g, name);
    g.qualname.set(g, qualname);
    g.handled.set(g, handled);
    if id == ids::COROUTINE {
        let origin = part::<PyTuple>(vm, s[8], true, "coroutine")?;
        g.extra.set(g, origin);
    }
    let made = undress(args[0], id);
    match frame {
        Some(f) => give_frame(vm, g, f)?,
        None if runs & running::TASKLET != 0 && g.code.expect().flags.get() & flag_of(id) != 0 => {
            service(vm, "pickle.await", &[made])?;
        }
        None => g.handled.set(g, Value::NULL),
    }
    if id == ids::ASYNC_GENERATOR {
        g.ag_running.set(runs & running::AWAITED != 0);
        g.ag_closed.set(vm.truth(s[10])?);
        restore_hooks(vm, g, s[8], s[9])?;
    }
    Ok(made)
}

/// The generator goes on from its frame.
fn give_frame(vm: &mut Vm, g: Ref<PyGenerator>, f: Ref<PyFrame>) -> PyResult<()> {
    let delegate = service(vm, "pickle.delegate", &[f.value()])?;
    service(vm, "pickle.fill", &[g.value(), f.value()])?;
    if f.going() != Going::Generator || g.state.get() == GenState::Closed {
        let name = skein_runtime::builtins::str::lossy(f.code.expect().name.get());
        g.handled.set(g, Value::NULL);
        return super::warn(
            vm,
            &format!("Unpickling generator with invalid frame: {name}"),
        );
    }
    g.delegate.set(g, delegate);
    Ok(())
}

fn restore_hooks(
    vm: &mut Vm,
    g: Ref<PyGenerator>,
    finalizer: Value,
    inited: Value,
) -> PyResult<()> {
    let reset = current_pickle_flags(vm) & 4 != 0;
    match as_i64(inited) {
        Some(1) if !reset => {
            g.hooks_inited.set(true);
            g.extra.set(
                g,
                if finalizer.is_none() {
                    Value::NULL
                } else {
                    finalizer
                },
            );
        }
        Some(-1) if !reset => {
            init_hooks(vm, g.value())?;
        }
        _ => {}
    }
    Ok(())
}

// -- awaitables --

fn awaitable_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(it) = args[0].cast::<PyIter>() else {
        return Err(vm.type_error("an awaitable is required"));
    };
    let given = it.b.get();
    let state = Value::from_i32(it.index.get() as i32);
    if args[0].shape_id() == ids::ASYNC_GEN_ASEND {
        let sends = Value::bool(!given.is_absent());
        let state = vm.new_tuple(&[it.a.get(), or_none(given), state, sends]);
        return reduced(vm, "async_generator_asend", &[], state);
    }
    // Arguments of athrow() without those that were left out.
    let arguments = match given.is_null() {
        true => Value::NONE,
        false => {
            let all = items(&given);
            let used = all.iter().rposition(|v| !v.is_none()).map_or(0, |i| i + 1);
            vm.new_tuple(&all[..used])
        }
    };
    let throws = Value::bool(!given.is_null());
    let state = vm.new_tuple(&[it.a.get(), arguments, state, throws]);
    reduced(vm, "async_generator_athrow", &[], state)
}

fn awaitable_setstate(vm: &mut Vm, args: &[Value], id: u32) -> PyResult {
    let Some(it) = args[0].cast::<PyIter>() else {
        return Err(vm.type_error("an awaitable is required"));
    };
    let s = state_items(vm, &args[1], "awaitable", &[4])?;
    let g = part::<PyGenerator>(vm, s[0], false, "awaitable")?;
    let is_async = g
        .cast::<PyGenerator>()
        .is_some_and(|g| g.code.expect().flags.get() & 0x200 != 0);
    let state = as_i64(s[2]).filter(|n| (0..=CLOSED).contains(n));
    let (true, Some(state)) = (is_async, state) else {
        return Err(vm.type_error("bad state for awaitable"));
    };
    let given = if id == ids::ASYNC_GEN_ASEND {
        s[1]
    } else if s[1].is_none() {
        Value::NULL
    } else {
        let arguments = part::<PyTuple>(vm, s[1], false, "awaitable")?;
        let at = |i: usize| items(&arguments).get(i).copied().unwrap_or(Value::NONE);
        vm.new_tuple(&[at(0), at(1), at(2)])
    };
    it.a.set(it, g);
    it.b.set(it, given);
    it.index.set(state);
    Ok(undress(args[0], id))
}

fn wrapper_new(vm: &mut Vm, _: &[Value]) -> PyResult {
    let w = PyWrapper::new(
        vm,
        ids::COROUTINE_WRAPPER,
        Value::NONE,
        Value::NULL,
        Value::NULL,
    );
    dress(vm, w.value(), "coroutine_wrapper")
}

fn wrapper_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let inner = args[0]
        .cast::<PyWrapper>()
        .map_or(Value::NONE, |w| w.a.get());
    let state = vm.new_tuple(&[inner]);
    reduced(vm, "coroutine_wrapper", &[], state)
}

fn wrapper_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = state_items(vm, &args[1], "coroutine_wrapper", &[1])?;
    let inner = part::<PyGenerator>(vm, s[0], false, "coroutine_wrapper")?;
    if let Some(w) = args[0].cast::<PyWrapper>() {
        w.a.set(w, inner);
    }
    Ok(undress(args[0], ids::COROUTINE_WRAPPER))
}
