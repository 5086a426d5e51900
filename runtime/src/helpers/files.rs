//! Files and directories: safe functions over libc for `posix` and `_io`. Errors are `errno` numbers; `EINTR` is given
//! to the caller, who may have to run signal handlers before trying again.

use super::last_errno;
use std::ffi::CStr;
use std::mem::MaybeUninit;

/// Stands for "relative to the working directory".
pub const AT_CWD: i32 = libc::AT_FDCWD;

fn check(r: i32) -> Result<i32, i32> {
    if r < 0 { Err(last_errno()) } else { Ok(r) }
}

fn check_size(r: isize) -> Result<usize, i32> {
    usize::try_from(r).map_err(|_| last_errno())
}

/// `openat(2)`
pub fn open(dir: i32, path: &CStr, flags: i32, mode: u32) -> Result<i32, i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::openat(dir, path.as_ptr(), flags, mode as libc::c_uint) })
}

/// `close(2)`. The descriptor is gone even if this fails.
pub fn close(fd: i32) -> Result<(), i32> {
    // SAFETY: only takes a number; nothing in this process is kept in memory mapped through it.
    check(unsafe { libc::close(fd) }).map(|_| ())
}

/// `read(2)`
pub fn read(fd: i32, buf: &mut [u8]) -> Result<usize, i32> {
    // SAFETY: writes at most the length of the buffer.
    check_size(unsafe { libc::read(fd, buf.as_mut_ptr().cast(), buf.len()) })
}

/// `write(2)`
pub fn write(fd: i32, data: &[u8]) -> Result<usize, i32> {
    // SAFETY: reads at most the length of the data.
    check_size(unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) })
}

/// `pread(2)`
pub fn pread(fd: i32, buf: &mut [u8], offset: i64) -> Result<usize, i32> {
    // SAFETY: writes at most the length of the buffer.
    check_size(unsafe { libc::pread(fd, buf.as_mut_ptr().cast(), buf.len(), offset) })
}

/// `pwrite(2)`
pub fn pwrite(fd: i32, data: &[u8], offset: i64) -> Result<usize, i32> {
    // SAFETY: reads at most the length of the data.
    check_size(unsafe { libc::pwrite(fd, data.as_ptr().cast(), data.len(), offset) })
}

/// `lseek(2)`
pub fn lseek(fd: i32, offset: i64, whence: i32) -> Result<i64, i32> {
    // SAFETY: only takes numbers.
    match unsafe { libc::lseek(fd, offset, whence) } {
        n if n < 0 => Err(last_errno()),
        n => Ok(n),
    }
}

/// `pipe2(2)`
pub fn pipe(flags: i32) -> Result<(i32, i32), i32> {
    let mut fds = [0; 2];
    // SAFETY: writes two descriptors.
    check(unsafe { libc::pipe2(fds.as_mut_ptr(), flags) }).map(|_| (fds[0], fds[1]))
}

/// `fcntl(2)` with a number.
pub fn fcntl(fd: i32, command: i32, argument: i32) -> Result<i32, i32> {
    // SAFETY: commands that take pointers fail on the small numbers the callers in this crate family pass.
    check(unsafe { libc::fcntl(fd, command, argument as libc::c_int) })
}

/// A duplicate that programs started do not inherit.
pub fn dup(fd: i32) -> Result<i32, i32> {
    fcntl(fd, libc::F_DUPFD_CLOEXEC, 0)
}

/// `dup2(2)`, or `dup3(2)` with close-on-exec.
pub fn dup2(fd: i32, to: i32, inheritable: bool) -> Result<i32, i32> {
    // SAFETY: only takes numbers.
    check(unsafe {
        if inheritable || fd == to {
            libc::dup2(fd, to)
        } else {
            libc::dup3(fd, to, libc::O_CLOEXEC)
        }
    })
}

/// What the descriptor is inherited by programs started.
pub fn inheritable(fd: i32) -> Result<bool, i32> {
    Ok(fcntl(fd, libc::F_GETFD, 0)? & libc::FD_CLOEXEC == 0)
}

/// Sets whether the descriptor is inherited.
pub fn set_inheritable(fd: i32, on: bool) -> Result<(), i32> {
    let flags = fcntl(fd, libc::F_GETFD, 0)?;
    let new = if on {
        flags & !libc::FD_CLOEXEC
    } else {
        flags | libc::FD_CLOEXEC
    };
    if new != flags {
        fcntl(fd, libc::F_SETFD, new)?;
    }
    Ok(())
}

