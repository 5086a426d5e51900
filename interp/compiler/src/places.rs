//! Places of a tree that was not parsed.
//!
//! Ranges of the parser's tree are offsets into one text. A tree built by a program has lines and columns but no text, so its ranges are
//! numbers of entries in a table: offsets from [`BASE`] on, [`STRIDE`] apart, so that code which steps over a quote or a brace stays within
//! its node. Entries are made in the order of the source, which keeps `start <= end` for every range that the compiler derives. Literals that
//! the compiler reads from the text (large integers, strings with lone surrogates) have it here, under their start.

use rustpython_text_size::TextSize;
use std::collections::HashMap;

/// The first offset; no text is as long.
const BASE: u32 = 1 << 31;
/// From one entry to the next.
const STRIDE: u32 = 4;

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Places {
    entries: Vec<(u32, u32)>,
    texts: HashMap<u32, String>,
}

impl Places {
    /// The offset that stands for a new place; `None` if the tree is too large.
    pub fn add(&mut self, line: u32, column: u32) -> Option<TextSize> {
        let n = u32::try_from(self.entries.len()).ok()?;
        let offset = n.checked_mul(STRIDE)?.checked_add(BASE)?;
        self.entries.push((line, column));
        Some(offset.into())
    }
    /// The place of an earlier offset once more.
    pub fn copy(&mut self, offset: TextSize) -> Option<TextSize> {
        let (line, column) = self.get(offset.to_usize())?;
        self.add(line, column)
    }
    /// Gives the literal that starts here its text.
    pub fn set_text(&mut self, start: TextSize, text: String) {
        self.texts.insert(start.to_u32(), text);
    }
    fn entry_offset(offset: usize) -> Option<u32> {
        let n = u32::try_from(offset).ok()?.checked_sub(BASE)? / STRIDE;
        Some(n * STRIDE + BASE)
    }
    /// Line and column of an offset.
    pub(crate) fn get(&self, offset: usize) -> Option<(u32, u32)> {
        let n = Places::entry_offset(offset)? - BASE;
        self.entries.get((n / STRIDE) as usize).copied()
    }
    /// Text of the literal that starts here.
    pub(crate) fn text(&self, offset: usize) -> Option<&str> {
        let offset = Places::entry_offset(offset)?;
        self.texts.get(&offset).map(String::as_str)
    }
    /// The offset of the entry after this one.
    pub(crate) fn after(offset: usize) -> usize {
        offset + STRIDE as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_around_an_entry_are_its_own() {
        let mut places = Places::default();
        let first = places.add(3, 7).unwrap().to_usize();
        let second = places.add(4, 0).unwrap();
        places.set_text(second, "12".to_owned());
        assert_eq!(places.get(first + 1), Some((3, 7)));
        assert_eq!(places.get(second.to_usize()), Some((4, 0)));
        assert_eq!(places.text(second.to_usize() + 1), Some("12"));
        assert_eq!(Places::after(first), second.to_usize());
        assert_eq!((places.text(first), places.get(0)), (None, None));
        assert_eq!(places.get(first + 8), None);
    }
}
