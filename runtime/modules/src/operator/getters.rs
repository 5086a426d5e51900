//! `itemgetter`, `attrgetter` and `methodcaller`.

use crate::util::{add_type, items, native_class};
use skein_runtime::prelude::*;

enum What {
    Item,
    Attr,
    Method,
}

struct Getter {
    what: What,
    /// Item keys; attribute paths as tuples of interned names; the name and arguments of a method.
    keys: RefSlot<PyTuple>,
    /// Keyword arguments of a method, or `NULL`.
    kwargs: Slot,
}

impl NativeData for Getter {
    fn trace(&self, t: &mut Tracer) {
        t.visit(self.keys.value());
        t.visit_slot(&self.kwargs);
    }
}

macro_rules! methods {
    ($new:ident, $call:ident) => {
        &[
            static_method(
                "__new__",
                $new,
                "($type, *args, **kwargs)",
                "Create a new object.",
            ),
            method(
                "__call__",
                call,
                "($self, obj, /)",
                "Call self as a function.",
            ),
            slot("__repr__", repr),
            slot("__reduce__", reduce),
        ]
    };
}

static ITEM: &[NativeDef] = methods!(item_new, call);
static ATTR: &[NativeDef] = methods!(attr_new, call);
static METHOD: &[NativeDef] = methods!(method_new, call);

static GETSETS: &[GetSetDef] = &[getter(
    "__text_signature__",
    instance_signature,
    "signature of the call",
)];

fn instance_signature(vm: &mut Vm, _: Value) -> PyResult {
    Ok(vm.new_str("(obj, /)"))
}

