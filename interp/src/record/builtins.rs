//! Builtin functions that need no call: `len`, `isinstance`, `type`, `abs`, `min`, `max`, and conversions of what is of the
//! wanted type already.

use super::natives::type_of;
use super::{Pending, Recorder, Seen};
use crate::tier::enter::helpers_made as made;
use crate::vm::run::cx::word_value;
use skein_jit::ir::{Checked, Cond, Op, Val, Width};
use skein_runtime::builtins::getset::PyGetSet;
use skein_runtime::layout;
use skein_runtime::prelude::*;

impl Recorder {
    /// `list.sort()` of numbers, strs or tuples of these: comparing others may run Python code half-way.
    pub(super) fn sort_list(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let base = p.word.b() as usize;
        if p.word.c() != 0 || p.next.shape != ids::LIST || self.failed_here() {
            return false;
        }
        self.guard_callee(vm, p);
        self.guard_class(base + 1, p.next);
        let list = self.word(base + 1);
        let sorted = self.ask(made::sort as *const (), &[list]);
        self.not_refused(sorted);
        self.contents_changed();
        let none = self.constant(Value::NONE.bits());
        self.set(p.word.a() as usize, none);
        true
    }

    /// A call that becomes operations of its own; false: nothing was written.
    pub(super) fn builtin_call(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let argc = p.word.c() as usize;
        let base = p.word.b() as usize;
        let (x, y) = (p.more.args[0], p.more.args[1]);
        if p.next.bits != 0 {
            return false;
        }
        if p.b.kind == Some(Kind::Type) && p.b.shape == ids::TYPE && argc == 1 {
            let id = word_value(p.b.bits)
                .cast::<PyType>()
                .map_or(0, |t| t.builtin_id);
            let same = match id {
                ids::TYPE => return self.type_of_one(vm, p),
                ids::RANGE => return self.range_of(vm, p),
                ids::INT if x.is_float() => return self.rounded(vm, p, "int"),
                ids::INT => x.is_int(),
                ids::FLOAT => x.is_float() || x.is_int(),
                ids::STR | ids::TUPLE => x.shape == id,
                ids::BOOL => return self.bool_of(vm, p),
                _ => false,
            };
            if !same {
                return false;
            }
            self.guard_callee(vm, p);
            self.is_jump(base + 1, p.next, 0);
            if id == ids::FLOAT {
                let f = self.number(base + 2, x);
                self.set_float(p.word.a() as usize, f);
            } else {
                self.guard_class(base + 2, x);
                let w = self.word(base + 2);
                self.set(p.word.a() as usize, w);
            }
            return true;
        }
        if p.b.kind == Some(Kind::Type) && p.b.shape == ids::TYPE {
            return self.range_of(vm, p);
        }
        if p.b.kind != Some(Kind::Builtin) {
            return false;
        }
        let Some((owner, name)) = Recorder::native_name(vm, &p) else {
            return false;
        };
        if owner != "builtins" {
            return false;
        }
        match (name, argc) {
            ("len", 1) => self.length(vm, p),
            ("iter", 1) if x.shape == ids::GENERATOR => {
                self.begin_call(vm, p);
                self.guard_class(base + 2, x);
                let w = self.word(base + 2);
                self.set(p.word.a() as usize, w);
                true
            }
            ("isinstance", 2) => self.isinstance(vm, p),
            ("id", 1) => self.identity(vm, p),
            ("issubclass", 2) => self.issubclass(vm, p),
            ("getattr", 2 | 3) => self.ask_attribute(vm, p, false),
            ("hasattr", 2) => self.ask_attribute(vm, p, true),
            ("round", 1) => self.rounded(vm, p, name),
            ("abs", 1) if x.is_int() || x.is_float() => self.absolute(vm, p),
            ("min" | "max", 2) if x.is_int() && y.is_int() || x.is_float() && y.is_float() => {
                self.extreme(vm, p, name == "max")
            }
            _ => false,
        }
    }

