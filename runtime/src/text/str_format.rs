//! Templates of `str.format`: splitting them into literals and fields, and field names into lookups.
//!
//! The parser works on the template's bytes (all its marks are ASCII) and knows nothing of values, so `str.format`,
//! `str.format_map`, `string.Formatter` (`_string.formatter_parser`, `_string.formatter_field_name_split`) share it.
//! A nested format spec is returned unexpanded; the caller formats it with a template of its own, at most two deep
//! ("Max string recursion exceeded").

use super::error::FormatError;
use super::{unicode, wtf8};

/// A replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub name: &'a [u8],
    /// The character after `!`.
    pub conversion: Option<u32>,
    pub spec: &'a [u8],
    /// Whether `spec` holds fields itself.
    pub nested: bool,
}

/// Literal text and the field behind it, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    pub literal: &'a [u8],
    pub field: Option<Field<'a>>,
}

/// Iterates over the segments of a template; stops after the first error.
#[derive(Clone, Debug)]
pub struct Segments<'a> {
    text: &'a [u8],
    at: usize,
}

/// The segments of `template`.
pub fn segments(template: &[u8]) -> Segments<'_> {
    Segments {
        text: template,
        at: 0,
    }
}

fn error<T>(message: &str) -> Result<T, FormatError> {
    Err(FormatError::value(message))
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let segment = self.segment();
        if segment.is_err() {
            self.at = self.text.len();
        }
        Some(segment)
    }
}

impl<'a> Segments<'a> {
    fn segment(&mut self) -> Result<Segment<'a>, FormatError> {
        let rest = &self.text[self.at..];
        let Some(length) = memchr::memchr2(b'{', b'}', rest) else {
            self.at = self.text.len();
            return Ok(Segment {
                literal: rest,
                field: None,
            });
        };
        let brace = rest[length];
        if rest.get(length + 1) == Some(&brace) {
            // A doubled brace: the literal keeps the first one.
            self.at += length + 2;
            return Ok(Segment {
                literal: &rest[..=length],
                field: None,
            });
        }
        if brace == b'}' {
            return error("Single '}' encountered in format string");
        }
        self.at += length + 1;
        if self.at >= self.text.len() {
            return error("Single '{' encountered in format string");
        }
        let field = self.field()?;
        Ok(Segment {
            literal: &rest[..length],
            field: Some(field),
        })
    }

    fn field(&mut self) -> Result<Field<'a>, FormatError> {
        let start = self.at;
        let end = self.field_name_end()?;
        let mut field = Field {
            name: &self.text[start..end],
            conversion: None,
            spec: b"",
            nested: false,
        };
        self.at = end + 1;
        match self.text[end] {
            b'}' => return Ok(field),
            b'!' => {
                let Some((cp, len)) = wtf8::decode_at(self.text, self.at) else {
                    return error("end of string while looking for conversion specifier");
                };
                self.at += len;
                field.conversion = Some(cp);
                match self.text.get(self.at) {
                    Some(b'}') => {
                        self.at += 1;
                        return Ok(field);
                    }
                    Some(b':') => self.at += 1,
                    Some(_) => return error("expected ':' after conversion specifier"),
                    None => {}
                }
            }
            _ => {}
        }
        self.spec(&mut field)?;
        Ok(field)
    }

    /// Offset of the `}`, `:` or `!` that ends the field name; brackets hide them.
    fn field_name_end(&self) -> Result<usize, FormatError> {
        let mut at = self.at;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'{' => return error("unexpected '{' in field name"),
                b'[' => match memchr::memchr(b']', &self.text[at..]) {
                    Some(length) => at += length,
                    None => break,
                },
                b'}' | b':' | b'!' => return Ok(at),
                _ => {}
            }
            at += 1;
        }
        error("expected '}' before end of string")
    }

    /// The format spec up to its closing brace.
    fn spec(&mut self, field: &mut Field<'a>) -> Result<(), FormatError> {
        let start = self.at;
        let mut depth = 1;
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => {
                    field.nested = true;
                    depth += 1;
                }
                b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        field.spec = &self.text[start..self.at - 1];
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        error("unmatched '{' in format spec")
    }
}

