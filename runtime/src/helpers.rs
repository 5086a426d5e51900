//! Small unsafe bridges that the rest of the runtime calls (and, later, the helpers that machine code calls).

use crate::tasklet::stack::Frame;

/// The frame at the `Vm`'s frame pointer.
pub fn frame_at(fp: *mut u64) -> Option<Frame> {
    // SAFETY: H5: `Vm::fp` is 0 or the address of the running frame's register 0.
    unsafe { Frame::at(fp) }
}
