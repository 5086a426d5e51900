//! `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`: what all streams have in common, in terms of a few methods
//! that subclasses define. Everything here calls those by name, so that Python overrides are seen.

use super::support::{is_closed, size_arg, unsupported, write_into};
use skein_runtime::builtins::str_codec::buffer_bytes;
use skein_runtime::prelude::*;

const CLOSED: &str = "__IOBase_closed";

static IO_BASE: &[NativeDef] = &[
    method(
        "seek",
        seek,
        "($self, offset, whence=os.SEEK_SET, /)",
        "Change the stream position to the given byte offset.",
    ),
    method(
        "tell",
        tell,
        "($self, /)",
        "Return current stream position.",
    ),
    method(
        "truncate",
        truncate,
        "($self, size=None, /)",
        "Truncate file to size bytes.",
    ),
    method(
        "flush",
        flush,
        "($self, /)",
        "Flush write buffers, if applicable.",
    ),
    method(
        "close",
        close,
        "($self, /)",
        "Flush and close the IO object.",
    ),
    method(
        "seekable",
        no,
        "($self, /)",
        "Return whether object supports random access.",
    ),
    method(
        "readable",
        no,
        "($self, /)",
        "Return whether object was opened for reading.",
    ),
    method(
        "writable",
        no,
        "($self, /)",
        "Return whether object was opened for writing.",
    ),
    method(
        "_checkClosed",
        check_closed_method,
        "($self, msg=None, /)",
        "Raise if the stream is closed.",
    ),
    method(
        "_checkSeekable",
        check_seekable,
        "($self, msg=None, /)",
        "Raise if the stream is not seekable.",
    ),
    method(
        "_checkReadable",
        check_readable,
        "($self, msg=None, /)",
        "Raise if the stream is not readable.",
    ),
    method(
        "_checkWritable",
        check_writable,
        "($self, msg=None, /)",
        "Raise if the stream is not writable.",
    ),
    method(
        "fileno",
        fileno,
        "($self, /)",
        "Return underlying file descriptor if one exists.",
    ),
    method(
        "isatty",
        isatty,
        "($self, /)",
        "Return whether this is an 'interactive' stream.",
    ),
    method(
        "__enter__",
        enter,
        "($self, /)",
        "Return the stream itself.",
    ),
    method("__exit__", exit, "($self, /, *exc)", "Close the stream."),
    slot("__iter__", enter),
    slot("__next__", next),
    method(
        "__del__",
        del,
        "($self, /)",
        "Close the stream as far as possible.",
    ),
    method(
        "readline",
        readline,
        "($self, size=-1, /)",
        "Read and return a line from the stream.",
    ),
    method(
        "readlines",
        readlines,
        "($self, hint=-1, /)",
        "Return a list of lines from the stream.",
    ),
    method(
        "writelines",
        writelines,
        "($self, lines, /)",
        "Write a list of lines to stream.",
    ),
];

static IO_BASE_GETSETS: &[GetSetDef] = &[getter("closed", closed, "True if the stream is closed.")];

static RAW_BASE: &[NativeDef] = &[
    method(
        "read",
        raw_read,
        "($self, size=-1, /)",
        "Read and return up to size bytes.",
    ),
    method(
        "readall",
        raw_readall,
        "($self, /)",
        "Read until EOF, using multiple read() call.",
    ),
    method(
        "readinto",
        abstract_io,
        "($self, buffer, /)",
        "Read bytes into the buffer.",
    ),
    method(
        "write",
        abstract_io,
        "($self, data, /)",
        "Write bytes to the stream.",
    ),
];

static BUFFERED_BASE: &[NativeDef] = &[
    method(
        "detach",
        no_detach,
        "($self, /)",
        "Disconnect this buffer from its underlying raw stream and return it.",
    ),
    method(
        "read",
        no_read,
        "($self, size=-1, /)",
        "Read and return up to n bytes.",
    ),
    method(
        "read1",
        no_read1,
        "($self, size=-1, /)",
        "Read and return up to size bytes with at most one read() call.",
    ),
    method(
        "write",
        no_write,
        "($self, b, /)",
        "Write buffer b to the IO stream.",
    ),
    method(
        "readinto",
        readinto,
        "($self, buffer, /)",
        "Read bytes into the buffer.",
    ),
    method(
        "readinto1",
        readinto1,
        "($self, buffer, /)",
        "Read bytes into the buffer with at most one read() call.",
    ),
];

static TEXT_BASE: &[NativeDef] = &[
    method(
        "detach",
        no_detach,
        "($self, /)",
        "Separate the underlying buffer from the TextIOBase and return it.",
    ),
    method(
        "read",
        no_read,
        "($self, size=-1, /)",
        "Read at most size characters from stream.",
    ),
    method(
        "readline",
        no_readline,
        "($self, size=-1, /)",
        "Read until newline or EOF.",
    ),
    method(
        "write",
        no_write,
        "($self, s, /)",
        "Write string s to stream.",
    ),
];

