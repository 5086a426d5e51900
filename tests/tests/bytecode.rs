//! Golden bytecode: `tests/bytecode/*.py` compiled and printed, compared whole with the `.dis` beside it; `BLESS=1` rewrites.
//!
//! Whole listings and never counts: a reader of the diff sees what a change of the compiler did. The compiler is called as a
//! library, since it needs no runtime; `skein -X dump=bytecode file.py` shows the same text.

use skein_compiler::bytecode::{text, verify};
use skein_compiler::{Options, compile};
use skein_tests::{binary, golden, script};

#[test]
fn listings() {
    let dir = binary::workspace().join("tests/bytecode");
    let mut failures = Vec::new();
    for path in script::scripts(&dir) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let source = std::fs::read(&path).expect("a source");
        match compile(&source, name.as_bytes(), &Options::default()) {
            Ok(compiled) => {
                failures.extend(verify::verify(&compiled.code).err());
                let listing = text::disassemble(&compiled.code);
                failures.extend(golden::check(
                    &path.with_extension("dis"),
                    listing.as_bytes(),
                ));
            }
            Err(e) => failures.push(format!("{name}, line {}: {}", e.line, e.msg)),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
