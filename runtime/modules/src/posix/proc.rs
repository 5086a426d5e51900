//! Processes, users, groups, priorities and limits of the system.

use super::{done, int, number};
use crate::os_error::os_error;
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::{epoll, files, process};
use skein_runtime::prelude::*;

static FUNCTIONS: &[NativeDef] = &[
    function("fork", fork, "()", "Fork a child process."),
    function(
        "register_at_fork",
        register_at_fork,
        "(*, before=None, after_in_child=None, after_in_parent=None)",
        "Register callables to be called when forking.",
    ),
    function("wait", wait, "()", "Wait for a child process."),
    function(
        "wait3",
        wait3,
        "(options)",
        "Wait for a child process; also its resources.",
    ),
    function(
        "wait4",
        wait4,
        "(pid, options)",
        "Wait for a process; also its resources.",
    ),
    function(
        "WCOREDUMP",
        wcoredump,
        "(status, /)",
        "Whether the process dumped core.",
    ),
    function(
        "WIFCONTINUED",
        wifcontinued,
        "(status)",
        "Whether the process was continued.",
    ),
    function(
        "killpg",
        killpg,
        "(pgid, signal, /)",
        "Send a signal to a process group.",
    ),
    function("getpgrp", getpgrp, "()", "Process group."),
    function(
        "setpgrp",
        setpgrp,
        "()",
        "Make the process the leader of its group.",
    ),
    function("getpgid", getpgid, "(pid)", "Process group of a process."),
    function("setpgid", setpgid, "(pid, pgrp, /)", "Set a process group."),
    function("getsid", getsid, "(pid, /)", "Session of a process."),
    function("setsid", setsid, "()", "Start a session."),
    function("getgroups", getgroups, "()", "Supplementary groups."),
    function(
        "getresuid",
        getresuid,
        "()",
        "Real, effective and saved user ids.",
    ),
    function(
        "getresgid",
        getresgid,
        "()",
        "Real, effective and saved group ids.",
    ),
    function("setuid", setuid, "(uid, /)", "Set the user id."),
    function("setgid", setgid, "(gid, /)", "Set the group id."),
    function(
        "setgroups",
        setgroups,
        "(groups, /)",
        "Set the supplementary groups.",
    ),
    function(
        "seteuid",
        seteuid,
        "(euid, /)",
        "Set the effective user id.",
    ),
    function(
        "setegid",
        setegid,
        "(egid, /)",
        "Set the effective group id.",
    ),
    function(
        "setreuid",
        setreuid,
        "(ruid, euid, /)",
        "Set real and effective user ids.",
    ),
    function(
        "setregid",
        setregid,
        "(rgid, egid, /)",
        "Set real and effective group ids.",
    ),
    function(
        "nice",
        nice,
        "(increment, /)",
        "Change the priority; returns the new one.",
    ),
    function(
        "getpriority",
        getpriority,
        "(which, who)",
        "Priority of a program.",
    ),
    function(
        "setpriority",
        setpriority,
        "(which, who, priority)",
        "Set the priority of a program.",
    ),
    function("sched_yield", sched_yield, "()", "Give up the processor."),
    function(
        "sched_getaffinity",
        sched_getaffinity,
        "(pid, /)",
        "Processors a process may run on.",
    ),
    function("getloadavg", getloadavg, "()", "Load averages."),
    function(
        "getrandom",
        getrandom,
        "(size, flags=0)",
        "Random bytes from the system.",
    ),
    function("major", major, "(device, /)", "Major number of a device."),
    function("minor", minor, "(device, /)", "Minor number of a device."),
    function(
        "makedev",
        makedev,
        "(major, minor, /)",
        "Device of a major and minor number.",
    ),
    function("sysconf", sysconf, "(name, /)", "A limit of the system."),
    function("confstr", confstr, "(name, /)", "A text about the system."),
];

static RUSAGE: StructSeq = StructSeq {
    name: "struct_rusage",
    module: "resource",
    doc: "Resources that a process used.",
    fields: &[
        "ru_utime",
        "ru_stime",
        "ru_maxrss",
        "ru_ixrss",
        "ru_idrss",
        "ru_isrss",
        "ru_minflt",
        "ru_majflt",
        "ru_nswap",
        "ru_inblock",
        "ru_oublock",
        "ru_msgsnd",
        "ru_msgrcv",
        "ru_nsignals",
        "ru_nvcsw",
        "ru_nivcsw",
    ],
    visible: 16,
};

