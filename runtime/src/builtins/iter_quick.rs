//! Steps of the commonest builtin iterators in a few instructions, for the loop's own handlers.
//!
//! What would raise, allocate or run Python code is left to [`super::iter_next`], with nothing changed. No panic and no call
//! stands in here (both would give a handler a frame).

use crate::heap::array::Array;
use crate::prelude::*;

/// What a step came to.
pub enum Quick {
    /// The item.
    Item(Value),
    /// The iterator is exhausted.
    End,
    /// Nothing was done: take the general way.
    Unsure,
}

#[inline(always)]
fn end(i: Ref<PyIter>) -> Quick {
    i.a.set_unbarriered(Value::NULL);
    Quick::End
}

/// The next item of an iterator over a list, tuple or range.
#[inline(always)]
pub fn step_sequence(it: Value) -> Quick {
    let Some(i) = it.cast::<PyIter>() else {
        return Quick::Unsure;
    };
    let at = i.index.get();
    let item = match it.shape_id() {
        ids::LIST_ITERATOR => match i.a.get().cast::<PyList>() {
            Some(l) => l.try_get(at as usize),
            None => return Quick::End,
        },
        ids::TUPLE_ITERATOR => match i.a.get().cast::<PyTuple>() {
            Some(t) => t.items().get(at as usize).copied(),
            None => return Quick::End,
        },
        ids::RANGE_ITERATOR => {
            let left = i.stop.get();
            if left <= 0 {
                return Quick::End;
            }
            let Some(v) = Value::small_int(at) else {
                return Quick::Unsure;
            };
            i.stop.set(left - 1);
            i.index.set(at.wrapping_add(i.step.get()));
            return Quick::Item(v);
        }
        _ => return Quick::Unsure,
    };
    match item {
        Some(v) => {
            i.index.set(at + 1);
            Quick::Item(v)
        }
        None => end(i),
    }
}

/// The next entry of a forward iterator over a dict; `Ok(None)`: exhausted; `Err`: take the general way.
#[inline(always)]
fn step_dict(i: Ref<PyIter>) -> Result<Option<(Value, Value)>, ()> {
    let Some(d) = i.a.get().cast::<PyDict>() else {
        return Ok(None);
    };
    if d.len() as i64 != i.stop.get() {
        return Err(());
    }
    let Some((at, key, value)) = d.next_entry(i.index.get() as usize) else {
        i.a.set_unbarriered(Value::NULL);
        return Ok(None);
    };
    if i.step.get() == 0 {
        return Err(());
    }
    i.step.set(i.step.get() - 1);
    i.index.set(at as i64 + 1);
    Ok(Some((key, value)))
}

/// The next key or value of a dict.
#[inline(always)]
pub fn step_keys_or_values(it: Value) -> Quick {
    let Some(i) = it.cast::<PyIter>() else {
        return Quick::Unsure;
    };
    match step_dict(i) {
        Ok(Some((key, _))) if it.shape_id() == ids::DICT_KEYITERATOR => Quick::Item(key),
        Ok(Some((_, value))) if it.shape_id() == ids::DICT_VALUEITERATOR => Quick::Item(value),
        Ok(None) => Quick::End,
        _ => Quick::Unsure,
    }
}

/// The next letter of a str as far as it is ASCII.
#[inline(always)]
pub fn step_str(vm: &Vm, it: Value) -> Quick {
    let Some(i) = it.cast::<PyIter>() else {
        return Quick::Unsure;
    };
    let Some(s) = i.a.get().cast::<PyStr>() else {
        return Quick::End;
    };
    let at = i.stop.get();
    let Some(bytes) = s.own_bytes() else {
        return Quick::Unsure;
    };
    let Some(&letter) = bytes.get(at as usize) else {
        return end(i);
    };
    let known = vm.ascii_chars.get().cast::<Array>();
    match known.map(|a| a.get_or_null(letter as usize)) {
        Some(v) if letter < 0x80 && !v.is_null() => {
            i.index.set(i.index.get() + 1);
            i.stop.set(at + 1);
            Quick::Item(v)
        }
        _ => Quick::Unsure,
    }
}

/// Item `i`, which may count from the end, of an exact ASCII str or bytes object.
#[inline]
pub fn item_of_text(vm: &Vm, o: Value, i: i64) -> Option<Value> {
    let at = |len: usize| usize::try_from(if i < 0 { i + len as i64 } else { i }).ok();
    match o.shape_id() {
        ids::STR => {
            let s: Ref<PyStr> = o.cast()?;
            if !s.is_ascii() {
                return None;
            }
            let letter = *s.bytes().get(at(s.len())?)?;
            let known = vm.ascii_chars.get().cast::<Array>()?;
            known.get_or_null(letter as usize).non_null()
        }
        ids::BYTES => {
            let b: Ref<PyBytes> = o.cast()?;
            let byte = *b.bytes().get(at(b.len())?)?;
            Some(Value::from_i32(byte as i32))
        }
        _ => None,
    }
}

