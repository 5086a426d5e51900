//! `complex.__new__`, `complex.from_number` and the parsing of complex text.

use super::complex::PyComplex;
use super::complex_ops::{Pair, as_complex};
use crate::prelude::*;
use crate::text::int_text::trim_ascii_space;
use crate::text::{float_parse, unicode};

/// `complex.__new__(cls, real=0, imag=0)`
pub fn complex_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let cls = vm.new_class(a[0], ids::COMPLEX)?;
    let (re, im) = (a[1], a[2]);
    if re.shape_id() == ids::COMPLEX && im.is_null() && cls.builtin_id == ids::COMPLEX {
        return Ok(re);
    }
    let z = match re.cast::<PyStr>() {
        Some(_) if !im.is_null() => {
            return Err(vm.type_error("complex() can't take second arg if first is a string"));
        }
        Some(s) => from_text(vm, s)?,
        None => from_parts(vm, re, im)?,
    };
    instance(vm, cls, z)
}

fn instance(vm: &mut Vm, cls: Ref<PyType>, z: Pair) -> PyResult {
    if cls.builtin_id == ids::COMPLEX {
        return Ok(vm.new_complex(z.0, z.1));
    }
    Ok(vm.alloc_object(cls, PyComplex::init(z.0, z.1), 0).value())
}

/// What `__complex__` gives; `None` without it.
pub fn complex_method(vm: &mut Vm, v: Value) -> PyResult<Option<Pair>> {
    if v.shape_id() == ids::COMPLEX {
        return Ok(as_complex(v));
    }
    let name = vm.names.__complex__;
    let Some(r) = vm.call_special(v, name, &[])? else {
        return Ok(as_complex(v));
    };
    let Some(z) = as_complex(r) else {
        let name = vm.type_name(r);
        return Err(vm.type_error(format!("__complex__ returned non-complex (type {name})")));
    };
    if r.shape_id() != ids::COMPLEX {
        let name = vm.type_name(r);
        vm.warn(
            ids::DEPRECATION_WARNING,
            &format!(
                "__complex__ returned non-complex (type {name}).  The ability to return an instance of a strict subclass of complex is deprecated, and may be removed in a future version of Python."
            ),
            1,
        )?;
    }
    Ok(Some(z))
}

/// A number as a complex one: `__complex__`, `__float__`, `__index__`.
///
/// # Errors
/// `TypeError` "must be real number, not ..."
pub fn to_complex(vm: &mut Vm, v: Value) -> PyResult<Pair> {
    match complex_method(vm, v)? {
        Some(z) => Ok(z),
        None => Ok((vm.to_f64(v)?, 0.0)),
    }
}

/// Refuses what is neither complex nor has `__float__` or `__index__`.
fn check_number(vm: &mut Vm, v: Value, message: &str) -> PyResult<()> {
    let names = vm.names;
    if as_complex(v).is_some()
        || vm.lookup_special(v, names.__float__).is_some()
        || vm.lookup_special(v, names.__index__).is_some()
    {
        return Ok(());
    }
    let name = vm.type_name(v);
    Err(vm.type_error(format!("{message}, not {name}")))
}

const REAL: &str = "complex() argument 'real' must be a real number";
const IMAG: &str = "complex() argument 'imag' must be a real number";

/// `float(v)` for numbers: subclasses may have their own `__float__`.
fn real_number(vm: &mut Vm, v: Value) -> PyResult<f64> {
    if v.is_object()
        && v.shape_id() != ids::FLOAT
        && v.shape_id() != ids::INT
        && let Some(f) = vm.float_method(v)?
    {
        return Ok(f);
    }
    vm.to_f64(v)
}

