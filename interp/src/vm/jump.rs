//! Setting `frame.f_lineno` in a trace function: where a debugger may send a frame.
//!
//! The rules are CPython's: a jump may leave blocks but not enter them, except into one of the kind it comes from. There
//! is no stack of blocks here; blocks are recovered from the code: a `for` loop is what lies between `ForIter` and its
//! exit, a handler is what a clean-up handler covers, the body of a `with` is what its handler covers.

use super::run::cx::{code_start, word_at};
use super::run::special;
use super::trace::Event;
use skein_compiler::bytecode::{Op, Word};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::frame::PyFrame;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::Frame;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loop,
    Handler,
    With,
}

/// A block that code runs inside of.
#[derive(Clone, Copy)]
struct Block {
    kind: Kind,
    start: usize,
    /// Of a loop the iterator, of a handler where the handled exception outside is kept.
    reg: usize,
}

/// The blocks of a code object.
struct Blocks {
    /// Loops and their ends.
    loops: Vec<(Block, usize)>,
    /// Rows of the exception table: start, end, target.
    rows: Vec<[usize; 3]>,
    /// Handlers and `with` bodies by the target of their rows.
    covered: Vec<(usize, Block)>,
}

/// What a jump does besides going on elsewhere.
#[derive(Default)]
pub struct Landing {
    /// The handled exception to restore is in this register.
    pub restore: Option<usize>,
    /// Registers to copy, from the block that is left to the one of its kind that is entered.
    pub copies: Vec<(usize, usize)>,
}

/// The opcode that the compiler wrote where `byte` stands now; a byte that is no opcode reads as `Nop`.
pub fn original(byte: u8) -> Op {
    special::original(byte).unwrap_or(Op::Nop)
}

/// The instructions of `code`: index and word.
fn instructions(code: Ref<PyCode>) -> Vec<(usize, Word, Op)> {
    let start = code_start(code);
    let (mut found, mut i) = (Vec::new(), 0);
    while i < code.word_count as usize {
        let word = word_at(start.wrapping_add(i));
        let op = original(word.opcode());
        found.push((i, word, op));
        i += op.len();
    }
    found
}

impl Blocks {
    fn of(code: Ref<PyCode>) -> Blocks {
        let start = code_start(code);
        let ins = instructions(code);
        let mut loops = Vec::new();
        for (i, word, op) in &ins {
            if *op == Op::ForIter {
                let offset = word_at(start.wrapping_add(i + 1)).0 as u32 as i32;
                let block = Block {
                    kind: Kind::Loop,
                    start: *i,
                    reg: word.b() as usize,
                };
                // Its exit may lead far away, but the jump back to it is its end.
                let back = ins.iter().rev().find(|(at, word, op)| {
                    *op == Op::JumpBack && at.wrapping_add_signed(word.bc() as isize) == *i
                });
                let exit = i.wrapping_add_signed(offset as isize);
                loops.push((block, back.map_or(exit, |(at, ..)| at + 1)));
            }
        }
        let rows = exception_rows(code);
        let mut covered: Vec<(usize, Block)> = Vec::new();
        for &[start, _, target] in &rows {
            if let Some((_, b)) = covered.iter_mut().find(|(t, _)| *t == target) {
                b.start = b.start.min(start);
                continue;
            }
            let Ok(at) = ins.binary_search_by_key(&target, |(i, ..)| *i) else {
                continue;
            };
            let second = ins.get(at + 1).map(|i| i.2);
            let with = ins[at..].iter().take(4).any(|i| i.2 == Op::ExcTriple);
            let kind = match ins[at].2 {
                Op::PopExc if second == Some(Op::Reraise) => Kind::Handler,
                Op::PushExc if with => Kind::With,
                _ => continue,
            };
            let reg = ins[at].1.a() as usize;
            covered.push((target, Block { kind, start, reg }));
        }
        Blocks {
            loops,
            rows,
            covered,
        }
    }

    /// The blocks around a word, outermost first.
    fn around(&self, at: usize) -> Vec<Block> {
        let loops = self.loops.iter();
        let mut found: Vec<Block> = loops
            .filter(|(b, end)| b.start <= at && at < *end)
            .map(|(b, _)| *b)
            .collect();
        // What covers a handler's code covers the code that the handler covers.
        let (mut place, mut seen) = (at, Vec::new());
        while let Some(row) = self.rows.iter().find(|r| r[0] <= place && place < r[1]) {
            place = row[2];
            if seen.contains(&place) {
                break;
            }
            seen.push(place);
            found.extend(
                self.covered
                    .iter()
                    .filter(|(t, _)| *t == place)
                    .map(|c| c.1),
            );
        }
        found.sort_by_key(|b| b.start);
        found
    }
}

fn exception_rows(code: Ref<PyCode>) -> Vec<[usize; 3]> {
    let table = code.exceptions.expect();
    let rows = table.bytes().chunks_exact(16);
    rows.map(|row| {
        [0, 1, 2].map(|i| {
            u32::from_le_bytes([row[i * 4], row[i * 4 + 1], row[i * 4 + 2], row[i * 4 + 3]])
                as usize
        })
    })
    .collect()
}

const NO_JUMP: &str = "can only jump from a 'line' trace event";

