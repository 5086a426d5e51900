//! `posix`: the system calls behind `os`. Here the basic ones; `scan` reads folders, `paths` has the rest of what takes
//! paths, `fd` of what takes descriptors, `proc` processes, users and limits.

mod fd;
mod paths;
pub mod proc;
mod pty;
mod scan;

use crate::os_error::{os_error, os_error2};
use crate::path;
use skein_runtime::builtins::struct_seq::{self, StructSeq};
use skein_runtime::helpers::{files, process};
use skein_runtime::prelude::*;
use std::ffi::{CStr, CString};

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "posix",
    init,
};

static STAT_RESULT: StructSeq = StructSeq {
    name: "stat_result",
    module: "os",
    doc: "Result of stat(), fstat() and lstat().",
    fields: &[
        "st_mode",
        "st_ino",
        "st_dev",
        "st_nlink",
        "st_uid",
        "st_gid",
        "st_size",
        "",
        "",
        "",
        "st_atime",
        "st_mtime",
        "st_ctime",
        "st_atime_ns",
        "st_mtime_ns",
        "st_ctime_ns",
        "st_blksize",
        "st_blocks",
        "st_rdev",
    ],
    visible: 10,
};
static TERMINAL_SIZE: StructSeq = StructSeq {
    name: "terminal_size",
    module: "os",
    doc: "Columns and lines of a terminal.",
    fields: &["columns", "lines"],
    visible: 2,
};
static UNAME_RESULT: StructSeq = StructSeq {
    name: "uname_result",
    module: "posix",
    doc: "Result of uname().",
    fields: &["sysname", "nodename", "release", "version", "machine"],
    visible: 5,
};
static TIMES_RESULT: StructSeq = StructSeq {
    name: "times_result",
    module: "posix",
    doc: "Result of times().",
    fields: &[
        "user",
        "system",
        "children_user",
        "children_system",
        "elapsed",
    ],
    visible: 5,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "stat",
        stat,
        "(path, *, dir_fd=None, follow_symlinks=True)",
        "Perform a stat system call on the given path.",
    ),
    function(
        "lstat",
        lstat,
        "(path, *, dir_fd=None)",
        "Perform a stat system call without following symbolic links.",
    ),
    function(
        "fstat",
        fstat,
        "(fd)",
        "Perform a stat system call on the given file descriptor.",
    ),
    function(
        "open",
        open,
        "(path, flags, mode=511, *, dir_fd=None)",
        "Open a file for low level IO; returns a file descriptor.",
    ),
    function("close", close, "(fd)", "Close a file descriptor."),
    function(
        "read",
        read,
        "(fd, length, /)",
        "Read from a file descriptor.",
    ),
    function(
        "write",
        write,
        "(fd, data, /)",
        "Write bytes to a file descriptor.",
    ),
    function(
        "lseek",
        lseek,
        "(fd, position, whence, /)",
        "Set the position of a file descriptor.",
    ),
    function(
        "isatty",
        isatty,
        "(fd, /)",
        "True if the file descriptor is a terminal.",
    ),
    function("pipe", pipe, "()", "Create a pipe: (read_fd, write_fd)."),
    function("dup", dup, "(fd, /)", "Duplicate a file descriptor."),
    function(
        "dup2",
        dup2,
        "(fd, fd2, inheritable=True)",
        "Duplicate a file descriptor to a given number.",
    ),
    function(
        "get_inheritable",
        get_inheritable,
        "(fd, /)",
        "Close-on-exec flag of a file descriptor, negated.",
    ),
    function(
        "set_inheritable",
        set_inheritable,
        "(fd, inheritable, /)",
        "Set the inheritable flag of a file descriptor.",
    ),
    function("fsync", fsync, "(fd)", "Force a file to disk."),
    function(
        "mkdir",
        mkdir,
        "(path, mode=511, *, dir_fd=None)",
        "Create a folder.",
    ),
    function("rmdir", rmdir, "(path, *, dir_fd=None)", "Remove a folder."),
    function("unlink", unlink, "(path, *, dir_fd=None)", "Remove a file."),
    function("remove", unlink, "(path, *, dir_fd=None)", "Remove a file."),
    function(
        "rename",
        rename,
        "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
        "Rename a file or folder.",
    ),
    function(
        "replace",
        rename,
        "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)",
        "Rename a file or folder, overwriting the destination.",
    ),
    function("getcwd", getcwd, "()", "Current folder as str."),
    function("getcwdb", getcwdb, "()", "Current folder as bytes."),
    function("getpid", getpid, "()", "Process id."),
    function("getppid", getppid, "()", "Parent's process id."),
    function("getuid", getuid, "()", "Real user id."),
    function("geteuid", geteuid, "()", "Effective user id."),
    function("getgid", getgid, "()", "Real group id."),
    function("getegid", getegid, "()", "Effective group id."),
    function(
        "umask",
        umask,
        "(mask, /)",
        "Set the umask; returns the old one.",
    ),
    function(
        "urandom",
        urandom,
        "(size, /)",
        "Random bytes from the system.",
    ),
    function(
        "strerror",
        strerror,
        "(code, /)",
        "Text of an error number.",
    ),
    function("kill", kill, "(pid, signal, /)", "Send a signal."),
    function(
        "waitpid",
        waitpid,
        "(pid, options, /)",
        "Wait for a child: (pid, status).",
    ),
    function("_exit", exit, "(status)", "Exit at once."),
    function(
        "_is_inputhook_installed",
        no_input_hook,
        "()",
        "False: nothing else wants to run while the prompt waits.",
    ),
    function("abort", abort, "()", "Abort the process."),
    function(
        "execv",
        execv,
        "(path, argv, /)",
        "Execute a program, replacing the process.",
    ),
    function(
        "execve",
        execve,
        "(path, argv, env)",
        "Execute a program with an environment, replacing the process.",
    ),
    function("system", system, "(command)", "Run a command in a shell.").switching(),
    function(
        "putenv",
        putenv,
        "(name, value, /)",
        "Change or add an environment variable.",
    ),
    function(
        "unsetenv",
        unsetenv,
        "(name, /)",
        "Delete an environment variable.",
    ),
    function("cpu_count", cpu_count, "()", "Number of CPUs."),
    function("uname", uname, "()", "Identification of the system."),
    function("times", times, "()", "Process times."),
    function(
        "get_terminal_size",
        get_terminal_size,
        "(fd=None, /)",
        "Size of the terminal.",
    ),
    function(
        "fspath",
        fspath,
        "(path)",
        "The path's file system representation.",
    ),
    function("getlogin", getlogin, "()", "Login name."),
    function(
        "WEXITSTATUS",
        wexitstatus,
        "(status)",
        "Exit code of a status.",
    ),
    function(
        "WIFEXITED",
        wifexited,
        "(status)",
        "True if the process exited.",
    ),
    function(
        "WIFSIGNALED",
        wifsignaled,
        "(status)",
        "True if a signal ended the process.",
    ),
    function(
        "WTERMSIG",
        wtermsig,
        "(status)",
        "The signal that ended the process.",
    ),
    function(
        "WIFSTOPPED",
        wifstopped,
        "(status)",
        "True if the process is stopped.",
    ),
    function(
        "WSTOPSIG",
        wstopsig,
        "(status)",
        "The signal that stopped the process.",
    ),
    function(
        "waitstatus_to_exitcode",
        waitstatus_to_exitcode,
        "(status)",
        "Exit code of a wait status.",
    ),
];

