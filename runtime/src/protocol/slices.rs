//! Slices of exact builtin sequences between two machine integers, without a slice object.

use crate::prelude::*;

/// Where the slice `start:stop` of a sequence of `len` items begins, and how many it takes, if both bounds are machine integers or
/// None.
#[inline(always)]
fn clipped(start: Value, stop: Value, len: usize) -> Option<(usize, usize)> {
    let len = len as i64;
    let clip = |bound: Value, absent: i64| {
        if bound.is_none() {
            return Some(absent);
        }
        let n = bound.as_small_int()?;
        Some(if n < 0 { (n + len).max(0) } else { n.min(len) })
    };
    let (first, end) = (clip(start, 0)?, clip(stop, len)?);
    Some((first as usize, (end - first).max(0) as usize))
}

impl Vm {
    /// `object[start:stop]` where no Python code can be involved; `None`: take the general way.
    pub fn get_slice_simple(&mut self, object: Value, start: Value, stop: Value) -> Option<Value> {
        Some(match object.shape_id() {
            ids::LIST => {
                let list: Ref<PyList> = object.cast()?;
                let (first, count) = clipped(start, stop, list.len())?;
                list.copy(self, first, count).value()
            }
            ids::TUPLE => {
                let t: Ref<PyTuple> = object.cast()?;
                let (first, count) = clipped(start, stop, t.len())?;
                if count == t.len() {
                    return Some(object);
                }
                self.new_tuple(&t.items()[first..first + count])
            }
            ids::STR => {
                let s: Ref<PyStr> = object.cast()?;
                let (first, count) = clipped(start, stop, s.len())?;
                if count == 0 {
                    return Some(self.empty_str().value());
                }
                s.substring(self, first, first + count).value()
            }
            ids::BYTES => {
                let b: Ref<PyBytes> = object.cast()?;
                let (first, count) = clipped(start, stop, b.bytes().len())?;
                if count == b.bytes().len() {
                    return Some(object);
                }
                self.new_bytes(&b.bytes()[first..first + count])
            }
            _ => return None,
        })
    }

    /// `object[start:stop] = v` for an exact list and an exact list or tuple; false: take the general way.
    pub fn set_slice_simple(&mut self, object: Value, start: Value, stop: Value, v: Value) -> bool {
        if object.shape_id() != ids::LIST {
            return false;
        }
        let Some(list) = object.cast::<PyList>() else {
            return false;
        };
        let Some((first, count)) = clipped(start, stop, list.len()) else {
            return false;
        };
        match v.shape_id() {
            ids::TUPLE => {
                let Some(t) = v.cast::<PyTuple>() else {
                    return false;
                };
                list.splice(self, first, first + count, t.items());
            }
            ids::LIST => {
                let Some(source) = v.cast::<PyList>() else {
                    return false;
                };
                list.splice_list(self, first, first + count, source);
            }
            _ => return false,
        }
        true
    }
}
