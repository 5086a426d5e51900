//! Codecs driven by a mapping: all the single-byte code pages of `encodings`.
//!
//! A mapping may be a Python dict or any object with `__getitem__`, so looking up is part of the handler trait here;
//! decoding tables given as a string, and the [`EncodingMap`] that `codecs.charmap_build` makes from one, need no
//! Python and are wrapped by [`Table`].

use std::sync::Arc;

use super::errors::{Builtin, Failure};
use super::{
    DecodeErrors, DecodeFix, DecodeProblem, Decoded, Decoder, EncodeErrors, EncodeFix,
    EncodeProblem, Encoder, Replacement,
};
use crate::text::wtf8;

/// What a byte decodes to, or a code point encodes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    Undefined,
    /// One code point, or one byte.
    One(u32),
    /// Text, or bytes.
    Many(Vec<u8>),
}

/// A decoding handler that also knows the mapping.
pub trait CharmapDecode: DecodeErrors {
    fn decode_byte(&mut self, byte: u8) -> Result<Mapped, Self::Error>;
}

/// An encoding handler that also knows the mapping.
pub trait CharmapEncode: EncodeErrors {
    fn encode_code_point(&mut self, cp: u32) -> Result<Mapped, Self::Error>;
}

const REASON: &str = "character maps to <undefined>";

/// `charmap_decode`.
pub fn decode<H: CharmapDecode>(input: &[u8], handler: &mut H) -> Result<Decoded, H::Error> {
    let mut decoder = Decoder::new("charmap", input, handler);
    let mut at = 0;
    while let Some(&byte) = decoder.input.get(at) {
        match decoder.handler.decode_byte(byte)? {
            Mapped::One(cp) => wtf8::push(&mut decoder.out, cp),
            Mapped::Many(text) => decoder.out.extend_from_slice(&text),
            Mapped::Undefined => {
                at = decoder.problem(at, at + 1, REASON)?;
                continue;
            }
        }
        at += 1;
    }
    Ok(decoder.finish(at))
}

/// Appends a mapped code point; false if it is undefined.
fn push_mapped(out: &mut Vec<u8>, mapped: Mapped) -> bool {
    match mapped {
        Mapped::One(byte) => out.push(byte as u8),
        Mapped::Many(bytes) => out.extend_from_slice(&bytes),
        Mapped::Undefined => return false,
    }
    true
}

/// `charmap_encode`.
pub fn encode<H: CharmapEncode>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    let mut encoder = Encoder::new("charmap", text, handler);
    while let Some((cp, len)) = wtf8::decode_at(text, encoder.at) {
        let mapped = encoder.handler.encode_code_point(cp)?;
        if push_mapped(&mut encoder.out, mapped) {
            encoder.at += len;
            continue;
        }
        let mut end = encoder.at + len;
        while let Some((cp, len)) = wtf8::decode_at(text, end)
            && encoder.handler.encode_code_point(cp)? == Mapped::Undefined
        {
            end += len;
        }
        let (replacement, start, end) = encoder.problem(end, REASON)?;
        match replacement {
            Replacement::Bytes(bytes) => encoder.out.extend_from_slice(&bytes),
            Replacement::Text(replacement) => {
                for cp in wtf8::code_points(&replacement) {
                    let mapped = encoder.handler.encode_code_point(cp)?;
                    if !push_mapped(&mut encoder.out, mapped) {
                        return Err(encoder.refuse(start, end, REASON));
                    }
                }
            }
        }
    }
    Ok(encoder.out)
}

/// The inverse of a decoding table: code points in order, each with its byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodingMap {
    entries: Arc<[(u32, u8)]>,
}

impl EncodingMap {
    /// `codecs.charmap_build(table)`: code point number n of `table` is encoded as byte n.
    pub fn build(table: &[u8]) -> EncodingMap {
        let mut entries: Vec<(u32, u8)> = wtf8::code_points(table)
            .zip(0..=255u8)
            .filter(|&(cp, _)| cp != 0xFFFE)
            .collect();
        // The last of several bytes for one code point wins.
        entries.reverse();
        entries.sort_by_key(|&(cp, _)| cp);
        entries.dedup_by_key(|&mut (cp, _)| cp);
        EncodingMap {
            entries: entries.into(),
        }
    }

