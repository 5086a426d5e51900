//! Methods of `bytearray` that change it, in place. Arguments are converted (which may run Python code) before the array is
//! looked at.

use super::byte_view::{ByteView, look_at};
use super::bytes_methods::{buffer, byte, construct, contents};
use super::memoryview::FULL_READ_ONLY;
use super::object_reduce::state_of;
use super::seq;
use super::slice::{PySlice, SliceRange};
use super::str_codec::{buffer_bytes, buffer_with};
use crate::prelude::*;
use crate::text::justify;

fn this(vm: &mut Vm, v: Value) -> PyResult<Ref<PyByteArray>> {
    match v.cast::<PyByteArray>() {
        Some(b) => Ok(b),
        None => Err(vm.wrong_self("method", "bytearray", v)),
    }
}

/// Replaces the bytes from `start` to `stop`; `new` are not bytes of a bytearray.
fn splice(vm: &mut Vm, b: Ref<PyByteArray>, start: usize, stop: usize, new: &[u8]) -> PyResult<()> {
    let old = b.len();
    let len = old - (stop - start) + new.len();
    if len != old {
        vm.check_exports(&b.exports)?;
        if len > old && !b.resize(vm, len) {
            return Err(vm.memory_error());
        }
        b.buffer().move_within(stop, start + new.len(), old - stop);
        if len < old {
            b.resize(vm, len);
        }
    }
    b.buffer().write(start, new);
    Ok(())
}

/// What is assigned, appended or made an array of; `refuse` words the error for other types.
fn values_of(vm: &mut Vm, v: Value, refuse: &str) -> PyResult<ByteView> {
    if let Some(data) = buffer_with(vm, v, FULL_READ_ONLY)? {
        return Ok(data);
    }
    let names = vm.names;
    if vm.lookup_special(v, names.__iter__).is_none()
        && vm.lookup_special(v, names.__getitem__).is_none()
    {
        let name = vm.type_name(v);
        return Err(vm.type_error(refuse.replace("{}", &name)));
    }
    let mut out = Vec::new();
    vm.for_each(v, |vm, item| {
        out.push(byte(vm, item)?);
        Ok(true)
    })?;
    Ok(out.into())
}

pub fn new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(ty) = a[0].cast::<PyType>() else {
        return Err(vm.type_error("bytearray.__new__(X): X is not a type object"));
    };
    Ok(PyByteArray::new_instance(vm, ty, &[]).value())
}

pub fn init(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    if !b.is_empty() {
        splice(vm, b, 0, b.len(), &[])?;
    }
    let data = construct(vm, "bytearray", a[1], a[2], a[3], |vm, v| {
        let refuse = "cannot convert '{}' object to bytearray";
        values_of(vm, v, refuse).map(ByteView::into_vec)
    })?;
    splice(vm, b, 0, b.len(), &data)?;
    Ok(Value::NONE)
}

fn position(vm: &mut Vm, b: Ref<PyByteArray>, i: i64, message: &str) -> PyResult<usize> {
    match seq::position(i, b.len()) {
        Some(i) => Ok(i),
        None => Err(vm.index_error(message)),
    }
}

fn bad_key(vm: &mut Vm, key: Value) -> Raised {
    let name = vm.type_name(key);
    vm.type_error(format!(
        "bytearray indices must be integers or slices, not {name}"
    ))
}

pub fn setitem(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    let Some(s) = a[1].cast::<PySlice>() else {
        if !seq::has_index(vm, a[1]) {
            return Err(bad_key(vm, a[1]));
        }
        let i = vm.index_i64(a[1])?;
        let n = byte(vm, a[2])?;
        let at = position(vm, b, i, "bytearray index out of range")?;
        b.buffer().write(at, &[n]);
        return Ok(Value::NONE);
    };
    if seq::has_index(vm, a[2]) || a[2].is::<PyStr>() || super::float::as_float(a[2]).is_some() {
        return Err(
            vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
        );
    }
    let refuse = "cannot convert '{}' object to bytearray";
    let new = values_of(vm, a[2], refuse)?;
    let parts = vm.slice_parts(s)?;
    let r = SliceRange::adjust(parts, b.len());
    if r.step == 1 {
        splice(vm, b, r.start, r.stop, &new)?;
        return Ok(Value::NONE);
    }
    if new.is_empty() {
        return delete(vm, b, r);
    }
    if r.count != new.len() {
        return Err(vm.value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            new.len(),
            r.count
        )));
    }
    let buf = b.buffer();
    let cells = buf.cells();
    for (i, n) in new.iter().enumerate() {
        cells[r.at(i)].set(*n);
    }
    Ok(Value::NONE)
}

