//! Benchmark programs of our own: `programs/*.py`, each with its arguments for timing in a header line `# perf: ...`.
//!
//! They are run by the crate `skein-perf` (`cargo run --release -p skein-perf -- --programs benches/programs`) and, with their small default
//! arguments, as tests against `programs/expected/*.out`. The crate itself holds no code yet; it is the home of micro benchmarks.
#![forbid(unsafe_code)]
