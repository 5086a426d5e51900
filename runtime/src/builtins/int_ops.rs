//! Integer arithmetic on machine words with a passage to big integers on overflow.

use super::int::IntRef;
use crate::error::PyResult;
use crate::protocol::binary::BinaryOp;
use crate::text::float_int;
use crate::value::Value;
use crate::vm::Vm;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// Results beyond this many bits (8 GiB) are a `MemoryError` before the attempt.
const MAX_BITS: u64 = 1 << 36;

/// `x op y`; `None` for operators that ints do not have.
pub fn binary(vm: &mut Vm, op: BinaryOp, x: IntRef<'_>, y: IntRef<'_>) -> Option<PyResult> {
    use BinaryOp::*;
    if let (IntRef::Small(x), IntRef::Small(y)) = (x, y)
        && let Some(r) = small_binary(vm, op, x, y)
    {
        return Some(r);
    }
    if let Some(r) = double_binary(op, x, y) {
        let small = i64::try_from(r).ok().and_then(Value::small_int);
        return Some(Ok(small.unwrap_or_else(|| vm.new_bigint(BigInt::from(r)))));
    }
    let r = match op {
        Add => add(x, y),
        Sub => sub(x, y),
        Mul => mul(x, y),
        And => with_big(x, y, |a, b| a & b),
        Or => with_big(x, y, |a, b| a | b),
        Xor => with_big(x, y, |a, b| a ^ b),
        FloorDiv | Mod | DivMod | TrueDiv if is_zero(y) => {
            return Some(Err(vm.zero_division_error("division by zero")));
        }
        FloorDiv => with_big(x, y, floor_div_big),
        Mod => with_big(x, y, |a, b| div_mod_big(a, b).1),
        DivMod => {
            let (q, r) = match (x, y) {
                (IntRef::Big(a), IntRef::Big(b)) => div_mod_big(a, b),
                _ => x.to_big().div_mod_floor(&y.to_big()),
            };
            let (q, r) = (vm.new_bigint(q), vm.new_bigint(r));
            return Some(Ok(vm.new_tuple(&[q, r])));
        }
        TrueDiv => return Some(true_divide(vm, x, y)),
        LShift => return Some(shift_left(vm, x, y)),
        RShift => return Some(shift_right(vm, x, y)),
        Pow => return Some(power(vm, x, y)),
        MatMul => return None,
    };
    Some(Ok(vm.new_bigint(r)))
}

/// Numbers of more bits are no two words.
const DOUBLE_BITS: u64 = 126;

/// A number of two words, such as the product of two machine integers.
#[inline]
fn double(n: IntRef<'_>) -> Option<i128> {
    match n {
        IntRef::Small(n) => Some(i128::from(n)),
        IntRef::Big(b) if b.bits() <= DOUBLE_BITS => b.to_i128(),
        IntRef::Big(_) => None,
    }
}

/// `x op y` in two words, as random number generators, hashes and modular arithmetic need it. `None`: in general.
fn double_binary(op: BinaryOp, x: IntRef<'_>, y: IntRef<'_>) -> Option<i128> {
    use BinaryOp::*;
    if !matches!(
        op,
        Add | Sub | Mul | And | Or | Xor | FloorDiv | Mod | RShift
    ) {
        return None;
    }
    let (x, y) = (double(x)?, double(y)?);
    Some(match op {
        Add => x + y,
        Sub => x - y,
        Mul => x.checked_mul(y)?,
        And => x & y,
        Or => x | y,
        Xor => x ^ y,
        RShift => x >> u32::try_from(y).ok().filter(|n| *n < 128)?,
        _ if y == 0 => return None,
        _ => {
            let (q, r) = (x / y, x % y);
            let inexact = r != 0 && (r < 0) != (y < 0);
            match op {
                Mod if inexact => r + y,
                Mod => r,
                _ => q - i128::from(inexact),
            }
        }
    })
}

fn is_zero(n: IntRef<'_>) -> bool {
    matches!(n, IntRef::Small(0))
}

/// `x` compared with `y`.
pub fn compare(x: IntRef<'_>, y: IntRef<'_>) -> Ordering {
    match (x, y) {
        (IntRef::Small(x), IntRef::Small(y)) => x.cmp(&y),
        (IntRef::Big(x), IntRef::Big(y)) => x.cmp(y),
        // A big one lies outside the range of the small ones.
        (IntRef::Big(x), _) => x.sign().cmp(&Sign::NoSign),
        (_, IntRef::Big(y)) => Sign::NoSign.cmp(&y.sign()),
    }
}

fn add(x: IntRef<'_>, y: IntRef<'_>) -> BigInt {
    match (x, y) {
        (IntRef::Big(a), IntRef::Big(b)) => a + b,
        (IntRef::Big(a), IntRef::Small(b)) | (IntRef::Small(b), IntRef::Big(a)) => a + b,
        (IntRef::Small(a), IntRef::Small(b)) => BigInt::from(i128::from(a) + i128::from(b)),
    }
}

