//! `bytearray`. (Methods live in `bytes_methods.rs` and `bytearray_methods.rs`.)

use super::memoryview::Exports;
use crate::heap::Tracer;
use crate::heap::bytebuf::ByteBuf;
use crate::object::header::{Header, Ref, RefSlot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::vm::Vm;
use std::cell::Cell;

/// A mutable sequence of bytes.
#[repr(C)]
pub struct PyByteArray {
    header: Header,
    pub(crate) len: Cell<usize>,
    pub(crate) buf: RefSlot<ByteBuf>,
    /// Views of the bytes: no resizing while there are any.
    pub exports: Exports,
}

impl PyByteArray {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.buf.value());
        trace_extension(self, size_of::<PyByteArray>(), t);
    }
    /// A new instance of `bytearray` or a subclass.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, data: &[u8]) -> Ref<PyByteArray> {
        let buf = vm.heap.new_bytebuf(data.len());
        buf.write(0, data);
        vm.alloc_object(
            ty,
            PyByteArray {
                header: Header::PENDING,
                len: Cell::new(data.len()),
                buf: RefSlot::new(buf),
                exports: Exports::default(),
            },
            0,
        )
    }
    /// Length.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    /// True when empty.
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    /// The storage; only the first `len` bytes count.
    #[inline(always)]
    pub fn buffer(&self) -> Ref<ByteBuf> {
        self.buf.expect()
    }
    /// A copy of the contents.
    pub fn to_vec(&self) -> Vec<u8> {
        self.buffer().bytes()[..self.len()].to_vec()
    }
}

impl Ref<PyByteArray> {
    /// Adds bytes at the end if there is room for them; false: nothing happened. Views do not notice.
    #[inline]
    pub fn extend_within(self, data: &[u8]) -> bool {
        let (buf, old) = (self.buffer(), self.len.get());
        if data.len() > buf.capacity() - old {
            return false;
        }
        buf.write(old, data);
        self.len.set(old + data.len());
        true
    }
    /// Makes room for `capacity` bytes in all. False when there is no memory.
    pub fn reserve(self, vm: &mut Vm, capacity: usize) -> bool {
        let buf = self.buffer();
        if capacity > buf.capacity() {
            let Some(grown) = vm.heap.grow_bytebuf(buf, capacity) else {
                return false;
            };
            self.buf.set(self, grown);
        }
        true
    }
    /// Changes the length; new bytes are zero. False when there is no memory.
    pub fn resize(self, vm: &mut Vm, len: usize) -> bool {
        let buf = self.buffer();
        let old = self.len.get();
        if len > buf.capacity() {
            let Some(grown) = vm.heap.grow_bytebuf(buf, len.saturating_add(len / 2 + 8)) else {
                return false;
            };
            self.buf.set(self, grown);
        } else if len > old {
            for c in &buf.cells()[old..len] {
                c.set(0);
            }
        }
        self.len.set(len);
        true
    }
}
