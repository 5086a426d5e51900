//! `str.encode`, `bytes.decode` and `str(bytes, encoding)`: the door from objects to the codecs.
//!
//! The standard codecs with predefined error handlers run without Python code. Other handlers are looked up in the
//! registry of `_codecs` and called as PEP 293 says; other encodings go through the codec registry altogether.

use super::byte_view::ByteView;
use super::memoryview::{FULL_READ_ONLY, SIMPLE, exported_bytes};
use crate::prelude::*;
use crate::text::codec::errors::{Builtin, Failure};
use crate::text::codec::{
    DecodeErrors, DecodeFix, DecodeProblem, EncodeErrors, EncodeFix, EncodeProblem, Replacement,
    Standard,
};
use crate::text::wtf8;

/// The bytes of a bytes-like object (bytes, bytearray, or anything with `__buffer__`); `None` for other types.
pub fn buffer_bytes(vm: &mut Vm, v: Value) -> PyResult<Option<ByteView>> {
    buffer_with(vm, v, SIMPLE)
}

/// [`buffer_bytes`], with the flags that `__buffer__` is asked with.
pub fn buffer_with(vm: &mut Vm, v: Value, flags: i32) -> PyResult<Option<ByteView>> {
    if let Some(b) = v.cast::<PyBytes>() {
        return Ok(Some(ByteView::Object(b)));
    }
    if let Some(b) = v.cast::<PyByteArray>() {
        return Ok(Some(b.to_vec().into()));
    }
    Ok(exported_bytes(vm, v, flags)?.map(ByteView::Copy))
}

/// What `bytes(v)` holds for anything but a count: bytes-like objects, `__bytes__`, iterables of ints.
pub fn bytes_of(vm: &mut Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(b) = v.cast::<PyBytes>().filter(|b| b.shape_id() == ids::BYTES) {
        return Ok(b.bytes().to_vec());
    }
    let name = vm.names.__bytes__;
    if let Some(r) = vm.call_special(v, name, &[])? {
        return match r.cast::<PyBytes>() {
            Some(b) => Ok(b.bytes().to_vec()),
            None => {
                let name = vm.type_name(r);
                Err(vm.type_error(format!("__bytes__ returned non-bytes (type {name})")))
            }
        };
    }
    if let Some(data) = buffer_with(vm, v, FULL_READ_ONLY)? {
        return Ok(data.into_vec());
    }
    let names = vm.names;
    if v.is::<PyStr>()
        || vm.lookup_special(v, names.__iter__).is_none()
            && vm.lookup_special(v, names.__getitem__).is_none()
    {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("cannot convert '{name}' object to bytes")));
    }
    let mut out = Vec::new();
    vm.for_each(v, |vm, item| {
        let n = vm.index_clipped(item)?;
        match u8::try_from(n) {
            Ok(b) => out.push(b),
            Err(_) => return Err(vm.value_error("bytes must be in range(0, 256)")),
        }
        Ok(true)
    })?;
    Ok(out)
}

/// An encoding's or handler's name as given by Python; `None` when absent.
fn name_bytes(vm: &mut Vm, v: Value) -> PyResult<Option<Ref<PyStr>>> {
    let Some(s) = v.cast::<PyStr>() else {
        return Ok(None);
    };
    if s.bytes().contains(&0) {
        return Err(vm.value_error("embedded null character"));
    }
    Ok(Some(s))
}

/// In development mode the names must be known even where nothing needs them.
fn check_names(
    vm: &mut Vm,
    encoding: Option<Ref<PyStr>>,
    errors: Option<Ref<PyStr>>,
) -> PyResult<()> {
    let unknown_encoding = encoding.filter(|e| Standard::from_name(e.bytes()).is_none());
    let unknown_errors = errors.filter(|e| Builtin::from_name(e.bytes()).is_none());
    for (name, method) in [
        (unknown_encoding, "lookup"),
        (unknown_errors, "lookup_error"),
    ] {
        if let Some(name) = name
            && let Some(codecs) = registry(vm)?
        {
            vm.call_method(codecs, method, &[name.value()])?;
        }
    }
    Ok(())
}

