//! Terminals: safe functions over `termios.h` and `ioctl` for `termios` and `fcntl`. Errors are `errno` numbers.

use super::last_errno;
use std::mem::MaybeUninit;

/// Room for the data of an `ioctl` or `fcntl`; no request of the kernel's moves more.
pub const DATA: usize = 1024;

/// Number of control characters.
pub const CONTROLS: usize = libc::NCCS;

/// The settings of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Settings {
    /// Input, output, control and local flags.
    pub flags: [u32; 4],
    pub input_speed: u32,
    pub output_speed: u32,
    pub controls: [u8; CONTROLS],
}

fn check(r: i32) -> Result<i32, i32> {
    if r < 0 { Err(last_errno()) } else { Ok(r) }
}

fn attributes(fd: i32) -> Result<libc::termios, i32> {
    let mut t = MaybeUninit::<libc::termios>::zeroed();
    // SAFETY: writes one termios, for which zero bytes are valid too.
    let (r, t) = unsafe { (libc::tcgetattr(fd, t.as_mut_ptr()), t.assume_init()) };
    check(r).map(|_| t)
}

/// `tcgetattr(3)`
pub fn settings(fd: i32) -> Result<Settings, i32> {
    let t = attributes(fd)?;
    // SAFETY: reads the struct.
    let (input_speed, output_speed) = unsafe { (libc::cfgetispeed(&t), libc::cfgetospeed(&t)) };
    Ok(Settings {
        flags: [t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag],
        input_speed,
        output_speed,
        controls: t.c_cc,
    })
}

/// `tcsetattr(3)`
pub fn set_settings(fd: i32, when: i32, s: &Settings) -> Result<(), i32> {
    // What is not in the settings stays as it is.
    let mut t = attributes(fd)?;
    [t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag] = s.flags;
    t.c_cc = s.controls;
    // SAFETY: the functions change and read the struct.
    unsafe {
        check(libc::cfsetispeed(&mut t, s.input_speed))?;
        check(libc::cfsetospeed(&mut t, s.output_speed))?;
        check(libc::tcsetattr(fd, when, &t)).map(|_| ())
    }
}

/// `tcsendbreak(3)`
pub fn send_break(fd: i32, duration: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::tcsendbreak(fd, duration) }).map(|_| ())
}

/// `tcdrain(3)`
pub fn drain(fd: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::tcdrain(fd) }).map(|_| ())
}

/// `tcflush(3)`
pub fn flush(fd: i32, queue: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::tcflush(fd, queue) }).map(|_| ())
}

/// `tcflow(3)`
pub fn flow(fd: i32, action: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::tcflow(fd, action) }).map(|_| ())
}

/// Rows and columns of a terminal.
pub fn window_size(fd: i32) -> Result<(u16, u16), i32> {
    let mut data = [0; DATA];
    ioctl_data(fd, libc::TIOCGWINSZ as u64, &mut data)?;
    let number = |at: usize| u16::from_ne_bytes([data[at], data[at + 1]]);
    Ok((number(0), number(2)))
}

/// Sets rows and columns of a terminal.
pub fn set_window_size(fd: i32, rows: u16, columns: u16) -> Result<(), i32> {
    let mut data = [0; DATA];
    ioctl_data(fd, libc::TIOCGWINSZ as u64, &mut data)?;
    data[..2].copy_from_slice(&rows.to_ne_bytes());
    data[2..4].copy_from_slice(&columns.to_ne_bytes());
    ioctl_data(fd, libc::TIOCSWINSZ as u64, &mut data).map(|_| ())
}

/// `ioctl(2)` with a number.
pub fn ioctl(fd: i32, request: u64, argument: i64) -> Result<i32, i32> {
    // SAFETY: H9: the caller, a Python program that names a request which takes no number, is on its own as in C.
    check(unsafe { libc::ioctl(fd, request as _, argument) })
}

/// `ioctl(2)` with data that the kernel reads and maybe changes.
pub fn ioctl_data(fd: i32, request: u64, data: &mut [u8; DATA]) -> Result<i32, i32> {
    // SAFETY: the buffer is as large as any request's data.
    check(unsafe { libc::ioctl(fd, request as _, data.as_mut_ptr()) })
}

/// `fcntl(2)` with data that the kernel reads and maybe changes.
pub fn fcntl_data(fd: i32, command: i32, data: &mut [u8; DATA]) -> Result<i32, i32> {
    // SAFETY: the buffer is as large as any command's data.
    check(unsafe { libc::fcntl(fd, command, data.as_mut_ptr()) })
}

/// `flock(2)`
pub fn flock(fd: i32, operation: i32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::flock(fd, operation) }).map(|_| ())
}

/// A record lock by `fcntl(2)`.
pub fn record_lock(
    fd: i32,
    wait: bool,
    kind: i32,
    start: i64,
    length: i64,
    whence: i32,
) -> Result<(), i32> {
    let mut lock = MaybeUninit::<libc::flock>::zeroed();
    let command = if wait { libc::F_SETLKW } else { libc::F_SETLK };
    // SAFETY: zero bytes are a valid lock; the call reads it.
    unsafe {
        let lock = lock.assume_init_mut();
        lock.l_type = kind as _;
        lock.l_whence = whence as _;
        lock.l_start = start;
        lock.l_len = length;
        check(libc::fcntl(fd, command, &raw const *lock)).map(|_| ())
    }
}

/// `openpty(3)`: the two ends of a new pseudo-terminal.
pub fn open_pty() -> Result<(i32, i32), i32> {
    let (mut master, mut slave) = (0, 0);
    let null = std::ptr::null_mut();
    // SAFETY: writes two descriptors; name, settings and size are not given.
    let r = unsafe { libc::openpty(&mut master, &mut slave, null, null.cast(), null.cast()) };
    check(r).map(|_| (master, slave))
}

/// `login_tty(3)`: makes a terminal the controlling one of a new session and the standard streams.
pub fn login(fd: i32) -> Result<(), i32> {
    // SAFETY: only takes a number.
    check(unsafe { libc::login_tty(fd) }).map(|_| ())
}

/// `posix_openpt(3)`
pub fn open_master(flags: i32) -> Result<i32, i32> {
    // SAFETY: only takes a number.
    check(unsafe { libc::posix_openpt(flags) })
}

/// `grantpt(3)` and `unlockpt(3)`
pub fn prepare_slave(fd: i32, unlock: bool) -> Result<(), i32> {
    // SAFETY: only take a number.
    check(unsafe {
        if unlock {
            libc::unlockpt(fd)
        } else {
            libc::grantpt(fd)
        }
    })
    .map(|_| ())
}

/// `ptsname_r(3)`
pub fn slave_name(fd: i32) -> Result<Vec<u8>, i32> {
    let mut name = [0u8; 256];
    // SAFETY: writes at most the given number of bytes.
    match unsafe { libc::ptsname_r(fd, name.as_mut_ptr().cast(), name.len()) } {
        0 => {
            let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
            Ok(name[..end].to_vec())
        }
        e => Err(e),
    }
}
