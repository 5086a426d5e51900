//! `listdir`, `scandir` and `DirEntry`. A folder is read at once when it is opened; a descriptor is read through
//! `/proc/self/fd`.

use super::{c_path, int, stat_value};
use crate::os_error::os_error;
use crate::path;
use skein_runtime::builtins::struct_seq;
use skein_runtime::helpers::files;
use skein_runtime::prelude::*;

pub(super) static FUNCTIONS: &[NativeDef] = &[
    function("listdir", listdir, "(path=None)", "Names in a folder."),
    function(
        "scandir",
        scandir,
        "(path=None)",
        "Iterator over the entries of a folder.",
    ),
];

/// Makes the types.
pub(super) fn init(vm: &mut Vm, m: Ref<PyModule>) {
    vm.add_functions(m, FUNCTIONS);
    let flags = tflag::DISALLOW_INSTANTIATION;
    let entry = vm.new_native_type(
        "DirEntry",
        "posix",
        None,
        Kind::Native,
        flags,
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
        flags,
        SCAN_METHODS,
        &[],
        "",
    );
    vm.state_set("posix.ScandirIterator", scan.value());
}

/// What a folder has: the path as given (empty for a descriptor) and its entries.
struct Folder {
    base: Vec<u8>,
    fd: i32,
    entries: Vec<Found>,
    as_bytes: bool,
}

struct Found {
    name: Vec<u8>,
    kind: Option<std::fs::FileType>,
    inode: u64,
}

fn folder(vm: &mut Vm, v: Value, what: &str) -> PyResult<Folder> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::os::unix::fs::DirEntryExt;
    let (mut fd, mut base) = (libc::AT_FDCWD, b".".to_vec());
    if as_int(&v).is_some() {
        fd = int(vm, v)?;
        base.clear();
    } else if !v.is_absent() {
        base = path::to_bytes(vm, v, what)?;
    }
    let place = if base.is_empty() && fd >= 0 {
        format!("/proc/self/fd/{fd}").into_bytes()
    } else {
        base.clone()
    };
    let read = match std::fs::read_dir(std::ffi::OsStr::from_bytes(&place)) {
        Ok(r) => r,
        Err(e) if fd >= 0 && e.raw_os_error() == Some(libc::ENOENT) => {
            return Err(os_error(vm, libc::EBADF, v));
        }
        Err(e) => return Err(crate::os_error::io_error(vm, &e, v)),
    };
    let mut entries = Vec::new();
    for entry in read {
        match entry {
            Ok(e) => entries.push(Found {
                kind: e.file_type().ok(),
                inode: e.ino(),
                name: e.file_name().into_vec(),
            }),
            Err(e) => return Err(crate::os_error::io_error(vm, &e, v)),
        }
    }
    Ok(Folder {
        base,
        fd,
        entries,
        as_bytes: v.is::<PyBytes>(),
    })
}

/// A file name as bytes or str.
pub(super) fn name_value(vm: &mut Vm, name: &[u8], as_bytes: bool) -> PyResult {
    if as_bytes {
        Ok(vm.new_bytes(name))
    } else {
        path::decode(vm, name)
    }
}

fn listdir(vm: &mut Vm, a: &[Value]) -> PyResult {
    let folder = folder(vm, a[0], "listdir")?;
    let list = PyList::new(vm);
    for e in folder.entries {
        let v = name_value(vm, &e.name, folder.as_bytes)?;
        list.push(vm, v);
    }
    Ok(list.value())
}

/// State of a `DirEntry`.
struct DirEntry {
    name: Slot,
    path: Slot,
    /// `stat` results once asked for: following links and not.
    followed: Slot,
    own: Slot,
    kind: Option<std::fs::FileType>,
    inode: u64,
    dir: i32,
}
impl NativeData for DirEntry {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.name, &self.path, &self.followed, &self.own] {
            t.visit_slot(s);
        }
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
    slot("__repr__", entry_repr),
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

