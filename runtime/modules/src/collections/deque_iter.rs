//! Iterators over deques, in both directions. A deque changed during iteration raises `RuntimeError`.

use super::deque::{Deque, this as deque};
use crate::util::{native_class, state_type};
use skein_runtime::builtins::iter_next::Step;
use skein_runtime::prelude::*;
use std::cell::Cell;

struct DequeIter {
    deque: Slot,
    index: Cell<usize>,
    changes: Cell<u64>,
    backwards: bool,
}

impl NativeData for DequeIter {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.deque);
    }
    fn next(&self, vm: &mut Vm, _owner: Ref<Native>) -> Option<Step> {
        Some(self.step(vm))
    }
}

impl DequeIter {
    fn step(&self, vm: &mut Vm) -> Step {
        let source = self.deque.get();
        let Some((_, d)) = native::<Deque>(&source) else {
            return Ok(None);
        };
        if d.changes.get() != self.changes.get() {
            self.deque.set_unbarriered(Value::NULL);
            return Err(vm.runtime_error("deque mutated during iteration"));
        }
        let i = self.index.get();
        let at = if self.backwards {
            d.len().checked_sub(i + 1)
        } else {
            Some(i)
        };
        let v = at.and_then(|at| d.get(at));
        match v {
            Some(_) => self.index.set(i + 1),
            None => self.deque.set_unbarriered(Value::NULL),
        }
        Ok(v)
    }
}

macro_rules! methods {
    ($new:ident) => {
        &[
            static_method(
                "__new__",
                $new,
                "($type, deque, index=0, /)",
                "Create a new object.",
            ),
            slot("__iter__", iter_self),
            slot("__next__", next),
            method(
                "__length_hint__",
                length_hint,
                "($self, /)",
                "An estimate of the remaining items.",
            ),
            slot("__reduce__", reduce),
        ]
    };
}

/// Methods of `_deque_iterator`.
pub static FORWARD: &[NativeDef] = methods!(new_forward);
/// Methods of `_deque_reverse_iterator`.
pub static BACKWARD: &[NativeDef] = methods!(new_backward);

fn make(vm: &mut Vm, ty: Ref<PyType>, v: Value, index: usize, backwards: bool) -> PyResult {
    let changes = deque(vm, &v)?.1.changes.get();
    let data = DequeIter {
        deque: Slot::new(v),
        index: Cell::new(index),
        changes: Cell::new(changes),
        backwards,
    };
    Ok(Native::new(vm, ty, data).value())
}

pub(super) fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = state_type(vm, "_collections._deque_iterator")?;
    make(vm, ty, args[0], 0, false)
}

pub(super) fn reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = state_type(vm, "_collections._deque_reverse_iterator")?;
    make(vm, ty, args[0], 0, true)
}

fn new(vm: &mut Vm, args: &[Value], backwards: bool) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let index = crate::util::ssize_or(vm, args[2], 0)?;
    if native::<Deque>(&args[1]).is_none() {
        let name = vm.type_name(args[1]);
        let own = ty.name_text();
        return Err(vm.type_error(format!(
            "{own}() argument 1 must be collections.deque, not {name}"
        )));
    }
    make(vm, ty, args[1], index.max(0) as usize, backwards)
}

fn new_forward(vm: &mut Vm, args: &[Value]) -> PyResult {
    new(vm, args, false)
}

fn new_backward(vm: &mut Vm, args: &[Value]) -> PyResult {
    new(vm, args, true)
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a DequeIter> {
    match native::<DequeIter>(v) {
        Some((_, d)) => Ok(d),
        None => Err(vm.wrong_self("__next__", "_collections._deque_iterator", *v)),
    }
}

fn iter_self(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let it = this(vm, &args[0])?;
    match it.step(vm)? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(Value::NONE)),
    }
}

fn length_hint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let it = this(vm, &args[0])?;
    let source = it.deque.get();
    let left = native::<Deque>(&source).map_or(0, |(_, d)| d.len().saturating_sub(it.index.get()));
    Ok(Value::from_usize(left))
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let it = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]).value();
    let (source, index) = match it.deque.get().non_null() {
        Some(v) => (v, it.index.get()),
        None => {
            let deque_type = state_type(vm, "_collections.deque")?;
            (vm.call(deque_type.value(), &[])?, 0)
        }
    };
    let inner = vm.new_tuple(&[source, Value::from_usize(index)]);
    Ok(vm.new_tuple(&[ty, inner]))
}
