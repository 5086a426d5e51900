//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// An interpreter to time.
#[derive(Clone, Debug)]
pub struct Interpreter {
    /// The column's name.
    pub name: String,
    /// The command and its options.
    pub command: Vec<String>,
}

/// What to run and how.
#[derive(Debug)]
pub struct Options {
    /// Columns.
    pub interpreters: Vec<Interpreter>,
    /// Lists, folders or files of programs.
    pub programs: Vec<PathBuf>,
    /// Names to keep; empty keeps all.
    pub only: Vec<String>,
    /// Runs per program and interpreter.
    pub rounds: usize,
    /// Limit for one run.
    pub timeout: Duration,
    /// Index of the interpreter that the others are compared with.
    pub baseline: usize,
    /// Wall time is told, not CPU time: of interpreters with several threads.
    pub wall: bool,
    /// Name of the record to write.
    pub record: Option<String>,
}

/// The workspace's root folder.
pub fn workspace() -> PathBuf {
    let perf = Path::new(env!("CARGO_MANIFEST_DIR"));
    perf.parent().unwrap_or(perf).to_owned()
}

/// Reads the command line.
pub fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        interpreters: Vec::new(),
        programs: Vec::new(),
        only: Vec::new(),
        rounds: 3,
        timeout: Duration::from_secs(120),
        baseline: 0,
        wall: false,
        record: None,
    };
    let mut baseline = None;
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--interp" => options.interpreters.push(interpreter(&value()?)?),
            "--programs" => options.programs.push(value()?.into()),
            "--only" => options.only.extend(value()?.split(',').map(str::to_owned)),
            "--rounds" => options.rounds = number(&value()?)?.max(1) as usize,
            "--timeout" => options.timeout = Duration::from_secs(number(&value()?)?),
            "--baseline" => baseline = Some(value()?),
            "--wall" => options.wall = true,
            "--record" => options.record = Some(value()?),
            _ => return Err(format!("unknown option {arg}")),
        }
    }
    if options.interpreters.is_empty() {
        let skein = workspace().join("target/release/skein");
        options.interpreters = vec![
            interpreter("python3.11=/usr/bin/python3.11")?,
            interpreter(&format!("skein={}", skein.display()))?,
        ];
    }
    if options.programs.is_empty() {
        options
            .programs
            .push(workspace().join("perf/programs/acceptance.list"));
    }
    if let Some(name) = baseline {
        let found = options.interpreters.iter().position(|i| i.name == name);
        options.baseline =
            found.ok_or_else(|| format!("--baseline {name}: no such interpreter"))?;
    }
    Ok(options)
}

fn interpreter(text: &str) -> Result<Interpreter, String> {
    let (name, command) = text
        .split_once('=')
        .ok_or_else(|| format!("--interp {text}: NAME=COMMAND"))?;
    let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    if command.is_empty() {
        return Err(format!("--interp {text}: the command is empty"));
    }
    Ok(Interpreter {
        name: name.to_owned(),
        command,
    })
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text}: not a number"))
}
