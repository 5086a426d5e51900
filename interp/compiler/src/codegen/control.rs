//! Blocks that control leaves through: loops, try, with, handlers; and how return, break and continue unwind them.
//!
//! There is no block stack at run time. Leaving a block early means to emit its cleanup in place, covered by the
//! handlers outside the block, then the jump or return.

use super::regs::Reg;
use super::unit::{HandlerId, Label};
use super::{Compiler, R};
use crate::bytecode::ops::jump;
use crate::bytecode::{Const, Op};
use rustpython_ast::name::Name;
use rustpython_ast::{ExprContext, Stmt};
use rustpython_text_size::TextRange;

/// Blocks inside one another in one function.
const MAX_BLOCKS: usize = 21;

/// An enclosing block. `outer` is the handler in effect around it.
#[derive(Clone)]
pub enum Block<'a> {
    /// A loop: where `continue` and `break` go. An endless one has its jump to the top at `bottom`, which carries the
    /// line of the loop for trace functions. A `for` loop that is left early drops its `iterator`.
    Loop {
        outer: HandlerId,
        top: Label,
        bottom: Option<Label>,
        end: Label,
        iterator: Option<Reg>,
    },
    /// Body of a `try` with handlers; nothing to clean up.
    Try { outer: HandlerId },
    /// Code under a `finally`, which is emitted on the way out.
    Finally { outer: HandlerId, body: &'a [Stmt] },
    /// A handler: the handled exception is restored from `saved`, and the name bound by `as` goes away.
    Handler {
        outer: HandlerId,
        saved: Reg,
        name: Option<&'a Name>,
    },
    /// Body of a `with`: window of the exit call.
    With {
        outer: HandlerId,
        window: Reg,
        is_async: bool,
        range: TextRange,
    },
}

impl Block<'_> {
    fn outer(&self) -> HandlerId {
        match self {
            Block::Loop { outer, .. }
            | Block::Try { outer }
            | Block::Finally { outer, .. }
            | Block::Handler { outer, .. }
            | Block::With { outer, .. } => *outer,
        }
    }

    /// Its cleanup runs code that may change variables or overwrite a value in place.
    fn has_cleanup(&self) -> bool {
        match self {
            Block::Loop { .. } | Block::Try { .. } => false,
            Block::Handler { name, .. } => name.is_some(),
            Block::Finally { .. } | Block::With { .. } => true,
        }
    }
}

impl<'a> Compiler<'a> {
    /// Whether a value to be returned must be kept in a temporary while blocks are unwound.
    pub(super) fn return_needs_copy(&self) -> bool {
        self.unit().blocks.iter().any(Block::has_cleanup)
    }

    /// Leaving the blocks above `depth` runs statements of the program. Then the statement that leaves needs something
    /// that carries its line before them, and what follows them belongs to no line.
    pub(super) fn unwinds_statements(&self, depth: usize) -> bool {
        self.unit().blocks[depth..]
            .iter()
            .any(|b| matches!(b, Block::Finally { .. } | Block::With { .. }))
    }

    /// Emits the cleanup of all blocks above `depth`, runs `leave`, and goes on as if nothing had happened.
    pub(super) fn unwind_to(&mut self, depth: usize, leave: impl FnOnce(&mut Self) -> R) -> R {
        let (handler, loc) = (self.u().handler, self.u().loc);
        let mut removed = Vec::new();
        while self.u().blocks.len() > depth {
            let Some(block) = self.u().blocks.pop() else {
                break;
            };
            self.u().handler = block.outer();
            self.cleanup(&block)?;
            removed.push(block);
        }
        leave(self)?;
        self.u().loc = loc;
        self.u().blocks.extend(removed.into_iter().rev());
        self.u().handler = handler;
        Ok(())
    }

