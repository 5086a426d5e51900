//! `str.__new__` and `str.encode`.

use super::str_codec::{buffer_bytes, decode, encode, is_common};
use super::str_find::this;
use crate::prelude::*;

/// `str.__new__(cls, object='', encoding='utf-8', errors='strict')`
pub fn str_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let cls = vm.new_class(a[0], ids::STR)?;
    let v = str_value(vm, a[1], a[2], a[3])?;
    if cls.builtin_id == ids::STR {
        return Ok(v);
    }
    match v.cast::<PyStr>() {
        Some(s) => Ok(PyStr::new_instance(vm, cls, s.bytes()).value()),
        None => Ok(v),
    }
}

/// `str(object, encoding, errors)`; absent ones are `NULL`.
pub fn str_value(vm: &mut Vm, object: Value, encoding: Value, errors: Value) -> PyResult {
    if let Some(b) = object.cast::<PyBytes>()
        && !encoding.is_null()
        && b.len() > 1
        && is_common(encoding, errors)
        && b.bytes().is_ascii()
    {
        return Ok(PyStr::new_counted(vm, b.bytes(), b.len()).value());
    }
    for (v, what) in [(encoding, "encoding"), (errors, "errors")] {
        if !v.is_null() {
            let Some(s) = v.cast::<PyStr>() else {
                let name = vm.arg_type_name(v);
                return Err(
                    vm.type_error(format!("str() argument '{what}' must be str, not {name}"))
                );
            };
            if s.bytes().contains(&0) {
                return Err(vm.value_error("embedded null character"));
            }
        }
    }
    if object.is_null() {
        return Ok(vm.empty_str().value());
    }
    if encoding.is_null() && errors.is_null() {
        return Ok(vm.str(object)?.value());
    }
    if let Some(b) = object.cast::<PyBytes>() {
        return decode(vm, object, b.bytes(), encoding, errors);
    }
    if object.is::<PyStr>() {
        return Err(vm.type_error("decoding str is not supported"));
    }
    match buffer_bytes(vm, object)? {
        Some(data) => decode(vm, object, &data, encoding, errors),
        None => {
            let name = vm.type_name(object);
            Err(vm.type_error(format!(
                "decoding to str: need a bytes-like object, {name} found"
            )))
        }
    }
}

/// `str.encode(encoding='utf-8', errors='strict')`
pub fn str_encode(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "encode", a[0])?;
    if !a[1].is_null() {
        vm.str_arg(a[1], "encode() argument 'encoding'")?;
    }
    if !a[2].is_null() {
        vm.str_arg(a[2], "encode() argument 'errors'")?;
    }
    encode(vm, s, a[1], a[2])
}
