//! The command line: a drop-in for `python`.

use crate::boot;
use crate::execute::{compile, run_code};
use skein_compiler::{Mode, Options};
use skein_modules::sys::hooks::write_stderr;
use skein_runtime::helpers::{process, signals};
use skein_runtime::prelude::*;
use skein_runtime::vm::Config;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Native stack of the thread that runs Python: nested runs of the loop stand on it.
const STACK: usize = 512 << 20;

/// Exit code of a program that an interrupt ended.
const INTERRUPTED: i32 = 130;

/// What to run.
enum Job {
    Command(String),
    Module(String),
    Script(Vec<u8>),
    Stdin,
    Version(bool),
    Help,
    Fail(String),
}

/// Runs the program that the command line names; the result is the exit code.
pub fn main() -> i32 {
    // SIGPIPE must be an error of the write, not the death of the process.
    // Signals must interrupt the interpreter's thread, so this one, which only waits, takes none.
    let mask = signals::mask(libc::SIG_SETMASK, &signals::valid());
    let child = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            if let Ok(old) = mask {
                let _ = signals::mask(libc::SIG_SETMASK, &old);
            }
            run()
        });
    match child.map(|c| c.join()) {
        Ok(Ok(code)) => code,
        _ => {
            eprintln!("Fatal Python error: the interpreter thread failed");
            1
        }
    }
}

fn run() -> i32 {
    let args: Vec<Vec<u8>> = std::env::args_os().map(|a| a.into_vec()).collect();
    let (job, config) = parse(&args);
    match &job {
        Job::Version(full) => {
            println!("Python 3.14.0{}", if *full { " (Skein 0.1.0)" } else { "" });
            return 0;
        }
        Job::Help => {
            print!("{USAGE}");
            return 0;
        }
        Job::Fail(message) => {
            eprintln!("{message}");
            return 2;
        }
        _ => {}
    }
    let here = 0u8;
    let low = (&raw const here as usize).saturating_sub(STACK - (2 << 20));
    let (mut vm, started) = boot::start(config, low);
    let result = match started {
        Ok(()) => run_job(&mut vm, &job),
        Err(r) => Err(r),
    };
    finish(vm, result)
}

const USAGE: &str = "usage: skein [option] ... [-c cmd | -m mod | file | -] [arg] ...\n\
Options (and corresponding environment variables) are those of python 3.14:\n\
-b -B -c cmd -d -E -h -i -I -m mod -O -OO -P -q -s -S -u -v -V -VV -W arg -x -X opt\n\
file : program read from script file\n\
-    : program read from stdin\n\
arg ...: arguments passed to program in sys.argv[1:]\n";

