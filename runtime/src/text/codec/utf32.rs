//! UTF-32 in both byte orders, with and without byte order mark (byte order as in `utf16`).

use super::utf16::encode_units;
use super::{DecodeErrors, Decoded, Decoder, EncodeErrors};
use crate::text::wtf8;

/// `utf_32_ex_decode`: the text and the byte order found (0 if no mark was seen).
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    byte_order: i32,
    last: bool,
    handler: &mut H,
) -> Result<(Decoded, i32), H::Error> {
    let (order, mut at) = match (byte_order, input) {
        (0, [0xFF, 0xFE, 0, 0, ..]) => (-1, 4),
        (0, [0, 0, 0xFE, 0xFF, ..]) => (1, 4),
        _ => (byte_order, 0),
    };
    let big = order > 0;
    let mut decoder = Decoder::new(if big { "utf-32-be" } else { "utf-32-le" }, input, handler);
    while at < decoder.input.len() {
        let Some(&[a, b, c, d]) = decoder.input.get(at..at + 4) else {
            if !last {
                break;
            }
            let end = decoder.input.len();
            at = decoder.problem(at, end, "truncated data")?;
            continue;
        };
        let cp = if big {
            u32::from_be_bytes([a, b, c, d])
        } else {
            u32::from_le_bytes([a, b, c, d])
        };
        if wtf8::is_surrogate(cp) {
            at = decoder.problem(
                at,
                at + 4,
                "code point in surrogate code point range(0xd800, 0xe000)",
            )?;
        } else if cp > wtf8::MAX {
            at = decoder.problem(at, at + 4, "code point not in range(0x110000)")?;
        } else {
            wtf8::push(&mut decoder.out, cp);
            at += 4;
        }
    }
    Ok((decoder.finish(at), order))
}

fn push(out: &mut Vec<u8>, cp: u32, big: bool) {
    out.extend_from_slice(&if big {
        cp.to_be_bytes()
    } else {
        cp.to_le_bytes()
    });
}

/// `utf_32_encode` and its variants.
pub fn encode<H: EncodeErrors>(
    text: &[u8],
    byte_order: i32,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    let names = ["utf-32-le", "utf-32", "utf-32-be"];
    encode_units(text, byte_order, names, (4, push), handler)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::errors::{Builtin, Failure};

    #[test]
    fn round_trips_and_reports() {
        let text = "aé😀".as_bytes();
        for order in [-1, 0, 1] {
            let bytes = encode(text, order, &mut Builtin::Strict).unwrap();
            let (decoded, _) = decode(&bytes, order, true, &mut Builtin::Strict).unwrap();
            assert_eq!(
                (decoded.text.as_slice(), decoded.consumed),
                (text, bytes.len())
            );
        }
        let failure = |input: &[u8]| match decode(input, 1, true, &mut Builtin::Strict) {
            Err(Failure::Decode {
                start, end, reason, ..
            }) => (start, end, reason),
            _ => (0, 0, String::new()),
        };
        assert_eq!(failure(b"\0\0\0a\0"), (4, 5, "truncated data".into()));
        assert_eq!(
            failure(b"\0\x11\0\0"),
            (0, 4, "code point not in range(0x110000)".into())
        );
        assert!(failure(b"\0\0\xd8\0").2.contains("surrogate"));
    }
}
