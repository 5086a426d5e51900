//! Case conversion and predicates over whole strings, for `str` and, at the end, for `bytes`.
//!
//! ASCII text takes byte loops; other text maps code point by code point. The one mapping that looks at its
//! surroundings is capital sigma, which becomes final at the end of a word (Unicode 3.13, Final_Sigma).

use super::{unicode, wtf8};

const CAPITAL_SIGMA: u32 = 0x3A3;
const FINAL_SIGMA: u32 = 0x3C2;
const SMALL_SIGMA: u32 = 0x3C3;

/// Appends the lower case of the code point at byte offset `at` of `text`.
fn push_lower_at(text: &[u8], at: usize, cp: u32, out: &mut Vec<u8>) {
    if cp != CAPITAL_SIGMA {
        return unicode::push_lower(cp, out);
    }
    let cased = |mut around: Box<dyn Iterator<Item = u32> + '_>| {
        around
            .find(|&cp| !unicode::is_case_ignorable(cp))
            .is_some_and(unicode::is_cased)
    };
    let before = cased(Box::new(wtf8::code_points(&text[..at]).rev()));
    let after = cased(Box::new(wtf8::code_points(&text[at + 2..])));
    wtf8::push(
        out,
        if before && !after {
            FINAL_SIGMA
        } else {
            SMALL_SIGMA
        },
    );
}

/// `str.lower`.
pub fn lower(text: &[u8]) -> Vec<u8> {
    if wtf8::is_ascii(text) {
        return text.to_ascii_lowercase();
    }
    let mut out = Vec::with_capacity(text.len());
    wtf8::code_point_indices(text).for_each(|(at, cp)| push_lower_at(text, at, cp, &mut out));
    out
}