static SCHED_PARAM: StructSeq = StructSeq {
    name: "sched_param",
    module: "posix",
    doc: "Scheduling parameters.",
    fields: &["sched_priority"],
    visible: 1,
};

const CONSTANTS: &[(&str, i32)] = &[
    ("PRIO_PROCESS", 0),
    ("PRIO_PGRP", 1),
    ("PRIO_USER", 2),
    ("P_PIDFD", 3),
    ("WEXITED", libc::WEXITED),
    ("WSTOPPED", libc::WSTOPPED),
    ("WNOWAIT", libc::WNOWAIT),
    ("CLD_EXITED", libc::CLD_EXITED),
    ("CLD_KILLED", libc::CLD_KILLED),
    ("CLD_DUMPED", libc::CLD_DUMPED),
    ("CLD_TRAPPED", libc::CLD_TRAPPED),
    ("CLD_STOPPED", libc::CLD_STOPPED),
    ("CLD_CONTINUED", libc::CLD_CONTINUED),
    ("SCHED_OTHER", libc::SCHED_OTHER),
    ("SCHED_FIFO", libc::SCHED_FIFO),
    ("SCHED_RR", libc::SCHED_RR),
    ("SCHED_BATCH", libc::SCHED_BATCH),
    ("SCHED_IDLE", libc::SCHED_IDLE),
    ("EX_NOUSER", 67),
    ("EX_NOHOST", 68),
    ("EX_UNAVAILABLE", 69),
    ("EX_OSFILE", 72),
    ("EX_PROTOCOL", 76),
];

macro_rules! names {
    ($prefix:literal, $($name:ident = $constant:ident),* $(,)?) => { &[$((concat!($prefix, stringify!($name)), libc::$constant)),*] };
}

const SYSCONF_NAMES: &[(&str, i32)] = names!(
    "SC_",
    ARG_MAX = _SC_ARG_MAX,
    ATEXIT_MAX = _SC_ATEXIT_MAX,
    CHILD_MAX = _SC_CHILD_MAX,
    CLK_TCK = _SC_CLK_TCK,
    GETGR_R_SIZE_MAX = _SC_GETGR_R_SIZE_MAX,
    GETPW_R_SIZE_MAX = _SC_GETPW_R_SIZE_MAX,
    HOST_NAME_MAX = _SC_HOST_NAME_MAX,
    IOV_MAX = _SC_IOV_MAX,
    LINE_MAX = _SC_LINE_MAX,
    LOGIN_NAME_MAX = _SC_LOGIN_NAME_MAX,
    NGROUPS_MAX = _SC_NGROUPS_MAX,
    NPROCESSORS_CONF = _SC_NPROCESSORS_CONF,
    NPROCESSORS_ONLN = _SC_NPROCESSORS_ONLN,
    OPEN_MAX = _SC_OPEN_MAX,
    PAGESIZE = _SC_PAGESIZE,
    PAGE_SIZE = _SC_PAGESIZE,
    PHYS_PAGES = _SC_PHYS_PAGES,
    AVPHYS_PAGES = _SC_AVPHYS_PAGES,
    STREAM_MAX = _SC_STREAM_MAX,
    SYMLOOP_MAX = _SC_SYMLOOP_MAX,
    TTY_NAME_MAX = _SC_TTY_NAME_MAX,
    TZNAME_MAX = _SC_TZNAME_MAX,
    VERSION = _SC_VERSION,
    SEM_NSEMS_MAX = _SC_SEM_NSEMS_MAX,
    SEM_VALUE_MAX = _SC_SEM_VALUE_MAX,
    THREADS = _SC_THREADS,
    THREAD_STACK_MIN = _SC_THREAD_STACK_MIN,
    SEMAPHORES = _SC_SEMAPHORES,
    MONOTONIC_CLOCK = _SC_MONOTONIC_CLOCK,
    JOB_CONTROL = _SC_JOB_CONTROL,
    SAVED_IDS = _SC_SAVED_IDS,
);

const CONFSTR_NAMES: &[(&str, i32)] = &[
    ("CS_PATH", 0),
    ("CS_GNU_LIBC_VERSION", 2),
    ("CS_GNU_LIBPTHREAD_VERSION", 3),
];

/// Adds functions, types and constants.
pub(super) fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*n));
    }
    add_names(vm, m, "sysconf_names", SYSCONF_NAMES);
    add_names(vm, m, "confstr_names", CONFSTR_NAMES);
    let usage = struct_seq::new_type(vm, &RUSAGE, true);
    vm.state_set("posix.struct_rusage", usage.value());
    let param = struct_seq::new_type(vm, &SCHED_PARAM, true);
    vm.add_constant(m, "sched_param", param.value());
    Ok(())
}

