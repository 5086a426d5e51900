//! `object.__reduce_ex__`, `__reduce__`, `__getstate__`: the default pickling protocol (PEP 307, bpo-26579).
//!
//! Reading an instance's state copies its attributes, so that pickling and copying leave its layout as it is.

use super::object_methods::is_object_method;
use crate::prelude::*;

/// `import name`: the module.
pub fn import_module(vm: &mut Vm, name: &str) -> PyResult {
    if let Some(modules) = vm.modules_dict()
        && let Some(m) = modules.get_text(vm, name)
        && !m.is_none()
    {
        return Ok(m);
    }
    let Some(import) = vm.builtins_dict().get_text(vm, "__import__") else {
        return Err(vm.raise(ids::IMPORT_ERROR, "__import__ not found"));
    };
    let (text, empty) = (vm.new_str(name), vm.new_tuple(&[Value::NONE]));
    vm.call(
        import,
        &[text, Value::NONE, Value::NONE, empty, Value::from_i32(0)],
    )
}

fn copyreg(vm: &mut Vm, name: &str) -> PyResult {
    let module = import_module(vm, "copyreg")?;
    vm.get_attr_text(module, name)
}

/// `object.__reduce__`
pub fn object_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    common_reduce(vm, args[0], 0)
}

/// `object.__reduce_ex__`
pub fn object_reduce_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    let protocol = vm.ssize(args[1])?;
    let names = vm.names;
    let ty = vm.type_of(args[0]);
    let reduce = vm.type_lookup(ty, names.__reduce__);
    if !is_object_method(reduce) {
        let f = vm.get_attr(args[0], names.__reduce__)?;
        return vm.call(f, &[]);
    }
    common_reduce(vm, args[0], protocol)
}

fn common_reduce(vm: &mut Vm, v: Value, protocol: i64) -> PyResult {
    if protocol >= 2 {
        return reduce_newobj(vm, v);
    }
    let f = copyreg(vm, "_reduce_ex")?;
    let p = vm.new_int(protocol);
    vm.call(f, &[v, p])
}

/// Arguments for `__new__`: positional ones and keywords, `NULL` where the object gives none.
fn new_arguments(vm: &mut Vm, v: Value) -> PyResult<(Value, Value)> {
    let names = vm.names;
    if vm.lookup_special(v, names.__getnewargs_ex__).is_some() {
        let r = vm.call_method(v, "__getnewargs_ex__", &[])?;
        let Some(t) = r.cast::<PyTuple>() else {
            let actual = vm.type_name(r);
            return Err(vm.type_error(format!(
                "__getnewargs_ex__ should return a tuple, not '{actual}'"
            )));
        };
        let [args, kwargs] = *t.items() else {
            let n = t.len();
            return Err(vm.value_error(format!(
                "__getnewargs_ex__ should return a tuple of length 2, not {n}"
            )));
        };
        if !args.is::<PyTuple>() {
            let actual = vm.type_name(args);
            return Err(vm.type_error(format!(
                "first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{actual}'"
            )));
        }
        if !kwargs.is::<PyDict>() {
            let actual = vm.type_name(kwargs);
            return Err(vm.type_error(format!(
                "second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{actual}'"
            )));
        }
        return Ok((args, kwargs));
    }
    if vm.lookup_special(v, names.__getnewargs__).is_none() {
        return Ok((Value::NULL, Value::NULL));
    }
    let args = vm.call_method(v, "__getnewargs__", &[])?;
    if args.is::<PyTuple>() {
        return Ok((args, Value::NULL));
    }
    let actual = vm.type_name(args);
    Err(vm.type_error(format!(
        "__getnewargs__ should return a tuple, not '{actual}'"
    )))
}

fn cannot_pickle(vm: &mut Vm, v: Value) -> crate::error::Raised {
    let name = vm.type_name(v);
    vm.type_error(format!("cannot pickle '{name}' object"))
}

