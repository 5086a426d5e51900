//! `__format__` of int, float and complex.
//!
//! A formatted number is sign, prefix, grouped digits, point, grouped fraction and a remainder (exponent, `%`, `inf`,
//! or the character of `c`); [`Number`] holds these pieces and [`Number::write`] lays them out in a field. Zero
//! padding takes part in grouping, so padding zeros are digits too.

use super::error::FormatError;
use super::float_repr::{self, FloatFlags, FloatStyle};
use super::format_spec::{FormatSpec, padding, parse, write_fill};
use super::int_text::{self, IntRef, check_digits, surely_exceeds, write_magnitude};
use super::wtf8;

/// The pieces of a formatted number, before padding and grouping.
#[derive(Clone, Copy, Default)]
struct Number<'a> {
    negative: bool,
    prefix: &'a [u8],
    digits: &'a [u8],
    has_point: bool,
    fraction: &'a [u8],
    remainder: &'a [u8],
}

impl<'a> Number<'a> {
    /// Takes `-123.45e+6` apart.
    fn split(text: &'a [u8]) -> Number<'a> {
        let negative = text.first() == Some(&b'-');
        let body = &text[usize::from(negative)..];
        let whole = leading_digits(body);
        let (digits, rest) = body.split_at(whole);
        let has_point = rest.first() == Some(&b'.');
        let rest = &rest[usize::from(has_point)..];
        let (fraction, remainder) = rest.split_at(if has_point { leading_digits(rest) } else { 0 });
        Number {
            negative,
            prefix: b"",
            digits,
            has_point,
            fraction,
            remainder,
        }
    }

    /// Appends the number as `spec` asks: sign, padding, grouping.
    fn write(&self, spec: &FormatSpec, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let sign = match (self.negative, spec.sign) {
            (true, _) => b"-".as_slice(),
            (false, b'+') => b"+",
            (false, b' ') => b" ",
            (false, _) => b"",
        };
        let fraction_len = self.fraction.len()
            + if spec.fraction_grouping != 0 {
                self.fraction.len().saturating_sub(1) / 3
            } else {
                0
            };
        let around = sign.len()
            + self.prefix.len()
            + usize::from(self.has_point)
            + fraction_len
            + wtf8::count(self.remainder);
        let zero_padded = spec.fill == u32::from(b'0') && spec.align == b'=';
        let min_width = if zero_padded {
            spec.width.unwrap_or(0).saturating_sub(around)
        } else {
            0
        };
        let group = if spec.grouping != 0 {
            spec.group_size()
        } else {
            usize::MAX
        };
        let digit_count = padded_digit_count(self.digits.len(), min_width, group);
        let content = around + digit_count + digit_count.saturating_sub(1) / group;
        let (left, right) = padding(spec, content);
        let (left, inner, right) = if spec.align == b'=' {
            (0, right, 0)
        } else {
            (left, 0, right)
        };

        write_fill(spec.fill, left, out)?;
        out.extend_from_slice(sign);
        out.extend_from_slice(self.prefix);
        write_fill(spec.fill, inner, out)?;
        write_grouped(self.digits, digit_count, group, spec.grouping, out)?;
        if self.has_point {
            out.push(b'.');
        }
        if spec.fraction_grouping == 0 {
            out.extend_from_slice(self.fraction);
        } else {
            write_joined(self.fraction.chunks(3), spec.fraction_grouping, out);
        }
        out.extend_from_slice(self.remainder);
        write_fill(spec.fill, right, out)
    }
}

fn leading_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn write_joined<'a>(groups: impl Iterator<Item = &'a [u8]>, separator: u8, out: &mut Vec<u8>) {
    for (place, group) in groups.enumerate() {
        if place > 0 {
            out.push(separator);
        }
        out.extend_from_slice(group);
    }
}

/// The fewest digits, at least `digits`, that with their separators fill `min_width`; no digits stay none.
fn padded_digit_count(digits: usize, min_width: usize, group: usize) -> usize {
    if digits == 0 || digits + (digits - 1) / group >= min_width {
        return digits;
    }
    if group == usize::MAX {
        return min_width;
    }
    min_width / (group + 1) * group + (min_width % (group + 1)).max(1)
}

/// `digits` with zeros in front up to `count`, a separator between groups counted from the right.
fn write_grouped(
    digits: &[u8],
    count: usize,
    group: usize,
    separator: u8,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    if separator == 0 {
        write_fill(u32::from(b'0'), count - digits.len(), out)?;
        out.extend_from_slice(digits);
        return Ok(());
    }
    let zeros = count - digits.len();
    out.try_reserve(count + count / group)
        .map_err(|_| FormatError::memory())?;
    for place in 0..count {
        if place > 0 && (count - place).is_multiple_of(group) {
            out.push(separator);
        }
        out.push(if place < zeros {
            b'0'
        } else {
            digits[place - zeros]
        });
    }
    Ok(())
}

