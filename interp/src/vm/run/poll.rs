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

/// A name or item that held `old` was unbound or rebound.
#[inline]
pub fn value_dropped(vm: &mut Vm, old: Value) {
    if let Some(h) = old.header()
        && h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER)
    {
        collect_now(vm, 0);
    }
}

/// An attribute was deleted.
#[inline]
pub fn attribute_dropped(vm: &mut Vm) {
    if vm.heap.has_finalizers() {
        collect_now(vm, 1);
    }
}

/// An item of an exact dict or list was deleted: `old`, which may have held the last references to others.
#[inline]
pub fn item_dropped(vm: &mut Vm, old: Value) {
    let Some(h) = old.header() else { return };
    if h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER) {
        collect_now(vm, 0);
    } else if !matches!(
        old.kind(),
        Some(Kind::Str | Kind::Bytes | Kind::Int | Kind::Float | Kind::Function | Kind::Type)
    ) && vm.heap.has_finalizers()
    {
        collect_now(vm, 1);
    }
}

#[cold]
#[inline(never)]
fn collect_now(vm: &mut Vm, occasion: usize) {
    if vm.heap.bytes_in_use() < 64 << 20 && vm.drop_backoff[occasion].admit() {
        vm.heap.collect(true);
        vm.drop_backoff[occasion].note(vm.heap.has_pending());
        run_finalizers(vm);
    }
}
