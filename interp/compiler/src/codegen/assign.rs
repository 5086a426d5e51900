//! Assignment: targets, unpacking, augmented assignment, deletion.

use super::expr::two_part_slice;
use super::regs::Reg;
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use rustpython_ast::{Expr, ExprAttribute, ExprContext, StmtAnnAssign, StmtAssign, StmtAugAssign};
use rustpython_text_size::{Ranged, TextRange};

impl<'a> Compiler<'a> {
    pub(super) fn assign(&mut self, s: &'a StmtAssign) -> R {
        let mark = self.u().mark();
        if let [target] = &s.targets[..] {
            if let Some((reg, _, _)) = self.local_of(target) {
                return self.expr(&s.value, reg);
            }
            if self.assign_parallel(target, &s.value)? {
                self.u().release(mark);
                return Ok(());
            }
        }
        // The targets are evaluated after the value, so a local may not be used in place if they can rebind it.
        let simple = s
            .targets
            .iter()
            .all(|t| matches!(t, Expr::Attribute(_) | Expr::Subscript(_)));
        let value = match simple || s.targets.len() == 1 {
            true => self.operand_hold(&s.value)?,
            false => {
                let reg = self.u().temp();
                self.expr(&s.value, reg)?;
                reg
            }
        };
        for target in &s.targets {
            self.store(target, value)?;
        }
        self.u().release(mark);
        Ok(())
    }

    /// `a, b = x, y` without a tuple; whether it applied.
    fn assign_parallel(&mut self, target: &'a Expr, value: &'a Expr) -> R<bool> {
        let targets = match target {
            Expr::Tuple(e) => &e.elts,
            Expr::List(e) => &e.elts,
            _ => return Ok(false),
        };
        let Expr::Tuple(values) = value else {
            return Ok(false);
        };
        let values = &values.elts;
        let starred = targets.iter().chain(values).any(Expr::is_starred_expr);
        if starred || targets.len() != values.len() || targets.is_empty() || targets.len() > 16 {
            return Ok(false);
        }
        let locals: Option<Vec<Reg>> = targets
            .iter()
            .map(|t| self.local_of(t).map(|(reg, _, _)| reg))
            .collect();
        let distinct = |regs: &Vec<Reg>| (1..regs.len()).all(|i| !regs[..i].contains(&regs[i]));
        match locals {
            Some(regs) if distinct(&regs) => self.assign_locals(&regs, values)?,
            _ => {
                let first = self.run(values)?;
                for (i, target) in targets.iter().enumerate() {
                    self.store(target, first + i as u16)?;
                }
            }
        }
        Ok(true)
    }

    /// Parallel assignment to distinct locals: the last value goes straight to its place, for nothing can fail any more.
    fn assign_locals(&mut self, regs: &[Reg], values: &'a [Expr]) -> R {
        let mut sources = Vec::new();
        let Some((last, init)) = values.split_last() else {
            return Ok(());
        };
        for value in init {
            let in_place = self
                .local_of(value)
                .is_some_and(|(reg, name, _)| !regs.contains(&reg) && !self.may_be_rebound(&name));
            sources.push(match in_place {
                true => self.operand(value)?,
                false => {
                    let reg = self.u().temp();
                    self.expr(value, reg)?;
                    reg
                }
            });
        }
        self.expr(last, regs[regs.len() - 1])?;
        for (reg, source) in regs.iter().zip(sources) {
            self.u().move_to(*reg, source);
        }
        Ok(())
    }

    /// Stores `src` in a target.
    pub(super) fn store(&mut self, target: &'a Expr, src: Reg) -> R {
        self.nested(target, |c| {
            let mark = c.u().mark();
            c.store_inner(target, src)?;
            c.u().release(mark);
            Ok(())
        })
    }

