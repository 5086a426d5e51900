//! What one element of a text sequence is, so that `str` and `bytes` share their algorithms.

use super::wtf8;

/// The element of a sequence: a byte of `bytes`, a code point of `str`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Byte,
    CodePoint,
}

impl Unit {
    /// `len(text)`.
    #[inline]
    pub fn count(self, text: &[u8]) -> usize {
        match self {
            Unit::Byte => text.len(),
            Unit::CodePoint => wtf8::count(text),
        }
    }

    /// Byte offset of element `index`; `None` beyond the end.
    #[inline]
    pub fn offset_of(self, text: &[u8], index: usize) -> Option<usize> {
        match self {
            Unit::Byte => (index <= text.len()).then_some(index),
            Unit::CodePoint => wtf8::offset_of(text, index),
        }
    }

    /// Element index of a byte offset.
    #[inline]
    pub fn index_of(self, text: &[u8], offset: usize) -> usize {
        match self {
            Unit::Byte => offset,
            Unit::CodePoint => wtf8::index_of(text, offset),
        }
    }

    /// The element at byte offset `at` and its length in bytes.
    #[inline]
    pub fn decode_at(self, text: &[u8], at: usize) -> Option<(u32, usize)> {
        match self {
            Unit::Byte => text.get(at).map(|&byte| (u32::from(byte), 1)),
            Unit::CodePoint => wtf8::decode_at(text, at),
        }
    }

    /// The element that ends at byte offset `end` and where it starts.
    #[inline]
    pub fn decode_before(self, text: &[u8], end: usize) -> Option<(u32, usize)> {
        match self {
            Unit::Byte => end.checked_sub(1).map(|at| (u32::from(text[at]), at)),
            Unit::CodePoint => wtf8::decode_before(text, end),
        }
    }
}
