//! `Native`: objects of module types that need only some Rust state behind the header.
//!
//! The state is a boxed [`NativeData`] found by its Rust type. Python objects inside it live in [`Slot`] fields, which the
//! state's `trace` visits and whose stores name the `Native` as owner (H1).

use crate::heap::Tracer;
use crate::heap::state::State;
use crate::object::header::{Header, Ref};
use crate::object::instance::trace_extension;
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;
use std::any::Any;
use std::cell::Cell;

/// Where machine code finds a native object's items: numbers of one machine type, one behind the other. It stays where it is as
/// long as the object lives, and tells the truth whenever the loop runs.
#[repr(C)]
#[derive(Default)]
pub struct TypedItems {
    /// The address of the first.
    pub at: Cell<usize>,
    /// How many there are.
    pub count: Cell<usize>,
    /// Their type, a character of the struct module.
    pub code: Cell<usize>,
}

/// Rust state of a native object.
pub trait NativeData: Any {
    /// Visits every Python object the state holds.
    fn trace(&self, _tracer: &mut Tracer) {}
    /// One step of a native iterator, so that native loops need no `StopIteration`; the outer `None`: not an iterator.
    /// Asked only for types whose `__next__` cannot be overridden.
    fn next(&self, _vm: &mut Vm, _owner: Ref<Native>) -> Option<crate::builtins::iter_next::Step> {
        None
    }
    /// Takes the step of a native iterator if it is one that gives nothing, and that can be told without Python code; false: the
    /// iterator goes on giving what it would have given.
    fn ends(&self, _vm: &mut Vm, _owner: Ref<Native>) -> bool {
        false
    }
    /// True for a native iterator whose steps are likely to be refused where Python code is, or whose end comes as a surprise.
    fn needs_python(&self) -> bool {
        false
    }
    /// The item at a position, so that indexing needs no call; `None`: take the general way. Asked only for exact
    /// instances of the native type.
    fn item(&self, _vm: &mut Vm, _position: i64) -> Option<Value> {
        None
    }
    /// The number of items, which says whether the object is true, so that neither needs a call; `None`: take the general way.
    /// Asked only for exact instances of the native type.
    fn length(&self) -> Option<usize> {
        None
    }
    /// Replaces the item at a position by an int or float, as [`NativeData::item`]; false: take the general way.
    fn set_item(&self, _vm: &mut Vm, _position: i64, _v: Value) -> bool {
        false
    }
    /// Items that machine code may read and write.
    fn typed_items(&self) -> Option<&TypedItems> {
        None
    }
    /// The position in a tuple that reading the object as a descriptor gives, if it is a field of named tuples.
    fn tuple_field(&self) -> Option<usize> {
        None
    }
    /// What memory the object offers to `memoryview`, if any.
    fn buffer(&self) -> Option<super::memoryview::BufferInfo> {
        None
    }
    /// Where views of the memory are counted, if that matters to the object.
    fn exports(&self) -> Option<&super::memoryview::Exports> {
        None
    }
    /// Copies offered memory out; false if it is not there.
    fn read_buffer(&self, _at: usize, _out: &mut [u8]) -> bool {
        false
    }
    /// Overwrites offered memory; false if it is not there.
    fn write_buffer(&self, _at: usize, _data: &[u8]) -> bool {
        false
    }
}

/// A native object.
#[repr(C)]
pub struct Native {
    header: Header,
    data: State,
    /// The address of its [`TypedItems`], or 0.
    pub(crate) typed: usize,
}

impl Native {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        self.data.trace(t);
        trace_extension(self, size_of::<Native>(), t);
    }
    /// An instance of `ty` (kind `Native`) with the given state.
    pub fn new<T: NativeData>(vm: &mut Vm, ty: Ref<PyType>, data: T) -> Ref<Native> {
        Native::own(vm, ty, Box::new(data))
    }
    pub(crate) fn own(vm: &mut Vm, ty: Ref<PyType>, data: Box<dyn NativeData>) -> Ref<Native> {
        let header = Header::PENDING;
        let typed = data.typed_items();
        let typed = typed.map_or(0, |t| std::ptr::from_ref(t) as usize);
        vm.alloc_object(
            ty,
            Native {
                header,
                data: data.into(),
                typed,
            },
            0,
        )
    }
    /// One step, if the object is a native iterator, see [`NativeData::next`].
    pub fn step(this: Ref<Native>, vm: &mut Vm) -> Option<crate::builtins::iter_next::Step> {
        this.data.next(vm, this)
    }
    /// See [`NativeData::ends`].
    pub fn ends(this: Ref<Native>, vm: &mut Vm) -> bool {
        this.data.ends(vm, this)
    }
    /// See [`NativeData::needs_python`].
    pub fn needs_python(&self) -> bool {
        self.data.needs_python()
    }
    /// See [`NativeData::item`].
    pub fn item(object: Value, vm: &mut Vm, position: i64) -> Option<Value> {
        let native: Ref<Native> = object.cast()?;
        if !vm.type_of(object).has(tflag::IMMUTABLE) {
            return None;
        }
        native.data.item(vm, position)
    }
    /// See [`NativeData::length`].
    pub fn length(object: Value, vm: &Vm) -> Option<usize> {
        let native: Ref<Native> = object.cast()?;
        if !vm.type_of(object).has(tflag::IMMUTABLE) {
            return None;
        }
        native.data.length()
    }
    /// See [`NativeData::set_item`].
    pub fn set_item(object: Value, vm: &mut Vm, position: i64, v: Value) -> bool {
        let Some(native) = object.cast::<Native>() else {
            return false;
        };
        vm.type_of(object).has(tflag::IMMUTABLE) && native.data.set_item(vm, position, v)
    }
    /// See [`NativeData::tuple_field`].
    pub fn tuple_field(descriptor: Value) -> Option<usize> {
        descriptor.cast::<Native>()?.data.tuple_field()
    }
    /// The items of an exact instance of a native type that machine code may read and write.
    pub fn typed_items<'a>(vm: &Vm, v: &'a Value) -> Option<&'a TypedItems> {
        let object: Ref<Native> = v.cast()?;
        let items = object.data.typed_items()?;
        let exact = vm.type_of(*v).has(tflag::IMMUTABLE);
        exact.then(|| crate::heap::tail::extend_lifetime(v, items))
    }
    /// What memory it offers, see [`NativeData::buffer`].
    pub fn buffer_info(&self) -> Option<super::memoryview::BufferInfo> {
        self.data.buffer()
    }
    /// Where views are counted, see [`NativeData::exports`].
    pub fn exports(&self) -> Option<&super::memoryview::Exports> {
        self.data.exports()
    }
    /// Copies offered memory out.
    pub fn read_buffer(&self, at: usize, out: &mut [u8]) -> bool {
        self.data.read_buffer(at, out)
    }
    /// Overwrites offered memory.
    pub fn write_buffer(&self, at: usize, data: &[u8]) -> bool {
        self.data.write_buffer(at, data)
    }
    /// The state, if it is a `T`.
    #[inline(always)]
    pub fn data<T: NativeData>(&self) -> Option<&T> {
        self.data.get()
    }
}

/// The state `T` of a value, with the object that owns it.
#[inline]
pub fn native<T: NativeData>(v: &Value) -> Option<(Ref<Native>, &T)> {
    let object: Ref<Native> = v.cast()?;
    let data = object.data::<T>()?;
    Some((object, crate::heap::tail::extend_lifetime(v, data)))
}
