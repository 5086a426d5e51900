//! `groupby` and its groups.

use super::{It, make};
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;

pub(super) const SOURCE: usize = 0;
pub(super) const KEY_FUNC: usize = 1;
pub(super) const TARGET_KEY: usize = 2;
pub(super) const KEY: usize = 3;
pub(super) const ITEM: usize = 4;
pub(super) const GROUP: usize = 5;

/// Slots: the constants above.
pub(super) fn groupby_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let source = vm.iter(args[1])?;
    let key = args[2].non_null().unwrap_or(Value::NONE);
    make(vm, args[0], groupby_step, &[source, key], &[])
}

/// Reads one item ahead; false at the end.
pub(super) fn advance(vm: &mut Vm, owner: Ref<Native>, it: &It) -> PyResult<bool> {
    let source = it.slot(SOURCE);
    if source.is_null() {
        return Ok(false);
    }
    let f = it.slot(KEY_FUNC);
    it.may_call(vm, !f.is_none())?;
    let Some(v) = vm.next(source)? else {
        return Ok(false);
    };
    let key = if f.is_none() { v } else { vm.call(f, &[v])? };
    it.s[ITEM].set(owner, v);
    it.s[KEY].set(owner, key);
    Ok(true)
}

fn same(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    Ok(a == b || vm.equal(a, b)?)
}

pub(super) fn groupby_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    it.s[GROUP].set_unbarriered(Value::NULL);
    loop {
        let (key, target) = (it.slot(KEY), it.slot(TARGET_KEY));
        if !key.is_null() && (target.is_null() || !same(vm, target, key)?) {
            break;
        }
        if !advance(vm, owner, it)? {
            return Ok(None);
        }
    }
    let key = it.slot(KEY);
    it.s[TARGET_KEY].set(owner, key);
    let group_type = crate::util::state_type(vm, "itertools._grouper")?.value();
    let group = make(vm, group_type, group_step, &[owner.value(), key], &[])?;
    it.s[GROUP].set(owner, group);
    Ok(Some(vm.new_tuple(&[key, group])))
}

/// Slots: the `groupby`, the group's key.
pub(super) fn grouper_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some((parent_ref, parent)) = native::<It>(&args[1])
        .filter(|(_, p)| std::ptr::fn_addr_eq(p.step.get(), groupby_step as super::StepFn))
    else {
        return Err(vm.type_error("_grouper() argument 1 must be itertools.groupby"));
    };
    let group = make(vm, args[0], group_step, &[args[1], args[2]], &[])?;
    parent.s[GROUP].set(parent_ref, group);
    Ok(group)
}

pub(super) fn group_step(vm: &mut Vm, owner: Ref<Native>, it: &It) -> Step {
    let parent_value = it.slot(0);
    let Some((parent_ref, parent)) = native::<It>(&parent_value) else {
        return Ok(None);
    };
    if parent.slot(GROUP) != owner.value() {
        return Ok(None);
    }
    if parent.slot(ITEM).is_null() && !advance(vm, parent_ref, parent)? {
        return Ok(None);
    }
    if !same(vm, it.slot(1), parent.slot(KEY))? {
        return Ok(None);
    }
    let v = parent.slot(ITEM);
    parent.s[ITEM].set_unbarriered(Value::NULL);
    Ok(v.non_null())
}
