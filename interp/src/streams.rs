//! Standard streams of a build without the `_io` module: enough for `print` and messages.

use skein_runtime::prelude::*;
use std::io::Write;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "write",
        write,
        "(text, /)",
        "Writes text to standard output.",
    ),
    function("flush", flush, "()", "Does nothing: writes are unbuffered."),
];

fn write(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(s) = args[0].cast::<PyStr>() else {
        return Err(vm.type_error("write() argument must be str"));
    };
    match std::io::stdout().write_all(s.bytes()) {
        Ok(()) => Ok(Value::from_usize(s.len())),
        Err(e) => Err(vm.raise(ids::OS_ERROR, &e.to_string())),
    }
}

fn flush(vm: &mut Vm, _: &[Value]) -> PyResult {
    match std::io::stdout().flush() {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(vm.raise(ids::OS_ERROR, &e.to_string())),
    }
}

/// Puts the streams into `sys`.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let dict = PyDict::new(vm);
    let module = PyModule::new_instance(vm, vm.builtin_type(ids::MODULE), dict);
    vm.add_functions(module, FUNCTIONS);
    vm.add_constant(module, "closed", Value::FALSE);
    if let Some(sys) = vm.sys.get().cast::<PyDict>() {
        sys.set_text(vm, "stdout", module.value());
    }
    Ok(())
}