fn sub(x: IntRef<'_>, y: IntRef<'_>) -> BigInt {
    match (x, y) {
        (IntRef::Big(a), IntRef::Big(b)) => a - b,
        (IntRef::Big(a), IntRef::Small(b)) => a - b,
        (IntRef::Small(a), IntRef::Big(b)) => a - b,
        (IntRef::Small(a), IntRef::Small(b)) => BigInt::from(i128::from(a) - i128::from(b)),
    }
}

fn mul(x: IntRef<'_>, y: IntRef<'_>) -> BigInt {
    match (x, y) {
        (IntRef::Big(a), IntRef::Big(b)) => a * b,
        (IntRef::Big(a), IntRef::Small(b)) | (IntRef::Small(b), IntRef::Big(a)) => a * b,
        (IntRef::Small(a), IntRef::Small(b)) => BigInt::from(i128::from(a) * i128::from(b)),
    }
}

fn with_big(x: IntRef<'_>, y: IntRef<'_>, f: impl Fn(&BigInt, &BigInt) -> BigInt) -> BigInt {
    match (x, y) {
        (IntRef::Big(a), IntRef::Big(b)) => f(a, b),
        (IntRef::Big(a), IntRef::Small(b)) => f(a, &BigInt::from(b)),
        (IntRef::Small(a), IntRef::Big(b)) => f(&BigInt::from(a), b),
        (IntRef::Small(a), IntRef::Small(b)) => f(&BigInt::from(a), &BigInt::from(b)),
    }
}

fn floor_div_big(a: &BigInt, b: &BigInt) -> BigInt {
    if a.sign() == b.sign()
        && let Some((low, high)) = near_quotient(a.magnitude(), b.magnitude())
        && low == high
    {
        return BigInt::from(low);
    }
    a.div_floor(b)
}

fn div_mod_big(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    if a.sign() == b.sign()
        && let Some((low, high)) = near_quotient(a.magnitude(), b.magnitude())
    {
        let (mut q, divisor) = (low, b.magnitude());
        let mut r = a.magnitude() - divisor * q;
        while q < high && r >= *divisor {
            r -= divisor;
            q += 1;
        }
        return (BigInt::from(q), BigInt::from_biguint(a.sign(), r));
    }
    a.div_mod_floor(b)
}

/// Bounds of the quotient of two long numbers of nearly equal length, which their leading bits give without a long
/// division: they differ by one at most, and mostly not at all. `None`: the numbers are not of that kind.
fn near_quotient(a: &BigUint, b: &BigUint) -> Option<(u64, u64)> {
    let (a_bits, b_bits) = (a.bits(), b.bits());
    if a_bits < b_bits {
        return Some((0, 0));
    }
    if b_bits < 128 || a_bits - b_bits > 60 {
        return None;
    }
    let (x, y) = (bits_from(a, b_bits - 64), bits_from(b, b_bits - 64));
    Some(((x / (y + 1)) as u64, (x / y) as u64))
}

/// `n >> from`, which is below 2^128.
fn bits_from(n: &BigUint, from: u64) -> u128 {
    let mut words = n.iter_u64_digits().skip((from / 64) as usize);
    let [low, middle, high] = [(); 3].map(|()| words.next().map_or(0, u128::from));
    let shift = from % 64;
    match shift {
        0 => low | middle << 64,
        _ => low >> shift | middle << (64 - shift) | high << (128 - shift),
    }
}

fn floor_div(x: i64, y: i64) -> Option<i64> {
    let q = x.checked_div(y)?;
    Some(if x % y != 0 && (x < 0) != (y < 0) {
        q - 1
    } else {
        q
    })
}

fn floor_mod(x: i64, y: i64) -> Option<i64> {
    let m = x.checked_rem(y)?;
    Some(if m != 0 && (m < 0) != (y < 0) {
        m + y
    } else {
        m
    })
}

/// Operations whose result is a machine word or float; `None`: overflow or an error.
#[inline]
fn small_binary(vm: &mut Vm, op: BinaryOp, x: i64, y: i64) -> Option<PyResult> {
    use BinaryOp::*;
    let r = match op {
        Add => x.checked_add(y)?,
        Sub => x.checked_sub(y)?,
        Mul => x.checked_mul(y)?,
        FloorDiv => floor_div(x, y)?,
        Mod => floor_mod(x, y)?,
        DivMod => {
            let (q, r) = (vm.new_int(floor_div(x, y)?), vm.new_int(floor_mod(x, y)?));
            return Some(Ok(vm.new_tuple(&[q, r])));
        }
        TrueDiv if y != 0 => return Some(Ok(vm.new_float(float_int::true_divide_i64(x, y)))),
        And => x & y,
        Or => x | y,
        Xor => x ^ y,
        RShift if y >= 0 => x >> y.min(63),
        LShift if (0..63).contains(&y) => {
            let r = x << y;
            if r >> y != x {
                return None;
            }
            r
        }
        Pow if y >= 0 => x.checked_pow(u32::try_from(y).ok()?)?,
        _ => return None,
    };
    Some(Ok(vm.new_int(r)))
}

