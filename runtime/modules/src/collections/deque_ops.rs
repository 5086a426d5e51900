//! `deque` as a sequence: searching, subscripts, operators, comparison, representation.

use super::deque::{Deque, copy, extend_from, new_like, this};
use skein_runtime::builtins::seq;
use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;

/// The items as they are now.
pub(super) fn snapshot(vm: &mut Vm, d: &Deque) -> ValueVec {
    let mut out = ValueVec::with_capacity(&vm.heap, d.len());
    for i in 0..d.len() {
        out.push(&vm.heap, d.get(i).unwrap_or(Value::NONE));
    }
    out
}

pub(super) fn len(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_usize(this(vm, &args[0])?.1.len()))
}

/// Position of the first item equal to `v` in `start..stop`; `RuntimeError` if a comparison changes the deque.
fn find(vm: &mut Vm, d: &Deque, v: Value, start: usize, stop: usize) -> PyResult<Option<usize>> {
    let changes = d.changes.get();
    for i in start..stop.min(d.len()) {
        let Some(item) = d.get(i) else { break };
        let same = item == v || vm.equal(item, v)?;
        if d.changes.get() != changes {
            return Err(vm.runtime_error("deque mutated during iteration"));
        }
        if same {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

pub(super) fn contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    Ok(Value::bool(find(vm, d, args[1], 0, d.len())?.is_some()))
}

pub(super) fn count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let (mut at, mut n) = (0, 0);
    while let Some(i) = find(vm, d, args[1], at, d.len())? {
        n += 1;
        at = i + 1;
    }
    Ok(Value::from_usize(n))
}

pub(super) fn index(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let stop = if args[3].is_none() {
        Value::NULL
    } else {
        args[3]
    };
    let (start, stop) = seq::search_bounds(vm, args[2], stop, d.len())?;
    match find(vm, d, args[1], start, stop)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => {
            let text = vm.repr_text(args[1])?;
            Err(vm.value_error(format!("{text} is not in deque")))
        }
    }
}

pub(super) fn insert(vm: &mut Vm, args: &[Value]) -> PyResult {
    let at = vm.ssize(args[1])?;
    let (owner, d) = this(vm, &args[0])?;
    let n = d.len() as i64;
    if d.len() >= d.maxlen.get() {
        return Err(vm.index_error("deque already at its maximum size"));
    }
    let at = if at < 0 { (at + n).max(0) } else { at.min(n) };
    d.rotate(-at);
    if at == n {
        d.push(vm, owner, args[2]);
    } else {
        d.push_front(vm, owner, args[2]);
        d.rotate(at);
    }
    Ok(Value::NONE)
}

pub(super) fn remove(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let changes = d.changes.get();
    for i in 0..d.len() {
        let Some(item) = d.get(i) else { break };
        let same = item == args[1] || vm.equal(item, args[1])?;
        if d.changes.get() != changes {
            return Err(vm.index_error("deque mutated during remove()."));
        }
        if same {
            d.remove_at(i);
            return Ok(Value::NONE);
        }
    }
    Err(vm.value_error("deque.remove(x): x not in deque"))
}

fn position(vm: &mut Vm, d: &Deque, key: Value) -> PyResult<usize> {
    let i = if seq::has_index(vm, key) {
        vm.index_i64(key)?
    } else {
        let name = vm.type_name(key);
        return Err(vm.type_error(format!("sequence index must be integer, not '{name}'")));
    };
    seq::position(i, d.len()).ok_or_else(|| vm.index_error("deque index out of range"))
}

pub(super) fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let i = position(vm, d, args[1])?;
    Ok(d.get(i).unwrap_or(Value::NONE))
}

pub(super) fn setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let i = position(vm, d, args[1])?;
    d.set(i, args[2]);
    Ok(Value::NONE)
}

pub(super) fn delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let i = position(vm, d, args[1])?;
    d.remove_at(i);
    Ok(Value::NONE)
}

