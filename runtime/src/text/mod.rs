//! Pure text algorithms: everything Python's int, float, complex, str and bytes need that touches no object.
//!
//! A Python string here is a byte slice in *generalized UTF-8*: every code point 0..=0x10FFFF is encoded on its own,
//! a lone surrogate as three bytes, and two surrogates side by side stay two code points (so this is a superset of
//! WTF-8). Nothing here allocates on the Python heap, raises, or knows a `Value`; failures are plain Rust values
//! that name the exception and carry CPython's message.
//!
//! Invariant: functions documented to take "text" get well-formed generalized UTF-8. Malformed bytes cannot cause
//! undefined behaviour or a panic, only odd results.

#![forbid(unsafe_code)]

pub mod case;
pub mod codec;
pub mod error;
pub mod float_int;
pub mod float_parse;
pub mod float_repr;
pub mod format_number;
pub mod format_spec;
pub mod hex;
pub mod int_text;
pub mod justify;
pub mod percent;
pub mod repr;
pub mod search;
pub mod str_format;
pub mod unicode;
pub mod unicode_data;
pub mod unit;
pub mod wtf8;
