//! Collections where a program may expect an object to die at once.
//!
//! CPython finalises an object when its last reference goes; programs see it in `__del__` and in weak references. When a
//! statement drops a reference to an object with one of these, a collection may tell whether it was the last. That must
//! not become what the program spends its time on, so there are two purses, filled by allocation: one for collections
//! that found something due and a smaller one for those that did not.

use super::Heap;
use super::Tracer;
use super::array::Array;
use super::stack_scan::scrub_stack;
use crate::builtins::frame::PyFrame;
use crate::builtins::function::PyFunction;
use crate::builtins::tuple::PyTuple;
use crate::object::header::{Header, Kind, Ref};
use crate::object::shape::ids;
use crate::value::Value;
use std::cell::Cell;
use std::collections::HashSet;

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
/// Asks for a full collection.
pub const FULL: usize = 2;
/// So many objects are looked at for one that matters.
const HELD: usize = 100;
const _: () = assert!(2 * HELD < PLACES);
/// So many items of a container are looked at for those: a reference to a large one is dropped as often as to a small one.
const ITEMS: usize = 1000;
/// A dead cycle is sought among so many objects.
const CYCLE: usize = 10_000;

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

    /// The program dropped a reference to an object, given by its [`token`] or as [`ANY`]: true if a collection may be
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
            .set(if object > FULL { object } else { 0 });
        scrub_stack();
        self.eager.set(true);
        self.collect(full);
        self.eager.set(false);
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
            FULL => true,
            token => Heap::is_marked(!token),
        };
        let marked = if full { self.counters.live.get() } else { 0 };
        (full, marked + FIXED_COST)
    }
    /// True, once, if the last such collection left weak references for another one to clear when finalisers have run.
    pub fn left_weakrefs(&self) -> bool {
        self.eager_again.replace(false)
    }
    /// Whether the next such collection finalises in the opposite of the order in which objects were made.
    pub fn finalize_backwards(&self, backwards: bool) {
        self.eager_backwards.set(backwards);
    }
    /// True if the object has lived through a collection.
    pub fn is_old(&self, object: Ref<Header>) -> bool {
        Heap::is_marked(object.as_ptr() as usize)
    }
    /// The first object that `start` holds, directly or not, and that `matters`; and how many were looked at. What
    /// functions and frames refer to does not count as held, but for their variables.
    pub fn find_held(
        &self,
        start: Ref<Header>,
        matters: &dyn Fn(Value) -> bool,
    ) -> (Option<Ref<Header>>, usize) {
        let Ok(mut tracer) = self.tracer.try_borrow_mut() else {
            return (None, 0);
        };
        let mut seen = Vec::with_capacity(HELD);
        seen.push(start);
        let mut places = [0u8; PLACES];
        note_place(&mut places, &[], start);
        let mut at = 0;
        while let Some(&object) = seen.get(at)
            && at < HELD
        {
            at += 1;
            let value = super::value_at(object.as_ptr() as usize);
            if at > 1 && matters(value) {
                return (Some(object), at);
            }
            let mut add = |v: Value| {
                if seen.len() < HELD
                    && let Some(h) = v.header()
                    && holds(h.kind())
                    && note_place(&mut places, &seen, h)
                {
                    seen.push(h);
                }
                seen.len() < HELD
            };
            if let Some(f) = value.cast::<PyFunction>() {
                [&f.closure, &f.defaults, &f.kwdefaults]
                    .into_iter()
                    .for_each(|s| _ = add(s.get()));
            } else if let Some(f) = value.cast::<PyFrame>() {
                f.registers
                    .get()
                    .into_iter()
                    .for_each(|r| _ = add(r.value()));
            } else if let Some(items) = value.cast::<Array>() {
                _ = items.slots().iter().take(ITEMS).all(|s| add(s.get()));
            } else if value.shape_id() == ids::TUPLE
                && let Some(t) = value.cast::<PyTuple>()
            {
                _ = t.items().iter().take(ITEMS).all(|v| add(*v));
            } else {
                tracer.list_held(object, &mut |v| _ = add(v));
            }
        }
        (None, at)
    }
    /// In such a collection, when everything alive is marked: what reference counts could not free stays. Only a cycle that
    /// leads back to the object itself is found.
    pub(super) fn keep_cycles(&self, full: bool, tracer: &mut Tracer) {
        if !self.eager.get() {
            return;
        }
        let mut found = Vec::new();
        let mut candidate = |addr: usize| {
            if !Heap::is_marked(addr) {
                found.push(addr);
            }
        };
        self.finalizers.each(full, &mut candidate);
        self.weak.each_target(full, &mut candidate);
        for addr in found {
            if !Heap::is_marked(addr) && is_in_dead_cycle(addr, tracer) {
                tracer.mark(addr);
                tracer.drain();
            }
        }
    }
}

/// Places of a hash table for twice as many objects as are looked at.
const PLACES: usize = 256;

/// Notes in a hash table of one-based positions in `seen` that `object` comes next; false: it is there already.
fn note_place(places: &mut [u8; PLACES], seen: &[Ref<Header>], object: Ref<Header>) -> bool {
    let mut at = (object.as_ptr() as usize >> 3).wrapping_mul(0x9e37_79b9) >> 16;
    loop {
        at &= PLACES - 1;
        match places[at] {
            0 => break,
            n if seen.get(n as usize - 1) == Some(&object) => return false,
            _ => at += 1,
        }
    }
    places[at] = seen.len() as u8 + 1;
    true
}

/// What [`Heap::find_held`] goes through.
fn holds(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Type
            | Kind::Module
            | Kind::Code
            | Kind::Str
            | Kind::Bytes
            | Kind::Int
            | Kind::Float
            | Kind::Builtin
            | Kind::Shape
            | Kind::ByteBuf
            | Kind::Weakref
    )
}

fn is_in_dead_cycle(start: usize, tracer: &mut Tracer) -> bool {
    let mut seen = HashSet::new();
    let mut next = vec![start];
    let mut closed = false;
    while let Some(addr) = next.pop()
        && !closed
        && seen.len() < CYCLE
    {
        tracer.list_dead(addr, &mut |to| {
            closed |= to == start;
            if seen.insert(to) {
                next.push(to);
            }
        });
    }
    closed
}
