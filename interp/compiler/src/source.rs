//! The source text of one compilation: decoding from bytes, line index, places.
//!
//! Newlines are made `\n` before anything else sees the text, as CPython does, so that string literals and columns
//! come out right. The text is real UTF-8: a Python `str` with lone surrogates cannot be compiled (CPython raises
//! UnicodeEncodeError before it parses; so must the caller). Charsets other than the few here come through the
//! caller's `decoder`, because codecs live in the runtime.

use crate::errors::SyntaxError;
use crate::places::Places;
use crate::positions::Position;
use rustpython_text_size::{Ranged, TextRange};

/// Source text with its line index.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    /// Byte offset of the start of each line.
    line_starts: Vec<u32>,
    /// Then characters and bytes are the same.
    ascii: bool,
    /// Of a tree that was not parsed from text.
    places: Option<Box<Places>>,
}

/// Decodes bytes in a charset that this module does not know: `None` for an unknown charset, an error text (CPython's
/// text of the UnicodeDecodeError) if the bytes do not decode.
pub type Decoder<'a> = &'a dyn Fn(&str, &[u8]) -> Option<Result<String, String>>;

impl Source {
    /// Takes text that is decoded already. Its newlines are normalized.
    pub fn new(text: impl Into<String>) -> Source {
        let mut text = text.into();
        if text.contains('\r') {
            text = text.replace("\r\n", "\n").replace('\r', "\n");
        }
        let mut line_starts = vec![0];
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        line_starts.extend(starts.map(|(i, _)| i as u32 + 1));
        let ascii = text.is_ascii();
        Source {
            text,
            line_starts,
            ascii,
            places: None,
        }
    }

    /// Stands for the source of a tree that has only places.
    pub fn from_places(places: Places) -> Source {
        Source {
            places: Some(Box::new(places)),
            ..Source::new("")
        }
    }
    /// Whether there is no text, only places.
    pub fn is_tree(&self) -> bool {
        self.places.is_some()
    }
    fn place(&self, offset: usize) -> Option<(u32, u32)> {
        self.places.as_ref()?.get(offset)
    }
    /// For a tree, where the definition starts whose last decorator ends at `offset`.
    pub fn behind_decorators(&self, offset: usize) -> Option<usize> {
        self.is_tree().then(|| Places::after(offset))
    }

    /// Takes the text of a `str`; fails on null characters.
    pub fn from_text(text: &str) -> Result<Source, SyntaxError> {
        if text.contains('\0') {
            return Err(SyntaxError::bare(
                "source code string cannot contain null bytes",
            ));
        }
        Ok(Source::new(text))
    }

    /// Decodes source bytes: BOM, PEP 263 cookie, else UTF-8. `file` is the name of the file they come from, `None`
    /// if they were passed to `compile()` and the like.
    pub fn from_bytes(bytes: &[u8], file: Option<&str>) -> Result<Source, SyntaxError> {
        Source::from_bytes_with(bytes, file, &|_, _| None)
    }

