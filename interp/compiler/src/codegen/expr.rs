//! Expressions: operands, operators, displays, attributes, items, names.
//!
//! `expr` evaluates into a given register, `operand` wherever it is cheapest. Both keep rule 1 of the parent module.

use super::regs::Reg;
use super::unit::Label;
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use crate::fold;
use rustpython_ast::{
    BoolOp, DictItem, Expr, ExprAttribute, ExprBinOp, ExprBoolOp, ExprSlice, ExprSubscript,
    Operator, UnaryOp,
};
use rustpython_text_size::TextRange;

/// Displays longer than this are built piece by piece, so that they need few registers.
const MAX_RUN: usize = 64;
/// Items of the longest list or set display whose constants CPython puts into one.
const LONG_DISPLAY: usize = 30;

/// Kind of a display that is built from adjacent registers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Display {
    Tuple,
    List,
    Set,
}

impl<'a> Compiler<'a> {
    /// Evaluates `expr` into `dst`.
    pub(super) fn expr(&mut self, expr: &'a Expr, dst: Reg) -> R {
        self.nested(expr, |c| c.expr_inner(expr, dst))
    }

    /// Evaluates `expr` into some register: a local where it is, else a new temporary.
    pub(super) fn operand(&mut self, expr: &'a Expr) -> R<Reg> {
        if let Some((reg, name, of_comp)) = self.local_of(expr) {
            self.at(expr);
            self.check_local(reg, &name, of_comp);
            return Ok(reg);
        }
        if let Expr::Named(e) = expr
            && let Some((reg, _, _)) = self.local_of(&e.target)
        {
            self.expr(&e.value, reg)?;
            return Ok(reg);
        }
        let reg = self.u().temp();
        self.expr(expr, reg)?;
        Ok(reg)
    }

    /// As `operand`, for a value that must survive the evaluation of further expressions.
    pub(super) fn operand_hold(&mut self, expr: &'a Expr) -> R<Reg> {
        let rebound = match self.local_of(expr) {
            Some((_, name, _)) => self.may_be_rebound(&name),
            None => expr.is_named_expr(),
        };
        if rebound {
            let reg = self.u().temp();
            self.expr(expr, reg)?;
            return Ok(reg);
        }
        self.operand(expr)
    }

    /// As `operand` for the first operand of an operation with result `dst`: a result that is a temporary holds it.
    pub(super) fn operand_in(&mut self, expr: &'a Expr, dst: Reg) -> R<Reg> {
        if self.u().regs.is_variable(dst) || self.local_of(expr).is_some() {
            return self.operand(expr);
        }
        self.expr(expr, dst)?;
        Ok(dst)
    }

    /// As `operand_in`, for a value that must survive the evaluation of further expressions.
    pub(super) fn operand_hold_in(&mut self, expr: &'a Expr, dst: Reg) -> R<Reg> {
        if self.u().regs.is_variable(dst) {
            return self.operand_hold(expr);
        }
        match self.local_of(expr) {
            Some((_, name, _)) if !self.may_be_rebound(&name) => self.operand(expr),
            _ => {
                self.expr(expr, dst)?;
                Ok(dst)
            }
        }
    }

    /// The first register of a run whose result goes to `dst`: `dst` itself if the run can start there.
    pub(super) fn run_start(&mut self, dst: Reg) -> Reg {
        match self.u().regs.is_top(dst) {
            true => dst,
            false => self.u().temp(),
        }
    }

    /// A register for the steps of an expression whose result goes to `dst`.
    pub(super) fn scratch(&mut self, dst: Reg) -> Reg {
        match self.u().regs.is_variable(dst) {
            true => self.u().temp(),
            false => dst,
        }
    }

    fn expr_inner(&mut self, expr: &'a Expr, dst: Reg) -> R {
        let foldable = matches!(
            expr,
            Expr::NoneLiteral(_)
                | Expr::BooleanLiteral(_)
                | Expr::EllipsisLiteral(_)
                | Expr::NumberLiteral(_)
                | Expr::StringLiteral(_)
                | Expr::BytesLiteral(_)
                | Expr::FString(_)
                | Expr::Tuple(_)
                | Expr::UnaryOp(_)
                | Expr::BinOp(_)
                | Expr::Subscript(_)
        );
        if foldable && let Some(value) = self.fold(expr) {
            self.at(expr);
            self.u().load_const(dst, value);
            return Ok(());
        }
        let mark = self.u().mark();
        self.expr_kind(expr, dst)?;
        self.u().release(mark);
        Ok(())
    }

