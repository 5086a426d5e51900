//! Subscripts of `list`: reading, storing and deleting items and slices.

use super::list_methods::this;
use super::seq::{self, Subscript, subscript};
use super::slice::{SliceParts, SliceRange};
use crate::prelude::*;

/// `list.__getitem__`
pub fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__getitem__", args[0])?;
    match subscript(vm, "list", args[1])? {
        Subscript::Index(i) => match seq::position(i, list.len()) {
            Some(i) => Ok(list.get(i)),
            None => Err(vm.index_error("list index out of range")),
        },
        Subscript::Slice(s) => {
            let parts = vm.slice_parts(s)?;
            Ok(get_slice(vm, list, parts).value())
        }
    }
}

/// A new list of the items that a slice takes.
pub fn get_slice(vm: &mut Vm, list: Ref<PyList>, parts: SliceParts) -> Ref<PyList> {
    let r = SliceRange::adjust(parts, list.len());
    if r.step == 1 {
        return list.copy(vm, r.start, r.count);
    }
    let Some(source) = list.array().filter(|_| r.count > 0) else {
        return PyList::new(vm);
    };
    let target = vm.heap.new_array(r.count);
    let (low, step) = r.ascending();
    let taken = source.slots()[low..].iter().step_by(step).take(r.count);
    // The array is new: its stores need no barrier.
    let fill = |to: &Slot, from: &Slot| to.set_unbarriered(from.get());
    if r.step == -1 {
        let taken = source.slots()[low..low + r.count].iter().rev();
        (target.slots().iter().zip(taken)).for_each(|(to, from)| fill(to, from));
    } else if r.step < 0 {
        (target.slots().iter().rev().zip(taken)).for_each(|(to, from)| fill(to, from));
    } else {
        (target.slots().iter().zip(taken)).for_each(|(to, from)| fill(to, from));
    }
    PyList::from_array(vm, Some(target), r.count)
}

/// `list.__setitem__`
pub fn setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__setitem__", args[0])?;
    match subscript(vm, "list", args[1])? {
        Subscript::Index(i) => match seq::position(i, list.len()) {
            Some(i) => list.set(i, args[2]),
            None => return Err(vm.index_error("list assignment index out of range")),
        },
        Subscript::Slice(s) => {
            let parts = vm.slice_parts(s)?;
            set_slice(vm, list, parts, args[2])?;
        }
    }
    Ok(Value::NONE)
}

fn set_slice(vm: &mut Vm, list: Ref<PyList>, parts: SliceParts, source: Value) -> PyResult<()> {
    let message = if parts.step == 1 {
        "can only assign an iterable"
    } else {
        "must assign iterable to extended slice"
    };
    let values = sequence_fast(vm, source, message)?;
    // Collecting may have run Python code that changed the list, so the slice is clipped only now.
    let r = SliceRange::adjust(parts, list.len());
    let values = values.as_slice();
    if r.step == 1 {
        list.splice(vm, r.start, r.stop, values);
        return Ok(());
    }
    if values.len() != r.count {
        let (n, want) = (values.len(), r.count);
        return Err(vm.value_error(format!(
            "attempt to assign sequence of size {n} to extended slice of size {want}"
        )));
    }
    for (i, v) in values.iter().enumerate() {
        list.set(r.at(i), *v);
    }
    Ok(())
}

/// The items of an iterable; `TypeError` with `message` if it is none.
pub fn sequence_fast(vm: &mut Vm, source: Value, message: &str) -> PyResult<ValueVec> {
    if matches!(source.shape_id(), ids::LIST | ids::TUPLE) {
        return vm.collect(source);
    }
    match vm.iter(source) {
        Ok(it) => vm.collect(it),
        Err(r) => Err(if vm.clear_raised_if(ids::TYPE_ERROR) {
            vm.type_error(message)
        } else {
            r
        }),
    }
}

/// `list.__delitem__`
pub fn delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = this(vm, "__delitem__", args[0])?;
    match subscript(vm, "list", args[1])? {
        Subscript::Index(i) => match seq::position(i, list.len()) {
            Some(i) => list.splice(vm, i, i + 1, &[]),
            None => return Err(vm.index_error("list assignment index out of range")),
        },
        Subscript::Slice(s) => {
            let parts = vm.slice_parts(s)?;
            let r = SliceRange::adjust(parts, list.len());
            delete_slice(vm, list, r);
        }
    }
    Ok(Value::NONE)
}

fn delete_slice(vm: &mut Vm, list: Ref<PyList>, r: SliceRange) {
    let (low, step) = r.ascending();
    if r.count == 0 {
        return;
    }
    if step == 1 {
        list.splice(vm, low, low + r.count, &[]);
        return;
    }
    let Some(array) = list.array() else { return };
    let len = list.len();
    let mut to = low;
    for i in 0..r.count {
        let from = low + i * step + 1;
        let end = if i + 1 < r.count {
            low + (i + 1) * step
        } else {
            len
        };
        array.copy_from(to, array, from, end - from);
        to += end - from;
    }
    list.set_len(to);
}
