//! The door to the parser crate; nothing else names it.
//!
//! Ruff's parser is fast and complete, but it recovers from errors, sets no limits and words its messages in its own
//! way. So: a successful parse is checked for nesting ([`depth`]) and handed out as it is; after a failed one the text
//! is read a second time by [`diagnose`], which knows CPython's error rules and nothing else. Trees that would be
//! nested too deeply for recursive walkers (and for their own destructor) never leave this module.

mod depth;
mod diagnose;
mod func_type;
mod interactive;
mod lexical;

use crate::errors::{SyntaxError, SyntaxErrorKind};
use crate::source::Source;
use rustpython_ast::token::TokenKind;
use rustpython_ast::{Expr, Mod, PythonVersion, Suite};
use rustpython_parser::{ParseOptions, parse_unchecked};

/// What the source is, CPython's `mode` argument of `compile()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module or script.
    Exec,
    /// One expression.
    Eval,
    /// One interactive statement.
    Single,
    /// A signature type comment such as `(int, str) -> bool`.
    FuncType,
}

/// Options of [`parse_with`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Interactive blocks end with a blank line only (`PyCF_DONT_IMPLY_DEDENT`, for `codeop`).
    pub dont_imply_dedent: bool,
    /// `<>` is the operator (`CO_FUTURE_BARRY_AS_BDFL`).
    pub flufl: bool,
}

/// A parsed source.
#[derive(Debug)]
pub enum Ast {
    /// Of [`Mode::Exec`]
    Module(Suite),
    /// Of [`Mode::Eval`]
    Expression(Box<Expr>),
    /// Of [`Mode::Single`]
    Interactive(Suite),
    /// Of [`Mode::FuncType`]
    FunctionType {
        /// Types of the parameters.
        args: Vec<Expr>,
        /// Type of the result.
        returns: Box<Expr>,
    },
}

/// Parses `source`; errors are CPython's.
pub fn parse(source: &Source, mode: Mode) -> Result<Ast, SyntaxError> {
    parse_with(source, mode, Options::default())
}

/// As [`parse`], with options.
pub fn parse_with(source: &Source, mode: Mode, options: Options) -> Result<Ast, SyntaxError> {
    if source.text().len() >= u32::MAX as usize {
        return Err(SyntaxError::bare("source code is too long"));
    }
    if mode == Mode::FuncType {
        return func_type::parse(source);
    }
    let ruff_mode = match mode {
        Mode::Eval => rustpython_parser::Mode::Expression,
        _ => rustpython_parser::Mode::Module,
    };
    let rewritten = lexical::flufl(source, mode, options.flufl)?;
    let source = rewritten.as_ref().unwrap_or(source);
    let syntax = match read(source, ruff_mode, mode) {
        Ok(syntax) => syntax,
        Err(mut error) => {
            error.warnings = lexical::warnings_before(source, mode, &error);
            return Err(error);
        }
    };
    let ast = match (syntax, mode) {
        (Mod::Module(module), Mode::Single) => {
            interactive::check(source, &module.body, options)?;
            Ast::Interactive(module.body)
        }
        (Mod::Module(module), _) => Ast::Module(module.body),
        (Mod::Expression(expr), _) => Ast::Expression(expr.body),
    };
    Ok(ast)
}

/// Parses within the limits; errors are diagnosed.
fn read(
    source: &Source,
    ruff_mode: rustpython_parser::Mode,
    mode: Mode,
) -> Result<Mod, SyntaxError> {
    depth::guard_text(source).map_err(|error| lexical_or(source, error))?;
    let options = ParseOptions::from(ruff_mode).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(source.text(), options);
    if let Err(error) = depth::check_tokens(source, parsed.tokens()) {
        // Its destructor would recurse as deep as the tree is.
        std::mem::forget(parsed);
        let found =
            diagnose::diagnose(source, mode).filter(|_| error.kind != SyntaxErrorKind::Recursion);
        return Err(found.unwrap_or(error));
    }
    let byte_order_mark = source.text().starts_with('\u{feff}');
    let indented = mode == Mode::Eval && source.text().starts_with([' ', '\t', '\x0c']);
    if parsed.has_no_syntax_errors() && !byte_order_mark && !indented {
        return Ok(parsed.into_syntax());
    }
    if mode == Mode::Eval && source.text().is_empty() {
        return Err(SyntaxError::bare("invalid syntax").with_incomplete(true));
    }
    if let Some(error) = diagnose::diagnose(source, mode) {
        return Err(error);
    }
    let place = match (
        parsed.errors().first(),
        parsed.unsupported_syntax_errors().first(),
    ) {
        (Some(error), _) => error.location,
        (None, Some(error)) => error.range,
        (None, None) => return Ok(parsed.into_syntax()),
    };
    let (start, end) = (place.start().to_usize(), place.end().to_usize());
    Err(SyntaxError::at(source, start, end, "invalid syntax"))
}

/// CPython's tokenizer has the place of a limit that it knows too.
fn lexical_or(source: &Source, error: SyntaxError) -> SyntaxError {
    match error.kind {
        SyntaxErrorKind::Recursion => error,
        _ => diagnose::lexical_error(source).unwrap_or(error),
    }
}

/// Whether the text is one name token.
fn is_name(text: &str) -> bool {
    let mut lexer = rustpython_parser::lexer::lex(text, rustpython_parser::Mode::Expression);
    let first = lexer.next_token();
    let second = lexer.next_token();
    first == TokenKind::Name && matches!(second, TokenKind::Newline | TokenKind::EndOfFile)
}

/// Whether the text is a string literal that decodes.
fn is_string_literal(text: &str) -> bool {
    rustpython_parser::parse_expression(text).is_ok()
}
