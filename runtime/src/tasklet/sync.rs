//! What tasklets wait for that is no channel: locks, semaphores, events, and plain lines.
//!
//! Each object has a channel of its own, made when somebody has to wait, where those stand in line as receivers. So a wait
//! is what waiting on a channel is: deadlocks are found, exceptions can be thrown in, nothing is polled. What becomes
//! free is handed to who waits longest, so nobody overtakes. Who is thrown an exception between being handed something
//! and running gives it back, else it would be lost.

use super::channel::PyChannel;
use super::tasklet::{PyTasklet, tasklet_flag as flag};
use crate::builtins::native::{Native, NativeData, native};
use crate::error::PyResult;
use crate::heap::Tracer;
use crate::object::header::{Ref, RefSlot, Slot};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// How an object lets tasklets pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// As long as the count is not 0; each takes one.
    Semaphore,
    /// As a semaphore, but the count is at most 1.
    Lock,
    /// One, its owner, as often as it wants; the count is how often.
    Reentrant,
    /// All while the count is not 0.
    Event,
    /// None: they wait to be woken.
    Line,
}

/// The state of such an object.
pub struct Sync {
    /// Its rule.
    pub rule: Rule,
    /// See [`Rule`].
    pub count: Cell<i64>,
    /// Who holds a reentrant lock.
    pub owner: Slot,
    waiters: RefSlot<PyChannel>,
}

impl NativeData for Sync {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.owner);
        t.visit(self.waiters.value());
    }
}

/// How long to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// Not at all.
    Now,
    /// Until this time of the monotonic clock, in nanoseconds.
    Time(i128),
    /// For ever.
    Forever,
}

impl Until {
    /// The deadline, if there is one.
    pub fn deadline(self) -> Option<i128> {
        match self {
            Until::Time(end) => Some(end),
            _ => None,
        }
    }
}

impl Sync {
    /// An object that nobody waits for.
    pub fn new(rule: Rule, count: i64) -> Sync {
        Sync {
            rule,
            count: Cell::new(count),
            owner: Slot::new(Value::NULL),
            waiters: RefSlot::empty(),
        }
    }
    /// How many wait.
    pub fn waiting(&self) -> usize {
        let waiters = self.waiters.get();
        waiters.map_or(0, |c| c.balance.get().unsigned_abs() as usize)
    }
    /// Lets the running tasklet pass if the rule does.
    fn pass(&self, owner: Ref<Native>, current: Value) -> bool {
        let count = self.count.get();
        match self.rule {
            Rule::Line => false,
            Rule::Event => count != 0,
            Rule::Semaphore | Rule::Lock => {
                let free = count > 0;
                self.count.set(count - i64::from(free));
                free
            }
            Rule::Reentrant => {
                let own = count == 0 || self.owner.get() == current;
                if own {
                    self.owner.set(owner, current);
                    self.count.set(count + 1);
                }
                own
            }
        }
    }
}

impl Vm {
    /// A channel where tasklets wait for an object.
    pub fn private_channel(&mut self, object: Value) -> Ref<PyChannel> {
        let ty = self.builtin_type(ids::CHANNEL);
        let c = PyChannel::new_instance(self, ty);
        c.private.set(true);
        c.store.set(c, object);
        c
    }
    /// The running tasklet passes, or waits in line; it goes on with `True`.
    pub fn pass(&mut self, object: Value, until: Until) -> PyResult {
        let Some((owner, s)) = native::<Sync>(&object) else {
            return Ok(Value::NONE);
        };
        if s.pass(owner, self.tasklet.get()) {
            return Ok(Value::TRUE);
        }
        if until == Until::Now {
            return Err(self.raise(ids::TIMEOUT_ERROR, "wait timed out"));
        }
        let waiters = match s.waiters.get() {
            Some(c) => c,
            None => {
                let c = self.private_channel(object);
                s.waiters.set(owner, c);
                c
            }
        };
        self.block_until(waiters, false, Value::NONE, until.deadline())
    }
    /// Hands the object to the tasklet that waits longest, or wakes it if there is nothing to hand over.
    pub fn wake_next(&mut self, object: Value) -> bool {
        let Some((owner, s)) = native::<Sync>(&object) else {
            return false;
        };
        let Some(t) = s.waiters.get().and_then(|c| c.head.get()) else {
            return false;
        };
        self.make_runnable(t);
        t.tempval.set(t, Value::TRUE);
        match s.rule {
            Rule::Event | Rule::Line => return true,
            Rule::Reentrant => {
                s.owner.set(owner, t.value());
                s.count.set(1);
            }
            Rule::Semaphore | Rule::Lock => {}
        }
        t.start.set(t, object);
        t.put(flag::GRANTED, true);
        true
    }
    /// One that holds the object lets go of it, whoever that is.
    pub fn let_go(&mut self, object: Value) {
        let Some((_, s)) = native::<Sync>(&object) else {
            return;
        };
        if s.rule == Rule::Reentrant {
            s.count.set(s.count.get() - 1);
            if s.count.get() > 0 {
                return;
            }
            s.owner.set_unbarriered(Value::NULL);
            self.wake_next(object);
        } else if !self.wake_next(object) {
            s.count.set(s.count.get() + 1);
        }
    }
    /// A tasklet that was handed something gets an exception before it could go on.
    pub fn give_back(&mut self, t: Ref<PyTasklet>) {
        let object = t.start.get();
        t.put(flag::GRANTED, false);
        t.start.set_unbarriered(Value::NULL);
        self.let_go(object);
    }
}
