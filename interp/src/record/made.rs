//! What instructions make without Python code: functions, cells, generators, slices, the parts of a starred assignment, keyword
//! arguments; names that are unbound; and exceptions that begin and cease to be handled. All as lean calls.

use super::natives::type_of;
use super::{Pending, Recorder};
use crate::tier::enter::helpers_made as made;
use crate::vm::call::GENERATOR_FLAGS;
use skein_jit::ir::{Binary, Cond, Op, Type, Val, Width};
use skein_runtime::builtins::code::{Cleanup, PyCode};
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::wrapper::method_wrapper;
use skein_runtime::layout;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use std::mem::offset_of;

/// `co_flags` of code whose calls make a plain generator.
const GENERATOR: u32 = 0x20;

/// True for a function whose calls make generators for which no drops are watched.
pub(super) fn makes_generators(code: Ref<PyCode>) -> bool {
    code.flags.get() & GENERATOR_FLAGS == GENERATOR
        && !matches!(
            crate::vm::generator::cleanup(code),
            Cleanup::Handlers | Cleanup::Passes
        )
}

impl Recorder {
    /// `MakeFunction`
    pub(super) fn make_function(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let Some(f) = self.function() else {
            return false;
        };
        let (Some(globals), Some(builtins)) = (f.globals.get(), f.builtins.get()) else {
            return false;
        };
        let code = self.frame().code.consts.expect();
        let code = code.get(p.word.bc() as u32 as usize);
        if code.kind() != Some(Kind::Code) || self.pin(vm).is_none() {
            return false;
        }
        let code = self.object(vm, code);
        let globals = self.object(vm, globals.value());
        let builtins = self.object(vm, builtins.value());
        let v = self.ask(made::function as *const (), &[code, globals, builtins]);
        self.know_shape(v, ids::FUNCTION);
        let null = self.constant(0);
        for (offset, w) in [
            (offset_of!(PyFunction, code), code),
            (offset_of!(PyFunction, globals), globals),
            (offset_of!(PyFunction, builtins), builtins),
            (offset_of!(PyFunction, closure), null),
            (offset_of!(PyFunction, defaults), null),
            (offset_of!(PyFunction, kwdefaults), null),
        ] {
            self.field_known(v, offset as i32, w);
        }
        self.set(p.word.a() as usize, v);
        true
    }

    /// `SetFunctionAttr`
    pub(super) fn set_function_attribute(&mut self, p: Pending) -> bool {
        let offset = match p.word.x() {
            0 => offset_of!(PyFunction, defaults),
            1 => offset_of!(PyFunction, kwdefaults),
            2 => offset_of!(PyFunction, annotate),
            3 => offset_of!(PyFunction, closure),
            _ => offset_of!(PyFunction, type_params),
        };
        if p.a.shape != ids::FUNCTION {
            return false;
        }
        let f = self.word(p.word.a() as usize);
        self.guard_shape(f, ids::FUNCTION);
        let v = self.word(p.word.b() as usize);
        self.store_object(f, offset as i32, v);
        self.begun = true;
        true
    }

    /// `MakeCell`
    pub(super) fn make_cell(&mut self, p: Pending) -> bool {
        let a = p.word.a() as usize;
        let x = self.word(a);
        let v = self.ask(made::cell as *const (), &[x]);
        self.know_shape(v, ids::CELL);
        self.field_known(v, layout::CELL_CONTENTS, x);
        self.set(a, v);
        true
    }

    /// The generator of a call of `f`, a word known to be a function of that code, with the values of all parameters; `None`:
    /// that is for the interpreter.
    pub(super) fn new_generator(
        &mut self,
        vm: &mut Vm,
        f: Val,
        code: Ref<PyCode>,
        args: &[Val],
    ) -> Option<Val> {
        let helpers = [
            made::generator0 as *const (),
            made::generator1 as *const (),
            made::generator2 as *const (),
            made::generator3 as *const (),
            made::generator4 as *const (),
        ];
        let helper = *helpers.get(args.len())?;
        let mut words = vec![f];
        words.extend(args);
        let v = self.ask(helper, &words);
        self.know_shape(v, ids::GENERATOR);
        let code = self.object(vm, code.value());
        self.field_known(v, layout::GENERATOR_CODE, code);
        Some(v)
    }

    /// `BuildSlice`
    pub(super) fn build_slice(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let step = if p.word.c() == 3 {
            self.word(b + 2)
        } else {
            self.constant(Value::NONE.bits())
        };
        let words = [self.word(b), self.word(b + 1), step];
        let v = self.ask(made::slice as *const (), &words);
        self.know_shape(v, ids::SLICE);
        self.set(a, v);
        true
    }

