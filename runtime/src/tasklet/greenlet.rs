//! `greenlet`: stacks that a program changes between by name, without a scheduler.
//!
//! A greenlet is a [`PyTasklet`] with the flag `GREENLET`, of which only the stack is used. What a thread is to the
//! greenlet package, a tasklet is here: each has a root greenlet, which stands for the stack that it began with, and a
//! switch of greenlets exchanges the stack *of the running tasklet*, which stays the same one for scheduler and channels.
//! So a greenlet may call `schedule()` or wait on a channel: its tasklet does, and comes back in that greenlet. Greenlets
//! of one tasklet cannot be switched to from another one. The exchange itself is in `interp::vm::switch`.
//!
//! Fields with a meaning of their own: `next` is the parent, `prev` the root greenlet once it is started (a root's own is
//! itself), `start` the callable until it is started. The running greenlet is in the tasklet's `extra::GREENLET`; its saved
//! stack is empty.

use super::bomb::{self, Bomb};
use super::tasklet::{PyTasklet, extra, tasklet_flag as flag};
use crate::builtins::native::native;
use crate::builtins::tuple::PyTuple;
use crate::error::{PyResult, Raised};
use crate::object::header::Ref;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;

/// Key of the type `greenlet` in the state of the `Vm`.
pub const TYPE: &str = "greenlet.greenlet";
/// Key of the exception that ends a greenlet quietly.
pub const EXIT: &str = "greenlet.GreenletExit";
/// Key of the exception for what cannot be.
pub const ERROR: &str = "greenlet.error";

/// What a switch hands over.
#[derive(Clone, Copy)]
pub enum Sent {
    /// Arguments: of the function that begins, or the result of the call that is left.
    Values(Ref<PyTuple>, Value),
    /// An exception.
    Exception(Value),
}

impl Sent {
    /// A single value.
    pub fn one(vm: &mut Vm, v: Value) -> Sent {
        Sent::Values(PyTuple::from_slice(vm, &[v]), Value::NULL)
    }
    /// What the call that is gone on with gives, or raises.
    fn result(self, vm: &mut Vm) -> Value {
        let (args, kwargs) = match self {
            Sent::Values(args, kwargs) => (args, kwargs),
            Sent::Exception(e) => return bomb::new(vm, e),
        };
        let positional = match args.items() {
            [one] => *one,
            _ => args.value(),
        };
        if kwargs.is_absent() {
            return positional;
        }
        if args.items().is_empty() {
            return kwargs;
        }
        vm.new_tuple(&[args.value(), kwargs])
    }
}

impl PyTasklet {
    /// A greenlet that stands for a whole tasklet.
    pub fn is_root_greenlet(&self) -> bool {
        self.next.get().is_none()
    }
}

/// The greenlet that a parent chain ends at.
pub fn root_of(g: Ref<PyTasklet>) -> Option<Ref<PyTasklet>> {
    let mut g = g;
    loop {
        if let Some(root) = g.prev.get() {
            return Some(root);
        }
        g = g.next.get()?;
    }
}

/// The running greenlet if it is not a root one.
pub fn running(vm: &Vm) -> Option<Ref<PyTasklet>> {
    let g: Ref<PyTasklet> = vm.current_tasklet().extra(extra::GREENLET).cast()?;
    (!g.is_root_greenlet()).then_some(g)
}

/// The object that owns the running stack: a tasklet, or a greenlet of it. `NULL` before the first tasklet was made, and for a
/// main tasklet's own stack, whose frames all end before it does: frames that lead to it would seem to hold all it holds.
pub fn stack_owner(vm: &Vm) -> Value {
    let running = vm.tasklet.get();
    let Some(t) = running.cast::<PyTasklet>() else {
        return Value::NULL;
    };
    match t.extra(extra::GREENLET).cast::<PyTasklet>() {
        Some(g) if !g.is_root_greenlet() => g.value(),
        _ if vm.scheduler.main.get() == running => Value::NULL,
        _ => running,
    }
}

/// The running greenlet; a tasklet's root greenlet is made when it is first asked for.
///
/// # Errors
/// `RuntimeError` before the module is initialised.
pub fn current(vm: &mut Vm) -> PyResult<Ref<PyTasklet>> {
    let t = vm.current_tasklet();
    if let Some(g) = t.extra(extra::GREENLET).cast() {
        return Ok(g);
    }
    let Some(ty) = vm.state_get(TYPE).and_then(|v| v.cast::<PyType>()) else {
        return Err(vm.runtime_error("greenlet is not initialised"));
    };
    let root = PyTasklet::new_instance(vm, ty);
    root.put(flag::GREENLET | flag::STARTED, true);
    root.prev.set(root, root);
    vm.set_tasklet_extra(t, extra::GREENLET, root.value());
    Ok(root)
}

/// Lets a greenlet, or the nearest living one of its parents, go on when the native in progress has returned.
///
/// # Errors
/// `greenlet.error` if it belongs to another tasklet; what looking up `run` raises; what is sent to the running one.
pub fn switch(vm: &mut Vm, g: Ref<PyTasklet>, sent: Sent) -> PyResult {
    let target = prepare(vm, g, sent)?;
    let from = current(vm)?;
    if target == from {
        let v = target.tempval.get();
        target.tempval.set(target, Value::NONE);
        return arrive(vm, from, target, v);
    }
    go(vm, from, target);
    Ok(Value::NULL)
}

