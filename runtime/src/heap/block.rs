//! Blocks of small objects: lines, holes between live lines, and the runs of young objects in them.
//!
//! Allocation claims a hole (a maximal run of free lines) and bumps through it, so nothing is recorded per object. What
//! makes conservative scanning possible all the same: a claimed run is tiled by headers without gaps (its unused end
//! gets a filler header before anyone looks), so the starts in it can be found by walking from its first line. Old
//! objects are found by their mark bits.

use super::chunk::{
    BLOCK_BYTES, BLOCK_LINES, BLOCK_MARK_WORDS, BLOCK_SHIFT, BlockInfo, CHUNK_MASK, ChunkRef,
    LINE_BYTES, LINE_SHIFT,
};
use crate::object::header::{Header, Kind};

/// Line byte: an object that was marked by the last collection (or this one) covers part of the line.
pub const LIVE: u8 = 1;
/// Line byte: claimed for allocation since the last collection.
pub const YOUNG: u8 = 2;
/// Line byte: first line of a claimed run.
pub const START: u8 = 4;
const EACH_LIVE: u64 = 0x0101_0101_0101_0101;
/// What freed memory is overwritten with in stress mode: no valid pointer, no valid size.
pub const POISON: u8 = 0xdb;

/// One block, by its address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block(usize);

impl Block {
    /// Block `i` of a chunk.
    pub fn new(chunk: ChunkRef, i: usize) -> Block {
        Block(chunk.base() + (i << BLOCK_SHIFT))
    }
    /// First address.
    pub fn base(self) -> usize {
        self.0
    }
    /// The chunk around it.
    #[inline(always)]
    pub fn chunk(self) -> ChunkRef {
        // SAFETY: H9: a Block is made from a mapped chunk, and chunks with blocks in use stay mapped.
        unsafe { ChunkRef::of(self.0) }
    }
    /// Number inside the chunk.
    #[inline(always)]
    pub fn index(self) -> usize {
        (self.0 & CHUNK_MASK) >> BLOCK_SHIFT
    }
    /// Its table entry.
    #[inline(always)]
    pub fn info(&self) -> &BlockInfo {
        let chunk = self.chunk().base() as *const super::chunk::Chunk;
        // SAFETY: H9: the head is mapped as long as the block is.
        unsafe { &(&(*chunk).blocks)[self.index()] }
    }
    /// The line bytes. No other reference to them may exist meanwhile.
    #[allow(clippy::mut_from_ref)]
    fn lines(&self) -> &mut [u8; BLOCK_LINES] {
        // SAFETY: H9; the table has BLOCK_LINES bytes per block, and callers in this file keep one borrow at a time.
        unsafe { &mut *(self.chunk().lines(self.index() * BLOCK_LINES) as *mut [u8; BLOCK_LINES]) }
    }
    /// Word `i` of a bit table of the chunk, for this block's part.
    #[inline(always)]
    fn mark_words(self) -> *mut u64 {
        self.chunk().marks(self.index() * BLOCK_MARK_WORDS)
    }
    fn start_words(self) -> *mut u64 {
        self.chunk().starts(self.index() * BLOCK_MARK_WORDS)
    }

