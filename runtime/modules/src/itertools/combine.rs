//! Combinatoric iterators: `product`, `permutations`, `combinations`, `combinations_with_replacement`.
//!
//! The pool is a tuple in slot 0 (of tuples for `product`); number 0 is the state: 0 before the first item, 1 running,
//! 2 exhausted; number 1 is the length of results. `indices` says which pool items make up the present result.

use super::{It, StepFn};
use crate::util::{items, native_class};
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;

pub(super) const FRESH: i64 = 0;
pub(super) const RUNNING: i64 = 1;
pub(super) const DONE: i64 = 2;

fn make_pool(
    vm: &mut Vm,
    cls: Value,
    step: StepFn,
    pool: Value,
    r: usize,
    indices: Vec<usize>,
    empty: bool,
) -> PyResult {
    let ty = native_class(vm, cls)?;
    let it = It::new(step, &[pool], &[if empty { DONE } else { FRESH }, r as i64]);
    *it.indices.borrow_mut() = indices.into();
    Ok(Native::new(vm, ty, it).value())
}

fn pool_of(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTuple>> {
    if v.shape_id() == ids::TUPLE
        && let Some(t) = v.cast()
    {
        return Ok(t);
    }
    let all = vm.collect(v)?;
    Ok(PyTuple::from_slice(vm, all.as_slice()))
}

fn length(vm: &mut Vm, v: Value, default: usize) -> PyResult<usize> {
    if v.is_absent() {
        return Ok(default);
    }
    if as_int(&v).is_none() {
        return Err(vm.type_error("Expected int as r"));
    }
    let r = vm.ssize(v)?;
    usize::try_from(r).map_err(|_| vm.value_error("r must be non-negative"))
}

/// Longer results are refused.
const MOST: usize = 1 << 27;

fn too_long(vm: &mut Vm) -> Raised {
    vm.memory_error()
}

/// The result that the indices select from one pool.
fn select(vm: &mut Vm, pool: Ref<PyTuple>, chosen: &[usize]) -> Step {
    let values = pool.items();
    let chosen = chosen
        .iter()
        .map(|i| values.get(*i).copied().unwrap_or(Value::NONE));
    Ok(Some(PyTuple::from_iter(vm, chosen).value()))
}

pub(super) fn product_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let repeat = crate::util::ssize_or(vm, args[1], 1)?;
    let Ok(repeat) = usize::try_from(repeat) else {
        return Err(vm.value_error("repeat argument cannot be negative"));
    };
    let sources = items(&args[2]);
    let mut pools = ValueVec::new();
    for v in sources {
        let pool = pool_of(vm, *v)?.value();
        pools.push(&vm.heap, pool);
    }
    let total = sources.len().checked_mul(repeat);
    let Some(total) = total.filter(|n| *n <= isize::MAX as usize / 8) else {
        return Err(vm.overflow_error("repeat argument too large"));
    };
    if total >= MOST {
        return Err(too_long(vm));
    }
    let once = pools.len();
    for i in once..total {
        let v = pools.get(i % once);
        pools.push(&vm.heap, v);
    }
    pools.truncate(total);
    let empty = pools.as_slice().iter().any(|p| items(p).is_empty());
    let pools = vm.new_tuple(pools.as_slice());
    make_pool(
        vm,
        args[0],
        product_step,
        pools,
        total,
        vec![0; total],
        empty,
    )
}

pub(super) fn product_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(pools) = it.slot(0).cast::<PyTuple>() else {
        return Ok(None);
    };
    let mut indices = it.indices.borrow_mut();
    match it.n[0].get() {
        DONE => return Ok(None),
        FRESH => it.n[0].set(RUNNING),
        _ => {
            let mut i = indices.len();
            loop {
                if i == 0 {
                    it.n[0].set(DONE);
                    return Ok(None);
                }
                i -= 1;
                indices[i] += 1;
                if indices[i] < items(&pools.items()[i]).len() {
                    break;
                }
                indices[i] = 0;
            }
        }
    }
    let chosen = pools.items().iter().zip(indices.iter());
    let chosen = chosen.map(|(pool, i)| items(pool)[*i]);
    Ok(Some(PyTuple::from_iter(vm, chosen).value()))
}

pub(super) fn combinations_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let pool = pool_of(vm, args[1])?;
    let r = length(vm, args[2], 0)?;
    let empty = r > pool.len();
    let indices = if empty { Vec::new() } else { (0..r).collect() };
    make_pool(
        vm,
        args[0],
        combinations_step,
        pool.value(),
        r,
        indices,
        empty,
    )
}

pub(super) fn combinations_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(pool) = it.slot(0).cast::<PyTuple>() else {
        return Ok(None);
    };
    let (n, r) = (pool.len(), it.n[1].get() as usize);
    let mut indices = it.indices.borrow_mut();
    match it.n[0].get() {
        DONE => return Ok(None),
        FRESH => it.n[0].set(RUNNING),
        _ => {
            let Some(i) = (0..r).rev().find(|&i| indices[i] != i + n - r) else {
                it.n[0].set(DONE);
                return Ok(None);
            };
            indices[i] += 1;
            for j in i + 1..r {
                indices[j] = indices[j - 1] + 1;
            }
        }
    }
    select(vm, pool, &indices)
}

pub(super) fn replacement_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let pool = pool_of(vm, args[1])?;
    let r = length(vm, args[2], 0)?;
    if r >= MOST {
        return Err(too_long(vm));
    }
    let empty = pool.is_empty() && r > 0;
    make_pool(
        vm,
        args[0],
        replacement_step,
        pool.value(),
        r,
        vec![0; r],
        empty,
    )
}

pub(super) fn replacement_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(pool) = it.slot(0).cast::<PyTuple>() else {
        return Ok(None);
    };
    let n = pool.len();
    let mut indices = it.indices.borrow_mut();
    match it.n[0].get() {
        DONE => return Ok(None),
        FRESH => it.n[0].set(RUNNING),
        _ => {
            let Some(i) = (0..indices.len()).rev().find(|&i| indices[i] + 1 != n) else {
                it.n[0].set(DONE);
                return Ok(None);
            };
            let next = indices[i] + 1;
            for place in &mut indices[i..] {
                *place = next;
            }
        }
    }
    select(vm, pool, &indices)
}

/// `indices` holds the permutation of all pool positions, followed by the r cycle counters.
pub(super) fn permutations_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let pool = pool_of(vm, args[1])?;
    let n = pool.len();
    let r = length(vm, args[2], n)?;
    let empty = r > n;
    let indices = if empty {
        Vec::new()
    } else {
        (0..n).chain((0..r).map(|i| n - i)).collect()
    };
    make_pool(
        vm,
        args[0],
        permutations_step,
        pool.value(),
        r,
        indices,
        empty,
    )
}

pub(super) fn permutations_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(pool) = it.slot(0).cast::<PyTuple>() else {
        return Ok(None);
    };
    let (n, r) = (pool.len(), it.n[1].get() as usize);
    let mut all = it.indices.borrow_mut();
    match it.n[0].get() {
        DONE => return Ok(None),
        FRESH => it.n[0].set(RUNNING),
        _ => {
            let (indices, cycles) = all.split_at_mut(n);
            let mut found = false;
            for i in (0..r).rev() {
                cycles[i] -= 1;
                if cycles[i] == 0 {
                    indices[i..].rotate_left(1);
                    cycles[i] = n - i;
                } else {
                    indices.swap(i, n - cycles[i]);
                    found = true;
                    break;
                }
            }
            if !found {
                it.n[0].set(DONE);
                return Ok(None);
            }
        }
    }
    select(vm, pool, &all[..r])
}
