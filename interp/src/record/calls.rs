//! Calls of Python functions and returns from them, followed without a frame in memory.

use super::state::{Frame, Register};
use super::step::Next;
use super::{Pending, Recorded, Recorder};
use crate::tier::enter::offset;
use crate::tier::exits::Base;
use crate::vm::run::cx::{code_start, header_word};
use crate::vm::run::ret::{Action, advance, aux, dst, ret};
use skein_jit::ir::{Cond, Op};
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
            _ => return Ok(false),
        };
        let Some(f) = f else { return Ok(false) };
        if next.pc != code_start(f.code()) as u64 {
            return Ok(false);
        }
        let with_self = (p.next.bits != 0) as usize;
        let argc = p.word.c() as usize + with_self + this.is_some() as usize;
        let takes = f.code().fast_argcount;
        let defaults = f.defaults.get().cast::<PyTuple>();
        let missing = match (takes as usize).checked_sub(argc) {
            Some(m) if takes != u32::MAX && m <= defaults.map_or(0, |d| d.len()) => m,
            _ => return Ok(false),
        };
        // What is called, and whether there is a self.
        let callee = self.word(base);
        let mut from: Vec<(usize, usize)> = Vec::new();
        if this.is_some() {
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
        let mut extra = Vec::new();
        if missing > 0
            && let Some(d) = defaults
        {
            let t = self.object(vm, f.value());
            let now = self.field(t, std::mem::offset_of!(PyFunction, defaults) as i32);
            self.object(vm, d.value());
            self.guard_constant(now, d.value().bits());
            extra.extend(d.items()[d.len() - missing..].iter().copied());
        }
        // Nobody assigns `__code__` but rarely: it is compared all the same.
        let t = self.object(vm, f.value());
        let code = self.field(t, std::mem::offset_of!(PyFunction, code) as i32);
        self.object(vm, f.code().value());
        self.guard_constant(code, f.code().value().bits());
        if let Some(m) = this {
            let _ = m;
            let this = self.field(callee, layout::METHOD_SELF);
            // The interpreter, too, puts function and object into the window.
            let func = self.object(vm, f.value());
            self.prepare(vm, f)?;
            self.set(base, func);
            self.set(base + 1, this);
            from.insert(0, (here, base + 1));
        }
        let word = ret(Action::Store, 2, p.word.a() as usize, base as u32);
        self.push(vm, f, &from, &extra, word, next)
    }

    /// Tests that a call of `f` finds room, once for a trace.
    fn prepare(&mut self, _vm: &mut Vm, f: Ref<PyFunction>) -> Recorded {
        let start = self.frames.iter().rev().find_map(Frame::end).unwrap_or(0);
        let end = start + FRAME_WORDS as u32 + f.code().nregs;
        self.most_words = self.most_words.max(end);
        if self.frames.len() as u64 > self.params.inline_depth || end > MOST_WORDS {
            return Err("calls too deep");
        }
        if self.room.is_none() {
            let limit = self.load(self.vm, layout::VM_STACK_LIMIT);
            let top = self.top_address(0);
            let room = self.binary(skein_jit::ir::Binary::Sub, limit, top);
            // Filled in when the recording ends.
            let words = self.emit(Op::Const(0));
            let c = self.compare(Cond::Ge, room, words);
            self.guard(c, true);
            let depth = self.load(self.vm, layout::VM_DEPTH);
            let depth = self.binary_imm(skein_jit::ir::Binary::Add, depth, 64);
            let most = self.load(self.vm, layout::VM_RECURSION_LIMIT);
            let c = self.compare(Cond::Lt, depth, most);
            self.guard(c, true);
            self.room = Some(words);
        }
        Ok(())
    }

    /// Pushes the frame of a call whose arguments are in registers `from`, then `extra`.
    pub(super) fn push(
        &mut self,
        vm: &mut Vm,
        f: Ref<PyFunction>,
        from: &[(usize, usize)],
        extra: &[Value],
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
            let w = self.object(vm, *v);
            self.set_in(to, from.len() + i, w);
        }
        for i in from.len() + extra.len()..nregs {
            let null = self.constant(0);
            self.set_in(to, i, null);
        }
        Ok(true)
    }

    /// A return from the frame that the trace was entered in, by a plain call: the trace goes on in the caller.
    fn returned_from_root(&mut self, p: Pending, next: Next) -> Recorded<bool> {
        let f = self.frame();
        let raw = f.actual as *mut u64;
        let word = header_word(raw, at::RETURN);
        if f.generator || next.fp != self.root_caller {
            return Ok(false);
        }
        let caller_pc = header_word(next.fp as *mut u64, at::PC);
        if next.pc != caller_pc + 8 * advance(word) as u64 || Action::of(word) != Action::Store {
            return Ok(false);
        }
        if matches!(self.origin, super::Origin::Loop { .. }) {
            return Err("returns");
        }
        let fp = self.frame().fp;
        for (offset, expected) in [
            (at::RETURN, word),
            (at::FRAME_OBJECT, 0),
            (at::GENERATOR, 0),
        ] {
            let now = self.load(fp, 8 * offset as i32);
            self.guard_constant(now, expected);
        }
        let caller = self.load(fp, 8 * at::CALLER as i32);
        let pc = self.load(caller, 8 * at::PC as i32);
        self.guard_constant(pc, caller_pc);
        let base = self.binary_imm(skein_jit::ir::Binary::Sub, fp, 8 * FRAME_WORDS as u64);
        // The first frame of a piece of stack gives the piece back, which the interpreter does.
        let chunk = self.load(self.vm, layout::VM_STACK_CHUNK);
        let first = self.binary_imm(
            skein_jit::ir::Binary::Add,
            chunk,
            layout::CHUNK_WORDS as u64,
        );
        let c = self.compare(Cond::Ne, first, base);
        self.guard(c, true);
        let a = p.word.a() as usize;
        let v = self.word(a);
        let depth = self.load(self.vm, layout::VM_DEPTH);
        let depth = self.binary_imm(skein_jit::ir::Binary::Sub, depth, self.depth as u64 + 1);
        self.store(self.vm, layout::VM_DEPTH, depth);
        self.depth = 0;
        self.store(self.vm, layout::VM_STACK_TOP, base);
        self.actual_top = raw as usize - 8 * FRAME_WORDS;
        self.root_gone(next, caller)?;
        self.set(dst(word), v);
        Ok(true)
    }

    /// Fills in how much room the calls so far need.
    pub(super) fn settle_room(&mut self) {
        if let Some(room) = self.room.take() {
            self.ops[room.0 as usize] = Op::Const(8 * self.most_words as u64);
        }
        self.most_words = 0;
    }

    /// The first frame is gone; the one below it is the first now. What the machine says of the stack is right.
    pub(super) fn root_gone(&mut self, next: Next, caller: skein_jit::ir::Val) -> Recorded {
        let raw = next.fp as *mut u64;
        let code = crate::vm::run::cx::word_value(header_word(raw, at::CODE)).cast::<PyCode>();
        let code = self.check(code, "no code")?;
        self.frames.clear();
        let place = self.free_place()?;
        let top = self.load(self.vm, layout::VM_STACK_TOP);
        self.store(self.context, offset::TOP, top);
        self.top = Some(top);
        self.store(self.vm, layout::VM_FRAME, caller);
        self.store(self.context, offset::BANK + 8 * place as i32, caller);
        self.frames = vec![Frame {
            base: Base::Bank(place),
            fp: caller,
            code,
            function: header_word(raw, at::FUNCTION),
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

    /// A return into a frame that the trace knows.
    pub(super) fn returned(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let last = self.frames.len() - 1;
        if last == 0 {
            return self.returned_from_root(p, next);
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
        let to = match Action::of(word) {
            Action::Store => dst(word),
            Action::GetAttr if aux(word) == 0 => dst(word),
            Action::Init | Action::Binary => dst(word),
            _ => return Ok(false),
        };
        match Action::of(word) {
            Action::Init => {
                let v = self.word(a);
                self.guard_constant(v, Value::NONE.bits());
            }
            Action::Binary if !self.is_float(a) => {
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
        let _ = vm;
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
