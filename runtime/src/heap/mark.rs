//! Marking: from roots through trace functions to every object that can be reached.
//!
//! A visited object is marked at once and pushed; processing goes through a ring of prefetched objects, because a mark
//! is bound by cache misses on headers (the ring alone is worth 2.7x on a large heap). Processing an object makes it old.
//! In a minor collection the marks of the last cycles stand ("sticky"), so old objects end the search by themselves.

use super::RootSource;
use super::block::LIVE;
use super::chunk::{BLOCK_SHIFT, BlockKind, CHUNK_MASK, ChunkIndex, ChunkRef, LINE_SHIFT};
use crate::for_each_kind;
use crate::object::header::{Header, HeapObject, Kind, Ref, Slot, flag};
use crate::object::shape::ids;
use crate::value::Value;
use std::cell::Cell;

const RING: usize = 8;

/// What a visit does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Marks in a minor collection: lines claimed since the last one hold the young objects.
    Minor,
    /// Marks in a full collection: the start bits say where objects begin.
    Full,
    /// Marks nothing; collects what an object refers to.
    List {
        /// Words that may be stale count too, if they are the exact address of an object.
        ambiguous: bool,
        /// Between marking and sweeping of a full collection: the start bits say where objects begin.
        starts: bool,
    },
}

/// Marking state handed to trace functions.
pub struct Tracer {
    /// All mappings, to judge arbitrary words.
    pub(super) index: ChunkIndex,
    mode: Mode,
    stack: Vec<usize>,
    shapes_seen: Vec<u64>,
    roots: Option<*mut dyn RootSource>,
    /// Bytes marked in this cycle.
    pub(super) marked_bytes: usize,
    /// Objects marked in this cycle.
    pub(super) marked_objects: usize,
}

impl Tracer {
    pub(super) fn new() -> Tracer {
        Tracer {
            index: ChunkIndex::default(),
            mode: Mode::Minor,
            stack: Vec::new(),
            shapes_seen: Vec::new(),
            roots: None,
            marked_bytes: 0,
            marked_objects: 0,
        }
    }
    pub(super) fn begin(&mut self, full: bool, roots: Option<*mut dyn RootSource>) {
        self.mode = if full { Mode::Full } else { Mode::Minor };
        self.roots = roots;
        self.shapes_seen.fill(0);
        (self.marked_bytes, self.marked_objects) = (0, 0);
    }
    /// True while a full collection marks: only objects reached by now are known to live.
    pub fn is_full(&self) -> bool {
        self.mode == Mode::Full
    }
    /// True if what is visited is being marked, not only listed: a trace function may note that it was here.
    pub fn is_marking(&self) -> bool {
        !matches!(self.mode, Mode::List { .. })
    }

    /// Total size in bytes of an object being traced.
    #[inline(always)]
    pub fn object_size<T: HeapObject>(&self, object: &T) -> usize {
        super::large::size_of_object(object as *const T as usize)
    }

    /// Visits one value.
    #[inline(always)]
    pub fn visit(&mut self, v: Value) {
        if v.is_object() {
            self.mark(v.bits() as usize);
        }
    }
    /// Visits a field.
    #[inline(always)]
    pub fn visit_slot(&mut self, s: &Slot) {
        self.visit(s.get());
    }
    /// Visits words that may be stale or no pointers at all (registers of frames). A word keeps the object alive that it
    /// points to or into.
    pub fn visit_ambiguous(&mut self, words: &[Cell<u64>]) {
        for word in words {
            let w = word.get() as usize;
            if w & 7 == 0
                && let Some(object) = self.resolve_here(w)
            {
                self.mark(object);
            }
        }
    }
    fn resolve_here(&self, w: usize) -> Option<usize> {
        match self.mode {
            Mode::List {
                ambiguous: false, ..
            } => None,
            Mode::List {
                ambiguous: true, ..
            } => self.resolve(w).filter(|&o| o == w),
            _ => self.resolve(w),
        }
    }
    /// Visits the words of a native stack: pointers into objects and just behind them count.
    pub(super) fn visit_native(&mut self, w: usize) {
        let found = self.resolve(w);
        if let Some(object) = found {
            self.mark(object);
        }
        // A pointer just behind an object is at the start of the next one or of nothing.
        if w & 7 == 0
            && found.is_none_or(|o| o == w)
            && let Some(object) = self.resolve(w.wrapping_sub(1))
        {
            self.mark(object);
        }
    }
    /// The object that `w` points into, if any.
    pub(super) fn resolve(&self, w: usize) -> Option<usize> {
        let chunk = self.index.find(w)?;
        if chunk.huge {
            let object = chunk.base() + super::chunk::HEAD_BYTES;
            return (w >= object && w < object + chunk.huge_bytes.get()).then_some(object);
        }
        let block = chunk.block((w & CHUNK_MASK) >> BLOCK_SHIFT);
        let info = block.info();
        match info.kind.get() {
            BlockKind::Free => None,
            BlockKind::Large => (w < block.base() + info.bytes.get()).then_some(block.base()),
            BlockKind::Rest => {
                let first = chunk.block(block.index() - info.back.get() as usize);
                (w < first.base() + first.info().bytes.get()).then_some(first.base())
            }
            BlockKind::Small => {
                let in_starts = match self.mode {
                    Mode::Full | Mode::List { starts: true, .. } => true,
                    _ if block.is_young_line(w) => {
                        block.parse_young();
                        true
                    }
                    _ => false,
                };
                let object = block.find_start(w, in_starts)?;
                // SAFETY: H3: a start or mark bit stands only where an object begins whose memory was not reused since.
                let bytes = unsafe { (*(object as *const Header)).stored_size() * 8 };
                (w < object + bytes).then_some(object)
            }
        }
    }

