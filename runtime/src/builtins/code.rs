//! `code`: a compiled block. The runtime does not understand the instruction words; the interpreter makes and runs them.
//! (Attributes live in `code_attrs.rs`.)

use super::tuple::PyTuple;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::heap::bytebuf::ByteBuf;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::shape::ids;
use crate::vm::Vm;
use std::cell::Cell;

/// A code object.
#[repr(C)]
pub struct PyCode {
    header: Header,
    /// Instruction words (8 bytes each), inline caches included: changed while the code runs.
    pub words: RefSlot<ByteBuf>,
    /// Constants by number.
    pub consts: RefSlot<Array>,
    /// Names by number (interned).
    pub names: RefSlot<Array>,
    /// `co_varnames`
    pub varnames: RefSlot<PyTuple>,
    /// `co_cellvars`
    pub cellvars: RefSlot<PyTuple>,
    /// `co_freevars`
    pub freevars: RefSlot<PyTuple>,
    /// Register of each cell variable: little-endian u16s.
    pub cell_regs: RefSlot<ByteBuf>,
    /// Exception table: rows of four little-endian u32 (start, end, target, register), inner ranges first.
    pub exceptions: RefSlot<ByteBuf>,
    /// Encoded positions (the compiler crate's `positions`).
    pub positions: RefSlot<ByteBuf>,
    /// `co_filename`
    pub filename: Slot,
    /// `co_name`
    pub name: Slot,
    /// `co_qualname`
    pub qualname: Slot,
    /// `co_flags`
    pub flags: Cell<u32>,
    /// Positional parameters.
    pub argcount: u32,
    /// Positional-only parameters.
    pub posonlyargcount: u32,
    /// Keyword-only parameters.
    pub kwonlyargcount: u32,
    /// Registers of a frame.
    pub nregs: u32,
    /// Register of the first free variable.
    pub free_base: u32,
    /// `co_firstlineno`
    pub firstlineno: u32,
    /// Number of instruction words.
    pub word_count: u32,
    /// A number that no other code object has, for tables kept beside the heap.
    pub serial: u32,
    /// Where the handler around a generator's whole body is, which only rewords a StopIteration; else `u32::MAX`.
    pub stop_handler: u32,
    /// `argcount` if a call with just that many positional arguments needs no binding and makes no generator, else `u32::MAX`.
    pub fast_argcount: u32,
    /// What a generator of the code has to do when it is dropped, once somebody asked; see [`Cleanup`].
    pub cleanup: Cell<Cleanup>,
    /// Calls so far, and other counters for the tiers above the interpreter.
    pub heat: Cell<u32>,
    /// Whatever a tier attaches to the code.
    pub attachment: Slot,
}

/// What runs when a suspended generator is dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cleanup {
    /// Nobody asked yet.
    Unknown,
    /// Nothing.
    None,
    /// It closes the generator that it delegates to, and no more: mostly nobody but itself knows that one, which sees to itself.
    Delegates,
    /// Handlers of the program's own around some `yield`, which do nothing about being closed: nobody need watch for that.
    Passes,
    /// Handlers of the program's own around some `yield`.
    Handlers,
}

