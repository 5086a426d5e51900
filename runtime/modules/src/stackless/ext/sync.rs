//! Locks, semaphores, events and lines: the types; who passes is a matter of `skein_runtime::tasklet::sync`.

use super::until;
use skein_runtime::builtins::args::class;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::sync::{Rule, Sync, Until};

const ACQUIRE_DOC: &str =
    "Take it, or wait for it, at most timeout seconds: then TimeoutError is raised. Returns True.";

const SEMAPHORE: &[NativeDef] = &[
    static_method("__new__", new_semaphore, "($type, value=1, /)", NEW_DOC),
    method("acquire", acquire, "($self, /, timeout=None)", ACQUIRE_DOC).switching(),
    method(
        "release",
        release_semaphore,
        "($self, n=1, /)",
        "Give n back: tasklets that wait get them first, in the order in which they came.",
    ),
    method("__enter__", enter, "($self, /)", "Take it.").switching(),
    method("__exit__", exit, "($self, /, *exc_info)", "Give it back."),
];

const LOCK: &[NativeDef] = &[
    static_method("__new__", new_lock, "($type, /)", NEW_DOC),
    method("acquire", acquire, "($self, /, timeout=None)", ACQUIRE_DOC).switching(),
    method(
        "release",
        release_lock,
        "($self, /)",
        "Free it, or hand it to who waits longest. Any tasklet may do that.",
    ),
    method("__enter__", enter, "($self, /)", "Take it.").switching(),
    method("__exit__", exit, "($self, /, *exc_info)", "Free it."),
];

const RLOCK: &[NativeDef] = &[
    static_method("__new__", new_rlock, "($type, /)", NEW_DOC),
    method("acquire", acquire, "($self, /, timeout=None)", ACQUIRE_DOC).switching(),
    method(
        "release",
        release_rlock,
        "($self, /)",
        "Undo one acquire(); after the last one, hand it to who waits longest.",
    ),
    method("__enter__", enter, "($self, /)", "Take it.").switching(),
    method(
        "__exit__",
        exit,
        "($self, /, *exc_info)",
        "Undo __enter__().",
    ),
];

const EVENT: &[NativeDef] = &[
    static_method("__new__", new_event, "($type, /)", NEW_DOC),
    method(
        "wait",
        acquire,
        "($self, /, timeout=None)",
        "Wait until it is set, at most timeout seconds: then TimeoutError is raised. Returns True.",
    )
    .switching(),
    method(
        "set",
        set_event,
        "($self, /)",
        "Wake all that wait, and let nobody wait.",
    ),
    method(
        "clear",
        clear_event,
        "($self, /)",
        "Let tasklets wait again.",
    ),
    method(
        "is_set",
        is_set,
        "($self, /)",
        "True between set() and clear().",
    ),
];

const LINE: &[NativeDef] = &[
    static_method("__new__", new_line, "($type, /)", NEW_DOC),
    method(
        "wait",
        acquire,
        "($self, /, timeout=None)",
        "Wait to be woken, at most timeout seconds: then TimeoutError is raised. Returns True.",
    )
    .switching(),
    method(
        "wake",
        wake,
        "($self, n=1, /)",
        "Wake up to n tasklets, those first that wait longest; returns how many.",
    ),
];

const COUNTED: &[GetSetDef] = &[VALUE, WAITING];
const LOCKED: &[GetSetDef] = &[HELD, WAITING];
const WAITED: &[GetSetDef] = &[WAITING];

const VALUE: GetSetDef = getter(
    "value",
    |vm, v| {
        let count = with(vm, v, |s| s.count.get())?;
        Ok(vm.new_int(count))
    },
    "How many can be taken without waiting.",
);
const HELD: GetSetDef = getter(
    "locked",
    |vm, v| {
        let held = with(vm, v, |s| {
            (s.rule == Rule::Reentrant) == (s.count.get() > 0)
        })?;
        Ok(Value::bool(held))
    },
    "True while a tasklet holds it.",
);
const WAITING: GetSetDef = getter(
    "waiting",
    |vm, v| Ok(Value::from_usize(with(vm, v, Sync::waiting)?)),
    "How many tasklets wait.",
);

type Row = (
    &'static str,
    &'static [NativeDef],
    &'static [GetSetDef],
    &'static str,
);

const TYPES: &[Row] = &[
    (
        "semaphore",
        SEMAPHORE,
        COUNTED,
        "semaphore(value=1): that many tasklets may have taken it at a time. They get it in the order in which they came.",
    ),
    (
        "lock",
        LOCK,
        LOCKED,
        "A lock for tasklets. They get it in the order in which they came; a tasklet that takes it twice waits for itself.",
    ),
    (
        "rlock",
        RLOCK,
        LOCKED,
        "A lock that the tasklet which holds it may take again; it is free after as many releases.",
    ),
    ("event", EVENT, WAITED, "A flag that tasklets can wait for."),
    (
        "line",
        LINE,
        WAITED,
        "A line in which tasklets wait to be woken one by one: what other things to wait for are made of.",
    ),
];

