//! `OSError`: the constructor picks the subclass that belongs to the errno (PEP 3151).

use super::exception_methods::{
    base_str, exception, field, items, no_keywords, own_state, reduce_with, set_args,
};
use super::object_methods::check_new;
use crate::error::Raised;
use crate::exception_field;
use crate::prelude::*;

const ERRNO: usize = field::OS;
const STRERROR: usize = field::OS + 1;
const FILENAME: usize = field::OS + 2;
const FILENAME2: usize = field::OS + 3;
const WRITTEN: usize = field::OS + 4;

/// The subclass of `OSError` for an errno; `OS_ERROR` if there is none.
pub fn type_for_errno(errno: i32) -> u32 {
    match errno {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => ids::BLOCKING_IO_ERROR,
        libc::EPIPE | libc::ESHUTDOWN => ids::BROKEN_PIPE_ERROR,
        libc::ECHILD => ids::CHILD_PROCESS_ERROR,
        libc::ECONNABORTED => ids::CONNECTION_ABORTED_ERROR,
        libc::ECONNREFUSED => ids::CONNECTION_REFUSED_ERROR,
        libc::ECONNRESET => ids::CONNECTION_RESET_ERROR,
        libc::EEXIST => ids::FILE_EXISTS_ERROR,
        libc::ENOENT => ids::FILE_NOT_FOUND_ERROR,
        libc::EISDIR => ids::IS_A_DIRECTORY_ERROR,
        libc::ENOTDIR => ids::NOT_A_DIRECTORY_ERROR,
        libc::EINTR => ids::INTERRUPTED_ERROR,
        libc::EACCES | libc::EPERM => ids::PERMISSION_ERROR,
        libc::ESRCH => ids::PROCESS_LOOKUP_ERROR,
        libc::ETIMEDOUT => ids::TIMEOUT_ERROR,
        _ => ids::OS_ERROR,
    }
}

/// Text of an errno, as `os.strerror`.
pub fn errno_text(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

/// Raises the `OSError` for an errno; file names may be `NULL`.
pub fn raise_errno(vm: &mut Vm, errno: i32, filename: Value, filename2: Value) -> Raised {
    let text = vm.new_str(&errno_text(errno));
    let number = Value::from_i32(errno);
    let mut args = [number, text, filename, Value::NONE, filename2];
    let n = match (filename.is_null(), filename2.is_null()) {
        (true, _) => 2,
        (false, true) => 3,
        (false, false) => 5,
    };
    if args[2].is_null() {
        args[2] = Value::NONE;
    }
    vm.raise_with(type_for_errno(errno), &args[..n])
}

/// Sets the fields and `args` from constructor arguments.
pub fn set_fields(vm: &mut Vm, e: Ref<PyException>, args: &[Value]) {
    let n = args.len();
    if !(2..=5).contains(&n) {
        return;
    }
    e.set_field(vm, ERRNO, args[0]);
    e.set_field(vm, STRERROR, args[1]);
    let filename = args.get(2).copied().unwrap_or(Value::NONE);
    if filename.is_none() {
        return;
    }
    if vm.is_instance_of(e.value(), ids::BLOCKING_IO_ERROR)
        && let Some(written) = as_i64(filename)
    {
        let written = vm.new_int(written);
        e.set_field(vm, WRITTEN, written);
        return;
    }
    e.set_field(vm, FILENAME, filename);
    if let Some(second) = args.get(4).filter(|v| !v.is_none()) {
        e.set_field(vm, FILENAME2, *second);
    }
    let shown = PyTuple::from_slice(vm, &args[..2]);
    e.args.set(e, shown);
}

/// A subclass that overrides `__init__` but not `__new__` passes the real arguments to `OSError.__init__` itself.
fn fields_wait_for_init(vm: &mut Vm, ty: Ref<PyType>) -> bool {
    let names = vm.names;
    let is_ours = |v: Option<Value>| {
        v.and_then(|v| v.cast::<super::builtin::PyBuiltin>())
            .and_then(|b| b.owner.get())
            .is_some_and(|o| o.builtin_id == ids::OS_ERROR)
    };
    let init = vm.type_lookup(ty, names.__init__);
    let new = vm.type_lookup(ty, names.__new__);
    !is_ours(init) && is_ours(new)
}

fn os_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut ty = check_new(vm, args[0], ids::OS_ERROR)?;
    let values = items(&args[1]);
    if fields_wait_for_init(vm, ty) {
        return Ok(PyException::new_instance(vm, ty, &[]).value());
    }
    no_keywords(vm, ty, args[2])?;
    if ty.builtin_id == ids::OS_ERROR && (2..=5).contains(&values.len()) {
        let errno = as_i64(values.items()[0]).and_then(|n| i32::try_from(n).ok());
        if let Some(n) = errno {
            ty = vm.builtin_type(type_for_errno(n));
        }
    }
    let e = PyException::new_instance(vm, ty, values.items());
    set_fields(vm, e, values.items());
    Ok(e.value())
}

