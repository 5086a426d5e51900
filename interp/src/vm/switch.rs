//! Switching tasklets: what the scheduler decided (`tasklet::scheduler`) done to the stacks.
//!
//! A tasklet is left inside a call of a native that switches. The return word of that call is kept with it: when it goes
//! on, the value left in its `tempval` is delivered as the call's result, or raised if it is a bomb. That makes every
//! switch the same, be it `schedule`, a channel, `run` or the end of another tasklet. With native code between the call and
//! the bottom of the tasklet, the native stack is parked too (`run/fibers.rs`).

use super::call::{self, Flow};
use super::run::cx::{Cx, Pc};
use super::run::ret::{Action, ret};
use super::run::{exit_pc, fibers};
use super::{Step, run, trace, unwind};
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::helpers::signals;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::Frame;
use skein_runtime::tasklet::tasklet::{PyTasklet, extra, tasklet_flag};
use skein_runtime::tasklet::{bomb, greenlet};

/// Calls a native that may switch; its result goes where `word` says.
pub fn begin(
    vm: &mut Vm,
    b: Ref<PyBuiltin>,
    args: &[Value],
    kwnames: Option<Ref<PyTuple>>,
    word: u64,
) -> PyResult<Flow> {
    let result = match kwnames {
        None => call_direct(vm, b, args),
        Some(_) => None,
    };
    let result = result.unwrap_or_else(|| vm.call_builtin_only(b, args, kwnames));
    if vm.scheduler.target.get().is_null() {
        return result.map(Flow::Done);
    }
    Ok(Flow::Entered(leave(vm, word)))
}

/// Calls a native with arguments that need no looking at, if these are such.
#[inline]
fn call_direct(vm: &mut Vm, b: Ref<PyBuiltin>, args: &[Value]) -> Option<PyResult> {
    const MOST: usize = 4;
    let counts = &b.def.counts;
    let total = counts.total as usize;
    let fits =
        counts.plain && total <= MOST && (counts.required as usize..=total).contains(&args.len());
    let receives = b.direct
        || b.shape_id() == ids::METHOD_DESCRIPTOR
            && args
                .first()
                .is_some_and(|v| b.owner.get().is_some_and(|o| vm.type_of(*v) == o));
    if !fits || !receives {
        return None;
    }
    let mut all = [Value::NULL; MOST];
    all[..args.len()].copy_from_slice(args);
    Some((b.def.func)(vm, &all[..total]))
}

/// `Call` of a native that may switch, for machine code.
pub fn op_call(vm: &mut Vm, cx: Cx) -> Step {
    let base = cx.b();
    let b = cx.reg(base).cast::<PyBuiltin>();
    let Some(b) = b.filter(|b| b.def.switches) else {
        return call::op_call(vm, cx);
    };
    let args = call::window_args(cx, base, cx.c());
    let word = ret(Action::Store, 2, cx.a(), base as u32);
    let flow = begin(vm, b, args, None, word)?;
    Ok(call::store(cx, flow, cx.a(), 2))
}

/// Leaves the running tasklet for the scheduler's target. The running one goes on as `word` says.
fn leave(vm: &mut Vm, word: u64) -> Pc {
    let left = left_stack(vm);
    save(vm, left, word);
    if vm.native_depth.get() > 1 {
        park(vm, left);
        return restore(vm, left);
    }
    enter_target(vm)
}

/// Whose stack is left: the running tasklet's, or a greenlet's of it.
fn left_stack(vm: &Vm) -> Ref<PyTasklet> {
    match vm.scheduler.source.get().cast() {
        Some(greenlet) => greenlet,
        None => vm.current_tasklet(),
    }
}

/// Leaves the running tasklet at an instruction that runs when it goes on.
pub fn again(vm: &mut Vm) -> Pc {
    let current = vm.current_tasklet();
    current.tempval.set(current, Value::NONE);
    leave(vm, ret(Action::Again, 0, 0, 0))
}

/// A native that switches was called by native code.
pub fn hook_switch(vm: &mut Vm) -> PyResult {
    if fibers::outermost() {
        greenlet::forget_switch(vm);
        return Err(vm.runtime_error("cannot switch when the program has ended"));
    }
    let left = left_stack(vm);
    save(vm, left, 0);
    park(vm, left);
    load(vm, left);
    arrived(vm, left)
}

