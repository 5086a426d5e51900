//! The compiler: Python 3.14 source to register bytecode, as plain data without any runtime.
//!
//! Standing apart from the runtime lets it run in a build script (the library is compiled ahead) and be tested alone.
#![forbid(unsafe_code)]

pub mod bytecode;
pub mod checks;
pub mod codegen;
mod compile;
pub mod errors;
pub mod fold;
pub mod literals;
pub mod parse;
pub mod places;
pub mod positions;
pub mod source;
pub mod symtable;

pub use codegen::{Mode, Options};
pub use compile::{Compiled, compile, compile_ast, compile_source};