    pub fn get(&self, cp: u32) -> Option<u8> {
        // Code pages keep ASCII in place, so the entry is often where its number says.
        if let Some(&(found, byte)) = self.entries.get(cp as usize)
            && found == cp
        {
            return Some(byte);
        }
        let at = self.entries.binary_search_by_key(&cp, |&(cp, _)| cp).ok()?;
        Some(self.entries[at].1)
    }
}

/// A decoding table (U+FFFE means undefined) with the table as a handler.
pub struct Table<H> {
    table: Vec<u32>,
    map: EncodingMap,
    handler: H,
}

impl<H> Table<H> {
    /// Decodes and encodes by a table string.
    pub fn new(table: &[u8], handler: H) -> Table<H> {
        Table {
            table: wtf8::code_points(table).collect(),
            map: EncodingMap::build(table),
            handler,
        }
    }

    /// Encodes by a map built before.
    pub fn encoding(map: EncodingMap, handler: H) -> Table<H> {
        Table {
            table: Vec::new(),
            map,
            handler,
        }
    }
}

impl<H: DecodeErrors> DecodeErrors for Table<H> {
    type Error = H::Error;

    fn decode_error(&mut self, problem: DecodeProblem<'_>) -> Result<DecodeFix, H::Error> {
        self.handler.decode_error(problem)
    }
}

impl<H: DecodeErrors> CharmapDecode for Table<H> {
    fn decode_byte(&mut self, byte: u8) -> Result<Mapped, H::Error> {
        Ok(match self.table.get(usize::from(byte)) {
            None | Some(0xFFFE) => Mapped::Undefined,
            Some(&cp) => Mapped::One(cp),
        })
    }
}

impl<H: EncodeErrors> EncodeErrors for Table<H> {
    type Error = H::Error;

    fn encode_error(&mut self, problem: EncodeProblem<'_>) -> Result<EncodeFix, H::Error> {
        self.handler.encode_error(problem)
    }

    fn refuse(&mut self, problem: EncodeProblem<'_>) -> H::Error {
        self.handler.refuse(problem)
    }
}

impl<H: EncodeErrors> CharmapEncode for Table<H> {
    fn encode_code_point(&mut self, cp: u32) -> Result<Mapped, H::Error> {
        Ok(self
            .map
            .get(cp)
            .map_or(Mapped::Undefined, |byte| Mapped::One(u32::from(byte))))
    }
}

/// `charmap_decode` by a table string with a predefined handler.
pub fn decode_table(input: &[u8], table: &[u8], handler: Builtin) -> Result<Decoded, Failure> {
    decode(input, &mut Table::new(table, handler))
}

/// `charmap_encode` by an [`EncodingMap`] with a predefined handler.
pub fn encode_table(text: &[u8], map: EncodingMap, handler: Builtin) -> Result<Vec<u8>, Failure> {
    encode(text, &mut Table::encoding(map, handler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        let table = "ab€\u{FFFE}?".as_bytes();
        let text = |input, handler| decode_table(input, table, handler).map(|decoded| decoded.text);
        assert_eq!(text(&[2, 0, 1], Builtin::Strict), Ok("€ab".into()));
        assert_eq!(
            text(&[3, 9], Builtin::Replace),
            Ok("\u{FFFD}\u{FFFD}".into())
        );
        let map = EncodingMap::build(table);
        assert_eq!(
            encode_table("€aé€".as_bytes(), map.clone(), Builtin::Replace),
            Ok(vec![2, 0, 4, 2])
        );
        assert_eq!(
            encode_table("aéÿ".as_bytes(), map.clone(), Builtin::Strict),
            Err(Failure::Encode {
                encoding: "charmap".into(),
                start: 1,
                end: 3,
                reason: REASON.into()
            })
        );
        // The replacement itself cannot be encoded.
        assert!(encode_table("é".as_bytes(), map, Builtin::XmlCharRefReplace).is_err());
        assert_eq!(EncodingMap::build(b"aa").get(97), Some(1));
    }
}
