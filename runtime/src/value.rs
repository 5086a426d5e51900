//! `Value`: one tagged 64-bit word for every Python object.
//!
//! | low bits | meaning |
//! |---|---|
//! | `1` | integer of 63 bits |
//! | `10` | float: `rotl(bits + 2^60, 3)`, covers magnitudes 2^-255 .. 2^257 |
//! | `100` | other constants: ±0.0, None, False, True, Ellipsis, NotImplemented |
//! | `000` | pointer to a heap object (header first); the zero word is `NULL` |
//!
//! `NULL` is no Python object: it marks unbound registers, empty cells and absent optional arguments. Invariants of the
//! heap (H1-H9) are in `heap/mod.rs`; a `Value` is `Copy` and may rest only in the homes that H1 lists.

use crate::object::header::{Header, HeapObject, Kind, Ref};

/// A Python object reference, or `NULL`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(u64);

const FLOAT_OFFSET: u64 = 1 << 60;

/// Largest integer that is immediate.
pub const INT_MAX: i64 = i64::MAX >> 1;
/// Smallest integer that is immediate.
pub const INT_MIN: i64 = i64::MIN >> 1;

const fn constant(n: u64) -> Value {
    Value(n << 3 | 4)
}

impl Value {
    /// No object.
    pub const NULL: Value = Value(0);
    /// `0.0`
    pub const ZERO: Value = constant(0);
    /// `-0.0`
    pub const NEG_ZERO: Value = constant(1);
    /// `None`
    pub const NONE: Value = constant(2);
    /// `False`
    pub const FALSE: Value = constant(3);
    /// `True`
    pub const TRUE: Value = constant(4);
    /// `Ellipsis`
    pub const ELLIPSIS: Value = constant(5);
    /// `NotImplemented`
    pub const NOT_IMPLEMENTED: Value = constant(6);

