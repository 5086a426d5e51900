//! `Array`: a run of slots, the storage behind lists, dicts, overflow attributes and [`ValueVec`].

use super::{Heap, Tracer, tail};
use crate::object::header::{Header, Ref, Slot};
use crate::object::shape::ids;
use crate::value::Value;

/// Up to so many slots are copied one by one, which takes less time than a call that copies any number.
const FEW: usize = 16;

/// A fixed number of slots. Empty slots hold `NULL`.
#[repr(C)]
pub struct Array {
    header: Header,
    len: std::cell::Cell<usize>,
}

impl Array {
    pub(crate) fn trace_fields(&self, tracer: &mut Tracer) {
        for slot in self.slots() {
            tracer.visit_slot(slot);
        }
    }
    /// Number of slots.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    /// True without slots.
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    /// All slots.
    #[inline(always)]
    pub fn slots(&self) -> &[Slot] {
        tail::slots(self, self.len.get())
    }
    /// The value in slot `i`, `NULL` past the end: for code that must not contain a panic.
    #[inline(always)]
    pub fn get_or_null(&self, i: usize) -> Value {
        self.slots().get(i).map_or(Value::NULL, Slot::get)
    }
    /// The value in slot `i`.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Value {
        self.slots()[i].get()
    }
}

impl Ref<Array> {
    /// Stores into slot `i`.
    #[inline(always)]
    pub fn set(self, i: usize, v: Value) {
        self.slots()[i].set(self, v);
    }
    /// Stores values into the slots from `at` on.
    pub fn set_all(self, at: usize, values: &[Value]) {
        let to = &self.slots()[at..at + values.len()];
        for (slot, v) in to.iter().zip(values) {
            slot.set_unbarriered(*v);
        }
        super::barrier::log_range(self.header(), to.as_ptr() as *const u8, 8 * values.len());
    }
    /// Copies slots of another array into this one, which must have been allocated just now: its stores need no barrier.
    #[inline]
    pub fn fill_new(self, at: usize, source: Ref<Array>, from: usize, count: usize) {
        if count > FEW {
            return self.copy_from(at, source, from, count);
        }
        let to = &self.slots()[at..at + count];
        for (to, v) in to.iter().zip(&source.slots()[from..from + count]) {
            to.set_unbarriered(v.get());
        }
    }
    /// Copies `count` slots within one array or between two; ranges may overlap.
    pub fn copy_from(self, at: usize, source: Ref<Array>, from: usize, count: usize) {
        if count == 0 {
            return;
        }
        let (src, dst) = (
            &source.slots()[from..from + count],
            &self.slots()[at..at + count],
        );
        let start = dst.as_ptr();
        // SAFETY: H5: both ranges are slots of live arrays (they were sliced above); slots are cells, so the target may be
        // written through a shared reference, and `copy` allows overlap.
        unsafe { std::ptr::copy(src.as_ptr(), start as *mut Slot, count) };
        super::barrier::log_range(self.header(), start as *const u8, count * size_of::<Slot>());
    }
}

impl Heap {
    /// A new array of `len` empty slots.
    pub fn new_array(&self, len: usize) -> Ref<Array> {
        self.alloc_sized(
            ids::ARRAY,
            Array {
                header: Header::PENDING,
                len: std::cell::Cell::new(len),
            },
            len * 8,
        )
    }
    /// A new array of `len` empty slots, `None` when there is no memory.
    pub fn try_new_array(&self, len: usize) -> Option<Ref<Array>> {
        let bytes = len.checked_mul(8)?;
        self.try_alloc_sized(
            ids::ARRAY,
            Array {
                header: Header::PENDING,
                len: std::cell::Cell::new(len),
            },
            bytes,
        )
    }
    /// An array with the contents of `array` and room for `len` slots: grown in place where possible.
    pub fn grow_array(&self, array: Ref<Array>, len: usize) -> Option<Ref<Array>> {
        if self.try_grow(array, len.checked_mul(8)?) {
            array.len.set(len);
            return Some(array);
        }
        let new = self.try_new_array(len)?;
        new.copy_from(0, array, 0, array.len());
        Some(new)
    }
}

/// A growable vector of values in heap memory: the lawful stand-in for `Vec<Value>` in native code (H1).
///
/// Keep it on the native stack (a local); its storage is found from there.
pub struct ValueVec {
    array: Option<Ref<Array>>,
    len: usize,
}

impl Default for ValueVec {
    fn default() -> Self {
        Self::new()
    }
}

impl ValueVec {
    /// An empty vector; allocates nothing.
    pub const fn new() -> ValueVec {
        ValueVec {
            array: None,
            len: 0,
        }
    }
    /// Room for `n` values.
    pub fn with_capacity(heap: &Heap, n: usize) -> ValueVec {
        ValueVec {
            array: if n == 0 {
                None
            } else {
                Some(heap.new_array(n))
            },
            len: 0,
        }
    }
    /// Number of values.
    pub fn len(&self) -> usize {
        self.len
    }
    /// True when empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Appends a value.
    #[inline]
    pub fn push(&mut self, heap: &Heap, v: Value) {
        let array = match self.array {
            Some(a) if self.len < a.len() => a,
            Some(a) => heap
                .grow_array(a, self.len + self.len / 2 + 4)
                .expect("out of memory"),
            None => heap.new_array(4),
        };
        array.set(self.len, v);
        self.len += 1;
        self.array = Some(array);
    }
    /// Removes and returns the last value.
    pub fn pop(&mut self) -> Option<Value> {
        self.len = self.len.checked_sub(1)?;
        self.array.map(|a| a.get(self.len))
    }
    /// The value at `i`; panics past the end, as indexing a `Vec` does.
    #[inline]
    pub fn get(&self, i: usize) -> Value {
        assert!(i < self.len);
        self.array.expect("not empty").get(i)
    }
    /// Replaces the value at `i`.
    #[inline]
    pub fn set(&mut self, i: usize, v: Value) {
        assert!(i < self.len);
        self.array.expect("not empty").set(i, v);
    }
    /// The values as a slice. Sound to hold across allocation and Python code: nobody else knows this storage.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        match &self.array {
            Some(a) => tail::values(a.slots(), self.len),
            None => &[],
        }
    }
    /// Shortens the vector.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
    /// The first `len` slots of an array that nobody else knows.
    pub fn from_parts(array: Ref<Array>, len: usize) -> ValueVec {
        assert!(len <= array.len());
        ValueVec {
            array: Some(array),
            len,
        }
    }
    /// The storage and length, for building a list or tuple without a copy.
    pub fn into_parts(self) -> (Option<Ref<Array>>, usize) {
        (self.array, self.len)
    }
}
