//! The interpreter: it compiles, runs, imports, and is the command line.

pub mod ast;
pub mod boot;
pub mod cli;
pub mod execute;
pub mod groups;
pub mod record;
pub mod report;
pub mod symbols;
pub mod templates;
pub mod tier;
pub mod typevars;
pub mod vm;
