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
    let pairs = p.as_slice().iter().zip(q.as_slice());
    let mut rest = pairs.peekable();
    let mut total = Value::from_i32(0);
    // First all leading products of ints, then those of floats, each summed exactly; what follows is summed one by one.
    let mut ints = BigInt::ZERO;
    while let Some((a, b)) = rest.next_if(|(a, b)| exact_int(**a) && exact_int(**b)) {
        match (as_int(a), as_int(b)) {
            (Some(IntRef::Small(a)), Some(IntRef::Small(b))) => ints += a as i128 * b as i128,
            (Some(a), Some(b)) => ints += a.to_big() * b.to_big(),
            _ => {}
        }
    }
    if ints != BigInt::ZERO {
        total = vm.new_bigint(ints);
    }
    let (mut sum, mut before) = (Exact::default(), Exact::default());
    let mut any = false;
    while let Some((a, b)) = rest.peek() {
        let Some((x, y)) = float_pair(vm, **a, **b) else {
            break;
        };
        before.parts.clone_from(&sum.parts);
        let product = x * y;
        let lost = x.mul_add(y, -product);
        if !product.is_finite() || !lost.is_finite() || !sum.add(product) || !sum.add(lost) {
            sum = before;
            break;
        }
        any = true;
        rest.next();
    }
    if any {
        let sum = vm.new_float(sum.round());
        total = vm.binary(BinaryOp::Add, false, total, sum)?;
    }
    for (a, b) in rest {
        let product = vm.binary(BinaryOp::Mul, false, *a, *b)?;
        total = vm.binary(BinaryOp::Add, false, total, product)?;
    }
    Ok(total)
}

fn exact_int(v: Value) -> bool {
    v.is_int() || v.shape_id() == ids::INT
}

/// Two factors, at least one an exact float and the other a float or an int that fits one.
fn float_pair(vm: &mut Vm, a: Value, b: Value) -> Option<(f64, f64)> {
    let float = |v: Value| v.as_small_float().is_some() || v.shape_id() == ids::FLOAT;
    let real = |v: Value| float(v) || exact_int(v) || v.as_bool().is_some();
    if !real(a) || !real(b) || !(float(a) || float(b)) {
        return None;
    }
    match (vm.to_f64(a), vm.to_f64(b)) {
        (Ok(x), Ok(y)) => Some((x, y)),
        _ => {
            vm.take_raised();
            None
        }
    }
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
