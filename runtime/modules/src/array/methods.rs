//! Construction and methods of arrays.

use super::contents::Contents;
use super::item::{Code, MachineFormat};
use super::{ArrayData, make, sequence as s, this};
use crate::util::{buffer, items, native_class};
use skein_runtime::builtins::memoryview::Exports;
use skein_runtime::builtins::seq;
use skein_runtime::prelude::*;
use skein_runtime::text::wtf8;
use skein_runtime::with_comparisons;
use std::cell::Cell;

/// Methods of `array`.
pub static METHODS: &[NativeDef] = with_comparisons![
    s::compare,
    new_method(new),
    method(
        "append",
        append,
        "($self, v, /)",
        "Append new value v to the end of the array.",
    ),
    method(
        "buffer_info",
        buffer_info,
        "($self, /)",
        "Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.",
    ),
    method(
        "byteswap",
        byteswap,
        "($self, /)",
        "Byteswap all items of the array.",
    ),
    method(
        "clear",
        clear,
        "($self, /)",
        "Remove all items from the array.",
    ),
    method(
        "count",
        count,
        "($self, v, /)",
        "Return number of occurrences of v in the array.",
    ),
    method(
        "extend",
        extend,
        "($self, bb, /)",
        "Append items to the end of the array.",
    ),
    method(
        "frombytes",
        frombytes,
        "($self, buffer, /)",
        "Appends items from the string, interpreting it as an array of machine values.",
    ),
    method(
        "fromfile",
        fromfile,
        "($self, f, n, /)",
        "Read n objects from the file object f and append them to the end of the array.",
    ),
    method(
        "fromlist",
        fromlist,
        "($self, list, /)",
        "Append items to array from list.",
    ),
    method(
        "fromunicode",
        fromunicode,
        "($self, ustr, /)",
        "Extends this array with data from the unicode string ustr.",
    ),
    method(
        "index",
        index,
        "($self, v, start=0, stop=sys.maxsize, /)",
        "Return index of first occurrence of v in the array.",
    ),
    method(
        "insert",
        insert,
        "($self, i, v, /)",
        "Insert a new item v into the array before position i.",
    ),
    method(
        "pop",
        pop,
        "($self, i=-1, /)",
        "Return the i-th element and delete it from the array.",
    ),
    method(
        "remove",
        remove,
        "($self, v, /)",
        "Remove the first occurrence of v in the array.",
    ),
    method(
        "reverse",
        reverse,
        "($self, /)",
        "Reverse the order of the items in the array.",
    ),
    method(
        "tobytes",
        tobytes,
        "($self, /)",
        "Convert the array to an array of machine values and return the bytes representation.",
    ),
    method(
        "tofile",
        tofile,
        "($self, f, /)",
        "Write all items (as machine values) to the file object f.",
    ),
    method(
        "tolist",
        tolist,
        "($self, /)",
        "Convert array to an ordinary list with the same items.",
    ),
    method(
        "tounicode",
        tounicode,
        "($self, /)",
        "Convert the array to a unicode string.",
    ),
    method(
        "__copy__",
        copy,
        "($self, /)",
        "Return a copy of the array.",
    ),
    method(
        "__deepcopy__",
        copy,
        "($self, unused, /)",
        "Return a copy of the array.",
    ),
    method(
        "__reduce_ex__",
        reduce_ex,
        "($self, value, /)",
        "Return state information for pickling.",
    ),
    method(
        "__sizeof__",
        sizeof,
        "($self, /)",
        "Size of the array in memory, in bytes.",
    ),
    slot("__len__", s::len),
    slot("__getitem__", s::getitem),
    slot("__setitem__", s::setitem),
    slot("__delitem__", s::delitem),
    slot("__contains__", s::contains),
    slot("__add__", s::add),
    slot("__iadd__", s::iadd),
    slot("__mul__", s::mul),
    slot("__rmul__", s::mul),
    slot("__imul__", s::imul),
    slot("__iter__", s::iter),
    slot(
        "__buffer__",
        skein_runtime::builtins::memoryview_methods::buffer_of
    ),
    slot(
        "__release_buffer__",
        skein_runtime::builtins::memoryview_methods::release_buffer_of
    ),
    slot("__repr__", repr),
    CLASS_GETITEM,
];

/// Attributes of `array`.
pub static GETSETS: &[GetSetDef] = &[
    getter(
        "typecode",
        |vm, v| {
            let c = this(vm, &v)?.code.get().0;
            Ok(vm.ascii_char(c).value())
        },
        "the typecode character used to create the array",
    ),
    getter(
        "itemsize",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.code.get().size())),
        "the size, in bytes, of one array item",
    ),
];

