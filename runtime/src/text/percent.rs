//! printf-style formatting, shared by `str % args` and `bytes % args`.
//!
//! The template is read lazily by [`Pieces`], because CPython converts earlier arguments before it notices an error
//! later in the template. The caller fetches arguments and reports what needs objects ("not enough arguments ...",
//! "format requires a mapping", "* wants int"); this file lays out numbers and text once their value is known.

use super::error::FormatError;
use super::float_repr::{self, FloatFlags, FloatStyle};
use super::format_number::write_limited;
use super::format_spec::write_fill;
use super::int_text::{IntRef, write_i64};
use super::unit::Unit;

/// The flag characters of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// space
    pub blank: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
}

/// A width or precision as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Absent,
    /// `*`: the next argument says.
    Star,
    Given(usize),
}

/// One `%` field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Text between the parentheses of `%(key)s`.
    pub key: Option<&'a [u8]>,
    pub flags: Flags,
    pub width: Amount,
    pub precision: Amount,
    /// The conversion character; may be unsupported, which is an error only once its argument has been fetched.
    pub conversion: u32,
    /// Index of the conversion character, in elements of the template.
    pub index: usize,
}

/// A piece of a template. `%%` without options comes as a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Literal(&'a [u8]),
    Field(Field<'a>),
}

/// Width, precision and flags once stars are resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub flags: Flags,
    pub width: usize,
    pub precision: Option<usize>,
}

impl Field<'_> {
    /// Fills in the arguments that stand for stars: a negative width means left, a negative precision 0.
    pub fn layout(&self, star_width: i64, star_precision: i64) -> Layout {
        let mut flags = self.flags;
        let width = match self.width {
            Amount::Absent => 0,
            Amount::Given(width) => width,
            Amount::Star => {
                flags.left |= star_width < 0;
                star_width.unsigned_abs() as usize
            }
        };
        let precision = match self.precision {
            Amount::Absent => None,
            Amount::Given(precision) => Some(precision),
            Amount::Star => Some(usize::try_from(star_precision).unwrap_or(0)),
        };
        Layout {
            flags,
            width,
            precision,
        }
    }

    /// "unsupported format character ..."
    pub fn unsupported(&self) -> FormatError {
        let shown = char::from_u32(self.conversion)
            .filter(|c| matches!(c, '\x1F'..='~'))
            .unwrap_or('?');
        FormatError::value(format!(
            "unsupported format character '{shown}' (0x{:x}) at index {}",
            self.conversion, self.index
        ))
    }
}

/// Reads a template piece by piece; stops after the first error.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    text: &'a [u8],
    at: usize,
    unit: Unit,
}

/// The pieces of a `str` (`Unit::CodePoint`) or `bytes` (`Unit::Byte`) template.
pub fn pieces(text: &[u8], unit: Unit) -> Pieces<'_> {
    Pieces { text, at: 0, unit }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let percent = memchr::memchr(b'%', rest).unwrap_or(rest.len());
        if percent > 0 {
            self.at += percent;
            return Some(Ok(Piece::Literal(&rest[..percent])));
        }
        if rest.get(1) == Some(&b'%') {
            self.at += 2;
            return Some(Ok(Piece::Literal(b"%")));
        }
        self.at += 1;
        let field = self.field();
        if field.is_err() {
            self.at = self.text.len();
        }
        Some(field.map(Piece::Field))
    }
}

impl<'a> Pieces<'a> {
    fn peek(&self) -> Result<u8, FormatError> {
        self.text
            .get(self.at)
            .copied()
            .ok_or_else(|| FormatError::value("incomplete format"))
    }

