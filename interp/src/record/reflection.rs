//! Builtin functions that ask what an object or a type is like, answered while recording: `getattr` and `hasattr` of constant
//! names, `issubclass` of constant classes. What the answer relies on is tested as for an attribute instruction.

use super::{Pending, Recorder, Seen};
use crate::vm::findings::{self, Finding};
use crate::vm::ops_attr::has_getattribute;
use crate::vm::run::cx::word_value;
use skein_compiler::bytecode::Word;
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::layout;
use skein_runtime::object::attr::{Found, classify};
use skein_runtime::prelude::*;

/// What an attribute's name leads to, for all objects that pass the tests.
enum Answer {
    /// See [`Finding`].
    Found(Finding),
    /// A type has this.
    OfType(Value),
    /// Nothing has that name.
    Absent,
}

impl Recorder {
    /// `getattr` and `hasattr` with a constant name; false: nothing was written.
    pub(super) fn ask_attribute(&mut self, vm: &mut Vm, p: Pending, only_whether: bool) -> bool {
        let argc = p.word.c() as usize;
        let (a, first) = (p.word.a() as usize, p.word.b() as usize + 2);
        let x = p.more.args[0];
        let Some(name) = self
            .fact_word(first + 1)
            .and_then(|w| word_value(w).cast::<PyStr>())
            .filter(|s| s.shape_id() == ids::STR)
        else {
            return false;
        };
        if x.shape == 0 || self.dissolved(first).is_some() {
            return false;
        }
        let answer = match x.kind {
            Some(Kind::Module) => None,
            Some(Kind::Type) => self.attribute_of_type(vm, first, x, name),
            _ => Recorder::attribute_of_object(vm, x, name),
        };
        let Some(answer) = answer else {
            return false;
        };
        // The rest of the tests that can fail while recording.
        match &answer {
            Answer::Absent if !only_whether && argc < 3 => return false,
            Answer::Found(Finding::Property(_)) => return false,
            Answer::Found(Finding::Member(_)) if only_whether => return false,
            _ => {}
        }
        self.guard_callee(vm, p);
        self.is_jump(first - 1, p.next, 0);
        if !self.guard_asked(vm, first, x) {
            return false;
        }
        if only_whether {
            let has = !matches!(answer, Answer::Absent);
            let w = self.constant(Value::bool(has).bits());
            self.set(a, w);
            return true;
        }
        match answer {
            Answer::Absent => {
                let f = self.frames.len() - 1;
                self.copy((f, first + 2), (f, a));
                true
            }
            Answer::OfType(v) => {
                let w = self.object(vm, v);
                self.set(a, w);
                true
            }
            Answer::Found(found) => {
                let of = Word::new(Recorder::op(&p), 0, a as u16, first as u16, 0);
                let q = Pending {
                    word: of,
                    b: x,
                    ..p
                };
                self.found(vm, q, false, found)
            }
        }
    }

    /// That what is asked about is the type, or has the shape, that was seen, and what that means.
    fn guard_asked(&mut self, vm: &mut Vm, i: usize, x: Seen) -> bool {
        let w = self.word(i);
        if x.kind != Some(Kind::Type) {
            self.guard_shape(w, x.shape);
            return self.guard_type(vm, x.shape);
        }
        let Some(t) = word_value(x.bits).cast::<PyType>() else {
            return false;
        };
        self.object(vm, t.value());
        self.guard_constant(w, x.bits);
        self.guard_own_version(vm, t) && self.guard_type(vm, x.shape)
    }

    fn attribute_of_object(vm: &mut Vm, x: Seen, name: Ref<PyStr>) -> Option<Answer> {
        let shape = vm.shapes.try_get(x.shape)?;
        if let Some(found) = findings::load(vm, shape, name) {
            return Some(Answer::Found(found));
        }
        let ty = shape.ty.get()?;
        let absent = !shape.dict_mode
            && !ty.has(tflag::CUSTOM_GETATTR)
            && x.shape >= ids::FIRST_DYNAMIC
            && x.kind == Some(Kind::Instance)
            && shape.lookup(name).is_none()
            && vm.type_lookup(ty, name).is_none();
        absent.then_some(Answer::Absent)
    }

    /// An attribute of a type that the trace knows by name already.
    fn attribute_of_type(
        &mut self,
        vm: &mut Vm,
        register: usize,
        x: Seen,
        name: Ref<PyStr>,
    ) -> Option<Answer> {
        if self.fact_word(register) != Some(x.bits) {
            return None;
        }
        let t = word_value(x.bits).cast::<PyType>()?;
        let meta = vm.type_of(t.value());
        if meta.has(tflag::CUSTOM_GETATTR) && has_getattribute(vm, meta) {
            return None;
        }
        let of_meta = vm.type_lookup(meta, name).map(|v| classify(vm, v));
        if let Some(Found::DataDescriptor(_) | Found::Descriptor(_)) = of_meta {
            return None;
        }
        match vm.type_lookup(t, name) {
            Some(v) => match classify(vm, v) {
                // Functions bind to nothing here.
                Found::Method(v) | Found::Plain(v) => Some(Answer::OfType(v)),
                _ => None,
            },
            None if of_meta.is_none() && !meta.has(tflag::CUSTOM_GETATTR) => Some(Answer::Absent),
            None => None,
        }
    }

