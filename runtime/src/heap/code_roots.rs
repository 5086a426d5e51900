//! What machine code names. Its values are roots, so that an address in an instruction always means the object that it meant; but
//! a program that asks for a collection may look whether a class or a function is gone. So where no machine code runs, such a collection
//! may find that nothing else refers to some of them. Then all machine code has to be forgotten before any of it is entered again.

use super::Tracer;
use crate::value::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;

/// Values that machine code names.
#[derive(Default)]
pub struct CodeRoots {
    values: RefCell<Vec<Value>>,
    known: RefCell<HashSet<u64>>,
    /// So many of them have lived through a collection, after which only full ones look at them.
    old: Cell<usize>,
    weak: Cell<bool>,
    died: Cell<bool>,
}

impl CodeRoots {
    /// Keeps a value for as long as there is machine code.
    pub fn add(&self, v: Value) {
        if v.is_object() && self.known.borrow_mut().insert(v.bits()) {
            self.values.borrow_mut().push(v);
        }
    }
    /// Whether collections from now on may find that some died.
    pub fn set_weak(&self, weak: bool) {
        self.weak.set(weak);
    }
    /// True if some died: no machine code may be entered.
    pub fn died(&self) -> bool {
        self.died.get()
    }
    /// There is no machine code any more.
    pub fn clear(&self) {
        self.values.borrow_mut().clear();
        self.known.borrow_mut().clear();
        self.old.set(0);
        self.died.set(false);
    }
    /// Visits the values, unless they may die.
    pub fn trace(&self, t: &mut Tracer) {
        if self.weak.get() || self.died.get() {
            return;
        }
        let values = self.values.borrow();
        let from = if t.is_full() { 0 } else { self.old.get() };
        values.iter().skip(from).for_each(|v| t.visit(*v));
    }
    /// Looks who lives, after a collection.
    pub fn after_collection(&self, live: &dyn Fn(Value) -> bool) {
        if self.died.get() {
            // Some are addresses of nothing: nobody looks at them until they are cleared.
            return;
        }
        let values = self.values.borrow();
        if self.weak.get() && !values.iter().all(|v| live(*v)) {
            self.died.set(true);
        }
        self.old.set(values.len());
    }
}