/// Whether reads and writes wait.
pub fn blocking(fd: i32) -> Result<bool, i32> {
    Ok(fcntl(fd, libc::F_GETFL, 0)? & libc::O_NONBLOCK == 0)
}

/// Sets whether reads and writes wait.
pub fn set_blocking(fd: i32, on: bool) -> Result<(), i32> {
    let flags = fcntl(fd, libc::F_GETFL, 0)?;
    let new = if on {
        flags & !libc::O_NONBLOCK
    } else {
        flags | libc::O_NONBLOCK
    };
    fcntl(fd, libc::F_SETFL, new).map(|_| ())
}

/// `isatty(3)`
pub fn isatty(fd: i32) -> bool {
    // SAFETY: only takes a number.
    unsafe { libc::isatty(fd) == 1 }
}

/// What `stat` says about a file.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Stat {
    pub mode: u32,
    pub ino: u64,
    pub dev: u64,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: i64,
    /// Seconds and nanoseconds.
    pub atime: (i64, i64),
    pub mtime: (i64, i64),
    pub ctime: (i64, i64),
    pub blksize: i64,
    pub blocks: i64,
    pub rdev: u64,
}

fn stat_of(s: &libc::stat) -> Stat {
    Stat {
        mode: s.st_mode,
        ino: s.st_ino,
        dev: s.st_dev,
        nlink: s.st_nlink as u64,
        uid: s.st_uid,
        gid: s.st_gid,
        size: s.st_size,
        atime: (s.st_atime, s.st_atime_nsec),
        mtime: (s.st_mtime, s.st_mtime_nsec),
        ctime: (s.st_ctime, s.st_ctime_nsec),
        blksize: s.st_blksize as i64,
        blocks: s.st_blocks,
        rdev: s.st_rdev,
    }
}

/// `fstatat(2)`
pub fn stat(dir: i32, path: &CStr, follow: bool) -> Result<Stat, i32> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let mut s = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the path is a C string; the call writes at most one stat, for which zero bytes are valid too.
    let (r, s) = unsafe {
        let r = libc::fstatat(dir, path.as_ptr(), s.as_mut_ptr(), flags);
        (r, s.assume_init())
    };
    check(r).map(|_| stat_of(&s))
}

/// `fstat(2)`
pub fn fstat(fd: i32) -> Result<Stat, i32> {
    let mut s = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the call writes at most one stat, for which zero bytes are valid too.
    let (r, s) = unsafe { (libc::fstat(fd, s.as_mut_ptr()), s.assume_init()) };
    check(r).map(|_| stat_of(&s))
}

/// What `statvfs` says, in the order of Python's fields.
pub fn statvfs(path: Result<i32, &CStr>) -> Result<[u64; 11], i32> {
    let mut s = MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the path is a C string; the call writes at most one statvfs, for which zero bytes are valid too.
    let (r, s) = unsafe {
        let r = match path {
            Ok(fd) => libc::fstatvfs(fd, s.as_mut_ptr()),
            Err(path) => libc::statvfs(path.as_ptr(), s.as_mut_ptr()),
        };
        (r, s.assume_init())
    };
    check(r)?;
    Ok([
        s.f_bsize,
        s.f_frsize,
        s.f_blocks,
        s.f_bfree,
        s.f_bavail,
        s.f_files,
        s.f_ffree,
        s.f_favail,
        s.f_flag,
        s.f_namemax,
        s.f_fsid,
    ])
}

/// `mkdirat(2)`
pub fn mkdir(dir: i32, path: &CStr, mode: u32) -> Result<(), i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::mkdirat(dir, path.as_ptr(), mode) }).map(|_| ())
}

/// `unlinkat(2)`; `directory`: as `rmdir`.
pub fn unlink(dir: i32, path: &CStr, directory: bool) -> Result<(), i32> {
    let flags = if directory { libc::AT_REMOVEDIR } else { 0 };
    // SAFETY: the path is a C string.
    check(unsafe { libc::unlinkat(dir, path.as_ptr(), flags) }).map(|_| ())
}

/// `renameat(2)`
pub fn rename(from_dir: i32, from: &CStr, to_dir: i32, to: &CStr) -> Result<(), i32> {
    // SAFETY: the paths are C strings.
    check(unsafe { libc::renameat(from_dir, from.as_ptr(), to_dir, to.as_ptr()) }).map(|_| ())
}

