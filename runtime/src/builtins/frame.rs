//! `frame`: the object that `sys._getframe` and tracebacks show for a frame. (Attributes live in `frame_attrs.rs`.)
//!
//! While the frame runs, the object points at its registers; when the frame ends the interpreter copies them out.

use super::code::PyCode;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A frame object.
#[repr(C)]
pub struct PyFrame {
    header: Header,
    /// Address of register 0 while the frame is alive, else 0.
    pub fp: Cell<usize>,
    /// Word index of the instruction being executed, when the frame is not running any more.
    pub lasti: Cell<u32>,
    /// Its code.
    pub code: RefSlot<PyCode>,
    /// Its function.
    pub function: Slot,
    /// `f_locals` mapping of class bodies, modules and `exec`, else `NULL`.
    pub locals: Slot,
    /// `f_back` once the frame has ended.
    pub back: Slot,
    /// Registers, once the frame has ended.
    pub registers: RefSlot<Array>,
    /// `f_trace`
    pub trace: Slot,
    /// The generator that owns the frame, or `NULL`.
    pub generator: Slot,
    /// Extra variables set through `f_locals` (PEP 667).
    pub extra_locals: Slot,
    /// `f_trace_lines`, `f_trace_opcodes`: bits 0 and 1.
    pub trace_flags: Cell<u8>,
    /// `f_lineno` as set by a trace function, 0: none.
    pub lineno: Cell<u32>,
}

impl PyFrame {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.code.value());
        t.visit(self.registers.value());
        for s in [
            &self.function,
            &self.locals,
            &self.back,
            &self.trace,
            &self.generator,
            &self.extra_locals,
        ] {
            t.visit_slot(s);
        }
    }
    /// The object for the live frame whose register 0 is at `fp`.
    pub fn new(
        vm: &mut Vm,
        fp: usize,
        code: Ref<PyCode>,
        function: Value,
        locals: Value,
        generator: Value,
    ) -> Ref<PyFrame> {
        let null = || Slot::new(Value::NULL);
        vm.heap.alloc(
            ids::FRAME,
            PyFrame {
                header: Header::PENDING,
                fp: Cell::new(fp),
                lasti: Cell::new(0),
                code: RefSlot::new(code),
                function: Slot::new(function),
                locals: Slot::new(locals),
                back: null(),
                registers: RefSlot::empty(),
                trace: null(),
                generator: Slot::new(generator),
                extra_locals: null(),
                trace_flags: Cell::new(1),
                lineno: Cell::new(0),
            },
        )
    }
}
