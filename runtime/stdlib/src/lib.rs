//! The pure-Python standard library inside the binary.
//!
//! Problem: `skein` must run on a machine that has nothing else, start quickly, and still show library sources in tracebacks.
//! Approach: each file is deflated alone and found by binary search in a sorted index, both embedded with `include_bytes!`; there is
//! nothing to open at start-up and only what is imported is unpacked. A solid archive would be a third smaller but would have
//! to be unpacked whole; unpacking to a cache folder would write where nobody asked.
//!
//! Paths are relative to the library's root, with forward slashes and without a leading one: `collections/__init__.py`.
//! The archive is made by `build.rs`; running from a plain folder instead (`SKEIN_LIB`) is the import system's matter.
#![forbid(unsafe_code)]

mod archive;
pub mod pack;

pub use archive::{
    Archive, Child, Entry, Kind, archive, entries, find, fingerprint, is_package, kind, list,
};
