//! Expressions down to primaries.

use super::node::{Node, Shape};
use super::tokens::Kind;
use super::{MAX_DEPTH, P, Parser, Rule};
use crate::errors::SyntaxError;
use std::rc::Rc;

const ARITHMETIC: [&str; 7] = ["+", "-", "*", "/", "%", "//", "@"];
const COMPARE: [&str; 6] = ["==", "!=", "<=", "<", ">=", ">"];

impl Parser<'_> {
    /// A node from byte `start` to the last token taken.
    pub(super) fn node(&self, shape: Shape, start: usize, parts: Vec<Rc<Node>>) -> Rc<Node> {
        let end = self.last_end();
        Rc::new(Node {
            shape,
            start,
            end,
            parts,
        })
    }

    pub(super) fn here(&mut self) -> usize {
        self.token().start
    }

    // ---- lists of expressions

    /// `a, *b` as a statement or after `=`, `return` and the like.
    pub(super) fn star_expressions(&mut self) -> P {
        self.remember(Rule::StarExpressions, |p| {
            p.comma_list(Self::star_expression)
        })
    }

    /// `a, b` without stars.
    pub(super) fn expressions(&mut self) -> P {
        self.attempt(|p| p.comma_list(Self::expression))
    }

    fn comma_list(&mut self, item: fn(&mut Self) -> P) -> P {
        let start = self.here();
        let Some(first) = item(self)? else {
            return Ok(None);
        };
        if !self.at(",") {
            return Ok(Some(first));
        }
        let mut parts = vec![first];
        while self.eat(",") {
            match item(self)? {
                Some(part) => parts.push(part),
                None => break,
            }
        }
        Ok(Some(self.node(Shape::Tuple, start, parts)))
    }

    pub(super) fn star_expression(&mut self) -> P {
        self.remember(Rule::StarExpression, |p| {
            let start = p.here();
            if p.eat("*") {
                let Some(value) = p.bitwise_or()? else {
                    return Ok(None);
                };
                return Ok(Some(p.node(Shape::Starred, start, vec![value])));
            }
            p.expression()
        })
    }

    pub(super) fn star_named_expression(&mut self) -> P {
        let start = self.here();
        if self.at("*") {
            return self.attempt(|p| {
                p.pos += 1;
                let Some(value) = p.bitwise_or()? else {
                    return Ok(None);
                };
                Ok(Some(p.node(Shape::Starred, start, vec![value])))
            });
        }
        self.named_expression()
    }

    /// `','.star_named_expression+ [',']`, possibly none: the items.
    pub(super) fn star_named_expressions(&mut self) -> Result<Vec<Rc<Node>>, Box<SyntaxError>> {
        let mut items = Vec::new();
        while let Some(item) = self.star_named_expression()? {
            items.push(item);
            if !self.eat(",") {
                break;
            }
        }
        Ok(items)
    }

    pub(super) fn assignment_expression(&mut self) -> P {
        self.attempt(|p| {
            let start = p.here();
            if p.name().is_none() || !p.eat(":=") {
                return Ok(None);
            }
            // After `name :=` nothing else can be meant.
            if p.expression()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Named, start, Vec::new())))
        })
    }

    pub(super) fn named_expression(&mut self) -> P {
        self.remember(Rule::NamedExpression, |p| {
            if let Some(node) = p.assignment_expression()? {
                return Ok(Some(node));
            }
            if p.mistakes {
                p.invalid_named_expression()?;
            }
            p.expression_not_named()
        })
    }

    /// An expression that no `:=` follows.
    pub(super) fn expression_not_named(&mut self) -> P {
        self.attempt(|p| {
            let node = p.expression()?;
            Ok(if p.at(":=") { None } else { node })
        })
    }

    pub(super) fn yield_expr(&mut self) -> P {
        self.attempt(|p| {
            let start = p.here();
            if !p.eat("yield") {
                return Ok(None);
            }
            if p.eat("from") {
                if p.expression()?.is_none() {
                    return Ok(None);
                }
            } else {
                p.star_expressions()?;
            }
            Ok(Some(p.node(Shape::Yield, start, Vec::new())))
        })
    }

    /// What may follow `=`.
    pub(super) fn annotated_rhs(&mut self) -> P {
        if self.at("yield") {
            return self.yield_expr();
        }
        self.star_expressions()
    }

    // ---- one expression

    pub(super) fn expression(&mut self) -> P {
        self.remember(Rule::Expression, |p| {
            // Once too deep, the count stays and ends the whole reading.
            p.depth += 1;
            if p.depth > MAX_DEPTH {
                return Err(Box::new(SyntaxError::bare("")));
            }
            let result = p.one_expression();
            p.depth -= (p.depth <= MAX_DEPTH) as usize;
            result
        })
    }

    fn one_expression(&mut self) -> P {
        if self.mistakes {
            self.invalid_expression()?;
            self.invalid_legacy_expression()?;
        }
        self.conditional()
    }

    fn conditional(&mut self) -> P {
        if self.at("lambda") {
            return self.lambda();
        }
        let start = self.here();
        let Some(body) = self.disjunction()? else {
            return Ok(None);
        };
        let conditional = self.attempt(|p| {
            if !p.eat("if") || p.disjunction()?.is_none() || !p.eat("else") {
                return Ok(None);
            }
            if p.expression()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Conditional, start, Vec::new())))
        })?;
        Ok(Some(conditional.unwrap_or(body)))
    }

    pub(super) fn expression_plainly(&mut self) -> P {
        self.plainly(|p| p.attempt(Self::conditional))
    }

    fn lambda(&mut self) -> P {
        self.attempt(|p| {
            let start = p.here();
            p.pos += 1;
            if !p.parameters(":")? || !p.eat(":") || p.expression()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Lambda, start, Vec::new())))
        })
    }

    pub(super) fn disjunction(&mut self) -> P {
        self.remember(Rule::Disjunction, |p| p.binary(&["or"], Self::conjunction))
    }

    fn conjunction(&mut self) -> P {
        self.binary(&["and"], Self::inversion)
    }

    fn inversion(&mut self) -> P {
        let start = self.here();
        if !self.at("not") {
            return self.comparison();
        }
        self.attempt(|p| {
            while p.eat("not") {}
            if p.comparison()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Operation, start, Vec::new())))
        })
    }

    /// `item (op item)*`, where an operator without an item is left alone.
    fn binary(&mut self, ops: &[&str], item: fn(&mut Self) -> P) -> P {
        let start = self.here();
        let Some(first) = item(self)? else {
            return Ok(None);
        };
        let mut node = first;
        loop {
            let before = self.pos;
            let word = self.word();
            if !ops.contains(&word) {
                return Ok(Some(node));
            }
            self.pos += 1;
            if self.mistakes && ARITHMETIC.contains(&word) {
                self.attempt(Self::not_operand)?;
            }
            if item(self)?.is_none() {
                self.pos = before;
                return Ok(Some(node));
            }
            node = self.node(Shape::Operation, start, Vec::new());
        }
    }

    /// `not` after an arithmetic operator.
    fn not_operand(&mut self) -> P<()> {
        let start = self.here();
        if !self.at("not") {
            return Ok(None);
        }
        match self.inversion()? {
            Some(node) => {
                let msg = "'not' after an operator must be parenthesized";
                self.fail(start, node.end, msg)
            }
            None => Ok(None),
        }
    }

    fn comparison(&mut self) -> P {
        self.remember(Rule::Comparison, |p| {
            let start = p.here();
            let Some(first) = p.bitwise_or()? else {
                return Ok(None);
            };
            let mut is_in = None;
            let mut node = first.clone();
            loop {
                let before = p.pos;
                let Some(found_in) = p.compare_op() else {
                    return Ok(Some(node));
                };
                if p.bitwise_or()?.is_none() {
                    p.pos = before;
                    return Ok(Some(node));
                }
                let is_in = *is_in.get_or_insert(found_in);
                node = p.node(Shape::Compare(is_in), start, vec![first.clone()]);
            }
        })
    }

    /// Takes a comparison operator; tells if it is `in`.
    fn compare_op(&mut self) -> Option<bool> {
        let before = self.pos;
        let word = self.word();
        self.pos += 1;
        if COMPARE.contains(&word) {
            return Some(false);
        }
        match word {
            "in" => return Some(true),
            "is" => {
                self.eat("not");
                return Some(false);
            }
            "not" if self.eat("in") => return Some(false),
            _ => {}
        }
        self.pos = before;
        None
    }

    pub(super) fn bitwise_or(&mut self) -> P {
        self.remember(Rule::BitwiseOr, |p| p.binary(&["|"], Self::bitwise_xor))
    }

    fn bitwise_xor(&mut self) -> P {
        self.binary(&["^"], Self::bitwise_and)
    }

    fn bitwise_and(&mut self) -> P {
        self.binary(&["&"], Self::shift)
    }

    fn shift(&mut self) -> P {
        self.binary(&["<<", ">>"], Self::sum)
    }

    fn sum(&mut self) -> P {
        self.binary(&["+", "-"], Self::term)
    }

    fn term(&mut self) -> P {
        self.binary(&["*", "/", "//", "%", "@"], Self::factor)
    }

    fn factor(&mut self) -> P {
        let start = self.here();
        if !matches!(self.word(), "+" | "-" | "~") {
            return self.power();
        }
        self.attempt(|p| {
            while matches!(p.word(), "+" | "-" | "~") {
                p.pos += 1;
            }
            if p.mistakes {
                p.attempt(Self::not_operand)?;
            }
            if p.power()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Operation, start, Vec::new())))
        })
    }

    fn power(&mut self) -> P {
        let start = self.here();
        let Some(base) = self.await_primary()? else {
            return Ok(None);
        };
        let power = self.attempt(|p| {
            if !p.eat("**") || p.factor()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Operation, start, Vec::new())))
        })?;
        Ok(Some(power.unwrap_or(base)))
    }

    fn await_primary(&mut self) -> P {
        let start = self.here();
        if !self.at("await") {
            return self.primary();
        }
        self.attempt(|p| {
            p.pos += 1;
            if p.primary()?.is_none() {
                return Ok(None);
            }
            Ok(Some(p.node(Shape::Await, start, Vec::new())))
        })
    }

    pub(super) fn primary(&mut self) -> P {
        self.remember(Rule::Primary, |p| {
            let start = p.here();
            let Some(mut node) = p.atom()? else {
                return Ok(None);
            };
            loop {
                let next = p.attempt(|p| match p.word() {
                    "." => {
                        p.pos += 1;
                        let named = p.name().is_some();
                        Ok(named.then(|| p.node(Shape::Attribute, start, Vec::new())))
                    }
                    "(" => p.call(start),
                    "[" => {
                        p.pos += 1;
                        if !p.slices()? || !p.eat("]") {
                            return Ok(None);
                        }
                        Ok(Some(p.node(Shape::Subscript, start, Vec::new())))
                    }
                    _ => Ok(None),
                })?;
                match next {
                    Some(next) => node = next,
                    None => return Ok(Some(node)),
                }
            }
        })
    }

    fn call(&mut self, start: usize) -> P {
        let generator = self.attempt(Self::genexp)?;
        if generator.is_none() {
            self.pos += 1;
            self.arguments()?;
            if !self.eat(")") {
                return Ok(None);
            }
        }
        Ok(Some(self.node(Shape::Call, start, Vec::new())))
    }

    /// The inside of `[...]` after a primary; false if there is none.
    fn slices(&mut self) -> Result<bool, Box<SyntaxError>> {
        let mut any = false;
        loop {
            let found = if self.at("*") {
                self.starred_expression()?.is_some()
            } else {
                self.slice()?
            };
            if !found {
                return Ok(any);
            }
            any = true;
            if !self.eat(",") {
                return Ok(true);
            }
        }
    }

    fn slice(&mut self) -> Result<bool, Box<SyntaxError>> {
        let slice = self.attempt(|p| {
            p.expression()?;
            if !p.eat(":") {
                return Ok(None);
            }
            p.expression()?;
            if p.eat(":") {
                p.expression()?;
            }
            Ok(Some(()))
        })?;
        Ok(slice.is_some() || self.named_expression()?.is_some())
    }

    /// A name, for the rules that need it as an expression.
    pub(super) fn name_node(&mut self) -> Option<Rc<Node>> {
        let token = self.name()?;
        Some(self.node(Shape::Name, token.start, Vec::new()))
    }

    pub(super) fn at_string(&mut self) -> bool {
        matches!(self.token().kind, Kind::Str | Kind::FStart(_))
    }
}
