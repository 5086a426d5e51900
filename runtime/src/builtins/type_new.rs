//! `type.__new__`: making a class from name, bases and namespace.
//!
//! Order of events as in CPython, since Python code sees it: metaclass and bases, `__slots__`, namespace fix-ups, MRO,
//! cells, `__set_name__`, `__init_subclass__`.

use super::cell::PyCell;
use super::getset::{PyGetSet, PyMember};
use super::type_layout::{best_base, is_variable_sized};
use crate::object::types::TypeInit;
use crate::prelude::*;

/// `type.__new__(meta, name, bases, namespace, **kwargs)`
pub fn type_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let meta = super::object_methods::check_new(vm, args[0], ids::TYPE)?;
    let given = super::args::items(&args[1]);
    let [name, bases, ns] = *given else {
        let n = given.len();
        return Err(vm.type_error(if meta.builtin_id == ids::TYPE {
            "type() takes 1 or 3 arguments".to_string()
        } else {
            format!("type.__new__() takes exactly 3 arguments ({n} given)")
        }));
    };
    if !name.is::<PyStr>() {
        return Err(wrong_argument(vm, 1, "str", name));
    }
    if name.cast::<PyStr>().is_some_and(|s| s.bytes().contains(&0)) {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    check_encodable(vm, name)?;
    let Some(bases) = bases.cast::<PyTuple>() else {
        return Err(wrong_argument(vm, 2, "tuple", bases));
    };
    let Some(ns) = ns.cast::<PyDict>() else {
        return Err(wrong_argument(vm, 3, "dict", ns));
    };
    let winner = calculate_metaclass(vm, meta, bases)?;
    if winner != meta {
        let names = vm.names;
        let new = vm.type_lookup(winner, names.__new__).unwrap_or(Value::NONE);
        let is_ours = new
            .cast::<super::builtin::PyBuiltin>()
            .and_then(|b| b.owner.get())
            .is_some_and(|o| o.builtin_id == ids::TYPE);
        if !is_ours {
            let new = vm.descriptor_get(new, Value::NULL, winner)?;
            return vm.call_dict(
                new,
                &[winner.value(), name, bases.value(), ns.value()],
                args[2],
            );
        }
    }
    let ty = make_class(vm, winner, name, bases, ns)?;
    set_names(vm, ty)?;
    init_subclass(vm, ty, args[2])?;
    Ok(ty.value())
}

/// Refuses text with lone surrogates, which C cannot show.
///
/// Errors: `UnicodeEncodeError`.
pub fn check_encodable(vm: &mut Vm, v: Value) -> PyResult<()> {
    match v.cast::<PyStr>().filter(|s| !s.is_ascii()) {
        Some(s) => super::str_codec::encode(vm, s, Value::NULL, Value::NULL).map(|_| ()),
        None => Ok(()),
    }
}

fn wrong_argument(vm: &mut Vm, n: usize, expected: &str, v: Value) -> crate::error::Raised {
    let actual = if v.is_none() {
        "None".to_string()
    } else {
        vm.type_name(v)
    };
    vm.type_error(format!(
        "type.__new__() argument {n} must be {expected}, not {actual}"
    ))
}

