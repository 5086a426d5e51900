//! Powers of floats, as C's `pow` gives them. Squares and square roots are by far the commonest and are computed without it where
//! that gives the same bits: `pow` is off by less than 0.55 units in the last place (glibc and musl promise 0.54), so where the
//! exact result is not nearly between two floats, `pow` gives the nearest one, which is what multiplication and `sqrt` give.

/// The bits of a float's fraction.
const FRACTION: u64 = (1 << 52) - 1;
/// Sixteenths: how near to the middle between two floats `pow` may go another way.
const DOUBTFUL: u64 = 1 << 60;

/// `x ** y` of C: NaN where Python has a complex result, infinity where it raises.
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    let quick = if y == 2.0 {
        square(x)
    } else if y == 0.5 {
        root(x)
    } else {
        None
    };
    quick.unwrap_or_else(|| x.powf(y))
}

/// The fraction with its leading bit, of a float whose square is far from both ends of what floats can be.
#[inline]
fn significand(x: f64) -> Option<u64> {
    let exponent = x.to_bits() >> 52 & 0x7ff;
    ((0x210..0x5f0).contains(&exponent)).then_some(x.to_bits() & FRACTION | 1 << 52)
}

#[inline]
fn square(x: f64) -> Option<f64> {
    let m = significand(x)? as u128;
    let exact = m * m;
    // What rounding drops, as a fraction of the last place in 64 bits.
    let kept_from = 52 + (exact >> 105) as u32;
    let dropped = (exact as u64) << (64 - kept_from);
    (dropped.abs_diff(1 << 63) > DOUBTFUL).then_some(x * x)
}

#[inline]
fn root(x: f64) -> Option<f64> {
    let m = significand(x).filter(|_| x > 0.0)? as u128;
    let r = x.sqrt();
    let n = (r.to_bits() & FRACTION | 1 << 52) as u128;
    // The root's last place is 1: its square is `m` times an even power of two, and a bit more or less.
    let odd = x.to_bits() >> 52 & 1 == 0;
    let rest = ((m << (52 + odd as u32)) as i64).wrapping_sub((n * n) as i64);
    // The middle between two floats is where the rest is as big as the root.
    (rest.unsigned_abs() < (n as u64 >> 4) * 13).then_some(r)
}

#[cfg(test)]
mod tests {
    use super::pow;

    fn same(x: f64) {
        for y in [2.0, 0.5, -1.5] {
            let (a, b) = (pow(x, y), x.powf(y));
            assert!(
                a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
                "{x:?} ** {y}"
            );
        }
    }

    #[test]
    fn powers_are_those_of_the_c_library() {
        for x in [
            0.0,
            1.0,
            2.0,
            4.0,
            0.25,
            1e300,
            1e-300,
            1e154,
            5e-324,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ] {
            same(x);
            same(-x);
        }
        let mut seed = 88172645463325252u64;
        for i in 0..400_000 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            same(f64::from_bits(seed));
            // Exponents near 0, and few bits.
            same(f64::from_bits(
                seed & !(0x7ff << 52) | (1018 + i % 11) << 52,
            ));
            same((seed >> 40) as f64 / 1024.0);
        }
    }
}
