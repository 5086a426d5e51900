//! Methods of the iterators over one sequence: list, tuple, str, bytes, range, `reversed`, `iter(callable, sentinel)`.

use super::args;
use super::iter_next::{Step, finish, next_any};
use super::range::PyRange;
use super::seq;
use crate::prelude::*;

/// The types of iterators that cannot be subclassed, each with the methods it has besides the usual ones.
#[macro_export]
macro_rules! iterator_types {
    ($reduce:path; $($name:ident [$($more:expr),*];)*) => { $(
        /// The iterator type of this name.
        pub static $name: TypeDef = TypeDef {
            id: ids::$name,
            doc: "",
            methods: &[
                slot("__iter__", iter_self),
                slot("__next__", next),
                slot("__reduce__", $reduce),
                $($more),*
            ],
            getsets: &[],
        };
    )* };
}

iterator_types! { reduce;
    LIST_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    LIST_REVERSEITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    TUPLE_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    TEMPLATE_ITER [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    BYTES_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    BYTEARRAY_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    RANGE_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    LONGRANGE_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    SEQ_ITERATOR [slot("__length_hint__", length_hint), slot("__setstate__", setstate)];
    CALLABLE_ITERATOR [];
}

/// The `reversed` type.
pub static REVERSED: TypeDef = TypeDef {
    id: ids::REVERSED,
    doc: "Return a reverse iterator over the values of the given sequence.",
    methods: &[
        new_method(reversed_new),
        slot("__iter__", iter_self),
        slot("__next__", reversed_next),
        slot("__length_hint__", length_hint),
        slot("__reduce__", reduce),
        slot("__setstate__", setstate),
    ],
    getsets: &[],
};

/// The iterator behind `self`.
pub fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyIter>> {
    match v.cast() {
        Some(i) => Ok(i),
        None => Err(vm.wrong_self(method, "iterator", v)),
    }
}

/// `__iter__` of iterators.
pub fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

/// What `__next__` does with the outcome of a step.
pub fn finish_next(vm: &mut Vm, step: Step) -> PyResult {
    match step? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NULL)),
    }
}

/// `__next__` of iterator types that cannot be subclassed.
pub fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    match next_any(vm, args[0]) {
        Some(step) => finish_next(vm, step),
        None => Err(vm.wrong_self("__next__", "iterator", args[0])),
    }
}

/// The builtin type that gives an iterator its meaning.
fn base_id(vm: &Vm, v: Value) -> u32 {
    let mut ty = vm.type_of(v);
    while ty.builtin_id == 0
        && let Some(base) = ty.base.get()
    {
        ty = base;
    }
    ty.builtin_id
}

/// Length of the sequence in `a` where that is known without running Python code.
fn plain_len(v: Value) -> Option<usize> {
    Some(match v.kind()? {
        Kind::List => v.cast::<PyList>()?.len(),
        Kind::Tuple => v.cast::<PyTuple>()?.len(),
        Kind::Bytes => v.cast::<PyBytes>()?.len(),
        Kind::ByteArray => v.cast::<PyByteArray>()?.len(),
        _ => return None,
    })
}

fn length_hint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__length_hint__", args[0])?;
    let id = base_id(vm, args[0]);
    if id == ids::RANGE_ITERATOR {
        return Ok(vm.new_int(i.stop.get()));
    }
    let a = i.a.get();
    if a.is_null() {
        return Ok(Value::from_i32(0));
    }
    if id == ids::LONGRANGE_ITERATOR {
        return Ok(long_left(vm, i));
    }
    let len = if matches!(id, ids::SEQ_ITERATOR | ids::REVERSED) {
        // A sequence without length has no hint; `reversed` has asked for it before.
        let names = vm.names;
        if id == ids::SEQ_ITERATOR && vm.lookup_special(a, names.__len__).is_none() {
            return Ok(Value::NOT_IMPLEMENTED);
        }
        vm.len(a)?
    } else {
        plain_len(a).unwrap_or(0)
    } as i64;
    let left = match id {
        ids::LIST_REVERSEITERATOR | ids::REVERSED => {
            let position = i.index.get() + 1;
            if len < position { 0 } else { position }
        }
        _ => len - i.index.get(),
    };
    Ok(vm.new_int(left.max(0)))
}

