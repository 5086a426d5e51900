//! Padding: `center`, `ljust`, `rjust`, `zfill`, `expandtabs`, and repetition, shared by `str` and `bytes`.
//!
//! Widths come from the program and may be absurd, so room is reserved fallibly and too much is a MemoryError.

use super::error::FormatError;
use super::unit::Unit;

/// Where the text stands in its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Center,
}

/// Text with fill on both sides, counted in elements.
fn pad(text: &[u8], left: usize, right: usize, fill: &[u8]) -> Result<Vec<u8>, FormatError> {
    let total = left
        .checked_add(right)
        .and_then(|count| count.checked_mul(fill.len()));
    let total = total
        .and_then(|bytes| bytes.checked_add(text.len()))
        .ok_or_else(FormatError::memory)?;
    let mut out = Vec::new();
    out.try_reserve_exact(total)
        .map_err(|_| FormatError::memory())?;
    push_fill(&mut out, fill, left);
    out.extend_from_slice(text);
    push_fill(&mut out, fill, right);
    Ok(out)
}

fn push_fill(out: &mut Vec<u8>, fill: &[u8], count: usize) {
    match fill {
        [byte] => out.resize(out.len() + count, *byte),
        _ => (0..count).for_each(|_| out.extend_from_slice(fill)),
    }
}

/// `ljust`, `rjust`, `center`; `fill` is one encoded element. `None` when the text is wide enough already.
pub fn justify(
    unit: Unit,
    text: &[u8],
    width: i64,
    fill: &[u8],
    align: Align,
) -> Result<Option<Vec<u8>>, FormatError> {
    let width = usize::try_from(width).unwrap_or(0);
    let missing = width.saturating_sub(unit.count(text));
    if missing == 0 {
        return Ok(None);
    }
    let left = match align {
        Align::Left => 0,
        Align::Right => missing,
        // The odd space goes left only when the width is odd as well.
        Align::Center => missing / 2 + (missing & width & 1),
    };
    pad(text, left, missing - left, fill).map(Some)
}

/// `zfill`: zeros after a leading sign. `None` when the text is wide enough already.
pub fn zfill(unit: Unit, text: &[u8], width: i64) -> Result<Option<Vec<u8>>, FormatError> {
    let mut padded = justify(unit, text, width, b"0", Align::Right)?;
    if let (Some(out), Some(sign @ (b'+' | b'-'))) = (&mut padded, text.first()) {
        let at = out.len() - text.len();
        out[at] = b'0';
        out[0] = *sign;
    }
    Ok(padded)
}

/// `expandtabs`: columns restart after a line feed or carriage return.
pub fn expand_tabs(unit: Unit, text: &[u8], tab_size: i64) -> Result<Vec<u8>, FormatError> {
    let tab_size = usize::try_from(tab_size).unwrap_or(0);
    let mut out = Vec::with_capacity(text.len());
    let mut column = 0;
    for segment in text.split_inclusive(|byte| matches!(byte, b'\t' | b'\n' | b'\r')) {
        match segment.split_last() {
            Some((b'\t', before)) => {
                out.extend_from_slice(before);
                column += unit.count(before);
                if tab_size > 0 {
                    let spaces = tab_size - column % tab_size;
                    column = column.checked_add(spaces).ok_or_else(FormatError::memory)?;
                    out.try_reserve(spaces).map_err(|_| FormatError::memory())?;
                    out.resize(out.len() + spaces, b' ');
                }
            }
            _ => {
                out.extend_from_slice(segment);
                column = 0;
            }
        }
    }
    Ok(out)
}

/// `text * times`.
pub fn repeat(text: &[u8], times: usize) -> Result<Vec<u8>, FormatError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    pad(b"", times, 0, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let shown = |width, align| {
            let padded = justify(
                Unit::CodePoint,
                "éa".as_bytes(),
                width,
                "ñ".as_bytes(),
                align,
            )
            .unwrap();
            padded.map(|text| String::from_utf8(text).unwrap())
        };
        assert_eq!(shown(5, Align::Center).as_deref(), Some("ññéañ"));
        assert_eq!(shown(4, Align::Left).as_deref(), Some("éaññ"));
        assert_eq!(shown(3, Align::Right).as_deref(), Some("ñéa"));
        assert_eq!(shown(-7, Align::Right), None);
        assert_eq!(
            justify(Unit::Byte, b"abc", 6, b".", Align::Center),
            Ok(Some(b".abc..".to_vec()))
        );
        assert!(justify(Unit::Byte, b"a", i64::MAX, b".", Align::Left).is_err());
        assert_eq!(
            zfill(Unit::CodePoint, b"-42", 6),
            Ok(Some(b"-00042".to_vec()))
        );
        assert_eq!(zfill(Unit::CodePoint, b"42", 4), Ok(Some(b"0042".to_vec())));
        assert_eq!(zfill(Unit::CodePoint, b"+", 3), Ok(Some(b"+00".to_vec())));
        assert_eq!(zfill(Unit::CodePoint, b"abc", 2), Ok(None));
    }

    #[test]
    fn tabs_and_repetition() {
        assert_eq!(
            expand_tabs(Unit::CodePoint, "é\tb\n\tc\t".as_bytes(), 4),
            Ok("é   b\n    c   ".as_bytes().to_vec())
        );
        assert_eq!(expand_tabs(Unit::Byte, b"a\tb", 0), Ok(b"ab".to_vec()));
        assert!(expand_tabs(Unit::Byte, b"\t", i64::MAX).is_err());
        assert_eq!(repeat(b"ab", 3), Ok(b"ababab".to_vec()));
        assert_eq!(repeat(b"", usize::MAX), Ok(vec![]));
        assert!(repeat(b"ab", usize::MAX).is_err());
    }
}
