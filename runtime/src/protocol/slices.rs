//! Slices of exact builtin sequences between two machine integers, without a slice object.

use crate::builtins::list_items;
use crate::builtins::slice::{SliceParts, SliceRange};
use crate::prelude::*;

/// The parts of `start:stop` if both are machine integers or None.
#[inline]
fn simple_parts(start: Value, stop: Value) -> Option<SliceParts> {
    let part = |v: Value, absent: i64| {
        if v.is_none() {
            Some(absent)
        } else {
            v.as_small_int()
        }
    };
    Some(SliceParts {
        start: part(start, 0)?,
        stop: part(stop, i64::MAX)?,
        step: 1,
    })
}

impl Vm {
    /// `object[start:stop]` where no Python code can be involved; `None`: take the general way.
    pub fn get_slice_simple(&mut self, object: Value, start: Value, stop: Value) -> Option<Value> {
        let id = object.shape_id();
        if !matches!(id, ids::LIST | ids::TUPLE | ids::STR | ids::BYTES) {
            return None;
        }
        let parts = simple_parts(start, stop)?;
        Some(match id {
            ids::LIST => list_items::get_slice(self, object.cast()?, parts).value(),
            ids::TUPLE => {
                let t: Ref<PyTuple> = object.cast()?;
                let r = SliceRange::adjust(parts, t.len());
                if r.count == t.len() {
                    return Some(object);
                }
                self.new_tuple(&t.items()[r.start..r.start + r.count])
            }
            ids::STR => {
                let s: Ref<PyStr> = object.cast()?;
                let r = SliceRange::adjust(parts, s.len());
                if r.count == 0 {
                    return Some(self.empty_str().value());
                }
                s.substring(self, r.start, r.stop).value()
            }
            _ => {
                let b: Ref<PyBytes> = object.cast()?;
                let r = SliceRange::adjust(parts, b.bytes().len());
                if r.count == b.bytes().len() {
                    return Some(object);
                }
                self.new_bytes(&b.bytes()[r.start..r.start + r.count])
            }
        })
    }

    /// `object[start:stop] = v` for an exact list and an exact list or tuple; false: take the general way.
    pub fn set_slice_simple(&mut self, object: Value, start: Value, stop: Value, v: Value) -> bool {
        if object.shape_id() != ids::LIST {
            return false;
        }
        let (Some(list), Some(parts)) = (object.cast::<PyList>(), simple_parts(start, stop)) else {
            return false;
        };
        let r = SliceRange::adjust(parts, list.len());
        match v.shape_id() {
            ids::TUPLE => {
                let Some(t) = v.cast::<PyTuple>() else {
                    return false;
                };
                list.splice(self, r.start, r.stop, t.items());
            }
            ids::LIST => {
                let Some(source) = v.cast::<PyList>() else {
                    return false;
                };
                list.splice_list(self, r.start, r.stop, source);
            }
            _ => return false,
        }
        true
    }
}
