//! Patterns.

use super::node::Shape;
use super::tokens::{Kind, Token};
use super::{P, Parser};
use crate::errors::SyntaxError;

impl Parser<'_> {
    /// What stands between `case` and the guard.
    pub(super) fn patterns(&mut self) -> P<()> {
        self.attempt(|p| {
            let mut lone_star = p.at("*");
            loop {
                if p.maybe_star_pattern()?.is_none() {
                    return Ok(None);
                }
                if !p.eat(",") {
                    return Ok((!lone_star).then_some(()));
                }
                lone_star = false;
                if matches!(p.word(), ":" | "if") {
                    return Ok(Some(()));
                }
            }
        })
    }

    fn maybe_star_pattern(&mut self) -> P<()> {
        if self.eat("*") {
            return Ok(self.name().map(drop));
        }
        self.pattern()
    }

    fn pattern(&mut self) -> P<()> {
        self.attempt(|p| {
            if p.or_pattern()?.is_none() {
                return Ok(None);
            }
            if !p.eat("as") {
                return Ok(Some(()));
            }
            let token = p.token();
            let named = p.name().is_some();
            if named && p.text(token) != "_" && !matches!(p.word(), "." | "(" | "=") {
                return Ok(Some(()));
            }
            p.pos -= named as usize;
            if p.mistakes {
                if p.at("_") {
                    return p.fail_token(token, "cannot use '_' as a target");
                }
                if let Some(node) = p.expression()? {
                    let msg = format!("cannot use {} as pattern target", node.name());
                    return p.fail(node.start, node.end, msg);
                }
            }
            Ok(None)
        })
    }

    fn or_pattern(&mut self) -> P<()> {
        loop {
            if self.closed_pattern()?.is_none() {
                return Ok(None);
            }
            if !self.eat("|") {
                return Ok(Some(()));
            }
        }
    }

    fn closed_pattern(&mut self) -> P<()> {
        let token = self.token();
        match token.kind {
            Kind::Str | Kind::FStart(_) => return Ok(self.strings()?.map(drop)),
            Kind::Number => return self.number_pattern(),
            Kind::Name | Kind::Op => {}
            _ => return Ok(None),
        }
        match self.text(token) {
            "-" => self.number_pattern(),
            "None" | "True" | "False" => {
                self.pos += 1;
                Ok(Some(()))
            }
            "(" => self.sequence_pattern(")"),
            "[" => self.sequence_pattern("]"),
            "{" => self.mapping_pattern(),
            _ => self.name_pattern(),
        }
    }

    /// `[-] number [(+ | -) number]`
    fn number_pattern(&mut self) -> P<()> {
        self.eat("-");
        let real = self.token();
        if !self.eat_kind(Kind::Number) {
            return Ok(None);
        }
        if !self.eat("+") && !self.eat("-") {
            return Ok(Some(()));
        }
        if self.is_imaginary(real) {
            return self.fail_token(real, "real number required in complex literal");
        }
        let imaginary = self.token();
        if !self.eat_kind(Kind::Number) {
            return Ok(None);
        }
        if !self.is_imaginary(imaginary) {
            return self.fail_token(imaginary, "imaginary number required in complex literal");
        }
        Ok(Some(()))
    }

    fn is_imaginary(&self, number: Token) -> bool {
        self.text(number).ends_with(['j', 'J'])
    }

    fn sequence_pattern(&mut self, close: &str) -> P<()> {
        self.pos += 1;
        while !self.at(close) {
            if self.maybe_star_pattern()?.is_none() {
                return Ok(None);
            }
            if !self.eat(",") {
                break;
            }
        }
        Ok(self.eat(close).then_some(()))
    }

    fn mapping_pattern(&mut self) -> P<()> {
        self.pos += 1;
        let mut rest = false;
        while !self.at("}") {
            if rest {
                return Ok(None);
            }
            if self.eat("**") {
                if self.name().is_none() {
                    return Ok(None);
                }
                rest = true;
            } else if self.key_value()?.is_none() {
                return Ok(None);
            }
            if !self.eat(",") {
                break;
            }
        }
        Ok(self.eat("}").then_some(()))
    }

    fn key_value(&mut self) -> P<()> {
        self.attempt(|p| {
            let key = match p.token().kind {
                Kind::Str | Kind::FStart(_) => p.strings()?.map(drop),
                Kind::Number => p.number_pattern()?,
                _ if p.at("-") => p.number_pattern()?,
                _ if matches!(p.word(), "None" | "True" | "False") => {
                    p.pos += 1;
                    Some(())
                }
                _ => {
                    let start = p.pos;
                    let name = p.dotted_name();
                    name.filter(|()| p.pos > start + 1)
                }
            };
            if key.is_none() || !p.eat(":") {
                return Ok(None);
            }
            p.pattern()
        })
    }

    /// `a.b.c` with at least one name.
    pub(super) fn dotted_name(&mut self) -> Option<()> {
        self.name()?;
        while self.eat(".") {
            if self.name().is_none() {
                self.pos -= 1;
                break;
            }
        }
        Some(())
    }

    fn name_pattern(&mut self) -> P<()> {
        if self.dotted_name().is_none() {
            return Ok(None);
        }
        if !self.eat("(") {
            return Ok(Some(()));
        }
        let mut keywords = false;
        let mut wrong: Option<(usize, usize)> = None;
        while !self.at(")") {
            let start = self.here();
            let keyword = self.attempt(|p| Ok((p.name().is_some() && p.eat("=")).then_some(())))?;
            if self.pattern()?.is_none() {
                return Ok(None);
            }
            match keyword {
                Some(()) if wrong.is_some() => break,
                Some(()) => keywords = true,
                None if keywords => wrong = Some((wrong.map_or(start, |w| w.0), self.last_end())),
                None => {}
            }
            if !self.eat(",") {
                break;
            }
        }
        if let Some((start, end)) = wrong {
            if self.mistakes {
                let msg = "positional patterns follow keyword patterns";
                return self.fail(start, end, msg);
            }
            return Ok(None);
        }
        Ok(self.eat(")").then_some(()))
    }

    /// `match` subject: expressions that may be starred.
    pub(super) fn subject(&mut self) -> Result<bool, Box<SyntaxError>> {
        let items = self.star_named_expressions()?;
        let starred = |node: &std::rc::Rc<super::node::Node>| node.shape == Shape::Starred;
        Ok(match items.as_slice() {
            [] => false,
            [only] => !starred(only) || self.last_end() > only.end,
            _ => true,
        })
    }
}
