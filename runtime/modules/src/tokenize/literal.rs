//! Numbers, strings, and the text of f-strings and t-strings.

use super::scan::{Lines, Scan, Scanner, Stop, Template, Token, kind};

impl Scanner {
    /// A numeric literal. What may not follow one is left to the parser when tokens are wanted leniently.
    pub(super) fn number<E>(&mut self) -> Result<(), Stop<E>> {
        if self.ahead(0) == b'0' {
            match self.ahead(1).to_ascii_lowercase() {
                b'x' => return self.radix("hexadecimal", |c| c.is_ascii_hexdigit()),
                b'o' => return self.radix("octal", |c| matches!(c, b'0'..=b'7')),
                b'b' => return self.radix("binary", |c| matches!(c, b'0' | b'1')),
                _ => {}
            }
        }
        let begun = self.pos;
        if self.ahead(0) != b'.' {
            self.decimal_tail()?;
        }
        let whole = &self.text()[begun..self.pos];
        let zero_led =
            whole.len() > 1 && whole[0] == b'0' && whole.iter().any(|c| matches!(c, b'1'..=b'9'));
        let mut integer = true;
        if self.ahead(0) == b'.' {
            integer = false;
            self.pos += 1;
            if self.ahead(0).is_ascii_digit() {
                self.decimal_tail()?;
            }
        }
        if matches!(self.ahead(0), b'e' | b'E') {
            let signed = matches!(self.ahead(1), b'+' | b'-');
            if self.ahead(1 + usize::from(signed)).is_ascii_digit() {
                integer = false;
                self.pos += 1 + usize::from(signed);
                self.decimal_tail()?;
            } else if signed {
                self.pos += 2;
                return Err(self.fault("invalid decimal literal"));
            }
        }
        if matches!(self.ahead(0), b'j' | b'J') {
            self.pos += 1;
            return self.number_end("imaginary");
        }
        if integer && zero_led && !self.extra {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            return Err(self.fault(message));
        }
        self.number_end("decimal")
    }

    /// Digits with single underscores between them.
    fn decimal_tail<E>(&mut self) -> Result<(), Stop<E>> {
        loop {
            while self.ahead(0).is_ascii_digit() {
                self.pos += 1;
            }
            if self.ahead(0) != b'_' {
                return Ok(());
            }
            self.pos += 1;
            if !self.ahead(0).is_ascii_digit() {
                return Err(self.fault("invalid decimal literal"));
            }
        }
    }

    fn radix<E>(&mut self, name: &str, digit: fn(u8) -> bool) -> Result<(), Stop<E>> {
        self.pos += 2;
        loop {
            if self.ahead(0) == b'_' {
                self.pos += 1;
            }
            let c = self.ahead(0);
            if !digit(c) {
                return Err(self.bad_digit(name, c));
            }
            while digit(self.ahead(0)) {
                self.pos += 1;
            }
            if self.ahead(0) != b'_' {
                break;
            }
        }
        let c = self.ahead(0);
        if c.is_ascii_digit() {
            return Err(self.bad_digit(name, c));
        }
        self.number_end(name)
    }
    fn bad_digit<E>(&mut self, name: &str, c: u8) -> Stop<E> {
        if !c.is_ascii_digit() {
            return self.fault(format!("invalid {name} literal"));
        }
        self.pos += 1;
        let c = char::from(c);
        self.fault(format!("invalid digit '{c}' in {name} literal"))
    }

    /// What may stand behind a number: no name, except some keywords.
    fn number_end<E>(&mut self, name: &str) -> Result<(), Stop<E>> {
        let c = self.ahead(0);
        if self.extra || !(c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80) {
            return Ok(());
        }
        let keywords: [&[u8]; 7] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or"];
        let rest = &self.text()[self.pos..];
        if keywords.iter().any(|k| rest.starts_with(k)) || rest.starts_with(b"not") {
            return Ok(());
        }
        Err(self.fault(format!("invalid {name} literal")))
    }

    /// The quotes here: which, and one or three. They are taken.
    fn quotes(&mut self) -> (u8, usize) {
        let quote = self.ahead(0);
        let size = if self.ahead(1) == quote && self.ahead(2) == quote {
            3
        } else {
            1
        };
        self.pos += size;
        (quote, size)
    }
    /// Whether the closing quotes stand here.
    fn closes(&self, quote: u8, size: usize) -> bool {
        (0..size).all(|i| self.ahead(i) == quote)
    }

    /// A string behind its prefix.
    pub(super) fn string<L: Lines>(&mut self, lines: &mut L) -> Scan<Token, L> {
        let (quote, size) = self.quotes();
        let mut escaped_quote = false;
        loop {
            let c = self.peek(lines)?;
            match c {
                None => return Err(self.unterminated(quote, size, false)),
                Some(b'\n') if size == 1 => {
                    return Err(self.unterminated(quote, size, escaped_quote));
                }
                Some(c) if c == quote && self.closes(quote, size) => {
                    self.pos += size;
                    return Ok(self.end(kind::STRING));
                }
                Some(b'\\') => {
                    self.pos += 1;
                    let next = self.peek(lines)?;
                    escaped_quote |= next == Some(quote);
                    if next == Some(b'\r') && self.ahead(1) == b'\n' {
                        self.pos += 1;
                    }
                    self.pos += usize::from(next.is_some());
                }
                Some(_) => self.pos += 1,
            }
        }
    }
    fn unterminated<E>(&mut self, quote: u8, size: usize, escaped_quote: bool) -> Stop<E> {
        let detected = self.line;
        (self.line, self.line_start) = self.first_line();
        self.pos = self.begun() + 1;
        if let Some(t) = self.templates.last()
            && t.quote == quote
            && t.size == size
        {
            let letter = t.letter();
            return self.fault(format!("{letter}-string: expecting '}}'"));
        }
        let triple = if size == 3 { "triple-quoted " } else { "" };
        let hint = if escaped_quote {
            "; perhaps you escaped the end quote"
        } else {
            ""
        };
        self.fault(format!(
            "unterminated {triple}string literal (detected at line {detected}){hint}"
        ))
    }

