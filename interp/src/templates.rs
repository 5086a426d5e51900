//! Template strings, as the opcodes of t-strings need them.

pub use skein_runtime::builtins::template::{build_interpolation, build_template};
