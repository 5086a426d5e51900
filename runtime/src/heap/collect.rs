//! The collection cycle, in order, and the decision when one is due.

use super::{Heap, RootSource, stack_scan};
use crate::value::Value;
use std::time::Instant;

/// A heap may grow by this many times the least growth before what a full collection costs is no reason to wait.
const PATIENCE: usize = 6;
/// Otherwise so many times as much as is alive is allocated before another full collection.
const WORK: usize = 40;

/// No collection happens while one of these exists (H4).
pub struct NoCollect<'a>(&'a Heap);

impl Drop for NoCollect<'_> {
    fn drop(&mut self) {
        self.0.paused.set(self.0.paused.get() - 1);
    }
}

impl Heap {
    /// Keeps the collector away until the guard is dropped; allocation goes on.
    pub fn no_collect(&self) -> NoCollect<'_> {
        self.paused.set(self.paused.get() + 1);
        NoCollect(self)
    }
    /// Runs a collection: of everything, or of what was allocated since the last one. Does nothing inside a collection
    /// or under a [`NoCollect`] guard.
    pub fn collect(&self, full: bool) {
        self.collect_probing(full, None);
    }
    /// Runs a collection; of a full one `probe` is called when everything is marked that the program itself can reach, before
    /// what perhaps only stale words of stacks refer to.
    pub fn collect_probing(&self, full: bool, mut probe: Option<&mut dyn FnMut()>) {
        if self.paused.get() > 0 {
            return;
        }
        let _guard = self.no_collect();
        let start = Instant::now();
        self.with_roots(|roots| roots.before_collection(full));
        self.retire_regions();
        let allocated = self.handed_out.replace(0);
        self.since_full.set(self.since_full.get() + allocated);
        stack_scan::with_registers(&mut |sp| self.cycle(full, sp, probe.take()));
        self.after_cycle(full, allocated);
        self.counters.note_pause(full, start.elapsed());
    }
    /// Accounts for memory held outside the heap by one of its objects (negative when it is given back).
    pub fn external(&self, bytes: isize) {
        self.external_bytes
            .set(self.external_bytes.get().saturating_add_signed(bytes));
        if bytes > 0 {
            self.hand_out_external(bytes as usize);
            self.external_since_full
                .set(self.external_since_full.get() + bytes as usize);
        }
    }
    /// Counts memory outside the heap, and makes the next allocation look whether a collection is due.
    pub(super) fn hand_out_external(&self, bytes: usize) {
        self.handed_out.set(self.handed_out.get() + bytes);
        if self.handed_out.get() >= self.nursery.get() {
            self.limit.set(self.cursor.get());
        }
    }
    fn with_roots(&self, f: impl FnOnce(&mut dyn RootSource)) {
        if let Some(roots) = self.roots.get() {
            // SAFETY: `set_roots` has the caller promise that the source is valid; H4: it is used only inside a collection,
            // that is inside a call of the heap, while no code of its owner runs.
            f(unsafe { &mut *roots });
        }
    }

    pub(super) fn keeps(&self, addr: usize) -> bool {
        let mut keeps = false;
        self.with_roots(|roots| keeps = roots.keeps(super::value_at(addr)));
        keeps
    }

    pub(super) fn needs_finalizer(&self, addr: usize) -> bool {
        let mut needs = true;
        self.with_roots(|roots| needs = roots.needs_finalizer(super::value_at(addr)));
        needs
    }
    #[inline]
    pub(super) fn collect_if_due(&self) {
        if self.paused.get() > 0 {
            return;
        }
        if self.config.stress > 0 {
            self.stress_tick();
        } else if self.handed_out.get() >= self.nursery.get() {
            self.collect(self.full_is_due());
        }
    }
    fn full_is_due(&self) -> bool {
        let growth = self.promoted.get() + self.external_since_full.get();
        let live = self.counters.live_after_full.get() + self.external_after_full.get();
        let due = self.config.min_growth.max(live / 2);
        // What a small heap grows by is cheap to keep, next to going through all of it again and again.
        growth > due
            && (growth > PATIENCE * self.config.min_growth
                || self.since_full.get() > WORK * self.counters.live_after_full.get())
    }
    fn stress_tick(&self) {
        let n = self.stress_count.get() + 1;
        self.stress_count.set(n);
        if n.is_multiple_of(self.config.stress) {
            self.collect((n / self.config.stress).is_multiple_of(2));
        }
    }

    #[inline(never)]
    fn cycle(&self, full: bool, sp: usize, probe: Option<&mut dyn FnMut()>) {
        let mut tracer = self.tracer.borrow_mut();
        tracer.begin(full, self.roots.get());
        if full {
            self.prepare_full();
        } else if self.config.verify {
            self.check_barrier(&mut tracer);
        }
        if let Some(probe) = probe.filter(|_| full) {
            self.with_roots(|roots| roots.trace_live(&mut tracer));
            tracer.drain();
            probe();
        }
        self.with_roots(|roots| roots.trace_roots(&mut tracer));
        self.trace_stacks(&mut tracer, sp);
        self.weak.trace(&mut tracer);
        self.finalizers.trace(&mut tracer);
        if full {
            self.remembered.forget();
        } else {
            self.remembered.rescan(&mut tracer);
        }
        tracer.drain();
        self.keep_cycles(full, &mut tracer);
        self.note_watched();
        self.clear_weakrefs(full);
        self.resurrect(full, &mut tracer);
        tracer.drain();
        self.forget_weakrefs();
        let live = |v: Value| {
            v.header()
                .is_none_or(|h| Heap::is_marked(h.as_ptr() as usize))
        };
        self.with_roots(|roots| roots.after_collection(full, &live));
        self.count_garbage(&mut tracer);
        self.run_drops(full);
        let marked = tracer.marked_bytes;
        drop(tracer);
        self.sweep(full);
        if full {
            self.counters.live_after_full.set(marked);
            self.promoted.set(0);
            self.since_full.set(0);
            self.external_since_full.set(0);
            self.external_after_full.set(self.external_bytes.get());
            self.release_memory();
        } else {
            self.promoted.set(self.promoted.get() + marked);
        }
        self.counters
            .live
            .set(self.counters.live_after_full.get() + self.promoted.get());
        self.counters.last_marked.set(marked);
        if self.config.verify {
            self.verify();
        }
    }
    fn prepare_full(&self) {
        for chunk in self.chunks.borrow().iter() {
            chunk.prepare_full();
        }
        for chunk in self.huge.borrow().iter() {
            chunk.unmark(chunk.base() + super::chunk::HEAD_BYTES);
        }
    }
    fn after_cycle(&self, full: bool, allocated: usize) {
        self.counters
            .allocated
            .set(self.counters.allocated.get() + allocated as u64);
        if full {
            if self.in_use.get() <= self.config.limit {
                self.short_of_memory.set(false);
            }
            return;
        }
        // A nursery that mostly survives is copied to old age too often; one that dies is best kept small and cached.
        let (marked, now) = (self.counters.last_marked.get(), self.nursery.get());
        if marked > now / 4 {
            // What waits to be collected is to stay a part of what is alive.
            let most = self.config.max_nursery.min(self.counters.live.get() / 4);
            self.nursery
                .set((now * 2).min(most).max(self.config.nursery));
        } else if marked < now / 32 {
            self.nursery.set((now / 2).max(self.config.nursery));
        }
    }
}
