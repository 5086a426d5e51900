//! First pass, expressions.
//!
//! Long chains that lean left (`a + b + ...`, `f().g()...`) are walked in a loop, because programs contain thousands of
//! links; everything else recurses under a depth limit.

use super::build::{Builder, R};
use super::{CompKind, Part, ScopeKind, key, sym};
use rustpython_ast::name::Name;
use rustpython_ast::{
    Comprehension, Expr, ExprContext, ExprName, ExprNamed, InterpolatedStringElement,
    InterpolatedStringElements,
};
use rustpython_text_size::TextRange;

/// The parts of a comprehension of any kind.
struct Comp<'a> {
    at: (usize, Part),
    kind: CompKind,
    range: TextRange,
    key: Option<&'a Expr>,
    elt: &'a Expr,
    generators: &'a [Comprehension],
}

impl Builder<'_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> R {
        exprs.iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn opt(&mut self, expr: Option<&Expr>) -> R {
        expr.map_or(Ok(()), |e| self.expr(e))
    }

    /// Visits an expression; the left spine first, in a loop.
    pub(super) fn expr(&mut self, expr: &Expr) -> R {
        self.deeper(expr)?;
        let mut spine = Vec::new();
        let mut base = expr;
        loop {
            let next = match base {
                Expr::BinOp(e) => &*e.left,
                Expr::Attribute(e) => &*e.value,
                Expr::Subscript(e) => &*e.value,
                Expr::Call(e) => &*e.func,
                _ => break,
            };
            spine.push(base);
            base = next;
        }
        self.leaf(base)?;
        for node in spine.into_iter().rev() {
            match node {
                Expr::BinOp(e) => self.expr(&e.right)?,
                Expr::Subscript(e) => self.expr(&e.slice)?,
                Expr::Call(e) => {
                    self.exprs(&e.arguments.args)?;
                    for keyword in &e.arguments.keywords {
                        self.expr(&keyword.value)?;
                    }
                }
                _ => {}
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn leaf(&mut self, expr: &Expr) -> R {
        match expr {
            Expr::Name(e) => self.name(e),
            Expr::BoolOp(e) => self.exprs(&e.values),
            Expr::Named(e) => self.named(e),
            Expr::UnaryOp(e) => self.expr(&e.operand),
            Expr::Lambda(e) => {
                if let Some(params) = &e.parameters {
                    self.defaults(params)?;
                }
                let name = Name::new_static("<lambda>");
                self.enter(key(e, Part::Body), &name, ScopeKind::Function, e.range);
                let saved = (self.comp_iter, self.comp_target);
                (self.comp_iter, self.comp_target) = (0, false);
                if let Some(params) = &e.parameters {
                    self.params(params)?;
                }
                self.expr(&e.body)?;
                (self.comp_iter, self.comp_target) = saved;
                self.leave();
                Ok(())
            }
            Expr::If(e) => {
                self.expr(&e.test)?;
                self.expr(&e.body)?;
                self.expr(&e.orelse)
            }
            Expr::Dict(e) => e.items.iter().try_for_each(|item| {
                self.opt(item.key.as_ref())?;
                self.expr(&item.value)
            }),
            Expr::Set(e) => self.exprs(&e.elts),
            Expr::List(e) => self.exprs(&e.elts),
            Expr::Tuple(e) => self.exprs(&e.elts),
            Expr::Starred(e) => self.expr(&e.value),
            Expr::Slice(e) => {
                self.opt(e.lower.as_deref())?;
                self.opt(e.upper.as_deref())?;
                self.opt(e.step.as_deref())
            }
            Expr::Compare(e) => {
                self.expr(&e.left)?;
                self.exprs(&e.comparators)
            }
            Expr::Await(e) => {
                self.current().coroutine = true;
                self.expr(&e.value)
            }
            Expr::Yield(e) => {
                self.yields(expr)?;
                self.opt(e.value.as_deref())
            }
            Expr::YieldFrom(e) => {
                self.yields(expr)?;
                self.expr(&e.value)
            }
            Expr::FString(e) => e
                .value
                .f_strings()
                .try_for_each(|f| self.interpolated(&f.elements)),
            Expr::TString(e) => e
                .value
                .iter()
                .try_for_each(|t| self.interpolated(&t.elements)),
            _ => self.comprehension(expr),
        }
    }

    fn comprehension(&mut self, expr: &Expr) -> R {
        let comp = match expr {
            Expr::ListComp(e) => Comp {
                at: key(e, Part::Body),
                kind: CompKind::List,
                range: e.range,
                key: None,
                elt: &e.elt,
                generators: &e.generators,
            },
            Expr::SetComp(e) => Comp {
                at: key(e, Part::Body),
                kind: CompKind::Set,
                range: e.range,
                key: None,
                elt: &e.elt,
                generators: &e.generators,
            },
            Expr::DictComp(e) => Comp {
                at: key(e, Part::Body),
                kind: CompKind::Dict,
                range: e.range,
                key: e.key.as_deref(),
                elt: &e.value,
                generators: &e.generators,
            },
            Expr::Generator(e) => Comp {
                at: key(e, Part::Body),
                kind: CompKind::Generator,
                range: e.range,
                key: None,
                elt: &e.elt,
                generators: &e.generators,
            },
            _ => return Ok(()),
        };
        self.comp_parts(&comp)
    }

    fn comp_parts(&mut self, comp: &Comp) -> R {
        let Some((first, rest)) = comp.generators.split_first() else {
            return Ok(());
        };
        self.comp_iter += 1;
        self.expr(&first.iter)?;
        self.comp_iter -= 1;
        let saved = (self.comp_iter, self.comp_target);
        self.enter_comprehension(comp.at, comp.kind, comp.range);
        (self.comp_iter, self.comp_target) = (saved.0, false);
        self.comp_clause(first)?;
        for clause in rest {
            self.comp_iter += 1;
            self.expr(&clause.iter)?;
            self.comp_iter -= 1;
            self.comp_clause(clause)?;
        }
        self.opt(comp.key)?;
        self.expr(comp.elt)?;
        (self.comp_iter, self.comp_target) = saved;
        let generator = comp.kind == CompKind::Generator;
        let is_async = self.current().coroutine && !generator;
        if generator {
            self.current().generator = true;
        }
        self.leave();
        if is_async {
            self.current().coroutine = true;
        }
        Ok(())
    }

    fn comp_clause(&mut self, clause: &Comprehension) -> R {
        if clause.is_async {
            self.current().coroutine = true;
        }
        let saved = std::mem::replace(&mut self.comp_target, true);
        self.expr(&clause.target)?;
        self.comp_target = saved;
        self.exprs(&clause.ifs)
    }

    fn interpolated(&mut self, elements: &InterpolatedStringElements) -> R {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(field) = element {
                self.expr(&field.expression)?;
                if let Some(spec) = &field.format_spec {
                    self.interpolated(&spec.elements)?;
                }
            }
        }
        Ok(())
    }

    fn yields(&mut self, expr: &Expr) -> R {
        if let Some(kind) = self.current().comp {
            let msg = match kind {
                CompKind::List => "'yield' inside list comprehension",
                CompKind::Set => "'yield' inside set comprehension",
                CompKind::Dict => "'yield' inside dict comprehension",
                CompKind::Generator => "'yield' inside generator expression",
            };
            return self.error(expr, msg);
        }
        self.current().generator = true;
        Ok(())
    }

    fn name(&mut self, e: &ExprName) -> R {
        match e.ctx {
            ExprContext::Load => {
                self.use_name(&e.id);
                if e.id == *"super" && self.current().is_function_like() {
                    self.current().add(&Name::new_static("__class__"), sym::USE);
                }
                Ok(())
            }
            _ => self.define(&e.id, sym::LOCAL, e),
        }
    }

    fn named(&mut self, e: &ExprNamed) -> R {
        if self.comp_iter > 0 {
            let msg = "assignment expression cannot be used in a comprehension iterable expression";
            return self.error(e, msg);
        }
        if let Expr::Name(target) = &*e.target {
            let name = self.mangled(&target.id);
            if self.current().comp.is_some() {
                self.named_in_comprehension(e, target)?;
            }
            self.current().walrus.insert(name);
        }
        self.expr(&e.value)?;
        self.expr(&e.target)
    }

    /// A walrus in a comprehension binds in the nearest block that is no comprehension.
    fn named_in_comprehension(&mut self, e: &ExprNamed, target: &ExprName) -> R {
        let name = self.mangled(&target.id);
        for id in self.stack_scopes().into_iter().rev() {
            let scope = self.scope_mut(id);
            if scope.comp.is_some() {
                if scope.flags(&name) & sym::COMP_ITER != 0 {
                    let msg = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{name}'"
                    );
                    return self.error(e, msg);
                }
                continue;
            }
            scope.walrus.insert(name.clone());
            let what = match scope.kind {
                ScopeKind::Function => {
                    let global = scope.flags(&name) & sym::GLOBAL != 0;
                    let flag = if global { sym::GLOBAL } else { sym::NONLOCAL };
                    if !global {
                        scope.add(&name, sym::LOCAL);
                    }
                    self.current().add(&name, flag);
                    return Ok(());
                }
                ScopeKind::Module => {
                    scope.add(&name, sym::GLOBAL);
                    self.current().add(&name, sym::GLOBAL);
                    return Ok(());
                }
                ScopeKind::Class => "in a class body",
                ScopeKind::TypeParams => "within the definition of a generic",
                ScopeKind::TypeAlias => "within a type alias",
                ScopeKind::TypeVariable => "within a TypeVar bound",
                ScopeKind::Annotation => "within an annotation",
            };
            let msg = format!("assignment expression within a comprehension cannot be used {what}");
            return self.error(e, msg);
        }
        Ok(())
    }
}
