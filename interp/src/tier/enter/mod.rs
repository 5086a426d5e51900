//! Between the interpreter and machine code: the activation record, entry, and what machine code calls.

pub mod helpers;
pub mod helpers_classes;
pub mod helpers_iterators;
pub mod helpers_lean;
pub mod helpers_made;

use skein_runtime::vm::Vm;
use std::mem::offset_of;

/// Addresses of frames in a trace that are known only when it runs.
pub const BANK: usize = 16;

/// Words for the contents of objects that are not allocated.
pub const VIRTUALS: usize = 48;
/// Words for handing several values to a helper at once.
pub const SCRATCH: usize = 16;

/// One run of machine code, on the native stack below it (where the collector looks, too).
#[repr(C)]
pub struct Activation {
    /// The machine.
    pub vm: *mut Vm,
    /// The frame that the trace left last was entered in.
    pub frame: u64,
    /// The number of the exit by which it was left.
    pub exit: u64,
    /// Where the tasklet's stack ended when that trace was entered.
    pub top: u64,
    /// Where an operation that went another way said to go on.
    pub left: u64,
    /// Contents of objects that are not allocated, as exits tell: words, or floats' bits.
    pub virtuals: [u64; VIRTUALS],
    /// Values for a helper.
    pub scratch: [u64; SCRATCH],
    /// Addresses of frames.
    pub bank: [u64; BANK],
}

/// Byte offsets in the record.
pub mod offset {
    use super::*;
    /// `vm`
    pub const VM: i32 = offset_of!(Activation, vm) as i32;
    /// `top`
    pub const TOP: i32 = offset_of!(Activation, top) as i32;
    /// `left`
    pub const LEFT: i32 = offset_of!(Activation, left) as i32;
    /// `frame`
    pub const FRAME: i32 = offset_of!(Activation, frame) as i32;
    const _: () = assert!(FRAME == skein_jit::backend::FRAME_IN_CONTEXT);
    const _: () =
        assert!(offset_of!(Activation, exit) as i32 == skein_jit::backend::EXIT_IN_CONTEXT);
    /// `virtuals`
    pub const VIRTUALS: i32 = offset_of!(Activation, virtuals) as i32;
    /// `scratch`
    pub const SCRATCH: i32 = offset_of!(Activation, scratch) as i32;
    /// `bank`
    pub const BANK: i32 = offset_of!(Activation, bank) as i32;
}

impl Activation {
    /// One for the running frame. All of it is written: the collector would take what stood there before for references.
    #[inline(always)]
    pub fn new(vm: &mut Vm) -> Activation {
        Activation {
            frame: vm.fp.get() as u64,
            top: vm.stack_top.get() as u64,
            vm,
            exit: 0,
            left: 0,
            virtuals: [0; VIRTUALS],
            scratch: [0; SCRATCH],
            bank: [0; BANK],
        }
    }

    /// Runs machine code in the frame; gives the number of the exit taken.
    #[inline(always)]
    pub fn run(&mut self, enter: u64, code: u64) -> u32 {
        // SAFETY: both addresses are of code that the tier's backend made and never frees; the glue has this signature, and the
        // code was recorded for the loop that the running frame is at.
        unsafe {
            let enter: extern "C" fn(*mut Activation, u64, u64) -> u64 =
                std::mem::transmute(enter as usize);
            enter(self, self.frame, code) as u32
        }
    }
}

/// The processor's own clock: steady, quick to read, of unknown rate.
#[inline]
pub fn ticks() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction only reads a counter; all x86-64 processors have it.
    unsafe {
        std::arch::x86_64::_rdtsc()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        static START: std::sync::LazyLock<std::time::Instant> =
            std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed().as_nanos() as u64
    }
}
