//! Values of literals.
//!
//! The parser decodes strings into Rust `String`s, which cannot hold lone surrogates: it puts U+FFFD in their place.
//! Where that character turns up in the value of a literal with escapes, the literal is decoded again here from the
//! source text, into generalized UTF-8. `\N{...}` takes its character from the parser's value, which runs in step.
//! Invalid escapes are only warned about; both the parser and CPython keep their backslash.

use crate::bytecode::Const;
use crate::errors::Warning;
use crate::source::Source;
use num_bigint::BigInt;
use rustpython_ast::{
    ExprBytesLiteral, ExprNumberLiteral, ExprStringLiteral, InterpolatedStringLiteralElement,
    Number, StringLiteral,
};
use rustpython_text_size::{Ranged, TextRange};

/// Value of a string literal, its implicitly concatenated parts joined, in generalized UTF-8.
pub fn string_value(source: &Source, literal: &ExprStringLiteral) -> Box<[u8]> {
    let mut out = Vec::new();
    for part in literal.value.iter() {
        push_string_part(source, part, &mut out);
    }
    out.into()
}

/// Appends the value of one part of a string literal (also of a plain part among f-strings).
pub fn push_string_part(source: &Source, part: &StringLiteral, out: &mut Vec<u8>) {
    let raw = part.flags.prefix().is_raw();
    push_decoded(source, part.content_range(), &part.value, raw, false, out);
}

/// Appends the value of a literal element of an f-string or t-string (or of its format spec); `raw` is the string's.
pub fn push_element(
    source: &Source,
    element: &InterpolatedStringLiteralElement,
    raw: bool,
    out: &mut Vec<u8>,
) {
    push_decoded(source, element.range, &element.value, raw, true, out);
}

/// Value of a bytes literal, its parts joined.
pub fn bytes_value(literal: &ExprBytesLiteral) -> Box<[u8]> {
    literal.value.bytes().collect()
}

/// Value of a number literal.
pub fn number_value(source: &Source, literal: &ExprNumberLiteral) -> Const {
    match &literal.value {
        Number::Float(value) => Const::Float(value.to_bits()),
        Number::Complex { real, imag } => Const::Complex(real.to_bits(), imag.to_bits()),
        Number::Int(int) => match int.as_i64() {
            Some(value) => Const::Int(value),
            None => big_int(source.slice(literal.range)),
        },
    }
}

/// Value of an integer token that is known to be well-formed.
fn big_int(token: &str) -> Const {
    let digits = token.replace('_', "");
    let (digits, radix) = match digits.get(..2) {
        Some("0x" | "0X") => (&digits[2..], 16),
        Some("0o" | "0O") => (&digits[2..], 8),
        Some("0b" | "0B") => (&digits[2..], 2),
        _ => (digits.as_str(), 10),
    };
    let value = BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default();
    match i64::try_from(&value) {
        Ok(small) => Const::Int(small),
        Err(_) => Const::Big(value),
    }
}

fn push_decoded(
    source: &Source,
    range: TextRange,
    value: &str,
    raw: bool,
    braces: bool,
    out: &mut Vec<u8>,
) {
    let text = source.slice(range);
    if raw || !value.contains('\u{fffd}') || !(text.contains("\\u") || text.contains("\\U")) {
        out.extend_from_slice(value.as_bytes());
        return;
    }
    let mut decoder = Decoder {
        rest: text,
        parsed: value.chars(),
        braces,
    };
    while decoder.step(out) {}
}

/// Decodes literal text again, in step with the characters that the parser got.
struct Decoder<'a> {
    rest: &'a str,
    parsed: std::str::Chars<'a>,
    /// `{{` and `}}` stand for one brace.
    braces: bool,
}

