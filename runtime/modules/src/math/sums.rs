//! Sums without accumulated rounding errors: `fsum`, `sumprod`, `hypot`, `dist`; and `prod`.

use super::basic::split;
use num_bigint::BigInt;
use skein_runtime::builtins::args::items;
use skein_runtime::helpers::mathlib::ldexp;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;

/// An exact sum as floats whose bits do not overlap, in ascending order of size (Shewchuk 1997).
#[derive(Default)]
struct Exact {
    parts: Vec<f64>,
}

/// `a + b` rounded, and what was lost.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let (a, b) = if a.abs() < b.abs() { (b, a) } else { (a, b) };
    let sum = a + b;
    (sum, b - (sum - a))
}

impl Exact {
    /// Adds a finite number; false when the sum leaves the range of floats.
    fn add(&mut self, mut x: f64) -> bool {
        let mut kept = 0;
        for i in 0..self.parts.len() {
            let (sum, lost) = two_sum(x, self.parts[i]);
            if lost != 0.0 {
                self.parts[kept] = lost;
                kept += 1;
            }
            x = sum;
        }
        self.parts.truncate(kept);
        if x != 0.0 {
            if !x.is_finite() {
                return false;
            }
            self.parts.push(x);
        }
        true
    }

    /// The sum, rounded once (half to even).
    fn round(&self) -> f64 {
        let mut parts = self.parts.iter().rev().copied();
        let Some(mut high) = parts.next() else {
            return 0.0;
        };
        let mut low = 0.0;
        for p in parts.by_ref() {
            let (sum, lost) = two_sum(high, p);
            (high, low) = (sum, lost);
            if low != 0.0 {
                break;
            }
        }
        // Halfway cases are decided by the sign of what is left below.
        if let Some(next) = parts.next()
            && (low < 0.0) == (next < 0.0)
        {
            let (twice, up) = (low * 2.0, high + low * 2.0);
            if twice == up - high {
                high = up;
            }
        }
        high
    }
}

/// `math.fsum`
pub fn fsum(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (mut exact, mut special, mut infinities) = (Exact::default(), 0.0, 0.0);
    let mut overflow = false;
    vm.for_each(args[0], |vm, v| {
        let x = vm.to_f64(v)?;
        if x.is_finite() {
            if !exact.add(x) {
                overflow = true;
                return Ok(false);
            }
        } else {
            if x.is_infinite() {
                infinities += x;
            }
            special += x;
        }
        Ok(true)
    })?;
    if overflow {
        return Err(vm.overflow_error("intermediate overflow in fsum"));
    }
    if special != 0.0 {
        if f64::is_nan(infinities) {
            return Err(vm.value_error("-inf + inf in fsum"));
        }
        return Ok(vm.new_float(special));
    }
    Ok(vm.new_float(exact.round()))
}

/// `math.prod`
pub fn prod(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut result = args[1].non_null().unwrap_or(Value::from_i32(1));
    let it = vm.iter(args[0])?;
    while let Some(v) = vm.next(it)? {
        result = vm.binary(BinaryOp::Mul, false, result, v)?;
    }
    Ok(result)
}

/// `math.sumprod`
pub fn sumprod(vm: &mut Vm, args: &[Value]) -> PyResult {
    let p = vm.collect(args[0])?;
    let q = vm.collect(args[1])?;
    if p.len() != q.len() {
        return Err(vm.value_error("Inputs are not the same length"));
    }
    let exact_int = |v: &Value| v.is_int() || v.shape_id() == ids::INT || v.as_bool().is_some();
    let exact_float = |v: &Value| v.as_small_float().is_some() || v.shape_id() == ids::FLOAT;
    let all = || p.as_slice().iter().chain(q.as_slice());
    if all().all(exact_int) {
        let mut sum = BigInt::ZERO;
        for (a, b) in p.as_slice().iter().zip(q.as_slice()) {
            if let (Some(a), Some(b)) = (as_int(a), as_int(b)) {
                match (a, b) {
                    (IntRef::Small(a), IntRef::Small(b)) => sum += a as i128 * b as i128,
                    _ => sum += a.to_big() * b.to_big(),
                }
            }
        }
        return Ok(vm.new_bigint(sum));
    }
    if all().all(|v| exact_int(v) || exact_float(v))
        && let Some(sum) = float_products(vm, p.as_slice(), q.as_slice())
    {
        return Ok(vm.new_float(sum));
    }
    let mut sum = Value::from_i32(0);
    for (a, b) in p.as_slice().iter().zip(q.as_slice()) {
        let product = vm.binary(BinaryOp::Mul, false, *a, *b)?;
        sum = vm.binary(BinaryOp::Add, false, sum, product)?;
    }
    Ok(sum)
}

/// The exact sum of products of ints and floats, rounded once; `None` where a product is not exact or not finite.
fn float_products(vm: &mut Vm, p: &[Value], q: &[Value]) -> Option<f64> {
    let mut exact = Exact::default();
    for (a, b) in p.iter().zip(q) {
        let (x, y) = match (vm.to_f64(*a), vm.to_f64(*b)) {
            (Ok(x), Ok(y)) => (x, y),
            _ => {
                vm.take_raised();
                return None;
            }
        };
        let product = x * y;
        let lost = x.mul_add(y, -product);
        if !product.is_finite() || !lost.is_finite() || !exact.add(product) || !exact.add(lost) {
            return None;
        }
    }
    Some(exact.round())
}

/// The Euclidean length of a vector, within one unit in the last place: squares are summed in doubled precision after
/// scaling by a power of two, and the root is corrected once.
fn length(vector: &[f64]) -> f64 {
    if vector.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    let max = vector.iter().fold(0.0f64, |m, x| {
        if x.is_nan() || m.is_nan() {
            f64::NAN
        } else {
            m.max(x.abs())
        }
    });
    if max == 0.0 || max.is_nan() || vector.len() == 1 {
        return max;
    }
    let (_, e) = split(max);
    let (mut high, mut low) = (0.0f64, 0.0f64);
    for x in vector {
        let x = ldexp(*x, -e);
        let square = x * x;
        let rest = x.mul_add(x, -square);
        let (sum, lost) = two_sum(high, square);
        high = sum;
        low += lost + rest;
    }
    let root = (high + low).sqrt();
    let error = (-root).mul_add(root, high) + low;
    ldexp(root + error / (2.0 * root), e)
}

fn floats(vm: &mut Vm, values: &[Value]) -> PyResult<Vec<f64>> {
    values.iter().map(|v| vm.to_f64(*v)).collect()
}

/// `math.hypot`
pub fn hypot(vm: &mut Vm, args: &[Value]) -> PyResult {
    let vector = floats(vm, items(&args[0]))?;
    Ok(vm.new_float(length(&vector)))
}

/// `math.dist`
pub fn dist(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (p, q) = (vm.collect(args[0])?, vm.collect(args[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    let (p, q) = (floats(vm, p.as_slice())?, floats(vm, q.as_slice())?);
    let vector: Vec<f64> = p.iter().zip(&q).map(|(a, b)| a - b).collect();
    Ok(vm.new_float(length(&vector)))
}
