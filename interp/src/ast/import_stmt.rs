//! Statements and parameters from node objects.

use super::import::{Importer, Open};
use rustpython_ast::{
    Alias, Decorator, ElifElseClause, ExceptHandler, ExceptHandlerExceptHandler, Expr, ExprContext,
    MatchCase, Parameter, ParameterWithDefault, Parameters, Stmt, StmtAnnAssign, StmtAssert,
    StmtAssign, StmtAugAssign, StmtBreak, StmtClassDef, StmtContinue, StmtDelete, StmtExpr,
    StmtFor, StmtFunctionDef, StmtGlobal, StmtIf, StmtImport, StmtImportFrom, StmtMatch,
    StmtNonlocal, StmtPass, StmtRaise, StmtReturn, StmtTry, StmtTypeAlias, StmtWhile, StmtWith,
    Suite, TypeParam, TypeParamParamSpec, TypeParamTypeVar, TypeParamTypeVarTuple, TypeParams,
    WithItem,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};
use skein_runtime::prelude::*;

impl Importer<'_> {
    /// A list of statements, possibly empty.
    pub(super) fn body(&mut self, node: Value, class: &str, field: &str) -> PyResult<Suite> {
        let list = self.list(node, class, field, |x, v| {
            if v.is_none() {
                return x.fail("None disallowed in statement list");
            }
            x.stmt(v)
        })?;
        Ok(list.into_iter().collect())
    }
    fn full_body(&mut self, node: Value, class: &str) -> PyResult<Suite> {
        let body = self.body(node, class, "body")?;
        self.not_empty(body.is_empty(), "body", class)?;
        Ok(body)
    }
    fn not_empty(&mut self, empty: bool, field: &str, class: &str) -> PyResult<()> {
        match empty {
            true => self.fail(format!("empty {field} on {class}")),
            false => Ok(()),
        }
    }

    fn stmt(&mut self, v: Value) -> PyResult<Stmt> {
        let o = self.open(v, "stmt")?;
        let (n, c) = (o.node, o.class);
        Ok(match c {
            "FunctionDef" | "AsyncFunctionDef" => self.function(&o)?,
            "ClassDef" => self.class_def(&o)?,
            "Return" => {
                let value = self.option_field(n, "value")?;
                node!(self, o, Stmt::Return(StmtReturn { value }))
            }
            "Delete" => {
                let targets = self.exprs(n, c, "targets", ExprContext::Del)?;
                self.not_empty(targets.is_empty(), "targets", c)?;
                node!(self, o, Stmt::Delete(StmtDelete { targets }))
            }
            "Assign" => {
                let targets = self.exprs(n, c, "targets", ExprContext::Store)?;
                self.not_empty(targets.is_empty(), "targets", c)?;
                let value = self.expr_field(n, c, "value")?;
                node!(self, o, Stmt::Assign(StmtAssign { targets, value }))
            }
            "AugAssign" => {
                let target = self.target_field(n, c, "target")?;
                let op = self.binary_operator(&o)?;
                let value = self.expr_field(n, c, "value")?;
                node!(
                    self,
                    o,
                    Stmt::AugAssign(StmtAugAssign { target, op, value })
                )
            }
            "AnnAssign" => {
                let target = self.target_field(n, c, "target")?;
                let annotation = self.expr_field(n, c, "annotation")?;
                let value = self.option_field(n, "value")?;
                let simple = self.require(n, c, "simple")?;
                let simple = self.integer(simple)? != 0;
                if simple && !target.is_name_expr() {
                    return Err(self.vm.type_error("AnnAssign with simple non-Name target"));
                }
                node!(
                    self,
                    o,
                    Stmt::AnnAssign(StmtAnnAssign {
                        target,
                        annotation,
                        value,
                        simple
                    })
                )
            }
            "TypeAlias" => {
                let name = self.target_field(n, c, "name")?;
                if !name.is_name_expr() {
                    return Err(self.vm.type_error("TypeAlias with non-Name name"));
                }
                let type_params = self.type_params(&o)?;
                let value = self.expr_field(n, c, "value")?;
                node!(
                    self,
                    o,
                    Stmt::TypeAlias(StmtTypeAlias {
                        name,
                        type_params,
                        value
                    })
                )
            }
            "Raise" => {
                let exc = self.option_field(n, "exc")?;
                let cause = self.option_field(n, "cause")?;
                if exc.is_none() && cause.is_some() {
                    return self.fail("Raise with cause but no exception");
                }
                node!(self, o, Stmt::Raise(StmtRaise { exc, cause }))
            }
            "Assert" => {
                let test = self.expr_field(n, c, "test")?;
                let msg = self.option_field(n, "msg")?;
                node!(self, o, Stmt::Assert(StmtAssert { test, msg }))
            }
            "Global" | "Nonlocal" => {
                let at = o.end;
                let names = self.list(n, c, "names", |x, v| {
                    let text = x.identifier_text(v)?;
                    Ok(rustpython_ast::Identifier::new(text, x.here(at)?))
                })?;
                self.not_empty(names.is_empty(), "names", c)?;
                if c == "Global" {
                    node!(self, o, Stmt::Global(StmtGlobal { names }))
                } else {
                    node!(self, o, Stmt::Nonlocal(StmtNonlocal { names }))
                }
            }
            "Expr" => {
                let value = self.expr_field(n, c, "value")?;
                node!(self, o, Stmt::Expr(StmtExpr { value }))
            }
            "Pass" => node!(self, o, Stmt::Pass(StmtPass {})),
            "Break" => node!(self, o, Stmt::Break(StmtBreak {})),
            "Continue" => node!(self, o, Stmt::Continue(StmtContinue {})),
            "Import" | "ImportFrom" => self.import_stmt(&o)?,
            _ => self.compound(&o)?,
        })
    }

    fn compound(&mut self, o: &Open) -> PyResult<Stmt> {
        let node_index = Default::default();
        let (n, c) = (o.node, o.class);
        Ok(match c {
            "For" | "AsyncFor" => {
                let target = self.target_field(n, c, "target")?;
                let iter = self.expr_field(n, c, "iter")?;
                let body = self.full_body(n, c)?;
                let orelse = self.body(n, c, "orelse")?;
                let (range, is_async) = (self.close(o)?, c == "AsyncFor");
                Stmt::For(StmtFor {
                    node_index,
                    range,
                    is_async,
                    target,
                    iter,
                    body,
                    orelse,
                })
            }
            "While" => {
                let test = self.expr_field(n, c, "test")?;
                let body = self.full_body(n, c)?;
                let orelse = self.body(n, c, "orelse")?;
                node!(self, o, Stmt::While(StmtWhile { test, body, orelse }))
            }
            "If" => {
                let test = self.expr_field(n, c, "test")?;
                let body = self.full_body(n, c)?;
                let elif_else_clauses = self.clauses(n)?;
                node!(
                    self,
                    o,
                    Stmt::If(StmtIf {
                        test,
                        body,
                        elif_else_clauses
                    })
                )
            }
            "With" | "AsyncWith" => {
                let at = o.end;
                let items = self.list(n, c, "items", |x, v| x.with_item(v, at))?;
                self.not_empty(items.is_empty(), "items", c)?;
                let body = self.full_body(n, c)?;
                let (range, is_async) = (self.close(o)?, c == "AsyncWith");
                Stmt::With(StmtWith {
                    node_index,
                    range,
                    is_async,
                    items,
                    body,
                })
            }
            "Match" => {
                let subject = self.expr_field(n, c, "subject")?;
                let cases = self.list(n, c, "cases", Self::match_case)?;
                self.not_empty(cases.is_empty(), "cases", c)?;
                node!(self, o, Stmt::Match(StmtMatch { subject, cases }))
            }
            _ => self.try_stmt(o)?,
        })
    }

    /// The `else` part of an `if`; a lone `if` in it is an `elif`, so that long chains are not deep.
    fn clauses(&mut self, mut node: Value) -> PyResult<Vec<ElifElseClause>> {
        let mut clauses = Vec::new();
        loop {
            let orelse = self.get(node, "orelse")?.and_then(|v| v.cast::<PyList>());
            let only = match orelse {
                Some(list) if list.len() == 1 => list.try_get(0),
                _ => None,
            };
            if let Some(inner) = only.filter(|v| !v.is_none())
                && self.class_of(inner, "stmt")? == "If"
            {
                let o = self.open(inner, "stmt")?;
                let test = Some(*self.expr_field(inner, "If", "test")?);
                let body = self.full_body(inner, "If")?;
                let range = self.close(&o)?;
                let node_index = Default::default();
                clauses.push(ElifElseClause {
                    range,
                    node_index,
                    test,
                    body,
                });
                node = inner;
                continue;
            }
            let body = self.body(node, "If", "orelse")?;
            if let (Some(first), Some(last)) = (body.first(), body.last()) {
                let range = TextRange::new(first.start(), last.end());
                let (node_index, test) = (Default::default(), None);
                clauses.push(ElifElseClause {
                    range,
                    node_index,
                    test,
                    body,
                });
            }
            return Ok(clauses);
        }
    }

    fn try_stmt(&mut self, o: &Open) -> PyResult<Stmt> {
        let (n, c) = (o.node, o.class);
        let body = self.full_body(n, c)?;
        let handlers = self.list(n, c, "handlers", |x, v| {
            let h = x.open(v, "excepthandler")?;
            let type_ = x.option_field(v, "type")?;
            let name = x.optional_identifier(v, "name", h.end)?;
            let body = x.full_body(v, h.class)?;
            let range = x.close(&h)?;
            let node_index = Default::default();
            Ok(ExceptHandler::ExceptHandler(ExceptHandlerExceptHandler {
                range,
                node_index,
                type_,
                name,
                body,
            }))
        })?;
        let orelse = self.body(n, c, "orelse")?;
        let finalbody = self.body(n, c, "finalbody")?;
        if handlers.is_empty() && finalbody.is_empty() {
            return self.fail(format!("{c} has neither handlers nor finalbody"));
        }
        if handlers.is_empty() && !orelse.is_empty() {
            return self.fail(format!("{c} has orelse but no except handlers"));
        }
        Ok(Stmt::Try(StmtTry {
            node_index: Default::default(),
            range: self.close(o)?,
            body,
            handlers,
            orelse,
            finalbody,
            is_star: c == "TryStar",
        }))
    }

    fn with_item(&mut self, v: Value, at: (u32, u32)) -> PyResult<WithItem> {
        let class = self.class_of(v, "withitem")?;
        let context_expr = *self.expr_field(v, class, "context_expr")?;
        let optional_vars = match self.optional(v, "optional_vars")? {
            Some(target) => Some(Box::new(self.expr_in(target, ExprContext::Store)?)),
            None => None,
        };
        let range = self.range_from(context_expr.start(), at)?;
        let node_index = Default::default();
        Ok(WithItem {
            range,
            node_index,
            context_expr,
            optional_vars,
        })
    }

    fn match_case(&mut self, v: Value) -> PyResult<MatchCase> {
        let class = self.class_of(v, "match_case")?;
        let pattern = self.require(v, class, "pattern")?;
        let pattern = self.pattern(pattern)?;
        let guard = self.option_field(v, "guard")?;
        let body = self.full_body(v, class)?;
        let end = body.last().map_or(pattern.end(), Ranged::end);
        Ok(MatchCase {
            range: TextRange::new(pattern.start(), end),
            node_index: Default::default(),
            pattern,
            guard,
            body,
        })
    }

    fn import_stmt(&mut self, o: &Open) -> PyResult<Stmt> {
        let (n, c) = (o.node, o.class);
        let node_index = Default::default();
        let module = match c {
            "Import" => None,
            _ => self.optional_identifier(n, "module", o.end)?,
        };
        let level = match self.optional(n, "level")?.filter(|_| c != "Import") {
            Some(level) => self.integer(level)?,
            None => 0,
        };
        let Ok(level) = u32::try_from(level) else {
            return self.fail("Negative ImportFrom level");
        };
        let names = self.list(n, c, "names", |x, v| {
            let o = x.open(v, "alias")?;
            let name = x.identifier(v, o.class, "name", o.end)?;
            let asname = x.optional_identifier(v, "asname", o.end)?;
            let range = x.close(&o)?;
            let node_index = Default::default();
            Ok(Alias {
                range,
                node_index,
                name,
                asname,
            })
        })?;
        self.not_empty(names.is_empty(), "names", c)?;
        let (range, is_lazy) = (self.close(o)?, false);
        Ok(match c {
            "Import" => Stmt::Import(StmtImport {
                node_index,
                range,
                names,
                is_lazy,
            }),
            _ => Stmt::ImportFrom(StmtImportFrom {
                node_index,
                range,
                module,
                names,
                level,
                is_lazy,
            }),
        })
    }

    /// Decorators, and where the whole definition starts and where it does without them. The parser's range has them.
    fn decorators(&mut self, o: &Open) -> PyResult<(Vec<Decorator>, TextSize)> {
        let list = self.exprs(o.node, o.class, "decorator_list", ExprContext::Load)?;
        let place = |expression: Expr| Decorator {
            range: expression.range(),
            node_index: Default::default(),
            expression,
        };
        let list: Vec<Decorator> = list.into_iter().map(place).collect();
        let Some(first) = list.first() else {
            return Ok((list, o.start));
        };
        let start = first.range.start();
        // The compiler finds the definition's own place behind the last decorator.
        let own = self.places.copy(o.start);
        if own.is_none() {
            return Err(self.vm.memory_error());
        }
        Ok((list, start))
    }

    fn function(&mut self, o: &Open) -> PyResult<Stmt> {
        let (n, c) = (o.node, o.class);
        let (decorators, start) = self.decorators(o)?;
        let name = self.identifier(n, c, "name", o.end)?;
        let type_params = self.type_params(o)?;
        let parameters = Box::new(self.parameters(o)?);
        let returns = self.option_field(n, "returns")?;
        let body = self.full_body(n, c)?;
        let range = TextRange::new(start, self.close(o)?.end());
        Ok(Stmt::FunctionDef(StmtFunctionDef {
            node_index: Default::default(),
            range,
            is_async: c == "AsyncFunctionDef",
            decorator_list: decorators.into_iter().collect(),
            name,
            type_params,
            parameters,
            returns,
            body,
        }))
    }

    fn class_def(&mut self, o: &Open) -> PyResult<Stmt> {
        let (n, c) = (o.node, o.class);
        let (decorators, start) = self.decorators(o)?;
        let name = self.identifier(n, c, "name", o.end)?;
        let type_params = self.type_params(o)?;
        let at = self.place(o.end)?;
        let arguments = self.arguments(o, "bases", at)?;
        let body = self.full_body(n, c)?;
        let range = TextRange::new(start, self.close(o)?.end());
        Ok(Stmt::ClassDef(StmtClassDef {
            node_index: Default::default(),
            range,
            decorator_list: decorators.into_iter().collect(),
            name,
            type_params,
            arguments: Some(Box::new(arguments)),
            body,
        }))
    }

    fn type_params(&mut self, o: &Open) -> PyResult<Option<Box<TypeParams>>> {
        let list = self.list(o.node, o.class, "type_params", Self::type_param)?;
        let (Some(first), Some(last)) = (list.first(), list.last()) else {
            return Ok(None);
        };
        Ok(Some(Box::new(TypeParams {
            range: TextRange::new(first.start(), last.end()),
            node_index: Default::default(),
            type_params: list,
        })))
    }
    fn type_param(&mut self, v: Value) -> PyResult<TypeParam> {
        let o = self.open(v, "type_param")?;
        let node_index = Default::default();
        let name = self.identifier(v, o.class, "name", o.end)?;
        let bound = match o.class {
            "TypeVar" => self.option_field(v, "bound")?,
            _ => None,
        };
        let default = self.option_field(v, "default_value")?;
        let range = self.close(&o)?;
        Ok(match o.class {
            "TypeVar" => TypeParam::TypeVar(TypeParamTypeVar {
                node_index,
                range,
                name,
                bound,
                default,
            }),
            "ParamSpec" => TypeParam::ParamSpec(TypeParamParamSpec {
                node_index,
                range,
                name,
                default,
            }),
            _ => TypeParam::TypeVarTuple(TypeParamTypeVarTuple {
                node_index,
                range,
                name,
                default,
            }),
        })
    }

    fn parameter(&mut self, v: Value) -> PyResult<Parameter> {
        let o = self.open(v, "arg")?;
        let name = self.identifier(v, o.class, "arg", o.end)?;
        let annotation = self.option_field(v, "annotation")?;
        let range = self.close(&o)?;
        let node_index = Default::default();
        Ok(Parameter {
            range,
            node_index,
            name,
            annotation,
        })
    }
    /// The parameters of a function or lambda.
    pub(super) fn parameters(&mut self, o: &Open) -> PyResult<Parameters> {
        let v = self.require(o.node, o.class, "args")?;
        let c = self.class_of(v, "arguments")?;
        let range = self.here(o.end)?;
        let posonly = self.list(v, c, "posonlyargs", Self::parameter)?;
        let args = self.list(v, c, "args", Self::parameter)?;
        let single = |x: &mut Self, field| match x.optional(v, field)? {
            Some(p) => Ok(Some(Box::new(x.parameter(p)?))),
            None => Ok(None),
        };
        let vararg = single(self, "vararg")?;
        let kwonly = self.list(v, c, "kwonlyargs", Self::parameter)?;
        let kw_defaults = self.list(v, c, "kw_defaults", |x, v| match v.is_none() {
            true => Ok(None),
            false => x.expr(v).map(Some),
        })?;
        let kwarg = single(self, "kwarg")?;
        let mut defaults = self.exprs(v, c, "defaults", ExprContext::Load)?;
        if defaults.len() > posonly.len() + args.len() {
            return self.fail("more positional defaults than args on arguments");
        }
        if kw_defaults.len() != kwonly.len() {
            return self.fail("length of kwonlyargs is not the same as kw_defaults on arguments");
        }
        let with = |parameter: Parameter, default: Option<Expr>| ParameterWithDefault {
            range: parameter.range,
            node_index: Default::default(),
            parameter,
            default: default.map(Box::new),
        };
        // Defaults belong to the last positional parameters.
        let mut pair = |list: Vec<Parameter>| {
            let mut paired: Vec<_> = list
                .into_iter()
                .rev()
                .map(|p| with(p, defaults.pop()))
                .collect();
            paired.reverse();
            paired
        };
        let args = pair(args);
        let posonly = pair(posonly);
        let kwonly = kwonly.into_iter().zip(kw_defaults);
        Ok(Parameters {
            range,
            node_index: Default::default(),
            posonlyargs: posonly.into_iter().collect(),
            args: args.into_iter().collect(),
            vararg,
            kwonlyargs: kwonly.map(|(p, d)| with(p, d)).collect(),
            kwarg,
        })
    }
}
