//! Methods of `memoryview`.

use super::memoryview::{
    MemoryView, WRITABLE, Window, check, derive, plain_view, release, view_of, view_with_flags,
};
use super::memoryview_items::{is_byte, item_size, pack, unpack};
use super::seq;
use super::slice::{PySlice, SliceRange};
use crate::prelude::*;
use crate::protocol::compare::CompareOp;

/// The `memoryview` type.
pub static MEMORYVIEW: TypeDef = TypeDef {
    id: ids::MEMORYVIEW,
    doc: "Create a new memoryview object which references the given object.",
    methods: &[
        static_method("__new__", view_new, "($type, /, object)", NEW_DOC),
        class_method(
            "_from_flags",
            from_flags,
            "($type, /, object, flags)",
            "Create a new memoryview object which references the given object.",
        ),
        CLASS_GETITEM,
        slot("__repr__", view_repr),
        slot("__hash__", view_hash),
        slot("__eq__", view_eq),
        slot("__ne__", view_ne),
        slot("__len__", view_len),
        slot("__iter__", view_iter),
        slot("__getitem__", view_getitem),
        slot("__setitem__", view_setitem),
        slot("__delitem__", view_delitem),
        method(
            "__enter__",
            view_enter,
            "($self, /)",
            "Keep the buffer until the end of the block.",
        ),
        method(
            "__exit__",
            view_exit,
            "($self, /, *exc_info)",
            "Release the underlying buffer exposed by the memoryview object.",
        ),
        slot("__buffer__", view_buffer),
        slot("__release_buffer__", view_release_buffer),
        method(
            "release",
            view_release,
            "($self, /)",
            "Release the underlying buffer exposed by the memoryview object.",
        ),
        method(
            "tobytes",
            view_tobytes,
            "($self, /, order='C')",
            "Return the data in the buffer as a byte string.",
        ),
        method(
            "hex",
            view_hex,
            "($self, /, sep=<unrepresentable>, bytes_per_sep=1)",
            "Return the data in the buffer as a str of hexadecimal numbers.",
        ),
        method(
            "tolist",
            view_tolist,
            "($self, /)",
            "Return the data in the buffer as a list of elements.",
        ),
        method(
            "toreadonly",
            view_toreadonly,
            "($self, /)",
            "Return a readonly version of the memoryview.",
        ),
        method(
            "cast",
            view_cast,
            "($self, /, format, shape=<unrepresentable>)",
            "Cast a memoryview to a new format or shape.",
        ),
        method(
            "count",
            view_count,
            "($self, value, /)",
            "Count the number of occurrences of a value.",
        ),
        method(
            "index",
            view_index,
            "($self, value, start=0, stop=sys.maxsize, /)",
            "Return the index of the first occurrence of a value.\n\nRaises ValueError if the value is not present.",
        ),
    ],
    getsets: &[
        getter(
            "obj",
            |vm, v| Ok(open(vm, &v)?.1.obj.get()),
            "The underlying object of the memoryview.",
        ),
        getter(
            "nbytes",
            |vm, v| {
                open(vm, &v).map(|(_, m)| Value::from_usize(m.window.count() * m.window.itemsize))
            },
            "The amount of space in bytes that the array would use in a contiguous representation.",
        ),
        getter(
            "readonly",
            |vm, v| open(vm, &v).map(|(_, m)| Value::bool(m.window.readonly)),
            "A bool indicating whether the memory is read only.",
        ),
        getter(
            "itemsize",
            |vm, v| open(vm, &v).map(|(_, m)| Value::from_usize(m.window.itemsize)),
            "The size in bytes of each element of the memoryview.",
        ),
        getter(
            "format",
            |vm, v| open(vm, &v).map(|(_, m)| vm.new_str(&m.window.format)),
            "A string containing the format (in struct module style) for each element in the view.",
        ),
        getter(
            "ndim",
            |vm, v| open(vm, &v).map(|(_, m)| Value::from_usize(m.window.shape.len())),
            "The number of dimensions of the multi-dimensional array that the memory represents.",
        ),
        getter(
            "shape",
            |vm, v| {
                open(vm, &v).map(|(_, m)| numbers(vm, m.window.shape.iter().map(|n| *n as i64)))
            },
            "A tuple of integers giving the shape of the memory.",
        ),
        getter(
            "strides",
            |vm, v| open(vm, &v).map(|(_, m)| numbers(vm, m.window.strides.iter().copied())),
            "A tuple of integers giving the distance in bytes of elements per dimension.",
        ),
        getter(
            "suboffsets",
            |vm, v| open(vm, &v).map(|_| vm.new_tuple(&[])),
            "A tuple of integers used internally for PIL-style arrays.",
        ),
        getter(
            "c_contiguous",
            |vm, v| open(vm, &v).map(|(_, m)| Value::bool(m.window.contiguous(false))),
            "A bool indicating whether the memory is C contiguous.",
        ),
        getter(
            "f_contiguous",
            |vm, v| open(vm, &v).map(|(_, m)| Value::bool(m.window.contiguous(true))),
            "A bool indicating whether the memory is Fortran contiguous.",
        ),
        getter(
            "contiguous",
            |vm, v| {
                open(vm, &v).map(|(_, m)| {
                    Value::bool(m.window.contiguous(false) || m.window.contiguous(true))
                })
            },
            "A bool indicating whether the memory is contiguous.",
        ),
    ],
};