fn entry<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a DirEntry)> {
    match native::<DirEntry>(v) {
        Some(e) => Ok(e),
        None => Err(vm.wrong_self("method", "DirEntry", *v)),
    }
}
/// The cached `stat` result; `None` if the file is gone.
fn entry_status(vm: &mut Vm, v: Value, follow: bool) -> PyResult<Option<Value>> {
    let (owner, e) = entry(vm, &v)?;
    let follow = follow && e.kind.is_none_or(|k| k.is_symlink());
    let slot = if follow { &e.followed } else { &e.own };
    if let Some(known) = slot.get().non_null() {
        return Ok(Some(known));
    }
    let place = if e.dir >= 0 {
        e.name.get()
    } else {
        e.path.get()
    };
    let p = c_path(vm, place, "stat")?;
    match files::stat(if e.dir >= 0 { e.dir } else { libc::AT_FDCWD }, &p, follow) {
        Ok(s) => {
            let s = stat_value(vm, &s);
            slot.set(owner, s);
            Ok(Some(s))
        }
        Err(libc::ENOENT) => Ok(None),
        Err(code) => Err(os_error(vm, code, e.path.get())),
    }
}
fn follows(vm: &mut Vm, v: Value) -> PyResult<bool> {
    Ok(v.is_null() || vm.truth(v)?)
}
fn entry_is(
    vm: &mut Vm,
    a: &[Value],
    test: fn(&std::fs::FileType) -> bool,
    format: u32,
) -> PyResult {
    let follow = follows(vm, a[1])?;
    let (_, e) = entry(vm, &a[0])?;
    if let Some(kind) = e.kind
        && !(follow && kind.is_symlink())
    {
        return Ok(Value::bool(test(&kind)));
    }
    let Some(s) = entry_status(vm, a[0], follow)? else {
        return Ok(Value::FALSE);
    };
    let mode = struct_seq::field(vm, s, 0).and_then(as_i64).unwrap_or(0);
    Ok(Value::bool(mode as u32 & libc::S_IFMT == format))
}
fn entry_is_dir(vm: &mut Vm, a: &[Value]) -> PyResult {
    entry_is(vm, a, |k| k.is_dir(), libc::S_IFDIR)
}
fn entry_is_file(vm: &mut Vm, a: &[Value]) -> PyResult {
    entry_is(vm, a, |k| k.is_file(), libc::S_IFREG)
}
fn entry_is_symlink(vm: &mut Vm, a: &[Value]) -> PyResult {
    entry_is(vm, &[a[0], Value::FALSE], |k| k.is_symlink(), libc::S_IFLNK)
}
fn entry_is_junction(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}
fn entry_stat(vm: &mut Vm, a: &[Value]) -> PyResult {
    let follow = follows(vm, a[1])?;
    match entry_status(vm, a[0], follow)? {
        Some(s) => Ok(s),
        None => {
            let p = entry_field(vm, a[0], 1)?;
            Err(os_error(vm, libc::ENOENT, p))
        }
    }
}
fn entry_inode(vm: &mut Vm, a: &[Value]) -> PyResult {
    let inode = entry(vm, &a[0])?.1.inode;
    Ok(vm.new_uint(inode))
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
    slot("__iter__", scan_self),
    slot("__next__", scan_next),
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
    let folder = folder(vm, a[0], "scandir")?;
    let list = PyList::new(vm);
    let types = ["posix.DirEntry", "posix.ScandirIterator"]
        .map(|n| vm.state_get(n).and_then(|t| t.cast::<PyType>()));
    let [Some(entry_type), Some(ty)] = types else {
        return Err(vm.system_error("posix is not initialised"));
    };
    let mut prefix = folder.base;
    if !prefix.is_empty() && !prefix.ends_with(b"/") {
        prefix.push(b'/');
    }
    for found in folder.entries {
        let full = [&prefix[..], &found.name].concat();
        let name = name_value(vm, &found.name, folder.as_bytes)?;
        let path = name_value(vm, &full, folder.as_bytes)?;
        let state = DirEntry {
            name: Slot::new(name),
            path: Slot::new(path),
            followed: Slot::new(Value::NULL),
            own: Slot::new(Value::NULL),
            kind: found.kind,
            inode: found.inode,
            dir: folder.fd,
        };
        let e = Native::new(vm, entry_type, state);
        list.push(vm, e.value());
    }
    let state = Scan {
        list: RefSlot::new(list),
        next: std::cell::Cell::new(0),
    };
    Ok(Native::new(vm, ty, state).value())
}