pub(super) fn add(vm: &mut Vm, args: &[Value]) -> PyResult {
    if native::<Deque>(&args[1]).is_none() {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "can only concatenate deque (not \"{name}\") to deque"
        )));
    }
    let new = copy(vm, &args[..1])?;
    iadd(vm, &[new, args[1]])
}

pub(super) fn iadd(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, d) = this(vm, &args[0])?;
    extend_from(vm, owner, d, args[1])?;
    Ok(args[0])
}

fn repeat(vm: &mut Vm, target: Value, all: &ValueVec, n: usize) -> PyResult {
    let (owner, d) = this(vm, &target)?;
    d.clear();
    let bounded = d.maxlen.get() != usize::MAX;
    if !bounded && all.len().checked_mul(n).is_none_or(|t| t > 1 << 40) {
        return Err(vm.memory_error());
    }
    // Only the last maxlen items stay, so earlier rounds need not be made.
    let rounds = if bounded && !all.is_empty() {
        n.min(d.maxlen.get() / all.len() + 1)
    } else {
        n
    };
    for _ in 0..if all.is_empty() { 0 } else { rounds } {
        for v in all.as_slice() {
            d.push(vm, owner, *v);
        }
    }
    Ok(target)
}

pub(super) fn mul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = seq::repeat_count(vm, args[1])?;
    let (_, d) = this(vm, &args[0])?;
    let all = snapshot(vm, d);
    let new = new_like(vm, args[0], d.maxlen.get());
    repeat(vm, new, &all, n)
}

pub(super) fn imul(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = seq::repeat_count(vm, args[1])?;
    let (_, d) = this(vm, &args[0])?;
    let all = snapshot(vm, d);
    repeat(vm, args[0], &all, n)
}

pub(super) fn compare(vm: &mut Vm, op: CompareOp, left: Value, right: Value) -> PyResult {
    if native::<Deque>(&right).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((_, a), (_, b)) = (this(vm, &left)?, this(vm, &right)?);
    let (n, m) = (a.len(), b.len());
    if n != m && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::bool(op == CompareOp::Ne));
    }
    let state = (a.changes.get(), b.changes.get());
    for i in 0..n.min(m) {
        let (Some(x), Some(y)) = (a.get(i), b.get(i)) else {
            break;
        };
        if x != y && !vm.equal(x, y)? {
            return match op {
                CompareOp::Eq => Ok(Value::FALSE),
                CompareOp::Ne => Ok(Value::TRUE),
                _ => vm.compare(op, x, y),
            };
        }
        if state != (a.changes.get(), b.changes.get()) {
            return Err(vm.runtime_error("deque mutated during iteration"));
        }
    }
    Ok(Value::bool(op.holds(n.cmp(&m))))
}

pub(super) fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("[...]"));
    }
    let items = snapshot(vm, d);
    let list = PyList::from_vec(vm, items).value();
    let inner = vm.repr(list);
    vm.repr_leave(args[0]);
    let inner = inner?;
    let mut out = vm.short_type_name(args[0]).into_bytes();
    out.push(b'(');
    out.extend_from_slice(inner.bytes());
    if d.maxlen.get() != usize::MAX {
        out.extend_from_slice(format!(", maxlen={}", d.maxlen.get()).as_bytes());
    }
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

pub(super) fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]).value();
    let state = vm.call_method(args[0], "__getstate__", &[])?;
    let empty = vm.new_tuple(&[]);
    let inner = match d.maxlen.get() {
        usize::MAX => empty,
        n => vm.new_tuple(&[empty, Value::from_usize(n)]),
    };
    let it = vm.iter(args[0])?;
    Ok(vm.new_tuple(&[ty, inner, state, it]))
}

pub(super) fn sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, d) = this(vm, &args[0])?;
    Ok(Value::from_usize(
        96 + d.len().next_power_of_two().max(8) * 8,
    ))
}
