//! The whole standard library parses without errors or false alarms, and damaged pieces of it give errors, not panics.
//!
//! The mutations delete, double, swap or replace a token-like piece; a fixed generator makes them repeatable. The
//! number of mutants per file can be raised with `SKEIN_MUTANTS`.

use skein_compiler::checks::{CheckOptions, Checked, check};
use skein_compiler::errors::SyntaxError;
use skein_compiler::parse::{Mode, parse};
use skein_compiler::source::Source;
use std::path::{Path, PathBuf};

fn collect(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "py") {
            out.push(path);
        }
    }
}

/// The library's files, wherever cargo keeps the crate.
fn library() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut files = Vec::new();
    let registries = home.map(|home| home.join("registry/src"));
    for registry in registries
        .iter()
        .filter_map(|dir| std::fs::read_dir(dir).ok())
    {
        for entry in registry.flatten() {
            collect(&entry.path().join("rustpython-pylib-0.6.0/Lib"), &mut files);
        }
    }
    files.sort();
    files
}

fn run(source: &Source) -> Result<Checked, SyntaxError> {
    let ast = parse(source, Mode::Exec)?;
    check(source, &ast, CheckOptions::default())
}

#[test]
fn library_is_accepted() {
    for path in library() {
        let bytes = std::fs::read(&path).unwrap();
        let source = Source::from_bytes(&bytes, None).unwrap_or_else(|e| panic!("{path:?}: {e:?}"));
        let found = run(&source).unwrap_or_else(|e| panic!("{path:?}: {e:?}"));
        for warning in found.warnings {
            // PEP 765 postdates some of the library.
            let known = warning.msg.contains("'finally' block");
            assert!(known, "{path:?}: {warning:?}");
        }
    }
}

/// A small generator of pseudo-random numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// Bounds of token-like pieces: runs of word characters, or single others.
fn pieces(text: &str) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let word = c.is_alphanumeric() || c == '_';
        match out.last_mut() {
            Some(last) if word && in_word => last.1 = at + c.len_utf8(),
            _ => out.push((at, at + c.len_utf8())),
        }
        in_word = word;
    }
    out
}

fn mutate(text: &str, dice: &mut Dice) -> String {
    const JUNK: [&str; 24] = [
        "(", ")", "[", "]", "{", "}", ":", ",", "=", "\n", "\t", "'", "\"\"\"", "f'{", "\\",
        "lambda", "if", "é", "\u{200b}", "0x", ":=", "**", "print", "except*",
    ];
    let pieces = pieces(text);
    if pieces.is_empty() {
        return String::new();
    }
    let (start, end) = pieces[dice.roll(pieces.len())];
    let (before, piece, after) = (&text[..start], &text[start..end], &text[end..]);
    match dice.roll(4) {
        0 => format!("{before}{after}"),
        1 => format!("{before}{piece} {piece}{after}"),
        2 => format!("{before}{}{after}", JUNK[dice.roll(JUNK.len())]),
        _ => format!("{before}{piece}"),
    }
}

#[test]
fn damage_gives_errors() {
    let mutants = std::env::var("SKEIN_MUTANTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2);
    let mut dice = Dice(20_261_122);
    for path in library() {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        for _ in 0..mutants {
            let from = dice.roll(lines.len());
            let chunk = lines[from..(from + 60).min(lines.len())].concat();
            let damaged = mutate(&chunk, &mut dice);
            for mode in [Mode::Exec, Mode::Eval, Mode::Single] {
                let source = Source::new(damaged.as_str());
                if let Ok(ast) = parse(&source, mode) {
                    let _ = check(&source, &ast, CheckOptions::default());
                }
            }
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let many = |text: &str, n: usize| text.repeat(n);
    let sources = [
        many("(", 100_000),
        format!("{}x{}", many("(", 150_000), many(")", 150_000)),
        format!("{}x y{}", many("(", 199), many(")", 199)),
        format!("{}x y{}", many("[", 199), many("]", 199)),
        format!("{}x y{}", many("f(a, ", 150), many(")", 150)),
        format!("{}x", many("-", 100_000)),
        format!("{}x", many("not ", 100_000)),
        format!("x{}", many(".a", 100_000)),
        format!("x{}", many("()", 100_000)),
        format!("x{}", many("+x", 100_000)),
        format!("x{} y", many("**x", 1900)),
        format!("{}x", many("lambda: ", 10_000)),
        format!("{}x y", many("lambda: ", 100)),
        format!("x{}", many(" if x else x", 50_000)),
        format!("x{} y", many(" if x else x", 1500)),
        format!("if x: y\n{}else y", many("elif x: y\n", 20_000)),
        (0..200)
            .map(|i| format!("{}if x:\n", many(" ", i)))
            .collect(),
        format!("{}\n", many("{**", 300)),
        many("f'{", 1000),
        format!("{}x{}", many("f'{", 160), many("}'", 160)),
        many("[x for x in ", 190),
        format!("match x:\n case {}", many("[", 190)),
        format!("match x:\n case {}x", many("-", 500)),
        format!("match x:\n case {}a", many("a|", 20_000)),
    ];
    for text in sources {
        let source = Source::new(text.as_str());
        for mode in [Mode::Exec, Mode::Eval] {
            if let Ok(ast) = parse(&source, mode) {
                let _ = check(&source, &ast, CheckOptions::default());
            }
        }
    }
}
