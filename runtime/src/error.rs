//! `Raised`: a Python exception in flight. The exception object itself waits in `Vm::raised`, so the error is one word.

use crate::value::Value;

/// Says that `Vm::raised` holds an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised;

/// Result of everything that may raise.
pub type PyResult<T = Value> = Result<T, Raised>;
