//! `_signal`: Python-level signal handlers.
//!
//! The C handler only sets flags (`skein_runtime::helpers::signals`); the interpreter calls [`run_pending`] when
//! `Vm::attention` is set. Handlers by number rest in a list in the module state.

use crate::support::{Rounding, add_ints, c_int, nanoseconds, os_error};
use skein_runtime::builtins::set_ops;
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::signals::{self, Action, COUNT};
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_signal",
    init,
};

const HANDLERS: &str = "_signal.handlers";

static FUNCTIONS: &[NativeDef] = &[
    function(
        "default_int_handler",
        default_int_handler,
        "(signalnum, frame, /)",
        "The default handler for SIGINT: raises KeyboardInterrupt.",
    ),
    function(
        "signal",
        signal,
        "(signalnum, handler, /)",
        "Set what to do when a signal comes, return the old action.",
    ),
    function(
        "getsignal",
        getsignal,
        "(signalnum, /)",
        "What is done when a signal comes.",
    ),
    function(
        "raise_signal",
        raise_signal,
        "(signalnum, /)",
        "Send a signal to the executing process.",
    ),
    function(
        "alarm",
        alarm,
        "(seconds, /)",
        "Arrange for SIGALRM to come after some seconds.",
    ),
    function(
        "setitimer",
        setitimer,
        "(which, seconds, interval=0.0, /)",
        "Set an interval timer, return its old values.",
    ),
    function(
        "getitimer",
        getitimer,
        "(which, /)",
        "The values of an interval timer.",
    ),
    function("pause", pause, "()", "Wait until a signal comes."),
    function(
        "set_wakeup_fd",
        set_wakeup_fd,
        "(fd, /, *, warn_on_full_buffer=True)",
        "Set the descriptor that gets a byte per signal, return the old one.",
    ),
    function(
        "siginterrupt",
        siginterrupt,
        "(signalnum, flag, /)",
        "Set whether a signal interrupts system calls.",
    ),
    function(
        "strsignal",
        strsignal,
        "(signalnum, /)",
        "Description of a signal, or None.",
    ),
    function(
        "valid_signals",
        valid_signals,
        "()",
        "The set of signals that exist.",
    ),
    function(
        "pthread_sigmask",
        pthread_sigmask,
        "(how, mask, /)",
        "Change the set of blocked signals, return the old one.",
    ),
    function(
        "pthread_kill",
        pthread_kill,
        "(thread_id, signalnum, /)",
        "Send a signal to a thread.",
    ),
    function(
        "sigpending",
        sigpending,
        "()",
        "The blocked signals that have come.",
    ),
    function(
        "sigwait",
        sigwait,
        "(sigset, /)",
        "Wait for one of the signals, return its number.",
    ),
    function(
        "sigwaitinfo",
        sigwaitinfo,
        "(sigset, /)",
        "Wait for one of the signals, return what is known of it.",
    ),
    function(
        "sigtimedwait",
        sigtimedwait,
        "(sigset, timeout, /)",
        "As sigwaitinfo() with a time limit in seconds.",
    ),
];

static SIGINFO: StructSeq = StructSeq {
    name: "struct_siginfo",
    module: "signal",
    doc: "What sigwaitinfo() and sigtimedwait() tell of a signal.",
    fields: &[
        "si_signo",
        "si_code",
        "si_errno",
        "si_pid",
        "si_uid",
        "si_status",
        "si_band",
    ],
    visible: 7,
};

macro_rules! numbers {
    ($($name:ident)*) => {
        &[$((stringify!($name), libc::$name as i64),)*]
    };
}

