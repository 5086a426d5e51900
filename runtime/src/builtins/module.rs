//! `module`. (Methods live in `module_methods.rs`.)

use super::dict::PyDict;
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::vm::Vm;

/// A module: its attributes are its dict.
#[repr(C)]
pub struct PyModule {
    header: Header,
    dict: RefSlot<PyDict>,
}

impl PyModule {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.dict.value());
        trace_extension(self, size_of::<PyModule>(), t);
    }
    /// An empty module of type `ty` over `dict`.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, dict: Ref<PyDict>) -> Ref<PyModule> {
        vm.alloc_object(
            ty,
            PyModule {
                header: Header::PENDING,
                dict: RefSlot::new(dict),
            },
            0,
        )
    }
    /// The namespace.
    #[inline(always)]
    pub fn dict(&self) -> Ref<PyDict> {
        self.dict.expect()
    }
}
