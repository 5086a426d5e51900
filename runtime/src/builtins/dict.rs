//! `dict`: insertion-ordered and compact. (Methods and views live in `dict_methods.rs`, `dict_views.rs`.)
//!
//! Entries are triples (hash, key, value) in one heap array, in insertion order; a deleted entry has a `NULL` key. Up to
//! 8 entries are searched linearly; larger dicts have an index of entry numbers, probed linearly. Hashes are stored as
//! immediate integers. Looking a key up may run Python code (`__eq__`), which may change the dict: the search notices
//! (by the storage's identity and `mutations`) and starts again.
//!
//! `keys_version` is a number that names the present set of keys (not values) for inline caches; 0: none given since the
//! last structural change.

use super::bytes::PyBytes;
use super::str::PyStr;
use super::tuple::PyTuple;
use super::tuple_methods::{compare_plain_items, hash_plain, plain_tuple};
use crate::error::{PyResult, Raised};
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::heap::bytebuf::ByteBuf;
use crate::object::header::{Header, Ref, RefSlot};
use crate::object::instance::trace_extension;
use crate::object::intern::INTERNED;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::protocol::compare::{CompareOp, hash_identity};
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// Entries searched without an index.
const LINEAR: usize = 8;
const EMPTY: u32 = u32::MAX;

/// A dict.
#[repr(C)]
pub struct PyDict {
    header: Header,
    pub(crate) entries: RefSlot<Array>,
    index: RefSlot<ByteBuf>,
    /// Entries in use, deleted ones included.
    used: Cell<u32>,
    /// Live entries.
    pub(crate) live: Cell<u32>,
    pub(crate) keys_version: Cell<u32>,
    /// Counts structural changes, so that iterators and searches notice.
    mutations: Cell<u32>,
    /// Every entry before this one is deleted, so that taking from the front does not search.
    first: Cell<u32>,
    /// Compiled code relies on the keys.
    relied_on: Cell<bool>,
}