fn true_divide(vm: &mut Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    match float_int::true_divide(&x.to_big(), &y.to_big()) {
        Some(f) => Ok(vm.new_float(f)),
        None => Err(vm.overflow_error("integer division result too large for a float")),
    }
}

fn shift_left(vm: &mut Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if y.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    if is_zero(x) {
        return Ok(Value::from_i32(0));
    }
    let Some(count) = y.to_i64() else {
        return Err(vm.overflow_error("too many digits in integer"));
    };
    if count as u64 > MAX_BITS {
        return Err(vm.memory_error());
    }
    Ok(vm.new_bigint(match x {
        IntRef::Big(b) => b << count as u64,
        IntRef::Small(n) => BigInt::from(n) << count as u64,
    }))
}

fn shift_right(vm: &mut Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if y.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    let bits = match x {
        IntRef::Small(_) => 64,
        IntRef::Big(b) => b.bits() + 1,
    };
    match y.to_i64() {
        Some(n) if (n as u64) < bits => Ok(vm.new_bigint(match x {
            IntRef::Big(b) => b >> n as u64,
            IntRef::Small(b) => BigInt::from(b) >> n as u64,
        })),
        _ => Ok(Value::from_i32(-(x.is_negative() as i32))),
    }
}

fn power(vm: &mut Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if y.is_negative() {
        let (Some(a), Some(b)) = (super::arith::int_to_f64(x), super::arith::int_to_f64(y)) else {
            return Err(vm.overflow_error("int too large to convert to float"));
        };
        return super::arith::float_pow(vm, a, b);
    }
    if let IntRef::Small(n @ -1..=1) = x {
        let odd = match y {
            IntRef::Small(e) => e & 1 == 1,
            IntRef::Big(e) => e.is_odd(),
        };
        let r = match n {
            -1 if odd => -1,
            0 if !is_zero(y) => 0,
            _ => 1,
        };
        return Ok(Value::from_i32(r));
    }
    let base = x.to_big();
    match y.to_i64() {
        Some(e) if (base.bits() - 1).saturating_mul(e as u64) < MAX_BITS => {
            Ok(vm.new_bigint(Pow::pow(&base, e as u64)))
        }
        _ => Err(vm.memory_error()),
    }
}

/// `pow(x, y, m)`.
pub fn power_mod(vm: &mut Vm, x: IntRef<'_>, y: IntRef<'_>, m: IntRef<'_>) -> PyResult {
    if is_zero(m) {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    if let (IntRef::Small(x), IntRef::Small(y @ 0..), IntRef::Small(m @ 1..)) = (x, y, m) {
        let r = small_power_mod(x.rem_euclid(m) as u64, y as u64, m as u64);
        return Ok(vm.new_int(r as i64));
    }
    let m = m.to_big();
    let magnitude = m.abs();
    let mut base = x.to_big().mod_floor(&magnitude);
    let mut exponent = y.to_big();
    if exponent.is_negative() {
        let Some(inverse) = base.modinv(&magnitude) else {
            return Err(vm.value_error("base is not invertible for the given modulus"));
        };
        (base, exponent) = (inverse, -exponent);
    }
    let mut r = if magnitude.is_one() {
        BigInt::zero()
    } else {
        base.modpow(&exponent, &magnitude)
    };
    if m.is_negative() && !r.is_zero() {
        r += &m;
    }
    Ok(vm.new_bigint(r))
}

fn small_power_mod(mut base: u64, mut exponent: u64, m: u64) -> u64 {
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(m)) as u64;
    let mut r = 1 % m;
    while exponent > 0 {
        if exponent & 1 == 1 {
            r = times(r, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    r
}

/// `round(n, -places)`: to a multiple of `10**places`, ties to even.
pub fn round_to_tens(vm: &mut Vm, n: IntRef<'_>, places: u64) -> PyResult {
    let n = n.to_big();
    // 3 bits per decimal digit are an underestimate: such a unit is more than twice the number.
    if places.saturating_mul(3) > n.bits() + 4 {
        return Ok(Value::from_i32(0));
    }
    let unit: BigInt = Pow::pow(BigInt::from(10), places);
    let (q, r) = n.div_mod_floor(&unit);
    let up = match (&r * 2u32).cmp(&unit) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => q.is_odd(),
    };
    let q = if up { q + 1 } else { q };
    Ok(vm.new_bigint(q * unit))
}
