//! The object header, typed references and the fields that may hold values.
//!
//! Header word, low bits first: `flags:8 | kind:8 | size_words:16 | shape:32`. `size_words` counts the whole object,
//! header included; 0xffff means the size stands in the word before the header's line start (see `heap/large`).
//! The kind fixes the Rust layout (and so the trace function); the shape fixes the Python type and attribute layout.

use crate::value::Value;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

pub use super::kinds::Kind;

/// Header flag bits.
pub mod flag {
    /// Set on old objects that are not in the remembered set: the write barrier tests it.
    pub const UNLOGGED: u8 = 1;
    /// Weak references point here.
    pub const HAS_WEAKREF: u8 = 2;
    /// `__del__` has not run yet.
    pub const HAS_FINALIZER: u8 = 4;
    /// The Rust payload must be dropped when the object dies.
    pub const NEEDS_DROP: u8 = 8;
    /// `id()` was taken (kept for a moving collector).
    pub const PINNED: u8 = 16;
    /// Free for the object's own use.
    pub const USER1: u8 = 32;
    /// Free for the object's own use.
    pub const USER2: u8 = 64;
    /// Free for the object's own use.
    pub const USER3: u8 = 128;
}

/// First word of every heap object.
#[repr(transparent)]
pub struct Header(Cell<u64>);

impl Header {
    /// Placeholder in initialisers; allocation overwrites it.
    pub const PENDING: Header = Header(Cell::new(0));

    /// A header word. `size_words` above 0xfffe is stored as 0xffff.
    #[inline(always)]
    pub fn new(kind: Kind, shape: u32, size_words: usize, flags: u8) -> Header {
        let size = if size_words >= 0xffff {
            0xffff
        } else {
            size_words as u64
        };
        Header(Cell::new(
            flags as u64 | (kind as u64) << 8 | size << 16 | (shape as u64) << 32,
        ))
    }
    /// The whole word.
    #[inline(always)]
    pub fn word(&self) -> u64 {
        self.0.get()
    }
    /// Replaces the whole word (allocator only).
    #[inline(always)]
    pub fn set_word(&self, word: u64) {
        self.0.set(word);
    }
    /// The layout kind.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        Kind::from_byte((self.0.get() >> 8) as u8)
    }
    /// Words of the object as stored (0xffff: see the large-object table).
    #[inline(always)]
    pub fn stored_size(&self) -> usize {
        (self.0.get() >> 16) as usize & 0xffff
    }
    /// The shape id.
    #[inline(always)]
    pub fn shape_id(&self) -> u32 {
        (self.0.get() >> 32) as u32
    }
    /// Changes the shape (attribute added, `__class__` assigned). An object keeps its shape alive, so this is a store
    /// like one to a field.
    #[inline(always)]
    pub fn set_shape_id(&self, shape: u32) {
        if self.has(flag::UNLOGGED) {
            let this = self as *const Header as *mut Header;
            // SAFETY: H5: only live heap objects have the flag.
            crate::heap::log_store(unsafe { Ref::from_raw(this) }, this as *const u8);
        }
        self.0
            .set(self.0.get() & 0xffff_ffff | (shape as u64) << 32);
    }
    /// Tests flag bits.
    #[inline(always)]
    pub fn has(&self, flags: u8) -> bool {
        self.0.get() as u8 & flags != 0
    }
    /// Sets flag bits.
    #[inline(always)]
    pub fn set_flags(&self, flags: u8) {
        self.0.set(self.0.get() | flags as u64);
    }
    /// Clears flag bits.
    #[inline(always)]
    pub fn clear_flags(&self, flags: u8) {
        self.0.set(self.0.get() & !(flags as u64));
    }
}

/// A type that can be a heap object: `repr(C)`, first field a [`Header`]. Implemented only by the table in `kinds.rs`.
pub trait HeapObject: Sized + 'static {
    /// The layout kind, one to one with the type.
    const KIND: Kind;
    /// Visits every value and reference the object holds.
    fn trace(&self, tracer: &mut crate::heap::Tracer);
}

/// A live heap object of layout `T`. `Copy`; kept alive by being on the native stack or in a traced field (H1).
#[repr(transparent)]
pub struct Ref<T>(NonNull<T>);

