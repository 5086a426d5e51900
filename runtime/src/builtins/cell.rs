//! `cell`: a variable shared between functions.

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A cell; `NULL` contents: empty.
#[repr(C)]
pub struct PyCell {
    header: Header,
    /// The contents.
    pub contents: Slot,
}

impl PyCell {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.contents);
    }
    /// A cell holding `v` (or nothing).
    #[inline]
    pub fn new(vm: &mut Vm, v: Value) -> Ref<PyCell> {
        vm.heap.alloc(
            ids::CELL,
            PyCell {
                header: Header::PENDING,
                contents: Slot::new(v),
            },
        )
    }
}
