//! Attributes: the findings of the interpreter's own caches.

use super::step::Next;
use super::{Code, Pending, Recorded, Recorder};
use crate::tier::enter::helpers;
use crate::vm::findings::{self, Finding, Place};
use crate::vm::run::ret::{Action, ret};
use crate::vm::run::special;
use skein_jit::ir::{Binary, Cond, Op, Val, Width};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::prelude::*;

impl Recorder {
    fn name(&self, p: Pending) -> Option<Ref<PyStr>> {
        self.frame()
            .code
            .names
            .expect()
            .get(p.word.c() as usize)
            .cast()
    }
    /// The instruction's own cache: its opcode now and its two words.
    fn cached(p: Pending) -> (u8, u64, u64) {
        let pc = p.pc as *const u64;
        let word = |k| crate::vm::run::cx::word_at(pc.wrapping_add(k)).0;
        (word(0) as u8, word(1), word(2))
    }

    pub(super) fn load_attribute(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let follows = next.fp == self.frame().actual && next.pc == p.pc + 24;
        let method = Recorder::op(&p) == Code::LoadMethod;
        let (op, key, payload) = Recorder::cached(p);
        if !follows {
            if op == special::LOAD_ATTR_PROPERTY
                && key >> 32 == p.b.shape as u64
                && self.entered(next)
            {
                return self.property(vm, p, next, payload);
            }
            return match self.name(p) {
                Some(name) => self.getter_entered(vm, p, next, name),
                None => Ok(false),
            };
        }
        if p.b.shape == 0 {
            return Ok(false);
        }
        if !matches!(p.b.kind, Some(Kind::Type | Kind::Module))
            && let (Some(shape), Some(name)) = (vm.shapes.try_get(p.b.shape), self.name(p))
            && let Some(found) = findings::load(vm, shape, name)
        {
            return Ok(self.found(vm, p, method, found));
        }
        match op {
            special::LOAD_ATTR_OF_TYPE | special::LOAD_METHOD_OF_TYPE
                if p.b.kind == Some(Kind::Type) =>
            {
                Ok(self.of_type(vm, p, op, key, payload))
            }
            special::LOAD_ATTR_MODULE | special::LOAD_METHOD_MODULE
                if p.b.kind == Some(Kind::Module) =>
            {
                Ok(self.of_module(vm, p, method, key, payload))
            }
            _ => Ok(false),
        }
    }

    /// An attribute of an object by its shape.
    pub(super) fn found(&mut self, vm: &mut Vm, p: Pending, method: bool, found: Finding) -> bool {
        if matches!(found, Finding::Property(_))
            || matches!(found, Finding::Method(_))
                && !method
                && self
                    .actual_in(self.frames.len() - 1, p.word.a() as usize)
                    .shape_id()
                    != ids::METHOD
        {
            return false;
        }
        if !self.guard_type(vm, p.b.shape) {
            return false;
        }
        let a = p.word.a() as usize;
        let b = p.word.b() as usize;
        if let Some(k) = self.dissolved_as(b, p.b.shape) {
            return self.found_in_virtual(vm, p, method, found, k);
        }
        let w = self.word(b);
        self.guard_shape(w, p.b.shape);
        let mut this = None;
        let v = match found {
            Finding::Method(f) if !method => {
                let f = self.object(vm, f);
                let fields = vec![
                    self.content_word(f, layout::METHOD_FUNC),
                    self.content_word(w, layout::METHOD_SELF),
                ];
                let k = self.new_virtual(ids::METHOD, fields);
                self.set_virtual(a, k);
                return true;
            }
            Finding::Method(f) => {
                this = Some(w);
                self.object(vm, f)
            }
            Finding::Plain(v) | Finding::Property(v) => self.object(vm, v),
            held => self.held_word(w, held),
        };
        self.set(a, v);
        if method {
            let this = match this {
                Some(w) => w,
                None => self.constant(0),
            };
            self.set(a + 1, this);
        }
        true
    }

