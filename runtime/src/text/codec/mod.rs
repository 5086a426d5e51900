//! Codecs between text (generalized UTF-8) and bytes, with pluggable error handling.
//!
//! Each codec is a loop that copies what is well formed and asks a handler about the rest. The handler is a trait
//! object of the caller: [`errors::Builtin`] implements the handlers Python predefines without touching Python, and
//! the `_codecs` module implements the traits once more to call registered functions. A handler's answer is a
//! replacement and the position to go on from, as in PEP 293.
//!
//! Positions in bytes are byte offsets; positions in text are code point indices, because Python code sees them.
//! Incremental decoding: with `last` false a decoder stops before an incomplete sequence at the end and says how much
//! it consumed.

pub mod ascii;
pub mod charmap;
pub mod errors;
pub mod escape;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

use std::borrow::Cow;

use super::wtf8;

/// Input that cannot be decoded: the arguments of a `UnicodeDecodeError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeProblem<'a> {
    pub encoding: &'a str,
    pub input: &'a [u8],
    pub start: usize,
    pub end: usize,
    pub reason: &'a str,
}

/// A decode handler's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodeFix {
    pub text: Vec<u8>,
    /// Byte offset to go on from; the caller has checked that it lies within the input.
    pub resume: usize,
    /// New input, if the handler replaced the exception's `object`.
    pub input: Option<Vec<u8>>,
}

/// Decides about undecodable input.
pub trait DecodeErrors {
    type Error;

    fn decode_error(&mut self, problem: DecodeProblem<'_>) -> Result<DecodeFix, Self::Error>;
}

/// Text that cannot be encoded: the arguments of a `UnicodeEncodeError`. Positions are code point indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeProblem<'a> {
    pub encoding: &'a str,
    pub text: &'a [u8],
    pub start: usize,
    pub end: usize,
    pub reason: &'a str,
}

/// What an encode handler puts in place: text is encoded in turn, bytes go out as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    Text(Vec<u8>),
    Bytes(Vec<u8>),
}

/// An encode handler's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeFix {
    pub replacement: Replacement,
    /// Code point index to go on from; the caller has checked that it lies within the text.
    pub resume: usize,
}

/// Decides about unencodable text.
pub trait EncodeErrors {
    type Error;

    fn encode_error(&mut self, problem: EncodeProblem<'_>) -> Result<EncodeFix, Self::Error>;

    /// The plain `UnicodeEncodeError`, for a replacement that cannot be encoded either.
    fn refuse(&mut self, problem: EncodeProblem<'_>) -> Self::Error;
}

/// Decoded text and how many bytes of the input it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    pub text: Vec<u8>,
    pub consumed: usize,
}

/// State of a decoding loop.
struct Decoder<'a, H> {
    encoding: &'static str,
    input: Cow<'a, [u8]>,
    out: Vec<u8>,
    handler: &'a mut H,
}

impl<'a, H: DecodeErrors> Decoder<'a, H> {
    fn new(encoding: &'static str, input: &'a [u8], handler: &'a mut H) -> Self {
        Decoder {
            encoding,
            input: Cow::Borrowed(input),
            out: Vec::with_capacity(input.len()),
            handler,
        }
    }

    /// Asks the handler about `start..end` and returns where to go on.
    fn problem(&mut self, start: usize, end: usize, reason: &str) -> Result<usize, H::Error> {
        let problem = DecodeProblem {
            encoding: self.encoding,
            input: &self.input,
            start,
            end,
            reason,
        };
        let fix = self.handler.decode_error(problem)?;
        self.out.extend_from_slice(&fix.text);
        if let Some(input) = fix.input {
            self.input = Cow::Owned(input);
        }
        Ok(fix.resume.min(self.input.len()))
    }

    fn finish(self, consumed: usize) -> Decoded {
        Decoded {
            text: self.out,
            consumed,
        }
    }
}

/// State of an encoding loop: `at` is a byte offset, `counted` remembers a pair of offset and index so that indices
/// cost linear time in all.
struct Encoder<'a, H> {
    encoding: &'static str,
    text: &'a [u8],
    at: usize,
    counted: (usize, usize),
    out: Vec<u8>,
    handler: &'a mut H,
}

impl<'a, H: EncodeErrors> Encoder<'a, H> {
    fn new(encoding: &'static str, text: &'a [u8], handler: &'a mut H) -> Self {
        Encoder {
            encoding,
            text,
            at: 0,
            counted: (0, 0),
            out: Vec::with_capacity(text.len()),
            handler,
        }
    }

    fn index_of(&mut self, offset: usize) -> usize {
        let (from, index) = self.counted;
        let index = match self.text.get(from..offset) {
            Some(between) => index + wtf8::count(between),
            None => wtf8::index_of(self.text, offset),
        };
        self.counted = (offset, index);
        index
    }

    /// Asks the handler about the text from the current position to byte offset `end`, moves on, and returns the
    /// replacement with the problem's indices for [`Encoder::refuse`].
    fn problem(
        &mut self,
        end: usize,
        reason: &str,
    ) -> Result<(Replacement, usize, usize), H::Error> {
        let start_index = self.index_of(self.at);
        let end_index = self.index_of(end);
        let problem = EncodeProblem {
            encoding: self.encoding,
            text: self.text,
            start: start_index,
            end: end_index,
            reason,
        };
        let fix = self.handler.encode_error(problem)?;
        self.at = if fix.resume == end_index {
            end
        } else {
            wtf8::offset_of(self.text, fix.resume).unwrap_or(self.text.len())
        };
        Ok((fix.replacement, start_index, end_index))
    }

