//! The handler table that is in use while a trace is recorded: the recorder looks at each opcode, which then runs as usual.

use super::cx::{Cx, Pc, word_at};
use super::{Handler, fast, run_body, special, traced};
use crate::tier;
use skein_runtime::prelude::*;

/// Makes the loop use the table, from its next slow instruction on.
pub fn begin(vm: &Vm) {
    vm.dispatch.set(RECORDED.as_ptr() as *const ());
}

/// True while the table is in use.
pub fn recording(vm: &Vm) -> bool {
    std::ptr::eq(vm.dispatch.get(), RECORDED.as_ptr() as *const ())
}

/// The ordinary table comes back.
pub fn end(vm: &Vm) {
    if recording(vm) {
        traced::choose(vm, false);
    }
}

/// Runs `f`, which runs the loop for native code, without recording it; the recording goes on afterwards.
pub fn pausing<T>(vm: &mut Vm, f: impl FnOnce(&mut Vm) -> T) -> T {
    if !recording(vm) {
        return f(vm);
    }
    end(vm);
    let plain = vm.dispatch.get();
    tier::stop_clock();
    let result = f(vm);
    tier::start_clock();
    if std::ptr::eq(vm.dispatch.get(), plain) {
        begin(vm);
    } else {
        tier::abandon("another loop");
    }
    result
}

unsafe extern "C" fn recorded(pc: Pc, fp: *mut u64, vm: *mut Vm, insn: u64, _: *const Handler) {
    #[inline(never)]
    unsafe fn look(vm: *mut Vm, pc: Pc, fp: *mut u64, insn: u64) -> Pc {
        // SAFETY: called by the handler with its own arguments.
        unsafe {
            run_body(vm, pc, fp, insn, |vm, cx: Cx| {
                tier::step(vm, cx);
                Ok(cx.pc)
            })
        }
    }
    // SAFETY: handlers are called with the running frame of a live Vm; looking does not change where it is.
    unsafe {
        let next = look(vm, pc, fp, insn);
        let tbl = traced::table(&*vm);
        let insn = word_at(next).0;
        let handler = fast::TABLE[(insn & 0xff) as usize].0;
        handler(next, fp, vm, insn, tbl)
    }
}

const fn build() -> [Handler; 256] {
    let mut t = [Handler(recorded); 256];
    t[special::EXIT as usize] = Handler(fast::exit);
    t
}

/// A handler for every opcode byte.
static RECORDED: [Handler; 256] = build();
