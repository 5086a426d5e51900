//! `range`. (Methods live in `range_methods.rs`.)

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A range object; all four are ints of any size.
#[repr(C)]
pub struct PyRange {
    header: Header,
    /// `start`
    pub start: Slot,
    /// `stop`
    pub stop: Slot,
    /// `step`, not 0
    pub step: Slot,
    /// Number of elements.
    pub length: Slot,
}

impl PyRange {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.start);
        t.visit_slot(&self.stop);
        t.visit_slot(&self.step);
        t.visit_slot(&self.length);
    }
    /// A range whose parts are already ints and whose length is right.
    pub fn new(vm: &mut Vm, start: Value, stop: Value, step: Value, length: Value) -> Ref<PyRange> {
        vm.heap.alloc(
            ids::RANGE,
            PyRange {
                header: Header::PENDING,
                start: Slot::new(start),
                stop: Slot::new(stop),
                step: Slot::new(step),
                length: Slot::new(length),
            },
        )
    }
}
