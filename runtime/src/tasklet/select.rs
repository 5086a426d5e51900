//! Waiting on several channels at once, and ending a wait from outside.
//!
//! A tasklet is linked into one queue only. So for each case of a `select` that has to wait a *stand-in* waits in the
//! channel's queue: an object of a tasklet's layout that never runs and knows whom it stands for. The first stand-in that
//! meets a partner takes all others out of their queues; so does a deadline, an exception thrown in, or a closed channel.
//! What a case brings is a pair: the number of the case, and the value.

use super::bomb;
use super::channel::PyChannel;
use super::tasklet::{PyTasklet, tasklet_flag as flag};
use crate::builtins::tuple::PyTuple;
use crate::error::PyResult;
use crate::object::header::Ref;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// Which case of a `select` an operation is; `None`: it is one of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Case(pub Option<usize>);

impl Case {
    /// The case that a waiting tasklet or stand-in is in line for.
    pub fn of(waiting: Ref<PyTasklet>) -> Case {
        Case(
            waiting
                .has(flag::STAND_IN)
                .then_some(waiting.word.get() as usize),
        )
    }
}

/// What an operation gives its tasklet: the value, with the number of the case if it is one. Bombs stay bombs.
pub fn chosen(vm: &mut Vm, case: Case, v: Value) -> Value {
    match case.0 {
        Some(number) if !bomb::is_bomb(v) => {
            PyTuple::from_slice(vm, &[Value::from_usize(number), v]).value()
        }
        _ => v,
    }
}

/// Values of a case in the slice that [`Vm::select`] takes: the channel, and what to send or `NULL`.
pub const CASE: usize = 2;

fn case_at(cases: &[Value], number: usize) -> Option<(Ref<PyChannel>, bool, Value)> {
    let (c, v) = (cases[CASE * number].cast()?, cases[CASE * number + 1]);
    Some((c, !v.is_null(), v))
}

impl Vm {
    /// True if an operation finds a partner, or a buffer serves it.
    pub fn is_ready(&self, c: Ref<PyChannel>, sending: bool) -> bool {
        let balance = c.balance.get();
        let meets = if sending { balance < 0 } else { balance > 0 };
        meets || self.buffer_serves(c, sending)
    }
    /// Does an operation that is ready.
    pub fn act_ready(
        &mut self,
        c: Ref<PyChannel>,
        sending: bool,
        v: Value,
        case: Case,
    ) -> PyResult {
        let receiver_waits = sending && c.balance.get() < 0;
        if !receiver_waits && self.buffer_serves(c, sending) {
            return self.use_buffer(c, sending, v, case);
        }
        self.meet_as(c, sending, v, case)
    }
    /// Does one of the cases that are ready: the first, or any of them with equal chance. `None`: none is.
    pub fn select_ready(&mut self, cases: &[Value], ordered: bool) -> Option<PyResult> {
        let count = cases.len() / CASE;
        let mut found = None;
        let mut ready = 0;
        for number in 0..count {
            let (c, sending, _) = case_at(cases, number)?;
            if !self.is_ready(c, sending) {
                continue;
            }
            ready += 1;
            // Each of those seen so far stays chosen with the same chance.
            if found.is_none() || !ordered && self.scheduler.chance(ready) == 0 {
                found = Some(number);
            }
            if ordered {
                break;
            }
        }
        let number = found?;
        let (c, sending, v) = case_at(cases, number)?;
        Some(self.act_ready(c, sending, v, Case(Some(number))))
    }
    /// The running tasklet waits for the first of the cases, of which none is ready.
    pub fn select(&mut self, cases: &[Value], deadline: Option<i128>) -> PyResult {
        let count = cases.len() / CASE;
        self.check_blocking()?;
        for number in 0..count {
            if case_at(cases, number).is_some_and(|(c, ..)| c.closing.get()) {
                return Err(self.value_error(CLOSED));
            }
        }
        let current = self.current_tasklet();
        let next = current.next.get().filter(|n| *n != current);
        if let Some(next) = next {
            self.check_switch(next)?;
        }
        self.enter_lines(cases)?;
        self.queue_remove(current);
        current.tempval.set(current, Value::NONE);
        if deadline.is_some() {
            self.enter_waiter(current, deadline, Vec::new());
        }
        match next {
            Some(next) => self.switch_to(next),
            None => self.wake_for_blocked(true),
        }
    }
    /// Has a stand-in for the running tasklet wait on each channel.
    fn enter_lines(&mut self, cases: &[Value]) -> PyResult<()> {
        let current = self.current_tasklet();
        let ty = self.builtin_type(ids::TASKLET);
        current.put(flag::SELECTING, true);
        for number in 0..cases.len() / CASE {
            let Some((c, sending, v)) = case_at(cases, number) else {
                continue;
            };
            let balance = c.balance.get();
            if if sending { balance < 0 } else { balance > 0 } {
                self.leave_channels(current);
                return Err(self.value_error("cannot both send to and receive from one channel"));
            }
            let t = PyTasklet::new_instance(self, ty);
            t.put(flag::STAND_IN, true);
            t.word.set(number as u64);
            t.handled.set(t, current.start.get());
            t.start.set(t, current.value());
            t.tempval.set(t, if sending { v } else { Value::NONE });
            current.start.set(current, t.value());
            PyChannel::append(c, t, sending);
        }
        Ok(())
    }
    /// Takes a tasklet, or those that stand in for it, out of the queues of channels.
    pub fn leave_channels(&mut self, t: Ref<PyTasklet>) {
        if let Some(c) = t.channel.get() {
            PyChannel::remove(c, t);
        }
        if t.has(flag::SELECTING) {
            let mut stand_in = t.start.get().cast::<PyTasklet>();
            while let Some(s) = stand_in {
                if let Some(c) = s.channel.get() {
                    PyChannel::remove(c, s);
                }
                stand_in = s.handled.get().cast();
            }
            t.start.set_unbarriered(Value::NULL);
        }
        t.put(flag::SELECTING | flag::ITERATING, false);
    }
    /// What a tasklet waits for will not come: it is in no queue any more, and gives back what it was handed.
    pub fn stop_waiting(&mut self, t: Ref<PyTasklet>) {
        if t.has(flag::BLOCKED) {
            self.leave_channels(t);
            self.forget_wait(t);
        }
        if t.has(flag::GRANTED) {
            self.give_back(t);
        }
    }
    /// Raises, where tasklets wait on a channel, that it is closed; loops over it end.
    pub fn wake_closed(&mut self, c: Ref<PyChannel>) {
        while let Some(waiting) = c.head.get() {
            let t = PyTasklet::in_person(waiting);
            let e = if t.has(flag::ITERATING) {
                self.stop_iteration(Value::NONE)
            } else {
                self.value_error(CLOSED)
            };
            let _ = e;
            let e = self.take_raised();
            let bomb = bomb::new(self, e);
            self.make_runnable(t);
            t.tempval.set(t, bomb);
        }
    }
    /// What a deadline brings to a tasklet that waits on channels.
    pub fn timeout_bomb(&mut self, t: Ref<PyTasklet>) -> Value {
        let text = if t.has(flag::SELECTING) {
            "select timed out"
        } else if t.has(flag::SENDING) {
            "send timed out"
        } else if t.channel.get().is_some_and(|c| c.private.get()) {
            "wait timed out"
        } else {
            "receive timed out"
        };
        self.raise(ids::TIMEOUT_ERROR, text);
        let e = self.take_raised();
        bomb::new(self, e)
    }
}

/// What waiting on a closed channel raises.
pub const CLOSED: &str = "Send/receive operation on a closed channel";
