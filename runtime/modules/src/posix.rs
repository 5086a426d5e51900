//! `posix`: the system calls behind `os`.

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
    function(
        "ftruncate",
        ftruncate,
        "(fd, length, /)",
        "Truncate a file.",
    ),
    function("fsync", fsync, "(fd)", "Force a file to disk."),
    function("listdir", listdir, "(path=None)", "Names in a folder."),
    function(
        "scandir",
        scandir,
        "(path=None)",
        "Iterator of DirEntry objects of a folder.",
    ),
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
    function("link", link, "(src, dst)", "Create a hard link."),
    function(
        "symlink",
        symlink,
        "(src, dst, target_is_directory=False, *, dir_fd=None)",
        "Create a symbolic link.",
    ),
    function(
        "readlink",
        readlink,
        "(path, *, dir_fd=None)",
        "Target of a symbolic link.",
    ),
    function(
        "chmod",
        chmod,
        "(path, mode, *, dir_fd=None, follow_symlinks=True)",
        "Change the access permissions of a file.",
    ),
    function(
        "access",
        access,
        "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)",
        "Test for access to a path.",
    ),
    function("chdir", chdir, "(path)", "Change the current folder."),
    function("getcwd", getcwd, "()", "Current folder as str."),
    function("getcwdb", getcwdb, "()", "Current folder as bytes."),
    function(
        "utime",
        utime,
        "(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)",
        "Set access and modification times.",
    ),
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
    function("fork", fork, "()", "Fork a child process."),
    function(
        "waitpid",
        waitpid,
        "(pid, options, /)",
        "Wait for a child: (pid, status).",
    ),
    function("_exit", exit, "(status)", "Exit at once."),
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
    function("system", system, "(command)", "Run a command in a shell."),
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
        "sysconf",
        sysconf,
        "(name, /)",
        "Integer system configuration value.",
    ),
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
    function(
        "register_at_fork",
        register_at_fork,
        "(*, before=None, after_in_child=None, after_in_parent=None)",
        "Register callables around fork.",
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
    let entry = vm.new_native_type(
        "DirEntry",
        "posix",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        ENTRY_METHODS,
        ENTRY_GETSETS,
        "An entry of a folder, made by scandir.",
    );
    vm.add_constant(m, "DirEntry", entry.value());
    vm.state_set("posix.DirEntry", entry.value());
    let scan = vm.new_native_type(
        "ScandirIterator",
        "posix",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        SCAN_METHODS,
        &[],
        "",
    );
    vm.state_set("posix.ScandirIterator", scan.value());
    let error = vm.builtin_type(ids::OS_ERROR).value();
    vm.add_constant(m, "error", error);
    let environ = PyDict::new(vm);
    for (k, v) in std::env::vars_os() {
        use std::os::unix::ffi::OsStrExt;
        let (k, v) = (vm.new_bytes(k.as_bytes()), vm.new_bytes(v.as_bytes()));
        environ.insert(vm, k, v)?;
    }
    vm.add_constant(m, "environ", environ.value());
    let names = PyDict::new(vm);
    for (name, v) in [
        ("SC_PAGE_SIZE", libc::_SC_PAGESIZE),
        ("SC_PAGESIZE", libc::_SC_PAGESIZE),
        ("SC_NPROCESSORS_ONLN", libc::_SC_NPROCESSORS_ONLN),
        ("SC_OPEN_MAX", libc::_SC_OPEN_MAX),
        ("SC_CLK_TCK", libc::_SC_CLK_TCK),
        ("SC_PHYS_PAGES", libc::_SC_PHYS_PAGES),
        ("SC_ARG_MAX", libc::_SC_ARG_MAX),
    ] {
        names.set_text(vm, name, Value::from_i32(v));
    }
    vm.add_constant(m, "sysconf_names", names.value());
    let have = PyList::new(vm);
    for name in [
        "HAVE_FSTATAT",
        "HAVE_OPENAT",
        "HAVE_UNLINKAT",
        "HAVE_MKDIRAT",
        "HAVE_RENAMEAT",
        "HAVE_LSTAT",
        "HAVE_FACCESSAT",
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
    let r = if v.is_int() {
        let fd = int(vm, v)?;
        files::fstat(fd)
    } else {
        let p = c_path(vm, v, what)?;
        let dir = dir_fd(vm, dir)?;
        files::stat(dir, &p, follow)
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
    let p = c_path(vm, a[0], "open")?;
    let flags = int(vm, a[1])?;
    let mode = if a[2].is_null() {
        0o777
    } else {
        int(vm, a[2])?
    };
    let dir = dir_fd(vm, a[3])?;
    match files::open(dir, &p, flags | libc::O_CLOEXEC, mode as u32) {
        Ok(fd) => Ok(Value::from_i32(fd)),
        Err(e) => Err(os_error(vm, e, a[0])),
    }
}
fn close(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, files::close(fd), Value::NULL)
}
fn read(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, n) = (int(vm, a[0])?, vm.ssize(a[1])?);
    let Ok(n) = usize::try_from(n) else {
        return Err(os_error(vm, libc::EINVAL, Value::NULL));
    };
    let mut buf = vec![0; n];
    match files::read(fd, &mut buf) {
        Ok(n) => Ok(vm.new_bytes(&buf[..n])),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn write(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    let data = skein_runtime::builtins::bytes_methods::buffer(vm, a[1])?;
    match files::write(fd, &data) {
        Ok(n) => Ok(Value::from_usize(n)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
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
fn ftruncate(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, n) = (int(vm, a[0])?, vm.ssize(a[1])?);
    done(vm, files::ftruncate(fd, n), Value::NULL)
}
fn fsync(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = int(vm, a[0])?;
    done(vm, files::fsync(fd, false), Value::NULL)
}

/// Folder entries as (name, type byte).
fn folder(vm: &mut Vm, v: Value) -> PyResult<(Vec<u8>, Vec<(Vec<u8>, bool, bool)>, bool)> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let as_bytes = v.is::<PyBytes>();
    let p = if v.is_absent() {
        b".".to_vec()
    } else {
        path::to_bytes(vm, v, "listdir")?
    };
    let read = match std::fs::read_dir(std::ffi::OsStr::from_bytes(&p)) {
        Ok(r) => r,
        Err(e) => return Err(os_error(vm, e.raw_os_error().unwrap_or(libc::EIO), v)),
    };
    let mut out = Vec::new();
    for entry in read {
        match entry {
            Ok(e) => {
                let t = e.file_type().ok();
                out.push((
                    e.file_name().into_vec(),
                    t.is_some_and(|t| t.is_dir()),
                    t.is_some_and(|t| t.is_symlink()),
                ));
            }
            Err(e) => return Err(os_error(vm, e.raw_os_error().unwrap_or(libc::EIO), v)),
        }
    }
    Ok((p, out, as_bytes))
}
fn name_value(vm: &mut Vm, name: &[u8], as_bytes: bool) -> PyResult {
    if as_bytes {
        Ok(vm.new_bytes(name))
    } else {
        path::decode(vm, name)
    }
}
fn listdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (_, entries, as_bytes) = folder(vm, a[0])?;
    let list = PyList::new(vm);
    for (name, _, _) in entries {
        let v = name_value(vm, &name, as_bytes)?;
        list.push(vm, v);
    }
    Ok(list.value())
}

/// State of a `DirEntry`.
struct DirEntry {
    name: Slot,
    path: Slot,
    is_dir: bool,
    is_link: bool,
}
impl NativeData for DirEntry {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.name);
        t.visit_slot(&self.path);
    }
}
static ENTRY_METHODS: &[NativeDef] = &[
    method(
        "is_dir",
        entry_is_dir,
        "($self, /, *, follow_symlinks=True)",
        "True if the entry is a folder.",
    ),
    method(
        "is_file",
        entry_is_file,
        "($self, /, *, follow_symlinks=True)",
        "True if the entry is a file.",
    ),
    method(
        "is_symlink",
        entry_is_symlink,
        "($self, /)",
        "True if the entry is a symbolic link.",
    ),
    method(
        "is_junction",
        entry_is_junction,
        "($self, /)",
        "False: there are no junctions here.",
    ),
    method(
        "stat",
        entry_stat,
        "($self, /, *, follow_symlinks=True)",
        "stat_result of the entry.",
    ),
    method("inode", entry_inode, "($self, /)", "Inode of the entry."),
    method(
        "__fspath__",
        entry_fspath,
        "($self, /)",
        "The entry's path.",
    ),
    method("__repr__", entry_repr, "($self, /)", "Return repr(self)."),
];
static ENTRY_GETSETS: &[GetSetDef] = &[
    getter("name", |vm, v| entry_field(vm, v, 0), "base name"),
    getter("path", |vm, v| entry_field(vm, v, 1), "full path"),
];

