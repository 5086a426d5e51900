//! with and async with.
//!
//! The exit function waits in the window of its call. Every way out of the body calls it once, so the window can be
//! used up on each of them.

use super::control::Block;
use super::regs::Reg;
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use rustpython_ast::{StmtWith, WithItem};
use rustpython_text_size::Ranged;

const ENTER: u16 = 0;
const EXIT: u16 = 1;
const AENTER: u16 = 2;
const AEXIT: u16 = 3;
/// `GetAwaitable` flags.
const AWAIT_AENTER: u8 = 1;
const AWAIT_AEXIT: u8 = 2;

impl<'a> Compiler<'a> {
    pub(super) fn with_stmt(&mut self, s: &'a StmtWith) -> R {
        self.with_items(s, &s.items)
    }

    fn with_items(&mut self, s: &'a StmtWith, items: &'a [WithItem]) -> R {
        let Some((item, rest)) = items.split_first() else {
            return self.conditional_body(&s.body);
        };
        self.nested(s, |c| c.with_item(s, item, rest))
    }

    fn with_item(&mut self, s: &'a StmtWith, item: &'a WithItem, rest: &'a [WithItem]) -> R {
        let mark = self.u().mark();
        let window = self.u().temps(5);
        let exc = self.u().temp();
        let entered = self.with_enter(item, window, s.is_async)?;
        let outer = self.u().handler;
        let (handler, label) = self.u().new_handler(exc);
        let end = self.u().label();
        let range = item.context_expr.range();
        let block = Block::With {
            outer,
            window,
            is_async: s.is_async,
            range,
        };
        self.in_block(block, handler, |c| {
            if let Some(target) = &item.optional_vars {
                c.store(target, entered)?;
            }
            c.with_items(s, rest)
        })?;
        self.at(range);
        self.with_exit_normal(window, s.is_async)?;
        self.u().jump(end);
        self.u().place(label);
        self.at(range);
        self.handling(exc, |c, saved| {
            c.u().emit(Op::ExcTriple, window + 2, exc, 0);
            c.call_ready(window, 3, window);
            if s.is_async {
                c.await_value(window, AWAIT_AEXIT, window);
            }
            let suppressed = c.u().label();
            c.jump_on(window, true, suppressed);
            c.u().emit(Op::Reraise, exc, 0, 0);
            c.u().place(suppressed);
            let cleanup = std::mem::replace(&mut c.u().handler, outer);
            c.u().emit(Op::PopExc, saved, 0, 0);
            c.u().jump(end);
            c.u().handler = cleanup;
            Ok(())
        })?;
        self.u().place(end);
        self.u().release(mark);
        Ok(())
    }

    /// Looks up both special methods and calls the entering one; the register of its result.
    fn with_enter(&mut self, item: &'a WithItem, window: Reg, is_async: bool) -> R<Reg> {
        let entered = self.u().temps(2);
        let mark = self.u().mark();
        let manager = self.operand(&item.context_expr)?;
        self.at(&item.context_expr);
        let (enter, exit) = if is_async {
            (AENTER, AEXIT)
        } else {
            (ENTER, EXIT)
        };
        self.u().emit(Op::LoadSpecial, window, manager, exit);
        self.u().emit(Op::LoadSpecial, entered, manager, enter);
        self.u().release(mark);
        self.call_ready(entered, 0, entered);
        if is_async {
            self.await_value(entered, AWAIT_AENTER, entered);
        }
        Ok(entered)
    }

    /// Calls the exit function with three Nones.
    pub(super) fn with_exit_normal(&mut self, window: Reg, is_async: bool) -> R {
        for i in 2..5 {
            self.u().load_const(window + i, Const::None);
        }
        self.call_ready(window, 3, window);
        if is_async {
            self.await_value(window, AWAIT_AEXIT, window);
        }
        Ok(())
    }
}
