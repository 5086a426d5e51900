//! Tasklets: Python's frames and the stacks they live on, and the scheduler that decides which of them runs.
pub mod bomb;
pub mod channel;
pub mod elsewhere;
pub mod greenlet;
pub mod scheduler;
pub mod stack;
#[allow(clippy::module_inception)]
pub mod tasklet;
pub mod threads;
