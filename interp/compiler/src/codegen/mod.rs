//! The code generator: syntax tree and symbol table to register code.
//!
//! One pass over the tree per unit, straight to symbolic instructions; what needs the whole picture (dead code, checks
//! of unbound locals, distances) is done on those instructions afterwards (`flow`, `assemble`). Rules that every
//! module here keeps:
//! 1. A variable's register is written by the last instruction of an expression only: an exception, or a read of the
//!    variable further right, must find the old value. Steps in between go to temporaries.
//! 2. An operand that is a local is used where it is, unless a `:=` evaluated later may rebind it.
//! 3. Whoever enters a block (loop, try, with, handler) pushes a [`control::Block`], so that return, break and continue
//!    can unwind it inline.

mod annotations;
mod assemble;
mod assign;
mod call;
mod class;
mod compare;
mod comprehension;
mod control;
mod expr;
mod flow;
mod fstring;
mod function;
mod generator;
mod import;
mod pattern;
mod regs;
mod scope;
mod stmt;
#[cfg(test)]
mod tests;
mod try_;
mod try_star;
mod typeparams;
mod unit;
mod units;
mod unparse;
mod with_;

use crate::bytecode::CodeUnit;
use crate::errors::SyntaxError;
use crate::source::Source;
use crate::symtable::{Scope, ScopeId, SymbolTable};
use rustpython_ast::{Expr, Stmt};
use rustpython_text_size::Ranged;
use unit::Unit;

pub(crate) type R<T = ()> = Result<T, SyntaxError>;

/// Nesting of expressions and statements that is still walked.
const MAX_DEPTH: u32 = 2500;

/// What is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// A module or script.
    #[default]
    Exec,
    /// One expression; the code returns its value.
    Eval,
    /// Interactive statements; expression statements are displayed.
    Single,
}

/// Options of a compilation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What is compiled.
    pub mode: Mode,
    /// `-O` level: 1 drops asserts, 2 docstrings too.
    pub optimize: u8,
    /// `from __future__ import annotations` holds from outside.
    pub future_annotations: bool,
    /// Interactive blocks end with a blank line only (`PyCF_DONT_IMPLY_DEDENT`).
    pub dont_imply_dedent: bool,
    /// `await` at the top level makes the module a coroutine (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub top_level_await: bool,
    /// `from __future__ import barry_as_FLUFL` holds from outside.
    pub flufl: bool,
}

/// Compiles the statements of a module or of an interactive input.
///
/// # Errors
/// What CPython's symbol table and code generator reject.
pub fn compile_module(
    body: &[Stmt],
    src: &Source,
    filename: &[u8],
    opts: &Options,
) -> Result<CodeUnit, SyntaxError> {
    let future = opts.future_annotations || imports_future_annotations(body);
    let table = SymbolTable::of_body(body, src, future)?;
    let mut compiler = Compiler::new(src, filename, *opts, future, &table);
    compiler.module(body)
}

/// Compiles one expression for `eval`.
///
/// # Errors
/// As [`compile_module`].
pub fn compile_expression(
    expr: &Expr,
    src: &Source,
    filename: &[u8],
    opts: &Options,
) -> Result<CodeUnit, SyntaxError> {
    let table = SymbolTable::of_expression(expr, src, opts.future_annotations)?;
    let mut compiler = Compiler::new(src, filename, *opts, opts.future_annotations, &table);
    compiler.expression_unit(expr)
}

/// Whether the module turns on `from __future__ import annotations`.
pub fn imports_future_annotations(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| {
        let Stmt::ImportFrom(import) = stmt else {
            return false;
        };
        let future = import.level == 0 && import.module.as_deref() == Some("__future__");
        future
            && import
                .names
                .iter()
                .any(|alias| alias.name.as_str() == "annotations")
    })
}

/// State of one compilation.
pub(crate) struct Compiler<'a> {
    src: &'a Source,
    filename: Box<[u8]>,
    opts: Options,
    future_annotations: bool,
    table: &'a SymbolTable,
    /// Units being generated, innermost last.
    units: Vec<Unit<'a>>,
    depth: u32,
    /// The parentheses of a call, while its only argument is a generator expression that has none of its own.
    generator_range: Option<rustpython_text_size::TextRange>,
}

impl<'a> Compiler<'a> {
    fn new(
        src: &'a Source,
        filename: &[u8],
        opts: Options,
        future_annotations: bool,
        table: &'a SymbolTable,
    ) -> Self {
        Compiler {
            src,
            filename: filename.into(),
            opts,
            future_annotations,
            table,
            units: Vec::new(),
            depth: 0,
            generator_range: None,
        }
    }

    /// The unit being generated. There always is one while code is generated.
    fn u(&mut self) -> &mut Unit<'a> {
        let last = self.units.len() - 1;
        &mut self.units[last]
    }

    fn unit(&self) -> &Unit<'a> {
        &self.units[self.units.len() - 1]
    }

    fn scope_of(&self, id: ScopeId) -> &'a Scope {
        self.table.scope(id)
    }

    /// Sets the source range of the instructions that follow.
    fn at(&mut self, node: impl Ranged) {
        self.u().loc = Some(node.range());
    }

    fn error<T>(&self, node: impl Ranged, msg: impl Into<String>) -> R<T> {
        let range = node.range();
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        Err(SyntaxError::at(self.src, start, end, msg).late())
    }

    /// Runs `f` one level deeper.
    fn nested<T>(&mut self, node: impl Ranged, f: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        if self.depth >= MAX_DEPTH {
            return self.error(node, "too many nested parentheses");
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    fn fold(&self, expr: &Expr) -> Option<crate::bytecode::Const> {
        crate::fold::fold(self.src, expr, self.opts.optimize)
    }
}
