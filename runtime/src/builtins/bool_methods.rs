//! Methods of `bool`: logic of two bools gives a bool, everything else is `int`'s.

use super::arith::int_values;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;

fn bool_new(vm: &mut Vm, a: &[Value]) -> PyResult {
    vm.new_class(a[0], ids::BOOL)?;
    match a[1].non_null() {
        Some(v) => Ok(Value::bool(vm.truth(v)?)),
        None => Ok(Value::FALSE),
    }
}

fn bool_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let text = if a[0] == Value::TRUE { "True" } else { "False" };
    Ok(vm.intern(text).value())
}

fn bool_invert(vm: &mut Vm, a: &[Value]) -> PyResult {
    vm.warn(
        ids::DEPRECATION_WARNING,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from the negation of a bool. Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.",
        1,
    )?;
    Ok(Value::from_i32(if a[0] == Value::TRUE { -2 } else { -1 }))
}

fn logic(vm: &mut Vm, op: BinaryOp, a: &[Value]) -> PyResult {
    if let (Some(x), Some(y)) = (a[0].as_bool(), a[1].as_bool()) {
        return Ok(Value::bool(match op {
            BinaryOp::And => x & y,
            BinaryOp::Or => x | y,
            _ => x ^ y,
        }));
    }
    int_values(vm, op, a[0], a[1]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

/// `bool`
pub static BOOL: TypeDef = TypeDef {
    id: ids::BOOL,
    doc: "True or False. bool(x) is the truth value of x.",
    methods: &[
        static_method("__new__", bool_new, "($type, object=False, /)", NEW_DOC),
        slot("__repr__", bool_repr),
        slot("__invert__", bool_invert),
        slot("__and__", |vm, a| logic(vm, BinaryOp::And, a)),
        slot("__rand__", |vm, a| logic(vm, BinaryOp::And, a)),
        slot("__xor__", |vm, a| logic(vm, BinaryOp::Xor, a)),
        slot("__rxor__", |vm, a| logic(vm, BinaryOp::Xor, a)),
        slot("__or__", |vm, a| logic(vm, BinaryOp::Or, a)),
        slot("__ror__", |vm, a| logic(vm, BinaryOp::Or, a)),
    ],
    getsets: &[],
};
