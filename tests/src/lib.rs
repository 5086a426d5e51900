//! What the test runners share: finding the binary, running a Python script against its golden output, printing differences, and the
//! checks of the project's own rules.
//!
//! The runners themselves are in `tests/tests/*.rs` (one per kind of test) and `src/bin/conformance.rs`. Everything is plain `std`: a test
//! runner that needs crates would be built before the thing it tests.
#![forbid(unsafe_code)]

pub mod binary;
pub mod command;
pub mod diff;
pub mod golden;
pub mod header;
pub mod ledger;
pub mod marks;
pub mod process;
pub mod programs;
pub mod reasons;
pub mod script;
pub mod tidy;