/// Parks the native stack of a tasklet whose registers are saved; returns when it is the one to go on.
fn park(vm: &mut Vm, current: Ref<PyTasklet>) {
    current
        .nesting
        .set((vm.native_depth.get() as u32).saturating_sub(1).max(1));
    let number = fibers::running();
    current.native_stack.set(number);
    // Greenlets are found by who refers to them.
    let noted = !current.has(tasklet_flag::GREENLET);
    vm.note_parked(number, noted.then_some(current));
    let to = vm
        .scheduler
        .target
        .get()
        .cast::<PyTasklet>()
        .map_or(0, |t| t.native_stack.get());
    let hook = trace::leave_hook(vm);
    fibers::park(vm, to);
    trace::enter_hook(vm, hook);
    vm.scheduler.target.set(Value::NULL);
    vm.note_parked(number, None);
    current.native_stack.set(0);
    current.nesting.set(0);
}

/// Keeps the stack registers of the running tasklet with it.
fn save(vm: &mut Vm, t: Ref<PyTasklet>, word: u64) {
    t.word.set(word);
    t.fp.set(vm.fp.get() as usize);
    t.top.set(vm.stack_top.get() as usize);
    match vm.chunk.get() {
        Some(chunk) => t.chunk.set(t, chunk),
        None => t.chunk.clear(),
    }
    t.handled.set(t, vm.handled.get());
    t.handled_top.set(t, vm.handled_top.get());
    t.context.set(t, vm.context.get());
    t.depth.set(vm.depth.get() as u32);
    // The stack was written without barriers.
    vm.heap.remember(t.header());
    if let Some(g) = outermost_generator(vm) {
        g.handled_below.set(g, t.value());
    }
}

/// The running generator that no other one called. While its tasklet waits it refers to that, in whose stack its caller's frame is.
fn outermost_generator(vm: &Vm) -> Option<Ref<PyGenerator>> {
    let mut g = vm.handled_top.get().cast::<PyGenerator>()?;
    while let Some(below) = g.handled_below.get().cast() {
        g = below;
    }
    Some(g)
}

/// Makes a tasklet the running one.
fn load(vm: &mut Vm, t: Ref<PyTasklet>) {
    let left = vm.current_tasklet();
    let changed = !t.has(tasklet_flag::GREENLET);
    if changed {
        vm.tasklet.set(t.value());
        t.switches.set(t.switches.get().wrapping_add(1));
        if t.has(tasklet_flag::WATCHDOG | tasklet_flag::GRANTED) {
            vm.wake_watchdog(t);
            t.accept();
        }
        if vm.scheduler.since.get() != 0 {
            vm.measure(left);
        }
    }
    vm.fp.set(t.fp.replace(0) as *mut u64);
    vm.stack_top.set(t.top.replace(0) as *mut u64);
    let chunk = t.chunk.get();
    vm.chunk.set(chunk);
    vm.stack_limit
        .set(chunk.map_or(std::ptr::null_mut(), |c| c.limit()));
    vm.handled.set(t.handled.get());
    vm.handled_top.set(t.handled_top.get());
    if let Some(g) = outermost_generator(vm) {
        g.handled_below.set(g, Value::NULL);
        remember_generators(vm);
    }
    vm.context.set(t.context.get());
    vm.depth.set(t.depth.get() as usize);
    if !changed {
        return;
    }
    if left != t {
        trace::exchange(vm, left, t);
    }
    run::budget::next_slice(vm);
}

/// The running generators of a tasklet that goes on are written to without barriers again, and a collection meanwhile may have
/// made them old.
fn remember_generators(vm: &mut Vm) {
    let mut running = vm.handled_top.get().cast::<PyGenerator>();
    while let Some(g) = running {
        vm.heap.remember(g.header());
        running = g.handled_below.get().cast();
    }
}

