//! Methods of `dict`. (Filling from mappings and iterables: `dict_update.rs`; views: `dict_views.rs`.)

use super::dict_update::{merge_from, update_from};
use super::iter::PyIter;
use super::set_ops;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

/// The `dict` type.
pub static DICT: TypeDef = TypeDef {
    id: ids::DICT,
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary from a mapping's (key, value) pairs\ndict(iterable) -> new dictionary from an iterable of pairs\ndict(**kwargs) -> new dictionary from the keyword arguments",
    methods: with_comparisons![
        dict_compare,
        new_method(dict_new),
        slot("__init__", dict_init),
        slot("__repr__", dict_repr),
        slot("__len__", dict_len),
        slot("__iter__", dict_iter),
        method(
            "__reversed__",
            dict_reversed,
            "($self, /)",
            "Return a reverse iterator over the dict keys.",
        ),
        method(
            "__contains__",
            dict_contains,
            "($self, key, /)",
            "True if the dictionary has the specified key, else False.",
        )
        .coexisting(),
        slot("__getitem__", dict_getitem).coexisting(),
        slot("__setitem__", dict_setitem),
        slot("__delitem__", dict_delitem),
        slot("__or__", dict_or),
        slot("__ror__", dict_ror),
        slot("__ior__", dict_ior),
        method(
            "__sizeof__",
            dict_sizeof,
            "($self, /)",
            "Return the size of the dict in memory.",
        ),
        CLASS_GETITEM,
        class_method(
            "fromkeys",
            dict_fromkeys,
            "($type, iterable, value=None, /)",
            "Create a new dictionary with keys from iterable and values set to value.",
        ),
        method(
            "get",
            dict_get,
            "($self, key, default=None, /)",
            "Return the value for key if key is in the dictionary, else default.",
        ),
        method(
            "setdefault",
            dict_setdefault,
            "($self, key, default=None, /)",
            "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key.",
        ),
        method(
            "pop",
            dict_pop,
            "($self, key, default=<unrepresentable>, /)",
            "Remove the key and return its value.\n\nWithout the key, return the default if given, else raise KeyError.",
        ),
        method(
            "popitem",
            dict_popitem,
            "($self, /)",
            "Remove and return the pair that was added last.\n\nRaises KeyError if the dict is empty.",
        ),
        method(
            "keys",
            dict_keys,
            "($self, /)",
            "Return a set-like object providing a view on the dict's keys.",
        ),
        method(
            "items",
            dict_items,
            "($self, /)",
            "Return a set-like object providing a view on the dict's items.",
        ),
        method(
            "values",
            dict_values,
            "($self, /)",
            "Return an object providing a view on the dict's values.",
        ),
        method(
            "update",
            dict_update,
            "($self, *args, **kwargs)",
            "Update the dict from a mapping or an iterable of pairs, then from the keyword arguments.",
        ),
        method(
            "clear",
            dict_clear,
            "($self, /)",
            "Remove all items from the dict.",
        ),
        method(
            "copy",
            dict_copy,
            "($self, /)",
            "Return a shallow copy of the dict.",
        ),
    ],
    getsets: &[],
};

fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyDict>> {
    match v.cast() {
        Some(d) => Ok(d),
        None => Err(vm.wrong_self(method, "dict", v)),
    }
}

fn dict_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(ty) = args[0].cast::<PyType>() else {
        return Err(vm.wrong_self("__new__", "type", args[0]));
    };
    Ok(PyDict::new_instance(vm, ty).value())
}

fn dict_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__init__", args[0])?;
    update_common(vm, "dict", d, args[1], args[2])
}

fn dict_update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "update", args[0])?;
    update_common(vm, "update", d, args[1], args[2])
}

fn update_common(vm: &mut Vm, name: &str, d: Ref<PyDict>, args: Value, kwargs: Value) -> PyResult {
    let args = args.cast::<PyTuple>();
    let args = args.as_ref().map_or(&[][..], |t| t.items());
    match args {
        [] => {}
        [source] => update_from(vm, d, *source)?,
        _ => {
            let n = args.len();
            return Err(vm.type_error(format!("{name} expected at most 1 argument, got {n}")));
        }
    }
    if let Some(kw) = kwargs.cast::<PyDict>() {
        merge_from(vm, d, kw)?;
    }
    Ok(Value::NONE)
}

