//! The project's own rules about its sources, checked instead of remembered.
//!
//! A small scanner (`source.rs`) separates code from comments and strings; the rules (`rules.rs`) are text searches over that code, so
//! they cannot be fooled by prose and need no parser. `tests/tests/tidy.rs` runs them over the workspace.

pub mod budget;
pub mod rules;
pub mod source;