const SIGNALS: &[(&str, i64)] = numbers! {
    SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM
    SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO
    SIGPOLL SIGPWR SIGSYS SIG_BLOCK SIG_UNBLOCK SIG_SETMASK ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    add_ints(vm, m, SIGNALS);
    let more = [
        ("SIG_DFL", 0),
        ("SIG_IGN", 1),
        ("NSIG", COUNT as i64),
        ("SIGCLD", libc::SIGCHLD as i64),
        ("SIGIOT", libc::SIGABRT as i64),
        ("SIGRTMIN", libc::SIGRTMIN() as i64),
        ("SIGRTMAX", libc::SIGRTMAX() as i64),
    ];
    add_ints(vm, m, &more);
    let ty = struct_seq::new_type(vm, &SIGINFO, true);
    vm.state_set("_signal.struct_siginfo", ty.value());
    vm.add_constant(m, "struct_siginfo", ty.value());
    let error = vm.builtin_type(ids::OS_ERROR);
    vm.add_constant(m, "ItimerError", error.value());
    if vm.state_get(HANDLERS).is_none() {
        let default = m
            .dict()
            .get_text(vm, "default_int_handler")
            .unwrap_or(Value::NONE);
        read_handlers(vm, default);
    }
    Ok(())
}

/// Notes the present actions of all signals and takes SIGINT over if nobody has it.
fn read_handlers(vm: &mut Vm, default_int: Value) {
    signals::connect(&vm.attention);
    let handlers = PyList::new(vm);
    for n in 0..COUNT {
        let v = match signals::action(n) {
            Some(Action::Default) if n == libc::SIGINT => {
                // Refused only for signals that do not exist.
                let _ = signals::set_action(n, Action::Flag);
                default_int
            }
            Some(Action::Default) => Value::from_i32(0),
            Some(Action::Ignore) => Value::from_i32(1),
            _ => Value::NONE,
        };
        handlers.push(vm, v);
    }
    vm.state_set(HANDLERS, handlers.value());
}

/// What the interpreter does with signals when it starts: ignores SIGPIPE and SIGXFSZ (writes then fail with an error) and
/// turns SIGINT into KeyboardInterrupt. Puts `_signal` into `sys.modules`.
///
/// # Errors
/// What making the module raised.
pub fn start(vm: &mut Vm) -> PyResult<()> {
    for n in [libc::SIGPIPE, libc::SIGXFSZ] {
        // Refused only for signals that do not exist.
        let _ = signals::set_action(n, Action::Ignore);
    }
    let module = crate::imp::make_native(vm, b"_signal")?;
    if let (Some(m), Some(modules)) = (module, vm.modules_dict()) {
        modules.set_text(vm, "_signal", m.value());
    }
    Ok(())
}

/// Runs the handlers of signals that came, in the first thread.
///
/// # Errors
/// What a handler raised.
pub fn run_pending(vm: &mut Vm) -> PyResult<()> {
    vm.run_signals()
}

/// Runs the handlers of signals that have come.
///
/// # Errors
/// What a handler raised; further signals stay pending and attention is asked for again.
pub fn run_handlers(vm: &mut Vm) -> PyResult<()> {
    while let Some(n) = signals::take() {
        if n == crate::faulthandler::TIMEOUT {
            crate::faulthandler::timed_out(vm)?;
            continue;
        }
        let handler = vm
            .state_get(HANDLERS)
            .and_then(|v| v.cast::<PyList>())
            .and_then(|l| l.try_get(n as usize));
        let Some(handler) = handler else { continue };
        // The action may have been changed after the signal came.
        if handler.is_none() || handler.is_int() {
            continue;
        }
        let frame = match (vm.hooks.intrinsic)(vm, "getframe", &[Value::from_i32(0)]) {
            Ok(f) => f,
            Err(_) => {
                vm.take_raised();
                Value::NONE
            }
        };
        if let Err(r) = vm.call(handler, &[Value::from_i32(n), frame]) {
            if signals::any() {
                vm.attention
                    .store(true, std::sync::atomic::Ordering::Relaxed);
            }
            return Err(r);
        }
    }
    Ok(())
}

fn default_int_handler(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.raise_with(ids::KEYBOARD_INTERRUPT, &[]))
}

fn signal_number(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let n = c_int(vm, v)?;
    if !(1..COUNT).contains(&n) {
        return Err(vm.value_error("signal number out of range"));
    }
    Ok(n)
}

fn handlers(vm: &mut Vm) -> PyResult<Ref<PyList>> {
    match vm.state_get(HANDLERS).and_then(|v| v.cast()) {
        Some(l) => Ok(l),
        None => Err(vm.system_error("the _signal module is not initialised")),
    }
}

