//! `faulthandler`: prints the stack on request, when a signal comes, or when a program takes too long.
//!
//! Fatal signals are not caught: the machine turns its own faults into Python exceptions, so `enable` only remembers that
//! it was called. Time is watched by a thread that knows no Python objects: it trips the pseudo signal [`TIMEOUT`], and
//! the interpreter prints its own stack at its next safe point. A call that blocks in the operating system for ever is
//! therefore not shown.

use crate::sys::hooks::sys_value;
use skein_runtime::helpers::signals;
use skein_runtime::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "faulthandler",
    init,
};

const ENABLED: &str = "faulthandler.enabled";
const WATCH: &str = "faulthandler.watch";
const REGISTERED: &str = "faulthandler.registered";
/// No signal has this number; the watching thread uses it.
pub const TIMEOUT: i32 = 0;
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
        dump_traceback_later,
        "(timeout, repeat=False, file=None, exit=False)",
        "Write the stack after timeout seconds, again and again if repeat is true, and exit if exit is true.",
    ),
    function(
        "cancel_dump_traceback_later",
        cancel,
        "()",
        "Undo dump_traceback_later().",
    ),
    function(
        "register",
        register,
        "(signum, file=None, all_threads=True, chain=False)",
        "Write the stack whenever the signal comes.",
    ),
    function(
        "unregister",
        unregister,
        "(signum, /)",
        "Undo register(); tells whether there was anything to undo.",
    ),
    function(
        "_on_signal",
        on_signal,
        "(signum, frame, /)",
        "The handler of registered signals.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
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
    let all_threads = args[1].is_null() || vm.truth(args[1])?;
    let header = match all_threads {
        true => current_thread(),
        false => "Stack".to_string(),
    };
    dump(vm, file, &header)?;
    Ok(Value::NONE)
}

fn current_thread() -> String {
    format!(
        "Current thread 0x{:016x}",
        skein_runtime::helpers::clock::thread_ident()
    )
}

/// Writes the stack to a file object or descriptor.
fn dump(vm: &mut Vm, file: Value, header: &str) -> PyResult<()> {
    let mut frame = crate::sys::functions::frame_at_depth(vm, 0)?;
    let mut text = format!("{header} (most recent call first):\n");
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
        return Ok(());
    }
    vm.call_method(file, "write", &[text])?;
    vm.call_method(file, "flush", &[])?;
    Ok(())
}

/// What `dump_traceback_later` asked for.
struct Watch {
    file: Slot,
    header: String,
    exit: bool,
    cancelled: Arc<AtomicBool>,
    thread: Thread,
}

impl NativeData for Watch {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.file);
    }
}

fn timeout_header(time: Duration) -> String {
    let (s, us) = (time.as_secs(), time.subsec_micros());
    let fraction = if us == 0 {
        String::new()
    } else {
        format!(".{us:06}")
    };
    format!(
        "Timeout ({}:{:02}:{:02}{fraction})!\n",
        s / 3600,
        s / 60 % 60,
        s % 60
    )
}

fn dump_traceback_later(vm: &mut Vm, args: &[Value]) -> PyResult {
    let seconds = vm.to_f64(args[0])?;
    let time = match Duration::try_from_secs_f64(seconds) {
        Ok(time) if time.as_micros() > 0 => time,
        Err(_) if seconds > 0.0 => return Err(vm.overflow_error("timeout value is too large")),
        _ => return Err(vm.value_error("timeout must be greater than 0")),
    };
    let repeat = !args[1].is_null() && vm.truth(args[1])?;
    let file = stream(vm, args[2])?;
    let exit = !args[3].is_null() && vm.truth(args[3])?;
    cancel(vm, &[])?;
    let cancelled = Arc::new(AtomicBool::new(false));
    let stop = cancelled.clone();
    let started = std::thread::Builder::new().spawn(move || {
        loop {
            let due = Instant::now() + time;
            while let Some(left) = due.checked_duration_since(Instant::now()) {
                std::thread::park_timeout(left);
                if stop.load(Ordering::Acquire) {
                    return;
                }
            }
            signals::trip(TIMEOUT);
            if !repeat {
                return;
            }
        }
    });
    let Ok(handle) = started else {
        return Err(vm.runtime_error("unable to start watchdog thread"));
    };
    let watch = Watch {
        file: Slot::new(file),
        header: timeout_header(time),
        exit,
        cancelled,
        thread: handle.thread().clone(),
    };
    let flags = tflag::DISALLOW_INSTANTIATION;
    let ty = vm.new_native_type(
        "watch",
        "faulthandler",
        None,
        Kind::Native,
        flags,
        &[],
        &[],
        "",
    );
    let watch = Native::new(vm, ty, watch).value();
    vm.state_set(WATCH, watch);
    Ok(Value::NONE)
}

