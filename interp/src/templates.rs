//! Template strings, as the opcodes of t-strings need them.

use skein_runtime::prelude::*;

/// One interpolation of a t-string.
pub fn build_interpolation(vm: &mut Vm, _v: Value, _expression: Value, _conversion: Value, _spec: Value) -> PyResult {
    Err(vm.not_implemented_error("template strings are not available in this build"))
}

/// A t-string.
pub fn build_template(vm: &mut Vm, _strings: Value, _interpolations: Value) -> PyResult {
    Err(vm.not_implemented_error("template strings are not available in this build"))
}
