//! Small things that several modules of this crate need: operating system errors, numbers from arguments, waiting.

use skein_runtime::helpers::{clock, files};
use skein_runtime::prelude::*;
use std::ffi::CStr;

/// Raises the `OSError` (or its subclass) of an `errno`.
#[cold]
pub fn os_error(vm: &mut Vm, errno: i32) -> Raised {
    crate::os_error::os_error(vm, errno, Value::NULL)
}

/// A C `int` argument.
///
/// # Errors
/// `TypeError` for other types, `OverflowError` outside the range.
pub fn c_int(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let n = vm.index(v)?;
    match as_int(&n) {
        Some(IntRef::Small(n)) => match i32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) if n > 0 => Err(vm.overflow_error("signed integer is greater than maximum")),
            Err(_) => Err(vm.overflow_error("signed integer is less than minimum")),
        },
        _ => Err(vm.overflow_error("Python int too large to convert to C long")),
    }
}

/// A C `long` argument.
///
/// # Errors
/// `TypeError` for other types, `OverflowError` outside the range.
pub fn c_long(vm: &mut Vm, v: Value) -> PyResult<i64> {
    let n = vm.index(v)?;
    match as_i64(n) {
        Some(n) => Ok(n),
        None => Err(vm.overflow_error("Python int too large to convert to C long")),
    }
}

/// Sleeps until the monotonic clock shows `deadline` nanoseconds, running signal handlers as signals come.
///
/// # Errors
/// What a signal handler raised.
pub fn sleep_until(vm: &mut Vm, deadline: i128) -> PyResult<()> {
    loop {
        crate::signal::run_pending(vm)?;
        match clock::sleep_until(deadline) {
            Ok(()) => return Ok(()),
            Err(libc::EINTR) => {}
            Err(e) => return Err(os_error(vm, e)),
        }
    }
}

/// While others could run, waits until a descriptor is as wanted (`POLLIN`, `POLLOUT`) or the deadline (monotonic
/// nanoseconds) has come, and lets them run; alone it does nothing, and the call that follows blocks.
pub fn give_way(vm: &mut Vm, fds: &[(i32, i16)], deadline: Option<i128>) -> PyResult<()> {
    while vm.has_company() {
        let found = files::poll(fds, 0);
        if found.is_ok_and(|found| found.iter().any(|&e| e != 0)) {
            break;
        }
        // It may be woken in vain.
        if vm.wait_here(deadline, fds.to_vec(), Value::FALSE)? == Value::FALSE {
            break;
        }
    }
    Ok(())
}

/// [`give_way`] before a read or write that may block.
pub fn give_way_to_blocking(vm: &mut Vm, fd: i32, events: i16) -> PyResult<()> {
    if vm.has_company() && files::blocking(fd) == Ok(true) {
        give_way(vm, &[(fd, events)], None)?;
    }
    Ok(())
}

/// An unsigned integer of so many bits, which C calls `name`.
///
/// # Errors
/// `ValueError` for negative numbers, `OverflowError` for large ones, `TypeError` for other types.
pub fn unsigned(vm: &mut Vm, v: Value, bits: u32, name: &str) -> PyResult<u64> {
    let n = vm.index(v)?;
    let big = as_int(&n).map(|n| n.to_big()).unwrap_or_default();
    if big < 0.into() {
        return Err(vm.value_error("value must be positive"));
    }
    match u64::try_from(big) {
        Ok(n) if bits == 64 || n >> bits == 0 => Ok(n),
        _ => Err(vm.overflow_error(format!("Python int too large for C {name}"))),
    }
}

/// Descriptors on which a write may wait for a reader.
fn is_stream(fd: i32) -> bool {
    files::fstat(fd).is_ok_and(|st| {
        matches!(
            st.mode & libc::S_IFMT,
            libc::S_IFIFO | libc::S_IFSOCK | libc::S_IFCHR
        )
    })
}

/// `write(2)`; while others could run, only the tasklet waits. A pipe that is ready takes so many bytes at least, no more are
/// written at once then.
///
/// # Errors
/// What a signal handler raised.
pub fn write_patiently(vm: &mut Vm, fd: i32, data: &[u8]) -> PyResult<Result<usize, i32>> {
    if !vm.has_company() || files::blocking(fd) != Ok(true) || !is_stream(fd) {
        return Ok(files::write(fd, data));
    }
    let mut done = 0;
    loop {
        give_way(vm, &[(fd, libc::POLLOUT)], None)?;
        let part = &data[done..data.len().min(done + libc::PIPE_BUF)];
        match files::write(fd, part) {
            Ok(n) => done += n,
            Err(_) if done > 0 => return Ok(Ok(done)),
            Err(e) => return Ok(Err(e)),
        }
        if done >= data.len() {
            return Ok(Ok(done));
        }
    }
}

