//! Filling dicts from other dicts, mappings and iterables of pairs (`dict()`, `update`, `|=`, `**` in displays).

use super::list_items::sequence_fast;
use crate::prelude::*;

/// `d.update(source)`: `source` is a mapping if it has `keys`, else an iterable of pairs.
pub fn update_from(vm: &mut Vm, d: Ref<PyDict>, source: Value) -> PyResult<()> {
    if source.shape_id() == ids::DICT
        && let Some(other) = source.cast::<PyDict>()
    {
        return merge_from(vm, d, other);
    }
    let keys = vm.names.keys;
    match vm.try_get_attr(source, keys)? {
        Some(keys) => merge_mapping(vm, d, source, keys),
        None => merge_pairs(vm, d, source),
    }
}

/// Adds all entries of `source` (an instance of dict or a subclass). A subclass with its own `__iter__` is asked through
/// its `keys` and `__getitem__`.
///
/// Errors: `RuntimeError` if comparing keys changes `source`.
pub fn merge_from(vm: &mut Vm, d: Ref<PyDict>, source: Ref<PyDict>) -> PyResult<()> {
    if d == source {
        return Ok(());
    }
    if source.shape_id() != ids::DICT && overrides_iter(vm, source) {
        let keys = vm.names.keys;
        let keys = vm.get_attr(source.value(), keys)?;
        return merge_mapping(vm, d, source.value(), keys);
    }
    if d.is_empty() {
        d.clear();
        d.copy_entries_from(vm, source);
        return Ok(());
    }
    d.reserve(vm, d.len().max(source.len()));
    let changes = source.mutations();
    let mut at = 0;
    while let Some((i, k, v)) = source.next_entry(at) {
        d.insert_hashed(vm, k, source.hash_at(i), v)?;
        if source.mutations() != changes {
            return Err(vm.runtime_error("dict mutated during update"));
        }
        at = i + 1;
    }
    Ok(())
}

/// The dict in `v` if its entries may be taken directly: an instance of dict or of a subclass that iterates as dict does.
pub fn plain_dict(vm: &mut Vm, v: Value) -> Option<Ref<PyDict>> {
    let d: Ref<PyDict> = v.cast()?;
    (d.shape_id() == ids::DICT || !overrides_iter(vm, d)).then_some(d)
}

fn overrides_iter(vm: &mut Vm, d: Ref<PyDict>) -> bool {
    if d.shape_id() == ids::ORDERED_DICT {
        return false;
    }
    let iter = vm.names.__iter__;
    let plain = vm.builtin_type(ids::DICT);
    vm.lookup_special(d.value(), iter) != vm.type_lookup(plain, iter)
}

/// Adds `source[key]` for every key that `keys()` gives.
pub fn merge_mapping(vm: &mut Vm, d: Ref<PyDict>, source: Value, keys: Value) -> PyResult<()> {
    if let Some(other) = source.cast::<PyDict>()
        && !overrides_iter(vm, other)
    {
        return merge_from(vm, d, other);
    }
    let keys = vm.call(keys, &[])?;
    vm.for_each(keys, |vm, k| {
        let v = vm.get_item(source, k)?;
        d.insert(vm, k, v)?;
        Ok(true)
    })
}

fn merge_pairs(vm: &mut Vm, d: Ref<PyDict>, source: Value) -> PyResult<()> {
    let mut n = 0;
    vm.for_each(source, |vm, item| {
        let pair = match sequence_fast(vm, item, "object is not iterable") {
            Ok(p) => p,
            Err(r) => {
                note_bad_element(vm, n);
                return Err(r);
            }
        };
        if pair.len() != 2 {
            let len = pair.len();
            return Err(vm.value_error(format!(
                "dictionary update sequence element #{n} has length {len}; 2 is required"
            )));
        }
        d.insert(vm, pair.get(0), pair.get(1))?;
        n += 1;
        Ok(true)
    })
}

/// Adds CPython's note to the `TypeError` in flight.
fn note_bad_element(vm: &mut Vm, n: usize) {
    if !vm.raised_is(ids::TYPE_ERROR) {
        return;
    }
    let error = vm.take_raised();
    let note = vm.new_str(&format!(
        "Cannot convert dictionary update sequence element #{n} to a sequence"
    ));
    if vm.call_method(error, "add_note", &[note]).is_err() {
        vm.take_raised();
    }
    vm.reraise_value(error);
}
