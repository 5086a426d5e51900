//! `weakref.ProxyType` and `weakref.CallableProxyType`: every operation goes to the object while it lives.

use super::weakref::PyWeakref;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::CompareOp;

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
    super::type_new::call_dict(vm, t, given, args[2])
}

macro_rules! comparisons {
    ($($name:ident => $op:ident;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            let (a, b) = (unwrap(vm, args[0])?, unwrap(vm, args[1])?);
            vm.compare(CompareOp::$op, a, b)
        })*
    };
}
comparisons! {
    eq => Eq; ne => Ne; lt => Lt; le => Le; gt => Gt; ge => Ge;
}

macro_rules! operators {
    ($($forward:ident, $reflected:ident, $inplace:ident => $op:ident;)*) => {
        $(fn $forward(vm: &mut Vm, args: &[Value]) -> PyResult {
            let (a, b) = (unwrap(vm, args[0])?, unwrap(vm, args[1])?);
            vm.binary(BinaryOp::$op, false, a, b)
        }
        fn $reflected(vm: &mut Vm, args: &[Value]) -> PyResult {
            let (a, b) = (unwrap(vm, args[1])?, unwrap(vm, args[0])?);
            vm.binary(BinaryOp::$op, false, a, b)
        }
        fn $inplace(vm: &mut Vm, args: &[Value]) -> PyResult {
            let (a, b) = (unwrap(vm, args[0])?, unwrap(vm, args[1])?);
            vm.binary(BinaryOp::$op, true, a, b)
        })*
    };
}
operators! {
    add, radd, iadd => Add;
    sub, rsub, isub => Sub;
    mul, rmul, imul => Mul;
    matmul, rmatmul, imatmul => MatMul;
    truediv, rtruediv, itruediv => TrueDiv;
    floordiv, rfloordiv, ifloordiv => FloorDiv;
    modulo, rmod, imod => Mod;
    pow, rpow, ipow => Pow;
    lshift, rlshift, ilshift => LShift;
    rshift, rrshift, irshift => RShift;
    and, rand, iand => And;
    or, ror, ior => Or;
    xor, rxor, ixor => Xor;
}

fn divmod(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (a, b) = (unwrap(vm, args[0])?, unwrap(vm, args[1])?);
    vm.binary(BinaryOp::DivMod, false, a, b)
}
fn rdivmod(vm: &mut Vm, args: &[Value]) -> PyResult {
    divmod(vm, &[args[1], args[0]])
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

const UNARY: &str = "($self, /)";
const BINARY: &str = "($self, value, /)";

const METHODS: &[NativeDef] = &[
    method("__getattribute__", getattribute, "($self, name, /)", ""),
    method("__setattr__", setattr, "($self, name, value, /)", ""),
    method("__delattr__", delattr, "($self, name, /)", ""),
    method("__repr__", repr, UNARY, ""),
    method("__str__", str, UNARY, ""),
    method("__bool__", bool, UNARY, ""),
    method("__len__", len, UNARY, ""),
    method("__getitem__", getitem, BINARY, ""),
    method("__setitem__", setitem, "($self, key, value, /)", ""),
    method("__delitem__", delitem, BINARY, ""),
    method("__contains__", contains, BINARY, ""),
    method("__iter__", iter, UNARY, ""),
    method("__next__", next, UNARY, ""),
    method("__reversed__", reversed, UNARY, ""),
    method("__bytes__", bytes, UNARY, ""),
    method("__eq__", eq, BINARY, ""),
    method("__ne__", ne, BINARY, ""),
    method("__lt__", lt, BINARY, ""),
    method("__le__", le, BINARY, ""),
    method("__gt__", gt, BINARY, ""),
    method("__ge__", ge, BINARY, ""),
    method("__neg__", neg, UNARY, ""),
    method("__pos__", pos, UNARY, ""),
    method("__abs__", abs, UNARY, ""),
    method("__invert__", invert, UNARY, ""),
    method("__int__", int, UNARY, ""),
    method("__float__", float, UNARY, ""),
    method("__index__", index, UNARY, ""),
    method("__add__", add, BINARY, ""),
    method("__radd__", radd, BINARY, ""),
    method("__iadd__", iadd, BINARY, ""),
    method("__sub__", sub, BINARY, ""),
    method("__rsub__", rsub, BINARY, ""),
    method("__isub__", isub, BINARY, ""),
    method("__mul__", mul, BINARY, ""),
    method("__rmul__", rmul, BINARY, ""),
    method("__imul__", imul, BINARY, ""),
    method("__matmul__", matmul, BINARY, ""),
    method("__rmatmul__", rmatmul, BINARY, ""),
    method("__imatmul__", imatmul, BINARY, ""),
    method("__truediv__", truediv, BINARY, ""),
    method("__rtruediv__", rtruediv, BINARY, ""),
    method("__itruediv__", itruediv, BINARY, ""),
    method("__floordiv__", floordiv, BINARY, ""),
    method("__rfloordiv__", rfloordiv, BINARY, ""),
    method("__ifloordiv__", ifloordiv, BINARY, ""),
    method("__mod__", modulo, BINARY, ""),
    method("__rmod__", rmod, BINARY, ""),
    method("__imod__", imod, BINARY, ""),
    method("__pow__", pow, BINARY, ""),
    method("__rpow__", rpow, BINARY, ""),
    method("__ipow__", ipow, BINARY, ""),
    method("__lshift__", lshift, BINARY, ""),
    method("__rlshift__", rlshift, BINARY, ""),
    method("__ilshift__", ilshift, BINARY, ""),
    method("__rshift__", rshift, BINARY, ""),
    method("__rrshift__", rrshift, BINARY, ""),
    method("__irshift__", irshift, BINARY, ""),
    method("__and__", and, BINARY, ""),
    method("__rand__", rand, BINARY, ""),
    method("__iand__", iand, BINARY, ""),
    method("__or__", or, BINARY, ""),
    method("__ror__", ror, BINARY, ""),
    method("__ior__", ior, BINARY, ""),
    method("__xor__", xor, BINARY, ""),
    method("__rxor__", rxor, BINARY, ""),
    method("__ixor__", ixor, BINARY, ""),
    method("__divmod__", divmod, BINARY, ""),
    method("__rdivmod__", rdivmod, BINARY, ""),
    method("__call__", call, "($self, /, *args, **kwargs)", ""),
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
