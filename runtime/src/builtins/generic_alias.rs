//! `types.GenericAlias`: `list[int]`. (Substitution of type variables is shared with unions.)
//!
//! Fields of the wrapper: `a` is `__origin__`, `b` the tuple `__args__`, `c` the parameters once computed, `d` is `True`
//! for `*tuple[int]`.

use crate::prelude::*;

/// `GenericAlias(origin, args)`
pub fn new_alias(vm: &mut Vm, origin: Value, args: Value) -> PyResult {
    let ty = vm.builtin_type(ids::GENERIC_ALIAS);
    let args = as_tuple(vm, args);
    Ok(PyWrapper::new_instance(vm, ty, origin, args.value(), Value::NULL).value())
}

fn as_tuple(vm: &mut Vm, v: Value) -> Ref<PyTuple> {
    match v.cast::<PyTuple>() {
        Some(t) => t,
        None => PyTuple::from_slice(vm, &[v]),
    }
}

fn alias(vm: &mut Vm, v: Value, method: &str) -> PyResult<(Ref<PyWrapper>, Ref<PyTuple>)> {
    if let Some(w) = v.cast::<PyWrapper>()
        && vm.is_instance_of(v, ids::GENERIC_ALIAS)
        && let Some(t) = w.b.get().cast::<PyTuple>()
    {
        return Ok((w, t));
    }
    Err(vm.wrong_self(method, "types.GenericAlias", v))
}

fn attribute(vm: &mut Vm, v: Value, name: Ref<PyStr>) -> PyResult<Option<Value>> {
    if v.is::<PyType>() {
        return Ok(None);
    }
    Ok(vm.try_get_attr(v, name)?.filter(|v| !v.is_none()))
}

/// The type variables in the arguments, in order of appearance.
pub fn collect_parameters(vm: &mut Vm, args: Ref<PyTuple>) -> PyResult<Ref<PyTuple>> {
    let mut out = ValueVec::new();
    collect_into(vm, args.items(), &mut out)?;
    Ok(PyTuple::from_slice(vm, out.as_slice()))
}

fn add_once(vm: &Vm, out: &mut ValueVec, v: Value) {
    if !out.as_slice().contains(&v) {
        out.push(&vm.heap, v);
    }
}

fn collect_into(vm: &mut Vm, args: &[Value], out: &mut ValueVec) -> PyResult<()> {
    let names = vm.names;
    for v in args {
        if let Some(t) = v.cast::<PyTuple>() {
            collect_into(vm, t.items(), out)?;
        } else if let Some(l) = v.cast::<PyList>() {
            let inner = l.to_vec(vm);
            collect_into(vm, inner.as_slice(), out)?;
        } else if attribute(vm, *v, names.__typing_subst__)?.is_some() {
            add_once(vm, out, *v);
        } else if let Some(p) = attribute(vm, *v, names.__parameters__)?
            && let Some(p) = p.cast::<PyTuple>()
        {
            for x in p.items() {
                add_once(vm, out, *x);
            }
        }
    }
    Ok(())
}

/// The items of a subscript, with `*tuple[int, str]` spliced in.
fn unpack_items(vm: &mut Vm, item: Value) -> PyResult<ValueVec> {
    let given = as_tuple(vm, item);
    let name = vm.names.__typing_unpacked_tuple_args__;
    let mut out = ValueVec::new();
    for v in given.items() {
        let inner = attribute(vm, *v, name)?.and_then(|t| t.cast::<PyTuple>());
        match inner {
            Some(t) if t.items().last() != Some(&Value::ELLIPSIS) => {
                for x in t.items() {
                    out.push(&vm.heap, *x);
                }
            }
            _ => out.push(&vm.heap, *v),
        }
    }
    Ok(out)
}

/// `args` with `parameters` replaced by the subscript `item`.
///
/// Errors: `TypeError` when there is nothing to replace or the numbers differ.
pub fn substitute(
    vm: &mut Vm,
    this: Value,
    args: Ref<PyTuple>,
    parameters: Ref<PyTuple>,
    item: Value,
) -> PyResult<Ref<PyTuple>> {
    if parameters.is_empty() {
        let shown = vm.repr_text(this)?;
        return Err(vm.type_error(format!("{shown} is not a generic class")));
    }
    let unpacked = unpack_items(vm, item)?;
    let mut items = PyTuple::from_slice(vm, unpacked.as_slice());
    let names = vm.names;
    for p in parameters.items() {
        if let Some(prepare) = attribute(vm, *p, names.__typing_prepare_subst__)? {
            let r = vm.call(prepare, &[this, items.value()])?;
            items = as_tuple(vm, r);
        }
    }
    let (given, wanted) = (items.len(), parameters.len());
    if given != wanted {
        let amount = if given > wanted { "many" } else { "few" };
        let shown = vm.repr_text(this)?;
        return Err(vm.type_error(format!(
            "Too {amount} arguments for {shown}; actual {given}, expected {wanted}"
        )));
    }
    let mut out = ValueVec::new();
    substitute_into(vm, args.items(), parameters, items, &mut out)?;
    Ok(PyTuple::from_slice(vm, out.as_slice()))
}

