//! `cstack`: what stands for a tasklet's native stack.
//!
//! Native stacks are parked, never copied, so there is nothing to look into: the objects only form a ring, by which all
//! tasklets with native code below them are found. A first object, the stub, is that of all tasklets that have none.

use skein_runtime::prelude::*;
use skein_runtime::tasklet::tasklet::{PyTasklet, extra};
use std::cell::Cell;

const TYPE: &str = "_stackless.cstack";
const STUB: &str = "_stackless.cstack stub";

struct CStack {
    /// `NULL` in the stub.
    task: Slot,
    /// The stack's number; 0 in the stub.
    number: Cell<u32>,
}

impl NativeData for CStack {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.task);
    }
}

const METHODS: &[NativeDef] = &[method(
    "__str__",
    |vm, _| Ok(vm.new_str("")),
    "($self, /)",
    "The words of the stack: none are kept.",
)];

const GETSETS: &[GetSetDef] = &[
    member("size", |_, _| Ok(Value::from_i32(0)), "Words kept."),
    member("next", |vm, v| step(vm, v, true), "The next in the ring."),
    member("prev", |vm, v| step(vm, v, false), "The one before."),
    member("task", task, "The tasklet, or None."),
    member(
        "startaddr",
        |_, _| Ok(Value::from_i32(0)),
        "Address of the stack: none is told.",
    ),
    member(
        "nesting_level",
        nesting_level,
        "Nested runs of the interpreter on it.",
    ),
    member(
        "serial",
        |vm, v| Ok(Value::from_i32(number(vm, v)? as i32)),
        "Its number.",
    ),
];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    let ty = vm.new_native_type(
        "cstack",
        "_stackless",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        METHODS,
        GETSETS,
        "What stands for the native stack of a tasklet.",
    );
    vm.state_set(TYPE, ty.value());
    ty
}

fn make(vm: &mut Vm, task: Value, number: u32) -> PyResult {
    let Some(ty) = vm.state_get(TYPE).and_then(|t| t.cast()) else {
        return Err(vm.runtime_error("_stackless is not initialised"));
    };
    let state = CStack {
        task: Slot::new(task),
        number: Cell::new(number),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn stub(vm: &mut Vm) -> PyResult {
    if let Some(stub) = vm.state_get(STUB) {
        return Ok(stub);
    }
    let stub = make(vm, Value::NULL, 0)?;
    vm.state_set(STUB, stub);
    Ok(stub)
}

/// `tasklet.cstate`
pub fn of_tasklet(vm: &mut Vm, t: Ref<PyTasklet>) -> PyResult {
    let number = t.native_stack.get();
    if number == 0 {
        return stub(vm);
    }
    let known = t.extra(extra::STACK);
    if native::<CStack>(&known).is_some_and(|(_, c)| c.number.get() == number) {
        return Ok(known);
    }
    let stack = make(vm, t.value(), number)?;
    vm.set_tasklet_extra(t, extra::STACK, stack);
    Ok(stack)
}

/// The tasklet whose stack is parked under a number, from 1 on.
fn parked(vm: &Vm, number: usize) -> Option<Ref<PyTasklet>> {
    let list: Ref<PyList> = vm.scheduler.parked.get().cast()?;
    list.try_get(number.checked_sub(1)?)?.cast()
}

/// All tasklets with a parked stack.
pub fn all(vm: &mut Vm) -> Ref<PyList> {
    let found = PyList::new(vm);
    for number in 1..=count(vm) {
        if let Some(t) = parked(vm, number) {
            found.push(vm, t.value());
        }
    }
    found
}

fn count(vm: &Vm) -> usize {
    let list = vm.scheduler.parked.get().cast::<PyList>();
    list.map_or(0, |l| l.len())
}

fn data<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a CStack)> {
    match native::<CStack>(v) {
        Some(found) => Ok(found),
        None => Err(vm.wrong_self("cstack", "_stackless.cstack", *v)),
    }
}

fn number(vm: &mut Vm, v: Value) -> PyResult<u32> {
    Ok(data(vm, &v)?.1.number.get())
}

fn task(vm: &mut Vm, v: Value) -> PyResult {
    let (_, c) = data(vm, &v)?;
    Ok(c.task.get().non_null().unwrap_or(Value::NONE))
}

fn nesting_level(vm: &mut Vm, v: Value) -> PyResult {
    let (_, c) = data(vm, &v)?;
    let t = c.task.get().cast::<PyTasklet>();
    Ok(Value::from_usize(t.map_or(0, |t| t.nesting.get() as usize)))
}

/// The neighbour in the ring of the stub and the parked stacks.
fn step(vm: &mut Vm, v: Value, forward: bool) -> PyResult {
    let from = number(vm, v)? as usize;
    let count = count(vm);
    let found = if forward {
        (from + 1..=count).find_map(|n| parked(vm, n))
    } else {
        let end = if from == 0 {
            count + 1
        } else {
            from.min(count + 1)
        };
        (1..end).rev().find_map(|n| parked(vm, n))
    };
    match found {
        Some(t) => of_tasklet(vm, t),
        None => stub(vm),
    }
}
