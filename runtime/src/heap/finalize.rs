//! What has to happen when objects die: finalisers (`__del__`, closing a generator) and Rust drop glue.
//!
//! A finalisable object that became unreachable is resurrected once, together with all it refers to, and queued; the
//! `Vm` runs its finaliser at a safepoint. Drop glue frees malloc memory of a payload (big integers, native state); it runs inside the collection,
//! when the object is finally dead, and must neither allocate here nor look at other objects.

use super::{Heap, Tracer};
use crate::object::header::{Header, Ref, flag};
use crate::object::kinds::Kind;
use crate::value::Value;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// An object with drop glue.
struct Payload {
    addr: usize,
    glue: unsafe fn(*mut u8),
    /// Bytes outside the heap that go away with it.
    external: usize,
}

/// Objects with finalisers or drop glue.
#[derive(Default)]
pub struct Finalizers {
    young: RefCell<Vec<usize>>,
    old: RefCell<Vec<usize>>,
    due: RefCell<VecDeque<usize>>,
    /// How many of the old ones are expected to live to the end.
    lasting: Cell<usize>,
    young_drops: RefCell<Vec<Payload>>,
    old_drops: RefCell<Vec<Payload>>,
}

impl Heap {
    /// Registers `obj` for finalisation: when it becomes unreachable it is resurrected once and handed out by
    /// [`Heap::take_finalizable`].
    pub fn register_finalizer(&self, obj: Ref<Header>) {
        obj.set_flags(flag::HAS_FINALIZER);
        self.finalizers
            .young
            .borrow_mut()
            .push(obj.as_ptr() as usize);
    }
    /// The next object whose finaliser (`__del__`, `close` of a generator) is due.
    pub fn take_finalizable(&self) -> Option<Value> {
        let value = super::value_at(self.finalizers.due.borrow_mut().pop_front()?);
        value.header()?.clear_flags(flag::HAS_FINALIZER);
        Some(value)
    }
    /// True if some object with a finaliser, other than those that last, may still be alive.
    pub fn has_finalizers(&self) -> bool {
        let f = &self.finalizers;
        f.young.borrow().len() + f.old.borrow().len() > f.lasting.get()
    }
    /// True if some object may have a finaliser that matters, or weak references.
    pub fn has_finalizers_or_weakrefs(&self) -> bool {
        self.has_finalizers() || self.weak.count() > 0
    }
    pub(super) fn has_old_finalizers(&self) -> bool {
        self.finalizers.old.borrow().len() > self.finalizers.lasting.get()
    }
    /// Says that the objects with finalisers that there are now (the standard streams) will hardly die before the end.
    pub fn expect_finalizers_to_last(&self) {
        let f = &self.finalizers;
        f.lasting.set(f.young.borrow().len() + f.old.borrow().len());
    }
    /// True if a finaliser or a weak reference callback is due.
    pub fn has_pending(&self) -> bool {
        !self.finalizers.due.borrow().is_empty() || self.has_dead_weakref()
    }
    /// Makes the finalisers of all objects due, reachable or not: for the end of the interpreter.
    pub fn queue_all_finalizers(&self) {
        let f = &self.finalizers;
        let (mut old, mut young) = (f.old.borrow_mut(), f.young.borrow_mut());
        let all = old.drain(..).chain(young.drain(..));
        // Native ones are streams, through which the others may want to print; the outer ones, made later, still write to
        // those inside.
        let (streams, others): (Vec<usize>, Vec<usize>) =
            all.partition(|&a| super::value_at(a).kind() == Some(Kind::Native));
        f.due
            .borrow_mut()
            .extend(others.into_iter().chain(streams.into_iter().rev()));
    }
    #[inline]
    pub(super) fn register_drop<T>(&self, object: *mut T) {
        unsafe fn glue<T>(p: *mut u8) {
            // SAFETY: H5: called once, with the address that was registered together with this type.
            unsafe { std::ptr::drop_in_place(p as *mut T) }
        }
        let (addr, glue) = (object as usize, glue::<T> as unsafe fn(*mut u8));
        let payload = Payload {
            addr,
            glue,
            external: 0,
        };
        self.finalizers.young_drops.borrow_mut().push(payload);
    }
    /// After marking: queues and resurrects what has a finaliser and is not marked.
    pub(super) fn resurrect(&self, full: bool, tracer: &mut Tracer) {
        let f = &self.finalizers;
        let (mut old, mut young, mut due) =
            (f.old.borrow_mut(), f.young.borrow_mut(), f.due.borrow_mut());
        let before = due.len();
        let mut lives = |&addr: &usize| {
            let lives = Heap::is_marked(addr);
            if !lives && self.needs_finalizer(addr) {
                due.push_back(addr);
            }
            lives
        };
        if full {
            old.retain(&mut lives);
        }
        old.extend(young.drain(..).filter(&mut lives));
        if self.eager.get() && self.eager_backwards.get() {
            due.make_contiguous()[before..].reverse();
        }
        Heap::order_finalizers(&mut due.make_contiguous()[before..], tracer);
        due.iter().skip(before).for_each(|&addr| tracer.mark(addr));
    }
    /// Says that `object`, the one allocated last among those with drop glue, owns `bytes` outside the heap (the digits of
    /// a big integer): they count for the next collection and are given back when it dies.
    pub fn owns_external<T>(&self, object: Ref<T>, bytes: usize) {
        let mut young = self.finalizers.young_drops.borrow_mut();
        if let Some(payload) = young
            .last_mut()
            .filter(|p| p.addr == object.as_ptr() as usize)
        {
            payload.external += bytes;
            self.external_bytes.set(self.external_bytes.get() + bytes);
            self.hand_out_external(bytes);
        }
    }
    /// Before sweeping: drops the payloads of dead objects.
    pub(super) fn run_drops(&self, full: bool) {
        let f = &self.finalizers;
        let (mut old, mut young) = (f.old_drops.borrow_mut(), f.young_drops.borrow_mut());
        if full {
            old.retain(|p| self.drop_if_dead(p));
        }
        for payload in young.drain(..) {
            if self.drop_if_dead(&payload) {
                self.promoted.set(self.promoted.get() + payload.external);
                old.push(payload);
            }
        }
    }
    fn drop_if_dead(&self, payload: &Payload) -> bool {
        let lives = Heap::is_marked(payload.addr);
        if !lives {
            // SAFETY: H4: nobody can reach the object any more, and its entry goes away with this call.
            unsafe { (payload.glue)(payload.addr as *mut u8) };
            let left = self.external_bytes.get().saturating_sub(payload.external);
            self.external_bytes.set(left);
        }
        lives
    }
    /// Drops all payloads; the heap is going away.
    pub(super) fn drop_everything(&self) {
        let f = &self.finalizers;
        for payload in f.young_drops.take().into_iter().chain(f.old_drops.take()) {
            // SAFETY: H4: each object is registered once and was not dropped before.
            unsafe { (payload.glue)(payload.addr as *mut u8) };
        }
    }
}

impl Finalizers {
    /// Calls `f` with the objects that the collection may find dead.
    pub fn each(&self, full: bool, f: &mut dyn FnMut(usize)) {
        self.young.borrow().iter().for_each(|&a| f(a));
        if full {
            self.old.borrow().iter().for_each(|&a| f(a));
        }
    }
    /// Marks the objects whose finalisers are due.
    pub fn trace(&self, tracer: &mut Tracer) {
        self.due.borrow().iter().for_each(|&addr| tracer.mark(addr));
    }
}
