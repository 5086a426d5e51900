//! Strings as JSON literals.

use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;

/// Appends a literal that keeps characters beyond ASCII.
pub fn push_plain(text: &[u8], out: &mut Vec<u8>) {
    push(text, out, false);
}

/// Appends a literal of ASCII characters.
pub fn push_ascii(text: &[u8], out: &mut Vec<u8>) {
    push(text, out, true);
}

fn push(text: &[u8], out: &mut Vec<u8>, ascii: bool) {
    out.push(b'"');
    let mut from = 0;
    let mut at = 0;
    while at < text.len() {
        let b = text[at];
        if b >= 0x20 && b != b'"' && b != b'\\' && (b < 0x7f || !ascii) {
            at += 1;
            continue;
        }
        out.extend_from_slice(&text[from..at]);
        let len = if b < 0x80 {
            push_escape(b, out);
            1
        } else {
            let (cp, len) = wtf8::decode_at(text, at).unwrap_or((0xfffd, 1));
            push_unicode(cp, out);
            len
        };
        at += len;
        from = at;
    }
    out.extend_from_slice(&text[from..]);
    out.push(b'"');
}

fn push_escape(b: u8, out: &mut Vec<u8>) {
    let short = match b {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        8 => b'b',
        12 => b'f',
        _ => {
            push_unicode(b as u32, out);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn push_unicode(cp: u32, out: &mut Vec<u8>) {
    let mut unit = |n: u32| {
        out.extend_from_slice(b"\\u");
        for shift in [12, 8, 4, 0] {
            out.push(b"0123456789abcdef"[(n >> shift & 15) as usize]);
        }
    };
    if cp < 0x10000 {
        unit(cp);
    } else {
        let v = cp - 0x10000;
        unit(0xd800 + (v >> 10));
        unit(0xdc00 + (v & 0x3ff));
    }
}

fn quoted(vm: &mut Vm, v: Value, ascii: bool) -> PyResult {
    let Some(s) = v.cast::<PyStr>() else {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("first argument must be a string, not {name}")));
    };
    let mut out = Vec::with_capacity(s.byte_len() + 2);
    push(s.bytes(), &mut out, ascii);
    Ok(vm.new_str_bytes(&out))
}

pub(super) fn encode_basestring(vm: &mut Vm, args: &[Value]) -> PyResult {
    quoted(vm, args[0], false)
}

pub(super) fn encode_basestring_ascii(vm: &mut Vm, args: &[Value]) -> PyResult {
    quoted(vm, args[0], true)
}

/// Which of this module's functions an encoder is: `Some(true)` for the ASCII one, `None` for others.
pub fn known(encoder: Value) -> Option<bool> {
    let b = encoder.cast::<PyBuiltin>()?;
    match b.def.name {
        "encode_basestring_ascii" => Some(true),
        "encode_basestring" => Some(false),
        _ => None,
    }
}
