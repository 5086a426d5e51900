//! UTF-8 proper: generalized UTF-8 without surrogates.
//!
//! Well-formed stretches are found by Rust's validator and copied whole; it also knows the maximal ill-formed prefix,
//! which is what CPython reports.

use super::{DecodeErrors, Decoded, Decoder, EncodeErrors, Encoder, Replacement};
use crate::text::wtf8;

/// `utf_8_decode`.
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    last: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    if std::str::from_utf8(input).is_ok() {
        return Ok(Decoded {
            text: input.to_vec(),
            consumed: input.len(),
        });
    }
    let mut decoder = Decoder::new("utf-8", input, handler);
    let mut at = 0;
    loop {
        let rest = &decoder.input[at..];
        let Err(error) = std::str::from_utf8(rest) else {
            decoder.out.extend_from_slice(rest);
            let consumed = decoder.input.len();
            return Ok(decoder.finish(consumed));
        };
        let valid = error.valid_up_to();
        decoder.out.extend_from_slice(&rest[..valid]);
        let lead = rest[valid];
        // Half a surrogate could still be completed for the `surrogatepass` handler.
        let half_surrogate = matches!(rest[valid..], [0xED, 0xA0..=0xBF]);
        at += valid;
        let (end, reason) = match error.error_len() {
            _ if !last && half_surrogate => return Ok(decoder.finish(at)),
            None if !last => return Ok(decoder.finish(at)),
            None => (decoder.input.len(), "unexpected end of data"),
            Some(_) if !matches!(lead, 0xC2..=0xF4) => (at + 1, "invalid start byte"),
            Some(len) => (at + len, "invalid continuation byte"),
        };
        at = decoder.problem(at, end, reason)?;
    }
}

/// `utf_8_encode`.
pub fn encode<H: EncodeErrors>(text: &[u8], handler: &mut H) -> Result<Vec<u8>, H::Error> {
    const REASON: &str = "surrogates not allowed";
    if !wtf8::has_surrogates(text) {
        return Ok(text.to_vec());
    }
    let mut encoder = Encoder::new("utf-8", text, handler);
    loop {
        let clean = encoder.run_end(|cp| !wtf8::is_surrogate(cp));
        encoder.out.extend_from_slice(&text[encoder.at..clean]);
        encoder.at = clean;
        if clean >= text.len() {
            return Ok(encoder.out);
        }
        let end = encoder.run_end(wtf8::is_surrogate);
        match encoder.problem(end, REASON)? {
            (Replacement::Bytes(bytes), ..) => encoder.out.extend_from_slice(&bytes),
            (Replacement::Text(text), ..) if wtf8::is_ascii(&text) => {
                encoder.out.extend_from_slice(&text)
            }
            (_, start, end) => return Err(encoder.refuse(start, end, REASON)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::errors::{Builtin, Failure};

    #[test]
    fn reports_like_cpython() {
        for (input, start, end, reason) in [
            (b"a\x80".as_slice(), 1, 2, "invalid start byte"),
            (b"\xc0\x80", 0, 1, "invalid start byte"),
            (b"\xf5\x80\x80\x80", 0, 1, "invalid start byte"),
            (b"\xe2\x28\xa1", 0, 1, "invalid continuation byte"),
            (b"\xed\xa0\x80", 0, 1, "invalid continuation byte"),
            (b"\xf0\x9f\x41", 0, 2, "invalid continuation byte"),
            (b"ab\xe2\x82", 2, 4, "unexpected end of data"),
            (b"\xc3", 0, 1, "unexpected end of data"),
        ] {
            let failure = Failure::Decode {
                encoding: "utf-8".into(),
                start,
                end,
                reason: reason.into(),
            };
            assert_eq!(
                decode(input, true, &mut Builtin::Strict),
                Err(failure),
                "{input:x?}"
            );
        }
    }

    #[test]
    fn stops_before_an_incomplete_end() {
        let decoded = decode(b"a\xe2\x82", false, &mut Builtin::Strict);
        assert_eq!(
            decoded,
            Ok(Decoded {
                text: b"a".to_vec(),
                consumed: 1
            })
        );
        let failure = encode(b"a\xED\xA0\x80\xED\xA0\x81b", &mut Builtin::Strict);
        assert_eq!(
            failure,
            Err(Failure::Encode {
                encoding: "utf-8".into(),
                start: 1,
                end: 3,
                reason: "surrogates not allowed".into()
            })
        );
    }
}