/// Functions of the module.
pub static FUNCTIONS: &[NativeDef] = &[function(
    "_array_reconstructor",
    reconstruct,
    "(arraytype, typecode, mformat_code, items, /)",
    "Internal. Used for pickling support.",
)];

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let given = items(&args[1]);
    let own = crate::util::state_type(vm, "array.array")?;
    if ty == own && args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty()) {
        return Err(vm.type_error("array.array() takes no keyword arguments"));
    }
    let n = given.len();
    if n == 0 {
        return Err(vm.type_error("array() takes at least 1 argument (0 given)"));
    }
    if n > 2 {
        return Err(vm.type_error(format!("array() takes at most 2 arguments ({n} given)")));
    }
    let code = match given[0].cast::<PyStr>() {
        Some(s) if s.len() == 1 => s.bytes()[0],
        Some(_) => {
            return Err(vm.type_error("array() argument 1 must be a unicode character, not str"));
        }
        None => {
            let name = vm.type_name(given[0]);
            return Err(vm.type_error(format!(
                "array() argument 1 must be a unicode character, not {name}"
            )));
        }
    };
    let Some(code) = Code::new(code) else {
        return Err(
            vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")
        );
    };
    if code.0 == b'u' {
        vm.warn(
            ids::DEPRECATION_WARNING,
            "The 'u' type code is deprecated and will be removed in Python 3.16",
            1,
        )?;
    }
    let v = Native::new(
        vm,
        ty,
        ArrayData {
            code: Cell::new(code),
            bytes: Contents::new(code, Vec::new()),
            exports: Exports::default(),
        },
    )
    .value();
    if let Some(source) = given.get(1).copied() {
        let raw = source.is::<PyBytes>() || source.is::<PyByteArray>();
        if source.is::<PyStr>() {
            if !code.is_text() {
                let c = code.0 as char;
                return Err(vm.type_error(format!(
                    "cannot use a str to initialize an array with typecode '{c}'"
                )));
            }
            fromunicode(vm, &[v, source])?;
        } else if raw {
            frombytes(vm, &[v, source])?;
        } else {
            if let Some((_, other)) = native::<ArrayData>(&source)
                && other.code.get().is_text()
                && !code.is_text()
            {
                let c = code.0 as char;
                return Err(vm.type_error(format!(
                    "cannot use a unicode array to initialize an array with typecode '{c}'"
                )));
            }
            extend_from(vm, v, source)?;
        }
    }
    Ok(v)
}

fn extend_from(vm: &mut Vm, array: Value, source: Value) -> PyResult<()> {
    let a = this(vm, &array)?;
    if let Some((_, other)) = native::<ArrayData>(&source)
        && other.code == a.code
    {
        let more = other.bytes.borrow().clone();
        if !more.is_empty() {
            a.check_resize(vm)?;
        }
        a.bytes.borrow_mut().extend(more);
        return Ok(());
    }
    let item = |i: usize| match source.shape_id() {
        ids::LIST => source
            .cast::<PyList>()
            .filter(|l| i < l.len())
            .map(|l| l.get(i)),
        ids::TUPLE => source.cast::<PyTuple>()?.items().get(i).copied(),
        _ => None,
    };
    let mut i = 0;
    while let Some(v) = item(i) {
        let code = a.code.get();
        if code.store_plain(v).is_none() {
            let mut raw = Vec::with_capacity(8);
            code.store(vm, v, &mut raw)?;
            a.check_resize(vm)?;
            a.bytes.borrow_mut().extend(raw);
            i += 1;
            continue;
        }
        a.check_resize(vm)?;
        // Nothing runs meanwhile.
        let mut bytes = a.bytes.borrow_mut();
        while let Some(raw) = item(i).and_then(|v| code.store_plain(v)) {
            bytes.extend_from_slice(&raw[..code.size()]);
            i += 1;
        }
    }
    if matches!(source.shape_id(), ids::LIST | ids::TUPLE) {
        return Ok(());
    }
    vm.for_each(source, |vm, v| {
        let mut raw = Vec::with_capacity(8);
        a.code.get().store(vm, v, &mut raw)?;
        a.check_resize(vm)?;
        a.bytes.borrow_mut().extend(raw);
        Ok(true)
    })
}

fn append(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let mut raw = Vec::with_capacity(8);
    a.code.get().store(vm, args[1], &mut raw)?;
    a.check_resize(vm)?;
    a.bytes.borrow_mut().extend(raw);
    Ok(Value::NONE)
}

fn extend(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some((_, other)) = native::<ArrayData>(&args[1])
        && other.code != this(vm, &args[0])?.code
    {
        return Err(vm.type_error("can only extend with array of same kind"));
    }
    extend_from(vm, args[0], args[1])?;
    Ok(Value::NONE)
}