fn dict_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__repr__", args[0])?;
    if d.is_empty() {
        return Ok(vm.new_str("{}"));
    }
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("{...}"));
    }
    let mut out = vec![b'{'];
    let done = repr_entries(vm, d, &mut out);
    vm.repr_leave(args[0]);
    done?;
    out.push(b'}');
    Ok(vm.new_str_bytes(&out))
}

fn repr_entries(vm: &mut Vm, d: Ref<PyDict>, out: &mut Vec<u8>) -> PyResult<()> {
    vm.nested(" while getting the repr of an object", |vm| {
        let mut at = 0;
        while let Some((i, k, v)) = d.next_entry(at) {
            if out.len() > 1 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(vm.repr(k)?.bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(vm.repr(v)?.bytes());
            at = i + 1;
        }
        Ok(())
    })
}

fn dict_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__len__", args[0])?;
    Ok(Value::from_usize(d.len()))
}

/// A forward iterator of builtin type `id` over a dict.
pub fn new_iter(vm: &mut Vm, id: u32, d: Ref<PyDict>) -> Value {
    let n = d.len() as i64;
    PyIter::new(vm, id, d.value(), Value::NULL, 0, n, n).value()
}

/// A backward iterator of builtin type `id` over a dict.
pub fn new_reverse_iter(vm: &mut Vm, id: u32, d: Ref<PyDict>) -> Value {
    let n = d.len() as i64;
    PyIter::new(
        vm,
        id,
        d.value(),
        Value::NULL,
        d.positions() as i64 - 1,
        n,
        n,
    )
    .value()
}

fn dict_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__iter__", args[0])?;
    Ok(new_iter(vm, ids::DICT_KEYITERATOR, d))
}

fn dict_reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__reversed__", args[0])?;
    Ok(new_reverse_iter(vm, ids::DICT_REVERSEKEYITERATOR, d))
}

fn dict_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__contains__", args[0])?;
    Ok(Value::bool(d.get(vm, args[1])?.is_some()))
}

/// `dict.__getitem__`
pub fn dict_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__getitem__", args[0])?;
    if let Some(v) = d.get(vm, args[1])? {
        return Ok(v);
    }
    if d.shape_id() != ids::DICT {
        let missing = vm.names.__missing__;
        if let Some(v) = vm.call_special(args[0], missing, &[args[1]])? {
            return Ok(v);
        }
    }
    Err(vm.key_error(args[1]))
}

fn dict_setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__setitem__", args[0])?;
    d.insert(vm, args[1], args[2])?;
    Ok(Value::NONE)
}

fn dict_delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__delitem__", args[0])?;
    match d.remove(vm, args[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(vm.key_error(args[1])),
    }
}

fn dict_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "get", args[0])?;
    Ok(match d.get(vm, args[1])? {
        Some(v) => v,
        None => args[2].non_null().unwrap_or(Value::NONE),
    })
}

fn dict_setdefault(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "setdefault", args[0])?;
    let hash = vm.hash_dict_key(args[1])?;
    if let Some(i) = d.find(vm, args[1], hash)? {
        return Ok(d.value_at(i));
    }
    let v = args[2].non_null().unwrap_or(Value::NONE);
    d.append(vm, args[1], hash, v);
    Ok(v)
}

fn dict_pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "pop", args[0])?;
    // An empty dict does not even hash the key.
    let found = if d.is_empty() {
        None
    } else {
        d.remove(vm, args[1])?
    };
    match found {
        Some(v) => Ok(v),
        None => match args[2].non_null() {
            Some(v) => Ok(v),
            None => Err(vm.key_error(args[1])),
        },
    }
}

fn dict_popitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "popitem", args[0])?;
    match d.pop_last() {
        Some((k, v)) => Ok(vm.new_tuple(&[k, v])),
        None => {
            let text = vm.new_str("popitem(): dictionary is empty");
            Err(vm.key_error(text))
        }
    }
}