fn signal(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = c_int(vm, args[0])?;
    let action = match args[1].as_small_int() {
        Some(0) => Action::Default,
        Some(1) => Action::Ignore,
        _ if vm.is_callable(args[1]) => Action::Flag,
        _ => {
            return Err(vm.type_error(
                "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object",
            ));
        }
    };
    if !(1..COUNT).contains(&n) {
        return Err(vm.value_error("signal number out of range"));
    }
    run_pending(vm)?;
    signals::set_action(n, action).map_err(|e| os_error(vm, e))?;
    let list = handlers(vm)?;
    let old = list.try_get(n as usize).unwrap_or(Value::NONE);
    list.set(n as usize, args[1]);
    Ok(old)
}

fn getsignal(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = signal_number(vm, args[0])?;
    Ok(handlers(vm)?.try_get(n as usize).unwrap_or(Value::NONE))
}

fn raise_signal(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = c_int(vm, args[0])?;
    signals::raise(n).map_err(|e| os_error(vm, e))?;
    run_pending(vm)?;
    Ok(Value::NONE)
}

fn alarm(vm: &mut Vm, args: &[Value]) -> PyResult {
    let seconds = c_int(vm, args[0])?;
    let left = signals::alarm(seconds as u32);
    Ok(vm.new_int(left as i64))
}

fn micros(vm: &mut Vm, v: Value) -> PyResult<i64> {
    let ns = nanoseconds(vm, v, Rounding::Away)?;
    Ok(((ns + if ns > 0 { 999 } else { 0 }) / 1000) as i64)
}

fn timer_pair(vm: &mut Vm, (delay, interval): (i64, i64)) -> Value {
    let pair = [
        vm.new_float(delay as f64 / 1e6),
        vm.new_float(interval as f64 / 1e6),
    ];
    vm.new_tuple(&pair)
}

fn setitimer(vm: &mut Vm, args: &[Value]) -> PyResult {
    let which = c_int(vm, args[0])?;
    let delay = micros(vm, args[1])?;
    let interval = match args[2].non_null() {
        Some(v) => micros(vm, v)?,
        None => 0,
    };
    if delay < 0 || interval < 0 {
        return Err(os_error(vm, libc::EINVAL));
    }
    let old = signals::set_timer(which, delay, interval).map_err(|e| os_error(vm, e))?;
    Ok(timer_pair(vm, old))
}

fn getitimer(vm: &mut Vm, args: &[Value]) -> PyResult {
    let which = c_int(vm, args[0])?;
    let now = signals::get_timer(which).map_err(|e| os_error(vm, e))?;
    Ok(timer_pair(vm, now))
}

fn pause(vm: &mut Vm, _: &[Value]) -> PyResult {
    // A signal that came just before must not be waited for.
    if !signals::any() {
        signals::pause();
    }
    run_pending(vm)?;
    Ok(Value::NONE)
}

fn set_wakeup_fd(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = c_int(vm, args[0])?;
    if fd != -1 {
        if !signals::is_open(fd) {
            return Err(os_error(vm, libc::EBADF));
        }
        if signals::is_blocking(fd) {
            return Err(vm.value_error(format!("the fd {fd} must be in non-blocking mode")));
        }
    }
    Ok(Value::from_i32(signals::set_wakeup(fd)))
}

fn siginterrupt(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = signal_number(vm, args[0])?;
    let flag = c_int(vm, args[1])? != 0;
    signals::interrupt(n, flag).map_err(|e| os_error(vm, e))?;
    Ok(Value::NONE)
}

fn strsignal(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = signal_number(vm, args[0])?;
    match signals::describe(n) {
        Some(text) if !text.starts_with("Unknown signal") => Ok(vm.new_str(&text)),
        _ => Ok(Value::NONE),
    }
}

fn to_set(vm: &mut Vm, numbers: Vec<i32>) -> PyResult {
    let list = PyList::new(vm);
    for n in numbers {
        list.push(vm, Value::from_i32(n));
    }
    let ty = vm.builtin_type(ids::SET);
    Ok(set_ops::from_iterable(vm, ty, list.value())?.value())
}

