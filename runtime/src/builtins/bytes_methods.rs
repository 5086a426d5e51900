//! Methods that `bytes` and `bytearray` share. Where Python code may run meanwhile they work on a copy of a bytearray's
//! contents, since that code may change it; results have the receiver's type.

use super::byte_view::{ByteView, look_at};
use super::bytes_item::{contains, getitem, len, length};
use super::str_codec::{buffer_bytes, bytes_of, decode};
use crate::prelude::*;
use crate::protocol::compare::CompareOp;
use crate::text::justify::{self, Align};
use crate::text::search::{self, Side};
use crate::text::unit::Unit;
use crate::text::{case, hex, repr};
use crate::with_comparisons;

const UNIT: Unit = Unit::Byte;

/// The contents of a bytes or bytearray receiver.
pub fn contents(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    if let Some(b) = v.cast::<PyBytes>() {
        return Ok(ByteView::Object(b));
    }
    match v.cast::<PyByteArray>() {
        Some(b) => Ok(b.to_vec().into()),
        None => Err(vm.wrong_self("method", "bytes", v)),
    }
}

/// A new object of the receiver's builtin type.
pub fn like(vm: &mut Vm, receiver: Value, data: &[u8]) -> Value {
    if receiver.kind() == Some(Kind::ByteArray) {
        let ty = vm.builtin_type(ids::BYTEARRAY);
        PyByteArray::new_instance(vm, ty, data).value()
    } else {
        vm.new_bytes(data)
    }
}

/// A bytes-like argument.
pub fn buffer(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    match buffer_bytes(vm, v)? {
        Some(b) => Ok(b),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")))
        }
    }
}

/// A search argument: bytes-like or an int below 256.
fn needle(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    if let Some(b) = buffer_bytes(vm, v)? {
        return Ok(b);
    }
    if !super::seq::has_index(vm, v) {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!(
            "argument should be integer or bytes-like object, not '{name}'"
        )));
    }
    Ok(vec![byte(vm, v)?].into())
}

/// An int in 0..256.
pub fn byte(vm: &mut Vm, v: Value) -> PyResult<u8> {
    let n = vm.index(v)?;
    match as_i64(n).and_then(|n| u8::try_from(n).ok()) {
        Some(b) => Ok(b),
        None => Err(vm.value_error("byte must be in range(0, 256)")),
    }
}

fn window(vm: &mut Vm, len: usize, start: Value, stop: Value) -> PyResult<Option<(usize, usize)>> {
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
    Ok(search::clamp_range(len, start, stop))
}

/// The window of the receiver that the optional bounds of a search mean.
fn receiver_window(vm: &mut Vm, a: &[Value]) -> PyResult<Option<(usize, usize)>> {
    let len = length(vm, a[0])?;
    let w = window(vm, len, a[2], a[3])?;
    // Bounds with an `__index__` may have shortened a bytearray.
    let now = length(vm, a[0])?;
    Ok(w.map(|(from, to)| (from.min(now), to.min(now))))
}

fn locate(vm: &mut Vm, a: &[Value], right: bool) -> PyResult<Option<usize>> {
    let n = vm.pinned(a[0], |vm| needle(vm, a[1]))?;
    let Some((from, to)) = receiver_window(vm, a)? else {
        return Ok(None);
    };
    let search = if right { search::rfind } else { search::find };
    let found = look_at(a[0], |text| search(&text[from..to], &n)).flatten();
    Ok(found.map(|i| i + from))
}

fn find(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(locate(vm, a, false)?.map_or(Value::from_i32(-1), Value::from_usize))
}
fn rfind(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(locate(vm, a, true)?.map_or(Value::from_i32(-1), Value::from_usize))
}
fn index(vm: &mut Vm, a: &[Value]) -> PyResult {
    match locate(vm, a, false)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => Err(vm.value_error("subsection not found")),
    }
}
fn rindex(vm: &mut Vm, a: &[Value]) -> PyResult {
    match locate(vm, a, true)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => Err(vm.value_error("subsection not found")),
    }
}
fn count(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = vm.pinned(a[0], |vm| needle(vm, a[1]))?;
    let Some((from, to)) = receiver_window(vm, a)? else {
        return Ok(Value::from_i32(0));
    };
    let found = look_at(a[0], |text| search::count(UNIT, &text[from..to], &n));
    Ok(Value::from_usize(found.unwrap_or(0)))
}

