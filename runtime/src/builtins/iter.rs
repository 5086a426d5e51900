//! `PyIter`: the one layout behind all builtin iterators; the shape says which iterator it is.
//!
//! What the fields mean depends on the type: for `list_iterator` `a` is the list (`NULL` when exhausted) and `index` the
//! next position; for `range_iterator` `index`, `stop`, `step` are the machine integers; for `zip` `a` is the tuple of
//! iterators; and so on. Each type's functions are in its own file (`iter_seq.rs`, `iter_dict.rs`, …).

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A builtin iterator.
#[repr(C)]
pub struct PyIter {
    header: Header,
    /// First object, usually what is iterated over.
    pub a: Slot,
    /// Second object.
    pub b: Slot,
    /// Position.
    pub index: Cell<i64>,
    /// Limit, remaining length or remembered size.
    pub stop: Cell<i64>,
    /// Step or mode.
    pub step: Cell<i64>,
}

impl PyIter {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.a);
        t.visit_slot(&self.b);
        trace_extension(self, size_of::<PyIter>(), t);
    }
    fn init(a: Value, b: Value, index: i64, stop: i64, step: i64) -> PyIter {
        PyIter {
            header: Header::PENDING,
            a: Slot::new(a),
            b: Slot::new(b),
            index: Cell::new(index),
            stop: Cell::new(stop),
            step: Cell::new(step),
        }
    }
    /// An iterator of builtin type `id`.
    #[inline]
    pub fn new(
        vm: &mut Vm,
        id: u32,
        a: Value,
        b: Value,
        index: i64,
        stop: i64,
        step: i64,
    ) -> Ref<PyIter> {
        vm.heap.alloc(id, PyIter::init(a, b, index, stop, step))
    }
    /// An instance of an iterator type or a subclass (`enumerate`, `zip`, …).
    pub fn new_instance(
        vm: &mut Vm,
        ty: Ref<PyType>,
        a: Value,
        b: Value,
        index: i64,
    ) -> Ref<PyIter> {
        vm.alloc_object(ty, PyIter::init(a, b, index, 0, 0), 0)
    }
}
