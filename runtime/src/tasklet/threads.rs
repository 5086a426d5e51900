//! Threads: schedulers of their own, run in turn by one OS thread; and what tasklets wait for.
//!
//! A thread is a run queue with a main tasklet. While it does not run, its scheduler's state is kept in its [`Thread`]
//! object; switching threads exchanges that with the `Vm`'s and goes on with the head of the other queue, so a thread costs
//! what a tasklet costs. Threads take turns at safe points when a slice is over ([`super::bell`]) and whenever one has nothing to
//! run. What tasklets wait for is in [`super::waiting`].

use super::bell::Bell;
use super::bomb;
use super::tasklet::{PyTasklet, tasklet_flag as flag};
use super::waiting::Waits;
use crate::builtins::builtin::PyBuiltin;
use crate::builtins::list::PyList;
use crate::builtins::native::{Native, NativeData, native};
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::heap::array::{Array, ValueVec};
use crate::heap::roots::RootCell;
use crate::helpers::{clock, signals};
use crate::object::header::{Kind, Ref, RefSlot, Slot};
use crate::object::native_def::{NativeDef, function};
use crate::object::shape::ids;
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;
use std::sync::atomic::Ordering;

/// State of a thread object.
pub struct Thread {
    /// `get_ident()`
    pub ident: Cell<u64>,
    /// The thread that the program began with.
    first: bool,
    /// Does not keep the program alive.
    pub daemon: bool,
    /// The scheduler's values while another thread runs: see [`SAVED`].
    pub(super) saved: RefSlot<Array>,
    pub(super) count: Cell<usize>,
    trap: Cell<i64>,
    /// Next in the queue of threads with something to run.
    next: RefSlot<Native>,
    ready: Cell<bool>,
    /// Its main tasklet waits, and with it the thread: see [`Vm::wait_for`].
    pub(super) held: Cell<bool>,
    /// Its main tasklet has ended, and tasklets with native code below them are killed one by one.
    pub(super) ending: Cell<bool>,
    /// Its main tasklet has ended.
    pub done: Cell<bool>,
    /// Tasklets of it that wait for something.
    pub(super) waiting: Cell<usize>,
    /// Tasklets of any thread that wait for its end.
    joiners: RefSlot<PyList>,
    /// What it was started with.
    function: Slot,
    /// Index in the list of all.
    place: Cell<usize>,
    /// Weak references to objects that hold something for it, to be told of its end (a list); empty: none.
    pub locals: RefSlot<PyList>,
}

/// Places of the scheduler's values in [`Thread::saved`].
pub mod saved {
    /// The main tasklet.
    pub const MAIN: usize = 0;
    /// The run queue.
    pub const QUEUE: usize = 1;
    /// The list of watchdogs.
    pub const WATCHDOGS: usize = 2;
    /// The watchdog with a timeout.
    pub const INTERRUPT: usize = 3;
    /// The tasklet that ran last.
    pub const CURRENT: usize = 4;
    /// Number of places.
    pub const COUNT: usize = 5;
}

static ATTEND: NativeDef = function("_attend", attend, "()", "");

/// The function of the tasklet that [`Vm::first_thread_attends`] makes.
fn attend(vm: &mut Vm, _: &[Value]) -> PyResult {
    vm.threads.waits.handling.set(false);
    // Before finalisers, which would run the handlers and drop what they raise.
    if (vm.hooks.intrinsic)(vm, "run_signals", &[]).is_err() {
        let e = vm.take_raised();
        let bomb = bomb::new(vm, e);
        vm.give_to_main(bomb);
    }
    _ = (vm.hooks.intrinsic)(vm, "run_finalizers", &[]);
    Ok(Value::NONE)
}

impl NativeData for Thread {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.saved.value());
        t.visit(self.next.value());
        t.visit(self.joiners.value());
        t.visit_slot(&self.function);
        t.visit(self.locals.value());
    }
}

