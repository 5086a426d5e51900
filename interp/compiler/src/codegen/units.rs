//! Opening and closing code units: registers from the symbol table, prologue, epilogue, closures.

use super::regs::{Reg, Regs};
use super::unit::{CellVar, Unit, UnitKind};
use super::{Compiler, Mode, R};
use crate::bytecode::ops::Intrinsic;
use crate::bytecode::unit::flags;
use crate::bytecode::{CodeUnit, Const, Op};
use crate::symtable::{CompKind, Scope, ScopeId, ScopeKind, VarScope, sym};
use rustpython_ast::name::Name;
use rustpython_ast::{Expr, Parameters, Stmt};
use rustpython_text_size::{TextRange, TextSize};

/// `co_flags` bit of `from __future__ import annotations`.
const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
const FUTURE_BARRY: u32 = 0x40_0000;

impl<'a> Compiler<'a> {
    pub(super) fn module(&mut self, body: &'a [Stmt]) -> R<CodeUnit> {
        let top = self.table.top();
        self.enter_unit(top, UnitKind::Module, "<module>", TextSize::new(0));
        self.u().firstlineno = 1;
        if self.opts.top_level_await && self.scope_of(top).coroutine {
            self.u().flags |= flags::COROUTINE;
        }
        let start = self.u().ins.len();
        let rest = match self.opts.mode {
            Mode::Exec => self.module_docstring(body)?,
            _ => body,
        };
        if self.future_annotations && self.scope_of(top).annotations_used {
            self.u().emit(Op::SetupAnnotations, 0, 0, 0);
        }
        self.body(rest)?;
        self.module_annotations(start)?;
        self.leave_unit()
    }

