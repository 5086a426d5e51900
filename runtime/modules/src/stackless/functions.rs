//! The module's functions.

use super::{none, switch_int};
use crate::support::c_int;
use skein_runtime::builtins::args::items;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::scheduler::Limit;
use skein_runtime::tasklet::tasklet::PyTasklet;

/// What pickles keep beside the state that they always keep.
pub const PICKLE_FLAGS: &[(&str, i64)] = &[
    ("PICKLEFLAGS_PRESERVE_TRACING_STATE", 1),
    ("PICKLEFLAGS_PRESERVE_AG_FINALIZER", 2),
    ("PICKLEFLAGS_RESET_AG_FINALIZER", 4),
    ("PICKLEFLAGS_PICKLE_CONTEXT", 8),
];
/// All of them.
const ALL_PICKLE_FLAGS: i64 = 15;

/// The functions.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "schedule",
        schedule,
        "(retval=None)",
        "Let the next tasklet run; the caller becomes the last in the queue.",
    )
    .switching(),
    function(
        "schedule_remove",
        schedule_remove,
        "(retval=None)",
        "Leave the queue and let the next tasklet run.",
    )
    .switching(),
    function(
        "run",
        run,
        "(timeout=0, threadblock=False, soft=False, ignore_nesting=False, totaltimeout=False)",
        "Run the other tasklets until none is runnable or the timeout is over.",
    )
    .switching(),
    function("getcurrent", getcurrent, "()", "The running tasklet."),
    function(
        "getcurrentid",
        getcurrentid,
        "()",
        "A number that identifies the running tasklet.",
    ),
    function("getmain", getmain, "()", "The thread's main tasklet."),
    function(
        "getruncount",
        getruncount,
        "()",
        "The number of runnable tasklets.",
    ),
    function(
        "getthreads",
        getthreads,
        "()",
        "The identifiers of all threads, the main thread's first.",
    ),
    function(
        "get_thread_info",
        get_thread_info,
        "(thread_id=-1, flags=0, /)",
        "Main tasklet, running tasklet and number of runnable ones of a thread.",
    ),
    function(
        "getdebug",
        |_, _| Ok(Value::FALSE),
        "()",
        "True if this is a debug build.",
    ),
    function(
        "getuncollectables",
        getuncollectables,
        "()",
        "The tasklets that have a native stack of their own.",
    ),
    function(
        "switch_trap",
        switch_trap,
        "(change=0, /)",
        "Change the trap level and return the old one; while it is not 0, switches are errors.",
    ),
    function(
        "set_schedule_callback",
        |vm, a| {
            set_callback(
                vm,
                a[0],
                Which::Schedule,
                "schedule callback must be callable",
            )
        },
        "(callable, /)",
        "Have callable(prev, next) called at every switch; gives the previous one.",
    ),
    function(
        "get_schedule_callback",
        |vm, _| Ok(shown(which(vm, Which::Schedule).get())),
        "()",
        "The present schedule callback, or None.",
    ),
    function(
        "set_channel_callback",
        |vm, a| {
            set_callback(
                vm,
                a[0],
                Which::Channel,
                "channel callback must be callable",
            )
        },
        "(callable, /)",
        "Have callable(channel, tasklet, sending, willblock) called at every channel operation.",
    ),
    function(
        "get_channel_callback",
        |vm, _| Ok(shown(which(vm, Which::Channel).get())),
        "()",
        "The present channel callback, or None.",
    ),
    function(
        "set_error_handler",
        |vm, a| set_callback(vm, a[0], Which::Error, "error handler must be callable"),
        "(handler=None, /)",
        "Have handler(type, value, traceback) called for exceptions that end a tasklet.",
    ),
    function(
        "enable_softswitch",
        enable_softswitch,
        "(flag, /)",
        "Say whether switches should be soft; gives what was said before.",
    ),
    function(
        "pickle_flags",
        |vm, a| {
            let key = pickle_flags_key(vm);
            pickle_flags(vm, a, &key)
        },
        "(new_flags=-1, mask=-1)",
        "Change the thread's pickle flags and return the old ones.",
    ),
    function(
        "pickle_flags_default",
        |vm, a| pickle_flags(vm, a, DEFAULT_FLAGS),
        "(new_default=-1, mask=-1)",
        "Change the pickle flags of new threads and return the old ones.",
    ),
    function(
        "_test_nostacklesscall",
        call_natively,
        "(callable, /, *args, **kwargs)",
        "Call a function from native code.",
    ),
    function(
        "_tasklet_get_unpicklable_state",
        unpicklable_state,
        "(tasklet, /)",
        "The parts of a tasklet's state that pickles leave out, as a dict.",
    ),
];