pub(super) fn install(vm: &mut Vm, m: Ref<PyModule>) {
    for (name, methods, doc) in [
        (
            "itemgetter",
            ITEM,
            "itemgetter(item, /, *items)\n--\n\nReturn a callable object that fetches the given item(s) from its operand.",
        ),
        (
            "attrgetter",
            ATTR,
            "attrgetter(attr, /, *attrs)\n--\n\nReturn a callable object that fetches the given attribute(s) from its operand.",
        ),
        (
            "methodcaller",
            METHOD,
            "methodcaller(name, /, *args, **kwargs)\n--\n\nReturn a callable object that calls the given method on its operand.",
        ),
    ] {
        let flags = tflag::HAS_WEAKREF;
        let ty = vm.new_native_type(
            name,
            "operator",
            None,
            Kind::Native,
            flags,
            methods,
            GETSETS,
            doc,
        );
        add_type(vm, m, "_operator", ty);
    }
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Getter> {
    match native::<Getter>(v) {
        Some((_, g)) => Ok(g),
        None => Err(vm.wrong_self("__call__", "operator.itemgetter", *v)),
    }
}

fn make(vm: &mut Vm, cls: Value, what: What, keys: Ref<PyTuple>, kwargs: Value) -> PyResult {
    let ty = native_class(vm, cls)?;
    let data = Getter {
        what,
        keys: RefSlot::new(keys),
        kwargs: Slot::new(kwargs),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn check(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult<()> {
    if args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty()) {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    if items(&args[1]).is_empty() {
        return Err(vm.type_error(format!("{name} expected 1 argument, got 0")));
    }
    Ok(())
}

fn item_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    check(vm, "itemgetter", args)?;
    let keys = PyTuple::from_slice(vm, items(&args[1]));
    make(vm, args[0], What::Item, keys, Value::NULL)
}

fn attr_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    check(vm, "attrgetter", args)?;
    let mut paths = ValueVec::new();
    for v in items(&args[1]) {
        let Some(text) = v.cast::<PyStr>() else {
            return Err(vm.type_error("attribute name must be a string"));
        };
        let mut path = ValueVec::new();
        for part in text.bytes().split(|b| *b == b'.') {
            let name = vm.intern_bytes(part);
            path.push(&vm.heap, name.value());
        }
        let path = vm.new_tuple(path.as_slice());
        paths.push(&vm.heap, path);
    }
    let keys = PyTuple::from_slice(vm, paths.as_slice());
    make(vm, args[0], What::Attr, keys, Value::NULL)
}

fn method_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let given = items(&args[1]);
    let Some(name) = given.first() else {
        return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
    };
    let Some(name) = name.cast::<PyStr>() else {
        return Err(vm.type_error("method name must be a string"));
    };
    let mut keys = ValueVec::with_capacity(&vm.heap, given.len());
    let name = vm.intern_str(name);
    keys.push(&vm.heap, name.value());
    for v in &given[1..] {
        keys.push(&vm.heap, *v);
    }
    let keys = PyTuple::from_slice(vm, keys.as_slice());
    make(vm, args[0], What::Method, keys, args[2])
}

fn fetch(vm: &mut Vm, g: &Getter, object: Value, key: Value) -> PyResult {
    if let What::Item = g.what {
        return vm.get_item(object, key);
    }
    let mut v = object;
    for name in items(&key) {
        if let Some(name) = name.cast::<PyStr>() {
            v = vm.get_attr(v, name)?;
        }
    }
    Ok(v)
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = this(vm, &args[0])?;
    let keys = g.keys.expect();
    if let What::Method = g.what {
        let name = keys.items()[0];
        if let Some(name) = name.cast::<PyStr>() {
            let f = vm.get_attr(args[1], name)?;
            return vm.call_dict(f, &keys.items()[1..], g.kwargs.get());
        }
    }
    if let [key] = keys.items() {
        return fetch(vm, g, args[1], *key);
    }
    let mut out = ValueVec::with_capacity(&vm.heap, keys.len());
    for key in keys.items() {
        let v = fetch(vm, g, args[1], *key)?;
        out.push(&vm.heap, v);
    }
    Ok(vm.new_tuple(out.as_slice()))
}

/// The arguments that make an equal object.
fn arguments(vm: &mut Vm, g: &Getter) -> ValueVec {
    let mut out = ValueVec::new();
    for key in g.keys.expect().items() {
        let v = match g.what {
            What::Attr => {
                let parts: Vec<&[u8]> = items(key)
                    .iter()
                    .filter_map(|p| p.cast::<PyStr>())
                    .map(|p| skein_runtime::heap::tail::extend_to(key, p.bytes()))
                    .collect();
                vm.new_str_bytes(&parts.join(&b'.'))
            }
            _ => *key,
        };
        out.push(&vm.heap, v);
    }
    out
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]);
    let mut out = vm.full_type_name(ty).into_bytes();
    if !vm.repr_enter(args[0]) {
        out.extend_from_slice(b"(...)");
        return Ok(vm.new_str_bytes(&out));
    }
    let given = arguments(vm, g);
    let r = repr_arguments(vm, &given, g.kwargs.get(), &mut out);
    vm.repr_leave(args[0]);
    r?;
    Ok(vm.new_str_bytes(&out))
}

fn repr_arguments(vm: &mut Vm, given: &ValueVec, kwargs: Value, out: &mut Vec<u8>) -> PyResult<()> {
    out.push(b'(');
    for (i, v) in given.as_slice().iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(vm.repr(*v)?.bytes());
    }
    crate::util::repr_keywords(vm, kwargs, out)?;
    out.push(b')');
    Ok(())
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let g = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]).value();
    let given = arguments(vm, g);
    let inner = vm.new_tuple(given.as_slice());
    if g.kwargs.get().is_absent() {
        return Ok(vm.new_tuple(&[ty, inner]));
    }
    let partial = crate::util::import_attr(vm, "functools", "partial")?;
    let f = vm.call_dict(partial, &[ty, given.get(0)], g.kwargs.get())?;
    let rest = vm.new_tuple(&given.as_slice()[1..]);
    Ok(vm.new_tuple(&[f, rest]))
}
