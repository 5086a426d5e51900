//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`: one state for all three.
//!
//! Invariant: at most one of read-ahead and pending writes is not empty. The raw stream stands at the end of the
//! read-ahead, or at the start of the pending writes. No borrow of a buffer is held while the raw stream is called, since
//! it may be Python code that uses this object. A raw stream that is exactly a `FileIO` is used without method calls.

use super::fileio::{self, FileIo};
use super::support::{
    class, closed_error, interrupted, is_closed, no_pickle, size_arg, uninitialized, unsupported,
    with_data, writable_len, write_into,
};
use super::turns::{Turn, locked};
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};

/// State of a buffered stream.
pub struct Buffered {
    raw: Slot,
    raw_is_file: Cell<bool>,
    size: Cell<usize>,
    /// Read-ahead: bytes `rpos..rend` of `rbuf`.
    rbuf: RefCell<Vec<u8>>,
    rpos: Cell<usize>,
    rend: Cell<usize>,
    wbuf: RefCell<Vec<u8>>,
    reads: bool,
    writes: bool,
    pub(super) turn: Turn,
}

impl NativeData for Buffered {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.raw);
        self.turn.trace(t);
    }
}

macro_rules! table {
    ($init:expr, $($more:expr),* $(,)?) => {
        &[
            method("__init__", init_method, $init, "Make a buffered stream over a raw one."),
            method("__del__", del, "($self, /)", "Write what is pending."),
            method("close", close, "($self, /)", "Flush and close the stream."),
            method("detach", detach, "($self, /)", "Separate the underlying raw stream from the buffer and return it."),
            method("seek", |vm, a| locked(vm, a, seek), "($self, target, whence=0, /)", "Change the stream position to the given byte offset."),
            method("tell", tell, "($self, /)", "Return current stream position."),
            method("truncate", |vm, a| locked(vm, a, truncate), "($self, pos=None, /)", "Truncate file to pos bytes."),
            method("flush", |vm, a| locked(vm, a, flush), "($self, /)", "Flush write buffers."),
            method("seekable", |vm, a| ask_raw(vm, a[0], "seekable"), "($self, /)", "Return whether object supports random access."),
            method("readable", readable, "($self, /)", "Return whether object was opened for reading."),
            method("writable", writable, "($self, /)", "Return whether object was opened for writing."),
            method("fileno", |vm, a| ask_raw(vm, a[0], "fileno"), "($self, /)", "Return underlying file descriptor."),
            method("isatty", |vm, a| ask_raw(vm, a[0], "isatty"), "($self, /)", "Return whether this is a terminal."),
            slot("__repr__", repr),
            method("__reduce__", no_pickle, "($self, /)", "Streams cannot be pickled."),
            method("__reduce_ex__", no_pickle, "($self, protocol, /)", "Streams cannot be pickled."),
            $($more),*
        ]
    };
}

macro_rules! reading {
    ($new:expr) => {
        table!(
            "($self, raw, buffer_size=DEFAULT_BUFFER_SIZE)",
            static_method(
                "__new__",
                $new,
                "($type, *args, **kwargs)",
                "Create a new object."
            ),
            method(
                "read",
                |vm, a| locked(vm, a, read),
                "($self, size=-1, /)",
                "Read and return up to size bytes."
            ),
            method(
                "peek",
                |vm, a| locked(vm, a, peek),
                "($self, size=0, /)",
                "Return buffered bytes without advancing the position."
            ),
            method(
                "read1",
                |vm, a| locked(vm, a, read1),
                "($self, size=-1, /)",
                "Read and return up to size bytes with at most one raw read."
            ),
            method(
                "readinto",
                |vm, a| locked(vm, a, readinto),
                "($self, buffer, /)",
                "Read bytes into the buffer."
            ),
            method(
                "readinto1",
                |vm, a| locked(vm, a, readinto1),
                "($self, buffer, /)",
                "Read bytes into the buffer with at most one raw read."
            ),
            method(
                "readline",
                |vm, a| locked(vm, a, readline),
                "($self, size=-1, /)",
                "Read and return a line."
            ),
            slot("__next__", next),
            method(
                "write",
                |vm, a| locked(vm, a, write),
                "($self, buffer, /)",
                "Write the bytes to the stream."
            ),
        )
    };
}

