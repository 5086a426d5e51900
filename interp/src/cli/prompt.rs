//! The interactive prompt.
//!
//! On a terminal it is the library's `_pyrepl` with line editing, history, completion and colours. Elsewhere (`-i` with a
//! pipe, `TERM=dumb`, `PYTHON_BASIC_REPL`) it is the plain loop below: prompts go to standard error, lines come through
//! `sys.stdin`, so that `input()` and the prompt share what is already read.

use super::{exit, program};
use crate::boot;
use crate::execute::{FUTURE_ANNOTATIONS, FUTURE_BARRY, compile, run_code};
use skein_compiler::{Mode, Options};
use skein_modules::sys::hooks::{sys_value, write_stderr};
use skein_runtime::helpers::files;
use skein_runtime::prelude::*;

/// Standard input is a terminal, or `-i` says to treat it so.
pub fn wanted(vm: &Vm) -> bool {
    vm.config.interactive || files::isatty(0)
}

/// Version and hint, in front of the first prompt.
pub fn banner(vm: &mut Vm) -> PyResult<()> {
    let mut text = format!("Python {} on linux\n", skein_modules::sys::version());
    if !vm.config.no_site {
        text.push_str(
            "Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n",
        );
    }
    write_stderr(vm, &text)
}

/// Runs the file that `PYTHONSTARTUP` names; its errors are shown, and the prompt comes all the same.
///
/// # Errors
/// `SystemExit`
pub fn startup_file(vm: &mut Vm) -> PyResult<()> {
    let Some(path) = super::environment::variable(&vm.config, "PYTHONSTARTUP") else {
        return Ok(());
    };
    let filename = skein_modules::support::fs_str(vm, &path);
    let os_path: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(&path[..]);
    let result = match std::fs::read(os_path) {
        Ok(source) => {
            let dict = crate::boot::main_module(vm).dict();
            dict.set_text(vm, "__file__", filename);
            let result = program::run_source(vm, &source, filename);
            let key = vm.intern("__file__");
            dict.remove_interned(vm, key.value());
            result
        }
        Err(e) => {
            write_stderr(vm, "Could not open PYTHONSTARTUP\n")?;
            let errno = e.raw_os_error().unwrap_or(0);
            Err(skein_modules::os_error::os_error(vm, errno, filename))
        }
    };
    show(vm, result)
}

/// Shows an error, unless it ends the program.
fn show(vm: &mut Vm, result: PyResult<()>) -> PyResult<()> {
    if result.is_err() {
        exit::show(vm)?;
    }
    Ok(())
}

/// The prompt, until the input ends.
///
/// # Errors
/// `SystemExit`
pub fn run(vm: &mut Vm) -> PyResult<()> {
    if let Some(hook) = sys_value(vm, "__interactivehook__") {
        let result = vm.call(hook, &[]).map(|_| ());
        show(vm, result)?;
    }
    let basic = super::environment::variable(&vm.config, "PYTHON_BASIC_REPL").is_some();
    if !basic && files::isatty(0) && files::isatty(1) {
        match boot::import(vm, "_pyrepl.main") {
            Ok(module) => return editor(vm, module),
            Err(_) => {
                vm.take_raised();
            }
        }
    }
    plain(vm)
}

fn editor(vm: &mut Vm, module: Value) -> PyResult<()> {
    let console = vm.get_attr_text(module, "interactive_console")?;
    let main = boot::main_module(vm).value();
    let names = [vm.intern("mainmodule").value(), vm.intern("quiet").value()];
    let names = PyTuple::from_slice(vm, &names);
    let quiet = Value::bool(vm.config.quiet);
    vm.call_kw(console, &[main, quiet], Some(names)).map(|_| ())
}

/// `sys._baserepl()`: the plain prompt.
pub fn baserepl(vm: &mut Vm, _: &[Value]) -> PyResult {
    plain(vm)?;
    Ok(Value::NONE)
}

/// The plain prompt.
fn plain(vm: &mut Vm) -> PyResult<()> {
    for (name, text) in [("ps1", ">>> "), ("ps2", "... ")] {
        if sys_value(vm, name).is_none()
            && let Some(sys) = vm.sys.get().cast::<PyDict>()
        {
            let text = vm.new_str(text);
            sys.set_text(vm, name, text);
        }
    }
    let mut futures = 0;
    loop {
        let more = statement(vm, &mut futures);
        match more {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => exit::show(vm)?,
        }
        exit::flush_quietly(vm);
    }
}

/// Nothing but comments and white space.
fn is_blank(source: &str) -> bool {
    source
        .lines()
        .all(|l| l.trim_start().is_empty() || l.trim_start().starts_with('#'))
}

/// Reads one statement and runs it; false at the end of the input. `futures` has the flags of the future imports so far.
fn statement(vm: &mut Vm, futures: &mut i64) -> PyResult<bool> {
    let mut source = String::new();
    let mut opts = Options {
        mode: Mode::Single,
        optimize: vm.config.optimize,
        future_annotations: *futures & FUTURE_ANNOTATIONS != 0,
        dont_imply_dedent: true,
        top_level_await: false,
        flufl: *futures & FUTURE_BARRY != 0,
    };
    loop {
        let prompt = if source.is_empty() { "ps1" } else { "ps2" };
        let Some(line) = read_line(vm, prompt)? else {
            write_stderr(vm, "\n")?;
            if source.is_empty() {
                return Ok(false);
            }
            opts.dont_imply_dedent = false;
            break;
        };
        source.push_str(&line);
        if is_blank(&source) {
            return Ok(true);
        }
        let text = source.strip_suffix('\n').unwrap_or(&source);
        match skein_compiler::compile(text.as_bytes(), b"<stdin>", &opts) {
            Err(e) if e.incomplete => {}
            _ => break,
        }
    }
    let text = source.strip_suffix('\n').unwrap_or(&source);
    let filename = vm.intern("<stdin>").value();
    let code = compile(vm, text.as_bytes(), filename, &opts)?;
    *futures |= i64::from(code.flags.get());
    let shown = vm.new_str(&source);
    boot::keep_source(vm, code.value(), shown, filename);
    let dict = boot::main_module(vm).dict();
    run_code(vm, code, dict, dict.value(), Value::NULL)?;
    Ok(true)
}

fn read_line(vm: &mut Vm, prompt: &str) -> PyResult<Option<String>> {
    let prompt = match sys_value(vm, prompt) {
        Some(p) => vm.str(p)?.text_lossy(),
        None => String::new(),
    };
    exit::flush_quietly(vm);
    write_stderr(vm, &prompt)?;
    exit::flush_quietly(vm);
    let stdin = match sys_value(vm, "stdin") {
        Some(f) if !f.is_none() => f,
        _ => return Ok(None),
    };
    let line = match vm.call_method(stdin, "readline", &[]) {
        Ok(line) => line,
        Err(r) => {
            if vm.raised_is(ids::KEYBOARD_INTERRUPT) && files::isatty(0) {
                eprintln!();
            }
            return Err(r);
        }
    };
    let line = vm.str(line)?.text_lossy();
    Ok((!line.is_empty()).then_some(line))
}
