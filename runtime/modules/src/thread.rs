//! `_thread`: threads, locks and handles.
//!
//! Threads are run in turn by one OS thread (`skein_runtime::tasklet::threads`). A lock that is taken is handed to the
//! tasklet that waits longest when it is released, so that nobody wakes in vain. Waiting is a switch to whoever can run.

use crate::collections::deque::Deque;
use crate::support::{self, Rounding, monotonic, nanoseconds};
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::clock;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::tasklet::PyTasklet;
use skein_runtime::tasklet::threads;
use std::cell::Cell;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    init,
};

/// `TIMEOUT_MAX`: the longest wait in seconds.
pub const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// Tasklets that wait for a lock: for each the tasklet, the number of its wait, its thread and how often it will hold the lock.
#[derive(Default)]
pub struct Waiters(pub Deque);

const WAITER: usize = 4;
/// When so many values or a larger power of two stand in a line, those whose time is over are taken out of it.
const LONG_LINE: usize = 64;

#[derive(Default)]
struct Lock {
    locked: Cell<bool>,
    waiters: Waiters,
}
impl NativeData for Lock {
    fn trace(&self, t: &mut Tracer) {
        self.waiters.0.trace(t);
    }
}

#[derive(Default)]
struct RLock {
    owner: Cell<u64>,
    count: Cell<usize>,
    waiters: Waiters,
}
impl NativeData for RLock {
    fn trace(&self, t: &mut Tracer) {
        self.waiters.0.trace(t);
    }
}

#[derive(Default)]
struct Handle {
    ident: Cell<u64>,
    done: Cell<bool>,
    /// `Threads::orphaned` when it was made: what we did not start is not there in a child that another thread made.
    orphaned: u32,
    /// The thread, if we started it.
    thread: Slot,
    /// Who waits for the end of one that we did not start.
    waiters: Waiters,
}
impl NativeData for Handle {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.thread);
        self.waiters.0.trace(t);
    }
}

static FUNCTIONS: &[NativeDef] = &[
    function("allocate_lock", allocate_lock, "()", "Make a new lock."),
    function(
        "allocate",
        allocate_lock,
        "()",
        "An old name of allocate_lock().",
    ),
    function(
        "get_ident",
        get_ident,
        "()",
        "The calling thread's identifier, a nonzero int.",
    ),
    function(
        "_get_main_thread_ident",
        main_ident,
        "()",
        "The main thread's identifier.",
    ),
    function(
        "get_native_id",
        get_native_id,
        "()",
        "The kernel's identifier of the calling thread.",
    ),
    function(
        "_is_main_interpreter",
        always_true,
        "()",
        "True if this is the main interpreter.",
    ),
    function(
        "daemon_threads_allowed",
        always_true,
        "()",
        "True if daemon threads may be started.",
    ),
    function(
        "start_new_thread",
        start_new_thread,
        "(function, args, kwargs={}, /)",
        "Start a thread that calls the function.",
    ),
    function(
        "start_new",
        start_new_thread,
        "(function, args, kwargs={}, /)",
        "An old name of start_new_thread().",
    ),
    function(
        "start_joinable_thread",
        start_joinable_thread,
        "(function, handle=None, daemon=True)",
        "Start a thread that calls the function.",
    ),
    function(
        "interrupt_main",
        interrupt_main,
        "(signum=2, /)",
        "Simulate a signal's arrival in the main thread.",
    ),
    function("exit", exit, "()", "Raise SystemExit."),
    function("exit_thread", exit, "()", "An old name of exit()."),
    function(
        "_count",
        count,
        "()",
        "Number of threads besides the main one.",
    ),
    function(
        "stack_size",
        stack_size,
        "(size=0, /)",
        "Set the stack size of new threads, return the old one.",
    ),
    function(
        "set_name",
        set_name,
        "(name)",
        "Set the name of the current thread.",
    ),
    function(
        "_shutdown",
        shutdown,
        "()",
        "Wait for all threads that are not daemons.",
    ),
    function(
        "_make_thread_handle",
        make_handle,
        "(ident, /)",
        "A handle of an existing thread.",
    ),
    function(
        "_set_sentinel",
        allocate_lock,
        "()",
        "A lock that is released when the current thread ends.",
    ),
    function(
        "_excepthook",
        excepthook,
        "(exc_info, /)",
        "Handle an uncaught exception of Thread.run().",
    ),
];

