//! Errors and warnings that CPython's later stages report on a tree that parses.
//!
//! CPython finds these in its symbol table, its AST preprocessor and its code generator; here one walk does it all,
//! so that those stages can take a valid tree for granted. What needs the scopes of names (`global`, `nonlocal`) is
//! the symbol table's. The first error in walking order ends the walk; where a file has several, that may be another
//! one than CPython's. Recursion is bounded by the parser's limits.

mod expr;
mod pattern;
mod stmt;
mod warn;

use crate::errors::{SyntaxError, Warning};
use crate::parse::Ast;
use crate::source::Source;
use rustpython_ast::{Alias, Expr, Stmt, StmtImportFrom};
use rustpython_text_size::{Ranged, TextRange};

/// What [`check`] must know besides the tree.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`
    pub allow_top_level_await: bool,
}

/// Findings about a valid tree.
#[derive(Debug, Default)]
pub struct Checked {
    /// Warnings, those about escapes included.
    pub warnings: Vec<Warning>,
    /// `from __future__ import annotations`
    pub future_annotations: bool,
    /// `from __future__ import barry_as_FLUFL`
    pub future_barry: bool,
}

/// Checks a parsed source.
pub fn check(source: &Source, ast: &Ast, options: CheckOptions) -> Result<Checked, SyntaxError> {
    let mut checker = Checker {
        source,
        options,
        scopes: vec![Scope::new(Kind::Module)],
        iterables: 0,
        found: Checked::default(),
        futures_end: 0,
    };
    match ast {
        Ast::Module(body) | Ast::Interactive(body) => {
            checker.futures(body)?;
            checker.body(body)?;
        }
        Ast::Expression(expr) => checker.expr(expr)?,
        Ast::FunctionType { args, returns } => {
            checker.exprs(args)?;
            checker.expr(returns)?;
        }
    }
    // CPython's tokenizer warns before the compiler does.
    checker.found.warnings.sort_by_key(|w| !w.lexical);
    Ok(checker.found)
}

type R = Result<(), SyntaxError>;

/// What a scope is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    /// With its name for messages.
    Comprehension(&'static str),
    Generator,
    /// Annotation, type parameter and the like, with its name for messages.
    Annotation(&'static str),
}

impl Kind {
    fn is_comprehension(self) -> bool {
        matches!(self, Kind::Comprehension(_) | Kind::Generator)
    }

    fn is_function_like(self) -> bool {
        !matches!(self, Kind::Module | Kind::Class)
    }
}

/// A statement that `break`, `continue` and `return` may have to leave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Loop,
    Finally,
    ExceptStar,
}

struct Scope<'a> {
    kind: Kind,
    blocks: Vec<Block>,
    /// Has a `yield` of its own.
    yields: bool,
    /// First `return` with a value.
    returns_value: Option<TextRange>,
    /// Comprehension with an `await` or `async for` of its own.
    awaits: bool,
    /// Iteration variables of a comprehension.
    iteration_names: Vec<&'a str>,
    /// Targets of assignment expressions in a comprehension.
    assigned_names: Vec<&'a str>,
}

impl Scope<'_> {
    fn new(kind: Kind) -> Self {
        Scope {
            kind,
            blocks: Vec::new(),
            yields: false,
            returns_value: None,
            awaits: false,
            iteration_names: Vec::new(),
            assigned_names: Vec::new(),
        }
    }
}

struct Checker<'a> {
    source: &'a Source,
    options: CheckOptions,
    /// Innermost last; never empty.
    scopes: Vec<Scope<'a>>,
    /// Comprehension iterables that enclose the expression.
    iterables: usize,
    found: Checked,
    /// Offset up to which `__future__` imports are in order.
    futures_end: usize,
}

impl<'a> Checker<'a> {
    /// An error that CPython finds while parsing, after all.
    fn parser_error<T>(&self, node: impl Ranged, msg: impl Into<String>) -> Result<T, SyntaxError> {
        self.error(node, msg)
            .map_err(|e| SyntaxError { late: false, ..e })
    }

    fn error<T>(&self, node: impl Ranged, msg: impl Into<String>) -> Result<T, SyntaxError> {
        let range = node.range();
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        Err(SyntaxError::at(self.source, start, end, msg).late())
    }

    fn warn(&mut self, node: impl Ranged, msg: impl Into<String>) {
        let range = node.range();
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let warning = Warning::syntax(self.source, start, end, msg);
        self.found.warnings.push(warning);
    }

    fn scope(&mut self) -> &mut Scope<'a> {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::new(Kind::Module));
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    fn kind(&self) -> Kind {
        self.scopes.last().map_or(Kind::Module, |scope| scope.kind)
    }

    /// Runs `walk` in a new scope and returns that scope.
    fn within(
        &mut self,
        kind: Kind,
        walk: impl FnOnce(&mut Self) -> R,
    ) -> Result<Scope<'a>, SyntaxError> {
        self.scopes.push(Scope::new(kind));
        walk(self)?;
        Ok(self.scopes.pop().unwrap_or_else(|| Scope::new(kind)))
    }

    /// Runs `walk` inside a block of the current scope.
    fn inside(&mut self, block: Block, walk: impl FnOnce(&mut Self) -> R) -> R {
        self.scope().blocks.push(block);
        walk(self)?;
        self.scope().blocks.pop();
        Ok(())
    }

    fn exprs(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) -> R {
        exprs.into_iter().try_for_each(|expr| self.expr(expr))
    }

    fn opt_expr(&mut self, expr: &'a Option<Box<Expr>>) -> R {
        expr.iter().try_for_each(|expr| self.expr(expr))
    }

    /// An annotation or the like, in a scope of its own.
    fn annotation(&mut self, what: &'static str, expr: &'a Expr) -> R {
        self.within(Kind::Annotation(what), |c| match expr {
            // `*args: *Ts`
            Expr::Starred(starred) => c.expr(&starred.value),
            _ => c.expr(expr),
        })
        .map(drop)
    }

    /// `__debug__` cannot be bound.
    fn bind(&self, name: &str, node: impl Ranged) -> R {
        if name == "__debug__" {
            return self.error(node, "cannot assign to __debug__");
        }
        Ok(())
    }

    /// Reads the `__future__` imports at the top.
    fn futures(&mut self, body: &'a [Stmt]) -> R {
        for (i, stmt) in body.iter().enumerate() {
            match stmt {
                Stmt::Expr(e) if i == 0 && e.value.is_string_literal_expr() => {}
                Stmt::ImportFrom(import) if is_future(import) => {
                    for alias in &import.names {
                        self.future(alias)?;
                    }
                }
                _ => return Ok(()),
            }
            self.futures_end = stmt.end().to_usize();
        }
        Ok(())
    }

    fn future(&mut self, alias: &Alias) -> R {
        let feature = alias.name.as_str();
        let msg = match feature {
            "annotations" => {
                self.found.future_annotations = true;
                return Ok(());
            }
            "barry_as_FLUFL" => {
                self.found.future_barry = true;
                return Ok(());
            }
            "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
            | "print_function" | "unicode_literals" | "generator_stop" => return Ok(()),
            "braces" => "not a chance".to_owned(),
            _ => format!("future feature {feature} is not defined"),
        };
        self.error(alias.range, msg)
    }
}

fn is_future(import: &StmtImportFrom) -> bool {
    import.level == 0 && import.module.as_deref() == Some("__future__")
}
