//! Code objects, functions and cells.

use super::{Shadow, dress, or_none, part, reduced, service, state_items, undress, warn};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::builtins::function_attrs::function_doc;
use skein_runtime::prelude::*;

/// The shadow types.
pub const SHADOWS: &[Shadow] = &[
    Shadow {
        name: "code",
        id: ids::CODE,
        kind: Kind::Code,
        methods: &[
            static_method("__new__", code_new, "($type, /, *args)", NEW_DOC),
            static_method("__reduce__", code_reduce, "(code, /)", REDUCE),
            method("__setstate__", code_setstate, "($self, state, /)", SETSTATE),
        ],
    },
    Shadow {
        name: "function",
        id: ids::FUNCTION,
        kind: Kind::Function,
        methods: &[
            static_method("__new__", function_new, "($type, code, /)", NEW_DOC),
            static_method("__reduce__", function_reduce, "(function, /)", REDUCE),
            method(
                "__setstate__",
                function_setstate,
                "($self, state, /)",
                SETSTATE,
            ),
        ],
    },
    Shadow {
        name: "cell",
        id: ids::CELL,
        kind: Kind::Cell,
        methods: &[
            static_method("__new__", cell_new, "($type, /)", NEW_DOC),
            static_method("__reduce__", cell_reduce, "(cell, /)", REDUCE),
            method("__setstate__", cell_setstate, "($self, state, /)", SETSTATE),
        ],
    },
];

/// Docstrings.
pub const REDUCE: &str = "Return state information for pickling.";
/// See [`REDUCE`].
pub const SETSTATE: &str = "Take state from a pickle.";

// -- code --

/// The number of the opcodes that code is made of, as `importlib.util.MAGIC_NUMBER`.
fn magic(vm: &mut Vm) -> PyResult<i64> {
    let own = service(vm, "bytecode_magic", &[])?;
    Ok(as_i64(own).unwrap_or(0) | 0x0a0d_0000)
}

fn code_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let parts = service(vm, "pickle.code_state", &args[..1])?;
    let number = magic(vm)?;
    let mut all = ValueVec::new();
    let number = vm.new_int(number);
    all.push(&vm.heap, number);
    for v in items(&parts) {
        all.push(&vm.heap, *v);
    }
    let empty = vm.new_tuple(&[]);
    reduced(vm, "code", all.as_slice(), empty)
}

fn code_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = items(&args[1]);
    let own = magic(vm)?;
    // What Stackless 3.7 and older wrote has no number in front.
    let (number, parts) = match given.split_first() {
        Some((n, rest)) if given.len() == PARTS + 1 => (as_i64(*n).unwrap_or(-1), rest),
        _ if given.len() == PARTS => (0, given),
        _ => return Err(vm.index_error("Argument tuple has wrong size.")),
    };
    let code = if number == own {
        service(vm, "pickle.code", parts)?
    } else {
        warn(
            vm,
            &format!("Unpickling code object with invalid magic number {number}"),
        )?;
        service(vm, "pickle.foreign_code", parts)?
    };
    dress(vm, code, "code")
}

/// Values that a code object is made of.
const PARTS: usize = 19;

fn code_setstate(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(undress(args[0], ids::CODE))
}

/// Code in place of what another version wrote.
pub fn is_foreign(code: Ref<PyCode>) -> bool {
    code.word_count == 1 && code.nregs == 1 && code.consts.expect().is_empty()
}

// -- functions --

fn function_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(f) = args[0].cast::<PyFunction>() else {
        return Err(vm.type_error("a function is required"));
    };
    let code = f.code().value();
    let module = match f.module.get().non_null() {
        Some(m) => m,
        None => {
            let key = vm.names.__name__.value();
            let name = f.globals.expect().get_interned(key);
            name.unwrap_or(Value::NONE)
        }
    };
    let dict = skein_runtime::builtins::object_reduce::state_of(vm, args[0], false)?;
    let state = [
        code,
        f.globals.value(),
        f.name.get(),
        or_none(f.defaults.get()),
        or_none(f.closure.get()),
        module,
        or_none(f.kwdefaults.get()),
        function_doc(f),
        dict,
        or_none(f.annotations.get()),
        f.qualname.get(),
        or_none(f.annotate.get()),
        or_none(f.type_params.get()),
    ];
    let state = vm.new_tuple(&state);
    reduced(vm, "function", &[code], state)
}

fn function_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(code) = args[1].cast::<PyCode>() else {
        return Err(vm.type_error("function() argument 'code' must be code"));
    };
    let (globals, builtins) = (PyDict::new(vm), vm.builtins_dict());
    let f = PyFunction::new(vm, code, globals, builtins).value();
    dress(vm, f, "function")
}

