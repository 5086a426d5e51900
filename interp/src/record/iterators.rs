//! Iterators over builtin containers: made by lean calls, stepped by operations of their own where they are simple.

use super::natives::{is_self_contained, type_of};
use super::step::Next;
use super::{Code, Pending, Recorder};
use crate::tier::enter::{helpers_lean as lean, helpers_made as made};
use crate::vm::run::cx::word_value;
use skein_compiler::bytecode::Word;
use skein_jit::ir::{Binary, Checked, Cond, Op, Val, Width};
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// A step of an iterator whose tests are written, but not what it changes.
pub(super) struct Step {
    it: Val,
    /// The item.
    pub value: Val,
    /// The position, and for ranges how many are left.
    index: Val,
    left: Option<Val>,
}

impl Recorder {
    /// `iter(x)` of exact builtin containers and of builtin iterators.
    pub(super) fn get_iter(&mut self, p: Pending) -> bool {
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        if p.b.kind == Some(Kind::Iter) && p.b.shape < ids::FIRST_DYNAMIC {
            self.guard_class(b, p.b);
            let w = self.word(b);
            self.set(a, w);
            return true;
        }
        if self.iter_of_range(p) {
            return true;
        }
        let shape = match p.b.shape {
            ids::LIST => ids::LIST_ITERATOR,
            ids::TUPLE => ids::TUPLE_ITERATOR,
            ids::DICT => ids::DICT_KEYITERATOR,
            ids::SET | ids::FROZENSET => ids::SET_ITERATOR,
            ids::BYTES => ids::BYTES_ITERATOR,
            ids::BYTEARRAY => ids::BYTEARRAY_ITERATOR,
            ids::STR | ids::RANGE | ids::DICT_KEYS | ids::DICT_VALUES | ids::DICT_ITEMS => 0,
            // An `__iter__` of its own would be refused.
            shape
                if shape >= ids::FIRST_DYNAMIC
                    && matches!(
                        p.b.kind,
                        Some(
                            Kind::List
                                | Kind::Tuple
                                | Kind::Dict
                                | Kind::Set
                                | Kind::Str
                                | Kind::Native
                        )
                    ) =>
            {
                0
            }
            _ => return false,
        };
        self.guard_class(b, p.b);
        let w = self.word(b);
        if is_planned(shape) {
            let id = self.constant(shape as u64);
            let v = self.ask(made::sequence_iterator as *const (), &[w, id]);
            self.know_shape(v, shape);
            let zero = self.constant(0);
            self.field_known(v, layout::ITER_OBJECT, w);
            self.field_known(v, layout::ITER_INDEX, zero);
            self.set(a, v);
            return true;
        }
        let v = self.ask(lean::iter as *const (), &[w]);
        self.not_refused(v);
        if shape != 0 {
            self.know_shape(v, shape);
        }
        self.set(a, v);
        true
    }

    /// Where the step of a loop over pairs puts them, if it took the pair apart at once.
    fn pair_place(p: Pending, next: Next) -> Option<usize> {
        let unpack: Word = crate::vm::run::cx::word_at((p.pc as *const u64).wrapping_add(2));
        (next.pc == p.pc + 24
            && unpack.opcode() == Code::UnpackSeq as u8
            && unpack.b() == p.word.a()
            && unpack.c() == 2)
            .then_some(unpack.a() as usize)
    }

    /// A step of a builtin iterator that `for_iter` does not know.
    pub(super) fn for_iter_leanly(&mut self, vm: &mut Vm, p: Pending, next: Next) -> bool {
        let ext = crate::vm::run::cx::word_at((p.pc as *const u64).wrapping_add(1)).0;
        let end = (p.pc as i64 + 8 * ext as u32 as i32 as i64) as u64;
        let (a, b) = (p.word.a() as usize, p.word.b() as usize);
        let pair = Recorder::pair_place(p, next);
        let goes_on = next.pc == p.pc + 16;
        if next.pc == end && (goes_on || pair.is_some()) {
            return false;
        }
        if p.b.shape >= ids::FIRST_DYNAMIC {
            return match goes_on {
                true => self.self_contained_step(vm, p),
                false => next.pc == end && self.self_contained_end(vm, p),
            };
        }
        if next.pc == end {
            return self.ends(p);
        }
        if p.b.shape == ids::MAP {
            return goes_on && self.map_step(vm, p);
        }
        match p.b.shape {
            ids::DICT_ITEMITERATOR => {
                let Some(to) = pair else { return false };
                self.guard_class(b, p.b);
                let it = self.word(b);
                let (key, value) = self.dict_entry(it);
                self.set(to, key);
                self.set(to + 1, value);
                true
            }
            ids::DICT_KEYITERATOR | ids::DICT_VALUEITERATOR if goes_on => {
                self.guard_class(b, p.b);
                let it = self.word(b);
                let (key, value) = self.dict_entry(it);
                let is_key = p.b.shape == ids::DICT_KEYITERATOR;
                self.set(a, if is_key { key } else { value });
                true
            }
            ids::ENUMERATE | ids::ZIP => {
                if pair.is_none() && !goes_on {
                    return false;
                }
                self.pairs(p, pair)
            }
            shape if goes_on && is_stepped_leanly(shape) => {
                self.guard_class(b, p.b);
                let it = self.word(b);
                let v = self.ask(lean::next as *const (), &[it]);
                self.not_refused(v);
                self.iterators_moved();
                match p.b.shape {
                    ids::STR_ITERATOR | ids::STR_ASCII_ITERATOR => self.know_shape(v, ids::STR),
                    ids::BYTES_ITERATOR | ids::BYTEARRAY_ITERATOR => self.know(v, |k| k.int = true),
                    _ => {}
                }
                self.set(a, v);
                true
            }
            _ => false,
        }
    }

