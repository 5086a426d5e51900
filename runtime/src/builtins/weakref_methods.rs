//! Methods of `weakref.ref`.

use super::weakref::PyWeakref;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;

fn weakref(vm: &mut Vm, v: Value) -> PyResult<Ref<PyWeakref>> {
    match v.cast() {
        Some(w) => Ok(w),
        None => Err(vm.wrong_self("__call__", "weakref.ReferenceType", v)),
    }
}

/// True if weak references to the value can be made.
pub fn check_target(vm: &mut Vm, v: Value) -> PyResult<()> {
    if v.is_object() && vm.type_of(v).has(tflag::HAS_WEAKREF) {
        return Ok(());
    }
    let ty = vm.type_of(v);
    let name = super::object_methods::c_name(vm, ty);
    Err(vm.type_error(format!("cannot create weak reference to '{name}' object")))
}

/// A registered weak reference of type `ty` without callback, which can serve again.
pub fn reusable(vm: &mut Vm, target: Value, ty: Ref<PyType>) -> Option<Value> {
    let header = target.header()?;
    let found = vm.heap.shared_weakref(header, ty.root_shape.expect().id)?;
    found
        .cast::<PyWeakref>()
        .is_some_and(|r| r.target.get() == target && r.callback.get().is_null())
        .then_some(found)
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::WEAKREF)?;
    let given = super::args::items(&args[1]);
    let (target, callback) = match *given {
        [t] => (t, Value::NULL),
        [t, c] => (t, if c.is_none() { Value::NULL } else { c }),
        _ => {
            let n = given.len();
            let (words, limit, plural) = if n == 0 {
                ("at least", 1, "")
            } else {
                ("at most", 2, "s")
            };
            return Err(vm.type_error(format!(
                "__new__ expected {words} {limit} argument{plural}, got {n}"
            )));
        }
    };
    if callback.is_null() && ty.builtin_id == ids::WEAKREF {
        return reference(vm, ty, target);
    }
    check_target(vm, target)?;
    Ok(PyWeakref::new_instance(vm, ty, target, callback).value())
}

/// `ref(target)`: the one that there is already, if there is any; `ty` is `ref` itself.
pub fn reference(vm: &mut Vm, ty: Ref<PyType>, target: Value) -> PyResult {
    check_target(vm, target)?;
    if let Some(w) = reusable(vm, target, ty) {
        return Ok(w);
    }
    let w = PyWeakref::new_instance(vm, ty, target, Value::NULL);
    share(vm, w, target);
    Ok(w.value())
}

/// Makes a new weak reference without callback the one that [`reusable`] finds.
pub fn share(vm: &mut Vm, w: Ref<PyWeakref>, target: Value) {
    if let Some(h) = target.header() {
        vm.heap.share_weakref(w.header(), h);
    }
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let n = super::args::items(&args[1]).len();
    if !args[2].is_null() {
        return Err(vm.type_error("ref() takes no keyword arguments"));
    }
    if n > 2 {
        return Err(vm.type_error(format!("__init__ expected at most 2 arguments, got {n}")));
    }
    Ok(Value::NONE)
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = weakref(vm, args[0])?;
    Ok(w.target.get().non_null().unwrap_or(Value::NONE))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = weakref(vm, args[0])?;
    let at = args[0].address();
    let target = w.target.get();
    if target.is_null() {
        return Ok(vm.new_str(&format!("<weakref at {at:#x}; dead>")));
    }
    let name = vm.names.__name__;
    // Only what the type says counts: the object's own look-up may run Python code.
    let ty = vm.type_of(target);
    let own = match vm.lookup_special(target, name) {
        Some(m) => match vm.descriptor_get(m, target, ty) {
            Ok(n) => Some(n).filter(|n| n.is::<PyStr>()),
            Err(_) => {
                vm.take_raised();
                None
            }
        },
        None => None,
    };
    let named = own.map_or_else(String::new, |n| format!(" ({})", super::str::lossy(n)));
    let ty = vm.type_of(target);
    let ty = super::object_methods::c_name(vm, ty);
    let text = format!(
        "<weakref at {at:#x}; to '{ty}' at {:#x}{named}>",
        target.address()
    );
    Ok(vm.new_str(&text))
}

fn hash(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = weakref(vm, args[0])?;
    if let Some(h) = w.known_hash() {
        return Ok(vm.new_int(h));
    }
    let Some(target) = w.target.get().non_null() else {
        return Err(vm.type_error("weak object has gone away"));
    };
    let h = vm.hash(target)?;
    w.hash.set((h as u64).wrapping_add(1));
    Ok(vm.new_int(h))
}

fn compare(vm: &mut Vm, args: &[Value], op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (args[0].cast::<PyWeakref>(), args[1].cast::<PyWeakref>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !vm.is_instance_of(args[1], ids::WEAKREF) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    match (a.target.get().non_null(), b.target.get().non_null()) {
        (Some(x), Some(y)) => vm.compare(op, x, y),
        _ => Ok(Value::bool((a == b) == (op == CompareOp::Eq))),
    }
}
fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    compare(vm, args, CompareOp::Eq)
}
fn ne(vm: &mut Vm, args: &[Value]) -> PyResult {
    compare(vm, args, CompareOp::Ne)
}

fn get_callback(vm: &mut Vm, v: Value) -> PyResult {
    let w = weakref(vm, v)?;
    if w.target.get().is_null() {
        return Ok(Value::NONE);
    }
    Ok(w.callback.get().non_null().unwrap_or(Value::NONE))
}

/// `weakref.ref`
pub static WEAKREF: TypeDef = TypeDef {
    id: ids::WEAKREF,
    doc: "",
    methods: &[
        new_method(new),
        slot("__init__", init),
        method("__call__", call, "($self, /)", "Call self as a function."),
        slot("__repr__", repr),
        slot("__hash__", hash),
        slot("__eq__", eq),
        slot("__ne__", ne),
        CLASS_GETITEM,
    ],
    getsets: &[getter(
        "__callback__",
        get_callback,
        "called when the object dies",
    )],
};
