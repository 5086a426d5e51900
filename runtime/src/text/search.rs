//! Finding, counting, replacing, splitting and stripping, shared by `str` and `bytes`.
//!
//! Both are byte slices and the encoding of text is self-synchronising, so one byte search serves both; [`Unit`]
//! matters only where a single element counts: empty needles, white space, sets of characters. Offsets in and out
//! are byte offsets; the callers translate indices.

use memchr::memmem;

use super::error::FormatError;
use super::unit::Unit;
use super::{unicode, wtf8};

/// Which end an operation works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
    Both,
}

/// Clamps Python's `start` and `stop` arguments to a sequence of `len` elements; `None` when no match is possible,
/// not even of an empty needle.
pub fn clamp_range(len: usize, start: i64, stop: i64) -> Option<(usize, usize)> {
    let clamp = |index: i64| match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => len.saturating_sub(index.unsigned_abs() as usize),
    };
    let (start, stop) = (clamp(start), clamp(stop).min(len));
    (start <= stop).then_some((start, stop))
}

/// Offset of the first match.
#[inline]
pub fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => memchr::memchr(*byte, text),
        [first, rest @ ..] if text.len() <= SHORT => find_short(text, *first, rest),
        _ => memmem::find(text, needle),
    }
}

/// The first match in a text so short that preparing a searcher would cost more than it saves.
fn find_short(text: &[u8], first: u8, rest: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(first, &text[from..])?;
        if text[at + 1..].starts_with(rest) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Offset of the last match.
#[inline]
pub fn rfind(text: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => memchr::memrchr(*byte, text),
        _ => memmem::rfind(text, needle),
    }
}

/// Whether `needle in text`.
#[inline]
pub fn contains(text: &[u8], needle: &[u8]) -> bool {
    find(text, needle).is_some()
}

/// Number of matches that do not overlap; an empty needle matches around every element.
pub fn count(unit: Unit, text: &[u8], needle: &[u8]) -> usize {
    match needle {
        [] => unit.count(text) + 1,
        [byte] => memchr::memchr_iter(*byte, text).count(),
        _ => matches(text, needle).count(),
    }
}

/// Texts up to this length are searched match by match: a prepared searcher would cost more than it saves.
const SHORT: usize = 256;

/// Offsets of the matches of a non-empty needle that do not overlap.
fn matches<'a>(text: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut prepared = (text.len() > SHORT).then(|| memmem::find_iter(text, needle));
    let mut from = 0;
    std::iter::from_fn(move || {
        if let Some(prepared) = &mut prepared {
            return prepared.next();
        }
        let at = from + find(&text[from..], needle)?;
        from = at + needle.len();
        Some(at)
    })
}

/// `text.replace(old, new, max)`; `None` when nothing changes.
pub fn replace(
    unit: Unit,
    text: &[u8],
    old: &[u8],
    new: &[u8],
    max: Option<usize>,
) -> Result<Option<Vec<u8>>, FormatError> {
    let max = max.unwrap_or(usize::MAX);
    if max == 0 || old == new || old.len() > text.len() {
        return Ok(None);
    }
    if old.is_empty() {
        return interleave(unit, text, new, max).map(Some);
    }
    if let ([old], [new]) = (old, new) {
        return Ok(replace_byte(text, *old, *new, max));
    }
    let count = if text.len() <= SHORT && new.len() <= old.len() {
        usize::from(find(text, old).is_some())
    } else {
        matches(text, old).take(max).count()
    };
    if count == 0 {
        return Ok(None);
    }
    let mut out = reserve(text.len() - count * old.len(), count, new.len())?;
    let mut copied = 0;
    for at in matches(text, old).take(max) {
        out.extend_from_slice(&text[copied..at]);
        out.extend_from_slice(new);
        copied = at + old.len();
    }
    out.extend_from_slice(&text[copied..]);
    Ok(Some(out))
}

/// Room for `base` bytes and `times` copies of `each` bytes.
fn reserve(base: usize, times: usize, each: usize) -> Result<Vec<u8>, FormatError> {
    let total = times
        .checked_mul(each)
        .and_then(|copies| copies.checked_add(base));
    let mut out = Vec::new();
    match total {
        Some(total) if out.try_reserve_exact(total).is_ok() => Ok(out),
        _ => Err(FormatError::memory()),
    }
}

