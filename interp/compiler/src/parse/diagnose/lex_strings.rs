//! String tokens, and the modes inside of f-strings and t-strings.

use super::tokens::{FString, Kind, L, Lexer};
use crate::errors::SyntaxError;

const MAX_BRACKETS: usize = 200;
const MAX_FSTRINGS: usize = 150;
/// Replacement fields inside one another's format specs.
const MAX_FIELDS: usize = 3;

impl Lexer<'_> {
    // ---- strings

    pub(super) fn string(&mut self, start: usize) -> L {
        let prefix = self.text[start..self.pos].to_ascii_lowercase();
        let quote = self.peek();
        let triple = self.ahead(1) == quote && self.ahead(2) == quote;
        self.pos += if triple { 3 } else { 1 };
        let template = prefix.contains(&b't');
        if template || prefix.contains(&b'f') {
            if self.fstrings.len() >= MAX_FSTRINGS {
                return Err(self.error_before(self.pos, "too many nested f-strings"));
            }
            self.fstrings.push(FString {
                quote,
                triple,
                raw: prefix.contains(&b'r'),
                template,
                start,
                fields: Vec::new(),
            });
            self.push(Kind::FStart(template), start);
            return Ok(());
        }
        let mut escaped_quote = false;
        loop {
            let c = self.peek();
            if self.at_end() || c == b'\n' && !triple {
                return Err(self.unterminated(start, quote, triple, escaped_quote));
            }
            if self.at_quote(quote, triple) {
                self.pos += if triple { 3 } else { 1 };
                self.push(Kind::Str, start);
                return Ok(());
            }
            self.pos += 1;
            if c == b'\\' {
                escaped_quote |= self.peek() == quote;
                self.pos = (self.pos + 1).min(self.text.len());
            }
        }
    }

    fn at_quote(&self, quote: u8, triple: bool) -> bool {
        self.peek() == quote
            && !self.at_end()
            && (!triple || self.ahead(1) == quote && self.ahead(2) == quote)
    }

    fn unterminated(&self, start: usize, quote: u8, triple: bool, escaped: bool) -> SyntaxError {
        if let Some(f) = self.fstrings.last()
            && (f.quote, f.triple) == (quote, triple)
        {
            let msg = format!("{}expecting '}}'", self.fstring_prefix());
            return self.error_before(start + 1, msg);
        }
        let line = self.last_line();
        let kind = if triple {
            "triple-quoted string"
        } else {
            "string"
        };
        let hint = if escaped && !triple {
            "; perhaps you escaped the end quote?"
        } else {
            ""
        };
        let msg = format!("unterminated {kind} literal (detected at line {line}){hint}");
        self.error_before(start + 1, msg)
            .with_incomplete(self.at_end())
    }

    /// Line of the position; a newline at the end of the text begins no line.
    fn last_line(&self) -> u32 {
        let pos = self.pos.min(self.text.len());
        let line = self.source.line_of(pos);
        if pos > 0 && pos == self.text.len() && self.text[pos - 1] == b'\n' {
            line - 1
        } else {
            line
        }
    }

    // ---- f-strings

    /// Whether the position is in the literal part (or a format spec) of an f-string.
    pub(super) fn in_literal(&self) -> bool {
        let field = |f: &FString| f.fields.last().is_none_or(|(_, spec)| *spec);
        self.fstrings.last().is_some_and(field)
    }

    pub(super) fn fstring_part(&mut self) -> L {
        let Some(f) = self.fstrings.last() else {
            return Ok(());
        };
        let (quote, triple, raw, template) = (f.quote, f.triple, f.raw, f.template);
        let (start_of_string, in_spec) = (f.start, !f.fields.is_empty());
        let start = self.pos;
        // Inside of `\N{...}`.
        let mut named = false;
        loop {
            let c = self.peek();
            if self.at_end() || c == b'\n' && !triple {
                return Err(self.unterminated_fstring(start_of_string, triple, template, in_spec));
            }
            if self.at_quote(quote, triple) {
                self.middle(start, template);
                let end = self.pos;
                self.pos += if triple { 3 } else { 1 };
                if let Some(f) = self.fstrings.pop()
                    && let Some((level, _)) = f.fields.first()
                {
                    self.brackets.truncate(level - 1);
                }
                self.push(Kind::FEnd(template), end);
                return Ok(());
            }
            match c {
                b'}' if named => {
                    named = false;
                    self.pos += 1;
                }
                b'{' if self.ahead(1) == b'{' && !in_spec => self.pos += 2,
                b'}' if self.ahead(1) == b'}' && !in_spec => self.pos += 2,
                b'{' => {
                    self.middle(start, template);
                    return self.field_start();
                }
                b'}' if in_spec => {
                    self.middle(start, template);
                    let at = self.pos;
                    self.pos += 1;
                    return self.field_end(b'}', at);
                }
                b'}' => {
                    let msg = format!("{}single '}}' is not allowed", self.fstring_prefix());
                    return Err(self.error_before(self.pos + 1, msg));
                }
                b'\\' => {
                    self.pos += 1;
                    if !raw && self.peek() == b'N' && self.ahead(1) == b'{' {
                        self.pos += 2;
                        named = true;
                    } else if !matches!(self.peek(), b'{' | b'}') && !self.at_end() {
                        self.pos += 1;
                    }
                }
                _ => self.pos += 1,
            }
        }
    }

    fn unterminated_fstring(
        &self,
        start: usize,
        triple: bool,
        template: bool,
        in_spec: bool,
    ) -> SyntaxError {
        let letter = if template { 't' } else { 'f' };
        if in_spec && !self.at_end() {
            let msg = format!(
                "{letter}-string: newlines are not allowed in format specifiers for single quoted \
                 {letter}-strings"
            );
            return self.error_before(self.pos + 1, msg);
        }
        let line = self.last_line();
        let quotes = if triple { "triple-quoted " } else { "" };
        let msg = format!("unterminated {quotes}{letter}-string literal (detected at line {line})");
        self.error_before(start + 1, msg)
            .with_incomplete(self.at_end())
    }

    fn middle(&mut self, start: usize, template: bool) {
        if self.pos > start {
            self.push(Kind::FMiddle(template), start);
        }
    }

    fn field_start(&mut self) -> L {
        let start = self.pos;
        self.pos += 1;
        if self.brackets.len() >= MAX_BRACKETS {
            return Err(self.error_before(self.pos, "too many nested parentheses"));
        }
        self.brackets.push((b'{', start));
        let level = self.brackets.len();
        let prefix = self.fstring_prefix();
        if let Some(f) = self.fstrings.last_mut() {
            if f.fields.len() >= MAX_FIELDS {
                let msg = format!("{prefix}expressions nested too deeply");
                return Err(self.error_before(self.pos, msg));
            }
            f.fields.push((level, false));
        }
        self.push(Kind::Op, start);
        Ok(())
    }

    /// `:` or `}` of a replacement field.
    pub(super) fn field_end(&mut self, c: u8, start: usize) -> L {
        if let Some(f) = self.fstrings.last_mut() {
            if c == b':' {
                if let Some(field) = f.fields.last_mut() {
                    field.1 = true;
                }
            } else {
                f.fields.pop();
                self.brackets.pop();
            }
        }
        self.push(Kind::Op, start);
        Ok(())
    }
}
