//! The rules of interactive mode, where the text is one statement.
//!
//! A compound statement ends with a newline after its block; without it (`codeop` leaves it out on purpose) the user
//! may still add clauses. Text after the statement is an error.

use super::Options;
use crate::errors::SyntaxError;
use crate::source::Source;
use rustpython_ast::Stmt;
use rustpython_text_size::Ranged;

/// Checks what an interactive source parsed to.
pub(super) fn check(source: &Source, body: &[Stmt], options: Options) -> Result<(), SyntaxError> {
    let Some(first) = body.first() else {
        return Err(SyntaxError::bare("invalid syntax").with_incomplete(true));
    };
    let text = source.text();
    let end = first.end().to_usize();
    if is_compound(first) {
        let open = !text.ends_with('\n');
        let indented = source.line_of(end) != first_line_of_block(source, first);
        if body.len() == 1 && open && (options.dont_imply_dedent || !indented) {
            let at = text.len();
            let mut error = SyntaxError::at(source, at, at, "invalid syntax").without_end();
            error.col = 0;
            return Err(error.with_incomplete(true));
        }
    }
    // Simple statements may share a line.
    let line_end = source.line_end(source.line_of(end));
    let second = match is_compound(first) {
        true => body.get(1),
        false => body.iter().find(|stmt| stmt.start().to_usize() > line_end),
    };
    if let Some(second) = second {
        if is_compound(first) {
            let start = second.start().to_usize();
            let word = text[start..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_');
            let len = word.map(char::len_utf8).sum::<usize>().max(1);
            return Err(SyntaxError::at(
                source,
                start,
                start + len,
                "invalid syntax",
            ));
        }
        let msg = "multiple statements found while compiling a single statement";
        let mut error = SyntaxError::at(source, line_end, line_end, msg);
        error.end_col += 1;
        return Err(error);
    }
    Ok(())
}

fn is_compound(stmt: &Stmt) -> bool {
    matches!(
        stmt,
        Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::If(_)
            | Stmt::With(_)
            | Stmt::Match(_)
            | Stmt::Try(_)
    )
}

/// Line of the last clause's keyword, which a block on the same line shares.
fn first_line_of_block(source: &Source, stmt: &Stmt) -> u32 {
    let last = match stmt {
        Stmt::FunctionDef(s) => s.body.last(),
        Stmt::ClassDef(s) => s.body.last(),
        Stmt::For(s) => s.orelse.last().or(s.body.last()),
        Stmt::While(s) => s.orelse.last().or(s.body.last()),
        Stmt::If(s) => match s.elif_else_clauses.last() {
            Some(clause) => clause.body.last(),
            None => s.body.last(),
        },
        Stmt::With(s) => s.body.last(),
        Stmt::Match(s) => s.cases.last().and_then(|case| case.body.last()),
        Stmt::Try(s) => s.finalbody.last().or(s.orelse.last()).or_else(|| {
            let last = s.handlers.last().and_then(|h| h.as_except_handler());
            last.and_then(|h| h.body.last())
        }),
        _ => None,
    };
    let Some(last) = last else {
        return source.line_of(stmt.start().to_usize());
    };
    let start = last.start().to_usize();
    let line = source.line_of(start);
    let before = &source.text()[source.line_start(line)..start];
    // Only blanks before the last statement: it is on a line of its own.
    if before.trim().is_empty() {
        0
    } else {
        source.line_of(stmt.end().to_usize())
    }
}
