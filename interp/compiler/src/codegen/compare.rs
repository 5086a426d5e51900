//! Comparisons, and conditions as control flow.
//!
//! A condition is never made into a bool first: `and`, `or`, `not`, comparisons and constants become jumps.

use super::expr::{small_int, truth_jump};
use super::regs::Reg;
use super::unit::{Label, NO_LABEL};
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use crate::fold;
use rustpython_ast::{BoolOp, CmpOp, Expr, ExprCompare, UnaryOp};
use rustpython_text_size::TextRange;

impl<'a> Compiler<'a> {
    /// Jumps to `target` if `expr` is true (`when`) or false, else falls through.
    pub(super) fn jump_if(&mut self, expr: &'a Expr, when: bool, target: Label) -> R {
        self.nested(expr, |c| {
            let mark = c.u().mark();
            c.condition(expr, when, target)?;
            c.u().release(mark);
            Ok(())
        })
    }

    fn condition(&mut self, expr: &'a Expr, when: bool, target: Label) -> R {
        if let Some(value) = self.fold(expr) {
            if fold::truth(&value) == when {
                self.u().jump(target);
            }
            return Ok(());
        }
        match expr {
            Expr::UnaryOp(e) if e.op == UnaryOp::Not => self.jump_if(&e.operand, !when, target),
            Expr::BoolOp(e) => {
                let Some((last, init)) = e.values.split_last() else {
                    return Ok(());
                };
                // `or` is decided by a true operand, `and` by a false one.
                let decisive = e.op == BoolOp::Or;
                if decisive == when {
                    for value in &e.values {
                        self.jump_if(value, when, target)?;
                    }
                    return Ok(());
                }
                let skip = self.u().label();
                for value in init {
                    self.jump_if(value, decisive, skip)?;
                }
                self.jump_if(last, when, target)?;
                self.u().place(skip);
                Ok(())
            }
            Expr::If(e) => {
                let (orelse, end) = (self.u().label(), self.u().label());
                self.jump_if(&e.test, false, orelse)?;
                self.jump_if(&e.body, when, target)?;
                self.u().jump(end);
                self.u().place(orelse);
                self.jump_if(&e.orelse, when, target)?;
                self.u().place(end);
                Ok(())
            }
            Expr::Compare(e) => self.compare_jump(e, when, target),
            _ => {
                let value = self.operand(expr)?;
                self.at(expr);
                self.u().emit_jump(truth_jump(when), value, target);
                Ok(())
            }
        }
    }

    fn compare_jump(&mut self, e: &'a ExprCompare, when: bool, target: Label) -> R {
        let count = e.comparators.len();
        let skip = self.u().label();
        let mut left = self.comparand(&e.left)?;
        for (i, (op, right)) in e.ops.iter().zip(&e.comparators).enumerate() {
            let last = i + 1 == count;
            let (when, target) = match (last, when) {
                (true, _) => (when, target),
                (false, true) => (false, skip),
                (false, false) => (false, target),
            };
            left = self.compare_step_jump(*op, left, right, last, (when, target), e.range)?;
        }
        self.u().place(skip);
        Ok(())
    }

    /// One comparison that jumps; the register of the right side.
    fn compare_step_jump(
        &mut self,
        op: CmpOp,
        left: Reg,
        right: &'a Expr,
        last: bool,
        (when, target): (bool, Label),
        range: TextRange,
    ) -> R<Reg> {
        let is_none = right.is_none_literal_expr() && last;
        if is_none && matches!(op, CmpOp::Is | CmpOp::IsNot) {
            self.at(range);
            let jump = match (op == CmpOp::Is) == when {
                true => Op::JumpIfNone,
                false => Op::JumpIfNotNone,
            };
            self.u().emit_jump(jump, left, target);
            return Ok(left);
        }
        if let (true, Some(value), Some((_, imm))) = (last, small_int(right), fused(op)) {
            self.at(range);
            self.u()
                .emit_ins(imm, when as u8, 0, left, value as u16, 0, target);
            return Ok(left);
        }
        let right = self.right_side(op, right, last)?;
        self.at(range);
        if let Some((jump, _)) = fused(op) {
            self.u()
                .emit_ins(jump, when as u8, 0, left, right, 0, target);
        } else {
            let t = self.u().temp();
            self.compare_op(op, t, left, right);
            self.u().emit_jump(truth_jump(when), t, target);
        }
        Ok(right)
    }

