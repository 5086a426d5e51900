//! `_stackless`: tasklets, channels and their scheduler (Stackless Python 3.8's API).
//!
//! Types and functions are one file each; what they do to the run queue is in `skein_runtime::tasklet::scheduler`. The
//! Python module `stackless` of the library makes the public face of this one.

mod atomic;
mod bomb;
mod cframe;
mod channel;
mod cstack;
pub mod ext;
mod functions;
mod tasklet;
mod wrap;

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_stackless",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.want_soft_natives();
    vm.install_type(&tasklet::TASKLET);
    vm.install_type(&channel::CHANNEL);
    for (name, id) in [("tasklet", ids::TASKLET), ("channel", ids::CHANNEL)] {
        let ty = vm.builtin_type(id).value();
        vm.add_constant(m, name, ty);
    }
    let bomb = bomb::make_type(vm);
    let atomic = atomic::make_type(vm);
    let cstack = cstack::make_type(vm);
    vm.add_constant(m, "cstack", cstack.value());
    let cframe = cframe::make_type(vm);
    vm.add_constant(m, "cframe", cframe.value());
    vm.add_constant(m, "bomb", bomb.value());
    vm.add_constant(m, "atomic", atomic.value());
    vm.add_functions(m, functions::FUNCTIONS);
    let wrap = wrap::make_module(vm)?;
    vm.add_constant(m, "_wrap", wrap);
    for (name, v) in functions::PICKLE_FLAGS {
        let v = vm.new_int(*v);
        vm.add_constant(m, name, v);
    }
    Ok(())
}

/// True for a value that is absent or `None`.
fn none(v: Value) -> bool {
    v.is_absent()
}

/// An int (or bool), as Stackless takes switches: nothing else, `__index__` neither.
fn switch_int(vm: &mut Vm, v: Value, message: &str) -> PyResult<i64> {
    match as_i64(v) {
        Some(n) if v.is::<PyInt>() || v.is_int() || v.as_bool().is_some() => Ok(n),
        _ => Err(vm.type_error(message)),
    }
}
