//! System calls that take file descriptors.

use super::{done, int, number};
use crate::os_error::os_error;
use skein_runtime::builtins::str_codec::buffer_bytes;
use skein_runtime::helpers::{files, process};
use skein_runtime::prelude::*;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "get_blocking",
        get_blocking,
        "(fd, /)",
        "Whether reads and writes wait.",
    ),
    function(
        "set_blocking",
        set_blocking,
        "(fd, blocking, /)",
        "Set whether reads and writes wait.",
    ),
    function(
        "pread",
        pread,
        "(fd, length, offset, /)",
        "Read from a position.",
    ),
    function(
        "pwrite",
        pwrite,
        "(fd, buffer, offset, /)",
        "Write to a position.",
    ),
    function(
        "sendfile",
        sendfile,
        "(out_fd, in_fd, offset, count)",
        "Copy between descriptors.",
    ),
    function(
        "fdatasync",
        fdatasync,
        "(fd)",
        "Force the data of a file to disk.",
    ),
    function("sync", sync, "()", "Force everything to disk."),
    function(
        "pipe2",
        pipe2,
        "(flags, /)",
        "Create a pipe with flags set atomically.",
    ),
    function(
        "closerange",
        closerange,
        "(fd_low, fd_high, /)",
        "Close a range of descriptors.",
    ),
    function(
        "lockf",
        lockf,
        "(fd, command, length, /)",
        "Apply, test or remove a lock on a file.",
    ),
    function(
        "memfd_create",
        super::paths::memfd_create,
        "(name, flags=MFD_CLOEXEC)",
        "Create a file in memory.",
    ),
    function(
        "fchmod",
        fchmod,
        "(fd, mode)",
        "Change the access permissions of a file.",
    ),
    function(
        "fchown",
        fchown,
        "(fd, uid, gid)",
        "Change the owner and group of a file.",
    ),
    function(
        "fchdir",
        fchdir,
        "(fd)",
        "Change to the folder of a descriptor.",
    ),
    function(
        "ftruncate",
        ftruncate,
        "(fd, length, /)",
        "Truncate a file.",
    ),
    function(
        "ttyname",
        ttyname,
        "(fd, /)",
        "Name of the terminal of a descriptor.",
    ),
    function(
        "ctermid",
        ctermid,
        "()",
        "Name of the controlling terminal.",
    ),
    function(
        "tcgetpgrp",
        tcgetpgrp,
        "(fd, /)",
        "Process group of a terminal.",
    ),
    function(
        "tcsetpgrp",
        tcsetpgrp,
        "(fd, pgid, /)",
        "Set the process group of a terminal.",
    ),
    function(
        "device_encoding",
        device_encoding,
        "(fd)",
        "Encoding of a terminal, or None.",
    ),
];

const CONSTANTS: &[(&str, i32)] = &[
    ("F_LOCK", libc::F_LOCK),
    ("F_TLOCK", libc::F_TLOCK),
    ("F_ULOCK", libc::F_ULOCK),
    ("F_TEST", libc::F_TEST),
    ("O_ACCMODE", libc::O_ACCMODE),
    ("O_ASYNC", libc::O_ASYNC),
    ("O_DIRECT", libc::O_DIRECT),
    ("O_LARGEFILE", libc::O_LARGEFILE),
    ("O_NDELAY", libc::O_NDELAY),
    ("O_NOATIME", libc::O_NOATIME),
    ("O_PATH", libc::O_PATH),
    ("O_RSYNC", libc::O_RSYNC),
    ("O_TMPFILE", libc::O_TMPFILE),
    ("MFD_CLOEXEC", libc::MFD_CLOEXEC as i32),
    ("MFD_ALLOW_SEALING", libc::MFD_ALLOW_SEALING as i32),
    ("GRND_NONBLOCK", libc::GRND_NONBLOCK as i32),
    ("GRND_RANDOM", libc::GRND_RANDOM as i32),
    ("POSIX_FADV_NORMAL", libc::POSIX_FADV_NORMAL),
    ("POSIX_FADV_SEQUENTIAL", libc::POSIX_FADV_SEQUENTIAL),
    ("POSIX_FADV_RANDOM", libc::POSIX_FADV_RANDOM),
    ("POSIX_FADV_WILLNEED", libc::POSIX_FADV_WILLNEED),
    ("POSIX_FADV_DONTNEED", libc::POSIX_FADV_DONTNEED),
    ("POSIX_FADV_NOREUSE", libc::POSIX_FADV_NOREUSE),
    ("RTLD_LAZY", libc::RTLD_LAZY),
    ("RTLD_NOW", libc::RTLD_NOW),
    ("RTLD_GLOBAL", libc::RTLD_GLOBAL),
    ("RTLD_LOCAL", libc::RTLD_LOCAL),
    ("RTLD_NODELETE", libc::RTLD_NODELETE),
    ("RTLD_NOLOAD", libc::RTLD_NOLOAD),
    ("ST_RDONLY", 1),
    ("ST_NOSUID", 2),
    ("ST_NODEV", 4),
    ("ST_NOEXEC", 8),
    ("ST_SYNCHRONOUS", 16),
    ("ST_NOATIME", 1024),
    ("ST_NODIRATIME", 2048),
    ("ST_RELATIME", 4096),
];

