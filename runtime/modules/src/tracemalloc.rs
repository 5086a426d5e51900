//! `_tracemalloc`: not supported beyond saying so; nothing is ever being traced.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_tracemalloc",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "start",
        start,
        "(nframe=1, /)",
        "Not supported: raises NotImplementedError.",
    ),
    function("stop", none, "()", "Stop tracing."),
    function("is_tracing", no, "()", "False: allocations are not traced."),
    function("clear_traces", none, "()", "Forget all traces."),
    function(
        "reset_peak",
        none,
        "()",
        "Set the peak to the present size.",
    ),
    function(
        "get_traceback_limit",
        limit,
        "()",
        "Frames stored per trace.",
    ),
    function(
        "get_traced_memory",
        traced,
        "()",
        "Present and peak size of traced memory.",
    ),
    function(
        "get_tracemalloc_memory",
        zero,
        "()",
        "Memory used for tracing.",
    ),
    function("_get_traces", traces, "()", "The traces: none."),
    function(
        "_get_object_traceback",
        object_traceback,
        "(obj, /)",
        "Where an object was allocated: unknown.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

fn start(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.not_implemented_error("tracing of memory allocations is not supported"))
}

fn none(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

fn no(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}

fn zero(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_i32(0))
}

fn limit(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_i32(1))
}

fn traced(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_tuple(&[Value::from_i32(0); 2]))
}

fn traces(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.new_list(&[]))
}

fn object_traceback(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}
