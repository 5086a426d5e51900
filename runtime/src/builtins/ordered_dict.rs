//! `collections.OrderedDict`: a dict, which keeps its order anyway, with the operations on order and their own views.
//!
//! Iterators compare the dict's count of structural changes, because every reordering ends an iteration. As in CPython
//! an iterator that has given the last item no longer looks, so a change then goes unnoticed.
//!
//! The fields of `odict_iterator` in [`PyIter`]: `a` the dict, `index` the position of the next item or -1 after the
//! last, `stop` the number of changes at the start, `step` what is given (bits of the `GIVES_` constants).

use super::args;
use super::dict_methods::dict_equal;
use super::dict_update::merge_from;
use super::iter_next::{Step, finish};
use super::iter_seq::{builtin, iter_self, next};
use crate::prelude::*;
use crate::protocol::compare::CompareOp;

const GIVES_KEYS: i64 = 1;
const GIVES_VALUES: i64 = 2;
const BACKWARDS: i64 = 4;

/// The `OrderedDict` type.
pub static ORDERED_DICT: TypeDef = TypeDef {
    id: ids::ORDERED_DICT,
    doc: "Dictionary that remembers insertion order",
    methods: &[
        slot("__init__", init),
        slot("__repr__", repr),
        slot("__iter__", keys_iter),
        method(
            "__reversed__",
            keys_reversed,
            "($self, /)",
            "Iterate over the keys from last to first.",
        ),
        slot("__eq__", eq),
        slot("__ne__", ne),
        slot("__or__", or),
        slot("__ror__", ror),
        slot("__ior__", ior),
        slot("__reduce__", reduce),
        class_method(
            "fromkeys",
            fromkeys,
            "($type, /, iterable, value=None)",
            "Create a new ordered dictionary with keys from iterable and values set to value.",
        ),
        method(
            "setdefault",
            setdefault,
            "($self, /, key, default=None)",
            "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key.",
        ),
        method(
            "pop",
            pop,
            "($self, /, key, default=<unrepresentable>)",
            "Remove the key and return its value.\n\nWithout the key, return the default if given, else raise KeyError.",
        ),
        method(
            "popitem",
            popitem,
            "($self, /, last=True)",
            "Remove and return the pair added last, or first if last is false.",
        ),
        method(
            "move_to_end",
            move_to_end,
            "($self, /, key, last=True)",
            "Move an existing key to the end, or to the front if last is false.\n\nRaises KeyError without the key.",
        ),
        method("keys", keys, "($self, /)", "A view of the keys."),
        method("values", values, "($self, /)", "A view of the values."),
        method(
            "items",
            items,
            "($self, /)",
            "A view of the pairs of key and value.",
        ),
        method(
            "update",
            update,
            "($self, *args, **kwargs)",
            "Set items from a mapping or an iterable of pairs, then from the keyword arguments.",
        ),
        method("clear", clear, "($self, /)", "Remove all items."),
        method("copy", copy, "($self, /)", "A shallow copy."),
    ],
    getsets: &[super::object_methods::DICT_GETSET],
};

macro_rules! view {
    ($($id:ident $iter:ident $reversed:ident,)*) => {
        $(
        /// The view type of this name.
        pub static $id: TypeDef = TypeDef {
            id: ids::$id,
            doc: "",
            methods: &[
                slot("__iter__", $iter),
                method("__reversed__", $reversed, "($self, /)", "Iterate from last to first."),
            ],
            getsets: &[],
        };
        )*
    };
}
view! {
    ODICT_KEYS view_keys_iter view_keys_reversed,
    ODICT_VALUES view_values_iter view_values_reversed,
    ODICT_ITEMS view_items_iter view_items_reversed,
}

/// The `odict_iterator` type.
pub static ODICT_ITERATOR: TypeDef = TypeDef {
    id: ids::ODICT_ITERATOR,
    doc: "",
    methods: &[
        slot("__iter__", iter_self),
        slot("__next__", next),
        slot("__reduce__", iter_reduce),
    ],
    getsets: &[],
};

fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyDict>> {
    match v.cast() {
        Some(d) => Ok(d),
        None => Err(vm.wrong_self(method, "collections.OrderedDict", v)),
    }
}

