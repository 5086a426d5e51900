//! Structural pattern matching.

use super::Step;
use super::run::cx::{Cx, typed};
use skein_runtime::builtins::set_ops;
use skein_runtime::prelude::*;

/// `MatchSequence`
pub fn op_match_sequence(vm: &mut Vm, cx: Cx) -> Step {
    let b = vm.type_of(cx.reg(cx.b())).has(tflag::SEQUENCE);
    cx.set(cx.a(), Value::bool(b));
    Ok(cx.after(1))
}

/// `MatchMapping`
pub fn op_match_mapping(vm: &mut Vm, cx: Cx) -> Step {
    let b = vm.type_of(cx.reg(cx.b())).has(tflag::MAPPING);
    cx.set(cx.a(), Value::bool(b));
    Ok(cx.after(1))
}

/// `GetLen`
pub fn op_get_len(vm: &mut Vm, cx: Cx) -> Step {
    let n = vm.len(cx.reg(cx.b()))?;
    cx.set(cx.a(), Value::from_usize(n));
    Ok(cx.after(1))
}

/// `MatchKeys`
pub fn op_match_keys(vm: &mut Vm, cx: Cx) -> Step {
    let keys = typed::<PyTuple>(cx.reg(cx.c()));
    let r = match_keys(vm, cx.reg(cx.b()), keys)?;
    cx.set(cx.a(), r);
    Ok(cx.after(1))
}

/// The tuple of what a mapping has for these keys, or None.
pub fn match_keys(vm: &mut Vm, subject: Value, keys: Ref<PyTuple>) -> PyResult {
    let seen = PySet::new(vm);
    let mut values = ValueVec::new();
    let get = vm.names.get;
    let getter = if keys.is_empty() {
        Value::NONE
    } else {
        vm.get_attr(subject, get)?
    };
    let marker = PyList::new(vm).value();
    for k in keys.items() {
        if set_ops::contains(vm, seen, *k)? {
            let text = vm.repr_text(*k)?;
            return Err(vm.value_error(format!("mapping pattern checks duplicate key ({text})")));
        }
        set_ops::add(vm, seen, *k)?;
        let v = vm.call(getter, &[*k, marker])?;
        if v == marker {
            return Ok(Value::NONE);
        }
        values.push(&vm.heap, v);
    }
    Ok(PyTuple::from_slice(vm, values.as_slice()).value())
}

/// `MatchRest`
pub fn op_match_rest(vm: &mut Vm, cx: Cx) -> Step {
    let d = vm.call(vm.builtin_type(ids::DICT).value(), &[cx.reg(cx.b())])?;
    let keys = typed::<PyTuple>(cx.reg(cx.c()));
    if let Some(d) = d.cast::<PyDict>() {
        for k in keys.items() {
            d.remove(vm, *k)?;
        }
    }
    cx.set(cx.a(), d);
    Ok(cx.after(1))
}

/// `MatchClass`
pub fn op_match_class(vm: &mut Vm, cx: Cx) -> Step {
    let (subject, cls) = (cx.reg(cx.b()), cx.reg(cx.c()));
    let positional = cx.insn.x() as usize;
    let keywords = typed::<PyTuple>(cx.constant(cx.ext(1) as u32 as usize));
    let r = match_class(vm, subject, cls, positional, keywords)?;
    cx.set(cx.a(), r);
    Ok(cx.after(2))
}

fn match_class(
    vm: &mut Vm,
    subject: Value,
    cls: Value,
    positional: usize,
    keywords: Ref<PyTuple>,
) -> PyResult {
    let Some(ty) = cls.cast::<PyType>() else {
        return Err(vm.type_error("called match pattern must be a class"));
    };
    if !vm.isinstance(subject, cls)? {
        return Ok(Value::NONE);
    }
    let mut out = ValueVec::new();
    let mut seen = ValueVec::new();
    if positional > 0 {
        let name = vm.names.__match_args__;
        let args = vm.try_get_attr(cls, name)?;
        let args = match args {
            Some(a) => match a.cast::<PyTuple>() {
                Some(t) => Some(t),
                None => {
                    let (c, t) = (ty.name_text(), vm.type_name(a));
                    return Err(
                        vm.type_error(format!("{c}.__match_args__ must be a tuple (got {t})"))
                    );
                }
            },
            None => None,
        };
        let itself = args.is_none() && ty.has(tflag::MATCH_SELF);
        let allowed = if itself {
            1
        } else {
            args.map_or(0, |a| a.len())
        };
        if allowed < positional {
            let (c, plural) = (ty.name_text(), if allowed == 1 { "" } else { "s" });
            return Err(vm.type_error(format!(
                "{c}() accepts {allowed} positional sub-pattern{plural} ({positional} given)"
            )));
        }
        if itself {
            out.push(&vm.heap, subject);
        } else if let Some(args) = args {
            for a in &args.items()[..positional] {
                let Some(n) = a.cast::<PyStr>() else {
                    let t = vm.type_name(*a);
                    return Err(
                        vm.type_error(format!("__match_args__ elements must be strings (got {t})"))
                    );
                };
                match attribute(vm, subject, ty, n, &mut seen)? {
                    Some(v) => out.push(&vm.heap, v),
                    None => return Ok(Value::NONE),
                }
            }
        }
    }
    for k in keywords.items() {
        match attribute(vm, subject, ty, typed(*k), &mut seen)? {
            Some(v) => out.push(&vm.heap, v),
            None => return Ok(Value::NONE),
        }
    }
    Ok(PyTuple::from_slice(vm, out.as_slice()).value())
}

fn attribute(
    vm: &mut Vm,
    subject: Value,
    ty: Ref<PyType>,
    name: Ref<PyStr>,
    seen: &mut ValueVec,
) -> PyResult<Option<Value>> {
    let name = vm.intern_str(name);
    if seen.as_slice().contains(&name.value()) {
        let (c, n) = (ty.name_text(), name.text_lossy());
        return Err(vm.type_error(format!(
            "{c}() got multiple sub-patterns for attribute '{n}'"
        )));
    }
    seen.push(&vm.heap, name.value());
    vm.try_get_attr(subject, name)
}