    /// Evaluates a comparison into `dst`.
    pub(super) fn compare(&mut self, e: &'a ExprCompare, dst: Reg) -> R {
        let left = self.operand_hold_in(&e.left, dst)?;
        if let ([op], [right]) = (&*e.ops, &*e.comparators) {
            let right = self.right_side(*op, right, true)?;
            self.at(e);
            self.compare_op(*op, dst, left, right);
            return Ok(());
        }
        let t = self.scratch(dst);
        let end = self.u().label();
        let count = e.comparators.len();
        let mut left = left;
        for (i, (op, right)) in e.ops.iter().zip(&e.comparators).enumerate() {
            let last = i + 1 == count;
            let right = self.right_side(*op, right, last)?;
            self.at(e);
            self.compare_op(*op, t, left, right);
            if !last {
                self.u().emit_jump(Op::JumpIfFalse, t, end);
            }
            left = right;
        }
        self.u().place(end);
        self.u().move_to(dst, t);
        Ok(())
    }

    fn comparand(&mut self, e: &'a Expr) -> R<Reg> {
        self.operand_hold(e)
    }

    /// The right operand; a display of constants after the last `in` is a constant tuple or frozenset (an earlier one is
    /// compared itself).
    fn right_side(&mut self, op: CmpOp, e: &'a Expr, last: bool) -> R<Reg> {
        if last
            && matches!(op, CmpOp::In | CmpOp::NotIn)
            && let Some(value) = self.constant_container(e)
        {
            self.at(e);
            let reg = self.u().temp();
            self.u().load_const(reg, value);
            return Ok(reg);
        }
        if last {
            self.operand(e)
        } else {
            self.operand_hold(e)
        }
    }

    /// The constant that stands for a list or set display that is only looked into or iterated over.
    pub(super) fn constant_container(&self, e: &Expr) -> Option<Const> {
        let (items, set) = match e {
            Expr::List(e) => (&e.elts, false),
            Expr::Set(e) => (&e.elts, true),
            _ => return None,
        };
        let values: Option<Vec<Const>> = items.iter().map(|e| self.fold(e)).collect();
        Some(match set {
            true => Const::FrozenSet(values?),
            false => Const::Tuple(values?),
        })
    }

    fn compare_op(&mut self, op: CmpOp, dst: Reg, left: Reg, right: Reg) {
        let (op, x) = match op {
            CmpOp::Eq => (Op::Eq, 0),
            CmpOp::NotEq => (Op::Ne, 0),
            CmpOp::Lt => (Op::Lt, 0),
            CmpOp::LtE => (Op::Le, 0),
            CmpOp::Gt => (Op::Gt, 0),
            CmpOp::GtE => (Op::Ge, 0),
            CmpOp::Is => (Op::Is, 0),
            CmpOp::IsNot => (Op::Is, 1),
            CmpOp::In => (Op::Contains, 0),
            CmpOp::NotIn => (Op::Contains, 1),
        };
        self.u().emit_ins(op, x, dst, left, right, 0, NO_LABEL);
    }
}

/// The jumps fused with a comparison: with a register and with an immediate.
fn fused(op: CmpOp) -> Option<(Op, Op)> {
    Some(match op {
        CmpOp::Eq => (Op::EqJump, Op::EqImmJump),
        CmpOp::NotEq => (Op::NeJump, Op::NeImmJump),
        CmpOp::Lt => (Op::LtJump, Op::LtImmJump),
        CmpOp::LtE => (Op::LeJump, Op::LeImmJump),
        CmpOp::Gt => (Op::GtJump, Op::GtImmJump),
        CmpOp::GtE => (Op::GeJump, Op::GeImmJump),
        _ => return None,
    })
}
