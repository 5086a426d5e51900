//! Class definitions: the body is a code unit of its own that `__build_class__` runs.

use super::function::FunctionParts;
use super::regs::Reg;
use super::unit::UnitKind;
use super::{Compiler, R};
use crate::bytecode::{CodeUnit, Const, Op};
use crate::symtable::{Part, key};
use rustpython_ast::name::Name;
use rustpython_ast::{StmtClassDef, TypeParams};
use rustpython_text_size::TextRange;

impl<'a> Compiler<'a> {
    pub(super) fn class_def(&mut self, def: &'a StmtClassDef) -> R {
        let mark = self.u().mark();
        let range = self.definition_range(&def.decorator_list, def.range);
        let decorators = self.decorators(&def.decorator_list)?;
        let target = self.definition_target(&def.name.id, &def.decorator_list);
        self.at(range);
        match &def.type_params {
            Some(type_params) => self.generic_class(def, type_params, target, range)?,
            None => self.class_object(def, None, target, range)?,
        }
        self.finish_definition(&def.name.id, &def.decorator_list, decorators, target, range)?;
        self.u().release(mark);
        Ok(())
    }

    /// Calls `__build_class__`; `generic_base` is an additional last base.
    pub(super) fn class_object(
        &mut self,
        def: &'a StmtClassDef,
        generic_base: Option<Reg>,
        dst: Reg,
        range: TextRange,
    ) -> R {
        let mark = self.u().mark();
        let window = self.u().temps(4);
        self.u().emit(Op::LoadBuildClass, window, 0, 0);
        self.u().emit(Op::SetNull, window + 1, 0, 0);
        let code = self.class_body(def)?;
        self.at(range);
        self.make_closure(code, window + 2);
        self.u().load_str(window + 3, &def.name.id);
        match &def.arguments {
            Some(arguments) => {
                self.call_window(window, arguments, (2, generic_base), dst, range)?;
            }
            None => {
                let mut count = 2;
                if let Some(base) = generic_base {
                    let reg = self.u().temp();
                    self.u().move_to(reg, base);
                    count = 3;
                }
                self.call_ready(window, count, dst);
            }
        }
        self.u().release(mark);
        Ok(())
    }

    fn class_body(&mut self, def: &'a StmtClassDef) -> R<CodeUnit> {
        let Some(scope) = self.table.find(key(def, Part::Body)) else {
            return self.error(def, "unknown scope");
        };
        self.enter_unit(scope, UnitKind::Class, &def.name.id, def.range.start());
        let mark = self.u().mark();
        let t = self.u().temp();
        self.load_place(&Name::new_static("__name__"), t);
        self.class_name("__module__", t);
        let qualname = self.u().qualname.clone();
        self.u().load_str(t, &qualname);
        self.class_name("__qualname__", t);
        let line = self.u().firstlineno;
        self.u().load_const(t, Const::Int(i64::from(line)));
        self.class_name("__firstlineno__", t);
        if def.type_params.is_some() {
            self.load_place(&Name::new_static(".type_params"), t);
            self.class_name("__type_params__", t);
        }
        if let Some(cell) = self.u().cells.get("__classdict__").copied() {
            self.u().emit(Op::LoadLocals, t, 0, 0);
            self.u().emit(Op::StoreCell, cell.reg, t, 0);
        }
        if let Some(cell) = self.u().cells.get("__conditional_annotations__").copied() {
            self.u().emit(Op::BuildSet, t, t, 0);
            self.u().emit(Op::StoreCell, cell.reg, t, 0);
        }
        if self.future_annotations && self.scope_of(scope).annotations_used {
            self.u().emit(Op::SetupAnnotations, 0, 0, 0);
        }
        let mut body = &def.body[..];
        if let Some((value, rest)) = self.docstring(body) {
            if let Some(value) = value {
                self.at(&body[0]);
                self.u().load_const(t, value);
                self.class_name("__doc__", t);
            }
            body = rest;
        }
        self.u().release(mark);
        self.body(body)?;
        self.class_end()?;
        self.leave_unit()
    }

    /// What stands at the end of a class body: annotations, `__static_attributes__`, cells for `type.__new__`.
    fn class_end(&mut self) -> R {
        self.class_annotations()?;
        // What follows belongs to no line of the source.
        self.u().loc = None;
        let t = self.u().temp();
        let names = std::mem::take(&mut self.u().static_attributes);
        let names = names.iter().map(|n| Const::Str(n.as_bytes().into()));
        let names = Const::Tuple(names.collect());
        self.u().load_const(t, names);
        self.class_name("__static_attributes__", t);
        if let Some(cell) = self.u().cells.get("__classdict__").copied() {
            self.class_name("__classdictcell__", cell.reg);
        }
        if let Some(cell) = self.u().cells.get("__class__").copied() {
            self.class_name("__classcell__", cell.reg);
            self.u().emit(Op::Return, cell.reg, 0, 0);
        }
        Ok(())
    }

    /// Stores into the class namespace.
    pub(super) fn class_name(&mut self, name: &'static str, src: Reg) {
        let id = self.u().name_id(&Name::new_static(name));
        self.u().emit(Op::StoreName, src, 0, id);
    }

    fn generic_class(
        &mut self,
        def: &'a StmtClassDef,
        type_params: &'a TypeParams,
        dst: Reg,
        range: TextRange,
    ) -> R {
        let Some(scope) = self.table.find(key(def, Part::TypeParams)) else {
            return self.error(def, "unknown scope");
        };
        let name = format!("<generic parameters of {}>", def.name.id);
        self.enter_unit(scope, UnitKind::TypeParams, &name, def.range.start());
        let params = self.type_params(type_params)?;
        self.at(range);
        self.store_name(&Name::new_static(".type_params"), params)?;
        let base = self.u().temp();
        let intrinsic = crate::bytecode::ops::Intrinsic::SubscriptGeneric as u16;
        self.u().emit(Op::CallIntrinsic, base, params, intrinsic);
        let result = self.u().temp();
        self.class_object(def, Some(base), result, range)?;
        self.u().emit(Op::Return, result, 0, 0);
        let code = self.leave_unit()?;
        self.at(range);
        self.call_generic(code, FunctionParts::default(), dst);
        Ok(())
    }
}
