//! `channel`: methods and attributes.

use super::ext::until;
use super::switch_int;
use super::tasklet::thrown_bomb;
use super::wrap::tasklet as reduction;
use skein_runtime::builtins::args::{class, items};
use skein_runtime::prelude::*;
use skein_runtime::tasklet::bomb;
use skein_runtime::tasklet::channel::PyChannel;
use skein_runtime::tasklet::select::Case;
use skein_runtime::tasklet::sync::Until;
use skein_runtime::tasklet::tasklet::tasklet_flag as flag;

/// The type's methods and attributes.
pub static CHANNEL: TypeDef = TypeDef {
    id: ids::CHANNEL,
    doc: "A place where tasklets meet to exchange values.",
    methods: &[
        static_method("__new__", new, "($type, /, *args, **kwargs)", NEW_DOC),
        method(
            "__init__",
            init,
            "($self, /, *args, **kwargs)",
            "Does nothing.",
        ),
        method(
            "send",
            send,
            "($self, value, *, timeout=None)",
            "Hand a value to a receiving tasklet, or wait for one, at most timeout seconds: then TimeoutError is raised.",
        )
        .with_direct(send_directly)
        .switching(),
        method(
            "receive",
            receive,
            "($self, /, *, timeout=None)",
            "Take a value from a sending tasklet, or wait for one, at most timeout seconds: then TimeoutError is raised.",
        )
        .with_direct(receive_directly)
        .switching(),
        method(
            "send_exception",
            send_exception,
            "($self, /, *args)",
            "Raise exc(*args) in a receiving tasklet, or wait for one.",
        )
        .switching(),
        method(
            "send_throw",
            send_throw,
            "($self, exc, val=None, tb=None, /)",
            "Raise an exception in a receiving tasklet, or wait for one.",
        )
        .switching(),
        method(
            "send_sequence",
            send_sequence,
            "($self, seq, /)",
            "Send the items of an iterable one by one; gives their number.",
        )
        .soft(),
        method(
            "close",
            close,
            "($self, /, *, wake=False)",
            "Let no more tasklets wait here; with wake, those that do get a ValueError, and loops over the channel end.",
        )
        .with_direct(close_directly),
        method("open", open, "($self, /)", "Undo close()."),
        method("__iter__", iter, "($self, /)", "Implement iter(self)."),
        method("__next__", next, "($self, /)", "Implement next(self).").switching(),
        reduction::CHANNEL_REDUCE,
        reduction::CHANNEL_REDUCE_EX,
        reduction::CHANNEL_SETSTATE,
    ],
    getsets: &[
        getter(
            "balance",
            |vm, v| Ok(Value::from_i32(channel(vm, v)?.balance.get())),
            "The number of waiting senders, or minus that of waiting receivers.",
        ),
        getter(
            "queue",
            |vm, v| Ok(channel(vm, v)?.first()),
            "The tasklet that waits longest, or None.",
        ),
        getter(
            "closing",
            |vm, v| Ok(Value::bool(channel(vm, v)?.closing.get())),
            "True after close().",
        ),
        getter(
            "closed",
            |vm, v| Ok(Value::bool(channel(vm, v)?.closed())),
            "True after close() when nobody waits any more.",
        ),
        getset(
            "preference",
            |vm, v| Ok(Value::from_i32(i32::from(channel(vm, v)?.preference.get()))),
            set_preference,
            "Who goes on when two tasklets meet: -1 the receiver, 1 the sender, 0 the one that acts.",
        ),
        getset(
            "schedule_all",
            |vm, v| Ok(Value::from_i32(channel(vm, v)?.schedule_all.get() as i32)),
            set_schedule_all,
            "Whether every meeting schedules, whatever the preference.",
        ),
    ],
};

