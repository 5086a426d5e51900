//! The end: uncaught exceptions, exit codes, exit handlers, the last flush.

use skein_modules::sys::hooks::{self, sys_value};
use skein_runtime::prelude::*;

/// The exit code of a last flush that failed.
const FLUSH_FAILED: i32 = 120;

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// With this exit code.
    Code(i32),
    /// By an interrupt that nobody caught: the process shall die of the signal, so that shells notice.
    Interrupted,
}

/// Shows the exception in flight, except one that ends the program, which stays in flight.
///
/// # Errors
/// `SystemExit`, unless a prompt is to follow it.
pub fn show(vm: &mut Vm) -> PyResult<()> {
    if vm.raised_is(ids::SYSTEM_EXIT) && !vm.config.inspect {
        return Err(Raised);
    }
    let e = vm.take_raised();
    if e.is_null() {
        return Ok(());
    }
    display(vm, e)
}

/// How the program ends that had this result. What `SystemExit` of a tasklet asks for happens, unless the main tasklet says
/// otherwise.
pub fn conclude(vm: &mut Vm, result: PyResult<()>) -> End {
    let exit = vm.scheduler.exit.get();
    vm.scheduler.exit.set(Value::NULL);
    match result {
        Ok(()) if exit.is_null() => return End::Code(0),
        Ok(()) => {}
        Err(_) if exit.is_null() => return report(vm),
        Err(_) if vm.clear_raised_if(ids::TASKLET_EXIT) => {}
        Err(_) if vm.raised_is(ids::SYSTEM_EXIT) => return report(vm),
        Err(_) => {
            report(vm);
        }
    }
    vm.reraise_value(exit);
    report(vm)
}

/// Tasklets that are suspended below native code are killed, so that they free what they hold.
fn kill_tasklets(vm: &mut Vm) {
    let parked = vm.scheduler.parked.get().cast::<PyList>();
    let any = parked.is_some_and(|l| (0..l.len()).any(|i| !l.get(i).is_none()));
    if any
        && crate::vm::soft::ready(vm)
        && let Some(f) = vm.soft_function("kill_tasklets")
        && vm.call(f, &[]).is_err()
    {
        report(vm);
    }
}

/// Shows the exception in flight, or takes the exit code out of `SystemExit`.
pub fn report(vm: &mut Vm) -> End {
    // An exception in the hook takes the place of the first; SystemExit is the one that counts.
    for _ in 0..8 {
        let leaves = vm.raised_is(ids::SYSTEM_EXIT) && !vm.config.inspect;
        let interrupted = vm.raised_is(ids::KEYBOARD_INTERRUPT);
        let e = vm.take_raised();
        if leaves {
            return End::Code(exit_code(vm, e));
        }
        if e.is_null() || display(vm, e).is_ok() {
            return match interrupted {
                true => End::Interrupted,
                false => End::Code(1),
            };
        }
    }
    End::Code(1)
}

fn exit_code(vm: &mut Vm, e: Value) -> i32 {
    let v = match vm.get_attr_text(e, "code") {
        Ok(v) => v,
        Err(_) => {
            vm.take_raised();
            Value::NONE
        }
    };
    if v.is_none() {
        return 0;
    }
    if as_int(&v).is_some() {
        return as_i64(v).map_or(255, |n| n as i32 & 0xff);
    }
    flush_quietly(vm);
    let mut text = match vm.str(v) {
        Ok(s) => s.bytes().to_vec(),
        Err(_) => {
            vm.take_raised();
            Vec::new()
        }
    };
    text.push(b'\n');
    let text = vm.new_str_bytes(&text);
    if sys_value(vm, "stderr").is_none_or(|f| f.is_none()) {
        eprint!("{}", skein_runtime::builtins::str::lossy(text));
    } else if hooks::write_error_text(vm, text).is_err() {
        vm.take_raised();
    }
    1
}

/// `sys.last_exc` and its older parts, for debuggers.
fn keep_last(vm: &mut Vm, ty: Value, e: Value, tb: Value) {
    if let Some(sys) = vm.sys.get().cast::<PyDict>() {
        for (name, v) in [
            ("last_exc", e),
            ("last_type", ty),
            ("last_value", e),
            ("last_traceback", tb),
        ] {
            sys.set_text(vm, name, v);
        }
    }
}

