//! Statements: dispatch, simple statements, conditionals, loops.

use super::control::Block;
use super::{Compiler, Mode, R};
use crate::bytecode::ops::{Intrinsic, jump};
use crate::bytecode::{Const, Op};
use crate::fold;
use rustpython_ast::{
    Stmt, StmtAssert, StmtExpr, StmtFor, StmtIf, StmtRaise, StmtReturn, StmtWhile,
};
use rustpython_text_size::Ranged;

impl<'a> Compiler<'a> {
    pub(super) fn body(&mut self, body: &'a [Stmt]) -> R {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> R {
        self.nested(stmt, |c| {
            let mark = c.u().mark();
            c.at(stmt);
            c.u().statement = stmt.range();
            c.stmt_kind(stmt)?;
            c.u().release(mark);
            Ok(())
        })
    }

    fn stmt_kind(&mut self, stmt: &'a Stmt) -> R {
        match stmt {
            Stmt::FunctionDef(s) => self.function_def(s),
            Stmt::ClassDef(s) => self.class_def(s),
            Stmt::Return(s) => self.return_stmt(s),
            Stmt::Delete(s) => s.targets.iter().try_for_each(|t| self.delete(t)),
            Stmt::TypeAlias(s) => self.type_alias(s),
            Stmt::Assign(s) => self.assign(s),
            Stmt::AugAssign(s) => self.aug_assign(s),
            Stmt::AnnAssign(s) => self.ann_assign(s),
            Stmt::For(s) => self.for_stmt(s),
            Stmt::While(s) => self.while_stmt(s),
            Stmt::If(s) => self.if_stmt(s),
            Stmt::With(s) => self.with_stmt(s),
            Stmt::Match(s) => self.match_stmt(s),
            Stmt::Raise(s) => self.raise_stmt(s),
            Stmt::Try(s) => self.try_stmt(s),
            Stmt::Assert(s) => self.assert_stmt(s),
            Stmt::Import(s) => self.import_stmt(s),
            Stmt::ImportFrom(s) => self.import_from_stmt(s),
            Stmt::Expr(s) => self.expr_stmt(s),
            Stmt::Break(s) => self.break_(s.range),
            Stmt::Continue(s) => self.continue_(s.range),
            Stmt::Pass(_) => {
                // Something must carry the line, for tracing and for empty loops.
                self.u().emit(Op::Nop, 0, 0, 0);
                Ok(())
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) => Ok(()),
            Stmt::IpyEscapeCommand(_) => self.error(stmt, "invalid syntax"),
        }
    }

    fn expr_stmt(&mut self, s: &'a StmtExpr) -> R {
        if self.opts.mode != Mode::Single || self.units.len() > 1 {
            let before = self.u().ins.len();
            self.discard(&s.value)?;
            if self.u().ins.len() == before {
                self.line_of(s);
            }
            return Ok(());
        }
        let value = self.operand(&s.value)?;
        self.at(s);
        let t = self.u().temp();
        self.u()
            .emit(Op::CallIntrinsic, t, value, Intrinsic::Print as u16);
        Ok(())
    }

    /// Something that carries the line of a statement without code, for trace functions.
    pub(super) fn line_of(&mut self, node: impl Ranged) {
        self.at(node);
        self.u().emit(Op::Nop, 0, 0, 0);
    }

    fn return_stmt(&mut self, s: &'a StmtReturn) -> R {
        let constant = match &s.value {
            None => Some(Const::None),
            Some(value) => self.fold(value),
        };
        let value = match (&s.value, &constant) {
            (Some(value), None) if self.return_needs_copy() => {
                let reg = self.u().temp();
                self.expr(value, reg)?;
                reg
            }
            (Some(value), None) => self.operand(value)?,
            _ => self.u().temp(),
        };
        // A trace function sees the line of the value, and then that of the statement.
        if constant.is_some()
            && let Some(value) = &s.value
            && self.src.line_of(value.start().to_usize()) != self.src.line_of(s.start().to_usize())
        {
            self.at(&**value);
            self.u().emit(Op::Nop, 0, 0, 0);
        }
        self.at(s);
        if constant.is_some() && self.unwinds_statements(0) {
            self.u().emit(Op::Nop, 0, 0, 0);
        }
        self.unwind_to(0, |c| {
            if let Some(constant) = constant {
                c.u().load_const(value, constant);
            }
            c.u().emit(Op::Return, value, 0, 0);
            Ok(())
        })
    }

