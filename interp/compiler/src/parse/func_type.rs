//! Signature type comments: `(int, *str, **bool) -> None`.

use super::{Ast, Mode, read};
use crate::errors::SyntaxError;
use crate::source::Source;
use rustpython_ast::{Expr, Mod};
use rustpython_text_size::Ranged;

/// Parses a signature by way of a call: the arguments of `f(int, *str, **bool)`, then the result type.
pub(super) fn parse(source: &Source) -> Result<Ast, SyntaxError> {
    let text = source.text().trim();
    let invalid = || SyntaxError::at(source, 0, source.text().len(), "invalid syntax");
    let Some(arrow) = text.rfind("->") else {
        return Err(invalid());
    };
    let signature = format!("f{}", text[..arrow].trim());
    let Expr::Call(call) = *expression(&signature).ok_or_else(invalid)? else {
        return Err(invalid());
    };
    let returns = expression(text[arrow + 2..].trim()).ok_or_else(invalid)?;
    if call.func.range().len().to_u32() != 1 {
        return Err(invalid());
    }
    let positional = call
        .arguments
        .args
        .into_vec()
        .into_iter()
        .map(|arg| match arg {
            Expr::Starred(starred) => *starred.value,
            arg => arg,
        });
    let mut args: Vec<Expr> = positional.collect();
    for keyword in call.arguments.keywords {
        if keyword.arg.is_some() {
            return Err(invalid());
        }
        args.push(keyword.value);
    }
    Ok(Ast::FunctionType { args, returns })
}

fn expression(text: &str) -> Option<Box<Expr>> {
    match read(
        &Source::new(text),
        rustpython_parser::Mode::Expression,
        Mode::Eval,
    ) {
        Ok(Mod::Expression(expr)) => Some(expr.body),
        _ => None,
    }
}