impl PyDict {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.entries.value());
        t.visit(self.index.value());
        trace_extension(self, size_of::<PyDict>(), t);
    }
    fn init() -> PyDict {
        PyDict {
            header: Header::PENDING,
            entries: RefSlot::empty(),
            index: RefSlot::empty(),
            used: Cell::new(0),
            live: Cell::new(0),
            keys_version: Cell::new(0),
            mutations: Cell::new(0),
            first: Cell::new(0),
            relied_on: Cell::new(false),
        }
    }
    /// `{}`
    pub fn new(vm: &mut Vm) -> Ref<PyDict> {
        vm.heap.alloc(ids::DICT, PyDict::init())
    }
    /// An empty instance of `dict` or a subclass.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PyDict> {
        vm.alloc_object(ty, PyDict::init(), 0)
    }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.live.get() as usize
    }
    /// True when empty.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.live.get() == 0
    }
    /// Positions that [`PyDict::entry_at`] knows: one past the last entry, deleted ones included.
    #[inline(always)]
    pub fn positions(&self) -> usize {
        self.used.get() as usize
    }
    /// Key and value at a position in insertion order; `None` for a deleted entry or past the end.
    #[inline(always)]
    pub fn entry_at(&self, position: usize) -> Option<(Value, Value)> {
        if position >= self.used.get() as usize {
            return None;
        }
        let e = self.entries.get()?;
        let key = e.get(position * 3 + 1);
        if key.is_null() {
            None
        } else {
            Some((key, e.get(position * 3 + 2)))
        }
    }
    /// The stored hash of the entry at a position.
    pub fn hash_at(&self, position: usize) -> u64 {
        self.entries
            .get()
            .and_then(|e| e.get(position * 3).as_small_int())
            .unwrap_or(0) as u64
    }
    /// Bytes of the storage behind the object.
    pub fn storage_size(&self) -> usize {
        self.entries.get().map_or(0, |e| 8 * e.len()) + self.index.get().map_or(0, |i| i.capacity())
    }
    /// Counts structural changes (insertions, deletions): iterators compare it.
    #[inline(always)]
    pub fn mutations(&self) -> u32 {
        self.mutations.get()
    }
    /// Position and items of the next live entry at or after `position`.
    #[inline]
    pub fn next_entry(&self, position: usize) -> Option<(usize, Value, Value)> {
        let used = self.used.get() as usize;
        let e = self.entries.get()?;
        let mut position = position.max(self.first.get() as usize);
        while position < used {
            let key = e.get_or_null(position * 3 + 1);
            if !key.is_null() {
                return Some((position, key, e.get_or_null(position * 3 + 2)));
            }
            position += 1;
        }
        None
    }
    /// Position and items of the last live entry at or before `position`.
    pub fn previous_entry(&self, position: i64) -> Option<(usize, Value, Value)> {
        let mut at = position.min(self.used.get() as i64 - 1);
        while at >= self.first.get() as i64 {
            if let Some((k, v)) = self.entry_at(at as usize) {
                return Some((at as usize, k, v));
            }
            at -= 1;
        }
        None
    }
    /// The number of the present key set, 0 if it has none yet.
    #[inline(always)]
    pub fn current_keys_version(&self) -> u32 {
        self.keys_version.get()
    }
    /// The value at a position that a cache remembered under the present keys version. (No panic: see `get_or_null`.)
    #[inline(always)]
    pub fn value_at(&self, position: usize) -> Value {
        match self.entries.get() {
            Some(e) => e.get_or_null(position * 3 + 2),
            None => Value::NULL,
        }
    }

    /// Position of the entry whose key is `key` itself, for small ints and exact strs with a known hash; `None` says nothing.
    #[inline(always)]
    pub fn find_identical(&self, key: Value) -> Option<usize> {
        let entries = self.entries.get()?;
        self.probe(quick_hash(key)?, |i| entries.get(i * 3 + 1) == key)
    }

    /// As [`PyDict::find_plain`], and quicker where the key itself is in the dict, or nothing with its hash.
    #[inline]
    pub fn find_place(&self, vm: &mut Vm, key: Value) -> PlainPlace {
        if let Some(hash) = quick_hash(key)
            && let Some(entries) = self.entries.get()
        {
            let others = Cell::new(false);
            let found = self.probe(hash, |i| {
                let same = entries.get(i * 3 + 1) == key;
                others.set(others.get() | !same);
                same
            });
            match found {
                Some(i) => return PlainPlace::At(i),
                None if !others.get() => return PlainPlace::Absent(hash),
                None => {}
            }
        }
        self.find_plain(vm, key)
    }

    /// Where a small int, an exact str, an exact tuple, a plain type or a function is, if that can be told without running
    /// Python: among keys with its hash there may be some of types that compare as they like.
    #[inline(never)]
    pub fn find_plain(&self, vm: &mut Vm, key: Value) -> PlainPlace {
        let by_identity = |v: Value| matches!(v.shape_id(), ids::TYPE | ids::FUNCTION);
        let text = match key.as_small_int() {
            Some(_) => None,
            None if key.shape_id() == ids::STR => key.cast::<PyStr>(),
            None if by_identity(key) => None,
            None if key.shape_id() == ids::TUPLE => return self.find_plain_tuple(vm, key),
            None => return PlainPlace::Unsure,
        };
        let Ok(hash) = vm.hash_for_table(key) else {
            vm.take_raised();
            return PlainPlace::Unsure;
        };
        let Some(entries) = self.entries.get() else {
            return PlainPlace::Absent(hash);
        };
        let unsure = Cell::new(false);
        let found = self.probe(hash, |i| {
            let k = entries.get(i * 3 + 1);
            if k == key {
                return true;
            }
            match (text, k.cast::<PyStr>()) {
                (Some(t), Some(s)) if k.shape_id() == ids::STR => s.bytes() == t.bytes(),
                (None, Some(_)) if k.shape_id() == ids::STR => false,
                (_, None) if k.is_int() || by_identity(k) => false,
                _ => {
                    unsure.set(true);
                    true
                }
            }
        });
        match found {
            _ if unsure.get() => PlainPlace::Unsure,
            Some(i) => PlainPlace::At(i),
            None => PlainPlace::Absent(hash),
        }
    }

    fn find_plain_tuple(&self, vm: &mut Vm, key: Value) -> PlainPlace {
        let Some((tuple, hash)) = key
            .cast::<PyTuple>()
            .and_then(|t| Some((t, hash_plain(vm, t)?)))
        else {
            return PlainPlace::Unsure;
        };
        let hash = hash as u64 & (u64::MAX >> 3);
        match self.probe_tuples(vm, hash, key, tuple, |_, k| k.shape_id() == ids::TUPLE) {
            None => PlainPlace::Unsure,
            Some(Some(i)) => PlainPlace::At(i),
            Some(None) => PlainPlace::Absent(hash),
        }
    }

    /// Position of a key that equals a tuple, compared without Python code with keys that are tuples `of` a kind that compares so.
    /// `None`: another key has its hash, or an item would need Python code.
    fn probe_tuples(
        &self,
        vm: &mut Vm,
        hash: u64,
        key: Value,
        tuple: Ref<PyTuple>,
        of: impl Fn(&Vm, Value) -> bool,
    ) -> Option<Option<usize>> {
        let Some(entries) = self.entries.get() else {
            return Some(None);
        };
        let unsure = Cell::new(false);
        let found = self.probe(hash, |i| {
            let k = entries.get(i * 3 + 1);
            if k == key {
                return true;
            }
            let same = match k.cast::<PyTuple>() {
                Some(o) if of(vm, k) => {
                    compare_plain_items(vm, CompareOp::Eq, o.items(), tuple.items())
                }
                _ => None,
            };
            unsure.set(unsure.get() | same.is_none());
            same != Some(false)
        });
        (!unsure.get()).then_some(found)
    }

    /// Looks an interned string up by identity first; exact str keys only need their text compared, so no Python code runs
    /// unless the dict has keys of other types with equal hashes, which are skipped here (namespaces have none).
    #[inline]
    pub fn get_interned(&self, key: Value) -> Option<Value> {
        self.find_interned(key).map(|i| self.value_at(i))
    }

    /// Position of an interned string key, see [`PyDict::get_interned`].
    pub fn find_interned(&self, key: Value) -> Option<usize> {
        let entries = self.entries.get()?;
        let text = key.cast::<PyStr>()?;
        let hash = text.known_hash();
        self.probe(hash, |i| {
            let k = entries.get(i * 3 + 1);
            k == key
                || match k.cast::<PyStr>() {
                    Some(s) => {
                        s.known_hash() == hash
                            && !(s.header().has(INTERNED) && text.header().has(INTERNED))
                            && s.bytes() == text.bytes()
                    }
                    None => false,
                }
        })
    }

    /// The position whose entry has `hash` and passes `same`, without running Python.
    #[inline]
    fn probe(&self, hash: u64, same: impl Fn(usize) -> bool) -> Option<usize> {
        let entries = self.entries.get()?;
        let wanted = hash_value(hash);
        match self.index.get() {
            None => {
                let slots = entries.slots();
                (0..self.used.get() as usize).find(|&i| {
                    slots[i * 3].get() == wanted && !slots[i * 3 + 1].get().is_null() && same(i)
                })
            }
            Some(index) => {
                let table = Index::of(index);
                let mut at = table.start(hash);
                loop {
                    match table.get(at) {
                        EMPTY => return None,
                        i => {
                            let i = i as usize;
                            if entries.get(i * 3) == wanted && same(i) {
                                return Some(i);
                            }
                        }
                    }
                    at = table.next(at);
                }
            }
        }
    }
}

