//! Attributes and methods of `function`, `method` and `cell`.

use super::cell::PyCell;
use super::code::PyCode;
use super::function::PyFunction;
use super::method::PyMethod;
use super::str::lossy;
use crate::prelude::*;
use crate::protocol::compare::{CompareOp, hash_identity};
use crate::with_comparisons;

/// `co_flags` bit: the first constant is the docstring.
const HAS_DOCSTRING: u32 = 0x400_0000;

fn function(vm: &mut Vm, v: Value) -> PyResult<Ref<PyFunction>> {
    match v.cast() {
        Some(f) => Ok(f),
        None => Err(vm.wrong_self("__code__", "function", v)),
    }
}

fn or_none(v: Value) -> Value {
    v.non_null().unwrap_or(Value::NONE)
}

fn function_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::object_methods::check_new(vm, args[0], ids::FUNCTION)?;
    let [_, code, globals, name, defaults, closure, kwdefaults] = *args else {
        return Err(vm.system_error("bad argument count"));
    };
    let wrong = |vm: &mut Vm, n: &str, expected: &str, v: Value| {
        let actual = vm.type_name(v);
        vm.type_error(format!(
            "function() argument {n} must be {expected}, not {actual}"
        ))
    };
    let Some(code) = code.cast::<PyCode>() else {
        return Err(wrong(vm, "'code'", "code", code));
    };
    let Some(globals) = globals.cast::<PyDict>() else {
        return Err(wrong(vm, "'globals'", "dict", globals));
    };
    if !name.is_absent() && !name.is::<PyStr>() {
        return Err(vm.type_error("arg 3 (name) must be None or string"));
    }
    if !defaults.is_absent() && !defaults.is::<PyTuple>() {
        return Err(vm.type_error("arg 4 (defaults) must be None or tuple"));
    }
    if !kwdefaults.is_absent() && !kwdefaults.is::<PyDict>() {
        return Err(vm.type_error("arg 6 (kwdefaults) must be None or dict"));
    }
    check_closure(vm, code, closure)?;
    let builtins = builtins_for(vm, globals);
    let f = PyFunction::new(vm, code, globals, builtins);
    if let Some(n) = name.non_null().filter(|n| !n.is_none()) {
        f.name.set(f, n);
    }
    for (slot, v) in [
        (&f.defaults, defaults),
        (&f.closure, closure),
        (&f.kwdefaults, kwdefaults),
    ] {
        if !v.is_absent() {
            slot.set(f, v);
        }
    }
    Ok(f.value())
}

fn check_closure(vm: &mut Vm, code: Ref<PyCode>, closure: Value) -> PyResult<()> {
    let wanted = code.freevars.expect().len();
    let name = lossy(code.name.get());
    match closure.cast::<PyTuple>() {
        None if !closure.is_absent() => Err(vm.type_error("arg 5 (closure) must be None or tuple")),
        None if wanted > 0 => Err(vm.type_error("arg 5 (closure) must be tuple")),
        None => Ok(()),
        Some(t) if t.len() != wanted => {
            let n = t.len();
            Err(vm.value_error(format!(
                "{name} requires closure of length {wanted}, not {n}"
            )))
        }
        Some(t) => {
            for c in t.items() {
                if !c.is::<PyCell>() {
                    let actual = vm.type_name(*c);
                    return Err(
                        vm.type_error(format!("arg 5 (closure) expected cell, found {actual}"))
                    );
                }
            }
            Ok(())
        }
    }
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = super::args::items(&args[1]);
    vm.call_dict(args[0], given, args[2])
}

fn function_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = function(vm, args[0])?;
    let text = format!(
        "<function {} at {:#x}>",
        lossy(f.qualname.get()),
        args[0].address()
    );
    Ok(vm.new_str(&text))
}

fn get_code(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.code.value())
}

fn set_code(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    let Some(code) = new.cast::<PyCode>() else {
        return Err(vm.type_error("__code__ must be set to a code object"));
    };
    let wanted = f.closure.get().cast::<PyTuple>().map_or(0, |t| t.len());
    let n = code.freevars.expect().len();
    if n != wanted {
        let name = lossy(f.name.get());
        return Err(vm.value_error(format!(
            "{name}() requires a code object with {wanted} free vars, not {n}"
        )));
    }
    const KINDS: u32 = 0x20 | 0x80 | 0x200;
    if code.flags.get() & KINDS != f.code.expect().flags.get() & KINDS {
        vm.warn(
            ids::DEPRECATION_WARNING,
            "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)",
            1,
        )?;
    }
    f.code.set(f, code);
    crate::reliance::changed(f.value().bits());
    Ok(())
}