fn affix(vm: &mut Vm, a: &[Value], name: &str, test: fn(&[u8], &[u8]) -> bool) -> PyResult {
    let part = receiver_window(vm, a)?;
    let candidates = match a[1].cast::<PyTuple>() {
        Some(t) => t.items().to_vec_values(vm),
        None => {
            let mut one = ValueVec::new();
            one.push(&vm.heap, a[1]);
            one
        }
    };
    for v in candidates.as_slice() {
        let Some(p) = buffer_bytes(vm, *v)? else {
            let other = vm.type_name(*v);
            return Err(vm.type_error(if a[1].is::<PyTuple>() {
                format!("a bytes-like object is required, not '{other}'")
            } else {
                format!("{name} first arg must be bytes or a tuple of bytes, not {other}")
            }));
        };
        let matches = |(from, to): (usize, usize)| {
            look_at(a[0], |text| text.get(from..to).is_some_and(|t| test(t, &p)))
        };
        if part.and_then(matches).unwrap_or(false) {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

trait ToValueVec {
    fn to_vec_values(&self, vm: &Vm) -> ValueVec;
}
impl ToValueVec for [Value] {
    fn to_vec_values(&self, vm: &Vm) -> ValueVec {
        let mut out = ValueVec::with_capacity(&vm.heap, self.len());
        for v in self {
            out.push(&vm.heap, *v);
        }
        out
    }
}

fn startswith(vm: &mut Vm, a: &[Value]) -> PyResult {
    affix(vm, a, "startswith", |t, p| t.starts_with(p))
}
fn endswith(vm: &mut Vm, a: &[Value]) -> PyResult {
    affix(vm, a, "endswith", |t, p| t.ends_with(p))
}
fn removeprefix(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (text, p) = (contents(vm, a[0])?, buffer(vm, a[1])?);
    Ok(like(vm, a[0], text.strip_prefix(&*p).unwrap_or(&text)))
}
fn removesuffix(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (text, p) = (contents(vm, a[0])?, buffer(vm, a[1])?);
    Ok(like(vm, a[0], text.strip_suffix(&*p).unwrap_or(&text)))
}

fn replace(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (old, new) = (buffer(vm, a[1])?, buffer(vm, a[2])?);
    let text = contents(vm, a[0])?;
    let max = if a[3].is_null() { -1 } else { vm.ssize(a[3])? };
    let max = usize::try_from(max).ok();
    match search::replace(UNIT, &text, &old, &new, max) {
        Ok(Some(r)) => Ok(like(vm, a[0], &r)),
        Ok(None) => Ok(like(vm, a[0], &text)),
        Err(e) => Err(vm.format_error(e)),
    }
}

fn list_of(vm: &mut Vm, receiver: Value, parts: &[&[u8]]) -> Value {
    let list = PyList::new(vm);
    for p in parts {
        let v = like(vm, receiver, p);
        list.push(vm, v);
    }
    list.value()
}

fn split_args(vm: &mut Vm, a: &[Value]) -> PyResult<(Option<ByteView>, Option<usize>)> {
    let max = if a[2].is_null() { -1 } else { vm.ssize(a[2])? };
    let sep = if a[1].is_absent() {
        None
    } else {
        Some(vm.pinned(a[0], |vm| buffer(vm, a[1]))?)
    };
    if sep.as_ref().is_some_and(|s| s.is_empty()) {
        return Err(vm.value_error("empty separator"));
    }
    Ok((sep, usize::try_from(max).ok()))
}
fn split(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (sep, max) = split_args(vm, a)?;
    let text = contents(vm, a[0])?;
    let parts = match &sep {
        Some(s) => search::split(&text, s, max),
        None => search::split_space(UNIT, &text, max),
    };
    Ok(list_of(vm, a[0], &parts))
}
fn rsplit(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (sep, max) = split_args(vm, a)?;
    let text = contents(vm, a[0])?;
    let parts = match &sep {
        Some(s) => search::rsplit(&text, s, max),
        None => search::rsplit_space(UNIT, &text, max),
    };
    Ok(list_of(vm, a[0], &parts))
}
fn splitlines(vm: &mut Vm, a: &[Value]) -> PyResult {
    let keep = !a[1].is_null() && vm.truth(a[1])?;
    let text = contents(vm, a[0])?;
    let parts = search::split_lines(UNIT, &text, keep);
    Ok(list_of(vm, a[0], &parts))
}
fn parted(vm: &mut Vm, a: &[Value], right: bool) -> PyResult {
    let sep = buffer(vm, a[1])?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let text = contents(vm, a[0])?;
    let found = if right {
        search::rpartition(&text, &sep)
    } else {
        search::partition(&text, &sep)
    };
    let parts: [&[u8]; 3] = match found {
        Some((x, y)) => [x, &sep, y],
        None if right => [b"", b"", &text],
        None => [&text, b"", b""],
    };
    let (x, y, z) = (
        like(vm, a[0], parts[0]),
        like(vm, a[0], parts[1]),
        like(vm, a[0], parts[2]),
    );
    Ok(vm.new_tuple(&[x, y, z]))
}
fn partition(vm: &mut Vm, a: &[Value]) -> PyResult {
    parted(vm, a, false)
}
fn rpartition(vm: &mut Vm, a: &[Value]) -> PyResult {
    parted(vm, a, true)
}

fn stripped(vm: &mut Vm, a: &[Value], side: Side) -> PyResult {
    let chars = if a[1].is_absent() {
        None
    } else {
        Some(buffer(vm, a[1])?)
    };
    let text = contents(vm, a[0])?;
    let r = match &chars {
        Some(c) => search::strip_elements(UNIT, &text, c, side),
        None => search::strip_space(UNIT, &text, side),
    };
    Ok(like(vm, a[0], r))
}
fn strip(vm: &mut Vm, a: &[Value]) -> PyResult {
    stripped(vm, a, Side::Both)
}
fn lstrip(vm: &mut Vm, a: &[Value]) -> PyResult {
    stripped(vm, a, Side::Left)
}
fn rstrip(vm: &mut Vm, a: &[Value]) -> PyResult {
    stripped(vm, a, Side::Right)
}

fn justified(vm: &mut Vm, a: &[Value], name: &str, align: Align) -> PyResult {
    let width = vm.ssize(a[1])?;
    let fill = if a[2].is_null() {
        vec![b' '].into()
    } else if a[2].is::<PyBytes>() || a[2].is::<PyByteArray>() {
        buffer(vm, a[2])?
    } else {
        let other = vm.arg_type_name(a[2]);
        return Err(vm.type_error(format!(
            "{name}() argument 2 must be a byte string of length 1, not {other}"
        )));
    };
    if fill.len() != 1 {
        let other = vm.type_name(a[2]);
        return Err(vm.type_error(format!("{name}(): argument 2 must be a byte string of length 1, not a {other} object of length {}", fill.len())));
    }
    let text = contents(vm, a[0])?;
    match justify::justify(UNIT, &text, width, &fill, align) {
        Ok(Some(r)) => Ok(like(vm, a[0], &r)),
        Ok(None) => Ok(like(vm, a[0], &text)),
        Err(e) => Err(vm.format_error(e)),
    }
}
fn ljust(vm: &mut Vm, a: &[Value]) -> PyResult {
    justified(vm, a, "ljust", Align::Left)
}
fn rjust(vm: &mut Vm, a: &[Value]) -> PyResult {
    justified(vm, a, "rjust", Align::Right)
}
fn center(vm: &mut Vm, a: &[Value]) -> PyResult {
    justified(vm, a, "center", Align::Center)
}
fn zfill(vm: &mut Vm, a: &[Value]) -> PyResult {
    let width = vm.ssize(a[1])?;
    let text = contents(vm, a[0])?;
    match justify::zfill(UNIT, &text, width) {
        Ok(r) => Ok(like(vm, a[0], r.as_deref().unwrap_or(&text))),
        Err(e) => Err(vm.format_error(e)),
    }
}
fn expandtabs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let size = if a[1].is_null() { 8 } else { vm.ssize(a[1])? };
    let text = contents(vm, a[0])?;
    match justify::expand_tabs(UNIT, &text, size) {
        Ok(r) => Ok(like(vm, a[0], &r)),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// The items of an exact list or tuple that are exact bytes, joined.
fn join_exact(sep: &[u8], items: &[Value]) -> Option<Vec<u8>> {
    let mut len = sep.len().checked_mul(items.len())?;
    for v in items {
        let b = v.cast::<PyBytes>().filter(|b| b.shape_id() == ids::BYTES)?;
        len = len.checked_add(b.len())?;
    }
    let mut out = Vec::with_capacity(len);
    for (i, b) in items.iter().filter_map(|v| v.cast::<PyBytes>()).enumerate() {
        if i > 0 {
            out.extend_from_slice(sep);
        }
        out.extend_from_slice(b.bytes());
    }
    Some(out)
}

fn join(vm: &mut Vm, a: &[Value]) -> PyResult {
    let sep = contents(vm, a[0])?;
    let names = vm.names;
    if vm.lookup_special(a[1], names.__iter__).is_none()
        && vm.lookup_special(a[1], names.__getitem__).is_none()
    {
        return Err(vm.type_error("can only join an iterable"));
    }
    let items = vm.pinned(a[0], |vm| vm.collect(a[1]))?;
    if let [only] = items.as_slice()
        && only.shape_id() == ids::BYTES
        && a[0].kind() == Some(Kind::Bytes)
    {
        return Ok(*only);
    }
    if let Some(out) = join_exact(&sep, items.as_slice()) {
        return Ok(like(vm, a[0], &out));
    }
    let mut out = Vec::new();
    for (i, v) in items.as_slice().iter().enumerate() {
        let Some(b) = buffer_bytes(vm, *v)? else {
            let name = vm.type_name(*v);
            return Err(vm.type_error(format!(
                "sequence item {i}: expected a bytes-like object, {name} found"
            )));
        };
        if i > 0 {
            out.extend_from_slice(&sep);
        }
        out.extend_from_slice(&b);
    }
    Ok(like(vm, a[0], &out))
}

macro_rules! mapped {
    ($($name:ident => $f:expr;)*) => { $(
        fn $name(vm: &mut Vm, a: &[Value]) -> PyResult {
            let text = contents(vm, a[0])?;
            let r: Vec<u8> = $f(&text);
            Ok(like(vm, a[0], &r))
        }
    )* };
}
mapped! {
    lower => |t: &[u8]| t.to_ascii_lowercase();
    upper => |t: &[u8]| t.to_ascii_uppercase();
    swapcase => case::ascii_swapcase;
    capitalize => case::ascii_capitalize;
    title => case::ascii_title;
}

macro_rules! tests {
    ($($name:ident => $f:expr;)*) => { $(
        fn $name(vm: &mut Vm, a: &[Value]) -> PyResult {
            let text = contents(vm, a[0])?;
            Ok(Value::bool($f(&text)))
        }
    )* };
}
fn every(t: &[u8], f: impl Fn(&u8) -> bool) -> bool {
    !t.is_empty() && t.iter().all(f)
}
tests! {
    isalpha => |t: &[u8]| every(t, u8::is_ascii_alphabetic);
    isdigit => |t: &[u8]| every(t, u8::is_ascii_digit);
    isalnum => |t: &[u8]| every(t, u8::is_ascii_alphanumeric);
    isspace => |t: &[u8]| every(t, |b| matches!(b, b' ' | 9..=13));
    isascii => |t: &[u8]| t.is_ascii();
    islower => case::ascii_is_lower;
    isupper => case::ascii_is_upper;
    istitle => case::ascii_is_title;
}

fn translate(vm: &mut Vm, a: &[Value]) -> PyResult {
    let table = if a[1].is_none() {
        None
    } else {
        Some(buffer(vm, a[1])?)
    };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let delete = if a[2].is_null() {
        Vec::new().into()
    } else {
        buffer(vm, a[2])?
    };
    let text = contents(vm, a[0])?;
    let out: Vec<u8> = text
        .iter()
        .filter(|b| !delete.contains(b))
        .map(|b| table.as_ref().map_or(*b, |t| t[*b as usize]))
        .collect();
    Ok(like(vm, a[0], &out))
}
fn maketrans(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (from, to) = (buffer(vm, a[0])?, buffer(vm, a[1])?);
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (f, t) in from.iter().zip(to.iter()) {
        table[*f as usize] = *t;
    }
    Ok(vm.new_bytes(&table))
}

fn to_hex(vm: &mut Vm, a: &[Value]) -> PyResult {
    let text = contents(vm, a[0])?;
    vm.pinned(a[0], |vm| hex_text(vm, &text, a[1], a[2]))
}

/// What the methods `hex` give: the digits, with a separator between groups of bytes.
pub fn hex_text(vm: &mut Vm, data: &[u8], sep: Value, group: Value) -> PyResult {
    let group = match group.non_null() {
        None => 1,
        Some(n) => {
            let n = vm.index_clipped(n)?;
            if i32::try_from(n).is_err() {
                return Err(vm.overflow_error("Python int too large to convert to C int"));
            }
            n
        }
    };
    if sep.is_null() {
        let h = hex::to_hex(data);
        return Ok(vm.new_str_bytes(&h));
    }
    if vm.len(sep)? != 1 {
        return Err(vm.value_error("sep must be length 1."));
    }
    let byte = match (sep.cast::<PyStr>(), sep.cast::<PyBytes>()) {
        (Some(s), _) => s.bytes()[0],
        (_, Some(b)) => b.bytes()[0],
        _ => return Err(vm.type_error("sep must be str or bytes.")),
    };
    if !byte.is_ascii() {
        return Err(vm.value_error("sep must be ASCII."));
    }
    let h = hex::to_hex_grouped(data, byte, group);
    Ok(vm.new_str_bytes(&h))
}
fn from_hex(vm: &mut Vm, a: &[Value]) -> PyResult {
    let text = match a[1].cast::<PyStr>() {
        Some(s) => s.bytes().to_vec().into(),
        None => match buffer_bytes(vm, a[1])? {
            Some(b) => b,
            None => {
                let name = vm.type_name(a[1]);
                return Err(vm.type_error(format!(
                    "fromhex() argument must be str or bytes-like, not {name}"
                )));
            }
        },
    };
    let data = match hex::from_hex(&text) {
        Ok(d) => d,
        Err(e) => return Err(vm.format_error(e)),
    };
    let v = vm.new_bytes(&data);
    if a[0] == vm.builtin_type(ids::BYTES).value() {
        return Ok(v);
    }
    vm.call(a[0], &[v])
}

fn decode_method(vm: &mut Vm, a: &[Value]) -> PyResult {
    for (v, what) in [(a[1], "encoding"), (a[2], "errors")] {
        if !v.is_null() {
            vm.str_arg(v, &format!("decode() argument '{what}'"))?;
        }
    }
    let text = contents(vm, a[0])?;
    decode(vm, a[0], &text, a[1], a[2])
}

/// `bytes.__add__`, `bytearray.__add__`
pub fn add(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(other) = buffer_bytes(vm, a[1])? else {
        return super::arith::sequence_operand(vm, a[0], a[1]);
    };
    let text = contents(vm, a[0])?;
    if !a[0].is::<PyBytes>() {
        let mut all = text.into_vec();
        all.extend_from_slice(&other);
        return Ok(like(vm, a[0], &all));
    }
    match PyBytes::from_pieces(vm, &[&text, &other]) {
        Some(b) => Ok(b.value()),
        None => Err(vm.memory_error()),
    }
}
fn mul(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = super::seq::repeat_count(vm, a[1])?;
    if n == 1 && a[0].shape_id() == ids::BYTES {
        return Ok(a[0]);
    }
    let text = contents(vm, a[0])?;
    if n == 1 {
        return Ok(like(vm, a[0], &text));
    }
    match justify::repeat(&text, n) {
        Ok(r) => Ok(like(vm, a[0], &r)),
        Err(e) => Err(vm.format_error(e)),
    }
}

fn compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    // Other kinds of buffers compare themselves with bytes.
    let other = match a.is::<PyBytes>() && !b.is::<PyBytes>() {
        true => None,
        false => buffer_bytes(vm, b)?,
    };
    let Some(other) = other else {
        if vm.config.bytes_warning > 0 && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            warn_comparison(vm, a, b)?;
        }
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let holds = look_at(a, |text| op.holds(text.cmp(&other)));
    Ok(Value::bool(holds.unwrap_or(false)))
}

/// With `-b`, comparing with a string, or a bytes object with a number, is worth a warning.
fn warn_comparison(vm: &mut Vm, a: Value, b: Value) -> PyResult<()> {
    let bytes = a.is::<PyBytes>();
    let text = match b {
        v if v.is::<PyStr>() && bytes => "Comparison between bytes and string",
        v if v.is::<PyStr>() => "Comparison between bytearray and string",
        v if bytes && super::int::as_int(&v).is_some() => "Comparison between bytes and int",
        _ => return Ok(()),
    };
    vm.warn(ids::BYTES_WARNING, text, 1)
}

/// `bytes.__str__` and `bytearray.__str__`
fn bytes_str(vm: &mut Vm, a: &[Value]) -> PyResult {
    if vm.config.bytes_warning > 0 {
        let name = if a[0].is::<PyBytes>() {
            "bytes"
        } else {
            "bytearray"
        };
        vm.warn(
            ids::BYTES_WARNING,
            &format!("str() on a {name} instance"),
            1,
        )?;
    }
    bytes_repr(vm, a)
}

fn hash(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(b) = a[0].cast::<PyBytes>() else {
        return Err(vm.wrong_self("__hash__", "bytes", a[0]));
    };
    let h = b.hash(vm);
    Ok(vm.new_int(h as i64))
}

fn bytes_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let text = contents(vm, a[0])?;
    let mut out = Vec::new();
    repr::write_bytes(&text, &mut out);
    if a[0].kind() == Some(Kind::ByteArray) {
        if out.starts_with(b"b\"") {
            // Single quotes are escaped here even where they need not be.
            let parts: Vec<&[u8]> = out.split(|b| *b == b'\'').collect();
            out = parts.join(&b"\\'"[..]);
        }
        let name = vm.type_name(a[0]);
        out = [name.as_bytes(), b"(", &out, b")"].concat();
    }
    Ok(vm.new_str_bytes(&out))
}

fn iter(vm: &mut Vm, a: &[Value]) -> PyResult {
    let id = if a[0].kind() == Some(Kind::ByteArray) {
        ids::BYTEARRAY_ITERATOR
    } else {
        ids::BYTES_ITERATOR
    };
    Ok(PyIter::new(vm, id, a[0], Value::NULL, 0, 0, 0).value())
}

fn getnewargs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let text = contents(vm, a[0])?;
    let b = vm.new_bytes(&text);
    Ok(vm.new_tuple(&[b]))
}

fn to_bytes(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a[0].shape_id() == ids::BYTES {
        return Ok(a[0]);
    }
    let text = contents(vm, a[0])?;
    Ok(vm.new_bytes(&text))
}

fn sizeof(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::from_usize(match a[0].cast::<PyByteArray>() {
        Some(b) if b.is_empty() => 56,
        Some(b) => 57 + b.len(),
        None => 33 + length(vm, a[0])?,
    }))
}

