//! `__reduce__` and `__setstate__` of tasklets and channels.
//!
//! The state of a tasklet has the twelve or thirteen items of Stackless Python (design page stackless.md, section 2.3); its
//! list of frames has reducers of frames, pairs of a generator and its frame's reducer, or, for a tasklet that was
//! bound and has not run, one triple of function, arguments and keyword arguments. A fourteenth item holds the
//! attributes of an object of a subclass. A channel's has three items, and its attributes as the fourth.

use super::code::fill_dict;
use super::exceptions::{link, links};
use super::generator::{exception_of, exception_state};
use super::{frozen, or_none, part, reducer, service};
use crate::stackless::functions::current_pickle_flags;
use skein_runtime::builtins::args::items;
use skein_runtime::builtins::generator::PyGenerator;
use skein_runtime::builtins::object_reduce::state_of;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::channel::PyChannel;
use skein_runtime::tasklet::tasklet::{PyTasklet, extra, tasklet_flag as flag};

macro_rules! methods {
    ($($name:ident = $python:literal, $function:ident, $sig:literal, $doc:expr;)*) => {
        $(
            #[doc = $python]
            pub const $name: NativeDef = method($python, $function, $sig, $doc);
        )*
    };
}
methods! {
    REDUCE = "__reduce__", reduce, "($self, /)", super::code::REDUCE;
    REDUCE_EX = "__reduce_ex__", reduce_ex, "($self, protocol, /)", super::code::REDUCE;
    SETSTATE = "__setstate__", setstate, "($self, state, /)", super::code::SETSTATE;
    CHANNEL_REDUCE = "__reduce__", channel_reduce, "($self, /)", super::code::REDUCE;
    CHANNEL_REDUCE_EX = "__reduce_ex__", channel_reduce_ex, "($self, protocol, /)", super::code::REDUCE;
    CHANNEL_SETSTATE = "__setstate__", channel_setstate, "($self, state, /)", super::code::SETSTATE;
}

fn tasklet(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTasklet>> {
    match v.cast() {
        Some(t) => Ok(t),
        None => Err(vm.wrong_self("__reduce__", "_stackless.tasklet", v)),
    }
}

/// # Errors
/// `TypeError` unless the protocol is a number.
fn check_protocol(vm: &mut Vm, v: Value) -> PyResult<()> {
    match as_i64(v) {
        Some(_) => Ok(()),
        None => Err(vm.type_error("__reduce_ex__ argument should be an integer")),
    }
}

/// Calls `__reduce__`, which a subclass may have replaced.
fn reduce_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_protocol(vm, args[1])?;
    vm.call_method(args[0], "__reduce__", &[])
}

/// The places of flags in a state.
const FLAGS: [(u32, i64); 4] = [
    (flag::ATOMIC, 1 << 2),
    (flag::IGNORE_NESTING, 1 << 3),
    (flag::BLOCK_TRAP, 1 << 5),
    (flag::PENDING_INTERRUPT, 1 << 7),
];

fn flags_state(t: Ref<PyTasklet>) -> i64 {
    let blocked = if t.has(flag::SENDING) {
        1
    } else if t.has(flag::RECEIVING) {
        3
    } else {
        0
    };
    let others = FLAGS.iter().filter(|(f, _)| t.has(*f));
    others.fold(blocked, |sum, (_, bit)| sum | bit)
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if t == vm.current_tasklet() {
        return Err(vm.runtime_error("You cannot __reduce__ the tasklet which is current."));
    }
    check_waits(vm, t)?;
    let frames = frames_state(vm, t)?;
    let flags = current_pickle_flags(vm);
    let started = t.has(flag::STARTED);
    let [class, value, traceback] = match started {
        true => exception_state(vm, t.handled.get()),
        false => [Value::NONE; 3],
    };
    let owner = match started && !t.has(flag::FROZEN) {
        true => or_none(t.handled_top.get()),
        false => Value::NONE,
    };
    let traced = flags & 1 != 0;
    let [trace, profile] = [extra::TRACE, extra::PROFILE].map(|place| {
        if traced {
            or_none(t.extra(place))
        } else {
            Value::NONE
        }
    });
    let nesting = t.nesting.get() as usize;
    let mut state = ValueVec::new();
    for v in [
        Value::from_i32(flags_state(t) as i32),
        t.tempval.get(),
        Value::from_usize(nesting),
        frames,
        class,
        value,
        traceback,
        owner,
        Value::from_i32(0),
        Value::from_i32(!trace.is_none() as i32 | (!profile.is_none() as i32) << 1),
        profile,
        trace,
    ] {
        state.push(&vm.heap, v);
    }
    let attributes = state_of(vm, args[0], false)?;
    let links = match started {
        true => links(vm, &[t.handled.get()], &[]),
        false => Value::NULL,
    };
    let keeps_context = flags & 8 != 0;
    if keeps_context || !attributes.is_none() || !links.is_null() {
        let context = match keeps_context {
            true => crate::stackless::tasklet::context_of(vm, t)?,
            false => Value::NONE,
        };
        state.push(&vm.heap, context);
    }
    if !attributes.is_none() || !links.is_null() {
        state.push(&vm.heap, attributes);
    }
    if !links.is_null() {
        state.push(&vm.heap, links);
    }
    let state = vm.new_tuple(state.as_slice());
    let (class, none) = (vm.type_of(args[0]).value(), vm.new_tuple(&[]));
    Ok(vm.new_tuple(&[class, none, state]))
}