fn function_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(f) = args[0].cast::<PyFunction>() else {
        return Err(vm.type_error("a function is required"));
    };
    let s = state_items(vm, &args[1], "function", &[11, 6, 13])?;
    let at = |i: usize| s.get(i).copied().unwrap_or(Value::NONE);
    let code = part::<PyCode>(vm, at(0), false, "function")?;
    let Some(code) = code
        .cast::<PyCode>()
        .filter(|c| *c == f.code() || is_foreign(*c))
    else {
        return Err(vm.type_error("invalid code object for function.__setstate__"));
    };
    if is_foreign(code) {
        let name = skein_runtime::builtins::str::lossy(code.name.get());
        warn(
            vm,
            &format!("Unpickling function with invalid code object: {name}"),
        )?;
        f.code.set(f, code);
    }
    let globals = part::<PyDict>(vm, at(1), false, "function")?;
    let name = part::<PyStr>(vm, at(2), false, "function")?;
    let defaults = part::<PyTuple>(vm, at(3), true, "function")?;
    let closure = closure_of(vm, code, at(4))?;
    let kwdefaults = part::<PyDict>(vm, at(6), true, "function")?;
    let annotations = part::<PyDict>(vm, at(9), true, "function")?;
    let qualname = part::<PyStr>(
        vm,
        if s.len() > 6 { at(10) } else { name },
        false,
        "function",
    )?;
    let type_params = part::<PyTuple>(vm, at(12), true, "function")?;
    if let Some(globals) = globals.cast::<PyDict>() {
        f.globals.set(f, globals);
        let builtins = skein_runtime::builtins::function_attrs::builtins_for(vm, globals);
        f.builtins.set(f, builtins);
    }
    for (slot, v) in [
        (&f.name, name),
        (&f.defaults, defaults),
        (&f.closure, closure),
        (&f.module, at(5)),
        (&f.kwdefaults, kwdefaults),
        (&f.annotations, annotations),
        (&f.qualname, qualname),
        (&f.type_params, type_params),
    ] {
        slot.set(f, v);
    }
    skein_runtime::reliance::changed(f.value().bits());
    if s.len() > 6 {
        f.doc.set(f, at(7));
    }
    if !at(11).is_none() {
        f.annotate.set(f, at(11));
    }
    let f = undress(args[0], ids::FUNCTION);
    fill_dict(vm, f, at(8))?;
    Ok(f)
}

/// The closure of a function of `code`: as many cells as it has free variables, or `NULL`.
pub fn closure_of(vm: &mut Vm, code: Ref<PyCode>, v: Value) -> PyResult {
    let wanted = code.freevars.expect().len();
    let given = items(&v);
    if given.len() != wanted || !given.iter().all(|c| c.is::<PyCell>()) || is_foreign(code) {
        if is_foreign(code) {
            return Ok(Value::NULL);
        }
        return Err(vm.value_error("bad state for function: closure and code do not fit"));
    }
    Ok(if wanted == 0 { Value::NULL } else { v })
}

/// Sets attributes from a dict.
pub fn fill_dict(vm: &mut Vm, object: Value, attributes: Value) -> PyResult<()> {
    let Some(d) = attributes.cast::<PyDict>() else {
        return Ok(());
    };
    let mut at = 0;
    while let Some((i, k, v)) = d.next_entry(at) {
        let Some(name) = k.cast::<PyStr>() else {
            return Err(vm.type_error("attribute name must be string"));
        };
        let name = vm.intern_str(name);
        vm.set_attr(object, name, v)?;
        at = i + 1;
    }
    Ok(())
}

// -- cells --

fn cell_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(c) = args[0].cast::<PyCell>() else {
        return Err(vm.type_error("a cell is required"));
    };
    let contents = c.contents.get();
    let state = match contents.is_null() {
        true => vm.new_tuple(&[]),
        false => vm.new_tuple(&[contents]),
    };
    reduced(vm, "cell", &[], state)
}

fn cell_new(vm: &mut Vm, _: &[Value]) -> PyResult {
    let c = PyCell::new(vm, Value::NULL).value();
    dress(vm, c, "cell")
}

fn cell_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = state_items(vm, &args[1], "cell", &[1, 0])?;
    if let Some(c) = args[0].cast::<PyCell>() {
        c.contents.set(c, s.first().copied().unwrap_or(Value::NULL));
    }
    Ok(undress(args[0], ids::CELL))
}
