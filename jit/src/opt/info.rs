//! What is known of a word: single bits, and an interval of its signed value. Each sharpens the other.

use crate::ir::Binary;

/// Bits and interval. Of truth values, 0 and 1 are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    /// Bits that are 0.
    pub zeros: u64,
    /// Bits that are 1.
    pub ones: u64,
    /// The least value.
    pub lo: i64,
    /// The greatest.
    pub hi: i64,
}

impl Info {
    /// Nothing is known.
    pub const UNKNOWN: Info = Info {
        zeros: 0,
        ones: 0,
        lo: i64::MIN,
        hi: i64::MAX,
    };

    /// Exactly this word.
    pub fn exact(word: u64) -> Info {
        Info {
            zeros: !word,
            ones: word,
            lo: word as i64,
            hi: word as i64,
        }
    }
    /// Something in an interval.
    pub fn between(lo: i64, hi: i64) -> Info {
        Info {
            lo,
            hi,
            ..Info::UNKNOWN
        }
        .sharpened()
    }
    /// The word, if there is only one.
    pub fn constant(&self) -> Option<u64> {
        (self.lo == self.hi).then_some(self.lo as u64)
    }
    /// Everything that `self` says, `other` says too.
    pub fn follows_from(&self, other: &Info) -> bool {
        self.zeros & !other.zeros == 0
            && self.ones & !other.ones == 0
            && self.lo <= other.lo
            && self.hi >= other.hi
    }
    /// How many of the lowest bits are known.
    fn low_known(&self) -> u32 {
        (self.zeros | self.ones).trailing_ones()
    }

    /// Bits learn from the interval, the interval from the bits. What contradicts itself is left alone: it stands in code that cannot run.
    pub fn sharpened(mut self) -> Info {
        if self.zeros & self.ones != 0 || self.lo > self.hi {
            return self;
        }
        const SIGN: u64 = 1 << 63;
        let open = !(self.zeros | self.ones) & SIGN;
        self.lo = self.lo.max((self.ones | open) as i64);
        self.hi = self.hi.min((!self.zeros & !open) as i64);
        let k = self.low_known();
        if (1..63).contains(&k) {
            let (mask, wanted) = ((1i64 << k) - 1, self.ones as i64 & ((1i64 << k) - 1));
            let up = (wanted - (self.lo & mask)) & mask;
            let down = ((self.hi & mask) - wanted) & mask;
            if let (Some(lo), Some(hi)) = (self.lo.checked_add(up), self.hi.checked_sub(down)) {
                (self.lo, self.hi) = (lo, hi);
            }
        }
        if self.lo > self.hi {
            return self;
        }
        // The leading bits that both ends agree on.
        let same = (self.lo ^ self.hi).leading_zeros();
        let mask = if same == 0 { 0 } else { !0u64 << (64 - same) };
        self.ones |= self.lo as u64 & mask;
        self.zeros |= !(self.lo as u64) & mask;
        self
    }
    /// Both hold.
    pub fn and(self, other: Info) -> Info {
        Info {
            zeros: self.zeros | other.zeros,
            ones: self.ones | other.ones,
            lo: self.lo.max(other.lo),
            hi: self.hi.min(other.hi),
        }
        .sharpened()
    }
    /// One of them holds.
    pub fn or(self, other: Info) -> Info {
        Info {
            zeros: self.zeros & other.zeros,
            ones: self.ones & other.ones,
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
        }
    }
    /// Nothing contradicts itself.
    pub fn is_possible(&self) -> bool {
        self.zeros & self.ones == 0 && self.lo <= self.hi
    }
}

/// The interval of an operation's exact results, if they all fit.
pub fn exact_interval(o: Binary, a: &Info, b: &Info) -> Option<(i64, i64)> {
    match o {
        Binary::Add => Some((a.lo.checked_add(b.lo)?, a.hi.checked_add(b.hi)?)),
        Binary::Sub => Some((a.lo.checked_sub(b.hi)?, a.hi.checked_sub(b.lo)?)),
        Binary::Mul => {
            let ends = [
                a.lo.checked_mul(b.lo)?,
                a.lo.checked_mul(b.hi)?,
                a.hi.checked_mul(b.lo)?,
                a.hi.checked_mul(b.hi)?,
            ];
            Some((
                ends.into_iter().fold(i64::MAX, i64::min),
                ends.into_iter().fold(i64::MIN, i64::max),
            ))
        }
        _ => None,
    }
}

