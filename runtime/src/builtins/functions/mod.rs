//! The `builtins` module: its functions, types and constants.
//!
//! What only the interpreter can do (`exec`, `eval`, `compile`, `__import__`, `__build_class__`) goes through
//! `vm.hooks.intrinsic` by name, with the bound arguments in the order of the signature.

mod asynchronous;
mod attributes;
mod console;
mod interpreter;
mod iteration;
mod minmax;
mod numbers;
mod objects;
pub mod scope;
mod sum;

pub use asynchronous::ANEXT_AWAITABLE;
pub use numbers::pow;

use crate::object::type_table::BUILTIN_TYPES;
use crate::prelude::*;

static TABLES: &[&[NativeDef]] = &[
    asynchronous::FUNCTIONS,
    attributes::FUNCTIONS,
    console::FUNCTIONS,
    interpreter::FUNCTIONS,
    iteration::FUNCTIONS,
    minmax::FUNCTIONS,
    numbers::FUNCTIONS,
    objects::FUNCTIONS,
    scope::FUNCTIONS,
    sum::FUNCTIONS,
];

/// Types that the module offers by name, besides the exceptions.
const PUBLIC_TYPES: &[u32] = &[
    ids::OBJECT,
    ids::TYPE,
    ids::INT,
    ids::BOOL,
    ids::FLOAT,
    ids::COMPLEX,
    ids::STR,
    ids::BYTES,
    ids::BYTEARRAY,
    ids::MEMORYVIEW,
    ids::LIST,
    ids::TUPLE,
    ids::DICT,
    ids::SET,
    ids::FROZENSET,
    ids::SLICE,
    ids::RANGE,
    ids::PROPERTY,
    ids::CLASSMETHOD,
    ids::STATICMETHOD,
    ids::SUPER,
    ids::ENUMERATE,
    ids::ZIP,
    ids::MAP,
    ids::FILTER,
    ids::REVERSED,
];

/// Fills the `builtins` namespace and makes the module over it in `sys.modules`.
pub fn install_builtins(vm: &mut Vm) {
    let dict = vm.builtins_dict();
    let name = vm.intern("builtins").value();
    dict.set_text(vm, "__name__", name);
    let doc =
        vm.new_str("Functions, types and constants that every program sees without an import.");
    dict.set_text(vm, "__doc__", doc);
    dict.set_text(vm, "__package__", Value::NONE);
    dict.set_text(vm, "__loader__", Value::NONE);
    dict.set_text(vm, "__spec__", Value::NONE);
    let ty = vm.builtin_type(ids::MODULE);
    let module = PyModule::new_instance(vm, ty, dict);
    for table in TABLES {
        vm.add_functions(module, table);
    }
    for id in PUBLIC_TYPES {
        let ty = vm.builtin_type(*id);
        dict.set_interned(vm, ty.name.get(), ty.value());
    }
    for (i, row) in BUILTIN_TYPES.iter().enumerate() {
        if row.kind == Kind::Exception {
            let ty = vm.builtin_type(ids::FIRST_TYPE + i as u32).value();
            dict.set_text(vm, row.name, ty);
        }
    }
    let os_error = vm.builtin_type(ids::OS_ERROR).value();
    dict.set_text(vm, "EnvironmentError", os_error);
    dict.set_text(vm, "IOError", os_error);
    let debug = Value::bool(vm.config.optimize == 0);
    for (name, v) in [
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("__debug__", debug),
    ] {
        dict.set_text(vm, name, v);
    }
    if let Some(modules) = vm.modules_dict() {
        modules.set_interned(vm, name, module.value());
    }
}