fn from_parts(vm: &mut Vm, re: Value, im: Value) -> PyResult<Pair> {
    if im.is_null() {
        if re.is_null() {
            return Ok((0.0, 0.0));
        }
        if let Some(z) = complex_method(vm, re)? {
            return Ok(z);
        }
        check_number(vm, re, "complex() argument must be a string or a number")?;
        return Ok((real_number(vm, re)?, 0.0));
    }
    let mut z = (0.0, 0.0);
    if !re.is_null() {
        let special = complex_method(vm, re)?;
        if special.is_none() {
            check_number(vm, re, REAL)?;
        }
        z = match special {
            Some(z) => {
                let name = vm.type_name(re);
                vm.warn(ids::DEPRECATION_WARNING, &format!("{REAL}, not {name}"), 1)?;
                z
            }
            None => (real_number(vm, re)?, 0.0),
        };
    }
    check_number(vm, im, IMAG)?;
    match as_complex(im) {
        Some(w) => {
            let name = vm.type_name(im);
            vm.warn(ids::DEPRECATION_WARNING, &format!("{IMAG}, not {name}"), 1)?;
            Ok((z.0 - w.1, z.1 + w.0))
        }
        None if z.1 == 0.0 && re.is_null() => Ok((z.0, real_number(vm, im)?)),
        None if as_complex(re).is_some() => {
            let f = real_number(vm, im)?;
            Ok((z.0, z.1 + f))
        }
        None => Ok((z.0, real_number(vm, im)?)),
    }
}

fn from_text(vm: &mut Vm, s: Ref<PyStr>) -> PyResult<Pair> {
    let text = unicode::normalize_number(s.bytes());
    match parse(&text) {
        Some(z) => Ok(z),
        None if text.contains(&b'_') && float_parse::without_underscores(&text).is_none() => {
            let shown = vm.repr_text(s.value())?;
            Err(vm.value_error(format!("could not convert string to complex: {shown}")))
        }
        None => Err(vm.value_error("complex() arg is a malformed string")),
    }
}

/// The length of the longest float literal at the start of `text` (0: none).
fn float_prefix(text: &[u8]) -> usize {
    let digits = |from: usize| {
        text[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    for word in ["infinity", "inf", "nan"] {
        if text.len() >= sign + word.len()
            && text[sign..sign + word.len()].eq_ignore_ascii_case(word.as_bytes())
        {
            return sign + word.len();
        }
    }
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if text.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let exponent_sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let from = end + 1 + exponent_sign;
        if from <= text.len() {
            let exponent = digits(from);
            if exponent > 0 {
                end = from + exponent;
            }
        }
    }
    end
}

/// `complex(text)`
fn parse(text: &[u8]) -> Option<Pair> {
    let mut text = trim_ascii_space(text);
    let plain;
    if text.contains(&b'_') {
        plain = float_parse::without_underscores(text)?;
        text = &plain;
    }
    if let [b'(', inner @ .., b')'] = text {
        text = trim_ascii_space(inner);
    }
    let is_j = |t: &[u8]| matches!(t, [b'j' | b'J']);
    let unit = |t: &[u8]| match t {
        [b'+', rest @ ..] if is_j(rest) => Some(1.0),
        [b'-', rest @ ..] if is_j(rest) => Some(-1.0),
        rest if is_j(rest) => Some(1.0),
        _ => None,
    };
    let first = float_prefix(text);
    if first == 0 {
        return Some((0.0, unit(text)?));
    }
    let x = float_parse::parse(&text[..first])?;
    let rest = &text[first..];
    if rest.is_empty() {
        return Some((x, 0.0));
    }
    if is_j(rest) {
        return Some((0.0, x));
    }
    if !matches!(rest.first(), Some(b'+' | b'-')) {
        return None;
    }
    let second = float_prefix(rest);
    if second == 0 {
        return Some((x, unit(rest)?));
    }
    let y = float_parse::parse(&rest[..second])?;
    is_j(&rest[second..]).then_some((x, y))
}

/// `complex.from_number(number)`
pub fn complex_from_number(vm: &mut Vm, a: &[Value]) -> PyResult {
    let own = a[0] == vm.builtin_type(ids::COMPLEX).value();
    if own && a[1].shape_id() == ids::COMPLEX {
        return Ok(a[1]);
    }
    let (re, im) = to_complex(vm, a[1])?;
    let z = vm.new_complex(re, im);
    if own { Ok(z) } else { vm.call(a[0], &[z]) }
}