/// The next byte of a bytes object.
#[inline(always)]
pub fn step_bytes(it: Value) -> Quick {
    let Some(i) = it.cast::<PyIter>() else {
        return Quick::Unsure;
    };
    let Some(b) = i.a.get().cast::<PyBytes>() else {
        return Quick::End;
    };
    let at = i.index.get();
    match b.bytes().get(at as usize) {
        Some(&n) => {
            i.index.set(at + 1);
            Quick::Item(Value::from_i32(n as i32))
        }
        None => end(i),
    }
}

/// The next element of a set.
#[inline(always)]
pub fn step_set(it: Value) -> Quick {
    let Some(i) = it.cast::<PyIter>() else {
        return Quick::Unsure;
    };
    let Some(s) = i.a.get().cast::<PySet>() else {
        return Quick::End;
    };
    if s.len() as i64 != i.stop.get() {
        return Quick::Unsure;
    }
    match s.next_entry(i.index.get() as usize) {
        Some((at, v, _)) => {
            i.index.set(at as i64 + 1);
            i.step.set(i.step.get() - 1);
            Quick::Item(v)
        }
        None => end(i),
    }
}

/// The next item of a list from its end.
#[inline(always)]
pub fn step_backwards(it: Value) -> Quick {
    let Some(i) = it.cast::<PyIter>() else {
        return Quick::Unsure;
    };
    let Some(l) = i.a.get().cast::<PyList>() else {
        return Quick::End;
    };
    let at = i.index.get();
    match l.try_get(at as usize) {
        Some(v) if at >= 0 => {
            i.index.set(at - 1);
            Quick::Item(v)
        }
        _ => end(i),
    }
}

/// Two values at once: of `dict.items()`, `enumerate` and `zip`.
pub enum QuickPair {
    /// The halves of the item.
    Pair(Value, Value),
    /// The iterator is exhausted.
    End,
    /// Nothing was done: take the general way.
    Unsure,
}

/// Both halves of the next item of `dict.items()`.
#[inline(always)]
pub fn step_items(it: Value) -> QuickPair {
    let Some(i) = it.cast::<PyIter>() else {
        return QuickPair::Unsure;
    };
    match step_dict(i) {
        Ok(Some((key, value))) => QuickPair::Pair(key, value),
        Ok(None) => QuickPair::End,
        Err(()) => QuickPair::Unsure,
    }
}

/// The next number and item of an `enumerate` of a list, tuple, range or str.
#[inline(always)]
pub fn step_enumerate(vm: &Vm, it: Value) -> QuickPair {
    let Some(i) = it.cast::<PyIter>() else {
        return QuickPair::Unsure;
    };
    let n = i.index.get();
    let (Some(count), true) = (Value::small_int(n), i.b.get().is_null()) else {
        return QuickPair::Unsure;
    };
    let inner = i.a.get();
    let step = match inner.shape_id() {
        ids::STR_ITERATOR | ids::STR_ASCII_ITERATOR => step_str(vm, inner),
        _ => step_sequence(inner),
    };
    match step {
        Quick::Item(v) => {
            // A small int is far from the largest.
            i.index.set(n + 1);
            QuickPair::Pair(count, v)
        }
        Quick::End => QuickPair::End,
        Quick::Unsure => QuickPair::Unsure,
    }
}

/// True if [`step_sequence`] would give an item.
#[inline(always)]
fn has_more(it: Value) -> bool {
    let Some(i) = it.cast::<PyIter>() else {
        return false;
    };
    let at = i.index.get();
    match it.shape_id() {
        ids::LIST_ITERATOR => {
            let list = i.a.get().cast::<PyList>();
            list.is_some_and(|l| (at as usize) < l.len())
        }
        ids::TUPLE_ITERATOR => {
            let tuple = i.a.get().cast::<PyTuple>();
            tuple.is_some_and(|t| (at as usize) < t.len())
        }
        ids::RANGE_ITERATOR => i.stop.get() > 0 && Value::small_int(at).is_some(),
        _ => false,
    }
}

/// The next items of a `zip` of two lists, tuples or ranges that both have one.
#[inline(always)]
pub fn step_zip(it: Value) -> QuickPair {
    let Some(its) = it
        .cast::<PyIter>()
        .and_then(|i| i.a.get().cast::<PyTuple>())
    else {
        return QuickPair::Unsure;
    };
    if let [a, b] = *its.items()
        && a != b
        && has_more(a)
        && has_more(b)
        && let Quick::Item(x) = step_sequence(a)
        && let Quick::Item(y) = step_sequence(b)
    {
        return QuickPair::Pair(x, y);
    }
    QuickPair::Unsure
}