    /// The raw word.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }
    /// A value from a raw word that came from [`Value::bits`].
    ///
    /// # Safety
    /// The word must be a valid tagged word; a pointer in it must be to a live heap object.
    #[inline(always)]
    pub const unsafe fn from_bits(bits: u64) -> Value {
        Value(bits)
    }
    /// True for `NULL`.
    #[inline(always)]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }
    /// `None` for `NULL`, else the value: for optional arguments.
    #[inline(always)]
    pub fn non_null(self) -> Option<Value> {
        if self.0 == 0 { None } else { Some(self) }
    }
    /// `is None`
    #[inline(always)]
    pub fn is_none(self) -> bool {
        self == Value::NONE
    }
    /// True for `NULL` and `None`: an optional argument that says nothing.
    #[inline(always)]
    pub fn is_absent(self) -> bool {
        self.is_null() || self.is_none()
    }
    /// `True` or `False`.
    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }
    /// The bool, if it is one.
    #[inline(always)]
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Value::TRUE => Some(true),
            Value::FALSE => Some(false),
            _ => None,
        }
    }

    /// True for an immediate integer (`bool` is none).
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 & 1 == 1
    }
    /// An immediate integer, if `n` fits 63 bits.
    #[inline(always)]
    pub const fn small_int(n: i64) -> Option<Value> {
        if n >= INT_MIN && n <= INT_MAX {
            Some(Value((n as u64) << 1 | 1))
        } else {
            None
        }
    }
    /// An immediate integer from a 32-bit number.
    #[inline(always)]
    pub const fn from_i32(n: i32) -> Value {
        Value((n as i64 as u64) << 1 | 1)
    }
    /// An immediate integer from a length or index (lengths are below 2^62).
    #[inline(always)]
    pub const fn from_usize(n: usize) -> Value {
        debug_assert!(n <= INT_MAX as usize);
        Value((n as u64) << 1 | 1)
    }
    /// The immediate integer, if it is one.
    #[inline(always)]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.is_int() {
            Some(self.0 as i64 >> 1)
        } else {
            None
        }
    }

    /// True for an immediate float other than ±0.0.
    #[inline(always)]
    pub const fn is_tagged_float(self) -> bool {
        self.0 & 3 == 2
    }
    /// The immediate form of a float, if it has one (±0.0 included).
    #[inline(always)]
    pub const fn small_float(f: f64) -> Option<Value> {
        let bits = f.to_bits();
        let word = bits.wrapping_add(FLOAT_OFFSET).rotate_left(3);
        if word & 3 == 2 {
            Some(Value(word))
        } else if bits << 1 == 0 {
            Some(constant(bits >> 63))
        } else {
            None
        }
    }
    /// The immediate float, if it is one (±0.0 included, boxed floats not).
    #[inline(always)]
    pub const fn as_small_float(self) -> Option<f64> {
        if self.0 & 3 == 2 {
            Some(f64::from_bits(
                self.0.rotate_right(3).wrapping_sub(FLOAT_OFFSET),
            ))
        } else if self.0 == Value::ZERO.0 {
            Some(0.0)
        } else if self.0 == Value::NEG_ZERO.0 {
            Some(-0.0)
        } else {
            None
        }
    }

    /// True for a pointer to a heap object.
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.0 & 7 == 0 && self.0 != 0
    }
    /// The number of a constant immediate (0 for 0.0 up to 6 for NotImplemented).
    #[inline(always)]
    pub const fn constant_index(self) -> Option<usize> {
        if self.0 & 7 == 4 {
            Some((self.0 >> 3) as usize)
        } else {
            None
        }
    }
    /// The header of a heap object.
    #[inline(always)]
    pub fn header(self) -> Option<Ref<Header>> {
        if self.is_object() {
            // SAFETY: H5: the tag says pointer, and every non-null pointer value is a live object (H1).
            Some(unsafe { Ref::from_raw(self.0 as *mut Header) })
        } else {
            None
        }
    }
    /// The layout kind of a heap object.
    #[inline(always)]
    pub fn kind(self) -> Option<Kind> {
        self.header().map(|h| h.kind())
    }
    /// The object as `T`, if it has that layout (instances of Python subclasses included).
    #[inline(always)]
    pub fn cast<T: HeapObject>(self) -> Option<Ref<T>> {
        match self.header() {
            // SAFETY: H5: the kind was tested, and kinds and layouts are one to one.
            Some(h) if h.kind() == T::KIND => Some(unsafe { Ref::from_raw(h.as_ptr() as *mut T) }),
            _ => None,
        }
    }
    /// True if the object has layout `T` (instances of Python subclasses included).
    #[inline(always)]
    pub fn is<T: HeapObject>(self) -> bool {
        self.cast::<T>().is_some()
    }
    /// The object as `T` where the caller has proved the layout; asserted in debug builds.
    ///
    /// # Safety
    /// `self.is::<T>()` must hold.
    #[inline(always)]
    pub unsafe fn cast_unchecked<T: HeapObject>(self) -> Ref<T> {
        debug_assert!(self.is::<T>());
        // SAFETY: the caller proved the layout.
        unsafe { Ref::from_raw(self.0 as *mut T) }
    }
    /// The shape id of a heap object, 0 for immediates and `NULL`: equal ids mean equal type and layout.
    #[inline(always)]
    pub fn shape_id(self) -> u32 {
        match self.header() {
            Some(h) => h.shape_id(),
            None => 0,
        }
    }
    /// The address as a number: `id()` and the identity hash are made from it.
    #[inline(always)]
    pub const fn address(self) -> u64 {
        self.0
    }
}

impl<T: HeapObject> From<Ref<T>> for Value {
    #[inline(always)]
    fn from(r: Ref<T>) -> Value {
        Value(r.as_ptr() as u64)
    }
}

impl From<bool> for Value {
    #[inline(always)]
    fn from(b: bool) -> Value {
        Value::bool(b)
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(n) = self.as_small_int() {
            write!(f, "int({n})")
        } else if let Some(x) = self.as_small_float() {
            write!(f, "float({x:?})")
        } else if let Some(h) = self.header() {
            write!(f, "{:?}@{:x}", h.kind(), self.0)
        } else {
            f.write_str(match *self {
                Value::NONE => "None",
                Value::FALSE => "False",
                Value::TRUE => "True",
                Value::ELLIPSIS => "Ellipsis",
                Value::NOT_IMPLEMENTED => "NotImplemented",
                _ => "NULL",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_round_trip() {
        for f in [1.0, -1.0, 0.5, 1e70, -1e-70, 3.25, f64::EPSILON, 0.0, -0.0] {
            let v = Value::small_float(f).expect("in range");
            assert_eq!(v.as_small_float().map(f64::to_bits), Some(f.to_bits()));
            assert!(!v.is_int() && !v.is_object());
        }
        for f in [f64::INFINITY, f64::NAN, 1e300, 5e-324] {
            assert!(Value::small_float(f).is_none());
        }
    }

    #[test]
    fn ints_round_trip() {
        for n in [0, 1, -1, INT_MAX, INT_MIN] {
            assert_eq!(Value::small_int(n).and_then(Value::as_small_int), Some(n));
        }
        assert!(Value::small_int(INT_MAX + 1).is_none() && Value::small_int(INT_MIN - 1).is_none());
    }
}
