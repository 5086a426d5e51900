//! Raising `OSError` from `errno` numbers, with the file names concerned.

use skein_runtime::prelude::*;

/// The text of an `errno`.
pub fn strerror(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    match text.rfind(" (os error") {
        Some(at) => text[..at].to_string(),
        None => text,
    }
}

/// Raises the `OSError` (or its subclass) of an `errno`. `filename` is the path as the program gave it, or `NULL`.
#[cold]
pub fn os_error(vm: &mut Vm, errno: i32, filename: Value) -> Raised {
    os_error2(vm, errno, filename, Value::NULL)
}

/// The same with two file names (`rename`, `link`).
#[cold]
pub fn os_error2(vm: &mut Vm, errno: i32, filename: Value, filename2: Value) -> Raised {
    let text = vm.new_str(&strerror(errno));
    let ty = vm.builtin_type(ids::OS_ERROR);
    let code = Value::from_i32(errno);
    match (filename.non_null(), filename2.non_null()) {
        (None, _) => vm.raise_type(ty, &[code, text]),
        (Some(f), None) => vm.raise_type(ty, &[code, text, f]),
        (Some(f), Some(g)) => vm.raise_type(ty, &[code, text, f, Value::NONE, g]),
    }
}

/// The `OSError` of a failed call of the standard library.
#[cold]
pub fn io_error(vm: &mut Vm, e: &std::io::Error, filename: Value) -> Raised {
    os_error(vm, e.raw_os_error().unwrap_or(libc::EIO), filename)
}
