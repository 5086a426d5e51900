//! Methods of the iterators over dicts and sets.

use super::iter_seq::{builtin, iter_self, next, this};
use crate::iterator_types;
use crate::prelude::*;

iterator_types! { reduce;
    DICT_KEYITERATOR [slot("__length_hint__", length_hint)];
    DICT_VALUEITERATOR [slot("__length_hint__", length_hint)];
    DICT_ITEMITERATOR [slot("__length_hint__", length_hint)];
    DICT_REVERSEKEYITERATOR [slot("__length_hint__", length_hint)];
    DICT_REVERSEVALUEITERATOR [slot("__length_hint__", length_hint)];
    DICT_REVERSEITEMITERATOR [slot("__length_hint__", length_hint)];
    SET_ITERATOR [slot("__length_hint__", length_hint)];
}

fn length_hint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__length_hint__", args[0])?;
    let size = match i.a.get().cast::<PyDict>() {
        Some(d) => d.len(),
        None => i.a.get().cast::<PySet>().map_or(0, |s| s.len()),
    };
    let valid = !i.a.get().is_null() && size as i64 == i.stop.get();
    Ok(vm.new_int(if valid { i.step.get() } else { 0 }))
}

/// `iter(list of what is left)`; the iterator itself does not move.
fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = this(vm, "__reduce__", args[0])?;
    let (index, stop, step) = (i.index.get(), i.stop.get(), i.step.get());
    let copy = PyIter::new(vm, i.shape_id(), i.a.get(), i.b.get(), index, stop, step);
    let rest = super::list_methods::list_from(vm, copy.value())?;
    let (f, init) = (builtin(vm, "iter"), vm.new_tuple(&[rest.value()]));
    Ok(vm.new_tuple(&[f, init]))
}
