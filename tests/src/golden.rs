//! Golden files: compare, or rewrite under `BLESS=1`.

use std::path::Path;

use crate::diff;

/// Whether the user asked for expected outputs to be rewritten.
#[must_use]
pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value != "0")
}

/// Compares `got` with the file at `path`; `None` when they agree (or were made to, under `BLESS=1`).
#[must_use]
pub fn check(path: &Path, got: &[u8]) -> Option<String> {
    let expected = std::fs::read(path);
    if expected.as_deref().is_ok_and(|expected| expected == got) {
        return None;
    }
    if blessing() {
        return match std::fs::write(path, got) {
            Ok(()) => None,
            Err(e) => Some(format!("{}: {e}", path.display())),
        };
    }
    Some(match expected {
        Ok(expected) => format!(
            "{} (- expected, + got):\n{}",
            path.display(),
            diff::lines(&expected, got)
        ),
        Err(e) => format!("{}: {e}; BLESS=1 would write it", path.display()),
    })
}
