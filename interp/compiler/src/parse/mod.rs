//! The door to the parser crate; nothing else names it.
//!
//! Ruff's parser is fast and complete, but it recovers from errors, sets no limits and words its messages in its own
//! way. So: a successful parse is checked for nesting ([`depth`]) and handed out as it is; after a failed one the text
//! is read a second time by [`diagnose`], which knows CPython's error rules and nothing else. Trees that would be
//! nested too deeply for recursive walkers (and for their own destructor) never leave this module.

mod depth;

use crate::errors::SyntaxError;
use crate::source::Source;
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
    let _ = options;
    depth::guard_text(source)?;
    let ruff_mode = match mode {
        Mode::Exec | Mode::Single => rustpython_parser::Mode::Module,
        Mode::Eval | Mode::FuncType => rustpython_parser::Mode::Expression,
    };
    let ruff_options = ParseOptions::from(ruff_mode).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(source.text(), ruff_options);
    if let Err(error) = depth::check_tokens(source, parsed.tokens()) {
        // Its destructor would recurse as deep as the tree is.
        std::mem::forget(parsed);
        return Err(error);
    }
    if let Some(error) = parsed.errors().first() {
        let (start, end) = (
            error.location.start().to_usize(),
            error.location.end().to_usize(),
        );
        return Err(SyntaxError::at(source, start, end, "invalid syntax"));
    }
    Ok(match (parsed.into_syntax(), mode) {
        (Mod::Module(module), Mode::Single) => Ast::Interactive(module.body),
        (Mod::Module(module), _) => Ast::Module(module.body),
        (Mod::Expression(expr), _) => Ast::Expression(expr.body),
    })
}