fn channel(vm: &mut Vm, v: Value) -> PyResult<Ref<PyChannel>> {
    match v.cast() {
        Some(c) => Ok(c),
        None => Err(vm.wrong_self("channel", "_stackless.channel", v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    Ok(PyChannel::new_instance(vm, ty).value())
}

fn init(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::NONE)
}

/// One operation: with a partner that waits, or by waiting for one.
fn act(vm: &mut Vm, c: Ref<PyChannel>, sending: bool, v: Value, until: Until) -> PyResult {
    let balance = c.balance.get();
    let meets = if sending { balance < 0 } else { balance > 0 };
    let buffered = !c.store.get().is_null() && vm.buffer_serves(c, sending);
    if !vm.scheduler.channel_callback.get().is_null() {
        let current = vm.current_tasklet();
        if sending {
            current.tempval.set(current, v);
        }
        call_back(vm, c, sending, !meets && !buffered)?;
    }
    // The value that a sender's switch back brings is None, a receiver's what it got.
    if buffered {
        return vm.act_ready(c, sending, v, Case(None));
    }
    if meets {
        return vm.meet(c, sending, v);
    }
    match until {
        Until::Forever => vm.block_on(c, sending, v),
        Until::Time(end) => vm.block_until(c, sending, v, Some(end)),
        Until::Now => {
            let text = if sending {
                "send timed out"
            } else {
                "receive timed out"
            };
            Err(vm.raise(ids::TIMEOUT_ERROR, text))
        }
    }
}

fn call_back(vm: &mut Vm, c: Ref<PyChannel>, sending: bool, waits: bool) -> PyResult<()> {
    if vm.scheduler.in_callback.get() {
        return Err(vm.runtime_error("Recursive channel call due to callbacks!"));
    }
    let callback = vm.scheduler.channel_callback.get();
    let current = vm.current_tasklet().value();
    let args = [
        c.value(),
        current,
        Value::from_i32(sending as i32),
        Value::from_i32(waits as i32),
    ];
    vm.scheduler.in_callback.set(true);
    let result = vm.call(callback, &args);
    vm.scheduler.in_callback.set(false);
    result.map(|_| ())
}

fn send(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = until(vm, args[2])?;
    let c = channel(vm, args[0])?;
    act(vm, c, true, args[1], until)
}

/// `send` without a timeout.
fn send_directly(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let c = args.first()?.cast()?;
    let [_, v] = args else {
        let given = args.len() - 1;
        return Some(Err(vm.type_error(format!(
            "channel.send() takes exactly one argument ({given} given)"
        ))));
    };
    Some(act(vm, c, true, *v, Until::Forever))
}

fn receive(vm: &mut Vm, args: &[Value]) -> PyResult {
    let until = until(vm, args[1])?;
    let c = channel(vm, args[0])?;
    act(vm, c, false, Value::NONE, until)
}

/// `receive` without a timeout.
fn receive_directly(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let [this] = args else {
        return no_arguments(vm, "receive", args);
    };
    let c = this.cast()?;
    Some(act(vm, c, false, Value::NONE, Until::Forever))
}

/// Positional arguments are refused as Stackless does, where there are only keywords of our own.
fn no_arguments(vm: &mut Vm, name: &str, args: &[Value]) -> Option<PyResult> {
    let given = args.len().checked_sub(1).filter(|n| *n > 0)?;
    Some(Err(vm.type_error(format!(
        "channel.{name}() takes no arguments ({given} given)"
    ))))
}

fn send_exception(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = channel(vm, args[0])?;
    let Some((exception, rest)) = items(&args[1]).split_first() else {
        return Err(vm.type_error("send_exception() takes at least 1 argument"));
    };
    let bomb = class_bomb(vm, *exception, rest, "channel.send_exception")?;
    act(vm, c, true, bomb, Until::Forever)
}

/// A bomb of `exception(*args)`, for methods that take only classes.
pub fn class_bomb(vm: &mut Vm, exception: Value, args: &[Value], method: &str) -> PyResult {
    let base = vm.builtin_type(ids::BASE_EXCEPTION);
    if !exception
        .cast::<PyType>()
        .is_some_and(|t| t.is_subtype(base))
    {
        return Err(vm.type_error(format!(
            "{method} needs Exception or string subclass as first parameter"
        )));
    }
    let e = vm.call(exception, args)?;
    Ok(bomb::new(vm, e))
}

fn send_throw(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = channel(vm, args[0])?;
    let bomb = thrown_bomb(vm, args[1], args[2], args[3])?;
    act(vm, c, true, bomb, Until::Forever)
}

fn send_sequence(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(soft) = vm.take_soft() {
        let name = vm.intern("send");
        let send = vm.get_attr(args[0], name)?;
        return soft.call(vm, "send_sequence", &[send, args[1]]);
    }
    let _ = channel(vm, args[0])?;
    let it = vm.iter(args[1])?;
    let mut count = 0;
    while let Some(v) = vm.next(it)? {
        vm.call_method(args[0], "send", &[v])?;
        count += 1;
    }
    Ok(Value::from_usize(count))
}

fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = channel(vm, args[0])?;
    c.closing.set(true);
    if args[1].non_null().map_or(Ok(false), |v| vm.truth(v))? {
        vm.wake_closed(c);
    }
    Ok(Value::NONE)
}

/// `close` without keywords.
fn close_directly(vm: &mut Vm, args: &[Value]) -> Option<PyResult> {
    let [this] = args else {
        return no_arguments(vm, "close", args);
    };
    Some(close(vm, &[*this, Value::NULL]))
}

fn open(vm: &mut Vm, args: &[Value]) -> PyResult {
    channel(vm, args[0])?.closing.set(false);
    Ok(Value::NONE)
}

fn iter(_: &mut Vm, args: &[Value]) -> PyResult {
    Ok(args[0])
}

fn next(vm: &mut Vm, args: &[Value]) -> PyResult {
    let c = channel(vm, args[0])?;
    if c.closing.get() && !vm.is_ready(c, false) {
        return Err(vm.stop_iteration(Value::NONE));
    }
    let current = vm.current_tasklet();
    let result = act(vm, c, false, Value::NONE, Until::Forever);
    if current.has(flag::RECEIVING) {
        current.put(flag::ITERATING, true);
    }
    result
}

fn set_preference(vm: &mut Vm, this: Value, v: Value) -> PyResult<()> {
    let n = switch_int(vm, v, "preference must be set to an integer")?;
    channel(vm, this)?.preference.set(n.signum() as i8);
    Ok(())
}

fn set_schedule_all(vm: &mut Vm, this: Value, v: Value) -> PyResult<()> {
    let n = switch_int(vm, v, "preference must be set to a bool or integer")?;
    channel(vm, this)?.schedule_all.set(n != 0);
    Ok(())
}
