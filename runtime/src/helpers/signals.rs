//! Signals: an async-signal-safe handler that only sets flags, and safe functions over libc for the `_signal` module.
//!
//! The handler sets the signal's flag, then the `Vm`'s attention flag, and writes the number to the wake-up descriptor;
//! the interpreter takes the flags at its next safe point. Errors are `errno` numbers.

use super::last_errno;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

/// One past the largest signal number.
pub const COUNT: i32 = 65;

static ANY: AtomicBool = AtomicBool::new(false);
static TRIPPED: [AtomicBool; COUNT as usize] = [const { AtomicBool::new(false) }; COUNT as usize];
static ATTENTION: AtomicPtr<AtomicBool> = AtomicPtr::new(std::ptr::null_mut());
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
/// Event counter of the poller; -1: none.
static POLLER: AtomicI32 = AtomicI32::new(-1);

/// What a signal does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// `SIG_DFL`
    Default,
    /// `SIG_IGN`
    Ignore,
    /// Sets flags for [`take`].
    Flag,
    /// A handler that is not ours.
    Foreign,
}

extern "C" fn on_signal(signum: libc::c_int) {
    let saved = last_errno();
    if let Some(flag) = TRIPPED.get(signum as usize) {
        flag.store(true, Ordering::Relaxed);
    }
    ANY.store(true, Ordering::Release);
    let attention = ATTENTION.load(Ordering::Acquire);
    // SAFETY: H9: null, or a flag that `connect` leaked; storing to an atomic is async-signal-safe.
    if let Some(flag) = unsafe { attention.as_ref() } {
        flag.store(true, Ordering::Release);
    }
    let poller = POLLER.load(Ordering::Relaxed);
    if poller >= 0 {
        super::epoll::ring(poller);
    }
    let fd = WAKEUP.load(Ordering::Relaxed);
    if fd >= 0 {
        let byte = signum as u8;
        // SAFETY: write is async-signal-safe and reads one byte; errno is put back below.
        unsafe { libc::write(fd, (&raw const byte).cast(), 1) };
    }
    // SAFETY: the location belongs to this thread.
    unsafe { *libc::__errno_location() = saved };
}

/// Says which flag the handler sets so that the interpreter looks. The flag is kept for ever.
pub fn connect(attention: &Arc<AtomicBool>) {
    let leaked = Arc::into_raw(attention.clone()).cast_mut();
    ATTENTION.store(leaked, Ordering::Release);
}

/// Says which event counter ([`super::epoll`]) is rung for signals, so that one that comes right before the poller sleeps
/// wakes it; -1: none.
pub fn ring_poller(counter: i32) {
    POLLER.store(counter, Ordering::Relaxed);
}

/// Blocks all signals for this helper thread: they are for the thread that runs Python.
pub fn leave_to_others() {
    let mut all = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: fills the set before it is read.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), std::ptr::null_mut());
    }
}

/// True if a signal has come since [`take`] last found none.
pub fn any() -> bool {
    ANY.load(Ordering::Acquire)
}

/// The lowest signal that has come and was not taken yet.
pub fn take() -> Option<i32> {
    if !ANY.swap(false, Ordering::AcqRel) {
        return None;
    }
    for (n, flag) in TRIPPED.iter().enumerate() {
        if flag.swap(false, Ordering::AcqRel) {
            ANY.store(true, Ordering::Release);
            return Some(n as i32);
        }
    }
    None
}

/// Acts as if the signal had come.
pub fn trip(signum: i32) {
    on_signal(signum);
}

/// Sets what a signal does.
pub fn set_action(signum: i32, action: Action) -> Result<(), i32> {
    let handler = match action {
        Action::Default => libc::SIG_DFL,
        Action::Ignore => libc::SIG_IGN,
        _ => on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t,
    };
    let mut act = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all-zero bytes are a valid sigaction (empty mask, no flags); the handler is async-signal-safe.
    let r = unsafe {
        let mut act = *act.as_mut_ptr();
        act.sa_sigaction = handler;
        libc::sigaction(signum, &act, std::ptr::null_mut())
    };
    if r == 0 { Ok(()) } else { Err(last_errno()) }
}

