//! `BaseException` and its builtin subclasses: one layout. (Methods live in `exception_methods*.rs`.)
//!
//! Attributes that only some types have (`OSError.errno`, `StopIteration.value`, `SyntaxError.lineno`, …) are numbered
//! fields of an array that those types' `__init__` makes.

use super::tuple::PyTuple;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// An exception object.
#[repr(C)]
pub struct PyException {
    header: Header,
    /// `args`
    pub args: RefSlot<PyTuple>,
    /// `__traceback__`: traceback or `NULL`.
    pub traceback: Slot,
    /// `__context__`: exception or `NULL`.
    pub context: Slot,
    /// `__cause__`: exception or `NULL`.
    pub cause: Slot,
    /// Numbered fields of special exception types.
    pub fields: RefSlot<Array>,
    /// `__suppress_context__`
    pub suppress_context: Cell<bool>,
}

impl PyException {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.args.value());
        t.visit(self.fields.value());
        for s in [&self.traceback, &self.context, &self.cause] {
            t.visit_slot(s);
        }
        trace_extension(self, size_of::<PyException>(), t);
    }
    /// An exception of type `ty` with the given `args` (what `__new__` does).
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>, args: &[Value]) -> Ref<PyException> {
        let args = PyTuple::from_slice(vm, args);
        let null = || Slot::new(Value::NULL);
        vm.alloc_object(
            ty,
            PyException {
                header: Header::PENDING,
                args: RefSlot::new(args),
                traceback: null(),
                context: null(),
                cause: null(),
                fields: RefSlot::empty(),
                suppress_context: Cell::new(false),
            },
            0,
        )
    }
    /// Numbered field `i`, `NULL` if never set.
    pub fn field(&self, i: usize) -> Value {
        match self.fields.get() {
            Some(f) if i < f.len() => f.get(i),
            _ => Value::NULL,
        }
    }
}

impl Ref<PyException> {
    /// Sets numbered field `i`.
    pub fn set_field(self, vm: &mut Vm, i: usize, v: Value) {
        let fields = match self.fields.get() {
            Some(f) if i < f.len() => f,
            old => {
                let new = vm.heap.new_array((i + 1).max(6));
                if let Some(f) = old {
                    new.copy_from(0, f, 0, f.len());
                }
                self.fields.set(self, new);
                new
            }
        };
        fields.set(i, v);
    }
}
