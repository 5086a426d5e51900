//! `_queue`: `SimpleQueue`, an unbounded queue between threads.
//!
//! Threads run in turn and only where they allow it, so nothing is locked. An item that is put while somebody waits is handed to
//! who waits longest: nobody wakes in vain, and items are got in the order of the calls. A bomb (an exception on its way to a
//! tasklet) that is handed over is raised there, as it is by channels.

use crate::collections::deque::Deque;
use crate::support::{Rounding, monotonic, nanoseconds};
use crate::thread::{TIMEOUT_MAX, Waiters, wait_in_line, wake_first};
use crate::util::{add_exception, add_type, native_class, state_type};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::object_methods::is_object_method;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::bomb;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    init,
};

const EMPTY: &str = "_queue.Empty";

#[derive(Default)]
struct SimpleQueue {
    items: Deque,
    /// Tasklets that wait for an item.
    waiters: Waiters,
}

impl NativeData for SimpleQueue {
    fn trace(&self, t: &mut Tracer) {
        self.items.trace(t);
        self.waiters.0.trace(t);
    }
}

const METHODS: &[NativeDef] = &[
    new_method(queue_new),
    method(
        "put",
        put,
        "($self, /, item, block=True, timeout=None)",
        "Put the item on the queue. Never blocks.",
    ),
    method(
        "put_nowait",
        put,
        "($self, /, item)",
        "Put the item on the queue.",
    ),
    method(
        "get",
        get,
        "($self, /, block=True, timeout=None)",
        "Take the oldest item; wait for one if there is none.",
    )
    .switching(),
    method(
        "get_nowait",
        get_nowait,
        "($self, /)",
        "Take the oldest item, or raise Empty.",
    ),
    method("empty", empty, "($self, /)", "True if there is no item."),
    method("qsize", qsize, "($self, /)", "Number of items."),
    CLASS_GETITEM,
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let ty = vm.new_native_type(
        "SimpleQueue",
        "_queue",
        None,
        Kind::Native,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        &[],
        "An unbounded queue, first in, first out.",
    );
    add_type(vm, m, "_queue", ty);
    add_exception(vm, m, EMPTY, "_queue", ids::EXCEPTION);
    Ok(())
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a SimpleQueue)> {
    match native::<SimpleQueue>(v) {
        Some(found) => Ok(found),
        None => Err(vm.wrong_self("get", "_queue.SimpleQueue", *v)),
    }
}

fn queue_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let given =
        !items(&args[1]).is_empty() || args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty());
    let init = vm.names.__init__;
    if given && is_object_method(vm.type_lookup(ty, init)) {
        return Err(vm.type_error("SimpleQueue() takes no arguments"));
    }
    Ok(Native::new(vm, ty, SimpleQueue::default()).value())
}

fn put(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, q) = this(vm, &args[0])?;
    if wake_first(vm, &q.waiters, args[1]).is_none() {
        q.items.push(vm, owner, args[1]);
    }
    Ok(Value::NONE)
}

/// The exception `Empty`.
fn nothing(vm: &mut Vm) -> Raised {
    match state_type(vm, EMPTY) {
        Ok(ty) => vm.raise_type(ty, &[]),
        Err(r) => r,
    }
}

/// When `get` gives up: `None` never, `Some(None)` at once.
fn deadline(vm: &mut Vm, block: Value, timeout: Value) -> PyResult<Option<Option<i128>>> {
    if !block.is_null() && !vm.truth(block)? {
        return Ok(Some(None));
    }
    if timeout.is_absent() {
        return Ok(None);
    }
    let timeout = nanoseconds(vm, timeout, Rounding::Away)?;
    if timeout < 0 {
        return Err(vm.value_error("'timeout' must be a non-negative number"));
    }
    if timeout as f64 / 1e9 > TIMEOUT_MAX {
        return Err(vm.overflow_error("timeout value is too large"));
    }
    Ok(Some(Some(monotonic(vm)? + timeout)))
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = deadline(vm, args[1], args[2])?;
    let (owner, q) = this(vm, &args[0])?;
    if let Some(item) = q.items.pop_front() {
        return Ok(item);
    }
    let (end, timed_out) = match until {
        Some(None) => return Err(nothing(vm)),
        Some(end) => {
            nothing(vm);
            let e = vm.take_raised();
            (end, bomb::new(vm, e))
        }
        None => (None, Value::NONE),
    };
    wait_in_line(vm, owner, &q.waiters, end, 1, timed_out)
}

fn get_nowait(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, q) = this(vm, &args[0])?;
    match q.items.pop_front() {
        Some(item) => Ok(item),
        None => Err(nothing(vm)),
    }
}

fn empty(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, q) = this(vm, &args[0])?;
    Ok(Value::bool(q.items.len() == 0))
}

fn qsize(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, q) = this(vm, &args[0])?;
    Ok(Value::from_usize(q.items.len()))
}