    /// `UnpackEx` of lists and tuples.
    pub(super) fn unpack_starred(&mut self, p: Pending) -> bool {
        let (a, b, before) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let ext = crate::vm::run::cx::word_at((p.pc as *const u64).wrapping_add(1)).0;
        let after = ext as u32 as usize;
        let (length, is_list) = match p.b.shape {
            ids::LIST => (layout::LIST_LEN, true),
            ids::TUPLE => (layout::TUPLE_LEN, false),
            _ => return false,
        };
        self.guard_class(b, p.b);
        let of = self.word(b);
        let n = self.field(of, length);
        let c = self.compare_imm(Cond::Ge, n, (before + after) as u64);
        self.guard(c, true);
        let (base, first) = if is_list {
            (self.field(of, layout::LIST_ITEMS), layout::ARRAY_SLOTS)
        } else {
            (of, layout::TUPLE_ITEMS)
        };
        let mut items = Vec::new();
        for i in 0..before + after {
            let index = if i < before {
                self.constant(i as u64)
            } else {
                self.binary_imm(Binary::Sub, n, (before + after - i) as u64)
            };
            let at = self.item_address(base, index);
            items.push(self.field(at, first));
        }
        let (x, y) = (self.constant(before as u64), self.constant(after as u64));
        let middle = self.ask(made::middle as *const (), &[of, x, y]);
        self.not_refused(middle);
        self.know_shape(middle, ids::LIST);
        items.insert(before, middle);
        for (i, v) in items.into_iter().enumerate() {
            self.set(a + i, v);
        }
        true
    }

    /// `DictMerge` of exact dicts.
    pub(super) fn merge_keywords(&mut self, p: Pending) -> bool {
        if p.a.shape != ids::DICT || p.b.shape != ids::DICT {
            return false;
        }
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        self.guard_class(a, p.a);
        self.guard_class(b, p.b);
        let words = [self.word(a), self.word(b)];
        let ok = self.ask(made::merge as *const (), &words);
        self.not_refused(ok);
        self.contents_changed();
        self.begun = true;
        true
    }

    /// `DelLocal` of something that nobody is told of when it goes.
    pub(super) fn unbind_local(&mut self, p: Pending) -> bool {
        let a = p.word.a() as usize;
        if p.a.bits == 0 {
            return false;
        }
        if self.is_float(a) || p.a.is_int() || p.a.is_float() {
            self.guard_class(a, p.a);
        } else if p.a.shape == 0 {
            let w = self.word(a);
            let tag = self.binary_imm(Binary::And, w, 7);
            let c = self.compare_imm(Cond::Ne, tag, 0);
            self.guard(c, true);
        } else {
            // Something else than what is watched was seen to go, or this bridge would end where it begins.
            if self.failed_here() {
                return false;
            }
            let w = self.word(a);
            if !self.fact(w).known.object {
                let c = self.compare_imm(Cond::Ne, w, 0);
                self.guard(c, true);
            }
            self.guard_object(w);
            let flags = self.emit(Op::Load(Width::W8, w, layout::FLAGS));
            let watched = self.binary_imm(Binary::And, flags, WATCHED as u64);
            let c = self.compare_imm(Cond::Eq, watched, 0);
            self.guard(c, true);
        }
        let null = self.constant(0);
        self.set(a, null);
        true
    }

    /// `del x[k]` of dicts and lists.
    pub(super) fn delete_item(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let plain = match p.a.shape {
            ids::DICT => p.b.is_int() || p.b.shape == ids::STR || p.b.shape == ids::TUPLE,
            ids::LIST => p.b.is_int(),
            _ => false,
        };
        if !plain || self.failed_here() {
            return false;
        }
        self.guard_class(a, p.a);
        self.guard_class(b, p.b);
        let words = [self.word(a), self.word(b)];
        let ok = self.ask(made::delete_item as *const (), &words);
        self.not_refused(ok);
        self.contents_changed();
        self.begun = true;
        true
    }

    /// `GetIter` and `GetYieldFromIter` of an instance whose `__iter__` makes generators.
    pub(super) fn iter_of_instance(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let f = self.frames.len() - 1;
        if p.b.shape < ids::FIRST_DYNAMIC || self.actual_in(f, a).shape_id() != ids::GENERATOR {
            return false;
        }
        let Some(ty) = type_of(vm, p.b) else {
            return false;
        };
        let name = vm.names.__iter__;
        let Some(f) = vm
            .type_lookup(ty, name)
            .and_then(|m| m.cast::<PyFunction>())
        else {
            return false;
        };
        let code = f.code();
        if !makes_generators(code) || code.parameter_count() != 1 {
            return false;
        }
        if !self.guard_methods(vm, b, p.b) {
            return false;
        }
        let this = self.word(b);
        let function = self.object(vm, f.value());
        self.guard_code(vm, function, code);
        let Some(v) = self.new_generator(vm, function, code, &[this]) else {
            return false;
        };
        self.set(a, v);
        true
    }

    /// `GetYieldFromIter` of what is an iterator, or of an exact builtin container.
    pub(super) fn delegate(&mut self, p: Pending) -> bool {
        if p.b.shape != ids::GENERATOR {
            return p.b.shape != ids::COROUTINE && self.get_iter(p);
        }
        self.guard_class(p.word.b() as usize, p.b);
        let w = self.word(p.word.b() as usize);
        self.set(p.word.a() as usize, w);
        true
    }