/// The first part of a field name or a key in brackets: digits mean a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    Index(usize),
    Name(&'a [u8]),
}

/// What follows the first part of a field name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// `.name`
    Attribute(&'a [u8]),
    /// `[key]`
    Item(Key<'a>),
}

/// Digits as a number, anything else as a name.
fn key(text: &[u8]) -> Result<Key<'_>, FormatError> {
    if text.is_empty() {
        return Ok(Key::Name(text));
    }
    let mut value = 0usize;
    for cp in wtf8::code_points(text) {
        let Some(digit) = unicode::decimal_value(cp) else {
            return Ok(Key::Name(text));
        };
        let next = value
            .checked_mul(10)
            .and_then(|tens| tens.checked_add(digit as usize));
        let Some(next) = next.filter(|&next| next <= isize::MAX as usize) else {
            return error("Too many decimal digits in format string");
        };
        value = next;
    }
    Ok(Key::Index(value))
}

/// Splits a field name into its first part (an empty name asks for automatic numbering) and the lookups after it.
pub fn split_field_name(name: &[u8]) -> Result<(Key<'_>, Lookups<'_>), FormatError> {
    let end = memchr::memchr2(b'.', b'[', name).unwrap_or(name.len());
    let (first, rest) = name.split_at(end);
    Ok((key(first)?, Lookups { rest }))
}

/// See [`split_field_name`]; stops after the first error.
#[derive(Clone, Debug)]
pub struct Lookups<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lookups<'a> {
    type Item = Result<Lookup<'a>, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let lookup = self.lookup();
        if lookup.is_err() {
            self.rest = b"";
        }
        Some(lookup)
    }
}

impl<'a> Lookups<'a> {
    fn lookup(&mut self) -> Result<Lookup<'a>, FormatError> {
        let (name, is_attribute) = match self.rest {
            [b'.', rest @ ..] => {
                let end = memchr::memchr2(b'.', b'[', rest).unwrap_or(rest.len());
                self.rest = &rest[end..];
                (&rest[..end], true)
            }
            [b'[', rest @ ..] => {
                let Some(end) = memchr::memchr(b']', rest) else {
                    return error("Missing ']' in format string");
                };
                self.rest = &rest[end + 1..];
                (&rest[..end], false)
            }
            _ => return error("Only '.' or '[' may follow ']' in format field specifier"),
        };
        if name.is_empty() {
            return error("Empty attribute in format string");
        }
        Ok(if is_attribute {
            Lookup::Attribute(name)
        } else {
            Lookup::Item(key(name)?)
        })
    }
}

/// Automatic field numbering: a template numbers all its positional fields by hand or none.
///
/// ```text
///            {}                 {0}
/// Undecided ----> Automatic   Undecided ----> Manual
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    #[default]
    Undecided,
    /// The number of the next `{}`.
    Automatic(usize),
    Manual,
}

impl Numbering {
    /// Turns an empty name into the next number and checks that styles are not mixed.
    pub fn resolve<'a>(&mut self, first: Key<'a>) -> Result<Key<'a>, FormatError> {
        match (first, *self) {
            (Key::Name(b""), Numbering::Manual) => {
                error("cannot switch from manual field specification to automatic field numbering")
            }
            (Key::Name(b""), state) => {
                let number = if let Numbering::Automatic(next) = state {
                    next
                } else {
                    0
                };
                *self = Numbering::Automatic(number + 1);
                Ok(Key::Index(number))
            }
            (Key::Index(_), Numbering::Automatic(_)) => {
                error("cannot switch from automatic field numbering to manual field specification")
            }
            (Key::Index(_), _) => {
                *self = Numbering::Manual;
                Ok(first)
            }
            (Key::Name(_), _) => Ok(first),
        }
    }
}

