//! `property`. (Methods live in `property_methods.rs`.)

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A property; absent parts are `NULL`.
#[repr(C)]
pub struct PyProperty {
    header: Header,
    /// `fget`
    pub fget: Slot,
    /// `fset`
    pub fset: Slot,
    /// `fdel`
    pub fdel: Slot,
    /// `__doc__`
    pub doc: Slot,
    /// `__name__` as set by `__set_name__`.
    pub name: Slot,
    /// The docstring came from the getter.
    pub getter_doc: Cell<bool>,
}

impl PyProperty {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        for s in [&self.fget, &self.fset, &self.fdel, &self.doc, &self.name] {
            t.visit_slot(s);
        }
        trace_extension(self, size_of::<PyProperty>(), t);
    }
    /// An empty property of type `ty`.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PyProperty> {
        let null = || Slot::new(Value::NULL);
        vm.alloc_object(
            ty,
            PyProperty {
                header: Header::PENDING,
                fget: null(),
                fset: null(),
                fdel: null(),
                doc: null(),
                name: null(),
                getter_doc: Cell::new(false),
            },
            0,
        )
    }
}
