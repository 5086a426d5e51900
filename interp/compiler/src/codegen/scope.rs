//! Names: where a name lives as seen from the code being generated, and the instructions to load, store and delete it.

use super::regs::Reg;
use super::unit::{CellVar, UnitKind};
use super::{Compiler, R};
use crate::bytecode::{Const, Op};
use crate::symtable::{ScopeKind, VarScope, mangle};
use rustpython_ast::name::Name;
use rustpython_ast::{Expr, ExprContext};

/// Where a name lives.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In a register. The flag: it belongs to an inlined comprehension.
    Fast(Reg, bool),
    /// In a cell of this unit.
    Cell(CellVar),
    /// In a cell of an enclosing unit.
    Free(CellVar),
    /// As `Free`, but the class namespace is asked first.
    ClassFree(CellVar),
    /// In the globals.
    Global,
    /// In the namespace of the class around an annotation scope (in this cell), else in the globals.
    ClassDictGlobal(CellVar),
    /// In the frame's namespace, else in the globals.
    Name,
}

impl<'a> Compiler<'a> {
    pub(super) fn mangled(&self, name: &Name) -> Name {
        mangle(self.unit().private.as_ref(), name)
    }

    /// Where the (mangled) name lives.
    pub(super) fn resolve(&self, name: &Name) -> Place {
        let unit = self.unit();
        let mut inlined_global = false;
        let in_class = unit.kind == UnitKind::Class;
        let mut through_comp = false;
        for frame in unit.comps.iter().rev() {
            if let Some(reg) = frame.fast.get(name) {
                return Place::Fast(*reg, true);
            }
            if let Some(cell) = frame.cells.get(name) {
                return Place::Cell(*cell);
            }
            through_comp = true;
            match self.scope_of(frame.scope).get(name).map(|s| s.scope) {
                Some(VarScope::GlobalImplicit) => inlined_global = true,
                Some(VarScope::GlobalExplicit) => return Place::Global,
                _ => {}
            }
        }
        if through_comp && in_class {
            // A comprehension does not see the names of the class around it.
            return match unit.frees.get(name) {
                Some(cell) if !inlined_global => Place::Free(*cell),
                _ => Place::Global,
            };
        }
        self.resolve_in_unit(name)
    }

    fn resolve_in_unit(&self, name: &Name) -> Place {
        let unit = self.unit();
        let scope = self.scope_of(unit.scope);
        let found = scope.get(name).map_or(VarScope::Unknown, |s| s.scope);
        if let Some(cell) = unit.cells.get(name)
            && (found == VarScope::Cell || found == VarScope::Unknown)
        {
            return Place::Cell(*cell);
        }
        match found {
            VarScope::Local if scope.is_function_like() => match unit.locals.get(name) {
                Some(reg) => Place::Fast(*reg, false),
                None => Place::Global,
            },
            VarScope::Free => match unit.frees.get(name) {
                Some(cell) if unit.kind == UnitKind::Class || scope.can_see_class_scope => {
                    Place::ClassFree(*cell)
                }
                Some(cell) => Place::Free(*cell),
                None => Place::Global,
            },
            VarScope::GlobalExplicit => Place::Global,
            VarScope::GlobalImplicit if scope.is_function_like() => match self.class_dict() {
                Some(cell) if name != "__classdict__" => Place::ClassDictGlobal(cell),
                _ => Place::Global,
            },
            VarScope::Unknown if scope.is_function_like() => Place::Global,
            _ => Place::Name,
        }
    }

    /// The cell with the namespace of the class around an annotation scope.
    pub(super) fn class_dict(&self) -> Option<CellVar> {
        let unit = self.unit();
        match self.scope_of(unit.scope).can_see_class_scope {
            true => unit.frees.get("__classdict__").copied(),
            false => None,
        }
    }

    /// The register of `expr` if it is a local variable of this unit or of an inlined comprehension.
    pub(super) fn local_of(&self, expr: &Expr) -> Option<(Reg, Name, bool)> {
        let Expr::Name(e) = expr else { return None };
        let name = self.mangled(&e.id);
        match self.resolve(&name) {
            Place::Fast(reg, of_comp) => Some((reg, name, of_comp)),
            _ => None,
        }
    }

    /// Emits the check that a local is bound; `assemble` drops it where it cannot fail.
    pub(super) fn check_local(&mut self, reg: Reg, name: &Name, of_comp: bool) {
        if of_comp {
            let id = self.u().name_id(name);
            self.u().emit_x(Op::CheckLocal, 1, reg, 0, id);
        } else {
            self.u().emit(Op::CheckLocal, reg, 0, 0);
        }
    }

