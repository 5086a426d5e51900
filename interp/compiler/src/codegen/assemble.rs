//! From symbolic instructions to words: dead code, needless checks, jump threading, distances, tables.

use super::flow::Flow;
use super::unit::{Ins, Label, NO_LABEL, Unit};
use crate::bytecode::{CodeUnit, ExceptionEntry, Op, Word};
use crate::positions;
use crate::source::Source;
use rustpython_text_size::TextRange;
use std::collections::HashSet;

/// Turns a finished unit into its plain data.
pub fn assemble(mut unit: Unit, src: &Source, filename: &[u8]) -> CodeUnit {
    thread_jumps(&mut unit);
    copy_exits(&mut unit);
    invert_jumps(&mut unit, src);
    let live = remove_needless(&mut unit);
    compact(&mut unit, &live);
    let layout = Layout::new(&unit);
    let code = layout.words(&unit);
    let exceptions = layout.exceptions(&unit);
    let positions = layout.positions(&unit, src);
    CodeUnit {
        name: unit.name,
        qualname: unit.qualname,
        filename: filename.into(),
        flags: unit.flags,
        argcount: unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        varnames: unit.varnames.iter().map(|n| n.to_string()).collect(),
        cellvars: unit.cellvars.iter().map(|n| n.to_string()).collect(),
        cell_regs: unit.cell_regs,
        freevars: unit.freevars.iter().map(|n| n.to_string()).collect(),
        free_base: unit.free_base,
        nregs: unit.regs.count(),
        consts: unit.consts,
        names: unit.names,
        code,
        exceptions,
        positions,
        firstlineno: unit.firstlineno,
    }
}

/// Lets jumps to jumps go to the final target.
fn thread_jumps(unit: &mut Unit) {
    for i in 0..unit.ins.len() {
        let ins = &unit.ins[i];
        if ins.target == NO_LABEL || ins.op == Op::JumpBack {
            continue;
        }
        let mut target = ins.target;
        // Bounded, because jumps can form a circle in code that never runs.
        for _ in 0..16 {
            let at = unit.labels[target.0 as usize] as usize;
            match unit.ins.get(at) {
                Some(next) if next.op == Op::Jump && next.x == 0 => target = next.target,
                _ => break,
            }
        }
        if unit.labels[target.0 as usize] as usize > i {
            unit.ins[i].target = target;
        }
    }
}

/// Gives jumps to the implicit return at the end one of their own, which is on the line that they come from.
fn copy_exits(unit: &mut Unit) {
    let Some(exit) = unit.implicit_exit else {
        return;
    };
    let at = unit.labels[exit.0 as usize];
    let (value, ret) = (unit.ins[at as usize], unit.ins[at as usize + 1]);
    let mut copies: Vec<(TextRange, Label)> = Vec::new();
    for i in 0..unit.ins.len() {
        let ins = unit.ins[i];
        let exits = ins.target != NO_LABEL && unit.labels[ins.target.0 as usize] == at;
        let (true, Some(loc)) = (exits && i + 1 != at as usize, ins.loc) else {
            continue;
        };
        let known = copies.iter().find(|(range, _)| *range == loc);
        unit.ins[i].target = match known {
            Some((_, label)) => *label,
            None => {
                let label = unit.label_here();
                copies.push((loc, label));
                for copied in [value, ret] {
                    let loc = Some(loc);
                    unit.ins.push(Ins { loc, ..copied });
                }
                label
            }
        };
    }
}

