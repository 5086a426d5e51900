//! `tasklet`: a stack with a place in the scheduler. The main program runs as one, too.
//!
//! While a tasklet runs, its stack registers are in the `Vm`; they are saved here when it is switched out. A tasklet that
//! waits is to cost little memory, so that a program can have hundreds of thousands: its stack begins with room for one
//! frame, and what few tasklets need is in one array made on demand ([`extra`]).

use super::channel::PyChannel;
use super::stack::StackChunk;
use crate::builtins::generator::PyGenerator;
use crate::builtins::native::Native;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::instance::trace_extension;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// Bits of [`PyTasklet::flags`].
pub mod tasklet_flag {
    /// Linked into the run queue.
    pub const QUEUED: u32 = 1;
    /// Waits on a channel to send.
    pub const SENDING: u32 = 2;
    /// Waits on a channel to receive.
    pub const RECEIVING: u32 = 4;
    /// Waits on a channel.
    pub const ON_CHANNEL: u32 = SENDING | RECEIVING;
    /// Cannot run before something happens.
    pub const BLOCKED: u32 = ON_CHANNEL | SELECTING | AWAITING;
    /// No involuntary switches.
    pub const ATOMIC: u32 = 8;
    /// Involuntary switches also inside nested runs of the loop.
    pub const IGNORE_NESTING: u32 = 16;
    /// Blocking on a channel is an error.
    pub const BLOCK_TRAP: u32 = 32;
    /// An interrupt waits for an obstacle to vanish.
    pub const PENDING_INTERRUPT: u32 = 64;
    /// Has a function with arguments but was not started.
    pub const BOUND: u32 = 128;
    /// Has frames.
    pub const STARTED: u32 = 256;
    /// Is inside `stackless.run()`.
    pub const WATCHDOG: u32 = 512;
    /// Was killed because its thread ended.
    pub const KILLED: u32 = 1024;
    /// Is a greenlet: a stack that a tasklet changes to, see [`super::super::greenlet`].
    pub const GREENLET: u32 = 2048;
    /// Is a greenlet that has run to its end.
    pub const FINISHED: u32 = 4096;
    /// Came from a pickle and has not gone on yet: its frames are objects, in a tuple in [`super::PyTasklet::start`].
    pub const FROZEN: u32 = 8192;
    /// Waits on several channels, see [`super::super::select`].
    pub const SELECTING: u32 = 1 << 14;
    /// Never runs, but waits on a channel for the tasklet in `start`.
    pub const STAND_IN: u32 = 1 << 15;
    /// Waits in a loop over a channel, which ends when that is closed.
    pub const ITERATING: u32 = 1 << 16;
    /// Waits for a time, a descriptor or another thread, see `threads`.
    pub const AWAITING: u32 = 1 << 17;
    /// Was handed the object in `start`, see [`super::super::sync`], and has not run since.
    pub const GRANTED: u32 = 1 << 18;
    /// Keeps its outcome for who joins it, see [`super::super::task`].
    pub const TASK: u32 = 1 << 19;
    /// Is such a tasklet that has ended; the outcome is in `start`.
    pub const DONE: u32 = 1 << 20;
}

/// Places of what only few tasklets need, in [`PyTasklet::extra`].
pub mod extra {
    /// Trace function of `sys.settrace`.
    pub const TRACE: usize = 0;
    /// Profile function of `sys.setprofile`.
    pub const PROFILE: usize = 1;
    /// The object that stands for its parked native stack.
    pub const STACK: usize = 2;
    /// The greenlet whose stack it runs on, once it used one.
    pub const GREENLET: usize = 3;
    /// Dict of what `stackless.ext.local` objects keep for it.
    pub const LOCALS: usize = 4;
    /// Seconds that it ran, as far as they were measured.
    pub const RUN_TIME: usize = 5;
    /// The channel where those wait that join it.
    pub const JOINERS: usize = 6;
    /// Number of places.
    pub const COUNT: usize = 7;
}

