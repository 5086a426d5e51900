//! Methods of `set` and `frozenset`.

use super::args;
use super::iter::PyIter;
use super::seq;
use super::set_ops as ops;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

macro_rules! set_type {
    ($id:ident, $doc:expr; $($own:expr),* $(,)?) => {
        TypeDef {
            id: ids::$id,
            doc: $doc,
            methods: with_comparisons![
                set_compare,
                slot("__repr__", set_repr),
                slot("__len__", set_len),
                slot("__iter__", set_iter),
                method("__contains__", set_contains, "($self, object, /)", "x.__contains__(y) <==> y in x.").coexisting(),
                slot("__and__", set_and),
                slot("__rand__", set_rand),
                slot("__or__", set_or),
                slot("__ror__", set_ror),
                slot("__sub__", set_sub),
                slot("__rsub__", set_rsub),
                slot("__xor__", set_xor),
                slot("__rxor__", set_rxor),
                slot("__reduce__", set_reduce),
                method("__sizeof__", set_sizeof, "($self, /)", "S.__sizeof__() -> size of S in memory, in bytes."),
                CLASS_GETITEM,
                method("copy", set_copy, "($self, /)", "Return a shallow copy of a set."),
                method("difference", set_difference, "($self, /, *others)", "Return a new set with elements in the set that are not in the others."),
                method("intersection", set_intersection, "($self, /, *others)", "Return a new set with elements common to the set and all others."),
                method("isdisjoint", set_isdisjoint, "($self, other, /)", "Return True if two sets have a null intersection."),
                method("issubset", set_issubset, "($self, other, /)", "Report whether another set contains this set."),
                method("issuperset", set_issuperset, "($self, other, /)", "Report whether this set contains another set."),
                method("symmetric_difference", set_symmetric_difference, "($self, other, /)", "Return a new set with elements in either the set or other but not both."),
                method("union", set_union, "($self, /, *others)", "Return a new set with elements from the set and all others."),
                $($own),*
            ],
            getsets: &[],
        }
    };
}

/// The `set` type.
pub static SET: TypeDef = set_type! {
    SET, "Build an unordered collection of unique elements.";
    new_method(set_new),
    method("__init__", set_init, "($self, iterable=(), /)", "Initialize self.  See help(type(self)) for accurate signature."),
    slot("__iand__", set_iand),
    slot("__ior__", set_ior),
    slot("__isub__", set_isub),
    slot("__ixor__", set_ixor),
    method("add", set_add, "($self, object, /)", "Add an element to a set.\n\nThis has no effect if the element is already present."),
    method("clear", set_clear, "($self, /)", "Remove all elements from this set."),
    method("difference_update", set_difference_update, "($self, /, *others)", "Update the set, removing elements found in others."),
    method("discard", set_discard, "($self, object, /)", "Remove an element from a set if it is a member.\n\nUnlike set.remove(), the discard() method does not raise an exception when an element is missing from the set."),
    method("intersection_update", set_intersection_update, "($self, /, *others)", "Update the set, keeping only elements found in it and all others."),
    method("pop", set_pop, "($self, /)", "Remove and return an arbitrary set element.\n\nRaises KeyError if the set is empty."),
    method("remove", set_remove, "($self, object, /)", "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError."),
    method("symmetric_difference_update", set_symmetric_difference_update, "($self, other, /)", "Update the set, keeping only elements found in either set, but not in both."),
    method("update", set_update, "($self, /, *others)", "Update the set, adding elements from all others.").soft(),
};

/// The `frozenset` type.
pub static FROZENSET: TypeDef = set_type! {
    FROZENSET, "Build an immutable unordered collection of unique elements.";
    new_method(frozenset_new),
    slot("__hash__", frozenset_hash),
};

fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PySet>> {
    match v.cast() {
        Some(s) => Ok(s),
        None => Err(vm.wrong_self(method, "set", v)),
    }
}

fn set_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(ty) = args[0].cast::<PyType>() else {
        return Err(vm.wrong_self("__new__", "type", args[0]));
    };
    Ok(PySet::new_instance(vm, ty).value())
}

fn set_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__init__", args[0])?;
    s.clear();
    if let Some(source) = args[1].non_null() {
        ops::update(vm, s, source)?;
    }
    Ok(Value::NONE)
}