fn is_exact(v: Value) -> bool {
    v.shape_id() == ids::ORDERED_DICT
}

/// `d[key] = value`; a subclass may have its own way.
fn set(vm: &mut Vm, d: Ref<PyDict>, key: Value, value: Value) -> PyResult<()> {
    if is_exact(d.value()) {
        d.insert(vm, key, value)
    } else {
        vm.set_item(d.value(), key, value)
    }
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = args::items(&args[1]).len();
    if n > 1 {
        return Err(vm.type_error(format!("expected at most 1 arguments, got {n}")));
    }
    update(vm, args)
}

fn update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "update", args[0])?;
    match *args::items(&args[1]) {
        [] => {}
        [source] => update_from(vm, d, source)?,
        ref more => {
            let n = more.len();
            return Err(vm.type_error(format!(
                "update() takes at most 1 positional argument ({n} given)"
            )));
        }
    }
    if let Some(kwargs) = args[2].cast::<PyDict>() {
        set_all(vm, d, kwargs)?;
    }
    Ok(Value::NONE)
}

/// Sets all items of a plain dict.
fn set_all(vm: &mut Vm, d: Ref<PyDict>, source: Ref<PyDict>) -> PyResult<()> {
    if is_exact(d.value()) {
        return merge_from(vm, d, source);
    }
    let mut at = 0;
    while let Some((i, k, v)) = source.next_entry(at) {
        set(vm, d, k, v)?;
        at = i + 1;
    }
    Ok(())
}

fn update_from(vm: &mut Vm, d: Ref<PyDict>, source: Value) -> PyResult<()> {
    if source.shape_id() == ids::DICT
        && let Some(source) = source.cast::<PyDict>()
    {
        return set_all(vm, d, source);
    }
    let keys = vm.names.keys;
    if let Some(keys) = vm.try_get_attr(source, keys)? {
        let keys = vm.call(keys, &[])?;
        return vm.for_each(keys, |vm, k| {
            let v = vm.get_item(source, k)?;
            set(vm, d, k, v)?;
            Ok(true)
        });
    }
    let name = vm.intern("items");
    let pairs = match vm.try_get_attr(source, name)? {
        Some(items) => vm.call(items, &[])?,
        None => source,
    };
    vm.for_each(pairs, |vm, pair| {
        let it = vm.iter(pair)?;
        let mut parts = ValueVec::new();
        while parts.len() < 3
            && let Some(v) = vm.next(it)?
        {
            parts.push(&vm.heap, v);
        }
        match parts.len() {
            0 => Err(vm.value_error("need more than 0 values to unpack")),
            1 => Err(vm.value_error("need more than 1 value to unpack")),
            2 => {
                set(vm, d, parts.get(0), parts.get(1))?;
                Ok(true)
            }
            _ => Err(vm.value_error("too many values to unpack (expected 2)")),
        }
    })
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__repr__", args[0])?;
    let name = vm.short_type_name(args[0]);
    if d.is_empty() {
        return Ok(vm.new_str(&format!("{name}()")));
    }
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("..."));
    }
    let text = contents(vm, d).and_then(|plain| vm.repr(plain.value()));
    vm.repr_leave(args[0]);
    let mut out = format!("{name}(").into_bytes();
    out.extend_from_slice(text?.bytes());
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

/// A plain dict with the items; a subclass is asked for them.
fn contents(vm: &mut Vm, d: Ref<PyDict>) -> PyResult<Ref<PyDict>> {
    let plain = PyDict::new(vm);
    if is_exact(d.value()) {
        plain.copy_entries_from(vm, d);
    } else {
        let items = vm.call_method(d.value(), "items", &[])?;
        super::dict_update::update_from(vm, plain, items)?;
    }
    Ok(plain)
}