/// `frame.f_lineno = new`
pub fn set_line(vm: &mut Vm, frame: Ref<PyFrame>, new: Value) -> PyResult<()> {
    let Some(wanted) = as_i64(new).filter(|_| vm.type_of(new).builtin_id == ids::INT) else {
        return Err(vm.value_error("lineno must be an integer"));
    };
    let live = skein_runtime::builtins::frame_attrs::live(frame);
    let Some(live) = live.filter(|_| vm.trace_event.get() != Event::Nothing as u8) else {
        return Err(vm.value_error("f_lineno can only be set in a trace function"));
    };
    let event = vm.trace_event.get();
    let code = frame.code.expect();
    let from = live.lasti() as usize;
    let here = Op::from_byte(word_at(code_start(code).wrapping_add(from)).opcode());
    if event == Event::Call as u8 && here == Op::Resume {
        return Err(vm.value_error("can't jump from the 'call' trace event of a new frame"));
    }
    let yields = event == Event::Return as u8 && here == Op::Yield;
    if !yields && event != Event::Line as u8 && event != Event::Call as u8 {
        return Err(vm.value_error(NO_JUMP));
    }
    if wanted < code.firstlineno as i64 {
        return Err(vm.value_error(format!("line {wanted} comes before the current code block")));
    }
    let target = find_target(vm, code, from, wanted)?;
    fill_unbound(vm, live)?;
    frame.jump_to.set(target as u32 + 1);
    Ok(())
}

/// Code behind the assignment of a variable may rely on its being there.
fn fill_unbound(vm: &mut Vm, frame: Frame) -> PyResult<()> {
    let count = frame.code().varnames.expect().len();
    let unbound: Vec<usize> = (0..count)
        .filter(|r| frame.register(*r).is_null())
        .collect();
    if unbound.is_empty() {
        return Ok(());
    }
    let (n, s) = (unbound.len(), if unbound.len() == 1 { "" } else { "s" });
    let text = format!("assigning None to {n} unbound local{s}");
    vm.warn(ids::RUNTIME_WARNING, &text, 0)?;
    for reg in unbound {
        frame.set_register(reg, Value::NONE);
    }
    Ok(())
}

/// The best word at which the line `wanted`, or the next that has code, begins.
fn find_target(vm: &mut Vm, code: Ref<PyCode>, from: usize, wanted: i64) -> PyResult<usize> {
    let starts = line_starts(vm, code);
    let ins = instructions(code);
    // A return at the end is repeated for what leads to it.
    let is_exit = |at: usize| {
        let Ok(i) = ins.binary_search_by_key(&at, |(i, ..)| *i) else {
            return false;
        };
        matches!(ins[i].2, Op::LoadNone | Op::LoadConst)
            && ins.get(i + 1).is_some_and(|n| n.2 == Op::Return)
    };
    let line = starts
        .iter()
        .map(|s| s.1 as i64)
        .filter(|l| *l >= wanted)
        .min();
    let Some(line) = line else {
        return Err(vm.value_error(format!("line {wanted} comes after the current code block")));
    };
    let blocks = Blocks::of(code);
    let outside = blocks.around(from);
    let (mut best, mut refused): (Option<(usize, usize)>, bool) = (None, false);
    let mut refusal = "cannot find bytecode for specified line";
    for (at, _) in starts.iter().filter(|s| s.1 as i64 == line) {
        let inside = blocks.around(*at);
        let fits = inside.len() <= outside.len()
            && inside
                .iter()
                .zip(&outside)
                .all(|(a, b)| a.kind == b.kind && (a.kind != Kind::With || a.reg == b.reg));
        if fits && best.is_none_or(|b| inside.len() > b.1) {
            best = Some((*at, inside.len()));
        } else if !fits {
            refused = true;
            refusal = match inside.last().map(|b| b.kind) {
                Some(Kind::Loop) => "can't jump into the body of a for loop",
                Some(Kind::Handler) => "can't jump into an 'except' block as there's no exception",
                _ => "incompatible stacks",
            };
        }
    }
    match best {
        Some((at, _)) if !refused || !is_exit(at) => Ok(at),
        _ => Err(vm.value_error(refusal)),
    }
}

/// Instructions with which a line begins.
fn line_starts(vm: &Vm, code: Ref<PyCode>) -> Vec<(usize, u32)> {
    let (mut found, mut last) = (Vec::new(), None);
    for (i, _, op) in instructions(code) {
        let line = (vm.hooks.position)(vm, code, i as u32).map(|p| p.0);
        let added = matches!(
            op,
            Op::Resume | Op::PushExc | Op::PopExc | Op::Reraise | Op::MakeCell | Op::CopyFreeVars
        );
        if let Some(line) = line.filter(|l| !added && Some(*l) != last) {
            found.push((i, line));
        }
        if !added {
            last = line;
        }
    }
    found
}

/// What has to be done on the way from word `from` to word `to`.
pub fn landing(code: Ref<PyCode>, from: usize, to: usize) -> Landing {
    let blocks = Blocks::of(code);
    let (outside, inside) = (blocks.around(from), blocks.around(to));
    let mut landing = Landing::default();
    for (i, left) in outside.iter().enumerate() {
        match inside.get(i) {
            Some(entered) if entered.reg != left.reg => {
                landing.copies.push((left.reg, entered.reg));
            }
            None if left.kind == Kind::Handler && landing.restore.is_none() => {
                landing.restore = Some(left.reg);
            }
            _ => {}
        }
    }
    landing
}
