//! `sys.monitoring` (PEP 669) and `sys._jit`.
//!
//! This file keeps what tools want; the interpreter asks [`callback`] and delivers. Events that say where control goes
//! (`JUMP`, `BRANCH_LEFT`, `BRANCH_RIGHT`) and `STOP_ITERATION`, `RERAISE`, `C_RETURN`, `C_RAISE` can be asked for but
//! never come.

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
        get_local_events,
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
        vm.state_set(&format!("sys.monitoring.{name}"), v);
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
    for what in ["callbacks", "local", "disabled"] {
        let empty = PyDict::new(vm).value();
        vm.state_set(&format!("{}.{what}", key(id)), empty);
    }
    vm.state_set(&format!("{}.events", key(id)), Value::from_i32(0));
    announce(vm)?;
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
    let callbacks = table(vm, id, "callbacks");
    let event = Value::from_i32(event);
    let old = callbacks.get(vm, event)?.unwrap_or(Value::NONE);
    callbacks.insert(vm, event, args[2])?;
    Ok(old)
}

/// Events that belong to places in code: a tool can ask for them per code object and switch them off per place.
const LOCAL: u32 = (1 << 11) - 1;
const C_RETURN: u32 = 1 << 16;
const C_RAISE: u32 = 1 << 17;
const BRANCH: u32 = 1 << 18;
const CALL: u32 = 1 << 4;

/// A dict that belongs to a tool.
fn table(vm: &mut Vm, id: i32, what: &str) -> Ref<PyDict> {
    let name = format!("{}.{what}", key(id));
    match vm.state_get(&name).and_then(|v| v.cast()) {
        Some(d) => d,
        None => {
            let d = PyDict::new(vm);
            vm.state_set(&name, d.value());
            d
        }
    }
}

fn address(vm: &mut Vm, code: Value) -> Value {
    vm.new_uint(code.address())
}

fn global_events(vm: &mut Vm, id: i32) -> u32 {
    let name = format!("{}.events", key(id));
    vm.state_get(&name).and_then(as_i64).unwrap_or(0) as u32
}

fn local_events(vm: &mut Vm, id: i32, code: Value) -> PyResult<u32> {
    let at = address(vm, code);
    let found = table(vm, id, "local").get(vm, at)?;
    let pair = found.and_then(|v| v.cast::<PyTuple>());
    let events = pair.and_then(|p| p.items().get(1).copied());
    Ok(events.and_then(as_i64).unwrap_or(0) as u32)
}

/// Tells the interpreter what all tools together want.
fn announce(vm: &mut Vm) -> PyResult<()> {
    let mut all = 0;
    for id in 0..6 {
        all |= global_events(vm, id);
        let local = table(vm, id, "local");
        let mut at = 0;
        while let Some((i, _, v)) = local.next_entry(at) {
            let pair = v.cast::<PyTuple>();
            let events = pair.and_then(|p| p.items().get(1).copied());
            all |= events.and_then(as_i64).unwrap_or(0) as u32;
            at = i + 1;
        }
    }
    vm.monitored.set(all);
    (vm.hooks.intrinsic)(vm, "retrace", &[]).map(|_| ())
}

/// What tool `id` wants to be called for `event` (one bit) at word `word` of `code`.
///
/// # Errors
/// What comparing keys raised.
pub fn callback(
    vm: &mut Vm,
    id: i32,
    event: u32,
    code: Value,
    word: u32,
) -> PyResult<Option<Value>> {
    let wanted = global_events(vm, id) | local_events(vm, id, code)?;
    // Calls that were seen are seen to their end.
    let asked = if event & (C_RETURN | C_RAISE) != 0 {
        CALL
    } else {
        event
    };
    if wanted & asked == 0 {
        return Ok(None);
    }
    if event & LOCAL != 0 {
        let disabled = table(vm, id, "disabled");
        let place = place(vm, event, code, word);
        if !disabled.is_empty() && disabled.get(vm, place)?.is_some() {
            return Ok(None);
        }
    }
    let found = table(vm, id, "callbacks").get(vm, Value::from_i32(event as i32))?;
    Ok(found.filter(|f| !f.is_none()))
}