static READER: &[NativeDef] = reading!(new_reader);
static RANDOM: &[NativeDef] = reading!(new_random);
static WRITER: &[NativeDef] = table!(
    "($self, raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    new_method(new_writer),
    method(
        "write",
        |vm, a| locked(vm, a, write),
        "($self, buffer, /)",
        "Write the bytes to the stream."
    ),
);

static GETSETS: &[GetSetDef] = &[
    getter("raw", get_raw, "The underlying raw stream."),
    getter("closed", get_closed, "True if the stream is closed."),
    getter("name", get_name, "Name of the underlying stream."),
    getter("mode", get_mode, "Mode of the underlying stream."),
];

/// Makes the types.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    for (name, methods, more, doc) in [
        (
            "BufferedReader",
            READER,
            0,
            "Create a new buffered reader using the given readable raw IO object.",
        ),
        (
            "BufferedWriter",
            WRITER,
            tflag::HAS_DEL,
            "A buffer for a writeable sequential RawIO object.",
        ),
        (
            "BufferedRandom",
            RANDOM,
            tflag::HAS_DEL,
            "A buffered interface to random access streams.",
        ),
    ] {
        let what = (name, "_BufferedIOBase", more);
        super::support::add_stream(vm, m, what, methods, GETSETS, doc);
    }
}

fn new_state(vm: &mut Vm, ty: Value, reads: bool, writes: bool) -> PyResult {
    let ty = class(vm, ty)?;
    let state = Buffered {
        raw: Slot::new(Value::NULL),
        raw_is_file: Cell::new(false),
        size: Cell::new(0),
        rbuf: RefCell::default(),
        rpos: Cell::new(0),
        rend: Cell::new(0),
        wbuf: RefCell::default(),
        reads,
        writes,
        turn: Turn::default(),
    };
    Ok(Native::new(vm, ty, state).value())
}
fn new_reader(vm: &mut Vm, args: &[Value]) -> PyResult {
    new_state(vm, args[0], true, false)
}
fn new_writer(vm: &mut Vm, args: &[Value]) -> PyResult {
    new_state(vm, args[0], false, true)
}
fn new_random(vm: &mut Vm, args: &[Value]) -> PyResult {
    new_state(vm, args[0], true, true)
}

pub(super) fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Buffered)> {
    match native::<Buffered>(v) {
        Some(b) => Ok(b),
        None => Err(vm.wrong_self("method", "buffered stream", *v)),
    }
}

/// The state of an object that is initialised and not detached.
fn ready<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Buffered> {
    let (_, b) = this(vm, v)?;
    if b.raw.get().is_null() {
        return Err(if b.size.get() > 0 {
            vm.value_error("raw stream has been detached")
        } else {
            uninitialized(vm)
        });
    }
    Ok(b)
}

/// The same for an open stream. `what` words the error.
fn open_stream<'a>(vm: &mut Vm, v: &'a Value, what: &str) -> PyResult<&'a Buffered> {
    let b = ready(vm, v)?;
    if b.is_closed(vm)? {
        return Err(vm.value_error(format!("{what} closed file")));
    }
    Ok(b)
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, b) = this(vm, &args[0])?;
    let raw = args[1];
    if b.reads {
        vm.call_method(raw, "_checkReadable", &[]).or_else(|r| {
            or_plain_check(vm, r, raw, "readable", "File or stream is not readable.")
        })?;
    }
    if b.writes {
        vm.call_method(raw, "_checkWritable", &[]).or_else(|r| {
            or_plain_check(vm, r, raw, "writable", "File or stream is not writable.")
        })?;
    }
    if b.reads && b.writes {
        vm.call_method(raw, "_checkSeekable", &[]).or_else(|r| {
            or_plain_check(vm, r, raw, "seekable", "File or stream is not seekable.")
        })?;
    }
    let size = match args[2].non_null() {
        Some(n) => vm.index_i64(n)?,
        None => super::BUFFER_SIZE as i64,
    };
    if size <= 0 {
        return Err(vm.value_error("buffer size must be strictly positive"));
    }
    if size > isize::MAX as i64 / 4 {
        return Err(vm.memory_error());
    }
    b.size.set(size as usize);
    b.raw.set(owner, raw);
    let file_type = super::support::io_type(vm, "FileIO");
    b.raw_is_file.set(file_type == Some(vm.type_of(raw)));
    b.rpos.set(0);
    b.rend.set(0);
    b.wbuf.borrow_mut().clear();
    Ok(Value::NONE)
}

