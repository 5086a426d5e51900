//! Instances of Python classes: made by calls of the class, and operators that their methods do.

use super::natives::type_of;
use super::step::Next;
use super::{Code, Pending, Recorded, Recorder};
use crate::tier::rebuild::MOST_FIELDS;
use crate::vm::run::cx::{code_start, header_word, word_value};
use crate::vm::run::ret::{Action, ret};
use skein_jit::ir::{Cond, Val};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::object::shape::Shape;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;
use skein_runtime::tasklet::stack::at;

impl Recorder {
    /// A call of a class that went into its `__init__`: the object is not allocated yet.
    pub(super) fn instantiated(&mut self, vm: &mut Vm, p: Pending, next: Next) -> Recorded<bool> {
        let (a, base) = (p.word.a() as usize, p.word.b() as usize);
        let here = self.frames.len() - 1;
        let Some(ty) = word_value(p.b.bits).cast::<PyType>() else {
            return Ok(false);
        };
        let word = ret(Action::Init, 2, a, base as u32 + 1);
        let version = ty.version(vm);
        let (Some(init), Some(shape)) = (
            ty.call_init.get().cast::<PyFunction>(),
            self.plain_shape(p, ty, version, base + 1),
        ) else {
            return Ok(false);
        };
        if p.next.bits != 0
            || next.pc != code_start(init.code()) as u64
            || header_word(next.fp as *mut u64, at::RETURN) != word
        {
            return Ok(false);
        }
        let argc = p.word.c() as usize + 1;
        let Some(missing) = Recorder::missing(init, argc) else {
            return Ok(false);
        };
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        self.guard_version_of(vm, ty, version);
        let extra = self.guard_function(vm, init, missing);
        self.prepare(vm, init)?;
        self.name_shape(shape.id);
        let k = self.new_virtual(shape.id, Vec::new());
        self.set_virtual(base + 1, k);
        let from: Vec<(usize, usize)> = (0..argc).map(|i| (here, base + 1 + i)).collect();
        self.push(vm, init, &from, &extra, word, next)
    }

    /// The shape that new instances of a type have, if they are plain objects made by `object.__new__`, as the one in a register is.
    fn plain_shape(
        &self,
        p: Pending,
        ty: Ref<PyType>,
        version: u32,
        made: usize,
    ) -> Option<Ref<Shape>> {
        // `call_init` says that they are.
        let plain = ty.call_version.get() == version
            && version != 0
            && p.b.shape == ids::TYPE
            && ty.kind.get() == Kind::Instance
            && !ty.has(tflag::HAS_DEL | tflag::ABSTRACT | tflag::DISALLOW_INSTANTIATION);
        ty.root_shape.get().filter(|shape| {
            plain
                && !shape.dict_mode
                && shape.inline_cap as usize <= MOST_FIELDS
                && self.actual_in(self.frames.len() - 1, made).shape_id() == shape.id
        })
    }

    /// The object of a call of a class with keywords or a star, which went into `__init__`, is not allocated; false: it is not a plain one.
    pub(super) fn dissolved_instance(&mut self, vm: &mut Vm, p: Pending, window: usize) -> bool {
        let Some(ty) = word_value(p.b.bits).cast::<PyType>() else {
            return false;
        };
        let version = ty.version(vm);
        let init = ty.call_init.get().cast::<PyFunction>();
        let Some(shape) = self
            .plain_shape(p, ty, version, window)
            .filter(|_| init.is_some() && self.dissolves)
        else {
            return false;
        };
        self.guard_version_of(vm, ty, version);
        self.name_shape(shape.id);
        let k = self.new_virtual(shape.id, Vec::new());
        self.set_virtual(window, k);
        true
    }

