//! Which steps are last ones, told before they are taken.
//!
//! Machine code leaves a loop over an iterator by a step that gives nothing. It must know that it will give nothing, since an item
//! given elsewhere than at the loop's turn would be lost. Where that cannot be told (sources that run Python code, iterators that
//! ask functions), the answer is no, and the interpreter takes the step.

use super::{It, StepFn, chain, combine, group, number, select};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::iter_next::has_more;
use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;

/// True if the next step surely gives nothing. A group's item may have been read ahead to find that out.
pub(super) fn is_last(vm: &mut Vm, owner: Ref<Native>, it: &It) -> bool {
    let step = it.step.get();
    let is = |other: StepFn| std::ptr::fn_addr_eq(step, other);
    let running = it.n[0].get() == combine::RUNNING;
    if is(combine::product_step) {
        let places = it.indices.borrow();
        let pools = it.slot(0);
        let last = |(pool, i): (&Value, &usize)| i + 1 >= items(pool).len();
        return is_done(it) || running && items(&pools).iter().zip(places.iter()).all(last);
    }
    if is(combine::permutations_step) {
        let all = it.indices.borrow();
        let cycles = all.get(items(&it.slot(0)).len()..).unwrap_or(&[]);
        return is_done(it) || running && cycles.iter().all(|c| *c == 1);
    }
    if is(combine::combinations_step) {
        let (n, places) = (items(&it.slot(0)).len(), it.indices.borrow());
        let first = n.saturating_sub(places.len());
        let mut numbered = places.iter().enumerate();
        return is_done(it) || running && numbered.all(|(i, at)| *at == first + i);
    }
    if is(combine::replacement_step) {
        let (n, places) = (items(&it.slot(0)).len(), it.indices.borrow());
        return is_done(it) || running && places.iter().all(|at| at + 1 == n);
    }
    if is(number::repeat_step) {
        return it.n[0].get() == 0;
    }
    if is(group::group_step) {
        return is_last_of_group(vm, owner, it);
    }
    let over = is_over(it.slot(0));
    if is(group::groupby_step) {
        let (key, target) = (it.slot(group::KEY), it.slot(group::TARGET_KEY));
        return over
            && (key.is_null() || !target.is_null() && same_simply(vm, key, target) == Some(true));
    }
    if is(chain::chain_step) {
        return over && it.slot(chain::AHEAD).is_null() && is_over(it.slot(1));
    }
    if is(select::accumulate_step) {
        return over && it.slot(3).is_null() && it.slot(select::AHEAD).is_null();
    }
    if is(select::islice_step) {
        let (next, stop, taken) = (it.n[0].get(), it.n[1].get(), it.n[3].get());
        return over || stop >= 0 && taken >= stop && taken >= next;
    }
    let alike: [StepFn; 7] = [
        select::batched_step,
        select::compress_step,
        select::dropwhile_step,
        select::filterfalse_step,
        select::starmap_step,
        select::takewhile_step,
        chain::pairwise_step,
    ];
    over && alike.into_iter().any(is)
}

/// True if steps are likely to be refused where Python code is, or ends to come unforeseen.
pub(super) fn needs_python(it: &It) -> bool {
    let step = it.step.get();
    let is = |other: StepFn| std::ptr::fn_addr_eq(step, other);
    let alone: [StepFn; 6] = [
        combine::product_step,
        combine::permutations_step,
        combine::combinations_step,
        combine::replacement_step,
        number::count_step,
        number::repeat_step,
    ];
    if alone.into_iter().any(is) {
        return false;
    }
    if is(group::group_step) {
        let parent = it.slot(0);
        return native::<It>(&parent).is_none_or(|(_, parent)| groups_by_python(parent));
    }
    if is(group::groupby_step) {
        return groups_by_python(it);
    }
    let more = match step {
        _ if is(chain::chain_step) => !it.slot(1).is_null() && has_more(it.slot(1)).is_none(),
        _ if is(select::accumulate_step) => !it.slot(1).is_null(),
        _ => false,
    };
    more || !it.plain
}

fn groups_by_python(it: &It) -> bool {
    let key = it.slot(group::KEY);
    let simple = key.header().is_none() || key.shape_id() == ids::STR;
    !(simple && it.slot(group::KEY_FUNC).is_none() && it.plain)
}

fn is_done(it: &It) -> bool {
    it.n[0].get() == combine::DONE || it.slot(0).is_null()
}

/// True for a source that surely has no other item, or is gone.
fn is_over(source: Value) -> bool {
    source.is_null() || has_more(source) == Some(false)
}

/// Whether two keys are the same, if no Python code decides that.
fn same_simply(vm: &Vm, a: Value, b: Value) -> Option<bool> {
    match a == b {
        true => Some(true),
        false => vm.compare_simple(CompareOp::Eq, a, b),
    }
}

fn is_last_of_group(vm: &mut Vm, owner: Ref<Native>, it: &It) -> bool {
    let parent_value = it.slot(0);
    let Some((parent_ref, parent)) = native::<It>(&parent_value) else {
        return true;
    };
    if parent.slot(group::GROUP) != owner.value() {
        return true;
    }
    if parent.slot(group::ITEM).is_null() {
        let source = parent.slot(group::SOURCE);
        if is_over(source) {
            return true;
        }
        // What is read ahead waits in the parent.
        if !parent.slot(group::KEY_FUNC).is_none() || has_more(source).is_none() {
            return false;
        }
        match group::advance(vm, parent_ref, parent) {
            Ok(true) => {}
            Ok(false) => return false,
            Err(_) => {
                vm.take_raised();
                return false;
            }
        }
    }
    same_simply(vm, it.slot(1), parent.slot(group::KEY)) == Some(false)
}
