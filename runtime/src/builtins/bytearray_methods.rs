//! Methods of `bytearray` that change it. Arguments are taken apart first, since that may run Python code; the change
//! itself happens in place and runs none.

use super::bytes_methods::{buffer, byte, construct, contents};
use super::slice::SliceRange;
use super::str_codec::bytes_of;
use crate::prelude::*;

fn this(vm: &mut Vm, v: Value) -> PyResult<Ref<PyByteArray>> {
    match v.cast::<PyByteArray>() {
        Some(b) => Ok(b),
        None => Err(vm.wrong_self("method", "bytearray", v)),
    }
}

/// Replaces the contents.
fn store(vm: &mut Vm, b: Ref<PyByteArray>, data: &[u8]) -> PyResult<()> {
    if data.len() != b.len() && b.exports.get() > 0 {
        return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized"));
    }
    if !b.resize(vm, data.len()) {
        return Err(vm.memory_error());
    }
    b.buffer().write(0, data);
    Ok(())
}

/// Replaces bytes `start..end` by `data`.
fn splice(vm: &mut Vm, b: Ref<PyByteArray>, start: usize, end: usize, data: &[u8]) -> PyResult<()> {
    let old = b.len();
    let new = old - (end - start) + data.len();
    if new != old && b.exports.get() > 0 {
        return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized"));
    }
    if new > old && !b.resize(vm, new) {
        return Err(vm.memory_error());
    }
    if new != old {
        b.buffer().move_within(end, start + data.len(), old - end);
    }
    b.buffer().write(start, data);
    if new < old && !b.resize(vm, new) {
        return Err(vm.memory_error());
    }
    Ok(())
}

pub fn new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(ty) = a[0].cast::<PyType>() else {
        return Err(vm.type_error("bytearray.__new__(X): X is not a type object"));
    };
    Ok(PyByteArray::new_instance(vm, ty, &[]).value())
}

pub fn init(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    let data = construct(vm, "bytearray", a[1], a[2], a[3])?;
    store(vm, b, &data)?;
    Ok(Value::NONE)
}

fn position(vm: &mut Vm, b: Ref<PyByteArray>, key: Value, message: &str) -> PyResult<usize> {
    let i = vm.index_i64(key)?;
    let at = if i < 0 { i + b.len() as i64 } else { i };
    if at < 0 || at >= b.len() as i64 {
        Err(vm.index_error(message))
    } else {
        Ok(at as usize)
    }
}

pub fn setitem(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    let Some(s) = a[1].cast::<crate::builtins::slice::PySlice>() else {
        if !super::seq::has_index(vm, a[1]) {
            let name = vm.type_name(a[1]);
            return Err(vm.type_error(format!(
                "bytearray indices must be integers or slices, not {name}"
            )));
        }
        let n = byte(vm, a[2])?;
        let at = position(vm, b, a[1], "bytearray index out of range")?;
        b.buffer().write(at, &[n]);
        return Ok(Value::NONE);
    };
    if super::seq::has_index(vm, a[2]) || a[2].is::<PyStr>() {
        return Err(
            vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
        );
    }
    let new = bytes_of(vm, a[2])?;
    let parts = vm.slice_parts(s)?;
    let r = SliceRange::adjust(parts, b.len());
    if r.step == 1 {
        splice(vm, b, r.start, r.stop, &new)?;
        return Ok(Value::NONE);
    }
    if new.is_empty() {
        delete(vm, b, r)?;
        return Ok(Value::NONE);
    }
    if r.count != new.len() {
        return Err(vm.value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            new.len(),
            r.count
        )));
    }
    for (i, n) in new.into_iter().enumerate() {
        b.buffer().write(r.at(i), &[n]);
    }
    Ok(Value::NONE)
}

/// Removes the bytes of a slice.
fn delete(vm: &mut Vm, b: Ref<PyByteArray>, r: SliceRange) -> PyResult<()> {
    let (low, step) = r.ascending();
    if r.count == 0 {
        return Ok(());
    }
    if step == 1 {
        return splice(vm, b, low, low + r.count, &[]);
    }
    let mut data = b.to_vec();
    let (mut i, mut next, mut left) = (0, low, r.count);
    data.retain(|_| {
        let gone = i == next && left > 0;
        if gone {
            next += step;
            left -= 1;
        }
        i += 1;
        !gone
    });
    store(vm, b, &data)
}

pub fn delitem(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    match a[1].cast::<crate::builtins::slice::PySlice>() {
        Some(s) => {
            let parts = vm.slice_parts(s)?;
            let r = SliceRange::adjust(parts, b.len());
            delete(vm, b, r)?;
        }
        None => {
            let at = position(vm, b, a[1], "bytearray index out of range")?;
            splice(vm, b, at, at + 1, &[])?;
        }
    }
    Ok(Value::NONE)
}

