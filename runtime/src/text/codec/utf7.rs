//! UTF-7 (RFC 2152): ASCII with base64 runs of UTF-16 between `+` and `-`.
//!
//! The decoder accepts every ASCII character outside a run, as CPython does; the encoder writes the optional direct
//! characters and white space directly. A lone surrogate travels as one unit and needs no error handler.

use super::{DecodeErrors, Decoded, Decoder};
use crate::text::wtf8;

fn from_base64(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn to_base64(value: u32) -> u8 {
    match (value & 63) as u8 {
        value @ 0..=25 => b'A' + value,
        value @ 26..=51 => b'a' + value - 26,
        value @ 52..=61 => b'0' + value - 52,
        62 => b'+',
        _ => b'/',
    }
}

/// A base64 run being decoded.
struct Run {
    /// Offset of its `+`.
    start: usize,
    /// Length of the output before it, to take back an unfinished run.
    output: usize,
    bits: u32,
    buffer: u32,
    /// A high surrogate that waits for its partner.
    high: Option<u32>,
}

impl Run {
    /// Takes one base64 digit; 16 bits make a unit.
    fn take(&mut self, digit: u32, out: &mut Vec<u8>) {
        self.buffer = self.buffer << 6 | digit;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits;
        self.buffer &= (1 << self.bits) - 1;
        if let Some(high) = self.high.take() {
            if let 0xDC00..=0xDFFF = unit {
                return wtf8::push(out, 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
            }
            wtf8::push(out, high);
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            _ => wtf8::push(out, unit),
        }
    }

    /// What is wrong with ending the run here.
    fn leftover(&self) -> Option<&'static str> {
        match self.bits {
            6.. => Some("partial character in shift sequence"),
            1.. if self.buffer != 0 => Some("non-zero padding bits in shift sequence"),
            _ => None,
        }
    }
}

/// `utf_7_decode`.
pub fn decode<H: DecodeErrors>(
    input: &[u8],
    last: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut decoder = Decoder::new("utf7", input, handler);
    let mut run: Option<Run> = None;
    let mut at = 0;
    loop {
        let Some(&byte) = decoder.input.get(at) else {
            match run.take() {
                None => return Ok(decoder.finish(at)),
                Some(open) if !last => {
                    decoder.out.truncate(open.output);
                    return Ok(decoder.finish(open.start));
                }
                Some(open) if open.high.is_some() || open.leftover().is_some() => {
                    at = decoder.problem(open.start, at, "unterminated shift sequence")?;
                }
                Some(_) => return Ok(decoder.finish(at)),
            }
            continue;
        };
        if let Some(open) = &mut run {
            match from_base64(byte) {
                Some(digit) => {
                    open.take(digit, &mut decoder.out);
                    at += 1;
                }
                None => at = close_run(&mut decoder, &mut run, at, byte)?,
            }
        } else if byte == b'+' {
            at = open_run(&mut decoder, &mut run, at)?;
        } else if byte < 0x80 {
            decoder.out.push(byte);
            at += 1;
        } else {
            at = decoder.problem(at, at + 1, "unexpected special character")?;
        }
    }
}

fn open_run<H: DecodeErrors>(
    decoder: &mut Decoder<'_, H>,
    run: &mut Option<Run>,
    at: usize,
) -> Result<usize, H::Error> {
    match decoder.input.get(at + 1) {
        Some(b'-') => {
            decoder.out.push(b'+');
            Ok(at + 2)
        }
        Some(&next) if from_base64(next).is_none() => {
            decoder.problem(at, at + 2, "ill-formed sequence")
        }
        _ => {
            *run = Some(Run {
                start: at,
                output: decoder.out.len(),
                bits: 0,
                buffer: 0,
                high: None,
            });
            Ok(at + 1)
        }
    }
}

/// Ends the run before `byte`, which is no base64 digit.
fn close_run<H: DecodeErrors>(
    decoder: &mut Decoder<'_, H>,
    run: &mut Option<Run>,
    at: usize,
    byte: u8,
) -> Result<usize, H::Error> {
    let Some(closed) = run.take() else {
        return Ok(at);
    };
    if let Some(reason) = closed.leftover() {
        return decoder.problem(closed.start, at + 1, reason);
    }
    if let Some(high) = closed.high
        && byte < 0x80
    {
        wtf8::push(&mut decoder.out, high);
    }
    Ok(at + usize::from(byte == b'-'))
}

/// Characters that stand for themselves outside a run.
const fn is_direct(cp: u32) -> bool {
    matches!(cp, 0x09 | 0x0A | 0x0D | 0x20..=0x2A | 0x2C..=0x5B | 0x5D..=0x7D)
}

/// `utf_7_encode`; cannot fail.
pub fn encode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut in_run, mut bits, mut buffer) = (false, 0u32, 0u32);
    for cp in wtf8::code_points(text) {
        if is_direct(cp) {
            if in_run {
                flush(&mut out, &mut bits, &mut buffer);
                if from_base64(cp as u8).is_some() || cp == u32::from(b'-') {
                    out.push(b'-');
                }
                in_run = false;
            }
            out.push(cp as u8);
            continue;
        }
        if !in_run {
            out.push(b'+');
            if cp == u32::from(b'+') {
                out.push(b'-');
                continue;
            }
            in_run = true;
        }
        let mut unit = |unit: u32| {
            buffer = buffer << 16 | unit;
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                out.push(to_base64(buffer >> bits));
            }
            buffer &= (1 << bits) - 1;
        };
        if cp >= 0x1_0000 {
            unit(0xD800 + ((cp - 0x1_0000) >> 10));
            unit(0xDC00 + ((cp - 0x1_0000) & 0x3FF));
        } else {
            unit(cp);
        }
    }
    flush(&mut out, &mut bits, &mut buffer);
    if in_run {
        out.push(b'-');
    }
    out
}

