//! `method`: a function bound to an object.

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A bound method.
#[repr(C)]
pub struct PyMethod {
    header: Header,
    /// `__func__`
    pub func: Slot,
    /// `__self__`
    pub this: Slot,
}

impl PyMethod {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.func);
        t.visit_slot(&self.this);
    }
    /// `func` bound to `this`.
    #[inline]
    pub fn new(vm: &mut Vm, func: Value, this: Value) -> Ref<PyMethod> {
        vm.heap.alloc(
            ids::METHOD,
            PyMethod {
                header: Header::PENDING,
                func: Slot::new(func),
                this: Slot::new(this),
            },
        )
    }
}
