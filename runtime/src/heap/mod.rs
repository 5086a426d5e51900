//! The heap. (Interim: bump allocation without collection behind the final interface; the collector replaces this file.)

pub mod array;
pub mod bytebuf;
pub mod roots;
pub mod tail;

use crate::object::header::{Header, HeapObject, Ref, Slot};
use crate::value::Value;
use std::cell::Cell;

/// What the heap asks of the virtual machine that owns it.
pub trait RootSource {
    /// Visits every value held outside the heap (registers of the `Vm`, interned strings, type tables).
    fn trace_roots(&self, tracer: &mut Tracer);
    /// The object that must live as long as any object with this shape id does (the shape itself).
    fn shape_object(&self, shape_id: u32) -> Value;
    /// Called before a collection marks anything.
    fn before_collection(&mut self, full: bool);
    /// Called after marking and sweeping, still inside the collection (it must not allocate); `live` tells whether an object that was alive before still is.
    fn after_collection(&mut self, full: bool, live: &dyn Fn(Value) -> bool);
}

/// Marking state handed to trace functions.
pub struct Tracer {
    _private: (),
}

impl Tracer {
    /// Visits one value.
    pub fn visit(&mut self, _v: Value) {}
    /// True in a full collection, false in a minor one.
    pub fn is_full(&self) -> bool {
        true
    }
    /// Total size in bytes of an object being traced.
    pub fn object_size<T: HeapObject>(&self, _object: &T) -> usize {
        0
    }
    /// Visits a field.
    pub fn visit_slot(&mut self, _s: &Slot) {}
    /// Visits words that may be stale or no pointers at all (registers of frames).
    pub fn visit_ambiguous(&mut self, _words: &[Cell<u64>]) {}
}

/// The heap of one `Vm`.
pub struct Heap {
    cursor: Cell<*mut u8>,
    limit: Cell<*mut u8>,
}

impl Heap {
    /// An empty heap.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Heap {
        Heap {
            cursor: Cell::new(std::ptr::null_mut()),
            limit: Cell::new(std::ptr::null_mut()),
        }
    }
    /// Says who knows the roots.
    ///
    /// # Safety
    /// `roots` must outlive the heap.
    pub unsafe fn set_roots(&self, _roots: *mut dyn RootSource) {}
    /// Allocates a `T` with `extra` zeroed bytes behind it (rounded up to words). Aborts the process only when the system has no memory for small objects.
    #[inline]
    pub fn alloc_sized<T: HeapObject>(&self, shape: u32, init: T, extra: usize) -> Ref<T> {
        self.try_alloc_sized(shape, init, extra)
            .expect("out of memory")
    }
    /// Allocates a `T`.
    #[inline]
    pub fn alloc<T: HeapObject>(&self, shape: u32, init: T) -> Ref<T> {
        self.alloc_sized(shape, init, 0)
    }
    /// As [`Heap::alloc_sized`]; `None` when there is no memory.
    pub fn try_alloc_sized<T: HeapObject>(
        &self,
        shape: u32,
        init: T,
        extra: usize,
    ) -> Option<Ref<T>> {
        let bytes = (size_of::<T>() + extra + 7) & !7;
        let mut p = self.cursor.get();
        if (self.limit.get() as usize) - (p as usize) < bytes {
            let chunk = bytes.max(1 << 22);
            let layout = std::alloc::Layout::from_size_align(chunk, 64).ok()?;
            // SAFETY: the layout is not empty.
            p = unsafe { std::alloc::alloc_zeroed(layout) };
            if p.is_null() {
                return None;
            }
            self.limit.set((p as usize + chunk) as *mut u8);
        }
        self.cursor.set((p as usize + bytes) as *mut u8);
        let obj = p as *mut T;
        // SAFETY: `bytes` zeroed bytes are ours from p on.
        unsafe {
            obj.write(init);
            let r = Ref::from_raw(obj);
            r.header()
                .set_word(Header::new(T::KIND, shape, bytes / 8, 0).word());
            Some(r)
        }
    }
    /// Tries to make room for `extra` bytes (instead of the present number) behind `obj` without moving it; the new bytes are zeroed.
    pub fn try_grow<T: HeapObject>(&self, _obj: Ref<T>, _extra: usize) -> bool {
        false
    }
    /// Total size in bytes of an object.
    pub fn object_size(&self, header: Ref<Header>) -> usize {
        header.stored_size() * 8
    }
    /// Accounts for memory held outside the heap by one of its objects (negative when it is given back).
    pub fn external(&self, _bytes: isize) {}
    /// Runs a collection.
    pub fn collect(&self, _full: bool) {}
    /// Registers `obj` for finalisation: when it becomes unreachable it is resurrected once and handed out by [`Heap::take_finalizable`].
    pub fn register_finalizer(&self, _obj: Ref<Header>) {}
    /// The next object whose finaliser (`__del__`, `close` of a generator) is due.
    pub fn take_finalizable(&self) -> Option<Value> {
        None
    }
    /// Registers a weak reference object: `cell` inside `weakref` holds the target's address untraced and is set to `NULL` when the target dies;
    /// dead weak references that themselves live are handed out by [`Heap::take_dead_weakref`].
    pub fn register_weakref(&self, _weakref: Ref<Header>, _target: Ref<Header>, _cell: &Slot) {}
    /// The next weak reference whose target died since the last call (its callback is due).
    pub fn take_dead_weakref(&self) -> Option<Value> {
        None
    }
}

/// Tells the heap of `vm` where its roots are. Called once, before the first allocation; the `Vm` is boxed and stays put.
pub fn connect(vm: &mut crate::vm::Vm) {
    let roots: *mut dyn RootSource = vm;
    // SAFETY: the Vm owns the heap, so it outlives it.
    unsafe { vm.heap.set_roots(roots) }
}

/// Remembers `owner` when it is old and about to hold a younger object. `field` is the address stored to.
#[inline(always)]
pub fn write_barrier(owner: Ref<Header>, _field: *const u8) {
    let _ = owner;
}
