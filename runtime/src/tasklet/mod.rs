//! Tasklets: Python's frames and the stacks they live on, and the scheduler that decides which of them runs.
pub mod bell;
pub mod bomb;
pub mod buffer;
pub mod channel;
pub mod elsewhere;
pub mod greenlet;
pub mod offload;
pub mod poller;
pub mod report;
pub mod scheduler;
pub mod select;
pub mod stack;
pub mod sync;
pub mod task;
#[allow(clippy::module_inception)]
pub mod tasklet;
pub mod threads;
pub mod waiting;
