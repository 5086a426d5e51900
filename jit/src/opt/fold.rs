//! Rules of algebra: what an operation comes to, whatever its operands are. Every rule is exact, for floats too.

use super::info::exact_interval;
use super::sweep::Sweep;
use crate::ir::eval::{immediate_float, immediate_word};
use crate::ir::{Binary, Checked, Cond, Op, Val};

/// What became of an operation.
pub enum Folded {
    /// It is this value.
    Is(Val),
    /// It is this operation.
    Op(Op),
}

impl Sweep<'_> {
    /// Applies rules to a pure operation until none fits.
    pub(super) fn fold(&mut self, mut op: Op) -> Folded {
        // Each rule makes the operation simpler; the limit is for rules that undo each other.
        for _ in 0..8 {
            let new = match op {
                Op::Binary(o, x, y) => self.fold_binary(o, x, y),
                Op::Compare(c, x, y) => self.fold_compare(c, x, y),
                Op::Select(c, x, y) => self.fold_select(c, x, y),
                _ => self.fold_unary(&op),
            };
            match new {
                None => break,
                Some(Folded::Op(new)) => op = new,
                Some(is) => return is,
            }
        }
        Folded::Op(op)
    }

    fn binary_imm(&mut self, o: Binary, x: Val, c: u64) -> Option<Folded> {
        let c = self.constant(c);
        Some(Folded::Op(Op::Binary(o, x, c)))
    }

    fn fold_binary(&mut self, o: Binary, x: Val, y: Val) -> Option<Folded> {
        if o.operand() == crate::ir::Type::Float {
            return self.fold_float(o, x, y);
        }
        let (a, b) = (self.values.word(x), self.values.word(y));
        if let (Some(a), Some(b)) = (a, b) {
            return Some(Folded::Is(self.constant(o.of(a, b))));
        }
        if x == y {
            match o {
                Binary::Sub | Binary::Xor => return Some(Folded::Is(self.constant(0))),
                Binary::And | Binary::Or => return Some(Folded::Is(x)),
                _ => {}
            }
        }
        let Some(c) = b else {
            let turns = matches!(
                o,
                Binary::Add | Binary::Mul | Binary::And | Binary::Or | Binary::Xor
            );
            // Large ones may be addresses, which stand first.
            let small = a.is_some_and(|a| i32::try_from(a as i64).is_ok());
            return (turns && small).then_some(Folded::Op(Op::Binary(o, y, x)));
        };
        let info = self.values.info(x);
        match o {
            Binary::Add | Binary::Or | Binary::Xor | Binary::Shl | Binary::Sar | Binary::Shr
                if c == 0 =>
            {
                Some(Folded::Is(x))
            }
            Binary::Sub => self.binary_imm(Binary::Add, x, c.wrapping_neg()),
            Binary::Add => match self.values.ops[x.0 as usize] {
                Op::Binary(Binary::Add, z, k) => {
                    let k = self.values.word(k)?;
                    self.binary_imm(Binary::Add, z, c.wrapping_add(k))
                }
                // A tag that is taken off before a multiplication: the product of both numbers is added with the rest.
                Op::Binary(Binary::Mul, product, k) => {
                    let k = self.values.word(k)?;
                    let Op::Binary(Binary::Add, z, tag) = self.values.ops[product.0 as usize]
                    else {
                        return None;
                    };
                    let tag = self.values.word(tag)?;
                    let by = self.constant(k);
                    let x = self.share(Op::Binary(Binary::Mul, z, by));
                    self.binary_imm(Binary::Add, x, tag.wrapping_mul(k).wrapping_add(c))
                }
                // A tag that was put on is taken off, or added with the rest.
                Op::Binary(Binary::Or, z, k) => {
                    let k = self.values.word(k)?;
                    let free = k & !self.values.info(z).zeros == 0 || k == 1 && self.is_doubled(z);
                    let c = c.wrapping_add(k);
                    match free {
                        true if c == 0 => Some(Folded::Is(z)),
                        true => {
                            let c = self.constant(c);
                            Some(Folded::Op(Op::Binary(Binary::Add, z, c)))
                        }
                        false => None,
                    }
                }
                _ => None,
            },
            Binary::Mul if c == 0 => Some(Folded::Is(self.constant(0))),
            Binary::Mul if c == 1 => Some(Folded::Is(x)),
            Binary::Mul if c.is_power_of_two() => {
                self.binary_imm(Binary::Shl, x, c.trailing_zeros() as u64)
            }
            Binary::And if !c & !info.zeros == 0 => Some(Folded::Is(x)),
            Binary::And if c & !info.zeros == 0 => Some(Folded::Is(self.constant(0))),
            Binary::And => match self.values.ops[x.0 as usize] {
                Op::Binary(Binary::And, z, k) => {
                    let k = self.values.word(k)?;
                    self.binary_imm(Binary::And, z, c & k)
                }
                _ => None,
            },
            Binary::Or if c & !info.ones == 0 => Some(Folded::Is(x)),
            Binary::Sar if c == 1 => self.half(x).map(Folded::Is),
            _ => None,
        }
    }

    /// The value that was doubled, perhaps with a tag in the lowest bit, to give this one.
    fn half(&self, v: Val) -> Option<Val> {
        match self.values.ops[v.0 as usize] {
            Op::Binary(Binary::Or, x, c) if self.values.word(c) == Some(1) => self.half_of_even(x),
            _ => self.half_of_even(v),
        }
    }
    /// The sum of something with itself.
    fn is_doubled(&self, v: Val) -> bool {
        match self.values.ops[v.0 as usize] {
            Op::Checked(Checked::Add, x, y, _) | Op::Binary(Binary::Add, x, y) => x == y,
            _ => false,
        }
    }
    fn half_of_even(&self, v: Val) -> Option<Val> {
        match self.values.ops[v.0 as usize] {
            Op::Checked(Checked::Add, x, y, _) if x == y => Some(x),
            Op::Binary(Binary::Add, x, y) if x == y => {
                let i = self.values.info(x);
                exact_interval(Binary::Add, &i, &i).map(|_| x)
            }
            Op::Binary(Binary::Shl, x, c) if self.values.word(c) == Some(1) => {
                let i = self.values.info(x);
                exact_interval(Binary::Add, &i, &i).map(|_| x)
            }
            _ => None,
        }
    }

    fn fold_float(&mut self, o: Binary, x: Val, y: Val) -> Option<Folded> {
        let constant = |v: Val| match self.values.ops[v.0 as usize] {
            Op::ConstF(bits) => Some(bits),
            _ => None,
        };
        let (a, b) = (constant(x), constant(y));
        if let (Some(a), Some(b)) = (a, b) {
            // Which NaN it is depends on the machine.
            let r = o.of(a, b);
            return (!f64::from_bits(r).is_nan()).then(|| Folded::Is(self.float(r)));
        }
        let c = f64::from_bits(b?);
        match o {
            Binary::FDiv if is_power_of_two(c) => {
                let inverse = self.float((1.0 / c).to_bits());
                Some(Folded::Op(Op::Binary(Binary::FMul, x, inverse)))
            }
            Binary::FSub if c.to_bits() == 0 => Some(Folded::Is(x)),
            _ => None,
        }
    }

    fn fold_compare(&mut self, c: Cond, x: Val, y: Val) -> Option<Folded> {
        // x + a == b
        if let (Cond::Eq | Cond::Ne, Some(b)) = (c, self.values.word(y))
            && let Op::Binary(Binary::Add, z, k) = self.values.ops[x.0 as usize]
            && let Some(k) = self.values.word(k)
        {
            let y = self.constant(b.wrapping_sub(k));
            return Some(Folded::Op(Op::Compare(c, z, y)));
        }
        // A constant on the left.
        if self.values.word(x).is_some() && self.values.word(y).is_none() {
            let turned = match c {
                Cond::Eq | Cond::Ne => c,
                Cond::Lt => Cond::Gt,
                Cond::Le => Cond::Ge,
                Cond::Gt => Cond::Lt,
                Cond::Ge => Cond::Le,
                Cond::Below => return None,
            };
            return Some(Folded::Op(Op::Compare(turned, y, x)));
        }
        None
    }

    fn fold_select(&mut self, c: Val, x: Val, y: Val) -> Option<Folded> {
        if x == y {
            return Some(Folded::Is(x));
        }
        self.values
            .truth(c)
            .map(|truth| Folded::Is(if truth { x } else { y }))
    }

    fn fold_unary(&mut self, op: &Op) -> Option<Folded> {
        let of = |v: Val| &self.values.ops[v.0 as usize];
        match *op {
            Op::NegF(x) => match *of(x) {
                Op::NegF(y) => Some(Folded::Is(y)),
                Op::ConstF(b) => Some(Folded::Is(self.float((-f64::from_bits(b)).to_bits()))),
                _ => None,
            },
            Op::AbsF(x) => match *of(x) {
                Op::AbsF(_) => Some(Folded::Is(x)),
                Op::NegF(y) => Some(Folded::Op(Op::AbsF(y))),
                _ => None,
            },
            Op::ToFloat(x) => {
                let c = self.values.word(x)?;
                Some(Folded::Is(self.float((c as i64 as f64).to_bits())))
            }
            Op::FromBits(x) => match *of(x) {
                Op::Bits(y) => Some(Folded::Is(y)),
                Op::Const(w) => Some(Folded::Is(self.float(w))),
                _ => None,
            },
            Op::Bits(x) => match *of(x) {
                Op::FromBits(y) => Some(Folded::Is(y)),
                Op::ConstF(b) => Some(Folded::Is(self.constant(b))),
                _ => None,
            },
            Op::Box(x, _) => match *of(x) {
                Op::Unbox(w, ..) => Some(Folded::Is(w)),
                Op::ConstF(b) => {
                    let w = immediate_word(f64::from_bits(b))?;
                    Some(Folded::Is(self.constant(w)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What an unboxed word is, if that needs no test.
    pub(super) fn fold_unbox(&mut self, w: Val) -> Option<Val> {
        if let Op::Box(f, _) = self.values.ops[w.0 as usize] {
            return Some(f);
        }
        let f = immediate_float(self.values.word(w)?)?;
        Some(self.float(f.to_bits()))
    }

    /// A condition that says the same as another one and is closer to its source.
    pub(super) fn condition(&mut self, mut c: Val, mut expected: bool) -> (Val, bool) {
        while let Op::Compare(cond @ (Cond::Eq | Cond::Ne), s, k) = self.values.ops[c.0 as usize]
            && let Op::Select(inner, x, y) = self.values.ops[s.0 as usize]
            && let (Some(k), Some(x), Some(y)) = (
                self.values.word(k),
                self.values.word(x),
                self.values.word(y),
            )
            && x != y
            && (k == x || k == y)
        {
            let same = (cond == Cond::Eq) == (k == x);
            c = inner;
            expected = expected == same;
        }
        (c, expected)
    }

    /// Arithmetic that cannot overflow, or whose result is at hand.
    pub(super) fn fold_checked(&mut self, c: Checked, x: Val, y: Val) -> Option<Folded> {
        let (a, b) = (self.values.word(x), self.values.word(y));
        if let (Some(a), Some(b)) = (a, b) {
            return c.of(a, b).map(|r| Folded::Is(self.constant(r)));
        }
        match (c, a, b) {
            (Checked::Add | Checked::Sub, _, Some(0)) | (Checked::Mul, _, Some(1)) => {
                Some(Folded::Is(x))
            }
            (Checked::Add, Some(0), _) | (Checked::Mul, Some(1), _) => Some(Folded::Is(y)),
            (Checked::Mul, _, Some(0)) | (Checked::Mul, Some(0), _) => {
                Some(Folded::Is(self.constant(0)))
            }
            _ => None,
        }
    }
}

/// True for powers of two whose inverse is exact.
fn is_power_of_two(c: f64) -> bool {
    let inverse = 1.0 / c;
    c.is_normal() && inverse.is_normal() && c.to_bits() << 12 == 0
}
