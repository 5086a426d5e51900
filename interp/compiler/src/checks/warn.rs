//! Warnings about code that is valid but cannot be meant.

use super::Checker;
use crate::errors::Warning;
use rustpython_ast::{CmpOp, Expr, ExprCompare, Number, StmtAssert, UnaryOp};
use rustpython_text_size::TextRange;

/// Words that may follow a number without a space, so that `1if` is still read as two tokens.
const AFTER_NUMBER: [&str; 8] = ["and", "else", "for", "if", "in", "is", "not", "or"];

impl<'a> Checker<'a> {
    pub(super) fn warn_assert(&mut self, s: &'a StmtAssert) {
        if let Expr::Tuple(tuple) = &*s.test
            && !tuple.elts.is_empty()
        {
            let msg = "assertion is always true, perhaps remove parentheses?";
            self.warn(s.range, msg);
        }
    }

    /// `is` with a literal depends on which objects are shared.
    pub(super) fn warn_compare(&mut self, e: &'a ExprCompare) {
        let mut left = &*e.left;
        for (op, right) in e.ops.iter().zip(&*e.comparators) {
            let (word, other) = match op {
                CmpOp::Is => ("is", "=="),
                CmpOp::IsNot => ("is not", "!="),
                _ => {
                    left = right;
                    continue;
                }
            };
            if let Some(literal) = compared_literal(left).or_else(|| compared_literal(right)) {
                let msg = format!("\"{word}\" with '{literal}' literal. Did you mean \"{other}\"?");
                return self.warn(e.range, msg);
            }
            left = right;
        }
    }

    pub(super) fn warn_call(&mut self, func: &'a Expr) {
        if let Some(name) = type_of(func).filter(|_| !func.is_lambda_expr()) {
            let msg = format!("'{name}' object is not callable; perhaps you missed a comma?");
            self.warn(func, msg);
        }
    }

    pub(super) fn warn_subscript(&mut self, value: &'a Expr, index: &'a Expr) {
        let Some(name) = type_of(value) else {
            return;
        };
        match name {
            "NoneType"
            | "ellipsis"
            | "int"
            | "bool"
            | "float"
            | "complex"
            | "set"
            | "generator"
            | "function"
            | "string.templatelib.Template" => {
                let msg =
                    format!("'{name}' object is not subscriptable; perhaps you missed a comma?");
                self.warn(value, msg);
            }
            "str" | "bytes" | "tuple" | "list" => match type_of(index) {
                None | Some("int" | "bool") => {}
                Some(found) => {
                    let msg = format!(
                        "{name} indices must be integers or slices, not {found}; \
                         perhaps you missed a comma?"
                    );
                    self.warn(value, msg);
                }
            },
            _ => {}
        }
    }

    /// `1if x else y`
    pub(super) fn warn_number(&mut self, range: TextRange) {
        let end = range.end().to_usize();
        let rest = self.source.text().get(end..).unwrap_or("");
        let len = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        if len == 0 || !AFTER_NUMBER.iter().any(|word| rest.starts_with(word)) {
            return;
        }
        let token = self.source.slice(range).to_ascii_lowercase();
        let kind = match token.get(..2) {
            Some("0x") => "hexadecimal",
            Some("0o") => "octal",
            Some("0b") => "binary",
            _ if token.ends_with('j') => "imaginary",
            _ => "decimal",
        };
        let (start, end) = (range.start().to_usize(), end);
        let msg = format!("invalid {kind} literal");
        let warning = Warning::syntax(self.source, start, end, msg);
        self.found.warnings.push(warning.from_lexer());
    }
}

/// Type of a literal that should not be compared by identity.
fn compared_literal(expr: &Expr) -> Option<&'static str> {
    match expr {
        Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_) => None,
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => type_of(expr),
        Expr::UnaryOp(e) if e.op == UnaryOp::USub && e.operand.is_number_literal_expr() => {
            type_of(&e.operand)
        }
        Expr::Tuple(e) if e.elts.iter().all(is_constant) => Some("tuple"),
        _ => None,
    }
}

fn is_constant(expr: &Expr) -> bool {
    expr.is_literal_expr() || compared_literal(expr).is_some()
}

/// Name of the type that a display or literal makes.
fn type_of(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::NoneLiteral(_) => "NoneType",
        Expr::BooleanLiteral(_) => "bool",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::NumberLiteral(e) => match e.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::StringLiteral(_) | Expr::FString(_) => "str",
        Expr::TString(_) => "string.templatelib.Template",
        Expr::BytesLiteral(_) => "bytes",
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        _ => return None,
    })
}
