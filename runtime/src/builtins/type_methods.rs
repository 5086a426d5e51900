//! Methods of `type`, and `isinstance`/`issubclass` in general. (Attributes are in `type_attrs.rs`.)

use super::object_methods::{attribute_name, key_list, merge_class_names, object_getattribute};
use crate::error::Raised;
use crate::prelude::*;

/// `type.__setattr__`/`__delattr__` (`v` is `NULL`).
pub fn set_type_attr(vm: &mut Vm, ty: Ref<PyType>, name: Ref<PyStr>, v: Value) -> PyResult<()> {
    if ty.has(tflag::IMMUTABLE) {
        let (shown, full) = (vm.repr_text(name.value())?, vm.full_type_name(ty));
        return Err(vm.type_error(format!(
            "cannot set {shown} attribute of immutable type '{full}'"
        )));
    }
    let meta = vm.type_of(ty.value());
    if let Some(d) = vm.type_lookup(meta, name) {
        let names = vm.names;
        let data = matches!(d.kind(), Some(Kind::GetSet | Kind::Member | Kind::Property))
            || vm.lookup_special(d, names.__set__).is_some();
        if data {
            return vm.descriptor_set(d, ty.value(), v);
        }
    }
    if !v.is_null() {
        vm.type_set_attr(ty, name, v);
        return Ok(());
    }
    if vm.type_del_attr(ty, name) {
        return Ok(());
    }
    let (type_name, text) = (ty.name_text(), name.text_lossy());
    Err(vm.attribute_error(
        ty.value(),
        name.value(),
        format!("type object '{type_name}' has no attribute '{text}'"),
    ))
}

/// The classes of a tuple or union.
fn alternatives(cls: Value) -> Option<Ref<PyTuple>> {
    match cls.shape_id() {
        ids::UNION => super::union::args_of(cls),
        _ => cls.cast(),
    }
}

/// `isinstance` where `cls` is no plain type: tuples, unions, `__instancecheck__`, `__bases__` look-alikes.
pub fn isinstance_general(vm: &mut Vm, v: Value, cls: Value) -> PyResult<bool> {
    if let Some(t) = alternatives(cls) {
        let ty = vm.type_of(v).value();
        for c in t.items() {
            if *c == ty || vm.nested(" in __instancecheck__", |vm| vm.isinstance(v, *c))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let name = vm.names.__instancecheck__;
    if let Some(m) = vm.lookup_special(cls, name) {
        let r = vm.call_bound_special(m, cls, &[v])?;
        return vm.truth(r);
    }
    isinstance_by_class(vm, v, cls)
}

fn isinstance_by_class(vm: &mut Vm, v: Value, cls: Value) -> PyResult<bool> {
    if let Some(c) = cls.cast::<PyType>() {
        return vm.isinstance_real(v, c);
    }
    check_class(
        vm,
        cls,
        "isinstance() arg 2 must be a type, a tuple of types, or a union",
    )?;
    let names = vm.names;
    match vm.try_get_attr(v, names.__class__)? {
        Some(own) => derives_abstractly(vm, own, cls),
        None => Ok(false),
    }
}

/// `issubclass` where one of the two is no plain type.
pub fn issubclass_general(vm: &mut Vm, sub: Value, cls: Value) -> PyResult<bool> {
    if let Some(t) = alternatives(cls) {
        for c in t.items() {
            if vm.nested(" in __subclasscheck__", |vm| vm.issubclass(sub, *c))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let name = vm.names.__subclasscheck__;
    if let Some(m) = vm.lookup_special(cls, name) {
        let r = vm.call_bound_special(m, cls, &[sub])?;
        return vm.truth(r);
    }
    issubclass_by_class(vm, sub, cls)
}

fn issubclass_by_class(vm: &mut Vm, sub: Value, cls: Value) -> PyResult<bool> {
    if let (Some(s), Some(c)) = (sub.cast::<PyType>(), cls.cast::<PyType>()) {
        return Ok(s.is_subtype(c));
    }
    check_class(vm, sub, "issubclass() arg 1 must be a class")?;
    check_class(
        vm,
        cls,
        "issubclass() arg 2 must be a class, a tuple of classes, or a union",
    )?;
    derives_abstractly(vm, sub, cls)
}

/// `__bases__` of any object that has a tuple of that name.
fn abstract_bases(vm: &mut Vm, cls: Value) -> PyResult<Option<Ref<PyTuple>>> {
    let name = vm.names.__bases__;
    Ok(vm
        .try_get_attr(cls, name)?
        .and_then(|b| b.cast::<PyTuple>()))
}

fn check_class(vm: &mut Vm, cls: Value, message: &str) -> PyResult<()> {
    match abstract_bases(vm, cls)? {
        Some(_) => Ok(()),
        None => Err(vm.type_error(message)),
    }
}

fn derives_abstractly(vm: &mut Vm, sub: Value, cls: Value) -> PyResult<bool> {
    if sub == cls {
        return Ok(true);
    }
    let Some(bases) = abstract_bases(vm, sub)? else {
        return Ok(false);
    };
    for b in bases.items() {
        if vm.nested(" in __issubclass__", |vm| derives_abstractly(vm, *b, cls))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `cls[key]`: `__class_getitem__`.
pub fn class_getitem(vm: &mut Vm, ty: Ref<PyType>, key: Value) -> PyResult {
    if ty.builtin_id == ids::TYPE {
        return super::generic_alias::new_alias(vm, ty.value(), key);
    }
    let name = vm.names.__class_getitem__;
    if let Some(f) = vm.try_get_attr(ty.value(), name)?
        && !f.is_none()
    {
        return vm.call(f, &[key]);
    }
    let name = ty.name_text();
    Err(vm.type_error(format!("type '{name}' is not subscriptable")))
}

/// The type object in `v`, or `TypeError` for a wrong receiver.
pub fn type_self(vm: &mut Vm, v: Value, method: &str) -> PyResult<Ref<PyType>> {
    match v.cast() {
        Some(t) => Ok(t),
        None => Err(wrong(vm, v, method)),
    }
}

fn wrong(vm: &mut Vm, v: Value, method: &str) -> Raised {
    vm.wrong_self(method, "type", v)
}

fn type_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = super::args::items(&args[1]).len();
    if n == 1 && args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty()) {
        return Err(vm.type_error("type.__init__() takes no keyword arguments"));
    }
    if n != 1 && n != 3 {
        return Err(vm.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(Value::NONE)
}

fn type_call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = type_self(vm, args[0], "__call__")?;
    let mut all = ValueVec::new();
    for a in super::args::items(&args[1]) {
        all.push(&vm.heap, *a);
    }
    let Some(kwargs) = args[2].cast::<PyDict>() else {
        return vm.instantiate(ty, all.as_slice(), None);
    };
    let mut names = ValueVec::new();
    let mut at = 0;
    while let Some((i, k, v)) = kwargs.next_entry(at) {
        at = i + 1;
        names.push(&vm.heap, k);
        all.push(&vm.heap, v);
    }
    let names = PyTuple::from_slice(vm, names.as_slice());
    vm.instantiate(ty, all.as_slice(), Some(names))
}

fn type_call_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let ty = args.first()?.cast::<PyType>()?;
    Some(vm.instantiate(ty, &args[1..], None))
}

fn type_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = type_self(vm, args[0], "__repr__")?;
    let name = vm.full_type_name(ty);
    Ok(vm.new_str(&format!("<class '{name}'>")))
}

fn type_setattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = type_self(vm, args[0], "__setattr__")?;
    let name = attribute_name(vm, args[1])?;
    set_type_attr(vm, ty, name, args[2])?;
    Ok(Value::NONE)
}

fn type_delattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = type_self(vm, args[0], "__delattr__")?;
    let name = attribute_name(vm, args[1])?;
    set_type_attr(vm, ty, name, Value::NULL)?;
    Ok(Value::NONE)
}

fn prepare(vm: &mut Vm, _args: &[Value]) -> PyResult {
    Ok(PyDict::new(vm).value())
}

fn instancecheck(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(isinstance_by_class(vm, args[1], args[0])?))
}

