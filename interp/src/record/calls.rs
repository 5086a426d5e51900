//! Calls of Python functions and returns from them, followed without a frame in memory.

use super::state::{Frame, Register};
use super::step::Next;
use super::{Pending, Recorded, Recorder};
use crate::tier::enter::offset;
use crate::tier::exits::Base;
use crate::vm::run::cx::{code_start, header_word};
use crate::vm::run::ret::{self, Action, advance, aux, dst, ret};
use skein_jit::ir::{Binary, Cond, End, Op, Val};
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};

/// Frames in one trace need at most so many words.
const MOST_WORDS: u32 = 4096;

impl Recorder {
    pub(super) fn called(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        if !self.entered(next) {
            return Ok(false);
        }
        let base = p.word.b() as usize;
        let here = self.frames.len() - 1;
        let callable = crate::vm::run::cx::word_value(p.b.bits);
        let (f, this) = match p.b.kind {
            Some(Kind::Function) => (callable.cast::<PyFunction>(), None),
            Some(Kind::BoundMethod) if p.next.bits == 0 => match callable.cast::<PyMethod>() {
                Some(m) => (m.func.get().cast::<PyFunction>(), Some(m)),
                None => return Ok(false),
            },
            Some(Kind::Type) => return self.instantiated(vm, p, next),
            _ => return Ok(false),
        };
        let Some(f) = f else { return Ok(false) };
        if next.pc != code_start(f.code()) as u64 {
            return Ok(false);
        }
        let with_self = (p.next.bits != 0) as usize;
        let argc = p.word.c() as usize + with_self + this.is_some() as usize;
        let Some(missing) = Recorder::missing(f, argc) else {
            return Ok(false);
        };
        // What is called, and whether there is a self.
        let bound = self
            .dissolved_as(base, ids::METHOD)
            .and_then(|k| {
                Some((
                    k,
                    self.field_at(k, layout::METHOD_FUNC)?,
                    self.field_at(k, layout::METHOD_SELF)?,
                ))
            })
            .filter(|(k, func, _)| self.field_constant(*k, *func) == Some(f.value().bits()));
        let callee = match bound {
            Some(_) => self.object(vm, f.value()),
            None => self.word(base),
        };
        let mut from: Vec<(usize, usize)> = Vec::new();
        // A closure is mostly another function each time, of the same code.
        let closure = this.is_none()
            && missing == 0
            && super::binding::is_made_anew(f)
            && self.fact(callee).constant.is_none();
        if closure {
            self.guard_shape(callee, p.b.shape);
        } else if bound.is_some() {
        } else if this.is_some() {
            self.guard_shape(callee, p.b.shape);
            let func = self.field(callee, layout::METHOD_FUNC);
            self.object(vm, f.value());
            self.guard_constant(func, f.value().bits());
        } else if self.fact(callee).constant != Some(f.value().bits()) {
            self.object(vm, f.value());
            self.guard_constant(callee, f.value().bits());
        }
        self.is_jump(base + 1, p.next, 0);
        if with_self == 1 {
            from.push((here, base + 1));
        }
        from.extend((0..p.word.c() as usize).map(|i| (here, base + 2 + i)));
        let extra = match closure {
            true => {
                let code = self.field(callee, std::mem::offset_of!(PyFunction, code) as i32);
                self.object(vm, f.code().value());
                self.guard_constant(code, f.code().value().bits());
                Vec::new()
            }
            false => self.guard_function(vm, f, missing),
        };
        if this.is_some() {
            // The interpreter, too, puts function and object into the window.
            let func = self.object(vm, f.value());
            if let Some((k, _, n)) = bound {
                self.prepare(vm, f)?;
                self.load_virtual(k, n, base + 1);
            } else {
                let this = self.field(callee, layout::METHOD_SELF);
                self.prepare(vm, f)?;
                self.set(base + 1, this);
            }
            self.set(base, func);
            from.insert(0, (here, base + 1));
        }
        let word = ret(Action::Store, 2, p.word.a() as usize, base as u32);
        let pushed = self.push(vm, f, &from, &extra, word, next)?;
        if closure && pushed {
            self.name_function(callee);
        }
        Ok(pushed)
    }