    /// As [`Source::from_bytes`], with a decoder for further charsets.
    pub fn from_bytes_with(
        bytes: &[u8],
        file: Option<&str>,
        decoder: Decoder,
    ) -> Result<Source, SyntaxError> {
        if bytes.contains(&0) {
            return Err(SyntaxError::bare(match file {
                Some(_) => "source code cannot contain null bytes",
                None => "source code string cannot contain null bytes",
            }));
        }
        let (body, bom) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest, true),
            None => (bytes, false),
        };
        let cookie = declared_encoding(body);
        match cookie.as_deref().map(normal_name) {
            None => decode_utf8(body, file, false).map(Source::new),
            Some(name) if name == "utf-8" => decode_utf8(body, file, true).map(Source::new),
            Some(_) if bom => {
                let name = cookie.unwrap_or_default();
                Err(SyntaxError::bare(format!(
                    "encoding problem: {name} with BOM"
                )))
            }
            Some(name) => match decode_other(&name, body).or_else(|| decoder(&name, body)) {
                Some(Ok(text)) => Ok(Source::new(text)),
                Some(Err(msg)) => Err(SyntaxError::bare(format!("(unicode error) {msg}"))),
                None => {
                    let name = cookie.unwrap_or_default();
                    Err(SyntaxError::bare(match file {
                        Some(_) => format!("encoding problem: {name}"),
                        None => format!("unknown encoding: {name}"),
                    }))
                }
            },
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a node; empty if the range is not one of this source.
    pub fn slice(&self, node: impl Ranged) -> &str {
        let range = node.range();
        if let Some(places) = &self.places {
            return places.text(range.start().to_usize()).unwrap_or("");
        }
        self.text
            .get(range.start().to_usize()..range.end().to_usize())
            .unwrap_or("")
    }

    /// Number of lines; a text that ends in a newline has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// 1-based line of a byte offset.
    pub fn line_of(&self, offset: usize) -> u32 {
        if let Some((line, _)) = self.place(offset) {
            return line;
        }
        self.line_starts
            .partition_point(|start| *start as usize <= offset) as u32
    }

    /// Offset of the start of a 1-based line; the end of the text for a line past the end.
    pub fn line_start(&self, line: u32) -> usize {
        let index = (line as usize).saturating_sub(1);
        self.line_starts
            .get(index)
            .map_or(self.text.len(), |start| *start as usize)
    }

    /// Offset of the end of a 1-based line, its newline excluded.
    pub fn line_end(&self, line: u32) -> usize {
        match self.line_starts.get(line as usize) {
            Some(next) => *next as usize - 1,
            None => self.text.len(),
        }
    }

    /// Text of a 1-based line without its newline.
    pub fn line_text(&self, line: u32) -> &str {
        self.text
            .get(self.line_start(line)..self.line_end(line))
            .unwrap_or("")
    }

    /// 1-based line and 0-based column in UTF-8 bytes.
    pub fn line_col(&self, offset: usize) -> (u32, u32) {
        if let Some(place) = self.place(offset) {
            return place;
        }
        let line = self.line_of(offset);
        (line, (offset - self.line_start(line)) as u32)
    }

    /// 0-based column of a byte offset in characters.
    pub fn char_col(&self, offset: usize) -> u32 {
        if let Some((_, column)) = self.place(offset) {
            return column;
        }
        let start = self.line_start(self.line_of(offset));
        if self.ascii {
            return offset.saturating_sub(start) as u32;
        }
        let bytes = self.text.as_bytes().get(start..offset).unwrap_or(&[]);
        bytes.iter().filter(|b| **b & 0xc0 != 0x80).count() as u32
    }

    /// Position of a node.
    pub fn position(&self, node: impl Ranged) -> Position {
        let range: TextRange = node.range();
        let (line, col) = self.line_col(range.start().to_usize());
        let (end_line, end_col) = self.line_col(range.end().to_usize());
        Position {
            line,
            end_line,
            col,
            end_col,
        }
    }
}

/// The PEP 263 cookie of the first two lines, as written.
pub fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let mut rest = bytes;
    for _ in 0..2 {
        let end = rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let line = rest[..end].trim_ascii_start();
        match line.first() {
            None => {}
            Some(b'#') => {
                if let Some(name) = cookie_in_comment(line) {
                    return Some(name);
                }
            }
            Some(_) => return None,
        }
        let newline = if rest[end..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        rest = rest.get(end + newline..)?;
    }
    None
}

fn cookie_in_comment(comment: &[u8]) -> Option<String> {
    let mut rest = comment;
    while let Some(at) = rest
        .windows(7)
        .position(|w| w.starts_with(b"coding") && matches!(w[6], b':' | b'='))
    {
        rest = &rest[at + 7..];
        let name = rest.trim_ascii_start();
        let len = name
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        if len > 0 {
            return Some(String::from_utf8_lossy(&name[..len]).into_owned());
        }
    }
    None
}

/// Folds the spellings of UTF-8, Latin-1, ASCII and cp1252 to one name each; others only lose their case.
fn normal_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let is = |base: &str| {
        lower == base
            || lower
                .strip_prefix(base)
                .is_some_and(|rest| rest.starts_with('-'))
    };
    if is("utf-8") || matches!(lower.as_str(), "utf8" | "u8" | "utf" | "cp65001") {
        return "utf-8".to_owned();
    }
    if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        return "iso-8859-1".to_owned();
    }
    match lower.as_str() {
        "latin1" | "latin" | "l1" | "iso8859-1" | "iso8859" | "8859" | "cp819" => "iso-8859-1",
        "ascii" | "us-ascii" | "us" | "646" | "ansi-x3.4-1968" | "iso646-us" => "ascii",
        "cp1252" | "windows-1252" | "1252" => "cp1252",
        _ => return lower,
    }
    .to_owned()
}