    /// The first hole of at least `need` lines at or after line `from`: first line and line behind it.
    pub fn find_hole(self, from: usize, need: usize) -> Option<(usize, usize)> {
        let lines = self.lines();
        let mut at = from;
        loop {
            let start = match need {
                0 | 1 => next_free(lines, at)?,
                _ => next_two(lines, at)?,
            };
            let end = end_of_hole(lines, start);
            if end - start >= need {
                return Some((start, end));
            }
            at = end;
        }
    }
    /// Marks lines as claimed for allocation and returns their addresses.
    pub fn claim(self, start: usize, end: usize) -> (usize, usize) {
        let lines = self.lines();
        debug_assert!(lines[start..end].iter().all(|&b| b == 0));
        lines[start..end].fill(YOUNG);
        lines[start] = YOUNG | START;
        (self.0 + (start << LINE_SHIFT), self.0 + (end << LINE_SHIFT))
    }
    /// True if the line of `addr` was claimed since the last collection.
    #[inline(always)]
    pub fn is_young_line(self, addr: usize) -> bool {
        // SAFETY: H9: the table covers every offset below CHUNK_BYTES.
        unsafe { *self.chunk().lines((addr & CHUNK_MASK) >> LINE_SHIFT) & YOUNG != 0 }
    }
    /// Sets the start bit of every object in claimed runs. The bits of young lines must be clear.
    pub fn parse_runs(self) {
        let lines = self.lines();
        let mut at = 0;
        while let Some(skip) = lines[at..].iter().position(|&b| b & START != 0) {
            let first = at + skip;
            let mut end = first + 1;
            while end < BLOCK_LINES && lines[end] & (YOUNG | START) == YOUNG {
                end += 1;
            }
            self.parse_run(self.0 + first * LINE_BYTES, self.0 + end * LINE_BYTES);
            at = end;
            if at == BLOCK_LINES {
                break;
            }
        }
    }
    fn parse_run(self, start: usize, end: usize) {
        let chunk = self.chunk();
        let mut p = start;
        while p < end {
            // SAFETY: H3: headers tile a claimed run, so one is at p.
            let header = unsafe { &*(p as *const Header) };
            let bytes = header.stored_size() * 8;
            assert!(
                bytes != 0 && p + bytes <= end,
                "heap: a run of new objects is damaged at {p:#x} (header {:#x})",
                header.word()
            );
            if header.kind() != Kind::Filler {
                let i = (p & CHUNK_MASK) >> 3;
                // SAFETY: H9: the table covers the chunk.
                unsafe { *chunk.starts(i >> 6) |= 1 << (i & 63) };
            }
            p += bytes;
        }
    }
    /// Makes the start bits hold exactly the young objects (once per minor collection).
    pub fn parse_young(self) {
        if !self.info().parsed.replace(true) {
            // SAFETY: H9: this block's part of the table.
            unsafe { self.start_words().write_bytes(0, BLOCK_MARK_WORDS) };
            self.parse_runs();
        }
    }
    /// Before a full collection: start bits = old and young objects, nothing marked, no line live.
    pub fn prepare_full(self) {
        // SAFETY: H9: this block's parts of two tables that do not overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(self.mark_words(), self.start_words(), BLOCK_MARK_WORDS);
            self.mark_words().write_bytes(0, BLOCK_MARK_WORDS);
        }
        if self.info().young.get() {
            self.parse_runs();
        }
        self.lines().fill(0);
    }
    /// The last set bit at or before `addr` in the marks or the start bits of this block.
    #[inline(always)]
    pub fn find_start(self, addr: usize, in_starts: bool) -> Option<usize> {
        let words = if in_starts {
            self.start_words()
        } else {
            self.mark_words()
        };
        let i = (addr - self.0) >> 3;
        let mut w = i >> 6;
        // SAFETY: H9: `addr` is in the block, so w < BLOCK_MARK_WORDS, and it only shrinks.
        let mut bits = unsafe { *words.add(w) } & (!0 >> (63 - (i & 63)));
        while bits == 0 {
            w = w.checked_sub(1)?;
            // SAFETY: H9: as above.
            bits = unsafe { *words.add(w) };
        }
        Some(self.0 + ((w * 64 + 63 - bits.leading_zeros() as usize) << 3))
    }
    /// Calls `f` with every marked object.
    pub fn each_marked(self, f: &mut dyn FnMut(usize)) {
        for w in 0..BLOCK_MARK_WORDS {
            // SAFETY: H9: this block's part of the table.
            let mut bits = unsafe { *self.mark_words().add(w) };
            while bits != 0 {
                f(self.0 + ((w * 64 + bits.trailing_zeros() as usize) << 3));
                bits &= bits - 1;
            }
        }
    }
    /// Between marking and sweeping of a full collection: calls `f` with every object that is not marked.
    pub fn each_dead(self, f: &mut dyn FnMut(usize)) {
        for w in 0..BLOCK_MARK_WORDS {
            // SAFETY: H9: this block's parts of the tables.
            let mut bits = unsafe { *self.start_words().add(w) & !*self.mark_words().add(w) };
            while bits != 0 {
                f(self.0 + ((w * 64 + bits.trailing_zeros() as usize) << 3));
                bits &= bits - 1;
            }
        }
    }
    /// After marking: keeps the live lines only. Returns the number of free lines, and of the runs that they form.
    pub fn sweep(self, poison: bool) -> (usize, usize) {
        let lines = self.lines();
        if poison {
            for (i, _) in lines.iter().enumerate().filter(|(_, b)| **b & LIVE == 0) {
                // SAFETY: H4: no marked object covers the line, so nobody reads it before it is allocated again.
                unsafe { ((self.0 + i * LINE_BYTES) as *mut u8).write_bytes(POISON, LINE_BYTES) };
            }
        }
        let (mut live, mut holes, mut before) = (0, 0, 1);
        for eight in lines.as_chunks_mut::<8>().0 {
            let word = u64::from_le_bytes(*eight) & EACH_LIVE;
            live += word.count_ones();
            holes += ((word << 8 | before) & !word).count_ones();
            before = word >> 56;
            *eight = word.to_le_bytes();
        }
        let info = self.info();
        info.young.set(false);
        info.parsed.set(false);
        (BLOCK_LINES - live as usize, holes as usize)
    }
    /// True if every line that an object covers is live.
    pub fn lines_are_live(self, addr: usize, bytes: usize) -> bool {
        let first = (addr - self.0) >> LINE_SHIFT;
        let last = (addr + bytes - 1 - self.0) >> LINE_SHIFT;
        last < BLOCK_LINES && self.lines()[first..=last].iter().all(|b| b & LIVE != 0)
    }
    /// Addresses of the block.
    pub fn range(self) -> std::ops::Range<usize> {
        self.0..self.0 + BLOCK_BYTES
    }
}