fn replace_byte(text: &[u8], old: u8, new: u8, max: usize) -> Option<Vec<u8>> {
    let mut matches = memchr::memchr_iter(old, text).take(max).peekable();
    matches.peek()?;
    let mut out = text.to_vec();
    matches.for_each(|at| out[at] = new);
    Some(out)
}

/// `new` before each element and at the end, at most `max` times.
fn interleave(unit: Unit, text: &[u8], new: &[u8], max: usize) -> Result<Vec<u8>, FormatError> {
    let times = (unit.count(text) + 1).min(max);
    let mut out = reserve(text.len(), times, new.len())?;
    let mut at = 0;
    for _ in 0..times {
        out.extend_from_slice(new);
        if let Some((_, len)) = unit.decode_at(text, at) {
            out.extend_from_slice(&text[at..at + len]);
            at += len;
        }
    }
    out.extend_from_slice(&text[at..]);
    Ok(out)
}

/// `text.split(sep, max)` for a non-empty separator (the caller raises "empty separator").
pub fn split<'a>(text: &'a [u8], sep: &[u8], max: Option<usize>) -> Vec<&'a [u8]> {
    let max = max.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut start = 0;
    let mut cut = |at: usize| {
        parts.push(&text[start..at]);
        start = at + sep.len();
    };
    match sep {
        [byte] => memchr::memchr_iter(*byte, text)
            .take(max)
            .for_each(&mut cut),
        [] => {}
        _ => matches(text, sep).take(max).for_each(&mut cut),
    }
    parts.push(&text[start..]);
    parts
}

/// `text.rsplit(sep, max)` for a non-empty separator.
pub fn rsplit<'a>(text: &'a [u8], sep: &[u8], max: Option<usize>) -> Vec<&'a [u8]> {
    let mut left = max.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut end = text.len();
    while left > 0
        && !sep.is_empty()
        && let Some(at) = rfind(&text[..end], sep)
    {
        parts.push(&text[at + sep.len()..end]);
        end = at;
        left -= 1;
    }
    parts.push(&text[..end]);
    parts.reverse();
    parts
}

/// White space in ASCII: `str` also knows the information separators.
const fn ascii_space(unit: Unit, byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
        || matches!(unit, Unit::CodePoint) && matches!(byte, 0x1C..=0x1F)
}

/// Length of the white space element at `at`, 0 if there is none. May be asked at any byte of a non-space element.
#[inline]
fn space_at(unit: Unit, text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(&byte) if byte < 0x80 => usize::from(ascii_space(unit, byte)),
        // The lead bytes of white space beyond ASCII.
        Some(0xC2 | 0xE1..=0xE3) if unit == Unit::CodePoint => wtf8::decode_at(text, at)
            .filter(|&(cp, _)| unicode::is_space(cp))
            .map_or(0, |(_, len)| len),
        _ => 0,
    }
}

/// Length of the white space element that ends at `end`, 0 if there is none.
#[inline]
fn space_before(unit: Unit, text: &[u8], end: usize) -> usize {
    match end.checked_sub(1).map(|at| text[at]) {
        Some(byte) if byte < 0x80 => usize::from(ascii_space(unit, byte)),
        Some(0x80..=0xBF) if unit == Unit::CodePoint => wtf8::decode_before(text, end)
            .filter(|&(cp, _)| unicode::is_space(cp))
            .map_or(0, |(_, start)| end - start),
        _ => 0,
    }
}

fn skip_space(unit: Unit, text: &[u8], mut at: usize) -> usize {
    loop {
        match space_at(unit, text, at) {
            0 => return at,
            len => at += len,
        }
    }
}

fn skip_space_back(unit: Unit, text: &[u8], mut end: usize) -> usize {
    loop {
        match space_before(unit, text, end) {
            0 => return end,
            len => end -= len,
        }
    }
}

/// `text.split(None, max)`.
pub fn split_space(unit: Unit, text: &[u8], max: Option<usize>) -> Vec<&[u8]> {
    let max = max.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut start = skip_space(unit, text, 0);
    while start < text.len() {
        if parts.len() >= max {
            parts.push(&text[start..]);
            break;
        }
        let mut end = start + 1;
        while end < text.len() && space_at(unit, text, end) == 0 {
            end += 1;
        }
        parts.push(&text[start..end]);
        start = skip_space(unit, text, end);
    }
    parts
}

