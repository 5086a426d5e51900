//! String atoms: what may stand side by side, and escapes that do not decode.

use super::node::Shape;
use super::tokens::{Kind, Token};
use super::{P, Parser};
use crate::errors::SyntaxError;

impl Parser<'_> {
    /// One or more string tokens side by side.
    pub(super) fn strings(&mut self) -> P {
        let start = self.here();
        let (mut bytes, mut text, mut fstring, mut tstring) = (false, false, false, false);
        let mut previous_start = start;
        loop {
            let token = self.token();
            let was_template = tstring && !text && !fstring && !bytes;
            match token.kind {
                Kind::Str => {
                    let prefix = self.text(token).bytes().take_while(u8::is_ascii_alphabetic);
                    let is_bytes = prefix.clone().any(|c| c | 0x20 == b'b');
                    let raw = prefix.clone().any(|c| c | 0x20 == b'r');
                    self.check_string(token, is_bytes, raw)?;
                    self.pos += 1;
                    bytes |= is_bytes;
                    text |= !is_bytes;
                }
                Kind::FStart(template) => {
                    if self.fstring(template)?.is_none() {
                        return Ok(None);
                    }
                    tstring |= template;
                    fstring |= !template;
                }
                _ => break,
            }
            let mixes = tstring && (bytes || text || fstring);
            if mixes && !self.mistakes {
                return Ok(None);
            }
            if mixes {
                let begin = if was_template {
                    previous_start
                } else {
                    previous_start.max(start)
                };
                let msg = "cannot mix t-string literals with string or bytes literals";
                return self.fail(begin, self.last_end(), msg);
            }
            previous_start = token.start;
        }
        if bytes && (text || fstring || tstring) {
            return self.fail_last("cannot mix bytes and nonbytes literals");
        }
        let shape = match (fstring, tstring) {
            (_, true) => Shape::TString,
            (true, _) => Shape::FString,
            _ => Shape::Literal,
        };
        Ok(Some(self.node(shape, start, Vec::new())))
    }

    fn check_string(
        &mut self,
        token: Token,
        bytes: bool,
        raw: bool,
    ) -> Result<(), Box<SyntaxError>> {
        let text = self.text(token);
        let open = text.len()
            - text
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let quotes = if text[open..].starts_with("\"\"\"") || text[open..].starts_with("'''") {
            3
        } else {
            1
        };
        let content = text.get(open + quotes..text.len() - quotes).unwrap_or("");
        if bytes && !content.is_ascii() {
            self.fail_token::<()>(token, "bytes can only contain ASCII literal characters")?;
        }
        if !raw && let Some(msg) = escape_error(content, bytes) {
            self.fail_token::<()>(token, &msg)?;
        }
        Ok(())
    }
}

/// The first escape that does not decode, in the words of CPython's codec.
pub(super) fn escape_error(content: &str, bytes: bool) -> Option<String> {
    let text = content.as_bytes();
    let mut at = 0;
    // CPython decodes a copy in which every other character than ASCII is an escape of ten bytes.
    let mut position = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            let len = content[at..].chars().next().map_or(1, char::len_utf8);
            at += len;
            position += if len == 1 { 1 } else { 10 };
            continue;
        }
        let kind = text.get(at + 1).copied().unwrap_or(b'\\');
        let digits = match kind {
            b'x' => 2,
            b'u' if !bytes => 4,
            b'U' if !bytes => 8,
            b'N' if !bytes => {
                let (len, problem) = name_escape(&content[at..]);
                if let Some(reason) = problem {
                    return Some(unicode_error(position, position + len - 1, reason));
                }
                at += len;
                position += len;
                continue;
            }
            _ => {
                at += 1 + content[at + 1..].chars().next().map_or(1, char::len_utf8);
                position += 2;
                continue;
            }
        };
        let found = text[at + 2..]
            .iter()
            .take(digits)
            .take_while(|c| c.is_ascii_hexdigit())
            .count();
        if found < digits {
            if bytes {
                return Some(format!(
                    "(value error) invalid \\x escape at position {position}"
                ));
            }
            let shape = match kind {
                b'x' => "\\xXX",
                b'u' => "\\uXXXX",
                _ => "\\UXXXXXXXX",
            };
            let end = position + 1 + found;
            return Some(unicode_error(
                position,
                end,
                &format!("truncated {shape} escape"),
            ));
        }
        if kind == b'U'
            && u32::from_str_radix(&content[at + 2..at + 10], 16).is_ok_and(|c| c > 0x10ffff)
        {
            return Some(unicode_error(
                position,
                position + 9,
                "illegal Unicode character",
            ));
        }
        at += 2 + digits;
        position += 2 + digits;
    }
    None
}

fn unicode_error(start: usize, end: usize, reason: &str) -> String {
    format!(
        "(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{end}: {reason}"
    )
}

/// Length of a `\N` escape and what is wrong with it.
fn name_escape(text: &str) -> (usize, Option<&'static str>) {
    if !text[2..].starts_with('{') {
        return (2, Some("malformed \\N character escape"));
    }
    let Some(len) = text[3..].find('}') else {
        return (text.len(), Some("malformed \\N character escape"));
    };
    if len == 0 {
        return (3, Some("malformed \\N character escape"));
    }
    let whole = 3 + len + 1;
    let known = crate::parse::is_string_literal(&format!("'{}'", &text[..whole]));
    (whole, (!known).then_some("unknown Unicode character name"))
}