/// `int.__format__`. `max_digits` is the limit on decimal digits, 0 for none.
pub fn format_int(
    value: IntRef<'_>,
    spec: &[u8],
    type_name: &str,
    max_digits: usize,
) -> Result<Vec<u8>, FormatError> {
    if spec.is_empty() {
        let mut out = Vec::with_capacity(20);
        if value.is_negative() {
            out.push(b'-');
        }
        write_limited(value, 10, max_digits, &mut out)?;
        return Ok(out);
    }
    let spec = parse(spec, type_name, b'd', b'>')?;
    match spec.kind_ascii() {
        b'b' | b'c' | b'd' | b'o' | b'x' | b'X' | b'n' => int_parts(value, &spec, max_digits),
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => {
            let float = value
                .to_f64()
                .ok_or_else(|| FormatError::overflow("int too large to convert to float"))?;
            float_parts(float, &spec)
        }
        _ => Err(spec.unknown_kind(type_name)),
    }
}

/// Digits of the magnitude, refusing decimal conversions beyond the limit.
pub(super) fn write_limited(
    value: IntRef<'_>,
    base: u32,
    max_digits: usize,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    if base == 10
        && let IntRef::Big(big) = value
    {
        if surely_exceeds(big, max_digits) {
            return Err(int_text::to_text_limit_error(max_digits));
        }
        let start = out.len();
        write_magnitude(value, base, out);
        return check_digits(out.len() - start, max_digits);
    }
    write_magnitude(value, base, out);
    Ok(())
}

fn int_parts(
    value: IntRef<'_>,
    spec: &FormatSpec,
    max_digits: usize,
) -> Result<Vec<u8>, FormatError> {
    if spec.precision.is_some() {
        return Err(FormatError::value(
            "Precision not allowed in integer format specifier",
        ));
    }
    if spec.no_negative_zero {
        return Err(FormatError::value(
            "Negative zero coercion (z) not allowed in integer format specifier",
        ));
    }
    let mut out = Vec::new();
    if spec.kind_ascii() == b'c' {
        let character = character(value, spec)?;
        Number {
            remainder: &character,
            ..Number::default()
        }
        .write(spec, &mut out)?;
        return Ok(out);
    }
    let base = match spec.kind_ascii() {
        b'b' => 2,
        b'o' => 8,
        b'x' | b'X' => 16,
        _ => 10,
    };
    let mut digits = Vec::with_capacity(20);
    write_limited(value, base, max_digits, &mut digits)?;
    let mut prefix = if spec.alternate {
        int_text::prefix(base)
    } else {
        ""
    };
    if spec.kind_ascii() == b'X' {
        digits.make_ascii_uppercase();
        prefix = if spec.alternate { "0X" } else { "" };
    }
    let number = Number {
        negative: value.is_negative(),
        prefix: prefix.as_bytes(),
        digits: &digits,
        ..Number::default()
    };
    number.write(spec, &mut out)?;
    Ok(out)
}

/// The character of type `c`.
fn character(value: IntRef<'_>, spec: &FormatSpec) -> Result<Vec<u8>, FormatError> {
    if spec.sign != 0 {
        return Err(FormatError::value(
            "Sign not allowed with integer format specifier 'c'",
        ));
    }
    if spec.alternate {
        return Err(FormatError::value(
            "Alternate form (#) not allowed with integer format specifier 'c'",
        ));
    }
    let value = value
        .to_i64()
        .ok_or_else(|| FormatError::overflow("Python int too large to convert to C long"))?;
    match u32::try_from(value) {
        Ok(cp) if cp <= wtf8::MAX => Ok(wtf8::from_code_point(cp)),
        _ => Err(FormatError::overflow("%c arg not in range(0x110000)")),
    }
}

/// `float.__format__`.
pub fn format_float(value: f64, spec: &[u8], type_name: &str) -> Result<Vec<u8>, FormatError> {
    if spec.is_empty() {
        let mut out = Vec::with_capacity(24);
        float_repr::write_repr(value, &mut out);
        return Ok(out);
    }
    let spec = parse(spec, type_name, 0, b'>')?;
    match spec.kind_ascii() {
        0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n' | b'%' => float_parts(value, &spec),
        _ => Err(spec.unknown_kind(type_name)),
    }
}

/// How one float is shown: layout, precision, flags.
#[derive(Clone, Copy)]
struct FloatShape {
    style: FloatStyle,
    precision: usize,
    flags: FloatFlags,
}

