//! The Skein runtime: values, heap, objects and the pure libraries they stand on.

pub mod text;
