//! `count` and `repeat`.

use super::{It, make, this};
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;

fn is_number(vm: &mut Vm, v: Value) -> bool {
    let (a, b, c) = (vm.names.__index__, vm.names.__float__, vm.names.__int__);
    as_int(&v).is_some()
        || as_float(v).is_some()
        || v.shape_id() == ids::COMPLEX
        || [a, b, c]
            .into_iter()
            .any(|n| vm.lookup_special(v, n).is_some())
}

/// Slots: next value, step. Numbers: 1 while both are small ints, next value, step.
pub(super) fn count_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let start = args[1].non_null().unwrap_or(Value::from_i32(0));
    let step = args[2].non_null().unwrap_or(Value::from_i32(1));
    if !is_number(vm, start) || !is_number(vm, step) {
        return Err(vm.type_error("a number is required"));
    }
    match (start.as_small_int(), step.as_small_int()) {
        (Some(a), Some(b)) => make(vm, args[0], count_step, &[start, step], &[1, a, b]),
        _ => make(vm, args[0], count_step, &[start, step], &[0]),
    }
}

pub(super) fn count_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    if it.n[0].get() == 1 {
        let n = it.n[1].get();
        match n.checked_add(it.n[2].get()) {
            Some(next) => it.n[1].set(next),
            None => {
                it.n[0].set(0);
                let (a, b) = (vm.new_int(n), vm.new_int(it.n[2].get()));
                let next = vm.binary(BinaryOp::Add, false, a, b)?;
                it.s[0].set(owner, next);
            }
        }
        return Ok(Some(vm.new_int(n)));
    }
    let v = it.slot(0);
    let next = vm.binary(BinaryOp::Add, false, v, it.slot(1))?;
    it.s[0].set(owner, next);
    Ok(Some(v))
}

pub(super) fn count_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, it) = this(vm, &args[0])?;
    let now = if it.n[0].get() == 1 {
        vm.new_int(it.n[1].get())
    } else {
        it.slot(0)
    };
    let (name, now) = (vm.short_type_name(args[0]), vm.repr_text(now)?);
    if it.slot(1).as_small_int() == Some(1) {
        return Ok(vm.new_str(&format!("{name}({now})")));
    }
    let step = vm.repr_text(it.slot(1))?;
    Ok(vm.new_str(&format!("{name}({now}, {step})")))
}

/// Slot: the object. Number: how often still, -1 for endlessly.
pub(super) fn repeat_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let times = match args[2].non_null() {
        Some(v) => vm.ssize(v)?.max(0),
        None => -1,
    };
    make(vm, args[0], repeat_step, &[args[1]], &[times])
}

pub(super) fn repeat_step(_vm: &mut Vm, _owner: Ref<Native>, it: &It) -> Step {
    match it.n[0].get() {
        0 => return Ok(None),
        n if n > 0 => it.n[0].set(n - 1),
        _ => {}
    }
    Ok(Some(it.slot(0)))
}

pub(super) fn repeat_hint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, it) = this(vm, &args[0])?;
    if it.n[0].get() < 0 {
        return Err(vm.type_error("len() of unsized object"));
    }
    Ok(vm.new_int(it.n[0].get()))
}

pub(super) fn repeat_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, it) = this(vm, &args[0])?;
    let (name, v, left) = (
        vm.short_type_name(args[0]),
        vm.repr_text(it.slot(0))?,
        it.n[0].get(),
    );
    if left < 0 {
        return Ok(vm.new_str(&format!("{name}({v})")));
    }
    Ok(vm.new_str(&format!("{name}({v}, {left})")))
}
