//! Operators, comparisons, truth.

use super::Step;
use super::call::{Flow, begin};
use super::run::cx::{Cx, Pc};
use super::run::ret::{self, Action, ret};
use skein_compiler::bytecode::Op;
use skein_runtime::builtins::tuple_methods::compare_plain_items;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;
use skein_runtime::protocol::compare::CompareOp;

/// The operator and operands of a binary instruction.
fn operands(vm: &mut Vm, cx: Cx) -> (BinaryOp, Value, Value) {
    let op = cx.insn.op();
    match op {
        Op::AddImm | Op::SubImm => {
            let n = vm.new_int(cx.c() as u16 as i16 as i64);
            (
                if op == Op::AddImm {
                    BinaryOp::Add
                } else {
                    BinaryOp::Sub
                },
                cx.reg(cx.b()),
                n,
            )
        }
        _ => (
            BinaryOp::ALL[op as usize - Op::Add as usize],
            cx.reg(cx.b()),
            cx.reg(cx.c()),
        ),
    }
}

/// Every binary operator.
pub fn op_binary(vm: &mut Vm, cx: Cx) -> Step {
    let (op, a, b) = operands(vm, cx);
    if let Some(r) = skein_runtime::builtins::arith::binary_builtin(vm, op, a, b) {
        cx.set(cx.a(), r?);
        return Ok(cx.after(1));
    }
    if a.shape_id() >= ids::FIRST_DYNAMIC {
        if let Some(pc) = begin_forward(vm, cx, op, a, b)? {
            return Ok(pc);
        }
        return binary_steps(vm, cx, op, a, b, 0);
    }
    let inplace = cx.insn.x() & 1 != 0;
    if let Some(r) = skein_runtime::builtins::arith::container_builtin(vm, op, inplace, a, b) {
        cx.set(cx.a(), r?);
        return Ok(cx.after(1));
    }
    binary_steps(vm, cx, op, a, b, 0)
}

/// Begins the left operand's method as the first step of the plan, where no reflected method can come before it and it is
/// written in Python.
fn begin_forward(vm: &mut Vm, cx: Cx, op: BinaryOp, a: Value, b: Value) -> PyResult<Option<Pc>> {
    let (ta, tb) = (vm.type_of(a), vm.type_of(b));
    if ta != tb && tb.is_subtype(ta) {
        return Ok(None);
    }
    let (forward, _, in_place) = op.methods(vm);
    let inplace = cx.insn.x() & 1 != 0;
    let method = match inplace.then(|| vm.type_lookup(ta, in_place)).flatten() {
        Some(m) => Some(m),
        None => vm.type_lookup(ta, forward),
    };
    let Some(m) = method.filter(|m| m.kind() == Some(Kind::Function)) else {
        return Ok(None);
    };
    match begin(vm, m, &[a, b], None, ret(Action::Binary, 1, cx.a(), 1))? {
        Flow::Entered(pc) => Ok(Some(pc)),
        Flow::Done(v) => after_binary(vm, cx, ret(Action::Binary, 1, cx.a(), 1), v).map(Some),
    }
}

