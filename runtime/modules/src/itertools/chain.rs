//! `chain`, `cycle`, `pairwise` and `zip_longest`.

use super::{It, make};
use crate::util::items;
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;

/// The slot of an iterable that could not be gone through, because Python code was refused.
pub(super) const AHEAD: usize = 2;

/// Slots: iterator over the iterables, iterator over the present one, [`AHEAD`].
pub(super) fn chain_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let sources = vm.iter(args[1])?;
    make(vm, args[0], chain_step, &[sources], &[])
}

pub(super) fn from_iterable(vm: &mut Vm, args: &[Value]) -> PyResult {
    let sources = vm.iter(args[1])?;
    make(vm, args[0], chain_step, &[sources], &[])
}

pub(super) fn chain_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    loop {
        let active = it.slot(1);
        if active.is_null() {
            let source = match it.slot(AHEAD).non_null() {
                Some(v) => v,
                None => match it.pull(vm)? {
                    Some(v) => v,
                    None => return Ok(None),
                },
            };
            it.s[AHEAD].set_unbarriered(Value::NULL);
            match vm.iter(source) {
                Ok(v) => it.s[1].set(owner, v),
                Err(r) if vm.python_forbidden.get() => {
                    it.s[AHEAD].set(owner, source);
                    return Err(r);
                }
                Err(r) => {
                    let _ = it.finish();
                    return Err(r);
                }
            }
            continue;
        }
        match vm.next(active)? {
            Some(v) => return Ok(Some(v)),
            None => it.s[1].set_unbarriered(Value::NULL),
        }
    }
}

/// Slots: iterator, list of the items seen. Numbers: position in the list once the iterator is exhausted.
pub(super) fn cycle_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let source = vm.iter(args[1])?;
    let saved = PyList::new(vm).value();
    make(vm, args[0], cycle_step, &[source, saved], &[])
}

pub(super) fn cycle_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(saved) = it.slot(1).cast::<PyList>() else {
        return Ok(None);
    };
    if let Some(v) = it.pull(vm)? {
        saved.push(vm, v);
        return Ok(Some(v));
    }
    let at = it.n[0].get() as usize;
    let Some(v) = saved.try_get(at) else {
        return Ok(None);
    };
    it.n[0].set(if at + 1 >= saved.len() {
        0
    } else {
        at as i64 + 1
    });
    Ok(Some(v))
}

/// Slots: iterator, the previous item.
pub(super) fn pairwise_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let source = vm.iter(args[1])?;
    make(vm, args[0], pairwise_step, &[source], &[])
}

pub(super) fn pairwise_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    if it.slot(1).is_null() {
        let Some(first) = it.pull(vm)? else {
            return Ok(None);
        };
        it.s[1].set(owner, first);
    }
    let old = it.slot(1);
    let Some(v) = it.pull(vm)? else {
        it.s[1].set_unbarriered(Value::NULL);
        return Ok(None);
    };
    it.s[1].set(owner, v);
    Ok(Some(vm.new_tuple(&[old, v])))
}

/// Slots: array of iterators (`NULL` when exhausted), fill value. Number: iterators that still give items.
pub(super) fn zip_longest_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut fill = Value::NONE;
    if let Some(kwargs) = args[2].cast::<PyDict>().filter(|d| !d.is_empty()) {
        match kwargs.get_text(vm, "fillvalue") {
            Some(v) if kwargs.len() == 1 => fill = v,
            _ => {
                return Err(vm.type_error("zip_longest() got an unexpected keyword argument"));
            }
        }
    }
    let sources = items(&args[1]);
    let array = vm.heap.new_array(sources.len());
    for (i, v) in sources.iter().enumerate() {
        let source = vm.iter(*v)?;
        array.set(i, source);
    }
    make(
        vm,
        args[0],
        zip_longest_step,
        &[array.value(), fill],
        &[sources.len() as i64],
    )
}

pub(super) fn zip_longest_step(vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    let Some(sources) = it.slot(0).cast::<Array>() else {
        return Ok(None);
    };
    if it.n[0].get() == 0 {
        return Ok(None);
    }
    let mut out = ValueVec::with_capacity(&vm.heap, sources.len());
    for i in 0..sources.len() {
        let source = sources.get(i);
        let v = if source.is_null() {
            None
        } else {
            vm.next(source)?
        };
        if v.is_none() && !source.is_null() {
            sources.set(i, Value::NULL);
            it.n[0].set(it.n[0].get() - 1);
            if it.n[0].get() == 0 {
                return Ok(None);
            }
        }
        out.push(&vm.heap, v.unwrap_or(it.slot(1)));
    }
    Ok(Some(vm.new_tuple(out.as_slice())))
}
