//! The scheduler: the run queue, and who goes on when a tasklet gives up the processor, blocks or ends.
//!
//! The queue is a ring of tasklets; `queue` points at the running one while it is linked, and "the tail" is the place
//! before it. So `schedule()` only moves the pointer. Natives decide here who is next and leave that in `target`; the
//! interpreter swaps the stacks when the native has returned (`interp::vm::switch`). All rules of order are those of
//! Stackless Python 3.8, see the design page stackless.md, sections 3.2 to 3.5.

use super::bomb;
use super::channel::PyChannel;
use super::select::{CLOSED, Case, chosen};
use super::tasklet::{PyTasklet, tasklet_flag as flag};
use crate::builtins::list::PyList;
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::heap::roots::RootCell;
use crate::object::header::Ref;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// State of the scheduler that is not in the tasklets.
pub struct Scheduler {
    /// The main tasklet.
    pub main: RootCell,
    /// Where the ring of runnable tasklets is entered: the running one, if it is linked.
    pub queue: RootCell,
    /// Length of the ring.
    pub count: Cell<usize>,
    /// Who goes on when the native in progress has returned; `NULL`: nobody else.
    pub target: RootCell,
    /// The greenlet that is left for `target`; `NULL`: tasklets switch.
    pub source: RootCell,
    /// Forgotten greenlets that only their own thread can kill (a list), or `NULL`.
    pub forgotten_greenlets: RootCell,
    /// Called on every switch of greenlets.
    pub greenlet_trace: RootCell,
    /// List: the tasklet that a timeout was given to, or `None`, then the tasklets inside `run()`, the innermost last.
    /// `NULL` before the first `run()`.
    pub watchdogs: RootCell,
    /// List of the tasklets that have a parked native stack, by its number less one; `None` in between. `NULL`: none yet.
    pub parked: RootCell,
    /// The `SystemExit` of a tasklet of the first thread: the program ends with it, unless the main tasklet says otherwise.
    pub exit: RootCell,
    /// That tasklet.
    pub exiting: RootCell,
    /// While not 0, every switch is an error.
    pub trap: Cell<i64>,
    /// Called on every switch.
    pub schedule_callback: RootCell,
    /// Called on every channel operation.
    pub channel_callback: RootCell,
    /// Called with the exceptions of tasklets that die.
    pub error_handler: RootCell,
    /// One of the callbacks is in progress.
    pub in_callback: Cell<bool>,
    /// `enable_softswitch`: kept for programs that ask; switches are soft wherever they can be.
    pub soft: Cell<bool>,
    /// The call of `run()` that a timeout was given to, by its tasklet; `NULL`: none.
    pub interrupt: RootCell,
    /// How it wants to be served.
    pub budget: Budget,
    /// State of the generator of chances, see [`Scheduler::chance`].
    dice: Cell<u64>,
    /// When descriptors and times were last looked at, by the clock's ticks.
    pub last_look: Cell<i128>,
    /// When the running tasklet was switched to, while run times are measured; 0: they are not.
    pub since: Cell<i128>,
    /// How many reports of deadlocks were made.
    pub reports: Cell<u32>,
}

/// The limit that a call of `run()` set.
#[derive(Default)]
pub struct Budget {
    /// Instructions in a slice.
    pub timeout: Cell<u64>,
    /// Instructions left.
    pub left: Cell<u64>,
    /// Wait for the next voluntary switch.
    pub soft: Cell<bool>,
    /// For the whole call, not for each slice.
    pub total: Cell<bool>,
    /// Interrupts also inside nested runs.
    pub ignore_nesting: Cell<bool>,
    /// Switches left; 0: not counted.
    pub switches: Cell<u64>,
    /// When it is over, on the monotonic clock; 0: never.
    pub deadline: Cell<i128>,
}

/// Stackless looks at its counter behind an instruction, and before it counts that one.
const LATE: u64 = 2;