/// All threads.
#[derive(Default)]
pub struct Threads {
    /// The running one; `NULL` while there never was a second one.
    pub current: RootCell,
    /// First and last of those with something to run, the running one aside.
    pub(super) head: RootCell,
    tail: RootCell,
    /// Type of thread objects.
    class: RootCell,
    /// All that have not ended (a list).
    pub all: RootCell,
    /// Numbers of threads given out.
    serial: Cell<u64>,
    /// How often a thread other than the first forked; that is the process of the child.
    pub orphaned: Cell<u32>,
    /// The thread that has become the main one by forking; 0: the first.
    main_ident: Cell<u64>,
    /// The program has ended: only the first thread still runs.
    pub stopped: Cell<bool>,
    /// What tasklets wait for.
    pub waits: Waits,
    /// Says when the slice of the running thread is over.
    pub bell: Bell,
}

impl Threads {
    /// True if a tasklet waits for a time, a descriptor or another thread.
    #[inline(always)]
    pub fn has_waiters(&self) -> bool {
        self.waits.count.get() != 0
    }
    /// Visits the roots.
    pub fn trace(&self, t: &mut Tracer) {
        for r in [
            &self.current,
            &self.head,
            &self.tail,
            &self.class,
            &self.all,
        ] {
            r.trace(t);
        }
        self.waits.trace(t);
    }
}

/// The state of a thread object.
pub fn thread(v: &Value) -> Option<(Ref<Native>, &Thread)> {
    native::<Thread>(v)
}

