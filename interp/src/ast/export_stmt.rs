//! Node objects of statements, parameters, patterns and type parameters.

use super::export::Exporter;
use rustpython_ast::{
    Alias, Decorator, ElifElseClause, ExceptHandler, Identifier, Keyword, MatchCase, Parameter,
    ParameterWithDefault, Parameters, Pattern, Singleton, Stmt, StmtClassDef, StmtFunctionDef,
    StmtIf, StmtTry, TypeParam, TypeParams, WithItem,
};
use rustpython_text_size::{Ranged, TextRange};
use skein_runtime::prelude::*;

impl Exporter<'_> {
    pub(super) fn stmt(&mut self, s: &Stmt) -> PyResult {
        self.vm.check_native_stack(" during ast construction")?;
        let at = Some(s.range());
        match s {
            Stmt::FunctionDef(d) => self.function(d),
            Stmt::ClassDef(d) => self.class(d),
            Stmt::Return(r) => {
                let value = self.option(r.value.as_deref(), Self::expr)?;
                self.node("Return", &[("value", value)], at)
            }
            Stmt::Delete(d) => {
                let targets = self.list(&d.targets, Self::expr)?;
                self.node("Delete", &[("targets", targets)], at)
            }
            Stmt::TypeAlias(t) => {
                let name = self.expr(&t.name)?;
                let params = self.type_params(t.type_params.as_deref())?;
                let value = self.expr(&t.value)?;
                self.node(
                    "TypeAlias",
                    &[("name", name), ("type_params", params), ("value", value)],
                    at,
                )
            }
            Stmt::Assign(a) => {
                let targets = self.list(&a.targets, Self::expr)?;
                let value = self.expr(&a.value)?;
                self.node(
                    "Assign",
                    &[
                        ("targets", targets),
                        ("value", value),
                        ("type_comment", Value::NONE),
                    ],
                    at,
                )
            }
            Stmt::AugAssign(a) => {
                let target = self.expr(&a.target)?;
                let op = self.unit(super::export_expr::operator(a.op))?;
                let value = self.expr(&a.value)?;
                self.node(
                    "AugAssign",
                    &[("target", target), ("op", op), ("value", value)],
                    at,
                )
            }
            Stmt::AnnAssign(a) => {
                let target = self.expr(&a.target)?;
                let annotation = self.expr(&a.annotation)?;
                let value = self.option(a.value.as_deref(), Self::expr)?;
                let simple = Value::from_i32(a.simple as i32);
                self.node(
                    "AnnAssign",
                    &[
                        ("target", target),
                        ("annotation", annotation),
                        ("value", value),
                        ("simple", simple),
                    ],
                    at,
                )
            }
            Stmt::For(f) => {
                let target = self.expr(&f.target)?;
                let iter = self.expr(&f.iter)?;
                let (body, orelse) = (self.body(&f.body)?, self.body(&f.orelse)?);
                let name = if f.is_async { "AsyncFor" } else { "For" };
                self.node(
                    name,
                    &[
                        ("target", target),
                        ("iter", iter),
                        ("body", body),
                        ("orelse", orelse),
                        ("type_comment", Value::NONE),
                    ],
                    at,
                )
            }
            Stmt::While(w) => {
                let test = self.expr(&w.test)?;
                let (body, orelse) = (self.body(&w.body)?, self.body(&w.orelse)?);
                self.node(
                    "While",
                    &[("test", test), ("body", body), ("orelse", orelse)],
                    at,
                )
            }
            Stmt::If(i) => self.if_(i),
            Stmt::With(w) => {
                let items = self.list(&w.items, Self::with_item)?;
                let body = self.body(&w.body)?;
                let name = if w.is_async { "AsyncWith" } else { "With" };
                self.node(
                    name,
                    &[
                        ("items", items),
                        ("body", body),
                        ("type_comment", Value::NONE),
                    ],
                    at,
                )
            }
            Stmt::Match(m) => {
                let subject = self.expr(&m.subject)?;
                let cases = self.list(&m.cases, Self::match_case)?;
                self.node("Match", &[("subject", subject), ("cases", cases)], at)
            }
            Stmt::Raise(r) => {
                let exc = self.option(r.exc.as_deref(), Self::expr)?;
                let cause = self.option(r.cause.as_deref(), Self::expr)?;
                self.node("Raise", &[("exc", exc), ("cause", cause)], at)
            }
            Stmt::Try(t) => self.try_(t),
            Stmt::Assert(a) => {
                let test = self.expr(&a.test)?;
                let msg = self.option(a.msg.as_deref(), Self::expr)?;
                self.node("Assert", &[("test", test), ("msg", msg)], at)
            }
            Stmt::Import(i) => {
                let names = self.list(&i.names, Self::alias)?;
                self.node("Import", &[("names", names)], at)
            }
            Stmt::ImportFrom(i) => {
                let module = self.option(i.module.as_ref(), Self::name)?;
                let names = self.list(&i.names, Self::alias)?;
                let level = Value::from_usize(i.level as usize);
                self.node(
                    "ImportFrom",
                    &[("module", module), ("names", names), ("level", level)],
                    at,
                )
            }
            Stmt::Global(g) => {
                let names = self.list(&g.names, Self::name)?;
                self.node("Global", &[("names", names)], at)
            }
            Stmt::Nonlocal(g) => {
                let names = self.list(&g.names, Self::name)?;
                self.node("Nonlocal", &[("names", names)], at)
            }
            Stmt::Expr(e) => {
                let value = self.expr(&e.value)?;
                self.node("Expr", &[("value", value)], at)
            }
            Stmt::Pass(_) => self.node("Pass", &[], at),
            Stmt::Break(_) => self.node("Break", &[], at),
            Stmt::Continue(_) => self.node("Continue", &[], at),
            Stmt::IpyEscapeCommand(_) => Err(self.vm.system_error("not a Python statement")),
        }
    }

    fn body(&mut self, body: &[Stmt]) -> PyResult {
        self.list(body, Self::stmt)
    }

    fn decorator(&mut self, d: &Decorator) -> PyResult {
        self.expr(&d.expression)
    }

    fn function(&mut self, d: &StmtFunctionDef) -> PyResult {
        let name = self.name(&d.name)?;
        let args = self.parameters(Some(&d.parameters))?;
        let body = self.body(&d.body)?;
        let decorators = self.list(&d.decorator_list, Self::decorator)?;
        let returns = self.option(d.returns.as_deref(), Self::expr)?;
        let params = self.type_params(d.type_params.as_deref())?;
        let at = self.without_decorators(d.range, &d.decorator_list);
        let class = if d.is_async {
            "AsyncFunctionDef"
        } else {
            "FunctionDef"
        };
        let fields = [
            ("name", name),
            ("args", args),
            ("body", body),
            ("decorator_list", decorators),
            ("returns", returns),
            ("type_comment", Value::NONE),
            ("type_params", params),
        ];
        self.node(class, &fields, Some(at))
    }

    fn class(&mut self, d: &StmtClassDef) -> PyResult {
        let name = self.name(&d.name)?;
        let (bases, keywords) = match d.arguments.as_deref() {
            Some(a) => (
                self.list(&a.args, Self::expr)?,
                self.list(&a.keywords, Self::keyword)?,
            ),
            None => (PyList::new(self.vm).value(), PyList::new(self.vm).value()),
        };
        let body = self.body(&d.body)?;
        let decorators = self.list(&d.decorator_list, Self::decorator)?;
        let params = self.type_params(d.type_params.as_deref())?;
        let at = self.without_decorators(d.range, &d.decorator_list);
        let fields = [
            ("name", name),
            ("bases", bases),
            ("keywords", keywords),
            ("body", body),
            ("decorator_list", decorators),
            ("type_params", params),
        ];
        self.node("ClassDef", &fields, Some(at))
    }

    fn if_(&mut self, i: &StmtIf) -> PyResult {
        let test = self.expr(&i.test)?;
        let body = self.body(&i.body)?;
        let orelse = self.clauses(&i.elif_else_clauses, i.range)?;
        self.node(
            "If",
            &[("test", test), ("body", body), ("orelse", orelse)],
            Some(i.range),
        )
    }

    /// `elif` clauses nest; built from the last one so that long chains need no deep recursion.
    fn clauses(&mut self, clauses: &[ElifElseClause], whole: TextRange) -> PyResult {
        let mut orelse = PyList::new(self.vm).value();
        for c in clauses.iter().rev() {
            let body = self.body(&c.body)?;
            orelse = match &c.test {
                None => body,
                Some(test) => {
                    let test = self.expr(test)?;
                    let at = self.span(c.range, whole);
                    let nested = self.node(
                        "If",
                        &[("test", test), ("body", body), ("orelse", orelse)],
                        Some(at),
                    )?;
                    self.vm.new_list(&[nested])
                }
            };
        }
        Ok(orelse)
    }

    fn try_(&mut self, t: &StmtTry) -> PyResult {
        let body = self.body(&t.body)?;
        let handlers = self.list(&t.handlers, Self::handler)?;
        let (orelse, finalbody) = (self.body(&t.orelse)?, self.body(&t.finalbody)?);
        let name = if t.is_star { "TryStar" } else { "Try" };
        self.node(
            name,
            &[
                ("body", body),
                ("handlers", handlers),
                ("orelse", orelse),
                ("finalbody", finalbody),
            ],
            Some(t.range),
        )
    }

    fn handler(&mut self, h: &ExceptHandler) -> PyResult {
        let ExceptHandler::ExceptHandler(h) = h;
        let ty = self.option(h.type_.as_deref(), Self::expr)?;
        let name = self.option(h.name.as_ref(), Self::name)?;
        let body = self.body(&h.body)?;
        self.node(
            "ExceptHandler",
            &[("type", ty), ("name", name), ("body", body)],
            Some(h.range),
        )
    }

    fn with_item(&mut self, w: &WithItem) -> PyResult {
        let context = self.expr(&w.context_expr)?;
        let vars = self.option(w.optional_vars.as_deref(), Self::expr)?;
        self.node(
            "withitem",
            &[("context_expr", context), ("optional_vars", vars)],
            None,
        )
    }

    fn alias(&mut self, a: &Alias) -> PyResult {
        let name = self.name(&a.name)?;
        let asname = self.option(a.asname.as_ref(), Self::name)?;
        self.node(
            "alias",
            &[("name", name), ("asname", asname)],
            Some(a.range),
        )
    }

    pub(super) fn keyword(&mut self, k: &Keyword) -> PyResult {
        let arg = self.option(k.arg.as_ref(), Self::name)?;
        let value = self.expr(&k.value)?;
        self.node("keyword", &[("arg", arg), ("value", value)], Some(k.range))
    }

    fn parameter(&mut self, p: &Parameter) -> PyResult {
        let arg = self.name(&p.name)?;
        let annotation = self.option(p.annotation.as_deref(), Self::expr)?;
        self.node(
            "arg",
            &[
                ("arg", arg),
                ("annotation", annotation),
                ("type_comment", Value::NONE),
            ],
            Some(p.range),
        )
    }

    fn bare_parameter(&mut self, p: &ParameterWithDefault) -> PyResult {
        self.parameter(&p.parameter)
    }

    fn keyword_default(&mut self, p: &ParameterWithDefault) -> PyResult {
        self.option(p.default.as_deref(), Self::expr)
    }

    pub(super) fn parameters(&mut self, p: Option<&Parameters>) -> PyResult {
        let empty = Parameters::default();
        let p = p.unwrap_or(&empty);
        let posonly = self.list(&p.posonlyargs, Self::bare_parameter)?;
        let args = self.list(&p.args, Self::bare_parameter)?;
        let vararg = self.option(p.vararg.as_deref(), Self::parameter)?;
        let kwonly = self.list(&p.kwonlyargs, Self::bare_parameter)?;
        let kw_defaults = self.list(&p.kwonlyargs, Self::keyword_default)?;
        let kwarg = self.option(p.kwarg.as_deref(), Self::parameter)?;
        let defaults = PyList::new(self.vm);
        for q in p.posonlyargs.iter().chain(&p.args) {
            if let Some(d) = &q.default {
                let v = self.expr(d)?;
                defaults.push(self.vm, v);
            }
        }
        let fields = [
            ("posonlyargs", posonly),
            ("args", args),
            ("vararg", vararg),
            ("kwonlyargs", kwonly),
            ("kw_defaults", kw_defaults),
            ("kwarg", kwarg),
            ("defaults", defaults.value()),
        ];
        self.node("arguments", &fields, None)
    }

    fn type_params(&mut self, p: Option<&TypeParams>) -> PyResult {
        match p {
            Some(p) => self.list(&p.type_params, Self::type_param),
            None => Ok(PyList::new(self.vm).value()),
        }
    }

    fn type_param(&mut self, p: &TypeParam) -> PyResult {
        let (class, name, default): (&str, &Identifier, _) = match p {
            TypeParam::TypeVar(t) => ("TypeVar", &t.name, t.default.as_deref()),
            TypeParam::TypeVarTuple(t) => ("TypeVarTuple", &t.name, t.default.as_deref()),
            TypeParam::ParamSpec(t) => ("ParamSpec", &t.name, t.default.as_deref()),
        };
        let name = self.name(name)?;
        let default = self.option(default, Self::expr)?;
        if let TypeParam::TypeVar(t) = p {
            let bound = self.option(t.bound.as_deref(), Self::expr)?;
            return self.node(
                class,
                &[("name", name), ("bound", bound), ("default_value", default)],
                Some(t.range),
            );
        }
        self.node(
            class,
            &[("name", name), ("default_value", default)],
            Some(p.range()),
        )
    }

    fn match_case(&mut self, c: &MatchCase) -> PyResult {
        let pattern = self.pattern(&c.pattern)?;
        let guard = self.option(c.guard.as_deref(), Self::expr)?;
        let body = self.body(&c.body)?;
        self.node(
            "match_case",
            &[("pattern", pattern), ("guard", guard), ("body", body)],
            None,
        )
    }

    fn pattern(&mut self, p: &Pattern) -> PyResult {
        let at = Some(p.range());
        match p {
            Pattern::MatchValue(p) => {
                let value = self.expr(&p.value)?;
                self.node("MatchValue", &[("value", value)], at)
            }
            Pattern::MatchSingleton(p) => {
                let value = match p.value {
                    Singleton::None => Value::NONE,
                    Singleton::True => Value::TRUE,
                    Singleton::False => Value::FALSE,
                };
                self.node("MatchSingleton", &[("value", value)], at)
            }
            Pattern::MatchSequence(p) => {
                let patterns = self.list(&p.patterns, Self::pattern)?;
                self.node("MatchSequence", &[("patterns", patterns)], at)
            }
            Pattern::MatchMapping(p) => {
                let keys = self.list(&p.keys, Self::expr)?;
                let patterns = self.list(&p.patterns, Self::pattern)?;
                let rest = self.option(p.rest.as_ref(), Self::name)?;
                self.node(
                    "MatchMapping",
                    &[("keys", keys), ("patterns", patterns), ("rest", rest)],
                    at,
                )
            }
            Pattern::MatchClass(p) => {
                let cls = self.expr(&p.cls)?;
                let patterns = self.list(&p.arguments.patterns, Self::pattern)?;
                let names = self.list(&p.arguments.keywords, |x, k| x.name(&k.attr))?;
                let values = self.list(&p.arguments.keywords, |x, k| x.pattern(&k.pattern))?;
                self.node(
                    "MatchClass",
                    &[
                        ("cls", cls),
                        ("patterns", patterns),
                        ("kwd_attrs", names),
                        ("kwd_patterns", values),
                    ],
                    at,
                )
            }
            Pattern::MatchStar(p) => {
                let name = self.option(p.name.as_ref(), Self::name)?;
                self.node("MatchStar", &[("name", name)], at)
            }
            Pattern::MatchAs(p) => {
                let pattern = self.option(p.pattern.as_deref(), Self::pattern)?;
                let name = self.option(p.name.as_ref(), Self::name)?;
                self.node("MatchAs", &[("pattern", pattern), ("name", name)], at)
            }
            Pattern::MatchOr(p) => {
                let patterns = self.list(&p.patterns, Self::pattern)?;
                self.node("MatchOr", &[("patterns", patterns)], at)
            }
        }
    }
}
