//! Generated programs: well-formed, so they must parse.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::oracle::accept(
    &skein_fuzz::generate::program(bytes)
));
