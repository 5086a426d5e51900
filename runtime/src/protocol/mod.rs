//! The object protocols: what `obj + obj`, `len(obj)`, `iter(obj)`, `obj()` … mean, for native code.
//!
//! Each protocol has a fast path for exact builtin types and otherwise looks the special method up on the type, like the
//! interpreter's own handlers, with which it shares the look-ups. Native code that calls Python through these functions
//! starts a nested run of the loop (D6.3).

pub mod binary;
pub mod call;
pub mod compare;
pub mod item;
pub mod iterate;
pub mod number;
pub mod object;
pub mod raise;
pub mod slices;
pub mod warn;