const CONSTANTS: &[(&str, i32)] = &[
    ("F_OK", 0),
    ("R_OK", 4),
    ("W_OK", 2),
    ("X_OK", 1),
    ("O_RDONLY", libc::O_RDONLY),
    ("O_WRONLY", libc::O_WRONLY),
    ("O_RDWR", libc::O_RDWR),
    ("O_CREAT", libc::O_CREAT),
    ("O_EXCL", libc::O_EXCL),
    ("O_TRUNC", libc::O_TRUNC),
    ("O_APPEND", libc::O_APPEND),
    ("O_NONBLOCK", libc::O_NONBLOCK),
    ("O_CLOEXEC", libc::O_CLOEXEC),
    ("O_NOFOLLOW", libc::O_NOFOLLOW),
    ("O_DIRECTORY", libc::O_DIRECTORY),
    ("O_SYNC", libc::O_SYNC),
    ("O_DSYNC", libc::O_DSYNC),
    ("O_NOCTTY", libc::O_NOCTTY),
    ("WNOHANG", libc::WNOHANG),
    ("WUNTRACED", libc::WUNTRACED),
    ("WCONTINUED", libc::WCONTINUED),
    ("EX_OK", 0),
    ("EX_USAGE", 64),
    ("EX_DATAERR", 65),
    ("EX_NOINPUT", 66),
    ("EX_SOFTWARE", 70),
    ("EX_OSERR", 71),
    ("EX_CANTCREAT", 73),
    ("EX_IOERR", 74),
    ("EX_TEMPFAIL", 75),
    ("EX_NOPERM", 77),
    ("EX_CONFIG", 78),
    ("SEEK_DATA", 3),
    ("SEEK_HOLE", 4),
    ("P_PID", 1),
    ("P_PGID", 2),
    ("P_ALL", 0),
    ("NGROUPS_MAX", 65536),
    ("TMP_MAX", 238328),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    vm.add_functions(m, pty::FUNCTIONS);
    for (name, v) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*v));
    }
    for (name, def) in [
        ("stat_result", &STAT_RESULT),
        ("terminal_size", &TERMINAL_SIZE),
        ("uname_result", &UNAME_RESULT),
        ("times_result", &TIMES_RESULT),
    ] {
        let ty = struct_seq::new_type(vm, def, true);
        vm.add_constant(m, name, ty.value());
        vm.state_set(&format!("posix.{name}"), ty.value());
    }
    scan::init(vm, m);
    fd::init(vm, m)?;
    paths::init(vm, m);
    proc::init(vm, m)?;
    let error = vm.builtin_type(ids::OS_ERROR).value();
    vm.add_constant(m, "error", error);
    let environ = PyDict::new(vm);
    for (k, v) in std::env::vars_os() {
        use std::os::unix::ffi::OsStrExt;
        let (k, v) = (vm.new_bytes(k.as_bytes()), vm.new_bytes(v.as_bytes()));
        environ.insert(vm, k, v)?;
    }
    vm.add_constant(m, "environ", environ.value());
    let have = PyList::new(vm);
    for name in [
        "HAVE_FACCESSAT",
        "HAVE_FCHDIR",
        "HAVE_FCHMOD",
        "HAVE_FCHMODAT",
        "HAVE_FCHOWN",
        "HAVE_FCHOWNAT",
        "HAVE_FDOPENDIR",
        "HAVE_FPATHCONF",
        "HAVE_FSTATAT",
        "HAVE_FSTATVFS",
        "HAVE_FTRUNCATE",
        "HAVE_FUTIMENS",
        "HAVE_LINKAT",
        "HAVE_LCHOWN",
        "HAVE_LSTAT",
        "HAVE_LUTIMES",
        "HAVE_MKDIRAT",
        "HAVE_MKFIFOAT",
        "HAVE_MKNODAT",
        "HAVE_OPENAT",
        "HAVE_READLINKAT",
        "HAVE_RENAMEAT",
        "HAVE_SYMLINKAT",
        "HAVE_UNLINKAT",
        "HAVE_UTIMENSAT",
    ] {
        let s = vm.new_str(name);
        have.push(vm, s);
    }
    vm.add_constant(m, "_have_functions", have.value());
    Ok(())
}

