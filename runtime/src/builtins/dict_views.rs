//! `dict_keys`, `dict_values`, `dict_items`: live views on a dict (field `a` of the wrapper), with set operations on keys
//! and items.

use super::dict_methods::{new_iter, new_reverse_iter};
use super::seq;
use super::set_ops;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

macro_rules! set_like_view {
    ($id:ident, $doc:expr, $iter:expr, $reversed:expr) => {
        TypeDef {
            id: ids::$id,
            doc: $doc,
            methods: with_comparisons![
                view_compare,
                slot("__repr__", view_repr),
                slot("__len__", view_len),
                slot("__iter__", $iter),
                method(
                    "__reversed__",
                    $reversed,
                    "($self, /)",
                    "Return a reverse iterator over the view.",
                ),
                slot("__contains__", view_contains),
                slot("__and__", view_and),
                slot("__rand__", view_rand),
                slot("__or__", view_or),
                slot("__ror__", view_ror),
                slot("__sub__", view_sub),
                slot("__rsub__", view_rsub),
                slot("__xor__", view_xor),
                slot("__rxor__", view_rxor),
                method(
                    "isdisjoint",
                    view_isdisjoint,
                    "($self, other, /)",
                    "Return True if the view and the given iterable have a null intersection.",
                ),
            ],
            getsets: &[getter(
                "mapping",
                view_mapping,
                "dictionary that this view refers to",
            )],
        }
    };
}

/// The `dict_keys` type.
pub static DICT_KEYS: TypeDef = set_like_view!(DICT_KEYS, "", keys_iter, keys_reversed);
/// The `dict_items` type.
pub static DICT_ITEMS: TypeDef = set_like_view!(DICT_ITEMS, "", items_iter, items_reversed);
/// The `dict_values` type.
pub static DICT_VALUES: TypeDef = TypeDef {
    id: ids::DICT_VALUES,
    doc: "",
    methods: &[
        slot("__repr__", view_repr),
        slot("__len__", view_len),
        slot("__iter__", values_iter),
        method(
            "__reversed__",
            values_reversed,
            "($self, /)",
            "Return a reverse iterator over the dict values.",
        ),
    ],
    getsets: &[getter(
        "mapping",
        view_mapping,
        "dictionary that this view refers to",
    )],
};

/// The dict behind a view.
pub fn dict_of(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyDict>> {
    match view_dict(v) {
        Some(d) => Ok(d),
        None => Err(vm.wrong_self(method, "dict view", v)),
    }
}

/// The dict behind a view; `None` for other values.
pub fn view_dict(v: Value) -> Option<Ref<PyDict>> {
    match v.shape_id() {
        ids::DICT_KEYS
        | ids::DICT_VALUES
        | ids::DICT_ITEMS
        | ids::ODICT_KEYS
        | ids::ODICT_VALUES
        | ids::ODICT_ITEMS => v.cast::<PyWrapper>()?.a.get().cast(),
        _ => None,
    }
}

fn is_keys(v: Value) -> bool {
    matches!(v.shape_id(), ids::DICT_KEYS | ids::ODICT_KEYS)
}

fn is_items(v: Value) -> bool {
    matches!(v.shape_id(), ids::DICT_ITEMS | ids::ODICT_ITEMS)
}

/// True for `dict_keys`, `dict_items` and their kind.
pub fn is_set_like_view(v: Value) -> bool {
    is_keys(v) || is_items(v)
}

fn is_set_like(v: Value) -> bool {
    v.is::<PySet>() || is_set_like_view(v)
}

fn view_mapping(vm: &mut Vm, v: Value) -> PyResult {
    let d = dict_of(vm, "mapping", v)?.value();
    Ok(PyWrapper::new(vm, ids::MAPPINGPROXY, d, Value::NULL, Value::NULL).value())
}

fn view_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = dict_of(vm, "__len__", args[0])?;
    Ok(Value::from_usize(d.len()))
}

fn view_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    dict_of(vm, "__repr__", args[0])?;
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("..."));
    }
    let done = vm.collect(args[0]).and_then(|items| {
        let mut out = format!("{}([", vm.type_name(args[0])).into_bytes();
        seq::repr_items(vm, &mut out, |i| items.as_slice().get(i).copied())?;
        out.extend_from_slice(b"])");
        Ok(out)
    });
    vm.repr_leave(args[0]);
    Ok(vm.new_str_bytes(&done?))
}

macro_rules! iterators {
    ($($forward:ident $backward:ident $id:ident $reverse_id:ident,)*) => {
        $(fn $forward(vm: &mut Vm, args: &[Value]) -> PyResult {
            let d = dict_of(vm, "__iter__", args[0])?;
            Ok(new_iter(vm, ids::$id, d))
        }
        fn $backward(vm: &mut Vm, args: &[Value]) -> PyResult {
            let d = dict_of(vm, "__reversed__", args[0])?;
            Ok(new_reverse_iter(vm, ids::$reverse_id, d))
        })*
    };
}
iterators! {
    keys_iter keys_reversed DICT_KEYITERATOR DICT_REVERSEKEYITERATOR,
    values_iter values_reversed DICT_VALUEITERATOR DICT_REVERSEVALUEITERATOR,
    items_iter items_reversed DICT_ITEMITERATOR DICT_REVERSEITEMITERATOR,
}

