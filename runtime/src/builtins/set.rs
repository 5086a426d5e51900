//! `set` and `frozenset`: the storage. (Operations live in `set_ops.rs`, methods in `set_methods.rs`.)
//!
//! Programs print sets, so the order of iteration has to be CPython's, which follows from its table: a power of two of
//! places, each a hash and an element; a search starts at the low bits of the hash, looks at up to nine further places
//! in a row and then jumps; removed elements leave a mark until the next resize; growth happens when three fifths are
//! filled. Which operation resizes when, and to what, is part of that and must not be "improved" here.
//!
//! A place is two slots of a heap array: the hash as an immediate integer, then the element. Free: the hash slot is
//! `NULL`. Removed: the hash is -1, which no element has, and the element slot is `NULL`. Hashes keep 61 bits and are
//! extended by their sign, which differs from CPython's only in the order of elements with hashes near 2**60.
//!
//! Comparing elements may run Python code (`__eq__`), which may change the set: searches then start again.

use super::str::PyStr;
use super::tuple::PyTuple;
use super::tuple_methods::{hash_plain, same_plainly};
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::protocol::compare::{hash_identity, hash_int};
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;
use std::ops::RangeInclusive;

/// Places of the smallest table.
const MIN_PLACES: usize = 8;
/// Places looked at after the first before a search jumps.
const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;
/// From this size on, tables grow by less.
const LARGE: usize = 50_000;

/// A set or frozenset.
#[repr(C)]
pub struct PySet {
    header: Header,
    /// Empty until the first element comes; counts as a table of the smallest size then.
    table: RefSlot<Array>,
    /// Elements.
    pub(crate) used: Cell<usize>,
    /// Elements and marks of removed ones.
    fill: Cell<usize>,
    /// Where `pop` goes on searching. Of a frozenset, which has no `pop`: its summary, see [`PySet::summary`]; 0: not known.
    finger: Cell<usize>,
    /// Cached hash of a frozenset, 0: not computed.
    pub hash: Cell<u64>,
}

/// Where a search ended.
#[derive(Clone, Copy)]
enum Place {
    Found(usize),
    /// Not there; a free place.
    Free(usize),
    /// Not there; the place of a removed element, met last.
    Reusable(usize),
}

/// A hash as tables store it.
#[inline(always)]
fn stored_hash(hash: u64) -> Value {
    Value::small_int(((hash << 3) as i64) >> 3).unwrap_or(Value::NULL)
}

#[inline(always)]
fn bits(stored: Value) -> u64 {
    stored.as_small_int().unwrap_or(0) as u64
}

/// The stored hash of removed elements.
const REMOVED: Value = match Value::small_int(-1) {
    Some(v) => v,
    None => Value::NULL,
};

impl PySet {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.table.value());
        trace_extension(self, size_of::<PySet>(), t);
    }
    fn init() -> PySet {
        PySet {
            header: Header::PENDING,
            table: RefSlot::empty(),
            used: Cell::new(0),
            fill: Cell::new(0),
            finger: Cell::new(0),
            hash: Cell::new(0),
        }
    }
    /// An empty instance of `set`, `frozenset` or a subclass.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PySet> {
        vm.alloc_object(ty, PySet::init(), 0)
    }
    /// `set()`
    pub fn new(vm: &mut Vm) -> Ref<PySet> {
        vm.heap.alloc(ids::SET, PySet::init())
    }
    /// `frozenset()`, to be filled before anybody sees it.
    pub fn new_frozen(vm: &mut Vm) -> Ref<PySet> {
        vm.heap.alloc(ids::FROZENSET, PySet::init())
    }
    /// Number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get()
    }
    /// True when empty.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }
    /// The least or the greatest element of a set of small ints; `None`: there are others, or none at all.
    pub fn extreme_int(&self, greatest: bool) -> Option<Value> {
        let summary = match self.header.shape_id() {
            ids::FROZENSET => self.finger.get(),
            _ => 0,
        };
        if summary != 0 && summary & INEXACT == 0 {
            return Value::small_int(match greatest {
                true => summary.ilog2() as i64,
                false => summary.trailing_zeros() as i64,
            });
        }
        let mut best = None;
        for (_, v) in elements(&*self.table.get()?) {
            let n = v.as_small_int()?;
            best = Some(match best {
                Some(b) if greatest => n.max(b),
                Some(b) => n.min(b),
                None => n,
            });
        }
        Value::small_int(best?)
    }
    fn mask(&self) -> usize {
        self.table.get().map_or(MIN_PLACES, |t| t.len() / 2) - 1
    }
    /// Bytes of the table.
    pub fn storage_size(&self) -> usize {
        (self.mask() + 1) * 16
    }
    /// The first element at or after a place: its place, itself and its hash.
    #[inline]
    pub fn next_entry(&self, mut at: usize) -> Option<(usize, Value, u64)> {
        let slots = self.table.get()?;
        let slots = slots.slots();
        while let Some([hash, element]) = slots.get(at * 2..at * 2 + 2) {
            let v = element.get();
            if !v.is_null() {
                return Some((at, v, bits(hash.get())));
            }
            at += 1;
        }
        None
    }
}

