//! `TextIOWrapper`: state, construction and writing. Reading and positions are in `text_read`.
//!
//! Text waits encoded in `pending` until there is a chunk of it, a line end (when line buffered) or a flush. A buffer that
//! is exactly one of the buffered types is written without method calls. No borrow is held while Python may run.

use super::buffered::{self, chain};
use super::newline::Newlines;
use super::support::{
    add_stream, class, closed_error, is_closed, no_pickle, or_none, uninitialized, unsupported,
};
use super::text_codec::Fast;
use super::turns;
use crate::support::optional_str;
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};

/// Bytes read at a time, and bytes of text that wait.
pub const CHUNK: usize = 8192;

/// State of a text stream.
pub struct Text {
    pub buffer: Slot,
    pub encoding: Slot,
    pub errors: Slot,
    pub encoder: Slot,
    pub decoder: Slot,
    /// State of `decoder` where the snapshot begins.
    pub snap_state: Slot,
    pub fast: Cell<Option<Fast>>,
    /// The buffer is exactly a buffered stream of this module.
    pub direct: Cell<bool>,
    pub line_buffering: Cell<bool>,
    pub write_through: Cell<bool>,
    pub has_read1: Cell<bool>,
    pub seekable: Cell<bool>,
    pub reads: Cell<bool>,
    pub writes: Cell<bool>,
    pub telling: Cell<bool>,
    pub chunk: Cell<usize>,
    /// The `newline` argument: `None`, or the text.
    pub newline: RefCell<Option<Vec<u8>>>,
    pub pending: RefCell<Vec<u8>>,
    /// Decoded text that was not yet handed out: `decoded[dpos..]`.
    pub decoded: RefCell<Vec<u8>>,
    pub dpos: Cell<usize>,
    /// Input that a fast decoder has not used yet.
    pub tail: RefCell<Vec<u8>>,
    pub newlines: Newlines,
    /// The input that `decoded` was made from, and whether a `\r` was waiting before it.
    pub snapshot: RefCell<Option<(Vec<u8>, bool)>>,
}

impl NativeData for Text {
    fn trace(&self, t: &mut Tracer) {
        for s in [
            &self.buffer,
            &self.encoding,
            &self.errors,
            &self.encoder,
            &self.decoder,
            &self.snap_state,
        ] {
            t.visit_slot(s);
        }
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "__init__",
        init_method,
        "($self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
        "Make a text stream over a buffered one.",
    ),
    method(
        "reconfigure",
        reconfigure,
        "($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)",
        "Reconfigure the text stream with new parameters.",
    ),
    method(
        "write",
        write,
        "($self, text, /)",
        "Write string to stream, return the number of characters written.",
    ),
    method("flush", flush, "($self, /)", "Write what is pending."),
    method("close", close, "($self, /)", "Flush and close the stream."),
    method(
        "detach",
        detach,
        "($self, /)",
        "Separate the underlying buffer from the stream and return it.",
    ),
    method("__del__", del, "($self, /)", "Write what is pending."),
    method(
        "fileno",
        |vm, a| ask(vm, a[0], "fileno"),
        "($self, /)",
        "Return underlying file descriptor.",
    ),
    method(
        "isatty",
        |vm, a| ask(vm, a[0], "isatty"),
        "($self, /)",
        "Return whether this is a terminal.",
    ),
    method(
        "seekable",
        |vm, a| ask(vm, a[0], "seekable"),
        "($self, /)",
        "Return whether object supports random access.",
    ),
    method(
        "readable",
        |vm, a| ask(vm, a[0], "readable"),
        "($self, /)",
        "Return whether object was opened for reading.",
    ),
    method(
        "writable",
        |vm, a| ask(vm, a[0], "writable"),
        "($self, /)",
        "Return whether object was opened for writing.",
    ),
    method(
        "truncate",
        truncate,
        "($self, pos=None, /)",
        "Truncate the file.",
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
    method(
        "read",
        super::text_read::read,
        "($self, size=-1, /)",
        "Read at most size characters from stream.",
    ),
    method(
        "readline",
        super::text_read::readline,
        "($self, size=-1, /)",
        "Read until newline or EOF.",
    ),
    slot("__next__", super::text_read::next),
    method(
        "seek",
        super::text_read::seek,
        "($self, cookie, whence=0, /)",
        "Set the stream position, and return the new stream position.",
    ),
    method(
        "tell",
        super::text_read::tell,
        "($self, /)",
        "Return the stream position as an opaque number.",
    ),
];

static GETSETS: &[GetSetDef] = &[
    getter("buffer", get_buffer, "The underlying buffered stream."),
    getter("encoding", get_encoding, "Name of the encoding."),
    getter("errors", get_errors, "Name of the error handler."),
    getter("newlines", get_newlines, "Line ends translated so far."),
    getter(
        "line_buffering",
        get_line_buffering,
        "Whether line ends cause a flush.",
    ),
    getter(
        "write_through",
        get_write_through,
        "Whether writes go to the buffer at once.",
    ),
    getter("closed", get_closed, "True if the stream is closed."),
    getter("name", get_name, "Name of the underlying stream."),
    getset("_CHUNK_SIZE", get_chunk, set_chunk, "Bytes read at a time."),
];

/// Makes the type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "Character and line based layer over a BufferedIOBase object, buffer.";
    add_stream(
        vm,
        m,
        ("TextIOWrapper", "_TextIOBase", tflag::HAS_DEL),
        METHODS,
        GETSETS,
        doc,
    );
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let null = || Slot::new(Value::NULL);
    let state = Text {
        buffer: null(),
        encoding: null(),
        errors: null(),
        encoder: null(),
        decoder: null(),
        snap_state: null(),
        fast: Cell::new(None),
        direct: Cell::new(false),
        line_buffering: Cell::new(false),
        write_through: Cell::new(false),
        has_read1: Cell::new(false),
        seekable: Cell::new(false),
        reads: Cell::new(false),
        writes: Cell::new(false),
        telling: Cell::new(false),
        chunk: Cell::new(CHUNK),
        newline: RefCell::new(None),
        pending: RefCell::default(),
        decoded: RefCell::default(),
        dpos: Cell::new(0),
        tail: RefCell::default(),
        newlines: Newlines::default(),
        snapshot: RefCell::new(None),
    };
    Ok(Native::new(vm, ty, state).value())
}

