//! The command line: a drop-in for `python`.
//!
//! `options` takes the arguments apart, `environment` adds the variables, `paths` finds the prefixes, `program` runs what
//! was asked for, `compare` runs it on several interpreters, `prompt` talks to the user, `exit` ends it all.

mod compare;
pub mod environment;
pub mod exit;
mod help;
pub mod options;
pub mod paths;
pub mod program;
pub mod prompt;

use crate::boot;
use exit::End;
use options::{Job, Parsed};
use skein_runtime::helpers::{files, signals};
use skein_runtime::prelude::*;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;

/// Native stack of the thread that runs Python: nested runs of the loop stand on it.
const STACK: usize = 512 << 20;

/// Runs the program that the command line names; the result is the exit code.
pub fn main() -> i32 {
    // The standard library opens /dev/null in place of closed standard descriptors; the program shall find them closed.
    for fd in 0..3 {
        if files::closed_at_start(fd) {
            let _ = files::close(fd);
        }
    }
    // The standard library's handlers would take no notice of the first such signal that somebody sends.
    for signum in [libc::SIGSEGV, libc::SIGBUS] {
        let _ = signals::set_action(signum, signals::Action::Default);
    }
    // SIGPIPE must be an error of the write, not the death of the process.
    // Signals must interrupt the interpreter's thread, so this one, which only waits, takes none.
    let mask = signals::mask(libc::SIG_SETMASK, &signals::valid());
    let child = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            if let Ok(old) = mask {
                let _ = signals::mask(libc::SIG_SETMASK, &old);
            }
            // A child of fork() has only this thread, so it must be the one that ends the process.
            std::process::exit(run())
        });
    let failed = child.map(std::thread::JoinHandle::join);
    drop(failed);
    complain("Fatal Python error: the interpreter thread failed\n");
    1
}

/// Writes to standard error without caring whether that works.
fn complain(message: &str) {
    let _ = std::io::stderr().write_all(message.as_bytes());
}

fn run() -> i32 {
    let args: Vec<Vec<u8>> = std::env::args_os().map(|a| a.into_vec()).collect();
    let mut parsed = options::parse(&args);
    match &parsed.job {
        Job::Print(text) => {
            let mut out = std::io::stdout();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            return 0;
        }
        Job::Fail(message, code) => {
            complain(message);
            return *code;
        }
        _ => {}
    }
    if compare::wanted(&parsed.config.x_options) {
        return compare::main(&parsed);
    }
    if let Err(message) = environment::apply(&mut parsed.config) {
        complain(&message);
        return 1;
    }
    paths::locate(&mut parsed.config);
    let here = 0u8;
    let low = (&raw const here as usize).saturating_sub(STACK - (2 << 20));
    let (vm, started) = boot::start(parsed.config.clone(), low);
    // The process ends with the machine; the system takes its memory back faster than we could.
    let vm = Box::leak(vm);
    let end = match started {
        Ok(()) => run_all(vm, &parsed),
        Err(_) => exit::report(vm),
    };
    match exit::finish(vm, end) {
        End::Code(code) => code,
        End::Interrupted => {
            let _ = signals::set_action(libc::SIGINT, signals::Action::Default);
            let _ = signals::raise(libc::SIGINT);
            128 + libc::SIGINT
        }
    }
}

/// The program, then the prompt if one was asked for.
fn run_all(vm: &mut Vm, parsed: &Parsed) -> End {
    let prompt_first = matches!(parsed.job, Job::Stdin) && prompt::wanted(vm);
    let greet = !vm.config.quiet && (prompt_first || vm.config.verbose > 0);
    if greet && prompt::banner(vm).is_err() {
        vm.take_raised();
    }
    let result = program::run(vm, parsed).and_then(|()| skein_modules::signal::run_pending(vm));
    let mut end = exit::conclude(vm, result);
    // Programs may set the variable themselves.
    let inspect = vm.config.inspect || environment::variable(&vm.config, "PYTHONINSPECT").is_some();
    if inspect && !prompt_first && prompt::wanted(vm) {
        vm.config.inspect = false;
        let result = prompt::run(vm);
        end = exit::conclude(vm, result);
    }
    end
}
