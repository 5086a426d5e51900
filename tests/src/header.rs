//! The header of a test script: comment lines at its top that say how to run it.
//!
//! ```text
//! # exit: 1             expected exit code (default 0)
//! # flags: -O -W error  options before the script
//! # args: a b           arguments after the script
//! # env: NAME=value     one variable; may be repeated
//! # stdin: line\nline   standard input; \n \t \\ as in Python
//! # timeout: 20         seconds (default 60; GC stress gets ten times that)
//! # only: skein         not recorded from CPython: says something of Skein alone
//! # gc-stress: 5000     collect at every n-th allocation in the stress column (default 200); `off` for scripts about timing
//! # golden: 3.14        the output was written by hand because the recording CPython is older
//! ```
//! A misspelt key is an error: a test must not silently lose its condition.

use std::time::Duration;

const KEYS: &[&str] = &[
    "exit",
    "flags",
    "args",
    "env",
    "stdin",
    "timeout",
    "only",
    "gc-stress",
    "golden",
    "coding",
];

/// How to run one script.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// Expected exit code.
    pub exit: i32,
    /// Options that stand before the script.
    pub flags: Vec<String>,
    /// Arguments that stand after it.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// Time limit without GC stress.
    pub timeout: Duration,
    /// Allocations between two collections in the stress column; `None` leaves the script out of it.
    pub gc_stress: Option<u32>,
}

impl Default for Header {
    fn default() -> Self {
        Header {
            exit: 0,
            flags: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            stdin: Vec::new(),
            timeout: Duration::from_secs(60),
            gc_stress: Some(200),
        }
    }
}

/// Reads the header of `source`.
///
/// # Errors
/// A sentence for an unknown key or a bad value.
pub fn parse(source: &str) -> Result<Header, String> {
    let mut header = Header::default();
    for line in source.lines().take_while(|line| line.starts_with('#')) {
        let text = line.trim_start_matches('#').trim();
        let Some((key, value)) = text.split_once(':') else {
            continue;
        };
        // Prose may contain a colon too; keys are single lower-case words, and prose ends with a full stop.
        let word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if !word || (value.ends_with('.') && !KEYS.contains(&key)) {
            continue;
        }
        set(&mut header, key, value.trim())?;
    }
    Ok(header)
}

fn set(header: &mut Header, key: &str, value: &str) -> Result<(), String> {
    let bad = || format!("header: bad value in `# {key}: {value}`");
    let words = || value.split_whitespace().map(str::to_owned).collect();
    match key {
        "exit" => header.exit = value.parse().map_err(|_| bad())?,
        "flags" => header.flags = words(),
        "args" => header.args = words(),
        "env" => {
            let (name, value) = value.split_once('=').ok_or_else(bad)?;
            header.env.push((name.to_owned(), value.to_owned()));
        }
        "stdin" => header.stdin = unescape(value).into_bytes(),
        "timeout" => header.timeout = Duration::from_secs(value.parse().map_err(|_| bad())?),
        "gc-stress" if value == "off" => header.gc_stress = None,
        "gc-stress" => header.gc_stress = Some(value.parse().map_err(|_| bad())?),
        "only" | "golden" | "coding" => {}
        _ => return Err(format!("header: unknown key `{key}`")),
    }
    Ok(())
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            _ => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_misspelt_ones_refused() {
        let header = parse("# About: Things\n# dict: methods.\n# exit: 3\n# args: a b\n# stdin: x\\ny\n# gc-stress: off\nprint()\n# exit: 9\n").expect("good");
        assert_eq!(header.exit, 3);
        assert_eq!(header.args, ["a", "b"]);
        assert_eq!(header.stdin, b"x\ny");
        assert_eq!(header.gc_stress, None);
        assert!(parse("# exti: 3\n").is_err());
        assert!(parse("# exit: many\n").is_err());
    }
}
