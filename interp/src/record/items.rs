//! Items of lists, tuples and dicts, iteration, unpacking.

use super::step::Next;
use super::{Pending, Recorder, Seen};
use crate::tier::enter::helpers;
use crate::vm::run::cx::word_value;
use skein_jit::ir::{Binary, Cond, Op, Type, Val};
use skein_runtime::builtins::dict::PlainPlace;
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// True for keys that dicts look up by what they are: ints, strs, plain types, functions.
fn is_plain_key(s: Seen) -> bool {
    s.is_int() || matches!(s.shape, ids::STR | ids::TYPE | ids::FUNCTION)
}

impl Recorder {
    fn guard_plain_key(&mut self, k: Val, seen: Seen) {
        if seen.is_int() {
            self.guard_int(k);
        } else {
            self.guard_shape(k, seen.shape);
        }
    }

    /// `d.get(k)` and `d.get(k, default)` of an exact dict.
    pub(super) fn get_from_dict(&mut self, vm: &mut Vm, p: Pending) -> bool {
        let (base, argc) = (p.word.b() as usize, p.word.c() as usize);
        if p.next.shape != ids::DICT
            || p.b.shape != ids::METHOD_DESCRIPTOR
            || !(1..=2).contains(&argc)
            || !is_plain_key(p.more.args[0])
            || self.failed_here()
        {
            return false;
        }
        self.guard_callee(vm, p);
        self.is_jump(base + 1, p.next, 0);
        self.guard_class(base + 1, p.next);
        if let Some(v) = self.constant_entry(vm, base + 1, base + 2) {
            self.set(p.word.a() as usize, v);
            return true;
        }
        let k = self.word(base + 2);
        self.guard_plain_key(k, p.more.args[0]);
        let default = match argc {
            2 => self.word(base + 3),
            _ => self.constant(Value::NONE.bits()),
        };
        let words = [self.word(base + 1), k, default];
        let v = self.ask(helpers::dict_get_or as *const (), &words);
        self.not_refused(v);
        self.set(p.word.a() as usize, v);
        true
    }

    /// The value of a key in a dict, both constants of the trace, as long as the dict's keys stay the same: tables by type, say.
    /// `None`: it is not there, or one of them is no constant.
    fn constant_entry(&mut self, vm: &mut Vm, dict: usize, key: usize) -> Option<Val> {
        let d = word_value(self.fact_word(dict)?).cast::<PyDict>()?;
        let key = word_value(self.fact_word(key)?);
        let PlainPlace::At(position) = d.find_place(vm, key) else {
            return None;
        };
        if d.keys_version(vm) == 0 {
            return None;
        }
        let of = self.guard_keys(vm, d);
        let entries = self.field(of, layout::DICT_ENTRIES);
        let offset = layout::ARRAY_SLOTS + 8 * (position as i32 * 3 + 2);
        Some(self.field(entries, offset))
    }

    /// A bridge begins with the instruction at which the trace before it was left. A look-up that had to be left there (a dict's
    /// keys compare in Python, say) would have to be left each time, and each bridge would get another one.
    pub(super) fn failed_here(&self) -> bool {
        matches!(self.origin, super::Origin::Exit(_)) && self.steps <= 1
    }

    /// The machine index of an int that was seen to be within a length; a negative one counts from the end.
    pub(super) fn index(&mut self, i: usize, seen: u64, length: Val) -> Val {
        let k = self.int(i);
        let n = self.untagged(k);
        if (seen as i64) < 0 {
            let c = self.compare_imm(Cond::Lt, n, 0);
            self.guard(c, true);
            let n = self.binary(Binary::Add, n, length);
            let c = self.compare(Cond::Below, n, length);
            self.guard(c, true);
            return n;
        }
        let c = self.compare(Cond::Below, n, length);
        self.guard(c, true);
        n
    }

    /// The address of an item less the fixed offset of items in its object.
    pub(super) fn item_address(&mut self, base: Val, n: Val) -> Val {
        let bytes = self.binary_imm(Binary::Shl, n, 3);
        self.binary(Binary::Add, base, bytes)
    }

    pub(super) fn load_item(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        match p.b.shape {
            ids::LIST if p.c.is_int() => {
                let l = self.word(b);
                self.guard_shape(l, ids::LIST);
                let length = self.field(l, layout::LIST_LEN);
                let n = self.index(c, p.c.bits, length);
                let items = self.field(l, layout::LIST_ITEMS);
                let at = self.item_address(items, n);
                let v = self.field(at, layout::ARRAY_SLOTS);
                self.set(a, v);
                true
            }
            ids::TUPLE if p.c.is_int() && self.item_of_virtual(p) => true,
            ids::TUPLE if p.c.is_int() => {
                let t = self.word(b);
                self.guard_shape(t, ids::TUPLE);
                let length = self.field(t, layout::TUPLE_LEN);
                let n = self.index(c, p.c.bits, length);
                let at = self.item_address(t, n);
                let v = self.field(at, layout::TUPLE_ITEMS);
                self.set(a, v);
                true
            }
            ids::DICT if is_plain_key(p.c) && !self.failed_here() => {
                let d = self.word(b);
                self.guard_shape(d, ids::DICT);
                let k = self.word(c);
                self.guard_plain_key(k, p.c);
                let v = self.call(
                    helpers::dict_get as *const () as usize,
                    &[self.context, d, k],
                    Type::Word,
                );
                let c = self.compare_imm(Cond::Ne, v, 0);
                self.guard(c, true);
                self.set(a, v);
                true
            }
            _ => self.load_typed(p),
        }
    }

