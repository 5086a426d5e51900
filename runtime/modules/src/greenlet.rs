//! `_greenlet`: the native half of the package `greenlet`, whose public API it has.
//!
//! How greenlets relate to tasklets, and what a switch is, is in `skein_runtime::tasklet::greenlet`. A suspended greenlet
//! that nobody refers to any more gets a `GreenletExit`, as in the original; here that happens when the collector finds it.
//! Limits: the C API of the original is absent, and so is what only measures its implementation.

use crate::util::{add_exception, add_type, state_type};
use skein_runtime::builtins::args::class;
use skein_runtime::builtins::generator_methods::thrown_exception;
use skein_runtime::builtins::object_methods::check_concrete;
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::greenlet::{ERROR, EXIT, Sent, current, quiet_exit, root_of, switch};
use skein_runtime::tasklet::tasklet::{PyTasklet, tasklet_flag as flag};

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_greenlet",
    init,
};

/// What `get_clocks_used_doing_optional_cleanup` tells.
const CLEANUP: &str = "greenlet.cleanup";

static FUNCTIONS: &[NativeDef] = &[
    function("getcurrent", get_current, "()", "The running greenlet."),
    function(
        "settrace",
        settrace,
        "(callback, /)",
        "Have callback(event, (origin, target)) called at every switch; gives the previous one.",
    ),
    function(
        "gettrace",
        |vm, _| Ok(shown(vm.scheduler.greenlet_trace.get())),
        "()",
        "The present trace function, or None.",
    ),
    function(
        "enable_optional_cleanup",
        enable_cleanup,
        "(enabled, /)",
        "Kept for programs that ask: there is nothing to clean up.",
    ),
    function(
        "get_clocks_used_doing_optional_cleanup",
        |vm, _| Ok(shown(vm.state_get(CLEANUP).unwrap_or(Value::NONE))),
        "()",
        "0, or None if enable_optional_cleanup(True) was not called.",
    ),
    function(
        "get_pending_cleanup_count",
        |vm, _| {
            let list = vm.scheduler.forgotten_greenlets.get().cast::<PyList>();
            Ok(Value::from_usize(list.map_or(0, |l| l.len())))
        },
        "()",
        "The number of forgotten greenlets that wait for their thread to kill them.",
    ),
    function(
        "get_total_main_greenlets",
        total_main_greenlets,
        "()",
        "The number of root greenlets that the collector knows.",
    ),
];

const METHODS: &[NativeDef] = &[
    static_method("__new__", new, "($type, /, *args, **kwargs)", NEW_DOC),
    method(
        "__init__",
        initialise,
        "($self, run=None, parent=None)",
        "Set the function to run and the parent.",
    ),
    method(
        "switch",
        switch_method,
        "($self, /, *args, **kwargs)",
        "Run the greenlet, with these arguments or as the result of the switch() it waits in.",
    )
    .switching(),
    method(
        "throw",
        throw,
        "($self, typ=GreenletExit, val=None, tb=None, /)",
        "Run the greenlet with an exception raised in it.",
    )
    .switching(),
    method(
        "__getstate__",
        getstate,
        "($self, /)",
        "Greenlets cannot be serialised.",
    ),
    method("__del__", delete, "($self, /)", ""),
    slot("__bool__", truth),
    slot("__repr__", repr),
];

