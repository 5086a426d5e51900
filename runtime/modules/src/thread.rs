//! `_thread` while there is one thread: locks, thread-local data and handles.
//!
//! Nobody else can release a lock, so waiting for a held one only ends by its timeout or by a signal handler. Starting a
//! thread raises `RuntimeError`, as it does where the system has none to give.

use crate::support::{self, Rounding, monotonic, nanoseconds};
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::clock;
use skein_runtime::prelude::*;
use std::cell::Cell;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    init,
};

/// `TIMEOUT_MAX`: the longest wait in seconds.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

struct Lock {
    locked: Cell<bool>,
}
impl NativeData for Lock {}

struct RLock {
    owner: Cell<u64>,
    count: Cell<usize>,
}
impl NativeData for RLock {}

struct Handle {
    ident: Cell<u64>,
    done: Cell<bool>,
}
impl NativeData for Handle {}

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
        get_ident,
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
        "Start a thread; raises RuntimeError, since there are no threads yet.",
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
        "Start a thread; raises RuntimeError, since there are no threads yet.",
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
        none,
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
    ),
    method(
        "acquire_lock",
        lock_acquire,
        "($self, /, blocking=True, timeout=-1)",
        "An old name of acquire().",
    ),
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
    method("__enter__", lock_enter, "($self, /)", "Take the lock."),
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
    ),
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
    method("__enter__", rlock_enter, "($self, /)", "Take the lock."),
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
    ),
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
    ),
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

const LOCAL_METHODS: &[NativeDef] = &[new_method(local_new)];

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
    let local = vm.new_native_type(
        "_local",
        "_thread",
        None,
        Kind::Instance,
        tflag::BASETYPE | tflag::HAS_DICT | tflag::HAS_WEAKREF,
        LOCAL_METHODS,
        &[],
        "Thread-local data.",
    );
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

fn none(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

fn lock_type(vm: &mut Vm, key: &str) -> PyResult<Ref<PyType>> {
    match vm.state_get(key).and_then(|v| v.cast()) {
        Some(t) => Ok(t),
        None => Err(vm.system_error("the _thread module is not initialised")),
    }
}

fn allocate_lock(vm: &mut Vm, _: &[Value]) -> PyResult {
    let ty = lock_type(vm, "_thread.lock")?;
    Ok(Native::new(
        vm,
        ty,
        Lock {
            locked: Cell::new(false),
        },
    )
    .value())
}

fn get_ident(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_uint(clock::thread_ident()))
}

fn get_native_id(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_int(clock::native_thread_id()))
}

fn cannot_start(vm: &mut Vm) -> Raised {
    vm.runtime_error("can't start new thread")
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
    Err(cannot_start(vm))
}

fn start_joinable_thread(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("thread function must be callable"));
    }
    if !args[1].is_absent() && native::<Handle>(&args[1]).is_none() {
        return Err(vm.type_error("'handle' must be a _ThreadHandle"));
    }
    Err(cannot_start(vm))
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
    vm.attention
        .store(true, std::sync::atomic::Ordering::Relaxed);
    Ok(Value::NONE)
}

fn exit(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.raise_with(ids::SYSTEM_EXIT, &[]))
}

fn count(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_i32(0))
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

/// Waits until `free` or the deadline; true if free.
fn wait(vm: &mut Vm, until: Option<Option<i128>>, free: impl Fn() -> bool) -> PyResult<bool> {
    const STEP: i128 = 20_000_000;
    while !free() {
        let now = monotonic(vm)?;
        let next = match until {
            Some(None) => return Ok(false),
            Some(Some(end)) if now >= end => return Ok(false),
            Some(Some(end)) => end.min(now + STEP),
            None => now + STEP,
        };
        support::sleep_until(vm, next)?;
        crate::signal::run_pending(vm)?;
    }
    Ok(true)
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
    Ok(Native::new(
        vm,
        ty,
        Lock {
            locked: Cell::new(false),
        },
    )
    .value())
}

fn lock_acquire(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = deadline(vm, args[1], args[2])?;
    let l = lock(&args[0]);
    let got = wait(vm, until, || !l.locked.get())?;
    if got {
        l.locked.set(true);
    }
    Ok(Value::bool(got))
}