fn os_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let ty = vm.type_of(args[0]);
    if fields_wait_for_init(vm, ty) {
        no_keywords(vm, ty, args[2])?;
        set_args(e, args[1]);
        let values = items(&args[1]);
        set_fields(vm, e, values.items());
    }
    Ok(Value::NONE)
}

fn os_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__str__")?;
    let (errno, strerror) = (e.field(ERRNO), e.field(STRERROR));
    let filename = e.field(FILENAME);
    if filename.is_null() && (errno.is_null() || strerror.is_null()) {
        return base_str(vm, args);
    }
    let mut text = b"[Errno ".to_vec();
    text.extend_from_slice(vm.str(errno.non_null().unwrap_or(Value::NONE))?.bytes());
    text.extend_from_slice(b"] ");
    text.extend_from_slice(vm.str(strerror.non_null().unwrap_or(Value::NONE))?.bytes());
    if !filename.is_null() {
        text.extend_from_slice(b": ");
        text.extend_from_slice(vm.repr(filename)?.bytes());
        if let Some(second) = e.field(FILENAME2).non_null() {
            text.extend_from_slice(b" -> ");
            text.extend_from_slice(vm.repr(second)?.bytes());
        }
    }
    Ok(vm.new_str_bytes(&text))
}

fn os_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__reduce__")?;
    let own = e.args.expect();
    let mut shown = own.value();
    let filename = e.field(FILENAME);
    if own.len() == 2 && !filename.is_null() {
        let (a, b) = (own.items()[0], own.items()[1]);
        shown = match e.field(FILENAME2).non_null() {
            Some(second) => vm.new_tuple(&[a, b, filename, Value::NONE, second]),
            None => vm.new_tuple(&[a, b, filename]),
        };
    }
    let state = own_state(vm, args[0]);
    reduce_with(vm, args[0], shown, state)
}

fn get_written(vm: &mut Vm, v: Value) -> PyResult {
    let e = exception(vm, v, "characters_written")?;
    match e.field(WRITTEN).non_null() {
        Some(n) => Ok(n),
        None => Err(written_missing(vm, v)),
    }
}

fn written_missing(vm: &mut Vm, v: Value) -> Raised {
    let name = vm.names.characters_written;
    vm.attribute_error(v, name.value(), "characters_written")
}

fn set_written(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let e = exception(vm, v, "characters_written")?;
    if new.is_null() {
        if e.field(WRITTEN).is_null() {
            return Err(written_missing(vm, v));
        }
        e.set_field(vm, WRITTEN, Value::NULL);
        return Ok(());
    }
    let n = vm.ssize(new)?;
    let n = vm.new_int(n);
    e.set_field(vm, WRITTEN, n);
    Ok(())
}

exception_field!(get_errno, set_errno, ERRNO);
exception_field!(get_strerror, set_strerror, STRERROR);
exception_field!(get_filename, set_filename, FILENAME);
exception_field!(get_filename2, set_filename2, FILENAME2);

/// `OSError`
pub static OS_ERROR: TypeDef = TypeDef {
    id: ids::OS_ERROR,
    doc: "Base class for I/O related errors.",
    methods: &[
        new_method(os_new),
        slot("__init__", os_init),
        slot("__str__", os_str),
        method("__reduce__", os_reduce, "($self, /)", "Helper for pickle."),
    ],
    getsets: &[
        getset("errno", get_errno, set_errno, "POSIX exception code"),
        getset("strerror", get_strerror, set_strerror, "exception strerror"),
        getset("filename", get_filename, set_filename, "exception filename"),
        getset(
            "filename2",
            get_filename2,
            set_filename2,
            "second exception filename",
        ),
        getset(
            "characters_written",
            get_written,
            set_written,
            "number of characters written before the error",
        ),
    ],
};