/// Raw streams that do not descend from `_IOBase` lack the `_check` methods.
fn or_plain_check(vm: &mut Vm, r: Raised, raw: Value, method: &str, message: &str) -> PyResult {
    if !vm.clear_raised_if(ids::ATTRIBUTE_ERROR) {
        return Err(r);
    }
    let ok = vm.call_method(raw, method, &[])?;
    if vm.truth(ok)? {
        Ok(ok)
    } else {
        Err(unsupported(vm, message))
    }
}

impl Buffered {
    fn ahead(&self) -> usize {
        self.rend.get() - self.rpos.get()
    }
    fn forget_ahead(&self) {
        self.rpos.set(0);
        self.rend.set(0);
    }
    fn file(&self) -> Option<Value> {
        self.raw_is_file.get().then(|| self.raw.get())
    }

    /// The raw stream is an open file whose descriptor is its own (no standard stream).
    pub fn owns_file(&self) -> bool {
        let raw = self.raw.get();
        self.raw_is_file.get() && native::<FileIo>(&raw).is_some_and(|(_, f)| fileio::owned(f))
    }

    /// It only writes: what it holds can be added to without moving the raw stream first.
    pub fn is_writer(&self) -> bool {
        self.writes && self.ahead() == 0
    }

    /// Takes over text's bytes without writing, whatever their size.
    pub fn hold(&self, data: &[u8]) {
        self.wbuf.borrow_mut().extend_from_slice(data);
    }

    fn is_closed(&self, vm: &mut Vm) -> PyResult<bool> {
        if let Some(raw) = self.file()
            && let Some((_, f)) = native::<FileIo>(&raw)
        {
            return Ok(!fileio::is_open(f));
        }
        is_closed(vm, self.raw.get())
    }

    fn raw_write(&self, vm: &mut Vm, data: &[u8]) -> PyResult<Option<usize>> {
        if let Some(raw) = self.file()
            && let Some((_, f)) = native::<FileIo>(&raw)
        {
            return fileio::write_fd(vm, f, data);
        }
        let bytes = vm.new_bytes(data);
        let r = vm.call_method(self.raw.get(), "write", &[bytes])?;
        checked_count(vm, r, data.len(), "write")
    }

    /// Reads once into `buf`.
    fn raw_read(&self, vm: &mut Vm, buf: &mut [u8]) -> PyResult<Option<usize>> {
        if let Some(raw) = self.file()
            && let Some((_, f)) = native::<FileIo>(&raw)
        {
            return fileio::read_fd(vm, f, buf);
        }
        let ty = vm.builtin_type(ids::BYTEARRAY);
        let target = PyByteArray::new_instance(vm, ty, buf);
        let r = loop {
            match vm.call_method(self.raw.get(), "readinto", &[target.value()]) {
                Ok(r) => break r,
                Err(_) if vm.clear_raised_if(ids::INTERRUPTED_ERROR) => interrupted(vm)?,
                Err(r) => return Err(r),
            }
        };
        let n = checked_count(vm, r, buf.len(), "readinto")?;
        if let Some(n) = n {
            let data = target.to_vec();
            let n = n.min(data.len());
            buf[..n].copy_from_slice(&data[..n]);
        }
        Ok(n)
    }

