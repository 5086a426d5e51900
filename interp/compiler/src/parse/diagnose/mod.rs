//! Why a source does not parse, in CPython's words and at CPython's place.
//!
//! A second reading of the text after Ruff's parser has refused it. CPython parses twice: first plainly, which finds
//! the furthest token; then with extra rules that match common mistakes, of which the first one that matches gives
//! the message. [`Parser`] does the same with a backtracking recursive descent whose functions follow the shape of
//! CPython's grammar, because which mistake is seen first depends on the order of attempts. It builds no tree, only
//! what messages need. Lexical errors come before all others, wherever they are.
//!
//! Limits: type comments are unknown; where this reading finds nothing wrong, Ruff's place and "invalid syntax" stand.

mod atoms;
mod calls;
mod clauses;
mod exprs;
mod fstrings;
mod lex_strings;
mod node;
mod numbers;
mod params;
mod patterns;
mod rules;
mod stmts;
mod strings;
mod targets;
mod tokens;

use super::Mode;
use crate::errors::{SyntaxError, SyntaxErrorKind};
use crate::source::Source;
use node::Node;
use std::collections::HashMap;
use std::rc::Rc;
use tokens::{Kind, Token, Tokens};

/// Result of a rule: no match, a match, or an error found.
type P<T = Rc<Node>> = Result<Option<T>, Box<SyntaxError>>;

/// Rules whose results are kept, because several attempts ask for them at the same place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Rule {
    Expression,
    Disjunction,
    BitwiseOr,
    Primary,
    NamedExpression,
    StarExpression,
    StarExpressions,
    Arguments,
    Atom,
    Comparison,
    Block,
}

/// What a rule gave, and the position after it.
type Outcome = (Option<Rc<Node>>, usize);

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    /// The error that the last token stands for, if it is an error token.
    lexical: Option<SyntaxError>,
    pos: usize,
    /// Furthest token looked at.
    furthest: usize,
    /// Second reading, with the rules for mistakes.
    mistakes: bool,
    memo: HashMap<(Rule, usize, bool), Outcome>,
    /// Replacement fields being parsed, innermost last: true for a t-string.
    fields: Vec<bool>,
    /// Expressions being parsed inside one another.
    depth: usize,
    /// Start of the compound statement furthest down that the second reading has parsed.
    done: Option<usize>,
}

/// Limit of [`Parser::depth`]; brackets alone cannot reach it. Deeper sources get Ruff's verdict.
const MAX_DEPTH: usize = 240;

/// The error of a source that Ruff refuses.
pub(super) fn diagnose(source: &Source, mode: Mode) -> Option<SyntaxError> {
    let tokens = tokens::tokenize(source);
    let mut parser = Parser {
        source,
        tokens: &tokens.list,
        lexical: tokens.error.clone().or_else(|| unclosed(source, &tokens)),
        pos: 0,
        furthest: 0,
        mistakes: false,
        memo: HashMap::new(),
        fields: Vec::new(),
        depth: 0,
        done: None,
    };
    let mut found = match parser.file(mode) {
        Ok(Some(())) => return tokens.error.clone().or_else(|| unclosed(source, &tokens)),
        Ok(None) => None,
        Err(error) => Some(*error),
    };
    let last = parser.furthest;
    if found.is_none() {
        parser.pos = 0;
        parser.mistakes = true;
        parser.memo.clear();
        parser.fields.clear();
        found = match parser.file(mode) {
            Err(error) => Some(*error),
            Ok(_) => parser.reached_error(),
        };
    }
    if parser.depth > MAX_DEPTH {
        return None;
    }
    let mut error = conclude(source, &tokens, mode, last, parser.furthest, found);
    error.incomplete = error.incomplete || reaches_end(source, &tokens, parser.furthest);
    error.after = Some(match parser.done {
        Some(at) => (source.line_of(at), source.char_col(at)),
        None => (0, 0),
    });
    error.in_file = error.newline && mode == Mode::Exec;
    let read = source.line_of(tokens.list[parser.furthest.min(tokens.list.len() - 1)].start);
    error.newline = error.newline
        && read <= error.line
        && (mode == Mode::Exec || source.line_end(error.line) < source.text().len());
    Some(error)
}

/// The lexical error of a source that parses, if there is one.
pub(super) fn lexical_error(source: &Source) -> Option<SyntaxError> {
    tokens::tokenize(source).error
}

