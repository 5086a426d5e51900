//! `BytesIO`: a stream over a bytearray in memory, which `getbuffer` shows to the program.

use super::support::{
    add_stream, always, class, closed_error, data_arg, or_none, size_arg, with_data, writable_len,
    write_into,
};
use skein_runtime::builtins::byte_view::look_at;
use skein_runtime::builtins::memoryview::MemoryView;
use skein_runtime::prelude::*;
use std::cell::Cell;

struct BytesIo {
    /// A bytearray; `NULL` when closed.
    data: Slot,
    pos: Cell<usize>,
}

impl NativeData for BytesIo {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.data);
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new).with_direct(new_direct),
    method(
        "__init__",
        init_method,
        "($self, initial_bytes=b'')",
        "Start with the given bytes.",
    ),
    always("readable", yes),
    always("writable", yes),
    always("seekable", yes),
    method("isatty", no, "($self, /)", "Always returns False."),
    method("flush", flush, "($self, /)", "Does nothing."),
    method("close", close, "($self, /)", "Disable all I/O operations."),
    method(
        "read",
        read,
        "($self, size=-1, /)",
        "Read at most size bytes, returned as a bytes object.",
    ),
    method(
        "read1",
        read,
        "($self, size=-1, /)",
        "Read at most size bytes, returned as a bytes object.",
    ),
    method(
        "readline",
        readline,
        "($self, size=-1, /)",
        "Next line from the file, as a bytes object.",
    ),
    method(
        "readlines",
        readlines,
        "($self, size=None, /)",
        "List of bytes objects, each a line from the file.",
    ),
    method(
        "readinto",
        readinto,
        "($self, buffer, /)",
        "Read bytes into buffer.",
    ),
    method("write", write, "($self, b, /)", "Write bytes to file."),
    method(
        "seek",
        seek,
        "($self, pos, whence=0, /)",
        "Change stream position.",
    ),
    method(
        "tell",
        tell,
        "($self, /)",
        "Current file position, an integer.",
    ),
    method(
        "truncate",
        truncate,
        "($self, size=None, /)",
        "Truncate the file to at most size bytes.",
    ),
    method(
        "getvalue",
        getvalue,
        "($self, /)",
        "Retrieve the entire contents of the BytesIO object.",
    ),
    method(
        "getbuffer",
        getbuffer,
        "($self, /)",
        "Get a read-write view over the contents of the BytesIO object.",
    ),
    slot("__next__", next),
    method("__getstate__", getstate, "($self, /)", "State for pickle."),
    method(
        "__setstate__",
        setstate,
        "($self, state, /)",
        "Restore a state.",
    ),
];

static GETSETS: &[GetSetDef] = &[getter("closed", get_closed, "True if the file is closed.")];

/// Makes the type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "Buffered I/O implementation using an in-memory bytes buffer.";
    let base = "_BufferedIOBase";
    let ty = add_stream(vm, m, ("BytesIO", base, 0), METHODS, GETSETS, doc);
    super::support::die_silently(ty);
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let data = PyByteArray::new_instance(vm, vm.builtin_type(ids::BYTEARRAY), b"");
    let state = BytesIo {
        data: Slot::new(data.value()),
        pos: Cell::new(0),
    };
    Ok(Native::new(vm, ty, state).value())
}

/// What comes behind the class is for `__init__`.
fn new_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    Some(new(vm, args.get(..1)?))
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a BytesIo)> {
    match native::<BytesIo>(v) {
        Some(b) => Ok(b),
        None => Err(vm.wrong_self("method", "BytesIO", *v)),
    }
}

fn open_stream<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(&'a BytesIo, Ref<PyByteArray>)> {
    let (_, b) = this(vm, v)?;
    match b.data.get().cast() {
        Some(data) => Ok((b, data)),
        None => Err(closed_error(vm)),
    }
}

/// A stream that is not closed; `None`: anything else.
#[inline(always)]
fn open_quickly(v: &Value) -> Option<(&BytesIo, Ref<PyByteArray>)> {
    let (_, b) = native::<BytesIo>(v)?;
    Some((b, b.data.get().cast()?))
}

fn check_exports(vm: &mut Vm, data: Ref<PyByteArray>) -> PyResult<()> {
    vm.check_exports(&data.exports)
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, b) = this(vm, &args[0])?;
    let initial = match args[1].is_absent() {
        true => Vec::new().into(),
        false => data_arg(vm, args[1])?,
    };
    if let Some(old) = b.data.get().cast::<PyByteArray>() {
        check_exports(vm, old)?;
        // What `__new__` made will do.
        if old.is_empty() {
            if !old.reserve(vm, initial.len()) || !old.extend_within(&initial) {
                return Err(vm.memory_error());
            }
            b.pos.set(0);
            return Ok(Value::NONE);
        }
    }
    let ty = vm.builtin_type(ids::BYTEARRAY);
    let data = PyByteArray::new_instance(vm, ty, &initial);
    b.data.set(owner, data.value());
    b.pos.set(0);
    Ok(Value::NONE)
}