fn compare(vm: &mut Vm, op: CompareOp, args: &[Value]) -> PyResult {
    let (Some(a), Some(b)) = (args[0].cast::<PyDict>(), args[1].cast::<PyDict>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let mut equal = dict_equal(vm, a, b)?;
    if equal && vm.is_instance_of(args[1], ids::ORDERED_DICT) {
        equal = same_order(vm, a, b)?;
    }
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn same_order(vm: &mut Vm, a: Ref<PyDict>, b: Ref<PyDict>) -> PyResult<bool> {
    let (mut i, mut j) = (0, 0);
    let changes = (a.mutations(), b.mutations());
    while let (Some((at, x, _)), Some((bt, y, _))) = (a.next_entry(i), b.next_entry(j)) {
        if !vm.equal(x, y)? {
            return Ok(false);
        }
        if (a.mutations(), b.mutations()) != changes {
            return Err(vm.runtime_error("OrderedDict mutated during iteration"));
        }
        (i, j) = (at + 1, bt + 1);
    }
    Ok(true)
}

fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    compare(vm, CompareOp::Eq, args)
}

fn ne(vm: &mut Vm, args: &[Value]) -> PyResult {
    compare(vm, CompareOp::Ne, args)
}

fn union(vm: &mut Vm, own: Value, left: Value, right: Value) -> PyResult {
    if !left.is::<PyDict>() || !right.is::<PyDict>() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ty = vm.type_of(own).value();
    let new = vm.call(ty, &[left])?;
    let Some(d) = new.cast::<PyDict>() else {
        return Err(vm.wrong_self("__or__", "collections.OrderedDict", new));
    };
    update_from(vm, d, right)?;
    Ok(new)
}

fn or(vm: &mut Vm, args: &[Value]) -> PyResult {
    union(vm, args[0], args[0], args[1])
}

fn ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    union(vm, args[0], args[1], args[0])
}

fn ior(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__ior__", args[0])?;
    update_from(vm, d, args[1])?;
    Ok(args[0])
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "__reduce__", args[0])?;
    let state = vm.call_method(args[0], "__getstate__", &[])?;
    let items = vm.call_method(args[0], "items", &[])?;
    let items = vm.iter(items)?;
    let (ty, none) = (vm.type_of(args[0]).value(), vm.new_tuple(&[]));
    Ok(vm.new_tuple(&[ty, none, state, Value::NONE, items]))
}

fn fromkeys(vm: &mut Vm, args: &[Value]) -> PyResult {
    let value = args[2].non_null().unwrap_or(Value::NONE);
    let new = vm.call(args[0], &[])?;
    vm.for_each(args[1], |vm, k| {
        match new.cast::<PyDict>() {
            Some(d) if is_exact(new) => d.insert(vm, k, value)?,
            _ => vm.set_item(new, k, value)?,
        }
        Ok(true)
    })?;
    Ok(new)
}

fn setdefault(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "setdefault", args[0])?;
    let value = args[2].non_null().unwrap_or(Value::NONE);
    if !is_exact(args[0]) {
        if vm.contains(args[0], args[1])? {
            return vm.get_item(args[0], args[1]);
        }
        vm.set_item(args[0], args[1], value)?;
        return Ok(value);
    }
    let hash = vm.hash_dict_key(args[1])?;
    if let Some(i) = d.find(vm, args[1], hash)? {
        return Ok(d.value_at(i));
    }
    d.append(vm, args[1], hash, value);
    Ok(value)
}

fn pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "pop", args[0])?;
    match d.remove(vm, args[1])? {
        Some(v) => Ok(v),
        None => match args[2].non_null() {
            Some(v) => Ok(v),
            None => Err(vm.key_error(args[1])),
        },
    }
}

fn wants_last(vm: &mut Vm, v: Value) -> PyResult<bool> {
    v.non_null().map_or(Ok(true), |v| vm.truth(v))
}

fn popitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "popitem", args[0])?;
    let entry = if wants_last(vm, args[1])? {
        d.pop_last()
    } else {
        d.next_entry(0).map(|(i, k, v)| {
            d.remove_at(i);
            (k, v)
        })
    };
    match entry {
        Some((k, v)) => Ok(vm.new_tuple(&[k, v])),
        None => {
            let text = vm.new_str("dictionary is empty");
            Err(vm.key_error(text))
        }
    }
}