/// Adds a dict of names for numbers.
pub(super) fn add_names(vm: &mut Vm, m: Ref<PyModule>, attribute: &str, names: &[(&str, i32)]) {
    let dict = PyDict::new(vm);
    for (name, n) in names {
        dict.set_text(vm, name, Value::from_i32(*n));
    }
    vm.add_constant(m, attribute, dict.value());
}

/// A number, or the name of one.
pub(super) fn name_arg(vm: &mut Vm, v: Value, names: &[(&str, i32)]) -> PyResult<i32> {
    if as_int(&v).is_some() {
        return int(vm, v);
    }
    let Some(s) = v.cast::<PyStr>() else {
        return Err(vm.type_error("configuration names must be strings or integers"));
    };
    match names.iter().find(|(n, _)| n.as_bytes() == s.bytes()) {
        Some((_, n)) => Ok(*n),
        None => Err(vm.value_error("unrecognized configuration name")),
    }
}

const FORK_LISTS: [&str; 3] = [
    "posix.before_fork",
    "posix.after_in_child",
    "posix.after_in_parent",
];

fn fork_list(vm: &mut Vm, name: &str) -> Ref<PyList> {
    match vm.state_get(name).and_then(|v| v.cast()) {
        Some(l) => l,
        None => {
            let l = PyList::new(vm);
            vm.state_set(name, l.value());
            l
        }
    }
}

fn register_at_fork(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a.iter().all(|v| v.is_null()) {
        return Err(vm.type_error("At least one argument is required."));
    }
    for (v, what) in a
        .iter()
        .zip(["before", "after_in_child", "after_in_parent"])
    {
        if !v.is_null() && !vm.is_callable(*v) {
            let name = vm.type_name(*v);
            return Err(vm.type_error(format!("'{what}' must be callable, not {name}")));
        }
    }
    for (v, list) in a.iter().zip(FORK_LISTS) {
        if !v.is_null() {
            fork_list(vm, list).push(vm, *v);
        }
    }
    Ok(Value::NONE)
}

/// Runs the callables around a fork; what they raise is nobody's to handle.
fn run_fork_list(vm: &mut Vm, name: &str, backwards: bool) {
    let list = fork_list(vm, name);
    let n = list.len();
    for i in 0..n {
        let at = if backwards { n - 1 - i } else { i };
        if let Some(f) = list.try_get(at)
            && vm.call(f, &[]).is_err()
        {
            vm.take_raised();
        }
    }
}

fn fork(vm: &mut Vm, _: &[Value]) -> PyResult {
    let r = fork_with(vm, || Ok(()));
    if r.is_ok_and(|pid| pid > 0) {
        warn_about_threads(vm, "fork")?;
    }
    number(vm, r)
}

/// The child lacks the other threads, which may have been in the middle of something.
pub(super) fn warn_about_threads(vm: &mut Vm, name: &str) -> PyResult<()> {
    if vm.thread_idents().len() <= 1 {
        return Ok(());
    }
    let pid = std::process::id();
    let text = format!(
        "This process (pid={pid}) is multi-threaded, use of {name}() may lead to deadlocks in the child."
    );
    vm.warn(ids::DEPRECATION_WARNING, &text, 1)
}

/// Forks, with what is registered to run around it; `first` is what the child does before anything else.
pub(super) fn fork_with(vm: &mut Vm, first: impl FnOnce() -> Result<(), i32>) -> Result<i32, i32> {
    crate::io::settle(vm);
    run_fork_list(vm, FORK_LISTS[0], true);
    let mut r = process::fork();
    if r == Ok(0) {
        vm.forget_other_threads();
        r = first().map(|()| 0);
    }
    run_fork_list(vm, FORK_LISTS[if r == Ok(0) { 1 } else { 2 }], false);
    r
}

/// How often a child is looked for while others run.
const CHILD_STEP: i128 = 2_000_000;

/// Lets others run until a child has ended, perhaps: one alone has a descriptor for that, of many only the kernel knows.
fn wait_for_end(vm: &mut Vm, pid: i32, options: i32) -> PyResult<()> {
    if pid > 0
        && options & (libc::WUNTRACED | libc::WCONTINUED) == 0
        && let Ok(fd) = epoll::of_process(pid)
    {
        let waited = vm.wait_here(None, vec![(fd, libc::POLLIN)], Value::FALSE);
        let _ = files::close(fd);
        return waited.map(|_| ());
    }
    let next = crate::support::monotonic(vm)? + CHILD_STEP;
    vm.wait_here(Some(next), Vec::new(), Value::FALSE)
        .map(|_| ())
}