fn substitute_into(
    vm: &mut Vm,
    args: &[Value],
    parameters: Ref<PyTuple>,
    items: Ref<PyTuple>,
    out: &mut ValueVec,
) -> PyResult<()> {
    let names = vm.names;
    for v in args {
        if v.is::<PyType>() {
            out.push(&vm.heap, *v);
            continue;
        }
        if v.is::<PyTuple>() || v.is::<PyList>() {
            let inner = vm.collect(*v)?;
            let mut done = ValueVec::new();
            substitute_into(vm, inner.as_slice(), parameters, items, &mut done)?;
            let r = if v.is::<PyTuple>() {
                vm.new_tuple(done.as_slice())
            } else {
                vm.new_list(done.as_slice())
            };
            out.push(&vm.heap, r);
            continue;
        }
        let unpacked = match attribute(vm, *v, names.__typing_is_unpacked_typevartuple__)? {
            Some(flag) => vm.truth(flag)?,
            None => false,
        };
        let replaced = match attribute(vm, *v, names.__typing_subst__)? {
            Some(subst) => match parameters.items().iter().position(|p| p == v) {
                Some(i) => vm.call(subst, &[items.items()[i]])?,
                None => *v,
            },
            None => substitute_nested(vm, *v, parameters, items)?,
        };
        match replaced.cast::<PyTuple>().filter(|_| unpacked) {
            Some(t) => {
                for x in t.items() {
                    out.push(&vm.heap, *x);
                }
            }
            None => out.push(&vm.heap, replaced),
        }
    }
    Ok(())
}

/// `v[...]` for an argument that is generic itself.
fn substitute_nested(
    vm: &mut Vm,
    v: Value,
    parameters: Ref<PyTuple>,
    items: Ref<PyTuple>,
) -> PyResult {
    let names = vm.names;
    let inner = attribute(vm, v, names.__parameters__)?.and_then(|p| p.cast::<PyTuple>());
    let Some(inner) = inner.filter(|p| !p.is_empty()) else {
        return Ok(v);
    };
    let mut key = ValueVec::new();
    for p in inner.items() {
        let Some(i) = parameters.items().iter().position(|x| x == p) else {
            key.push(&vm.heap, *p);
            continue;
        };
        let arg = items.items()[i];
        let ty = vm.type_of(*p);
        let variadic = vm.type_lookup(ty, names.__iter__).is_some();
        match arg.cast::<PyTuple>().filter(|_| variadic) {
            Some(t) => {
                for x in t.items() {
                    key.push(&vm.heap, *x);
                }
            }
            None => key.push(&vm.heap, arg),
        }
    }
    let key = vm.new_tuple(key.as_slice());
    vm.get_item(v, key)
}

/// How a type argument is shown: classes by their name, all else by `repr`.
pub fn repr_item(vm: &mut Vm, v: Value, out: &mut Vec<u8>) -> PyResult<()> {
    let names = vm.names;
    if v == Value::ELLIPSIS {
        out.extend_from_slice(b"...");
        return Ok(());
    }
    if v.is::<PyList>() || v.is::<PyTuple>() {
        let items = vm.collect(v)?;
        out.push(b'[');
        for (i, x) in items.as_slice().iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(b", ");
            }
            repr_item(vm, *x, out)?;
        }
        out.push(b']');
        return Ok(());
    }
    let generic = vm.try_get_attr(v, names.__origin__)?.is_some()
        && vm.try_get_attr(v, names.__args__)?.is_some();
    if !generic {
        let qualname = vm.try_get_attr(v, names.__qualname__)?;
        let module = vm.try_get_attr(v, names.__module__)?;
        if let (Some(q), Some(m)) = (qualname, module)
            && !m.is_none()
        {
            let (q, m) = (vm.str(q)?, vm.str(m)?);
            if m.bytes() != b"builtins" {
                out.extend_from_slice(m.bytes());
                out.push(b'.');
            }
            out.extend_from_slice(q.bytes());
            return Ok(());
        }
    }
    out.extend_from_slice(vm.repr(v)?.bytes());
    Ok(())
}

