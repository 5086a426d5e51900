//! The format-spec mini-language (PEP 3101, 378, 515, 682; grouping after the point as of 3.14): parsing, and `str`.
//!
//! A specification is parsed once into [`FormatSpec`]; checks that need only the text happen here, checks that depend
//! on the type of the value happen in [`format_str`] and in `format_number`. Messages are CPython's.
//!
//! Limits: the `n` type uses the C locale, which groups nothing.

use super::error::FormatError;
use super::{unicode, wtf8};

/// A parsed specification. Characters are code points, 0 meaning "not given".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    pub fill: u32,
    /// One of `<`, `>`, `=`, `^`.
    pub align: u8,
    /// `+`, `-`, space or 0.
    pub sign: u8,
    /// `z`.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    pub width: Option<usize>,
    /// Separator before the point: `,`, `_` or 0.
    pub grouping: u8,
    pub precision: Option<usize>,
    /// Separator after the point: `,`, `_` or 0.
    pub fraction_grouping: u8,
    /// The presentation type, or the default the caller named.
    pub kind: u32,
}

impl FormatSpec {
    /// Digits per group before the point: four for the power-of-two bases.
    pub fn group_size(&self) -> usize {
        if matches!(self.kind_ascii(), b'b' | b'o' | b'x' | b'X') {
            4
        } else {
            3
        }
    }

    /// The presentation type as ASCII, 0 if none or not ASCII.
    pub fn kind_ascii(&self) -> u8 {
        u8::try_from(self.kind).unwrap_or(0xFF)
    }

    /// "Unknown format code ..."
    pub fn unknown_kind(&self, type_name: &str) -> FormatError {
        FormatError::value(format!(
            "Unknown format code '{}' for object of type '{type_name}'",
            show(self.kind)
        ))
    }
}

/// A character for a message, as CPython shows it.
fn show(cp: u32) -> String {
    match char::from_u32(cp) {
        Some(c @ '!'..='\x7F') => c.to_string(),
        _ => format!("\\x{cp:x}"),
    }
}

fn is_align(cp: Option<u32>) -> bool {
    cp.and_then(char::from_u32)
        .is_some_and(|c| matches!(c, '<' | '>' | '=' | '^'))
}

/// Reads a specification from left to right.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u32> {
        wtf8::decode_at(self.text, self.at).map(|(cp, _)| cp)
    }

    fn next(&mut self) -> Option<u32> {
        let (cp, len) = wtf8::decode_at(self.text, self.at)?;
        self.at += len;
        Some(cp)
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn take_one_of(&mut self, bytes: &[u8]) -> u8 {
        match self.text.get(self.at) {
            Some(byte) if bytes.contains(byte) => {
                self.at += 1;
                *byte
            }
            _ => 0,
        }
    }

    /// Decimal digits of any script; `None` when there are none.
    fn integer(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(unicode::decimal_value) {
            let next = value
                .unwrap_or(0usize)
                .checked_mul(10)
                .and_then(|tens| tens.checked_add(digit as usize));
            let next = next.filter(|&next| next <= isize::MAX as usize);
            value =
                Some(next.ok_or_else(|| {
                    FormatError::value("Too many decimal digits in format string")
                })?);
            self.next();
        }
        Ok(value)
    }

    /// A separator; naming both is an error.
    fn separator(&mut self) -> Result<u8, FormatError> {
        let both = || FormatError::value("Cannot specify both ',' and '_'.");
        let comma = self.take(b',');
        let underscore = self.take(b'_');
        if underscore && (comma || self.peek() == Some(u32::from(b','))) {
            return Err(both());
        }
        Ok(if comma {
            b','
        } else if underscore {
            b'_'
        } else {
            0
        })
    }
}

/// Parses `text`. `type_name` is for messages; `default_kind` and `default_align` are what the value's type implies.
pub fn parse(
    text: &[u8],
    type_name: &str,
    default_kind: u8,
    default_align: u8,
) -> Result<FormatSpec, FormatError> {
    let mut spec = FormatSpec {
        fill: u32::from(b' '),
        align: default_align,
        sign: 0,
        no_negative_zero: false,
        alternate: false,
        width: None,
        grouping: 0,
        precision: None,
        fraction_grouping: 0,
        kind: u32::from(default_kind),
    };
    let mut reader = Reader { text, at: 0 };
    let fill_given = parse_align(&mut reader, &mut spec);
    spec.sign = reader.take_one_of(b" +-");
    spec.no_negative_zero = reader.take(b'z');
    spec.alternate = reader.take(b'#');
    if !fill_given.fill && reader.take(b'0') {
        spec.fill = u32::from(b'0');
        if !fill_given.align && default_align == b'>' {
            spec.align = b'=';
        }
    }
    spec.width = reader.integer()?;
    spec.grouping = reader.separator()?;
    if reader.take(b'.') {
        spec.precision = reader.integer()?;
        spec.fraction_grouping = reader.separator()?;
        if spec.precision.is_none() && spec.fraction_grouping == 0 {
            return Err(FormatError::value("Format specifier missing precision"));
        }
    }
    if let Some(kind) = reader.next() {
        spec.kind = kind;
        if reader.peek().is_some() {
            let shown = wtf8::to_str_lossy(text);
            return Err(FormatError::value(format!(
                "Invalid format specifier '{shown}' for object of type '{type_name}'"
            )));
        }
    }
    check_grouping(&spec)?;
    Ok(spec)
}

struct Given {
    fill: bool,
    align: bool,
}

