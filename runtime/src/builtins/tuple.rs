//! `tuple`: items inline. (Methods live in `tuple_methods.rs`.)

use super::list::PyList;
use crate::heap::{Tracer, tail};
use crate::object::header::{Header, Ref, Slot};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A tuple.
#[repr(C)]
pub struct PyTuple {
    header: Header,
    /// Cached hash, 0: not computed.
    pub hash: Cell<i64>,
    pub(crate) len: usize,
}

impl PyTuple {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        trace_extension(self, size_of::<PyTuple>(), t);
    }
    /// A tuple of the values. `()` is one object.
    #[inline]
    pub fn from_slice(vm: &mut Vm, values: &[Value]) -> Ref<PyTuple> {
        if values.is_empty()
            && let Some(t) = vm.empty_tuple.get().cast::<PyTuple>()
        {
            return t;
        }
        let t = alloc(vm, values.len());
        fill(t, values);
        t
    }
    /// An instance of `tuple` or a subclass.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, values: &[Value]) -> Ref<PyTuple> {
        let t = vm.alloc_object(
            ty,
            PyTuple {
                header: Header::PENDING,
                hash: Cell::new(0),
                len: values.len(),
            },
            values.len() * 8,
        );
        fill(t, values);
        t
    }
    /// A tuple of an iterator's values (which must not allocate).
    pub fn from_iter(vm: &mut Vm, values: impl ExactSizeIterator<Item = Value>) -> Ref<PyTuple> {
        if values.len() == 0 {
            return PyTuple::from_slice(vm, &[]);
        }
        let t = alloc(vm, values.len());
        let slots: &[Slot] = tail::slots(&*t, t.len);
        // As in `fill`.
        for (s, v) in slots.iter().zip(values) {
            s.set_unbarriered(v);
        }
        t
    }
    /// A tuple of a list's items.
    pub fn from_list(vm: &mut Vm, list: Ref<PyList>) -> Ref<PyTuple> {
        let Some(items) = list.array().filter(|_| !list.is_empty()) else {
            return PyTuple::from_slice(vm, &[]);
        };
        let t = alloc(vm, list.len());
        fill(t, tail::values(items.slots(), list.len()));
        t
    }
    /// The items. A tuple never changes, so the slice stays valid while it lives.
    #[inline(always)]
    pub fn items(&self) -> &[Value] {
        tail::values(tail::slots(self, self.len), self.len)
    }
    /// Length.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }
    /// `()`
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[inline]
fn alloc(vm: &mut Vm, len: usize) -> Ref<PyTuple> {
    vm.heap.alloc_sized(
        ids::TUPLE,
        PyTuple {
            header: Header::PENDING,
            hash: Cell::new(0),
            len,
        },
        len * 8,
    )
}

#[inline]
fn fill(t: Ref<PyTuple>, values: &[Value]) {
    let slots: &[Slot] = tail::slots(&*t, values.len());
    // The tuple was allocated just now, so no store needs the barrier.
    for (s, v) in slots.iter().zip(values) {
        s.set_unbarriered(*v);
    }
}

impl Vm {
    /// A tuple object.
    #[inline]
    pub fn new_tuple(&mut self, values: &[Value]) -> Value {
        PyTuple::from_slice(self, values).value()
    }
    /// A list object.
    pub fn new_list(&mut self, values: &[Value]) -> Value {
        crate::builtins::list::PyList::from_slice(self, values).value()
    }
}
