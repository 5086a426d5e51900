//! Comprehensions: list, set and dict ones inline (PEP 709), generator expressions as functions.
//!
//! An inlined comprehension's variables have registers of their own, so nothing of the surrounding function need be
//! saved; names are resolved through the stack of comprehensions of the unit first.

use super::regs::Reg;
use super::unit::{CompFrame, UnitKind};
use super::{Compiler, R};
use crate::bytecode::Op;
use crate::symtable::{Part, ScopeId, VarScope, key, sym};
use rustpython_ast::{Comprehension, Expr};
use rustpython_text_size::{Ranged, TextRange};
use std::collections::HashMap;

/// What a comprehension makes of each round.
#[derive(Clone, Copy)]
enum Element<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    Yield(&'a Expr),
}

struct Parts<'a> {
    scope: ScopeId,
    element: Element<'a>,
    generators: &'a [Comprehension],
    range: TextRange,
    name: &'static str,
}

impl<'a> Compiler<'a> {
    fn comprehension_parts(&mut self, expr: &'a Expr) -> R<Parts<'a>> {
        let range = self.generator_range.take().unwrap_or(expr.range());
        let (scope, element, generators, name) = match expr {
            Expr::ListComp(e) => {
                let scope = self.table.find(key(e, Part::Body));
                (scope, Element::List(&e.elt), &e.generators, "<listcomp>")
            }
            Expr::SetComp(e) => {
                let scope = self.table.find(key(e, Part::Body));
                (scope, Element::Set(&e.elt), &e.generators, "<setcomp>")
            }
            Expr::DictComp(e) => {
                let scope = self.table.find(key(e, Part::Body));
                let Some(key) = e.key.as_deref() else {
                    return self.error(e, "dict unpacking cannot be used in dict comprehension");
                };
                (
                    scope,
                    Element::Dict(key, &e.value),
                    &e.generators,
                    "<dictcomp>",
                )
            }
            Expr::Generator(e) => {
                let scope = self.table.find(key(e, Part::Body));
                (scope, Element::Yield(&e.elt), &e.generators, "<genexpr>")
            }
            _ => return self.error(expr, "invalid syntax"),
        };
        match scope {
            Some(scope) => Ok(Parts {
                scope,
                element,
                generators,
                range,
                name,
            }),
            None => self.error(expr, "unknown scope"),
        }
    }

    pub(super) fn comprehension(&mut self, expr: &'a Expr, dst: Reg) -> R {
        let parts = self.comprehension_parts(expr)?;
        match self.scope_of(parts.scope).comp_inlined {
            true => self.inlined_comprehension(&parts, dst),
            false => self.comprehension_function(&parts, dst),
        }
    }

    /// The iterator of the outermost clause, made in the surrounding scope.
    fn first_iterator(&mut self, clause: &'a Comprehension, dst: Reg) -> R {
        let mark = self.u().mark();
        let iterable = self.iterable(&clause.iter, clause.is_async)?;
        self.at(&clause.iter);
        let op = if clause.is_async {
            Op::GetAIter
        } else {
            Op::GetIter
        };
        self.u().emit(op, dst, iterable, 0);
        self.u().release(mark);
        Ok(())
    }

    /// Evaluates what is iterated over; a display of constants becomes a constant tuple, but for `async for`.
    pub(super) fn iterable(&mut self, e: &'a Expr, is_async: bool) -> R<Reg> {
        match self.constant_container(e) {
            Some(value) if !is_async => {
                self.at(e);
                let reg = self.u().temp();
                self.u().load_const(reg, value);
                Ok(reg)
            }
            _ => self.operand(e),
        }
    }

    fn build_accumulator(&mut self, element: Element, acc: Reg, range: TextRange) {
        self.at(range);
        match element {
            Element::List(_) => self.u().emit(Op::BuildList, acc, acc, 0),
            Element::Set(_) => self.u().emit(Op::BuildSet, acc, acc, 0),
            Element::Dict(..) => self.u().emit(Op::BuildMap, acc, acc, 0),
            Element::Yield(_) => {}
        }
    }

    fn inlined_comprehension(&mut self, parts: &Parts<'a>, dst: Reg) -> R {
        let Some(first) = parts.generators.first() else {
            return Ok(());
        };
        let acc = self.scratch(dst);
        let iterator = self.u().temp();
        self.first_iterator(first, iterator)?;
        self.build_accumulator(parts.element, acc, parts.range);
        if !matches!(self.unit().kind, UnitKind::Module | UnitKind::Class) {
            self.push_comprehension(parts.scope);
            self.clause(parts, 0, Some(iterator), acc)?;
            self.pop_comprehension();
        } else {
            self.shown_comprehension(parts, iterator, acc)?;
        }
        self.at(parts.range);
        self.u().move_to(dst, acc);
        Ok(())
    }

    /// The loop of a comprehension in a module or class: while its variables are bound they are what `locals()` shows
    /// instead of the namespace, so they are emptied on every way out.
    fn shown_comprehension(&mut self, parts: &Parts<'a>, iterator: Reg, acc: Reg) -> R {
        let raised = self.u().temp();
        let outer = self.u().handler;
        let (cleanup, cleanup_label) = self.u().new_handler(raised);
        self.push_comprehension(parts.scope);
        self.u().handler = cleanup;
        self.clause(parts, 0, Some(iterator), acc)?;
        self.u().handler = outer;
        let variables = self.pop_comprehension();
        let end = self.u().label();
        self.u().jump(end);
        self.u().place(cleanup_label);
        for reg in variables {
            self.u().emit(Op::SetNull, reg, 0, 0);
        }
        self.u().emit(Op::Reraise, raised, 0, 0);
        self.u().place(end);
        Ok(())
    }

    /// Gives the variables of an inlined comprehension registers.
    fn push_comprehension(&mut self, id: ScopeId) {
        let scope = self.scope_of(id);
        let (mut fast, mut cells) = (HashMap::new(), HashMap::new());
        for symbol in scope.symbols.iter().filter(|s| s.flags & sym::PARAM == 0) {
            match symbol.scope {
                VarScope::Local => {
                    let at = (id, symbol.name.clone());
                    let reg = match self.u().comp_regs.get(&at) {
                        Some(reg) => *reg,
                        None => self.u().temp(),
                    };
                    // Marked, so that `assemble` drops it if the variable cannot be read too early.
                    self.u().emit_x(Op::SetNull, 1, reg, 0, 0);
                    fast.insert(symbol.name.clone(), reg);
                }
                VarScope::Cell => {
                    let at = (id, symbol.name.clone());
                    let Some(cell) = self.u().comp_cells.get(&at).copied() else {
                        continue;
                    };
                    self.u().emit(Op::SetNull, cell.reg, 0, 0);
                    self.u().emit(Op::MakeCell, cell.reg, 0, 0);
                    cells.insert(symbol.name.clone(), cell);
                }
                _ => {}
            }
        }
        self.u().comps.push(CompFrame {
            scope: id,
            fast,
            cells,
        });
    }

    /// Forgets the variables; those that `locals()` would show are emptied and returned.
    fn pop_comprehension(&mut self) -> Vec<Reg> {
        let Some(frame) = self.u().comps.pop() else {
            return Vec::new();
        };
        let cells = frame.cells.values().map(|cell| cell.reg);
        let locals = frame.fast.values().copied();
        let mut regs: Vec<Reg> = cells
            .chain(locals)
            .filter(|r| self.unit().regs.is_variable(*r))
            .collect();
        regs.sort_unstable();
        for reg in &regs {
            self.u().emit(Op::SetNull, *reg, 0, 0);
        }
        regs
    }

    fn comprehension_function(&mut self, parts: &Parts<'a>, dst: Reg) -> R {
        let Some(first) = parts.generators.first() else {
            return Ok(());
        };
        let window = self.u().temps(3);
        self.enter_unit(
            parts.scope,
            UnitKind::Comprehension,
            parts.name,
            parts.range.start(),
        );
        self.u().argcount = 1;
        let acc = self.u().temp();
        self.build_accumulator(parts.element, acc, parts.range);
        self.clause(parts, 0, Some(0), acc)?;
        if !matches!(parts.element, Element::Yield(_)) {
            self.at(parts.range);
            self.u().emit(Op::Return, acc, 0, 0);
        }
        let code = self.leave_unit()?;
        self.at(parts.range);
        self.make_closure(code, window);
        self.u().emit(Op::SetNull, window + 1, 0, 0);
        self.first_iterator(first, window + 2)?;
        self.at(parts.range);
        let is_async = self.scope_of(parts.scope).coroutine;
        if is_async && !matches!(parts.element, Element::Yield(_)) {
            self.call_ready(window, 1, window);
            self.await_value(window, 0, dst);
        } else {
            self.call_ready(window, 1, dst);
        }
        Ok(())
    }

    /// Emits the loop of clause `n` and all that is in it.
    fn clause(&mut self, parts: &Parts<'a>, n: usize, iterator: Option<Reg>, acc: Reg) -> R {
        let clause = &parts.generators[n];
        let mark = self.u().mark();
        let iterator = match iterator {
            Some(iterator) => iterator,
            None => {
                let iterator = self.u().temp();
                self.first_iterator(clause, iterator)?;
                iterator
            }
        };
        let (next, end) = (self.u().label(), self.u().label());
        let top = self.u().label_here();
        self.at(&clause.iter);
        match clause.is_async {
            true => self.async_next(iterator, &clause.target, end)?,
            false => self.next_into(iterator, &clause.target, end)?,
        }
        for condition in &clause.ifs {
            self.jump_if(condition, false, next)?;
        }
        match n + 1 < parts.generators.len() {
            true => self.nested(parts.range, |c| c.clause(parts, n + 1, None, acc))?,
            false => self.element(parts, acc)?,
        }
        self.u().place(next);
        self.u().emit_jump(Op::JumpBack, 0, top);
        self.u().place(end);
        self.u().release(mark);
        Ok(())
    }

    fn element(&mut self, parts: &Parts<'a>, acc: Reg) -> R {
        match parts.element {
            Element::List(e) => {
                let value = self.operand(e)?;
                self.at(e);
                self.u().emit(Op::ListAppend, acc, value, 0);
            }
            Element::Set(e) => {
                let value = self.operand(e)?;
                self.at(e);
                self.u().emit(Op::SetAdd, acc, value, 0);
            }
            Element::Dict(key, value) => {
                let range = TextRange::new(key.range().start(), value.range().end());
                let key = self.operand_hold(key)?;
                let value = self.operand(value)?;
                self.at(range);
                self.u().emit(Op::DictSet, acc, key, value);
            }
            Element::Yield(e) => {
                let value = self.operand(e)?;
                let t = self.u().temp();
                self.at(e);
                let wrapped = self.scope_of(parts.scope).coroutine as u8;
                self.u().emit_x(Op::Yield, wrapped, t, value, 0);
            }
        }
        Ok(())
    }

    /// Stores the next item of `iterator` in `target`, or jumps to `end`.
    pub(super) fn next_into(
        &mut self,
        iterator: Reg,
        target: &'a Expr,
        end: super::unit::Label,
    ) -> R {
        if let Some((reg, _, _)) = self.local_of(target) {
            self.u().emit_ins(Op::ForIter, 0, reg, iterator, 0, 0, end);
            return Ok(());
        }
        let mark = self.u().mark();
        let item = self.u().temp();
        self.u().emit_ins(Op::ForIter, 0, item, iterator, 0, 0, end);
        self.store(target, item)?;
        self.u().release(mark);
        Ok(())
    }

    /// Stores the next item of an asynchronous iterator in `target`, or jumps to `end`.
    pub(super) fn async_next(
        &mut self,
        iterator: Reg,
        target: &'a Expr,
        end: super::unit::Label,
    ) -> R {
        let mark = self.u().mark();
        let exc = self.u().temp();
        let item = self.u().temp();
        let (handler, label) = self.u().new_handler(exc);
        let behind = self.u().label();
        let range = self.u().loc;
        self.covered(handler, |c| {
            c.u().emit(Op::GetANext, item, iterator, 0);
            c.await_iterator(item, item);
            Ok(())
        })?;
        self.u().jump(behind);
        self.u().place(label);
        self.u().emit_jump(Op::EndAsyncFor, exc, end);
        self.u().place(behind);
        self.u().loc = range;
        self.store(target, item)?;
        self.u().release(mark);
        Ok(())
    }
}
