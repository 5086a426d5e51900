//! `_stackless_ext`: what Stackless Python lacks and its users always built on top of it, in the core.
//!
//! Sleeping, waiting on several channels, buffered channels, locks and tasks are native, because programs do them all the
//! time; conditions, barriers and reports are Python (`stackless/ext.py` of the library), which is also what programs
//! import. Who waits is a matter of `skein_runtime::tasklet::{select, buffer, sync, task, report}`.

mod buffered;
mod sync;
mod task;

use crate::support::{Rounding, monotonic, nanoseconds};
use skein_runtime::builtins::args::items;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::channel::PyChannel;
use skein_runtime::tasklet::scheduler::Limit;
use skein_runtime::tasklet::select::CASE;
use skein_runtime::tasklet::sync::Until;
use skein_runtime::tasklet::tasklet::PyTasklet;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_stackless_ext",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "sleep",
        sleep,
        "(seconds, /)",
        "Let other tasklets run for that many seconds; with 0, let each of them run once.\n\n\
         The run of the sleeper is resumed by whoever switches next when the time is over, so a tasklet that never switches \
         makes others oversleep. RuntimeError if the tasklet has its block_trap set.",
    )
    .switching(),
    function(
        "select",
        select,
        "(*cases, timeout=None, default=None, ordered=False)",
        SELECT_DOC,
    )
    .switching(),
    function(
        "run_for",
        run_for,
        "(seconds, /, *, hard=False)",
        "Run the other tasklets until none is runnable or sleeping, but at most for that many seconds.\n\n\
         When they are over, the next switch goes to the caller, and None is the result; the tasklets stay as they are. With \
         hard, a tasklet that does not switch is interrupted, taken out of the queue and returned, as run(timeout) does it: \
         insert() it again. Inside another call of run() with a limit, that limit counts and this one does not.",
    )
    .switching(),
    function(
        "run_count",
        run_count,
        "(count, /)",
        "Run the other tasklets until none is runnable or they were switched to count times.",
    )
    .switching(),
    function(
        "tasklets",
        |vm, _| Ok(vm.all_tasklets().value()),
        "()",
        "A list of all tasklets that are alive, running, runnable, blocked or paused. It takes a full collection.",
    ),
    function(
        "describe",
        describe,
        "(tasklet, /)",
        "Where a tasklet stands and what it waits for, in a line of text.",
    ),
    function(
        "statistics",
        statistics,
        "(tasklet=None, /)",
        "How often a tasklet was switched to, and how many seconds it ran while that was measured.",
    ),
    function(
        "measure",
        measure,
        "(on=True, /)",
        "Begin or end measuring run times, return whether they were measured. It costs a look at the clock at each switch.",
    ),
];

const SELECT_DOC: &str = "Wait until one of several channels can be received from or sent to, and do that.\n\n\
    A case is a channel, to receive, or a pair of a channel and a value, to send. The result is a pair: the number of the case \
    that was done, and the value received or None. If several cases are ready, each has the same chance, by numbers that \
    are the same in every run of a program; with ordered, the first of them is taken. After timeout seconds TimeoutError is \
    raised. With default, which excludes a timeout, nothing is waited for: if no case is ready, (-1, default) is the result. \
    A closed channel that would have to be waited for raises ValueError. Who sends to, or receives from, a tasklet that waits \
    here finds it in the channel's queue as any other; throw() and kill() take it out of all queues.";

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let buffered = buffered::make_type(vm);
    vm.add_constant(m, "buffered_channel", buffered.value());
    let task = task::make_type(vm);
    vm.add_constant(m, "task", task.value());
    let local = crate::thread_local::make_tasklet_type(vm);
    vm.add_constant(m, "local", local.value());
    sync::add_types(vm, m);
    Ok(())
}

/// How long a `timeout` argument lets wait: seconds, or `None` for ever.
///
/// # Errors
/// `TypeError` for what is no number.
pub fn until(vm: &mut Vm, timeout: Value) -> PyResult<Until> {
    if timeout.is_absent() {
        return Ok(Until::Forever);
    }
    let ns = nanoseconds(vm, timeout, Rounding::Away)?;
    if ns <= 0 {
        return Ok(Until::Now);
    }
    Ok(Until::Time(monotonic(vm)? + ns))
}

