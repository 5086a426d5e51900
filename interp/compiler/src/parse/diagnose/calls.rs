//! Arguments of calls and class definitions.

use super::node::{Node, Shape};
use super::{P, Parser, Rule};
use std::rc::Rc;

/// What [`Parser::args`] saw.
#[derive(Clone, Default)]
struct Args {
    positional: Vec<Rc<Node>>,
    /// Has `**x`.
    unpacking: bool,
}

impl Parser<'_> {
    /// Arguments, closing bracket not included. The node stands for all of them.
    pub(super) fn arguments(&mut self) -> P {
        self.remember(Rule::Arguments, |p| {
            let start = p.here();
            let found = p.attempt(|p| {
                if p.args()?.is_none() {
                    return Ok(None);
                }
                p.eat(",");
                Ok(p.at(")").then(|| p.node(Shape::Other, start, Vec::new())))
            })?;
            if found.is_none() && p.mistakes {
                p.invalid_arguments()?;
            }
            Ok(found)
        })
    }

    fn args(&mut self) -> P<Args> {
        self.attempt(|p| {
            let mut args = Args::default();
            while let Some(node) = p.positional()? {
                args.positional.push(node);
                if !p.at(",") {
                    return Ok(Some(args));
                }
                let comma = p.pos;
                p.pos += 1;
                if !p.looking_at(Self::positional)? {
                    p.pos = comma;
                    break;
                }
            }
            let comma = p.pos;
            if !args.positional.is_empty() && !p.eat(",") {
                return Ok(Some(args));
            }
            match p.kwargs()? {
                Some(unpacking) => args.unpacking = unpacking,
                None if args.positional.is_empty() => return Ok(None),
                None => p.pos = comma,
            }
            Ok(Some(args))
        })
    }

    /// `*x` or an expression that is no keyword.
    fn positional(&mut self) -> P {
        self.attempt(|p| {
            if p.at("*") {
                return p.starred_expression();
            }
            let node = match p.assignment_expression()? {
                Some(node) => Some(node),
                None => p.expression_not_named()?,
            };
            Ok(if p.at("=") { None } else { node })
        })
    }

    pub(super) fn starred_expression(&mut self) -> P {
        if self.mistakes && self.at("*") {
            self.attempt(Self::invalid_starred_expression)?;
        }
        self.attempt(|p| {
            let start = p.here();
            if !p.eat("*") {
                return Ok(None);
            }
            match p.expression()? {
                Some(value) => Ok(Some(p.node(Shape::Starred, start, vec![value]))),
                None if p.mistakes => p.fail_last("Invalid star expression"),
                None => Ok(None),
            }
        })
    }

    /// Keywords and unpackings; tells if there is a `**`.
    fn kwargs(&mut self) -> P<bool> {
        self.attempt(|p| {
            let mut any = false;
            let mut unpacking = false;
            loop {
                let before = p.pos;
                if any && !p.eat(",") {
                    break;
                }
                match p.kwarg(unpacking)? {
                    Some(double) => {
                        unpacking |= double;
                        any = true;
                    }
                    None => {
                        p.pos = before;
                        break;
                    }
                }
            }
            Ok(any.then_some(unpacking))
        })
    }

    /// `name=x`, `*x` (not after `**`), `**x`: whether it is the last.
    fn kwarg(&mut self, unpacking: bool) -> P<bool> {
        self.attempt(|p| {
            if p.mistakes {
                p.attempt(Self::invalid_kwarg)?;
            }
            if p.at("*") && !unpacking {
                return Ok(p.starred_expression()?.map(|_| false));
            }
            if p.eat("**") {
                return Ok(p.expression()?.map(|_| true));
            }
            if p.name().is_none() || !p.eat("=") {
                return Ok(None);
            }
            Ok(p.expression()?.map(|_| false))
        })
    }

    // ---- mistakes

    fn invalid_starred_expression(&mut self) -> P<()> {
        let start = self.here();
        self.pos += 1;
        if self.expression()?.is_none() || !self.eat("=") || self.expression()?.is_none() {
            return Ok(None);
        }
        self.fail(
            start,
            self.last_end(),
            "cannot assign to iterable argument unpacking",
        )
    }

    fn invalid_kwarg(&mut self) -> P<()> {
        let start = self.here();
        let word = self.word();
        if matches!(word, "True" | "False" | "None") {
            self.pos += 1;
            if self.eat("=") {
                let msg = format!("cannot assign to {word}");
                return self.fail(start, self.last_end(), msg);
            }
            self.pos -= 1;
        }
        let begin = self.pos;
        if self.name().is_some() && self.eat("=") {
            let end = self.last_end();
            if self.expression()?.is_some() && self.for_if_clauses()?.is_some() {
                let msg = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
                return self.fail(start, end, msg);
            }
            return Ok(None);
        }
        self.pos = begin;
        if self.eat("**") {
            if self.expression()?.is_some() && self.eat("=") && self.expression()?.is_some() {
                let msg = "cannot assign to keyword argument unpacking";
                return self.fail(start, self.last_end(), msg);
            }
            return Ok(None);
        }
        match self.expression()? {
            Some(node) if self.eat("=") => {
                let msg = "expression cannot contain assignment, perhaps you meant \"==\"?";
                self.fail(node.start, self.last_end(), msg)
            }
            _ => Ok(None),
        }
    }

    fn invalid_arguments(&mut self) -> P<()> {
        self.attempt(Self::star_after_keywords)?;
        self.attempt(Self::bare_generator_first)?;
        self.attempt(Self::keyword_generator)?;
        self.attempt(Self::keyword_without_value)?;
        self.attempt(Self::bare_generator_later)?;
        self.attempt(|p| {
            let Some(args) = p.args()? else {
                return Ok(None);
            };
            if !p.eat(",") || p.args()?.is_none() {
                return Ok(None);
            }
            p.fail_last(if args.unpacking {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            })
        })
    }

    fn star_after_keywords(&mut self) -> P<()> {
        let Some(args) = self.args()? else {
            return Ok(None);
        };
        let comma = self.here();
        if !args.unpacking || !self.eat(",") || !self.at("*") {
            return Ok(None);
        }
        if self.starred_expression()?.is_none() || self.at("=") {
            return Ok(None);
        }
        let msg = "iterable argument unpacking follows keyword argument unpacking";
        self.fail_from(comma, msg)
    }

    fn bare_generator_first(&mut self) -> P<()> {
        let start = self.here();
        if self.expression()?.is_none() {
            return Ok(None);
        }
        let Some(clauses) = self.for_if_clauses()? else {
            return Ok(None);
        };
        if !self.eat(",") {
            return Ok(None);
        }
        self.args()?;
        self.fail(
            start,
            clauses.end,
            "Generator expression must be parenthesized",
        )
    }

    fn keyword_generator(&mut self) -> P<()> {
        let start = self.here();
        if self.name().is_none() || !self.eat("=") {
            return Ok(None);
        }
        let end = self.last_end();
        if self.expression()?.is_none() || self.for_if_clauses()?.is_none() {
            return Ok(None);
        }
        let msg = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
        self.fail(start, end, msg)
    }

    fn keyword_without_value(&mut self) -> P<()> {
        self.attempt(|p| {
            p.args()?;
            Ok(p.eat(",").then_some(()))
        })?;
        let start = self.here();
        if self.name().is_none() || !self.eat("=") {
            return Ok(None);
        }
        let end = self.last_end();
        if !matches!(self.word(), "," | ")") {
            return Ok(None);
        }
        self.fail(start, end, "expected argument value expression")
    }

    fn bare_generator_later(&mut self) -> P<()> {
        let Some(args) = self.args()? else {
            return Ok(None);
        };
        let msg = "Generator expression must be parenthesized";
        if let Some(clauses) = self.attempt(Self::for_if_clauses)? {
            return match args.positional.as_slice() {
                [_, .., last] => self.fail(last.start, clauses.end, msg),
                _ => Ok(None),
            };
        }
        if !self.eat(",") {
            return Ok(None);
        }
        let start = self.here();
        if self.expression()?.is_none() {
            return Ok(None);
        }
        match self.for_if_clauses()? {
            Some(clauses) => self.fail(start, clauses.end, msg),
            None => Ok(None),
        }
    }
}
