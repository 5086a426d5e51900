//! Methods of `range`: arithmetic on machine integers where all parts fit, on big integers otherwise.

use super::iter::PyIter;
use super::range::PyRange;
use super::seq::{self, exact_index};
use super::slice_methods;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;
use num_bigint::BigInt;
use num_integer::Integer;

/// The `range` type.
pub static RANGE: TypeDef = TypeDef {
    id: ids::RANGE,
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nThe integers from start (inclusive) to stop (exclusive) by step.",
    methods: with_comparisons![
        range_compare,
        static_method("__new__", range_new, "($type, *args)", NEW_DOC,),
        slot("__repr__", range_repr),
        slot("__bool__", range_bool),
        slot("__len__", range_len),
        slot("__hash__", range_hash),
        slot("__iter__", range_iter),
        method(
            "__reversed__",
            range_reversed,
            "($self, /)",
            "Return a reverse iterator.",
        ),
        slot("__contains__", range_contains),
        slot("__getitem__", range_getitem),
        slot("__reduce__", range_reduce),
        method(
            "count",
            range_count,
            "($self, object, /)",
            "rangeobject.count(value) -> integer -- return number of occurrences of value",
        ),
        method(
            "index",
            range_index,
            "($self, object, /)",
            "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not present.",
        ),
    ],
    getsets: &[
        member("start", |vm, v| Ok(this(vm, "start", v)?.start.get()), ""),
        member("stop", |vm, v| Ok(this(vm, "stop", v)?.stop.get()), ""),
        member("step", |vm, v| Ok(this(vm, "step", v)?.step.get()), ""),
    ],
};

fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyRange>> {
    match v.cast() {
        Some(r) => Ok(r),
        None => Err(vm.wrong_self(method, "range", v)),
    }
}

fn range_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let rest = args[1].cast::<PyTuple>();
    range_from(vm, rest.as_ref().map_or(&[][..], |t| t.items()))
}

