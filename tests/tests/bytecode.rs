//! Golden bytecode: `tests/bytecode/*.py` compiled and printed, compared whole with the `.dis` beside it; `BLESS=1` rewrites.
//!
//! Whole listings and never counts: a reader of the diff sees what a change of the compiler did.

use std::process::Command;
use std::time::Duration;

use skein_tests::{binary, golden, process, script};

#[test]
fn listings() {
    let dir = binary::workspace().join("tests/bytecode");
    let skein = binary::skein().unwrap_or_else(|why| panic!("{why}"));
    let mut failures = Vec::new();
    for source in script::scripts(&dir) {
        let mut command = Command::new(&skein);
        // Relative, so that listings do not depend on where the clone is.
        command
            .args(["-X", "dump=bytecode"])
            .arg(source.file_name().unwrap_or_default())
            .current_dir(&dir);
        match process::run(&mut command, b"", Duration::from_secs(20)) {
            Ok(outcome) if outcome.code == Some(0) => {
                failures.extend(golden::check(
                    &source.with_extension("dis"),
                    &outcome.stdout,
                ));
            }
            Ok(outcome) => failures.push(format!(
                "{}: exit {:?}\n{}",
                source.display(),
                outcome.code,
                String::from_utf8_lossy(&outcome.stderr)
            )),
            Err(e) => failures.push(format!("{}: {e}", source.display())),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