impl Decoder<'_> {
    /// Decodes one character or escape; false at the end.
    fn step(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        self.rest = &self.rest[first.len_utf8()..];
        if first == '\\' {
            self.escape(out);
            return true;
        }
        if self.braces && matches!(first, '{' | '}') && self.rest.starts_with(first) {
            self.rest = &self.rest[1..];
        }
        self.copy(out);
        true
    }

    /// Takes the next character from the parser's value.
    fn copy(&mut self, out: &mut Vec<u8>) {
        if let Some(c) = self.parsed.next() {
            push_code_point(c as u32, out);
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(kind) = self.rest.chars().next() else {
            return self.copy(out);
        };
        let digits = match kind {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let code = self.rest.get(1..1 + digits);
        if let (1.., Some(Ok(code))) = (digits, code.map(|hex| u32::from_str_radix(hex, 16))) {
            self.rest = &self.rest[1 + digits..];
            self.parsed.next();
            return push_code_point(code, out);
        }
        let rest = self.rest;
        let len = match kind {
            '\n' => {
                self.rest = &rest[1..];
                return;
            }
            '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' => 1,
            '0'..='7' => rest
                .bytes()
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'))
                .count(),
            'x' => 3,
            'N' => rest.find('}').map_or(1, |at| at + 1),
            // Not an escape: the backslash stays, what follows is read as usual.
            _ => 0,
        };
        self.rest = rest.get(len..).unwrap_or("");
        self.copy(out);
    }
}

/// Appends a code point, also a surrogate, in generalized UTF-8.
pub fn push_code_point(code: u32, out: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend([
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}

/// Which literal an escape stands in, for [`escape_warnings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeContext {
    /// A plain string.
    Str,
    /// A bytes literal: `\N`, `\u` and `\U` are no escapes.
    Bytes,
    /// Literal part of an f-string or t-string: a backslash before a brace is reported with the brace.
    Interpolated,
}

/// Reports the first invalid escape in `content`, the inside of a literal that is not raw; in an f-string all.
pub fn escape_warnings(
    source: &Source,
    content: impl Ranged,
    context: EscapeContext,
    out: &mut Vec<Warning>,
) {
    let range = content.range();
    let text = source.slice(range);
    let base = range.start().to_usize();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let start = at + found;
        // In `f"\{x}"` the backslash ends the element and the brace follows it.
        let following = match context {
            EscapeContext::Interpolated => source.text().get(base + start + 1..),
            _ => text.get(start + 1..),
        };
        let Some(kind) = following.and_then(|rest| rest.chars().next()) else {
            return;
        };
        at = start + 1 + kind.len_utf8();
        let octal = text[start + 1..]
            .bytes()
            .take(3)
            .take_while(|b| matches!(b, b'0'..=b'7'))
            .count();
        let wrong = match kind {
            '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => None,
            'N' | 'u' | 'U' if context != EscapeContext::Bytes => None,
            '0'..='7' if octal < 3 || kind < '4' => None,
            '0'..='7' => Some((&text[start + 1..start + 4], "octal escape sequence")),
            // CPython's decoder never sees a backslash before such a character.
            _ if !kind.is_ascii() => None,
            _ => Some((
                &source.text()[base + start + 1..base + at],
                "escape sequence",
            )),
        };
        if let Some((what, noun)) = wrong {
            let msg = format!(
                "\"\\{what}\" is an invalid {noun}. Such sequences will not work in the future. \
                 Did you mean \"\\\\{what}\"? A raw string is also an option."
            );
            let begin = base + start;
            let warning = Warning::syntax(source, begin, begin + 1 + what.len(), msg);
            out.push(warning.from_lexer());
            if context != EscapeContext::Interpolated {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Ast, Mode, parse};
    use rustpython_ast::Expr;

    fn value(text: &str) -> Vec<u8> {
        let source = Source::new(text);
        let Ok(Ast::Expression(expr)) = parse(&source, Mode::Eval) else {
            panic!("{text}");
        };
        match &*expr {
            Expr::StringLiteral(s) => string_value(&source, s).into(),
            Expr::FString(f) => {
                let mut out = Vec::new();
                for element in f.value.elements() {
                    if let Some(literal) = element.as_literal() {
                        push_element(&source, literal, false, &mut out);
                    }
                }
                out
            }
            _ => panic!("{text}"),
        }
    }

    #[test]
    fn surrogates() {
        assert_eq!(value(r"'a\ud800b'"), b"a\xed\xa0\x80b");
        assert_eq!(
            value(r"'\x41\101\N{BULLET}\udfff\d\U0001f600é' '\ud83d'"),
            "AA\u{2022}\u{0}\\d\u{1f600}é"
                .replace('\0', "?")
                .into_bytes()
                .into_iter()
                .flat_map(|b| if b == b'?' {
                    vec![0xed, 0xbf, 0xbf]
                } else {
                    vec![b]
                })
                .chain([0xed, 0xa0, 0xbd])
                .collect::<Vec<_>>()
        );
        assert_eq!(value(r"f'{{\ud800}}{1}\n'"), b"{\xed\xa0\x80}\n");
        assert_eq!(value(r"r'\ud800'"), br"\ud800");
        assert_eq!(
            value("'\\ud800\\\nx\u{fffd}'"),
            b"\xed\xa0\x80x\xef\xbf\xbd"
        );
    }

    #[test]
    fn invalid_escapes() {
        let first = |text: &str, context| {
            let source = Source::new(text);
            let range = TextRange::new(0.into(), (source.text().len() as u32).into());
            let mut out = Vec::new();
            escape_warnings(&source, range, context, &mut out);
            out.first().map(|w: &Warning| w.msg.clone())
        };
        let str = |text| first(text, EscapeContext::Str);
        let msg = str(r"\n\d\z").unwrap();
        assert!(msg.starts_with(r#""\d" is an invalid escape sequence. Such"#));
        assert!(msg.ends_with(r#"Did you mean "\\d"? A raw string is also an option."#));
        assert!(
            str(r"\777")
                .unwrap()
                .starts_with(r#""\777" is an invalid octal"#)
        );
        assert!(str(r"\8").is_some());
        assert_eq!(str(r"\377\N{x}\é\\d"), None);
        assert!(first(r"\N", EscapeContext::Bytes).is_some());
    }

    #[test]
    fn integers() {
        assert_eq!(big_int("0x_ff"), Const::Int(255));
        let Const::Big(big) = big_int("1_000_000_000_000_000_000_000") else {
            panic!()
        };
        assert_eq!(big.to_string(), "1000000000000000000000");
    }
}
