//! What traces make by the interpreter's own functions, and exceptions being handled: lean calls as in [`super::helpers_lean`].

use super::Activation;
use super::helpers_lean::{allocated, alone, done, registers, value, word};
use crate::vm::call::make_generator;
use crate::vm::{ops_build, ops_exc, ops_names};
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::iter_next::next_builtin;
use skein_runtime::builtins::list_sort;
use skein_runtime::builtins::range_methods;
use skein_runtime::builtins::slice::PySlice;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;

/// A function of a code object.
pub extern "C" fn function(a: *mut Activation, code: u64, globals: u64, builtins: u64) -> u64 {
    allocated(a, |vm| {
        let (Some(code), Some(globals), Some(builtins)) = (
            value(code).cast(),
            value(globals).cast(),
            value(builtins).cast(),
        ) else {
            return Value::NULL;
        };
        ops_names::new_function(vm, code, globals, builtins).value()
    })
}

/// A cell.
pub extern "C" fn cell(a: *mut Activation, contents: u64) -> u64 {
    allocated(a, |vm| PyCell::new(vm, value(contents)).value())
}

macro_rules! generators {
    ($(($name:ident, $($x:ident)*),)*) => {
        $(
            /// The generator of a call of a Python function with the values of all its parameters.
            pub extern "C" fn $name(a: *mut Activation, f: u64 $(, $x: u64)*) -> u64 {
                allocated(a, |vm| match value(f).cast::<PyFunction>() {
                    Some(f) => make_generator(vm, f, &[$(value($x)),*]),
                    None => Value::NULL,
                })
            }
        )*
    };
}
generators! {
    (generator0,),
    (generator1, x),
    (generator2, x y),
    (generator3, x y z),
    (generator4, x y z w),
}

/// `range(start, stop, step)` of ints; the step is not 0.
pub extern "C" fn range(a: *mut Activation, start: u64, stop: u64, step: u64) -> u64 {
    allocated(a, |vm| {
        range_methods::make(vm, value(start), value(stop), value(step)).value()
    })
}

/// Start, number of items and step of a range of small ints, given as words.
fn range_parts(start: u64, stop: u64, step: u64) -> Option<(i64, i64, i64)> {
    let [start, stop, step] = [start, stop, step].map(|w| w as i64 >> 1);
    let distance = match step > 0 {
        true => stop.checked_sub(start),
        false => start.checked_sub(stop),
    };
    let length = match (distance?, step.unsigned_abs()) {
        (d, _) if d <= 0 => 0,
        (d, 1) => d,
        (d, s) if s != 0 => (d as u64).div_ceil(s) as i64,
        _ => return None,
    };
    Some((start, length, step))
}

/// An iterator that counts in machine integers; 0: it would be none.
fn counting(a: *mut Activation, (start, length, step): (i64, i64, i64)) -> u64 {
    if !range_methods::counts_in_immediates(start, step, length) {
        return 0;
    }
    let null = Value::NULL;
    allocated(a, |vm| {
        PyIter::new(vm, ids::RANGE_ITERATOR, null, null, start, length, step).value()
    })
}

/// An iterator over the same; 0: it would be none that counts in machine integers.
pub extern "C" fn range_iterator(a: *mut Activation, start: u64, stop: u64, step: u64) -> u64 {
    range_parts(start, stop, step).map_or(0, |parts| counting(a, parts))
}

/// The same backwards.
pub extern "C" fn reversed_range(a: *mut Activation, start: u64, stop: u64, step: u64) -> u64 {
    let Some((start, length, step)) = range_parts(start, stop, step) else {
        return 0;
    };
    let last = start.wrapping_add((length - 1).wrapping_mul(step));
    counting(a, (last, length, -step))
}

/// An iterator of that shape over a list, tuple, bytes object or bytearray.
pub extern "C" fn sequence_iterator(a: *mut Activation, of: u64, shape: u64) -> u64 {
    let null = Value::NULL;
    allocated(a, |vm| {
        PyIter::new(vm, shape as u32, value(of), null, 0, 0, 0).value()
    })
}

/// `slice(start, stop, step)`
pub extern "C" fn slice(a: *mut Activation, start: u64, stop: u64, step: u64) -> u64 {
    allocated(a, |vm| {
        PySlice::new(vm, value(start), value(stop), value(step)).value()
    })
}

/// The list of a list's or tuple's items but the first and the last ones.
pub extern "C" fn middle(a: *mut Activation, of: u64, before: u64, after: u64) -> u64 {
    word(alone(a, |vm| {
        let (before, after) = (before as usize, after as usize);
        let of = value(of);
        if let Some(t) = of.cast::<PyTuple>() {
            let end = t.len().saturating_sub(after);
            return Ok(match t.items().get(before..end) {
                Some(items) => PyList::from_slice(vm, items).value(),
                None => Value::NULL,
            });
        }
        let Some(l) = of.cast::<PyList>() else {
            return Ok(Value::NULL);
        };
        let items = l.to_vec(vm);
        let end = items.len().saturating_sub(after);
        Ok(match items.as_slice().get(before..end) {
            Some(items) => PyList::from_slice(vm, items).value(),
            None => Value::NULL,
        })
    }))
}

