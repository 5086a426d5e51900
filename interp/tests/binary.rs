//! Runs the binary once. This file also makes `cargo test --workspace` build `skein`, which the runners of the crate `skein-tests` need:
//! cargo builds a package's binaries only for the package's own integration tests.

use std::process::Command;

#[test]
fn prints() {
    let out = Command::new(env!("CARGO_BIN_EXE_skein"))
        .args(["-c", "print(6 * 7)"])
        .output()
        .expect("the binary starts");
    assert_eq!(
        String::from_utf8_lossy(&out.stdout),
        "42\n",
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(out.status.success());
}
