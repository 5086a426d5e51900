//! The predefined error handlers: `strict`, `ignore`, `replace`, `backslashreplace`, `xmlcharrefreplace`,
//! `namereplace`, `surrogateescape`, `surrogatepass`.
//!
//! They are pure functions of the exception's arguments, so the codecs use them directly and `_codecs` wraps the same
//! functions for Python code that calls `codecs.lookup_error(...)`. `None` means "raise the exception".

use std::io::Write;

use super::{
    DecodeErrors, DecodeFix, DecodeProblem, EncodeErrors, EncodeFix, EncodeProblem, Replacement,
};
use crate::text::repr::push_escape;
use crate::text::wtf8;

/// A predefined handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builtin {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

/// Why a codec with a predefined handler gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Raise `UnicodeDecodeError(encoding, object, start, end, reason)`.
    Decode {
        encoding: String,
        start: usize,
        end: usize,
        reason: String,
    },
    /// Raise `UnicodeEncodeError(encoding, object, start, end, reason)`.
    Encode {
        encoding: String,
        start: usize,
        end: usize,
        reason: String,
    },
    /// Raise TypeError: the handler is for encoding only.
    CannotDecode,
}

impl Failure {
    /// The message of [`Failure::CannotDecode`].
    pub const CANNOT_DECODE: &'static str =
        "don't know how to handle UnicodeDecodeError in error callback";
}

impl Builtin {
    /// The handler registered under `name`, if it is predefined.
    pub fn from_name(name: &[u8]) -> Option<Builtin> {
        Some(match name {
            b"strict" => Builtin::Strict,
            b"ignore" => Builtin::Ignore,
            b"replace" => Builtin::Replace,
            b"backslashreplace" => Builtin::BackslashReplace,
            b"xmlcharrefreplace" => Builtin::XmlCharRefReplace,
            b"namereplace" => Builtin::NameReplace,
            b"surrogateescape" => Builtin::SurrogateEscape,
            b"surrogatepass" => Builtin::SurrogatePass,
            _ => return None,
        })
    }

    /// Whether the handler applies to decoding at all.
    pub fn can_decode(self) -> bool {
        !matches!(self, Builtin::XmlCharRefReplace | Builtin::NameReplace)
    }

    /// The answer to undecodable input.
    pub fn decode_fix(self, problem: DecodeProblem<'_>) -> Option<DecodeFix> {
        let end = problem.end.min(problem.input.len());
        let start = problem.start.min(end);
        let bytes = &problem.input[start..end];
        let (text, resume) = match self {
            Builtin::Ignore => (Vec::new(), end),
            Builtin::Replace => ("\u{FFFD}".as_bytes().to_vec(), end),
            Builtin::BackslashReplace => {
                let mut text = Vec::with_capacity(4 * bytes.len());
                bytes
                    .iter()
                    .for_each(|&byte| push_escape(u32::from(byte), &mut text));
                (text, end)
            }
            Builtin::SurrogateEscape => {
                let high = bytes
                    .iter()
                    .take(4)
                    .take_while(|&&byte| byte >= 0x80)
                    .count();
                if high == 0 {
                    return None;
                }
                let text = wtf8::from_code_points(
                    bytes[..high].iter().map(|&byte| 0xDC00 + u32::from(byte)),
                );
                (text, start + high)
            }
            Builtin::SurrogatePass => {
                let form = Form::from_encoding(problem.encoding)?;
                let surrogate = form
                    .read(&problem.input[start..])
                    .filter(|&cp| wtf8::is_surrogate(cp))?;
                (wtf8::from_code_point(surrogate), start + form.width())
            }
            Builtin::Strict | Builtin::XmlCharRefReplace | Builtin::NameReplace => return None,
        };
        Some(DecodeFix {
            text,
            resume,
            input: None,
        })
    }

    /// The answer to unencodable text.
    pub fn encode_fix(self, problem: EncodeProblem<'_>) -> Option<EncodeFix> {
        let bad = wtf8::slice(problem.text, problem.start, problem.end);
        let replacement = match self {
            Builtin::Strict => return None,
            Builtin::SurrogateEscape => Replacement::Bytes(
                wtf8::code_points(bad)
                    .map(escaped_byte)
                    .collect::<Option<_>>()?,
            ),
            Builtin::SurrogatePass => {
                let form = Form::from_encoding(problem.encoding)?;
                let mut bytes = Vec::new();
                for cp in wtf8::code_points(bad) {
                    if !wtf8::is_surrogate(cp) {
                        return None;
                    }
                    form.write(cp, &mut bytes);
                }
                Replacement::Bytes(bytes)
            }
            _ => Replacement::Text(self.replacement_text(bad, b"?")?),
        };
        Some(EncodeFix {
            replacement,
            resume: problem.end,
        })
    }

