//! Processes, users and limits: safe functions over libc for `posix`. Errors are `errno` numbers.

use super::last_errno;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

fn check(r: i32) -> Result<i32, i32> {
    if r < 0 { Err(last_errno()) } else { Ok(r) }
}

/// `fork(2)`: 0 in the child. The caller sees to it that the process has one thread, or that the child only calls
/// what may be called then.
pub fn fork() -> Result<i32, i32> {
    // SAFETY: the child goes on with a copy of this thread; the runtime keeps no locks across calls.
    check(unsafe { libc::fork() })
}

/// `_exit(2)`
pub fn exit(status: i32) -> ! {
    // SAFETY: ends the process without running anything.
    unsafe { libc::_exit(status) }
}

/// `abort(3)`
pub fn abort() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

/// Resources that a process used: user and system seconds, then the integer fields of `struct rusage` in order.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Usage {
    pub utime: f64,
    pub stime: f64,
    pub rest: [i64; 14],
}

fn seconds(t: libc::timeval) -> f64 {
    t.tv_sec as f64 + t.tv_usec as f64 * 1e-6
}

/// `wait4(2)`: process, status, resources.
pub fn wait(pid: i32, options: i32) -> Result<(i32, i32, Usage), i32> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: writes one status and at most one rusage, for which zero bytes are valid too.
    let (r, u) = unsafe {
        let r = libc::wait4(pid, &mut status, options, usage.as_mut_ptr());
        (r, usage.assume_init())
    };
    let pid = check(r)?;
    Ok((pid, status, usage_of(&u)))
}

fn usage_of(u: &libc::rusage) -> Usage {
    Usage {
        utime: seconds(u.ru_utime),
        stime: seconds(u.ru_stime),
        rest: [
            u.ru_maxrss,
            u.ru_ixrss,
            u.ru_idrss,
            u.ru_isrss,
            u.ru_minflt,
            u.ru_majflt,
            u.ru_nswap,
            u.ru_inblock,
            u.ru_oublock,
            u.ru_msgsnd,
            u.ru_msgrcv,
            u.ru_nsignals,
            u.ru_nvcsw,
            u.ru_nivcsw,
        ],
    }
}

/// `getrusage(2)`
pub fn usage(who: i32) -> Result<Usage, i32> {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: writes at most one rusage, for which zero bytes are valid too.
    let (r, u) = unsafe {
        (
            libc::getrusage(who, usage.as_mut_ptr()),
            usage.assume_init(),
        )
    };
    check(r)?;
    Ok(usage_of(&u))
}

/// `prlimit(2)`: the soft and hard limit before, of process `pid` (0: this one); new ones are set if given.
pub fn limits(pid: i32, resource: i32, new: Option<(u64, u64)>) -> Result<(u64, u64), i32> {
    let new = new.map(|(soft, hard)| libc::rlimit {
        rlim_cur: soft,
        rlim_max: hard,
    });
    let given = new
        .as_ref()
        .map_or(std::ptr::null(), |limit| limit as *const _);
    let mut old = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: reads at most one rlimit, writes one.
    check(unsafe { libc::prlimit(pid, resource as _, given, &mut old) })?;
    Ok((old.rlim_cur, old.rlim_max))
}

/// `execve(2)`, or `execv` without an environment; returns only on failure.
pub fn exec(path: &CStr, args: &[CString], env: Option<&[CString]>) -> i32 {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        let all = strings.iter().map(|s| s.as_ptr());
        all.chain(std::iter::once(std::ptr::null())).collect()
    };
    let args = pointers(args);
    // SAFETY: path and strings are C strings that outlive the call, the arrays end with a null pointer.
    unsafe {
        match env.map(pointers) {
            Some(env) => libc::execve(path.as_ptr(), args.as_ptr(), env.as_ptr()),
            None => libc::execv(path.as_ptr(), args.as_ptr()),
        };
    }
    last_errno()
}

/// `system(3)`
pub fn system(command: &CStr) -> i32 {
    // SAFETY: the command is a C string.
    unsafe { libc::system(command.as_ptr()) }
}

/// `kill(2)`
pub fn kill(pid: i32, signal: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers; handlers of this process only set flags.
    check(unsafe { libc::kill(pid, signal) }).map(|_| ())
}

/// `killpg(2)`
pub fn killpg(group: i32, signal: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers; handlers of this process only set flags.
    check(unsafe { libc::killpg(group, signal) }).map(|_| ())
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),*) = $call:ident;)*) => {
        $($(#[$doc])*
        pub fn $name($($arg: $ty),*) -> Result<i32, i32> {
            // SAFETY: only takes numbers.
            check(unsafe { libc::$call($($arg),*) })
        })*
    };
}