/// `linkat(2)`
pub fn link(from_dir: i32, from: &CStr, to_dir: i32, to: &CStr, follow: bool) -> Result<(), i32> {
    let flags = if follow { libc::AT_SYMLINK_FOLLOW } else { 0 };
    // SAFETY: the paths are C strings.
    check(unsafe { libc::linkat(from_dir, from.as_ptr(), to_dir, to.as_ptr(), flags) }).map(|_| ())
}

/// `symlinkat(2)`
pub fn symlink(target: &CStr, dir: i32, path: &CStr) -> Result<(), i32> {
    // SAFETY: the paths are C strings.
    check(unsafe { libc::symlinkat(target.as_ptr(), dir, path.as_ptr()) }).map(|_| ())
}

/// `readlinkat(2)`
pub fn readlink(dir: i32, path: &CStr) -> Result<Vec<u8>, i32> {
    let mut buf = vec![0; 4097];
    // SAFETY: the path is a C string; the call writes at most the length of the buffer.
    let n = check_size(unsafe {
        libc::readlinkat(dir, path.as_ptr(), buf.as_mut_ptr().cast(), buf.len())
    })?;
    buf.truncate(n);
    Ok(buf)
}

/// `fchmodat(2)`
pub fn chmod(dir: i32, path: &CStr, mode: u32, follow: bool) -> Result<(), i32> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path is a C string.
    check(unsafe { libc::fchmodat(dir, path.as_ptr(), mode, flags) }).map(|_| ())
}

/// `fchmod(2)`
pub fn fchmod(fd: i32, mode: u32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::fchmod(fd, mode) }).map(|_| ())
}

/// `fchownat(2)`
pub fn chown(dir: i32, path: &CStr, uid: u32, gid: u32, follow: bool) -> Result<(), i32> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path is a C string.
    check(unsafe { libc::fchownat(dir, path.as_ptr(), uid, gid, flags) }).map(|_| ())
}

/// `fchown(2)`
pub fn fchown(fd: i32, uid: u32, gid: u32) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::fchown(fd, uid, gid) }).map(|_| ())
}

/// `faccessat(2)`: whether access is granted.
pub fn access(dir: i32, path: &CStr, mode: i32, flags: i32) -> bool {
    // SAFETY: the path is a C string.
    unsafe { libc::faccessat(dir, path.as_ptr(), mode, flags) == 0 }
}

/// `chdir(2)`
pub fn chdir(path: &CStr) -> Result<(), i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::chdir(path.as_ptr()) }).map(|_| ())
}

/// `fchdir(2)`
pub fn fchdir(fd: i32) -> Result<(), i32> {
    // SAFETY: only takes a number.
    check(unsafe { libc::fchdir(fd) }).map(|_| ())
}

/// `chroot(2)`
pub fn chroot(path: &CStr) -> Result<(), i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::chroot(path.as_ptr()) }).map(|_| ())
}

/// `mkfifoat(3)`
pub fn mkfifo(dir: i32, path: &CStr, mode: u32) -> Result<(), i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::mkfifoat(dir, path.as_ptr(), mode) }).map(|_| ())
}

/// `mknodat(2)`
pub fn mknod(dir: i32, path: &CStr, mode: u32, device: u64) -> Result<(), i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::mknodat(dir, path.as_ptr(), mode, device) }).map(|_| ())
}

/// `truncate(2)`
pub fn truncate(path: &CStr, length: i64) -> Result<(), i32> {
    // SAFETY: the path is a C string.
    check(unsafe { libc::truncate(path.as_ptr(), length) }).map(|_| ())
}

/// `ftruncate(2)`
pub fn ftruncate(fd: i32, length: i64) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::ftruncate(fd, length) }).map(|_| ())
}

/// `fsync(2)`, or `fdatasync(2)`.
pub fn fsync(fd: i32, data_only: bool) -> Result<(), i32> {
    // SAFETY: only takes a number.
    check(unsafe {
        if data_only {
            libc::fdatasync(fd)
        } else {
            libc::fsync(fd)
        }
    })
    .map(|_| ())
}

/// `sync(2)`
pub fn sync() {
    // SAFETY: takes nothing.
    unsafe { libc::sync() }
}

