//! `int.__new__` and the parsing of integer text with the limit on digits.

use super::int::PyInt;
use crate::prelude::*;
use crate::text::{int_text, unicode};
use num_bigint::BigInt;

/// `int.__new__(cls, x=0, /, base=10)`
pub fn int_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let cls = vm.new_class(args[0], ids::INT)?;
    let n = int_value(vm, args[1], args[2])?;
    if cls.builtin_id == ids::INT {
        return Ok(n);
    }
    let Some(big) = as_int(&n).map(IntRef::to_big) else {
        return Ok(n);
    };
    Ok(vm.alloc_object(cls, PyInt::init(big), 0).value())
}

/// `int(x, base)`; absent ones are `NULL`.
pub fn int_value(vm: &mut Vm, x: Value, base: Value) -> PyResult {
    if x.is_null() {
        if !base.is_null() {
            return Err(vm.type_error("int() missing string argument"));
        }
        return Ok(Value::from_i32(0));
    }
    if base.is_null() {
        return int_from_object(vm, x);
    }
    let base = vm.index_clipped(base)?;
    if base < 0 || base == 1 || base > 36 {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    match int_from_text(vm, x, base as u32)? {
        Some(n) => Ok(n),
        None => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

/// `int(x)`
pub fn int_from_object(vm: &mut Vm, x: Value) -> PyResult {
    if x.is_int() || x.shape_id() == ids::INT {
        return Ok(x);
    }
    if x.shape_id() != ids::STR
        && let Some(n) = vm.int_method(x)?
    {
        return Ok(n);
    }
    if let Some(n) = int_from_text(vm, x, 10)? {
        return Ok(n);
    }
    if let Some(data) = super::str_codec::buffer_bytes(vm, x)? {
        let copy = vm.new_bytes(&data);
        return parse(vm, &data, 10, copy);
    }
    let name = vm.type_name(x);
    Err(vm.type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
    )))
}

/// The int in a str, bytes or bytearray; `None` for other types.
fn int_from_text(vm: &mut Vm, x: Value, base: u32) -> PyResult<Option<Value>> {
    if let Some(s) = x.cast::<PyStr>() {
        let text = unicode::normalize_number(s.bytes());
        return parse(vm, &text, base, x).map(Some);
    }
    if let Some(b) = x.cast::<PyBytes>() {
        return parse(vm, b.bytes(), base, x).map(Some);
    }
    if let Some(b) = x.cast::<PyByteArray>() {
        return parse(vm, &b.to_vec(), base, x).map(Some);
    }
    Ok(None)
}

/// Parses integer text; `shown` is what the error message shows.
pub fn parse(vm: &mut Vm, text: &[u8], base: u32, shown: Value) -> PyResult {
    let limit = vm.max_str_digits();
    if limit > 0 && text.len() > limit {
        let digits = int_text::count_limited_digits(text, base);
        if digits > limit {
            return Err(vm.format_error(int_text::parse_limit_error(limit, digits)));
        }
    }
    match int_text::parse(text, base) {
        Some(parsed) => Ok(match parsed.value {
            int_text::Int::Small(n) => vm.new_int(n),
            int_text::Int::Big(n) => vm.new_bigint(n),
        }),
        None => {
            let shown = clipped_repr(vm, shown)?;
            Err(vm.value_error(format!(
                "invalid literal for int() with base {base}: {shown}"
            )))
        }
    }
}

/// `'%.200R'`
fn clipped_repr(vm: &mut Vm, v: Value) -> PyResult<String> {
    let text = vm.repr_text(v)?;
    Ok(text.chars().take(200).collect())
}

/// Bytes as an integer.
pub fn from_bytes(data: &[u8], little: bool, signed: bool) -> BigInt {
    match (little, signed) {
        (true, true) => BigInt::from_signed_bytes_le(data),
        (true, false) => BigInt::from_bytes_le(num_bigint::Sign::Plus, data),
        (false, true) => BigInt::from_signed_bytes_be(data),
        (false, false) => BigInt::from_bytes_be(num_bigint::Sign::Plus, data),
    }
}
