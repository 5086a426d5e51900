//! What happens at safe points: signals, finalisers, weak-reference callbacks.
//!
//! CPython finalises objects as soon as their last reference goes. A tracing collector cannot know that moment, but the
//! common visible cases are statements that drop a name (`del x`, rebinding a module variable): when the value dropped
//! has a finaliser or weak references, a collection runs there, with back-off when it finds nothing.

use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::builtins::weakref::PyWeakref;
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
    while vm.heap.has_pending() {
        let saved = vm.raised.take();
        while let Some(w) = vm.heap.take_dead_weakref() {
            let Some(r) = w.cast::<PyWeakref>() else {
                continue;
            };
            let callback = r.callback.get();
            r.callback.set_unbarriered(Value::NULL);
            if !callback.is_absent() && vm.call(callback, &[w]).is_err() {
                unraisable(vm, callback);
            }
        }
        while let Some(object) = vm.heap.take_finalizable() {
            finalize(vm, object);
        }
        vm.raised.set(saved);
    }
}

fn finalize(vm: &mut Vm, object: Value) {
    if let Some(g) = object.cast::<PyGenerator>() {
        use skein_runtime::builtins::generator::GenState;
        if g.state.get() == GenState::Suspended && vm.call_method(object, "close", &[]).is_err() {
            unraisable(vm, object);
        }
        return;
    }
    let name = vm.names.__del__;
    if let Some(m) = vm.lookup_special(object, name)
        && vm.call_bound_special(m, object, &[]).is_err()
    {
        unraisable(vm, m);
    }
}

/// Hands an exception that nobody can catch to `sys.unraisablehook`.
pub fn unraisable(vm: &mut Vm, object: Value) {
    let e = vm.take_raised();
    let hook = vm
        .sys
        .get()
        .cast::<PyDict>()
        .and_then(|d| d.get_text(vm, "__skein_unraisable__"));
    let shown = match hook {
        Some(h) => vm.call(h, &[e, object]).is_ok(),
        None => false,
    };
    if !shown {
        vm.take_raised();
        let what = vm.repr_text(object).unwrap_or_else(|_| "<object>".into());
        eprintln!("Exception ignored in: {what}");
        crate::report::print_exception(vm, e);
    }
    vm.take_raised();
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
