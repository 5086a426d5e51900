//! Natives that go through `map`, `zip`, `enumerate` or a plain iterator: `list(map(int, words))`, `a, b = map(int, pair)`, steps of
//! `map`. See `tier/enter/helpers_iterators.rs` for how they are taken back where Python code would have had to run.
//!
//! A function may be mapped so if it has no effects, not even on an iterator that it is given: it may be called twice for an item.

use super::natives::{Called, listed};
use super::{Pending, Recorder, Seen};
use crate::tier::enter::helpers_iterators as over;
use crate::vm::run::cx::word_value;
use skein_jit::ir::{Cond, Val};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::layout;
use skein_runtime::object::native_def::NativeDef;
use skein_runtime::prelude::*;

/// Functions without effects: their module or type, and their names.
const HARMLESS: &[(&str, &str)] = &[
    (
        "builtins",
        "abs ascii bin chr hash hex len oct ord repr round",
    ),
    (
        "_operator",
        "add and_ eq floordiv ge gt le lt mod mul ne neg not_ or_ pos pow sub truediv truth xor",
    ),
    ("math", "ceil fabs floor gcd hypot isqrt log sqrt"),
    (
        "str",
        "capitalize casefold isalpha isdigit isupper lower lstrip rstrip split strip swapcase title upper",
    ),
];

fn is_harmless(f: Value) -> bool {
    if let Some(t) = f.cast::<PyType>() {
        return f.shape_id() == ids::TYPE
            && matches!(t.builtin_id, ids::INT | ids::FLOAT | ids::STR | ids::BOOL);
    }
    let Some(b) = f.cast::<PyBuiltin>() else {
        return false;
    };
    let owner = match b.owner.get() {
        Some(t) if f.shape_id() == ids::METHOD_DESCRIPTOR => t.name_text(),
        None if !b.def.switches => match b.module.get().cast::<PyStr>() {
            Some(m) => m.text_lossy(),
            None => return false,
        },
        _ => return false,
    };
    HARMLESS
        .iter()
        .any(|(o, names)| *o == owner && listed(names, b.def.name))
}

/// True for an iterator that a native may go through and be put back; a `map` only of a function without effects.
fn is_source(s: Seen) -> bool {
    let v = word_value(s.bits);
    let Some(it) = v.cast::<PyIter>().filter(|_| s.kind == Some(Kind::Iter)) else {
        return false;
    };
    (s.shape != ids::MAP || is_harmless(it.a.get())) && over::can_be_noted(v)
}

impl Recorder {
    /// Tests that a register holds such an iterator as was seen, mapping the same function.
    fn guard_source(&mut self, vm: &mut Vm, register: usize, seen: Seen) -> Val {
        let it = self.word(register);
        self.guard_shape(it, seen.shape);
        if seen.shape == ids::MAP
            && let Some(i) = word_value(seen.bits).cast::<PyIter>()
        {
            let f = self.field(it, layout::ITER_OBJECT);
            self.object(vm, i.a.get());
            self.guard_constant(f, i.a.get().bits());
        }
        it
    }

    /// `list(it)`, `sum(it)` and so on: a builtin type or a native function that takes nothing but an iterator.
    pub(super) fn call_over(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (base, seen) = (p.word.b() as usize, p.more.args[0]);
        if p.word.c() != 1 || p.next.bits != 0 || self.failed_here() || !is_source(seen) {
            return false;
        }
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        let it = self.guard_source(vm, base + 2, seen);
        let callee = self.word(base);
        let v = self.ask(over::object_over as *const (), &[callee, it]);
        self.iterators_moved();
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// The same of a method, such as `str.join`, of the object in the window.
    pub(super) fn call_method_over(&mut self, vm: &mut Vm, p: Pending, n: Called) -> bool {
        let (base, seen) = (p.word.b() as usize, p.more.args[0]);
        if p.word.c() != 1
            || p.next.shape == 0
            || p.next.shape >= ids::FIRST_DYNAMIC
            || self.failed_here()
            || !is_source(seen)
        {
            return false;
        }
        self.guard_callee(vm, p);
        self.guard_class(base + 1, p.next);
        let it = self.guard_source(vm, base + 2, seen);
        let def = self.constant(n.def as *const NativeDef as u64);
        let this = self.word(base + 1);
        let v = self.ask(over::method_over as *const (), &[def, this, it]);
        self.iterators_moved();
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// A step of a `map` over one iterator.
    pub(super) fn map_step(&mut self, vm: &mut Vm, p: Pending) -> bool {
        if self.failed_here() || !is_source(p.b) {
            return false;
        }
        let it = self.guard_source(vm, p.word.b() as usize, p.b);
        let v = self.ask(over::next_of_map as *const (), &[it]);
        self.iterators_moved();
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// Its end.
    pub(super) fn map_end(&mut self, p: Pending) -> bool {
        if !is_source(p.b) {
            return false;
        }
        let it = self.word(p.word.b() as usize);
        self.guard_shape(it, p.b.shape);
        let ended = self.ask(over::map_ended as *const (), &[it]);
        let c = self.compare_imm(Cond::Ne, ended, 0);
        self.iterators_moved();
        self.guard(c, true);
        true
    }

    /// `a, b = it`
    pub(super) fn unpack_over(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (a, n) = (p.word.a() as usize, p.word.c() as usize);
        if self.failed_here() || n == 0 || n > 8 || !is_source(p.b) {
            return false;
        }
        let it = self.guard_source(vm, p.word.b() as usize, p.b);
        let count = self.constant(n as u64);
        let row = self.ask(over::unpack_over as *const (), &[it, count]);
        self.iterators_moved();
        self.not_refused(row);
        self.know_shape(row, ids::TUPLE);
        for i in 0..n {
            let v = self.field(row, layout::TUPLE_ITEMS + 8 * i as i32);
            self.set(a + i, v);
        }
        true
    }
}
