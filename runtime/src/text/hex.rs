//! Bytes as hexadecimal digits: `bytes.hex`, `bytes.fromhex`, and what `binascii` needs of them.

use super::case::ascii_is_space;
use super::error::FormatError;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// `bytes.hex()`.
pub fn to_hex(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|&byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .collect()
}

/// `bytes.hex(sep, group)`: groups of `group` bytes counted from the right, or from the left if negative; 0 means no
/// separators.
pub fn to_hex_grouped(bytes: &[u8], separator: u8, group: i64) -> Vec<u8> {
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    if size == 0 || size >= bytes.len() {
        return to_hex(bytes);
    }
    let first = match bytes.len() % size {
        rest if group > 0 && rest > 0 => rest,
        _ => size,
    };
    let (head, tail) = bytes.split_at(first);
    let mut out = to_hex(head);
    for chunk in tail.chunks(size) {
        out.push(separator);
        out.extend_from_slice(&to_hex(chunk));
    }
    out
}

/// `bytes.fromhex(text)`: pairs of digits with white space between pairs. Positions in messages count code points,
/// which are bytes up to the first foreign character.
pub fn from_hex(text: &[u8]) -> Result<Vec<u8>, FormatError> {
    let digit = |at: usize| {
        text.get(at)
            .and_then(|&byte| (byte as char).to_digit(16))
            .map(|digit| digit as u8)
    };
    let foreign = |at: usize| {
        FormatError::value(format!(
            "non-hexadecimal number found in fromhex() arg at position {at}"
        ))
    };
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut at = 0;
    while at < text.len() {
        if ascii_is_space(text[at]) {
            at += 1;
            continue;
        }
        let high = digit(at).ok_or_else(|| foreign(at))?;
        let low = match digit(at + 1) {
            Some(low) => low,
            None if at + 1 >= text.len() => {
                return Err(FormatError::value(
                    "fromhex() arg must contain an even number of hexadecimal digits",
                ));
            }
            None => return Err(foreign(at + 1)),
        };
        out.push(high << 4 | low);
        at += 2;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        assert_eq!(to_hex(b"\x00\xab\xff"), b"00abff");
        assert_eq!(
            to_hex_grouped(b"\x01\x02\x03\x04\x05", b':', 2),
            b"01:0203:0405"
        );
        assert_eq!(
            to_hex_grouped(b"\x01\x02\x03\x04\x05", b':', -2),
            b"0102:0304:05"
        );
        assert_eq!(to_hex_grouped(b"\x01\x02\x03\x04", b'-', 2), b"0102-0304");
        assert_eq!(to_hex_grouped(b"\x01\x02", b':', 0), b"0102");
        assert_eq!(
            from_hex(b" 0aF\xC3").map_err(|e| e.message.ends_with("position 4")),
            Err(true)
        );
        assert_eq!(from_hex(b"0a Ff\n"), Ok(vec![10, 255]));
        assert_eq!(
            from_hex(b"a 0").map_err(|e| e.message.ends_with("position 1")),
            Err(true)
        );
        assert_eq!(
            from_hex(b"abc").map_err(|e| e.message.contains("even number")),
            Err(true)
        );
    }
}
