//! Searching, splitting, replacing and trimming methods of `str`.

use super::str_item::range_args;
use crate::prelude::*;
use crate::text::justify::{self, Align};
use crate::text::search::{self, Side};
use crate::text::unit::Unit;

const UNIT: Unit = Unit::CodePoint;

/// `self` as a string.
#[inline]
pub fn this(vm: &mut Vm, name: &str, v: Value) -> PyResult<Ref<PyStr>> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(s),
        None => Err(vm.wrong_self(name, "str", v)),
    }
}

/// A new string of `piece`, which stands in `source`: ASCII sources need no counting.
#[inline]
pub fn piece(vm: &mut Vm, source: Ref<PyStr>, piece: &[u8]) -> Value {
    if piece.len() == source.byte_len() && source.shape_id() == ids::STR {
        return source.value();
    }
    match piece {
        [] | [0..128] => vm.new_str_bytes(piece),
        _ if source.is_ascii() => PyStr::new_counted(vm, piece, piece.len()).value(),
        _ => PyStr::new(vm, piece).value(),
    }
}

/// `self` unchanged: as it is if exact, else an exact copy.
pub fn unchanged(vm: &mut Vm, s: Ref<PyStr>) -> Value {
    if s.shape_id() == ids::STR {
        return s.value();
    }
    match s.byte_len() {
        0 => vm.empty_str().value(),
        _ => PyStr::new_counted(vm, s.bytes(), s.len()).value(),
    }
}

/// The part of the text that a search looks at, and its offset in bytes; `None`: nothing can be found.
fn window(
    vm: &mut Vm,
    s: Ref<PyStr>,
    start: Value,
    stop: Value,
) -> PyResult<Option<(usize, usize)>> {
    if start.is_null() && stop.is_null() {
        return Ok(Some((0, s.byte_len())));
    }
    let (start, stop) = range_args(vm, start, stop)?;
    let Some((from, to)) = search::clamp_range(s.len(), start, stop) else {
        return Ok(None);
    };
    Ok(Some((s.offset_of(vm, from), s.offset_of(vm, to))))
}

/// Which end a search starts from.
#[derive(Clone, Copy, PartialEq)]
enum From {
    Left,
    Right,
}

fn search(vm: &mut Vm, a: &[Value], name: &str, from: From) -> PyResult<Option<usize>> {
    let s = this(vm, name, a[0])?;
    let needle = match a[1].cast::<PyStr>() {
        Some(n) => n,
        None => vm.str_arg(a[1], &format!("{name}() argument 1"))?,
    };
    let Some((start, end)) = window(vm, s, a[2], a[3])? else {
        return Ok(None);
    };
    let text = &s.bytes()[start..end];
    let found = match from {
        From::Left => search::find(text, needle.bytes()),
        From::Right => search::rfind(text, needle.bytes()),
    };
    Ok(found.map(|at| {
        if s.is_ascii() {
            start + at
        } else {
            UNIT.index_of(s.bytes(), start + at)
        }
    }))
}

pub fn str_find(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(search(vm, a, "find", From::Left)?.map_or(Value::from_i32(-1), Value::from_usize))
}

pub fn str_rfind(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(search(vm, a, "rfind", From::Right)?.map_or(Value::from_i32(-1), Value::from_usize))
}

pub fn str_index(vm: &mut Vm, a: &[Value]) -> PyResult {
    match search(vm, a, "index", From::Left)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => Err(vm.value_error("substring not found")),
    }
}

pub fn str_rindex(vm: &mut Vm, a: &[Value]) -> PyResult {
    match search(vm, a, "rindex", From::Right)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => Err(vm.value_error("substring not found")),
    }
}

pub fn str_count(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "count", a[0])?;
    let needle = match a[1].cast::<PyStr>() {
        Some(n) => n,
        None => vm.str_arg(a[1], "count() argument 1")?,
    };
    let Some((start, end)) = window(vm, s, a[2], a[3])? else {
        return Ok(Value::from_i32(0));
    };
    let n = search::count(UNIT, &s.bytes()[start..end], needle.bytes());
    Ok(Value::from_usize(n))
}

