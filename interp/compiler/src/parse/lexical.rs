//! What the tokens say, whether or not they parse: the operator `<>`, and warnings about a text that has an error further on.
//!
//! Ruff does not know `from __future__ import barry_as_FLUFL`, so `<>` becomes `!=` (of the same length) in a second text that is parsed instead.

use super::{Mode, depth};
use crate::errors::{SyntaxError, Warning};
use crate::literals::{EscapeContext, escape_warnings};
use crate::source::Source;
use rustpython_ast::PythonVersion;
use rustpython_ast::token::TokenKind;
use rustpython_parser::{ParseOptions, parse_unchecked};
use rustpython_text_size::{Ranged, TextRange, TextSize};

const FLUFL: &str = "barry_as_FLUFL";

/// Kinds and places of the tokens, of a text that is not nested too deeply.
fn tokens(source: &Source, mode: Mode) -> Option<Vec<(TokenKind, TextRange)>> {
    depth::guard_text(source).ok()?;
    let mode = match mode {
        Mode::Eval => rustpython_parser::Mode::Expression,
        _ => rustpython_parser::Mode::Module,
    };
    let options = ParseOptions::from(mode).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(source.text(), options);
    if depth::check_tokens(source, parsed.tokens()).is_err() {
        // Its destructor would recurse as deep as the tree is.
        std::mem::forget(parsed);
        return None;
    }
    let list = parsed.tokens().iter();
    Some(list.map(|token| (token.kind(), token.range())).collect())
}

/// The text to parse in place of one where `<>` is the operator, from the start (`inherited`) or from a future import on.
pub(super) fn flufl(
    source: &Source,
    mode: Mode,
    inherited: bool,
) -> Result<Option<Source>, SyntaxError> {
    if !inherited && !source.text().contains(FLUFL) {
        return Ok(None);
    }
    let Some(tokens) = tokens(source, mode) else {
        return Ok(None);
    };
    let mut text = source.text().to_owned();
    let (mut active, mut future) = (inherited, false);
    for (i, (kind, range)) in tokens.iter().enumerate() {
        let next = tokens.get(i + 1);
        match kind {
            TokenKind::From => {
                future = next.is_some_and(|(_, name)| source.slice(*name) == "__future__");
            }
            TokenKind::Newline | TokenKind::Semi => future = false,
            TokenKind::Name if future && source.slice(*range) == FLUFL => active = true,
            TokenKind::NotEqual if active => {
                let msg = "with Barry as BDFL, use '<>' instead of '!='";
                let (start, end) = (range.start().to_usize(), range.end().to_usize());
                return Err(SyntaxError::at(source, start, end, msg));
            }
            TokenKind::Less
                if active
                    && next.is_some_and(|(kind, after)| {
                        *kind == TokenKind::Greater && after.start() == range.end()
                    }) =>
            {
                let start = range.start().to_usize();
                text.replace_range(start..start + 2, "!=");
            }
            _ => {}
        }
    }
    Ok(Some(Source::new(text)))
}

/// Warnings about the string literals before `error`, which CPython has read by then.
pub(super) fn warnings_before(source: &Source, mode: Mode, error: &SyntaxError) -> Vec<Warning> {
    let mut found = Vec::new();
    if !source.text().contains('\\') || error.line == 0 {
        return found;
    }
    for (kind, range) in tokens(source, mode).unwrap_or_default() {
        let (line, col) = (
            source.line_of(range.start().to_usize()),
            source.char_col(range.start().to_usize()) + 1,
        );
        if (line, col) >= (error.line, error.col) {
            break;
        }
        if kind == TokenKind::String {
            string_warnings(source, range, &mut found);
        }
    }
    found
}

fn string_warnings(source: &Source, range: TextRange, found: &mut Vec<Warning>) {
    let text = source.slice(range);
    let prefix = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let has = |letter: u8| text[..prefix].bytes().any(|b| b | 0x20 == letter);
    if has(b'r') {
        return;
    }
    let quotes = match text[prefix..].starts_with("\"\"\"") || text[prefix..].starts_with("'''") {
        true => 3,
        false => 1,
    };
    if text.len() < prefix + 2 * quotes {
        return;
    }
    let start = range.start() + TextSize::from((prefix + quotes) as u32);
    let content = TextRange::new(start, range.end() - TextSize::from(quotes as u32));
    let context = match has(b'b') {
        true => EscapeContext::Bytes,
        false => EscapeContext::Str,
    };
    escape_warnings(source, content, context, found);
}
