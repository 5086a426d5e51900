//! The functions of `sys` other than its hooks.

use crate::support::{c_int, str_arg};
use skein_runtime::builtins::{args::items, struct_seq};
use skein_runtime::prelude::*;
use skein_runtime::tasklet::tasklet::{PyTasklet, extra};

/// Does nothing.
pub fn none(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

/// `True`
pub fn always_true(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::TRUE)
}

/// `False`
pub fn always_false(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}

/// `sys.addaudithook(hook)`
pub fn addaudithook(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.new_str("sys.addaudithook");
    match run_audit(vm, name, &[]) {
        Ok(()) => {}
        // A hook may veto further ones, silently unless it raises something that is no Exception of the ordinary kind.
        Err(_) if vm.clear_raised_if(ids::EXCEPTION) => return Ok(Value::NONE),
        Err(r) => return Err(r),
    }
    let hooks = match vm
        .state_get("sys.audithooks")
        .and_then(|v| v.cast::<PyList>())
    {
        Some(l) => l,
        None => {
            let l = PyList::new(vm);
            vm.state_set("sys.audithooks", l.value());
            l
        }
    };
    hooks.push(vm, args[0]);
    Ok(Value::NONE)
}

/// Passes an event to the audit hooks.
///
/// # Errors
/// What a hook raised.
pub fn run_audit(vm: &mut Vm, event: Value, values: &[Value]) -> PyResult<()> {
    let Some(hooks) = vm
        .state_get("sys.audithooks")
        .and_then(|v| v.cast::<PyList>())
    else {
        return Ok(());
    };
    let values = vm.new_tuple(values);
    let mut i = 0;
    while let Some(hook) = hooks.try_get(i) {
        vm.call(hook, &[event, values])?;
        i += 1;
    }
    Ok(())
}

/// `sys.audit(event, *args)`
pub fn audit(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is::<PyStr>() {
        let name = vm.arg_type_name(args[0]);
        return Err(vm.type_error(format!("expected str for argument 'event', not {name}")));
    }
    run_audit(vm, args[0], items(&args[1]))?;
    Ok(Value::NONE)
}

/// `sys.call_tracing(func, args)`
pub fn call_tracing(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[1].is::<PyTuple>() {
        let name = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "call_tracing() argument 2 must be tuple, not {name}"
        )));
    }
    let mut all = ValueVec::with_capacity(&vm.heap, items(&args[1]).len() + 1);
    all.push(&vm.heap, args[0]);
    for v in items(&args[1]) {
        all.push(&vm.heap, *v);
    }
    (vm.hooks.intrinsic)(vm, "call_tracing", all.as_slice())
}

/// `sys._current_exceptions()`
pub fn current_exceptions(vm: &mut Vm, _: &[Value]) -> PyResult {
    let (d, e) = (PyDict::new(vm), vm.handled_exception());
    let ident = vm.thread_ident();
    let ident = vm.new_uint(ident);
    d.insert(vm, ident, e.non_null().unwrap_or(Value::NONE))?;
    Ok(d.value())
}

/// `sys._current_frames()`
pub fn current_frames(vm: &mut Vm, _: &[Value]) -> PyResult {
    let frame = frame_at_depth(vm, 0)?;
    let d = PyDict::new(vm);
    let ident = vm.thread_ident();
    let ident = vm.new_uint(ident);
    d.insert(vm, ident, frame)?;
    Ok(d.value())
}

/// `sys.exc_info()`
pub fn exc_info(vm: &mut Vm, _: &[Value]) -> PyResult {
    let e = vm.handled_exception();
    let Some(x) = e.cast::<PyException>() else {
        return Ok(vm.new_tuple(&[Value::NONE; 3]));
    };
    let ty = vm.type_of(e).value();
    let tb = x.traceback.get().non_null().unwrap_or(Value::NONE);
    Ok(vm.new_tuple(&[ty, e, tb]))
}

/// `sys.exception()`
pub fn exception(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.handled_exception().non_null().unwrap_or(Value::NONE))
}

/// `sys.exit(status)`
pub fn exit(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[0].is_absent() {
        return Err(vm.raise_with(ids::SYSTEM_EXIT, &[]));
    }
    if args[0].shape_id() == ids::TUPLE {
        return Err(vm.raise_with(ids::SYSTEM_EXIT, items(&args[0])));
    }
    Err(vm.raise_with(ids::SYSTEM_EXIT, &[args[0]]))
}

/// State keys of the hooks of asynchronous generators, for the interpreter to look up.
pub const ASYNCGEN_KEYS: [&str; 2] = ["sys.asyncgen_firstiter", "sys.asyncgen_finalizer"];

