//! Expressions.

use super::{Checker, Kind, R};
use crate::literals::{EscapeContext, escape_warnings};
use rustpython_ast::{
    Arguments, Comprehension, Expr, ExprDictComp, ExprLambda, ExprNamed, FString, FStringPart,
    InterpolatedStringElement, InterpolatedStringElements, StringLiteral,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};

/// Format specs inside one another.
const MAX_SPECS: usize = 2;

impl<'a> Checker<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expr) -> R {
        match expr {
            Expr::BoolOp(e) => self.exprs(&e.values),
            Expr::Named(e) => self.named(e),
            Expr::BinOp(e) => {
                self.expr(&e.left)?;
                self.expr(&e.right)
            }
            Expr::UnaryOp(e) => self.expr(&e.operand),
            Expr::Lambda(e) => self.lambda(e),
            Expr::If(e) => {
                self.expr(&e.test)?;
                self.expr(&e.body)?;
                self.expr(&e.orelse)
            }
            Expr::Dict(e) => e.items.iter().try_for_each(|item| {
                item.key.iter().try_for_each(|key| self.expr(key))?;
                self.expr(&item.value)
            }),
            Expr::Set(e) => self.elements(&e.elts),
            Expr::List(e) => self.elements(&e.elts),
            Expr::Tuple(e) => self.elements(&e.elts),
            Expr::ListComp(e) => {
                let kind = Kind::Comprehension("list comprehension");
                self.comprehension(kind, e.range, &e.generators, &[&e.elt])
            }
            Expr::SetComp(e) => {
                let kind = Kind::Comprehension("set comprehension");
                self.comprehension(kind, e.range, &e.generators, &[&e.elt])
            }
            Expr::DictComp(e) => self.dict_comprehension(e),
            Expr::Generator(e) => {
                self.comprehension(Kind::Generator, e.range, &e.generators, &[&e.elt])
            }
            Expr::Await(e) => self.await_expr(e.range, &e.value),
            Expr::Yield(e) => {
                self.yield_expr(e.range, "'yield' outside function")?;
                self.opt_expr(&e.value)
            }
            Expr::YieldFrom(e) => {
                self.yield_expr(e.range, "'yield from' outside function")?;
                if self.kind() == Kind::AsyncFunction {
                    return self.error(e.range, "'yield from' inside async function");
                }
                self.expr(&e.value)
            }
            Expr::Compare(e) => {
                self.warn_compare(e);
                self.expr(&e.left)?;
                self.exprs(&*e.comparators)
            }
            Expr::Call(e) => {
                self.warn_call(&e.func);
                self.expr(&e.func)?;
                self.arguments(&e.arguments)
            }
            Expr::Subscript(e) => {
                self.warn_subscript(&e.value, &e.slice);
                self.expr(&e.value)?;
                self.elements(std::slice::from_ref(&e.slice))
            }
            Expr::Slice(e) => {
                self.opt_expr(&e.lower)?;
                self.opt_expr(&e.upper)?;
                self.opt_expr(&e.step)
            }
            Expr::Attribute(e) => self.expr(&e.value),
            Expr::Starred(e) => self.error(e.range, "can't use starred expression here"),
            _ => self.literal(expr),
        }
    }

    fn lambda(&mut self, e: &'a ExprLambda) -> R {
        if let Some(parameters) = &e.parameters {
            self.defaults(parameters)?;
        }
        self.within(Kind::Lambda, |c| {
            if let Some(parameters) = &e.parameters {
                c.parameters(parameters)?;
            }
            c.expr(&e.body)
        })
        .map(drop)
    }

    fn literal(&mut self, expr: &'a Expr) -> R {
        match expr {
            Expr::NumberLiteral(e) => {
                self.warn_number(e.range);
                Ok(())
            }
            Expr::StringLiteral(e) => {
                e.value.iter().for_each(|part| self.string_part(part));
                Ok(())
            }
            Expr::BytesLiteral(e) => {
                for part in e.value.iter().filter(|part| !part.flags.prefix().is_raw()) {
                    let out = &mut self.found.warnings;
                    escape_warnings(self.source, part.content_range(), EscapeContext::Bytes, out);
                }
                Ok(())
            }
            Expr::FString(e) => e.value.iter().try_for_each(|part| match part {
                FStringPart::Literal(part) => {
                    self.string_part(part);
                    Ok(())
                }
                FStringPart::FString(FString {
                    elements, flags, ..
                }) => self.interpolated(elements, flags.prefix().is_raw(), 0),
            }),
            Expr::TString(e) => e.value.iter().try_for_each(|part| {
                self.interpolated(&part.elements, part.flags.prefix().is_raw(), 0)
            }),
            _ => Ok(()),
        }
    }

    fn string_part(&mut self, part: &StringLiteral) {
        if !part.flags.prefix().is_raw() {
            let out = &mut self.found.warnings;
            escape_warnings(self.source, part.content_range(), EscapeContext::Str, out);
        }
    }

    /// Parts of an f-string, or of the `specs`-th format spec in one another.
    fn interpolated(
        &mut self,
        elements: &'a InterpolatedStringElements,
        raw: bool,
        specs: usize,
    ) -> R {
        elements.iter().try_for_each(|element| match element {
            InterpolatedStringElement::Literal(literal) => {
                if !raw {
                    let out = &mut self.found.warnings;
                    let context = EscapeContext::Interpolated;
                    escape_warnings(self.source, literal.range, context, out);
                }
                Ok(())
            }
            InterpolatedStringElement::Interpolation(field) => {
                if specs > MAX_SPECS {
                    // CPython's tokenizer has not taken the brace yet.
                    let at = field.range.start() - TextSize::from(1);
                    let at = TextRange::empty(at);
                    return self.parser_error(at, "f-string: expressions nested too deeply");
                }
                self.expr(&field.expression)?;
                match &field.format_spec {
                    Some(spec) => self.interpolated(&spec.elements, raw, specs + 1),
                    None => Ok(()),
                }
            }
        })
    }

    /// Items of a display, arguments, subscripts: they may be starred.
    fn elements(&mut self, elements: &'a [Expr]) -> R {
        elements.iter().try_for_each(|element| match element {
            Expr::Starred(starred) => self.expr(&starred.value),
            _ => self.expr(element),
        })
    }

    pub(super) fn arguments(&mut self, arguments: &'a Arguments) -> R {
        self.elements(&arguments.args)?;
        for (i, keyword) in arguments.keywords.iter().enumerate() {
            if let Some(name) = &keyword.arg {
                self.bind(name.as_str(), keyword.range)?;
                let same = |k: &&rustpython_ast::Keyword| k.arg.as_deref() == Some(name.as_str());
                if arguments.keywords[..i].iter().any(|k| same(&k)) {
                    let msg = format!("keyword argument repeated: {name}");
                    return self.error(keyword.range, msg);
                }
            }
            self.expr(&keyword.value)?;
        }
        Ok(())
    }

    // ---- yield and await

    fn refuse_in_annotation(&self, range: TextRange, what: &str) -> R {
        match self.kind() {
            Kind::Annotation(place) => self.error(
                range,
                format!("{what} expression cannot be used within {place}"),
            ),
            _ => Ok(()),
        }
    }

    fn yield_expr(&mut self, range: TextRange, outside: &str) -> R {
        self.refuse_in_annotation(range, "yield")?;
        match self.kind() {
            Kind::Comprehension(name) => self.error(range, format!("'yield' inside {name}")),
            Kind::Generator => self.error(range, "'yield' inside generator expression"),
            kind if !kind.is_function_like() => self.error(range, outside),
            _ => {
                self.scope().yields = true;
                Ok(())
            }
        }
    }

    fn await_expr(&mut self, range: TextRange, value: &'a Expr) -> R {
        self.refuse_in_annotation(range, "await")?;
        let top_level = self.options.allow_top_level_await && self.kind() == Kind::Module;
        match self.kind() {
            kind if kind.is_comprehension() => self.scope().awaits = true,
            Kind::AsyncFunction => {}
            _ if top_level => {}
            kind if kind.is_function_like() => {
                return self.error(range, "'await' outside async function");
            }
            _ => return self.error(range, "'await' outside function"),
        }
        self.expr(value)
    }

    // ---- comprehensions

    fn dict_comprehension(&mut self, e: &'a ExprDictComp) -> R {
        let kind = Kind::Comprehension("dict comprehension");
        match &e.key {
            Some(key) => self.comprehension(kind, e.range, &e.generators, &[key, &e.value]),
            None => {
                let start = e.range.start() + TextSize::from(1);
                let range = TextRange::new(start, e.value.start());
                self.parser_error(range, "dict unpacking cannot be used in dict comprehension")
            }
        }
    }

    fn comprehension(
        &mut self,
        kind: Kind,
        range: TextRange,
        generators: &'a [Comprehension],
        results: &[&'a Expr],
    ) -> R {
        let Some(first) = generators.first() else {
            return Ok(());
        };
        self.iterable(&first.iter)?;
        let scope = self.within(kind, |c| {
            for (i, generator) in generators.iter().enumerate() {
                if generator.is_async {
                    c.scope().awaits = true;
                }
                c.iteration_target(&generator.target)?;
                if i > 0 {
                    c.iterable(&generator.iter)?;
                }
                c.exprs(&generator.ifs)?;
            }
            for result in results {
                if let Expr::Starred(starred) = result {
                    let msg = "iterable unpacking cannot be used in comprehension";
                    return c.error(starred.range, msg);
                }
                c.expr(result)?;
            }
            Ok(())
        })?;
        if scope.awaits && kind != Kind::Generator {
            let top_level = self.options.allow_top_level_await && self.kind() == Kind::Module;
            if self.kind().is_comprehension() {
                self.scope().awaits = true;
            } else if self.kind() != Kind::AsyncFunction && !top_level {
                let msg = "asynchronous comprehension outside of an asynchronous function";
                return self.error(range, msg);
            }
        }
        Ok(())
    }

    fn iterable(&mut self, iter: &'a Expr) -> R {
        self.iterables += 1;
        self.expr(iter)?;
        self.iterables -= 1;
        Ok(())
    }

    fn iteration_target(&mut self, target: &'a Expr) -> R {
        self.top_target(target)?;
        self.iteration_names(target)
    }

    fn iteration_names(&mut self, target: &'a Expr) -> R {
        match target {
            Expr::Name(name) => {
                let id = name.id.as_str();
                if self.scope().assigned_names.contains(&id) {
                    let msg = format!(
                        "comprehension inner loop cannot rebind assignment expression target '{id}'"
                    );
                    return self.error(name.range, msg);
                }
                self.scope().iteration_names.push(id);
                Ok(())
            }
            Expr::Starred(starred) => self.iteration_names(&starred.value),
            Expr::Tuple(tuple) => tuple.elts.iter().try_for_each(|e| self.iteration_names(e)),
            Expr::List(list) => list.elts.iter().try_for_each(|e| self.iteration_names(e)),
            _ => Ok(()),
        }
    }

    fn named(&mut self, e: &'a ExprNamed) -> R {
        self.refuse_in_annotation(e.range, "named")?;
        if self.iterables > 0 {
            let msg = "assignment expression cannot be used in a comprehension iterable expression";
            return self.error(e.range, msg);
        }
        if let Expr::Name(name) = &*e.target
            && self.kind().is_comprehension()
        {
            self.named_in_comprehension(name.id.as_str(), name.range)?;
        }
        self.expr(&e.value)?;
        self.target(&e.target)
    }

    /// The target belongs to the scope around the comprehensions.
    fn named_in_comprehension(&mut self, name: &'a str, range: TextRange) -> R {
        for scope in self.scopes.iter().rev() {
            let place = match scope.kind {
                kind if kind.is_comprehension() => {
                    if scope.iteration_names.contains(&name) {
                        let msg = format!(
                            "assignment expression cannot rebind comprehension iteration variable '{name}'"
                        );
                        return self.error(range, msg);
                    }
                    continue;
                }
                Kind::Class => "a class body",
                Kind::Annotation("the definition of a generic") => {
                    let msg = "assignment expression within a comprehension cannot be used \
                               within the definition of a generic";
                    return self.error(range, msg);
                }
                Kind::Annotation("a type alias") => "a type alias",
                Kind::Annotation("a TypeVar bound") => "a TypeVar bound",
                _ => break,
            };
            let msg =
                format!("assignment expression within a comprehension cannot be used in {place}");
            return self.error(range, msg);
        }
        self.scope().assigned_names.push(name);
        Ok(())
    }
}
