//! From node objects back to code.
//!
//! The tree is written out as source by the library's own `ast.unparse` and compiled from that. So the code does what
//! the tree says, but its line numbers are those of the written text, and trees that no source can express are refused
//! with a `SyntaxError`.

use super::classes;
use skein_compiler::Mode;
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

/// The source text that a tree stands for.
///
/// # Errors
/// What `ast.unparse` raises for malformed trees.
pub fn source_of(vm: &mut Vm, tree: Value) -> PyResult {
    crate::boot::import(vm, "ast")?;
    let module = vm
        .modules_dict()
        .and_then(|m| m.get_text(vm, "ast"))
        .unwrap_or(Value::NONE);
    let unparse = vm.get_attr_text(module, "unparse")?;
    vm.call(unparse, &[tree])
}
