//! Tasklets of other threads: queueing them, taking them out, and what is told about threads.
//!
//! A tasklet belongs to the thread that made it, until `bind_thread` moves it. Its queue is the scheduler's while that
//! thread runs, else it is kept in the [`super::threads::Thread`]; the functions here find the right one.

use super::tasklet::{PyTasklet, tasklet_flag as flag};
use super::threads::{saved, thread};
use crate::builtins::list::PyList;
use crate::builtins::native::Native;
use crate::helpers::clock;
use crate::object::header::Ref;
use crate::value::Value;
use crate::vm::Vm;

impl Vm {
    /// The thread object of a tasklet; tasklets made before there were threads are the first thread's. `NULL`: there are none.
    pub fn owner_of(&self, t: Ref<PyTasklet>) -> Value {
        match t.thread.get() {
            Some(owner) => owner.value(),
            None => self.first_thread(),
        }
    }
    /// The thread object of the first thread; `NULL` while it is the only one.
    pub fn first_thread(&self) -> Value {
        let all = self.threads.all.get().cast::<PyList>();
        all.filter(|l| !l.is_empty())
            .map_or(Value::NULL, |l| l.get(0))
    }
    /// True for a tasklet of a thread that does not run now.
    #[inline]
    pub fn is_elsewhere(&self, t: Ref<PyTasklet>) -> bool {
        self.has_threads() && self.owner_of(t) != self.threads.current.get()
    }
    /// The identifier of a tasklet's thread; `None`: that has ended.
    pub fn thread_of(&self, t: Ref<PyTasklet>) -> Option<u64> {
        match thread(&self.owner_of(t)) {
            Some((_, state)) => (!state.done.get()).then_some(state.ident.get()),
            None => Some(clock::thread_ident()),
        }
    }
    /// The thread object with an identifier; `None`: there is none, `NULL` for the only thread.
    pub fn find_thread(&self, ident: u64) -> Option<Value> {
        let Some(all) = self.threads.all.get().cast::<PyList>() else {
            return (ident == clock::thread_ident()).then_some(Value::NULL);
        };
        (0..all.len())
            .map(|i| all.get(i))
            .find(|v| thread(v).is_some_and(|(_, s)| s.ident.get() == ident))
    }
    /// Main tasklet, running tasklet and length of the queue of a thread.
    pub fn thread_state(&self, t: Value) -> (Value, Value, usize) {
        match thread(&t) {
            Some((_, state)) if t != self.threads.current.get() => {
                let values = state.saved.expect();
                let (main, current) = (values.get(saved::MAIN), values.get(saved::CURRENT));
                (main, current, state.count.get())
            }
            _ => {
                let s = &self.scheduler;
                (s.main.get(), self.tasklet.get(), s.count.get())
            }
        }
    }
    /// The list of watchdogs of a thread, or `NULL`.
    pub fn thread_watchdogs(&self, t: Value) -> Value {
        match thread(&t) {
            Some((_, state)) if t != self.threads.current.get() => {
                state.saved.expect().get(saved::WATCHDOGS)
            }
            _ => self.scheduler.watchdogs.get(),
        }
    }

