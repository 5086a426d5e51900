//! `_typing`: type parameters, type aliases, `Generic` and `NoDefault`, as `typing.py` and the compiler need them.
//!
//! What is lazy (bounds, constraints, defaults, alias values) is a function of one argument, the annotation format.

mod alias;
mod generic;
mod param;
mod param_methods;

pub use alias::make_type_alias;
pub use generic::subscript_generic;
pub use param::{make_paramspec, make_typevar, make_typevartuple, set_default};

use skein_runtime::prelude::*;

/// `_typing`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_typing",
    init,
};

static FUNCTIONS: &[NativeDef] = &[function(
    "_idfunc",
    |_, args| Ok(args[0]),
    "(x, /)",
    "The argument.",
)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    setup(vm);
    for name in [
        "TypeVar",
        "ParamSpec",
        "TypeVarTuple",
        "ParamSpecArgs",
        "ParamSpecKwargs",
        "TypeAliasType",
        "Generic",
        "NoDefault",
    ] {
        if let Some(v) = vm.state_get(&format!("_typing.{name}")) {
            vm.add_constant(m, name, v);
        }
    }
    let union = vm.builtin_type(ids::UNION).value();
    vm.add_constant(m, "Union", union);
    Ok(())
}

/// Makes the types once: the compiler's intrinsics need them also where nobody imported the module.
fn setup(vm: &mut Vm) {
    if vm.state_get("_typing.Generic").is_none() {
        param_methods::install(vm);
        alias::install(vm);
        generic::install(vm);
    }
}

/// One of this module's types.
fn type_named(vm: &mut Vm, key: &str) -> PyResult<Ref<PyType>> {
    setup(vm);
    crate::util::state_type(vm, key)
}

/// `typing.NoDefault`
fn no_default(vm: &mut Vm) -> Value {
    setup(vm);
    vm.state_get("_typing.NoDefault").unwrap_or(Value::NONE)
}

/// `__name__` of the module whose code is running.
fn caller_module(vm: &mut Vm) -> Value {
    let name = vm.names.__name__.value();
    vm.visible_frame()
        .and_then(|f| f.function().globals.get())
        .and_then(|g| g.get_interned(name))
        .unwrap_or(Value::NONE)
}

/// Sets `__module__` of a new parameter or alias.
fn set_module(vm: &mut Vm, v: Value) -> PyResult<()> {
    let module = caller_module(vm);
    let name = vm.names.__module__;
    vm.set_attr(v, name, module)
}

/// `typing.name(*args)`
fn call_typing(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    let f = crate::util::import_attr(vm, "typing", name)?;
    vm.call(f, args)
}

/// `left | right`
fn union_of(vm: &mut Vm, left: Value, right: Value) -> PyResult {
    let union = vm.builtin_type(ids::UNION).value();
    let both = vm.new_tuple(&[left, right]);
    vm.get_item(union, both)
}

/// `typing.Unpack[v]`
fn unpack(vm: &mut Vm, v: Value) -> PyResult {
    let f = crate::util::import_attr(vm, "typing", "Unpack")?;
    vm.get_item(f, v)
}