impl Budget {
    /// Grants a new slice.
    pub fn refill(&self) {
        self.left.set(self.timeout.get().saturating_add(LATE));
    }
    /// True if switches are to be watched.
    #[inline(always)]
    fn watches_switches(&self) -> bool {
        self.switches.get() != 0 || self.deadline.get() != 0
    }
}

impl Default for Scheduler {
    fn default() -> Scheduler {
        let root = || RootCell::new(Value::NULL);
        Scheduler {
            main: root(),
            queue: root(),
            count: Cell::new(0),
            target: root(),
            source: root(),
            forgotten_greenlets: root(),
            greenlet_trace: root(),
            watchdogs: root(),
            parked: root(),
            exit: root(),
            exiting: root(),
            trap: Cell::new(0),
            schedule_callback: root(),
            channel_callback: root(),
            error_handler: root(),
            in_callback: Cell::new(false),
            soft: Cell::new(true),
            interrupt: root(),
            budget: Budget::default(),
            dice: Cell::new(0x9e37_79b9_7f4a_7c15),
            last_look: Cell::new(0),
            since: Cell::new(0),
            reports: Cell::new(0),
        }
    }
}

impl Scheduler {
    /// A number below `n`, all with the same chance; the same numbers in every run of a program.
    pub fn chance(&self, n: usize) -> usize {
        let mut x = self.dice.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.dice.set(x);
        (((x >> 32) * n as u64) >> 32) as usize
    }
    /// Visits the roots.
    pub fn trace(&self, t: &mut Tracer) {
        for r in [
            &self.main,
            &self.queue,
            &self.target,
            &self.source,
            &self.forgotten_greenlets,
            &self.greenlet_trace,
            &self.watchdogs,
            &self.parked,
            &self.exit,
            &self.exiting,
            &self.schedule_callback,
            &self.channel_callback,
            &self.error_handler,
            &self.interrupt,
        ] {
            r.trace(t);
        }
    }
}

/// What a call of `run()` asks for.
pub struct Limit {
    /// Instructions in a slice.
    pub timeout: u64,
    /// See [`Budget`].
    pub soft: bool,
    /// See [`Budget`].
    pub total: bool,
    /// See [`Budget`].
    pub ignore_nesting: bool,
    /// See [`Budget`].
    pub switches: u64,
    /// See [`Budget`].
    pub deadline: i128,
}

/// What survives the end of a tasklet.
const LASTING: u32 =
    flag::ATOMIC | flag::IGNORE_NESTING | flag::BLOCK_TRAP | flag::TASK | flag::DONE;

/// What blocking when nothing else can run raises.
const DEADLOCK: &str = "Deadlock: the last runnable tasklet cannot be blocked.";

impl Vm {
    /// The running tasklet.
    #[inline(always)]
    pub fn current_tasklet(&self) -> Ref<PyTasklet> {
        self.tasklet.get().cast().expect("a tasklet runs")
    }
    /// The main tasklet.
    pub fn main_tasklet(&self) -> Ref<PyTasklet> {
        self.scheduler.main.get().cast().expect("set at start")
    }
    /// First of the run queue.
    #[inline]
    pub fn queue_head(&self) -> Option<Ref<PyTasklet>> {
        self.scheduler.queue.get().cast()
    }

    /// Links a tasklet before `at`.
    fn link_before(&self, at: Ref<PyTasklet>, t: Ref<PyTasklet>) {
        let last = at.prev.expect();
        last.next.set(last, t);
        t.prev.set(t, last);
        t.next.set(t, at);
        at.prev.set(at, t);
        t.put(flag::QUEUED, true);
        self.scheduler.count.set(self.scheduler.count.get() + 1);
    }
    /// Appends a tasklet to the run queue: before the running one.
    pub fn queue_append(&self, t: Ref<PyTasklet>) {
        match self.queue_head() {
            Some(head) => self.link_before(head, t),
            None => {
                t.next.set(t, t);
                t.prev.set(t, t);
                t.put(flag::QUEUED, true);
                self.scheduler.count.set(1);
                self.scheduler.queue.set(t.value());
            }
        }
    }
    /// Links a tasklet right behind the running one, which is linked.
    fn queue_insert_next(&self, t: Ref<PyTasklet>) {
        let next = self.current_tasklet().next.expect();
        self.link_before(next, t);
    }
    /// Takes a tasklet out of the run queue.
    pub fn queue_remove(&self, t: Ref<PyTasklet>) {
        if !t.has(flag::QUEUED) {
            return;
        }
        let (next, prev) = (t.next.expect(), t.prev.expect());
        if next == t {
            self.scheduler.queue.set(Value::NULL);
        } else {
            prev.next.set(prev, next);
            next.prev.set(next, prev);
            if self.scheduler.queue.get() == t.value() {
                self.scheduler.queue.set(next.value());
            }
        }
        t.next.clear();
        t.prev.clear();
        t.put(flag::QUEUED, false);
        self.scheduler.count.set(self.scheduler.count.get() - 1);
    }

