//! Which registers of a frame are still needed: the others are emptied before a collection that a program asked for.
//!
//! A register keeps what it held last, also when no instruction will read it again, and a collector cannot tell. Most
//! of the time that does not matter; but `gc.collect()` and `del` are where programs look whether an object died. There
//! a backward data-flow analysis of the frames' code tells which registers may still be read.
//!
//! It needs the instruction at which a frame stands. That is known where a slow handler runs (it has saved it) and in
//! the frames below; so this is done at chosen points, not in every collection. Variables are left alone.

use super::frames::variable_count;
use super::run::ret::Action;
use super::run::special;
use skein_compiler::bytecode::Word;
use skein_compiler::bytecode::decode::{Instruction, Operand};
use skein_compiler::bytecode::ops::Op;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::Frame;
use std::rc::Rc;

/// More frames than that are not looked at.
const MOST_FRAMES: usize = 1000;
/// Findings kept for the next time.
const MOST_KNOWN: usize = 4096;
/// Code with more words is not looked at.
const MOST_WORDS: usize = 20_000;

/// Empties the registers that the running tasklet's frames will not read again. To be called by slow handlers and natives.
pub fn forget_temporaries(vm: &mut Vm) {
    forget_registers(vm, false);
}

/// The same ahead of the instruction at which the running frame stands.
pub fn forget_before_instruction(vm: &mut Vm) {
    forget_registers(vm, true);
}

/// In keys of what is known: the instruction has not begun.
const NOT_BEGUN: u32 = 1 << 31;

fn forget_registers(vm: &mut Vm, mut not_begun: bool) {
    if vm.needed_registers.len() > MOST_KNOWN {
        vm.needed_registers.clear();
    }
    let mut frame = vm.current_frame();
    let mut window_is_dead = false;
    // Where native code runs Python, the frame below may stand before, inside or behind the instruction that it names: a
    // finaliser runs between two. Nothing of such a frame is forgotten.
    let mut uncertain = false;
    for _ in 0..MOST_FRAMES {
        let Some(f) = frame else { return };
        let code = f.code();
        let begun = if not_begun { NOT_BEGUN } else { 0 };
        let key = (code.serial, f.lasti() | begun, window_is_dead);
        let needed = vm.needed_registers.entry(key).or_insert_with(|| {
            let found = match not_begun {
                true => live_registers(code, f.lasti()),
                false => needed_registers(code, f.lasti(), window_is_dead),
            };
            found.map(Rc::from)
        });
        if let Some(needed) = needed
            && !uncertain
        {
            forget(f, variable_count(code), needed);
        }
        not_begun = false;
        // Arguments of a call that runs in a frame of its own are there, too.
        window_is_dead = Action::of(f.return_word()) == Action::Store;
        uncertain = Action::of(f.return_word()) == Action::Exit;
        frame = f.caller();
    }
}

fn forget(frame: Frame, variables: usize, needed: &[bool]) {
    for (i, needed) in needed.iter().enumerate().skip(variables) {
        if !needed {
            frame.set_register(i, Value::NULL);
        }
    }
}

/// What an instruction does with registers, and where control goes from it.
struct Effect {
    reads: Vec<usize>,
    writes: Vec<usize>,
    /// Indices of the instructions that may follow.
    next: Vec<usize>,
    /// The instruction of its exception handler and the register that takes the exception.
    handler: Option<(usize, usize)>,
    is_call: bool,
}

/// For each register whether a frame of `code` that stands at `lasti` needs it; `None` if that cannot be told.
fn needed_registers(code: Ref<PyCode>, lasti: u32, window_is_dead: bool) -> Option<Vec<bool>> {
    let (effects, at) = effects(code, lasti)?;
    let live = live_before(&effects, code.nregs as usize)?;
    let e = &effects[at];
    let mut needed = vec![false; code.nregs as usize];
    for &n in &e.next {
        add(&mut needed, &live[n]);
    }
    for &w in &e.writes {
        // What an instruction has written so far must stay, except that a call writes when it is over.
        needed[w] = !e.is_call;
    }
    if let Some((handler, register)) = e.handler {
        let kept = needed[register];
        add(&mut needed, &live[handler]);
        needed[register] = kept;
    }
    if !(e.is_call && window_is_dead) {
        let count = needed.len();
        for &r in e.reads.iter().filter(|&&r| r < count) {
            needed[r] = true;
        }
    }
    Some(needed)
}