/// A call of the system that may block for long and cannot be polled: while others could run, a helper thread makes it.
///
/// # Errors
/// What the tasklet was woken with.
pub fn call_patiently(
    vm: &mut Vm,
    call: impl FnOnce() -> Result<i32, i32> + Send + 'static,
) -> PyResult<Result<i32, i32>> {
    if !vm.has_company() {
        return Ok(call());
    }
    let begun = vm.offload(Box::new(move || {
        let result = call();
        Box::new(move |vm| {
            let (ok, n) = match result {
                Ok(n) => (true, n),
                Err(e) => (false, e),
            };
            Ok(vm.new_tuple(&[Value::bool(ok), Value::from_i32(n)]))
        })
    }));
    let answer = vm.finish_wait(begun)?.cast::<PyTuple>();
    let answer = answer.as_ref().map_or(&[][..], |t| t.items());
    match answer {
        [ok, n] => {
            let n = as_i64(*n).unwrap_or(0) as i32;
            Ok(if *ok == Value::TRUE { Ok(n) } else { Err(n) })
        }
        _ => Ok(Err(libc::EINTR)),
    }
}

/// `openat(2)`; a FIFO waits for its other end.
///
/// # Errors
/// What the tasklet was woken with.
pub fn open_patiently(
    vm: &mut Vm,
    dir: i32,
    path: &CStr,
    flags: i32,
    mode: u32,
) -> PyResult<Result<i32, i32>> {
    let waits = vm.has_company()
        && flags & libc::O_NONBLOCK == 0
        && files::stat(dir, path, true).is_ok_and(|st| st.mode & libc::S_IFMT == libc::S_IFIFO);
    if !waits {
        return Ok(files::open(dir, path, flags, mode));
    }
    let path = path.to_owned();
    call_patiently(vm, move || files::open(dir, &path, flags, mode))
}

/// How to round a time that is not a whole number of nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Away from zero.
    Away,
}

/// Seconds (int or float) as nanoseconds.
///
/// # Errors
/// `ValueError` for NaN, `OverflowError` beyond 64 bits, `TypeError` for other types.
pub fn nanoseconds(vm: &mut Vm, v: Value, rounding: Rounding) -> PyResult<i128> {
    const TOO_LARGE: &str = "timestamp out of range for platform time_t";
    if let Some(f) = as_float(v) {
        if f.is_nan() {
            return Err(vm.value_error("Invalid value NaN (not a number)"));
        }
        let ns = f * 1e9;
        let ns = match rounding {
            Rounding::Floor => ns.floor(),
            Rounding::Away if ns >= 0.0 => ns.ceil(),
            Rounding::Away => ns.floor(),
        };
        if !(-9.223_372_036_854_775e18..=9.223_372_036_854_775e18).contains(&ns) {
            return Err(vm.overflow_error(TOO_LARGE));
        }
        return Ok(ns as i128);
    }
    let n = vm.index(v)?;
    match as_i64(n).map(|n| n as i128 * 1_000_000_000) {
        Some(ns) if i64::try_from(ns).is_ok() => Ok(ns),
        _ => Err(vm.overflow_error(TOO_LARGE)),
    }
}

/// The monotonic clock in nanoseconds.
pub fn monotonic(vm: &mut Vm) -> PyResult<i128> {
    clock::get(libc::CLOCK_MONOTONIC).map_err(|e| os_error(vm, e))
}

/// Adds `name = int` constants.
pub fn add_ints(vm: &mut Vm, m: Ref<PyModule>, table: &[(&str, i64)]) {
    for (name, n) in table {
        let v = vm.new_int(*n);
        vm.add_constant(m, name, v);
    }
}

/// A str argument.
///
/// # Errors
/// `TypeError` worded as CPython's argument parser does: "name() argument 'what' must be str, not int".
pub fn str_arg(vm: &mut Vm, v: Value, what: &str) -> PyResult<Ref<PyStr>> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(s),
        None => {
            let name = vm.type_name(v);
            let name = if v.is_none() {
                "None".to_string()
            } else {
                name
            };
            Err(vm.type_error(format!("{what} must be str, not {name}")))
        }
    }
}

/// An optional str argument that C code will read: without null characters. `what` is "argument 'errors'" and the like.
///
/// # Errors
/// `TypeError` for other types, `ValueError` for a null character.
pub fn optional_str(vm: &mut Vm, v: Value, what: &str) -> PyResult<Option<Ref<PyStr>>> {
    if v.is_absent() {
        return Ok(None);
    }
    match v.cast::<PyStr>() {
        Some(s) if s.bytes().contains(&0) => Err(vm.value_error("embedded null character")),
        Some(s) => Ok(Some(s)),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("{what} must be str or None, not {name}")))
        }
    }
}

/// Bytes from the operating system as a str: UTF-8, other bytes as lone surrogates (PEP 383).
pub fn fs_str(vm: &mut Vm, mut bytes: &[u8]) -> Value {
    let mut out = Vec::with_capacity(bytes.len());
    loop {
        match std::str::from_utf8(bytes) {
            Ok(_) => {
                out.extend_from_slice(bytes);
                return vm.new_str_bytes(&out);
            }
            Err(e) => {
                let (good, bad) = bytes.split_at(e.valid_up_to());
                out.extend_from_slice(good);
                let b = bad[0];
                out.extend_from_slice(&[
                    0xed,
                    0x80 | ((0xdc00u16 + b as u16) >> 6 & 0x3f) as u8,
                    0x80 | b & 0x3f,
                ]);
                bytes = &bad[1..];
            }
        }
    }
}

/// As [`fs_str`], for text that may hold lone surrogates already (it passed through libc).
pub fn fs_str_keeping(vm: &mut Vm, bytes: &[u8]) -> Value {
    if skein_runtime::text::wtf8::validate(bytes) {
        vm.new_str_bytes(bytes)
    } else {
        fs_str(vm, bytes)
    }
}
