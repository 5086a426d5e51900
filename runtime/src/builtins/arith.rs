//! Arithmetic on exact builtin numbers without method look-up; the interpreter's operators come here after their own
//! immediate fast paths. (`None`: not handled here, take the special methods.)

use super::float::as_float;
use super::int::{IntRef, as_int};
use crate::error::PyResult;
use crate::object::shape::ids;
use crate::protocol::binary::BinaryOp;
use crate::value::Value;
use crate::vm::Vm;
use num_bigint::BigInt;

/// True for exact int, bool and float.
#[inline]
fn is_exact_number(v: Value) -> bool {
    v.is_int() || v.as_small_float().is_some() || matches!(v.shape_id(), ids::INT | ids::FLOAT)
}

/// `a op b` for exact ints and floats.
pub fn binary_builtin(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<PyResult> {
    if !is_exact_number(a) || !is_exact_number(b) {
        return None;
    }
    if let (Some(x), Some(y)) = (as_int(&a), as_int(&b)) {
        return int_binary(vm, op, x, y);
    }
    let (x, y) = (number_as_float(a)?, number_as_float(b)?);
    float_binary(vm, op, x, y)
}

fn number_as_float(v: Value) -> Option<f64> {
    if let Some(f) = as_float(v) {
        return Some(f);
    }
    match as_int(&v)? {
        IntRef::Small(n) => Some(n as f64),
        // Conversions of large integers round and may overflow: left to the methods.
        IntRef::Big(_) => None,
    }
}

fn float_binary(vm: &mut Vm, op: BinaryOp, x: f64, y: f64) -> Option<PyResult> {
    let r = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::TrueDiv if y != 0.0 => x / y,
        BinaryOp::FloorDiv if y != 0.0 => float_floordiv(x, y),
        BinaryOp::Mod if y != 0.0 => float_mod(x, y),
        _ => return None,
    };
    Some(Ok(vm.new_float(r)))
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

fn int_binary(vm: &mut Vm, op: BinaryOp, x: IntRef<'_>, y: IntRef<'_>) -> Option<PyResult> {
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y)
        && let Some(r) = small_binary(vm, op, x, y)
    {
        return Some(r);
    }
    let big = |vm: &mut Vm, n: BigInt| Some(Ok(vm.new_bigint(n)));
    match op {
        BinaryOp::Add => big(vm, with_big(x, y, |a, b| a + b)),
        BinaryOp::Sub => big(vm, with_big(x, y, |a, b| a - b)),
        BinaryOp::Mul => big(vm, with_big(x, y, |a, b| a * b)),
        BinaryOp::FloorDiv if !is_zero(y) => {
            big(vm, with_big(x, y, num_integer::Integer::div_floor))
        }
        BinaryOp::Mod if !is_zero(y) => big(vm, with_big(x, y, num_integer::Integer::mod_floor)),
        BinaryOp::And => big(vm, with_big(x, y, |a, b| a & b)),
        BinaryOp::Or => big(vm, with_big(x, y, |a, b| a | b)),
        BinaryOp::Xor => big(vm, with_big(x, y, |a, b| a ^ b)),
        _ => None,
    }
}

fn is_zero(n: IntRef<'_>) -> bool {
    matches!(n, IntRef::Small(0))
}

fn with_big(x: IntRef<'_>, y: IntRef<'_>, f: impl Fn(&BigInt, &BigInt) -> BigInt) -> BigInt {
    match (x, y) {
        (IntRef::Big(a), IntRef::Big(b)) => f(a, b),
        (IntRef::Big(a), IntRef::Small(b)) => f(a, &BigInt::from(b)),
        (IntRef::Small(a), IntRef::Big(b)) => f(&BigInt::from(a), b),
        (IntRef::Small(a), IntRef::Small(b)) => f(&BigInt::from(a), &BigInt::from(b)),
    }
}

fn small_binary(vm: &mut Vm, op: BinaryOp, x: i64, y: i64) -> Option<PyResult> {
    let r = match op {
        BinaryOp::Add => x.checked_add(y)?,
        BinaryOp::Sub => x.checked_sub(y)?,
        BinaryOp::Mul => x.checked_mul(y)?,
        BinaryOp::FloorDiv if y != 0 => {
            let q = x.checked_div(y)?;
            if x % y != 0 && (x < 0) != (y < 0) {
                q - 1
            } else {
                q
            }
        }
        BinaryOp::Mod if y != 0 => {
            let m = x.checked_rem(y)?;
            if m != 0 && (m < 0) != (y < 0) {
                m + y
            } else {
                m
            }
        }
        BinaryOp::TrueDiv if y != 0 && x.unsigned_abs() < 1 << 53 && y.unsigned_abs() < 1 << 53 => {
            return Some(Ok(vm.new_float(x as f64 / y as f64)));
        }
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::RShift if y >= 0 => x >> y.min(63),
        BinaryOp::LShift if (0..64).contains(&y) => {
            let r = x.checked_shl(y as u32)?;
            if r >> y != x {
                return None;
            }
            r
        }
        BinaryOp::Pow if y >= 0 => x.checked_pow(u32::try_from(y).ok()?)?,
        _ => return None,
    };
    Some(Ok(vm.new_int(r)))
}

/// The better error texts of `+` and `*` on sequences.
pub fn sequence_error(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<String> {
    use crate::object::header::Kind;
    let is_seq = |v: Value| {
        matches!(
            v.kind(),
            Some(Kind::Str | Kind::List | Kind::Tuple | Kind::Bytes | Kind::ByteArray)
        )
    };
    match op {
        BinaryOp::Add if is_seq(a) => {
            let (x, y) = (vm.type_name(a), vm.type_name(b));
            Some(match a.kind() {
                Some(Kind::Bytes | Kind::ByteArray) => format!("can't concat {y} to {x}"),
                _ => format!("can only concatenate {x} (not \"{y}\") to {x}"),
            })
        }
        BinaryOp::Mul if is_seq(a) || is_seq(b) => {
            let other = if is_seq(a) { b } else { a };
            let name = vm.type_name(other);
            Some(format!(
                "can't multiply sequence by non-int of type '{name}'"
            ))
        }
        _ => None,
    }
}
