//! `gc`: control of the collector, and what has to run after a collection.
//!
//! Generations are those of our collector: 0 and 1 ask for a collection of what is young, 2 for one of everything. Without
//! reference counts the collector cannot be switched off, so `disable` only changes what `isenabled` says.

use crate::support::{c_int, c_long};
use crate::sys::hooks::write_unraisable;
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::generator::{GenState, PyGenerator};
use skein_runtime::builtins::weakref::PyWeakref;
use skein_runtime::prelude::*;
use std::collections::HashSet;

/// The module.
pub const MODULE: ModuleDef = ModuleDef { name: "gc", init };

static FUNCTIONS: &[NativeDef] = &[
    function(
        "enable",
        enable,
        "()",
        "Say that automatic collection is on.",
    ),
    function(
        "disable",
        disable,
        "()",
        "Say that automatic collection is off; it goes on all the same.",
    ),
    function(
        "isenabled",
        isenabled,
        "()",
        "True unless disable() was called.",
    ),
    function(
        "collect",
        collect,
        "(generation=2)",
        "Run a collection and what is due after it.",
    ),
    function(
        "get_count",
        get_count,
        "()",
        "Allocations since the last collections, as three numbers.",
    ),
    function(
        "get_threshold",
        get_threshold,
        "()",
        "The thresholds last set.",
    ),
    function(
        "set_threshold",
        set_threshold,
        "(threshold0, threshold1=None, threshold2=None, /)",
        "Set the thresholds, which have no effect.",
    ),
    function("get_debug", get_debug, "()", "The debugging flags."),
    function(
        "set_debug",
        set_debug,
        "(flags, /)",
        "Set the debugging flags, which have no effect.",
    ),
    function("get_stats", get_stats, "()", "Statistics per generation."),
    function(
        "get_objects",
        get_objects,
        "(generation=None)",
        "List of the live container objects.",
    ),
    function(
        "get_referrers",
        get_referrers,
        "(*objs)",
        "List of the objects that refer to any of the given ones.",
    ),
    function(
        "get_referents",
        get_referents,
        "(*objs)",
        "List of the objects that the given ones refer to.",
    ),
    function(
        "is_tracked",
        is_tracked,
        "(obj, /)",
        "True if the object may refer to others.",
    ),
    function(
        "is_finalized",
        is_finalized,
        "(obj, /)",
        "True if the object's finaliser has run.",
    ),
    function(
        "freeze",
        freeze,
        "()",
        "Accepted without effect on the collector.",
    ),
    function("unfreeze", unfreeze, "()", "Undo freeze()."),
    function(
        "get_freeze_count",
        get_freeze_count,
        "()",
        "Number of objects at the time of freeze().",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for name in ["garbage", "callbacks"] {
        let list = PyList::new(vm).value();
        vm.add_constant(m, name, list);
    }
    vm.state_set("gc.module", m.value());
    crate::support::add_ints(
        vm,
        m,
        &[
            ("DEBUG_STATS", 1),
            ("DEBUG_COLLECTABLE", 2),
            ("DEBUG_UNCOLLECTABLE", 4),
            ("DEBUG_SAVEALL", 32),
            ("DEBUG_LEAK", 38),
        ],
    );
    Ok(())
}

/// Runs weak reference callbacks and finalisers that collections made due; gives their number. What they raise goes to
/// `sys.unraisablehook`. (The interpreter calls this when `Vm::attention` is set.)
pub fn run_due(vm: &mut Vm) -> usize {
    let mut count = 0;
    loop {
        // All at once: what one of them makes due runs inside it, but not the others.
        let callbacks = taken(vm, |vm| vm.heap.take_dead_weakref());
        let objects = taken(vm, |vm| vm.heap.take_finalizable());
        if callbacks.len() + objects.len() == 0 {
            return count;
        }
        count += callbacks.len() + objects.len();
        for i in 0..callbacks.len() {
            run_callback(vm, callbacks.get(i));
        }
        for i in 0..objects.len() {
            finalize(vm, objects.get(i));
        }
    }
}

fn taken(vm: &mut Vm, next: impl Fn(&Vm) -> Option<Value>) -> ValueVec {
    let mut all = ValueVec::with_capacity(&vm.heap, 0);
    while let Some(v) = next(vm) {
        all.push(&vm.heap, v);
    }
    all
}

/// Calls back; the exception that was in flight stays so.
fn guarded(vm: &mut Vm, f: impl FnOnce(&mut Vm)) {
    let in_flight = vm.take_raised();
    f(vm);
    vm.raised.set(in_flight);
}

fn run_callback(vm: &mut Vm, w: Value) {
    let Some(reference) = w.cast::<PyWeakref>() else {
        return;
    };
    let callback = reference.callback.get();
    reference.callback.set_unbarriered(Value::NULL);
    if callback.is_absent() {
        return;
    }
    guarded(vm, |vm| {
        if vm.call(callback, &[w]).is_err() {
            report(
                vm,
                "Exception ignored while calling weakref callback",
                callback,
            );
        }
    });
}

fn finalize(vm: &mut Vm, object: Value) {
    guarded(vm, |vm| {
        if let Some(g) = object.cast::<PyGenerator>() {
            if finalize_generator(vm, g).is_err() {
                let what = match (g.shape_id(), g.state.get()) {
                    (ids::COROUTINE, GenState::Created) => FINALIZING,
                    _ => "Exception ignored while closing generator",
                };
                report(vm, what, object);
            }
            return;
        }
        let name = vm.names.__del__;
        let Some(del) = vm.lookup_special(object, name) else {
            return;
        };
        if vm.call_bound_special(del, object, &[]).is_err() {
            report(vm, "Exception ignored while calling deallocator", del);
        }
    });
}

/// Closes a suspended generator; tells of a coroutine that nobody awaited; hands an asynchronous generator to its hook.
fn finalize_generator(vm: &mut Vm, g: Ref<PyGenerator>) -> PyResult<()> {
    match (g.shape_id(), g.state.get()) {
        (ids::COROUTINE, GenState::Created) => warn_unawaited(vm, g.value()),
        (ids::ASYNC_GENERATOR, GenState::Suspended) => {
            // The hook of its first iteration, whatever is set now.
            let hook = g.extra.get();
            if !hook.is_absent() {
                return vm.call(hook, &[g.value()]).map(|_| ());
            }
            let ty = vm.builtin_type(ids::GENERATOR_EXIT);
            let exit = PyException::new_instance(vm, ty, &[]).value();
            match (vm.hooks.resume)(vm, g, Resume::Throw, exit) {
                Ok(GenStep::Yielded(_)) => {
                    Err(vm.runtime_error("async generator ignored GeneratorExit"))
                }
                Ok(GenStep::Returned(_)) => Ok(()),
                Err(r) => {
                    let ended = [
                        ids::GENERATOR_EXIT,
                        ids::STOP_ASYNC_ITERATION,
                        ids::STOP_ITERATION,
                    ];
                    if ended.into_iter().any(|id| vm.clear_raised_if(id)) {
                        Ok(())
                    } else {
                        Err(r)
                    }
                }
            }
        }
        (_, GenState::Suspended) => vm.call_method(g.value(), "close", &[]).map(|_| ()),
        _ => Ok(()),
    }
}

const FINALIZING: &str = "Exception ignored while finalizing coroutine";

fn warn_unawaited(vm: &mut Vm, coroutine: Value) -> PyResult<()> {
    // At the end CPython does without the module.
    let module = match vm.closing.get() {
        true => None,
        false => vm.warnings_module(),
    };
    let f = match module {
        Some(m) => {
            let name = vm.intern("_warn_unawaited_coroutine");
            vm.try_get_attr(m, name)?
        }
        None => None,
    };
    if let Some(f) = f {
        match vm.call(f, &[coroutine]) {
            Ok(_) => return Ok(()),
            Err(r) if vm.raised_is(ids::RUNTIME_WARNING) => return Err(r),
            Err(_) => report(vm, FINALIZING, coroutine),
        }
    }
    let name = vm.get_attr_text(coroutine, "__qualname__")?;
    let name = vm.str(name)?.text_lossy();
    vm.warn(
        ids::RUNTIME_WARNING,
        &format!("coroutine '{name}' was never awaited"),
        1,
    )
}

/// Reports the exception in flight as ignored.
fn report(vm: &mut Vm, what: &str, object: Value) {
    let error = vm.take_raised();
    let text = match vm.repr_text(object) {
        Ok(t) => t,
        Err(_) => "<object repr() failed>".to_string(),
    };
    vm.raised.set(error);
    write_unraisable(vm, Some(&format!("{what} {text}")), Value::NONE);
}

fn enable(vm: &mut Vm, _: &[Value]) -> PyResult {
    vm.heap.gc.enabled.set(true);
    Ok(Value::NONE)
}

fn disable(vm: &mut Vm, _: &[Value]) -> PyResult {
    vm.heap.gc.enabled.set(false);
    Ok(Value::NONE)
}

fn isenabled(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::bool(vm.heap.gc.enabled.get()))
}

