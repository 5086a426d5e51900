//! `classmethod` and `staticmethod`. Field `a` of the wrapper is the wrapped callable.

use super::descriptor_methods::check_get;
use super::method::PyMethod;
use crate::prelude::*;

fn wrapped(vm: &mut Vm, v: Value) -> PyResult<Ref<PyWrapper>> {
    let ok = vm.is_instance_of(v, ids::CLASSMETHOD) || vm.is_instance_of(v, ids::STATICMETHOD);
    match v.cast() {
        Some(w) if ok => Ok(w),
        _ => Err(vm.wrong_self("__func__", "classmethod", v)),
    }
}

fn class_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::CLASSMETHOD)?;
    Ok(PyWrapper::new_instance(vm, ty, Value::NONE, Value::NULL, Value::NULL).value())
}
fn static_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::STATICMETHOD)?;
    Ok(PyWrapper::new_instance(vm, ty, Value::NONE, Value::NULL, Value::NULL).value())
}

/// Wraps the callable and takes over what names and documents it.
fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = wrapped(vm, args[0])?;
    let name = if vm.is_instance_of(args[0], ids::CLASSMETHOD) {
        "classmethod"
    } else {
        "staticmethod"
    };
    if args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty()) {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    let given = super::args::items(&args[1]);
    super::args::check_count(vm, name, given.len(), 1, 1)?;
    let function = given[0];
    w.a.set(w, function);
    let names = vm.names;
    for name in [
        names.__module__,
        names.__name__,
        names.__qualname__,
        names.__doc__,
    ] {
        if let Some(v) = vm.try_get_attr(function, name)? {
            vm.set_own_attribute(args[0], name, v);
        }
    }
    Ok(Value::NONE)
}

fn class_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_get(vm, args)?;
    let w = wrapped(vm, args[0])?;
    let ty = match args[2].non_null().filter(|t| !t.is_none()) {
        Some(t) => t,
        None => vm.type_of(args[1]).value(),
    };
    Ok(PyMethod::new(vm, w.a.get(), ty).value())
}

fn static_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_get(vm, args)?;
    Ok(wrapped(vm, args[0])?.a.get())
}

fn static_call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = wrapped(vm, args[0])?.a.get();
    let given = super::args::items(&args[1]);
    vm.call_dict(f, given, args[2])
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = wrapped(vm, args[0])?;
    let name = if vm.is_instance_of(args[0], ids::CLASSMETHOD) {
        "<classmethod("
    } else {
        "<staticmethod("
    };
    let shown = vm.repr(w.a.get())?;
    Ok(vm.new_str_bytes(&[name.as_bytes(), shown.bytes(), b")>"].concat()))
}

fn get_func(vm: &mut Vm, v: Value) -> PyResult {
    Ok(wrapped(vm, v)?.a.get())
}

fn get_abstract(vm: &mut Vm, v: Value) -> PyResult {
    let f = wrapped(vm, v)?.a.get();
    Ok(Value::bool(super::object_methods::is_abstract(vm, f)?))
}

/// The wrapped callable's attribute, kept in the wrapper's dict once read or set.
fn forwarded(vm: &mut Vm, v: Value, name: Ref<PyStr>) -> PyResult {
    let f = wrapped(vm, v)?.a.get();
    if let Some(own) = vm.own_attribute(v, name) {
        return Ok(own);
    }
    let value = vm.get_attr(f, name)?;
    vm.set_own_attribute(v, name, value);
    Ok(value)
}

fn put_forwarded(vm: &mut Vm, v: Value, name: Ref<PyStr>, new: Value) -> PyResult<()> {
    wrapped(vm, v)?;
    if !new.is_null() {
        vm.set_own_attribute(v, name, new);
        return Ok(());
    }
    if vm.delete_own_attribute(v, name) {
        return Ok(());
    }
    let text = name.text_lossy();
    Err(vm.attribute_error(v, name.value(), text))
}

fn get_annotations(vm: &mut Vm, v: Value) -> PyResult {
    let name = vm.names.__annotations__;
    forwarded(vm, v, name)
}
fn set_annotations(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let name = vm.names.__annotations__;
    put_forwarded(vm, v, name, new)
}
fn get_annotate(vm: &mut Vm, v: Value) -> PyResult {
    let name = vm.names.__annotate__;
    forwarded(vm, v, name)
}
fn set_annotate(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let name = vm.names.__annotate__;
    put_forwarded(vm, v, name, new)
}

const GETSETS: &[GetSetDef] = &[
    super::object_methods::DICT_GETSET,
    member("__func__", get_func, "the wrapped callable"),
    member("__wrapped__", get_func, "the wrapped callable"),
    getter(
        "__isabstractmethod__",
        get_abstract,
        "the wrapped callable is abstract",
    ),
    getset(
        "__annotations__",
        get_annotations,
        set_annotations,
        "annotations",
    ),
    getset(
        "__annotate__",
        get_annotate,
        set_annotate,
        "function that makes the annotations",
    ),
];

const GET_SIG: &str = "($self, instance, owner=None, /)";
const GET_DOC: &str = "Return an attribute of instance, which is of type owner.";

/// `classmethod`
pub static CLASSMETHOD: TypeDef = TypeDef {
    id: ids::CLASSMETHOD,
    doc: "Convert a function to be a class method.\n\nA class method receives the class as implicit first argument,\njust like an instance method receives the instance.",
    methods: &[
        new_method(class_new),
        slot("__init__", init),
        method("__get__", class_get, GET_SIG, GET_DOC),
        slot("__repr__", repr),
        CLASS_GETITEM,
    ],
    getsets: GETSETS,
};

/// `staticmethod`
pub static STATICMETHOD: TypeDef = TypeDef {
    id: ids::STATICMETHOD,
    doc: "Convert a function to be a static method.\n\nA static method does not receive an implicit first argument.",
    methods: &[
        new_method(static_new),
        slot("__init__", init),
        method("__get__", static_get, GET_SIG, GET_DOC),
        slot("__call__", static_call),
        slot("__repr__", repr),
        CLASS_GETITEM,
    ],
    getsets: GETSETS,
};
