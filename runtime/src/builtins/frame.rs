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
    /// Word index + 1 that a trace function jumps to by setting `f_lineno`, 0: none.
    pub jump_to: Cell<u32>,
    /// While tracing: word index + 1 of the last instruction, 0: not known, or [`FRESH`].
    pub traced_at: Cell<u32>,
    /// While tracing: its line.
    pub traced_line: Cell<u32>,
    /// While profiling: the native function being called, or `NULL`.
    pub native_call: Slot,
}

/// Of `PyFrame::traced_at`: the next instruction begins a line in any case.
pub const FRESH: u32 = u32::MAX;

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
            &self.native_call,
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
                jump_to: Cell::new(0),
                traced_at: Cell::new(0),
                traced_line: Cell::new(0),
                native_call: null(),
            },
        )
    }
}
