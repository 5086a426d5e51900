//! A Rust source file, split into code and comments line by line.
//!
//! The scanner knows line and nested block comments, strings, raw strings, byte strings, characters and lifetimes. In `code` the contents
//! of strings and all comments are blanks; `comments` holds the comments' text. Macro bodies are code like any other.

use std::path::{Path, PathBuf};

/// One file, scanned.
#[derive(Debug)]
pub struct Source {
    /// Path from the workspace's root.
    pub path: PathBuf,
    /// The lines as written.
    pub lines: Vec<String>,
    /// Each line without comments and string contents.
    pub code: Vec<String>,
    /// The comment text of each line.
    pub comments: Vec<String>,
    /// Number of lines before `#[cfg(test)] mod tests {`, which ends a file; size limits do not count tests.
    pub body: usize,
}

/// What the scanner stands in.
enum State {
    Code,
    LineComment,
    BlockComment(u32),
    Text,
    RawText(usize),
}

impl Source {
    /// Scans `text`.
    #[must_use]
    pub fn scan(path: &Path, text: &str) -> Source {
        let chars: Vec<char> = text.chars().collect();
        let (mut code, mut comments) = (String::new(), String::new());
        let mut state = State::Code;
        let mut i = 0;
        while i < chars.len() {
            let c = chars[i];
            if c == '\n' {
                code.push('\n');
                comments.push('\n');
                if matches!(state, State::LineComment) {
                    state = State::Code;
                }
                i += 1;
                continue;
            }
            let (next, taken) = step(&state, &chars, i);
            for &c in &chars[i..(i + taken).min(chars.len())] {
                if c == '\n' {
                    code.push('\n');
                    comments.push('\n');
                } else if matches!(state, State::Code) && matches!(next, None | Some(State::Code)) {
                    code.push(c);
                } else if matches!(state, State::LineComment | State::BlockComment(_)) {
                    comments.push(c);
                } else {
                    code.push(' ');
                }
            }
            if let Some(next) = next {
                state = next;
            }
            i += taken;
        }
        let split = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let lines = split(text);
        let mut code = split(&code);
        code.resize(lines.len(), String::new());
        let mut comments = split(&comments);
        comments.resize(lines.len(), String::new());
        let body = body_end(&code);
        Source {
            path: path.to_owned(),
            lines,
            code,
            comments,
            body,
        }
    }

    /// The module header: the `//!` lines at the top.
    #[must_use]
    pub fn header(&self) -> String {
        let lines = self
            .lines
            .iter()
            .take_while(|line| line.starts_with("//!") || line.starts_with("#!["));
        lines
            .map(|line| line.trim_start_matches("//!").trim())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Code lines with their numbers from 1, outside the test module.
    pub fn body_code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code[..self.body]
            .iter()
            .enumerate()
            .map(|(i, line)| (i + 1, line.as_str()))
    }
}

/// The state after the character at `i` (if it changes) and how many characters that takes.
fn step(state: &State, chars: &[char], i: usize) -> (Option<State>, usize) {
    let at = |n: usize| chars.get(i + n).copied().unwrap_or('\0');
    match state {
        State::Code => match (at(0), at(1)) {
            ('/', '/') => (Some(State::LineComment), 2),
            ('/', '*') => (Some(State::BlockComment(1)), 2),
            ('"', _) => (Some(State::Text), 1),
            ('r', '"' | '#') if !word_before(chars, i) => raw_start(chars, i),
            ('\'', '\\') => (Some(State::Code), escaped_char(chars, i)),
            ('\'', _) if at(2) == '\'' => (Some(State::Code), 3),
            _ => (None, 1),
        },
        State::LineComment => (None, 1),
        State::BlockComment(depth) => match (at(0), at(1)) {
            ('*', '/') if *depth == 1 => (Some(State::Code), 2),
            ('*', '/') => (Some(State::BlockComment(depth - 1)), 2),
            ('/', '*') => (Some(State::BlockComment(depth + 1)), 2),
            _ => (None, 1),
        },
        State::Text => match at(0) {
            '\\' => (None, 2),
            '"' => (Some(State::Code), 1),
            _ => (None, 1),
        },
        State::RawText(hashes) => {
            let closes = at(0) == '"' && (1..=*hashes).all(|n| at(n) == '#');
            if closes {
                (Some(State::Code), 1 + hashes)
            } else {
                (None, 1)
            }
        }
    }
}

/// `r"`, `r#"` start a raw string; `r#name` is a raw identifier. A preceding `b` or `c` is part of the prefix.
fn raw_start(chars: &[char], i: usize) -> (Option<State>, usize) {
    let hashes = chars[i + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(i + 1 + hashes) == Some(&'"') {
        (Some(State::RawText(hashes)), hashes + 2)
    } else {
        (None, 1)
    }
}

fn word_before(chars: &[char], i: usize) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    match i.checked_sub(1).map(|p| chars[p]) {
        Some('b' | 'c') => i >= 2 && word(chars[i - 2]),
        Some(c) => word(c),
        None => false,
    }
}

fn escaped_char(chars: &[char], i: usize) -> usize {
    let close = chars[i + 3..].iter().take(12).position(|&c| c == '\'');
    close.map_or(1, |n| n + 4)
}

fn body_end(code: &[String]) -> usize {
    let start = code.iter().enumerate().position(|(i, line)| {
        line.starts_with("#[cfg(test)]")
            && code
                .get(i + 1)
                .is_some_and(|next| next.starts_with("mod ") && next.contains('{'))
    });
    start.unwrap_or(code.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_no_code() {
        let text = "//! head\nlet a = \"unsafe \\\" //\"; // unsafe\nlet b = r#\"unsafe \"x\" \"#; /* unsafe\n /* n */ unsafe */ let c = '\"'; let d: &'a str = b\"x\";\nunsafe { f() }\n#[cfg(test)]\nmod tests {\n}\n";
        let source = Source::scan(Path::new("x.rs"), text);
        let found: Vec<usize> = (1..=source.code.len())
            .filter(|n| source.code[n - 1].contains("unsafe"))
            .collect();
        assert_eq!(found, [5]);
        assert!(source.comments[1].contains("unsafe"));
        assert_eq!(source.body, 5);
        assert_eq!(source.header(), "head");
    }
}
