//! `tasklet`: a stack with a place in the scheduler. The main program runs as one, too.
//!
//! While a tasklet runs, its stack registers are in the `Vm`; they are saved here when it is switched out.

use super::stack::StackChunk;
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A tasklet.
#[repr(C)]
pub struct PyTasklet {
    header: Header,
    /// Its top stack chunk.
    pub chunk: RefSlot<StackChunk>,
    /// Address of the top frame's register 0 while switched out, else 0.
    pub fp: Cell<usize>,
    /// First free word of the top chunk while switched out.
    pub top: Cell<usize>,
    /// Exception being handled at the bottom level.
    pub handled: Slot,
    /// Topmost running generator with an exception state of its own, or `NULL`.
    pub handled_top: Slot,
    /// Calls on the stack, for the recursion limit.
    pub depth: Cell<usize>,
}

impl PyTasklet {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.chunk.value());
        t.visit_slot(&self.handled);
        t.visit_slot(&self.handled_top);
        if self.top.get() != 0 {
            trace_stack(self.chunk.get(), self.top.get() as *mut u64, true, t);
        }
        trace_extension(self, size_of::<PyTasklet>(), t);
    }
    /// A tasklet without a stack.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PyTasklet> {
        vm.alloc_object(
            ty,
            PyTasklet {
                header: Header::PENDING,
                chunk: RefSlot::empty(),
                fp: Cell::new(0),
                top: Cell::new(0),
                handled: Slot::new(Value::NULL),
                handled_top: Slot::new(Value::NULL),
                depth: Cell::new(0),
            },
            0,
        )
    }
}

/// Visits the words of a chain of chunks; `top` is the first free word of the topmost. In a minor collection
/// (`all` false) chunks that were not touched since the last one are skipped: what they refer to is old.
pub fn trace_stack(chunk: Option<Ref<StackChunk>>, top: *mut u64, all: bool, t: &mut Tracer) {
    let Some(first) = chunk else { return };
    first.trace_words((top as usize - first.base() as usize) / 8, t);
    first.clean.set(false);
    let mut next = first.prev.get();
    while let Some(c) = next {
        t.visit(c.value());
        if all || !c.clean.get() {
            c.trace_words(c.used.get(), t);
            c.clean.set(true);
        }
        next = c.prev.get();
    }
}