    fn cleanup(&mut self, block: &Block<'a>) -> R {
        match block {
            Block::Loop { .. } | Block::Try { .. } => Ok(()),
            Block::Finally { body, .. } => self.body(body),
            Block::Handler { saved, name, .. } => {
                self.u().emit(Op::PopExc, *saved, 0, 0);
                self.forget_exception_name(*name)
            }
            Block::With {
                window,
                is_async,
                range,
                ..
            } => {
                self.at(*range);
                self.with_exit_normal(*window, *is_async)
            }
        }
    }

    /// `name = None; del name`, as CPython ends `except ... as name`.
    pub(super) fn forget_exception_name(&mut self, name: Option<&Name>) -> R {
        let Some(name) = name else { return Ok(()) };
        if let super::scope::Place::Fast(reg, _) = self.resolve(&self.mangled(name)) {
            self.u().emit(Op::SetNull, reg, 0, 0);
            return Ok(());
        }
        let mark = self.u().mark();
        let none = self.u().temp();
        self.u().load_const(none, Const::None);
        self.store_name(name, none)?;
        self.u().release(mark);
        self.name_op(name, ExprContext::Del, 0)
    }

    /// Index of the innermost loop among the blocks.
    pub(super) fn innermost_loop(&self) -> Option<usize> {
        let blocks = &self.unit().blocks;
        blocks.iter().rposition(|b| matches!(b, Block::Loop { .. }))
    }

    pub(super) fn break_(&mut self, range: TextRange) -> R {
        let Some(index) = self.innermost_loop() else {
            return self.error(range, "'break' outside loop");
        };
        let Block::Loop { end, iterator, .. } = self.unit().blocks[index] else {
            return Ok(());
        };
        let x = self.leaving_line(index + 1);
        self.unwind_to(index + 1, |c| {
            if let Some(iterator) = iterator {
                c.u().emit(Op::DelLocal, iterator, 0, 0);
            }
            c.u().emit_ins(Op::Jump, x, 0, 0, 0, 0, end);
            Ok(())
        })
    }

    pub(super) fn continue_(&mut self, range: TextRange) -> R {
        let Some(index) = self.innermost_loop() else {
            return self.error(range, "'continue' not properly in loop");
        };
        let Block::Loop { top, bottom, .. } = self.unit().blocks[index] else {
            return Ok(());
        };
        let x = self.leaving_line(index + 1);
        self.unwind_to(index + 1, |c| {
            match bottom {
                Some(bottom) => c.u().emit_ins(Op::Jump, x, 0, 0, 0, 0, bottom),
                None => c.u().emit_ins(Op::JumpBack, x, 0, 0, 0, 0, top),
            }
            Ok(())
        })
    }

    /// Gives the line of a `break` or `continue` to its jump, or to something before the statements that are run first.
    fn leaving_line(&mut self, depth: usize) -> u8 {
        if self.unwinds_statements(depth) {
            self.u().emit(Op::Nop, 0, 0, 0);
            return 0;
        }
        jump::LINE
    }

    /// CPython's limit, so that the same programs are refused.
    fn check_nesting(&self) -> R {
        let unit = self.unit();
        let scope = self.scope_of(unit.scope);
        let suspends = scope.is_function_like() && (scope.generator || scope.coroutine);
        let weight = |b: &Block| match b {
            Block::Handler { name: Some(_), .. } => 2,
            _ => 1,
        };
        let depth: usize = unit.blocks.iter().map(weight).sum();
        if depth + suspends as usize >= MAX_BLOCKS {
            return self.error(unit.statement, "too many statically nested blocks");
        }
        Ok(())
    }

    /// Runs `f` with `block` pushed and `handler` covering what it emits.
    pub(super) fn in_block(
        &mut self,
        block: Block<'a>,
        handler: HandlerId,
        f: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let outer = std::mem::replace(&mut self.u().handler, handler);
        self.check_nesting()?;
        self.u().blocks.push(block);
        f(self)?;
        self.u().blocks.pop();
        self.u().handler = outer;
        Ok(())
    }

    /// Runs `f` covered by `handler`.
    pub(super) fn covered(&mut self, handler: HandlerId, f: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.u().handler, handler);
        f(self)?;
        self.u().handler = outer;
        Ok(())
    }
}