    /// The opening quotes of an f-string or t-string, behind its prefix.
    pub(super) fn template_start<E>(&mut self, letters: &[u8]) -> Result<Token, Stop<E>> {
        let start = self.begun();
        let (line, line_start) = self.first_line();
        let (quote, size) = self.quotes();
        let tstring = letters.contains(&b't');
        self.templates.push(Template {
            quote,
            size,
            raw: letters.contains(&b'r'),
            tstring,
            depth: 0,
            fields: Vec::new(),
            literal: true,
            spec: false,
            opened: (line, self.text()[line_start..].to_vec(), start - line_start),
        });
        let kind = if tstring {
            kind::TSTRING_START
        } else {
            kind::FSTRING_START
        };
        Ok(self.end(kind))
    }

    /// The next piece of text, or the closing quotes; `None` where a replacement field begins or ends at once.
    pub(super) fn template_text<L: Lines>(&mut self, lines: &mut L) -> Scan<Option<Token>, L> {
        let Some(t) = self.templates.last() else {
            return Ok(None);
        };
        let (quote, size, raw, spec) = (t.quote, t.size, t.raw, t.spec);
        let base = if t.tstring {
            kind::TSTRING_START
        } else {
            kind::FSTRING_START
        };
        self.held = false;
        self.peek(lines)?;
        self.begin();
        if !spec && self.closes(quote, size) {
            self.pos += size;
            self.templates.pop();
            return Ok(Some(self.end(base + 2)));
        }
        let mut named_escape = false;
        loop {
            match self.peek(lines)? {
                None => return Err(self.template_unterminated()),
                Some(b'\n') if size == 1 => {
                    if spec {
                        let letter = self.templates.last().map_or('f', Template::letter);
                        self.pos += 1;
                        return Err(self.fault_at(0, format!("{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings")));
                    }
                    return Err(self.template_unterminated());
                }
                Some(c) if c == quote && self.closes(quote, size) => {
                    return Ok(Some(self.end(base + 1)));
                }
                Some(b'{') if !spec && self.ahead(1) == b'{' => {
                    self.pos += 2;
                    return Ok(Some(self.end_at(base + 1, self.pos - 1)));
                }
                Some(b'{') => {
                    if std::mem::take(&mut named_escape) {
                        self.pos += 1;
                        named_escape = true;
                        self.skip_name();
                        continue;
                    }
                    return self.field(base);
                }
                Some(b'}') if named_escape => {
                    named_escape = false;
                    self.pos += 1;
                }
                Some(b'}') if !spec && self.ahead(1) == b'}' => {
                    self.pos += 2;
                    return Ok(Some(self.end_at(base + 1, self.pos - 1)));
                }
                Some(b'}') => {
                    if let Some(t) = self.templates.last_mut() {
                        t.literal = false;
                    }
                    return Ok(Some(self.end(base + 1)));
                }
                Some(b'\\') => {
                    self.pos += 1;
                    self.peek(lines)?;
                    match self.ahead(0) {
                        b'{' | b'}' | 0 => {}
                        b'N' if !raw && self.ahead(1) == b'{' => {
                            self.pos += 1;
                            named_escape = true;
                        }
                        b'\r' if self.ahead(1) == b'\n' => self.pos += 2,
                        _ => self.pos += 1,
                    }
                }
                Some(_) => self.pos += 1,
            }
        }
    }
    /// Over the name in `\N{...}`, which is text.
    fn skip_name(&mut self) {
        while !matches!(self.ahead(0), b'}' | b'\n' | b'"' | b'\'' | 0) {
            self.pos += 1;
        }
    }

    /// At the brace that opens a replacement field: the text before it, if any.
    fn field<E>(&mut self, base: u8) -> Result<Option<Token>, Stop<E>> {
        if let Some(t) = self.templates.last_mut() {
            t.literal = false;
            t.fields.push(t.depth + 1);
        }
        if self.pos == self.begun() {
            return Ok(None);
        }
        Ok(Some(self.end(base + 1)))
    }

    fn template_unterminated<E>(&mut self) -> Stop<E> {
        let detected = self.line;
        let Some(t) = self.templates.pop() else {
            return self.fault("unterminated string literal");
        };
        let letter = t.letter();
        let triple = if t.size == 3 { "triple-quoted " } else { "" };
        let message =
            format!("unterminated {triple}{letter}-string literal (detected at line {detected})");
        let (line, text, at) = t.opened;
        self.restore(line, text, at + 1);
        self.fault(message)
    }
}

impl Template {
    /// `f` or `t`
    pub(super) fn letter(&self) -> char {
        if self.tstring { 't' } else { 'f' }
    }
}
