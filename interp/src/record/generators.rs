//! Generators and coroutines in traces: resumed, suspended and ended without the interpreter.
//!
//! A generator's frame is a part of its object, so going into one is telling who called, and leaving it is telling where it
//! stands. Its registers have homes in memory all the time; a suspended generator is complete there. Where the trace does not
//! know who resumed it, it ends at the yield, and goes on wherever code for what follows begins.

use super::state::{Frame, Register};
use super::step::Next;
use super::{Code, Pending, Recorded, Recorder, Seen};

use crate::tier::enter::{helpers, offset};
use crate::tier::exits::Base;
use crate::vm::run::cx::{code_start, generator_frame_pointer, header_word, word_at, word_value};
use crate::vm::run::ret::{self, Action, advance, dst, ret};
use crate::vm::run::special;
use skein_jit::ir::{Binary, Cond, End, Op, Type, Val, Width};
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// Byte offset of a word of a frame's header from its register 0.
const fn header(word: isize) -> i32 {
    8 * word as i32
}

/// A generator that is resumed.
struct Into {
    seen: Seen,
    /// The register that it is in.
    at: usize,
    /// The register of what it is sent; otherwise that is None.
    sent: Option<usize>,
    /// What its frame returns by.
    word: u64,
}

/// The way from a suspended frame to its caller, as operations that read the frame's return word.
struct WayOut {
    word: Val,
    caller: Val,
}

impl Recorder {
    /// `ForIter` or `Send` that went into a generator.
    pub(super) fn resumed(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let op = Recorder::op(&p);
        let action = match op {
            Code::ForIter => Action::ForIter,
            _ => Action::Send,
        };
        let into = Into {
            seen: p.b,
            at: p.word.b() as usize,
            sent: (op == Code::Send).then_some(p.word.c() as usize),
            word: ret(action, 2, p.word.a() as usize, 0),
        };
        self.resume(vm, p, next, into)
    }

    /// A call of `send` or `__next__` of a generator, or of `next` with one, that went into it.
    pub(super) fn resumed_by_call(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
    ) -> Recorded<bool> {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        if p.b.kind != Some(Kind::Builtin) || self.begun || !self.entered(next) {
            return Ok(false);
        }
        let Some((owner, name)) = Recorder::native_name(vm, &p) else {
            return Ok(false);
        };
        let method = p.next.bits != 0;
        let (seen, at, sent) = match (owner.as_str(), name, method, argc) {
            ("builtins", "next", false, 1) => (p.more.args[0], base + 2, None),
            ("generator", "__next__", true, 0) => (p.next, base + 1, None),
            ("generator", "send", true, 1) => (p.next, base + 1, Some(base + 2)),
            _ => return Ok(false),
        };
        if seen.shape != ids::GENERATOR {
            return Ok(false);
        }
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        let into = Into {
            seen,
            at,
            sent,
            word: ret(Action::GenCall, 2, p.word.a() as usize, 0),
        };
        self.resume(vm, p, next, into)
    }