    /// # Errors
    /// `RuntimeError` while switching is trapped.
    pub fn check_switch(&mut self, to: Ref<PyTasklet>) -> PyResult<()> {
        if self.scheduler.trap.get() != 0 && to != self.current_tasklet() {
            return Err(self.runtime_error("switch_trap"));
        }
        if self.scheduler.in_callback.get() && to != self.current_tasklet() {
            return Err(self.runtime_error("Recursive scheduler call due to callbacks!"));
        }
        Ok(())
    }
    /// Lets `next` go on when the native in progress has returned. If it runs already, its value is the result.
    pub fn switch_to(&mut self, next: Ref<PyTasklet>) -> PyResult {
        let next = self.soft_interrupt(next, true);
        self.switch_exactly_to(next)
    }
    /// As [`Vm::switch_to`], where the program relies on who is next: a soft interrupt that is due waits for another switch.
    fn switch_in_order(&mut self, next: Ref<PyTasklet>) -> PyResult {
        let next = self.soft_interrupt(next, false);
        self.switch_exactly_to(next)
    }
    fn switch_exactly_to(&mut self, next: Ref<PyTasklet>) -> PyResult {
        let current = self.current_tasklet();
        if next == current {
            let v = current.tempval.get();
            current.tempval.set(current, Value::NONE);
            current.accept();
            self.wake_watchdog(next);
            return bomb::explode(self, v);
        }
        if !self.scheduler.schedule_callback.get().is_null() && !self.is_elsewhere(current) {
            self.call_schedule_callback(current.value(), next.value());
        }
        if next.has(flag::QUEUED) {
            self.scheduler.queue.set(next.value());
        }
        self.scheduler.target.set(next.value());
        Ok(Value::NULL)
    }
    fn call_schedule_callback(&mut self, prev: Value, next: Value) {
        let callback = self.scheduler.schedule_callback.get();
        self.scheduler.in_callback.set(true);
        if self.call(callback, &[prev, next]).is_err() {
            let place = self.new_str("Error in scheduling callback");
            _ = (self.hooks.intrinsic)(self, "write_unraisable", &[place]);
        }
        self.scheduler.in_callback.set(false);
    }
    /// A tasklet that was inside `run()` goes on: calls of `run()` further in end, too.
    pub fn wake_watchdog(&mut self, t: Ref<PyTasklet>) {
        if !t.has(flag::WATCHDOG) {
            return;
        }
        let Some(list) = self.scheduler.watchdogs.get().cast::<PyList>() else {
            return;
        };
        while list.len() > 1 {
            let last = list.len() - 1;
            let Some(w) = list.get(last).cast::<PyTasklet>() else {
                break;
            };
            list.set_len(last);
            w.put(flag::WATCHDOG, false);
            if self.scheduler.interrupt.get() == w.value() {
                list.set(0, Value::NONE);
                self.end_budget();
            }
            if w == t {
                break;
            }
            if !w.has(flag::QUEUED) {
                self.queue_append(w);
            }
        }
    }
    /// Forgets the timeout of a call of `run()` that ends.
    fn end_budget(&mut self) {
        let budget = &self.scheduler.budget;
        budget.left.set(0);
        budget.switches.set(0);
        budget.deadline.set(0);
        self.scheduler.interrupt.set(Value::NULL);
    }
    /// The innermost caller of `run()`, else the main tasklet.
    pub fn innermost_watchdog(&self) -> Ref<PyTasklet> {
        self.scheduler
            .watchdogs
            .get()
            .cast::<PyList>()
            .filter(|l| l.len() > 1)
            .and_then(|l| l.get(l.len() - 1).cast())
            .unwrap_or_else(|| self.main_tasklet())
    }
    /// True if native code below the running tasklet forbids to interrupt it.
    pub fn nesting_forbids(&self) -> bool {
        self.native_depth.get() > 1
            && !self.current_tasklet().has(flag::IGNORE_NESTING)
            && !self.scheduler.budget.ignore_nesting.get()
    }
    /// Notes that a native stack was parked with a tasklet, or (`None`) is in use again.
    pub fn note_parked(&mut self, number: u32, t: Option<Ref<PyTasklet>>) {
        let list = match self.scheduler.parked.get().cast::<PyList>() {
            Some(list) => list,
            None => {
                let list = PyList::new(self);
                self.scheduler.parked.set(list.value());
                list
            }
        };
        while list.len() < number as usize {
            list.push(self, Value::NONE);
        }
        list.set(number as usize - 1, t.map_or(Value::NONE, Value::from));
    }

