//! Complex arithmetic.
//!
//! Mixed operations treat a real operand as real, not as a complex number with a zero imaginary part (as Python 3.14
//! does); products and quotients recover infinities as annex G of C99 recommends.

use super::arith::real_as_float;
use super::complex::PyComplex;
use crate::error::PyResult;
use crate::protocol::binary::BinaryOp;
use crate::value::Value;
use crate::vm::Vm;

/// Real and imaginary part.
pub type Pair = (f64, f64);

/// An operand: complex, or real.
#[derive(Clone, Copy)]
enum Operand {
    Complex(Pair),
    Real(f64),
}

impl Operand {
    fn pair(self) -> Pair {
        match self {
            Operand::Complex(z) => z,
            Operand::Real(x) => (x, 0.0),
        }
    }
}

/// The complex number in `v` if it is a `complex` or instance of a subclass.
#[inline]
pub fn as_complex(v: Value) -> Option<Pair> {
    v.cast::<PyComplex>().map(|c| (c.re, c.im))
}

fn operand(vm: &mut Vm, v: Value) -> Option<PyResult<Operand>> {
    if let Some(z) = as_complex(v) {
        return Some(Ok(Operand::Complex(z)));
    }
    Some(real_as_float(vm, v)?.map(Operand::Real))
}

/// `a op b` if both are numbers; `None`: another type or an operator that complex numbers do not have.
pub fn values(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Option<PyResult> {
    use BinaryOp::*;
    if !matches!(op, Add | Sub | Mul | TrueDiv | Pow) {
        return None;
    }
    let x = match operand(vm, a)? {
        Ok(x) => x,
        Err(r) => return Some(Err(r)),
    };
    let y = match operand(vm, b)? {
        Ok(y) => y,
        Err(r) => return Some(Err(r)),
    };
    let r = match op {
        Add => add(x, y),
        Sub => sub(x, y),
        Mul => mul(x, y),
        TrueDiv => match divide(x, y) {
            Some(r) => r,
            None => return Some(Err(vm.zero_division_error("division by zero"))),
        },
        _ => return Some(power(vm, x.pair(), y.pair())),
    };
    Some(Ok(vm.new_complex(r.0, r.1)))
}

fn add(x: Operand, y: Operand) -> Pair {
    match (x, y) {
        (Operand::Complex(a), Operand::Complex(b)) => (a.0 + b.0, a.1 + b.1),
        (Operand::Complex(a), Operand::Real(r)) | (Operand::Real(r), Operand::Complex(a)) => {
            (a.0 + r, a.1)
        }
        (Operand::Real(a), Operand::Real(b)) => (a + b, 0.0),
    }
}

fn sub(x: Operand, y: Operand) -> Pair {
    match (x, y) {
        (Operand::Complex(a), Operand::Complex(b)) => (a.0 - b.0, a.1 - b.1),
        (Operand::Complex(a), Operand::Real(r)) => (a.0 - r, a.1),
        (Operand::Real(r), Operand::Complex(b)) => (r - b.0, -b.1),
        (Operand::Real(a), Operand::Real(b)) => (a - b, 0.0),
    }
}

fn mul(x: Operand, y: Operand) -> Pair {
    match (x, y) {
        (Operand::Complex(a), Operand::Complex(b)) => product(a, b),
        (Operand::Complex(a), Operand::Real(r)) | (Operand::Real(r), Operand::Complex(a)) => {
            (a.0 * r, a.1 * r)
        }
        (Operand::Real(a), Operand::Real(b)) => (a * b, 0.0),
    }
}

/// Parts of an infinite number as signed ones, of the other as signed zeros.
fn boxed(x: f64) -> f64 {
    (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x)
}

fn nan_to_zero(x: f64) -> f64 {
    if x.is_nan() { 0.0f64.copysign(x) } else { x }
}

fn product(z: Pair, w: Pair) -> Pair {
    let ((mut a, mut b), (mut c, mut d)) = (z, w);
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (re, im) = (ac - bd, ad + bc);
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let mut recalculate = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), nan_to_zero(c), nan_to_zero(d));
        recalculate = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (c, d, a, b) = (boxed(c), boxed(d), nan_to_zero(a), nan_to_zero(b));
        recalculate = true;
    }
    if !recalculate && [ac, bd, ad, bc].iter().any(|p| p.is_infinite()) {
        (a, b, c, d) = (
            nan_to_zero(a),
            nan_to_zero(b),
            nan_to_zero(c),
            nan_to_zero(d),
        );
        recalculate = true;
    }
    if recalculate {
        return (
            f64::INFINITY * (a * c - b * d),
            f64::INFINITY * (a * d + b * c),
        );
    }
    (re, im)
}