fn numbers(vm: &mut Vm, items: impl Iterator<Item = i64>) -> Value {
    let items: Vec<i64> = items.collect();
    let mut values = ValueVec::new();
    for n in items {
        let v = vm.new_int(n);
        values.push(&vm.heap, v);
    }
    vm.new_tuple(values.as_slice())
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a MemoryView)> {
    match native::<MemoryView>(v) {
        Some(m) => Ok(m),
        None => Err(vm.wrong_self("memoryview", "memoryview", *v)),
    }
}

fn open<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a MemoryView)> {
    let m = this(vm, v)?;
    check(vm, m.1)?;
    Ok(m)
}

fn view_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    match view_of(vm, args[1])? {
        Some(v) => Ok(v),
        None => {
            let name = vm.type_name(args[1]);
            Err(vm.type_error(format!(
                "memoryview: a bytes-like object is required, not '{name}'"
            )))
        }
    }
}

fn from_flags(vm: &mut Vm, args: &[Value]) -> PyResult {
    let flags = vm.index_i64(args[2])?;
    match view_with_flags(vm, args[1], flags as i32)? {
        Some(v) => {
            if flags & WRITABLE != 0 && open(vm, &v)?.1.window.readonly {
                return Err(vm.buffer_error("Object is not writable."));
            }
            Ok(v)
        }
        None => view_new(vm, args),
    }
}

fn view_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = this(vm, &args[0])?;
    let what = if m.released.get() {
        "released memory"
    } else {
        "memory"
    };
    Ok(vm.new_str(&format!("<{what} at 0x{:x}>", args[0].bits())))
}

fn view_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = this(vm, &args[0])?;
    if let Some(h) = m.hash.get() {
        return Ok(vm.new_int(h));
    }
    check(vm, m)?;
    if !m.window.readonly {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    if !is_byte(&m.window.format) {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    // What cannot be hashed itself may change.
    let obj = m.obj.get();
    if !obj.is_null() {
        vm.pinned(args[0], |vm| vm.hash(obj))?;
    }
    let data = m.contents(vm, false)?;
    let bytes = vm.new_bytes(&data);
    let h = vm.hash(bytes)?;
    m.hash.set(Some(h));
    Ok(vm.new_int(h))
}

fn equal(vm: &mut Vm, a: Value, b: Value) -> PyResult<Option<bool>> {
    let (_, x) = this(vm, &a)?;
    if a == b {
        // Only NaNs make a view differ from itself.
        if x.released.get() || !matches!(x.window.format.as_str(), "e" | "f" | "d") {
            return Ok(Some(true));
        }
    }
    if x.released.get() || native::<MemoryView>(&b).is_some_and(|(_, m)| m.released.get()) {
        return Ok(Some(false));
    }
    let Some(other) = view_of(vm, b)? else {
        return Ok(None);
    };
    let r = equal_views(vm, x, &other);
    release(vm, other)?;
    r.map(Some)
}

fn equal_views(vm: &mut Vm, x: &MemoryView, other: &Value) -> PyResult<bool> {
    let (_, y) = this(vm, other)?;
    let (v, w) = (&x.window, &y.window);
    if v.shape != w.shape {
        return Ok(false);
    }
    let (p, q) = (x.contents(vm, false)?, y.contents(vm, false)?);
    if v.format == w.format && !matches!(v.format.as_str(), "e" | "f" | "d" | "?") {
        return Ok(p == q);
    }
    if item_size(&v.format).is_none() || item_size(&w.format).is_none() {
        return Ok(false);
    }
    for (p, q) in p.chunks_exact(v.itemsize).zip(q.chunks_exact(w.itemsize)) {
        let p = unpack(vm, &v.format, p)?;
        let q = unpack(vm, &w.format, q)?;
        if !vm.compare_bool(CompareOp::Eq, p, q)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn view_eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(equal(vm, args[0], args[1])?.map_or(Value::NOT_IMPLEMENTED, Value::bool))
}

fn view_ne(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(equal(vm, args[0], args[1])?.map_or(Value::NOT_IMPLEMENTED, |r| Value::bool(!r)))
}

fn view_len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    match m.window.shape.first() {
        Some(n) => Ok(Value::from_usize(*n)),
        None => Err(vm.type_error("0-dim memory has no length")),
    }
}

fn view_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    match m.window.shape.len() {
        0 => Err(vm.type_error("invalid indexing of 0-dim memory")),
        1 if item_size(&m.window.format).is_none() => {
            let text = format!("memoryview: format {} not supported", m.window.format);
            Err(vm.not_implemented_error(text))
        }
        1 => Ok(PyIter::new(vm, ids::SEQ_ITERATOR, args[0], Value::NULL, 0, 0, 1).value()),
        _ => Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented")),
    }
}