fn alias_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::GENERIC_ALIAS)?;
    let t = as_tuple(vm, args[2]);
    Ok(PyWrapper::new_instance(vm, ty, args[1], t.value(), Value::NULL).value())
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, own) = alias(vm, args[0], "__repr__")?;
    let mut text = Vec::new();
    if w.d.get() == Value::TRUE {
        text.push(b'*');
    }
    repr_item(vm, w.a.get(), &mut text)?;
    text.push(b'[');
    for (i, v) in own.items().iter().enumerate() {
        if i > 0 {
            text.extend_from_slice(b", ");
        }
        repr_item(vm, *v, &mut text)?;
    }
    if own.is_empty() {
        text.extend_from_slice(b"()");
    }
    text.push(b']');
    Ok(vm.new_str_bytes(&text))
}

fn parameters(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTuple>> {
    let (w, own) = alias(vm, v, "__parameters__")?;
    if let Some(p) = w.c.get().cast::<PyTuple>() {
        return Ok(p);
    }
    let p = collect_parameters(vm, own)?;
    w.c.set(w, p.value());
    Ok(p)
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, own) = alias(vm, args[0], "__getitem__")?;
    let p = parameters(vm, args[0])?;
    let new = substitute(vm, args[0], own, p, args[1])?;
    let ty = vm.type_of(args[0]);
    let starred = w.d.get();
    let out = PyWrapper::new_instance(vm, ty, w.a.get(), new.value(), Value::NULL);
    out.d.set(out, starred);
    Ok(out.value())
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, _) = alias(vm, args[0], "__call__")?;
    let given = super::args::items(&args[1]);
    let object = vm.call_dict(w.a.get(), given, args[2])?;
    let name = vm.names.__orig_class__;
    if let Err(r) = vm.set_attr(object, name, args[0])
        && !vm.clear_raised_if(ids::ATTRIBUTE_ERROR)
        && !vm.clear_raised_if(ids::TYPE_ERROR)
    {
        return Err(r);
    }
    Ok(object)
}

/// Attributes that the alias answers itself; all others are those of the origin.
const OWN: &[&str] = &[
    "__class__",
    "__origin__",
    "__args__",
    "__unpacked__",
    "__parameters__",
    "__typing_unpacked_tuple_args__",
    "__mro_entries__",
    "__reduce_ex__",
    "__reduce__",
    "__bases__",
    "__copy__",
    "__deepcopy__",
];

fn getattribute(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, _) = alias(vm, args[0], "__getattribute__")?;
    let name = super::object_methods::attribute_name(vm, args[1])?;
    if OWN.iter().any(|n| n.as_bytes() == name.bytes()) {
        return vm.get_attr_generic(args[0], name);
    }
    vm.get_attr(w.a.get(), name)
}

fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (a, x) = alias(vm, args[0], "__eq__")?;
    if !vm.is_instance_of(args[1], ids::GENERIC_ALIAS) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (b, y) = alias(vm, args[1], "__eq__")?;
    if a.d.get() != b.d.get() || !vm.equal(a.a.get(), b.a.get())? {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(vm.equal(x.value(), y.value())?))
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, own) = alias(vm, args[0], "__hash__")?;
    let h = vm.hash(w.a.get())? ^ vm.hash(own.value())?;
    Ok(vm.new_int(if h == -1 { -2 } else { h }))
}

fn instancecheck(vm: &mut Vm, _args: &[Value]) -> PyResult {
    Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

fn subclasscheck(vm: &mut Vm, _args: &[Value]) -> PyResult {
    Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"))
}

fn mro_entries(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, _) = alias(vm, args[0], "__mro_entries__")?;
    Ok(vm.new_tuple(&[w.a.get()]))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, own) = alias(vm, args[0], "__reduce__")?;
    let ty = vm.builtin_type(ids::GENERIC_ALIAS).value();
    if w.d.get() == Value::TRUE {
        let Some(next) = vm.builtins_dict().get_text(vm, "next") else {
            return Err(vm.type_error("cannot pickle an unpacked alias without builtins.next"));
        };
        let plain = PyWrapper::new(vm, ids::GENERIC_ALIAS, w.a.get(), own.value(), Value::NULL);
        let it = vm.iter(plain.value())?;
        let inner = vm.new_tuple(&[it]);
        return Ok(vm.new_tuple(&[next, inner]));
    }
    let inner = vm.new_tuple(&[w.a.get(), own.value()]);
    Ok(vm.new_tuple(&[ty, inner]))
}

fn dir(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (w, _) = alias(vm, args[0], "__dir__")?;
    let names = PyDict::new(vm);
    super::object_methods::merge_class_names(vm, names, w.a.get())?;
    for n in OWN {
        names.set_text(vm, n, Value::NONE);
    }
    Ok(super::object_methods::key_list(vm, names))
}

