//! `_symtable`: the compiler's symbol table as Python objects, for the library's `symtable`.
//!
//! The table is exported whole, once, so that the objects need nothing of the compiler. A comprehension whose code is part
//! of the surrounding block's has no entry of its own: its names and blocks appear in the surrounding one, as in CPython.

use crate::execute;
use skein_compiler::checks::{self, CheckOptions};
use skein_compiler::errors::SyntaxError;
use skein_compiler::parse::{self, Ast, Mode};
use skein_compiler::source::Source;
use skein_compiler::symtable::{Scope, ScopeId, ScopeKind, SymbolTable, VarScope, sym};
use skein_modules::path;
use skein_runtime::prelude::*;

/// The native module `_symtable`.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_symtable",
    init,
};

static FUNCTIONS: &[NativeDef] = &[function(
    "symtable",
    symtable,
    "(source, filename, startstr, /)",
    "Return symbol and scope dictionaries used internally by compiler.",
)];

/// Bits of a symbol's number from which on its scope stands.
const SCOPE_OFF: i32 = 12;

/// A cell of an inlined comprehension.
const COMP_CELL: u32 = 2048;

static CONSTANTS: &[(&str, i32)] = &[
    ("USE", sym::USE as i32),
    ("DEF_GLOBAL", sym::GLOBAL as i32),
    ("DEF_NONLOCAL", sym::NONLOCAL as i32),
    ("DEF_LOCAL", sym::LOCAL as i32),
    ("DEF_PARAM", sym::PARAM as i32),
    ("DEF_TYPE_PARAM", sym::TYPE_PARAM as i32),
    ("DEF_FREE_CLASS", sym::FREE_CLASS as i32),
    ("DEF_IMPORT", sym::IMPORT as i32),
    ("DEF_BOUND", sym::BOUND as i32),
    ("DEF_ANNOT", sym::ANNOT as i32),
    ("DEF_COMP_ITER", sym::COMP_ITER as i32),
    ("DEF_COMP_CELL", COMP_CELL as i32),
    ("TYPE_FUNCTION", 0),
    ("TYPE_CLASS", 1),
    ("TYPE_MODULE", 2),
    ("TYPE_ANNOTATION", 3),
    ("TYPE_TYPE_VARIABLE", 4),
    ("TYPE_TYPE_ALIAS", 5),
    ("TYPE_TYPE_PARAMETERS", 6),
    ("LOCAL", 1),
    ("GLOBAL_EXPLICIT", 2),
    ("GLOBAL_IMPLICIT", 3),
    ("FREE", 4),
    ("CELL", 5),
    ("SCOPE_OFF", SCOPE_OFF),
    ("SCOPE_MASK", 15),
];

/// A block of the table.
struct Entry {
    name: Slot,
    symbols: Slot,
    varnames: Slot,
    children: Slot,
    kind: i32,
    line: u32,
    nested: bool,
}

impl NativeData for Entry {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.name, &self.symbols, &self.varnames, &self.children] {
            t.visit_slot(s);
        }
    }
}

fn entry<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Entry> {
    match native::<Entry>(v) {
        Some((_, e)) => Ok(e),
        None => Err(vm.wrong_self("id", "symtable entry", *v)),
    }
}

static GETSETS: &[GetSetDef] = &[
    member(
        "id",
        |vm, v| {
            entry(vm, &v)?;
            Ok(vm.new_int(v.bits() as i64))
        },
        "a number that no other block has",
    ),
    member("name", |vm, v| Ok(entry(vm, &v)?.name.get()), "the name"),
    member(
        "symbols",
        |vm, v| Ok(entry(vm, &v)?.symbols.get()),
        "names and what is known of them",
    ),
    member(
        "varnames",
        |vm, v| Ok(entry(vm, &v)?.varnames.get()),
        "parameters",
    ),
    member(
        "children",
        |vm, v| Ok(entry(vm, &v)?.children.get()),
        "blocks in this one",
    ),
    member(
        "nested",
        |vm, v| Ok(Value::from_i32(i32::from(entry(vm, &v)?.nested))),
        "whether the block is in a function",
    ),
    member(
        "type",
        |vm, v| Ok(Value::from_i32(entry(vm, &v)?.kind)),
        "the kind of block",
    ),
    member(
        "lineno",
        |vm, v| Ok(Value::from_usize(entry(vm, &v)?.line as usize)),
        "the line where the block begins",
    ),
];

