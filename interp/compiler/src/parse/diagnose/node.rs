//! What the error rules need to know about an expression: its kind, its place, and the parts of possible targets.

use std::rc::Rc;

/// Kind of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Name,
    True,
    False,
    None,
    Ellipsis,
    Literal,
    FString,
    TString,
    Tuple,
    List,
    Dict,
    Set,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    Call,
    Attribute,
    Subscript,
    Starred,
    /// Comparison; true if its first operator is `in`.
    Compare(bool),
    Operation,
    Conditional,
    Lambda,
    Named,
    Yield,
    Await,
    /// Something that is no expression of its own, such as a slice.
    Other,
}

/// An expression: tokens `first..next`.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub shape: Shape,
    /// Byte offsets.
    pub start: usize,
    pub end: usize,
    /// Parts: elements of a tuple or list, value of a starred, left side of a comparison.
    pub parts: Vec<Rc<Node>>,
}

/// Which targets [`Node::invalid_target`] looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Targets {
    Star,
    Delete,
    For,
}

impl Node {
    /// CPython's name of the kind in messages.
    pub fn name(&self) -> &'static str {
        match self.shape {
            Shape::Name => "name",
            Shape::True => "True",
            Shape::False => "False",
            Shape::None => "None",
            Shape::Ellipsis => "ellipsis",
            Shape::Literal => "literal",
            Shape::FString => "f-string expression",
            Shape::TString => "t-string expression",
            Shape::Tuple => "tuple",
            Shape::List => "list",
            Shape::Dict => "dict literal",
            Shape::Set => "set display",
            Shape::ListComp => "list comprehension",
            Shape::SetComp => "set comprehension",
            Shape::DictComp => "dict comprehension",
            Shape::Generator => "generator expression",
            Shape::Call => "function call",
            Shape::Attribute => "attribute",
            Shape::Subscript => "subscript",
            Shape::Starred => "starred",
            Shape::Compare(_) => "comparison",
            Shape::Operation | Shape::Other => "expression",
            Shape::Conditional => "conditional expression",
            Shape::Lambda => "lambda",
            Shape::Named => "named expression",
            Shape::Yield => "yield expression",
            Shape::Await => "await expression",
        }
    }

    /// The first part that cannot be a target.
    pub fn invalid_target(&self, kind: Targets) -> Option<&Node> {
        match self.shape {
            Shape::Tuple | Shape::List => self.parts.iter().find_map(|p| p.invalid_target(kind)),
            Shape::Starred if kind == Targets::Delete => Some(self),
            Shape::Starred => self.parts.iter().find_map(|p| p.invalid_target(kind)),
            // `for x in y in z` parses its target as a comparison.
            Shape::Compare(true) if kind == Targets::For => self
                .parts
                .first()
                .and_then(|left| left.invalid_target(kind)),
            Shape::Compare(_) if kind == Targets::For => None,
            Shape::Name | Shape::Subscript | Shape::Attribute => None,
            _ => Some(self),
        }
    }

    pub fn is_target(&self, kind: Targets) -> bool {
        self.invalid_target(kind).is_none()
    }

    /// A target of an augmented or annotated assignment.
    pub fn is_single_target(&self) -> bool {
        matches!(
            self.shape,
            Shape::Name | Shape::Attribute | Shape::Subscript
        )
    }
}
