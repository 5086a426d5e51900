//! `enumerate`, `zip`, `map` and `filter`.

use super::args;
use super::builtin::PyBuiltin;
use super::iter_next::Step;
use super::iter_seq::{finish_next, iter_self, this};
use super::seq;
use crate::prelude::*;

/// The `enumerate` type.
pub static ENUMERATE: TypeDef = TypeDef {
    id: ids::ENUMERATE,
    doc: "Return an enumerate object: an iterator of (count, item) pairs.\n\nThe count begins at start, which is 0 by default.",
    methods: &[
        static_method(
            "__new__",
            enumerate_new,
            "($type, iterable, start=0)",
            NEW_DOC,
        ),
        slot("__iter__", iter_self),
        slot("__next__", enumerate_next),
        slot("__reduce__", enumerate_reduce),
        CLASS_GETITEM,
    ],
    getsets: &[],
};

/// The `zip` type.
pub static ZIP: TypeDef = TypeDef {
    id: ids::ZIP,
    doc: "Yield tuples of one item of each iterable until the shortest is exhausted.\n\nWith strict true, iterables of different lengths raise a ValueError.",
    methods: &[
        static_method("__new__", zip_new, "($type, *iterables, **kwargs)", NEW_DOC),
        slot("__iter__", iter_self),
        slot("__next__", zip_next),
        slot("__reduce__", zip_reduce),
        slot("__setstate__", strict_setstate),
    ],
    getsets: &[],
};

/// The `map` type.
pub static MAP: TypeDef = TypeDef {
    id: ids::MAP,
    doc: "Call the function with one item of each iterable until the shortest is exhausted.\n\nWith strict true, iterables of different lengths raise a ValueError.",
    methods: &[
        new_method(map_new),
        slot("__iter__", iter_self),
        slot("__next__", map_next),
        slot("__reduce__", map_reduce),
        slot("__setstate__", strict_setstate),
    ],
    getsets: &[],
};

/// The `filter` type.
pub static FILTER: TypeDef = TypeDef {
    id: ids::FILTER,
    doc: "Yield the items of the iterable for which the function is true; with None, the true items.",
    methods: &[
        new_method(filter_new),
        slot("__iter__", iter_self),
        slot("__next__", filter_next),
        slot("__reduce__", filter_reduce),
    ],
    getsets: &[],
};

fn enumerate_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    enumerate(vm, ty, args[1], args[2])
}

/// `enumerate(iterable, start)`; `start` may be `NULL`.
pub fn enumerate(vm: &mut Vm, ty: Ref<PyType>, iterable: Value, start: Value) -> PyResult {
    let start = match start.non_null() {
        Some(v) => seq::exact_index(vm, v)?,
        None => Value::from_i32(0),
    };
    let it = vm.iter(iterable)?;
    let (big, small) = match as_i64(start) {
        Some(n) => (Value::NULL, n),
        None => (start, 0),
    };
    Ok(PyIter::new_instance(vm, ty, it, big, small).value())
}

fn enumerate_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__next__", args[0])?;
    let step = next_enumerate(vm, i);
    finish_next(vm, step)
}

/// Steps `enumerate`.
pub fn next_enumerate(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    let pair = enumerate_pair(vm, i)?;
    Ok(pair.map(|(count, v)| vm.new_tuple(&[count, v])))
}
/// The next number and item of an `enumerate`.
pub fn enumerate_pair(vm: &mut Vm, i: Ref<PyIter>) -> PyResult<Option<(Value, Value)>> {
    vm.check_native_stack("")?;
    let Some(v) = vm.next(i.a.get())? else {
        return Ok(None);
    };
    let count = enumerate_count(vm, i);
    if i.b.get().is_null()
        && let Some(next) = i.index.get().checked_add(1)
    {
        i.index.set(next);
    } else {
        let next = as_int(&count).map_or_else(Default::default, IntRef::to_big) + 1;
        let next = vm.new_bigint(next);
        i.b.set(i, next);
    }
    Ok(Some((count, v)))
}

fn enumerate_count(vm: &mut Vm, i: Ref<PyIter>) -> Value {
    match i.b.get().non_null() {
        Some(big) => big,
        None => vm.new_int(i.index.get()),
    }
}

fn enumerate_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__reduce__", args[0])?;
    let count = enumerate_count(vm, i);
    let (ty, init) = (
        vm.type_of(args[0]).value(),
        vm.new_tuple(&[i.a.get(), count]),
    );
    Ok(vm.new_tuple(&[ty, init]))
}

