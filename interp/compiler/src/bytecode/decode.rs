//! Instructions taken apart by the letters of the opcode table, for the disassembler and the verifier.
//!
//! What the letters cannot say (operands in extra words, lengths of register runs) is said here once, by opcode.

use super::ops::Op;
use super::word::Word;

/// One operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Register written.
    Dest(u16),
    /// Register read.
    Reg(u16),
    /// First register and length of a run.
    Run(u16, u32),
    /// Index into the constants.
    Const(u32),
    /// Index into the names.
    Name(u32),
    /// Signed immediate.
    Signed(i32),
    /// Unsigned immediate.
    Unsigned(u32),
    /// Offset in words from the instruction.
    Jump(i32),
}

/// One instruction with its place.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Index of its first word.
    pub at: usize,
    /// The first word.
    pub word: Word,
    /// Its opcode.
    pub op: Op,
    /// Its operands, those of extra words last.
    pub operands: Vec<Operand>,
}

impl Instruction {
    /// Decodes the instruction at word `at`; an error text if it is none or is cut off.
    pub fn decode(code: &[u64], at: usize) -> Result<Instruction, String> {
        let word = Word(*code.get(at).ok_or_else(|| format!("no word {at}"))?);
        if word.opcode() as usize >= Op::ALL.len() {
            return Err(format!("byte {:#x} is no opcode", word.opcode()));
        }
        let op = word.op();
        let extra = code
            .get(at + 1..at + op.len())
            .ok_or_else(|| format!("{} is cut off", op.name()))?;
        let mut operands = Vec::with_capacity(4);
        for (i, letter) in op.operands().bytes().enumerate() {
            let field = [word.a(), word.b(), word.c()][i];
            operands.extend(operand(op, word, letter, field, extra));
        }
        operands.extend(extra_operand(op, extra));
        Ok(Instruction {
            at,
            word,
            op,
            operands,
        })
    }

    /// Word that follows the instruction.
    pub fn next(&self) -> usize {
        self.at + self.op.len()
    }

    /// Whether control never reaches the next instruction.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self.op,
            Op::Return | Op::Raise | Op::Reraise | Op::Jump | Op::JumpBack
        )
    }

    /// Words that its jump operands lead to.
    pub fn jumps(&self) -> impl Iterator<Item = i64> {
        self.operands.iter().filter_map(|operand| match operand {
            Operand::Jump(offset) => Some(self.at as i64 + *offset as i64),
            _ => None,
        })
    }
}

fn operand(op: Op, word: Word, letter: u8, field: u16, extra: &[u64]) -> Option<Operand> {
    Some(match letter {
        b'd' => Operand::Dest(field),
        b'r' => Operand::Reg(field),
        b's' => Operand::Run(field, run_length(op, word, extra)),
        b'k' => Operand::Const(field as u32),
        b'n' => Operand::Name(field as u32),
        b'i' => Operand::Signed(field as i16 as i32),
        b'u' => Operand::Unsigned(field as u32),
        b'j' => Operand::Jump(field as i16 as i32),
        b'K' => Operand::Const(word.bc() as u32),
        b'I' => Operand::Signed(word.bc()),
        b'U' => Operand::Unsigned(word.bc() as u32),
        b'J' => Operand::Jump(word.bc()),
        b'N' => Operand::Name(word.bc() as u32),
        _ => return None,
    })
}

/// Registers in a run that starts in the given field.
fn run_length(op: Op, word: Word, extra: &[u64]) -> u32 {
    let count = word.c() as u32;
    match op {
        Op::CopyFreeVars => word.b() as u32,
        Op::Call | Op::CallKw => count + 2,
        Op::CallEx => 4,
        Op::BuildMap => 2 * count,
        Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString | Op::BuildSlice => count,
        Op::UnpackSeq => count,
        Op::UnpackEx => (count + 1).saturating_add(extra.first().map_or(0, |w| *w as u32)),
        Op::LoadMethod | Op::LoadSpecial | Op::ExcGroupMatch => 2,
        Op::LoadSlice | Op::StoreSlice | Op::ImportName => 2,
        Op::LoadSuperAttr => 3,
        Op::ExcTriple | Op::BuildInterpolation => 3,
        _ => 1,
    }
}

/// The operand in the low half of the first extra word.
fn extra_operand(op: Op, extra: &[u64]) -> Option<Operand> {
    let low = *extra.first()? as u32;
    Some(match op {
        Op::ForIter | Op::Send | Op::CleanupThrow => Operand::Jump(low as i32),
        Op::CallKw | Op::MatchClass => Operand::Const(low),
        Op::LoadFromDictOrCell => Operand::Name(low),
        Op::UnpackEx => Operand::Unsigned(low),
        _ => return None,
    })
}
