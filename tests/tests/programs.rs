//! The benchmark programs of `benches/programs`, with their small default arguments, must print what CPython printed; the
//! examples, what is written down beside them.

use skein_tests::programs::failures;

#[test]
fn benchmark_programs_print_the_right_results() {
    let failures = failures("benches/programs");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn examples_do_what_they_say() {
    let failures = failures("examples");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