/// `startswith` and `endswith`.
fn affix(vm: &mut Vm, a: &[Value], name: &str, test: fn(&[u8], &[u8]) -> bool) -> PyResult {
    let s = this(vm, name, a[0])?;
    if let Some(p) = a[1].cast::<PyStr>()
        && a[2].is_null()
        && a[3].is_null()
    {
        return Ok(Value::bool(test(s.bytes(), p.bytes())));
    }
    let part = window(vm, s, a[2], a[3])?.map(|(start, end)| &s.bytes()[start..end]);
    let matches = |p: Ref<PyStr>| part.is_some_and(|t| test(t, p.bytes()));
    if let Some(t) = a[1].cast::<PyTuple>() {
        for v in t.items() {
            let Some(p) = v.cast::<PyStr>() else {
                let other = vm.type_name(*v);
                return Err(vm.type_error(format!(
                    "tuple for {name} must only contain str, not {other}"
                )));
            };
            if matches(p) {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    match a[1].cast::<PyStr>() {
        Some(p) => Ok(Value::bool(matches(p))),
        None => {
            let other = vm.type_name(a[1]);
            Err(vm.type_error(format!(
                "{name} first arg must be str or a tuple of str, not {other}"
            )))
        }
    }
}

pub fn str_startswith(vm: &mut Vm, a: &[Value]) -> PyResult {
    affix(vm, a, "startswith", |t, p| t.starts_with(p))
}

pub fn str_endswith(vm: &mut Vm, a: &[Value]) -> PyResult {
    affix(vm, a, "endswith", |t, p| t.ends_with(p))
}

pub fn str_removeprefix(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "removeprefix", a[0])?;
    let p = vm.str_arg(a[1], "removeprefix() argument")?;
    match s.bytes().strip_prefix(p.bytes()) {
        Some(rest) if !p.is_empty() => Ok(piece(vm, s, rest)),
        _ => Ok(unchanged(vm, s)),
    }
}

pub fn str_removesuffix(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "removesuffix", a[0])?;
    let p = vm.str_arg(a[1], "removesuffix() argument")?;
    match s.bytes().strip_suffix(p.bytes()) {
        Some(rest) if !p.is_empty() => Ok(piece(vm, s, rest)),
        _ => Ok(unchanged(vm, s)),
    }
}

/// A `count` or `maxsplit` argument: negative means no limit.
fn limit(vm: &mut Vm, v: Value) -> PyResult<Option<usize>> {
    if v.is_null() {
        return Ok(None);
    }
    Ok(usize::try_from(vm.ssize(v)?).ok())
}

pub fn str_replace(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "replace", a[0])?;
    let old = vm.str_arg(a[1], "replace() argument 1")?;
    let new = vm.str_arg(a[2], "replace() argument 2")?;
    let max = limit(vm, a[3])?;
    match search::replace(UNIT, s.bytes(), old.bytes(), new.bytes(), max) {
        Ok(None) => Ok(unchanged(vm, s)),
        Ok(Some(text)) if s.is_ascii() && new.is_ascii() && text.len() > 1 => {
            let n = text.len();
            checked(vm, text, |vm, t| PyStr::new_counted(vm, t, n).value())
        }
        Ok(Some(text)) => checked(vm, text, |vm, t| vm.new_str_bytes(t)),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// Refuses texts that are too large for a str.
pub fn checked(vm: &mut Vm, text: Vec<u8>, make: impl FnOnce(&mut Vm, &[u8]) -> Value) -> PyResult {
    if text.len() > u32::MAX as usize {
        return Err(vm.memory_error());
    }
    Ok(make(vm, &text))
}

fn split(vm: &mut Vm, a: &[Value], name: &str, from: From) -> PyResult {
    let s = this(vm, name, a[0])?;
    let max = limit(vm, a[2])?;
    let parts = if a[1].is_absent() {
        match from {
            From::Left => search::split_space(UNIT, s.bytes(), max),
            From::Right => search::rsplit_space(UNIT, s.bytes(), max),
        }
    } else {
        let Some(sep) = a[1].cast::<PyStr>() else {
            let other = vm.type_name(a[1]);
            return Err(vm.type_error(format!("must be str or None, not {other}")));
        };
        if sep.is_empty() {
            return Err(vm.value_error("empty separator"));
        }
        match from {
            From::Left => search::split(s.bytes(), sep.bytes(), max),
            From::Right => search::rsplit(s.bytes(), sep.bytes(), max),
        }
    };
    Ok(list_of(vm, s, &parts))
}

fn list_of(vm: &mut Vm, s: Ref<PyStr>, parts: &[&[u8]]) -> Value {
    let list = PyList::new(vm);
    list.with_room(vm, parts.len());
    for p in parts {
        let v = piece(vm, s, p);
        list.push(vm, v);
    }
    list.value()
}

pub fn str_split(vm: &mut Vm, a: &[Value]) -> PyResult {
    split(vm, a, "split", From::Left)
}

pub fn str_rsplit(vm: &mut Vm, a: &[Value]) -> PyResult {
    split(vm, a, "rsplit", From::Right)
}

pub fn str_splitlines(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "splitlines", a[0])?;
    let keep = match a[1].non_null() {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    let parts = search::split_lines(UNIT, s.bytes(), keep);
    Ok(list_of(vm, s, &parts))
}

fn separator(vm: &mut Vm, v: Value) -> PyResult<Ref<PyStr>> {
    let Some(sep) = v.cast::<PyStr>() else {
        let other = vm.type_name(v);
        return Err(vm.type_error(format!("must be str, not {other}")));
    };
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok(sep)
}

fn partition(vm: &mut Vm, a: &[Value], name: &str, from: From) -> PyResult {
    let s = this(vm, name, a[0])?;
    let sep = separator(vm, a[1])?;
    let found = match from {
        From::Left => search::partition(s.bytes(), sep.bytes()),
        From::Right => search::rpartition(s.bytes(), sep.bytes()),
    };
    if let Some((before, after)) = found {
        let (before, after) = (piece(vm, s, before), piece(vm, s, after));
        let sep = unchanged(vm, sep);
        return Ok(vm.new_tuple(&[before, sep, after]));
    }
    let empty = vm.empty_str().value();
    Ok(vm.new_tuple(&match from {
        From::Left => [a[0], empty, empty],
        From::Right => [empty, empty, a[0]],
    }))
}

pub fn str_partition(vm: &mut Vm, a: &[Value]) -> PyResult {
    partition(vm, a, "partition", From::Left)
}

pub fn str_rpartition(vm: &mut Vm, a: &[Value]) -> PyResult {
    partition(vm, a, "rpartition", From::Right)
}

fn strip(vm: &mut Vm, a: &[Value], name: &str, side: Side) -> PyResult {
    let s = this(vm, name, a[0])?;
    if a[1].is_absent() {
        let rest = search::strip_space(UNIT, s.bytes(), side);
        return Ok(piece(vm, s, rest));
    }
    let Some(chars) = a[1].cast::<PyStr>() else {
        let other = vm.type_name(a[1]);
        return Err(vm.type_error(format!("{name} arg must be None or str, not {other}")));
    };
    let rest = search::strip_elements(UNIT, s.bytes(), chars.bytes(), side);
    Ok(piece(vm, s, rest))
}

pub fn str_strip(vm: &mut Vm, a: &[Value]) -> PyResult {
    strip(vm, a, "strip", Side::Both)
}

pub fn str_lstrip(vm: &mut Vm, a: &[Value]) -> PyResult {
    strip(vm, a, "lstrip", Side::Left)
}

pub fn str_rstrip(vm: &mut Vm, a: &[Value]) -> PyResult {
    strip(vm, a, "rstrip", Side::Right)
}

fn justified(vm: &mut Vm, a: &[Value], name: &str, align: Align) -> PyResult {
    let s = this(vm, name, a[0])?;
    let width = vm.ssize(a[1])?;
    let fill: &[u8] = match a[2].non_null() {
        None => b" ",
        Some(v) => match v.cast::<PyStr>() {
            Some(f) if f.len() == 1 => {
                let out = justify::justify(UNIT, s.bytes(), width, f.bytes(), align);
                return finish(vm, s, out);
            }
            Some(_) => {
                return Err(vm.type_error("The fill character must be exactly one character long"));
            }
            None => {
                let other = vm.type_name(v);
                return Err(vm.type_error(format!(
                    "The fill character must be a unicode character, not {other}"
                )));
            }
        },
    };
    let out = justify::justify(UNIT, s.bytes(), width, fill, align);
    finish(vm, s, out)
}

fn finish(
    vm: &mut Vm,
    s: Ref<PyStr>,
    out: Result<Option<Vec<u8>>, crate::text::error::FormatError>,
) -> PyResult {
    match out {
        Ok(None) => Ok(unchanged(vm, s)),
        Ok(Some(text)) => checked(vm, text, |vm, t| vm.new_str_bytes(t)),
        Err(e) => Err(vm.format_error(e)),
    }
}

pub fn str_ljust(vm: &mut Vm, a: &[Value]) -> PyResult {
    justified(vm, a, "ljust", Align::Left)
}

pub fn str_rjust(vm: &mut Vm, a: &[Value]) -> PyResult {
    justified(vm, a, "rjust", Align::Right)
}

pub fn str_center(vm: &mut Vm, a: &[Value]) -> PyResult {
    justified(vm, a, "center", Align::Center)
}

pub fn str_zfill(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "zfill", a[0])?;
    let width = vm.ssize(a[1])?;
    let out = justify::zfill(UNIT, s.bytes(), width);
    finish(vm, s, out)
}

pub fn str_expandtabs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "expandtabs", a[0])?;
    let size = match a[1].non_null() {
        Some(v) => {
            let n = vm.index_clipped(v)?;
            if i32::try_from(n).is_err() {
                return Err(vm.overflow_error("Python int too large to convert to C int"));
            }
            n
        }
        None => 8,
    };
    match justify::expand_tabs(UNIT, s.bytes(), size) {
        Ok(text) => checked(vm, text, |vm, t| vm.new_str_bytes(t)),
        Err(e) => Err(vm.format_error(e)),
    }
}