impl Vm {
    /// Identifier of the running thread.
    pub fn thread_ident(&self) -> u64 {
        match thread(&self.threads.current.get()) {
            Some((_, t)) => t.ident.get(),
            None => clock::thread_ident(),
        }
    }
    /// Identifier of the thread that handles signals.
    pub fn main_thread_ident(&self) -> u64 {
        match self.threads.main_ident.get() {
            0 => clock::thread_ident(),
            ident => ident,
        }
    }
    /// True if there is, or ever was, a second thread.
    pub fn has_threads(&self) -> bool {
        !self.threads.current.get().is_null()
    }
    /// True if somebody else could run while the running tasklet waits.
    pub fn has_company(&self) -> bool {
        self.native_depth.get() > 0
            && !self.threads.stopped.get()
            && (self.scheduler.count.get() > 1
                || self.something_awaited()
                || self.scheduler.budget.deadline.get() != 0)
            && self.scheduler.trap.get() == 0
            && !self.scheduler.in_callback.get()
    }
    fn thread_class(&mut self) -> Ref<PyType> {
        if let Some(class) = self.threads.class.get().cast() {
            return class;
        }
        let class = self.new_native_type(
            "_thread_state",
            "_thread",
            None,
            Kind::Native,
            tflag::DISALLOW_INSTANTIATION,
            &[],
            &[],
            "",
        );
        self.threads.class.set(class.value());
        class
    }
    fn new_thread(&mut self, ident: Option<u64>, daemon: bool) -> Ref<Native> {
        let class = self.thread_class();
        let saved = self.heap.new_array(saved::COUNT);
        let joiners = PyList::new(self);
        let serial = self.threads.serial.get() + 1;
        self.threads.serial.set(serial);
        let state = Thread {
            // The identifiers that the OS gives are addresses: far from small numbers.
            ident: Cell::new(ident.unwrap_or(clock::thread_ident() ^ serial << 4)),
            first: ident.is_some(),
            daemon,
            saved: RefSlot::new(saved),
            count: Cell::new(0),
            trap: Cell::new(0),
            next: RefSlot::empty(),
            ready: Cell::new(false),
            held: Cell::new(false),
            ending: Cell::new(false),
            done: Cell::new(false),
            waiting: Cell::new(0),
            joiners: RefSlot::new(joiners),
            function: Slot::new(Value::NONE),
            place: Cell::new(0),
            locals: RefSlot::empty(),
        };
        let t = Native::new(self, class, state);
        let all = match self.threads.all.get().cast::<PyList>() {
            Some(all) => all,
            None => {
                let all = PyList::new(self);
                self.threads.all.set(all.value());
                all
            }
        };
        let v = t.value();
        if let Some((_, state)) = thread(&v) {
            state.place.set(all.len());
        }
        all.push(self, v);
        t
    }
    /// Starts a thread whose main tasklet is bound to a function and arguments; it runs when its turn comes.
    pub fn start_thread(&mut self, main: Ref<PyTasklet>, function: Value, daemon: bool) -> Value {
        if !self.has_threads() {
            // A thread that waits below its `Context.run` is to keep no native stack.
            self.want_soft_natives();
            let first = self.new_thread(Some(clock::thread_ident()), false);
            self.threads.current.set(first.value());
        }
        let t = self.new_thread(None, daemon);
        let v = t.value();
        let Some((owner, state)) = thread(&v) else {
            return Value::NONE;
        };
        state.function.set(owner, function);
        main.thread.set(main, owner);
        main.next.set(main, main);
        main.prev.set(main, main);
        main.put(flag::QUEUED, true);
        let saved_values = state.saved.expect();
        for place in [saved::MAIN, saved::QUEUE, saved::CURRENT] {
            saved_values.set(place, main.value());
        }
        state.count.set(1);
        self.make_ready(owner);
        self.ring();
        v
    }
    /// Appends a thread to those with something to run.
    pub(super) fn make_ready(&self, t: Ref<Native>) {
        let v = t.value();
        let Some((_, state)) = thread(&v) else { return };
        if state.held.get() {
            return;
        }
        if state.ready.replace(true) || self.threads.current.get() == v {
            state.ready.set(self.threads.current.get() != v);
            return;
        }
        state.next.clear();
        let tail = self.threads.tail.get();
        match thread(&tail) {
            Some((owner, last)) => last.next.set(owner, t),
            None => self.threads.head.set(v),
        }
        self.threads.tail.set(v);
    }
    /// Takes a thread out of those with something to run.
    pub(super) fn unready(&mut self, t: &Value) {
        let Some((_, state)) = thread(t).filter(|(_, s)| s.ready.get()) else {
            return;
        };
        let (mut before, mut at) = (Value::NULL, self.threads.head.get());
        while at != *t {
            let Some((_, s)) = thread(&at) else { return };
            before = at;
            at = s.next.get().map_or(Value::NULL, |n| n.value());
        }
        let next = state.next.get();
        match (thread(&before), next) {
            (Some((owner, s)), Some(next)) => s.next.set(owner, next),
            (Some((_, s)), None) => s.next.clear(),
            (None, next) => self
                .threads
                .head
                .set(next.map_or(Value::NULL, |n| n.value())),
        }
        if next.is_none() {
            self.threads.tail.set(before);
        }
        state.next.clear();
        state.ready.set(false);
    }
    pub(super) fn next_ready(&mut self) -> Option<Ref<Native>> {
        let head = self.threads.head.get();
        let (owner, state) = thread(&head)?;
        state.ready.set(false);
        match state.next.get() {
            Some(next) => self.threads.head.set(next.value()),
            None => {
                self.threads.head.set(Value::NULL);
                self.threads.tail.set(Value::NULL);
            }
        }
        state.next.clear();
        Some(owner)
    }
    /// Exchanges the scheduler's state for that of another thread; the result is who runs there.
    pub(super) fn enter_thread(&mut self, t: Ref<Native>) -> Ref<PyTasklet> {
        let (left, next) = (self.threads.current.get(), t.value());
        let s = &self.scheduler;
        if let Some((_, state)) = thread(&left) {
            let saved = state.saved.expect();
            let cells = [&s.main, &s.queue, &s.watchdogs, &s.interrupt, &self.tasklet];
            for (i, cell) in cells.into_iter().enumerate() {
                saved.set(i, cell.get());
            }
            state.count.set(s.count.get());
            state.trap.set(s.trap.get());
        }
        if let Some((_, state)) = thread(&next) {
            let saved = state.saved.expect();
            for (i, cell) in [&s.main, &s.queue, &s.watchdogs, &s.interrupt]
                .into_iter()
                .enumerate()
            {
                cell.set(saved.get(i));
            }
            s.count.set(state.count.get());
            s.trap.set(state.trap.get());
        }
        self.threads.current.set(next);
        if signals::any() || self.heap.has_pending() {
            self.attention.store(true, Ordering::Release);
        }
        self.queue_head().expect("a ready thread has a queue")
    }
    /// At a safe point: if the slice is over and another thread has something to run, it goes on.
    pub fn thread_turn(&mut self) -> bool {
        if !self.threads.bell.rang() {
            return false;
        }
        self.look_around();
        let current = self.current_tasklet();
        // One that is in no queue runs on the way from one tasklet to another.
        if current.has(flag::ATOMIC)
            || !current.has(flag::QUEUED)
            || self.scheduler.in_callback.get()
            || self.threads.stopped.get()
        {
            return false;
        }
        let Some(next) = self.next_ready() else {
            return false;
        };
        if let Some(owner) = self.threads.current.get().cast::<Native>() {
            let head = self.enter_thread(next);
            self.make_ready(owner);
            self.scheduler.target.set(head.value());
            return true;
        }
        false
    }

