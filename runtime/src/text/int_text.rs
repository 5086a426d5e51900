//! Integers to text and back, in any base Python knows.
//!
//! Machine-word integers take table-driven paths that never touch `BigInt`; big decimal literals are parsed by
//! splitting in halves, because accumulating digit by digit is quadratic. The limit on digits
//! (`sys.set_int_max_str_digits`) is the caller's: parsing reports how many digits there were, and helpers give the
//! cheap early test and both messages.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::Pow;

use super::error::FormatError;
use super::float_int::signed_bigint;

/// An integer to write: a machine word or a big one.
#[derive(Clone, Copy, Debug)]
pub enum IntRef<'a> {
    Small(i64),
    Big(&'a BigInt),
}

impl IntRef<'_> {
    pub fn is_negative(self) -> bool {
        match self {
            IntRef::Small(value) => value < 0,
            IntRef::Big(value) => value.sign() == Sign::Minus,
        }
    }

    /// The value as a machine word.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            IntRef::Small(value) => Some(value),
            IntRef::Big(value) => i64::try_from(value).ok(),
        }
    }

    /// The nearest float; `None` is overflow.
    pub fn to_f64(self) -> Option<f64> {
        match self {
            IntRef::Small(value) => Some(value as f64),
            IntRef::Big(value) => super::float_int::bigint_to_f64(value),
        }
    }
}

/// A parsed integer; `Small` whenever it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Int {
    Small(i64),
    Big(BigInt),
}

/// What [`parse`] found: the value and, for bases that are not powers of two, the number of digits to check against
/// the limit (0 otherwise).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedInt {
    pub value: Int,
    pub limited_digits: usize,
}