    /// The answer to a `UnicodeTranslateError` about code points `start..end`: replacement text, go on at `end`.
    pub fn translate_fix(self, text: &[u8], start: usize, end: usize) -> Option<Vec<u8>> {
        self.replacement_text(wtf8::slice(text, start, end), "\u{FFFD}".as_bytes())
    }

    /// Text in place of `bad`, for the handlers that only need to see it.
    fn replacement_text(self, bad: &[u8], mark: &[u8]) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        for cp in wtf8::code_points(bad) {
            match self {
                Builtin::Ignore => {}
                Builtin::Replace => text.extend_from_slice(mark),
                Builtin::BackslashReplace => push_escape(cp, &mut text),
                // Writing into a Vec cannot fail.
                Builtin::XmlCharRefReplace => drop(write!(text, "&#{cp};")),
                Builtin::NameReplace => {
                    match char::from_u32(cp).and_then(rustpython_unicode::character_name) {
                        Some(name) => drop(write!(text, "\\N{{{name}}}")),
                        None => push_escape(cp, &mut text),
                    }
                }
                _ => return None,
            }
        }
        Some(text)
    }
}

/// The byte hidden in an escape surrogate.
fn escaped_byte(cp: u32) -> Option<u8> {
    (0xDC80..=0xDCFF).contains(&cp).then(|| (cp - 0xDC00) as u8)
}

/// `surrogateescape` for the escape surrogates at the start of the problem only.
fn escape_prefix(problem: EncodeProblem<'_>) -> Option<EncodeFix> {
    let bad = wtf8::slice(problem.text, problem.start, problem.end);
    let bytes: Vec<u8> = wtf8::code_points(bad).map_while(escaped_byte).collect();
    let resume = problem.start + bytes.len();
    (!bytes.is_empty()).then_some(EncodeFix {
        replacement: Replacement::Bytes(bytes),
        resume,
    })
}

impl DecodeErrors for Builtin {
    type Error = Failure;

    fn decode_error(&mut self, problem: DecodeProblem<'_>) -> Result<DecodeFix, Failure> {
        if !self.can_decode() {
            return Err(Failure::CannotDecode);
        }
        self.decode_fix(problem).ok_or_else(|| Failure::Decode {
            encoding: problem.encoding.into(),
            start: problem.start,
            end: problem.end,
            reason: problem.reason.into(),
        })
    }
}

impl EncodeErrors for Builtin {
    type Error = Failure;

    fn encode_error(&mut self, problem: EncodeProblem<'_>) -> Result<EncodeFix, Failure> {
        let fix = match problem.encoding {
            // These three escape what they can, so that the error names the first character that cannot be escaped.
            "ascii" | "latin-1" | "utf-8" if *self == Builtin::SurrogateEscape => {
                escape_prefix(problem)
            }
            _ => self.encode_fix(problem),
        };
        fix.ok_or_else(|| self.refuse(problem))
    }

    fn refuse(&mut self, problem: EncodeProblem<'_>) -> Failure {
        Failure::Encode {
            encoding: problem.encoding.into(),
            start: problem.start,
            end: problem.end,
            reason: problem.reason.into(),
        }
    }
}

/// How an encoding writes a surrogate, for `surrogatepass`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
}

impl Form {
    fn from_encoding(name: &str) -> Option<Form> {
        let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
        let rest = name.strip_prefix("utf")?;
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        Some(match rest {
            "8" => Form::Utf8,
            "16" | "16-le" | "16le" => Form::Utf16 { big: false },
            "16-be" | "16be" => Form::Utf16 { big: true },
            "32" | "32-le" | "32le" => Form::Utf32 { big: false },
            "32-be" | "32be" => Form::Utf32 { big: true },
            _ => return None,
        })
    }

    fn width(self) -> usize {
        match self {
            Form::Utf8 => 3,
            Form::Utf16 { .. } => 2,
            Form::Utf32 { .. } => 4,
        }
    }

