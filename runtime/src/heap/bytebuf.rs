//! `ByteBuf`: raw bytes without pointers; the storage behind bytearray, hash indices, appendable strings.

use super::{Heap, Tracer, tail};
use crate::object::header::{Header, Ref};
use crate::object::shape::ids;
use std::cell::Cell;

/// A run of bytes.
#[repr(C)]
pub struct ByteBuf {
    header: Header,
    capacity: Cell<usize>,
    /// How much is in use, where the owner wants to know (shared string buffers).
    pub used: Cell<usize>,
}

impl ByteBuf {
    pub(crate) fn trace_fields(&self, _: &mut Tracer) {}
    /// Bytes there is room for.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity.get()
    }
    /// All bytes. The slice must not be held over anything that may write to the buffer (H6).
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        tail::bytes(self, self.capacity.get())
    }
    /// All bytes as cells.
    #[inline(always)]
    pub fn cells(&self) -> &[Cell<u8>] {
        tail::byte_cells(self, self.capacity.get())
    }
    /// Overwrites bytes from `at` on; panics beyond the capacity.
    #[inline]
    pub fn write(&self, at: usize, data: &[u8]) {
        assert!(
            at.checked_add(data.len())
                .is_some_and(|end| end <= self.capacity.get())
        );
        tail::fill_bytes(self, at, data);
    }
    /// Moves bytes inside the buffer; ranges may overlap.
    pub fn move_within(&self, from: usize, to: usize, count: usize) {
        tail::move_bytes(self, self.capacity.get(), from, to, count);
    }
}

impl Heap {
    /// A new zeroed buffer; `None` when there is no memory.
    pub fn try_new_bytebuf(&self, capacity: usize) -> Option<Ref<ByteBuf>> {
        let init = ByteBuf {
            header: Header::PENDING,
            capacity: Cell::new(capacity),
            used: Cell::new(0),
        };
        self.try_alloc_sized(ids::BYTEBUF, init, capacity)
    }
    /// A new zeroed buffer.
    pub fn new_bytebuf(&self, capacity: usize) -> Ref<ByteBuf> {
        self.try_new_bytebuf(capacity).expect("out of memory")
    }
    /// A buffer with the contents of `buf` and a larger capacity: grown in place where possible.
    pub fn grow_bytebuf(&self, buf: Ref<ByteBuf>, capacity: usize) -> Option<Ref<ByteBuf>> {
        if self.try_grow(buf, capacity) {
            buf.capacity.set(capacity);
            return Some(buf);
        }
        let new = self.try_new_bytebuf(capacity)?;
        new.write(0, buf.bytes());
        new.used.set(buf.used.get());
        Some(new)
    }
}
