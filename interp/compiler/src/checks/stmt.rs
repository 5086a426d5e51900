//! Statements.

use super::{Block, Checker, Kind, R, Scope, is_future};
use crate::errors::SyntaxError;
use rustpython_ast::{
    Alias, Decorator, ExceptHandler, Expr, Parameters, Stmt, StmtAnnAssign, StmtClassDef, StmtFor,
    StmtFunctionDef, StmtImportFrom, StmtTry, StmtWith, TypeParam, TypeParams,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};

const ESCAPES_EXCEPT_STAR: &str =
    "'break', 'continue' and 'return' cannot appear in an except* block";

impl<'a> Checker<'a> {
    pub(super) fn body(&mut self, body: &'a [Stmt]) -> R {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> R {
        match stmt {
            Stmt::FunctionDef(s) => self.function_def(s),
            Stmt::ClassDef(s) => self.class_def(s),
            Stmt::Return(s) => self.return_stmt(s.range, s.value.as_deref()),
            Stmt::Delete(s) => s.targets.iter().try_for_each(|target| self.delete(target)),
            Stmt::TypeAlias(s) => {
                if let Expr::Name(name) = &*s.name {
                    self.bind(name.id.as_str(), s.range)?;
                }
                self.type_params(s.type_params.as_deref(), |c| {
                    c.annotation("a type alias", &s.value)
                })
            }
            Stmt::Assign(s) => {
                self.expr(&s.value)?;
                s.targets
                    .iter()
                    .try_for_each(|target| self.top_target(target))
            }
            Stmt::AugAssign(s) => {
                self.expr(&s.value)?;
                self.target(&s.target)
            }
            Stmt::AnnAssign(s) => self.ann_assign(s),
            Stmt::For(s) => self.for_stmt(s),
            Stmt::While(s) => {
                self.expr(&s.test)?;
                self.inside(Block::Loop, |c| c.body(&s.body))?;
                self.body(&s.orelse)
            }
            Stmt::If(s) => {
                self.expr(&s.test)?;
                self.body(&s.body)?;
                s.elif_else_clauses.iter().try_for_each(|clause| {
                    clause.test.iter().try_for_each(|test| self.expr(test))?;
                    self.body(&clause.body)
                })
            }
            Stmt::With(s) => self.with_stmt(s),
            Stmt::Match(s) => {
                self.expr(&s.subject)?;
                self.match_cases(&s.cases)
            }
            Stmt::Raise(s) => {
                self.opt_expr(&s.exc)?;
                self.opt_expr(&s.cause)
            }
            Stmt::Try(s) => self.try_stmt(s),
            Stmt::Assert(s) => {
                self.warn_assert(s);
                self.expr(&s.test)?;
                self.opt_expr(&s.msg)
            }
            Stmt::Import(s) => {
                let names = s.names.iter();
                names
                    .clone()
                    .try_for_each(|alias| self.import_name(alias, s.range))
            }
            Stmt::ImportFrom(s) => self.import_from(s),
            Stmt::Expr(s) => self.expr(&s.value),
            Stmt::Break(s) => self.leave_loop(s.range, "break", "'break' outside loop"),
            Stmt::Continue(s) => {
                self.leave_loop(s.range, "continue", "'continue' not properly in loop")
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {
                Ok(())
            }
        }
    }

    // ---- definitions

    fn function_def(&mut self, def: &'a StmtFunctionDef) -> R {
        self.exprs(def.decorator_list.iter().map(|d| &d.expression))?;
        self.bind(
            def.name.as_str(),
            self.def_range(&def.decorator_list, def.range),
        )?;
        self.defaults(&def.parameters)?;
        self.type_params(def.type_params.as_deref(), |c| {
            for parameter in def.parameters.iter_source_order() {
                if let Some(annotation) = parameter.annotation() {
                    c.annotation("an annotation", annotation)?;
                }
            }
            if let Some(returns) = &def.returns {
                c.annotation("an annotation", returns)?;
            }
            let kind = if def.is_async {
                Kind::AsyncFunction
            } else {
                Kind::Function
            };
            let scope = c.within(kind, |c| {
                c.parameters(&def.parameters)?;
                c.body(&def.body)
            })?;
            c.async_generator_return(&scope)
        })
    }

    /// The definition without its decorators, where CPython's node starts.
    fn def_range(&self, decorators: &[Decorator], range: TextRange) -> TextRange {
        let Some(last) = decorators.last() else {
            return range;
        };
        let mut at = last.range.end().to_usize();
        if let Some(start) = self.source.behind_decorators(at) {
            return TextRange::new((start as u32).into(), range.end());
        }
        let text = self.source.text();
        loop {
            let rest = &text[at..range.end().to_usize()];
            let blank = rest.len() - rest.trim_start().len();
            at += blank;
            if !text[at..].starts_with('#') {
                break;
            }
            at += text[at..].find('\n').unwrap_or(0) + 1;
        }
        let start = TextSize::try_from(at).unwrap_or(range.start());
        TextRange::new(start.min(range.end()), range.end())
    }

    fn async_generator_return(&self, scope: &Scope) -> R {
        match scope.returns_value {
            Some(range) if scope.kind == Kind::AsyncFunction && scope.yields => {
                self.error(range, "'return' with value in async generator")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn defaults(&mut self, parameters: &'a Parameters) -> R {
        let defaults = parameters.iter_non_variadic_params();
        self.exprs(defaults.filter_map(|p| p.default()))
    }

    pub(super) fn parameters(&mut self, parameters: &'a Parameters) -> R {
        let mut names = std::collections::HashSet::new();
        for any in parameters.iter_source_order() {
            let parameter = any.as_parameter();
            let name = parameter.name.as_str();
            // Without the stars, which Ruff counts in.
            let range = TextRange::new(parameter.name.start(), parameter.range.end());
            self.bind(name, range)?;
            if !names.insert(name) {
                let msg = format!("duplicate argument '{name}' in function definition");
                return self.error(range, msg);
            }
        }
        Ok(())
    }

    fn class_def(&mut self, def: &'a StmtClassDef) -> R {
        self.exprs(def.decorator_list.iter().map(|d| &d.expression))?;
        self.bind(
            def.name.as_str(),
            self.def_range(&def.decorator_list, def.range),
        )?;
        self.type_params(def.type_params.as_deref(), |c| {
            if let Some(arguments) = &def.arguments {
                c.arguments(arguments)?;
            }
            c.within(Kind::Class, |c| c.body(&def.body)).map(drop)
        })
    }

    /// Checks type parameters, then runs `walk` in their scope if there are any.
    fn type_params(
        &mut self,
        params: Option<&'a TypeParams>,
        walk: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let Some(params) = params else {
            return walk(self);
        };
        self.within(Kind::Annotation("the definition of a generic"), |c| {
            let mut names = Vec::new();
            let mut has_default = false;
            for param in params.iter() {
                let name = param.name().as_str();
                c.bind(name, param)?;
                if names.contains(&name) {
                    return c.error(param, format!("duplicate type parameter '{name}'"));
                }
                names.push(name);
                let default = c.type_param(param)?;
                if has_default && !default {
                    let msg = format!(
                        "non-default type parameter '{name}' follows default type parameter"
                    );
                    return c.error(param, msg);
                }
                has_default |= default;
            }
            walk(c)
        })
        .map(drop)
    }

    /// Checks bound and default; tells if there is a default.
    fn type_param(&mut self, param: &'a TypeParam) -> Result<bool, SyntaxError> {
        let (default, what) = match param {
            TypeParam::TypeVar(p) => {
                if let Some(bound) = &p.bound {
                    let what = match **bound {
                        Expr::Tuple(_) => "a TypeVar constraint",
                        _ => "a TypeVar bound",
                    };
                    self.annotation(what, bound)?;
                }
                (&p.default, "a TypeVar default")
            }
            TypeParam::TypeVarTuple(p) => (&p.default, "a TypeVarTuple default"),
            TypeParam::ParamSpec(p) => (&p.default, "a ParamSpec default"),
        };
        if let Some(default) = default {
            self.annotation(what, default)?;
        }
        Ok(default.is_some())
    }

    // ---- assignments

    /// A target of `=`, `for` or `with`: starred only inside a list or tuple.
    pub(super) fn top_target(&mut self, target: &'a Expr) -> R {
        if let Expr::Starred(starred) = target {
            let msg = "starred assignment target must be in a list or tuple";
            return self.error(starred.range, msg);
        }
        self.target(target)
    }

    pub(super) fn target(&mut self, target: &'a Expr) -> R {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), name.range),
            Expr::Attribute(attribute) => {
                self.bind(attribute.attr.as_str(), attribute.range)?;
                self.expr(&attribute.value)
            }
            Expr::Tuple(tuple) => self.sequence_target(&tuple.elts, tuple.range),
            Expr::List(list) => self.sequence_target(&list.elts, list.range),
            _ => self.expr(target),
        }
    }

    fn sequence_target(&mut self, targets: &'a [Expr], range: TextRange) -> R {
        let mut stars = targets
            .iter()
            .enumerate()
            .filter(|(_, e)| e.is_starred_expr());
        let first = stars.next();
        if stars.next().is_some() {
            return self.error(range, "multiple starred expressions in assignment");
        }
        if let Some((before, _)) = first
            && (before >= 1 << 8 || targets.len() - before > i32::MAX as usize >> 8)
        {
            return self.error(range, "too many expressions in star-unpacking assignment");
        }
        targets.iter().try_for_each(|target| match target {
            Expr::Starred(starred) => self.target(&starred.value),
            _ => self.target(target),
        })
    }

    fn delete(&mut self, target: &'a Expr) -> R {
        match target {
            Expr::Name(name) if name.id.as_str() == "__debug__" => {
                self.error(name.range, "cannot delete __debug__")
            }
            Expr::Name(_) => Ok(()),
            Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|e| self.delete(e)),
            Expr::List(list) => list.elts.iter().try_for_each(|e| self.delete(e)),
            Expr::Attribute(attribute) => self.expr(&attribute.value),
            _ => self.expr(target),
        }
    }

    fn ann_assign(&mut self, s: &'a StmtAnnAssign) -> R {
        match &*s.target {
            Expr::Name(name) => self.bind(name.id.as_str(), s.range)?,
            Expr::Attribute(attribute) => {
                self.bind(attribute.attr.as_str(), s.range)?;
                self.expr(&attribute.value)?;
            }
            target => self.target(target)?,
        }
        self.annotation("an annotation", &s.annotation)?;
        self.opt_expr(&s.value)
    }

    // ---- control flow

    fn for_stmt(&mut self, s: &'a StmtFor) -> R {
        if s.is_async {
            self.require_async(s.range, "'async for' outside async function")?;
        }
        self.expr(&s.iter)?;
        self.top_target(&s.target)?;
        self.inside(Block::Loop, |c| c.body(&s.body))?;
        self.body(&s.orelse)
    }

    fn with_stmt(&mut self, s: &'a StmtWith) -> R {
        if s.is_async {
            self.require_async(s.range, "'async with' outside async function")?;
        }
        for item in &s.items {
            self.expr(&item.context_expr)?;
            if let Some(target) = &item.optional_vars {
                self.top_target(target)?;
            }
        }
        self.body(&s.body)
    }

    fn require_async(&mut self, range: TextRange, msg: &str) -> R {
        let top_level = self.options.allow_top_level_await && self.kind() == Kind::Module;
        if self.kind() == Kind::AsyncFunction || top_level {
            return Ok(());
        }
        self.error(range, msg)
    }

    fn return_stmt(&mut self, range: TextRange, value: Option<&'a Expr>) -> R {
        if !matches!(self.kind(), Kind::Function | Kind::AsyncFunction) {
            return self.error(range, "'return' outside function");
        }
        if let Some(value) = value {
            self.scope().returns_value.get_or_insert(range);
            self.expr(value)?;
        }
        if self.scope().blocks.contains(&Block::ExceptStar) {
            return self.error(range, ESCAPES_EXCEPT_STAR);
        }
        if self.scope().blocks.contains(&Block::Finally) {
            self.warn(range, "'return' in a 'finally' block");
        }
        Ok(())
    }

    fn leave_loop(&mut self, range: TextRange, word: &str, outside: &str) -> R {
        let blocks = &self.scope().blocks;
        let from = blocks.iter().rposition(|block| *block == Block::Loop);
        let left = blocks[from.unwrap_or(0)..].to_vec();
        if left.contains(&Block::ExceptStar) {
            return self.error(range, ESCAPES_EXCEPT_STAR);
        }
        if from.is_none() {
            return self.error(range, outside);
        }
        if left.contains(&Block::Finally) {
            self.warn(range, format!("'{word}' in a 'finally' block"));
        }
        Ok(())
    }

    fn try_stmt(&mut self, s: &'a StmtTry) -> R {
        self.body(&s.body)?;
        let handlers = s.handlers.len();
        for (i, handler) in s.handlers.iter().enumerate() {
            let ExceptHandler::ExceptHandler(h) = handler;
            match &h.type_ {
                Some(expr) => self.expr(expr)?,
                None if i + 1 < handlers => {
                    return self.error(h.range, "default 'except:' must be last");
                }
                None => {}
            }
            if let Some(name) = &h.name {
                self.bind(name.as_str(), h.range)?;
            }
            if s.is_star {
                self.inside(Block::ExceptStar, |c| c.body(&h.body))?;
            } else {
                self.body(&h.body)?;
            }
        }
        self.body(&s.orelse)?;
        self.inside(Block::Finally, |c| c.body(&s.finalbody))
    }

    // ---- imports

    fn import_name(&mut self, alias: &'a Alias, range: TextRange) -> R {
        let name = match &alias.asname {
            Some(name) => name.as_str(),
            None => alias.name.as_str(),
        };
        self.bind(name, range)
    }

    fn import_from(&mut self, s: &'a StmtImportFrom) -> R {
        if is_future(s) && s.end().to_usize() > self.futures_end {
            let msg = "from __future__ imports must occur at the beginning of the file";
            return self.error(s.range, msg);
        }
        for alias in &s.names {
            if alias.name.as_str() == "*" && self.kind() != Kind::Module {
                return self.error(alias.range, "import * only allowed at module level");
            }
            self.import_name(alias, s.range)?;
        }
        Ok(())
    }
}
