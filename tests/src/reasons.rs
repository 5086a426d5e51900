//! Why CPython's tests fail here that may fail: a line `test_file id: reason` each.
//!
//! The files of the first stages must pass but for what is explained, so each failing id of theirs needs a line; and a line without a
//! failing id is out of date. Failures of later stages may be explained too.

use crate::ledger::Results;
use std::collections::BTreeMap;

/// Reasons by test file and id.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reasons(BTreeMap<(String, String), String>);

impl Reasons {
    /// Reads the lines; those that start with `#` are comments.
    ///
    /// # Errors
    /// Names the line that is not of the form.
    pub fn parse(text: &str) -> Result<Reasons, String> {
        let mut reasons = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let parts = line
                .split_once(' ')
                .and_then(|(file, rest)| Some((file, rest.split_once(": ")?)));
            let Some((file, (id, reason))) = parts else {
                return Err(format!("line {}: not understood: {line}", number + 1));
            };
            reasons.insert((file.to_owned(), id.to_owned()), reason.trim().to_owned());
        }
        Ok(Reasons(reasons))
    }

    /// What is wrong with the reasons, seen from the results of one file, a line each. With `binding` each failure needs one.
    #[must_use]
    pub fn complaints(&self, file: &str, results: &Results, binding: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let key = |id: &str| (file.to_owned(), id.to_owned());
        for (id, word) in results {
            if binding && fails(word) && !self.0.contains_key(&key(id)) {
                lines.push(format!(
                    "{file} {id}: {word} without a reason in reasons.txt"
                ));
            }
        }
        for (named, id) in self.0.keys() {
            let still = results.get(id).is_some_and(|word| fails(word));
            if named == file && !still {
                lines.push(format!("{file} {id}: has a reason but does not fail"));
            }
        }
        lines
    }
}

fn fails(word: &str) -> bool {
    !matches!(word, "pass" | "skip" | "xfail")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binding_files_need_reasons_and_reasons_need_failures() {
        let text = "# why\ntest_a T.test_x: depends on reference counts\ntest_a T.test_y: gone\n";
        let reasons = Reasons::parse(text).unwrap();
        let mut results = Results::new();
        for (id, word) in [
            ("T.test_x", "fail"),
            ("T.test_y", "pass"),
            ("T.test_z", "error"),
        ] {
            results.insert(id.into(), word.into());
        }
        let unexplained = "test_a T.test_z: error without a reason in reasons.txt";
        let stale = "test_a T.test_y: has a reason but does not fail";
        assert_eq!(
            reasons.complaints("test_a", &results, true),
            [unexplained, stale]
        );
        assert_eq!(reasons.complaints("test_a", &results, false), [stale]);
        assert!(reasons.complaints("test_b", &results, false).is_empty());
        assert!(Reasons::parse("test_a T.test_x because").is_err());
    }
}