/// Reads the one keyword `strict` of `zip` and `map`; subclasses with their own `__init__` may have others.
fn strict_keyword(vm: &mut Vm, id: u32, ty: Ref<PyType>, kwargs: Value) -> PyResult<bool> {
    let Some(kw) = kwargs.cast::<PyDict>().filter(|d| !d.is_empty()) else {
        return Ok(false);
    };
    let init = vm.names.__init__;
    let own = vm.builtin_type(id);
    if ty.builtin_id != id && vm.type_lookup(ty, init) != vm.type_lookup(own, init) {
        return Ok(false);
    }
    let mut strict = false;
    let mut at = 0;
    while let Some((i, k, v)) = kw.next_entry(at) {
        let name = super::str::lossy(k);
        if name != "strict" {
            let own = own.name_text();
            return Err(vm.type_error(format!(
                "{own}() got an unexpected keyword argument '{name}'"
            )));
        }
        strict = vm.truth(v)?;
        at = i + 1;
    }
    Ok(strict)
}

/// A tuple of the iterators of the iterables.
fn iterators(vm: &mut Vm, iterables: &[Value]) -> PyResult {
    let mut its = ValueVec::with_capacity(&vm.heap, iterables.len());
    for v in iterables {
        let it = vm.iter(*v)?;
        its.push(&vm.heap, it);
    }
    Ok(vm.new_tuple(its.as_slice()))
}

fn zip_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    let strict = strict_keyword(vm, ids::ZIP, ty, args[2])?;
    zip(vm, ty, args::items(&args[1]), strict)
}

/// `zip(*iterables, strict=strict)`
pub fn zip(vm: &mut Vm, ty: Ref<PyType>, iterables: &[Value], strict: bool) -> PyResult {
    let its = iterators(vm, iterables)?;
    let i = PyIter::new_instance(vm, ty, its, Value::NULL, 0);
    i.step.set(strict as i64);
    Ok(i.value())
}

fn zip_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__next__", args[0])?;
    let step = next_zip(vm, i);
    finish_next(vm, step)
}

/// Steps `zip`.
pub fn next_zip(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    vm.check_native_stack("")?;
    let Some(its) = i.a.get().cast::<PyTuple>() else {
        return Ok(None);
    };
    if let [a, b] = *its.items() {
        let pair = zip_pair(vm, i, a, b)?;
        return Ok(pair.map(|(x, y)| vm.new_tuple(&[x, y])));
    }
    if (1..=SHORT_ROW).contains(&its.len()) {
        let mut row = [Value::NULL; SHORT_ROW];
        for (n, it) in its.items().iter().enumerate() {
            match vm.next(*it)? {
                Some(v) => row[n] = v,
                None => return check_strict(vm, "zip", i, its, n).map(|_| None),
            }
        }
        return Ok(Some(vm.new_tuple(&row[..its.len()])));
    }
    Ok(one_of_each(vm, "zip", i, its)?.map(|row| vm.new_tuple(row.as_slice())))
}

/// Rows of so many items are put together on the native stack.
const SHORT_ROW: usize = 6;

/// The next items of the two iterators of a `zip`.
pub fn zip_pair(
    vm: &mut Vm,
    i: Ref<PyIter>,
    a: Value,
    b: Value,
) -> PyResult<Option<(Value, Value)>> {
    let ended = |vm: &mut Vm, n| match i.a.get().cast::<PyTuple>() {
        Some(its) => check_strict(vm, "zip", i, its, n).map(|_| None),
        None => Ok(None),
    };
    let Some(x) = vm.next(a)? else {
        return ended(vm, 0);
    };
    let Some(y) = vm.next(b)? else {
        return ended(vm, 1);
    };
    Ok(Some((x, y)))
}

/// One item of each iterator; `None` when one is exhausted or there is none.
fn one_of_each(
    vm: &mut Vm,
    name: &str,
    i: Ref<PyIter>,
    its: Ref<PyTuple>,
) -> PyResult<Option<ValueVec>> {
    if its.is_empty() {
        return Ok(None);
    }
    let mut row = ValueVec::with_capacity(&vm.heap, its.len());
    for (n, it) in its.items().iter().enumerate() {
        match vm.next(*it)? {
            Some(v) => row.push(&vm.heap, v),
            None => {
                check_strict(vm, name, i, its, n)?;
                return Ok(None);
            }
        }
    }
    Ok(Some(row))
}