    fn read(self, bytes: &[u8]) -> Option<u32> {
        match (self, bytes.get(..self.width())?) {
            (Form::Utf8, &[a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF]) => {
                Some(u32::from(a & 0xF) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F))
            }
            (Form::Utf16 { big: false }, &[a, b]) => Some(u32::from(u16::from_le_bytes([a, b]))),
            (Form::Utf16 { big: true }, &[a, b]) => Some(u32::from(u16::from_be_bytes([a, b]))),
            (Form::Utf32 { big: false }, &[a, b, c, d]) => Some(u32::from_le_bytes([a, b, c, d])),
            (Form::Utf32 { big: true }, &[a, b, c, d]) => Some(u32::from_be_bytes([a, b, c, d])),
            _ => None,
        }
    }

    fn write(self, cp: u32, out: &mut Vec<u8>) {
        match self {
            Form::Utf8 => wtf8::push(out, cp),
            Form::Utf16 { big: false } => out.extend_from_slice(&(cp as u16).to_le_bytes()),
            Form::Utf16 { big: true } => out.extend_from_slice(&(cp as u16).to_be_bytes()),
            Form::Utf32 { big: false } => out.extend_from_slice(&cp.to_le_bytes()),
            Form::Utf32 { big: true } => out.extend_from_slice(&cp.to_be_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::Standard;

    #[test]
    fn encoding_handlers() {
        let text = b"a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
        let ascii = |mut handler: Builtin| Standard::Ascii.encode(text, &mut handler).unwrap();
        assert_eq!(ascii(Builtin::Ignore), b"a");
        assert_eq!(ascii(Builtin::Replace), b"a???");
        assert_eq!(
            ascii(Builtin::BackslashReplace),
            b"a\\xe9\\u20ac\\U0001f600"
        );
        assert_eq!(
            ascii(Builtin::XmlCharRefReplace),
            b"a&#233;&#8364;&#128512;"
        );
        assert_eq!(
            ascii(Builtin::NameReplace),
            b"a\\N{LATIN SMALL LETTER E WITH ACUTE}\\N{EURO SIGN}\\N{GRINNING FACE}"
        );
        let escaped = b"x\xED\xB2\xBF\xED\xB2\x80";
        assert_eq!(
            Standard::Utf8.encode(escaped, &mut Builtin::SurrogateEscape),
            Ok(b"x\xBF\x80".to_vec())
        );
        assert_eq!(
            Standard::Utf8.encode(escaped, &mut Builtin::SurrogatePass),
            Ok(escaped.to_vec())
        );
        assert_eq!(
            Standard::Utf16Be.encode(b"\xED\xA0\x80", &mut Builtin::SurrogatePass),
            Ok(vec![0xD8, 0])
        );
        assert_eq!(
            Standard::Ascii.encode(text, &mut Builtin::Strict),
            Err(Failure::Encode {
                encoding: "ascii".into(),
                start: 1,
                end: 4,
                reason: "ordinal not in range(128)".into()
            })
        );
        assert_eq!(
            Builtin::Replace.translate_fix("aéb".as_bytes(), 1, 2),
            Some("\u{FFFD}".as_bytes().to_vec())
        );
    }

    #[test]
    fn decoding_handlers() {
        let utf8 = |input: &[u8], mut handler: Builtin| Standard::Utf8.decode(input, &mut handler);
        assert_eq!(utf8(b"a\xff\xe2\x82b", Builtin::Ignore), Ok(b"ab".to_vec()));
        assert_eq!(
            utf8(b"a\xff\xe2\x82b", Builtin::Replace),
            Ok("a\u{FFFD}\u{FFFD}b".into())
        );
        assert_eq!(
            utf8(b"a\xe2\x82b", Builtin::BackslashReplace),
            Ok(b"a\\xe2\\x82b".to_vec())
        );
        assert_eq!(
            utf8(b"\x80\xff", Builtin::SurrogateEscape),
            Ok(b"\xED\xB2\x80\xED\xB3\xBF".to_vec())
        );
        assert_eq!(
            utf8(b"\xED\xA0\x80!", Builtin::SurrogatePass),
            Ok(b"\xED\xA0\x80!".to_vec())
        );
        assert!(utf8(b"\xff", Builtin::SurrogatePass).is_err());
        assert_eq!(
            utf8(b"\xff", Builtin::XmlCharRefReplace),
            Err(Failure::CannotDecode)
        );
    }
}
