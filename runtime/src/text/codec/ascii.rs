//! ASCII and Latin-1.

use super::{DecodeErrors, Decoded, Decoder, EncodeErrors, Encoder, Replacement};
use crate::text::wtf8;

/// `ascii_decode`.
pub fn decode_ascii<H: DecodeErrors>(input: &[u8], handler: &mut H) -> Result<Decoded, H::Error> {
    if input.is_ascii() {
        return Ok(Decoded {
            text: input.to_vec(),
            consumed: input.len(),
        });
    }
    let mut decoder = Decoder::new("ascii", input, handler);
    let mut at = 0;
    loop {
        let rest = &decoder.input[at..];
        let plain = rest
            .iter()
            .position(|&byte| byte >= 0x80)
            .unwrap_or(rest.len());
        decoder.out.extend_from_slice(&rest[..plain]);
        at += plain;
        if at >= decoder.input.len() {
            return Ok(decoder.finish(at));
        }
        at = decoder.problem(at, at + 1, "ordinal not in range(128)")?;
    }
}

/// `latin_1_decode`: every byte is a code point.
pub fn decode_latin1(input: &[u8]) -> Vec<u8> {
    if input.is_ascii() {
        return input.to_vec();
    }
    let mut out = Vec::with_capacity(input.len() + input.len() / 2);
    input
        .iter()
        .for_each(|&byte| wtf8::push(&mut out, u32::from(byte)));
    out
}

/// `ascii_encode`.
pub fn encode_ascii<H: EncodeErrors>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    encode_below(text, "ascii", 0x80, "ordinal not in range(128)", handler)
}

/// `latin_1_encode`.
pub fn encode_latin1<H: EncodeErrors>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    encode_below(text, "latin-1", 0x100, "ordinal not in range(256)", handler)
}

/// Code points below `limit` become bytes.
fn encode_below<H: EncodeErrors>(
    text: &[u8],
    encoding: &'static str,
    limit: u32,
    reason: &str,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    if wtf8::is_ascii(text) {
        return Ok(text.to_vec());
    }
    let mut encoder = Encoder::new(encoding, text, handler);
    loop {
        while let Some((cp, len)) = wtf8::decode_at(text, encoder.at)
            && cp < limit
        {
            encoder.out.push(cp as u8);
            encoder.at += len;
        }
        if encoder.at >= text.len() {
            return Ok(encoder.out);
        }
        let end = encoder.run_end(|cp| cp >= limit);
        match encoder.problem(end, reason)? {
            (Replacement::Bytes(bytes), ..) => encoder.out.extend_from_slice(&bytes),
            (Replacement::Text(text), ..) if wtf8::code_points(&text).all(|cp| cp < limit) => {
                encoder
                    .out
                    .extend(wtf8::code_points(&text).map(|cp| cp as u8));
            }
            (_, start, end) => return Err(encoder.refuse(start, end, reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::errors::{Builtin, Failure};

    #[test]
    fn both_ways() {
        assert_eq!(decode_latin1(b"a\xe9\xff"), "aéÿ".as_bytes());
        assert_eq!(
            encode_latin1("aéÿ".as_bytes(), &mut Builtin::Strict),
            Ok(b"a\xe9\xff".to_vec())
        );
        assert_eq!(
            encode_latin1("é€".as_bytes(), &mut Builtin::Replace),
            Ok(b"\xe9?".to_vec())
        );
        let decoded = decode_ascii(b"a\xe9b", &mut Builtin::Replace).map(|decoded| decoded.text);
        assert_eq!(decoded, Ok("a\u{FFFD}b".into()));
        assert_eq!(
            decode_ascii(b"ab\xe9", &mut Builtin::Strict),
            Err(Failure::Decode {
                encoding: "ascii".into(),
                start: 2,
                end: 3,
                reason: "ordinal not in range(128)".into()
            })
        );
    }
}
