//! Functions on any object: `len`, `repr`, `hash`, `id`, `format`, characters.

use crate::prelude::*;
use crate::soft::{Shows, Soft};
use crate::text::{repr, wtf8};

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "len",
        len,
        "(obj, /)",
        "Return the number of items in a container.",
    )
    .soft(),
    function(
        "repr",
        object_repr,
        "(obj, /)",
        "Return the canonical string representation of the object.",
    )
    .soft(),
    function(
        "ascii",
        ascii,
        "(obj, /)",
        "Return an ASCII-only representation of an object, other characters escaped.",
    ),
    function(
        "format",
        format,
        "(value, format_spec='', /)",
        "Return type(value).__format__(value, format_spec).",
    )
    .soft(),
    function(
        "hash",
        hash,
        "(obj, /)",
        "Return the hash value for the given object.",
    )
    .soft(),
    function(
        "id",
        id,
        "(obj, /)",
        "Return the identity of an object: unique among objects that exist at the same time.",
    ),
    function(
        "chr",
        chr,
        "(i, /)",
        "Return a Unicode string of one character with ordinal i; 0 <= i <= 0x10ffff.",
    ),
    function(
        "ord",
        ord,
        "(c, /)",
        "Return the ordinal value of a character.",
    ),
];

fn len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__len__;
    if let Some(soft) = vm.take_soft()
        && let Some(m) = vm.python_special(args[0], name)
    {
        return soft.call(vm, "len", &[m, args[0]]);
    }
    let n = vm.len(args[0])?;
    Ok(vm.new_uint(n as u64))
}

fn object_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(soft) = vm.take_soft()
        && let Some((by, m)) = vm.shown_by(args[0], Shows::Repr)
    {
        return soft.call(vm, by, &[m, args[0]]);
    }
    Ok(vm.repr(args[0])?.value())
}

fn ascii(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = vm.repr(args[0])?;
    if s.is_ascii() {
        return Ok(s.value());
    }
    Ok(vm.new_str_bytes(&repr::ascii_from_repr(s.bytes())))
}

fn format(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let spec = match args[1].non_null() {
        Some(v) if v.is::<PyStr>() => v,
        Some(v) => {
            let name = vm.arg_type_name(v);
            return Err(vm.type_error(format!("format() argument 2 must be str, not {name}")));
        }
        None => vm.empty_str().value(),
    };
    if let Some(soft) = soft
        && let Some(done) = format_softly(vm, soft, args[0], spec)
    {
        return done;
    }
    vm.format(args[0], spec)
}

fn format_softly(vm: &mut Vm, soft: Soft, v: Value, spec: Value) -> Option<PyResult> {
    match vm.shown_by(v, Shows::Format)? {
        ("format", m) => Some(soft.call(vm, "format", &[m, v, spec])),
        (by, m) if spec == vm.empty_str().value() => Some(soft.call(vm, by, &[m, v])),
        _ => None,
    }
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__hash__;
    if let Some(soft) = vm.take_soft()
        && let Some(m) = vm.python_special(args[0], name)
    {
        return soft.call(vm, "hash", &[m, args[0]]);
    }
    let h = vm.hash(args[0])?;
    Ok(vm.new_int(h))
}

fn id(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(h) = args[0].header() {
        h.set_flags(crate::object::header::flag::PINNED);
    }
    Ok(vm.new_uint(args[0].address()))
}

fn chr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = vm.index(args[0])?;
    match as_i64(n) {
        Some(n) if (0..0x80).contains(&n) => Ok(vm.ascii_char(n as u8).value()),
        Some(n) if (0..0x11_0000).contains(&n) => {
            let text = wtf8::from_code_point(n as u32);
            Ok(vm.new_str_bytes(&text))
        }
        _ => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

fn ord(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (first, len) = if let Some(s) = args[0].cast::<PyStr>() {
        let first = wtf8::decode_at(s.bytes(), 0).map(|(cp, _)| cp);
        (first, s.len())
    } else if let Some(b) = args[0].cast::<PyBytes>() {
        (b.bytes().first().map(|b| *b as u32), b.len())
    } else if let Some(b) = args[0].cast::<PyByteArray>() {
        (b.buffer().bytes().first().map(|b| *b as u32), b.len())
    } else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "ord() expected string of length 1, but {name} found"
        )));
    };
    match first {
        Some(cp) if len == 1 => Ok(Value::from_i32(cp as i32)),
        _ => Err(vm.type_error(format!(
            "ord() expected a character, but string of length {len} found"
        ))),
    }
}