    /// Marks one object, given the address of its header.
    #[inline(always)]
    pub(super) fn mark(&mut self, addr: usize) {
        if let Mode::List { .. } = self.mode {
            self.stack.push(addr);
            return;
        }
        debug_assert!(
            self.index.find(addr).is_some(),
            "heap: a field holds {addr:#x}, which is no object"
        );
        // SAFETY: H1: every reference that a trace function shows is to a live object of this heap.
        if unsafe { !ChunkRef::of(addr).test_and_mark(addr) } {
            self.stack.push(addr);
        }
    }
    /// Processes what was marked until nothing is left.
    pub(super) fn drain(&mut self) {
        let mut ring = [0usize; RING];
        let (mut at, mut idle) = (0, 0);
        while idle < RING {
            let next = self.stack.pop().unwrap_or(0);
            prefetch(next);
            let object = std::mem::replace(&mut ring[at], next);
            at = (at + 1) % RING;
            idle = if object | next == 0 { idle + 1 } else { 0 };
            if object != 0 {
                self.process(object);
            }
        }
    }
    #[inline]
    fn process(&mut self, addr: usize) {
        // SAFETY: H1: only live objects are marked.
        let header = unsafe { &*(addr as *const Header) };
        if !header.has(flag::UNLOGGED) {
            header.set_flags(flag::UNLOGGED);
        }
        let words = header.stored_size();
        let bytes = if words <= super::barrier::WHOLE_WORDS {
            // SAFETY: H1: the object is inside a chunk with blocks, since it is small.
            keep_lines(unsafe { ChunkRef::of(addr) }, addr, words * 8);
            words * 8
        } else {
            keep_big(addr, words)
        };
        self.marked_bytes += bytes;
        self.marked_objects += 1;
        self.trace_object(addr, header);
    }
    /// Scans an old object again.
    pub(super) fn rescan(&mut self, addr: usize) {
        // SAFETY: H1: old objects stay until a full collection.
        let header = unsafe { &*(addr as *const Header) };
        header.set_flags(flag::UNLOGGED);
        self.trace_object(addr, header);
    }
    #[inline(always)]
    fn trace_object(&mut self, addr: usize, header: &Header) {
        let shape = header.shape_id();
        if shape >= ids::FIRST_DYNAMIC {
            self.mark_shape(shape);
        }
        trace_by_kind(addr, header.kind(), self);
    }
    fn mark_shape(&mut self, shape: u32) {
        let (word, bit) = (shape as usize / 64, 1u64 << (shape % 64));
        if word >= self.shapes_seen.len() {
            self.shapes_seen.resize(word + 1, 0);
        }
        if self.shapes_seen[word] & bit == 0 {
            self.shapes_seen[word] |= bit;
            if let Some(roots) = self.roots {
                // SAFETY: H1: `Heap::set_roots` has the caller promise that the source outlives the heap.
                self.visit(unsafe { (*roots).shape_object(shape) });
            }
        }
    }