numbers! {
    /// `getpgid(2)`
    getpgid(pid: i32) = getpgid;
    /// `setpgid(2)`
    setpgid(pid: i32, group: i32) = setpgid;
    /// `getsid(2)`
    getsid(pid: i32) = getsid;
    /// `setsid(2)`
    setsid() = setsid;
    /// `setuid(2)`
    setuid(id: u32) = setuid;
    /// `setgid(2)`
    setgid(id: u32) = setgid;
    /// `seteuid(2)`
    seteuid(id: u32) = seteuid;
    /// `setegid(2)`
    setegid(id: u32) = setegid;
    /// `setreuid(2)`
    setreuid(real: u32, effective: u32) = setreuid;
    /// `setregid(2)`
    setregid(real: u32, effective: u32) = setregid;
    /// `setresuid(2)`
    setresuid(real: u32, effective: u32, saved: u32) = setresuid;
    /// `setresgid(2)`
    setresgid(real: u32, effective: u32, saved: u32) = setresgid;
    /// `tcgetpgrp(3)`
    tcgetpgrp(fd: i32) = tcgetpgrp;
    /// `tcsetpgrp(3)`
    tcsetpgrp(fd: i32, group: i32) = tcsetpgrp;
    /// `sched_yield(2)`
    sched_yield() = sched_yield;
    /// `posix_openpt(3)`
    posix_openpt(flags: i32) = posix_openpt;
    /// `grantpt(3)`
    grantpt(fd: i32) = grantpt;
    /// `unlockpt(3)`
    unlockpt(fd: i32) = unlockpt;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident -> $ty:ty;)*) => {
        $($(#[$doc])*
        pub fn $name() -> $ty {
            // SAFETY: takes nothing and cannot fail.
            unsafe { libc::$name() }
        })*
    };
}

ids! {
    /// `getpid(2)`
    getpid -> i32;
    /// `getppid(2)`
    getppid -> i32;
    /// `getpgrp(2)`
    getpgrp -> i32;
    /// `getuid(2)`
    getuid -> u32;
    /// `geteuid(2)`
    geteuid -> u32;
    /// `getgid(2)`
    getgid -> u32;
    /// `getegid(2)`
    getegid -> u32;
}

/// `umask(2)`: the old mask.
pub fn umask(mask: u32) -> u32 {
    // SAFETY: only takes a number and cannot fail.
    unsafe { libc::umask(mask) }
}

/// `nice(2)`
pub fn nice(by: i32) -> Result<i32, i32> {
    // SAFETY: only takes a number.
    let r = unsafe {
        *libc::__errno_location() = 0;
        libc::nice(by)
    };
    match last_errno() {
        e if r == -1 && e != 0 => Err(e),
        _ => Ok(r),
    }
}

/// `getpriority(2)`
pub fn getpriority(which: i32, who: i32) -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    let r = unsafe {
        *libc::__errno_location() = 0;
        libc::getpriority(which as _, who as _)
    };
    match last_errno() {
        e if r == -1 && e != 0 => Err(e),
        _ => Ok(r),
    }
}

/// `setpriority(2)`
pub fn setpriority(which: i32, who: i32, priority: i32) -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::setpriority(which as _, who as _, priority) })
}

/// `getgroups(2)`
pub fn getgroups() -> Result<Vec<u32>, i32> {
    // SAFETY: with size 0 only counts.
    let n = check(unsafe { libc::getgroups(0, std::ptr::null_mut()) })?;
    let mut groups = vec![0; n as usize];
    // SAFETY: writes at most the length of the buffer.
    let n = check(unsafe { libc::getgroups(n, groups.as_mut_ptr()) })?;
    groups.truncate(n as usize);
    Ok(groups)
}

/// `setgroups(2)`
pub fn setgroups(groups: &[u32]) -> Result<(), i32> {
    // SAFETY: reads as many numbers as the slice has.
    check(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) }).map(|_| ())
}

/// Real, effective and saved user ids.
pub fn getresuid() -> Result<[u32; 3], i32> {
    let (mut r, mut e, mut s) = (0, 0, 0);
    // SAFETY: writes three numbers.
    check(unsafe { libc::getresuid(&mut r, &mut e, &mut s) }).map(|_| [r, e, s])
}

/// Real, effective and saved group ids.
pub fn getresgid() -> Result<[u32; 3], i32> {
    let (mut r, mut e, mut s) = (0, 0, 0);
    // SAFETY: writes three numbers.
    check(unsafe { libc::getresgid(&mut r, &mut e, &mut s) }).map(|_| [r, e, s])
}