/// The error for a conversion other than `r`, `s` and `a`.
pub fn unknown_conversion(cp: u32) -> FormatError {
    match char::from_u32(cp) {
        Some(c @ '!'..='\x7F') => FormatError::value(format!("Unknown conversion specifier {c}")),
        _ => FormatError::value(format!("Unknown conversion specifier \\x{cp:x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(template: &str) -> String {
        let mut out = Vec::new();
        for segment in segments(template.as_bytes()) {
            match segment {
                Err(error) => return error.message,
                Ok(Segment { literal, field }) => {
                    out.push(String::from_utf8_lossy(literal).into_owned());
                    if let Some(field) = field {
                        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                        let conversion = field.conversion.and_then(char::from_u32).unwrap_or('-');
                        out.push(format!(
                            "<{},{conversion},{},{}>",
                            text(field.name),
                            text(field.spec),
                            field.nested
                        ));
                    }
                }
            }
        }
        out.join("|")
    }

    #[test]
    fn templates() {
        for (template, expected) in [
            ("", ""),
            ("abc", "abc"),
            ("a{{b}}c", "a{|b}|c"),
            ("é{0}z", "é|<0,-,,false>|z"),
            ("{a.b[c}d]!r:>{w}.{p}}", "|<a.b[c}d],r,>{w}.{p},true>"),
            ("{:{}}", "|<,-,{},true>"),
            ("{!s}", "|<,s,,false>"),
            ("{{{}}}", "{||<,-,,false>|}"),
            ("}", "Single '}' encountered in format string"),
            ("a}b", "Single '}' encountered in format string"),
            ("{", "Single '{' encountered in format string"),
            ("{a", "expected '}' before end of string"),
            ("{a[", "expected '}' before end of string"),
            ("{a[}", "expected '}' before end of string"),
            ("{a{b}", "unexpected '{' in field name"),
            ("{!", "end of string while looking for conversion specifier"),
            ("{!rs}", "expected ':' after conversion specifier"),
            ("{!r", "unmatched '{' in format spec"),
            ("{:", "unmatched '{' in format spec"),
            ("{:{}", "unmatched '{' in format spec"),
        ] {
            assert_eq!(shown(template), expected, "{template}");
        }
    }

    #[test]
    fn field_names() {
        let (first, rest) = split_field_name(b"12.a[b.c][3]").unwrap();
        assert_eq!(first, Key::Index(12));
        let rest: Result<Vec<_>, _> = rest.collect();
        let expected = [
            Lookup::Attribute(b"a"),
            Lookup::Item(Key::Name(b"b.c")),
            Lookup::Item(Key::Index(3)),
        ];
        assert_eq!(rest, Ok(expected.to_vec()));
        let failure = |name: &'static str| {
            split_field_name(name.as_bytes())
                .and_then(|(_, rest)| rest.collect::<Result<Vec<_>, _>>())
                .unwrap_err()
                .message
        };
        assert_eq!(failure("a."), "Empty attribute in format string");
        assert_eq!(failure("a[]"), "Empty attribute in format string");
        assert_eq!(failure("a[b"), "Missing ']' in format string");
        assert_eq!(
            failure("a[b]c"),
            "Only '.' or '[' may follow ']' in format field specifier"
        );
        assert_eq!(
            failure("99999999999999999999"),
            "Too many decimal digits in format string"
        );
    }

    #[test]
    fn numbering() {
        let mut numbering = Numbering::default();
        assert_eq!(numbering.resolve(Key::Name(b"")), Ok(Key::Index(0)));
        assert_eq!(numbering.resolve(Key::Name(b"x")), Ok(Key::Name(b"x")));
        assert_eq!(numbering.resolve(Key::Name(b"")), Ok(Key::Index(1)));
        assert!(numbering.resolve(Key::Index(0)).is_err());
        let mut numbering = Numbering::default();
        assert_eq!(numbering.resolve(Key::Index(5)), Ok(Key::Index(5)));
        assert!(numbering.resolve(Key::Name(b"")).is_err());
    }
}