/// A tasklet.
#[repr(C)]
pub struct PyTasklet {
    header: Header,
    /// Its top stack chunk while switched out.
    pub chunk: RefSlot<StackChunk>,
    /// Address of the top frame's register 0 while switched out, else 0.
    pub fp: Cell<usize>,
    /// First free word of the top chunk while switched out, else 0.
    pub top: Cell<usize>,
    /// Exception being handled at the bottom level; before it starts, the function.
    pub handled: Slot,
    /// Topmost running generator with an exception state of its own, or `NULL`; before it starts, the keyword arguments.
    pub handled_top: Slot,
    /// What is to happen with [`PyTasklet::tempval`] when it goes on: a return word of the interpreter.
    pub word: Cell<u64>,
    /// Next in the run queue or on the channel.
    pub next: RefSlot<PyTasklet>,
    /// The one before.
    pub prev: RefSlot<PyTasklet>,
    /// The value it goes on with; the function while it has no arguments.
    pub tempval: Slot,
    /// The tuple of arguments from `bind` until it starts.
    pub start: Slot,
    /// The channel it waits on.
    pub channel: RefSlot<PyChannel>,
    /// Its contextvars context; `NULL`: none made yet.
    pub context: Slot,
    /// Its thread; `NULL`: the first one.
    pub thread: RefSlot<Native>,
    /// See [`extra`].
    pub extra: RefSlot<Array>,
    /// See [`tasklet_flag`].
    pub flags: Cell<u32>,
    /// Calls on the stack, for the recursion limit.
    pub depth: Cell<u32>,
    /// Nested runs of the loop on the native stack that is parked with it.
    pub nesting: Cell<u32>,
    /// Which parked native stack; 0: none.
    pub native_stack: Cell<u32>,
    /// What it waits for, see `threads`; 0: nothing.
    pub wait: Cell<u32>,
    /// How often it was switched to.
    pub switches: Cell<u32>,
}

impl PyTasklet {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.chunk.value());
        t.visit(self.next.value());
        t.visit(self.prev.value());
        t.visit(self.channel.value());
        t.visit(self.extra.value());
        t.visit(self.thread.value());
        for slot in [
            &self.handled,
            &self.handled_top,
            &self.tempval,
            &self.start,
            &self.context,
        ] {
            t.visit_slot(slot);
        }
        if self.top.get() != 0 {
            if t.is_full()
                && let Some(chunk) = self.chunk.get()
            {
                chunk.spare.clear();
            }
            trace_stack(self.chunk.get(), self.top.get() as *mut u64, t.is_full(), t);
            trace_generators(self.handled_top.get(), t);
        }
        trace_extension(self, size_of::<PyTasklet>(), t);
    }
    /// A tasklet without a stack.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PyTasklet> {
        let init = PyTasklet {
            header: Header::PENDING,
            chunk: RefSlot::empty(),
            fp: Cell::new(0),
            top: Cell::new(0),
            handled: Slot::new(Value::NULL),
            handled_top: Slot::new(Value::NULL),
            word: Cell::new(0),
            next: RefSlot::empty(),
            prev: RefSlot::empty(),
            tempval: Slot::new(Value::NONE),
            start: Slot::new(Value::NULL),
            channel: RefSlot::empty(),
            context: Slot::new(Value::NULL),
            thread: RefSlot::from_option(vm.threads.current.get().cast()),
            extra: RefSlot::empty(),
            flags: Cell::new(0),
            depth: Cell::new(0),
            nesting: Cell::new(0),
            native_stack: Cell::new(0),
            wait: Cell::new(0),
            switches: Cell::new(0),
        };
        vm.alloc_object(ty, init, 0)
    }
    /// True if one of the flags is set.
    #[inline(always)]
    pub fn has(&self, flags: u32) -> bool {
        self.flags.get() & flags != 0
    }
    /// Sets or clears flags.
    #[inline(always)]
    pub fn put(&self, flags: u32, on: bool) {
        let rest = self.flags.get() & !flags;
        self.flags.set(if on { rest | flags } else { rest });
    }
    /// Can run: has frames or arguments to start with.
    pub fn alive(&self) -> bool {
        self.has(tasklet_flag::BOUND | tasklet_flag::STARTED) && !self.thread_gone()
    }
    /// Its thread has ended.
    pub fn thread_gone(&self) -> bool {
        self.thread
            .get()
            .is_some_and(|t| super::threads::thread(&t.value()).is_some_and(|(_, s)| s.done.get()))
    }
    /// Binds a function with its arguments: a tuple, and a dict or `NULL`.
    pub fn give(this: Ref<PyTasklet>, function: Value, args: Value, kwargs: Value) {
        this.handled.set(this, function);
        this.start.set(this, args);
        this.handled_top.set(this, kwargs);
        this.tempval.set_unbarriered(Value::NONE);
        this.put(tasklet_flag::DONE, false);
        this.put(tasklet_flag::BOUND, true);
    }
    /// It goes on with what it was handed, if anything.
    pub fn accept(&self) {
        if self.has(tasklet_flag::GRANTED) {
            self.put(tasklet_flag::GRANTED, false);
            self.start.set_unbarriered(Value::NULL);
        }
    }
    /// Takes what [`PyTasklet::give`] bound, because the tasklet starts.
    pub fn take_start(&self) -> (Value, Value, Value) {
        self.put(tasklet_flag::BOUND, false);
        self.put(tasklet_flag::STARTED, true);
        let bound = (self.handled.get(), self.start.get(), self.handled_top.get());
        for slot in [&self.handled, &self.start, &self.handled_top] {
            slot.set_unbarriered(Value::NULL);
        }
        bound
    }
    /// Who waits where this one is in line: a stand-in's tasklet, else itself.
    pub fn in_person(this: Ref<PyTasklet>) -> Ref<PyTasklet> {
        if !this.has(tasklet_flag::STAND_IN) {
            return this;
        }
        this.start.get().cast().unwrap_or(this)
    }
    /// One of the places of [`extra`]; `NULL` if never set.
    pub fn extra(&self, place: usize) -> Value {
        self.extra.get().map_or(Value::NULL, |a| a.get(place))
    }
}

