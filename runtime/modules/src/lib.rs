//! The native modules, one file or folder each.

#![forbid(unsafe_code)]

mod errno;
pub mod imp;
pub mod os_error;
pub mod signal;
pub mod support;
pub mod sys;
pub mod thread;

use skein_runtime::prelude::*;

/// Every native module, by name.
pub fn all() -> Vec<ModuleDef> {
    vec![
        errno::MODULE,
        imp::MODULE,
        signal::MODULE,
        sys::MODULE,
        thread::MODULE,
    ]
}