/// The registers that are live before the instruction at `lasti`.
fn live_registers(code: Ref<PyCode>, lasti: u32) -> Option<Vec<bool>> {
    let (effects, at) = effects(code, lasti)?;
    live_before(&effects, code.nregs as usize)?
        .into_iter()
        .nth(at)
}

/// The registers that a frame needs that waits at `lasti` and goes on as the return word says; `None`: at a `yield`, or not
/// begun. Registers of variables are not looked at. The result is `None` if that cannot be told.
pub fn resumed_registers(code: Ref<PyCode>, lasti: u32, word: Option<u64>) -> Option<Vec<bool>> {
    Liveness::of(code)?.resumed(lasti, word)
}

/// What the instructions of one code read and write, and which registers are live before each.
pub struct Liveness {
    effects: Vec<Effect>,
    live: Vec<Vec<bool>>,
    /// Indices of instructions by their words.
    index: Vec<usize>,
}

impl Liveness {
    /// That of a code; `None` if it cannot be told.
    pub fn of(code: Ref<PyCode>) -> Option<Liveness> {
        let (effects, index) = effects_by_word(code)?;
        let live = live_before(&effects, code.nregs as usize)?;
        Some(Liveness {
            effects,
            live,
            index,
        })
    }

    /// See [`resumed_registers`].
    pub fn resumed(&self, lasti: u32, word: Option<u64>) -> Option<Vec<bool>> {
        let at = *self.index.get(lasti as usize)?;
        resumed(&self.effects, &self.live, at, lasti, word)
    }
}

fn resumed(
    effects: &[Effect],
    live: &[Vec<bool>],
    at: usize,
    lasti: u32,
    word: Option<u64>,
) -> Option<Vec<bool>> {
    let action = word.map(Action::of);
    let e = effects.get(at)?;
    if action == Some(Action::Again) || lasti == 0 && word.is_none() {
        return live.get(at).cloned();
    }
    let mut needed = vec![false; live[at].len()];
    for &n in &e.next {
        add(&mut needed, &live[n]);
    }
    // A loop may end without its target being written.
    if !matches!(
        action,
        Some(Action::ForIter | Action::Send | Action::AsyncSend)
    ) {
        for &w in &e.writes {
            needed[w] = false;
        }
    }
    if let Some((handler, register)) = e.handler {
        let kept = needed[register];
        add(&mut needed, &live[handler]);
        needed[register] = kept;
    }
    let count = needed.len();
    match action {
        None | Some(Action::Store | Action::GenCall) => {}
        Some(Action::Init) => {
            let made = word.map_or(0, super::run::ret::aux) as usize;
            *needed.get_mut(made)? = true;
        }
        // What is tried next takes the operands again.
        Some(_) => {
            for &r in e.reads.iter().filter(|&&r| r < count) {
                needed[r] = true;
            }
        }
    }
    Some(needed)
}

/// True if no instruction reads `register` between the word `at` and its being overwritten, as far as the next few tell.
pub fn is_ignored(code: Ref<PyCode>, mut at: usize, register: usize) -> bool {
    let words = code.words.expect();
    let (words, _) = words.bytes().as_chunks::<8>();
    let words = &words[..code.word_count as usize];
    for _ in 0..8 {
        let mut few = [0; 4];
        for (to, from) in few.iter_mut().zip(words.iter().skip(at)) {
            *to = u64::from_le_bytes(*from);
        }
        let Some(op) = special::original(few[0] as u8) else {
            return false;
        };
        few[0] = few[0] & !0xff | op as u64;
        let Ok(instruction) = Instruction::decode(&few, 0) else {
            return false;
        };
        let (reads, writes) = registers(&instruction);
        if reads.contains(&register) {
            return false;
        }
        if writes.contains(&register) || op == Op::Return {
            return true;
        }
        let jump = instruction.jumps().next();
        at = match (jump, instruction.is_terminator()) {
            (None, false) => at + op.len(),
            (Some(to), true) => (at as i64 + to) as usize,
            _ => return false,
        };
    }
    false
}

fn add(to: &mut [bool], from: &[bool]) -> bool {
    let mut changed = false;
    for (t, f) in to.iter_mut().zip(from) {
        changed |= *f && !*t;
        *t |= *f;
    }
    changed
}