/// The hash of a small int, of a plain type or function, or of an exact str that knows it, where that takes no computing.
#[inline(always)]
fn quick_hash(key: Value) -> Option<u64> {
    match key.as_small_int() {
        // Larger and negative ints hash to something else than themselves.
        Some(n) => (0..1 << 60).contains(&n).then_some(n as u64),
        None => match key.shape_id() {
            ids::STR => match key.cast::<PyStr>()?.known_hash() {
                0 => None,
                h => Some(h),
            },
            ids::TYPE | ids::FUNCTION => Some(hash_identity(key) as u64 & (u64::MAX >> 3)),
            _ => None,
        },
    }
}

#[inline(always)]
fn hash_value(hash: u64) -> Value {
    Value::from_usize((hash & (u64::MAX >> 3)) as usize)
}

/// What [`PyDict::find_plain`] finds.
pub enum PlainPlace {
    /// The key's position.
    At(usize),
    /// No such key; its hash.
    Absent(u64),
    /// That would take running Python.
    Unsure,
}

/// Entry numbers of 1, 2 or 4 bytes; the width follows from the capacity. Twice as many places as entries at least.
struct Index {
    buf: Ref<ByteBuf>,
    mask: usize,
    width: u8,
}

impl Index {
    fn of(buf: Ref<ByteBuf>) -> Index {
        // `used` of the buffer holds the number of places.
        let places = buf.used.get();
        Index {
            buf,
            mask: places - 1,
            width: Index::width_for(places),
        }
    }
    fn width_for(places: usize) -> u8 {
        if places <= 1 << 7 {
            1
        } else if places <= 1 << 15 {
            2
        } else {
            4
        }
    }
    #[inline(always)]
    fn start(&self, hash: u64) -> usize {
        // Fibonacci hashing: runs of consecutive ints and multiples of powers of two must not form clusters, which
        // linear probing would walk from end to end. There are at least 32 places, so the shift is less than 64.
        (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.mask.leading_zeros()) as usize
    }
    #[inline(always)]
    fn next(&self, at: usize) -> usize {
        (at + 1) & self.mask
    }
    #[inline(always)]
    fn get(&self, at: usize) -> u32 {
        let cells = self.buf.cells();
        match self.width {
            1 => sign_extend(cells[at].get() as u32, 8),
            2 => {
                let (pairs, _) = cells.as_chunks::<2>();
                sign_extend(
                    u16::from_le_bytes(pairs[at].each_ref().map(Cell::get)) as u32,
                    16,
                )
            }
            // One test of the bounds and one load: this is what most of a search in a large dict is.
            _ => u32::from_le_bytes(cells.as_chunks::<4>().0[at].each_ref().map(Cell::get)),
        }
    }
    #[inline(always)]
    fn set(&self, at: usize, n: u32) {
        // Cells, since a copy of a length that is not known here would be a call.
        let cells = self.buf.cells();
        match self.width {
            1 => cells[at].set(n as u8),
            2 => {
                let pair = &cells.as_chunks::<2>().0[at];
                for (cell, byte) in pair.iter().zip((n as u16).to_le_bytes()) {
                    cell.set(byte);
                }
            }
            _ => {
                let four = &cells.as_chunks::<4>().0[at];
                for (cell, byte) in four.iter().zip(n.to_le_bytes()) {
                    cell.set(byte);
                }
            }
        }
    }
}

