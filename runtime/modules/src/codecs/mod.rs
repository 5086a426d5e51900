//! `_codecs`: the codec registry and the builtin codecs as functions that return pairs. `registry` has the look-ups,
//! `handlers` the error handlers, `charmap` the codecs driven by mappings.

mod charmap;
mod handlers;
mod registry;

pub use registry::lookup_text;

use skein_runtime::builtins::byte_view::ByteView;
use skein_runtime::builtins::str_codec::{Handler, buffer_bytes};
use skein_runtime::prelude::*;
use skein_runtime::text::codec::{self, Decoded, ascii, escape, utf7, utf8, utf16, utf32};

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_codecs",
    init,
};

macro_rules! codecs {
    ($(encode $ename:literal $efunc:ident;)* $(decode $dname:literal $dfunc:ident;)*) => {
        &[
            $(function($ename, $efunc, "(str, errors=None, /)", "Encode a str; returns the bytes and the number of characters."),)*
            $(function($dname, $dfunc, "(data, errors=None, final=False, /)", "Decode bytes; returns the text and the number of bytes used."),)*
        ]
    };
}

static CODECS: &[NativeDef] = codecs!(
    encode "utf_8_encode" utf_8_encode;
    encode "utf_7_encode" utf_7_encode;
    encode "ascii_encode" ascii_encode;
    encode "latin_1_encode" latin_1_encode;
    encode "utf_16_le_encode" utf_16_le_encode;
    encode "utf_16_be_encode" utf_16_be_encode;
    encode "utf_32_le_encode" utf_32_le_encode;
    encode "utf_32_be_encode" utf_32_be_encode;
    encode "unicode_escape_encode" unicode_escape_encode;
    encode "raw_unicode_escape_encode" raw_unicode_escape_encode;
    decode "utf_8_decode" utf_8_decode;
    decode "utf_7_decode" utf_7_decode;
    decode "ascii_decode" ascii_decode;
    decode "latin_1_decode" latin_1_decode;
    decode "utf_16_decode" utf_16_decode;
    decode "utf_16_le_decode" utf_16_le_decode;
    decode "utf_16_be_decode" utf_16_be_decode;
    decode "utf_32_decode" utf_32_decode;
    decode "utf_32_le_decode" utf_32_le_decode;
    decode "utf_32_be_decode" utf_32_be_decode;
);

static OTHERS: &[NativeDef] = &[
    function(
        "utf_16_encode",
        utf_16_encode,
        "(str, errors=None, byteorder=0, /)",
        "Encode as UTF-16.",
    ),
    function(
        "utf_32_encode",
        utf_32_encode,
        "(str, errors=None, byteorder=0, /)",
        "Encode as UTF-32.",
    ),
    function(
        "utf_16_ex_decode",
        utf_16_ex_decode,
        "(data, errors=None, byteorder=0, final=False, /)",
        "Decode UTF-16; also returns the byte order.",
    ),
    function(
        "utf_32_ex_decode",
        utf_32_ex_decode,
        "(data, errors=None, byteorder=0, final=False, /)",
        "Decode UTF-32; also returns the byte order.",
    ),
    function(
        "unicode_escape_decode",
        unicode_escape_decode,
        "(data, errors=None, final=True, /)",
        "Decode the escapes of string literals.",
    ),
    function(
        "raw_unicode_escape_decode",
        raw_unicode_escape_decode,
        "(data, errors=None, final=True, /)",
        "Decode the escapes of raw string literals of old.",
    ),
    function(
        "escape_encode",
        escape_encode,
        "(data, errors=None, /)",
        "Write bytes with escapes.",
    ),
    function(
        "escape_decode",
        escape_decode,
        "(data, errors=None, /)",
        "Decode the escapes of bytes literals.",
    ),
    function(
        "readbuffer_encode",
        readbuffer_encode,
        "(data, errors=None, /)",
        "The bytes of a bytes-like object or str.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, CODECS);
    vm.add_functions(m, OTHERS);
    registry::init(vm, m);
    handlers::init(vm, m)?;
    charmap::init(vm, m);
    Ok(())
}

/// The str argument of an encoder.
fn text_arg(vm: &mut Vm, v: Value, name: &str) -> PyResult<Ref<PyStr>> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(s),
        None => {
            let got = if v.is_none() {
                "None".to_string()
            } else {
                vm.type_name(v)
            };
            Err(vm.type_error(format!("{name}() argument 1 must be str, not {got}")))
        }
    }
}

