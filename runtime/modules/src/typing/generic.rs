//! `Generic`: the base class whose work `typing.py` does.

use super::param::{Param, What};
use super::{type_named, unpack};
use crate::util::{import_attr, items};
use skein_runtime::prelude::*;

static METHODS: &[NativeDef] = &[
    class_method(
        "__class_getitem__",
        class_getitem,
        "($type, /, *args, **kwargs)",
        "Parameterizes a generic class.",
    ),
    class_method(
        "__init_subclass__",
        init_subclass,
        "($type, /, *args, **kwargs)",
        "Function to initialize subclasses.",
    ),
];

/// Makes the type.
pub(super) fn install(vm: &mut Vm) {
    let doc = "Abstract base class for generic types.";
    let ty = vm.new_native_type(
        "Generic",
        "typing",
        None,
        Kind::Instance,
        tflag::BASETYPE,
        METHODS,
        &[],
        doc,
    );
    vm.state_set("_typing.Generic", ty.value());
}

fn forward(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    let f = import_attr(vm, "typing", name)?;
    let mut all = ValueVec::new();
    for v in std::iter::once(&args[0]).chain(items(&args[1])) {
        all.push(&vm.heap, *v);
    }
    vm.call_dict(f, all.as_slice(), args[2])
}

fn class_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    forward(vm, "_generic_class_getitem", args)
}

fn init_subclass(vm: &mut Vm, args: &[Value]) -> PyResult {
    forward(vm, "_generic_init_subclass", args)
}

/// A tuple of type parameters with every `TypeVarTuple` unpacked.
pub fn unpacked(vm: &mut Vm, params: Value) -> PyResult {
    let mut out = ValueVec::new();
    for p in items(&params) {
        let v = match native::<Param>(p) {
            Some((_, param)) if param.what == What::TypeVarTuple => unpack(vm, *p)?,
            _ => *p,
        };
        out.push(&vm.heap, v);
    }
    Ok(vm.new_tuple(out.as_slice()))
}

/// `typing.Generic[params]`, the implicit base of classes with type parameters.
///
/// # Errors
/// What `typing` raises.
pub fn subscript_generic(vm: &mut Vm, params: Value) -> PyResult {
    let generic = type_named(vm, "_typing.Generic")?.value();
    let params = unpacked(vm, params)?;
    let alias = import_attr(vm, "typing", "_GenericAlias")?;
    vm.call(alias, &[generic, params])
}
