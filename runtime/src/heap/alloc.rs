//! Allocation: the inlined bump, and the slow path that finds holes, blocks and mappings or collects.
//!
//! Two regions are bumped through: the *main* one walks the holes between live lines; the *overflow* one walks the wide
//! holes, or a fresh block, for objects that would waste small ones (more than two lines, up to 8 KB). Above that come
//! whole blocks (`large`).

use super::block::{Block, fill};
use super::chunk::{BLOCK_BYTES, BLOCK_LINES, BlockKind, CARD_BYTES, ChunkRef, LINE_BYTES};
use super::{Heap, write_header};
use crate::object::header::{Header, HeapObject, Kind, Ref, flag};
use std::cell::Cell;

/// Objects up to this size are allocated by the inlined path where they fit, and remembered whole.
pub const SMALL_MAX: usize = super::barrier::WHOLE_WORDS * 8;
/// Objects up to this size share blocks.
pub const MEDIUM_MAX: usize = 8 << 10;
/// Objects up to this size look for a hole that fits; larger ones go to the overflow region instead.
const HOLE_MAX: usize = 2 * LINE_BYTES;
/// Holes of so many lines are worth visiting with the overflow region.
const WIDE_LINES: usize = 16;
/// Whole blocks are handed out while what is in use exceeds what is alive by at most so many of the smallest nurseries.
const SPREAD: usize = 3;
/// Blocks with fewer free lines are not worth visiting.
pub const MIN_FREE_LINES: usize = BLOCK_LINES / 32;

/// A stretch of claimed memory that is being handed out.
#[derive(Default)]
pub struct Region {
    /// Next free byte.
    pub cursor: Cell<usize>,
    /// End of the stretch.
    pub limit: Cell<usize>,
}

impl Region {
    #[inline(always)]
    fn bump(&self, bytes: usize) -> Option<usize> {
        let p = self.cursor.get();
        if self.limit.get() - p < bytes {
            return None;
        }
        self.cursor.set(p + bytes);
        Some(p)
    }
    fn open(&self, range: (usize, usize)) {
        self.cursor.set(range.0);
        self.limit.set(range.1);
    }
    /// Makes the unused rest readable as a dead object.
    fn seal(&self) {
        fill(self.cursor.get(), self.limit.get());
    }
    /// Seals and forgets the stretch; returns how much was left.
    fn retire(&self) -> usize {
        self.seal();
        self.limit.replace(0) - self.cursor.replace(0)
    }
}

/// Where the search for the next hole goes on.
#[derive(Default)]
pub struct HoleSearch {
    block: Cell<Option<Block>>,
    line: Cell<usize>,
}

