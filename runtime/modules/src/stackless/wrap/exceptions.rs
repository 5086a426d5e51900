//! What exceptions of a paused program keep: causes, contexts, and tracebacks of those that are being handled.
//!
//! An exception itself is pickled as anywhere, by its class, arguments and attributes, because what one sends to another
//! process shall not drag its program along. But a frame, generator or tasklet that goes on must find what it left: its state
//! ends with a tuple of `(exception, cause, context, suppress_context, traceback)` for each exception that needs it.

use super::{or_none, part};
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::exception_methods::field;
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;
use std::collections::HashSet;

/// Exceptions, each once, in the order they were found.
struct Found {
    all: ValueVec,
    /// Their bits; `all` keeps them alive.
    known: HashSet<u64>,
}

impl Found {
    fn add(&mut self, vm: &Vm, v: Value) {
        if v.is::<PyException>() && self.known.insert(v.bits()) {
            self.all.push(&vm.heap, v);
        }
    }
    /// Adds what those from `at` on are linked to.
    fn follow(&mut self, vm: &mut Vm, mut at: usize) {
        while at < self.all.len() {
            if let Some(e) = self.all.get(at).cast::<PyException>() {
                self.add(vm, e.cause.get());
                self.add(vm, e.context.get());
                let grouped = match vm.is_instance_of(e.value(), ids::BASE_EXCEPTION_GROUP) {
                    true => e.field(field::GROUP + 1),
                    false => Value::NONE,
                };
                for v in tuple_items(&grouped) {
                    self.add(vm, *v);
                }
            }
            at += 1;
        }
    }
}

/// The last item of a state; `NULL`: there is nothing to keep. `handled`: those that keep their tracebacks.
pub fn links(vm: &mut Vm, handled: &[Value], others: &[Value]) -> Value {
    let mut found = Found {
        all: ValueVec::new(),
        known: HashSet::new(),
    };
    for v in handled {
        found.add(vm, *v);
    }
    found.follow(vm, 0);
    let with_traceback = found.all.len();
    for v in others {
        found.add(vm, *v);
    }
    found.follow(vm, with_traceback);
    let mut kept = ValueVec::new();
    for i in 0..found.all.len() {
        let Some(e) = found.all.get(i).cast::<PyException>() else {
            continue;
        };
        let (cause, context) = (e.cause.get(), e.context.get());
        let (suppress, traceback) = match i < with_traceback {
            true => (e.suppress_context.get(), e.traceback.get()),
            false => (e.suppress_context.get(), Value::NONE),
        };
        if suppress || ![cause, context, traceback].iter().all(|v| v.is_absent()) {
            let [cause, context, traceback] = [cause, context, traceback].map(or_none);
            let link = [e.value(), cause, context, Value::bool(suppress), traceback];
            let link = vm.new_tuple(&link);
            kept.push(&vm.heap, link);
        }
    }
    match kept.is_empty() {
        true => Value::NULL,
        false => vm.new_tuple(kept.as_slice()),
    }
}

/// Gives the exceptions of a state what they have lost.
pub fn link(vm: &mut Vm, links: Value) -> PyResult<()> {
    if !links.is::<PyTuple>() {
        return Err(vm.type_error("bad state: a tuple of exceptions is required"));
    }
    for of_one in items(&links) {
        let [e, cause, context, suppress, traceback] = *tuple_items(of_one) else {
            return Err(vm.type_error("bad state: an exception takes 5 items"));
        };
        let e = part::<PyException>(vm, e, false, "exception")?;
        let cause = part::<PyException>(vm, cause, true, "exception")?;
        let context = part::<PyException>(vm, context, true, "exception")?;
        let traceback = part::<PyTraceback>(vm, traceback, true, "exception")?;
        let Some(e) = e.cast::<PyException>() else {
            continue;
        };
        let parts = [
            (&e.cause, cause),
            (&e.context, context),
            (&e.traceback, traceback),
        ];
        for (slot, v) in parts {
            if slot.get().is_absent() {
                slot.set(e, v);
            }
        }
        if suppress == Value::TRUE {
            e.suppress_context.set(true);
        }
    }
    Ok(())
}

fn tuple_items(v: &Value) -> &[Value] {
    if v.is::<PyTuple>() { items(v) } else { &[] }
}
