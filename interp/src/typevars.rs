//! Type parameters, as the compiler's intrinsics need them.

use skein_compiler::bytecode::ops::Intrinsic;
use skein_modules::typing;
use skein_runtime::prelude::*;

/// Runs one of the type-parameter intrinsics; `args` has at least the operands it reads.
pub fn intrinsic(vm: &mut Vm, which: Intrinsic, args: &[Value]) -> PyResult {
    let arg = |i: usize| args.get(i).copied().unwrap_or(Value::NULL);
    match which {
        Intrinsic::TypeVar => typing::make_typevar(vm, arg(0), Value::NULL, Value::NULL),
        Intrinsic::TypeVarWithBound => typing::make_typevar(vm, arg(0), arg(1), Value::NULL),
        Intrinsic::TypeVarWithConstraints => typing::make_typevar(vm, arg(0), Value::NULL, arg(1)),
        Intrinsic::ParamSpec => typing::make_paramspec(vm, arg(0)),
        Intrinsic::TypeVarTuple => typing::make_typevartuple(vm, arg(0)),
        Intrinsic::SetTypeParamDefault => typing::set_default(vm, arg(0), arg(1)),
        Intrinsic::SubscriptGeneric => typing::subscript_generic(vm, arg(0)),
        Intrinsic::TypeAlias => typing::make_type_alias(vm, arg(0), arg(1), arg(2)),
        other => {
            let name = other.name();
            Err(vm.system_error(format!("{name} is no type parameter operation")))
        }
    }
}
