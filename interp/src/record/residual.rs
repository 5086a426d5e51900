//! Instructions that are left to the interpreter, and what must be in memory for them.

use super::emit::is_stable;
use super::state::{Frame, Register};
use super::step::Next;
use super::{Code, Pending, Recorded, Recorder, Seen};
use crate::tier::enter::{helpers, offset};
use crate::tier::exits::Base;
use crate::vm::run::cx::{header_word, word_value};
use crate::vm::run::ret::{Action, advance, dst};
use skein_compiler::bytecode::Word;
use skein_compiler::bytecode::decode::{Instruction, Operand};
use skein_jit::ir::{Binary, End, Op, Type};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// What the helper takes for "a frame that the running one called".
pub(super) const NO_FRAME: u64 = 0;

impl Recorder {
    /// Brings memory up to date: tags of floats, headers of frames, what the `Vm` says of them.
    pub(super) fn write_all_back(&mut self) -> Recorded {
        for f in 0..self.frames.len() {
            self.write_constants(f);
            for i in 0..self.frames[f].registers.len() {
                if self.frames[f].registers[i].raw {
                    self.word_in(f, i);
                }
            }
        }
        for f in 0..self.frames.len() {
            let fp = self.frames[f].fp;
            if !self.frames[f].written {
                let caller = self.frames[f - 1].fp;
                let code = self.frames[f].code.value().bits();
                let words = [
                    (at::CODE, code),
                    (at::RETURN, self.frames[f].ret),
                    (at::FRAME_OBJECT, 0),
                    (at::LOCALS, 0),
                    (at::GENERATOR, 0),
                ];
                for (offset, word) in words {
                    let w = self.constant(word);
                    self.store(fp, 8 * offset as i32, w);
                }
                if self.frames[f].function != 0 {
                    let w = self.constant(self.frames[f].function);
                    self.store(fp, 8 * at::FUNCTION as i32, w);
                }
                self.store(fp, 8 * at::CALLER as i32, caller);
                self.frames[f].written = true;
                self.frames[f].shown = true;
                self.changed();
            }
            let pc = self.frames[f].pc;
            if self.frames[f].written_pc != pc {
                let w = self.constant(pc);
                self.store(fp, 8 * at::PC as i32, w);
                self.frames[f].written_pc = pc;
            }
        }
        let frames = self.frames.len() as u32 - 1;
        if self.depth != frames {
            let now = self.load(self.vm, layout::VM_DEPTH);
            let right =
                self.binary_imm(Binary::Add, now, (frames as i64 - self.depth as i64) as u64);
            self.store(self.vm, layout::VM_DEPTH, right);
            self.depth = frames;
            self.changed();
        }
        let fp = self.frame().fp;
        self.store(self.vm, layout::VM_FRAME, fp);
        Ok(())
    }

    /// Forgets the shapes of objects that can change theirs.
    pub(super) fn forget_shapes(&mut self) {
        for f in &mut self.facts {
            if !is_stable(f.known.shape) {
                f.known.shape = 0;
            }
        }
        for f in &mut self.frames {
            for r in &mut f.registers {
                if !is_stable(r.known.shape) {
                    r.known.shape = 0;
                }
            }
        }
        self.forget_shapes_in_virtuals();
        self.changed();
    }

    /// What Python code that ran may have changed.
    fn anything_ran(&mut self) {
        self.forget_shapes();
        self.forget_fields();
        self.reliance_forgotten();
    }

