//! Arrays as sequences: subscripts, slices, operators, comparison, iteration.

use super::item::Code;
use super::{ArrayData, make, this};
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::builtins::seq::{self, Subscript};
use skein_runtime::builtins::slice::{PySlice, SliceRange};
use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;
use std::cell::Cell;

pub(super) fn len(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_usize(this(vm, &args[0])?.len()))
}

fn subscript(vm: &mut Vm, key: Value) -> PyResult<Subscript> {
    if !key.is::<PySlice>() && !seq::has_index(vm, key) {
        return Err(vm.type_error("array indices must be integers"));
    }
    seq::subscript(vm, "array", key)
}

fn items_of(a: &ArrayData, r: &SliceRange) -> Vec<u8> {
    let size = a.code.get().size();
    let bytes = a.bytes.borrow();
    let mut out = Vec::with_capacity(r.count * size);
    for i in 0..r.count {
        let at = r.at(i) * size;
        out.extend_from_slice(&bytes[at..at + size]);
    }
    out
}

pub(super) fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    match subscript(vm, args[1])? {
        Subscript::Index(i) => {
            let v = seq::position(i, a.len()).and_then(|i| a.get(vm, i));
            v.ok_or_else(|| vm.index_error("array index out of range"))
        }
        Subscript::Slice(s) => {
            let parts = vm.slice_parts(s)?;
            let r = SliceRange::adjust(parts, a.len());
            make(vm, a.code.get(), items_of(a, &r))
        }
    }
}

pub(super) fn setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let size = a.code.get().size();
    match subscript(vm, args[1])? {
        Subscript::Index(i) => {
            let mut raw = Vec::new();
            a.code.get().store(vm, args[2], &mut raw)?;
            match seq::position(i, a.len()) {
                Some(i) => a.bytes.borrow_mut()[i * size..(i + 1) * size].copy_from_slice(&raw),
                None => return Err(vm.index_error("array assignment index out of range")),
            }
        }
        Subscript::Slice(s) => {
            let Some((_, other)) = native::<ArrayData>(&args[2]) else {
                let name = vm.type_name(args[2]);
                return Err(vm.type_error(format!(
                    "can only assign array (not \"{name}\") to array slice"
                )));
            };
            if other.code != a.code {
                return Err(vm.type_error("bad argument type for built-in operation"));
            }
            let new = other.bytes.borrow().clone();
            let parts = vm.slice_parts(s)?;
            let r = SliceRange::adjust(parts, a.len());
            if r.step == 1 {
                let stop = r.stop.max(r.start);
                if new.len() != (stop - r.start) * size {
                    a.check_resize(vm)?;
                }
                a.bytes
                    .borrow_mut()
                    .splice(r.start * size..stop * size, new);
            } else if new.len() != r.count * size {
                let n = new.len() / size;
                let count = r.count;
                return Err(vm.value_error(format!(
                    "attempt to assign array of size {n} to extended slice of size {count}"
                )));
            } else {
                let mut bytes = a.bytes.borrow_mut();
                for i in 0..r.count {
                    bytes[r.at(i) * size..][..size].copy_from_slice(&new[i * size..][..size]);
                }
            }
        }
    }
    Ok(Value::NONE)
}

pub(super) fn delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let size = a.code.get().size();
    let r = match subscript(vm, args[1])? {
        Subscript::Index(i) => match seq::position(i, a.len()) {
            Some(i) => SliceRange {
                start: i,
                stop: i + 1,
                step: 1,
                count: 1,
            },
            None => return Err(vm.index_error("array assignment index out of range")),
        },
        Subscript::Slice(s) => {
            let parts = vm.slice_parts(s)?;
            SliceRange::adjust(parts, a.len())
        }
    };
    if r.count > 0 {
        a.check_resize(vm)?;
    }
    let (low, step) = r.ascending();
    let mut bytes = a.bytes.borrow_mut();
    let mut kept = Vec::with_capacity(bytes.len());
    for (i, item) in bytes.chunks(size).enumerate() {
        if i < low || (i - low) % step.max(1) != 0 || (i - low) / step.max(1) >= r.count {
            kept.extend_from_slice(item);
        }
    }
    *bytes = kept;
    Ok(Value::NONE)
}

pub(super) fn contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(
        find(vm, args[0], args[1], 0, usize::MAX)?.is_some(),
    ))
}

