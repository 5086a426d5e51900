//! `repr` of str and bytes, and `ascii`.
//!
//! Runs of plain bytes are found with a table and copied whole, so ordinary text costs one scan and one copy.

use super::{unicode, wtf8};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bytes that stand for themselves in any repr: printable ASCII except quotes and backslash.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = b' ' as usize;
    while at < 0x7F {
        table[at] = !matches!(at as u8, b'\'' | b'"' | b'\\');
        at += 1;
    }
    table
};

/// Double quotes only when that avoids escaping single ones.
fn choose_quote(text: &[u8]) -> u8 {
    if memchr::memchr(b'\'', text).is_some() && memchr::memchr(b'"', text).is_none() {
        b'"'
    } else {
        b'\''
    }
}

fn push_hex(value: u32, digits: u32, out: &mut Vec<u8>) {
    (0..digits)
        .rev()
        .for_each(|place| out.push(HEX[(value >> (4 * place) & 0xF) as usize]));
}

/// Appends `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
pub fn push_escape(cp: u32, out: &mut Vec<u8>) {
    let (letter, digits) = match cp {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    out.extend_from_slice(&[b'\\', letter]);
    push_hex(cp, digits, out);
}

/// Appends one ASCII character that is not plain.
fn push_special(byte: u8, quote: u8, out: &mut Vec<u8>) {
    match byte {
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\'' | b'"' if byte == quote => out.extend_from_slice(&[b'\\', byte]),
        b' '..=b'~' => out.push(byte),
        _ => push_escape(u32::from(byte), out),
    }
}

/// The number of plain bytes at the start of `text`.
#[inline]
fn plain_run(text: &[u8]) -> usize {
    text.iter()
        .position(|&byte| !PLAIN[byte as usize])
        .unwrap_or(text.len())
}

/// Appends `repr(text)`.
pub fn write_str(text: &[u8], out: &mut Vec<u8>) {
    let quote = choose_quote(text);
    out.reserve(text.len() + 2);
    out.push(quote);
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_run(rest));
        out.extend_from_slice(plain);
        let Some((cp, len)) = wtf8::decode_at(special, 0) else {
            break;
        };
        if cp < 0x80 {
            push_special(cp as u8, quote, out);
        } else if unicode::is_printable(cp) {
            out.extend_from_slice(&special[..len]);
        } else {
            push_escape(cp, out);
        }
        rest = &special[len..];
    }
    out.push(quote);
}

/// `repr(str)`.
pub fn str_repr(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_str(text, &mut out);
    out
}

/// Appends `repr(bytes)`.
pub fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    let quote = choose_quote(bytes);
    out.reserve(bytes.len() + 3);
    out.extend_from_slice(&[b'b', quote]);
    let mut rest = bytes;
    loop {
        let (plain, special) = rest.split_at(plain_run(rest));
        out.extend_from_slice(plain);
        let [byte, after @ ..] = special else { break };
        push_special(*byte, quote, out);
        rest = after;
    }
    out.push(quote);
}

/// `repr(bytes)`.
pub fn bytes_repr(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_bytes(bytes, &mut out);
    out
}

/// `ascii(object)` from its repr: everything beyond ASCII is escaped.
pub fn ascii_from_repr(repr: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(repr.len());
    for cp in wtf8::code_points(repr) {
        if cp < 0x80 {
            out.push(cp as u8);
        } else {
            push_escape(cp, &mut out);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings() {
        for (text, expected) in [
            ("", "''"),
            ("abc", "'abc'"),
            ("it's", "\"it's\""),
            ("a'b\"c", "'a\\'b\"c'"),
            ("say \"x\"", "'say \"x\"'"),
            ("\t\n\r\\\0\x7f", "'\\t\\n\\r\\\\\\x00\\x7f'"),
            (
                "é\u{a0}\u{ad}\u{200b}€\u{1f600}\u{e000}\u{10ffff}",
                "'é\\xa0\\xad\\u200b€😀\\ue000\\U0010ffff'",
            ),
        ] {
            assert_eq!(str_repr(text.as_bytes()), expected.as_bytes());
        }
        assert_eq!(str_repr(b"\xED\xA0\x80"), b"'\\ud800'");
        assert_eq!(
            ascii_from_repr("'é€😀'".as_bytes()),
            b"'\\xe9\\u20ac\\U0001f600'"
        );
    }

    #[test]
    fn byte_strings() {
        assert_eq!(bytes_repr(b"a'\xff\n\x00"), b"b\"a'\\xff\\n\\x00\"");
        assert_eq!(bytes_repr(b"'\""), b"b'\\'\"'");
    }
}