    /// Leaves an instruction to the interpreter.
    pub(super) fn residual(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded {
        let op = Recorder::op(&p);
        if self.begun {
            return Err("begun twice");
        }
        match op {
            Code::Yield | Code::Return if self.frames.len() == 1 && self.header().is_some() => {
                return Err("leaves the frame");
            }
            _ => {}
        }
        let here = self.frame().actual;
        let returns_to = self.frames.iter().rposition(|f| f.actual == next.fp);
        let new = match returns_to {
            // Another call has taken the place of the frame that returned.
            Some(_) if op == Code::Return && next.fp == here => return self.residual_away(p),
            Some(_) => None,
            None if !self.entered(next) => return self.residual_away(p),
            None => match self.frame_at(next) {
                Ok(new) if !self.recurs(new.1) => Some(new),
                _ => return self.residual_away(p),
            },
        };
        self.write_all_back()?;
        self.count_residual(vm, &p);
        let pc = self.constant(p.pc);
        let to = self.constant(next.pc);
        let frame = match (returns_to, &new) {
            (Some(f), _) => self.frames[f].fp,
            (None, Some((Base::Top(words), _))) => self.top_address(*words),
            _ => self.constant(NO_FRAME),
        };
        let fp = self.frame().fp;
        let ok = self.call(
            helpers::residual as *const () as usize,
            &[self.context, pc, fp, to, frame],
            Type::Bool,
        );
        let e = self.exit_left();
        self.emit(Op::Guard(ok, true, e));
        if next.fp == here && (is_tame(op, p) || op == Code::LoadSlice && self.slices_plainly(p)) {
            self.forget_fields();
        } else {
            self.anything_ran();
        }
        if let Some(f) = returns_to {
            if next.fp == here {
                if next.pc == p.pc + 8 * op.len() as u64 {
                    self.forget_written(p.pc, p.word);
                } else {
                    self.forget_all();
                }
            } else {
                let ret = self.frame().ret;
                let popped = self.frames.len() - 1 - f;
                self.frames.truncate(f + 1);
                self.depth = f as u32;
                let pc = self.frame().pc;
                // Elsewhere than where the action leads to, an exception was raised.
                let goes_on = next.pc == pc + 8 * advance(ret) as u64
                    || matches!(Action::of(ret), Action::ForIter | Action::Send);
                if popped == 1 && goes_on && matches!(op, Code::Return | Code::Yield) {
                    let word = crate::vm::run::cx::word_at(pc as *const u64);
                    match crate::vm::run::special::original(word.opcode()) {
                        Some(op) => self.forget_written(pc, Word(word.0 & !0xff | op as u64)),
                        None => self.forget_all(),
                    }
                    self.forget(dst(ret));
                    self.forget(dst(ret) + 1);
                } else {
                    self.forget_all();
                }
            }
        } else if let Some((base, code)) = new {
            self.forget_written(p.pc, p.word);
            self.enter(vm, base, code, next)?;
        }
        // The header's instruction may have been moved.
        self.frame_mut().written_pc = 0;
        self.begun = true;
        self.changed();
        Ok(())
    }

    /// True for a slice of a builtin sequence by immediates, which have no `__index__` of their own.
    fn slices_plainly(&self, p: Pending) -> bool {
        let (a, c) = (p.word.a() as usize, p.word.c() as usize);
        matches!(p.b.shape, ids::LIST | ids::TUPLE | ids::STR | ids::BYTES)
            && p.c.bits & 7 != 0
            && a != c + 1
            && !self.actual_in(self.frames.len() - 1, c + 1).is_object()
    }

    /// An instruction after which the trace does not follow: it ends, and whatever code there is for what comes goes on.
    fn residual_away(&mut self, p: Pending) -> Recorded {
        self.write_all_back()?;
        let fp = self.frame().fp;
        let (pc, nowhere) = (self.constant(p.pc), self.constant(NO_FRAME));
        let callable = word_value(header_word(
            self.frame().actual as *mut u64,
            p.word.b() as isize,
        ));
        let switches = Recorder::op(&p) == Code::Call
            && callable.cast::<PyBuiltin>().is_some_and(|b| b.def.switches);
        let (helper, args) = match switches {
            true => (
                helpers::call_switching as *const (),
                vec![self.context, pc, fp],
            ),
            false => (
                helpers::residual as *const (),
                vec![self.context, pc, fp, nowhere, nowhere],
            ),
        };
        self.call(helper as usize, &args, Type::Bool);
        self.ended = Some(End::Link(crate::tier::dispatcher(), None));
        Ok(())
    }

    /// True if the trace is in a call of the code already.
    pub(super) fn recurs(&self, code: Ref<PyCode>) -> bool {
        let same = |f: &&Frame| f.code.value() == code.value();
        self.frames.iter().any(|f| same(&f))
    }

    /// The place and code of a frame that an instruction entered.
    fn frame_at(&self, next: Next) -> Recorded<(Base, Ref<PyCode>)> {
        let fp = next.fp as *mut u64;
        let code = self.check(
            word_value(header_word(fp, at::CODE)).cast::<PyCode>(),
            "no code",
        )?;
        let words = (next.fp.wrapping_sub(self.actual_top)) / 8;
        if header_word(fp, at::GENERATOR) != 0 {
            return Ok((Base::Bank(self.free_place()?), code));
        }
        let start = self.frames.iter().rev().find_map(Frame::end).unwrap_or(0) as usize;
        if words != start + skein_runtime::tasklet::stack::FRAME_WORDS {
            return Err("another piece of stack");
        }
        if self.frames.len() as u64 > self.params.inline_depth {
            return Err("calls too deep");
        }
        Ok((Base::Top(words as u32), code))
    }

    fn enter(&mut self, vm: &mut Vm, base: Base, code: Ref<PyCode>, next: Next) -> Recorded {
        let raw = next.fp as *mut u64;
        let fp = match base {
            Base::Top(words) => self.top_address(words),
            Base::Bank(place) => {
                let fp = self.load(self.vm, layout::VM_FRAME);
                self.store(self.context, offset::BANK + 8 * place as i32, fp);
                fp
            }
            Base::Root => return Err("a frame elsewhere"),
        };
        let function = word_value(header_word(raw, at::FUNCTION));
        crate::tier::keep(vm, function);
        crate::tier::keep(vm, code.value());
        self.frames.push(Frame {
            base,
            fp,
            code,
            function: function.bits(),
            pc: next.pc,
            ret: header_word(raw, at::RETURN),
            written: true,
            shown: true,
            written_pc: 0,
            pinned: false,
            generator: header_word(raw, at::GENERATOR) != 0,
            registers: vec![Register::default(); code.nregs as usize],
            actual: next.fp,
        });
        self.depth = self.frames.len() as u32 - 1;
        Ok(())
    }

    /// Forgets the registers that an instruction wrote.
    fn forget_written(&mut self, pc: u64, word: Word) {
        let op = word.op();
        let mut words = vec![word.0];
        for k in 1..op.len() {
            words.push(crate::vm::run::cx::word_at((pc as *const u64).wrapping_add(k)).0);
        }
        let Ok(i) = Instruction::decode(&words, 0) else {
            return self.forget_all();
        };
        // What comes next behind one of these is a handler, whose registers it has not got.
        if i.is_terminator() || matches!(op, Code::EndAsyncFor | Code::CleanupThrow) {
            return self.forget_all();
        }
        for o in &i.operands {
            let written = match *o {
                Operand::Dest(r) => r as usize..r as usize + 1,
                Operand::Run(r, n) => r as usize..r as usize + n as usize,
                _ => 0..0,
            };
            written.for_each(|r| self.forget(r));
        }
        // Pairs that the letters do not tell.
        if matches!(
            op,
            Code::LoadSuperAttr | Code::LoadMethod | Code::LoadSpecial | Code::ExcGroupMatch
        ) {
            self.forget(word.a() as usize + 1);
        }
    }

    /// Forgets every register of the frame.
    fn forget_all(&mut self) {
        for i in 0..self.frame().registers.len() {
            self.forget(i);
        }
    }
}

/// True for instructions that run no Python code with such operands, and change no object's shape and no namespace.
fn is_tame(op: Code, p: Pending) -> bool {
    let number = |s: Seen| s.bits & 7 != 0 || matches!(s.shape, ids::INT | ids::FLOAT);
    let plain = |s: Seen| number(s) || matches!(s.shape, ids::STR | ids::BYTES);
    let container = |s: Seen| {
        matches!(
            s.shape,
            ids::LIST | ids::TUPLE | ids::STR | ids::BYTES | ids::RANGE
        )
    };
    match op {
        Code::BuildTuple
        | Code::BuildList
        | Code::BuildString
        | Code::BuildSlice
        | Code::MakeCell
        | Code::MakeFunction => true,
        Code::LoadSubscr => container(p.b) && p.c.bits & 1 == 1,
        Code::GetIter => container(p.b) || p.b.shape == ids::DICT,
        Code::ForIter => matches!(
            p.b.shape,
            ids::LIST_ITERATOR | ids::TUPLE_ITERATOR | ids::RANGE_ITERATOR | ids::STR_ITERATOR
        ),
        Code::Add
        | Code::Sub
        | Code::Mul
        | Code::FloorDiv
        | Code::TrueDiv
        | Code::Pow
        | Code::LShift
        | Code::RShift => number(p.b) && number(p.c),
        Code::And | Code::Or | Code::Xor => number(p.b) && number(p.c),
        Code::AddImm | Code::SubImm | Code::Neg | Code::Invert => number(p.b),
        Code::Lt | Code::Le | Code::Eq | Code::Ne | Code::Gt | Code::Ge => plain(p.b) && plain(p.c),
        Code::LtJump | Code::LeJump | Code::EqJump | Code::NeJump | Code::GtJump | Code::GeJump => {
            plain(p.b) && plain(p.c)
        }
        Code::JumpIfTrue | Code::JumpIfFalse => {
            plain(p.a) || container(p.a) || p.a.shape == ids::DICT
        }
        Code::Not | Code::ToBool => plain(p.b) || container(p.b) || p.b.shape == ids::DICT,
        Code::FormatSimple | Code::Convert => plain(p.b),
        _ => false,
    }
}
