//! Binding of call arguments to the parameters of Python functions, with CPython's error texts.

use skein_runtime::builtins::function::PyFunction;
use skein_runtime::prelude::*;

const VARARGS: u32 = 4;
const VARKEYWORDS: u32 = 8;

/// Writes the values of all parameters in register order: positional, keyword-only, `*args`, `**kwargs`. `bound` has one
/// place for each, all `NULL`.
pub fn bind(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    bound: &mut [Value],
) -> PyResult<()> {
    let code = f.code();
    let flags = code.flags.get();
    let (argcount, kwonly) = (code.argcount as usize, code.kwonlyargcount as usize);
    let named = argcount + kwonly;
    let nkw = kwnames.map_or(0, |k| k.len());
    let positional = &args[..args.len() - nkw];
    let taken = positional.len().min(argcount);
    bound[..taken].copy_from_slice(&positional[..taken]);
    if flags & VARARGS != 0 {
        let rest = PyTuple::from_slice(vm, &positional[taken..]);
        bound[named] = rest.value();
    }
    if flags & VARKEYWORDS != 0 {
        let dict = PyDict::new(vm);
        bound[bound.len() - 1] = dict.value();
    }
    if let Some(names) = kwnames {
        bind_keywords(vm, f, bound, names, &args[args.len() - nkw..])?;
    }
    if positional.len() > argcount && flags & VARARGS == 0 {
        return Err(too_many(vm, f, positional.len(), bound));
    }
    if taken == argcount && kwonly == 0 {
        return Ok(());
    }
    fill_defaults(vm, f, bound)
}

fn qualname(f: Ref<PyFunction>) -> String {
    skein_runtime::builtins::str::lossy(f.qualname.get())
}

fn parameter_name(f: Ref<PyFunction>, i: usize) -> Value {
    f.code().varnames.expect().items()[i]
}

fn same_text(a: Value, b: Value) -> bool {
    a == b
        || matches!((a.cast::<PyStr>(), b.cast::<PyStr>()), (Some(x), Some(y)) if x.bytes() == y.bytes())
}

fn bind_keywords(
    vm: &mut Vm,
    f: Ref<PyFunction>,
    bound: &mut [Value],
    names: Ref<PyTuple>,
    values: &[Value],
) -> PyResult<()> {
    let code = f.code();
    let named = (code.argcount + code.kwonlyargcount) as usize;
    let posonly = code.posonlyargcount as usize;
    let has_kwargs = code.flags.get() & VARKEYWORDS != 0;
    for (name, v) in names.items().iter().zip(values) {
        if !name.is::<PyStr>() {
            return Err(vm.type_error(format!("{}() keywords must be strings", qualname(f))));
        }
        let parameters = code.varnames.expect();
        let parameters = parameters.items();
        let at = (posonly..named)
            .find(|&i| parameters[i] == *name)
            .or_else(|| (posonly..named).find(|&i| same_text(parameters[i], *name)));
        match at {
            Some(i) if !bound[i].is_null() => {
                let text = skein_runtime::builtins::str::lossy(*name);
                return Err(vm.type_error(format!(
                    "{}() got multiple values for argument '{text}'",
                    qualname(f)
                )));
            }
            Some(i) => bound[i] = *v,
            None if has_kwargs => {
                let dict: Ref<PyDict> = bound[bound.len() - 1].cast().expect("made by bind");
                dict.insert(vm, *name, *v)?;
            }
            None => return Err(unexpected_keyword(vm, f, names, *name)),
        }
    }
    Ok(())
}

fn unexpected_keyword(vm: &mut Vm, f: Ref<PyFunction>, names: Ref<PyTuple>, name: Value) -> Raised {
    let code = f.code();
    let posonly = code.posonlyargcount as usize;
    let wrong: Vec<String> = (0..posonly)
        .map(|i| parameter_name(f, i))
        .filter(|p| names.items().iter().any(|n| same_text(*p, *n)))
        .map(skein_runtime::builtins::str::lossy)
        .collect();
    if !wrong.is_empty() {
        return vm.type_error(format!(
            "{}() got some positional-only arguments passed as keyword arguments: '{}'",
            qualname(f),
            wrong.join(", ")
        ));
    }
    let text = skein_runtime::builtins::str::lossy(name);
    vm.type_error(format!(
        "{}() got an unexpected keyword argument '{text}'",
        qualname(f)
    ))
}

fn fill_defaults(vm: &mut Vm, f: Ref<PyFunction>, bound: &mut [Value]) -> PyResult<()> {
    let code = f.code();
    let (argcount, kwonly) = (code.argcount as usize, code.kwonlyargcount as usize);
    let defaults = f.defaults.get().cast::<PyTuple>();
    let ndefaults = defaults.map_or(0, |d| d.len());
    let first_default = argcount.saturating_sub(ndefaults);
    let missing: Vec<usize> = (0..first_default).filter(|&i| bound[i].is_null()).collect();
    if !missing.is_empty() {
        return Err(missing_error(vm, f, &missing, "positional"));
    }
    if let Some(d) = defaults {
        let last = &d.items()[ndefaults.saturating_sub(argcount)..];
        for (place, default) in bound[first_default..argcount].iter_mut().zip(last) {
            if place.is_null() {
                *place = *default;
            }
        }
    }
    let mut missing = Vec::new();
    let keyword_only = bound.iter_mut().enumerate().skip(argcount).take(kwonly);
    for (i, place) in keyword_only {
        if !place.is_null() {
            continue;
        }
        let default = match f.kwdefaults.get().cast::<PyDict>() {
            Some(d) => d.get(vm, parameter_name(f, i))?,
            None => None,
        };
        match default {
            Some(v) => *place = v,
            None => missing.push(i),
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing_error(vm, f, &missing, "keyword-only"))
    }
}

fn missing_error(vm: &mut Vm, f: Ref<PyFunction>, missing: &[usize], kind: &str) -> Raised {
    let names: Vec<String> = missing
        .iter()
        .map(|&i| {
            format!(
                "'{}'",
                skein_runtime::builtins::str::lossy(parameter_name(f, i))
            )
        })
        .collect();
    let list = match names.as_slice() {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        [] => String::new(),
    };
    let plural = if missing.len() == 1 { "" } else { "s" };
    vm.type_error(format!(
        "{}() missing {} required {kind} argument{plural}: {list}",
        qualname(f),
        missing.len()
    ))
}

fn too_many(vm: &mut Vm, f: Ref<PyFunction>, given: usize, bound: &[Value]) -> Raised {
    let code = f.code();
    let argcount = code.argcount as usize;
    let ndefaults = f.defaults.get().cast::<PyTuple>().map_or(0, |d| d.len());
    let kw_given = (argcount..argcount + code.kwonlyargcount as usize)
        .filter(|&i| !bound[i].is_null())
        .count();
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let takes = if ndefaults > 0 {
        format!("from {} to {argcount}", argcount - ndefaults.min(argcount))
    } else {
        argcount.to_string()
    };
    let takes_plural = if ndefaults > 0 { "s" } else { plural(argcount) };
    let given_text = if kw_given > 0 {
        format!(
            "{given} positional argument{} (and {kw_given} keyword-only argument{}) were",
            plural(given),
            plural(kw_given)
        )
    } else {
        format!("{given} {}", if given == 1 { "was" } else { "were" })
    };
    vm.type_error(format!(
        "{}() takes {takes} positional argument{takes_plural} but {given_text} given",
        qualname(f)
    ))
}
