//! Displays, slices, items and membership of builtin containers, as lean calls.

use super::natives::shows_frames;
use super::{Code, Pending, Recorder, Seen};
use crate::tier::enter::helpers_lean as lean;
use crate::vm::run::cx::word_at;
use crate::vm::run::special;
use skein_jit::ir::{Cond, Type, Val};
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// True for a `BuildList` whose list is extended in one of the next few instructions: a display or a call with a star.
fn starred(p: Pending) -> bool {
    let mut at = (p.pc as *const u64).wrapping_add(Recorder::op(&p).len());
    for _ in 0..3 {
        let word = word_at(at);
        let Some(op) = special::original(word.opcode()) else {
            return false;
        };
        match op {
            Code::ListExtend => return word.a() == p.word.a(),
            Code::Jump | Code::JumpBack | Code::Return => return false,
            _ => at = at.wrapping_add(op.len()),
        }
    }
    false
}

/// True for exact containers that are gone through without Python code, any number of times.
fn is_container(s: Seen) -> bool {
    matches!(
        s.shape,
        ids::LIST
            | ids::TUPLE
            | ids::STR
            | ids::BYTES
            | ids::BYTEARRAY
            | ids::RANGE
            | ids::DICT
            | ids::SET
            | ids::FROZENSET
            | ids::DICT_KEYS
            | ids::DICT_VALUES
            | ids::DICT_ITEMS
    )
}

impl Recorder {
    /// Calls a helper that takes the activation and words, and gives a word.
    pub(super) fn ask(&mut self, helper: *const (), words: &[Val]) -> Val {
        let mut args = vec![self.context];
        args.extend(words);
        self.call(helper as usize, &args, Type::Word)
    }

    /// The address of `n` registers from `first` on, which are in memory then.
    pub(super) fn homes(&mut self, first: usize, n: usize) -> Val {
        let f = self.frames.len() - 1;
        let fp = self.frames[f].fp;
        for i in first..first + n {
            let r = self.frames[f].registers[i];
            if r.raw || r.dissolved.is_some() {
                self.word(i);
            }
            let r = self.frames[f].registers[i];
            if let Some(w) = r.word.filter(|_| r.unset) {
                self.store(fp, 8 * i as i32, w);
                self.frames[f].registers[i].unset = false;
                self.changed();
            }
        }
        self.binary_imm(skein_jit::ir::Binary::Add, fp, 8 * first as u64)
    }

    /// `BuildTuple`, `BuildList`
    pub(super) fn build_sequence(&mut self, p: Pending, list: bool) -> bool {
        let (b, n) = (p.word.b() as usize, p.word.c() as usize);
        if !list && n > 0 && self.virtual_tuple(p.word.a() as usize, b, n) {
            return true;
        }
        if list && starred(p) && self.dissolves && self.virtual_list(p.word.a() as usize, b, n) {
            return true;
        }
        let items: Vec<Val> = (b..b + n).map(|i| self.word(i)).collect();
        let at = self.homes(b, n);
        let count = self.constant(n as u64);
        let (helper, shape, length) = if list {
            (lean::build_list as *const (), ids::LIST, layout::LIST_LEN)
        } else {
            (
                lean::build_tuple as *const (),
                ids::TUPLE,
                layout::TUPLE_LEN,
            )
        };
        let v = self.ask(helper, &[at, count]);
        self.know_shape(v, shape);
        self.field_known(v, length, count);
        if !list {
            for (i, w) in items.into_iter().enumerate() {
                self.field_known(v, layout::TUPLE_ITEMS + 8 * i as i32, w);
            }
        }
        self.set(p.word.a() as usize, v);
        true
    }

    /// A field of an object that is new.
    pub(super) fn field_known(&mut self, base: Val, offset: i32, v: Val) {
        self.fields.insert((base, offset), v);
    }

