//! `cframe`: in Stackless, a frame of native code that waits for a result.
//!
//! Here natives that call Python hand over to Python frames (`skein_runtime::soft`), so no object is one. The type is there for
//! programs that ask, of what they find among a tasklet's frames, whether it is.

use skein_runtime::prelude::*;

fn none_are(vm: &mut Vm, v: Value) -> PyResult {
    Err(vm.wrong_self("cframe", "_stackless.cframe", v))
}

const GETSETS: &[GetSetDef] = &[
    member("f_back", none_are, "The calling frame."),
    member("ob1", none_are, "An object of the native code."),
    member("ob2", none_are, "An object of the native code."),
    member("ob3", none_are, "An object of the native code."),
    member("i", none_are, "A number of the native code."),
    member("n", none_are, "A number of the native code."),
];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    vm.new_native_type(
        "cframe",
        "_stackless",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        &[],
        GETSETS,
        "A frame of native code: there are none.",
    )
}
