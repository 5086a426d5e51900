//! Functions over iterables: `iter`, `next`, `all`, `any`, `sorted`.

use crate::builtins::{list_methods, list_sort};
use crate::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "iter",
        iter,
        "(object, sentinel=<unrepresentable>, /)",
        "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nGet an iterator from an object. In the second form, the callable is called until it returns the sentinel.",
    )
    .soft(),
    function(
        "next",
        next,
        "(iterator, default=<unrepresentable>, /)",
        "next(iterator[, default])\n\nReturn the next item from the iterator. If default is given and the iterator is exhausted, it is returned instead of raising StopIteration.",
    ),
    function(
        "all",
        all,
        "(iterable, /)",
        "Return True if bool(x) is True for all values x in the iterable.\n\nIf the iterable is empty, return True.",
    )
    .soft(),
    function(
        "any",
        any,
        "(iterable, /)",
        "Return True if bool(x) is True for any x in the iterable.\n\nIf the iterable is empty, return False.",
    )
    .soft(),
    function(
        "sorted",
        sorted,
        "(iterable, /, *, key=None, reverse=False)",
        "Return a new list containing all items from the iterable in ascending order.\n\nA custom key function can be supplied to customize the sort order, and the reverse flag can be set to request the result in descending order.",
    )
    .with_direct(sorted_direct)
    .soft(),
];

fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let Some(sentinel) = args[1].non_null() else {
        let name = vm.names.__iter__;
        if let Some(soft) = soft
            && args[0].shape_id() >= ids::FIRST_DYNAMIC
            && let Some(m) = vm.lookup_special(args[0], name)
            && crate::soft::is_python(m)
        {
            return soft.call(vm, "get_iter", &[m, args[0]]);
        }
        return vm.iter(args[0]);
    };
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("iter(v, w): v must be callable"));
    }
    Ok(PyIter::new(vm, ids::CALLABLE_ITERATOR, args[0], sentinel, 0, 0, 0).value())
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(default) = args[1].non_null() {
        return Ok(vm.next(args[0])?.unwrap_or(default));
    }
    if let Some(step) = crate::builtins::iter_next::next_any(vm, args[0]) {
        return match step? {
            Some(v) => Ok(v),
            None => Err(vm.stop_iteration(Value::NULL)),
        };
    }
    // Not `vm.next`: StopIteration must keep the value that a generator returned.
    if args[0].shape_id() == ids::GENERATOR
        && let Some(g) = args[0].cast()
    {
        return match crate::builtins::generator_methods::resume(vm, g, Resume::Send, Value::NONE)? {
            GenStep::Yielded(v) => Ok(v),
            GenStep::Returned(v) => Err(vm.stop_iteration(v)),
        };
    }
    let name = vm.names.__next__;
    match vm.call_special(args[0], name, &[])? {
        Some(v) => Ok(v),
        None => {
            let name = vm.type_name(args[0]);
            Err(vm.type_error(format!("'{name}' object is not an iterator")))
        }
    }
}

fn all(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(soft) = vm.take_soft()
        && vm.runs_softly(args[0])
    {
        return soft.call(vm, "all", args);
    }
    let mut all = true;
    vm.for_each(args[0], |vm, v| {
        all = vm.truth(v)?;
        Ok(all)
    })?;
    Ok(Value::bool(all))
}

fn any(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(soft) = vm.take_soft()
        && vm.runs_softly(args[0])
    {
        return soft.call(vm, "any", args);
    }
    let mut any = false;
    vm.for_each(args[0], |vm, v| {
        any = vm.truth(v)?;
        Ok(!any)
    })?;
    Ok(Value::bool(any))
}

fn sorted_direct(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let done = crate::builtins::args::check_count(vm, "sorted", args.len(), 1, 1);
    Some(done.and_then(|()| sorted(vm, &[args[0], Value::NULL, Value::NULL])))
}

fn sorted(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let reverse = match args[2].non_null() {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    if let Some(soft) = soft
        && vm.runs_softly(args[0])
    {
        let key = args[1].non_null().unwrap_or(Value::NONE);
        return soft.call(vm, "sorted", &[args[0], key, Value::bool(reverse)]);
    }
    let list = list_methods::list_from(vm, args[0])?;
    if let Some(soft) = soft.filter(|_| crate::soft::is_python(args[1])) {
        return soft.call(vm, "sort", &[list.value(), args[1], Value::bool(reverse)]);
    }
    list_sort::sort(vm, list, args[1], reverse)?;
    Ok(list.value())
}