/// What a search at one place says without running Python code.
#[inline(always)]
fn same_simply(stored: Value, wanted: Value) -> Option<bool> {
    if stored == wanted {
        return Some(true);
    }
    if stored.is_int() && wanted.is_int() {
        return Some(false);
    }
    if stored.shape_id() == ids::STR
        && wanted.shape_id() == ids::STR
        && let (Some(a), Some(b)) = (stored.cast::<PyStr>(), wanted.cast::<PyStr>())
    {
        return Some(a.bytes() == b.bytes());
    }
    if stored.shape_id() == ids::TUPLE
        && wanted.shape_id() == ids::TUPLE
        && let (Some(a), Some(b)) = (stored.cast::<PyTuple>(), wanted.cast::<PyTuple>())
    {
        return same_plainly(a, b);
    }
    // Types without a metaclass are equal to themselves alone.
    if stored.shape_id() == ids::TYPE && wanted.shape_id() == ids::TYPE {
        return Some(false);
    }
    None
}

/// The hash, as tables store it, of an element for which no method has to be asked; `None`: of any other.
#[inline(always)]
fn simple_hash(vm: &mut Vm, v: Value) -> Option<Value> {
    let hash = match v.as_small_int() {
        Some(n) => hash_int(n) as u64,
        None if v.shape_id() == ids::STR => match v.cast::<PyStr>()?.known_hash() {
            0 => return None,
            h => h,
        },
        None if v.shape_id() == ids::TYPE => hash_identity(v) as u64,
        None if v.shape_id() == ids::TUPLE => hash_plain(vm, v.cast()?)? as u64,
        None => vm.hash_simple(v)? as u64,
    };
    Some(stored_hash(hash))
}

/// The places at which an element may be that has a hash, in the order in which they are looked at: runs of neighbours.
struct Probes {
    mask: usize,
    perturb: u64,
    start: usize,
}

impl Probes {
    /// The first run in a table of so many places.
    #[inline(always)]
    fn new(hash: Value, places: usize) -> Probes {
        let (mask, perturb) = (places - 1, bits(hash));
        let start = perturb as usize & mask;
        Probes {
            mask,
            perturb,
            start,
        }
    }
    #[inline(always)]
    fn run(&self) -> RangeInclusive<usize> {
        let last = self.start + LINEAR_PROBES;
        self.start..=if last <= self.mask { last } else { self.start }
    }
    #[inline(always)]
    fn advance(&mut self) {
        self.perturb >>= PERTURB_SHIFT;
        self.start = (self.start * 5 + 1).wrapping_add(self.perturb as usize) & self.mask;
    }
}

/// Where an element is to be added, or is; `None`: `same`, which compares it with one of equal hash, cannot tell.
#[inline(always)]
fn find_place(slots: &[Slot], hash: Value, same: impl Fn(Value) -> Option<bool>) -> Option<Place> {
    let (places, _) = slots.as_chunks::<2>();
    let mut probes = Probes::new(hash, places.len());
    let mut reusable = None;
    loop {
        let run = probes.run();
        for (i, [known, element]) in places[run.clone()].iter().enumerate() {
            let (at, known) = (*run.start() + i, known.get());
            if known.is_null() {
                return Some(match reusable {
                    Some(at) => Place::Reusable(at),
                    None => Place::Free(at),
                });
            } else if known == hash {
                if same(element.get())? {
                    return Some(Place::Found(at));
                }
            } else if known == REMOVED {
                reusable = Some(at);
            }
        }
        probes.advance();
    }
}

/// Whether an element is in a table, if that can be told without running Python code.
#[inline]
fn holds(slots: &[Slot], v: Value, hash: Value) -> Option<bool> {
    let place = find_place(slots, hash, |element| same_simply(element, v))?;
    Some(matches!(place, Place::Found(_)))
}

