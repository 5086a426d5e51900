//! `next()` of the builtin iterators, shared by native code, the `__next__` methods and the interpreter's loops.
//!
//! [`next_builtin`] handles the iterators whose step runs no Python code; [`next_any`] adds those that may call some.

use super::{iter_combine, iter_seq, range_methods};
use crate::prelude::*;

/// What a step gives: the item, or `None` when exhausted.
pub type Step = PyResult<Option<Value>>;

/// `iter(v)` for exact builtin containers and iterators; `None`: take the general way.
#[inline]
pub fn iter_builtin(vm: &mut Vm, v: Value) -> Option<Value> {
    let id = match v.shape_id() {
        ids::LIST => ids::LIST_ITERATOR,
        ids::TUPLE => ids::TUPLE_ITERATOR,
        ids::STR => return v.cast().map(|s| super::str_iter::str_iter(vm, s)),
        ids::RANGE => return v.cast().map(|r| range_methods::new_iter(vm, r)),
        ids::DICT => {
            let d = v.cast()?;
            return Some(super::dict_methods::new_iter(vm, ids::DICT_KEYITERATOR, d));
        }
        ids::SET | ids::FROZENSET => {
            let n = v.cast::<PySet>()?.len() as i64;
            let it = PyIter::new(vm, ids::SET_ITERATOR, v, Value::NULL, 0, n, n);
            return Some(it.value());
        }
        ids::GENERATOR | ids::ENUMERATE | ids::ZIP | ids::MAP | ids::FILTER => return Some(v),
        _ => return None,
    };
    Some(PyIter::new(vm, id, v, Value::NULL, 0, 0, 0).value())
}

/// The next item if `it` is an exact builtin iterator whose step runs no Python code; the inner `None`: exhausted.
#[inline]
pub fn next_builtin(vm: &mut Vm, it: Value) -> Option<Step> {
    let i: Ref<PyIter> = it.cast()?;
    match i.shape_id() {
        ids::LIST_ITERATOR => Some(Ok(next_list(i))),
        ids::RANGE_ITERATOR => Some(Ok(next_range(vm, i))),
        ids::TUPLE_ITERATOR => Some(Ok(next_tuple(i))),
        ids::TEMPLATE_ITER => Some(Ok(next_tuple(i))),
        ids::SET_ITERATOR => Some(next_set(vm, i)),
        ids::STR_ASCII_ITERATOR => Some(Ok(next_str(vm, i))),
        id => next_plain(vm, i, id),
    }
}

#[inline(always)]
fn next_list(i: Ref<PyIter>) -> Option<Value> {
    let list: Ref<PyList> = i.a.get().cast()?;
    let at = i.index.get();
    match list.try_get(at as usize) {
        Some(v) => {
            i.index.set(at + 1);
            Some(v)
        }
        None => finish(i),
    }
}

#[inline(always)]
fn next_tuple(i: Ref<PyIter>) -> Option<Value> {
    let t: Ref<PyTuple> = i.a.get().cast()?;
    let at = i.index.get();
    match t.items().get(at as usize) {
        Some(v) => {
            i.index.set(at + 1);
            Some(*v)
        }
        None => finish(i),
    }
}

#[inline(always)]
fn next_range(vm: &mut Vm, i: Ref<PyIter>) -> Option<Value> {
    let left = i.stop.get();
    if left <= 0 {
        return None;
    }
    let n = i.index.get();
    i.stop.set(left - 1);
    i.index.set(n.wrapping_add(i.step.get()));
    Some(vm.new_int(n))
}

/// Marks an iterator as exhausted.
#[inline]
pub fn finish(i: Ref<PyIter>) -> Option<Value> {
    i.a.set_unbarriered(Value::NULL);
    None
}

/// The less hot iterators whose step runs no Python code.
fn next_plain(vm: &mut Vm, i: Ref<PyIter>, id: u32) -> Option<Step> {
    Some(match id {
        ids::DICT_KEYITERATOR
        | ids::DICT_VALUEITERATOR
        | ids::DICT_ITEMITERATOR
        | ids::DICT_REVERSEKEYITERATOR
        | ids::DICT_REVERSEVALUEITERATOR
        | ids::DICT_REVERSEITEMITERATOR => next_dict(vm, i, id),
        ids::ODICT_ITERATOR => super::ordered_dict::next_odict(vm, i),
        ids::STR_ITERATOR => Ok(next_str(vm, i)),
        ids::BYTES_ITERATOR => Ok(next_bytes(i)),
        ids::BYTEARRAY_ITERATOR => Ok(next_bytearray(i)),
        ids::LIST_REVERSEITERATOR => Ok(next_list_backwards(i)),
        ids::LONGRANGE_ITERATOR => Ok(range_methods::next_long(vm, i)),
        ids::ENUMERATE if counts_no_code(i) => iter_combine::next_enumerate(vm, i),
        ids::ZIP if zips_no_code(i) => iter_combine::next_zip(vm, i),
        _ => return None,
    })
}

