//! Chunks: 4 MiB aligned pieces of address space with all metadata of their objects in front.
//!
//! ```text
//!   0 K  Chunk (block table)      32 K
//!  32 K  mark bits, 1 per 8 B     64 K
//!  96 K  start bits, 1 per 8 B    64 K   object starts while a collection resolves ambiguous words
//! 160 K  line bytes, 1 per 64 B   64 K
//! 224 K  card bytes, 1 per 128 B  32 K
//! 256 K  120 blocks of 32 K
//! ```
//! A huge object has a mapping of its own that starts with the same head; since an object starts in the first 4 MiB
//! of its mapping, its metadata is at mask and shift from its address for every kind of object. Nothing here is
//! touched before it is needed, so an idle part of a head costs address space only. Side tables, rather than bits in
//! headers, keep pages of objects clean after a fork and make clearing a `memset`.

use super::barrier::Remembered;
use std::cell::Cell;
use std::ops::Deref;
use std::ptr::NonNull;

/// Bytes and alignment of a chunk.
pub const CHUNK_BYTES: usize = 4 << 20;
/// Offset bits of an address inside its chunk.
pub const CHUNK_MASK: usize = CHUNK_BYTES - 1;
/// log2 of the block size.
pub const BLOCK_SHIFT: usize = 15;
/// Bytes of a block.
pub const BLOCK_BYTES: usize = 1 << BLOCK_SHIFT;
/// log2 of the line size.
pub const LINE_SHIFT: usize = 6;
/// Bytes of a line.
pub const LINE_BYTES: usize = 1 << LINE_SHIFT;
/// log2 of the card size.
pub const CARD_SHIFT: usize = 7;
/// Bytes of a card.
pub const CARD_BYTES: usize = 1 << CARD_SHIFT;
/// Blocks of a chunk, head included.
pub const BLOCKS: usize = CHUNK_BYTES >> BLOCK_SHIFT;
/// Bytes of metadata in front.
pub const HEAD_BYTES: usize = 256 << 10;
const HEAD_BLOCKS: usize = HEAD_BYTES >> BLOCK_SHIFT;
/// Lines of a block.
pub const BLOCK_LINES: usize = BLOCK_BYTES >> LINE_SHIFT;
/// 64-bit words of mark bits of a block.
pub const BLOCK_MARK_WORDS: usize = BLOCK_BYTES / 8 / 64;
const MARKS_AT: usize = 32 << 10;
const STARTS_AT: usize = 96 << 10;
const LINES_AT: usize = 160 << 10;
const CARDS_AT: usize = 224 << 10;
/// The largest object that shares a chunk.
pub const LARGE_MAX: usize = CHUNK_BYTES - HEAD_BYTES;

/// What a block holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BlockKind {
    /// Nothing; its line bytes and mark bits are zero.
    Free,
    /// Objects up to 8 KB, by lines.
    Small,
    /// The first block of a large object.
    Large,
    /// A further block of a large object; `back` blocks after its first.
    Rest,
}

/// One entry of the block table.
#[repr(C)]
pub struct BlockInfo {
    /// What the block holds.
    pub kind: Cell<BlockKind>,
    /// Something was allocated here since the last collection.
    pub young: Cell<bool>,
    /// The young runs are in the start bits (during a minor collection).
    pub parsed: Cell<bool>,
    /// `Rest`: distance to the first block.
    pub back: Cell<u8>,
    /// `Large`: size of the object in bytes.
    pub bytes: Cell<usize>,
}

/// The head of a chunk or of a huge object's mapping.
#[repr(C)]
pub struct Chunk {
    /// Where the barrier logs stores into objects of this chunk.
    pub remembered: *const Remembered,
    /// Bytes of the mapping.
    pub map_bytes: usize,
    /// True if the mapping holds one huge object right behind the head.
    pub huge: bool,
    /// Size in bytes of the huge object.
    pub huge_bytes: Cell<usize>,
    /// Cards of the huge object, made at the first logged store.
    pub huge_cards: Cell<*mut u8>,
    /// Blocks that hold nothing.
    pub free: Cell<u128>,
    /// Free blocks whose memory is all zero.
    pub clean: Cell<u128>,
    /// The block table.
    pub blocks: [BlockInfo; BLOCKS],
}

const _: () =
    assert!(size_of::<Chunk>() <= MARKS_AT && CARDS_AT + (CHUNK_BYTES >> CARD_SHIFT) == HEAD_BYTES);

/// A mapped chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChunkRef(NonNull<Chunk>);

impl Deref for ChunkRef {
    type Target = Chunk;
    #[inline(always)]
    fn deref(&self) -> &Chunk {
        // SAFETY: H9: a ChunkRef is made only for mapped heads, and used only by the heap that owns and unmaps them.
        unsafe { self.0.as_ref() }
    }
}