    /// `LoadSpecial`: the methods of a `with` statement.
    pub(super) fn special_method(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let n = vm.names;
        let names = [n.__enter__, n.__exit__, n.__aenter__, n.__aexit__];
        let name = names[(p.word.c() as usize).min(3)];
        let found = type_of(vm, p.b).and_then(|t| vm.type_lookup(t, name));
        let Some(f) = found.filter(|f| {
            f.kind() == Some(Kind::Function)
                || matches!(
                    f.shape_id(),
                    ids::METHOD_DESCRIPTOR | ids::WRAPPER_DESCRIPTOR
                )
        }) else {
            return false;
        };
        if p.b.shape == 0 || !self.guard_methods(vm, b, p.b) {
            return false;
        }
        let this = self.word(b);
        let f = self.object(vm, f);
        self.set(a, f);
        self.set(a + 1, this);
        true
    }

    /// `LoadMethod` that finds a static or class method of an instance's class.
    pub(super) fn wrapped_method(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let names = self.frame().code.names.expect();
        let (Some(name), Some(ty), Some(shape)) = (
            names.get(p.word.c() as usize).cast::<PyStr>(),
            type_of(vm, p.b),
            vm.shapes.try_get(p.b.shape),
        ) else {
            return false;
        };
        if shape.dict_mode
            || p.b.shape < ids::FIRST_DYNAMIC
            || ty.has(tflag::CUSTOM_GETATTR)
            || matches!(p.b.kind, Some(Kind::Type | Kind::Module))
            || shape.lookup(name).is_some()
        {
            return false;
        }
        let wrapper = vm.type_lookup(ty, name);
        let Some((id, f)) = wrapper.and_then(|w| method_wrapper(vm, w)) else {
            return false;
        };
        if f.kind() != Some(Kind::Function) || !self.guard_methods(vm, b, p.b) {
            return false;
        }
        let f = self.object(vm, f);
        let this = match id {
            ids::CLASSMETHOD => self.object(vm, ty.value()),
            _ => self.constant(0),
        };
        self.set(a, f);
        self.set(a + 1, this);
        true
    }

    /// That a function has the code that it has now.
    pub(super) fn guard_code(&mut self, vm: &mut Vm, function: Val, code: Ref<PyCode>) {
        self.object(vm, code.value());
        let constant = self.fact(function).constant;
        if constant.is_some_and(|f| self.rely(f, code.serial)) {
            return;
        }
        let now = self.field(function, offset_of!(PyFunction, code) as i32);
        self.guard_constant(now, code.value().bits());
    }

    // ---- exceptions

    /// True for a tuple that the trace made of constants.
    fn holds_constants(&self, t: Val) -> bool {
        let known = |offset| {
            let v = self.fields.get(&(t, offset))?;
            self.fact(*v).constant
        };
        self.fact(t).known.shape == ids::TUPLE
            && known(layout::TUPLE_LEN).is_some_and(|n| {
                (0..n).all(|i| known(layout::TUPLE_ITEMS + 8 * i as i32).is_some())
            })
    }

    /// `PushExc`
    pub(super) fn push_exception(&mut self, p: Pending) -> bool {
        let e = self.word(p.word.b() as usize);
        let old = self.ask(made::push_exception as *const (), &[e]);
        self.set(p.word.a() as usize, old);
        true
    }

    /// `PopExc`
    pub(super) fn pop_exception(&mut self, p: Pending) -> bool {
        let e = self.word(p.word.a() as usize);
        let args = [self.context, e];
        self.call(made::pop_exception as *const () as usize, &args, Type::Unit);
        self.begun = true;
        true
    }

    /// `ExcMatch`: whether an exception is of a class, or of one of a tuple's.
    pub(super) fn exception_matches(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let Some(ty) = type_of(vm, p.b).filter(|_| p.b.shape != 0) else {
            return false;
        };
        let classes = self.word(c);
        if p.c.kind == Some(Kind::Type) {
            let class = crate::vm::run::cx::word_value(p.c.bits);
            self.object(vm, class);
            self.guard_constant(classes, p.c.bits);
        } else if self.fact(classes).constant != Some(p.c.bits) && !self.holds_constants(classes) {
            return false;
        }
        let class = self.actual_in(self.frames.len() - 1, c);
        let class = if a == c {
            crate::vm::run::cx::word_value(p.c.bits)
        } else {
            class
        };
        let base = vm.builtin_type(ids::BASE_EXCEPTION);
        let one = |c: &Value| {
            c.cast::<PyType>()
                .filter(|c| c.is_subtype(base))
                .map(|c| ty.is_subtype(c))
        };
        let found: Option<Vec<bool>> = match class.cast::<PyTuple>() {
            Some(t) => t.items().iter().map(one).collect(),
            None => one(&class).map(|m| vec![m]),
        };
        let Some(found) = found else {
            return false;
        };
        if !self.guard_methods(vm, b, p.b) {
            return false;
        }
        let w = self.constant(Value::bool(found.contains(&true)).bits());
        self.set(a, w);
        true
    }
}

/// Flags of objects whose loss somebody wants to know of.
const WATCHED: u8 = flag::HAS_WEAKREF | flag::HAS_FINALIZER;
