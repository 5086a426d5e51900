//! f-strings and t-strings.

use super::strings::escape_error;
use super::tokens::Kind;
use super::{P, Parser};
use crate::errors::SyntaxError;

impl Parser<'_> {
    /// An f-string or t-string from its start token to its end.
    pub(super) fn fstring(&mut self, template: bool) -> P<()> {
        let prefix = self.token();
        let raw = self.text(prefix).contains(['r', 'R']);
        let mut escape = None;
        self.pos += 1;
        loop {
            let token = self.token();
            match token.kind {
                Kind::FMiddle(_) => {
                    if !raw && escape.is_none() {
                        escape = escape_error(self.text(token), false);
                    }
                    self.pos += 1;
                }
                Kind::FEnd(_) => {
                    self.pos += 1;
                    return match escape {
                        Some(msg) => self.fail_token(token, &msg),
                        None => Ok(Some(())),
                    };
                }
                Kind::Op if self.at("{") => {
                    self.fields.push(template);
                    let field = self.replacement_field(template);
                    self.fields.pop();
                    if field?.is_none() {
                        return Ok(None);
                    }
                }
                _ => return Ok(None),
            }
        }
    }

    fn replacement_field(&mut self, template: bool) -> P<()> {
        let found = self.attempt(|p| {
            p.pos += 1;
            if p.annotated_rhs()?.is_none() {
                return Ok(None);
            }
            p.eat("=");
            if p.at("!") && p.conversion(template)?.is_none() {
                return Ok(None);
            }
            if p.eat(":") {
                p.format_spec(template)?;
            }
            Ok(p.eat("}").then_some(()))
        })?;
        if found.is_none() && self.mistakes {
            self.attempt(|p| p.invalid_field(template))?;
        }
        Ok(found)
    }

    fn conversion(&mut self, template: bool) -> P<()> {
        let kind = if template { 't' } else { 'f' };
        let mark = self.token();
        self.pos += 1;
        let token = self.token();
        if self.name().is_none() {
            return Ok(None);
        }
        if token.start != mark.end {
            let msg = format!(
                "{kind}-string: conversion type must come right after the exclamation mark"
            );
            return self.fail(mark.start, token.end, msg);
        }
        let text = self.text(token);
        if !matches!(text, "s" | "r" | "a") {
            let msg = format!(
                "{kind}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"
            );
            return self.fail_token(token, &msg);
        }
        Ok(Some(()))
    }

    fn format_spec(&mut self, template: bool) -> Result<(), Box<SyntaxError>> {
        loop {
            match self.token().kind {
                Kind::FMiddle(_) => self.pos += 1,
                Kind::Op if self.at("{") => {
                    if self.replacement_field(template)?.is_none() {
                        return Ok(());
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn invalid_field(&mut self, template: bool) -> P<()> {
        let kind = if template { "t-string" } else { "f-string" };
        self.pos += 1;
        let token = self.token();
        let word = self.word();
        if matches!(word, "=" | "!" | ":" | "}") {
            let msg = format!("{kind}: valid expression required before '{word}'");
            return self.fail_token(token, &msg);
        }
        if self.annotated_rhs()?.is_none() {
            let msg = format!("{kind}: expecting a valid expression after '{{'");
            return self.fail_next(&msg);
        }
        if !matches!(self.word(), "=" | "!" | ":" | "}") {
            return self.fail_next(&format!("{kind}: expecting '=', or '!', or ':', or '}}'"));
        }
        if self.eat("=") && !matches!(self.word(), "!" | ":" | "}") {
            return self.fail_next(&format!("{kind}: expecting '!', or ':', or '}}'"));
        }
        if self.eat("!") {
            if matches!(self.word(), ":" | "}") {
                return self.fail_next(&format!("{kind}: missing conversion character"));
            }
            if self.name().is_none() {
                return self.fail_next(&format!("{kind}: invalid conversion character"));
            }
            if !matches!(self.word(), ":" | "}") {
                return self.fail_next(&format!("{kind}: expecting ':' or '}}'"));
            }
        }
        if self.eat(":") {
            self.format_spec(template)?;
            if !self.at("}") {
                return self.fail_next(&format!("{kind}: expecting '}}', or format specs"));
            }
        }
        if !self.at("}") {
            return self.fail_next(&format!("{kind}: expecting '}}'"));
        }
        Ok(None)
    }
}
