//! `sys.monitoring` (PEP 669) and `sys._jit`.
//!
//! Tools can register; events are not delivered yet, so asking for any raises `NotImplementedError` instead of staying
//! silent.

use super::info::namespace;
use crate::support::c_int;
use skein_runtime::prelude::*;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "use_tool_id",
        use_tool_id,
        "(tool_id, name, /)",
        "Take a tool id.",
    ),
    function(
        "free_tool_id",
        free_tool_id,
        "(tool_id, /)",
        "Give a tool id back.",
    ),
    function(
        "clear_tool_id",
        free_callbacks,
        "(tool_id, /)",
        "Forget the callbacks of a tool.",
    ),
    function(
        "get_tool",
        get_tool,
        "(tool_id, /)",
        "The name of the tool that has the id, or None.",
    ),
    function(
        "register_callback",
        register_callback,
        "(tool_id, event, func, /)",
        "Set the callback of a tool for an event, return the old one.",
    ),
    function(
        "get_events",
        get_events,
        "(tool_id, /)",
        "The events that a tool gets.",
    ),
    function(
        "set_events",
        set_events,
        "(tool_id, event_set, /)",
        "Set the events that a tool gets.",
    ),
    function(
        "get_local_events",
        get_events,
        "(tool_id, code, /)",
        "The events that a tool gets from a code object.",
    ),
    function(
        "set_local_events",
        set_local_events,
        "(tool_id, code, event_set, /)",
        "Set the events that a tool gets from a code object.",
    ),
    function(
        "restart_events",
        restart_events,
        "()",
        "Switch disabled events on again.",
    ),
    function(
        "_all_events",
        all_events,
        "()",
        "The events that any tool gets.",
    ),
];

static JIT: &[NativeDef] = &[
    function(
        "is_available",
        super::functions::always_false,
        "()",
        "True if this build has a JIT.",
    ),
    function(
        "is_enabled",
        super::functions::always_false,
        "()",
        "True if the JIT is switched on.",
    ),
    function(
        "is_active",
        super::functions::always_false,
        "()",
        "True if the caller runs machine code.",
    ),
];

const EVENTS: [&str; 19] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

/// Adds `sys.monitoring` and `sys._jit`.
pub fn add(vm: &mut Vm, sys: Ref<PyModule>) {
    let m = submodule(vm, "sys.monitoring", FUNCTIONS);
    for (name, id) in [
        ("DEBUGGER_ID", 0),
        ("COVERAGE_ID", 1),
        ("PROFILER_ID", 2),
        ("OPTIMIZER_ID", 5),
    ] {
        vm.add_constant(m, name, Value::from_i32(id));
    }
    let mut events = vec![("NO_EVENTS", Value::from_i32(0))];
    for (i, name) in EVENTS.iter().enumerate() {
        events.push((name, Value::from_i32(1 << i)));
    }
    let events = namespace(vm, &events);
    vm.add_constant(m, "events", events);
    let object = vm.builtin_type(ids::OBJECT);
    for name in ["DISABLE", "MISSING"] {
        let v = vm.alloc_instance(object).value();
        vm.add_constant(m, name, v);
    }
    vm.add_constant(sys, "monitoring", m.value());
    let jit = submodule(vm, "sys._jit", JIT);
    vm.add_constant(sys, "_jit", jit.value());
}

fn submodule(vm: &mut Vm, name: &str, functions: &'static [NativeDef]) -> Ref<PyModule> {
    let (dict, ty) = (PyDict::new(vm), vm.builtin_type(ids::MODULE));
    let m = PyModule::new_instance(vm, ty, dict);
    let name = vm.intern(name).value();
    dict.set_text(vm, "__name__", name);
    for name in ["__doc__", "__loader__", "__spec__", "__package__"] {
        dict.set_text(vm, name, Value::NONE);
    }
    vm.add_functions(m, functions);
    m
}

fn tool_id(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let id = c_int(vm, v)?;
    if !(0..6).contains(&id) {
        return Err(vm.value_error(format!("invalid tool {id} (must be between 0 and 5)")));
    }
    Ok(id)
}

fn key(id: i32) -> String {
    format!("sys.monitoring.tool{id}")
}

fn tool(vm: &mut Vm, id: i32) -> Option<Value> {
    vm.state_get(&key(id)).filter(|v| !v.is_none())
}

fn tool_in_use(vm: &mut Vm, v: Value) -> PyResult<i32> {
    let id = tool_id(vm, v)?;
    if tool(vm, id).is_none() {
        return Err(vm.value_error(format!("tool {id} is not in use")));
    }
    Ok(id)
}

fn use_tool_id(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_id(vm, args[0])?;
    if !args[1].is::<PyStr>() {
        return Err(vm.value_error("tool name must be a str"));
    }
    if tool(vm, id).is_some() {
        return Err(vm.value_error(format!("tool {id} is already in use")));
    }
    vm.state_set(&key(id), args[1]);
    Ok(Value::NONE)
}

fn free_tool_id(vm: &mut Vm, args: &[Value]) -> PyResult {
    free_callbacks(vm, args)?;
    let id = tool_id(vm, args[0])?;
    vm.state_set(&key(id), Value::NONE);
    Ok(Value::NONE)
}

fn free_callbacks(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_id(vm, args[0])?;
    let none = PyDict::new(vm).value();
    vm.state_set(&format!("{}.callbacks", key(id)), none);
    Ok(Value::NONE)
}

fn get_tool(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_id(vm, args[0])?;
    Ok(tool(vm, id).unwrap_or(Value::NONE))
}

fn register_callback(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_id(vm, args[0])?;
    let event = c_int(vm, args[1])?;
    if event <= 0 || event.count_ones() != 1 {
        return Err(vm.value_error("The callback can only be set for one event at a time"));
    }
    if event >= 1 << EVENTS.len() {
        return Err(vm.value_error(format!("invalid event {event}")));
    }
    let name = format!("{}.callbacks", key(id));
    let callbacks = match vm.state_get(&name).and_then(|v| v.cast::<PyDict>()) {
        Some(d) => d,
        None => {
            let d = PyDict::new(vm);
            vm.state_set(&name, d.value());
            d
        }
    };
    let event = Value::from_i32(event);
    let old = callbacks.get(vm, event)?.unwrap_or(Value::NONE);
    callbacks.insert(vm, event, args[2])?;
    Ok(old)
}

fn get_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    tool_in_use(vm, args[0])?;
    Ok(Value::from_i32(0))
}

fn refuse_events(vm: &mut Vm, v: Value) -> PyResult {
    let events = c_int(vm, v)?;
    if events < 0 || events >= 1 << EVENTS.len() {
        return Err(vm.value_error(format!("invalid event set 0x{events:x}")));
    }
    if events != 0 {
        return Err(vm.not_implemented_error("sys.monitoring events are not delivered yet"));
    }
    Ok(Value::NONE)
}

fn set_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    tool_in_use(vm, args[0])?;
    refuse_events(vm, args[1])
}

fn set_local_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    tool_in_use(vm, args[0])?;
    refuse_events(vm, args[2])
}

fn restart_events(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

fn all_events(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(PyDict::new(vm).value())
}
