//! Methods of `slice`.

use super::seq::exact_index;
use super::slice::{PySlice, SliceParts, clip};
use super::tuple_methods::{HashMix, tuple_compare};
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;
use num_bigint::BigInt;

/// The `slice` type.
pub static SLICE: TypeDef = TypeDef {
    id: ids::SLICE,
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object, as extended indexing a[start:stop:step] does.",
    methods: with_comparisons![
        slice_compare,
        static_method("__new__", slice_new, "($type, *args)", NEW_DOC,),
        slot("__repr__", slice_repr),
        slot("__hash__", slice_hash),
        slot("__reduce__", slice_reduce),
        method(
            "indices",
            slice_indices,
            "($self, object, /)",
            "Return the start, stop and step that the slice takes from a sequence of the given length, out-of-range values clipped.",
        ),
    ],
    getsets: &[
        member("start", |vm, v| Ok(this(vm, "start", v)?.start.get()), ""),
        member("stop", |vm, v| Ok(this(vm, "stop", v)?.stop.get()), ""),
        member("step", |vm, v| Ok(this(vm, "step", v)?.step.get()), ""),
    ],
};

fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PySlice>> {
    match v.cast() {
        Some(s) => Ok(s),
        None => Err(vm.wrong_self(method, "slice", v)),
    }
}

fn slice_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let rest = args[1].cast::<PyTuple>();
    let rest = rest.as_ref().map_or(&[][..], |t| t.items());
    let (start, stop, step) = match *rest {
        [stop] => (Value::NONE, stop, Value::NONE),
        [start, stop] => (start, stop, Value::NONE),
        [start, stop, step] => (start, stop, step),
        [] => return Err(vm.type_error("slice expected at least 1 argument, got 0")),
        _ => {
            let n = rest.len();
            return Err(vm.type_error(format!("slice expected at most 3 arguments, got {n}")));
        }
    };
    Ok(PySlice::new(vm, start, stop, step).value())
}

fn parts(s: Ref<PySlice>) -> [Value; 3] {
    [s.start.get(), s.stop.get(), s.step.get()]
}

fn slice_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__repr__", args[0])?;
    let mut out = b"slice(".to_vec();
    super::seq::repr_items(vm, &mut out, |i| parts(s).get(i).copied())?;
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

fn slice_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__hash__", args[0])?;
    let mut mix = HashMix::new();
    for v in parts(s) {
        mix.add(vm.hash(v)?);
    }
    let h = mix.finish(0);
    Ok(vm.new_int(h))
}

fn slice_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PySlice>(), b.cast::<PySlice>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if x == y {
        return Ok(Value::bool(op.holds(std::cmp::Ordering::Equal)));
    }
    let (x, y) = (vm.new_tuple(&parts(x)), vm.new_tuple(&parts(y)));
    tuple_compare(vm, op, x, y)
}
fn slice_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "__reduce__", args[0])?;
    let (ty, parts) = (vm.type_of(args[0]).value(), vm.new_tuple(&parts(s)));
    Ok(vm.new_tuple(&[ty, parts]))
}

fn slice_indices(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = this(vm, "indices", args[0])?;
    let length = exact_index(vm, args[1])?;
    if as_int(&length).is_some_and(|n| n.is_negative()) {
        return Err(vm.value_error("length should not be negative"));
    }
    let (start, stop, step) = indices(vm, s, length)?;
    Ok(vm.new_tuple(&[start, stop, step]))
}

/// `slice.indices` for a length of any size (an exact int, not negative): start, stop, step.
pub fn indices(vm: &mut Vm, s: Ref<PySlice>, length: Value) -> PyResult<(Value, Value, Value)> {
    let step = match s.step.get() {
        Value::NONE => Value::from_i32(1),
        v => slice_int(vm, v)?,
    };
    if step == Value::from_i32(0) {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let negative = as_int(&step).is_some_and(|n| n.is_negative());
    let start = match s.start.get() {
        Value::NONE => Value::NULL,
        v => slice_int(vm, v)?,
    };
    let stop = match s.stop.get() {
        Value::NONE => Value::NULL,
        v => slice_int(vm, v)?,
    };
    let small = |v: Value, default: i64| {
        if v.is_null() {
            Some(default)
        } else {
            as_i64(v)
        }
    };
    let (first, last) = if negative {
        (i64::MAX, i64::MIN)
    } else {
        (0, i64::MAX)
    };
    if let (Some(start), Some(stop), Some(step), Some(len)) = (
        small(start, first),
        small(stop, last),
        as_i64(step),
        as_i64(length),
    ) {
        let (start, stop, step, _) = clip(SliceParts { start, stop, step }, len);
        return Ok((vm.new_int(start), vm.new_int(stop), vm.new_int(step)));
    }
    let len = big(length);
    let (low, high) = if negative {
        (BigInt::from(-1), &len - 1)
    } else {
        (BigInt::from(0), len.clone())
    };
    let fix = |v: Value, default: &BigInt| {
        if v.is_null() {
            return default.clone();
        }
        let n = big(v);
        let n = if n.sign() == num_bigint::Sign::Minus {
            n + &len
        } else {
            n
        };
        n.clamp(low.clone(), high.clone())
    };
    let (first, last) = if negative {
        (&high, &low)
    } else {
        (&low, &high)
    };
    let (start, stop) = (fix(start, first), fix(stop, last));
    let (start, stop) = (vm.new_bigint(start), vm.new_bigint(stop));
    Ok((start, stop, step))
}

fn big(v: Value) -> BigInt {
    as_int(&v).map_or_else(BigInt::default, IntRef::to_big)
}

fn slice_int(vm: &mut Vm, v: Value) -> PyResult {
    if !super::seq::has_index(vm, v) {
        return Err(
            vm.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    exact_index(vm, v)
}
