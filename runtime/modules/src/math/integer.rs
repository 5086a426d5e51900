//! Functions of integers.

use super::basic::big;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use skein_runtime::builtins::args::items;
use skein_runtime::prelude::*;

/// `math.gcd`
pub fn gcd(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut result = BigInt::zero();
    for v in items(&args[0]) {
        let n = big(vm, *v)?;
        result = match (result.to_u64(), n.abs().to_u64()) {
            (Some(a), Some(b)) => BigInt::from(a.gcd(&b)),
            _ => result.gcd(&n),
        };
    }
    Ok(vm.new_bigint(result))
}

/// `math.lcm`
pub fn lcm(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut result = BigInt::one();
    for v in items(&args[0]) {
        let n = big(vm, *v)?;
        if !result.is_zero() {
            result = result.lcm(&n).abs();
        }
    }
    Ok(vm.new_bigint(result))
}

/// `math.isqrt`
pub fn isqrt(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = vm.index(args[0])?;
    match as_int(&n) {
        Some(n) if n.is_negative() => Err(vm.value_error("isqrt() argument must be nonnegative")),
        Some(IntRef::Small(n)) => Ok(vm.new_int((n as u64).isqrt() as i64)),
        Some(IntRef::Big(n)) => {
            let root = n.sqrt();
            Ok(vm.new_bigint(root))
        }
        None => Ok(n),
    }
}

/// Product of `from..=to`, by halves so that factors stay of similar size.
fn range_product(from: u64, to: u64) -> BigInt {
    if from > to {
        return BigInt::one();
    }
    if to - from < 8 {
        let mut out = BigInt::from(from);
        for n in from + 1..=to {
            out *= n;
        }
        return out;
    }
    let middle = from + (to - from) / 2;
    range_product(from, middle) * range_product(middle + 1, to)
}

/// `math.factorial`
pub fn factorial(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = vm.index(args[0])?;
    let n = match as_int(&n) {
        Some(n) if n.is_negative() => {
            return Err(vm.value_error("factorial() not defined for negative values"));
        }
        Some(IntRef::Small(n)) => n as u64,
        _ => {
            return Err(vm.overflow_error(format!(
                "factorial() argument should not exceed {}",
                i64::MAX
            )));
        }
    };
    Ok(vm.new_bigint(range_product(1, n)))
}

/// Product of `k` factors falling from `n`.
fn falling(n: &BigInt, k: u64) -> BigInt {
    if let Some(n) = n.to_u64() {
        return range_product(n - k + 1, n);
    }
    if k == 0 {
        return BigInt::one();
    }
    if k == 1 {
        return n.clone();
    }
    let half = k / 2;
    falling(n, half) * falling(&(n - half), k - half)
}

fn natural(vm: &mut Vm, v: Value, what: &str) -> PyResult<BigInt> {
    let n = big(vm, v)?;
    if n.is_negative() {
        return Err(vm.value_error(format!("{what} must be a non-negative integer")));
    }
    Ok(n)
}

/// `math.perm`
pub fn perm(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[1].is_absent() {
        return factorial(vm, args);
    }
    let (n, k) = (natural(vm, args[0], "n")?, natural(vm, args[1], "k")?);
    if k > n {
        return Ok(Value::from_i32(0));
    }
    match k.to_i64() {
        Some(k) => Ok(vm.new_bigint(falling(&n, k as u64))),
        None => Err(vm.overflow_error(format!("k must not exceed {}", i64::MAX))),
    }
}

/// `math.comb`
pub fn comb(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (n, k) = (natural(vm, args[0], "n")?, natural(vm, args[1], "k")?);
    if k > n {
        return Ok(Value::from_i32(0));
    }
    let rest = &n - &k;
    let k = if rest < k { rest } else { k };
    match k.to_i64() {
        Some(k) => Ok(vm.new_bigint(choose(&n, k as u64))),
        None => Err(vm.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX))),
    }
}

/// Binomial coefficient by halves: C(n, k) = C(n, j) * C(n - j, k - j) / C(k, j).
fn choose(n: &BigInt, k: u64) -> BigInt {
    match k {
        0 => BigInt::one(),
        1 => n.clone(),
        2..=20 => {
            let mut out = n.clone();
            for i in 1..k {
                out = out * (n - i) / (i + 1);
            }
            out
        }
        _ => {
            let j = k / 2;
            choose(n, j) * choose(&(n - j), k - j) / choose(&BigInt::from(k), j)
        }
    }
}