/// `range(*args)`
pub fn range_from(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (start, stop, step) = match *args {
        [stop] => (
            Value::from_i32(0),
            exact_index(vm, stop)?,
            Value::from_i32(1),
        ),
        [start, stop] => (
            exact_index(vm, start)?,
            exact_index(vm, stop)?,
            Value::from_i32(1),
        ),
        [start, stop, step] => (
            exact_index(vm, start)?,
            exact_index(vm, stop)?,
            exact_index(vm, step)?,
        ),
        [] => return Err(vm.type_error("range expected at least 1 argument, got 0")),
        _ => {
            let n = args.len();
            return Err(vm.type_error(format!("range expected at most 3 arguments, got {n}")));
        }
    };
    if step == Value::from_i32(0) {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(make(vm, start, stop, step).value())
}

/// The length where it needs no wide arithmetic.
fn plain_length(start: Value, stop: Value, step: Value) -> Option<i64> {
    let (start, stop) = (start.as_small_int()?, stop.as_small_int()?);
    let step = step.as_small_int().filter(|s| *s > 0)?;
    let span = stop.checked_sub(start)?.checked_add(step - 1)?;
    Some((span / step).max(0))
}

/// A range of exact ints; `step` is not 0.
pub fn make(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Ref<PyRange> {
    if let Some(n) = plain_length(start, stop, step) {
        let length = vm.new_int(n);
        return PyRange::new(vm, start, stop, step, length);
    }
    let length = match (as_i64(start), as_i64(stop), as_i64(step)) {
        (Some(a), Some(b), Some(s)) => {
            let (a, b, s) = (a as i128, b as i128, s as i128);
            let n = if s > 0 {
                (b - a + s - 1) / s
            } else {
                (a - b - s - 1) / -s
            };
            match i64::try_from(n.max(0)) {
                Ok(n) => vm.new_int(n),
                Err(_) => vm.new_bigint(BigInt::from(n)),
            }
        }
        _ => {
            let (a, b, s) = (big(start), big(stop), big(step));
            let n = if s.sign() == num_bigint::Sign::Plus {
                (b - a + &s - 1u8).div_floor(&s)
            } else {
                (a - b - &s - 1u8).div_floor(&-s)
            };
            vm.new_bigint(n.max(BigInt::ZERO))
        }
    };
    PyRange::new(vm, start, stop, step, length)
}

fn big(v: Value) -> BigInt {
    as_int(&v).map_or_else(BigInt::default, IntRef::to_big)
}

/// Start, step and length as machine integers such that no element overflows.
fn machine(r: Ref<PyRange>) -> Option<(i64, i64, i64)> {
    as_i64(r.stop.get())?;
    Some((
        as_i64(r.start.get())?,
        as_i64(r.step.get())?,
        as_i64(r.length.get())?,
    ))
}

/// The element at `i` (an exact int, not checked against the length).
fn element(vm: &mut Vm, r: Ref<PyRange>, i: Value) -> Value {
    if let (Some(start), Some(step), Some(i)) =
        (as_i64(r.start.get()), as_i64(r.step.get()), as_i64(i))
        && let Some(n) = i.checked_mul(step).and_then(|n| n.checked_add(start))
    {
        return vm.new_int(n);
    }
    let n = big(r.start.get()) + big(i) * big(r.step.get());
    vm.new_bigint(n)
}

fn range_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__repr__", args[0])?;
    let (start, stop) = (vm.repr_text(r.start.get())?, vm.repr_text(r.stop.get())?);
    let text = if r.step.get() == Value::from_i32(1) {
        format!("range({start}, {stop})")
    } else {
        format!("range({start}, {stop}, {})", vm.repr_text(r.step.get())?)
    };
    Ok(vm.new_str(&text))
}

fn range_bool(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__bool__", args[0])?;
    Ok(Value::bool(r.length.get() != Value::from_i32(0)))
}

fn range_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__len__", args[0])?;
    match as_i64(r.length.get()) {
        Some(_) => Ok(r.length.get()),
        None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// What equality and the hash are made of: length, first element and step, `None` where they do not matter.
fn essence(r: Ref<PyRange>) -> [Value; 3] {
    let length = r.length.get();
    if length == Value::from_i32(0) {
        [length, Value::NONE, Value::NONE]
    } else if length == Value::from_i32(1) {
        [length, r.start.get(), Value::NONE]
    } else {
        [length, r.start.get(), r.step.get()]
    }
}

fn range_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__hash__", args[0])?;
    let h = super::tuple_methods::hash_items(vm, &essence(r))?;
    Ok(vm.new_int(h))
}

fn range_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (a.cast::<PyRange>(), b.cast::<PyRange>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (x, y) = (essence(a), essence(b));
    let mut equal = true;
    for i in 0..3 {
        equal = equal && vm.equal(x[i], y[i])?;
    }
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

/// Items that no program takes from an iterator one by one: weeks of doing nothing else.
const NEVER_REACHED: i64 = 1 << 50;

/// True if an iterator can count in immediate ints for as long as anybody may wait: machine code relies on that.
pub fn counts_in_immediates(start: i64, step: i64, length: i64) -> bool {
    // What nearly all ranges are.
    if start.unsigned_abs() < 1 << 40 && length < 1 << 40 && step.unsigned_abs() < 1 << 16 {
        return true;
    }
    let end = start as i128 + length.min(NEVER_REACHED) as i128 * step as i128;
    let small = |n: i128| i64::try_from(n).is_ok_and(|n| Value::small_int(n).is_some());
    small(start as i128) && small(end)
}

/// An iterator over a range in machine integers, if it can be one. What is left of it must be a range again.
fn machine_iter(vm: &mut Vm, start: i64, step: i64, length: i64) -> Option<Value> {
    let end = start as i128 + length as i128 * step as i128;
    if i64::try_from(end).is_err() || !counts_in_immediates(start, step, length) {
        return None;
    }
    let none = Value::NULL;
    Some(PyIter::new(vm, ids::RANGE_ITERATOR, none, none, start, length, step).value())
}

/// `iter(range)`
pub fn new_iter(vm: &mut Vm, r: Ref<PyRange>) -> Value {
    if let Some((start, step, length)) = machine(r)
        && let Some(it) = machine_iter(vm, start, step, length)
    {
        return it;
    }
    let next = Value::from_i32(0);
    PyIter::new(vm, ids::LONGRANGE_ITERATOR, r.value(), next, 0, 0, 0).value()
}

fn range_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__iter__", args[0])?;
    Ok(new_iter(vm, r))
}

fn range_reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__reversed__", args[0])?;
    if let Some((start, step, length)) = machine(r)
        && let Some(back) = step.checked_neg()
    {
        let last = start.wrapping_add(length.wrapping_sub(1).wrapping_mul(step));
        if let Some(it) = machine_iter(vm, last, back, length) {
            return Ok(it);
        }
    }
    let (start, step, length) = (big(r.start.get()), big(r.step.get()), big(r.length.get()));
    let last = &start + (&length - 1) * &step;
    let (first, stop, back) = (vm.new_bigint(last), start - &step, -step);
    let (stop, back) = (vm.new_bigint(stop), vm.new_bigint(back));
    let reversed = make(vm, first, stop, back);
    let next = Value::from_i32(0);
    Ok(PyIter::new(vm, ids::LONGRANGE_ITERATOR, reversed.value(), next, 0, 0, 0).value())
}

