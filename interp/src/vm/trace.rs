//! `sys.settrace` and `sys.setprofile`: which events an instruction is, and calling the functions.
//!
//! While a function is set, the loop runs with a second handler table (`run/traced.rs`) that asks [`before`] ahead of every
//! instruction; without one nothing is asked, so tracing costs nothing when it is off. What bytecode alone cannot show
//! (exceptions on their way, generators entered by `throw`) is told by `unwind.rs` and `generator.rs`.
//!
//! A line begins where the position's line differs from that of the last instruction of the frame, or where a jump went
//! back. Events are not delivered while a trace or profile function runs.

use super::frames::frame_object;
use super::monitor::{self, fire, fire_here, wanted};
use super::run::cx::{Cx, Pc, code_start, header_word, set_header, word_at};
use super::soft::is_hidden;
use super::{Step, run};
use skein_compiler::bytecode::Op;
use skein_compiler::bytecode::ops::jump;
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::builtins::frame::{FRESH, PyFrame};
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::{Frame, at};
use skein_runtime::tasklet::tasklet::{PyTasklet, extra};

/// Places in `Vm::interp_roots`.
const TRACE: usize = 0;
const PROFILE: usize = 1;

/// What `frame.f_lineno` may be set in.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Event {
    /// No trace function runs.
    Nothing,
    /// `'call'`
    Call,
    /// `'line'`
    Line,
    /// `'return'`
    Return,
    /// `'exception'`
    Exception,
    /// `'opcode'`
    Opcode,
}

/// Sets the trace function (`which` 0) or the profile function (1); `None` takes it away.
pub fn set(vm: &mut Vm, which: usize, f: Value) {
    vm.interp_roots[which].set(if f.is_none() { Value::NULL } else { f });
    retrace(vm);
}

/// What is to be traced has changed.
pub fn retrace(vm: &mut Vm) {
    choose_table(vm);
    // A loop that is running notices at its next safe point, if not before.
    vm.attention
        .store(true, std::sync::atomic::Ordering::Relaxed);
}

/// The trace function (0) or profile function (1).
pub fn get(vm: &Vm, which: usize) -> Value {
    vm.interp_roots[which]
        .get()
        .non_null()
        .unwrap_or(Value::NONE)
}

/// Trace and profile functions are a tasklet's own: those of `left` are kept with it, those of `next` come into force.
pub fn exchange(vm: &mut Vm, left: Ref<PyTasklet>, next: Ref<PyTasklet>) {
    let none = |place: usize| vm.interp_roots[place].get().is_null();
    if none(TRACE) && none(PROFILE) && left.extra.get().is_none() && next.extra.get().is_none() {
        return;
    }
    let mut changed = false;
    for (which, place) in [(TRACE, extra::TRACE), (PROFILE, extra::PROFILE)] {
        let now = vm.interp_roots[which].get();
        vm.set_tasklet_extra(left, place, if left.alive() { now } else { Value::NULL });
        let then = next.extra(place);
        vm.interp_roots[which].set(then);
        changed |= now != then;
    }
    if changed {
        retrace(vm);
    }
}

/// A trace function is left for another tasklet, which is traced as before; gives what [`enter_hook`] needs.
pub fn leave_hook(vm: &Vm) -> (usize, u8) {
    let hook = (vm.trace_depth.replace(0), vm.trace_event.replace(0));
    choose_table(vm);
    hook
}

/// The tasklet that was left inside a trace function, or not, goes on.
pub fn enter_hook(vm: &Vm, (depth, event): (usize, u8)) {
    vm.trace_depth.set(depth);
    vm.trace_event.set(event);
    choose_table(vm);
}

fn choose_table(vm: &Vm) {
    let on = vm.trace_depth.get() == 0
        && (vm.monitored.get() != 0
            || !vm.interp_roots[TRACE].get().is_null()
            || !vm.interp_roots[PROFILE].get().is_null());
    vm.tracing.set(on);
    run::traced::choose(vm, on);
}

