//! Objects above 8 KB: whole blocks of a chunk, or a mapping of their own above 3.75 MB.
//!
//! A large object begins at a block's start, so its metadata is where a small one's would be. Its exact size is in the
//! block table (or the mapping's head), because the header has room for half a megabyte only. Blocks are
//! cleared whole when they are taken, unless they are fresh from the system; a huge object reserves address space to double in place.

use super::Heap;
use super::block::Block;
use super::chunk::{
    BLOCK_BYTES, BLOCK_SHIFT, BlockKind, CHUNK_MASK, ChunkRef, HEAD_BYTES, LARGE_MAX, run_mask,
};
use crate::object::header::{Header, Ref};

impl Heap {
    /// Total size in bytes of an object.
    #[inline]
    pub fn object_size(&self, header: Ref<Header>) -> usize {
        size_of_object(header.as_ptr() as usize)
    }
    pub(super) fn is_large(&self, addr: usize) -> bool {
        // SAFETY: H1: the callers pass live objects.
        let chunk = unsafe { ChunkRef::of(addr) };
        chunk.huge
            || chunk.blocks[(addr & CHUNK_MASK) >> BLOCK_SHIFT].kind.get() == BlockKind::Large
    }
    pub(super) fn take_large(&self, bytes: usize) -> Option<usize> {
        if bytes > LARGE_MAX {
            return self.take_huge(bytes);
        }
        let count = bytes.div_ceil(BLOCK_BYTES);
        let first = self.take_blocks(count)?;
        first.info().kind.set(BlockKind::Large);
        first.info().bytes.set(bytes);
        set_rest(first, 1, count);
        clear_blocks(first, 0, count);
        self.young_large.borrow_mut().push(first.base());
        self.handed_out.set(self.handed_out.get() + bytes);
        Some(first.base())
    }
    fn take_huge(&self, bytes: usize) -> Option<usize> {
        if !self.may_use(bytes) {
            return None;
        }
        let chunk = ChunkRef::map_huge(&*self.remembered, bytes)?;
        self.tracer.borrow_mut().index.insert(chunk);
        self.huge.borrow_mut().push(chunk);
        self.in_use.set(self.in_use.get() + bytes);
        let addr = chunk.base() + HEAD_BYTES;
        self.young_large.borrow_mut().push(addr);
        self.handed_out.set(self.handed_out.get() + bytes);
        Some(addr)
    }
    /// Grows in place into the blocks or the address space behind.
    pub(super) fn grow_large(&self, header: Ref<Header>, old: usize, new: usize) -> bool {
        let addr = header.as_ptr() as usize;
        // SAFETY: H1: a live object.
        let chunk = unsafe { ChunkRef::of(addr) };
        if chunk.huge {
            if HEAD_BYTES + new > chunk.map_bytes || !self.may_use(new - old) {
                return false;
            }
            chunk.huge_bytes.set(new);
            self.in_use.set(self.in_use.get() + new - old);
        } else {
            let first = chunk.block((addr & CHUNK_MASK) >> BLOCK_SHIFT);
            if !self.claim_behind(first, old.div_ceil(BLOCK_BYTES), new.div_ceil(BLOCK_BYTES)) {
                return false;
            }
            first.info().bytes.set(new);
        }
        self.handed_out.set(self.handed_out.get() + new - old);
        super::write_header(
            addr,
            Header::new(
                header.kind(),
                header.shape_id(),
                new / 8,
                header.word() as u8,
            ),
        );
        true
    }
    fn claim_behind(&self, first: Block, have: usize, want: usize) -> bool {
        let (chunk, count) = (first.chunk(), want - have);
        let at = first.index() + have;
        if at + count > super::chunk::BLOCKS || !self.may_use(count * BLOCK_BYTES) {
            return false;
        }
        let run = run_mask(at, count);
        if count > 0 && chunk.free.get() & run != run {
            return false;
        }
        if count > 0 {
            chunk.free.set(chunk.free.get() & !run);
            self.in_use.set(self.in_use.get() + count * BLOCK_BYTES);
            set_rest(first, have, want);
            clear_blocks(first, have, want);
        }
        true
    }
    /// Gives a dead large or huge object's memory back.
    pub(super) fn free_large(&self, addr: usize) -> Option<ChunkRef> {
        // SAFETY: H9: the sweeper passes objects that are not freed yet.
        let chunk = unsafe { ChunkRef::of(addr) };
        if chunk.huge {
            self.in_use.set(self.in_use.get() - chunk.huge_bytes.get());
            return Some(chunk);
        }
        let first = chunk.block((addr & CHUNK_MASK) >> BLOCK_SHIFT);
        let bytes = first.info().bytes.get();
        let count = bytes.div_ceil(BLOCK_BYTES);
        if self.config.poison {
            // SAFETY: H4: the object is dead.
            unsafe { (addr as *mut u8).write_bytes(super::block::POISON, bytes) };
        }
        for i in 0..count {
            chunk
                .block(first.index() + i)
                .info()
                .kind
                .set(BlockKind::Free);
        }
        chunk
            .free
            .set(chunk.free.get() | run_mask(first.index(), count));
        self.in_use.set(self.in_use.get() - count * BLOCK_BYTES);
        None
    }
    /// Unmaps huge objects after a sweep.
    pub(super) fn unmap_huge(&self, dead: &[ChunkRef]) {
        if dead.is_empty() {
            return;
        }
        self.huge.borrow_mut().retain(|c| !dead.contains(c));
        self.tracer.borrow_mut().index.remove(dead);
        for chunk in dead {
            // SAFETY: H4: the only object in it is dead, and the tables do not know the chunk any more.
            unsafe { chunk.unmap() };
        }
    }
}

/// Size in bytes of a live object.
#[inline]
pub fn size_of_object(addr: usize) -> usize {
    // SAFETY: H1: the callers pass live objects.
    let words = unsafe { (*(addr as *const Header)).stored_size() };
    if words < 0xffff {
        return words * 8;
    }
    // SAFETY: H9: as above.
    let chunk = unsafe { ChunkRef::of(addr) };
    if chunk.huge {
        chunk.huge_bytes.get()
    } else {
        chunk.blocks[(addr & CHUNK_MASK) >> BLOCK_SHIFT].bytes.get()
    }
}

fn set_rest(first: Block, from: usize, to: usize) {
    let chunk = first.chunk();
    for i in from..to {
        let block = chunk.block(first.index() + i);
        block.info().kind.set(BlockKind::Rest);
        block.info().back.set(i as u8);
    }
}

/// Zeroes those of the blocks that may hold old contents.
fn clear_blocks(first: Block, from: usize, to: usize) {
    let chunk = first.chunk();
    for i in from..to {
        let n = first.index() + i;
        if chunk.clean.get() >> n & 1 == 0 {
            // SAFETY: H9: the block was just taken and holds no object.
            unsafe { ((chunk.base() + (n << BLOCK_SHIFT)) as *mut u8).write_bytes(0, BLOCK_BYTES) };
        }
    }
    chunk
        .clean
        .set(chunk.clean.get() & !run_mask(first.index() + from, to - from));
}
