//! Annotations (PEP 649): functions that compute them when somebody asks.
//!
//! An annotation function takes the format wanted. VALUE and VALUE_WITH_FAKE_GLOBALS it computes, everything else is
//! up to `annotationlib`. With `from __future__ import annotations` the values are strings.

use super::regs::Reg;
use super::unit::UnitKind;
use super::{Compiler, R, unparse};
use crate::bytecode::{CodeUnit, Const, Op};
use crate::symtable::{Part, ScopeId, key};
use rustpython_ast::name::Name;
use rustpython_ast::{Expr, Identifier, StmtAnnAssign, StmtFunctionDef};
use rustpython_text_size::{Ranged, TextRange, TextSize};

/// The highest format that annotation code computes itself.
const VALUE_WITH_FAKE_GLOBALS: u16 = 2;
const CONDITIONAL: &str = "__conditional_annotations__";

impl<'a> Compiler<'a> {
    /// Starts a unit that takes a format.
    pub(super) fn enter_annotation(&mut self, scope: ScopeId, name: &str, start: TextSize) {
        self.enter_unit(scope, UnitKind::Annotations, name, start);
        let u = self.u();
        (u.argcount, u.posonlyargcount) = (1, 1);
        let known = u.label();
        let format = u.locals.get(".format").copied().unwrap_or(0);
        let (op, limit) = (Op::LeImmJump, VALUE_WITH_FAKE_GLOBALS);
        u.emit_ins(op, 1, 0, format, limit, 0, known);
        let mark = u.mark();
        let error = u.temp();
        u.emit(Op::LoadCommon, error, 1, 0);
        u.emit_x(Op::Raise, 1, error, 0, 0);
        u.release(mark);
        u.place(known);
    }

    /// Ends such a unit. Inside, the parameter has a name that no annotation can use.
    pub(super) fn leave_annotation(&mut self) -> R<CodeUnit> {
        let mut code = self.leave_unit()?;
        if let Some(name) = code.varnames.first_mut() {
            *name = "format".to_owned();
        }
        Ok(code)
    }

    /// The annotation function of a function, if it has annotations.
    pub(super) fn function_annotations(
        &mut self,
        def: &'a StmtFunctionDef,
        range: TextRange,
    ) -> R<Option<Reg>> {
        let Some(scope) = self.table.find(key(def, Part::Annotations)) else {
            return Ok(None);
        };
        let dst = self.u().temp();
        self.enter_annotation(scope, "__annotate__", range.start());
        let of_function = format!("{}.__annotate__", def.name.id);
        let qualname = self.u().qualname.replacen("__annotate__", &of_function, 1);
        self.u().qualname = qualname;
        let acc = self.u().temp();
        self.u().emit(Op::BuildMap, acc, acc, 0);
        let params = &def.parameters;
        let plain = params
            .args
            .iter()
            .chain(&params.posonlyargs)
            .map(|p| &p.parameter);
        let vararg = params.vararg.as_deref().into_iter();
        let kwonly = params.kwonlyargs.iter().map(|p| &p.parameter);
        let kwarg = params.kwarg.as_deref().into_iter();
        for param in plain.chain(vararg).chain(kwonly).chain(kwarg) {
            if let Some(annotation) = &param.annotation {
                self.annotation_item(acc, &param.name.id, annotation)?;
            }
        }
        if let Some(returns) = &def.returns {
            self.annotation_item(acc, &Name::new_static("return"), returns)?;
        }
        self.at(range);
        self.u().emit(Op::Return, acc, 0, 0);
        let code = self.leave_annotation()?;
        self.at(range);
        self.make_closure(code, dst);
        Ok(Some(dst))
    }

    fn annotation_item(&mut self, acc: Reg, name: &Name, annotation: &'a Expr) -> R {
        let mark = self.u().mark();
        let value = self.annotation_value(annotation)?;
        let key = self.u().temp();
        let name = self.mangled(name);
        self.at(annotation);
        self.u().load_str(key, &name);
        self.u().emit(Op::DictSet, acc, key, value);
        self.u().release(mark);
        Ok(())
    }

    fn annotation_value(&mut self, annotation: &'a Expr) -> R<Reg> {
        if self.future_annotations {
            let reg = self.u().temp();
            self.annotation_text(annotation, reg);
            return Ok(reg);
        }
        let Expr::Starred(star) = annotation else {
            return self.operand(annotation);
        };
        // `*args: *Ts`
        let reg = self.u().temp();
        self.expr(&star.value, reg)?;
        self.at(annotation);
        self.u().emit(Op::UnpackSeq, reg, reg, 1);
        Ok(reg)
    }

    fn annotation_text(&mut self, annotation: &Expr, dst: Reg) {
        let text = unparse::unparse(self.src, annotation);
        self.at(annotation);
        self.u().load_const(dst, Const::Str(text.into()));
    }