    /// True if tasklets of the running thread wait for something.
    pub fn own_waiting(&self) -> bool {
        match thread(&self.threads.current.get()) {
            Some((_, t)) => t.waiting.get() > 0,
            None => self.threads.waits.count.get() > 0,
        }
    }
    /// True if the program ends with the thread that has just ended: in the child of a fork there may be no first one.
    pub fn was_last_thread(&self) -> bool {
        let all = self.threads.all.get().cast::<PyList>();
        let orphaned = all.is_some_and(|l| {
            !(0..l.len()).any(|i| thread(&l.get(i)).is_some_and(|(_, t)| t.first))
        });
        orphaned && !self.something_awaited()
    }
    /// True if this is its main tasklet, and the running thread is not the first one.
    pub fn is_thread_end(&self, t: Ref<PyTasklet>) -> bool {
        t.value() == self.scheduler.main.get() && !self.in_first_thread()
    }
    /// True while the first thread runs.
    pub fn in_first_thread(&self) -> bool {
        thread(&self.threads.current.get()).is_none_or(|(_, s)| s.first)
    }
    /// Identifiers of all threads, the first one first.
    pub fn thread_idents(&self) -> Vec<u64> {
        match self.threads.all.get().cast::<PyList>() {
            Some(all) => (0..all.len())
                .filter_map(|i| thread(&all.get(i)).map(|(_, t)| t.ident.get()))
                .collect(),
            None => vec![clock::thread_ident()],
        }
    }
    /// Main tasklets of the threads that do not run.
    pub fn other_mains(&self) -> ValueVec {
        let mut mains = ValueVec::new();
        if let Some(all) = self.threads.all.get().cast::<PyList>() {
            for i in 0..all.len() {
                let v = all.get(i);
                if v != self.threads.current.get() {
                    mains.push(&self.heap, self.thread_state(v).0);
                }
            }
        }
        mains
    }
    /// A signal handler raised an exception: the main tasklet of the first thread gets it, wherever it waits.
    fn give_to_main(&mut self, bomb: Value) {
        let (main, ..) = self.thread_state(self.first_thread());
        if let Some(main) = main.cast::<PyTasklet>() {
            self.make_runnable(main);
            main.tempval.set(main, bomb);
        }
    }
    /// Runs the handlers of signals that came, in the first thread.
    ///
    /// # Errors
    /// What a handler raised.
    pub fn run_signals(&mut self) -> PyResult<()> {
        let elsewhere = thread(&self.threads.current.get())
            .is_some_and(|(_, s)| s.ident.get() != self.main_thread_ident());
        if elsewhere && signals::any() {
            self.first_thread_attends();
            return Ok(());
        }
        (self.hooks.intrinsic)(self, "run_signals", &[]).map(|_| ())
    }
    /// Signals came while the first thread waits or another one runs, or finalisers are due while nothing runs: a tasklet of
    /// the first thread sees to it.
    pub(super) fn first_thread_attends(&mut self) {
        let first = self.first_thread();
        let (_, _, runnable) = self.thread_state(first);
        if runnable > 0 {
            // It does so when it goes on.
            if first == self.threads.current.get() {
                self.attention.store(true, Ordering::Release);
            }
            return;
        }
        if self.threads.waits.handling.replace(true) {
            return;
        }
        let function = PyBuiltin::new(
            self,
            ids::BUILTIN_FUNCTION,
            &ATTEND,
            Value::NONE,
            Value::NONE,
            None,
        );
        let (ty, args) = (self.builtin_type(ids::TASKLET), self.new_tuple(&[]));
        let t = PyTasklet::new_instance(self, ty);
        PyTasklet::give(t, function.value(), args, Value::NULL);
        let first = self.first_thread();
        self.bind_to_thread(t, first);
        self.append(t);
    }
    /// In the child of a fork only the running thread goes on.
    pub fn forget_other_threads(&mut self) {
        let t = &self.threads;
        t.bell.forget();
        let current = t.current.get();
        if let Some(all) = t.all.get().cast::<PyList>() {
            for i in 0..all.len() {
                let v = all.get(i);
                if let Some((_, state)) = thread(&v).filter(|_| v != current) {
                    state.done.set(true);
                }
            }
            all.set_len(0);
            all.push(self, current);
            if let Some((_, state)) = thread(&current) {
                state.place.set(0);
                if !state.first {
                    let t = &self.threads;
                    t.main_ident.set(state.ident.get());
                    t.orphaned.set(t.orphaned.get() + 1);
                }
            }
        }
        self.forget_waits_of_others();
        // Whoever held its thread by waiting has just made it ready.
        for r in [&self.threads.head, &self.threads.tail] {
            r.set(Value::NULL);
        }
    }

