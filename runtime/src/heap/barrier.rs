//! The write barrier and what it remembers.
//!
//! A minor collection does not look into old objects, so an old object that is stored into must be remembered. Its
//! header then loses `UNLOGGED`, and further stores pass the inlined test. Arrays of more than 64 slots keep the flag and
//! remember 128-byte cards instead, since rescanning a long list for one store would cost more than the store saved.
//! Such arrays start on a card boundary: no two share a card.

use super::chunk::{CARD_BYTES, ChunkRef};
use super::{Heap, Tracer};
use crate::heap::array::Array;
use crate::object::header::{Header, Kind, Ref, Slot, flag};
use std::cell::RefCell;

/// Arrays with more words than this are remembered by card. One of 64 slots is just small enough.
pub const WHOLE_WORDS: usize = 66;

/// Old objects that may hold young ones.
#[derive(Default)]
pub struct Remembered {
    objects: RefCell<Vec<usize>>,
    cards: RefCell<Vec<(usize, usize)>>,
}

/// Remembers `owner` when it is old and about to hold a younger object. `field` is the address stored to.
///
/// Also to be called when an object gets another shape, since an object keeps its shape alive.
#[inline(always)]
pub fn write_barrier(owner: Ref<Header>, field: *const u8) {
    if owner.has(flag::UNLOGGED) {
        log_store(owner, field);
    }
}

/// The slow half of [`write_barrier`]: `owner` has `UNLOGGED`.
#[cold]
#[inline(never)]
pub fn log_store(owner: Ref<Header>, field: *const u8) {
    let addr = owner.as_ptr() as usize;
    // SAFETY: H1: `owner` is a live object, so its chunk is mapped.
    let chunk = unsafe { ChunkRef::of(addr) };
    if owner.stored_size() > WHOLE_WORDS
        && owner.kind() == Kind::Array
        && let Some(card) = chunk.card(field as usize)
    {
        // SAFETY: H9: the card table belongs to the chunk.
        if unsafe { std::mem::replace(&mut *card, 1) } == 0 {
            let start = field as usize & !(CARD_BYTES - 1);
            chunk.remembered().cards.borrow_mut().push((addr, start));
        }
        return;
    }
    owner.clear_flags(flag::UNLOGGED);
    chunk.remembered().objects.borrow_mut().push(addr);
}

/// As [`write_barrier`] for `bytes` bytes of fields from `start` on that were just stored to.
pub fn log_range(owner: Ref<Header>, start: *const u8, bytes: usize) {
    let (mut at, end) = (start as usize, start as usize + bytes);
    // A small owner is remembered whole, and loses the flag.
    while at < end && owner.has(flag::UNLOGGED) {
        log_store(owner, at as *const u8);
        at = (at & !(CARD_BYTES - 1)) + CARD_BYTES;
    }
}

impl ChunkRef {
    fn remembered(&self) -> &Remembered {
        // SAFETY: H9: the heap owns both the chunk and the boxed remembered set, and drops the chunks first.
        unsafe { &*self.remembered }
    }
    /// True if the card of `field` is dirty.
    pub fn is_carded(self, field: usize) -> bool {
        // SAFETY: H9: the card table belongs to the chunk.
        self.card(field).is_some_and(|card| unsafe { *card != 0 })
    }
    fn clean_card(self, card: usize) {
        if let Some(byte) = self.card(card) {
            // SAFETY: H9: as above.
            unsafe { *byte = 0 };
        }
    }
}

impl Heap {
    /// Has `obj` scanned again by the next collection even if it is minor: for objects whose contents change without a
    /// barrier (a generator that runs). What still runs after a collection must be remembered anew.
    #[inline(always)]
    pub fn remember(&self, obj: Ref<Header>) {
        if obj.has(flag::UNLOGGED) {
            obj.clear_flags(flag::UNLOGGED);
            self.remembered
                .objects
                .borrow_mut()
                .push(obj.as_ptr() as usize);
        }
    }
}

impl Remembered {
    /// The objects that will be scanned whole.
    pub fn whole_objects(&self) -> Vec<usize> {
        self.objects.borrow().clone()
    }
    /// Minor collection: scans what was stored to and forgets it.
    pub fn rescan(&self, tracer: &mut Tracer) {
        for &addr in self.objects.borrow().iter() {
            tracer.rescan(addr);
        }
        self.objects.borrow_mut().clear();
        for &(addr, card) in self.cards.borrow().iter() {
            // SAFETY: H5: only arrays are remembered by card; old objects live until a full collection.
            let (chunk, array) = unsafe { (ChunkRef::of(addr), &*(addr as *const Array)) };
            chunk.clean_card(card);
            for slot in card_slots(array, card) {
                tracer.visit_slot(slot);
            }
        }
        self.cards.borrow_mut().clear();
    }
    /// Full collection: everything is scanned anyway.
    pub fn forget(&self) {
        self.objects.borrow_mut().clear();
        for (addr, card) in self.cards.borrow_mut().drain(..) {
            // SAFETY: H9: nothing was freed since the card was set, so the chunk is mapped.
            unsafe { ChunkRef::of(addr) }.clean_card(card);
        }
    }
}

fn card_slots(array: &Array, card: usize) -> &[Slot] {
    let slots = array.slots();
    let start = slots.as_ptr() as usize;
    let from = card.saturating_sub(start) / 8;
    let to = (card + CARD_BYTES).saturating_sub(start) / 8;
    &slots[from.min(slots.len())..to.min(slots.len())]
}
