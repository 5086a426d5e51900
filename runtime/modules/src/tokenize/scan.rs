//! The scanner: lines in, tokens out, as `tokenize` wants them.
//!
//! The parser crate's lexer wants the whole text and recovers from errors in its own way; `tokenize` reads line by line, reports comments
//! and blank lines, and stops at the first error with the tokenizer's words. So this is a scanner of its own, over the lines of one token
//! at a time. It knows nothing of objects: lines come through [`Lines`], so reading one may run Python.

use skein_runtime::text::{case, unicode, wtf8};

/// Where lines come from.
pub trait Lines {
    /// What a reader may raise.
    type Error;
    /// The next line in UTF-8; `None` at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Why there is no token.
pub enum Stop<E> {
    /// The reader raised.
    Reader(E),
    /// The text is wrong.
    Fault(Fault),
}

/// The exception that a fault becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    Syntax,
    Indentation,
    Tab,
}

/// An error in the text.
#[derive(Debug)]
pub struct Fault {
    pub kind: FaultKind,
    pub message: String,
    pub line: usize,
    pub offset: usize,
    pub text: Vec<u8>,
}

/// Numbers of token types.
pub mod kind {
    pub const ENDMARKER: u8 = 0;
    pub const NAME: u8 = 1;
    pub const NUMBER: u8 = 2;
    pub const STRING: u8 = 3;
    pub const NEWLINE: u8 = 4;
    pub const INDENT: u8 = 5;
    pub const DEDENT: u8 = 6;
    pub const OP: u8 = 55;
    pub const FSTRING_START: u8 = 59;
    pub const TSTRING_START: u8 = 62;
    pub const COMMENT: u8 = 65;
    pub const NL: u8 = 66;
}

/// One token. Offsets are into [`Scanner::text`] and hold until the next token is asked for.
#[derive(Debug)]
pub struct Token {
    pub kind: u8,
    pub start: usize,
    pub end: usize,
    /// Line number of the start, and where that line starts.
    pub first: (usize, usize),
    /// The same of the end.
    pub last: (usize, usize),
    /// Neither text nor place: dedents and the like without `extra`.
    pub bare: bool,
}

/// Exact types of operators.
const OPERATORS: [(&str, u8); 49] = [
    ("**=", 46),
    ("//=", 48),
    (">>=", 45),
    ("<<=", 44),
    ("...", 52),
    ("!=", 28),
    ("%=", 40),
    ("&=", 41),
    ("**", 35),
    ("*=", 38),
    ("+=", 36),
    ("-=", 37),
    ("->", 51),
    ("//", 47),
    ("/=", 39),
    (":=", 53),
    ("<<", 33),
    ("<=", 29),
    ("<>", 28),
    ("==", 27),
    (">=", 30),
    (">>", 34),
    ("@=", 50),
    ("^=", 43),
    ("|=", 42),
    ("!", 54),
    ("%", 24),
    ("&", 19),
    ("(", 7),
    (")", 8),
    ("*", 16),
    ("+", 14),
    (",", 12),
    ("-", 15),
    (".", 23),
    ("/", 17),
    (":", 11),
    (";", 13),
    ("<", 20),
    ("=", 22),
    (">", 21),
    ("@", 49),
    ("[", 9),
    ("]", 10),
    ("^", 32),
    ("{", 25),
    ("|", 18),
    ("}", 26),
    ("~", 31),
];

/// Deepest indentation.
const MAX_INDENT: usize = 100;
/// Deepest nesting of brackets.
const MAX_BRACKETS: usize = 200;

/// An open f-string or t-string.
pub(super) struct Template {
    pub quote: u8,
    pub size: usize,
    pub raw: bool,
    pub tstring: bool,
    /// Brackets open inside it.
    pub depth: usize,
    /// Values of `depth` inside each open replacement field.
    pub fields: Vec<usize>,
    /// Scanning text, not an expression.
    pub literal: bool,
    /// The text is a format specification.
    pub spec: bool,
    /// Line number and start of the line where it opened, and its offset in it.
    pub opened: (usize, Vec<u8>, usize),
}