/// Position of the first item equal to `v` in a range.
pub(super) fn find(
    vm: &mut Vm,
    array: Value,
    v: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let a = this(vm, &array)?;
    let mut i = start;
    while i < stop.min(a.len()) {
        if let Some(item) = a.get(vm, i)
            && vm.equal(item, v)?
        {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

pub(super) fn add(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let Some((_, b)) = native::<ArrayData>(&args[1]) else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("can only append array (not \"{name}\") to array")));
    };
    if a.code != b.code {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    let mut all = a.bytes.borrow().clone();
    all.extend_from_slice(&b.bytes.borrow());
    make(vm, a.code.get(), all)
}

pub(super) fn iadd(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let Some((_, b)) = native::<ArrayData>(&args[1]) else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("can only extend array with array (not \"{name}\")")));
    };
    if a.code != b.code {
        return Err(vm.type_error("can only extend with array of same kind"));
    }
    let more = b.bytes.borrow().clone();
    if !more.is_empty() {
        a.check_resize(vm)?;
    }
    a.bytes.borrow_mut().extend(more);
    Ok(args[0])
}

fn repeated(vm: &mut Vm, args: &[Value]) -> PyResult<(Code, Vec<u8>)> {
    let n = seq::repeat_count(vm, args[1])?;
    let a = this(vm, &args[0])?;
    let bytes = a.bytes.borrow();
    if bytes.len().checked_mul(n).is_none_or(|t| t > 1 << 40) {
        return Err(vm.memory_error());
    }
    Ok((a.code.get(), bytes.repeat(n)))
}

pub(super) fn mul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (code, bytes) = repeated(vm, args)?;
    make(vm, code, bytes)
}

pub(super) fn imul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, bytes) = repeated(vm, args)?;
    let a = this(vm, &args[0])?;
    if bytes.len() != a.bytes.borrow().len() {
        a.check_resize(vm)?;
    }
    a.bytes.replace(bytes);
    Ok(args[0])
}

pub(super) fn compare(vm: &mut Vm, op: CompareOp, left: Value, right: Value) -> PyResult {
    let a = this(vm, &left)?;
    let Some((_, b)) = native::<ArrayData>(&right) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (n, m) = (a.len(), b.len());
    if n != m && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::bool(op == CompareOp::Ne));
    }
    for i in 0..n.min(m) {
        let (Some(x), Some(y)) = (a.get(vm, i), b.get(vm, i)) else {
            break;
        };
        if !vm.equal(x, y)? {
            return match op {
                CompareOp::Eq => Ok(Value::FALSE),
                CompareOp::Ne => Ok(Value::TRUE),
                _ => vm.compare(op, x, y),
            };
        }
    }
    Ok(Value::bool(op.holds(n.cmp(&m))))
}

struct ArrayIter {
    array: Slot,
    at: Cell<usize>,
}

impl NativeData for ArrayIter {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.array);
    }
    fn next(&self, vm: &mut Vm, _owner: Ref<Native>) -> Option<Step> {
        Some(Ok(self.step(vm)))
    }
}

impl ArrayIter {
    fn step(&self, vm: &mut Vm) -> Option<Value> {
        let array = self.array.get();
        let (_, a) = native::<ArrayData>(&array)?;
        let v = a.get(vm, self.at.get());
        match v {
            Some(_) => self.at.set(self.at.get() + 1),
            None => self.array.set_unbarriered(Value::NULL),
        }
        v
    }
}

/// Methods of the iterator.
pub static ITER: &[NativeDef] = &[
    slot("__iter__", |_, a| Ok(a[0])),
    slot("__next__", iter_next),
    slot("__reduce__", iter_reduce),
    method(
        "__setstate__",
        iter_setstate,
        "($self, state, /)",
        "Set state information for unpickling.",
    ),
];

pub(super) fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = crate::util::state_type(vm, "array.arrayiterator")?;
    Ok(Native::new(
        vm,
        ty,
        ArrayIter {
            array: Slot::new(args[0]),
            at: Cell::new(0),
        },
    )
    .value())
}

fn iter_this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a ArrayIter> {
    match native::<ArrayIter>(v) {
        Some((_, i)) => Ok(i),
        None => Err(vm.wrong_self("__next__", "array.arrayiterator", *v)),
    }
}

fn iter_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    match iter_this(vm, &args[0])?.step(vm) {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}

fn iter_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let it = iter_this(vm, &args[0])?;
    let builtins = vm.builtins_dict();
    let f = builtins.get_text(vm, "iter").unwrap_or(Value::NONE);
    let Some(array) = it.array.get().non_null() else {
        let empty = vm.new_tuple(&[]);
        let inner = vm.new_tuple(&[empty]);
        return Ok(vm.new_tuple(&[f, inner]));
    };
    let inner = vm.new_tuple(&[array]);
    Ok(vm.new_tuple(&[f, inner, Value::from_usize(it.at.get())]))
}

fn iter_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let at = vm.ssize(args[1])?;
    iter_this(vm, &args[0])?.at.set(at.max(0) as usize);
    Ok(Value::NONE)
}
