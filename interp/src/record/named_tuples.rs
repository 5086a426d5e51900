//! Classes whose objects are those of builtin types: named tuples, exceptions, subclasses of `dict` and others.
//!
//! A call of a named tuple's class goes into its `__new__`, a Python function; the tuple that this makes is dissolved like any other, with the
//! class's shape. The objects of other such classes are made by native code from the call's arguments, ahead of an `__init__` in Python.

use super::natives::type_of;
use super::{Pending, Recorder};
use crate::tier::enter::SCRATCH;
use crate::tier::enter::helpers_classes as of_classes;
use crate::tier::rebuild::MOST_FIELDS;
use crate::vm::call::is_native_method;
use crate::vm::run::cx::word_value;
use skein_jit::ir::{Cond, Val};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// True for a class made by `class` with plain calls, and nobody is told when its instances go.
fn is_plain(vm: &mut Vm, t: Ref<PyType>) -> bool {
    t.builtin_id == 0
        && t.has(tflag::HEAPTYPE)
        && !t.has(tflag::HAS_DEL | tflag::ABSTRACT | tflag::DISALLOW_INSTANTIATION)
        && vm.type_of(t.value()).builtin_id == ids::TYPE
        && t.version(vm) != 0
}

/// The builtin type of which a native method is.
fn owner_of(m: Value) -> Option<Ref<PyType>> {
    m.cast::<PyBuiltin>()?.owner.get()
}

/// The `__init__` written in Python of a class whose objects a native `__new__` makes without Python code.
pub(super) fn init_of_native(vm: &mut Vm, t: Ref<PyType>) -> Option<Ref<PyFunction>> {
    if !is_plain(vm, t) || t.kind.get() == Kind::Instance {
        return None;
    }
    let n = vm.names;
    let new = vm.type_lookup(t, n.__new__)?;
    let owner = owner_of(new)?;
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    if owner.builtin_id != ids::DICT && !owner.is_subtype(base) {
        return None;
    }
    vm.type_lookup(t, n.__init__)?.cast()
}

/// True for a subclass of a builtin type that takes over how its objects are made.
pub(super) fn is_native_subclass(vm: &mut Vm, t: Ref<PyType>) -> bool {
    const OF: &[u32] = &[
        ids::INT,
        ids::FLOAT,
        ids::STR,
        ids::LIST,
        ids::TUPLE,
        ids::DICT,
        ids::SET,
        ids::FROZENSET,
    ];
    if !is_plain(vm, t) {
        return false;
    }
    let n = vm.names;
    [n.__new__, n.__init__].into_iter().all(|name| {
        let owner = vm.type_lookup(t, name).and_then(owner_of);
        owner.is_some_and(|o| OF.contains(&o.builtin_id) || o.builtin_id == ids::OBJECT)
    }) && vm
        .type_lookup(t, n.__new__)
        .and_then(owner_of)
        .is_some_and(|o| OF.contains(&o.builtin_id))
}

impl Recorder {
    /// `tuple.__new__(cls, t)` of a tuple that the trace made: it becomes an instance of the class, dissolved as well.
    pub(super) fn named_tuple(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, base) = (p.word.a() as usize, p.word.b() as usize);
        let (class, items) = (p.more.args[0], base + 3);
        if p.word.c() != 2 || p.next.bits != 0 || class.kind != Some(Kind::Type) {
            return false;
        }
        let (Some(t), Some(k)) = (
            word_value(class.bits).cast::<PyType>(),
            self.dissolved_as(items, ids::TUPLE),
        ) else {
            return false;
        };
        let Some(shape) = t.root_shape.get().filter(|s| {
            t.kind.get() == Kind::Tuple && !s.dict_mode && s.ext_offset == 0 && s.count == 0
        }) else {
            return false;
        };
        let n = self.fields_of(k);
        let made = self.actual_in(self.frames.len() - 1, a);
        if !is_plain(vm, t)
            || class.shape != ids::TYPE
            || made.shape_id() != shape.id
            || n == 0
            || n > MOST_FIELDS.min(SCRATCH)
            || !self.dissolves
        {
            return false;
        }
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        self.guard_class_constant(vm, base + 2, class);
        if !self.guard_own_version(vm, t) {
            return false;
        }
        self.name_shape(shape.id);
        self.tuple_shapes.insert(shape.id);
        let fields = (0..n)
            .map(|i| self.field_copied(k, i, layout::TUPLE_ITEMS + 8 * i as i32))
            .collect();
        let named = self.new_virtual(shape.id, fields);
        self.set_virtual(a, named);
        true
    }

    /// Tests that what `__new__` returns is an instance of the very class that was called, which stands in a register of the caller.
    pub(super) fn is_own_instance(&mut self, vm: &mut Vm, p: Pending, window: usize) -> bool {
        let below = self.frames.len() - 2;
        let class = self.actual_in(below, window);
        let Some(t) = class
            .cast::<PyType>()
            .filter(|t| type_of(vm, p.a) == Some(*t))
        else {
            return false;
        };
        if p.a.shape == 0 {
            return false;
        }
        let w = self.word_in(below, window);
        self.object(vm, t.value());
        self.guard_constant(w, t.value().bits());
        self.guard_class(p.word.a() as usize, p.a)
    }

    /// `UnpackSeq` of an instance of a named tuple.
    pub(super) fn unpack_named(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b, n) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if p.b.kind != Some(Kind::Tuple) || p.b.shape < ids::FIRST_DYNAMIC {
            return false;
        }
        let name = vm.names.__iter__;
        let plain = type_of(vm, p.b)
            .and_then(|t| vm.type_lookup(t, name))
            .is_some_and(|m| is_native_method(m, ids::TUPLE, "__iter__"));
        if !plain || !self.guard_methods(vm, b, p.b) {
            return false;
        }
        if let Some(k) = self.dissolved_as(b, p.b.shape) {
            if self.fields_of(k) != n {
                return false;
            }
            for i in 0..n {
                self.load_virtual(k, i, a + i);
            }
            return true;
        }
        let w = self.word(b);
        let length = self.field(w, layout::TUPLE_LEN);
        let c = self.compare_imm(Cond::Eq, length, n as u64);
        self.guard(c, true);
        let items: Vec<Val> = (0..n)
            .map(|i| self.field(w, layout::TUPLE_ITEMS + 8 * i as i32))
            .collect();
        for (i, v) in items.into_iter().enumerate() {
            self.set(a + i, v);
        }
        true
    }

    /// The object that native code makes for a call of a class, ahead of `__init__`; `None`: it is not in the window.
    pub(super) fn made_by_native(&mut self, vm: &mut Vm, p: Pending) -> Option<Val> {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        let made = self.actual_in(self.frames.len() - 1, base);
        let t = word_value(p.b.bits).cast::<PyType>()?;
        if made.shape_id() != t.root_shape.get()?.id {
            return None;
        }
        let class = self.object(vm, t.value());
        let at = self.homes(base + 2, argc);
        let n = self.constant(argc as u64);
        let v = self.ask(of_classes::made_by_native as *const (), &[class, at, n]);
        self.not_refused(v);
        self.guard_shape(v, made.shape_id());
        Some(v)
    }
}
