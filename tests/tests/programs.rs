//! The benchmark programs of `benches/programs`, with their small default arguments, must print what CPython printed.

use std::process::Command;
use std::time::Duration;

use skein_tests::{binary, golden, process, script};

#[test]
fn benchmark_programs_print_the_right_results() {
    let dir = binary::workspace().join("benches/programs");
    let skein = binary::skein().unwrap_or_else(|why| panic!("{why}"));
    let mut failures = Vec::new();
    for program in script::scripts(&dir) {
        let name = program
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut command = Command::new(&skein);
        command.arg(&program).env("PYTHONDONTWRITEBYTECODE", "1");
        match process::run(&mut command, b"", Duration::from_secs(120)) {
            Ok(outcome) if outcome.code == Some(0) => {
                failures.extend(golden::check(
                    &dir.join("expected").join(name + ".out"),
                    &outcome.stdout,
                ));
            }
            Ok(outcome) => {
                let stderr = String::from_utf8_lossy(&outcome.stderr);
                failures.push(format!("{name}: exit {:?}\n{stderr}", outcome.code));
            }
            Err(e) => failures.push(format!("{name}: {e}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
