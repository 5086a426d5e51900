//! Methods and special fields of exceptions.

use crate::prelude::*;

/// What the type's `__init__` does to the special fields, for exceptions raised by native code.
pub fn init_fields(vm: &mut Vm, e: Ref<PyException>, id: u32, args: &[Value]) {
    if id == ids::STOP_ITERATION {
        let v = args.first().copied().unwrap_or(Value::NONE);
        e.set_field(vm, 0, v);
    }
}

/// `AttributeError.obj` and `.name`.
pub fn set_attribute_error_fields(vm: &mut Vm, e: Ref<PyException>, object: Value, name: Value) {
    e.set_field(vm, 0, name);
    e.set_field(vm, 1, object);
}

/// `NameError.name`.
pub fn set_name_error_fields(vm: &mut Vm, e: Ref<PyException>, name: Value) {
    e.set_field(vm, 0, name);
}