fn dict_keys(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "keys", args[0])?;
    Ok(PyWrapper::new(vm, ids::DICT_KEYS, args[0], Value::NULL, Value::NULL).value())
}

fn dict_values(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "values", args[0])?;
    Ok(PyWrapper::new(vm, ids::DICT_VALUES, args[0], Value::NULL, Value::NULL).value())
}

fn dict_items(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "items", args[0])?;
    Ok(PyWrapper::new(vm, ids::DICT_ITEMS, args[0], Value::NULL, Value::NULL).value())
}

fn dict_clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "clear", args[0])?.clear();
    Ok(Value::NONE)
}

fn dict_copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "copy", args[0])?;
    let new = PyDict::new(vm);
    merge_from(vm, new, d)?;
    Ok(new.value())
}

fn dict_fromkeys(vm: &mut Vm, args: &[Value]) -> PyResult {
    let value = args[2].non_null().unwrap_or(Value::NONE);
    let new = vm.call(args[0], &[])?;
    let exact = new.cast::<PyDict>().filter(|d| d.shape_id() == ids::DICT);
    if let Some(d) = exact
        && let Some(source) = set_ops::Hashed::exact(args[1])
    {
        // Hashes that are known are not computed again.
        let mut at = 0;
        while let Some((i, k, hash)) = source.next(at) {
            d.insert_hashed(vm, k, hash, value)?;
            at = i + 1;
        }
        return Ok(new);
    }
    vm.for_each(args[1], |vm, k| {
        match exact {
            Some(d) => d.insert(vm, k, value)?,
            None => vm.set_item(new, k, value)?,
        }
        Ok(true)
    })?;
    Ok(new)
}

/// `a == b` of two dicts.
pub fn dict_equal(vm: &mut Vm, a: Ref<PyDict>, b: Ref<PyDict>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    vm.nested(" in comparison", |vm| {
        let mut at = 0;
        while let Some((i, k, v)) = a.next_entry(at) {
            let Some(j) = b.find(vm, k, a.hash_at(i))? else {
                return Ok(false);
            };
            let other = b.value_at(j);
            if !vm.equal(other, v)? {
                return Ok(false);
            }
            at = i + 1;
        }
        Ok(true)
    })
}

fn dict_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    match (op, a.cast::<PyDict>(), b.cast::<PyDict>()) {
        (CompareOp::Eq | CompareOp::Ne, Some(a), Some(b)) => {
            let equal = dict_equal(vm, a, b)?;
            Ok(Value::bool(equal == (op == CompareOp::Eq)))
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn union(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PyDict>(), b.cast::<PyDict>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let new = PyDict::new(vm);
    merge_from(vm, new, x)?;
    merge_from(vm, new, y)?;
    Ok(new.value())
}

fn dict_or(vm: &mut Vm, args: &[Value]) -> PyResult {
    union(vm, args[0], args[1])
}

fn dict_ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    union(vm, args[1], args[0])
}

fn dict_ior(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__ior__", args[0])?;
    update_from(vm, d, args[1])?;
    Ok(args[0])
}

fn dict_sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__sizeof__", args[0])?;
    Ok(Value::from_usize(48 + table_size(d)))
}

/// Size of the table that CPython would have for the entries, inserted one by one.
fn table_size(d: Ref<PyDict>) -> usize {
    let n = d.len();
    if n == 0 {
        return 0;
    }
    let mut slots = 8;
    while slots * 2 / 3 < n {
        // It grows when it is full, to three times what is in it.
        slots = (slots * 2 / 3 * 3).next_power_of_two();
    }
    let (mut at, mut text) = (0, true);
    while let Some((i, k, _)) = d.next_entry(at) {
        text &= k.shape_id() == ids::STR;
        at = i + 1;
    }
    let index = match slots {
        0..=128 => slots,
        129..=32768 => 2 * slots,
        _ => 4 * slots,
    };
    32 + index + slots * 2 / 3 * if text { 16 } else { 24 }
}
