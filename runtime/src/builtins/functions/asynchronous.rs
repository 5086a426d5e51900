//! `aiter`, `anext` and the awaitable that `anext` with a default returns.

use crate::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "aiter",
        aiter,
        "(async_iterable, /)",
        "Return an AsyncIterator for an AsyncIterable object.",
    ),
    function(
        "anext",
        anext,
        "(async_iterator, default=<unrepresentable>, /)",
        "Return the next item from the async iterator.\n\nIf default is given and the async iterator is exhausted, it is returned instead of raising StopAsyncIteration.",
    ),
];

/// What `anext(it, default)` returns: `a` is the awaitable, `b` the default.
pub static ANEXT_AWAITABLE: TypeDef = TypeDef {
    id: ids::ANEXT_AWAITABLE,
    doc: "",
    methods: &[
        slot("__await__", await_self),
        slot("__iter__", await_self),
        slot("__next__", next),
        method(
            "send",
            send,
            "($self, object, /)",
            "Send a value into the awaitable.",
        ),
        method(
            "throw",
            throw,
            "($self, typ, val=<unrepresentable>, tb=<unrepresentable>, /)",
            "Raise an exception inside the awaitable.",
        ),
        method("close", close, "($self, /)", "Close the awaitable."),
    ],
    getsets: &[],
};

fn aiter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let names = vm.names;
    let Some(it) = vm.call_special(args[0], names.__aiter__, &[])? else {
        let ty = vm.type_of(args[0]);
        let name = vm.full_type_name(ty);
        return Err(vm.type_error(format!("'{name}' object is not an async iterable")));
    };
    if vm.lookup_special(it, names.__anext__).is_none() {
        let ty = vm.type_of(it);
        let name = vm.full_type_name(ty);
        return Err(vm.type_error(format!(
            "aiter() returned not an async iterator of type '{name}'"
        )));
    }
    Ok(it)
}

fn anext(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__anext__;
    let Some(awaitable) = vm.call_special(args[0], name, &[])? else {
        let ty = vm.type_of(args[0]);
        let name = vm.full_type_name(ty);
        return Err(vm.type_error(format!("'{name}' object is not an async iterator")));
    };
    match args[1].non_null() {
        None => Ok(awaitable),
        Some(default) => {
            Ok(PyIter::new(vm, ids::ANEXT_AWAITABLE, awaitable, default, 0, 0, 0).value())
        }
    }
}

fn await_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

/// The iterator behind the awaitable: what its `__await__` gives, a coroutine itself.
fn awaited(vm: &mut Vm, this: Ref<PyIter>) -> PyResult {
    let awaitable = this.a.get();
    let is_iterable_coroutine = awaitable
        .cast::<crate::builtins::generator::PyGenerator>()
        .is_some_and(|g| {
            awaitable.shape_id() == ids::COROUTINE || g.code.expect().flags.get() & 0x100 != 0
        });
    if is_iterable_coroutine {
        return Ok(awaitable);
    }
    let names = vm.names;
    let Some(it) = vm.call_special(awaitable, names.__await__, &[])? else {
        let name = vm.type_name(awaitable);
        return Err(vm.type_error(format!("'{name}' object can't be awaited")));
    };
    if vm.is_iterator(it) {
        return Ok(it);
    }
    let name = vm.type_name(it);
    Err(vm.type_error(format!(
        "__await__() returned non-iterator of type '{name}'"
    )))
}

/// Turns the end of the async iterator into the default.
fn proxy(vm: &mut Vm, args: &[Value], method: &str, rest: &[Value]) -> PyResult {
    let Some(this) = args[0].cast::<PyIter>() else {
        return Err(vm.wrong_self(method, "anext_awaitable", args[0]));
    };
    let it = awaited(vm, this)?;
    let result = if method == "__next__" && it.shape_id() != ids::COROUTINE {
        let next = vm.names.__next__;
        match vm.call_special(it, next, &[]) {
            Ok(Some(v)) => Ok(v),
            Ok(None) => vm.call_method(it, "send", &[Value::NONE]),
            Err(r) => Err(r),
        }
    } else if method == "__next__" {
        vm.call_method(it, "send", &[Value::NONE])
    } else {
        vm.call_method(it, method, rest)
    };
    match result {
        Err(_) if vm.clear_raised_if(ids::STOP_ASYNC_ITERATION) => {
            Err(vm.raise_with(ids::STOP_ITERATION, &[this.b.get()]))
        }
        r => r,
    }
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    proxy(vm, args, "__next__", &[])
}

fn send(vm: &mut Vm, args: &[Value]) -> PyResult {
    proxy(vm, args, "send", &args[1..])
}

fn throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = args[1..].iter().take_while(|v| !v.is_null()).count();
    proxy(vm, args, "throw", &args[1..1 + given])
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    proxy(vm, args, "close", &[])
}