static METHODS: &[NativeDef] = &[method("__repr__", repr, "($self, /)", "Return repr(self).")];

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = entry(vm, &args[0])?;
    let (line, name) = (e.line, vm.str(e.name.get())?.text_lossy());
    let id = args[0].bits() as i64;
    Ok(vm.new_str(&format!("<symtable entry {name}({id}), line {line}>")))
}

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, n) in CONSTANTS {
        vm.add_constant(m, name, Value::from_i32(*n));
    }
    let ty = vm.new_native_type(
        "symtable entry",
        "builtins",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        "",
    );
    vm.state_set("_symtable.entry", ty.value());
    Ok(())
}

fn symtable(vm: &mut Vm, args: &[Value]) -> PyResult {
    let source = execute::source_bytes(vm, args[0], "symtable()")?;
    let file = path::to_bytes(vm, args[1], "symtable")?;
    let Some(start) = args[2].cast::<PyStr>() else {
        let name = vm.arg_type_name(args[2]);
        return Err(vm.type_error(format!("symtable() argument 3 must be str, not {name}")));
    };
    let mode = match start.bytes() {
        b"exec" => Mode::Exec,
        b"eval" => Mode::Eval,
        b"single" => Mode::Single,
        _ => {
            return Err(vm.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'"));
        }
    };
    let filename = path::decode(vm, &file)?;
    let source = match execute::decode(vm, &source, &file)? {
        Ok(source) => source,
        Err(e) => return Err(execute::raise_syntax_error(vm, &e, None, filename)),
    };
    match table(&source, mode) {
        Ok(table) => export(vm, &table, &source, table.top()),
        Err(e) => Err(execute::raise_syntax_error(vm, &e, Some(&source), filename)),
    }
}

fn table(source: &Source, mode: Mode) -> Result<SymbolTable, SyntaxError> {
    let ast = parse::parse(source, mode)?;
    let checked = checks::check(source, &ast, CheckOptions::default())?;
    let future = checked.future_annotations;
    match &ast {
        Ast::Module(body) | Ast::Interactive(body) => SymbolTable::of_body(body, source, future),
        Ast::Expression(e) => SymbolTable::of_expression(e, source, future),
        Ast::FunctionType { returns, .. } => SymbolTable::of_expression(returns, source, future),
    }
}

fn number(flags: u32, scope: VarScope) -> i32 {
    let scope = match scope {
        VarScope::Unknown => 0,
        VarScope::Local => 1,
        VarScope::GlobalExplicit => 2,
        VarScope::GlobalImplicit => 3,
        VarScope::Free => 4,
        VarScope::Cell => 5,
    };
    flags as i32 | scope << SCOPE_OFF
}

fn kind_of(scope: &Scope) -> i32 {
    match scope.kind {
        ScopeKind::Function => 0,
        ScopeKind::Class => 1,
        ScopeKind::Module => 2,
        ScopeKind::Annotation => 3,
        ScopeKind::TypeVariable => 4,
        ScopeKind::TypeAlias => 5,
        ScopeKind::TypeParams => 6,
    }
}

/// Adds a block's symbols and child entries; those of comprehensions that are part of it too.
fn collect(
    vm: &mut Vm,
    table: &SymbolTable,
    source: &Source,
    scope: &Scope,
    (symbols, children): (Ref<PyDict>, Ref<PyList>),
) -> PyResult<()> {
    for s in &scope.symbols {
        // The iterator that an inlined comprehension has no parameter for.
        if scope.comp_inlined && s.name.as_str() == ".0" {
            continue;
        }
        let name = vm.intern(s.name.as_str()).value();
        if symbols.get_interned(name).is_none() {
            let cell = scope.comp_inlined && s.scope == VarScope::Cell;
            let flags = s.flags | if cell { COMP_CELL } else { 0 };
            symbols.set_interned(vm, name, Value::from_i32(number(flags, s.scope)));
        }
    }
    let mut before: Option<&Scope> = None;
    for id in &scope.children {
        let child = table.scope(*id);
        if child.comp_inlined {
            collect(vm, table, source, child, (symbols, children))?;
        } else {
            let annotated = before.is_some_and(|b| {
                b.kind == ScopeKind::Annotation && child.range.contains_range(b.range)
            });
            if is_definition(child) && !annotated {
                let line = definition_line(source, usize::from(child.range.start()));
                let block = annotations(vm, line, child.nested)?;
                children.push(vm, block);
            }
            let child = export(vm, table, source, *id)?;
            children.push(vm, child);
        }
        before = Some(table.scope(*id));
    }
    Ok(())
}

/// A `def`: no lambda and no generator expression.
fn is_definition(scope: &Scope) -> bool {
    let named = !matches!(scope.name.as_str(), "lambda" | "genexpr");
    scope.kind == ScopeKind::Function && scope.comp.is_none() && named
}

/// The block for annotations that CPython makes for every function; here those without annotations have none.
fn annotations(vm: &mut Vm, line: u32, nested: bool) -> PyResult {
    let (symbols, varnames) = (PyDict::new(vm), PyList::new(vm));
    let format = vm.intern(".format").value();
    let flags = number(sym::PARAM | sym::USE, VarScope::Local);
    symbols.set_interned(vm, format, Value::from_i32(flags));
    varnames.push(vm, format);
    let (name, children) = (vm.intern("__annotate__").value(), PyList::new(vm).value());
    let block = Entry {
        name: Slot::new(name),
        symbols: Slot::new(symbols.value()),
        varnames: Slot::new(varnames.value()),
        children: Slot::new(children),
        kind: 3,
        line,
        nested,
    };
    new_entry(vm, block)
}

fn new_entry(vm: &mut Vm, entry: Entry) -> PyResult {
    let Some(ty) = vm.state_get("_symtable.entry").and_then(|t| t.cast()) else {
        return Err(vm.system_error("_symtable is not initialised"));
    };
    Ok(Native::new(vm, ty, entry).value())
}

/// The line of a block that begins at an offset; decorators are part of the node, but not of the definition.
fn definition_line(source: &Source, at: usize) -> u32 {
    let first = source.line_of(at);
    if !source.text()[at..].starts_with('@') {
        return first;
    }
    let indent = at - source.line_start(first);
    let defines = |line: &u32| {
        let text = source.line_text(*line);
        let rest = text.get(indent..).unwrap_or_default();
        let plain = text.trim_start().len() == text.len() - indent.min(text.len());
        let keywords = ["def ", "class ", "async "];
        plain && keywords.iter().any(|k| rest.starts_with(k))
    };
    (first..=source.line_count()).find(defines).unwrap_or(first)
}

fn export(vm: &mut Vm, table: &SymbolTable, source: &Source, id: ScopeId) -> PyResult {
    vm.check_native_stack(" in a symbol table")?;
    let scope = table.scope(id);
    let (symbols, children, varnames) = (PyDict::new(vm), PyList::new(vm), PyList::new(vm));
    collect(vm, table, source, scope, (symbols, children))?;
    for p in &scope.params {
        let p = vm.intern(p.as_str()).value();
        varnames.push(vm, p);
    }
    let at = usize::from(scope.range.start());
    let line = match scope.kind {
        ScopeKind::Module => 0,
        _ => definition_line(source, at),
    };
    let name = vm.intern(scope.name.as_str()).value();
    let block = Entry {
        name: Slot::new(name),
        symbols: Slot::new(symbols.value()),
        varnames: Slot::new(varnames.value()),
        children: Slot::new(children.value()),
        kind: kind_of(scope),
        line,
        nested: scope.nested,
    };
    new_entry(vm, block)
}
