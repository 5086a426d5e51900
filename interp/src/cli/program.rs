//! Running the program that the command line names, in `__main__`.

use super::options::{Job, Parsed};
use super::{paths, prompt};
use crate::boot;
use crate::execute::{compile, run_code};
use skein_compiler::{Mode, Options};
use skein_runtime::builtins::exception_syntax::forget_source;
use skein_runtime::prelude::*;
use std::ffi::OsStr;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Options for a whole program.
pub fn exec_options(vm: &Vm) -> Options {
    Options {
        mode: Mode::Exec,
        optimize: vm.config.optimize,
        ..Options::default()
    }
}

/// Runs the job.
///
/// # Errors
/// What the program raised.
pub fn run(vm: &mut Vm, parsed: &Parsed) -> PyResult<()> {
    let job = &parsed.job;
    if let Job::Script(path) = job
        && is_container(path)
    {
        insert_path(vm, &paths::absolute(path))?;
        return run_module(vm, "__main__", false);
    }
    if let Some(entry) = paths::first_entry(&vm.config, job) {
        insert_path(vm, &entry)?;
    }
    if vm.config.x_options.iter().any(|x| x == "dump=bytecode") {
        return list_bytecode(vm, parsed);
    }
    match job {
        Job::Command(text) => run_command(vm, text),
        Job::Module(name) => run_module(vm, name, true),
        Job::Script(path) => run_script(vm, path, parsed.skip_first_line),
        _ => run_stdin(vm, parsed.skip_first_line),
    }
}

/// `-X dump=bytecode`: what the program becomes is listed, and not run.
fn list_bytecode(vm: &mut Vm, parsed: &Parsed) -> PyResult<()> {
    let (source, name) = match &parsed.job {
        Job::Command(text) => (Ok(dedent(text)), &b"<string>"[..]),
        Job::Script(path) => (std::fs::read(OsStr::from_bytes(path)), path.as_slice()),
        Job::Module(_) => {
            return Err(vm.value_error("-X dump=bytecode lists programs, not modules"));
        }
        _ => {
            let mut source = Vec::new();
            let read = std::io::stdin().read_to_end(&mut source);
            (read.map(|_| source), &b"<stdin>"[..])
        }
    };
    let source = match source {
        Ok(source) => source,
        Err(e) => {
            let errno = e.raw_os_error().unwrap_or(0);
            return Err(skein_modules::support::os_error(vm, errno));
        }
    };
    let filename = skein_modules::support::fs_str(vm, name);
    let opts = exec_options(vm);
    let code = compile(vm, &source, filename, &opts)?;
    let unit = crate::vm::packed::pack(code);
    let unit = unit.and_then(|data| skein_compiler::bytecode::pack::unpack(&data));
    let Some(unit) = unit else {
        return Err(vm.system_error("the code cannot be listed"));
    };
    let text = skein_compiler::bytecode::text::disassemble(&unit);
    let mut out = std::io::stdout();
    let written = std::io::Write::write_all(&mut out, text.as_bytes());
    written.map_err(|e| skein_modules::support::os_error(vm, e.raw_os_error().unwrap_or(0)))
}

/// A folder, or a file that ends as zip archives do: the program is the `__main__.py` inside.
fn is_container(path: &[u8]) -> bool {
    /// The end record, and the longest comment behind it.
    const TAIL: u64 = 22 + 65_535;
    let path = Path::new(OsStr::from_bytes(path));
    if path.is_dir() {
        return true;
    }
    let Ok(meta) = path.metadata() else {
        return false;
    };
    let Ok(mut file) = std::fs::File::open(path) else {
        return false;
    };
    if !meta.is_file() || meta.len() < 22 {
        return false;
    }
    let mut end = Vec::new();
    let start = meta.len().saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start)).is_ok()
        && file.read_to_end(&mut end).is_ok()
        && end.windows(4).any(|w| w == b"PK\x05\x06")
}

fn insert_path(vm: &mut Vm, entry: &[u8]) -> PyResult<()> {
    let path = vm.sys.get().cast::<PyDict>();
    let Some(path) = path.and_then(|d| d.get_text(vm, "path")) else {
        return Err(vm.runtime_error("lost sys.path"));
    };
    let entry = skein_modules::support::fs_str(vm, entry);
    vm.call_method(path, "insert", &[Value::from_i32(0), entry])?;
    Ok(())
}

fn run_module(vm: &mut Vm, name: &str, alter_argv: bool) -> PyResult<()> {
    let runpy = boot::import(vm, "runpy")?;
    let f = vm.get_attr_text(runpy, "_run_module_as_main")?;
    let name = vm.new_str(name);
    vm.call(f, &[name, Value::bool(alter_argv)]).map(|_| ())
}

/// Compiles source and runs it in `__main__`.
///
/// # Errors
/// `SyntaxError`, and what the program raised.
pub fn run_source(vm: &mut Vm, source: &[u8], filename: Value) -> PyResult<()> {
    let dict = boot::main_module(vm).dict();
    let opts = exec_options(vm);
    let code = compile(vm, source, filename, &opts).inspect_err(|_| forget_source(vm))?;
    run_code(vm, code, dict, dict.value(), Value::NULL)?;
    Ok(())
}