fn frozenset_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    let init = vm.names.__init__;
    args::no_keywords(vm, ids::FROZENSET, ty, init, args[2])?;
    let given = args::items(&args[1]);
    args::check_count(vm, "frozenset", given.len(), 0, 1)?;
    match *given {
        [v] if ty.builtin_id == ids::FROZENSET && v.shape_id() == ids::FROZENSET => Ok(v),
        [v] => Ok(ops::from_iterable(vm, ty, v)?.value()),
        _ => Ok(PySet::new_instance(vm, ty).value()),
    }
}

fn set_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__repr__", args[0])?;
    let name = vm.type_name(args[0]);
    if s.is_empty() {
        return Ok(vm.new_str(&format!("{name}()")));
    }
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str(&format!("{name}(...)")));
    }
    let plain = s.shape_id() == ids::SET;
    let mut out = if plain {
        b"{".to_vec()
    } else {
        format!("{name}({{").into_bytes()
    };
    let items = elements(vm, s);
    let done = seq::repr_items(vm, &mut out, |i| items.as_slice().get(i).copied());
    vm.repr_leave(args[0]);
    done?;
    out.extend_from_slice(if plain { b"}" } else { b"})" });
    Ok(vm.new_str_bytes(&out))
}

/// A snapshot of the elements.
fn elements(vm: &mut Vm, s: Ref<PySet>) -> ValueVec {
    let mut out = ValueVec::with_capacity(&vm.heap, s.len());
    let mut at = 0;
    while let Some((i, v, _)) = s.next_entry(at) {
        out.push(&vm.heap, v);
        at = i + 1;
    }
    out
}

fn set_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__len__", args[0])?;
    Ok(Value::from_usize(s.len()))
}

fn set_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = this(vm, "__iter__", args[0])?.len() as i64;
    Ok(PyIter::new(vm, ids::SET_ITERATOR, args[0], Value::NULL, 0, n, n).value())
}

fn set_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__contains__", args[0])?;
    Ok(Value::bool(ops::contains(vm, s, args[1])?))
}

fn frozenset_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__hash__", args[0])?;
    // The cached word is the hash plus 1, so that 0 means "not computed".
    let cached = s.hash.get();
    if cached != 0 {
        return Ok(vm.new_int(cached.wrapping_sub(1) as i64));
    }
    let h = vm.nested("", |vm| ops::hash(vm, s))?;
    s.hash.set((h as u64).wrapping_add(1));
    Ok(vm.new_int(h))
}

fn set_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PySet>(), b.cast::<PySet>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (n, m) = (x.len(), y.len());
    vm.nested(" in comparison", |vm| {
        let r = match op {
            CompareOp::Eq => n == m && ops::is_subset(vm, x, y)?,
            CompareOp::Ne => !(n == m && ops::is_subset(vm, x, y)?),
            CompareOp::Lt => n < m && ops::is_subset(vm, x, y)?,
            CompareOp::Le => ops::is_subset(vm, x, y)?,
            CompareOp::Gt => n > m && ops::is_subset(vm, y, x)?,
            CompareOp::Ge => ops::is_subset(vm, y, x)?,
        };
        Ok(Value::bool(r))
    })
}
macro_rules! operators {
    ($($name:ident $reflected:ident $f:path,)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            match (args[0].cast::<PySet>(), args[1].cast::<PySet>()) {
                (Some(a), Some(_)) => Ok($f(vm, a, args[1])?.value()),
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        }
        fn $reflected(vm: &mut Vm, args: &[Value]) -> PyResult {
            $name(vm, &[args[1], args[0]])
        })*
    };
}
operators! {
    set_and set_rand ops::intersection,
    set_or set_ror ops::union,
    set_sub set_rsub ops::difference,
    set_xor set_rxor ops::symmetric_difference,
}

macro_rules! in_place {
    ($($name:ident $f:path,)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            match (args[0].cast::<PySet>(), args[1].cast::<PySet>()) {
                (Some(a), Some(_)) => {
                    $f(vm, a, args[1])?;
                    Ok(args[0])
                }
                _ => Ok(Value::NOT_IMPLEMENTED),
            }
        })*
    };
}
in_place! {
    set_ior ops::update,
    set_isub ops::difference_update,
    set_ixor ops::symmetric_difference_update,
    set_iand intersect_with,
}

fn intersect_with(vm: &mut Vm, s: Ref<PySet>, other: Value) -> PyResult<()> {
    let new = ops::intersection(vm, s, other)?;
    s.take_contents(new);
    Ok(())
}

fn others(args: &[Value]) -> Option<Ref<PyTuple>> {
    args[1].cast()
}

fn set_copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "copy", args[0])?;
    if s.shape_id() == ids::FROZENSET {
        return Ok(args[0]);
    }
    Ok(ops::copy(vm, s)?.value())
}

