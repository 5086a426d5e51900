//! Packs the standard library into one file that the crate embeds.
//!
//! Problem: the binary must work alone on a bare machine, so CPython's pure-Python modules travel inside it. They come from
//! the crate `rustpython-pylib` (PSF licence) at build time and never enter our repository.
//!
//! Stages: find the folder, choose files, lay our own `overlay/` over them, apply the few text substitutions, deflate each
//! file alone (one look-up must not unpack ten megabytes), write a sorted index and the data (`src/pack.rs`). `src/archive.rs` reads it back.
//!
//! Invariant: every substitution must match exactly as often as it says; when a newer library no longer contains the text
//! the build fails instead of shipping a foreign name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/edits.rs"]
mod edits;
#[path = "src/pack.rs"]
mod pack;

/// Folders and files of the library which the binary does not carry: graphical programs, RustPython's own extras, tests.
const DROPPED: &[&str] = &[
    "idlelib",
    "turtledemo",
    "tkinter",
    "turtle.py",
    "lib2to3",
    "test",
    "_pycodecs.py",
    "_dummy_os.py",
    "_dummy_thread.py",
    "dummy_threading.py",
    "__pycache__",
];

/// What is packed beside `*.py`: resources that library code opens by name.
const KEPT_ENDINGS: &[&str] = &[".py", ".whl", ".css"];
const KEPT_FOLDERS: &[&str] = &["venv/scripts/common/", "venv/scripts/posix/"];
const KEPT_FILES: &[&str] = &["PSF-LICENSE"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build/edits.rs");
    println!("cargo:rerun-if-changed=src/pack.rs");
    println!("cargo:rerun-if-changed=overlay");
    println!("cargo:rerun-if-env-changed=SKEIN_LIB_DIR");
    let lib = match find_lib() {
        Ok(lib) => lib,
        Err(why) => {
            eprintln!("error: cannot find the Python standard library: {why}");
            std::process::exit(1);
        }
    };
    println!("cargo:rerun-if-changed={}", lib.display());

    let mut files = BTreeMap::new();
    collect(&lib, &lib, &mut files);
    edits::apply(&mut files, env::var_os("SKEIN_LIB_DIR").is_some());
    let overlay = Path::new("overlay");
    collect(overlay, overlay, &mut files);

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let release = env::var("PROFILE").as_deref() == Ok("release");
    let archive = pack::pack(&files, if release { 9 } else { 1 }, |_| false);
    fs::write(out.join("stdlib.bin"), archive).expect("OUT_DIR is writable");
}

/// The library's folder: the developer's or distributor's choice, else the crate's constant, else what cargo says of the
/// crate (the constant is stale when `CARGO_HOME` moved but the target folder stayed).
fn find_lib() -> Result<PathBuf, String> {
    let good = |p: &Path| p.join("site.py").is_file() && p.join("encodings").is_dir();
    if let Some(own) = env::var_os("SKEIN_LIB_DIR") {
        let own = PathBuf::from(own);
        return if good(&own) {
            Ok(own)
        } else {
            Err(format!("SKEIN_LIB_DIR={} holds no site.py", own.display()))
        };
    }
    let constant = PathBuf::from(rustpython_pylib::LIB_PATH);
    if good(&constant) {
        return Ok(constant);
    }
    let asked = ask_cargo()
        .ok_or("neither rustpython_pylib::LIB_PATH nor `cargo metadata` names its folder")?;
    if good(&asked) {
        Ok(asked)
    } else {
        Err(format!("{} holds no site.py", asked.display()))
    }
}

/// Reads the manifest path of `rustpython-pylib` out of `cargo metadata`; two string searches spare a JSON crate.
fn ask_cargo() -> Option<PathBuf> {
    let out = std::process::Command::new(env::var_os("CARGO")?)
        .args(["metadata", "--offline", "--format-version", "1"])
        .output()
        .ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let package = &text[text.find("\"name\":\"rustpython-pylib\"")?..];
    let key = "\"manifest_path\":\"";
    let path = &package[package.find(key)? + key.len()..];
    let manifest = PathBuf::from(&path[..path.find('"')?]);
    Some(manifest.parent()?.join("Lib"))
}

/// Puts the wanted files below `dir` into `files`, keyed by their path from `root` with forward slashes.
fn collect(root: &Path, dir: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(relative) = path.strip_prefix(root) else {
            continue;
        };
        let Some(name) = relative.to_str().map(|s| s.replace('\\', "/")) else {
            continue;
        };
        let last = name.rsplit('/').next().unwrap_or(&name);
        if DROPPED.contains(&name.as_str()) || last == "__pycache__" {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if wanted(&name) {
            let data = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            files.insert(name, data);
        }
    }
}

fn wanted(name: &str) -> bool {
    KEPT_ENDINGS.iter().any(|e| name.ends_with(e))
        || KEPT_FOLDERS.iter().any(|f| name.starts_with(f))
        || KEPT_FILES.contains(&name)
}
