//! Generalized UTF-8: stepping, counting, encoding and checking code points.
//!
//! Rust's `str` cannot hold lone surrogates, Python's `str` can, so text is `&[u8]` and these functions replace
//! `char` iteration. The encoding is self-synchronising: a byte search for well-formed text inside well-formed text
//! only matches at code point boundaries, which is why `search` works on plain bytes.
//!
//! Limits: decoding trusts the lead byte; on malformed input it returns some number and never leaves the slice.

use std::borrow::Cow;

/// Largest code point.
pub const MAX: u32 = 0x10_FFFF;

/// Whether `cp` is a surrogate (U+D800..=U+DFFF).
#[inline]
pub const fn is_surrogate(cp: u32) -> bool {
    cp & !0x7FF == 0xD800
}

/// Whether `byte` continues a code point rather than starting one.
#[inline]
pub const fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Number of bytes of the encoding of `cp`.
#[inline]
pub const fn encoded_len(cp: u32) -> usize {
    match cp {
        0..=0x7F => 1,
        0x80..=0x7FF => 2,
        0x800..=0xFFFF => 3,
        _ => 4,
    }
}

/// Number of bytes of the code point that starts with `lead`.
#[inline]
pub const fn len_from_lead(lead: u8) -> usize {
    match lead {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// Encodes `cp` and returns the bytes and how many of them count.
#[inline]
pub const fn encode(cp: u32) -> ([u8; 4], usize) {
    const fn tail(bits: u32) -> u8 {
        0x80 | (bits & 0x3F) as u8
    }
    match cp {
        0..=0x7F => ([cp as u8, 0, 0, 0], 1),
        0x80..=0x7FF => ([0xC0 | (cp >> 6) as u8, tail(cp), 0, 0], 2),
        0x800..=0xFFFF => ([0xE0 | (cp >> 12) as u8, tail(cp >> 6), tail(cp), 0], 3),
        _ => (
            [
                0xF0 | (cp >> 18) as u8,
                tail(cp >> 12),
                tail(cp >> 6),
                tail(cp),
            ],
            4,
        ),
    }
}

/// Appends the encoding of `cp`.
#[inline]
pub fn push(out: &mut Vec<u8>, cp: u32) {
    if cp < 0x80 {
        out.push(cp as u8);
    } else {
        let (bytes, len) = encode(cp);
        out.extend_from_slice(&bytes[..len]);
    }
}

/// The text of one code point.
pub fn from_code_point(cp: u32) -> Vec<u8> {
    let (bytes, len) = encode(cp);
    bytes[..len].to_vec()
}

/// Text from code points.
pub fn from_code_points(code_points: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let mut out = Vec::new();
    code_points.into_iter().for_each(|cp| push(&mut out, cp));
    out
}

/// The code point that starts at `at` and its length in bytes; `None` at the end.
#[inline]
pub fn decode_at(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let lead = *text.get(at)?;
    if lead < 0x80 {
        return Some((u32::from(lead), 1));
    }
    Some(decode_multibyte(&text[at..], lead))
}

fn decode_multibyte(text: &[u8], lead: u8) -> (u32, usize) {
    let len = len_from_lead(lead).min(text.len());
    let mut cp = match len_from_lead(lead) {
        1 => u32::from(lead),
        2 => u32::from(lead & 0x1F),
        3 => u32::from(lead & 0x0F),
        _ => u32::from(lead & 0x07),
    };
    for &byte in &text[1..len] {
        cp = cp << 6 | u32::from(byte & 0x3F);
    }
    (cp, len)
}

/// The code point that ends just before `end` and the offset where it starts; `None` at the start of the text.
#[inline]
pub fn decode_before(text: &[u8], end: usize) -> Option<(u32, usize)> {
    let start = previous_boundary(text, end)?;
    decode_at(text, start).map(|(cp, _)| (cp, start))
}

/// The start of the code point that ends at `end`.
#[inline]
pub fn previous_boundary(text: &[u8], end: usize) -> Option<usize> {
    let mut start = end.checked_sub(1)?;
    while start > 0 && end - start < 4 && is_continuation(text[start]) {
        start -= 1;
    }
    Some(start)
}

/// Whether all bytes are ASCII.
#[inline]
pub fn is_ascii(text: &[u8]) -> bool {
    text.is_ascii()
}

/// Eight bytes at a time: the number of continuation bytes in a word.
#[inline]
fn continuations_in(word: u64) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let marks = (word >> 7) & !(word >> 6) & LOW;
    marks.wrapping_mul(LOW) >> 56
}

/// The number of code points: `len(str)`.
pub fn count(text: &[u8]) -> usize {
    let mut words = text.chunks_exact(8);
    let mut continuations = 0;
    for word in &mut words {
        // The chunk has eight bytes by construction.
        let word: [u8; 8] = word.try_into().unwrap_or_default();
        continuations += continuations_in(u64::from_le_bytes(word)) as usize;
    }
    continuations += words
        .remainder()
        .iter()
        .filter(|&&byte| is_continuation(byte))
        .count();
    text.len() - continuations
}

/// The byte offset of code point number `index`; `index == count(text)` gives the length, more gives `None`.
pub fn offset_of(text: &[u8], index: usize) -> Option<usize> {
    let mut left = index;
    let mut at = 0;
    while left >= 8 && text.len() - at >= 8 {
        let word: [u8; 8] = text[at..at + 8].try_into().unwrap_or_default();
        left -= 8 - continuations_in(u64::from_le_bytes(word)) as usize;
        at += 8;
    }
    // The words may have ended inside a code point that was already counted by its lead byte.
    while at < text.len() && is_continuation(text[at]) {
        at += 1;
    }
    while left > 0 {
        at += len_from_lead(*text.get(at)?);
        left -= 1;
    }
    (at <= text.len()).then_some(at)
}

/// The byte offset of the code point `back` places before the end; `None` when the text is shorter.
pub fn offset_from_end(text: &[u8], back: usize) -> Option<usize> {
    let mut at = text.len();
    for _ in 0..back {
        at = previous_boundary(text, at)?;
    }
    Some(at)
}

/// The code point index of byte offset `offset` (which must be a boundary).
#[inline]
pub fn index_of(text: &[u8], offset: usize) -> usize {
    count(&text[..offset.min(text.len())])
}

/// Code points `start..stop` as a subslice; indices past the end mean the end.
pub fn slice(text: &[u8], start: usize, stop: usize) -> &[u8] {
    let Some(from) = offset_of(text, start) else {
        return &[];
    };
    let rest = &text[from..];
    let length = offset_of(rest, stop.saturating_sub(start)).unwrap_or(rest.len());
    &rest[..length]
}

/// Code point number `index`.
pub fn code_point_at(text: &[u8], index: usize) -> Option<u32> {
    decode_at(text, offset_of(text, index)?).map(|(cp, _)| cp)
}

/// The only code point of a one-character text.
pub fn single(text: &[u8]) -> Option<u32> {
    match decode_at(text, 0) {
        Some((cp, len)) if len == text.len() => Some(cp),
        _ => None,
    }
}

/// The largest code point, 0 for empty text.
pub fn max_code_point(text: &[u8]) -> u32 {
    if is_ascii(text) {
        return text.iter().copied().max().map_or(0, u32::from);
    }
    code_points(text).max().unwrap_or(0)
}

/// Whether the text holds a surrogate.
pub fn has_surrogates(text: &[u8]) -> bool {
    // Lead byte 0xED also starts U+D000..U+D7FF; the next byte decides.
    memchr::memchr_iter(0xED, text).any(|at| text.get(at + 1).is_some_and(|&next| next >= 0xA0))
}

/// The text as `str`, unless it holds surrogates.
#[inline]
pub fn as_str(text: &[u8]) -> Option<&str> {
    std::str::from_utf8(text).ok()
}

/// The text as `str` with each surrogate replaced by U+FFFD, for messages that must be Rust strings.
pub fn to_str_lossy(text: &[u8]) -> Cow<'_, str> {
    match as_str(text) {
        Some(valid) => Cow::Borrowed(valid),
        None => code_points(text)
            .map(|cp| char::from_u32(cp).unwrap_or('\u{FFFD}'))
            .collect(),
    }
}