const LOCK_METHODS: &[NativeDef] = &[
    static_method("__new__", lock_new, "($type, /)", NEW_DOC),
    method(
        "acquire",
        lock_acquire,
        "($self, /, blocking=True, timeout=-1)",
        "Take the lock, return whether that worked.",
    )
    .switching(),
    method(
        "acquire_lock",
        lock_acquire,
        "($self, /, blocking=True, timeout=-1)",
        "An old name of acquire().",
    )
    .switching(),
    method("release", lock_release, "($self, /)", "Release the lock."),
    method(
        "release_lock",
        lock_release,
        "($self, /)",
        "An old name of release().",
    ),
    method(
        "locked",
        lock_locked,
        "($self, /)",
        "True if the lock is taken.",
    ),
    method(
        "locked_lock",
        lock_locked,
        "($self, /)",
        "An old name of locked().",
    ),
    method("__enter__", lock_enter, "($self, /)", "Take the lock.").switching(),
    method(
        "__exit__",
        lock_exit,
        "($self, /, *exc_info)",
        "Release the lock.",
    ),
    method(
        "_at_fork_reinit",
        lock_reinit,
        "($self, /)",
        "Make the lock free.",
    ),
    slot("__repr__", lock_repr),
];

const RLOCK_METHODS: &[NativeDef] = &[
    new_method(rlock_new),
    method(
        "acquire",
        rlock_acquire,
        "($self, /, blocking=True, timeout=-1)",
        "Take the lock once more, return whether that worked.",
    )
    .switching(),
    method(
        "release",
        rlock_release,
        "($self, /)",
        "Release the lock once.",
    ),
    method(
        "locked",
        rlock_locked,
        "($self, /)",
        "True if the lock is taken.",
    ),
    method("__enter__", rlock_enter, "($self, /)", "Take the lock.").switching(),
    method(
        "__exit__",
        rlock_exit,
        "($self, /, *exc_info)",
        "Release the lock.",
    ),
    method(
        "_is_owned",
        rlock_is_owned,
        "($self, /)",
        "True if the current thread holds the lock.",
    ),
    method(
        "_recursion_count",
        rlock_recursion_count,
        "($self, /)",
        "How often the current thread holds the lock.",
    ),
    method(
        "_acquire_restore",
        rlock_acquire_restore,
        "($self, state, /)",
        "Take the lock as often as it was held.",
    )
    .switching(),
    method(
        "_release_save",
        rlock_release_save,
        "($self, /)",
        "Release the lock entirely, return how it was held.",
    ),
    method(
        "_at_fork_reinit",
        rlock_reinit,
        "($self, /)",
        "Make the lock free.",
    ),
    slot("__repr__", rlock_repr),
];

const HANDLE_METHODS: &[NativeDef] = &[
    static_method("__new__", handle_new, "($type, /)", NEW_DOC),
    method(
        "join",
        handle_join,
        "($self, timeout=None, /)",
        "Wait for the thread to end.",
    )
    .switching(),
    method(
        "_set_done",
        handle_set_done,
        "($self, /)",
        "Say that the thread has ended.",
    ),
    method(
        "is_done",
        handle_is_done,
        "($self, /)",
        "True if the thread has ended.",
    ),
    slot("__repr__", handle_repr),
];
const HANDLE_GETSETS: &[GetSetDef] = &[getter("ident", handle_ident, "The thread's identifier.")];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let native = tflag::HAS_WEAKREF;
    let lock = vm.new_native_type(
        "lock",
        "_thread",
        None,
        Kind::Native,
        native,
        LOCK_METHODS,
        &[],
        "A lock: taken by acquire(), freed by release().",
    );
    vm.state_set("_thread.lock", lock.value());
    vm.add_constant(m, "LockType", lock.value());
    vm.add_constant(m, "lock", lock.value());
    let rlock = vm.new_native_type(
        "RLock",
        "_thread",
        None,
        Kind::Native,
        native | tflag::BASETYPE,
        RLOCK_METHODS,
        &[],
        "A reentrant lock.",
    );
    vm.add_constant(m, "RLock", rlock.value());
    let handle = vm.new_native_type(
        "_ThreadHandle",
        "_thread",
        None,
        Kind::Native,
        native,
        HANDLE_METHODS,
        HANDLE_GETSETS,
        "A thread that can be joined.",
    );
    vm.state_set("_thread._ThreadHandle", handle.value());
    vm.add_constant(m, "_ThreadHandle", handle.value());
    let local = crate::thread_local::make_type(vm);
    vm.add_constant(m, "_local", local.value());
    let args = struct_seq::new_type(vm, &EXCEPT_HOOK_ARGS, true);
    vm.add_constant(m, "_ExceptHookArgs", args.value());
    let error = vm.builtin_type(ids::RUNTIME_ERROR);
    vm.add_constant(m, "error", error.value());
    let max = vm.new_float(TIMEOUT_MAX);
    vm.add_constant(m, "TIMEOUT_MAX", max);
    vm.add_constant(m, "_NAME_MAXLEN", Value::from_i32(15));
    Ok(())
}

