//! What happens at safe points: signals, finalisers, weak-reference callbacks.
//!
//! CPython finalises objects as soon as their last reference goes. A tracing collector cannot know that moment, but the
//! common visible cases are statements that drop a name (`del x`, rebinding a module variable): when the value dropped
//! has a finaliser or weak references, a collection runs there, as long as such collections are not too much of the work.

use super::cx::Pc;
use super::watched;
use crate::vm::Step;
use crate::vm::liveness::forget_temporaries;
use skein_runtime::heap::eager;
use skein_runtime::object::header::flag;
use skein_runtime::prelude::*;
use std::sync::atomic::Ordering;

/// Does whatever `Vm::attention` was raised for.
pub fn attend(vm: &mut Vm) -> PyResult<()> {
    vm.attention.store(false, Ordering::Relaxed);
    vm.run_signals()?;
    if vm.heap.config().stress > 0 {
        forget_temporaries(vm);
    }
    run_finalizers(vm);
    Ok(())
}

/// At a safe point, with what goes on at `next` otherwise: does what is to be done, and lets another thread run if it is its
/// turn; the instruction then runs again later.
pub fn safe_point(vm: &mut Vm, next: Pc) -> Step {
    attend(vm)?;
    if vm.thread_turn() {
        return Ok(crate::vm::switch::again(vm));
    }
    Ok(next)
}

/// Runs due weak-reference callbacks and finalisers. Exceptions in them go to `sys.unraisablehook`.
pub fn run_finalizers(vm: &mut Vm) {
    if vm.heap.has_pending() && !vm.closing.get() {
        skein_modules::gc::run_due(vm);
    }
}

/// A name or item that held `old` was unbound or rebound.
#[inline]
pub fn value_dropped(vm: &mut Vm, old: Value) {
    // A class is part of a cycle, so that dropping its name never frees it at once.
    if let Some(h) = old.header()
        && h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER)
        && h.kind() != Kind::Type
    {
        collect_now(vm, Some(h));
    }
}

/// An attribute was deleted.
#[inline]
pub fn attribute_dropped(vm: &mut Vm) {
    if vm.heap.has_finalizers() {
        collect_now(vm, None);
    }
}

/// An item of an exact dict or list was deleted: `old`, which may have held the last references to others.
#[inline]
pub fn item_dropped(vm: &mut Vm, old: Value) {
    let Some(h) = old.header() else { return };
    if h.has(flag::HAS_WEAKREF | flag::HAS_FINALIZER) {
        collect_now(vm, Some(h));
    } else if !matches!(
        old.kind(),
        Some(Kind::Str | Kind::Bytes | Kind::Int | Kind::Float | Kind::Function | Kind::Type)
    ) && vm.heap.has_finalizers()
    {
        collect_now(vm, None);
    }
}

#[cold]
#[inline(never)]
fn collect_now(vm: &mut Vm, dropped: Option<Ref<Header>>) {
    if watched::watching(vm) {
        return;
    }
    watched::begin(vm);
    let object = dropped.map_or(eager::ANY, eager::token);
    let shape = dropped.map_or(0, |h| h.shape_id());
    if watched::watching(vm) {
        // Ahead of the next instruction the native stack holds the object no longer.
        vm.dropped.set(object);
        vm.dropped_shape.set(shape);
        return;
    }
    if vm.heap.may_collect_dropped(object, shape) {
        forget_temporaries(vm);
        vm.heap.collect_dropped(object, shape);
        run_finalizers(vm);
    }
}
