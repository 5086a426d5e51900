//! Methods of `module`.

use crate::prelude::*;

/// What `module.name` does when neither the type nor the namespace has the name: the module's `__getattr__`, then the error.
pub fn missing_attribute(vm: &mut Vm, module: Ref<PyModule>, name: Ref<PyStr>) -> PyResult {
    let names = vm.names;
    if let Some(hook) = module.dict().get_interned(names.__getattr__.value()) {
        return vm.call(hook, &[name.value()]);
    }
    let text = name.text_lossy();
    let message = match module
        .dict()
        .get_interned(names.__name__.value())
        .and_then(|v| v.cast::<PyStr>())
    {
        Some(m) => format!("module '{}' has no attribute '{text}'", m.text_lossy()),
        None => format!("module has no attribute '{text}'"),
    };
    Err(vm.attribute_error(module.value(), name.value(), message))
}