fn cancel(vm: &mut Vm, _: &[Value]) -> PyResult {
    let watch = vm.state_get(WATCH).unwrap_or(Value::NONE);
    if let Some((_, watch)) = native::<Watch>(&watch) {
        watch.cancelled.store(true, Ordering::Release);
        watch.thread.unpark();
    }
    vm.state_set(WATCH, Value::NONE);
    Ok(Value::NONE)
}

/// [`TIMEOUT`] was tripped.
///
/// # Errors
/// What writing raises.
pub fn timed_out(vm: &mut Vm) -> PyResult<()> {
    let watch = vm.state_get(WATCH).unwrap_or(Value::NONE);
    let Some((_, watch)) = native::<Watch>(&watch) else {
        return Ok(());
    };
    let header = format!(
        "{}{}",
        watch.header,
        current_thread().replacen("Current thread", "Thread", 1)
    );
    dump(vm, watch.file.get(), &header)?;
    if watch.exit {
        skein_runtime::helpers::process::exit(1);
    }
    Ok(())
}

/// Signal numbers with their file, whether to go on to the former handler, and that handler.
fn registered(vm: &mut Vm) -> Ref<PyDict> {
    if let Some(table) = vm.state_get(REGISTERED).and_then(|v| v.cast()) {
        return table;
    }
    let table = PyDict::new(vm);
    vm.state_set(REGISTERED, table.value());
    table
}

fn register(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = crate::support::c_int(vm, args[0])?;
    if !(1..signals::COUNT).contains(&n) {
        return Err(vm.value_error("signal number out of range"));
    }
    if [
        libc::SIGSEGV,
        libc::SIGFPE,
        libc::SIGABRT,
        libc::SIGBUS,
        libc::SIGILL,
    ]
    .contains(&n)
    {
        let text = format!("signal {n} cannot be registered, use enable() instead");
        return Err(vm.runtime_error(text));
    }
    let file = stream(vm, args[1])?;
    let chain = Value::bool(!args[3].is_null() && vm.truth(args[3])?);
    let module = crate::sys::hooks::import(vm, "faulthandler")?;
    let handler = vm.get_attr_text(module, "_on_signal")?;
    let signal = crate::sys::hooks::import(vm, "_signal")?;
    let former = vm.call_method(signal, "signal", &[Value::from_i32(n), handler])?;
    let table = registered(vm);
    let key = Value::from_i32(n);
    let kept = table.get(vm, key)?.and_then(|v| v.cast::<PyTuple>());
    let former = kept.map_or(former, |t| t.items()[2]);
    let entry = vm.new_tuple(&[file, chain, former]);
    table.insert(vm, key, entry)?;
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, args: &[Value]) -> PyResult {
    let key = Value::from_i32(crate::support::c_int(vm, args[0])?);
    let table = registered(vm);
    let Some(entry) = table.get(vm, key)?.and_then(|v| v.cast::<PyTuple>()) else {
        return Ok(Value::FALSE);
    };
    vm.del_item(table.value(), key)?;
    let signal = crate::sys::hooks::import(vm, "_signal")?;
    vm.call_method(signal, "signal", &[key, entry.items()[2]])?;
    Ok(Value::TRUE)
}

/// The handler of registered signals.
fn on_signal(vm: &mut Vm, args: &[Value]) -> PyResult {
    let table = registered(vm);
    let Some(entry) = table.get(vm, args[0])?.and_then(|v| v.cast::<PyTuple>()) else {
        return Ok(Value::NONE);
    };
    let [file, chain, former] = *entry.items() else {
        return Ok(Value::NONE);
    };
    dump(vm, file, &current_thread())?;
    if chain == Value::TRUE && vm.is_callable(former) {
        vm.call(former, args)?;
    }
    Ok(Value::NONE)
}