fn schedule(vm: &mut Vm, args: &[Value]) -> PyResult {
    let retval = args[0].non_null().unwrap_or(vm.tasklet.get());
    vm.schedule(retval)
}

fn schedule_remove(vm: &mut Vm, args: &[Value]) -> PyResult {
    let retval = args[0].non_null().unwrap_or(vm.tasklet.get());
    vm.schedule_remove(retval)
}

fn run(vm: &mut Vm, args: &[Value]) -> PyResult {
    let timeout = match args[0].non_null() {
        Some(v) => vm.index_i64(v)?,
        None => 0,
    };
    let mut options = [false; 4];
    for (option, v) in options.iter_mut().zip(&args[1..]) {
        *option = match v.non_null() {
            Some(v) => vm.truth(v)?,
            None => false,
        };
    }
    let [_, soft, ignore_nesting, total] = options;
    let limit = (timeout > 0).then_some(Limit {
        timeout: timeout as u64,
        soft,
        total,
        ignore_nesting,
        switches: 0,
        deadline: 0,
    });
    vm.run_watchdog(limit)
}

fn getcurrent(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.tasklet.get())
}

fn getcurrentid(vm: &mut Vm, _: &[Value]) -> PyResult {
    if vm.tasklet.get() == vm.scheduler.main.get() {
        let ident = vm.thread_ident();
        return Ok(vm.new_uint(ident));
    }
    let current = vm.tasklet.get();
    Ok(vm.new_uint(current.address()))
}

fn getmain(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(vm.scheduler.main.get())
}

fn getruncount(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::from_usize(vm.scheduler.count.get()))
}

fn getthreads(vm: &mut Vm, _: &[Value]) -> PyResult {
    let list = PyList::new(vm);
    for ident in vm.thread_idents() {
        let ident = vm.new_uint(ident);
        list.push(vm, ident);
    }
    Ok(list.value())
}

fn get_thread_info(vm: &mut Vm, args: &[Value]) -> PyResult {
    let id = match args[0].non_null() {
        Some(v) => vm.index_i64(v)?,
        None => -1,
    };
    let thread = match id {
        -1 => vm.threads.current.get(),
        _ => match vm.find_thread(id as u64) {
            Some(thread) => thread,
            None => return Err(vm.runtime_error("Thread id not found")),
        },
    };
    let (main, current, count) = vm.thread_state(thread);
    let flags = match args[1].non_null() {
        Some(v) => vm.index_i64(v)?,
        None => 0,
    };
    let mut parts = ValueVec::with_capacity(&vm.heap, 7);
    for v in [shown(main), shown(current), Value::from_usize(count)] {
        parts.push(&vm.heap, v);
    }
    if flags & 1 << 30 != 0 {
        for n in [0, 0, 0] {
            parts.push(&vm.heap, Value::from_i32(n));
        }
    }
    if flags & 1 << 31 != 0 {
        // The list itself: Stackless's own tests watch it.
        let watchdogs = shown(vm.thread_watchdogs(thread));
        parts.push(&vm.heap, watchdogs);
    }
    Ok(vm.new_tuple(parts.as_slice()))
}

