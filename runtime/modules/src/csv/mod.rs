//! `_csv`: reading and writing of delimited text.
//!
//! [`dialect`] says how a format looks, [`reader`] and [`writer`] are the two directions. Registered dialects are in a dict of the module.

mod dialect;
mod reader;
mod writer;

use crate::util::{add_exception, add_type};
use skein_runtime::prelude::*;

/// `_csv`
pub const MODULE: ModuleDef = ModuleDef { name: "_csv", init };

static FUNCTIONS: &[NativeDef] = &[
    function(
        "reader",
        reader::reader,
        "(iterable, /, dialect='excel', **fmtparams)",
        "An iterator of the rows in lines of text.",
    ),
    function(
        "writer",
        writer::writer,
        "(fileobj, /, dialect='excel', **fmtparams)",
        "A writer of rows to an object with a write() method.",
    ),
    function(
        "register_dialect",
        dialect::register,
        "(name, /, dialect='excel', **fmtparams)",
        "Give a dialect a name.",
    ),
    function(
        "unregister_dialect",
        dialect::unregister,
        "(name)",
        "Forget a dialect's name.",
    ),
    function(
        "get_dialect",
        dialect::get,
        "(name)",
        "The dialect of a name.",
    ),
    function(
        "list_dialects",
        dialect::list,
        "()",
        "The names of all dialects.",
    ),
    function(
        "field_size_limit",
        field_size_limit,
        "(new_limit=<unrepresentable>)",
        "The longest field that is read; sets a new limit and returns the old one.",
    ),
];

const LIMIT: &str = "csv.limit";

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let version = vm.new_str("1.0");
    vm.add_constant(m, "__version__", version);
    for (i, name) in ["MINIMAL", "ALL", "NONNUMERIC", "NONE", "STRINGS", "NOTNULL"]
        .into_iter()
        .enumerate()
    {
        vm.add_constant(m, &format!("QUOTE_{name}"), Value::from_usize(i));
    }
    add_exception(vm, m, "_csv.Error", "_csv", ids::EXCEPTION);
    let types: [(&str, &[NativeDef], &[GetSetDef], u32); 3] = [
        (
            "Dialect",
            dialect::METHODS,
            dialect::GETSETS,
            tflag::BASETYPE,
        ),
        (
            "Reader",
            reader::METHODS,
            reader::GETSETS,
            tflag::DISALLOW_INSTANTIATION,
        ),
        (
            "Writer",
            writer::METHODS,
            writer::GETSETS,
            tflag::DISALLOW_INSTANTIATION,
        ),
    ];
    for (name, methods, getsets, flags) in types {
        let ty = vm.new_native_type(
            name,
            "_csv",
            None,
            Kind::Native,
            flags,
            methods,
            getsets,
            "",
        );
        add_type(vm, m, "_csv", ty);
    }
    let names = PyDict::new(vm).value();
    vm.state_set(dialect::NAMES, names);
    vm.state_set(LIMIT, Value::from_i32(131_072));
    Ok(())
}

/// Raises `_csv.Error`.
fn error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    match crate::util::state_type(vm, "_csv.Error") {
        Ok(ty) => vm.raise_type(ty, &[text]),
        Err(raised) => raised,
    }
}

/// The longest field that is read.
fn limit(vm: &mut Vm) -> usize {
    let limit = vm.state_get(LIMIT).and_then(as_i64).unwrap_or(0);
    usize::try_from(limit).unwrap_or(0)
}

fn field_size_limit(vm: &mut Vm, args: &[Value]) -> PyResult {
    let old = vm.state_get(LIMIT).unwrap_or(Value::NONE);
    if let Some(new) = args[0].non_null() {
        let Some(_) = as_int(&new) else {
            return Err(vm.type_error("limit must be an integer"));
        };
        let new = vm.ssize(new)?;
        let new = vm.new_int(new);
        vm.state_set(LIMIT, new);
    }
    Ok(old)
}
