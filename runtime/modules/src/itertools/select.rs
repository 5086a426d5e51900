//! Iterators that choose or transform items of one source: `accumulate`, `batched`, `compress`, `dropwhile`,
//! `filterfalse`, `islice`, `starmap`, `takewhile`.

use super::{It, make};
use crate::util::items;
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::builtins::seq;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;

/// The slot of an item that could not be added, because Python code was refused.
pub(super) const AHEAD: usize = 4;

/// Slots: iterator, function or `NULL`, total so far, initial value, [`AHEAD`].
pub(super) fn accumulate_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let source = vm.iter(args[1])?;
    let func = if args[2].is_none() {
        Value::NULL
    } else {
        args[2]
    };
    let initial = if args[3].is_none() {
        Value::NULL
    } else {
        args[3]
    };
    make(
        vm,
        args[0],
        accumulate_step,
        &[source, func, Value::NULL, initial],
        &[],
    )
}

pub(super) fn accumulate_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    let initial = it.slot(3);
    if !initial.is_null() {
        it.s[3].set_unbarriered(Value::NULL);
        it.s[2].set(owner, initial);
        return Ok(Some(initial));
    }
    let v = match it.slot(AHEAD).non_null() {
        Some(v) => v,
        None => match it.pull(vm)? {
            Some(v) => v,
            None => return Ok(None),
        },
    };
    it.s[AHEAD].set_unbarriered(Value::NULL);
    let total = match (it.slot(2).non_null(), it.slot(1).non_null()) {
        (None, _) => Ok(v),
        (Some(t), None) => vm.binary(BinaryOp::Add, false, t, v),
        (Some(t), Some(f)) => vm.call(f, &[t, v]),
    };
    if total.is_err() && vm.python_forbidden.get() {
        it.s[AHEAD].set(owner, v);
    }
    let total = total?;
    it.s[2].set(owner, total);
    Ok(Some(total))
}

/// Slot: iterator. Numbers: size, strict.
pub(super) fn batched_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = vm.ssize(args[2])?;
    if n < 1 {
        return Err(vm.value_error("n must be at least one"));
    }
    let strict = !args[3].is_null() && vm.truth(args[3])?;
    let source = vm.iter(args[1])?;
    make(vm, args[0], batched_step, &[source], &[n, strict as i64])
}

pub(super) fn batched_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let (n, strict) = (it.n[0].get() as usize, it.n[1].get() != 0);
    it.may_step(vm, strict)?;
    let Some(first) = it.pull(vm)? else {
        return Ok(None);
    };
    let mut out = ValueVec::with_capacity(&vm.heap, n.min(1 << 4));
    out.push(&vm.heap, first);
    while out.len() < n {
        let Some(v) = it.pull(vm)? else { break };
        out.push(&vm.heap, v);
    }
    if out.len() < n && strict {
        return Err(vm.value_error("batched(): incomplete batch"));
    }
    Ok(Some(vm.new_tuple(out.as_slice())))
}

/// Slots: data, selectors.
pub(super) fn compress_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = vm.iter(args[1])?;
    let selectors = vm.iter(args[2])?;
    make(vm, args[0], compress_step, &[data, selectors], &[])
}

pub(super) fn compress_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    loop {
        let Some(v) = it.pull(vm)? else {
            return Ok(None);
        };
        let Some(selector) = vm.next(it.slot(1))? else {
            return it.finish();
        };
        if vm.truth(selector)? {
            return Ok(Some(v));
        }
    }
}

fn predicate_new(vm: &mut Vm, args: &[Value], step: super::StepFn) -> PyResult {
    let source = vm.iter(args[2])?;
    make(vm, args[0], step, &[source, args[1]], &[])
}

/// Slots: iterator, predicate. Number: 1 once an item was let through.
pub(super) fn dropwhile_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    predicate_new(vm, args, dropwhile_step)
}

