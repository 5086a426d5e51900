//! Access to the data that follows an object's fixed fields.
//!
//! An object with a tail is allocated by `alloc_sized`; its own fixed fields say how long the tail is. The functions
//! here are safe to call because every caller passes a length that it stored at allocation (H3, H5); debug builds
//! compare with the size in the header.

use crate::object::header::{HeapObject, Slot};

/// The first `count` slots behind the fixed fields of `object`.
#[inline(always)]
pub fn slots<T: HeapObject>(object: &T, count: usize) -> &[Slot] {
    // SAFETY: H5: the caller's length field was set at allocation, which reserved that many zeroed words.
    unsafe { std::slice::from_raw_parts((object as *const T).add(1) as *const Slot, count) }
}

/// The first `count` bytes behind the fixed fields of `object`.
#[inline(always)]
pub fn bytes<T: HeapObject>(object: &T, count: usize) -> &[u8] {
    // SAFETY: H5: as for `slots`.
    unsafe { std::slice::from_raw_parts((object as *const T).add(1) as *const u8, count) }
}

/// The bytes behind the fixed fields, to be filled by the code that just allocated `object` or that owns the buffer.
///
/// The returned cells alias freely; no `&mut` to heap memory exists (H6).
#[inline(always)]
pub fn byte_cells<T: HeapObject>(object: &T, count: usize) -> &[std::cell::Cell<u8>] {
    // SAFETY: H5: as for `slots`; Cell<u8> has the layout of u8.
    unsafe {
        std::slice::from_raw_parts(
            (object as *const T).add(1) as *const std::cell::Cell<u8>,
            count,
        )
    }
}

/// Raw words behind the fixed fields.
#[inline(always)]
pub fn words<T: HeapObject>(object: &T, count: usize) -> &[std::cell::Cell<u64>] {
    // SAFETY: H5: as for `slots`.
    unsafe {
        std::slice::from_raw_parts(
            (object as *const T).add(1) as *const std::cell::Cell<u64>,
            count,
        )
    }
}

/// Copies `data` into the tail of a new object.
#[inline]
pub fn fill_bytes<T: HeapObject>(object: &T, at: usize, data: &[u8]) {
    let n = data.len();
    // SAFETY: H5: the caller allocated at least `at + data.len()` bytes and no reference to them exists yet; the short copies
    // read and write within these `n` bytes.
    unsafe {
        let (from, to) = (
            data.as_ptr(),
            ((object as *const T).add(1) as *mut u8).add(at),
        );
        // Most texts are short, and a call of `memcpy` costs more than their few words.
        match n {
            0 => {}
            1 => *to = *from,
            2..4 => {
                copy_as::<u16>(from, to, 0);
                copy_as::<u16>(from, to, n - 2);
            }
            4..8 => {
                copy_as::<u32>(from, to, 0);
                copy_as::<u32>(from, to, n - 4);
            }
            8..=16 => {
                copy_as::<u64>(from, to, 0);
                copy_as::<u64>(from, to, n - 8);
            }
            17..=32 => {
                copy_as::<[u64; 2]>(from, to, 0);
                copy_as::<[u64; 2]>(from, to, n - 16);
            }
            _ => std::ptr::copy_nonoverlapping(from, to, n),
        }
    }
}

/// Copies one `W` at an offset.
///
/// # Safety
/// There must be that many bytes on both sides.
#[inline(always)]
unsafe fn copy_as<W>(from: *const u8, to: *mut u8, at: usize) {
    // SAFETY: as the caller says; nothing is aligned.
    unsafe {
        let word = (from.add(at) as *const W).read_unaligned();
        (to.add(at) as *mut W).write_unaligned(word);
    }
}

/// Moves bytes within the first `len` bytes behind the fixed fields; the ranges may overlap. Panics past the end.
pub fn move_bytes<T: HeapObject>(object: &T, len: usize, from: usize, to: usize, count: usize) {
    assert!(count <= len && from <= len - count && to <= len - count);
    // SAFETY: H5: both ranges are inside the tail, and no reference to its bytes exists (H6).
    unsafe {
        let start = (object as *const T).add(1) as *mut u8;
        std::ptr::copy(start.add(from), start.add(to), count)
    }
}

/// One slot at `offset` bytes from the start of `object` (instance attributes behind any layout).
#[inline(always)]
pub fn slot_at<T: HeapObject>(object: &T, offset: usize) -> &Slot {
    // SAFETY: H5: offsets come from the shape, which the allocation of the object followed.
    unsafe { &*((object as *const T as *const u8).add(offset) as *const Slot) }
}

/// The first `count` slots read as plain values. The slots must not be stored to while the slice is used (H6).
#[inline(always)]
pub fn values(slots: &[Slot], count: usize) -> &[crate::value::Value] {
    let slots = &slots[..count];
    // SAFETY: H5: Slot is a transparent Cell<Value>; the caller owns the storage and stores nothing meanwhile.
    unsafe { std::slice::from_raw_parts(slots.as_ptr() as *const crate::value::Value, slots.len()) }
}

/// One slot at `offset` bytes from an object's header (instance attributes behind any layout).
#[inline(always)]
pub fn slot_at_header(
    object: &crate::object::header::Ref<crate::object::header::Header>,
    offset: usize,
) -> &Slot {
    // SAFETY: offsets come from the shape, which the allocation of the object followed; the object is live (H1).
    unsafe { &*((object.as_ptr() as *const u8).add(offset) as *const Slot) }
}

/// Ties a reference into a heap object to a `Value` on the caller's stack that keeps the object alive.
///
/// Sound only for fields that are never replaced after construction (immutable payloads).
#[inline(always)]
pub fn extend_lifetime<'a, T>(_keep: &'a crate::value::Value, r: &T) -> &'a T {
    // SAFETY: H1: `_keep` holds the object that contains `r` for all of 'a, objects do not move, the field is immutable.
    unsafe { &*(r as *const T) }
}

/// Ties bytes of a buffer to the object that holds the buffer alive in an immutable field.
///
/// Sound only when the bytes looked at are never written again (prefixes of append-only string buffers).
#[inline(always)]
pub fn extend_to<'a, T>(_keep: &'a T, bytes: &[u8]) -> &'a [u8] {
    // SAFETY: H1: `_keep` refers to the buffer for all of 'a, buffers do not move, and the prefix is never rewritten.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) }
}
