//! Root containers: the lawful homes of values outside the native stack and the heap (H1).

use super::Tracer;
use crate::object::header::{HeapObject, Ref};
use crate::value::Value;
use std::cell::{Cell, RefCell};

/// One value held by the `Vm` outside the heap; the `Vm` visits it in `trace_roots`.
pub struct RootCell(Cell<Value>);

impl Default for RootCell {
    fn default() -> RootCell {
        RootCell::new(Value::NULL)
    }
}

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

impl RootCell {
    /// Visits the value.
    pub fn trace(&self, tracer: &mut Tracer) {
        tracer.visit(self.get());
    }
}

/// A growable list of values held by the `Vm` outside the heap; the `Vm` visits it in `trace_roots`.
#[derive(Default)]
pub struct RootVec(RefCell<Vec<Value>>);

impl RootVec {
    /// An empty list.
    pub const fn new() -> RootVec {
        RootVec(RefCell::new(Vec::new()))
    }
    /// Number of values.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }
    /// True when empty.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
    /// The value at `i`; panics past the end.
    pub fn get(&self, i: usize) -> Value {
        self.0.borrow()[i]
    }
    /// Replaces the value at `i`; panics past the end.
    pub fn set(&self, i: usize, v: Value) {
        self.0.borrow_mut()[i] = v;
    }
    /// Appends a value and returns its index.
    pub fn push(&self, v: Value) -> usize {
        self.0.borrow_mut().push(v);
        self.len() - 1
    }
    /// Removes and returns the last value.
    pub fn pop(&self) -> Option<Value> {
        self.0.borrow_mut().pop()
    }
    /// Shortens or extends the list to `n` values.
    pub fn resize(&self, n: usize, v: Value) {
        self.0.borrow_mut().resize(n, v);
    }
    /// Visits the values.
    pub fn trace(&self, tracer: &mut Tracer) {
        self.0.borrow().iter().for_each(|v| tracer.visit(*v));
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
    #[inline(always)]
    pub fn try_get(&self, i: usize) -> Option<Ref<T>> {
        self.entries.get(i).copied().flatten()
    }
    /// Empties entries from index `from` on for which `live` is false.
    pub fn retain(&mut self, from: usize, live: impl Fn(Value) -> bool) {
        for e in self.entries.iter_mut().skip(from) {
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
