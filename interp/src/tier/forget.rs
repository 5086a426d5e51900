//! Forgetting all code when an object that it names is gone.
//!
//! Code names classes, functions and the like by their addresses, so they live as long as it does. A program can see that where it asks
//! for a collection and then looks at weak references. So if no machine code runs then and nothing is being recorded, such objects may
//! die in it; what names them is found out not at all, but everything is thrown away before anything is entered again. That is rare, and so
//! that it stays rare, it is done only so many times.

use super::{TIER, Tier};
use skein_runtime::vm::Vm;

/// After so many times, what code names is kept.
const MOST: usize = 50;

/// The program asks for a collection.
pub fn before_collection(vm: &Vm) {
    let may = TIER.with_borrow(|t| t.active == 0 && t.recorder.is_none() && t.forgotten < MOST);
    vm.code_roots.set_weak(may);
}

/// To be called before code is looked for, entered or recorded: from now on what it names is kept.
pub(super) fn settle(vm: &Vm) {
    vm.code_roots.set_weak(false);
    if vm.code_roots.died() {
        TIER.with_borrow_mut(Tier::forget);
        vm.code_roots.clear();
    }
}

impl Tier {
    fn forget(&mut self) {
        self.forgotten += 1;
        while self
            .compiler
            .as_ref()
            .is_some_and(|c| !self.pending.is_empty() && c.take(true).is_some())
        {
            self.pending.pop_front();
        }
        self.pending.clear();
        // Counters in code objects may name these by number: they find that they are of another loop now.
        for l in &mut self.loops {
            *l.code = 0;
            l.header = 0;
        }
        self.by_header.clear();
        self.anchors.clear();
        self.ways_in.clear();
        for pair in &self.dispatch {
            pair[0].set(0);
            pair[1].set(0);
        }
        self.closed = None;
    }
}
