//! What tasklets wait for: a time, descriptors, or another object that wakes them.
//!
//! A tasklet that waits leaves its queue and is entered here. When no thread has anything to run, the OS thread sleeps in the
//! poller until the first of those things happens; while something runs, the poller is asked whenever the bell rings. With one
//! tasklet in one thread nothing of this is used: it simply blocks.
//!
//! A call that waits for a descriptor may leave an [`Attempt`]: the poller makes the call itself once the descriptor is ready and
//! wakes the tasklet with the result. So the tasklet needs no native stack while it waits, and is not woken in vain.

use super::bomb;
use super::offload::{Job, Pool, Token};
use super::poller::Poller;
use super::tasklet::{PyTasklet, tasklet_flag as flag};
use super::threads::thread;
use crate::builtins::list::PyList;
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::heap::roots::RootCell;
use crate::helpers::{clock, files, signals};
use crate::object::header::Ref;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is to be tried when a descriptor is ready, or (`came` is false) the deadline has come; `None`: wait on. It must not run
/// Python code. `subject` is the value that was given for it; no other values may be kept in it.
pub trait Attempt {
    /// Tries.
    fn attempt(&mut self, vm: &mut Vm, subject: Value, came: bool) -> Option<PyResult>;
}

impl<F: FnMut(&mut Vm, Value, bool) -> Option<PyResult>> Attempt for F {
    fn attempt(&mut self, vm: &mut Vm, subject: Value, came: bool) -> Option<PyResult> {
        self(vm, subject, came)
    }
}

struct Waiter {
    /// Number of the wait: entries of the heap of times and answers of helpers may be out of date.
    serial: u64,
    fds: Vec<(i32, i16)>,
    attempt: Option<Box<dyn Attempt>>,
}

/// All that wait.
#[derive(Default)]
pub struct Waits {
    /// For each place the tasklet (`NULL`: free) and the subject of its attempt.
    tasklets: RootCell,
    waiters: RefCell<Vec<Option<Waiter>>>,
    /// (deadline, place, number of the wait)
    times: RefCell<BinaryHeap<Reverse<(i128, usize, u64)>>>,
    free: RefCell<Vec<usize>>,
    /// How many wait.
    pub(super) count: Cell<usize>,
    serial: Cell<u64>,
    poller: RefCell<Option<Poller>>,
    /// Waiters with descriptors.
    polled: Cell<usize>,
    pool: Pool,
    /// A tasklet that runs signal handlers is on its way.
    pub(super) handling: Cell<bool>,
    /// What had been allocated at the last collection of an idle time, and when the next one may be.
    collected: Cell<(u64, i128)>,
}

impl Waits {
    /// Visits the roots.
    pub fn trace(&self, t: &mut Tracer) {
        self.tasklets.trace(t);
    }
}

/// Nanoseconds without anything to do after which an idle time is used for a collection.
const IDLE: i128 = 100_000_000;
/// Such collections take at most one in so many parts of the time.
const IDLE_SHARE: i128 = 50;

/// The monotonic clock, in nanoseconds.
fn now() -> i128 {
    clock::get(libc::CLOCK_MONOTONIC).unwrap_or(i128::MAX)
}

fn bad_descriptor(vm: &mut Vm) -> PyResult {
    let text = vm.new_str("Bad file descriptor");
    let ty = vm.builtin_type(ids::OS_ERROR);
    Err(vm.raise_type(ty, &[Value::from_i32(libc::EBADF), text]))
}

impl Vm {
    // -- beginning to wait --