/// The most derived metaclass of `meta` and the types of the bases.
///
/// Errors: `TypeError` when none derives from all others, or a base is no class.
pub fn calculate_metaclass(
    vm: &mut Vm,
    meta: Ref<PyType>,
    bases: Ref<PyTuple>,
) -> PyResult<Ref<PyType>> {
    let mut winner = meta;
    for b in bases.items() {
        if !b.is::<PyType>() {
            let names = vm.names;
            if vm.lookup_special(*b, names.__mro_entries__).is_some()
                || vm.try_get_attr(*b, names.__mro_entries__)?.is_some()
            {
                return Err(vm.type_error(
                    "type() doesn't support MRO entry resolution; use types.new_class()",
                ));
            }
        }
        let t = vm.type_of(*b);
        if winner.is_subtype(t) {
            continue;
        }
        if t.is_subtype(winner) {
            winner = t;
            continue;
        }
        return Err(vm.type_error(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

/// What `__slots__` asks for.
struct Slots {
    /// Mangled member names in order.
    names: ValueVec,
    add_dict: bool,
    add_weak: bool,
}

fn make_class(
    vm: &mut Vm,
    meta: Ref<PyType>,
    name: Value,
    bases: Ref<PyTuple>,
    ns: Ref<PyDict>,
) -> PyResult<Ref<PyType>> {
    let object = vm.builtin_type(ids::OBJECT);
    let bases = if bases.is_empty() {
        PyTuple::from_slice(vm, &[object.value()])
    } else {
        bases
    };
    let base = best_base(vm, bases)?;
    let dict = PyDict::new(vm);
    // A subclass that iterates in an order of its own (OrderedDict) gives the order.
    super::dict_update::merge_from(vm, dict, ns)?;
    if intern_keys(vm, dict) {
        let name = super::str::lossy(name);
        let text = format!("non-string key in the __dict__ of class {name}");
        vm.warn(ids::RUNTIME_WARNING, &text, 1)?;
    }
    let slots = read_slots(vm, name, bases, base, dict)?;
    let ty = vm.alloc_type(TypeInit {
        metatype: Some(meta),
        name,
        bases: Some(bases),
        base: Some(base),
        dict,
        kind: base.kind.get(),
        flags: class_flags(base, bases, &slots),
        builtin_id: 0,
    });
    let first = base.member_slots.get();
    ty.member_slots.set(first + slots.names.len() as u16);
    fill_namespace(vm, ty, dict)?;
    // A slot may have one of the cells' names.
    let cells = take_cells(vm, dict)?;
    for (i, n) in slots.names.as_slice().iter().enumerate() {
        let m = PyMember::new(vm, *n, ty, first as usize + i);
        dict.set_interned(vm, *n, m.value());
    }
    add_standard_getsets(vm, ty, base, &slots);
    set_inline_hint(vm, ty, base, dict);
    if let Some(cell) = cells.0 {
        cell.contents.set(cell, ty.value());
    }
    if let Some(cell) = cells.1 {
        cell.contents.set(cell, dict.value());
    }
    let mro = super::type_mro::mro_of(vm, ty)?;
    ty.mro.set(ty, mro);
    inherit_pattern_flags(ty);
    let names = vm.names;
    if let Some(doc) = dict.get_interned(names.__doc__.value()) {
        check_encodable(vm, doc)?;
    } else {
        dict.set_interned(vm, names.__doc__.value(), Value::NONE);
    }
    if dict.get_interned(names.__hash__.value()).is_none()
        && dict.get_interned(names.__eq__.value()).is_some()
    {
        dict.set_interned(vm, names.__hash__.value(), Value::NONE);
    }
    vm.make_root_shape(ty, None);
    for b in bases.items() {
        if let Some(b) = b.cast::<PyType>() {
            vm.add_subclass(b, ty);
        }
    }
    vm.type_modified(ty);
    Ok(ty)
}

/// Look-ups compare interned names: namespaces filled by Python code may have other strings as keys. True if there are keys
/// that are no strings.
fn intern_keys(vm: &mut Vm, dict: Ref<PyDict>) -> bool {
    let plain = |k: Value| {
        k.cast::<PyStr>()
            .is_some_and(|s| s.header().has(crate::object::intern::INTERNED))
    };
    let mut at = 0;
    let (mut odd, mut other) = (false, false);
    while let Some((i, k, _)) = dict.next_entry(at) {
        at = i + 1;
        other |= !k.is::<PyStr>();
        odd |= k.shape_id() == ids::STR && !plain(k);
    }
    if !odd {
        return other;
    }
    let copy = PyDict::new(vm);
    copy.copy_entries_from(vm, dict);
    dict.clear();
    let mut at = 0;
    while let Some((i, k, v)) = copy.next_entry(at) {
        at = i + 1;
        let key = match k.cast::<PyStr>() {
            Some(s) if s.shape_id() == ids::STR => vm.intern_str(s).value(),
            _ => k,
        };
        dict.append(vm, key, copy.hash_at(i), v);
    }
    other
}

fn class_flags(base: Ref<PyType>, bases: Ref<PyTuple>, slots: &Slots) -> u32 {
    let mut flags = tflag::HEAPTYPE | tflag::BASETYPE | base.flags.get() & tflag::INHERITED;
    for b in bases.items() {
        if let Some(b) = b.cast::<PyType>() {
            flags |= b.flags.get() & (tflag::HAS_DICT | tflag::HAS_WEAKREF);
        }
    }
    if slots.add_dict {
        flags |= tflag::HAS_DICT;
    }
    if slots.add_weak {
        flags |= tflag::HAS_WEAKREF;
    }
    if base.kind.get() == Kind::Module {
        flags &= !tflag::HAS_DICT;
    }
    flags
}

/// A class counts as a sequence or mapping in patterns if the first base in MRO order that says so does.
fn inherit_pattern_flags(ty: Ref<PyType>) {
    const PATTERN: u32 = tflag::SEQUENCE | tflag::MAPPING;
    let mro = ty.mro.expect();
    for t in mro.items().iter().skip(1) {
        if let Some(t) = t.cast::<PyType>()
            && t.has(PATTERN)
        {
            let flags = ty.flags.get() & !PATTERN;
            ty.flags.set(flags | t.flags.get() & PATTERN);
            return;
        }
    }
}

fn read_slots(
    vm: &mut Vm,
    class_name: Value,
    bases: Ref<PyTuple>,
    base: Ref<PyType>,
    dict: Ref<PyDict>,
) -> PyResult<Slots> {
    let kind = base.kind.get();
    let may_dict = !base.has(tflag::HAS_DICT) && kind != Kind::Module;
    let may_weak = !base.has(tflag::HAS_WEAKREF) && !is_variable_sized(kind);
    let names = vm.names;
    let mut out = Slots {
        names: ValueVec::new(),
        add_dict: false,
        add_weak: false,
    };
    let Some(slots) = dict.get_interned(names.__slots__.value()) else {
        out.add_dict = may_dict;
        out.add_weak = may_weak;
        return Ok(out);
    };
    let items = if slots.is::<PyStr>() {
        let mut one = ValueVec::new();
        one.push(&vm.heap, slots);
        one
    } else {
        vm.collect(slots)?
    };
    if !items.is_empty() && is_variable_sized(kind) {
        let name = base.name_text();
        return Err(vm.type_error(format!(
            "nonempty __slots__ not supported for subtype of '{name}'"
        )));
    }
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for v in items.as_slice() {
        let text = slot_text(vm, *v)?;
        let (special, may) = match text.as_slice() {
            b"__dict__" => (&mut out.add_dict, may_dict),
            b"__weakref__" => (&mut out.add_weak, may_weak),
            _ => {
                texts.push(checked_slot(vm, class_name, &text, dict)?);
                continue;
            }
        };
        if !may || *special {
            let text = String::from_utf8_lossy(&text).into_owned();
            return Err(vm.type_error(format!("{text} slot disallowed: we already got one")));
        }
        *special = true;
    }
    texts.sort();
    for t in texts {
        let s = vm.intern_bytes(&t);
        out.names.push(&vm.heap, s.value());
    }
    // Other bases may have what this class does not add by itself.
    for b in bases.items() {
        if let Some(b) = b.cast::<PyType>() {
            out.add_dict |= may_dict && b.has(tflag::HAS_DICT);
            out.add_weak |= may_weak && b.has(tflag::HAS_WEAKREF);
        }
    }
    Ok(out)
}

fn slot_text(vm: &mut Vm, v: Value) -> PyResult<Vec<u8>> {
    let Some(s) = v.cast::<PyStr>() else {
        let actual = vm.type_name(v);
        return Err(vm.type_error(format!("__slots__ items must be strings, not '{actual}'")));
    };
    if !crate::text::case::is_identifier(s.bytes()) {
        return Err(vm.type_error("__slots__ must be identifiers"));
    }
    Ok(s.bytes().to_vec())
}

fn checked_slot(vm: &mut Vm, class: Value, text: &[u8], dict: Ref<PyDict>) -> PyResult<Vec<u8>> {
    let mangled = mangle(class, text);
    let key = vm.intern_bytes(&mangled);
    let special = matches!(
        mangled.as_slice(),
        b"__qualname__" | b"__classcell__" | b"__classdictcell__"
    );
    if dict.get_interned(key.value()).is_some() && !special {
        let shown = vm.repr_text(key.value())?;
        return Err(vm.value_error(format!(
            "{shown} in __slots__ conflicts with class variable"
        )));
    }
    Ok(mangled)
}

/// The name that `__name` has inside the class.
fn mangle(class: Value, name: &[u8]) -> Vec<u8> {
    let class = class.cast::<PyStr>();
    let class = class.as_ref().map_or(&b""[..], |c| c.bytes());
    let start = class.iter().position(|b| *b != b'_');
    match start {
        Some(start) if name.starts_with(b"__") && !name.ends_with(b"__") => {
            [b"_", &class[start..], name].concat()
        }
        _ => name.to_vec(),
    }
}

fn fill_namespace(vm: &mut Vm, ty: Ref<PyType>, dict: Ref<PyDict>) -> PyResult<()> {
    let names = vm.names;
    if dict.get_interned(names.__module__.value()).is_none()
        && let Some(frame) = vm.visible_frame()
        && let Some(m) = frame
            .function()
            .globals
            .expect()
            .get_interned(names.__name__.value())
    {
        dict.set_interned(vm, names.__module__.value(), m);
    }
    if let Some(q) = dict.get_interned(names.__qualname__.value()) {
        if !q.is::<PyStr>() {
            let actual = vm.type_name(q);
            return Err(vm.type_error(format!("type __qualname__ must be a str, not {actual}")));
        }
        ty.qualname.set(ty, q);
        dict.remove_interned(vm, names.__qualname__.value());
    }
    for (key, id) in [
        (names.__new__, ids::STATICMETHOD),
        (names.__init_subclass__, ids::CLASSMETHOD),
        (names.__class_getitem__, ids::CLASSMETHOD),
    ] {
        if let Some(f) = dict.get_interned(key.value())
            && f.shape_id() == ids::FUNCTION
        {
            let w = PyWrapper::new(vm, id, f, Value::NULL, Value::NULL);
            dict.set_interned(vm, key.value(), w.value());
        }
    }
    Ok(())
}

fn add_standard_getsets(vm: &mut Vm, ty: Ref<PyType>, base: Ref<PyType>, slots: &Slots) {
    use super::object_methods::{HEAP_DICT, HEAP_WEAKREF};
    let names = vm.names;
    let dict = ty.dict();
    if slots.add_dict && !base.has(tflag::HAS_DICT) {
        let key = names.__dict__.value();
        if dict.get_interned(key).is_none() {
            let g = PyGetSet::new(vm, &HEAP_DICT, ty);
            dict.set_interned(vm, key, g.value());
        }
    }
    if slots.add_weak && !base.has(tflag::HAS_WEAKREF) {
        let key = names.__weakref__.value();
        if dict.get_interned(key).is_none() {
            let g = PyGetSet::new(vm, &HEAP_WEAKREF, ty);
            dict.set_interned(vm, key, g.value());
        }
    }
}

type CellPair = (Option<Ref<PyCell>>, Option<Ref<PyCell>>);

/// Takes `__classcell__` and `__classdictcell__` out of the namespace.
fn take_cells(vm: &mut Vm, dict: Ref<PyDict>) -> PyResult<CellPair> {
    let names = vm.names;
    let mut found = [None, None];
    for (i, key) in [names.__classcell__, names.__classdictcell__]
        .into_iter()
        .enumerate()
    {
        let Some(v) = dict.get_interned(key.value()) else {
            continue;
        };
        match v.cast::<PyCell>() {
            Some(c) => found[i] = Some(c),
            None => {
                let ty = vm.type_of(v).value();
                let (key, shown) = (key.text_lossy(), vm.repr_text(ty)?);
                return Err(vm.type_error(format!("{key} must be a nonlocal cell, not {shown}")));
            }
        }
        dict.remove_interned(vm, key.value());
    }
    Ok((found[0], found[1]))
}

/// Room for the attributes that methods store to `self`, as the compiler collected them.
fn set_inline_hint(vm: &mut Vm, ty: Ref<PyType>, base: Ref<PyType>, dict: Ref<PyDict>) {
    if ty.kind.get() == Kind::Type {
        return;
    }
    let key = vm.names.__static_attributes__.value();
    let mut hint = base.inline_hint.get();
    if let Some(own) = dict.get_interned(key).and_then(|v| v.cast::<PyTuple>()) {
        let inherited = |name: &Value| {
            let mut at = Some(base);
            while let Some(t) = at {
                let names = t.dict().get_interned(key);
                if let Some(names) = names.and_then(|v| v.cast::<PyTuple>())
                    && names.items().contains(name)
                {
                    return true;
                }
                at = t.base.get();
            }
            false
        };
        let new = own.items().iter().filter(|n| !inherited(n)).count();
        hint += new.min(64) as u16;
    }
    ty.inline_hint.set(hint.min(128));
}

fn set_names(vm: &mut Vm, ty: Ref<PyType>) -> PyResult<()> {
    let snapshot = PyDict::new(vm);
    snapshot.copy_entries_from(vm, ty.dict());
    let names = vm.names;
    let mut at = 0;
    while let Some((i, k, v)) = snapshot.next_entry(at) {
        at = i + 1;
        if matches!(
            v.kind(),
            None | Some(Kind::Function | Kind::Builtin | Kind::Str)
        ) {
            continue;
        }
        let Some(m) = vm.lookup_special(v, names.__set_name__) else {
            continue;
        };
        if vm.call_bound_special(m, v, &[ty.value(), k]).is_err() {
            let e = vm.take_raised();
            let (value_type, class) = (vm.type_name(v), ty.name_text());
            let shown = vm.repr_text(k)?;
            let note = vm.new_str(&format!(
                "Error calling __set_name__ on '{value_type}' instance {shown} in '{class}'"
            ));
            super::exception_methods::add_note_value(vm, e, note)?;
            return Err(vm.reraise_value(e));
        }
    }
    Ok(())
}

fn init_subclass(vm: &mut Vm, ty: Ref<PyType>, kwargs: Value) -> PyResult<()> {
    let name = vm.names.__init_subclass__;
    let mro = ty.mro.expect();
    if !mro.items().contains(&ty.value()) {
        // The super() that looks for the method does not accept such a class.
        let name = ty.name_text();
        return Err(vm.type_error(format!(
            "super(type, obj): obj (type {name}) is not an instance or subtype of type ({name})."
        )));
    }
    let found = mro.items().iter().skip(1).find_map(|t| {
        t.cast::<PyType>()
            .and_then(|t| t.dict().get_interned(name.value()))
    });
    let Some(f) = found else { return Ok(()) };
    if super::object_methods::is_object_method(Some(f)) {
        if kwargs.cast::<PyDict>().is_some_and(|d| !d.is_empty()) {
            let class = super::str::lossy(ty.qualname.get());
            return Err(vm.type_error(format!(
                "{class}.__init_subclass__() takes no keyword arguments"
            )));
        }
        return Ok(());
    }
    let bound = vm.descriptor_get(f, Value::NULL, ty)?;
    vm.call_dict(bound, &[], kwargs)?;
    Ok(())
}
