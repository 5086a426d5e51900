//! Collections where a program may expect an object to die at once.
//!
//! CPython finalises an object when its last reference goes; programs see it in `__del__` and in weak references. When a
//! statement drops a reference to an object with one of these, a collection may tell whether it was the last. That must
//! not become what the program spends its time on, so there are two purses, filled by allocation: one for collections
//! that found something due and a smaller one for those that did not.

use super::Heap;
use super::stack_scan::scrub_stack;
use crate::object::header::{Header, Ref};
use std::cell::Cell;

/// What a collection costs beside marking, in bytes marked.
const FIXED_COST: usize = 64 << 10;
/// What a program has to spend from the start: on collections that find nothing, and on those that find something.
const START: [usize; 2] = [16 << 20, 512 << 20];
/// One byte to spend comes with so many bytes allocated.
const PER_ALLOCATED: [usize; 2] = [32, 4];

/// What may be spent in vain in addition where the dropped object itself has a finaliser or weak references.
const CERTAIN: usize = 112 << 20;
/// That is not spent on objects of a shape of which so many in a row turned out to be alive.
const FAILURES: u8 = 6;
/// Failures are counted by the shape's number modulo this.
pub(super) const SHAPES: usize = 64;
/// Stands for an object in [`Heap::collect_dropped`]: its address with all bits turned, so that no native stack frame holds
/// the address itself, which would keep the object alive.
pub fn token(object: Ref<Header>) -> usize {
    !(object.as_ptr() as usize)
}
/// Stands for some object.
pub const ANY: usize = 1;
/// Stands for some object that was just made.
pub const YOUNG: usize = 2;

impl Heap {
    /// No such collections until [`Heap::allow_eager`]: while the library starts, no program waits for anything to die.
    pub fn hold_eager(&self) {
        for spent in &self.eager_spent {
            spent.set(usize::MAX / 2);
        }
    }

    /// Ends [`Heap::hold_eager`]; nothing is spent yet.
    pub fn allow_eager(&self) {
        for spent in &self.eager_spent {
            spent.set(0);
        }
    }

    /// The program dropped a reference to an object, given by its [`token`] or as [`ANY`] or [`YOUNG`]: true if a collection may be
    /// worth it. `shape`: the object's if it has a finaliser or weak references itself, else 0.
    pub fn may_collect_dropped(&self, object: usize, shape: u32) -> bool {
        let certain = shape != 0 && self.eager_failures(shape).get() < FAILURES;
        let (_, cost) = self.eager_cost(object);
        let earned = self.counters.allocated.get() as usize + self.handed_out.get();
        let purse = |i: usize| START[i] + earned / PER_ALLOCATED[i];
        let in_vain = purse(0) + if certain { CERTAIN } else { 0 };
        self.eager_spent[0].get().saturating_add(cost) <= in_vain
            && self.eager_spent[1].get().saturating_add(cost) <= purse(1)
    }
    /// Collects because the program dropped a reference to `object`; `shape` as for [`Heap::may_collect_dropped`].
    pub fn collect_dropped(&self, object: usize, shape: u32) {
        let (full, cost) = self.eager_cost(object);
        self.eager_watched
            .set(if object > YOUNG { object } else { 0 });
        scrub_stack();
        self.collect(full);
        let spent = &self.eager_spent[self.has_pending() as usize];
        spent.set(spent.get() + cost);
        if shape != 0 {
            let failures = self.eager_failures(shape);
            // The collection empties the cell if it finds the object dead.
            failures.set(match self.eager_watched.get() {
                0 => 0,
                _ => failures.get().saturating_add(1),
            });
        }
    }
    fn eager_failures(&self, shape: u32) -> &Cell<u8> {
        &self.eager_failures[shape as usize % SHAPES]
    }
    /// Called when everything alive is marked.
    pub(super) fn note_watched(&self) {
        let token = self.eager_watched.get();
        if token != 0 && !Heap::is_marked(!token) {
            self.eager_watched.set(0);
        }
    }
    /// Which collection it would be and what that costs.
    fn eager_cost(&self, object: usize) -> (bool, usize) {
        let full = match object {
            ANY => self.has_old_finalizers(),
            YOUNG => false,
            token => Heap::is_marked(!token),
        };
        let marked = if full { self.counters.live.get() } else { 0 };
        (full, marked + FIXED_COST)
    }
}
