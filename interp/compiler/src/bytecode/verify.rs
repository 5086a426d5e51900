//! Checks that a code unit is well-formed, so that the interpreter may run it without checks of its own.
//!
//! Structural only: indices, jump targets and ranges. Whether a register is bound where it is read is not checked; the
//! code generator answers for that with `CheckLocal`. Units may come from a pickle or a marshal file that anyone wrote:
//! what passes here can at worst raise an odd error when it runs, since registers begin empty and always hold values, and
//! whoever needs a certain type tests it.

use super::decode::{Instruction, Operand};
use super::ops::{Intrinsic, Op};
use super::unit::{CodeUnit, Const, flags};
use crate::positions;

/// Operands name registers by 16 bits.
const MAX_REGISTERS: usize = 1 << 16;

/// Checks the unit and the units nested in it. The error names the unit, the word and what is wrong.
pub fn verify(unit: &CodeUnit) -> Result<(), String> {
    verify_unit(unit).map_err(|error| format!("{}: {error}", unit.qualname))?;
    for value in &unit.consts {
        if let Const::Code(inner) = value {
            verify(inner)?;
        }
    }
    Ok(())
}

/// Checks the unit alone; for units nested in it, its constants need only hold a place.
pub fn verify_unit(unit: &CodeUnit) -> Result<(), String> {
    tables(unit)?;
    let mut instructions = Vec::new();
    let mut is_start = vec![false; unit.code.len() + 1];
    let mut at = 0;
    while at < unit.code.len() {
        let instruction =
            Instruction::decode(&unit.code, at).map_err(|error| format!("word {at}: {error}"))?;
        is_start[at] = true;
        at = instruction.next();
        instructions.push(instruction);
    }
    let last = instructions.last().ok_or("no code")?;
    if !last.is_terminator() {
        return Err(format!(
            "control falls off the end after {}",
            last.op.name()
        ));
    }
    for instruction in &instructions {
        check_instruction(unit, instruction, &is_start).map_err(|error| {
            format!("word {} {}: {error}", instruction.at, instruction.op.name())
        })?;
    }
    is_start[unit.code.len()] = true;
    exceptions(unit, &is_start)
}

fn tables(unit: &CodeUnit) -> Result<(), String> {
    let nregs = unit.nregs as usize;
    if nregs > MAX_REGISTERS {
        return Err(format!("{nregs} registers"));
    }
    let starred = [flags::VARARGS, flags::VARKEYWORDS].map(|f| u64::from(unit.flags & f != 0));
    let params =
        u64::from(unit.argcount) + u64::from(unit.kwonlyargcount) + starred.iter().sum::<u64>();
    if unit.posonlyargcount > unit.argcount || params > unit.varnames.len() as u64 {
        return Err("parameter counts".to_owned());
    }
    if unit.varnames.len() > nregs || unit.free_base as usize + unit.freevars.len() > nregs {
        return Err("too few registers for the variables".to_owned());
    }
    if unit.cell_regs.len() != unit.cellvars.len() {
        return Err("cell_regs and cellvars differ in length".to_owned());
    }
    if let Some(reg) = unit.cell_regs.iter().find(|reg| **reg as usize >= nregs) {
        return Err(format!("cell register {reg}"));
    }
    // Damaged positions read as nonsense, but there is one for each word.
    let (positions, words) = (positions::count(&unit.positions), unit.code.len());
    if !unit.positions.is_empty() && positions != words {
        return Err(format!("{positions} positions for {words} words"));
    }
    Ok(())
}

fn check_instruction(
    unit: &CodeUnit,
    instruction: &Instruction,
    is_start: &[bool],
) -> Result<(), String> {
    for operand in &instruction.operands {
        let good = match *operand {
            Operand::Dest(reg) | Operand::Reg(reg) => (reg as u32) < unit.nregs,
            Operand::Run(_, 0) => true,
            Operand::Run(reg, len) => reg as u64 + len as u64 <= unit.nregs as u64,
            Operand::Const(index) => (index as usize) < unit.consts.len(),
            Operand::Name(index) => (index as usize) < unit.names.len(),
            Operand::Signed(_) | Operand::Unsigned(_) => true,
            Operand::Jump(offset) => {
                let target = instruction.at as i64 + offset as i64;
                usize::try_from(target).is_ok_and(|at| is_start.get(at) == Some(&true))
            }
        };
        if !good {
            return Err(format!("{operand:?} is out of range"));
        }
    }
    special(unit, instruction)
}