    fn resume(&mut self, vm: &mut Vm, p: Pending, next: Next, into: Into) -> Recorded<bool> {
        let op = Recorder::op(&p);
        let Some(g) = word_value(into.seen.bits).cast::<PyGenerator>() else {
            return Ok(false);
        };
        let async_generator = into.seen.shape == ids::ASYNC_GENERATOR;
        if async_generator || !self.entered(next) || generator_frame_pointer(g) as usize != next.fp
        {
            return Ok(false);
        }
        let code = g.code.expect();
        let created = next.pc == code_start(code) as u64;
        let stood = if created { next.pc } else { next.pc - 8 };
        let at_yield = word_at(stood as *const u64);
        if !created && special::original(at_yield.opcode()) != Some(Code::Yield) {
            return Ok(false);
        }
        let (Ok(place), true) = (
            self.free_place(),
            self.frames.len() as u64 <= self.params.inline_depth,
        ) else {
            return Ok(false);
        };
        let recurs = self.recurs(code);
        if recurs && op == Code::Send && !created {
            return self.sent_through(p);
        }
        if created && into.sent.is_some() && op == Code::Call {
            // Only None can be sent to one that has not begun.
            return Ok(false);
        }
        let it = self.word(into.at);
        self.guard_shape(it, into.seen.shape);
        let now = self.field(it, layout::GENERATOR_CODE);
        self.object(vm, code.value());
        self.guard_constant(now, code.value().bits());
        let state = if created {
            GenState::Created
        } else {
            GenState::Suspended
        };
        let now = self.emit(Op::Load(Width::W8, it, layout::GENERATOR_STATE));
        let c = self.compare_imm(Cond::Eq, now, state as u64);
        self.guard(c, true);
        let fp = self.binary_imm(Binary::Add, it, layout::GENERATOR_FRAME as u64);
        let pc = self.load(fp, header(at::PC));
        let c = self.compare_imm(Cond::Eq, pc, stood);
        self.guard(c, true);
        self.test_depth();
        // The generator is remembered if it is old: its frame is written to without barriers.
        let below = self.load(self.vm, layout::VM_HANDLED_TOP);
        self.emit(Op::StoreLogged(
            it,
            it,
            layout::GENERATOR_HANDLED_BELOW,
            below,
            helpers::store_remembered as *const () as u64,
        ));
        self.store(self.vm, layout::VM_HANDLED_TOP, it);
        self.set_state(it, GenState::Running);
        let caller = self.frame().fp;
        self.store(fp, header(at::CALLER), caller);
        let word = into.word;
        let w = self.constant(word);
        self.store(fp, header(at::RETURN), w);
        self.store(self.context, offset::BANK + 8 * place as i32, fp);
        let function = header_word(next.fp as *mut u64, at::FUNCTION);
        crate::tier::keep(vm, word_value(function));
        self.frames.push(Frame {
            base: Base::Bank(place),
            fp,
            code,
            function,
            pc: next.pc,
            ret: word,
            written: true,
            shown: true,
            written_pc: 0,
            pinned: false,
            generator: true,
            registers: vec![Register::default(); code.nregs as usize],
            actual: next.fp,
        });
        let last = self.frames.len() - 1;
        if !created {
            let to = at_yield.a() as usize;
            match into.sent {
                Some(r) => self.copy((last - 1, r), (last, to)),
                None => {
                    let none = self.constant(Value::NONE.bits());
                    self.set_in(last, to, none);
                }
            }
        }
        self.begun = true;
        self.changed();
        if recurs {
            self.write_all_back()?;
            self.dispatch_at(next.pc, fp);
        }
        Ok(true)
    }

    /// A `Yield`.
    pub(super) fn yielded(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let last = self.frames.len() - 1;
        let f = self.frame();
        // An asynchronous generator wraps what it yields.
        if !f.generator || p.word.x() & 1 != 0 {
            return Ok(false);
        }
        if last == 0 {
            return self.yielded_from_root(vm, p, next);
        }
        let (word, caller) = (f.ret, &self.frames[last - 1]);
        if !is_resumption(Action::of(word))
            || next.fp != caller.actual
            || next.pc != caller.pc + 8 * advance(word) as u64
        {
            return Ok(false);
        }
        self.suspend(p);
        self.copy((last, p.word.b() as usize), (last - 1, dst(word)));
        self.leave_generator(last);
        Ok(true)
    }

    /// A `Send` into a recursive chain of generators: how deep it is may differ each time.
    fn sent_through(&mut self, p: Pending) -> Recorded<bool> {
        self.write_all_back()?;
        let (pc, fp) = (self.constant(p.pc), self.frame().fp);
        let done = self.call(
            helpers::send_through as *const () as usize,
            &[self.context, pc, fp],
            Type::Bool,
        );
        self.guard(done, true);
        self.ended = Some(End::Link(crate::tier::dispatcher(), None));
        Ok(true)
    }

