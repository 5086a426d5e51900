//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`: where a conversion failed and why.

use super::exception_methods::{exception, field, items, no_keywords, set_args};
use crate::exception_field;
use crate::prelude::*;

const ENCODING: usize = field::UNICODE;
const OBJECT: usize = ENCODING + 1;
const START: usize = ENCODING + 2;
const END: usize = ENCODING + 3;
const REASON: usize = ENCODING + 4;

/// Sets the fields from arguments known to be right (native code raised the error).
pub fn set_fields(vm: &mut Vm, e: Ref<PyException>, id: u32, args: &[Value]) {
    let first = if id == ids::UNICODE_TRANSLATE_ERROR {
        OBJECT
    } else {
        ENCODING
    };
    for (i, v) in args.iter().take(REASON + 1 - first).enumerate() {
        e.set_field(vm, first + i, *v);
    }
}

fn argument_error(vm: &mut Vm, position: usize, expected: &str, v: Value) -> crate::error::Raised {
    let actual = if v.is_none() {
        "None".to_string()
    } else {
        vm.type_name(v)
    };
    vm.type_error(format!(
        "argument {position} must be {expected}, not {actual}"
    ))
}

/// Checks and stores the arguments: `layout` has a letter per argument (`s` str, `b` bytes-like, `n` index).
fn init(vm: &mut Vm, args: &[Value], id: u32, layout: &str) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let ty = vm.type_of(args[0]);
    no_keywords(vm, ty, args[2])?;
    set_args(e, args[1]);
    let values = items(&args[1]);
    let (given, wanted) = (values.len(), layout.len());
    if given != wanted {
        return Err(vm.type_error(format!(
            "function takes exactly {wanted} arguments ({given} given)"
        )));
    }
    let mut ready = [Value::NULL; 5];
    for (i, c) in layout.bytes().enumerate() {
        let v = values.items()[i];
        ready[i] = match c {
            b's' if v.is::<PyStr>() => v,
            b's' => return Err(argument_error(vm, i + 1, "str", v)),
            b'b' if v.is::<PyBytes>() => v,
            b'b' => {
                let bytes = vm.builtin_type(ids::BYTES).value();
                let supported = v.is::<PyByteArray>() || v.shape_id() == ids::MEMORYVIEW;
                if !supported {
                    let actual = vm.type_name(v);
                    return Err(
                        vm.type_error(format!("a bytes-like object is required, not '{actual}'"))
                    );
                }
                vm.call(bytes, &[v])?
            }
            _ => {
                let n = vm.ssize(v)?;
                vm.new_int(n)
            }
        };
    }
    set_fields(vm, e, id, &ready[..wanted]);
    Ok(Value::NONE)
}

fn encode_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    init(vm, args, ids::UNICODE_ENCODE_ERROR, "ssnns")
}
fn decode_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    init(vm, args, ids::UNICODE_DECODE_ERROR, "sbnns")
}
fn translate_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    init(vm, args, ids::UNICODE_TRANSLATE_ERROR, "snns")
}

/// Start and end as they are; the position as well if exactly one item of the object is meant.
fn range(e: Ref<PyException>, len: usize) -> (i64, i64, Option<usize>) {
    let start = as_i64(e.field(START)).unwrap_or(0);
    let end = as_i64(e.field(END)).unwrap_or(0);
    let one = usize::try_from(start).ok().filter(|s| *s < len);
    (
        start,
        end,
        one.filter(|_| start.checked_add(1) == Some(end)),
    )
}

fn escaped(c: u32) -> String {
    if c <= 0xff {
        format!("\\x{c:02x}")
    } else if c <= 0xffff {
        format!("\\u{c:04x}")
    } else {
        format!("\\U{c:08x}")
    }
}

fn code_point(vm: &mut Vm, s: Ref<PyStr>, i: usize) -> u32 {
    let c = s.char_at(vm, i);
    crate::text::wtf8::code_point_at(c.bytes(), 0).unwrap_or(0)
}

