//! The hooks of `sys`, and printing of exceptions for whoever has one that nobody catches.
//!
//! Tracebacks are formatted by the library's `traceback`; where that cannot be imported (start-up, a broken library) a
//! plain form is written here.

use skein_runtime::builtins::struct_seq;
use skein_runtime::prelude::*;

/// The value of `sys.name`, if there is one.
pub fn sys_value(vm: &mut Vm, name: &str) -> Option<Value> {
    let name = vm.intern(name).value();
    vm.sys.get().cast::<PyDict>()?.get_interned(name)
}

/// Imports a module by its full name.
pub fn import(vm: &mut Vm, name: &str) -> PyResult {
    let name = vm.new_str(name);
    let arguments = [name, Value::NULL, Value::NULL, Value::NULL, Value::NULL];
    (vm.hooks.intrinsic)(vm, "__import__", &arguments)
}

/// Writes to `sys.stderr`; straight to the descriptor where that is missing.
///
/// # Errors
/// What the stream raised.
pub fn write_stderr(vm: &mut Vm, text: &str) -> PyResult<()> {
    let v = vm.new_str(text);
    write_error_text(vm, v)
}

/// [`write_stderr`] of a str.
///
/// # Errors
/// What the stream raised.
pub fn write_error_text(vm: &mut Vm, text: Value) -> PyResult<()> {
    match sys_value(vm, "stderr") {
        Some(f) if !f.is_none() => {
            vm.call_method(f, "write", &[text])?;
            Ok(())
        }
        Some(_) => Ok(()),
        None => {
            eprint!("{}", skein_runtime::builtins::str::lossy(text));
            Ok(())
        }
    }
}

/// Writes an exception with its traceback to `sys.stderr`.
///
/// # Errors
/// What the stream raised.
pub fn print_exception(vm: &mut Vm, ty: Value, value: Value, tb: Value) -> PyResult<()> {
    if let Some(e) = value.cast::<PyException>()
        && !tb.is_absent()
        && e.traceback.get().is_null()
    {
        e.traceback.set(e, tb);
    }
    let printed = sys_value(vm, "stderr").is_some_and(|f| !f.is_none())
        && value.is::<PyException>()
        && match import(vm, "traceback") {
            Ok(module) => vm
                .call_method(module, "_print_exception_bltin", &[value])
                .is_ok(),
            Err(_) => false,
        };
    if !printed {
        vm.take_raised();
        print_plainly(vm, ty, value, tb)?;
    }
    if let Some(f) = sys_value(vm, "stderr")
        && !f.is_none()
        && vm.call_method(f, "flush", &[]).is_err()
    {
        vm.take_raised();
    }
    Ok(())
}

/// What `traceback` would print, without source lines and chained exceptions.
fn print_plainly(vm: &mut Vm, ty: Value, value: Value, tb: Value) -> PyResult<()> {
    let mut out = String::new();
    let mut at = tb;
    while !at.is_absent() && out.len() < 1 << 16 {
        if out.is_empty() {
            out.push_str("Traceback (most recent call last):\n");
        }
        match traceback_line(vm, at) {
            Ok((line, next)) => {
                out.push_str(&line);
                at = next;
            }
            Err(_) => {
                vm.take_raised();
                break;
            }
        }
    }
    let name = match ty.cast::<PyType>() {
        Some(t) => vm.full_type_name(t),
        None => vm.type_name(value),
    };
    let text = match vm.str(value) {
        Ok(s) => s.text_lossy(),
        Err(_) => {
            vm.take_raised();
            "<exception str() failed>".to_string()
        }
    };
    out.push_str(&name);
    if !text.is_empty() {
        out.push_str(": ");
        out.push_str(&text);
    }
    out.push('\n');
    write_stderr(vm, &out)
}

fn traceback_line(vm: &mut Vm, tb: Value) -> PyResult<(String, Value)> {
    let frame = vm.get_attr_text(tb, "tb_frame")?;
    let code = vm.get_attr_text(frame, "f_code")?;
    let file = vm.get_attr_text(code, "co_filename")?;
    let name = vm.get_attr_text(code, "co_name")?;
    let line = vm.get_attr_text(tb, "tb_lineno")?;
    let (file, line, name) = (vm.str(file)?, vm.str(line)?, vm.str(name)?);
    let text = format!(
        "  File \"{}\", line {}, in {}\n",
        file.text_lossy(),
        line.text_lossy(),
        name.text_lossy()
    );
    Ok((text, vm.get_attr_text(tb, "tb_next")?))
}

/// `sys.excepthook(type, value, traceback)`
pub fn excepthook(vm: &mut Vm, args: &[Value]) -> PyResult {
    print_exception(vm, args[0], args[1], args[2])?;
    Ok(Value::NONE)
}