fn buffer_info(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let at = a.bytes.borrow().as_ptr() as usize;
    let at = vm.new_uint(at as u64);
    Ok(vm.new_tuple(&[at, Value::from_usize(a.len())]))
}

fn byteswap(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let size = a.code.get().size();
    a.bytes
        .borrow_mut()
        .chunks_mut(size)
        .for_each(|c| c.reverse());
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    if a.len() > 0 {
        a.check_resize(vm)?;
    }
    a.bytes.borrow_mut().clear();
    Ok(Value::NONE)
}

fn count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (mut n, mut at) = (0, 0);
    while let Some(i) = s::find(vm, args[0], args[1], at, usize::MAX)? {
        n += 1;
        at = i + 1;
    }
    Ok(Value::from_usize(n))
}

fn frombytes(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = buffer(vm, args[1])?;
    let a = this(vm, &args[0])?;
    if data.len() % a.code.get().size() != 0 {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    if !data.is_empty() {
        a.check_resize(vm)?;
    }
    a.bytes.borrow_mut().extend_from_slice(&data);
    Ok(Value::NONE)
}

fn fromfile(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = vm.ssize(args[2])?;
    let size = this(vm, &args[0])?.code.get().size();
    let Some(wanted) = usize::try_from(n)
        .ok()
        .and_then(|n| n.checked_mul(size))
        .filter(|n| *n < 1 << 40)
    else {
        return Err(vm.value_error("negative count"));
    };
    let data = vm.call_method(args[1], "read", &[Value::from_usize(wanted)])?;
    let Some(data) = data.cast::<PyBytes>() else {
        return Err(vm.type_error("read() didn't return bytes"));
    };
    let got = data.len();
    frombytes(vm, &[args[0], data.value()])?;
    if got != wanted {
        return Err(vm.eof_error("read() didn't return enough bytes"));
    }
    Ok(Value::NONE)
}

fn fromlist(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(list) = args[1].cast::<PyList>() else {
        return Err(vm.type_error("arg must be list"));
    };
    let a = this(vm, &args[0])?;
    let mut raw = Vec::new();
    let n = list.len();
    for i in 0..n {
        let Some(v) = list.try_get(i) else { break };
        a.code.get().store(vm, v, &mut raw)?;
        if list.len() != n {
            return Err(vm.runtime_error("list changed size during iteration"));
        }
    }
    if !raw.is_empty() {
        a.check_resize(vm)?;
    }
    a.bytes.borrow_mut().extend(raw);
    Ok(Value::NONE)
}

fn fromunicode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    if !a.code.get().is_text() {
        return Err(
            vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    let Some(text) = args[1].cast::<PyStr>() else {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!("fromunicode() argument must be str, not {name}")));
    };
    let raw: Vec<u8> = wtf8::code_points(text.bytes())
        .flat_map(u32::to_ne_bytes)
        .collect();
    if !raw.is_empty() {
        a.check_resize(vm)?;
    }
    a.bytes.borrow_mut().extend(raw);
    Ok(Value::NONE)
}

