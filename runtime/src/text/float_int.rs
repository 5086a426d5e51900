//! Exact and correctly rounded passages between floats and integers.
//!
//! Everything that must round goes through [`compose`], one place that rounds half to even and knows subnormals and
//! overflow; the callers only have to supply the top 64 bits and whether anything nonzero lies below them.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

/// The double nearest to `mantissa * 2**exponent`, ties to even; `sticky` says that the true value is a little larger
/// (then `mantissa` must have more than 54 bits). `None` is overflow.
pub fn compose(mantissa: u64, exponent: i64, sticky: bool) -> Option<f64> {
    if mantissa == 0 {
        return Some(0.0);
    }
    let shift_up = mantissa.leading_zeros();
    let mantissa = mantissa << shift_up;
    let exponent = exponent.saturating_sub(i64::from(shift_up));
    // The weight of the last bit of the result: 53 bits, fewer for subnormals.
    let unit = exponent.saturating_add(11).max(-1074);
    let drop = unit - exponent;
    if drop > 64 {
        return Some(0.0);
    }
    let wide = u128::from(mantissa);
    let mut kept = (wide >> drop) as u64;
    let rest = wide & ((1u128 << drop) - 1);
    let half = 1u128 << (drop - 1);
    if rest > half || (rest == half && (sticky || kept & 1 == 1)) {
        kept += 1;
    }
    // A carry into the next binade is absorbed by adding to the exponent field.
    if kept < 1 << 52 {
        return Some(f64::from_bits(kept));
    }
    let biased = unit + 1075;
    if biased >= 2047 {
        return None;
    }
    let bits = ((biased as u64) << 52) + (kept - (1 << 52));
    let value = f64::from_bits(bits);
    value.is_finite().then_some(value)
}

/// Mantissa and power of two: `value == ±mantissa * 2**exponent`, exactly.
fn decompose(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7FF) as i64 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    }
}

/// `value` truncated towards zero when it fits.
#[inline]
pub fn trunc_to_i64(value: f64) -> Option<i64> {
    // Both bounds are exact doubles: plus and minus 2**63.
    (i64::MIN as f64..-(i64::MIN as f64))
        .contains(&value)
        .then_some(value as i64)
}

/// `int(value)`: exact, truncated; `None` for infinities and NaN. Apply `floor`/`ceil`/`round_ties_even` first for
/// the other roundings.
pub fn trunc_to_bigint(value: f64) -> Option<BigInt> {
    if let Some(small) = trunc_to_i64(value) {
        return Some(BigInt::from(small));
    }
    if !value.is_finite() {
        return None;
    }
    let (mantissa, exponent) = decompose(value);
    let magnitude = BigInt::from(mantissa) << exponent.max(0) as u64;
    Some(if value < 0.0 { -magnitude } else { magnitude })
}

/// `value.as_integer_ratio()`; `None` for infinities and NaN.
pub fn integer_ratio(value: f64) -> Option<(BigInt, BigInt)> {
    if !value.is_finite() {
        return None;
    }
    let (mut mantissa, mut exponent) = decompose(value);
    if mantissa == 0 {
        return Some((BigInt::zero(), BigInt::one()));
    }
    let spare = i64::from(mantissa.trailing_zeros()).min((-exponent).max(0));
    mantissa >>= spare;
    exponent += spare;
    let numerator = BigInt::from(mantissa) << exponent.max(0) as u64;
    let denominator = BigInt::one() << (-exponent).max(0) as u64;
    Some((
        if value < 0.0 { -numerator } else { numerator },
        denominator,
    ))
}

/// The 64 bits of `value` from bit `shift` up, and whether a lower bit is set.
fn top_bits(value: &BigUint) -> (u64, i64, bool) {
    let shift = value.bits().saturating_sub(64);
    if shift == 0 {
        return (value.iter_u64_digits().next().unwrap_or(0), 0, false);
    }
    let mut digits = value.iter_u64_digits().rev();
    let (high, low) = (digits.next().unwrap_or(0), digits.next().unwrap_or(0));
    let pair = u128::from(high) << 64 | u128::from(low);
    let mantissa = (pair >> (64 - high.leading_zeros())) as u64;
    let sticky = value.trailing_zeros().is_some_and(|zeros| zeros < shift);
    (mantissa, shift as i64, sticky)
}