    fn store_inner(&mut self, target: &'a Expr, src: Reg) -> R {
        match target {
            Expr::Name(e) => {
                self.at(e);
                self.store_name(&e.id, src)
            }
            Expr::Attribute(e) => {
                let object = self.operand(&e.value)?;
                self.note_static_attribute(e);
                let name = self.mangled(&e.attr.id);
                self.at(self.attribute_range(e));
                let id = self.u().name_id(&name);
                self.u().emit(Op::StoreAttr, object, src, id);
                Ok(())
            }
            Expr::Subscript(e) => {
                let object = self.operand_hold(&e.value)?;
                if let Some(slice) = two_part_slice(&e.slice) {
                    let bounds = self.slice_bounds(slice)?;
                    self.at(e);
                    self.u().emit(Op::StoreSlice, object, src, bounds);
                    return Ok(());
                }
                let index = self.operand(&e.slice)?;
                self.at(e);
                self.u().emit(Op::StoreSubscr, object, index, src);
                Ok(())
            }
            Expr::Tuple(e) => self.unpack(&e.elts, src, e.range),
            Expr::List(e) => self.unpack(&e.elts, src, e.range),
            Expr::Starred(_) => self.error(
                target,
                "starred assignment target must be in a list or tuple",
            ),
            _ => self.error(target, "cannot assign to expression"),
        }
    }

    fn unpack(&mut self, targets: &'a [Expr], src: Reg, range: TextRange) -> R {
        let star = targets.iter().position(Expr::is_starred_expr);
        let star_count = targets.iter().filter(|t| t.is_starred_expr()).count();
        if star_count > 1 {
            return self.error(range, "multiple starred expressions in assignment");
        }
        if star.is_some_and(|star| star >= 256) {
            return self.error(range, "too many expressions in star-unpacking assignment");
        }
        let direct = self.adjacent_locals(targets);
        let first = match direct {
            Some(first) => first,
            None => self.u().temps(targets.len()),
        };
        self.at(range);
        match star {
            None => self
                .u()
                .emit(Op::UnpackSeq, first, src, targets.len() as u16),
            Some(star) => {
                let after = (targets.len() - star - 1) as u32;
                self.u()
                    .emit_ext(Op::UnpackEx, 0, first, src, star as u16, after);
            }
        }
        if direct.is_some() {
            return Ok(());
        }
        for (i, target) in targets.iter().enumerate() {
            let target = match target {
                Expr::Starred(e) => &*e.value,
                _ => target,
            };
            self.store(target, first + i as u16)?;
        }
        Ok(())
    }

    /// The first register, if the targets are locals in adjacent ascending registers.
    fn adjacent_locals(&self, targets: &[Expr]) -> Option<Reg> {
        let mut first = None;
        for (i, target) in targets.iter().enumerate() {
            let target = match target {
                Expr::Starred(e) => &*e.value,
                _ => target,
            };
            let (reg, _, _) = self.local_of(target)?;
            match first {
                None => first = Some(reg),
                Some(first) if usize::from(reg) == usize::from(first) + i => {}
                Some(_) => return None,
            }
        }
        first
    }

    /// Collects `self.x = ...` in methods for the class's `__static_attributes__`.
    fn note_static_attribute(&mut self, e: &ExprAttribute) {
        let on_self = matches!(&*e.value, Expr::Name(name) if name.id == *"self");
        if !on_self {
            return;
        }
        let Some(class) = self.enclosing_class_unit() else {
            return;
        };
        if class + 1 < self.units.len() {
            let name = e.attr.id.clone();
            self.units[class].static_attributes.insert(name);
        }
    }

