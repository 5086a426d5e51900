//! The namespaces of the calling frame: `globals`, `locals`, `vars`, `dir`.

use crate::builtins::cell::PyCell;
use crate::builtins::code::PyCode;
use crate::builtins::list_sort;
use crate::prelude::*;
use crate::tasklet::stack::Frame;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "globals",
        globals,
        "()",
        "Return the dictionary containing the current scope's global variables.",
    ),
    function(
        "locals",
        locals,
        "()",
        "Return a dictionary containing the current scope's local variables.",
    ),
    function(
        "vars",
        vars,
        "(object=<unrepresentable>, /)",
        "vars([object]) -> dictionary\n\nWithout arguments, equivalent to locals().\nWith an argument, equivalent to object.__dict__.",
    ),
    function(
        "dir",
        dir,
        "(object=<unrepresentable>, /)",
        "dir([object]) -> list of strings\n\nWithout argument, the names in the current scope; else an alphabetized list of names comprising attributes of the object and those reachable from it.",
    ),
];

fn frame(vm: &mut Vm) -> PyResult<Frame> {
    match vm.visible_frame() {
        Some(f) => Ok(f),
        None => Err(vm.system_error("frame does not exist")),
    }
}

fn globals(vm: &mut Vm, _args: &[Value]) -> PyResult {
    let f = frame(vm)?;
    Ok(f.function().globals.value())
}

fn locals(vm: &mut Vm, _args: &[Value]) -> PyResult {
    let f = frame(vm)?;
    Ok(frame_locals(vm, f))
}

/// `locals()` in a frame: its mapping if it has one (modules, class bodies, `exec`), else a snapshot of its variables
/// (PEP 667).
pub fn frame_locals(vm: &mut Vm, f: Frame) -> Value {
    let code = f.code();
    if let Some(mapping) = f.locals().non_null()
        && !shows_comprehension(code, &|i| f.register(i))
    {
        return mapping;
    }
    let d = PyDict::new(vm);
    let varnames = code.varnames.expect();
    for (i, name) in varnames.items().iter().enumerate() {
        add_variable(vm, d, *name, f.register(i));
    }
    let (cells, registers) = (code.cellvars.expect(), code.cell_regs.expect());
    for (i, name) in cells.items().iter().enumerate() {
        if varnames.items().contains(name) {
            continue;
        }
        let b = registers.bytes();
        let register = u16::from_le_bytes([b[2 * i], b[2 * i + 1]]) as usize;
        add_variable(vm, d, *name, f.register(register));
    }
    let frees = code.freevars.expect();
    for (i, name) in frees.items().iter().enumerate() {
        add_variable(vm, d, *name, f.register(code.free_base as usize + i));
    }
    // What was written through `f_locals` beside the variables.
    let extra = f.frame_object().and_then(|o| o.extra_locals.get().cast());
    if let Some(extra) = extra {
        let extra: Ref<PyDict> = extra;
        let mut at = 0;
        while let Some((i, k, v)) = extra.next_entry(at) {
            if d.insert(vm, k, v).is_err() {
                vm.take_raised();
            }
            at = i + 1;
        }
    }
    d.value()
}

/// True in a module or class body that runs an inlined comprehension, whose variables are all that `locals()` shows then.
pub fn shows_comprehension(code: Ref<PyCode>, register: &dyn Fn(usize) -> Value) -> bool {
    (0..code.varnames.expect().len()).any(|i| !register(i).is_null())
}

fn add_variable(vm: &mut Vm, d: Ref<PyDict>, name: Value, v: Value) {
    let v = match v.cast::<PyCell>() {
        Some(cell) => cell.contents.get(),
        None => v,
    };
    if !v.is_null() {
        d.set_interned(vm, name, v);
    }
}

fn vars(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(object) = args[0].non_null() else {
        return locals(vm, args);
    };
    let name = vm.names.__dict__;
    match vm.try_get_attr(object, name)? {
        Some(d) => Ok(d),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    }
}

fn dir(vm: &mut Vm, args: &[Value]) -> PyResult {
    let names = match args[0].non_null() {
        None => {
            let f = frame(vm)?;
            let locals = frame_locals(vm, f);
            vm.call_method(locals, "keys", &[])?
        }
        Some(object) => {
            let name = vm.names.__dir__;
            match vm.call_special(object, name, &[])? {
                Some(names) => names,
                None => return Err(vm.type_error("object does not provide __dir__")),
            }
        }
    };
    let names = vm.collect(names)?;
    let list = PyList::from_vec(vm, names);
    list_sort::sort(vm, list, Value::NULL, false)?;
    Ok(list.value())
}