/// What a subscript selects.
enum Place {
    Item(i64),
    Slice(Window),
    All,
}

fn place(vm: &mut Vm, m: &MemoryView, key: Value) -> PyResult<Place> {
    let w = &m.window;
    if w.shape.is_empty() {
        let empty = key.cast::<PyTuple>().is_some_and(|t| t.is_empty());
        return match key {
            Value::ELLIPSIS => Ok(Place::All),
            _ if empty => Ok(Place::Item(w.start)),
            _ => Err(vm.type_error("invalid indexing of 0-dim memory")),
        };
    }
    if seq::has_index(vm, key) {
        let i = vm.index_i64(key)?;
        if w.shape.len() > 1 {
            return Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented"));
        }
        return item_at(vm, w, &[i]).map(Place::Item);
    }
    if let Some(s) = key.cast::<PySlice>() {
        let parts = vm.slice_parts(s)?;
        let r = SliceRange::adjust(parts, w.shape[0]);
        let mut part = w.clone();
        part.start += r.start as i64 * w.strides[0];
        part.strides[0] = w.strides[0].saturating_mul(r.step);
        part.shape[0] = r.count;
        return Ok(Place::Slice(part));
    }
    if let Some(t) = key.cast::<PyTuple>() {
        let mut indices = Vec::new();
        let slices = t.items().iter().filter(|i| i.is::<PySlice>()).count();
        for i in t.items() {
            if seq::has_index(vm, *i) {
                indices.push(vm.index_i64(*i)?);
            }
        }
        if indices.len() == t.len() {
            return tuple_place(vm, w, &indices);
        }
        if slices == t.len() {
            return Err(vm.not_implemented_error("multi-dimensional slicing is not implemented"));
        }
    }
    Err(vm.type_error("memoryview: invalid slice key"))
}

fn tuple_place(vm: &mut Vm, w: &Window, indices: &[i64]) -> PyResult<Place> {
    if indices.len() < w.shape.len() {
        return Err(vm.not_implemented_error("sub-views are not implemented"));
    }
    if indices.len() > w.shape.len() {
        let (n, m) = (w.shape.len(), indices.len());
        return Err(vm.type_error(format!(
            "cannot index {n}-dimension view with {m}-element tuple"
        )));
    }
    item_at(vm, w, indices).map(Place::Item)
}

fn item_at(vm: &mut Vm, w: &Window, indices: &[i64]) -> PyResult<i64> {
    let mut at = w.start;
    for (d, i) in indices.iter().enumerate() {
        match seq::position(*i, w.shape[d]) {
            Some(i) => at += i as i64 * w.strides[d],
            None => {
                return Err(vm.index_error(format!("index out of bounds on dimension {}", d + 1)));
            }
        }
    }
    Ok(at)
}

fn item(vm: &mut Vm, m: &MemoryView, at: i64) -> PyResult {
    let mut data = [0; 8];
    let size = m.window.itemsize;
    if size > 8 || item_size(&m.window.format) != Some(size) {
        let text = format!("memoryview: format {} not supported", m.window.format);
        return Err(vm.not_implemented_error(text));
    }
    m.read_item(vm, at, &mut data[..size])?;
    unpack(vm, &m.window.format, &data[..size])
}

fn view_getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (object, m) = open(vm, &args[0])?;
    // The part of a view that a bound's `__index__` releases is still a view of the same memory.
    let part = match args[1].is::<PySlice>() && !m.window.shape.is_empty() {
        true => Some(derive(vm, object, m.window.clone())?),
        false => None,
    };
    let place = place(vm, m, args[1])?;
    if let (Some(part), Place::Slice(w)) = (&part, &place) {
        let part = this(vm, part)?.0;
        return derive(vm, part, w.clone());
    }
    check(vm, m)?;
    match place {
        Place::Item(at) => item(vm, m, at),
        Place::Slice(w) => derive(vm, object, w),
        Place::All => Ok(args[0]),
    }
}