pub(super) fn dropwhile_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    loop {
        let Some(v) = it.pull(vm)? else {
            return Ok(None);
        };
        if it.n[0].get() != 0 {
            return Ok(Some(v));
        }
        let r = vm.call(it.slot(1), &[v])?;
        if !vm.truth(r)? {
            it.n[0].set(1);
            return Ok(Some(v));
        }
    }
}

/// Slots: iterator, predicate.
pub(super) fn takewhile_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    predicate_new(vm, args, takewhile_step)
}

pub(super) fn takewhile_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(v) = it.pull(vm)? else {
        return Ok(None);
    };
    let r = vm.call(it.slot(1), &[v])?;
    if vm.truth(r)? {
        Ok(Some(v))
    } else {
        it.finish()
    }
}

/// Slots: iterator, predicate or `None`.
pub(super) fn filterfalse_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    predicate_new(vm, args, filterfalse_step)
}

pub(super) fn filterfalse_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let f = it.slot(1);
    let bool_type = vm.builtin_type(ids::BOOL).value();
    loop {
        let Some(v) = it.pull(vm)? else {
            return Ok(None);
        };
        let r = if f.is_none() || f == bool_type {
            v
        } else {
            vm.call(f, &[v])?
        };
        if !vm.truth(r)? {
            return Ok(Some(v));
        }
    }
}

/// Slots: iterator, function.
pub(super) fn starmap_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    predicate_new(vm, args, starmap_step)
}

pub(super) fn starmap_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(v) = it.pull(vm)? else {
        return Ok(None);
    };
    if let Some(t) = v.cast::<PyTuple>() {
        return vm.call(it.slot(1), t.items()).map(Some);
    }
    let all = vm.collect(v)?;
    vm.call(it.slot(1), all.as_slice()).map(Some)
}

/// An index argument of `islice`: `None` gives `default`.
fn slice_index(vm: &mut Vm, v: Value, default: i64, message: &str) -> PyResult<i64> {
    if v.is_none() {
        return Ok(default);
    }
    let n = if seq::has_index(vm, v) {
        vm.index_clipped(v)?
    } else {
        -1
    };
    if n < 0 || (n == i64::MAX && as_i64(v).is_none()) {
        return Err(vm.value_error(message));
    }
    Ok(n)
}

/// Slot: iterator. Numbers: next position, stop (-1: none), step, items taken.
pub(super) fn islice_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = items(&args[1]);
    skein_runtime::builtins::args::check_count(vm, "islice", given.len(), 2, 4)?;
    let (start, stop, step) = match &given[1..] {
        [start, stop, step] => (*start, *stop, *step),
        [start, stop] => (*start, *stop, Value::NONE),
        rest => (Value::NONE, rest[0], Value::NONE),
    };
    let stop_message =
        "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let stop = slice_index(vm, stop, -1, stop_message)?;
    let start_message = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    let start = slice_index(vm, start, 0, start_message)?;
    let step_message = "Step for islice() must be a positive integer or None.";
    let step = slice_index(vm, step, 1, step_message)?;
    if step < 1 {
        return Err(vm.value_error(step_message));
    }
    let source = vm.iter(given[0])?;
    make(vm, args[0], islice_step, &[source], &[start, stop, step, 0])
}

pub(super) fn islice_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    it.may_step(vm, false)?;
    let (next, stop) = (it.n[0].get(), it.n[1].get());
    while it.n[3].get() < next {
        if it.pull(vm)?.is_none() {
            return Ok(None);
        }
        it.n[3].set(it.n[3].get() + 1);
    }
    if stop >= 0 && it.n[3].get() >= stop {
        return it.finish();
    }
    let Some(v) = it.pull(vm)? else {
        return Ok(None);
    };
    it.n[3].set(it.n[3].get() + 1);
    let after = next.checked_add(it.n[2].get()).unwrap_or(i64::MAX);
    it.n[0].set(if stop >= 0 { after.min(stop) } else { after });
    Ok(Some(v))
}