/// `getloadavg(3)`
pub fn loadavg() -> Option<[f64; 3]> {
    let mut loads = [0.0; 3];
    // SAFETY: writes at most three numbers.
    (unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } == 3).then_some(loads)
}

/// `times(2)`: user, system, children's user and system, elapsed, in seconds.
pub fn times() -> Result<[f64; 5], i32> {
    let mut t = MaybeUninit::<libc::tms>::zeroed();
    // SAFETY: writes one tms, for which zero bytes are valid too.
    let (elapsed, t, hz) = unsafe {
        let elapsed = libc::times(t.as_mut_ptr());
        (elapsed, t.assume_init(), libc::sysconf(libc::_SC_CLK_TCK))
    };
    if elapsed == -1 {
        return Err(last_errno());
    }
    let all = [
        t.tms_utime,
        t.tms_stime,
        t.tms_cutime,
        t.tms_cstime,
        elapsed,
    ];
    Ok(all.map(|n| n as f64 / hz as f64))
}

/// `getrandom(2)`
pub fn getrandom(buf: &mut [u8], flags: u32) -> Result<usize, i32> {
    // SAFETY: writes at most the length of the buffer.
    let n = unsafe { libc::getrandom(buf.as_mut_ptr().cast(), buf.len(), flags) };
    usize::try_from(n).map_err(|_| last_errno())
}

fn text(field: &[libc::c_char]) -> Vec<u8> {
    let bytes = field.iter().map(|c| *c as u8);
    bytes.take_while(|b| *b != 0).collect()
}

/// `uname(2)`: system, node, release, version, machine.
pub fn uname() -> Result<[Vec<u8>; 5], i32> {
    let mut u = MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: writes one utsname, for which zero bytes are valid too.
    let (r, u) = unsafe { (libc::uname(u.as_mut_ptr()), u.assume_init()) };
    check(r)?;
    Ok([
        text(&u.sysname),
        text(&u.nodename),
        text(&u.release),
        text(&u.version),
        text(&u.machine),
    ])
}

/// `getlogin(3)`
pub fn getlogin() -> Result<Vec<u8>, i32> {
    // SAFETY: the result is null or a C string that stays until the next call; it is copied at once.
    unsafe {
        let name = libc::getlogin();
        if name.is_null() {
            return Err(last_errno());
        }
        Ok(CStr::from_ptr(name).to_bytes().to_vec())
    }
}

/// `sysconf(3)`; -1: no limit.
pub fn sysconf(name: i32) -> Result<i64, i32> {
    // SAFETY: only takes a number.
    let r = unsafe {
        *libc::__errno_location() = 0;
        libc::sysconf(name)
    };
    match last_errno() {
        e if r == -1 && e != 0 => Err(e),
        _ => Ok(r),
    }
}

/// `confstr(3)`
pub fn confstr(name: i32) -> Result<Option<Vec<u8>>, i32> {
    let mut buf = vec![0u8; 4096];
    // SAFETY: writes at most the length of the buffer.
    let n = unsafe {
        *libc::__errno_location() = 0;
        libc::confstr(name, buf.as_mut_ptr().cast(), buf.len())
    };
    match (n, last_errno()) {
        (0, 0) => Ok(None),
        (0, e) => Err(e),
        (n, _) => {
            buf.truncate(n.saturating_sub(1).min(4095));
            Ok(Some(buf))
        }
    }
}

/// Numbers of the processors that `pid` may run on.
pub fn affinity(pid: i32) -> Result<Vec<usize>, i32> {
    let mut set = MaybeUninit::<libc::cpu_set_t>::zeroed();
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: writes at most one set, for which zero bytes are valid too.
    let (r, set) = unsafe {
        let r = libc::sched_getaffinity(pid, size, set.as_mut_ptr());
        (r, set.assume_init())
    };
    check(r)?;
    let has = |i: &usize| {
        // SAFETY: `i` is below the set's size in bits.
        unsafe { libc::CPU_ISSET(*i, &set) }
    };
    Ok((0..size * 8).filter(has).collect())
}

/// `setenv(3)`, or `unsetenv(3)` for `None`. Fails for names that no environment can hold.
pub fn set_env(name: &CStr, value: Option<&CStr>) -> Result<(), i32> {
    // SAFETY: both are C strings; the runtime reads the environment only through Rust's locked functions on the same
    // thread, never while this runs.
    check(unsafe {
        match value {
            Some(v) => libc::setenv(name.as_ptr(), v.as_ptr(), 1),
            None => libc::unsetenv(name.as_ptr()),
        }
    })
    .map(|_| ())
}