fn set_union(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "union", args[0])?;
    let new = ops::copy(vm, s)?;
    for other in others(args).iter().flat_map(|t| t.items()) {
        if *other != args[0] {
            ops::update(vm, new, *other)?;
        }
    }
    Ok(new.value())
}

fn set_update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let s = this(vm, "update", args[0])?;
    if let Some(soft) = soft
        && let [other] = args::items(&args[1])
        && vm.runs_softly(*other)
    {
        return soft.call(vm, "update_set", &[s.value(), *other]);
    }
    for other in others(args).iter().flat_map(|t| t.items()) {
        ops::update(vm, s, *other)?;
    }
    Ok(Value::NONE)
}

fn set_intersection(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut s = this(vm, "intersection", args[0])?;
    let list = others(args);
    let list = list.as_ref().map_or(&[][..], |t| t.items());
    if list.is_empty() {
        return Ok(ops::copy(vm, s)?.value());
    }
    for other in list {
        s = ops::intersection(vm, s, *other)?;
    }
    Ok(s.value())
}

fn set_intersection_update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "intersection_update", args[0])?;
    let mut new = s;
    for other in others(args).iter().flat_map(|t| t.items()) {
        new = ops::intersection(vm, new, *other)?;
    }
    if new == s {
        new = ops::copy(vm, s)?;
    }
    s.take_contents(new);
    Ok(Value::NONE)
}

fn set_difference(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "difference", args[0])?;
    let list = others(args);
    let list = list.as_ref().map_or(&[][..], |t| t.items());
    let Some((first, rest)) = list.split_first() else {
        return Ok(ops::copy(vm, s)?.value());
    };
    let new = ops::difference(vm, s, *first)?;
    for other in rest {
        ops::difference_update(vm, new, *other)?;
    }
    Ok(new.value())
}

fn set_difference_update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "difference_update", args[0])?;
    for other in others(args).iter().flat_map(|t| t.items()) {
        ops::difference_update(vm, s, *other)?;
    }
    Ok(Value::NONE)
}

fn set_symmetric_difference(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "symmetric_difference", args[0])?;
    Ok(ops::symmetric_difference(vm, s, args[1])?.value())
}

fn set_symmetric_difference_update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "symmetric_difference_update", args[0])?;
    ops::symmetric_difference_update(vm, s, args[1])?;
    Ok(Value::NONE)
}

fn set_isdisjoint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "isdisjoint", args[0])?;
    Ok(Value::bool(ops::is_disjoint(vm, s, args[1])?))
}

fn set_issubset(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "issubset", args[0])?;
    let all = match args[1].cast::<PySet>() {
        Some(other) => ops::is_subset(vm, s, other)?,
        None => ops::intersection(vm, s, args[1])?.len() == s.len(),
    };
    Ok(Value::bool(all))
}

fn set_issuperset(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "issuperset", args[0])?;
    Ok(Value::bool(ops::is_superset(vm, s, args[1])?))
}

fn set_add(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "add", args[0])?;
    ops::add(vm, s, args[1])?;
    Ok(Value::NONE)
}

fn set_clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "clear", args[0])?.clear();
    Ok(Value::NONE)
}

fn set_discard(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "discard", args[0])?;
    ops::discard(vm, s, args[1])?;
    Ok(Value::NONE)
}

fn set_remove(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "remove", args[0])?;
    if ops::discard(vm, s, args[1])? {
        return Ok(Value::NONE);
    }
    Err(vm.key_error(args[1]))
}

fn set_pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "pop", args[0])?;
    match s.pop() {
        Some(v) => Ok(v),
        None => {
            let text = vm.new_str("pop from an empty set");
            Err(vm.key_error(text))
        }
    }
}

fn set_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__reduce__", args[0])?;
    let items = match s.shape_id() {
        ids::SET | ids::FROZENSET => elements(vm, s),
        _ => vm.collect(args[0])?,
    };
    let list = PyList::from_vec(vm, items).value();
    let init = vm.new_tuple(&[list]);
    let state = vm.call_method(args[0], "__getstate__", &[])?;
    let ty = vm.type_of(args[0]).value();
    Ok(vm.new_tuple(&[ty, init, state]))
}

fn set_sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__sizeof__", args[0])?;
    // The first table is part of the object.
    let table = Some(s.storage_size()).filter(|n| *n > 128).unwrap_or(0);
    Ok(Value::from_usize(200 + table))
}
