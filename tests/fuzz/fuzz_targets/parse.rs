//! Any bytes: the parser refuses or accepts, and never panics.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::oracle::parse_bytes(bytes));
