//! From node objects back to the parser's tree, for `compile(tree)`.
//!
//! The tree is rebuilt as if it had been parsed, then compiled as any other; its lines and columns are kept as
//! [`Places`]. Not by way of source text: programs that write trees use names that no source can (`@py_assert1`) and
//! want their own lines. Every field is checked on the way, with CPython's words: of its type, then what its validator
//! asks for. A frozenset as a constant is refused: only CPython's own optimizer makes such trees.

use super::classes;
use super::grammar::CLASSES;
use rustpython_ast::Identifier;
use rustpython_text_size::{TextRange, TextSize};
use skein_compiler::Mode;
use skein_compiler::parse::Ast;
use skein_compiler::places::Places;
use skein_compiler::source::Source;
use skein_runtime::prelude::*;

/// True for instances of `ast.AST`. Does not make the classes: without them there are no nodes.
///
/// # Errors
/// What `isinstance` raises.
pub fn is_node(vm: &mut Vm, v: Value) -> PyResult<bool> {
    if v.kind() != Some(Kind::Instance) {
        return Ok(false);
    }
    let root = classes::all(vm)?.get_text(vm, "AST").unwrap_or(Value::NONE);
    vm.isinstance(v, root)
}

/// Checks that a tree is of the class that a compilation mode wants.
///
/// # Errors
/// `TypeError`.
pub fn check_mode(vm: &mut Vm, tree: Value, mode: Mode) -> PyResult<()> {
    let expected = match mode {
        Mode::Exec => "Module",
        Mode::Eval => "Expression",
        Mode::Single => "Interactive",
    };
    let class = classes::all(vm)?
        .get_text(vm, expected)
        .unwrap_or(Value::NONE);
    if vm.isinstance(tree, class)? {
        return Ok(());
    }
    let got = vm.type_of(tree).name_text().to_string();
    Err(vm.type_error(format!("expected {expected} node, got {got}")))
}

/// The parser's tree for a node object, and the source that knows its places.
///
/// # Errors
/// `TypeError` and `ValueError` for malformed trees, `RecursionError` for deep ones.
pub fn import(vm: &mut Vm, tree: Value, mode: Mode) -> PyResult<(Ast, Source)> {
    let classes = classes::all(vm)?;
    let mut x = Importer {
        vm,
        classes,
        places: Places::default(),
        depth: 0,
    };
    let ast = match mode {
        Mode::Exec => Ast::Module(x.body(tree, "Module", "body")?),
        Mode::Single => Ast::Interactive(x.body(tree, "Interactive", "body")?),
        Mode::Eval => Ast::Expression(x.expr_field(tree, "Expression", "body")?),
    };
    Ok((ast, Source::from_places(x.places)))
}

/// Deepest nesting; the compiler's own limits lie above it.
const MAX_DEPTH: usize = 1500;

/// Reads node objects.
pub struct Importer<'a> {
    pub(super) vm: &'a mut Vm,
    classes: Ref<PyDict>,
    pub(super) places: Places,
    depth: usize,
}

/// A node whose children are being read.
pub(super) struct Open {
    /// The node.
    pub node: Value,
    /// Its class in the grammar.
    pub class: &'static str,
    /// Where its range begins.
    pub start: TextSize,
    /// Line and column of its end.
    pub end: (u32, u32),
}

