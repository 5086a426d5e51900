//! The `_ast` module, and syntax trees as Python objects.
//!
//! [`grammar`] is the table of node classes, [`classes`] makes the classes from it, [`node`] is what all nodes can do,
//! [`export`] turns a parsed source into node objects, [`import`] turns node objects into what the compiler takes.

/// The node of a class, once all its fields are read: closes the object and takes the place in the source from it.
macro_rules! node {
    ($importer:expr, $open:expr, $sum:ident::$variant:ident($class:ident { $($fields:tt)* })) => {{
        let range = $importer.close(&$open)?;
        $sum::$variant($class { node_index: Default::default(), range, $($fields)* })
    }};
}

pub mod classes;
pub mod export;
pub mod export_expr;
pub mod export_stmt;
pub mod grammar;
pub mod import;
mod import_expr;
mod import_literal;
mod import_pattern;
mod import_stmt;
pub mod node;

use skein_compiler::errors::SyntaxError;
use skein_compiler::parse::Mode;
use skein_compiler::source::Source;
use skein_runtime::prelude::*;

/// `PyCF_ONLY_AST`
pub const ONLY_AST: i64 = 0x400;

/// The native module `_ast`.
pub const MODULE: ModuleDef = ModuleDef { name: "_ast", init };

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let classes = classes::all(vm)?;
    m.dict().copy_entries_from(vm, classes);
    for (name, flag) in [
        ("PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000),
        ("PyCF_ONLY_AST", ONLY_AST as i32),
        ("PyCF_OPTIMIZED_AST", 0x8400),
        ("PyCF_TYPE_COMMENTS", 0x1000),
    ] {
        vm.add_constant(m, name, Value::from_i32(flag));
    }
    Ok(())
}

/// `compile(source, filename, mode, PyCF_ONLY_AST)`
///
/// # Errors
/// The `SyntaxError` as plain data for the caller to raise (outer), or what making nodes raises.
pub fn parse(
    vm: &mut Vm,
    source: &[u8],
    filename: &[u8],
    mode: Mode,
) -> Result<PyResult, SyntaxError> {
    let file = String::from_utf8_lossy(filename);
    let source = Source::from_bytes(source, Some(&file))?;
    let tree = skein_compiler::parse::parse(&source, mode)?;
    Ok(export::export(vm, &source, &tree))
}
