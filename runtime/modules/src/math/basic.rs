//! Functions of one or two floats.

use num_bigint::BigInt;
use skein_runtime::builtins::float_methods::float_to_int;
use skein_runtime::helpers::mathlib;
use skein_runtime::prelude::*;
use skein_runtime::text::{float_int, float_repr};

fn domain_error(vm: &mut Vm) -> Raised {
    vm.value_error("math domain error")
}

fn range_error(vm: &mut Vm) -> Raised {
    vm.overflow_error("math range error")
}

/// A `ValueError` that tells the argument.
fn expected(vm: &mut Vm, what: &str, x: f64) -> Raised {
    let text = float_repr::repr(x);
    vm.value_error(format!("expected {what}, got {text}"))
}

/// `f(x)` with CPython's errors; `what` is expected of the argument where the result is a NaN, or infinite without
/// being an overflow.
fn one(vm: &mut Vm, v: Value, f: impl Fn(f64) -> f64, overflows: bool, what: &str) -> PyResult {
    let x = vm.to_f64(v)?;
    let r = f(x);
    if r.is_nan() && !x.is_nan() {
        return Err(expected(vm, what, x));
    }
    if r.is_infinite() && x.is_finite() {
        return Err(if overflows {
            range_error(vm)
        } else {
            expected(vm, what, x)
        });
    }
    Ok(vm.new_float(r))
}

macro_rules! one_number {
    ($($name:ident $f:expr, $overflows:literal, $what:literal;)*) => {
        $(
            #[doc = concat!("`math.", stringify!($name), "`")]
            pub fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
                one(vm, args[0], $f, $overflows, $what)
            }
        )*
    };
}

one_number! {
    acos f64::acos, false, "a number in range from -1 up to 1";
    acosh |x| mathlib::acosh(x), false, "argument value not less than 1";
    asin f64::asin, false, "a number in range from -1 up to 1";
    asinh |x| mathlib::asinh(x), false, "a number";
    atan f64::atan, false, "a number";
    atanh |x| mathlib::atanh(x), false, "a number between -1 and 1";
    cbrt |x| mathlib::cbrt(x), false, "a number";
    cos f64::cos, false, "a finite input";
    cosh f64::cosh, true, "a number";
    erf |x| mathlib::erf(x), false, "a number";
    erfc |x| mathlib::erfc(x), false, "a number";
    exp f64::exp, true, "a number";
    exp2 f64::exp2, true, "a number";
    expm1 f64::exp_m1, true, "a number";
    log1p f64::ln_1p, false, "argument value > -1";
    sin f64::sin, false, "a finite input";
    sinh f64::sinh, true, "a number";
    sqrt f64::sqrt, false, "a nonnegative input";
    tan f64::tan, false, "a finite input";
    tanh f64::tanh, false, "a number";
    fabs f64::abs, false, "a number";
}

/// `math.gamma`
pub fn gamma(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?;
    if (x <= 0.0 && x == x.floor() && x.is_finite()) || x == f64::NEG_INFINITY {
        return Err(expected(vm, "a noninteger or positive integer", x));
    }
    let r = mathlib::tgamma(x);
    if r.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    Ok(vm.new_float(r))
}

/// `math.lgamma`
pub fn lgamma(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?;
    if x <= 0.0 && x == x.floor() && x.is_finite() {
        return Err(expected(vm, "a noninteger or positive integer", x));
    }
    let r = if x.is_infinite() {
        f64::INFINITY
    } else {
        mathlib::lgamma(x)
    };
    if r.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    Ok(vm.new_float(r))
}

// -- logarithms --

