//! Threads: schedulers of their own, run in turn by one OS thread; and what tasklets wait for.
//!
//! A thread is a run queue with a main tasklet. While it does not run, its scheduler's state is kept in its [`Thread`]
//! object; switching threads exchanges that with the `Vm`'s and goes on with the head of the other queue, so a thread costs
//! what a tasklet costs. Threads take turns at safe points when a slice is over (a helper thread of the OS rings every few
//! milliseconds while there are several) and whenever one has nothing to run.
//!
//! A tasklet that waits for a time, a file descriptor or another object leaves its queue and is entered here. When no
//! thread has anything to run, the OS thread sleeps in `poll` until the first of those things happens. With one
//! tasklet in one thread nothing of this is used: it simply blocks.
//!
//! Limits: waiting on descriptors is `poll`, linear in their number.

use super::tasklet::{PyTasklet, tasklet_flag as flag};
use crate::builtins::list::PyList;
use crate::builtins::native::{Native, NativeData, native};
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::heap::array::Array;
use crate::heap::roots::RootCell;
use crate::helpers::{clock, files};
use crate::object::header::{Kind, Ref, RefSlot, Slot};
use crate::object::shape::ids;
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// State of a thread object.
pub struct Thread {
    /// `get_ident()`
    pub ident: u64,
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
    held: Cell<bool>,
    /// Its main tasklet has ended, and tasklets with native code below them are killed one by one.
    pub(super) ending: Cell<bool>,
    /// Its main tasklet has ended.
    pub done: Cell<bool>,
    /// Tasklets of it that wait for something.
    waiting: Cell<usize>,
    /// Tasklets of any thread that wait for its end.
    joiners: RefSlot<PyList>,
    /// What it was started with.
    function: Slot,
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

impl NativeData for Thread {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.saved.value());
        t.visit(self.next.value());
        t.visit(self.joiners.value());
        t.visit_slot(&self.function);
    }
}

/// What the first of these happens to wakes a tasklet.
struct Waiter {
    /// Number of the wait: entries of the heap of times may be out of date.
    serial: u64,
    fds: Vec<(i32, i16)>,
}

/// All threads.
#[derive(Default)]
pub struct Threads {
    /// The running one; `NULL` while there never was a second one.
    pub current: RootCell,
    /// First and last of those with something to run, the running one aside.
    head: RootCell,
    tail: RootCell,
    /// Type of thread objects.
    class: RootCell,
    /// All that have not ended (a list).
    pub all: RootCell,
    /// Tasklets that wait, by slot; `NULL`: free.
    waiting: RootCell,
    waiters: RefCell<Vec<Option<Waiter>>>,
    times: RefCell<BinaryHeap<Reverse<(i128, usize, u64)>>>,
    /// Free slots.
    free: RefCell<Vec<usize>>,
    /// Tasklets that wait.
    count: Cell<usize>,
    serial: Cell<u64>,
    /// The bell rang: the slice of the running thread is over.
    pub slice_over: Arc<AtomicBool>,
    /// Counts up while the bell is wanted; odd: a bell rings.
    bell: Arc<AtomicU64>,
}

