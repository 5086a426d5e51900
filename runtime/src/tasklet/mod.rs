//! Tasklets: Python's frames and the stacks they live on.
pub mod stack;
#[allow(clippy::module_inception)]
pub mod tasklet;
