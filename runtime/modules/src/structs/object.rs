//! `Struct` objects and unpacking iterators.

use super::error;
use super::format::{Format, parse_value};
use super::pack;
use crate::util::{add_type, buffer, items, native_class, state_type};
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::builtins::memoryview::{writable_len, write_into};
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

struct Struct {
    format: RefCell<Rc<Format>>,
    text: Slot,
}

impl NativeData for Struct {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.text);
    }
}

struct Iter {
    format: Rc<Format>,
    data: Vec<u8>,
    at: Cell<usize>,
}

impl NativeData for Iter {
    fn next(&self, vm: &mut Vm, _owner: Ref<Native>) -> Option<Step> {
        Some(Ok(self.step(vm)))
    }
}

impl Iter {
    fn step(&self, vm: &mut Vm) -> Option<Value> {
        let at = self.at.get();
        let data = self.data.get(at..at + self.format.size)?;
        self.at.set(at + self.format.size);
        Some(pack::unpack(vm, &self.format, data))
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "__init__",
        init,
        "($self, format)",
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    method(
        "pack",
        pack_method,
        "($self, /, *values)",
        "Pack values and return the packed bytes.",
    )
    .with_direct(pack_direct),
    method(
        "pack_into",
        pack_into_method,
        "($self, buffer, offset, /, *values)",
        "Pack values and write the packed bytes into the buffer.",
    ),
    method(
        "unpack",
        unpack_method,
        "($self, buffer, /)",
        "Unpack the given bytes.",
    ),
    method(
        "unpack_from",
        unpack_from_method,
        "($self, /, buffer, offset=0)",
        "Unpack values from the buffer, beginning at the offset.",
    ),
    method(
        "iter_unpack",
        iter_unpack_method,
        "($self, buffer, /)",
        "Return an iterator yielding tuples.",
    ),
    method("__sizeof__", sizeof, "($self, /)", "Bytes in memory."),
    slot("__repr__", repr),
];

static GETSETS: &[GetSetDef] = &[
    getter(
        "format",
        |vm, v| {
            format_of(vm, v)?;
            Ok(this(vm, &v)?.1.text.get())
        },
        "struct format string",
    ),
    getter(
        "size",
        |vm, v| {
            let s = this(vm, &v)?.1;
            Ok(match s.text.get().is_null() {
                true => Value::from_i32(-1),
                false => Value::from_usize(s.format.borrow().size),
            })
        },
        "struct size in bytes",
    ),
];

static ITER: &[NativeDef] = &[
    slot("__iter__", |_, a| Ok(a[0])),
    slot("__next__", iter_next),
    method(
        "__length_hint__",
        iter_hint,
        "($self, /)",
        "Remaining items.",
    ),
];

/// Makes the types.
pub fn install(vm: &mut Vm, m: Ref<PyModule>) {
    let ty = vm.new_native_type(
        "Struct",
        "_struct",
        None,
        Kind::Native,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        "Compiled format string.",
    );
    add_type(vm, m, "_struct", ty);
    let ty = vm.new_native_type(
        "unpack_iterator",
        "_struct",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        ITER,
        &[],
        "",
    );
    vm.state_set("_struct.unpack_iterator", ty.value());
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Struct)> {
    native::<Struct>(v).ok_or_else(|| vm.wrong_self("pack", "_struct.Struct", *v))
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let empty = Format {
        items: Default::default(),
        size: 0,
        little: true,
        values: 0,
    };
    let data = Struct {
        format: RefCell::new(Rc::new(empty)),
        text: Slot::new(Value::NULL),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let format = parse_value(vm, args[1])?;
    let (owner, s) = this(vm, &args[0])?;
    let text = match args[1].cast::<PyBytes>() {
        Some(b) => vm.new_str_bytes(b.bytes()),
        None => args[1],
    };
    s.text.set(owner, text);
    *s.format.borrow_mut() = Rc::new(format);
    Ok(Value::NONE)
}

fn format_of(vm: &mut Vm, v: Value) -> PyResult<Rc<Format>> {
    let s = this(vm, &v)?.1;
    if s.text.get().is_null() {
        return Err(vm.runtime_error("Struct object is not initialized"));
    }
    Ok(s.format.borrow().clone())
}

fn pack_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format_of(vm, args[0])?;
    pack::pack_bytes(vm, &f, items(&args[1]))
}

/// Without keywords the values need not be put into a tuple.
fn pack_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let (this, values) = args.split_first()?;
    Some(match format_of(vm, *this) {
        Ok(f) => pack::pack_bytes(vm, &f, values),
        Err(r) => Err(r),
    })
}

fn pack_into_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format_of(vm, args[0])?;
    pack_into(vm, &f, args[1], args[2], items(&args[3]))
}

fn unpack_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format_of(vm, args[0])?;
    unpack(vm, &f, args[1])
}

fn unpack_from_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format_of(vm, args[0])?;
    unpack_from(vm, &f, args[1], args[2])
}

