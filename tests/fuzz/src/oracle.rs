//! What must hold for any input.

use skein_compiler::parse::{Mode, parse};
use skein_compiler::source::Source;

const MODES: [Mode; 4] = [Mode::Exec, Mode::Eval, Mode::Single, Mode::FuncType];

/// Any bytes are either refused with a SyntaxError whose position lies in the text, or parsed; nothing panics.
pub fn parse_bytes(bytes: &[u8]) {
    let Ok(source) = Source::from_bytes(bytes, Some("<fuzz>")) else {
        return;
    };
    for mode in MODES {
        // The tree is dropped too: destructors recurse and must not overflow either.
        drop(parse(&source, mode));
    }
}

/// A generated program is well-formed, so a refusal is a bug of the parser (or of the generator).
///
/// # Panics
/// When the parser refuses it.
pub fn accept(program: &str) {
    let source = Source::from_text(program).unwrap_or_else(|e| panic!("{e:?}\n{program}"));
    if let Err(e) = parse(&source, Mode::Exec) {
        panic!("{e:?}\n{program}");
    }
}
