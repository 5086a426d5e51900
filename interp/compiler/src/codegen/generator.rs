//! Yield, yield from, await.
//!
//! A delegating loop sends into the inner iterator and yields what comes out. An exception thrown in while it is
//! suspended there comes to the handler, where a StopIteration of the inner iterator is its result.

use super::regs::Reg;
use super::{Compiler, R};
use crate::bytecode::ops::jump;
use crate::bytecode::{Const, Op};
use rustpython_ast::{ExprAwait, ExprYield, ExprYieldFrom};

/// `Yield` flag: wrap the value for an asynchronous generator.
const WRAPPED: u8 = 1;
/// `Yield` flag: the yield belongs to a delegation.
const DELEGATED: u8 = 2;

impl<'a> Compiler<'a> {
    pub(super) fn yield_(&mut self, e: &'a ExprYield, dst: Reg) -> R {
        let value = match &e.value {
            Some(value) => self.operand_in(value, dst)?,
            None => {
                self.at(e);
                self.none()
            }
        };
        self.at(e);
        let scope = self.scope_of(self.unit().scope);
        let x = if scope.coroutine { WRAPPED } else { 0 };
        self.u().emit_x(Op::Yield, x, dst, value, 0);
        Ok(())
    }

    pub(super) fn yield_from(&mut self, e: &'a ExprYieldFrom, dst: Reg) -> R {
        let iterator = self.u().temp();
        let value = self.operand(&e.value)?;
        self.at(e);
        self.u().emit(Op::GetYieldFromIter, iterator, value, 0);
        self.await_iterator(iterator, dst);
        Ok(())
    }

    pub(super) fn await_(&mut self, e: &'a ExprAwait, dst: Reg) -> R {
        let value = self.operand_in(&e.value, dst)?;
        self.at(e);
        self.await_value(value, 0, dst);
        Ok(())
    }

    /// Awaits the object in `value`; `kind` is the flag of `GetAwaitable`.
    pub(super) fn await_value(&mut self, value: Reg, kind: u8, dst: Reg) {
        let mark = self.u().mark();
        let iterator = self.u().temp();
        self.u().emit_x(Op::GetAwaitable, kind, iterator, value, 0);
        self.await_iterator(iterator, dst);
        self.u().release(mark);
    }

    /// Delegates to the iterator in `iterator` (which may be `dst`) until it returns.
    pub(super) fn await_iterator(&mut self, iterator: Reg, dst: Reg) {
        let mark = self.u().mark();
        let in_place = !self.u().regs.is_variable(dst) && dst != iterator;
        let value = if in_place { dst } else { self.u().temp() };
        let exc = self.u().temp();
        let end = self.u().label();
        self.u().load_const(value, Const::None);
        let top = self.u().label_here();
        self.u()
            .emit_ins(Op::Send, 0, value, iterator, value, 0, end);
        let (handler, label) = self.u().new_handler(exc);
        let outer = std::mem::replace(&mut self.u().handler, handler);
        self.u()
            .emit_x(Op::Yield, DELEGATED, value, value, iterator);
        self.u().handler = outer;
        self.u()
            .emit_ins(Op::JumpBack, jump::AWAIT, 0, 0, 0, 0, top);
        self.u().place(label);
        self.u()
            .emit_ins(Op::CleanupThrow, 0, value, exc, 0, 0, end);
        self.u().place(end);
        self.u().move_to(dst, value);
        self.u().release(mark);
    }
}
