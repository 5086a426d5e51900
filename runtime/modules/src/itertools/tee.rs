//! `tee`: independent iterators over shared chunks of items, which die with the last iterator that needs them.
//!
//! A chunk is an array: the next chunk, then up to `CHUNK` items (`NULL`: not fetched yet), then a mark while one is
//! being fetched.

use super::{It, make, this};
use crate::util::state_type;
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;

const CHUNK: usize = 57;

/// Slots: the source, the present chunk. Number: items of the chunk already given.
pub(super) fn tee_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let source = vm.iter(args[1])?;
    tee_over(vm, args[0], source)
}

fn tee_over(vm: &mut Vm, cls: Value, source: Value) -> PyResult {
    if let Some((_, it)) = tee_of(&source) {
        return make(
            vm,
            cls,
            tee_step,
            &[it.slot(0), it.slot(1)],
            &[it.n[0].get()],
        );
    }
    let chunk = vm.heap.new_array(CHUNK + 2).value();
    make(vm, cls, tee_step, &[source, chunk], &[])
}

fn tee_of(v: &Value) -> Option<(Ref<Native>, &It)> {
    native::<It>(v).filter(|(_, it)| std::ptr::fn_addr_eq(it.step.get(), tee_step as super::StepFn))
}

pub(super) fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, &args[0])?;
    let ty = vm.type_of(args[0]).value();
    tee_over(vm, ty, args[0])
}

fn tee_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    let Some(mut chunk) = it.slot(1).cast::<Array>() else {
        return Ok(None);
    };
    let mut at = it.n[0].get() as usize;
    if at == CHUNK {
        let next = match chunk.get(0).cast::<Array>() {
            Some(n) => n,
            None => {
                let n = vm.heap.new_array(CHUNK + 2);
                chunk.set(0, n.value());
                n
            }
        };
        it.s[1].set(owner, next.value());
        (chunk, at) = (next, 0);
        it.n[0].set(0);
    }
    if let Some(v) = chunk.get(at + 1).non_null() {
        it.n[0].set(at as i64 + 1);
        return Ok(Some(v));
    }
    if !chunk.get(CHUNK + 1).is_null() {
        return Err(vm.runtime_error("cannot re-enter the tee iterator"));
    }
    chunk.set(CHUNK + 1, Value::TRUE);
    let fetched = vm.next(it.slot(0));
    chunk.set(CHUNK + 1, Value::NULL);
    let Some(v) = fetched? else {
        return Ok(None);
    };
    chunk.set(at + 1, v);
    it.n[0].set(at as i64 + 1);
    Ok(Some(v))
}

pub(super) fn tee(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = crate::util::ssize_or(vm, args[1], 2)?;
    if n < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    if n == 0 {
        return Ok(vm.new_tuple(&[]));
    }
    let source = vm.iter(args[0])?;
    let copy_name = vm.names.__copy__;
    let ty = state_type(vm, "itertools._tee")?.value();
    let mut out = ValueVec::new();
    let copier = if tee_of(&source).is_some() {
        None
    } else {
        vm.try_get_attr(source, copy_name)?
    };
    let first = if copier.is_some() {
        source
    } else {
        tee_over(vm, ty, source)?
    };
    out.push(&vm.heap, first);
    for _ in 1..n {
        let v = match copier {
            Some(f) => vm.call(f, &[])?,
            None => tee_over(vm, ty, first)?,
        };
        out.push(&vm.heap, v);
    }
    Ok(vm.new_tuple(out.as_slice()))
}