/// `text.rsplit(None, max)`.
pub fn rsplit_space(unit: Unit, text: &[u8], max: Option<usize>) -> Vec<&[u8]> {
    let max = max.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut end = skip_space_back(unit, text, text.len());
    while end > 0 {
        if parts.len() >= max {
            parts.push(&text[..end]);
            break;
        }
        let mut start = end - 1;
        while start > 0 && space_before(unit, text, start) == 0 {
            start -= 1;
        }
        parts.push(&text[start..end]);
        end = skip_space_back(unit, text, start);
    }
    parts.reverse();
    parts
}

/// Length of the line break at `at`, 0 if there is none.
#[inline]
fn line_break_at(unit: Unit, text: &[u8], at: usize) -> usize {
    match (text[at], unit) {
        (b'\r', _) => 1 + usize::from(text.get(at + 1) == Some(&b'\n')),
        (b'\n', _) => 1,
        (0x0B | 0x0C | 0x1C..=0x1E, Unit::CodePoint) => 1,
        (0xC2, Unit::CodePoint) if text.get(at + 1) == Some(&0x85) => 2,
        (0xE2, Unit::CodePoint)
            if matches!(text.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) =>
        {
            3
        }
        _ => 0,
    }
}

/// `text.splitlines(keepends)`.
pub fn split_lines(unit: Unit, text: &[u8], keep_ends: bool) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        let len = line_break_at(unit, text, at);
        if len == 0 {
            at += 1;
            continue;
        }
        lines.push(&text[start..if keep_ends { at + len } else { at }]);
        at += len;
        start = at;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// What stands before and after the first match of a non-empty separator.
pub fn partition<'a>(text: &'a [u8], sep: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    find(text, sep).map(|at| (&text[..at], &text[at + sep.len()..]))
}

/// What stands before and after the last match of a non-empty separator.
pub fn rpartition<'a>(text: &'a [u8], sep: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    rfind(text, sep).map(|at| (&text[..at], &text[at + sep.len()..]))
}

/// `strip()`, `lstrip()`, `rstrip()`.
pub fn strip_space(unit: Unit, text: &[u8], side: Side) -> &[u8] {
    let start = if side == Side::Right {
        0
    } else {
        skip_space(unit, text, 0)
    };
    let text = &text[start..];
    let end = if side == Side::Left {
        text.len()
    } else {
        skip_space_back(unit, text, text.len())
    };
    &text[..end]
}

/// A set of elements: bits for the first 256, a list for the rest.
struct ElementSet {
    low: [u64; 4],
    high: Vec<u32>,
}

impl ElementSet {
    fn new(unit: Unit, elements: &[u8]) -> ElementSet {
        let mut set = ElementSet {
            low: [0; 4],
            high: Vec::new(),
        };
        let mut at = 0;
        while let Some((cp, len)) = unit.decode_at(elements, at) {
            match set.low.get_mut(cp as usize / 64) {
                Some(word) => *word |= 1 << (cp % 64),
                None => set.high.push(cp),
            }
            at += len;
        }
        set
    }

    fn contains(&self, cp: u32) -> bool {
        match self.low.get(cp as usize / 64) {
            Some(word) => word >> (cp % 64) & 1 == 1,
            None => self.high.contains(&cp),
        }
    }
}