fn collect(vm: &mut Vm, args: &[Value]) -> PyResult {
    let generation = match args[0].non_null() {
        Some(v) => c_int(vm, v)?,
        None => 2,
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.value_error("invalid generation"));
    }
    call_back(vm, "start", generation, 0);
    let mut collected = 0;
    (vm.hooks.intrinsic)(vm, "forget_temporaries", &[])?;
    if generation == 2 {
        collected = vm.heap.collect_counting(is_container);
    } else {
        vm.heap.collect(false);
    }
    if run_due(vm) > 0 && generation == 2 {
        // What finalisers kept alive can go now.
        collected += vm.heap.collect_counting(is_container);
        run_due(vm);
    }
    call_back(vm, "stop", generation, collected);
    Ok(Value::from_usize(collected))
}

fn call_back(vm: &mut Vm, phase: &str, generation: i32, collected: usize) {
    let Some(m) = vm.state_get("gc.module").and_then(|v| v.cast::<PyModule>()) else {
        return;
    };
    let callbacks = m
        .dict()
        .get_text(vm, "callbacks")
        .and_then(|v| v.cast::<PyList>());
    let Some(list) = callbacks.filter(|l| !l.is_empty()) else {
        return;
    };
    let info = PyDict::new(vm);
    info.set_text(vm, "generation", Value::from_i32(generation));
    info.set_text(vm, "collected", Value::from_usize(collected));
    info.set_text(vm, "uncollectable", Value::from_i32(0));
    let phase = vm.new_str(phase);
    let mut i = 0;
    while let Some(f) = list.try_get(i) {
        if vm.call(f, &[phase, info.value()]).is_err() {
            write_unraisable(vm, None, f);
        }
        i += 1;
    }
}

