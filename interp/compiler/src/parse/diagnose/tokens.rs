//! CPython's tokenizer, for sources that do not parse.
//!
//! Ruff's lexer recovers from errors and words them differently; this one stops at the first, with CPython's text and
//! place. It never runs on valid code, so it is simple rather than fast. Tokens carry what the error rules look at:
//! bracket level and f-string depth after the token.

use super::numbers;
use crate::errors::{NO_END, SyntaxError, SyntaxErrorKind};
use crate::source::Source;

/// Kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    Str,
    /// Start of an f-string or (if true) t-string.
    FStart(bool),
    FMiddle(bool),
    FEnd(bool),
    Op,
    Newline,
    Indent,
    Dedent,
    End,
    /// The place of a lexical error or of the end of the text inside brackets.
    Error,
}

/// A token: bytes `start..end` of the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Open brackets after the token.
    pub level: usize,
    /// Open f-strings after the token.
    pub fstrings: usize,
    /// The replacement field that is open after the token: true for a t-string's.
    pub field: Option<bool>,
}

/// What the tokenizer found.
pub(super) struct Tokens {
    pub list: Vec<Token>,
    /// First lexical error.
    pub error: Option<SyntaxError>,
    /// CPython reports it only when its parser gets there.
    pub quiet: bool,
    /// Innermost bracket that the text leaves open, and its offset.
    pub unclosed: Option<(u8, usize)>,
}

const TAB: usize = 8;
const MAX_INDENTS: usize = 100;
const MAX_BRACKETS: usize = 200;

/// An open f-string or t-string.
pub(super) struct FString {
    pub quote: u8,
    pub triple: bool,
    pub raw: bool,
    pub template: bool,
    pub start: usize,
    /// Open replacement fields: bracket level inside, and whether their format spec has begun.
    pub fields: Vec<(usize, bool)>,
}

pub(super) struct Lexer<'a> {
    pub source: &'a Source,
    pub text: &'a [u8],
    pub pos: usize,
    tokens: Vec<Token>,
    pub brackets: Vec<(u8, usize)>,
    pub fstrings: Vec<FString>,
    /// Columns of the open indents, with tabs of width 8 and of width 1.
    indents: Vec<(usize, usize)>,
    /// Start of the comment just skipped; a newline token begins there.
    comment: Option<usize>,
    quiet: bool,
}

pub(super) type L<T = ()> = Result<T, SyntaxError>;

/// Tokenizes the source up to the first lexical error.
pub(super) fn tokenize(source: &Source) -> Tokens {
    let mut lexer = Lexer {
        source,
        text: source.text().as_bytes(),
        pos: 0,
        tokens: Vec::new(),
        brackets: Vec::new(),
        fstrings: Vec::new(),
        indents: vec![(0, 0)],
        comment: None,
        quiet: false,
    };
    let mut error = lexer.run().err();
    if let Some(error) = &mut error {
        // The other ends are of errors that CPython's parser words; the tokenizer cuts its line.
        error.newline = matches!(error.end_col, 0 | NO_END);
        lexer.push(Kind::Error, lexer.pos);
    }
    Tokens {
        unclosed: lexer.brackets.last().copied(),
        list: lexer.tokens,
        error,
        quiet: lexer.quiet,
    }
}

/// An error where CPython's tokenizer stands after the last line.
pub(super) fn end_error(source: &Source, msg: impl Into<String>) -> SyntaxError {
    let text = source.text();
    let at = text.len() - text.ends_with('\n') as usize;
    SyntaxError::at(source, at, at, msg).without_end()
}

