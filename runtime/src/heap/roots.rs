//! Root containers: the lawful homes of values outside the native stack and the heap (H1).

use crate::object::header::{HeapObject, Ref};
use crate::value::Value;
use std::cell::Cell;

/// One value held by the `Vm` outside the heap; the `Vm` visits it in `trace_roots`.
pub struct RootCell(Cell<Value>);

impl RootCell {
    /// A root holding `v`.
    pub const fn new(v: Value) -> RootCell {
        RootCell(Cell::new(v))
    }
    /// The value.
    #[inline(always)]
    pub fn get(&self) -> Value {
        self.0.get()
    }
    /// Replaces the value. Roots need no barrier: every collection visits them.
    #[inline(always)]
    pub fn set(&self, v: Value) {
        self.0.set(v);
    }
    /// Takes the value, leaving `NULL`.
    #[inline(always)]
    pub fn take(&self) -> Value {
        self.0.replace(Value::NULL)
    }
}

/// A table of references that does not keep its entries alive by itself; whoever owns it clears the dead ones after a collection.
pub struct WeakTable<T> {
    entries: Vec<Option<Ref<T>>>,
}

impl<T> Default for WeakTable<T> {
    fn default() -> Self {
        WeakTable {
            entries: Vec::new(),
        }
    }
}

impl<T: HeapObject> WeakTable<T> {
    /// One past the largest index in use.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// True when no index is in use.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    /// Makes room for indices below `n`.
    pub fn reserve(&mut self, n: usize) {
        if self.entries.len() < n {
            self.entries.resize(n, None);
        }
    }
    /// Sets entry `i`.
    pub fn put(&mut self, i: usize, r: Ref<T>) {
        self.reserve(i + 1);
        self.entries[i] = Some(r);
    }
    /// The entry at `i`, which must be live.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Ref<T> {
        self.entries[i].expect("live entry")
    }
    /// The entry at `i`, if live.
    pub fn try_get(&self, i: usize) -> Option<Ref<T>> {
        self.entries.get(i).copied().flatten()
    }
    /// Empties entries for which `live` is false.
    pub fn retain(&mut self, live: impl Fn(Value) -> bool) {
        for e in &mut self.entries {
            if e.is_some_and(|r| !live(r.value())) {
                *e = None;
            }
        }
    }
    /// Every live entry.
    pub fn iter(&self) -> impl Iterator<Item = Ref<T>> + '_ {
        self.entries.iter().copied().flatten()
    }
}