const GETSETS: &[GetSetDef] = &[
    getset("run", get_run, set_run, "The function to run."),
    getset(
        "parent",
        get_parent,
        set_parent,
        "Who goes on when the greenlet ends.",
    ),
    getter(
        "gr_frame",
        get_frame,
        "The frame it is suspended in, or None.",
    ),
    getset(
        "gr_context",
        get_context,
        set_context,
        "Its contextvars context, or None.",
    ),
    getter("dead", get_dead, "Has run to its end."),
    getter(
        "_stack_saved",
        |vm, v| Ok(Value::bool(receiver(vm, v)?.top.get() != 0)),
        "Whether it is suspended.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.want_soft_natives();
    let ty = vm.new_native_type(
        "greenlet",
        "greenlet",
        None,
        Kind::Tasklet,
        tflag::BASETYPE | tflag::HAS_DICT | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        "A stack of its own for a function, which is switched to and from explicitly.",
    );
    add_type(vm, m, "greenlet", ty);
    add_exception(vm, m, ERROR, "greenlet", ids::EXCEPTION);
    add_exception(vm, m, EXIT, "greenlet", ids::BASE_EXCEPTION);
    vm.add_functions(m, FUNCTIONS);
    for name in [
        "getcurrent",
        "error",
        "GreenletExit",
        "settrace",
        "gettrace",
    ] {
        let key = vm.intern(name);
        if let Some(v) = m.dict().get_interned(key.value()) {
            vm.type_set_attr(ty, key, v);
        }
    }
    for name in [
        "GREENLET_USE_GC",
        "GREENLET_USE_TRACING",
        "GREENLET_USE_CONTEXT_VARS",
        "GREENLET_USE_STANDARD_THREADING",
    ] {
        vm.add_constant(m, name, Value::TRUE);
    }
    vm.add_constant(m, "CLOCKS_PER_SEC", Value::from_i32(1_000_000));
    Ok(())
}

fn shown(v: Value) -> Value {
    v.non_null().unwrap_or(Value::NONE)
}

fn receiver(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTasklet>> {
    match v.cast::<PyTasklet>() {
        Some(g) if g.has(flag::GREENLET) => Ok(g),
        _ => Err(vm.wrong_self("greenlet", "greenlet.greenlet", v)),
    }
}

fn attribute_error(vm: &mut Vm, text: &str) -> Raised {
    vm.raise(ids::ATTRIBUTE_ERROR, text)
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    check_concrete(vm, ty)?;
    kill_forgotten(vm)?;
    let parent = current(vm)?;
    let g = PyTasklet::new_instance(vm, ty);
    g.put(flag::GREENLET, true);
    g.next.set(g, parent);
    Ok(g.value())
}

fn initialise(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[1].is_null() {
        set_run(vm, args[0], args[1])?;
    }
    if !args[2].is_absent() {
        set_parent(vm, args[0], args[2])?;
    }
    Ok(Value::NONE)
}

fn switch_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = receiver(vm, args[0])?;
    let Some(positional) = args[1].cast() else {
        return Err(vm.system_error("switch() got no argument tuple"));
    };
    let kwargs = match args[2].cast::<PyDict>() {
        Some(d) if !d.is_empty() => args[2],
        _ => Value::NULL,
    };
    switch(vm, g, Sent::Values(positional, kwargs))
}

fn throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = receiver(vm, args[0])?;
    let class = match args[1].non_null() {
        Some(v) => v,
        None => state_type(vm, EXIT)?.value(),
    };
    if !args[3].is_absent() && !args[3].is::<PyTraceback>() {
        return Err(vm.type_error("throw() third argument must be a traceback object"));
    }
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    let raisable =
        class.is::<PyException>() || class.cast::<PyType>().is_some_and(|ty| ty.is_subtype(base));
    if !raisable {
        let name = vm.type_name(class);
        return Err(vm.type_error(format!(
            "exceptions must be classes, or instances, not {name}"
        )));
    }
    let e = thrown_exception(vm, class, args[2], args[3])?;
    let sent = if g.has(flag::FINISHED) {
        quiet_exit(vm, e)
    } else {
        Sent::Exception(e)
    };
    switch(vm, g, sent)
}

/// Nobody refers to the greenlet any more: it is killed, as a child of the running one. If it belongs to another thread, that
/// does it when it uses greenlets next; if that has ended, nobody does.
fn delete(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = receiver(vm, args[0])?;
    let here = current(vm)?;
    if let Some(root) = root_of(g)
        && Some(root) != root_of(here)
        && g.has(flag::STARTED)
    {
        if !root.thread_gone() && vm.is_elsewhere(root) {
            let forgotten = match vm.scheduler.forgotten_greenlets.get().cast() {
                Some(list) => list,
                None => PyList::new(vm),
            };
            vm.scheduler.forgotten_greenlets.set(forgotten.value());
            forgotten.push(vm, args[0]);
            return Ok(Value::NONE);
        }
        if root.thread_gone() {
            return Ok(Value::NONE);
        }
    }
    // At the end of the program nothing can be switched to any more.
    let over = vm.native_depth.get() == 0;
    if over || !g.has(flag::STARTED) || g.is_root_greenlet() || g == here {
        return Ok(Value::NONE);
    }
    let Some(root) = root_of(here) else {
        return Ok(Value::NONE);
    };
    let parent = g.next.get();
    g.next.set(g, here);
    g.prev.set(g, root);
    let class = state_type(vm, EXIT)?;
    let text = vm.new_str("Killing the greenlet because all references have vanished.");
    let e = vm.call(class.value(), &[text])?;
    let begun = switch(vm, g, Sent::Exception(e));
    let result = vm.finish_wait(begun);
    if let Some(parent) = parent {
        g.next.set(g, parent);
    }
    result
}

