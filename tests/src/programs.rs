//! Running every program of a folder and comparing with the output in its folder `expected`.

use crate::{binary, golden, process, script};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// What is wrong with the programs of a folder of the workspace; empty if nothing is.
pub fn failures(folder: &str) -> Vec<String> {
    let dir = binary::workspace().join(folder);
    let skein = binary::skein().unwrap_or_else(|why| panic!("{why}"));
    let programs = script::scripts(&dir);
    programs.iter().flat_map(|p| run(&skein, &dir, p)).collect()
}

fn run(skein: &Path, dir: &Path, program: &Path) -> Option<String> {
    let name = program
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut command = Command::new(skein);
    command.arg(program).env("PYTHONDONTWRITEBYTECODE", "1");
    match process::run(&mut command, b"", Duration::from_secs(120)) {
        Ok(outcome) if outcome.code == Some(0) => {
            golden::check(&dir.join("expected").join(name + ".out"), &outcome.stdout)
        }
        Ok(outcome) => {
            let stderr = String::from_utf8_lossy(&outcome.stderr);
            Some(format!("{name}: exit {:?}\n{stderr}", outcome.code))
        }
        Err(e) => Some(format!("{name}: {e}")),
    }
}
