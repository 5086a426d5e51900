//! Random programs of tasklets and channels against a model of their semantics: `tests/model/tasklets.py`.
//!
//! Seeds are fixed, so that a failure repeats; it prints the program and where the journals part.

use skein_tests::{binary, process};
use std::process::Command;
use std::time::Duration;

fn run(first: u32, count: u32, stress: bool) {
    let skein = binary::skein().expect("a binary");
    let mut command = Command::new(skein);
    command
        .arg(binary::workspace().join("tests/model/tasklets.py"))
        .args([first.to_string(), count.to_string()]);
    if stress {
        command.env("SKEIN_GC", "stress:64");
    }
    let outcome = process::run(&mut command, b"", Duration::from_secs(300)).expect("it starts");
    assert!(
        outcome.code == Some(0),
        "{:?}\n{}\n{}",
        outcome.code,
        String::from_utf8_lossy(&outcome.stdout),
        String::from_utf8_lossy(&outcome.stderr)
    );
}

#[test]
fn thousands_of_programs() {
    run(0, 4000, false);
}

#[test]
fn under_gc_stress() {
    run(10_000, 60, true);
}
