//! `select`: waiting for descriptors, by `poll(2)`; `epoll` objects are in [`crate::epoll`].

use crate::os_error::os_error;
use skein_runtime::helpers::files;
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "select",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "select",
        select,
        "(rlist, wlist, xlist, timeout=None, /)",
        "Wait until one or more file descriptors are ready for some kind of I/O.",
    ),
    function("poll", poll, "()", "Returns a polling object."),
];

const CONSTANTS: &[(&str, i16)] = &[
    ("POLLIN", libc::POLLIN),
    ("POLLPRI", libc::POLLPRI),
    ("POLLOUT", libc::POLLOUT),
    ("POLLERR", libc::POLLERR),
    ("POLLHUP", libc::POLLHUP),
    ("POLLNVAL", libc::POLLNVAL),
    ("POLLRDNORM", libc::POLLRDNORM),
    ("POLLRDBAND", libc::POLLRDBAND),
    ("POLLWRNORM", libc::POLLWRNORM),
    ("POLLWRBAND", libc::POLLWRBAND),
    ("POLLRDHUP", libc::POLLRDHUP),
];

/// State of a polling object.
#[derive(Default)]
struct Poll {
    /// Descriptors and events, in order of registration.
    wanted: RefCell<Vec<(i32, i16)>>,
    /// A call of `poll()` is in progress.
    busy: Cell<bool>,
}
impl NativeData for Poll {}

static POLL_METHODS: &[NativeDef] = &[
    method(
        "register",
        register,
        "($self, fd, eventmask=POLLIN | POLLPRI | POLLOUT, /)",
        "Register a file descriptor.",
    ),
    method(
        "modify",
        modify,
        "($self, fd, eventmask, /)",
        "Change the events of a registered descriptor.",
    ),
    method(
        "unregister",
        unregister,
        "($self, fd, /)",
        "Remove a descriptor.",
    ),
    method(
        "poll",
        poll_poll,
        "($self, timeout=None, /)",
        "Wait; returns a list of (fd, event) pairs.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*n as i32));
    }
    vm.add_constant(m, "PIPE_BUF", Value::from_i32(4096));
    let error = vm.builtin_type(ids::OS_ERROR).value();
    vm.add_constant(m, "error", error);
    let ty = vm.new_native_type(
        "poll",
        "select",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        POLL_METHODS,
        &[],
        "",
    );
    vm.state_set("select.poll", ty.value());
    crate::epoll::init(vm, m);
    Ok(())
}

/// The descriptor of an int or of an object with `fileno()`.
///
/// # Errors
/// `TypeError` for other objects, `ValueError` for negative numbers.
pub fn descriptor(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let n = if as_int(&v).is_some() {
        v
    } else {
        let name = vm.names.fileno;
        let Some(f) = vm.try_get_attr(v, name)? else {
            return Err(vm.type_error("argument must be an int, or have a fileno() method."));
        };
        vm.call(f, &[])?
    };
    match as_i64(n) {
        Some(n) if (0..=i32::MAX as i64).contains(&n) => Ok(n as i32),
        Some(n) => Err(vm.value_error(format!(
            "file descriptor cannot be a negative integer ({n})"
        ))),
        None => Err(vm.type_error("fileno() returned a non-integer")),
    }
}

/// Waits up to `limit`, going on after signals.
fn wait(vm: &mut Vm, wanted: &[(i32, i16)], limit: Option<Duration>) -> PyResult<Vec<i16>> {
    let end = limit.and_then(|l| Instant::now().checked_add(l));
    if limit.is_none_or(|l| !l.is_zero()) {
        let deadline = match limit {
            Some(l) => Some(crate::support::monotonic(vm)? + l.as_nanos() as i128),
            None => None,
        };
        crate::support::give_way(vm, wanted, deadline)?;
    }
    loop {
        let left = end.map(|e| e.saturating_duration_since(Instant::now()));
        let ms = left.map_or(-1, |l| {
            l.as_micros().div_ceil(1000).min(i32::MAX as u128) as i32
        });
        match files::poll(wanted, ms) {
            Ok(r) => return Ok(r),
            Err(libc::EINTR) => crate::signal::run_pending(vm)?,
            Err(e) => return Err(os_error(vm, e, Value::NULL)),
        }
    }
}

/// A timeout in units of `scale` seconds; `None` waits for ever.
///
/// # Errors
/// `TypeError`, `ValueError` for negative ones, `OverflowError` for large ones.
pub fn timeout(vm: &mut Vm, v: Value, scale: f64) -> PyResult<Option<Duration>> {
    if v.is_absent() {
        return Ok(None);
    }
    let n = match as_float(v) {
        Some(f) => f,
        None => {
            let n = vm.index(v)?;
            match as_i64(n) {
                Some(n) => n as f64,
                None => return Err(vm.overflow_error("timestamp out of range for platform time_t")),
            }
        }
    } * scale;
    match Duration::try_from_secs_f64(n) {
        Ok(d) => Ok(Some(d)),
        Err(_) if n < 0.0 => Err(vm.value_error("timeout must be non-negative")),
        Err(_) => Err(vm.overflow_error("timeout is too large")),
    }
}