    fn raw_seek(&self, vm: &mut Vm, offset: i64, whence: i32) -> PyResult<i64> {
        if let Some(raw) = self.file()
            && let Some((_, f)) = native::<FileIo>(&raw)
        {
            return fileio::seek_fd(vm, f, offset, whence);
        }
        let offset = vm.new_int(offset);
        let r = vm.call_method(self.raw.get(), "seek", &[offset, Value::from_i32(whence)])?;
        position(vm, r, "seek")
    }

    fn raw_tell(&self, vm: &mut Vm) -> PyResult<i64> {
        if self.raw_is_file.get() {
            return self.raw_seek(vm, 0, 1);
        }
        let r = vm.call_method(self.raw.get(), "tell", &[])?;
        position(vm, r, "tell")
    }

    /// Reads ahead once when nothing is left; `None`: would block.
    fn fill(&self, vm: &mut Vm) -> PyResult<Option<usize>> {
        let mut buf = self.rbuf.take();
        buf.resize(self.size.get(), 0);
        let r = self.raw_read(vm, &mut buf);
        *self.rbuf.borrow_mut() = buf;
        self.rpos.set(0);
        self.rend.set(r.unwrap_or(None).unwrap_or(0));
        r
    }

    /// Moves up to `n` bytes of read-ahead to `out`.
    fn take(&self, n: usize, out: &mut Vec<u8>) {
        let n = n.min(self.ahead());
        let at = self.rpos.get();
        out.extend_from_slice(&self.rbuf.borrow()[at..at + n]);
        self.rpos.set(at + n);
    }

    /// Writes everything that is pending.
    fn write_pending(&self, vm: &mut Vm) -> PyResult<()> {
        let mut data = self.wbuf.take();
        let mut done = 0;
        let mut result = Ok(());
        while done < data.len() {
            match self.raw_write(vm, &data[done..]) {
                Ok(Some(n)) => done += n,
                Ok(None) => {
                    result = Err(blocking_error(vm, 0));
                    break;
                }
                Err(r) => {
                    result = Err(r);
                    break;
                }
            }
        }
        data.drain(..done);
        let mut now = self.wbuf.borrow_mut();
        data.append(&mut now);
        *now = data;
        result
    }

    /// Puts the raw stream where the program thinks it is, before writing.
    fn unread(&self, vm: &mut Vm) -> PyResult<()> {
        let n = self.ahead();
        self.forget_ahead();
        if n > 0 {
            self.raw_seek(vm, -(n as i64), 1)?;
        }
        Ok(())
    }

    /// Buffers or writes `data`.
    pub fn write_data(&self, vm: &mut Vm, data: &[u8]) -> PyResult<()> {
        if !self.writes {
            return Err(unsupported(vm, "write"));
        }
        self.unread(vm)?;
        let size = self.size.get();
        let pending = self.wbuf.borrow().len();
        if pending + data.len() > size {
            if let Err(r) = self.write_pending(vm) {
                return self.keep_what_fits(vm, r, data, 0);
            }
            let mut done = 0;
            while data.len() - done > size {
                match self.raw_write(vm, &data[done..])? {
                    Some(n) => done += n,
                    None => {
                        let r = blocking_error(vm, 0);
                        return self.keep_what_fits(vm, r, &data[done..], done);
                    }
                }
            }
            self.wbuf.borrow_mut().extend_from_slice(&data[done..]);
            return Ok(());
        }
        self.wbuf.borrow_mut().extend_from_slice(data);
        Ok(())
    }

    /// After a write that would block: buffers as much as there is room for and tells how much was taken.
    fn keep_what_fits(&self, vm: &mut Vm, r: Raised, data: &[u8], done: usize) -> PyResult<()> {
        if !vm.raised_is(ids::BLOCKING_IO_ERROR) {
            return Err(r);
        }
        let room = self.size.get().saturating_sub(self.wbuf.borrow().len());
        let n = room.min(data.len());
        self.wbuf.borrow_mut().extend_from_slice(&data[..n]);
        if n == data.len() {
            vm.take_raised();
            return Ok(());
        }
        vm.take_raised();
        Err(blocking_error(vm, done + n))
    }