/// # Errors
/// `TypeError` for a tasklet that waits for what is not in its pickle, and a task that has ended.
fn check_waits(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult<()> {
    let what = if t.has(flag::SELECTING) {
        "a tasklet that waits in select()".to_owned()
    } else if t.has(flag::DONE) {
        "a task that has ended".to_owned()
    } else if let Some(c) = t.channel.get().filter(|c| c.private.get()) {
        let name = vm.type_name(c.store.get());
        format!("a tasklet that waits for a '{name}' object")
    } else {
        return Ok(());
    };
    Err(vm.type_error(format!("cannot pickle {what}")))
}

fn frames_state(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult {
    if t.has(flag::BOUND) {
        let bound = [t.handled.get(), t.start.get(), t.handled_top.get()].map(or_none);
        let bound = vm.new_tuple(&bound);
        return Ok(vm.new_list(&[bound]));
    }
    let frames = service(vm, "pickle.frames", &[t.value()])?;
    let Some(list) = frames.cast::<PyList>() else {
        return Ok(frames);
    };
    for i in 0..list.len() {
        let v = list.get(i);
        let made = match v.cast::<PyTuple>() {
            Some(pair) => {
                let f = reducer(vm, pair.items()[1])?;
                vm.new_tuple(&[pair.items()[0], f])
            }
            None => reducer(vm, v)?,
        };
        list.set(i, made);
    }
    Ok(frames)
}

/// What a tasklet goes on with, from the list of frames of a state.
enum Start {
    /// Nothing: it is not alive.
    Nothing,
    /// Function, arguments and keyword arguments.
    Call([Value; 3]),
    /// A tuple of frames and of pairs of a generator and its frame.
    Frames(Value),
}

fn start_of(vm: &mut Vm, v: Value) -> PyResult<Start> {
    let Some(list) = v.cast::<PyList>() else {
        return Err(vm.type_error("bad state for tasklet: the frames must be a list"));
    };
    if list.is_empty() {
        return Ok(Start::Nothing);
    }
    let first = list.get(0);
    if list.len() == 1
        && first.is::<PyTuple>()
        && let [function, args, kwargs] = *items(&first)
    {
        let args = part::<PyTuple>(vm, args, false, "tasklet")?;
        let kwargs = part::<PyDict>(vm, kwargs, true, "tasklet")?;
        if args.shape_id() != ids::TUPLE || !vm.is_callable(function) {
            return Err(vm.type_error("tasklet function must be a callable or None"));
        }
        return Ok(Start::Call([function, args, kwargs]));
    }
    let given = list.to_vec(vm);
    let mut all = ValueVec::new();
    for v in given.as_slice() {
        let item = match (frozen(*v), items_of(v)) {
            (Some(f), _) => f.value(),
            (None, [g, f]) if g.is::<PyGenerator>() && frozen(*f).is_some() => {
                let f = frozen(*f).map_or(Value::NONE, |f| f.value());
                vm.new_tuple(&[*g, f])
            }
            _ => return Err(vm.type_error("bad state for tasklet: a frame is required")),
        };
        all.push(&vm.heap, item);
    }
    Ok(Start::Frames(vm.new_tuple(all.as_slice())))
}

fn items_of(v: &Value) -> &[Value] {
    if v.is::<PyTuple>() { items(v) } else { &[] }
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if t.alive() || t.has(flag::GREENLET) {
        return Err(vm.runtime_error("tasklet is alive"));
    }
    let s = items_of(&args[1]);
    if !(12..=15).contains(&s.len()) {
        let n = s.len();
        return Err(vm.type_error(format!("function takes at least 12 arguments ({n} given)")));
    }
    let (Some(flags), Some(nesting)) = (as_i64(s[0]), as_i64(s[2])) else {
        return Err(vm.type_error("an integer is required"));
    };
    let start = start_of(vm, s[3])?;
    let handled = exception_of(vm, s[5], s[6])?;
    if let Some(of_all) = s.get(14) {
        link(vm, *of_all)?;
    }
    let context = match s.get(12).copied().filter(|c| !c.is_none()) {
        None if matches!(start, Start::Nothing) => Value::NULL,
        None => vm.context.get(),
        Some(c) if crate::contextvars::is_context(c) => c,
        Some(_) => {
            return Err(vm.type_error("tasklet state[12] must be a contextvars.Context or None"));
        }
    };
    for (f, bit) in FLAGS {
        t.put(f, flags & bit != 0);
    }
    let tempval = s[1];
    match start {
        Start::Nothing => {}
        Start::Call([function, args, kwargs]) => PyTasklet::give(t, function, args, kwargs),
        Start::Frames(frames) => {
            t.start.set(t, frames);
            t.handled.set(t, handled);
            t.nesting.set(nesting.clamp(0, 1 << 20) as u32);
            t.depth.set(items(&frames).len() as u32);
            t.put(flag::STARTED | flag::FROZEN, true);
        }
    }
    t.tempval.set(t, tempval);
    t.context.set(t, context);
    for (place, v) in [(extra::PROFILE, s[10]), (extra::TRACE, s[11])] {
        if !v.is_none() && vm.is_callable(v) {
            vm.set_tasklet_extra(t, place, v);
        }
    }
    if let Some(attributes) = s.get(13) {
        fill_attributes(vm, args[0], *attributes)?;
    }
    Ok(args[0])
}

/// The attributes of an object of a subclass: a dict, or a pair of it and that of `__slots__`.
fn fill_attributes(vm: &mut Vm, object: Value, attributes: Value) -> PyResult<()> {
    match items_of(&attributes) {
        [] => fill_dict(vm, object, attributes),
        parts => {
            for part in parts {
                fill_dict(vm, object, *part)?;
            }
            Ok(())
        }
    }
}

// -- channels --

fn channel(vm: &mut Vm, v: Value) -> PyResult<Ref<PyChannel>> {
    match v.cast() {
        Some(c) => Ok(c),
        None => Err(vm.wrong_self("__reduce__", "_stackless.channel", v)),
    }
}

fn channel_reduce_ex(vm: &mut Vm, args: &[Value]) -> PyResult {
    check_protocol(vm, args[1])?;
    vm.call_method(args[0], "__reduce__", &[])
}

fn channel_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = channel(vm, args[0])?;
    let waiting = PyList::new(vm);
    let mut next = c.head.get();
    while let Some(t) = next {
        if t.has(flag::STAND_IN) {
            return Err(
                vm.type_error("cannot pickle a channel on which a tasklet waits in select()")
            );
        }
        waiting.push(vm, t.value());
        next = t.next.get();
    }
    let flags = i32::from(c.closing.get())
        | (i32::from(c.preference.get()) & 3) << 1
        | i32::from(c.schedule_all.get()) << 3;
    let attributes = state_of(vm, args[0], false)?;
    let state = [
        Value::from_i32(c.balance.get()),
        Value::from_i32(flags),
        waiting.value(),
        attributes,
    ];
    let count = if attributes.is_none() { 3 } else { 4 };
    let state = vm.new_tuple(&state[..count]);
    let (class, none) = (vm.type_of(args[0]).value(), vm.new_tuple(&[]));
    Ok(vm.new_tuple(&[class, none, state]))
}

fn channel_setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = channel(vm, args[0])?;
    let s = items_of(&args[1]);
    if !(3..=4).contains(&s.len()) {
        let n = s.len();
        return Err(vm.type_error(format!("function takes exactly 3 arguments ({n} given)")));
    }
    let (Some(balance), Some(flags)) = (as_i64(s[0]), as_i64(s[1])) else {
        return Err(vm.type_error("an integer is required"));
    };
    let Some(waiting) = s[2].cast::<PyList>() else {
        return Err(vm.type_error("bad state for channel: the tasklets must be a list"));
    };
    let waiting = waiting.to_vec(vm);
    if waiting.as_slice().iter().any(|t| !t.is::<PyTasklet>()) {
        return Err(vm.type_error("bad state for channel: a tasklet is required"));
    }
    if balance.unsigned_abs() != waiting.len() as u64
        || c.balance.get().signum() as i64 * balance < 0
    {
        return Err(vm.value_error("bad state for channel: balance and tasklets do not fit"));
    }
    c.closing.set(flags & 1 != 0);
    // Two bits with a sign.
    c.preference.set(match flags >> 1 & 3 {
        1 => 1,
        3 => -1,
        _ => 0,
    });
    c.schedule_all.set(flags & 8 != 0);
    for v in waiting.as_slice() {
        // One that waits or runs elsewhere, which no pickle of ours has, stays there.
        if let Some(t) = v.cast::<PyTasklet>()
            && t != vm.current_tasklet()
            && !t.has(flag::QUEUED | flag::BLOCKED | flag::GREENLET | flag::WATCHDOG)
            && t.native_stack.get() == 0
        {
            PyChannel::append(c, t, balance > 0);
        }
    }
    if let Some(attributes) = s.get(3) {
        fill_attributes(vm, args[0], *attributes)?;
    }
    Ok(args[0])
}