/// The logarithm of a number that may be an int beyond the range of floats.
fn logarithm(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> PyResult<f64> {
    let n = if as_float(v).is_some() {
        Value::NULL
    } else {
        int_like(vm, v)?
    };
    if let Some(n) = as_int(&n) {
        let positive = match n {
            IntRef::Small(n) => n > 0,
            IntRef::Big(b) => b.sign() == num_bigint::Sign::Plus,
        };
        if !positive {
            return Err(vm.value_error("expected a positive input"));
        }
        return Ok(match n {
            IntRef::Small(n) => f(n as f64),
            IntRef::Big(b) => match float_int::bigint_to_f64(b) {
                Some(x) => f(x),
                None => {
                    let (m, e) = float_int::bigint_frexp(b);
                    f(m) + f(2.0) * e as f64
                }
            },
        });
    }
    let x = vm.to_f64(v)?;
    if x <= 0.0 {
        return Err(expected(vm, "a positive input", x));
    }
    Ok(f(x))
}

/// The int that `v` is; `NULL` for other types.
fn int_like(vm: &mut Vm, v: Value) -> PyResult {
    if as_int(&v).is_some() {
        return Ok(v);
    }
    let names = vm.names;
    if vm.lookup_special(v, names.__float__).is_none()
        && vm.lookup_special(v, names.__index__).is_some()
    {
        return vm.index(v);
    }
    Ok(Value::NULL)
}

/// `math.log`
pub fn log(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = logarithm(vm, args[0], f64::ln)?;
    let Some(base) = args[1].non_null() else {
        return Ok(vm.new_float(x));
    };
    let base = logarithm(vm, base, f64::ln)?;
    if base == 0.0 {
        return Err(vm.zero_division_error("division by zero"));
    }
    Ok(vm.new_float(x / base))
}

/// `math.log2`
pub fn log2(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = logarithm(vm, args[0], f64::log2)?;
    Ok(vm.new_float(x))
}

/// `math.log10`
pub fn log10(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = logarithm(vm, args[0], f64::log10)?;
    Ok(vm.new_float(x))
}

// -- two numbers --

fn two(vm: &mut Vm, args: &[Value]) -> PyResult<(f64, f64)> {
    Ok((vm.to_f64(args[0])?, vm.to_f64(args[1])?))
}

/// `math.atan2`
pub fn atan2(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (y, x) = two(vm, args)?;
    Ok(vm.new_float(y.atan2(x)))
}

/// `math.copysign`
pub fn copysign(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (x, y) = two(vm, args)?;
    Ok(vm.new_float(x.copysign(y)))
}

/// `math.fmod`
pub fn fmod(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (x, y) = two(vm, args)?;
    let r = x % y;
    if r.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(vm));
    }
    Ok(vm.new_float(r))
}

/// `math.remainder`
pub fn remainder(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (x, y) = two(vm, args)?;
    let r = mathlib::remainder(x, y);
    if r.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(vm));
    }
    Ok(vm.new_float(r))
}

/// `math.pow`
pub fn pow(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (x, y) = two(vm, args)?;
    let r = x.powf(y);
    if x.is_finite() && y.is_finite() {
        if r.is_nan() || (r.is_infinite() && x == 0.0) {
            return Err(domain_error(vm));
        }
        if r.is_infinite() {
            return Err(range_error(vm));
        }
    }
    Ok(vm.new_float(r))
}

/// `math.fma`
pub fn fma(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (x, y) = two(vm, args)?;
    let z = vm.to_f64(args[2])?;
    let r = x.mul_add(y, z);
    if r.is_nan() && ![x, y, z].iter().any(|f| f.is_nan()) {
        return Err(vm.value_error("invalid operation in fma"));
    }
    if r.is_infinite() && [x, y, z].iter().all(|f| f.is_finite()) {
        return Err(vm.overflow_error("overflow in fma"));
    }
    Ok(vm.new_float(r))
}

/// `math.degrees`
pub fn degrees(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?;
    Ok(vm.new_float(x * (180.0 / std::f64::consts::PI)))
}

/// `math.radians`
pub fn radians(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?;
    Ok(vm.new_float(x * (std::f64::consts::PI / 180.0)))
}

/// `math.isfinite`
pub fn isfinite(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.to_f64(args[0])?.is_finite()))
}

/// `math.isinf`
pub fn isinf(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.to_f64(args[0])?.is_infinite()))
}

/// `math.isnan`
pub fn isnan(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.to_f64(args[0])?.is_nan()))
}

/// `math.isclose`
pub fn isclose(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (a, b) = two(vm, args)?;
    let (relative, absolute) = super::tolerances(vm, args[2], args[3])?;
    if a == b {
        return Ok(Value::TRUE);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(Value::FALSE);
    }
    let diff = (b - a).abs();
    Ok(Value::bool(
        diff <= (relative * b).abs() || diff <= (relative * a).abs() || diff <= absolute,
    ))
}

// -- parts of floats --

