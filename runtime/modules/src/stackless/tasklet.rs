//! `tasklet`: methods and attributes.

use super::channel::class_bomb;
use super::wrap::tasklet as reduction;
use super::{none, switch_int};
use skein_runtime::builtins::args::{class, items};
use skein_runtime::builtins::generator_methods::thrown_exception;
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::bomb;
use skein_runtime::tasklet::tasklet::{PyTasklet, extra, tasklet_flag as flag};

/// The type's methods and attributes.
pub static TASKLET: TypeDef = TypeDef {
    id: ids::TASKLET,
    doc: "A thread of execution that the interpreter switches.",
    methods: &[
        static_method("__new__", new, "($type, /, *args, **kwargs)", NEW_DOC)
            .with_direct(new_directly),
        method(
            "__init__",
            init,
            "($self, func=None, args=None, kwargs=None)",
            "Bind a function, and arguments if given.",
        ),
        method(
            "__call__",
            setup,
            "($self, /, *args, **kwargs)",
            "Bind arguments and make the tasklet runnable.",
        )
        .with_direct(setup_directly),
        method(
            "setup",
            setup,
            "($self, /, *args, **kwargs)",
            "Bind arguments and make the tasklet runnable.",
        )
        .with_direct(setup_directly),
        method(
            "bind",
            bind,
            "($self, func=None, args=None, kwargs=None)",
            "Bind a function, and arguments if given; with none of them, unbind.",
        ),
        method(
            "insert",
            insert,
            "($self, /)",
            "Append the tasklet to the run queue.",
        ),
        method(
            "remove",
            remove,
            "($self, /)",
            "Take the tasklet out of the run queue.",
        ),
        method("run", run, "($self, /)", "Run the tasklet at once.").switching(),
        method(
            "switch",
            switch,
            "($self, /)",
            "Run the tasklet at once; the caller leaves the run queue.",
        )
        .switching(),
        method(
            "throw",
            throw,
            "($self, exc=None, val=None, tb=None, pending=False)",
            "Raise an exception in the tasklet.",
        )
        .switching(),
        method(
            "raise_exception",
            raise_exception,
            "($self, /, *args)",
            "Raise exc(*args) in the tasklet.",
        )
        .switching(),
        method(
            "kill",
            kill,
            "($self, pending=False)",
            "Raise TaskletExit in the tasklet.",
        )
        .switching(),
        method(
            "set_atomic",
            |vm, a| set_flag(vm, a, flag::ATOMIC, "set_atomic"),
            "($self, flag, /)",
            "Say whether the tasklet must not be interrupted; gives what was said before.",
        ),
        method(
            "set_ignore_nesting",
            |vm, a| set_flag(vm, a, flag::IGNORE_NESTING, "set_ignore_nesting"),
            "($self, flag, /)",
            "Say whether the tasklet may be interrupted while native code is below it.",
        ),
        method(
            "bind_thread",
            bind_thread,
            "($self, thread_id=-1, /)",
            "Make the tasklet one of another thread.",
        ),
        method(
            "set_context",
            set_context,
            "($self, context, /)",
            "Set the context that the tasklet runs in.",
        ),
        method(
            "context_run",
            context_run,
            "($self, /, *args, **kwargs)",
            "Call a function in the tasklet's context.",
        )
        .soft(),
        method("__del__", |_, _| Ok(Value::NONE), "($self, /)", ""),
        reduction::REDUCE,
        reduction::REDUCE_EX,
        reduction::SETSTATE,
    ],
    getsets: &[
        getter("alive", |vm, v| truth(vm, v, |t| t.alive()), "Can run."),
        getter(
            "blocked",
            |vm, v| truth(vm, v, waits),
            "Waits on a channel.",
        ),
        getter(
            "scheduled",
            |vm, v| truth(vm, v, |t| t.has(flag::QUEUED) || waits(t)),
            "Is in the run queue or waits on a channel.",
        ),
        getter(
            "paused",
            |vm, v| truth(vm, v, |t| t.alive() && !t.has(flag::QUEUED) && !waits(t)),
            "Can run, but is nowhere in line.",
        ),
        getter("restorable", restorable, "Can go on from a pickle."),
        getter(
            "atomic",
            |vm, v| truth(vm, v, |t| t.has(flag::ATOMIC)),
            "Is not interrupted.",
        ),
        getter(
            "ignore_nesting",
            |vm, v| truth(vm, v, |t| t.has(flag::IGNORE_NESTING)),
            "May be interrupted while native code is below it.",
        ),
        getset(
            "block_trap",
            |vm, v| truth(vm, v, |t| t.has(flag::BLOCK_TRAP)),
            set_block_trap,
            "Blocking on a channel is an error.",
        ),
        getter(
            "is_current",
            |vm, v| Ok(Value::bool(v == own_state(vm, v)?.1)),
            "Is the running one.",
        ),
        getter(
            "is_main",
            |vm, v| Ok(Value::bool(v == own_state(vm, v)?.0)),
            "Is its thread's main tasklet.",
        ),
        getter("thread_id", thread_id, "Its thread's identifier, or -1."),
        getter(
            "next",
            |vm, v| neighbour(vm, v, |t| t.next.get()),
            "The next one in the queue that it is in.",
        ),
        getter(
            "prev",
            |vm, v| neighbour(vm, v, |t| t.prev.get()),
            "The one before in the queue that it is in.",
        ),
        getter("recursion_depth", recursion_depth, "Calls on its stack."),
        getter(
            "nesting_level",
            nesting_level,
            "Nested runs of the interpreter on its stack.",
        ),
        getter("frame", frame, "Its innermost frame, or None."),
        getset(
            "tempval",
            |vm, v| Ok(tasklet(vm, v)?.tempval.get()),
            set_tempval,
            "The value that it goes on with.",
        ),
        getter(
            "cstate",
            |vm, v| {
                let t = tasklet(vm, v)?;
                super::cstack::of_tasklet(vm, t)
            },
            "What stands for its native stack.",
        ),
        getter(
            "_channel",
            |vm, v| {
                let waits_on = tasklet(vm, v)?.channel.get();
                Ok(waits_on.map_or(Value::NONE, |c| {
                    if c.private.get() {
                        c.store.get()
                    } else {
                        c.value()
                    }
                }))
            },
            "The channel it waits on, or None.",
        ),
        getset(
            "trace_function",
            |vm, v| hook(vm, v, extra::TRACE),
            |vm, v, f| set_hook(vm, v, extra::TRACE, f),
            "The function that traces it.",
        ),
        getset(
            "profile_function",
            |vm, v| hook(vm, v, extra::PROFILE),
            |vm, v, f| set_hook(vm, v, extra::PROFILE, f),
            "The function that profiles it.",
        ),
        getter("context_id", context_id, "The id() of its context."),
    ],
};