/// What follows when iterator number `n` is exhausted first: the end, or with `strict` an error unless all are.
fn check_strict(vm: &mut Vm, name: &str, i: Ref<PyIter>, its: Ref<PyTuple>, n: usize) -> Step {
    if i.step.get() == 0 {
        return Ok(None);
    }
    let before = |n: usize| {
        if n == 1 {
            " 1".to_string()
        } else {
            format!("s 1-{n}")
        }
    };
    if n > 0 {
        return Err(vm.value_error(format!(
            "{name}() argument {} is shorter than argument{}",
            n + 1,
            before(n)
        )));
    }
    for (n, it) in its.items().iter().enumerate().skip(1) {
        if vm.next(*it)?.is_some() {
            return Err(vm.value_error(format!(
                "{name}() argument {} is longer than argument{}",
                n + 1,
                before(n)
            )));
        }
    }
    Ok(None)
}

fn zip_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__reduce__", args[0])?;
    let init = i.a.get();
    reduce_with_strict(vm, args[0], i, init)
}

fn reduce_with_strict(vm: &mut Vm, object: Value, i: Ref<PyIter>, init: Value) -> PyResult {
    let ty = vm.type_of(object).value();
    if i.step.get() != 0 {
        return Ok(vm.new_tuple(&[ty, init, Value::TRUE]));
    }
    Ok(vm.new_tuple(&[ty, init]))
}

fn strict_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__setstate__", args[0])?;
    let strict = vm.truth(args[1])?;
    i.step.set(strict as i64);
    Ok(Value::NONE)
}

fn map_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    let strict = strict_keyword(vm, ids::MAP, ty, args[2])?;
    map(vm, ty, args::items(&args[1]), strict)
}

/// `map(*args, strict=strict)`
pub fn map(vm: &mut Vm, ty: Ref<PyType>, args: &[Value], strict: bool) -> PyResult {
    if args.len() < 2 {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let its = iterators(vm, &args[1..])?;
    let i = PyIter::new_instance(vm, ty, args[0], its, 0);
    i.step.set(strict as i64);
    Ok(i.value())
}

fn map_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__next__", args[0])?;
    let step = next_map(vm, i);
    finish_next(vm, step)
}

/// Steps `map`.
pub fn next_map(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    vm.check_native_stack("")?;
    let Some(its) = i.b.get().cast::<PyTuple>() else {
        return Ok(None);
    };
    let f = i.a.get();
    if let [it] = *its.items() {
        return match vm.next(it)? {
            Some(v) => match f.cast::<PyBuiltin>() {
                Some(b) => vm.call_builtin(b, &[v], None).map(Some),
                None => vm.call(f, &[v]).map(Some),
            },
            None => Ok(None),
        };
    }
    match one_of_each(vm, "map", i, its)? {
        Some(row) => vm.call(f, row.as_slice()).map(Some),
        None => Ok(None),
    }
}

fn map_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__reduce__", args[0])?;
    let its = i.b.get();
    let mut init = ValueVec::new();
    init.push(&vm.heap, i.a.get());
    for it in args::items(&its) {
        init.push(&vm.heap, *it);
    }
    let init = vm.new_tuple(init.as_slice());
    reduce_with_strict(vm, args[0], i, init)
}

fn filter_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    let init = vm.names.__init__;
    args::no_keywords(vm, ids::FILTER, ty, init, args[2])?;
    let given = args::items(&args[1]);
    args::check_count(vm, "filter", given.len(), 2, 2)?;
    let it = vm.iter(given[1])?;
    Ok(PyIter::new_instance(vm, ty, given[0], it, 0).value())
}

fn filter_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__next__", args[0])?;
    let step = next_filter(vm, i);
    finish_next(vm, step)
}

/// Steps `filter`.
pub fn next_filter(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    vm.check_native_stack("")?;
    let (f, it) = (i.a.get(), i.b.get());
    let bool_type = vm.builtin_type(ids::BOOL).value();
    while let Some(v) = vm.next(it)? {
        let keep = if f.is_none() || f == bool_type {
            v
        } else {
            vm.call(f, &[v])?
        };
        if vm.truth(keep)? {
            return Ok(Some(v));
        }
    }
    Ok(None)
}

fn filter_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__reduce__", args[0])?;
    let (ty, init) = (
        vm.type_of(args[0]).value(),
        vm.new_tuple(&[i.a.get(), i.b.get()]),
    );
    Ok(vm.new_tuple(&[ty, init]))
}
