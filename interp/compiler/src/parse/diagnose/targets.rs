//! Assignment targets: read as expressions, then judged.

use super::node::Targets;
use super::{P, Parser};
use crate::errors::SyntaxError;

impl Parser<'_> {
    /// Targets of `=`, `for` and `with`.
    pub(super) fn star_targets(&mut self) -> P {
        self.attempt(|p| {
            // A target ends before `in`, where an expression would go on.
            let targets = p.plainly(|p| p.target_list())?;
            Ok(targets.filter(|t| t.is_target(Targets::Star)))
        })
    }

    /// One target.
    pub(super) fn star_target(&mut self) -> P {
        self.attempt(|p| {
            let target = p.plainly(|p| p.one_target())?;
            Ok(target.filter(|t| t.is_target(Targets::Star)))
        })
    }

    fn one_target(&mut self) -> P {
        let start = self.here();
        if self.eat("*") {
            let Some(value) = self.primary()? else {
                return Ok(None);
            };
            return Ok(Some(self.node(
                super::node::Shape::Starred,
                start,
                vec![value],
            )));
        }
        self.primary()
    }

    fn target_list(&mut self) -> P {
        let start = self.here();
        let Some(first) = self.one_target()? else {
            return Ok(None);
        };
        if !self.at(",") {
            return Ok(Some(first));
        }
        let mut parts = vec![first];
        while self.eat(",") {
            match self.attempt(Self::one_target)? {
                Some(part) => parts.push(part),
                None => break,
            }
        }
        Ok(Some(self.node(super::node::Shape::Tuple, start, parts)))
    }

    /// Raises if a part of the node cannot be a target of this kind.
    pub(super) fn check_target(
        &mut self,
        node: &super::node::Node,
        kind: Targets,
    ) -> Result<(), Box<SyntaxError>> {
        if let Some(wrong) = node.invalid_target(kind) {
            let verb = if kind == Targets::Delete {
                "delete"
            } else {
                "assign to"
            };
            let msg = format!("cannot {verb} {}", wrong.name());
            self.fail::<()>(wrong.start, wrong.end, msg)?;
        }
        Ok(())
    }
}
