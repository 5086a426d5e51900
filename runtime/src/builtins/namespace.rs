//! `types.SimpleNamespace`.

use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::SIMPLE_NAMESPACE)?;
    Ok(vm.alloc_instance(ty).value())
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = super::args::items(&args[1]);
    let name = vm.type_name(args[0]);
    match given {
        [] => {}
        [source] => {
            let ty = vm.builtin_type(ids::DICT).value();
            let dict = match source.cast::<PyDict>() {
                Some(d) if d.shape_id() == ids::DICT => d.value(),
                _ => vm.call(ty, &[*source])?,
            };
            update(vm, args[0], dict)?;
        }
        _ => {
            let n = given.len();
            return Err(vm.type_error(format!("{name} expected at most 1 argument, got {n}")));
        }
    }
    update(vm, args[0], args[2])?;
    Ok(Value::NONE)
}

fn update(vm: &mut Vm, v: Value, dict: Value) -> PyResult<()> {
    let Some(dict) = dict.cast::<PyDict>() else {
        return Ok(());
    };
    let mut at = 0;
    while let Some((i, k, x)) = dict.next_entry(at) {
        at = i + 1;
        let Some(name) = k.cast::<PyStr>() else {
            return Err(vm.type_error("keywords must be strings"));
        };
        let name = vm.intern_str(name);
        vm.set_own_attribute(v, name, x);
    }
    Ok(())
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]);
    let name = if ty.builtin_id == ids::SIMPLE_NAMESPACE {
        "namespace".to_string()
    } else {
        ty.name_text()
    };
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str(&format!("{name}(...)")));
    }
    let r = repr_items(vm, args[0], &name);
    vm.repr_leave(args[0]);
    r
}

fn repr_items(vm: &mut Vm, v: Value, name: &str) -> PyResult {
    let mut text = name.as_bytes().to_vec();
    text.push(b'(');
    if let Some(d) = vm.own_attributes_copy(v) {
        let (mut at, mut first) = (0, true);
        while let Some((i, k, x)) = d.next_entry(at) {
            at = i + 1;
            let Some(key) = k.cast::<PyStr>().filter(|k| !k.is_empty()) else {
                continue;
            };
            if !first {
                text.extend_from_slice(b", ");
            }
            first = false;
            text.extend_from_slice(key.bytes());
            text.push(b'=');
            text.extend_from_slice(vm.repr(x)?.bytes());
        }
    }
    text.push(b')');
    Ok(vm.new_str_bytes(&text))
}

fn compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    if !vm.is_instance_of(a, ids::SIMPLE_NAMESPACE) || !vm.is_instance_of(b, ids::SIMPLE_NAMESPACE)
    {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match (vm.own_attributes_copy(a), vm.own_attributes_copy(b)) {
        (Some(a), Some(b)) => vm.compare(op, a.value(), b.value()),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]).value();
    let state = vm
        .own_attributes_copy(args[0])
        .map_or(Value::NONE, Value::from);
    let empty = vm.new_tuple(&[]);
    Ok(vm.new_tuple(&[ty, empty, state]))
}

fn replace(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]).value();
    let new = vm.call(ty, &[])?;
    if !vm.is_instance_of(new, ids::SIMPLE_NAMESPACE) {
        let class = ty.cast::<PyType>().map(|t| vm.full_type_name(t));
        let (class, actual) = (class.unwrap_or_default(), vm.type_name(new));
        return Err(vm.type_error(format!(
            "expect types.SimpleNamespace type, but {class}() returned '{actual}' object"
        )));
    }
    let own = vm
        .own_attributes_copy(args[0])
        .map_or(Value::NULL, Value::from);
    update(vm, new, own)?;
    update(vm, new, args[1])?;
    Ok(new)
}

/// `types.SimpleNamespace`
pub static SIMPLE_NAMESPACE: TypeDef = TypeDef {
    id: ids::SIMPLE_NAMESPACE,
    doc: "A simple attribute-based namespace.",
    methods: with_comparisons![
        compare,
        new_method(new),
        slot("__init__", init),
        slot("__repr__", repr),
        method(
            "__reduce__",
            reduce,
            "($self, /)",
            "Return state information for pickling",
        ),
        method(
            "__replace__",
            replace,
            "($self, /, **changes)",
            "Return a copy of the namespace object with new values for the specified attributes.",
        ),
    ],
    getsets: &[super::object_methods::DICT_GETSET],
};