fn get_globals(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.globals.value())
}
fn get_builtins(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.builtins.value())
}
fn get_closure(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(function(vm, v)?.closure.get()))
}
fn get_defaults(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(function(vm, v)?.defaults.get()))
}
fn set_defaults(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if !new.is_absent() && !new.is::<PyTuple>() {
        return Err(vm.type_error("__defaults__ must be set to a tuple object"));
    }
    f.defaults
        .set(f, if new.is_none() { Value::NULL } else { new });
    crate::reliance::changed(f.value().bits());
    Ok(())
}
fn get_kwdefaults(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(function(vm, v)?.kwdefaults.get()))
}
fn set_kwdefaults(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if !new.is_absent() && !new.is::<PyDict>() {
        return Err(vm.type_error("__kwdefaults__ must be set to a dict object"));
    }
    f.kwdefaults
        .set(f, if new.is_none() { Value::NULL } else { new });
    Ok(())
}
fn get_name(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.name.get())
}
fn set_name(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if !new.is::<PyStr>() {
        return Err(vm.type_error("__name__ must be set to a string object"));
    }
    f.name.set(f, new);
    Ok(())
}
fn get_qualname(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function(vm, v)?.qualname.get())
}
fn set_qualname(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if !new.is::<PyStr>() {
        return Err(vm.type_error("__qualname__ must be set to a string object"));
    }
    f.qualname.set(f, new);
    Ok(())
}

/// The namespace of builtins of functions with these globals.
pub fn builtins_for(vm: &mut Vm, globals: Ref<PyDict>) -> Ref<PyDict> {
    let key = vm.names.__builtins__.value();
    let own = globals.get_interned(key).and_then(|b| {
        let of_module = || b.cast::<PyModule>().map(|m| m.dict());
        b.cast::<PyDict>().or_else(of_module)
    });
    let inherited = vm.visible_frame().map(|f| f.function().builtins.expect());
    own.or(inherited).unwrap_or_else(|| vm.builtins_dict())
}

/// `f.__doc__`
pub fn function_doc(f: Ref<PyFunction>) -> Value {
    if let Some(d) = f.doc.get().non_null() {
        return d;
    }
    let code = f.code();
    let consts = code.consts.expect();
    if code.flags.get() & HAS_DOCSTRING != 0 && !consts.is_empty() && consts.get(0).is::<PyStr>() {
        consts.get(0)
    } else {
        Value::NONE
    }
}

fn get_doc(vm: &mut Vm, v: Value) -> PyResult {
    Ok(function_doc(function(vm, v)?))
}
fn set_doc(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    f.doc.set(f, or_none(new));
    Ok(())
}
fn get_module(vm: &mut Vm, v: Value) -> PyResult {
    let f = function(vm, v)?;
    if let Some(m) = f.module.get().non_null() {
        return Ok(m);
    }
    let key = vm.names.__name__.value();
    Ok(f.globals.expect().get_interned(key).unwrap_or(Value::NONE))
}
fn set_module(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    f.module.set(f, or_none(new));
    Ok(())
}

/// Annotations from an `__annotate__` value: a new dict when there is no function (PEP 649).
pub fn make_annotations(vm: &mut Vm, annotate: Value) -> PyResult {
    if annotate.is_absent() || !vm.is_callable(annotate) {
        return Ok(PyDict::new(vm).value());
    }
    let a = vm.call(annotate, &[Value::from_i32(1)])?;
    if a.is::<PyDict>() {
        return Ok(a);
    }
    let actual = vm.type_name(a);
    Err(vm.type_error(format!("__annotate__ returned non-dict of type '{actual}'")))
}

fn get_annotations(vm: &mut Vm, v: Value) -> PyResult {
    let f = function(vm, v)?;
    if let Some(a) = f.annotations.get().non_null() {
        return Ok(a);
    }
    let a = make_annotations(vm, f.annotate.get())?;
    f.annotations.set(f, a);
    Ok(a)
}

fn set_annotations(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if !new.is_absent() && !new.is::<PyDict>() {
        return Err(vm.type_error("__annotations__ must be set to a dict object"));
    }
    f.annotations
        .set(f, if new.is_none() { Value::NULL } else { new });
    f.annotate.set(f, Value::NULL);
    Ok(())
}

