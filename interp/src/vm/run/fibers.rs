//! Native stacks for the loop, so that tasklets with native code below them can be left and come back to.
//!
//! Python's frames are not on the native stack, but a nested run of the loop (a Python function called by native code) is.
//! A tasklet that is left there keeps its native stack: it is *parked*, and the loop goes on with the next tasklet on
//! another one. Every outermost run of the loop is a coroutine; the code that started it is the *hub*, to which parked and
//! finished stacks give control and which resumes whoever is next. So stacks may be left and resumed in any order, nothing
//! is copied, and depth costs nothing. Tasklets without native code below them never come here: they are swapped by
//! changing `Vm::fp`.
//!
//! Invariants: while a tasklet with parked native code runs, it runs on its own stack; the *base loop* at the bottom of a
//! stack runs tasklets that have none. Limits: stacks of tasklets that are never resumed are kept until the process ends,
//! because native frames cannot be unwound through handlers.

use super::super::switch;
use super::exit_pc;
use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use skein_runtime::prelude::*;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;

/// Address space of a native stack; pages are used as they are touched.
const STACK_BYTES: usize = 256 << 20;
/// What native code may use below the depth at which nested runs are refused.
const RESERVE: usize = 1 << 20;
/// Idle stacks that are kept.
const POOL: usize = 16;
/// `Vm::run_outcome`: the base loop gives way to a tasklet on a parked stack.
pub const TO_PARKED: u8 = 3;

/// What a stack asks of the hub when it is left.
enum Leave {
    /// Let the scheduler's target run on a fresh stack.
    Fresh,
    /// Resume the parked stack with this number.
    Parked(u32),
}

/// What the base loop of a stack is to do.
#[derive(Clone, Copy)]
enum Begin {
    /// Run the loop from this address in the running frame.
    At(super::Pc),
    /// Let the scheduler's target go on.
    Target,
}

type Fiber = Coroutine<*mut Vm, Leave, (), DefaultStack>;

struct Entry {
    fiber: Fiber,
    /// Lowest and highest address of its stack.
    low: usize,
    high: usize,
}

#[derive(Default)]
struct Fibers {
    /// By number, from 1 on.
    entries: RefCell<Vec<Option<ManuallyDrop<Entry>>>>,
    /// Numbers that are free again.
    free: RefCell<Vec<u32>>,
    idle: RefCell<Vec<DefaultStack>>,
    /// The one that runs; 0: the hub.
    running: Cell<u32>,
}

thread_local! {
    static FIBERS: Fibers = Fibers::default();
}

/// Where the running coroutine can be left: set when a stack begins and whenever it is resumed.
#[derive(Clone, Copy)]
struct Door(*const Yielder<*mut Vm, Leave>);

thread_local! {
    static DOOR: Cell<Option<Door>> = const { Cell::new(None) };
}

/// Runs the loop from `pc` in the running frame, as the outermost run, until that frame is left; `Vm::run_outcome` says how.
pub fn drive(vm: &mut Vm, pc: super::Pc) -> PyResult<()> {
    let outer = FIBERS.with(|f| f.running.replace(0));
    let door = DOOR.take();
    let (limit, depth) = (vm.native_limit.get(), vm.native_depth.get());
    let result = serve(vm, pc);
    vm.native_limit.set(limit);
    vm.native_depth.set(depth);
    DOOR.set(door);
    FIBERS.with(|f| f.running.set(outer));
    result
}

fn serve(vm: &mut Vm, pc: super::Pc) -> PyResult<()> {
    let mut next = begin(vm, Begin::At(pc))?;
    loop {
        match resume(vm, next) {
            CoroutineResult::Yield(Leave::Parked(id)) => next = id,
            CoroutineResult::Yield(Leave::Fresh) => next = begin(vm, Begin::Target)?,
            CoroutineResult::Return(()) => {
                retire(next);
                if vm.run_outcome.get() != TO_PARKED {
                    return Ok(());
                }
                next = target(vm).map_or(0, |t| t.native_stack.get());
            }
        }
    }
}

