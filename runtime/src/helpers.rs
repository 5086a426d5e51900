//! Small unsafe bridges that the rest of the runtime calls (and, later, the helpers that machine code calls): safe
//! functions over libc for native modules are one file each in this folder.

pub mod accounts;
pub mod clock;
pub mod epoll;
pub mod files;
pub mod image;
pub mod mathlib;
pub mod pages;
pub mod process;
pub mod signals;
pub mod sockets;
pub mod terminal;

use crate::tasklet::stack::Frame;

/// The frame at the `Vm`'s frame pointer.
pub fn frame_at(fp: *mut u64) -> Option<Frame> {
    // SAFETY: H5: `Vm::fp` is 0 or the address of the running frame's register 0.
    unsafe { Frame::at(fp) }
}

/// `errno` of the last failed call.
pub fn last_errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
