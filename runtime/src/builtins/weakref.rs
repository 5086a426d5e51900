//! Weak references and proxies. (Methods live in `weakref_methods.rs`.)

use crate::heap::Tracer;
use crate::object::header::{Header, Kind, Ref, Slot, flag};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;
use std::cell::Cell;

/// A weak reference; the collector empties `target` when it dies.
#[repr(C)]
pub struct PyWeakref {
    header: Header,
    /// The object referred to, or `NULL`. Not traced.
    pub target: Slot,
    /// Called with the weak reference after the target died, or `NULL`.
    pub callback: Slot,
    /// Cached hash of the target, 0: not computed.
    pub hash: Cell<u64>,
}

impl PyWeakref {
    /// The target's hash, if it was asked for before: it stays when the target is gone. The cached word is the hash plus one, so
    /// that 0 can mean "none".
    pub fn known_hash(&self) -> Option<i64> {
        match self.hash.get() {
            0 => None,
            h => Some(h.wrapping_sub(1) as i64),
        }
    }
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.callback);
        trace_extension(self, size_of::<PyWeakref>(), t);
    }
    /// A weak reference of type `ty` to `target`, which must be a heap object.
    pub fn new_instance(
        vm: &mut Vm,
        ty: Ref<PyType>,
        target: Value,
        callback: Value,
    ) -> Ref<PyWeakref> {
        let slot = Slot::new(Value::NULL);
        let w = vm.alloc_object(
            ty,
            PyWeakref {
                header: Header::PENDING,
                target: slot,
                callback: Slot::new(callback),
                hash: Cell::new(0),
            },
            0,
        );
        w.target.set_unbarriered(target);
        if let Some(h) = target.header() {
            h.set_flags(flag::HAS_WEAKREF);
            vm.heap.register_weakref(w.header(), h, &w.target);
            let kind = h.kind();
            if h.shape_id() >= ids::FIRST_DYNAMIC && kind != Kind::Type
                || matches!(kind, Kind::Tasklet | Kind::Channel)
            {
                (vm.hooks.watch_drops)(vm);
            }
        }
        w
    }
}

/// A plain weak reference without callback.
pub fn new_plain(vm: &mut Vm, target: Value) -> Value {
    let ty = vm.builtin_type(ids::WEAKREF);
    PyWeakref::new_instance(vm, ty, target, Value::NULL).value()
}

/// What a weak reference value refers to, if that lives.
pub fn target_of(weakref: Value) -> Option<Value> {
    weakref.cast::<PyWeakref>()?.target.get().non_null()
}
