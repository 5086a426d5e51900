//! First pass, statements: records what every block binds and uses.
//!
//! Order of visits decides the order of registers, so it follows evaluation order where that is cheap.

use super::{
    CompKind, Part, Private, Scope, ScopeId, ScopeKey, ScopeKind, SymbolTable, key, mangle, sym,
};
use crate::errors::SyntaxError;
use crate::source::Source;
use rustpython_ast::name::Name;
use rustpython_ast::{
    ExceptHandler, Expr, Identifier, Parameters, Pattern, Stmt, StmtAnnAssign, StmtClassDef,
    StmtFunctionDef, StmtTypeAlias, TypeParam, TypeParams,
};
use rustpython_text_size::{Ranged, TextRange};
use std::collections::HashMap;

pub(super) type R<T = ()> = Result<T, SyntaxError>;

/// Nesting of syntax at which CPython gives up too.
pub(super) const MAX_DEPTH: u32 = 2000;

pub(super) struct Builder<'a> {
    scopes: Vec<Scope>,
    index: HashMap<ScopeKey, ScopeId>,
    stack: Vec<ScopeId>,
    pub(super) src: &'a Source,
    pub(super) future_annotations: bool,
    private: Option<Private>,
    /// Inside if, loop, try, with or match of the current module or class.
    conditional: bool,
    /// Annotation block of each module or class block on the stack.
    annotations: HashMap<ScopeId, ScopeId>,
    pub(super) depth: u32,
    /// Nesting of comprehension iterables in the current block.
    pub(super) comp_iter: u32,
    /// In the target of a comprehension.
    pub(super) comp_target: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(src: &'a Source, future_annotations: bool) -> Self {
        let top = Scope::new(
            Name::new_static("top"),
            ScopeKind::Module,
            TextRange::default(),
        );
        Builder {
            scopes: vec![top],
            index: HashMap::new(),
            stack: vec![ScopeId(0)],
            src,
            future_annotations,
            private: None,
            conditional: false,
            annotations: HashMap::new(),
            depth: 0,
            comp_iter: 0,
            comp_target: false,
        }
    }

    pub(super) fn finish(self) -> SymbolTable {
        SymbolTable {
            scopes: self.scopes,
            index: self.index,
        }
    }

    pub(super) fn error<T>(&self, node: impl Ranged, msg: impl Into<String>) -> R<T> {
        let range = node.range();
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        Err(SyntaxError::at(self.src, start, end, msg).late())
    }

    pub(super) fn deeper(&mut self, node: impl Ranged) -> R {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error(node, "too many nested parentheses");
        }
        Ok(())
    }

    // ---- blocks

    pub(super) fn current(&mut self) -> &mut Scope {
        let id = self.stack.last().copied().unwrap_or(ScopeId(0));
        &mut self.scopes[id.0 as usize]
    }

    pub(super) fn current_id(&self) -> ScopeId {
        self.stack.last().copied().unwrap_or(ScopeId(0))
    }

    pub(super) fn stack_scopes(&mut self) -> Vec<ScopeId> {
        self.stack.clone()
    }

    pub(super) fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    pub(super) fn enter(
        &mut self,
        key: ScopeKey,
        name: &Name,
        kind: ScopeKind,
        range: TextRange,
    ) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        let parent = self.current_id();
        let mut scope = Scope::new(name.clone(), kind, range);
        scope.parent = Some(parent);
        scope.private = self.private.clone();
        let outer = self.current();
        scope.nested = outer.nested || outer.is_function_like();
        outer.children.push(id);
        self.scopes.push(scope);
        self.index.insert(key, id);
        self.stack.push(id);
        id
    }

    pub(super) fn leave(&mut self) {
        self.stack.pop();
    }

    fn sees_class(&mut self) -> bool {
        let outer = self.current();
        outer.kind == ScopeKind::Class || outer.can_see_class_scope
    }

    /// Enters an annotation-like block, which looks into the class namespace if there is one.
    pub(super) fn enter_annotation(
        &mut self,
        key: ScopeKey,
        name: &Name,
        kind: ScopeKind,
        range: TextRange,
    ) -> ScopeId {
        let sees = self.sees_class();
        let id = self.enter(key, name, kind, range);
        if sees {
            self.current().can_see_class_scope = true;
            self.current()
                .add(&Name::new_static("__classdict__"), sym::USE);
        }
        if kind != ScopeKind::TypeParams {
            self.param_name(&Name::new_static(".format"));
        }
        id
    }

    // ---- symbols

    pub(super) fn mangled(&self, name: &Name) -> Name {
        mangle(self.private.as_ref(), name)
    }

    pub(super) fn define(&mut self, name: &Name, flags: u32, node: impl Ranged) -> R {
        let name = self.mangled(name);
        let comp_target = self.comp_target;
        let range = node.range();
        let scope = self.current();
        let before = scope.flags(&name);
        if flags & sym::TYPE_PARAM != 0 && before & sym::TYPE_PARAM != 0 {
            return self.error(range, format!("duplicate type parameter '{name}'"));
        }
        let mut flags = flags;
        if comp_target && scope.comp.is_some() {
            if before & (sym::GLOBAL | sym::NONLOCAL) != 0 {
                let msg = format!(
                    "comprehension inner loop cannot rebind assignment expression target '{name}'"
                );
                return self.error(range, msg);
            }
            flags |= sym::COMP_ITER;
        }
        scope.add(&name, flags);
        Ok(())
    }

    pub(super) fn use_name(&mut self, name: &Name) {
        let name = self.mangled(name);
        self.current().add(&name, sym::USE);
    }

    fn param_name(&mut self, name: &Name) {
        let scope = self.current();
        scope.add(name, sym::PARAM);
        scope.params.push(name.clone());
    }

    fn param(&mut self, id: &Identifier) -> R {
        let name = self.mangled(&id.id);
        if self.current().flags(&name) & sym::PARAM != 0 {
            return self.error(
                id,
                format!("duplicate parameter '{name}' in function definition"),
            );
        }
        self.param_name(&name);
        Ok(())
    }

    pub(super) fn params(&mut self, params: &Parameters) -> R {
        for p in params
            .posonlyargs
            .iter()
            .chain(&params.args)
            .chain(&params.kwonlyargs)
        {
            self.param(&p.parameter.name)?;
        }
        for p in params.vararg.iter().chain(&params.kwarg) {
            self.param(&p.name)?;
        }
        Ok(())
    }

    pub(super) fn defaults(&mut self, params: &Parameters) -> R {
        for p in params
            .posonlyargs
            .iter()
            .chain(&params.args)
            .chain(&params.kwonlyargs)
        {
            if let Some(default) = &p.default {
                self.expr(default)?;
            }
        }
        Ok(())
    }

    // ---- statements

    pub(super) fn body(&mut self, body: &[Stmt]) -> R {
        for stmt in body {
            self.deeper(stmt)?;
            self.stmt(stmt)?;
            self.depth -= 1;
        }
        Ok(())
    }

    fn conditional_body(&mut self, body: &[Stmt]) -> R {
        let saved = std::mem::replace(&mut self.conditional, true);
        self.body(body)?;
        self.conditional = saved;
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt) -> R {
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::Return(s) => self.opt(s.value.as_deref()),
            Stmt::Delete(s) => self.exprs(&s.targets),
            Stmt::Assign(s) => {
                self.expr(&s.value)?;
                self.exprs(&s.targets)
            }
            Stmt::AugAssign(s) => {
                self.expr(&s.target)?;
                self.expr(&s.value)
            }
            Stmt::AnnAssign(s) => self.ann_assign(s),
            Stmt::Expr(s) => self.expr(&s.value),
            Stmt::Raise(s) => {
                self.opt(s.exc.as_deref())?;
                self.opt(s.cause.as_deref())
            }
            Stmt::Assert(s) => {
                self.expr(&s.test)?;
                self.opt(s.msg.as_deref())
            }
            Stmt::Import(s) => {
                for alias in &s.names {
                    self.import_alias(alias.asname.as_ref(), &alias.name)?;
                }
                Ok(())
            }
            Stmt::ImportFrom(s) => {
                for alias in &s.names {
                    if alias.name.as_str() != "*" {
                        self.import_alias(alias.asname.as_ref(), &alias.name)?;
                    } else if self.current().kind != ScopeKind::Module {
                        return self.error(s, "import * only allowed at module level");
                    }
                }
                Ok(())
            }
            Stmt::Global(s) => self.declare(&s.names, sym::GLOBAL, "global", s.range),
            Stmt::Nonlocal(s) => {
                if self.current().kind == ScopeKind::Module {
                    return self.error(s, "nonlocal declaration not allowed at module level");
                }
                self.declare(&s.names, sym::NONLOCAL, "nonlocal", s.range)
            }
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {
                Ok(())
            }
            _ => self.compound(stmt),
        }
    }

    fn compound(&mut self, stmt: &Stmt) -> R {
        match stmt {
            Stmt::For(s) => {
                if s.is_async {
                    self.current().coroutine = true;
                }
                self.expr(&s.iter)?;
                self.expr(&s.target)?;
                self.conditional_body(&s.body)?;
                self.conditional_body(&s.orelse)
            }
            Stmt::While(s) => {
                self.expr(&s.test)?;
                self.conditional_body(&s.body)?;
                self.conditional_body(&s.orelse)
            }
            Stmt::If(s) => {
                self.expr(&s.test)?;
                self.conditional_body(&s.body)?;
                for clause in &s.elif_else_clauses {
                    self.opt(clause.test.as_ref())?;
                    self.conditional_body(&clause.body)?;
                }
                Ok(())
            }
            Stmt::With(s) => {
                if s.is_async {
                    self.current().coroutine = true;
                }
                for item in &s.items {
                    self.expr(&item.context_expr)?;
                    self.opt(item.optional_vars.as_deref())?;
                }
                self.conditional_body(&s.body)
            }
            Stmt::Match(s) => {
                self.expr(&s.subject)?;
                for case in &s.cases {
                    self.pattern(&case.pattern)?;
                    self.opt(case.guard.as_deref())?;
                    self.conditional_body(&case.body)?;
                }
                Ok(())
            }
            Stmt::Try(s) => {
                self.conditional_body(&s.body)?;
                for handler in &s.handlers {
                    let ExceptHandler::ExceptHandler(h) = handler;
                    self.opt(h.type_.as_deref())?;
                    if let Some(name) = &h.name {
                        self.define(&name.id, sym::LOCAL, name)?;
                    }
                    self.conditional_body(&h.body)?;
                }
                self.conditional_body(&s.orelse)?;
                self.conditional_body(&s.finalbody)
            }
            _ => Ok(()),
        }
    }

    fn import_alias(&mut self, asname: Option<&Identifier>, name: &Identifier) -> R {
        let bound = match asname {
            Some(asname) => asname.id.clone(),
            None => match name.id.as_str().split_once('.') {
                Some((first, _)) => Name::new(first),
                None => name.id.clone(),
            },
        };
        self.define(&bound, sym::IMPORT, asname.unwrap_or(name))
    }

    fn declare(&mut self, names: &[Identifier], flag: u32, word: &str, range: TextRange) -> R {
        for id in names {
            let name = self.mangled(&id.id);
            let flags = self.current().flags(&name);
            if flags & (sym::PARAM | sym::LOCAL | sym::USE | sym::ANNOT) != 0 {
                let msg = if flags & sym::PARAM != 0 {
                    format!("name '{name}' is parameter and {word}")
                } else if flags & sym::USE != 0 {
                    format!("name '{name}' is used prior to {word} declaration")
                } else if flags & sym::ANNOT != 0 {
                    format!("annotated name '{name}' can't be {word}")
                } else {
                    format!("name '{name}' is assigned to before {word} declaration")
                };
                return self.error(range, msg);
            }
            self.current().add(&name, flag);
            self.current().directives.push((name.clone(), range));
            if flag == sym::GLOBAL {
                // What any function declares global is global for the module's own statements too (`exec` with two
                // namespaces shows the difference).
                self.scope_mut(ScopeId(0)).add(&name, flag);
            }
        }
        Ok(())
    }

    fn ann_assign(&mut self, s: &StmtAnnAssign) -> R {
        if let Expr::Name(target) = &*s.target {
            let name = self.mangled(&target.id);
            let flags = self.current().flags(&name);
            let outer = flags & (sym::GLOBAL | sym::NONLOCAL);
            if outer != 0 && self.current().kind != ScopeKind::Module && s.simple {
                let word = if flags & sym::GLOBAL != 0 {
                    "global"
                } else {
                    "nonlocal"
                };
                return self.error(s, format!("annotated name '{name}' can't be {word}"));
            }
            if s.simple {
                self.define(&target.id, sym::ANNOT | sym::LOCAL, s)?;
            } else if s.value.is_some() {
                self.define(&target.id, sym::LOCAL, s)?;
            }
        } else {
            self.expr(&s.target)?;
        }
        self.annotation(s)?;
        self.opt(s.value.as_deref())
    }

    fn annotation(&mut self, s: &StmtAnnAssign) -> R {
        let scope = self.current();
        // The annotations of a function's own variables are never evaluated.
        if scope.is_function_like() {
            return Ok(());
        }
        scope.annotations_used = true;
        if self.future_annotations {
            return Ok(());
        }
        let id = self.current_id();
        let is_module = self.current().kind == ScopeKind::Module;
        let names_index = s.simple && (is_module || self.conditional);
        let marker = Name::new_static("__conditional_annotations__");
        if names_index {
            // A class has a cell for them, which is no name of its own.
            if is_module {
                self.current().has_conditional_annotations = true;
                self.current().add(&marker, sym::USE);
            }
        }
        match self.annotations.get(&id).copied() {
            Some(block) => self.stack.push(block),
            None => {
                let name = Name::new_static("__annotate__");
                let at = (id.0 as usize, Part::Annotations);
                let block = self.enter_annotation(at, &name, ScopeKind::Annotation, s.range);
                self.annotations.insert(id, block);
            }
        }
        if names_index {
            self.current().add(&marker, sym::USE);
        }
        self.expr(&s.annotation)?;
        self.leave();
        Ok(())
    }

    // ---- definitions

    fn function(&mut self, def: &StmtFunctionDef) -> R {
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression)?;
        }
        self.define(&def.name.id, sym::LOCAL, &def.name)?;
        self.defaults(&def.parameters)?;
        let in_class = self.current().kind == ScopeKind::Class;
        if let Some(type_params) = &def.type_params {
            self.enter_type_params(key(def, Part::TypeParams), &def.name.id, type_params, false)?;
            let params = &def.parameters;
            let positional = params.posonlyargs.iter().chain(&params.args);
            if positional.clone().any(|p| p.default.is_some()) {
                self.param_name(&Name::new_static(".defaults"));
            }
            if params.kwonlyargs.iter().any(|p| p.default.is_some()) {
                self.param_name(&Name::new_static(".kwdefaults"));
            }
            self.type_params(type_params)?;
        }
        self.function_annotations(def)?;
        let saved = std::mem::replace(&mut self.conditional, false);
        self.enter(
            key(def, Part::Body),
            &def.name.id,
            ScopeKind::Function,
            def.range,
        );
        self.current().coroutine = def.is_async;
        self.current().method = in_class;
        self.params(&def.parameters)?;
        self.body(&def.body)?;
        self.leave();
        self.conditional = saved;
        if def.type_params.is_some() {
            self.leave();
        }
        Ok(())
    }

    fn function_annotations(&mut self, def: &StmtFunctionDef) -> R {
        let params = &def.parameters;
        let any = def.returns.is_some() || params.iter().any(|p| p.annotation().is_some());
        if !any {
            return Ok(());
        }
        let name = Name::new_static("__annotate__");
        self.enter_annotation(
            key(def, Part::Annotations),
            &name,
            ScopeKind::Annotation,
            def.range,
        );
        if !self.future_annotations {
            for param in params.iter() {
                match param.annotation() {
                    Some(Expr::Starred(s)) => self.expr(&s.value)?,
                    Some(annotation) => self.expr(annotation)?,
                    None => {}
                }
            }
            self.opt(def.returns.as_deref())?;
        }
        self.leave();
        Ok(())
    }

    fn class(&mut self, def: &StmtClassDef) -> R {
        for decorator in &def.decorator_list {
            self.expr(&decorator.expression)?;
        }
        self.define(&def.name.id, sym::LOCAL, &def.name)?;
        let private = self.private.clone();
        if let Some(type_params) = &def.type_params {
            let names = type_params.type_params.iter().map(|p| p.name().id.clone());
            self.private = Some(Private {
                class: def.name.id.clone(),
                only: Some(names.collect()),
            });
            self.enter_type_params(key(def, Part::TypeParams), &def.name.id, type_params, true)?;
            self.type_params(type_params)?;
        }
        if let Some(arguments) = &def.arguments {
            self.exprs(&arguments.args)?;
            for keyword in &arguments.keywords {
                self.expr(&keyword.value)?;
            }
        }
        self.private = Some(Private {
            class: def.name.id.clone(),
            only: None,
        });
        let saved = std::mem::replace(&mut self.conditional, false);
        self.enter(
            key(def, Part::Body),
            &def.name.id,
            ScopeKind::Class,
            def.range,
        );
        if def.type_params.is_some() {
            self.current()
                .add(&Name::new_static("__type_params__"), sym::LOCAL);
            self.current()
                .add(&Name::new_static(".type_params"), sym::USE);
        }
        self.body(&def.body)?;
        self.leave();
        self.conditional = saved;
        if def.type_params.is_some() {
            self.leave();
        }
        self.private = private;
        Ok(())
    }

    fn type_alias(&mut self, alias: &StmtTypeAlias) -> R {
        self.expr(&alias.name)?;
        let Expr::Name(name) = &*alias.name else {
            return self.error(alias, "invalid syntax");
        };
        if let Some(type_params) = &alias.type_params {
            self.enter_type_params(key(alias, Part::TypeParams), &name.id, type_params, false)?;
            self.type_params(type_params)?;
        }
        self.enter_annotation(
            key(alias, Part::Body),
            &name.id,
            ScopeKind::TypeAlias,
            alias.range,
        );
        self.expr(&alias.value)?;
        self.leave();
        if alias.type_params.is_some() {
            self.leave();
        }
        Ok(())
    }

    fn enter_type_params(
        &mut self,
        at: ScopeKey,
        name: &Name,
        params: &TypeParams,
        for_class: bool,
    ) -> R {
        self.enter_annotation(at, name, ScopeKind::TypeParams, params.range);
        if for_class {
            for hidden in [".type_params", ".generic_base"] {
                self.current()
                    .add(&Name::new_static(hidden), sym::LOCAL | sym::USE);
            }
        }
        Ok(())
    }

    fn type_params(&mut self, params: &TypeParams) -> R {
        for param in &params.type_params {
            let (name, bound, default) = match param {
                TypeParam::TypeVar(p) => (&p.name, p.bound.as_deref(), p.default.as_deref()),
                TypeParam::TypeVarTuple(p) => (&p.name, None, p.default.as_deref()),
                TypeParam::ParamSpec(p) => (&p.name, None, p.default.as_deref()),
            };
            self.define(&name.id, sym::TYPE_PARAM | sym::LOCAL, name)?;
            for (expr, part) in [(bound, Part::Bound), (default, Part::Default)] {
                let Some(expr) = expr else { continue };
                let at = key(param, part);
                self.enter_annotation(at, &name.id, ScopeKind::TypeVariable, expr.range());
                match expr {
                    Expr::Starred(s) => self.expr(&s.value)?,
                    _ => self.expr(expr)?,
                }
                self.leave();
            }
        }
        Ok(())
    }

    // ---- patterns

    fn pattern(&mut self, pattern: &Pattern) -> R {
        self.deeper(pattern)?;
        match pattern {
            Pattern::MatchValue(p) => self.expr(&p.value)?,
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(p) => self.patterns(&p.patterns)?,
            Pattern::MatchMapping(p) => {
                self.exprs(&p.keys)?;
                self.patterns(&p.patterns)?;
                self.capture(p.rest.as_ref())?;
            }
            Pattern::MatchClass(p) => {
                self.expr(&p.cls)?;
                self.patterns(&p.arguments.patterns)?;
                for keyword in &p.arguments.keywords {
                    self.pattern(&keyword.pattern)?;
                }
            }
            Pattern::MatchStar(p) => self.capture(p.name.as_ref())?,
            Pattern::MatchAs(p) => {
                if let Some(inner) = &p.pattern {
                    self.pattern(inner)?;
                }
                self.capture(p.name.as_ref())?;
            }
            Pattern::MatchOr(p) => self.patterns(&p.patterns)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn patterns(&mut self, patterns: &[Pattern]) -> R {
        patterns.iter().try_for_each(|p| self.pattern(p))
    }

    fn capture(&mut self, name: Option<&Identifier>) -> R {
        match name {
            Some(name) => self.define(&name.id, sym::LOCAL, name),
            None => Ok(()),
        }
    }

    pub(super) fn enter_comprehension(&mut self, at: ScopeKey, kind: CompKind, range: TextRange) {
        let name = match kind {
            CompKind::List => "<listcomp>",
            CompKind::Set => "<setcomp>",
            CompKind::Dict => "<dictcomp>",
            CompKind::Generator => "<genexpr>",
        };
        self.enter(at, &Name::new_static(name), ScopeKind::Function, range);
        self.current().comp = Some(kind);
        self.param_name(&Name::new_static(".0"));
    }
}