fn text_str(vm: &mut Vm, v: Value, verb: &str) -> PyResult {
    let e = exception(vm, v, "__str__")?;
    if e.field(OBJECT).is_null() {
        return Ok(vm.empty_str().value());
    }
    let encoding = if verb == "encode" {
        let shown = vm.str(e.field(ENCODING).non_null().unwrap_or(Value::NONE))?;
        [b"'", shown.bytes(), b"' codec "].concat()
    } else {
        Vec::new()
    };
    let reason = vm.str(e.field(REASON).non_null().unwrap_or(Value::NONE))?;
    // Showing the parts may have changed it.
    let Some(s) = e.field(OBJECT).cast::<PyStr>() else {
        return Err(vm.type_error("object attribute must be a string"));
    };
    let (start, end, one) = range(e, s.len());
    let place = if let Some(at) = one {
        let c = escaped(code_point(vm, s, at));
        format!("can't {verb} character '{c}' in position {start}: ")
    } else {
        format!(
            "can't {verb} characters in position {start}-{}: ",
            end.saturating_sub(1)
        )
    };
    Ok(vm.new_str_bytes(&[&encoding, place.as_bytes(), reason.bytes()].concat()))
}

fn encode_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    text_str(vm, args[0], "encode")
}
fn translate_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    text_str(vm, args[0], "translate")
}

fn decode_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__str__")?;
    if e.field(OBJECT).is_null() {
        return Ok(vm.empty_str().value());
    }
    let encoding = vm.str(e.field(ENCODING).non_null().unwrap_or(Value::NONE))?;
    let reason = vm.str(e.field(REASON).non_null().unwrap_or(Value::NONE))?;
    // Showing the parts may have changed it.
    let Some(data) = e.field(OBJECT).cast::<PyBytes>() else {
        return Err(vm.type_error("object attribute must be bytes"));
    };
    let (start, end, one) = range(e, data.len());
    let place = if let Some(at) = one {
        let b = data.bytes()[at];
        format!("' codec can't decode byte 0x{b:02x} in position {start}: ")
    } else {
        format!(
            "' codec can't decode bytes in position {start}-{}: ",
            end.saturating_sub(1)
        )
    };
    Ok(vm.new_str_bytes(&[b"'", encoding.bytes(), place.as_bytes(), reason.bytes()].concat()))
}

/// Start and end must be ints.
fn set_index(vm: &mut Vm, v: Value, i: usize, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "start")?;
    if new.is_null() {
        return Err(vm.type_error("can't delete numeric/char attribute"));
    }
    let n = vm.ssize(new)?;
    let n = vm.new_int(n);
    e.set_field(vm, i, n);
    Ok(())
}
fn put_start(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    set_index(vm, v, START, new)
}
fn put_end(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    set_index(vm, v, END, new)
}
fn get_start(vm: &mut Vm, v: Value) -> PyResult {
    let e = exception(vm, v, "start")?;
    Ok(e.field(START).non_null().unwrap_or(Value::from_i32(0)))
}
fn get_end(vm: &mut Vm, v: Value) -> PyResult {
    let e = exception(vm, v, "end")?;
    Ok(e.field(END).non_null().unwrap_or(Value::from_i32(0)))
}

exception_field!(get_encoding, set_encoding, ENCODING);
exception_field!(get_object, set_object, OBJECT);
exception_field!(get_reason, set_reason, REASON);

static GETSETS: &[GetSetDef] = &[
    getset("encoding", get_encoding, set_encoding, "exception encoding"),
    getset("object", get_object, set_object, "exception object"),
    getset("start", get_start, put_start, "exception start"),
    getset("end", get_end, put_end, "exception end"),
    getset("reason", get_reason, set_reason, "exception reason"),
];

/// `UnicodeEncodeError`
pub static ENCODE: TypeDef = TypeDef {
    id: ids::UNICODE_ENCODE_ERROR,
    doc: "Unicode encoding error.",
    methods: &[slot("__init__", encode_init), slot("__str__", encode_str)],
    getsets: GETSETS,
};
/// `UnicodeDecodeError`
pub static DECODE: TypeDef = TypeDef {
    id: ids::UNICODE_DECODE_ERROR,
    doc: "Unicode decoding error.",
    methods: &[slot("__init__", decode_init), slot("__str__", decode_str)],
    getsets: GETSETS,
};
/// `UnicodeTranslateError`
pub static TRANSLATE: TypeDef = TypeDef {
    id: ids::UNICODE_TRANSLATE_ERROR,
    doc: "Unicode translation error.",
    methods: &[
        slot("__init__", translate_init),
        slot("__str__", translate_str),
    ],
    getsets: GETSETS,
};