/// What `bytes(...)` and `bytearray(...)` are made of; `other` converts what is neither text nor a count.
pub fn construct(
    vm: &mut Vm,
    name: &str,
    source: Value,
    encoding: Value,
    errors: Value,
    other: fn(&mut Vm, Value) -> PyResult<Vec<u8>>,
) -> PyResult<Vec<u8>> {
    for (v, what) in [(encoding, "encoding"), (errors, "errors")] {
        if !v.is_null() {
            vm.str_arg(v, &format!("{name}() argument '{what}'"))?;
        }
    }
    if let Some(s) = source.cast::<PyStr>() {
        if encoding.is_null() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let b = super::str_codec::encode(vm, s, encoding, errors)?;
        return contents(vm, b).map(ByteView::into_vec);
    }
    if !encoding.is_null() || !errors.is_null() {
        return Err(vm.type_error(if encoding.is_null() {
            "errors without a string argument"
        } else {
            "encoding without a string argument"
        }));
    }
    if source.is_null() {
        return Ok(Vec::new());
    }
    let simple = source.is::<PyBytes>() || source.is::<PyByteArray>();
    if simple || !super::seq::has_index(vm, source) {
        return other(vm, source);
    }
    let n = match vm.index(source) {
        Ok(n) => n,
        // It may still be a container.
        Err(_) if vm.raised_is(ids::TYPE_ERROR) => {
            vm.clear_raised_if(ids::TYPE_ERROR);
            return other(vm, source);
        }
        Err(r) => return Err(r),
    };
    let Some(n) = as_i64(n) else {
        let name = vm.type_name(source);
        return Err(vm.overflow_error(format!("cannot fit '{name}' into an index-sized integer")));
    };
    if n < 0 {
        return Err(vm.value_error("negative count"));
    }
    let mut zeros = Vec::new();
    if n > 1 << 40 || zeros.try_reserve_exact(n as usize).is_err() {
        return Err(vm.memory_error());
    }
    zeros.resize(n as usize, 0);
    Ok(zeros)
}

