//! The bell: a helper thread of the OS that says every few milliseconds that the slice of the running thread is over, and that
//! the poller should be asked. It is silent while nothing runs, so that a program that only waits costs nothing.

use crate::helpers::signals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Nobody rings.
const NONE: u32 = 0;
/// It rings.
const RINGS: u32 = 1;
/// Nothing runs: the next ring is left out.
const IDLE: u32 = 2;
/// The helper thread sleeps until something runs.
const PARKED: u32 = 3;

/// `sys.getswitchinterval()` at start, in microseconds.
const USUAL: u64 = 5_000;

#[derive(Default)]
struct Shared {
    state: AtomicU32,
    /// Microseconds between two rings; 0: as usual.
    interval: AtomicU64,
    /// It has rung.
    over: AtomicBool,
}

/// See the module.
#[derive(Default)]
pub struct Bell {
    shared: Arc<Shared>,
    helper: std::cell::RefCell<Option<std::thread::Thread>>,
}

impl Bell {
    /// Begins to ring, by setting `attention` too.
    #[inline]
    pub fn start(&self, attention: &Arc<AtomicBool>) {
        if self.shared.state.load(Ordering::Relaxed) == NONE {
            self.begin(attention.clone());
        }
    }
    #[cold]
    fn begin(&self, attention: Arc<AtomicBool>) {
        let shared = self.shared.clone();
        shared.state.store(RINGS, Ordering::Relaxed);
        let started = std::thread::Builder::new()
            .name("slices".into())
            .stack_size(64 << 10)
            .spawn(move || ring(&shared, &attention));
        // Without a bell threads take turns only where they wait.
        let helper = started.ok().map(|h| h.thread().clone());
        self.helper.replace(helper);
    }
    /// True once after each ring.
    #[inline]
    pub fn rang(&self) -> bool {
        self.shared.over.swap(false, Ordering::Relaxed)
    }
    /// The time between two rings, in microseconds.
    pub fn set_interval(&self, microseconds: u64) {
        let n = microseconds.max(1);
        self.shared.interval.store(n, Ordering::Relaxed);
    }
    /// In the child of a fork, which has no helper thread.
    pub fn forget(&self) {
        self.helper.replace(None);
        self.shared.state.store(NONE, Ordering::Relaxed);
    }
    /// Nothing runs from now on, until [`Bell::resume`].
    pub fn rest(&self) {
        let s = &self.shared.state;
        _ = s.compare_exchange(RINGS, IDLE, Ordering::AcqRel, Ordering::Relaxed);
    }
    /// Something runs again.
    pub fn resume(&self) {
        let s = &self.shared.state;
        if s.load(Ordering::Relaxed) != NONE
            && s.swap(RINGS, Ordering::AcqRel) == PARKED
            && let Some(helper) = &*self.helper.borrow()
        {
            helper.unpark();
        }
    }
}

fn ring(shared: &Shared, attention: &AtomicBool) {
    signals::leave_to_others();
    loop {
        let interval = match shared.interval.load(Ordering::Relaxed) {
            0 => USUAL,
            n => n,
        };
        std::thread::sleep(Duration::from_micros(interval));
        let s = &shared.state;
        if s.compare_exchange(IDLE, PARKED, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
        {
            while s.load(Ordering::Acquire) == PARKED {
                std::thread::park();
            }
            continue;
        }
        shared.over.store(true, Ordering::Relaxed);
        attention.store(true, Ordering::Release);
    }
}
