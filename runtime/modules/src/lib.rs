//! The native modules, one file or folder each.

#![forbid(unsafe_code)]

mod abc;
mod array;
pub mod atexit;
mod codecs;
mod collections;
mod errno;
mod functools;
pub mod gc;
pub mod imp;
pub mod io;
mod itertools;
pub mod marshal;
pub mod math;
mod operator;
pub mod os_error;
pub mod path;
mod posix;
pub mod signal;
mod sre;
mod string;
pub mod support;
pub mod sys;
pub mod thread;
pub mod time;
pub mod typing;
mod util;
mod warnings;
pub mod weakref;

use skein_runtime::prelude::*;

/// Every native module, by name.
pub fn all() -> Vec<ModuleDef> {
    vec![
        abc::MODULE,
        atexit::MODULE,
        codecs::MODULE,
        collections::MODULE,
        errno::MODULE,
        functools::MODULE,
        gc::MODULE,
        imp::MODULE,
        io::MODULE,
        itertools::MODULE,
        marshal::MODULE,
        math::MODULE,
        operator::MODULE,
        posix::MODULE,
        signal::MODULE,
        sre::MODULE,
        string::MODULE,
        sys::MODULE,
        thread::MODULE,
        time::MODULE,
        typing::MODULE,
        warnings::MODULE,
        weakref::MODULE,
    ]
}
