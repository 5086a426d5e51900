//! Exception groups, as the opcodes of `except*` need them.

pub use skein_runtime::builtins::exception_groups::{
    exc_group_match as group_match, prep_reraise_star,
};
