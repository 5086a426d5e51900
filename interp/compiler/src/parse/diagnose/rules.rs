//! Mistakes in expressions.

use super::node::{Shape, Targets};
use super::tokens::Kind;
use super::{P, Parser};

type Done = Result<(), Box<crate::errors::SyntaxError>>;

const LOOSE_EQUALS: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";

impl Parser<'_> {
    pub(super) fn invalid_expression(&mut self) -> Done {
        if self.at_kind(Kind::Str) {
            self.attempt(Self::split_string)?;
        }
        self.attempt(Self::missing_comma)?;
        self.attempt(Self::half_conditional)?;
        self.attempt(Self::statement_before_if)?;
        self.attempt(Self::lambda_in_field)?;
        Ok(())
    }

    /// `"a" b "c"`
    fn split_string(&mut self) -> P<()> {
        self.pos += 1;
        let mut first = None;
        let mut end = 0;
        while !self.at_kind(Kind::Str) {
            let Some(node) = self.expression_plainly()? else {
                return Ok(None);
            };
            first.get_or_insert(node.start);
            end = node.end;
        }
        match first {
            Some(start) => {
                let msg = "invalid syntax. Is this intended to be part of the string?";
                self.fail(start, end, msg)
            }
            None => Ok(None),
        }
    }

    /// Two expressions side by side inside brackets.
    fn missing_comma(&mut self) -> P<()> {
        if self.at_name() {
            if matches!(self.word(), "match" | "case" | "_" | "type") {
                return Ok(None);
            }
            self.pos += 1;
            let string = self.at_string();
            self.pos -= 1;
            if string {
                return Ok(None);
            }
        }
        let Some(first) = self.disjunction()? else {
            return Ok(None);
        };
        let Some(second) = self.expression_plainly()? else {
            return Ok(None);
        };
        if first.shape == Shape::Name && is_legacy(&self.source.text()[first.start..first.end]) {
            return Ok(None);
        }
        if self.tokens[self.pos - 1].level == 0 {
            return Ok(None);
        }
        let msg = "invalid syntax. Perhaps you forgot a comma?";
        self.fail(first.start, second.end, msg)
    }

    /// `a if b` without `else`, or with a statement after it.
    fn half_conditional(&mut self) -> P<()> {
        let Some(body) = self.disjunction()? else {
            return Ok(None);
        };
        if !self.eat("if") {
            return Ok(None);
        }
        let Some(test) = self.disjunction()? else {
            return Ok(None);
        };
        if !matches!(self.word(), "else" | ":") {
            let msg = "expected 'else' after 'if' expression";
            return self.fail(body.start, test.end, msg);
        }
        if self.eat("else") && !self.looking_at(Self::expression)? {
            let msg = "expected expression after 'else', but statement is given";
            return self.fail_next(msg);
        }
        Ok(None)
    }

    /// `pass if x else y`
    fn statement_before_if(&mut self) -> P<()> {
        let statement = self.token();
        if !matches!(self.word(), "pass" | "break" | "continue") {
            return Ok(None);
        }
        self.pos += 1;
        if !self.eat("if") || self.disjunction()?.is_none() || !self.eat("else") {
            return Ok(None);
        }
        if self.simple_stmt()?.is_none() {
            return Ok(None);
        }
        let msg = "expected expression before 'if', but statement is given";
        self.fail_token(statement, msg)
    }

    fn lambda_in_field(&mut self) -> P<()> {
        let start = self.here();
        if self.fields.is_empty() || !self.eat("lambda") {
            return Ok(None);
        }
        if !self.parameters(":")? || !self.eat(":") {
            return Ok(None);
        }
        let end = self.last_end();
        let template = match self.token().kind {
            Kind::FMiddle(template) => template,
            Kind::Op if self.at("}") => self.fields.last() == Some(&true),
            _ => return Ok(None),
        };
        let kind = if template { 't' } else { 'f' };
        let msg = format!("{kind}-string: lambda expressions are not allowed without parentheses");
        self.fail(start, end, msg)
    }

    /// `print x`
    pub(super) fn invalid_legacy_expression(&mut self) -> Done {
        self.attempt(|p| {
            let start = p.here();
            let name = p.word();
            if p.name().is_none() || p.at("(") {
                return Ok(None);
            }
            match p.star_expressions()? {
                Some(node) if is_legacy(name) => {
                    let msg = format!(
                        "Missing parentheses in call to '{name}'. Did you mean {name}(...)?"
                    );
                    p.fail::<()>(start, node.end, msg)
                }
                _ => Ok(None),
            }
        })?;
        Ok(())
    }

    pub(super) fn invalid_named_expression(&mut self) -> Done {
        self.attempt(|p| {
            let target = p.expression()?;
            if let Some(target) = target
                && p.eat(":=")
                && p.expression()?.is_some()
            {
                let msg = format!("cannot use assignment expressions with {}", target.name());
                return p.fail::<()>(target.start, target.end, msg);
            }
            Ok(None)
        })?;
        self.attempt(|p| {
            let start = p.here();
            if p.name().is_none() || !p.eat("=") {
                return Ok(None);
            }
            let Some(value) = p.bitwise_or()? else {
                return Ok(None);
            };
            if matches!(p.word(), "=" | ":=") {
                return Ok(None);
            }
            p.fail::<()>(start, value.end, LOOSE_EQUALS)
        })?;
        self.attempt(|p| {
            let Some(target) = p.bitwise_or()? else {
                return Ok(None);
            };
            let display = matches!(
                target.shape,
                Shape::List
                    | Shape::Tuple
                    | Shape::Generator
                    | Shape::True
                    | Shape::None
                    | Shape::False
            );
            if display || !p.eat("=") || p.bitwise_or()?.is_none() {
                return Ok(None);
            }
            if matches!(p.word(), "=" | ":=") {
                return Ok(None);
            }
            let name = target.name();
            let msg = format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?");
            p.fail::<()>(target.start, target.end, msg)
        })?;
        Ok(())
    }

    pub(super) fn invalid_group(&mut self) -> Done {
        self.attempt(|p| {
            p.pos += 1;
            let token = p.token();
            if p.at("*") {
                return match p.starred_expression()? {
                    Some(node) if p.at(")") => {
                        p.fail::<()>(node.start, node.end, "cannot use starred expression here")
                    }
                    _ => Ok(None),
                };
            }
            if p.eat("**") && p.expression()?.is_some() && p.at(")") {
                return p.fail_token(token, "cannot use double starred expression here");
            }
            Ok(None)
        })?;
        Ok(())
    }

    pub(super) fn invalid_comprehension(&mut self) -> Done {
        let open = self.word();
        self.attempt(|p| {
            p.pos += 1;
            if !p.at("*") {
                return Ok(None);
            }
            match p.starred_expression()? {
                Some(node) if p.for_if_clauses()?.is_some() => {
                    let msg = "iterable unpacking cannot be used in comprehension";
                    p.fail::<()>(node.start, node.end, msg)
                }
                _ => Ok(None),
            }
        })?;
        if open == "(" {
            return Ok(());
        }
        self.attempt(|p| {
            p.pos += 1;
            let Some(first) = p.star_named_expression()? else {
                return Ok(None);
            };
            if !p.eat(",") {
                return Ok(None);
            }
            let comma_end = p.last_end();
            let others = p.star_named_expressions()?;
            if p.for_if_clauses()?.is_none() {
                return Ok(None);
            }
            let end = others.last().map_or(comma_end, |node| node.end);
            let msg = "did you forget parentheses around the comprehension target?";
            p.fail::<()>(first.start, end, msg)
        })?;
        Ok(())
    }

    pub(super) fn invalid_dict_comprehension(&mut self) -> Done {
        self.attempt(|p| {
            p.pos += 1;
            let stars = p.token();
            if !p.eat("**") || p.bitwise_or()?.is_none() || p.for_if_clauses()?.is_none() {
                return Ok(None);
            }
            if !p.eat("}") {
                return Ok(None);
            }
            let msg = "dict unpacking cannot be used in dict comprehension";
            p.fail_token::<()>(stars, msg)
        })?;
        Ok(())
    }

    /// After `for`: targets that no `in` follows.
    pub(super) fn invalid_for_if_clause(&mut self) -> Done {
        self.attempt(|p| {
            p.pos += 1;
            if p.bitwise_or()?.is_none() {
                return Ok(None);
            }
            while p.eat(",") {
                if p.bitwise_or()?.is_none() {
                    break;
                }
            }
            if p.at("in") {
                return Ok(None);
            }
            p.fail_last::<()>("'in' expected after for-loop variables")
        })?;
        Ok(())
    }

    pub(super) fn invalid_for_target(&mut self) -> Done {
        self.attempt(|p| {
            p.pos += 1;
            if let Some(node) = p.star_expressions()? {
                p.check_target(&node, Targets::For)?;
            }
            Ok(None::<()>)
        })?;
        Ok(())
    }

    /// After `{`.
    pub(super) fn invalid_double_starred_kvpairs(&mut self) -> P<()> {
        self.attempt(|p| {
            let mut any = false;
            while p.double_starred_kvpair()?.is_some() {
                any = true;
                if !p.eat(",") {
                    return Ok(None);
                }
            }
            if !any {
                return Ok(None);
            }
            p.invalid_kvpair()
        })?;
        self.attempt(|p| {
            if p.expression()?.is_none() || !p.eat(":") {
                return Ok(None);
            }
            p.starred_value(false)
        })?;
        self.attempt(Self::missing_value)
    }

    /// `key: *value`
    fn starred_value(&mut self, to_end: bool) -> P<()> {
        let start = self.here();
        if !self.eat("*") {
            return Ok(None);
        }
        let Some(value) = self.bitwise_or()? else {
            return Ok(None);
        };
        let msg = "cannot use a starred expression in a dictionary value";
        if to_end {
            return self.fail_from(start, msg);
        }
        self.fail(start, value.end, msg)
    }

    fn missing_value(&mut self) -> P<()> {
        if self.expression()?.is_none() {
            return Ok(None);
        }
        let colon = self.token();
        if !self.eat(":") || !matches!(self.word(), "}" | ",") {
            return Ok(None);
        }
        let msg = "expression expected after dictionary key and ':'";
        self.fail_token(colon, msg)
    }

    fn invalid_kvpair(&mut self) -> P<()> {
        self.attempt(|p| {
            let Some(key) = p.expression()? else {
                return Ok(None);
            };
            if p.at(":") {
                return Ok(None);
            }
            let end = key.end;
            let at = end.saturating_sub(1);
            let result = p.fail::<()>(at, at, "':' expected after dictionary key");
            result.map_err(|error| Box::new(error.with_zero_end()))
        })?;
        self.attempt(|p| {
            if p.expression()?.is_none() || !p.eat(":") {
                return Ok(None);
            }
            p.starred_value(true)
        })?;
        self.attempt(Self::missing_value)
    }
}

fn is_legacy(word: &str) -> bool {
    matches!(word, "print" | "exec")
}