/// What a tasklet or greenlet that was just loaded goes on with.
fn arrived(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult {
    let v = take_tempval(t);
    let source = vm.scheduler.source.get();
    if let Some(from) = source.cast() {
        vm.scheduler.source.set(Value::NULL);
        return greenlet::arrive(vm, from, t, v);
    }
    bomb::explode(vm, v)
}

fn take_tempval(t: Ref<PyTasklet>) -> Value {
    let v = t.tempval.get();
    t.tempval.set(t, Value::NONE);
    v
}

/// Lets the scheduler's target go on in the base loop of this native stack. If it has a native stack of its own the loop
/// ends instead.
pub fn enter_target(vm: &mut Vm) -> Pc {
    let t: Ref<PyTasklet> = vm.scheduler.target.get().cast().expect("a target");
    if t.native_stack.get() != 0 {
        vm.run_outcome.set(fibers::TO_PARKED);
        return exit_pc();
    }
    vm.scheduler.target.set(Value::NULL);
    restore(vm, t)
}

/// Lets a tasklet go on whose native code, if any, is on this stack.
fn restore(vm: &mut Vm, t: Ref<PyTasklet>) -> Pc {
    let begun = t.has(tasklet_flag::STARTED);
    let thawed = match t.has(tasklet_flag::FROZEN) {
        true => super::pickling::thaw::thaw(vm, t),
        false => Ok(()),
    };
    load(vm, t);
    if !begun {
        return start(vm, t);
    }
    if let Err(text) = thawed {
        take_tempval(t);
        let raised = vm.runtime_error(text);
        return end(vm, Err(raised));
    }
    let value = arrived(vm, t);
    let Some(frame) = vm.current_frame() else {
        return end(vm, value);
    };
    let (cx, word) = (Cx::saved(frame), t.word.get());
    let value = match value {
        Ok(v) if signals::any() => after_signals(vm, cx, v),
        value => value,
    };
    match value {
        Ok(v) => unwind::deliver(vm, cx, word, v),
        // A sent StopIteration ends a loop over the channel.
        Err(_)
            if Action::of(word) == Action::ForIter && vm.clear_raised_if(ids::STOP_ITERATION) =>
        {
            cx.ext_target()
        }
        Err(_) => unwind::raise(vm),
    }
}

/// A wait has ended with `v`, and signals came meanwhile: what their handlers raise comes out of the call that waited, as it
/// does where they end the wait. Not out of `__enter__`, whose `__exit__` would never be called.
#[cold]
fn after_signals(vm: &mut Vm, cx: Cx, v: Value) -> PyResult {
    let entering = cx.reg(cx.a()).cast::<PyBuiltin>();
    if entering.is_none_or(|b| b.def.name != "__enter__") {
        vm.run_signals()?;
    }
    Ok(v)
}

/// Begins the function of a tasklet that was bound to arguments.
fn start(vm: &mut Vm, t: Ref<PyTasklet>) -> Pc {
    let (function, args, kwargs) = t.take_start();
    vm.handled.set(Value::NULL);
    vm.handled_top.set(Value::NULL);
    if t.extra.get().is_some() && !t.has(tasklet_flag::GREENLET) {
        vm.set_tasklet_extra(t, extra::GREENLET, Value::NULL);
        vm.set_tasklet_extra(t, extra::LOCALS, Value::NULL);
    }
    let flow = match arrived(vm, t) {
        Ok(_) => begin_function(vm, function, args, kwargs),
        Err(r) => Err(r),
    };
    match flow {
        Ok(Flow::Entered(pc)) => pc,
        Ok(Flow::Done(v)) => end(vm, Ok(v)),
        Err(r) => end(vm, Err(r)),
    }
}

fn begin_function(vm: &mut Vm, function: Value, args: Value, kwargs: Value) -> PyResult<Flow> {
    // A pickle may have put one into a channel that is not bound.
    let Some(args) = args.cast::<PyTuple>() else {
        return Err(vm.runtime_error("the tasklet was not bound to a function"));
    };
    let word = ret(Action::TaskletEnd, 0, 0, 0);
    if kwargs.cast::<PyDict>().is_none_or(|d| d.is_empty()) {
        return call::begin(vm, function, args.items(), None, word);
    }
    let (all, names) = call::with_keywords(vm, args.items(), kwargs)?;
    call::begin(vm, function, all.as_slice(), names, word)
}

/// The running tasklet or greenlet has left its last frame, with a result or the exception in flight.
pub fn end(vm: &mut Vm, result: PyResult) -> Pc {
    let (t, next) = match greenlet::running(vm) {
        Some(g) => (g, greenlet::finish(vm, g, result)),
        None => {
            let t = vm.current_tasklet();
            let result = if t.has(tasklet_flag::TASK) {
                vm.finish_task(t, result)
            } else {
                result
            };
            (t, vm.end_tasklet(result.is_err()))
        }
    };
    t.chunk.clear();
    t.fp.set(0);
    t.top.set(0);
    t.context.set(t, vm.context.get());
    for slot in [&t.handled, &t.handled_top] {
        slot.set_unbarriered(Value::NULL);
    }
    t.depth.set(0);
    vm.scheduler.target.set(next.value());
    enter_target(vm)
}

/// The frame object of a tasklet's innermost Python frame, or `None`.
pub fn frame_of(vm: &mut Vm, t: Ref<PyTasklet>) -> Value {
    if t.has(tasklet_flag::FROZEN) {
        return super::pickling::innermost(vm, t);
    }
    let fp = if t == vm.current_tasklet() {
        vm.fp.get()
    } else {
        t.fp.get() as *mut u64
    };
    let innermost = skein_runtime::helpers::frame_at(fp);
    let Some(frame) = innermost.and_then(Frame::visible) else {
        return Value::NONE;
    };
    let object = super::frames::frame_object(vm, frame);
    object.owner.set(object, t.value());
    if t != vm.current_tasklet()
        && let Some(innermost) = innermost
    {
        name_callers(vm, t, innermost);
    }
    object.value()
}

/// A frame object was made for the innermost frame of a suspended tasklet: makes those of the callers, too. They stand in
/// the stack, which is written without barriers, and later nobody knows whose stack it is.
fn name_callers(vm: &mut Vm, t: Ref<PyTasklet>, innermost: Frame) {
    let (mut chunk, mut next) = (t.chunk.get(), Some(innermost));
    while let Some(frame) = next {
        let object = super::frames::frame_object(vm, frame);
        object.owner.set(object, t.value());
        while let Some(c) = chunk {
            c.clean.set(false);
            if (c.base()..c.limit()).contains(&frame.fp()) || frame.generator().is_some() {
                break;
            }
            chunk = c.prev.get();
        }
        vm.heap.remember(t.header());
        next = frame.caller();
    }
}

/// Instructions after which an interrupt that was forbidden is tried again.
const RETRY: u64 = 4;

/// The running tasklet has used up its slice: it is taken out of the queue and given to the caller of `run()`, unless
/// something forbids that now.
pub fn interrupt(vm: &mut Vm, cx: Cx) -> super::Step {
    let current = vm.current_tasklet();
    let Some(watchdog) = vm.scheduler.interrupt.get().cast::<PyTasklet>() else {
        return Ok(cx.pc);
    };
    let (budget, soft) = (&vm.scheduler.budget, vm.scheduler.budget.soft.get());
    let deadline = budget.deadline.get();
    if deadline != 0 && !vm.is_past(deadline) {
        budget.refill();
        return Ok(cx.pc);
    }
    if soft || current == watchdog {
        budget.refill();
        current.put(tasklet_flag::PENDING_INTERRUPT, soft);
        return Ok(cx.pc);
    }
    if vm.nesting_forbids()
        || current.has(tasklet_flag::ATOMIC)
        || vm.scheduler.trap.get() != 0
        || vm.scheduler.in_callback.get()
    {
        // It is to happen as soon as the obstacle is gone.
        budget.left.set(RETRY);
        return Ok(cx.pc);
    }
    watchdog.tempval.set(watchdog, current.value());
    if !watchdog.has(tasklet_flag::QUEUED) {
        vm.queue_append(watchdog);
    }
    vm.queue_remove(current);
    vm.switch_to(watchdog)?;
    Ok(leave(vm, ret(Action::Again, 0, 0, 0)))
}
