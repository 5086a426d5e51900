//! `partial` with `Placeholder` (3.14).
//!
//! `args` may contain the placeholder; the call's leading positional arguments fill those places.

use crate::util::{add_type, items, native_class};
use skein_runtime::builtins::{dict_update, method::PyMethod};
use skein_runtime::prelude::*;
use std::cell::Cell;

struct Partial {
    func: Slot,
    args: Slot,
    keywords: Slot,
    /// Placeholders in `args`.
    holes: Cell<usize>,
    /// The placeholder object.
    placeholder: Slot,
}

impl NativeData for Partial {
    fn trace(&self, t: &mut Tracer) {
        for s in [&self.func, &self.args, &self.keywords, &self.placeholder] {
            t.visit_slot(s);
        }
    }
}

struct Placeholder;
impl NativeData for Placeholder {}

static METHODS: &[NativeDef] = &[
    new_method(new),
    slot("__call__", call).soft(),
    slot("__get__", get),
    slot("__repr__", repr),
    slot("__reduce__", reduce),
    slot("__setstate__", setstate),
    CLASS_GETITEM,
];

static GETSETS: &[GetSetDef] = &[
    member(
        "func",
        |vm, v| Ok(this(vm, &v)?.1.func.get()),
        "function object to use in future partial calls",
    ),
    member(
        "args",
        |vm, v| Ok(this(vm, &v)?.1.args.get()),
        "tuple of arguments to future partial calls",
    ),
    member(
        "keywords",
        |vm, v| Ok(this(vm, &v)?.1.keywords.get()),
        "dictionary of keyword arguments to future partial calls",
    ),
];

static PLACEHOLDER_METHODS: &[NativeDef] = &[
    static_method("__new__", placeholder_new, "($type)", NEW_DOC),
    slot("__repr__", |vm, _| Ok(vm.new_str("Placeholder"))),
    method(
        "__reduce__",
        |vm, _| Ok(vm.new_str("Placeholder")),
        "($self, /)",
        "Helper for pickle.",
    ),
];

pub(super) fn install(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "The type of the Placeholder singleton.";
    let ty = vm.new_native_type(
        "_PlaceholderType",
        "functools",
        None,
        Kind::Native,
        0,
        PLACEHOLDER_METHODS,
        &[],
        doc,
    );
    add_type(vm, m, "_functools", ty);
    let placeholder = Native::new(vm, ty, Placeholder).value();
    vm.state_set("_functools.Placeholder", placeholder);
    vm.add_constant(m, "Placeholder", placeholder);
    let flags = tflag::BASETYPE | tflag::HAS_DICT | tflag::HAS_WEAKREF;
    let doc = "Create a new function with partial application of the given arguments and keywords.";
    let ty = vm.new_native_type(
        "partial",
        "functools",
        None,
        Kind::Native,
        flags,
        METHODS,
        GETSETS,
        doc,
    );
    add_type(vm, m, "_functools", ty);
}

fn placeholder_new(vm: &mut Vm, _args: &[Value]) -> PyResult {
    Ok(vm
        .state_get("_functools.Placeholder")
        .unwrap_or(Value::NONE))
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Partial)> {
    native::<Partial>(v).ok_or_else(|| vm.wrong_self("__call__", "functools.partial", *v))
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let given = items(&args[1]);
    let Some((func, extra)) = given.split_first() else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    if !vm.is_callable(*func) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let placeholder = placeholder_new(vm, &[])?;
    if extra.last() == Some(&placeholder) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    let given_kw = args[2].cast::<PyDict>().filter(|d| !d.is_empty());
    if let Some(d) = given_kw {
        let mut at = 0;
        while let Some((i, _, v)) = d.next_entry(at) {
            if v == placeholder {
                return Err(vm.type_error("Placeholder cannot be passed as a keyword argument"));
            }
            at = i + 1;
        }
    }
    let (mut func, mut all) = (*func, PyTuple::from_slice(vm, extra));
    let keywords = PyDict::new(vm);
    // A partial of a partial calls the inner function directly; one with attributes of its own stays a layer.
    let inner_value = func;
    if let Some((_, inner)) = native::<Partial>(&inner_value)
        && is_plain(vm, inner_value)
    {
        let before = inner.args.get();
        let merged = merge(vm, items(&before), extra, placeholder);
        all = PyTuple::from_slice(vm, merged.as_slice());
        func = inner.func.get();
        if let Some(d) = inner.keywords.get().cast::<PyDict>() {
            dict_update::merge_from(vm, keywords, d)?;
        }
    }
    if let Some(d) = given_kw {
        dict_update::merge_from(vm, keywords, d)?;
    }
    let holes = all.items().iter().filter(|v| **v == placeholder).count();
    let data = Partial {
        func: Slot::new(func),
        args: Slot::new(all.value()),
        keywords: Slot::new(keywords.value()),
        holes: Cell::new(holes),
        placeholder: Slot::new(placeholder),
    };
    Ok(Native::new(vm, ty, data).value())
}

