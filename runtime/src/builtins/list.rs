//! `list`: a length and a heap array of slots. (Methods live in `list_methods.rs`.)
//!
//! Nobody may keep a slice of the storage across anything that can run Python or change the list (H6).

use crate::heap::Tracer;
use crate::heap::array::{Array, ValueVec};
use crate::object::header::{Header, Ref, RefSlot, flag};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A list.
#[repr(C)]
pub struct PyList {
    header: Header,
    pub(crate) len: Cell<usize>,
    pub(crate) items: RefSlot<Array>,
}

impl PyList {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.items.value());
        trace_extension(self, size_of::<PyList>(), t);
    }
    fn init(items: Option<Ref<Array>>, len: usize) -> PyList {
        PyList {
            header: Header::PENDING,
            len: Cell::new(len),
            items: RefSlot::from_option(items),
        }
    }
    /// `[]`
    pub fn new(vm: &mut Vm) -> Ref<PyList> {
        vm.heap.alloc(ids::LIST, PyList::init(None, 0))
    }
    /// An empty instance of `list` or a subclass.
    pub fn new_instance(vm: &mut Vm, ty: Ref<PyType>) -> Ref<PyList> {
        vm.alloc_object(ty, PyList::init(None, 0), 0)
    }
    /// A list of the collected values, without a copy.
    pub fn from_vec(vm: &mut Vm, values: ValueVec) -> Ref<PyList> {
        let (array, len) = values.into_parts();
        vm.heap.alloc(ids::LIST, PyList::init(array, len))
    }
    /// A list whose items are the first `len` slots of `array`, which nobody else may know.
    pub fn from_array(vm: &mut Vm, array: Option<Ref<Array>>, len: usize) -> Ref<PyList> {
        vm.heap.alloc(ids::LIST, PyList::init(array, len))
    }
    /// A list of the values.
    pub fn from_slice(vm: &mut Vm, values: &[Value]) -> Ref<PyList> {
        if values.is_empty() {
            return PyList::new(vm);
        }
        let array = vm.heap.new_array(values.len());
        for (s, v) in array.slots().iter().zip(values) {
            s.set(array, *v);
        }
        vm.heap
            .alloc(ids::LIST, PyList::init(Some(array), values.len()))
    }
    /// Length.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    /// True when empty.
    pub fn is_empty(&self) -> bool {
        self.len.get() == 0
    }
    /// The item at `i`; panics past the end.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Value {
        assert!(i < self.len.get());
        self.items.expect().get(i)
    }
    /// The item at `i`, if there is one.
    #[inline(always)]
    pub fn try_get(&self, i: usize) -> Option<Value> {
        if i < self.len.get() {
            self.items.get().map(|a| a.get_or_null(i))
        } else {
            None
        }
    }
    /// The storage.
    #[inline(always)]
    pub fn array(&self) -> Option<Ref<Array>> {
        self.items.get()
    }
    /// A snapshot of the items that no later change of the list affects.
    pub fn to_vec(&self, vm: &Vm) -> ValueVec {
        let len = self.len();
        let Some(source) = self.items.get().filter(|_| len > 0) else {
            return ValueVec::new();
        };
        let copy = vm.heap.new_array(len);
        copy.copy_from(0, source, 0, len);
        ValueVec::from_parts(copy, len)
    }
}