/// A conditional jump over a jump becomes the inverse jump.
///
/// Not across lines: the line of the jump (a `break`, say) must be seen by trace functions.
fn invert_jumps(unit: &mut Unit, src: &Source) {
    let placed: HashSet<u32> = unit.labels.iter().copied().collect();
    for i in 0..unit.ins.len().saturating_sub(2) {
        let (test, jump) = (unit.ins[i], unit.ins[i + 1]);
        if jump.op != Op::Jump || test.target == NO_LABEL || placed.contains(&(i as u32 + 1)) {
            continue;
        }
        let line = |loc: Option<TextRange>| loc.map(|r| src.line_of(r.start().to_usize()));
        if line(test.loc) != line(jump.loc) {
            continue;
        }
        let over = unit.labels[test.target.0 as usize] as usize == i + 2;
        let forward = unit.labels[jump.target.0 as usize] as usize > i;
        let (op, x) = match test.op {
            Op::JumpIfTrue => (Op::JumpIfFalse, test.x),
            Op::JumpIfFalse => (Op::JumpIfTrue, test.x),
            Op::JumpIfNone => (Op::JumpIfNotNone, test.x),
            Op::JumpIfNotNone => (Op::JumpIfNone, test.x),
            op if is_fused(op) => (op, test.x ^ 1),
            _ => continue,
        };
        if over && forward {
            unit.ins[i].op = op;
            unit.ins[i].x = x;
            unit.ins[i].target = jump.target;
            unit.ins[i + 1].op = Op::Nop;
            unit.ins[i + 1].x = 1;
            unit.ins[i + 1].target = NO_LABEL;
        }
    }
}

/// Marks the instructions that stay.
fn remove_needless(unit: &mut Unit) -> Vec<bool> {
    let params = unit.argcount
        + unit.kwonlyargcount
        + (unit.flags & crate::bytecode::unit::flags::VARARGS != 0) as u32
        + (unit.flags & crate::bytecode::unit::flags::VARKEYWORDS != 0) as u32;
    let bound: Vec<u16> = (0..params as u16).collect();
    let flow = Flow {
        ins: &unit.ins,
        labels: &unit.labels,
        handlers: &unit.handlers,
    };
    let mut live = flow.reachable();
    let needless = flow.needless_checks(&bound, &live);
    for (live, needless) in live.iter_mut().zip(needless) {
        *live &= !needless;
    }
    // A comprehension's variable is emptied at its start only for the checks that are left.
    let checked: HashSet<u16> = unit
        .ins
        .iter()
        .zip(&live)
        .filter(|(ins, live)| **live && ins.op == Op::CheckLocal)
        .map(|(ins, _)| ins.a)
        .collect();
    for i in 0..unit.ins.len() {
        let ins = &unit.ins[i];
        let idle = match ins.op {
            Op::SetNull => ins.x == 1 && !checked.contains(&ins.a),
            Op::Move => ins.a == ins.b,
            // What `invert_jumps` left over.
            Op::Nop => ins.x == 1,
            Op::Jump if ins.x == 0 => {
                let at = unit.labels[ins.target.0 as usize] as usize;
                at > i && !live[i + 1..at].contains(&true)
            }
            _ => false,
        };
        live[i] &= !idle;
    }
    for ins in &mut unit.ins {
        if ins.op == Op::SetNull {
            ins.x = 0;
        }
    }
    live
}

/// Drops dead instructions and moves the labels along.
fn compact(unit: &mut Unit, live: &[bool]) {
    let mut new_index = Vec::with_capacity(live.len() + 1);
    let mut count = 0;
    for live in live {
        new_index.push(count);
        count += *live as u32;
    }
    new_index.push(count);
    for label in &mut unit.labels {
        *label = new_index.get(*label as usize).copied().unwrap_or(count);
    }
    let mut flags = live.iter();
    unit.ins.retain(|_| flags.next().copied().unwrap_or(false));
}

fn is_fused(op: Op) -> bool {
    op.operands().starts_with('j')
}

/// Word offsets of the instructions.
struct Layout {
    /// Offset of each instruction, and of the end.
    starts: Vec<u32>,
    /// Fused jumps whose target is too far for 16 bits.
    far: Vec<bool>,
}