impl Heap {
    /// Allocates a `T` with `extra` zeroed bytes behind it (rounded up to words). When memory is short after a full
    /// collection, the hook of [`Heap::set_memory_hook`] is called and the reserve used; when that is gone too the
    /// process ends with a message. Where a program chooses the size use [`Heap::try_alloc_sized`].
    #[inline(always)]
    pub fn alloc_sized<T: HeapObject>(&self, shape: u32, init: T, extra: usize) -> Ref<T> {
        let bytes = size_of::<T>().wrapping_add(extra).wrapping_add(7) & !7;
        let p = self.cursor.get();
        if extra <= SMALL_MAX && bytes <= SMALL_MAX && bytes <= self.limit.get() - p {
            self.cursor.set(p + bytes);
            // SAFETY: H3: [p, p + bytes) is claimed space that nothing refers to yet.
            unsafe {
                clear(p + size_of::<T>(), p + bytes);
                self.init(p, shape, init, bytes)
            }
        } else if const { std::mem::needs_drop::<T>() } {
            self.alloc_owner(shape, init, extra, bytes)
        } else {
            // SAFETY: H3: as above; the slow path hands out zeroed space.
            unsafe { self.init(self.alloc_slow(size_of::<T>(), extra), shape, init, bytes) }
        }
    }
    /// Allocates an object whose initialiser owns memory outside the heap. Values in there are seen by nobody before the
    /// object exists (H1), so a collection that is due comes afterwards.
    #[inline(never)]
    fn alloc_owner<T: HeapObject>(
        &self,
        shape: u32,
        init: T,
        extra: usize,
        bytes: usize,
    ) -> Ref<T> {
        let waiting = self.no_collect();
        // SAFETY: H3: the slow path hands out zeroed space.
        let object =
            unsafe { self.init(self.alloc_slow(size_of::<T>(), extra), shape, init, bytes) };
        drop(waiting);
        self.collect_if_due();
        object
    }
    /// Allocates a `T`.
    #[inline(always)]
    pub fn alloc<T: HeapObject>(&self, shape: u32, init: T) -> Ref<T> {
        self.alloc_sized(shape, init, 0)
    }
    /// As [`Heap::alloc_sized`]; `None` when there is no memory.
    #[inline]
    pub fn try_alloc_sized<T: HeapObject>(
        &self,
        shape: u32,
        init: T,
        extra: usize,
    ) -> Option<Ref<T>> {
        if extra <= SMALL_MAX {
            return Some(self.alloc_sized(shape, init, extra));
        }
        const { assert!(!std::mem::needs_drop::<T>()) };
        let p = self.try_alloc_slow(total_bytes(size_of::<T>(), extra)?)?;
        // SAFETY: H3: the slow path hands out zeroed space of that size.
        Some(unsafe { self.init(p, shape, init, total_bytes(size_of::<T>(), extra)?) })
    }
    /// # Safety
    /// `p` must be the start of `bytes` claimed bytes, zero behind the fixed fields.
    #[inline(always)]
    unsafe fn init<T: HeapObject>(&self, p: usize, shape: u32, init: T, bytes: usize) -> Ref<T> {
        const {
            assert!(align_of::<T>() <= 8 && size_of::<T>() >= 8 && size_of::<T>().is_multiple_of(8))
        };
        let object = p as *mut T;
        // SAFETY: the space is ours; H3: it becomes an object with this store and the next.
        unsafe { object.write(init) };
        let flags = if const { std::mem::needs_drop::<T>() } {
            flag::NEEDS_DROP
        } else {
            0
        };
        write_header(p, Header::new(T::KIND, shape, bytes / 8, flags));
        if const { std::mem::needs_drop::<T>() } {
            self.register_drop(object);
        }
        // SAFETY: H3: it is an object of layout T now.
        unsafe { Ref::from_raw(object) }
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&self, fixed: usize, extra: usize) -> usize {
        let Some(bytes) = total_bytes(fixed, extra) else {
            self.out_of_memory(extra)
        };
        match self.try_alloc_slow(bytes) {
            Some(p) => p,
            None => self.alloc_from_reserve(bytes),
        }
    }
    #[inline(never)]
    fn try_alloc_slow(&self, bytes: usize) -> Option<usize> {
        self.collect_if_due();
        let p = match self.take(bytes) {
            Some(p) => p,
            None => {
                self.collect(true);
                self.take(bytes)?
            }
        };
        if self.config.stress > 0 {
            self.limit.set(self.cursor.get());
        }
        Some(p)
    }
    fn alloc_from_reserve(&self, bytes: usize) -> usize {
        if !self.short_of_memory.replace(true) {
            self.use_reserve();
            if let Some(hook) = &*self.memory_hook.borrow() {
                hook();
            }
        }
        match self.take(bytes) {
            Some(p) => p,
            None => self.out_of_memory(bytes),
        }
    }
    fn out_of_memory(&self, bytes: usize) -> ! {
        eprintln!(
            "MemoryError: no memory for an object of {bytes} bytes ({} bytes in use)",
            self.bytes_in_use()
        );
        std::process::abort()
    }

