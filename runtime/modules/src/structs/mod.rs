//! `_struct`: packing values into bytes by format strings.

mod format;
mod object;
mod pack;

use crate::util::{add_exception, items};
use skein_runtime::prelude::*;

/// `_struct`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "calcsize",
        calcsize,
        "(format, /)",
        "Return size in bytes of the struct described by the format string.",
    ),
    function(
        "pack",
        pack,
        "(format, /, *values)",
        "Pack values and return the packed bytes.",
    )
    .with_direct(pack_direct),
    function(
        "pack_into",
        pack_into,
        "(format, buffer, offset, /, *values)",
        "Pack values and write the packed bytes into the buffer.",
    ),
    function(
        "unpack",
        unpack,
        "(format, buffer, /)",
        "Unpack the given bytes.",
    ),
    function(
        "unpack_from",
        unpack_from,
        "(format, /, buffer, offset=0)",
        "Unpack values from the buffer, beginning at the offset.",
    ),
    function(
        "iter_unpack",
        iter_unpack,
        "(format, buffer, /)",
        "Return an iterator yielding tuples.",
    ),
    function(
        "_clearcache",
        |_, _| Ok(Value::NONE),
        "()",
        "Clear the internal cache.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    // A second copy of the module raises what programs already catch.
    match vm.state_get("_struct.error") {
        Some(error) => vm.add_constant(m, "error", error),
        None => add_exception(vm, m, "_struct.error", "struct", ids::EXCEPTION),
    }
    object::install(vm, m);
    Ok(())
}

/// Raises `struct.error`.
fn error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    match crate::util::state_type(vm, "_struct.error") {
        Ok(ty) => vm.raise_type(ty, &[text]),
        Err(r) => r,
    }
}

fn calcsize(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format::parse_value(vm, args[0])?;
    Ok(Value::from_usize(f.size))
}

fn pack(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format::parse_value(vm, args[0])?;
    pack::pack_bytes(vm, &f, items(&args[1]))
}

/// Without keywords the values need not be put into a tuple.
fn pack_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let Some((format, values)) = args.split_first() else {
        return Some(Err(vm.type_error("missing format argument")));
    };
    if let Some(v) = pack::pack_small(vm, *format, values) {
        return Some(Ok(v));
    }
    Some(match format::parse_value(vm, *format) {
        Ok(f) => pack::pack_bytes(vm, &f, values),
        Err(r) => Err(r),
    })
}

fn pack_into(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format::parse_value(vm, args[0])?;
    object::pack_into(vm, &f, args[1], args[2], items(&args[3]))
}

fn unpack(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(v) = pack::unpack_small(vm, args[0], args[1]) {
        return Ok(v);
    }
    let f = format::parse_value(vm, args[0])?;
    object::unpack(vm, &f, args[1])
}

fn unpack_from(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format::parse_value(vm, args[0])?;
    object::unpack_from(vm, &f, args[1], args[2])
}

fn iter_unpack(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = format::parse_value(vm, args[0])?;
    object::iter_unpack(vm, std::rc::Rc::new(f), args[1])
}