fn parse_align(reader: &mut Reader<'_>, spec: &mut FormatSpec) -> Given {
    let Some((first, len)) = wtf8::decode_at(reader.text, 0) else {
        return Given {
            fill: false,
            align: false,
        };
    };
    let second = wtf8::decode_at(reader.text, len).map(|(cp, _)| cp);
    if is_align(second) {
        spec.fill = first;
        spec.align = reader.text[len];
        reader.at = len + 1;
        return Given {
            fill: true,
            align: true,
        };
    }
    if is_align(Some(first)) {
        spec.align = reader.text[0];
        reader.at = 1;
        return Given {
            fill: false,
            align: true,
        };
    }
    Given {
        fill: false,
        align: false,
    }
}

/// Which types may be grouped, as far as the text tells.
fn check_grouping(spec: &FormatSpec) -> Result<(), FormatError> {
    let refuse = |separator: u8| {
        let separator = char::from(separator);
        Err(FormatError::value(format!(
            "Cannot specify '{separator}' with '{}'.",
            show(spec.kind)
        )))
    };
    let allowed = match spec.kind_ascii() {
        b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0 => true,
        b'b' | b'o' | b'x' | b'X' => spec.grouping == b'_',
        _ => false,
    };
    if spec.grouping != 0 && !allowed {
        return refuse(spec.grouping);
    }
    if spec.fraction_grouping != 0 && spec.kind_ascii() == b'n' {
        return refuse(spec.fraction_grouping);
    }
    Ok(())
}

/// Left and right padding for `length` characters of content in a field without a numeric structure.
pub(super) fn padding(spec: &FormatSpec, length: usize) -> (usize, usize) {
    let total = spec.width.unwrap_or(0).saturating_sub(length);
    match spec.align {
        b'>' => (total, 0),
        b'^' => (total / 2, total - total / 2),
        _ => (0, total),
    }
}

/// Appends `count` copies of `fill`; a field too large for memory is an error, not an abort.
pub(super) fn write_fill(fill: u32, count: usize, out: &mut Vec<u8>) -> Result<(), FormatError> {
    if count == 0 {
        return Ok(());
    }
    let (bytes, len) = wtf8::encode(fill);
    let needed = count.checked_mul(len).ok_or_else(FormatError::memory)?;
    out.try_reserve(needed).map_err(|_| FormatError::memory())?;
    if len == 1 {
        out.resize(out.len() + count, bytes[0]);
    } else {
        (0..count).for_each(|_| out.extend_from_slice(&bytes[..len]));
    }
    Ok(())
}

/// `str.__format__`.
pub fn format_str(value: &[u8], spec: &[u8], type_name: &str) -> Result<Vec<u8>, FormatError> {
    if spec.is_empty() {
        return Ok(value.to_vec());
    }
    let spec = parse(spec, type_name, b's', b'<')?;
    if spec.kind_ascii() != b's' {
        return Err(spec.unknown_kind(type_name));
    }
    let refused = match (spec.sign, spec.no_negative_zero, spec.alternate, spec.align) {
        (b' ', ..) => Some("Space not allowed in string format specifier"),
        (b'+' | b'-', ..) => Some("Sign not allowed in string format specifier"),
        (_, true, ..) => Some("Negative zero coercion (z) not allowed in string format specifier"),
        (_, _, true, _) => Some("Alternate form (#) not allowed in string format specifier"),
        (.., b'=') => Some("'=' alignment not allowed in string format specifier"),
        _ => None,
    };
    if let Some(message) = refused {
        return Err(FormatError::value(message));
    }
    let shown = match spec.precision {
        Some(precision) => wtf8::slice(value, 0, precision),
        None => value,
    };
    let (left, right) = padding(&spec, spec.width.map_or(0, |_| wtf8::count(shown)));
    let mut out = Vec::with_capacity(shown.len());
    write_fill(spec.fill, left, &mut out)?;
    out.extend_from_slice(shown);
    write_fill(spec.fill, right, &mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, spec: &str) -> String {
        match format_str(value.as_bytes(), spec.as_bytes(), "str") {
            Ok(text) => String::from_utf8(text).unwrap(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn strings() {
        for (spec, expected) in [
            ("", "héllo"),
            ("8", "héllo   "),
            (">8", "   héllo"),
            ("é^8.2", "éééhéééé"),
            (".3s", "hél"),
            ("08", "héllo000"),
            ("d", "Unknown format code 'd' for object of type 'str'"),
            (
                "\u{20ac}",
                "Unknown format code '\\x20ac' for object of type 'str'",
            ),
            ("=8", "'=' alignment not allowed in string format specifier"),
            ("+", "Sign not allowed in string format specifier"),
            (" ", "Space not allowed in string format specifier"),
            (
                "z",
                "Negative zero coercion (z) not allowed in string format specifier",
            ),
            (
                "#",
                "Alternate form (#) not allowed in string format specifier",
            ),
            (",", "Cannot specify ',' with 's'."),
            ("_", "Cannot specify '_' with 's'."),
            (",_", "Cannot specify both ',' and '_'."),
            ("_,", "Cannot specify both ',' and '_'."),
            (",,", "Cannot specify ',' with ','."),
            (".", "Format specifier missing precision"),
            (
                "10xyz",
                "Invalid format specifier '10xyz' for object of type 'str'",
            ),
            (
                "99999999999999999999",
                "Too many decimal digits in format string",
            ),
        ] {
            assert_eq!(shown("héllo", spec), expected, "{spec}");
        }
        assert!(format_str(b"x", b"9223372036854775807", "str").is_err());
    }
}
