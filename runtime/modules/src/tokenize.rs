//! `_tokenize`: not there yet. `tokenize` imports it for `TokenizerIter` but needs it only to tokenize; `linecache` and
//! `traceback` use `tokenize.open` alone.

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_tokenize",
    init,
};

static METHODS: &[NativeDef] = &[static_method(
    "__new__",
    new,
    "($type, readline, /, *, encoding=None, extra_tokens=False)",
    "Raises NotImplementedError: tokenizing is not available in this build.",
)];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let ty = vm.new_native_type(
        "TokenizerIter",
        "_tokenize",
        None,
        Kind::Native,
        0,
        METHODS,
        &[],
        "Iterator of tokens.",
    );
    vm.add_constant(m, "TokenizerIter", ty.value());
    Ok(())
}

fn new(vm: &mut Vm, _: &[Value]) -> PyResult {
    Err(vm.not_implemented_error("the tokenizer is not available in this build"))
}