impl Threads {
    /// True if a tasklet waits for a time, a descriptor or another thread.
    #[inline(always)]
    pub fn has_waiters(&self) -> bool {
        self.count.get() != 0
    }
    /// Visits the roots.
    pub fn trace(&self, t: &mut Tracer) {
        for r in [
            &self.current,
            &self.head,
            &self.tail,
            &self.class,
            &self.all,
            &self.waiting,
        ] {
            r.trace(t);
        }
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
            Some((_, t)) => t.ident,
            None => clock::thread_ident(),
        }
    }
    /// True if there is, or ever was, a second thread.
    pub fn has_threads(&self) -> bool {
        !self.threads.current.get().is_null()
    }
    /// True if somebody else could run while the running tasklet waits.
    pub fn has_company(&self) -> bool {
        self.scheduler.count.get() > 1 || self.something_awaited()
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
            ident: ident.unwrap_or(clock::thread_ident() ^ serial << 4),
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
        all.push(self, t.value());
        t
    }
    /// Starts a thread whose main tasklet is bound to a function and arguments; it runs when its turn comes.
    pub fn start_thread(&mut self, main: Ref<PyTasklet>, function: Value, daemon: bool) -> Value {
        if !self.has_threads() {
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
    pub(super) fn make_ready(&mut self, t: Ref<Native>) {
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
    fn next_ready(&mut self) -> Option<Ref<Native>> {
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
    fn enter_thread(&mut self, t: Ref<Native>) -> Ref<PyTasklet> {
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
        self.queue_head().expect("a ready thread has a queue")
    }
    /// At a safe point: if the slice is over and another thread has something to run, it goes on.
    pub fn thread_turn(&mut self) -> bool {
        if !self.threads.slice_over.swap(false, Ordering::Relaxed) {
            return false;
        }
        self.wake_due();
        let current = self.current_tasklet();
        // One that is in no queue runs on the way from one tasklet to another.
        if current.has(flag::ATOMIC)
            || !current.has(flag::QUEUED)
            || self.scheduler.in_callback.get()
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

    // -- waiting --

    /// The running tasklet waits: until [`Vm::wake`], until `deadline` (monotonic nanoseconds) or until one of `fds` is as
    /// wanted. It goes on with the value that wakes it; `timed_out` if the deadline does, `ready` if a descriptor does.
    ///
    /// The thread's other tasklets run meanwhile. If the main tasklet of a thread other than the first waits, they do not,
    /// as in Stackless: such a thread runs its tasklets where it asks for it, in `run()` or `schedule()`.
    pub fn wait_for(
        &mut self,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
        timed_out: Value,
    ) -> PyResult {
        let current = self.current_tasklet();
        current.tempval.set(current, timed_out);
        if self.is_thread_end(current) {
            return self.hold_thread(current, deadline, fds);
        }
        self.queue_remove(current);
        self.enter_waiter(current, deadline, fds);
        let next = self.next_runnable();
        self.switch_to(next)
    }
    /// The main tasklet waits and stays in its queue, so that nothing else of the thread runs.
    fn hold_thread(
        &mut self,
        main: Ref<PyTasklet>,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
    ) -> PyResult {
        self.enter_waiter(main, deadline, fds);
        let left = self.threads.current.get();
        if let Some((_, state)) = thread(&left) {
            state.held.set(true);
        }
        let next = loop {
            if main.wait.get() == 0 {
                break main;
            }
            if let Some(next) = self.next_ready() {
                break self.enter_thread(next);
            }
            self.sleep_until_something(Some(main));
        };
        self.switch_to(next)
    }
    /// As [`Vm::wait_for`], for natives that go on afterwards: gives the value that it was woken with.
    pub fn wait_here(
        &mut self,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
        timed_out: Value,
    ) -> PyResult {
        let v = self.wait_for(deadline, fds, timed_out);
        self.finish_wait(v)
    }
    /// Ends a wait that was begun with this result, for natives that go on afterwards.
    pub fn finish_wait(&mut self, begun: PyResult) -> PyResult {
        if begun.is_ok() && !self.scheduler.target.get().is_null() {
            return (self.hooks.switch)(self);
        }
        begun
    }
    /// Enters a tasklet among those that wait for a deadline or descriptors.
    pub fn enter_waiter(
        &mut self,
        t: Ref<PyTasklet>,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
    ) {
        let serial = self.threads.serial.get() + 1;
        self.threads.serial.set(serial);
        let list = match self.threads.waiting.get().cast::<PyList>() {
            Some(list) => list,
            None => {
                let list = PyList::new(self);
                self.threads.waiting.set(list.value());
                list
            }
        };
        let mut waiters = self.threads.waiters.borrow_mut();
        let slot = match self.threads.free.borrow_mut().pop() {
            Some(slot) => slot,
            None => {
                waiters.push(None);
                waiters.len() - 1
            }
        };
        waiters[slot] = Some(Waiter { serial, fds });
        drop(waiters);
        if slot < list.len() {
            list.set(slot, t.value());
        } else {
            list.push(self, t.value());
        }
        t.wait.set(slot as u32 + 1);
        t.put(flag::AWAITING, true);
        if let Some(end) = deadline {
            self.drop_old_times();
            self.threads
                .times
                .borrow_mut()
                .push(Reverse((end, slot, serial)));
        }
        let owner = self.owner_of(t);
        if let Some((_, state)) = thread(&owner) {
            state.waiting.set(state.waiting.get() + 1);
        }
        self.threads.count.set(self.threads.count.get() + 1);
    }
    /// Deadlines of waits that ended before are dropped when they are most of all.
    fn drop_old_times(&self) {
        let mut times = self.threads.times.borrow_mut();
        if times.len() > 2 * self.threads.count.get() + 64 {
            let waiters = self.threads.waiters.borrow();
            times.retain(|Reverse((_, slot, serial))| {
                waiters[*slot].as_ref().is_some_and(|w| w.serial == *serial)
            });
        }
    }
    /// Lets a waiting tasklet go on with `v`; with `NULL` its deadline has come: it keeps the value for that, or gets a
    /// `TimeoutError` if it waits on channels. False if it does not wait.
    pub fn wake(&mut self, t: Ref<PyTasklet>, v: Value) -> bool {
        let mut v = v;
        if t.wait.get() != 0 && t.has(flag::ON_CHANNEL | flag::SELECTING) {
            if v.is_null() {
                v = self.timeout_bomb(t);
            }
            self.leave_channels(t);
        }
        if !self.forget_wait(t) {
            return false;
        }
        if !v.is_null() {
            t.tempval.set(t, v);
        }
        if !t.has(flag::QUEUED) {
            self.append(t);
        }
        true
    }
    /// A tasklet does not wait any more. False if it did not.
    pub fn forget_wait(&mut self, t: Ref<PyTasklet>) -> bool {
        let Some(slot) = (t.wait.replace(0) as usize).checked_sub(1) else {
            return false;
        };
        self.threads.waiters.borrow_mut()[slot] = None;
        self.threads.free.borrow_mut().push(slot);
        self.threads.count.set(self.threads.count.get() - 1);
        if let Some(list) = self.threads.waiting.get().cast::<PyList>() {
            list.set(slot, Value::NULL);
        }
        t.put(flag::AWAITING, false);
        let owner = self.owner_of(t);
        if let Some((_, state)) = thread(&owner) {
            state.waiting.set(state.waiting.get().saturating_sub(1));
        }
        if t.has(flag::QUEUED) {
            // A main tasklet that held its thread.
            if let Some((thread_object, state)) = thread(&owner) {
                state.held.set(false);
                self.make_ready(thread_object);
            }
        }
        true
    }
    /// As [`Vm::wake`], if it still is in the wait with this number.
    pub fn wake_from(&mut self, t: Ref<PyTasklet>, serial: u64, v: Value) -> bool {
        let slot = (t.wait.get() as usize).checked_sub(1);
        let same = slot.is_some_and(|s| {
            self.threads.waiters.borrow()[s]
                .as_ref()
                .is_some_and(|w| w.serial == serial)
        });
        same && self.wake(t, v)
    }
    /// The number that the next wait will have.
    pub fn next_wait(&self) -> u64 {
        self.threads.serial.get() + 1
    }
    /// True if tasklets of the running thread wait for something.
    pub fn own_waiting(&self) -> bool {
        match thread(&self.threads.current.get()) {
            Some((_, t)) => t.waiting.get() > 0,
            None => self.threads.count.get() > 0,
        }
    }
    /// True if this is its main tasklet, and the running thread is not the first one.
    pub fn is_thread_end(&self, t: Ref<PyTasklet>) -> bool {
        t.value() == self.scheduler.main.get()
            && thread(&self.threads.current.get())
                .is_some_and(|(_, s)| s.ident != clock::thread_ident())
    }
    /// Wakes those whose time has come; the next deadline after that.
    fn wake_due(&mut self) -> Option<i128> {
        if self.threads.times.borrow().is_empty() {
            return None;
        }
        let now = now();
        loop {
            let Reverse((end, slot, serial)) = *self.threads.times.borrow().peek()?;
            let valid = self.threads.waiters.borrow()[slot]
                .as_ref()
                .is_some_and(|w| w.serial == serial);
            if valid && end > now {
                return Some(end);
            }
            self.threads.times.borrow_mut().pop();
            if valid && let Some(t) = self.waiting_at(slot) {
                self.wake(t, Value::NULL);
            }
        }
    }
    /// While tasklets run, those that wait are looked at once per tick of the kernel's clock.
    pub fn look_at_waiters(&mut self) {
        let tick = clock::get(libc::CLOCK_MONOTONIC_COARSE).unwrap_or(0);
        if self.scheduler.last_look.replace(tick) == tick {
            return;
        }
        self.wake_due();
        if self
            .threads
            .waiters
            .borrow()
            .iter()
            .flatten()
            .any(|w| !w.fds.is_empty())
        {
            let (fds, slots) = self.awaited_fds();
            if let Ok(found) = files::poll(&fds, 0) {
                self.wake_found(found, slots);
            }
        }
    }
    /// True if the monotonic clock is past a time.
    pub fn is_past(&self, end: i128) -> bool {
        now() >= end
    }
    fn wake_found(&mut self, found: Vec<i16>, slots: Vec<usize>) {
        for (events, slot) in found.into_iter().zip(slots) {
            if events != 0
                && let Some(t) = self.waiting_at(slot)
            {
                self.wake(t, Value::TRUE);
            }
        }
    }
    /// The caller of `run_for` goes on when its time is over, whoever waits; gives when that is.
    fn end_budget_due(&mut self) -> Option<i128> {
        let end = Some(self.scheduler.budget.deadline.get()).filter(|end| *end != 0)?;
        let t = self.scheduler.interrupt.get().cast::<PyTasklet>()?;
        if now() >= end && !t.has(flag::QUEUED | flag::BLOCKED) {
            self.queue_append(t);
        }
        Some(end)
    }
    fn waiting_at(&self, slot: usize) -> Option<Ref<PyTasklet>> {
        self.threads
            .waiting
            .get()
            .cast::<PyList>()
            .and_then(|l| l.try_get(slot))
            .and_then(|v| v.cast())
    }
    /// Who runs when the running thread's queue may be empty: its head, another thread's, or, after sleeping, whoever wakes
    /// first.
    pub fn next_runnable(&mut self) -> Ref<PyTasklet> {
        loop {
            if let Some(head) = self.queue_head() {
                return head;
            }
            if let Some(next) = self.next_ready() {
                return self.enter_thread(next);
            }
            self.sleep_until_something(None);
        }
    }
    /// True if a tasklet waits for something that can still happen.
    pub fn something_awaited(&self) -> bool {
        self.threads.count.get() > 0 || !self.threads.head.get().is_null()
    }
    /// `held`: only this one of the running thread can go on.
    fn sleep_until_something(&mut self, held: Option<Ref<PyTasklet>>) {
        let next = [self.wake_due(), self.end_budget_due()]
            .into_iter()
            .flatten()
            .min();
        let ready = match held {
            Some(main) => main.wait.get() == 0,
            None => self.queue_head().is_some(),
        };
        if ready || !self.threads.head.get().is_null() {
            return;
        }
        let (fds, slots) = self.awaited_fds();
        let limit = match next {
            // Rounded up: it must not be early.
            Some(end) => ((end - now()).max(0) + 999_999) / 1_000_000,
            None => i128::from(i32::MAX),
        };
        match files::poll(&fds, limit.min(i128::from(i32::MAX)) as i32) {
            Ok(found) => self.wake_found(found, slots),
            Err(_) => {
                if (self.hooks.intrinsic)(self, "run_signals", &[]).is_err() {
                    let e = self.take_raised();
                    let bomb = super::bomb::new(self, e);
                    self.wake_first_thread(bomb);
                }
            }
        }
        self.wake_due();
    }
    fn awaited_fds(&self) -> (Vec<(i32, i16)>, Vec<usize>) {
        let (mut fds, mut slots) = (Vec::new(), Vec::new());
        for (slot, waiter) in self.threads.waiters.borrow().iter().enumerate() {
            for fd in waiter.iter().flat_map(|w| &w.fds) {
                fds.push(*fd);
                slots.push(slot);
            }
        }
        (fds, slots)
    }
    /// A signal handler raised an exception: the first thread gets it, wherever it waits.
    fn wake_first_thread(&mut self, bomb: Value) {
        let waiting = self.threads.waiting.get().cast::<PyList>();
        let len = waiting.map_or(0, |l| l.len());
        for slot in 0..len {
            let Some(t) = self.waiting_at(slot) else {
                continue;
            };
            let owner = self.owner_of(t);
            if thread(&owner).is_none_or(|(_, s)| s.ident == clock::thread_ident()) {
                self.wake(t, bomb);
                return;
            }
        }
        let first = self.first_thread();
        if let Some((_, state)) = thread(&first)
            && let Some(t) = state.saved.expect().get(1).cast::<PyTasklet>()
        {
            t.tempval.set(t, bomb);
        }
    }
    /// Runs the handlers of signals that came; what they raise is the first thread's.
    pub fn run_signals(&mut self) -> PyResult<()> {
        let ran = (self.hooks.intrinsic)(self, "run_signals", &[]);
        let elsewhere = thread(&self.threads.current.get())
            .is_some_and(|(_, s)| s.ident != clock::thread_ident());
        if ran.is_err() && elsewhere {
            let e = self.take_raised();
            let bomb = super::bomb::new(self, e);
            self.wake_first_thread(bomb);
            return Ok(());
        }
        ran.map(|_| ())
    }
    /// In the child of a fork only the running thread goes on.
    pub fn forget_other_threads(&mut self) {
        let t = &self.threads;
        for r in [&t.head, &t.tail] {
            r.set(Value::NULL);
        }
        t.waiters.borrow_mut().clear();
        t.times.borrow_mut().clear();
        t.free.borrow_mut().clear();
        t.count.set(0);
        t.waiting.set(Value::NULL);
        t.bell
            .store(t.bell.load(Ordering::Relaxed) & !1, Ordering::Relaxed);
        let current = t.current.get();
        if let Some(all) = t.all.get().cast::<PyList>() {
            all.set_len(0);
            all.push(self, current);
        }
        if let Some((_, state)) = thread(&current) {
            state.waiting.set(0);
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
        if let Some(all) = self.threads.all.get().cast::<PyList>() {
            let at = (0..all.len()).find(|i| all.get(*i) == current);
            if let Some(at) = at {
                all.splice(self, at, at + 1, &[]);
            }
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

    /// Has the bell rung while there are several threads.
    fn ring(&mut self) {
        let bell = self.threads.bell.clone();
        let turn = bell.load(Ordering::Relaxed);
        if turn & 1 == 1 {
            return;
        }
        bell.store(turn + 1, Ordering::Relaxed);
        let (over, attention) = (self.threads.slice_over.clone(), self.attention.clone());
        let interval = std::time::Duration::from_millis(SLICE_MILLISECONDS);
        let started = std::thread::Builder::new()
            .name("slices".into())
            .stack_size(64 << 10)
            .spawn(move || {
                while bell.load(Ordering::Relaxed) == turn + 1 {
                    std::thread::sleep(interval);
                    over.store(true, Ordering::Relaxed);
                    attention.store(true, Ordering::Relaxed);
                }
            });
        // Without a bell threads take turns only where they wait.
        drop(started);
    }
}

/// The monotonic clock, in nanoseconds.
fn now() -> i128 {
    clock::get(libc::CLOCK_MONOTONIC).unwrap_or(i128::MAX)
}

/// `sys.getswitchinterval()` of CPython: how long a thread runs while others want to.
const SLICE_MILLISECONDS: u64 = 5;