fn view_setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    if m.window.readonly {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    if m.window.shape.len() > 1 && seq::has_index(vm, args[1]) {
        return Err(vm.not_implemented_error("sub-views are not implemented"));
    }
    match place(vm, m, args[1])? {
        Place::Item(at) => {
            let data = pack(vm, &m.window.format, args[2])?;
            check(vm, m)?;
            m.write_item(vm, at, &data)?;
        }
        Place::All => {
            let data = pack(vm, &m.window.format, args[2])?;
            check(vm, m)?;
            m.write_item(vm, m.window.start, &data)?;
        }
        Place::Slice(w) => {
            if w.shape.len() != 1 {
                return Err(vm.not_implemented_error(
                    "memoryview slice assignments are currently restricted to ndim = 1",
                ));
            }
            let Some(from) = view_of(vm, args[2])? else {
                let name = vm.type_name(args[2]);
                return Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")));
            };
            let (_, view) = this(vm, &from)?;
            check(vm, m)?;
            if view.window.format != w.format || view.window.shape != w.shape {
                return Err(vm.value_error(
                    "memoryview assignment: lvalue and rvalue have different structures",
                ));
            }
            let data = view.contents(vm, false)?;
            release(vm, from)?;
            let strided = w.positions(false);
            if w.contiguous(false) {
                m.write_item(vm, w.start, &data)?;
            } else {
                for (item, at) in data.chunks_exact(w.itemsize.max(1)).zip(strided) {
                    m.write_item(vm, at, item)?;
                }
            }
        }
    }
    Ok(Value::NONE)
}

fn view_delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    Err(vm.type_error(if m.window.readonly {
        "cannot modify read-only memory"
    } else {
        "cannot delete memory"
    }))
}

fn view_enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    open(vm, &args[0])?;
    Ok(args[0])
}

fn view_exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    view_release(vm, args)
}

fn view_release(vm: &mut Vm, args: &[Value]) -> PyResult {
    this(vm, &args[0])?;
    release(vm, args[0])?;
    Ok(Value::NONE)
}

fn view_buffer(vm: &mut Vm, args: &[Value]) -> PyResult {
    let flags = vm.index_i64(args[1])?;
    let (object, m) = open(vm, &args[0])?;
    if flags & 1 != 0 && m.window.readonly {
        return Err(vm.buffer_error("memoryview: underlying buffer is not writable"));
    }
    derive(vm, object, m.window.clone())
}

/// `__buffer__` of the other builtin types that offer their memory.
///
/// # Errors
/// `BufferError` if a writable view of constant memory is wanted.
pub fn buffer_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    let flags = vm.index_i64(args[1])?;
    let Some(view) = plain_view(vm, args[0]) else {
        return Err(vm.wrong_self("__buffer__", "bytes", args[0]));
    };
    let (_, m) = open(vm, &view)?;
    if flags & WRITABLE != 0 && m.window.readonly {
        release(vm, view)?;
        return Err(vm.buffer_error("Object is not writable."));
    }
    Ok(view)
}

/// `__release_buffer__` of the other builtin types that offer their memory.
///
/// # Errors
/// `TypeError` for what is no memoryview.
pub fn release_buffer_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some((_, m)) = native::<MemoryView>(&args[1]) else {
        return Err(vm.type_error("expected a memoryview object"));
    };
    check(vm, m)?;
    if m.obj.get() != args[0] {
        return Err(vm.value_error("memoryview's buffer is not this object"));
    }
    view_release(vm, &[args[1]])
}

fn view_release_buffer(vm: &mut Vm, args: &[Value]) -> PyResult {
    if native::<MemoryView>(&args[1]).is_none() {
        return Err(vm.type_error("expected a memoryview object"));
    }
    view_release(vm, &[args[1]])
}

fn view_tobytes(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    let order = match args[1].cast::<PyStr>() {
        Some(s) => s.bytes().to_vec(),
        None if args[1].is_absent() => b"C".to_vec(),
        None => return Err(vm.type_error("tobytes() argument 'order' must be str or None")),
    };
    let fortran = match order.as_slice() {
        b"C" => false,
        b"F" => true,
        b"A" => m.window.contiguous(true) && !m.window.contiguous(false),
        _ => return Err(vm.value_error("order must be 'C', 'F' or 'A'")),
    };
    let data = m.contents(vm, fortran)?;
    Ok(vm.new_bytes(&data))
}