    /// `schedule()`: the next in the queue goes on, the caller becomes the last.
    pub fn schedule(&mut self, retval: Value) -> PyResult {
        let current = self.current_tasklet();
        let next = current.next.get().unwrap_or(current);
        self.check_switch(next)?;
        current.tempval.set(current, retval);
        self.switch_to(next)
    }
    /// Who goes on at a voluntary switch to `next`: the caller of `run()` if a soft interrupt is due. `now`: it may happen at
    /// this switch, else `next` inherits it.
    fn soft_interrupt(&mut self, next: Ref<PyTasklet>, now: bool) -> Ref<PyTasklet> {
        let current = self.current_tasklet();
        if self.threads.has_waiters() || self.scheduler.budget.watches_switches() {
            self.before_switch(current);
        }
        if !current.has(flag::PENDING_INTERRUPT) {
            return next;
        }
        current.put(flag::PENDING_INTERRUPT, false);
        let Some(watchdog) = self.scheduler.interrupt.get().cast::<PyTasklet>() else {
            return next;
        };
        if watchdog.has(flag::QUEUED | flag::BLOCKED) || current == watchdog || next == watchdog {
            return next;
        }
        if !now || self.nesting_forbids() {
            next.put(flag::PENDING_INTERRUPT, true);
            return next;
        }
        // The one that would have run comes right behind it.
        if next.has(flag::QUEUED) {
            self.link_before(next, watchdog);
        } else {
            self.queue_append(watchdog);
        }
        watchdog
    }
    /// At a switch while somebody waits for a time or descriptor, or switches are counted.
    #[cold]
    fn before_switch(&mut self, current: Ref<PyTasklet>) {
        self.look_at_waiters();
        let budget = &self.scheduler.budget;
        let mut over = budget.deadline.get() != 0 && self.is_past(budget.deadline.get());
        // Who is alone and goes on itself has had a turn, too.
        if budget.switches.get() != 0 {
            budget.switches.set(budget.switches.get() - 1);
            over |= budget.switches.get() == 0;
        }
        if over {
            current.put(flag::PENDING_INTERRUPT, true);
        }
    }
    /// `schedule_remove()`: as `schedule`, but the caller leaves the queue.
    pub fn schedule_remove(&mut self, retval: Value) -> PyResult {
        let current = self.current_tasklet();
        let next = current.next.get().filter(|n| *n != current);
        match next {
            Some(next) => self.check_switch(next)?,
            None if current == self.main_tasklet() => return Ok(retval),
            None => {}
        }
        current.tempval.set(current, retval);
        self.queue_remove(current);
        match next {
            Some(next) => self.switch_to(next),
            None => self.wake_for_blocked(false),
        }
    }
    /// The running tasklet was taken out of the queue, which is empty now: the innermost `run()` or the main tasklet goes on;
    /// if there is none that could, the caller is put back and gets the error. `blocks`: the caller waits for something.
    pub fn wake_for_blocked(&mut self, blocks: bool) -> PyResult {
        let current = self.current_tasklet();
        if self.thread_is_ending() {
            let next = self.next_at_thread_end();
            return self.switch_to(next);
        }
        if self.own_waiting() {
            let next = self.next_runnable();
            return self.switch_to(next);
        }
        let watchdog = self.innermost_watchdog();
        let floats = watchdog.alive() && !watchdog.has(flag::BLOCKED | flag::QUEUED);
        if floats && (watchdog != current || !blocks) {
            self.queue_append(watchdog);
            return match self.check_switch(watchdog) {
                Ok(()) => {
                    // An exception that nobody waits for goes to whoever is woken.
                    let v = current.tempval.get();
                    if bomb::is_bomb(v) {
                        watchdog.tempval.set(watchdog, v);
                    }
                    self.switch_to(watchdog)
                }
                Err(r) => {
                    self.queue_remove(watchdog);
                    self.put_back(current);
                    Err(r)
                }
            };
        }
        if self.something_awaited() {
            let next = self.next_runnable();
            return self.switch_to(next);
        }
        let report = self.deadlock_report(current);
        self.put_back(current);
        let error = self.runtime_error(DEADLOCK);
        self.add_report(report);
        Err(error)
    }
    fn put_back(&mut self, current: Ref<PyTasklet>) {
        self.stop_waiting(current);
        current.tempval.set(current, Value::NONE);
        self.queue_append(current);
        self.scheduler.queue.set(current.value());
    }
    /// The running tasklet waits on a channel, with `v` to send or for a value.
    pub fn block_on(&mut self, channel: Ref<PyChannel>, sending: bool, v: Value) -> PyResult {
        self.block_until(channel, sending, v, None)
    }
    /// # Errors
    /// `RuntimeError` if the running tasklet must not wait.
    pub fn check_blocking(&mut self) -> PyResult<()> {
        if self.current_tasklet().has(flag::BLOCK_TRAP) {
            return Err(self.runtime_error("this tasklet does not like to be blocked."));
        }
        Ok(())
    }
    /// As [`Vm::block_on`]; at the deadline (monotonic nanoseconds) it goes on with a `TimeoutError`.
    pub fn block_until(
        &mut self,
        channel: Ref<PyChannel>,
        sending: bool,
        v: Value,
        deadline: Option<i128>,
    ) -> PyResult {
        let current = self.current_tasklet();
        self.check_blocking()?;
        if channel.closing.get() {
            return Err(self.value_error(CLOSED));
        }
        let next = current.next.get().filter(|n| *n != current);
        if let Some(next) = next {
            self.check_switch(next)?;
        }
        self.queue_remove(current);
        current.tempval.set(current, v);
        PyChannel::append(channel, current, sending);
        if deadline.is_some() {
            self.enter_waiter(current, deadline, Vec::new());
        }
        match next {
            Some(next) => self.switch_to(next),
            None => self.wake_for_blocked(true),
        }
    }
    /// Hands a value to, or takes one from, the first tasklet that waits on the channel, and schedules as the channel
    /// prefers. `v` is what the running tasklet sends.
    pub fn meet(&mut self, channel: Ref<PyChannel>, sending: bool, v: Value) -> PyResult {
        self.meet_as(channel, sending, v, Case(None))
    }
    /// As [`Vm::meet`], for a case of a `select`.
    pub fn meet_as(
        &mut self,
        channel: Ref<PyChannel>,
        sending: bool,
        v: Value,
        case: Case,
    ) -> PyResult {
        let current = self.current_tasklet();
        let waiting = channel.head.expect();
        let partner = PyTasklet::in_person(waiting);
        let prefers_partner = if sending {
            channel.preference.get() < 0
        } else {
            channel.preference.get() > 0
        };
        let all = channel.schedule_all.get();
        let elsewhere = self.is_elsewhere(partner);
        if !elsewhere && (all || prefers_partner) {
            let next = if all {
                current
                    .next
                    .get()
                    .filter(|n| *n != current)
                    .unwrap_or(partner)
            } else {
                partner
            };
            self.check_switch(next)?;
        }
        let (theirs, their_case) = (waiting.tempval.get(), Case::of(waiting));
        self.leave_channels(partner);
        self.forget_wait(partner);
        let (mine, yours) = if sending {
            (Value::NONE, v)
        } else {
            (theirs, Value::NONE)
        };
        let mine = chosen(self, case, mine);
        let yours = chosen(self, their_case, yours);
        current.tempval.set(current, mine);
        partner.tempval.set(partner, yours);
        if elsewhere {
            // It becomes runnable in its thread, and the caller goes on.
            self.append_elsewhere(partner, false);
            current.tempval.set(current, Value::NONE);
            return bomb::explode(self, mine);
        }
        if all {
            self.queue_append(partner);
            let next = current.next.expect();
            return self.switch_to(next);
        }
        if prefers_partner {
            self.queue_insert_next(partner);
            return self.switch_in_order(partner);
        }
        self.queue_append(partner);
        self.switch_in_order(current)
    }
    /// `T.run()` and `T.switch()`: the tasklet goes on at once; with `leave` the caller leaves the queue.
    pub fn run_tasklet(&mut self, t: Ref<PyTasklet>, leave: bool) -> PyResult {
        let current = self.current_tasklet();
        if t == current {
            return Ok(Value::NONE);
        }
        if self.is_elsewhere(t) {
            if leave {
                return Err(self.runtime_error("can't switch to a different thread."));
            }
            self.run_elsewhere(t);
            return Ok(Value::NONE);
        }
        self.check_switch(t)?;
        self.make_runnable(t);
        if leave {
            self.queue_remove(current);
        }
        self.switch_to(t)
    }
    /// Makes a tasklet runnable that waits or floats.
    pub fn make_runnable(&mut self, t: Ref<PyTasklet>) {
        self.stop_waiting(t);
        if !t.has(flag::QUEUED) {
            self.append(t);
        }
    }
    /// `run()`: the caller leaves the queue until that is empty, or the timeout is over. `limit`: instructions, and how an
    /// interrupt is to happen.
    pub fn run_watchdog(&mut self, limit: Option<Limit>) -> PyResult {
        let current = self.current_tasklet();
        let list = match self.scheduler.watchdogs.get().cast::<PyList>() {
            Some(list) => list,
            None => {
                let list = PyList::new(self);
                self.scheduler.watchdogs.set(list.value());
                list
            }
        };
        // Tests look into the list, so programs may have changed it.
        if list.is_empty() {
            list.push(self, Value::NONE);
        }
        let next = current.next.get().filter(|n| *n != current);
        match next {
            Some(next) => self.check_switch(next)?,
            None if !self.own_waiting() => return Ok(Value::NONE),
            None => {}
        }
        // The outermost timeout wins.
        if let Some(limit) = limit
            && self.scheduler.interrupt.get().is_null()
        {
            let budget = &self.scheduler.budget;
            budget.timeout.set(limit.timeout);
            budget.soft.set(limit.soft);
            budget.total.set(limit.total);
            budget.ignore_nesting.set(limit.ignore_nesting);
            budget.switches.set(limit.switches);
            budget.deadline.set(limit.deadline);
            budget.refill();
            self.scheduler.interrupt.set(current.value());
            list.set(0, current.value());
        }
        current.tempval.set(current, Value::NONE);
        self.queue_remove(current);
        list.push(self, current.value());
        current.put(flag::WATCHDOG, true);
        let next = match next {
            Some(next) => next,
            None => self.next_runnable(),
        };
        self.switch_to(next)
    }