impl FloatShape {
    /// `add_dot_0` applies when no type is given.
    fn of(spec: &FormatSpec, add_dot_0: bool) -> Result<FloatShape, FormatError> {
        if spec
            .precision
            .is_some_and(|precision| precision > i32::MAX as usize)
        {
            return Err(FormatError::value("precision too big"));
        }
        let style = match (spec.kind_ascii(), spec.precision) {
            (0, None) => FloatStyle::Repr,
            (b'e' | b'E', _) => FloatStyle::Exponent,
            (b'f' | b'F' | b'%', _) => FloatStyle::Fixed,
            _ => FloatStyle::General,
        };
        let flags = FloatFlags {
            alternate: spec.alternate,
            add_dot_0: add_dot_0 && spec.kind == 0,
            no_negative_zero: spec.no_negative_zero,
            upper: matches!(spec.kind_ascii(), b'E' | b'F' | b'G'),
        };
        Ok(FloatShape {
            style,
            precision: spec.precision.unwrap_or(6),
            flags,
        })
    }

    fn text(self, value: f64) -> Vec<u8> {
        let mut text = Vec::with_capacity(32);
        float_repr::write_float(value, self.style, self.precision, self.flags, &mut text);
        text
    }
}

fn float_parts(value: f64, spec: &FormatSpec) -> Result<Vec<u8>, FormatError> {
    let percent = spec.kind_ascii() == b'%';
    let mut text = FloatShape::of(spec, true)?.text(if percent { value * 100.0 } else { value });
    if percent {
        text.push(b'%');
    }
    if spec.width.is_none()
        && matches!(spec.sign, 0 | b'-')
        && spec.grouping == 0
        && spec.fraction_grouping == 0
    {
        return Ok(text);
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    Number::split(&text).write(spec, &mut out)?;
    Ok(out)
}

/// `complex.__format__`.
pub fn format_complex(
    real: f64,
    imag: f64,
    spec: &[u8],
    type_name: &str,
) -> Result<Vec<u8>, FormatError> {
    if spec.is_empty() {
        return Ok(float_repr::complex_repr(real, imag).into_bytes());
    }
    let spec = parse(spec, type_name, 0, b'>')?;
    if !matches!(
        spec.kind_ascii(),
        0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n'
    ) {
        return Err(spec.unknown_kind(type_name));
    }
    if spec.fill == u32::from(b'0') {
        return Err(FormatError::value(
            "Zero padding is not allowed in complex format specifier",
        ));
    }
    if spec.align == b'=' {
        return Err(FormatError::value(
            "'=' alignment flag is not allowed in complex format specifier",
        ));
    }
    let shape = FloatShape::of(&spec, false)?;
    let skip_real = spec.kind == 0 && real == 0.0 && real.is_sign_positive();
    let parens = spec.kind == 0 && !skip_real;
    let mut part = FormatSpec {
        width: None,
        align: b'<',
        ..spec.clone()
    };
    let mut body = Vec::with_capacity(48);
    if parens {
        body.push(b'(');
    }
    if !skip_real {
        Number::split(&shape.text(real)).write(&part, &mut body)?;
        part.sign = b'+';
    }
    Number::split(&shape.text(imag)).write(&part, &mut body)?;
    body.push(b'j');
    if parens {
        body.push(b')');
    }
    let (left, right) = padding(&spec, body.len());
    let mut out = Vec::with_capacity(body.len());
    write_fill(spec.fill, left, &mut out)?;
    out.extend_from_slice(&body);
    write_fill(spec.fill, right, &mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(result: Result<Vec<u8>, FormatError>) -> String {
        match result {
            Ok(text) => String::from_utf8(text).unwrap(),
            Err(error) => error.message,
        }
    }

    fn int(value: i64, spec: &str) -> String {
        shown(format_int(
            IntRef::Small(value),
            spec.as_bytes(),
            "int",
            4300,
        ))
    }

    fn float(value: f64, spec: &str) -> String {
        shown(format_float(value, spec.as_bytes(), "float"))
    }

    #[test]
    fn integers() {
        for (value, spec, expected) in [
            (1234567, ",", "1,234,567"),
            (1234, "010,", "00,001,234"),
            (1234, "09,", "0,001,234"),
            (1234, "08,", "0,001,234"),
            (1234, "07,", "001,234"),
            (-1234, "+010,d", "-0,001,234"),
            (255, "#x", "0xff"),
            (255, "#010X", "0X000000FF"),
            (65535, "_x", "ffff"),
            (1 << 20, "_b", "1_0000_0000_0000_0000_0000"),
            (5, "<+8", "+5      "),
            (5, "*^9", "****5****"),
            (5, "=+9", "+       5"),
            (-5, "", "-5"),
            (5, " d", " 5"),
            (97, "c", "a"),
            (0x20ac, "*>4c", "***€"),
            (97, "05c", "0000a"),
            (5, "n", "5"),
            (3, ".2f", "3.00"),
            (1, "%", "100.000000%"),
            (1, "s", "Unknown format code 's' for object of type 'int'"),
            (
                1,
                ".2d",
                "Precision not allowed in integer format specifier",
            ),
            (
                1,
                "zd",
                "Negative zero coercion (z) not allowed in integer format specifier",
            ),
            (1, ",x", "Cannot specify ',' with 'x'."),
            (1, ",n", "Cannot specify ',' with 'n'."),
            (
                1,
                "+c",
                "Sign not allowed with integer format specifier 'c'",
            ),
            (
                1,
                "#c",
                "Alternate form (#) not allowed with integer format specifier 'c'",
            ),
            (0x110000, "c", "%c arg not in range(0x110000)"),
            (-1, "c", "%c arg not in range(0x110000)"),
            (
                1,
                "10 d",
                "Invalid format specifier '10 d' for object of type 'int'",
            ),
        ] {
            assert_eq!(int(value, spec), expected, "{value} {spec}");
        }
        let big = num_bigint::BigInt::from(10).pow(5000);
        assert!(format_int(IntRef::Big(&big), b"d", "int", 4300).is_err());
        assert_eq!(
            format_int(IntRef::Big(&big), b",", "int", 0).map(|text| text.len()),
            Ok(5001 + 1666)
        );
        assert!(
            shown(format_int(IntRef::Big(&big), b"f", "int", 0)).contains("too large to convert")
        );
    }

    #[test]
    fn floats() {
        for (value, spec, expected) in [
            (2.71999, ".2f", "2.72"),
            (1234567.891, ",.2f", "1,234,567.89"),
            (1234567.891, "020,.2f", "0,000,001,234,567.89"),
            (-1234.5, "012,.1f", "-0,001,234.5"),
            (1.0, "", "1.0"),
            (1e16, "", "1e+16"),
            (1.0, "5", "  1.0"),
            (123456.0, ".6", "1.23456e+05"),
            (12345.0, ".6", "12345.0"),
            (0.5, "%", "50.000000%"),
            (0.125, ".0%", "12%"),
            (f64::INFINITY, "010", "0000000inf"),
            (f64::NAN, "F", "NAN"),
            (f64::NEG_INFINITY, "+8E", "    -INF"),
            (-0.001, "z.1f", "0.0"),
            (1.0, "#.0f", "1."),
            (1.5, "g", "1.5"),
            (1e-7, "G", "1E-07"),
            (1234.56789, ".5_f", "1234.567_89"),
            (1234.56789, "_.6_f", "1_234.567_890"),
            (1234567.5, "._f", "1234567.500_000"),
            (1234567.123456, ",.,f", "1,234,567.123,456"),
            (1.25, "._,f", "Cannot specify both ',' and '_'."),
            (1.25, ".,n", "Cannot specify ',' with 'n'."),
            (1.25, ".f", "Format specifier missing precision"),
            (
                1.25,
                "d",
                "Unknown format code 'd' for object of type 'float'",
            ),
            (1.25, ".9999999999f", "precision too big"),
            (1e20, ",", "1e+20"),
            (1234567.0, ",", "1,234,567.0"),
            (1.5, "é>6", "ééé1.5"),
            (1.5, " ", " 1.5"),
            (0.0, "e", "0.000000e+00"),
        ] {
            assert_eq!(float(value, spec), expected, "{value} {spec}");
        }
    }

    #[test]
    fn complexes() {
        for (real, imag, spec, expected) in [
            (1.0, 2.0, "", "(1+2j)"),
            (0.0, 2.0, "5", "   2j"),
            (1.0, -2.0, ".2f", "1.00-2.00j"),
            (1.0, 2.0, "<12.1e", "1.0e+00+2.0e+00j"),
            (1.0, 2.0, "*^10", "**(1+2j)**"),
            (
                1.0,
                2.0,
                "05",
                "Zero padding is not allowed in complex format specifier",
            ),
            (
                1.0,
                2.0,
                "=5",
                "'=' alignment flag is not allowed in complex format specifier",
            ),
            (
                1.0,
                2.0,
                "%",
                "Unknown format code '%' for object of type 'complex'",
            ),
            (1234.0, 2.0, ",.1f", "1,234.0+2.0j"),
            (0.0, 1.0, "+", "+1j"),
            (1.0, 0.0, "#", "(1.+0.j)"),
        ] {
            assert_eq!(
                shown(format_complex(real, imag, spec.as_bytes(), "complex")),
                expected,
                "{spec}"
            );
        }
    }
}
