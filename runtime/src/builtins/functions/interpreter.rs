//! Functions that hand over to the interpreter: code execution, imports, classes; and `breakpoint`.

use crate::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "__build_class__",
        build_class,
        "(func, name, /, *bases, **kwds)",
        "Internal helper function used by the class statement.",
    )
    .soft(),
    function(
        "__import__",
        import,
        "(name, globals=None, locals=None, fromlist=(), level=0)",
        "Import a module.\n\nMeant for the interpreter; programs use importlib.import_module().",
    ),
    function(
        "compile",
        compile,
        "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)",
        "Compile source into a code object that can be executed by exec() or eval().",
    ),
    function(
        "eval",
        eval,
        "(source, /, globals=None, locals=None)",
        "Evaluate the given source in the context of globals and locals.",
    )
    .soft(),
    function(
        "exec",
        exec,
        "(source, /, globals=None, locals=None, *, closure=None)",
        "Execute the given source in the context of globals and locals.",
    )
    .soft(),
    function(
        "breakpoint",
        breakpoint,
        "(*args, **kws)",
        "Call sys.breakpointhook(*args, **kws).",
    ),
];

fn build_class(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "__build_class__", args)
}

fn import(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "__import__", args)
}

fn compile(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "compile", args)
}

fn eval(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "eval", args)
}

fn exec(vm: &mut Vm, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, "exec", args)
}

fn breakpoint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.intern("breakpointhook");
    let hook = super::console::sys_attribute(vm, name);
    let Some(hook) = hook else {
        return Err(vm.runtime_error("lost sys.breakpointhook"));
    };
    vm.call_dict(hook, crate::builtins::args::items(&args[0]), args[1])
}
