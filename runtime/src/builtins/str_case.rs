//! Case conversion and character-class methods of `str`.

use super::str_find::{checked, this, unchanged};
use crate::prelude::*;
use crate::text::{case, unicode};

/// Applies a mapping; an unchanged result is the string itself.
fn mapped(vm: &mut Vm, a: &[Value], name: &str, map: fn(&[u8]) -> Vec<u8>) -> PyResult {
    let s = this(vm, name, a[0])?;
    let out = map(s.bytes());
    if out == s.bytes() {
        return Ok(unchanged(vm, s));
    }
    // The mappings take ASCII to ASCII of the same length.
    if s.is_ascii() && s.len() > 1 {
        return Ok(PyStr::new_counted(vm, &out, s.len()).value());
    }
    checked(vm, out, |vm, t| vm.new_str_bytes(t))
}

pub fn str_lower(vm: &mut Vm, a: &[Value]) -> PyResult {
    mapped(vm, a, "lower", case::lower)
}

pub fn str_upper(vm: &mut Vm, a: &[Value]) -> PyResult {
    mapped(vm, a, "upper", case::upper)
}

pub fn str_casefold(vm: &mut Vm, a: &[Value]) -> PyResult {
    mapped(vm, a, "casefold", case::casefold)
}

pub fn str_swapcase(vm: &mut Vm, a: &[Value]) -> PyResult {
    mapped(vm, a, "swapcase", case::swapcase)
}

pub fn str_capitalize(vm: &mut Vm, a: &[Value]) -> PyResult {
    mapped(vm, a, "capitalize", case::capitalize)
}

pub fn str_title(vm: &mut Vm, a: &[Value]) -> PyResult {
    mapped(vm, a, "title", case::title)
}

fn test(vm: &mut Vm, a: &[Value], name: &str, holds: impl Fn(&[u8]) -> bool) -> PyResult {
    let s = this(vm, name, a[0])?;
    Ok(Value::bool(holds(s.bytes())))
}

fn every(vm: &mut Vm, a: &[Value], name: &str, holds: fn(u32) -> bool) -> PyResult {
    test(vm, a, name, |t| case::all(t, holds))
}

pub fn str_isascii(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(this(vm, "isascii", a[0])?.is_ascii()))
}

pub fn str_islower(vm: &mut Vm, a: &[Value]) -> PyResult {
    test(vm, a, "islower", case::is_lower)
}

pub fn str_isupper(vm: &mut Vm, a: &[Value]) -> PyResult {
    test(vm, a, "isupper", case::is_upper)
}

pub fn str_istitle(vm: &mut Vm, a: &[Value]) -> PyResult {
    test(vm, a, "istitle", case::is_title)
}

pub fn str_isidentifier(vm: &mut Vm, a: &[Value]) -> PyResult {
    test(vm, a, "isidentifier", case::is_identifier)
}

pub fn str_isprintable(vm: &mut Vm, a: &[Value]) -> PyResult {
    test(vm, a, "isprintable", case::is_printable)
}

pub fn str_isspace(vm: &mut Vm, a: &[Value]) -> PyResult {
    every(vm, a, "isspace", unicode::is_space)
}

pub fn str_isdecimal(vm: &mut Vm, a: &[Value]) -> PyResult {
    every(vm, a, "isdecimal", unicode::is_decimal)
}

pub fn str_isdigit(vm: &mut Vm, a: &[Value]) -> PyResult {
    every(vm, a, "isdigit", unicode::is_digit)
}

pub fn str_isnumeric(vm: &mut Vm, a: &[Value]) -> PyResult {
    every(vm, a, "isnumeric", unicode::is_numeric)
}

pub fn str_isalpha(vm: &mut Vm, a: &[Value]) -> PyResult {
    every(vm, a, "isalpha", unicode::is_alpha)
}

pub fn str_isalnum(vm: &mut Vm, a: &[Value]) -> PyResult {
    every(vm, a, "isalnum", unicode::is_alnum)
}