/// Makes the types.
pub fn add_types(vm: &mut Vm, m: Ref<PyModule>) {
    let flags = tflag::BASETYPE | tflag::HAS_WEAKREF;
    for (name, methods, getsets, doc) in TYPES {
        let module = "stackless.ext";
        let ty = vm.new_native_type(
            name,
            module,
            None,
            Kind::Native,
            flags,
            methods,
            getsets,
            doc,
        );
        vm.add_constant(m, name, ty.value());
    }
}

fn with<T>(vm: &mut Vm, v: Value, f: impl FnOnce(&Sync) -> T) -> PyResult<T> {
    match native::<Sync>(&v) {
        Some((_, s)) => Ok(f(s)),
        None => Err(vm.wrong_self("waiting", "stackless.ext", v)),
    }
}

fn new(vm: &mut Vm, args: &[Value], rule: Rule, count: i64) -> PyResult {
    let ty = class(vm, args[0])?;
    Ok(Native::new(vm, ty, Sync::new(rule, count)).value())
}

fn new_semaphore(vm: &mut Vm, args: &[Value]) -> PyResult {
    let count = args[1].non_null().map_or(Ok(1), |v| vm.index_i64(v))?;
    if count < 0 {
        return Err(vm.value_error("semaphore initial value must be >= 0"));
    }
    new(vm, args, Rule::Semaphore, count)
}

fn new_lock(vm: &mut Vm, args: &[Value]) -> PyResult {
    new(vm, args, Rule::Lock, 1)
}

fn new_rlock(vm: &mut Vm, args: &[Value]) -> PyResult {
    new(vm, args, Rule::Reentrant, 0)
}

fn new_event(vm: &mut Vm, args: &[Value]) -> PyResult {
    new(vm, args, Rule::Event, 0)
}

fn new_line(vm: &mut Vm, args: &[Value]) -> PyResult {
    new(vm, args, Rule::Line, 0)
}

fn acquire(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = until(vm, args[1])?;
    vm.pass(args[0], until)
}

fn enter(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.pass(args[0], Until::Forever)
}

fn release_semaphore(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = args[1].non_null().map_or(Ok(1), |v| vm.index_i64(v))?;
    if n < 1 {
        return Err(vm.value_error("n must be one or more"));
    }
    let count = with(vm, args[0], |s| s.count.get())?;
    if count.checked_add(n).is_none() {
        return Err(vm.overflow_error("the semaphore's value is too large"));
    }
    let waiting = with(vm, args[0], Sync::waiting)? as i64;
    for _ in 0..n.min(waiting) {
        vm.let_go(args[0]);
    }
    with(vm, args[0], |s| {
        s.count.set(s.count.get() + (n - n.min(waiting)))
    })?;
    Ok(Value::NONE)
}

fn release_lock(vm: &mut Vm, args: &[Value]) -> PyResult {
    if with(vm, args[0], |s| s.count.get())? > 0 {
        return Err(vm.runtime_error("release unlocked lock"));
    }
    vm.let_go(args[0]);
    Ok(Value::NONE)
}

fn release_rlock(vm: &mut Vm, args: &[Value]) -> PyResult {
    let current = vm.tasklet.get();
    if !with(vm, args[0], |s| {
        s.count.get() > 0 && s.owner.get() == current
    })? {
        return Err(vm.runtime_error("cannot release un-acquired lock"));
    }
    vm.let_go(args[0]);
    Ok(Value::NONE)
}

fn exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    match with(vm, args[0], |s| s.rule)? {
        Rule::Lock => release_lock(vm, args),
        Rule::Reentrant => release_rlock(vm, args),
        _ => {
            vm.let_go(args[0]);
            Ok(Value::NONE)
        }
    }
}

fn set_event(vm: &mut Vm, args: &[Value]) -> PyResult {
    with(vm, args[0], |s| s.count.set(1))?;
    while vm.wake_next(args[0]) {}
    Ok(Value::NONE)
}

fn clear_event(vm: &mut Vm, args: &[Value]) -> PyResult {
    with(vm, args[0], |s| s.count.set(0))?;
    Ok(Value::NONE)
}

fn is_set(vm: &mut Vm, args: &[Value]) -> PyResult {
    let set = with(vm, args[0], |s| s.count.get() > 0)?;
    Ok(Value::bool(set))
}

fn wake(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = args[1].non_null().map_or(Ok(1), |v| vm.index_i64(v))?;
    let mut woken = 0;
    while woken < n && vm.wake_next(args[0]) {
        woken += 1;
    }
    Ok(vm.new_int(woken))
}