/// The bytes argument of a decoder; a str counts as its UTF-8 where `text` allows it.
fn data_arg(vm: &mut Vm, v: Value, text: bool) -> PyResult<ByteView> {
    if text && let Some(s) = v.cast::<PyStr>() {
        return Ok(s.bytes().to_vec().into());
    }
    match buffer_bytes(vm, v)? {
        Some(d) => Ok(d),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")))
        }
    }
}

/// The `errors` argument.
fn errors_arg(vm: &mut Vm, v: Value) -> PyResult<Option<Ref<PyStr>>> {
    crate::support::optional_str(vm, v, "argument 'errors'")
}

fn flag(vm: &mut Vm, v: Value, default: bool) -> PyResult<bool> {
    match v.non_null() {
        Some(v) => vm.truth(v),
        None => Ok(default),
    }
}

/// `(bytes, characters)`
fn encoded(vm: &mut Vm, out: &[u8], chars: usize) -> PyResult {
    let bytes = vm.new_bytes(out);
    Ok(vm.new_tuple(&[bytes, Value::from_usize(chars)]))
}

/// `(str, bytes used)`
fn decoded(vm: &mut Vm, d: &Decoded) -> PyResult {
    let text = vm.new_str_bytes(&d.text);
    Ok(vm.new_tuple(&[text, Value::from_usize(d.consumed)]))
}

macro_rules! encoders {
    ($($name:ident => |$text:ident, $handler:ident| $body:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            let s = text_arg(vm, args[0], stringify!($name))?;
            let errors = errors_arg(vm, args[1])?;
            let $handler = &mut Handler::new(vm, args[0], errors);
            let $text = s.bytes();
            let out: Vec<u8> = $body?;
            encoded(vm, &out, s.len())
        })*
    };
}

encoders! {
    utf_8_encode => |t, h| utf8::encode(t, h);
    ascii_encode => |t, h| ascii::encode_ascii(t, h);
    latin_1_encode => |t, h| ascii::encode_latin1(t, h);
    utf_16_le_encode => |t, h| utf16::encode(t, -1, h);
    utf_16_be_encode => |t, h| utf16::encode(t, 1, h);
    utf_32_le_encode => |t, h| utf32::encode(t, -1, h);
    utf_32_be_encode => |t, h| utf32::encode(t, 1, h);
}

macro_rules! plain_encoders {
    ($($name:ident => $encode:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            let s = text_arg(vm, args[0], stringify!($name))?;
            let out = $encode(s.bytes());
            encoded(vm, &out, s.len())
        })*
    };
}

plain_encoders! {
    utf_7_encode => utf7::encode;
    unicode_escape_encode => escape::encode_unicode;
    raw_unicode_escape_encode => escape::encode_raw;
}

macro_rules! decoders {
    ($($name:ident => |$data:ident, $last:ident, $handler:ident| $body:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            let data = data_arg(vm, args[0], false)?;
            let errors = errors_arg(vm, args[1])?;
            let $last = flag(vm, args[2], false)?;
            let $handler = &mut Handler::new(vm, args[0], errors);
            let $data = &data;
            let out: Decoded = $body;
            decoded(vm, &out)
        })*
    };
}

decoders! {
    utf_8_decode => |d, last, h| utf8::decode(d, last, h)?;
    utf_7_decode => |d, last, h| utf7::decode(d, last, h)?;
    utf_16_decode => |d, last, h| utf16::decode(d, 0, last, h)?.0;
    utf_16_le_decode => |d, last, h| utf16::decode(d, -1, last, h)?.0;
    utf_16_be_decode => |d, last, h| utf16::decode(d, 1, last, h)?.0;
    utf_32_decode => |d, last, h| utf32::decode(d, 0, last, h)?.0;
    utf_32_le_decode => |d, last, h| utf32::decode(d, -1, last, h)?.0;
    utf_32_be_decode => |d, last, h| utf32::decode(d, 1, last, h)?.0;
}

