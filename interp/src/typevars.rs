//! Type parameters, as the compiler's intrinsics need them.

use skein_compiler::bytecode::ops::Intrinsic;
use skein_runtime::prelude::*;

/// Runs one of the type-parameter intrinsics; `args` has at least the operands it reads.
pub fn intrinsic(vm: &mut Vm, which: Intrinsic, _args: &[Value]) -> PyResult {
    let name = which.name();
    Err(vm.not_implemented_error(format!("type parameters are not available in this build ({name})")))
}