fn go(vm: &mut Vm, from: Ref<PyTasklet>, to: Ref<PyTasklet>) {
    let t = vm.current_tasklet();
    vm.set_tasklet_extra(t, extra::GREENLET, to.value());
    vm.scheduler.source.set(from.value());
    vm.scheduler.target.set(to.value());
}

/// Gives up a switch that cannot happen.
pub fn forget_switch(vm: &mut Vm) {
    let from = vm.scheduler.source.get();
    if !from.is_null() {
        let t = vm.current_tasklet();
        vm.set_tasklet_extra(t, extra::GREENLET, from);
        vm.scheduler.source.set(Value::NULL);
    }
    vm.scheduler.target.set(Value::NULL);
}

fn check_root(vm: &mut Vm, g: Ref<PyTasklet>) -> PyResult<Ref<PyTasklet>> {
    let (here, there) = (root_of(current(vm)?), root_of(g));
    match (here, there) {
        (Some(h), Some(t)) if h == t => Ok(h),
        (Some(_), Some(t)) if t.thread_gone() => {
            let text = "cannot switch to a different thread (which happens to have exited)";
            Err(error(vm, text))
        }
        (Some(h), Some(t)) => {
            let (h, t) = (vm.repr_text(h.value())?, vm.repr_text(t.value())?);
            let text =
                format!("Cannot switch to a different thread\n\tCurrent:  {h}\n\tExpected: {t}");
            Err(error(vm, &text))
        }
        _ => Err(error(vm, "cannot switch to a garbage collected greenlet")),
    }
}

fn error(vm: &mut Vm, text: &str) -> Raised {
    let text = vm.new_str(text);
    match vm.state_get(ERROR).and_then(|v| v.cast::<PyType>()) {
        Some(ty) => vm.raise_type(ty, &[text]),
        None => vm.runtime_error("greenlet is not initialised"),
    }
}

/// Gives who really goes on, with what was sent in its `tempval`. Looking up `run` may run any code, even start the
/// greenlet meanwhile.
fn prepare(vm: &mut Vm, g: Ref<PyTasklet>, sent: Sent) -> PyResult<Ref<PyTasklet>> {
    check_root(vm, g)?;
    let mut target = g;
    loop {
        if target.has(flag::STARTED) {
            let v = sent.result(vm);
            target.tempval.set(target, v);
            return Ok(target);
        }
        if target.has(flag::FINISHED) {
            match target.next.get() {
                Some(parent) => target = parent,
                None => return Err(error(vm, "cannot switch to a garbage collected greenlet")),
            }
            continue;
        }
        let name = vm.intern("run");
        let run = vm.get_attr(target.value(), name)?;
        if target.has(flag::STARTED | flag::FINISHED) {
            continue;
        }
        let root = check_root(vm, target)?;
        target.prev.set(target, root);
        let (args, kwargs, v) = match sent {
            Sent::Values(args, kwargs) => (args.value(), kwargs, Value::NONE),
            Sent::Exception(e) => {
                let v = bomb::new(vm, e);
                (vm.new_tuple(&[]), Value::NULL, v)
            }
        };
        PyTasklet::give(target, run, args, kwargs);
        target.tempval.set(target, v);
        return Ok(target);
    }
}

/// A greenlet was switched to: shows that to the trace function, gives the value handed over or raises the exception.
///
/// # Errors
/// What was thrown; what the trace function raises, which is not called again then.
pub fn arrive(vm: &mut Vm, from: Ref<PyTasklet>, to: Ref<PyTasklet>, v: Value) -> PyResult {
    let callback = vm.scheduler.greenlet_trace.get();
    if !callback.is_null() {
        let event = if native::<Bomb>(&v).is_some() {
            "throw"
        } else {
            "switch"
        };
        let event = vm.intern(event).value();
        let pair = vm.new_tuple(&[from.value(), to.value()]);
        if let Err(r) = vm.call(callback, &[event, pair]) {
            vm.scheduler.greenlet_trace.set(Value::NULL);
            return Err(r);
        }
    }
    bomb::explode(vm, v)
}

/// The running greenlet, which is no root, has left its last frame. Gives who goes on: its parent, with the result.
pub fn finish(vm: &mut Vm, g: Ref<PyTasklet>, result: PyResult) -> Ref<PyTasklet> {
    g.put(flag::STARTED | flag::BOUND, false);
    g.put(flag::FINISHED, true);
    let mut sent = match result {
        Ok(v) => Sent::one(vm, v),
        Err(_) => {
            let e = vm.take_raised();
            quiet_exit(vm, e)
        }
    };
    let mut parent = g.next.get();
    while let Some(p) = parent {
        match prepare(vm, p, sent) {
            Ok(target) => {
                go(vm, g, target);
                return target;
            }
            Err(_) => sent = Sent::Exception(vm.take_raised()),
        }
        parent = p.next.get();
    }
    // Only a greenlet whose parents changed tasklets meanwhile gets here.
    let root = g.prev.get().unwrap_or(g);
    let v = sent.result(vm);
    root.tempval.set(root, v);
    go(vm, g, root);
    root
}

/// What the parent of a greenlet that ends with an exception gets: `GreenletExit` is an ordinary result.
pub fn quiet_exit(vm: &mut Vm, e: Value) -> Sent {
    let exit = vm.state_get(EXIT).and_then(|v| v.cast::<PyType>());
    if exit.is_some_and(|ty| vm.type_of(e).is_subtype(ty)) {
        Sent::one(vm, e)
    } else {
        Sent::Exception(e)
    }
}