impl Ref<PyList> {
    /// A new list of `count` items from `start` on; panics past the end.
    pub fn copy(self, vm: &mut Vm, start: usize, count: usize) -> Ref<PyList> {
        let Some(source) = self.items.get().filter(|_| count > 0) else {
            return PyList::new(vm);
        };
        let array = vm.heap.new_array(count);
        array.fill_new(0, source, start, count);
        PyList::from_array(vm, Some(array), count)
    }
    /// A new list of the items of two.
    pub fn concat(self, vm: &mut Vm, other: Ref<PyList>) -> Ref<PyList> {
        let (n, m) = (self.len(), other.len());
        if n + m == 0 {
            return PyList::new(vm);
        }
        let array = vm.heap.new_array(n + m);
        for (list, at, count) in [(self, 0, n), (other, n, m)] {
            if let Some(items) = list.items.get() {
                array.fill_new(at, items, 0, count);
            }
        }
        PyList::from_array(vm, Some(array), n + m)
    }
    /// Replaces the item at `i`; panics past the end.
    #[inline(always)]
    pub fn set(self, i: usize, v: Value) {
        assert!(i < self.len.get());
        self.items.expect().set(i, v);
    }
    /// Appends.
    #[inline]
    pub fn push(self, vm: &mut Vm, v: Value) {
        let len = self.len.get();
        match self.items.get() {
            Some(a) if len < a.len() => a.set(len, v),
            _ => self.push_grow(vm, v),
        }
        self.len.set(len + 1);
    }
    /// `append` where there is room and the store need not be logged; else false, and nothing was done.
    #[inline(always)]
    pub fn push_unlogged(self, v: Value) -> bool {
        let len = self.len.get();
        let Some(a) = self.items.get() else {
            return false;
        };
        if v.is_object() && a.header().has(flag::UNLOGGED) {
            return false;
        }
        let Some(slot) = a.slots().get(len) else {
            return false;
        };
        slot.set_unbarriered(v);
        self.len.set(len + 1);
        true
    }
    /// Replaces item `i` where it exists and the store need not be logged; else false, and nothing was done.
    #[inline(always)]
    pub fn set_unlogged(self, i: usize, v: Value) -> bool {
        let Some(a) = self.items.get() else {
            return false;
        };
        if i >= self.len.get() || v.is_object() && a.header().has(flag::UNLOGGED) {
            return false;
        }
        let Some(slot) = a.slots().get(i) else {
            return false;
        };
        slot.set_unbarriered(v);
        true
    }
    #[inline(never)]
    fn push_grow(self, vm: &mut Vm, v: Value) {
        let len = self.len.get();
        let array = self.with_room(vm, len + 1);
        array.set(len, v);
    }
    /// The storage after making room for `n` items.
    pub fn with_room(self, vm: &mut Vm, n: usize) -> Ref<Array> {
        let array = match self.items.get() {
            Some(a) if a.len() >= n => return a,
            Some(a) => vm
                .heap
                .grow_array(a, n.max(a.len() + a.len() / 2 + 2))
                .expect("out of memory"),
            None => vm.heap.new_array(n.max(4)),
        };
        self.items.set(self, array);
        array
    }
    /// Sets the length. Slots past it are emptied; slots up to it must have been filled.
    pub fn set_len(self, len: usize) {
        let old = self.len.get();
        if let Some(a) = self.items.get() {
            for i in len..old.min(a.len()) {
                a.slots()[i].set_unbarriered(Value::NULL);
            }
        }
        self.len.set(len);
    }
    /// Removes and returns the last item.
    #[inline]
    pub fn pop(self) -> Option<Value> {
        let len = self.len.get().checked_sub(1)?;
        let a = self.items.get()?;
        let v = a.get(len);
        a.slots()[len].set_unbarriered(Value::NULL);
        self.len.set(len);
        Some(v)
    }
    /// Replaces items `start..end` by `values`.
    pub fn splice(self, vm: &mut Vm, start: usize, end: usize, values: &[Value]) {
        let len = self.len.get();
        let new_len = len - (end - start) + values.len();
        let array = self.with_room(vm, new_len);
        array.copy_from(start + values.len(), array, end, len - end);
        array.set_all(start, values);
        if new_len < len {
            self.set_len(new_len);
        } else {
            self.len.set(new_len);
        }
    }
    /// Replaces the items from `start` to `end` by those of another list.
    pub fn splice_list(self, vm: &mut Vm, start: usize, end: usize, source: Ref<PyList>) {
        let (len, count) = (self.len.get(), source.len());
        let new_len = len - (end - start) + count;
        if source == self || new_len < len {
            let values = source.to_vec(vm);
            return self.splice(vm, start, end, values.as_slice());
        }
        let array = self.with_room(vm, new_len);
        if new_len > len {
            array.copy_from(start + count, array, end, len - end);
        }
        if let Some(items) = source.items.get() {
            array.copy_from(start, items, 0, count);
        }
        self.len.set(new_len);
    }
    /// Takes over the collected values as the contents.
    pub fn replace(self, values: ValueVec) {
        let (array, len) = values.into_parts();
        self.set_array(array, len);
    }
    /// Takes the first `len` slots of `array`, which nobody else may know, as the contents.
    pub fn set_array(self, array: Option<Ref<Array>>, len: usize) {
        match array {
            Some(a) => self.items.set(self, a),
            None => self.items.clear(),
        }
        self.len.set(len);
    }
}