/// Chooses between what the rules found, the lexer's error and the generic error at token `last`.
fn conclude(
    source: &Source,
    tokens: &Tokens,
    mode: Mode,
    last: usize,
    furthest: usize,
    found: Option<SyntaxError>,
) -> SyntaxError {
    let token = tokens.list[last.min(tokens.list.len() - 1)];
    let lexical = tokens.error.clone().or_else(|| unclosed(source, tokens));
    if token.kind == Kind::Error
        && let Some(error) = lexical
    {
        return error;
    }
    if found.is_none() && matches!(token.kind, Kind::Indent | Kind::Dedent) {
        let indent = token.kind == Kind::Indent;
        let msg = if indent {
            "unexpected indent"
        } else {
            "unexpected unindent"
        };
        let error = token_error(source, token, msg.to_owned());
        return error.with_kind(SyntaxErrorKind::Indentation);
    }
    // The rest of the text is only tokenized now; what is wrong there matters more.
    let in_fstring = tokens.list.last().is_some_and(|t| t.fstrings > 0);
    if let Some(error) = &tokens.error
        && !tokens.quiet
        && !in_fstring
    {
        return error.clone();
    }
    if let Some((_, at)) = tokens.unclosed
        && tokens.error.is_none()
        && !in_fstring
        && source.line_of(tokens.list[furthest].start) > source.line_of(at)
        && let Some(error) = unclosed(source, tokens)
    {
        return error;
    }
    found.unwrap_or_else(|| {
        let prefix = field_prefix(token);
        let mut error = token_error(source, token, format!("{prefix}invalid syntax"));
        // Outside of `exec` mode no newline is put at the end.
        let at_end =
            token.kind == Kind::Newline && mode != Mode::Exec && token.start >= source.text().len();
        if at_end || matches!(token.kind, Kind::Indent | Kind::Dedent | Kind::End) {
            error.col = 0;
            error.end_col = 0;
        }
        error
    })
}

/// An error at a token.
fn token_error(source: &Source, token: Token, msg: String) -> SyntaxError {
    match token.kind {
        // One character wide, also where the text ends without it.
        Kind::Newline => {
            let end = source.line_end(source.line_of(token.start));
            let mut error = SyntaxError::at(source, token.start, end.max(token.start), msg);
            error.end_col += 1;
            error
        }
        // These have no text; CPython takes the place where its tokenizer stands, counted from 0.
        Kind::Indent | Kind::Dedent | Kind::End if token.start >= source.text().len() => {
            tokens::end_error(source, msg)
        }
        Kind::Indent | Kind::Dedent => {
            let mut error = SyntaxError::at(source, token.start, token.start, msg).without_end();
            error.col -= 1;
            error
        }
        _ => clip(source, SyntaxError::at(source, token.start, token.end, msg)),
    }
}

/// CPython measures the end column in the first line.
fn clip(source: &Source, mut error: SyntaxError) -> SyntaxError {
    if error.end_line != error.line {
        let width = source.line_text(error.line).chars().count() as u32 + 1;
        error.end_col = error.end_col.min(width);
    }
    error
}

fn unclosed(source: &Source, tokens: &Tokens) -> Option<SyntaxError> {
    let (open, at) = tokens.unclosed?;
    let msg = format!("'{}' was never closed", open as char);
    Some(
        SyntaxError::at(source, at, at, msg)
            .with_zero_end()
            .with_incomplete(true),
    )
}

/// Errors inside a replacement field say so.
fn field_prefix(token: Token) -> &'static str {
    match token.field {
        Some(true) => "t-string: ",
        Some(false) => "f-string: ",
        None => "",
    }
}

/// Whether the parser saw the end of the text, so that more text could help.
fn reaches_end(source: &Source, tokens: &Tokens, furthest: usize) -> bool {
    let token = tokens.list[furthest.min(tokens.list.len() - 1)];
    match token.kind {
        Kind::End => true,
        Kind::Error => tokens.error.is_none(),
        _ => {
            token.end >= source.text().len() && !source.text().ends_with('\n')
                || token.kind == Kind::Dedent && token.start >= source.text().trim_end().len()
        }
    }
}

// ---- reading tokens

impl<'a> Parser<'a> {
    fn token(&mut self) -> Token {
        self.furthest = self.furthest.max(self.pos.min(self.tokens.len() - 1));
        self.tokens[self.pos.min(self.tokens.len() - 1)]
    }

