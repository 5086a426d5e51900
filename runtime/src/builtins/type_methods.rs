//! Methods of `type`.

use crate::prelude::*;

/// `type.__setattr__`/`__delattr__` (`v` is `NULL`).
pub fn set_type_attr(vm: &mut Vm, ty: Ref<PyType>, name: Ref<PyStr>, v: Value) -> PyResult<()> {
    if ty.has(tflag::IMMUTABLE) {
        let (text, full) = (name.text_lossy(), vm.full_type_name(ty));
        return Err(vm.type_error(format!(
            "cannot set '{text}' attribute of immutable type '{full}'"
        )));
    }
    let meta = vm.type_of(ty.value());
    if let Some(d) = vm.type_lookup(meta, name) {
        let names = vm.names;
        if vm.lookup_special(d, names.__set__).is_some() {
            return vm.descriptor_set(d, ty.value(), v);
        }
    }
    if !v.is_null() {
        vm.type_set_attr(ty, name, v);
        return Ok(());
    }
    if vm.type_del_attr(ty, name) {
        return Ok(());
    }
    let (type_name, text) = (ty.name_text(), name.text_lossy());
    Err(vm.attribute_error(
        ty.value(),
        name.value(),
        format!("type object '{type_name}' has no attribute '{text}'"),
    ))
}

/// `isinstance` where `cls` is no plain type: tuples, unions, `__instancecheck__`, `__bases__` look-alikes.
pub fn isinstance_general(vm: &mut Vm, v: Value, cls: Value) -> PyResult<bool> {
    if let Some(t) = cls.cast::<PyTuple>() {
        for c in t.items() {
            if vm.isinstance(v, *c)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let name = vm.names.__instancecheck__;
    if let Some(m) = vm.lookup_special(cls, name) {
        let r = vm.call_bound_special(m, cls, &[v])?;
        return vm.truth(r);
    }
    match cls.cast::<PyType>() {
        Some(c) => vm.isinstance_real(v, c),
        None => {
            Err(vm.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union"))
        }
    }
}

/// `issubclass` where one of the two is no plain type.
pub fn issubclass_general(vm: &mut Vm, sub: Value, cls: Value) -> PyResult<bool> {
    if let Some(t) = cls.cast::<PyTuple>() {
        for c in t.items() {
            if vm.issubclass(sub, *c)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let name = vm.names.__subclasscheck__;
    if let Some(m) = vm.lookup_special(cls, name) {
        let r = vm.call_bound_special(m, cls, &[sub])?;
        return vm.truth(r);
    }
    match (sub.cast::<PyType>(), cls.cast::<PyType>()) {
        (Some(s), Some(c)) => Ok(s.is_subtype(c)),
        (None, _) => Err(vm.type_error("issubclass() arg 1 must be a class")),
        _ => {
            Err(vm.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"))
        }
    }
}

/// `cls[key]`: `__class_getitem__`.
pub fn class_getitem(vm: &mut Vm, ty: Ref<PyType>, key: Value) -> PyResult {
    let name = vm.names.__class_getitem__;
    if vm.type_lookup(ty, name).is_some() {
        let f = vm.get_attr(ty.value(), name)?;
        return vm.call(f, &[key]);
    }
    let name = ty.name_text();
    Err(vm.type_error(format!("type '{name}' is not subscriptable")))
}