fn always_true(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::TRUE)
}

fn lock_type(vm: &mut Vm, key: &str) -> PyResult<Ref<PyType>> {
    match vm.state_get(key).and_then(|v| v.cast()) {
        Some(t) => Ok(t),
        None => Err(vm.system_error("the _thread module is not initialised")),
    }
}

fn allocate_lock(vm: &mut Vm, _: &[Value]) -> PyResult {
    let ty = lock_type(vm, "_thread.lock")?;
    Ok(Native::new(vm, ty, Lock::default()).value())
}

fn get_ident(vm: &mut Vm, _: &[Value]) -> PyResult {
    let ident = vm.thread_ident();
    Ok(vm.new_uint(ident))
}

fn main_ident(vm: &mut Vm, _: &[Value]) -> PyResult {
    let ident = vm.main_thread_ident();
    Ok(vm.new_uint(ident))
}

fn get_native_id(vm: &mut Vm, _: &[Value]) -> PyResult {
    // The kernel knows one thread; others count on from its number.
    let number = (vm.thread_ident() ^ vm.main_thread_ident()) >> 4;
    Ok(vm.new_int(clock::native_thread_id() + number as i64))
}

/// Starts a thread that calls a function; gives its object.
fn start(vm: &mut Vm, function: Value, args: Value, kwargs: Value, daemon: bool) -> PyResult {
    if vm.threads.stopped.get() {
        let text = "can't create new thread at interpreter shutdown";
        return Err(vm.raise(ids::PYTHON_FINALIZATION_ERROR, text));
    }
    let ty = vm.builtin_type(ids::TASKLET);
    let main = PyTasklet::new_instance(vm, ty);
    PyTasklet::give(main, function, args, kwargs);
    Ok(vm.start_thread(main, function, daemon))
}

/// Identifier of a thread object.
fn ident_of(thread: Value) -> u64 {
    threads::thread(&thread).map_or(0, |(_, t)| t.ident.get())
}

fn start_new_thread(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("first arg must be callable"));
    }
    if !args[1].is::<PyTuple>() {
        return Err(vm.type_error("2nd arg must be a tuple"));
    }
    if !args[2].is_null() && !args[2].is::<PyDict>() {
        return Err(vm.type_error("optional 3rd arg must be a dictionary"));
    }
    let thread = start(vm, args[0], args[1], args[2], true)?;
    Ok(vm.new_uint(ident_of(thread)))
}

fn start_joinable_thread(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("thread function must be callable"));
    }
    if !args[1].is_absent() && native::<Handle>(&args[1]).is_none() {
        return Err(vm.type_error("'handle' must be a _ThreadHandle"));
    }
    let daemon = match args[2].non_null() {
        Some(v) => vm.truth(v)?,
        None => true,
    };
    let given = if args[1].is_absent() {
        let ty = lock_type(vm, "_thread._ThreadHandle")?;
        Native::new(vm, ty, Handle::default()).value()
    } else {
        args[1]
    };
    let Some((owner, h)) = native::<Handle>(&given) else {
        return Err(vm.system_error("a handle is none"));
    };
    if h.ident.get() != 0 {
        return Err(vm.runtime_error("thread already started"));
    }
    let empty = vm.new_tuple(&[]);
    let thread = start(vm, args[0], empty, Value::NULL, daemon)?;
    h.thread.set(owner, thread);
    h.ident.set(ident_of(thread));
    Ok(given)
}

