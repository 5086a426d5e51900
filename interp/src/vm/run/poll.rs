//! What happens at safe points: signals, finalisers, weak-reference callbacks.
//!
//! CPython finalises objects as soon as their last reference goes. A tracing collector cannot know that moment, but the
//! common visible cases are statements that drop a name (`del x`, rebinding a module variable): when the value dropped
//! has a finaliser or weak references, a collection runs there, with back-off when it finds nothing.

use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use std::sync::atomic::Ordering;

/// Does whatever `Vm::attention` was raised for.
pub fn attend(vm: &mut Vm) -> PyResult<()> {
    vm.attention.store(false, Ordering::Relaxed);
    skein_modules::signal::run_pending(vm)?;
    run_finalizers(vm);
    Ok(())
}

/// Runs due weak-reference callbacks and finalisers. Exceptions in them go to `sys.unraisablehook`.
pub fn run_finalizers(vm: &mut Vm) {
    if vm.heap.has_pending() {
        skein_modules::gc::run_due(vm);
    }
}

/// A name that held `old` was unbound or rebound.
#[inline]
pub fn value_dropped(vm: &mut Vm, old: Value) {
    if let Some(h) = old.header()
        && h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER)
    {
        collect_now(vm);
    }
}

/// An attribute or item was deleted.
#[inline]
pub fn attribute_dropped(vm: &mut Vm) {
    if vm.heap.has_finalizers() {
        collect_now(vm);
    }
}

#[cold]
#[inline(never)]
fn collect_now(vm: &mut Vm) {
    if vm.heap.bytes_in_use() < 64 << 20 {
        vm.heap.collect(true);
        run_finalizers(vm);
    }
}
