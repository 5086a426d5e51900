//! `fcntl`: control of descriptors, terminals' and devices' `ioctl`, file locks.

use crate::io::support::{writable_len, write_into};
use crate::os_error::os_error;
use crate::support::{c_int, c_long};
use crate::termios::descriptor;
use skein_runtime::helpers::{files, terminal};
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "fcntl",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "fcntl",
        fcntl,
        "(fd, cmd, arg=0, /)",
        "Perform an operation on a descriptor; bytes as argument give bytes.",
    ),
    function(
        "ioctl",
        ioctl,
        "(fd, request, arg=0, mutate_flag=True, /)",
        "Perform an operation on a device; a writable buffer is changed in place.",
    ),
    function(
        "flock",
        flock,
        "(fd, operation, /)",
        "Lock or unlock a whole file.",
    ),
    function(
        "lockf",
        lockf,
        "(fd, cmd, len=0, start=0, whence=0, /)",
        "Lock or unlock a part of a file.",
    ),
];

macro_rules! constants {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}

const CONSTANTS: &[(&str, i64)] = constants! {
    LOCK_SH LOCK_EX LOCK_NB LOCK_UN F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_SETFD F_GETFL F_SETFL F_GETLK F_SETLK F_SETLKW
    F_GETOWN F_SETOWN F_RDLCK F_WRLCK F_UNLCK F_SETLEASE F_GETLEASE F_NOTIFY F_SETPIPE_SZ F_GETPIPE_SZ
    F_OFD_GETLK F_OFD_SETLK F_OFD_SETLKW F_ADD_SEALS F_GET_SEALS F_SEAL_SEAL F_SEAL_SHRINK F_SEAL_GROW F_SEAL_WRITE
    FD_CLOEXEC
};

/// Names that `libc` does not have.
const OTHERS: &[(&str, i64)] = &[
    ("LOCK_MAND", 32),
    ("LOCK_READ", 64),
    ("LOCK_WRITE", 128),
    ("LOCK_RW", 192),
    ("F_SETSIG", 10),
    ("F_GETSIG", 11),
    ("F_GETLK64", 5),
    ("F_SETLK64", 6),
    ("F_SETLKW64", 7),
    ("F_EXLCK", 4),
    ("F_SHLCK", 8),
    ("FASYNC", 8192),
    ("FICLONE", 0x4004_9409),
    ("FICLONERANGE", 0x4020_940d),
    ("DN_ACCESS", 1),
    ("DN_MODIFY", 2),
    ("DN_CREATE", 4),
    ("DN_DELETE", 8),
    ("DN_RENAME", 16),
    ("DN_ATTRIB", 32),
    ("DN_MULTISHOT", 0x8000_0000),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    crate::support::add_ints(vm, m, CONSTANTS);
    crate::support::add_ints(vm, m, OTHERS);
    Ok(())
}

/// Repeats a call that a signal interrupted, after the signal's handlers.
fn retry<T>(vm: &mut Vm, mut call: impl FnMut() -> Result<T, i32>) -> PyResult<T> {
    loop {
        match call() {
            Err(libc::EINTR) => crate::io::support::interrupted(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
            Ok(v) => return Ok(v),
        }
    }
}

/// Copies a buffer argument; `None` if the argument is a number or missing.
fn data(vm: &mut Vm, v: Value) -> PyResult<Option<(Vec<u8>, [u8; terminal::DATA])>> {
    if v.is_null() || as_int(&v).is_some() {
        return Ok(None);
    }
    let bytes = match v.cast::<PyStr>() {
        Some(s) => s.bytes().to_vec(),
        None => match crate::util::is_buffer(vm, v) {
            true => crate::io::support::data_arg(vm, v)?.to_vec(),
            false => return Ok(None),
        },
    };
    let mut copy = [0; terminal::DATA];
    if let Some(place) = copy.get_mut(..bytes.len()) {
        place.copy_from_slice(&bytes);
    }
    Ok(Some((bytes, copy)))
}

fn number(vm: &mut Vm, v: Value) -> PyResult<i64> {
    if v.is_null() { Ok(0) } else { c_long(vm, v) }
}

fn fcntl(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (fd, command) = (descriptor(vm, args[0])?, c_int(vm, args[1])?);
    if let Some((bytes, mut copy)) = data(vm, args[2])? {
        if bytes.len() > terminal::DATA {
            return Err(vm.value_error("fcntl argument 3 is too long"));
        }
        retry(vm, || terminal::fcntl_data(fd, command, &mut copy))?;
        return Ok(vm.new_bytes(&copy[..bytes.len()]));
    }
    let argument = number(vm, args[2])? as i32;
    let n = retry(vm, || files::fcntl(fd, command, argument))?;
    Ok(Value::from_i32(n))
}

fn ioctl(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = descriptor(vm, args[0])?;
    let request = vm.index_i64(args[1])? as u64 & 0xffff_ffff;
    let Some((bytes, mut copy)) = data(vm, args[2])? else {
        let argument = number(vm, args[2])?;
        let n = retry(vm, || terminal::ioctl(fd, request, argument))?;
        return Ok(Value::from_i32(n));
    };
    if bytes.len() > terminal::DATA {
        return Err(vm.value_error("ioctl argument 3 is too long"));
    }
    let n = retry(vm, || terminal::ioctl_data(fd, request, &mut copy))?;
    let in_place = args[3].is_null() || vm.truth(args[3])?;
    let constant = args[2].is::<PyStr>() || args[2].is::<PyBytes>();
    if !constant && in_place && writable_len(vm, args[2]).is_ok() {
        write_into(vm, args[2], 0, &copy[..bytes.len()])?;
        return Ok(Value::from_i32(n));
    }
    vm.take_raised();
    Ok(vm.new_bytes(&copy[..bytes.len()]))
}

fn flock(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (fd, operation) = (descriptor(vm, args[0])?, c_int(vm, args[1])?);
    if vm.has_company() && operation & libc::LOCK_NB == 0 {
        // Held by somebody else, only this tasklet waits.
        match terminal::flock(fd, operation | libc::LOCK_NB) {
            Ok(_) => return Ok(Value::NONE),
            Err(libc::EWOULDBLOCK) => {}
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
        let locked = move || terminal::flock(fd, operation).map(|_| 0);
        return match crate::support::call_patiently(vm, locked)? {
            Ok(_) => Ok(Value::NONE),
            Err(e) => Err(os_error(vm, e, Value::NULL)),
        };
    }
    retry(vm, || terminal::flock(fd, operation))?;
    Ok(Value::NONE)
}

fn lockf(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (fd, command) = (descriptor(vm, args[0])?, c_int(vm, args[1])?);
    let (length, start) = (number(vm, args[2])?, number(vm, args[3])?);
    let whence = number(vm, args[4])? as i32;
    let kind = match command {
        libc::LOCK_UN => libc::F_UNLCK,
        c if c & libc::LOCK_SH != 0 => libc::F_RDLCK,
        c if c & libc::LOCK_EX != 0 => libc::F_WRLCK,
        _ => return Err(vm.value_error("unrecognized lockf argument")),
    };
    let wait = command & libc::LOCK_NB == 0;
    retry(vm, || {
        terminal::record_lock(fd, wait, kind as i32, start, length, whence)
    })?;
    Ok(Value::NONE)
}
