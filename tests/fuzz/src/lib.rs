//! What the fuzz targets share: a generator of Python programs and the oracles. The targets themselves are glue.
//!
//! `cargo +nightly fuzz run bytes` (or `programs`) from this folder. A find becomes a minimised script in `tests/scripts` or a unit test beside
//! the code, never a corpus file alone.
#![forbid(unsafe_code)]

pub mod generate;
pub mod oracle;
