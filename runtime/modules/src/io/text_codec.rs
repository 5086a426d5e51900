//! The codecs that text streams run themselves: UTF-8, ASCII, Latin-1. All other encodings go through incremental
//! encoder and decoder objects.

use skein_runtime::builtins::str_codec::Handler;
use skein_runtime::prelude::*;
use skein_runtime::text::codec::{Standard, ascii, utf8};
use skein_runtime::text::wtf8;

/// An encoding without state between characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fast {
    /// UTF-8
    Utf8,
    /// ASCII
    Ascii,
    /// ISO 8859-1
    Latin1,
}

impl Fast {
    /// The encoding of a name, if it is one of these.
    pub fn from_name(name: &[u8]) -> Option<Fast> {
        match Standard::from_name(name)? {
            Standard::Utf8 => Some(Fast::Utf8),
            Standard::Ascii => Some(Fast::Ascii),
            Standard::Latin1 => Some(Fast::Latin1),
            _ => None,
        }
    }

    /// Appends `text`, the contents of `object`, encoded.
    pub fn encode(
        self,
        vm: &mut Vm,
        object: Value,
        text: &[u8],
        errors: Value,
        out: &mut Vec<u8>,
    ) -> PyResult<()> {
        let plain = match self {
            Fast::Utf8 => std::str::from_utf8(text).is_ok() || !wtf8::has_surrogates(text),
            _ => text.is_ascii(),
        };
        if plain {
            out.extend_from_slice(text);
            return Ok(());
        }
        let mut handler = Handler::new(vm, object, errors.cast());
        let encoded = match self {
            Fast::Utf8 => utf8::encode(text, &mut handler)?,
            Fast::Ascii => ascii::encode_ascii(text, &mut handler)?,
            Fast::Latin1 => ascii::encode_latin1(text, &mut handler)?,
        };
        out.extend_from_slice(&encoded);
        Ok(())
    }

    /// Decodes; also how much of the input was used (all of it if `last`).
    pub fn decode(
        self,
        vm: &mut Vm,
        input: &[u8],
        errors: Value,
        last: bool,
    ) -> PyResult<(Vec<u8>, usize)> {
        let plain = match self {
            Fast::Utf8 => std::str::from_utf8(input).is_ok(),
            Fast::Ascii => input.is_ascii(),
            Fast::Latin1 => {
                return Ok((ascii::decode_latin1(input), input.len()));
            }
        };
        if plain {
            return Ok((input.to_vec(), input.len()));
        }
        let mut handler = Handler::new(vm, Value::NONE, errors.cast());
        let decoded = match self {
            Fast::Utf8 => utf8::decode(input, last, &mut handler)?,
            _ => ascii::decode_ascii(input, &mut handler)?,
        };
        Ok((decoded.text, decoded.consumed))
    }

    /// Bytes of the unit that starts at `at`: one character, or one undecodable byte.
    pub fn unit(self, input: &[u8], at: usize) -> usize {
        if self != Fast::Utf8 {
            return 1;
        }
        let width = skein_runtime::builtins::str::char_width(input[at]);
        let end = (at + width).min(input.len());
        if std::str::from_utf8(&input[at..end]).is_ok() {
            end - at
        } else {
            1
        }
    }
}