fn from_set(vm: &mut Vm, v: Value) -> PyResult<Vec<i32>> {
    let mut out = Vec::new();
    vm.for_each(v, |vm, item| {
        let n = vm.index(item)?;
        match as_i64(n) {
            Some(n) if (1..COUNT as i64).contains(&n) => out.push(n as i32),
            n => {
                let text = n.map_or("?".to_string(), |n| n.to_string());
                return Err(vm.value_error(format!(
                    "signal number {text} out of range [1; {}]",
                    COUNT - 1
                )));
            }
        }
        Ok(true)
    })?;
    Ok(out)
}

fn valid_signals(vm: &mut Vm, _: &[Value]) -> PyResult {
    to_set(vm, signals::valid())
}

fn pthread_sigmask(vm: &mut Vm, args: &[Value]) -> PyResult {
    let how = c_int(vm, args[0])?;
    let set = from_set(vm, args[1])?;
    let old = signals::mask(how, &set).map_err(|e| os_error(vm, e))?;
    // What was unblocked has come by now.
    run_pending(vm)?;
    to_set(vm, old)
}

fn pthread_kill(vm: &mut Vm, args: &[Value]) -> PyResult {
    let thread = vm.index(args[0])?;
    let thread = as_int(&thread).and_then(|n| u64::try_from(n.to_big()).ok());
    let n = c_int(vm, args[1])?;
    // All threads are one to the kernel; handlers run in the first one anyway.
    if thread.is_none_or(|t| vm.find_thread(t).is_none()) {
        return Err(os_error(vm, libc::ESRCH));
    }
    let own = skein_runtime::helpers::clock::thread_ident();
    signals::kill_thread(own, n).map_err(|e| os_error(vm, e))?;
    run_pending(vm)?;
    Ok(Value::NONE)
}

fn sigpending(vm: &mut Vm, _: &[Value]) -> PyResult {
    let set = signals::pending().map_err(|e| os_error(vm, e))?;
    to_set(vm, set)
}

fn sigwait(vm: &mut Vm, args: &[Value]) -> PyResult {
    let set = from_set(vm, args[0])?;
    let_others_run(vm, &set, None)?;
    let n = signals::wait(&set).map_err(|e| os_error(vm, e))?;
    Ok(Value::from_i32(n))
}

/// Lets others run until one of the signals is pending.
fn let_others_run(vm: &mut Vm, set: &[i32], end: Option<i128>) -> PyResult<()> {
    if !vm.has_company() {
        return Ok(());
    }
    let Ok(fd) = signals::descriptor(set) else {
        return Ok(());
    };
    let waited = crate::support::give_way(vm, &[(fd, libc::POLLIN)], end);
    let _ = skein_runtime::helpers::files::close(fd);
    waited
}

fn info(vm: &mut Vm, fields: signals::Info) -> PyResult {
    let values = fields.map(|n| vm.new_int(n));
    match vm
        .state_get("_signal.struct_siginfo")
        .and_then(|v| v.cast())
    {
        Some(ty) => Ok(struct_seq::new_instance(vm, ty, 7, &values)),
        None => Ok(vm.new_tuple(&values)),
    }
}

fn sigwaitinfo(vm: &mut Vm, args: &[Value]) -> PyResult {
    let set = from_set(vm, args[0])?;
    let_others_run(vm, &set, None)?;
    loop {
        match signals::wait_info(&set, None) {
            Ok(fields) => return info(vm, fields),
            Err(libc::EINTR) => run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e)),
        }
    }
}

fn sigtimedwait(vm: &mut Vm, args: &[Value]) -> PyResult {
    let set = from_set(vm, args[0])?;
    let timeout = nanoseconds(vm, args[1], Rounding::Away)?;
    if timeout < 0 {
        return Err(vm.value_error("timeout must be non-negative"));
    }
    let end = crate::support::monotonic(vm)? + timeout;
    if timeout > 0 {
        let_others_run(vm, &set, Some(end))?;
    }
    loop {
        let left = (end - crate::support::monotonic(vm)?).max(0);
        match signals::wait_info(&set, Some(left)) {
            Ok(fields) => return info(vm, fields),
            Err(libc::EAGAIN) => return Ok(Value::NONE),
            Err(libc::EINTR) => run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e)),
        }
    }
}
