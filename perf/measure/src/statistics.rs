//! Medians, and how sure they are.
//!
//! Times on shared machines are skewed and have outliers, so nothing here assumes a distribution: the interval of a median is
//! read off the sorted values themselves. With few values it is their whole range, which is honest about few values.

/// A median and the interval in which the true one lies in nine of ten cases.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The median.
    pub middle: f64,
    /// The interval.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

impl Estimate {
    /// The estimate from these values; `None` without any.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Estimate> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let cut = outside(n);
        Some(Estimate {
            middle: median(&sorted)?,
            low: *sorted.get(cut)?,
            high: *sorted.get(n - 1 - cut)?,
        })
    }
    /// How far the interval reaches from the median, as a part of it.
    #[must_use]
    pub fn spread(&self) -> f64 {
        (self.high - self.middle).max(self.middle - self.low) / self.middle.abs()
    }
    /// True if the value lies in the interval.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The median of sorted values.
fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// How many of `n` sorted values lie outside of the interval on each side: the true median has as many values below it as heads
/// come in `n` throws of a coin.
fn outside(n: usize) -> usize {
    let mut chance = 0.5f64.powi(n as i32);
    let mut below = 0.0;
    for k in 0..n / 2 {
        below += chance;
        if 2.0 * below > 0.1 {
            return k.saturating_sub(1);
        }
        chance *= (n - k) as f64 / (k + 1) as f64;
    }
    0
}

/// Geometric mean; NaN without values.
pub fn geometric_mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), v: f64| (sum + v.ln(), n + 1));
    (sum / f64::from(n)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_their_whole_range() {
        let e = Estimate::of(&[3.0, 1.0, 2.0]).expect("values");
        assert_eq!((e.low, e.middle, e.high), (1.0, 2.0, 3.0));
        assert_eq!(e.spread(), 0.5);
        assert!(Estimate::of(&[]).is_none());
        assert_eq!(Estimate::of(&[2.0, 4.0]).expect("values").middle, 3.0);
    }

    #[test]
    fn many_values_lose_their_ends() {
        // Of 8 throws, at most one is heads in 9 of 256 cases: 93 % between the second and the seventh value.
        let e = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 100.0]).expect("values");
        assert_eq!((e.low, e.high), (2.0, 7.0));
        let e = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]).expect("values");
        assert_eq!((e.low, e.high), (1.0, 7.0));
        assert!(e.contains(7.0) && !e.contains(7.5));
    }
}