fn long_left(vm: &mut Vm, i: Ref<PyIter>) -> Value {
    let number = |v: Value| as_int(&v).map_or_else(Default::default, IntRef::to_big);
    match i.a.get().cast::<PyRange>() {
        Some(r) => {
            let left = number(r.length.get()) - number(i.b.get());
            vm.new_bigint(left)
        }
        None => Value::from_i32(0),
    }
}

/// A builtin function by name, for `__reduce__`.
pub fn builtin(vm: &mut Vm, name: &str) -> Value {
    let d = vm.builtins_dict();
    d.get_text(vm, name).unwrap_or(Value::NONE)
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__reduce__", args[0])?;
    let id = base_id(vm, args[0]);
    let a = i.a.get();
    match id {
        ids::RANGE_ITERATOR => return reduce_range(vm, i),
        ids::LONGRANGE_ITERATOR => return reduce_long_range(vm, i),
        ids::REVERSED => {
            let ty = vm.type_of(args[0]).value();
            return if a.is_null() {
                let nothing = vm.new_tuple(&[]);
                let init = vm.new_tuple(&[nothing]);
                Ok(vm.new_tuple(&[ty, init]))
            } else {
                let init = vm.new_tuple(&[a]);
                let index = vm.new_int(i.index.get());
                Ok(vm.new_tuple(&[ty, init, index]))
            };
        }
        _ => {}
    }
    if a.is_null() {
        let nothing = match id {
            ids::LIST_ITERATOR | ids::LIST_REVERSEITERATOR => vm.new_list(&[]),
            ids::BYTES_ITERATOR => vm.new_bytes(b""),
            _ => vm.new_tuple(&[]),
        };
        let (f, init) = (builtin(vm, "iter"), vm.new_tuple(&[nothing]));
        return Ok(vm.new_tuple(&[f, init]));
    }
    if id == ids::CALLABLE_ITERATOR {
        let (f, init) = (builtin(vm, "iter"), vm.new_tuple(&[a, i.b.get()]));
        return Ok(vm.new_tuple(&[f, init]));
    }
    let name = if id == ids::LIST_REVERSEITERATOR {
        "reversed"
    } else {
        "iter"
    };
    let (f, init) = (builtin(vm, name), vm.new_tuple(&[a]));
    let index = vm.new_int(i.index.get());
    Ok(vm.new_tuple(&[f, init, index]))
}

fn reduce_range(vm: &mut Vm, i: Ref<PyIter>) -> PyResult {
    let (next, left, step) = (i.index.get(), i.stop.get(), i.step.get());
    let stop = next as i128 + left as i128 * step as i128;
    let stop = match i64::try_from(stop) {
        Ok(n) => vm.new_int(n),
        Err(_) => vm.new_bigint(stop.into()),
    };
    let (next, step) = (vm.new_int(next), vm.new_int(step));
    let range = super::range_methods::range_from(vm, &[next, stop, step])?;
    let (f, init) = (builtin(vm, "iter"), vm.new_tuple(&[range]));
    Ok(vm.new_tuple(&[f, init, Value::NONE]))
}

fn reduce_long_range(vm: &mut Vm, i: Ref<PyIter>) -> PyResult {
    let slice = super::slice::PySlice::new(vm, i.b.get(), Value::NONE, Value::NONE).value();
    let rest = vm.get_item(i.a.get(), slice)?;
    let (f, init) = (builtin(vm, "iter"), vm.new_tuple(&[rest]));
    Ok(vm.new_tuple(&[f, init, Value::NONE]))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__setstate__", args[0])?;
    let id = base_id(vm, args[0]);
    if id == ids::LONGRANGE_ITERATOR {
        return setstate_long(vm, i, args[1]);
    }
    let n = vm.ssize(args[1])?;
    if id == ids::RANGE_ITERATOR {
        let n = n.clamp(0, i.stop.get());
        let (step, left) = (i.step.get(), i.stop.get() - n);
        let index = i.index.get().wrapping_add(n.wrapping_mul(step));
        if !super::range_methods::counts_in_immediates(index, step, left) {
            return Err(vm.overflow_error("range iterator state too far from its start"));
        }
        i.index.set(index);
        i.stop.set(left);
        return Ok(Value::NONE);
    }
    let a = i.a.get();
    if a.is_null() {
        return Ok(Value::NONE);
    }
    match id {
        ids::LIST_REVERSEITERATOR | ids::REVERSED => {
            let len = match plain_len(a) {
                Some(n) => n,
                None => vm.len(a)?,
            };
            i.index.set(n.clamp(-1, len as i64 - 1));
        }
        _ => {
            let most = plain_len(a).map_or(i64::MAX, |n| n as i64);
            i.index.set(n.clamp(0, most));
        }
    }
    Ok(Value::NONE)
}