    /// The innermost frame runs a function that only the word tells: its header in memory names it.
    pub(super) fn name_function(&mut self, function: Val) {
        let fp = self.frame().fp;
        self.store(fp, 8 * at::FUNCTION as i32, function);
        let frame = self.frame_mut();
        (frame.function, frame.pinned) = (0, false);
        self.changed();
    }

    /// Tests that a call of `f` finds room, once for a trace.
    pub(super) fn prepare(&mut self, _vm: &mut Vm, f: Ref<PyFunction>) -> Recorded {
        let start = self.frames.iter().rev().find_map(Frame::end).unwrap_or(0);
        let end = start + FRAME_WORDS as u32 + f.code().nregs;
        self.most_words = self.most_words.max(end);
        if self.frames.len() as u64 > self.params.inline_depth || end > MOST_WORDS {
            return Err("calls too deep");
        }
        if self.room.is_none() {
            let limit = self.load(self.vm, layout::VM_STACK_LIMIT);
            let top = self.top_address(0);
            let room = self.binary(Binary::Sub, limit, top);
            // Filled in when the recording ends.
            let words = self.emit(Op::Const(0));
            let c = self.compare(Cond::Ge, room, words);
            self.guard(c, true);
            self.test_depth();
            self.room = Some(words);
        }
        Ok(())
    }

    /// Tests that the calls that one trace can go into stay below the recursion limit.
    pub(super) fn test_depth(&mut self) {
        if self.room.is_some() {
            return;
        }
        let depth = self.load(self.vm, layout::VM_DEPTH);
        let depth = self.binary_imm(Binary::Add, depth, 64);
        let most = self.load(self.vm, layout::VM_RECURSION_LIMIT);
        let c = self.compare(Cond::Lt, depth, most);
        self.guard(c, true);
    }

    /// Pushes the frame of a call whose arguments are in registers `from`, then `extra`.
    pub(super) fn push(
        &mut self,
        vm: &mut Vm,
        f: Ref<PyFunction>,
        from: &[(usize, usize)],
        extra: &[u64],
        word: u64,
        next: Next,
    ) -> Recorded<bool> {
        if !self.begun {
            self.prepare(vm, f)?;
        }
        let start = self.frames.iter().rev().find_map(Frame::end).unwrap_or(0);
        let words = start + FRAME_WORDS as u32;
        if next.fp != self.actual_top + 8 * words as usize {
            return Err("another piece of stack");
        }
        let code = f.code();
        let nregs = code.nregs as usize;
        let fp = self.top_address(words);
        let end = self.top_address(words + code.nregs);
        self.emit(Op::Store(
            skein_jit::ir::Width::W64,
            self.vm,
            layout::VM_STACK_TOP,
            end,
        ));
        self.object(vm, f.value());
        self.object(vm, code.value());
        self.frames.push(Frame {
            base: Base::Top(words),
            fp,
            code,
            function: f.value().bits(),
            pc: next.pc,
            ret: word,
            written: false,
            shown: false,
            written_pc: 0,
            pinned: true,
            generator: false,
            registers: vec![Register::default(); nregs],
            actual: next.fp,
        });
        let to = self.frames.len() - 1;
        for (i, from) in from.iter().enumerate() {
            self.copy(*from, (to, i));
        }
        for (i, v) in extra.iter().enumerate() {
            let w = self.object(vm, crate::vm::run::cx::word_value(*v));
            self.set_in(to, from.len() + i, w);
        }
        for i in from.len() + extra.len()..nregs {
            let null = self.constant(0);
            self.set_in(to, i, null);
        }
        Ok(true)
    }

