//! `ByteView`: the bytes of a bytes-like argument, without a copy where nothing can change them.
//!
//! `bytes` objects are immutable, so their contents are borrowed as they are; everything else is copied, because Python
//! code that runs later could change or resize it.

use crate::prelude::*;
use std::ops::Deref;

/// Bytes that stay what they are while the view lives.
pub enum ByteView {
    /// Those of an immutable object, which the view keeps alive from the native stack.
    Object(Ref<PyBytes>),
    /// A copy.
    Copy(Vec<u8>),
}

impl ByteView {
    /// The bytes as a vector of the caller's own.
    pub fn into_vec(self) -> Vec<u8> {
        match self {
            ByteView::Object(b) => b.bytes().to_vec(),
            ByteView::Copy(v) => v,
        }
    }
}

impl Deref for ByteView {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            ByteView::Object(b) => b.bytes(),
            ByteView::Copy(v) => v,
        }
    }
}

impl From<Vec<u8>> for ByteView {
    fn from(v: Vec<u8>) -> ByteView {
        ByteView::Copy(v)
    }
}

/// Calls `f`, which gets no machine and so cannot run Python code, with the present contents of a bytes or bytearray.
#[inline]
pub fn look_at<R>(v: Value, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
    if let Some(b) = v.cast::<PyBytes>() {
        return Some(f(b.bytes()));
    }
    let b = v.cast::<PyByteArray>()?;
    Some(f(&b.buffer().bytes()[..b.len()]))
}
