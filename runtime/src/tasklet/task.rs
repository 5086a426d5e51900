//! Tasks: tasklets whose outcome is kept for those that join them.
//!
//! Storing happens where the tasklet ends, not in a function around its own, so that a task that is killed before it
//! started has an outcome, too. An exception that ends a task is the joiners' and does not go to `run()`; exits and
//! interrupts (no `Exception`) do both.

use super::bomb;
use super::tasklet::{PyTasklet, extra, tasklet_flag as flag};
use crate::error::PyResult;
use crate::object::header::Ref;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// A task has left its last frame: keeps the outcome and wakes who waits for it. Gives what is left to do with it.
    pub fn finish_task(&mut self, t: Ref<PyTasklet>, result: PyResult) -> PyResult {
        let error = self.take_raised();
        let outcome = match result {
            Ok(v) => v,
            Err(_) => bomb::new(self, error),
        };
        t.start.set(t, outcome);
        t.put(flag::DONE, true);
        let joiners = t.extra(extra::JOINERS);
        if let Some(c) = joiners.cast::<super::channel::PyChannel>() {
            while let Some(joiner) = c.head.get() {
                self.make_runnable(joiner);
                let v = self.joined(outcome);
                joiner.tempval.set(joiner, v);
            }
        }
        match result {
            Err(r) if !self.is_instance_of(error, ids::EXCEPTION) => {
                self.raised.set(error);
                Err(r)
            }
            _ => Ok(Value::NONE),
        }
    }
    /// What a joiner goes on with: the result, or a bomb.
    fn joined(&mut self, outcome: Value) -> Value {
        let killed = self
            .exception_in(outcome)
            .is_some_and(|e| self.is_instance_of(e, ids::TASKLET_EXIT));
        if !killed {
            return outcome;
        }
        // The exit itself would quietly end who joins.
        self.runtime_error("the task was killed");
        let e = self.take_raised();
        bomb::new(self, e)
    }
    /// The exception in an outcome, if it is one.
    pub fn exception_in(&self, outcome: Value) -> Option<Value> {
        if !bomb::is_bomb(outcome) {
            return None;
        }
        super::super::builtins::native::native::<bomb::Bomb>(&outcome).map(|(_, b)| b.value.get())
    }
    /// The running tasklet waits for the end of a task; it goes on with its result, or the exception that ended it.
    pub fn join_task(&mut self, t: Ref<PyTasklet>, until: super::sync::Until) -> PyResult {
        if t.has(flag::DONE) {
            let v = self.joined(t.start.get());
            return bomb::explode(self, v);
        }
        if t == self.current_tasklet() {
            return Err(self.runtime_error("a task cannot join itself"));
        }
        if until == super::sync::Until::Now {
            return Err(self.raise(ids::TIMEOUT_ERROR, "wait timed out"));
        }
        let c = match t.extra(extra::JOINERS).cast() {
            Some(c) => c,
            None => {
                let c = self.private_channel(t.value());
                self.set_tasklet_extra(t, extra::JOINERS, c.value());
                c
            }
        };
        self.block_until(c, false, Value::NONE, until.deadline())
    }
}