/// Calls `sys.excepthook`.
///
/// # Errors
/// Only `SystemExit` that the hook raised; its other errors are shown.
fn display(vm: &mut Vm, e: Value) -> PyResult<()> {
    flush_quietly(vm);
    let ty = vm.type_of(e).value();
    let tb = e
        .cast::<PyException>()
        .and_then(|x| x.traceback.get().non_null())
        .unwrap_or(Value::NONE);
    keep_last(vm, ty, e, tb);
    let shown = match sys_value(vm, "excepthook") {
        Some(hook) => match vm.call(hook, &[ty, e, tb]) {
            Ok(_) => Ok(()),
            Err(r) if vm.raised_is(ids::SYSTEM_EXIT) => return Err(r),
            Err(_) => hook_failed(vm, ty, e, tb),
        },
        None => hooks::write_stderr(
            vm,
            "sys.excepthook is missing, printing exception with traceback\n",
        )
        .and_then(|()| hooks::print_exception(vm, ty, e, tb)),
    };
    if shown.is_err() {
        vm.take_raised();
        crate::report::print_exception(vm, e);
    }
    Ok(())
}

fn hook_failed(vm: &mut Vm, ty: Value, e: Value, tb: Value) -> PyResult<()> {
    let second = vm.take_raised();
    let second_ty = vm.type_of(second).value();
    let second_tb = second
        .cast::<PyException>()
        .and_then(|x| x.traceback.get().non_null())
        .unwrap_or(Value::NONE);
    hooks::write_stderr(vm, "Error in sys.excepthook:\n")?;
    hooks::print_exception(vm, second_ty, second, second_tb)?;
    hooks::write_stderr(vm, "\nOriginal exception was:\n")?;
    hooks::print_exception(vm, ty, e, tb)
}

/// Waits for threads, runs exit handlers, flushes, finalises; the result is the exit code.
pub fn finish(vm: &mut Vm, mut end: End) -> End {
    for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
        if let Some(m) = vm.modules_dict().and_then(|d| d.get_text(vm, module))
            && vm.call_method(m, function, &[]).is_err()
        {
            report(vm);
        }
        if module == "threading" {
            kill_tasklets(vm);
        }
    }
    vm.threads.stopped.set(true);
    let flushed = flush_streams(vm);
    vm.state_set("sys.finalizing", Value::TRUE);
    crate::vm::run::poll::run_finalizers(vm);
    // What is still alive is finalised while its module's names are still there.
    crate::vm::run::watched::forbid(vm);
    vm.heap.queue_all_finalizers();
    vm.closing.set(true);
    skein_modules::gc::run_due(vm);
    if !flushed || !flush_streams(vm) {
        end = End::Code(FLUSH_FAILED);
    }
    vm.heap.report();
    if crate::tier::report().is_err() {
        end = End::Code(FLUSH_FAILED);
    }
    end
}

/// Flushes both streams; false if that failed.
fn flush_streams(vm: &mut Vm) -> bool {
    let mut good = true;
    for name in ["stdout", "stderr"] {
        if flush(vm, name).is_err() {
            good = false;
            let message = format!("Exception ignored while flushing sys.{name}");
            hooks::write_unraisable(vm, Some(&message), Value::NONE);
        }
    }
    good
}

/// Flushes both streams, errors do not matter now.
pub fn flush_quietly(vm: &mut Vm) {
    for name in ["stderr", "stdout"] {
        let raised = vm.raised.get();
        if flush(vm, name).is_err() {
            vm.take_raised();
        }
        vm.raised.set(raised);
    }
}

fn flush(vm: &mut Vm, name: &str) -> PyResult<()> {
    let Some(stream) = sys_value(vm, name).filter(|s| !s.is_none()) else {
        return Ok(());
    };
    let closed = vm.names.closed;
    if let Some(c) = vm.try_get_attr(stream, closed)?
        && vm.truth(c)?
    {
        return Ok(());
    }
    vm.call_method(stream, "flush", &[]).map(|_| ())
}