    fn expr_kind(&mut self, expr: &'a Expr, dst: Reg) -> R {
        match expr {
            Expr::Name(e) => {
                self.at(e);
                self.load_name(&e.id, dst)
            }
            Expr::BinOp(e) => self.binary(e, dst),
            Expr::BoolOp(e) => self.bool_op(e, dst),
            Expr::UnaryOp(e) => {
                let operand = self.operand_in(&e.operand, dst)?;
                self.at(e);
                let op = match e.op {
                    UnaryOp::Invert => Op::Invert,
                    UnaryOp::Not => Op::Not,
                    UnaryOp::UAdd => Op::Pos,
                    UnaryOp::USub => Op::Neg,
                };
                self.u().emit(op, dst, operand, 0);
                Ok(())
            }
            Expr::Named(e) => {
                // The target may be the variable that `dst` is, or any other place.
                if let Some((reg, _, _)) = self.local_of(&e.target) {
                    self.expr(&e.value, reg)?;
                    self.at(e);
                    self.u().move_to(dst, reg);
                    return Ok(());
                }
                let value = self.operand(&e.value)?;
                self.store(&e.target, value)?;
                self.u().move_to(dst, value);
                Ok(())
            }
            Expr::If(e) => {
                let (orelse, end) = (self.u().label(), self.u().label());
                self.jump_if(&e.test, false, orelse)?;
                self.expr(&e.body, dst)?;
                self.u().jump(end);
                self.u().place(orelse);
                self.expr(&e.orelse, dst)?;
                self.u().place(end);
                Ok(())
            }
            Expr::Tuple(e) => self.display(Display::Tuple, &e.elts, dst, e.range),
            Expr::List(e) => self.display(Display::List, &e.elts, dst, e.range),
            Expr::Set(e) => self.display(Display::Set, &e.elts, dst, e.range),
            Expr::Dict(e) => self.dict(&e.items, dst, e.range),
            Expr::Attribute(e) => self.attribute(e, dst),
            Expr::Subscript(e) => self.subscript(e, dst),
            Expr::Slice(e) => self.slice_object(e, dst),
            Expr::Compare(e) => self.compare(e, dst),
            Expr::Call(e) => self.call(e, dst),
            Expr::Lambda(e) => self.lambda(e, dst),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.comprehension(expr, dst)
            }
            Expr::Await(e) => self.await_(e, dst),
            Expr::Yield(e) => self.yield_(e, dst),
            Expr::YieldFrom(e) => self.yield_from(e, dst),
            Expr::FString(e) => self.fstring(e, dst),
            Expr::TString(e) => self.tstring(e, dst),
            Expr::Starred(_) => self.error(expr, "can't use starred expression here"),
            _ => self.error(expr, "invalid syntax"),
        }
    }

    // ---- operators

    /// A binary operation; chains that lean left are taken apart in a loop.
    fn binary(&mut self, e: &'a ExprBinOp, dst: Reg) -> R {
        if self.percent_format(e, dst)? {
            return Ok(());
        }
        let mut spine = vec![e];
        let mut base: &'a Expr = &e.left;
        while let Expr::BinOp(left) = base {
            if self.fold(base).is_some() {
                break;
            }
            spine.push(left);
            base = &left.left;
        }
        let mut acc = self.operand_hold_in(base, dst)?;
        let scratch = match spine.len() {
            1 => dst,
            _ => self.scratch(dst),
        };
        let count = spine.len();
        for (i, node) in spine.into_iter().rev().enumerate() {
            let mark = self.u().mark();
            let target = if i + 1 == count { dst } else { scratch };
            self.binary_step(node.op, false, target, acc, &node.right, node.range)?;
            self.u().release(mark);
            acc = target;
            // A chain's value sits in a temporary, which nothing to the right can touch.
        }
        Ok(())
    }

    /// Emits `dst = left op right`, with an immediate where possible.
    pub(super) fn binary_step(
        &mut self,
        op: Operator,
        in_place: bool,
        dst: Reg,
        left: Reg,
        right: &'a Expr,
        range: TextRange,
    ) -> R {
        let x = in_place as u8;
        if let (Operator::Add | Operator::Sub, Some(value)) = (op, small_int(right)) {
            self.at(range);
            let op = if op == Operator::Add {
                Op::AddImm
            } else {
                Op::SubImm
            };
            self.u().emit_x(op, x, dst, left, value as u16);
            return Ok(());
        }
        let right = self.operand(right)?;
        self.at(range);
        self.u().emit_x(binary_op(op), x, dst, left, right);
        Ok(())
    }

    fn bool_op(&mut self, e: &'a ExprBoolOp, dst: Reg) -> R {
        let t = self.scratch(dst);
        let end = self.u().label();
        let Some((last, init)) = e.values.split_last() else {
            return self.error(e, "invalid syntax");
        };
        let stop_on = e.op == BoolOp::Or;
        for value in init {
            // A constant operand decides now.
            if let Some(constant) = self.fold(value) {
                if fold::truth(&constant) == stop_on {
                    self.at(value);
                    self.u().load_const(t, constant);
                    self.u().place(end);
                    self.u().move_to(dst, t);
                    return Ok(());
                }
                continue;
            }
            self.value_or_jump(value, t, stop_on, end)?;
        }
        self.expr(last, t)?;
        self.u().place(end);
        self.u().move_to(dst, t);
        Ok(())
    }

    /// The value of `expr` in `t`, and a jump to `target` if its truth is `when`. What an `and` or `or` inside has
    /// asked for its truth already is not asked again.
    fn value_or_jump(&mut self, expr: &'a Expr, t: Reg, when: bool, target: Label) -> R {
        self.nested(expr, |c| {
            let inner = match expr {
                Expr::BoolOp(e) if c.fold(expr).is_none() => e.values.split_last().zip(Some(e.op)),
                _ => None,
            };
            let Some(((last, init), op)) = inner else {
                c.expr(expr, t)?;
                c.at(expr);
                c.u().emit_jump(truth_jump(when), t, target);
                return Ok(());
            };
            let decisive = op == BoolOp::Or;
            let skip = c.u().label();
            let decided = if decisive == when { target } else { skip };
            for value in init {
                c.value_or_jump(value, t, decisive, decided)?;
            }
            c.value_or_jump(last, t, when, target)?;
            c.u().place(skip);
            Ok(())
        })
    }

    // ---- attributes and items

    fn attribute(&mut self, e: &'a ExprAttribute, dst: Reg) -> R {
        if self.super_attribute(e, dst, false)? {
            return Ok(());
        }
        // Chains of attributes are taken apart in a loop.
        let mut chain = vec![e];
        let mut base: &'a Expr = &e.value;
        while let Expr::Attribute(inner) = base {
            if self.is_super_call(&inner.value).is_some() {
                break;
            }
            chain.push(inner);
            base = &inner.value;
        }
        let mut object = self.operand_in(base, dst)?;
        let t = match chain.len() {
            1 => dst,
            _ => self.scratch(dst),
        };
        let count = chain.len();
        for (i, node) in chain.into_iter().rev().enumerate() {
            let target = if i + 1 == count { dst } else { t };
            let name = self.mangled(&node.attr.id);
            self.at(self.attribute_range(node));
            let id = self.u().name_id(&name);
            self.u().emit(Op::LoadAttr, target, object, id);
            object = target;
        }
        Ok(())
    }

    /// CPython points at the attribute's own line if the expression spans several.
    pub(super) fn attribute_range(&self, e: &ExprAttribute) -> TextRange {
        let line = |at: rustpython_text_size::TextSize| self.src.line_of(at.to_usize());
        match line(e.range.start()) == line(e.range.end()) {
            true => e.range,
            false => e.attr.range,
        }
    }

    fn subscript(&mut self, e: &'a ExprSubscript, dst: Reg) -> R {
        let object = self.operand_hold_in(&e.value, dst)?;
        if let Some(slice) = two_part_slice(&e.slice) {
            let bounds = self.slice_bounds(slice)?;
            self.at(e);
            self.u().emit(Op::LoadSlice, dst, object, bounds);
            return Ok(());
        }
        let index = self.operand(&e.slice)?;
        self.at(e);
        self.u().emit(Op::LoadSubscr, dst, object, index);
        Ok(())
    }

    /// Evaluates both bounds into two adjacent registers.
    pub(super) fn slice_bounds(&mut self, slice: &'a ExprSlice) -> R<Reg> {
        let first = self.u().temp();
        self.expr_or_none(slice.lower.as_deref(), first, slice.range)?;
        let second = self.u().temp();
        self.expr_or_none(slice.upper.as_deref(), second, slice.range)?;
        Ok(first)
    }

    pub(super) fn expr_or_none(&mut self, e: Option<&'a Expr>, dst: Reg, range: TextRange) -> R {
        match e {
            Some(e) => self.expr(e, dst),
            None => {
                self.at(range);
                self.u().load_const(dst, Const::None);
                Ok(())
            }
        }
    }

    fn slice_object(&mut self, e: &'a ExprSlice, dst: Reg) -> R {
        let mut parts = Vec::new();
        for part in [&e.lower, &e.upper, &e.step] {
            parts.push(match part {
                Some(part) => self.fold(part),
                None => Some(Const::None),
            });
        }
        if let [Some(lower), Some(upper), Some(step)] = &parts[..] {
            let value = Const::Slice(Box::new([lower.clone(), upper.clone(), step.clone()]));
            self.at(e);
            self.u().load_const(dst, value);
            return Ok(());
        }
        let first = self.slice_bounds(e)?;
        let mut count = 2;
        if let Some(step) = &e.step {
            let third = self.u().temp();
            self.expr(step, third)?;
            count = 3;
        }
        self.at(e);
        self.u().emit(Op::BuildSlice, dst, first, count);
        Ok(())
    }

    // ---- displays

    /// Evaluates `items` into adjacent new registers; the first one.
    pub(super) fn run(&mut self, items: &'a [Expr]) -> R<Reg> {
        let first = self.u().temps(0);
        for item in items {
            let reg = self.u().temp();
            self.expr(item, reg)?;
        }
        Ok(first)
    }

    /// As `run`, starting in `dst` if that is possible.
    fn run_in(&mut self, items: &'a [Expr], dst: Reg) -> R<Reg> {
        let Some((head, tail)) = items.split_first() else {
            return Ok(dst);
        };
        let first = self.run_start(dst);
        self.expr(head, first)?;
        self.run(tail)?;
        Ok(first)
    }

    pub(super) fn display(
        &mut self,
        kind: Display,
        items: &'a [Expr],
        dst: Reg,
        range: TextRange,
    ) -> R {
        let starred = items.iter().any(Expr::is_starred_expr);
        if !starred && items.len() <= MAX_RUN {
            if kind != Display::Tuple
                && items.len() >= 3
                && self.constant_display(kind, items, dst, range)
            {
                return Ok(());
            }
            let first = self.run_in(items, dst)?;
            self.at(range);
            let op = match kind {
                Display::Tuple => Op::BuildTuple,
                Display::List => Op::BuildList,
                Display::Set => Op::BuildSet,
            };
            self.u().emit(op, dst, first, items.len() as u16);
            return Ok(());
        }
        if kind != Display::Tuple && !starred && self.constant_display(kind, items, dst, range) {
            return Ok(());
        }
        let t = self.scratch(dst);
        let build = if kind == Display::Set {
            Display::Set
        } else {
            Display::List
        };
        self.collect(build, items, t, range)?;
        if kind == Display::Tuple {
            self.at(range);
            self.u().emit(Op::ListToTuple, dst, t, 0);
        } else {
            self.u().move_to(dst, t);
        }
        Ok(())
    }

    /// A display of constants is an empty one extended by a constant tuple or frozenset.
    fn constant_display(
        &mut self,
        kind: Display,
        items: &'a [Expr],
        dst: Reg,
        range: TextRange,
    ) -> bool {
        let values: Option<Vec<Const>> = items.iter().map(|e| self.fold(e)).collect();
        let Some(values) = values else { return false };
        let t = self.scratch(dst);
        self.at(range);
        let source = self.u().temp();
        let (build, extend, value) = match kind {
            // The order of a set's elements tells how it was made; CPython adds the elements of long displays singly.
            Display::Set if items.len() > LONG_DISPLAY => {
                (Op::BuildSet, Op::SetUpdate, Const::Tuple(values))
            }
            Display::Set => (Op::BuildSet, Op::SetUpdate, Const::FrozenSet(values)),
            _ => (Op::BuildList, Op::ListExtend, Const::Tuple(values)),
        };
        self.u().emit(build, t, 0, 0);
        self.u().load_const(source, value);
        self.u().emit(extend, t, source, 0);
        self.u().move_to(dst, t);
        true
    }

    /// Builds a list or set in `acc` item by item, stars included.
    pub(super) fn collect(
        &mut self,
        kind: Display,
        items: &'a [Expr],
        acc: Reg,
        range: TextRange,
    ) -> R {
        let (build, add, extend) = match kind {
            Display::Set => (Op::BuildSet, Op::SetAdd, Op::SetUpdate),
            _ => (Op::BuildList, Op::ListAppend, Op::ListExtend),
        };
        let head = items
            .iter()
            .take(MAX_RUN)
            .take_while(|e| !e.is_starred_expr())
            .count();
        let (head, tail) = items.split_at(head);
        let mark = self.u().mark();
        let first = self.run(head)?;
        self.at(range);
        self.u().emit(build, acc, first, head.len() as u16);
        self.u().release(mark);
        for item in tail {
            let mark = self.u().mark();
            match item {
                Expr::Starred(e) => {
                    let value = self.operand(&e.value)?;
                    self.at(range);
                    self.u().emit_x(extend, 1, acc, value, 0);
                }
                _ => {
                    let value = self.operand(item)?;
                    self.at(range);
                    self.u().emit(add, acc, value, 0);
                }
            }
            self.u().release(mark);
        }
        Ok(())
    }

    fn dict(&mut self, items: &'a [DictItem], dst: Reg, range: TextRange) -> R {
        let head = items
            .iter()
            .take(MAX_RUN / 2)
            .take_while(|i| i.key.is_some())
            .count();
        let (head, tail) = items.split_at(head);
        let t = match tail.is_empty() {
            true => dst,
            false => self.scratch(dst),
        };
        let mark = self.u().mark();
        let first = self.u().temps(0);
        for item in head {
            let key = self.u().temp();
            if let Some(e) = &item.key {
                self.expr(e, key)?;
            }
            let value = self.u().temp();
            self.expr(&item.value, value)?;
        }
        self.at(range);
        self.u().emit(Op::BuildMap, t, first, head.len() as u16);
        self.u().release(mark);
        for item in tail {
            let mark = self.u().mark();
            match &item.key {
                Some(key) => {
                    let key = self.operand_hold(key)?;
                    let value = self.operand(&item.value)?;
                    self.at(range);
                    self.u().emit(Op::DictSet, t, key, value);
                }
                None => {
                    let value = self.operand(&item.value)?;
                    self.at(range);
                    self.u().emit(Op::DictUpdate, t, value, 0);
                }
            }
            self.u().release(mark);
        }
        self.u().move_to(dst, t);
        Ok(())
    }

    /// Evaluates an expression statement, whose value is not used.
    pub(super) fn discard(&mut self, expr: &'a Expr) -> R {
        if self.fold(expr).is_some() {
            return Ok(());
        }
        let mark = self.u().mark();
        self.operand(expr)?;
        self.u().release(mark);
        Ok(())
    }

    /// Jumps to `target` if the value in `reg` is true (or false).
    pub(super) fn jump_on(&mut self, reg: Reg, when: bool, target: Label) {
        self.u().emit_jump(truth_jump(when), reg, target);
    }
}

/// The conditional jump on a register's truth.
pub(super) fn truth_jump(when: bool) -> Op {
    if when {
        Op::JumpIfTrue
    } else {
        Op::JumpIfFalse
    }
}

/// The value of a small integer literal, possibly negated.
pub(super) fn small_int(expr: &Expr) -> Option<i16> {
    match expr {
        Expr::NumberLiteral(e) => match &e.value {
            rustpython_ast::Number::Int(int) => i16::try_from(int.as_i64()?).ok(),
            _ => None,
        },
        Expr::UnaryOp(e) if e.op == UnaryOp::USub => match &*e.operand {
            Expr::NumberLiteral(_) => small_int(&e.operand)?.checked_neg(),
            _ => None,
        },
        _ => None,
    }
}

/// A slice without a step.
pub(super) fn two_part_slice(expr: &Expr) -> Option<&ExprSlice> {
    match expr {
        Expr::Slice(slice) if slice.step.is_none() => Some(slice),
        _ => None,
    }
}

fn binary_op(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}