fn target(vm: &Vm) -> Option<Ref<skein_runtime::tasklet::tasklet::PyTasklet>> {
    vm.scheduler.target.get().cast()
}

/// A new stack with a base loop that has not begun; its number.
fn begin(vm: &mut Vm, what: Begin) -> PyResult<u32> {
    let idle = FIBERS.with(|f| f.idle.borrow_mut().pop());
    let stack = match idle.map_or_else(|| DefaultStack::new(STACK_BYTES), Ok) {
        Ok(stack) => stack,
        Err(_) => return Err(vm.memory_error()),
    };
    let (low, high) = (stack.limit().get(), stack.base().get());
    let fiber = Fiber::with_stack(stack, move |door, vm| {
        DOOR.set(Some(Door(door)));
        // SAFETY: H9: the hub passes the Vm that it borrows while the coroutine runs, and does not touch it meanwhile.
        let vm = unsafe { &mut *vm };
        vm.native_depth.set(1);
        let pc = match what {
            Begin::At(pc) => pc,
            Begin::Target => switch::enter_target(vm),
        };
        if pc != exit_pc() {
            super::run(vm, pc);
        }
    });
    let entry = ManuallyDrop::new(Entry { fiber, low, high });
    FIBERS.with(|f| {
        let mut entries = f.entries.borrow_mut();
        match f.free.borrow_mut().pop() {
            Some(id) => {
                entries[id as usize - 1] = Some(entry);
                Ok(id)
            }
            None => {
                entries.push(Some(entry));
                Ok(entries.len() as u32)
            }
        }
    })
}

fn resume(vm: &mut Vm, id: u32) -> CoroutineResult<Leave, ()> {
    let slot = (id as usize).wrapping_sub(1);
    let mut entry = FIBERS
        .with(|f| f.entries.borrow_mut().get_mut(slot).and_then(Option::take))
        .expect("parked stacks stay entered until they are resumed");
    vm.native_limit.set(entry.low + RESERVE);
    FIBERS.with(|f| f.running.set(id));
    let vm: *mut Vm = vm;
    // SAFETY: H9: the Vm outlives the call; the heap is told about the change of stacks before and after it, and the hub's
    // stack stays as it is meanwhile.
    let result = unsafe {
        (*vm)
            .heap
            .leave_stack(Some(entry.high as *const u8), || entry.fiber.resume(vm))
    };
    FIBERS.with(|f| {
        f.running.set(0);
        f.entries.borrow_mut()[slot] = Some(entry);
    });
    result
}

/// Takes the stack of a base loop that ended into the pool.
fn retire(id: u32) {
    FIBERS.with(|f| {
        let entry = f.entries.borrow_mut()[id as usize - 1].take();
        let Some(entry) = entry else { return };
        f.free.borrow_mut().push(id);
        let stack = ManuallyDrop::into_inner(entry).fiber.into_stack();
        let mut idle = f.idle.borrow_mut();
        if idle.len() < POOL {
            idle.push(stack);
        }
    })
}

/// The number of the native stack that runs.
pub fn running() -> u32 {
    FIBERS.with(|f| f.running.get())
}

/// Parks the running native stack and lets the scheduler's target go on; returns when this stack is resumed. `to`: the
/// number of the target's own parked stack, 0: none.
pub fn park(vm: &mut Vm, to: u32) {
    let Some(door) = DOOR.get() else {
        return;
    };
    let (limit, depth, id) = (vm.native_limit.get(), vm.native_depth.get(), running());
    let leave = if to == 0 {
        Leave::Fresh
    } else {
        Leave::Parked(to)
    };
    // SAFETY: H9: the door belongs to the running coroutine, which is alive; nobody frees its stack before it is resumed.
    unsafe { vm.heap.leave_stack(None, || (*door.0).suspend(leave)) };
    DOOR.set(Some(door));
    FIBERS.with(|f| f.running.set(id));
    vm.native_limit.set(limit);
    vm.native_depth.set(depth);
}

/// True outside all runs of the loop.
pub fn outermost() -> bool {
    running() == 0
}
