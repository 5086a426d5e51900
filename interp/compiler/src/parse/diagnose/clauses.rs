//! Compound statements.

use super::node::{Shape, Targets};
use super::tokens::{Kind, Token};
use super::{P, Parser, Rule};
use crate::errors::SyntaxError;

impl Parser<'_> {
    pub(super) fn compound_stmt(&mut self) -> P<()> {
        match self.word() {
            "def" => self.attempt(Self::function_def),
            "@" => self.attempt(Self::decorated),
            "async" => self.attempt(|p| {
                p.pos += 1;
                match p.word() {
                    "def" => p.function_def(),
                    "with" => p.with_stmt(),
                    "for" => p.for_stmt(),
                    _ => Ok(None),
                }
            }),
            "if" => self.attempt(Self::if_stmt),
            "class" => self.attempt(Self::class_def),
            "with" => self.attempt(Self::with_stmt),
            "for" => self.attempt(Self::for_stmt),
            "try" => self.attempt(Self::try_stmt),
            "while" => self.attempt(Self::while_stmt),
            "match" => self.attempt(Self::match_stmt),
            _ => Ok(None),
        }
    }

    // ---- blocks

    /// The colon of a clause. At the end of the line its absence is a mistake.
    fn colon(&mut self) -> P<()> {
        if self.eat(":") {
            return Ok(Some(()));
        }
        if self.mistakes && self.at_kind(Kind::Newline) {
            return self.fail_last("expected ':'");
        }
        Ok(None)
    }

    /// The block of a clause, after the colon.
    fn suite(&mut self, what: &str, keyword: Token) -> P<()> {
        if self.mistakes && self.at_kind(Kind::Newline) {
            self.pos += 1;
            if !self.at_kind(Kind::Indent) {
                let line = self.source.line_of(keyword.start);
                let msg = format!("expected an indented block after {what} on line {line}");
                return self.fail_indent(&msg);
            }
            self.pos -= 1;
        }
        self.block()
    }

    fn block(&mut self) -> P<()> {
        let found = self.remember(Rule::Block, |p| {
            if p.eat_kind(Kind::Newline) {
                if !p.eat_kind(Kind::Indent) {
                    if p.mistakes {
                        return p.fail_indent("expected an indented block");
                    }
                    return Ok(None);
                }
                if p.statements()?.is_none() || !p.eat_kind(Kind::Dedent) {
                    return Ok(None);
                }
            } else if p.simple_stmts()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Other, 0, Vec::new())))
        })?;
        Ok(found.map(drop))
    }

    // ---- if, while, for

    fn if_stmt(&mut self) -> P<()> {
        if self.if_clause("if")?.is_none() {
            return Ok(None);
        }
        while self.at("elif") {
            if self.attempt(|p| p.if_clause("elif"))?.is_none() {
                // The statement ends before the `elif`, which then is the error.
                return Ok(Some(()));
            }
        }
        self.else_block()
    }

    fn if_clause(&mut self, word: &str) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if self.named_expression()?.is_none() || self.colon()?.is_none() {
            return Ok(None);
        }
        self.suite(&format!("'{word}' statement"), keyword)
    }

    /// `else: ...` or nothing.
    fn else_block(&mut self) -> P<()> {
        let keyword = self.token();
        if !self.at("else") {
            return Ok(Some(()));
        }
        self.attempt(|p| {
            p.pos += 1;
            if p.force(":")?.is_none() || p.suite("'else' statement", keyword)?.is_none() {
                return Ok(None);
            }
            if p.mistakes && p.at("elif") {
                return p.fail_last("'elif' block follows an 'else' block");
            }
            Ok(Some(()))
        })?;
        Ok(Some(()))
    }

    fn while_stmt(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if self.named_expression()?.is_none() || self.colon()?.is_none() {
            return Ok(None);
        }
        if self.suite("'while' statement", keyword)?.is_none() {
            return Ok(None);
        }
        self.else_block()
    }

    fn for_stmt(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        let begin = self.pos;
        if self.star_targets()?.is_none() || !self.eat("in") {
            if self.mistakes {
                self.pos = begin;
                if let Some(node) = self.star_expressions()? {
                    self.check_target(&node, Targets::For)?;
                }
            }
            return Ok(None);
        }
        if self.star_expressions()?.is_none() || self.colon()?.is_none() {
            return Ok(None);
        }
        if self.suite("'for' statement", keyword)?.is_none() {
            return Ok(None);
        }
        self.else_block()
    }

    // ---- with

    fn with_stmt(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        let begin = self.pos;
        for parenthesized in [true, false] {
            self.pos = begin;
            if !self.with_items(parenthesized)? {
                continue;
            }
            if !self.at(":") {
                continue;
            }
            self.pos += 1;
            return self.suite("'with' statement", keyword);
        }
        if self.mistakes {
            for parenthesized in [false, true] {
                self.pos = begin;
                self.attempt(|p| p.with_without_colon(parenthesized))?;
            }
        }
        Ok(None)
    }

    fn with_items(&mut self, parenthesized: bool) -> Result<bool, Box<SyntaxError>> {
        if parenthesized && !self.eat("(") {
            return Ok(false);
        }
        loop {
            if self.with_item()?.is_none() {
                return Ok(false);
            }
            if !self.at(",") {
                break;
            }
            self.pos += 1;
            if parenthesized && self.at(")") {
                break;
            }
        }
        Ok(!parenthesized || self.eat(")"))
    }

    fn with_item(&mut self) -> P<()> {
        let with_target = self.attempt(|p| {
            if p.expression()?.is_none() || !p.eat("as") || p.star_target()?.is_none() {
                return Ok(None);
            }
            Ok(matches!(p.word(), "," | ")" | ":").then_some(()))
        })?;
        if with_target.is_some() {
            return Ok(Some(()));
        }
        if self.mistakes {
            self.attempt(|p| {
                if p.expression()?.is_none() || !p.eat("as") {
                    return Ok(None);
                }
                if let Some(node) = p.expression()?
                    && matches!(p.word(), "," | ")" | ":")
                {
                    p.check_target(&node, Targets::Star)?;
                }
                Ok(None::<()>)
            })?;
        }
        Ok(self.expression()?.map(drop))
    }

    fn with_without_colon(&mut self, parenthesized: bool) -> P<()> {
        if parenthesized && !self.eat("(") {
            return Ok(None);
        }
        loop {
            let item = match parenthesized {
                true => self.expressions()?,
                false => self.expression()?,
            };
            if item.is_none() {
                return Ok(None);
            }
            self.attempt(|p| Ok((p.eat("as") && p.star_target()?.is_some()).then_some(())))?;
            if !self.eat(",") {
                break;
            }
        }
        if parenthesized && !self.eat(")") {
            return Ok(None);
        }
        if self.at_kind(Kind::Newline) {
            return self.fail_last("expected ':'");
        }
        Ok(None)
    }

    // ---- try

    fn try_stmt(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if self.force(":")?.is_none() || self.suite("'try' statement", keyword)?.is_none() {
            return Ok(None);
        }
        if self.mistakes && !matches!(self.word(), "except" | "finally") {
            return self.fail_last("expected 'except' or 'finally' block");
        }
        let mut star = None;
        while self.at("except") {
            let except = self.token();
            self.pos += 1;
            let is_star = self.at("*");
            let end = self.token().end;
            self.pos -= 1;
            if star.is_some_and(|star| star != is_star) {
                if self.mistakes {
                    self.pos += 1 + is_star as usize;
                    let complete = self.except_head(is_star)?;
                    if complete {
                        let msg = "cannot have both 'except' and 'except*' on the same 'try'";
                        let end = if is_star { end } else { except.end };
                        return self.fail(except.start, end, msg);
                    }
                }
                return Ok(None);
            }
            if self.attempt(|p| p.except_block(is_star))?.is_none() {
                break;
            }
            star = Some(is_star);
        }
        if star.is_some() {
            self.else_block()?;
        }
        let finally = self.token();
        let found = self.attempt(|p| {
            if !p.eat("finally") || p.force(":")?.is_none() {
                return Ok(None);
            }
            p.suite("'finally' statement", finally)
        })?;
        Ok((found.is_some() || star.is_some()).then_some(()))
    }

    /// The expression, name and colon of an `except` clause.
    fn except_head(&mut self, is_star: bool) -> Result<bool, Box<SyntaxError>> {
        if self.expression()?.is_some() {
            self.attempt(|p| Ok((p.eat("as") && p.name().is_some()).then_some(())))?;
        } else if is_star {
            return Ok(false);
        }
        Ok(self.at(":"))
    }

    fn except_block(&mut self, is_star: bool) -> P<()> {
        let keyword = self.token();
        let what = if is_star {
            "'except*' statement"
        } else {
            "'except' statement"
        };
        self.pos += 1 + is_star as usize;
        if !is_star && self.eat(":") {
            return self.suite(what, keyword);
        }
        let Some(types) = self.expression()? else {
            if self.mistakes && is_star && (self.at(":") || self.at_kind(Kind::Newline)) {
                return self.fail_last("expected one or more exception types");
            }
            if self.mistakes && self.at_kind(Kind::Newline) {
                return self.fail_last("expected ':'");
            }
            return Ok(None);
        };
        let several = self.at(",");
        while self.eat(",") {
            if self.expression()?.is_none() {
                break;
            }
        }
        let target = self.pos;
        if self.eat("as") {
            let named = self.name().is_some();
            if !(named && (self.at(":") || self.at_kind(Kind::Newline))) {
                if self.mistakes {
                    self.pos = target + 1;
                    return self.bad_except_target(is_star);
                }
                return Ok(None);
            }
            if several {
                if self.mistakes && self.at(":") {
                    let msg = "multiple exception types must be parenthesized when using 'as'";
                    return self.fail_from(types.start, msg);
                }
                return Ok(None);
            }
        }
        if self.colon()?.is_none() {
            return Ok(None);
        }
        self.suite(what, keyword)
    }

    /// `except E as x.y:`
    fn bad_except_target(&mut self, is_star: bool) -> P<()> {
        let Some(node) = self.expression()? else {
            return Ok(None);
        };
        if !self.eat(":") || self.block()?.is_none() {
            return Ok(None);
        }
        let word = if is_star { "except*" } else { "except" };
        let msg = format!("cannot use {word} statement with {}", node.name());
        self.fail(node.start, node.end, msg)
    }

    // ---- definitions

    fn decorated(&mut self) -> P<()> {
        while self.eat("@") {
            if self.named_expression()?.is_none() || !self.eat_kind(Kind::Newline) {
                return Ok(None);
            }
        }
        if self.at("class") {
            return self.class_def();
        }
        self.eat("async");
        if self.at("def") {
            return self.function_def();
        }
        Ok(None)
    }

    fn class_def(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if self.name().is_none() || self.type_params()?.is_none() {
            return Ok(None);
        }
        if self.eat("(") {
            self.arguments()?;
            if !self.eat(")") {
                return Ok(None);
            }
        }
        if self.colon()?.is_none() {
            return Ok(None);
        }
        self.suite("class definition", keyword)
    }

    fn function_def(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if self.name().is_none() || self.type_params()?.is_none() {
            return Ok(None);
        }
        if self.require("(")?.is_none() {
            return Ok(None);
        }
        if !self.parameters(")")? || !self.eat(")") {
            return Ok(None);
        }
        self.attempt(|p| match p.eat("->") {
            true => p.expression(),
            false => Ok(None),
        })?;
        if self.require(":")?.is_none() {
            return Ok(None);
        }
        self.suite("function definition", keyword)
    }

    // ---- match

    fn match_stmt(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if !self.subject()? {
            return Ok(None);
        }
        if self.at_kind(Kind::Newline) && self.mistakes {
            return self.fail_last("expected ':'");
        }
        if !self.eat(":") || !self.eat_kind(Kind::Newline) {
            return Ok(None);
        }
        if !self.eat_kind(Kind::Indent) {
            if self.mistakes {
                let line = self.source.line_of(keyword.start);
                let msg =
                    format!("expected an indented block after 'match' statement on line {line}");
                return self.fail_indent(&msg);
            }
            return Ok(None);
        }
        let mut any = false;
        while self.at("case") && self.attempt(Self::case_block)?.is_some() {
            any = true;
        }
        Ok((any && self.eat_kind(Kind::Dedent)).then_some(()))
    }

    fn case_block(&mut self) -> P<()> {
        let keyword = self.token();
        self.pos += 1;
        if self.patterns()?.is_none() || self.guard()?.is_none() || self.colon()?.is_none() {
            return Ok(None);
        }
        self.suite("'case' statement", keyword)
    }

    fn guard(&mut self) -> P<()> {
        if self.eat("if") {
            return Ok(self.named_expression()?.map(drop));
        }
        Ok(Some(()))
    }
}
