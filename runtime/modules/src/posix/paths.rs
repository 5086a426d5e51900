//! System calls that take paths: links, modes, owners, times, special files, limits.

use super::{c_bytes, c_path, dir_fd, done, int, scan};
use crate::os_error::{os_error, os_error2};
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::files;
use skein_runtime::prelude::*;
use std::ffi::CString;

static STATVFS_RESULT: StructSeq = StructSeq {
    name: "statvfs_result",
    module: "os",
    doc: "Result of statvfs() and fstatvfs().",
    fields: &[
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ],
    visible: 10,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "access",
        access,
        "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
        "Whether access is granted.",
    ),
    function(
        "link",
        link,
        "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)",
        "Create a hard link to a file.",
    ),
    function(
        "symlink",
        symlink,
        "(src, dst, target_is_directory=False, *, dir_fd=None)",
        "Create a symbolic link pointing to src named dst.",
    ),
    function(
        "readlink",
        readlink,
        "(path, *, dir_fd=None)",
        "Return the target of a symbolic link.",
    ),
    function(
        "chmod",
        chmod,
        "(path, mode, *, dir_fd=None, follow_symlinks=True)",
        "Change the access permissions of a file.",
    ),
    function(
        "chown",
        chown,
        "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)",
        "Change the owner and group of a file.",
    ),
    function(
        "lchown",
        lchown,
        "(path, uid, gid)",
        "Change the owner and group of a link.",
    ),
    function("chdir", chdir, "(path)", "Change the current folder."),
    function("chroot", chroot, "(path)", "Change the root folder."),
    function(
        "mkfifo",
        mkfifo,
        "(path, mode=438, *, dir_fd=None)",
        "Create a named pipe.",
    ),
    function(
        "mknod",
        mknod,
        "(path, mode=384, device=0, *, dir_fd=None)",
        "Create a file, device or named pipe.",
    ),
    function("truncate", truncate, "(path, length)", "Truncate a file."),
    function(
        "utime",
        utime,
        "(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)",
        "Set the access and modified time of a file.",
    ),
    function("statvfs", statvfs, "(path)", "Status of a file system."),
    function(
        "fstatvfs",
        statvfs,
        "(fd, /)",
        "Status of the file system of a descriptor.",
    ),
    function("pathconf", pathconf, "(path, name)", "A limit of a path."),
    function(
        "fpathconf",
        pathconf,
        "(fd, name, /)",
        "A limit of a descriptor.",
    ),
];

const PATHCONF_NAMES: &[(&str, i32)] = &[
    ("PC_LINK_MAX", libc::_PC_LINK_MAX),
    ("PC_MAX_CANON", libc::_PC_MAX_CANON),
    ("PC_MAX_INPUT", libc::_PC_MAX_INPUT),
    ("PC_NAME_MAX", libc::_PC_NAME_MAX),
    ("PC_PATH_MAX", libc::_PC_PATH_MAX),
    ("PC_PIPE_BUF", libc::_PC_PIPE_BUF),
    ("PC_CHOWN_RESTRICTED", libc::_PC_CHOWN_RESTRICTED),
    ("PC_NO_TRUNC", libc::_PC_NO_TRUNC),
    ("PC_VDISABLE", libc::_PC_VDISABLE),
];

/// Adds functions and types.
pub(super) fn init(vm: &mut Vm, m: Ref<PyModule>) {
    vm.add_functions(m, FUNCTIONS);
    let ty = struct_seq::new_type(vm, &STATVFS_RESULT, true);
    vm.add_constant(m, "statvfs_result", ty.value());
    vm.state_set("posix.statvfs_result", ty.value());
    super::proc::add_names(vm, m, "pathconf_names", PATHCONF_NAMES);
}

/// A path argument that may be a descriptor.
pub(super) fn path_or_fd(vm: &mut Vm, v: Value, what: &str) -> PyResult<Result<i32, CString>> {
    if as_int(&v).is_some() {
        return Ok(Ok(int(vm, v)?));
    }
    let name = vm.names.__fspath__;
    if !v.is::<PyStr>() && !v.is::<PyBytes>() && vm.lookup_special(v, name).is_none() {
        let got = vm.type_name(v);
        return Err(vm.type_error(format!(
            "{what}: path should be string, bytes, os.PathLike or integer, not {got}"
        )));
    }
    Ok(Err(c_path(vm, v, what)?))
}

