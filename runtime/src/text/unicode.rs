//! Properties and case mappings of single code points, as `str` methods see them.
//!
//! ASCII answers come from one table; the rest from rustpython-unicode (ICU data) or from Rust's `char`, which agree
//! with Python's definitions. Surrogates have no properties and map to themselves. The Unicode version is that of
//! the data crates (at least 16, which is Python 3.14's).

use std::borrow::Cow;

use rustpython_unicode::{Ucd, case, classify, identifier};

use super::wtf8;

const ALPHA: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 4;
const UPPER: u8 = 8;
const LOWER: u8 = 16;
const PRINTABLE: u8 = 32;
const UNDERSCORE: u8 = 64;

const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut at = 0;
    while at < 128 {
        table[at] = match at as u8 {
            b'a'..=b'z' => ALPHA | LOWER | PRINTABLE,
            b'A'..=b'Z' => ALPHA | UPPER | PRINTABLE,
            b'0'..=b'9' => DIGIT | PRINTABLE,
            b' ' => SPACE | PRINTABLE,
            b'_' => UNDERSCORE | PRINTABLE,
            b'!'..=b'~' => PRINTABLE,
            b'\t'..=b'\r' | 0x1C..=0x1F => SPACE,
            _ => 0,
        };
        at += 1;
    }
    table
};

/// Answers from the table for ASCII, from `other` beyond; surrogates have no properties.
#[inline]
fn property(cp: u32, mask: u8, other: impl FnOnce(char) -> bool) -> bool {
    match ASCII.get(cp as usize) {
        Some(&class) => class & mask != 0,
        None => char::from_u32(cp).is_some_and(other),
    }
}

/// `str.isalpha`: general category L*.
#[inline]
pub fn is_alpha(cp: u32) -> bool {
    property(cp, ALPHA, classify::is_alpha)
}

/// `str.isdecimal`: digits that form numbers.
#[inline]
pub fn is_decimal(cp: u32) -> bool {
    property(cp, DIGIT, classify::is_decimal)
}

/// `str.isdigit`: decimals, superscripts and the like.
#[inline]
pub fn is_digit(cp: u32) -> bool {
    property(cp, DIGIT, classify::is_digit)
}

/// `str.isnumeric`: anything with a numeric value.
#[inline]
pub fn is_numeric(cp: u32) -> bool {
    property(cp, DIGIT, classify::is_numeric)
}

/// `str.isalnum`.
#[inline]
pub fn is_alnum(cp: u32) -> bool {
    property(cp, ALPHA | DIGIT, |c| {
        classify::is_alpha(c) || classify::is_numeric(c)
    })
}

/// `str.isspace`, also what `str.split` and `str.strip` remove.
#[inline]
pub fn is_space(cp: u32) -> bool {
    match ASCII.get(cp as usize) {
        Some(&class) => class & SPACE != 0,
        None => matches!(
            cp,
            0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000
        ),
    }
}

