//! Parameters of functions and lambdas, and type parameters.

use super::{P, Parser};
use crate::errors::SyntaxError;

type Done = Result<(), Box<SyntaxError>>;

impl Parser<'_> {
    /// Parameters up to, not including, `close`: `)` of a function or `:` of a lambda. Stops where they end or go
    /// wrong; the caller then misses `close`. In the second reading mistakes are raised.
    pub(super) fn parameters(&mut self, close: &str) -> Result<bool, Box<SyntaxError>> {
        let function = close == ")";
        let mut state = State::default();
        let first = self.pos;
        loop {
            let token = self.token();
            match self.word() {
                "/" => {
                    if self.mistakes {
                        self.bad_slash(&state, first)?;
                    }
                    if self.pos == first || state.slash || state.star {
                        return Ok(false);
                    }
                    self.pos += 1;
                    state.slash = true;
                    if self.mistakes && self.at("*") {
                        let star = self.token();
                        self.fail_token::<()>(star, "expected comma between / and *")?;
                    }
                }
                "*" => {
                    if state.star {
                        if self.mistakes {
                            self.fail_token::<()>(token, "* argument may appear only once")?;
                        }
                        return Ok(false);
                    }
                    self.pos += 1;
                    state.star = true;
                    if !self.star_parameter(token, close)? {
                        return Ok(false);
                    }
                }
                "**" => return self.double_star(function),
                _ if self.at_name() => {
                    if !self.parameter(function, &mut state, close)? {
                        return Ok(false);
                    }
                }
                "(" => {
                    if self.mistakes {
                        self.attempt(|p| p.parenthesized_parameters(function))?;
                    }
                    return Ok(false);
                }
                _ => return Ok(true),
            }
            if !self.eat(",") {
                return Ok(true);
            }
        }
    }

    /// `name [: annotation] [= default]`; false if it goes wrong.
    fn parameter(
        &mut self,
        function: bool,
        state: &mut State,
        close: &str,
    ) -> Result<bool, Box<SyntaxError>> {
        let start = self.here();
        self.pos += 1;
        if function && self.eat(":") && self.expression()?.is_none() {
            return Ok(false);
        }
        let end = self.last_end();
        let equals = self.token();
        if self.eat("=") {
            state.default = true;
            if self.expression()?.is_some() {
                return Ok(true);
            }
            if self.mistakes && (self.at(",") || self.at(close)) {
                self.fail_token::<()>(equals, "expected default value expression")?;
            }
            return Ok(false);
        }
        if state.default && !state.star {
            if self.mistakes && (self.at(",") || self.at(close)) {
                let msg = "parameter without a default follows parameter with a default";
                self.fail::<()>(start, end, msg)?;
            }
            return Ok(false);
        }
        Ok(true)
    }

    /// What follows `*`; false if it goes wrong.
    fn star_parameter(
        &mut self,
        star: super::tokens::Token,
        close: &str,
    ) -> Result<bool, Box<SyntaxError>> {
        if self.name().is_some() {
            if close == ")" && self.eat(":") {
                let found = match self.at("*") {
                    true => self.star_expression()?,
                    false => self.expression()?,
                };
                if found.is_none() {
                    return Ok(false);
                }
            }
            let token = self.token();
            if self.at("=") {
                if self.mistakes {
                    let msg = "var-positional argument cannot have default value";
                    self.fail_token::<()>(token, msg)?;
                }
                return Ok(false);
            }
            return Ok(true);
        }
        let before = self.pos;
        let bare = self.at(close) || self.eat(",") && (self.at(close) || self.at("**"));
        self.pos = before;
        if bare {
            if self.mistakes {
                let msg = "named arguments must follow bare *";
                match close {
                    ")" => self.fail_token::<()>(star, msg)?,
                    _ => self.fail_last::<()>(msg)?,
                };
            }
            return Ok(false);
        }
        Ok(self.at(","))
    }

    fn double_star(&mut self, function: bool) -> Result<bool, Box<SyntaxError>> {
        self.pos += 1;
        if self.name().is_none() {
            return Ok(false);
        }
        if function && self.eat(":") && self.expression()?.is_none() {
            return Ok(false);
        }
        let token = self.token();
        let defaulted = self.at("=");
        if defaulted && self.mistakes {
            let msg = "var-keyword argument cannot have default value";
            self.fail_token::<()>(token, msg)?;
        }
        let more = self.eat(",");
        if more && self.mistakes {
            let token = self.token();
            let msg = "arguments cannot follow var-keyword argument";
            if matches!(self.word(), "*" | "**" | "/") {
                self.fail_token::<()>(token, msg)?;
            }
            if self.at_name() {
                let start = token.start;
                self.pos += 1;
                if function && self.eat(":") {
                    self.expression()?;
                }
                self.fail::<()>(start, self.last_end(), msg)?;
            }
        }
        Ok(!defaulted)
    }

    fn bad_slash(&mut self, state: &State, first: usize) -> Done {
        let token = self.token();
        let msg = if state.star {
            "/ must be ahead of *"
        } else if state.slash {
            "/ may appear only once"
        } else if self.pos == first {
            self.pos += 1;
            let comma = self.at(",");
            self.pos -= 1;
            if !comma {
                return Ok(());
            }
            "at least one argument must precede /"
        } else {
            return Ok(());
        };
        self.fail_token::<()>(token, msg).map(drop)
    }

    fn parenthesized_parameters(&mut self, function: bool) -> P<()> {
        let start = self.here();
        self.pos += 1;
        let mut any = false;
        while self.name().is_some() {
            any = true;
            if function && self.eat(":") {
                self.expression()?;
            }
            if !self.eat(",") {
                break;
            }
        }
        if !any || !self.eat(")") {
            return Ok(None);
        }
        let what = if function {
            "Function"
        } else {
            "Lambda expression"
        };
        self.fail(
            start,
            self.last_end(),
            format!("{what} parameters cannot be parenthesized"),
        )
    }

    /// `[T: bound = default, *Ts, **P]`; nothing if there are none.
    pub(super) fn type_params(&mut self) -> P<()> {
        if !self.at("[") {
            return Ok(Some(()));
        }
        self.attempt(|p| {
            p.pos += 1;
            if p.at("]") && p.mistakes {
                let start = p.here();
                return p.fail_from(start, "Type parameter list cannot be empty");
            }
            loop {
                if p.type_param()?.is_none() {
                    return Ok(None);
                }
                if !p.eat(",") || p.at("]") {
                    break;
                }
            }
            Ok(p.eat("]").then_some(()))
        })
    }

    fn type_param(&mut self) -> P<()> {
        self.attempt(|p| {
            let kind = match p.word() {
                "*" => "TypeVarTuple",
                "**" => "ParamSpec",
                _ => "",
            };
            p.pos += !kind.is_empty() as usize;
            if p.name().is_none() {
                return Ok(None);
            }
            let colon = p.here();
            if p.eat(":") {
                let Some(bound) = p.expression()? else {
                    return Ok(None);
                };
                if !kind.is_empty() {
                    if !p.mistakes {
                        return Ok(None);
                    }
                    let tuple = bound.shape == super::node::Shape::Tuple;
                    let what = if tuple { "constraints" } else { "bound" };
                    return p.fail_from(colon, &format!("cannot use {what} with {kind}"));
                }
            }
            if p.eat("=") && p.star_expression()?.is_none() {
                return Ok(None);
            }
            Ok(Some(()))
        })
    }
}

#[derive(Default)]
struct State {
    slash: bool,
    star: bool,
    /// A parameter with a default came.
    default: bool,
}
