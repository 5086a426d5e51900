//! What registers hold before each instruction, as far as the instructions tell: for units that somebody else wrote.
//!
//! The interpreter relies on more than indices: a register that is read holds something, and cells, and the containers
//! that displays build, are what they should be. For the code generator's own units that holds by construction. Here it
//! is proved by a forward data-flow analysis over the places where paths meet, or the unit is refused.

use super::decode::{Instruction, Operand};
use super::ops::Op;
use super::unit::{CodeUnit, Const, flags};

/// What is known of a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// Perhaps nothing.
    Unknown,
    /// An object.
    Object,
    /// An object that a cell is.
    Cell,
    /// An exact list.
    List,
    /// An exact set.
    Set,
    /// An exact dict.
    Dict,
    /// A tuple.
    Tuple,
    /// A str.
    Str,
    /// A function.
    Function,
}

impl Held {
    fn meet(self, other: Held) -> Held {
        match (self, other) {
            (a, b) if a == b => a,
            (Held::Unknown, _) | (_, Held::Unknown) => Held::Unknown,
            _ => Held::Object,
        }
    }
    /// True if what is known is enough where `needed` is.
    pub fn suffices(self, needed: Held) -> bool {
        self == needed || needed == Held::Unknown || needed == Held::Object && self != Held::Unknown
    }
}

/// What registers hold before an instruction; `None`: no path leads there.
type State = Option<Vec<Held>>;

/// A bound on the work: instructions times registers.
const MOST: usize = 1 << 24;

/// The instructions of the unit, which the verifier passed, and what registers hold before each.
///
/// # Errors
/// The text names an instruction that reads what is not there.
pub fn states(unit: &CodeUnit) -> Result<(Vec<Instruction>, Vec<State>), String> {
    let mut instructions = Vec::new();
    let mut index = vec![usize::MAX; unit.code.len() + 1];
    let mut at = 0;
    while at < unit.code.len() {
        let instruction = Instruction::decode(&unit.code, at)?;
        index[at] = instructions.len();
        at = instruction.next();
        instructions.push(instruction);
    }
    let nregs = unit.nregs as usize;
    if instructions.len().saturating_mul(nregs) > MOST {
        return Err("too much code with too many registers".into());
    }
    let mut before: Vec<State> = vec![None; instructions.len()];
    let mut entry = vec![Held::Unknown; nregs];
    let starred = [flags::VARARGS, flags::VARKEYWORDS].map(|f| u32::from(unit.flags & f != 0));
    let parameters = unit.argcount + unit.kwonlyargcount + starred[0] + starred[1];
    for held in entry.iter_mut().take(parameters as usize) {
        *held = Held::Object;
    }
    let mut work = vec![0];
    before[0] = Some(entry);
    while let Some(i) = work.pop() {
        let Some(state) = before[i].clone() else {
            continue;
        };
        let instruction = &instructions[i];
        check(instruction, &state).map_err(|error| {
            format!("word {} {}: {error}", instruction.at, instruction.op.name())
        })?;
        if let Some((handler, register)) = handler(unit, instruction.at) {
            let mut caught = state.clone();
            disturb(instruction, &mut caught);
            caught[register] = Held::Object;
            flow_to(index[handler], &caught, &mut before, &mut work);
        }
        for (target, jumped) in successors(instruction) {
            let mut after = state.clone();
            write(unit, instruction, jumped, &mut after);
            flow_to(index[target], &after, &mut before, &mut work);
        }
    }
    Ok((instructions, before))
}

fn flow_to(to: usize, state: &[Held], before: &mut [State], work: &mut Vec<usize>) {
    let Some(known) = before.get_mut(to) else {
        return;
    };
    let merged = match known {
        None => state.to_vec(),
        Some(old) => old.iter().zip(state).map(|(a, b)| a.meet(*b)).collect(),
    };
    if known.as_ref() != Some(&merged) {
        *known = Some(merged);
        work.push(to);
    }
}

/// The handler of an exception at a word: the first row of the table that covers it.
fn handler(unit: &CodeUnit, at: usize) -> Option<(usize, usize)> {
    let covers =
        |e: &&super::unit::ExceptionEntry| (e.start as usize..e.end as usize).contains(&at);
    let entry = unit.exceptions.iter().find(covers)?;
    Some((entry.target as usize, entry.reg as usize))
}