/// The largest value of each width stands for `EMPTY`.
#[inline(always)]
fn sign_extend(n: u32, bits: u32) -> u32 {
    if n == (1 << bits) - 1 {
        n | u32::MAX << bits
    } else {
        n
    }
}

impl Ref<PyDict> {
    /// A number for the present key set, for inline caches.
    pub fn keys_version(self, vm: &mut Vm) -> u32 {
        let v = self.keys_version.get();
        if v != 0 {
            return v;
        }
        vm.last_keys_version += 1;
        self.keys_version.set(vm.last_keys_version);
        vm.last_keys_version
    }

    /// Position of `key`, whose hash is `hash`. May run Python code (`__eq__`).
    pub fn find(self, vm: &mut Vm, key: Value, hash: u64) -> PyResult<Option<usize>> {
        if let Some(s) = key.cast::<PyStr>()
            && s.shape_id() == ids::STR
        {
            let (text, entries) = (s.bytes(), self.entries.get());
            let Some(entries) = entries else {
                return Ok(None);
            };
            let mut odd = false;
            let odd_key = std::cell::Cell::new(false);
            let found = self.probe(hash, |i| {
                let k = entries.get(i * 3 + 1);
                if k == key {
                    return true;
                }
                match k.cast::<PyStr>() {
                    Some(o) if o.shape_id() == ids::STR => o.bytes() == text,
                    _ => {
                        odd_key.set(true);
                        false
                    }
                }
            });
            odd |= odd_key.get();
            if found.is_some() || !odd {
                return Ok(found);
            }
        } else if key.shape_id() == ids::BYTES
            && let Some(b) = key.cast::<PyBytes>()
        {
            let Some(entries) = self.entries.get() else {
                return Ok(None);
            };
            let odd_key = std::cell::Cell::new(false);
            let found = self.probe(hash, |i| {
                let k = entries.get(i * 3 + 1);
                match k.cast::<PyBytes>() {
                    Some(o) if o.shape_id() == ids::BYTES => o.bytes() == b.bytes(),
                    _ => {
                        odd_key.set(true);
                        false
                    }
                }
            });
            if found.is_some() || !odd_key.get() {
                return Ok(found);
            }
        } else if key.is_int() {
            let Some(entries) = self.entries.get() else {
                return Ok(None);
            };
            let odd_key = std::cell::Cell::new(false);
            let found = self.probe(hash, |i| {
                let k = entries.get(i * 3 + 1);
                if k == key {
                    return true;
                }
                if !k.is_int() {
                    odd_key.set(true);
                }
                false
            });
            if found.is_some() || !odd_key.get() {
                return Ok(found);
            }
        }
        if key.shape_id() == ids::TUPLE
            && let Some(t) = key.cast::<PyTuple>()
        {
            let exact = |_: &Vm, k: Value| k.shape_id() == ids::TUPLE;
            if let Some(found) = self.probe_tuples(vm, hash, key, t, exact) {
                return Ok(found);
            }
        } else if let Some(t) = plain_tuple(vm, key) {
            // A named tuple, among others of its type or exact ones.
            let ty = vm.type_of(key);
            let alike = |vm: &Vm, k: Value| k.shape_id() == ids::TUPLE || vm.type_of(k) == ty;
            if let Some(found) = self.probe_tuples(vm, hash, key, t, alike) {
                return Ok(found);
            }
        } else if let Some(entries) = self.entries.get() {
            // Types and most instances are found by identity, or there is no key of that hash.
            let odd_key = Cell::new(false);
            let found = self.probe(hash, |i| {
                let same = entries.get(i * 3 + 1) == key;
                odd_key.set(odd_key.get() | !same);
                same
            });
            if !odd_key.get() {
                return Ok(found);
            }
        }
        self.find_slow(vm, key, hash)
    }