fn lock_enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    lock_acquire(vm, &[args[0], Value::NULL, Value::NULL])
}

fn lock_release(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !lock(&args[0]).locked.replace(false) {
        return Err(vm.runtime_error("release unlocked lock"));
    }
    Ok(Value::NONE)
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
    let state = RLock {
        owner: Cell::new(0),
        count: Cell::new(0),
    };
    Ok(Native::new(vm, ty, state).value())
}

impl RLock {
    fn owned(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == clock::thread_ident()
    }
}

fn rlock_acquire(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = deadline(vm, args[1], args[2])?;
    let l = rlock(&args[0]);
    let got = wait(vm, until, || l.count.get() == 0 || l.owned())?;
    if got {
        l.owner.set(clock::thread_ident());
        l.count.set(l.count.get() + 1);
    }
    Ok(Value::bool(got))
}

fn rlock_enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    rlock_acquire(vm, &[args[0], Value::NULL, Value::NULL])
}

fn rlock_release(vm: &mut Vm, args: &[Value]) -> PyResult {
    let l = rlock(&args[0]);
    if !l.owned() {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    l.count.set(l.count.get() - 1);
    Ok(Value::NONE)
}

fn rlock_exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    rlock_release(vm, args)
}

fn rlock_locked(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(rlock(&args[0]).count.get() > 0))
}

fn rlock_is_owned(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(rlock(&args[0]).owned()))
}

fn rlock_recursion_count(_: &mut Vm, args: &[Value]) -> PyResult {
    let l = rlock(&args[0]);
    Ok(Value::from_usize(if l.owned() { l.count.get() } else { 0 }))
}

fn rlock_acquire_restore(vm: &mut Vm, args: &[Value]) -> PyResult {
    let state = args[1].cast::<PyTuple>();
    let (count, owner) = match state.as_ref().map(|t| t.items()) {
        Some([count, owner]) => (vm.ssize(*count)?, as_int(owner).map(IntRef::to_big)),
        _ => return Err(vm.type_error("_acquire_restore() argument 1 must be a tuple of two ints")),
    };
    let l = rlock(&args[0]);
    wait(vm, None, || l.count.get() == 0 || l.owned())?;
    l.count.set(count.max(0) as usize);
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
    Ok(vm.new_tuple(&[Value::from_usize(l.count.replace(0)), owner]))
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
    let state = Handle {
        ident: Cell::new(0),
        done: Cell::new(false),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn make_handle(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ident = vm.index(args[0])?;
    let ident = as_int(&ident)
        .and_then(|n| u64::try_from(n.to_big()).ok())
        .unwrap_or(0);
    let ty = lock_type(vm, "_thread._ThreadHandle")?;
    let state = Handle {
        ident: Cell::new(ident),
        done: Cell::new(false),
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
    let h = handle(&args[0]);
    if h.ident.get() == 0 {
        return Err(vm.runtime_error("thread not started"));
    }
    if h.ident.get() == clock::thread_ident() && !h.done.get() {
        return Err(vm.runtime_error("Cannot join current thread"));
    }
    wait(vm, until, || h.done.get())?;
    Ok(Value::NONE)
}

fn handle_set_done(_: &mut Vm, args: &[Value]) -> PyResult {
    handle(&args[0]).done.set(true);
    Ok(Value::NONE)
}

fn handle_is_done(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(handle(&args[0]).done.get()))
}

fn handle_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ident = handle(&args[0]).ident.get();
    Ok(vm.new_str(&format!("<_ThreadHandle object: ident={ident}>")))
}

fn local_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = skein_runtime::builtins::args::class(vm, args[0])?;
    let given = args[1].cast::<PyTuple>().is_some_and(|t| !t.is_empty())
        || args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty());
    if given {
        let (object, name) = (vm.builtin_type(ids::OBJECT), vm.names.__init__);
        if vm.type_lookup(ty, name) == vm.type_lookup(object, name) {
            return Err(vm.type_error("Initialization arguments are not supported"));
        }
    }
    Ok(vm.alloc_instance(ty).value())
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
