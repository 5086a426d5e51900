//! Running the binary with arguments, in an environment of its own.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::binary;
use crate::process::{self, Outcome};

/// The binary with these arguments and hardly any variables.
///
/// # Panics
/// If there is no binary.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(binary::skein().unwrap_or_else(|why| panic!("{why}")));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("NO_COLOR", "1");
    command.env("PYTHONDONTWRITEBYTECODE", "1").args(args);
    command
}

/// Runs it to its end.
///
/// # Panics
/// If it does not start or does not end.
pub fn run(command: &mut Command, stdin: &str) -> Outcome {
    process::run(command, stdin.as_bytes(), Duration::from_secs(30))
        .unwrap_or_else(|e| panic!("{e}"))
}

/// Output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of the test's own, with the given files.
///
/// # Panics
/// If the folder for temporary files cannot be written.
pub fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let root = std::env::temp_dir().join(format!("skein-cli-{name}-{}", std::process::id()));
    for (path, contents) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&root)).expect("a temporary folder");
        std::fs::write(path, contents).expect("a temporary file");
    }
    root
}
