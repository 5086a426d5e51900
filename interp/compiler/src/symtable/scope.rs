//! One block of the symbol table and its symbols.

use super::Private;
use rustpython_ast::name::Name;
use rustpython_text_size::TextRange;
use std::collections::{HashMap, HashSet};

/// Number of a scope in its table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ScopeId(pub u32);

/// Kind of block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScopeKind {
    /// Module, expression or interactive statement.
    Module,
    /// Function, lambda or comprehension.
    Function,
    /// Class body.
    Class,
    /// `__annotate__` function.
    Annotation,
    /// Value of a `type` statement.
    TypeAlias,
    /// Type parameters of a generic function, class or alias.
    TypeParams,
    /// Bound, constraint or default of a type parameter.
    TypeVariable,
}

/// Kind of comprehension, for scopes that are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompKind {
    /// `[..]`
    List,
    /// `{..}`
    Set,
    /// `{..: ..}`
    Dict,
    /// `(..)`
    Generator,
}

/// Where a name lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum VarScope {
    /// Not resolved yet.
    #[default]
    Unknown,
    /// In this block.
    Local,
    /// `global` statement.
    GlobalExplicit,
    /// Nothing binds it in an enclosing function.
    GlobalImplicit,
    /// In an enclosing function.
    Free,
    /// In this block, shared with inner functions.
    Cell,
}

/// Symbol flags; the values are CPython's (`symtable` module).
pub mod sym {
    /// `global` statement
    pub const GLOBAL: u32 = 1;
    /// assignment, import, definition
    pub const LOCAL: u32 = 2;
    /// parameter
    pub const PARAM: u32 = 4;
    /// `nonlocal` statement
    pub const NONLOCAL: u32 = 8;
    /// name is used
    pub const USE: u32 = 16;
    /// free in a class block that also binds it
    pub const FREE_CLASS: u32 = 64;
    /// bound by import
    pub const IMPORT: u32 = 128;
    /// annotated
    pub const ANNOT: u32 = 256;
    /// iteration variable of a comprehension
    pub const COMP_ITER: u32 = 512;
    /// type parameter
    pub const TYPE_PARAM: u32 = 1024;
    /// bound in the block in whatever way
    pub const BOUND: u32 = LOCAL | PARAM | IMPORT | TYPE_PARAM;
}

/// What is known of a name in a block.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The (mangled) name.
    pub name: Name,
    /// Flags of [`sym`].
    pub flags: u32,
    /// Where it lives.
    pub scope: VarScope,
}

/// A block.
#[derive(Debug)]
pub struct Scope {
    /// Name of the function, class, `lambda`, `listcomp` and so on; `top` for the module.
    pub name: Name,
    /// Kind of block.
    pub kind: ScopeKind,
    /// Kind of comprehension.
    pub comp: Option<CompKind>,
    /// Its code is part of the surrounding block's.
    pub comp_inlined: bool,
    /// Symbols in order of first appearance.
    pub symbols: Vec<Symbol>,
    index: HashMap<Name, usize>,
    /// Parameters in the order of registers.
    pub params: Vec<Name>,
    /// Blocks in it, inlined comprehensions included.
    pub children: Vec<ScopeId>,
    /// The surrounding block.
    pub parent: Option<ScopeId>,
    /// Class name for mangling.
    pub private: Option<Private>,
    /// Inside a function.
    pub nested: bool,
    /// Has `yield`.
    pub generator: bool,
    /// Has `await`, `async for` or `async with`, or is `async def`.
    pub coroutine: bool,
    /// Class: some method needs `__class__`.
    pub needs_class_closure: bool,
    /// Class: some annotation scope needs the namespace.
    pub needs_classdict: bool,
    /// Annotation scope directly in a class.
    pub can_see_class_scope: bool,
    /// Module or class: has annotations that may not be executed.
    pub has_conditional_annotations: bool,
    /// Has annotations.
    pub annotations_used: bool,
    /// Defined directly in a class.
    pub method: bool,
    /// Names bound by `:=` in it (also from comprehensions in it).
    pub walrus: HashSet<Name>,
    /// `global` and `nonlocal` statements by name, for messages.
    pub directives: Vec<(Name, TextRange)>,
    /// Place of the node.
    pub range: TextRange,
}

impl Scope {
    pub(super) fn new(name: Name, kind: ScopeKind, range: TextRange) -> Scope {
        Scope {
            name,
            kind,
            comp: None,
            comp_inlined: false,
            symbols: Vec::new(),
            index: HashMap::new(),
            params: Vec::new(),
            children: Vec::new(),
            parent: None,
            private: None,
            nested: false,
            generator: false,
            coroutine: false,
            needs_class_closure: false,
            needs_classdict: false,
            can_see_class_scope: false,
            has_conditional_annotations: false,
            annotations_used: false,
            method: false,
            walrus: HashSet::new(),
            directives: Vec::new(),
            range,
        }
    }

    /// Its names live in registers and it closes over others.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }

    /// A symbol by its mangled name.
    pub fn get(&self, name: &str) -> Option<&Symbol> {
        self.index.get(name).map(|i| &self.symbols[*i])
    }

    /// Flags of a symbol, 0 if there is none.
    pub fn flags(&self, name: &str) -> u32 {
        self.get(name).map_or(0, |s| s.flags)
    }

    pub(super) fn add(&mut self, name: &Name, flags: u32) {
        match self.index.get(name) {
            Some(i) => self.symbols[*i].flags |= flags,
            None => {
                self.index.insert(name.clone(), self.symbols.len());
                self.symbols.push(Symbol {
                    name: name.clone(),
                    flags,
                    scope: VarScope::Unknown,
                });
            }
        }
    }
}
