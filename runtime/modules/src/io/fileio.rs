//! `FileIO`: an open file descriptor. Its functions are also called directly by the buffered streams.

use super::support::{
    add_stream, class, interrupted, no_pickle, size_arg, unsupported, with_data, writable_len,
    write_into,
};
use crate::os_error::os_error;
use crate::support::{open_patiently, write_patiently};
use skein_runtime::helpers::files;
use skein_runtime::prelude::*;
use std::cell::Cell;
use std::ffi::CString;

/// State of a `FileIO`.
pub struct FileIo {
    fd: Cell<i32>,
    readable: Cell<bool>,
    writable: Cell<bool>,
    created: Cell<bool>,
    appending: Cell<bool>,
    closefd: Cell<bool>,
    seekable: Cell<Option<bool>>,
    blksize: Cell<i64>,
}

impl NativeData for FileIo {}

impl Drop for FileIo {
    fn drop(&mut self) {
        if self.closefd.get() && self.fd.get() >= 0 {
            // Nobody is left to be told of a failure.
            let _ = files::close(self.fd.get());
        }
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "__init__",
        init_method,
        "($self, file, mode='r', closefd=True, opener=None)",
        "Open a file.",
    ),
    method(
        "read",
        read,
        "($self, size=-1, /)",
        "Read at most size bytes, returned as bytes.",
    ),
    method(
        "readall",
        readall,
        "($self, /)",
        "Read all data from the file, returned as bytes.",
    ),
    method(
        "readinto",
        readinto,
        "($self, buffer, /)",
        "Read bytes into the buffer.",
    ),
    method(
        "write",
        write,
        "($self, b, /)",
        "Write buffer b to file, return number of bytes written.",
    ),
    method(
        "seek",
        seek,
        "($self, pos, whence=0, /)",
        "Move to new file position and return the file position.",
    ),
    method("tell", tell, "($self, /)", "Current file position."),
    method(
        "truncate",
        truncate,
        "($self, size=None, /)",
        "Truncate the file to at most size bytes and return the truncated size.",
    ),
    method("close", close, "($self, /)", "Close the file."),
    method(
        "seekable",
        seekable,
        "($self, /)",
        "True if file supports random-access.",
    ),
    method(
        "readable",
        readable,
        "($self, /)",
        "True if file was opened in a read mode.",
    ),
    method(
        "writable",
        writable,
        "($self, /)",
        "True if file was opened in a write mode.",
    ),
    method(
        "fileno",
        fileno,
        "($self, /)",
        "Return the underlying file descriptor (an integer).",
    ),
    method(
        "isatty",
        isatty,
        "($self, /)",
        "True if the file is connected to a TTY device.",
    ),
    method(
        "_isatty_open_only",
        isatty,
        "($self, /)",
        "Whether the file is a terminal, asked when it is opened.",
    ),
    slot("__repr__", repr),
    method(
        "__reduce__",
        no_pickle,
        "($self, /)",
        "Streams cannot be pickled.",
    ),
    method(
        "__reduce_ex__",
        no_pickle,
        "($self, protocol, /)",
        "Streams cannot be pickled.",
    ),
];

static GETSETS: &[GetSetDef] = &[
    getter("closed", get_closed, "True if the file is closed."),
    getter(
        "closefd",
        get_closefd,
        "True if the file descriptor will be closed by close().",
    ),
    getter("mode", get_mode, "String giving the file mode."),
    getset(
        "_blksize",
        get_blksize,
        set_blksize,
        "Preferred block size.",
    ),
];

/// Makes the type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "Open a file.";
    add_stream(vm, m, ("FileIO", "_RawIOBase", 0), METHODS, GETSETS, doc);
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a FileIo> {
    match native::<FileIo>(v) {
        Some((_, f)) => Ok(f),
        None => Err(vm.wrong_self("method", "FileIO", *v)),
    }
}

fn open_file<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a FileIo> {
    let f = this(vm, v)?;
    if f.fd.get() < 0 {
        return Err(closed_file(vm));
    }
    Ok(f)
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let state = FileIo {
        fd: Cell::new(-1),
        readable: Cell::new(false),
        writable: Cell::new(false),
        created: Cell::new(false),
        appending: Cell::new(false),
        closefd: Cell::new(true),
        seekable: Cell::new(None),
        blksize: Cell::new(super::BUFFER_SIZE as i64),
    };
    Ok(Native::new(vm, ty, state).value())
}