    /// Finds space for an object without collecting; the space behind the fixed fields is zero.
    fn take(&self, bytes: usize) -> Option<usize> {
        if bytes > MEDIUM_MAX {
            return self.take_large(bytes);
        }
        let p = if bytes > SMALL_MAX {
            self.take_card_aligned(bytes)?
        } else if let Some(p) = self.main_bump(bytes) {
            p
        } else if bytes > HOLE_MAX {
            self.take_overflow(bytes)?
        } else {
            self.next_hole(bytes)?;
            self.main_bump(bytes)?
        };
        // SAFETY: H3: freshly claimed.
        unsafe { clear(p, p + bytes) };
        Some(p)
    }
    /// Bumps the main region up to its real limit (stress mode hides it from the inlined path).
    fn main_bump(&self, bytes: usize) -> Option<usize> {
        let p = self.cursor.get();
        if self.real_limit.get() - p < bytes {
            return None;
        }
        self.cursor.set(p + bytes);
        Some(p)
    }
    fn take_overflow(&self, bytes: usize) -> Option<usize> {
        if let Some(p) = self.overflow.bump(bytes) {
            return Some(p);
        }
        self.next_wide_hole(bytes)?;
        self.overflow.bump(bytes)
    }
    /// Points the overflow region at a wide hole of at least `bytes`, or at a fresh block.
    fn next_wide_hole(&self, bytes: usize) -> Option<()> {
        let need = bytes.div_ceil(LINE_BYTES).max(WIDE_LINES);
        loop {
            if let Some(block) = self.wide_hole.block.get() {
                if let Some((start, end)) = block.find_hole(self.wide_hole.line.get(), need) {
                    self.wide_hole.line.set(end);
                    self.overflow.retire();
                    self.note_young(block, (end - start) * LINE_BYTES);
                    self.overflow.open(block.claim(start, end));
                    return Some(());
                }
                // The main region may have use for the small holes.
                self.wide_hole.block.set(None);
                if block.info().young.get() {
                    self.leftover.borrow_mut().push(block);
                } else {
                    self.recycle.borrow_mut().push(block);
                }
            }
            if self.may_spread() {
                break;
            }
            let Some(block) = self.roomy.borrow_mut().pop() else {
                break;
            };
            self.wide_hole.block.set(Some(block));
            self.wide_hole.line.set(0);
        }
        let block = self.fresh_block()?;
        self.overflow.retire();
        self.overflow.open(block.claim(0, BLOCK_LINES));
        Some(())
    }
    /// True where whole blocks are handed out although old ones have holes: a heap so small gains more from the time that looking for
    /// holes takes, nursery after nursery, than from the memory.
    fn may_spread(&self) -> bool {
        let most = self.counters.live.get() + SPREAD * self.config.nursery;
        self.in_use.get() + BLOCK_BYTES <= most && self.may_use(BLOCK_BYTES)
    }
    /// Big arrays must not share a card, so whatever could be one starts on a card.
    fn take_card_aligned(&self, bytes: usize) -> Option<usize> {
        let gap = self.overflow.cursor.get().wrapping_neg() & (CARD_BYTES - 1);
        if self.overflow.limit.get() - self.overflow.cursor.get() < gap + bytes {
            // A hole begins with a line, which may be the second of a card.
            self.next_wide_hole(bytes + LINE_BYTES)?;
            return self.take_card_aligned(bytes);
        }
        if let Some(p) = self.overflow.bump(gap) {
            fill(p, p + gap);
        }
        self.overflow.bump(bytes)
    }
    /// Points the main region at a hole of at least `bytes`.
    fn next_hole(&self, bytes: usize) -> Option<()> {
        // Looking for single lines takes longer than what they hold is worth.
        let need = bytes.div_ceil(LINE_BYTES).max(2);
        loop {
            if let Some(block) = self.hole.block.get()
                && let Some((start, end)) = block.find_hole(self.hole.line.get(), need)
            {
                self.hole.line.set(end);
                self.retire_main();
                self.note_young(block, (end - start) * LINE_BYTES);
                self.open_main(block.claim(start, end));
                return Some(());
            }
            // Few large holes are quicker to go through than many small ones.
            let lists = [&self.roomy, &self.leftover, &self.recycle];
            let old = match self.may_spread() {
                true => None,
                false => lists.into_iter().find_map(|l| l.borrow_mut().pop()),
            };
            let Some(block) = old else {
                let block = self.fresh_block()?;
                self.retire_main();
                self.open_main(block.claim(0, BLOCK_LINES));
                self.hole.block.set(None);
                return Some(());
            };
            self.hole.block.set(Some(block));
            self.hole.line.set(0);
        }
    }
    fn open_main(&self, (start, end): (usize, usize)) {
        self.cursor.set(start);
        self.limit.set(end);
        self.real_limit.set(end);
    }
    fn retire_main(&self) {
        fill(self.cursor.get(), self.real_limit.get());
        self.open_main((0, 0));
    }
    /// Makes the unused ends of both regions readable; they stay in use.
    pub(super) fn seal_regions(&self) {
        fill(self.cursor.get(), self.real_limit.get());
        self.overflow.seal();
    }
    /// Forgets both regions before a collection.
    pub(super) fn retire_regions(&self) {
        let left = self.real_limit.get() - self.cursor.get();
        self.retire_main();
        let left = left + self.overflow.retire();
        self.handed_out
            .set(self.handed_out.get().saturating_sub(left));
        self.hole.block.set(None);
        self.wide_hole.block.set(None);
        // All of them are young, so the sweep decides about them anew.
        self.leftover.borrow_mut().clear();
    }
    fn note_young(&self, block: Block, bytes: usize) {
        self.handed_out.set(self.handed_out.get() + bytes);
        if !block.info().young.replace(true) {
            self.young_blocks.borrow_mut().push(block);
        }
    }
    /// A free block made ready for small objects; counted as handed out.
    fn fresh_block(&self) -> Option<Block> {
        let block = self.take_blocks(1)?;
        block.info().kind.set(BlockKind::Small);
        self.note_young(block, BLOCK_BYTES);
        Some(block)
    }
    /// Takes `count` adjacent free blocks of one chunk: single ones from the top, runs from the bottom.
    pub(super) fn take_blocks(&self, count: usize) -> Option<Block> {
        if !self.may_use(count * BLOCK_BYTES) {
            return None;
        }
        if let Some(block) = self.find_blocks(count) {
            self.in_use.set(self.in_use.get() + count * BLOCK_BYTES);
            return Some(block);
        }
        let chunk = ChunkRef::map_blocks(&*self.remembered)?;
        self.add_chunk(chunk);
        if self.reserve.get().is_none() && !self.short_of_memory.get() {
            self.reserve.set(ChunkRef::map_blocks(&*self.remembered));
        }
        self.take_blocks(count)
    }
    fn find_blocks(&self, count: usize) -> Option<Block> {
        let chunks = self.chunks.borrow();
        let mut at = self.first_free.get();
        while at < chunks.len() && chunks[at].free.get() == 0 {
            at += 1;
        }
        self.first_free.set(at);
        chunks[at..].iter().find_map(|c| c.take_run(count))
    }
    pub(super) fn add_chunk(&self, chunk: ChunkRef) {
        self.tracer.borrow_mut().index.insert(chunk);
        let mut chunks = self.chunks.borrow_mut();
        let at = chunks.partition_point(|c| c.base() < chunk.base());
        chunks.insert(at, chunk);
        self.first_free.set(self.first_free.get().min(at));
    }

