//! `_warnings`: the two functions that importlib calls before `warnings` can be imported. They hand over to Lib's
//! `_py_warnings`; the rest of the C module is left out so that `warnings` uses its Python code.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "warn",
        warn,
        "(*args, **kwargs)",
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
    function(
        "warn_explicit",
        warn_explicit,
        "(*args, **kwargs)",
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

fn warn(vm: &mut Vm, args: &[Value]) -> PyResult {
    delegate(vm, "warn", args)
}

fn warn_explicit(vm: &mut Vm, args: &[Value]) -> PyResult {
    delegate(vm, "warn_explicit", args)
}

fn delegate(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    let import = vm
        .builtins_dict()
        .get_text(vm, "__import__")
        .unwrap_or(Value::NONE);
    let module = vm.new_str("warnings");
    let module = vm.call(import, &[module])?;
    let f = vm.get_attr_text(module, name)?;
    vm.call_dict(f, skein_runtime::builtins::args::items(&args[0]), args[1])
}