fn yes(vm: &mut Vm, args: &[Value]) -> PyResult {
    open_stream(vm, &args[0]).map(|_| Value::TRUE)
}
fn no(vm: &mut Vm, args: &[Value]) -> PyResult {
    open_stream(vm, &args[0]).map(|_| Value::FALSE)
}
fn flush(vm: &mut Vm, args: &[Value]) -> PyResult {
    open_stream(vm, &args[0]).map(|_| Value::NONE)
}
fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, b) = this(vm, &args[0])?;
    if let Some(data) = b.data.get().cast() {
        check_exports(vm, data)?;
    }
    b.data.set_unbarriered(Value::NULL);
    Ok(Value::NONE)
}
fn get_closed(vm: &mut Vm, v: Value) -> PyResult {
    let (_, b) = this(vm, &v)?;
    Ok(Value::bool(b.data.get().is_null()))
}

/// The next bytes, at most `n`; moves on.
fn take(vm: &mut Vm, b: &BytesIo, data: Ref<PyByteArray>, n: Option<usize>) -> Value {
    let start = b.pos.get().min(data.len());
    let end = n.map_or(data.len(), |n| start.saturating_add(n).min(data.len()));
    b.pos.set(b.pos.get().max(end));
    vm.new_bytes(&data.buffer().bytes()[start..end])
}

fn read(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(n) = args[1].as_small_int()
        && n >= 0
        && let Some((b, data)) = open_quickly(&args[0])
        && let start = b.pos.get()
        && data
            .len()
            .checked_sub(start)
            .is_some_and(|left| n as usize <= left)
    {
        let end = start + n as usize;
        b.pos.set(end);
        return Ok(vm.new_bytes(&data.buffer().bytes()[start..end]));
    }
    let n = size_arg(vm, args[1])?;
    let (b, data) = open_stream(vm, &args[0])?;
    Ok(take(vm, b, data, n))
}

fn line(vm: &mut Vm, b: &BytesIo, data: Ref<PyByteArray>, limit: Option<usize>) -> Value {
    let start = b.pos.get().min(data.len());
    let found = memchr::memchr(b'\n', &data.buffer().bytes()[start..data.len()]);
    let n = found.map_or(data.len() - start, |i| i + 1);
    take(vm, b, data, Some(limit.map_or(n, |l| n.min(l))))
}

fn readline(vm: &mut Vm, args: &[Value]) -> PyResult {
    let limit = size_arg(vm, args[1])?;
    let (b, data) = open_stream(vm, &args[0])?;
    Ok(line(vm, b, data, limit))
}

fn readlines(vm: &mut Vm, args: &[Value]) -> PyResult {
    let hint = size_arg(vm, args[1])?.unwrap_or(0);
    let (b, data) = open_stream(vm, &args[0])?;
    let list = PyList::new(vm);
    let start = b.pos.get();
    while b.pos.get() < data.len() && (hint == 0 || b.pos.get() - start < hint) {
        let line = line(vm, b, data, None);
        list.push(vm, line);
    }
    Ok(list.value())
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (b, data) = open_stream(vm, &args[0])?;
    if b.pos.get() >= data.len() {
        return Err(vm.stop_iteration(Value::NONE));
    }
    Ok(line(vm, b, data, None))
}

fn readinto(vm: &mut Vm, args: &[Value]) -> PyResult {
    let room = writable_len(vm, args[1])?;
    let (b, data) = open_stream(vm, &args[0])?;
    let piece = take(vm, b, data, Some(room));
    let piece = piece
        .cast::<PyBytes>()
        .map_or(Vec::new(), |p| p.bytes().to_vec());
    write_into(vm, args[1], 0, &piece)?;
    Ok(Value::from_usize(piece.len()))
}

/// The least room that a stream gets when it is written to: most are written to in many small pieces.
const FIRST_ROOM: usize = 232;
/// Below this size the room is doubled, above it half of it is added.
const DOUBLED: usize = 64 << 10;

/// The room for so many bytes and some that may follow.
fn room_for(end: usize) -> usize {
    let more = if end < DOUBLED { end } else { end / 2 };
    end.saturating_add(more).max(FIRST_ROOM)
}

/// Bytes at the end of what is there, if there is room for them.
#[inline]
fn write_quickly(args: &[Value]) -> Option<Value> {
    let new: Ref<PyBytes> = args[1].cast()?;
    let (b, data) = open_quickly(&args[0])?;
    if b.pos.get() != data.len() || data.exports.any() || !data.extend_within(new.bytes()) {
        return None;
    }
    b.pos.set(data.len());
    Some(Value::from_usize(new.len()))
}

