//! What compiled code relies on: that a type, a dict's keys or a function's code stay as they were when it was compiled.
//!
//! Testing every such object's version costs a load and a comparison each, in every turn of a loop that calls functions and methods. Instead each
//! piece of code has one byte that tells whether all of it still holds, and whoever changes an object that is relied on sets the bytes of
//! those who do. So a change, which is rare, is dear, and a test, which is frequent, is cheap (Hölzle, Chambers and Ungar, "Debugging optimized code with
//! dynamic deoptimization", PLDI 1992, have no test at all; here code that is entered or returned to asks).
//!
//! Invariants: a byte that was set stays set; an object that changed is relied on by nobody until somebody says so again. Objects are known by their
//! address, and who relies on one keeps it alive. Limit: an object that changed [`MOST_CHANGES`] times while it was relied on is not taken again.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The byte of one piece of code: 0 as long as all holds that it relies on.
pub type Broken = &'static AtomicU8;

/// Changes after which an object is not relied on any more.
const MOST_CHANGES: u32 = 3;

#[derive(Default)]
struct Relied {
    by: Vec<Broken>,
    changes: u32,
}

static ALL: Mutex<Option<HashMap<u64, Relied>>> = Mutex::new(None);
/// Something is relied on.
static ANY: AtomicBool = AtomicBool::new(false);

/// The byte for a new piece of code, kept for the life of the process as machine code is.
pub fn new_byte() -> Broken {
    Box::leak(Box::new(AtomicU8::new(0)))
}

/// Says that a piece of code relies on an object, given by its word; false: it changes too often for that.
pub fn rely(object: u64, broken: Broken) -> bool {
    let mut all = ALL.lock().unwrap_or_else(|e| e.into_inner());
    let relied = all.get_or_insert_default().entry(object).or_default();
    if relied.changes >= MOST_CHANGES {
        return false;
    }
    if !relied.by.iter().any(|b| std::ptr::eq(*b, broken)) {
        relied.by.push(broken);
    }
    ANY.store(true, Ordering::Relaxed);
    true
}

/// An object has changed, or is about to.
#[inline]
pub fn changed(object: u64) {
    if ANY.load(Ordering::Relaxed) {
        break_reliance(object);
    }
}

#[cold]
fn break_reliance(object: u64) {
    let mut all = ALL.lock().unwrap_or_else(|e| e.into_inner());
    let Some(relied) = all.as_mut().and_then(|all| all.get_mut(&object)) else {
        return;
    };
    if relied.by.is_empty() {
        return;
    }
    relied.changes += 1;
    for broken in relied.by.drain(..) {
        broken.store(1, Ordering::Relaxed);
    }
}