fn interrupt_main(vm: &mut Vm, args: &[Value]) -> PyResult {
    let signum = match args[0].non_null() {
        Some(v) => support::c_int(vm, v)?,
        None => libc::SIGINT,
    };
    if !(1..skein_runtime::helpers::signals::COUNT).contains(&signum) {
        return Err(vm.value_error("signal number out of range"));
    }
    skein_runtime::helpers::signals::trip(signum);
    vm.run_signals()?;
    Ok(Value::NONE)
}

fn exit(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.raise_with(ids::SYSTEM_EXIT, &[]))
}

fn count(vm: &mut Vm, _: &[Value]) -> PyResult {
    let all = vm.threads.all.get().cast::<PyList>();
    Ok(Value::from_usize(
        all.map_or(0, |l| l.len().saturating_sub(1)),
    ))
}

/// Waits for the ends of all threads that are not daemons.
fn shutdown(vm: &mut Vm, _: &[Value]) -> PyResult {
    loop {
        let all = vm.threads.all.get().cast::<PyList>();
        let current = vm.threads.current.get();
        let awaited = all.and_then(|l| {
            (0..l.len()).map(|i| l.get(i)).find(|v| {
                *v != current
                    && threads::thread(v).is_some_and(|(_, t)| {
                        !t.daemon && !t.done.get() && t.ident.get() != vm.main_thread_ident()
                    })
            })
        });
        let Some(thread) = awaited else {
            return Ok(Value::NONE);
        };
        let v = vm.join_thread(thread, None);
        vm.finish_wait(v)?;
    }
}

fn stack_size(vm: &mut Vm, args: &[Value]) -> PyResult {
    let size = match args[0].non_null() {
        Some(v) => vm.ssize(v)?,
        None => 0,
    };
    if size < 0 {
        return Err(vm.value_error("size must be 0 or a positive value"));
    }
    let old = vm
        .state_get("_thread.stack_size")
        .unwrap_or(Value::from_i32(0));
    if size != 0 && size < 32768 {
        return Err(vm.value_error(format!("size not valid: {size} bytes")));
    }
    if !args[0].is_null() {
        let size = vm.new_int(size);
        vm.state_set("_thread.stack_size", size);
    }
    Ok(old)
}

fn set_name(vm: &mut Vm, args: &[Value]) -> PyResult {
    support::str_arg(vm, args[0], "set_name() argument 'name'")?;
    Ok(Value::NONE)
}

// -- waiting --