fn get_count(vm: &mut Vm, _: &[Value]) -> PyResult {
    let stats = vm.heap.stats();
    // An object takes some 48 bytes.
    let young = Value::from_usize(stats.allocated_since / 48);
    let minor = vm.new_int((stats.minor.count % 10) as i64);
    Ok(vm.new_tuple(&[young, minor, Value::from_i32(0)]))
}

fn get_threshold(vm: &mut Vm, _: &[Value]) -> PyResult {
    let values = vm.heap.gc.thresholds.get().map(|n| vm.new_int(n));
    Ok(vm.new_tuple(&values))
}

fn set_threshold(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut thresholds = vm.heap.gc.thresholds.get();
    for (v, out) in args.iter().zip(&mut thresholds) {
        if let Some(v) = v.non_null() {
            *out = c_int(vm, v)? as i64;
        }
    }
    vm.heap.gc.thresholds.set(thresholds);
    Ok(Value::NONE)
}

fn get_debug(vm: &mut Vm, _: &[Value]) -> PyResult {
    let flags = vm.heap.gc.debug.get();
    Ok(vm.new_int(flags))
}

fn set_debug(vm: &mut Vm, args: &[Value]) -> PyResult {
    let flags = c_int(vm, args[0])?;
    vm.heap.gc.debug.set(flags as i64);
    Ok(Value::NONE)
}

fn get_stats(vm: &mut Vm, _: &[Value]) -> PyResult {
    let stats = vm.heap.stats();
    let list = PyList::new(vm);
    for count in [stats.minor.count, 0, stats.full.count] {
        let d = PyDict::new(vm);
        let count = vm.new_int(count as i64);
        d.set_text(vm, "collections", count);
        d.set_text(vm, "collected", Value::from_i32(0));
        d.set_text(vm, "uncollectable", Value::from_i32(0));
        list.push(vm, d.value());
    }
    Ok(list.value())
}

/// Parts of objects that Python does not see.
fn is_internal(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Filler | Kind::Array | Kind::ByteBuf | Kind::Shape | Kind::StackChunk
    )
}