/// Whether `bytes` is well-formed generalized UTF-8: shortest forms only, at most U+10FFFF, surrogates allowed.
pub fn validate(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        let Err(error) = std::str::from_utf8(rest) else {
            return true;
        };
        rest = &rest[error.valid_up_to()..];
        match rest {
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => rest = &rest[3..],
            _ => return false,
        }
    }
}

/// Iterates over code points from either end.
#[inline]
pub fn code_points(text: &[u8]) -> CodePoints<'_> {
    CodePoints {
        indices: code_point_indices(text),
    }
}

/// Iterates over `(byte offset, code point)` from either end.
#[inline]
pub fn code_point_indices(text: &[u8]) -> CodePointIndices<'_> {
    CodePointIndices {
        text,
        front: 0,
        back: text.len(),
    }
}

/// See [`code_point_indices`].
#[derive(Clone, Debug)]
pub struct CodePointIndices<'a> {
    text: &'a [u8],
    front: usize,
    back: usize,
}

impl CodePointIndices<'_> {
    /// Byte offset of the next code point from the front.
    pub fn offset(&self) -> usize {
        self.front
    }
}

impl Iterator for CodePointIndices<'_> {
    type Item = (usize, u32);

    #[inline]
    fn next(&mut self) -> Option<(usize, u32)> {
        let at = self.front;
        let (cp, len) = decode_at(&self.text[..self.back], at)?;
        self.front = at + len;
        Some((at, cp))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let bytes = self.back - self.front;
        (bytes.div_ceil(4), Some(bytes))
    }
}