/// The effects of all instructions and the index of the one at word `lasti`.
fn effects(code: Ref<PyCode>, lasti: u32) -> Option<(Vec<Effect>, usize)> {
    let (effects, index) = effects_by_word(code)?;
    let at = index.get(lasti as usize).copied();
    Some((effects, at.filter(|i| *i != usize::MAX)?))
}

/// The effects of all instructions, and their indices by word.
fn effects_by_word(code: Ref<PyCode>) -> Option<(Vec<Effect>, Vec<usize>)> {
    let words = original_words(code)?;
    let mut instructions = Vec::new();
    let mut index = vec![usize::MAX; words.len() + 1];
    let mut at = 0;
    while at < words.len() {
        let instruction = Instruction::decode(&words, at).ok()?;
        index[at] = instructions.len();
        at = instruction.next();
        instructions.push(instruction);
    }
    let place = |word: usize| index.get(word).copied().filter(|&i| i != usize::MAX);
    let mut effects = Vec::with_capacity(instructions.len());
    for i in &instructions {
        let mut next = Vec::with_capacity(2);
        if !i.is_terminator() {
            next.push(place(i.next())?);
        }
        for word in i.jumps() {
            next.push(place(usize::try_from(word).ok()?)?);
        }
        let (reads, writes) = registers(i);
        let handler = match code.handler_at(i.at as u32) {
            Some((word, register)) => Some((place(word as usize)?, register as usize)),
            None => None,
        };
        effects.push(Effect {
            reads,
            writes,
            next,
            handler,
            is_call: matches!(i.op, Op::Call | Op::CallKw),
        });
    }
    Some((effects, index))
}

/// The code's words with the opcodes that the compiler wrote.
fn original_words(code: Ref<PyCode>) -> Option<Vec<u64>> {
    let bytes = code.words.expect();
    let (words, _) = bytes.bytes().as_chunks::<8>();
    if words.len() > MOST_WORDS {
        return None;
    }
    let mut words: Vec<u64> = words[..code.word_count as usize]
        .iter()
        .map(|w| u64::from_le_bytes(*w))
        .collect();
    let mut at = 0;
    while at < words.len() {
        let word = Word(words[at]);
        let op = special::original(word.opcode())?;
        words[at] = words[at] & !0xff | op as u64;
        at += op.len();
    }
    Some(words)
}

/// Registers read and written.
fn registers(i: &Instruction) -> (Vec<usize>, Vec<usize>) {
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    let writes_run = matches!(
        i.op,
        Op::CopyFreeVars
            | Op::LoadMethod
            | Op::LoadSpecial
            | Op::UnpackSeq
            | Op::UnpackEx
            | Op::ExcGroupMatch
            | Op::ExcTriple
    );
    for operand in &i.operands {
        match *operand {
            Operand::Dest(r) => writes.push(r as usize),
            Operand::Reg(r) => reads.push(r as usize),
            Operand::Run(r, n) if writes_run => writes.extend(r as usize..r as usize + n as usize),
            Operand::Run(r, n) => reads.extend(r as usize..r as usize + n as usize),
            _ => {}
        }
    }
    match i.op {
        Op::MakeCell | Op::DelLocal => reads.push(i.word.a() as usize),
        Op::LoadSuperAttr if i.word.x() & 1 != 0 => writes.push(i.word.a() as usize + 1),
        Op::Yield if i.word.x() & 2 != 0 => reads.push(i.word.c() as usize),
        Op::CallIntrinsic => {
            // The table of intrinsics says what they read: never more than three.
            let first = i.word.b() as usize;
            reads.extend(first..first + 3);
        }
        _ => {}
    }
    (reads, writes)
}

/// The registers that are live before each instruction.
fn live_before(effects: &[Effect], registers: usize) -> Option<Vec<Vec<bool>>> {
    let mut live = vec![vec![false; registers]; effects.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for (i, e) in effects.iter().enumerate().rev() {
            let mut now = vec![false; registers];
            for &n in &e.next {
                add(&mut now, &live[n]);
            }
            for &w in &e.writes {
                *now.get_mut(w)? = false;
            }
            if let Some((handler, register)) = e.handler {
                let kept = *now.get(register)?;
                add(&mut now, &live[handler]);
                now[register] = kept;
            }
            for &r in e.reads.iter().filter(|&&r| r < registers) {
                now[r] = true;
            }
            changed |= add(&mut live[i], &now);
        }
    }
    Some(live)
}
