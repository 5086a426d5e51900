//! The conformance ledger: what each CPython test does here, as a file that reviews can read line by line.
//!
//! Format: JSON of two levels, test file then test id (without the file's own prefix), to one word. Written sorted, one id a line, so that
//! a change of behaviour is a change of one line. Parsed by a reader for just this shape; ids are kept as they stand between quotes.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Results of one test file: id to word.
pub type Results = BTreeMap<String, String>;

/// The whole ledger: test file to results.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By test file, as in `test_unary`.
    pub files: BTreeMap<String, Results>,
}

/// The id that stands for the file itself: `crash`, `timeout` or `import-error` are about it.
pub const WHOLE_FILE: &str = "(file)";

impl Ledger {
    /// Reads what [`Ledger::to_json`] wrote.
    ///
    /// # Errors
    /// Names the line which is not of the known shape.
    pub fn parse(text: &str) -> Result<Ledger, String> {
        let mut ledger = Ledger::default();
        let mut file: Option<String> = None;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim().trim_end_matches(',');
            let bad = || format!("line {}: not understood: {line}", number + 1);
            match line {
                "" | "{" | "}" | "}}" => {}
                _ if line.ends_with('{') => {
                    let name = quoted(line.trim_end_matches(['{', ' ', ':'])).ok_or_else(bad)?;
                    ledger.files.entry(name.to_owned()).or_default();
                    file = Some(name.to_owned());
                }
                _ => {
                    let (id, word) = line.rsplit_once(": ").ok_or_else(bad)?;
                    let (id, word) = (quoted(id).ok_or_else(bad)?, quoted(word).ok_or_else(bad)?);
                    let results = file
                        .as_ref()
                        .and_then(|file| ledger.files.get_mut(file))
                        .ok_or_else(bad)?;
                    results.insert(id.to_owned(), word.to_owned());
                }
            }
        }
        Ok(ledger)
    }

    /// The text form: sorted, one id a line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("{\n");
        for (i, (file, results)) in self.files.iter().enumerate() {
            let _ = writeln!(out, "  \"{file}\": {{");
            for (j, (id, word)) in results.iter().enumerate() {
                let comma = if j + 1 < results.len() { "," } else { "" };
                let _ = writeln!(
                    out,
                    "    \"{}\": \"{word}\"{comma}",
                    id.replace(['"', '\\', '\n'], "'")
                );
            }
            let comma = if i + 1 < self.files.len() { "," } else { "" };
            let _ = writeln!(out, "  }}{comma}");
        }
        out.push_str("}\n");
        out
    }

    /// How many ids have each word.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for word in self.files.values().flat_map(Results::values) {
            *counts.entry(word.as_str()).or_default() += 1;
        }
        counts
    }
}

/// What differs between the expected and the found results of one file, a line each. A change in either direction counts.
#[must_use]
pub fn differences(file: &str, expected: &Results, found: &Results) -> Vec<String> {
    let mut lines = Vec::new();
    for (id, word) in found {
        match expected.get(id) {
            Some(before) if before == word => {}
            Some(before) => lines.push(format!("{file} {id}: {before} -> {word}")),
            None => lines.push(format!("{file} {id}: (new) -> {word}")),
        }
    }
    lines.extend(
        expected
            .iter()
            .filter(|(id, _)| !found.contains_key(*id))
            .map(|(id, word)| format!("{file} {id}: {word} -> (gone)")),
    );
    lines
}

fn quoted(text: &str) -> Option<&str> {
    text.trim().strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_differences() {
        let mut ledger = Ledger::default();
        let results = ledger.files.entry("test_a".into()).or_default();
        results.insert("T.test_x".into(), "pass".into());
        results.insert("T.test_y (i: 1)".into(), "fail".into());
        ledger.files.entry("test_b".into()).or_default();
        let text = ledger.to_json();
        assert_eq!(
            Ledger::parse(&text),
            Ok(Ledger {
                files: ledger.files.clone()
            })
        );
        let mut now = ledger.files["test_a"].clone();
        now.insert("T.test_x".into(), "error".into());
        now.remove("T.test_y (i: 1)");
        let lines = differences("test_a", &ledger.files["test_a"], &now);
        assert_eq!(
            lines,
            [
                "test_a T.test_x: pass -> error",
                "test_a T.test_y (i: 1): fail -> (gone)"
            ]
        );
    }
}
