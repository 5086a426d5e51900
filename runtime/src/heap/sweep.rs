//! Sweeping: what no marked object covers becomes free, by line, block and mapping; free memory goes back to the system.
//!
//! A minor collection sweeps only the blocks that were allocated into. After a full one, free blocks beyond a reserve are
//! given back with `madvise`, and chunks without anything in them are unmapped; the reserve (some nurseries and a part of
//! what is live) is the hysteresis that keeps a steady program from giving back what it takes again at once.

use super::Heap;
use super::alloc::MIN_FREE_LINES;
use super::block::Block;
use super::chunk::{BLOCK_BYTES, BLOCK_LINES, BLOCKS, BlockKind, ChunkRef, HEAD_BYTES};

/// A block with little space is gone through for holes of so many lines on average, not for smaller ones.
const WORTHWHILE: usize = 6;

impl ChunkRef {
    /// Blocks in use, by number.
    pub(super) fn used_blocks(self) -> impl Iterator<Item = Block> {
        let first = HEAD_BYTES / BLOCK_BYTES;
        (first..BLOCKS)
            .filter(move |i| self.free.get() >> i & 1 == 0)
            .map(move |i| self.block(i))
    }
    /// Before a full collection: forgets all marks, keeping object starts.
    pub(super) fn prepare_full(self) {
        for block in self.used_blocks() {
            match block.info().kind.get() {
                BlockKind::Small => block.prepare_full(),
                BlockKind::Large => self.unmark(block.base()),
                BlockKind::Free | BlockKind::Rest => {}
            }
        }
    }
}

impl Heap {
    pub(super) fn sweep(&self, full: bool) {
        self.first_free.set(0);
        if full {
            self.recycle.borrow_mut().clear();
            self.roomy.borrow_mut().clear();
            self.young_blocks.borrow_mut().clear();
            self.young_large.borrow_mut().clear();
            for chunk in self.chunks.borrow().iter().rev() {
                self.sweep_chunk(*chunk);
            }
            let dead: Vec<ChunkRef> = self
                .huge
                .borrow()
                .iter()
                .copied()
                .filter(|c| !c.is_marked(c.base() + HEAD_BYTES))
                .collect();
            dead.iter()
                .for_each(|c| _ = self.free_large(c.base() + HEAD_BYTES));
            self.unmap_huge(&dead);
        } else {
            let young = std::mem::take(&mut *self.young_blocks.borrow_mut());
            young.iter().for_each(|b| self.sweep_block(*b));
            let large = std::mem::take(&mut *self.young_large.borrow_mut());
            let dead: Vec<ChunkRef> = large
                .iter()
                .filter(|a| !Heap::is_marked(**a))
                .filter_map(|a| self.free_large(*a))
                .collect();
            self.unmap_huge(&dead);
        }
    }
    fn sweep_chunk(&self, chunk: ChunkRef) {
        for block in chunk.used_blocks() {
            match block.info().kind.get() {
                BlockKind::Small => self.sweep_block(block),
                BlockKind::Large if !chunk.is_marked(block.base()) => {
                    _ = self.free_large(block.base())
                }
                BlockKind::Free | BlockKind::Large | BlockKind::Rest => {}
            }
        }
    }
    fn sweep_block(&self, block: Block) {
        let (free, holes) = block.sweep(self.config.poison);
        if free == BLOCK_LINES {
            let chunk = block.chunk();
            block.info().kind.set(BlockKind::Free);
            chunk.free.set(chunk.free.get() | 1 << block.index());
            chunk.clean.set(chunk.clean.get() & !(1 << block.index()));
            self.in_use.set(self.in_use.get() - BLOCK_BYTES);
        } else if free >= BLOCK_LINES / 2 {
            self.roomy.borrow_mut().push(block);
        } else if free >= BLOCK_LINES / 4 || free >= MIN_FREE_LINES && free >= WORTHWHILE * holes {
            self.recycle.borrow_mut().push(block);
        }
    }
    /// Gives free memory beyond the reserve back to the system.
    pub(super) fn release_memory(&self) {
        let reserve =
            self.nursery.get() + self.nursery.get() / 2 + self.counters.live_after_full.get() / 4;
        let mut keep = reserve.max(self.config.spare) / BLOCK_BYTES;
        let mut empty = Vec::new();
        for chunk in self.chunks.borrow().iter() {
            let dirty = chunk.free.get() & !chunk.clean.get();
            let mut excess = dirty;
            while excess != 0 && keep > 0 {
                excess &= !(1 << (127 - excess.leading_zeros()));
                keep -= 1;
            }
            chunk.release(excess);
            if excess != 0 && chunk.used_blocks().next().is_none() {
                empty.push(*chunk);
            }
        }
        if empty.is_empty() {
            return;
        }
        self.chunks.borrow_mut().retain(|c| !empty.contains(c));
        self.first_free.set(0);
        self.tracer.borrow_mut().index.remove(&empty);
        for chunk in empty {
            // SAFETY: H4: it holds no object, and the tables do not know it any more.
            unsafe { chunk.unmap() };
        }
    }
}
