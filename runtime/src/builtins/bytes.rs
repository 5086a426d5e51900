//! `bytes`. (Methods live in `bytes_methods.rs`.)

use crate::heap::array::Array;
use crate::heap::{Tracer, tail};
use crate::object::header::{Header, Ref};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// An immutable sequence of bytes.
#[repr(C)]
pub struct PyBytes {
    header: Header,
    /// Cached hash, 0: not computed.
    hash: Cell<u64>,
    pub(crate) len: usize,
}

impl PyBytes {
    /// Where the shared objects begin in the machine's array of such: one for each byte, then the empty one.
    pub(crate) const SHARED: usize = 129;

    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        trace_extension(self, size_of::<PyBytes>() + ((self.len + 7) & !7), t);
    }
    /// A new bytes object.
    pub fn new(vm: &mut Vm, data: &[u8]) -> Ref<PyBytes> {
        let b = vm.heap.alloc_sized(
            ids::BYTES,
            PyBytes {
                header: Header::PENDING,
                hash: Cell::new(0),
                len: data.len(),
            },
            data.len(),
        );
        tail::fill_bytes(&*b, 0, data);
        b
    }
    /// A new bytes object put together from pieces; `None` when there is no memory.
    pub fn from_pieces(vm: &mut Vm, pieces: &[&[u8]]) -> Option<Ref<PyBytes>> {
        let len = pieces.iter().map(|p| p.len()).sum();
        let init = PyBytes {
            header: Header::PENDING,
            hash: Cell::new(0),
            len,
        };
        let b = vm.heap.try_alloc_sized(ids::BYTES, init, len)?;
        let mut at = 0;
        for piece in pieces {
            tail::fill_bytes(&*b, at, piece);
            at += piece.len();
        }
        Some(b)
    }
    /// `a + b`; `None`: no memory.
    pub fn concat(vm: &mut Vm, a: Ref<PyBytes>, b: Ref<PyBytes>) -> Option<Ref<PyBytes>> {
        PyBytes::from_pieces(vm, &[a.bytes(), b.bytes()])
    }
    /// A new instance of a subclass of `bytes`.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, data: &[u8]) -> Ref<PyBytes> {
        let b = vm.alloc_object(
            ty,
            PyBytes {
                header: Header::PENDING,
                hash: Cell::new(0),
                len: data.len(),
            },
            data.len(),
        );
        tail::fill_bytes(&*b, 0, data);
        b
    }
    /// The bytes. Immutable, so the slice stays valid while the object lives.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8] {
        tail::bytes(self, self.len)
    }
    /// `hash(b)`
    #[inline]
    pub fn hash(&self, vm: &Vm) -> u64 {
        if self.hash.get() == 0 {
            self.hash.set(vm.hash_bytes(self.bytes()));
        }
        self.hash.get()
    }
    /// Length.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }
    /// `b''`
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Vm {
    /// A bytes object: a shared one if it has one byte or none.
    pub fn new_bytes(&mut self, data: &[u8]) -> Value {
        let shared = match *data {
            [] => Some(256),
            [b] => Some(b as usize),
            _ => None,
        };
        if let Some(i) = shared
            && let Some(a) = self.ascii_chars.get().cast::<Array>()
        {
            return a.get(PyBytes::SHARED + i);
        }
        PyBytes::new(self, data).value()
    }
}