/// What a view shows of a bytes object or bytearray in one piece, at the end of what is there.
fn write_view(vm: &mut Vm, args: &[Value]) -> Option<Value> {
    let (_, view) = native::<MemoryView>(&args[1])?;
    let (b, data) = open_quickly(&args[0])?;
    let window = &view.window;
    if view.released.get()
        || !window.contiguous(false)
        || b.pos.get() != data.len()
        || data.exports.any()
    {
        return None;
    }
    let (start, count) = (usize::try_from(window.start).ok()?, window.count());
    let count = count.checked_mul(window.itemsize)?;
    let (stop, end) = (start.checked_add(count)?, data.len().checked_add(count)?);
    if end > data.buffer().capacity() && !data.reserve(vm, room_for(end)) {
        return None;
    }
    // Nothing is allocated while the bytes are looked at.
    let copied = look_at(view.source.get(), |bytes| {
        bytes
            .get(start..stop)
            .is_some_and(|new| data.extend_within(new))
    });
    if copied != Some(true) {
        return None;
    }
    b.pos.set(end);
    Some(Value::from_usize(count))
}

fn write(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(n) = write_quickly(args) {
        return Ok(n);
    }
    match write_view(vm, args) {
        Some(n) => Ok(n),
        None => write_slowly(vm, args),
    }
}

#[inline(never)]
fn write_slowly(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, data) = open_stream(vm, &args[0])?;
    check_exports(vm, data)?;
    if args[1].is::<PyStr>() {
        return Err(vm.type_error("a bytes-like object is required, not 'str'"));
    }
    with_data(vm, args[1], |vm, new| {
        let (b, data) = open_stream(vm, &args[0])?;
        if new.is_empty() {
            return Ok(Value::from_i32(0));
        }
        let (start, old) = (b.pos.get(), data.len());
        let Some(end) = start
            .checked_add(new.len())
            .filter(|e| *e <= isize::MAX as usize)
        else {
            return Err(vm.overflow_error("new buffer size too large"));
        };
        let room = data.buffer().capacity();
        if end > room && !data.reserve(vm, room_for(end)) || end > old && !data.resize(vm, end) {
            return Err(vm.memory_error());
        }
        if start > old {
            let gap = vm.zeroed(start - old)?;
            data.buffer().write(old, &gap);
        }
        data.buffer().write(start, new);
        b.pos.set(end);
        Ok(Value::from_usize(new.len()))
    })
}

fn seek(vm: &mut Vm, args: &[Value]) -> PyResult {
    let offset = vm.index_i64(args[1])?;
    let whence = match args[2].non_null() {
        Some(w) => vm.index_i64(w)?,
        None => 0,
    };
    let (b, data) = open_stream(vm, &args[0])?;
    let base = match whence {
        0 if offset < 0 => return Err(vm.value_error(format!("negative seek value {offset}"))),
        0 => 0,
        1 => b.pos.get() as i64,
        2 => data.len() as i64,
        n => return Err(vm.value_error(format!("invalid whence ({n}, should be 0, 1 or 2)"))),
    };
    let Some(at) = base.checked_add(offset) else {
        return Err(vm.overflow_error("new position too large"));
    };
    b.pos.set(at.max(0) as usize);
    Ok(vm.new_int(at.max(0)))
}

fn tell(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some((b, _)) = open_quickly(&args[0]) {
        return Ok(Value::from_usize(b.pos.get()));
    }
    let (b, _) = open_stream(vm, &args[0])?;
    Ok(vm.new_int(b.pos.get() as i64))
}

fn truncate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (b, data) = open_stream(vm, &args[0])?;
    check_exports(vm, data)?;
    let n = if args[1].is_absent() {
        b.pos.get() as i64
    } else {
        vm.index_i64(args[1])?
    };
    if n < 0 {
        return Err(vm.value_error(format!("negative size value {n}")));
    }
    if (n as usize) < data.len() {
        data.resize(vm, n as usize);
    }
    Ok(vm.new_int(n))
}

fn getvalue(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, data) = open_stream(vm, &args[0])?;
    Ok(vm.new_bytes(&data.buffer().bytes()[..data.len()]))
}

fn getbuffer(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, data) = open_stream(vm, &args[0])?;
    let ty = vm.builtin_type(ids::MEMORYVIEW).value();
    vm.call(ty, &[data.value()])
}

fn getstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let value = getvalue(vm, args)?;
    let (b, _) = open_stream(vm, &args[0])?;
    let pos = vm.new_int(b.pos.get() as i64);
    let dict = vm
        .own_attributes_copy(args[0])
        .map_or(Value::NONE, Value::from);
    Ok(vm.new_tuple(&[value, pos, or_none(dict)]))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(t) = args[1].cast::<PyTuple>().filter(|t| t.len() == 3) else {
        let (ty, got) = (vm.type_name(args[0]), vm.type_name(args[1]));
        return Err(vm.type_error(format!(
            "{ty}.__setstate__ argument should be 3-tuple, got {got}"
        )));
    };
    init_method(vm, &[args[0], t.items()[0]])?;
    let pos = vm.index_i64(t.items()[1])?;
    if pos < 0 {
        return Err(vm.value_error("position value cannot be negative"));
    }
    let (b, _) = open_stream(vm, &args[0])?;
    b.pos.set(pos as usize);
    if let (Some(new), Some(own)) = (t.items()[2].cast::<PyDict>(), vm.own_dict(args[0])) {
        skein_runtime::builtins::dict_update::update_from(vm, own, new.value())?;
    }
    Ok(Value::NONE)
}
