//! `traceback`. (Attributes live in `traceback_attrs.rs`.)

use super::frame::PyFrame;
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// One entry of a traceback.
#[repr(C)]
pub struct PyTraceback {
    header: Header,
    /// `tb_next`: traceback or `NULL`.
    pub next: Slot,
    /// `tb_frame`
    pub frame: RefSlot<PyFrame>,
    /// Word index of the instruction.
    pub lasti: Cell<u32>,
    /// `tb_lasti` as the constructor was given it, which need not be the place of an instruction.
    pub given_lasti: Cell<Option<i32>>,
    /// `tb_lineno` if given explicitly, else 0 (then computed from `lasti`).
    pub lineno: Cell<u32>,
}

impl PyTraceback {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.next);
        t.visit(self.frame.value());
    }
    /// An entry in front of `next`.
    pub fn new(
        vm: &mut Vm,
        next: Value,
        frame: Ref<PyFrame>,
        lasti: u32,
        lineno: u32,
    ) -> Ref<PyTraceback> {
        vm.heap.alloc(
            ids::TRACEBACK,
            PyTraceback {
                header: Header::PENDING,
                next: Slot::new(next),
                frame: RefSlot::new(frame),
                lasti: Cell::new(lasti),
                given_lasti: Cell::new(None),
                lineno: Cell::new(lineno),
            },
        )
    }
}
