//! Small helpers that most modules of this crate need.

use skein_runtime::builtins::byte_view::ByteView;
use skein_runtime::builtins::{args, bytearray::PyByteArray};
use skein_runtime::prelude::*;

/// The class that a native type's `__new__` is called for; its instances must have the layout `Native`.
///
/// # Errors
/// `TypeError` for anything else.
pub fn native_class(vm: &mut Vm, v: Value) -> PyResult<Ref<PyType>> {
    let ty = args::class(vm, v)?;
    if ty.kind.get() != Kind::Native {
        let name = ty.name_text();
        return Err(vm.type_error(format!(
            "object.__new__({name}) is not safe, use {name}.__new__()"
        )));
    }
    Ok(ty)
}

/// Imports a module by name, as the statement does.
///
/// # Errors
/// What the import raises.
pub fn import(vm: &mut Vm, name: &str) -> PyResult {
    if let Some(modules) = vm.modules_dict()
        && let Some(m) = modules.get_text(vm, name)
        && !m.is_none()
    {
        return Ok(m);
    }
    let builtins = vm.builtins_dict();
    let Some(import) = builtins.get_text(vm, "__import__") else {
        return Err(vm.raise(ids::IMPORT_ERROR, "__import__ not found"));
    };
    let text = vm.new_str(name);
    vm.call(import, &[text])?;
    let found = vm.modules_dict().and_then(|m| m.get_text(vm, name));
    match found {
        Some(m) => Ok(m),
        None => Err(vm.raise(ids::IMPORT_ERROR, &format!("No module named '{name}'"))),
    }
}

/// `module.name`
///
/// # Errors
/// What the import or the look-up raises.
pub fn import_attr(vm: &mut Vm, module: &str, name: &str) -> PyResult {
    let m = import(vm, module)?;
    vm.get_attr_text(m, name)
}

/// A type kept with `state_set` by its module's init function.
///
/// # Errors
/// `RuntimeError` before the module was initialised.
pub fn state_type(vm: &mut Vm, key: &str) -> PyResult<Ref<PyType>> {
    match vm.state_get(key).and_then(|v| v.cast()) {
        Some(t) => Ok(t),
        None => Err(vm.runtime_error(format!("{key} is not initialised"))),
    }
}

/// Adds a native type to a module and keeps it under `module.name`.
pub fn add_type(vm: &mut Vm, m: Ref<PyModule>, module: &str, ty: Ref<PyType>) {
    let name = ty.name_text();
    vm.state_set(&format!("{module}.{name}"), ty.value());
    vm.add_constant(m, &name, ty.value());
}

/// Makes, publishes and keeps an exception class of a module; [`state_type`] finds it under `key`.
pub fn add_exception(vm: &mut Vm, m: Ref<PyModule>, key: &str, module: &str, base: u32) {
    let name = key.rsplit('.').next().unwrap_or(key);
    let base = vm.builtin_type(base);
    let flags = tflag::BASETYPE | tflag::HAS_DICT;
    let ty = vm.new_native_type(
        name,
        module,
        Some(base),
        Kind::Exception,
        flags,
        &[],
        &[],
        "",
    );
    vm.state_set(key, ty.value());
    vm.add_constant(m, name, ty.value());
}

/// The contents of a bytes-like object.
///
/// # Errors
/// `TypeError` "a bytes-like object is required, not '…'".
pub fn buffer(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    skein_runtime::builtins::bytes_methods::buffer(vm, v)
}

/// True for objects that [`buffer`] accepts.
pub fn is_buffer(vm: &mut Vm, v: Value) -> bool {
    let name = vm.names.__buffer__;
    v.is::<PyBytes>()
        || v.is::<PyByteArray>()
        || vm.type_of(v).builtin_id == ids::MEMORYVIEW
        || crate::array::contents(&v).is_some()
        || vm.lookup_special(v, name).is_some()
}

/// The items of a bound `*args` tuple.
pub fn items(args: &Value) -> &[Value] {
    args::items(args)
}

/// An integer in the range of `i64` or the error that `Py_ssize_t` arguments give.
///
/// # Errors
/// `TypeError` for other objects, `OverflowError` for large integers.
pub fn ssize_or(vm: &mut Vm, v: Value, default: i64) -> PyResult<i64> {
    if v.is_null() {
        Ok(default)
    } else {
        vm.ssize(v)
    }
}

/// Writes `, name=value` for the items of a dict of keyword arguments (or `NULL`).
///
/// # Errors
/// What `repr` raises.
pub fn repr_keywords(vm: &mut Vm, keywords: Value, out: &mut Vec<u8>) -> PyResult<()> {
    let mut at = 0;
    while let Some((i, k, v)) = keywords.cast::<PyDict>().and_then(|d| d.next_entry(at)) {
        at = i + 1;
        out.extend_from_slice(b", ");
        out.extend_from_slice(vm.str(k)?.bytes());
        out.push(b'=');
        out.extend_from_slice(vm.repr(v)?.bytes());
    }
    Ok(())
}
