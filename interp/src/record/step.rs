//! One step of a recording: what the instruction that just ran did is written down, the next one is looked at.

use super::{Code, Origin, Pending, Recorded, Recorder, Seen};
use crate::vm::run::cx::{Cx, header_word};
use crate::vm::run::ret::Action;
use crate::vm::run::special;
use skein_compiler::bytecode::Word;
use skein_jit::ir::{Cond, End, Op, Width};
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};

/// Where the loop went after an instruction.
#[derive(Clone, Copy)]
pub(super) struct Next {
    /// The next instruction.
    pub pc: u64,
    /// The frame that runs it.
    pub fp: usize,
}

impl Recorder {
    /// The instruction at `cx` is about to run. True while the recording goes on.
    pub fn step(&mut self, vm: &mut Vm, cx: Cx) -> Recorded<bool> {
        let next = Next {
            pc: cx.pc as u64,
            fp: cx.fp as usize,
        };
        if let Some(p) = self.pending.take() {
            self.steps += 1;
            if self.steps > self.params.instructions
                || self.ops.len() as u64 > self.params.trace_length
            {
                if self.loop_start.is_some() {
                    return Err("too long");
                }
                // Cut: what follows is recorded from there.
                let e = self.exit();
                self.ended = Some(End::Exit(e));
                return Ok(false);
            }
            if vm.locals_written.get() != self.locals_written {
                return Err("variables set from outside");
            }
            self.finish(vm, p, next)?;
            for shape in std::mem::take(&mut self.shapes) {
                if let Some(s) = vm.shapes.try_get(shape) {
                    crate::tier::keep(vm, s.value());
                }
            }
            if self.ended.is_some() {
                return Ok(false);
            }
        }
        let code = header_word(cx.fp, at::CODE);
        if self.frame().actual != next.fp || self.frame().code.value().bits() != code {
            return Err("another frame");
        }
        if self.frames.len() == 1 && self.header() == Some(next.pc) && self.steps > 0 {
            self.close_loop();
            if self.ended.is_some() {
                return Ok(false);
            }
        }
        let Some(op) = special::original(cx.insn.opcode()) else {
            return Err("unknown opcode");
        };
        if self.goes_on_elsewhere(op, next)? {
            return Ok(false);
        }
        let seen = |i: usize| {
            if i < cx.code().nregs as usize {
                Seen::of(cx.reg(i))
            } else {
                Seen::default()
            }
        };
        let is_call = matches!(op, Code::Call);
        let base = cx.fp.wrapping_sub(FRAME_WORDS);
        let plain = op == Code::Return
            && header_word(cx.fp, at::FRAME_OBJECT) == 0
            && vm.chunk.get().is_some_and(|c| c.base() != base);
        self.root_caller = header_word(self.frames[0].actual as *mut u64, at::CALLER) as usize;
        self.pending = Some(Pending {
            pc: next.pc,
            word: Word(cx.insn.0 & !0xff | op as u64),
            a: seen(cx.a()),
            b: seen(cx.b()),
            c: seen(cx.c()),
            more: super::natives::More::of(vm, cx, op),
            next: if is_call {
                seen(cx.b() + 1)
            } else {
                Seen::default()
            },
            plain,
        });
        self.frame_mut().pc = next.pc;
        self.begun = false;
        self.ran_python = false;
        self.changed();
        if let Some(p) = self.pending
            && is_call
            && collects(p)
        {
            // Values in registers and on the native stack would keep objects alive: the interpreter calls it.
            if self.steps == 0 {
                return Err("ends at once");
            }
            let e = self.exit();
            self.ended = Some(End::Exit(e));
            return Ok(false);
        }
        Ok(true)
    }

