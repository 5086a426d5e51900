//! Exception types with one or a few extra fields: StopIteration, SystemExit, KeyError, AttributeError, NameError,
//! ImportError. Field numbers are in `exception_methods.rs`.

use super::exception_methods::{
    base_str, exception, field, items, own_state, reduce_with, set_args, take_keywords,
};
use crate::prelude::*;

/// Defines the getter and setter of a numbered exception field that may hold any object.
#[macro_export]
macro_rules! exception_field {
    ($get:ident, $set:ident, $index:expr) => {
        fn $get(vm: &mut Vm, v: Value) -> PyResult {
            let e = $crate::builtins::exception_methods::exception(vm, v, "field")?;
            Ok(e.field($index).non_null().unwrap_or(Value::NONE))
        }
        fn $set(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
            let e = $crate::builtins::exception_methods::exception(vm, v, "field")?;
            e.set_field(vm, $index, new);
            Ok(())
        }
    };
}

exception_field!(get_0, set_0, 0);
exception_field!(get_1, set_1, 1);
exception_field!(get_2, set_2, 2);
exception_field!(get_3, set_3, 3);

fn stop_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = start(vm, args)?;
    let v = items(&args[1]).items().first().copied();
    e.set_field(vm, field::VALUE, v.unwrap_or(Value::NONE));
    Ok(Value::NONE)
}

/// Receiver with `args` stored and keywords refused.
fn start(vm: &mut Vm, args: &[Value]) -> PyResult<Ref<PyException>> {
    let e = exception(vm, args[0], "__init__")?;
    let ty = vm.type_of(args[0]);
    super::exception_methods::no_keywords(vm, ty, args[2])?;
    set_args(e, args[1]);
    Ok(e)
}

/// `SystemExit.code` from the arguments.
pub fn init_system_exit(vm: &mut Vm, e: Ref<PyException>, args: &[Value]) {
    let code = match args {
        [] => Value::NONE,
        [one] => *one,
        _ => vm.new_tuple(args),
    };
    e.set_field(vm, field::VALUE, code);
}

fn exit_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = start(vm, args)?;
    let values = items(&args[1]);
    init_system_exit(vm, e, values.items());
    Ok(Value::NONE)
}

fn key_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__str__")?;
    if let [key] = e.args.expect().items() {
        return Ok(vm.repr(*key)?.value());
    }
    base_str(vm, args)
}

fn attribute_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let [name, obj] = take_keywords(vm, args[2], "AttributeError", ["name", "obj"])?;
    set_args(e, args[1]);
    e.set_field(vm, field::NAME, name);
    e.set_field(vm, field::OBJ, obj);
    Ok(Value::NONE)
}

/// The object a failed attribute access was about is not pickled: it may be anything.
fn attribute_state(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__getstate__")?;
    let Some(dict) = vm.own_attributes_copy(args[0]) else {
        return Ok(Value::NONE);
    };
    if let Some(name) = e.field(field::NAME).non_null() {
        dict.set_text(vm, "name", name);
    }
    dict.set_text(vm, "args", e.args.value());
    Ok(dict.value())
}

fn attribute_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__reduce__")?;
    let state = attribute_state(vm, args)?;
    let ty = vm.type_of(args[0]).value();
    Ok(vm.new_tuple(&[ty, e.args.value(), state]))
}

fn name_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let [name] = take_keywords(vm, args[2], "NameError", ["name"])?;
    set_args(e, args[1]);
    e.set_field(vm, field::NAME, name);
    Ok(Value::NONE)
}

fn import_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let keys = ["name", "path", "name_from"];
    let given = take_keywords(vm, args[2], "ImportError", keys)?;
    set_args(e, args[1]);
    let msg = match items(&args[1]).items() {
        [msg] => *msg,
        _ => Value::NULL,
    };
    e.set_field(vm, field::IMPORT, msg);
    for (i, v) in given.into_iter().enumerate() {
        e.set_field(vm, field::IMPORT + 1 + i, v);
    }
    Ok(Value::NONE)
}

fn import_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__str__")?;
    let msg = e.field(field::IMPORT);
    if msg.shape_id() == ids::STR {
        return Ok(msg);
    }
    base_str(vm, args)
}

fn import_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__reduce__")?;
    let mut state = own_state(vm, args[0]);
    for (i, name) in ["name", "path", "name_from"].into_iter().enumerate() {
        let Some(v) = e.field(field::IMPORT + 1 + i).non_null() else {
            continue;
        };
        let dict = match state.cast::<PyDict>() {
            Some(d) => d,
            None => PyDict::new(vm),
        };
        dict.set_text(vm, name, v);
        state = dict.value();
    }
    reduce_with(vm, args[0], e.args.value(), state)
}

/// `StopIteration`
pub static STOP_ITERATION: TypeDef = TypeDef {
    id: ids::STOP_ITERATION,
    doc: "Signal the end from iterator.__next__().",
    methods: &[slot("__init__", stop_init)],
    getsets: &[getset("value", get_0, set_0, "generator return value")],
};

/// `SystemExit`
pub static SYSTEM_EXIT: TypeDef = TypeDef {
    id: ids::SYSTEM_EXIT,
    doc: "Request to exit from the interpreter.",
    methods: &[slot("__init__", exit_init)],
    getsets: &[getset("code", get_0, set_0, "exception code")],
};

/// `KeyError`
pub static KEY_ERROR: TypeDef = TypeDef {
    id: ids::KEY_ERROR,
    doc: "Mapping key not found.",
    methods: &[slot("__str__", key_str)],
    getsets: &[],
};

/// `AttributeError`
pub static ATTRIBUTE_ERROR: TypeDef = TypeDef {
    id: ids::ATTRIBUTE_ERROR,
    doc: "Attribute not found.",
    methods: &[
        slot("__init__", attribute_init),
        method(
            "__getstate__",
            attribute_state,
            "($self, /)",
            "Helper for pickle.",
        ),
        method(
            "__reduce__",
            attribute_reduce,
            "($self, /)",
            "Helper for pickle.",
        ),
    ],
    getsets: &[
        getset("name", get_0, set_0, "attribute name"),
        getset("obj", get_1, set_1, "object"),
    ],
};

/// `NameError`
pub static NAME_ERROR: TypeDef = TypeDef {
    id: ids::NAME_ERROR,
    doc: "Name not found globally.",
    methods: &[slot("__init__", name_init)],
    getsets: &[getset("name", get_0, set_0, "name")],
};

/// `ImportError`
pub static IMPORT_ERROR: TypeDef = TypeDef {
    id: ids::IMPORT_ERROR,
    doc: "Import can't find module, or can't find name in module.",
    methods: &[
        slot("__init__", import_init),
        slot("__str__", import_str),
        method(
            "__reduce__",
            import_reduce,
            "($self, /)",
            "Helper for pickle.",
        ),
    ],
    getsets: &[
        getset("msg", get_0, set_0, "exception message"),
        getset("name", get_1, set_1, "module name"),
        getset("path", get_2, set_2, "module path"),
        getset("name_from", get_3, set_3, "name imported from module"),
    ],
};