fn divide(x: Operand, y: Operand) -> Option<Pair> {
    match (x, y) {
        (Operand::Complex(a), Operand::Real(r)) => {
            if r == 0.0 {
                None
            } else {
                Some((a.0 / r, a.1 / r))
            }
        }
        (Operand::Real(r), Operand::Complex(b)) => real_quotient(r, b),
        _ => quotient(x.pair(), y.pair()),
    }
}

/// Smith's method: scale by the larger part of the divisor. `None`: division by zero.
pub fn quotient(a: Pair, b: Pair) -> Option<Pair> {
    let (abs_re, abs_im) = (b.0.abs(), b.1.abs());
    let (re, im) = if abs_re >= abs_im {
        if abs_re == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (
            (a.0 + a.1 * ratio) / denominator,
            (a.1 - a.0 * ratio) / denominator,
        )
    } else if abs_im >= abs_re {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        (
            (a.0 * ratio + a.1) / denominator,
            (a.1 * ratio - a.0) / denominator,
        )
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(re.is_nan() && im.is_nan()) {
        return Some((re, im));
    }
    if (a.0.is_infinite() || a.1.is_infinite()) && b.0.is_finite() && b.1.is_finite() {
        let (x, y) = (boxed(a.0), boxed(a.1));
        return Some((
            f64::INFINITY * (x * b.0 + y * b.1),
            f64::INFINITY * (y * b.0 - x * b.1),
        ));
    }
    if (abs_re.is_infinite() || abs_im.is_infinite()) && a.0.is_finite() && a.1.is_finite() {
        let (x, y) = (boxed(b.0), boxed(b.1));
        return Some((0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y)));
    }
    Some((re, im))
}

fn real_quotient(a: f64, b: Pair) -> Option<Pair> {
    let (abs_re, abs_im) = (b.0.abs(), b.1.abs());
    let (re, im) = if abs_re >= abs_im {
        if abs_re == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (a / denominator, (-a * ratio) / denominator)
    } else if abs_im >= abs_re {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a * ratio) / denominator, -a / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if re.is_nan() && im.is_nan() && a.is_finite() && (abs_re.is_infinite() || abs_im.is_infinite())
    {
        let (x, y) = (boxed(b.0), boxed(b.1));
        return Some((0.0 * (a * x), 0.0 * (-a * y)));
    }
    Some((re, im))
}

/// `a ** b`.
pub fn power(vm: &mut Vm, a: Pair, b: Pair) -> PyResult {
    let small_integer = b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0;
    let r = if small_integer {
        integer_power(a, b.0 as i32)
    } else {
        general_power(a, b)
    };
    let Some(r) = r else {
        return Err(vm.zero_division_error("zero to a negative or complex power"));
    };
    if r.0.is_infinite() || r.1.is_infinite() {
        return Err(vm.overflow_error("complex exponentiation"));
    }
    Ok(vm.new_complex(r.0, r.1))
}

fn integer_power(a: Pair, n: i32) -> Option<Pair> {
    let (mut r, mut p, mut left) = ((1.0, 0.0), a, n.unsigned_abs());
    while left > 0 {
        if left & 1 == 1 {
            r = product(r, p);
        }
        left >>= 1;
        if left > 0 {
            p = product(p, p);
        }
    }
    if n >= 0 {
        Some(r)
    } else {
        quotient((1.0, 0.0), r)
    }
}

fn general_power(a: Pair, b: Pair) -> Option<Pair> {
    if b == (0.0, 0.0) {
        return Some((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        // A NaN is no negative power.
        return (b.1 == 0.0 && (b.0 >= 0.0 || b.0.is_nan())).then_some((0.0, 0.0));
    }
    let size = a.0.hypot(a.1);
    let angle = a.1.atan2(a.0);
    let mut length = size.powf(b.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        length /= (angle * b.1).exp();
        phase += b.1 * size.ln();
    }
    // C's sine and cosine of an infinity are a domain error.
    if phase.is_infinite() {
        return None;
    }
    Some((length * phase.cos(), length * phase.sin()))
}
