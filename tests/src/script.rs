//! Script tests: each `tests/scripts/<folder>/*.py` runs under the binary and must print its `.out` and exit as its header says.
//!
//! Every script runs in every column of the matrix and all columns must print the same bytes. Standard error is compared only where an
//! `.err` stands beside the script. Expected output is recorded from CPython (`tests/record.py`); `BLESS=1` takes the binary's own and
//! is meant for review with `git diff`, and only in the normal column.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{binary, golden, header, process};

/// A column of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By the interpreter alone.
    Normal,
    /// As a user would run it.
    Default,
    /// Collect at every n-th allocation, poison what is freed, check the heap.
    GcStress,
    /// Every loop is recorded and compiled in its first turn, every exit when it is taken first.
    Jit,
    /// Both.
    JitGcStress,
    /// As `Jit`, and one guard in a few fails though it holds.
    JitChaos,
}

/// Settings that make the tracing tier record whatever it can.
const EAGER: [(&str, &str); 8] = [
    ("SKEIN_JIT_GROWTH", "1000"),
    ("SKEIN_JIT_CREDIT", "100000"),
    // Whether code is there is to depend on nothing but the program.
    ("SKEIN_JIT_BACKGROUND", "0"),
    ("SKEIN_JIT_THRESHOLD", "1"),
    ("SKEIN_JIT_ENTRY_THRESHOLD", "1"),
    ("SKEIN_JIT_EXIT_THRESHOLD", "1"),
    ("SKEIN_JIT_SHARE", "1000"),
    ("SKEIN_JIT_ALLOWANCE", "100000"),
];

/// Runs every script of one folder below `tests/scripts`.
///
/// # Panics
/// With the list of failures, which is how a libtest test fails.
pub fn run_folder(folder: &str, mode: Mode) {
    let dir = root().join(folder);
    let failures: Vec<String> = match binary::skein() {
        Err(why) => vec![why],
        Ok(skein) => scripts(&dir)
            .iter()
            .filter_map(|script| run(&skein, script, mode).err())
            .collect(),
    };
    assert!(
        failures.is_empty(),
        "{} failed\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// The folder that holds the folders of scripts.
#[must_use]
pub fn root() -> PathBuf {
    binary::workspace().join("tests/scripts")
}

/// The scripts of one folder, sorted. `SCRIPT=text` in the environment keeps those whose name contains the text. Files that start with an
/// underscore are helpers that scripts import.
#[must_use]
pub fn scripts(dir: &Path) -> Vec<PathBuf> {
    let wanted = std::env::var("SCRIPT").unwrap_or_default();
    let mut found: Vec<PathBuf> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    found.retain(|path| {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        path.extension().is_some_and(|e| e == "py")
            && !name.starts_with('_')
            && name.contains(&wanted)
    });
    found.sort();
    found
}

fn run(skein: &Path, script: &Path, mode: Mode) -> Result<(), String> {
    let fail = |what: String| format!("--- {} [{mode:?}]: {what}", script.display());
    let source = std::fs::read(script).map_err(|e| fail(e.to_string()))?;
    let header = header::parse(&String::from_utf8_lossy(&source)).map_err(fail)?;
    let mut limit = header.timeout;
    let mut command = Command::new(skein);
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("PYTHONHASHSEED", "0");
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_COLOR", "1");
    match mode {
        Mode::Normal | Mode::GcStress => drop(command.env("SKEIN_JIT", "off")),
        Mode::Default => {}
        Mode::Jit | Mode::JitGcStress | Mode::JitChaos => {
            command.env("SKEIN_JIT", "on").envs(EAGER);
            limit *= 3;
        }
    }
    if mode == Mode::JitChaos {
        command.env("SKEIN_JIT_CHAOS", "7");
    }
    if matches!(mode, Mode::GcStress | Mode::JitGcStress) {
        let Some(every) = header.gc_stress else {
            return Ok(());
        };
        command.env("SKEIN_GC", format!("stress:{every}"));
        limit *= 10;
    }
    command
        .envs(header.env)
        .args(header.flags)
        .arg(script)
        .args(header.args);
    command.current_dir(script.parent().unwrap_or(script));
    let outcome =
        process::run(&mut command, &header.stdin, limit).map_err(|e| fail(e.to_string()))?;

    let mut wrong = Vec::new();
    if outcome.code != Some(header.exit) {
        let code = outcome.code.map_or_else(
            || format!("no end within {limit:?}"),
            |code| format!("exit code {code}"),
        );
        wrong.push(format!(
            "{code}, expected {}\nstderr: {}",
            header.exit,
            tail(&outcome.stderr)
        ));
    }
    // A failed run must not become the expectation.
    if wrong.is_empty() || !golden::blessing() {
        wrong.extend(golden::check(
            &script.with_extension("out"),
            &outcome.stdout,
        ));
        let err = script.with_extension("err");
        if err.exists() {
            wrong.extend(golden::check(
                &err,
                &without_folder(&outcome.stderr, script),
            ));
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(fail(wrong.join("\n")))
    }
}

/// Tracebacks name the script by its absolute path; goldens name it alone.
fn without_folder(stderr: &[u8], script: &Path) -> Vec<u8> {
    let folder = script
        .parent()
        .map(|dir| format!("{}/", dir.display()))
        .unwrap_or_default();
    String::from_utf8_lossy(stderr)
        .replace(&folder, "")
        .into_bytes()
}

fn tail(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