/// The state of a text stream, whatever condition it is in.
pub fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Text)> {
    match native::<Text>(v) {
        Some(t) => Ok(t),
        None => Err(vm.wrong_self("method", "TextIOWrapper", *v)),
    }
}

/// The state of a text stream that is initialised and not detached.
pub fn ready<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Text)> {
    let (owner, t) = this(vm, v)?;
    if t.buffer.get().is_null() {
        return Err(if t.encoding.get().is_null() {
            uninitialized(vm)
        } else {
            vm.value_error("underlying buffer has been detached")
        });
    }
    Ok((owner, t))
}

/// The state of an open text stream.
pub fn open_stream<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Text)> {
    let (owner, t) = ready(vm, v)?;
    let buffer = t.buffer.get();
    if t.direct.get() {
        buffered::direct(vm, &buffer)?;
    } else if is_closed(vm, buffer)? {
        return Err(closed_error(vm));
    }
    Ok((owner, t))
}

/// Checks a `newline` argument; `quoted`: the error shows its repr.
pub fn newline_arg(vm: &mut Vm, v: Value, quoted: bool) -> PyResult<Option<Vec<u8>>> {
    if v.is_absent() {
        return Ok(None);
    }
    let Some(s) = v.cast::<PyStr>() else {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!(
            "TextIOWrapper() argument 'newline' must be str or None, not {name}"
        )));
    };
    if !matches!(s.bytes(), b"" | b"\n" | b"\r" | b"\r\n") {
        let shown = if quoted {
            vm.repr_text(v)?
        } else {
            s.text_lossy()
        };
        return Err(vm.value_error(format!("illegal newline value: {shown}")));
    }
    Ok(Some(s.bytes().to_vec()))
}

impl Text {
    /// Line ends of all kinds are recognised.
    pub fn universal(&self) -> bool {
        self.newline.borrow().as_ref().is_none_or(|n| n.is_empty())
    }
    /// Line ends become `\n` when reading.
    pub fn translates(&self) -> bool {
        self.newline.borrow().is_none()
    }