    /// Stores the docstring; the statements behind it.
    fn module_docstring(&mut self, body: &'a [Stmt]) -> R<&'a [Stmt]> {
        let Some((value, rest)) = self.docstring(body) else {
            return Ok(body);
        };
        if let Some(value) = value {
            let mark = self.u().mark();
            let reg = self.u().temp();
            self.at(&body[0]);
            self.u().load_const(reg, value);
            self.store_name(&Name::new_static("__doc__"), reg)?;
            self.u().release(mark);
        }
        Ok(rest)
    }

    pub(super) fn expression_unit(&mut self, expr: &'a Expr) -> R<CodeUnit> {
        let top = self.table.top();
        self.enter_unit(top, UnitKind::Module, "<module>", TextSize::new(0));
        if self.opts.top_level_await && self.scope_of(top).coroutine {
            self.u().flags |= flags::COROUTINE;
        }
        let value = self.operand(expr)?;
        self.at(expr);
        self.u().emit(Op::Return, value, 0, 0);
        self.leave_unit()
    }

    /// Starts a unit for a scope.
    pub(super) fn enter_unit(&mut self, id: ScopeId, kind: UnitKind, name: &str, start: TextSize) {
        let scope = self.scope_of(id);
        let mut unit = Unit::new(id, kind, name.to_owned());
        unit.private = scope.private.clone();
        unit.firstlineno = self.src.line_of(start.to_usize());
        unit.loc = Some(TextRange::empty(start));
        if !self.units.is_empty() {
            unit.qualname = self.qualname(scope, kind, name);
        }
        set_flags(&mut unit, scope);
        if self.future_annotations {
            unit.flags |= FUTURE_ANNOTATIONS;
        }
        if self.opts.flufl {
            unit.flags |= FUTURE_BARRY;
        }
        self.assign_registers(&mut unit, scope);
        self.units.push(unit);
        self.prologue(scope);
    }

    fn qualname(&self, scope: &Scope, kind: UnitKind, name: &str) -> String {
        let mut parent = self.unit();
        let mut depth = self.units.len() - 1;
        // The function around type parameters does not show in names.
        while parent.kind == UnitKind::TypeParams && depth > 0 {
            depth -= 1;
            parent = &self.units[depth];
        }
        let parent_scope = self.scope_of(parent.scope);
        if matches!(
            kind,
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class
        ) {
            let mangled = crate::symtable::mangle(parent.private.as_ref(), &scope.name);
            let found = parent_scope.get(&mangled).map(|s| s.scope);
            if found == Some(VarScope::GlobalExplicit) {
                return name.to_owned();
            }
        }
        match parent.kind {
            UnitKind::Module => name.to_owned(),
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => {
                format!("{}.<locals>.{name}", parent.qualname)
            }
            _ => format!("{}.{name}", parent.qualname),
        }
    }

    fn assign_registers(&self, unit: &mut Unit, scope: &Scope) {
        if scope.is_function_like() {
            unit.varnames = scope.params.clone();
            for symbol in &scope.symbols {
                let own = symbol.scope == VarScope::Local;
                if own && symbol.flags & sym::PARAM == 0 {
                    unit.varnames.push(symbol.name.clone());
                }
            }
        }
        for (i, name) in unit.varnames.iter().enumerate() {
            unit.locals.insert(name.clone(), i as Reg);
        }
        self.comprehension_locals(unit, scope, &[]);
        let mut next = unit.varnames.len();
        let cell = |name: &Name| scope.get(name).is_some_and(|s| s.scope == VarScope::Cell);
        for (i, name) in scope.params.iter().enumerate().filter(|(_, n)| cell(n)) {
            add_cell(unit, name, i as Reg);
        }
        let mut others: Vec<Name> = scope
            .symbols
            .iter()
            .filter(|s| s.scope == VarScope::Cell && s.flags & sym::PARAM == 0)
            .map(|s| s.name.clone())
            .collect();
        if scope.kind == ScopeKind::Class {
            let hidden = [
                (scope.needs_class_closure, "__class__"),
                (scope.needs_classdict, "__classdict__"),
                (
                    scope.has_conditional_annotations,
                    "__conditional_annotations__",
                ),
            ];
            let needed = hidden.iter().filter(|(needed, _)| *needed);
            others.extend(needed.map(|(_, name)| Name::new_static(name)));
        }
        others.sort();
        for name in &others {
            add_cell(unit, name, next as Reg);
            next += 1;
        }
        let mut frees: Vec<Name> = scope
            .symbols
            .iter()
            .filter(|s| s.scope == VarScope::Free || s.flags & sym::FREE_CLASS != 0)
            .map(|s| s.name.clone())
            .collect();
        frees.sort();
        unit.free_base = next as Reg;
        for (i, name) in frees.iter().enumerate() {
            let cell = CellVar {
                reg: next as Reg,
                index: i as u16,
            };
            unit.frees.insert(name.clone(), cell);
            next += 1;
        }
        unit.freevars = frees;
        self.comprehension_cells(unit, scope, &mut next);
        unit.regs = Regs::new(next);
    }

    /// Makes variables of inlined comprehensions locals of the function where the function has no such name itself, so
    /// that `locals()` shows them. `taken` are those of comprehensions around.
    fn comprehension_locals(&self, unit: &mut Unit, scope: &Scope, taken: &[&Name]) {
        let own = self.scope_of(unit.scope);
        for id in &scope.children {
            let child = self.scope_of(*id);
            if !child.comp_inlined {
                continue;
            }
            let mut taken = taken.to_vec();
            for symbol in &child.symbols {
                let bound = symbol.scope == VarScope::Local && symbol.flags & sym::PARAM == 0;
                let name = &symbol.name;
                let foreign = own.get(name).is_some_and(|s| match s.scope {
                    VarScope::GlobalImplicit => false,
                    VarScope::Cell | VarScope::Free => true,
                    _ => own.is_function_like(),
                });
                if !bound || foreign || taken.contains(&name) {
                    continue;
                }
                let next = unit.varnames.len() as Reg;
                let reg = *unit.comp_locals.entry(name.clone()).or_insert(next);
                if reg == next {
                    unit.varnames.push(name.clone());
                }
                taken.push(name);
                unit.comp_regs.insert((*id, name.clone()), reg);
            }
            self.comprehension_locals(unit, child, &taken);
        }
    }

    /// Gives the cells of inlined comprehensions registers of their own.
    fn comprehension_cells(&self, unit: &mut Unit, scope: &Scope, next: &mut usize) {
        for id in &scope.children {
            let child = self.scope_of(*id);
            if !child.comp_inlined {
                continue;
            }
            for symbol in child.symbols.iter().filter(|s| s.scope == VarScope::Cell) {
                let reg = *next as Reg;
                *next += 1;
                let known = unit.cellvars.iter().position(|n| *n == symbol.name);
                let index = match known {
                    Some(index) => index,
                    None => {
                        unit.cellvars.push(symbol.name.clone());
                        unit.cell_regs.push(reg);
                        unit.cellvars.len() - 1
                    }
                };
                let cell = CellVar {
                    reg,
                    index: index as u16,
                };
                unit.comp_cells.insert((*id, symbol.name.clone()), cell);
            }
            self.comprehension_cells(unit, child, next);
        }
    }

    fn prologue(&mut self, scope: &Scope) {
        let u = self.u();
        if !u.freevars.is_empty() {
            let (base, count) = (u.free_base, u.freevars.len() as u16);
            u.emit(Op::CopyFreeVars, base, count, 0);
        }
        let mut cells: Vec<Reg> = u.cells.values().map(|c| c.reg).collect();
        cells.sort_unstable();
        for reg in cells {
            u.emit(Op::MakeCell, reg, 0, 0);
        }
        u.emit(Op::Resume, 0, 0, 0);
        let suspends = scope.is_function_like() && (scope.generator || scope.coroutine);
        if suspends {
            let reg = u.temp();
            let (handler, _) = u.new_handler(reg);
            u.handler = handler;
        }
    }

    /// Ends the unit: implicit return, wrapper of generator bodies; gives its code.
    pub(super) fn leave_unit(&mut self) -> R<CodeUnit> {
        let exit = self.u().label_here();
        self.u().implicit_exit = Some(exit);
        let reg = self.none();
        let u = self.u();
        u.emit(Op::Return, reg, 0, 0);
        let scope = self.scope_of(self.unit().scope);
        if scope.is_function_like() && (scope.generator || scope.coroutine) {
            // A StopIteration that leaves a generator would look like its end.
            let u = self.u();
            let handler = u.handlers[1];
            u.place(handler.label);
            u.handler = super::unit::HandlerId(0);
            let stop = Intrinsic::StopIterationError as u16;
            u.emit(Op::CallIntrinsic, handler.reg, handler.reg, stop);
            u.emit(Op::Reraise, handler.reg, 0, 0);
        }
        let Some(unit) = self.units.pop() else {
            return Err(crate::errors::SyntaxError::bare("no code to finish"));
        };
        if unit.regs.overflowed() || unit.names.len() > usize::from(u16::MAX) {
            return Err(crate::errors::SyntaxError::bare(
                "too many variables or names in one code block",
            ));
        }
        Ok(super::assemble::assemble(unit, self.src, &self.filename))
    }

    /// Sets parameter counts and flags of the unit.
    pub(super) fn set_parameters(&mut self, params: &Parameters) {
        let u = self.u();
        u.posonlyargcount = params.posonlyargs.len() as u32;
        u.argcount = (params.posonlyargs.len() + params.args.len()) as u32;
        u.kwonlyargcount = params.kwonlyargs.len() as u32;
        if params.vararg.is_some() {
            u.flags |= flags::VARARGS;
        }
        if params.kwarg.is_some() {
            u.flags |= flags::VARKEYWORDS;
        }
    }

    /// Makes a function of finished code in `dst`, with its closure.
    pub(super) fn make_closure(&mut self, code: CodeUnit, dst: Reg) {
        let freevars = code.freevars.clone();
        let id = self.u().add_const(Const::Code(Box::new(code)));
        let mark = self.u().mark();
        let mut tuple = None;
        if !freevars.is_empty() {
            let first = self.u().temps(freevars.len());
            for (i, name) in freevars.iter().enumerate() {
                if let Some(reg) = self.closure_cell(name) {
                    self.u().move_to(first + i as u16, reg);
                }
            }
            self.u()
                .emit(Op::BuildTuple, first, first, freevars.len() as u16);
            tuple = Some(first);
        }
        self.u().emit_bc(Op::MakeFunction, 0, dst, id as i32);
        if let Some(tuple) = tuple {
            self.u().emit_x(Op::SetFunctionAttr, 3, dst, tuple, 0);
        }
        self.u().release(mark);
    }

    /// The register that holds the cell of `name` for an inner function.
    fn closure_cell(&self, name: &str) -> Option<Reg> {
        let unit = self.unit();
        let inner = unit
            .comps
            .iter()
            .rev()
            .find_map(|frame| frame.cells.get(name));
        let found = inner
            .or_else(|| unit.cells.get(name))
            .or_else(|| unit.frees.get(name));
        found.map(|cell| cell.reg)
    }
}

fn add_cell(unit: &mut Unit, name: &Name, reg: Reg) {
    let index = unit.cellvars.len() as u16;
    unit.cellvars.push(name.clone());
    unit.cell_regs.push(reg);
    unit.cells.insert(name.clone(), CellVar { reg, index });
}

fn set_flags(unit: &mut Unit, scope: &Scope) {
    if !scope.is_function_like() {
        return;
    }
    unit.flags |= flags::OPTIMIZED | flags::NEWLOCALS;
    if scope.nested {
        unit.flags |= flags::NESTED;
    }
    if scope.method {
        unit.flags |= flags::METHOD;
    }
    let generator = scope.generator || scope.comp == Some(CompKind::Generator);
    unit.flags |= match (generator, scope.coroutine) {
        (true, true) => flags::ASYNC_GENERATOR,
        (true, false) => flags::GENERATOR,
        (false, true) => flags::COROUTINE,
        (false, false) => 0,
    };
}