    /// A return from the frame that the trace was entered in: to whatever code there is for what follows in the caller.
    fn returned_from_root(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let f = self.frame();
        let raw = f.actual as *mut u64;
        let action = Action::of(header_word(raw, at::RETURN));
        if f.generator || !p.plain || next.fp != self.root_caller {
            return Ok(false);
        }
        if !matches!(action, Action::Store | Action::Init) {
            return Ok(false);
        }
        if self.header().is_some() {
            return Err(super::step::LEAVES);
        }
        let fp = f.fp;
        let word = self.load(fp, 8 * at::RETURN as i32);
        let now = self.binary_imm(Binary::And, word, 0xff);
        self.guard_constant(now, action as u64);
        let object = self.load(fp, 8 * at::FRAME_OBJECT as i32);
        self.guard_constant(object, 0);
        let a = p.word.a() as usize;
        let mut v = self.word(a);
        if action == Action::Init {
            self.guard_constant(v, Value::NONE.bits());
        }
        let caller = self.load(fp, 8 * at::CALLER as i32);
        let base = self.binary_imm(Binary::Sub, fp, 8 * FRAME_WORDS as u64);
        // The first frame of a piece of stack gives the piece back, which the interpreter does.
        let chunk = self.load(self.vm, layout::VM_STACK_CHUNK);
        let first = self.binary_imm(Binary::Add, chunk, layout::CHUNK_WORDS as u64);
        let c = self.compare(Cond::Ne, first, base);
        self.guard(c, true);
        let register = |r: &mut Recorder, shift: u64| {
            let offset = r.field_of_return(word, shift, 0xffff);
            r.binary(Binary::Add, caller, offset)
        };
        if action == Action::Init {
            let made = register(self, ret::AUX_SHIFT);
            v = self.load(made, 0);
        }
        let to = register(self, ret::DST_SHIFT);
        self.store(to, 0, v);
        let depth = self.load(self.vm, layout::VM_DEPTH);
        let depth = self.binary_imm(Binary::Sub, depth, self.depth as u64 + 1);
        self.store(self.vm, layout::VM_DEPTH, depth);
        self.store(self.vm, layout::VM_STACK_TOP, base);
        self.store(self.vm, layout::VM_FRAME, caller);
        let at_call = self.load(caller, 8 * at::PC as i32);
        let length = self.field_of_return(word, ret::ADVANCE_SHIFT, 0xff);
        let pc = self.binary(Binary::Add, at_call, length);
        self.begun = true;
        self.depth = 0;
        self.actual_top = raw as usize - 8 * FRAME_WORDS;
        self.go_on_in_caller(vm, next, caller, pc)?;
        Ok(true)
    }

    /// The first frame is gone, the one below it runs and goes on at `pc`; everything is in memory. The trace goes on there if
    /// that is where the recording went, there is no code for it yet, and the trace is short.
    pub(super) fn go_on_in_caller(
        &mut self,
        vm: &mut Vm,
        next: Next,
        caller: Val,
        pc: Val,
    ) -> Recorded {
        self.store(self.context, offset::LEFT, pc);
        let link = crate::tier::link_for(next.pc);
        let short = (self.ops.len() as u64) < self.params.follow;
        if link.is_none() && !short {
            self.ended = Some(End::Link(crate::tier::dispatcher(), None));
            return Ok(());
        }
        let c = self.compare_imm(Cond::Eq, pc, next.pc);
        let e = self.exit_left();
        self.emit(Op::Guard(c, true, e));
        let raw = next.fp as *mut u64;
        let code = crate::vm::run::cx::word_value(header_word(raw, at::CODE)).cast::<PyCode>();
        let code = self.check(code, "no code")?;
        crate::tier::keep(vm, code.value());
        let top = self.load(self.vm, layout::VM_STACK_TOP);
        self.store(self.context, offset::TOP, top);
        if let Some(link) = link {
            self.ended = Some(End::Link(link, Some(caller)));
            return Ok(());
        }
        let function = header_word(raw, at::FUNCTION);
        crate::tier::keep(vm, crate::vm::run::cx::word_value(function));
        self.frames.clear();
        // The next frames stand where the first one was.
        self.top = Some(top);
        self.root_stays = true;
        self.store(self.context, offset::BANK, caller);
        self.frames = vec![Frame {
            base: Base::Bank(0),
            fp: caller,
            code,
            function,
            pc: next.pc,
            ret: header_word(raw, at::RETURN),
            written: true,
            shown: true,
            written_pc: 0,
            pinned: false,
            generator: header_word(raw, at::GENERATOR) != 0,
            registers: vec![Register::default(); code.nregs as usize],
            actual: next.fp,
        }];
        // Room was tested from another place.
        self.settle_room();
        self.changed();
        Ok(())
    }

