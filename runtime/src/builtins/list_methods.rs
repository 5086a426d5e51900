//! Methods of `list`, without subscripts (`list_items.rs`) and sorting (`list_sort.rs`).

use super::args;
use super::arith::sequence_operand;
use super::iter::PyIter;
use super::seq;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

/// The `list` type.
pub static LIST: TypeDef = TypeDef {
    id: ids::LIST,
    doc: "Built-in mutable sequence.\n\nWithout argument the list is empty; else it holds the items of the iterable.",
    methods: with_comparisons![
        list_compare,
        new_method(list_new),
        slot("__init__", list_init),
        slot("__repr__", list_repr),
        slot("__len__", list_len),
        slot("__iter__", list_iter),
        method(
            "__reversed__",
            list_reversed,
            "($self, /)",
            "Return a reverse iterator over the list.",
        ),
        slot("__contains__", list_contains),
        method(
            "__getitem__",
            super::list_items::getitem,
            "($self, index, /)",
            "Return self[index].",
        )
        .coexisting(),
        slot("__setitem__", super::list_items::setitem),
        slot("__delitem__", super::list_items::delitem),
        slot("__add__", list_add),
        slot("__iadd__", list_iadd),
        slot("__mul__", list_mul),
        slot("__rmul__", list_mul),
        slot("__imul__", list_imul),
        method(
            "__sizeof__",
            list_sizeof,
            "($self, /)",
            "Return the size of the list in memory, in bytes.",
        ),
        CLASS_GETITEM,
        method(
            "append",
            list_append,
            "($self, object, /)",
            "Append object to the end of the list.",
        ),
        method(
            "clear",
            list_clear,
            "($self, /)",
            "Remove all items from list.",
        ),
        method(
            "copy",
            list_copy,
            "($self, /)",
            "Return a shallow copy of the list.",
        ),
        method(
            "count",
            list_count,
            "($self, value, /)",
            "Return number of occurrences of value.",
        ),
        method(
            "extend",
            list_extend,
            "($self, iterable, /)",
            "Extend list by appending elements from the iterable.",
        )
        .soft(),
        method(
            "index",
            list_index,
            "($self, value, start=0, stop=sys.maxsize, /)",
            "Return first index of value.\n\nRaises ValueError if the value is not present.",
        ),
        method(
            "insert",
            list_insert,
            "($self, index, object, /)",
            "Insert object before index.",
        ),
        method(
            "pop",
            list_pop,
            "($self, index=-1, /)",
            "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of range.",
        ),
        method(
            "remove",
            list_remove,
            "($self, value, /)",
            "Remove first occurrence of value.\n\nRaises ValueError if the value is not present.",
        ),
        method("reverse", list_reverse, "($self, /)", "Reverse *IN PLACE*."),
        method(
            "sort",
            super::list_sort::list_sort,
            "($self, /, *, key=None, reverse=False)",
            "Sort the list in ascending order and return None.\n\nThe sort is in-place and stable. With a key function, items are ordered by its results; reverse gives descending order.",
        )
        .soft(),
    ],
    getsets: &[],
};

pub(super) fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyList>> {
    match v.cast() {
        Some(l) => Ok(l),
        None => Err(vm.wrong_self(method, "list", v)),
    }
}

fn list_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(ty) = args[0].cast::<PyType>() else {
        return Err(vm.wrong_self("__new__", "type", args[0]));
    };
    Ok(PyList::new_instance(vm, ty).value())
}

fn list_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__init__", args[0])?;
    let (ty, new) = (vm.type_of(args[0]), vm.names.__new__);
    args::no_keywords(vm, ids::LIST, ty, new, args[2])?;
    let given = args::items(&args[1]);
    args::check_count(vm, "list", given.len(), 0, 1)?;
    list.replace(ValueVec::new());
    if let [source] = given {
        extend(vm, list, *source)?;
    }
    Ok(Value::NONE)
}