fn parse(args: &[Vec<u8>]) -> (Job, Config) {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    let mut c = Config {
        orig_argv: args.to_vec(),
        int_max_str_digits: -1,
        ..Config::default()
    };
    c.executable = std::env::current_exe()
        .map(|p| p.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut i = 1;
    let mut job = None;
    while i < args.len() && job.is_none() {
        let a = &args[i];
        if a == b"-" || !a.starts_with(b"-") {
            break;
        }
        i += 1;
        if a == b"--version" {
            job = Some(Job::Version(false));
        } else if a == b"--help" {
            job = Some(Job::Help);
        } else if a.starts_with(b"--") {
            job = Some(Job::Fail(format!("unknown option {}\n{}", text(a), USAGE)));
        }
        let mut at = 1;
        while at < a.len() && job.is_none() {
            let flag = a[at];
            at += 1;
            let mut value = || {
                let rest = a[at..].to_vec();
                if !rest.is_empty() {
                    return Some(rest);
                }
                let v = args.get(i).cloned();
                i += 1;
                v
            };
            match flag {
                b'c' | b'm' => {
                    let Some(v) = value() else {
                        return (
                            Job::Fail(format!(
                                "Argument expected for the -{} option\n{USAGE}",
                                flag as char
                            )),
                            c,
                        );
                    };
                    job = Some(if flag == b'c' {
                        Job::Command(text(&v))
                    } else {
                        Job::Module(text(&v))
                    });
                }
                b'W' | b'X' => {
                    let Some(v) = value() else {
                        return (
                            Job::Fail(format!(
                                "Argument expected for the -{} option\n{USAGE}",
                                flag as char
                            )),
                            c,
                        );
                    };
                    if flag == b'W' {
                        c.warn_options.push(text(&v))
                    } else {
                        c.x_options.push(text(&v))
                    }
                    at = a.len();
                }
                b'O' => c.optimize += 1,
                b'B' => c.dont_write_bytecode = true,
                b'E' => c.ignore_environment = true,
                b'I' => {
                    c.isolated = true;
                    c.ignore_environment = true;
                    c.no_user_site = true;
                    c.safe_path = true;
                }
                b'P' => c.safe_path = true,
                b's' => c.no_user_site = true,
                b'S' => c.no_site = true,
                b'u' => c.unbuffered = true,
                b'v' => c.verbose += 1,
                b'q' => c.quiet = true,
                b'i' => c.inspect = true,
                b'b' => c.bytes_warning += 1,
                b'd' => c.debug += 1,
                b'x' | b'R' => {}
                b'V' => {
                    job = Some(Job::Version(
                        a == b"-VV" || args.get(i).is_some_and(|x| x == b"-V"),
                    ))
                }
                b'h' | b'?' => job = Some(Job::Help),
                _ => {
                    job = Some(Job::Fail(format!(
                        "Unknown option: -{}\n{USAGE}",
                        flag as char
                    )))
                }
            }
        }
    }
    let rest = args.get(i.min(args.len())..).unwrap_or_default();
    environment(&mut c);
    let (job, argv) = match job {
        Some(Job::Command(s)) => (
            Job::Command(s),
            [vec![b"-c".to_vec()], rest.to_vec()].concat(),
        ),
        Some(Job::Module(s)) => (
            Job::Module(s),
            [vec![b"-m".to_vec()], rest.to_vec()].concat(),
        ),
        Some(j) => (j, rest.to_vec()),
        None => match rest.first() {
            Some(a) if a == b"-" => (Job::Stdin, rest.to_vec()),
            Some(a) => (Job::Script(a.clone()), rest.to_vec()),
            None => (Job::Stdin, vec![Vec::new()]),
        },
    };
    c.argv = argv;
    c.path = initial_path(&c, &job);
    (job, c)
}

fn variable(c: &Config, name: &str) -> Option<Vec<u8>> {
    if c.ignore_environment {
        return None;
    }
    std::env::var_os(name)
        .map(|v| v.as_bytes().to_vec())
        .filter(|v| !v.is_empty())
}

fn environment(c: &mut Config) {
    let number = |c: &Config, name: &str| {
        variable(c, name).map(|v| {
            String::from_utf8_lossy(&v)
                .parse::<u8>()
                .unwrap_or(1)
                .max(1)
        })
    };
    c.optimize = c
        .optimize
        .max(number(c, "PYTHONOPTIMIZE").unwrap_or(0))
        .min(2);
    c.verbose = c.verbose.max(number(c, "PYTHONVERBOSE").unwrap_or(0));
    c.unbuffered |= variable(c, "PYTHONUNBUFFERED").is_some();
    c.dont_write_bytecode |= variable(c, "PYTHONDONTWRITEBYTECODE").is_some();
    c.inspect |= variable(c, "PYTHONINSPECT").is_some();
    c.no_user_site |= variable(c, "PYTHONNOUSERSITE").is_some();
    c.safe_path |= variable(c, "PYTHONSAFEPATH").is_some();
    if let Some(w) = variable(c, "PYTHONWARNINGS") {
        let mut all: Vec<String> = String::from_utf8_lossy(&w)
            .split(',')
            .map(str::to_string)
            .collect();
        all.append(&mut c.warn_options);
        c.warn_options = all;
    }
    c.hash_seed =
        variable(c, "PYTHONHASHSEED").and_then(|v| String::from_utf8_lossy(&v).parse().ok());
    c.dev_mode = c.x_options.iter().any(|x| x == "dev") || variable(c, "PYTHONDEVMODE").is_some();
    for x in &c.x_options {
        if let Some(n) = x
            .strip_prefix("int_max_str_digits=")
            .and_then(|n| n.parse().ok())
        {
            c.int_max_str_digits = n;
        }
    }
}

fn initial_path(c: &Config, job: &Job) -> Vec<Vec<u8>> {
    let mut path = Vec::new();
    if !c.safe_path {
        match job {
            Job::Script(s) => {
                let real =
                    std::fs::canonicalize(std::ffi::OsStr::from_bytes(s)).unwrap_or_default();
                let dir = if real.is_dir() {
                    real
                } else {
                    real.parent().map(|p| p.to_path_buf()).unwrap_or_default()
                };
                path.push(dir.as_os_str().as_bytes().to_vec());
            }
            Job::Module(_) => path.push(
                std::env::current_dir()
                    .unwrap_or_default()
                    .as_os_str()
                    .as_bytes()
                    .to_vec(),
            ),
            _ => path.push(Vec::new()),
        }
    }
    if let Some(p) = variable(c, "PYTHONPATH") {
        path.extend(p.split(|b| *b == b':').map(<[u8]>::to_vec));
    }
    path.push(boot::library_path(c).into_bytes());
    path
}

fn main_module(vm: &mut Vm) -> Ref<PyModule> {
    if let Some(m) = vm
        .modules_dict()
        .and_then(|d| d.get_text(vm, "__main__"))
        .and_then(|m| m.cast::<PyModule>())
    {
        return m;
    }
    let dict = PyDict::new(vm);
    let module = PyModule::new_instance(vm, vm.builtin_type(ids::MODULE), dict);
    let name = vm.intern("__main__").value();
    dict.set_text(vm, "__name__", name);
    for key in ["__doc__", "__package__", "__loader__", "__spec__"] {
        dict.set_text(vm, key, Value::NONE);
    }
    if let Some(loader) = bootstrap_type(vm, "_frozen_importlib", "BuiltinImporter") {
        dict.set_text(vm, "__loader__", loader);
    }
    if let Some(builtins) = vm.modules_dict().and_then(|d| d.get_text(vm, "builtins")) {
        dict.set_text(vm, "__builtins__", builtins);
    }
    if let Some(modules) = vm.modules_dict() {
        modules.set_interned(vm, name, module.value());
    }
    module
}

fn run_source(vm: &mut Vm, source: &[u8], filename: &[u8]) -> PyResult<()> {
    let module = main_module(vm);
    let filename = vm.new_str_bytes(filename);
    let opts = Options {
        mode: Mode::Exec,
        optimize: vm.config.optimize,
        future_annotations: false,
        dont_imply_dedent: false,
        top_level_await: false,
    };
    let code = compile(vm, source, filename, &opts)?;
    run_code(vm, code, module.dict(), module.dict().value(), Value::NULL)?;
    Ok(())
}

fn run_job(vm: &mut Vm, job: &Job) -> PyResult<()> {
    match job {
        Job::Command(text) => run_source(vm, text.as_bytes(), b"<string>"),
        Job::Module(name) => {
            let runpy = boot::import(vm, "runpy")?;
            // runpy runs the module in the namespace of the __main__ that is there.
            main_module(vm);
            let f = vm.get_attr_text(runpy, "_run_module_as_main")?;
            let name = vm.new_str(name);
            vm.call(f, &[name]).map(|_| ())
        }
        Job::Script(path) => run_script(vm, path),
        Job::Stdin => {
            let mut source = Vec::new();
            if let Err(e) = std::io::stdin().read_to_end(&mut source) {
                return Err(vm.raise(ids::OS_ERROR, &e.to_string()));
            }
            run_source(vm, &source, b"<stdin>")
        }
        _ => Ok(()),
    }
}

fn run_script(vm: &mut Vm, path: &[u8]) -> PyResult<()> {
    let os_path = std::ffi::OsStr::from_bytes(path);
    if std::path::Path::new(os_path).is_dir() || path.ends_with(b".zip") || path.ends_with(b".pyz")
    {
        let runpy = boot::import(vm, "runpy")?;
        let f = vm.get_attr_text(runpy, "run_path")?;
        let p = vm.new_str_bytes(path);
        let main = vm.new_str("__main__");
        return vm.call(f, &[p, Value::NONE, main]).map(|_| ());
    }
    let source = match std::fs::read(os_path) {
        Ok(s) => s,
        Err(e) => {
            let n = e.raw_os_error().unwrap_or(0);
            let text = e.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            eprintln!(
                "{}: can't open file '{}': [Errno {n}] {text}",
                vm.config.executable,
                absolute(os_path).display()
            );
            let code = Value::from_i32(2);
            return Err(vm.raise_with(ids::SYSTEM_EXIT, &[code]));
        }
    };
    let path = absolute(os_path).into_os_string().into_vec();
    let module = main_module(vm);
    let file = vm.new_str_bytes(&path);
    module.dict().set_text(vm, "__file__", file);
    module.dict().set_text(vm, "__cached__", Value::NONE);
    let name = vm.intern("__main__").value();
    if let Some(loader) = bootstrap_type(vm, "_frozen_importlib_external", "SourceFileLoader") {
        let loader = vm.call(loader, &[name, file])?;
        module.dict().set_text(vm, "__loader__", loader);
    }
    run_source(vm, &source, &path)
}

fn absolute(path: &std::ffi::OsStr) -> std::path::PathBuf {
    let relative = std::path::Path::new(path);
    let relative = relative.strip_prefix("./").unwrap_or(relative);
    std::env::current_dir().unwrap_or_default().join(relative)
}

/// A name of one of importlib's own modules.
fn bootstrap_type(vm: &mut Vm, module: &str, name: &str) -> Option<Value> {
    let module = vm.modules_dict()?.get_text(vm, module)?;
    let found = vm.get_attr_text(module, name).ok();
    if found.is_none() {
        vm.take_raised();
    }
    found
}

/// Reports an uncaught exception, runs exit handlers, flushes; the result is the exit code.
fn finish(mut vm: Box<Vm>, result: PyResult<()>) -> i32 {
    let vm = &mut *vm;
    let mut code = match result {
        Ok(()) => 0,
        Err(_) => report(vm),
    };
    if let Some(m) = vm.modules_dict().and_then(|d| d.get_text(vm, "threading"))
        && vm.call_method(m, "_shutdown", &[]).is_err()
    {
        report(vm);
    }
    if let Some(m) = vm.modules_dict().and_then(|d| d.get_text(vm, "atexit"))
        && vm.call_method(m, "_run_exitfuncs", &[]).is_err()
    {
        report(vm);
    }
    vm.state_set("sys.finalizing", Value::TRUE);
    crate::vm::run::poll::run_finalizers(vm);
    // The streams are among what is finalised below, and a finalised stream loses what it holds.
    let _ = flush(vm, "stdout");
    // What is still alive is finalised while its module's names are still there.
    vm.heap.queue_all_finalizers();
    crate::vm::run::poll::run_finalizers(vm);
    if flush(vm, "stdout").is_err() {
        report(vm);
        code = 120;
    }
    if flush(vm, "stderr").is_err() {
        code = 120;
    }
    if code == INTERRUPTED && signals::set_action(libc::SIGINT, signals::Action::Default).is_ok() {
        // Shells stop scripts only when the program visibly died of the signal.
        let _ = process::kill(std::process::id() as i32, libc::SIGINT);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    code
}

fn flush(vm: &mut Vm, name: &str) -> PyResult<()> {
    let stream = vm
        .sys
        .get()
        .cast::<PyDict>()
        .and_then(|d| d.get_text(vm, name));
    match stream {
        Some(s) if !s.is_none() => {
            let closed = vm.names.closed;
            if let Some(c) = vm.try_get_attr(s, closed)?
                && vm.truth(c)?
            {
                return Ok(());
            }
            vm.call_method(s, "flush", &[]).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// Prints the exception in flight, or takes the exit code out of SystemExit.
fn report(vm: &mut Vm) -> i32 {
    let e = vm.take_raised();
    if e.is_null() {
        return 1;
    }
    if vm.is_instance_of(e, ids::SYSTEM_EXIT) {
        return exit_code(vm, e);
    }
    let interrupted = vm.is_instance_of(e, ids::KEYBOARD_INTERRUPT);
    let _ = flush(vm, "stdout");
    vm.take_raised();
    let tb = e
        .cast::<PyException>()
        .and_then(|x| x.traceback.get().non_null())
        .unwrap_or(Value::NONE);
    let sys = vm.sys.get().cast::<PyDict>();
    if let Some(sys) = sys {
        sys.set_text(vm, "last_exc", e);
        let ty = vm.type_of(e).value();
        sys.set_text(vm, "last_type", ty);
        sys.set_text(vm, "last_value", e);
        sys.set_text(vm, "last_traceback", tb);
    }
    match sys.and_then(|d| d.get_text(vm, "excepthook")) {
        Some(hook) => {
            let ty = vm.type_of(e).value();
            if vm.call(hook, &[ty, e, tb]).is_err() {
                let failure = vm.take_raised();
                if vm.is_instance_of(failure, ids::SYSTEM_EXIT) {
                    return exit_code(vm, failure);
                }
                let _ = write_stderr(vm, "Error in sys.excepthook:\n");
                print(vm, failure);
                let _ = write_stderr(vm, "\nOriginal exception was:\n");
                print(vm, e);
            }
        }
        None => {
            let _ = write_stderr(vm, "sys.excepthook is missing\n");
            print(vm, e);
        }
    }
    vm.take_raised();
    if interrupted { INTERRUPTED } else { 1 }
}

/// Prints an exception as `sys.__excepthook__` does.
fn print(vm: &mut Vm, e: Value) {
    let ty = vm.type_of(e).value();
    let tb = e
        .cast::<PyException>()
        .and_then(|x| x.traceback.get().non_null())
        .unwrap_or(Value::NONE);
    if skein_modules::sys::hooks::print_exception(vm, ty, e, tb).is_err() {
        vm.take_raised();
        crate::report::print_exception(vm, e);
    }
}

/// What the process ends with for a SystemExit; a code that is no integer is a message.
fn exit_code(vm: &mut Vm, e: Value) -> i32 {
    let v = vm.get_attr_text(e, "code").unwrap_or(Value::NONE);
    if v.is_none() {
        return 0;
    }
    if vm.is_instance_of(v, ids::INT) {
        return as_i64(v).map_or(255, |n| n as i32 & 0xff);
    }
    let _ = flush(vm, "stdout");
    match vm.str(v) {
        Ok(s) => {
            let _ = write_stderr(vm, &s.text_lossy());
        }
        Err(_) => {
            vm.take_raised();
        }
    }
    let _ = write_stderr(vm, "\n");
    vm.take_raised();
    1
}