static TEXT_BASE_GETSETS: &[GetSetDef] = &[
    getter("encoding", none, "Encoding of the text stream."),
    getter("newlines", none, "Line endings translated so far."),
    getter(
        "errors",
        none,
        "The error setting of the decoder or encoder.",
    ),
];

/// Makes the abstract types.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let flags = tflag::BASETYPE | tflag::HAS_DICT | tflag::HAS_WEAKREF | tflag::HAS_DEL;
    let base = vm.new_native_type(
        "_IOBase",
        "_io",
        None,
        Kind::Instance,
        flags,
        IO_BASE,
        IO_BASE_GETSETS,
        "The abstract base class of all streams.",
    );
    super::support::add_type(vm, m, base);
    for (name, methods, getsets, doc) in [
        (
            "_RawIOBase",
            RAW_BASE,
            &[][..],
            "Base class for raw binary I/O.",
        ),
        (
            "_BufferedIOBase",
            BUFFERED_BASE,
            &[],
            "Base class for buffered IO objects.",
        ),
        (
            "_TextIOBase",
            TEXT_BASE,
            TEXT_BASE_GETSETS,
            "Base class for text I/O.",
        ),
    ] {
        let ty = vm.new_native_type(
            name,
            "_io",
            Some(base),
            Kind::Instance,
            flags,
            methods,
            getsets,
            doc,
        );
        super::support::add_type(vm, m, ty);
    }
}

fn seek(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "seek"))
}
fn tell(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.call_method(args[0], "seek", &[Value::from_i32(0), Value::from_i32(1)])
}
fn truncate(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "truncate"))
}
fn fileno(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "fileno"))
}
fn no(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}
fn none(_: &mut Vm, _: Value) -> PyResult {
    Ok(Value::NONE)
}
fn abstract_io(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.raise_with(ids::NOT_IMPLEMENTED_ERROR, &[]))
}
fn no_detach(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "detach"))
}
fn no_read(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "read"))
}
fn no_read1(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "read1"))
}
fn no_readline(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "readline"))
}
fn no_write(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(unsupported(vm, "write"))
}

/// The mark that `_IOBase.close` leaves.
fn marked_closed(vm: &mut Vm, v: Value) -> bool {
    let name = vm.intern(CLOSED);
    vm.own_attribute(v, name).is_some()
}

fn closed(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(marked_closed(vm, v)))
}

/// Raises `ValueError` if the stream says that it is closed.
pub fn check_closed(vm: &mut Vm, v: Value) -> PyResult<()> {
    if is_closed(vm, v)? {
        return Err(vm.value_error("I/O operation on closed file."));
    }
    Ok(())
}

fn check_closed_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    if is_closed(vm, args[0])? {
        return Err(match args[1].non_null().and_then(|m| m.cast::<PyStr>()) {
            Some(m) => vm.value_error(m.text_lossy()),
            None => vm.value_error("I/O operation on closed file."),
        });
    }
    Ok(Value::NONE)
}

fn check(vm: &mut Vm, v: Value, what: &str, message: &str) -> PyResult {
    let r = vm.call_method(v, what, &[])?;
    if r != Value::TRUE {
        return Err(unsupported(vm, message));
    }
    Ok(r)
}
fn check_seekable(vm: &mut Vm, args: &[Value]) -> PyResult {
    check(vm, args[0], "seekable", "File or stream is not seekable.")
}
fn check_readable(vm: &mut Vm, args: &[Value]) -> PyResult {
    check(vm, args[0], "readable", "File or stream is not readable.")
}
fn check_writable(vm: &mut Vm, args: &[Value]) -> PyResult {
    check(vm, args[0], "writable", "File or stream is not writable.")
}

fn flush(vm: &mut Vm, args: &[Value]) -> PyResult {
    if marked_closed(vm, args[0]) {
        return Err(vm.value_error("I/O operation on closed file."));
    }
    Ok(Value::NONE)
}

/// `_IOBase.close`: flushes through the object's own `flush` and leaves the mark even if that fails.
pub fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    if marked_closed(vm, args[0]) {
        return Ok(Value::NONE);
    }
    let r = vm.call_method(args[0], "flush", &[]);
    let failure = match r {
        Ok(_) => Value::NULL,
        Err(_) => vm.take_raised(),
    };
    let name = vm.intern(CLOSED);
    vm.set_attr_generic(args[0], name, Value::TRUE)?;
    match failure.non_null() {
        Some(e) => Err(vm.reraise_value(e)),
        None => Ok(Value::NONE),
    }
}

fn isatty(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_closed(vm, args[0])?;
    Ok(Value::FALSE)
}
fn enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_closed(vm, args[0])?;
    Ok(args[0])
}
fn exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.call_method(args[0], "close", &[])
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let line = vm.call_method(args[0], "readline", &[])?;
    if vm.len(line)? == 0 {
        return Err(vm.stop_iteration(Value::NONE));
    }
    Ok(line)
}

