//! `atomic`: a context manager inside which the tasklet is not interrupted.

use skein_runtime::builtins::args::class;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::tasklet::tasklet_flag;
use std::cell::Cell;

#[derive(Default)]
struct Atomic {
    before: Cell<bool>,
}

impl NativeData for Atomic {}

const METHODS: &[NativeDef] = &[
    static_method("__new__", new, "($type, /)", NEW_DOC),
    method(
        "__enter__",
        enter,
        "($self, /)",
        "Make the running tasklet atomic.",
    ),
    method(
        "__exit__",
        exit,
        "($self, type, value, traceback, /)",
        "Make it what it was before.",
    ),
];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    vm.new_native_type(
        "atomic",
        "_stackless",
        None,
        Kind::Native,
        tflag::BASETYPE,
        METHODS,
        &[],
        "A context manager that keeps the running tasklet from being interrupted.",
    )
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    Ok(Native::new(vm, ty, Atomic::default()).value())
}

fn set(vm: &mut Vm, v: Value, entering: bool) -> PyResult {
    let Some((_, a)) = native::<Atomic>(&v) else {
        return Err(vm.wrong_self("__enter__", "_stackless.atomic", v));
    };
    let t = vm.current_tasklet();
    if entering {
        a.before.set(t.has(tasklet_flag::ATOMIC));
    }
    t.put(tasklet_flag::ATOMIC, entering || a.before.get());
    Ok(Value::NONE)
}

fn enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    set(vm, args[0], true)
}

fn exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    set(vm, args[0], false)
}
