//! Calls that block and cannot be polled (looking up a host's name, opening a FIFO, waiting for a file lock) on a few helper
//! threads of the OS, so that only the calling tasklet waits.
//!
//! A helper never touches a `Value`: it runs a job that knows only plain data, and hands back an *answer*, a function that the
//! thread which runs Python calls to make the result. Helpers are started as they are needed and end after a while without work.

use crate::error::PyResult;
use crate::helpers::{epoll, signals};
use crate::vm::Vm;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Makes the result of a job.
pub type Answer = Box<dyn FnOnce(&mut Vm) -> PyResult + Send>;
/// What a helper does.
pub type Job = Box<dyn FnOnce() -> Answer + Send>;

/// Helpers at most.
const MOST: usize = 16;
/// How long a helper waits for work.
const PATIENCE: Duration = Duration::from_secs(10);

/// Place and number of a wait.
pub type Token = (u32, u64);

#[derive(Default)]
struct State {
    jobs: VecDeque<(Token, Job)>,
    answers: Vec<(Token, Answer)>,
    helpers: usize,
    idle: usize,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
    /// What is rung when an answer is there.
    counter: AtomicI32,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The helpers.
#[derive(Default)]
pub struct Pool(Arc<Shared>);

impl Pool {
    /// Has a job done; `counter` is rung when its answer is there. Gives the job back if no helper could be started.
    pub fn submit(&self, wait: Token, job: Job, counter: i32) -> Result<(), Job> {
        self.0.counter.store(counter, Ordering::Release);
        let mut state = self.0.lock();
        if state.idle <= state.jobs.len() && state.helpers < MOST {
            let shared = self.0.clone();
            let started = std::thread::Builder::new()
                .name("helper".into())
                .stack_size(256 << 10)
                .spawn(move || help(&shared));
            if started.is_ok() {
                state.helpers += 1;
            } else if state.helpers == 0 {
                return Err(job);
            }
        }
        state.jobs.push_back((wait, job));
        self.0.work.notify_one();
        Ok(())
    }
    /// Takes the answers that are there.
    pub fn answers(&self) -> Vec<(Token, Answer)> {
        std::mem::take(&mut self.0.lock().answers)
    }
}

fn help(shared: &Shared) {
    signals::leave_to_others();
    let mut state = shared.lock();
    loop {
        if let Some((wait, job)) = state.jobs.pop_front() {
            drop(state);
            let answer = job();
            state = shared.lock();
            state.answers.push((wait, answer));
            epoll::ring(shared.counter.load(Ordering::Acquire));
            continue;
        }
        state.idle += 1;
        let woken = shared.work.wait_timeout(state, PATIENCE);
        let (s, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
        state = s;
        state.idle -= 1;
        if timeout.timed_out() && state.jobs.is_empty() {
            state.helpers -= 1;
            return;
        }
    }
}