    /// A `Yield` whose value the caller only passes on.
    fn yielded_through(&mut self, p: Pending) -> Recorded<bool> {
        self.write_all_back()?;
        let (pc, fp) = (self.constant(p.pc), self.frame().fp);
        self.call(
            helpers::yield_through as *const () as usize,
            &[self.context, pc, fp],
            Type::Bool,
        );
        self.ended = Some(End::Link(crate::tier::dispatcher(), None));
        Ok(true)
    }

    fn yielded_from_root(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let action = Action::of(header_word(self.frame().actual as *mut u64, at::RETURN));
        if next.fp != self.root_caller || !is_resumption(action) {
            return Ok(false);
        }
        if self.header().is_some() {
            return Err("leaves the frame");
        }
        let passes_on = word_at(next.pc as *const u64).opcode();
        if action == Action::Send && special::original(passes_on) == Some(Code::Yield) {
            return self.yielded_through(p);
        }
        let out = self.way_out(action);
        let v = self.word(p.word.b() as usize);
        self.suspend(p);
        self.give_result(&out, v);
        let at_call = self.load(out.caller, header(at::PC));
        let length = self.field_of_return(out.word, ret::ADVANCE_SHIFT, 0xff);
        let pc = self.binary(Binary::Add, at_call, length);
        self.go_out(vm, next, &out, pc)?;
        Ok(true)
    }

    /// The return of a generator that a loop or a delegation goes through.
    pub(super) fn ended(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let last = self.frames.len() - 1;
        let f = self.frame();
        let word = match last {
            0 => header_word(f.actual as *mut u64, at::RETURN),
            _ => f.ret,
        };
        let action = Action::of(word);
        if !p.plain || !matches!(action, Action::ForIter | Action::Send) {
            return Ok(false);
        }
        let fp = f.fp;
        if last == 0 {
            if next.fp != self.root_caller {
                return Ok(false);
            }
            if self.header().is_some() {
                return Err(super::step::LEAVES);
            }
            self.guard_unseen(fp);
            let out = self.way_out(action);
            let v = self.word(p.word.a() as usize);
            self.close(fp);
            if action == Action::Send {
                self.give_result(&out, v);
            }
            // The loop's end stands in the word behind the caller's instruction.
            let at_call = self.load(out.caller, header(at::PC));
            let ext = self.load(at_call, 8);
            let ext = self.binary_imm(Binary::Shl, ext, 32);
            let bytes = self.binary_imm(Binary::Sar, ext, 29);
            let pc = self.binary(Binary::Add, at_call, bytes);
            self.go_out(vm, next, &out, pc)?;
            return Ok(true);
        }
        let caller = &self.frames[last - 1];
        let ext = word_at((caller.pc as *const u64).wrapping_add(1)).0 as u32 as i32;
        let target = caller.pc.wrapping_add_signed(8 * ext as i64);
        if next.fp != caller.actual || next.pc != target {
            return Ok(false);
        }
        self.guard_unseen(fp);
        self.close(fp);
        if action == Action::Send {
            self.copy((last, p.word.a() as usize), (last - 1, dst(word)));
        }
        self.leave_generator(last);
        Ok(true)
    }

    /// That nobody made a frame object, which would have to outlive the frame.
    fn guard_unseen(&mut self, fp: Val) {
        let object = self.load(fp, header(at::FRAME_OBJECT));
        let c = self.compare_imm(Cond::Eq, object, 0);
        self.guard(c, true);
    }

    fn set_state(&mut self, g: Val, state: GenState) {
        let v = self.constant(state as u64);
        self.emit(Op::Store(Width::W8, g, layout::GENERATOR_STATE, v));
    }