    fn raise_stmt(&mut self, s: &'a StmtRaise) -> R {
        let (mut x, mut exc, mut cause) = (0, 0, 0);
        if let Some(e) = &s.exc {
            x = 1;
            exc = self.operand_hold(e)?;
            if let Some(e) = &s.cause {
                x = 2;
                cause = self.operand(e)?;
            }
        }
        self.at(s);
        self.u().emit_x(Op::Raise, x, exc, cause, 0);
        Ok(())
    }

    fn assert_stmt(&mut self, s: &'a StmtAssert) -> R {
        if self.opts.optimize > 0 {
            return Ok(());
        }
        let holds = self.u().label();
        self.jump_if(&s.test, true, holds)?;
        let window = self.u().temps(2);
        self.at(s);
        self.u().emit(Op::LoadCommon, window, 0, 0);
        if let Some(msg) = &s.msg {
            self.u().emit(Op::SetNull, window + 1, 0, 0);
            let arg = self.u().temp();
            self.expr(msg, arg)?;
            self.at(s);
            self.call_ready(window, 1, window);
        }
        self.at(&*s.test);
        self.u().emit_x(Op::Raise, 1, window, 0, 0);
        self.u().place(holds);
        Ok(())
    }

    fn if_stmt(&mut self, s: &'a StmtIf) -> R {
        let end = self.u().label();
        let first = (Some(&*s.test), &s.body[..]);
        let rest = s
            .elif_else_clauses
            .iter()
            .map(|c| (c.test.as_ref(), &c.body[..]));
        for (test, body) in std::iter::once(first).chain(rest) {
            let Some(test) = test else {
                self.conditional_body(body)?;
                break;
            };
            match self.fold(test).map(|value| fold::truth(&value)) {
                Some(true) => {
                    self.line_of(test);
                    self.conditional_body(body)?;
                    break;
                }
                Some(false) => {
                    self.line_of(test);
                    continue;
                }
                None => {}
            }
            let next = self.u().label();
            self.jump_if(test, false, next)?;
            self.conditional_body(body)?;
            self.u().jump(end);
            self.u().place(next);
        }
        self.u().place(end);
        Ok(())
    }

    fn while_stmt(&mut self, s: &'a StmtWhile) -> R {
        let (exit, end) = (self.u().label(), self.u().label());
        let always = self.fold(&s.test).map(|value| fold::truth(&value));
        if always.is_some() {
            self.line_of(&*s.test);
        }
        if always == Some(false) {
            return self.conditional_body(&s.orelse);
        }
        let top = self.u().label_here();
        if always.is_none() {
            self.jump_if(&s.test, false, exit)?;
        }
        let bottom = always.map(|_| self.u().label());
        let outer = self.u().handler;
        let block = Block::Loop {
            outer,
            top,
            bottom,
            end,
            iterator: None,
        };
        self.in_block(block, outer, |c| c.conditional_body(&s.body))?;
        self.at(&*s.test);
        match bottom {
            Some(bottom) => {
                self.u().place(bottom);
                self.u().emit_ins(Op::JumpBack, jump::LOOP, 0, 0, 0, 0, top);
            }
            None => self.u().emit_jump(Op::JumpBack, 0, top),
        }
        self.u().place(exit);
        self.at(&*s.test);
        self.conditional_body(&s.orelse)?;
        self.u().place(end);
        Ok(())
    }

    fn for_stmt(&mut self, s: &'a StmtFor) -> R {
        let iterator = self.u().temp();
        let mark = self.u().mark();
        let iterable = self.iterable(&s.iter, s.is_async)?;
        self.at(&*s.iter);
        let op = if s.is_async {
            Op::GetAIter
        } else {
            Op::GetIter
        };
        self.u().emit(op, iterator, iterable, 0);
        self.u().release(mark);
        let (exit, end) = (self.u().label(), self.u().label());
        let top = self.u().label_here();
        self.at(&*s.iter);
        match s.is_async {
            true => self.async_next(iterator, &s.target, exit)?,
            false => self.next_into(iterator, &s.target, exit)?,
        }
        let outer = self.u().handler;
        let block = Block::Loop {
            outer,
            top,
            bottom: None,
            end,
            iterator: (!s.is_async).then_some(iterator),
        };
        self.in_block(block, outer, |c| c.conditional_body(&s.body))?;
        self.at(&*s.iter);
        self.u().emit_jump(Op::JumpBack, 0, top);
        self.u().place(exit);
        self.at(&*s.iter);
        self.conditional_body(&s.orelse)?;
        self.u().place(end);
        Ok(())
    }
}
