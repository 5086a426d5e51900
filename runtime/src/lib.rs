//! The runtime: values, heap, objects, tasklets, builtin types. It knows no bytecode and no traces.
//!
//! Reading order: `value.rs`, `heap/mod.rs` (invariants H1-H9), `object/header.rs`, `object/shape.rs`, `object/types.rs`,
//! `object/attr.rs`, `builtins/dict.rs`, `protocol/`, `vm.rs`.

pub mod builtins;
pub mod error;
pub mod heap;
pub mod helpers;
pub mod layout;
pub mod number_hash;
pub mod object;
pub mod prelude;
pub mod protocol;
pub mod reliance;
pub mod soft;
pub mod tasklet;
pub mod text;
pub mod value;
pub mod vm;