fn ascii_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], false)?;
    let errors = errors_arg(vm, args[1])?;
    let out = ascii::decode_ascii(&data, &mut Handler::new(vm, args[0], errors))?;
    decoded(vm, &out)
}

fn latin_1_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], false)?;
    let text = ascii::decode_latin1(&data);
    decoded(
        vm,
        &Decoded {
            text,
            consumed: data.len(),
        },
    )
}

fn order(vm: &mut Vm, v: Value) -> PyResult<i32> {
    match v.non_null() {
        Some(v) => Ok(vm.index_i64(v)?.signum() as i32),
        None => Ok(0),
    }
}

fn utf_16_encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = text_arg(vm, args[0], "utf_16_encode")?;
    let (errors, order) = (errors_arg(vm, args[1])?, order(vm, args[2])?);
    let out = utf16::encode(s.bytes(), order, &mut Handler::new(vm, args[0], errors))?;
    encoded(vm, &out, s.len())
}

fn utf_32_encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = text_arg(vm, args[0], "utf_32_encode")?;
    let (errors, order) = (errors_arg(vm, args[1])?, order(vm, args[2])?);
    let out = utf32::encode(s.bytes(), order, &mut Handler::new(vm, args[0], errors))?;
    encoded(vm, &out, s.len())
}

fn with_order(vm: &mut Vm, (d, order): (Decoded, i32)) -> PyResult {
    let text = vm.new_str_bytes(&d.text);
    Ok(vm.new_tuple(&[text, Value::from_usize(d.consumed), Value::from_i32(order)]))
}

fn utf_16_ex_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], false)?;
    let (errors, order, last) = (
        errors_arg(vm, args[1])?,
        order(vm, args[2])?,
        flag(vm, args[3], false)?,
    );
    let out = utf16::decode(&data, order, last, &mut Handler::new(vm, args[0], errors))?;
    with_order(vm, out)
}

fn utf_32_ex_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], false)?;
    let (errors, order, last) = (
        errors_arg(vm, args[1])?,
        order(vm, args[2])?,
        flag(vm, args[3], false)?,
    );
    let out = utf32::decode(&data, order, last, &mut Handler::new(vm, args[0], errors))?;
    with_order(vm, out)
}

fn unicode_escape_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], true)?;
    let (errors, last) = (errors_arg(vm, args[1])?, flag(vm, args[2], true)?);
    let (out, invalid) =
        escape::decode_unicode(&data, last, &mut Handler::new(vm, args[0], errors))?;
    warn_escape(vm, invalid)?;
    decoded(vm, &out)
}

fn raw_unicode_escape_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], true)?;
    let (errors, last) = (errors_arg(vm, args[1])?, flag(vm, args[2], true)?);
    let out = escape::decode_raw(&data, last, &mut Handler::new(vm, args[0], errors))?;
    decoded(vm, &out)
}

fn warn_escape(vm: &mut Vm, invalid: Option<u32>) -> PyResult<()> {
    match invalid {
        Some(e) => vm.warn(
            ids::DEPRECATION_WARNING,
            &escape::invalid_escape_warning(e),
            1,
        ),
        None => Ok(()),
    }
}

fn escape_encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(b) = args[0].cast::<PyBytes>() else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "escape_encode() argument 1 must be bytes, not {name}"
        )));
    };
    let out = escape::encode_bytes(b.bytes());
    encoded(vm, &out, b.len())
}

fn escape_decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], true)?;
    let errors = errors_arg(vm, args[1])?.map_or("strict".to_string(), |e| e.text_lossy());
    let (out, invalid) = match escape::decode_bytes(&data, &errors) {
        Ok(r) => r,
        Err(e) => return Err(vm.format_error(e)),
    };
    warn_escape(vm, invalid)?;
    encoded(vm, &out, data.len())
}

fn readbuffer_encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = data_arg(vm, args[0], true)?;
    encoded(vm, &data, data.len())
}

/// Names the text of a codec's mapping module for the submodules.
use codec::charmap as text_charmap;