    /// `range(...)` of small ints.
    fn range_of(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (first, argc) = (p.word.b() as usize + 2, p.word.c() as usize);
        let ty = word_value(p.b.bits).cast::<PyType>();
        if ty.is_none_or(|t| t.builtin_id != ids::RANGE) || !(1..=3).contains(&argc) {
            return false;
        }
        let seen = &p.more.args[..argc];
        if !seen.iter().all(|s| s.is_int())
            || argc == 3 && seen[2].bits == Value::from_i32(0).bits()
        {
            return false;
        }
        if self.virtual_range(vm, p) {
            return true;
        }
        self.begin_call(vm, p);
        let given: Vec<Val> = (first..first + argc).map(|i| self.int(i)).collect();
        let (zero, one) = (
            self.constant(Value::from_i32(0).bits()),
            self.constant(Value::from_i32(1).bits()),
        );
        let words = match *given {
            [stop] => [zero, stop, one],
            [start, stop] => [start, stop, one],
            _ => {
                let c = self.compare(Cond::Ne, given[2], zero);
                self.guard(c, true);
                [given[0], given[1], given[2]]
            }
        };
        let v = self.ask(made::range as *const (), &words);
        self.know_shape(v, ids::RANGE);
        self.set(p.word.a() as usize, v);
        true
    }

    pub(super) fn begin_call(&mut self, vm: &mut Vm, p: Pending) {
        self.guard_callee(vm, p);
        self.is_jump(p.word.b() as usize + 1, p.next, 0);
    }

    /// The length of an exact builtin container.
    pub(super) fn length_of(&mut self, w: Val, shape: u32) -> Option<Val> {
        Some(match shape {
            ids::LIST => self.field(w, layout::LIST_LEN),
            ids::TUPLE => self.field(w, layout::TUPLE_LEN),
            ids::BYTES => self.field(w, layout::BYTES_LEN),
            ids::BYTEARRAY => self.field(w, layout::BYTEARRAY_LEN),
            ids::SET | ids::FROZENSET => self.load(w, layout::SET_USED),
            ids::STR => self.emit(Op::Load(Width::W32, w, layout::STR_LEN)),
            ids::DICT => self.emit(Op::Load(Width::W32, w, layout::DICT_LIVE)),
            _ => return None,
        })
    }

    fn length(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let x = p.more.args[0];
        let plain = matches!(
            x.shape,
            ids::LIST
                | ids::TUPLE
                | ids::BYTES
                | ids::BYTEARRAY
                | ids::SET
                | ids::FROZENSET
                | ids::STR
                | ids::DICT
        );
        if !plain && p.more.typed_code == 0 {
            return false;
        }
        self.begin_call(vm, p);
        let w = self.word(p.word.b() as usize + 2);
        let n = if plain {
            self.guard_shape(w, x.shape);
            self.length_of(w, x.shape)
        } else {
            Some(self.length_of_array(w, x.shape, p.more.typed_code))
        };
        let Some(n) = n else {
            return false;
        };
        let n = self.tagged(n);
        self.set(p.word.a() as usize, n);
        true
    }

    /// `type(x)`
    fn type_of_one(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let x = p.more.args[0];
        let Some(ty) = type_of(vm, x) else {
            return false;
        };
        self.begin_call(vm, p);
        self.guard_class(p.word.b() as usize + 2, x);
        let t = self.object(vm, ty.value());
        self.set(p.word.a() as usize, t);
        true
    }

    fn bool_of(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let i = p.word.b() as usize + 2;
        let Some(c) = self.truth(vm, i, p.more.args[0]) else {
            return false;
        };
        self.begin_call(vm, p);
        self.set_bool(p.word.a() as usize, c);
        true
    }

