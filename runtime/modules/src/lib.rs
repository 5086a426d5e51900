//! The native modules, one file or folder each.

#![forbid(unsafe_code)]

mod errno;
pub mod os_error;

use skein_runtime::prelude::*;

/// Every native module, by name.
pub fn all() -> Vec<ModuleDef> {
    vec![
        errno::MODULE,
    ]
}