    /// A step of an iterator of module code.
    fn self_contained_step(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let refused = self.failed_here() && needs_python(p);
        if refused || !type_of(vm, p.b).is_some_and(is_self_contained) {
            return false;
        }
        let b = p.word.b() as usize;
        self.guard_class(b, p.b);
        let it = self.word(b);
        let v = self.ask(made::next_of_native as *const (), &[it]);
        self.not_refused(v);
        self.iterators_moved();
        self.set(p.word.a() as usize, v);
        true
    }

    /// The end of an iterator of module code that knows of it ahead of the step.
    fn self_contained_end(&mut self, vm: &mut Vm, p: Pending) -> bool {
        if !type_of(vm, p.b).is_some_and(is_self_contained)
            || self.failed_here() && needs_python(p)
            || !word_value(p.b.bits)
                .cast::<Native>()
                .is_some_and(|it| Native::ends(it, vm))
        {
            return false;
        }
        let b = p.word.b() as usize;
        self.guard_class(b, p.b);
        let it = self.word(b);
        let ended = self.ask(made::native_ended as *const (), &[it]);
        let c = self.compare_imm(Cond::Ne, ended, 0);
        self.iterators_moved();
        self.guard(c, true);
        true
    }

    /// `iter(x)` of an iterator of module code, which is itself.
    pub(super) fn iter_of_native(&mut self, vm: &mut Vm, p: Pending) -> bool {
        if !type_of(vm, p.b).is_some_and(is_self_contained) {
            return false;
        }
        let b = p.word.b() as usize;
        self.guard_class(b, p.b);
        let it = self.word(b);
        self.set(p.word.a() as usize, it);
        true
    }

    pub(super) fn iterators_moved(&mut self) {
        for offset in [
            layout::ITER_OBJECT,
            layout::ITER_INDEX,
            layout::ITER_STOP,
            layout::ITER_STEP,
        ] {
            self.fields_stored_at(offset);
        }
    }

    /// The end of an iterator over one container.
    fn ends(&mut self, p: Pending) -> bool {
        let it = self.word(p.word.b() as usize);
        match p.b.shape {
            ids::LIST_ITERATOR | ids::TUPLE_ITERATOR => {
                self.guard_shape(it, p.b.shape);
                self.guard_ended(it, p.b.shape);
                self.finish_iterator(it, p.b.shape);
                self.begun = true;
                true
            }
            ids::MAP => !self.failed_here() && self.map_end(p),
            ids::ENUMERATE | ids::ZIP if self.row_ends(p) => true,
            ids::ENUMERATE | ids::ZIP => {
                if self.failed_here() || !made::is_plain_row(word_value(p.b.bits)) {
                    return false;
                }
                self.guard_shape(it, p.b.shape);
                let ended = self.ask(made::ended_rows as *const (), &[it]);
                let c = self.compare_imm(Cond::Ne, ended, 0);
                self.iterators_moved();
                self.guard(c, true);
                true
            }
            shape if is_stepped_leanly(shape) || is_dict_iterator(shape) => {
                self.guard_shape(it, p.b.shape);
                let ended = self.ask(lean::ended as *const (), &[it]);
                let c = self.compare_imm(Cond::Ne, ended, 0);
                self.iterators_moved();
                self.guard(c, true);
                true
            }
            _ => false,
        }
    }