impl PyCode {
    /// In `co_flags`: frames of the code are shown to nobody.
    pub const HIDDEN: u32 = 1 << 30;

    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        for v in [
            self.words.value(),
            self.consts.value(),
            self.names.value(),
            self.varnames.value(),
            self.cellvars.value(),
            self.freevars.value(),
            self.cell_regs.value(),
            self.exceptions.value(),
            self.positions.value(),
        ] {
            t.visit(v);
        }
        for s in [&self.filename, &self.name, &self.qualname, &self.attachment] {
            t.visit_slot(s);
        }
    }
    /// Makes a code object.
    pub fn new(vm: &mut Vm, init: CodeInit) -> Ref<PyCode> {
        vm.last_code_serial = vm.last_code_serial.wrapping_add(1);
        let code = PyCode {
            header: Header::PENDING,
            words: RefSlot::new(init.words),
            consts: RefSlot::new(init.consts),
            names: RefSlot::new(init.names),
            varnames: RefSlot::new(init.varnames),
            cellvars: RefSlot::new(init.cellvars),
            freevars: RefSlot::new(init.freevars),
            cell_regs: RefSlot::new(init.cell_regs),
            exceptions: RefSlot::new(init.exceptions),
            positions: RefSlot::new(init.positions),
            filename: Slot::new(init.filename),
            name: Slot::new(init.name),
            qualname: Slot::new(init.qualname),
            flags: Cell::new(init.flags),
            argcount: init.argcount,
            posonlyargcount: init.posonlyargcount,
            kwonlyargcount: init.kwonlyargcount,
            nregs: init.nregs,
            free_base: init.free_base,
            firstlineno: init.firstlineno,
            word_count: init.word_count,
            serial: vm.last_code_serial,
            stop_handler: init.stop_handler,
            fast_argcount: if init.flags & 0x2ac == 0 && init.kwonlyargcount == 0 {
                init.argcount
            } else {
                u32::MAX
            },
            cleanup: Cell::new(Cleanup::Unknown),
            heat: Cell::new(0),
            attachment: Slot::new(crate::value::Value::NULL),
        };
        vm.heap.alloc(ids::CODE, code)
    }
    /// The handler of an exception at instruction `lasti`: where it begins and the register that it takes.
    pub fn handler_at(&self, lasti: u32) -> Option<(u32, u32)> {
        let table = self.exceptions.expect();
        let row = handlers(table.bytes()).find(|row| row[0] <= lasti && lasti < row[1])?;
        Some((row[2], row[3]))
    }
    /// True if the program's own code runs when an exception comes up at instruction `lasti` of a generator.
    pub fn cleans_up_at(&self, lasti: u32) -> bool {
        self.handler_at(lasti)
            .is_some_and(|(target, _)| target != self.stop_handler)
    }
    /// Calls `f` with each handler in the body of a generator, but for the one that the compiler puts around the whole: the
    /// instructions that it guards and where it begins.
    pub fn each_handler(&self, mut f: impl FnMut(std::ops::Range<usize>, usize)) {
        let table = self.exceptions.expect();
        for [start, end, target, _] in handlers(table.bytes()) {
            if target != self.stop_handler {
                f(start as usize..end as usize, target as usize);
            }
        }
    }
    /// Number of parameters, `*args` and `**kwargs` included: they are the first registers.
    pub fn parameter_count(&self) -> u32 {
        let f = self.flags.get();
        self.argcount + self.kwonlyargcount + (f >> 2 & 1) + (f >> 3 & 1)
    }
}

/// The rows of an exception table.
fn handlers(table: &[u8]) -> impl Iterator<Item = [u32; 4]> {
    table.as_chunks::<16>().0.iter().map(|row| {
        let words = row.as_chunks::<4>().0;
        [0, 1, 2, 3].map(|i| u32::from_le_bytes(words[i]))
    })
}

/// Everything a code object is made from; fields as in [`PyCode`].
#[allow(missing_docs)]
pub struct CodeInit {
    pub words: Ref<ByteBuf>,
    pub consts: Ref<Array>,
    pub names: Ref<Array>,
    pub varnames: Ref<PyTuple>,
    pub cellvars: Ref<PyTuple>,
    pub freevars: Ref<PyTuple>,
    pub cell_regs: Ref<ByteBuf>,
    pub exceptions: Ref<ByteBuf>,
    pub positions: Ref<ByteBuf>,
    pub filename: crate::value::Value,
    pub name: crate::value::Value,
    pub qualname: crate::value::Value,
    pub flags: u32,
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub nregs: u32,
    pub free_base: u32,
    pub firstlineno: u32,
    pub word_count: u32,
    pub stop_handler: u32,
}
