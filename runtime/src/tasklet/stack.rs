//! Frames as rows of words on a tasklet's growable stack.
//!
//! A stack is a chain of heap-allocated chunks. A frame never straddles chunks and never moves, so a slice of its
//! registers (the arguments of a native call) stays valid while the frame is alive. `fp` is the address of register 0;
//! the frame's header words stand below it:
//!
//! | word | content |
//! |---|---|
//! | fp[-1] | code object |
//! | fp[-2] | function object |
//! | fp[-3] | caller's fp (0: the bottom frame of a tasklet) |
//! | fp[-4] | address of the instruction being executed, written before anything that may look at the frame |
//! | fp[-5] | return word: action, flags, destination (interpreted by `interp`) |
//! | fp[-6] | frame object or 0 |
//! | fp[-7] | locals mapping (class body, module, exec) or 0 |
//! | fp[-8] | generator that owns the frame or 0 |
//!
//! Generators carry the same row in their own object. Registers above the live ones may hold stale words: the collector
//! resolves every word as an ambiguous root.

use crate::builtins::code::PyCode;
use crate::builtins::frame::PyFrame;
use crate::builtins::function::PyFunction;
use crate::builtins::generator::PyGenerator;
use crate::heap::{Heap, Tracer, tail};
use crate::object::header::{Header, Ref, RefSlot};
use crate::object::shape::ids;
use crate::value::Value;
use std::cell::Cell;

/// Header words of a frame.
pub const FRAME_WORDS: usize = 8;
/// Word offsets from fp.
pub mod at {
    /// Code object.
    pub const CODE: isize = -1;
    /// Function object.
    pub const FUNCTION: isize = -2;
    /// Caller's fp.
    pub const CALLER: isize = -3;
    /// Saved instruction address.
    pub const PC: isize = -4;
    /// Return word.
    pub const RETURN: isize = -5;
    /// Frame object.
    pub const FRAME_OBJECT: isize = -6;
    /// Locals mapping.
    pub const LOCALS: isize = -7;
    /// Owning generator.
    pub const GENERATOR: isize = -8;
}

/// A piece of a tasklet's stack.
#[repr(C)]
pub struct StackChunk {
    header: Header,
    /// The chunk below.
    pub prev: RefSlot<StackChunk>,
    /// Words in use while this is not the top chunk.
    pub used: Cell<usize>,
    /// Nothing changed since the last collection.
    pub clean: Cell<bool>,
    /// The chunk above that was in use and is free now, so that calls at the edge do not allocate each time.
    pub spare: RefSlot<StackChunk>,
    capacity: usize,
}

impl StackChunk {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.prev.value());
        t.visit(self.spare.value());
    }
    /// Visits the first `used` words.
    pub fn trace_words(&self, used: usize, t: &mut Tracer) {
        t.visit_ambiguous(&tail::words(self, self.capacity)[..used.min(self.capacity)]);
    }
    /// Its words.
    pub fn words(&self) -> &[Cell<u64>] {
        tail::words(self, self.capacity)
    }
    /// Address of the first word.
    pub fn base(&self) -> *mut u64 {
        tail::words(self, self.capacity).as_ptr() as *mut u64
    }
    /// Address past the last word.
    pub fn limit(&self) -> *mut u64 {
        self.base().wrapping_add(self.capacity)
    }
}

impl Heap {
    /// A chunk of `words` words above `prev`; `None` when there is no memory.
    pub fn new_stack_chunk(
        &self,
        prev: Option<Ref<StackChunk>>,
        words: usize,
    ) -> Option<Ref<StackChunk>> {
        let init = StackChunk {
            header: Header::PENDING,
            prev: RefSlot::from_option(prev),
            used: Cell::new(0),
            clean: Cell::new(false),
            spare: RefSlot::empty(),
            capacity: words,
        };
        self.try_alloc_sized(ids::STACK_CHUNK, init, words * 8)
    }
}

/// A live frame, by the address of its register 0.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Frame(*mut u64);