    /// The end of `enumerate` or of `zip` of two, over what is stepped by operations, where it is plain which of them ended.
    fn row_ends(&mut self, p: Pending) -> bool {
        let Some(i) = word_value(p.b.bits).cast::<PyIter>() else {
            return false;
        };
        let of = i.a.get();
        let is_zip = p.b.shape == ids::ZIP;
        let parts = match of.cast::<PyTuple>() {
            Some(t) if is_zip && t.len() == 2 && i.step.get() == 0 => [t.items()[0], t.items()[1]],
            None if !is_zip => [of, Value::NULL],
            _ => return false,
        };
        let [x, y] = parts.map(|v| v.shape_id());
        let ended = |v: Value| match v.cast::<PyIter>() {
            Some(part) if v.shape_id() == ids::RANGE_ITERATOR => part.stop.get() <= 0,
            Some(part) => part.a.get().is_null(),
            None => false,
        };
        if parts[0] == parts[1] || !is_planned(x) || is_zip && !is_planned(y) {
            return false;
        }
        let second = !ended(parts[0]);
        // A range that has ended may have given its last item in this step.
        if second && !ended(parts[1])
            || !second && is_zip && x == ids::RANGE_ITERATOR && ended(parts[1])
        {
            return false;
        }
        let it = self.word(p.word.b() as usize);
        self.guard_shape(it, p.b.shape);
        let inner = self.field(it, layout::ITER_OBJECT);
        if !is_zip {
            self.guard_shape(inner, x);
            self.guard_ended(inner, x);
            self.finish_iterator(inner, x);
            self.begun = true;
            return true;
        }
        let strict = self.field(it, layout::ITER_STEP);
        let c = self.compare_imm(Cond::Eq, strict, 0);
        self.guard(c, true);
        self.guard_object(inner);
        let length = self.field(inner, layout::TUPLE_LEN);
        let c = self.compare_imm(Cond::Eq, length, 2);
        self.guard(c, true);
        let (first, other) = (
            self.field(inner, layout::TUPLE_ITEMS),
            self.field(inner, layout::TUPLE_ITEMS + 8),
        );
        let c = self.compare(Cond::Ne, first, other);
        self.guard(c, true);
        if !second {
            self.guard_shape(first, x);
            self.guard_ended(first, x);
            self.finish_iterator(first, x);
        } else {
            let step = self.plan_step(first, x);
            self.guard_shape(other, y);
            self.guard_ended(other, y);
            self.make_step(&step);
            self.finish_iterator(other, y);
        }
        self.begun = true;
        true
    }

    /// That an iterator stepped by operations has no other item, and has not been told so yet.
    fn guard_ended(&mut self, it: Val, shape: u32) {
        if shape == ids::RANGE_ITERATOR {
            let left = self.field(it, layout::ITER_STOP);
            let c = self.compare_imm(Cond::Gt, left, 0);
            self.guard(c, false);
            return;
        }
        let of = self.field(it, layout::ITER_OBJECT);
        let c = self.compare_imm(Cond::Ne, of, 0);
        self.guard(c, true);
        let index = self.field(it, layout::ITER_INDEX);
        let n = self.field(of, length_of(shape));
        let c = self.compare(Cond::Below, index, n);
        self.guard(c, false);
    }

    fn finish_iterator(&mut self, it: Val, shape: u32) {
        if shape != ids::RANGE_ITERATOR {
            let null = self.constant(0);
            self.store(it, layout::ITER_OBJECT, null);
            self.field_stored(it, layout::ITER_OBJECT, null);
        }
    }

    /// Steps an iterator over a dict and loads the entry.
    fn dict_entry(&mut self, it: Val) -> (Val, Val) {
        let of = self.field(it, layout::ITER_OBJECT);
        let at = self.call(
            lean::next_entry as *const () as usize,
            &[it],
            skein_jit::ir::Type::Word,
        );
        let c = self.compare_imm(Cond::Ne, at, u64::MAX);
        self.guard(c, true);
        self.iterators_moved();
        let entries = self.field(of, layout::DICT_ENTRIES);
        let entry = self.binary(Binary::Add, entries, at);
        let key = self.load(entry, layout::ARRAY_SLOTS);
        let value = self.load(entry, layout::ARRAY_SLOTS + 8);
        (key, value)
    }

