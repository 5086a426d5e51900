//! How many objects a full collection found that reference counts could not have freed: what `gc.collect()` returns.
//!
//! CPython's collector sees only what its reference counts left over: garbage in cycles, and what hangs on it. So
//! among the dead objects those are taken away, again and again, to which no dead object refers; the rest counts. The
//! dead are still intact between marking and sweeping, and nobody needs their shapes any more: the number of references
//! to each is kept there.

use super::chunk::HEAD_BYTES;
use super::mark::Tracer;
use super::stack_scan::scrub_stack;
use super::{Heap, chunk::BlockKind};
use crate::object::header::{Header, Kind};

impl Heap {
    /// Runs a full collection and says how many dead objects of the kinds that `counts` accepts were part of a cycle
    /// or could be reached from one.
    pub fn collect_counting(&self, counts: fn(Kind) -> bool) -> usize {
        self.counting.set(Some(counts));
        self.counted.set(0);
        scrub_stack();
        self.collect(true);
        self.counting.set(None);
        self.counted.get()
    }
    /// In a full collection, between marking and sweeping.
    pub(super) fn count_garbage(&self, tracer: &mut Tracer) {
        let Some(counts) = self.counting.get() else {
            return;
        };
        let dead = self.dead_objects();
        for &addr in &dead {
            set_references(addr, 0);
        }
        for &addr in &dead {
            tracer.list_dead(addr, &mut |to| set_references(to, references(to) + 1));
        }
        let mut alone: Vec<usize> = dead
            .iter()
            .copied()
            .filter(|&a| references(a) == 0)
            .collect();
        let mut found = dead.iter().filter(|&&a| counts(kind(a))).count();
        while let Some(addr) = alone.pop() {
            found -= counts(kind(addr)) as usize;
            tracer.list_dead(addr, &mut |to| {
                set_references(to, references(to) - 1);
                if references(to) == 0 {
                    alone.push(to);
                }
            });
        }
        self.counted.set(found);
    }
    fn dead_objects(&self) -> Vec<usize> {
        let mut dead = Vec::new();
        for chunk in self.chunks.borrow().iter() {
            for block in chunk.used_blocks() {
                match block.info().kind.get() {
                    BlockKind::Small => block.each_dead(&mut |addr| dead.push(addr)),
                    BlockKind::Large if !chunk.is_marked(block.base()) => dead.push(block.base()),
                    BlockKind::Free | BlockKind::Large | BlockKind::Rest => {}
                }
            }
        }
        let huge = self.huge.borrow();
        let huge = huge.iter().map(|c| c.base() + HEAD_BYTES);
        dead.extend(huge.filter(|&a| !Heap::is_marked(a)));
        dead
    }
}

impl Tracer {
    /// The dead objects that a dead one refers to, its shape aside. A generator's frame names the generator itself,
    /// which is no reference that Python knows.
    pub(super) fn list_dead(&mut self, addr: usize, use_object: &mut dyn FnMut(usize)) {
        let own = kind(addr) == Kind::Generator;
        self.list_intact(addr, &mut |to| {
            if !Heap::is_marked(to) && !(own && to == addr) {
                use_object(to);
            }
        });
    }
}

fn header<'a>(addr: usize) -> &'a Header {
    // SAFETY: H4: the object was not swept yet, and the reference is used up at once.
    unsafe { &*(addr as *const Header) }
}

fn kind(addr: usize) -> Kind {
    header(addr).kind()
}

fn references(addr: usize) -> u32 {
    header(addr).shape_id()
}

fn set_references(addr: usize, n: u32) {
    let header = header(addr);
    header.set_word(header.word() & 0xffff_ffff | (n as u64) << 32);
}
