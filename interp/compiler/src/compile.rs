//! The whole way from source to code: parse, check, symbol table, code generation.

use crate::bytecode::CodeUnit;
use crate::checks::{self, CheckOptions};
use crate::codegen::{self, Mode, Options};
use crate::errors::{SyntaxError, Warning};
use crate::parse::{self, Ast};
use crate::source::Source;

/// The result of a compilation.
#[derive(Debug)]
pub struct Compiled {
    /// Code of the module, expression or interactive statement.
    pub code: CodeUnit,
    /// What `warnings` should be told.
    pub warnings: Vec<Warning>,
    /// The source turns on `from __future__ import annotations` (or inherited it).
    pub future_annotations: bool,
}

/// Compiles source bytes.
///
/// # Errors
/// Every `SyntaxError` that CPython's `compile()` raises.
pub fn compile(source: &[u8], filename: &[u8], opts: &Options) -> Result<Compiled, SyntaxError> {
    let file = String::from_utf8_lossy(filename);
    let source = Source::from_bytes(source, Some(&file))?;
    compile_source(&source, filename, opts)
}

/// Compiles decoded source.
///
/// # Errors
/// As [`compile`].
pub fn compile_source(
    source: &Source,
    filename: &[u8],
    opts: &Options,
) -> Result<Compiled, SyntaxError> {
    let mode = match opts.mode {
        Mode::Exec => parse::Mode::Exec,
        Mode::Eval => parse::Mode::Eval,
        Mode::Single => parse::Mode::Single,
    };
    let parse_options = parse::Options {
        dont_imply_dedent: opts.dont_imply_dedent,
        flufl: opts.flufl,
    };
    let ast = parse::parse_with(source, mode, parse_options)?;
    compile_ast(&ast, source, filename, opts)
}

/// Compiles a tree.
///
/// # Errors
/// As [`compile`].
pub fn compile_ast(
    ast: &Ast,
    source: &Source,
    filename: &[u8],
    opts: &Options,
) -> Result<Compiled, SyntaxError> {
    let check_options = CheckOptions {
        allow_top_level_await: opts.top_level_await,
    };
    let checked = checks::check(source, ast, check_options)?;
    let future_annotations = opts.future_annotations || checked.future_annotations;
    let opts = Options {
        future_annotations,
        flufl: opts.flufl || checked.future_barry,
        ..*opts
    };
    let code = match ast {
        Ast::Module(body) | Ast::Interactive(body) => {
            codegen::compile_module(body, source, filename, &opts)?
        }
        Ast::Expression(expr) => codegen::compile_expression(expr, source, filename, &opts)?,
        Ast::FunctionType { .. } => {
            return Err(SyntaxError::bare(
                "compile() mode 'func_type' requires flag PyCF_ONLY_AST",
            ));
        }
    };
    Ok(Compiled {
        code,
        warnings: checked.warnings,
        future_annotations,
    })
}
