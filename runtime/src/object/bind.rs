//! Argument binding for native functions, with CPython's error texts.

use super::header::Ref;
use super::kinds::Kind;
use super::native_def::{Binding, Counts, NativeDef, ParamKind, Signature};
use super::types::{PyType, tflag};
use crate::builtins::builtin::PyBuiltin;
use crate::builtins::dict::PyDict;
use crate::builtins::module::PyModule;
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::error::{PyResult, Raised};
use crate::value::Value;
use crate::vm::Vm;

/// Calls a native function with positional arguments (self included) and keyword arguments named by the last names of `kwnames`.
#[inline]
pub fn call_native(
    vm: &mut Vm,
    def: &'static NativeDef,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
) -> PyResult {
    let c = &def.counts;
    if kwnames.is_none() {
        let (given, total) = (args.len(), c.total as usize);
        if c.plain {
            if given == total {
                return (def.func)(vm, args);
            }
            if given >= c.required as usize && given < total && total <= FEW {
                let mut padded = [Value::NULL; FEW];
                padded[..given].copy_from_slice(args);
                return (def.func)(vm, &padded[..total]);
            }
        } else if let Some(direct) = def.direct
            && let Some(r) = direct(vm, args)
        {
            return r;
        }
    }
    call_bound(vm, def, c, args, kwnames)
}

/// Natives get their arguments from an array on the native stack with room for the longest signature.
const FEW: usize = 8;
const MOST: usize = 34;

#[inline(never)]
fn call_bound(
    vm: &mut Vm,
    def: &'static NativeDef,
    c: &Counts,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
) -> PyResult {
    if c.total as usize <= FEW {
        call_bound_in::<FEW>(vm, def, c, args, kwnames)
    } else {
        call_bound_in::<MOST>(vm, def, c, args, kwnames)
    }
}

fn call_bound_in<const N: usize>(
    vm: &mut Vm,
    def: &'static NativeDef,
    c: &Counts,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
) -> PyResult {
    let mut bound = [Value::NULL; N];
    let bound = &mut bound[..c.total as usize];
    let nkw = kwnames.map_or(0, |k| k.len());
    let (positional, keywords) = args.split_at(args.len() - nkw);
    let taken = positional.len().min(c.positional as usize);
    bound[..taken].copy_from_slice(&positional[..taken]);
    if c.var_args {
        let rest = PyTuple::from_slice(vm, &positional[taken..]);
        bound[c.params as usize] = rest.value();
    } else if positional.len() > taken {
        if nkw > 0 && !ignores_keywords(vm, def, positional.first().copied()) {
            refuse_keywords(vm, def, positional.first().copied())?;
        }
        return Err(too_many(vm, def, def.signature(), positional, nkw));
    }
    if let Some(names) = kwnames {
        bind_keywords(
            vm,
            def,
            def.signature(),
            bound,
            names,
            keywords,
            positional.len(),
        )?;
    }
    let missing = |(i, v): (usize, &Value)| v.is_null() && c.required_mask >> i & 1 == 1;
    if bound[..c.params as usize].iter().enumerate().any(missing) {
        check_missing(vm, def, def.signature(), bound, positional.len())?;
    }
    (def.func)(vm, bound)
}

/// `__new__` of a builtin type without keywords leaves them to the `__init__` of a subclass that has its own.
fn ignores_keywords(vm: &mut Vm, def: &NativeDef, first: Option<Value>) -> bool {
    let Some(ty) = first.and_then(|v| v.cast::<PyType>()) else {
        return false;
    };
    if def.name != "__new__" {
        return false;
    }
    let sig = def.signature();
    if sig.params.iter().any(|p| p.kind != ParamKind::Positional) {
        return false;
    }
    let init = vm.names.__init__;
    vm.type_lookup(ty, init)
        .is_some_and(|f| f.kind() == Some(Kind::Function))
}

/// Functions without keyword parameters say so before they count their arguments.
fn refuse_keywords(vm: &mut Vm, def: &NativeDef, first: Option<Value>) -> PyResult<()> {
    let sig = def.signature();
    if sig.var_kw || sig.params.iter().any(|p| p.kind != ParamKind::Positional) {
        return Ok(());
    }
    let name = match is_slot(def) {
        true => format!("wrapper {}()", def.name),
        false => qualified(vm, def, sig, first),
    };
    Err(vm.type_error(format!("{name} takes no keyword arguments")))
}

