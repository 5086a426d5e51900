//! The script matrix: one libtest test per folder of `tests/scripts` and column, so that runs go in parallel and failures name the area.

use skein_tests::script::{self, Mode};

macro_rules! folders {
    ($($folder:ident)*) => {
        const FOLDERS: &[&str] = &[$(stringify!($folder)),*];

        mod normal {
            $(#[test] fn $folder() { super::script::run_folder(stringify!($folder), super::Mode::Normal) })*
        }

        mod default {
            $(#[test] fn $folder() { super::script::run_folder(stringify!($folder), super::Mode::Default) })*
        }

        mod gc_stress {
            $(#[test] fn $folder() { super::script::run_folder(stringify!($folder), super::Mode::GcStress) })*
        }

        mod jit {
            $(#[test] fn $folder() { super::script::run_folder(stringify!($folder), super::Mode::Jit) })*
        }

        mod jit_chaos {
            $(#[test] fn $folder() { super::script::run_folder(stringify!($folder), super::Mode::JitChaos) })*
        }

        mod jit_gc_stress {
            $(#[test] fn $folder() { super::script::run_folder(stringify!($folder), super::Mode::JitGcStress) })*
        }
    };
}

folders! { grammar scoping classes operators numbers text containers formatting generators coroutines exceptions matching typing memory library command tracing tasklets stackless threads jit }

#[test]
fn every_folder_is_listed() {
    let mut found: Vec<String> = std::fs::read_dir(script::root())
        .expect("tests/scripts exists")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    found.retain(|name| !name.starts_with('_') && name != "wishlist");
    found.sort();
    let mut listed = FOLDERS.to_vec();
    listed.sort_unstable();
    assert_eq!(found, listed);
}

#[test]
fn every_script_has_its_output() {
    let missing: Vec<_> = FOLDERS
        .iter()
        .flat_map(|folder| script::scripts(&script::root().join(folder)))
        .filter(|path| !path.with_extension("out").exists())
        .collect();
    assert!(
        missing.is_empty(),
        "record them with tests/record.py: {missing:#?}"
    );
}
