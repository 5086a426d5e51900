//! Small things all stream types need.

use skein_runtime::builtins::byte_view::ByteView;
use skein_runtime::prelude::*;

/// A type of this module by name.
pub fn io_type(vm: &mut Vm, name: &str) -> Option<Ref<PyType>> {
    vm.state_get(&format!("_io.{name}"))?.cast()
}

/// Lets instances die without the finaliser that they inherit (those of subclasses keep it): closing what is only in memory
/// shows nowhere, and many such objects are made for a moment.
pub fn die_silently(ty: Ref<PyType>) {
    ty.flags.set(ty.flags.get() & !tflag::HAS_DEL);
}

/// Publishes a new type of this module.
pub fn add_type(vm: &mut Vm, m: Ref<PyModule>, ty: Ref<PyType>) {
    let name = ty.name_text();
    vm.state_set(&format!("_io.{name}"), ty.value());
    vm.add_constant(m, &name, ty.value());
}

/// Makes and publishes a stream class over one of the abstract classes.
pub fn add_stream(
    vm: &mut Vm,
    m: Ref<PyModule>,
    (name, base, more_flags): (&str, &str, u32),
    methods: &'static [NativeDef],
    getsets: &'static [GetSetDef],
    doc: &str,
) -> Ref<PyType> {
    let base = io_type(vm, base);
    let flags = tflag::BASETYPE | tflag::HAS_DICT | tflag::HAS_WEAKREF | more_flags;
    let ty = vm.new_native_type(
        name,
        "_io",
        base,
        Kind::Native,
        flags,
        methods,
        getsets,
        doc,
    );
    add_type(vm, m, ty);
    ty
}

/// `stream.closed`
pub fn is_closed(vm: &mut Vm, v: Value) -> PyResult<bool> {
    let name = vm.names.closed;
    let closed = vm.get_attr(v, name)?;
    vm.truth(closed)
}

/// Raises `UnsupportedOperation`.
#[cold]
pub fn unsupported(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    match io_type(vm, "UnsupportedOperation") {
        Some(ty) => vm.raise_type(ty, &[text]),
        None => vm.raise_with(ids::OS_ERROR, &[text]),
    }
}

/// A size argument: `None` for an absent one, `None` itself and negative numbers.
pub fn size_arg(vm: &mut Vm, v: Value) -> PyResult<Option<usize>> {
    if v.is_absent() {
        return Ok(None);
    }
    if let Some(n) = v.as_small_int() {
        return Ok(usize::try_from(n).ok());
    }
    let name = vm.names.__index__;
    if as_i64(v).is_none() && vm.lookup_special(v, name).is_none() {
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("argument should be integer or None, not '{name}'")));
    }
    Ok(usize::try_from(vm.index_i64(v)?).ok())
}

/// An optional argument with `None` for `NULL`.
pub fn or_none(v: Value) -> Value {
    v.non_null().unwrap_or(Value::NONE)
}

/// The bytes of a bytes-like argument.
///
/// # Errors
/// `TypeError` "a bytes-like object is required, not 'str'".
pub fn data_arg(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    match skein_runtime::builtins::str_codec::buffer_bytes(vm, v)? {
        Some(data) => Ok(data),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("a bytes-like object is required, not '{name}'")))
        }
    }
}

/// Runs `f` over the bytes of a bytes-like object, without a copy for `bytes`.
pub fn with_data<R>(
    vm: &mut Vm,
    v: Value,
    f: impl FnOnce(&mut Vm, &[u8]) -> PyResult<R>,
) -> PyResult<R> {
    if let Some(b) = v.cast::<PyBytes>() {
        return f(vm, b.bytes());
    }
    let data = data_arg(vm, v)?;
    f(vm, &data)
}

fn byte_view(vm: &mut Vm, target: Value) -> PyResult {
    let ty = vm.builtin_type(ids::MEMORYVIEW).value();
    let name = vm.names.__buffer__;
    if vm.lookup_special(target, name).is_none() {
        let name = vm.type_name(target);
        return Err(vm.type_error(format!(
            "a read-write bytes-like object is required, not '{name}'"
        )));
    }
    let view = vm.call(ty, &[target])?;
    let readonly = vm.get_attr_text(view, "readonly")?;
    if vm.truth(readonly)? {
        let name = vm.type_name(target);
        return Err(vm.type_error(format!(
            "a read-write bytes-like object is required, not '{name}'"
        )));
    }
    let format = vm.new_str("B");
    vm.call_method(view, "cast", &[format])
}

/// Bytes of room in a writable bytes-like object.
pub fn writable_len(vm: &mut Vm, target: Value) -> PyResult<usize> {
    if let Some(b) = target.cast::<PyByteArray>() {
        return Ok(b.len());
    }
    let view = byte_view(vm, target)?;
    vm.len(view)
}

/// Copies `data` into a writable bytes-like object from `at` on; the caller knows that it fits.
pub fn write_into(vm: &mut Vm, target: Value, at: usize, data: &[u8]) -> PyResult<()> {
    if let Some(b) = target.cast::<PyByteArray>() {
        let room = b.len().saturating_sub(at).min(data.len());
        b.buffer().write(at, &data[..room]);
        return Ok(());
    }
    let view = byte_view(vm, target)?;
    let (from, to) = (Value::from_usize(at), Value::from_usize(at + data.len()));
    let slice = skein_runtime::builtins::slice::PySlice::new(vm, from, to, Value::NONE);
    let bytes = vm.new_bytes(data);
    vm.set_item(view, slice.value(), bytes)
}

/// The error of using an object whose `__init__` did not run or failed.
#[cold]
pub fn uninitialized(vm: &mut Vm) -> Raised {
    vm.value_error("I/O operation on uninitialized object")
}

/// The error of using a closed stream.
#[cold]
pub fn closed_error(vm: &mut Vm) -> Raised {
    vm.value_error("I/O operation on closed file.")
}

/// After `EINTR`: lets signal handlers run.
///
/// # Errors
/// What a handler raised.
pub fn interrupted(vm: &mut Vm) -> PyResult<()> {
    crate::signal::run_pending(vm)
}

/// `pickle` of streams is refused.
pub fn no_pickle(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.type_name(args[0]);
    Err(vm.type_error(format!("cannot pickle '{name}' instances")))
}

/// The stream's `name` attribute for representations.
pub fn repr_name(vm: &mut Vm, v: Value) -> PyResult<Option<String>> {
    let name = vm.names.name;
    match vm.try_get_attr(v, name) {
        Ok(Some(n)) => Ok(Some(vm.repr_text(n)?)),
        Ok(None) => Ok(None),
        // A detached or closed stream may refuse.
        Err(_) if vm.clear_raised_if(ids::VALUE_ERROR) => Ok(None),
        Err(r) => Err(r),
    }
}

/// The class that `__new__` is called for.
pub fn class(vm: &mut Vm, v: Value) -> PyResult<Ref<PyType>> {
    skein_runtime::builtins::args::class(vm, v)
}

/// `readable`, `writable` or `seekable` of a stream in memory.
pub const fn always(
    name: &'static str,
    func: skein_runtime::object::native_def::NativeFn,
) -> NativeDef {
    method(name, func, "($self, /)", "True while the stream is open.")
}