    /// Appends a tasklet to the queue of its thread.
    pub fn append(&mut self, t: Ref<PyTasklet>) {
        if self.is_elsewhere(t) {
            self.append_elsewhere(t, false);
        } else {
            self.queue_append(t);
        }
    }
    /// Puts a tasklet of another thread into its queue; `first`: it runs as soon as that thread does.
    pub fn append_elsewhere(&mut self, t: Ref<PyTasklet>, first: bool) {
        let owner = self.owner_of(t);
        let Some((thread_object, state)) = thread(&owner) else {
            return;
        };
        let values = state.saved.expect();
        match values.get(saved::QUEUE).cast::<PyTasklet>() {
            Some(head) => {
                let running = values.get(saved::CURRENT) == head.value();
                let at = if first && running {
                    head.next.expect()
                } else {
                    head
                };
                let last = at.prev.expect();
                last.next.set(last, t);
                t.prev.set(t, last);
                t.next.set(t, at);
                at.prev.set(at, t);
                if first && !running {
                    values.set(saved::QUEUE, t.value());
                }
            }
            None => {
                t.next.set(t, t);
                t.prev.set(t, t);
                values.set(saved::QUEUE, t.value());
            }
        }
        t.put(flag::QUEUED, true);
        state.count.set(state.count.get() + 1);
        self.make_ready(thread_object);
    }
    /// Takes a tasklet out of the queue of its thread.
    pub fn remove(&mut self, t: Ref<PyTasklet>) {
        if !self.is_elsewhere(t) {
            return self.queue_remove(t);
        }
        let owner = self.owner_of(t);
        let Some((_, state)) = thread(&owner).filter(|_| t.has(flag::QUEUED)) else {
            return;
        };
        let values = state.saved.expect();
        let (next, prev) = (t.next.expect(), t.prev.expect());
        if next == t {
            values.set(saved::QUEUE, Value::NULL);
            self.unready(&owner);
        } else {
            prev.next.set(prev, next);
            next.prev.set(next, prev);
            if values.get(saved::QUEUE) == t.value() {
                values.set(saved::QUEUE, next.value());
            }
        }
        t.next.clear();
        t.prev.clear();
        t.put(flag::QUEUED, false);
        state.count.set(state.count.get() - 1);
    }
    /// Lets a tasklet of another thread run next there.
    pub fn run_elsewhere(&mut self, t: Ref<PyTasklet>) {
        self.stop_waiting(t);
        if !t.has(flag::QUEUED) {
            self.append_elsewhere(t, true);
        }
    }
    /// Empties the run queue of the running thread.
    pub fn clear_queue(&mut self) {
        while let Some(t) = self.queue_head() {
            self.queue_remove(t);
        }
    }

    // -- the end of a thread --

    /// True while tasklets of the running thread are killed, because its main tasklet has ended.
    pub fn thread_is_ending(&self) -> bool {
        thread(&self.threads.current.get()).is_some_and(|(_, s)| s.ending.get())
    }
    /// The main tasklet of the running thread has ended: tasklets that are suspended below native code are killed, so that
    /// they free what they hold; others just never go on. Meanwhile the thread has another main tasklet, without a function:
    /// switching to it lets the end go on.
    pub fn begin_thread_end(&mut self) {
        self.clear_queue();
        let current = self.threads.current.get();
        let ending = thread(&current).is_some_and(|(_, state)| state.ending.replace(true));
        if !ending && self.next_to_kill().is_some() {
            let class = self.builtin_type(crate::object::shape::ids::TASKLET);
            let main = PyTasklet::new_instance(self, class);
            main.put(flag::STARTED, true);
            self.scheduler.main.set(main.value());
        }
    }
    /// Who goes on in, or after, a thread that ends.
    pub fn next_at_thread_end(&mut self) -> Ref<PyTasklet> {
        if let Some(t) = self.next_to_kill() {
            t.put(flag::KILLED, true);
            self.stop_waiting(t);
            if !t.has(flag::QUEUED) {
                self.queue_append(t);
            }
            let class = self.builtin_type(crate::object::shape::ids::TASKLET_EXIT);
            if let Ok(e) = self.call(class.value(), &[]) {
                let bomb = super::bomb::new(self, e);
                t.tempval.set(t, bomb);
            }
            return t;
        }
        self.end_thread();
        if self.was_last_thread() {
            crate::helpers::process::exit(0);
        }
        self.next_runnable()
    }
    fn next_to_kill(&self) -> Option<Ref<PyTasklet>> {
        let parked: Ref<PyList> = self.scheduler.parked.get().cast()?;
        let current = self.threads.current.get();
        (0..parked.len())
            .filter_map(|i| parked.get(i).cast::<PyTasklet>())
            .find(|t| self.owner_of(*t) == current && t.alive() && !t.has(flag::KILLED))
    }
    /// Moves a tasklet that is in no queue to a thread.
    pub fn bind_to_thread(&mut self, t: Ref<PyTasklet>, owner: Value) {
        match owner.cast::<Native>() {
            Some(owner) => t.thread.set(t, owner),
            None => t.thread.clear(),
        }
    }
}
