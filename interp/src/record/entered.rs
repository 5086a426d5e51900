//! Special methods written in Python that instructions go into: `__getitem__`, `__setitem__`, `__contains__`, `__iter__`, `__next__`,
//! comparisons, `__bool__`, unary operators, getters of properties; and what their return does.
//!
//! The frame that the interpreter pushed says which method was found and what is done with its result. It is followed only
//! if looking the method up by the operands' types finds the same one, so that testing the types suffices.

use super::binding::Source;
use super::natives::type_of;
use super::step::Next;
use super::{Code, Pending, Recorded, Recorder, Seen};
use crate::tier::enter::helpers_lean as lean;
use crate::tier::exits::Base;
use crate::vm::call::is_native_method;
use crate::vm::findings::{self, Finding};
use crate::vm::run::cx::{code_start, header_word, word_at};
use crate::vm::run::ret::{Action, advance, aux, dst, ret};
use crate::vm::run::special;
use skein_compiler::bytecode::Word;
use skein_jit::ir::{Cond, Op, Val, Width};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;
use skein_runtime::tasklet::stack::{FRAME_WORDS, at};

/// A special method that an instruction may go into.
struct Special {
    name: Ref<PyStr>,
    /// The registers that its parameters come from, the object first.
    args: Vec<(usize, Seen)>,
    /// An immediate operand behind those.
    immediate: Option<u64>,
    /// The word that the frame has to return by.
    word: u64,
    /// It is only called if a dict has no such key.
    missing: bool,
}

impl Recorder {
    /// An instruction that went into a special method's frame.
    pub(super) fn special_entered(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
    ) -> Recorded<bool> {
        if self.begun || !self.entered(next) {
            return Ok(false);
        }
        let Some(s) = self.special(vm, p) else {
            return Ok(false);
        };
        let Some(ty) = type_of(vm, s.args[0].1) else {
            return Ok(false);
        };
        let found = vm.type_lookup(ty, s.name);
        let Some(f) = found.and_then(|m| m.cast::<PyFunction>()) else {
            return Ok(false);
        };
        let raw = next.fp as *mut u64;
        let count = s.args.len() + s.immediate.is_some() as usize;
        if header_word(raw, at::RETURN) != s.word
            || header_word(raw, at::FUNCTION) != f.value().bits()
            || next.pc != code_start(f.code()) as u64
            || f.code().fast_argcount as usize != count
        {
            return Ok(false);
        }
        let tested = if matters(Recorder::op(&p)) {
            s.args.len()
        } else {
            1
        };
        for (i, seen) in &s.args[..tested] {
            if seen.shape >= ids::FIRST_DYNAMIC && !self.guard_type(vm, seen.shape) {
                return Ok(false);
            }
            self.guard_class(*i, *seen);
        }
        let function = self.object(vm, f.value());
        self.guard_code(vm, function, f.code());
        if s.missing {
            let words: Vec<Val> = s.args.iter().map(|(i, _)| self.word(*i)).collect();
            let lacks = self.ask(lean::lacks as *const (), &words);
            let c = self.compare_imm(Cond::Ne, lacks, 0);
            self.guard(c, true);
        }
        let mut sources: Vec<Source> = s.args.iter().map(|(i, _)| Source::Register(*i)).collect();
        if let Some(word) = s.immediate {
            sources.push(Source::Word(self.constant(word)));
        }
        self.push_with(vm, f, function, &sources, s.word, next)
    }

    /// The special method that an instruction calls, if it is written in Python.
    fn special(&mut self, vm: &mut Vm, p: Pending) -> Option<Special> {
        use Code::*;
        let op = Recorder::op(&p);
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let n = vm.names;
        let special = |name, args: &[(usize, Seen)], word| {
            Some(Special {
                name,
                args: args.to_vec(),
                immediate: None,
                word,
                missing: false,
            })
        };
        let s = match op {
            LoadSubscr if p.b.kind == Some(Kind::Dict) && self.lacked(vm, p) => Some(Special {
                name: n.__missing__,
                args: vec![(b, p.b), (c, p.c)],
                immediate: None,
                word: ret(Action::Store, 1, a, 0),
                missing: true,
            }),
            LoadSubscr => special(
                n.__getitem__,
                &[(b, p.b), (c, p.c)],
                ret(Action::Store, 1, a, 0),
            ),
            StoreSubscr => special(
                n.__setitem__,
                &[(a, p.a), (b, p.b), (c, p.c)],
                ret(Action::Discard, 1, 0, 0),
            ),
            DelSubscr => special(
                n.__delitem__,
                &[(a, p.a), (b, p.b)],
                ret(Action::Discard, 1, 0, 0),
            ),
            Contains => special(
                n.__contains__,
                &[(c, p.c), (b, p.b)],
                ret(Action::Contains, 1, a, 0),
            ),
            GetIter => special(n.__iter__, &[(b, p.b)], ret(Action::Iter, 1, a, 0)),
            ForIter => special(n.__next__, &[(b, p.b)], ret(Action::ForIter, 2, a, 0)),
            Neg => special(n.__neg__, &[(b, p.b)], ret(Action::Store, 1, a, 0)),
            Invert => special(n.__invert__, &[(b, p.b)], ret(Action::Store, 1, a, 0)),
            Not | ToBool => special(n.__bool__, &[(b, p.b)], ret(Action::Truth, 1, 0, 0)),
            JumpIfTrue | JumpIfFalse => {
                special(n.__bool__, &[(a, p.a)], ret(Action::Truth, 1, 0, 0))
            }
            Lt | Le | Eq | Ne | Gt | Ge | LtJump | LeJump | EqJump | NeJump | GtJump | GeJump
            | LtImmJump | LeImmJump | EqImmJump | NeImmJump | GtImmJump | GeImmJump => {
                self.comparison_method(vm, p)
            }
            _ => None,
        }?;
        (s.args[0].1.shape >= ids::FIRST_DYNAMIC).then_some(s)
    }