/// The same where results that do not fit do not count.
pub fn clipped_interval(o: Binary, a: &Info, b: &Info) -> (i64, i64) {
    match o {
        Binary::Add => (a.lo.saturating_add(b.lo), a.hi.saturating_add(b.hi)),
        Binary::Sub => (a.lo.saturating_sub(b.hi), a.hi.saturating_sub(b.lo)),
        _ => exact_interval(o, a, b).unwrap_or((i64::MIN, i64::MAX)),
    }
}

/// The lowest bits of a sum, difference or product, which only those of the operands decide.
pub fn low_bits(o: Binary, a: &Info, b: &Info) -> Info {
    let k = a.low_known().min(b.low_known());
    let mut r = Info::UNKNOWN;
    if k > 0 {
        let mask = if k >= 64 { !0 } else { (1u64 << k) - 1 };
        let low = o.of(a.ones & mask, b.ones & mask) & mask;
        (r.ones, r.zeros) = (low, !low & mask);
    }
    if o == Binary::Mul {
        let zeros = a.zeros.trailing_ones() + b.zeros.trailing_ones();
        r.zeros |= if zeros >= 64 { !0 } else { (1u64 << zeros) - 1 };
    }
    r
}

/// What is known of an operation's result.
pub fn binary(o: Binary, a: &Info, b: &Info) -> Info {
    if !a.is_possible() || !b.is_possible() {
        return Info::UNKNOWN;
    }
    if let (Some(x), Some(y)) = (a.constant(), b.constant()) {
        return Info::exact(o.of(x, y));
    }
    match o {
        Binary::Add | Binary::Sub | Binary::Mul => {
            let mut r = low_bits(o, a, b);
            if let Some((lo, hi)) = exact_interval(o, a, b) {
                (r.lo, r.hi) = (lo, hi);
            }
            r.sharpened()
        }
        Binary::And => Info {
            zeros: a.zeros | b.zeros,
            ones: a.ones & b.ones,
            ..Info::UNKNOWN
        }
        .sharpened(),
        Binary::Or => {
            let mut r = Info {
                zeros: a.zeros & b.zeros,
                ones: a.ones | b.ones,
                ..Info::UNKNOWN
            };
            // Bits that are set add at most what they are worth.
            for (x, y) in [(a, b), (b, a)] {
                if let Some(c) = y.constant().map(|c| c as i64).filter(|c| *c >= 0) {
                    r.lo = r.lo.max(x.lo);
                    r.hi = r.hi.min(x.hi.saturating_add(c));
                }
            }
            r.sharpened()
        }
        Binary::Xor => Info {
            zeros: a.zeros & b.zeros | a.ones & b.ones,
            ones: a.zeros & b.ones | a.ones & b.zeros,
            ..Info::UNKNOWN
        }
        .sharpened(),
        Binary::Shl | Binary::Sar | Binary::Shr => shift(o, a, b),
        Binary::FAdd | Binary::FSub | Binary::FMul | Binary::FDiv => Info::UNKNOWN,
    }
}

fn shift(o: Binary, a: &Info, b: &Info) -> Info {
    let Some(k) = b.constant().map(|k| k as u32 & 63) else {
        // Shifts to the right go towards 0 or -1.
        return match o {
            Binary::Sar if a.lo >= 0 => Info::between(0, a.hi),
            Binary::Sar => Info::between(a.lo, a.hi.max(-1)),
            _ => Info::UNKNOWN,
        };
    };
    let mut r = Info::UNKNOWN;
    match o {
        Binary::Shl => {
            (r.zeros, r.ones) = (a.zeros << k | ((1u64 << k) - 1), a.ones << k);
            if (a.lo << k) >> k == a.lo && (a.hi << k) >> k == a.hi {
                (r.lo, r.hi) = (a.lo << k, a.hi << k);
            }
        }
        Binary::Shr if a.lo < 0 => {
            (r.zeros, r.ones) = (a.zeros >> k, a.ones >> k);
            if k > 0 {
                r.zeros |= !(!0u64 >> k);
            }
        }
        _ => {
            (r.zeros, r.ones) = ((a.zeros as i64 >> k) as u64, (a.ones as i64 >> k) as u64);
            (r.lo, r.hi) = (a.lo >> k, a.hi >> k);
        }
    }
    r.sharpened()
}
