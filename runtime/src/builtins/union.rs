//! `types.UnionType`, which is `typing.Union` since 3.14: `int | str`.
//!
//! Fields of the wrapper: `a` is unused, `b` the tuple `__args__`, `c` the parameters once computed.

use crate::prelude::*;

/// True for what `|` between types accepts: types, aliases, unions, `None`, strings are left to `typing`.
fn is_unionable(vm: &mut Vm, v: Value) -> bool {
    if v.is_none() || v.is::<PyType>() || matches!(v.shape_id(), ids::UNION) {
        return true;
    }
    if vm.is_instance_of(v, ids::GENERIC_ALIAS) {
        return true;
    }
    let alias = vm.intern("TypeAliasType");
    let ty = vm.type_of(v);
    ty.name.get() == alias.value()
}

/// `a | b`
pub fn union_or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if !is_unionable(vm, a) || !is_unionable(vm, b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    make_union(vm, &[a, b])
}

/// The union of the members: nested ones flattened, equal ones dropped; a single member stands for itself.
pub fn make_union(vm: &mut Vm, members: &[Value]) -> PyResult {
    let mut out = ValueVec::new();
    for m in members {
        match m.cast::<PyWrapper>().filter(|w| w.shape_id() == ids::UNION) {
            Some(u) => {
                let inner = u.b.get();
                for x in super::args::items(&inner) {
                    add_member(vm, &mut out, *x)?;
                }
            }
            None => add_member(vm, &mut out, *m)?,
        }
    }
    if out.len() == 1 {
        return Ok(out.get(0));
    }
    let args = vm.new_tuple(out.as_slice());
    Ok(PyWrapper::new(vm, ids::UNION, Value::NULL, args, Value::NULL).value())
}

fn add_member(vm: &mut Vm, out: &mut ValueVec, v: Value) -> PyResult<()> {
    let v = if v.is_none() {
        vm.builtin_type(ids::NONE_TYPE).value()
    } else {
        v
    };
    let hash = hash_if_any(vm, v)?;
    for i in 0..out.len() {
        let x = out.get(i);
        if hash_if_any(vm, x)? != hash {
            continue;
        }
        let alias = |vm: &Vm, v: Value| vm.is_instance_of(v, ids::GENERIC_ALIAS);
        if alias(vm, x) != alias(vm, v) {
            continue;
        }
        if vm.equal(x, v)? {
            return Ok(());
        }
    }
    out.push(&vm.heap, v);
    Ok(())
}

/// Members are compared as in a set: what has another hash is not asked. The unhashable ones are compared among themselves.
fn hash_if_any(vm: &mut Vm, v: Value) -> PyResult<Option<i64>> {
    match vm.hash(v) {
        Ok(h) => Ok(Some(h)),
        Err(_) if vm.clear_raised_if(ids::TYPE_ERROR) => Ok(None),
        Err(r) => Err(r),
    }
}

/// `__args__` of a union.
pub fn args_of(v: Value) -> Option<Ref<PyTuple>> {
    v.cast::<PyWrapper>()
        .filter(|w| w.shape_id() == ids::UNION)
        .and_then(|w| w.b.get().cast::<PyTuple>())
}

fn members(vm: &mut Vm, v: Value, method: &str) -> PyResult<Ref<PyTuple>> {
    match args_of(v) {
        Some(t) => Ok(t),
        None => Err(vm.wrong_self(method, "typing.Union", v)),
    }
}

fn or(vm: &mut Vm, args: &[Value]) -> PyResult {
    with_text(vm, args[0], args[1])
}

fn ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    with_text(vm, args[1], args[0])
}

/// `a | b` where one is a union, which takes the names of types too.
fn with_text(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if !a.is::<PyStr>() && !b.is::<PyStr>() {
        return union_or(vm, a, b);
    }
    let (a, b) = (forward_ref(vm, a)?, forward_ref(vm, b)?);
    make_union(vm, &[a, b])
}