/// The words that may follow, and whether by a jump.
fn successors(instruction: &Instruction) -> Vec<(usize, bool)> {
    let mut all = Vec::with_capacity(2);
    // These two jump or raise again.
    let never = matches!(instruction.op, Op::CleanupThrow | Op::EndAsyncFor);
    if !instruction.is_terminator() && !never {
        all.push((instruction.next(), false));
    }
    all.extend(
        instruction
            .jumps()
            .filter_map(|to| Some((usize::try_from(to).ok()?, true))),
    );
    all
}

/// What an instruction may have done to registers when it raises.
fn disturb(instruction: &Instruction, state: &mut [Held]) {
    let (word, op) = (instruction.word, instruction.op);
    if matches!(op, Op::Call | Op::CallKw | Op::CallEx) {
        // The window is its own.
        for register in [word.b(), word.b() + 1] {
            state[register as usize] = Held::Unknown;
        }
    }
}

/// True if the instruction may read the register though nothing is there.
fn may_be_empty(instruction: &Instruction, register: u16) -> bool {
    let word = instruction.word;
    match instruction.op {
        Op::CheckLocal | Op::JumpIfNull | Op::PopExc => true,
        Op::Move => true,
        Op::Call | Op::CallKw => register == word.b().wrapping_add(1),
        Op::CallEx => register == word.b().wrapping_add(1) || register == word.b().wrapping_add(3),
        // Without `raise`'s operands.
        Op::Raise => word.x() == 0 || word.x() == 1 && register == word.b() && register != word.a(),
        _ => false,
    }
}

/// What must be in a register that an instruction reads.
fn needed(instruction: &Instruction, register: u16) -> Held {
    let word = instruction.word;
    let is = |field: u16, held: Held| {
        if register == field {
            held
        } else {
            Held::Object
        }
    };
    match instruction.op {
        Op::LoadCell => is(word.b(), Held::Cell),
        Op::StoreCell | Op::DelCell => is(word.a(), Held::Cell),
        Op::LoadFromDictOrCell => is(word.c(), Held::Cell),
        Op::ListAppend | Op::ListExtend => is(word.a(), Held::List),
        Op::ListToTuple => is(word.b(), Held::List),
        Op::PrepReraiseStar => is(word.c(), Held::List),
        // The set of annotations under conditions is a variable, so `SetAdd` tests what it gets.
        Op::SetUpdate => is(word.a(), Held::Set),
        Op::DictSet | Op::DictUpdate | Op::DictMerge => is(word.a(), Held::Dict),
        Op::BuildString => Held::Str,
        Op::SetFunctionAttr => is(word.a(), Held::Function),
        Op::MatchKeys | Op::MatchRest => is(word.c(), Held::Tuple),
        _ => Held::Object,
    }
}

/// Checks that the instruction finds what it reads.
fn check(instruction: &Instruction, state: &[Held]) -> Result<(), String> {
    for register in reads(instruction) {
        if may_be_empty(instruction, register) {
            continue;
        }
        let needed = needed(instruction, register);
        let held = state
            .get(register as usize)
            .copied()
            .unwrap_or(Held::Unknown);
        if !held.suffices(needed) {
            return Err(format!(
                "register {register} holds {held:?}, not {needed:?}"
            ));
        }
    }
    Ok(())
}

/// Whether the operand's run is written, not read.
fn writes_run(op: Op) -> bool {
    matches!(
        op,
        Op::CopyFreeVars
            | Op::LoadMethod
            | Op::LoadSpecial
            | Op::UnpackSeq
            | Op::UnpackEx
            | Op::ExcGroupMatch
            | Op::ExcTriple
    )
}

/// The registers that an instruction reads.
fn reads(instruction: &Instruction) -> Vec<u16> {
    let mut all = Vec::new();
    for operand in &instruction.operands {
        match *operand {
            Operand::Reg(r) => all.push(r),
            Operand::Run(r, n) if !writes_run(instruction.op) => {
                all.extend((0..n as u16).map(|i| r.wrapping_add(i)));
            }
            _ => {}
        }
    }
    let word = instruction.word;
    match instruction.op {
        Op::Yield if word.x() & 2 != 0 => all.push(word.c()),
        Op::CallIntrinsic => {
            let which = super::ops::Intrinsic::ALL.get(word.c() as usize);
            let count = which.map_or(0, |i| i.arguments()) as u16;
            all.retain(|r| *r != word.b());
            all.extend((0..count).map(|i| word.b().wrapping_add(i)));
        }
        _ => {}
    }
    all
}

