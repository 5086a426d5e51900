//! What a guard that was passed has shown: of the condition, of what it compared, and of what that was made from.

use super::info::Info;
use super::layout::CHANGEABLE;
use super::sweep::Sweep;
use crate::ir::{Binary, Checked, Cond, Op, Val, Width};

/// How far a finding is followed back through the operations that a value came from.
const DEPTH: u32 = 4;

impl Sweep<'_> {
    /// The condition turned out so.
    pub(super) fn learn(&mut self, condition: Val, truth: bool) {
        self.values.info[condition.0 as usize] = Info::exact(truth as u64);
        if let Op::Compare(c, x, y) = self.values.ops[condition.0 as usize] {
            self.learn_comparison(c, x, y, truth);
        }
    }

    fn learn_comparison(&mut self, c: Cond, x: Val, y: Val, truth: bool) {
        let (c, x, y) = match (c, truth) {
            (Cond::Below, true) => return self.learn_below(x, y),
            (Cond::Below, false) => return,
            (Cond::Eq, true) | (Cond::Ne, false) => (Cond::Eq, x, y),
            (Cond::Eq, false) | (Cond::Ne, true) => (Cond::Ne, x, y),
            (Cond::Lt, true) | (Cond::Ge, false) => (Cond::Lt, x, y),
            (Cond::Le, true) | (Cond::Gt, false) => (Cond::Le, x, y),
            (Cond::Gt, true) | (Cond::Le, false) => (Cond::Lt, y, x),
            (Cond::Ge, true) | (Cond::Lt, false) => (Cond::Le, y, x),
        };
        let (a, b) = (self.values.info(x), self.values.info(y));
        match c {
            Cond::Eq => {
                let both = a.and(b);
                self.sharpen(x, both, DEPTH);
                self.sharpen(y, both, DEPTH);
                self.learn_shape(x, y);
            }
            Cond::Ne => {
                self.exclude(x, b);
                self.exclude(y, a);
            }
            _ => {
                let less = (c == Cond::Lt) as i64;
                let below = Info::between(i64::MIN, b.hi.saturating_sub(less));
                let above = Info::between(a.lo.saturating_add(less), i64::MAX);
                self.sharpen(x, a.and(below), DEPTH);
                self.sharpen(y, b.and(above), DEPTH);
            }
        }
    }

    fn learn_below(&mut self, x: Val, y: Val) {
        let (a, b) = (self.values.info(x), self.values.info(y));
        if b.lo < 0 {
            return;
        }
        self.sharpen(x, a.and(Info::between(0, b.hi.saturating_sub(1))), DEPTH);
        let least = self.values.info(x).lo.saturating_add(1).max(1);
        self.sharpen(y, b.and(Info::between(least, i64::MAX)), DEPTH);
    }

    /// A value is not the only one that another may be.
    fn exclude(&mut self, v: Val, other: Info) {
        let Some(c) = other.constant().map(|c| c as i64) else {
            return;
        };
        let mut i = self.values.info(v);
        if i.lo == c && c < i64::MAX {
            i.lo += 1;
        }
        if i.hi == c && c > i64::MIN {
            i.hi -= 1;
        }
        self.sharpen(v, i.sharpened(), DEPTH);
    }

    /// An object's shape is a number: remembered if the object keeps it for good. Otherwise the object is none of those that do.
    fn learn_shape(&mut self, x: Val, y: Val) {
        let Op::Load(Width::W32, object, offset) = self.values.ops[x.0 as usize] else {
            return;
        };
        let Some(shape) = self.values.word(y) else {
            return;
        };
        let object = object.0 as usize;
        if self.values.regions[object] != super::alias::Region::Object
            || offset != self.layout.shape
            || shape == 0
        {
            return;
        }
        let known = &mut self.values.shapes[object];
        if shape < self.layout.stable as u64 {
            *known = shape as u32;
        } else if *known == 0 {
            *known = CHANGEABLE;
        }
    }

    /// More is known of a value, and so perhaps of what it was made from.
    fn sharpen(&mut self, v: Val, info: Info, depth: u32) {
        let old = self.values.info(v);
        let new = old.and(info);
        if new == old || !new.is_possible() || matches!(self.values.ops[v.0 as usize], Op::Const(_))
        {
            return;
        }
        self.values.info[v.0 as usize] = new;
        if depth == 0 {
            return;
        }
        let (o, x, y, checked) = match self.values.ops[v.0 as usize] {
            Op::Binary(o, x, y) => (o, x, y, false),
            Op::Checked(Checked::Add, x, y, _) => (Binary::Add, x, y, true),
            Op::Checked(Checked::Sub, x, y, _) => (Binary::Sub, x, y, true),
            _ => return,
        };
        let Some(c) = self.values.word(y) else { return };
        let from = self.values.info(x);
        let whole = checked || super::info::exact_interval(o, &from, &Info::exact(c)).is_some();
        let c = c as i64;
        let shown = match o {
            Binary::And => Info {
                zeros: new.zeros & c as u64,
                ones: new.ones & c as u64,
                ..Info::UNKNOWN
            },
            Binary::Sar if (0..64).contains(&c) => {
                let most = (1i64 << c).wrapping_sub(1);
                let back = |n: i64| (n << c) >> c == n;
                Info::between(
                    if back(new.lo) { new.lo << c } else { i64::MIN },
                    if back(new.hi) {
                        new.hi << c | most
                    } else {
                        i64::MAX
                    },
                )
            }
            Binary::Add if whole => {
                Info::between(new.lo.saturating_sub(c), new.hi.saturating_sub(c))
            }
            Binary::Sub if whole => {
                Info::between(new.lo.saturating_add(c), new.hi.saturating_add(c))
            }
            Binary::Or if c >= 0 => Info::between(new.lo.saturating_sub(c), new.hi),
            _ => return,
        };
        self.sharpen(x, from.and(shown), depth - 1);
    }
}