/// `float(value)`, correctly rounded; `None` is "int too large to convert to float".
pub fn bigint_to_f64(value: &BigInt) -> Option<f64> {
    let (mantissa, exponent, sticky) = top_bits(value.magnitude());
    let magnitude = compose(mantissa, exponent, sticky)?;
    Some(if value.is_negative() {
        -magnitude
    } else {
        magnitude
    })
}

/// Mantissa in [0.5, 1) and exponent with `value == mantissa * 2**exponent`, for logarithms of huge integers.
pub fn bigint_frexp(value: &BigInt) -> (f64, i64) {
    let (mantissa, shift, sticky) = top_bits(value.magnitude());
    let bits = 64 - i64::from(mantissa.leading_zeros());
    let fraction = compose(mantissa, -bits, sticky).unwrap_or(0.0);
    let (fraction, exponent) = if fraction >= 1.0 {
        (0.5, bits + shift + 1)
    } else {
        (fraction, bits + shift)
    };
    (
        if value.is_negative() {
            -fraction
        } else {
            fraction
        },
        exponent,
    )
}

/// `a / b` for integers that fit a word; the caller has ruled out `b == 0`.
#[inline]
pub fn true_divide_i64(a: i64, b: i64) -> f64 {
    const EXACT: u64 = 1 << 53;
    if a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT {
        return a as f64 / b as f64;
    }
    // A quotient of words cannot overflow.
    true_divide(&BigInt::from(a), &BigInt::from(b)).unwrap_or(f64::NAN)
}

/// `a / b`, correctly rounded. `None` is "integer division result too large for a float"; the caller has ruled out
/// `b == 0` (which also gives `None`).
pub fn true_divide(a: &BigInt, b: &BigInt) -> Option<f64> {
    if b.is_zero() {
        return None;
    }
    let negative = a.is_negative() != b.is_negative();
    let signed = |magnitude: f64| if negative { -magnitude } else { magnitude };
    let (a, b) = (a.magnitude(), b.magnitude());
    if a.is_zero() {
        return Some(signed(0.0));
    }
    let difference = a.bits() as i64 - b.bits() as i64;
    if difference > 1025 {
        return None;
    }
    if difference < -1080 {
        return Some(signed(0.0));
    }
    // Scale so that the integer quotient has 63 or 64 bits.
    let scale = 63 - difference;
    let (quotient, rest) = if scale >= 0 {
        (a << scale).div_rem(b)
    } else {
        a.div_rem(&(b << -scale))
    };
    let quotient = quotient.iter_u64_digits().next().unwrap_or(0);
    compose(quotient, -scale, !rest.is_zero()).map(signed)
}

