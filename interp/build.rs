//! Compiles the embedded library, so that imports from it need no parser at run time.
//!
//! Every module is one file of an archive in the format of `skein-stdlib`: what start-up imports is stored as it is and
//! read in place, the rest is deflated. A module that does not compile is left out; importing it then compiles its source and shows
//! the error. Only the optimisation level 0 is prepared.

use skein_compiler::bytecode::pack::pack;
use skein_compiler::{Mode, Options};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

/// What `skein -c pass` imports, and what nearly every program does.
const START: &[&str] = &[
    "_collections_abc.py",
    "_sitebuiltins.py",
    "_skein_importer.py",
    "abc.py",
    "codecs.py",
    "encodings/__init__.py",
    "encodings/aliases.py",
    "genericpath.py",
    "importlib/_bootstrap.py",
    "importlib/_bootstrap_external.py",
    "io.py",
    "os.py",
    "posixpath.py",
    "site.py",
    "stat.py",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let options = Options {
        mode: Mode::Exec,
        ..Options::default()
    };
    let compile = move || {
        let mut files = BTreeMap::new();
        for entry in skein_stdlib::entries().filter(|e| e.path().ends_with(".py")) {
            if let Ok(c) = skein_compiler::compile(&entry.read(), b"", &options) {
                files.insert(entry.path().to_string(), pack(&c.code));
            }
        }
        files
    };
    // Deeply nested source needs more than the main thread's stack.
    let files = std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(compile)
        .expect("a thread")
        .join()
        .expect("the library compiles");
    let release = env::var("PROFILE").as_deref() == Ok("release");
    let level = if release { 6 } else { 1 };
    let archive = skein_stdlib::pack::pack(&files, level, |path| START.contains(&path));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("library.bin"), archive).expect("OUT_DIR is writable");
}
