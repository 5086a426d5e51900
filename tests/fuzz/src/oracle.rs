//! What must hold for any input.

use skein_compiler::bytecode::verify::verify;
use skein_compiler::parse::{self, parse};
use skein_compiler::source::Source;
use skein_compiler::{Mode, Options, compile};

const MODES: [Mode; 3] = [Mode::Exec, Mode::Eval, Mode::Single];

/// Any bytes are either refused with a SyntaxError or become code that the verifier accepts; nothing panics.
///
/// # Panics
/// When the compiler makes code that the verifier refuses.
pub fn any_bytes(bytes: &[u8]) {
    for mode in MODES {
        let options = Options {
            mode,
            ..Options::default()
        };
        if let Ok(compiled) = compile(bytes, b"<fuzz>", &options)
            && let Err(why) = verify(&compiled.code)
        {
            panic!("{why}\n{}", String::from_utf8_lossy(bytes));
        }
    }
    if let Ok(source) = Source::from_bytes(bytes, Some("<fuzz>")) {
        drop(parse(&source, parse::Mode::FuncType));
    }
}

/// A generated program is well-formed: it compiles at every level of optimisation, and the code is sound.
///
/// # Panics
/// When it is refused or the code is not sound: a bug of the compiler (or of the generator).
pub fn well_formed(program: &str) {
    for optimize in 0..=2 {
        let options = Options {
            optimize,
            ..Options::default()
        };
        let compiled = compile(program.as_bytes(), b"<fuzz>", &options);
        let compiled = compiled.unwrap_or_else(|e| panic!("line {}: {}\n{program}", e.line, e.msg));
        if let Err(why) = verify(&compiled.code) {
            panic!("{why}\n{program}");
        }
    }
}