    /// `flush`: writes what is pending; a reader goes back to where the program is.
    pub fn flush_all(&self, vm: &mut Vm) -> PyResult<()> {
        if self.writes {
            self.write_pending(vm)?;
        }
        if self.reads && self.writes {
            self.unread(vm)?;
        }
        Ok(())
    }

    /// `read1` into a vector; false if it would block.
    pub fn read1_data(&self, vm: &mut Vm, n: usize, out: &mut Vec<u8>) -> PyResult<bool> {
        if !self.reads {
            return Err(unsupported(vm, "read1"));
        }
        if self.ahead() == 0 {
            if self.writes {
                self.write_pending(vm)?;
            }
            if self.fill(vm)?.is_none() {
                return Ok(false);
            }
        }
        self.take(n, out);
        Ok(true)
    }

    /// `read(n)`; `None` if nothing at all could be read without blocking.
    fn read_data(&self, vm: &mut Vm, n: usize) -> PyResult<Option<Vec<u8>>> {
        if self.writes {
            self.write_pending(vm)?;
        }
        let mut out = Vec::new();
        self.take(n, &mut out);
        while out.len() < n {
            let left = n - out.len();
            let got = if left >= self.size.get() {
                let at = out.len();
                let step = left.min(1 << 26);
                if out.try_reserve(step).is_err() {
                    return Err(vm.memory_error());
                }
                out.resize(at + step, 0);
                let got = self.raw_read(vm, &mut out[at..]);
                out.truncate(at + *got.as_ref().unwrap_or(&None).as_ref().unwrap_or(&0));
                got?
            } else {
                let got = self.fill(vm)?;
                self.take(left, &mut out);
                got
            };
            match got {
                None if out.is_empty() => return Ok(None),
                None | Some(0) => break,
                Some(_) => {}
            }
        }
        Ok(Some(out))
    }

    /// `read()` to the end.
    pub fn read_all(&self, vm: &mut Vm) -> PyResult<Option<Vec<u8>>> {
        if !self.reads {
            return Err(unsupported(vm, "read"));
        }
        if self.writes {
            self.write_pending(vm)?;
        }
        let mut out = Vec::new();
        self.take(usize::MAX, &mut out);
        self.forget_ahead();
        if let Some(raw) = self.file()
            && let Some((_, f)) = native::<FileIo>(&raw)
        {
            return Ok(match fileio::read_all_fd(vm, f)? {
                Some(rest) if out.is_empty() => Some(rest),
                Some(rest) => {
                    out.extend_from_slice(&rest);
                    Some(out)
                }
                None if out.is_empty() => None,
                None => Some(out),
            });
        }
        let name = vm.intern("readall");
        if let Some(readall) = vm.try_get_attr(self.raw.get(), name)? {
            let rest = vm.call(readall, &[])?;
            if rest.is_none() {
                return Ok(if out.is_empty() { None } else { Some(out) });
            }
            let Some(rest) = rest.cast::<PyBytes>() else {
                return Err(vm.type_error("readall() should return bytes"));
            };
            out.extend_from_slice(rest.bytes());
            return Ok(Some(out));
        }
        loop {
            match self.fill(vm)? {
                None if out.is_empty() => return Ok(None),
                None | Some(0) => return Ok(Some(out)),
                Some(_) => self.take(usize::MAX, &mut out),
            }
        }
    }

    fn read_line(&self, vm: &mut Vm, limit: usize) -> PyResult<Vec<u8>> {
        if self.writes {
            self.write_pending(vm)?;
        }
        let mut line = Vec::new();
        loop {
            let (at, end) = (self.rpos.get(), self.rend.get());
            let end = end.min(at.saturating_add(limit - line.len()));
            let found = memchr::memchr(b'\n', &self.rbuf.borrow()[at..end]);
            self.take(found.map_or(end - at, |i| i + 1), &mut line);
            if found.is_some() || line.len() >= limit || self.fill(vm)?.unwrap_or(0) == 0 {
                return Ok(line);
            }
        }
    }
}