/// A str as `typing.ForwardRef`; other values stay.
fn forward_ref(vm: &mut Vm, v: Value) -> PyResult {
    if !v.is::<PyStr>() {
        return Ok(v);
    }
    let typing = super::object_reduce::import_module(vm, "typing")?;
    let make = vm.get_attr_text(typing, "ForwardRef")?;
    vm.call(make, &[v])
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let own = members(vm, args[0], "__repr__")?;
    let mut text = Vec::new();
    for (i, m) in own.items().iter().enumerate() {
        if i > 0 {
            text.extend_from_slice(b" | ");
        }
        if m.cast::<PyType>()
            .is_some_and(|t| t.builtin_id == ids::NONE_TYPE)
        {
            text.extend_from_slice(b"None");
        } else {
            super::generic_alias::repr_item(vm, *m, &mut text)?;
        }
    }
    Ok(vm.new_str_bytes(&text))
}

/// The members as a frozenset, for comparison regardless of order.
fn as_set(vm: &mut Vm, t: Ref<PyTuple>) -> PyResult {
    let ty = vm.builtin_type(ids::FROZENSET).value();
    vm.call(ty, &[t.value()])
}

fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = members(vm, args[0], "__eq__")?;
    if args[1].shape_id() != ids::UNION {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let b = members(vm, args[1], "__eq__")?;
    for (x, y) in [(a, b), (b, a)] {
        for m in x.items() {
            let mut found = false;
            for n in y.items() {
                found = found || vm.equal(*m, *n)?;
            }
            if !found {
                return Ok(Value::FALSE);
            }
        }
    }
    Ok(Value::TRUE)
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let own = members(vm, args[0], "__hash__")?;
    for m in own.items() {
        vm.hash(*m)?;
    }
    let set = as_set(vm, own)?;
    let h = vm.hash(set)?;
    Ok(vm.new_int(h))
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let own = members(vm, args[0], "__getitem__")?;
    let parameters = super::generic_alias::collect_parameters(vm, own)?;
    let new = super::generic_alias::substitute(vm, args[0], own, parameters, args[1])?;
    let values = new.items();
    let mut owned = ValueVec::new();
    for v in values {
        owned.push(&vm.heap, *v);
    }
    make_union(vm, owned.as_slice())
}

fn mro_entries(vm: &mut Vm, args: &[Value]) -> PyResult {
    let shown = vm.repr_text(args[0])?;
    Err(vm.type_error(format!("Cannot subclass {shown}")))
}

fn class_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let parts = match args[1].cast::<PyTuple>() {
        Some(t) => t,
        None => PyTuple::from_slice(vm, &[args[1]]),
    };
    if parts.is_empty() {
        return Err(vm.type_error("Cannot take a Union of no types."));
    }
    let mut ready = ValueVec::new();
    for p in parts.items() {
        let v = forward_ref(vm, *p)?;
        ready.push(&vm.heap, v);
    }
    make_union(vm, ready.as_slice())
}

fn get_args(vm: &mut Vm, v: Value) -> PyResult {
    Ok(members(vm, v, "__args__")?.value())
}

fn get_parameters(vm: &mut Vm, v: Value) -> PyResult {
    let own = members(vm, v, "__parameters__")?;
    Ok(super::generic_alias::collect_parameters(vm, own)?.value())
}

fn get_origin(vm: &mut Vm, _v: Value) -> PyResult {
    Ok(vm.builtin_type(ids::UNION).value())
}

fn get_name(vm: &mut Vm, _v: Value) -> PyResult {
    Ok(vm.intern("Union").value())
}

fn get_module(vm: &mut Vm, _v: Value) -> PyResult {
    Ok(vm.intern("typing").value())
}

/// `typing.Union`
pub static UNION: TypeDef = TypeDef {
    id: ids::UNION,
    doc: "Represent a union type\n\nE.g. for int | str",
    methods: &[
        slot("__or__", or),
        slot("__ror__", ror),
        slot("__repr__", repr),
        slot("__eq__", eq),
        slot("__hash__", hash),
        slot("__getitem__", getitem),
        method(
            "__mro_entries__",
            mro_entries,
            "($self, bases, /)",
            "Refuses subclassing.",
        ),
        class_method(
            "__class_getitem__",
            class_getitem,
            "($type, parameters, /)",
            "Makes a union.",
        ),
    ],
    getsets: &[
        getter("__args__", get_args, "members"),
        getter("__parameters__", get_parameters, "type variables"),
        getter("__origin__", get_origin, "always typing.Union"),
        getter("__name__", get_name, "always Union"),
        getter("__qualname__", get_name, "always Union"),
        getter("__module__", get_module, "always typing"),
    ],
};