impl Vm {
    /// A tasklet with a function, which has no arguments yet. It shares the context of the running one.
    pub fn new_tasklet(&mut self, ty: Ref<PyType>, function: Value) -> Ref<PyTasklet> {
        let t = PyTasklet::new_instance(self, ty);
        t.tempval.set(t, function);
        t.context.set(t, self.context.get());
        t
    }
    /// Fills a place of a tasklet's [`extra`] state.
    pub fn set_tasklet_extra(&mut self, t: Ref<PyTasklet>, place: usize, v: Value) {
        if t.extra.get().is_none() {
            if v.is_null() {
                return;
            }
            let array = self.heap.new_array(extra::COUNT);
            t.extra.set(t, array);
        }
        t.extra.expect().set(place, v);
    }
}

/// Visits the words of a chain of chunks; `top` is the first free word of the topmost. In a minor collection
/// (`all` false) chunks that were not touched since the last one are skipped: what they refer to is old.
pub fn trace_stack(chunk: Option<Ref<StackChunk>>, top: *mut u64, all: bool, t: &mut Tracer) {
    let Some(first) = chunk else { return };
    first.trace_words((top as usize - first.base() as usize) / 8, t);
    let marking = t.is_marking();
    if marking {
        first.clean.set(false);
    }
    let mut next = first.prev.get();
    while let Some(c) = next {
        t.visit(c.value());
        if all || !marking || !c.clean.get() {
            c.trace_words(c.used.get(), t);
            c.clean.set(c.clean.get() || marking);
        }
        next = c.prev.get();
    }
}

/// Visits the frames of running generators, from the topmost down: they are in objects of their own, which may be old and
/// are written without barriers.
pub fn trace_generators(top: Value, t: &mut Tracer) {
    let mut running = top.cast::<PyGenerator>();
    while let Some(g) = running {
        t.visit_ambiguous(g.frame_words());
        running = g.handled_below.get().cast();
    }
}
