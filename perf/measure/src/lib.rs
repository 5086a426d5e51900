//! Measuring programs from outside: what `skein -X compare` and `skein-perf` have in common.
//!
//! [`child`] runs one process and tells its time and memory, [`contest`] runs several in turn, [`output`] keeps and compares what
//! they printed, [`statistics`] says how sure the figures are, [`json`] writes and reads them.

pub mod child;
pub mod contest;
pub mod json;
pub mod output;
pub mod statistics;