/// Reads the mode into the state; the flags for `open`.
fn parse_mode(vm: &mut Vm, f: &FileIo, mode: &str) -> PyResult<i32> {
    let (mut kinds, mut plus, mut flags) = (0, 0, 0);
    for (set, on) in [
        (&f.readable, false),
        (&f.writable, false),
        (&f.created, false),
        (&f.appending, false),
    ] {
        set.set(on);
    }
    for c in mode.chars() {
        match c {
            'x' => {
                f.created.set(true);
                f.writable.set(true);
                flags |= libc::O_EXCL | libc::O_CREAT;
            }
            'r' => f.readable.set(true),
            'w' => {
                f.writable.set(true);
                flags |= libc::O_CREAT | libc::O_TRUNC;
            }
            'a' => {
                f.writable.set(true);
                f.appending.set(true);
                flags |= libc::O_APPEND | libc::O_CREAT;
            }
            'b' => continue,
            '+' => {
                plus += 1;
                continue;
            }
            _ => return Err(vm.value_error(format!("invalid mode: {mode}"))),
        }
        kinds += 1;
    }
    if kinds != 1 || plus > 1 {
        return Err(vm.value_error(
            "Must have exactly one of create/read/write/append mode and at most one plus",
        ));
    }
    if plus == 1 {
        f.readable.set(true);
        f.writable.set(true);
    }
    Ok(flags
        | libc::O_CLOEXEC
        | match (f.readable.get(), f.writable.get()) {
            (true, true) => libc::O_RDWR,
            (false, _) => libc::O_WRONLY,
            _ => libc::O_RDONLY,
        })
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = this(vm, &args[0])?;
    let file = args[1];
    if f.fd.get() >= 0 {
        if f.closefd.get() {
            close_fd(vm, f)?;
        } else {
            f.fd.set(-1);
        }
    }
    if file.as_bool().is_some() {
        vm.warn(ids::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
    }
    let fd = as_int(&file).map(|n| n.to_i64());
    if let Some(n) = fd
        && n.is_none_or(|n| n < 0)
    {
        return Err(vm.value_error("negative file descriptor"));
    }
    let mode = match args[2].non_null() {
        None => "r".to_string(),
        Some(m) => vm.str_arg(m, "FileIO() argument 'mode'")?.text_lossy(),
    };
    let closefd = match args[3].non_null() {
        Some(v) => vm.truth(v)?,
        None => true,
    };
    let flags = parse_mode(vm, f, &mode)?;
    if let Some(Some(n)) = fd {
        f.closefd.set(closefd);
        f.fd.set(n as i32);
    } else {
        if !closefd {
            return Err(vm.value_error("Cannot use closefd=False with file name"));
        }
        f.closefd.set(true);
        let opened = if args[4].is_absent() {
            open_path(vm, file, flags)?
        } else {
            open_by(vm, args[4], file, flags)?
        };
        f.fd.set(opened);
    }
    f.seekable.set(None);
    let done = finish_open(vm, args[0], f, file);
    if done.is_err() {
        // The descriptor was given to us, or nobody else knows it.
        if fd.is_some() {
            f.closefd.set(false);
        }
        let keep = vm.take_raised();
        if f.closefd.get() {
            let _ = files::close(f.fd.get());
        }
        f.fd.set(-1);
        return Err(vm.reraise_value(keep));
    }
    Ok(Value::NONE)
}

fn open_path(vm: &mut Vm, file: Value, flags: i32) -> PyResult<i32> {
    let path = crate::path::to_bytes(vm, file, "open")?;
    let Ok(path) = CString::new(path) else {
        return Err(vm.value_error("embedded null byte"));
    };
    loop {
        match open_patiently(vm, files::AT_CWD, &path, flags, 0o666)? {
            Ok(fd) => return Ok(fd),
            Err(libc::EINTR) => interrupted(vm)?,
            Err(e) => return Err(os_error(vm, e, file)),
        }
    }
}

fn open_by(vm: &mut Vm, opener: Value, file: Value, flags: i32) -> PyResult<i32> {
    let fd = vm.call(opener, &[file, Value::from_i32(flags)])?;
    let Some(fd) = as_i64(fd) else {
        return Err(vm.type_error("expected integer from opener"));
    };
    if fd < 0 {
        return Err(vm.value_error(format!("opener returned {fd}")));
    }
    if let Err(e) = files::set_inheritable(fd as i32, false) {
        return Err(os_error(vm, e, Value::NULL));
    }
    Ok(fd as i32)
}

fn finish_open(vm: &mut Vm, object: Value, f: &FileIo, file: Value) -> PyResult<()> {
    match files::fstat(f.fd.get()) {
        Ok(st) => {
            if st.mode & libc::S_IFMT == libc::S_IFDIR {
                return Err(os_error(vm, libc::EISDIR, file));
            }
            if st.blksize > 1 {
                f.blksize.set(st.blksize);
            }
        }
        Err(libc::EBADF) => return Err(os_error(vm, libc::EBADF, Value::NULL)),
        Err(_) => {}
    }
    let name = vm.names.name;
    vm.set_attr(object, name, file)?;
    if f.appending.get()
        && let Err(e) = files::lseek(f.fd.get(), 0, 2)
        && e != libc::ESPIPE
    {
        return Err(os_error(vm, e, Value::NULL));
    }
    Ok(())
}

/// Writes once; `None` if a non-blocking descriptor takes nothing now.
pub fn write_fd(vm: &mut Vm, f: &FileIo, data: &[u8]) -> PyResult<Option<usize>> {
    if f.fd.get() < 0 {
        return Err(closed_file(vm));
    }
    if !f.writable.get() {
        return Err(unsupported(vm, "File not open for writing"));
    }
    loop {
        match write_patiently(vm, f.fd.get(), data)? {
            Ok(n) => return Ok(Some(n)),
            Err(libc::EINTR) => interrupted(vm)?,
            Err(libc::EAGAIN) => return Ok(None),
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

/// Reads once; `None` if a non-blocking descriptor has nothing now.
pub fn read_fd(vm: &mut Vm, f: &FileIo, buf: &mut [u8]) -> PyResult<Option<usize>> {
    if f.fd.get() < 0 {
        return Err(closed_file(vm));
    }
    if !f.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    loop {
        crate::support::give_way_to_blocking(vm, f.fd.get(), libc::POLLIN)?;
        match files::read(f.fd.get(), buf) {
            Ok(n) => return Ok(Some(n)),
            Err(libc::EINTR) => interrupted(vm)?,
            Err(libc::EAGAIN) => return Ok(None),
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

/// Reads to the end; `None` if a non-blocking descriptor has nothing at all now.
pub fn read_all_fd(vm: &mut Vm, f: &FileIo) -> PyResult<Option<Vec<u8>>> {
    let fd = f.fd.get();
    let left = match (files::fstat(fd), files::lseek(fd, 0, 1)) {
        (Ok(st), Ok(at)) if st.size > at => (st.size - at) as usize + 1,
        _ => 0,
    };
    let mut all = Vec::new();
    let mut got = 0;
    let mut step = left.clamp(8192, 1 << 30);
    loop {
        if all.try_reserve(step).is_err() {
            return Err(vm.memory_error());
        }
        all.resize(got + step, 0);
        match read_fd(vm, f, &mut all[got..])? {
            None if got == 0 => return Ok(None),
            None | Some(0) => break,
            Some(n) => got += n,
        }
        step = (all.len() - got).max(got.clamp(8192, 1 << 24));
    }
    all.truncate(got);
    Ok(Some(all))
}

fn read(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    if !f.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    let Some(n) = size_arg(vm, args[1])? else {
        return readall(vm, args);
    };
    let mut buf = Vec::new();
    if buf.try_reserve_exact(n.min(0x7fff_f000)).is_err() {
        return Err(vm.memory_error());
    }
    buf.resize(n.min(0x7fff_f000), 0);
    match read_fd(vm, f, &mut buf)? {
        Some(n) => Ok(vm.new_bytes(&buf[..n])),
        None => Ok(Value::NONE),
    }
}

fn readall(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    match read_all_fd(vm, f)? {
        Some(all) => Ok(vm.new_bytes(&all)),
        None => Ok(Value::NONE),
    }
}

fn readinto(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    if !f.readable.get() {
        return Err(unsupported(vm, "File not open for reading"));
    }
    let room = writable_len(vm, args[1])?;
    let mut buf = vec![0; room];
    match read_fd(vm, f, &mut buf)? {
        None => Ok(Value::NONE),
        Some(n) => {
            write_into(vm, args[1], 0, &buf[..n])?;
            Ok(Value::from_usize(n))
        }
    }
}

fn write(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    if !f.writable.get() {
        return Err(unsupported(vm, "File not open for writing"));
    }
    match with_data(vm, args[1], |vm, data| write_fd(vm, f, data))? {
        Some(n) => Ok(Value::from_usize(n)),
        None => Ok(Value::NONE),
    }
}

/// `lseek` with errors raised.
pub fn seek_fd(vm: &mut Vm, f: &FileIo, offset: i64, whence: i32) -> PyResult<i64> {
    if f.fd.get() < 0 {
        return Err(closed_file(vm));
    }
    match files::lseek(f.fd.get(), offset, whence) {
        Ok(n) => Ok(n),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn seek(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    if as_float(args[1]).is_some() {
        return Err(vm.type_error("an integer is required"));
    }
    let offset = vm.index_i64(args[1])?;
    let whence = match args[2].non_null() {
        Some(w) => vm.index_i64(w)? as i32,
        None => 0,
    };
    let n = seek_fd(vm, f, offset, whence)?;
    Ok(vm.new_int(n))
}

fn tell(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    let n = seek_fd(vm, f, 0, 1)?;
    Ok(vm.new_int(n))
}

fn truncate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    if !f.writable.get() {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let n = if args[1].is_absent() {
        seek_fd(vm, f, 0, 1)?
    } else {
        vm.index_i64(args[1])?
    };
    match files::ftruncate(f.fd.get(), n) {
        Ok(()) => Ok(vm.new_int(n)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}

fn close_fd(vm: &mut Vm, f: &FileIo) -> PyResult<()> {
    let fd = f.fd.replace(-1);
    vm.closing_descriptor(fd);
    if fd >= 0
        && let Err(e) = files::close(fd)
        && e != libc::EINTR
    {
        return Err(os_error(vm, e, Value::NULL));
    }
    Ok(())
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = this(vm, &args[0])?;
    let first = super::base::close(vm, &args[..1]).map(|_| ());
    if !f.closefd.get() {
        f.fd.set(-1);
        return first.map(|()| Value::NONE);
    }
    let failure = if first.is_err() {
        vm.take_raised()
    } else {
        Value::NULL
    };
    close_fd(vm, f)?;
    match failure.non_null() {
        Some(e) => Err(vm.reraise_value(e)),
        None => Ok(Value::NONE),
    }
}

fn seekable(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = open_file(vm, &args[0])?;
    let known = match f.seekable.get() {
        Some(b) => b,
        None => files::lseek(f.fd.get(), 0, 1).is_ok(),
    };
    f.seekable.set(Some(known));
    Ok(Value::bool(known))
}
fn readable(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(open_file(vm, &args[0])?.readable.get()))
}
fn writable(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(open_file(vm, &args[0])?.writable.get()))
}
fn fileno(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_i32(open_file(vm, &args[0])?.fd.get()))
}
fn isatty(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(files::isatty(
        open_file(vm, &args[0])?.fd.get(),
    )))
}
fn get_closed(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(this(vm, &v)?.fd.get() < 0))
}
fn get_closefd(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(this(vm, &v)?.closefd.get()))
}
fn get_blksize(vm: &mut Vm, v: Value) -> PyResult {
    let n = this(vm, &v)?.blksize.get();
    Ok(vm.new_int(n))
}
fn set_blksize(vm: &mut Vm, v: Value, n: Value) -> PyResult<()> {
    let n = vm.index_i64(n)?;
    this(vm, &v)?.blksize.set(n);
    Ok(())
}

/// True if the stream is open.
pub fn is_open(f: &FileIo) -> bool {
    f.fd.get() >= 0
}

/// True if the stream is open and closes its descriptor.
pub fn owned(f: &FileIo) -> bool {
    f.fd.get() >= 0 && f.closefd.get()
}

/// Preferred block size of the file.
pub fn block_size(f: &FileIo) -> usize {
    f.blksize.get().max(1) as usize
}

fn mode_text(f: &FileIo) -> &'static str {
    match (
        f.created.get(),
        f.appending.get(),
        f.readable.get(),
        f.writable.get(),
    ) {
        (true, _, true, _) => "xb+",
        (true, ..) => "xb",
        (_, true, true, _) => "ab+",
        (_, true, ..) => "ab",
        (_, _, true, true) => "rb+",
        (_, _, true, false) => "rb",
        _ => "wb",
    }
}
fn get_mode(vm: &mut Vm, v: Value) -> PyResult {
    let text = mode_text(this(vm, &v)?);
    Ok(vm.new_str(text))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]);
    let ty = vm.full_type_name(ty);
    if f.fd.get() < 0 {
        return Ok(vm.new_str(&format!("<{ty} [closed]>")));
    }
    let closefd = if f.closefd.get() { "True" } else { "False" };
    let mode = mode_text(f);
    let name = if vm.repr_enter(args[0]) {
        let name = super::support::repr_name(vm, args[0]);
        vm.repr_leave(args[0]);
        name?
    } else {
        return Err(vm.runtime_error(format!("reentrant call inside {ty}.__repr__")));
    };
    let text = match name {
        Some(n) => format!("<{ty} name={n} mode='{mode}' closefd={closefd}>"),
        None => format!("<{ty} fd={} mode='{mode}' closefd={closefd}>", f.fd.get()),
    };
    Ok(vm.new_str(&text))
}

/// The error of using a closed file; without the full stop that other streams' messages have.
#[cold]
fn closed_file(vm: &mut Vm) -> Raised {
    vm.value_error("I/O operation on closed file")
}