impl Lexer<'_> {
    pub fn peek(&self) -> u8 {
        self.ahead(0)
    }

    /// The byte `n` ahead; 0 past the end.
    pub fn ahead(&self, n: usize) -> u8 {
        self.text.get(self.pos + n).copied().unwrap_or(0)
    }

    pub fn at_end(&self) -> bool {
        self.pos >= self.text.len()
    }

    pub fn push(&mut self, kind: Kind, start: usize) {
        self.tokens.push(Token {
            kind,
            start,
            end: self.pos.min(self.text.len()),
            level: self.brackets.len(),
            fstrings: self.fstrings.len(),
            field: self
                .fstrings
                .last()
                .filter(|f| !f.fields.is_empty())
                .map(|f| f.template),
        });
    }

    /// An error at the character that ends at `end`, as CPython's tokenizer places it.
    pub fn error_before(&self, end: usize, msg: impl Into<String>) -> SyntaxError {
        let text = self.source.text();
        let mut start = end.min(text.len()).saturating_sub(1);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        SyntaxError::at(self.source, start, start, msg)
    }

    fn run(&mut self) -> L {
        let mut line_start = true;
        loop {
            if self.in_literal() {
                self.fstring_part()?;
                continue;
            }
            if line_start && self.brackets.is_empty() {
                line_start = false;
                self.indentation()?;
            }
            if self.skip_blanks()? {
                continue;
            }
            if self.at_end() {
                return self.end();
            }
            let c = self.peek();
            let start = match self.comment.take() {
                Some(comment) if c == b'\n' => comment,
                _ => self.pos,
            };
            if c == b'\n' {
                self.pos += 1;
                if self.brackets.is_empty() {
                    if self.tokens.last().is_some_and(|t| !self.starts_line(t)) {
                        self.push(Kind::Newline, start);
                    }
                    line_start = true;
                }
                continue;
            }
            self.token(c, start)?;
        }
    }

    /// Whether nothing of the logical line stands before the next token.
    fn starts_line(&self, last: &Token) -> bool {
        matches!(last.kind, Kind::Newline | Kind::Indent | Kind::Dedent)
    }

    fn end(&mut self) -> L {
        if !self.brackets.is_empty() || !self.fstrings.is_empty() {
            self.push(Kind::Error, self.pos);
            return Ok(());
        }
        if self.tokens.last().is_some_and(|t| !self.starts_line(t)) {
            self.push(Kind::Newline, self.pos);
        }
        while self.indents.len() > 1 {
            self.indents.pop();
            self.push(Kind::Dedent, self.pos);
        }
        self.push(Kind::End, self.pos);
        Ok(())
    }

    /// Skips spaces, comments and line continuations; true if the caller should look again.
    fn skip_blanks(&mut self) -> L<bool> {
        while matches!(self.peek(), b' ' | b'\t' | b'\x0c') && !self.at_end() {
            self.pos += 1;
        }
        if self.peek() == b'#' {
            self.comment = Some(self.pos);
            while !self.at_end() && self.peek() != b'\n' {
                self.pos += 1;
            }
        }
        if self.peek() == b'\\' {
            self.pos += 1;
            if self.at_end() && self.brackets.is_empty() {
                return Err(self.unexpected_eof());
            }
            if self.peek() != b'\n' && !self.at_end() {
                self.quiet = true;
                let at = self.pos;
                let msg = "unexpected character after line continuation character";
                return Err(SyntaxError::at(self.source, at, at, msg).with_zero_end());
            }
            self.pos += 1;
            if self.at_end() && self.brackets.is_empty() {
                return Err(self.unexpected_eof());
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn unexpected_eof(&mut self) -> SyntaxError {
        self.quiet = true;
        end_error(self.source, "unexpected EOF while parsing").with_incomplete(true)
    }

    // ---- indentation

    fn indentation(&mut self) -> L {
        let (mut col, mut alt) = (0, 0);
        loop {
            match self.peek() {
                b' ' => (col, alt) = (col + 1, alt + 1),
                b'\t' => (col, alt) = ((col / TAB + 1) * TAB, alt + 1),
                b'\x0c' => (col, alt) = (0, 0),
                b'\n' if !self.at_end() => (col, alt) = (0, 0),
                b'#' => {
                    while !self.at_end() && self.peek() != b'\n' {
                        self.pos += 1;
                    }
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        if self.at_end() {
            return Ok(());
        }
        let (top, top_alt) = self.indents.last().copied().unwrap_or((0, 0));
        if col == top {
            return if alt == top_alt {
                Ok(())
            } else {
                Err(self.tab_error())
            };
        }
        if col > top {
            if self.indents.len() >= MAX_INDENTS {
                return Err(self.line_error(
                    "too many levels of indentation",
                    SyntaxErrorKind::Indentation,
                ));
            }
            if alt <= top_alt {
                return Err(self.tab_error());
            }
            self.indents.push((col, alt));
            self.push(Kind::Indent, self.pos);
            return Ok(());
        }
        while self.indents.last().is_some_and(|(open, _)| col < *open) {
            self.indents.pop();
            self.push(Kind::Dedent, self.pos);
        }
        match self.indents.last() {
            Some((open, open_alt)) if *open == col => {
                if *open_alt == alt {
                    Ok(())
                } else {
                    Err(self.tab_error())
                }
            }
            _ => {
                self.quiet = true;
                let msg = "unindent does not match any outer indentation level";
                let end = self.source.line_end(self.source.line_of(self.pos));
                let error = SyntaxError::at(self.source, end, end, msg).without_end();
                Err(error.with_kind(SyntaxErrorKind::Indentation))
            }
        }
    }

    fn line_error(&mut self, msg: &str, kind: SyntaxErrorKind) -> SyntaxError {
        self.quiet = true;
        let start = self.source.line_start(self.source.line_of(self.pos));
        SyntaxError::at(self.source, start, start, msg)
            .with_zero_end()
            .with_kind(kind)
    }

    fn tab_error(&mut self) -> SyntaxError {
        self.line_error(
            "inconsistent use of tabs and spaces in indentation",
            SyntaxErrorKind::Tab,
        )
    }

    // ---- tokens

    fn token(&mut self, c: u8, start: usize) -> L {
        if c.is_ascii_digit() || c == b'.' && self.ahead(1).is_ascii_digit() {
            numbers::number(self)?;
            self.push(Kind::Number, start);
            return Ok(());
        }
        if c.is_ascii_alphabetic() || c == b'_' || c >= 0x80 {
            return self.name(start);
        }
        if matches!(c, b'\'' | b'"') {
            return self.string(start);
        }
        self.operator(c, start)
    }

    fn name(&mut self, start: usize) -> L {
        while self.peek().is_ascii_alphanumeric() || self.peek() == b'_' || self.peek() >= 0x80 {
            self.pos += 1;
        }
        if matches!(self.peek(), b'\'' | b'"') {
            let prefix = self.text[start..self.pos].to_ascii_lowercase();
            if prefix.len() <= 5 && prefix.iter().all(|c| b"rbuft".contains(c)) && unique(&prefix) {
                self.check_prefix(&prefix, start)?;
                return self.string(start);
            }
        }
        self.check_name(start)?;
        self.push(Kind::Name, start);
        Ok(())
    }

    fn check_prefix(&self, prefix: &[u8], start: usize) -> L {
        for (a, b) in ["ub", "ur", "uf", "ut", "bf", "bt", "ft"].map(|p| p.split_at(1)) {
            if prefix.contains(&a.as_bytes()[0]) && prefix.contains(&b.as_bytes()[0]) {
                let msg = format!("'{a}' and '{b}' prefixes are incompatible");
                return Err(SyntaxError::at(self.source, start, self.pos, msg));
            }
        }
        Ok(())
    }

    fn check_name(&self, start: usize) -> L {
        let text = self.source.text().get(start..self.pos).unwrap_or("");
        if text.is_ascii() {
            return Ok(());
        }
        for (i, c) in text.char_indices() {
            if !is_name_char(c, i == 0) {
                let end = start + i + c.len_utf8();
                let code = c as u32;
                let msg = if is_printable(c) {
                    format!("invalid character '{c}' (U+{code:04X})")
                } else {
                    format!("invalid non-printable character U+{code:04X}")
                };
                return Err(self.error_before(end, msg));
            }
        }
        Ok(())
    }

    fn operator(&mut self, c: u8, start: usize) -> L {
        if c < b' ' || c == 0x7f {
            let msg = format!("invalid non-printable character U+{c:04X}");
            return Err(self.error_before(start + 1, msg));
        }
        let field = self.fstrings.last().and_then(|f| f.fields.last());
        let at_field = field.is_some_and(|(level, spec)| !spec && *level == self.brackets.len());
        if at_field && matches!(c, b':' | b'}') {
            self.pos += 1;
            return self.field_end(c, start);
        }
        match c {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MAX_BRACKETS {
                    return Err(self.error_before(start + 1, "too many nested parentheses"));
                }
                self.brackets.push((c, start));
                self.pos += 1;
            }
            b')' | b']' | b'}' => {
                self.pos += 1;
                self.close(c, start)?;
            }
            _ => self.pos += operator_len(&self.text[start..]),
        }
        self.push(Kind::Op, start);
        Ok(())
    }

    fn close(&mut self, c: u8, start: usize) -> L {
        let prefix = self.fstring_prefix();
        let Some((open, at)) = self.brackets.pop() else {
            let msg = format!("unmatched '{}'", c as char);
            return Err(self.error_before(start + 1, msg));
        };
        let outside = self.fstrings.last().and_then(|f| f.fields.last());
        if let Some((level, _)) = outside
            && self.brackets.len() < *level
        {
            self.brackets.push((open, at));
            let msg = format!("{prefix}unmatched '{}'", c as char);
            return Err(self.error_before(start + 1, msg));
        }
        let fits = matches!((open, c), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if fits {
            return Ok(());
        }
        let (line, now) = (self.source.line_of(at), self.source.line_of(start));
        let mut msg = format!(
            "closing parenthesis '{}' does not match opening parenthesis '{}'",
            c as char, open as char
        );
        if line != now {
            msg += &format!(" on line {line}");
        }
        Err(self.error_before(start + 1, msg))
    }

    pub fn fstring_prefix(&self) -> &'static str {
        match self.fstrings.last() {
            Some(f) if f.template => "t-string: ",
            Some(_) => "f-string: ",
            None => "",
        }
    }
}

fn unique(prefix: &[u8]) -> bool {
    prefix
        .iter()
        .enumerate()
        .all(|(i, c)| !prefix[..i].contains(c))
}

/// Length of the operator at the start of `text`; any other character is one of its own.
fn operator_len(text: &[u8]) -> usize {
    const THREE: [&[u8]; 5] = [b"**=", b"//=", b">>=", b"<<=", b"..."];
    const TWO: [&[u8]; 20] = [
        b"**", b"//", b">>", b"<<", b"<=", b">=", b"==", b"!=", b"<>", b"->", b"+=", b"-=", b"*=",
        b"/=", b"%=", b"&=", b"|=", b"^=", b"@=", b":=",
    ];
    if THREE.iter().any(|op| text.starts_with(op)) {
        3
    } else if TWO.iter().any(|op| text.starts_with(op)) {
        2
    } else {
        1
    }
}

/// Whether the character may stand in a name; the parser's lexer has the Unicode tables.
fn is_name_char(c: char, first: bool) -> bool {
    if c.is_ascii() {
        return true;
    }
    let probe = if first {
        c.to_string()
    } else {
        format!("x{c}")
    };
    crate::parse::is_name(&probe)
}

/// `str.isprintable()`, but that unassigned characters count as printable.
fn is_printable(c: char) -> bool {
    !(c.is_control()
        || c.is_whitespace()
        || matches!(c as u32,
            0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f
            | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe000..=0xf8ff
            | 0xe0000..=0xe0fff | 0xf0000..))
}
