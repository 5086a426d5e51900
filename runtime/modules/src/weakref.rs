//! `_weakref`: the functions beside the weak reference types.

use skein_runtime::builtins::weakproxy;
use skein_runtime::builtins::weakref::PyWeakref;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "getweakrefcount",
        getweakrefcount,
        "(object, /)",
        "Number of weak references to an object.",
    ),
    function(
        "getweakrefs",
        getweakrefs,
        "(object, /)",
        "List of the weak references to an object.",
    ),
    function(
        "proxy",
        proxy,
        "(object, callback=None, /)",
        "Make a proxy that refers to an object weakly.",
    ),
    function(
        "_remove_dead_weakref",
        remove_dead_weakref,
        "(dct, key, /)",
        "Delete the key if its value is a dead weak reference.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    for (name, id) in [
        ("ref", ids::WEAKREF),
        ("ReferenceType", ids::WEAKREF),
        ("ProxyType", ids::WEAKPROXY),
        ("CallableProxyType", ids::WEAKCALLABLEPROXY),
    ] {
        let ty = vm.builtin_type(id).value();
        vm.add_constant(m, name, ty);
    }
    Ok(())
}

fn references(vm: &mut Vm, object: Value) -> Ref<PyList> {
    let list = PyList::new(vm);
    if let Some(h) = object.header() {
        let mut found = ValueVec::new();
        let heap = &vm.heap;
        let _guard = heap.no_collect();
        heap.each_weakref(h, &mut |w| found.push(heap, w));
        drop(_guard);
        // First the one that is shared, then the shared proxy, then the others from the newest on.
        let rank = |w: &Value| {
            let plain = w
                .cast::<PyWeakref>()
                .is_some_and(|r| r.callback.get().is_absent());
            match w.shape_id() {
                ids::WEAKREF if plain => 0,
                ids::WEAKPROXY | ids::WEAKCALLABLEPROXY if plain => 1,
                _ => 2,
            }
        };
        for wanted in 0..3 {
            for w in found.as_slice().iter().rev().filter(|w| rank(w) == wanted) {
                list.push(vm, *w);
            }
        }
    }
    list
}

fn getweakrefcount(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::from_usize(references(vm, args[0]).len()))
}

fn getweakrefs(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(references(vm, args[0]).value())
}

fn proxy(vm: &mut Vm, args: &[Value]) -> PyResult {
    weakproxy::new_proxy(vm, args[0], args[1])
}

fn remove_dead_weakref(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(d) = args[0].cast::<PyDict>() else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "_remove_dead_weakref() argument 1 must be dict, not {name}"
        )));
    };
    let hash = vm.hash_dict_key(args[1])?;
    let Some(at) = d.find(vm, args[1], hash)? else {
        return Ok(Value::NONE);
    };
    match d.value_at(at).cast::<PyWeakref>() {
        Some(w) => {
            if w.target.get().is_null() {
                d.remove_at(at);
            }
            Ok(Value::NONE)
        }
        None => Err(vm.type_error("not a weakref")),
    }
}
