//! except* (PEP 654): every clause takes its part of the group; what is raised meanwhile is collected.

use super::control::Block;
use super::regs::Reg;
use super::unit::HandlerId;
use super::{Compiler, R};
use crate::bytecode::Op;
use rustpython_ast::{ExceptHandler, ExceptHandlerExceptHandler, StmtTry};
use rustpython_text_size::Ranged;

/// Registers of one except* statement.
#[derive(Clone, Copy)]
struct Star {
    /// The exception that came in.
    orig: Reg,
    /// List of what the clauses raised.
    raised: Reg,
    /// Where a split puts the matching part; the rest follows.
    split: Reg,
    /// What no clause has taken yet.
    rest: Reg,
}

impl<'a> Compiler<'a> {
    pub(super) fn try_star(&mut self, s: &'a StmtTry) -> R {
        let exc = self.u().temp();
        let outer = self.u().handler;
        let (handler, label) = self.u().new_handler(exc);
        let end = self.u().label();
        self.in_block(Block::Try { outer }, handler, |c| {
            c.conditional_body(&s.body)
        })?;
        self.conditional_body(&s.orelse)?;
        self.u().jump(end);
        self.u().place(label);
        self.handling(exc, |c, saved| {
            let first = c.u().temps(4);
            let star = Star {
                orig: exc,
                raised: first,
                split: first + 1,
                rest: first + 3,
            };
            c.u().loc = None;
            c.u().emit(Op::BuildList, star.raised, first, 0);
            c.u().move_to(star.rest, exc);
            for handler in &s.handlers {
                let ExceptHandler::ExceptHandler(h) = handler;
                c.star_clause(h, star)?;
            }
            c.u().loc = None;
            let no_rest = c.u().label();
            c.u().emit_jump(Op::JumpIfNone, star.rest, no_rest);
            c.u().emit(Op::ListAppend, star.raised, star.rest, 0);
            c.u().place(no_rest);
            let t = c.u().temp();
            c.u().emit(Op::PrepReraiseStar, t, star.orig, star.raised);
            let quiet = c.u().label();
            let cleanup = std::mem::replace(&mut c.u().handler, outer);
            c.u().emit(Op::PopExc, saved, 0, 0);
            c.u().emit_jump(Op::JumpIfNone, t, quiet);
            c.u().emit(Op::Reraise, t, 0, 0);
            c.u().place(quiet);
            c.u().jump(end);
            c.u().handler = cleanup;
            Ok(())
        })?;
        self.u().place(end);
        Ok(())
    }

    fn star_clause(&mut self, h: &'a ExceptHandlerExceptHandler, star: Star) -> R {
        let mark = self.u().mark();
        let next = self.u().label();
        if let Some(class) = &h.type_ {
            let class_reg = self.operand(class)?;
            self.at(h.range());
            self.u().emit_jump(Op::JumpIfNone, star.rest, next);
            self.u()
                .emit(Op::ExcGroupMatch, star.split, star.rest, class_reg);
        }
        self.u().move_to(star.rest, star.split + 1);
        self.u().emit_jump(Op::JumpIfNone, star.split, next);
        let saved = self.u().temp();
        let raised = self.u().temp();
        let outer = self.u().handler;
        self.u().emit(Op::PushExc, saved, star.split, 0);
        let (collect, collect_label) = self.u().new_handler(raised);
        let name = h.name.as_ref().map(|n| &n.id);
        if let Some(name) = name {
            self.at(h.range());
            self.store_name(name, star.split)?;
        }
        let block = Block::Handler { outer, saved, name };
        self.in_block(block, collect, |c| c.conditional_body(&h.body))?;
        self.end_clause(saved, name, outer)?;
        self.u().jump(next);
        self.u().place(collect_label);
        self.u().loc = None;
        self.u().emit(Op::ListAppend, star.raised, raised, 0);
        self.end_clause(saved, name, outer)?;
        self.u().place(next);
        self.u().release(mark);
        Ok(())
    }

    fn end_clause(
        &mut self,
        saved: Reg,
        name: Option<&rustpython_ast::name::Name>,
        outer: HandlerId,
    ) -> R {
        self.u().handler = outer;
        self.u().emit(Op::PopExc, saved, 0, 0);
        self.forget_exception_name(name)
    }
}
