//! `repr`, `str` and `format` of exact builtin scalars without method look-up: f-strings and `print` live on them.

use super::{float_methods, int_methods, str_format, str_methods};
use crate::prelude::*;
use crate::text::{float_repr, int_text};

/// `repr(v)` for exact ints, floats, strs, bools and `None`; `None`: another type.
#[inline]
pub fn repr_builtin(vm: &mut Vm, v: Value) -> Option<PyResult<Ref<PyStr>>> {
    if v.shape_id() == ids::STR {
        return as_str(str_methods::str_repr(vm, &[v]));
    }
    str_builtin(vm, v)
}

/// `str(v)` for exact ints, floats, bools and `None`; `None`: another type.
#[inline]
pub fn str_builtin(vm: &mut Vm, v: Value) -> Option<PyResult<Ref<PyStr>>> {
    if let Some(n) = v.as_small_int() {
        if (0..10).contains(&n) {
            return Some(Ok(vm.ascii_char(b'0' + n as u8)));
        }
        let mut out = Vec::with_capacity(20);
        int_text::write_i64(n, &mut out);
        return Some(Ok(PyStr::new_counted(vm, &out, out.len())));
    }
    if let Some(f) = v.as_small_float() {
        let mut out = Vec::with_capacity(24);
        float_repr::write_repr(f, &mut out);
        return Some(Ok(PyStr::new_counted(vm, &out, out.len())));
    }
    match v {
        Value::NONE => Some(Ok(vm.intern("None"))),
        Value::TRUE => Some(Ok(vm.intern("True"))),
        Value::FALSE => Some(Ok(vm.intern("False"))),
        _ => match v.shape_id() {
            ids::INT => as_str(int_methods::int_repr(vm, &[v])),
            ids::FLOAT => as_str(float_methods::float_repr(vm, &[v])),
            _ => None,
        },
    }
}

/// Appends `str(v)` for exact strs, small ints and ordinary floats; false: another type, nothing is written.
#[inline]
pub fn write_str(v: Value, out: &mut Vec<u8>) -> bool {
    if v.shape_id() == ids::STR
        && let Some(s) = v.cast::<PyStr>()
    {
        out.extend_from_slice(s.bytes());
    } else if let Some(n) = v.as_small_int() {
        int_text::write_i64(n, out);
    } else if let Some(f) = v.as_small_float() {
        float_repr::write_repr(f, out);
    } else {
        return false;
    }
    true
}

fn as_str(r: PyResult) -> Option<PyResult<Ref<PyStr>>> {
    match r {
        Ok(v) => v.cast().map(Ok),
        Err(e) => Some(Err(e)),
    }
}

/// `format(v, spec)` for exact ints, floats, strs, bools and `None`; `None`: another type.
#[inline]
pub fn format_builtin(vm: &mut Vm, v: Value, spec: Value) -> Option<PyResult> {
    let text = spec.cast::<PyStr>()?;
    if v.shape_id() == ids::STR {
        return Some(if text.is_empty() {
            Ok(v)
        } else {
            str_format::str_dunder_format(vm, &[v, spec])
        });
    }
    if text.is_empty() {
        return str_builtin(vm, v).map(|r| r.map(Value::from));
    }
    if v.is_int() || v.as_bool().is_some() || v.shape_id() == ids::INT {
        return Some(int_methods::int_format(vm, &[v, spec]));
    }
    if v.as_small_float().is_some() || v.shape_id() == ids::FLOAT {
        return Some(float_methods::float_format(vm, &[v, spec]));
    }
    None
}
