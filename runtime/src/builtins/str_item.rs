//! Indexing and slicing of `str`.

use super::slice::{PySlice, SliceRange};
use crate::prelude::*;
use crate::text::wtf8;

/// `s[key]` for an index or slice; also what the interpreter calls for exact strs.
#[inline]
pub fn str_getitem(vm: &mut Vm, s: Ref<PyStr>, key: Value) -> PyResult {
    if let Some(i) = key.as_small_int() {
        return char_at(vm, s, i);
    }
    if let Some(slice) = key.cast::<PySlice>() {
        return str_slice(vm, s, slice);
    }
    let names = vm.names;
    if as_int(&key).is_none() && vm.lookup_special(key, names.__index__).is_none() {
        let name = vm.type_name(key);
        return Err(vm.type_error(format!("string indices must be integers, not '{name}'")));
    }
    let i = vm.index_i64(key)?;
    char_at(vm, s, i)
}

#[inline]
fn char_at(vm: &mut Vm, s: Ref<PyStr>, i: i64) -> PyResult {
    let at = if i < 0 { i + s.len() as i64 } else { i };
    if at < 0 || at >= s.len() as i64 {
        return Err(vm.index_error("string index out of range"));
    }
    Ok(s.char_at(vm, at as usize).value())
}

/// `s[slice]`
pub fn str_slice(vm: &mut Vm, s: Ref<PyStr>, slice: Ref<PySlice>) -> PyResult {
    let range = SliceRange::adjust(vm.slice_parts(slice)?, s.len());
    if range.count == 0 {
        return Ok(vm.empty_str().value());
    }
    if range.step == 1 {
        return Ok(s.substring(vm, range.start, range.stop).value());
    }
    if range.count == 1 {
        return Ok(s.char_at(vm, range.start).value());
    }
    Ok(stepped(vm, s, range))
}

fn stepped(vm: &mut Vm, s: Ref<PyStr>, range: SliceRange) -> Value {
    let (bytes, count) = (s.bytes(), range.count);
    let positions = (0..count).map(|k| range.at(k));
    if s.is_ascii() {
        let out: Vec<u8> = positions.map(|i| bytes[i]).collect();
        return PyStr::new_counted(vm, &out, count).value();
    }
    let offsets: Vec<u32> = wtf8::code_point_indices(bytes)
        .map(|(offset, _)| offset as u32)
        .collect();
    let mut out = Vec::with_capacity(count);
    for i in positions {
        let from = offsets[i] as usize;
        let to = offsets.get(i + 1).map_or(bytes.len(), |o| *o as usize);
        out.extend_from_slice(&bytes[from..to]);
    }
    PyStr::new_counted(vm, &out, count).value()
}

/// `start` and `stop` arguments of searches: absent ones give the whole range.
pub fn range_args(vm: &mut Vm, start: Value, stop: Value) -> PyResult<(i64, i64)> {
    let start = if start.is_absent() {
        0
    } else {
        vm.slice_index(start)?
    };
    let stop = if stop.is_absent() {
        i64::MAX
    } else {
        vm.slice_index(stop)?
    };
    Ok((start, stop))
}