/// Runs `f` without events.
pub fn quietly<T>(vm: &mut Vm, f: impl FnOnce(&mut Vm) -> T) -> T {
    vm.trace_depth.set(vm.trace_depth.get() + 1);
    choose_table(vm);
    let r = f(vm);
    vm.trace_depth.set(vm.trace_depth.get() - 1);
    choose_table(vm);
    r
}

/// `sys.call_tracing(func, args)`: events are delivered inside although a trace function runs.
pub fn call_tracing(vm: &mut Vm, f: Value, args: &[Value]) -> PyResult {
    let (depth, event) = (vm.trace_depth.replace(0), vm.trace_event.replace(0));
    choose_table(vm);
    let r = vm.call(f, args);
    vm.trace_depth.set(depth);
    vm.trace_event.set(event);
    choose_table(vm);
    r
}

/// Calls a trace or profile function. The exception in flight stays so, unless the function raises.
fn deliver(
    vm: &mut Vm,
    f: Value,
    frame: Ref<PyFrame>,
    event: Event,
    name: &str,
    arg: Value,
) -> PyResult {
    let in_flight = vm.take_raised();
    let name = vm.intern(name).value();
    let outer = vm.trace_event.replace(event as u8);
    let r = quietly(vm, |vm| vm.call(f, &[frame.value(), name, arg]));
    vm.trace_event.set(outer);
    if r.is_ok() {
        vm.raised.set(in_flight);
    }
    r
}

/// An event for the trace function of a frame (the global one for `call`).
fn trace(vm: &mut Vm, frame: Ref<PyFrame>, event: Event, name: &str, arg: Value) -> PyResult<()> {
    let global = vm.interp_roots[TRACE].get();
    let f = match event {
        Event::Call => global,
        _ => frame.trace.get(),
    };
    if global.is_null() || f.is_absent() {
        return Ok(());
    }
    match deliver(vm, f, frame, event, name, arg) {
        Ok(next) => {
            if !next.is_none() {
                frame.trace.set(frame, next);
            }
            Ok(())
        }
        Err(r) => {
            set(vm, TRACE, Value::NONE);
            frame.trace.set(frame, Value::NULL);
            Err(r)
        }
    }
}

fn profile(vm: &mut Vm, frame: Ref<PyFrame>, name: &str, arg: Value) -> PyResult<()> {
    let f = vm.interp_roots[PROFILE].get();
    if f.is_null() {
        return Ok(());
    }
    let r = deliver(vm, f, frame, Event::Nothing, name, arg);
    if r.is_err() {
        set(vm, PROFILE, Value::NONE);
    }
    r.map(|_| ())
}

/// The running frame, unless nobody is to see it.
fn shown_frame(vm: &Vm) -> Option<Frame> {
    vm.current_frame().filter(|f| !is_hidden(f.code()))
}

/// The running generator's frame was entered by `throw`.
pub fn thrown(vm: &mut Vm, exception: Value) -> PyResult<()> {
    fire_here(vm, monitor::PY_THROW, &[exception])?;
    entered(vm)
}

/// The exception `e` is about to be handled in the running frame.
#[cold]
pub fn handled(vm: &mut Vm, e: Value) -> PyResult<()> {
    if shown_frame(vm).is_none() {
        return Ok(());
    }
    fire_here(vm, monitor::EXCEPTION_HANDLED, &[e])
}

/// The running frame was entered: a call, or a generator goes on.
fn entered(vm: &mut Vm) -> PyResult<()> {
    if vm.interp_roots[TRACE].get().is_null() && vm.interp_roots[PROFILE].get().is_null() {
        return Ok(());
    }
    let Some(frame) = vm.current_frame() else {
        return Ok(());
    };
    let object = frame_object(vm, frame);
    profile(vm, object, "call", Value::NONE)?;
    trace(vm, object, Event::Call, "call", Value::NONE)
}

fn left(vm: &mut Vm, frame: Ref<PyFrame>, v: Value) -> PyResult<()> {
    trace(vm, frame, Event::Return, "return", v)?;
    profile(vm, frame, "return", v)
}