/// The place for an element that is not in a table without marks of removed ones.
#[inline(always)]
fn free_place(slots: &[Slot], hash: Value) -> &[Slot; 2] {
    let (places, _) = slots.as_chunks::<2>();
    let mut probes = Probes::new(hash, places.len());
    loop {
        let mut run = places[probes.run()].iter();
        if let Some(place) = run.find(|p| p[0].get().is_null()) {
            return place;
        }
        probes.advance();
    }
}

/// Puts an element that is not there into such a table.
#[inline]
fn place_new(table: Ref<Array>, hash: Value, v: Value) {
    let [known, element] = free_place(table.slots(), hash);
    known.set_unbarriered(hash);
    element.set(table, v);
}

/// The elements of a table, with their hashes.
#[inline(always)]
fn elements(table: &Array) -> impl Iterator<Item = (Value, Value)> {
    let (places, _) = table.slots().as_chunks::<2>();
    let all = places.iter().map(|[hash, v]| (hash.get(), v.get()));
    all.filter(|(_, v)| !v.is_null())
}

/// In a summary: there are other elements than small ints from 0 to 62, for each of which another bit stands.
const INEXACT: usize = 1 << 63;

/// The bits that an element sets in its set's summary: sets that have it, or what is equal to it, have all of them but `INEXACT`.
#[inline(always)]
fn class(hash: Value, v: Value) -> usize {
    let bit = 1 << (bits(hash) & 63);
    match v.as_small_int() {
        Some(0..63) => bit,
        _ => bit | INEXACT,
    }
}

/// Copies the elements of a table into one that was allocated just now, so that no store needs the barrier.
fn place_all(new: Ref<Array>, old: Ref<Array>) {
    for (hash, v) in elements(&old) {
        let [known, element] = free_place(new.slots(), hash);
        known.set_unbarriered(hash);
        element.set_unbarriered(v);
    }
}

impl PySet {
    /// `v in self`, if that can be told without running Python code.
    #[inline(never)]
    pub fn contains_simply(&self, vm: &mut Vm, v: Value) -> Option<bool> {
        let hash = simple_hash(vm, v)?;
        match self.table.get() {
            Some(t) => holds(t.slots(), v, hash),
            None => Some(false),
        }
    }
    /// What elements there are, as far as 64 bits can tell (see [`class`]); `None`: this set may change. To be asked for when nobody
    /// adds to it any more.
    #[inline]
    fn summary(&self) -> Option<usize> {
        if self.header.shape_id() != ids::FROZENSET {
            return None;
        }
        if self.finger.get() == 0
            && let Some(t) = self.table.get()
        {
            let classes = elements(&t).fold(0, |all, (hash, v)| all | class(hash, v));
            self.finger.set(classes);
        }
        Some(self.finger.get())
    }
    /// `self <= other`, if that can be told without running Python code.
    pub fn subset_simply(&self, other: &PySet) -> Option<bool> {
        if self.len() > other.len() {
            return Some(false);
        }
        if let (Some(own), Some(others)) = (self.summary(), other.summary()) {
            if own & !others & !INEXACT != 0 {
                return Some(false);
            }
            if (own | others) & INEXACT == 0 {
                return Some(true);
            }
        }
        let (Some(own), Some(other)) = (self.table.get(), other.table.get()) else {
            return Some(self.is_empty());
        };
        for (hash, v) in elements(&own) {
            if !holds(other.slots(), v, hash)? {
                return Some(false);
            }
        }
        Some(true)
    }
}

impl Ref<PySet> {
    /// Adds to this set, which nobody else knows and which has none of them, those elements of `source` that are in `other` if
    /// `wanted`, else those that are not. `None`, with some of them added: elements have to be compared by Python code.
    pub fn add_selected(
        self,
        vm: &mut Vm,
        source: Ref<PySet>,
        other: Ref<PySet>,
        wanted: bool,
    ) -> Option<()> {
        let Some(from) = source.table.get() else {
            return Some(());
        };
        // The two sets cannot change meanwhile, and so their tables stay.
        let by = other.table.get();
        // To make a summary is to go through all places.
        let pays = other.finger.get() != 0 || source.len() > other.mask() / 4;
        let classes = if pays { other.summary() } else { None };
        let classes = classes.unwrap_or(usize::MAX);
        let mut own = 0;
        for (hash, v) in elements(&from) {
            let class = class(hash, v);
            let found = match &by {
                Some(_) if (classes | class) & INEXACT == 0 => classes & class != 0,
                Some(t) if class & !classes & !INEXACT == 0 => holds(t.slots(), v, hash)?,
                _ => false,
            };
            if found == wanted {
                own |= class;
                let table = self.table_or_new(vm);
                place_new(table, hash, v);
                self.used.set(self.used.get() + 1);
                self.fill.set(self.fill.get() + 1);
                if self.fill.get() * 5 >= (table.len() / 2 - 1) * 3 {
                    self.grow(vm);
                }
            }
        }
        if self.header().shape_id() == ids::FROZENSET {
            self.finger.set(own);
        }
        Some(())
    }