/// Writes the bits that do not fill a digit.
fn flush(out: &mut Vec<u8>, bits: &mut u32, buffer: &mut u32) {
    if *bits > 0 {
        out.push(to_base64(*buffer << (6 - *bits)));
    }
    (*bits, *buffer) = (0, 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::codec::errors::{Builtin, Failure};

    fn strict(input: &[u8], last: bool) -> Result<(String, usize), (usize, usize, String)> {
        match decode(input, last, &mut Builtin::Strict) {
            Ok(decoded) => Ok((
                String::from_utf8_lossy(&decoded.text).into_owned(),
                decoded.consumed,
            )),
            Err(Failure::Decode {
                start, end, reason, ..
            }) => Err((start, end, reason)),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_ways() {
        for (text, encoded) in [
            ("a+b", b"a+-b".as_slice()),
            ("é", b"+AOk-"),
            ("é-", b"+AOk--"),
            ("éa", b"+AOk-a"),
            ("é!", b"+AOk!"),
            ("😀", b"+2D3eAA-"),
            ("~\\", b"+AH4AXA-"),
            ("é+", b"+AOkAKw-"),
        ] {
            assert_eq!(encode(text.as_bytes()), encoded, "{text}");
            assert_eq!(strict(encoded, true), Ok((text.into(), encoded.len())));
        }
        assert_eq!(encode(b"\xED\xA0\x80"), b"+2AA-");
    }

    #[test]
    fn errors_and_partial_input() {
        assert_eq!(
            strict(b"+A-", true),
            Err((0, 3, "partial character in shift sequence".into()))
        );
        assert_eq!(
            strict(b"+AGF-x", true),
            Err((0, 5, "non-zero padding bits in shift sequence".into()))
        );
        assert_eq!(
            strict(b"+*", true),
            Err((0, 2, "ill-formed sequence".into()))
        );
        assert_eq!(
            strict(b"a~\xff", true),
            Err((2, 3, "unexpected special character".into()))
        );
        assert_eq!(
            strict(b"+2D0", true),
            Err((0, 4, "unterminated shift sequence".into()))
        );
        assert_eq!(strict(b"a+AGEAYg", true), Ok(("aab".into(), 8)));
        assert_eq!(strict(b"a+AGEAYg", false), Ok(("a".into(), 1)));
        assert_eq!(strict(b"+", true), Ok(("".into(), 1)));
    }
}