/// `sys.get_asyncgen_hooks()`
pub fn get_asyncgen_hooks(vm: &mut Vm, _: &[Value]) -> PyResult {
    let hooks = ASYNCGEN_KEYS.map(|key| vm.state_get(key).unwrap_or(Value::NONE));
    match vm.state_get("sys.asyncgen_hooks").and_then(|v| v.cast()) {
        Some(ty) => Ok(struct_seq::new_instance(vm, ty, 2, &hooks)),
        None => Ok(vm.new_tuple(&hooks)),
    }
}

/// `sys.set_asyncgen_hooks(firstiter, finalizer)`
pub fn set_asyncgen_hooks(vm: &mut Vm, args: &[Value]) -> PyResult {
    for (v, what) in [(args[1], "finalizer"), (args[0], "firstiter")] {
        if !v.is_absent() && !vm.is_callable(v) {
            let name = vm.type_name(v);
            return Err(vm.type_error(format!("callable {what} expected, got {name}")));
        }
    }
    for (key, v) in ASYNCGEN_KEYS.into_iter().zip(args) {
        if let Some(v) = v.non_null() {
            vm.state_set(key, v);
        }
    }
    Ok(Value::NONE)
}

/// `sys.get_coroutine_origin_tracking_depth()`
pub fn get_origin_depth(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm
        .state_get("sys.origin_depth")
        .unwrap_or(Value::from_i32(0)))
}

/// `sys.set_coroutine_origin_tracking_depth(depth)`
pub fn set_origin_depth(vm: &mut Vm, args: &[Value]) -> PyResult {
    let depth = c_int(vm, args[0])?;
    if depth < 0 {
        return Err(vm.value_error("depth must be >= 0"));
    }
    vm.state_set("sys.origin_depth", Value::from_i32(depth));
    Ok(Value::NONE)
}

/// `sys.get_int_max_str_digits()`
pub fn get_max_digits(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(vm.max_str_digits()))
}

/// `sys.set_int_max_str_digits(n)`
pub fn set_max_digits(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = c_int(vm, args[0])?;
    if n != 0 && n < 640 {
        return Err(vm.value_error("maxdigits must be 0 or larger than 640"));
    }
    vm.set_max_str_digits(n as usize);
    Ok(Value::NONE)
}

/// `sys.getallocatedblocks()`
pub fn getallocatedblocks(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(vm.heap.bytes_in_use() / 64))
}

/// `sys.getunicodeinternedsize()`
pub fn getunicodeinternedsize(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(vm.interned_count()))
}

/// `'utf-8'`
pub fn utf8(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.intern("utf-8").value())
}

/// `'surrogateescape'`
pub fn getfilesystemencodeerrors(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.intern("surrogateescape").value())
}

/// The frame `depth` calls up.
///
/// # Errors
/// `ValueError` beyond the outermost frame.
pub fn frame_at_depth(vm: &mut Vm, depth: i32) -> PyResult {
    (vm.hooks.intrinsic)(vm, "getframe", &[Value::from_i32(depth.max(0))])
}

fn depth_arg(vm: &mut Vm, v: Value) -> PyResult<i32> {
    match v.non_null() {
        Some(v) => c_int(vm, v),
        None => Ok(0),
    }
}

/// `sys._getframe(depth)`
pub fn getframe(vm: &mut Vm, args: &[Value]) -> PyResult {
    let depth = depth_arg(vm, args[0])?;
    frame_at_depth(vm, depth)
}

/// `sys._getframemodulename(depth)`
pub fn getframemodulename(vm: &mut Vm, args: &[Value]) -> PyResult {
    let depth = depth_arg(vm, args[0])?;
    let frame = match frame_at_depth(vm, depth) {
        Ok(f) => f,
        Err(_) if vm.clear_raised_if(ids::VALUE_ERROR) => return Ok(Value::NONE),
        Err(r) => return Err(r),
    };
    let globals = vm.get_attr_text(frame, "f_globals")?;
    let key = vm.names.__name__.value();
    Ok(globals
        .cast::<PyDict>()
        .and_then(|d| d.get_interned(key))
        .unwrap_or(Value::NONE))
}

/// `sys.getprofile()`
pub fn getprofile(vm: &mut Vm, _: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "getprofile", &[])
}

/// `sys.setprofile(function)`
pub fn setprofile(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "setprofile", args)
}

/// `sys.gettrace()`
pub fn gettrace(vm: &mut Vm, _: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "gettrace", &[])
}

/// `sys.settrace(function)`
pub fn settrace(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "settrace", args)
}

/// `sys._setprofileallthreads(function)`
pub fn setprofileallthreads(vm: &mut Vm, args: &[Value]) -> PyResult {
    for_other_threads(vm, extra::PROFILE, args[0]);
    setprofile(vm, args)
}

/// `sys._settraceallthreads(function)`
pub fn settraceallthreads(vm: &mut Vm, args: &[Value]) -> PyResult {
    for_other_threads(vm, extra::TRACE, args[0]);
    settrace(vm, args)
}