/// The running frame is left by the exception in flight.
#[cold]
pub fn unwound(vm: &mut Vm) {
    let Some(frame) = shown_frame(vm) else {
        return;
    };
    let e = vm.raised.get();
    // What the functions raise takes the place of the exception.
    if fire_here(vm, monitor::PY_UNWIND, &[e]).is_err() {
        return;
    }
    let object = frame_object(vm, frame);
    let _ = left(vm, object, Value::NONE);
}

/// The exception in flight was raised in the running frame, or came to it from a call.
#[cold]
pub fn raised(vm: &mut Vm) {
    let Some(frame) = shown_frame(vm) else {
        return;
    };
    let e = vm.raised.get();
    if fire_here(vm, monitor::RAISE, &[e]).is_err() {
        return;
    }
    let Some(object) = frame.frame_object() else {
        return;
    };
    let called = object.native_call.get();
    if !called.is_null() {
        object.native_call.set(object, Value::NULL);
        if profile(vm, object, "c_exception", called).is_err() {
            return;
        }
    }
    if object.trace.get().is_absent() {
        return;
    }
    let ty = vm.type_of(e).value();
    let tb = e
        .cast::<PyException>()
        .and_then(|e| e.traceback.get().non_null())
        .unwrap_or(Value::NONE);
    let arg = vm.new_tuple(&[ty, e, tb]);
    let _ = trace(vm, object, Event::Exception, "exception", arg);
}

/// Delivers the events of the instruction that is about to run; the result is the instruction to run, another one if the
/// trace function set `f_lineno`. `previous` is the frame's saved instruction from before.
pub fn before(vm: &mut Vm, cx: Cx, previous: Pc) -> Step {
    if !vm.tracing.get() || is_hidden(cx.code()) {
        return Ok(cx.pc);
    }
    let op = Op::from_byte(cx.insn.opcode());
    let resumed = header_word(cx.fp, at::GENERATOR) != 0
        && previous.wrapping_add(1) == cx.pc
        && word_at(previous).opcode() == Op::Yield as u8;
    let watched = wanted(vm, monitor::LINE | monitor::INSTRUCTION);
    if watched {
        frame_object(vm, cx.frame());
    }
    if op == Op::Resume || resumed {
        if resumed {
            // The call event shows the line of the yield.
            set_header(cx.fp, at::PC, previous as u64);
        }
        let event = if resumed {
            monitor::PY_RESUME
        } else {
            monitor::PY_START
        };
        let r = fire_here(vm, event, &[]).and_then(|()| entered(vm));
        cx.save();
        r?;
        if let Some(object) = cx.frame().frame_object() {
            if op == Op::Resume {
                object.traced_at.set(FRESH);
            } else {
                let at = index(cx, previous);
                object.traced_at.set(at + 1);
                object.traced_line.set(line_of(vm, cx, at).unwrap_or(0));
            }
        }
        if op == Op::Resume {
            return Ok(cx.pc);
        }
    }
    let Some(object) = cx.frame().frame_object() else {
        return after_line(vm, cx, op);
    };
    let called = object.native_call.get();
    if !called.is_null() {
        object.native_call.set(object, Value::NULL);
        profile(vm, object, "c_return", called)?;
    }
    let traced = !object.trace.get().is_absent() && !vm.interp_roots[TRACE].get().is_null();
    if traced || watched {
        if let Some(line) = begun_line(vm, cx, previous, object, op) {
            if wanted(vm, monitor::LINE) {
                let number = Value::from_usize(line as usize);
                fire(vm, monitor::LINE, cx.code(), index(cx, cx.pc), number, &[])?;
            }
            if traced && object.trace_flags.get() & 1 != 0 {
                trace(vm, object, Event::Line, "line", Value::NONE)?;
            }
        }
        fire_here(vm, monitor::INSTRUCTION, &[])?;
        if traced && object.trace_flags.get() & 2 != 0 {
            trace(vm, object, Event::Opcode, "opcode", Value::NONE)?;
        }
        let target = object.jump_to.replace(0);
        if target != 0 {
            object.traced_at.set(FRESH);
            return land(vm, cx, target as usize - 1);
        }
    }
    object.traced_at.set(match op {
        // Where it goes to is no new line: as if that had been passed already.
        Op::JumpBack if cx.insn.x() == jump::AWAIT => index(cx, cx.target()),
        _ => index(cx, cx.pc) + 1,
    });
    after_line(vm, cx, op)
}

