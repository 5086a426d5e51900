//! Methods of `tuple`.

use super::args;
use super::arith::sequence_operand;
use super::iter::PyIter;
use super::seq::{self, Subscript, subscript};
use super::slice::SliceRange;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

/// The `tuple` type.
pub static TUPLE: TypeDef = TypeDef {
    id: ids::TUPLE,
    doc: "Built-in immutable sequence.\n\nWithout argument the tuple is empty; else it holds the items of the iterable. A tuple given is returned as it is.",
    methods: with_comparisons![
        tuple_compare,
        new_method(tuple_new),
        slot("__repr__", tuple_repr),
        slot("__hash__", tuple_hash),
        slot("__len__", tuple_len),
        slot("__iter__", tuple_iter),
        slot("__contains__", tuple_contains),
        slot("__getitem__", tuple_getitem),
        slot("__add__", tuple_add),
        slot("__mul__", tuple_mul),
        slot("__rmul__", tuple_mul),
        method(
            "__getnewargs__",
            tuple_getnewargs,
            "($self, /)",
            "Arguments for copying and pickling.",
        ),
        CLASS_GETITEM,
        method(
            "count",
            tuple_count,
            "($self, value, /)",
            "Return number of occurrences of value.",
        ),
        method(
            "index",
            tuple_index,
            "($self, value, start=0, stop=sys.maxsize, /)",
            "Return first index of value.\n\nRaises ValueError if the value is not present.",
        ),
    ],
    getsets: &[],
};

fn this(vm: &mut Vm, method: &str, v: Value) -> PyResult<Ref<PyTuple>> {
    match v.cast() {
        Some(t) => Ok(t),
        None => Err(vm.wrong_self(method, "tuple", v)),
    }
}

fn tuple_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = args::class(vm, args[0])?;
    let init = vm.names.__init__;
    args::no_keywords(vm, ids::TUPLE, ty, init, args[2])?;
    let given = args::items(&args[1]);
    args::check_count(vm, "tuple", given.len(), 0, 1)?;
    if ty.builtin_id == ids::TUPLE {
        return match given {
            [source] => tuple_from(vm, *source),
            _ => Ok(vm.new_tuple(&[])),
        };
    }
    let items = match given {
        [source] => vm.collect(*source)?,
        _ => ValueVec::new(),
    };
    Ok(PyTuple::new_instance(vm, ty, items.as_slice()).value())
}

/// `tuple(iterable)`
pub fn tuple_from(vm: &mut Vm, iterable: Value) -> PyResult {
    if iterable.shape_id() == ids::TUPLE {
        return Ok(iterable);
    }
    let items = vm.collect(iterable)?;
    Ok(vm.new_tuple(items.as_slice()))
}

fn tuple_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__repr__", args[0])?;
    if t.is_empty() {
        return Ok(vm.new_str("()"));
    }
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("(...)"));
    }
    let mut out = vec![b'('];
    let done = seq::repr_items(vm, &mut out, |i| t.items().get(i).copied());
    vm.repr_leave(args[0]);
    done?;
    out.extend_from_slice(if t.len() == 1 { b",)" } else { b")" });
    Ok(vm.new_str_bytes(&out))
}

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

/// Mixes the hashes of items into one: xxHash's lanes, as CPython does for tuples and slices.
pub struct HashMix(u64);

impl HashMix {
    /// Nothing mixed in yet.
    pub fn new() -> HashMix {
        HashMix(PRIME_5)
    }
    /// Mixes one hash in.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let acc = self.0.wrapping_add((hash as u64).wrapping_mul(PRIME_2));
        self.0 = acc.rotate_left(31).wrapping_mul(PRIME_1);
    }
    /// The hash, with `extra` added.
    #[inline]
    pub fn finish(self, extra: u64) -> i64 {
        match self.0.wrapping_add(extra) {
            u64::MAX => 1_546_275_796,
            h => h as i64,
        }
    }
}

impl Default for HashMix {
    fn default() -> HashMix {
        HashMix::new()
    }
}

/// `tuple.__hash__`, remembered as in CPython 3.14.
#[inline]
pub fn hash_tuple(vm: &mut Vm, t: Ref<PyTuple>) -> PyResult<i64> {
    let known = t.hash.get();
    if known != 0 {
        return Ok(known);
    }
    let h = hash_items(vm, t.items())?;
    t.hash.set(h);
    Ok(h)
}

