//! The bytecode: instruction words, the opcode table and the compiled unit that the compiler hands to the interpreter.
//!
//! Plain data with no dependency on the runtime, so that the compiler can also run in a build script. The interpreter
//! turns a [`unit::CodeUnit`] into a code object of its heap.

pub mod decode;
pub mod flow;
pub mod ops;
pub mod pack;
pub mod text;
pub mod unit;
pub mod verify;
pub mod word;

pub use ops::Op;
pub use unit::{CodeUnit, Const, ExceptionEntry};
pub use word::Word;
