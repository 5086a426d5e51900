//! `unicode_escape`, `raw_unicode_escape` and the byte string escapes of `_codecs.escape_decode`.
//!
//! The decoders read their input as Latin-1. An unknown escape such as `\q` is kept as is; the first one is reported
//! so that the caller can warn.

use super::{DecodeErrors, Decoded, Decoder};
use crate::text::error::FormatError;
use crate::text::repr::push_escape;
use crate::text::wtf8;

/// Reads up to `count` hexadecimal digits at `at`: the value so far, where reading stopped, and whether all were
/// there.
fn read_hex(input: &[u8], mut at: usize, count: usize) -> (u32, usize, bool) {
    let mut value = 0u32;
    for _ in 0..count {
        match input.get(at).and_then(|&byte| (byte as char).to_digit(16)) {
            Some(digit) => value = value << 4 | digit,
            None => return (value, at, false),
        }
        at += 1;
    }
    (value, at, true)
}

/// One decoded escape.
enum Escape {
    /// Nothing but the end of it: a line continuation.
    Nothing(usize),
    Char(u32, usize),
    /// An octal escape beyond `\377`: kept, with a warning.
    LargeOctal(u32, usize),
    /// Not an escape: backslash and character are kept, with a warning.
    Unknown(u32, usize),
    Bad {
        end: usize,
        reason: &'static str,
        incomplete: bool,
    },
}

/// Up to three octal digits at `at`.
fn octal_escape(input: &[u8], at: usize) -> Escape {
    let digits = input[at..]
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let value = input[at..at + digits]
        .iter()
        .fold(0, |value, byte| value * 8 + u32::from(byte - b'0'));
    if value > 0o377 {
        Escape::LargeOctal(value, at + digits)
    } else {
        Escape::Char(value, at + digits)
    }
}

/// `\xNN`, `\uNNNN`, `\UNNNNNNNN`; `at` is behind the letter.
fn hex_escape(
    input: &[u8],
    at: usize,
    count: usize,
    reason: &'static str,
    too_large: &'static str,
) -> Escape {
    let (value, end, complete) = read_hex(input, at, count);
    match complete {
        false => Escape::Bad {
            end,
            reason,
            incomplete: end >= input.len(),
        },
        true if value > wtf8::MAX => Escape::Bad {
            end,
            reason: too_large,
            incomplete: false,
        },
        true => Escape::Char(value, end),
    }
}

/// `\N{name}`; `at` is behind the `N`.
fn name_escape(input: &[u8], at: usize) -> Escape {
    let malformed = |end, incomplete| Escape::Bad {
        end,
        reason: "malformed \\N character escape",
        incomplete,
    };
    match input.get(at) {
        None => return malformed(at, true),
        Some(b'{') => {}
        Some(_) => return malformed(at, false),
    }
    let Some(length) = memchr::memchr(b'}', &input[at + 1..]) else {
        return malformed(input.len(), true);
    };
    let close = at + 1 + length;
    if length == 0 {
        return malformed(close, false);
    }
    match wtf8::as_str(&input[at + 1..close]).and_then(rustpython_unicode::lookup_character) {
        Some(c) => Escape::Char(u32::from(c), close + 1),
        None => Escape::Bad {
            end: close + 1,
            reason: "unknown Unicode character name",
            incomplete: false,
        },
    }
}

/// The escape whose backslash stands at `at`.
fn escape_at(input: &[u8], at: usize) -> Escape {
    const TOO_LARGE: &str = "illegal Unicode character";
    let Some(&letter) = input.get(at + 1) else {
        return Escape::Bad {
            end: at + 1,
            reason: "\\ at end of string",
            incomplete: true,
        };
    };
    let next = at + 2;
    let simple = |byte: u8| Escape::Char(u32::from(byte), next);
    match letter {
        b'\n' => Escape::Nothing(next),
        b'\\' | b'\'' | b'"' => simple(letter),
        b'b' => simple(0x08),
        b'f' => simple(0x0C),
        b't' => simple(b'\t'),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b'v' => simple(0x0B),
        b'a' => simple(0x07),
        b'0'..=b'7' => octal_escape(input, at + 1),
        b'x' => hex_escape(input, next, 2, "truncated \\xXX escape", TOO_LARGE),
        b'u' => hex_escape(input, next, 4, "truncated \\uXXXX escape", TOO_LARGE),
        b'U' => hex_escape(input, next, 8, "truncated \\UXXXXXXXX escape", TOO_LARGE),
        b'N' => name_escape(input, next),
        _ => Escape::Unknown(u32::from(letter), next),
    }
}