/// Adds the keyword arguments in a dict to those in another one, of which there are none yet; 0: they are not that simple.
pub extern "C" fn merge(a: *mut Activation, into: u64, from: u64) -> u64 {
    done(alone(a, |vm| {
        match (value(into).cast(), value(from).cast()) {
            (Some(into), Some(from)) => ops_build::merge_plain(vm, into, from),
            _ => Err(Raised),
        }
    }))
}

/// A dict of keyword arguments without any.
pub extern "C" fn keywords(a: *mut Activation) -> u64 {
    word(alone(a, |vm| Ok(PyDict::new(vm).value())))
}

/// An exception is handled from now on; gives the one that was (or 0).
pub extern "C" fn push_exception(a: *mut Activation, e: u64) -> u64 {
    word(alone(a, |vm| Ok(ops_exc::push_handled(vm, value(e)))))
}

/// The exception that was handled before (or 0) is handled again.
pub extern "C" fn pop_exception(a: *mut Activation, e: u64) {
    alone(a, |vm| {
        ops_exc::restore_handled(vm, value(e));
        Ok(())
    });
}

/// The next item of an iterator of module code that runs no Python code; 0: there is none.
pub extern "C" fn next_of_native(a: *mut Activation, it: u64) -> u64 {
    word(alone(a, |vm| {
        Ok(vm.next(value(it))?.unwrap_or(Value::NULL))
    }))
}

/// 1: an iterator of module code took its last step, which gave nothing. 0: it gives what it would have given.
pub extern "C" fn native_ended(a: *mut Activation, it: u64) -> u64 {
    let ended = alone(a, |vm| match value(it).cast::<Native>() {
        Some(it) => Ok(Native::ends(it, vm)),
        None => Ok(false),
    });
    (ended == Some(true)) as u64
}

/// A native method of a builtin type, bound to an object of it.
pub extern "C" fn bound_native(a: *mut Activation, descriptor: u64, this: u64) -> u64 {
    word(alone(a, |vm| {
        let ty = vm.type_of(value(this));
        vm.descriptor_get(value(descriptor), value(this), ty)
    }))
}

/// `f(*items)` of an object of native code, with an exact list or tuple; 0: refused.
pub extern "C" fn object_star(a: *mut Activation, callee: u64, items: u64) -> u64 {
    word(alone(a, |vm| {
        let items = vm.collect(value(items))?;
        vm.call(value(callee), items.as_slice())
    }))
}

/// A new instance of a class, without calling its `__init__`.
pub extern "C" fn instance(a: *mut Activation, class: u64) -> u64 {
    word(alone(a, |vm| match value(class).cast::<PyType>() {
        Some(ty) => Ok(vm.alloc_instance(ty).value()),
        None => Ok(Value::NULL),
    }))
}

/// The next row of a `zip` if all of its iterators are simple and have another item; 0: the interpreter has to look.
pub extern "C" fn next_row(a: *mut Activation, zip: u64) -> u64 {
    let row = |vm: &mut Vm| {
        let its = value(zip).cast::<PyIter>()?.a.get().cast::<PyTuple>()?;
        if !its.items().iter().all(|it| has_more(*it)) || has_doubles(its.items()) {
            return None;
        }
        let mut items = ValueVec::with_capacity(&vm.heap, its.len());
        for it in its.items() {
            let item = next_builtin(vm, *it)?.ok()??;
            items.push(&vm.heap, item);
        }
        Some(PyTuple::from_slice(vm, items.as_slice()).value())
    };
    word(alone(a, |vm| Ok(row(vm).unwrap_or(Value::NULL))))
}

/// Sorts a list of numbers, of strs or of tuples that are alike; 0: it holds something else, and nothing was done.
pub extern "C" fn sort(a: *mut Activation, list: u64) -> u64 {
    let Some(list) = value(list).cast::<PyList>() else {
        return 0;
    };
    if let Some(first) = list.try_get(0)
        && !(0..list.len()).all(|i| list.try_get(i).is_some_and(|v| are_ordered(first, v)))
    {
        return 0;
    }
    done(alone(a, |vm| list_sort::sort(vm, list, Value::NULL, false)))
}