/// `list(iterable)`
pub fn list_from(vm: &mut Vm, iterable: Value) -> PyResult<Ref<PyList>> {
    let list = PyList::new(vm);
    extend(vm, list, iterable)?;
    Ok(list)
}

/// Appends every item of an iterable. What was appended before an error stays.
pub fn extend(vm: &mut Vm, list: Ref<PyList>, iterable: Value) -> PyResult<()> {
    match iterable.shape_id() {
        ids::LIST => {
            if let Some(other) = iterable.cast::<PyList>() {
                append_list(vm, list, other);
            }
            return Ok(());
        }
        ids::TUPLE => {
            if let Some(t) = iterable.cast::<PyTuple>() {
                let n = list.len();
                list.splice(vm, n, n, t.items());
            }
            return Ok(());
        }
        _ => {}
    }
    let it = vm.iter(iterable)?;
    let hint = vm.plausible_hint(iterable, 8, list.len())?;
    if list.is_empty() && hint > 4 {
        list.with_room(vm, hint.min(1 << 20));
    }
    while let Some(v) = vm.next(it)? {
        list.push(vm, v);
    }
    Ok(())
}

fn append_list(vm: &mut Vm, list: Ref<PyList>, other: Ref<PyList>) {
    let (n, m) = (list.len(), other.len());
    if m == 0 {
        return;
    }
    let target = list.with_room(vm, n + m);
    if let Some(source) = other.array() {
        target.copy_from(n, source, 0, m);
        list.set_len(n + m);
    }
}

fn list_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__repr__", args[0])?;
    if list.is_empty() {
        return Ok(vm.new_str("[]"));
    }
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("[...]"));
    }
    let mut out = vec![b'['];
    let done = seq::repr_items(vm, &mut out, |i| list.try_get(i));
    vm.repr_leave(args[0]);
    done?;
    out.push(b']');
    Ok(vm.new_str_bytes(&out))
}

fn list_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__len__", args[0])?;
    Ok(Value::from_usize(list.len()))
}

fn list_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "__iter__", args[0])?;
    Ok(PyIter::new(vm, ids::LIST_ITERATOR, args[0], Value::NULL, 0, 0, 0).value())
}

fn list_reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let last = this(vm, "__reversed__", args[0])?.len() as i64 - 1;
    Ok(PyIter::new(
        vm,
        ids::LIST_REVERSEITERATOR,
        args[0],
        Value::NULL,
        last,
        0,
        0,
    )
    .value())
}

/// Position of the first item equal to `v` in `start..stop`.
fn find(
    vm: &mut Vm,
    list: Ref<PyList>,
    v: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let mut i = start;
    while i < stop
        && let Some(x) = list.try_get(i)
    {
        if vm.equal(x, v)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn list_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__contains__", args[0])?;
    let found = find(vm, list, args[1], 0, usize::MAX)?;
    Ok(Value::bool(found.is_some()))
}

fn list_count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "count", args[0])?;
    let (mut i, mut n) = (0, 0);
    while let Some(x) = list.try_get(i) {
        n += vm.equal(x, args[1])? as usize;
        i += 1;
    }
    Ok(Value::from_usize(n))
}

fn list_index(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "index", args[0])?;
    let (start, stop) = seq::search_bounds(vm, args[2], args[3], list.len())?;
    match find(vm, list, args[1], start, stop)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => Err(vm.value_error("list.index(x): x not in list")),
    }
}

fn list_remove(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "remove", args[0])?;
    match find(vm, list, args[1], 0, usize::MAX)? {
        Some(i) => {
            if i < list.len() {
                list.splice(vm, i, i + 1, &[]);
            }
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

fn list_append(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "append", args[0])?.push(vm, args[1]);
    Ok(Value::NONE)
}

fn list_clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "clear", args[0])?;
    // An empty list stays as it is: its storage may be the mark by which `sort` notices changes.
    if !list.is_empty() {
        list.replace(ValueVec::new());
    }
    Ok(Value::NONE)
}