impl ChunkRef {
    /// The chunk of an object (or of an address in the first 4 MiB of a mapping).
    ///
    /// # Safety
    /// `addr` must be inside a mapped chunk.
    #[inline(always)]
    pub unsafe fn of(addr: usize) -> ChunkRef {
        // SAFETY: H9: the caller says that the head is mapped, so it is not at 0.
        ChunkRef(unsafe { NonNull::new_unchecked((addr & !CHUNK_MASK) as *mut Chunk) })
    }
    /// First address of the mapping.
    #[inline(always)]
    pub fn base(self) -> usize {
        self.0.as_ptr() as usize
    }
    /// Maps a new chunk; `None` when the system has no memory.
    pub fn map_blocks(remembered: *const Remembered) -> Option<ChunkRef> {
        let chunk = ChunkRef::map(remembered, CHUNK_BYTES, false)?;
        let usable = !0u128 << HEAD_BLOCKS;
        chunk.free.set(usable);
        chunk.clean.set(usable);
        Some(chunk)
    }
    /// Maps a huge object of `bytes` with as much address space again behind it to grow into, if that is to be had.
    pub fn map_huge(remembered: *const Remembered, bytes: usize) -> Option<ChunkRef> {
        let round = |n: usize| Some(n.checked_add(HEAD_BYTES + CHUNK_MASK)? & !CHUNK_MASK);
        let roomy = bytes
            .checked_mul(2)
            .and_then(round)
            .and_then(|n| ChunkRef::map(remembered, n, true));
        let chunk = match roomy {
            Some(chunk) => chunk,
            None => ChunkRef::map(remembered, round(bytes)?, true)?,
        };
        chunk.huge_bytes.set(bytes);
        Some(chunk)
    }
    fn map(remembered: *const Remembered, bytes: usize, huge: bool) -> Option<ChunkRef> {
        let base = map_aligned(bytes)? as *mut Chunk;
        // SAFETY: H9: fresh zeroed pages that nobody else knows; all-zero bytes are valid for every field not written here.
        unsafe {
            (&raw mut (*base).remembered).write(remembered);
            (&raw mut (*base).map_bytes).write(bytes);
            (&raw mut (*base).huge).write(huge);
            Some(ChunkRef(NonNull::new_unchecked(base)))
        }
    }
    /// Gives the mapping back.
    ///
    /// # Safety
    /// Nothing may use the chunk or an object in it afterwards.
    pub unsafe fn unmap(self) {
        self.drop_cards();
        // SAFETY: H9: the mapping was made by `map_aligned` with this length; the caller gave up all uses.
        unsafe { libc::munmap(self.base() as *mut libc::c_void, self.map_bytes) };
    }
    /// Tells the system that the blocks in `which` need no memory now; they read as zero afterwards.
    pub fn release(self, which: u128) {
        let mut left = which;
        while left != 0 {
            let first = left.trailing_zeros() as usize;
            let count = (left >> first).trailing_ones() as usize;
            let start = self.base() + (first << BLOCK_SHIFT);
            // SAFETY: H9: free blocks of our own mapping; nothing reads their contents before writing it.
            let done = unsafe {
                libc::madvise(
                    start as *mut libc::c_void,
                    count << BLOCK_SHIFT,
                    libc::MADV_DONTNEED,
                )
            };
            let run = run_mask(first, count);
            if done == 0 {
                self.clean.set(self.clean.get() | run);
            }
            left &= !run;
        }
    }

    #[inline(always)]
    fn table<T>(self, at: usize, index: usize) -> *mut T {
        (self.base() + at + index * size_of::<T>()) as *mut T
    }
    /// Mark word `i` of the chunk.
    #[inline(always)]
    pub fn marks(self, i: usize) -> *mut u64 {
        self.table(MARKS_AT, i)
    }
    /// Word `i` of the start bits.
    #[inline(always)]
    pub fn starts(self, i: usize) -> *mut u64 {
        self.table(STARTS_AT, i)
    }
    /// Line byte `i`.
    #[inline(always)]
    pub fn lines(self, i: usize) -> *mut u8 {
        self.table(LINES_AT, i)
    }
    /// True if the object at `addr` is marked.
    #[inline(always)]
    pub fn is_marked(self, addr: usize) -> bool {
        let i = (addr & CHUNK_MASK) >> 3;
        // SAFETY: H9: the table covers every offset below CHUNK_BYTES.
        unsafe { *self.marks(i >> 6) >> (i & 63) & 1 != 0 }
    }
    /// Marks the object at `addr`; true if it was marked before.
    #[inline(always)]
    pub fn test_and_mark(self, addr: usize) -> bool {
        let i = (addr & CHUNK_MASK) >> 3;
        let (word, bit) = (self.marks(i >> 6), 1u64 << (i & 63));
        // SAFETY: as in `is_marked`; H9: no other thread.
        unsafe {
            let old = *word;
            *word = old | bit;
            old & bit != 0
        }
    }
    /// Forgets the mark of a single object.
    pub fn unmark(self, addr: usize) {
        let i = (addr & CHUNK_MASK) >> 3;
        // SAFETY: H9: as in `is_marked`.
        unsafe { *self.marks(i >> 6) &= !(1u64 << (i & 63)) }
    }
    /// The card byte for `field` of an object in this chunk; `None` if a huge object's cards cannot be had.
    pub fn card(self, field: usize) -> Option<*mut u8> {
        if !self.huge {
            return Some(self.table(CARDS_AT, (field & CHUNK_MASK) >> CARD_SHIFT));
        }
        if self.huge_cards.get().is_null() {
            // SAFETY: H9: the layout is not empty.
            self.huge_cards
                .set(unsafe { std::alloc::alloc_zeroed(self.cards_layout()?) });
        }
        let cards = self.huge_cards.get();
        // SAFETY: H9: `field` is in the mapping, which the table covers.
        (!cards.is_null()).then(|| unsafe { cards.add((field - self.base()) >> CARD_SHIFT) })
    }
    fn cards_layout(self) -> Option<std::alloc::Layout> {
        std::alloc::Layout::from_size_align(self.map_bytes >> CARD_SHIFT, 8).ok()
    }
    fn drop_cards(self) {
        let cards = self.huge_cards.replace(std::ptr::null_mut());
        if let (false, Some(layout)) = (cards.is_null(), self.cards_layout()) {
            // SAFETY: H9: allocated with this layout in `card`.
            unsafe { std::alloc::dealloc(cards, layout) };
        }
    }
    /// The block with number `i`.
    pub fn block(self, i: usize) -> super::block::Block {
        super::block::Block::new(self, i)
    }
}