/// True if two values are compared without an error and without Python code.
fn are_ordered(v: Value, w: Value) -> bool {
    let number = |v: Value| {
        v.is_int()
            || v.as_small_float().is_some()
            || v.as_bool().is_some()
            || matches!(v.shape_id(), ids::INT | ids::FLOAT)
    };
    let simple = |v: Value, w: Value| {
        number(v) && number(w) || v.shape_id() == ids::STR && w.shape_id() == ids::STR
    };
    match (v.cast::<PyTuple>(), w.cast::<PyTuple>()) {
        (Some(x), Some(y)) => {
            [v, w].iter().all(|v| v.shape_id() == ids::TUPLE)
                && x.len() == y.len()
                && x.items().iter().zip(y.items()).all(|(v, w)| simple(*v, *w))
        }
        (None, None) => simple(v, w),
        _ => false,
    }
}

/// What an `enumerate` or `zip` goes through.
fn sources(rows: Value) -> Option<Sources> {
    let i = rows.cast::<PyIter>()?;
    let of = i.a.get();
    Some(match rows.shape_id() {
        ids::ENUMERATE => Sources::One(of),
        _ => Sources::Row(of.cast()?),
    })
}

/// One iterator or a tuple of them.
enum Sources {
    One(Value),
    Row(Ref<PyTuple>),
}

impl Sources {
    fn items(&self) -> &[Value] {
        match self {
            Sources::One(v) => std::slice::from_ref(v),
            Sources::Row(t) => t.items(),
        }
    }
}

/// True for an `enumerate` or `zip` of iterators of which it can be told whether they have another item.
pub fn is_plain_row(rows: Value) -> bool {
    let plain = |it: &Value| {
        matches!(
            it.shape_id(),
            ids::RANGE_ITERATOR
                | ids::LIST_ITERATOR
                | ids::TUPLE_ITERATOR
                | ids::BYTES_ITERATOR
                | ids::STR_ASCII_ITERATOR
        )
    };
    sources(rows).is_some_and(|s| !has_doubles(s.items()) && s.items().iter().all(plain))
}

/// 1: an `enumerate` or `zip` has ended. 0: it is where it was.
pub extern "C" fn ended_rows(a: *mut Activation, rows: u64) -> u64 {
    let rows = value(rows);
    let more = |s: Sources| s.items().iter().all(|it| has_more(*it));
    if !is_plain_row(rows) || sources(rows).is_none_or(more) {
        return 0;
    }
    let end = alone(a, |vm| match next_builtin(vm, rows) {
        Some(r) => Ok(r?.is_none()),
        None => Ok(false),
    });
    (end == Some(true)) as u64
}

fn has_doubles(its: &[Value]) -> bool {
    its.len() > 8 || its.iter().enumerate().any(|(i, x)| its[..i].contains(x))
}

/// True for a builtin iterator that surely has another item.
fn has_more(it: Value) -> bool {
    let Some(i) = it.cast::<PyIter>() else {
        return false;
    };
    let of = i.a.get();
    let length = match it.shape_id() {
        ids::RANGE_ITERATOR => return i.stop.get() > 0,
        ids::LIST_ITERATOR => of.cast::<PyList>().map(|l| l.len()),
        ids::TUPLE_ITERATOR => of.cast::<PyTuple>().map(|t| t.len()),
        ids::BYTES_ITERATOR => of.cast::<PyBytes>().map(|b| b.bytes().len()),
        ids::STR_ASCII_ITERATOR => of.cast::<PyStr>().map(|s| s.len()),
        _ => None,
    };
    length.is_some_and(|n| (i.index.get() as u64) < n as u64)
}

/// `del o[k]` of an exact dict or list, where nobody is told of what goes; 0: nothing was done.
pub extern "C" fn delete_item(a: *mut Activation, o: u64, k: u64) -> u64 {
    let (o, k) = (value(o), value(k));
    done(alone(a, |vm| {
        let finalizers = vm.heap.has_finalizers();
        if let Some(d) = o.cast::<PyDict>() {
            // As `poll::item_dropped` looks at it.
            let quiet = |old: Value| {
                let kind = old.kind();
                let plain = matches!(
                    kind,
                    Some(Kind::Str | Kind::Bytes | Kind::Int | Kind::Float)
                );
                kind.is_none() || !is_watched(old) && (plain || !finalizers)
            };
            if !d.get(vm, k)?.is_some_and(quiet) {
                return Err(Raised);
            }
            return d.remove(vm, k).map(|_| ());
        }
        if finalizers {
            return Err(Raised);
        }
        vm.del_item(o, k)
    }))
}

fn is_watched(v: Value) -> bool {
    v.header()
        .is_some_and(|h| h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER))
}

/// A call of a native function or type with keyword arguments: the values of `n` registers, the last of which have these names.
pub extern "C" fn object_by_name(
    a: *mut Activation,
    callee: u64,
    at: *const Value,
    n: u64,
    names: u64,
) -> u64 {
    word(alone(a, |vm| {
        let names = value(names).cast::<PyTuple>();
        vm.call_kw(value(callee), registers(at, n), names)
    }))
}
