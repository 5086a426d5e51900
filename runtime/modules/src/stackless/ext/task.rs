//! `task`: the type of tasklets that can be joined; what it does is in `skein_runtime::tasklet::task`.

use super::{tasklet, until};
use skein_runtime::builtins::args::class;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::tasklet::{PyTasklet, tasklet_flag as flag};

const METHODS: &[NativeDef] = &[
    static_method("__new__", new, "($type, /, *args, **kwargs)", NEW_DOC),
    method(
        "join",
        join,
        "($self, /, timeout=None)",
        "Wait for its end, at most timeout seconds (then TimeoutError is raised). Returns what its function returned, or \
         raises what ended it; RuntimeError if it was killed. Any number of tasklets may join, any number of times.",
    )
    .switching(),
];

const GETSETS: &[GetSetDef] = &[
    getter(
        "done",
        |vm, v| Ok(Value::bool(tasklet(vm, v)?.has(flag::DONE))),
        "True when it has ended.",
    ),
    getter(
        "exception",
        exception,
        "The exception that ended it, or None.",
    ),
];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    let base = vm.builtin_type(ids::TASKLET);
    vm.new_native_type(
        "task",
        "stackless.ext",
        Some(base),
        Kind::Tasklet,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        "A tasklet whose outcome is kept, for join().\n\nAn exception that ends it is raised by join() and does not reach run() or the \
         main tasklet, unless it is no Exception (SystemExit, KeyboardInterrupt).",
    )
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let t = PyTasklet::new_instance(vm, ty);
    t.put(flag::TASK, true);
    Ok(t.value())
}

fn join(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = until(vm, args[1])?;
    let t = tasklet(vm, args[0])?;
    vm.join_task(t, until)
}

fn exception(vm: &mut Vm, v: Value) -> PyResult {
    let t = tasklet(vm, v)?;
    if !t.has(flag::DONE) {
        return Ok(Value::NONE);
    }
    Ok(vm.exception_in(t.start.get()).unwrap_or(Value::NONE))
}
