//! try, except, else, finally.
//!
//! A handler saves the handled exception of the level outside in a register (`PushExc`) and restores it on every way
//! out; a second handler around it restores it when the handler itself raises.

use super::control::Block;
use super::regs::Reg;
use super::unit::{HandlerId, Label};
use super::{Compiler, R};
use crate::bytecode::Op;
use rustpython_ast::{ExceptHandler, ExceptHandlerExceptHandler, Stmt, StmtTry};
use rustpython_text_size::Ranged;

impl<'a> Compiler<'a> {
    pub(super) fn try_stmt(&mut self, s: &'a StmtTry) -> R {
        let mark = self.u().mark();
        // The line of `try` is seen by trace functions.
        self.u().emit(Op::Nop, 0, 0, 0);
        let conditional = std::mem::replace(&mut self.u().conditional, true);
        if s.finalbody.is_empty() {
            self.try_except(s)?;
        } else {
            self.try_finally(s)?;
        }
        self.u().conditional = conditional;
        self.u().release(mark);
        Ok(())
    }

    fn try_except(&mut self, s: &'a StmtTry) -> R {
        match (s.handlers.is_empty(), s.is_star) {
            (true, _) => {
                self.body(&s.body)?;
                self.body(&s.orelse)
            }
            (false, true) => self.try_star(s),
            (false, false) => self.try_handlers(s),
        }
    }

    fn try_finally(&mut self, s: &'a StmtTry) -> R {
        let exc = self.u().temp();
        let outer = self.u().handler;
        let (handler, label) = self.u().new_handler(exc);
        let end = self.u().label();
        let block = Block::Finally {
            outer,
            body: &s.finalbody,
        };
        self.in_block(block, handler, |c| c.try_except(s))?;
        self.body(&s.finalbody)?;
        self.u().jump(end);
        self.u().place(label);
        self.handling(exc, |c, _| {
            c.body(&s.finalbody)?;
            c.u().emit(Op::Reraise, exc, 0, 0);
            Ok(())
        })?;
        self.u().place(end);
        Ok(())
    }

    /// Emits handler code for the exception in `exc`: `f` runs with it as the handled exception (it gets the register
    /// to restore from) and ends the flow itself; whatever it raises restores the level outside first.
    pub(super) fn handling(&mut self, exc: Reg, f: impl FnOnce(&mut Self, Reg) -> R) -> R {
        let mark = self.u().mark();
        let saved = self.u().temp();
        let raised = self.u().temp();
        let outer = self.u().handler;
        let (cleanup, cleanup_label) = self.u().new_handler(raised);
        self.u().emit(Op::PushExc, saved, exc, 0);
        let block = Block::Handler {
            outer,
            saved,
            name: None,
        };
        self.in_block(block, cleanup, |c| f(c, saved))?;
        self.u().place(cleanup_label);
        self.u().emit(Op::PopExc, saved, 0, 0);
        self.u().emit(Op::Reraise, raised, 0, 0);
        self.u().release(mark);
        Ok(())
    }

    fn try_handlers(&mut self, s: &'a StmtTry) -> R {
        let exc = self.u().temp();
        let outer = self.u().handler;
        let (handler, label) = self.u().new_handler(exc);
        let end = self.u().label();
        self.in_block(Block::Try { outer }, handler, |c| c.body(&s.body))?;
        self.body(&s.orelse)?;
        self.u().jump(end);
        self.u().place(label);
        self.handling(exc, |c, saved| {
            for handler in &s.handlers {
                let ExceptHandler::ExceptHandler(h) = handler;
                c.except_clause(h, exc, saved, outer, end)?;
            }
            c.u().emit(Op::Reraise, exc, 0, 0);
            Ok(())
        })?;
        self.u().place(end);
        Ok(())
    }

    fn except_clause(
        &mut self,
        h: &'a ExceptHandlerExceptHandler,
        exc: Reg,
        saved: Reg,
        outer: HandlerId,
        end: Label,
    ) -> R {
        let next = self.u().label();
        if h.type_.is_none() {
            self.line_of(h.range());
        }
        if let Some(class) = &h.type_ {
            let mark = self.u().mark();
            let class_reg = self.operand(class)?;
            let t = self.u().temp();
            self.at(h.range());
            self.u().emit(Op::ExcMatch, t, exc, class_reg);
            self.jump_on(t, false, next);
            self.u().release(mark);
        }
        // The clause's own block takes the place of the one that `handling` pushed.
        let plain = self.u().blocks.pop();
        self.handler_body(h, exc, saved, outer)?;
        self.u().blocks.extend(plain);
        let cleanup = std::mem::replace(&mut self.u().handler, outer);
        self.u().emit(Op::PopExc, saved, 0, 0);
        self.forget_exception_name(h.name.as_ref().map(|n| &n.id))?;
        self.u().jump(end);
        self.u().handler = cleanup;
        self.u().place(next);
        Ok(())
    }

    /// The body of an except clause, with its name bound if it has one.
    fn handler_body(
        &mut self,
        h: &'a ExceptHandlerExceptHandler,
        exc: Reg,
        saved: Reg,
        outer: HandlerId,
    ) -> R {
        let name = h.name.as_ref().map(|n| &n.id);
        let block = Block::Handler { outer, saved, name };
        let cleanup = self.u().handler;
        let Some(bound) = name else {
            return self.in_block(block, cleanup, |c| c.conditional_body(&h.body));
        };
        let mark = self.u().mark();
        self.at(h.range());
        self.store_name(bound, exc)?;
        let raised = self.u().temp();
        let (forget, forget_label) = self.u().new_handler(raised);
        self.in_block(block, forget, |c| c.conditional_body(&h.body))?;
        let behind = self.u().label();
        self.u().jump(behind);
        self.u().place(forget_label);
        self.forget_exception_name(name)?;
        self.u().emit(Op::Reraise, raised, 0, 0);
        self.u().place(behind);
        self.u().release(mark);
        Ok(())
    }

    /// Statements whose annotations may not be executed.
    pub(super) fn conditional_body(&mut self, body: &'a [Stmt]) -> R {
        let saved = std::mem::replace(&mut self.u().conditional, true);
        self.body(body)?;
        self.u().conditional = saved;
        Ok(())
    }
}