/// `bytes(...)`: `__bytes__`, whose result is taken as it is, comes before everything but text.
pub fn bytes_object(vm: &mut Vm, source: Value, encoding: Value, errors: Value) -> PyResult {
    if encoding.is_null() && errors.is_null() && !source.is_null() {
        if source.shape_id() == ids::BYTES {
            return Ok(source);
        }
        let name = vm.names.__bytes__;
        if let Some(r) = vm.call_special(source, name, &[])? {
            if r.is::<PyBytes>() {
                return Ok(r);
            }
            let name = vm.type_name(r);
            return Err(vm.type_error(format!("__bytes__ returned non-bytes (type {name})")));
        }
    }
    let data = construct(vm, "bytes", source, encoding, errors, bytes_of)?;
    Ok(vm.new_bytes(&data))
}

fn bytes_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let Some(ty) = a[0].cast::<PyType>() else {
        return Err(vm.type_error("bytes.__new__(X): X is not a type object"));
    };
    let v = bytes_object(vm, a[1], a[2], a[3])?;
    if ty.builtin_id == ids::BYTES {
        return Ok(v);
    }
    match v.cast::<PyBytes>() {
        Some(b) => Ok(PyBytes::new_instance(vm, ty, b.bytes()).value()),
        None => Ok(v),
    }
}

