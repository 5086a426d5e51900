//! The native modules, one file or folder each.

#![forbid(unsafe_code)]

mod abc;
mod accounts;
mod array;
pub mod atexit;
mod binascii;
mod bisect;
pub mod cmath;
mod codecs;
mod collections;
pub mod contextvars;
mod csv;
mod epoll;
mod errno;
pub mod faulthandler;
pub mod fcntl;
mod functools;
pub mod gc;
mod greenlet;
mod hashes;
mod heapq;
pub mod imp;
pub mod io;
mod itertools;
mod json;
pub mod locale;
pub mod marshal;
pub mod math;
mod natives;
mod operator;
pub mod os_error;
pub mod path;
mod posix;
mod posixsubprocess;
mod queue;
pub mod random;
mod resource;
mod select;
pub mod signal;
mod socket;
mod sre;
pub mod stackless;
pub mod stat;
mod string;
mod structs;
pub mod suggestions;
pub mod support;
pub mod sys;
pub mod sysconfig;
mod syslog;
pub mod termios;
pub mod thread;
pub mod thread_local;
pub mod time;
pub mod tokenize;
mod tracemalloc;
mod types;
pub mod typing;
mod unicodedata;
mod util;
mod warnings;
pub mod weakref;
mod zlib;

use skein_runtime::prelude::*;

/// Every native module, by name.
pub fn all() -> Vec<ModuleDef> {
    vec![
        abc::MODULE,
        accounts::GRP,
        accounts::PWD,
        array::MODULE,
        atexit::MODULE,
        binascii::MODULE,
        bisect::MODULE,
        cmath::MODULE,
        codecs::MODULE,
        collections::MODULE,
        contextvars::MODULE,
        csv::MODULE,
        errno::MODULE,
        faulthandler::MODULE,
        fcntl::MODULE,
        functools::MODULE,
        gc::MODULE,
        greenlet::MODULE,
        hashes::BLAKE2,
        hashes::MD5,
        hashes::SHA1,
        hashes::SHA2,
        hashes::SHA3,
        heapq::MODULE,
        imp::MODULE,
        io::MODULE,
        itertools::MODULE,
        json::MODULE,
        locale::MODULE,
        marshal::MODULE,
        math::MODULE,
        natives::MODULE,
        operator::MODULE,
        posix::MODULE,
        posixsubprocess::MODULE,
        queue::MODULE,
        random::MODULE,
        resource::MODULE,
        select::MODULE,
        signal::MODULE,
        socket::MODULE,
        sre::MODULE,
        stackless::MODULE,
        stackless::ext::MODULE,
        stat::MODULE,
        string::MODULE,
        structs::MODULE,
        suggestions::MODULE,
        sys::MODULE,
        sysconfig::MODULE,
        syslog::MODULE,
        termios::MODULE,
        thread::MODULE,
        time::MODULE,
        tokenize::MODULE,
        tracemalloc::MODULE,
        types::MODULE,
        typing::MODULE,
        unicodedata::MODULE,
        warnings::MODULE,
        weakref::MODULE,
        zlib::MODULE,
    ]
}
