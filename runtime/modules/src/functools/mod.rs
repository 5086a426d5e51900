//! `_functools`: `reduce`, `partial`, `cmp_to_key` and the wrapper behind `lru_cache`.

mod cmp_key;
pub mod lru;
mod partial;

use crate::util::add_type;
use skein_runtime::prelude::*;
use skein_runtime::soft::is_python;

/// `_functools`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    partial::install(vm, m);
    let flags = tflag::BASETYPE | tflag::HAS_DICT | tflag::HAS_WEAKREF;
    let doc = "Create a cached callable that wraps another function.";
    let ty = vm.new_native_type(
        "_lru_cache_wrapper",
        "functools",
        None,
        Kind::Native,
        flags,
        lru::METHODS,
        &[],
        doc,
    );
    add_type(vm, m, "_functools", ty);
    let ty = vm.new_native_type(
        "KeyWrapper",
        "functools",
        None,
        Kind::Native,
        0,
        cmp_key::METHODS,
        cmp_key::GETSETS,
        "",
    );
    let hash = vm.names.__hash__;
    vm.type_set_attr(ty, hash, Value::NONE);
    vm.state_set("_functools.KeyWrapper", ty.value());
    Ok(())
}

static FUNCTIONS: &[NativeDef] = &[
    function(
        "reduce",
        reduce,
        "(function, iterable, /, initial=None)",
        "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.",
    )
    .soft(),
    function(
        "cmp_to_key",
        cmp_key::cmp_to_key,
        "(mycmp)",
        "Convert a cmp= function into a key= function.",
    ),
];

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let f = args[0];
    let it = match vm.iter(args[1]) {
        Ok(it) => it,
        Err(r) => {
            if vm.clear_raised_if(ids::TYPE_ERROR) {
                return Err(vm.type_error("reduce() arg 2 must support iteration"));
            }
            return Err(r);
        }
    };
    if let Some(soft) = soft.filter(|_| is_python(f)) {
        let (given, v) = (
            !args[2].is_null(),
            args[2].non_null().unwrap_or(Value::NONE),
        );
        return soft.call(vm, "reduce", &[f, it, Value::bool(given), v]);
    }
    let mut result = match args[2].non_null() {
        Some(v) => v,
        None => match vm.next(it)? {
            Some(v) => v,
            None => return Err(vm.type_error("reduce() of empty iterable with no initial value")),
        },
    };
    while let Some(v) = vm.next(it)? {
        result = vm.call(f, &[result, v])?;
    }
    Ok(result)
}
