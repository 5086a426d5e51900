//! `select.epoll`: the kernel's own set of watched descriptors.
//!
//! The set is a descriptor itself, so a tasklet that waits in `poll()` waits for that one.

use crate::os_error::os_error;
use crate::select::{descriptor, timeout};
use skein_runtime::helpers::{epoll, files};
use skein_runtime::prelude::*;
use std::cell::Cell;

const CONSTANTS: &[(&str, u32)] = &[
    ("EPOLLIN", libc::EPOLLIN as u32),
    ("EPOLLOUT", libc::EPOLLOUT as u32),
    ("EPOLLPRI", libc::EPOLLPRI as u32),
    ("EPOLLERR", libc::EPOLLERR as u32),
    ("EPOLLHUP", libc::EPOLLHUP as u32),
    ("EPOLLRDHUP", libc::EPOLLRDHUP as u32),
    ("EPOLLET", libc::EPOLLET as u32),
    ("EPOLLONESHOT", libc::EPOLLONESHOT as u32),
    ("EPOLLEXCLUSIVE", libc::EPOLLEXCLUSIVE as u32),
    ("EPOLLWAKEUP", libc::EPOLLWAKEUP as u32),
    ("EPOLLRDNORM", libc::EPOLLRDNORM as u32),
    ("EPOLLRDBAND", libc::EPOLLRDBAND as u32),
    ("EPOLLWRNORM", libc::EPOLLWRNORM as u32),
    ("EPOLLWRBAND", libc::EPOLLWRBAND as u32),
    ("EPOLLMSG", libc::EPOLLMSG as u32),
    ("EPOLL_CLOEXEC", libc::EPOLL_CLOEXEC as u32),
];

/// The descriptor; -1: closed.
struct Epoll(Cell<i32>);
impl NativeData for Epoll {}
impl Drop for Epoll {
    fn drop(&mut self) {
        if self.0.get() >= 0 {
            let _ = files::close(self.0.get());
        }
    }
}

const METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, sizehint=-1, flags=0)",
        "A set of watched file descriptors.",
    ),
    class_method(
        "fromfd",
        from_fd,
        "($type, fd, /)",
        "An epoll object of a control descriptor.",
    ),
    method(
        "close",
        close,
        "($self, /)",
        "Close the control descriptor.",
    ),
    method("fileno", fileno, "($self, /)", "The control descriptor."),
    method(
        "register",
        register,
        "($self, fd, eventmask=EPOLLIN | EPOLLPRI | EPOLLOUT)",
        "Watch a descriptor.",
    ),
    method(
        "modify",
        modify,
        "($self, fd, eventmask)",
        "Change the events of a watched descriptor.",
    ),
    method(
        "unregister",
        unregister,
        "($self, fd)",
        "Watch a descriptor no longer.",
    ),
    method(
        "poll",
        poll,
        "($self, timeout=None, maxevents=-1)",
        "Wait for events; returns a list of (fd, events) pairs.",
    )
    .switching(),
    method("__enter__", enter, "($self, /)", "The object itself."),
    method(
        "__exit__",
        close,
        "($self, exc_type=None, exc_value=None, exc_tb=None, /)",
        "Close the control descriptor.",
    ),
];
const GETSETS: &[GetSetDef] = &[getter("closed", closed, "True if it was closed.")];

/// Adds the type and its constants to the module `select`.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_usize(*n as usize));
    }
    let ty = vm.new_native_type(
        "epoll",
        "select",
        None,
        Kind::Native,
        0,
        METHODS,
        GETSETS,
        "select.epoll(sizehint=-1, flags=0): a set of watched file descriptors",
    );
    vm.add_constant(m, "epoll", ty.value());
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Epoll> {
    match native::<Epoll>(v) {
        Some((_, e)) => Ok(e),
        None => Err(vm.wrong_self("poll", "select.epoll", *v)),
    }
}

/// The control descriptor.
fn open(vm: &mut Vm, v: &Value) -> PyResult<i32> {
    match this(vm, v)?.0.get() {
        -1 => Err(vm.value_error("I/O operation on closed epoll object")),
        fd => Ok(fd),
    }
}

fn number(vm: &mut Vm, v: Value, default: i32) -> PyResult<i32> {
    if v.is_null() {
        return Ok(default);
    }
    crate::support::c_int(vm, v)
}

fn failed(vm: &mut Vm, e: i32) -> Raised {
    os_error(vm, e, Value::NULL)
}

