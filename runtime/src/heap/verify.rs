//! Checks that make a broken heap fail at once and near the cause (`SKEIN_GC=verify` and `stress`).

use super::block::Block;
use super::chunk::{BLOCK_BYTES, BLOCK_SHIFT, BlockKind, CHUNK_MASK, ChunkRef, HEAD_BYTES};
use super::{Heap, Tracer};
use crate::object::header::{Header, Kind, flag};

impl Heap {
    /// Calls `f` with every marked object: after a full collection, all that live; `f` must not allocate.
    pub(super) fn each_marked(&self, f: &mut dyn FnMut(usize)) {
        for chunk in self.chunks.borrow().iter() {
            for block in chunk.used_blocks() {
                match block.info().kind.get() {
                    BlockKind::Small => block.each_marked(f),
                    BlockKind::Large if chunk.is_marked(block.base()) => f(block.base()),
                    BlockKind::Free | BlockKind::Large | BlockKind::Rest => {}
                }
            }
        }
        for chunk in self.huge.borrow().iter().map(|c| c.base() + HEAD_BYTES) {
            if Heap::is_marked(chunk) {
                f(chunk);
            }
        }
    }
    /// Checks every marked object after a collection: sound header, live lines, fields that point to marked objects.
    pub(super) fn verify(&self) {
        let mut tracer = self.tracer.borrow_mut();
        let remembered = self.remembered.whole_objects();
        self.each_marked(&mut |addr| {
            if header_at(addr).kind() == Kind::Filler {
                self.report_holders(addr, &mut tracer);
            }
            check_object(addr, &remembered);
            tracer.list(addr, false, &mut |to| {
                assert!(
                    self.is_known(to),
                    "heap: {} refers to {to:#x}, which is outside the heap",
                    describe(addr)
                );
                assert!(
                    Heap::is_marked(to),
                    "heap: {} refers to {to:#x}, which was freed",
                    describe(addr)
                );
            });
        });
    }
    /// Before a minor collection: every old object with a reference to a young one must be remembered.
    pub(super) fn check_barrier(&self, tracer: &mut Tracer) {
        self.each_marked(&mut |addr| {
            let header = header_at(addr);
            if !header.has(flag::UNLOGGED) {
                return;
            }
            if header.kind() == Kind::Array {
                return check_array_cards(addr);
            }
            tracer.list(addr, true, &mut |to| {
                assert!(
                    Heap::is_marked(to) || self.keeps(to),
                    "heap: old {} holds young {} without a write barrier",
                    describe(addr),
                    describe(to)
                );
            });
        });
    }
    /// Says on standard error which marked objects refer to `addr`.
    fn report_holders(&self, addr: usize, tracer: &mut Tracer) {
        self.each_marked(&mut |holder| {
            if header_at(holder).kind() != Kind::Filler {
                tracer.list(holder, false, &mut |to| {
                    if to == addr {
                        eprintln!("heap: {} refers to {addr:#x}", describe(holder));
                    }
                });
            }
        });
    }
    fn is_known(&self, addr: usize) -> bool {
        let inside = |c: &ChunkRef| addr >= c.base() && addr - c.base() < c.map_bytes;
        self.chunks.borrow().iter().any(inside) || self.huge.borrow().iter().any(inside)
    }
}

fn check_array_cards(addr: usize) {
    // SAFETY: H5: the kind was tested; old objects stay until a full collection.
    let (array, chunk) = unsafe { (&*(addr as *const super::array::Array), ChunkRef::of(addr)) };
    for slot in array.slots() {
        let (v, field) = (slot.get(), slot as *const _ as usize);
        if v.is_object() && !Heap::is_marked(v.bits() as usize) {
            let carded = header_at(addr).stored_size() > super::barrier::WHOLE_WORDS
                && chunk.is_carded(field);
            assert!(
                carded,
                "heap: old {} holds young {} without a write barrier",
                describe(addr),
                describe(v.bits() as usize)
            );
        }
    }
}

fn check_object(addr: usize, remembered: &[usize]) {
    let header = header_at(addr);
    let bytes = super::large::size_of_object(addr);
    assert!(
        header.kind() != Kind::Filler && bytes >= 8,
        "heap: {} is no object",
        describe(addr)
    );
    assert!(
        header.has(flag::UNLOGGED) || remembered.contains(&addr),
        "heap: {} survived a collection but is not old",
        describe(addr)
    );
    // SAFETY: H1: a marked object is in a mapped chunk.
    let chunk = unsafe { ChunkRef::of(addr) };
    if chunk.huge {
        return assert!(
            addr == chunk.base() + HEAD_BYTES && bytes + HEAD_BYTES <= chunk.map_bytes,
            "heap: {} is misplaced",
            describe(addr)
        );
    }
    let block: Block = chunk.block((addr & CHUNK_MASK) >> BLOCK_SHIFT);
    match block.info().kind.get() {
        BlockKind::Small => {
            assert!(
                block.range().contains(&(addr + bytes - 1)),
                "heap: {} leaves its block",
                describe(addr)
            );
            assert!(
                block.lines_are_live(addr, bytes),
                "heap: a line of {} was freed",
                describe(addr)
            );
        }
        BlockKind::Large => {
            let stored = header.stored_size();
            assert!(
                addr == block.base() && (stored == 0xffff || stored * 8 == bytes),
                "heap: {} is damaged",
                describe(addr)
            );
            assert!((addr & CHUNK_MASK) + bytes <= super::chunk::BLOCKS * BLOCK_BYTES);
        }
        other => panic!("heap: {} is in a block marked {other:?}", describe(addr)),
    }
}

fn header_at(addr: usize) -> &'static Header {
    // SAFETY: H1: the walkers pass marked objects; the reference is used at once.
    unsafe { &*(addr as *const Header) }
}

fn describe(addr: usize) -> String {
    let header = header_at(addr);
    format!(
        "{:?} {addr:#x} (shape {}, header {:#x})",
        header.kind(),
        header.shape_id(),
        header.word()
    )
}
