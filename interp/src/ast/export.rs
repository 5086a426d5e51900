//! From the parser's tree to node objects: what statements and expressions share.
//!
//! Places are those of the parser, except where CPython's nodes start elsewhere: at `def` and `class` behind decorators,
//! and at the call's parentheses for a lone generator argument.

use super::classes;
use rustpython_ast::Identifier;
use rustpython_text_size::{Ranged, TextRange};
use skein_compiler::parse::Ast;
use skein_compiler::source::Source;
use skein_runtime::prelude::*;

/// Key of the shared operator and context nodes in the machine's module state.
const UNITS: &str = "_ast.units";

/// Makes node objects for one source.
pub struct Exporter<'a> {
    pub(super) vm: &'a mut Vm,
    pub(super) src: &'a Source,
    classes: Ref<PyDict>,
    units: Ref<PyDict>,
}

/// Node objects for a parsed source.
///
/// # Errors
/// `RecursionError`; what making the classes raises.
pub fn export(vm: &mut Vm, src: &Source, ast: &Ast) -> PyResult {
    let classes = classes::all(vm)?;
    let units = match vm.state_get(UNITS).and_then(|v| v.cast::<PyDict>()) {
        Some(d) => d,
        None => {
            let d = PyDict::new(vm);
            vm.state_set(UNITS, d.value());
            d
        }
    };
    let mut x = Exporter {
        vm,
        src,
        classes,
        units,
    };
    match ast {
        Ast::Module(body) => {
            let body = x.list(body, Exporter::stmt)?;
            let ignores = PyList::new(x.vm).value();
            x.node("Module", &[("body", body), ("type_ignores", ignores)], None)
        }
        Ast::Interactive(body) => {
            let body = x.list(body, Exporter::stmt)?;
            x.node("Interactive", &[("body", body)], None)
        }
        Ast::Expression(body) => {
            let body = x.expr(body)?;
            x.node("Expression", &[("body", body)], None)
        }
        Ast::FunctionType { args, returns } => {
            let args = x.list(args, Exporter::expr)?;
            let returns = x.expr(returns)?;
            x.node(
                "FunctionType",
                &[("argtypes", args), ("returns", returns)],
                None,
            )
        }
    }
}

impl Exporter<'_> {
    /// A node of class `name`.
    pub(super) fn node(
        &mut self,
        name: &str,
        fields: &[(&str, Value)],
        range: Option<TextRange>,
    ) -> PyResult {
        let vm = &mut *self.vm;
        let Some(ty) = self
            .classes
            .get_text(vm, name)
            .and_then(|c| c.cast::<PyType>())
        else {
            return Err(vm.system_error(format!("unknown node class {name}")));
        };
        let node = vm.alloc_instance(ty).value();
        for (key, v) in fields {
            store(vm, node, key, *v)?;
        }
        if let Some(range) = range {
            let p = self.src.position(range);
            for (key, n) in [
                ("lineno", p.line),
                ("col_offset", p.col),
                ("end_lineno", p.end_line),
                ("end_col_offset", p.end_col),
            ] {
                store(vm, node, key, Value::from_usize(n as usize))?;
            }
        }
        Ok(node)
    }
    /// The shared node of a class without fields.
    pub(super) fn unit(&mut self, name: &str) -> PyResult {
        if let Some(v) = self.units.get_text(self.vm, name) {
            return Ok(v);
        }
        let v = self.node(name, &[], None)?;
        self.units.set_text(self.vm, name, v);
        Ok(v)
    }
    /// A list of nodes.
    pub(super) fn list<T>(&mut self, items: &[T], f: fn(&mut Self, &T) -> PyResult) -> PyResult {
        let list = PyList::new(self.vm);
        for item in items {
            let v = f(self, item)?;
            list.push(self.vm, v);
        }
        Ok(list.value())
    }
    /// A node or `None`.
    pub(super) fn option<T>(
        &mut self,
        item: Option<&T>,
        f: fn(&mut Self, &T) -> PyResult,
    ) -> PyResult {
        match item {
            Some(item) => f(self, item),
            None => Ok(Value::NONE),
        }
    }
    /// An identifier, normalized by the parser.
    pub(super) fn name(&mut self, id: &Identifier) -> PyResult {
        Ok(self.vm.intern(id.id.as_str()).value())
    }
    /// Range from `def` or `class` on, behind the decorators.
    pub(super) fn without_decorators(
        &self,
        range: TextRange,
        decorators: &[rustpython_ast::Decorator],
    ) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let (mut at, end) = (last.range.end().to_usize(), range.end().to_usize());
        let text = self.src.text().as_bytes();
        while at < end {
            match text[at] {
                b'#' => {
                    while at < end && text[at] != b'\n' {
                        at += 1;
                    }
                }
                b' ' | b'\t' | b'\n' | b'\x0c' | b'\\' => at += 1,
                _ => break,
            }
        }
        TextRange::new((at as u32).into(), range.end())
    }
    /// Range from the start of one node to the end of another.
    pub(super) fn span(&self, start: impl Ranged, end: impl Ranged) -> TextRange {
        TextRange::new(start.range().start(), end.range().end())
    }
}

fn store(vm: &mut Vm, node: Value, key: &str, v: Value) -> PyResult<()> {
    let key = vm.intern(key);
    if vm.set_own_attribute(node, key, v) {
        return Ok(());
    }
    vm.set_attr(node, key, v)
}
