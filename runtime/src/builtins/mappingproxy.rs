//! `types.MappingProxyType`: a read-only view of a mapping (field `a` of the wrapper).

use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::CompareOp;

fn mapping(vm: &mut Vm, v: Value) -> PyResult {
    match v.cast::<PyWrapper>() {
        Some(w) if w.shape_id() == ids::MAPPINGPROXY => Ok(w.a.get()),
        _ => Err(vm.wrong_self("__getitem__", "mappingproxy", v)),
    }
}

/// The mapping behind a proxy; other values as they are.
fn unwrap(v: Value) -> Value {
    match v.cast::<PyWrapper>() {
        Some(w) if w.shape_id() == ids::MAPPINGPROXY => w.a.get(),
        _ => v,
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::MAPPINGPROXY)?;
    let v = args[1];
    let names = vm.names;
    let ok = vm.lookup_special(v, names.__getitem__).is_some()
        && !v.is::<PyList>()
        && !v.is::<PyTuple>()
        && !v.is::<PyStr>();
    if !ok {
        let actual = vm.type_name(v);
        return Err(vm.type_error(format!(
            "mappingproxy() argument must be a mapping, not {actual}"
        )));
    }
    Ok(PyWrapper::new_instance(vm, ty, v, Value::NULL, Value::NULL).value())
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.get_item(m, args[1])
}
fn contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    Ok(Value::bool(vm.contains(m, args[1])?))
}
fn len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    Ok(Value::from_usize(vm.len(m)?))
}
fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.iter(m)
}
fn reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.call_method(m, "__reversed__", &[])
}
fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    let h = vm.hash(m)?;
    Ok(vm.new_int(h))
}
fn str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    Ok(vm.str(m)?.value())
}
fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    let shown = vm.repr(m)?;
    Ok(vm.new_str_bytes(&[b"mappingproxy(", shown.bytes(), b")"].concat()))
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    let default = args[2].non_null().unwrap_or(Value::NONE);
    vm.call_method(m, "get", &[args[1], default])
}
fn keys(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.call_method(m, "keys", &[])
}
fn values(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.call_method(m, "values", &[])
}
fn items(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.call_method(m, "items", &[])
}
fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.call_method(m, "copy", &[])
}

fn or(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.binary(BinaryOp::Or, false, unwrap(args[0]), unwrap(args[1]))
}
fn ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.binary(BinaryOp::Or, false, unwrap(args[1]), unwrap(args[0]))
}
fn ior(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.type_name(args[0]);
    Err(vm.type_error(format!("'|=' is not supported by {name}; use '|' instead")))
}

fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.compare(CompareOp::Eq, m, unwrap(args[1]))
}
fn ne(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = mapping(vm, args[0])?;
    vm.compare(CompareOp::Ne, m, unwrap(args[1]))
}

/// `mappingproxy`
pub static MAPPINGPROXY: TypeDef = TypeDef {
    id: ids::MAPPINGPROXY,
    doc: "Read-only proxy of a mapping.",
    methods: &[
        static_method("__new__", new, "($type, mapping)", NEW_DOC),
        slot("__getitem__", getitem),
        slot("__contains__", contains),
        slot("__len__", len),
        slot("__iter__", iter),
        method(
            "__reversed__",
            reversed,
            "($self, /)",
            "D.__reversed__() -> reverse iterator",
        ),
        slot("__hash__", hash),
        slot("__str__", str),
        slot("__repr__", repr),
        slot("__eq__", eq),
        slot("__ne__", ne),
        slot("__or__", or),
        slot("__ror__", ror),
        slot("__ior__", ior),
        method(
            "get",
            get,
            "($self, key, default=None, /)",
            "Return the value for key if key is in the mapping, else default.",
        ),
        method(
            "keys",
            keys,
            "($self, /)",
            "a set-like object providing a view on D's keys",
        ),
        method(
            "values",
            values,
            "($self, /)",
            "an object providing a view on D's values",
        ),
        method(
            "items",
            items,
            "($self, /)",
            "a set-like object providing a view on D's items",
        ),
        method("copy", copy, "($self, /)", "a shallow copy of D"),
        CLASS_GETITEM,
    ],
    getsets: &[],
};