/// The deadline that `acquire`'s arguments say: `None` waits for ever, `Some(None)` does not wait.
fn deadline(vm: &mut Vm, blocking: Value, timeout: Value) -> PyResult<Option<Option<i128>>> {
    let blocking = blocking.is_null() || vm.truth(blocking)?;
    let timeout = match timeout.non_null() {
        Some(v) => nanoseconds(vm, v, Rounding::Away)?,
        None => -1_000_000_000,
    };
    if timeout == -1_000_000_000 {
        return Ok(if blocking { None } else { Some(None) });
    }
    if !blocking {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if timeout as f64 / 1e9 > TIMEOUT_MAX {
        return Err(vm.overflow_error("timeout value is too large"));
    }
    Ok(Some(Some(monotonic(vm)? + timeout)))
}

/// The running tasklet waits in line for a lock, until the deadline; it is to hold it `count` times then.
///
/// # Errors
/// As `Vm::wait_for`.
pub fn wait_in_line(
    vm: &mut Vm,
    owner: Ref<Native>,
    waiters: &Waiters,
    end: Option<i128>,
    count: usize,
    timed_out: Value,
) -> PyResult {
    if vm.python_forbidden.get() {
        return Err(vm.runtime_error("waiting is refused"));
    }
    let line = &waiters.0;
    if line.len() >= LONG_LINE && line.len().is_power_of_two() {
        for _ in 0..line.len() / WAITER {
            let waiter = [(); WAITER].map(|()| line.pop_front().unwrap_or(Value::NULL));
            if is_waiting(vm, &waiter) {
                waiter.into_iter().for_each(|v| line.push(vm, owner, v));
            }
        }
    }
    let ident = vm.thread_ident();
    let (serial, ident) = (vm.next_wait(), vm.new_uint(ident));
    for v in [
        vm.tasklet.get(),
        Value::from_usize(serial as usize),
        ident,
        Value::from_usize(count),
    ] {
        line.push(vm, owner, v);
    }
    vm.wait_for(end, Vec::new(), timed_out)
}

fn is_waiting(vm: &Vm, waiter: &[Value; WAITER]) -> bool {
    let serial = waiter[1].as_small_int().unwrap_or(0) as u64;
    waiter[0]
        .cast()
        .is_some_and(|t: Ref<PyTasklet>| vm.waits_with(t, serial))
}

/// Wakes the first in line with `v`; gives its thread and how often it is to hold the lock.
pub fn wake_first(vm: &mut Vm, waiters: &Waiters, v: Value) -> Option<(u64, usize)> {
    let line = &waiters.0;
    while line.len() >= WAITER {
        let [t, serial, ident, count] = [(); WAITER].map(|()| line.pop_front());
        let serial = serial?.as_small_int().unwrap_or(0) as u64;
        let t: Ref<PyTasklet> = t?.cast()?;
        if vm.wake_from(t, serial, v) {
            let ident = as_int(&ident?).and_then(|n| u64::try_from(n.to_big()).ok());
            return Some((
                ident.unwrap_or(0),
                count?.as_small_int().unwrap_or(1) as usize,
            ));
        }
    }
    None
}

// -- lock --

fn lock(v: &Value) -> &Lock {
    match native::<Lock>(v) {
        Some((_, l)) => l,
        None => unreachable!("the method descriptor has tested the receiver's type"),
    }
}

fn lock_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = skein_runtime::builtins::args::class(vm, args[0])?;
    Ok(Native::new(vm, ty, Lock::default()).value())
}

fn lock_acquire(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = deadline(vm, args[1], args[2])?;
    let Some((owner, l)) = native::<Lock>(&args[0]) else {
        return Err(vm.wrong_self("acquire", "_thread.lock", args[0]));
    };
    if !l.locked.get() {
        l.locked.set(true);
        return Ok(Value::TRUE);
    }
    match until {
        Some(None) => Ok(Value::FALSE),
        end => wait_in_line(vm, owner, &l.waiters, end.flatten(), 1, Value::FALSE),
    }
}

fn lock_enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    lock_acquire(vm, &[args[0], Value::NULL, Value::NULL])
}

fn lock_release(vm: &mut Vm, args: &[Value]) -> PyResult {
    let l = lock(&args[0]);
    if !l.locked.get() {
        return Err(vm.runtime_error("release unlocked lock"));
    }
    may_wake(vm, &l.waiters)?;
    // Handed over, it stays taken.
    if wake_first(vm, &l.waiters, Value::TRUE).is_none() {
        l.locked.set(false);
    }
    Ok(Value::NONE)
}

/// Raises where Python code is refused and somebody would be waked.
fn may_wake(vm: &mut Vm, waiters: &Waiters) -> PyResult<()> {
    match vm.python_forbidden.get() && waiters.0.len() > 0 {
        true => Err(vm.runtime_error("waking is refused")),
        false => Ok(()),
    }
}

fn lock_exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    lock_release(vm, args)
}

fn lock_locked(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(lock(&args[0]).locked.get()))
}

fn lock_reinit(_: &mut Vm, args: &[Value]) -> PyResult {
    lock(&args[0]).locked.set(false);
    Ok(Value::NONE)
}

fn lock_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let state = if lock(&args[0]).locked.get() {
        "locked"
    } else {
        "unlocked"
    };
    let ty = vm.type_of(args[0]);
    let name = vm.full_type_name(ty);
    Ok(vm.new_str(&format!(
        "<{state} {name} object at {:#x}>",
        args[0].address()
    )))
}

// -- RLock --

fn rlock(v: &Value) -> &RLock {
    match native::<RLock>(v) {
        Some((_, l)) => l,
        None => unreachable!("the method descriptor has tested the receiver's type"),
    }
}