    fn set_encoding(
        &self,
        vm: &mut Vm,
        owner: Ref<Native>,
        encoding: Ref<PyStr>,
        errors: Ref<PyStr>,
    ) -> PyResult<()> {
        let fast = Fast::from_name(encoding.bytes());
        let (mut encoder, mut decoder) = (Value::NULL, Value::NULL);
        if fast.is_none() {
            let info = crate::codecs::lookup_text(vm, encoding, "codecs.open()")?;
            for (wanted, factory, made) in [
                (self.reads.get(), "incrementaldecoder", &mut decoder),
                (self.writes.get(), "incrementalencoder", &mut encoder),
            ] {
                if wanted {
                    let factory = vm.get_attr_text(info, factory)?;
                    *made = vm.call(factory, &[errors.value()])?;
                }
            }
        }
        self.fast.set(fast);
        self.encoder.set(owner, encoder);
        self.decoder.set(owner, decoder);
        self.encoding.set(owner, encoding.value());
        self.errors.set(owner, errors.value());
        // An encoder that starts in the middle of a file must not write a byte order mark.
        if !encoder.is_null() && self.seekable.get() {
            let at = vm.call_method(self.buffer.get(), "tell", &[])?;
            if as_i64(at) != Some(0) {
                vm.call_method(encoder, "setstate", &[Value::from_i32(0)])?;
            }
        }
        Ok(())
    }

    /// Drops what was read ahead.
    pub fn forget_input(&self) {
        self.decoded.borrow_mut().clear();
        self.dpos.set(0);
        self.tail.borrow_mut().clear();
        self.newlines.pending_cr.set(false);
        *self.snapshot.borrow_mut() = None;
    }

    /// Hands the waiting bytes to the buffer.
    pub fn write_pending(&self, vm: &mut Vm) -> PyResult<()> {
        if self.pending.borrow().is_empty() {
            return Ok(());
        }
        let mut data = self.pending.take();
        let buffer = self.buffer.get();
        if self.direct.get() {
            let b = buffered::direct(vm, &buffer)?;
            let r = turns::alone(vm, buffer, |vm| b.write_data(vm, &data));
            data.clear();
            if self.pending.borrow().is_empty() {
                self.pending.replace(data);
            }
            return r;
        }
        let bytes = vm.new_bytes(&data);
        loop {
            match vm.call_method(buffer, "write", &[bytes]) {
                Ok(_) => return Ok(()),
                Err(_) if vm.clear_raised_if(ids::INTERRUPTED_ERROR) => {}
                Err(r) => return Err(r),
            }
        }
    }

    /// Writes everything down to the raw stream.
    pub fn flush_all(&self, vm: &mut Vm) -> PyResult<()> {
        self.write_pending(vm)?;
        let buffer = self.buffer.get();
        vm.call_method(buffer, "flush", &[]).map(|_| ())
    }

    fn encode(&self, vm: &mut Vm, object: Value, text: &[u8]) -> PyResult<()> {
        if let Some(fast) = self.fast.get() {
            let mut out = self.pending.take();
            let r = fast.encode(vm, object, text, self.errors.get(), &mut out);
            // A Python error handler may have written to this stream meanwhile.
            let mut now = self.pending.borrow_mut();
            out.append(&mut now);
            *now = out;
            return r;
        }
        let encoder = self.encoder.get();
        if encoder.is_null() {
            return Err(unsupported(vm, "not writable"));
        }
        let bytes = vm.call_method(encoder, "encode", &[object])?;
        let Some(bytes) = bytes.cast::<PyBytes>() else {
            let name = vm.type_name(bytes);
            return Err(vm.type_error(format!(
                "encoder should return a bytes object, not '{name}'"
            )));
        };
        self.pending.borrow_mut().extend_from_slice(bytes.bytes());
        Ok(())
    }
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, t) = this(vm, &args[0])?;
    let buffer = args[1];
    t.buffer.set_unbarriered(Value::NULL);
    let newline = newline_arg(vm, args[4], false)?;
    let encoding = match optional_str(vm, args[2], "TextIOWrapper() argument 'encoding'")? {
        Some(e) if e.bytes() == b"locale" => vm.intern("UTF-8"),
        Some(e) => e,
        None => {
            if vm.config.warn_default_encoding {
                super::open::warn_default_encoding(vm, 1)?;
            }
            vm.intern(if vm.config.utf8_mode != 0 {
                "utf-8"
            } else {
                "UTF-8"
            })
        }
    };
    let errors = match optional_str(vm, args[3], "TextIOWrapper() argument 'errors'")? {
        Some(e) => e,
        None => vm.intern("strict"),
    };
    let mut flags = [false; 2];
    for (flag, v) in flags.iter_mut().zip(&args[5..7]) {
        if let Some(v) = v.non_null() {
            *flag = vm.truth(v)?;
        }
    }
    let ty = vm.type_of(buffer);
    let direct = ["BufferedReader", "BufferedWriter", "BufferedRandom"];
    t.direct.set(
        direct
            .iter()
            .any(|n| super::support::io_type(vm, n) == Some(ty)),
    );
    let seekable = vm.call_method(buffer, "seekable", &[])?;
    t.seekable.set(vm.truth(seekable)?);
    t.telling.set(t.seekable.get());
    for (name, flag) in [("readable", &t.reads), ("writable", &t.writes)] {
        let can = vm.call_method(buffer, name, &[])?;
        flag.set(vm.truth(can)?);
    }
    let name = vm.intern("read1");
    t.has_read1.set(vm.try_get_attr(buffer, name)?.is_some());
    t.line_buffering.set(flags[0]);
    t.write_through.set(flags[1]);
    t.newline.replace(newline);
    t.pending.borrow_mut().clear();
    t.forget_input();
    t.newlines.seen.set(0);
    t.buffer.set(owner, buffer);
    if let Err(r) = t.set_encoding(vm, owner, encoding, errors) {
        t.buffer.set_unbarriered(Value::NULL);
        return Err(r);
    }
    Ok(Value::NONE)
}

