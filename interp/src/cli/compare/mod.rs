//! `skein -X compare program.py`: is it faster here, and does it still do the same?
//!
//! The program runs several times in turn with the JIT off, with it on, and on the interpreters named, each time in a fresh process
//! with the arguments, environment and input of a direct run. Outputs and exit codes must agree; a table tells times and memory.
//! No machine is started in this process: what it held in memory would count as its children's (see `skein_measure::child`).
//!
//! `settings` reads the options, `columns` makes the commands, `rounds` runs them, `table` and `result` tell what came out.
//! Limits: programs that need a terminal find none; if standard input is one, the program's is empty.

mod columns;
mod progress;
mod result;
mod rounds;
mod settings;
mod table;

use super::complain;
use super::options::{Job, Parsed};
use result::Comparison;
use settings::Settings;
pub use settings::is_option;
use skein_measure::child::Session;
use skein_measure::output::Output;
use std::ffi::OsStr;
use std::io::{IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Exit code if outputs or exit codes differ, or an interpreter failed.
const DISAGREE: i32 = 1;
/// Exit code if nothing could be compared.
const REFUSED: i32 = 2;

/// True if the options ask for a comparison.
pub fn wanted(x_options: &[String]) -> bool {
    x_options.iter().any(|x| is_option(x))
}

/// Compares; the result is the exit code.
pub fn main(parsed: &Parsed) -> i32 {
    match run(parsed) {
        Ok(code) => code,
        Err(why) => {
            complain(&format!("skein: {why}\n"));
            REFUSED
        }
    }
}

fn run(parsed: &Parsed) -> Result<i32, String> {
    let settings = settings::parse(&parsed.config.x_options)?;
    check_program(parsed)?;
    let contenders = columns::all(parsed, &settings)?;
    let input = standard_input(parsed)?;
    let session = Session::begin();
    let mut comparison = Comparison::new(columns::title(parsed), contenders, &settings)
        .map_err(|e| format!("no place for the program's output: {e}"))?;
    comparison.no_input = input.is_none() && std::io::stdin().is_terminal();
    rounds::run(&mut comparison, &settings, &session, input.as_ref())
        .map_err(|e| format!("no place for the program's output: {e}"))?;
    let stopped = |n: i32| 128 + n;
    if comparison.is_empty()
        && let Some(n) = comparison.interrupted
    {
        complain("skein: interrupted before anything was measured\n");
        return Ok(stopped(n));
    }
    tell(&comparison, &settings)?;
    Ok(match comparison.interrupted {
        Some(n) => stopped(n),
        None if comparison.agrees() => 0,
        None => DISAGREE,
    })
}

fn tell(comparison: &Comparison, settings: &Settings) -> Result<(), String> {
    let mut text = table::render(comparison);
    match &settings.json {
        Some(None) => text = comparison.json().pretty(),
        Some(Some(path)) => std::fs::write(path, comparison.json().pretty())
            .map_err(|e| format!("-X compare-json: {}: {e}", path.display()))?,
        None => {}
    }
    let mut out = std::io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|e| format!("standard output: {e}"))
}

/// A program that is not there is said once, not by every column.
fn check_program(parsed: &Parsed) -> Result<(), String> {
    match &parsed.job {
        Job::Stdin if std::io::stdin().is_terminal() => Err(
            "-X compare needs a program: a file, -c, -m, or one through standard input".to_string(),
        ),
        Job::Script(path) => {
            let path = Path::new(OsStr::from_bytes(path));
            std::fs::metadata(path)
                .map(drop)
                .map_err(|e| format!("can't open file '{}': {e}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Standard input, kept so that each run can read all of it. A terminal is left alone: nobody wants to type it all again.
fn standard_input(parsed: &Parsed) -> Result<Option<Output>, String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    let slow = !matches!(parsed.job, Job::Stdin) && std::io::stderr().is_terminal();
    if slow && !has_end(&stdin) {
        complain(
            "skein: reading standard input to its end first (< /dev/null if the program needs none)\n",
        );
    }
    let kept = Output::copy_of(&mut stdin.lock());
    // A closed standard input is an empty one.
    match kept {
        Ok(kept) => Ok(Some(kept)),
        Err(e) if e.raw_os_error() == Some(libc::EBADF) => Ok(None),
        Err(e) => Err(format!("standard input: {e}")),
    }
}

/// A file, or a device such as /dev/null.
fn has_end(stdin: &std::io::Stdin) -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let file = stdin.as_fd().try_clone_to_owned().map(std::fs::File::from);
    let kind = file.and_then(|f| f.metadata()).map(|m| m.file_type());
    kind.is_ok_and(|k| k.is_file() || k.is_char_device())
}