/// Rules of single opcodes.
fn special(unit: &CodeUnit, instruction: &Instruction) -> Result<(), String> {
    let word = instruction.word;
    let good = match instruction.op {
        Op::Jump => word.bc() > 0,
        Op::JumpBack => word.bc() <= 0,
        Op::MakeFunction => {
            matches!(
                unit.consts.get(word.bc() as u32 as usize),
                Some(Const::Code(_))
            )
        }
        Op::LoadCell | Op::DelCell => {
            let table = if word.x() == 0 {
                &unit.cellvars
            } else {
                &unit.freevars
            };
            (word.c() as usize) < table.len()
        }
        Op::CopyFreeVars => word.b() as usize <= unit.freevars.len(),
        Op::CheckLocal if word.x() == 0 => (word.a() as usize) < unit.varnames.len(),
        Op::CheckLocal => (word.c() as usize) < unit.names.len(),
        Op::CallIntrinsic => Intrinsic::ALL
            .get(word.c() as usize)
            .is_some_and(|i| u32::from(word.b()) + i.arguments() <= unit.nregs),
        Op::Yield => {
            let generator = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;
            let delegates = word.x() & 2 != 0;
            unit.flags & generator != 0 && (!delegates || u32::from(word.c()) < unit.nregs)
        }
        Op::LoadSuperAttr => word.x() & 1 == 0 || u32::from(word.a()) + 1 < unit.nregs,
        Op::BuildSlice => matches!(word.c(), 2 | 3),
        Op::CallKw | Op::MatchClass => instruction.operands.iter().all(|operand| match operand {
            Operand::Const(index) => match unit.consts.get(*index as usize) {
                Some(Const::Tuple(names)) => {
                    let texts = names.iter().all(|n| matches!(n, Const::Str(_)));
                    let fit = instruction.op == Op::MatchClass || names.len() <= word.c() as usize;
                    texts && fit
                }
                _ => false,
            },
            _ => true,
        }),
        _ => true,
    };
    if good {
        Ok(())
    } else {
        Err("bad operands".to_owned())
    }
}

fn exceptions(unit: &CodeUnit, is_start: &[bool]) -> Result<(), String> {
    let starts = |at: u32| is_start.get(at as usize) == Some(&true);
    for entry in &unit.exceptions {
        let good = entry.start < entry.end
            && starts(entry.start)
            && starts(entry.end)
            && starts(entry.target)
            && (entry.target as usize) < unit.code.len()
            && (entry.reg as u32) < unit.nregs;
        if !good {
            return Err(format!("{entry:?} is not well-formed"));
        }
    }
    for (i, entry) in unit.exceptions.iter().enumerate() {
        let hidden = unit.exceptions[..i].iter().any(|e| {
            e.start <= entry.start
                && entry.end <= e.end
                && e.end - e.start > entry.end - entry.start
        });
        if hidden {
            return Err(format!("{entry:?} comes after a range around it"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::{ExceptionEntry, Word};

    fn unit(code: Vec<Word>) -> CodeUnit {
        CodeUnit {
            nregs: 2,
            code: code.into_iter().map(|w| w.0).collect(),
            ..CodeUnit::default()
        }
    }

    #[test]
    fn finds_faults() {
        let ret = Word::new(Op::Return, 0, 0, 0, 0);
        assert_eq!(verify(&unit(vec![ret])), Ok(()));
        let bad = [
            vec![],
            vec![Word::new(Op::Nop, 0, 0, 0, 0)],
            vec![Word::new(Op::Return, 0, 2, 0, 0)],
            vec![Word::with_bc(Op::LoadConst, 0, 0, 0), ret],
            vec![Word::with_bc(Op::Jump, 0, 0, 5), ret],
            vec![
                Word::with_bc(Op::JumpIfTrue, 0, 0, 1),
                Word::new(Op::LoadGlobal, 0, 0, 0, 0),
            ],
            vec![Word::new(Op::BuildTuple, 0, 0, 1, 2), ret],
            vec![Word(0xff), ret],
        ];
        for code in bad {
            assert!(verify(&unit(code.clone())).is_err(), "{code:?}");
        }
        let mut handled = unit(vec![ret, ret]);
        handled.exceptions.push(ExceptionEntry {
            start: 0,
            end: 1,
            target: 1,
            reg: 0,
        });
        assert_eq!(verify(&handled), Ok(()));
        handled.exceptions[0].end = 0;
        assert!(verify(&handled).is_err());
    }
}