    /// Position of the exact str key with this text and hash; keys of other types are not found.
    pub fn find_text(self, text: &[u8], hash: u64) -> Option<usize> {
        let entries = self.entries.get()?;
        self.probe(hash, |i| {
            entries
                .get(i * 3 + 1)
                .cast::<PyStr>()
                .is_some_and(|k| k.shape_id() == ids::STR && k.bytes() == text)
        })
    }

    #[inline(never)]
    fn find_slow(self, vm: &mut Vm, key: Value, hash: u64) -> PyResult<Option<usize>> {
        let wanted = hash_value(hash);
        'restart: loop {
            let Some(entries) = self.entries.get() else {
                return Ok(None);
            };
            let mutations = self.mutations.get();
            let index = self.index.get().map(Index::of);
            let mut at = index.as_ref().map_or(0, |t| t.start(hash));
            loop {
                let i = match &index {
                    None => {
                        if at >= self.used.get() as usize {
                            return Ok(None);
                        }
                        at
                    }
                    Some(t) => match t.get(at) {
                        EMPTY => return Ok(None),
                        i => i as usize,
                    },
                };
                let k = entries.get(i * 3 + 1);
                if !k.is_null() && entries.get(i * 3) == wanted {
                    if k == key {
                        return Ok(Some(i));
                    }
                    let equal = vm.equal(k, key)?;
                    if self.mutations.get() != mutations || self.entries.get() != Some(entries) {
                        continue 'restart;
                    }
                    if equal {
                        return Ok(Some(i));
                    }
                }
                at = match &index {
                    None => at + 1,
                    Some(t) => t.next(at),
                };
            }
        }
    }

    /// The value of `key`. May run Python code (`__hash__`, `__eq__`).
    #[inline]
    pub fn get(self, vm: &mut Vm, key: Value) -> PyResult<Option<Value>> {
        let hash = vm.hash_dict_key(key)?;
        Ok(self.find(vm, key, hash)?.map(|i| self.value_at(i)))
    }

    /// The value of a str key given as text.
    pub fn get_text(self, vm: &mut Vm, key: &str) -> Option<Value> {
        let key = vm.intern(key);
        self.get_interned(key.value())
    }

    /// Sets an item. May run Python code.
    #[inline]
    pub fn insert(self, vm: &mut Vm, key: Value, value: Value) -> PyResult<()> {
        let hash = vm.hash_dict_key(key)?;
        self.insert_hashed(vm, key, hash, value)
    }

    /// Sets an item whose key's hash is known. May run Python code (`__eq__`).
    pub fn insert_hashed(self, vm: &mut Vm, key: Value, hash: u64, value: Value) -> PyResult<()> {
        match self.find(vm, key, hash)? {
            Some(i) => self.set_value_at(i, value),
            None => self.append(vm, key, hash, value),
        }
        Ok(())
    }

    /// Sets an item under a str key (any exact or interned string).
    pub fn set_interned(self, vm: &mut Vm, key: Value, value: Value) {
        if let Some(s) = key.cast::<PyStr>() {
            let hash = s.hash(vm);
            match self.find_interned(key) {
                Some(i) => self.set_value_at(i, value),
                None => self.append(vm, key, hash, value),
            }
        }
    }

    /// Sets an item under a str key given as text.
    pub fn set_text(self, vm: &mut Vm, key: &str, value: Value) {
        let key = vm.intern(key);
        self.set_interned(vm, key.value(), value);
    }

    /// Replaces the value at a position.
    #[inline(always)]
    pub fn set_value_at(self, position: usize, value: Value) {
        self.entries.expect().set(position * 3 + 2, value);
    }

    /// Adds an entry whose key is known to be absent.
    pub fn append(self, vm: &mut Vm, key: Value, hash: u64, value: Value) {
        self.make_room(vm);
        let i = self.used.get() as usize;
        let entries = self.entries.expect();
        entries.slots()[i * 3].set_unbarriered(hash_value(hash));
        entries.set(i * 3 + 1, key);
        entries.set(i * 3 + 2, value);
        if let Some(index) = self.index.get() {
            place(&Index::of(index), hash, i as u32);
        }
        if self.live.get() == 0 {
            self.first.set(i as u32);
        }
        self.used.set(i as u32 + 1);
        self.live.set(self.live.get() + 1);
        self.structure_changed();
    }

    fn structure_changed(self) {
        self.keys_changed();
        self.mutations.set(self.mutations.get().wrapping_add(1));
    }

    fn keys_changed(self) {
        self.keys_version.set(0);
        if self.relied_on.get() {
            self.relied_on.set(false);
            crate::reliance::changed(self.value().bits());
        }
    }

    /// Says that a piece of code relies on the present keys; false: they change too often.
    pub fn rely_on_keys(self, broken: crate::reliance::Broken) -> bool {
        let relies = crate::reliance::rely(self.value().bits(), broken);
        self.relied_on.set(self.relied_on.get() || relies);
        relies
    }

    fn make_room(self, vm: &mut Vm) {
        let (used, live) = (self.used.get() as usize, self.live.get() as usize);
        let capacity = self.entries.get().map_or(0, |e| e.len() / 3);
        if used < capacity {
            return;
        }
        if capacity > 0 && live <= used / 2 {
            return self.rebuild(vm, capacity, 0);
        }
        let target = if capacity == 0 {
            4
        } else if capacity < LINEAR {
            LINEAR
        } else {
            capacity * 2
        };
        self.rebuild(vm, target, 0);
    }

    /// Makes storage for `capacity` entries and moves the live ones into it, `front` free entries before them.
    fn rebuild(self, vm: &mut Vm, capacity: usize, front: usize) {
        let new = vm.heap.new_array(capacity * 3);
        let mut n = front;
        if let Some(old) = self.entries.get() {
            let used = self.used.get() as usize;
            if used == self.live.get() as usize {
                new.copy_from(front * 3, old, 0, used * 3);
                n += used;
            } else {
                for i in 0..used {
                    if !old.get(i * 3 + 1).is_null() {
                        new.copy_from(n * 3, old, i * 3, 3);
                        n += 1;
                    }
                }
            }
        }
        self.entries.set(self, new);
        self.used.set(n as u32);
        self.first.set(front as u32);
        if capacity > LINEAR {
            let places = (capacity * 3 / 2).next_power_of_two();
            let width = Index::width_for(places) as usize;
            let buf = vm.heap.new_bytebuf(places * width);
            for c in buf.cells() {
                c.set(0xff);
            }
            buf.used.set(places);
            let index = Index::of(buf);
            for i in front..n {
                place(&index, self.hash_at(i), i as u32);
            }
            self.index.set(self, buf);
        } else {
            self.index.clear();
        }
        self.mutations.set(self.mutations.get().wrapping_add(1));
    }

    /// Makes room for `n` items in all, so that adding them does not rebuild.
    pub fn reserve(self, vm: &mut Vm, n: usize) {
        let capacity = self.entries.get().map_or(0, |e| e.len() / 3);
        if n > capacity {
            self.rebuild(vm, if n <= 4 { 4 } else { n.next_power_of_two() }, 0);
            self.keys_changed();
        }
    }

    /// Removes the entry at a position.
    pub fn remove_at(self, position: usize) {
        let entries = self.entries.expect();
        if let Some(buf) = self.index.get() {
            self.remove_from_index(&Index::of(buf), position);
        }
        entries.slots()[position * 3 + 1].set_unbarriered(Value::NULL);
        entries.slots()[position * 3 + 2].set_unbarriered(Value::NULL);
        self.live.set(self.live.get() - 1);
        if position == self.first.get() as usize {
            let next = self
                .next_entry(position)
                .map_or(self.used.get() as usize, |(i, ..)| i);
            self.first.set(next as u32);
        }
        // The place is not reused before the next rebuild: iterators notice re-added keys because they come later.
        self.structure_changed();
    }

    /// Empties the place of entry `position` and moves later entries of the same cluster up, so that the index never
    /// holds marks of deleted entries and always has an empty place.
    fn remove_from_index(self, index: &Index, position: usize) {
        let mut hole = index.start(self.hash_at(position));
        while index.get(hole) != position as u32 {
            hole = index.next(hole);
        }
        let mut at = index.next(hole);
        loop {
            let i = index.get(at);
            if i == EMPTY {
                break;
            }
            let home = index.start(self.hash_at(i as usize));
            // The entry may move to the hole unless its home lies behind the hole (cyclically).
            let distance = |from: usize| at.wrapping_sub(from) & index.mask;
            if distance(home) >= distance(hole) {
                index.set(hole, i);
                hole = at;
            }
            at = index.next(at);
        }
        index.set(hole, EMPTY);
    }

    /// Removes `key`; its value if it was there. May run Python code.
    pub fn remove(self, vm: &mut Vm, key: Value) -> PyResult<Option<Value>> {
        let hash = vm.hash_dict_key(key)?;
        Ok(self.find(vm, key, hash)?.map(|i| {
            let v = self.value_at(i);
            self.remove_at(i);
            v
        }))
    }

    /// Removes a str key; false if it was not there.
    pub fn remove_interned(self, _vm: &mut Vm, key: Value) -> bool {
        match self.find_interned(key) {
            Some(i) => {
                self.remove_at(i);
                true
            }
            None => false,
        }
    }

    /// Removes and returns the entry that was added last.
    pub fn pop_last(self) -> Option<(Value, Value)> {
        let mut at = self.positions();
        while at > 0 {
            at -= 1;
            if let Some(entry) = self.entry_at(at) {
                self.remove_at(at);
                // Nothing lives behind it, so that popping goes on without a search.
                self.used.set(at as u32);
                return Some(entry);
            }
        }
        None
    }

    /// Removes everything.
    pub fn clear(self) {
        self.entries.clear();
        self.index.clear();
        self.used.set(0);
        self.first.set(0);
        self.live.set(0);
        self.structure_changed();
    }

    /// Copies every entry of `other` into this empty dict (hashes are reused, no Python code runs).
    pub fn copy_entries_from(self, vm: &mut Vm, other: Ref<PyDict>) {
        let (used, live) = (other.used.get(), other.live.get());
        if live == 0 {
            return;
        }
        if used != live || self.entries.get().is_some() {
            self.reserve(vm, other.len());
            let mut at = 0;
            while let Some((i, k, v)) = other.next_entry(at) {
                self.append(vm, k, other.hash_at(i), v);
                at = i + 1;
            }
            return;
        }
        // Without deleted entries the storage can be copied as it is.
        if let Some(source) = other.entries.get() {
            let entries = vm.heap.new_array(source.len());
            entries.copy_from(0, source, 0, used as usize * 3);
            self.entries.set(self, entries);
        }
        if let Some(source) = other.index.get() {
            let index = vm.heap.new_bytebuf(source.capacity());
            index.write(0, source.bytes());
            index.used.set(source.used.get());
            self.index.set(self, index);
        }
        self.used.set(used);
        self.live.set(live);
        self.first.set(0);
        self.structure_changed();
    }

    /// Moves the entry at a position to the front (`OrderedDict.move_to_end`).
    pub fn move_to_front(self, vm: &mut Vm, position: usize) {
        let Some((k, v)) = self.entry_at(position) else {
            return;
        };
        if position == self.first.get() as usize {
            return;
        }
        let hash = self.hash_at(position);
        self.remove_at(position);
        if self.first.get() == 0 {
            // As much room in front as there are entries, so that moving many costs no more than rebuilding once.
            let live = self.len();
            self.rebuild(vm, (live * 2 + 4).next_power_of_two(), live.max(1));
        }
        let at = self.first.get() as usize - 1;
        let entries = self.entries.expect();
        entries.slots()[at * 3].set_unbarriered(hash_value(hash));
        entries.set(at * 3 + 1, k);
        entries.set(at * 3 + 2, v);
        if let Some(index) = self.index.get() {
            place(&Index::of(index), hash, at as u32);
        }
        self.first.set(at as u32);
        self.live.set(self.live.get() + 1);
        self.structure_changed();
    }

    /// Moves the entry at a position to the end (`OrderedDict.move_to_end`, reinsertion).
    pub fn move_to_end(self, vm: &mut Vm, position: usize) {
        if let Some((k, v)) = self.entry_at(position) {
            let hash = self.hash_at(position);
            self.remove_at(position);
            self.append(vm, k, hash, v);
        }
    }
}