fn view_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(contains(vm, args[0], args[1])?))
}

/// `v in view` for keys and items.
fn contains(vm: &mut Vm, view: Value, v: Value) -> PyResult<bool> {
    let d = dict_of(vm, "__contains__", view)?;
    if is_keys(view) {
        return Ok(d.get(vm, v)?.is_some());
    }
    let Some(pair) = v.cast::<PyTuple>().filter(|t| t.len() == 2) else {
        return Ok(false);
    };
    match d.get(vm, pair.items()[0])? {
        Some(found) => vm.equal(found, pair.items()[1]),
        None => Ok(false),
    }
}

/// True if every element of the iterable `a` is in `b`.
fn all_in(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    let mut all = true;
    vm.for_each(a, |vm, x| {
        all = vm.contains(b, x)?;
        Ok(all)
    })?;
    Ok(all)
}

fn view_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    if !is_set_like(b) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (n, m) = (vm.len(a)?, vm.len(b)?);
    let r = match op {
        CompareOp::Eq => n == m && all_in(vm, a, b)?,
        CompareOp::Ne => !(n == m && all_in(vm, a, b)?),
        CompareOp::Lt => n < m && all_in(vm, a, b)?,
        CompareOp::Le => n <= m && all_in(vm, a, b)?,
        CompareOp::Gt => n > m && all_in(vm, b, a)?,
        CompareOp::Ge => n >= m && all_in(vm, b, a)?,
    };
    Ok(Value::bool(r))
}
fn intersection(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (mut view, mut other) = (a, b);
    if !is_set_like_view(view) {
        std::mem::swap(&mut view, &mut other);
    }
    let len = vm.len(view)?;
    // As CPython does, because the order depends on it: a set asks where it is not the shorter side.
    if other.shape_id() == ids::SET
        && let Some(s) = other.cast::<PySet>()
        && len <= s.len()
    {
        return Ok(set_ops::intersection(vm, s, view)?.value());
    }
    if is_set_like_view(other) && vm.len(other)? > len {
        std::mem::swap(&mut view, &mut other);
    }
    let result = PySet::new(vm);
    vm.for_each(other, |vm, x| {
        if contains(vm, view, x)? {
            set_ops::add(vm, result, x)?;
        }
        Ok(true)
    })?;
    Ok(result.value())
}

/// The set of a view's elements; of any iterable, since the view may be the right operand.
fn to_set(vm: &mut Vm, v: Value) -> PyResult<Ref<PySet>> {
    let mut source = v;
    if is_keys(v)
        && let Some(d) = view_dict(v).filter(|d| d.shape_id() == ids::DICT)
    {
        source = d.value();
    }
    let ty = vm.builtin_type(ids::SET);
    set_ops::from_iterable(vm, ty, source)
}

fn union(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let result = to_set(vm, a)?;
    set_ops::update(vm, result, b)?;
    Ok(result.value())
}

fn difference(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let result = to_set(vm, a)?;
    set_ops::difference_update(vm, result, b)?;
    Ok(result.value())
}

fn symmetric_difference(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if is_items(a)
        && is_items(b)
        && let (Some(x), Some(y)) = (view_dict(a), view_dict(b))
    {
        return items_symmetric_difference(vm, x, y);
    }
    let result = to_set(vm, a)?;
    set_ops::symmetric_difference_update(vm, result, b)?;
    Ok(result.value())
}

/// `x.items() ^ y.items()`: hashes no values that both have.
fn items_symmetric_difference(vm: &mut Vm, x: Ref<PyDict>, y: Ref<PyDict>) -> PyResult {
    let left = PyDict::new(vm);
    left.copy_entries_from(vm, x);
    let result = PySet::new(vm);
    let mut at = 0;
    while let Some((i, k, v)) = y.next_entry(at) {
        let hash = y.hash_at(i);
        let other = left.find(vm, k, hash)?;
        let same = match other {
            Some(i) => vm.equal(left.value_at(i), v)?,
            None => false,
        };
        if same {
            left.remove(vm, k)?;
        } else {
            let pair = vm.new_tuple(&[k, v]);
            set_ops::add(vm, result, pair)?;
        }
        at = i + 1;
    }
    let mut at = 0;
    while let Some((i, k, v)) = left.next_entry(at) {
        let pair = vm.new_tuple(&[k, v]);
        set_ops::add(vm, result, pair)?;
        at = i + 1;
    }
    Ok(result.value())
}

macro_rules! operators {
    ($($name:ident $reflected:ident $f:ident,)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            $f(vm, args[0], args[1])
        }
        fn $reflected(vm: &mut Vm, args: &[Value]) -> PyResult {
            $f(vm, args[1], args[0])
        })*
    };
}
operators! {
    view_and view_rand intersection,
    view_or view_ror union,
    view_sub view_rsub difference,
    view_xor view_rxor symmetric_difference,
}

fn view_isdisjoint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (mut view, mut other) = (args[0], args[1]);
    if view == other {
        return Ok(Value::bool(vm.len(view)? == 0));
    }
    if is_set_like(other) && vm.len(other)? > vm.len(view)? {
        std::mem::swap(&mut view, &mut other);
    }
    let mut disjoint = true;
    vm.for_each(other, |vm, x| {
        disjoint = !vm.contains(view, x)?;
        Ok(disjoint)
    })?;
    Ok(Value::bool(disjoint))
}
