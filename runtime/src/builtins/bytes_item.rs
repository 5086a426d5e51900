//! Length, subscripts and membership of `bytes` and `bytearray`.

use super::byte_view::look_at;
use super::bytes_methods::{byte, like};
use super::slice::SliceRange;
use super::str_codec::buffer_bytes;
use crate::prelude::*;
use crate::text::search;

/// `__len__`
pub fn len(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::from_usize(length(vm, a[0])?))
}
/// How many bytes a bytes or bytearray has.
pub fn length(vm: &mut Vm, v: Value) -> PyResult<usize> {
    if let Some(b) = v.cast::<PyBytes>() {
        return Ok(b.len());
    }
    match v.cast::<PyByteArray>() {
        Some(b) => Ok(b.len()),
        None => Err(vm.wrong_self("__len__", "bytes", v)),
    }
}

/// `__getitem__`
pub fn getitem(vm: &mut Vm, a: &[Value]) -> PyResult {
    if let Some(s) = a[1].cast::<crate::builtins::slice::PySlice>() {
        return getslice(vm, a[0], s);
    }
    if !super::seq::has_index(vm, a[1]) {
        let (what, name) = (vm.type_name(a[0]), vm.type_name(a[1]));
        let what = if what == "bytes" { "byte" } else { &what };
        return Err(vm.type_error(format!(
            "{what} indices must be integers or slices, not {name}"
        )));
    }
    let i = vm.index_i64(a[1])?;
    let at = super::seq::position(i, length(vm, a[0])?);
    match at.and_then(|at| look_at(a[0], |text| text[at])) {
        Some(b) => Ok(Value::from_i32(b as i32)),
        None => Err(vm.index_error(if a[0].is::<PyByteArray>() {
            "bytearray index out of range"
        } else {
            "index out of range"
        })),
    }
}

fn getslice(vm: &mut Vm, this: Value, s: Ref<super::slice::PySlice>) -> PyResult {
    let parts = vm.slice_parts(s)?;
    let len = length(vm, this)?;
    let r = SliceRange::adjust(parts, len);
    if r.step != 1 {
        let picked = |text: &[u8]| (0..r.count).map(|i| text[r.at(i)]).collect::<Vec<u8>>();
        let out = look_at(this, picked).unwrap_or_default();
        return Ok(like(vm, this, &out));
    }
    if let Some(b) = this.cast::<PyBytes>() {
        if r.count == len && b.shape_id() == ids::BYTES {
            return Ok(this);
        }
        return Ok(vm.new_bytes(&b.bytes()[r.start..r.start + r.count]));
    }
    let out = look_at(this, |text| text[r.start..r.start + r.count].to_vec());
    Ok(like(vm, this, &out.unwrap_or_default()))
}

/// `__contains__`
pub fn contains(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = match vm.pinned(a[0], |vm| buffer_bytes(vm, a[1]))? {
        Some(b) => b,
        None if super::seq::has_index(vm, a[1]) => {
            vec![vm.pinned(a[0], |vm| byte(vm, a[1]))?].into()
        }
        None => {
            let name = vm.type_name(a[1]);
            return Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")));
        }
    };
    let found = look_at(a[0], |text| search::contains(text, &n));
    Ok(Value::bool(found.unwrap_or(false)))
}
