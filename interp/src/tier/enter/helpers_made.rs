//! What traces make by the interpreter's own functions, and exceptions being handled: lean calls as in [`super::helpers_lean`].

use super::Activation;
use super::helpers_lean::{alone, done, value, word};
use crate::vm::call::make_generator;
use crate::vm::{ops_build, ops_exc, ops_names};
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::slice::PySlice;
use skein_runtime::prelude::*;

/// A function of a code object.
pub extern "C" fn function(a: *mut Activation, code: u64, globals: u64, builtins: u64) -> u64 {
    word(alone(a, |vm| {
        let (Some(code), Some(globals), Some(builtins)) = (
            value(code).cast(),
            value(globals).cast(),
            value(builtins).cast(),
        ) else {
            return Ok(Value::NULL);
        };
        Ok(ops_names::new_function(vm, code, globals, builtins).value())
    }))
}

/// A cell.
pub extern "C" fn cell(a: *mut Activation, contents: u64) -> u64 {
    word(alone(a, |vm| Ok(PyCell::new(vm, value(contents)).value())))
}

macro_rules! generators {
    ($(($name:ident, $($x:ident)*),)*) => {
        $(
            /// The generator of a call of a Python function with the values of all its parameters.
            pub extern "C" fn $name(a: *mut Activation, f: u64 $(, $x: u64)*) -> u64 {
                word(alone(a, |vm| match value(f).cast::<PyFunction>() {
                    Some(f) => Ok(make_generator(vm, f, &[$(value($x)),*])),
                    None => Ok(Value::NULL),
                }))
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

/// `slice(start, stop, step)`
pub extern "C" fn slice(a: *mut Activation, start: u64, stop: u64, step: u64) -> u64 {
    word(alone(a, |vm| {
        Ok(PySlice::new(vm, value(start), value(stop), value(step)).value())
    }))
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
