//! `str_iterator` and `str_ascii_iterator`.
//!
//! Fields of the `PyIter`: `a` the str (`NULL` when exhausted), `index` the position in code points, `stop` the offset
//! in bytes.

use super::iter_seq::{builtin, iter_self, next, this};
use crate::object::native_def::NativeDef;
use crate::prelude::*;

/// `iter(s)`
pub fn str_iter(vm: &mut Vm, s: Ref<PyStr>) -> Value {
    let id = if s.is_ascii() {
        ids::STR_ASCII_ITERATOR
    } else {
        ids::STR_ITERATOR
    };
    PyIter::new(vm, id, s.value(), Value::NULL, 0, 0, 0).value()
}

fn iter_length_hint(vm: &mut Vm, a: &[Value]) -> PyResult {
    let it = this(vm, "__length_hint__", a[0])?;
    let left = match it.a.get().cast::<PyStr>() {
        Some(s) => s.len().saturating_sub(it.index.get() as usize),
        None => 0,
    };
    Ok(Value::from_usize(left))
}

fn iter_reduce(vm: &mut Vm, a: &[Value]) -> PyResult {
    let it = this(vm, "__reduce__", a[0])?;
    let iter = builtin(vm, "iter");
    let s = it.a.get();
    if s.is_null() {
        let empty = vm.empty_str().value();
        let args = vm.new_tuple(&[empty]);
        return Ok(vm.new_tuple(&[iter, args]));
    }
    let args = vm.new_tuple(&[s]);
    let index = vm.new_int(it.index.get());
    Ok(vm.new_tuple(&[iter, args, index]))
}

fn iter_setstate(vm: &mut Vm, a: &[Value]) -> PyResult {
    let it = this(vm, "__setstate__", a[0])?;
    let Some(n) = as_int(&a[1]) else {
        return Err(vm.type_error("an integer is required"));
    };
    let Some(n) = n.to_i64() else {
        return Err(vm.overflow_error("Python int too large to convert to C ssize_t"));
    };
    if let Some(s) = it.a.get().cast::<PyStr>() {
        let index = n.clamp(0, s.len() as i64);
        let offset = s.offset_of(vm, index as usize);
        it.index.set(index);
        it.stop.set(offset as i64);
    }
    Ok(Value::NONE)
}

static METHODS: [NativeDef; 5] = methods();
static ASCII_METHODS: [NativeDef; 5] = methods();

const fn methods() -> [NativeDef; 5] {
    [
        slot("__iter__", iter_self),
        slot("__next__", next),
        method(
            "__length_hint__",
            iter_length_hint,
            "($self, /)",
            "How many characters are left.",
        ),
        method(
            "__reduce__",
            iter_reduce,
            "($self, /)",
            "State for pickling.",
        ),
        method(
            "__setstate__",
            iter_setstate,
            "($self, object, /)",
            "Set the position.",
        ),
    ]
}

/// `str_iterator`
pub static STR_ITERATOR: TypeDef = TypeDef {
    id: ids::STR_ITERATOR,
    doc: "",
    methods: &METHODS,
    getsets: &[],
};

/// `str_ascii_iterator`
pub static STR_ASCII_ITERATOR: TypeDef = TypeDef {
    id: ids::STR_ASCII_ITERATOR,
    doc: "",
    methods: &ASCII_METHODS,
    getsets: &[],
};