    /// Completes the innermost frame in memory and marks its generator as suspended.
    fn suspend(&mut self, p: Pending) {
        let last = self.frames.len() - 1;
        self.write_constants(last);
        for i in 0..self.frames[last].registers.len() {
            if self.frames[last].registers[i].raw {
                self.word_in(last, i);
            }
        }
        let fp = self.frame().fp;
        let g = self.binary_imm(Binary::Sub, fp, layout::GENERATOR_FRAME as u64);
        let pc = self.constant(p.pc);
        self.store(fp, header(at::PC), pc);
        if p.word.x() & 2 != 0 {
            let delegate = self.word(p.word.c() as usize);
            self.emit(Op::StoreLogged(
                g,
                g,
                layout::GENERATOR_DELEGATE,
                delegate,
                helpers::store_logged as *const () as u64,
            ));
        } else {
            let null = self.constant(0);
            self.store(g, layout::GENERATOR_DELEGATE, null);
        }
        self.set_state(g, GenState::Suspended);
        self.unlink(fp, g);
        // It may have become old while it ran, when its frame was looked at because it ran.
        let null = self.constant(0);
        self.emit(Op::StoreLogged(
            g,
            g,
            layout::GENERATOR_HANDLED_BELOW,
            null,
            helpers::store_remembered as *const () as u64,
        ));
    }

    fn close(&mut self, fp: Val) {
        let g = self.binary_imm(Binary::Sub, fp, layout::GENERATOR_FRAME as u64);
        let null = self.constant(0);
        self.store(g, layout::GENERATOR_DELEGATE, null);
        self.store(g, layout::GENERATOR_HANDLED, null);
        self.set_state(g, GenState::Closed);
        self.unlink(fp, g);
        self.store(g, layout::GENERATOR_HANDLED_BELOW, null);
    }

    fn unlink(&mut self, fp: Val, g: Val) {
        let below = self.load(g, layout::GENERATOR_HANDLED_BELOW);
        self.store(self.vm, layout::VM_HANDLED_TOP, below);
        let null = self.constant(0);
        self.store(fp, header(at::CALLER), null);
    }

    /// The frame below is the innermost one; the machine must name no frame that does not run.
    fn leave_generator(&mut self, last: usize) {
        let caller = self.frames[last - 1].fp;
        self.store(self.vm, layout::VM_FRAME, caller);
        self.frames.pop();
        self.begun = true;
        self.changed();
    }

    fn way_out(&mut self, action: Action) -> WayOut {
        let fp = self.frame().fp;
        let word = self.load(fp, header(at::RETURN));
        let now = self.binary_imm(Binary::And, word, 0xff);
        let c = self.compare_imm(Cond::Eq, now, action as u64);
        self.guard(c, true);
        let caller = self.load(fp, header(at::CALLER));
        WayOut { word, caller }
    }

    /// A field of a return word, times 8.
    pub(super) fn field_of_return(&mut self, word: Val, shift: u64, mask: u64) -> Val {
        let field = self.binary_imm(Binary::Shr, word, shift);
        let field = self.binary_imm(Binary::And, field, mask);
        self.binary_imm(Binary::Shl, field, 3)
    }

    fn give_result(&mut self, out: &WayOut, v: Val) {
        let to = self.field_of_return(out.word, ret::DST_SHIFT, 0xffff);
        let to = self.binary(Binary::Add, out.caller, to);
        self.store(to, 0, v);
    }

    fn go_out(&mut self, vm: &mut Vm, next: Next, out: &WayOut, pc: Val) -> Recorded {
        let depth = self.load(self.vm, layout::VM_DEPTH);
        let depth = self.binary_imm(Binary::Sub, depth, self.depth as u64 + 1);
        self.store(self.vm, layout::VM_DEPTH, depth);
        self.store(self.vm, layout::VM_FRAME, out.caller);
        self.begun = true;
        self.depth = 0;
        self.go_on_in_caller(vm, next, out.caller, pc)
    }
}

/// True if a yield gives its value to the register that the return word names, behind the instruction.
fn is_resumption(action: Action) -> bool {
    matches!(action, Action::ForIter | Action::Send | Action::GenCall)
}
