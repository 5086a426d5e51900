//! Attributes of type objects.

use super::object_methods::native_base;
use super::type_methods::type_self;
use crate::object::types::base_size;
use crate::prelude::*;

/// Refuses changes of immutable types and deletion.
fn check_set(vm: &mut Vm, v: Value, name: &str, new: Value) -> PyResult<Ref<PyType>> {
    let ty = type_self(vm, v, name)?;
    let full = super::object_methods::c_name(vm, ty);
    if ty.has(tflag::IMMUTABLE) {
        return Err(vm.type_error(format!(
            "cannot set '{name}' attribute of immutable type '{full}'"
        )));
    }
    if new.is_null() {
        return Err(vm.type_error(format!(
            "cannot delete '{name}' attribute of immutable type '{full}'"
        )));
    }
    Ok(ty)
}

fn no_attribute(vm: &mut Vm, ty: Ref<PyType>, name: Ref<PyStr>) -> crate::error::Raised {
    let (owner, text) = (ty.name_text(), name.text_lossy());
    let message = format!("type object '{owner}' has no attribute '{text}'");
    vm.attribute_error(ty.value(), name.value(), message)
}

fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    Ok(type_self(vm, v, "__name__")?.name.get())
}

fn set_name(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = check_set(vm, v, "__name__", new)?;
    let Some(s) = new.cast::<PyStr>() else {
        let (name, actual) = (ty.name_text(), vm.type_name(new));
        return Err(vm.type_error(format!(
            "can only assign string to {name}.__name__, not '{actual}'"
        )));
    };
    if s.bytes().contains(&0) {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    super::type_new::check_encodable(vm, new)?;
    ty.name.set(ty, new);
    Ok(())
}

fn get_qualname(vm: &mut Vm, v: Value) -> PyResult {
    Ok(type_self(vm, v, "__qualname__")?.qualname.get())
}

fn set_qualname(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = check_set(vm, v, "__qualname__", new)?;
    if !new.is::<PyStr>() {
        let (name, actual) = (ty.name_text(), vm.type_name(new));
        return Err(vm.type_error(format!(
            "can only assign string to {name}.__qualname__, not '{actual}'"
        )));
    }
    ty.qualname.set(ty, new);
    Ok(())
}

fn get_module(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__module__")?;
    let name = vm.names.__module__;
    if ty.builtin_id != 0 {
        let module = crate::object::type_table::module_of(ty.builtin_id);
        return Ok(vm.intern(module).value());
    }
    match ty.dict().get_interned(name.value()) {
        Some(m) => Ok(m),
        None => Err(vm.attribute_error(v, name.value(), "__module__")),
    }
}

fn set_module(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = check_set(vm, v, "__module__", new)?;
    let names = vm.names;
    vm.type_del_attr(ty, names.__firstlineno__);
    vm.type_set_attr(ty, names.__module__, new);
    Ok(())
}

fn get_bases(vm: &mut Vm, v: Value) -> PyResult {
    Ok(type_self(vm, v, "__bases__")?.bases.value())
}

fn set_bases(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = check_set(vm, v, "__bases__", new)?;
    let name = ty.name_text();
    let Some(bases) = new.cast::<PyTuple>() else {
        let actual = vm.type_name(new);
        return Err(vm.type_error(format!(
            "can only assign tuple to {name}.__bases__, not {actual}"
        )));
    };
    if bases.is_empty() {
        return Err(vm.type_error(format!(
            "can only assign non-empty tuple to {name}.__bases__, not ()"
        )));
    }
    for b in bases.items() {
        let Some(b) = b.cast::<PyType>() else {
            let actual = vm.type_name(*b);
            return Err(vm.type_error(format!(
                "{name}.__bases__ must be tuple of classes, not '{actual}'"
            )));
        };
        // While a custom mro() runs, the new bases are not in the MRO yet.
        let along_bases = std::iter::successors(Some(b), |b| b.base.get()).any(|b| b == ty);
        if b.is_subtype(ty) || along_bases {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let new_base = super::type_layout::best_base(vm, bases)?;
    let old_base = ty.base.expect();
    let fits = super::type_layout::solid_base(old_base) == super::type_layout::solid_base(new_base)
        && old_base.has(tflag::HAS_DICT) == new_base.has(tflag::HAS_DICT);
    if !fits {
        let (a, b) = (new_base.name_text(), old_base.name_text());
        return Err(vm.type_error(format!(
            "__bases__ assignment: '{a}' object layout differs from '{b}'"
        )));
    }
    let old_bases = ty.bases.expect();
    ty.bases.set(ty, bases);
    ty.base.set(ty, new_base);
    let mut before = ValueVec::new();
    if let Err(r) = super::type_mro::refresh_mro(vm, ty, &mut before) {
        super::type_mro::restore_mro(vm, &before);
        // A mro() that assigned other bases has the last word.
        if ty.bases.get() == Some(bases) {
            ty.bases.set(ty, old_bases);
            ty.base.set(ty, old_base);
        }
        return Err(r);
    }
    if ty.bases.get() != Some(bases) {
        return Ok(());
    }
    for b in old_bases.items() {
        if let Some(b) = b.cast::<PyType>() {
            remove_subclass(vm, b, ty);
        }
    }
    for b in bases.items() {
        if let Some(b) = b.cast::<PyType>() {
            vm.add_subclass(b, ty);
        }
    }
    Ok(())
}

fn remove_subclass(vm: &mut Vm, base: Ref<PyType>, sub: Ref<PyType>) {
    let Some(list) = base.subclasses.get() else {
        return;
    };
    let found =
        (0..list.len()).find(|&i| super::weakref::target_of(list.get(i)) == Some(sub.value()));
    if let Some(i) = found {
        list.splice(vm, i, i + 1, &[]);
    }
}

fn get_mro(vm: &mut Vm, v: Value) -> PyResult {
    let mro = type_self(vm, v, "__mro__")?.mro.value();
    Ok(mro.non_null().unwrap_or(Value::NONE))
}

fn get_base(vm: &mut Vm, v: Value) -> PyResult {
    let base = type_self(vm, v, "__base__")?.base.value();
    Ok(base.non_null().unwrap_or(Value::NONE))
}

fn get_dict(vm: &mut Vm, v: Value) -> PyResult {
    let dict = type_self(vm, v, "__dict__")?.dict().value();
    Ok(PyWrapper::new(vm, ids::MAPPINGPROXY, dict, Value::NULL, Value::NULL).value())
}

/// `descriptor.__get__(None, ty)` where the value has one.
fn bound_to_class(vm: &mut Vm, v: Value, ty: Ref<PyType>) -> PyResult {
    if v.kind().is_none() || v.is::<PyStr>() {
        return Ok(v);
    }
    vm.descriptor_get(v, Value::NULL, ty)
}

fn get_doc(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__doc__")?;
    let name = vm.names.__doc__;
    match ty.dict().get_interned(name.value()) {
        Some(d) => match native_signature(ty, d) {
            Some((_, doc)) => Ok(vm.new_str(&doc)),
            None => bound_to_class(vm, d, ty),
        },
        None => Ok(Value::NONE),
    }
}

/// Signature and text of a native type's doc that starts with `name(...)`, two dashes and a blank line.
fn native_signature(ty: Ref<PyType>, doc: Value) -> Option<(String, String)> {
    if ty.has(tflag::HEAPTYPE) {
        return None;
    }
    let doc = doc.cast::<PyStr>()?.text_lossy();
    let rest = doc.strip_prefix(&ty.name_text())?;
    let (signature, text) = rest.split_once("\n--\n\n")?;
    signature
        .starts_with('(')
        .then(|| (signature.to_owned(), text.to_owned()))
}

fn set_doc(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = check_set(vm, v, "__doc__", new)?;
    let name = vm.names.__doc__;
    vm.type_set_attr(ty, name, new);
    Ok(())
}

fn get_abstract(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__abstractmethods__")?;
    let name = vm.names.__abstractmethods__;
    let own = ty.dict().get_interned(name.value());
    match own.filter(|_| ty.builtin_id != ids::TYPE) {
        Some(m) => Ok(m),
        None => Err(vm.attribute_error(v, name.value(), "__abstractmethods__")),
    }
}

fn set_abstract(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = type_self(vm, v, "__abstractmethods__")?;
    let name = vm.names.__abstractmethods__;
    if new.is_null() {
        if !vm.type_del_attr(ty, name) {
            return Err(vm.attribute_error(v, name.value(), "__abstractmethods__"));
        }
        ty.flags.set(ty.flags.get() & !tflag::ABSTRACT);
        return Ok(());
    }
    let any = vm.truth(new)?;
    vm.type_set_attr(ty, name, new);
    let flags = ty.flags.get() & !tflag::ABSTRACT;
    ty.flags.set(flags | if any { tflag::ABSTRACT } else { 0 });
    Ok(())
}

/// `__annotate__`: the function under either of its names in the namespace (PEP 649).
fn get_annotate(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__annotate__")?;
    let names = vm.names;
    if !ty.has(tflag::HEAPTYPE) {
        return Err(no_attribute(vm, ty, names.__annotate__));
    }
    for key in [names.__annotate_func__, names.__annotate__] {
        if let Some(f) = ty.dict().get_interned(key.value()) {
            return bound_to_class(vm, f, ty);
        }
    }
    vm.type_set_attr(ty, names.__annotate_func__, Value::NONE);
    Ok(Value::NONE)
}

fn set_annotate(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = type_self(vm, v, "__annotate__")?;
    if new.is_null() {
        return Err(vm.type_error("cannot delete __annotate__ attribute"));
    }
    if ty.has(tflag::IMMUTABLE) {
        let full = vm.full_type_name(ty);
        return Err(vm.type_error(format!(
            "cannot set '__annotate__' attribute of immutable type '{full}'"
        )));
    }
    if !new.is_none() && !vm.is_callable(new) {
        return Err(vm.type_error("__annotate__ must be callable or None"));
    }
    let names = vm.names;
    vm.type_set_attr(ty, names.__annotate_func__, new);
    if !new.is_none() {
        vm.type_del_attr(ty, names.__annotations_cache__);
    }
    Ok(())
}

fn get_annotations(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__annotations__")?;
    let names = vm.names;
    if !ty.has(tflag::HEAPTYPE) {
        return Err(no_attribute(vm, ty, names.__annotations__));
    }
    for key in [names.__annotations__, names.__annotations_cache__] {
        if let Some(a) = ty.dict().get_interned(key.value()) {
            return bound_to_class(vm, a, ty);
        }
    }
    let annotate = get_annotate(vm, v)?;
    let annotations = if vm.is_callable(annotate) {
        let a = vm.call(annotate, &[Value::from_i32(1)])?;
        if !a.is::<PyDict>() {
            let actual = vm.type_name(a);
            return Err(vm.type_error(format!("__annotate__ returned non-dict of type '{actual}'")));
        }
        a
    } else {
        PyDict::new(vm).value()
    };
    vm.type_set_attr(ty, names.__annotations_cache__, annotations);
    Ok(annotations)
}

fn set_annotations(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = type_self(vm, v, "__annotations__")?;
    let names = vm.names;
    if ty.has(tflag::IMMUTABLE) {
        let full = vm.full_type_name(ty);
        return Err(vm.type_error(format!(
            "cannot set '__annotations__' attribute of immutable type '{full}'"
        )));
    }
    let key = if ty
        .dict()
        .get_interned(names.__annotations__.value())
        .is_some()
    {
        names.__annotations__
    } else {
        names.__annotations_cache__
    };
    if !new.is_null() {
        vm.type_set_attr(ty, key, new);
    } else if !vm.type_del_attr(ty, key) {
        return Err(vm.attribute_error(v, names.__annotations__.value(), "__annotations__"));
    }
    vm.type_del_attr(ty, names.__annotate_func__);
    vm.type_del_attr(ty, names.__annotate__);
    Ok(())
}

fn get_type_params(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__type_params__")?;
    let name = vm.names.__type_params__;
    let own = ty.dict().get_interned(name.value());
    Ok(match own.filter(|_| ty.has(tflag::HEAPTYPE)) {
        Some(p) => p,
        None => vm.new_tuple(&[]),
    })
}

fn set_type_params(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let ty = check_set(vm, v, "__type_params__", new)?;
    let name = vm.names.__type_params__;
    vm.type_set_attr(ty, name, new);
    Ok(())
}

/// Bits of `__flags__` for the builtin types whose subclasses CPython marks.
const SUBCLASS_BITS: &[(u32, u32)] = &[
    (ids::INT, 24),
    (ids::LIST, 25),
    (ids::TUPLE, 26),
    (ids::BYTES, 27),
    (ids::STR, 28),
    (ids::DICT, 29),
    (ids::BASE_EXCEPTION, 30),
    (ids::TYPE, 31),
];

fn get_flags(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__flags__")?;
    const BITS: &[(u32, u32)] = &[
        (tflag::SEQUENCE, 5),
        (tflag::MAPPING, 6),
        (tflag::DISALLOW_INSTANTIATION, 7),
        (tflag::IMMUTABLE, 8),
        (tflag::HEAPTYPE, 9),
        (tflag::BASETYPE, 10),
        (tflag::ABSTRACT, 20),
        (tflag::MATCH_SELF, 22),
    ];
    // Ready, and known to the garbage collector.
    let mut bits: i64 = 1 << 12 | 1 << 14;
    for (flag, bit) in BITS {
        if ty.has(*flag) {
            bits |= 1 << bit;
        }
    }
    // The types of native modules are made at run time in CPython too.
    if ty.builtin_id == 0 {
        bits |= 1 << 9;
    }
    for (id, bit) in SUBCLASS_BITS {
        let base = vm.builtin_type(*id);
        if ty.is_subtype(base) {
            bits |= 1 << bit;
        }
    }
    if ty.has(tflag::HEAPTYPE) && ty.has(tflag::HAS_DICT) && ty.kind.get() == Kind::Instance {
        bits |= 1 << 4;
    }
    if matches!(ty.builtin_id, ids::FUNCTION | ids::METHOD_DESCRIPTOR) {
        bits |= 1 << 17;
    }
    Ok(vm.new_int(bits))
}

fn get_basicsize(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__basicsize__")?;
    let size = base_size(ty.kind.get()) + 8 + 8 * ty.member_slots.get() as usize;
    Ok(Value::from_usize(size))
}

fn get_itemsize(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__itemsize__")?;
    Ok(Value::from_i32(match ty.kind.get() {
        Kind::Tuple | Kind::Type => 8,
        Kind::Int => 4,
        Kind::Bytes => 1,
        _ => 0,
    }))
}

fn get_dictoffset(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__dictoffset__")?;
    Ok(Value::from_i32(if !ty.has(tflag::HAS_DICT) {
        0
    } else if native_base(ty).has(tflag::HAS_DICT) {
        16
    } else {
        -1
    }))
}

fn get_weakrefoffset(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__weakrefoffset__")?;
    Ok(Value::from_i32(if ty.has(tflag::HAS_WEAKREF) {
        -32
    } else {
        0
    }))
}

fn get_text_signature(vm: &mut Vm, v: Value) -> PyResult {
    let ty = type_self(vm, v, "__text_signature__")?;
    if ty.has(tflag::HEAPTYPE) {
        return Ok(Value::NONE);
    }
    if ty.builtin_id == ids::OBJECT {
        return Ok(vm.new_str("()"));
    }
    let name = vm.names.__doc__;
    let doc = ty.dict().get_interned(name.value());
    match doc.and_then(|doc| native_signature(ty, doc)) {
        Some((signature, _)) => Ok(vm.new_str(&signature)),
        None => Ok(Value::NONE),
    }
}

/// Attributes of `type`.
pub const GETSETS: &[GetSetDef] = &[
    getset("__name__", get_name, set_name, "the class's name"),
    getset(
        "__qualname__",
        get_qualname,
        set_qualname,
        "the class's qualified name",
    ),
    getset(
        "__module__",
        get_module,
        set_module,
        "name of the module that defines the class",
    ),
    getset("__bases__", get_bases, set_bases, "base classes"),
    member("__mro__", get_mro, "method resolution order"),
    member("__base__", get_base, "the base whose layout instances have"),
    getter("__dict__", get_dict, "read-only view of the namespace"),
    getset("__doc__", get_doc, set_doc, "documentation"),
    getset(
        "__abstractmethods__",
        get_abstract,
        set_abstract,
        "names of abstract methods",
    ),
    getset(
        "__annotate__",
        get_annotate,
        set_annotate,
        "function that makes the annotations",
    ),
    getset(
        "__annotations__",
        get_annotations,
        set_annotations,
        "annotations",
    ),
    getset(
        "__type_params__",
        get_type_params,
        set_type_params,
        "type parameters",
    ),
    member("__flags__", get_flags, "flag bits"),
    member("__basicsize__", get_basicsize, "size of instances"),
    member(
        "__itemsize__",
        get_itemsize,
        "size of an item of variable-size instances",
    ),
    member(
        "__dictoffset__",
        get_dictoffset,
        "place of the attribute dict",
    ),
    member(
        "__weakrefoffset__",
        get_weakrefoffset,
        "place of the weak references",
    ),
    getter("__text_signature__", get_text_signature, "signature text"),
];