fn decode_utf8(bytes: &[u8], file: Option<&str>, declared: bool) -> Result<String, SyntaxError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let byte = bytes[at];
    if let (Some(file), false) = (file, declared) {
        let line = 1 + count_lines(&bytes[..at]);
        let mut error = SyntaxError::bare(format!(
            "Non-UTF-8 code starting with '\\x{byte:02x}' in file {file} on line {line}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details"
        ));
        error.line = line;
        error.end_line = line;
        return Err(error);
    }
    let reason = match error.error_len() {
        None => "unexpected end of data",
        Some(_) if matches!(byte, 0x80..=0xc1 | 0xf5..) => "invalid start byte",
        Some(_) => "invalid continuation byte",
    };
    let len = error.error_len().unwrap_or(bytes.len() - at);
    let place = if len == 1 {
        format!("byte 0x{byte:02x} in position {at}")
    } else {
        format!("bytes in position {at}-{}", at + len - 1)
    };
    Err(SyntaxError::bare(format!(
        "(unicode error) 'utf-8' codec can't decode {place}: {reason}"
    )))
}

fn count_lines(bytes: &[u8]) -> u32 {
    let lf = bytes.iter().filter(|b| **b == b'\n').count();
    let lone_cr = bytes
        .windows(2)
        .filter(|w| w[0] == b'\r' && w[1] != b'\n')
        .count();
    (lf + lone_cr) as u32
}

/// What Windows puts into the C1 range; zero where cp1252 has no character.
const CP1252_C1: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

fn decode_other(name: &str, bytes: &[u8]) -> Option<Result<String, String>> {
    match name {
        "iso-8859-1" => Some(Ok(bytes.iter().map(|b| *b as char).collect())),
        "ascii" => Some(match bytes.iter().position(|b| *b >= 0x80) {
            None => Ok(bytes.iter().map(|b| *b as char).collect()),
            Some(at) => Err(format!(
                "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
                bytes[at]
            )),
        }),
        "cp1252" => Some(
            bytes
                .iter()
                .enumerate()
                .map(|(at, b)| match b {
                    0x80..=0x9f => match CP1252_C1[*b as usize - 0x80] {
                        0 => Err(format!(
                            "'charmap' codec can't decode byte 0x{b:02x} in position {at}: character maps to <undefined>"
                        )),
                        code => Ok(char::from_u32(code as u32).unwrap_or('\u{fffd}')),
                    },
                    _ => Ok(*b as char),
                })
                .collect(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        Source::from_bytes(bytes, None).unwrap_err().msg
    }

    #[test]
    fn decoding() {
        let text = |bytes: &[u8]| Source::from_bytes(bytes, None).unwrap().text;
        assert_eq!(text(b"\xef\xbb\xbfx = 1\r\ny\rz"), "x = 1\ny\nz");
        assert_eq!(
            text(b"#!/bin/x\n# -*- coding: latin-1 -*-\n'\xe9'"),
            "#!/bin/x\n# -*- coding: latin-1 -*-\n'é'"
        );
        assert_eq!(
            text(b"# vim: set fileencoding=cp1252 :\r\n'\x80'")
                .chars()
                .last(),
            Some('\'')
        );
        assert_eq!(error(b"# coding: foo\n"), "unknown encoding: foo");
        assert_eq!(
            error(b"\xef\xbb\xbf# coding: latin-1\n"),
            "encoding problem: latin-1 with BOM"
        );
        assert_eq!(text(b"x\n# coding: foo\n"), "x\n# coding: foo\n");
        assert_eq!(text(b"\n\n# coding: foo\n"), "\n\n# coding: foo\n");
        assert_eq!(
            error(b"a\xff"),
            "(unicode error) 'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"
        );
        assert_eq!(
            error(b"a\0"),
            "source code string cannot contain null bytes"
        );
    }

    #[test]
    fn places() {
        let source = Source::new("é = 1\n\nab");
        assert_eq!(source.line_col(0), (1, 0));
        assert_eq!(source.char_col(3), 2);
        assert_eq!(source.line_of(7), 2);
        assert_eq!(source.line_text(1), "é = 1");
        assert_eq!(source.line_text(3), "ab");
        assert_eq!(source.line_text(9), "");
        assert_eq!(source.line_col(source.text.len()), (3, 2));
    }
}
