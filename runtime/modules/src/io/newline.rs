//! Newline translation, and `IncrementalNewlineDecoder`, which wraps it around any decoder.

use super::support::{class, or_none};
use skein_runtime::prelude::*;
use std::cell::Cell;

/// `\n` was seen.
pub const SEEN_LF: u8 = 1;
/// `\r` was seen.
pub const SEEN_CR: u8 = 2;
/// `\r\n` was seen.
pub const SEEN_CRLF: u8 = 4;

/// State of the translation of a stream.
#[derive(Default)]
pub struct Newlines {
    /// `\r` ended the last piece and waits for what follows.
    pub pending_cr: Cell<bool>,
    /// Which line ends were seen.
    pub seen: Cell<u8>,
}

impl Newlines {
    /// Takes the next piece of text; with `translate` all line ends become `\n`. A `\r` at the end is held back unless
    /// this is the `last` piece.
    pub fn feed(&self, piece: Vec<u8>, translate: bool, last: bool) -> Vec<u8> {
        let mut text = piece;
        if self.pending_cr.get() && (last || !text.is_empty()) {
            text.insert(0, b'\r');
            self.pending_cr.set(false);
        }
        if !last && text.last() == Some(&b'\r') {
            text.pop();
            self.pending_cr.set(true);
        }
        let Some(first) = memchr::memchr(b'\r', &text) else {
            if self.seen.get() & SEEN_LF == 0 && memchr::memchr(b'\n', &text).is_some() {
                self.seen.set(self.seen.get() | SEEN_LF);
            }
            return text;
        };
        let mut out = Vec::with_capacity(text.len());
        out.extend_from_slice(&text[..first]);
        let mut seen = self.seen.get();
        if text[..first].contains(&b'\n') {
            seen |= SEEN_LF;
        }
        let mut i = first;
        while i < text.len() {
            match text[i] {
                b'\r' if text.get(i + 1) == Some(&b'\n') => {
                    seen |= SEEN_CRLF;
                    out.extend_from_slice(if translate { b"\n" } else { b"\r\n" });
                    i += 1;
                }
                b'\r' => {
                    seen |= SEEN_CR;
                    out.push(if translate { b'\n' } else { b'\r' });
                }
                b => {
                    if b == b'\n' {
                        seen |= SEEN_LF;
                    }
                    out.push(b);
                }
            }
            i += 1;
        }
        self.seen.set(seen);
        out
    }
}

/// The `newlines` attribute: `None`, a str or a tuple.
pub fn seen_value(vm: &mut Vm, seen: u8) -> Value {
    let mut all = ValueVec::new();
    for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
        if seen & bit != 0 {
            let text = vm.intern(text).value();
            all.push(&vm.heap, text);
        }
    }
    match all.len() {
        0 => Value::NONE,
        1 => all.get(0),
        _ => vm.new_tuple(all.as_slice()),
    }
}

struct Decoder {
    decoder: Slot,
    translate: Cell<bool>,
    newlines: Newlines,
}

impl NativeData for Decoder {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.decoder);
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "__init__",
        init_method,
        "($self, decoder, translate, errors='strict')",
        "Wrap a decoder.",
    ),
    method(
        "decode",
        decode,
        "($self, input, final=False)",
        "Decode and translate.",
    ),
    method(
        "getstate",
        getstate,
        "($self, /)",
        "State of the decoder and of the translation.",
    ),
    method(
        "setstate",
        setstate,
        "($self, state, /)",
        "Restore a state.",
    ),
    method("reset", reset, "($self, /)", "Start anew."),
];

static GETSETS: &[GetSetDef] = &[getter("newlines", get_newlines, "Line ends seen so far.")];

/// Makes the type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "Codec used when reading a file in universal newlines mode.";
    let ty = vm.new_native_type(
        "IncrementalNewlineDecoder",
        "_io",
        None,
        Kind::Native,
        tflag::BASETYPE,
        METHODS,
        GETSETS,
        doc,
    );
    super::support::add_type(vm, m, ty);
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Decoder)> {
    match native::<Decoder>(v) {
        Some(d) => Ok(d),
        None => Err(vm.wrong_self("method", "IncrementalNewlineDecoder", *v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let state = Decoder {
        decoder: Slot::new(Value::NULL),
        translate: Cell::new(false),
        newlines: Newlines::default(),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let translate = vm.truth(args[2])?;
    let (owner, d) = this(vm, &args[0])?;
    d.decoder.set(owner, args[1]);
    d.translate.set(translate);
    d.newlines.pending_cr.set(false);
    d.newlines.seen.set(0);
    Ok(Value::NONE)
}

fn decoder_of(vm: &mut Vm, d: &Decoder) -> PyResult {
    match d.decoder.get().non_null() {
        Some(v) => Ok(v),
        None => Err(vm.value_error("IncrementalNewlineDecoder.__init__() not called")),
    }
}

fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let inner = decoder_of(vm, d)?;
    let last = match args[2].non_null() {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    let text = if inner.is_none() {
        args[1]
    } else {
        vm.call_method(inner, "decode", &[args[1], Value::bool(last)])?
    };
    let Some(s) = text.cast::<PyStr>() else {
        let name = vm.type_name(text);
        return Err(vm.type_error(format!(
            "decoder should return a string result, not '{name}'"
        )));
    };
    let out = d.newlines.feed(s.bytes().to_vec(), d.translate.get(), last);
    Ok(vm.new_str_bytes(&out))
}

fn getstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let inner = decoder_of(vm, d)?;
    let (mut buffer, mut flags) = (vm.new_bytes(b""), 0);
    if !inner.is_none() {
        let state = vm.call_method(inner, "getstate", &[])?;
        let Some(t) = state.cast::<PyTuple>().filter(|t| t.len() == 2) else {
            return Err(vm.type_error("illegal decoder state"));
        };
        buffer = t.items()[0];
        flags = vm.index_i64(t.items()[1])?;
    }
    let flags = vm.new_int(flags << 1 | d.newlines.pending_cr.get() as i64);
    Ok(vm.new_tuple(&[buffer, flags]))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let inner = decoder_of(vm, d)?;
    let Some(t) = args[1].cast::<PyTuple>().filter(|t| t.len() == 2) else {
        return Err(vm.type_error("state argument must be a tuple"));
    };
    let flags = vm.index_i64(t.items()[1])?;
    d.newlines.pending_cr.set(flags & 1 == 1);
    if !inner.is_none() {
        let flags = vm.new_int(flags >> 1);
        let state = vm.new_tuple(&[t.items()[0], flags]);
        vm.call_method(inner, "setstate", &[state])?;
    }
    Ok(Value::NONE)
}

fn reset(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let inner = decoder_of(vm, d)?;
    d.newlines.pending_cr.set(false);
    d.newlines.seen.set(0);
    if !inner.is_none() {
        vm.call_method(inner, "reset", &[])?;
    }
    Ok(Value::NONE)
}

fn get_newlines(vm: &mut Vm, v: Value) -> PyResult {
    let (_, d) = this(vm, &v)?;
    let seen = d.newlines.seen.get();
    let v = seen_value(vm, seen);
    Ok(or_none(v))
}