/// Space as C's `isspace` sees it; Unicode spaces have become ASCII before.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Strips ASCII white space from both ends.
pub fn trim_ascii_space(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

/// The sign, the base and the digits with underscores; `None` if the text cannot be a literal in this base.
fn split_literal(text: &[u8], base: u32) -> Option<(bool, u32, &[u8])> {
    let text = trim_ascii_space(text);
    let (negative, body) = match text {
        [b'-', body @ ..] => (true, body),
        [b'+', body @ ..] => (false, body),
        _ => (false, text),
    };
    let prefix = match body {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    if prefix != 0 && (base == prefix || base == 0) {
        let digits = &body[2..];
        // One underscore may separate the prefix from the digits.
        return Some((
            negative,
            prefix,
            digits.strip_prefix(b"_").unwrap_or(digits),
        ));
    }
    if base == 0 {
        let leading_zero = body.first() == Some(&b'0');
        let all_zeros = body.iter().all(|byte| matches!(byte, b'0' | b'_'));
        return (!leading_zero || all_zeros).then_some((negative, 10, body));
    }
    Some((negative, base, body))
}

/// `int(text, base)` for base 0 or 2..=36 (the caller checks the base). `None` is "invalid literal for int() with
/// base ...".
pub fn parse(text: &[u8], base: u32) -> Option<ParsedInt> {
    let (negative, base, digits) = split_literal(text, base)?;
    let limited = |count| if base.is_power_of_two() { 0 } else { count };
    if let Some((magnitude, count)) = parse_word(digits, base) {
        let value = if negative { -magnitude } else { magnitude };
        return Some(ParsedInt {
            value: Int::Small(value),
            limited_digits: limited(count),
        });
    }
    let values = digit_values(digits, base)?;
    let magnitude = from_digits(&values, base);
    let value = signed_bigint(negative, magnitude);
    let value = i64::try_from(&value).map_or(Int::Big(value), Int::Small);
    Some(ParsedInt {
        value,
        limited_digits: limited(values.len()),
    })
}

/// How many digits `parse` would convert, without converting; lets the caller refuse over-long text early.
pub fn count_limited_digits(text: &[u8], base: u32) -> usize {
    match split_literal(text, base) {
        Some((_, base, digits)) if !base.is_power_of_two() => digits
            .iter()
            .take_while(|&&byte| byte == b'_' || (byte as char).is_digit(base))
            .filter(|&&b| b != b'_')
            .count(),
        _ => 0,
    }
}

/// Digits without underscores whose value surely fits a word.
fn parse_word(digits: &[u8], base: u32) -> Option<(i64, usize)> {
    if digits.is_empty() || digits.len() > if base <= 10 { 18 } else { 12 } {
        return None;
    }
    let mut value = 0i64;
    for &byte in digits {
        value = value * i64::from(base) + i64::from((byte as char).to_digit(base)?);
    }
    Some((value, digits.len()))
}

/// The digit values; underscores must stand singly between digits.
fn digit_values(digits: &[u8], base: u32) -> Option<Vec<u8>> {
    let mut values = Vec::with_capacity(digits.len());
    let mut after_digit = false;
    for &byte in digits {
        if byte == b'_' && after_digit {
            after_digit = false;
        } else {
            values.push((byte as char).to_digit(base)? as u8);
            after_digit = true;
        }
    }
    after_digit.then_some(values)
}

/// Below this many digits the quadratic method wins.
const SPLIT_DIGITS: usize = 1500;

/// The number whose digits, most significant first, are `values`.
fn from_digits(values: &[u8], base: u32) -> BigUint {
    if base.is_power_of_two() || values.len() <= SPLIT_DIGITS {
        return BigUint::from_radix_be(values, base).unwrap_or_default();
    }
    // Powers of the base for halves, quarters, ... of the text, each the square of the next.
    let mut powers = Vec::new();
    let mut width = SPLIT_DIGITS;
    let mut power = Pow::pow(BigUint::from(base), width);
    while width < values.len() {
        powers.push((width, power));
        width *= 2;
        power = powers
            .last()
            .map(|(_, last)| last * last)
            .unwrap_or_default();
    }
    combine(values, base, &powers)
}

fn combine(values: &[u8], base: u32, powers: &[(usize, BigUint)]) -> BigUint {
    let Some(((width, power), smaller)) = powers.split_last() else {
        return BigUint::from_radix_be(values, base).unwrap_or_default();
    };
    if values.len() <= *width {
        return combine(values, base, smaller);
    }
    let (high, low) = values.split_at(values.len() - width);
    combine(high, base, smaller) * power + combine(low, base, smaller)
}

const DIGIT_PAIRS: [u8; 200] = {
    let mut table = [0; 200];
    let mut number = 0;
    while number < 100 {
        table[2 * number] = b'0' + (number / 10) as u8;
        table[2 * number + 1] = b'0' + (number % 10) as u8;
        number += 1;
    }
    table
};

/// Appends `value` in decimal.
#[inline]
pub fn write_u64(mut value: u64, out: &mut Vec<u8>) {
    if value < 10 {
        return out.push(b'0' + value as u8);
    }
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    while value >= 100 {
        let pair = 2 * (value % 100) as usize;
        value /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&DIGIT_PAIRS[pair..pair + 2]);
    }
    if value >= 10 {
        let pair = 2 * value as usize;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&DIGIT_PAIRS[pair..pair + 2]);
    } else {
        at -= 1;
        buffer[at] = b'0' + value as u8;
    }
    out.extend_from_slice(&buffer[at..]);
}

/// Appends `value` in decimal: `str(int)`.
#[inline]
pub fn write_i64(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    write_u64(value.unsigned_abs(), out);
}

/// Appends the digits of the magnitude in base 2, 8, 10 or 16 (lower case), without sign or prefix.
pub fn write_magnitude(value: IntRef<'_>, base: u32, out: &mut Vec<u8>) {
    match value {
        IntRef::Small(value) if base == 10 => write_u64(value.unsigned_abs(), out),
        IntRef::Small(value) => write_power_of_two(value.unsigned_abs(), base, out),
        IntRef::Big(value) => {
            out.extend_from_slice(value.magnitude().to_str_radix(base).as_bytes())
        }
    }
}

fn write_power_of_two(value: u64, base: u32, out: &mut Vec<u8>) {
    let bits = base.trailing_zeros().max(1);
    let count = (64 - value.leading_zeros()).max(1).div_ceil(bits);
    for place in (0..count).rev() {
        let digit = (value >> (place * bits)) as u32 & (base - 1);
        out.push(char::from_digit(digit, base).map_or(b'?', |digit| digit as u8));
    }
}

/// `0b`, `0o`, `0x`, or nothing for decimal.
pub const fn prefix(base: u32) -> &'static str {
    match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    }
}

/// `str`, `bin`, `oct`, `hex` by base; the prefix is included on demand.
pub fn to_text(value: IntRef<'_>, base: u32, with_prefix: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    if value.is_negative() {
        out.push(b'-');
    }
    if with_prefix {
        out.extend_from_slice(prefix(base).as_bytes());
    }
    write_magnitude(value, base, &mut out);
    out
}

