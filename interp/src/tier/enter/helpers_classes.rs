//! Lean calls, as in [`super::helpers_lean`], that make objects of Python classes of builtin kinds, match them against patterns, and
//! collect what builtin iterators give.
//!
//! An iterator that is gone through cannot be asked anew: so its position, and those of what it steps, are remembered first, and put back if the call is
//! refused. Only iterators whose whole state is known here are collected.

use super::Activation;
use super::helpers_lean::{allocated, alone, registers, value, word};
use crate::vm::ops_match;
use skein_runtime::builtins::construct::construct;
use skein_runtime::builtins::iter::PyIter;
use skein_runtime::prelude::*;

/// A tuple of the class that has this shape, with the values of `n` registers.
pub extern "C" fn tuple_of_shape(a: *mut Activation, shape: u64, at: *const Value, n: u64) -> u64 {
    allocated(a, |vm| {
        let class = vm.shapes.try_get(shape as u32).and_then(|s| s.ty.get());
        match class {
            Some(class) => PyTuple::new_instance(vm, class, registers(at, n)).value(),
            None => Value::NULL,
        }
    })
}

/// What a class's native `__new__` makes of the values of `n` registers; 0: refused, or no instance of the very class.
pub extern "C" fn made_by_native(a: *mut Activation, class: u64, at: *const Value, n: u64) -> u64 {
    word(alone(a, |vm| {
        let Some(class) = value(class).cast::<PyType>() else {
            return Err(Raised);
        };
        let name = vm.names.__new__;
        let Some(new) = vm.type_lookup(class, name) else {
            return Err(Raised);
        };
        let made = vm.call_with_self(new, class.value(), registers(at, n), None)?;
        if vm.type_of(made) != class {
            return Err(Raised);
        }
        Ok(made)
    }))
}

/// Iterators with a position, or that step others, at most.
const MOST: usize = 8;

/// The state of an iterator.
#[derive(Clone, Copy)]
struct Position {
    of: Ref<PyIter>,
    a: Value,
    b: Value,
    numbers: [i64; 3],
}

/// Remembers where an iterator is, and those that it steps; false: it cannot be put back.
fn remember(it: Value, kept: &mut [Option<Position>; MOST], level: usize) -> bool {
    let Some(i) = it.cast::<PyIter>() else {
        return false;
    };
    let Some(free) = kept.iter().position(|k| k.is_none()) else {
        return false;
    };
    let (a, b) = (i.a.get(), i.b.get());
    kept[free] = Some(Position {
        of: i,
        a,
        b,
        numbers: [i.index.get(), i.stop.get(), i.step.get()],
    });
    let each = |row: Value, kept: &mut _| {
        row.cast::<PyTuple>()
            .is_some_and(|t| t.items().iter().all(|it| remember(*it, kept, level + 1)))
    };
    match it.shape_id() {
        ids::LIST_ITERATOR
        | ids::TUPLE_ITERATOR
        | ids::RANGE_ITERATOR
        | ids::STR_ITERATOR
        | ids::STR_ASCII_ITERATOR
        | ids::BYTES_ITERATOR
        | ids::DICT_KEYITERATOR
        | ids::DICT_VALUEITERATOR
        | ids::DICT_ITEMITERATOR => true,
        _ if level > 1 => false,
        ids::ENUMERATE => remember(a, kept, level + 1),
        ids::ZIP => each(a, kept),
        // What is called is the caller's business, who sees only the outermost.
        ids::MAP if level == 0 => each(b, kept),
        _ => false,
    }
}

/// True for an iterator that [`collected`] may go through; of a `map`, what it calls has to be looked at.
pub fn can_be_put_back(it: Value) -> bool {
    remember(it, &mut [None; MOST], 0)
}

/// A builtin collection of what an iterator gives; 0: refused, and the iterator is where it was.
pub extern "C" fn collected(a: *mut Activation, class: u64, it: u64) -> u64 {
    let it = value(it);
    let mut kept = [None; MOST];
    if !remember(it, &mut kept, 0) {
        return 0;
    }
    let made = alone(a, |vm| {
        let class = value(class).cast::<PyType>().ok_or(Raised)?;
        construct(vm, class, &[it]).unwrap_or(Err(Raised))
    });
    if made.is_none() {
        // Backwards: who is in there twice was first where he was.
        for k in kept.iter().rev().flatten() {
            k.of.a.set(k.of, k.a);
            k.of.b.set(k.of, k.b);
            k.of.index.set(k.numbers[0]);
            k.of.stop.set(k.numbers[1]);
            k.of.step.set(k.numbers[2]);
        }
    }
    word(made)
}

/// Whether the type of a value has that flag.
pub extern "C" fn is_of_kind(a: *mut Activation, v: u64, flag: u64) -> u64 {
    alone(a, |vm| Ok(vm.type_of(value(v)).has(flag as u32))).unwrap_or(false) as u64
}

/// What a mapping has for the keys of a pattern; 0: refused.
pub extern "C" fn match_keys(a: *mut Activation, v: u64, keys: u64) -> u64 {
    word(alone(a, |vm| match value(keys).cast::<PyTuple>() {
        Some(keys) => ops_match::match_keys(vm, value(v), keys),
        None => Err(Raised),
    }))
}
