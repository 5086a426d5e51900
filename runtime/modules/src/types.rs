//! `_types`: the builtin types that have no name of their own in `builtins`, for the `types` module.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_types",
    init,
};

static TYPES: &[(&str, u32)] = &[
    ("AsyncGeneratorType", ids::ASYNC_GENERATOR),
    ("BuiltinFunctionType", ids::BUILTIN_FUNCTION),
    ("BuiltinMethodType", ids::BUILTIN_FUNCTION),
    ("CellType", ids::CELL),
    ("ClassMethodDescriptorType", ids::CLASSMETHOD_DESCRIPTOR),
    ("CodeType", ids::CODE),
    ("CoroutineType", ids::COROUTINE),
    ("EllipsisType", ids::ELLIPSIS),
    ("FrameType", ids::FRAME),
    ("FunctionType", ids::FUNCTION),
    ("GeneratorType", ids::GENERATOR),
    ("GenericAlias", ids::GENERIC_ALIAS),
    ("GetSetDescriptorType", ids::GETSET_DESCRIPTOR),
    ("LambdaType", ids::FUNCTION),
    ("MappingProxyType", ids::MAPPINGPROXY),
    ("MemberDescriptorType", ids::MEMBER_DESCRIPTOR),
    ("MethodDescriptorType", ids::METHOD_DESCRIPTOR),
    ("MethodType", ids::METHOD),
    ("MethodWrapperType", ids::METHOD_WRAPPER),
    ("ModuleType", ids::MODULE),
    ("NoneType", ids::NONE_TYPE),
    ("NotImplementedType", ids::NOT_IMPLEMENTED),
    ("SimpleNamespace", ids::SIMPLE_NAMESPACE),
    ("TracebackType", ids::TRACEBACK),
    ("UnionType", ids::UNION),
    ("WrapperDescriptorType", ids::WRAPPER_DESCRIPTOR),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    for (name, id) in TYPES {
        let ty = vm.builtin_type(*id).value();
        vm.add_constant(m, name, ty);
    }
    // There are no C extensions and so no capsules, but programs name their type.
    let capsule = vm.new_native_type(
        "PyCapsule",
        "builtins",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        &[],
        &[],
        "",
    );
    vm.add_constant(m, "CapsuleType", capsule.value());
    Ok(())
}
