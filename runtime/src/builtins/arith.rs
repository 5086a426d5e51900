//! Arithmetic on builtin numbers without method look-up; the interpreter's operators come here after their own
//! immediate fast paths, and the special methods of `int`, `float` and `complex` share the same functions. (`None`: not
//! handled here, which the methods turn into `NotImplemented`.)

use super::complex_ops;
use super::float::as_float;
use super::int::{IntRef, as_int};
use super::int_ops;
use super::{bytearray_methods, list_methods, set_ops, tuple_methods};
use crate::error::PyResult;
use crate::object::header::Kind;
use crate::object::shape::ids;
use crate::prelude::{PyBytes, PySet, PyStr};
use crate::protocol::binary::BinaryOp;
use crate::text::float_int;
use crate::value::Value;
use crate::vm::Vm;
use std::cmp::Ordering;

/// True for exact int, bool, float and complex.
#[inline]
fn is_exact_number(v: Value) -> bool {
    v.is_int()
        || v.as_small_float().is_some()
        || v.as_bool().is_some()
        || matches!(v.shape_id(), ids::INT | ids::FLOAT | ids::COMPLEX)
}

/// An immediate int or float as a float.
#[inline(always)]
fn small_real(v: Value) -> Option<f64> {
    v.as_small_float()
        .or_else(|| v.as_small_int().map(|n| n as f64))
}