/// Exact comparison of an integer with a float; `None` for NaN.
pub fn compare_i64(int: i64, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let Some(whole) = trunc_to_i64(float) else {
        return Some(if float > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    };
    Some(int.cmp(&whole).then_with(|| {
        0.0f64
            .partial_cmp(&(float - float.trunc()))
            .unwrap_or(Ordering::Equal)
    }))
}

/// Exact comparison of an integer with a float; `None` for NaN.
pub fn compare_bigint(int: &BigInt, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let Some(whole) = trunc_to_bigint(float) else {
        return Some(if float > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    };
    Some(int.cmp(&whole).then_with(|| {
        0.0f64
            .partial_cmp(&(float - float.trunc()))
            .unwrap_or(Ordering::Equal)
    }))
}

/// `sign * magnitude` for callers that build integers from parts.
pub fn signed_bigint(negative: bool, magnitude: BigUint) -> BigInt {
    BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(text: &str) -> BigInt {
        text.parse().unwrap()
    }

    #[test]
    fn integers_to_floats() {
        for (text, expected) in [
            ("0", 0.0),
            ("-7", -7.0),
            ("9007199254740993", 9007199254740992.0),
            ("9007199254740995", 9007199254740996.0),
            ("18446744073709551615", 18446744073709551616.0),
            ("36893488147419107329", 36893488147419111424.0),
            ("36893488147419107328", 36893488147419103232.0),
            (
                "-340282366920938463463374607431768211456",
                -3.402823669209385e38,
            ),
        ] {
            assert_eq!(bigint_to_f64(&big(text)), Some(expected), "{text}");
        }
        let tie = (BigInt::one() << 117u32) + (BigInt::one() << 64u32);
        assert_eq!(bigint_to_f64(&tie), Some(2f64.powi(117)));
        assert_eq!(
            bigint_to_f64(&(tie + 1)),
            Some(2f64.powi(117) + 2f64.powi(65))
        );
        let limit = BigInt::one() << 1024u32;
        let half_unit = BigInt::one() << 970u32;
        assert_eq!(bigint_to_f64(&limit), None);
        assert_eq!(bigint_to_f64(&(&limit - &half_unit)), None);
        assert_eq!(bigint_to_f64(&(limit - half_unit - 1)), Some(f64::MAX));
    }

    #[test]
    fn floats_to_integers() {
        assert_eq!(trunc_to_bigint(-2.9), Some(big("-2")));
        assert_eq!(trunc_to_bigint(1e23), Some(big("99999999999999991611392")));
        assert_eq!(trunc_to_bigint(f64::NAN), None);
        assert_eq!(trunc_to_i64(9.3e18), None);
        assert_eq!(integer_ratio(0.75), Some((big("3"), big("4"))));
        assert_eq!(integer_ratio(-10.0), Some((big("-10"), big("1"))));
        assert_eq!(
            integer_ratio(0.1),
            Some((big("3602879701896397"), big("36028797018963968")))
        );
        assert_eq!(
            integer_ratio(5e-324).map(|(n, d)| (n, d.bits())),
            Some((big("1"), 1075))
        );
    }

    #[test]
    fn true_division() {
        assert_eq!(true_divide(&big("1"), &big("3")), Some(1.0 / 3.0));
        assert_eq!(
            true_divide(&big("-100000000000000000000000"), &big("10")),
            Some(-1e22)
        );
        assert_eq!(
            true_divide(&big("0"), &big("-5")).map(f64::to_bits),
            Some((-0.0f64).to_bits())
        );
        assert_eq!(true_divide_i64(i64::MAX, i64::MIN), -1.0);
        assert_eq!(true_divide_i64(9007199254740993, 1), 9007199254740992.0);
        let huge = BigInt::from(10).pow(400);
        assert_eq!(true_divide(&huge, &big("3")), None);
        assert_eq!(true_divide(&(&huge * 3), &huge), Some(3.0));
        assert_eq!(true_divide(&big("1"), &huge), Some(0.0));
        assert_eq!(
            true_divide(&big("1"), &(BigInt::one() << 1074u32)),
            Some(5e-324)
        );
        assert_eq!(
            true_divide(&big("1"), &(BigInt::one() << 1075u32)),
            Some(0.0)
        );
        assert_eq!(
            true_divide(&big("3"), &(BigInt::one() << 1076u32)),
            Some(5e-324)
        );
    }

    #[test]
    fn compares_exactly() {
        assert_eq!(
            compare_i64(9007199254740993, 9007199254740992.0),
            Some(Ordering::Greater)
        );
        assert_eq!(compare_i64(-1, -0.5), Some(Ordering::Less));
        assert_eq!(compare_i64(0, -0.5), Some(Ordering::Greater));
        assert_eq!(compare_i64(1, 1.5), Some(Ordering::Less));
        assert_eq!(compare_i64(i64::MAX, 2f64.powi(63)), Some(Ordering::Less));
        assert_eq!(compare_i64(1, f64::NAN), None);
        assert_eq!(
            compare_bigint(&big("100000000000000000000000"), 1e23),
            Some(Ordering::Greater)
        );
        assert_eq!(
            compare_bigint(&big("1"), f64::NEG_INFINITY),
            Some(Ordering::Greater)
        );
    }

    #[test]
    fn frexp_of_huge() {
        assert_eq!(bigint_frexp(&(BigInt::one() << 5000u32)), (0.5, 5001));
        assert_eq!(bigint_frexp(&big("-3")), (-0.75, 2));
    }
}