fn get_current(vm: &mut Vm, _: &[Value]) -> PyResult {
    if vm.state_get("sys.finalizing") == Some(Value::TRUE) {
        return Err(
            vm.runtime_error("there is no current greenlet: the interpreter is shutting down")
        );
    }
    kill_forgotten(vm)?;
    Ok(current(vm)?.value())
}

/// Kills the forgotten greenlets of the running thread.
fn kill_forgotten(vm: &mut Vm) -> PyResult<()> {
    let forgotten = vm.scheduler.forgotten_greenlets.get();
    let Some(list) = forgotten.cast::<PyList>() else {
        return Ok(());
    };
    vm.scheduler.forgotten_greenlets.set(Value::NULL);
    for i in 0..list.len() {
        delete(vm, &[list.get(i)])?;
    }
    Ok(())
}

fn getstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.type_name(args[0]);
    Err(vm.type_error(format!("cannot serialize '{name}' object")))
}

fn truth(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(receiver(vm, args[0])?.has(flag::STARTED)))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = receiver(vm, args[0])?;
    let here = current(vm)?;
    let ty = vm.type_of(args[0]);
    let name = ty.name_text();
    let name = if ty.has(tflag::HEAPTYPE) {
        name.to_string()
    } else {
        format!("greenlet.{name}")
    };
    let (id, thread) = (
        args[0].address(),
        root_of(g).map_or(0, |root| root.value().address()),
    );
    let text = if is_dead(g) {
        let exited = if root_of(g).is_some_and(|root| root.thread_gone()) {
            " (thread exited)"
        } else {
            ""
        };
        format!("<{name} object at {id:#x} (otid={thread:#x}){exited} dead>")
    } else {
        let started = g.has(flag::STARTED);
        let place = match started {
            _ if g == here => " current",
            true => " suspended",
            false => "",
        };
        let state = if started {
            " active started"
        } else {
            " pending"
        };
        let main = if g.is_root_greenlet() { " main" } else { "" };
        format!("<{name} object at {id:#x} (otid={thread:#x}){place}{state}{main}>")
    };
    Ok(vm.new_str(&text))
}

const ROOT_RUN: &str = "Main greenlets do not have a run attribute.";

fn get_run(vm: &mut Vm, v: Value) -> PyResult {
    let g = receiver(vm, v)?;
    if g.is_root_greenlet() {
        return Err(attribute_error(vm, ROOT_RUN));
    }
    match g.start.get().non_null() {
        Some(run) if !g.has(flag::STARTED | flag::FINISHED | flag::BOUND) => Ok(run),
        _ => Err(attribute_error(vm, "run")),
    }
}

fn set_run(vm: &mut Vm, v: Value, run: Value) -> PyResult<()> {
    let g = receiver(vm, v)?;
    if g.is_root_greenlet() {
        return Err(attribute_error(vm, ROOT_RUN));
    }
    if g.has(flag::STARTED | flag::FINISHED | flag::BOUND) {
        let text = "run cannot be set after the start of the greenlet";
        return Err(attribute_error(vm, text));
    }
    g.start.set(g, run);
    Ok(())
}

fn get_parent(vm: &mut Vm, v: Value) -> PyResult {
    Ok(receiver(vm, v)?.next.get().map_or(Value::NONE, Value::from))
}

