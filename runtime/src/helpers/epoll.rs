//! `epoll(7)` and `eventfd(2)`: safe functions for the poller of tasklets and for `select.epoll`. Errors are `errno` numbers.

use super::last_errno;
use std::mem::MaybeUninit;

fn check(r: i32) -> Result<i32, i32> {
    if r < 0 { Err(last_errno()) } else { Ok(r) }
}

/// `epoll_create1(2)`
pub fn create(flags: i32) -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::epoll_create1(flags) })
}

/// `epoll_ctl(2)`; `data` comes back with the events of the descriptor.
pub fn control(epoll: i32, operation: i32, fd: i32, events: u32, data: u64) -> Result<(), i32> {
    let mut event = libc::epoll_event { events, u64: data };
    // SAFETY: reads one record.
    check(unsafe { libc::epoll_ctl(epoll, operation, fd, &mut event) }).map(|_| ())
}

/// Waits for at most `most` events, for `limit` nanoseconds (`None`: for ever); gives (events, data).
pub fn wait(epoll: i32, limit: Option<i128>, most: usize) -> Result<Vec<(u32, u64)>, i32> {
    const ROOM: usize = 256;
    const MOST: usize = 1 << 16;
    let nothing = libc::epoll_event { events: 0, u64: 0 };
    let mut small = [MaybeUninit::<libc::epoll_event>::uninit(); ROOM];
    if most <= ROOM {
        let count = most.max(1) as i32;
        let n = wait_exactly(epoll, small.as_mut_ptr().cast(), count, limit)?;
        let came = small[..n as usize].iter().map(|e| {
            // SAFETY: the kernel has written the first `n`.
            let e = unsafe { e.assume_init() };
            (e.events, e.u64)
        });
        return Ok(came.collect());
    }
    let mut room = vec![nothing; most.min(MOST)];
    let n = wait_exactly(epoll, room.as_mut_ptr(), room.len() as i32, limit)?;
    let came = room[..n as usize].iter();
    Ok(came.map(|e| (e.events, e.u64)).collect())
}

fn wait_exactly(
    epoll: i32,
    room: *mut libc::epoll_event,
    count: i32,
    limit: Option<i128>,
) -> Result<i32, i32> {
    // Whole milliseconds would make short sleeps long; kernels before 5.11 have nothing better.
    if let Some(ns) = limit.filter(|ns| *ns > 0 && *ns < 1_000_000_000) {
        let end = libc::timespec {
            tv_sec: 0,
            tv_nsec: ns as libc::c_long,
        };
        let mask = std::ptr::null::<libc::sigset_t>();
        // SAFETY: the room has `count` records; the time is alive; no mask.
        let r = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                epoll,
                room,
                count,
                &raw const end,
                mask,
                0usize,
            )
        };
        match check(r as i32) {
            Err(libc::ENOSYS | libc::EPERM) => {}
            r => return r,
        }
    }
    let ms = limit.map_or(-1, |ns| {
        ((ns.max(0) + 999_999) / 1_000_000).min(i128::from(i32::MAX)) as i32
    });
    // SAFETY: the room has `count` records.
    check(unsafe { libc::epoll_wait(epoll, room, count, ms) })
}

/// A counter that makes its descriptor readable: wakes who waits in [`wait`], also from signal handlers and other threads.
pub fn event_counter() -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })
}

/// Makes the counter's descriptor readable.
pub fn ring(counter: i32) {
    let one = 1u64;
    // SAFETY: reads eight bytes. A full counter is readable already.
    unsafe { libc::write(counter, (&raw const one).cast(), 8) };
}

/// Sets the counter to zero.
pub fn silence(counter: i32) {
    let mut n = 0u64;
    // SAFETY: writes eight bytes.
    unsafe { libc::read(counter, (&raw mut n).cast(), 8) };
}

/// A descriptor that is readable when the process with this number has ended.
pub fn of_process(pid: i32) -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as i32)
}

/// Moves a descriptor out of the way of those that programs count from 3 on.
pub fn lift(fd: i32) -> i32 {
    const FLOOR: i32 = 900;
    // SAFETY: only takes numbers; the old descriptor is the caller's and not used again.
    unsafe {
        let high = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, FLOOR);
        if high < 0 {
            return fd;
        }
        libc::close(fd);
        high
    }
}
