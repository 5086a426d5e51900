//! Clocks, sleeping and broken-down time: safe functions over libc for the `time` module.
//!
//! Errors are `errno` numbers.

use super::last_errno;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

/// Broken-down time as C has it (`year` counts from 1900, `mon` from 0, `wday` from Sunday).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Tm {
    pub sec: i32,
    pub min: i32,
    pub hour: i32,
    pub mday: i32,
    pub mon: i32,
    pub year: i32,
    pub wday: i32,
    pub yday: i32,
    pub isdst: i32,
    pub gmtoff: i64,
    /// Time zone name, if known.
    pub zone: Option<Vec<u8>>,
}

fn nanos(t: &libc::timespec) -> i128 {
    t.tv_sec as i128 * 1_000_000_000 + t.tv_nsec as i128
}

/// The time of a clock in nanoseconds.
pub fn get(clock: i32) -> Result<i128, i32> {
    let mut t = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the call writes at most one timespec, for which all-zero bytes are valid too.
    let (r, t) = unsafe { (libc::clock_gettime(clock, t.as_mut_ptr()), t.assume_init()) };
    if r == 0 {
        Ok(nanos(&t))
    } else {
        Err(last_errno())
    }
}

/// The resolution of a clock in nanoseconds.
pub fn resolution(clock: i32) -> Result<i128, i32> {
    let mut t = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the call writes at most one timespec, for which all-zero bytes are valid too.
    let (r, t) = unsafe { (libc::clock_getres(clock, t.as_mut_ptr()), t.assume_init()) };
    if r == 0 {
        Ok(nanos(&t))
    } else {
        Err(last_errno())
    }
}

fn timespec(ns: i128) -> libc::timespec {
    libc::timespec {
        tv_sec: ns.div_euclid(1_000_000_000) as libc::time_t,
        tv_nsec: ns.rem_euclid(1_000_000_000) as _,
    }
}

/// Sets a clock.
pub fn set(clock: i32, ns: i128) -> Result<(), i32> {
    let t = timespec(ns);
    // SAFETY: reads one timespec.
    match unsafe { libc::clock_settime(clock, &t) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}

/// Sleeps until the monotonic clock shows `deadline` nanoseconds or a signal handler ran (`EINTR`).
pub fn sleep_until(deadline: i128) -> Result<(), i32> {
    let left = deadline - get(libc::CLOCK_MONOTONIC)?;
    if left <= 0 {
        return Ok(());
    }
    let t = timespec(left);
    // SAFETY: reads one timespec; the remaining time is not asked for.
    match unsafe { libc::nanosleep(&t, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
}

/// The CPU-time clock of a thread.
pub fn thread_cpu_clock(thread: u64) -> Result<i32, i32> {
    let mut id: libc::clockid_t = 0;
    // SAFETY: H9: only identifiers of live threads of this process are passed; the call writes one clock id.
    match unsafe { libc::pthread_getcpuclockid(thread as libc::pthread_t, &mut id) } {
        0 => Ok(id),
        e => Err(e),
    }
}

/// Identifier of the calling thread.
pub fn thread_ident() -> u64 {
    // SAFETY: has no preconditions.
    unsafe { libc::pthread_self() as u64 }
}

/// The kernel's identifier of the calling thread.
pub fn native_thread_id() -> i64 {
    // SAFETY: has no preconditions.
    unsafe { libc::syscall(libc::SYS_gettid) }
}

fn from_c(t: &libc::tm) -> Tm {
    let zone = if t.tm_zone.is_null() {
        None
    } else {
        // SAFETY: a non-null zone points at a C string of libc's that lives until the next tzset.
        Some(unsafe { CStr::from_ptr(t.tm_zone) }.to_bytes().to_vec())
    };
    Tm {
        sec: t.tm_sec,
        min: t.tm_min,
        hour: t.tm_hour,
        mday: t.tm_mday,
        mon: t.tm_mon,
        year: t.tm_year,
        wday: t.tm_wday,
        yday: t.tm_yday,
        isdst: t.tm_isdst,
        gmtoff: t.tm_gmtoff,
        zone,
    }
}

fn to_c(tm: &Tm, zone: Option<&CStr>) -> libc::tm {
    libc::tm {
        tm_sec: tm.sec,
        tm_min: tm.min,
        tm_hour: tm.hour,
        tm_mday: tm.mday,
        tm_mon: tm.mon,
        tm_year: tm.year,
        tm_wday: tm.wday,
        tm_yday: tm.yday,
        tm_isdst: tm.isdst,
        tm_gmtoff: tm.gmtoff as _,
        tm_zone: zone.map_or(std::ptr::null(), CStr::as_ptr),
    }
}

/// Seconds since the epoch as local time.
pub fn local_time(seconds: i64) -> Result<Tm, i32> {
    let t = seconds as libc::time_t;
    let mut out = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: the call fills one tm, for which all-zero bytes are valid too.
    let (r, tm) = unsafe { (libc::localtime_r(&t, out.as_mut_ptr()), out.assume_init()) };
    if r.is_null() {
        Err(last_errno())
    } else {
        Ok(from_c(&tm))
    }
}

/// Seconds since the epoch as UTC.
pub fn utc_time(seconds: i64) -> Result<Tm, i32> {
    let t = seconds as libc::time_t;
    let mut out = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: the call fills one tm, for which all-zero bytes are valid too.
    let (r, tm) = unsafe { (libc::gmtime_r(&t, out.as_mut_ptr()), out.assume_init()) };
    if r.is_null() {
        Err(last_errno())
    } else {
        Ok(from_c(&tm))
    }
}

/// Local time as seconds since the epoch; `None` if it cannot be represented.
pub fn make_time(tm: &Tm) -> Option<i64> {
    let mut c = to_c(tm, None);
    c.tm_wday = -1;
    // SAFETY: reads and normalises one tm.
    let t = unsafe { libc::mktime(&mut c) };
    // mktime fills the weekday in whenever it succeeds.
    if t == -1 && c.tm_wday == -1 {
        None
    } else {
        Some(t)
    }
}

/// `strftime`; the format must not contain NUL. The result is empty for formats that give nothing.
pub fn format_time(format: &[u8], tm: &Tm) -> Vec<u8> {
    let Ok(c_format) = CString::new(format) else {
        return Vec::new();
    };
    let zone = tm
        .zone
        .as_ref()
        .and_then(|z| CString::new(z.as_slice()).ok());
    let c = to_c(tm, zone.as_deref());
    let mut size = 256.max(format.len() * 4);
    loop {
        let mut out = vec![0u8; size];
        // SAFETY: writes at most `size` bytes into `out`; format and zone are C strings that outlive the call.
        let n = unsafe { libc::strftime(out.as_mut_ptr().cast(), size, c_format.as_ptr(), &c) };
        if n > 0 || size > 256 * format.len().max(16) {
            out.truncate(n);
            return out;
        }
        size *= 2;
    }
}

unsafe extern "C" {
    fn tzset();
}

/// Reads `TZ` again.
pub fn read_zone() {
    // SAFETY: H9: nothing else in this process reads the zone at the same time.
    unsafe { tzset() }
}
