//! UTF-16 in both byte orders, with and without byte order mark.
//!
//! Byte order is CPython's number: -1 little endian, 1 big endian, 0 "look for a mark" (decoding) or "write one"
//! (encoding, little endian).

use super::{DecodeErrors, Decoded, Decoder, EncodeErrors, Encoder, Replacement};
use crate::text::wtf8;

fn unit(bytes: [u8; 2], big: bool) -> u32 {
    u32::from(if big {
        u16::from_be_bytes(bytes)
    } else {
        u16::from_le_bytes(bytes)
    })
}

/// What stands at one place of the input.
enum Item {
    /// A code point and its width in bytes.
    Char(u32, usize),
    /// An ill-formed range; the flag says that more input could complete it.
    Bad {
        end: usize,
        reason: &'static str,
        incomplete: bool,
    },
}

fn item_at(input: &[u8], at: usize, big: bool) -> Item {
    let at_unit = |at: usize| match input.get(at..at + 2) {
        Some(&[a, b]) => Some(unit([a, b], big)),
        _ => None,
    };
    let end = input.len();
    match (at_unit(at), at_unit(at + 2)) {
        (None, _) => Item::Bad {
            end,
            reason: "truncated data",
            incomplete: true,
        },
        (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
            Item::Char(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00), 4)
        }
        (Some(0xD800..=0xDBFF), Some(_)) => Item::Bad {
            end: at + 2,
            reason: "illegal UTF-16 surrogate",
            incomplete: false,
        },
        (Some(0xD800..=0xDBFF), None) => Item::Bad {
            end,
            reason: "unexpected end of data",
            incomplete: true,
        },
        (Some(0xDC00..=0xDFFF), _) => Item::Bad {
            end: at + 2,
            reason: "illegal encoding",
            incomplete: false,
        },
        (Some(cp), _) => Item::Char(cp, 2),
    }
}

/// `utf_16_ex_decode`: the text and the byte order found (0 if no mark was seen).
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    byte_order: i32,
    last: bool,
    handler: &mut H,
) -> Result<(Decoded, i32), H::Error> {
    let (order, mut at) = match (byte_order, input) {
        (0, [0xFF, 0xFE, ..]) => (-1, 2),
        (0, [0xFE, 0xFF, ..]) => (1, 2),
        _ => (byte_order, 0),
    };
    let big = order > 0;
    let mut decoder = Decoder::new(if big { "utf-16-be" } else { "utf-16-le" }, input, handler);
    while at < decoder.input.len() {
        match item_at(&decoder.input, at, big) {
            Item::Char(cp, width) => {
                wtf8::push(&mut decoder.out, cp);
                at += width;
            }
            Item::Bad {
                incomplete: true, ..
            } if !last => break,
            Item::Bad { end, reason, .. } => at = decoder.problem(at, end, reason)?,
        }
    }
    Ok((decoder.finish(at), order))
}

fn push_unit(out: &mut Vec<u8>, unit: u32, big: bool) {
    out.extend_from_slice(&if big {
        (unit as u16).to_be_bytes()
    } else {
        (unit as u16).to_le_bytes()
    });
}

fn push(out: &mut Vec<u8>, cp: u32, big: bool) {
    if cp < 0x1_0000 {
        return push_unit(out, cp, big);
    }
    push_unit(out, 0xD800 + ((cp - 0x1_0000) >> 10), big);
    push_unit(out, 0xDC00 + ((cp - 0x1_0000) & 0x3FF), big);
}

/// `utf_16_encode` and its variants.
pub fn encode<H: EncodeErrors>(
    text: &[u8],
    byte_order: i32,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    let names = ["utf-16-le", "utf-16", "utf-16-be"];
    encode_units(text, byte_order, names, (2, push), handler)
}

/// Encodes to units of `width` bytes, which `push` appends for a code point; `names` are those of the codec in little
/// endian order, with a mark, and in big endian order.
pub(super) fn encode_units<H: EncodeErrors>(
    text: &[u8],
    byte_order: i32,
    names: [&'static str; 3],
    (width, push): (usize, fn(&mut Vec<u8>, u32, bool)),
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    const REASON: &str = "surrogates not allowed";
    let big = byte_order > 0;
    let mut encoder = Encoder::new(names[(byte_order.signum() + 1) as usize], text, handler);
    if byte_order == 0 {
        push(&mut encoder.out, 0xFEFF, big);
    }
    while let Some((cp, len)) = wtf8::decode_at(text, encoder.at) {
        let end = encoder.at + len;
        if !wtf8::is_surrogate(cp) {
            push(&mut encoder.out, cp, big);
            encoder.at = end;
            continue;
        }
        match encoder.problem(end, REASON)? {
            (Replacement::Bytes(bytes), ..) if bytes.len().is_multiple_of(width) => {
                encoder.out.extend_from_slice(&bytes)
            }
            (Replacement::Text(text), ..) if wtf8::is_ascii(&text) => {
                text.iter()
                    .for_each(|&byte| push(&mut encoder.out, u32::from(byte), big));
            }
            (_, start, end) => return Err(encoder.refuse(start, end, REASON)),
        }
    }
    Ok(encoder.out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::errors::{Builtin, Failure};

    #[test]
    fn round_trips() {
        let text = "aé€😀".as_bytes();
        for order in [-1, 0, 1] {
            let bytes = encode(text, order, &mut Builtin::Strict).unwrap();
            let (decoded, _) = decode(&bytes, order, true, &mut Builtin::Strict).unwrap();
            assert_eq!(
                (decoded.text.as_slice(), decoded.consumed),
                (text, bytes.len())
            );
        }
        assert_eq!(
            encode(b"a", 0, &mut Builtin::Strict),
            Ok(vec![0xFF, 0xFE, b'a', 0])
        );
        assert_eq!(
            decode(b"\xFE\xFF\0a", 0, true, &mut Builtin::Strict).map(|(d, o)| (d.text, o)),
            Ok((b"a".to_vec(), 1))
        );
    }

    #[test]
    fn reports_like_cpython() {
        for (input, start, end, reason) in [
            (b"a\0b".as_slice(), 2, 3, "truncated data"),
            (b"\x00\xd8", 0, 2, "unexpected end of data"),
            (b"\x00\xd8a", 0, 3, "unexpected end of data"),
            (b"\x00\xd8a\0", 0, 2, "illegal UTF-16 surrogate"),
            (b"\x00\xdca\0", 0, 2, "illegal encoding"),
        ] {
            let failure = Failure::Decode {
                encoding: "utf-16-le".into(),
                start,
                end,
                reason: reason.into(),
            };
            assert_eq!(
                decode(input, -1, true, &mut Builtin::Strict),
                Err(failure),
                "{input:x?}"
            );
        }
        let (decoded, _) = decode(b"a\0\x00\xd8", -1, false, &mut Builtin::Strict).unwrap();
        assert_eq!(
            (decoded.text.as_slice(), decoded.consumed),
            (b"a".as_slice(), 2)
        );
    }
}