fn map(text: &[u8], push: impl Fn(u32, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    wtf8::code_points(text).for_each(|cp| push(cp, &mut out));
    out
}

/// `str.upper`.
pub fn upper(text: &[u8]) -> Vec<u8> {
    if wtf8::is_ascii(text) {
        return text.to_ascii_uppercase();
    }
    map(text, unicode::push_upper)
}

/// `str.casefold`.
pub fn casefold(text: &[u8]) -> Vec<u8> {
    if wtf8::is_ascii(text) {
        return text.to_ascii_lowercase();
    }
    map(text, unicode::push_fold)
}

/// `str.swapcase`.
pub fn swapcase(text: &[u8]) -> Vec<u8> {
    if wtf8::is_ascii(text) {
        return ascii_swapcase(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for (at, cp) in wtf8::code_point_indices(text) {
        if unicode::is_upper(cp) {
            push_lower_at(text, at, cp, &mut out);
        } else if unicode::is_lower(cp) {
            unicode::push_upper(cp, &mut out);
        } else {
            wtf8::push(&mut out, cp);
        }
    }
    out
}

/// `str.capitalize`.
pub fn capitalize(text: &[u8]) -> Vec<u8> {
    if wtf8::is_ascii(text) {
        return ascii_capitalize(text);
    }
    let mut out = Vec::with_capacity(text.len());
    for (at, cp) in wtf8::code_point_indices(text) {
        if at == 0 {
            unicode::push_title(cp, &mut out);
        } else {
            push_lower_at(text, at, cp, &mut out);
        }
    }
    out
}

/// `str.title`.
pub fn title(text: &[u8]) -> Vec<u8> {
    if wtf8::is_ascii(text) {
        return ascii_title(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut in_word = false;
    for (at, cp) in wtf8::code_point_indices(text) {
        if in_word {
            push_lower_at(text, at, cp, &mut out);
        } else {
            unicode::push_title(cp, &mut out);
        }
        in_word = unicode::is_cased(cp);
    }
    out
}

/// Whether the text is not empty and every code point satisfies `test`: the `str.is...` methods.
pub fn all(text: &[u8], test: impl Fn(u32) -> bool) -> bool {
    !text.is_empty() && wtf8::code_points(text).all(test)
}

/// `str.islower`.
pub fn is_lower(text: &[u8]) -> bool {
    let mut cased = false;
    for cp in wtf8::code_points(text) {
        if unicode::is_upper(cp) || unicode::is_title(cp) {
            return false;
        }
        cased |= unicode::is_lower(cp);
    }
    cased
}

/// `str.isupper`.
pub fn is_upper(text: &[u8]) -> bool {
    let mut cased = false;
    for cp in wtf8::code_points(text) {
        if unicode::is_lower(cp) || unicode::is_title(cp) {
            return false;
        }
        cased |= unicode::is_upper(cp);
    }
    cased
}

/// `str.istitle`.
pub fn is_title(text: &[u8]) -> bool {
    let (mut cased, mut in_word) = (false, false);
    for cp in wtf8::code_points(text) {
        if unicode::is_upper(cp) || unicode::is_title(cp) {
            if in_word {
                return false;
            }
            (cased, in_word) = (true, true);
        } else if unicode::is_lower(cp) {
            if !in_word {
                return false;
            }
            cased = true;
        } else {
            in_word = false;
        }
    }
    cased
}

/// `str.isidentifier`.
pub fn is_identifier(text: &[u8]) -> bool {
    let mut code_points = wtf8::code_points(text);
    code_points.next().is_some_and(unicode::is_identifier_start)
        && code_points.all(unicode::is_identifier_continue)
}

/// `str.isprintable`: empty text is printable.
pub fn is_printable(text: &[u8]) -> bool {
    wtf8::code_points(text).all(unicode::is_printable)
}

/// `bytes.swapcase`.
pub fn ascii_swapcase(text: &[u8]) -> Vec<u8> {
    text.iter()
        .map(|byte| {
            if byte.is_ascii_alphabetic() {
                byte ^ 0x20
            } else {
                *byte
            }
        })
        .collect()
}

/// `bytes.capitalize`.
pub fn ascii_capitalize(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_ascii_lowercase();
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `bytes.title`.
pub fn ascii_title(text: &[u8]) -> Vec<u8> {
    let mut in_word = false;
    let change = |&byte: &u8| {
        let changed = if in_word {
            byte.to_ascii_lowercase()
        } else {
            byte.to_ascii_uppercase()
        };
        in_word = byte.is_ascii_alphabetic();
        changed
    };
    text.iter().map(change).collect()
}

/// `bytes.islower`.
pub fn ascii_is_lower(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_lowercase) && !text.iter().any(u8::is_ascii_uppercase)
}

/// `bytes.isupper`.
pub fn ascii_is_upper(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_uppercase) && !text.iter().any(u8::is_ascii_lowercase)
}

/// `bytes.istitle`.
pub fn ascii_is_title(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_alphabetic) && ascii_title(text) == text
}

/// White space of `bytes` methods.
#[inline]
pub const fn ascii_is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: fn(&[u8]) -> Vec<u8>, text: &str, expected: &str) {
        assert_eq!(
            String::from_utf8(function(text.as_bytes())).unwrap(),
            expected
        );
    }

    #[test]
    fn conversions() {
        check(lower, "ΟΔΟΣ ΣΑΣ Σ", "οδος σας σ");
        check(lower, "ΑΣ.Β", "ασ.β");
        check(lower, "İ", "i̇");
        check(upper, "straße ǆ", "STRASSE Ǆ");
        check(title, "ǆ ßa 'tis they're ΣΑΣ", "ǅ Ssa 'Tis They'Re Σας");
        check(title, "hello2you x", "Hello2You X");
        check(capitalize, "ßAΣ", "Ssaς");
        check(capitalize, "hELLO", "Hello");
        check(swapcase, "aBß Σ", "AbSS σ");
        check(casefold, "Straße ς", "strasse σ");
        assert_eq!(lower(b"A\xED\xA0\x80B"), b"a\xED\xA0\x80b");
        assert_eq!(ascii_title(b"it's 3rd"), b"It'S 3Rd");
    }

    #[test]
    fn predicates() {
        assert!(is_lower("a1ª".as_bytes()) && !is_lower(b"1") && !is_lower("aǅ".as_bytes()));
        assert!(is_upper("ÀB 1".as_bytes()) && !is_upper(b""));
        assert!(
            is_title("Ab Cd ǅx".as_bytes())
                && !is_title(b"AB")
                && !is_title(b"aB")
                && !is_title(b"1")
        );
        assert!(is_identifier("_é1".as_bytes()) && !is_identifier(b"1a") && !is_identifier(b""));
        assert!(ascii_is_title(b"Ab 1Cd") && !ascii_is_title(b"Ab cd") && !ascii_is_title(b"12"));
        assert!(is_printable(b"") && !is_printable(b"\xED\xA0\x80"));
        assert!(!all(b"", unicode::is_alpha) && all("añ".as_bytes(), unicode::is_alpha));
    }
}
