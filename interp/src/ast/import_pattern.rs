//! Patterns of `match` from node objects.

use super::import::{Importer, Open};
use rustpython_ast::{
    Expr, Identifier, Operator, Pattern, PatternArguments, PatternKeyword, PatternMatchAs,
    PatternMatchClass, PatternMatchMapping, PatternMatchOr, PatternMatchSequence,
    PatternMatchSingleton, PatternMatchStar, PatternMatchValue, Singleton, UnaryOp,
};
use rustpython_text_size::{Ranged, TextRange};
use skein_runtime::prelude::*;

fn is_number(e: &Expr) -> bool {
    match e {
        Expr::UnaryOp(e) => e.op == UnaryOp::USub && e.operand.is_number_literal_expr(),
        e => e.is_number_literal_expr(),
    }
}
fn is_dotted_name(e: &Expr) -> bool {
    match e {
        Expr::Attribute(a) => a.value.is_name_expr() || is_dotted_name(&a.value),
        _ => false,
    }
}

impl Importer<'_> {
    fn pattern_value(&mut self, e: &Expr) -> PyResult<()> {
        let good = match e {
            Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_) => {
                return self.fail("unexpected constant inside of a literal pattern");
            }
            Expr::BinOp(b) => {
                matches!(b.op, Operator::Add | Operator::Sub)
                    && is_number(&b.left)
                    && is_number(&b.right)
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::FString(_)
            | Expr::TString(_) => true,
            e => is_number(e) || is_dotted_name(e),
        };
        match good {
            true => Ok(()),
            false => self.fail("patterns may only match literals and attribute lookups"),
        }
    }
    fn captured(&mut self, name: Option<Identifier>) -> PyResult<Option<Identifier>> {
        if name.as_ref().is_some_and(|n| n.id.as_str() == "_") {
            return self.fail("can't capture name '_' in patterns");
        }
        Ok(name)
    }
    fn patterns(&mut self, node: Value, class: &str, field: &str) -> PyResult<Vec<Pattern>> {
        self.list(node, class, field, |x, v| {
            if v.is_none() {
                return x.fail("None disallowed in pattern list");
            }
            x.pattern(v)
        })
    }

    /// A pattern.
    pub(super) fn pattern(&mut self, v: Value) -> PyResult<Pattern> {
        let o = self.open(v, "pattern")?;
        let c = o.class;
        Ok(match c {
            "MatchValue" => {
                let value = self.expr_field(v, c, "value")?;
                self.pattern_value(&value)?;
                node!(self, o, Pattern::MatchValue(PatternMatchValue { value }))
            }
            "MatchSingleton" => {
                let value = self.need(v, c, "value")?;
                let value = if value.is_none() {
                    Singleton::None
                } else if value == Value::TRUE {
                    Singleton::True
                } else if value == Value::FALSE {
                    Singleton::False
                } else {
                    return self.fail("MatchSingleton can only contain True, False and None");
                };
                node!(
                    self,
                    o,
                    Pattern::MatchSingleton(PatternMatchSingleton { value })
                )
            }
            "MatchSequence" => {
                let patterns = self.patterns(v, c, "patterns")?;
                node!(
                    self,
                    o,
                    Pattern::MatchSequence(PatternMatchSequence { patterns })
                )
            }
            "MatchMapping" => self.mapping_pattern(&o)?,
            "MatchClass" => self.class_pattern(&o)?,
            "MatchStar" => {
                let name = self.optional_identifier(v, "name", o.end)?;
                let name = self.captured(name)?;
                node!(self, o, Pattern::MatchStar(PatternMatchStar { name }))
            }
            "MatchAs" => {
                let pattern = match self.optional(v, "pattern")? {
                    Some(p) => Some(Box::new(self.pattern(p)?)),
                    None => None,
                };
                let name = self.optional_identifier(v, "name", o.end)?;
                let name = self.captured(name)?;
                if pattern.is_some() && name.is_none() {
                    return self.fail("MatchAs must specify a target name if a pattern is given");
                }
                node!(self, o, Pattern::MatchAs(PatternMatchAs { pattern, name }))
            }
            _ => {
                let patterns = self.patterns(v, c, "patterns")?;
                if patterns.len() < 2 {
                    return self.fail("MatchOr requires at least 2 patterns");
                }
                node!(self, o, Pattern::MatchOr(PatternMatchOr { patterns }))
            }
        })
    }
    fn mapping_pattern(&mut self, o: &Open) -> PyResult<Pattern> {
        let keys = self.list(o.node, o.class, "keys", |x, key| {
            let key = x.expr(key)?;
            if !matches!(key, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_)) {
                x.pattern_value(&key)?;
            }
            Ok(key)
        })?;
        let patterns = self.patterns(o.node, o.class, "patterns")?;
        if keys.len() != patterns.len() {
            return self.fail("MatchMapping doesn't have the same number of keys as patterns");
        }
        let rest = self.optional_identifier(o.node, "rest", o.end)?;
        let rest = self.captured(rest)?;
        let (keys, patterns) = (keys.into_iter().collect(), patterns.into_iter().collect());
        Ok(node!(
            self,
            o,
            Pattern::MatchMapping(PatternMatchMapping {
                keys,
                patterns,
                rest
            })
        ))
    }

    fn class_pattern(&mut self, o: &Open) -> PyResult<Pattern> {
        let cls = self.expr_field(o.node, o.class, "cls")?;
        if !cls.is_name_expr() && !is_dotted_name(&cls) {
            return self.fail("MatchClass cls field can only contain Name or Attribute nodes.");
        }
        let start = self.place(o.end)?;
        let patterns = self.patterns(o.node, o.class, "patterns")?;
        let at = o.end;
        let attrs = self.list(o.node, o.class, "kwd_attrs", |x, v| {
            let text = x.identifier_text(v)?;
            Ok(Identifier::new(text, x.here(at)?))
        })?;
        let values = self.patterns(o.node, o.class, "kwd_patterns")?;
        if attrs.len() != values.len() {
            return self
                .fail("MatchClass doesn't have the same number of keyword attributes as patterns");
        }
        let keywords = attrs
            .into_iter()
            .zip(values)
            .map(|(attr, pattern)| PatternKeyword {
                range: TextRange::new(attr.start(), pattern.end()),
                node_index: Default::default(),
                attr,
                pattern,
            });
        let arguments = PatternArguments {
            range: self.range_from(start, o.end)?,
            node_index: Default::default(),
            patterns: patterns.into_iter().collect(),
            keywords: keywords.collect(),
        };
        Ok(node!(
            self,
            o,
            Pattern::MatchClass(PatternMatchClass { cls, arguments })
        ))
    }
}
