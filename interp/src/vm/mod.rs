//! The interpreter: the loop, calls, unwinding, and the bodies of the opcodes by family.

pub mod args;
pub mod call;
pub mod class;
pub mod code;
pub mod findings;
pub mod frames;
pub mod generator;
pub mod import;
pub mod jump;
pub mod liveness;
pub mod monitor;
pub mod ops_arith;
pub mod ops_attr;
pub mod ops_build;
pub mod ops_exc;
pub mod ops_iter;
pub mod ops_match;
pub mod ops_names;
pub mod packed;
pub mod pickling;
pub mod run;
pub mod soft;
pub mod switch;
pub mod trace;
pub mod unwind;

use skein_runtime::error::Raised;

/// What an opcode body gives: where to continue in the frame `Vm::fp`, or an exception.
pub type Step = Result<run::cx::Pc, Raised>;