    pub(super) fn aug_assign(&mut self, s: &'a StmtAugAssign) -> R {
        let mark = self.u().mark();
        match &*s.target {
            Expr::Name(e) => {
                if let Some((reg, name, of_comp)) = self.local_of(&s.target) {
                    self.at(e);
                    self.check_local(reg, &name, of_comp);
                    let mut left = reg;
                    if self.may_be_rebound(&name) {
                        left = self.u().temp();
                        self.u().move_to(left, reg);
                    }
                    self.binary_step(s.op, true, reg, left, &s.value, s.range)?;
                } else {
                    let t = self.u().temp();
                    self.at(e);
                    self.load_name(&e.id, t)?;
                    self.binary_step(s.op, true, t, t, &s.value, s.range)?;
                    self.at(e);
                    self.store_name(&e.id, t)?;
                }
            }
            Expr::Attribute(e) => {
                let object = self.operand_hold(&e.value)?;
                let name = self.mangled(&e.attr.id);
                let range = self.attribute_range(e);
                self.at(range);
                let id = self.u().name_id(&name);
                let t = self.u().temp();
                self.u().emit(Op::LoadAttr, t, object, id);
                self.binary_step(s.op, true, t, t, &s.value, s.range)?;
                self.at(range);
                self.u().emit(Op::StoreAttr, object, t, id);
                self.note_static_attribute(e);
            }
            Expr::Subscript(e) => {
                let object = self.operand_hold(&e.value)?;
                let slice = two_part_slice(&e.slice);
                let index = match slice {
                    Some(slice) => self.slice_bounds(slice)?,
                    None => self.operand_hold(&e.slice)?,
                };
                let t = self.u().temp();
                self.at(e);
                let load = if slice.is_some() {
                    Op::LoadSlice
                } else {
                    Op::LoadSubscr
                };
                self.u().emit(load, t, object, index);
                self.binary_step(s.op, true, t, t, &s.value, s.range)?;
                self.at(e);
                match slice {
                    Some(_) => self.u().emit(Op::StoreSlice, object, t, index),
                    None => self.u().emit(Op::StoreSubscr, object, index, t),
                }
            }
            target => return self.error(target, "illegal expression for augmented assignment"),
        }
        self.u().release(mark);
        Ok(())
    }

    pub(super) fn ann_assign(&mut self, s: &'a StmtAnnAssign) -> R {
        if let Some(value) = &s.value {
            let mark = self.u().mark();
            match self.local_of(&s.target) {
                Some((reg, _, _)) => self.expr(value, reg)?,
                None => {
                    let value = self.operand_hold(value)?;
                    self.store(&s.target, value)?;
                }
            }
            self.u().release(mark);
        }
        if s.target.is_name_expr() {
            return if s.simple {
                self.variable_annotation(s)
            } else {
                Ok(())
            };
        }
        if s.value.is_none() {
            self.evaluate_target_parts(&s.target)?;
        }
        Ok(())
    }

    /// `a.b: T` and `a[i]: T` evaluate `a` and `i`, but not the attribute or item.
    fn evaluate_target_parts(&mut self, target: &'a Expr) -> R {
        match target {
            Expr::Attribute(e) => self.discard(&e.value),
            Expr::Subscript(e) => {
                self.discard(&e.value)?;
                match &*e.slice {
                    Expr::Slice(slice) => [&slice.lower, &slice.upper, &slice.step]
                        .into_iter()
                        .flatten()
                        .try_for_each(|part| self.discard(part)),
                    index => self.discard(index),
                }
            }
            _ => Ok(()),
        }
    }

    pub(super) fn delete(&mut self, target: &'a Expr) -> R {
        let mark = self.u().mark();
        match target {
            Expr::Name(e) => {
                self.at(e);
                self.name_op(&e.id, ExprContext::Del, 0)?;
            }
            Expr::Attribute(e) => {
                let object = self.operand(&e.value)?;
                let name = self.mangled(&e.attr.id);
                self.at(self.attribute_range(e));
                let id = self.u().name_id(&name);
                self.u().emit(Op::DelAttr, object, 0, id);
            }
            Expr::Subscript(e) => {
                let object = self.operand_hold(&e.value)?;
                let index = self.operand(&e.slice)?;
                self.at(e);
                self.u().emit(Op::DelSubscr, object, index, 0);
            }
            Expr::Tuple(e) => e.elts.iter().try_for_each(|t| self.delete(t))?,
            Expr::List(e) => e.elts.iter().try_for_each(|t| self.delete(t))?,
            _ => return self.error(target.range(), "cannot delete expression"),
        }
        self.u().release(mark);
        Ok(())
    }

    /// Loads None into a new temporary.
    pub(super) fn none(&mut self) -> Reg {
        let reg = self.u().temp();
        self.u().load_const(reg, Const::None);
        reg
    }
}