    /// A step of `enumerate` or of `zip` of two, over what is stepped by operations.
    fn pairs(&mut self, p: Pending, to: Option<usize>) -> bool {
        let of = word_value(p.b.bits);
        let Some(i) = of.cast::<PyIter>() else {
            return false;
        };
        let is_zip = p.b.shape == ids::ZIP;
        let parts = if is_zip {
            match i.a.get().cast::<PyTuple>() {
                Some(t) if t.len() == 2 => [t.items()[0], t.items()[1]],
                _ => return self.rows_leanly(p, to),
            }
        } else {
            [i.a.get(), Value::NULL]
        };
        let parts = &parts[..1 + is_zip as usize];
        if !is_zip && !i.b.get().is_null() {
            return false;
        }
        if !parts.iter().all(|it| is_planned(it.shape_id())) {
            return self.pairs_leanly(p, to, parts[0].shape_id());
        }
        let it = self.word(p.word.b() as usize);
        self.guard_shape(it, p.b.shape);
        let inner = self.field(it, layout::ITER_OBJECT);
        if !is_zip {
            let big = self.field(it, layout::ITER_OTHER);
            self.guard_constant(big, 0);
            let count = self.field(it, layout::ITER_INDEX);
            let e = self.exit();
            let two = self.emit(Op::Checked(Checked::Add, count, count, e));
            let number = self.binary_imm(Binary::Or, two, 1);
            self.know(number, |k| k.int = true);
            let step = self.plan_step(inner, parts[0].shape_id());
            let more = self.binary_imm(Binary::Add, count, 1);
            self.store(it, layout::ITER_INDEX, more);
            self.field_stored(it, layout::ITER_INDEX, more);
            self.make_step(&step);
            self.set_pair(p, to, number, step.value);
            return true;
        }
        self.guard_object(inner);
        let length = self.field(inner, layout::TUPLE_LEN);
        let c = self.compare_imm(Cond::Eq, length, 2);
        self.guard(c, true);
        let (x, y) = (
            self.field(inner, layout::TUPLE_ITEMS),
            self.field(inner, layout::TUPLE_ITEMS + 8),
        );
        // One iterator twice moves twice.
        let c = self.compare(Cond::Ne, x, y);
        if parts[0] == parts[1] {
            return false;
        }
        self.guard(c, true);
        let (first, second) = (
            self.plan_step(x, parts[0].shape_id()),
            self.plan_step(y, parts[1].shape_id()),
        );
        self.make_step(&first);
        self.make_step(&second);
        self.set_pair(p, to, first.value, second.value);
        true
    }

    /// A step of `enumerate` or `zip` over other builtin iterators.
    fn pairs_leanly(&mut self, p: Pending, to: Option<usize>, inner_shape: u32) -> bool {
        if p.b.shape == ids::ZIP {
            return self.rows_leanly(p, to);
        }
        let of_items = inner_shape == ids::DICT_ITEMITERATOR;
        if of_items || !(is_stepped_leanly(inner_shape) || is_dict_iterator(inner_shape)) {
            return false;
        }
        let it = self.word(p.word.b() as usize);
        self.guard_shape(it, p.b.shape);
        let inner = self.field(it, layout::ITER_OBJECT);
        self.guard_shape(inner, inner_shape);
        let big = self.field(it, layout::ITER_OTHER);
        self.guard_constant(big, 0);
        let count = self.field(it, layout::ITER_INDEX);
        let e = self.exit();
        let two = self.emit(Op::Checked(Checked::Add, count, count, e));
        let number = self.binary_imm(Binary::Or, two, 1);
        self.know(number, |k| k.int = true);
        let v = self.ask(lean::next as *const (), &[inner]);
        self.not_refused(v);
        self.iterators_moved();
        let more = self.binary_imm(Binary::Add, count, 1);
        self.store(it, layout::ITER_INDEX, more);
        self.field_stored(it, layout::ITER_INDEX, more);
        self.set_pair(p, to, number, v);
        true
    }

    /// A step of `zip` that a helper takes if all of its iterators have another item.
    fn rows_leanly(&mut self, p: Pending, to: Option<usize>) -> bool {
        let it = self.word(p.word.b() as usize);
        self.guard_shape(it, ids::ZIP);
        let row = self.ask(made::next_row as *const (), &[it]);
        self.not_refused(row);
        self.iterators_moved();
        self.know_shape(row, ids::TUPLE);
        match to {
            None => self.set(p.word.a() as usize, row),
            Some(to) => {
                let (x, y) = (
                    self.load(row, layout::TUPLE_ITEMS),
                    self.load(row, layout::TUPLE_ITEMS + 8),
                );
                self.set(to, x);
                self.set(to + 1, y);
            }
        }
        true
    }

    /// Puts a pair where the loop takes it apart, or makes a tuple of it.
    fn set_pair(&mut self, p: Pending, to: Option<usize>, x: Val, y: Val) {
        if let Some(to) = to {
            self.set(to, x);
            self.set(to + 1, y);
            return;
        }
        self.virtual_pair(p.word.a() as usize, x, y);
    }