/// The hash of a tuple of these items.
pub fn hash_items(vm: &mut Vm, items: &[Value]) -> PyResult<i64> {
    let mut mix = HashMix::new();
    for v in items {
        let hash = match vm.hash_simple(*v) {
            Some(h) => h,
            None => vm.nested("", |vm| vm.hash(*v))?,
        };
        mix.add(hash);
    }
    Ok(mix.finish(items.len() as u64 ^ PRIME_5 ^ 3_527_539))
}

/// The hash of an exact tuple if no item's hash needs Python code.
pub fn hash_plain(vm: &mut Vm, t: Ref<PyTuple>) -> Option<i64> {
    hash_plain_nested(vm, t, NESTED)
}

fn hash_plain_nested(vm: &mut Vm, t: Ref<PyTuple>, depth: usize) -> Option<i64> {
    let known = t.hash.get();
    if known != 0 {
        return Some(known);
    }
    let mut mix = HashMix::new();
    for v in t.items() {
        let hash = match vm.hash_simple(*v) {
            Some(h) => h,
            None if depth > 0 && v.shape_id() == ids::TUPLE => {
                hash_plain_nested(vm, v.cast()?, depth - 1)?
            }
            None => return None,
        };
        mix.add(hash);
    }
    let h = mix.finish(t.len() as u64 ^ PRIME_5 ^ 3_527_539);
    t.hash.set(h);
    Some(h)
}

/// Equality of exact tuples of ints, strs and such tuples. `None`: there are other items, and nothing tells them apart before.
pub fn same_plainly(x: Ref<PyTuple>, y: Ref<PyTuple>) -> Option<bool> {
    same_nested(x, y, NESTED)
}

fn same_nested(x: Ref<PyTuple>, y: Ref<PyTuple>, depth: usize) -> Option<bool> {
    for (v, w) in x.items().iter().zip(y.items()) {
        if v == w {
            continue;
        }
        if v.is_int() && w.is_int() {
            return Some(false);
        }
        let same = match (v.shape_id(), w.shape_id()) {
            (ids::STR, ids::STR) => v.cast::<PyStr>()?.bytes() == w.cast::<PyStr>()?.bytes(),
            (ids::TUPLE, ids::TUPLE) if depth > 0 => same_nested(v.cast()?, w.cast()?, depth - 1)?,
            _ => return None,
        };
        if !same {
            return Some(false);
        }
    }
    Some(x.len() == y.len())
}

/// `v` as a tuple if it is one that compares as tuples do: an exact one, or of a subclass without `__eq__` of its own.
#[inline]
pub fn plain_tuple(vm: &mut Vm, v: Value) -> Option<Ref<PyTuple>> {
    let t: Ref<PyTuple> = v.cast()?;
    if v.shape_id() == ids::TUPLE || inherits_equality(vm, v) {
        Some(t)
    } else {
        None
    }
}

#[inline(never)]
fn inherits_equality(vm: &mut Vm, v: Value) -> bool {
    let name = vm.names.__eq__;
    vm.lookup_special(v, name)
        .and_then(|m| m.cast::<crate::builtins::builtin::PyBuiltin>())
        .and_then(|m| m.owner.get())
        .is_some_and(|owner| owner.builtin_id == ids::TUPLE)
}

fn tuple_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__hash__", args[0])?;
    let h = hash_tuple(vm, t)?;
    Ok(vm.new_int(h))
}

fn tuple_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__len__", args[0])?;
    Ok(Value::from_usize(t.len()))
}

fn tuple_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, "__iter__", args[0])?;
    Ok(PyIter::new(vm, ids::TUPLE_ITERATOR, args[0], Value::NULL, 0, 0, 0).value())
}

fn tuple_contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__contains__", args[0])?;
    for v in t.items() {
        if vm.equal(*v, args[1])? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

fn tuple_count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "count", args[0])?;
    let mut n = 0;
    for v in t.items() {
        n += vm.equal(*v, args[1])? as usize;
    }
    Ok(Value::from_usize(n))
}

fn tuple_index(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "index", args[0])?;
    let (start, stop) = seq::search_bounds(vm, args[2], args[3], t.len())?;
    for i in start..stop.min(t.len()) {
        if vm.equal(t.items()[i], args[1])? {
            return Ok(Value::from_usize(i));
        }
    }
    Err(vm.value_error("tuple.index(x): x not in tuple"))
}