    /// True for an item of a dict whose `__getitem__` is that of dicts.
    fn lacked(&self, vm: &mut Vm, p: Pending) -> bool {
        let name = vm.names.__getitem__;
        type_of(vm, p.b)
            .and_then(|t| vm.type_lookup(t, name))
            .is_some_and(|m| is_native_method(m, ids::DICT, "__getitem__"))
    }

    /// The left operand's method of a comparison, where no reflected one comes before it.
    fn comparison_method(&mut self, vm: &mut Vm, p: Pending) -> Option<Special> {
        use Code::*;
        use CompareOp as C;
        let op = Recorder::op(&p);
        let (first, imm) = match op {
            Lt | Le | Eq | Ne | Gt | Ge => (Lt, false),
            LtJump | LeJump | EqJump | NeJump | GtJump | GeJump => (LtJump, false),
            _ => (LtImmJump, true),
        };
        let o = [C::Lt, C::Le, C::Eq, C::Ne, C::Gt, C::Ge][(op as u8 - first as u8) as usize];
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        let left = type_of(vm, p.b)?;
        let immediate = imm.then(|| ((p.word.c() as i16 as i64) << 1 | 1) as u64);
        let mut args = vec![(b, p.b)];
        if !imm {
            let right = type_of(vm, p.c)?;
            if left != right && right.is_subtype(left) {
                return None;
            }
            args.push((c, p.c));
        }
        Some(Special {
            name: o.method(vm),
            args,
            immediate,
            word: ret(Action::Compare, 1, 0, 1),
            missing: false,
        })
    }

    /// The getter of a property that an attribute instruction went into.
    pub(super) fn getter_entered(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
        name: Ref<PyStr>,
    ) -> Recorded<bool> {
        if self.begun || !self.entered(next) {
            return Ok(false);
        }
        let method = Recorder::op(&p) == Code::LoadMethod;
        let Some(shape) = vm.shapes.try_get(p.b.shape) else {
            return Ok(false);
        };
        let Some(Finding::Property(getter)) = findings::load(vm, shape, name) else {
            return Ok(false);
        };
        let Some(f) = getter.cast::<PyFunction>() else {
            return Ok(false);
        };
        let word = ret(Action::GetAttr, 3, p.word.a() as usize, method as u32);
        let raw = next.fp as *mut u64;
        if f.code().fast_argcount != 1
            || header_word(raw, at::RETURN) != word
            || next.pc != code_start(f.code()) as u64
            || !self.guard_type(vm, p.b.shape)
        {
            return Ok(false);
        }
        let b = p.word.b() as usize;
        self.guard_class(b, p.b);
        let function = self.object(vm, f.value());
        self.guard_code(vm, function, f.code());
        self.push_with(vm, f, function, &[Source::Register(b)], word, next)
    }

