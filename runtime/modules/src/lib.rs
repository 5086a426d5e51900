//! The native modules, one file or folder each.

#![forbid(unsafe_code)]

mod abc;
mod array;
mod collections;
mod errno;
mod functools;
pub mod atexit;
mod errno;
pub mod gc;
pub mod imp;
mod itertools;
mod operator;
pub mod os_error;
pub mod signal;
pub mod support;
pub mod sys;
pub mod thread;
mod util;
pub mod time;
pub mod weakref;

use skein_runtime::prelude::*;

/// Every native module, by name.
pub fn all() -> Vec<ModuleDef> {
    vec![
        abc::MODULE,
        collections::MODULE,
        errno::MODULE,
        functools::MODULE,
        atexit::MODULE,
        errno::MODULE,
        gc::MODULE,
        imp::MODULE,
        itertools::MODULE,
        operator::MODULE,
        signal::MODULE,
        sys::MODULE,
        thread::MODULE,
        time::MODULE,
        weakref::MODULE,
    ]
}
