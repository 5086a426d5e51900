//! Messages and places of syntax errors and warnings, against the table in `syntax_errors.txt`.

use skein_compiler::checks::{CheckOptions, check};
use skein_compiler::parse::{Mode, parse};
use skein_compiler::source::Source;

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            _ => out.push(match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('1') => '\x01',
                Some('0') => '\0',
                _ => '\\',
            }),
        }
    }
    out
}

/// The fields that the table should have after the source.
fn outcome(mode: Mode, text: &str) -> Vec<String> {
    let found = Source::from_text(text).and_then(|source| {
        let ast = parse(&source, mode)?;
        check(&source, &ast, CheckOptions::default())
    });
    match found {
        Ok(checked) => {
            let warnings = checked.warnings.into_iter().map(|w| w.msg);
            std::iter::once("ok".to_owned()).chain(warnings).collect()
        }
        Err(e) => vec![
            format!("{:?}", e.kind),
            e.msg,
            format!("{},{},{},{}", e.line, e.col, e.end_line, e.end_col as i32),
        ],
    }
}

#[test]
fn errors_are_cpythons() {
    let mut wrong = Vec::new();
    for line in include_str!("syntax_errors.txt").lines() {
        if line.starts_with('#') {
            continue;
        }
        let mut fields = line.split('\t');
        let mode = match fields.next() {
            Some("eval") => Mode::Eval,
            Some("single") => Mode::Single,
            _ => Mode::Exec,
        };
        let source = unescape(fields.next().unwrap_or(""));
        let expected: Vec<_> = fields.map(unescape).collect();
        let found = outcome(mode, &source);
        if found != expected {
            wrong.push(format!(
                "{source:?}\n  expected {expected:?}\n  found    {found:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
