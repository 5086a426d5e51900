//! Generated programs: well-formed, so they must compile to sound code.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::oracle::well_formed(
    &skein_fuzz::generate::program(bytes)
));