    /// `BuildMap`, `BuildSet`: hashing may be refused.
    pub(super) fn build_hashed(&mut self, p: Pending, map: bool) -> bool {
        let (b, n) = (p.word.b() as usize, p.word.c() as usize);
        let at = self.homes(b, if map { 2 * n } else { n });
        let count = self.constant(n as u64);
        let (helper, shape) = if map {
            (lean::build_map as *const (), ids::DICT)
        } else {
            (lean::build_set as *const (), ids::SET)
        };
        let v = self.ask(helper, &[at, count]);
        self.not_refused(v);
        self.know_shape(v, shape);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `BuildString`, of exact strs.
    pub(super) fn build_string(&mut self, p: Pending) -> bool {
        let (b, n) = (p.word.b() as usize, p.word.c() as usize);
        let at = self.homes(b, n);
        let count = self.constant(n as u64);
        let v = self.ask(lean::build_string as *const (), &[at, count]);
        self.not_refused(v);
        self.know_shape(v, ids::STR);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `SetAdd`, `ListExtend` and `DictSet` of displays and comprehensions.
    pub(super) fn set_add(&mut self, p: Pending) -> bool {
        if p.a.shape != ids::SET {
            return false;
        }
        self.change_display(p, lean::set_add as *const (), false)
    }
    pub(super) fn list_extend(&mut self, p: Pending) -> bool {
        if p.a.shape != ids::LIST || !is_container(p.b) {
            return false;
        }
        if self.extend_virtual(p, p.more.items) {
            return true;
        }
        self.guard_class(p.word.b() as usize, p.b);
        self.change_display(p, lean::list_extend as *const (), false)
    }
    pub(super) fn dict_display(&mut self, p: Pending) -> bool {
        if p.a.shape != ids::DICT {
            return false;
        }
        self.change_display(p, lean::store_item as *const (), true)
    }
    fn change_display(&mut self, p: Pending, helper: *const (), pair: bool) -> bool {
        let w = self.word(p.word.a() as usize);
        self.guard_shape(w, p.a.shape);
        let mut words = vec![w, self.word(p.word.b() as usize)];
        if pair {
            words.push(self.word(p.word.c() as usize));
        }
        let ok = self.ask(helper, &words);
        self.not_refused(ok);
        self.contents_changed();
        self.begun = true;
        true
    }

    pub(super) fn list_to_tuple(&mut self, p: Pending) -> bool {
        if p.b.shape != ids::LIST {
            return false;
        }
        if self.tuple_of_virtual(p) {
            return true;
        }
        self.guard_class(p.word.b() as usize, p.b);
        let w = self.word(p.word.b() as usize);
        let v = self.ask(lean::list_to_tuple as *const (), &[w]);
        self.not_refused(v);
        self.know_shape(v, ids::TUPLE);
        self.set(p.word.a() as usize, v);
        true
    }

    /// `x[start:stop]`
    pub(super) fn load_slice(&mut self, p: Pending) -> bool {
        let (b, c) = (p.word.b() as usize, p.word.c() as usize);
        if !matches!(p.b.shape, ids::LIST | ids::TUPLE | ids::STR | ids::BYTES)
            || !self.bounds(p, c)
        {
            return false;
        }
        self.guard_class(b, p.b);
        let words = [self.word(b), self.word(c), self.word(c + 1)];
        let v = self.ask(lean::load_slice as *const (), &words);
        self.not_refused(v);
        self.know_shape(v, p.b.shape);
        self.set(p.word.a() as usize, v);
        true
    }

    /// Tests that a slice's bounds, in registers from `c` on, are small ints or None.
    fn bounds(&mut self, p: Pending, c: usize) -> bool {
        let bounds = &p.more.args[..2];
        if !bounds
            .iter()
            .all(|s| s.is_int() || s.bits == Value::NONE.bits())
        {
            return false;
        }
        self.guard_class(c, bounds[0]);
        self.guard_class(c + 1, bounds[1]);
        true
    }

    /// `x[start:stop] = y` of lists
    pub(super) fn store_slice(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if p.a.shape != ids::LIST
            || !matches!(p.b.shape, ids::LIST | ids::TUPLE)
            || !self.bounds(p, c)
        {
            return false;
        }
        self.guard_class(a, p.a);
        self.guard_class(b, p.b);
        let words = [self.word(a), self.word(c), self.word(c + 1), self.word(b)];
        let ok = self.ask(lean::store_slice as *const (), &words);
        self.not_refused(ok);
        self.contents_changed();
        self.begun = true;
        true
    }

    /// `x[k]` of what has its own operations nowhere else.
    pub(super) fn load_item_leanly(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        if p.b.shape == 0 || shows_frames(p.b) {
            return false;
        }
        if self.bytes_item(p) {
            return true;
        }
        if p.b.shape == ids::STR && p.c.is_int() && (p.c.bits as i64) > 0 {
            self.guard_class(b, p.b);
            let s = self.word(b);
            let Some(length) = self.length_of(s, ids::STR) else {
                return false;
            };
            let k = self.int(c);
            let n = self.untagged(k);
            let within = self.compare(Cond::Below, n, length);
            self.guard(within, true);
            let v = self.ask(lean::str_item as *const (), &[s, n]);
            self.know_shape(v, ids::STR);
            self.set(a, v);
            return true;
        }
        self.guard_class(b, p.b);
        self.guard_class(c, p.c);
        let words = [self.word(b), self.word(c)];
        let v = self.ask(lean::load_item as *const (), &words);
        self.not_refused(v);
        if p.b.shape >= ids::FIRST_DYNAMIC && p.b.kind == Some(Kind::Dict) {
            // What is missing may be made.
            self.contents_changed();
        }
        if matches!(p.b.shape, ids::BYTES | ids::BYTEARRAY) && p.c.is_int() {
            self.know(v, |k| k.int = true);
        }
        self.set(a, v);
        true
    }

    /// `x[k] = v`
    pub(super) fn store_item_leanly(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let plain_key = p.b.is_int() || p.b.shape != ids::SLICE;
        if p.a.shape == 0
            || !plain_key
            || !matches!(
                p.a.kind,
                Some(Kind::Dict | Kind::List | Kind::ByteArray | Kind::Native)
            )
        {
            return false;
        }
        self.guard_class(a, p.a);
        self.guard_class(b, p.b);
        let words = [self.word(a), self.word(b), self.word(c)];
        let ok = self.ask(lean::store_item as *const (), &words);
        self.not_refused(ok);
        if matches!(p.a.kind, Some(Kind::Dict | Kind::List)) {
            self.contents_changed();
        }
        self.begun = true;
        true
    }

    /// `x in y`
    pub(super) fn contains_leanly(&mut self, p: Pending) -> bool {
        let (a, b, c) = (
            p.word.a() as usize,
            p.word.b() as usize,
            p.word.c() as usize,
        );
        let plain = is_container(p.c)
            || p.c.shape == ids::MAPPINGPROXY
            || p.c.shape >= ids::FIRST_DYNAMIC
                && matches!(
                    p.c.kind,
                    Some(Kind::Dict | Kind::Set | Kind::List | Kind::Tuple | Kind::Str)
                );
        if !plain {
            return false;
        }
        if p.c.shape == ids::FROZENSET && p.b.shape == ids::TYPE {
            let (of, key) = (self.word(c), self.word(b));
            if self.fact(of).constant.is_some() && self.fact(key).constant.is_some() {
                // Neither the set nor what a type is equal to changes.
                let found = self.actual_in(self.frames.len() - 1, a).bits();
                let w = self.constant(found);
                self.set(a, w);
                return true;
            }
        }
        self.guard_class(c, p.c);
        self.guard_class(b, p.b);
        let words = [self.word(c), self.word(b)];
        let helper = match p.c.shape {
            ids::SET | ids::FROZENSET => lean::set_contains as *const (),
            _ => lean::contains as *const (),
        };
        let found = self.ask(helper, &words);
        let sure = self.compare_imm(Cond::Ne, found, lean::REFUSED);
        self.guard(sure, true);
        let wanted = 1 - (p.word.x() != 0) as u64;
        let c = self.compare_imm(Cond::Eq, found, wanted);
        self.set_bool(a, c);
        true
    }
}