fn rlock_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = skein_runtime::builtins::args::class(vm, args[0])?;
    Ok(Native::new(vm, ty, RLock::default()).value())
}

impl RLock {
    fn owned(&self, vm: &Vm) -> bool {
        self.count.get() > 0 && self.owner.get() == vm.thread_ident()
    }
    /// Nobody holds it any more: the first in line does, or it is free.
    fn hand_over(&self, vm: &mut Vm) {
        match wake_first(vm, &self.waiters, Value::TRUE) {
            Some((ident, count)) => {
                self.owner.set(ident);
                self.count.set(count);
            }
            None => self.count.set(0),
        }
    }
}

fn rlock_acquire(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = deadline(vm, args[1], args[2])?;
    let Some((owner, l)) = native::<RLock>(&args[0]) else {
        return Err(vm.wrong_self("acquire", "_thread.RLock", args[0]));
    };
    if l.count.get() == 0 || l.owned(vm) {
        l.owner.set(vm.thread_ident());
        l.count.set(l.count.get() + 1);
        return Ok(Value::TRUE);
    }
    match until {
        Some(None) => Ok(Value::FALSE),
        end => wait_in_line(vm, owner, &l.waiters, end.flatten(), 1, Value::FALSE),
    }
}

fn rlock_enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    rlock_acquire(vm, &[args[0], Value::NULL, Value::NULL])
}

fn rlock_release(vm: &mut Vm, args: &[Value]) -> PyResult {
    let l = rlock(&args[0]);
    if !l.owned(vm) {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    may_wake(vm, &l.waiters)?;
    if l.count.get() > 1 {
        l.count.set(l.count.get() - 1);
    } else {
        l.hand_over(vm);
    }
    Ok(Value::NONE)
}

fn rlock_exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    rlock_release(vm, args)
}

fn rlock_locked(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(rlock(&args[0]).count.get() > 0))
}

fn rlock_is_owned(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(rlock(&args[0]).owned(vm)))
}

fn rlock_recursion_count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let l = rlock(&args[0]);
    Ok(Value::from_usize(if l.owned(vm) {
        l.count.get()
    } else {
        0
    }))
}

fn rlock_acquire_restore(vm: &mut Vm, args: &[Value]) -> PyResult {
    let state = args[1].cast::<PyTuple>();
    let (count, owner) = match state.as_ref().map(|t| t.items()) {
        Some([count, owner]) => (vm.ssize(*count)?, as_int(owner).map(IntRef::to_big)),
        _ => return Err(vm.type_error("_acquire_restore() argument 1 must be a tuple of two ints")),
    };
    let Some((this, l)) = native::<RLock>(&args[0]) else {
        return Err(vm.wrong_self("_acquire_restore", "_thread.RLock", args[0]));
    };
    let count = count.max(0) as usize;
    if l.count.get() > 0 && !l.owned(vm) {
        return wait_in_line(vm, this, &l.waiters, None, count, Value::NONE);
    }
    l.count.set(count);
    l.owner
        .set(owner.and_then(|o| u64::try_from(o).ok()).unwrap_or(0));
    Ok(Value::NONE)
}

fn rlock_release_save(vm: &mut Vm, args: &[Value]) -> PyResult {
    let l = rlock(&args[0]);
    if l.count.get() == 0 {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    let owner = vm.new_uint(l.owner.get());
    let state = vm.new_tuple(&[Value::from_usize(l.count.get()), owner]);
    l.hand_over(vm);
    Ok(state)
}

fn rlock_reinit(_: &mut Vm, args: &[Value]) -> PyResult {
    rlock(&args[0]).count.set(0);
    Ok(Value::NONE)
}

fn rlock_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let l = rlock(&args[0]);
    let (count, owner) = (
        l.count.get(),
        if l.count.get() > 0 { l.owner.get() } else { 0 },
    );
    let state = if count > 0 { "locked" } else { "unlocked" };
    let ty = vm.type_of(args[0]);
    let name = vm.full_type_name(ty);
    Ok(vm.new_str(&format!(
        "<{state} {name} object owner={owner} count={count} at {:#x}>",
        args[0].address()
    )))
}

// -- handles and local data --

fn handle(v: &Value) -> &Handle {
    match native::<Handle>(v) {
        Some((_, h)) => h,
        None => unreachable!("the method descriptor has tested the receiver's type"),
    }
}