fn reduce_newobj(vm: &mut Vm, v: Value) -> PyResult {
    let ty = vm.type_of(v);
    if ty.has(tflag::DISALLOW_INSTANTIATION) {
        return Err(cannot_pickle(vm, v));
    }
    let (args, kwargs) = new_arguments(vm, v)?;
    let has_args = !args.is_null();
    let has_kwargs = kwargs.cast::<PyDict>().is_some_and(|d| !d.is_empty());
    let (maker, new_args);
    if has_kwargs {
        maker = copyreg(vm, "__newobj_ex__")?;
        new_args = vm.new_tuple(&[ty.value(), args, kwargs]);
    } else {
        maker = copyreg(vm, "__newobj__")?;
        let mut all = ValueVec::new();
        all.push(&vm.heap, ty.value());
        if let Some(t) = args.cast::<PyTuple>() {
            for a in t.items() {
                all.push(&vm.heap, *a);
            }
        }
        new_args = vm.new_tuple(all.as_slice());
    }
    let (is_list, is_dict) = (v.is::<PyList>(), v.is::<PyDict>());
    let state = state_of(vm, v, !has_args && !is_list && !is_dict)?;
    let list_items = if is_list { vm.iter(v)? } else { Value::NONE };
    let dict_items = if is_dict {
        let items = vm.call_method(v, "items", &[])?;
        vm.iter(items)?
    } else {
        Value::NONE
    };
    Ok(vm.new_tuple(&[maker, new_args, state, list_items, dict_items]))
}

/// `v.__getstate__()`; `required`: an object that keeps more than attributes cannot do without state of its own.
pub fn state_of(vm: &mut Vm, v: Value, required: bool) -> PyResult {
    let names = vm.names;
    let ty = vm.type_of(v);
    let method = vm.type_lookup(ty, names.__getstate__);
    if is_object_method(method) && vm.own_attribute(v, names.__getstate__).is_none() {
        return default_state(vm, v, required);
    }
    vm.call_method(v, "__getstate__", &[])
}

/// `object.__getstate__`
pub fn object_getstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    default_state(vm, args[0], false)
}

fn default_state(vm: &mut Vm, v: Value, required: bool) -> PyResult {
    let ty = vm.type_of(v);
    if required && ty.kind.get() != Kind::Instance {
        return Err(cannot_pickle(vm, v));
    }
    let state = if v.kind() == Some(Kind::Module) {
        vm.own_dict(v).map_or(Value::NONE, Value::from)
    } else {
        match vm.own_attributes_copy(v) {
            Some(d) if !d.is_empty() => d.value(),
            _ => Value::NONE,
        }
    };
    let key = vm.intern("__slotnames__");
    if ty.member_slots.get() == 0 && ty.dict().get_interned(key.value()).is_none() {
        return Ok(state);
    }
    let slots = slot_state(vm, v, ty)?;
    Ok(if slots.is_null() {
        state
    } else {
        vm.new_tuple(&[state, slots])
    })
}

/// Values of the `__slots__` members that are set, as a dict; `NULL` if none is.
fn slot_state(vm: &mut Vm, v: Value, ty: Ref<PyType>) -> PyResult {
    let names = {
        let key = vm.intern("__slotnames__");
        match ty.dict().get_interned(key.value()) {
            Some(n) if n.is::<PyList>() => n,
            _ => {
                let f = copyreg(vm, "_slotnames")?;
                vm.call(f, &[ty.value()])?
            }
        }
    };
    let Some(names) = names.cast::<PyList>() else {
        return Ok(Value::NULL);
    };
    let names = names.to_vec(vm);
    let out = PyDict::new(vm);
    for n in names.as_slice() {
        let Some(s) = n.cast::<PyStr>() else { continue };
        let s = vm.intern_str(s);
        if let Some(x) = vm.try_get_attr(v, s)? {
            out.set_interned(vm, s.value(), x);
        }
    }
    Ok(if out.is_empty() {
        Value::NULL
    } else {
        out.value()
    })
}
