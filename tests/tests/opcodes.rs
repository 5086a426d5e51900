//! The library's table of opcodes (`_opcode_metadata.py` in the overlay) is derived from the compiler's, which is the one place where opcodes are
//! declared. The library crate must not depend on the compiler, so the file is committed and this test keeps it true; `BLESS=1` rewrites.

use std::fmt::Write;
use std::fs;

use skein_tests::{binary, golden};

const HEAD: &str = r#""""Skein's opcodes for opcode and dis: (name, length in words, letters of the operands a, b, c) by number.

Made from the table in interp/compiler/src/bytecode/ops.rs by tests/tests/opcodes.rs (BLESS=1); do not edit. The letters: d register written,
r register read, s start of a run of registers, k constant, n name, i signed and u unsigned immediate, j jump distance in words; a capital
letter takes b and c together.
"""

operations = (
"#;

const TAIL: &str = r#")

opmap = {name: number for number, (name, _, _) in enumerate(operations)}

_specializations = {}
_specialized_opmap = {}

HAVE_ARGUMENT = 0
MIN_INSTRUMENTED_OPCODE = 256
"#;

/// Name, length and operand letters of a line `(Name, 1, "abc", "doc"),`.
fn entry(line: &str) -> Option<(&str, &str, &str)> {
    let mut fields = line.trim().strip_prefix('(')?.splitn(4, ',');
    let (name, words, operands) = (fields.next()?, fields.next()?.trim(), fields.next()?.trim());
    let operands = operands.strip_prefix('"')?.strip_suffix('"')?;
    words
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then_some((name, words, operands))
}

#[test]
fn the_library_knows_the_compilers_opcodes() {
    let root = binary::workspace();
    let table =
        fs::read_to_string(root.join("interp/compiler/src/bytecode/ops.rs")).expect("the table");
    let mut text = HEAD.to_owned();
    for (name, words, operands) in table.lines().filter_map(entry) {
        let _ = writeln!(text, "    ('{name}', {words}, '{operands}'),");
    }
    text.push_str(TAIL);
    assert!(text.contains("'LoadConst'"), "the table has another form");
    let wrong = golden::check(
        &root.join("runtime/stdlib/overlay/_opcode_metadata.py"),
        text.as_bytes(),
    );
    assert_eq!(wrong, None);
}
