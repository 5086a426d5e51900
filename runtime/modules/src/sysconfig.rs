//! `_sysconfig`: build settings that only the binary knows.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_sysconfig",
    init,
};

static FUNCTIONS: &[NativeDef] = &[function(
    "config_vars",
    config_vars,
    "()",
    "The build settings as a dict.",
)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

fn config_vars(vm: &mut Vm, _: &[Value]) -> PyResult {
    let d = PyDict::new(vm);
    d.set_text(vm, "Py_GIL_DISABLED", Value::from_i32(0));
    d.set_text(vm, "Py_DEBUG", Value::from_i32(0));
    Ok(d.value())
}
