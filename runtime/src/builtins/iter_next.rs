//! `next()` of the builtin iterators whose next step needs no look-up, shared by native code and the interpreter's loops.

use crate::prelude::*;

/// The next item if `it` is an exact builtin iterator handled here; the inner `None`: exhausted.
#[inline]
pub fn next_builtin(vm: &mut Vm, it: Value) -> Option<PyResult<Option<Value>>> {
    let i: Ref<PyIter> = it.cast()?;
    match i.shape_id() {
        ids::LIST_ITERATOR => {
            let Some(list) = i.a.get().cast::<PyList>() else {
                return Some(Ok(None));
            };
            let at = i.index.get();
            match list.try_get(at as usize) {
                Some(v) => {
                    i.index.set(at + 1);
                    Some(Ok(Some(v)))
                }
                None => {
                    i.a.set_unbarriered(Value::NULL);
                    Some(Ok(None))
                }
            }
        }
        ids::TUPLE_ITERATOR => {
            let Some(t) = i.a.get().cast::<PyTuple>() else {
                return Some(Ok(None));
            };
            let at = i.index.get();
            match t.items().get(at as usize) {
                Some(v) => {
                    i.index.set(at + 1);
                    Some(Ok(Some(*v)))
                }
                None => {
                    i.a.set_unbarriered(Value::NULL);
                    Some(Ok(None))
                }
            }
        }
        ids::RANGE_ITERATOR => {
            // `stop` counts what is left, `index` is the next value.
            let left = i.stop.get();
            if left <= 0 {
                return Some(Ok(None));
            }
            let n = i.index.get();
            i.stop.set(left - 1);
            i.index.set(n.wrapping_add(i.step.get()));
            Some(Ok(Some(vm.new_int(n))))
        }
        _ => None,
    }
}