fn view_hex(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    let data = m.contents(vm, false)?;
    vm.pinned(args[0], |vm| {
        super::bytes_methods::hex_text(vm, &data, args[1], args[2])
    })
}

fn nested(vm: &mut Vm, m: &MemoryView, dim: usize, start: i64) -> PyResult {
    let (n, stride) = (m.window.shape[dim], m.window.strides[dim]);
    let list = PyList::new(vm);
    for i in 0..n as i64 {
        let at = start + i * stride;
        let v = if dim + 1 == m.window.shape.len() {
            item(vm, m, at)?
        } else {
            nested(vm, m, dim + 1, at)?
        };
        list.push(vm, v);
    }
    Ok(list.value())
}

fn view_tolist(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    if m.window.shape.is_empty() {
        return item(vm, m, m.window.start);
    }
    nested(vm, m, 0, m.window.start)
}

fn view_toreadonly(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (object, m) = open(vm, &args[0])?;
    derive(
        vm,
        object,
        Window {
            readonly: true,
            ..m.window.clone()
        },
    )
}

fn shape_arg(vm: &mut Vm, v: Value) -> PyResult<Vec<usize>> {
    if !v.is::<PyList>() && !v.is::<PyTuple>() {
        return Err(vm.type_error("shape must be a list or a tuple"));
    }
    let items = vm.collect(v)?;
    let mut shape = Vec::new();
    for i in items.as_slice() {
        if as_int(i).is_none() {
            return Err(vm.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        match usize::try_from(vm.index_i64(*i)?) {
            Ok(n) if n > 0 => shape.push(n),
            _ => {
                return Err(
                    vm.value_error("memoryview.cast(): elements of shape must be integers > 0")
                );
            }
        }
    }
    if shape.len() > 64 {
        return Err(vm.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    Ok(shape)
}

fn view_cast(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (object, m) = open(vm, &args[0])?;
    let Some(format) = args[1].cast::<PyStr>().map(|s| s.text_lossy()) else {
        let name = vm.arg_type_name(args[1]);
        return Err(vm.type_error(format!("cast() argument 'format' must be str, not {name}")));
    };
    let w = &m.window;
    if !w.contiguous(false) {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let shaped = !args[2].is_null();
    if (shaped || w.shape.len() != 1) && w.shape.contains(&0) {
        return Err(vm.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let shape = if shaped {
        Some(shape_arg(vm, args[2])?)
    } else {
        None
    };
    if let Some(s) = &shape
        && w.shape.len() != 1
        && s.len() != 1
    {
        return Err(vm.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let Some(size) = item_size(&format) else {
        return Err(vm.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'"));
    };
    if item_size(&w.format).is_none() {
        return Err(vm.value_error("memoryview: source format must be a native single character format prefixed with an optional '@'"));
    }
    if !is_byte(&format) && !is_byte(&w.format) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let len = w.count() * w.itemsize;
    if len % size != 0 {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let shape = shape.unwrap_or_else(|| vec![len / size]);
    if shape.iter().try_fold(size, |n, s| n.checked_mul(*s)) != Some(len) {
        return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
    }
    let strides = Window::dense_strides(&shape, size);
    derive(
        vm,
        object,
        Window {
            start: w.start,
            format,
            itemsize: size,
            readonly: w.readonly,
            shape,
            strides,
        },
    )
}

/// The items of a view with one dimension.
fn search(
    vm: &mut Vm,
    m: &MemoryView,
    wanted: Value,
    from: usize,
    to: usize,
    all: bool,
) -> PyResult<(usize, Option<usize>)> {
    let w = &m.window;
    if w.shape.len() != 1 {
        return Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented"));
    }
    let mut found = 0;
    for i in from..to.min(w.shape[0]) {
        check(vm, m)?;
        let v = item(vm, m, w.start + i as i64 * w.strides[0])?;
        if vm.equal(v, wanted)? {
            found += 1;
            if !all {
                return Ok((found, Some(i)));
            }
        }
    }
    Ok((found, None))
}

fn view_count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    let (n, _) = search(vm, m, args[1], 0, usize::MAX, true)?;
    Ok(Value::from_usize(n))
}

fn view_index(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, m) = open(vm, &args[0])?;
    let len = m.window.shape.first().copied().unwrap_or(0);
    let (from, to) = seq::search_bounds(vm, args[2], args[3], len)?;
    match search(vm, m, args[1], from, to, false)? {
        (_, Some(i)) => Ok(Value::from_usize(i)),
        _ => Err(vm.value_error("memoryview.index(x): x not found")),
    }
}