fn entry_field(vm: &mut Vm, v: Value, i: usize) -> PyResult {
    match native::<DirEntry>(&v) {
        Some((_, e)) => Ok(if i == 0 { e.name.get() } else { e.path.get() }),
        None => Err(vm.wrong_self("name", "DirEntry", v)),
    }
}
fn entry_mode(vm: &mut Vm, a: &[Value], follow: bool) -> PyResult<Option<u32>> {
    let p = entry_field(vm, a[0], 1)?;
    let p = c_path(vm, p, "stat")?;
    match files::stat(libc::AT_FDCWD, &p, follow) {
        Ok(s) => Ok(Some(s.mode & libc::S_IFMT)),
        Err(libc::ENOENT) => Ok(None),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn follows(vm: &mut Vm, v: Value) -> PyResult<bool> {
    Ok(v.is_null() || vm.truth(v)?)
}
fn entry_is_dir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let follow = follows(vm, a[1])?;
    if let Some((_, e)) = native::<DirEntry>(&a[0])
        && !e.is_link
    {
        return Ok(Value::bool(e.is_dir));
    }
    Ok(Value::bool(
        entry_mode(vm, a, follow)? == Some(libc::S_IFDIR),
    ))
}
fn entry_is_file(vm: &mut Vm, a: &[Value]) -> PyResult {
    let follow = follows(vm, a[1])?;
    Ok(Value::bool(
        entry_mode(vm, a, follow)? == Some(libc::S_IFREG),
    ))
}
fn entry_is_symlink(_: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(
        native::<DirEntry>(&a[0]).is_some_and(|(_, e)| e.is_link),
    ))
}
fn entry_is_junction(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}
fn entry_stat(vm: &mut Vm, a: &[Value]) -> PyResult {
    let follow = follows(vm, a[1])?;
    let p = entry_field(vm, a[0], 1)?;
    do_stat(vm, p, Value::NULL, follow, "stat")
}
fn entry_inode(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = entry_field(vm, a[0], 1)?;
    let s = do_stat(vm, p, Value::NULL, false, "stat")?;
    Ok(struct_seq::field(vm, s, 1).unwrap_or(Value::NONE))
}
fn entry_fspath(vm: &mut Vm, a: &[Value]) -> PyResult {
    entry_field(vm, a[0], 1)
}
fn entry_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = entry_field(vm, a[0], 0)?;
    let name = vm.repr_text(name)?;
    Ok(vm.new_str(&format!("<DirEntry {name}>")))
}