fn delete(vm: &mut Vm, b: Ref<PyByteArray>, r: SliceRange) -> PyResult {
    if r.step == 1 {
        splice(vm, b, r.start, r.stop, &[])?;
        return Ok(Value::NONE);
    }
    vm.check_exports(&b.exports)?;
    if r.count == 0 {
        return Ok(Value::NONE);
    }
    let (low, step) = r.ascending();
    let (buf, len) = (b.buffer(), b.len());
    // What stays between two deleted bytes moves down together.
    for i in 0..r.count {
        let from = low + i * step + 1;
        let stop = if i + 1 < r.count {
            from + step - 1
        } else {
            len
        };
        buf.move_within(from, from - i - 1, stop - from);
    }
    b.resize(vm, len - r.count);
    Ok(Value::NONE)
}

pub fn delitem(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    if let Some(s) = a[1].cast::<PySlice>() {
        let parts = vm.slice_parts(s)?;
        return delete(vm, b, SliceRange::adjust(parts, b.len()));
    }
    if !seq::has_index(vm, a[1]) {
        return Err(bad_key(vm, a[1]));
    }
    let i = vm.index_i64(a[1])?;
    let at = position(vm, b, i, "bytearray index out of range")?;
    splice(vm, b, at, at + 1, &[])?;
    Ok(Value::NONE)
}

pub fn iadd(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    if a[1] == a[0] && !b.is_empty() {
        return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized"));
    }
    match buffer_bytes(vm, a[1])? {
        Some(other) => splice(vm, b, b.len(), b.len(), &other)?,
        None => {
            let (x, y) = (vm.type_name(a[1]), vm.type_name(a[0]));
            return Err(vm.type_error(format!("can't concat {x} to {y}")));
        }
    }
    Ok(a[0])
}

pub fn imul(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = seq::repeat_count(vm, a[1])?;
    let b = this(vm, a[0])?;
    match justify::repeat(&b.to_vec(), n) {
        Ok(data) => splice(vm, b, 0, b.len(), &data)?,
        Err(e) => return Err(vm.format_error(e)),
    }
    Ok(a[0])
}

pub fn append(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = byte(vm, a[1])?;
    let b = this(vm, a[0])?;
    splice(vm, b, b.len(), b.len(), &[n])?;
    Ok(Value::NONE)
}

pub fn extend(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a[1].is::<PyStr>() {
        return Err(vm.type_error("expected iterable of integers; got: 'str'"));
    }
    let more = values_of(vm, a[1], "can't extend bytearray with {}")?;
    let b = this(vm, a[0])?;
    splice(vm, b, b.len(), b.len(), &more)?;
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
    let i = match a[1].non_null() {
        Some(i) => vm.ssize(i)?,
        None => -1,
    };
    let b = this(vm, a[0])?;
    if b.is_empty() {
        return Err(vm.index_error("pop from empty bytearray"));
    }
    let at = position(vm, b, i, "pop index out of range")?;
    let n = b.buffer().cells()[at].get();
    splice(vm, b, at, at + 1, &[])?;
    Ok(Value::from_i32(i32::from(n)))
}

pub fn remove(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = byte(vm, a[1])?;
    let b = this(vm, a[0])?;
    let found = look_at(a[0], |data| data.iter().position(|x| *x == n)).flatten();
    let Some(at) = found else {
        return Err(vm.value_error("value not found in bytearray"));
    };
    splice(vm, b, at, at + 1, &[])?;
    Ok(Value::NONE)
}

pub fn reverse(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    let buf = b.buffer();
    let cells = &buf.cells()[..b.len()];
    let half = cells.len() / 2;
    for (x, y) in cells[..half].iter().zip(cells.iter().rev()) {
        x.swap(y);
    }
    Ok(Value::NONE)
}

pub fn clear(vm: &mut Vm, a: &[Value]) -> PyResult {
    let b = this(vm, a[0])?;
    splice(vm, b, 0, b.len(), &[])?;
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
    if n as usize != b.len() {
        vm.check_exports(&b.exports)?;
        if !b.resize(vm, n as usize) {
            return Err(vm.memory_error());
        }
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
    let state = state_of(vm, a[0], false)?;
    Ok(vm.new_tuple(&[ty, args, state]))
}