/// `unicode_escape_decode`: the text and the first invalid escape, for [`invalid_escape_warning`].
pub fn decode_unicode<H: DecodeErrors>(
    input: &[u8],
    last: bool,
    handler: &mut H,
) -> Result<(Decoded, Option<u32>), H::Error> {
    let mut decoder = Decoder::new("unicodeescape", input, handler);
    let mut first_invalid = None;
    let mut at = 0;
    while let Some(&byte) = decoder.input.get(at) {
        if byte != b'\\' {
            wtf8::push(&mut decoder.out, u32::from(byte));
            at += 1;
            continue;
        }
        at = match escape_at(&decoder.input, at) {
            Escape::Nothing(end) => end,
            Escape::Char(cp, end) => {
                wtf8::push(&mut decoder.out, cp);
                end
            }
            Escape::LargeOctal(cp, end) => {
                first_invalid.get_or_insert(cp);
                wtf8::push(&mut decoder.out, cp);
                end
            }
            Escape::Unknown(cp, end) => {
                first_invalid.get_or_insert(cp);
                decoder.out.push(b'\\');
                wtf8::push(&mut decoder.out, cp);
                end
            }
            Escape::Bad {
                incomplete: true, ..
            } if !last => break,
            Escape::Bad { end, reason, .. } => decoder.problem(at, end, reason)?,
        };
    }
    Ok((decoder.finish(at), first_invalid))
}

/// The DeprecationWarning for the first invalid escape, as `decode_unicode` and `decode_bytes` report it.
pub fn invalid_escape_warning(escape: u32) -> String {
    if escape > 0xFF {
        format!(
            "\"\\{escape:o}\" is an invalid octal escape sequence. Such sequences will not work in the future. "
        )
    } else {
        let shown = char::from_u32(escape).unwrap_or('?');
        format!(
            "\"\\{shown}\" is an invalid escape sequence. Such sequences will not work in the future. "
        )
    }
}

/// `unicode_escape_encode`: printable ASCII stands for itself.
pub fn encode_unicode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for cp in wtf8::code_points(text) {
        match cp {
            0x5C => out.extend_from_slice(b"\\\\"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x20..=0x7E => out.push(cp as u8),
            _ => push_escape(cp, &mut out),
        }
    }
    out
}

/// `raw_unicode_escape_decode`: only `\u` and `\U` are escapes.
pub fn decode_raw<H: DecodeErrors>(
    input: &[u8],
    last: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    const TOO_LARGE: &str = "\\Uxxxxxxxx out of range";
    let mut decoder = Decoder::new("rawunicodeescape", input, handler);
    let mut at = 0;
    while let Some(&byte) = decoder.input.get(at) {
        let escape = match (byte, decoder.input.get(at + 1)) {
            (b'\\', Some(b'u')) => hex_escape(
                &decoder.input,
                at + 2,
                4,
                "truncated \\uXXXX escape",
                TOO_LARGE,
            ),
            (b'\\', Some(b'U')) => hex_escape(
                &decoder.input,
                at + 2,
                8,
                "truncated \\UXXXXXXXX escape",
                TOO_LARGE,
            ),
            (b'\\', Some(&next)) => Escape::Unknown(u32::from(next), at + 2),
            (b'\\', None) if !last => break,
            _ => Escape::Char(u32::from(byte), at + 1),
        };
        at = match escape {
            Escape::Unknown(cp, end) => {
                decoder.out.push(b'\\');
                wtf8::push(&mut decoder.out, cp);
                end
            }
            Escape::Char(cp, end) | Escape::LargeOctal(cp, end) => {
                wtf8::push(&mut decoder.out, cp);
                end
            }
            Escape::Nothing(end) => end,
            Escape::Bad {
                incomplete: true, ..
            } if !last => break,
            Escape::Bad { end, reason, .. } => decoder.problem(at, end, reason)?,
        };
    }
    Ok(decoder.finish(at))
}

/// `raw_unicode_escape_encode`: Latin-1 stands for itself.
pub fn encode_raw(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for cp in wtf8::code_points(text) {
        match cp {
            0..=0xFF => out.push(cp as u8),
            _ => push_escape(cp, &mut out),
        }
    }
    out
}

/// `escape_decode`: the escapes of a bytes literal. `errors` is `strict`, `ignore` or `replace`. Also returns the
/// first invalid escape.
pub fn decode_bytes(input: &[u8], errors: &str) -> Result<(Vec<u8>, Option<u32>), FormatError> {
    let mut out = Vec::with_capacity(input.len());
    let mut first_invalid = None;
    let mut at = 0;
    while let Some(&byte) = input.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let escape = match input.get(at + 1) {
            None => return Err(FormatError::value("Trailing \\ in string")),
            Some(&letter @ (b'u' | b'U' | b'N')) => Escape::Unknown(u32::from(letter), at + 2),
            Some(_) => escape_at(input, at),
        };
        at = match escape {
            Escape::Nothing(end) => end,
            Escape::Char(value, end) => {
                out.push(value as u8);
                end
            }
            Escape::LargeOctal(value, end) => {
                first_invalid.get_or_insert(value);
                out.push(value as u8);
                end
            }
            Escape::Unknown(value, end) => {
                first_invalid.get_or_insert(value);
                out.extend_from_slice(&[b'\\', value as u8]);
                end
            }
            Escape::Bad { end, .. } => {
                match errors {
                    "strict" => {
                        return Err(FormatError::value(format!(
                            "invalid \\x escape at position {at}"
                        )));
                    }
                    "replace" => out.push(b'?'),
                    "ignore" => {}
                    _ => {
                        let message =
                            format!("decoding error; unknown error handling code: {errors}");
                        return Err(FormatError::value(message));
                    }
                }
                end
            }
        };
    }
    Ok((out, first_invalid))
}