fn sleep(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ns = nanoseconds(vm, args[0], Rounding::Away)?;
    if ns < 0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    vm.check_blocking()?;
    if ns == 0 {
        return vm.schedule(Value::NONE);
    }
    let end = monotonic(vm)? + ns;
    let trapped = vm.scheduler.trap.get() != 0 && vm.scheduler.count.get() > 1;
    if !vm.has_company() && !trapped {
        crate::support::sleep_until(vm, end)?;
        return Ok(Value::NONE);
    }
    let current = vm.current_tasklet();
    if let Some(next) = current.next.get() {
        vm.check_switch(next)?;
    }
    vm.wait_for(Some(end), Vec::new(), Value::NONE)
}

fn select(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (timeout, default, given) = (args[0], args[1], items(&args[3]));
    let ordered = args[2].non_null().map_or(Ok(false), |v| vm.truth(v))?;
    if !default.is_null() && !timeout.is_absent() {
        return Err(vm.type_error("select() takes a timeout or a default, not both"));
    }
    let until = until(vm, timeout)?;
    if given.is_empty() {
        return Err(vm.type_error("select() needs at least one case"));
    }
    let mut cases = ValueVec::with_capacity(&vm.heap, given.len() * CASE);
    for case in given {
        let pair = if case.is::<PyTuple>() {
            items(case)
        } else {
            &[]
        };
        let (c, v) = match pair {
            [c, v] => (*c, *v),
            _ => (*case, Value::NULL),
        };
        if !c.is::<PyChannel>() {
            let name = vm.type_name(c);
            return Err(vm.type_error(format!(
                "a case of select() must be a channel or a pair of a channel and a value, not {name}"
            )));
        }
        cases.push(&vm.heap, c);
        cases.push(&vm.heap, v);
    }
    if let Some(result) = vm.select_ready(cases.as_slice(), ordered) {
        return result;
    }
    if !default.is_null() {
        return Ok(vm.new_tuple(&[Value::from_i32(-1), default]));
    }
    if until == Until::Now {
        return Err(vm.raise(ids::TIMEOUT_ERROR, "select timed out"));
    }
    vm.select(cases.as_slice(), until.deadline())
}

fn run_for(vm: &mut Vm, args: &[Value]) -> PyResult {
    /// Instructions between looks at the clock.
    const SLICE: u64 = 2000;
    let hard = args[1].non_null().map_or(Ok(false), |v| vm.truth(v))?;
    let deadline = match until(vm, args[0])? {
        Until::Time(end) => end,
        Until::Now => 1,
        Until::Forever => return Err(vm.type_error("run_for() needs a number of seconds")),
    };
    vm.run_watchdog(Some(Limit {
        timeout: if hard { SLICE } else { 0 },
        soft: false,
        total: true,
        ignore_nesting: false,
        switches: 0,
        deadline,
    }))
}

fn run_count(vm: &mut Vm, args: &[Value]) -> PyResult {
    let count = vm.index_i64(args[0])?;
    let Some(count) = u64::try_from(count).ok().filter(|n| *n > 0) else {
        return Err(vm.value_error("count must be positive"));
    };
    vm.run_watchdog(Some(Limit {
        timeout: 0,
        soft: true,
        total: true,
        ignore_nesting: false,
        // The switch to the first of them counts, too; the one after the last comes back here.
        switches: count.saturating_add(1),
        deadline: 0,
    }))
}

fn tasklet(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTasklet>> {
    if v.is_absent() {
        return Ok(vm.current_tasklet());
    }
    match v.cast() {
        Some(t) => Ok(t),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("a tasklet is required, not {name}")))
        }
    }
}

fn describe(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    let text = vm.tasklet_text(t);
    Ok(vm.new_str(text.trim()))
}

fn statistics(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = tasklet(vm, args[0])?;
    if vm.scheduler.since.get() != 0 {
        let current = vm.current_tasklet();
        vm.measure(current);
    }
    let seconds = vm.run_time(t);
    let seconds = vm.new_float(seconds);
    Ok(vm.new_tuple(&[Value::from_usize(t.switches.get() as usize), seconds]))
}

fn measure(vm: &mut Vm, args: &[Value]) -> PyResult {
    let on = args[0].non_null().map_or(Ok(true), |v| vm.truth(v))?;
    Ok(Value::bool(vm.set_measuring(on)))
}
