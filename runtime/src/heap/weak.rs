//! Weak references: words inside objects that do not keep their target alive and become `NULL` when it dies.
//!
//! They are cleared after marking and before finalisable objects are resurrected, so a finaliser cannot be seen through
//! one. A dead reference that itself lives is handed out once, so that its callback can run outside the collection.

use super::{Heap, Tracer};
use crate::number_hash::BuildNumberHasher;
use crate::object::header::{Header, Ref, Slot, flag};
use crate::value::Value;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};

struct Entry {
    weakref: usize,
    target: usize,
    /// Address of the `Slot` inside `weakref`.
    cell: usize,
}

/// All weak references of a heap.
#[derive(Default)]
pub struct WeakRefs {
    /// Made since the last collection: only these can change in a minor one.
    young: RefCell<Vec<Entry>>,
    old: RefCell<Vec<Entry>>,
    /// How many of the old ones the present collection need not look at.
    settled: Cell<usize>,
    dead: RefCell<VecDeque<usize>>,
    /// References without callback by target and shape, which are made once and shared.
    shared: RefCell<HashMap<(usize, u32), usize, BuildNumberHasher>>,
}

impl Heap {
    /// Registers a weak reference object: `cell` inside `weakref` holds the target's address untraced and is set to
    /// `NULL` when the target dies; dead weak references that themselves live are handed out by
    /// [`Heap::take_dead_weakref`]. A cell that no longer holds the target is forgotten.
    pub fn register_weakref(&self, weakref: Ref<Header>, target: Ref<Header>, cell: &Slot) {
        target.set_flags(flag::HAS_WEAKREF);
        let entry = Entry {
            weakref: weakref.as_ptr() as usize,
            target: target.as_ptr() as usize,
            cell: cell as *const Slot as usize,
        };
        self.weak.young.borrow_mut().push(entry);
    }
    /// The next weak reference whose target died since the last call (its callback is due).
    pub fn take_dead_weakref(&self) -> Option<Value> {
        self.weak.dead.borrow_mut().pop_front().map(super::value_at)
    }
    /// Calls `f` with every registered weak reference to `target`, oldest first (`weakref.getweakrefs`).
    pub fn each_weakref(&self, target: Ref<Header>, f: &mut dyn FnMut(Value)) {
        let addr = target.as_ptr() as usize;
        for list in [&self.weak.old, &self.weak.young] {
            list.borrow()
                .iter()
                .filter(|e| e.target == addr && e.holds_target())
                .for_each(|e| f(super::value_at(e.weakref)));
        }
    }
    /// Remembers a registered weak reference as the one that serves whoever wants one of its shape to `target`.
    pub fn share_weakref(&self, weakref: Ref<Header>, target: Ref<Header>) {
        let key = (target.as_ptr() as usize, weakref.shape_id());
        self.weak
            .shared
            .borrow_mut()
            .insert(key, weakref.as_ptr() as usize);
    }
    /// The weak reference of shape `shape` to `target` that was shared, if it lives.
    pub fn shared_weakref(&self, target: Ref<Header>, shape: u32) -> Option<Value> {
        let key = (target.as_ptr() as usize, shape);
        let shared = self.weak.shared.borrow();
        shared.get(&key).map(|&addr| super::value_at(addr))
    }
    pub(super) fn has_dead_weakref(&self) -> bool {
        !self.weak.dead.borrow().is_empty()
    }
    /// After marking: drops entries of dead references, clears those with dead targets.
    pub(super) fn clear_weakrefs(&self, full: bool) {
        let mut old = self.weak.old.borrow_mut();
        let mut young = self.weak.young.borrow_mut();
        if full {
            old.retain(|e| self.settle(e));
        }
        let settled = if full { 0 } else { old.len() };
        old.extend(young.drain(..).filter(|e| self.settle(e)));
        self.weak.settled.set(settled);
    }
    /// After the resurrection of what has finalisers: the references that were dead before and still are go; those that
    /// came back with their owner lose a target that did not, without a callback.
    pub(super) fn forget_weakrefs(&self) {
        let mut old = self.weak.old.borrow_mut();
        let settled = self.weak.settled.get().min(old.len());
        let new = old.split_off(settled);
        old.extend(new.into_iter().filter(|e| {
            let lives = Heap::is_marked(e.weakref) && Heap::is_marked(e.target);
            if !lives {
                self.unshare(e);
                e.slot().set_unbarriered(Value::NULL);
            }
            lives
        }));
    }
    fn settle(&self, e: &Entry) -> bool {
        if !e.holds_target() {
            self.unshare(e);
            return false;
        }
        if !Heap::is_marked(e.weakref) {
            return true;
        }
        let lives = Heap::is_marked(e.target);
        if !lives && self.is_cleared_later(e) {
            self.eager_again.set(true);
            return true;
        }
        if !lives {
            self.unshare(e);
            e.slot().set_unbarriered(Value::NULL);
            self.weak.dead.borrow_mut().push_back(e.weakref);
        }
        lives
    }
}

impl Heap {
    /// Where reference counts would free an object, its finaliser runs first and sees its weak references whole; the next
    /// collection clears them.
    fn is_cleared_later(&self, e: &Entry) -> bool {
        let target = super::value_at(e.target);
        self.eager.get()
            && target.header().is_some_and(|h| h.has(flag::HAS_FINALIZER))
            && self.needs_finalizer(e.target)
    }
    fn unshare(&self, e: &Entry) {
        let mut shared = self.weak.shared.borrow_mut();
        // The weak reference may be dead, but nothing is reclaimed before the sweep.
        let key = (e.target, super::value_at(e.weakref).shape_id());
        if shared.get(&key) == Some(&e.weakref) {
            shared.remove(&key);
        }
    }
}

impl Entry {
    fn slot(&self) -> &Slot {
        // SAFETY: H4: the field is part of `weakref`, which is live or at least not reclaimed yet.
        unsafe { &*(self.cell as *const Slot) }
    }
    fn holds_target(&self) -> bool {
        self.slot().get().bits() as usize == self.target
    }
}

impl WeakRefs {
    /// How many references there are.
    pub fn count(&self) -> usize {
        self.young.borrow().len() + self.old.borrow().len()
    }
    /// Calls `f` with the targets that the collection may find dead.
    pub fn each_target(&self, full: bool, f: &mut dyn FnMut(usize)) {
        let each = |list: &RefCell<Vec<Entry>>, f: &mut dyn FnMut(usize)| {
            let list = list.borrow();
            list.iter()
                .filter(|e| e.holds_target())
                .for_each(|e| f(e.target));
        };
        each(&self.young, f);
        if full {
            each(&self.old, f);
        }
    }
    /// Marks the references whose callbacks are due.
    pub fn trace(&self, tracer: &mut Tracer) {
        self.dead
            .borrow()
            .iter()
            .for_each(|&addr| tracer.mark(addr));
    }
}