/// `count` one bits from `first` on.
pub fn run_mask(first: usize, count: usize) -> u128 {
    let ones = if count >= 128 {
        !0
    } else {
        (1u128 << count) - 1
    };
    ones.checked_shl(first as u32).unwrap_or(0)
}

fn map_aligned(bytes: usize) -> Option<usize> {
    let total = bytes.checked_add(CHUNK_BYTES)?;
    let (prot, flags) = (
        libc::PROT_READ | libc::PROT_WRITE,
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
    );
    // SAFETY: H9: a new anonymous mapping touches no existing memory; only unused ends of it are unmapped again.
    unsafe {
        let p = libc::mmap(std::ptr::null_mut(), total, prot, flags, -1, 0);
        if p == libc::MAP_FAILED {
            return None;
        }
        let start = p as usize;
        let base = (start + CHUNK_MASK) & !CHUNK_MASK;
        if base > start {
            libc::munmap(p, base - start);
        }
        let tail = start + total - (base + bytes);
        if tail > 0 {
            libc::munmap((base + bytes) as *mut libc::c_void, tail);
        }
        Some(base)
    }
}

/// Finds the chunk of an arbitrary word: an open-addressing table from 4 MiB units to heads.
#[derive(Default)]
pub struct ChunkIndex {
    low: usize,
    high: usize,
    slots: Vec<Option<(usize, ChunkRef)>>,
    used: usize,
}

impl ChunkIndex {
    /// The chunk whose mapping `addr` is in.
    #[inline(always)]
    pub fn find(&self, addr: usize) -> Option<ChunkRef> {
        if addr < self.low || addr >= self.high {
            return None;
        }
        let unit = addr / CHUNK_BYTES;
        let mut i = unit;
        loop {
            match self.slots[i & (self.slots.len() - 1)] {
                Some((u, chunk)) if u == unit => return Some(chunk),
                Some(_) => i += 1,
                None => return None,
            }
        }
    }
    /// Enters a mapping.
    pub fn insert(&mut self, chunk: ChunkRef) {
        let units = chunk.map_bytes / CHUNK_BYTES;
        if (self.used + units) * 2 > self.slots.len() {
            let room = ((self.used + units) * 4).next_power_of_two().max(16);
            let old = std::mem::replace(&mut self.slots, vec![None; room]);
            old.into_iter()
                .flatten()
                .for_each(|(unit, c)| self.put(unit, c));
        }
        (0..units).for_each(|k| self.put(chunk.base() / CHUNK_BYTES + k, chunk));
        self.used += units;
        self.low = if self.low == 0 {
            chunk.base()
        } else {
            self.low.min(chunk.base())
        };
        self.high = self.high.max(chunk.base() + chunk.map_bytes);
    }
    fn put(&mut self, unit: usize, chunk: ChunkRef) {
        let mask = self.slots.len() - 1;
        let mut i = unit & mask;
        while self.slots[i].is_some() {
            i = (i + 1) & mask;
        }
        self.slots[i] = Some((unit, chunk));
    }
    /// Forgets mappings that are about to be unmapped.
    pub fn remove(&mut self, gone: &[ChunkRef]) {
        if gone.is_empty() {
            return;
        }
        let room = self.slots.len();
        let old = std::mem::replace(&mut self.slots, vec![None; room]);
        (self.used, self.low, self.high) = (0, 0, 0);
        for (unit, chunk) in old.into_iter().flatten().filter(|(_, c)| !gone.contains(c)) {
            self.put(unit, chunk);
            self.used += 1;
            self.low = if self.low == 0 {
                chunk.base()
            } else {
                self.low.min(chunk.base())
            };
            self.high = self.high.max(chunk.base() + chunk.map_bytes);
        }
    }
}
