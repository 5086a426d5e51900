//! `slice`. (Methods live in `slice_methods.rs`.)

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A slice object.
#[repr(C)]
pub struct PySlice {
    header: Header,
    /// `start`
    pub start: Slot,
    /// `stop`
    pub stop: Slot,
    /// `step`
    pub step: Slot,
}

impl PySlice {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.start);
        t.visit_slot(&self.stop);
        t.visit_slot(&self.step);
    }
    /// `slice(start, stop, step)`
    pub fn new(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Ref<PySlice> {
        vm.heap.alloc(
            ids::SLICE,
            PySlice {
                header: Header::PENDING,
                start: Slot::new(start),
                stop: Slot::new(stop),
                step: Slot::new(step),
            },
        )
    }
}
