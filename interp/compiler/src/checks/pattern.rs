//! Patterns of `match` statements.

use super::{Checker, R};
use crate::bytecode::Const;
use crate::fold::fold;
use rustpython_ast::{
    Expr, MatchCase, Pattern, PatternMatchClass, PatternMatchMapping, PatternMatchOr,
};
use rustpython_text_size::{Ranged, TextRange, TextSize};

/// Names bound so far in a pattern.
type Names<'a> = Vec<&'a str>;

impl<'a> Checker<'a> {
    pub(super) fn match_cases(&mut self, cases: &'a [MatchCase]) -> R {
        for (i, case) in cases.iter().enumerate() {
            let irrefutable = case.guard.is_some() || i + 1 == cases.len();
            self.pattern(&case.pattern, irrefutable, &mut Vec::new())?;
            self.opt_expr(&case.guard)?;
            self.body(&case.body)?;
        }
        Ok(())
    }

    /// Checks a pattern; `irrefutable` allows it to match everything.
    fn pattern(&mut self, pattern: &'a Pattern, irrefutable: bool, names: &mut Names<'a>) -> R {
        match pattern {
            Pattern::MatchValue(p) => {
                if matches!(*p.value, Expr::FString(_) | Expr::TString(_)) {
                    let msg = "patterns may only match literals and attribute lookups";
                    return self.error(p.range, msg);
                }
                if let Some(at) = self.wrong_operator(&p.value) {
                    return self.error(at, "invalid syntax");
                }
                self.expr(&p.value)
            }
            Pattern::MatchSingleton(_) => Ok(()),
            Pattern::MatchSequence(p) => {
                let stars = p.patterns.iter().filter(|p| p.is_match_star()).count();
                if stars > 1 {
                    return self.error(p.range, "multiple starred names in sequence pattern");
                }
                let mut patterns = p.patterns.iter();
                patterns.try_for_each(|p| self.pattern(p, true, names))
            }
            Pattern::MatchMapping(p) => self.mapping(p, names),
            Pattern::MatchClass(p) => self.class(p, names),
            Pattern::MatchStar(p) => match &p.name {
                Some(name) => self.capture(name.as_str(), p.range, names),
                None => Ok(()),
            },
            Pattern::MatchAs(p) => {
                match (&p.pattern, &p.name) {
                    (Some(inner), _) => self.pattern(inner, irrefutable, names)?,
                    (None, _) if irrefutable => {}
                    (None, Some(name)) => {
                        let msg =
                            format!("name capture '{name}' makes remaining patterns unreachable");
                        return self.error(p.range, msg);
                    }
                    (None, None) => {
                        return self
                            .error(p.range, "wildcard makes remaining patterns unreachable");
                    }
                }
                match &p.name {
                    Some(name) => self.capture(name.as_str(), p.range, names),
                    None => Ok(()),
                }
            }
            Pattern::MatchOr(p) => self.alternatives(p, irrefutable, names),
        }
    }

    /// Place of an operator that is no part of a number, as the parser lets `-0j ** 0` through.
    fn wrong_operator(&self, value: &Expr) -> Option<TextRange> {
        let Expr::UnaryOp(unary) = value else {
            return None;
        };
        let Expr::BinOp(e) = &*unary.operand else {
            return None;
        };
        let (from, to) = (e.left.end().to_usize(), e.right.start().to_usize());
        let between = &self.source.text()[from..to];
        let start = from + between.find(|c: char| !c.is_whitespace())?;
        let len = e.op.as_str().len();
        Some(TextRange::at(
            TextSize::try_from(start).ok()?,
            TextSize::try_from(len).ok()?,
        ))
    }

    fn capture(&mut self, name: &'a str, range: TextRange, names: &mut Names<'a>) -> R {
        self.bind(name, range)?;
        if names.contains(&name) {
            let msg = format!("multiple assignments to name '{name}' in pattern");
            return self.error(range, msg);
        }
        names.push(name);
        Ok(())
    }

    fn alternatives(
        &mut self,
        p: &'a PatternMatchOr,
        irrefutable: bool,
        names: &mut Names<'a>,
    ) -> R {
        let mut first: Option<Names> = None;
        for (i, alternative) in p.patterns.iter().enumerate() {
            let mut own = Vec::new();
            let last = i + 1 == p.patterns.len();
            self.pattern(alternative, irrefutable && last, &mut own)?;
            own.sort_unstable();
            match &first {
                None => first = Some(own),
                Some(names) if *names != own => {
                    return self.error(p.range, "alternative patterns bind different names");
                }
                Some(_) => {}
            }
        }
        let mut bound = first.unwrap_or_default().into_iter();
        bound.try_for_each(|name| self.capture(name, p.range, names))
    }

    fn class(&mut self, p: &'a PatternMatchClass, names: &mut Names<'a>) -> R {
        self.expr(&p.cls)?;
        let keywords = &p.arguments.keywords;
        for (i, keyword) in keywords.iter().enumerate() {
            let attr = keyword.attr.as_str();
            self.bind(attr, keyword.pattern.range())?;
            if let Some(same) = keywords[i + 1..].iter().find(|k| k.attr.as_str() == attr) {
                let msg = format!("attribute name repeated in class pattern: {attr}");
                return self.error(same.pattern.range(), msg);
            }
        }
        let keywords = keywords.iter().map(|k| &k.pattern);
        let mut patterns = p.arguments.patterns.iter().chain(keywords);
        patterns.try_for_each(|p| self.pattern(p, true, names))
    }

    fn mapping(&mut self, p: &'a PatternMatchMapping, names: &mut Names<'a>) -> R {
        let mut seen: Vec<Const> = Vec::new();
        for key in &p.keys {
            self.expr(key)?;
            if matches!(key, Expr::FString(_) | Expr::TString(_)) {
                let msg = "mapping pattern keys may only match literals and attribute lookups";
                return self.error(p.range, msg);
            }
            if let Some(value) = fold(self.source, key, 0) {
                if seen.iter().any(|other| equal(other, &value)) {
                    let msg = format!("mapping pattern checks duplicate key ({})", repr(&value));
                    return self.error(p.range, msg);
                }
                seen.push(value);
            }
        }
        p.patterns
            .iter()
            .try_for_each(|p| self.pattern(p, true, names))?;
        match &p.rest {
            Some(rest) => self.capture(rest.as_str(), p.range, names),
            None => Ok(()),
        }
    }
}

/// Python's `==` of literals.
fn equal(a: &Const, b: &Const) -> bool {
    let number = |value: &Const| match value {
        Const::Bool(value) => Some((*value as u8 as f64, 0.0)),
        Const::Int(value) if value.unsigned_abs() <= 1 << 53 => Some((*value as f64, 0.0)),
        Const::Float(bits) => Some((f64::from_bits(*bits), 0.0)),
        Const::Complex(re, im) => Some((f64::from_bits(*re), f64::from_bits(*im))),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Python's `repr` of a literal, for the message.
fn repr(value: &Const) -> String {
    let quoted = |text: String| {
        let inner = text.trim_matches('"').replace("\\\"", "\"");
        let quote = if inner.contains('\'') && !inner.contains('"') {
            '"'
        } else {
            '\''
        };
        format!("{quote}{inner}{quote}")
    };
    match value {
        Const::Str(bytes) => quoted(format!("{:?}", String::from_utf8_lossy(bytes))),
        Const::Bytes(bytes) => format!("b{}", quoted(bytes.escape_ascii().to_string())),
        _ => crate::bytecode::text::constant(value),
    }
}
