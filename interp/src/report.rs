//! Printing an exception when nothing in Python can do it any more.

use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;

/// Prints an exception with a plain traceback to the process's standard error.
pub fn print_exception(vm: &mut Vm, e: Value) {
    if let Some(x) = e.cast::<PyException>() {
        let mut tb = x.traceback.get().cast::<PyTraceback>();
        if tb.is_some() {
            eprintln!("Traceback (most recent call last):");
        }
        while let Some(t) = tb {
            let code = t.frame.expect().code.expect();
            let line = (vm.hooks.position)(vm, code, t.lasti.get()).map_or(0, |p| p.0);
            let file = skein_runtime::builtins::str::lossy(code.filename.get());
            let name = skein_runtime::builtins::str::lossy(code.qualname.get());
            eprintln!("  File \"{file}\", line {line}, in {name}");
            tb = t.next.get().cast();
        }
    }
    let ty = vm.type_of(e);
    let name = vm.full_type_name(ty);
    match vm.str(e) {
        Ok(s) if s.is_empty() => eprintln!("{name}"),
        Ok(s) => eprintln!("{name}: {}", s.text_lossy()),
        Err(_) => {
            vm.take_raised();
            eprintln!("{name}: <exception str() failed>");
        }
    }
}