/// True for UTF-8 by the name that most programs write, and an error handler that is surely there: neither has to be looked at
/// where text is ASCII.
#[inline]
pub(super) fn is_common(encoding: Value, errors: Value) -> bool {
    let utf8 = |e: Ref<PyStr>| e.bytes() == b"utf-8";
    let known = |e: Ref<PyStr>| {
        matches!(
            e.bytes(),
            b"strict" | b"ignore" | b"replace" | b"surrogatepass" | b"surrogateescape"
        )
    };
    (encoding.is_null() || encoding.cast().is_some_and(utf8))
        && (errors.is_null() || errors.cast().is_some_and(known))
}

/// `s.encode(encoding, errors)`; the names are strs or `NULL`.
pub fn encode(vm: &mut Vm, s: Ref<PyStr>, encoding: Value, errors: Value) -> PyResult {
    if s.is_ascii() && is_common(encoding, errors) {
        return Ok(vm.new_bytes(s.bytes()));
    }
    let (encoding, errors) = (name_bytes(vm, encoding)?, name_bytes(vm, errors)?);
    if vm.config.dev_mode {
        check_names(vm, encoding, errors)?;
    }
    let standard = match encoding {
        None => Some(Standard::Utf8),
        Some(e) => Standard::from_name(e.bytes()),
    };
    let Some(standard) = standard else {
        return encode_by_registry(vm, s, encoding, errors);
    };
    if s.is_ascii()
        && matches!(
            standard,
            Standard::Utf8 | Standard::Ascii | Standard::Latin1
        )
    {
        return Ok(vm.new_bytes(s.bytes()));
    }
    let mut handler = Handler::new(vm, s.value(), errors);
    let out = standard.encode(s.bytes(), &mut handler)?;
    Ok(vm.new_bytes(&out))
}

/// `object.decode(encoding, errors)` where `data` is the object's bytes; the names are strs or `NULL`.
pub fn decode(vm: &mut Vm, object: Value, data: &[u8], encoding: Value, errors: Value) -> PyResult {
    if data.len() > 1 && is_common(encoding, errors) && data.is_ascii() {
        return Ok(PyStr::new_counted(vm, data, data.len()).value());
    }
    let (encoding, errors) = (name_bytes(vm, encoding)?, name_bytes(vm, errors)?);
    if vm.config.dev_mode {
        check_names(vm, encoding, errors)?;
    }
    if data.is_empty() {
        return Ok(vm.empty_str().value());
    }
    let standard = match encoding {
        None => Some(Standard::Utf8),
        Some(e) => Standard::from_name(e.bytes()),
    };
    let Some(standard) = standard else {
        return decode_by_registry(vm, object, encoding, errors);
    };
    if matches!(
        standard,
        Standard::Utf8 | Standard::Ascii | Standard::Latin1
    ) && data.is_ascii()
    {
        return Ok(match data.len() {
            0 | 1 => vm.new_str_bytes(data),
            n => PyStr::new_counted(vm, data, n).value(),
        });
    }
    let mut handler = Handler::new(vm, object, errors);
    let out = standard.decode(data, &mut handler)?;
    Ok(vm.new_str_bytes(&out))
}

/// An error handler by name: predefined, or a registered Python callable.
pub struct Handler<'v> {
    vm: &'v mut Vm,
    /// The `object` of exceptions: the str or bytes being converted.
    object: Value,
    name: Option<Ref<PyStr>>,
    builtin: Option<Builtin>,
}