fn or(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::union::union_or(vm, args[0], args[1])
}

fn ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::union::union_or(vm, args[1], args[0])
}

fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    alias(vm, args[0], "__iter__")?;
    Ok(PyIter::new(
        vm,
        ids::GENERIC_ALIAS_ITERATOR,
        args[0],
        Value::NULL,
        0,
        0,
        0,
    )
    .value())
}

fn get_origin(vm: &mut Vm, v: Value) -> PyResult {
    Ok(alias(vm, v, "__origin__")?.0.a.get())
}
fn get_args(vm: &mut Vm, v: Value) -> PyResult {
    Ok(alias(vm, v, "__args__")?.1.value())
}
fn get_parameters(vm: &mut Vm, v: Value) -> PyResult {
    Ok(parameters(vm, v)?.value())
}
fn get_unpacked(vm: &mut Vm, v: Value) -> PyResult {
    let w = alias(vm, v, "__unpacked__")?.0;
    Ok(Value::bool(w.d.get() == Value::TRUE))
}
fn get_tuple_args(vm: &mut Vm, v: Value) -> PyResult {
    let (w, own) = alias(vm, v, "__typing_unpacked_tuple_args__")?;
    let tuple = vm.builtin_type(ids::TUPLE).value();
    Ok(if w.d.get() == Value::TRUE && w.a.get() == tuple {
        own.value()
    } else {
        Value::NONE
    })
}

/// `types.GenericAlias`
pub static GENERIC_ALIAS: TypeDef = TypeDef {
    id: ids::GENERIC_ALIAS,
    doc: "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    methods: &[
        static_method("__new__", alias_new, "($type, origin, args, /)", NEW_DOC),
        slot("__repr__", repr),
        slot("__getitem__", getitem),
        slot("__call__", call),
        slot("__getattribute__", getattribute),
        slot("__eq__", eq),
        slot("__hash__", hash),
        slot("__or__", or),
        slot("__ror__", ror),
        slot("__iter__", iter),
        method(
            "__mro_entries__",
            mro_entries,
            "($self, bases, /)",
            "The origin stands for the alias as a base.",
        ),
        method(
            "__instancecheck__",
            instancecheck,
            "($self, instance, /)",
            "Refuses isinstance().",
        ),
        method(
            "__subclasscheck__",
            subclasscheck,
            "($self, cls, /)",
            "Refuses issubclass().",
        ),
        method("__reduce__", reduce, "($self, /)", "Helper for pickle."),
        method(
            "__dir__",
            dir,
            "($self, /)",
            "Names of the origin and of the alias.",
        ),
    ],
    getsets: &[
        getter("__origin__", get_origin, "the generic class"),
        getter("__args__", get_args, "type arguments"),
        getter(
            "__parameters__",
            get_parameters,
            "Type variables in the GenericAlias.",
        ),
        getter("__unpacked__", get_unpacked, "True for *alias"),
        getter(
            "__typing_unpacked_tuple_args__",
            get_tuple_args,
            "arguments of *tuple[...]",
        ),
    ],
};

fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn iter_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(it) = args[0].cast::<PyIter>() else {
        return Err(vm.wrong_self("__next__", "generic_alias_iterator", args[0]));
    };
    let held = it.a.get();
    if held.is_null() {
        return Err(vm.stop_iteration(Value::NONE));
    }
    it.a.set(it, Value::NULL);
    let (w, own) = alias(vm, held, "__next__")?;
    let ty = vm.type_of(held);
    let out = PyWrapper::new_instance(vm, ty, w.a.get(), own.value(), Value::NULL);
    out.d.set(out, Value::TRUE);
    Ok(out.value())
}

fn iter_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let held = args[0].cast::<PyIter>().map(|it| it.a.get());
    let iter = vm.builtins_dict().get_text(vm, "iter");
    let iter = iter.unwrap_or(Value::NONE);
    let source = match held.and_then(Value::non_null) {
        Some(alias) => alias,
        None => vm.new_tuple(&[]),
    };
    let of = vm.new_tuple(&[source]);
    Ok(vm.new_tuple(&[iter, of]))
}

/// The iterator that `*alias` runs.
pub static ITERATOR: TypeDef = TypeDef {
    id: ids::GENERIC_ALIAS_ITERATOR,
    doc: "",
    methods: &[
        slot("__iter__", iter_self),
        slot("__next__", iter_next),
        method("__reduce__", iter_reduce, "($self, /)", "Pickling."),
    ],
    getsets: &[],
};