pub fn iadd(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    let other = match super::str_codec::buffer_bytes(vm, a[1])? {
        Some(o) => o,
        None => {
            let (x, y) = (vm.type_name(a[1]), vm.type_name(a[0]));
            return Err(vm.type_error(format!("can't concat {x} to {y}")));
        }
    };
    push_all(vm, b, &other)?;
    Ok(a[0])
}

fn push_all(vm: &mut Vm, b: Ref<PyByteArray>, more: &[u8]) -> PyResult<()> {
    if b.exports.get() > 0 && !more.is_empty() {
        return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized"));
    }
    let old = b.len();
    if !b.resize(vm, old + more.len()) {
        return Err(vm.memory_error());
    }
    b.buffer().write(old, more);
    Ok(())
}

pub fn imul(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(n) = super::seq::repeat_count(vm, a[1])? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let b = this(vm, a[0])?;
    match crate::text::justify::repeat(&b.to_vec(), n) {
        Ok(data) => store(vm, b, &data)?,
        Err(e) => return Err(vm.format_error(e)),
    }
    Ok(a[0])
}

pub fn append(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = byte(vm, a[1])?;
    let b = this(vm, a[0])?;
    push_all(vm, b, &[n])?;
    Ok(Value::NONE)
}

pub fn extend(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a[1].is::<PyStr>() {
        return Err(vm.type_error("expected iterable of integers; got: 'str'"));
    }
    let names = vm.names;
    if vm.lookup_special(a[1], names.__iter__).is_none()
        && vm.lookup_special(a[1], names.__getitem__).is_none()
    {
        let name = vm.type_name(a[1]);
        return Err(vm.type_error(format!("can't extend bytearray with {name}")));
    }
    let more = bytes_of(vm, a[1])?;
    let b = this(vm, a[0])?;
    push_all(vm, b, &more)?;
    Ok(Value::NONE)
}

pub fn insert(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (i, n) = (vm.ssize(a[1])?, byte(vm, a[2])?);
    let b = this(vm, a[0])?;
    let len = b.len() as i64;
    let at = if i < 0 { (i + len).max(0) } else { i.min(len) } as usize;
    splice(vm, b, at, at, &[n])?;
    Ok(Value::NONE)
}

pub fn pop(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    if b.is_empty() {
        return Err(vm.index_error("pop from empty bytearray"));
    }
    let key = a[1].non_null().unwrap_or(Value::from_i32(-1));
    let at = position(vm, b, key, "pop index out of range")?;
    let n = b.buffer().cells()[at].get();
    splice(vm, b, at, at + 1, &[])?;
    Ok(Value::from_i32(n as i32))
}

pub fn remove(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = byte(vm, a[1])?;
    let b = this(vm, a[0])?;
    let found = b.buffer().bytes()[..b.len()].iter().position(|x| *x == n);
    let Some(at) = found else {
        return Err(vm.value_error("value not found in bytearray"));
    };
    splice(vm, b, at, at + 1, &[])?;
    Ok(Value::NONE)
}

pub fn reverse(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    let mut data = b.to_vec();
    data.reverse();
    store(vm, b, &data)?;
    Ok(Value::NONE)
}

pub fn clear(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    store(vm, b, &[])?;
    Ok(Value::NONE)
}

pub fn copy(vm: &mut Vm, a: &[Value]) -> PyResult {
    let data = contents(vm, a[0])?;
    let ty = vm.builtin_type(ids::BYTEARRAY);
    Ok(PyByteArray::new_instance(vm, ty, &data).value())
}

pub fn resize(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = vm.ssize(a[1])?;
    if n < 0 {
        return Err(vm.value_error(format!(
            "bytearray.resize(): new size must be >= 0, got {n}"
        )));
    }
    let b = this(vm, a[0])?;
    let n = n as usize;
    if n != b.len() && b.exports.get() > 0 {
        return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized"));
    }
    if !b.resize(vm, n) {
        return Err(vm.memory_error());
    }
    Ok(Value::NONE)
}

pub fn alloc(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    Ok(Value::from_usize(b.buffer().capacity() + 1))
}

pub fn reduce(vm: &mut Vm, a: &[Value]) -> PyResult {
    reduce_ex(vm, &[a[0], Value::from_i32(2)])
}

pub fn reduce_ex(vm: &mut Vm, a: &[Value]) -> PyResult {
    let data = buffer(vm, a[0])?;
    let ty = vm.type_of(a[0]).value();
    let proto = if a[1].is_null() { 0 } else { vm.ssize(a[1])? };
    let args = if proto < 3 {
        let text: Vec<u8> = data
            .iter()
            .flat_map(|b| char::from(*b).to_string().into_bytes())
            .collect();
        let (s, e) = (vm.new_str_bytes(&text), vm.new_str("latin-1"));
        vm.new_tuple(&[s, e])
    } else {
        let b = vm.new_bytes(&data);
        vm.new_tuple(&[b])
    };
    let dict = vm
        .own_attributes_copy(a[0])
        .filter(|d| !d.is_empty())
        .map_or(Value::NONE, Value::from);
    Ok(vm.new_tuple(&[ty, args, dict]))
}
