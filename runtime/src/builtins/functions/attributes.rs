//! Attribute access by name, `dir`, `vars`' cousins and type tests.

use crate::builtins::builtin::PyBuiltin;
use crate::builtins::property::PyProperty;
use crate::object::attr::Found;
use crate::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "getattr",
        getattr,
        "(object, name, default=<unrepresentable>, /)",
        "Get a named attribute from an object; getattr(x, 'y') is equivalent to x.y.\n\nA default is returned when the attribute doesn't exist.",
    )
    .soft(),
    function(
        "setattr",
        setattr,
        "(obj, name, value, /)",
        "Set the named attribute on the given object to the specified value; like x.y = v.",
    )
    .soft(),
    function(
        "delattr",
        delattr,
        "(obj, name, /)",
        "Delete the named attribute from the given object; like del x.y.",
    )
    .soft(),
    function(
        "hasattr",
        hasattr,
        "(obj, name, /)",
        "Return whether the object has an attribute with the given name.",
    )
    .soft(),
    function(
        "isinstance",
        isinstance,
        "(obj, class_or_tuple, /)",
        "Return whether an object is an instance of a class or of a subclass thereof.",
    )
    .soft(),
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
    let soft = vm.take_soft();
    let name = attribute_name(vm, args[1])?;
    if let Some(soft) = soft
        && let Some(way) = way_to_get(vm, args[0], name)
    {
        let by = match args[2].is_null() {
            true => "get_attribute",
            false => "get_attribute_or",
        };
        let way = way.map(|v| v.non_null().unwrap_or(Value::NONE));
        let all = [way[0], way[1], way[2], args[0], name.value(), args[2]];
        return soft.call(vm, by, &all[..all.len() - usize::from(args[2].is_null())]);
    }
    match args[2].non_null() {
        Some(default) => Ok(vm.try_get_attr(args[0], name)?.unwrap_or(default)),
        None => vm.get_attr(args[0], name),
    }
}

fn setattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let name = attribute_name(vm, args[1])?;
    if let Some(soft) = soft
        && let Some((f, given)) = way_to_set(vm, args[0], name, args[2])
    {
        let given = vm.new_tuple(given.as_slice());
        return soft.call(vm, "set_attribute", &[f, given]);
    }
    vm.set_attr(args[0], name, args[2])?;
    Ok(Value::NONE)
}

fn delattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let name = attribute_name(vm, args[1])?;
    if let Some(soft) = soft
        && let Some((f, given)) = way_to_set(vm, args[0], name, Value::NULL)
    {
        let given = vm.new_tuple(given.as_slice());
        return soft.call(vm, "set_attribute", &[f, given]);
    }
    vm.set_attr(args[0], name, Value::NULL)?;
    Ok(Value::NONE)
}

fn hasattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let name = attribute_name(vm, args[1])?;
    if let Some(soft) = soft
        && let Some(way) = way_to_get(vm, args[0], name)
    {
        let way = way.map(|v| v.non_null().unwrap_or(Value::NONE));
        let all = [way[0], way[1], way[2], args[0], name.value()];
        return soft.call(vm, "has_attribute", &all);
    }
    Ok(Value::bool(vm.try_get_attr(args[0], name)?.is_some()))
}

fn isinstance(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let name = vm.names.__instancecheck__;
    if let Some(soft) = soft
        && vm.type_of(args[0]).value() != args[1]
        && let Some(check) = vm.python_special(args[1], name)
    {
        return soft.call(vm, "is_instance", &[check, args[1], args[0]]);
    }
    Ok(Value::bool(vm.isinstance(args[0], args[1])?))
}

fn issubclass(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.issubclass(args[0], args[1])?))
}

fn callable(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.is_callable(args[0])))
}

/// How Python code gets an attribute: a function, the tuple of its arguments, and the `__getattr__` for when it raises
/// AttributeError, or `NULL`. `None`: natively.
fn way_to_get(vm: &mut Vm, v: Value, name: Ref<PyStr>) -> Option<[Value; 3]> {
    if v.shape_id() < ids::FIRST_DYNAMIC || matches!(v.kind(), Some(Kind::Type | Kind::Module)) {
        return None;
    }
    let ty = vm.type_of(v);
    let names = vm.names;
    let mut fallback = Value::NULL;
    if ty.has(tflag::CUSTOM_GETATTR) {
        if let Some(m) = vm.type_lookup(ty, names.__getattr__) {
            if m.kind() != Some(Kind::Function) {
                return None;
            }
            fallback = m;
        }
        if let Some(hook) = vm.type_lookup(ty, names.__getattribute__)
            && !vm.is_default_getattribute(hook)
        {
            let by_python = hook.kind() == Some(Kind::Function);
            let given = vm.new_tuple(&[v, name.value()]);
            return by_python.then_some([hook, given, fallback]);
        }
    }
    match vm.find_attribute(v, name) {
        Found::Missing if !fallback.is_null() => {
            let given = vm.new_tuple(&[v, name.value()]);
            Some([fallback, given, Value::NULL])
        }
        Found::DataDescriptor(d) | Found::Descriptor(d) => {
            if d.shape_id() == ids::PROPERTY {
                let getter = d.cast::<PyProperty>()?.fget.get();
                let given = vm.new_tuple(&[v]);
                let by_python = getter.kind() == Some(Kind::Function);
                return by_python.then_some([getter, given, fallback]);
            }
            let get = vm.python_special(d, names.__get__)?;
            let given = vm.new_tuple(&[d, v, ty.value()]);
            Some([get, given, fallback])
        }
        _ => None,
    }
}

/// How Python code sets an attribute, or with `NULL` deletes it: a function and its arguments. `None`: natively.
fn way_to_set(vm: &mut Vm, object: Value, name: Ref<PyStr>, v: Value) -> Option<(Value, ValueVec)> {
    if object.shape_id() < ids::FIRST_DYNAMIC {
        return None;
    }
    let names = vm.names;
    let (hook, of_descriptor) = match v.is_null() {
        true => (names.__delattr__, names.__delete__),
        false => (names.__setattr__, names.__set__),
    };
    let (f, mut given) = match vm.lookup_special(object, hook) {
        Some(m) if m.kind() == Some(Kind::Function) => (m, vec_of(vm, &[object, name.value()])),
        Some(m) if m.kind() == Some(Kind::Builtin) && object.kind() != Some(Kind::Type) => {
            let owner = m.cast::<PyBuiltin>().and_then(|b| b.owner.get())?;
            let ty = vm.type_of(object);
            let on_type = vm
                .type_lookup(ty, name)
                .filter(|_| owner.builtin_id == ids::OBJECT)?;
            if on_type.shape_id() == ids::PROPERTY {
                let p = on_type.cast::<PyProperty>()?;
                let f = if v.is_null() { &p.fdel } else { &p.fset };
                let f = f.get();
                if f.kind() != Some(Kind::Function) {
                    return None;
                }
                (f, vec_of(vm, &[object]))
            } else {
                let f = vm.python_special(on_type, of_descriptor)?;
                (f, vec_of(vm, &[on_type, object]))
            }
        }
        _ => return None,
    };
    if !v.is_null() {
        given.push(&vm.heap, v);
    }
    Some((f, given))
}

fn vec_of(vm: &Vm, values: &[Value]) -> ValueVec {
    let mut all = ValueVec::new();
    for v in values {
        all.push(&vm.heap, *v);
    }
    all
}