/// Other threads have the function when they go on.
fn for_other_threads(vm: &mut Vm, place: usize, function: Value) {
    let function = if function.is_none() {
        Value::NULL
    } else {
        function
    };
    let mains = vm.other_mains();
    for main in mains.as_slice() {
        if let Some(main) = main.cast::<PyTasklet>() {
            vm.set_tasklet_extra(main, place, function);
        }
    }
}

/// `sys.getrecursionlimit()`
pub fn getrecursionlimit(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(vm.recursion_limit.get()))
}

/// `sys.setrecursionlimit(limit)`
pub fn setrecursionlimit(vm: &mut Vm, args: &[Value]) -> PyResult {
    let limit = c_int(vm, args[0])?;
    if limit < 1 {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = vm.depth.get();
    if depth >= limit as usize {
        return Err(vm.recursion_error(format!(
            "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
        )));
    }
    vm.recursion_limit.set(limit as usize);
    Ok(Value::NONE)
}

/// `sys.getrefcount(object)`
pub fn getrefcount(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(if args[0].is_object() {
        Value::from_i32(2)
    } else {
        Value::from_i32(i32::MAX)
    })
}

/// `sys.getsizeof(object, default)`
pub fn getsizeof(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__sizeof__;
    let size = match vm.call_special(args[0], name, &[]) {
        Ok(Some(v)) => vm.ssize(v),
        Ok(None) => {
            let name = vm.type_name(args[0]);
            Err(vm.type_error(format!("Type {name} doesn't define __sizeof__")))
        }
        Err(r) => Err(r),
    };
    match size {
        Ok(n) if n < 0 => Err(vm.value_error("__sizeof__() should return >= 0")),
        Ok(n) => {
            let front = skein_runtime::builtins::object_methods::size_in_front(vm, args[0]);
            Ok(vm.new_int(n.saturating_add(front as i64)))
        }
        Err(r) => match args[1].non_null() {
            Some(default) if vm.clear_raised_if(ids::TYPE_ERROR) => Ok(default),
            _ => Err(r),
        },
    }
}

/// `sys.getswitchinterval()`
pub fn getswitchinterval(vm: &mut Vm, _: &[Value]) -> PyResult {
    match vm.state_get("sys.switchinterval") {
        Some(v) => Ok(v),
        None => Ok(vm.new_float(0.005)),
    }
}

/// `sys.setswitchinterval(seconds)`
pub fn setswitchinterval(vm: &mut Vm, args: &[Value]) -> PyResult {
    let seconds = vm.to_f64(args[0])?;
    if seconds.is_nan() || seconds <= 0.0 {
        return Err(vm.value_error("switch interval must be strictly positive"));
    }
    let v = vm.new_float((seconds * 1e6).trunc() / 1e6);
    vm.state_set("sys.switchinterval", v);
    vm.set_switch_interval((seconds * 1e6).min(1e12) as u64);
    Ok(Value::NONE)
}

/// `sys.getdlopenflags()`
pub fn getdlopenflags(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm
        .state_get("sys.dlopenflags")
        .unwrap_or(Value::from_i32(libc::RTLD_NOW)))
}

/// `sys.setdlopenflags(flags)`
pub fn setdlopenflags(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = c_int(vm, args[0])?;
    vm.state_set("sys.dlopenflags", Value::from_i32(n));
    Ok(Value::NONE)
}

/// `sys.intern(string)`
pub fn intern(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = str_arg(vm, args[0], "intern() argument")?;
    if s.shape_id() != ids::STR {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!("can't intern {name}")));
    }
    Ok(vm.intern_str(s).value())
}

/// `sys._is_interned(string)`
pub fn is_interned(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = str_arg(vm, args[0], "_is_interned() argument")?;
    Ok(Value::bool(
        s.header().has(skein_runtime::object::intern::INTERNED),
    ))
}

/// `sys._is_immortal(object)`
pub fn is_immortal(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(!args[0].is_object()))
}

/// `sys.is_finalizing()`: start-up code sets the state `sys.finalizing` at the end.
pub fn is_finalizing(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::bool(vm.state_get("sys.finalizing").is_some()))
}

/// `sys._get_cpu_count_config()`
pub fn cpu_count_config(vm: &mut Vm, _: &[Value]) -> PyResult {
    let count = vm.config.cpu_count;
    Ok(Value::from_i32(if count > 0 { count } else { -1 }))
}

/// `sys._clear_type_descriptors(type)`: takes away what would keep the class alive when another is made from its dict.
pub fn clear_type_descriptors(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(ty) = args[0].cast::<PyType>() else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!("argument must be type, not {name}")));
    };
    if ty.flags.get() & tflag::IMMUTABLE != 0 {
        return Err(vm.type_error("argument is immutable"));
    }
    for name in ["__dict__", "__weakref__"] {
        let name = vm.intern(name);
        vm.type_del_attr(ty, name);
    }
    Ok(Value::NONE)
}

/// `sys.activate_stack_trampoline(backend)`
pub fn activate_trampoline(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.value_error("perf trampoline not available"))
}