/// Where `str.splitlines` breaks.
#[inline]
pub fn is_line_break(cp: u32) -> bool {
    matches!(cp, 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}

/// `str.isprintable`: what `repr` shows as is.
#[inline]
pub fn is_printable(cp: u32) -> bool {
    property(cp, PRINTABLE, classify::is_repr_printable)
}

/// XID_Start or underscore.
#[inline]
pub fn is_identifier_start(cp: u32) -> bool {
    property(cp, ALPHA | UNDERSCORE, identifier::is_xid_start)
}

/// XID_Continue.
#[inline]
pub fn is_identifier_continue(cp: u32) -> bool {
    property(cp, ALPHA | DIGIT | UNDERSCORE, identifier::is_xid_continue)
}

/// Derived property Lowercase.
#[inline]
pub fn is_lower(cp: u32) -> bool {
    property(cp, LOWER, char::is_lowercase)
}

/// Derived property Uppercase.
#[inline]
pub fn is_upper(cp: u32) -> bool {
    property(cp, UPPER, char::is_uppercase)
}

/// General category Lt.
#[inline]
pub fn is_title(cp: u32) -> bool {
    property(cp, 0, case::is_titlecase)
}

/// Derived property Cased.
#[inline]
pub fn is_cased(cp: u32) -> bool {
    property(cp, ALPHA, case::is_cased)
}

/// Derived property Case_Ignorable.
pub fn is_case_ignorable(cp: u32) -> bool {
    char::from_u32(cp).is_some_and(case::is_case_ignorable)
}

/// The value of a decimal digit.
#[inline]
pub fn decimal_value(cp: u32) -> Option<u32> {
    if cp < 0x80 {
        return (cp.wrapping_sub(0x30) < 10).then(|| cp - 0x30);
    }
    let c = char::from_u32(cp).filter(|&c| classify::is_decimal(c))?;
    Ucd::new(true).decimal(c.into()).map(|value| value as u32)
}

/// Appends characters.
fn push_all(out: &mut Vec<u8>, chars: impl Iterator<Item = char>) {
    chars.for_each(|c| wtf8::push(out, u32::from(c)));
}

/// Appends the full lower-case mapping, without regard to context (see `case::lower` for final sigma).
#[inline]
pub fn push_lower(cp: u32, out: &mut Vec<u8>) {
    match char::from_u32(cp) {
        Some(c) if c.is_ascii() => out.push(c.to_ascii_lowercase() as u8),
        Some(c) => push_all(out, c.to_lowercase()),
        None => wtf8::push(out, cp),
    }
}

/// Appends the full upper-case mapping.
#[inline]
pub fn push_upper(cp: u32, out: &mut Vec<u8>) {
    match char::from_u32(cp) {
        Some(c) if c.is_ascii() => out.push(c.to_ascii_uppercase() as u8),
        Some(c) => push_all(out, c.to_uppercase()),
        None => wtf8::push(out, cp),
    }
}

/// Title case where it is one character and differs from upper case: the Latin digraphs, and Georgian, whose title
/// case is the letter itself.
const fn simple_title(cp: u32) -> Option<u32> {
    match cp {
        0x1C4..=0x1C6 => Some(0x1C5),
        0x1C7..=0x1C9 => Some(0x1C8),
        0x1CA..=0x1CC => Some(0x1CB),
        0x1F1..=0x1F3 => Some(0x1F2),
        0x10D0..=0x10FA | 0x10FD..=0x10FF => Some(cp),
        _ => None,
    }
}

fn first_upper(c: char) -> char {
    c.to_uppercase().next().unwrap_or(c)
}

/// Appends the full title-case mapping.
#[inline]
pub fn push_title(cp: u32, out: &mut Vec<u8>) {
    match char::from_u32(cp) {
        Some(c) if c.is_ascii() => out.push(c.to_ascii_uppercase() as u8),
        // Full title-case mappings longer than one character exist only where the upper-case mapping is long too.
        Some(c) if c.to_uppercase().len() > 1 => {
            out.extend_from_slice(case::capitalize_str(c.encode_utf8(&mut [0; 4])).as_bytes());
        }
        Some(c) => wtf8::push(
            out,
            simple_title(u32::from(c)).unwrap_or_else(|| u32::from(first_upper(c))),
        ),
        None => wtf8::push(out, cp),
    }
}

/// Appends the full case folding.
#[inline]
pub fn push_fold(cp: u32, out: &mut Vec<u8>) {
    match char::from_u32(cp) {
        Some(c) if c.is_ascii() => out.push(c.to_ascii_lowercase() as u8),
        Some(c) => out.extend_from_slice(case::casefold_str(c.encode_utf8(&mut [0; 4])).as_bytes()),
        None => wtf8::push(out, cp),
    }
}

/// Prepares text for number parsing: Unicode digits and spaces become ASCII, anything else foreign ends the text with
/// a `?` so that the parser refuses it.
pub fn normalize_number(text: &[u8]) -> Cow<'_, [u8]> {
    if wtf8::is_ascii(text) {
        return match text.iter().any(|byte| matches!(byte, 0x1C..=0x1F)) {
            false => Cow::Borrowed(text),
            true => text
                .iter()
                .map(|&byte| {
                    if matches!(byte, 0x1C..=0x1F) {
                        b' '
                    } else {
                        byte
                    }
                })
                .collect(),
        };
    }
    let mut out = Vec::with_capacity(text.len());
    for cp in wtf8::code_points(text) {
        if is_space(cp) {
            out.push(b' ');
        } else if cp < 0x80 {
            out.push(cp as u8);
        } else if let Some(digit) = decimal_value(cp) {
            out.push(b'0' + digit as u8);
        } else {
            out.push(b'?');
            break;
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_table_agrees_with_the_data() {
        for c in (0..128u8).map(char::from) {
            let cp = u32::from(c);
            assert_eq!(is_alpha(cp), classify::is_alpha(c));
            assert_eq!(is_numeric(cp), classify::is_numeric(c));
            assert_eq!(is_space(cp), classify::is_space(c), "{cp:x}");
            assert_eq!(is_printable(cp), classify::is_printable(c));
            assert_eq!(is_identifier_start(cp), identifier::is_start(c));
            assert_eq!(is_identifier_continue(cp), identifier::is_continue(c));
            assert_eq!(is_cased(cp), case::is_cased(c));
        }
        for cp in 128..=wtf8::MAX {
            assert_eq!(
                is_space(cp),
                char::from_u32(cp).is_some_and(classify::is_space),
                "{cp:x}"
            );
        }
    }

    #[test]
    fn digits_and_numbers() {
        assert_eq!(decimal_value(0x0663), Some(3));
        assert_eq!(decimal_value(0x1D7D9), Some(1));
        assert_eq!(decimal_value(0xB2), None);
        assert!(is_digit(0xB2) && !is_decimal(0xB2) && is_numeric(0xBD) && !is_digit(0xBD));
        assert_eq!(
            &*normalize_number("\u{2003}\u{0661}2\u{0663}.5\u{A0}".as_bytes()),
            b" 123.5 "
        );
        assert_eq!(&*normalize_number("1é2".as_bytes()), b"1?");
        assert_eq!(&*normalize_number(b"\x1C1"), b" 1");
    }

    #[test]
    fn mappings() {
        let apply = |push: fn(u32, &mut Vec<u8>), c: char| {
            let mut out = Vec::new();
            push(u32::from(c), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(apply(push_upper, 'ß'), "SS");
        assert_eq!(apply(push_title, 'ß'), "Ss");
        assert_eq!(apply(push_title, 'ﬁ'), "Fi");
        assert_eq!(apply(push_title, 'ǳ'), "ǲ");
        assert_eq!(apply(push_lower, 'İ'), "i̇");
        assert_eq!(apply(push_fold, 'ß'), "ss");
        assert_eq!(apply(push_fold, 'ς'), "σ");
        let mut out = Vec::new();
        push_upper(0xDC00, &mut out);
        assert_eq!(out, b"\xED\xB0\x80");
    }
}