    /// The running tasklet waits: until [`Vm::wake`], until `deadline` (monotonic nanoseconds) or until one of `fds` is as
    /// wanted. It goes on with the value that wakes it; `timed_out` if the deadline does, `True` if a descriptor does.
    ///
    /// The thread's other tasklets run meanwhile. If the main tasklet of a thread other than the first waits, they do not,
    /// as in Stackless: such a thread runs its tasklets where it asks for it, in `run()` or `schedule()`.
    ///
    /// # Errors
    /// `RuntimeError` where waiting is impossible.
    pub fn wait_for(
        &mut self,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
        timed_out: Value,
    ) -> PyResult {
        let current = self.current_tasklet();
        if current.wait.get() != 0 {
            return Err(
                self.runtime_error("cannot wait while the tasklet waits for something else")
            );
        }
        current.tempval.set(current, timed_out);
        self.enter_wait(current, deadline, fds, Value::NULL, None);
        self.leave_waiting(current)
    }
    /// The running tasklet was entered as a waiter: others go on.
    fn leave_waiting(&mut self, current: Ref<PyTasklet>) -> PyResult {
        let next = if self.is_thread_end(current) {
            self.next_while_held(current)
        } else {
            self.queue_remove(current);
            self.next_runnable()
        };
        self.switch_to(next)
    }
    /// The main tasklet waits and stays in its queue, so that nothing else of the thread runs.
    fn next_while_held(&mut self, main: Ref<PyTasklet>) -> Ref<PyTasklet> {
        let left = self.threads.current.get();
        if let Some((_, state)) = thread(&left) {
            state.held.set(true);
        }
        loop {
            if main.wait.get() == 0 {
                return main;
            }
            if let Some(next) = self.next_ready() {
                return self.enter_thread(next);
            }
            self.sleep_until_something(Some(main));
        }
    }
    /// As [`Vm::wait_for`] with an attempt, whose result it goes on with; `subject` is kept alive for it.
    ///
    /// # Errors
    /// As there.
    pub fn wait_trying(
        &mut self,
        deadline: Option<i128>,
        fd: (i32, i16),
        subject: Value,
        attempt: Box<dyn Attempt>,
    ) -> PyResult {
        let current = self.current_tasklet();
        if current.wait.get() != 0 {
            return Err(
                self.runtime_error("cannot wait while the tasklet waits for something else")
            );
        }
        current.tempval.set(current, Value::NONE);
        self.enter_wait(current, deadline, vec![fd], subject, Some(attempt));
        self.leave_waiting(current)
    }
    /// As [`Vm::wait_for`], for natives that go on afterwards: gives the value that it was woken with.
    ///
    /// # Errors
    /// What it was woken with, too.
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
    ///
    /// # Errors
    /// What the tasklet was woken with.
    pub fn finish_wait(&mut self, begun: PyResult) -> PyResult {
        if begun.is_ok() && !self.scheduler.target.get().is_null() {
            return (self.hooks.switch)(self);
        }
        begun
    }
    /// Has a helper thread do what blocks, while others run; alone it is done at once. The result is that of the answer.
    ///
    /// # Errors
    /// What the answer raises.
    pub fn offload(&mut self, job: Job) -> PyResult {
        let counter = if self.has_company() {
            self.with_poller(|p| p.counter())
        } else {
            None
        };
        let Some(counter) = counter else {
            return job()(self);
        };
        let current = self.current_tasklet();
        current.tempval.set(current, Value::NONE);
        let token = self.enter_wait(current, None, Vec::new(), Value::NULL, None);
        if let Err(job) = self.threads.waits.pool.submit(token, job, counter) {
            self.forget_wait(current);
            return job()(self);
        }
        self.leave_waiting(current)
    }
    /// Enters a tasklet among those that wait for a deadline or descriptors.
    pub fn enter_waiter(
        &mut self,
        t: Ref<PyTasklet>,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
    ) {
        self.enter_wait(t, deadline, fds, Value::NULL, None);
    }
    fn enter_wait(
        &mut self,
        t: Ref<PyTasklet>,
        deadline: Option<i128>,
        fds: Vec<(i32, i16)>,
        subject: Value,
        attempt: Option<Box<dyn Attempt>>,
    ) -> Token {
        let serial = self.next_wait();
        self.threads.waits.serial.set(serial);
        let place = self.free_place();
        if let Some(list) = self.threads.waits.tasklets.get().cast::<PyList>() {
            list.set(2 * place, t.value());
            list.set(2 * place + 1, subject);
        }
        if !fds.is_empty() {
            let polled = &self.threads.waits.polled;
            polled.set(polled.get() + 1);
            self.with_poller(|p| {
                for (fd, events) in &fds {
                    p.enter(*fd, *events, place as u32);
                }
            });
        }
        self.threads.waits.waiters.borrow_mut()[place] = Some(Waiter {
            serial,
            fds,
            attempt,
        });
        t.wait.set(place as u32 + 1);
        t.put(flag::AWAITING, true);
        if let Some(end) = deadline {
            self.enter_time(end, place, serial);
        }
        let owner = self.owner_of(t);
        if let Some((_, state)) = thread(&owner) {
            state.waiting.set(state.waiting.get() + 1);
        }
        let waits = &self.threads.waits;
        waits.count.set(waits.count.get() + 1);
        self.ring();
        (place as u32, serial)
    }
    fn free_place(&mut self) -> usize {
        if let Some(place) = self.threads.waits.free.borrow_mut().pop() {
            return place;
        }
        let list = match self.threads.waits.tasklets.get().cast::<PyList>() {
            Some(list) => list,
            None => {
                let list = PyList::new(self);
                self.threads.waits.tasklets.set(list.value());
                list
            }
        };
        list.push(self, Value::NULL);
        list.push(self, Value::NULL);
        let mut waiters = self.threads.waits.waiters.borrow_mut();
        waiters.push(None);
        waiters.len() - 1
    }
    fn enter_time(&mut self, end: i128, place: usize, serial: u64) {
        let waits = &self.threads.waits;
        let mut times = waits.times.borrow_mut();
        if times.len() > 64 && times.len() > 4 * waits.count.get() {
            // Most are of waits that ended before their time.
            let waiters = waits.waiters.borrow();
            times.retain(|Reverse((_, p, s))| waiters[*p].as_ref().is_some_and(|w| w.serial == *s));
        }
        times.push(Reverse((end, place, serial)));
    }
    /// The number that the next wait will have.
    pub fn next_wait(&self) -> u64 {
        self.threads.waits.serial.get() + 1
    }