fn move_to_end(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "move_to_end", args[0])?;
    let last = wants_last(vm, args[2])?;
    let hash = vm.hash_dict_key(args[1])?;
    let Some(at) = d.find(vm, args[1], hash)? else {
        return Err(vm.key_error(args[1]));
    };
    if !last {
        d.move_to_front(vm, at);
    } else if at + 1 < d.positions() {
        d.move_to_end(vm, at);
    }
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "clear", args[0])?.clear();
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "copy", args[0])?;
    let ty = vm.type_of(args[0]);
    if is_exact(args[0]) {
        let new = PyDict::new_instance(vm, ty);
        new.copy_entries_from(vm, d);
        return Ok(new.value());
    }
    let new = vm.call(ty.value(), &[])?;
    let mut at = 0;
    while let Some((i, k, _)) = d.next_entry(at) {
        let v = vm.get_item(args[0], k)?;
        vm.set_item(new, k, v)?;
        at = i + 1;
    }
    Ok(new)
}

macro_rules! views {
    ($($name:ident $id:ident,)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            this(vm, stringify!($name), args[0])?;
            Ok(PyWrapper::new(vm, ids::$id, args[0], Value::NULL, Value::NULL).value())
        })*
    };
}
views! {
    keys ODICT_KEYS,
    values ODICT_VALUES,
    items ODICT_ITEMS,
}

fn new_iter(vm: &mut Vm, d: Ref<PyDict>, gives: i64) -> PyResult {
    let first = if gives & BACKWARDS != 0 {
        d.previous_entry(d.positions() as i64 - 1)
    } else {
        d.next_entry(0)
    };
    let at = first.map_or(-1, |(i, ..)| i as i64);
    let changes = d.mutations() as i64;
    let it = PyIter::new(
        vm,
        ids::ODICT_ITERATOR,
        d.value(),
        Value::NULL,
        at,
        changes,
        gives,
    );
    Ok(it.value())
}

fn keys_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__iter__", args[0])?;
    new_iter(vm, d, GIVES_KEYS)
}

fn keys_reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, "__reversed__", args[0])?;
    new_iter(vm, d, GIVES_KEYS | BACKWARDS)
}

macro_rules! view_iterators {
    ($($forward:ident $backward:ident $gives:expr,)*) => {
        $(fn $forward(vm: &mut Vm, args: &[Value]) -> PyResult {
            let d = super::dict_views::dict_of(vm, "__iter__", args[0])?;
            new_iter(vm, d, $gives)
        }
        fn $backward(vm: &mut Vm, args: &[Value]) -> PyResult {
            let d = super::dict_views::dict_of(vm, "__reversed__", args[0])?;
            new_iter(vm, d, $gives | BACKWARDS)
        })*
    };
}
view_iterators! {
    view_keys_iter view_keys_reversed GIVES_KEYS,
    view_values_iter view_values_reversed GIVES_VALUES,
    view_items_iter view_items_reversed GIVES_KEYS | GIVES_VALUES,
}

/// One step of an `odict_iterator`.
pub fn next_odict(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    let Some(d) = i.a.get().cast::<PyDict>() else {
        return Ok(None);
    };
    let at = i.index.get();
    if at < 0 {
        return Ok(finish(i));
    }
    if d.mutations() as i64 != i.stop.get() {
        finish(i);
        return Err(vm.runtime_error("OrderedDict mutated during iteration"));
    }
    let Some((key, value)) = d.entry_at(at as usize) else {
        return Ok(finish(i));
    };
    let gives = i.step.get();
    let following = if gives & BACKWARDS != 0 {
        d.previous_entry(at - 1)
    } else {
        d.next_entry(at as usize + 1)
    };
    i.index.set(following.map_or(-1, |(i, ..)| i as i64));
    Ok(Some(match gives & (GIVES_KEYS | GIVES_VALUES) {
        GIVES_KEYS => key,
        GIVES_VALUES => value,
        _ => vm.new_tuple(&[key, value]),
    }))
}

/// `iter(list of what is left)`; the iterator itself does not move.
fn iter_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = super::iter_seq::this(vm, "__reduce__", args[0])?;
    let (index, stop, step) = (i.index.get(), i.stop.get(), i.step.get());
    let copy = PyIter::new(vm, i.shape_id(), i.a.get(), Value::NULL, index, stop, step);
    let rest = super::list_methods::list_from(vm, copy.value())?;
    let (f, init) = (builtin(vm, "iter"), vm.new_tuple(&[rest.value()]));
    Ok(vm.new_tuple(&[f, init]))
}
