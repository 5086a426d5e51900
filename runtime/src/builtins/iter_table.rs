//! Methods of the iterators over dicts and sets.

use super::iter_seq::{builtin, iter_self, next, this};
use crate::prelude::*;

macro_rules! table_iterator {
    ($($name:ident)*) => {
        $(
        /// The iterator type of this name.
        pub static $name: TypeDef = TypeDef {
            id: ids::$name,
            doc: "",
            methods: &[
                slot("__iter__", iter_self),
                slot("__next__", next),
                method("__length_hint__", length_hint, "($self, /)", "Private method returning an estimate of len(list(it))."),
                method("__reduce__", reduce, "($self, /)", "Return state information for pickling."),
            ],
            getsets: &[],
        };
        )*
    };
}
table_iterator! {
    DICT_KEYITERATOR DICT_VALUEITERATOR DICT_ITEMITERATOR
    DICT_REVERSEKEYITERATOR DICT_REVERSEVALUEITERATOR DICT_REVERSEITEMITERATOR
    SET_ITERATOR
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