fn get_annotate(vm: &mut Vm, v: Value) -> PyResult {
    Ok(or_none(function(vm, v)?.annotate.get()))
}

fn set_annotate(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if new.is_null() {
        return Err(vm.type_error("__annotate__ cannot be deleted"));
    }
    if new.is_none() {
        f.annotate.set(f, new);
    } else if vm.is_callable(new) {
        f.annotate.set(f, new);
        f.annotations.set(f, Value::NULL);
    } else {
        return Err(vm.type_error("__annotate__ must be callable or None"));
    }
    Ok(())
}

fn get_type_params(vm: &mut Vm, v: Value) -> PyResult {
    let f = function(vm, v)?;
    Ok(match f.type_params.get().non_null() {
        Some(p) => p,
        None => vm.new_tuple(&[]),
    })
}
fn set_type_params(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let f = function(vm, v)?;
    if !new.is::<PyTuple>() {
        return Err(vm.type_error("__type_params__ must be set to a tuple"));
    }
    f.type_params.set(f, new);
    Ok(())
}

const GET_SIG: &str = "($self, instance, owner=None, /)";
const GET_DOC: &str = "Return an attribute of instance, which is of type owner.";

/// `function`
pub static FUNCTION: TypeDef = TypeDef {
    id: ids::FUNCTION,
    doc: "Create a function object.",
    methods: &[
        static_method(
            "__new__",
            function_new,
            "($type, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)",
            NEW_DOC,
        ),
        slot("__call__", call),
        method(
            "__get__",
            super::descriptor_methods::descriptor_get,
            GET_SIG,
            GET_DOC,
        ),
        slot("__repr__", function_repr),
    ],
    getsets: &[
        super::object_methods::DICT_GETSET,
        getset("__code__", get_code, set_code, "code"),
        member("__globals__", get_globals, "global namespace"),
        member("__builtins__", get_builtins, "namespace of builtins"),
        member("__closure__", get_closure, "cells of free variables"),
        getset(
            "__defaults__",
            get_defaults,
            set_defaults,
            "defaults of positional parameters",
        ),
        getset(
            "__kwdefaults__",
            get_kwdefaults,
            set_kwdefaults,
            "defaults of keyword-only parameters",
        ),
        getset("__name__", get_name, set_name, "name"),
        getset("__qualname__", get_qualname, set_qualname, "qualified name"),
        getset("__doc__", get_doc, set_doc, "documentation"),
        getset("__module__", get_module, set_module, "module"),
        getset(
            "__annotations__",
            get_annotations,
            set_annotations,
            "annotations",
        ),
        getset(
            "__annotate__",
            get_annotate,
            set_annotate,
            "function that makes the annotations",
        ),
        getset(
            "__type_params__",
            get_type_params,
            set_type_params,
            "type parameters",
        ),
    ],
};

fn bound(vm: &mut Vm, v: Value) -> PyResult<Ref<PyMethod>> {
    match v.cast() {
        Some(m) => Ok(m),
        None => Err(vm.wrong_self("__func__", "method", v)),
    }
}

fn method_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::object_methods::check_new(vm, args[0], ids::METHOD)?;
    if !vm.is_callable(args[1]) {
        return Err(vm.type_error("first argument must be callable"));
    }
    if args[2].is_none() {
        return Err(vm.type_error("instance must not be None"));
    }
    Ok(PyMethod::new(vm, args[1], args[2]).value())
}

/// A method has its own attributes and those of its function.
fn method_getattribute(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = bound(vm, args[0])?;
    let name = super::object_methods::attribute_name(vm, args[1])?;
    let ty = vm.type_of(args[0]);
    if vm.type_lookup(ty, name).is_some() {
        return vm.get_attr_generic(args[0], name);
    }
    vm.get_attr(m.func.get(), name)
}

fn method_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = bound(vm, args[0])?;
    let names = vm.names;
    let func = m.func.get();
    let name = match vm.try_get_attr(func, names.__qualname__)? {
        Some(q) => Some(q),
        None => vm.try_get_attr(func, names.__name__)?,
    };
    let name = name
        .and_then(|n| n.cast::<PyStr>())
        .map_or_else(|| "?".to_string(), |s| s.text_lossy());
    let shown = vm.repr(m.this.get())?;
    let head = format!("<bound method {name} of ");
    Ok(vm.new_str_bytes(&[head.as_bytes(), shown.bytes(), b">"].concat()))
}