/// State of a scandir iterator.
struct Scan {
    list: RefSlot<PyList>,
    next: std::cell::Cell<usize>,
}
impl NativeData for Scan {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.list.value());
    }
}
static SCAN_METHODS: &[NativeDef] = &[
    method("__iter__", scan_self, "($self, /)", "Implement iter(self)."),
    method("__next__", scan_next, "($self, /)", "Implement next(self)."),
    method("__enter__", scan_self, "($self, /)", "Enter the context."),
    method(
        "__exit__",
        scan_close,
        "($self, /, *args)",
        "Leave the context.",
    ),
    method(
        "close",
        scan_close,
        "($self, /, *args)",
        "Close the iterator.",
    ),
];
fn scan_self(_: &mut Vm, a: &[Value]) -> PyResult {
    Ok(a[0])
}
fn scan_close(_: &mut Vm, a: &[Value]) -> PyResult {
    if let Some((_, s)) = native::<Scan>(&a[0]) {
        s.next.set(usize::MAX);
    }
    Ok(Value::NONE)
}
fn scan_next(vm: &mut Vm, a: &[Value]) -> PyResult {
    if let Some((_, s)) = native::<Scan>(&a[0])
        && let Some(v) = s.list.get().and_then(|l| l.try_get(s.next.get()))
    {
        s.next.set(s.next.get() + 1);
        return Ok(v);
    }
    Err(vm.stop_iteration(Value::NONE))
}
fn scandir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (base, entries, as_bytes) = folder(vm, a[0])?;
    let list = PyList::new(vm);
    let Some(entry_type) = vm
        .state_get("posix.DirEntry")
        .and_then(|t| t.cast::<PyType>())
    else {
        return Err(vm.system_error("posix is not initialised"));
    };
    for (name, is_dir, is_link) in entries {
        let mut full = if a[0].is_absent() {
            Vec::from(b".")
        } else {
            base.clone()
        };
        if !full.ends_with(b"/") {
            full.push(b'/');
        }
        full.extend_from_slice(&name);
        let (name, path) = (
            name_value(vm, &name, as_bytes)?,
            name_value(vm, &full, as_bytes)?,
        );
        let e = Native::new(
            vm,
            entry_type,
            DirEntry {
                name: Slot::new(name),
                path: Slot::new(path),
                is_dir,
                is_link,
            },
        );
        list.push(vm, e.value());
    }
    let Some(ty) = vm
        .state_get("posix.ScandirIterator")
        .and_then(|t| t.cast::<PyType>())
    else {
        return Err(vm.system_error("posix is not initialised"));
    };
    Ok(Native::new(
        vm,
        ty,
        Scan {
            list: RefSlot::new(list),
            next: std::cell::Cell::new(0),
        },
    )
    .value())
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
fn link(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, q) = (c_path(vm, a[0], "link")?, c_path(vm, a[1], "link")?);
    two(
        vm,
        files::link(libc::AT_FDCWD, &p, libc::AT_FDCWD, &q, true),
        a,
    )
}
fn symlink(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, q) = (c_path(vm, a[0], "symlink")?, c_path(vm, a[1], "symlink")?);
    let dir = dir_fd(vm, a[3])?;
    two(vm, files::symlink(&p, dir, &q), a)
}
fn readlink(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, dir) = (c_path(vm, a[0], "readlink")?, dir_fd(vm, a[1])?);
    match files::readlink(dir, &p) {
        Ok(t) => name_value(vm, &t, a[0].is::<PyBytes>()),
        Err(e) => Err(os_error(vm, e, a[0])),
    }
}
fn chmod(vm: &mut Vm, a: &[Value]) -> PyResult {
    let mode = int(vm, a[1])?;
    if a[0].is_int() {
        let fd = int(vm, a[0])?;
        return done(vm, files::fchmod(fd, mode as u32), a[0]);
    }
    let (p, dir) = (c_path(vm, a[0], "chmod")?, dir_fd(vm, a[2])?);
    let follow = follows(vm, a[3])?;
    done(vm, files::chmod(dir, &p, mode as u32, follow), a[0])
}
fn access(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (p, mode, dir) = (
        c_path(vm, a[0], "access")?,
        int(vm, a[1])?,
        dir_fd(vm, a[2])?,
    );
    Ok(Value::bool(files::access(dir, &p, mode, 0)))
}
fn chdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let p = c_path(vm, a[0], "chdir")?;
    done(vm, files::chdir(&p), a[0])
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
fn utime(vm: &mut Vm, a: &[Value]) -> PyResult {
    use std::fs::FileTimes;
    use std::os::unix::ffi::OsStrExt;
    use std::time::{Duration, SystemTime};
    let p = path::to_bytes(vm, a[0], "utime")?;
    let mut times = [SystemTime::now(); 2];
    let (source, scale) = if a[2].is_absent() {
        (a[1], 1e9)
    } else {
        (a[2], 1.0)
    };
    if let Some(t) = source.cast::<PyTuple>().filter(|t| t.len() == 2) {
        for (i, v) in t.items().iter().enumerate() {
            let ns = match as_float(*v) {
                Some(f) => (f * scale) as i128,
                None => vm.ssize(*v)? as i128 * scale as i128,
            };
            times[i] = SystemTime::UNIX_EPOCH + Duration::from_nanos(ns.max(0) as u64);
        }
    }
    let file = std::fs::File::options()
        .read(true)
        .open(std::ffi::OsStr::from_bytes(&p));
    match file.and_then(|f| {
        f.set_times(
            FileTimes::new()
                .set_accessed(times[0])
                .set_modified(times[1]),
        )
    }) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e.raw_os_error().unwrap_or(libc::EIO), a[0])),
    }
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
    let mut buf = vec![0; n];
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
    done(vm, process::kill(pid, signal), Value::NULL)
}
fn fork(vm: &mut Vm, _: &[Value]) -> PyResult {
    number(vm, process::fork())
}
fn waitpid(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (pid, options) = (int(vm, a[0])?, int(vm, a[1])?);
    loop {
        match process::wait(pid, options) {
            Ok((pid, status, _)) => {
                return Ok(vm.new_tuple(&[Value::from_i32(pid), Value::from_i32(status)]));
            }
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
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
    let command = c_bytes(vm, a[0])?;
    Ok(Value::from_i32(process::system(&command)))
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
fn sysconf(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = if a[0].is::<PyStr>() {
        let posix = vm
            .modules_dict()
            .and_then(|m| m.get_text(vm, "posix"))
            .unwrap_or(Value::NONE);
        let names = vm.get_attr_text(posix, "sysconf_names")?;
        match vm.get_item(names, a[0]) {
            Ok(v) => int(vm, v)?,
            Err(_) => {
                vm.take_raised();
                return Err(vm.value_error("unrecognized configuration name"));
            }
        }
    } else {
        int(vm, a[0])?
    };
    match process::sysconf(n) {
        Ok(v) => Ok(vm.new_int(v)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
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
fn register_at_fork(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}
