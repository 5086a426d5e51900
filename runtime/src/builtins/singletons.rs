//! Methods of the types of `None`, `Ellipsis` and `NotImplemented`.

use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

fn new_singleton(vm: &mut Vm, a: &[Value], id: u32, value: Value) -> PyResult {
    vm.new_class(a[0], id)?;
    let given = a[1].cast::<PyTuple>().is_some_and(|t| !t.is_empty()) || !a[2].is_null();
    if given {
        let name = match id {
            ids::ELLIPSIS => "EllipsisType".to_string(),
            _ => vm.builtin_type(id).name_text(),
        };
        return Err(vm.type_error(format!("{name} takes no arguments")));
    }
    Ok(value)
}

fn none_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    new_singleton(vm, a, ids::NONE_TYPE, Value::NONE)
}

fn ellipsis_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    new_singleton(vm, a, ids::ELLIPSIS, Value::ELLIPSIS)
}

fn not_implemented_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    new_singleton(vm, a, ids::NOT_IMPLEMENTED, Value::NOT_IMPLEMENTED)
}

fn none_repr(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.intern("None").value())
}

fn ellipsis_repr(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.intern("Ellipsis").value())
}

fn not_implemented_repr(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.intern("NotImplemented").value())
}

fn none_bool(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}

fn not_implemented_bool(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.type_error("NotImplemented should not be used in a boolean context"))
}

fn none_hash(vm: &mut Vm, a: &[Value]) -> PyResult {
    let h = vm.hash_simple(a[0]).unwrap_or(0);
    Ok(vm.new_int(h))
}

fn none_compare(_: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    Ok(match op {
        CompareOp::Eq if a == b => Value::TRUE,
        CompareOp::Ne if a == b => Value::FALSE,
        _ => Value::NOT_IMPLEMENTED,
    })
}

/// `NoneType`
pub static NONE_TYPE: TypeDef = TypeDef {
    id: ids::NONE_TYPE,
    doc: "The type of the None singleton.",
    methods: with_comparisons![
        none_compare,
        new_method(none_new),
        slot("__repr__", none_repr),
        slot("__bool__", none_bool),
        slot("__hash__", none_hash),
    ],
    getsets: &[],
};

/// `ellipsis`
pub static ELLIPSIS: TypeDef = TypeDef {
    id: ids::ELLIPSIS,
    doc: "The type of the Ellipsis singleton.",
    methods: &[
        new_method(ellipsis_new),
        slot("__repr__", ellipsis_repr),
        slot("__reduce__", ellipsis_repr),
    ],
    getsets: &[],
};

/// `NotImplementedType`
pub static NOT_IMPLEMENTED: TypeDef = TypeDef {
    id: ids::NOT_IMPLEMENTED,
    doc: "The type of the NotImplemented singleton.",
    methods: &[
        new_method(not_implemented_new),
        slot("__repr__", not_implemented_repr),
        slot("__bool__", not_implemented_bool),
        slot("__reduce__", not_implemented_repr),
    ],
    getsets: &[],
};
