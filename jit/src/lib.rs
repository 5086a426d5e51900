//! The tracing compiler's back half: trace IR, its optimiser, and its lowering by Cranelift.
//!
//! This crate knows machine words, floats, addresses and exits, not Python: what a word means is decided by the recorder
//! (`interp/record`), and how machine code is entered and left by `interp/tier`.

pub mod backend;
pub mod ir;
pub mod opt;