/// What a signal does now; `None` for signals that do not exist.
pub fn action(signum: i32) -> Option<Action> {
    let mut act = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: writes one sigaction, for which all-zero bytes are valid too.
    let (r, act) = unsafe {
        let r = libc::sigaction(signum, std::ptr::null(), act.as_mut_ptr());
        (r, act.assume_init())
    };
    let ours = on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t;
    match act.sa_sigaction {
        _ if r != 0 => None,
        libc::SIG_DFL => Some(Action::Default),
        libc::SIG_IGN => Some(Action::Ignore),
        h if h == ours => Some(Action::Flag),
        _ => Some(Action::Foreign),
    }
}

/// Sets the descriptor that gets a byte per signal (-1: none); gives the old one.
pub fn set_wakeup(fd: i32) -> i32 {
    WAKEUP.swap(fd, Ordering::Relaxed)
}

/// True if the descriptor is open.
pub fn is_open(fd: i32) -> bool {
    // SAFETY: only asks for flags.
    unsafe { libc::fcntl(fd, libc::F_GETFD) >= 0 }
}

/// True if the descriptor blocks.
pub fn is_blocking(fd: i32) -> bool {
    // SAFETY: only asks for flags.
    unsafe { libc::fcntl(fd, libc::F_GETFL) & libc::O_NONBLOCK == 0 }
}

/// Sends a signal to this thread.
pub fn raise(signum: i32) -> Result<(), i32> {
    // SAFETY: has no preconditions.
    if unsafe { libc::raise(signum) } == 0 {
        Ok(())
    } else {
        Err(last_errno())
    }
}

/// Sends a signal to a thread of this process.
pub fn kill_thread(thread: u64, signum: i32) -> Result<(), i32> {
    // SAFETY: H9: the caller passes the identifier of a live thread.
    match unsafe { libc::pthread_kill(thread as libc::pthread_t, signum) } {
        0 => Ok(()),
        e => Err(e),
    }
}

/// `alarm(seconds)`
pub fn alarm(seconds: u32) -> u32 {
    // SAFETY: has no preconditions.
    unsafe { libc::alarm(seconds) }
}

/// Waits for a signal.
pub fn pause() {
    // SAFETY: has no preconditions.
    unsafe { libc::pause() };
}

/// Whether a signal interrupts system calls.
pub fn interrupt(signum: i32, flag: bool) -> Result<(), i32> {
    let mut act = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: reads and writes one sigaction, for which all-zero bytes are valid too.
    let r = unsafe {
        let mut r = libc::sigaction(signum, std::ptr::null(), act.as_mut_ptr());
        if r == 0 {
            let mut act = act.assume_init();
            if flag {
                act.sa_flags &= !libc::SA_RESTART;
            } else {
                act.sa_flags |= libc::SA_RESTART;
            }
            r = libc::sigaction(signum, &act, std::ptr::null_mut());
        }
        r
    };
    if r == 0 { Ok(()) } else { Err(last_errno()) }
}

fn timer(value: &libc::itimerval) -> (i64, i64) {
    let micros = |t: &libc::timeval| t.tv_sec * 1_000_000 + t.tv_usec as i64;
    (micros(&value.it_value), micros(&value.it_interval))
}

unsafe extern "C" {
    fn setitimer(which: i32, new: *const libc::itimerval, old: *mut libc::itimerval) -> i32;
    fn getitimer(which: i32, value: *mut libc::itimerval) -> i32;
}

/// Sets an interval timer; times in microseconds. Gives the old (delay, interval).
pub fn set_timer(which: i32, delay: i64, interval: i64) -> Result<(i64, i64), i32> {
    let micros = |t: i64| libc::timeval {
        tv_sec: t / 1_000_000,
        tv_usec: (t % 1_000_000) as _,
    };
    let new = libc::itimerval {
        it_interval: micros(interval),
        it_value: micros(delay),
    };
    let mut old = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: reads one itimerval and writes one, for which all-zero bytes are valid too.
    let (r, old) = unsafe { (setitimer(which, &new, old.as_mut_ptr()), old.assume_init()) };
    if r == 0 {
        Ok(timer(&old))
    } else {
        Err(last_errno())
    }
}