fn tuple_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__getitem__", args[0])?;
    match subscript(vm, "tuple", args[1])? {
        Subscript::Index(i) => match seq::position(i, t.len()) {
            Some(i) => Ok(t.items()[i]),
            None => Err(vm.index_error("tuple index out of range")),
        },
        Subscript::Slice(s) => {
            let parts = vm.slice_parts(s)?;
            let r = SliceRange::adjust(parts, t.len());
            if r.step == 1 {
                if r.count == t.len() && t.shape_id() == ids::TUPLE {
                    return Ok(args[0]);
                }
                return Ok(vm.new_tuple(&t.items()[r.start..r.start + r.count]));
            }
            let new = PyTuple::from_iter(vm, (0..r.count).map(|i| t.items()[r.at(i)]));
            Ok(new.value())
        }
    }
}

/// `tuple.__add__`
pub fn tuple_add(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__add__", args[0])?;
    let Some(other) = args[1].cast::<PyTuple>() else {
        return sequence_operand(vm, args[0], args[1]);
    };
    if t.is_empty() && other.shape_id() == ids::TUPLE {
        return Ok(args[1]);
    }
    if other.is_empty() && t.shape_id() == ids::TUPLE {
        return Ok(args[0]);
    }
    let mut all = ValueVec::with_capacity(&vm.heap, t.len() + other.len());
    for v in t.items().iter().chain(other.items()) {
        all.push(&vm.heap, *v);
    }
    Ok(vm.new_tuple(all.as_slice()))
}

/// `tuple.__mul__`
pub fn tuple_mul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__mul__", args[0])?;
    let n = seq::repeat_count(vm, args[1])?;
    if t.shape_id() == ids::TUPLE && (n == 1 || t.is_empty()) {
        return Ok(args[0]);
    }
    let total = t.len().checked_mul(n).filter(|t| *t < 1 << 60);
    let array = match total {
        Some(0) => return Ok(vm.new_tuple(&[])),
        Some(total) => vm.heap.try_new_array(total),
        None => None,
    };
    let Some(array) = array else {
        return Err(vm.memory_error());
    };
    for i in 0..n {
        for (j, v) in t.items().iter().enumerate() {
            array.set(i * t.len() + j, *v);
        }
    }
    let len = array.len();
    Ok(PyTuple::from_iter(vm, (0..len).map(|i| array.get(i))).value())
}

/// `a op b` of two tuples.
pub fn tuple_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PyTuple>(), b.cast::<PyTuple>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if let Some(r) = compare_plain_items(vm, op, x.items(), y.items()) {
        return Ok(Value::bool(r));
    }
    seq::compare_items(
        vm,
        op,
        |i| x.items().get(i).copied(),
        |i| y.items().get(i).copied(),
    )
}

/// Tuples in tuples are compared without Python code to this depth.
const NESTED: usize = 4;

/// The comparison where it is settled by items that compare without Python code.
pub fn compare_plain_items(vm: &Vm, op: CompareOp, x: &[Value], y: &[Value]) -> Option<bool> {
    compare_plain_nested(vm, op, x, y, NESTED)
}

fn compare_plain_nested(
    vm: &Vm,
    op: CompareOp,
    x: &[Value],
    y: &[Value],
    depth: usize,
) -> Option<bool> {
    for (v, w) in x.iter().zip(y) {
        if v == w {
            continue;
        }
        if let (Some(m), Some(n)) = (v.as_small_int(), w.as_small_int()) {
            return Some(op.holds(m.cmp(&n)));
        }
        if depth > 0
            && v.shape_id() == ids::TUPLE
            && w.shape_id() == ids::TUPLE
            && let (Some(s), Some(t)) = (v.cast::<PyTuple>(), w.cast::<PyTuple>())
        {
            if compare_plain_nested(vm, CompareOp::Eq, s.items(), t.items(), depth - 1)? {
                continue;
            }
            return compare_plain_nested(vm, op, s.items(), t.items(), depth - 1);
        }
        if vm.compare_simple(CompareOp::Eq, *v, *w)? {
            continue;
        }
        return match op {
            CompareOp::Eq => Some(false),
            CompareOp::Ne => Some(true),
            _ => vm.compare_simple(op, *v, *w),
        };
    }
    Some(op.holds(x.len().cmp(&y.len())))
}
fn tuple_getnewargs(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = this(vm, "__getnewargs__", args[0])?;
    let items = vm.new_tuple(t.items());
    Ok(vm.new_tuple(&[items]))
}