fn bind_keywords(
    vm: &mut Vm,
    def: &NativeDef,
    sig: &Signature,
    bound: &mut [Value],
    names: Ref<PyTuple>,
    values: &[Value],
    positional: usize,
) -> PyResult<()> {
    let first = first_of(bound);
    let shift = sig.has_self as usize;
    let given = (positional + names.len()).saturating_sub(shift);
    if !names.items().is_empty() {
        if ignores_keywords(vm, def, first) && !sig.var_kw {
            return Ok(());
        }
        refuse_keywords(vm, def, first)?;
    }
    let most = sig.params.len() - shift;
    if given > most && !sig.var_args && !sig.var_kw {
        let name = shown_name(vm, def, first);
        let keyword = if positional == shift { "keyword " } else { "" };
        let plural = if most == 1 { "" } else { "s" };
        return Err(vm.type_error(format!(
            "{name}() takes at most {most} {keyword}argument{plural} ({given} given)"
        )));
    }
    for (i, v) in values.iter().enumerate() {
        let name = names.items()[i];
        let Some(text) = name.cast::<PyStr>() else {
            return Err(vm.type_error("keywords must be strings"));
        };
        let at = sig
            .params
            .iter()
            .position(|p| p.kind != ParamKind::Positional && p.name.as_bytes() == text.bytes());
        match at {
            Some(at) if !bound[at].is_null() => {
                let shown = shown_name(vm, def, first);
                let position = at + 1 - sig.has_self as usize;
                let text = text.text_lossy();
                return Err(vm.type_error(format!(
                    "argument for {shown}() given by name ('{text}') and position ({position})"
                )));
            }
            Some(at) => bound[at] = *v,
            None if sig.var_kw => {
                let slot = sig.total - 1;
                let dict = match bound[slot].cast::<PyDict>() {
                    Some(d) => d,
                    None => {
                        let d = PyDict::new(vm);
                        bound[slot] = d.value();
                        d
                    }
                };
                dict.insert(vm, name, *v)?;
            }
            None => {
                let (shown, text) = (shown_name(vm, def, first), text.text_lossy());
                // It hands its keywords on to the list's method.
                let shown = if shown == "sorted" { "sort" } else { &shown };
                return Err(vm.type_error(format!(
                    "{shown}() got an unexpected keyword argument '{text}'"
                )));
            }
        }
    }
    Ok(())
}

fn check_missing(
    vm: &mut Vm,
    def: &NativeDef,
    sig: &Signature,
    bound: &[Value],
    given: usize,
) -> PyResult<()> {
    let missing = sig
        .params
        .iter()
        .enumerate()
        .find(|(i, p)| !p.optional && bound[*i].is_null());
    let Some((i, p)) = missing else { return Ok(()) };
    let shift = sig.has_self as usize;
    let name = shown_name(vm, def, first_of(bound));
    let given = given.saturating_sub(shift);
    let only_positional = sig.params.iter().all(|p| p.kind == ParamKind::Positional);
    if i == 0 && sig.has_self {
        return Err(vm.type_error(format!("unbound method {name}() needs an argument")));
    }
    if only_positional && !sig.var_args && !sig.var_kw {
        let (required, most) = (sig.required - shift, sig.positional - shift);
        if is_slot(def) {
            return Err(vm.type_error(slot_arity(def.name, required, most, given)));
        }
        if required == 1 && most == 1 && !is_wrapper(&name) {
            let q = qualified(vm, def, sig, first_of(bound));
            return Err(vm.type_error(format!("{q} takes exactly one argument ({given} given)")));
        }
        return Err(vm.type_error(arity(&name, required, most, given)));
    }
    let (position, parameter) = (i + 1 - shift, p.name);
    if p.kind == ParamKind::Keyword {
        return Err(vm.type_error(format!(
            "{name}() missing required keyword-only argument: '{parameter}'"
        )));
    }
    if p.kind == ParamKind::Positional {
        let least = sig.params.iter().skip(shift);
        let least = least
            .take_while(|p| p.kind == ParamKind::Positional && !p.optional)
            .count();
        let positional = sig.params.iter().skip(shift);
        let more = least < positional.filter(|p| p.kind != ParamKind::Keyword).count();
        let quantity = if more { "at least" } else { "exactly" };
        let plural = if least == 1 { "" } else { "s" };
        return Err(vm.type_error(format!(
            "{name}() takes {quantity} {least} positional argument{plural} ({given} given)"
        )));
    }
    Err(vm.type_error(format!(
        "{name}() missing required argument '{parameter}' (pos {position})"
    )))
}

