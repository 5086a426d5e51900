//! Type parameters (PEP 695, 696): generic functions and classes, type aliases.
//!
//! The parameters live in a function of their own around the definition, which is called at once.

use super::function::FunctionParts;
use super::regs::Reg;
use super::unit::UnitKind;
use super::{Compiler, R};
use crate::bytecode::ops::Intrinsic;
use crate::bytecode::{CodeUnit, Const, Op};
use crate::symtable::{Part, key};
use rustpython_ast::{Expr, Identifier, StmtFunctionDef, StmtTypeAlias, TypeParam, TypeParams};
use rustpython_text_size::{Ranged, TextRange};

impl<'a> Compiler<'a> {
    /// Makes and binds the parameters; the register of their tuple.
    pub(super) fn type_params(&mut self, params: &'a TypeParams) -> R<Reg> {
        let count = params.type_params.len();
        let first = self.u().temps(count);
        for (i, param) in params.type_params.iter().enumerate() {
            self.type_param(param, first + i as u16)?;
        }
        self.at(params);
        self.u().emit(Op::BuildTuple, first, first, count as u16);
        Ok(first)
    }

    fn type_param(&mut self, param: &'a TypeParam, dst: Reg) -> R {
        let (name, bound, default, plain) = match param {
            TypeParam::TypeVar(p) => (&p.name, p.bound.as_deref(), &p.default, Intrinsic::TypeVar),
            TypeParam::TypeVarTuple(p) => (&p.name, None, &p.default, Intrinsic::TypeVarTuple),
            TypeParam::ParamSpec(p) => (&p.name, None, &p.default, Intrinsic::ParamSpec),
        };
        let mark = self.u().mark();
        let run = self.u().temps(2);
        self.at(param);
        self.u().load_str(run, &name.id);
        let mut intrinsic = plain;
        if let Some(bound) = bound {
            let scope = self.table.find(key(param, Part::Bound));
            self.lazy_value(scope, name, bound, run + 1)?;
            intrinsic = match bound {
                Expr::Tuple(_) => Intrinsic::TypeVarWithConstraints,
                _ => Intrinsic::TypeVarWithBound,
            };
        }
        self.at(param);
        self.u().emit(Op::CallIntrinsic, run, run, intrinsic as u16);
        if let Some(default) = default {
            let scope = self.table.find(key(param, Part::Default));
            self.lazy_value(scope, name, default, run + 1)?;
            let set = Intrinsic::SetTypeParamDefault as u16;
            self.u().emit(Op::CallIntrinsic, run, run, set);
        }
        self.u().move_to(dst, run);
        self.store_name(&name.id, dst)?;
        self.u().release(mark);
        Ok(())
    }

    pub(super) fn generic_function(
        &mut self,
        def: &'a StmtFunctionDef,
        parts: FunctionParts,
        dst: Reg,
        range: TextRange,
    ) -> R {
        let (Some(scope), Some(type_params)) = (
            self.table.find(key(def, Part::TypeParams)),
            &def.type_params,
        ) else {
            return self.error(def, "unknown scope");
        };
        let name = format!("<generic parameters of {}>", def.name.id);
        self.enter_unit(scope, UnitKind::TypeParams, &name, def.range.start());
        let given = parts.defaults.is_some() as u32 + parts.kwdefaults.is_some() as u32;
        self.u().argcount = given;
        let params = self.type_params(type_params)?;
        let inner = FunctionParts {
            defaults: self.u().locals.get(".defaults").copied(),
            kwdefaults: self.u().locals.get(".kwdefaults").copied(),
            type_params: Some(params),
        };
        let result = self.u().temp();
        self.function_object(def, inner, result, def.range.start(), range)?;
        self.u().emit(Op::Return, result, 0, 0);
        let code = self.leave_unit()?;
        self.at(range);
        self.call_generic(code, parts, dst);
        Ok(())
    }

    /// Calls the function around type parameters at once, with the defaults as arguments.
    pub(super) fn call_generic(&mut self, code: CodeUnit, parts: FunctionParts, dst: Reg) {
        let mark = self.u().mark();
        let window = self.u().temps(2);
        self.make_closure(code, window);
        self.u().emit(Op::SetNull, window + 1, 0, 0);
        let mut count = 0;
        for part in [parts.defaults, parts.kwdefaults].into_iter().flatten() {
            let arg = self.u().temp();
            self.u().move_to(arg, part);
            count += 1;
        }
        self.call_ready(window, count, dst);
        self.u().release(mark);
    }

    pub(super) fn type_alias(&mut self, s: &'a StmtTypeAlias) -> R {
        let Expr::Name(name) = &*s.name else {
            return self.error(s, "invalid syntax");
        };
        let ident = Identifier::new(name.id.clone(), name.range);
        let result = self.u().temp();
        if let Some(type_params) = &s.type_params {
            let Some(scope) = self.table.find(key(s, Part::TypeParams)) else {
                return self.error(s, "unknown scope");
            };
            let generic = format!("<generic parameters of {}>", name.id);
            self.enter_unit(scope, UnitKind::TypeParams, &generic, s.range.start());
            let run = self.u().temps(3);
            let params = self.type_params(type_params)?;
            self.u().move_to(run + 1, params);
            self.alias_object(s, &ident, run)?;
            self.u().emit(Op::Return, run, 0, 0);
            let code = self.leave_unit()?;
            self.at(s);
            self.call_generic(code, FunctionParts::default(), result);
        } else {
            let run = self.u().temps(3);
            self.at(s);
            self.u().load_const(run + 1, Const::None);
            self.alias_object(s, &ident, run)?;
            self.u().move_to(result, run);
        }
        self.at(s.name.range());
        self.store_name(&name.id, result)
    }

    /// Makes the alias in `run`, whose second register holds the parameters or None.
    fn alias_object(&mut self, s: &'a StmtTypeAlias, name: &Identifier, run: Reg) -> R {
        self.at(s);
        self.u().load_str(run, &name.id);
        let scope = self.table.find(key(s, Part::Body));
        self.lazy_value(scope, name, &s.value, run + 2)?;
        self.at(s);
        self.u()
            .emit(Op::CallIntrinsic, run, run, Intrinsic::TypeAlias as u16);
        Ok(())
    }
}