fn method_eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let a = bound(vm, args[0])?;
    let Some(b) = args[1].cast::<PyMethod>() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let same = a.this.get() == b.this.get() && vm.equal(a.func.get(), b.func.get())?;
    Ok(Value::bool(same))
}

fn method_hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = bound(vm, args[0])?;
    let h = hash_identity(m.this.get()) ^ vm.hash(m.func.get())?;
    Ok(vm.new_int(h & i64::MAX >> 2))
}

fn method_get(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::descriptor_methods::check_get(vm, args)?;
    Ok(args[0])
}

fn method_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = bound(vm, args[0])?;
    let name = vm.names.__name__;
    let name = vm.get_attr(m.func.get(), name)?;
    super::descriptor_methods::reduce_by_getattr(vm, m.this.get(), name)
}

fn get_func(vm: &mut Vm, v: Value) -> PyResult {
    Ok(bound(vm, v)?.func.get())
}
fn get_this(vm: &mut Vm, v: Value) -> PyResult {
    Ok(bound(vm, v)?.this.get())
}
fn get_method_doc(vm: &mut Vm, v: Value) -> PyResult {
    let m = bound(vm, v)?;
    let name = vm.names.__doc__;
    Ok(or_none(
        vm.try_get_attr(m.func.get(), name)?.unwrap_or(Value::NONE),
    ))
}

/// `method`
pub static METHOD: TypeDef = TypeDef {
    id: ids::METHOD,
    doc: "Create a bound instance method object.",
    methods: &[
        static_method(
            "__new__",
            method_new,
            "($type, function, instance, /)",
            NEW_DOC,
        ),
        slot("__call__", call),
        method("__get__", method_get, GET_SIG, GET_DOC),
        slot("__getattribute__", method_getattribute),
        slot("__repr__", method_repr),
        slot("__eq__", method_eq),
        slot("__hash__", method_hash),
        method(
            "__reduce__",
            method_reduce,
            "($self, /)",
            "Helper for pickle.",
        ),
    ],
    getsets: &[
        member(
            "__func__",
            get_func,
            "the function (or other callable) implementing a method",
        ),
        member(
            "__self__",
            get_this,
            "the instance to which a method is bound",
        ),
        getter("__doc__", get_method_doc, "documentation of the function"),
    ],
};

fn cell(vm: &mut Vm, v: Value) -> PyResult<Ref<PyCell>> {
    match v.cast() {
        Some(c) => Ok(c),
        None => Err(vm.wrong_self("cell_contents", "cell", v)),
    }
}

fn cell_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::object_methods::check_new(vm, args[0], ids::CELL)?;
    Ok(PyCell::new(vm, args[1]).value())
}

fn cell_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let v = cell(vm, args[0])?.contents.get();
    let at = args[0].address();
    let text = if v.is_null() {
        format!("<cell at {at:#x}: empty>")
    } else {
        let name = vm.type_name(v);
        format!("<cell at {at:#x}: {name} object at {:#x}>", v.address())
    };
    Ok(vm.new_str(&text))
}

fn cell_compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (Some(a), Some(b)) = (a.cast::<PyCell>(), b.cast::<PyCell>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (x, y) = (a.contents.get(), b.contents.get());
    if x.is_null() || y.is_null() {
        return Ok(Value::bool(op.holds(y.is_null().cmp(&x.is_null()))));
    }
    vm.compare(op, x, y)
}

fn get_contents(vm: &mut Vm, v: Value) -> PyResult {
    match cell(vm, v)?.contents.get().non_null() {
        Some(v) => Ok(v),
        None => Err(vm.value_error("Cell is empty")),
    }
}
fn set_contents(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let c = cell(vm, v)?;
    c.contents.set(c, new);
    Ok(())
}

/// `cell`
pub static CELL: TypeDef = TypeDef {
    id: ids::CELL,
    doc: "Create a new cell object.",
    methods: with_comparisons![
        cell_compare,
        static_method(
            "__new__",
            cell_new,
            "($type, contents=<unrepresentable>, /)",
            NEW_DOC,
        ),
        slot("__repr__", cell_repr),
    ],
    getsets: &[getset(
        "cell_contents",
        get_contents,
        set_contents,
        "contents",
    )],
};
