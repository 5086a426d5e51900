//! `faulthandler`: prints the stack on request. Fatal signals are not caught: the machine turns its own faults into Python
//! exceptions, so `enable` only remembers that it was called.

use crate::sys::hooks::sys_value;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "faulthandler",
    init,
};

const ENABLED: &str = "faulthandler.enabled";
/// Frames beyond this are cut off.
const MAX_FRAMES: usize = 100;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "enable",
        enable,
        "(file=None, all_threads=True, c_stack=True)",
        "Remember that faults should be reported.",
    ),
    function("disable", disable, "()", "Undo enable()."),
    function("is_enabled", is_enabled, "()", "True after enable()."),
    function(
        "dump_traceback",
        dump_traceback,
        "(file=None, all_threads=True)",
        "Write the stack, innermost call first.",
    ),
    function(
        "dump_traceback_later",
        unsupported,
        "(timeout, repeat=False, file=None, exit=False)",
        "Not supported: raises NotImplementedError.",
    ),
    function(
        "cancel_dump_traceback_later",
        none,
        "()",
        "Does nothing: nothing is planned.",
    ),
    function(
        "register",
        unsupported,
        "(signum, file=None, all_threads=True, chain=False)",
        "Not supported: raises NotImplementedError.",
    ),
    function(
        "unregister",
        no,
        "(signum, /)",
        "False: nothing was registered.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

fn none(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

fn no(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::FALSE)
}

fn unsupported(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.not_implemented_error("faulthandler cannot watch time or signals"))
}

fn stream(vm: &mut Vm, file: Value) -> PyResult {
    if !file.is_absent() {
        return Ok(file);
    }
    match sys_value(vm, "stderr") {
        Some(f) if !f.is_none() => Ok(f),
        _ => Err(vm.runtime_error("unable to get sys.stderr")),
    }
}

fn enable(vm: &mut Vm, args: &[Value]) -> PyResult {
    stream(vm, args[0])?;
    vm.state_set(ENABLED, Value::TRUE);
    Ok(Value::NONE)
}

fn disable(vm: &mut Vm, _: &[Value]) -> PyResult {
    let was = vm.state_get(ENABLED).unwrap_or(Value::FALSE);
    vm.state_set(ENABLED, Value::FALSE);
    Ok(was)
}

fn is_enabled(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.state_get(ENABLED).unwrap_or(Value::FALSE))
}

fn dump_traceback(vm: &mut Vm, args: &[Value]) -> PyResult {
    let file = stream(vm, args[0])?;
    let mut frame = crate::sys::functions::frame_at_depth(vm, 0)?;
    let mut text = String::from("Stack (most recent call first):\n");
    for _ in 0..MAX_FRAMES {
        if frame.is_none() {
            break;
        }
        let code = vm.get_attr_text(frame, "f_code")?;
        let name = vm.get_attr_text(code, "co_filename")?;
        let function = vm.get_attr_text(code, "co_name")?;
        let line = vm.get_attr_text(frame, "f_lineno")?;
        let (name, line, function) = (vm.str(name)?, vm.str(line)?, vm.str(function)?);
        text.push_str(&format!(
            "  File \"{}\", line {} in {}\n",
            name.text_lossy(),
            line.text_lossy(),
            function.text_lossy()
        ));
        frame = vm.get_attr_text(frame, "f_back")?;
    }
    if !frame.is_none() {
        text.push_str("  ...\n");
    }
    let text = vm.new_str(&text);
    if as_int(&file).is_some() {
        let text = vm.call_method(text, "encode", &[])?;
        let os = crate::sys::hooks::import(vm, "posix")?;
        vm.call_method(os, "write", &[file, text])?;
        return Ok(Value::NONE);
    }
    vm.call_method(file, "write", &[text])?;
    vm.call_method(file, "flush", &[])?;
    Ok(Value::NONE)
}
