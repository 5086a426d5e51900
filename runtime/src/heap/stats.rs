//! Counters for the `gc` module, and walks over the objects that it offers.

use super::array::{Array, ValueVec};
use super::{Heap, value_at};
use crate::object::header::{Header, Ref};
use crate::value::Value;
use std::cell::Cell;
use std::time::Duration;

/// What the `gc` module sets. The collector itself does not obey: without reference counts there is no other way to
/// get memory back, so `gc.disable()` cannot stop it.
pub struct GcSettings {
    /// `gc.isenabled()`
    pub enabled: Cell<bool>,
    /// `gc.get_threshold()`
    pub thresholds: Cell<[i64; 3]>,
    /// `gc.get_freeze_count()`
    pub frozen: Cell<usize>,
    /// `gc.get_debug()`
    pub debug: Cell<i64>,
}

impl Default for GcSettings {
    fn default() -> Self {
        let (thresholds, frozen, debug) = (Cell::new([2000, 10, 0]), Cell::new(0), Cell::new(0));
        GcSettings {
            enabled: Cell::new(true),
            thresholds,
            frozen,
            debug,
        }
    }
}

/// Running counters.
#[derive(Default)]
pub struct Counters {
    /// Bytes marked by the last full collection.
    pub(super) live_after_full: Cell<usize>,
    /// Bytes found live by the last full collection plus what was promoted since.
    pub(super) live: Cell<usize>,
    pub(super) last_marked: Cell<usize>,
    pub(super) allocated: Cell<u64>,
    count: [Cell<u64>; 2],
    total: [Cell<Duration>; 2],
    longest: [Cell<Duration>; 2],
}

impl Counters {
    pub(super) fn note_pause(&self, full: bool, pause: Duration) {
        let i = full as usize;
        self.count[i].set(self.count[i].get() + 1);
        self.total[i].set(self.total[i].get() + pause);
        self.longest[i].set(self.longest[i].get().max(pause));
    }
}

/// Collections of one sort.
#[derive(Clone, Copy, Debug, Default)]
pub struct CycleStats {
    /// How many there were.
    pub count: u64,
    /// Time spent in them.
    pub total: Duration,
    /// The longest one.
    pub longest: Duration,
}

/// What a heap did and holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct HeapStats {
    /// Minor collections.
    pub minor: CycleStats,
    /// Full collections.
    pub full: CycleStats,
    /// Bytes handed out since the start.
    pub allocated: u64,
    /// Bytes handed out since the last collection.
    pub allocated_since: usize,
    /// Bytes promoted since the last full collection.
    pub promoted: usize,
    /// Bytes of objects live after the last full collection, plus those promoted since.
    pub live: usize,
    /// Bytes of blocks and mappings with objects in them.
    pub in_use: usize,
    /// Bytes of address space held for blocks.
    pub mapped: usize,
    /// Bytes held outside the heap by its objects.
    pub external: usize,
}

impl Heap {
    /// Bytes ever handed out, in whole pieces of blocks.
    pub fn allocated_ever(&self) -> u64 {
        self.counters.allocated.get() + self.handed_out.get() as u64
    }
    /// The present counters.
    pub fn stats(&self) -> HeapStats {
        let c = &self.counters;
        let of = |i: usize| CycleStats {
            count: c.count[i].get(),
            total: c.total[i].get(),
            longest: c.longest[i].get(),
        };
        HeapStats {
            minor: of(0),
            full: of(1),
            allocated: c.allocated.get() + self.handed_out.get() as u64,
            allocated_since: self.handed_out.get(),
            promoted: self.promoted.get(),
            live: c.live.get(),
            in_use: self.in_use.get(),
            mapped: self.chunks.borrow().iter().map(|c| c.map_bytes).sum(),
            external: self.external_bytes.get(),
        }
    }
    /// Bytes of blocks and mappings with objects in them.
    pub fn bytes_in_use(&self) -> usize {
        self.in_use.get()
    }
    /// After a full collection: all live objects for which `wanted` is true (`gc.get_objects`). `wanted` must not allocate.
    pub fn live_objects(&self, wanted: &mut dyn FnMut(Ref<Header>) -> bool) -> Option<Ref<Array>> {
        self.collect(true);
        let _guard = self.no_collect();
        let mut count = 0;
        self.each_marked(&mut |addr| count += wanted(header_ref(addr)) as usize);
        let found = self.try_new_array(count)?;
        let mut at = 0;
        self.each_marked(&mut |addr| {
            if at < count && wanted(header_ref(addr)) {
                found.set(at, value_at(addr));
                at += 1;
            }
        });
        Some(found)
    }
    /// What `obj` refers to directly, its shape included, in the order of its trace function (`gc.get_referents`). Words of
    /// frames count if they are exactly an object's address.
    pub fn referents(&self, obj: Ref<Header>) -> ValueVec {
        let _guard = self.no_collect();
        self.seal_regions();
        let mut tracer = self.tracer.borrow_mut();
        tracer.begin(false, self.roots.get());
        let mut found = Vec::new();
        tracer.list(obj.as_ptr() as usize, true, &mut |addr| found.push(addr));
        drop(tracer);
        self.young_blocks
            .borrow()
            .iter()
            .for_each(|b| b.info().parsed.set(false));
        let mut values = ValueVec::with_capacity(self, found.len());
        found
            .into_iter()
            .for_each(|addr| values.push(self, value_at(addr)));
        values
    }
    /// True if `obj` refers directly to an object for which `is_target` is true (`gc.get_referrers`). `is_target` must not allocate.
    pub fn refers_to(&self, obj: Ref<Header>, is_target: &mut dyn FnMut(Value) -> bool) -> bool {
        self.seal_regions();
        let mut tracer = self.tracer.borrow_mut();
        tracer.begin(false, self.roots.get());
        let mut found = false;
        tracer.list(obj.as_ptr() as usize, true, &mut |addr| {
            found = found || is_target(value_at(addr))
        });
        self.young_blocks
            .borrow()
            .iter()
            .for_each(|b| b.info().parsed.set(false));
        found
    }
}

fn header_ref(addr: usize) -> Ref<Header> {
    // SAFETY: H1: the walkers pass marked objects.
    unsafe { Ref::from_raw(addr as *mut Header) }
}
