//! `frame`: the object that `sys._getframe` and tracebacks show for a frame. (Attributes live in `frame_attrs.rs`.)
//!
//! While the frame runs, the object points at its registers; when the frame ends the interpreter copies them out. A frame
//! that is pickled, or came from a pickle, is such a copy, too; see [`Going`].

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
    /// Registers that hold variables, once the frame has ended; or all registers and how it goes on, see [`Going`].
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
    /// The tasklet or greenlet on whose stack the frame stands while it is alive: the object keeps it alive.
    pub owner: Slot,
}

/// How a frame that is only an object, because of pickling, goes on when it is given a row on a stack again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Going {
    /// Not at all: only its variables are there.
    Never,
    /// As a generator's, at its start or behind a `yield`.
    Generator,
    /// With a result that is delivered as this return word of the interpreter says.
    Word(u64),
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
            &self.owner,
        ] {
            t.visit_slot(s);
        }
    }
    /// How it goes on: what stands behind its registers.
    pub fn going(&self) -> Going {
        let count = self.code.expect().nregs as usize;
        let last = self.registers.get().filter(|r| r.len() == count + 1);
        match last.map(|r| r.get(count)) {
            Some(Value::NONE) => Going::Generator,
            Some(v) => v
                .as_small_int()
                .map_or(Going::Never, |n| Going::Word(n as u64)),
            None => Going::Never,
        }
    }
    /// Room for the registers of a frame of `code` that goes on so.
    pub fn copied_registers(
        vm: &mut Vm,
        code: Ref<PyCode>,
        variables: usize,
        going: Going,
    ) -> Ref<Array> {
        let (count, last) = match going {
            Going::Never => return vm.heap.new_array(variables),
            Going::Generator => (code.nregs as usize, Value::NONE),
            // The high half is a small number.
            Going::Word(word) => (
                code.nregs as usize,
                Value::small_int(word as i64).unwrap_or(Value::NULL),
            ),
        };
        let registers = vm.heap.new_array(count + 1);
        registers.set(count, last);
        registers
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
        let owner = match fp {
            0 => Value::NULL,
            _ => crate::tasklet::greenlet::stack_owner(vm),
        };
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
                owner: Slot::new(owner),
            },
        )
    }
}