fn place(vm: &mut Vm, event: u32, code: Value, word: u32) -> Value {
    let (code, word) = (address(vm, code), Value::from_usize(word as usize));
    vm.new_tuple(&[code, word, Value::from_i32(event as i32)])
}

/// Looks at what a callback returned: `sys.monitoring.DISABLE` switches the event off at its place.
///
/// # Errors
/// `ValueError` for events that have no place.
pub fn returned(
    vm: &mut Vm,
    id: i32,
    event: u32,
    code: Value,
    word: u32,
    v: Value,
) -> PyResult<()> {
    if vm.state_get("sys.monitoring.DISABLE") != Some(v) {
        return Ok(());
    }
    if event & LOCAL == 0 {
        let name = EVENTS[event.trailing_zeros() as usize];
        return Err(vm.value_error(format!("Cannot disable {name} events. Callback removed.")));
    }
    let place = place(vm, event, code, word);
    table(vm, id, "disabled").insert(vm, place, Value::TRUE)
}

/// `sys.monitoring.MISSING`
pub fn missing(vm: &mut Vm) -> Value {
    vm.state_get("sys.monitoring.MISSING")
        .unwrap_or(Value::NONE)
}

fn get_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_id(vm, args[0])?;
    let events = global_events(vm, id);
    Ok(Value::from_usize(events as usize))
}

fn code_object(vm: &mut Vm, v: Value) -> PyResult<()> {
    match v.kind() {
        Some(Kind::Code) => Ok(()),
        _ => Err(vm.type_error("code must be a code object")),
    }
}

fn get_local_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_id(vm, args[0])?;
    code_object(vm, args[1])?;
    let events = local_events(vm, id, args[1])?;
    Ok(Value::from_usize(events as usize))
}

/// A set of events from an argument; `BRANCH` stands for both ways.
fn event_set(vm: &mut Vm, v: Value) -> PyResult<u32> {
    let events = c_int(vm, v)?;
    if events < 0 || events >= 1 << EVENTS.len() {
        return Err(vm.value_error(format!("invalid event set 0x{events:x}")));
    }
    let mut events = events as u32;
    if events & BRANCH != 0 {
        events = events & !BRANCH | 3 << 8;
    }
    if events & (C_RETURN | C_RAISE) != 0 && events & CALL == 0 {
        return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    Ok(events & !(C_RETURN | C_RAISE))
}

fn set_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_in_use(vm, args[0])?;
    let events = event_set(vm, args[1])?;
    let events = Value::from_usize(events as usize);
    vm.state_set(&format!("{}.events", key(id)), events);
    announce(vm)?;
    Ok(Value::NONE)
}

fn set_local_events(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = tool_in_use(vm, args[0])?;
    code_object(vm, args[1])?;
    let events = event_set(vm, args[2])?;
    if events & !LOCAL != 0 {
        return Err(vm.value_error(format!("invalid local event set 0x{events:x}")));
    }
    let at = address(vm, args[1]);
    let entry = vm.new_tuple(&[args[1], Value::from_usize(events as usize)]);
    table(vm, id, "local").insert(vm, at, entry)?;
    announce(vm)?;
    Ok(Value::NONE)
}

fn restart_events(vm: &mut Vm, _: &[Value]) -> PyResult {
    for id in 0..6 {
        let empty = PyDict::new(vm).value();
        vm.state_set(&format!("{}.disabled", key(id)), empty);
    }
    Ok(Value::NONE)
}

fn all_events(vm: &mut Vm, _: &[Value]) -> PyResult {
    let d = PyDict::new(vm);
    for (i, name) in EVENTS.iter().enumerate() {
        let mut tools = 0;
        for id in 0..6 {
            tools |= ((global_events(vm, id) >> i & 1) as i32) << id;
        }
        if tools != 0 {
            d.set_text(vm, name, Value::from_i32(tools));
        }
    }
    Ok(d.value())
}
