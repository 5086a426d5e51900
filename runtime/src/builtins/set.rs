//! `set` and `frozenset`: a dict core whose values are unused. (Methods live in `set_methods.rs`.)

use super::dict::PyDict;
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::vm::Vm;
use std::cell::Cell;

/// A set or frozenset.
#[repr(C)]
pub struct PySet {
    header: Header,
    table: RefSlot<PyDict>,
    /// Cached hash of a frozenset, 0: not computed.
    pub hash: Cell<u64>,
}

impl PySet {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.table.value());
        trace_extension(self, size_of::<PySet>(), t);
    }
    /// An empty instance of `set`, `frozenset` or a subclass.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PySet> {
        let table = PyDict::new(vm);
        vm.alloc_object(
            ty,
            PySet {
                header: Header::PENDING,
                table: RefSlot::new(table),
                hash: Cell::new(0),
            },
            0,
        )
    }
    /// `set()`
    pub fn new(vm: &mut Vm) -> Ref<PySet> {
        let ty = vm.builtin_type(ids::SET);
        PySet::new_instance(vm, ty)
    }
    /// The elements as keys; the values are `None`.
    #[inline(always)]
    pub fn table(&self) -> Ref<PyDict> {
        self.table.expect()
    }
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.table().len()
    }
    /// True when empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Ref<PySet> {
    /// Replaces the whole contents.
    pub fn set_table(self, table: Ref<PyDict>) {
        self.table.set(self, table);
    }
}