    fn field(&mut self) -> Result<Field<'a>, FormatError> {
        let key = if self.text.get(self.at) == Some(&b'(') {
            Some(self.key()?)
        } else {
            None
        };
        let flags = self.flags()?;
        let width = self.amount(isize::MAX as usize, "width too big")?;
        let precision = if self.peek()? == b'.' {
            self.at += 1;
            match self.amount(i32::MAX as usize, "precision too big")? {
                Amount::Absent => Amount::Given(0),
                amount => amount,
            }
        } else {
            Amount::Absent
        };
        if matches!(self.peek()?, b'h' | b'l' | b'L') {
            self.at += 1;
        }
        self.peek()?;
        let (conversion, len) = self.unit.decode_at(self.text, self.at).unwrap_or((0, 1));
        let index = self.unit.index_of(self.text, self.at);
        self.at += len;
        Ok(Field {
            key,
            flags,
            width,
            precision,
            conversion,
            index,
        })
    }

    /// `(key)`, parentheses inside must balance.
    fn key(&mut self) -> Result<&'a [u8], FormatError> {
        let start = self.at + 1;
        let mut depth = 0usize;
        for (offset, &byte) in self.text[self.at..].iter().enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let end = self.at + offset;
                self.at = end + 1;
                return Ok(&self.text[start..end]);
            }
        }
        Err(FormatError::value("incomplete format key"))
    }

    fn flags(&mut self) -> Result<Flags, FormatError> {
        let mut flags = Flags::default();
        loop {
            match self.peek()? {
                b'-' => flags.left = true,
                b'+' => flags.plus = true,
                b' ' => flags.blank = true,
                b'#' => flags.alternate = true,
                b'0' => flags.zero = true,
                _ => return Ok(flags),
            }
            self.at += 1;
        }
    }

    fn amount(&mut self, limit: usize, too_big: &str) -> Result<Amount, FormatError> {
        if self.peek()? == b'*' {
            self.at += 1;
            return Ok(Amount::Star);
        }
        let mut value = None;
        while let digit @ b'0'..=b'9' = self.peek()? {
            let next = value
                .unwrap_or(0usize)
                .checked_mul(10)
                .and_then(|tens| tens.checked_add((digit - b'0') as usize));
            value = Some(
                next.filter(|&next| next <= limit)
                    .ok_or_else(|| FormatError::value(too_big))?,
            );
            self.at += 1;
        }
        Ok(value.map_or(Amount::Absent, Amount::Given))
    }
}

/// Lays out sign, prefix and body: zeros go between prefix and body, spaces outside.
fn write_number(
    layout: &Layout,
    negative: bool,
    prefix: &[u8],
    body: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    let sign = match (negative, layout.flags.plus, layout.flags.blank) {
        (true, ..) => b"-".as_slice(),
        (false, true, _) => b"+",
        (false, false, true) => b" ",
        _ => b"",
    };
    let missing = layout
        .width
        .saturating_sub(sign.len() + prefix.len() + body.len());
    let (spaces, zeros) = match (layout.flags.left, layout.flags.zero) {
        (true, _) => (0, 0),
        (false, true) => (0, missing),
        (false, false) => (missing, 0),
    };
    write_fill(u32::from(b' '), spaces, out)?;
    out.extend_from_slice(sign);
    out.extend_from_slice(prefix);
    write_fill(u32::from(b'0'), zeros, out)?;
    out.extend_from_slice(body);
    write_fill(u32::from(b' '), missing - spaces - zeros, out)
}

/// `%d %i %u %o %x %X`. `max_digits` is the limit on decimal digits, 0 for none.
pub fn write_int(
    layout: &Layout,
    conversion: u8,
    value: IntRef<'_>,
    max_digits: usize,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    let (base, prefix) = match conversion {
        b'o' => (8, "0o"),
        b'x' => (16, "0x"),
        b'X' => (16, "0X"),
        _ => (10, ""),
    };
    if let IntRef::Small(value) = value
        && base == 10
        && *layout == Layout::default()
    {
        write_i64(value, out);
        return Ok(());
    }
    let mut digits = Vec::with_capacity(20);
    write_limited(value, base, max_digits, &mut digits)?;
    if conversion == b'X' {
        digits.make_ascii_uppercase();
    }
    let mut body = Vec::new();
    write_fill(
        u32::from(b'0'),
        layout.precision.unwrap_or(0).saturating_sub(digits.len()),
        &mut body,
    )?;
    body.extend_from_slice(&digits);
    let prefix = if layout.flags.alternate { prefix } else { "" };
    write_number(layout, value.is_negative(), prefix.as_bytes(), &body, out)
}

/// `%e %E %f %F %g %G`.
pub fn write_float(
    layout: &Layout,
    conversion: u8,
    value: f64,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    let style = match conversion {
        b'e' | b'E' => FloatStyle::Exponent,
        b'f' | b'F' => FloatStyle::Fixed,
        _ => FloatStyle::General,
    };
    let flags = FloatFlags {
        alternate: layout.flags.alternate,
        upper: conversion.is_ascii_uppercase(),
        ..FloatFlags::default()
    };
    let precision = layout.precision.unwrap_or(6);
    if precision > i32::MAX as usize {
        return Err(FormatError::value("precision too big"));
    }
    let mut text = Vec::with_capacity(32);
    float_repr::write_float(value, style, precision, flags, &mut text);
    match text.as_slice() {
        [b'-', body @ ..] => write_number(layout, true, b"", body, out),
        body => write_number(layout, false, b"", body, out),
    }
}