/// Goes to word `to` of the running frame because `f_lineno` was set.
fn land(vm: &mut Vm, cx: Cx, to: usize) -> Step {
    let landing = super::jump::landing(cx.code(), index(cx, cx.pc) as usize, to);
    if let Some(saved) = landing.restore {
        super::ops_exc::restore_handled(vm, cx.reg(saved));
    }
    for (from, to) in landing.copies {
        cx.set(to, cx.reg(from));
    }
    Ok(code_start(cx.code()).wrapping_add(to))
}

fn index(cx: Cx, pc: Pc) -> u32 {
    ((pc as usize).wrapping_sub(code_start(cx.code()) as usize) / 8) as u32
}

fn line_of(vm: &Vm, cx: Cx, word: u32) -> Option<u32> {
    (vm.hooks.position)(vm, cx.code(), word).map(|p| p.0)
}

/// The line that begins with the instruction, if one does.
fn begun_line(vm: &Vm, cx: Cx, previous: Pc, object: Ref<PyFrame>, op: Op) -> Option<u32> {
    // What the compiler adds belongs to no line, wherever its position is.
    let added = match op {
        Op::Jump | Op::JumpBack => matches!(cx.insn.x(), 0 | jump::AWAIT),
        Op::PushExc | Op::PopExc | Op::Reraise | Op::SetNull => true,
        _ => false,
    };
    let here = index(cx, cx.pc);
    if added {
        return None;
    }
    let line = line_of(vm, cx, here)?;
    let mut last = object.traced_at.get();
    if last == 0 {
        last = index(cx, previous) + 1;
        object
            .traced_line
            .set(line_of(vm, cx, last - 1).unwrap_or(0));
    }
    let begins = last == FRESH || line != object.traced_line.get() || here < last;
    object.traced_line.set(line);
    begins.then_some(line)
}

/// Events that follow from what the instruction does: returning, yielding, calling native functions.
fn after_line(vm: &mut Vm, cx: Cx, op: Op) -> Step {
    let given = match op {
        Op::Return => cx.reg(cx.a()),
        Op::Yield => cx.reg(cx.b()),
        Op::Call | Op::CallKw | Op::CallEx => {
            if wanted(vm, monitor::CALL) {
                let rest = monitor::call_arguments(vm, cx);
                fire_here(vm, monitor::CALL, &rest)?;
            }
            if !vm.interp_roots[PROFILE].get().is_null() {
                native_call(vm, cx)?;
            }
            return Ok(cx.pc);
        }
        _ => return Ok(cx.pc),
    };
    let event = if op == Op::Return {
        monitor::PY_RETURN
    } else {
        monitor::PY_YIELD
    };
    fire_here(vm, event, &[given])?;
    if vm.interp_roots[TRACE].get().is_null() && vm.interp_roots[PROFILE].get().is_null() {
        return Ok(cx.pc);
    }
    let object = frame_object(vm, cx.frame());
    left(vm, object, given)?;
    match object.jump_to.replace(0) {
        0 => Ok(cx.pc),
        target => land(vm, cx, target as usize - 1),
    }
}

/// `c_call` for the native function or method that is about to be called.
fn native_call(vm: &mut Vm, cx: Cx) -> PyResult<()> {
    let base = cx.b();
    let (mut f, this) = (cx.reg(base), cx.reg(base + 1));
    let Some(b) = f.cast::<PyBuiltin>() else {
        return Ok(());
    };
    if b.this.get().is_null() && b.owner.get().is_some() {
        let receiver = if this.is_null() && cx.c() > 0 {
            cx.reg(base + 2)
        } else {
            this
        };
        if receiver.is_null() {
            return Ok(());
        }
        let get = vm.names.__get__;
        if let Some(bound) = vm.call_special(f, get, &[receiver])? {
            f = bound;
        }
    }
    let object = frame_object(vm, cx.frame());
    profile(vm, object, "c_call", f)?;
    object.native_call.set(object, f);
    Ok(())
}
