//! Where the `skein` binary under test is.
//!
//! `cargo test --workspace` builds it because `interp` has an integration test of its own; this crate then finds it beside its own
//! test executable, so every profile tests its own binary. `SKEIN` names another one.

use std::path::{Path, PathBuf};

/// The workspace's root folder.
#[must_use]
pub fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// The binary under test, or a sentence saying how to get one.
pub fn skein() -> Result<PathBuf, String> {
    if let Some(named) = std::env::var_os("SKEIN") {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(named)
        } else {
            Err(format!("SKEIN={} is no file", named.display()))
        };
    }
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    // target/<profile>/deps/<test> or target/<profile>/<bin>
    let found = own
        .ancestors()
        .skip(1)
        .take(2)
        .map(|dir| dir.join("skein"))
        .find(|path| path.is_file());
    found.ok_or_else(|| {
        "no skein binary beside the test; run `cargo build` first or set SKEIN".to_owned()
    })
}
