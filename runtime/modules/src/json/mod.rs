//! `_json`: scanning and encoding JSON without Python code on the way, except for hooks that were given.

mod encode;
mod quote;
mod scan;
mod scan_string;
mod templates;

use skein_runtime::prelude::*;

/// `_json`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_json",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "scanstring",
        scan_string::scanstring,
        "(string, end, strict=True, /)",
        "Scan the string s for a JSON string; end is the index behind the opening quote.",
    ),
    function(
        "encode_basestring",
        quote::encode_basestring,
        "(string, /)",
        "Return a JSON representation of a Python string.",
    ),
    function(
        "encode_basestring_ascii",
        quote::encode_basestring_ascii,
        "(string, /)",
        "Return an ASCII-only JSON representation of a Python string.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let ty = vm.new_native_type(
        "Scanner",
        "_json",
        None,
        Kind::Native,
        tflag::BASETYPE,
        scan::METHODS,
        scan::GETSETS,
        "JSON scanner object",
    );
    vm.add_constant(m, "make_scanner", ty.value());
    let ty = vm.new_native_type("Encoder", "_json", None, Kind::Native, tflag::BASETYPE, encode::METHODS, encode::GETSETS, "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)");
    vm.add_constant(m, "make_encoder", ty.value());
    Ok(())
}