    /// Whether instances of a type are instances of a class; `None`: somebody else may have a say.
    pub(super) fn decided(vm: &mut Vm, ty: Ref<PyType>, class: Value) -> Option<bool> {
        if class.shape_id() == ids::TUPLE {
            let t = class.cast::<PyTuple>()?;
            for c in t.items() {
                if c.shape_id() == ids::TUPLE || Recorder::decided(vm, ty, *c)? {
                    return (c.shape_id() != ids::TUPLE).then_some(true);
                }
            }
            return Some(false);
        }
        let c = class.cast::<PyType>()?;
        if ty == c {
            return Some(true);
        }
        if vm.type_of(class).builtin_id != ids::TYPE {
            return None;
        }
        if ty.is_subtype(c) {
            return Some(true);
        }
        if ty.has(tflag::CUSTOM_GETATTR) {
            return None;
        }
        // What an object says its class is counts, too.
        let name = vm.names.__class__;
        let said = ty.builtin_id != 0
            || vm
                .type_lookup(ty, name)
                .and_then(|g| g.cast::<PyGetSet>())
                .is_some_and(|g| g.owner.expect().builtin_id == ids::OBJECT);
        said.then_some(false)
    }

    fn isinstance(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (x, class) = (p.more.args[0], p.more.args[1]);
        if class.shape == 0 {
            return false;
        }
        let i = p.word.b() as usize + 2;
        let now = self.fact_word(i + 1);
        // A class that is no constant yet may be gone by now.
        if now != Some(class.bits) {
            return false;
        }
        let class_value = word_value(class.bits);
        let Some(ty) = type_of(vm, x) else {
            return false;
        };
        let Some(answer) = Recorder::decided(vm, ty, class_value) else {
            return false;
        };
        self.begin_call(vm, p);
        self.guard_class(i, x);
        if ty.builtin_id == 0 && !self.guard_type(vm, x.shape) {
            return false;
        }
        let w = self.constant(Value::bool(answer).bits());
        self.set(p.word.a() as usize, w);
        true
    }

    fn absolute(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let x = p.more.args[0];
        self.begin_call(vm, p);
        let (i, a) = (p.word.b() as usize + 2, p.word.a() as usize);
        if x.is_float() {
            let f = self.float(i);
            let r = self.emit(Op::AbsF(f));
            self.set_float(a, r);
            return true;
        }
        let w = self.int(i);
        let negative = self.compare_imm(Cond::Lt, w, 0);
        self.guard(negative, (x.bits as i64) < 0);
        if (x.bits as i64) >= 0 {
            self.set(a, w);
            return true;
        }
        let two = self.constant(2);
        let e = self.exit();
        let r = self.emit(Op::Checked(Checked::Sub, two, w, e));
        self.know(r, |k| k.int = true);
        self.set(a, r);
        true
    }

    /// `min(x, y)` and `max(x, y)`, which give the first unless the second is less or greater.
    fn extreme(&mut self, vm: &mut Vm, p: Pending, greatest: bool) -> bool {
        self.begin_call(vm, p);
        let (i, a) = (p.word.b() as usize + 2, p.word.a() as usize);
        let cond = if greatest { Cond::Gt } else { Cond::Lt };
        if p.more.args[0].is_int() {
            let (x, y) = (self.int(i), self.int(i + 1));
            let c = self.compare(cond, y, x);
            let w = self.emit(Op::Select(c, y, x));
            self.know(w, |k| k.int = true);
            self.set(a, w);
            return true;
        }
        let as_f64 = |s: Seen| word_value(s.bits).as_small_float().filter(|_| s.shape == 0);
        let (Some(p0), Some(p1)) = (as_f64(p.more.args[0]), as_f64(p.more.args[1])) else {
            return false;
        };
        let (x, y) = (self.float(i), self.float(i + 1));
        let c = self.emit(Op::CompareF(cond, y, x));
        let second = if greatest { p1 > p0 } else { p1 < p0 };
        self.guard(c, second);
        self.set_float(a, if second { y } else { x });
        true
    }
}