    /// Whether a walrus somewhere in this function may rebind `name` while an expression is evaluated.
    pub(super) fn may_be_rebound(&self, name: &Name) -> bool {
        self.scope_of(self.unit().scope).walrus.contains(name)
    }

    /// Loads a (mangled) name into `dst`.
    pub(super) fn load_place(&mut self, name: &Name, dst: Reg) {
        let place = self.resolve(name);
        let u = self.u();
        match place {
            Place::Fast(reg, of_comp) => {
                self.check_local(reg, name, of_comp);
                self.u().move_to(dst, reg);
            }
            Place::Cell(cell) => u.emit_x(Op::LoadCell, 0, dst, cell.reg, cell.index),
            Place::Free(cell) => u.emit_x(Op::LoadCell, 1, dst, cell.reg, cell.index),
            Place::ClassFree(cell) => {
                let mark = u.mark();
                let dict = u.temp();
                match self.class_dict() {
                    Some(class_dict) => {
                        self.u()
                            .emit_x(Op::LoadCell, 1, dict, class_dict.reg, class_dict.index);
                    }
                    None => self.u().emit(Op::LoadLocals, dict, 0, 0),
                }
                let u = self.u();
                let id = u.name_id(name);
                u.emit_ext(
                    Op::LoadFromDictOrCell,
                    0,
                    dst,
                    dict,
                    cell.reg,
                    u32::from(id),
                );
                u.release(mark);
            }
            Place::Global => {
                let id = u.name_id(name);
                u.emit(Op::LoadGlobal, dst, 0, id);
            }
            Place::ClassDictGlobal(cell) => {
                let mark = u.mark();
                let dict = u.temp();
                u.emit_x(Op::LoadCell, 1, dict, cell.reg, cell.index);
                let id = u.name_id(name);
                u.emit(Op::LoadFromDictOrGlobals, dst, dict, id);
                u.release(mark);
            }
            Place::Name => {
                let id = u.name_id(name);
                u.emit(Op::LoadName, dst, 0, id);
            }
        }
    }

    /// Loads a name as written into `dst`.
    pub(super) fn load_name(&mut self, name: &Name, dst: Reg) -> R {
        if name == "__debug__" {
            let value = self.opts.optimize == 0;
            self.u().load_const(dst, Const::Bool(value));
            return Ok(());
        }
        let name = self.mangled(name);
        self.load_place(&name, dst);
        Ok(())
    }

    /// Stores `src` under a name as written.
    pub(super) fn store_name(&mut self, name: &Name, src: Reg) -> R {
        self.name_op(name, ExprContext::Store, src)
    }

    /// Stores or deletes a name as written.
    pub(super) fn name_op(&mut self, name: &Name, ctx: ExprContext, src: Reg) -> R {
        let name = self.mangled(name);
        let place = self.resolve(&name);
        let u = self.u();
        let delete = ctx == ExprContext::Del;
        match place {
            Place::Fast(reg, _) if delete => u.emit(Op::DelLocal, reg, 0, 0),
            Place::Fast(reg, _) => u.move_to(reg, src),
            Place::Cell(cell) if delete => u.emit_x(Op::DelCell, 0, cell.reg, 0, cell.index),
            Place::Free(cell) | Place::ClassFree(cell) if delete => {
                u.emit_x(Op::DelCell, 1, cell.reg, 0, cell.index);
            }
            Place::Cell(cell) | Place::Free(cell) | Place::ClassFree(cell) => {
                u.emit(Op::StoreCell, cell.reg, src, 0);
            }
            Place::Global | Place::ClassDictGlobal(_) => {
                let id = u.name_id(&name);
                let (op, reg) = match delete {
                    true => (Op::DelGlobal, 0),
                    false => (Op::StoreGlobal, src),
                };
                u.emit(op, reg, 0, id);
            }
            Place::Name => {
                let id = u.name_id(&name);
                let (op, reg) = match delete {
                    true => (Op::DelName, 0),
                    false => (Op::StoreName, src),
                };
                u.emit(op, reg, 0, id);
            }
        }
        Ok(())
    }

    /// Whether the unit is a function whose first parameter `super()` can use.
    pub(super) fn enclosing_class_unit(&mut self) -> Option<usize> {
        let mut kinds = self.units.iter();
        kinds.rposition(|u| self.table.scope(u.scope).kind == ScopeKind::Class)
    }
}