fn list_copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "copy", args[0])?;
    Ok(list.copy(vm, 0, list.len()).value())
}

fn list_extend(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let list = this(vm, "extend", args[0])?;
    if let Some(soft) = soft
        && vm.runs_softly(args[1])
    {
        return soft.call(vm, "extend", args);
    }
    extend(vm, list, args[1])?;
    Ok(Value::NONE)
}

fn list_insert(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "insert", args[0])?;
    let i = vm.ssize(args[1])?;
    let len = list.len();
    let i = if i < 0 {
        i.saturating_add(len as i64).max(0)
    } else {
        i
    };
    let i = (i as usize).min(len);
    list.splice(vm, i, i, &args[2..3]);
    Ok(Value::NONE)
}

fn list_pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "pop", args[0])?;
    let i = if args[1].is_null() {
        -1
    } else {
        vm.ssize(args[1])?
    };
    if list.is_empty() {
        return Err(vm.index_error("pop from empty list"));
    }
    let Some(i) = seq::position(i, list.len()) else {
        return Err(vm.index_error("pop index out of range"));
    };
    if i + 1 == list.len() {
        return Ok(list.pop().unwrap_or(Value::NONE));
    }
    let v = list.get(i);
    list.splice(vm, i, i + 1, &[]);
    Ok(v)
}

fn list_reverse(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "reverse", args[0])?;
    let n = list.len();
    for i in 0..n / 2 {
        let (a, b) = (list.get(i), list.get(n - 1 - i));
        list.set(i, b);
        list.set(n - 1 - i, a);
    }
    Ok(Value::NONE)
}

/// `list.__add__`
pub fn list_add(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__add__", args[0])?;
    let Some(other) = args[1].cast::<PyList>() else {
        return sequence_operand(vm, args[0], args[1]);
    };
    Ok(list.concat(vm, other).value())
}

/// `list.__iadd__`
pub fn list_iadd(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__iadd__", args[0])?;
    extend(vm, list, args[1])?;
    Ok(args[0])
}

/// An array of `n` copies of the list's items; `None` for no items.
fn repeated(vm: &mut Vm, list: Ref<PyList>, n: usize) -> PyResult<(Option<Ref<Array>>, usize)> {
    let len = list.len();
    let total = len.checked_mul(n).filter(|t| *t < 1 << 60);
    let (Some(total), Some(source)) = (total, list.array()) else {
        return if len == 0 {
            Ok((None, 0))
        } else {
            Err(vm.memory_error())
        };
    };
    if total == 0 {
        return Ok((None, 0));
    }
    let Some(target) = vm.heap.try_new_array(total) else {
        return Err(vm.memory_error());
    };
    target.copy_from(0, source, 0, len);
    let mut done = len;
    while done < total {
        let count = done.min(total - done);
        target.copy_from(done, target, 0, count);
        done += count;
    }
    Ok((Some(target), total))
}

/// `list.__mul__`
pub fn list_mul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__mul__", args[0])?;
    let n = seq::repeat_count(vm, args[1])?;
    let (array, len) = repeated(vm, list, n)?;
    Ok(PyList::from_array(vm, array, len).value())
}

fn list_imul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__imul__", args[0])?;
    let n = seq::repeat_count(vm, args[1])?;
    let (array, len) = repeated(vm, list, n)?;
    list.set_array(array, len);
    Ok(args[0])
}

/// `a op b` of two lists.
pub fn list_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PyList>(), b.cast::<PyList>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if matches!(op, CompareOp::Eq | CompareOp::Ne) && x.len() != y.len() {
        return Ok(Value::bool(op == CompareOp::Ne));
    }
    seq::compare_items(vm, op, |i| x.try_get(i), |i| y.try_get(i))
}
fn list_sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__sizeof__", args[0])?;
    Ok(Value::from_usize(
        40 + 8 * list.array().map_or(0, |a| a.len()),
    ))
}