impl<'v> Handler<'v> {
    /// The handler called `name` (`strict` if absent) for converting `object`.
    pub fn new(vm: &'v mut Vm, object: Value, name: Option<Ref<PyStr>>) -> Handler<'v> {
        Handler {
            vm,
            object,
            name,
            builtin: match name {
                None => Some(Builtin::Strict),
                Some(n) => Builtin::from_name(n.bytes()),
            },
        }
    }

    /// The machine, for mappings that are Python objects.
    pub fn vm(&mut self) -> &mut Vm {
        self.vm
    }

    fn raise(&mut self, failure: Failure) -> Raised {
        match failure {
            Failure::Decode {
                encoding,
                start,
                end,
                reason,
            } => self.raise_unicode(ids::UNICODE_DECODE_ERROR, &encoding, start, end, &reason),
            Failure::Encode {
                encoding,
                start,
                end,
                reason,
            } => self.raise_unicode(ids::UNICODE_ENCODE_ERROR, &encoding, start, end, &reason),
            Failure::CannotDecode => self.vm.type_error(Failure::CANNOT_DECODE),
        }
    }

    fn raise_unicode(
        &mut self,
        id: u32,
        encoding: &str,
        start: usize,
        end: usize,
        reason: &str,
    ) -> Raised {
        match self.exception(id, encoding, start, end, reason) {
            Ok(e) => self.vm.raise_value(e),
            Err(r) => r,
        }
    }

    fn exception(
        &mut self,
        id: u32,
        encoding: &str,
        start: usize,
        end: usize,
        reason: &str,
    ) -> PyResult {
        let ty = self.vm.builtin_type(id).value();
        let (encoding, reason) = (self.vm.new_str(encoding), self.vm.new_str(reason));
        let args = [
            encoding,
            self.object,
            Value::from_usize(start),
            Value::from_usize(end),
            reason,
        ];
        self.vm.call(ty, &args)
    }

    /// Calls the registered handler: its result tuple and the exception object.
    fn call_registered(&mut self, exception: Value, kind: &str) -> PyResult<(Value, Value)> {
        let name = self.name.map_or(Value::NULL, Value::from);
        let vm = &mut *self.vm;
        let handler = match registry(vm)? {
            Some(codecs) => vm.call_method(codecs, "lookup_error", &[name])?,
            None => {
                let text = crate::builtins::str::lossy(name);
                let message = format!("unknown error handler name '{text}'");
                return Err(vm.lookup_error(message));
            }
        };
        let r = vm.call(handler, &[exception])?;
        let pair = r.cast::<PyTuple>().filter(|t| t.len() == 2);
        match pair {
            Some(t) => Ok((t.items()[0], t.items()[1])),
            None => Err(vm.type_error(format!(
                "{kind}coding error handler must return ({}, int) tuple",
                if kind == "en" { "str/bytes" } else { "str" }
            ))),
        }
    }

    /// Checks the position a handler returned.
    fn resume_at(&mut self, position: Value, len: usize) -> PyResult<usize> {
        let p = self.vm.index_i64(position)?;
        let at = if p < 0 { p + len as i64 } else { p };
        match usize::try_from(at) {
            Ok(at) if at <= len => Ok(at),
            _ => Err(self
                .vm
                .index_error(format!("position {p} from error handler out of bounds"))),
        }
    }
}

impl EncodeErrors for Handler<'_> {
    type Error = Raised;

    fn encode_error(&mut self, p: EncodeProblem<'_>) -> Result<EncodeFix, Raised> {
        if let Some(mut b) = self.builtin {
            return b.encode_error(p).map_err(|f| self.raise(f));
        }
        let e = self.exception(
            ids::UNICODE_ENCODE_ERROR,
            p.encoding,
            p.start,
            p.end,
            p.reason,
        )?;
        let (replacement, position) = self.call_registered(e, "en")?;
        let replacement = if let Some(s) = replacement.cast::<PyStr>() {
            Replacement::Text(s.bytes().to_vec())
        } else if let Some(b) = replacement.cast::<PyBytes>() {
            Replacement::Bytes(b.bytes().to_vec())
        } else {
            return Err(self
                .vm
                .type_error("encoding error handler must return (str/bytes, int) tuple"));
        };
        let resume = self.resume_at(position, wtf8::count(p.text))?;
        Ok(EncodeFix {
            replacement,
            resume,
        })
    }

    fn refuse(&mut self, p: EncodeProblem<'_>) -> Raised {
        self.raise_unicode(
            ids::UNICODE_ENCODE_ERROR,
            p.encoding,
            p.start,
            p.end,
            p.reason,
        )
    }
}

impl DecodeErrors for Handler<'_> {
    type Error = Raised;

    fn decode_error(&mut self, p: DecodeProblem<'_>) -> Result<DecodeFix, Raised> {
        if self.object.cast::<PyBytes>().is_none() {
            self.object = self.vm.new_bytes(p.input);
        }
        if let Some(mut b) = self.builtin {
            return b.decode_error(p).map_err(|f| self.raise(f));
        }
        let e = self.exception(
            ids::UNICODE_DECODE_ERROR,
            p.encoding,
            p.start,
            p.end,
            p.reason,
        )?;
        let (replacement, position) = self.call_registered(e, "de")?;
        let Some(text) = replacement.cast::<PyStr>() else {
            return Err(self
                .vm
                .type_error("decoding error handler must return (str, int) tuple"));
        };
        let name = self.vm.names.object;
        let object = self.vm.get_attr(e, name)?;
        let mut input = None;
        if object != self.object
            && let Some(b) = object.cast::<PyBytes>()
        {
            self.object = object;
            input = Some(b.bytes().to_vec());
        }
        let len = input.as_ref().map_or(p.input.len(), Vec::len);
        let resume = self.resume_at(position, len)?;
        Ok(DecodeFix {
            text: text.bytes().to_vec(),
            resume,
            input,
        })
    }
}

