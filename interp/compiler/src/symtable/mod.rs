//! The symbol table: which scope every name of a program belongs to.
//!
//! Two passes as the language needs them: `build` records definitions and uses per block, `analyze` resolves uses when
//! all blocks are known, because a later statement can make a name local or a cell. Blocks are found again by the
//! address of their syntax node, since the generator may visit a node more than once (finally bodies).
//! Invariant: list, set and dict comprehensions that are inlined keep a block of their own, whose bound names never
//! become names of the surrounding block.

mod analyze;
mod build;
mod build_expr;
mod scope;

pub use scope::{CompKind, Scope, ScopeId, ScopeKind, Symbol, VarScope, sym};

use crate::errors::SyntaxError;
use crate::source::Source;
use rustpython_ast::name::Name;
use rustpython_ast::{Expr, Stmt};
use std::collections::HashMap;
use std::rc::Rc;

/// What part of a node a scope belongs to: one node can open several.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// The body of the function, class, lambda or comprehension; the value of a type alias.
    Body,
    /// Its type parameters.
    TypeParams,
    /// Its annotations.
    Annotations,
    /// Bound of a type variable.
    Bound,
    /// Default of a type parameter.
    Default,
}

/// Identifies a scope by node address and part.
pub type ScopeKey = (usize, Part);

/// The key of a node's part.
pub fn key<T>(node: &T, part: Part) -> ScopeKey {
    (std::ptr::from_ref(node) as usize, part)
}

/// All scopes of one compilation.
pub struct SymbolTable {
    scopes: Vec<Scope>,
    index: HashMap<ScopeKey, ScopeId>,
}

impl SymbolTable {
    /// Builds and resolves the table of a module.
    ///
    /// # Errors
    /// The conflicts that CPython's symtable pass reports (`global`/`nonlocal` misuse and the like).
    pub fn of_body(
        body: &[Stmt],
        src: &Source,
        future_annotations: bool,
    ) -> Result<SymbolTable, SyntaxError> {
        let mut builder = build::Builder::new(src, future_annotations);
        builder.body(body)?;
        let mut table = builder.finish();
        analyze::analyze(&mut table, src)?;
        Ok(table)
    }

    /// Builds and resolves the table of a lone expression (`eval`).
    ///
    /// # Errors
    /// As [`SymbolTable::of_body`].
    pub fn of_expression(
        ast: &Expr,
        src: &Source,
        future_annotations: bool,
    ) -> Result<SymbolTable, SyntaxError> {
        let mut builder = build::Builder::new(src, future_annotations);
        builder.expr(ast)?;
        let mut table = builder.finish();
        analyze::analyze(&mut table, src)?;
        Ok(table)
    }

    /// The outermost scope.
    pub fn top(&self) -> ScopeId {
        ScopeId(0)
    }

    /// A scope by number.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// Finds a scope by its node.
    pub fn find(&self, key: ScopeKey) -> Option<ScopeId> {
        self.index.get(&key).copied()
    }

    /// All scopes, parents before children.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }
}

/// The class whose private names are mangled.
#[derive(Clone, Debug)]
pub struct Private {
    /// Its name.
    pub class: Name,
    /// Around the bases and bounds of a generic class only its type parameters are mangled.
    pub only: Option<Rc<[Name]>>,
}

/// Applies private name mangling: `__x` in class `C` is `_C__x`.
pub fn mangle(private: Option<&Private>, name: &Name) -> Name {
    let Some(Private { class, only }) = private else {
        return name.clone();
    };
    if only.as_ref().is_some_and(|only| !only.contains(name)) {
        return name.clone();
    }
    let text = name.as_str();
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return name.clone();
    }
    match class.as_str().trim_start_matches('_') {
        "" => name.clone(),
        stem => Name::from(format!("_{stem}{text}")),
    }
}