/// The state between tokens.
pub struct Scanner {
    text: Vec<u8>,
    pub(super) pos: usize,
    pub(super) line_start: usize,
    pub(super) line: usize,
    pub(super) eof: bool,
    /// The present line's newline was added.
    pub implicit_newline: bool,
    pub extra: bool,
    /// A token is in progress, so its lines must stay.
    pub(super) held: bool,
    indents: Vec<(usize, usize)>,
    pending: isize,
    at_line_start: bool,
    comment_newline: bool,
    brackets: Vec<(u8, usize)>,
    pub(super) templates: Vec<Template>,
    start: usize,
    first: (usize, usize),
}

pub(super) type Scan<T, L> = Result<T, Stop<<L as Lines>::Error>>;

impl Scanner {
    /// At the start of a text. `extra`: also comments and blank lines, all operators as `OP`, and lenient about what only the parser refuses.
    pub fn new(extra: bool) -> Scanner {
        Scanner {
            text: Vec::new(),
            pos: 0,
            line_start: 0,
            line: 0,
            eof: false,
            implicit_newline: false,
            extra,
            held: false,
            indents: vec![(0, 0)],
            pending: 0,
            at_line_start: true,
            comment_newline: false,
            brackets: Vec::new(),
            templates: Vec::new(),
            start: 0,
            first: (0, 0),
        }
    }
    /// The lines at hand.
    pub fn text(&self) -> &[u8] {
        &self.text
    }
    /// Whether the input is used up.
    pub fn at_end(&self) -> bool {
        self.eof
    }

    /// The next byte, reading a line if need be.
    pub(super) fn peek<L: Lines>(&mut self, lines: &mut L) -> Scan<Option<u8>, L> {
        if self.pos < self.text.len() {
            return Ok(Some(self.text[self.pos]));
        }
        if self.eof {
            return Ok(None);
        }
        let Some(line) = lines
            .next()
            .map_err(Stop::Reader)?
            .filter(|line| !line.is_empty())
        else {
            self.eof = true;
            return Ok(None);
        };
        if !self.held {
            self.text.clear();
            self.pos = 0;
        }
        self.line += 1;
        self.line_start = self.pos;
        self.text.extend_from_slice(&line);
        self.implicit_newline = line.last() != Some(&b'\n');
        if self.implicit_newline {
            self.text.push(b'\n');
        }
        if line.contains(&0) {
            return Err(self.fault_at(0, "source code cannot contain null bytes"));
        }
        Ok(Some(self.text[self.pos]))
    }
    /// Whether the next byte is one of these; it is not taken.
    pub(super) fn sees<L: Lines>(&mut self, lines: &mut L, any: &[u8]) -> Scan<bool, L> {
        Ok(self.peek(lines)?.is_some_and(|c| any.contains(&c)))
    }
    /// The byte `ahead` of the next one on the same line.
    pub(super) fn ahead(&self, ahead: usize) -> u8 {
        self.text.get(self.pos + ahead).copied().unwrap_or(0)
    }

    /// An error at the present place.
    pub(super) fn fault<E>(&self, message: impl Into<String>) -> Stop<E> {
        self.fault_at(self.column(), message)
    }
    /// An error in the present line at this column, counted from 1.
    pub(super) fn fault_at<E>(&self, offset: usize, message: impl Into<String>) -> Stop<E> {
        self.fault_of(FaultKind::Syntax, offset, message)
    }
    fn fault_of<E>(&self, kind: FaultKind, offset: usize, message: impl Into<String>) -> Stop<E> {
        let line = &self.text[self.line_start.min(self.text.len())..];
        let end = line.iter().position(|&c| c == b'\n');
        Stop::Fault(Fault {
            kind,
            message: message.into(),
            line: self.line,
            offset,
            text: line[..end.unwrap_or(line.len())].to_vec(),
        })
    }
    /// Characters of the present line before the present place.
    pub(super) fn column(&self) -> usize {
        wtf8::count(&self.text[self.line_start.min(self.pos)..self.pos])
    }