/// `a op b` for exact numbers and the commonest operations of exact strs.
#[inline]
pub fn binary_builtin(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<PyResult> {
    if a.shape_id() == ids::STR {
        return str_binary(vm, op, a, b);
    }
    if let (Some(x), Some(y)) = (small_real(a), small_real(b))
        && !(a.is_int() && b.is_int())
    {
        match op {
            BinaryOp::Add => return Some(Ok(vm.new_float(x + y))),
            BinaryOp::Sub => return Some(Ok(vm.new_float(x - y))),
            BinaryOp::Mul => return Some(Ok(vm.new_float(x * y))),
            BinaryOp::TrueDiv if y != 0.0 => return Some(Ok(vm.new_float(x / y))),
            _ => {}
        }
    }
    if !is_exact_number(a) || !is_exact_number(b) {
        return None;
    }
    if let (Some(x), Some(y)) = (a.as_bool(), b.as_bool()) {
        match op {
            BinaryOp::And => return Some(Ok(Value::bool(x & y))),
            BinaryOp::Or => return Some(Ok(Value::bool(x | y))),
            BinaryOp::Xor => return Some(Ok(Value::bool(x ^ y))),
            _ => {}
        }
    }
    if let Some(r) = int_values(vm, op, a, b) {
        return Some(r);
    }
    if a.kind() == Some(Kind::Complex) || b.kind() == Some(Kind::Complex) {
        return complex_ops::values(vm, op, a, b);
    }
    float_values(vm, op, a, b)
}

/// `str + str`, `str * int` and `str % simple` where no reflected method can come first.
fn str_binary(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<PyResult> {
    let s = a.cast::<PyStr>()?;
    match op {
        BinaryOp::Add if b.shape_id() == ids::STR => {
            let other = b.cast::<PyStr>()?;
            Some(super::str_methods::str_concat(vm, s, other))
        }
        BinaryOp::Mul if b.is_int() => {
            Some(super::str_methods::str_repeat(vm, s, b.as_small_int()?))
        }
        BinaryOp::Mod
            if is_exact_number(b)
                || matches!(
                    b.shape_id(),
                    ids::STR | ids::TUPLE | ids::DICT | ids::LIST | ids::BYTES
                ) =>
        {
            Some(super::str_percent::percent(vm, s, b))
        }
        _ => None,
    }
}

/// `a op b` where both are exact lists, tuples, bytes or sets, or one of these times an int: no reflected method can come
/// first. `None`: not handled here.
pub fn container_builtin(
    vm: &mut Vm,
    op: BinaryOp,
    inplace: bool,
    a: Value,
    b: Value,
) -> Option<PyResult> {
    let (x, y) = (a.shape_id(), b.shape_id());
    let same = x == y;
    Some(match (op, x) {
        (BinaryOp::Add, ids::LIST) if same && inplace => list_methods::list_iadd(vm, &[a, b]),
        (BinaryOp::Add, ids::LIST) if same => list_methods::list_add(vm, &[a, b]),
        (BinaryOp::Mul, ids::LIST) if b.is_int() && !inplace => list_methods::list_mul(vm, &[a, b]),
        (BinaryOp::Add, ids::TUPLE) if same => tuple_methods::tuple_add(vm, &[a, b]),
        (BinaryOp::Mul, ids::TUPLE) if b.is_int() => tuple_methods::tuple_mul(vm, &[a, b]),
        (BinaryOp::Add, ids::BYTEARRAY) if inplace && y == ids::BYTES => {
            bytearray_methods::iadd(vm, &[a, b])
        }
        (BinaryOp::Add, ids::BYTES) if same => {
            return PyBytes::concat(vm, a.cast()?, b.cast()?).map(|b| Ok(b.value()));
        }
        (_, ids::SET | ids::FROZENSET) if same && !inplace => {
            let (s, t) = (a.cast::<PySet>()?, b.cast::<PySet>()?);
            return set_ops::binary(vm, op, s, t);
        }
        _ => return None,
    })
}

/// `a op b` if both are ints (subclasses included): the methods of `int`.
pub fn int_values(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<PyResult> {
    let (x, y) = (as_int(&a)?, as_int(&b)?);
    int_ops::binary(vm, op, x, y)
}

/// `a op b` if both are floats or ints (subclasses included): the methods of `float`.
pub fn float_values(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<PyResult> {
    use BinaryOp::*;
    if matches!(op, LShift | RShift | And | Or | Xor | MatMul) {
        return None;
    }
    let x = match real_as_float(vm, a)? {
        Ok(x) => x,
        Err(r) => return Some(Err(r)),
    };
    let y = match real_as_float(vm, b)? {
        Ok(y) => y,
        Err(r) => return Some(Err(r)),
    };
    float_binary(vm, op, x, y)
}

/// The float or int in `v` as a float; `None` for other types.
#[inline]
pub fn real_as_float(vm: &mut Vm, v: Value) -> Option<PyResult<f64>> {
    if let Some(f) = as_float(v) {
        return Some(Ok(f));
    }
    let n = as_int(&v)?;
    Some(match int_to_f64(n) {
        Some(f) => Ok(f),
        None => Err(vm.overflow_error("int too large to convert to float")),
    })
}

/// `float(n)`; `None` is overflow.
#[inline]
pub fn int_to_f64(n: IntRef<'_>) -> Option<f64> {
    match n {
        IntRef::Small(n) => Some(n as f64),
        IntRef::Big(b) => float_int::bigint_to_f64(b),
    }
}

fn float_binary(vm: &mut Vm, op: BinaryOp, x: f64, y: f64) -> Option<PyResult> {
    use BinaryOp::*;
    if y == 0.0 && matches!(op, TrueDiv | FloorDiv | Mod | DivMod) {
        return Some(Err(vm.zero_division_error("division by zero")));
    }
    let r = match op {
        Add => x + y,
        Sub => x - y,
        Mul => x * y,
        TrueDiv => x / y,
        FloorDiv => float_floordiv(x, y),
        Mod => float_mod(x, y),
        Pow => return Some(float_pow(vm, x, y)),
        DivMod => {
            let (q, r) = (
                vm.new_float(float_floordiv(x, y)),
                vm.new_float(float_mod(x, y)),
            );
            return Some(Ok(vm.new_tuple(&[q, r])));
        }
        LShift | RShift | And | Or | Xor | MatMul => return None,
    };
    Some(Ok(vm.new_float(r)))
}

/// `x ** y`: complex for a negative base with a fractional exponent.
pub fn float_pow(vm: &mut Vm, x: f64, y: f64) -> PyResult {
    if x == 0.0 && y < 0.0 && y.is_finite() {
        return Err(vm.zero_division_error("zero to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
        return complex_ops::power(vm, (x, 0.0), (y, 0.0));
    }
    let r = super::float_pow::pow(x, y);
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(out_of_range(vm));
    }
    Ok(vm.new_float(r))
}

/// The `OverflowError` of C's `ERANGE`.
pub fn out_of_range(vm: &mut Vm) -> crate::error::Raised {
    let text = vm.new_str("Numerical result out of range");
    vm.raise_with(ids::OVERFLOW_ERROR, &[Value::from_i32(34), text])
}

/// `x % y` with the sign of the divisor.
pub fn float_mod(x: f64, y: f64) -> f64 {
    let m = x % y;
    if m != 0.0 {
        if (y < 0.0) != (m < 0.0) { m + y } else { m }
    } else {
        0.0f64.copysign(y)
    }
}

/// `x // y`, consistent with [`float_mod`].
pub fn float_floordiv(x: f64, y: f64) -> f64 {
    let m = x % y;
    let mut d = (x - m) / y;
    if m != 0.0 && (y < 0.0) != (m < 0.0) {
        d -= 1.0;
    }
    if d == 0.0 {
        return 0.0f64.copysign(x / y);
    }
    let f = d.floor();
    if d - f > 0.5 { f + 1.0 } else { f }
}

/// Exact ordering of two ints or floats (subclasses included). The outer `None`: another type; the inner one: a NaN.
pub fn compare_reals(a: Value, b: Value) -> Option<Option<Ordering>> {
    match (as_int(&a), as_int(&b)) {
        (Some(IntRef::Small(x)), Some(IntRef::Small(y))) => Some(Some(x.cmp(&y))),
        (Some(x), Some(y)) => Some(Some(int_ops::compare(x, y))),
        (Some(x), None) => Some(compare_mixed(x, as_float(b)?)),
        (None, Some(y)) => Some(compare_mixed(y, as_float(a)?).map(Ordering::reverse)),
        (None, None) => Some(as_float(a)?.partial_cmp(&as_float(b)?)),
    }
}

/// [`compare_reals`] for exact ints, bools and floats only.
pub fn compare_exact(a: Value, b: Value) -> Option<Option<Ordering>> {
    if is_exact_number(a) && is_exact_number(b) {
        compare_reals(a, b)
    } else {
        None
    }
}

fn compare_mixed(n: IntRef<'_>, f: f64) -> Option<Ordering> {
    match n {
        IntRef::Small(n) => float_int::compare_i64(n, f),
        IntRef::Big(b) => float_int::compare_bigint(b, f),
    }
}

/// What the `+` methods of sequences answer to an operand they do not know, whose own reflected method was asked before.
pub fn sequence_operand(vm: &mut Vm, this: Value, other: Value) -> PyResult {
    match sequence_error(vm, BinaryOp::Add, this, other) {
        Some(message) => Err(vm.type_error(message)),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The better error texts of `+` and `*` on sequences.
pub fn sequence_error(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<String> {
    let builtin = |v: Value| {
        matches!(
            v.kind(),
            Some(Kind::Str | Kind::List | Kind::Tuple | Kind::Bytes | Kind::ByteArray)
        )
    };
    let native = [a, b].map(|v| {
        let (ty, mul) = (vm.type_of(v), vm.names.__mul__);
        v.kind() == Some(Kind::Native)
            && ty.has(crate::object::types::tflag::SEQUENCE)
            && vm.type_lookup(ty, mul).is_some()
    });
    match op {
        BinaryOp::Add if builtin(a) => {
            let (x, y) = (vm.type_name(a), vm.c_type_name(b));
            let base = match a.kind() {
                Some(Kind::Str) => "str",
                Some(Kind::List) => "list",
                Some(Kind::Tuple) => "tuple",
                _ => return Some(format!("can't concat {y} to {x}")),
            };
            Some(format!(
                "can only concatenate {base} (not \"{y}\") to {base}"
            ))
        }
        BinaryOp::Mul if builtin(a) || builtin(b) || native[0] || native[1] => {
            let other = if builtin(a) || native[0] { b } else { a };
            let name = vm.type_name(other);
            Some(format!(
                "can't multiply sequence by non-int of type '{name}'"
            ))
        }
        _ => None,
    }
}
