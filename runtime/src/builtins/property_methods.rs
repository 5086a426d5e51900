//! Methods of `property`.

use super::property::PyProperty;
use crate::prelude::*;

/// `property.__get__`
pub fn property_get(vm: &mut Vm, p: Ref<PyProperty>, object: Value) -> PyResult {
    match p.fget.get().non_null().filter(|f| !f.is_none()) {
        Some(f) => vm.call(f, &[object]),
        None => {
            let message = no_accessor(vm, p, object, "getter");
            Err(vm.attribute_error(object, Value::NULL, message))
        }
    }
}

/// `property.__set__`; `v` is `NULL` for `__delete__`.
pub fn property_set(vm: &mut Vm, p: Ref<PyProperty>, object: Value, v: Value) -> PyResult<()> {
    let (f, what) = if v.is_null() {
        (p.fdel.get(), "deleter")
    } else {
        (p.fset.get(), "setter")
    };
    match f.non_null().filter(|f| !f.is_none()) {
        Some(f) if v.is_null() => vm.call(f, &[object]).map(|_| ()),
        Some(f) => vm.call(f, &[object, v]).map(|_| ()),
        None => {
            let message = no_accessor(vm, p, object, what);
            Err(vm.attribute_error(object, Value::NULL, message))
        }
    }
}

fn no_accessor(vm: &mut Vm, p: Ref<PyProperty>, object: Value, what: &str) -> String {
    let ty = crate::builtins::str::lossy(vm.type_of(object).qualname.get());
    match p.name.get().non_null() {
        Some(n) => format!(
            "property '{}' of '{ty}' object has no {what}",
            crate::builtins::str::lossy(n)
        ),
        None => format!("property of '{ty}' object has no {what}"),
    }
}
