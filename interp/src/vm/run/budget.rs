//! The instructions that `stackless.run(timeout)` grants: counted one by one while such a call is in progress, by a
//! handler table of its own, so that nothing is counted otherwise.

use super::fast;
use super::{Handler, special};
use crate::vm::run::cx::Pc;
use crate::vm::switch;
use skein_runtime::prelude::*;

/// True while instructions are counted.
pub fn active(vm: &Vm) -> bool {
    !vm.scheduler.interrupt.get().is_null() && vm.scheduler.budget.timeout.get() != 0
}

/// A tasklet goes on: it gets a new slice, unless the budget is for the whole call.
pub fn next_slice(vm: &mut Vm) {
    if active(vm) {
        let budget = &vm.scheduler.budget;
        if !budget.total.get() {
            budget.refill();
        }
    }
    if vm.counting.replace(active(vm)) != active(vm) {
        let tracing = vm.tracing.get();
        super::traced::choose(vm, tracing);
    }
}

/// Counts the instruction about to run.
unsafe extern "C" fn counted(pc: Pc, fp: *mut u64, vm: *mut Vm, insn: u64, tbl: *const Handler) {
    #[cold]
    #[inline(never)]
    unsafe fn interrupt(vm: *mut Vm, pc: Pc, fp: *mut u64, insn: u64) -> Pc {
        // SAFETY: called by the handler with its own arguments.
        unsafe { super::run_body(vm, pc, fp, insn, switch::interrupt) }
    }
    // SAFETY: handlers are called with the running frame of a live Vm; `interrupt` gives a valid instruction address.
    unsafe {
        let left = (*vm).scheduler.budget.left.get();
        if left > 0 {
            (*vm).scheduler.budget.left.set(left - 1);
        } else if (*vm).counting.get() {
            let next = interrupt(vm, pc, fp, insn);
            if next != pc || (*vm).fp.get() != fp {
                let fp = (*vm).fp.get();
                let tbl = super::traced::table(&*vm);
                super::go!(next, fp, vm, tbl)
            }
        }
        let handler = fast::TABLE[(insn & 0xff) as usize].0;
        handler(pc, fp, vm, insn, tbl)
    }
}

const fn build() -> [Handler; 256] {
    let mut t = [Handler(counted); 256];
    t[special::EXIT as usize] = Handler(fast::exit);
    t
}

/// A handler for every opcode byte.
pub static COUNTED: [Handler; 256] = build();