/// `sys.displayhook(object)`
pub fn displayhook(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[0].is_none() {
        return Ok(Value::NONE);
    }
    vm.builtins_dict().set_text(vm, "_", Value::NONE);
    let out = match sys_value(vm, "stdout") {
        Some(f) if !f.is_none() => f,
        _ => return Err(vm.runtime_error("lost sys.stdout")),
    };
    let text = vm.repr(args[0])?.value();
    match vm.call_method(out, "write", &[text]) {
        Ok(_) => {}
        Err(_) if vm.clear_raised_if(ids::UNICODE_ENCODE_ERROR) => {
            let encoding = vm.get_attr_text(out, "encoding")?;
            let errors = vm.new_str("backslashreplace");
            let data = vm.call_method(text, "encode", &[encoding, errors])?;
            let strict = vm.new_str("strict");
            let text = vm.call_method(data, "decode", &[encoding, strict])?;
            vm.call_method(out, "write", &[text])?;
        }
        Err(r) => return Err(r),
    }
    let newline = vm.new_str("\n");
    vm.call_method(out, "write", &[newline])?;
    vm.builtins_dict().set_text(vm, "_", args[0]);
    Ok(Value::NONE)
}

/// `sys.unraisablehook(unraisable)`
pub fn unraisablehook(vm: &mut Vm, args: &[Value]) -> PyResult {
    let items = args[0].cast::<PyTuple>();
    let Some([ty, value, tb, message, object]) = items.as_ref().map(|t| t.items()) else {
        return Err(vm.type_error("sys.unraisablehook argument type must be UnraisableHookArgs"));
    };
    let object_text = match object.is_none() {
        true => None,
        false => Some(match vm.repr_text(*object) {
            Ok(t) => t,
            Err(_) => {
                vm.take_raised();
                "<object repr() failed>".to_string()
            }
        }),
    };
    let message = message.cast::<PyStr>().map(|m| m.text_lossy());
    let line = match (message, object_text) {
        (Some(m), Some(o)) => format!("{m}: {o}\n"),
        (Some(m), None) => format!("{m}:\n"),
        (None, Some(o)) => format!("Exception ignored in: {o}\n"),
        (None, None) => String::new(),
    };
    write_stderr(vm, &line)?;
    print_exception(vm, *ty, *value, *tb)?;
    Ok(Value::NONE)
}

/// Hands the exception in flight, which nobody can catch, to `sys.unraisablehook`: errors in finalisers, weak reference
/// callbacks and the like. `object` is what they belong to, or `None`.
pub fn write_unraisable(vm: &mut Vm, message: Option<&str>, object: Value) {
    let value = vm.take_raised();
    if value.is_null() {
        return;
    }
    let ty = vm.type_of(value).value();
    let tb = value
        .cast::<PyException>()
        .and_then(|e| e.traceback.get().non_null())
        .unwrap_or(Value::NONE);
    let message = match message {
        Some(m) => vm.new_str(m),
        None => Value::NONE,
    };
    let object = object.non_null().unwrap_or(Value::NONE);
    let fields = [ty, value, tb, message, object];
    let Some(args_type) = vm
        .state_get("sys.UnraisableHookArgs")
        .and_then(|v| v.cast())
    else {
        return;
    };
    let args = struct_seq::new_instance(vm, args_type, 5, &fields);
    let result = match sys_value(vm, "unraisablehook") {
        Some(hook) if !hook.is_none() => vm.call(hook, &[args]),
        _ => unraisablehook(vm, &[args]),
    };
    if result.is_err() {
        vm.take_raised();
    }
}

/// `sys.breakpointhook(*args, **kwargs)`
pub fn breakpointhook(vm: &mut Vm, args: &[Value]) -> PyResult {
    let choice = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
    let choice = if vm.config.ignore_environment || choice.is_empty() {
        "pdb.set_trace".to_string()
    } else {
        choice
    };
    if choice == "0" {
        return Ok(Value::NONE);
    }
    let (module, name) = choice.rsplit_once('.').unwrap_or(("builtins", &choice));
    let found = import_named(vm, module).and_then(|m| vm.get_attr_text(m, name));
    let hook = match found {
        Ok(f) => f,
        Err(_) => {
            vm.take_raised();
            let text = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{choice}\"");
            vm.warn(ids::RUNTIME_WARNING, &text, 1)?;
            return Ok(Value::NONE);
        }
    };
    let positional = skein_runtime::builtins::args::items(&args[0]);
    vm.call_dict(hook, positional, args[1])
}

/// Imports `a.b.c` and gives the innermost module.
fn import_named(vm: &mut Vm, name: &str) -> PyResult {
    let top = import(vm, name)?;
    match vm.modules_dict().and_then(|d| d.get_text(vm, name)) {
        Some(m) => Ok(m),
        None => Ok(top),
    }
}