/// `escape_encode`: the inside of a bytes repr in single quotes.
pub fn encode_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' | b'\'' => out.extend_from_slice(&[b'\\', byte]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b' '..=b'~' => out.push(byte),
            _ => push_escape(u32::from(byte), &mut out),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::errors::{Builtin, Failure};

    fn position(result: Result<Decoded, Failure>) -> (usize, usize, String) {
        match result {
            Err(Failure::Decode {
                start, end, reason, ..
            }) => (start, end, reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn unicode_escapes() {
        let input = b"a\\n\\x41\\u20ac\\U0001f600\\N{EURO SIGN}\\101\\\n\\'\xe9\\q\\400";
        let (decoded, invalid) = decode_unicode(input, true, &mut Builtin::Strict).unwrap();
        assert_eq!(
            String::from_utf8(decoded.text).unwrap(),
            "a\nA€😀€A'é\\q\u{100}"
        );
        assert_eq!(invalid, Some(u32::from(b'q')));
        assert_eq!(
            invalid_escape_warning(0o400),
            "\"\\400\" is an invalid octal escape sequence. Such sequences will not work in the future. "
        );
        let failure = |input: &[u8]| {
            position(decode_unicode(input, true, &mut Builtin::Strict).map(|(decoded, _)| decoded))
        };
        for (input, end, reason) in [
            (b"\\".as_slice(), 1, "\\ at end of string"),
            (b"\\x1", 3, "truncated \\xXX escape"),
            (b"\\x1g", 3, "truncated \\xXX escape"),
            (b"\\N{foo}", 7, "unknown Unicode character name"),
            (b"\\N{", 3, "malformed \\N character escape"),
            (b"\\N", 2, "malformed \\N character escape"),
            (b"\\N{}", 3, "malformed \\N character escape"),
            (b"\\U00110000", 10, "illegal Unicode character"),
        ] {
            assert_eq!(failure(input), (0, end, reason.into()));
        }
        let (partial, _) = decode_unicode(b"a\\u12", false, &mut Builtin::Strict).unwrap();
        assert_eq!(
            (partial.text.as_slice(), partial.consumed),
            (b"a".as_slice(), 1)
        );
        assert_eq!(
            encode_unicode("a\\\n\0é€😀'\x7f".as_bytes()),
            b"a\\\\\\n\\x00\\xe9\\u20ac\\U0001f600'\\x7f"
        );
    }

    #[test]
    fn raw_escapes() {
        let decoded = decode_raw(b"\\u20ac\\n\\\\u0041\xe9\\", true, &mut Builtin::Strict).unwrap();
        assert_eq!(String::from_utf8(decoded.text).unwrap(), "€\\n\\\\u0041é\\");
        assert_eq!(
            position(decode_raw(b"\\U00110000", true, &mut Builtin::Strict)),
            (0, 10, "\\Uxxxxxxxx out of range".into())
        );
        assert_eq!(
            decode_raw(b"a\\", false, &mut Builtin::Strict).map(|decoded| decoded.consumed),
            Ok(1)
        );
        assert_eq!(encode_raw("a\\é€".as_bytes()), b"a\\\xe9\\u20ac");
    }

    #[test]
    fn byte_escapes() {
        assert_eq!(
            decode_bytes(b"a\\q\\400\\\n\\101\\x41\\u", "strict"),
            Ok((b"a\\q\0AA\\u".to_vec(), Some(113)))
        );
        assert_eq!(decode_bytes(b"\\xg", "replace"), Ok((b"?g".to_vec(), None)));
        assert_eq!(decode_bytes(b"\\x1", "ignore"), Ok((b"".to_vec(), None)));
        assert!(
            decode_bytes(b"\\x1", "strict")
                .is_err_and(|e| e.message == "invalid \\x escape at position 0")
        );
        assert!(decode_bytes(b"\\", "ignore").is_err());
        assert_eq!(
            encode_bytes(b"a'\"\\\x00\xff\n"),
            b"a\\'\"\\\\\\x00\\xff\\n"
        );
    }
}