/// Adds functions and constants.
pub(super) fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*n));
    }
    Ok(())
}

fn get_blocking(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    match files::blocking(fd) {
        Ok(b) => Ok(Value::bool(b)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn set_blocking(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, on) = (int(vm, a[0])?, vm.truth(a[1])?);
    done(vm, files::set_blocking(fd, on), Value::NULL)
}

fn pread(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, n, offset) = (int(vm, a[0])?, vm.index_i64(a[1])?, vm.index_i64(a[2])?);
    let Ok(n) = usize::try_from(n) else {
        return Err(os_error(vm, libc::EINVAL, Value::NULL));
    };
    let mut buf = Vec::new();
    if buf.try_reserve_exact(n).is_err() {
        return Err(vm.memory_error());
    }
    buf.resize(n, 0);
    loop {
        match files::pread(fd, &mut buf, offset) {
            Ok(n) => return Ok(vm.new_bytes(&buf[..n])),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

fn pwrite(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, offset) = (int(vm, a[0])?, vm.index_i64(a[2])?);
    let Some(data) = buffer_bytes(vm, a[1])? else {
        let name = vm.type_name(a[1]);
        return Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")));
    };
    loop {
        match files::pwrite(fd, &data, offset) {
            Ok(n) => return Ok(Value::from_usize(n)),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

fn sendfile(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (out, input) = (int(vm, a[0])?, int(vm, a[1])?);
    let offset = if a[2].is_none() {
        None
    } else {
        Some(vm.index_i64(a[2])?)
    };
    let count = vm.index_i64(a[3])?.max(0) as usize;
    loop {
        // It would wait until all is sent.
        let lent = vm.has_company()
            && files::blocking(out) == Ok(true)
            && files::set_blocking(out, false).is_ok();
        let sent = files::sendfile(out, input, offset, count);
        if lent {
            let _ = files::set_blocking(out, true);
        }
        match sent {
            Err(libc::EAGAIN) if lent => {
                crate::support::give_way(vm, &[(out, libc::POLLOUT)], None)?;
            }
            Ok(n) => return Ok(Value::from_usize(n)),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

fn fdatasync(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, files::fsync(fd, true), Value::NULL)
}
fn sync(_: &mut Vm, _: &[Value]) -> PyResult {
    files::sync();
    Ok(Value::NONE)
}
fn pipe2(vm: &mut Vm, a: &[Value]) -> PyResult {
    let flags = int(vm, a[0])?;
    match files::pipe(flags) {
        Ok((r, w)) => Ok(vm.new_tuple(&[Value::from_i32(r), Value::from_i32(w)])),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn closerange(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (low, high) = (int(vm, a[0])?, int(vm, a[1])?);
    for fd in low.max(0)..high.min(1 << 20) {
        // Descriptors that are not open are passed over.
        let _ = files::close(fd);
    }
    Ok(Value::NONE)
}
fn lockf(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, command, length) = (int(vm, a[0])?, int(vm, a[1])?, vm.index_i64(a[2])?);
    done(vm, files::lockf(fd, command, length), Value::NULL)
}
fn fchmod(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, mode) = (int(vm, a[0])?, int(vm, a[1])?);
    done(vm, files::fchmod(fd, mode as u32), Value::NULL)
}
fn fchown(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, uid, gid) = (int(vm, a[0])?, vm.index_i64(a[1])?, vm.index_i64(a[2])?);
    done(vm, files::fchown(fd, uid as u32, gid as u32), Value::NULL)
}
fn fchdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, files::fchdir(fd), Value::NULL)
}
fn ftruncate(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, n) = (int(vm, a[0])?, vm.index_i64(a[1])?);
    done(vm, files::ftruncate(fd, n), Value::NULL)
}
fn ttyname(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    match files::ttyname(fd) {
        Ok(name) => crate::path::decode(vm, &name),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn ctermid(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_str("/dev/tty"))
}
fn tcgetpgrp(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    number(vm, process::tcgetpgrp(fd))
}
fn tcsetpgrp(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, group) = (int(vm, a[0])?, int(vm, a[1])?);
    done(vm, process::tcsetpgrp(fd, group).map(|_| ()), Value::NULL)
}
fn device_encoding(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    Ok(if files::isatty(fd) {
        vm.new_str("utf-8")
    } else {
        Value::NONE
    })
}