/// `wait4()`; others run meanwhile.
pub fn wait_for(vm: &mut Vm, pid: i32, options: i32) -> PyResult<(i32, i32, process::Usage)> {
    loop {
        let company = vm.has_company() && options & libc::WNOHANG == 0;
        let now = if company { libc::WNOHANG } else { 0 };
        match process::wait(pid, options | now) {
            Ok((0, _, _)) if company => wait_for_end(vm, pid, options)?,
            Ok(r) => return Ok(r),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

fn wait(vm: &mut Vm, _: &[Value]) -> PyResult {
    let (pid, status, _) = wait_for(vm, -1, 0)?;
    Ok(vm.new_tuple(&[Value::from_i32(pid), Value::from_i32(status)]))
}

/// `struct_rusage`
pub fn usage_object(vm: &mut Vm, usage: process::Usage) -> PyResult {
    let mut fields = ValueVec::new();
    for t in [usage.utime, usage.stime] {
        let v = vm.new_float(t);
        fields.push(&vm.heap, v);
    }
    for n in usage.rest {
        let v = vm.new_int(n);
        fields.push(&vm.heap, v);
    }
    let ty = vm.state_get("posix.struct_rusage").and_then(|t| t.cast());
    match ty {
        Some(ty) => Ok(struct_seq::new_instance(vm, ty, 16, fields.as_slice())),
        None => Err(vm.system_error("posix is not initialised")),
    }
}

fn with_usage(vm: &mut Vm, pid: i32, options: i32) -> PyResult {
    let (pid, status, usage) = wait_for(vm, pid, options)?;
    let usage = usage_object(vm, usage)?;
    Ok(vm.new_tuple(&[Value::from_i32(pid), Value::from_i32(status), usage]))
}
fn wait3(vm: &mut Vm, a: &[Value]) -> PyResult {
    let options = int(vm, a[0])?;
    with_usage(vm, -1, options)
}
fn wait4(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (pid, options) = (int(vm, a[0])?, int(vm, a[1])?);
    with_usage(vm, pid, options)
}
fn wcoredump(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(libc::WCOREDUMP(int(vm, a[0])?)))
}
fn wifcontinued(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(libc::WIFCONTINUED(int(vm, a[0])?)))
}
fn killpg(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (group, signal) = (int(vm, a[0])?, int(vm, a[1])?);
    done(vm, process::killpg(group, signal), Value::NULL)?;
    crate::signal::run_pending(vm)?;
    Ok(Value::NONE)
}
fn getpgrp(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_i32(process::getpgrp()))
}
fn setpgrp(vm: &mut Vm, _: &[Value]) -> PyResult {
    done(vm, process::setpgid(0, 0).map(|_| ()), Value::NULL)
}
fn getpgid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let pid = int(vm, a[0])?;
    number(vm, process::getpgid(pid))
}
fn setpgid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (pid, group) = (int(vm, a[0])?, int(vm, a[1])?);
    done(vm, process::setpgid(pid, group).map(|_| ()), Value::NULL)
}
fn getsid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let pid = int(vm, a[0])?;
    number(vm, process::getsid(pid))
}
fn setsid(vm: &mut Vm, _: &[Value]) -> PyResult {
    done(vm, process::setsid().map(|_| ()), Value::NULL)
}