    /// Tries to make room for `extra` bytes (instead of the present number) behind `obj` without moving it; the new
    /// bytes are zero. Never collects.
    pub fn try_grow<T: HeapObject>(&self, obj: Ref<T>, extra: usize) -> bool {
        let Some(new) = total_bytes(size_of::<T>(), extra) else {
            return false;
        };
        let (addr, header) = (obj.as_ptr() as usize, obj.header());
        let old = self.object_size(header);
        if new <= old {
            return true;
        }
        if old > MEDIUM_MAX && self.is_large(addr) {
            return self.grow_large(header, old, new);
        }
        let alignable = new <= SMALL_MAX || T::KIND != Kind::Array || addr % CARD_BYTES == 0;
        if !alignable {
            return false;
        }
        if addr + old == self.cursor.get() && addr + new <= self.real_limit.get() {
            self.cursor.set(addr + new);
            self.limit.set(self.limit.get().max(self.cursor.get()));
        } else if addr + old == self.overflow.cursor.get()
            && addr + new <= self.overflow.limit.get()
        {
            self.overflow.cursor.set(addr + new);
        } else {
            return false;
        }
        // SAFETY: H3: the bump above claimed these bytes.
        unsafe { ((addr + old) as *mut u8).write_bytes(0, new - old) };
        header.set_word(header.word() & !(0xffff << 16) | (new as u64 / 8) << 16);
        true
    }
}

/// Zeroes a few words: shorter than a call of `memset` for most objects.
///
/// # Safety
/// The range must be claimed space without an object in it.
#[inline(always)]
unsafe fn clear(from: usize, to: usize) {
    if to - from > 2 * LINE_BYTES {
        // SAFETY: H3: as the caller says.
        return unsafe { (from as *mut u8).write_bytes(0, to - from) };
    }
    let mut p = from;
    while p < to {
        // SAFETY: H3: inside the range; volatile keeps the loop from becoming a call.
        unsafe { (p as *mut u64).write_volatile(0) };
        p += 8;
    }
}

impl ChunkRef {
    fn take_run(&self, count: usize) -> Option<Block> {
        let free = self.free.get();
        let first = if count == 1 {
            127usize.checked_sub(free.leading_zeros() as usize)?
        } else {
            find_run(free, count)?
        };
        let run = super::chunk::run_mask(first, count);
        self.free.set(free & !run);
        Some(self.block(first))
    }
}

/// The lowest `count` adjacent one bits.
fn find_run(bits: u128, count: usize) -> Option<usize> {
    let (mut starts, mut have) = (bits, 1);
    while have < count && starts != 0 {
        let step = have.min(count - have);
        starts &= starts >> step;
        have += step;
    }
    (starts != 0).then(|| starts.trailing_zeros() as usize)
}

/// Size of an object in bytes, or `None` if it cannot exist.
fn total_bytes(fixed: usize, extra: usize) -> Option<usize> {
    Some((fixed.checked_add(extra).filter(|&n| n < 1 << 47)? + 7) & !7)
}

#[cfg(test)]
mod tests {
    #[test]
    fn runs() {
        assert_eq!(super::find_run(0b1110_1100, 3), Some(5));
        assert_eq!(super::find_run(0b1110_1100, 4), None);
        assert_eq!(super::find_run(!0, 128), Some(0));
        assert_eq!(super::find_run(1 << 127, 1), Some(127));
    }
}