/// The next item of a `longrange_iterator`: `a` is the range, `b` the number of the next element.
pub fn next_long(vm: &mut Vm, it: Ref<PyIter>) -> Option<Value> {
    let r: Ref<PyRange> = it.a.get().cast()?;
    let i = it.b.get();
    if big(i) >= big(r.length.get()) {
        return None;
    }
    let v = element(vm, r, i);
    let next = vm.new_bigint(big(i) + 1);
    it.b.set(it, next);
    Some(v)
}

/// True for values that count as integers here: exact ints and bools.
fn is_plain_int(v: Value) -> bool {
    v.is_int() || v.as_bool().is_some() || v.shape_id() == ids::INT
}

/// Number of the element that equals the plain int `v`.
fn number_of(r: Ref<PyRange>, v: Value) -> Option<BigInt> {
    let (offset, step) = (big(v) - big(r.start.get()), big(r.step.get()));
    let (i, rest) = offset.div_mod_floor(&step);
    let inside = rest == BigInt::ZERO && i >= BigInt::ZERO && i < big(r.length.get());
    inside.then_some(i)
}

fn machine_number_of(r: Ref<PyRange>, v: Value) -> Option<Option<i64>> {
    let ((start, step, length), v) = (machine(r)?, as_i64(v)?);
    let offset = v as i128 - start as i128;
    let i = offset / step as i128;
    Some((offset % step as i128 == 0 && i >= 0 && i < length as i128).then_some(i as i64))
}

/// Number of the element equal to `v`, as an int object; `None` if there is none.
fn find_int(vm: &mut Vm, r: Ref<PyRange>, v: Value) -> Option<Value> {
    match machine_number_of(r, v) {
        Some(found) => found.map(|i| vm.new_int(i)),
        None => number_of(r, v).map(|i| vm.new_bigint(i)),
    }
}

fn range_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__contains__", args[0])?;
    if is_plain_int(args[1]) {
        return Ok(Value::bool(find_int(vm, r, args[1]).is_some()));
    }
    let mut found = false;
    vm.for_each(args[0], |vm, x| {
        found = vm.equal(x, args[1])?;
        Ok(!found)
    })?;
    Ok(Value::bool(found))
}

fn range_count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "count", args[0])?;
    if is_plain_int(args[1]) {
        return Ok(Value::from_i32(find_int(vm, r, args[1]).is_some() as i32));
    }
    let mut n = 0;
    vm.for_each(args[0], |vm, x| {
        n += vm.equal(x, args[1])? as usize;
        Ok(true)
    })?;
    Ok(Value::from_usize(n))
}

fn range_index(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "index", args[0])?;
    if is_plain_int(args[1]) {
        return match find_int(vm, r, args[1]) {
            Some(i) => Ok(i),
            None => Err(vm.value_error("range.index(x): x not in range")),
        };
    }
    let (mut found, mut n) = (false, 0);
    vm.for_each(args[0], |vm, x| {
        found = vm.equal(x, args[1])?;
        n += !found as usize;
        Ok(!found)
    })?;
    if found {
        return Ok(Value::from_usize(n));
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}

fn range_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__getitem__", args[0])?;
    if let Some(s) = args[1].cast::<super::slice::PySlice>() {
        let (start, stop, step) = slice_methods::indices(vm, s, r.length.get())?;
        let (first, last) = (element(vm, r, start), element(vm, r, stop));
        let step = vm.new_bigint(big(step) * big(r.step.get()));
        return Ok(make(vm, first, last, step).value());
    }
    if !seq::has_index(vm, args[1]) {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "range indices must be integers or slices, not {name}"
        )));
    }
    let i = exact_index(vm, args[1])?;
    if let (Some(i), Some(length)) = (as_i64(i), as_i64(r.length.get())) {
        let i = if i < 0 { i + length } else { i };
        if (0..length).contains(&i) {
            let i = vm.new_int(i);
            return Ok(element(vm, r, i));
        }
        return Err(vm.index_error("range object index out of range"));
    }
    let length = big(r.length.get());
    let i = big(i);
    let i = if i.sign() == num_bigint::Sign::Minus {
        i + &length
    } else {
        i
    };
    if i < BigInt::ZERO || i >= length {
        return Err(vm.index_error("range object index out of range"));
    }
    let i = vm.new_bigint(i);
    Ok(element(vm, r, i))
}

fn range_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = this(vm, "__reduce__", args[0])?;
    let parts = vm.new_tuple(&[r.start.get(), r.stop.get(), r.step.get()]);
    let ty = vm.type_of(args[0]).value();
    Ok(vm.new_tuple(&[ty, parts]))
}
