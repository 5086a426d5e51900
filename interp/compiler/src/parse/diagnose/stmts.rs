//! Sources and simple statements.

use super::node::{Node, Shape, Targets};
use super::tokens::Kind;
use super::{P, Parser};
use crate::errors::SyntaxError;
use crate::parse::Mode;
use std::rc::Rc;

const AUGMENTED: [&str; 13] = [
    "+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//=",
];

impl Parser<'_> {
    /// A whole source.
    pub(super) fn file(&mut self, mode: Mode) -> P<()> {
        match mode {
            Mode::Eval => {
                if self.expressions()?.is_none() {
                    return Ok(None);
                }
                while self.eat_kind(Kind::Newline) {}
                Ok(self.at_kind(Kind::End).then_some(()))
            }
            Mode::FuncType => Ok(None),
            Mode::Exec | Mode::Single => {
                while !self.at_kind(Kind::End) {
                    if self.statement()?.is_none() {
                        return Ok(None);
                    }
                }
                Ok(Some(()))
            }
        }
    }

    fn statement(&mut self) -> P<()> {
        let start = self.pos;
        if self.compound_stmt()?.is_some() {
            self.finished(start);
            return Ok(Some(()));
        }
        self.simple_stmts()
    }

    /// Notes a compound statement for the error's `after`.
    fn finished(&mut self, start: usize) {
        let start = self.tokens[start].start;
        let line = self.source.line_of(start);
        if self.mistakes && self.done.is_none_or(|d| self.source.line_of(d) <= line) {
            self.done = Some(start);
        }
    }

    /// Statements up to the end of a block; at least one.
    pub(super) fn statements(&mut self) -> P<()> {
        loop {
            if self.statement()?.is_none() {
                return Ok(None);
            }
            if self.at_kind(Kind::Dedent) || self.at_kind(Kind::End) {
                return Ok(Some(()));
            }
        }
    }

    /// `a; b` and the end of the line.
    pub(super) fn simple_stmts(&mut self) -> P<()> {
        self.attempt(|p| {
            loop {
                if p.simple_stmt()?.is_none() {
                    return Ok(None);
                }
                if !p.eat(";") {
                    break;
                }
                if p.at_kind(Kind::Newline) {
                    break;
                }
            }
            Ok(p.eat_kind(Kind::Newline).then_some(()))
        })
    }

    pub(super) fn simple_stmt(&mut self) -> P<()> {
        self.attempt(|p| {
            if p.attempt(Self::assignment)?.is_some() {
                return Ok(Some(()));
            }
            if p.mistakes {
                p.invalid_assignment()?;
            }
            if p.at("type") && p.attempt(Self::type_alias)?.is_some() {
                return Ok(Some(()));
            }
            if p.star_expressions()?.is_some() {
                return Ok(Some(()));
            }
            match p.word() {
                "return" => {
                    p.pos += 1;
                    p.star_expressions()?;
                    Ok(Some(()))
                }
                "import" => p.import_name(),
                "from" => p.import_from(),
                "raise" => p.raise_stmt(),
                "pass" | "break" | "continue" => {
                    p.pos += 1;
                    Ok(Some(()))
                }
                "del" => p.del_stmt(),
                "yield" => Ok(p.yield_expr()?.map(drop)),
                "assert" => p.assert_stmt(),
                "global" | "nonlocal" => p.names(),
                _ => Ok(None),
            }
        })
    }

    // ---- assignments

    fn assignment(&mut self) -> P<()> {
        let start = self.pos;
        if self.name().is_some() && self.eat(":") {
            return self.annotation();
        }
        self.pos = start;
        let parenthesized = self.at("(");
        if let Some(target) = self.plainly(|p| p.attempt(Self::primary))? {
            let named = target.shape == Shape::Name;
            let single = target.is_single_target() && (!named || parenthesized);
            if single && self.eat(":") {
                return self.annotation();
            }
        }
        self.pos = start;
        let mut assigned = false;
        loop {
            let before = self.pos;
            if self.star_targets()?.is_some() && self.eat("=") {
                assigned = true;
                continue;
            }
            self.pos = before;
            break;
        }
        if assigned {
            let value = self.annotated_rhs()?;
            return Ok((value.is_some() && !self.at("=")).then_some(()));
        }
        let target = self.plainly(|p| p.attempt(Self::primary))?;
        if target.is_some_and(|t| t.is_single_target()) && AUGMENTED.contains(&self.word()) {
            self.pos += 1;
            return Ok(self.annotated_rhs()?.map(drop));
        }
        Ok(None)
    }

    /// After the colon.
    fn annotation(&mut self) -> P<()> {
        if self.expression()?.is_none() {
            return Ok(None);
        }
        let before = self.pos;
        if self.eat("=") && self.annotated_rhs()?.is_none() {
            self.pos = before;
        }
        Ok(Some(()))
    }

    fn invalid_assignment(&mut self) -> Result<(), Box<SyntaxError>> {
        self.attempt(Self::annotated_display)?;
        self.attempt(|p| {
            let Some(first) = p.star_named_expression()? else {
                return Ok(None);
            };
            if !p.eat(",") {
                return Ok(None);
            }
            // Lists without a comma between them, too: CPython's rule repeats the whole list.
            while !p.star_named_expressions()?.is_empty() {}
            if !p.eat(":") || p.expression()?.is_none() {
                return Ok(None);
            }
            let msg = "only single target (not tuple) can be annotated";
            p.fail::<()>(first.start, first.end, msg)
        })?;
        self.attempt(|p| {
            let Some(target) = p.expression()? else {
                return Ok(None);
            };
            if !p.eat(":") || p.expression()?.is_none() {
                return Ok(None);
            }
            p.fail::<()>(target.start, target.end, "illegal target for annotation")
        })?;
        self.attempt(|p| {
            while p
                .attempt(|p| Ok((p.star_targets()?.is_some() && p.eat("=")).then_some(())))?
                .is_some()
            {}
            let target = p.annotated_rhs()?;
            match target {
                Some(target) if p.at("=") => {
                    if target.shape == Shape::Yield {
                        let msg = "assignment to yield expression not possible";
                        return p.fail::<()>(target.start, target.end, msg);
                    }
                    p.check_target(&target, Targets::Star)?;
                    Ok(None)
                }
                _ => Ok(None),
            }
        })?;
        self.attempt(|p| {
            let Some(target) = p.star_expressions()? else {
                return Ok(None);
            };
            if !AUGMENTED.contains(&p.word()) {
                return Ok(None);
            }
            p.pos += 1;
            if p.annotated_rhs()?.is_none() {
                return Ok(None);
            }
            let msg = format!(
                "'{}' is an illegal expression for augmented assignment",
                target.name()
            );
            p.fail::<()>(target.start, target.end, msg)
        })?;
        Ok(())
    }

    /// `[a, b]: int`
    fn annotated_display(&mut self) -> P<()> {
        let mut depth = 0;
        let display: Option<Rc<Node>> = loop {
            let found = match self.word() {
                "[" => self.attempt(Self::list)?,
                "(" => self.attempt(Self::tuple)?,
                _ => None,
            };
            if found.is_some() || !self.eat("(") {
                break found;
            }
            depth += 1;
        };
        let Some(display) = display else {
            return Ok(None);
        };
        for _ in 0..depth {
            if !self.eat(")") {
                return Ok(None);
            }
        }
        if !self.eat(":") || self.expression()?.is_none() {
            return Ok(None);
        }
        let msg = format!(
            "only single target (not {}) can be annotated",
            display.name()
        );
        self.fail(display.start, display.end, msg)
    }

    fn type_alias(&mut self) -> P<()> {
        self.pos += 1;
        if self.name().is_none() || self.type_params()?.is_none() || !self.eat("=") {
            return Ok(None);
        }
        Ok(self.expression()?.map(drop))
    }

    // ---- other simple statements

    fn names(&mut self) -> P<()> {
        self.pos += 1;
        loop {
            if self.name().is_none() {
                return Ok(None);
            }
            if !self.eat(",") {
                return Ok(Some(()));
            }
        }
    }

    fn raise_stmt(&mut self) -> P<()> {
        self.pos += 1;
        if self.expression()?.is_some() && self.eat("from") {
            return Ok(self.expression()?.map(drop));
        }
        Ok(Some(()))
    }

    fn assert_stmt(&mut self) -> P<()> {
        self.pos += 1;
        if self.expression()?.is_none() {
            return Ok(None);
        }
        if self.eat(",") {
            return Ok(self.expression()?.map(drop));
        }
        Ok(Some(()))
    }

    fn del_stmt(&mut self) -> P<()> {
        self.pos += 1;
        let found = self.attempt(|p| {
            let targets = p.plainly(|p| p.attempt(Self::star_expressions))?;
            let good = targets.is_some_and(|t| t.is_target(Targets::Delete));
            Ok((good && (p.at(";") || p.at_kind(Kind::Newline))).then_some(()))
        })?;
        if found.is_none()
            && self.mistakes
            && let Some(node) = self.star_expressions()?
        {
            self.check_target(&node, Targets::Delete)?;
        }
        Ok(found)
    }

    // ---- imports

    fn import_name(&mut self) -> P<()> {
        let keyword = self.here();
        self.pos += 1;
        if self.mistakes {
            self.attempt(|p| {
                loop {
                    if p.dotted_name().is_none() {
                        return Ok(None);
                    }
                    if !p.eat(",") {
                        break;
                    }
                }
                if !p.eat("from") || p.dotted_name().is_none() {
                    return Ok(None);
                }
                let msg = "Did you mean to use 'from ... import ...' instead?";
                p.fail_from::<()>(keyword, msg)
            })?;
            if self.at_kind(Kind::Newline) {
                let start = self.here();
                return self.fail_from(start, "Expected one or more names after 'import'");
            }
        }
        loop {
            if self.dotted_name().is_none() || self.alias()?.is_none() {
                return Ok(None);
            }
            if !self.eat(",") {
                return Ok(Some(()));
            }
        }
    }

    /// `as name`, or nothing.
    fn alias(&mut self) -> P<()> {
        if !self.eat("as") {
            return Ok(Some(()));
        }
        let before = self.pos;
        let named = self.name().is_some();
        let ends = matches!(self.word(), "," | ")" | ";") || self.at_kind(Kind::Newline);
        if named && ends {
            return Ok(Some(()));
        }
        if self.mistakes {
            self.pos = before;
            if let Some(node) = self.expression()? {
                let msg = format!("cannot use {} as import target", node.name());
                return self.fail(node.start, node.end, msg);
            }
        }
        self.pos = before + named as usize;
        Ok(named.then_some(()))
    }

    fn import_from(&mut self) -> P<()> {
        self.pos += 1;
        let mut dots = false;
        while self.eat(".") || self.eat("...") {
            dots = true;
        }
        if self.dotted_name().is_none() && !dots {
            return Ok(None);
        }
        if !self.eat("import") {
            return Ok(None);
        }
        if self.eat("*") {
            return Ok(Some(()));
        }
        let parenthesized = self.eat("(");
        if !parenthesized && self.mistakes && self.at_kind(Kind::Newline) {
            let start = self.here();
            return self.fail_from(start, "Expected one or more names after 'import'");
        }
        loop {
            if self.name().is_none() || self.alias()?.is_none() {
                return Ok(None);
            }
            if !self.eat(",") {
                break;
            }
            if parenthesized && self.at(")") {
                break;
            }
            if !parenthesized && self.at_kind(Kind::Newline) {
                if self.mistakes {
                    let msg = "trailing comma not allowed without surrounding parentheses";
                    return self.fail_last(msg);
                }
                return Ok(None);
            }
        }
        Ok((!parenthesized || self.eat(")")).then_some(()))
    }
}