impl Vm {
    /// The hash of a dict key as the table stores it.
    ///
    /// Errors: `TypeError` "cannot use '…' as a dict key (…)" for unhashable keys.
    #[inline]
    pub fn hash_dict_key(&mut self, key: Value) -> PyResult<u64> {
        match self.hash_for_table(key) {
            Ok(h) => Ok(h),
            Err(r) => Err(self.reword_unhashable(r, key, "a dict key")),
        }
    }

    /// The hash of a set element as the table stores it.
    ///
    /// Errors: `TypeError` "cannot use '…' as a set element (…)" for unhashable elements.
    #[inline]
    pub fn hash_set_element(&mut self, element: Value) -> PyResult<u64> {
        match self.hash_for_table(element) {
            Ok(h) => Ok(h),
            Err(r) => Err(self.reword_unhashable(r, element, "a set element")),
        }
    }

    #[cold]
    fn reword_unhashable(&mut self, r: Raised, v: Value, role: &str) -> Raised {
        // Only plain TypeErrors: what a `__hash__` raises of its own kind stays.
        if self.type_of(self.raised.get()).builtin_id != ids::TYPE_ERROR {
            return r;
        }
        let error = self.take_raised();
        let text = match self.str(error) {
            Ok(s) => s.text_lossy(),
            Err(r) => return r,
        };
        let ty = self.type_of(v);
        let name = self.full_type_name(ty);
        self.type_error(format!("cannot use '{name}' as {role} ({text})"))
    }
}

fn place(index: &Index, hash: u64, i: u32) {
    let mut at = index.start(hash);
    while index.get(at) != EMPTY {
        at = index.next(at);
    }
    index.set(at, i);
}