/// True for iterators that [`next_builtin`] handles (nested `enumerate` and `zip` left out).
fn runs_no_code(it: Value) -> bool {
    matches!(
        it.shape_id(),
        ids::LIST_ITERATOR
            | ids::RANGE_ITERATOR
            | ids::TUPLE_ITERATOR
            | ids::DICT_KEYITERATOR
            | ids::DICT_VALUEITERATOR
            | ids::DICT_ITEMITERATOR
            | ids::DICT_REVERSEKEYITERATOR
            | ids::DICT_REVERSEVALUEITERATOR
            | ids::DICT_REVERSEITEMITERATOR
            | ids::SET_ITERATOR
            | ids::ODICT_ITERATOR
            | ids::STR_ITERATOR
            | ids::STR_ASCII_ITERATOR
            | ids::BYTES_ITERATOR
            | ids::BYTEARRAY_ITERATOR
            | ids::LIST_REVERSEITERATOR
            | ids::LONGRANGE_ITERATOR
    )
}

/// Whether an exact builtin iterator over one container has another item, which its step gives without any code of Python's. `None`:
/// that cannot be told without a step.
pub fn has_more(it: Value) -> Option<bool> {
    let i: Ref<PyIter> = it.cast()?;
    let id = i.shape_id();
    if id == ids::RANGE_ITERATOR {
        return Some(i.stop.get() > 0);
    }
    let of = i.a.get();
    let length = match id {
        _ if !runs_no_code(it) => return None,
        _ if of.is_null() => return Some(false),
        ids::LIST_ITERATOR => of.cast::<PyList>()?.len(),
        ids::TUPLE_ITERATOR => of.cast::<PyTuple>()?.len(),
        ids::BYTES_ITERATOR => of.cast::<PyBytes>()?.bytes().len(),
        ids::STR_ASCII_ITERATOR => of.cast::<PyStr>()?.len(),
        // Where elements were added or taken, the step is an error.
        ids::DICT_KEYITERATOR | ids::DICT_VALUEITERATOR | ids::DICT_ITEMITERATOR => {
            let d = of.cast::<PyDict>()?;
            return (d.len() as i64 == i.stop.get()).then_some(i.step.get() > 0);
        }
        ids::SET_ITERATOR => {
            let s = of.cast::<PySet>()?;
            let next = s.next_entry(i.index.get() as usize);
            return (s.len() as i64 == i.stop.get()).then_some(next.is_some());
        }
        _ => return None,
    };
    Some((i.index.get() as u64) < length as u64)
}

/// An `enumerate` of such an iterator, or of a `zip` of such.
fn counts_no_code(i: Ref<PyIter>) -> bool {
    let counted = i.a.get();
    runs_no_code(counted)
        || counted.shape_id() == ids::ZIP && counted.cast::<PyIter>().is_some_and(zips_no_code)
}

fn zips_no_code(i: Ref<PyIter>) -> bool {
    i.a.get()
        .cast::<PyTuple>()
        .is_some_and(|t| t.items().iter().all(|it| runs_no_code(*it)))
}

/// The next item if `it` is any exact builtin iterator known here. May run Python code.
#[inline]
pub fn next_any(vm: &mut Vm, it: Value) -> Option<Step> {
    if let Some(r) = next_builtin(vm, it) {
        return Some(r);
    }
    if let Some(n) = it.cast::<Native>() {
        return if vm.type_of(it).has(tflag::IMMUTABLE) {
            Native::step(n, vm)
        } else {
            None
        };
    }
    let i: Ref<PyIter> = it.cast()?;
    Some(match i.shape_id() {
        ids::ENUMERATE => iter_combine::next_enumerate(vm, i),
        ids::ZIP => iter_combine::next_zip(vm, i),
        ids::MAP => iter_combine::next_map(vm, i),
        ids::FILTER => iter_combine::next_filter(vm, i),
        ids::REVERSED => iter_seq::next_reversed(vm, i),
        ids::SEQ_ITERATOR => iter_seq::next_seq(vm, i),
        ids::CALLABLE_ITERATOR => iter_seq::next_callable(vm, i),
        _ => return None,
    })
}