/// Mantissa in 0.5..1 and exponent.
pub fn split(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let e = (bits >> 52 & 0x7ff) as i32;
    if e == 0 {
        let (m, e) = split(x * 2f64.powi(54));
        return (m, e - 54);
    }
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), e - 1022)
}

/// `math.frexp`
pub fn frexp(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (m, e) = split(vm.to_f64(args[0])?);
    let m = vm.new_float(m);
    Ok(vm.new_tuple(&[m, Value::from_i32(e)]))
}

/// `math.ldexp`
pub fn ldexp(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?;
    let Some(n) = as_int(&args[1]) else {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    };
    let n = match n {
        IntRef::Small(n) => n.clamp(i32::MIN as i64, i32::MAX as i64) as i32,
        big if big.is_negative() => i32::MIN,
        _ => i32::MAX,
    };
    let r = mathlib::ldexp(x, n);
    if r.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    Ok(vm.new_float(r))
}

/// `math.modf`
pub fn modf(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?;
    let fraction = if x.is_infinite() {
        0.0f64.copysign(x)
    } else {
        x.fract().copysign(x)
    };
    let pair = [vm.new_float(fraction), vm.new_float(x.trunc())];
    Ok(vm.new_tuple(&pair))
}

/// Floats in order as integers in order.
fn to_order(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 {
        i64::MIN.wrapping_sub(bits)
    } else {
        bits
    }
}

fn from_order(n: i64) -> f64 {
    f64::from_bits(if n < 0 { i64::MIN.wrapping_sub(n) } else { n } as u64)
}

/// `math.nextafter`
pub fn nextafter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (x, y) = two(vm, args)?;
    let steps = if args[2].is_absent() {
        1
    } else {
        let n = vm.index(args[2])?;
        match as_int(&n) {
            Some(n) if n.is_negative() => {
                return Err(vm.value_error("steps must be a non-negative integer"));
            }
            Some(IntRef::Small(n)) => n,
            _ => i64::MAX,
        }
    };
    let r = if x.is_nan() {
        x
    } else if y.is_nan() {
        y
    } else if x == y {
        y
    } else if steps == 0 {
        x
    } else {
        let (from, to) = (to_order(x), to_order(y));
        let distance = (to as i128 - from as i128).unsigned_abs();
        let next = if steps as u128 >= distance {
            y
        } else if to > from {
            from_order(from + steps)
        } else {
            from_order(from - steps)
        };
        // C's function keeps the sign of what it started from; counted steps end exactly at `y`.
        let arrived = !args[2].is_absent() && steps as u128 >= distance;
        if next == 0.0 && !arrived {
            0.0f64.copysign(x)
        } else {
            next
        }
    };
    Ok(vm.new_float(r))
}

/// `math.ulp`
pub fn ulp(vm: &mut Vm, args: &[Value]) -> PyResult {
    let x = vm.to_f64(args[0])?.abs();
    let r = if !x.is_finite() {
        x
    } else if x == f64::MAX {
        x - x.next_down()
    } else {
        x.next_up() - x
    };
    Ok(vm.new_float(r))
}

// -- rounding to integers --

fn rounded(vm: &mut Vm, v: Value, method: Ref<PyStr>, f: fn(f64) -> f64) -> PyResult {
    if v.as_small_float().is_none()
        && v.shape_id() != ids::FLOAT
        && let Some(r) = vm.call_special(v, method, &[])?
    {
        return Ok(r);
    }
    let x = vm.to_f64(v)?;
    float_to_int(vm, f(x))
}

/// `math.floor`
pub fn floor(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__floor__;
    rounded(vm, args[0], name, f64::floor)
}

/// `math.ceil`
pub fn ceil(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__ceil__;
    rounded(vm, args[0], name, f64::ceil)
}

/// `math.trunc`
pub fn trunc(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(f) = args[0].as_small_float() {
        return float_to_int(vm, f);
    }
    let name = vm.names.__trunc__;
    match vm.call_special(args[0], name, &[])? {
        Some(r) => Ok(r),
        None => {
            let name = vm.type_name(args[0]);
            Err(vm.type_error(format!("type {name} doesn't define __trunc__ method")))
        }
    }
}

/// The int in `v` as a big integer, through `__index__`.
pub fn big(vm: &mut Vm, v: Value) -> PyResult<BigInt> {
    let n = vm.index(v)?;
    Ok(as_int(&n).map(IntRef::to_big).unwrap_or_default())
}