/// Whether `str(value)` surely has more than `limit` digits (0 = no limit); cheap, so that the conversion of a huge
/// number can be refused before it starts. Check the length of the result with [`check_digits`] as well.
pub fn surely_exceeds(value: &BigInt, limit: usize) -> bool {
    // log10(2) rounded down, so this never overestimates.
    limit > 0 && (value.bits().saturating_sub(1) as u128 * 30_102 / 100_000) >= limit as u128
}

/// The error for `str(int)` when `digits` exceeds `limit` (0 = no limit).
pub fn check_digits(digits: usize, limit: usize) -> Result<(), FormatError> {
    if limit > 0 && digits > limit {
        return Err(to_text_limit_error(limit));
    }
    Ok(())
}

/// "Exceeds the limit" when writing.
pub fn to_text_limit_error(limit: usize) -> FormatError {
    FormatError::value(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
    ))
}

/// "Exceeds the limit" when parsing `digits` digits.
pub fn parse_limit_error(limit: usize, digits: usize) -> FormatError {
    FormatError::value(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, base: u32) -> Option<Int> {
        parse(text.as_bytes(), base).map(|parsed| parsed.value)
    }

    #[test]
    fn parses_small() {
        for (text, base, expected) in [
            ("0", 10, 0),
            (" -42\n", 10, -42),
            ("+7", 10, 7),
            ("1_000", 10, 1000),
            ("0x_ff", 0, 255),
            ("0XfF", 16, 255),
            ("ff", 16, 255),
            ("0b101", 0, 5),
            ("0b1", 16, 177),
            ("0o17", 8, 15),
            ("00_0", 0, 0),
            ("z", 36, 35),
            ("-9223372036854775808", 10, i64::MIN),
            ("007", 10, 7),
        ] {
            assert_eq!(
                value(text, base),
                Some(Int::Small(expected)),
                "{text} {base}"
            );
        }
        for (text, base) in [
            ("", 10),
            ("-", 10),
            ("_1", 10),
            ("1_", 10),
            ("1__0", 10),
            ("012", 0),
            ("0x", 0),
            ("0x", 16),
            ("0x__1", 16),
            ("0_x1", 0),
            ("2", 2),
            ("1 2", 10),
            ("- 1", 10),
            ("1a", 10),
            ("0b2", 0),
            ("_", 0),
            ("0_", 0),
        ] {
            assert_eq!(value(text, base), None, "{text} {base}");
        }
    }

    #[test]
    fn parses_big_in_halves() {
        let text: String = (0..10_001)
            .map(|n| char::from(b'1' + (n % 9) as u8))
            .collect();
        let Some(Int::Big(parsed)) = value(&text, 10) else {
            panic!("not big")
        };
        assert_eq!(parsed.to_string(), text);
        assert_eq!(
            parse(text.as_bytes(), 10).map(|p| p.limited_digits),
            Some(10_001)
        );
        assert_eq!(count_limited_digits(b" -1_23", 10), 3);
        assert_eq!(parse(b"0xff", 16).map(|p| p.limited_digits), Some(0));
        assert!(surely_exceeds(&parsed, 4300) && !surely_exceeds(&parsed, 10_001));
        assert!(check_digits(4301, 4300).is_err() && check_digits(4301, 0).is_ok());
    }

    #[test]
    fn writes_all_bases() {
        assert_eq!(
            to_text(IntRef::Small(i64::MIN), 10, false),
            b"-9223372036854775808"
        );
        assert_eq!(to_text(IntRef::Small(-255), 16, true), b"-0xff");
        assert_eq!(to_text(IntRef::Small(0), 2, true), b"0b0");
        assert_eq!(to_text(IntRef::Small(8), 8, true), b"0o10");
        assert_eq!(
            to_text(IntRef::Small(i64::MIN), 8, false),
            b"-1000000000000000000000"
        );
        assert_eq!(
            to_text(IntRef::Big(&(BigInt::from(-1) << 70u32)), 16, true),
            b"-0x400000000000000000"
        );
        for number in [0, 7, 10, 99, 100, 12345, u64::MAX] {
            let mut out = Vec::new();
            write_u64(number, &mut out);
            assert_eq!(out, number.to_string().as_bytes());
        }
    }
}