fn too_many(
    vm: &mut Vm,
    def: &NativeDef,
    sig: &Signature,
    positional: &[Value],
    nkw: usize,
) -> Raised {
    let given = positional.len();
    let first = positional.first().copied();
    let name = shown_name(vm, def, first);
    let shift = sig.has_self as usize;
    let (given, required, most) = (
        given - shift.min(given),
        sig.required.saturating_sub(shift),
        sig.positional - shift.min(sig.positional),
    );
    let only_positional = sig.params.iter().all(|p| p.kind == ParamKind::Positional);
    let q = qualified(vm, def, sig, first);
    if only_positional && is_slot(def) {
        return vm.type_error(slot_arity(def.name, required, most, given));
    }
    if most == 0 && sig.params.len() == shift {
        return vm.type_error(format!("{q} takes no arguments ({given} given)"));
    }
    // `int(...)` and `str(...)` count their arguments before they look at keywords.
    let counts_first = matches!(name.as_str(), "int" | "str") && def.name == "__new__" && nkw == 0;
    if only_positional || counts_first {
        if required == 1 && most == 1 && !is_wrapper(&name) {
            return vm.type_error(format!("{q} takes exactly one argument ({given} given)"));
        }
        return vm.type_error(arity(&name, required, most, given));
    }
    let total = sig.params.len() - shift;
    if most == 0 {
        return vm.type_error(format!("{name}() takes no positional arguments"));
    }
    let quantity = if required == most && most < total {
        "exactly"
    } else {
        "at most"
    };
    let plural = if most == 1 { "" } else { "s" };
    if most < total && nkw == 0 {
        return vm.type_error(format!(
            "{name}() takes {quantity} {most} positional argument{plural} ({given} given)"
        ));
    }
    vm.type_error(format!(
        "{name}() takes {quantity} {most} argument{plural} ({} given)",
        given + nkw
    ))
}

/// `classmethod` and `staticmethod` count their argument like functions of several.
fn is_wrapper(name: &str) -> bool {
    matches!(name, "classmethod" | "staticmethod")
}

fn slot_arity(name: &str, required: usize, most: usize, given: usize) -> String {
    if matches!(name, "__pow__" | "__rpow__") {
        return format!("expected 1 or 2 arguments, got {given}");
    }
    let (quantity, n) = if required == most {
        ("", required)
    } else if given < required {
        ("at least ", required)
    } else {
        ("at most ", most)
    };
    let plural = if n == 1 { "" } else { "s" };
    format!("expected {quantity}{n} argument{plural}, got {given}")
}

fn arity(name: &str, required: usize, most: usize, given: usize) -> String {
    format!("{name} {}", slot_arity(name, required, most, given))
}

/// The name in error messages: constructors go by their builtin type.
fn shown_name(vm: &Vm, def: &NativeDef, first: Option<Value>) -> String {
    let ty = match (def.name, first.filter(|v| !v.is_null())) {
        ("__new__", Some(v)) => v.cast::<PyType>(),
        ("__init__", Some(v)) => Some(vm.type_of(v)),
        _ => None,
    };
    let Some(ty) = ty else {
        return def.name.to_string();
    };
    let mro = ty.mro.get();
    let types = mro.as_ref().map_or(&[][..], |m| m.items());
    let builtin = types
        .iter()
        .filter_map(|t| t.cast::<PyType>())
        .find(|t| t.has(tflag::IMMUTABLE));
    builtin.unwrap_or(ty).name_text()
}

/// True for methods that CPython wraps around type slots, whose errors name no function.
fn is_slot(def: &NativeDef) -> bool {
    def.binding == Binding::Method && def.name != "__init__" && def.is_slot()
}

/// The name with its type's or module's in front: that of the type that declares the method, without its module.
fn qualified(vm: &mut Vm, def: &NativeDef, sig: &Signature, first: Option<Value>) -> String {
    let name = shown_name(vm, def, first);
    if matches!(def.name, "__new__" | "__init__") {
        return format!("{name}()");
    }
    let Some(this) = first.filter(|v| sig.has_self && !v.is_null()) else {
        return match module_of(vm, def) {
            Some(module) => format!("{module}.{name}()"),
            None => format!("{name}()"),
        };
    };
    if let Some(class) = this.cast::<PyType>()
        && def.binding == Binding::Class
    {
        return format!("{}.{name}()", class.name_text());
    }
    let ty = vm.type_of(this);
    let key = vm.intern(def.name);
    let mro = ty.mro.get();
    let mut types = mro.as_ref().map_or(&[][..], |m| m.items()).iter();
    let owner = types.find_map(|t| {
        let t = t.cast::<PyType>()?;
        let found = t.dict().get_interned(key.value())?.cast::<PyBuiltin>()?;
        std::ptr::eq(found.def, def).then_some(t)
    });
    let owner = owner.unwrap_or(ty).name_text();
    let owner = owner.rsplit('.').next().unwrap_or(&owner);
    format!("{owner}.{name}()")
}

/// The module that declares a function, but for `builtins`.
fn module_of(vm: &mut Vm, def: &NativeDef) -> Option<String> {
    let key = vm.intern(def.name).value();
    let modules = vm.modules_dict()?;
    let mut at = 0;
    while let Some((i, _, module)) = modules.next_entry(at) {
        at = i + 1;
        let Some(module) = module.cast::<PyModule>() else {
            continue;
        };
        let found = module.dict().get_interned(key);
        if let Some(found) = found.and_then(|f| f.cast::<PyBuiltin>())
            && std::ptr::eq(found.def, def)
        {
            let name = found.module.get().cast::<PyStr>()?.text_lossy();
            return (name != "builtins").then_some(name);
        }
    }
    None
}

fn first_of(bound: &[Value]) -> Option<Value> {
    bound.first().copied()
}
