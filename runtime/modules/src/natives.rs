//! `_skein_natives`: what `_skein_soft.py` needs of the interpreter.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_skein_natives",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "run_body",
        |vm, a| (vm.hooks.intrinsic)(vm, "run_body", a),
        "(function, namespace, /)",
        "Call a function with a mapping as its locals.",
    )
    .soft(),
    function(
        "finish_class",
        |vm, a| (vm.hooks.intrinsic)(vm, "finish_class", a),
        "(cls, cell, name, /)",
        "Check the cell that a class body left.",
    ),
    function(
        "clean_import",
        |vm, a| (vm.hooks.intrinsic)(vm, "clean_import", a),
        "(exception, /)",
        "Take importlib's frames out of a traceback.",
    ),
    function(
        "resume_watching",
        |vm, a| (vm.hooks.intrinsic)(vm, "resume_watching", a),
        "(state, /)",
        "Look for dropped objects again, after an import.",
    ),
    function(
        "initializer",
        |vm, a| (vm.hooks.intrinsic)(vm, "initializer", a),
        "(made, cls, /)",
        "The bound __init__ of what a class's __new__ made, or None.",
    ),
    function(
        "check_iter",
        |vm, a| (vm.hooks.intrinsic)(vm, "check_iter", a),
        "(result, /)",
        "Check what __iter__ gave.",
    ),
    function(
        "check_namespace",
        |vm, a| (vm.hooks.intrinsic)(vm, "check_namespace", a),
        "(metaclass, namespace, /)",
        "Check what __prepare__ gave.",
    ),
    function(
        "check_special",
        |vm, a| {
            let name = a[0]
                .cast::<PyStr>()
                .map_or(String::new(), |s| s.text_lossy());
            vm.check_special(&name, a[1])
        },
        "(name, result, /)",
        "Check what __len__, __hash__, __repr__, __str__ or __format__ gave.",
    ),
    function(
        "keep_result",
        crate::functools::lru::keep,
        "(wrapper, key, result, /)",
        "Keep the result of a cached call.",
    ),
    function(
        "count_element",
        crate::collections::count_element,
        "(counts, element, /)",
        "Count one element more in a dict.",
    ),
    function(
        "check_init",
        |vm, a| (vm.hooks.intrinsic)(vm, "check_init", a),
        "(result, /)",
        "Check that __init__ gave None.",
    ),
    function(
        "check_aiter",
        |vm, a| (vm.hooks.intrinsic)(vm, "check_aiter", a),
        "(result, /)",
        "Check what __aiter__ gave.",
    ),
    function(
        "check_awaited",
        |vm, a| (vm.hooks.intrinsic)(vm, "check_awaited", a),
        "(result, /)",
        "Check what __await__ gave.",
    ),
    function(
        "sort_by_keys",
        |vm, a| (vm.hooks.intrinsic)(vm, "sort_by_keys", a),
        "(items, keys, reverse, /)",
        "Sort a list by the keys of its items.",
    ),
    function(
        "leave_context",
        |vm, a| {
            crate::contextvars::leave(vm, a[0], a[1]);
            Ok(Value::NONE)
        },
        "(context, previous, /)",
        "End a call in a context.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}
