//! `PyIter`: the one layout behind all builtin iterators; the shape says which iterator it is.
//!
//! | type | `a` | `b` | `index` | `stop` | `step` |
//! |---|---|---|---|---|---|
//! | list, tuple, bytes, bytearray iterators, `iterator`, generic alias | sequence | | next position | | |
//! | list_reverseiterator, reversed | sequence | | next position | | |
//! | str iterators | str | | characters given | next byte offset | |
//! | range_iterator | | | next value | how many are left | step |
//! | longrange_iterator | range | number of the next element | | | |
//! | dict iterators, set_iterator | dict or set | | next position in the table | size at start, -1: failed | how many are left |
//! | callable_iterator | callable | sentinel | | | |
//! | enumerate | iterator | count once it is beyond i64, else `NULL` | count | | |
//! | zip | tuple of iterators | | | | 1: strict |
//! | map | function | tuple of iterators | | | 1: strict |
//! | filter | function or `None` | iterator | | | |
//! | anext_awaitable | awaitable | default | | | |
//!
//! An exhausted iterator over one object has `NULL` in `a`. Steps are in `iter_next.rs`, methods in `iter_seq.rs`,
//! `iter_table.rs`, `iter_combine.rs`.

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