/// (delay, interval) of a timer in microseconds.
pub fn get_timer(which: i32) -> Result<(i64, i64), i32> {
    let mut value = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: writes one itimerval, for which all-zero bytes are valid too.
    let (r, value) = unsafe { (getitimer(which, value.as_mut_ptr()), value.assume_init()) };
    if r == 0 {
        Ok(timer(&value))
    } else {
        Err(last_errno())
    }
}

fn to_set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: sigemptyset makes the set valid; sigaddset refuses numbers that are no signals.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for n in signals {
            libc::sigaddset(set.as_mut_ptr(), *n);
        }
        set.assume_init()
    }
}

fn from_set(set: &libc::sigset_t) -> Vec<i32> {
    // SAFETY: the set is valid; numbers are in range.
    (1..COUNT)
        .filter(|n| unsafe { libc::sigismember(set, *n) } == 1)
        .collect()
}

/// The signals that may be used.
pub fn valid() -> Vec<i32> {
    let mut set = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: sigfillset makes the set valid.
    let set = unsafe {
        libc::sigfillset(set.as_mut_ptr());
        set.assume_init()
    };
    from_set(&set)
}

/// Changes the mask of blocked signals; gives the old one.
pub fn mask(how: i32, signals: &[i32]) -> Result<Vec<i32>, i32> {
    let new = to_set(signals);
    let mut old = to_set(&[]);
    // SAFETY: reads one set and writes one.
    match unsafe { libc::pthread_sigmask(how, &new, &mut old) } {
        0 => Ok(from_set(&old)),
        e => Err(e),
    }
}

/// Blocked signals that have come.
pub fn pending() -> Result<Vec<i32>, i32> {
    let mut set = to_set(&[]);
    // SAFETY: writes one set.
    if unsafe { libc::sigpending(&mut set) } == 0 {
        Ok(from_set(&set))
    } else {
        Err(last_errno())
    }
}

/// Waits for one of the signals.
pub fn wait(signals: &[i32]) -> Result<i32, i32> {
    let (set, mut n) = (to_set(signals), 0);
    // SAFETY: reads one set and writes one number.
    match unsafe { libc::sigwait(&set, &mut n) } {
        0 => Ok(n),
        e => Err(e),
    }
}

/// A descriptor that is readable while one of the (blocked) signals is pending.
pub fn descriptor(signals: &[i32]) -> Result<i32, i32> {
    let set = to_set(signals);
    // SAFETY: reads one set.
    let fd = unsafe { libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
    if fd < 0 { Err(last_errno()) } else { Ok(fd) }
}

/// What `sigwaitinfo` tells: signo, code, errno, pid, uid, status, band.
pub type Info = [i64; 7];

/// Waits for one of the signals for at most `timeout` nanoseconds.
pub fn wait_info(signals: &[i32], timeout: Option<i128>) -> Result<Info, i32> {
    let set = to_set(signals);
    let limit = timeout.map(|ns| libc::timespec {
        tv_sec: (ns / 1_000_000_000) as _,
        tv_nsec: (ns % 1_000_000_000) as _,
    });
    let limit = limit.as_ref().map_or(std::ptr::null(), |t| t as *const _);
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: reads one set and maybe one timespec, writes one siginfo; its accessors read words that are zero otherwise.
    unsafe {
        if libc::sigtimedwait(&set, info.as_mut_ptr(), limit) < 0 {
            return Err(last_errno());
        }
        let i = info.assume_init();
        Ok([
            i.si_signo as i64,
            i.si_code as i64,
            i.si_errno as i64,
            i.si_pid() as i64,
            i.si_uid() as i64,
            i.si_status() as i64,
            0,
        ])
    }
}

/// The description of a signal.
pub fn describe(signum: i32) -> Option<String> {
    // SAFETY: gives null or a C string that lives until the next call on this thread (H9).
    unsafe {
        let text = libc::strsignal(signum);
        if text.is_null() {
            return None;
        }
        Some(
            std::ffi::CStr::from_ptr(text)
                .to_string_lossy()
                .into_owned(),
        )
    }
}