fn new(vm: &mut Vm, a: &[Value]) -> PyResult {
    let ty = skein_runtime::builtins::args::class(vm, a[0])?;
    let (size, flags) = (number(vm, a[1], -1)?, number(vm, a[2], 0)?);
    if size == 0 || size < -1 {
        return Err(vm.value_error("negative sizehint"));
    }
    if flags & !libc::EPOLL_CLOEXEC != 0 {
        return Err(vm.raise(ids::OS_ERROR, "invalid flags"));
    }
    let fd = epoll::create(libc::EPOLL_CLOEXEC).map_err(|e| failed(vm, e))?;
    Ok(Native::new(vm, ty, Epoll(Cell::new(fd))).value())
}

fn from_fd(vm: &mut Vm, a: &[Value]) -> PyResult {
    let ty = skein_runtime::builtins::args::class(vm, a[0])?;
    let fd = crate::support::c_int(vm, a[1])?;
    Ok(Native::new(vm, ty, Epoll(Cell::new(fd))).value())
}

fn close(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = this(vm, &a[0])?.0.replace(-1);
    if fd >= 0 {
        vm.closing_descriptor(fd);
        files::close(fd).map_err(|e| failed(vm, e))?;
    }
    Ok(Value::NONE)
}

fn enter(vm: &mut Vm, a: &[Value]) -> PyResult {
    open(vm, &a[0])?;
    Ok(a[0])
}

fn fileno(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::from_i32(open(vm, &a[0])?))
}

fn closed(vm: &mut Vm, v: Value) -> PyResult {
    Ok(Value::bool(this(vm, &v)?.0.get() < 0))
}

/// Events: the low 32 bits.
fn mask(vm: &mut Vm, v: Value) -> PyResult<u32> {
    let n = vm.index(v)?;
    Ok(as_i64(n).unwrap_or(-1) as u32)
}

fn control(vm: &mut Vm, a: &[Value], operation: i32, events: u32) -> PyResult {
    let own = open(vm, &a[0])?;
    let fd = descriptor(vm, a[1])?;
    match epoll::control(own, operation, fd, events, fd as u64) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(failed(vm, e)),
    }
}

fn register(vm: &mut Vm, a: &[Value]) -> PyResult {
    let events = match a[2].non_null() {
        Some(v) => mask(vm, v)?,
        None => (libc::EPOLLIN | libc::EPOLLPRI | libc::EPOLLOUT) as u32,
    };
    control(vm, a, libc::EPOLL_CTL_ADD, events)
}

fn modify(vm: &mut Vm, a: &[Value]) -> PyResult {
    let events = mask(vm, a[2])?;
    control(vm, a, libc::EPOLL_CTL_MOD, events)
}

fn unregister(vm: &mut Vm, a: &[Value]) -> PyResult {
    control(vm, a, libc::EPOLL_CTL_DEL, 0)
}

fn pairs(vm: &mut Vm, came: &[(u32, u64)]) -> Value {
    let list = PyList::new(vm);
    for (events, fd) in came {
        let pair = [
            Value::from_i32(*fd as i32),
            Value::from_usize(*events as usize),
        ];
        let pair = vm.new_tuple(&pair);
        list.push(vm, pair);
    }
    list.value()
}

fn poll(vm: &mut Vm, a: &[Value]) -> PyResult {
    let own = open(vm, &a[0])?;
    let negative = as_float(a[1]).is_some_and(|f| f < 0.0) || as_i64(a[1]).is_some_and(|n| n < 0);
    let limit = match negative {
        true => None,
        false => timeout(vm, a[1], 1.0)?,
    };
    let most = match number(vm, a[2], -1)? {
        -1 => 1023,
        n if n > 0 => n as usize,
        n => {
            let text = format!("maxevents must be greater than 0, got {n}");
            return Err(vm.value_error(text));
        }
    };
    let end = match limit {
        Some(l) => Some(crate::support::monotonic(vm)? + l.as_nanos() as i128),
        None => None,
    };
    if vm.has_company() && limit.is_none_or(|l| !l.is_zero()) {
        match epoll::wait(own, Some(0), most) {
            Ok(came) if came.is_empty() => {}
            Ok(came) => return Ok(pairs(vm, &came)),
            Err(e) => return Err(failed(vm, e)),
        }
        let attempt = move |vm: &mut Vm, _: Value, ready: bool| {
            if !ready {
                return Some(Ok(PyList::new(vm).value()));
            }
            match epoll::wait(own, Some(0), most) {
                Ok(came) if came.is_empty() => None,
                Err(libc::EINTR) => None,
                Ok(came) => Some(Ok(pairs(vm, &came))),
                Err(e) => Some(Err(failed(vm, e))),
            }
        };
        return vm.wait_trying(end, (own, libc::POLLIN), a[0], Box::new(attempt));
    }
    loop {
        let left = match end {
            Some(end) => Some((end - crate::support::monotonic(vm)?).max(0)),
            None => None,
        };
        match epoll::wait(own, left, most) {
            Ok(came) => return Ok(pairs(vm, &came)),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(failed(vm, e)),
        }
    }
}
