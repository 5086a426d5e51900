//! How handlers are written: operands as raw register words, and what every fast handler may do.
//!
//! Rules (dispatch.md): no value with Drop, no address of a local escapes, no call before the final jump on a fast path
//! except through a slow handler. Nothing that can unwind stands in a fast handler, neither a panic nor a call: it would
//! give the whole handler a frame. What needs a call is a handler of its own, `#[inline(never)]`, reached by a jump.

/// Defines a fast handler: `a!(insn)`, `b!(insn)`, `c!(insn)` are operands, `bc!(insn)` a jump distance; it ends in `go!` or by
/// calling another handler.
macro_rules! fast {
    ($(#[$attr:meta])* $name:ident, |$pc:ident, $fp:ident, $vm:ident, $insn:ident, $tbl:ident| $body:block) => {
        $(#[$attr])*
        pub(super) unsafe extern "C" fn $name(
            $pc: Pc,
            $fp: *mut u64,
            $vm: *mut Vm,
            $insn: u64,
            $tbl: *const Handler,
        ) {
            // SAFETY: handlers run with the running frame of a live Vm; operands were checked by the verifier.
            unsafe { $body }
        }
    };
}

macro_rules! a {
    ($i:ident) => {
        ($i >> 16) as u16 as usize
    };
}
macro_rules! b {
    ($i:ident) => {
        ($i >> 32) as u16 as usize
    };
}
macro_rules! c {
    ($i:ident) => {
        ($i >> 48) as usize
    };
}
macro_rules! bc {
    ($i:ident) => {
        ($i >> 32) as u32 as i32
    };
}
pub(super) use {a, b, bc, c, fast};