fn set_parent(vm: &mut Vm, v: Value, parent: Value) -> PyResult<()> {
    let g = receiver(vm, v)?;
    if parent.is_null() {
        return Err(attribute_error(vm, "can't delete attribute"));
    }
    if g.is_root_greenlet() {
        return Err(attribute_error(
            vm,
            "cannot set the parent of a main greenlet",
        ));
    }
    let parent = match parent.cast::<PyTasklet>() {
        Some(p) if p.has(flag::GREENLET) => p,
        _ => {
            let name = vm.type_name(parent);
            let text = format!("GreenletChecker: Expected any type of greenlet, not {name}");
            return Err(vm.type_error(text));
        }
    };
    let mut above = Some(parent);
    while let Some(p) = above {
        if p == g {
            return Err(vm.value_error("cyclic parent chain"));
        }
        above = p.next.get();
    }
    if g.has(flag::STARTED) && g.prev.get() != root_of(parent) {
        return Err(vm.value_error("parent cannot be on a different thread"));
    }
    g.next.set(g, parent);
    Ok(())
}

fn get_frame(vm: &mut Vm, v: Value) -> PyResult {
    let g = receiver(vm, v)?;
    (vm.hooks.intrinsic)(vm, "tasklet_frame", &[g.value()])
}

fn get_dead(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(is_dead(receiver(vm, v)?)))
}

/// Has run to its end; a root greenlet does with its thread.
fn is_dead(g: Ref<PyTasklet>) -> bool {
    g.has(flag::FINISHED) || g.is_root_greenlet() && g.thread_gone()
}

/// Suspended or not begun greenlets have their context with them, the running one has it in the `Vm`; those that other
/// tasklets run have it there.
fn get_context(vm: &mut Vm, v: Value) -> PyResult {
    let g = receiver(vm, v)?;
    if g == current(vm)? {
        return Ok(shown(vm.context.get()));
    }
    if runs_elsewhere(g) {
        return Err(vm.value_error(
            "cannot get context of a greenlet that is running in a different thread",
        ));
    }
    Ok(shown(g.context.get()))
}

fn set_context(vm: &mut Vm, v: Value, context: Value) -> PyResult<()> {
    let g = receiver(vm, v)?;
    if context.is_null() {
        return Err(attribute_error(vm, "can't delete context attribute"));
    }
    let context = if context.is_none() {
        Value::NULL
    } else if crate::contextvars::is_context(context) {
        context
    } else {
        return Err(vm.type_error("greenlet context must be a contextvars.Context or None"));
    };
    if g == current(vm)? {
        vm.context.set(context);
    } else if runs_elsewhere(g) {
        return Err(vm.value_error(
            "cannot set context of a greenlet that is running in a different thread",
        ));
    } else {
        g.context.set(g, context);
    }
    Ok(())
}

/// A started greenlet without a saved stack, other than the running one, is the one that its waiting tasklet runs.
fn runs_elsewhere(g: Ref<PyTasklet>) -> bool {
    g.has(flag::STARTED) && g.top.get() == 0
}

fn settrace(vm: &mut Vm, args: &[Value]) -> PyResult {
    let v = if args[0].is_none() {
        Value::NULL
    } else {
        args[0]
    };
    let old = shown(vm.scheduler.greenlet_trace.get());
    vm.scheduler.greenlet_trace.set(v);
    Ok(old)
}

fn enable_cleanup(vm: &mut Vm, args: &[Value]) -> PyResult {
    let on = vm.truth(args[0])?;
    let v = if on { Value::from_i32(0) } else { Value::NONE };
    vm.state_set(CLEANUP, v);
    Ok(Value::NONE)
}

fn total_main_greenlets(vm: &mut Vm, _: &[Value]) -> PyResult {
    let Some(tasklets) = vm.heap.live_objects(&mut |h| h.kind() == Kind::Tasklet) else {
        return Err(vm.memory_error());
    };
    let is_root = |v: Value| {
        v.cast::<PyTasklet>()
            .is_some_and(|g| g.has(flag::GREENLET) && g.is_root_greenlet() && !g.thread_gone())
    };
    let count = (0..tasklets.len())
        .filter(|i| is_root(tasklets.get(*i)))
        .count();
    Ok(Value::from_usize(count))
}
