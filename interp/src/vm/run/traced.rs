//! The handler table that is in use while a trace or profile function is set: every opcode first delivers its events,
//! then runs as usual.

use super::cx::{Cx, Pc, header_word, word_at};
use super::{Handler, fast, go, run_body, special};
use crate::vm::trace;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::stack::at;

/// Makes the loop use the tracing table, or the ordinary one, from its next slow instruction on.
pub fn choose(vm: &Vm, on: bool) {
    let table = if on {
        &TRACED
    } else if vm.counting.get() {
        &super::budget::COUNTED
    } else {
        &fast::TABLE
    };
    vm.dispatch.set(table.as_ptr() as *const ());
}

/// True if the ordinary table is in use: nothing looks at instructions.
pub fn is_plain(vm: &Vm) -> bool {
    std::ptr::eq(vm.dispatch.get(), fast::TABLE.as_ptr() as *const ())
}

/// The handler table of the ordinary loop.
pub fn plain() -> *const () {
    fast::TABLE.as_ptr() as *const ()
}

/// The table in use.
#[inline(always)]
pub fn table(vm: &Vm) -> *const Handler {
    vm.dispatch.get() as *const Handler
}

unsafe extern "C" fn traced(pc: Pc, fp: *mut u64, vm: *mut Vm, insn: u64, _: *const Handler) {
    #[inline(never)]
    unsafe fn events(vm: *mut Vm, pc: Pc, fp: *mut u64, insn: u64) -> Pc {
        let previous = header_word(fp, at::PC) as Pc;
        // SAFETY: called by the handler with its own arguments.
        unsafe {
            run_body(vm, pc, fp, insn, |vm, cx: Cx| {
                trace::before(vm, cx, previous)
            })
        }
    }
    // SAFETY: handlers are called with the running frame of a live Vm; `events` gives a valid instruction address in the
    // frame that runs then.
    unsafe {
        let next = events(vm, pc, fp, insn);
        let (now, tbl) = ((*vm).fp.get(), table(&*vm));
        if next == pc && now == fp {
            let insn = word_at(pc).0;
            let handler = fast::TABLE[(insn & 0xff) as usize].0;
            return handler(pc, fp, vm, insn, tbl);
        }
        go!(next, now, vm, tbl)
    }
}

const fn build() -> [Handler; 256] {
    let mut t = [Handler(traced); 256];
    t[special::EXIT as usize] = Handler(fast::exit);
    t
}

/// A handler for every opcode byte.
static TRACED: [Handler; 256] = build();