fn reconfigure(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, t) = open_stream(vm, &args[0])?;
    let (encoding, errors) = (
        optional_str(vm, args[1], "TextIOWrapper() argument 'encoding'")?,
        optional_str(vm, args[2], "TextIOWrapper() argument 'errors'")?,
    );
    let newline_given = !args[3].is_null();
    let newline = newline_arg(vm, args[3], false)?;
    let mut flags = [t.line_buffering.get(), t.write_through.get()];
    for (flag, v) in flags.iter_mut().zip(&args[4..6]) {
        if !v.is_absent() {
            *flag = vm.truth(*v)?;
        }
    }
    let changes = encoding.is_some() || errors.is_some() || newline_given;
    if changes && (t.snapshot.borrow().is_some() || t.dpos.get() < t.decoded.borrow().len()) {
        return Err(unsupported(
            vm,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    t.flush_all(vm)?;
    if encoding.is_some() || errors.is_some() {
        let strict = vm.intern("strict");
        let old_encoding = t.encoding.get().cast().unwrap_or(strict);
        let errors = match (errors, encoding) {
            (Some(e), _) => e,
            (None, Some(_)) => strict,
            (None, None) => t.errors.get().cast().unwrap_or(strict),
        };
        let encoding = match encoding {
            Some(e) if e.bytes() == b"locale" => vm.intern("UTF-8"),
            Some(e) => e,
            None => old_encoding,
        };
        t.set_encoding(vm, owner, encoding, errors)?;
    }
    if newline_given {
        t.newline.replace(newline);
    }
    t.line_buffering.set(flags[0]);
    t.write_through.set(flags[1]);
    Ok(Value::NONE)
}

fn write(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(s) = args[1].cast::<PyStr>() else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("write() argument must be str, not {name}")));
    };
    let (_, t) = open_stream(vm, &args[0])?;
    if !t.writes.get() {
        return Err(unsupported(vm, "not writable"));
    }
    let text = s.bytes();
    let fresh = !t.line_buffering.get() && t.pending.borrow().is_empty();
    let line_end = t.line_buffering.get() && memchr::memchr2(b'\n', b'\r', text).is_some();
    let crlf = match &*t.newline.borrow() {
        Some(n) if n == b"\r\n" => Some(&b"\r\n"[..]),
        Some(n) if n == b"\r" => Some(&b"\r"[..]),
        _ => None,
    };
    match crlf.filter(|_| memchr::memchr(b'\n', text).is_some()) {
        None => t.encode(vm, args[1], text)?,
        Some(end) => {
            let mut translated = Vec::with_capacity(text.len() + 8);
            for (i, line) in text.split(|b| *b == b'\n').enumerate() {
                if i > 0 {
                    translated.extend_from_slice(end);
                }
                translated.extend_from_slice(line);
            }
            let object = vm.new_str_bytes(&translated);
            t.encode(vm, object, &translated)?;
        }
    }
    let waiting = t.pending.borrow().len();
    if waiting >= t.chunk.get() || line_end || t.write_through.get() {
        t.write_pending(vm)?;
    }
    if fresh && waiting > 0 && t.direct.get() {
        super::dirty::note(vm, args[0]);
    }
    if line_end {
        vm.call_method(t.buffer.get(), "flush", &[])?;
    }
    if t.snapshot.borrow().is_some() {
        t.forget_input();
        if let Some(d) = t.decoder.get().non_null() {
            vm.call_method(d, "reset", &[])?;
        }
    }
    Ok(Value::from_usize(s.len()))
}

