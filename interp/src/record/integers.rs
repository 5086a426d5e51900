//! Ints of which some are too big for a word.
//!
//! Where hashes, random numbers or fixed-point numbers come near 63 bits, now one operand is big and now another. A test of each
//! operand's form would split the trace at every operation, so nothing is tested here: a helper takes ints of both forms. What it
//! gives is *wide*, an int that may have either form, and so is what is computed from that.

use super::{Code, Pending, Recorder, Seen};
use crate::tier::enter::helpers_lean as lean;
use skein_jit::ir::Val;
use skein_runtime::object::shape::ids;

fn is_whole(seen: Seen) -> bool {
    seen.is_int() || seen.shape == ids::INT
}

impl Recorder {
    fn is_wide(&self, register: usize) -> bool {
        let f = self.frame();
        let word = f.registers.get(register).and_then(|r| r.word);
        word.is_some_and(|w| self.wide.contains(&w))
    }

    /// Whether the operands are ints that a helper has to compute with: one is big, or may be.
    pub(super) fn needs_integers(&self, p: &Pending, imm: bool) -> bool {
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        let big = |seen: Seen, register| seen.shape == ids::INT || self.is_wide(register);
        is_whole(p.b) && (imm || is_whole(p.c)) && (big(p.b, b) || !imm && big(p.c, c))
    }

    fn integer_operands(&mut self, p: &Pending, imm: bool) -> [Val; 2] {
        let x = self.word(p.word.b() as usize);
        let y = match imm {
            true => {
                let n = p.word.c() as i16 as i64;
                self.constant((n as u64) << 1 | 1)
            }
            false => self.word(p.word.c() as usize),
        };
        [x, y]
    }

    /// An operator with such operands; `op` is not one with an immediate operand.
    pub(super) fn integers(&mut self, op: Code, p: Pending, imm: bool) {
        let [x, y] = self.integer_operands(&p, imm);
        let o = self.constant(op as u64 - Code::Add as u64);
        let v = self.ask(lean::integers as *const (), &[o, x, y]);
        self.not_refused(v);
        self.wide.insert(v);
        self.set(p.word.a() as usize, v);
    }

    /// What a helper answers to a comparison of such operands; `index`: which.
    pub(super) fn compare_integers(&mut self, index: u8, p: &Pending, imm: bool) -> Val {
        let [x, y] = self.integer_operands(p, imm);
        let o = self.constant(index as u64);
        self.ask(lean::compare_integers as *const (), &[o, x, y])
    }
}