/// The first free line at or after `from`.
fn next_free(lines: &[u8; BLOCK_LINES], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(eight) = lines.get(at..at + 8).and_then(|l| l.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        // The lowest high bit set tells the first byte that is zero.
        let zeros = word.wrapping_sub(EACH_LIVE) & !word & EACH_LIVE << 7;
        if zeros != 0 {
            return Some(at + zeros.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    (at..BLOCK_LINES).find(|&i| lines[i] == 0)
}

/// The first free line at or after `from` that is followed by another: single ones, of which old heaps are full, cost no turn each.
fn next_two(lines: &[u8; BLOCK_LINES], from: usize) -> Option<usize> {
    const LOW: u64 = EACH_LIVE * 0x7f;
    let mut at = from;
    while let Some(eight) = lines.get(at..at + 8).and_then(|l| l.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        // The high bits of exactly those bytes that are zero.
        let zeros = !((word & LOW).wrapping_add(LOW) | word) & EACH_LIVE << 7;
        let two = zeros & zeros >> 8;
        if two != 0 {
            return Some(at + two.trailing_zeros() as usize / 8);
        }
        // The last one may be followed by another in the next word.
        at += 7;
    }
    (at..BLOCK_LINES - 1).find(|&i| lines[i] == 0 && lines[i + 1] == 0)
}

fn end_of_hole(lines: &[u8; BLOCK_LINES], start: usize) -> usize {
    let mut at = start;
    while let Some(eight) = lines.get(at..at + 8).and_then(|l| l.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        if word != 0 {
            return at + word.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    (at..BLOCK_LINES)
        .find(|&i| lines[i] != 0)
        .unwrap_or(BLOCK_LINES)
}

/// Writes a filler over `[from, to)`, so that the space reads as one dead object.
pub fn fill(from: usize, to: usize) {
    if from < to {
        let words = (to - from) / 8;
        debug_assert!(words < 0xffff);
        // SAFETY: H3: unused space of a claimed run, at least one word of it.
        unsafe {
            (*(from as *const Header)).set_word(Header::new(Kind::Filler, 0, words, 0).word())
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_LINES, next_two};

    #[test]
    fn two_free_lines_are_found_wherever_they_are() {
        let mut lines = [1u8; BLOCK_LINES];
        lines[3] = 0;
        lines[9..].iter_mut().step_by(2).for_each(|l| *l = 0);
        for at in (10..BLOCK_LINES - 1).step_by(2) {
            lines[at] = 0;
            for from in 0..BLOCK_LINES {
                let wanted = (from..BLOCK_LINES - 1).find(|&i| lines[i] == 0 && lines[i + 1] == 0);
                assert_eq!(next_two(&lines, from), wanted, "from {from}, hole at {at}");
            }
            lines[at] = 0x81;
        }
        assert_eq!(next_two(&lines, 0), None);
    }
}