/// Writes out what a text stream over a plain file holds; false if this is no text stream.
pub fn settle(vm: &mut Vm, stream: Value) -> bool {
    let Some((_, t)) = native::<Text>(&stream) else {
        return false;
    };
    let buffer = t.buffer.get();
    if t.direct.get()
        && let Some((_, b)) = native::<buffered::Buffered>(&buffer)
        && b.owns_file()
        && b.is_writer()
    {
        b.hold(&t.pending.take());
        buffered::settle(vm, buffer);
    }
    true
}

fn flush(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = open_stream(vm, &args[0])?;
    t.telling.set(t.seekable.get());
    t.flush_all(vm)?;
    Ok(Value::NONE)
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = ready(vm, &args[0])?;
    let buffer = t.buffer.get();
    if is_closed(vm, buffer)? {
        return Ok(Value::NONE);
    }
    let flushed = vm.call_method(args[0], "flush", &[]);
    let failure = if flushed.is_err() {
        vm.take_raised()
    } else {
        Value::NULL
    };
    let closed = vm.call_method(buffer, "close", &[]);
    chain(vm, failure, closed)
}

fn detach(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = ready(vm, &args[0])?;
    vm.call_method(args[0], "flush", &[])?;
    let buffer = t.buffer.get();
    t.buffer.set_unbarriered(Value::NULL);
    t.direct.set(false);
    Ok(buffer)
}

/// The finaliser: see `buffered::del`.
fn del(vm: &mut Vm, args: &[Value]) -> PyResult {
    let done = match open_stream(vm, &args[0]) {
        Ok((_, t)) if t.direct.get() => t.write_pending(vm).and_then(|()| {
            let buffer = t.buffer.get();
            let b = buffered::direct(vm, &buffer)?;
            turns::alone(vm, buffer, |vm| b.flush_all(vm))
        }),
        Ok(_) => vm.call_method(args[0], "close", &[]).map(|_| ()),
        Err(r) => Err(r),
    };
    if done.is_err() {
        vm.take_raised();
    }
    Ok(Value::NONE)
}

fn truncate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = open_stream(vm, &args[0])?;
    vm.call_method(args[0], "flush", &[])?;
    vm.call_method(t.buffer.get(), "truncate", &[or_none(args[1])])
}

fn ask(vm: &mut Vm, v: Value, method: &str) -> PyResult {
    let (_, t) = ready(vm, &v)?;
    let buffer = t.buffer.get();
    vm.call_method(buffer, method, &[])
}
fn get_buffer(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    Ok(or_none(t.buffer.get()))
}
fn get_encoding(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    Ok(or_none(t.encoding.get()))
}
fn get_errors(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    Ok(or_none(t.errors.get()))
}
fn get_newlines(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    let seen = t.newlines.seen.get();
    Ok(super::newline::seen_value(vm, seen))
}
fn get_line_buffering(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    Ok(Value::bool(t.line_buffering.get()))
}
fn get_write_through(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    Ok(Value::bool(t.write_through.get()))
}
fn get_closed(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = ready(vm, &v)?;
    let (buffer, name) = (t.buffer.get(), vm.names.closed);
    vm.get_attr(buffer, name)
}
fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = ready(vm, &v)?;
    let (buffer, name) = (t.buffer.get(), vm.names.name);
    vm.get_attr(buffer, name)
}
fn get_chunk(vm: &mut Vm, v: Value) -> PyResult {
    let (_, t) = this(vm, &v)?;
    Ok(Value::from_usize(t.chunk.get()))
}
fn set_chunk(vm: &mut Vm, v: Value, n: Value) -> PyResult<()> {
    let n = vm.index_i64(n)?;
    if n <= 0 {
        return Err(vm.value_error("a strictly positive integer is required"));
    }
    let (_, t) = this(vm, &v)?;
    t.chunk.set(n as usize);
    Ok(())
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, t) = ready(vm, &args[0])?;
    let ty = vm.type_of(args[0]);
    let ty = vm.full_type_name(ty);
    if !vm.repr_enter(args[0]) {
        return Err(vm.runtime_error(format!("reentrant call inside {ty}.__repr__")));
    }
    let name = super::support::repr_name(vm, args[0]);
    vm.repr_leave(args[0]);
    let mut text = format!("<{ty}");
    if let Some(n) = name? {
        text += &format!(" name={n}");
    }
    let mode = vm.names.mode;
    if let Some(mode) = vm.try_get_attr(args[0], mode)? {
        let mode = vm.repr_text(mode)?;
        text += &format!(" mode={mode}");
    }
    let encoding = vm.repr_text(t.encoding.get())?;
    text += &format!(" encoding={encoding}>");
    Ok(vm.new_str(&text))
}
