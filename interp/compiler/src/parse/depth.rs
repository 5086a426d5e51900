//! Nesting limits.
//!
//! CPython's tokenizer refuses more than 200 open brackets and 100 indents; other nesting (`not not ...`, `a.b.c...`,
//! `a + b + ...`) ends in its stack guard. Here it is bounded from the tokens: along a bracket level everything that
//! can add a level to the tree is counted, and a comma starts anew. The bound is generous but finite, so that walkers
//! and destructors may recurse.

use crate::errors::{SyntaxError, SyntaxErrorKind};
use crate::source::Source;
use rustpython_ast::token::{TokenKind, Tokens};
use rustpython_text_size::Ranged;

/// Open brackets.
const MAX_BRACKETS: usize = 200;
/// Indentation levels.
const MAX_INDENTS: usize = 100;
/// Levels of one expression.
const MAX_EXPRESSION: usize = 2000;
/// What a `lambda` counts: each is a function of its own, which is costlier than an operator.
const LAMBDA: usize = 16;
/// Open f-strings and t-strings.
const MAX_FSTRINGS: usize = 150;

/// One bracket level: what resets at a comma, and `lambda`s, whose parameters have commas of their own.
#[derive(Default)]
struct Level {
    operators: usize,
    lambdas: usize,
    /// `lambda`s whose colon has not come yet.
    parameters: usize,
}

/// Refuses text that would make the parser itself nest absurdly (it grows its stack on the heap). Only a hint that
/// spares memory: [`check_tokens`] decides.
pub fn guard_text(source: &Source) -> Result<(), SyntaxError> {
    let (mut run, mut longest, mut brackets) = (0usize, 0usize, 0usize);
    for byte in source.text().bytes() {
        match byte {
            b',' | b'\n' => {
                longest = longest.max(run);
                run = 0;
            }
            b'(' | b'[' | b'{' => {
                run += 1;
                brackets += 1;
            }
            b' ' | b'.' | b'+' | b'-' | b'~' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^'
            | b':' => run += 1,
            _ => {}
        }
    }
    if longest.max(run) <= 10 * MAX_EXPRESSION && brackets <= 100_000 {
        return Ok(());
    }
    let mut lexer = rustpython_parser::lexer::lex(source.text(), rustpython_parser::Mode::Module);
    let mut counter = Counter::new();
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return Ok(());
        }
        counter.token(source, kind, 0)?;
    }
}

/// Checks the limits on the tokens of a parsed source.
pub fn check_tokens(source: &Source, tokens: &Tokens) -> Result<(), SyntaxError> {
    let mut counter = Counter::new();
    for token in tokens.iter() {
        counter.token(source, token.kind(), token.start().to_usize())?;
    }
    Ok(())
}

struct Counter {
    levels: Vec<Level>,
    /// Sum over `levels`.
    depth: usize,
    indents: usize,
    fstrings: usize,
}

impl Counter {
    fn new() -> Counter {
        Counter {
            levels: vec![Level::default()],
            depth: 0,
            indents: 0,
            fstrings: 0,
        }
    }

    fn token(&mut self, source: &Source, kind: TokenKind, at: usize) -> Result<(), SyntaxError> {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.count(1);
                self.levels.push(Level::default());
                if self.levels.len() > MAX_BRACKETS + 1 {
                    let msg = "too many nested parentheses";
                    return Err(SyntaxError::at(source, at, at, msg));
                }
            }
            TokenKind::FStringStart | TokenKind::TStringStart => {
                self.count(1);
                self.fstrings += 1;
                if self.fstrings > MAX_FSTRINGS {
                    let msg = "too many nested f-strings";
                    return Err(SyntaxError::at(source, at, at, msg));
                }
            }
            TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.fstrings = self.fstrings.saturating_sub(1);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if self.levels.len() > 1
                    && let Some(level) = self.levels.pop()
                {
                    self.depth -= level.operators + level.lambdas;
                }
            }
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => {
                if let Some(level) = self.levels.last_mut() {
                    let lambdas_end = kind != TokenKind::Comma || level.parameters == 0;
                    self.depth -= std::mem::take(&mut level.operators);
                    if lambdas_end {
                        self.depth -= std::mem::take(&mut level.lambdas);
                    }
                }
            }
            TokenKind::Lambda => {
                self.depth += LAMBDA;
                if let Some(level) = self.levels.last_mut() {
                    level.lambdas += LAMBDA;
                    level.parameters += 1;
                }
            }
            TokenKind::Colon if self.levels.last().is_some_and(|l| l.parameters > 0) => {
                if let Some(level) = self.levels.last_mut() {
                    level.parameters -= 1;
                }
            }
            TokenKind::Indent => {
                self.indents += 1;
                if self.indents >= MAX_INDENTS {
                    let error = SyntaxError::at(source, at, at, "too many levels of indentation");
                    return Err(error
                        .with_zero_end()
                        .with_kind(SyntaxErrorKind::Indentation));
                }
            }
            TokenKind::Dedent => self.indents = self.indents.saturating_sub(1),
            _ if nests(kind) => self.count(1),
            _ => {}
        }
        if self.depth > MAX_EXPRESSION {
            let msg = "maximum recursion depth exceeded during compilation";
            return Err(SyntaxError::bare(msg).with_kind(SyntaxErrorKind::Recursion));
        }
        Ok(())
    }

    fn count(&mut self, levels: usize) {
        self.depth += levels;
        if let Some(level) = self.levels.last_mut() {
            level.operators += levels;
        }
    }
}

/// Operators that add a level to the tree each time; others make flat nodes.
fn nests(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Not
            | TokenKind::If
            | TokenKind::Await
            | TokenKind::Yield
            | TokenKind::Dot
            | TokenKind::ColonEqual
            | TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::DoubleStar
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::At
            | TokenKind::Vbar
            | TokenKind::Amper
            | TokenKind::CircumFlex
            | TokenKind::LeftShift
            | TokenKind::RightShift
            | TokenKind::Tilde
    )
}