    fn refuse(&mut self, start: usize, end: usize, reason: &str) -> H::Error {
        self.handler.refuse(EncodeProblem {
            encoding: self.encoding,
            text: self.text,
            start,
            end,
            reason,
        })
    }

    /// Byte offset of the end of the run of code points from the current position that satisfy `test`.
    fn run_end(&self, test: impl Fn(u32) -> bool) -> usize {
        let mut end = self.at;
        while let Some((cp, len)) = wtf8::decode_at(self.text, end)
            && test(cp)
        {
            end += len;
        }
        end
    }
}

/// Codecs with a direct path in `str.encode` and `bytes.decode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    Utf8,
    Utf16,
    Utf16Le,
    Utf16Be,
    Utf32,
    Utf32Le,
    Utf32Be,
    Latin1,
    Ascii,
}

impl Standard {
    /// Recognises the usual spellings; other names go through the codec registry.
    pub fn from_name(name: &[u8]) -> Option<Standard> {
        if matches!(name, b"utf-8" | b"utf8") {
            return Some(Standard::Utf8);
        }
        // No name is longer than "iso_8859_1".
        let mut plain = [0; 10];
        let plain = plain.get_mut(..name.len())?;
        for (to, byte) in plain.iter_mut().zip(name) {
            *to = if byte.is_ascii_alphanumeric() {
                byte.to_ascii_lowercase()
            } else {
                b'_'
            };
        }
        Some(match &*plain {
            b"utf_8" | b"utf8" => Standard::Utf8,
            b"utf_16" | b"utf16" => Standard::Utf16,
            b"utf_16_le" => Standard::Utf16Le,
            b"utf_16_be" => Standard::Utf16Be,
            b"utf_32" | b"utf32" => Standard::Utf32,
            b"utf_32_le" => Standard::Utf32Le,
            b"utf_32_be" => Standard::Utf32Be,
            b"latin_1" | b"latin1" | b"iso_8859_1" | b"iso8859_1" => Standard::Latin1,
            b"ascii" | b"us_ascii" => Standard::Ascii,
            _ => return None,
        })
    }

    /// Encodes a whole text.
    pub fn encode<H: EncodeErrors>(
        self,
        text: &[u8],
        handler: &mut H,
    ) -> Result<Vec<u8>, H::Error> {
        match self {
            Standard::Utf8 => utf8::encode(text, handler),
            Standard::Utf16 => utf16::encode(text, 0, handler),
            Standard::Utf16Le => utf16::encode(text, -1, handler),
            Standard::Utf16Be => utf16::encode(text, 1, handler),
            Standard::Utf32 => utf32::encode(text, 0, handler),
            Standard::Utf32Le => utf32::encode(text, -1, handler),
            Standard::Utf32Be => utf32::encode(text, 1, handler),
            Standard::Latin1 => ascii::encode_latin1(text, handler),
            Standard::Ascii => ascii::encode_ascii(text, handler),
        }
    }

    /// Decodes a whole input.
    pub fn decode<H: DecodeErrors>(
        self,
        input: &[u8],
        handler: &mut H,
    ) -> Result<Vec<u8>, H::Error> {
        let decoded = match self {
            Standard::Utf8 => utf8::decode(input, true, handler)?,
            Standard::Utf16 => utf16::decode(input, 0, true, handler)?.0,
            Standard::Utf16Le => utf16::decode(input, -1, true, handler)?.0,
            Standard::Utf16Be => utf16::decode(input, 1, true, handler)?.0,
            Standard::Utf32 => utf32::decode(input, 0, true, handler)?.0,
            Standard::Utf32Le => utf32::decode(input, -1, true, handler)?.0,
            Standard::Utf32Be => utf32::decode(input, 1, true, handler)?.0,
            Standard::Latin1 => return Ok(ascii::decode_latin1(input)),
            Standard::Ascii => ascii::decode_ascii(input, handler)?,
        };
        Ok(decoded.text)
    }
}

#[cfg(test)]
mod tests {
    use super::errors::{Builtin, Failure};
    use super::*;

    #[test]
    fn names() {
        assert_eq!(Standard::from_name(b"UTF-8"), Some(Standard::Utf8));
        assert_eq!(Standard::from_name(b"ISO 8859-1"), Some(Standard::Latin1));
        assert_eq!(Standard::from_name(b"cp1252"), None);
    }

    /// Replaces once and starts over further on, like a registered Python handler.
    struct Custom(usize);

    impl EncodeErrors for Custom {
        type Error = Failure;

        fn encode_error(&mut self, problem: EncodeProblem<'_>) -> Result<EncodeFix, Failure> {
            self.0 += 1;
            let text = format!("<{}-{}>", problem.start, problem.end).into_bytes();
            Ok(EncodeFix {
                replacement: Replacement::Text(text),
                resume: problem.end + 1,
            })
        }

        fn refuse(&mut self, problem: EncodeProblem<'_>) -> Failure {
            Builtin::Strict.refuse(problem)
        }
    }

    impl DecodeErrors for Custom {
        type Error = Failure;

        fn decode_error(&mut self, problem: DecodeProblem<'_>) -> Result<DecodeFix, Failure> {
            self.0 += 1;
            let input = (self.0 == 1).then(|| b"__replaced".to_vec());
            Ok(DecodeFix {
                text: b"!".to_vec(),
                resume: problem.start + 1,
                input,
            })
        }
    }

    #[test]
    fn handlers_may_move_and_replace() {
        let encoded = Standard::Ascii.encode("aéébcéd".as_bytes(), &mut Custom(0));
        assert_eq!(encoded, Ok(b"a<1-3>c<5-6>".to_vec()));
        let decoded = Standard::Utf8.decode(b"a\xffz", &mut Custom(0));
        assert_eq!(decoded, Ok(b"a!replaced".to_vec()));
    }
}
