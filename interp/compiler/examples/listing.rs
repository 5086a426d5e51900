//! Compiles the given files, verifies the code and lists it (one file) or counts (several).

use skein_compiler::bytecode::{text, verify};
use skein_compiler::{Options, compile};

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let (mut good, mut bad) = (0, 0);
    for file in &files {
        let Ok(source) = std::fs::read(file) else {
            println!("{file}: cannot be read");
            continue;
        };
        let result =
            std::panic::catch_unwind(|| compile(&source, file.as_bytes(), &Options::default()));
        let problem = match result {
            Ok(Ok(compiled)) => {
                if files.len() == 1 {
                    print!("{}", text::disassemble(&compiled.code));
                }
                verify::verify(&compiled.code)
                    .err()
                    .map(|e| format!("{e:?}"))
            }
            Ok(Err(error)) => Some(format!("{}:{}: {}", error.line, error.col, error.msg)),
            Err(_) => Some("panic".to_owned()),
        };
        match problem {
            Some(problem) => {
                bad += 1;
                println!("{file}: {problem}");
            }
            None => good += 1,
        }
    }
    eprintln!("{good} good, {bad} bad");
}
