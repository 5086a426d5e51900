//! Lean calls, as in [`super::helpers_lean`], that make objects of Python classes of builtin kinds, and match them against patterns.

use super::Activation;
use super::helpers_lean::{allocated, alone, registers, value, word};
use crate::vm::ops_match;
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
