//! `atexit`: functions that run when the interpreter ends.

use skein_runtime::builtins::args::items;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "atexit",
    init,
};

const CALLBACKS: &str = "atexit.callbacks";

static FUNCTIONS: &[NativeDef] = &[
    function(
        "register",
        register,
        "(func, /, *args, **kwargs)",
        "Have func(*args, **kwargs) called when the interpreter ends, last registered first.",
    ),
    function(
        "unregister",
        unregister,
        "(func, /)",
        "Undo all registrations of a function.",
    ),
    function("_clear", clear, "()", "Undo all registrations."),
    function(
        "_run_exitfuncs",
        run_exitfuncs,
        "()",
        "Run all registered functions.",
    ),
    function(
        "_ncallbacks",
        ncallbacks,
        "()",
        "Number of registered functions.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

/// Registrations: tuples of function, arguments and keyword arguments (dict or `None`).
fn callbacks(vm: &mut Vm) -> Ref<PyList> {
    match vm.state_get(CALLBACKS).and_then(|v| v.cast()) {
        Some(l) => l,
        None => {
            let l = PyList::new(vm);
            vm.state_set(CALLBACKS, l.value());
            l
        }
    }
}

fn register(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let kwargs = args[2].non_null().unwrap_or(Value::NONE);
    let entry = vm.new_tuple(&[args[0], args[1], kwargs]);
    let list = callbacks(vm);
    list.push(vm, entry);
    Ok(args[0])
}

fn unregister(vm: &mut Vm, args: &[Value]) -> PyResult {
    let list = callbacks(vm);
    // Comparing may run code that registers more.
    let mut i = list.len();
    while i > 0 {
        i -= 1;
        let Some(entry) = list.try_get(i) else {
            continue;
        };
        let f = items(&entry)[0];
        if vm.equal(f, args[0])? && list.try_get(i) == Some(entry) {
            list.splice(vm, i, i + 1, &[]);
        }
    }
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, _: &[Value]) -> PyResult {
    callbacks(vm).set_len(0);
    Ok(Value::NONE)
}

fn ncallbacks(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(callbacks(vm).len()))
}

fn run_exitfuncs(vm: &mut Vm, _: &[Value]) -> PyResult {
    run(vm);
    Ok(Value::NONE)
}

/// Runs the registered functions, last first; what they raise goes to `sys.unraisablehook`.
pub fn run(vm: &mut Vm) {
    let list = callbacks(vm);
    while let Some(entry) = list.pop() {
        let parts = items(&entry);
        let (f, positional, kwargs) = (parts[0], parts[1], parts[2]);
        if vm.call_dict(f, items(&positional), kwargs).is_err() {
            let error = vm.take_raised();
            let text = vm.repr_text(f).unwrap_or_else(|_| "?".to_string());
            vm.raised.set(error);
            let message = format!("Exception ignored in atexit callback {text}");
            crate::sys::hooks::write_unraisable(vm, Some(&message), Value::NONE);
        }
    }
}