fn tasklet(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTasklet>> {
    match v.cast() {
        Some(t) => Ok(t),
        None => Err(vm.wrong_self("tasklet", "_stackless.tasklet", v)),
    }
}

fn neighbour(
    vm: &mut Vm,
    v: Value,
    which: fn(Ref<PyTasklet>) -> Option<Ref<PyTasklet>>,
) -> PyResult {
    let t = tasklet(vm, v)?;
    Ok(which(t).map_or(Value::NONE, |t| PyTasklet::in_person(t).value()))
}

fn truth(vm: &mut Vm, v: Value, f: fn(Ref<PyTasklet>) -> bool) -> PyResult {
    Ok(Value::bool(f(tasklet(vm, v)?)))
}

/// Main and running tasklet of a tasklet's own thread.
fn own_state(vm: &mut Vm, v: Value) -> PyResult<(Value, Value, usize)> {
    let t = tasklet(vm, v)?;
    let owner = vm.owner_of(t);
    Ok(vm.thread_state(owner))
}

/// True for the running tasklet of a thread that does not run now.
fn is_current_elsewhere(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult<bool> {
    Ok(vm.is_elsewhere(t) && own_state(vm, t.value())?.1 == t.value())
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    Ok(PyTasklet::new_instance(vm, ty).value())
}

/// `new` without a tuple and a dict for what it ignores.
fn new_directly(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    Some(new(vm, args))
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    bind(vm, args)?;
    Ok(Value::NONE)
}

fn bind(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    let (function, positional, kwargs) = (args[1], args[2], args[3]);
    if !none(function) && !vm.is_callable(function) {
        return Err(vm.type_error("tasklet function must be a callable or None"));
    }
    if !none(positional) && !positional.is::<PyTuple>() {
        return Err(vm.type_error("tasklet args must be a tuple or None"));
    }
    if !none(kwargs) && !kwargs.is::<PyDict>() {
        return Err(vm.type_error("tasklet kwargs must be a dictionary or None"));
    }
    if t == vm.current_tasklet() {
        return Err(vm.runtime_error("can't (re)bind the current tasklet"));
    }
    if t.has(flag::QUEUED) || waits(t) {
        return Err(vm.runtime_error("tasklet is scheduled"));
    }
    if t.native_stack.get() != 0 {
        return Err(vm.runtime_error("tasklet has C state on its stack"));
    }
    let with_arguments = !none(positional) || !none(kwargs);
    if none(function) && !with_arguments {
        if t == vm.main_tasklet() {
            return Err(vm.runtime_error("can't unbind the main tasklet"));
        }
        forget_frames(vm, t);
        t.tempval.set(t, Value::NONE);
        return Ok(args[0]);
    }
    if with_arguments {
        let function = if none(function) {
            if t.alive() || none(t.tempval.get()) || !vm.is_callable(t.tempval.get()) {
                return Err(vm.runtime_error("the tasklet was not bound to a function"));
            }
            t.tempval.get()
        } else {
            function
        };
        forget_frames(vm, t);
        give_arguments(vm, t, function, positional, kwargs)?;
    } else {
        forget_frames(vm, t);
        t.tempval.set(t, function);
    }
    if !none(args[1]) {
        let context = vm.context.get();
        t.context.set(t, context);
    }
    Ok(args[0])
}

/// A suspended tasklet loses its frames; their `finally` blocks do not run.
fn forget_frames(vm: &mut Vm, t: Ref<PyTasklet>) {
    if t.fp.get() != 0 {
        // It only copies registers.
        let _ = (vm.hooks.intrinsic)(vm, "detach_frames", &[t.value()]);
    }
    t.put(
        flag::BOUND | flag::STARTED | flag::FROZEN | flag::DONE,
        false,
    );
    t.nesting.set(0);
    t.fp.set(0);
    t.top.set(0);
    t.chunk.clear();
    t.start.set_unbarriered(Value::NULL);
    t.handled.set_unbarriered(Value::NULL);
    t.handled_top.set_unbarriered(Value::NULL);
    t.depth.set(0);
}

fn give_arguments(
    vm: &mut Vm,
    t: Ref<PyTasklet>,
    function: Value,
    args: Value,
    kwargs: Value,
) -> PyResult<()> {
    if t.thread_gone() {
        return Err(vm.runtime_error("tasklet has no thread"));
    }
    let args = if none(args) { vm.new_tuple(&[]) } else { args };
    let kwargs = if none(kwargs) { Value::NULL } else { kwargs };
    PyTasklet::give(t, function, args, kwargs);
    Ok(())
}

/// `setup` without keywords.
fn setup_directly(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let (this, rest) = args.split_first()?;
    let rest = vm.new_tuple(rest);
    Some(setup(vm, &[*this, rest, Value::NULL]))
}

fn setup(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if t.alive() {
        return Err(vm.runtime_error("tasklet is alive"));
    }
    let function = t.tempval.get();
    if none(function) {
        return Err(vm.runtime_error("the tasklet was not bound to a function"));
    }
    if !vm.is_callable(function) {
        return Err(vm.type_error("cframe function must be a callable"));
    }
    give_arguments(vm, t, function, args[1], args[2])?;
    vm.append(t);
    Ok(args[0])
}

/// True for a tasklet that waits, on a channel or for a blocking call.
fn waits(t: Ref<PyTasklet>) -> bool {
    t.has(flag::BLOCKED) || t.wait.get() != 0
}

/// # Errors
/// `RuntimeError` if the tasklet cannot be put into the run queue.
fn check_insertable(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult<()> {
    // The tasklet that ends the program does so.
    let exit = vm.scheduler.exit.get();
    if vm.scheduler.exiting.get() == t.value() && !exit.is_null() {
        return Err(vm.reraise_value(exit));
    }
    if waits(t) {
        return Err(vm.runtime_error("You cannot run a blocked tasklet"));
    }
    if t.thread_gone() {
        return Err(vm.runtime_error("tasklet has no thread"));
    }
    if !t.alive() {
        return Err(vm.runtime_error("You cannot run an unbound(dead) tasklet"));
    }
    Ok(())
}

fn insert(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    check_insertable(vm, t)?;
    vm.make_runnable(t);
    Ok(args[0])
}

fn remove(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if waits(t) {
        return Err(vm.runtime_error("You cannot remove a blocked tasklet."));
    }
    if t == vm.current_tasklet() {
        return Err(vm.runtime_error("The current tasklet cannot be removed."));
    }
    vm.remove(t);
    Ok(args[0])
}

fn run(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    check_insertable(vm, t)?;
    vm.run_tasklet(t, false)
}

fn switch(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    check_insertable(vm, t)?;
    vm.run_tasklet(t, true)
}

/// A bomb of what `throw(exc, val, tb)` means.
pub fn thrown_bomb(vm: &mut Vm, exc: Value, val: Value, tb: Value) -> PyResult {
    if !none(tb) && !tb.is::<PyTraceback>() {
        return Err(vm.type_error("third argument must be a traceback object"));
    }
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    let is_class = exc.cast::<PyType>().is_some_and(|t| t.is_subtype(base));
    if !is_class && !exc.is::<PyException>() {
        let name = vm.type_name(exc);
        return Err(vm.type_error(format!(
            "exceptions must be classes, or instances, not {name}"
        )));
    }
    let e = thrown_exception(vm, exc, val, tb)?;
    Ok(bomb::new(vm, e))
}

fn throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if args[1].is_null() {
        return Err(vm.type_error("throw() missing required argument 'exc' (pos 1)"));
    }
    let pending = match args[4].non_null() {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    let bomb = thrown_bomb(vm, args[1], args[2], args[3])?;
    throw_bomb(vm, t, bomb, pending)
}

fn raise_exception(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    let Some((exception, rest)) = items(&args[1]).split_first() else {
        return Err(vm.type_error("raise_exception() takes at least 1 argument"));
    };
    let bomb = class_bomb(vm, *exception, rest, "tasklet.raise_exception")?;
    throw_bomb(vm, t, bomb, false)
}

fn kill(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    let pending = match args[1].non_null() {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    if !t.alive() {
        vm.stop_waiting(t);
        if t.native_stack.get() == 0 && !t.has(flag::DONE) {
            forget_frames(vm, t);
        }
        return Ok(Value::NONE);
    }
    let class = vm.builtin_type(ids::TASKLET_EXIT).value();
    let e = vm.call(class, &[])?;
    let bomb = bomb::new(vm, e);
    throw_bomb(vm, t, bomb, pending)
}

fn throw_bomb(vm: &mut Vm, t: Ref<PyTasklet>, bomb: Value, pending: bool) -> PyResult {
    if t == vm.current_tasklet() {
        return skein_runtime::tasklet::bomb::explode(vm, bomb);
    }
    if !t.alive() {
        let is_exit = match skein_runtime::tasklet::bomb::explode(vm, bomb) {
            Ok(_) => false,
            Err(_) => vm.clear_raised_if(ids::TASKLET_EXIT),
        };
        if is_exit && !t.has(flag::BOUND | flag::STARTED) {
            return Ok(Value::NONE);
        }
        vm.take_raised();
        let text = if t.thread_gone() {
            "tasklet has no thread"
        } else {
            "You cannot throw to a dead tasklet"
        };
        return Err(vm.runtime_error(text));
    }
    let elsewhere = vm.is_elsewhere(t);
    if !pending && !elsewhere {
        vm.check_switch(t)?;
    }
    if elsewhere && !pending {
        vm.run_elsewhere(t);
    } else {
        vm.make_runnable(t);
    }
    t.tempval.set(t, bomb);
    if pending || elsewhere {
        return Ok(Value::NONE);
    }
    vm.switch_to(t)
}

fn set_flag(vm: &mut Vm, args: &[Value], which: u32, name: &str) -> PyResult {
    let t = tasklet(vm, args[0])?;
    let on = switch_int(
        vm,
        args[1],
        &format!("{name} needs exactly one bool or integer"),
    )?;
    let old = t.has(which);
    t.put(which, on != 0);
    Ok(Value::bool(old))
}

fn set_block_trap(vm: &mut Vm, this: Value, v: Value) -> PyResult<()> {
    let on = switch_int(vm, v, "block_trap must be set to a bool or integer")?;
    tasklet(vm, this)?.put(flag::BLOCK_TRAP, on != 0);
    Ok(())
}

fn set_tempval(vm: &mut Vm, this: Value, v: Value) -> PyResult<()> {
    let t = tasklet(vm, this)?;
    t.tempval.set(t, v.non_null().unwrap_or(Value::NONE));
    Ok(())
}

fn bind_thread(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    let id = match args[1].non_null() {
        Some(v) => vm.index_i64(v)?,
        None => -1,
    };
    if id < -1 {
        return Err(vm.overflow_error("can't convert negative value to unsigned int"));
    }
    if t.has(flag::QUEUED) || t.wait.get() != 0 {
        return Err(vm.runtime_error("can't (re)bind a runnable tasklet"));
    }
    if t.native_stack.get() != 0 {
        return Err(vm.runtime_error("tasklet has C state on its stack"));
    }
    let owner = match id {
        -1 => vm.threads.current.get(),
        _ => match vm.find_thread(id as u64) {
            Some(owner) => owner,
            None => return Err(vm.value_error("bad thread")),
        },
    };
    vm.bind_to_thread(t, owner);
    Ok(Value::NONE)
}

fn restorable(vm: &mut Vm, v: Value) -> PyResult {
    let n = level(vm, v)?;
    let inside_run = tasklet(vm, v)?.has(flag::WATCHDOG);
    Ok(Value::bool(n == 0 && !inside_run))
}

fn level(vm: &mut Vm, v: Value) -> PyResult<usize> {
    let t = tasklet(vm, v)?;
    Ok(if t == vm.current_tasklet() {
        vm.native_depth.get().saturating_sub(1)
    } else {
        t.nesting.get() as usize
    })
}

fn nesting_level(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::from_usize(level(vm, v)?))
}

fn recursion_depth(vm: &mut Vm, v: Value) -> PyResult {
    let t = tasklet(vm, v)?;
    Ok(Value::from_usize(if t == vm.current_tasklet() {
        vm.depth.get()
    } else {
        t.depth.get() as usize
    }))
}

fn thread_id(vm: &mut Vm, v: Value) -> PyResult {
    let t = tasklet(vm, v)?;
    Ok(match vm.thread_of(t) {
        Some(ident) => vm.new_uint(ident),
        None => Value::from_i32(-1),
    })
}

fn frame(vm: &mut Vm, v: Value) -> PyResult {
    (vm.hooks.intrinsic)(vm, "tasklet_frame", &[v])
}

fn hook(vm: &mut Vm, v: Value, place: usize) -> PyResult {
    let t = tasklet(vm, v)?;
    let f = if t == vm.current_tasklet() {
        vm.interp_roots[place].get()
    } else {
        t.extra(place)
    };
    Ok(f.non_null().unwrap_or(Value::NONE))
}

fn set_hook(vm: &mut Vm, v: Value, place: usize, f: Value) -> PyResult<()> {
    let t = tasklet(vm, v)?;
    if t == vm.current_tasklet() {
        let name = if place == extra::TRACE {
            "settrace"
        } else {
            "setprofile"
        };
        (vm.hooks.intrinsic)(vm, name, &[f.non_null().unwrap_or(Value::NONE)])?;
    } else if is_current_elsewhere(vm, t)? {
        let which = if place == extra::TRACE {
            "trace"
        } else {
            "profile"
        };
        return Err(vm.runtime_error(format!(
            "You cannot set the {which} function of the current tasklet of another thread"
        )));
    } else {
        let f = if none(f) { Value::NULL } else { f };
        vm.set_tasklet_extra(t, place, f);
    }
    Ok(())
}

/// The context that a tasklet runs in, made if there is none yet.
pub fn context_of(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult {
    if t == vm.current_tasklet() {
        return crate::contextvars::current(vm);
    }
    if t.context.get().is_null() {
        let c = crate::contextvars::empty(vm)?;
        t.context.set(t, c);
    }
    Ok(t.context.get())
}

fn context_id(vm: &mut Vm, v: Value) -> PyResult {
    let t = tasklet(vm, v)?;
    let context = context_of(vm, t)?;
    Ok(vm.new_uint(context.address()))
}

fn set_context(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if !crate::contextvars::is_context(args[1]) {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "set_context() argument must be contextvars.Context, not {name}"
        )));
    }
    if vm.is_elsewhere(t) && (t.has(flag::QUEUED) || is_current_elsewhere(vm, t)?) {
        return Err(vm.runtime_error("tasklet belongs to a different thread"));
    }
    let is_current = t == vm.current_tasklet();
    let now = if is_current {
        vm.context.get()
    } else {
        t.context.get()
    };
    if crate::contextvars::is_entered(now) {
        return Err(vm.runtime_error("the current context of the tasklet has been entered."));
    }
    if is_current {
        vm.context.set(args[1]);
    } else {
        t.context.set(t, args[1]);
    }
    Ok(args[0])
}

fn context_run(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let t = tasklet(vm, args[0])?;
    let Some((f, rest)) = items(&args[1]).split_first() else {
        return Err(vm.type_error("run() missing 1 required positional argument"));
    };
    let context = context_of(vm, t)?;
    let before = vm.context.get();
    vm.context.set(context);
    if let Some(soft) = soft {
        let result =
            crate::contextvars::run_softly(vm, soft, &args[1], args[2], Value::NONE, before);
        if result.is_err() {
            vm.context.set(before);
        }
        return result;
    }
    let result = vm.call_dict(*f, rest, args[2]);
    vm.context.set(before);
    result
}