    pub(super) fn store_item(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        match p.a.shape {
            ids::LIST if p.b.is_int() => {
                let l = self.word(a);
                self.guard_shape(l, ids::LIST);
                let length = self.field(l, layout::LIST_LEN);
                let n = self.index(b, p.b.bits, length);
                let v = self.word(c);
                let k = self.fact(v).known;
                let items = self.field(l, layout::LIST_ITEMS);
                let at = self.item_address(items, n);
                if k.int || k.boolean {
                    self.store(at, layout::ARRAY_SLOTS, v);
                } else {
                    self.emit(Op::StoreLogged(
                        items,
                        at,
                        layout::ARRAY_SLOTS,
                        v,
                        helpers::store_logged as *const () as u64,
                    ));
                }
                self.field_stored(at, layout::ARRAY_SLOTS, v);
                self.begun = true;
                true
            }
            ids::DICT if is_plain_key(p.b) && !self.failed_here() => {
                let d = self.word(a);
                self.guard_shape(d, ids::DICT);
                let k = self.word(b);
                self.guard_plain_key(k, p.b);
                let v = self.word(c);
                let ok = self.call(
                    helpers::dict_set as *const () as usize,
                    &[self.context, d, k, v],
                    Type::Word,
                );
                self.contents_changed();
                let c = self.compare_imm(Cond::Ne, ok, 0);
                self.guard(c, true);
                self.begun = true;
                true
            }
            _ => self.store_typed(p),
        }
    }

    /// `in` a dict.
    pub(super) fn contains(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if p.c.shape != ids::DICT || !is_plain_key(p.b) || self.failed_here() {
            return false;
        }
        let d = self.word(c);
        self.guard_shape(d, ids::DICT);
        let k = self.word(b);
        self.guard_plain_key(k, p.b);
        let found = self.call(
            helpers::dict_contains as *const () as usize,
            &[self.context, d, k],
            Type::Word,
        );
        let sure = self.compare_imm(Cond::Ne, found, 2);
        self.guard(sure, true);
        let wanted = 1 - (p.word.x() != 0) as u64;
        let c = self.compare_imm(Cond::Eq, found, wanted);
        self.set_bool(a, c);
        true
    }

    pub(super) fn list_append(&mut self, p: Pending) -> bool {
        if p.a.shape != ids::LIST {
            return false;
        }
        let l = self.word(p.word.a() as usize);
        self.guard_shape(l, ids::LIST);
        let v = self.word(p.word.b() as usize);
        self.call(
            helpers::append as *const () as usize,
            &[self.context, l, v],
            Type::Unit,
        );
        self.contents_changed();
        self.begun = true;
        true
    }

    pub(super) fn for_iter(&mut self, p: Pending, next: Next) -> bool {
        let goes_on = next.pc == p.pc + 16;
        let ext = crate::vm::run::cx::word_at((p.pc as *const u64).wrapping_add(1)).0;
        let ends = next.pc == (p.pc as i64 + 8 * ext as u32 as i32 as i64) as u64;
        if goes_on == ends {
            return false;
        }
        let a = p.word.a() as usize;
        match p.b.shape {
            ids::RANGE_ITERATOR if !goes_on => {
                let it = self.word(p.word.b() as usize);
                self.guard_shape(it, ids::RANGE_ITERATOR);
                let left = self.field(it, layout::ITER_STOP);
                let c = self.compare_imm(Cond::Gt, left, 0);
                self.guard(c, false);
                true
            }
            shape @ (ids::RANGE_ITERATOR
            | ids::LIST_ITERATOR
            | ids::TUPLE_ITERATOR
            | ids::BYTES_ITERATOR
            | ids::BYTEARRAY_ITERATOR)
                if goes_on =>
            {
                let it = self.word(p.word.b() as usize);
                let step = self.plan_step(it, shape);
                self.make_step(&step);
                self.set(a, step.value);
                true
            }
            _ => false,
        }
    }

    pub(super) fn unpack(&mut self, p: Pending) -> bool {
        let (a, b, n) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if self.unpack_virtual(p) {
            return true;
        }
        let (length, is_list) = match p.b.shape {
            ids::TUPLE => (layout::TUPLE_LEN, false),
            ids::LIST => (layout::LIST_LEN, true),
            _ => return false,
        };
        let s = self.word(b);
        self.guard_shape(s, p.b.shape);
        let len = self.field(s, length);
        let c = self.compare_imm(Cond::Eq, len, n as u64);
        self.guard(c, true);
        if n == 0 {
            return true;
        }
        let items: Vec<Val> = if is_list {
            // At the one offset that stores of items are known by.
            let array = self.field(s, layout::LIST_ITEMS);
            let at = |r: &mut Recorder, i: usize| {
                let i = r.constant(i as u64);
                let at = r.item_address(array, i);
                r.field(at, layout::ARRAY_SLOTS)
            };
            (0..n).map(|i| at(self, i)).collect()
        } else {
            (0..n)
                .map(|i| self.field(s, layout::TUPLE_ITEMS + 8 * i as i32))
                .collect()
        };
        for (i, v) in items.into_iter().enumerate() {
            self.set(a + i, v);
        }
        true
    }
}
