//! Generators, coroutines and async generators: a frame that lives in its own object. (Methods: `generator_methods.rs`.)
//!
//! The frame's words (header and registers, see `tasklet/stack.rs`) are the object's tail, so resuming is only setting
//! the frame pointer.
//!
//! ```text
//!  created ──resume──► running ──yield──► suspended ──resume──► running
//!     │                   │ return, raise                          │
//!     └──close──────────► closed ◄────────────────────────────────┘
//! ```

use super::code::PyCode;
use crate::heap::{Tracer, tail};
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::shape::ids;
use crate::tasklet::stack::{FRAME_WORDS, at};
use crate::tasklet::tasklet::PyTasklet;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// See the module's drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum GenState {
    /// Not started.
    Created,
    /// At a yield.
    Suspended,
    /// On some tasklet's stack.
    Running,
    /// Finished; the frame is dead.
    Closed,
}

/// A generator, coroutine or async generator (the shape says which).
#[repr(C)]
pub struct PyGenerator {
    header: Header,
    /// See [`GenState`].
    pub state: Cell<GenState>,
    /// Async generators: the first-iteration hook ran.
    pub hooks_inited: Cell<bool>,
    /// Async generators: closed by `aclose`/exhaustion.
    pub ag_closed: Cell<bool>,
    /// Async generators: an `asend`/`athrow` is under way.
    pub ag_running: Cell<bool>,
    words: u32,
    /// Its code.
    pub code: RefSlot<PyCode>,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualname: Slot,
    /// Exception being handled inside it, `NULL` if none.
    pub handled: Slot,
    /// The next exception state while it runs: generator below it, or `NULL` for the tasklet's own.
    pub handled_below: Slot,
    /// What it delegates to (`gi_yieldfrom`) while suspended, else `NULL`.
    pub delegate: Slot,
    /// Async generators: finaliser hook; coroutines: origin.
    pub extra: Slot,
    /// Frame object made for it, or `NULL`.
    pub frame: Slot,
}

impl PyGenerator {
    /// The tasklet that waits inside of this running generator.
    pub fn waiting_tasklet(&self) -> Option<Ref<PyTasklet>> {
        if self.state.get() != GenState::Running {
            return None;
        }
        let mut below = self.handled_below.get();
        while let Some(g) = below.cast::<PyGenerator>() {
            let next = g.handled_below.get();
            // One that waits for its tasklet to come from a pickle is below itself.
            if next == below {
                return None;
            }
            below = next;
        }
        below.cast()
    }
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.code.value());
        for s in [
            &self.name,
            &self.qualname,
            &self.handled,
            &self.handled_below,
            &self.delegate,
            &self.extra,
            &self.frame,
        ] {
            t.visit_slot(s);
        }
        if self.state.get() != GenState::Closed {
            t.visit_ambiguous(self.frame_words());
        }
    }
    /// False if nothing of the program would run or be said when it was closed now.
    pub fn needs_finalizer(&self) -> bool {
        match self.state.get() {
            GenState::Created => self.header.shape_id() == ids::COROUTINE,
            GenState::Suspended => {
                let hooked = self.header.shape_id() == ids::ASYNC_GENERATOR;
                hooked || self.code.expect().cleans_up_at(self.lasti())
            }
            GenState::Running => true,
            GenState::Closed => false,
        }
    }
    fn lasti(&self) -> u32 {
        let pc = self.frame_words()[(FRAME_WORDS as isize + at::PC) as usize].get();
        let start = self.code.expect().words.expect().bytes().as_ptr() as u64;
        (pc.wrapping_sub(start) / 8) as u32
    }
    /// A generator of builtin type `id` for a frame of `code`; the frame's words are zero.
    pub fn new(
        vm: &mut Vm,
        id: u32,
        code: Ref<PyCode>,
        name: Value,
        qualname: Value,
    ) -> Ref<PyGenerator> {
        let words = FRAME_WORDS + code.nregs as usize;
        let null = || Slot::new(Value::NULL);
        let init = PyGenerator {
            header: Header::PENDING,
            state: Cell::new(GenState::Created),
            hooks_inited: Cell::new(false),
            ag_closed: Cell::new(false),
            ag_running: Cell::new(false),
            words: words as u32,
            code: RefSlot::new(code),
            name: Slot::new(name),
            qualname: Slot::new(qualname),
            handled: null(),
            handled_below: null(),
            delegate: null(),
            extra: null(),
            frame: null(),
        };
        vm.heap.alloc_sized(id, init, words * 8)
    }
    /// The frame: header words, then registers.
    #[inline(always)]
    pub fn frame_words(&self) -> &[Cell<u64>] {
        tail::words(self, self.words as usize)
    }
}
