//! Text to floats, decimal and hexadecimal, and `float.hex`.
//!
//! Rust's parser is correctly rounded and accepts the same grammar as Python's `float()` except for underscores and
//! whitespace, which are handled here. Callers turn Unicode digits and spaces into ASCII first
//! (`unicode::normalize_number`).

use super::error::FormatError;
use super::float_int::compose;
use super::int_text::trim_ascii_space;

/// `float(text)`; `None` is "could not convert string to float: ...".
pub fn parse(text: &[u8]) -> Option<f64> {
    let text = trim_ascii_space(text);
    if !text.contains(&b'_') {
        return super::wtf8::as_str(text)?.parse().ok();
    }
    let plain = without_underscores(text)?;
    super::wtf8::as_str(&plain)?.parse().ok()
}

/// Removes underscores; each must stand between two digits (PEP 515).
pub fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        if byte != b'_' {
            plain.push(byte);
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let between_digits = before.is_some_and(u8::is_ascii_digit)
            && text.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !between_digits {
            return None;
        }
    }
    Some(plain)
}

/// `value.hex()`.
pub fn to_hex(value: f64) -> String {
    if !value.is_finite() {
        return super::float_repr::repr(value);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7FF) as i32 {
        0 if fraction == 0 => format!("{sign}0x0.0p+0"),
        0 => format!("{sign}0x0.{fraction:013x}p-1022"),
        biased => format!("{sign}0x1.{fraction:013x}p{:+}", biased - 1023),
    }
}

/// `float.fromhex(text)`.
pub fn from_hex(text: &[u8]) -> Result<f64, FormatError> {
    let invalid = || FormatError::value("invalid hexadecimal floating-point string");
    let text = trim_ascii_space(text);
    let (negative, body) = match text {
        [b'-', body @ ..] => (true, body),
        [b'+', body @ ..] => (false, body),
        _ => (false, text),
    };
    let special = match body.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => Some(f64::INFINITY),
        b"nan" => Some(f64::NAN),
        _ => None,
    };
    let magnitude = match special {
        Some(value) => value,
        None => hex_magnitude(body).ok_or_else(invalid)?.ok_or_else(|| {
            FormatError::overflow("hexadecimal value too large to represent as a float")
        })?,
    };
    Ok(if negative { -magnitude } else { magnitude })
}

/// The outer `None` is a syntax error, the inner one overflow.
fn hex_magnitude(body: &[u8]) -> Option<Option<f64>> {
    let digits = match body {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => body,
    };
    let (mut mantissa, mut sticky, mut exponent) = (0u64, false, 0i64);
    let (mut seen_point, mut seen_digit, mut at) = (false, false, 0);
    while let Some(&byte) = digits.get(at) {
        if byte == b'.' && !seen_point {
            seen_point = true;
        } else if let Some(digit) = (byte as char).to_digit(16) {
            seen_digit = true;
            exponent -= if seen_point { 4 } else { 0 };
            if mantissa >> 60 == 0 {
                mantissa = mantissa << 4 | u64::from(digit);
            } else {
                exponent += 4;
                sticky |= digit != 0;
            }
        } else {
            break;
        }
        at += 1;
    }
    if !seen_digit {
        return None;
    }
    let (shift, rest) = hex_exponent(&digits[at..])?;
    // CPython notices overflow before trailing garbage.
    let value = compose(mantissa, exponent + shift, sticky);
    (rest.is_empty() || value.is_none()).then_some(value)
}

/// The value of an optional `p±digits` and what follows; saturates far outside what a double can reach.
fn hex_exponent(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b'p' | b'P', rest @ ..] = text else {
        return Some((0, text));
    };
    let (sign, digits) = match rest {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        _ => (1, rest),
    };
    let count = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = digits.split_at(count);
    let value = digits.iter().fold(0i64, |sum, digit| {
        (sum * 10 + i64::from(digit - b'0')).min(1 << 56)
    });
    (count > 0).then_some((sign * value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_like_python() {
        for (text, expected) in [
            ("1", 1.0),
            (" 1.5\n", 1.5),
            ("1_000.5_5e1_0", 1000.55e10),
            (".5", 0.5),
            ("5.", 5.0),
            ("+inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("1e400", f64::INFINITY),
            ("1e-400", 0.0),
            ("2.2250738585072014e-308", 2.2250738585072014e-308),
            ("9007199254740993", 9007199254740992.0),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(expected), "{text}");
        }
        assert!(parse(b"nan").is_some_and(f64::is_nan));
        for bad in [
            "", " ", "_1", "1_", "1__0", "1_.5", "1._5", "1_e5", "0x10", "1e", "e5", ".", "1 2",
            "infin", "1\0",
        ] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn hexadecimal_both_ways() {
        for (value, text) in [
            (1.0, "0x1.0000000000000p+0"),
            (-0.1, "-0x1.999999999999ap-4"),
            (0.0, "0x0.0p+0"),
            (5e-324, "0x0.0000000000001p-1022"),
            (f64::MAX, "0x1.fffffffffffffp+1023"),
        ] {
            assert_eq!(to_hex(value), text);
            assert_eq!(from_hex(text.as_bytes()), Ok(value));
        }
        assert_eq!(from_hex(b" 0x.8p1 "), Ok(1.0));
        assert_eq!(from_hex(b"ffp-4"), Ok(15.9375));
        assert_eq!(from_hex(b"0x1.00000000000008p0"), Ok(1.0));
        assert_eq!(
            from_hex(b"0x1.000000000000080000000000000000001p0"),
            Ok(1.0000000000000002)
        );
        assert_eq!(from_hex(b"0x1p-1074"), Ok(5e-324));
        assert_eq!(from_hex(b"0x1p-1075"), Ok(0.0));
        assert_eq!(from_hex(b"0x1.8p-1075"), Ok(5e-324));
        assert_eq!(from_hex(b"-inf"), Ok(f64::NEG_INFINITY));
        assert_eq!(from_hex(b"0x0p99999999999999999999"), Ok(0.0));
        assert!(from_hex(b"0x1p1024").is_err_and(|e| e.message.contains("too large")));
        assert!(from_hex(b"0x1.fffffffffffff8p1023").is_err());
        for bad in [
            "", "0x", "0x.", "1..", "0x1p", "0xg", "1 2", "--1", "0x1p+-3",
        ] {
            assert!(
                from_hex(bad.as_bytes()).is_err_and(|e| e.message.contains("invalid")),
                "{bad}"
            );
        }
    }
}
