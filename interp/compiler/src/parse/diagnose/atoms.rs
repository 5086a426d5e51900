//! Atoms: names, literals, groups and displays.

use super::node::{Node, Shape};
use super::tokens::Kind;
use super::{P, Parser, Rule};
use std::rc::Rc;

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> P {
        self.remember(Rule::Atom, |p| {
            let token = p.token();
            let shape = match token.kind {
                Kind::Number => Shape::Literal,
                Kind::Str | Kind::FStart(_) => return p.strings(),
                Kind::Name | Kind::Op => match p.text(token) {
                    "True" => Shape::True,
                    "False" => Shape::False,
                    "None" => Shape::None,
                    "..." => Shape::Ellipsis,
                    "(" => return p.parenthesized(),
                    "[" => return p.bracketed(),
                    "{" => return p.braced(),
                    _ => return Ok(p.name_node()),
                },
                _ => return Ok(None),
            };
            p.pos += 1;
            Ok(Some(p.node(shape, token.start, Vec::new())))
        })
    }

    // ---- ( ... )

    fn parenthesized(&mut self) -> P {
        if let Some(tuple) = self.attempt(Self::tuple)? {
            return Ok(Some(tuple));
        }
        if let Some(group) = self.group()? {
            return Ok(Some(group));
        }
        self.genexp()
    }

    pub(super) fn tuple(&mut self) -> P {
        let start = self.here();
        if !self.eat("(") {
            return Ok(None);
        }
        let mut parts = Vec::new();
        if let Some(first) = self.star_named_expression()? {
            parts.push(first);
            if !self.eat(",") {
                return Ok(None);
            }
            parts.extend(self.star_named_expressions()?);
        }
        if !self.eat(")") {
            return Ok(None);
        }
        Ok(Some(self.node(Shape::Tuple, start, parts)))
    }

    fn group(&mut self) -> P {
        let group = self.attempt(|p| {
            p.pos += 1;
            let inner = match p.at("yield") {
                true => p.yield_expr()?,
                false => p.named_expression()?,
            };
            Ok(inner.filter(|_| p.eat(")")))
        })?;
        if group.is_none() && self.mistakes {
            self.invalid_group()?;
        }
        Ok(group)
    }

    /// `(x for ...)`, also as the only argument of a call.
    pub(super) fn genexp(&mut self) -> P {
        let start = self.here();
        let found = self.attempt(|p| {
            if !p.eat("(") {
                return Ok(None);
            }
            let element = match p.assignment_expression()? {
                Some(node) => Some(node),
                None => p.expression_not_named()?,
            };
            if element.is_none() || p.for_if_clauses()?.is_none() || !p.eat(")") {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Generator, start, Vec::new())))
        })?;
        if found.is_none() && self.mistakes {
            self.invalid_comprehension()?;
        }
        Ok(found)
    }

    // ---- [ ... ]

    fn bracketed(&mut self) -> P {
        if let Some(list) = self.attempt(Self::list)? {
            return Ok(Some(list));
        }
        let start = self.here();
        let found = self.attempt(|p| {
            p.pos += 1;
            if p.named_expression()?.is_none() || p.for_if_clauses()?.is_none() || !p.eat("]") {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::ListComp, start, Vec::new())))
        })?;
        if found.is_none() && self.mistakes {
            self.invalid_comprehension()?;
        }
        Ok(found)
    }

    pub(super) fn list(&mut self) -> P {
        let start = self.here();
        if !self.eat("[") {
            return Ok(None);
        }
        let parts = self.star_named_expressions()?;
        Ok(self.eat("]").then(|| self.node(Shape::List, start, parts)))
    }

    // ---- { ... }

    fn braced(&mut self) -> P {
        if let Some(dict) = self.dict()? {
            return Ok(Some(dict));
        }
        if let Some(set) = self.attempt(Self::set)? {
            return Ok(Some(set));
        }
        if let Some(comprehension) = self.dict_comprehension()? {
            return Ok(Some(comprehension));
        }
        let start = self.here();
        let found = self.attempt(|p| {
            p.pos += 1;
            if p.named_expression()?.is_none() || p.for_if_clauses()?.is_none() || !p.eat("}") {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::SetComp, start, Vec::new())))
        })?;
        if found.is_none() && self.mistakes {
            self.invalid_comprehension()?;
        }
        Ok(found)
    }

    fn dict(&mut self) -> P {
        let start = self.here();
        let found = self.attempt(|p| {
            p.pos += 1;
            while p.double_starred_kvpair()?.is_some() {
                if !p.eat(",") {
                    break;
                }
            }
            Ok(p.eat("}").then(|| p.node(Shape::Dict, start, Vec::new())))
        })?;
        if found.is_none() && self.mistakes {
            self.attempt(|p| {
                p.pos += 1;
                p.invalid_double_starred_kvpairs()
            })?;
        }
        Ok(found)
    }

    pub(super) fn double_starred_kvpair(&mut self) -> P<()> {
        self.attempt(|p| {
            if p.eat("**") {
                return Ok(p.bitwise_or()?.map(drop));
            }
            p.kvpair()
        })
    }

    fn kvpair(&mut self) -> P<()> {
        if self.expression()?.is_none() || !self.eat(":") {
            return Ok(None);
        }
        Ok(self.expression()?.map(drop))
    }

    fn set(&mut self) -> P {
        let start = self.here();
        self.pos += 1;
        let parts = self.star_named_expressions()?;
        if parts.is_empty() || !self.eat("}") {
            return Ok(None);
        }
        Ok(Some(self.node(Shape::Set, start, Vec::new())))
    }

    fn dict_comprehension(&mut self) -> P {
        let start = self.here();
        let found = self.attempt(|p| {
            p.pos += 1;
            if p.kvpair()?.is_none() || p.for_if_clauses()?.is_none() || !p.eat("}") {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::DictComp, start, Vec::new())))
        })?;
        if found.is_none() && self.mistakes {
            self.invalid_dict_comprehension()?;
        }
        Ok(found)
    }

    // ---- comprehension clauses

    /// All `for ... if ...` clauses; the node reaches to the end of the last.
    pub(super) fn for_if_clauses(&mut self) -> P {
        let start = self.here();
        let mut last: Option<Rc<Node>> = None;
        while self.for_if_clause()?.is_some() {
            last = Some(self.node(Shape::Other, start, Vec::new()));
        }
        Ok(last)
    }

    fn for_if_clause(&mut self) -> P<()> {
        let start = self.pos;
        let is_async = self.eat("async");
        if self.eat("for") {
            if self.star_targets()?.is_some() && self.eat("in") {
                // After `in` this is the only reading.
                if self.disjunction()?.is_none() {
                    self.pos = start;
                    return Ok(None);
                }
                while self.at("if") {
                    let before = self.pos;
                    self.pos += 1;
                    if self.disjunction()?.is_none() {
                        self.pos = before;
                        break;
                    }
                }
                return Ok(Some(()));
            }
            if self.mistakes {
                self.pos = start + is_async as usize;
                self.invalid_for_if_clause()?;
                self.invalid_for_target()?;
            }
        }
        self.pos = start;
        Ok(None)
    }
}