fn flag(vm: &mut Vm, v: Value, default: bool) -> PyResult<bool> {
    match v.non_null() {
        Some(v) => vm.truth(v),
        None => Ok(default),
    }
}

fn two(vm: &mut Vm, r: Result<(), i32>, a: &[Value]) -> PyResult {
    match r {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error2(vm, e, a[0], a[1])),
    }
}

/// A user or group id, -1 for "leave it".
fn id_arg(vm: &mut Vm, v: Value, what: &str) -> PyResult<u32> {
    let n = vm.index_i64(v)?;
    match n {
        -1 => Ok(u32::MAX),
        0..=0xffff_fffe => Ok(n as u32),
        n if n < 0 => Err(vm.overflow_error(format!("{what} is less than minimum"))),
        _ => Err(vm.overflow_error(format!("{what} is greater than maximum"))),
    }
}

fn access(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, mode, dir) = (
        c_path(vm, a[0], "access")?,
        int(vm, a[1])?,
        dir_fd(vm, a[2])?,
    );
    let mut flags = 0;
    if flag(vm, a[3], false)? {
        flags |= libc::AT_EACCESS;
    }
    if !flag(vm, a[4], true)? {
        flags |= libc::AT_SYMLINK_NOFOLLOW;
    }
    Ok(Value::bool(files::access(dir, &p, mode, flags)))
}

fn link(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, q) = (c_path(vm, a[0], "link")?, c_path(vm, a[1], "link")?);
    let (d, e) = (dir_fd(vm, a[2])?, dir_fd(vm, a[3])?);
    let follow = flag(vm, a[4], true)?;
    two(vm, files::link(d, &p, e, &q, follow), a)
}

fn symlink(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, q) = (c_path(vm, a[0], "symlink")?, c_path(vm, a[1], "symlink")?);
    let dir = dir_fd(vm, a[3])?;
    two(vm, files::symlink(&p, dir, &q), a)
}

fn readlink(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, dir) = (c_path(vm, a[0], "readlink")?, dir_fd(vm, a[1])?);
    match files::readlink(dir, &p) {
        Ok(t) => scan::name_value(vm, &t, a[0].is::<PyBytes>()),
        Err(e) => Err(os_error(vm, e, a[0])),
    }
}

fn chmod(vm: &mut Vm, a: &[Value]) -> PyResult {
    let mode = int(vm, a[1])? as u32;
    let dir = dir_fd(vm, a[2])?;
    let follow = flag(vm, a[3], true)?;
    let r = match path_or_fd(vm, a[0], "chmod")? {
        Ok(fd) => files::fchmod(fd, mode),
        Err(p) => files::chmod(dir, &p, mode, follow),
    };
    done(vm, r, a[0])
}

fn chown(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (uid, gid) = (id_arg(vm, a[1], "uid")?, id_arg(vm, a[2], "gid")?);
    let dir = dir_fd(vm, a[3])?;
    let follow = flag(vm, a[4], true)?;
    let r = match path_or_fd(vm, a[0], "chown")? {
        Ok(fd) => files::fchown(fd, uid, gid),
        Err(p) => files::chown(dir, &p, uid, gid, follow),
    };
    done(vm, r, a[0])
}

fn lchown(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = c_path(vm, a[0], "lchown")?;
    let (uid, gid) = (id_arg(vm, a[1], "uid")?, id_arg(vm, a[2], "gid")?);
    done(vm, files::chown(files::AT_CWD, &p, uid, gid, false), a[0])
}

fn chdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let r = match path_or_fd(vm, a[0], "chdir")? {
        Ok(fd) => files::fchdir(fd),
        Err(p) => files::chdir(&p),
    };
    done(vm, r, a[0])
}

fn chroot(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = c_path(vm, a[0], "chroot")?;
    done(vm, files::chroot(&p), a[0])
}

fn mkfifo(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = c_path(vm, a[0], "mkfifo")?;
    let mode = if a[1].is_null() {
        0o666
    } else {
        int(vm, a[1])?
    };
    let dir = dir_fd(vm, a[2])?;
    done(vm, files::mkfifo(dir, &p, mode as u32), a[0])
}

