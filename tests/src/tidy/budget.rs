//! The unsafe budget: how many `unsafe` words each fenced file may hold (`tests/unsafe_budget.toml`).
//!
//! Growth must show up as a changed line in review. Fewer than the budget is fine; `BLESS=1` writes the present counts.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::rules::has_word;
use super::source::Source;

const HEAD: &str = "# Words `unsafe` per file, outside comments and strings. Growth is a reviewed line; BLESS=1 cargo test -p skein-tests --test tidy rewrites.\n\n[unsafe]\n";

/// Path to count.
pub type Budget = BTreeMap<String, usize>;

/// Counts over scanned files; files without any are left out.
#[must_use]
pub fn count(sources: &[Source]) -> Budget {
    let counted = sources.iter().map(|source| {
        let number = source
            .code
            .iter()
            .filter(|line| has_word(line, "unsafe"))
            .count();
        (source.path.to_string_lossy().into_owned(), number)
    });
    counted.filter(|(_, number)| *number > 0).collect()
}

/// Reads the file's `"path" = n` lines.
///
/// # Errors
/// Names the line that has another shape.
pub fn parse(text: &str) -> Result<Budget, String> {
    let entries = text.lines().filter(|line| line.starts_with('"'));
    entries
        .map(|line| {
            let (path, number) = line.split_once('=').ok_or_else(|| line.to_owned())?;
            let number = number.trim().parse().map_err(|_| line.to_owned())?;
            Ok((path.trim().trim_matches('"').to_owned(), number))
        })
        .collect()
}

/// The file's text for `budget`.
#[must_use]
pub fn to_toml(budget: &Budget) -> String {
    let mut out = String::from(HEAD);
    for (path, number) in budget {
        let _ = writeln!(out, "\"{path}\" = {number}");
    }
    out
}

/// Complaints where the present count exceeds the budget.
#[must_use]
pub fn excess(allowed: &Budget, present: &Budget) -> Vec<String> {
    let over = present.iter().filter_map(|(path, &number)| {
        let limit = allowed.get(path).copied().unwrap_or(0);
        (number > limit)
            .then(|| format!("{path}: {number} lines with unsafe, the budget says {limit}"))
    });
    over.collect()
}