    /// Searches an element. With `ADDING`, an element that compares equal ends the search even if the comparison
    /// changed the set. May run Python code (`__eq__`).
    #[inline]
    fn search<const ADDING: bool>(
        self,
        vm: &mut Vm,
        mut table: Ref<Array>,
        v: Value,
        hash: Value,
    ) -> PyResult<Place> {
        'restart: loop {
            let mut probes = Probes::new(hash, table.len() / 2);
            let mut reusable = None;
            loop {
                for at in probes.run() {
                    let stored = table.get(at * 2);
                    if stored == hash {
                        let element = table.get(at * 2 + 1);
                        match same_simply(element, v) {
                            Some(true) => return Ok(Place::Found(at)),
                            Some(false) => continue,
                            None => {}
                        }
                        let equal = vm.equal(element, v)?;
                        if ADDING && equal {
                            return Ok(Place::Found(at));
                        }
                        if self.table.get() != Some(table) || table.get(at * 2 + 1) != element {
                            table = self.table_or_new(vm);
                            continue 'restart;
                        }
                        if equal {
                            return Ok(Place::Found(at));
                        }
                    } else if stored.is_null() {
                        return Ok(match reusable {
                            Some(at) => Place::Reusable(at),
                            None => Place::Free(at),
                        });
                    } else if ADDING && stored == REMOVED {
                        reusable = Some(at);
                    }
                }
                probes.advance();
            }
        }
    }

    #[inline]
    fn table_or_new(self, vm: &mut Vm) -> Ref<Array> {
        match self.table.get() {
            Some(t) => t,
            None => {
                let t = vm.heap.new_array(MIN_PLACES * 2);
                self.table.set(self, t);
                t
            }
        }
    }

    /// `v in self`, the hash being known. May run Python code (`__eq__`).
    #[inline]
    pub fn contains_hashed(self, vm: &mut Vm, v: Value, hash: u64) -> PyResult<bool> {
        let Some(table) = self.table.get() else {
            return Ok(false);
        };
        let place = self.search::<false>(vm, table, v, stored_hash(hash))?;
        Ok(matches!(place, Place::Found(_)))
    }

    /// `self.add(v)`, the hash being known. May run Python code (`__eq__`).
    pub fn add_hashed(self, vm: &mut Vm, v: Value, hash: u64) -> PyResult<()> {
        let table = self.table_or_new(vm);
        let hash = stored_hash(hash);
        let (at, filled) = match self.search::<true>(vm, table, v, hash)? {
            Place::Found(_) => return Ok(()),
            Place::Free(at) => (at, 1),
            Place::Reusable(at) => (at, 0),
        };
        // The search may have changed to another table.
        let table = self.table_or_new(vm);
        self.put(vm, table, at, filled, hash, v);
        Ok(())
    }

    /// `self.add(v)`, if that needs no Python code; `None`: nothing was done.
    #[inline]
    pub fn add_simply(self, vm: &mut Vm, v: Value) -> Option<()> {
        let Some(n) = v.as_small_int() else {
            return self.add_other_simply(vm, v);
        };
        let same = |element: Value| {
            if element == v {
                return Some(true);
            }
            element.is_int().then_some(false)
        };
        self.add_where(vm, v, stored_hash(hash_int(n) as u64), same)
    }

    #[inline(never)]
    fn add_other_simply(self, vm: &mut Vm, v: Value) -> Option<()> {
        let hash = simple_hash(vm, v)?;
        self.add_where(vm, v, hash, |element| same_simply(element, v))
    }

    #[inline(always)]
    fn add_where(
        self,
        vm: &mut Vm,
        v: Value,
        hash: Value,
        same: impl Fn(Value) -> Option<bool>,
    ) -> Option<()> {
        let table = self.table_or_new(vm);
        let (at, filled) = match find_place(table.slots(), hash, same)? {
            Place::Found(_) => return Some(()),
            Place::Free(at) => (at, 1),
            Place::Reusable(at) => (at, 0),
        };
        self.put(vm, table, at, filled, hash, v);
        Some(())
    }

    /// Puts an element into a place that search found for it, which is one more `filled` or the place of a removed one.
    #[inline(always)]
    fn put(self, vm: &mut Vm, table: Ref<Array>, at: usize, filled: usize, hash: Value, v: Value) {
        table.slots()[at * 2].set_unbarriered(hash);
        table.set(at * 2 + 1, v);
        self.fill.set(self.fill.get() + filled);
        self.used.set(self.used.get() + 1);
        if filled == 1 && self.fill.get() * 5 >= (table.len() / 2 - 1) * 3 {
            self.grow(vm);
        }
    }

    /// Removes `v`, the hash being known; false if it was not there. May run Python code (`__eq__`).
    pub fn discard_hashed(self, vm: &mut Vm, v: Value, hash: u64) -> PyResult<bool> {
        let Some(table) = self.table.get() else {
            return Ok(false);
        };
        match self.search::<false>(vm, table, v, stored_hash(hash))? {
            Place::Found(at) => {
                self.remove_at(at);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn remove_at(self, at: usize) {
        if let Some(table) = self.table.get() {
            table.slots()[at * 2].set_unbarriered(REMOVED);
            table.slots()[at * 2 + 1].set_unbarriered(Value::NULL);
            self.used.set(self.used.get() - 1);
            if self.header().shape_id() == ids::FROZENSET {
                self.finger.set(0);
            }
        }
    }

    /// `self.pop()`; `None` if there is nothing.
    pub fn pop(self) -> Option<Value> {
        if self.is_empty() {
            return None;
        }
        let start = self.finger.get() & self.mask();
        let (at, v, _) = self.next_entry(start).or_else(|| self.next_entry(0))?;
        self.remove_at(at);
        self.finger.set(at + 1);
        Some(v)
    }

    /// Removes everything.
    pub fn clear(self) {
        self.table.clear();
        self.used.set(0);
        self.fill.set(0);
    }

    fn grow(self, vm: &mut Vm) {
        let used = self.used.get();
        self.resize(vm, if used > LARGE { used * 2 } else { used * 4 });
    }

    /// Moves the elements to a new table of more than `beyond` places.
    #[inline(never)]
    fn resize(self, vm: &mut Vm, beyond: usize) {
        let mut places = MIN_PLACES;
        while places <= beyond {
            places *= 2;
        }
        let clean = self.fill.get() == self.used.get();
        if places == MIN_PLACES && self.mask() + 1 == MIN_PLACES && clean {
            return;
        }
        let new = vm.heap.new_array(places * 2);
        if let Some(old) = self.table.get() {
            place_all(new, old);
        }
        self.table.set(self, new);
        self.fill.set(self.used.get());
    }

    /// Makes room for `more` elements that are about to be added together.
    pub fn reserve_for_merge(self, vm: &mut Vm, more: usize) {
        if (self.fill.get() + more) * 5 >= self.mask() * 3 {
            self.resize(vm, (self.used.get() + more) * 2);
        }
    }

    /// Rebuilds the table if more than a quarter of it is marks of removed elements.
    pub fn sweep_removed(self, vm: &mut Vm) {
        if self.fill.get() - self.used.get() > self.mask() / 4 {
            self.grow(vm);
        }
    }

    /// Adds the elements of another set. May run Python code (`__eq__`).
    pub fn merge(self, vm: &mut Vm, other: Ref<PySet>) -> PyResult<()> {
        if other == self || other.is_empty() {
            return Ok(());
        }
        self.reserve_for_merge(vm, other.len());
        if self.fill.get() == 0 {
            self.fill_from(vm, other);
            return Ok(());
        }
        let mut at = 0;
        while let Some((i, v, hash)) = other.next_entry(at) {
            self.add_hashed(vm, v, hash)?;
            at = i + 1;
        }
        Ok(())
    }

    /// Copies the elements of another set into the table of this one, which is empty and large enough.
    fn fill_from(self, vm: &mut Vm, other: Ref<PySet>) {
        let (new, Some(old)) = (self.table_or_new(vm), other.table.get()) else {
            return;
        };
        if new.len() == old.len() && other.fill.get() == other.used.get() {
            new.copy_from(0, old, 0, old.len());
        } else {
            elements(&old).for_each(|(hash, v)| place_new(new, hash, v));
        }
        self.fill.set(other.len());
        self.used.set(other.len());
    }

    /// Takes over what `other`, a set that nobody else knows, contains.
    pub fn take_contents(self, other: Ref<PySet>) {
        match other.table.get() {
            Some(t) => self.table.set(self, t),
            None => self.table.clear(),
        }
        self.used.set(other.used.get());
        self.fill.set(other.fill.get());
    }
}