/// What is in the registers after the instruction.
fn write(unit: &CodeUnit, instruction: &Instruction, jumped: bool, state: &mut [Held]) {
    let (word, op) = (instruction.word, instruction.op);
    disturb(instruction, state);
    let a = word.a() as usize;
    let mut set = |register: usize, held: Held| {
        if let Some(place) = state.get_mut(register) {
            *place = held;
        }
    };
    match op {
        Op::Move => {
            let held = state
                .get(word.b() as usize)
                .copied()
                .unwrap_or(Held::Unknown);
            state[a] = held;
        }
        Op::SetNull | Op::DelLocal | Op::PushExc => set(a, Held::Unknown),
        Op::CheckLocal => {
            if state[a] == Held::Unknown {
                state[a] = Held::Object;
            }
        }
        Op::JumpIfNull => {
            if jumped {
                set(a, Held::Unknown);
            } else if state[a] == Held::Unknown {
                state[a] = Held::Object;
            }
        }
        Op::MakeCell => set(a, Held::Cell),
        Op::LoadConst => {
            let held = match unit.consts.get(word.bc() as u32 as usize) {
                Some(Const::Str(_)) => Held::Str,
                Some(Const::Tuple(_)) => Held::Tuple,
                _ => Held::Object,
            };
            set(a, held);
        }
        Op::BuildList => set(a, Held::List),
        Op::BuildSet => set(a, Held::Set),
        Op::BuildMap => set(a, Held::Dict),
        Op::BuildTuple | Op::ListToTuple => set(a, Held::Tuple),
        Op::BuildString | Op::Convert | Op::FormatSimple | Op::FormatSpec => set(a, Held::Str),
        Op::MakeFunction => set(a, Held::Function),
        Op::CopyFreeVars => (0..word.b() as usize).for_each(|i| set(a + i, Held::Cell)),
        Op::LoadMethod | Op::LoadSpecial => {
            set(a, Held::Object);
            set(a + 1, Held::Unknown);
        }
        Op::LoadSuperAttr => {
            set(a, Held::Object);
            if word.x() & 1 != 0 {
                set(a + 1, Held::Unknown);
            }
        }
        // At the end of a loop its target is as it was.
        Op::ForIter if jumped => {}
        _ => {
            for operand in &instruction.operands {
                match *operand {
                    Operand::Dest(r) => set(r as usize, Held::Object),
                    Operand::Run(r, n) if writes_run(op) => {
                        (0..n as usize).for_each(|i| set(r as usize + i, Held::Object));
                    }
                    _ => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::Word;

    fn unit(code: Vec<Word>) -> CodeUnit {
        CodeUnit {
            nregs: 2,
            code: code.into_iter().map(|w| w.0).collect(),
            ..CodeUnit::default()
        }
    }

    #[test]
    fn finds_what_is_not_there() {
        let ret = Word::new(Op::Return, 0, 0, 0, 0);
        let none = Word::new(Op::LoadNone, 0, 0, 0, 0);
        let list = Word::new(Op::BuildList, 0, 1, 0, 0);
        let append = |to| Word::new(Op::ListAppend, 0, to, 0, 0);
        assert!(states(&unit(vec![none, ret])).is_ok());
        assert!(states(&unit(vec![none, list, append(1), ret])).is_ok());
        for bad in [
            vec![ret],
            vec![none, Word::new(Op::SetNull, 0, 0, 0, 0), ret],
            vec![none, list, append(0), ret],
            vec![none, Word::new(Op::LoadCell, 0, 0, 0, 0), ret],
            vec![Word::with_bc(Op::JumpIfNull, 0, 0, 1), ret],
        ] {
            assert!(states(&unit(bad.clone())).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn own_code_passes() {
        let source = b"def f(a, *b, k=1, **w):\n  try:\n    with a as c, b:\n      x = [i for i in c if i]\n  except* (A, B) as e:\n    raise\n  finally:\n    del a\n  match w:\n    case {'k': [1, *y], **z}: pass\n    case C(q, r=1) | q: yield lambda: (x, q, y)\n  return f'{x!r:>{k}}', (yield from k)\nasync def g(s):\n  async with s as t:\n    async for u in t: await u(*s, **t)\nclass C[T]:\n  a: int = 1\n  def h(self): return super().h(a=1)\n";
        let options = crate::codegen::Options::default();
        let unit = crate::compile::compile(source, b"", &options)
            .expect("it compiles")
            .code;
        let mut units = vec![&unit];
        while let Some(unit) = units.pop() {
            if let Err(error) = states(unit) {
                panic!("{}: {error}", unit.qualname);
            }
            units.extend(unit.consts.iter().filter_map(|c| match c {
                Const::Code(inner) => Some(&**inner),
                _ => None,
            }));
        }
    }
}
