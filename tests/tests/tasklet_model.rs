//! Random programs of tasklets and channels against a model of their semantics, `tests/model/tasklets.py`, and of all that
//! tasklets can wait for, which must leave nothing behind, `tests/model/waiting.py`. Damaged pickles of running programs,
//! which must do no more than raise exceptions: `tests/model/pickles.py`.
//!
//! Seeds are fixed, so that a failure repeats; it prints the program and where the journals part.

use skein_tests::{binary, process};
use std::process::Command;
use std::time::Duration;

fn run(program: &str, first: u32, count: u32, stress: bool) {
    let skein = binary::skein().expect("a binary");
    let mut command = Command::new(skein);
    command
        .arg(binary::workspace().join("tests/model").join(program))
        .args([first.to_string(), count.to_string()]);
    if stress {
        command.env("SKEIN_GC", "stress:64");
    }
    let outcome = process::run(&mut command, b"", Duration::from_secs(300)).expect("it starts");
    // A program that ended the process would not be seen in its exit code.
    let text = String::from_utf8_lossy(&outcome.stdout);
    assert!(
        outcome.code == Some(0) && text.starts_with(&format!("{count} programs ")),
        "{:?}\n{}\n{}",
        outcome.code,
        String::from_utf8_lossy(&outcome.stdout),
        String::from_utf8_lossy(&outcome.stderr)
    );
}

#[test]
fn thousands_of_programs() {
    run("tasklets.py", 0, 4000, false);
}

#[test]
fn under_gc_stress() {
    run("tasklets.py", 10_000, 60, true);
}

#[test]
fn waiting_leaves_nothing_behind() {
    run("waiting.py", 0, 300, false);
}

#[test]
fn waiting_under_gc_stress() {
    run("waiting.py", 1000, 20, true);
}

#[test]
fn damaged_pickles() {
    run("pickles.py", 0, 3000, false);
}

#[test]
fn damaged_pickles_under_gc_stress() {
    run("pickles.py", 100_000, 8, true);
}
