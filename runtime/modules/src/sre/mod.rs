//! `_sre`: the regular expression engine behind `re`, for the code of `re._compiler`.
//!
//! `program` translates the code words, `engine` matches, `search` finds candidates; the rest are the Python objects.

mod chars;
mod constants;
mod engine;
mod matches;
mod pattern;
mod program;
mod scanner;
mod search;
mod substitute;

use skein_runtime::prelude::*;

/// `_sre`
pub const MODULE: ModuleDef = ModuleDef { name: "_sre", init };

static FUNCTIONS: &[NativeDef] = &[
    function(
        "compile",
        pattern::compile,
        "(pattern, flags, code, groups, groupindex, indexgroup)",
        "Make a pattern object.",
    ),
    function(
        "template",
        substitute::template,
        "(pattern, template, /)",
        "Make a template object.",
    ),
    function(
        "getcodesize",
        |_, _| Ok(Value::from_usize(constants::CODESIZE)),
        "()",
        "Bytes of a code word.",
    ),
    function(
        "ascii_iscased",
        ascii_iscased,
        "(character, /)",
        "True if the character has case in ASCII.",
    ),
    function(
        "unicode_iscased",
        unicode_iscased,
        "(character, /)",
        "True if the character has case.",
    ),
    function(
        "ascii_tolower",
        ascii_tolower,
        "(character, /)",
        "The lower-case character in ASCII.",
    ),
    function(
        "unicode_tolower",
        unicode_tolower,
        "(character, /)",
        "The lower-case character.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    vm.add_constant(m, "MAGIC", Value::from_i32(constants::MAGIC));
    vm.add_constant(m, "CODESIZE", Value::from_usize(constants::CODESIZE));
    vm.add_constant(
        m,
        "MAXREPEAT",
        Value::from_usize(constants::MAXREPEAT as usize),
    );
    vm.add_constant(m, "MAXGROUPS", Value::from_i32(constants::MAXGROUPS));
    let no_new = tflag::DISALLOW_INSTANTIATION;
    let doc = "Compiled regular expression object.";
    let ty = vm.new_native_type(
        "Pattern",
        "re",
        None,
        Kind::Native,
        no_new | tflag::HAS_WEAKREF,
        pattern::METHODS,
        pattern::GETSETS,
        doc,
    );
    vm.state_set("_sre.Pattern", ty.value());
    let doc = "The result of re.match() and re.search().";
    let ty = vm.new_native_type(
        "Match",
        "re",
        None,
        Kind::Native,
        no_new,
        matches::METHODS,
        matches::GETSETS,
        doc,
    );
    vm.state_set("_sre.Match", ty.value());
    let ty = vm.new_native_type(
        "SRE_Scanner",
        "_sre",
        None,
        Kind::Native,
        no_new,
        scanner::METHODS,
        scanner::GETSETS,
        "",
    );
    vm.state_set("_sre.SRE_Scanner", ty.value());
    let ty = vm.new_native_type(
        "callable_iterator",
        "builtins",
        None,
        Kind::Native,
        no_new,
        scanner::ITER_METHODS,
        &[],
        "",
    );
    vm.state_set("_sre.finditer", ty.value());
    let ty = vm.new_native_type(
        "SRE_Template",
        "_sre",
        None,
        Kind::Native,
        no_new,
        &[],
        &[],
        "",
    );
    vm.state_set("_sre.SRE_Template", ty.value());
    Ok(())
}

fn character(vm: &mut Vm, v: Value) -> PyResult<u32> {
    let n = vm.ssize(v)?;
    u32::try_from(n).map_err(|_| vm.value_error("character out of range"))
}

fn ascii_iscased(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = character(vm, args[0])?;
    Ok(Value::bool(c < 128 && (c as u8).is_ascii_alphabetic()))
}

fn unicode_iscased(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = character(vm, args[0])?;
    Ok(Value::bool(chars::lower(c) != c || chars::upper(c) != c))
}

fn ascii_tolower(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = character(vm, args[0])?;
    Ok(Value::from_usize(chars::Case::Ascii.lower(c) as usize))
}

fn unicode_tolower(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = character(vm, args[0])?;
    Ok(Value::from_usize(chars::lower(c) as usize))
}