fn id_list(vm: &mut Vm, ids: &[u32]) -> ValueVec {
    let mut all = ValueVec::new();
    for id in ids {
        all.push(&vm.heap, Value::from_usize(*id as usize));
    }
    all
}
fn getgroups(vm: &mut Vm, _: &[Value]) -> PyResult {
    match process::getgroups() {
        Ok(groups) => {
            let all = id_list(vm, &groups);
            Ok(vm.new_list(all.as_slice()))
        }
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn three(vm: &mut Vm, r: Result<[u32; 3], i32>) -> PyResult {
    match r {
        Ok(ids) => {
            let all = id_list(vm, &ids);
            Ok(vm.new_tuple(all.as_slice()))
        }
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn getresuid(vm: &mut Vm, _: &[Value]) -> PyResult {
    three(vm, process::getresuid())
}
fn getresgid(vm: &mut Vm, _: &[Value]) -> PyResult {
    three(vm, process::getresgid())
}

fn id_arg(vm: &mut Vm, v: Value) -> PyResult<u32> {
    let n = vm.index_i64(v)?;
    match n {
        -1 => Ok(u32::MAX),
        0..=0xffff_fffe => Ok(n as u32),
        _ => Err(vm.overflow_error("id is out of range")),
    }
}
macro_rules! set_ids {
    ($($name:ident)*) => {
        $(fn $name(vm: &mut Vm, a: &[Value]) -> PyResult {
            let id = id_arg(vm, a[0])?;
            done(vm, process::$name(id).map(|_| ()), Value::NULL)
        })*
    };
}
set_ids!(setuid setgid seteuid setegid);
fn setreuid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (r, e) = (id_arg(vm, a[0])?, id_arg(vm, a[1])?);
    done(vm, process::setreuid(r, e).map(|_| ()), Value::NULL)
}
fn setregid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (r, e) = (id_arg(vm, a[0])?, id_arg(vm, a[1])?);
    done(vm, process::setregid(r, e).map(|_| ()), Value::NULL)
}

/// The group ids of an iterable.
///
/// # Errors
/// `TypeError`, `OverflowError` or what iterating raises.
pub fn group_list(vm: &mut Vm, v: Value) -> PyResult<Vec<u32>> {
    let mut groups = Vec::new();
    vm.for_each(v, |vm, group| {
        groups.push(id_arg(vm, group)?);
        Ok(true)
    })?;
    Ok(groups)
}
fn setgroups(vm: &mut Vm, a: &[Value]) -> PyResult {
    let groups = group_list(vm, a[0])?;
    done(vm, process::setgroups(&groups), Value::NULL)
}

fn nice(vm: &mut Vm, a: &[Value]) -> PyResult {
    let by = int(vm, a[0])?;
    number(vm, process::nice(by))
}
fn getpriority(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (which, who) = (int(vm, a[0])?, int(vm, a[1])?);
    number(vm, process::getpriority(which, who))
}
fn setpriority(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (which, who, priority) = (int(vm, a[0])?, int(vm, a[1])?, int(vm, a[2])?);
    done(
        vm,
        process::setpriority(which, who, priority).map(|_| ()),
        Value::NULL,
    )
}
fn sched_yield(vm: &mut Vm, _: &[Value]) -> PyResult {
    done(vm, process::sched_yield().map(|_| ()), Value::NULL)
}
fn sched_getaffinity(vm: &mut Vm, a: &[Value]) -> PyResult {
    let pid = int(vm, a[0])?;
    match process::affinity(pid) {
        Ok(cpus) => {
            let mut all = ValueVec::new();
            for n in cpus {
                all.push(&vm.heap, Value::from_usize(n));
            }
            let list = vm.new_list(all.as_slice());
            let ty = vm.builtin_type(ids::SET).value();
            vm.call(ty, &[list])
        }
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn getloadavg(vm: &mut Vm, _: &[Value]) -> PyResult {
    let Some(loads) = process::loadavg() else {
        return Err(vm.raise(ids::OS_ERROR, "Load averages are unobtainable"));
    };
    let [a, b, c] = loads.map(|f| vm.new_float(f));
    Ok(vm.new_tuple(&[a, b, c]))
}
fn getrandom(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = vm.index_i64(a[0])?;
    let flags = if a[1].is_null() { 0 } else { int(vm, a[1])? };
    let Ok(n) = usize::try_from(n) else {
        return Err(os_error(vm, libc::EINVAL, Value::NULL));
    };
    let mut buf = Vec::new();
    if buf.try_reserve_exact(n).is_err() {
        return Err(vm.memory_error());
    }
    buf.resize(n, 0);
    loop {
        match process::getrandom(&mut buf, flags as u32) {
            Ok(n) => return Ok(vm.new_bytes(&buf[..n])),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}
fn major(vm: &mut Vm, a: &[Value]) -> PyResult {
    let device = vm.index_i64(a[0])?;
    Ok(vm.new_int(libc::major(device as u64) as i64))
}
fn minor(vm: &mut Vm, a: &[Value]) -> PyResult {
    let device = vm.index_i64(a[0])?;
    Ok(vm.new_int(libc::minor(device as u64) as i64))
}
fn makedev(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (major, minor) = (int(vm, a[0])?, int(vm, a[1])?);
    Ok(vm.new_uint(libc::makedev(major as u32, minor as u32)))
}
fn sysconf(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = name_arg(vm, a[0], SYSCONF_NAMES)?;
    match process::sysconf(name) {
        Ok(n) => Ok(vm.new_int(n)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn confstr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = name_arg(vm, a[0], CONFSTR_NAMES)?;
    match process::confstr(name) {
        Ok(Some(text)) => crate::path::decode(vm, &text),
        Ok(None) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