    /// What an object itself has where a finding says.
    pub(super) fn held_word(&mut self, w: Val, found: Finding) -> Val {
        match found {
            Finding::Slot(offset) => self.field(w, offset as i32),
            Finding::Outer(slot, offset) => {
                let array = self.field(w, slot as i32);
                self.field(array, offset as i32)
            }
            Finding::Item(i) => {
                let n = self.field(w, layout::TUPLE_LEN);
                let c = self.compare_imm(Cond::Gt, n, i as u64);
                self.guard(c, true);
                self.field(w, layout::TUPLE_ITEMS + 8 * i as i32)
            }
            Finding::Member(offset) => {
                let v = self.field(w, offset as i32);
                let c = self.compare_imm(Cond::Ne, v, 0);
                self.guard(c, true);
                v
            }
            Finding::Method(_) | Finding::Plain(_) | Finding::Property(_) => self.constant(0),
        }
    }

    /// An attribute of a dissolved object.
    fn found_in_virtual(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        method: bool,
        found: Finding,
        k: u32,
    ) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let null = self.constant(0);
        match found {
            // No dissolved object holds more than it has room for.
            Finding::Outer(..) => return false,
            Finding::Item(i) => {
                let Some(n) = self.field_at(k, layout::TUPLE_ITEMS + 8 * i as i32) else {
                    return false;
                };
                self.load_virtual(k, n, a);
            }
            Finding::Slot(offset) | Finding::Member(offset) => {
                let Some(n) = self.field_at(k, offset as i32) else {
                    return false;
                };
                self.load_virtual(k, n, a);
            }
            Finding::Method(f) => {
                let f = self.object(vm, f);
                if method {
                    self.set(a, f);
                    self.set_virtual(a + 1, k);
                    return true;
                }
                let fields = vec![
                    self.content_word(f, layout::METHOD_FUNC),
                    self.content(b, layout::METHOD_SELF),
                ];
                let bound = self.new_virtual(ids::METHOD, fields);
                self.set_virtual(a, bound);
            }
            Finding::Plain(v) | Finding::Property(v) => {
                let v = self.object(vm, v);
                self.set(a, v);
            }
        }
        if method {
            self.set(a + 1, null);
        }
        true
    }

    /// An attribute of a type object.
    fn of_type(&mut self, vm: &mut Vm, p: Pending, op: u8, key: u64, payload: u64) -> bool {
        let ty = crate::vm::run::cx::word_value(p.b.bits);
        let Some(t) = ty.cast::<PyType>() else {
            return false;
        };
        if (t.current_version() as u64) << 32 | vm.type_epoch.get() as u64 != key {
            return false;
        }
        let w = self.word(p.word.b() as usize);
        if self.fact(w).constant != Some(p.b.bits) {
            self.object(vm, ty);
            self.guard_constant(w, p.b.bits);
        }
        self.guard_version_of(vm, t, (key >> 32) as u32);
        // What a metaclass says of its types is looked at, too.
        if !self.guard_type(vm, p.b.shape) {
            return false;
        }
        let a = p.word.a() as usize;
        if op == special::LOAD_METHOD_OF_TYPE {
            let v = self.object(vm, crate::vm::run::cx::word_value(payload & !1));
            let this = if payload & 1 != 0 {
                w
            } else {
                self.constant(0)
            };
            self.set(a, v);
            self.set(a + 1, this);
        } else {
            let v = self.object(vm, crate::vm::run::cx::word_value(payload));
            self.set(a, v);
        }
        true
    }

    fn of_module(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        method: bool,
        key: u64,
        position: u64,
    ) -> bool {
        let Some(m) = crate::vm::run::cx::word_value(p.b.bits).cast::<PyModule>() else {
            return false;
        };
        let d = m.dict();
        if d.current_keys_version() as u64 != key & 0xffff_ffff || d.current_keys_version() == 0 {
            return false;
        }
        let w = self.word(p.word.b() as usize);
        if self.fact(w).constant != Some(p.b.bits) {
            self.object(vm, m.value());
            self.guard_constant(w, p.b.bits);
        }
        let now = d.value_at(position as usize);
        let dict = self.guard_keys(vm, d);
        let entries = self.field(dict, layout::DICT_ENTRIES);
        let v = self.field(entries, layout::ARRAY_SLOTS + 8 * (position as i32 * 3 + 2));
        let a = p.word.a() as usize;
        let v = if matches!(
            now.kind(),
            Some(Kind::Function | Kind::Type | Kind::Builtin | Kind::Module)
        ) {
            let c = self.object(vm, now);
            self.guard_constant(v, now.bits());
            c
        } else {
            // As long as the keys stay the same, something is there.
            v
        };
        self.set(a, v);
        if method {
            let null = self.constant(0);
            self.set(a + 1, null);
        }
        true
    }

    /// A property's getter runs as a frame.
    fn property(&mut self, vm: &mut Vm, p: Pending, next: Next, getter: u64) -> Recorded<bool> {
        let getter = crate::vm::run::cx::word_value(getter);
        let Some(f) = getter.cast::<PyFunction>() else {
            return Ok(false);
        };
        if f.code().fast_argcount != 1 || next.pc != crate::vm::run::cx::code_start(f.code()) as u64
        {
            return Ok(false);
        }
        if !self.guard_type(vm, p.b.shape) {
            return Ok(false);
        }
        self.guard_class(p.word.b() as usize, p.b);
        let word = ret(Action::GetAttr, 3, p.word.a() as usize, 0);
        let from = [(self.frames.len() - 1, p.word.b() as usize)];
        self.push(vm, f, &from, &[], word, next)
    }

    pub(super) fn store_attribute(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let now = self.actual_in(self.frames.len() - 1, a).shape_id();
        let (Some(shape), Some(name)) = (vm.shapes.try_get(p.a.shape), self.name(p)) else {
            return false;
        };
        if matches!(p.a.kind, Some(Kind::Type | Kind::Module)) {
            return false;
        }
        let (offset, plan) = match findings::store(vm, shape, now, name) {
            Some(Place::Slot(offset)) => (offset as i32, None),
            Some(Place::Add(offset, shape)) => (offset as i32, Some(shape as u64)),
            Some(Place::Outer(slot, offset)) if self.dissolved(a).is_none() => {
                return self.store_outside(vm, p, slot as i32, offset as i32);
            }
            _ => return false,
        };
        if !self.guard_type(vm, p.a.shape) {
            return false;
        }
        if let Some(k) = self.dissolved_as(a, p.a.shape)
            && self.store_virtual(k, offset, b)
        {
            if let Some(shape) = plan {
                self.name_shape(shape as u32);
                self.reshape(k, shape as u32);
            }
            return true;
        }
        let w = self.word(a);
        self.guard_shape(w, p.a.shape);
        let v = self.word(b);
        if plan.is_some() {
            // The object comes to hold another shape, which is logged, too: only young ones here.
            let flags = self.emit(Op::Load(Width::W8, w, layout::FLAGS));
            let flag = self.binary_imm(Binary::And, flags, helpers::LOGGED);
            let c = self.compare_imm(Cond::Eq, flag, 0);
            self.guard(c, true);
            self.store(w, offset, v);
            self.field_stored(w, offset, v);
            self.forget_shapes();
        } else {
            self.store_object(w, offset, v);
        }
        if let Some(shape) = plan {
            self.name_shape(shape as u32);
            let s = self.constant(shape);
            self.emit(Op::Store(Width::W32, w, layout::SHAPE, s));
            self.know(w, |k| k.shape = shape as u32);
        }
        self.begun = true;
        true
    }

    /// Stores an attribute that stands in the array beside the object.
    fn store_outside(&mut self, vm: &mut Vm, p: Pending, slot: i32, offset: i32) -> bool {
        if !self.guard_type(vm, p.a.shape) {
            return false;
        }
        let w = self.word(p.word.a() as usize);
        self.guard_shape(w, p.a.shape);
        let v = self.word(p.word.b() as usize);
        let array = self.field(w, slot);
        self.store_object(array, offset, v);
        self.begun = true;
        true
    }

    /// A store into an object that may be old, of a value that may be a heap object.
    pub(super) fn store_object(&mut self, w: Val, offset: i32, v: Val) {
        let k = self.fact(v).known;
        if k.int || k.boolean {
            self.store(w, offset, v);
        } else {
            self.emit(Op::StoreLogged(
                w,
                w,
                offset,
                v,
                helpers::store_logged as *const () as u64,
            ));
        }
        self.field_stored(w, offset, v);
    }
}