    /// The tests of a step that is going to give an item, of an iterator over a range, list, tuple, bytes or bytearray.
    pub(super) fn plan_step(&mut self, it: Val, shape: u32) -> Step {
        self.guard_shape(it, shape);
        let index = self.field(it, layout::ITER_INDEX);
        if shape == ids::RANGE_ITERATOR {
            let left = self.field(it, layout::ITER_STOP);
            let c = self.compare_imm(Cond::Gt, left, 0);
            self.guard(c, true);
            let e = self.exit();
            let two = self.emit(Op::Checked(Checked::Add, index, index, e));
            let value = self.binary_imm(Binary::Or, two, 1);
            self.know(value, |k| k.int = true);
            return Step {
                it,
                value,
                index,
                left: Some(left),
            };
        }
        let of = self.field(it, layout::ITER_OBJECT);
        let c = self.compare_imm(Cond::Ne, of, 0);
        self.guard(c, true);
        // Iterators over instances of subclasses have the same shapes: the layouts agree.
        let n = self.field(of, length_of(shape));
        let c = self.compare(Cond::Below, index, n);
        self.guard(c, true);
        let value = match shape {
            ids::LIST_ITERATOR => {
                let items = self.field(of, layout::LIST_ITEMS);
                let at = self.item_address(items, index);
                self.field(at, layout::ARRAY_SLOTS)
            }
            ids::BYTES_ITERATOR => self.byte_at(of, layout::BYTES_DATA, index),
            ids::BYTEARRAY_ITERATOR => {
                let buffer = self.field(of, layout::BYTEARRAY_BUF);
                self.byte_at(buffer, layout::BYTEBUF_DATA, index)
            }
            _ => {
                let at = self.item_address(of, index);
                self.field(at, layout::TUPLE_ITEMS)
            }
        };
        Step {
            it,
            value,
            index,
            left: None,
        }
    }

    fn byte_at(&mut self, from: Val, offset: i32, index: Val) -> Val {
        let at = self.binary(Binary::Add, from, index);
        let byte = self.emit(Op::Load(Width::W8, at, offset));
        self.tagged(byte)
    }

    /// Moves the iterator.
    pub(super) fn make_step(&mut self, s: &Step) {
        let next = match s.left {
            Some(left) => {
                let left = self.binary_imm(Binary::Sub, left, 1);
                self.store(s.it, layout::ITER_STOP, left);
                self.field_stored(s.it, layout::ITER_STOP, left);
                let step = self.field(s.it, layout::ITER_STEP);
                self.binary(Binary::Add, s.index, step)
            }
            None => self.binary_imm(Binary::Add, s.index, 1),
        };
        self.store(s.it, layout::ITER_INDEX, next);
        self.field_stored(s.it, layout::ITER_INDEX, next);
    }
}

/// True for an iterator of module code that is better stepped by the interpreter where machine code was left because of it.
fn needs_python(p: Pending) -> bool {
    word_value(p.b.bits)
        .cast::<Native>()
        .is_some_and(|it| it.needs_python())
}

/// Iterators that `plan_step` knows.
fn is_planned(shape: u32) -> bool {
    matches!(
        shape,
        ids::LIST_ITERATOR
            | ids::TUPLE_ITERATOR
            | ids::RANGE_ITERATOR
            | ids::BYTES_ITERATOR
            | ids::BYTEARRAY_ITERATOR
    )
}

/// Where that has its length which such an iterator goes through, unless it is a range.
fn length_of(shape: u32) -> i32 {
    match shape {
        ids::LIST_ITERATOR => layout::LIST_LEN,
        ids::BYTES_ITERATOR => layout::BYTES_LEN,
        ids::BYTEARRAY_ITERATOR => layout::BYTEARRAY_LEN,
        _ => layout::TUPLE_LEN,
    }
}

/// Iterators that native code steps without Python code.
fn is_stepped_leanly(shape: u32) -> bool {
    matches!(
        shape,
        ids::SET_ITERATOR
            | ids::STR_ITERATOR
            | ids::STR_ASCII_ITERATOR
            | ids::BYTES_ITERATOR
            | ids::BYTEARRAY_ITERATOR
            | ids::LIST_REVERSEITERATOR
    )
}

/// The same over dicts, which have steps of their own.
fn is_dict_iterator(shape: u32) -> bool {
    matches!(
        shape,
        ids::DICT_KEYITERATOR | ids::DICT_VALUEITERATOR | ids::DICT_ITEMITERATOR
    )
}