impl<T> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Ref<T> {
        *self
    }
}
impl<T> Copy for Ref<T> {}
impl<T> PartialEq for Ref<T> {
    #[inline(always)]
    fn eq(&self, other: &Ref<T>) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Ref<T> {}

impl<T> Ref<T> {
    /// A placeholder for fields that are set before their first use.
    pub(crate) const fn dangling() -> Ref<T> {
        Ref(NonNull::dangling())
    }
    /// # Safety
    /// `p` must point to a live heap object of layout `T`.
    #[inline(always)]
    pub unsafe fn from_raw(p: *mut T) -> Ref<T> {
        // SAFETY: a live object is not at address 0.
        Ref(unsafe { NonNull::new_unchecked(p) })
    }
    /// The address.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }
    /// The header.
    #[inline(always)]
    pub fn header(self) -> Ref<Header> {
        Ref(self.0.cast())
    }
}
impl<T: HeapObject> Ref<T> {
    /// The reference as a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value::from(self)
    }
    /// The shape id.
    #[inline(always)]
    pub fn shape_id(self) -> u32 {
        self.header().shape_id()
    }
}
impl<T> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: H1/H5: a Ref is made only for live objects of layout T, and the heap does not move them.
        unsafe { self.0.as_ref() }
    }
}
impl<T: HeapObject> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.value().fmt(f)
    }
}

/// A field of a heap object that holds a value. Stores go through the write barrier and so name the owning object.
#[repr(transparent)]
pub struct Slot(Cell<Value>);

impl Slot {
    /// A field of a new object.
    #[inline(always)]
    pub const fn new(v: Value) -> Slot {
        Slot(Cell::new(v))
    }
    /// The value.
    #[inline(always)]
    pub fn get(&self) -> Value {
        self.0.get()
    }
    /// Stores `v`; `owner` is the object that this field is part of.
    #[inline(always)]
    pub fn set<T>(&self, owner: Ref<T>, v: Value) {
        if v.is_object() {
            crate::heap::write_barrier(owner.header(), self as *const Slot as *const u8);
        }
        self.0.set(v);
    }
    /// Stores an immediate, a `NULL`, or anything into an object that was allocated since the last safepoint.
    #[inline(always)]
    pub fn set_unbarriered(&self, v: Value) {
        self.0.set(v);
    }
}

/// A typed field: an optional reference to a `T`.
#[repr(transparent)]
pub struct RefSlot<T>(Slot, PhantomData<Ref<T>>);

impl<T: HeapObject> Default for RefSlot<T> {
    fn default() -> RefSlot<T> {
        RefSlot::empty()
    }
}

impl Default for Slot {
    fn default() -> Slot {
        Slot::new(Value::NULL)
    }
}

impl<T: HeapObject> RefSlot<T> {
    /// A field of a new object.
    #[inline(always)]
    pub fn new(r: Ref<T>) -> RefSlot<T> {
        RefSlot(Slot::new(r.value()), PhantomData)
    }
    /// An empty field of a new object.
    #[inline(always)]
    pub const fn empty() -> RefSlot<T> {
        RefSlot(Slot::new(Value::NULL), PhantomData)
    }
    /// An optional field of a new object.
    #[inline(always)]
    pub fn from_option(r: Option<Ref<T>>) -> RefSlot<T> {
        RefSlot(Slot::new(r.map_or(Value::NULL, Value::from)), PhantomData)
    }
    /// The reference, if set.
    #[inline(always)]
    pub fn get(&self) -> Option<Ref<T>> {
        let v = self.0.get();
        if v.is_null() {
            None
        } else {
            // SAFETY: H5: only `set` and the constructors write this field, and they take a `Ref<T>`.
            Some(unsafe { v.cast_unchecked::<T>() })
        }
    }
    /// The reference of a field that its object's invariant says is set.
    #[inline(always)]
    pub fn expect(&self) -> Ref<T> {
        self.get().expect("field is set by construction")
    }
    /// The field as a value (`NULL` if empty).
    #[inline(always)]
    pub fn value(&self) -> Value {
        self.0.get()
    }
    /// Stores a reference.
    #[inline(always)]
    pub fn set<O>(&self, owner: Ref<O>, r: Ref<T>) {
        self.0.set(owner, r.value());
    }
    /// Empties the field.
    #[inline(always)]
    pub fn clear(&self) {
        self.0.set_unbarriered(Value::NULL);
    }
}