    /// A binary operator that went into a method of its left operand.
    pub(super) fn operator_entered(
        &mut self,
        vm: &mut Vm,
        p: Pending,
        next: Next,
    ) -> Recorded<bool> {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let word = ret(Action::Binary, 1, a, 1);
        if !self.entered(next)
            || p.b.shape < ids::FIRST_DYNAMIC
            || header_word(next.fp as *mut u64, at::RETURN) != word
        {
            return Ok(false);
        }
        let op = BinaryOp::ALL[Recorder::op(&p) as usize - Code::Add as usize];
        let (Some(x), Some(y)) = (type_of(vm, p.b), type_of(vm, p.c)) else {
            return Ok(false);
        };
        // As `ops_arith::begin_forward`.
        if x != y && y.is_subtype(x) {
            return Ok(false);
        }
        let (forward, _, in_place) = op.methods(vm);
        let inplace = p.word.x() & 1 != 0;
        let method = match inplace.then(|| vm.type_lookup(x, in_place)).flatten() {
            Some(m) => Some(m),
            None => vm.type_lookup(x, forward),
        };
        let Some(f) = method.and_then(|m| m.cast::<PyFunction>()) else {
            return Ok(false);
        };
        if f.code().fast_argcount != 2 || next.pc != code_start(f.code()) as u64 {
            return Ok(false);
        }
        for (i, seen) in [(b, p.b), (c, p.c)] {
            if seen.shape >= ids::FIRST_DYNAMIC && !self.guard_type(vm, seen.shape) {
                return Ok(false);
            }
            self.guard_class(i, seen);
        }
        self.guard_function(vm, f, 0);
        let here = self.frames.len() - 1;
        self.push(vm, f, &[(here, b), (here, c)], &[], word, next)
    }

    /// How many arguments `f` takes from its defaults when it is called with `argc`; `None`: it cannot be called so, or not simply.
    pub(super) fn missing(f: Ref<PyFunction>, argc: usize) -> Option<usize> {
        let takes = f.code().fast_argcount;
        let defaults = f.defaults.get().cast::<PyTuple>();
        (takes as usize)
            .checked_sub(argc)
            .filter(|m| takes != u32::MAX && *m <= defaults.map_or(0, |d| d.len()))
    }

    /// Tests that a function has the code that it has now, and the defaults if arguments are missing: gives those, as words that the trace keeps alive.
    pub(super) fn guard_function(
        &mut self,
        vm: &mut Vm,
        f: Ref<PyFunction>,
        missing: usize,
    ) -> Vec<u64> {
        let t = self.object(vm, f.value());
        let mut extra = Vec::new();
        self.guard_own_code(vm, t, f);
        if missing > 0
            && let Some(d) = f.defaults.get().cast::<PyTuple>()
        {
            self.object(vm, d.value());
            if !self.relies_on(f.value().bits()) {
                let now = self.field(t, std::mem::offset_of!(PyFunction, defaults) as i32);
                self.guard_constant(now, d.value().bits());
            }
            extra.extend(d.items()[d.len() - missing..].iter().map(|v| v.bits()));
        }
        extra
    }

    /// Tests that a function, which is `t`, has the code that it has now.
    fn guard_own_code(&mut self, vm: &mut Vm, t: Val, f: Ref<PyFunction>) {
        let (function, code) = (f.value().bits(), f.code());
        self.object(vm, code.value());
        if !self.rely(function, code.serial) {
            let now = self.field(t, std::mem::offset_of!(PyFunction, code) as i32);
            self.guard_constant(now, code.value().bits());
            std::rc::Rc::make_mut(&mut self.versions).insert(function, code.serial);
        }
    }

    /// Tests anew, at a loop's end, what was found at its start; false if it is not so any more.
    pub(super) fn guard_again(&mut self, object: u64, version: u32) -> bool {
        if self.rely(object, version) {
            return true;
        }
        let (o, v) = (word_value(object), self.constant(object));
        if let Some(f) = o.cast::<PyFunction>() {
            let code = f.code();
            let now = self.field(v, std::mem::offset_of!(PyFunction, code) as i32);
            // The trace keeps it alive since it was tested first.
            self.guard_constant(now, code.value().bits());
            return code.serial == version;
        }
        let at = match o.kind() {
            Some(Kind::Type) => layout::TYPE_VERSION,
            _ => layout::DICT_KEYS_VERSION,
        };
        let now = self.load32(v, at);
        let c = self.compare_imm(Cond::Eq, now, version as u64);
        self.guard(c, true);
        true
    }

    /// Tests that a type, and what it inherits, is as it was when it had that version.
    pub(super) fn guard_version_of(&mut self, vm: &mut Vm, ty: Ref<PyType>, version: u32) {
        let t = self.object(vm, ty.value());
        if !self.rely(ty.value().bits(), version) {
            let now = self.load32(t, layout::TYPE_VERSION);
            let c = self.compare_imm(Cond::Eq, now, version as u64);
            self.guard(c, true);
            std::rc::Rc::make_mut(&mut self.versions).insert(ty.value().bits(), version);
        }
    }
}