fn run_command(vm: &mut Vm, text: &[u8]) -> PyResult<()> {
    let text = dedent(text);
    let filename = vm.intern("<string>").value();
    let opts = exec_options(vm);
    let code = compile(vm, &text, filename, &opts)?;
    let source = skein_modules::support::fs_str(vm, &text);
    boot::keep_source(vm, code.value(), source, filename);
    let dict = boot::main_module(vm).dict();
    run_code(vm, code, dict, dict.value(), Value::NULL)?;
    Ok(())
}

/// `textwrap.dedent`: takes away the white space that all lines begin with; lines of only white space become empty.
fn dedent(text: &[u8]) -> Vec<u8> {
    let blank = |line: &[u8]| line.iter().all(|b| matches!(b, b' ' | b'\t'));
    let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    let mut margin: Option<&[u8]> = None;
    for line in lines.iter().filter(|line| !blank(line)) {
        let width = line
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        margin = Some(match margin {
            None => &line[..width],
            Some(m) => {
                let same = m.iter().zip(&line[..width]).take_while(|(a, b)| a == b);
                &m[..same.count()]
            }
        });
    }
    let width = margin.map_or(0, <[u8]>::len);
    if width == 0 {
        return text.to_vec();
    }
    let cut = |line: &&[u8]| match blank(line) {
        true => Vec::new(),
        false => line[width..].to_vec(),
    };
    lines.iter().map(cut).collect::<Vec<_>>().join(&b'\n')
}

/// `-x`: the first line becomes empty, so that line numbers stay.
fn without_first_line(source: &[u8]) -> Vec<u8> {
    let end = source.iter().position(|b| *b == b'\n');
    source[end.unwrap_or(source.len())..].to_vec()
}

fn run_stdin(vm: &mut Vm, skip_first_line: bool) -> PyResult<()> {
    if prompt::wanted(vm) {
        // From here on exit() leaves.
        vm.config.inspect = false;
        prompt::startup_file(vm)?;
        return prompt::run(vm);
    }
    let mut source = Vec::new();
    if let Err(e) = std::io::stdin().read_to_end(&mut source) {
        let errno = e.raw_os_error().unwrap_or(0);
        return Err(skein_modules::support::os_error(vm, errno));
    }
    if skip_first_line {
        source = without_first_line(&source);
    }
    let filename = vm.intern("<stdin>").value();
    run_source(vm, &source, filename)
}

fn run_script(vm: &mut Vm, path: &[u8], skip_first_line: bool) -> PyResult<()> {
    let whole = paths::absolute(path);
    let filename = skein_modules::support::fs_str(vm, &whole);
    let source = match std::fs::read(OsStr::from_bytes(path)) {
        Ok(s) => s,
        Err(e) => {
            let errno = e.raw_os_error().unwrap_or(0);
            let text = skein_modules::os_error::strerror(errno);
            let shown = vm.repr_text(filename)?;
            super::complain(&format!(
                "{}: can't open file {shown}: [Errno {errno}] {text}\n",
                vm.config.executable
            ));
            let code = Value::from_i32(2);
            return Err(vm.raise_with(ids::SYSTEM_EXIT, &[code]));
        }
    };
    let dict = boot::main_module(vm).dict();
    let compiled = path.ends_with(b".pyc");
    dict.set_text(vm, "__file__", filename);
    dict.set_text(vm, "__cached__", Value::NONE);
    let loader = if compiled {
        "SourcelessFileLoader"
    } else {
        "SourceFileLoader"
    };
    let external = boot::import(vm, "_frozen_importlib_external")?;
    let name = vm.intern("__main__").value();
    let loader = vm.get_attr_text(external, loader)?;
    let loader = vm.call(loader, &[name, filename])?;
    dict.set_text(vm, "__loader__", loader);
    if compiled {
        let code = vm.call_method(loader, "get_code", &[name])?;
        let Some(code) = code.cast() else {
            return Err(vm.runtime_error("Bad code object in .pyc file"));
        };
        return run_code(vm, code, dict, dict.value(), Value::NULL).map(|_| ());
    }
    if skip_first_line {
        return run_source(vm, &without_first_line(&source), filename);
    }
    run_source(vm, &source, filename)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_lose_their_common_indentation() {
        assert_eq!(dedent(b"  a\n    b\n \n  c\n"), b"a\n  b\n\nc\n");
        assert_eq!(dedent(b"a\n  b"), b"a\n  b");
        assert_eq!(dedent(b"\t a\n\tb"), b" a\nb");
    }

    #[test]
    fn the_first_line_goes_but_not_its_end() {
        assert_eq!(without_first_line(b"one\ntwo\n"), b"\ntwo\n");
        assert_eq!(without_first_line(b"one"), b"");
    }
}