    /// `issubclass` of classes that the trace knows by name; false: nothing was written.
    pub(super) fn issubclass(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let first = p.word.b() as usize + 2;
        let (x, class) = (p.more.args[0], p.more.args[1]);
        if x.kind != Some(Kind::Type)
            || self.fact_word(first) != Some(x.bits)
            || self.fact_word(first + 1) != Some(class.bits)
        {
            return false;
        }
        let Some(ty) = word_value(x.bits).cast::<PyType>() else {
            return false;
        };
        let class = word_value(class.bits);
        let answer = match class
            .cast::<PyTuple>()
            .filter(|_| class.shape_id() == ids::TUPLE)
        {
            Some(t) => t
                .items()
                .iter()
                .map(|c| Recorder::derives(vm, ty, *c))
                .try_fold(false, |any, one| Some(any | one?)),
            None => Recorder::derives(vm, ty, class),
        };
        let Some(answer) = answer else {
            return false;
        };
        self.guard_callee(vm, p);
        self.is_jump(first - 1, p.next, 0);
        if ty.builtin_id == 0 && !self.guard_own_version(vm, ty) {
            return false;
        }
        let w = self.constant(Value::bool(answer).bits());
        self.set(p.word.a() as usize, w);
        true
    }

    fn derives(vm: &mut Vm, ty: Ref<PyType>, class: Value) -> Option<bool> {
        let c = class.cast::<PyType>()?;
        (vm.type_of(class).builtin_id == ids::TYPE).then(|| ty.is_subtype(c))
    }

    /// The constant in a register.
    pub(super) fn fact_word(&mut self, i: usize) -> Option<u64> {
        if self.is_float(i) || self.dissolved(i).is_some() {
            return None;
        }
        let w = self.word(i);
        self.fact(w).constant
    }

    /// An attribute of a frame that tells where it is: all frames are brought to memory for it, but nothing is changed.
    pub(super) fn attribute_of_frame(&mut self, vm: &mut Vm, p: Pending, name: Value) -> bool {
        const NAMES: [&str; 5] = ["f_back", "f_code", "f_lineno", "f_globals", "f_builtins"];
        let text = name.cast::<PyStr>().map(|s| s.text_lossy());
        if p.b.kind != Some(Kind::Frame) || !text.is_some_and(|t| NAMES.contains(&t.as_str())) {
            return false;
        }
        let w = self.word(p.word.b() as usize);
        self.guard_shape(w, p.b.shape);
        if self.write_all_back().is_err() {
            return false;
        }
        let name = self.object(vm, name);
        let helper = crate::tier::enter::helpers_lean::load_attr as *const ();
        let v = self.ask(helper, &[w, name]);
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// A native method of an exact list, dict, set, str or bytes object, kept as a function.
    pub(super) fn bound_native(&mut self, vm: &mut Vm, p: Pending, name: Value) -> bool {
        if !matches!(
            p.b.shape,
            ids::LIST | ids::DICT | ids::SET | ids::STR | ids::BYTES
        ) {
            return false;
        }
        let ty = vm.builtin_type(p.b.shape);
        let Some(found) = name
            .cast::<PyStr>()
            .and_then(|name| vm.type_lookup(ty, name))
        else {
            return false;
        };
        let Some(native) = found
            .cast::<PyBuiltin>()
            .filter(|_| found.shape_id() == ids::METHOD_DESCRIPTOR)
        else {
            return false;
        };
        let this = self.word(p.word.b() as usize);
        self.guard_shape(this, p.b.shape);
        let descriptor = self.object(vm, found);
        let helper = crate::tier::enter::helpers_made::bound_native as *const ();
        let v = self.ask(helper, &[descriptor, this]);
        self.not_refused(v);
        self.know_shape(v, ids::BUILTIN_FUNCTION);
        let def = self.constant(native.def as *const NativeDef as u64);
        self.field_known(v, layout::BUILTIN_DEF, def);
        self.field_known(v, layout::BUILTIN_SELF, this);
        self.set(p.word.a() as usize, v);
        true
    }

    /// True for tables of types that modules have, which are as good as their names.
    pub(super) fn is_table_of_types(v: Value) -> bool {
        let of_types = |items: &[Value]| {
            !items.is_empty() && items.iter().all(|t| t.kind() == Some(Kind::Type))
        };
        match v.shape_id() {
            ids::FROZENSET => true,
            ids::TUPLE => v.cast::<PyTuple>().is_some_and(|t| of_types(t.items())),
            _ => false,
        }
    }
}