    /// The annotation of a variable of a module or class.
    pub(super) fn variable_annotation(&mut self, s: &'a StmtAnnAssign) -> R {
        let kind = self.unit().kind;
        if !matches!(kind, UnitKind::Module | UnitKind::Class) {
            return Ok(());
        }
        let Expr::Name(target) = &*s.target else {
            return Ok(());
        };
        if self.future_annotations {
            let run = self.u().temps(3);
            self.annotation_text(&s.annotation, run);
            self.load_place(&Name::new_static("__annotations__"), run + 1);
            let name = self.mangled(&target.id);
            self.u().load_str(run + 2, &name);
            self.u().emit(Op::StoreSubscr, run + 1, run + 2, run);
            return Ok(());
        }
        let conditional = kind == UnitKind::Module || self.unit().conditional;
        let known = self
            .unit()
            .annotations
            .iter()
            .find(|(k, _)| std::ptr::eq(*k, s));
        let index = match known {
            // The second copy of a finally body.
            Some((_, index)) => *index,
            None => {
                let u = self.u();
                let index = conditional.then_some(u.next_conditional);
                u.next_conditional += conditional as u32;
                u.annotations.push((s, index));
                index
            }
        };
        if let Some(index) = index {
            let (set, number) = (self.u().temp(), self.u().temp());
            self.at(s);
            match self.u().cells.get(CONDITIONAL).copied() {
                Some(cell) => self.u().emit_x(Op::LoadCell, 0, set, cell.reg, cell.index),
                None => self.load_place(&Name::new_static(CONDITIONAL), set),
            }
            self.u().load_const(number, Const::Int(i64::from(index)));
            self.u().emit(Op::SetAdd, set, number, 0);
        }
        Ok(())
    }

    /// Emits the setup of a module's annotations at `start`, before its first statement.
    pub(super) fn module_annotations(&mut self, start: usize) -> R {
        if self.future_annotations || self.unit().annotations.is_empty() {
            return Ok(());
        }
        let from = self.u().ins.len();
        let saved = self.u().loc;
        self.u().loc = Some(TextRange::empty(TextSize::new(0)));
        let mark = self.u().mark();
        let t = self.u().temp();
        if self.scope_of(self.table.top()).has_conditional_annotations {
            self.u().emit(Op::BuildSet, t, t, 0);
            self.store_name(&Name::new_static(CONDITIONAL), t)?;
        }
        self.deferred_annotations(t)?;
        self.store_name(&Name::new_static("__annotate__"), t)?;
        let u = self.u();
        u.release(mark);
        u.loc = saved;
        let setup = u.ins.split_off(from);
        let count = setup.len() as u32;
        u.ins.splice(start..start, setup);
        for label in &mut u.labels {
            if *label != u32::MAX && *label >= start as u32 {
                *label += count;
            }
        }
        Ok(())
    }

    pub(super) fn class_annotations(&mut self) -> R {
        if self.future_annotations || self.unit().annotations.is_empty() {
            return Ok(());
        }
        let mark = self.u().mark();
        let t = self.u().temp();
        self.deferred_annotations(t)?;
        self.class_name("__annotate_func__", t);
        self.u().release(mark);
        Ok(())
    }

    /// Makes the annotation function of a module or class in `dst`.
    fn deferred_annotations(&mut self, dst: Reg) -> R {
        let items = std::mem::take(&mut self.u().annotations);
        let owner = self.unit().scope;
        let Some(scope) = self.table.find((owner.0 as usize, Part::Annotations)) else {
            return Err(crate::errors::SyntaxError::bare("unknown scope"));
        };
        let start = self.scope_of(owner).range.start();
        self.enter_annotation(scope, "__annotate__", start);
        let acc = self.u().temp();
        self.u().emit(Op::BuildMap, acc, acc, 0);
        for (s, index) in items {
            let skip = self.u().label();
            self.at(s);
            if let Some(index) = index {
                let mark = self.u().mark();
                let (set, number) = (self.u().temp(), self.u().temp());
                self.u().load_const(number, Const::Int(i64::from(index)));
                self.load_place(&Name::new_static(CONDITIONAL), set);
                self.u().emit(Op::Contains, set, number, set);
                self.jump_on(set, false, skip);
                self.u().release(mark);
            }
            if let Expr::Name(target) = &*s.target {
                self.annotation_item(acc, &target.id, &s.annotation)?;
            }
            self.u().place(skip);
        }
        self.u().emit(Op::Return, acc, 0, 0);
        let code = self.leave_annotation()?;
        self.make_closure(code, dst);
        Ok(())
    }

    /// A function that computes `expr` when asked: bound or default of a type parameter, value of an alias.
    pub(super) fn lazy_value(
        &mut self,
        scope: Option<ScopeId>,
        name: &Identifier,
        expr: &'a Expr,
        dst: Reg,
    ) -> R {
        let Some(scope) = scope else {
            return self.error(expr, "unknown scope");
        };
        self.enter_annotation(scope, &name.id, expr.range().start());
        let value = match expr {
            Expr::Starred(star) => {
                let reg = self.u().temp();
                self.expr(&star.value, reg)?;
                self.at(expr);
                self.u().emit(Op::UnpackSeq, reg, reg, 1);
                reg
            }
            _ => self.operand(expr)?,
        };
        self.at(expr);
        self.u().emit(Op::Return, value, 0, 0);
        let code = self.leave_annotation()?;
        self.at(expr);
        self.make_closure(code, dst);
        let mark = self.u().mark();
        let defaults = self.u().temp();
        self.u()
            .load_const(defaults, Const::Tuple(vec![Const::Int(1)]));
        self.u().emit_x(Op::SetFunctionAttr, 0, dst, defaults, 0);
        self.u().release(mark);
        Ok(())
    }
}