/// A count that a raw stream returned; `None` for `None`.
fn checked_count(vm: &mut Vm, r: Value, most: usize, what: &str) -> PyResult<Option<usize>> {
    if r.is_none() {
        return Ok(None);
    }
    let n = vm.index_i64(r)?;
    if n < 0 || n as usize > most {
        return Err(vm.raise(
            ids::OS_ERROR,
            &format!(
                "raw {what}() returned invalid length {n} (should have been between 0 and {most})"
            ),
        ));
    }
    Ok(Some(n as usize))
}

fn position(vm: &mut Vm, r: Value, what: &str) -> PyResult<i64> {
    let n = vm.index_i64(r)?;
    if n < 0 {
        return Err(vm.raise(
            ids::OS_ERROR,
            &format!("Raw stream returned invalid position {n} from {what}()"),
        ));
    }
    Ok(n)
}

fn blocking_error(vm: &mut Vm, written: usize) -> Raised {
    let ty = vm.builtin_type(ids::BLOCKING_IO_ERROR);
    let text = vm.new_str("write could not complete without blocking");
    let errno = Value::from_i32(libc::EAGAIN);
    vm.raise_type(ty, &[errno, text, Value::from_usize(written)])
}

fn read(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(n) = as_i64(args[1])
        && n < -1
    {
        return Err(vm.value_error("read length must be non-negative or -1"));
    }
    let n = size_arg(vm, args[1])?;
    let b = open_stream(vm, &args[0], "read of")?;
    if let Some(n) = n.filter(|n| *n <= b.ahead() && !b.writes) {
        let at = b.rpos.get();
        let v = vm.new_bytes(&b.rbuf.borrow()[at..at + n]);
        b.rpos.set(at + n);
        return Ok(v);
    }
    if vm.python_forbidden.get() {
        return Err(vm.runtime_error("reading is refused"));
    }
    let data = match n {
        Some(n) => b.read_data(vm, n)?,
        None => b.read_all(vm)?,
    };
    match data {
        Some(d) => Ok(vm.new_bytes(&d)),
        None => Ok(Value::NONE),
    }
}

fn read1(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = size_arg(vm, args[1])?;
    let b = open_stream(vm, &args[0], "read of")?;
    let mut out = Vec::new();
    if n != Some(0) && !b.read1_data(vm, n.unwrap_or(b.size.get()), &mut out)? {
        return Ok(Value::NONE);
    }
    Ok(vm.new_bytes(&out))
}

fn peek(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = open_stream(vm, &args[0], "peek of")?;
    if b.ahead() == 0 {
        if b.writes {
            b.write_pending(vm)?;
        }
        b.fill(vm)?;
    }
    let data = b.rbuf.borrow()[b.rpos.get()..b.rend.get()].to_vec();
    Ok(vm.new_bytes(&data))
}

fn readinto(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = open_stream(vm, &args[0], "readinto of")?;
    let room = writable_len(vm, args[1])?;
    match b.read_data(vm, room)? {
        None => Ok(Value::NONE),
        Some(d) => {
            write_into(vm, args[1], 0, &d)?;
            Ok(Value::from_usize(d.len()))
        }
    }
}

fn readinto1(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = open_stream(vm, &args[0], "readinto of")?;
    let room = writable_len(vm, args[1])?;
    let mut out = Vec::new();
    if room > 0 && !b.read1_data(vm, room, &mut out)? {
        return Ok(Value::NONE);
    }
    write_into(vm, args[1], 0, &out)?;
    Ok(Value::from_usize(out.len()))
}