/// The `_codecs` module, imported when it is first needed; `None` if there is none.
fn registry(vm: &mut Vm) -> PyResult<Option<Value>> {
    let Some(modules) = vm.modules_dict() else {
        return Ok(None);
    };
    if let Some(m) = modules.get_text(vm, "_codecs") {
        return Ok(Some(m));
    }
    let name = vm.names.__import__.value();
    let Some(import) = vm.builtins_dict().get_interned(name) else {
        return Ok(None);
    };
    let name = vm.new_str("_codecs");
    match vm.call(import, &[name]) {
        Ok(m) => Ok(Some(m)),
        Err(_) if vm.clear_raised_if(ids::IMPORT_ERROR) => Ok(None),
        Err(r) => Err(r),
    }
}

/// A text encoding's entry of the codec registry.
fn codec_info(vm: &mut Vm, encoding: Option<Ref<PyStr>>, door: &str) -> PyResult<Ref<PyTuple>> {
    let name = encoding.map_or(Value::NULL, Value::from);
    let text = crate::builtins::str::lossy(name);
    let Some(codecs) = registry(vm)? else {
        return Err(vm.lookup_error(format!("unknown encoding: {text}")));
    };
    let info = vm.call_method(codecs, "lookup", &[name])?;
    let flag = vm.intern("_is_text_encoding");
    if let Some(is_text) = vm.try_get_attr(info, flag)?
        && !vm.truth(is_text)?
    {
        return Err(vm.lookup_error(format!(
            "'{text}' is not a text encoding; use {door} to handle arbitrary codecs"
        )));
    }
    match info.cast::<PyTuple>().filter(|t| t.len() == 4) {
        Some(t) => Ok(t),
        None => Err(vm.type_error("codec search functions must return 4-tuples")),
    }
}

fn call_codec(vm: &mut Vm, f: Value, v: Value, errors: Option<Ref<PyStr>>, kind: &str) -> PyResult {
    let r = match errors {
        Some(e) => vm.call(f, &[v, e.value()])?,
        None => vm.call(f, &[v])?,
    };
    match r.cast::<PyTuple>().filter(|t| t.len() == 2) {
        Some(t) => Ok(t.items()[0]),
        None => Err(vm.type_error(format!("{kind} must return a tuple (object, integer)"))),
    }
}

fn encode_by_registry(
    vm: &mut Vm,
    s: Ref<PyStr>,
    encoding: Option<Ref<PyStr>>,
    errors: Option<Ref<PyStr>>,
) -> PyResult {
    let info = codec_info(vm, encoding, "codecs.encode()")?;
    let r = call_codec(vm, info.items()[0], s.value(), errors, "encoder")?;
    if r.is::<PyBytes>() {
        return Ok(r);
    }
    if let Some(b) = r.cast::<PyByteArray>() {
        return Ok(vm.new_bytes(&b.to_vec()));
    }
    let name = encoding.map_or(String::new(), |e| e.text_lossy());
    let got = vm.type_name(r);
    Err(vm.type_error(format!(
        "'{name}' encoder returned '{got}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

fn decode_by_registry(
    vm: &mut Vm,
    object: Value,
    encoding: Option<Ref<PyStr>>,
    errors: Option<Ref<PyStr>>,
) -> PyResult {
    let info = codec_info(vm, encoding, "codecs.decode()")?;
    let r = call_codec(vm, info.items()[1], object, errors, "decoder")?;
    if r.is::<PyStr>() {
        return Ok(r);
    }
    let name = encoding.map_or(String::new(), |e| e.text_lossy());
    let got = vm.type_name(r);
    Err(vm.type_error(format!(
        "'{name}' decoder returned '{got}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
    )))
}