    /// Goes back to an earlier line, for an error there.
    pub(super) fn restore(&mut self, line: usize, text: Vec<u8>, pos: usize) {
        (self.line, self.text, self.line_start, self.pos) = (line, text, 0, pos);
    }

    /// Begins a token here.
    pub(super) fn begin(&mut self) {
        self.start = self.pos;
        self.first = (self.line, self.line_start);
        self.held = true;
    }
    /// Start of the token in progress.
    pub(super) fn begun(&self) -> usize {
        self.start
    }
    /// Line of the token's start.
    pub(super) fn first_line(&self) -> (usize, usize) {
        self.first
    }
    /// Ends the token here.
    pub(super) fn end(&mut self, kind: u8) -> Token {
        self.end_at(kind, self.pos)
    }
    pub(super) fn end_at(&mut self, kind: u8, end: usize) -> Token {
        self.held = false;
        Token {
            kind,
            start: self.start,
            end,
            first: self.first,
            last: (self.line, self.line_start),
            bare: false,
        }
    }
    fn bare(&mut self, kind: u8) -> Token {
        let mut token = self.end(kind);
        token.start = token.end;
        token.bare = !self.extra;
        token
    }

    /// The next token. After an end marker there is none.
    pub fn token<L: Lines>(&mut self, lines: &mut L) -> Scan<Token, L> {
        if self.templates.last().is_some_and(|t| t.literal)
            && let Some(token) = self.template_text(lines)?
        {
            return Ok(token);
        }
        loop {
            self.held = false;
            let blank = self.at_line_start && {
                self.at_line_start = false;
                self.indentation(lines)?
            };
            if self.pending != 0 {
                return Ok(self.pending_token());
            }
            while self.sees(lines, b" \t\x0c")? {
                self.pos += 1;
            }
            self.peek(lines)?;
            self.begin();
            if self.sees(lines, b"#")? {
                while !matches!(self.ahead(0), 0 | b'\n' | b'\r') {
                    self.pos += 1;
                }
                if self.extra {
                    self.comment_newline = blank;
                    return Ok(self.end(kind::COMMENT));
                }
            }
            let Some(mut c) = self.peek(lines)? else {
                if !self.brackets.is_empty() || !self.templates.is_empty() {
                    return Err(self.fault_at(0, "unexpected EOF in multi-line statement"));
                }
                return Ok(self.bare(kind::ENDMARKER));
            };
            if c == b'\r' && self.ahead(1) == b'\n' {
                self.pos += 1;
                c = b'\n';
            }
            if c == b'\n' {
                match self.newline(blank) {
                    Some(token) => return Ok(token),
                    None => continue,
                }
            }
            if c == b'\\' {
                self.continuation(lines)?;
                continue;
            }
            return self.visible(lines, c);
        }
    }

    /// A token that is neither layout nor comment.
    fn visible<L: Lines>(&mut self, lines: &mut L, c: u8) -> Scan<Token, L> {
        if c.is_ascii_digit() || c == b'.' && self.ahead(1).is_ascii_digit() {
            self.number()?;
            return Ok(self.end(kind::NUMBER));
        }
        if c == b'"' || c == b'\'' {
            return self.string(lines);
        }
        if c.is_ascii_alphabetic() || c == b'_' || c >= 0x80 {
            if let Some(length) = self.prefix() {
                let letters = self.text[self.pos..self.pos + length].to_ascii_lowercase();
                self.pos += length;
                return if letters.contains(&b'f') || letters.contains(&b't') {
                    self.template_start(&letters)
                } else {
                    self.string(lines)
                };
            }
            self.name()?;
            return Ok(self.end(kind::NAME));
        }
        self.operator(c)
    }

    /// Length of a string prefix, if a quote follows it.
    fn prefix(&self) -> Option<usize> {
        let rest = &self.text[self.pos..];
        let length = rest
            .iter()
            .take(3)
            .position(|c| matches!(c, b'"' | b'\''))?;
        let letters = rest[..length].to_ascii_lowercase();
        let known: [&[u8]; 11] = [
            b"r", b"b", b"u", b"f", b"t", b"br", b"rb", b"fr", b"rf", b"tr", b"rt",
        ];
        known.contains(&letters.as_slice()).then_some(length)
    }

