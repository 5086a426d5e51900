//! `weakref.ProxyType` and `weakref.CallableProxyType`: every operation goes to the object while it lives.

use super::weakref::PyWeakref;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::CompareOp;
use crate::with_comparisons;

/// `weakref.proxy(target, callback)`
pub fn new_proxy(vm: &mut Vm, target: Value, callback: Value) -> PyResult {
    super::weakref_methods::check_target(vm, target)?;
    let id = if vm.is_callable(target) {
        ids::WEAKCALLABLEPROXY
    } else {
        ids::WEAKPROXY
    };
    let ty = vm.builtin_type(id);
    let callback = if callback.is_none() {
        Value::NULL
    } else {
        callback
    };
    if callback.is_null()
        && let Some(w) = super::weakref_methods::reusable(vm, target, ty)
    {
        return Ok(w);
    }
    let w = PyWeakref::new_instance(vm, ty, target, callback);
    if callback.is_null() {
        super::weakref_methods::share(vm, w, target);
    }
    Ok(w.value())
}

/// The object behind a proxy.
fn target(vm: &mut Vm, v: Value) -> PyResult {
    match v
        .cast::<PyWeakref>()
        .and_then(|w| w.target.get().non_null())
    {
        Some(t) => Ok(t),
        None => Err(vm.reference_error("weakly-referenced object no longer exists")),
    }
}

/// Operands may be proxies on either side.
fn unwrap(vm: &mut Vm, v: Value) -> PyResult {
    match v.shape_id() {
        ids::WEAKPROXY | ids::WEAKCALLABLEPROXY => target(vm, v),
        _ => Ok(v),
    }
}

fn getattribute(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    let name = super::object_methods::attribute_name(vm, args[1])?;
    vm.get_attr(t, name)
}
fn setattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    let name = super::object_methods::attribute_name(vm, args[1])?;
    vm.set_attr(t, name, args[2])?;
    Ok(Value::NONE)
}
fn delattr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    let name = super::object_methods::attribute_name(vm, args[1])?;
    vm.set_attr(t, name, Value::NULL)?;
    Ok(Value::NONE)
}
fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let at = args[0].address();
    let text = match args[0]
        .cast::<PyWeakref>()
        .and_then(|w| w.target.get().non_null())
    {
        Some(t) => {
            let ty = vm.type_of(t);
            let name = super::object_methods::c_name(vm, ty);
            format!("<weakproxy at {at:#x}; to '{name}' at {:#x}>", t.address())
        }
        None => format!("<weakproxy at {at:#x}; dead>"),
    };
    Ok(vm.new_str(&text))
}
fn str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    Ok(vm.str(t)?.value())
}
fn bool(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    Ok(Value::bool(vm.truth(t)?))
}
fn len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    Ok(Value::from_usize(vm.len(t)?))
}
fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    vm.get_item(t, args[1])
}
fn setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    vm.set_item(t, args[1], args[2])?;
    Ok(Value::NONE)
}
fn delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    vm.del_item(t, args[1])?;
    Ok(Value::NONE)
}
fn contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    Ok(Value::bool(vm.contains(t, args[1])?))
}
fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    vm.iter(t)
}
fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    if !vm.is_iterator(t) {
        let name = vm.type_name(t);
        return Err(vm.type_error(format!(
            "Weakref proxy referenced a non-iterator '{name}' object"
        )));
    }
    match vm.next(t)? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}
fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = target(vm, args[0])?;
    let given = super::args::items(&args[1]);
    vm.call_dict(t, given, args[2])
}

fn compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    vm.compare(op, a, b)
}

fn binary(vm: &mut Vm, op: BinaryOp, in_place: bool, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    vm.binary(op, in_place, a, b)
}
fn power(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> PyResult {
    let values = [
        unwrap(vm, base)?,
        unwrap(vm, exponent)?,
        unwrap(vm, modulus)?,
    ];
    super::functions::pow(vm, &values)
}

/// The methods, with those of all binary operators in front.
macro_rules! with_operators {
    ([$($op:ident $name:literal),*], $($more:expr),* $(,)?) => {
        with_comparisons![
            compare,
            $(
                slot(concat!("__", $name, "__"), |vm, a| binary(vm, BinaryOp::$op, false, a[0], a[1])),
                slot(concat!("__r", $name, "__"), |vm, a| binary(vm, BinaryOp::$op, false, a[1], a[0])),
                slot(concat!("__i", $name, "__"), |vm, a| binary(vm, BinaryOp::$op, true, a[0], a[1])),
            )*
            $($more),*
        ]
    };
}

macro_rules! forwarded {
    ($($name:ident => $method:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            let t = target(vm, args[0])?;
            vm.call_method(t, $method, &[])
        })*
    };
}
forwarded! {
    neg => "__neg__";
    pos => "__pos__";
    abs => "__abs__";
    invert => "__invert__";
    int => "__int__";
    float => "__float__";
    index => "__index__";
    bytes => "__bytes__";
    reversed => "__reversed__";
}

const METHODS: &[NativeDef] = with_operators![
    [
        Add "add", Sub "sub", Mul "mul", MatMul "matmul", TrueDiv "truediv", FloorDiv "floordiv", Mod "mod",
        LShift "lshift", RShift "rshift", And "and", Or "or", Xor "xor"
    ],
    slot("__divmod__", |vm, a| binary(vm, BinaryOp::DivMod, false, a[0], a[1])),
    slot("__rdivmod__", |vm, a| binary(vm, BinaryOp::DivMod, false, a[1], a[0])),
    slot("__pow__", |vm, a| power(vm, a[0], a[1], a[2])),
    slot("__rpow__", |vm, a| power(vm, a[1], a[0], a[2])),
    slot("__ipow__", |vm, a| binary(vm, BinaryOp::Pow, true, a[0], a[1])),
    slot("__getattribute__", getattribute),
    slot("__setattr__", setattr),
    slot("__delattr__", delattr),
    slot("__repr__", repr),
    slot("__str__", str),
    slot("__bool__", bool),
    slot("__len__", len),
    slot("__getitem__", getitem),
    slot("__setitem__", setitem),
    slot("__delitem__", delitem),
    slot("__contains__", contains),
    slot("__iter__", iter),
    slot("__next__", next),
    method("__reversed__", reversed, "($self, /)", ""),
    method("__bytes__", bytes, "($self, /)", ""),
    slot("__neg__", neg),
    slot("__pos__", pos),
    slot("__abs__", abs),
    slot("__invert__", invert),
    slot("__int__", int),
    slot("__float__", float),
    slot("__index__", index),
    slot("__call__", call),
];

/// A proxy of an object that cannot be called: everything but the last method.
static PLAIN_METHODS: &[NativeDef] = METHODS.split_at(METHODS.len() - 1).0;

/// `weakref.ProxyType`
pub static WEAKPROXY: TypeDef = TypeDef {
    id: ids::WEAKPROXY,
    doc: "",
    methods: PLAIN_METHODS,
    getsets: &[],
};
/// `weakref.CallableProxyType`
pub static WEAKCALLABLEPROXY: TypeDef = TypeDef {
    id: ids::WEAKCALLABLEPROXY,
    doc: "",
    methods: METHODS,
    getsets: &[],
};
