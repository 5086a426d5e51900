//! The rules of CONTRIBUTING.md that a machine can check, over every Rust file and manifest of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use skein_tests::tidy::{budget, rules, source::Source};
use skein_tests::{binary, golden};

const PARTS: &[&str] = &["runtime", "jit", "interp", "tests", "benches", "perf"];

fn rust_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != "target" {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = binary::workspace();
    let mut files = Vec::new();
    PARTS
        .iter()
        .for_each(|part| rust_files(&root.join(part), &mut files));
    files.sort();
    let scan = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("sources are UTF-8");
        Source::scan(path.strip_prefix(&root).unwrap_or(path), &text)
    };
    files.iter().map(scan).collect()
}

#[test]
fn sources_follow_the_rules() {
    let sources = sources();
    for source in sources
        .iter()
        .filter(|source| source.body > rules::SOFT_LINES)
    {
        println!("note: {} has {} lines", source.path.display(), source.body);
    }
    let wrong: Vec<String> = sources.iter().flat_map(rules::check).collect();
    assert!(
        wrong.is_empty(),
        "{} complaints\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn unsafe_stays_within_its_budget() {
    let path = binary::workspace().join("tests/unsafe_budget.toml");
    let present = budget::count(&sources());
    if golden::blessing() {
        fs::write(&path, budget::to_toml(&present)).expect("the budget is writable");
    }
    let text = fs::read_to_string(&path).expect("tests/unsafe_budget.toml exists");
    let allowed = budget::parse(&text).unwrap_or_else(|line| panic!("not understood: {line}"));
    let wrong = budget::excess(&allowed, &present);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Dependencies go one way: runtime, jit, interp, then the tools.
#[test]
fn crates_depend_in_one_direction() {
    let forbidden: &[(&str, &[&str])] = &[
        ("perf/measure", &["skein-"]),
        (
            "runtime",
            &[
                "skein-jit",
                "skein-interp",
                "skein-compiler",
                "skein-modules",
            ],
        ),
        (
            "runtime/modules",
            &["skein-jit", "skein-interp", "skein-compiler"],
        ),
        (
            "runtime/stdlib",
            &[
                "skein-runtime",
                "skein-jit",
                "skein-interp",
                "skein-compiler",
            ],
        ),
        ("jit", &["skein-interp", "skein-compiler", "skein-modules"]),
        (
            "interp/compiler",
            &["skein-runtime", "skein-jit", "skein-interp"],
        ),
    ];
    for (part, names) in forbidden {
        let manifest = fs::read_to_string(binary::workspace().join(part).join("Cargo.toml"))
            .expect("a manifest");
        let wrong: Vec<_> = names
            .iter()
            .filter(|name| manifest.lines().any(|line| line.starts_with(**name)))
            .collect();
        assert!(wrong.is_empty(), "{part} must not depend on {wrong:?}");
    }
}

/// No LGPL or GPL code in the binary: these crates would bring it.
#[test]
fn licences_stay_permissive() {
    let lock = fs::read_to_string(binary::workspace().join("Cargo.lock")).expect("the lock file");
    for name in ["malachite", "rustpython-common", "rug", "gmp-mpfr-sys"] {
        assert!(
            !lock.contains(&format!("name = \"{name}")),
            "{name} is not allowed"
        );
    }
}