    fn name<E>(&mut self) -> Result<(), Stop<E>> {
        while matches!(self.ahead(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..) {
            self.pos += 1;
        }
        let name = &self.text[self.start..self.pos];
        if name.is_ascii() || case::is_identifier(name) {
            return Ok(());
        }
        let mut at = 0;
        while let Some((cp, length)) = wtf8::decode_at(name, at) {
            let good = if at == 0 {
                unicode::is_identifier_start(cp)
            } else {
                unicode::is_identifier_continue(cp)
            };
            if !good {
                self.pos = self.start + at + length;
                return Err(self.bad_character(cp));
            }
            at += length;
        }
        Ok(())
    }
    fn bad_character<E>(&self, cp: u32) -> Stop<E> {
        match char::from_u32(cp).filter(|_| unicode::is_printable(cp)) {
            Some(c) => self.fault(format!("invalid character '{c}' (U+{cp:04X})")),
            None => self.fault(format!("invalid non-printable character U+{cp:04X}")),
        }
    }

    /// Measures the line's indentation; whether the line is blank. Dedents and an indent become pending.
    fn indentation<L: Lines>(&mut self, lines: &mut L) -> Scan<bool, L> {
        let (mut col, mut alt, mut continued) = (0, 0, 0);
        self.peek(lines)?;
        self.begin();
        loop {
            match self.peek(lines)? {
                Some(b' ') => (col, alt) = (col + 1, alt + 1),
                Some(b'\t') => (col, alt) = ((col / 8 + 1) * 8, alt + 1),
                Some(b'\x0c') => (col, alt) = (0, 0),
                Some(b'\\') => {
                    // The first backslash tells the indentation.
                    continued = if continued == 0 { col } else { continued };
                    self.continuation(lines)?;
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        if self.sees(lines, b"#\n\r")? {
            return Ok(true);
        }
        if self.brackets.is_empty() {
            if continued != 0 {
                (col, alt) = (continued, continued);
            }
            self.indent_to(col, alt)?;
        }
        Ok(false)
    }
    fn indent_to<E>(&mut self, col: usize, alt: usize) -> Result<(), Stop<E>> {
        let top = |s: &Scanner| s.indents.last().copied().unwrap_or((0, 0));
        let tabs = |s: &Scanner| {
            let message = "inconsistent use of tabs and spaces in indentation";
            s.fault_of(FaultKind::Tab, s.rest_of_line(), message)
        };
        let (present, present_alt) = top(self);
        if col == present {
            return if alt == present_alt {
                Ok(())
            } else {
                Err(tabs(self))
            };
        }
        if col > present {
            if self.indents.len() >= MAX_INDENT {
                return Err(self.fault_of(
                    FaultKind::Indentation,
                    self.rest_of_line(),
                    "too many levels of indentation",
                ));
            }
            if alt <= present_alt {
                return Err(tabs(self));
            }
            self.pending += 1;
            self.indents.push((col, alt));
            return Ok(());
        }
        while self.indents.len() > 1 && col < top(self).0 {
            self.pending -= 1;
            self.indents.pop();
        }
        if col != top(self).0 {
            let message = "unindent does not match any outer indentation level";
            return Err(self.fault_of(FaultKind::Indentation, self.rest_of_line(), message));
        }
        if alt != top(self).1 {
            return Err(tabs(self));
        }
        Ok(())
    }
    /// Characters in the present line, its newline included.
    fn rest_of_line(&self) -> usize {
        wtf8::count(&self.text[self.line_start.min(self.text.len())..])
    }
    fn pending_token(&mut self) -> Token {
        if self.pending > 0 {
            self.pending -= 1;
            self.first = (self.line, self.line_start);
            self.start = self.line_start;
            let mut token = self.end(kind::INDENT);
            token.bare = !self.extra;
            return token;
        }
        self.pending += 1;
        self.first = (self.line, self.line_start);
        self.bare(kind::DEDENT)
    }

    /// A backslash at the end of a line.
    fn continuation<L: Lines>(&mut self, lines: &mut L) -> Scan<(), L> {
        self.pos += 1;
        if self.ahead(0) == b'\r' {
            self.pos += 1;
        }
        if self.ahead(0) != b'\n' {
            self.pos += 1;
            let offset = self.column();
            return Err(self.fault_at(
                offset,
                "unexpected character after line continuation character",
            ));
        }
        self.pos += 1;
        self.held = false;
        if self.peek(lines)?.is_none() {
            return Err(self.fault_at(0, "unexpected EOF in multi-line statement"));
        }
        Ok(())
    }

    /// At a newline; `None` if it is no token.
    fn newline(&mut self, blank: bool) -> Option<Token> {
        self.pos += 1;
        self.at_line_start = true;
        let after_comment = std::mem::take(&mut self.comment_newline);
        if blank || !self.brackets.is_empty() {
            return self.extra.then(|| self.end(kind::NL));
        }
        if after_comment && self.extra {
            return Some(self.end(kind::NL));
        }
        let end = self.pos - usize::from(!self.extra);
        Some(self.end_at(kind::NEWLINE, end))
    }

    fn operator<E>(&mut self, c: u8) -> Result<Token, Stop<E>> {
        if !(0x20..0x7f).contains(&c) {
            self.pos += 1;
            return Err(self.bad_character(u32::from(c)));
        }
        // A colon at the level of a replacement field begins its format specification, whatever follows.
        if c == b':'
            && let Some(t) = self.templates.last_mut()
            && t.fields.last() == Some(&t.depth)
        {
            (t.literal, t.spec) = (true, true);
            self.pos += 1;
            return Ok(self.end(self.exact(11)));
        }
        let rest = &self.text[self.pos..];
        let found = OPERATORS
            .iter()
            .find(|(op, _)| rest.starts_with(op.as_bytes()));
        let (length, number) = found.map_or((1, kind::OP), |(op, number)| (op.len(), *number));
        self.pos += length;
        match c {
            b'(' | b'[' | b'{' => self.open(c)?,
            b')' | b']' | b'}' => self.close(c)?,
            _ => {}
        }
        Ok(self.end(self.exact(number)))
    }
    fn exact(&self, number: u8) -> u8 {
        if self.extra { kind::OP } else { number }
    }
    fn open<E>(&mut self, c: u8) -> Result<(), Stop<E>> {
        if self.brackets.len() >= MAX_BRACKETS {
            return Err(self.fault("too many nested parentheses"));
        }
        self.brackets.push((c, self.line));
        if let Some(t) = self.templates.last_mut() {
            t.depth += 1;
        }
        Ok(())
    }
    fn close<E>(&mut self, c: u8) -> Result<(), Stop<E>> {
        let shown = char::from(c);
        if let Some(t) = self.templates.last()
            && t.depth == 0
            && c == b'}'
        {
            let letter = t.letter();
            return Err(self.fault(format!("{letter}-string: single '}}' is not allowed")));
        }
        match self.brackets.pop() {
            None if !self.extra => return Err(self.fault(format!("unmatched '{shown}'"))),
            Some((open, line)) if !self.extra && !pairs(open, c) => {
                let open = char::from(open);
                let place = if line == self.line {
                    String::new()
                } else {
                    format!(" on line {line}")
                };
                return Err(self.fault(format!(
                    "closing parenthesis '{shown}' does not match opening parenthesis '{open}'{place}"
                )));
            }
            _ => {}
        }
        if let Some(t) = self.templates.last_mut() {
            if t.depth == 0 {
                let letter = t.letter();
                return Err(self.fault(format!("{letter}-string: unmatched '{shown}'")));
            }
            let inside = t.fields.last() == Some(&t.depth);
            t.depth -= 1;
            if inside && c == b'}' {
                t.fields.pop();
                (t.literal, t.spec) = (true, !t.fields.is_empty());
            }
        }
        Ok(())
    }
}

fn pairs(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
}