fn mknod(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = c_path(vm, a[0], "mknod")?;
    let mode = if a[1].is_null() {
        0o600
    } else {
        int(vm, a[1])?
    };
    let device = if a[2].is_null() {
        0
    } else {
        vm.index_i64(a[2])?
    };
    let dir = dir_fd(vm, a[3])?;
    done(vm, files::mknod(dir, &p, mode as u32, device as u64), a[0])
}

fn truncate(vm: &mut Vm, a: &[Value]) -> PyResult {
    let length = vm.index_i64(a[1])?;
    let r = match path_or_fd(vm, a[0], "truncate")? {
        Ok(fd) => files::ftruncate(fd, length),
        Err(p) => files::truncate(&p, length),
    };
    done(vm, r, a[0])
}

/// Seconds as (seconds, nanoseconds), rounded down.
fn seconds(vm: &mut Vm, v: Value) -> PyResult<(i64, i64)> {
    match as_float(v) {
        Some(f) if f.is_nan() => Err(vm.value_error("Invalid value NaN (not a number)")),
        Some(f) if f.abs() < 9e18 => {
            let whole = f.floor();
            let ns = ((f - whole) * 1e9).floor() as i64;
            Ok((whole as i64, ns.min(999_999_999)))
        }
        Some(_) => Err(vm.overflow_error("timestamp out of range for platform time_t")),
        None => Ok((vm.index_i64(v)?, 0)),
    }
}

fn utime(vm: &mut Vm, a: &[Value]) -> PyResult {
    let has_ns = !a[2].is_null();
    if !a[1].is_absent() && has_ns {
        return Err(vm.value_error("utime: you may specify either 'times' or 'ns' but not both"));
    }
    let pair = |v: Value| v.cast::<PyTuple>().filter(|t| t.len() == 2);
    let times = if has_ns {
        let Some(t) = pair(a[2]) else {
            return Err(vm.type_error("utime: 'ns' must be a tuple of two ints"));
        };
        let (x, y) = (vm.index_i64(t.items()[0])?, vm.index_i64(t.items()[1])?);
        Some([x, y].map(|n| (n.div_euclid(1_000_000_000), n.rem_euclid(1_000_000_000))))
    } else if a[1].is_absent() {
        None
    } else {
        let Some(t) = pair(a[1]) else {
            return Err(vm.type_error("utime: 'times' must be either a tuple of two ints or None"));
        };
        Some([seconds(vm, t.items()[0])?, seconds(vm, t.items()[1])?])
    };
    let dir = dir_fd(vm, a[3])?;
    let follow = flag(vm, a[4], true)?;
    let r = match path_or_fd(vm, a[0], "utime")? {
        Ok(fd) => files::utimens(fd, None, times, true),
        Err(p) => files::utimens(dir, Some(&p), times, follow),
    };
    done(vm, r, a[0])
}

fn statvfs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let place = path_or_fd(vm, a[0], "statvfs")?;
    let numbers = match files::statvfs(place.as_ref().map(|fd| *fd).map_err(|p| p.as_c_str())) {
        Ok(n) => n,
        Err(e) => return Err(os_error(vm, e, a[0])),
    };
    let mut fields = ValueVec::new();
    for n in numbers {
        let v = vm.new_uint(n);
        fields.push(&vm.heap, v);
    }
    match vm.state_get("posix.statvfs_result").and_then(|t| t.cast()) {
        Some(ty) => Ok(struct_seq::new_instance(vm, ty, 10, fields.as_slice())),
        None => Err(vm.system_error("posix is not initialised")),
    }
}

fn pathconf(vm: &mut Vm, a: &[Value]) -> PyResult {
    let place = path_or_fd(vm, a[0], "pathconf")?;
    let name = super::proc::name_arg(vm, a[1], PATHCONF_NAMES)?;
    match files::pathconf(place.as_ref().map(|fd| *fd).map_err(|p| p.as_c_str()), name) {
        Ok(n) => Ok(vm.new_int(n)),
        Err(e) => Err(os_error(vm, e, a[0])),
    }
}

/// Names a memory file; here because its argument is path-like.
pub(super) fn memfd_create(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = c_bytes(vm, a[0])?;
    let flags = if a[1].is_null() {
        libc::MFD_CLOEXEC as i32
    } else {
        int(vm, a[1])?
    };
    match files::memfd_create(&name, flags as u32) {
        Ok(fd) => Ok(Value::from_i32(fd)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
