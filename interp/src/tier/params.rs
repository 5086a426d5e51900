//! The tracing tier's tunables, declared once: `-X jit-<name>=N` and the environment variable `SKEIN_JIT_<NAME>` set them.

macro_rules! parameters {
    ($(($name:ident, $text:literal, $default:expr, $doc:literal),)*) => {
        /// Thresholds and limits.
        #[derive(Clone, Copy, Debug)]
        pub struct Params { $(#[doc = $doc] pub $name: u64,)* }
        impl Default for Params {
            fn default() -> Params {
                Params { $($name: $default,)* }
            }
        }
        impl Params {
            /// Sets one by its name; false if there is none of that name.
            pub fn set(&mut self, name: &str, value: u64) -> bool {
                match name {
                    $($text => self.$name = value,)*
                    _ => return false,
                }
                true
            }
            /// True if there is one of that name.
            pub fn has(&self, name: &str) -> bool {
                matches!(name, $($text)|*)
            }
            /// Names, values and meanings.
            pub fn list(&self) -> Vec<(&'static str, u64, &'static str)> {
                vec![$(($text, self.$name, $doc),)*]
            }
        }
    };
}

parameters! {
    (threshold, "threshold", 1000, "turns of a loop before it is recorded"),
    (entry_threshold, "entry-threshold", 1000, "calls of a function that calls itself before it is recorded from its start; 0: never"),
    (window, "window", 300, "entries of some code after which it is asked whether they were worth it"),
    (least_stay, "least-stay", 1000, "ticks of the processor's clock that a stay in machine code takes at least to be worth it"),
    (exit_threshold, "exit-threshold", 50, "times that an exit is taken before what follows is recorded"),
    (trace_length, "trace-length", 6000, "operations of a trace"),
    (instructions, "instructions", 1500, "instructions that a recording follows"),
    (inline_depth, "inline-depth", 12, "calls in calls that a trace goes into"),
    (recursion, "recursion", 2, "calls of a function in itself that a trace goes into"),
    (recursion_length, "recursion-length", 120, "operations of a trace after which it goes into no function again"),
    (follow, "follow", 400, "operations that a trace has at most when it goes on in the caller of where it began"),
    (unroll, "unroll", 4, "turns of an inner loop that a recording follows"),
    (respecialise, "respecialise", 2, "times that a loop is recorded anew since values have other types than in its first turns"),
    (typed_ways_in, "typed-ways-in", 4, "ways into one loop with floats' bits in registers"),
    (retries, "retries", 3, "recordings of one loop or exit that may fail"),
    (share, "share", 4, "percent of the run time that recording and compiling may take"),
    (allowance, "allowance", 10, "milliseconds that they may take besides"),
    (payoff, "payoff", 30, "percent of the time spent in machine code that compiling may take before exits have to be taken more often"),
    (credit, "credit", 20, "milliseconds that it may take besides"),
    (background, "background", 1, "0: traces are compiled by the program's own thread"),
    (queue, "queue", 16, "traces that may wait for the compiler's thread"),
    (code, "code", 24, "megabytes of machine code, after which nothing more is recorded"),
    (perf_map, "perf-map", 0, "1: tell `perf` where machine code is, as is done under `perf record`"),
    (chaos, "chaos", 0, "for tests: one guard in so many fails though it holds; 0: none"),
    (branch_guards, "branch-guards", 0, "1: guards are branches also where the machine's code allows traps"),
    (growth, "growth", 16, "bridges of one loop after which an exit has to be taken so much more often, and again so many"),
    (bridges, "bridges", 500, "bridges that hang on one loop"),
    (count_residuals, "count-residuals", 1, "0: -X jit-stats counts nothing in machine code, which takes time there"),
    (keep_text, "keep-text", 0, "1: keep the text of traces for skein_jit.dump()"),
}