fn setstate_long(vm: &mut Vm, i: Ref<PyIter>, state: Value) -> PyResult {
    let Some(r) = i.a.get().cast::<PyRange>() else {
        return Ok(Value::NONE);
    };
    let n = seq::exact_index(vm, state)?;
    let number = |v: Value| as_int(&v).map_or_else(Default::default, IntRef::to_big);
    let left = number(r.length.get()) - number(i.b.get());
    let skip = number(n).clamp(num_bigint::BigInt::ZERO, left);
    let next = vm.new_bigint(number(i.b.get()) + skip);
    i.b.set(i, next);
    Ok(Value::NONE)
}

/// Steps an iterator over anything with `__getitem__`.
pub fn next_seq(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    let a = i.a.get();
    if a.is_null() {
        return Ok(None);
    }
    let at = i.index.get();
    if at == i64::MAX {
        return Err(vm.overflow_error("iter index too large"));
    }
    let key = vm.new_int(at);
    match item_or_end(vm, a, key)? {
        Some(v) => {
            i.index.set(at + 1);
            Ok(Some(v))
        }
        None => Ok(finish(i)),
    }
}

/// `a[key]`, `None` for `IndexError` and `StopIteration`.
fn item_or_end(vm: &mut Vm, a: Value, key: Value) -> Step {
    match vm.get_item(a, key) {
        Ok(v) => Ok(Some(v)),
        Err(r) => {
            if vm.clear_raised_if(ids::INDEX_ERROR) || vm.clear_raised_if(ids::STOP_ITERATION) {
                Ok(None)
            } else {
                Err(r)
            }
        }
    }
}

/// Steps `iter(callable, sentinel)`.
pub fn next_callable(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    let f = i.a.get();
    if f.is_null() {
        return Ok(None);
    }
    let v = match vm.call(f, &[]) {
        Ok(v) => v,
        Err(r) => {
            if !vm.clear_raised_if(ids::STOP_ITERATION) {
                return Err(r);
            }
            i.b.set_unbarriered(Value::NULL);
            return Ok(finish(i));
        }
    };
    // The call may have exhausted this very iterator.
    let Some(sentinel) = i.b.get().non_null() else {
        return Ok(None);
    };
    if vm.equal(sentinel, v)? {
        i.b.set_unbarriered(Value::NULL);
        return Ok(finish(i));
    }
    Ok(Some(v))
}

fn reversed_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    let init = vm.names.__init__;
    args::no_keywords(vm, ids::REVERSED, ty, init, args[2])?;
    let given = args::items(&args[1]);
    args::check_count(vm, "reversed", given.len(), 1, 1)?;
    reversed(vm, ty, given[0])
}

/// `reversed(v)`; `ty` is `reversed` or a subclass.
pub fn reversed(vm: &mut Vm, ty: Ref<PyType>, v: Value) -> PyResult {
    let names = vm.names;
    match vm.lookup_special(v, names.__reversed__) {
        Some(m) if !m.is_none() => return vm.call_bound_special(m, v, &[]),
        None if vm.lookup_special(v, names.__getitem__).is_some() && !v.is::<PyDict>() => {}
        _ => {
            let name = vm.type_name(v);
            return Err(vm.type_error(format!("'{name}' object is not reversible")));
        }
    }
    let last = vm.len(v)? as i64 - 1;
    Ok(PyIter::new_instance(vm, ty, v, Value::NULL, last).value())
}

fn reversed_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__next__", args[0])?;
    let step = next_reversed(vm, i);
    finish_next(vm, step)
}

/// Steps `reversed`.
pub fn next_reversed(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    let (a, at) = (i.a.get(), i.index.get());
    if a.is_null() {
        return Ok(None);
    }
    if at >= 0 {
        let key = vm.new_int(at);
        if let Some(v) = item_or_end(vm, a, key)? {
            i.index.set(at - 1);
            return Ok(Some(v));
        }
    }
    i.index.set(-1);
    Ok(finish(i))
}