    /// The running tasklet has left its last frame; `raised`: with the exception in flight. Gives who goes on, with a value
    /// to go on with.
    pub fn end_tasklet(&mut self, raised: bool) -> Ref<PyTasklet> {
        let current = self.current_tasklet();
        let mut error = if raised {
            self.take_raised()
        } else {
            Value::NULL
        };
        if raised && self.exception_is(error, ids::TASKLET_EXIT) {
            error = Value::NULL;
        }
        let exits = !error.is_null() && self.exception_is(error, ids::SYSTEM_EXIT);
        if exits {
            error = self.exit_from_tasklet(error);
        } else if !error.is_null() {
            error = self.handle_error(error);
        }
        let ends = self.is_thread_end(current);
        let ends_thread = ends || self.thread_is_ending();
        if ends_thread && !error.is_null() {
            self.report_thread_error(error);
            error = Value::NULL;
        }
        let next = current.next.get().filter(|n| *n != current);
        self.queue_remove(current);
        let pending = current.has(flag::PENDING_INTERRUPT);
        current.flags.set(current.flags.get() & LASTING);
        current.tempval.set(current, Value::NONE);
        if ends {
            self.begin_thread_end();
        }
        let next = if ends_thread {
            match self.queue_head() {
                Some(next) => next,
                None => self.next_at_thread_end(),
            }
        } else if !error.is_null() {
            let watchdog = if exits {
                self.main_tasklet()
            } else {
                self.innermost_watchdog()
            };
            let bomb = bomb::new(self, error);
            self.make_runnable(watchdog);
            watchdog.tempval.set(watchdog, bomb);
            watchdog
        } else if let Some(next) = next {
            next
        } else if self.own_waiting()
            || self.innermost_watchdog().has(flag::BLOCKED) && self.something_awaited()
        {
            self.next_runnable()
        } else {
            let watchdog = self.innermost_watchdog();
            if watchdog.has(flag::BLOCKED) {
                let text = if watchdog.has(flag::SENDING) {
                    "the main tasklet is sending without a receiver available."
                } else {
                    "the main tasklet is receiving without a sender available."
                };
                let report = self.deadlock_report(watchdog);
                self.runtime_error(text);
                self.add_report(report);
                let error = self.take_raised();
                let bomb = bomb::new(self, error);
                watchdog.tempval.set(watchdog, bomb);
            }
            self.make_runnable(watchdog);
            watchdog
        };
        current.put(flag::PENDING_INTERRUPT, pending);
        let next = self.soft_interrupt(next, true);
        if !self.scheduler.schedule_callback.get().is_null() && !self.is_elsewhere(current) {
            self.call_schedule_callback(current.value(), next.value());
        }
        self.scheduler.queue.set(next.value());
        next
    }
    /// A tasklet that is no main one, or a thread's main tasklet, ends with `SystemExit`: in the first thread the program is to
    /// end. Gives the exception that the main tasklet gets, with the same code, or `NULL`.
    fn exit_from_tasklet(&mut self, error: Value) -> Value {
        if !self.in_first_thread() {
            return Value::NULL;
        }
        self.scheduler.exit.set(error);
        self.scheduler.exiting.set(self.tasklet.get());
        let class = self.builtin_type(ids::TASKLET_EXIT).value();
        let args = error
            .cast::<crate::builtins::exception::PyException>()
            .map_or(Value::NULL, |e| e.args.value());
        self.call(class, crate::builtins::args::items(&args))
            .unwrap_or(error)
    }
    /// Calls the error handler of `set_error_handler`; gives what is left to raise, or `NULL`.
    fn handle_error(&mut self, error: Value) -> Value {
        let handler = self.scheduler.error_handler.get();
        if handler.is_null() {
            return error;
        }
        let class = self.type_of(error).value();
        let traceback = error
            .cast::<crate::builtins::exception::PyException>()
            .and_then(|e| e.traceback.get().non_null())
            .unwrap_or(Value::NONE);
        match self.call(handler, &[class, error, traceback]) {
            Ok(_) => Value::NULL,
            Err(_) => self.take_raised(),
        }
    }
    fn exception_is(&self, e: Value, id: u32) -> bool {
        self.type_of(e).is_subtype(self.builtin_type(id))
    }
}