fn iter_unpack_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format_of(vm, args[0])?;
    iter_unpack(vm, f, args[1])
}

/// Packs into a writable buffer at an offset.
///
/// # Errors
/// `struct.error` if it does not fit.
pub fn pack_into(
    vm: &mut Vm,
    f: &Format,
    target: Value,
    offset: Value,
    values: &[Value],
) -> PyResult {
    let out = pack::pack(vm, f, values, "pack_into")?;
    let Some(len) = writable_len(vm, target)? else {
        let name = vm.arg_type_name(target);
        return Err(vm.type_error(format!(
            "pack_into() argument must be read-write bytes-like object, not {name}"
        )));
    };
    let len = len as i64;
    let given = vm.ssize(offset)?;
    let size = f.size as i64;
    let mut at = given;
    if at < 0 {
        if at + size > 0 {
            return Err(error(
                vm,
                &format!("no space to pack {size} bytes at offset {given}"),
            ));
        }
        if at + len < 0 {
            return Err(error(
                vm,
                &format!("offset {given} out of range for {len}-byte buffer"),
            ));
        }
        at += len;
    }
    if len - at < size {
        let need = i128::from(size) + i128::from(at);
        return Err(error(
            vm,
            &format!(
                "pack_into requires a buffer of at least {need} bytes for packing {size} bytes at offset {at} (actual buffer size is {len})"
            ),
        ));
    }
    let at = at as usize;
    write_into(vm, target, at, &out)?;
    Ok(Value::NONE)
}

/// Unpacks a buffer of the format's size.
///
/// # Errors
/// `struct.error` for other sizes.
pub fn unpack(vm: &mut Vm, f: &Format, data: Value) -> PyResult {
    let bytes = buffer(vm, data)?;
    if bytes.len() != f.size {
        let n = f.size;
        return Err(error(vm, &format!("unpack requires a buffer of {n} bytes")));
    }
    Ok(pack::unpack(vm, f, &bytes))
}

/// Unpacks from an offset of a buffer.
///
/// # Errors
/// `struct.error` if the buffer is too small.
pub fn unpack_from(vm: &mut Vm, f: &Format, data: Value, offset: Value) -> PyResult {
    let bytes = buffer(vm, data)?;
    let given = crate::util::ssize_or(vm, offset, 0)?;
    let (size, len) = (f.size as i64, bytes.len() as i64);
    let mut at = given;
    if at < 0 {
        if at + size > 0 {
            return Err(error(
                vm,
                &format!("not enough data to unpack {size} bytes at offset {given}"),
            ));
        }
        if at + len < 0 {
            return Err(error(
                vm,
                &format!("offset {given} out of range for {len}-byte buffer"),
            ));
        }
        at += len;
    }
    if len - at < size {
        let need = size as i128 + at as i128;
        return Err(error(
            vm,
            &format!(
                "unpack_from requires a buffer of at least {need} bytes for unpacking {size} bytes at offset {at} (actual buffer size is {len})"
            ),
        ));
    }
    Ok(pack::unpack(
        vm,
        f,
        &bytes[at as usize..at as usize + f.size],
    ))
}

/// An iterator over the records of a buffer.
///
/// # Errors
/// `struct.error` if the buffer is no whole number of records.
pub fn iter_unpack(vm: &mut Vm, format: Rc<Format>, data: Value) -> PyResult {
    if format.size == 0 {
        return Err(error(
            vm,
            "cannot iteratively unpack with a struct of length 0",
        ));
    }
    let data = buffer(vm, data)?.into_vec();
    if data.len() % format.size != 0 {
        let n = format.size;
        return Err(error(
            vm,
            &format!("iterative unpacking requires a buffer of a multiple of {n} bytes"),
        ));
    }
    let ty = state_type(vm, "_struct.unpack_iterator")?;
    Ok(Native::new(
        vm,
        ty,
        Iter {
            format,
            data,
            at: Cell::new(0),
        },
    )
    .value())
}

fn iter_this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Iter> {
    match native::<Iter>(v) {
        Some((_, i)) => Ok(i),
        None => Err(vm.wrong_self("__next__", "_struct.unpack_iterator", *v)),
    }
}

fn iter_next(vm: &mut Vm, args: &[Value]) -> PyResult {
    match iter_this(vm, &args[0])?.step(vm) {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}

fn iter_hint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let i = iter_this(vm, &args[0])?;
    Ok(Value::from_usize(
        (i.data.len() - i.at.get()) / i.format.size,
    ))
}

fn sizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format_of(vm, args[0])?;
    Ok(Value::from_usize(64 + f.items.len() * 32))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    format_of(vm, args[0])?;
    let text = this(vm, &args[0])?.1.text.get();
    let (name, text) = (vm.short_type_name(args[0]), vm.repr_text(text)?);
    Ok(vm.new_str(&format!("{name}({text})")))
}