/// `utimensat(2)`: access and modification time as seconds and nanoseconds, `None` for now.
pub fn utimens(
    dir: i32,
    path: Option<&CStr>,
    times: Option<[(i64, i64); 2]>,
    follow: bool,
) -> Result<(), i32> {
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    let spec = |(s, ns): (i64, i64)| libc::timespec {
        tv_sec: s,
        tv_nsec: ns,
    };
    let times = times.map(|[a, m]| [spec(a), spec(m)]);
    let times = times.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    // SAFETY: the path is a C string; the times are null or two timespecs that outlive the call.
    check(unsafe {
        match path {
            Some(path) => libc::utimensat(dir, path.as_ptr(), times, flags),
            None => libc::futimens(dir, times),
        }
    })
    .map(|_| ())
}

/// `sendfile(2)`; the offset is left to the file when `None`.
pub fn sendfile(out: i32, input: i32, offset: Option<i64>, count: usize) -> Result<usize, i32> {
    let mut at = offset.unwrap_or(0);
    let at = match offset {
        Some(_) => &mut at as *mut i64,
        None => std::ptr::null_mut(),
    };
    // SAFETY: the offset is null or a local that outlives the call.
    check_size(unsafe { libc::sendfile(out, input, at, count) })
}

/// `lockf(3)`
pub fn lockf(fd: i32, command: i32, length: i64) -> Result<(), i32> {
    // SAFETY: only takes numbers.
    check(unsafe { libc::lockf(fd, command, length) }).map(|_| ())
}

/// `memfd_create(2)`
pub fn memfd_create(name: &CStr, flags: u32) -> Result<i32, i32> {
    // SAFETY: the name is a C string.
    check(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}

/// Columns and lines of a terminal.
pub fn terminal_size(fd: i32) -> Result<(u16, u16), i32> {
    let mut size = MaybeUninit::<libc::winsize>::zeroed();
    // SAFETY: the request writes at most one winsize, for which zero bytes are valid too.
    let (r, size) = unsafe {
        let r = libc::ioctl(fd, libc::TIOCGWINSZ, size.as_mut_ptr());
        (r, size.assume_init())
    };
    check(r).map(|_| (size.ws_col, size.ws_row))
}

/// `ttyname_r(3)`
pub fn ttyname(fd: i32) -> Result<Vec<u8>, i32> {
    let mut buf = vec![0u8; 512];
    // SAFETY: the call writes at most the length of the buffer.
    match unsafe { libc::ttyname_r(fd, buf.as_mut_ptr().cast(), buf.len()) } {
        0 => {
            buf.truncate(buf.iter().position(|b| *b == 0).unwrap_or(0));
            Ok(buf)
        }
        e => Err(e),
    }
}

/// `pathconf(3)`/`fpathconf(3)`; `None`: no limit.
pub fn pathconf(path: Result<i32, &CStr>, name: i32) -> Result<i64, i32> {
    // SAFETY: the path is a C string.
    let r = unsafe {
        *libc::__errno_location() = 0;
        match path {
            Ok(fd) => libc::fpathconf(fd, name),
            Err(path) => libc::pathconf(path.as_ptr(), name),
        }
    };
    match last_errno() {
        e if r == -1 && e != 0 => Err(e),
        _ => Ok(r),
    }
}

/// `poll(2)`: descriptors with the events wanted; the events that came, in order. -1 waits for ever.
pub fn poll(wanted: &[(i32, i16)], milliseconds: i32) -> Result<Vec<i16>, i32> {
    let entry = |&(fd, events): &(i32, i16)| libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    let mut fds: Vec<libc::pollfd> = wanted.iter().map(entry).collect();
    // SAFETY: reads and writes as many entries as the vector has.
    check(unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, milliseconds) })?;
    Ok(fds.iter().map(|f| f.revents).collect())
}

/// Standard descriptors that were closed when the process started, as bits. The Rust library opens `/dev/null` in their
/// place before `main`, so a function that the loader calls earlier looks.
static CLOSED: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

extern "C" fn look_for_closed() {
    for fd in 0..3 {
        // SAFETY: only asks for flags.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            CLOSED.fetch_or(1 << fd, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

#[used]
// SAFETY: the section holds pointers to functions of this type, which run before the Rust runtime starts; this one only
// makes system calls and sets an atomic.
#[unsafe(link_section = ".init_array")]
static LOOK_FOR_CLOSED: extern "C" fn() = look_for_closed;

/// True if the standard descriptor was closed when the process started.
pub fn closed_at_start(fd: i32) -> bool {
    // Reading the pointer keeps the linker from dropping it.
    std::hint::black_box(LOOK_FOR_CLOSED);
    CLOSED.load(std::sync::atomic::Ordering::Relaxed) & (1 << fd) != 0
}