    // -- waking --

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
        let Some(place) = (t.wait.replace(0) as usize).checked_sub(1) else {
            return false;
        };
        let waits = &self.threads.waits;
        let waiter = waits.waiters.borrow_mut()[place].take();
        waits.free.borrow_mut().push(place);
        waits.count.set(waits.count.get() - 1);
        if let Some(list) = waits.tasklets.get().cast::<PyList>() {
            list.set(2 * place, Value::NULL);
            list.set(2 * place + 1, Value::NULL);
        }
        if let Some(w) = waiter.filter(|w| !w.fds.is_empty()) {
            waits.polled.set(waits.polled.get() - 1);
            if let Some(poller) = &mut *waits.poller.borrow_mut() {
                for (fd, _) in &w.fds {
                    poller.leave(*fd, place as u32);
                }
            }
        }
        let owner = self.owner_of(t);
        if let Some((_, state)) = thread(&owner) {
            state.waiting.set(state.waiting.get().saturating_sub(1));
        }
        t.put(flag::AWAITING, false);
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
        self.waits_with(t, serial) && self.wake(t, v)
    }
    /// True if a tasklet still is in the wait with this number.
    pub fn waits_with(&self, t: Ref<PyTasklet>, serial: u64) -> bool {
        let place = (t.wait.get() as usize).checked_sub(1);
        place.is_some_and(|p| self.number_at(p) == Some(serial))
    }
    fn number_at(&self, place: usize) -> Option<u64> {
        let waiters = self.threads.waits.waiters.borrow();
        waiters.get(place)?.as_ref().map(|w| w.serial)
    }
    fn waiting_at(&self, place: usize) -> Option<(Ref<PyTasklet>, Value)> {
        let list = self.threads.waits.tasklets.get().cast::<PyList>()?;
        let t = list.try_get(2 * place)?.cast()?;
        Some((t, list.get(2 * place + 1)))
    }
    /// A descriptor is about to be closed: who waits for it is told, by trying.
    pub fn closing_descriptor(&mut self, fd: i32) {
        if self.threads.waits.polled.get() == 0 {
            return;
        }
        let places = match &*self.threads.waits.poller.borrow() {
            Some(poller) => poller.waiters_of(fd),
            None => return,
        };
        for place in places {
            if let Some((t, _)) = self.waiting_at(place as usize) {
                let attempt = self.threads.waits.waiters.borrow_mut()[place as usize]
                    .as_mut()
                    .and_then(|w| w.attempt.take());
                let v = match attempt {
                    Some(_) => self.on_behalf(t, |vm| vm.bomb_of(bad_descriptor)),
                    None => Value::TRUE,
                };
                self.wake(t, v);
            }
        }
    }
    /// A result as the value that a tasklet goes on with.
    fn bomb_of(&mut self, call: impl FnOnce(&mut Vm) -> PyResult) -> Value {
        match call(self) {
            Ok(v) => v,
            Err(_) => {
                let e = self.take_raised();
                bomb::new(self, e)
            }
        }
    }
    /// Runs something on behalf of a tasklet that waits: exceptions that it makes have the context of that one.
    fn on_behalf<R>(&mut self, t: Ref<PyTasklet>, call: impl FnOnce(&mut Vm) -> R) -> R {
        if t == self.current_tasklet() {
            return call(self);
        }
        let kept = (self.handled.get(), self.handled_top.get());
        self.handled.set(t.handled.get());
        self.handled_top.set(t.handled_top.get());
        let r = call(self);
        self.handled.set(kept.0);
        self.handled_top.set(kept.1);
        r
    }
    /// What the tasklet at `place` waits for has happened, or (`came` is false) its deadline has come.
    fn happened(&mut self, place: usize, came: bool) {
        let Some((t, subject)) = self.waiting_at(place) else {
            return;
        };
        let taken = self.threads.waits.waiters.borrow_mut()[place]
            .as_mut()
            .and_then(|w| w.attempt.take().map(|a| (w.serial, a)));
        let Some((serial, mut attempt)) = taken else {
            self.wake(t, if came { Value::TRUE } else { Value::NULL });
            return;
        };
        match self.on_behalf(t, |vm| attempt.attempt(vm, subject, came)) {
            Some(result) => {
                let v = self.bomb_of(|_| result);
                self.wake_from(t, serial, v);
            }
            None => {
                let waits = &self.threads.waits;
                let mut waiters = waits.waiters.borrow_mut();
                let Some(w) = waiters[place].as_mut().filter(|w| w.serial == serial) else {
                    return;
                };
                w.attempt = Some(attempt);
                if let (Some(poller), Some((fd, _))) =
                    (&mut *waits.poller.borrow_mut(), w.fds.first())
                {
                    poller.again(*fd, place as u32);
                }
            }
        }
    }
    /// Wakes those whose time has come; the next deadline after that.
    fn wake_due(&mut self) -> Option<i128> {
        if self.threads.waits.times.borrow().is_empty() {
            return None;
        }
        let now = now();
        loop {
            let Reverse((end, place, serial)) = *self.threads.waits.times.borrow().peek()?;
            let valid = self.number_at(place) == Some(serial);
            if valid && end > now {
                return Some(end);
            }
            self.threads.waits.times.borrow_mut().pop();
            if valid {
                self.happened(place, false);
            }
        }
    }

    // -- the poller --

    fn with_poller<R>(&mut self, call: impl FnOnce(&mut Poller) -> R) -> Option<R> {
        let mut poller = self.threads.waits.poller.borrow_mut();
        if poller.is_none() {
            // Without it, `poll` does, slowly.
            let mut new = Poller::new().ok()?;
            for (place, w) in self.threads.waits.waiters.borrow().iter().enumerate() {
                for (fd, events) in w.iter().flat_map(|w| &w.fds) {
                    new.enter(*fd, *events, place as u32);
                }
            }
            *poller = Some(new);
        }
        poller.as_mut().map(call)
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
        self.threads.waits.count.get() > 0 || !self.threads.head.get().is_null()
    }
    /// While something runs: wakes those whose time has come or whose descriptors are ready.
    pub(super) fn look_around(&mut self) {
        self.wake_due();
        if self.threads.waits.polled.get() > 0 {
            self.poll_events(Some(0));
        }
    }
    /// At switches, those that wait are looked at once per tick of the kernel's clock.
    pub fn look_at_waiters(&mut self) {
        let tick = clock::get(libc::CLOCK_MONOTONIC_COARSE).unwrap_or(0);
        if self.scheduler.last_look.replace(tick) != tick {
            self.look_around();
        }
    }
    /// True if the monotonic clock is past a time.
    pub fn is_past(&self, end: i128) -> bool {
        now() >= end
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
    /// `held`: only this one of the running thread can go on.
    fn sleep_until_something(&mut self, held: Option<Ref<PyTasklet>>) {
        let times = [self.wake_due(), self.end_budget_due()];
        let next = times.into_iter().flatten().min();
        if self.somebody_can_run(held) {
            return;
        }
        let limit = next.map(|end| (end - now()).max(0));
        let patient = limit.is_none_or(|l| l > IDLE) && self.may_collect_idly();
        self.threads.bell.rest();
        self.poll_events(if patient { Some(IDLE) } else { limit });
        self.threads.bell.resume();
        self.wake_due();
        if patient && !signals::any() && !self.somebody_can_run(held) {
            self.collect_idly();
        }
        if signals::any() || self.heap.has_pending() {
            self.first_thread_attends();
        }
    }
    fn somebody_can_run(&self, held: Option<Ref<PyTasklet>>) -> bool {
        let own = match held {
            Some(main) => main.wait.get() == 0,
            None => self.queue_head().is_some(),
        };
        own || !self.threads.head.get().is_null()
    }
    /// True if something was allocated since the last collection of an idle time, and those do not take much of the time.
    fn may_collect_idly(&self) -> bool {
        let (allocated, earliest) = self.threads.waits.collected.get();
        allocated != self.heap.allocated_ever() && now() >= earliest
    }
    /// Nothing has happened for a while. What CPython would have finalised by now may be what all wait for: a pool that
    /// nobody refers to ends its threads.
    fn collect_idly(&mut self) {
        let start = now();
        if self.heap.has_finalizers_or_weakrefs() {
            self.heap.collect(true);
        }
        let took = now() - start;
        let next = now() + took * IDLE_SHARE;
        let allocated = self.heap.allocated_ever();
        self.threads.waits.collected.set((allocated, next));
    }
    fn poll_events(&mut self, limit: Option<i128>) {
        let mut came = Vec::new();
        match self.with_poller(|p| p.wait(limit, &mut came)) {
            Some(Ok(rung)) => {
                for place in came {
                    self.happened(place as usize, true);
                }
                if rung {
                    self.take_answers();
                }
            }
            Some(Err(libc::EINTR)) => {}
            Some(Err(_)) => {
                // The program closed all descriptors, ours with them.
                let broken = self.threads.waits.poller.take();
                std::mem::forget(broken);
                signals::ring_poller(-1);
            }
            None => self.poll_plainly(limit),
        }
    }
    fn poll_plainly(&mut self, limit: Option<i128>) {
        let (mut fds, mut places) = (Vec::new(), Vec::new());
        for (place, waiter) in self.threads.waits.waiters.borrow().iter().enumerate() {
            for fd in waiter.iter().flat_map(|w| &w.fds) {
                fds.push(*fd);
                places.push(place);
            }
        }
        let limit = limit.map_or(i128::from(i32::MAX), |ns| (ns + 999_999) / 1_000_000);
        let found = files::poll(&fds, limit.min(i128::from(i32::MAX)) as i32);
        for (events, place) in found.unwrap_or_default().into_iter().zip(places) {
            if events != 0 {
                self.happened(place, true);
            }
        }
    }
    fn take_answers(&mut self) {
        for ((place, serial), answer) in self.threads.waits.pool.answers() {
            let waits = self.number_at(place as usize) == Some(serial);
            if let Some((t, _)) = self.waiting_at(place as usize).filter(|_| waits) {
                let v = self.on_behalf(t, |vm| vm.bomb_of(answer));
                self.wake_from(t, serial, v);
            }
        }
    }
    /// In the child of a fork: tasklets of the running thread wait on, with a poller of their own.
    pub(super) fn forget_waits_of_others(&mut self) {
        let current = self.threads.current.get();
        let places = self.threads.waits.waiters.borrow().len();
        for place in 0..places {
            if let Some((t, _)) = self.waiting_at(place)
                && self.owner_of(t) != current
            {
                self.forget_wait(t);
            }
        }
        drop(self.threads.waits.poller.take());
        self.threads.waits.pool = Pool::default();
    }
}