fn c_path(vm: &mut Vm, v: Value, what: &str) -> PyResult<CString> {
    let bytes = path::to_bytes(vm, v, what)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

fn c_bytes(vm: &mut Vm, v: Value) -> PyResult<CString> {
    let v = path::fspath(vm, v)?;
    let bytes = path::encode(vm, v)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

fn int(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let n = vm.ssize(v)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("Python int too large to convert to C int"))
}

fn dir_fd(vm: &mut Vm, v: Value) -> PyResult<i32> {
    if v.is_absent() {
        Ok(libc::AT_FDCWD)
    } else {
        int(vm, v)
    }
}

fn done(vm: &mut Vm, r: Result<(), i32>, filename: Value) -> PyResult {
    match r {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, filename)),
    }
}

fn number(vm: &mut Vm, r: Result<i32, i32>) -> PyResult {
    match r {
        Ok(n) => Ok(Value::from_i32(n)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn stat_value(vm: &mut Vm, s: &files::Stat) -> Value {
    let mut f = ValueVec::new();
    for n in [
        s.mode as i64,
        s.ino as i64,
        s.dev as i64,
        s.nlink as i64,
        s.uid as i64,
        s.gid as i64,
        s.size,
        s.atime.0,
        s.mtime.0,
        s.ctime.0,
    ] {
        let v = vm.new_int(n);
        f.push(&vm.heap, v);
    }
    for t in [s.atime, s.mtime, s.ctime] {
        let v = vm.new_float(t.0 as f64 + t.1 as f64 * 1e-9);
        f.push(&vm.heap, v);
    }
    for t in [s.atime, s.mtime, s.ctime] {
        let v = vm.new_int(t.0 * 1_000_000_000 + t.1);
        f.push(&vm.heap, v);
    }
    for n in [s.blksize, s.blocks, s.rdev as i64] {
        let v = vm.new_int(n);
        f.push(&vm.heap, v);
    }
    let ty = vm
        .state_get("posix.stat_result")
        .and_then(|t| t.cast::<PyType>());
    match ty {
        Some(ty) => struct_seq::new_instance(vm, ty, 10, f.as_slice()),
        None => Value::NONE,
    }
}

fn do_stat(vm: &mut Vm, v: Value, dir: Value, follow: bool, what: &str) -> PyResult {
    crate::io::settle(vm);
    let r = if what == "lstat" {
        let (p, dir) = (c_path(vm, v, what)?, dir_fd(vm, dir)?);
        files::stat(dir, &p, follow)
    } else {
        match paths::path_or_fd(vm, v, what)? {
            Ok(fd) => files::fstat(fd),
            Err(p) => {
                let dir = dir_fd(vm, dir)?;
                files::stat(dir, &p, follow)
            }
        }
    };
    match r {
        Ok(s) => Ok(stat_value(vm, &s)),
        Err(e) => Err(os_error(vm, e, v)),
    }
}

fn stat(vm: &mut Vm, a: &[Value]) -> PyResult {
    let follow = a[2].is_null() || vm.truth(a[2])?;
    do_stat(vm, a[0], a[1], follow, "stat")
}
fn lstat(vm: &mut Vm, a: &[Value]) -> PyResult {
    do_stat(vm, a[0], a[1], false, "lstat")
}
fn fstat(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    match files::fstat(fd) {
        Ok(s) => Ok(stat_value(vm, &s)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn open(vm: &mut Vm, a: &[Value]) -> PyResult {
    crate::io::settle(vm);
    let p = c_path(vm, a[0], "open")?;
    let flags = int(vm, a[1])?;
    let mode = if a[2].is_null() {
        0o777
    } else {
        int(vm, a[2])?
    };
    let dir = dir_fd(vm, a[3])?;
    loop {
        let flags = flags | libc::O_CLOEXEC;
        match crate::support::open_patiently(vm, dir, &p, flags, mode as u32)? {
            Ok(fd) => return Ok(Value::from_i32(fd)),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, a[0])),
        }
    }
}
fn close(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    vm.closing_descriptor(fd);
    done(vm, files::close(fd), Value::NULL)
}
fn read(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, n) = (int(vm, a[0])?, vm.ssize(a[1])?);
    let Ok(n) = usize::try_from(n) else {
        return Err(os_error(vm, libc::EINVAL, Value::NULL));
    };
    let mut buf = vm.zeroed(n)?;
    loop {
        crate::support::give_way_to_blocking(vm, fd, libc::POLLIN)?;
        match files::read(fd, &mut buf) {
            Ok(n) => return Ok(vm.new_bytes(&buf[..n])),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}
fn write(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    let data = skein_runtime::builtins::bytes_methods::buffer(vm, a[1])?;
    loop {
        match crate::support::write_patiently(vm, fd, &data)? {
            Ok(n) => return Ok(Value::from_usize(n)),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}
fn lseek(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, at, whence) = (int(vm, a[0])?, vm.ssize(a[1])?, int(vm, a[2])?);
    match files::lseek(fd, at, whence) {
        Ok(n) => Ok(vm.new_int(n)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn isatty(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    Ok(Value::bool(files::isatty(fd)))
}
fn pipe(vm: &mut Vm, _: &[Value]) -> PyResult {
    match files::pipe(libc::O_CLOEXEC) {
        Ok((r, w)) => Ok(vm.new_tuple(&[Value::from_i32(r), Value::from_i32(w)])),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn dup(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    number(vm, files::dup(fd))
}
fn dup2(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, to) = (int(vm, a[0])?, int(vm, a[1])?);
    let inheritable = a[2].is_null() || vm.truth(a[2])?;
    match files::dup2(fd, to, inheritable) {
        Ok(_) => Ok(Value::from_i32(to)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn get_inheritable(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    match files::inheritable(fd) {
        Ok(b) => Ok(Value::bool(b)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn set_inheritable(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    let on = vm.truth(a[1])?;
    done(vm, files::set_inheritable(fd, on), Value::NULL)
}
fn fsync(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, files::fsync(fd, false), Value::NULL)
}

fn mkdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = c_path(vm, a[0], "mkdir")?;
    let mode = if a[1].is_null() {
        0o777
    } else {
        int(vm, a[1])?
    };
    let dir = dir_fd(vm, a[2])?;
    done(vm, files::mkdir(dir, &p, mode as u32), a[0])
}
fn rmdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, dir) = (c_path(vm, a[0], "rmdir")?, dir_fd(vm, a[1])?);
    done(vm, files::unlink(dir, &p, true), a[0])
}
fn unlink(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, dir) = (c_path(vm, a[0], "unlink")?, dir_fd(vm, a[1])?);
    done(vm, files::unlink(dir, &p, false), a[0])
}
fn two(vm: &mut Vm, r: Result<(), i32>, a: &[Value]) -> PyResult {
    match r {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error2(vm, e, a[0], a[1])),
    }
}
fn rename(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, q) = (c_path(vm, a[0], "rename")?, c_path(vm, a[1], "rename")?);
    let (d, e) = (dir_fd(vm, a[2])?, dir_fd(vm, a[3])?);
    two(vm, files::rename(d, &p, e, &q), a)
}
fn cwd(vm: &mut Vm) -> PyResult<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    match std::env::current_dir() {
        Ok(p) => Ok(p.into_os_string().into_vec()),
        Err(e) => Err(os_error(
            vm,
            e.raw_os_error().unwrap_or(libc::EIO),
            Value::NULL,
        )),
    }
}
fn getcwd(vm: &mut Vm, _: &[Value]) -> PyResult {
    let p = cwd(vm)?;
    path::decode(vm, &p)
}
fn getcwdb(vm: &mut Vm, _: &[Value]) -> PyResult {
    let p = cwd(vm)?;
    Ok(vm.new_bytes(&p))
}

macro_rules! identities {
    ($($name:ident;)*) => { $(fn $name(vm: &mut Vm, _: &[Value]) -> PyResult { Ok(vm.new_int(process::$name() as i64)) })* };
}
identities! { getpid; getppid; getuid; geteuid; getgid; getegid; }

fn umask(vm: &mut Vm, a: &[Value]) -> PyResult {
    let mask = int(vm, a[0])?;
    Ok(Value::from_i32(process::umask(mask as u32) as i32))
}
fn urandom(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = vm.ssize(a[0])?;
    let Ok(n) = usize::try_from(n) else {
        return Err(vm.value_error("negative argument not allowed"));
    };
    let mut buf = vm.zeroed(n)?;
    let mut at = 0;
    while at < n {
        match process::getrandom(&mut buf[at..], 0) {
            Ok(k) => at += k,
            Err(libc::EINTR) => {}
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
    Ok(vm.new_bytes(&buf))
}
fn strerror(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = int(vm, a[0])?;
    Ok(vm.new_str(&crate::os_error::strerror(n)))
}
fn kill(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (pid, signal) = (int(vm, a[0])?, int(vm, a[1])?);
    done(vm, process::kill(pid, signal), Value::NULL)?;
    // It may have been this process.
    crate::signal::run_pending(vm)?;
    Ok(Value::NONE)
}
fn waitpid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (pid, options) = (int(vm, a[0])?, int(vm, a[1])?);
    let (pid, status, _) = proc::wait_for(vm, pid, options)?;
    Ok(vm.new_tuple(&[Value::from_i32(pid), Value::from_i32(status)]))
}
fn no_input_hook(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}

fn exit(vm: &mut Vm, a: &[Value]) -> PyResult {
    let status = int(vm, a[0])?;
    process::exit(status)
}
fn abort(_: &mut Vm, _: &[Value]) -> PyResult {
    process::abort()
}
fn c_list(vm: &mut Vm, v: Value) -> PyResult<Vec<CString>> {
    let items = vm.collect(v)?;
    let mut out = Vec::new();
    for v in items.as_slice() {
        out.push(c_bytes(vm, *v)?);
    }
    Ok(out)
}
fn execv(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, args) = (c_path(vm, a[0], "execv")?, c_list(vm, a[1])?);
    let e = process::exec(&p, &args, None);
    Err(os_error(vm, e, a[0]))
}
fn execve(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, args) = (c_path(vm, a[0], "execve")?, c_list(vm, a[1])?);
    let items = vm.call_method(a[2], "items", &[])?;
    let pairs = vm.collect(items)?;
    let mut env = Vec::new();
    for pair in pairs.as_slice() {
        if let Some(t) = pair.cast::<PyTuple>().filter(|t| t.len() == 2) {
            let (k, v) = (c_bytes(vm, t.items()[0])?, c_bytes(vm, t.items()[1])?);
            let text = [k.as_bytes(), b"=", v.as_bytes()].concat();
            env.push(CString::new(text).map_err(|_| vm.value_error("embedded null byte"))?);
        }
    }
    let e = process::exec(&p, &args, Some(&env));
    Err(os_error(vm, e, a[0]))
}
fn system(vm: &mut Vm, a: &[Value]) -> PyResult {
    crate::io::settle(vm);
    let command = c_bytes(vm, a[0])?;
    vm.offload(Box::new(move || {
        let status = process::system(&command);
        Box::new(move |_| Ok(Value::from_i32(status)))
    }))
}
fn set_env(vm: &mut Vm, name: &CStr, value: Option<&CStr>) -> PyResult {
    done(vm, process::set_env(name, value), Value::NULL)
}
fn putenv(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (name, value) = (c_bytes(vm, a[0])?, c_bytes(vm, a[1])?);
    set_env(vm, &name, Some(&value))
}
fn unsetenv(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = c_bytes(vm, a[0])?;
    set_env(vm, &name, None)
}
fn cpu_count(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(std::thread::available_parallelism().map_or(Value::NONE, |n| Value::from_usize(n.get())))
}
fn uname(vm: &mut Vm, _: &[Value]) -> PyResult {
    let parts = match process::uname() {
        Ok(p) => p,
        Err(e) => return Err(os_error(vm, e, Value::NULL)),
    };
    let mut fields = ValueVec::new();
    for p in &parts {
        let v = path::decode(vm, p)?;
        fields.push(&vm.heap, v);
    }
    sequence(vm, "posix.uname_result", fields.as_slice())
}
fn sequence(vm: &mut Vm, name: &str, fields: &[Value]) -> PyResult {
    match vm.state_get(name).and_then(|t| t.cast::<PyType>()) {
        Some(ty) => Ok(struct_seq::new_instance(vm, ty, fields.len(), fields)),
        None => Err(vm.system_error("posix is not initialised")),
    }
}
fn times(vm: &mut Vm, _: &[Value]) -> PyResult {
    let t = match process::times() {
        Ok(t) => t,
        Err(e) => return Err(os_error(vm, e, Value::NULL)),
    };
    let mut fields = ValueVec::new();
    for f in t {
        let v = vm.new_float(f);
        fields.push(&vm.heap, v);
    }
    sequence(vm, "posix.times_result", fields.as_slice())
}
fn get_terminal_size(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = if a[0].is_null() { 1 } else { int(vm, a[0])? };
    match files::terminal_size(fd) {
        Ok((columns, lines)) => sequence(
            vm,
            "posix.terminal_size",
            &[
                Value::from_i32(columns as i32),
                Value::from_i32(lines as i32),
            ],
        ),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn fspath(vm: &mut Vm, a: &[Value]) -> PyResult {
    path::fspath(vm, a[0])
}
fn getlogin(vm: &mut Vm, _: &[Value]) -> PyResult {
    match process::getlogin() {
        Ok(n) => path::decode(vm, &n),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
macro_rules! statuses {
    ($($name:ident => $f:expr;)*) => { $(
        fn $name(vm: &mut Vm, a: &[Value]) -> PyResult {
            let status = int(vm, a[0])?;
            let f: fn(i32) -> Value = $f;
            Ok(f(status))
        }
    )* };
}
statuses! {
    wexitstatus => |s| Value::from_i32(libc::WEXITSTATUS(s));
    wifexited => |s| Value::bool(libc::WIFEXITED(s));
    wifsignaled => |s| Value::bool(libc::WIFSIGNALED(s));
    wtermsig => |s| Value::from_i32(libc::WTERMSIG(s));
    wifstopped => |s| Value::bool(libc::WIFSTOPPED(s));
    wstopsig => |s| Value::from_i32(libc::WSTOPSIG(s));
    waitstatus_to_exitcode => |s| if libc::WIFEXITED(s) { Value::from_i32(libc::WEXITSTATUS(s)) } else { Value::from_i32(-libc::WTERMSIG(s)) };
}