    fn text(&self, token: Token) -> &'a str {
        let source: &'a Source = self.source;
        source.text().get(token.start..token.end).unwrap_or("")
    }

    /// The text of the next token if it is an operator or a word, else "".
    fn word(&mut self) -> &'a str {
        let token = self.token();
        match token.kind {
            Kind::Op | Kind::Name => self.text(token),
            _ => "",
        }
    }

    fn at(&mut self, word: &str) -> bool {
        self.word() == word
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.at(word);
        self.pos += found as usize;
        found
    }

    fn at_kind(&mut self, kind: Kind) -> bool {
        self.token().kind == kind
    }

    fn eat_kind(&mut self, kind: Kind) -> bool {
        let found = self.at_kind(kind);
        self.pos += found as usize;
        found
    }

    /// A name that is no keyword.
    fn name(&mut self) -> Option<Token> {
        let token = self.token();
        if token.kind != Kind::Name || is_keyword(self.text(token)) {
            return None;
        }
        self.pos += 1;
        Some(token)
    }

    fn at_name(&mut self) -> bool {
        let token = self.token();
        token.kind == Kind::Name && !is_keyword(self.text(token))
    }

    /// Runs a rule and takes the position back unless it matched.
    fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> P<T>) -> P<T> {
        let start = self.pos;
        let result = rule(self);
        if !matches!(result, Ok(Some(_))) {
            self.pos = start;
        }
        result
    }

    /// Whether a rule would match here.
    fn looking_at<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> P<T>,
    ) -> Result<bool, Box<SyntaxError>> {
        let start = self.pos;
        let result = rule(self);
        self.pos = start;
        Ok(result?.is_some())
    }

    /// Runs a rule once per place and reading.
    fn remember(&mut self, rule: Rule, run: impl FnOnce(&mut Self) -> P) -> P {
        let key = (rule, self.pos, self.mistakes);
        if let Some((node, end)) = self.memo.get(&key) {
            if node.is_some() {
                self.pos = *end;
            }
            return Ok(node.clone());
        }
        let result = self.attempt(run)?;
        self.memo.insert(key, (result.clone(), self.pos));
        Ok(result)
    }

    /// Runs a rule without the rules for mistakes.
    fn plainly<T>(&mut self, rule: impl FnOnce(&mut Self) -> P<T>) -> P<T> {
        let mistakes = std::mem::replace(&mut self.mistakes, false);
        let result = rule(self);
        self.mistakes = mistakes;
        result
    }

    /// End of the last token taken.
    fn last_end(&self) -> usize {
        match self.pos {
            0 => 0,
            pos => self.tokens[pos - 1].end,
        }
    }

    // ---- raising

    /// An error at a range.
    fn fail<T>(&mut self, start: usize, end: usize, msg: impl AsRef<str>) -> P<T> {
        let prefix = self.message_prefix(msg.as_ref());
        let msg = format!("{prefix}{}", msg.as_ref());
        self.raise(clip(
            self.source,
            SyntaxError::at(self.source, start, end, msg),
        ))
    }

    /// Raises an error, unless the lexer's came first.
    fn raise<T>(&self, error: SyntaxError) -> P<T> {
        Err(Box::new(self.reached_error().unwrap_or(error)))
    }

    /// The lexer's error, if its token has been looked at.
    fn reached_error(&self) -> Option<SyntaxError> {
        match self.tokens[self.furthest].kind {
            Kind::Error => self.lexical.clone(),
            _ => None,
        }
    }

    /// An error at the furthest token.
    fn fail_last<T>(&mut self, msg: &str) -> P<T> {
        let token = self.tokens[self.furthest];
        self.fail_token(token, msg)
    }

    /// An error at the next token.
    fn fail_next<T>(&mut self, msg: &str) -> P<T> {
        let token = self.token();
        self.fail_token(token, msg)
    }

    fn fail_token<T>(&mut self, token: Token, msg: &str) -> P<T> {
        let prefix = self.message_prefix(msg);
        Err(Box::new(token_error(
            self.source,
            token,
            format!("{prefix}{msg}"),
        )))
    }

    /// "f-string: " inside a replacement field, unless the message says so itself.
    fn message_prefix(&self, msg: &str) -> &'static str {
        if msg.contains("-string: ") {
            return "";
        }
        field_prefix(self.tokens[self.furthest])
    }

    /// An error from a place to the end of the furthest token, counted from 0 as CPython does.
    fn fail_from<T>(&mut self, start: usize, msg: &str) -> P<T> {
        let last = self.tokens[self.furthest];
        let end = match last.kind {
            Kind::Newline => self.source.line_end(self.source.line_of(last.start)),
            _ => last.end,
        };
        let result = self.fail(start, end, msg);
        result.map_err(|mut error: Box<SyntaxError>| {
            error.end_col -= (last.kind != Kind::Newline) as u32;
            error
        })
    }

    /// A missing indented block; CPython points at the furthest token.
    fn fail_indent<T>(&mut self, msg: &str) -> P<T> {
        let token = self.tokens[self.furthest];
        let result = self.fail_token(token, msg);
        result.map_err(|mut error| {
            error.kind = SyntaxErrorKind::Indentation;
            error
        })
    }

    /// Takes a token that must follow: its absence is a mistake.
    fn require(&mut self, word: &str) -> P<()> {
        if self.mistakes {
            return self.force(word);
        }
        Ok(self.eat(word).then_some(()))
    }

    /// Takes a token that must follow: its absence is an error in either reading.
    fn force(&mut self, word: &str) -> P<()> {
        if self.eat(word) {
            return Ok(Some(()));
        }
        let token = self.token();
        if token.kind == Kind::Error {
            return Ok(None);
        }
        self.fail_token(token, &format!("expected '{word}'"))
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "False"
            | "None"
            | "True"
            | "and"
            | "as"
            | "assert"
            | "async"
            | "await"
            | "break"
            | "class"
            | "continue"
            | "def"
            | "del"
            | "elif"
            | "else"
            | "except"
            | "finally"
            | "for"
            | "from"
            | "global"
            | "if"
            | "import"
            | "in"
            | "is"
            | "lambda"
            | "nonlocal"
            | "not"
            | "or"
            | "pass"
            | "raise"
            | "return"
            | "try"
            | "while"
            | "with"
            | "yield"
    )
}