    /// The addresses of all objects that the object at `addr` refers to, its shape included; `use_words` receives them.
    pub(super) fn list(&mut self, addr: usize, ambiguous: bool, use_words: &mut dyn FnMut(usize)) {
        let starts = false;
        let mode = std::mem::replace(&mut self.mode, Mode::List { ambiguous, starts });
        let outer = std::mem::take(&mut self.stack);
        // SAFETY: H1: the callers pass live objects.
        let header = unsafe { &*(addr as *const Header) };
        trace_by_kind(addr, header.kind(), self);
        if header.shape_id() >= ids::FIRST_DYNAMIC
            && let Some(roots) = self.roots
        {
            // SAFETY: H1: as in `mark_shape`.
            self.visit(unsafe { (*roots).shape_object(header.shape_id()) });
        }
        let found = std::mem::replace(&mut self.stack, outer);
        self.mode = mode;
        found.iter().for_each(|&o| use_words(o));
    }
    /// The values in the fields of a live object; the words of frames do not count.
    pub(super) fn list_held(&mut self, object: Ref<Header>, use_value: &mut dyn FnMut(Value)) {
        let fields = Mode::List {
            ambiguous: false,
            starts: false,
        };
        let mode = std::mem::replace(&mut self.mode, fields);
        let first = self.stack.len();
        trace_by_kind(object.as_ptr() as usize, object.kind(), self);
        self.mode = mode;
        for i in first..self.stack.len() {
            use_value(super::value_at(self.stack[i]));
        }
        self.stack.truncate(first);
    }
    /// Between marking and sweeping: the objects that an object, dead or alive, refers to, its shape aside.
    pub(super) fn list_intact(&mut self, addr: usize, use_object: &mut dyn FnMut(usize)) {
        let all = Mode::List {
            ambiguous: true,
            starts: self.is_full(),
        };
        let mode = std::mem::replace(&mut self.mode, all);
        let first = self.stack.len();
        // SAFETY: H4: nothing was swept since the object was reached or found dead.
        let kind = unsafe { (*(addr as *const Header)).kind() };
        trace_by_kind(addr, kind, self);
        self.mode = mode;
        for i in first..self.stack.len() {
            use_object(self.stack[i]);
        }
        self.stack.truncate(first);
    }
}

#[inline(always)]
fn keep_lines(chunk: ChunkRef, addr: usize, bytes: usize) {
    let offset = addr & CHUNK_MASK;
    let last = (offset + bytes - 1) >> LINE_SHIFT;
    let mut line = offset >> LINE_SHIFT;
    while line <= last {
        // SAFETY: H9: the object ends inside its chunk, whose line table covers it.
        unsafe { *chunk.lines(line) |= LIVE };
        line += 1;
    }
}

#[inline(never)]
fn keep_big(addr: usize, words: usize) -> usize {
    // SAFETY: H1: a marked object is in a mapped chunk.
    let chunk = unsafe { ChunkRef::of(addr) };
    if chunk.huge {
        return chunk.huge_bytes.get();
    }
    let info = &chunk.blocks[(addr & CHUNK_MASK) >> BLOCK_SHIFT];
    if info.kind.get() == BlockKind::Large {
        return info.bytes.get();
    }
    keep_lines(chunk, addr, words * 8);
    words * 8
}

#[inline(always)]
fn prefetch(addr: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: H1: a prefetch reads nothing and may be given any address.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(addr as *const i8)
    };
    #[cfg(not(target_arch = "x86_64"))]
    let _ = addr;
}

macro_rules! define_trace {
    ($(($name:ident, $ty:ty),)*) => {
        #[inline(always)]
        fn trace_by_kind(addr: usize, kind: Kind, tracer: &mut Tracer) {
            match kind {
                Kind::Filler => {}
                // SAFETY: H5: kinds and layouts are one to one, and `addr` is a live object of this kind.
                $(Kind::$name => unsafe { (*(addr as *const $ty)).trace(tracer) },)*
            }
        }
    };
}
for_each_kind!(define_trace);

impl super::Heap {
    /// True if the last collection, or the one that runs, found the object alive. Young objects are not marked yet.
    pub(super) fn is_marked(addr: usize) -> bool {
        // SAFETY: H1: callers hold the address of an object that was not reclaimed yet.
        unsafe { ChunkRef::of(addr).is_marked(addr) }
    }
}