fn handle_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = skein_runtime::builtins::args::class(vm, args[0])?;
    Ok(Native::new(vm, ty, Handle::default()).value())
}

fn make_handle(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ident = vm.index(args[0])?;
    let ident = as_int(&ident)
        .and_then(|n| u64::try_from(n.to_big()).ok())
        .unwrap_or(0);
    let ty = lock_type(vm, "_thread._ThreadHandle")?;
    let state = Handle {
        ident: Cell::new(ident),
        orphaned: vm.threads.orphaned.get(),
        ..Handle::default()
    };
    Ok(Native::new(vm, ty, state).value())
}

fn handle_ident(vm: &mut Vm, this: Value) -> PyResult {
    Ok(vm.new_uint(handle(&this).ident.get()))
}

fn handle_join(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = if args[1].is_absent() {
        None
    } else {
        let ns = nanoseconds(vm, args[1], Rounding::Away)?;
        if ns < 0 {
            None
        } else {
            Some(Some(monotonic(vm)? + ns))
        }
    };
    let Some((owner, h)) = native::<Handle>(&args[0]) else {
        return Err(vm.wrong_self("join", "_thread._ThreadHandle", args[0]));
    };
    if h.ident.get() == 0 {
        return Err(vm.runtime_error("thread not started"));
    }
    if h.is_done(vm) {
        return Ok(Value::NONE);
    }
    if h.ident.get() == vm.thread_ident() {
        return Err(vm.runtime_error("Cannot join current thread"));
    }
    if vm.threads.stopped.get() {
        let text = "cannot join thread at interpreter shutdown";
        return Err(vm.raise(ids::PYTHON_FINALIZATION_ERROR, text));
    }
    match until {
        Some(None) => Ok(Value::NONE),
        end if threads::thread(&h.thread.get()).is_none() => {
            wait_in_line(vm, owner, &h.waiters, end.flatten(), 1, Value::NONE)
        }
        end => vm.join_thread(h.thread.get(), end.flatten()),
    }
}

impl Handle {
    fn is_done(&self, vm: &Vm) -> bool {
        self.done.get()
            || match threads::thread(&self.thread.get()) {
                Some((_, t)) => t.done.get(),
                None => self.ident.get() != 0 && self.orphaned != vm.threads.orphaned.get(),
            }
    }
}

fn handle_set_done(vm: &mut Vm, args: &[Value]) -> PyResult {
    if handle(&args[0]).ident.get() == 0 {
        return Err(vm.runtime_error("thread not started"));
    }
    let h = handle(&args[0]);
    h.done.set(true);
    while wake_first(vm, &h.waiters, Value::NONE).is_some() {}
    Ok(Value::NONE)
}

fn handle_is_done(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(handle(&args[0]).is_done(vm)))
}

fn handle_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ident = handle(&args[0]).ident.get();
    Ok(vm.new_str(&format!("<_ThreadHandle object: ident={ident}>")))
}

// -- uncaught exceptions --

static EXCEPT_HOOK_ARGS: StructSeq = StructSeq {
    name: "_ExceptHookArgs",
    module: "_thread",
    doc: "What threading.excepthook() gets.",
    fields: &["exc_type", "exc_value", "exc_traceback", "thread"],
    visible: 4,
};

fn excepthook(vm: &mut Vm, args: &[Value]) -> PyResult {
    let items = args[0].cast::<PyTuple>();
    let Some([ty, value, tb, thread]) = items.as_ref().and_then(|t| t.items().get(..4)) else {
        return Err(vm.type_error("_thread._excepthook argument type must be ExceptHookArgs"));
    };
    let exit = vm.builtin_type(ids::SYSTEM_EXIT);
    if *ty == exit.value() {
        return Ok(Value::NONE);
    }
    let name = if thread.is_none() {
        vm.new_uint(clock::thread_ident())
    } else {
        vm.get_attr_text(*thread, "name")?
    };
    let name = vm.str(name)?.text_lossy();
    crate::sys::hooks::write_stderr(vm, &format!("Exception in thread {name}:\n"))?;
    crate::sys::hooks::print_exception(vm, *ty, *value, *tb)?;
    Ok(Value::NONE)
}
