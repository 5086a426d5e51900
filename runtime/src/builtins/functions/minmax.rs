//! `min` and `max`.

use crate::prelude::*;
use crate::protocol::compare::CompareOp;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function("min", min, "(*args, key=None, default=<unrepresentable>)", "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nReturn the smallest item of an iterable or of two or more arguments. The default is returned for an empty iterable.").with_direct(min_of).soft(),
    function("max", max, "(*args, key=None, default=<unrepresentable>)", "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nReturn the biggest item of an iterable or of two or more arguments. The default is returned for an empty iterable.").with_direct(max_of).soft(),
];

fn min(vm: &mut Vm, args: &[Value]) -> PyResult {
    extreme(vm, "min", CompareOp::Lt, args)
}

fn max(vm: &mut Vm, args: &[Value]) -> PyResult {
    extreme(vm, "max", CompareOp::Gt, args)
}

fn min_of(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    several(vm, CompareOp::Lt, args)
}

fn max_of(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    several(vm, CompareOp::Gt, args)
}

/// The call with two or more arguments and no keywords.
fn several(vm: &mut Vm, op: CompareOp, args: &[Value]) -> Option<PyResult> {
    let (first, rest) = args.split_first().filter(|(_, rest)| !rest.is_empty())?;
    vm.take_soft();
    let mut best = *first;
    for v in rest {
        match vm.compare_bool(op, *v, best) {
            Ok(true) => best = *v,
            Ok(false) => {}
            Err(r) => return Some(Err(r)),
        }
    }
    Some(Ok(best))
}

/// `args`: key, default, the tuple of positional arguments.
fn extreme(vm: &mut Vm, name: &'static str, op: CompareOp, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let (key, default) = (args[0], args[1]);
    let given = crate::builtins::args::items(&args[2]);
    let source = match given {
        [] => {
            return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
        }
        [one] => *one,
        _ if !default.is_null() => {
            return Err(vm.type_error(format!(
                "Cannot specify a default for {name}() with multiple positional arguments"
            )));
        }
        _ => args[2],
    };
    if let Some(soft) = soft.filter(|_| crate::soft::is_python(key)) {
        let (given, v) = (
            !default.is_null(),
            default.non_null().unwrap_or(Value::NONE),
        );
        return soft.call(vm, name, &[source, key, Value::bool(given), v]);
    }
    if let Some(soft) = soft
        && key.is_absent()
        && vm.runs_softly(source)
    {
        let (given, v) = (
            !default.is_null(),
            default.non_null().unwrap_or(Value::NONE),
        );
        let name = if name == "min" { "least" } else { "greatest" };
        return soft.call(vm, name, &[source, Value::bool(given), v]);
    }
    let (mut best, mut best_key) = (Value::NULL, Value::NULL);
    if key.is_absent()
        && let Some(v) = extreme_of_set(op, source)
    {
        return Ok(v);
    }
    vm.for_each(source, |vm, v| {
        let k = if key.is_absent() {
            v
        } else {
            vm.call(key, &[v])?
        };
        if best.is_null() || vm.compare_bool(op, k, best_key)? {
            (best, best_key) = (v, k);
        }
        Ok(true)
    })?;
    match best.non_null().or(default.non_null()) {
        Some(v) => Ok(v),
        None => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
    }
}

/// The same of a set of small ints without an iterator. `None`: the set is empty or holds something else.
fn extreme_of_set(op: CompareOp, source: Value) -> Option<Value> {
    if !matches!(source.shape_id(), ids::SET | ids::FROZENSET) {
        return None;
    }
    source.cast::<PySet>()?.extreme_int(op == CompareOp::Gt)
}