fn getuncollectables(vm: &mut Vm, _: &[Value]) -> PyResult {
    Ok(super::cstack::all(vm).value())
}

fn switch_trap(vm: &mut Vm, args: &[Value]) -> PyResult {
    let change = match args[0].non_null() {
        Some(v) => c_int(vm, v)?,
        None => 0,
    };
    let old = vm.scheduler.trap.get();
    vm.scheduler.trap.set(old + i64::from(change));
    Ok(vm.new_int(old))
}

#[derive(Clone, Copy)]
enum Which {
    Schedule,
    Channel,
    Error,
}

fn which(vm: &Vm, which: Which) -> &skein_runtime::heap::roots::RootCell {
    match which {
        Which::Schedule => &vm.scheduler.schedule_callback,
        Which::Channel => &vm.scheduler.channel_callback,
        Which::Error => &vm.scheduler.error_handler,
    }
}

fn shown(v: Value) -> Value {
    v.non_null().unwrap_or(Value::NONE)
}

fn set_callback(vm: &mut Vm, v: Value, cell: Which, message: &str) -> PyResult {
    if !none(v) && !vm.is_callable(v) {
        return Err(vm.type_error(message));
    }
    let cell = which(vm, cell);
    let old = shown(cell.get());
    cell.set(if none(v) { Value::NULL } else { v });
    Ok(old)
}

fn enable_softswitch(vm: &mut Vm, args: &[Value]) -> PyResult {
    let old = vm.scheduler.soft.get();
    if !args[0].is_none() {
        let n = switch_int(
            vm,
            args[0],
            "enable_softswitch needs exactly one bool or integer",
        )?;
        vm.scheduler.soft.set(n != 0);
    }
    Ok(Value::bool(old))
}

const DEFAULT_FLAGS: &str = "_stackless.pickle_flags_default";

/// Where the running thread's flags are kept. Another thread than the first begins with the default.
fn pickle_flags_key(vm: &mut Vm) -> String {
    if vm.thread_ident() == skein_runtime::helpers::clock::thread_ident() {
        return "_stackless.pickle_flags".into();
    }
    let key = format!("_stackless.pickle_flags {}", vm.thread_ident());
    if vm.state_get(&key).is_none() {
        let default = vm.state_get(DEFAULT_FLAGS);
        vm.state_set(&key, default.unwrap_or(Value::from_i32(0)));
    }
    key
}

/// The running thread's pickle flags.
pub fn current_pickle_flags(vm: &mut Vm) -> i64 {
    let key = pickle_flags_key(vm);
    vm.state_get(&key).and_then(as_i64).unwrap_or(0)
}

fn pickle_flags(vm: &mut Vm, args: &[Value], key: &str) -> PyResult {
    let old = vm.state_get(key).and_then(as_i64).unwrap_or(0);
    let number = |vm: &mut Vm, v: Value| match v.non_null() {
        Some(v) => vm.index_i64(v),
        None => Ok(-1),
    };
    let (new, mask) = (number(vm, args[0])?, number(vm, args[1])?);
    if new == -1 {
        return Ok(vm.new_int(old));
    }
    if new < -1 || new & mask & !ALL_PICKLE_FLAGS != 0 {
        return Err(vm.value_error("you must not set an undefined pickle-flag"));
    }
    let now = vm.new_int(old & !mask | new & mask);
    vm.state_set(key, now);
    Ok(vm.new_int(old))
}

fn call_natively(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.call_dict(args[0], items(&args[1]), args[2])
}

fn unpicklable_state(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(t) = args[0].cast::<PyTasklet>() else {
        return Err(vm.type_error("Argument must be a tasklet"));
    };
    let context = super::tasklet::context_of(vm, t)?;
    let dict = PyDict::new(vm);
    let key = vm.intern("context").value();
    dict.insert(vm, key, context)?;
    Ok(dict.value())
}