    // -- the end --

    /// Reports an exception that ends the running thread. `SystemExit` ends it quietly.
    pub fn report_thread_error(&mut self, error: Value) {
        if self
            .type_of(error)
            .is_subtype(self.builtin_type(ids::SYSTEM_EXIT))
        {
            return;
        }
        let current = self.threads.current.get();
        let function = thread(&current).map_or(Value::NONE, |(_, t)| t.function.get());
        let text = self.repr_text(function).unwrap_or_default();
        self.raised.set(error);
        let message = self.new_str(&format!("Exception ignored in thread started by {text}"));
        _ = (self.hooks.intrinsic)(self, "write_unraisable", &[Value::NONE, message]);
    }
    /// The main tasklet of a thread other than the first has ended.
    pub fn end_thread(&mut self) {
        let current = self.threads.current.get();
        let Some((_, state)) = thread(&current) else {
            return;
        };
        state.done.set(true);
        if let Some(all) = self.threads.all.get().cast::<PyList>()
            && let Some(last) = all.pop()
            && let Some((_, other)) = thread(&last)
            && last != current
        {
            other.place.set(state.place.get());
            all.set(state.place.get(), last);
        }
        if state.locals.get().is_some() {
            _ = (self.hooks.intrinsic)(self, "thread_ended", &[current]);
        }
        let joiners = state.joiners.expect();
        while let (Some(serial), Some(v)) = (joiners.pop(), joiners.pop()) {
            if let (Some(t), Some(serial)) = (v.cast::<PyTasklet>(), serial.as_small_int()) {
                self.wake_from(t, serial as u64, Value::NONE);
            }
        }
        self.clear_queue();
    }
    /// The running tasklet waits for the end of a thread.
    pub fn join_thread(&mut self, t: Value, deadline: Option<i128>) -> PyResult {
        let Some((_, state)) = thread(&t) else {
            return Ok(Value::NONE);
        };
        if state.done.get() {
            return Ok(Value::NONE);
        }
        let (current, serial) = (self.tasklet.get(), self.next_wait());
        let joiners = state.joiners.expect();
        joiners.push(self, current);
        joiners.push(self, Value::from_usize(serial as usize));
        self.wait_for(deadline, Vec::new(), Value::NONE)
    }

    /// Has the bell rung.
    pub(super) fn ring(&mut self) {
        self.threads.bell.start(&self.attention);
    }
    /// `sys.setswitchinterval()`
    pub fn set_switch_interval(&mut self, microseconds: u64) {
        self.threads.bell.set_interval(microseconds);
    }
}