/// The methods both types have, as entries of a method table.
macro_rules! shared_methods {
    ($($extra:expr,)*) => { with_comparisons![
        compare,
        slot("__len__", len),
        slot("__getitem__", getitem),
        slot("__contains__", contains),
        slot("__add__", add),
        slot("__mul__", mul),
        slot("__rmul__", mul),
        slot("__mod__", super::bytes_percent::modulo),
        slot("__rmod__", super::bytes_percent::rmodulo),
        slot("__repr__", bytes_repr),
        slot("__str__", bytes_str),
        slot("__iter__", iter),
        method("__sizeof__", sizeof, "($self, /)", "Size of the object in memory, in bytes."),
        method("find", find, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", "Return the lowest index where sub is found, -1 on failure."),
        method("rfind", rfind, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", "Return the highest index where sub is found, -1 on failure."),
        method("index", index, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", "As find, but ValueError on failure."),
        method("rindex", rindex, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", "As rfind, but ValueError on failure."),
        method("count", count, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)", "Count non-overlapping occurrences of sub."),
        method("startswith", startswith, "($self, prefix, start=<unrepresentable>, end=<unrepresentable>, /)", "True if the contents start with a prefix."),
        method("endswith", endswith, "($self, suffix, start=<unrepresentable>, end=<unrepresentable>, /)", "True if the contents end with a suffix."),
        method("removeprefix", removeprefix, "($self, prefix, /)", "Return the contents without a prefix, if present."),
        method("removesuffix", removesuffix, "($self, suffix, /)", "Return the contents without a suffix, if present."),
        method("replace", replace, "($self, old, new, count=-1, /)", "Return a copy with occurrences of old replaced by new."),
        method("split", split, "($self, /, sep=None, maxsplit=-1)", "Return the sections between separators."),
        method("rsplit", rsplit, "($self, /, sep=None, maxsplit=-1)", "As split, from the right."),
        method("splitlines", splitlines, "($self, /, keepends=False)", "Return the lines."),
        method("partition", partition, "($self, sep, /)", "Split at the first separator."),
        method("rpartition", rpartition, "($self, sep, /)", "Split at the last separator."),
        method("strip", strip, "($self, bytes=None, /)", "Strip leading and trailing bytes."),
        method("lstrip", lstrip, "($self, bytes=None, /)", "Strip leading bytes."),
        method("rstrip", rstrip, "($self, bytes=None, /)", "Strip trailing bytes."),
        method("ljust", ljust, "($self, width, fillchar=b' ', /)", "Pad on the right."),
        method("rjust", rjust, "($self, width, fillchar=b' ', /)", "Pad on the left."),
        method("center", center, "($self, width, fillchar=b' ', /)", "Pad on both sides."),
        method("zfill", zfill, "($self, width, /)", "Pad a number with zeros on the left."),
        method("expandtabs", expandtabs, "($self, /, tabsize=8)", "Replace tabs by spaces."),
        method("join", join, "($self, iterable_of_bytes, /)", "Concatenate any number of bytes objects."),
        method("lower", lower, "($self, /)", "ASCII letters in lower case."),
        method("upper", upper, "($self, /)", "ASCII letters in upper case."),
        method("swapcase", swapcase, "($self, /)", "ASCII letters in the other case."),
        method("capitalize", capitalize, "($self, /)", "First byte in upper case, the rest in lower case."),
        method("title", title, "($self, /)", "ASCII words in title case."),
        method("isalpha", isalpha, "($self, /)", "True if all bytes are ASCII letters."),
        method("isdigit", isdigit, "($self, /)", "True if all bytes are ASCII digits."),
        method("isalnum", isalnum, "($self, /)", "True if all bytes are ASCII letters or digits."),
        method("isspace", isspace, "($self, /)", "True if all bytes are ASCII white space."),
        method("isascii", isascii, "($self, /)", "True if all bytes are ASCII."),
        method("islower", islower, "($self, /)", "True if there are letters and all are lower case."),
        method("isupper", isupper, "($self, /)", "True if there are letters and all are upper case."),
        method("istitle", istitle, "($self, /)", "True if the contents are in title case."),
        method("translate", translate, "($self, table, /, delete=b'')", "Map every byte through a table of 256 bytes."),
        static_method("maketrans", maketrans, "(frm, to, /)", "Return a table for translate()."),
        method("hex", to_hex, "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", "Hexadecimal digits of the bytes."),
        class_method("fromhex", from_hex, "($type, string, /)", "Make an object from hexadecimal digits."),
        method("decode", decode_method, "($self, /, encoding='utf-8', errors='strict')", "Decode to str."),
        $($extra,)*
    ] };
}
/// `bytes`
pub static BYTES: TypeDef = TypeDef {
    id: ids::BYTES,
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy\nbytes(int) -> zeros\nbytes() -> empty",
    methods: shared_methods![
        static_method(
            "__new__",
            bytes_new,
            "($type, source=b'', encoding='utf-8', errors='strict')",
            NEW_DOC
        ),
        slot("__hash__", hash),
        slot("__buffer__", super::memoryview_methods::buffer_of),
        method(
            "__getnewargs__",
            getnewargs,
            "($self, /)",
            "Arguments for copying."
        ),
        method(
            "__bytes__",
            to_bytes,
            "($self, /)",
            "Convert this value to exact type bytes."
        ),
    ],
    getsets: &[],
};

/// `bytearray`
pub static BYTEARRAY: TypeDef = TypeDef {
    id: ids::BYTEARRAY,
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy\nbytearray(int) -> zeros\nbytearray() -> empty",
    methods: {
        use super::bytearray_methods as m;
        shared_methods![
            new_method(m::new),
            method(
                "__init__",
                m::init,
                "($self, /, source=b'', encoding='utf-8', errors='strict')",
                "Initialize self.  See help(type(self)) for accurate signature."
            ),
            slot("__setitem__", m::setitem),
            slot("__delitem__", m::delitem),
            slot("__iadd__", m::iadd),
            slot("__imul__", m::imul),
            method("append", m::append, "($self, item, /)", "Append a byte."),
            method(
                "extend",
                m::extend,
                "($self, iterable_of_ints, /)",
                "Append all bytes of an iterable."
            ),
            method(
                "insert",
                m::insert,
                "($self, index, item, /)",
                "Insert a byte before an index."
            ),
            method(
                "pop",
                m::pop,
                "($self, index=-1, /)",
                "Remove and return a byte."
            ),
            method(
                "remove",
                m::remove,
                "($self, value, /)",
                "Remove the first occurrence of a byte."
            ),
            method("reverse", m::reverse, "($self, /)", "Reverse in place."),
            method("clear", m::clear, "($self, /)", "Remove all bytes."),
            method("copy", m::copy, "($self, /)", "Return a copy."),
            method(
                "resize",
                m::resize,
                "($self, size, /)",
                "Change the length; new bytes are zero."
            ),
            slot("__buffer__", super::memoryview_methods::buffer_of),
            slot(
                "__release_buffer__",
                super::memoryview_methods::release_buffer_of
            ),
            method("__alloc__", m::alloc, "($self, /)", "Bytes allocated."),
            method(
                "__reduce__",
                m::reduce,
                "($self, /)",
                "Return state for pickling."
            ),
            method(
                "__reduce_ex__",
                m::reduce_ex,
                "($self, proto=0, /)",
                "Return state for pickling."
            ),
        ]
    },
    getsets: &[],
};