/// `strip(elements)` and its one-sided forms.
pub fn strip_elements<'a>(unit: Unit, text: &'a [u8], elements: &[u8], side: Side) -> &'a [u8] {
    let set = ElementSet::new(unit, elements);
    let (mut start, mut end) = (0, text.len());
    while side != Side::Right
        && let Some((cp, len)) = unit.decode_at(&text[..end], start)
        && set.contains(cp)
    {
        start += len;
    }
    while side != Side::Left
        && end > start
        && let Some((cp, before)) = unit.decode_before(text, end)
        && set.contains(cp)
    {
        end = before;
    }
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use Unit::{Byte, CodePoint};

    fn words(parts: Vec<&[u8]>) -> Vec<&str> {
        parts
            .into_iter()
            .map(|part| std::str::from_utf8(part).unwrap())
            .collect()
    }

    #[test]
    fn finding() {
        assert_eq!(
            (
                find(b"abcabc", b"bc"),
                rfind(b"abcabc", b"bc"),
                find(b"a", b"bb")
            ),
            (Some(1), Some(4), None)
        );
        assert_eq!((find(b"abc", b""), rfind(b"abc", b"")), (Some(0), Some(3)));
        assert_eq!(count(CodePoint, "héé".as_bytes(), b""), 4);
        assert_eq!(count(Byte, b"aaaa", b"aa"), 2);
        assert_eq!(clamp_range(5, -3, i64::MAX), Some((2, 5)));
        assert_eq!(
            (
                clamp_range(3, 3, 9),
                clamp_range(3, 4, 9),
                clamp_range(3, -9, -1)
            ),
            (Some((3, 3)), None, Some((0, 2)))
        );
    }

    #[test]
    fn replacing() {
        let text = |old: &str, new: &str, max| {
            let changed = replace(
                CodePoint,
                "añb añb".as_bytes(),
                old.as_bytes(),
                new.as_bytes(),
                max,
            )
            .unwrap();
            changed.map(|text| String::from_utf8(text).unwrap())
        };
        assert_eq!(text("ñ", "n", None).as_deref(), Some("anb anb"));
        assert_eq!(text("a", "x", Some(1)).as_deref(), Some("xñb añb"));
        assert_eq!(text("b", "", None).as_deref(), Some("añ añ"));
        assert_eq!(text("", "-", None).as_deref(), Some("-a-ñ-b- -a-ñ-b-"));
        assert_eq!(text("", "-", Some(2)).as_deref(), Some("-a-ñb añb"));
        assert_eq!(text("z", "-", None), None);
        assert_eq!(
            replace(Byte, b"", b"", b"x", Some(5)),
            Ok(Some(b"x".to_vec()))
        );
        assert!(
            replace(Byte, &[b'a'; 100], b"a", &[0; 10], Some(0))
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn splitting() {
        assert_eq!(words(split(b"a,b,,c", b",", None)), ["a", "b", "", "c"]);
        assert_eq!(words(split(b"a,b,,c", b",", Some(1))), ["a", "b,,c"]);
        assert_eq!(words(rsplit(b"a--b--c", b"--", Some(1))), ["a--b", "c"]);
        assert_eq!(words(rsplit(b"a--b--c", b"--", None)), ["a", "b", "c"]);
        let text = " \u{2003}añ  b\u{85}c\x1c ".as_bytes();
        assert_eq!(words(split_space(CodePoint, text, None)), ["añ", "b", "c"]);
        assert_eq!(
            words(split_space(CodePoint, text, Some(1))),
            ["añ", "b\u{85}c\x1c "]
        );
        assert_eq!(
            words(rsplit_space(CodePoint, text, Some(1))),
            [" \u{2003}añ  b", "c"]
        );
        assert_eq!(words(rsplit_space(CodePoint, text, None)), ["añ", "b", "c"]);
        assert_eq!(
            words(split_space(Byte, b" a\x1cb c ", None)),
            ["a\x1cb", "c"]
        );
        assert!(split_space(CodePoint, b"  ", None).is_empty());
        assert_eq!(words(split_space(CodePoint, b" a b ", Some(0))), ["a b "]);
        assert_eq!(words(rsplit_space(CodePoint, b" a b ", Some(0))), [" a b"]);
    }

    #[test]
    fn lines() {
        let text = "a\r\nb\rc\n\nd\u{2028}e\u{85}\x0bf".as_bytes();
        assert_eq!(
            words(split_lines(CodePoint, text, false)),
            ["a", "b", "c", "", "d", "e", "", "f"]
        );
        assert_eq!(
            words(split_lines(CodePoint, b"a\r\nb\n", true)),
            ["a\r\n", "b\n"]
        );
        assert_eq!(split_lines(Byte, b"a\x0bb\nc", false).len(), 2);
    }

    #[test]
    fn partitions_and_strips() {
        assert_eq!(
            partition(b"a=b=c", b"="),
            Some((b"a".as_slice(), b"b=c".as_slice()))
        );
        assert_eq!(
            rpartition(b"a=b=c", b"="),
            Some((b"a=b".as_slice(), b"c".as_slice()))
        );
        assert_eq!(
            strip_space(CodePoint, "\u{3000} x\u{A0}".as_bytes(), Side::Both),
            b"x"
        );
        assert_eq!(strip_space(CodePoint, b" x ", Side::Left), b"x ");
        assert_eq!(strip_space(Byte, b" x\x1c ", Side::Right), b" x\x1c");
        assert_eq!(
            strip_elements(
                CodePoint,
                "ññaxña€".as_bytes(),
                "añ€".as_bytes(),
                Side::Both
            ),
            b"x"
        );
        assert_eq!(strip_elements(Byte, b"aaxa", b"a", Side::Right), b"aax");
        assert_eq!(strip_elements(CodePoint, b"aaa", b"a", Side::Both), b"");
    }
}