impl Layout {
    fn new(unit: &Unit) -> Layout {
        let mut layout = Layout {
            starts: Vec::new(),
            far: vec![false; unit.ins.len()],
        };
        loop {
            layout.measure(&unit.ins);
            let mut grown = false;
            for (i, ins) in unit.ins.iter().enumerate() {
                let near = i16::try_from(layout.distance(unit, i, ins.target)).is_ok();
                if is_fused(ins.op) && !layout.far[i] && !near {
                    layout.far[i] = true;
                    grown = true;
                }
            }
            if !grown {
                return layout;
            }
        }
    }

    fn measure(&mut self, ins: &[Ins]) {
        self.starts.clear();
        let mut at = 0;
        for (i, ins) in ins.iter().enumerate() {
            self.starts.push(at);
            at += ins.op.len() as u32 + self.far[i] as u32;
        }
        self.starts.push(at);
    }

    fn place(&self, unit: &Unit, label: Label) -> u32 {
        self.starts[unit.labels[label.0 as usize] as usize]
    }

    fn distance(&self, unit: &Unit, from: usize, label: Label) -> i32 {
        match label {
            NO_LABEL => 0,
            _ => self.place(unit, label) as i32 - self.starts[from] as i32,
        }
    }

    fn words(&self, unit: &Unit) -> Vec<u64> {
        let mut code = Vec::with_capacity(self.starts.last().copied().unwrap_or(0) as usize);
        for (i, ins) in unit.ins.iter().enumerate() {
            let off = self.distance(unit, i, ins.target);
            let plain = Word::new(ins.op, ins.x, ins.a, ins.b, ins.c);
            if ins.target == NO_LABEL {
                code.push(plain.0);
            } else if is_fused(ins.op) && self.far[i] {
                // The inverse test jumps over a long jump.
                code.push(Word::new(ins.op, ins.x ^ 1, 2, ins.b, ins.c).0);
                code.push(Word::with_bc(Op::Jump, 0, 0, off - 1).0);
            } else if is_fused(ins.op) {
                code.push(Word::new(ins.op, ins.x, off as i16 as u16, ins.b, ins.c).0);
            } else if ins.op.operands().ends_with('J') {
                code.push(Word::with_bc(ins.op, ins.x, ins.a, off).0);
            } else {
                code.push(plain.0);
            }
            let in_ext = ins.target != NO_LABEL && !ins.op.operands().ends_with('J');
            let ext = if in_ext { off as u32 } else { ins.ext };
            if ins.op.len() > 1 {
                code.push(u64::from(ext));
                code.extend(std::iter::repeat_n(0, ins.op.len() - 2));
            }
        }
        code
    }

    fn exceptions(&self, unit: &Unit) -> Vec<ExceptionEntry> {
        let mut entries: Vec<ExceptionEntry> = Vec::new();
        for (i, ins) in unit.ins.iter().enumerate() {
            if ins.handler.0 == 0 {
                continue;
            }
            let handler = unit.handlers[ins.handler.0 as usize];
            let (start, end) = (self.starts[i], self.starts[i + 1]);
            let target = self.place(unit, handler.label);
            match entries.last_mut() {
                Some(last)
                    if last.end == start && last.target == target && last.reg == handler.reg =>
                {
                    last.end = end;
                }
                _ => entries.push(ExceptionEntry {
                    start,
                    end,
                    target,
                    reg: handler.reg,
                }),
            }
        }
        entries
    }

    fn positions(&self, unit: &Unit, src: &Source) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.starts.last().copied().unwrap_or(0) as usize);
        let mut last: Option<(TextRange, positions::Position)> = None;
        for (i, ins) in unit.ins.iter().enumerate() {
            let position = ins.loc.map(|range| match last {
                Some((known, position)) if known == range => position,
                _ => src.position(range),
            });
            if let (Some(range), Some(position)) = (ins.loc, position) {
                last = Some((range, position));
            }
            let words = self.starts[i + 1] - self.starts[i];
            all.extend(std::iter::repeat_n(position, words as usize));
        }
        positions::encode(&all)
    }
}