    /// Ends the trace: everything is in memory, and the running frame, at `fp`, goes on at the instruction `pc`.
    pub(super) fn dispatch_at(&mut self, pc: u64, fp: Val) {
        let at = self.constant(pc);
        self.store(self.context, offset::LEFT, at);
        let top = self.load(self.vm, layout::VM_STACK_TOP);
        self.store(self.context, offset::TOP, top);
        self.ended = Some(End::Link(crate::tier::link_to(pc), Some(fp)));
    }

    /// Fills in how much room the calls so far need.
    pub(super) fn settle_room(&mut self) {
        if let Some(room) = self.room.take() {
            self.ops[room.0 as usize] = Op::Const(8 * self.most_words as u64);
        }
        self.room_needed = self.room_needed.max(self.most_words);
        self.most_words = 0;
    }

    /// A return into a frame that the trace knows.
    pub(super) fn returned(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let last = self.frames.len() - 1;
        if self.frame().generator {
            return self.ended(vm, p, next);
        }
        if last == 0 {
            return self.returned_from_root(vm, p, next);
        }
        if does_more(Action::of(self.frame().ret)) {
            return self.returned_specially(vm, p, next);
        }
        let f = self.frame();
        let caller = &self.frames[last - 1];
        let word = f.ret;
        if f.generator
            || next.fp != caller.actual
            || next.pc != caller.pc + 8 * advance(word) as u64
        {
            return Ok(false);
        }
        let (shown, a) = (f.shown, p.word.a() as usize);
        if shown && !p.plain {
            return Ok(false);
        }
        let to = match Action::of(word) {
            Action::Store => dst(word),
            Action::Init | Action::Binary => dst(word),
            Action::New if self.is_own_instance(vm, p, aux(word) as usize) => dst(word),
            _ => return Ok(false),
        };
        match Action::of(word) {
            Action::Init => {
                let v = self.word(a);
                self.guard_constant(v, Value::NONE.bits());
            }
            Action::Binary if !self.is_float(a) && self.dissolved(a).is_none() => {
                let v = self.word(a);
                let k = self.fact(v).known;
                if !k.int && !k.boolean && !k.object {
                    let c = self.compare_imm(Cond::Ne, v, Value::NOT_IMPLEMENTED.bits());
                    self.guard(c, true);
                }
            }
            _ => {}
        }
        if shown {
            let object = self.load(
                self.frame().fp,
                8 * skein_runtime::tasklet::stack::at::FRAME_OBJECT as i32,
            );
            let c = self.compare_imm(Cond::Eq, object, 0);
            self.guard(c, true);
        }
        let start = match self.frame().base {
            Base::Top(words) => words - FRAME_WORDS as u32,
            _ => return Err("a frame elsewhere"),
        };
        if Action::of(word) == Action::Init {
            self.copy((last - 1, aux(word) as usize), (last - 1, to));
        } else {
            self.copy((last, a), (last - 1, to));
        }
        let top = self.top_address(start);
        self.emit(Op::Store(
            skein_jit::ir::Width::W64,
            self.vm,
            layout::VM_STACK_TOP,
            top,
        ));
        if self.frame().written {
            // The machine must not name a frame that is gone.
            let caller = self.frames[last - 1].fp;
            self.store(self.vm, layout::VM_FRAME, caller);
        }
        self.frames.pop();
        self.changed();
        Ok(true)
    }
}

/// True for what is done with the result of a special method, unless it is only stored.
fn does_more(action: Action) -> bool {
    use Action::*;
    matches!(
        action,
        Discard | ForIter | Iter | Contains | Truth | Compare | GetAttr
    )
}
