//! Native stacks: every word of every stack of the attached thread is an ambiguous root.
//!
//! The collecting function spills the callee-saved registers into its frame and scans from there to the base of the
//! stack. A stack that is not running (the main stack while a coroutine runs, a parked coroutine) is entered as a range
//! by [`Heap::leave_stack`], which spills registers for it in the same way.

use super::{Heap, Tracer};
use std::cell::{Cell, RefCell};

/// The native stacks of the thread that owns the heap.
#[derive(Default)]
pub struct Stacks {
    /// Upper end of the stack that runs; 0: not known yet.
    base: Cell<usize>,
    /// Stacks that do not run: token, lowest word in use, upper end.
    parked: RefCell<Vec<(usize, usize, usize)>>,
    next_token: Cell<usize>,
}

impl Heap {
    /// Says where the running native stack ends (its highest address). Without it the system is asked.
    pub fn set_stack_base(&self, base: *const u8) {
        self.stacks.base.set(base as usize);
    }
    /// Enters a native stack that does not run; its words in `[sp, base)` are roots until
    /// [`Heap::unregister_stack`]. The registers of its computation must have been stored on it, above `sp`.
    ///
    /// # Safety
    /// The range must stay readable until it is unregistered.
    pub unsafe fn register_stack(&self, sp: *const u8, base: *const u8) -> usize {
        let token = self.stacks.next_token.get();
        self.stacks.next_token.set(token + 1);
        self.stacks
            .parked
            .borrow_mut()
            .push((token, sp as usize, base as usize));
        token
    }
    /// Forgets a stack entered before.
    pub fn unregister_stack(&self, token: usize) {
        self.stacks.parked.borrow_mut().retain(|s| s.0 != token);
    }
    /// Runs `switch`, which continues on another native stack and returns when this one is switched to again. Meanwhile
    /// this stack is a root. `base` is the upper end of the other stack, if it is entered by this call; a switch *back*
    /// passes `None`, since the stack resumed there sets its own base again.
    ///
    /// # Safety
    /// This stack must not be freed before `switch` returns, and `base` must be the upper end of the stack switched to.
    pub unsafe fn leave_stack<R>(&self, base: Option<*const u8>, switch: impl FnOnce() -> R) -> R {
        let own_base = self.stack_base();
        let mut switch = Some(switch);
        let mut result = None;
        with_registers(&mut |sp| {
            // SAFETY: H1: the frames above sp stay until `switch` returns or is unwound, which drops the guard.
            let token = unsafe { self.register_stack(sp as *const u8, own_base as *const u8) };
            let _back = Back {
                heap: self,
                token,
                base: own_base,
            };
            if let Some(base) = base {
                self.stacks.base.set(base as usize);
            }
            result = switch.take().map(|f| f());
        });
        result.expect("with_registers calls its argument")
    }
    fn stack_base(&self) -> usize {
        if self.stacks.base.get() == 0 {
            self.stacks.base.set(system_stack_base());
        }
        self.stacks.base.get()
    }
    /// Marks what native stacks refer to; `sp` is the lowest word of the running one that counts.
    pub(super) fn trace_stacks(&self, tracer: &mut Tracer, sp: usize) {
        scan(tracer, sp, self.stack_base());
        for &(_, low, high) in self.stacks.parked.borrow().iter() {
            scan(tracer, low, high);
        }
    }
}

/// Makes a stack the running one again, also when it is unwound because its coroutine is dropped.
struct Back<'a> {
    heap: &'a Heap,
    token: usize,
    base: usize,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.heap.stacks.base.set(self.base);
        self.heap.unregister_stack(self.token);
    }
}

fn scan(tracer: &mut Tracer, low: usize, high: usize) {
    assert!(
        low <= high && high - low < 1 << 32,
        "heap: the base of the native stack is wrong ({low:#x}..{high:#x})"
    );
    let mut p = (low + 7) & !7;
    while p + 8 <= high {
        // SAFETY: H1: the range is mapped stack memory; a word of it may hold anything and is only looked at as a number.
        let word = unsafe { std::ptr::read_volatile(p as *const usize) };
        tracer.visit_native(word);
        p += 8;
    }
}

/// Overwrites the stack below the caller's frame, so that frames entered there next hold nothing left over from others:
/// called before collections whose result the program looks at.
#[inline(never)]
pub fn scrub_stack() {
    let mut words = [0usize; 4096];
    std::hint::black_box(&mut words);
}

/// Calls `f` with an address below which nothing of the callers lies, after storing the callee-saved registers above it.
#[inline(never)]
pub fn with_registers(f: &mut dyn FnMut(usize)) {
    let mut registers = [0usize; 20];
    spill(&mut registers);
    f(registers.as_ptr() as usize);
    // The array must outlive the call.
    std::hint::black_box(&registers);
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn spill(to: &mut [usize; 20]) {
    // SAFETY: H1: stores six registers into the array and changes nothing else.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx", "mov [{0} + 8], rbp", "mov [{0} + 16], r12",
            "mov [{0} + 24], r13", "mov [{0} + 32], r14", "mov [{0} + 40], r15",
            in(reg) to.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn spill(to: &mut [usize; 20]) {
    // SAFETY: H1: stores the callee-saved registers (d8-d15 may hold spilled pointers too) and changes nothing else.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{0}]", "stp x21, x22, [{0}, 16]", "stp x23, x24, [{0}, 32]",
            "stp x25, x26, [{0}, 48]", "stp x27, x28, [{0}, 64]", "str x29, [{0}, 80]",
            "stp d8, d9, [{0}, 88]", "stp d10, d11, [{0}, 104]",
            "stp d12, d13, [{0}, 120]", "stp d14, d15, [{0}, 136]",
            in(reg) to.as_mut_ptr(), options(nostack, preserves_flags)
        );
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("heap/stack_scan.rs: write `spill` for this processor");

/// The upper end of the calling thread's stack.
#[cfg(target_os = "linux")]
fn system_stack_base() -> usize {
    // SAFETY: H1: plain queries about the calling thread; `attr` is initialised by the first of them.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        assert_eq!(
            libc::pthread_getattr_np(libc::pthread_self(), &mut attr),
            0,
            "heap: the system does not know the stack"
        );
        libc::pthread_attr_getstack(&attr, &mut low, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        low as usize + size
    }
}

/// The upper end of the calling thread's stack.
#[cfg(target_os = "macos")]
fn system_stack_base() -> usize {
    // SAFETY: H1: a plain query about the calling thread.
    unsafe { libc::pthread_get_stackaddr_np(libc::pthread_self()) as usize }
}