/// True for a partial without attributes that is called as every partial is.
fn is_plain(vm: &mut Vm, v: Value) -> bool {
    let call = vm.names.__call__;
    let own_call = vm
        .lookup_special(v, call)
        .is_some_and(|m| m.kind() != Some(Kind::Builtin));
    !own_call && vm.own_dict(v).is_none_or(|d| d.is_empty())
}

/// `before` with its placeholders filled from the front of `extra`, then the rest of `extra`.
fn merge(vm: &mut Vm, before: &[Value], extra: &[Value], placeholder: Value) -> ValueVec {
    let mut out = ValueVec::with_capacity(&vm.heap, before.len() + extra.len());
    let mut rest = extra.iter();
    for v in before {
        let v = if *v == placeholder {
            *rest.next().unwrap_or(v)
        } else {
            *v
        };
        out.push(&vm.heap, v);
    }
    for v in rest {
        out.push(&vm.heap, *v);
    }
    out
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let (_, p) = this(vm, &args[0])?;
    let given = items(&args[1]);
    if given.len() < p.holes.get() {
        let (n, got) = (p.holes.get(), given.len());
        return Err(vm.type_error(format!(
            "missing positional arguments in 'partial' call; expected at least {n}, got {got}"
        )));
    }
    let held = p.args.get();
    let all = merge(vm, items(&held), given, p.placeholder.get());
    let own = p.keywords.get().cast::<PyDict>().filter(|d| !d.is_empty());
    let kwargs = match (own, args[2].cast::<PyDict>().filter(|d| !d.is_empty())) {
        (None, None) => Value::NULL,
        (None, Some(k)) => k.value(),
        (Some(o), None) => o.value(),
        (Some(o), Some(k)) => {
            let d = PyDict::new(vm);
            dict_update::merge_from(vm, d, o)?;
            dict_update::merge_from(vm, d, k)?;
            d.value()
        }
    };
    if let Some(soft) = soft {
        return soft.tail(vm, p.func.get(), all.as_slice(), kwargs);
    }
    vm.call_dict(p.func.get(), all.as_slice(), kwargs)
}

fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[1].is_absent() {
        return Ok(args[0]);
    }
    Ok(PyMethod::new(vm, args[0], args[1]).value())
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, p) = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]);
    let mut out = vm.full_type_name(ty).into_bytes();
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("..."));
    }
    let r = repr_parts(vm, p, &mut out);
    vm.repr_leave(args[0]);
    r?;
    Ok(vm.new_str_bytes(&out))
}

fn repr_parts(vm: &mut Vm, p: &Partial, out: &mut Vec<u8>) -> PyResult<()> {
    let (func, held, keywords) = (p.func.get(), p.args.get(), p.keywords.get());
    out.push(b'(');
    out.extend_from_slice(vm.repr(func)?.bytes());
    for v in items(&held) {
        out.extend_from_slice(b", ");
        out.extend_from_slice(vm.repr(*v)?.bytes());
    }
    crate::util::repr_keywords(vm, keywords, out)?;
    out.push(b')');
    Ok(())
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, p) = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]).value();
    let inner = vm.new_tuple(&[p.func.get()]);
    let name = vm.names.__dict__;
    let dict = vm.try_get_attr(args[0], name)?;
    let dict = dict
        .filter(|d| d.cast::<PyDict>().is_some_and(|d| !d.is_empty()))
        .unwrap_or(Value::NONE);
    let state = vm.new_tuple(&[p.func.get(), p.args.get(), p.keywords.get(), dict]);
    Ok(vm.new_tuple(&[ty, inner, state]))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (owner, p) = this(vm, &args[0])?;
    let state = items(&args[1]);
    let [func, given, keywords, dict] = state else {
        return Err(vm.type_error("invalid partial state"));
    };
    let (Some(t), true) = (given.cast::<PyTuple>(), vm.is_callable(*func)) else {
        return Err(vm.type_error("invalid partial state"));
    };
    if !(keywords.is_none() || keywords.is::<PyDict>()) {
        return Err(vm.type_error("invalid partial state"));
    }
    let placeholder = p.placeholder.get();
    if t.items().last() == Some(&placeholder) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    if !(dict.is_none() || dict.is::<PyDict>()) {
        return Err(vm.type_error("invalid partial state"));
    }
    let t = if given.shape_id() == ids::TUPLE {
        t
    } else {
        PyTuple::from_slice(vm, t.items())
    };
    let d = match keywords.cast::<PyDict>() {
        Some(k) if k.shape_id() == ids::DICT => k,
        k => {
            let d = PyDict::new(vm);
            if let Some(k) = k {
                dict_update::merge_from(vm, d, k)?;
            }
            d
        }
    };
    p.func.set(owner, *func);
    p.args.set(owner, t.value());
    p.keywords.set(owner, d.value());
    p.holes
        .set(t.items().iter().filter(|v| **v == placeholder).count());
    let own = match dict.cast::<PyDict>() {
        Some(d) => d,
        None => PyDict::new(vm),
    };
    vm.set_own_dict(args[0], own);
    Ok(Value::NONE)
}
