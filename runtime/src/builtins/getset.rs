//! Attribute descriptors of native types (`getset_descriptor`) and of `__slots__` (`member_descriptor`).

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::native_def::GetSetDef;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;

/// A computed attribute.
#[repr(C)]
pub struct PyGetSet {
    header: Header,
    /// What it runs.
    pub def: &'static GetSetDef,
    /// `__objclass__`
    pub owner: RefSlot<PyType>,
}

impl PyGetSet {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.owner.value());
    }
    /// The descriptor of `def` for `owner`.
    pub fn new(vm: &mut Vm, def: &'static GetSetDef, owner: Ref<PyType>) -> Ref<PyGetSet> {
        vm.heap.alloc(
            ids::GETSET_DESCRIPTOR,
            PyGetSet {
                header: Header::PENDING,
                def,
                owner: RefSlot::new(owner),
            },
        )
    }
}

/// A `__slots__` member.
#[repr(C)]
pub struct PyMember {
    header: Header,
    /// `__name__`
    pub name: Slot,
    /// `__objclass__`
    pub owner: RefSlot<PyType>,
    /// Number among the member slots of the instance.
    pub index: usize,
}

impl PyMember {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.name);
        t.visit(self.owner.value());
    }
    /// The descriptor of member slot `index`.
    pub fn new(vm: &mut Vm, name: Value, owner: Ref<PyType>, index: usize) -> Ref<PyMember> {
        vm.heap.alloc(
            ids::MEMBER_DESCRIPTOR,
            PyMember {
                header: Header::PENDING,
                name: Slot::new(name),
                owner: RefSlot::new(owner),
                index,
            },
        )
    }
}