fn readline(vm: &mut Vm, args: &[Value]) -> PyResult {
    let limit = size_arg(vm, args[1])?.unwrap_or(usize::MAX);
    let b = open_stream(vm, &args[0], "readline of")?;
    let line = b.read_line(vm, limit)?;
    Ok(vm.new_bytes(&line))
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let exact = matches!(super::support::io_type(vm, "BufferedReader"), Some(t) if t == vm.type_of(args[0]));
    let line = if exact {
        locked(vm, &[args[0], Value::NULL], readline)?
    } else {
        vm.call_method(args[0], "readline", &[])?
    };
    if vm.len(line)? == 0 {
        return Err(vm.stop_iteration(Value::NONE));
    }
    Ok(line)
}

fn write(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = ready(vm, &args[0])?;
    if !b.writes {
        return Err(unsupported(vm, "write"));
    }
    if args[1].is::<PyStr>() {
        return Err(vm.type_error("a bytes-like object is required, not 'str'"));
    }
    if b.is_closed(vm)? {
        return Err(vm.value_error("write to closed file"));
    }
    let fresh = b.wbuf.borrow().is_empty();
    let r = with_data(vm, args[1], |vm, data| {
        b.write_data(vm, data)?;
        Ok(Value::from_usize(data.len()))
    })?;
    if fresh && b.owns_file() && !b.wbuf.borrow().is_empty() {
        super::dirty::note(vm, args[0]);
    }
    Ok(r)
}

/// Writes out what a plain file's stream holds; a failure leaves it there.
pub fn settle(vm: &mut Vm, stream: Value) {
    if let Some((_, b)) = native::<Buffered>(&stream)
        && b.owns_file()
        && b.write_pending(vm).is_err()
    {
        vm.take_raised();
    }
}

fn flush(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = ready(vm, &args[0])?;
    if b.reads && !b.writes {
        return vm.call_method(b.raw.get(), "flush", &[]);
    }
    let b = open_stream(vm, &args[0], "flush of")?;
    b.flush_all(vm)?;
    Ok(Value::NONE)
}

fn tell(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = ready(vm, &args[0])?;
    let at = b.raw_tell(vm)? - b.ahead() as i64 + b.wbuf.borrow().len() as i64;
    Ok(vm.new_int(at.max(0)))
}

fn seek(vm: &mut Vm, args: &[Value]) -> PyResult {
    let whence = match args[2].non_null() {
        Some(w) => vm.index_i64(w)? as i32,
        None => 0,
    };
    if !(0..=4).contains(&whence) {
        return Err(vm.value_error(format!("whence value {whence} unsupported")));
    }
    let b = open_stream(vm, &args[0], "seek of")?;
    if !b.raw_is_file.get() {
        vm.call_method(b.raw.get(), "_checkSeekable", &[])
            .or_else(|r| {
                or_plain_check(
                    vm,
                    r,
                    b.raw.get(),
                    "seekable",
                    "File or stream is not seekable.",
                )
            })?;
    } else if vm.call_method(b.raw.get(), "seekable", &[])? != Value::TRUE {
        return Err(unsupported(vm, "File or stream is not seekable."));
    }
    let mut offset = vm.index_i64(args[1])?;
    if whence < 2 && b.ahead() > 0 {
        let raw_at = b.raw_tell(vm)?;
        let at = raw_at - b.ahead() as i64;
        let target = if whence == 1 { at + offset } else { offset };
        let start = raw_at - b.rend.get() as i64;
        if target >= start && target <= raw_at {
            b.rpos.set((target - start) as usize);
            return Ok(vm.new_int(target));
        }
    }
    if b.writes {
        b.write_pending(vm)?;
    }
    if whence == 1 {
        offset -= b.ahead() as i64;
    }
    let n = b.raw_seek(vm, offset, whence)?;
    b.forget_ahead();
    Ok(vm.new_int(n))
}