/// The finaliser: closes what a program forgot to close; nobody could catch an error.
fn del(vm: &mut Vm, args: &[Value]) -> PyResult {
    let done = match is_closed(vm, args[0]) {
        Ok(true) => Ok(Value::NONE),
        Ok(false) => vm.call_method(args[0], "close", &[]),
        Err(r) => Err(r),
    };
    if done.is_err() {
        vm.take_raised();
    }
    Ok(Value::NONE)
}

fn readline(vm: &mut Vm, args: &[Value]) -> PyResult {
    let limit = size_arg(vm, args[1])?;
    let name = vm.intern("peek");
    let peek = vm.try_get_attr(args[0], name)?;
    let mut line: Vec<u8> = Vec::new();
    while limit.is_none_or(|n| line.len() < n) {
        let mut want = 1;
        if let Some(peek) = peek {
            let ahead = vm.call(peek, &[Value::from_i32(1)])?;
            let Some(ahead) = ahead.cast::<PyBytes>() else {
                return Err(vm.raise(ids::OS_ERROR, "peek() should have returned a bytes object"));
            };
            if !ahead.is_empty() {
                let end = memchr::memchr(b'\n', ahead.bytes()).map_or(ahead.len(), |i| i + 1);
                want = limit.map_or(end, |n| end.min(n - line.len()));
            }
        }
        let piece = vm.call_method(args[0], "read", &[Value::from_usize(want)])?;
        let Some(piece) = piece.cast::<PyBytes>() else {
            let name = vm.type_name(piece);
            return Err(vm.raise(
                ids::OS_ERROR,
                &format!("read() should have returned a bytes object, not '{name}'"),
            ));
        };
        line.extend_from_slice(piece.bytes());
        if piece.is_empty() || line.last() == Some(&b'\n') {
            break;
        }
    }
    Ok(vm.new_bytes(&line))
}

fn readlines(vm: &mut Vm, args: &[Value]) -> PyResult {
    let hint = size_arg(vm, args[1])?.unwrap_or(0);
    let list = PyList::new(vm);
    let mut total = 0;
    let it = vm.iter(args[0])?;
    while let Some(line) = vm.next(it)? {
        list.push(vm, line);
        if hint > 0 {
            total += vm.len(line)?;
            if total >= hint {
                break;
            }
        }
    }
    Ok(list.value())
}

fn writelines(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_closed(vm, args[0])?;
    vm.for_each(args[1], |vm, line| {
        vm.call_method(args[0], "write", &[line]).map(|_| true)
    })?;
    Ok(Value::NONE)
}

fn raw_read(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(n) = size_arg(vm, args[1])? else {
        return vm.call_method(args[0], "readall", &[]);
    };
    let bytearray = vm.builtin_type(ids::BYTEARRAY);
    let zeros = vm.zeroed(n)?;
    let buffer = PyByteArray::new_instance(vm, bytearray, &zeros);
    let r = vm.call_method(args[0], "readinto", &[buffer.value()])?;
    if r.is_none() {
        return Ok(r);
    }
    let got = vm.index_i64(r)?;
    if got < 0 || got as usize > n {
        return Err(vm.value_error(format!("readinto returned {got} outside buffer size {n}")));
    }
    let data = buffer.to_vec();
    Ok(vm.new_bytes(&data[..(got as usize).min(data.len())]))
}

fn raw_readall(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut all = Vec::new();
    loop {
        let piece = vm.call_method(args[0], "read", &[Value::from_usize(super::BUFFER_SIZE)])?;
        if piece.is_none() && all.is_empty() {
            return Ok(piece);
        }
        if piece.is_none() {
            break;
        }
        let Some(piece) = piece.cast::<PyBytes>() else {
            return Err(vm.type_error("read() should return bytes"));
        };
        if piece.is_empty() {
            break;
        }
        all.extend_from_slice(piece.bytes());
    }
    Ok(vm.new_bytes(&all))
}

fn read_into_by(vm: &mut Vm, stream: Value, target: Value, name: &str) -> PyResult {
    let room = super::support::writable_len(vm, target)?;
    let data = vm.call_method(stream, name, &[Value::from_usize(room)])?;
    if data.is_none() {
        return Ok(data);
    }
    let Some(bytes) = buffer_bytes(vm, data)?.filter(|_| data.is::<PyBytes>()) else {
        return Err(vm.type_error("read() should return bytes"));
    };
    if bytes.len() > room {
        let n = bytes.len();
        return Err(vm.value_error(format!(
            "read() returned too much data: {room} bytes requested, {n} returned"
        )));
    }
    write_into(vm, target, 0, &bytes)?;
    Ok(Value::from_usize(bytes.len()))
}
fn readinto(vm: &mut Vm, args: &[Value]) -> PyResult {
    read_into_by(vm, args[0], args[1], "read")
}
fn readinto1(vm: &mut Vm, args: &[Value]) -> PyResult {
    read_into_by(vm, args[0], args[1], "read1")
}
