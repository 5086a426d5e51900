//! Attribute access by name, `dir`, `vars`' cousins and type tests.

use crate::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "getattr",
        getattr,
        "(object, name, default=<unrepresentable>, /)",
        "Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\n\nA default is returned when the attribute doesn't exist.",
    ),
    function(
        "setattr",
        setattr,
        "(obj, name, value, /)",
        "Set the named attribute on the given object to the specified value; like x.y = v.",
    ),
    function(
        "delattr",
        delattr,
        "(obj, name, /)",
        "Delete the named attribute from the given object; like del x.y.",
    ),
    function(
        "hasattr",
        hasattr,
        "(obj, name, /)",
        "Return whether the object has an attribute with the given name.",
    ),
    function(
        "isinstance",
        isinstance,
        "(obj, class_or_tuple, /)",
        "Return whether an object is an instance of a class or of a subclass thereof.",
    ),
    function(
        "issubclass",
        issubclass,
        "(cls, class_or_tuple, /)",
        "Return whether 'cls' is derived from another class or is the same class.",
    ),
    function(
        "callable",
        callable,
        "(obj, /)",
        "Return whether the object is callable (i.e., some kind of function).",
    ),
];

/// An attribute name as an interned string.
fn attribute_name(vm: &mut Vm, name: Value) -> PyResult<Ref<PyStr>> {
    match name.cast::<PyStr>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => {
            let name = vm.type_name(name);
            Err(vm.type_error(format!("attribute name must be string, not '{name}'")))
        }
    }
}

fn getattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = attribute_name(vm, args[1])?;
    match args[2].non_null() {
        Some(default) => Ok(vm.try_get_attr(args[0], name)?.unwrap_or(default)),
        None => vm.get_attr(args[0], name),
    }
}

fn setattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = attribute_name(vm, args[1])?;
    vm.set_attr(args[0], name, args[2])?;
    Ok(Value::NONE)
}

fn delattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = attribute_name(vm, args[1])?;
    vm.set_attr(args[0], name, Value::NULL)?;
    Ok(Value::NONE)
}

fn hasattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = attribute_name(vm, args[1])?;
    Ok(Value::bool(vm.try_get_attr(args[0], name)?.is_some()))
}

fn isinstance(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.isinstance(args[0], args[1])?))
}

fn issubclass(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.issubclass(args[0], args[1])?))
}

fn callable(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.is_callable(args[0])))
}