impl Frame {
    /// The frame at `fp`; `None` for 0.
    ///
    /// # Safety
    /// `fp` must be 0 or the address of register 0 of a frame that is alive while the result is used.
    #[inline(always)]
    pub unsafe fn at(fp: *mut u64) -> Option<Frame> {
        if fp.is_null() { None } else { Some(Frame(fp)) }
    }
    /// Address of register 0.
    #[inline(always)]
    pub fn fp(self) -> *mut u64 {
        self.0
    }
    #[inline(always)]
    fn word(self, offset: isize) -> u64 {
        // SAFETY: H5: a Frame is made only for live frames, which have FRAME_WORDS header words below fp.
        unsafe { *self.0.offset(offset) }
    }
    /// Writes a header word.
    #[inline(always)]
    pub fn set_word(self, offset: isize, word: u64) {
        debug_assert!((-(FRAME_WORDS as isize)..0).contains(&offset));
        // SAFETY: as for `word`.
        unsafe { *self.0.offset(offset) = word }
    }
    #[inline(always)]
    fn value(self, offset: isize) -> Value {
        // SAFETY: header words of live frames are 0 or live objects (H1: frames are roots).
        unsafe { Value::from_bits(self.word(offset)) }
    }
    /// The code.
    #[inline(always)]
    pub fn code(self) -> Ref<PyCode> {
        self.value(at::CODE).cast().expect("a frame has code")
    }
    /// The function.
    #[inline(always)]
    pub fn function(self) -> Ref<PyFunction> {
        self.value(at::FUNCTION)
            .cast()
            .expect("a frame has a function")
    }
    /// The calling frame on the same tasklet.
    #[inline(always)]
    pub fn caller(self) -> Option<Frame> {
        // SAFETY: the caller of a live frame is alive.
        unsafe { Frame::at(self.word(at::CALLER) as *mut u64) }
    }
    /// The frame itself if programs see it, else [`Frame::visible_caller`].
    pub fn visible(self) -> Option<Frame> {
        if self.code().flags.get() & PyCode::HIDDEN == 0 {
            return Some(self);
        }
        self.visible_caller()
    }
    /// The nearest calling frame that programs see.
    pub fn visible_caller(self) -> Option<Frame> {
        let mut frame = self.caller();
        while let Some(f) = frame
            && f.code().flags.get() & PyCode::HIDDEN != 0
        {
            frame = f.caller();
        }
        frame
    }
    /// Word index of the instruction being executed.
    pub fn lasti(self) -> u32 {
        let base = self.code().words.expect().bytes().as_ptr() as u64;
        (self.word(at::PC).wrapping_sub(base) / 8) as u32
    }
    /// The return word.
    pub fn return_word(self) -> u64 {
        self.word(at::RETURN)
    }
    /// The frame object made for it.
    pub fn frame_object(self) -> Option<Ref<PyFrame>> {
        self.value(at::FRAME_OBJECT).cast()
    }
    /// The locals mapping, `NULL` if the locals are registers.
    pub fn locals(self) -> Value {
        self.value(at::LOCALS)
    }
    /// The generator that owns the frame.
    pub fn generator(self) -> Option<Ref<PyGenerator>> {
        self.value(at::GENERATOR).cast()
    }
    /// Register `i`. Only for registers that the code says are live (variables): temporaries may be stale.
    #[inline(always)]
    pub fn register(self, i: usize) -> Value {
        debug_assert!(i < self.code().nregs as usize);
        // SAFETY: the frame has nregs registers; variables hold live values or NULL.
        unsafe { Value::from_bits(*self.0.add(i)) }
    }
    /// The header words and the first `count` registers.
    pub fn words(&self, count: usize) -> &[Cell<u64>] {
        let count = FRAME_WORDS + count.min(self.code().nregs as usize);
        // SAFETY: H5: a live frame has these words; nobody else refers to them but as cells or raw words.
        unsafe { std::slice::from_raw_parts(self.0.sub(FRAME_WORDS) as *const Cell<u64>, count) }
    }
    /// Sets a variable's register.
    pub fn set_register(self, i: usize, v: Value) {
        assert!(i < self.code().nregs as usize);
        // SAFETY: the frame has nregs registers.
        unsafe { *self.0.add(i) = v.bits() }
    }
}
