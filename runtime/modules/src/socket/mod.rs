//! `_socket`: network and local sockets, and the names of hosts.
//!
//! [`object`] is the type, [`transfer`] what may wait, [`address`] turns addresses into what the kernel wants and back, [`names`] asks
//! the resolver, [`constants`] has the numbers. Left out: families other than IPv4, IPv6 and local ones.

mod address;
mod constants;
mod names;
mod object;
mod transfer;

use crate::os_error::os_error;
use skein_runtime::helpers::{files, sockets};
use skein_runtime::prelude::*;
use std::time::Duration;

/// `_socket`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_socket",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "socketpair",
        socketpair,
        "(family=1, type=1, proto=0, /)",
        "A pair of connected sockets.",
    ),
    function("dup", dup, "(integer, /)", "Duplicate a descriptor."),
    function("close", close, "(integer, /)", "Close a descriptor."),
    function(
        "CMSG_LEN",
        transfer::cmsg_len,
        "(length, /)",
        "The size of an ancillary item with data of this length.",
    ),
    function(
        "CMSG_SPACE",
        transfer::cmsg_space,
        "(length, /)",
        "The room that an ancillary item with data of this length takes.",
    ),
    function(
        "getdefaulttimeout",
        getdefaulttimeout,
        "()",
        "The timeout of new sockets in seconds.",
    ),
    function(
        "setdefaulttimeout",
        setdefaulttimeout,
        "(timeout, /)",
        "Set the timeout of new sockets in seconds.",
    ),
];

/// Key of the default timeout in the machine's module state.
const DEFAULT_TIMEOUT: &str = "socket.default_timeout";

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    vm.add_functions(m, names::FUNCTIONS);
    for (name, n) in constants::CONSTANTS.iter().chain(constants::MORE) {
        let n = vm.new_int(*n);
        vm.add_constant(m, name, n);
    }
    vm.add_constant(m, "has_ipv6", Value::TRUE);
    let base = vm.builtin_type(ids::OS_ERROR);
    vm.add_constant(m, "error", base.value());
    let timeout = vm.builtin_type(ids::TIMEOUT_ERROR).value();
    vm.add_constant(m, "timeout", timeout);
    for name in ["herror", "gaierror"] {
        let flags = tflag::BASETYPE | tflag::HAS_DICT;
        let kind = base.kind.get();
        let ty = vm.new_native_type(name, "socket", Some(base), kind, flags, &[], &[], "");
        crate::util::add_type(vm, m, "socket", ty);
    }
    let flags = tflag::BASETYPE;
    let doc = "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object";
    let ty = vm.new_native_type(
        "socket",
        "_socket",
        None,
        Kind::Native,
        flags,
        object::METHODS,
        object::GETSETS,
        doc,
    );
    crate::util::add_type(vm, m, "_socket", ty);
    vm.add_constant(m, "SocketType", ty.value());
    Ok(())
}

/// The timeout of new sockets.
fn default_timeout(vm: &mut Vm) -> Option<Duration> {
    let v = vm.state_get(DEFAULT_TIMEOUT)?;
    Duration::try_from_secs_f64(as_float(v)?).ok()
}

/// A timeout as Python gives it: seconds or `None`.
fn timeout_argument(vm: &mut Vm, v: Value) -> PyResult<Option<Duration>> {
    if v.is_none() {
        return Ok(None);
    }
    let n = match as_float(v) {
        Some(n) => n,
        None => vm.index_i64(v)? as f64,
    };
    match Duration::try_from_secs_f64(n) {
        Ok(d) => Ok(Some(d)),
        Err(_) if n < 0.0 => Err(vm.value_error("Timeout value out of range")),
        Err(_) if n.is_nan() => Err(vm.value_error("Invalid value NaN (not a number)")),
        Err(_) => Err(vm.overflow_error("timeout doesn't fit into C timeval")),
    }
}

/// A timeout for Python.
fn seconds(vm: &mut Vm, timeout: Option<Duration>) -> Value {
    match timeout {
        Some(t) => vm.new_float(t.as_secs_f64()),
        None => Value::NONE,
    }
}

fn getdefaulttimeout(vm: &mut Vm, _: &[Value]) -> PyResult {
    let timeout = default_timeout(vm);
    Ok(seconds(vm, timeout))
}
fn setdefaulttimeout(vm: &mut Vm, args: &[Value]) -> PyResult {
    let timeout = timeout_argument(vm, args[0])?;
    let v = seconds(vm, timeout);
    vm.state_set(DEFAULT_TIMEOUT, v);
    Ok(Value::NONE)
}

fn number(vm: &mut Vm, v: Value, default: i32) -> PyResult<i32> {
    if v.is_absent() {
        return Ok(default);
    }
    let n = vm.index_i64(v)?;
    i32::try_from(n).map_err(|_| vm.overflow_error("signed integer is greater than maximum"))
}

fn socketpair(vm: &mut Vm, args: &[Value]) -> PyResult {
    let family = number(vm, args[0], libc::AF_UNIX)?;
    let kind = number(vm, args[1], libc::SOCK_STREAM)?;
    let protocol = number(vm, args[2], 0)?;
    let fds = sockets::pair(family, kind, protocol).map_err(|e| os_error(vm, e, Value::NULL))?;
    let class = crate::util::state_type(vm, "_socket.socket")?.value();
    let mut ends = ValueVec::new();
    for fd in fds {
        let given = [family, kind, protocol, fd].map(Value::from_i32);
        let end = vm.call(class, &given)?;
        ends.push(&vm.heap, end);
    }
    Ok(vm.new_tuple(ends.as_slice()))
}

fn dup(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = number(vm, args[0], -1)?;
    match files::dup(fd) {
        Ok(fd) => Ok(Value::from_i32(fd)),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let fd = crate::support::c_int(vm, args[0])?;
    vm.closing_descriptor(fd);
    match files::close(fd) {
        Ok(()) | Err(libc::ECONNRESET) => Ok(Value::NONE),
        Err(e) => Err(os_error(vm, e, Value::NULL)),
    }
}