fn truncate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = open_stream(vm, &args[0], "truncate of")?;
    if !b.writes {
        return Err(unsupported(vm, "truncate"));
    }
    b.flush_all(vm)?;
    let size = if args[1].is_absent() {
        let at = b.raw_tell(vm)?;
        vm.new_int(at)
    } else {
        args[1]
    };
    vm.call_method(b.raw.get(), "truncate", &[size])
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = ready(vm, &args[0])?;
    if b.is_closed(vm)? {
        return Ok(Value::NONE);
    }
    let flushed = vm.call_method(args[0], "flush", &[]);
    let failure = if flushed.is_err() {
        vm.take_raised()
    } else {
        Value::NULL
    };
    let closed = vm.call_method(b.raw.get(), "close", &[]);
    b.wbuf.borrow_mut().clear();
    b.forget_ahead();
    chain(vm, failure, closed)
}

/// The outcome of a second step after a first one that may have failed: the later exception has the earlier as context.
pub fn chain(vm: &mut Vm, first: Value, second: PyResult) -> PyResult {
    let Some(first) = first.non_null() else {
        return second;
    };
    if second.is_err() {
        let later = vm.take_raised();
        if let Some(e) = later.cast::<PyException>() {
            e.context.set(e, first);
        }
        return Err(vm.reraise_value(later));
    }
    Err(vm.reraise_value(first))
}

/// The finaliser. A text stream over this one may still have text to write, so exact buffered streams are only flushed;
/// the descriptor is closed when the raw stream dies.
fn del(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Ok((_, b)) = this(vm, &args[0]) else {
        vm.take_raised();
        return Ok(Value::NONE);
    };
    if b.raw.get().is_null() {
        return Ok(Value::NONE);
    }
    let done = match b.is_closed(vm) {
        Ok(true) => Ok(()),
        Ok(false) if b.raw_is_file.get() => b.write_pending(vm),
        Ok(false) => vm.call_method(args[0], "close", &[]).map(|_| ()),
        Err(r) => Err(r),
    };
    if done.is_err() {
        vm.take_raised();
    }
    Ok(Value::NONE)
}

fn detach(vm: &mut Vm, args: &[Value]) -> PyResult {
    let b = ready(vm, &args[0])?;
    vm.call_method(args[0], "flush", &[])?;
    let raw = b.raw.get();
    b.raw.set_unbarriered(Value::NULL);
    b.raw_is_file.set(false);
    Ok(raw)
}

fn ask_raw(vm: &mut Vm, v: Value, method: &str) -> PyResult {
    let b = ready(vm, &v)?;
    let raw = b.raw.get();
    vm.call_method(raw, method, &[])
}
fn readable(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !ready(vm, &args[0])?.reads {
        return Ok(Value::FALSE);
    }
    ask_raw(vm, args[0], "readable")
}
fn writable(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !ready(vm, &args[0])?.writes {
        return Ok(Value::FALSE);
    }
    ask_raw(vm, args[0], "writable")
}
fn get_raw(vm: &mut Vm, v: Value) -> PyResult {
    let (_, b) = this(vm, &v)?;
    Ok(super::support::or_none(b.raw.get()))
}
fn get_closed(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(ready(vm, &v)?.is_closed(vm)?))
}
fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    let raw = ready(vm, &v)?.raw.get();
    let name = vm.names.name;
    vm.get_attr(raw, name)
}
fn get_mode(vm: &mut Vm, v: Value) -> PyResult {
    let raw = ready(vm, &v)?.raw.get();
    let name = vm.names.mode;
    vm.get_attr(raw, name)
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]);
    let ty = vm.full_type_name(ty);
    if !vm.repr_enter(args[0]) {
        return Err(vm.runtime_error(format!("reentrant call inside {ty}.__repr__")));
    }
    let name = super::support::repr_name(vm, args[0]);
    vm.repr_leave(args[0]);
    let text = match name? {
        Some(n) => format!("<{ty} name={n}>"),
        None => format!("<{ty}>"),
    };
    Ok(vm.new_str(&text))
}

/// The state of a stream whose raw stream is a plain open file, for text streams above it.
///
/// # Errors
/// `ValueError` if it is closed or detached.
pub fn direct<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Buffered> {
    let b = ready(vm, v)?;
    if b.is_closed(vm)? {
        return Err(closed_error(vm));
    }
    Ok(b)
}
