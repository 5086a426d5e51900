//! Any bytes: the compiler refuses them or makes sound code, and never panics.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::oracle::any_bytes(bytes));