/// `%s %r %a %b` (cut to the precision) and `%c` (`truncate` false): text in a field of spaces.
pub fn write_text(
    layout: &Layout,
    unit: Unit,
    text: &[u8],
    truncate: bool,
    out: &mut Vec<u8>,
) -> Result<(), FormatError> {
    let shown = match layout.precision {
        Some(precision) if truncate => {
            &text[..unit.offset_of(text, precision).unwrap_or(text.len())]
        }
        _ => text,
    };
    if layout.width == 0 {
        out.extend_from_slice(shown);
        return Ok(());
    }
    let missing = layout.width.saturating_sub(unit.count(shown));
    let before = if layout.flags.left { 0 } else { missing };
    write_fill(u32::from(b' '), before, out)?;
    out.extend_from_slice(shown);
    write_fill(u32::from(b' '), missing - before, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats one argument, as `template % value` would.
    fn apply(template: &str, value: f64) -> String {
        let mut out = Vec::new();
        for piece in pieces(template.as_bytes(), Unit::CodePoint) {
            let result = match piece {
                Err(error) => return error.message,
                Ok(Piece::Literal(text)) => {
                    out.extend_from_slice(text);
                    Ok(())
                }
                Ok(Piece::Field(field)) => {
                    let layout = field.layout(-6, 2);
                    match field.conversion as u8 {
                        kind @ (b'd' | b'o' | b'x' | b'X') => {
                            write_int(&layout, kind, IntRef::Small(value as i64), 0, &mut out)
                        }
                        kind @ (b'e' | b'f' | b'g' | b'G' | b'F') => {
                            write_float(&layout, kind, value, &mut out)
                        }
                        b's' => {
                            write_text(&layout, Unit::CodePoint, "héllo".as_bytes(), true, &mut out)
                        }
                        _ => Err(field.unsupported()),
                    }
                }
            };
            if let Err(error) = result {
                return error.message;
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn layouts() {
        for (template, value, expected) in [
            ("%d", 42.0, "42"),
            ("a%5db", 42.0, "a   42b"),
            ("%-5d|", 42.0, "42   |"),
            ("%05d", -42.0, "-0042"),
            ("%-05d|", -42.0, "-42  |"),
            ("%+d% d", 3.0, "+3 3"),
            ("%.5d", -42.0, "-00042"),
            ("%8.5d", -42.0, "  -00042"),
            ("%#x %#X %#o", 255.0, "0xff 0XFF 0o377"),
            ("%#08x", 255.0, "0x0000ff"),
            ("%#8x|%-#8x|", -255.0, "   -0xff|-0xff   |"),
            ("%#.5x", 255.0, "0x000ff"),
            ("%*d|", 42.0, "42    |"),
            ("%.*f", 1.0, "1.00"),
            ("%ld%%", 1.0, "1%"),
            ("%08.2f", -1.5, "-0001.50"),
            ("%#.0f %e", 1.0, "1. 1.000000e+00"),
            ("%G", 1e-10, "1E-10"),
            ("%05f", f64::INFINITY, "00inf"),
            ("%+F", f64::NAN, "+NAN"),
            ("%7s|%-7.2s|", 0.0, "  héllo|hé     |"),
            ("%.s|", 0.0, "|"),
            ("%", 0.0, "incomplete format"),
            ("%5", 0.0, "incomplete format"),
            ("%(a", 0.0, "incomplete format key"),
            (
                "é%y",
                0.0,
                "unsupported format character 'y' (0x79) at index 2",
            ),
            (
                "%é",
                0.0,
                "unsupported format character '?' (0xe9) at index 1",
            ),
            (
                "%lld",
                0.0,
                "unsupported format character 'l' (0x6c) at index 2",
            ),
            ("%99999999999999999999d", 0.0, "width too big"),
            ("%.9999999999d", 0.0, "precision too big"),
        ] {
            assert_eq!(apply(template, value), expected, "{template}");
        }
    }

    #[test]
    fn keys_balance_parentheses() {
        let mut found = pieces(b"%(a(b)c)5s%%", Unit::Byte);
        let Some(Ok(Piece::Field(field))) = found.next() else {
            panic!("no field")
        };
        assert_eq!(
            (field.key, field.width),
            (Some(b"a(b)c".as_slice()), Amount::Given(5))
        );
        assert_eq!(found.next(), Some(Ok(Piece::Literal(b"%".as_slice()))));
        assert_eq!(found.next(), None);
    }
}