fn select(vm: &mut Vm, a: &[Value]) -> PyResult {
    let limit = timeout(vm, a[3], 1.0)?;
    let mut wanted = Vec::new();
    let mut lists = [ValueVec::new(), ValueVec::new(), ValueVec::new()];
    for (i, events) in [libc::POLLIN, libc::POLLOUT, libc::POLLPRI]
        .into_iter()
        .enumerate()
    {
        if vm.iter(a[i]).is_err() {
            if vm.clear_raised_if(ids::TYPE_ERROR) {
                return Err(vm.type_error("arguments 1-3 must be sequences"));
            }
            return Err(Raised);
        }
        // `fileno()` may change a list that is being read.
        let list = a[i].cast::<PyList>();
        let others = match list {
            Some(_) => ValueVec::new(),
            None => vm.collect(a[i])?,
        };
        let mut k = 0;
        while let Some(v) = match list {
            Some(list) => list.try_get(k),
            None => (k < others.len()).then(|| others.get(k)),
        } {
            wanted.push((descriptor(vm, v)?, events));
            lists[i].push(&vm.heap, v);
            k += 1;
        }
    }
    let came = wait(vm, &wanted, limit)?;
    if came.iter().any(|e| e & libc::POLLNVAL != 0) {
        return Err(os_error(vm, libc::EBADF, Value::NULL));
    }
    let mut at = 0;
    let mut out = [Value::NULL; 3];
    for (i, list) in lists.iter().enumerate() {
        let ready = PyList::new(vm);
        let extra = if i < 2 {
            libc::POLLERR | libc::POLLHUP
        } else {
            0
        };
        for v in list.as_slice() {
            if came[at] & (wanted[at].1 | extra) != 0 {
                ready.push(vm, *v);
            }
            at += 1;
        }
        out[i] = ready.value();
    }
    Ok(vm.new_tuple(&out))
}

fn poll(vm: &mut Vm, _: &[Value]) -> PyResult {
    match vm.state_get("select.poll").and_then(|t| t.cast()) {
        Some(ty) => Ok(Native::new(vm, ty, Poll::default()).value()),
        None => Err(vm.system_error("select is not initialised")),
    }
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Poll> {
    match native::<Poll>(v) {
        Some((_, p)) => Ok(p),
        None => Err(vm.wrong_self("method", "select.poll", *v)),
    }
}

fn register(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = descriptor(vm, a[1])?;
    let events = match a[2].non_null() {
        Some(v) => event_mask(vm, v)?,
        None => libc::POLLIN | libc::POLLPRI | libc::POLLOUT,
    };
    let p = this(vm, &a[0])?;
    let mut list = p.wanted.borrow_mut();
    match list.iter_mut().find(|(f, _)| *f == fd) {
        Some(entry) => entry.1 = events,
        None => list.push((fd, events)),
    }
    Ok(Value::NONE)
}

fn event_mask(vm: &mut Vm, v: Value) -> PyResult<i16> {
    Ok(crate::support::unsigned(vm, v, 16, "unsigned short")? as u16 as i16)
}

fn modify(vm: &mut Vm, a: &[Value]) -> PyResult {
    let (fd, events) = (descriptor(vm, a[1])?, event_mask(vm, a[2])?);
    let p = this(vm, &a[0])?;
    match p.wanted.borrow_mut().iter_mut().find(|(f, _)| *f == fd) {
        Some(entry) => entry.1 = events,
        None => return Err(os_error(vm, libc::ENOENT, Value::NULL)),
    }
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, a: &[Value]) -> PyResult {
    let fd = descriptor(vm, a[1])?;
    let p = this(vm, &a[0])?;
    let at = p.wanted.borrow().iter().position(|(f, _)| *f == fd);
    match at {
        Some(i) => {
            p.wanted.borrow_mut().remove(i);
            Ok(Value::NONE)
        }
        None => Err(vm.key_error(Value::from_i32(fd))),
    }
}

fn poll_poll(vm: &mut Vm, a: &[Value]) -> PyResult {
    let negative = as_float(a[1]).is_some_and(|f| f < 0.0) || as_i64(a[1]).is_some_and(|n| n < 0);
    let limit = if negative {
        None
    } else {
        timeout(vm, a[1], 0.001)?
    };
    if limit.is_some_and(|l| l.as_millis() > i32::MAX as u128) {
        return Err(vm.overflow_error("timeout is too large"));
    }
    let p = this(vm, &a[0])?;
    if p.busy.replace(true) {
        return Err(vm.runtime_error("concurrent poll() invocation"));
    }
    let wanted = p.wanted.borrow().clone();
    let came = wait(vm, &wanted, limit);
    p.busy.set(false);
    let came = came?;
    let out = PyList::new(vm);
    for ((fd, _), events) in wanted.iter().zip(came) {
        if events != 0 {
            let pair = vm.new_tuple(&[Value::from_i32(*fd), Value::from_i32(events as u16 as i32)]);
            out.push(vm, pair);
        }
    }
    Ok(out.value())
}
