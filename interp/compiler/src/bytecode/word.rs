//! The 64-bit instruction word: `op:8 | x:8 | a:16 | b:16 | c:16`, least significant bits first.
//!
//! `x` is a small immediate or flag set; `a`, `b`, `c` are register numbers, indices or signed immediates as the opcode
//! says. Some opcodes read `b` and `c` together as one 32-bit operand (`bc`). Words that follow an instruction (its
//! `len - 1` extra words) hold further operands and inline caches; they are never executed.

use super::ops::Op;

/// One instruction word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word(pub u64);

impl Word {
    /// Builds a word from its fields.
    #[inline]
    pub const fn new(op: Op, x: u8, a: u16, b: u16, c: u16) -> Word {
        Word(op as u64 | (x as u64) << 8 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }
    /// Builds a word whose `b` and `c` are one 32-bit operand.
    #[inline]
    pub const fn with_bc(op: Op, x: u8, a: u16, bc: i32) -> Word {
        Word(op as u64 | (x as u64) << 8 | (a as u64) << 16 | (bc as u32 as u64) << 32)
    }
    /// The opcode byte.
    #[inline]
    pub const fn opcode(self) -> u8 {
        self.0 as u8
    }
    /// The opcode.
    #[inline]
    pub const fn op(self) -> Op {
        Op::from_byte(self.0 as u8)
    }
    /// The flag byte.
    #[inline]
    pub const fn x(self) -> u8 {
        (self.0 >> 8) as u8
    }
    /// First operand.
    #[inline]
    pub const fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }
    /// Second operand.
    #[inline]
    pub const fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }
    /// Third operand.
    #[inline]
    pub const fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }
    /// `b` and `c` read as one signed 32-bit operand.
    #[inline]
    pub const fn bc(self) -> i32 {
        (self.0 >> 32) as u32 as i32
    }
}