/// Both halves of the next item, for a loop that takes it apart at once: of exact `dict.items()`, `enumerate` and `zip`
/// iterators whose step runs no Python code. `None`: take the general way.
pub fn next_pair(vm: &mut Vm, it: Value) -> Option<PyResult<Option<(Value, Value)>>> {
    let i: Ref<PyIter> = it.cast()?;
    match i.shape_id() {
        ids::DICT_ITEMITERATOR => Some(dict_entry(vm, i, ids::DICT_ITEMITERATOR)),
        ids::ENUMERATE if counts_no_code(i) => Some(iter_combine::enumerate_pair(vm, i)),
        ids::ZIP if zips_no_code(i) => match *i.a.get().cast::<PyTuple>()?.items() {
            [a, b] => Some(iter_combine::zip_pair(vm, i, a, b)),
            _ => None,
        },
        _ => None,
    }
}

fn next_dict(vm: &mut Vm, i: Ref<PyIter>, id: u32) -> Step {
    let Some((key, value)) = dict_entry(vm, i, id)? else {
        return Ok(None);
    };
    Ok(Some(match id {
        ids::DICT_KEYITERATOR | ids::DICT_REVERSEKEYITERATOR => key,
        ids::DICT_VALUEITERATOR | ids::DICT_REVERSEVALUEITERATOR => value,
        _ => vm.new_tuple(&[key, value]),
    }))
}

fn dict_entry(vm: &mut Vm, i: Ref<PyIter>, id: u32) -> PyResult<Option<(Value, Value)>> {
    let Some(d) = i.a.get().cast::<PyDict>() else {
        return Ok(None);
    };
    if d.len() as i64 != i.stop.get() {
        i.stop.set(-1);
        return Err(vm.runtime_error("dictionary changed size during iteration"));
    }
    let backwards = matches!(
        id,
        ids::DICT_REVERSEKEYITERATOR
            | ids::DICT_REVERSEVALUEITERATOR
            | ids::DICT_REVERSEITEMITERATOR
    );
    let entry = if backwards {
        d.previous_entry(i.index.get())
            .map(|(at, k, v)| (at as i64, k, v))
    } else {
        d.next_entry(i.index.get() as usize)
            .map(|(at, k, v)| (at as i64, k, v))
    };
    let Some((at, key, value)) = entry else {
        finish(i);
        return Ok(None);
    };
    if i.step.get() == 0 {
        finish(i);
        return Err(vm.runtime_error("dictionary keys changed during iteration"));
    }
    i.step.set(i.step.get() - 1);
    i.index.set(if backwards { at - 1 } else { at + 1 });
    Ok(Some((key, value)))
}

/// The next element of a set.
#[inline]
pub fn next_set(vm: &mut Vm, i: Ref<PyIter>) -> Step {
    let Some(s) = i.a.get().cast::<PySet>() else {
        return Ok(None);
    };
    if s.len() as i64 != i.stop.get() {
        i.stop.set(-1);
        return Err(vm.runtime_error("Set changed size during iteration"));
    }
    match s.next_entry(i.index.get() as usize) {
        Some((at, v, _)) => {
            i.index.set(at as i64 + 1);
            i.step.set(i.step.get() - 1);
            Ok(Some(v))
        }
        None => Ok(finish(i)),
    }
}

fn next_str(vm: &mut Vm, i: Ref<PyIter>) -> Option<Value> {
    let s: Ref<PyStr> = i.a.get().cast()?;
    let at = i.stop.get() as usize;
    let Some(&lead) = s.bytes().get(at) else {
        return finish(i);
    };
    i.index.set(i.index.get() + 1);
    if lead < 0x80 {
        i.stop.set(at as i64 + 1);
        return Some(vm.ascii_char(lead).value());
    }
    let end = at + super::str::char_width(lead);
    i.stop.set(end as i64);
    Some(PyStr::new_counted(vm, &s.bytes()[at..end], 1).value())
}

fn next_bytes(i: Ref<PyIter>) -> Option<Value> {
    let b: Ref<PyBytes> = i.a.get().cast()?;
    let at = i.index.get();
    match b.bytes().get(at as usize) {
        Some(n) => {
            i.index.set(at + 1);
            Some(Value::from_i32(*n as i32))
        }
        None => finish(i),
    }
}

fn next_bytearray(i: Ref<PyIter>) -> Option<Value> {
    let b: Ref<PyByteArray> = i.a.get().cast()?;
    let at = i.index.get() as usize;
    if at >= b.len() {
        return finish(i);
    }
    i.index.set(at as i64 + 1);
    b.buffer()
        .bytes()
        .get(at)
        .map(|n| Value::from_i32(*n as i32))
}

fn next_list_backwards(i: Ref<PyIter>) -> Option<Value> {
    let list: Ref<PyList> = i.a.get().cast()?;
    let at = i.index.get();
    match usize::try_from(at).ok().and_then(|at| list.try_get(at)) {
        Some(v) => {
            i.index.set(at - 1);
            Some(v)
        }
        None => finish(i),
    }
}