fn is_container(kind: Kind) -> bool {
    !is_internal(kind)
        && !matches!(
            kind,
            Kind::Int
                | Kind::Float
                | Kind::Complex
                | Kind::Str
                | Kind::Bytes
                | Kind::ByteArray
                | Kind::Range
        )
}

fn get_objects(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is_absent() {
        let generation = c_long(vm, args[0])?;
        if generation >= 3 {
            return Err(vm.value_error(
                "generation parameter must be less than the number of available generations (3)",
            ));
        }
        if generation < 0 {
            return Err(vm.value_error("generation parameter cannot be negative"));
        }
    }
    let found = vm.heap.live_objects(&mut |h| is_container(h.kind()));
    match found {
        Some(array) => {
            let n = array.len();
            Ok(PyList::from_array(vm, Some(array), n).value())
        }
        None => Err(vm.memory_error()),
    }
}

fn get_referrers(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut targets: HashSet<u64> = items(&args[0])
        .iter()
        .filter(|v| v.is_object())
        .map(|v| v.address())
        .collect();
    let list = PyList::new(vm);
    let mut seen = HashSet::from([list.value().address(), args[0].address()]);
    // Storage between an object and what it holds counts as part of the object.
    for _ in 0..4 {
        if targets.is_empty() {
            break;
        }
        let heap = &vm.heap;
        let Some(all) = heap.live_objects(&mut |_| true) else {
            return Err(vm.memory_error());
        };
        let mut inner = HashSet::new();
        for i in 0..all.len() {
            let v = all.get(i);
            let Some(h) = v.header() else { continue };
            if v == all.value() || seen.contains(&v.address()) || h.kind() == Kind::Shape {
                continue;
            }
            if vm
                .heap
                .refers_to(h, &mut |t| targets.contains(&t.address()))
            {
                seen.insert(v.address());
                if is_internal(h.kind()) {
                    inner.insert(v.address());
                } else {
                    list.push(vm, v);
                }
            }
        }
        targets = inner;
    }
    Ok(list.value())
}

fn get_referents(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = PyList::new(vm);
    for v in items(&args[0]) {
        add_referents(vm, list, *v, 0);
        if v.is_object() && vm.type_of(*v).has(tflag::HEAPTYPE) {
            let ty = vm.type_of(*v).value();
            list.push(vm, ty);
        }
    }
    Ok(list.value())
}

fn add_referents(vm: &mut Vm, list: Ref<PyList>, v: Value, depth: usize) {
    let Some(h) = v.header() else { return };
    let found = vm.heap.referents(h);
    for v in found.as_slice() {
        match v.kind() {
            Some(Kind::Array) if depth < 4 => add_referents(vm, list, *v, depth + 1),
            Some(kind) if !is_internal(kind) => list.push(vm, *v),
            _ => {}
        }
    }
}

fn is_tracked(_: &mut Vm, args: &[Value]) -> PyResult {
    // Builtin types live for ever, and a plain object() refers to nothing.
    let eternal = args[0]
        .cast::<PyType>()
        .is_some_and(|t| !t.has(tflag::HEAPTYPE) && t.builtin_id != 0);
    let plain = args[0].shape_id() == ids::OBJECT;
    let container = args[0].kind().is_some_and(is_container);
    Ok(Value::bool(container && !eternal && !plain))
}

fn is_finalized(vm: &mut Vm, args: &[Value]) -> PyResult {
    use skein_runtime::object::header::flag;
    let due = args[0].header().is_some_and(|h| h.has(flag::HAS_FINALIZER));
    let has = vm.type_of(args[0]).has(tflag::HAS_DEL);
    Ok(Value::bool(args[0].is_object() && has && !due))
}

fn freeze(vm: &mut Vm, _: &[Value]) -> PyResult {
    let count = vm
        .heap
        .live_objects(&mut |h| is_container(h.kind()))
        .map_or(0, |a| a.len());
    vm.heap.gc.frozen.set(count);
    Ok(Value::NONE)
}

fn unfreeze(vm: &mut Vm, _: &[Value]) -> PyResult {
    vm.heap.gc.frozen.set(0);
    Ok(Value::NONE)
}

fn get_freeze_count(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(vm.heap.gc.frozen.get()))
}