fn binary_steps(vm: &mut Vm, cx: Cx, op: BinaryOp, a: Value, b: Value, from: usize) -> Step {
    let plan = vm.binary_plan(op, cx.insn.x() & 1 != 0, a, b);
    for (i, (m, this, arg)) in plan.steps.into_iter().enumerate().skip(from) {
        if m.is_null() {
            break;
        }
        let r = if m.kind() == Some(Kind::Function) {
            match begin(
                vm,
                m,
                &[this, arg],
                None,
                ret(Action::Binary, 1, cx.a(), i as u32 + 1),
            )? {
                Flow::Entered(pc) => return Ok(pc),
                Flow::Done(v) => v,
            }
        } else {
            vm.call_bound_special(m, this, &[arg])?
        };
        if r != Value::NOT_IMPLEMENTED {
            cx.set(cx.a(), r);
            return Ok(cx.after(1));
        }
    }
    let v = vm.binary_unsupported(op, cx.insn.x() & 1 != 0, a, b)?;
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// A binary special method returned.
pub fn after_binary(vm: &mut Vm, cx: Cx, word: u64, v: Value) -> Step {
    if v != Value::NOT_IMPLEMENTED {
        cx.set(cx.a(), v);
        return Ok(cx.after(1));
    }
    let (op, a, b) = operands(vm, cx);
    binary_steps(vm, cx, op, a, b, ret::aux(word) as usize)
}

/// The comparison and operands of a comparison instruction, plain or fused with a branch.
fn comparison(cx: Cx) -> (CompareOp, Value, Value) {
    use CompareOp::*;
    let ops = [Lt, Le, Eq, Ne, Gt, Ge];
    let op = cx.insn.opcode();
    let (first, imm) = if op >= Op::LtImmJump as u8 && op <= Op::GeImmJump as u8 {
        (Op::LtImmJump, true)
    } else if op >= Op::LtJump as u8 && op <= Op::GeJump as u8 {
        (Op::LtJump, false)
    } else {
        (Op::Lt, false)
    };
    let right = if imm {
        Value::from_i32(cx.c() as u16 as i16 as i32)
    } else {
        cx.reg(cx.c())
    };
    (ops[(op - first as u8) as usize], cx.reg(cx.b()), right)
}

/// What a comparison gives if that is told by the operands alone, without Python code.
#[inline]
pub fn compare_plainly(vm: &mut Vm, cx: Cx) -> Option<bool> {
    let (op, a, b) = comparison(cx);
    if a.kind() == Some(Kind::Tuple) && b.kind() == Some(Kind::Tuple) {
        if a.shape_id() != ids::TUPLE || b.shape_id() != ids::TUPLE {
            return None;
        }
        let (x, y) = (a.cast::<PyTuple>()?, b.cast::<PyTuple>()?);
        return compare_plain_items(vm, op, x.items(), y.items());
    }
    vm.compare_simple(op, a, b)
}

/// Every comparison.
pub fn op_compare(vm: &mut Vm, cx: Cx) -> Step {
    let (op, a, b) = comparison(cx);
    if let Some(r) = vm.compare_simple(op, a, b) {
        return compared(vm, cx, Value::bool(r));
    }
    let (x, y) = (a.shape_id(), b.shape_id());
    if x == y && matches!(x, ids::TUPLE | ids::LIST) {
        let r = vm.compare(op, a, b)?;
        return compared(vm, cx, r);
    }
    if let Some(r) = vm.compare_identity(op, a, b) {
        return compared(vm, cx, Value::bool(r));
    }
    compare_steps(vm, cx, op, a, b, 0)
}

/// The special methods to try for a comparison, in order.
fn compare_plan(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> [(Value, Value, Value); 2] {
    let (ta, tb) = (vm.type_of(a), vm.type_of(b));
    let (name, swapped) = (op.method(vm), op.swapped().method(vm));
    let forward = vm.type_lookup(ta, name).map(|m| (m, a, b));
    let reflected = vm.type_lookup(tb, swapped).map(|m| (m, b, a));
    let none = (Value::NULL, Value::NULL, Value::NULL);
    if ta != tb && tb.is_subtype(ta) && reflected.is_some() {
        [reflected.unwrap_or(none), forward.unwrap_or(none)]
    } else {
        [forward.unwrap_or(none), reflected.unwrap_or(none)]
    }
}

fn compare_steps(vm: &mut Vm, cx: Cx, op: CompareOp, a: Value, b: Value, from: usize) -> Step {
    let plan = compare_plan(vm, op, a, b);
    for (i, (m, this, arg)) in plan.into_iter().enumerate().skip(from) {
        if m.is_null() {
            continue;
        }
        let r = if m.kind() == Some(Kind::Function) {
            match begin(
                vm,
                m,
                &[this, arg],
                None,
                ret(Action::Compare, 1, 0, i as u32 + 1),
            )? {
                Flow::Entered(pc) => return Ok(pc),
                Flow::Done(v) => v,
            }
        } else {
            vm.call_bound_special(m, this, &[arg])?
        };
        if r != Value::NOT_IMPLEMENTED {
            return compared(vm, cx, r);
        }
    }
    let v = vm.compare_default(op, a, b)?;
    compared(vm, cx, v)
}

/// A comparison's special method returned.
pub fn after_compare(vm: &mut Vm, cx: Cx, word: u64, v: Value) -> Step {
    if v != Value::NOT_IMPLEMENTED {
        return compared(vm, cx, v);
    }
    let (op, a, b) = comparison(cx);
    compare_steps(vm, cx, op, a, b, ret::aux(word) as usize)
}

/// Stores a comparison's result or branches on it.
fn compared(vm: &mut Vm, cx: Cx, v: Value) -> Step {
    if cx.insn.opcode() < Op::LtJump as u8 {
        cx.set(cx.a(), v);
        return Ok(cx.after(1));
    }
    let b = vm.truth(v)?;
    Ok(branch(cx, b))
}

/// Continues an instruction that waited for a truth value.
pub fn branch(cx: Cx, b: bool) -> Pc {
    match cx.insn.op() {
        Op::Not => {
            cx.set(cx.a(), Value::bool(!b));
            cx.after(1)
        }
        Op::ToBool => {
            cx.set(cx.a(), Value::bool(b));
            cx.after(1)
        }
        Op::JumpIfTrue => {
            if b {
                cx.target()
            } else {
                cx.after(1)
            }
        }
        Op::JumpIfFalse => {
            if b {
                cx.after(1)
            } else {
                cx.target()
            }
        }
        _ => {
            if b == (cx.insn.x() != 0) {
                cx.jump(cx.insn.a() as i16 as i32)
            } else {
                cx.after(1)
            }
        }
    }
}

/// `Not`, `ToBool`, `JumpIfTrue`, `JumpIfFalse`
pub fn op_truth(vm: &mut Vm, cx: Cx) -> Step {
    let v = if matches!(cx.insn.op(), Op::Not | Op::ToBool) {
        cx.reg(cx.b())
    } else {
        cx.reg(cx.a())
    };
    if let Some(b) = vm.truth_simple(v) {
        return Ok(branch(cx, b));
    }
    let name = vm.names.__bool__;
    if let Some(m) = vm.lookup_special(v, name)
        && m.kind() == Some(Kind::Function)
        && let Flow::Entered(pc) = begin(vm, m, &[v], None, ret(Action::Truth, 1, 0, 0))?
    {
        return Ok(pc);
    }
    let b = vm.truth(v)?;
    Ok(branch(cx, b))
}

/// `Neg`, `Pos`, `Invert`
pub fn op_unary(vm: &mut Vm, cx: Cx) -> Step {
    let v = cx.reg(cx.b());
    let n = vm.names;
    let (method, symbol) = match cx.insn.op() {
        Op::Neg => (n.__neg__, "unary -"),
        Op::Pos => (n.__pos__, "unary +"),
        _ => (n.__invert__, "unary ~"),
    };
    if cx.insn.op() == Op::Neg {
        if let Some(i) = v.as_small_int() {
            let r = vm.new_int(-i);
            cx.set(cx.a(), r);
            return Ok(cx.after(1));
        }
        if let Some(f) = v.as_small_float() {
            let r = vm.new_float(-f);
            cx.set(cx.a(), r);
            return Ok(cx.after(1));
        }
    }
    if let Some(m) = vm.lookup_special(v, method)
        && m.kind() == Some(Kind::Function)
    {
        let flow = begin(vm, m, &[v], None, ret(Action::Store, 1, cx.a(), 0))?;
        return Ok(super::call::store(cx, flow, cx.a(), 1));
    }
    let r = vm.unary(method, symbol, v)?;
    cx.set(cx.a(), r);
    Ok(cx.after(1))
}

/// `Contains`
pub fn op_contains(vm: &mut Vm, cx: Cx) -> Step {
    let (v, container) = (cx.reg(cx.b()), cx.reg(cx.c()));
    let name = vm.names.__contains__;
    if container.shape_id() >= ids::FIRST_DYNAMIC
        && let Some(m) = vm.lookup_special(container, name)
        && m.kind() == Some(Kind::Function)
        && let Flow::Entered(pc) = begin(
            vm,
            m,
            &[container, v],
            None,
            ret(Action::Contains, 1, cx.a(), 0),
        )?
    {
        return Ok(pc);
    }
    if super::soft::loops(vm)
        && vm.runs_softly(container)
        && vm.lookup_special(container, name).is_none()
    {
        let word = ret(Action::Contains, 1, cx.a(), 0);
        if let Some(Flow::Entered(pc)) =
            super::soft::begin_named(vm, "contains", &[container, v], word)?
        {
            return Ok(pc);
        }
    }
    let b = vm.contains(container, v)?;
    cx.set(cx.a(), Value::bool(b != (cx.insn.x() != 0)));
    Ok(cx.after(1))
}