impl Importer<'_> {
    /// The grammar's name of a node's class, which must be one of `sum`'s.
    pub(super) fn class_of(&mut self, node: Value, sum: &str) -> PyResult<&'static str> {
        if let Some(mro) = self.vm.type_of(node).mro.get() {
            for ty in mro.items() {
                let Some(name) = ty.cast::<PyType>().map(|t| t.name_text().to_string()) else {
                    continue;
                };
                let known = CLASSES.iter().find(|(base, n, _)| {
                    *n == name && (base.trim_start_matches('+') == sum || *n == sum)
                });
                if let Some((_, n, _)) = known
                    && self.classes.get_text(self.vm, n) == Some(*ty)
                {
                    return Ok(n);
                }
            }
        }
        let shown = self.vm.repr_text(node)?;
        Err(self
            .vm
            .type_error(format!("expected some sort of {sum}, but got {shown}")))
    }

    /// A field; `None` if the node has none of that name.
    pub(super) fn get(&mut self, node: Value, field: &str) -> PyResult<Option<Value>> {
        let name = self.vm.intern(field);
        self.vm.try_get_attr(node, name)
    }
    /// A field that must be there.
    pub(super) fn need(&mut self, node: Value, class: &str, field: &str) -> PyResult {
        match self.get(node, field)? {
            Some(v) => Ok(v),
            None => Err(self
                .vm
                .type_error(format!("required field \"{field}\" missing from {class}"))),
        }
    }
    /// A field that must be there and not `None`.
    pub(super) fn require(&mut self, node: Value, class: &str, field: &str) -> PyResult {
        let v = self.need(node, class, field)?;
        if v.is_none() {
            return Err(self
                .vm
                .value_error(format!("field '{field}' is required for {class}")));
        }
        Ok(v)
    }
    /// An optional field.
    pub(super) fn optional(&mut self, node: Value, field: &str) -> PyResult<Option<Value>> {
        Ok(self.get(node, field)?.filter(|v| !v.is_none()))
    }
    pub(super) fn fail<T>(&mut self, message: impl AsRef<str>) -> PyResult<T> {
        Err(self.vm.value_error(message))
    }

    /// The items of a list field, read by `f`; a missing one is empty.
    pub(super) fn list<T>(
        &mut self,
        node: Value,
        class: &str,
        field: &str,
        mut f: impl FnMut(&mut Self, Value) -> PyResult<T>,
    ) -> PyResult<Vec<T>> {
        let Some(v) = self.get(node, field)? else {
            return Ok(Vec::new());
        };
        let Some(list) = v.cast::<PyList>() else {
            let got = self.vm.type_name(v);
            return Err(self.vm.type_error(format!(
                "{class} field \"{field}\" must be a list, not a {got}"
            )));
        };
        let n = list.len();
        let mut items = Vec::with_capacity(n);
        for i in 0..n {
            let Some(item) = list.try_get(i).filter(|_| list.len() == n) else {
                return Err(self.vm.runtime_error(format!(
                    "{class} field \"{field}\" changed size during iteration"
                )));
            };
            items.push(f(self, item)?);
        }
        Ok(items)
    }

    fn number_attribute(&mut self, node: Value, sum: &str, name: &str) -> PyResult<i64> {
        let v = self.need(node, sum, name)?;
        self.integer(v)
    }
    /// An `int` field.
    pub(super) fn integer(&mut self, v: Value) -> PyResult<i64> {
        match as_int(&v).and_then(|_| as_i64(v)) {
            Some(n) if i32::try_from(n).is_ok() => Ok(n),
            Some(_) => Err(self
                .vm
                .overflow_error("Python int too large to convert to C int")),
            None => {
                let shown = self.vm.repr_text(v)?;
                self.fail(format!("invalid integer value: {shown}"))
            }
        }
    }

    /// Reads a node's class and place, and goes one level deeper until [`Importer::close`].
    pub(super) fn open(&mut self, node: Value, sum: &str) -> PyResult<Open> {
        self.vm.check_native_stack(" during compilation")?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self
                .vm
                .recursion_error("maximum recursion depth exceeded during compilation"));
        }
        let class = self.class_of(node, sum)?;
        let line = self.number_attribute(node, sum, "lineno")?;
        let col = self.number_attribute(node, sum, "col_offset")?;
        let end_line = match self.optional(node, "end_lineno")? {
            Some(v) => self.integer(v)?,
            None => line,
        };
        let end_col = match self.optional(node, "end_col_offset")? {
            Some(v) => self.integer(v)?,
            None => col,
        };
        if line > end_line {
            return self.fail(format!(
                "AST node line range ({line}, {end_line}) is not valid"
            ));
        }
        if line < 0 && end_line != line || col < 0 && col != end_col {
            return self.fail(format!(
                "AST node column range ({col}, {end_col}) for line range ({line}, {end_line}) is not valid"
            ));
        }
        if line == end_line && col > end_col {
            return self.fail(format!(
                "line {line}, column {col}-{end_col} is not a valid range"
            ));
        }
        let clip = |n: i64| u32::try_from(n).unwrap_or(0);
        let start = self.place((clip(line), clip(col)))?;
        let end = (clip(end_line), clip(end_col));
        Ok(Open {
            node,
            class,
            start,
            end,
        })
    }
    /// The range of a node whose children are read.
    pub(super) fn close(&mut self, open: &Open) -> PyResult<TextRange> {
        self.depth -= 1;
        self.range_from(open.start, open.end)
    }
    /// From a place to a new one.
    pub(super) fn range_from(&mut self, start: TextSize, end: (u32, u32)) -> PyResult<TextRange> {
        Ok(TextRange::new(start, self.place(end)?))
    }
    pub(super) fn place(&mut self, (line, col): (u32, u32)) -> PyResult<TextSize> {
        match self.places.add(line, col) {
            Some(offset) => Ok(offset),
            None => Err(self.vm.memory_error()),
        }
    }
    /// An empty range here, for what has no place of its own.
    pub(super) fn here(&mut self, at: (u32, u32)) -> PyResult<TextRange> {
        Ok(TextRange::empty(self.place(at)?))
    }

    /// An identifier's text.
    pub(super) fn identifier_text(&mut self, v: Value) -> PyResult<String> {
        let Some(s) = v.cast::<PyStr>().filter(|s| s.shape_id() == ids::STR) else {
            return Err(self.vm.type_error("AST identifier must be of type str"));
        };
        let Some(text) = s.as_utf8().map(str::to_owned) else {
            self.vm.call_method(v, "encode", &[])?;
            return self.fail("AST identifier must be valid Unicode");
        };
        if matches!(text.as_str(), "None" | "True" | "False") {
            return self.fail(format!(
                "identifier field can't represent '{text}' constant"
            ));
        }
        Ok(text)
    }
    /// An identifier field.
    pub(super) fn identifier(
        &mut self,
        node: Value,
        class: &str,
        field: &str,
        at: (u32, u32),
    ) -> PyResult<Identifier> {
        let v = self.require(node, class, field)?;
        let text = self.identifier_text(v)?;
        Ok(Identifier::new(text, self.here(at)?))
    }
    /// An identifier field that may be `None`.
    pub(super) fn optional_identifier(
        &mut self,
        node: Value,
        field: &str,
        at: (u32, u32),
    ) -> PyResult<Option<Identifier>> {
        let Some(v) = self.optional(node, field)? else {
            return Ok(None);
        };
        let text = self.identifier_text(v)?;
        Ok(Some(Identifier::new(text, self.here(at)?)))
    }
}