    /// A return that does more with the result than to store it.
    pub(super) fn returned_specially(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
    ) -> Recorded<bool> {
        let last = self.frames.len() - 1;
        let word = self.frame().ret;
        let caller = &self.frames[last - 1];
        let (caller_pc, caller_fp) = (caller.pc, caller.actual);
        if next.fp != caller_fp || self.frame().shown && !p.plain || self.frame().generator {
            return Ok(false);
        }
        let at_call = word_at(caller_pc as *const u64);
        let Some(op) = special::original(at_call.opcode()) else {
            return Ok(false);
        };
        let instruction = Word(at_call.0 & !0xff | op as u64);
        let behind = caller_pc + 8 * advance(word) as u64;
        let follows = next.pc == behind;
        let a = p.word.a() as usize;
        let q = Pending {
            pc: caller_pc,
            word: instruction,
            ..p
        };
        // The tests come first: their exits run the return anew.
        let mut condition = None;
        match Action::of(word) {
            Action::Discard | Action::ForIter if follows => {}
            Action::GetAttr if follows => {}
            Action::Iter if follows => {
                if !self.is_iterator(vm, p.a) {
                    return Ok(false);
                }
                self.guard_class(a, p.a);
            }
            Action::Contains if follows => {
                let Some(c) = self.truth(vm, a, p.a) else {
                    return Ok(false);
                };
                condition = Some(c);
            }
            Action::Truth | Action::Compare => {
                let stores = op as u8 >= Code::Lt as u8 && op as u8 <= Code::Ge as u8;
                if Action::of(word) == Action::Truth && !is_bool(p.a)
                    || p.a.bits == Value::NOT_IMPLEMENTED.bits()
                {
                    return Ok(false);
                }
                if stores {
                    if !follows {
                        return Ok(false);
                    }
                    self.guard_class(a, p.a);
                } else {
                    let Some(c) = self.truth(vm, a, p.a) else {
                        return Ok(false);
                    };
                    if !self.branches(q, next, c) {
                        return Ok(false);
                    }
                    condition = Some(c);
                }
            }
            _ => return Ok(false),
        }
        let start = match self.frame().base {
            Base::Top(words) => words - FRAME_WORDS as u32,
            _ => return Err("a frame elsewhere"),
        };
        if self.frame().shown {
            let fp = self.frame().fp;
            let object = self.load(fp, 8 * at::FRAME_OBJECT as i32);
            let c = self.compare_imm(Cond::Eq, object, 0);
            self.guard(c, true);
        }
        match (Action::of(word), condition) {
            (Action::Contains, Some(c)) => {
                let c = match instruction.x() {
                    0 => c,
                    _ => self.not(c),
                };
                self.bool_in(last - 1, dst(word), c);
            }
            (Action::Truth, Some(c)) if matches!(op, Code::Not | Code::ToBool) => {
                let c = if op == Code::Not { self.not(c) } else { c };
                self.bool_in(last - 1, instruction.a() as usize, c);
            }
            (Action::Compare, None) => {
                self.copy((last, a), (last - 1, instruction.a() as usize));
            }
            (Action::ForIter | Action::Iter | Action::GetAttr, _) => {
                self.copy((last, a), (last - 1, dst(word)));
                if Action::of(word) == Action::GetAttr && aux(word) != 0 {
                    let null = self.constant(0);
                    self.set_in(last - 1, dst(word) + 1, null);
                }
            }
            _ => {}
        }
        let top = self.top_address(start);
        self.emit(Op::Store(Width::W64, self.vm, layout::VM_STACK_TOP, top));
        if self.frame().written {
            // The machine must not name a frame that is gone.
            let caller = self.frames[last - 1].fp;
            self.store(self.vm, layout::VM_FRAME, caller);
        }
        self.frames.pop();
        self.begun = true;
        self.changed();
        Ok(true)
    }

    /// Tests that a branch goes where it went; false if it went elsewhere.
    fn branches(&mut self, q: Pending, next: Next, c: Val) -> bool {
        let op = Recorder::op(&q);
        let (target, on) = match op {
            Code::Not | Code::ToBool => return next.pc == q.pc + 8,
            Code::JumpIfTrue | Code::JumpIfFalse => {
                let target = (q.pc as i64 + 8 * q.word.bc() as i64) as u64;
                (target, op == Code::JumpIfTrue)
            }
            _ => {
                let target = (q.pc as i64 + 8 * q.word.a() as i16 as i64) as u64;
                (target, q.word.x() != 0)
            }
        };
        if next.pc != target && next.pc != q.pc + 8 {
            return false;
        }
        if target != q.pc + 8 {
            self.guard(c, (next.pc == target) == on);
        }
        true
    }

    fn not(&mut self, c: Val) -> Val {
        let (one, zero) = (self.constant(1), self.constant(0));
        let w = self.emit(Op::Select(c, zero, one));
        self.compare_imm(Cond::Ne, w, 0)
    }

    /// Sets a register of a frame to `True` or `False`.
    fn bool_in(&mut self, f: usize, i: usize, c: Val) {
        let (yes, no) = (
            self.constant(Value::TRUE.bits()),
            self.constant(Value::FALSE.bits()),
        );
        let w = self.emit(Op::Select(c, yes, no));
        self.know(w, |k| k.boolean = true);
        self.set_in(f, i, w);
    }

    /// True if what was seen is an iterator, as its class alone tells.
    fn is_iterator(&mut self, vm: &mut Vm, seen: Seen) -> bool {
        let name = vm.names.__next__;
        seen.shape != 0 && type_of(vm, seen).is_some_and(|t| vm.type_lookup(t, name).is_some())
    }
}

fn is_bool(s: Seen) -> bool {
    s.bits == Value::TRUE.bits() || s.bits == Value::FALSE.bits()
}

/// True for instructions whose second operand's class has a say in which method is called.
fn matters(op: Code) -> bool {
    use Code::*;
    matches!(
        op,
        Lt | Le | Eq | Ne | Gt | Ge | LtJump | LeJump | EqJump | NeJump | GtJump | GeJump
    )
}