fn subclasscheck(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(issubclass_by_class(vm, args[1], args[0])?))
}

fn mro(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = type_self(vm, args[0], "mro")?;
    let mro = super::type_mro::linearize(vm, ty)?;
    Ok(vm.new_list(mro.items()))
}

fn subclasses(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = type_self(vm, args[0], "__subclasses__")?;
    let out = PyList::new(vm);
    if let Some(subs) = ty.subclasses.get() {
        for i in 0..subs.len() {
            if let Some(sub) = super::weakref::target_of(subs.get(i)) {
                out.push(vm, sub);
            }
        }
    }
    Ok(out.value())
}

fn type_dir(vm: &mut Vm, args: &[Value]) -> PyResult {
    let out = PyDict::new(vm);
    merge_class_names(vm, out, args[0])?;
    Ok(key_list(vm, out))
}

fn type_or(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::union::union_or(vm, args[0], args[1])
}

fn type_ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::union::union_or(vm, args[1], args[0])
}

fn type_sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let size = args[0].header().map_or(0, |h| vm.heap.object_size(h));
    Ok(Value::from_usize(size))
}

/// `type`
pub static TYPE: TypeDef = TypeDef {
    id: ids::TYPE,
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    methods: &[
        new_method(super::type_new::type_new),
        slot("__init__", type_init),
        slot("__call__", type_call).with_direct(type_call_direct),
        slot("__repr__", type_repr),
        slot("__getattribute__", object_getattribute),
        slot("__setattr__", type_setattr),
        slot("__delattr__", type_delattr),
        class_method(
            "__prepare__",
            prepare,
            "($type, /, *args, **kwargs)",
            "Makes the namespace of a class statement.",
        ),
        method(
            "__instancecheck__",
            instancecheck,
            "($self, instance, /)",
            "Check if an object is an instance.",
        ),
        method(
            "__subclasscheck__",
            subclasscheck,
            "($self, subclass, /)",
            "Check if a class is a subclass.",
        ),
        method(
            "mro",
            mro,
            "($self, /)",
            "Return a type's method resolution order.",
        ),
        method(
            "__subclasses__",
            subclasses,
            "($self, /)",
            "Return a list of immediate subclasses.",
        ),
        method(
            "__dir__",
            type_dir,
            "($self, /)",
            "Specialized __dir__ implementation for types.",
        ),
        method(
            "__sizeof__",
            type_sizeof,
            "($self, /)",
            "Return memory consumption of the type object.",
        ),
        slot("__or__", type_or),
        slot("__ror__", type_ror),
    ],
    getsets: super::type_attrs::GETSETS,
};