    /// Ends the trace ahead of an instruction that has code of its own, or where the loop ends in which it is recorded.
    fn goes_on_elsewhere(&mut self, op: Code, next: Next) -> Recorded<bool> {
        let leaves =
            |fp: usize| Action::of(header_word(fp as *mut u64, at::RETURN)) == Action::Exit;
        if self.frames.len() == 1
            && matches!(op, Code::Return | Code::Yield)
            && leaves(self.frames[0].actual)
        {
            if self.steps == 0 {
                return Err("ends at once");
            }
            self.frame_mut().pc = next.pc;
            self.begun = false;
            self.changed();
            let e = self.exit();
            self.ended = Some(End::Exit(e));
            return Ok(true);
        }
        let code = self.frame().code;
        let below = self.frames.len() - 1;
        let same = |f: &super::Frame| f.code.value() == code.value();
        let again = self.frames[..below].iter().filter(|f| same(f)).count() as u64;
        // Calls in calls of a large function would make traces for each way through all of them.
        let large = again > 0 && self.ops.len() as u64 > self.params.recursion_length;
        if op == Code::Resume && (again > self.params.recursion || large) {
            self.frame_mut().pc = next.pc;
            self.write_all_back()?;
            let fp = self.frame().fp;
            self.look_behind();
            self.dispatch_at(next.pc, fp);
            return Ok(true);
        }
        if self.frames.len() == 1 && self.steps > 0 && self.origin == Origin::Anchor(next.pc) {
            self.frame_mut().pc = next.pc;
            let slot = crate::tier::slot_of(self.root);
            self.link(slot)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Writes down what an instruction did.
    fn finish(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded {
        let here = self.frame().actual;
        let op = Recorder::op(&p);
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let stays = next.fp == here;
        let follows = stays && next.pc == p.pc + 8 * op.len() as u64;
        let done = match op {
            Code::Nop | Code::Resume | Code::Jump if stays => true,
            Code::Nop | Code::Resume | Code::Jump => return Err("interrupted"),
            Code::Move => {
                let f = self.frames.len() - 1;
                self.copy((f, b), (f, a));
                true
            }
            Code::LoadInt => {
                let w = self.constant((p.word.bc() as i64 as u64) << 1 | 1);
                self.set(a, w);
                true
            }
            Code::LoadNone => {
                let w = self.constant(Value::NONE.bits());
                self.set(a, w);
                true
            }
            Code::LoadBool => {
                let w = self.constant(Value::bool(p.word.x() != 0).bits());
                self.set(a, w);
                true
            }
            Code::SetNull => {
                let w = self.constant(0);
                self.set(a, w);
                true
            }
            Code::LoadConst => {
                let code = self.frame().code;
                let v = code.consts.expect().get(p.word.bc() as u32 as usize);
                match v.as_small_float() {
                    Some(f) => {
                        let v = self.float_constant(f);
                        self.set_float(a, v);
                    }
                    None => {
                        let w = self.object(vm, v);
                        self.set(a, w);
                    }
                }
                true
            }
            Code::CheckLocal => follows && self.check_local(a),
            Code::JumpBack => return self.jump_back(vm, p, next),
            Code::JumpIfTrue | Code::JumpIfFalse => {
                let jumped = next.pc != p.pc + 8;
                stays && self.truth_jump(vm, a, p.a, jumped == (op == Code::JumpIfTrue))
            }
            Code::JumpIfNone | Code::JumpIfNotNone | Code::JumpIfNull => {
                let word = if op == Code::JumpIfNull {
                    0
                } else {
                    Value::NONE.bits()
                };
                self.is_jump(a, p.a, word);
                true
            }
            Code::Not | Code::ToBool => follows && self.truth_value(vm, a, b, p.b, op == Code::Not),
            Code::Is if self.dissolved(b).is_some() || self.dissolved(c).is_some() => {
                // Nothing else is an object that nobody else knows.
                let same = self.dissolved(b) == self.dissolved(c);
                let w = self.constant(Value::bool(same == (p.word.x() == 0)).bits());
                self.set(a, w);
                true
            }
            Code::Is => {
                let (x, y) = (self.word(b), self.word(c));
                let same = self.compare(if p.word.x() == 0 { Cond::Eq } else { Cond::Ne }, x, y);
                self.set_bool(a, same);
                true
            }
            Code::Return => self.returned(vm, p, next)?,
            Code::Call => {
                self.called(vm, p, next)?
                    || self.called_in_any_way(vm, p, next)?
                    || !stays && self.resumed_by_call(vm, p, next)?
            }
            Code::CallKw | Code::CallEx => self.called_in_any_way(vm, p, next)?,
            Code::LoadGlobal => follows && self.load_global(vm, p),
            Code::LoadName | Code::StoreName => follows && self.module_name(vm, p),
            Code::LoadAttr | Code::LoadMethod => self.load_attribute(vm, p, next)?,
            Code::StoreAttr => follows && self.store_attribute(vm, p),
            Code::LoadCell => follows && self.load_cell(a, b, p.b),
            Code::LoadSubscr => follows && self.load_item(p),
            Code::StoreSubscr => follows && self.store_item(p),
            Code::GetIter if follows && p.b.shape == ids::GENERATOR => {
                let w = self.word(b);
                self.guard_shape(w, ids::GENERATOR);
                self.set(a, w);
                true
            }
            Code::ForIter if stays => self.for_iter(p, next),
            Code::ForIter | Code::Send => !stays && self.resumed(vm, p, next)?,
            Code::Yield => self.yielded(vm, p, next)?,
            Code::Contains => follows && self.contains(p),
            Code::UnpackSeq => follows && (self.unpack(p) || self.unpack_over(vm, p)),
            Code::ListAppend => follows && self.list_append(p),
            Code::Add
            | Code::Sub
            | Code::Mul
            | Code::MatMul
            | Code::TrueDiv
            | Code::FloorDiv
            | Code::Mod
            | Code::Pow
            | Code::LShift
            | Code::RShift
            | Code::And
            | Code::Or
            | Code::Xor
                if !stays =>
            {
                self.operator_entered(vm, p, next)?
            }
            _ => {
                let arithmetic = self.arithmetic(op, p, next, follows);
                arithmetic && stays
            }
        };
        if done
            || self.natively(vm, p, next, follows, stays)
            || !stays && self.special_entered(vm, p, next)?
            || !stays && self.soft_entered(vm, p, next)?
        {
            return Ok(());
        }
        self.residual(vm, p, next)
    }

    fn check_local(&mut self, a: usize) -> bool {
        let r = self.frame().registers[a];
        let known = r.word.map_or(r.known, |w| self.fact(w).known);
        if r.raw || r.float.is_some() || known.int || known.object || known.boolean {
            return true;
        }
        let w = self.word(a);
        if self.fact(w).constant.is_some_and(|c| c != 0) {
            return true;
        }
        let c = self.compare_imm(Cond::Ne, w, 0);
        self.guard(c, true);
        true
    }

    /// A loop's back edge. Other loops than the recording's own are gone on in, if they have code.
    fn jump_back(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded {
        if next.fp != self.frame().actual || next.pc == p.pc + 16 {
            return Err("interrupted");
        }
        // The flag is a byte in memory of its own, kept for the life of the process.
        let flag = self.constant(vm.attention.as_ptr() as u64);
        let raised = self.emit(Op::Load(Width::W8, flag, 0));
        let c = self.compare_imm(Cond::Eq, raised, 0);
        self.guard(c, true);
        if self.frames.len() == 1 && self.header() == Some(next.pc) {
            return Ok(());
        }
        if let Origin::Loop { header, .. } = self.origin
            && !self.may_leave
            && self.frames.len() == 1
            && (next.pc as u64) < header
            && header < p.pc as u64
        {
            return Err(LEAVES);
        }
        if let Some(link) = crate::tier::link_for(next.pc) {
            self.frame_mut().pc = next.pc;
            self.begun = false;
            self.changed();
            if self.leave_typed(next.pc) {
                return Ok(());
            }
            return self.link(link);
        }
        let turns = self.turns.entry(next.pc).or_default();
        *turns += 1;
        if *turns > self.params.unroll {
            // It gets hot by itself; what comes behind the exit is recorded then.
            let e = self.exit();
            self.ended = Some(End::Exit(e));
        }
        Ok(())
    }

    /// Ends the trace: it goes on in the innermost frame, in the code whose address stands at `slot`.
    fn link(&mut self, slot: u64) -> Recorded {
        self.write_all_back()?;
        let frame = match self.frame().base {
            crate::tier::exits::Base::Root => None,
            _ => Some(self.frame().fp),
        };
        if frame.is_some() {
            let top = self.load(self.vm, skein_runtime::layout::VM_STACK_TOP);
            self.store(self.context, crate::tier::enter::offset::TOP, top);
        }
        self.look_behind();
        self.ended = Some(End::Link(slot, frame));
        Ok(())
    }

    /// True if the frame that runs next was called by the present one, in the loop.
    pub(super) fn entered(&self, next: Next) -> bool {
        let fp = next.fp as *mut u64;
        next.fp != self.frame().actual
            && self.frames.iter().all(|f| f.actual != next.fp)
            && header_word(fp, at::CALLER) == self.frame().actual as u64
            && Action::of(header_word(fp, at::RETURN)) != Action::Exit
    }
}

/// Why a loop's recording was given up that was in the loop's last turn: the turns that stay would be those of a bridge.
pub const LEAVES: &str = "leaves the loop";

/// True for a call of `gc.collect()`.
fn collects(p: Pending) -> bool {
    p.b.kind == Some(Kind::Builtin)
        && crate::vm::run::cx::word_value(p.b.bits)
            .cast::<skein_runtime::builtins::builtin::PyBuiltin>()
            .is_some_and(|b| b.collects)
}
