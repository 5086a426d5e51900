//! Taking turns on a buffered stream: reading or writing its raw stream may let other tasklets and threads run, which must not find
//! the buffer half changed. An operation has the stream for itself; others wait in line. CPython has a lock for that.

use super::buffered;
use skein_runtime::prelude::*;

/// Whose turn it is.
#[derive(Default)]
pub struct Turn {
    /// The tasklet whose operation is in progress; `NULL`: none.
    user: Slot,
    /// Tasklets that want to operate, each with the number of its wait.
    line: RefSlot<PyList>,
}

impl Turn {
    /// Visits its values.
    pub fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.user);
        t.visit(self.line.value());
    }
}

/// Runs an operation that is to be alone on a stream.
///
/// # Errors
/// `RuntimeError` if the running tasklet is inside one already, or what the operation raises.
pub fn alone<R>(
    vm: &mut Vm,
    stream: Value,
    operation: impl FnOnce(&mut Vm) -> PyResult<R>,
) -> PyResult<R> {
    enter(vm, stream)?;
    let result = operation(vm);
    leave(vm, stream);
    result
}

/// A method that is alone on its stream.
///
/// # Errors
/// As [`alone`].
pub fn locked(
    vm: &mut Vm,
    args: &[Value],
    operation: fn(&mut Vm, &[Value]) -> PyResult,
) -> PyResult {
    alone(vm, args[0], |vm| operation(vm, args))
}

/// Begins an operation on a stream.
///
/// # Errors
/// `RuntimeError` if the running tasklet is inside one.
fn enter(vm: &mut Vm, stream: Value) -> PyResult<()> {
    let (owner, b) = buffered::this(vm, &stream)?;
    // At the end of the program nobody else goes on.
    while !b.turn.user.get().is_null() && vm.native_depth.get() > 0 {
        if b.turn.user.get() == vm.tasklet.get() {
            let shown = vm.repr_text(stream)?;
            return Err(vm.runtime_error(format!("reentrant call inside {shown}")));
        }
        let line = match b.turn.line.get() {
            Some(line) => line,
            None => {
                let line = PyList::new(vm);
                b.turn.line.set(owner, line);
                line
            }
        };
        let (t, serial) = (vm.tasklet.get(), vm.next_wait());
        line.push(vm, t);
        line.push(vm, Value::from_usize(serial as usize));
        vm.wait_here(None, Vec::new(), Value::NONE)?;
    }
    b.turn.user.set(owner, vm.tasklet.get());
    Ok(())
}

/// Ends an operation on a stream.
fn leave(vm: &mut Vm, stream: Value) {
    let Some((_, b)) = native::<buffered::Buffered>(&stream) else {
        return;
    };
    b.turn.user.set_unbarriered(Value::NULL);
    let Some(line) = b.turn.line.get() else {
        return;
    };
    let mut at = 0;
    while let (Some(t), Some(serial)) = (line.try_get(at), line.try_get(at + 1)) {
        at += 2;
        if let (Some(t), Some(serial)) = (t.cast(), serial.as_small_int())
            && vm.wake_from(t, serial as u64, Value::NONE)
        {
            break;
        }
    }
    line.splice(vm, 0, at.min(line.len()), &[]);
}
