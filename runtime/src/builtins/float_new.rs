//! `float.__new__`, `float.from_number` and the parsing of float text.

use super::args;
use super::float::PyFloat;
use crate::prelude::*;
use crate::text::{float_parse, unicode};

/// `float.__new__(cls, x=0, /)`
pub fn float_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let cls = vm.new_class(a[0], ids::FLOAT)?;
    let init = vm.names.__init__;
    args::no_keywords(vm, ids::FLOAT, cls, init, a[2])?;
    let given = args::items(&a[1]);
    args::check_count(vm, "float", given.len(), 0, 1)?;
    let f = match given.first() {
        Some(v) => float_from_object(vm, *v)?,
        None => 0.0,
    };
    instance(vm, cls, f)
}

/// An instance of `float` or a subclass.
fn instance(vm: &mut Vm, cls: Ref<PyType>, f: f64) -> PyResult {
    if cls.builtin_id == ids::FLOAT {
        return Ok(vm.new_float(f));
    }
    Ok(vm.alloc_object(cls, PyFloat::init(f), 0).value())
}

/// `float(v)` as a machine float.
pub fn float_from_object(vm: &mut Vm, v: Value) -> PyResult<f64> {
    let text = v.cast::<PyStr>();
    if let Some(s) = text.filter(|_| v.shape_id() == ids::STR) {
        let text = unicode::normalize_number(s.bytes());
        return parse(vm, &text, v);
    }
    if let Some(f) = v.as_small_float() {
        return Ok(f);
    }
    if v.is_int() || v.shape_id() == ids::INT || v.shape_id() == ids::FLOAT {
        return vm.to_f64(v);
    }
    if let Some(f) = vm.float_method(v)? {
        return Ok(f);
    }
    if let Some(s) = text {
        let text = unicode::normalize_number(s.bytes());
        return parse(vm, &text, v);
    }
    if let Some(data) = super::str_codec::buffer_bytes(vm, v)? {
        return parse(vm, &data, v);
    }
    let name = vm.type_name(v);
    Err(vm.type_error(format!(
        "float() argument must be a string or a real number, not '{name}'"
    )))
}

fn parse(vm: &mut Vm, text: &[u8], shown: Value) -> PyResult<f64> {
    match float_parse::parse(text) {
        Some(f) => Ok(f),
        None => {
            let shown = vm.repr_text(shown)?;
            Err(vm.value_error(format!("could not convert string to float: {shown}")))
        }
    }
}

/// `float.from_number(number)`
pub fn float_from_number(vm: &mut Vm, a: &[Value]) -> PyResult {
    let same = a[0]
        .cast::<PyType>()
        .is_some_and(|t| t.builtin_id == ids::FLOAT);
    if same && a[1].shape_id() == ids::FLOAT {
        return Ok(a[1]);
    }
    let exact = a[1].as_small_float().is_some() || a[1].shape_id() == ids::FLOAT;
    if exact && a[0] == vm.builtin_type(ids::FLOAT).value() {
        return Ok(a[1]);
    }
    let f = vm.to_f64(a[1])?;
    of_class(vm, a[0], f)
}

/// `float.fromhex(string)`
pub fn float_fromhex(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(s) = a[1].cast::<PyStr>() else {
        return Err(vm.type_error("bad argument type for built-in operation"));
    };
    match float_parse::from_hex(s.bytes()) {
        Ok(f) => of_class(vm, a[0], f),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// `cls(f)`, without the call for `float` itself.
fn of_class(vm: &mut Vm, cls: Value, f: f64) -> PyResult {
    let v = vm.new_float(f);
    if cls == vm.builtin_type(ids::FLOAT).value() {
        return Ok(v);
    }
    vm.call(cls, &[v])
}