impl DoubleEndedIterator for CodePointIndices<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<(usize, u32)> {
        if self.front >= self.back {
            return None;
        }
        let (cp, start) = decode_before(self.text, self.back)?;
        self.back = start.max(self.front);
        Some((self.back, cp))
    }
}

/// See [`code_points`].
#[derive(Clone, Debug)]
pub struct CodePoints<'a> {
    indices: CodePointIndices<'a>,
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        self.indices.next().map(|(_, cp)| cp)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

impl DoubleEndedIterator for CodePoints<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u32> {
        self.indices.next_back().map(|(_, cp)| cp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: [u32; 12] = [
        0, 0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDFFF, 0xFFFF, 0x1_0000, MAX,
    ];

    #[test]
    fn encodes_and_steps_both_ways() {
        let text = from_code_points(SAMPLES);
        assert!(validate(&text));
        assert_eq!(code_points(&text).collect::<Vec<_>>(), SAMPLES);
        assert!(code_points(&text).rev().eq(SAMPLES.iter().rev().copied()));
        assert_eq!(count(&text), SAMPLES.len());
        assert!(has_surrogates(&text) && as_str(&text).is_none());
    }

    #[test]
    fn offsets_agree_with_a_walk() {
        let text = from_code_points(SAMPLES.iter().cycle().take(200).copied());
        for (index, (offset, cp)) in code_point_indices(&text).enumerate() {
            assert_eq!(offset_of(&text, index), Some(offset));
            assert_eq!(index_of(&text, offset), index);
            assert_eq!(code_point_at(&text, index), Some(cp));
        }
        assert_eq!(offset_of(&text, 200), Some(text.len()));
        assert_eq!(offset_of(&text, 201), None);
        assert_eq!(count(slice(&text, 3, 90)), 87);
    }

    #[test]
    fn surrogate_pairs_stay_apart() {
        let text = from_code_points([0xD83D, 0xDE00]);
        assert_eq!(count(&text), 2);
        assert!(validate(&text));
        assert!(!validate(b"\xC0\x80") && !validate(b"\xF4\x90\x80\x80") && !validate(b"\xE2\x82"));
        assert!(validate("\u{D000}é".as_bytes()) && !has_surrogates("\u{D000}é".as_bytes()));
    }
}
