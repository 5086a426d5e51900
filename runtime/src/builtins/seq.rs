//! What `list` and `tuple` (and other sequences) share: kinds of subscripts, repetition counts, comparison of items.

use super::slice::PySlice;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;

/// A subscript of a sequence.
pub enum Subscript {
    /// An integer, negative counts from the end.
    Index(i64),
    /// A slice.
    Slice(Ref<PySlice>),
}

/// Classifies a subscript of a sequence that error messages call `what`. May run `__index__`.
///
/// Errors: `TypeError` if it is neither, `IndexError` if the integer is too large.
pub fn subscript(vm: &mut Vm, what: &str, key: Value) -> PyResult<Subscript> {
    if let Some(n) = key.as_small_int() {
        return Ok(Subscript::Index(n));
    }
    if let Some(s) = key.cast::<PySlice>() {
        return Ok(Subscript::Slice(s));
    }
    if has_index(vm, key) {
        return vm.index_i64(key).map(Subscript::Index);
    }
    let name = vm.type_name(key);
    Err(vm.type_error(format!(
        "{what} indices must be integers or slices, not {name}"
    )))
}

/// True for ints and objects with `__index__`.
pub fn has_index(vm: &mut Vm, v: Value) -> bool {
    let name = vm.names.__index__;
    as_int(&v).is_some() || vm.lookup_special(v, name).is_some()
}

/// `operator.index(v)` as an exact int.
pub fn exact_index(vm: &mut Vm, v: Value) -> PyResult {
    if v.is_int() || v.shape_id() == ids::INT {
        return Ok(v);
    }
    let v = vm.index(v)?;
    Ok(exact_int(vm, v))
}

/// The exact int of an instance of `int` or a subclass; other values stay.
pub fn exact_int(vm: &mut Vm, v: Value) -> Value {
    if v.is_int() || v.shape_id() == ids::INT {
        return v;
    }
    match as_int(&v) {
        Some(IntRef::Small(n)) => vm.new_int(n),
        Some(IntRef::Big(b)) => {
            let b = b.clone();
            vm.new_bigint(b)
        }
        None => v,
    }
}

/// The position that a possibly negative index means in a sequence of `len` items.
#[inline]
pub fn position(i: i64, len: usize) -> Option<usize> {
    let i = if i < 0 { i + len as i64 } else { i };
    usize::try_from(i).ok().filter(|i| *i < len)
}

/// Start and stop arguments of `index`, as positions; absent ones mean the whole sequence.
pub fn search_bounds(
    vm: &mut Vm,
    start: Value,
    stop: Value,
    len: usize,
) -> PyResult<(usize, usize)> {
    let mut place = |v: Value, default: usize| -> PyResult<usize> {
        if v.is_null() {
            return Ok(default);
        }
        if !has_index(vm, v) {
            return Err(vm.type_error("slice indices must be integers or have an __index__ method"));
        }
        let i = vm.slice_index(v)?;
        let i = if i < 0 {
            i.saturating_add(len as i64).max(0)
        } else {
            i
        };
        Ok(i as usize)
    };
    Ok((place(start, 0)?, place(stop, usize::MAX)?))
}

/// The count of `sequence * v`. (The operator does not ask a sequence when `v` is no integer, see `Vm::binary_plan`.)
///
/// Errors: `TypeError` if it is no integer, `OverflowError` if it does not fit an index.
pub fn repeat_count(vm: &mut Vm, v: Value) -> PyResult<usize> {
    let n = vm.index(v)?;
    match as_i64(n) {
        Some(n) => Ok(n.max(0) as usize),
        None => {
            let name = vm.type_name(v);
            Err(vm.overflow_error(format!("cannot fit '{name}' into an index-sized integer")))
        }
    }
}

/// Compares two sequences item by item; `a` and `b` give the item at a position, or `None` past the end (which may move
/// while items are compared).
pub fn compare_items(
    vm: &mut Vm,
    op: CompareOp,
    a: impl Fn(usize) -> Option<Value>,
    b: impl Fn(usize) -> Option<Value>,
) -> PyResult {
    vm.nested(" in comparison", |vm| {
        let mut i = 0;
        loop {
            let (x, y) = match (a(i), b(i)) {
                (Some(x), Some(y)) => (x, y),
                (x, y) => return Ok(Value::bool(op.holds(x.is_some().cmp(&y.is_some())))),
            };
            if !vm.equal(x, y)? {
                // The comparison may have shortened the sequences.
                let (x_left, y_left) = (a(i).is_some(), b(i).is_some());
                if !x_left || !y_left {
                    return Ok(Value::bool(op.holds(x_left.cmp(&y_left))));
                }
                return match op {
                    CompareOp::Eq => Ok(Value::FALSE),
                    CompareOp::Ne => Ok(Value::TRUE),
                    _ => vm.compare(op, x, y),
                };
            }
            i += 1;
        }
    })
}

/// Appends the reprs of items, separated by ", "; `item` gives the item at a position or `None` past the end.
pub fn repr_items(
    vm: &mut Vm,
    out: &mut Vec<u8>,
    item: impl Fn(usize) -> Option<Value>,
) -> PyResult<()> {
    vm.nested(" while getting the repr of an object", |vm| {
        let mut i = 0;
        while let Some(v) = item(i) {
            if i > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(vm.repr(v)?.bytes());
            i += 1;
        }
        Ok(())
    })
}

/// Defines `cmp_lt`, `cmp_le`, … as native functions over one comparison function `(vm, op, a, b)`.
#[macro_export]
macro_rules! rich_compare {
    ($compare:path) => {
        $crate::rich_compare!($compare; cmp_lt Lt, cmp_le Le, cmp_eq Eq, cmp_ne Ne, cmp_gt Gt, cmp_ge Ge);
    };
    ($compare:path; $($name:ident $op:ident),*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            $compare(vm, $crate::protocol::compare::CompareOp::$op, args[0], args[1])
        })*
    };
}

/// How many containers in containers native code enters: about as many as CPython's C stack holds.
const MAX_NESTING: usize = 30_000;

impl Vm {
    /// Runs what may call itself again for the items of a container: comparison, `repr`, `hash`.
    ///
    /// Errors: `RecursionError`, with `what` at the end of its message, when nested too deeply.
    #[inline]
    pub fn nested<T>(&mut self, what: &str, f: impl FnOnce(&mut Vm) -> PyResult<T>) -> PyResult<T> {
        self.enter_nested(what)?;
        let r = f(self);
        self.leave_nested();
        r
    }

    /// Counts one level of containers in containers. Pair with [`Vm::leave_nested`].
    ///
    /// Errors: as [`Vm::nested`].
    #[inline]
    pub fn enter_nested(&mut self, what: &str) -> PyResult<()> {
        let depth = self.nesting.get();
        if depth >= MAX_NESTING {
            return Err(self.recursion_error(format!("maximum recursion depth exceeded{what}")));
        }
        self.check_native_stack(what)?;
        self.nesting.set(depth + 1);
        Ok(())
    }

    /// Ends what [`Vm::enter_nested`] began.
    #[inline]
    pub fn leave_nested(&self) {
        self.nesting.set(self.nesting.get() - 1);
    }

    /// Refuses to nest native code deeper when the native stack is nearly used up.
    ///
    /// Errors: `RecursionError`, with `what` at the end of its message.
    #[inline]
    pub fn check_native_stack(&mut self, what: &str) -> PyResult<()> {
        let here = 0u8;
        if (&raw const here as usize) < self.native_limit.get() {
            return Err(self.recursion_error(format!("maximum recursion depth exceeded{what}")));
        }
        Ok(())
    }
}
