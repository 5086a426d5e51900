//! File names: `str`, bytes and `os.PathLike` objects to bytes for the system and back (UTF-8 with `surrogateescape`).

use skein_runtime::builtins::str_codec;
use skein_runtime::prelude::*;

/// `os.fspath(v)`: a str or bytes object.
pub fn fspath(vm: &mut Vm, v: Value) -> PyResult {
    if v.is::<PyStr>() || v.is::<PyBytes>() {
        return Ok(v);
    }
    let name = vm.names.__fspath__;
    let Some(r) = vm.call_special(v, name, &[])? else {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!(
            "expected str, bytes or os.PathLike object, not {name}"
        )));
    };
    if r.is::<PyStr>() || r.is::<PyBytes>() {
        return Ok(r);
    }
    let (ty, got) = (vm.type_name(v), vm.type_name(r));
    Err(vm.type_error(format!(
        "expected {ty}.__fspath__() to return str or bytes, not {got}"
    )))
}

/// `os.fsencode` of a str or bytes object.
pub fn encode(vm: &mut Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(b) = v.cast::<PyBytes>() {
        return Ok(b.bytes().to_vec());
    }
    let Some(s) = v.cast::<PyStr>() else {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("expected str or bytes, not {name}")));
    };
    if s.as_utf8().is_some() {
        return Ok(s.bytes().to_vec());
    }
    let (utf8, errors) = (vm.new_str("utf-8"), vm.new_str("surrogateescape"));
    let r = str_codec::encode(vm, s, utf8, errors)?;
    Ok(r.cast::<PyBytes>()
        .map_or(Vec::new(), |b| b.bytes().to_vec()))
}

/// `os.fsdecode` of bytes.
pub fn decode(vm: &mut Vm, bytes: &[u8]) -> PyResult {
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(vm.new_str_bytes(bytes));
    }
    let (utf8, errors) = (vm.new_str("utf-8"), vm.new_str("surrogateescape"));
    let object = vm.new_bytes(bytes);
    str_codec::decode(vm, object, bytes, utf8, errors)
}

/// A path argument as bytes without a null byte. `what` is the function's name for messages.
pub fn to_bytes(vm: &mut Vm, v: Value, what: &str) -> PyResult<Vec<u8>> {
    let name = vm.names.__fspath__;
    if !v.is::<PyStr>() && !v.is::<PyBytes>() && vm.lookup_special(v, name).is_none() {
        let name = if v.is_none() {
            "NoneType".to_string()
        } else {
            vm.type_name(v)
        };
        return Err(vm.type_error(if what == "open" {
            format!("expected str, bytes or os.PathLike object, not {name}")
        } else {
            format!("{what}: path should be string, bytes or os.PathLike, not {name}")
        }));
    }
    let v = fspath(vm, v)?;
    let bytes = encode(vm, v)?;
    if bytes.contains(&0) {
        return Err(vm.value_error(if v.is::<PyStr>() && what != "open" {
            format!("{what}: embedded null character in path")
        } else {
            "embedded null byte".to_string()
        }));
    }
    Ok(bytes)
}

/// The file argument of `open`: a descriptor, or what `fspath` gives.
pub fn fspath_or_fd(vm: &mut Vm, v: Value) -> PyResult {
    if as_int(&v).is_some() {
        return Ok(v);
    }
    let name = vm.names.__index__;
    if !v.is::<PyStr>() && !v.is::<PyBytes>() && vm.lookup_special(v, name).is_some() {
        return vm.index(v);
    }
    fspath(vm, v)
}