fn index(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = this(vm, &args[0])?.len();
    let (start, stop) = seq::search_bounds(vm, args[2], args[3], n)?;
    match s::find(vm, args[0], args[1], start, stop)? {
        Some(i) => Ok(Value::from_usize(i)),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn insert(vm: &mut Vm, args: &[Value]) -> PyResult {
    let at = vm.ssize(args[1])?;
    let a = this(vm, &args[0])?;
    let mut raw = Vec::with_capacity(8);
    a.code.get().store(vm, args[2], &mut raw)?;
    a.check_resize(vm)?;
    let n = a.len() as i64;
    let at = if at < 0 { (at + n).max(0) } else { at.min(n) } as usize * a.code.get().size();
    a.bytes.borrow_mut().splice(at..at, raw);
    Ok(Value::NONE)
}

fn remove_at(vm: &mut Vm, a: &ArrayData, i: usize) -> PyResult<()> {
    a.check_resize(vm)?;
    let size = a.code.get().size();
    a.bytes.borrow_mut().drain(i * size..(i + 1) * size);
    Ok(())
}

fn pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = crate::util::ssize_or(vm, args[1], -1)?;
    let a = this(vm, &args[0])?;
    if a.len() == 0 {
        return Err(vm.index_error("pop from empty array"));
    }
    let Some(i) = seq::position(i, a.len()) else {
        return Err(vm.index_error("pop index out of range"));
    };
    let v = a.get(vm, i).unwrap_or(Value::NONE);
    remove_at(vm, a, i)?;
    Ok(v)
}

fn remove(vm: &mut Vm, args: &[Value]) -> PyResult {
    match s::find(vm, args[0], args[1], 0, usize::MAX)? {
        Some(i) => {
            let a = this(vm, &args[0])?;
            if i < a.len() {
                remove_at(vm, a, i)?;
            }
            Ok(Value::NONE)
        }
        None => Err(vm.value_error("array.remove(x): x not in array")),
    }
}

fn reverse(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let size = a.code.get().size();
    let mut bytes = a.bytes.borrow_mut();
    bytes.reverse();
    bytes.chunks_mut(size).for_each(|c| c.reverse());
    Ok(Value::NONE)
}

fn tobytes(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = this(vm, &args[0])?.bytes.borrow().clone();
    Ok(vm.new_bytes(&data))
}

fn tofile(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = tobytes(vm, args)?;
    vm.call_method(args[1], "write", &[data])?;
    Ok(Value::NONE)
}

fn tolist(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let out = PyList::new(vm);
    for i in 0..a.len() {
        if let Some(v) = a.get(vm, i) {
            out.push(vm, v);
        }
    }
    Ok(out.value())
}

fn tounicode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    if !a.code.get().is_text() {
        return Err(
            vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    let mut points = Vec::new();
    for c in a.bytes.borrow().chunks_exact(4) {
        points.push(u32::from_ne_bytes([c[0], c[1], c[2], c[3]]));
    }
    if points.iter().any(|c| *c > 0x10ffff) {
        return Err(vm.value_error("character is not in range [U+0000; U+10ffff]"));
    }
    Ok(vm.new_str_bytes(&wtf8::from_code_points(points)))
}

fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let bytes = a.bytes.borrow().clone();
    make(vm, a.code.get(), bytes)
}

fn reduce_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]).value();
    let code = this(vm, &args[0])?.code.get();
    let letter = vm.ascii_char(code.0).value();
    let name = vm.names.__dict__;
    let dict = vm.try_get_attr(args[0], name)?.unwrap_or(Value::NONE);
    if vm.ssize(args[1])? < 3 {
        let list = tolist(vm, args)?;
        let inner = vm.new_tuple(&[letter, list]);
        return Ok(vm.new_tuple(&[ty, inner, dict]));
    }
    let f = crate::util::import_attr(vm, "array", "_array_reconstructor")?;
    let bytes = tobytes(vm, args)?;
    let format = Value::from_usize(code.machine_format().0);
    let inner = vm.new_tuple(&[ty, letter, format, bytes]);
    Ok(vm.new_tuple(&[f, inner, dict]))
}

fn reconstruct(vm: &mut Vm, args: &[Value]) -> PyResult {
    let base = crate::util::state_type(vm, "array.array")?;
    let Some(ty) = args[0].cast::<PyType>() else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!("first argument must be a type object, not {name}")));
    };
    if !ty.is_subtype(base) {
        let name = ty.name_text();
        return Err(vm.type_error(format!("{name} is not a subtype of array.array")));
    }
    let code = args[1].cast::<PyStr>().filter(|s| s.len() == 1);
    let Some(code) = code.and_then(|s| Code::new(s.bytes()[0])) else {
        return Err(vm.value_error("second argument must be a valid type code"));
    };
    let Some(format) = usize::try_from(vm.ssize(args[2])?)
        .ok()
        .and_then(MachineFormat::new)
    else {
        return Err(vm.value_error("third argument must be a valid machine format code."));
    };
    let Some(items) = args[3].cast::<PyBytes>() else {
        let name = vm.type_name(args[3]);
        return Err(vm.type_error(format!("fourth argument should be bytes, not {name}")));
    };
    if format == code.machine_format() {
        return vm.call(args[0], &[args[1], args[3]]);
    }
    if items.len() % format.size() != 0 {
        return Err(vm.value_error("string length not a multiple of item size"));
    }
    if let Some(name) = format.text_codec() {
        let name = vm.new_str(name);
        let text = vm.call_method(args[3], "decode", &[name])?;
        return vm.call(args[0], &[args[1], text]);
    }
    let letter = vm.ascii_char(format.code(code).0).value();
    let list = PyList::new(vm);
    for raw in items.bytes().chunks_exact(format.size()) {
        let v = format.load(vm, raw);
        list.push(vm, v);
    }
    vm.call(args[0], &[letter, list.value()])
}

fn sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = this(vm, &args[0])?.bytes.borrow().len();
    Ok(Value::from_usize(64 + n))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = this(vm, &args[0])?;
    let code = a.code.get();
    let mut out = vm.short_type_name(args[0]).into_bytes();
    out.extend_from_slice(format!("('{}'", code.0 as char).as_bytes());
    if a.len() > 0 {
        let contents = if code.is_text() {
            tounicode(vm, args)?
        } else {
            tolist(vm, args)?
        };
        out.extend_from_slice(b", ");
        out.extend_from_slice(vm.repr(contents)?.bytes());
    }
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}
