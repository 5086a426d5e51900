//! `_io`: the streams of the standard library. `Lib/io.py` adds only the abstract classes.
//!
//! The files: `base` the abstract types, `fileio` descriptors, `buffered` and `pair` buffering, `bytesio` and `stringio`
//! streams in memory, `text` the text layer with `text_read` and `newline`, `std_streams` sys.stdin and its friends.

mod base;
mod buffered;
mod bytesio;
mod dirty;
mod fileio;
mod newline;
mod open;
mod pair;
mod std_streams;
mod stringio;
pub(crate) mod support;
mod text;
mod text_codec;
mod text_read;
mod turns;

pub use dirty::settle;
pub use std_streams::init_std_streams;

use skein_runtime::prelude::*;

/// `io.DEFAULT_BUFFER_SIZE`
pub const BUFFER_SIZE: usize = 128 * 1024;

/// The module.
pub const MODULE: ModuleDef = ModuleDef { name: "_io", init };

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, open::FUNCTIONS);
    vm.add_constant(m, "DEFAULT_BUFFER_SIZE", Value::from_usize(BUFFER_SIZE));
    let blocking = vm.builtin_type(ids::BLOCKING_IO_ERROR).value();
    vm.add_constant(m, "BlockingIOError", blocking);
    unsupported_operation(vm, m)?;
    base::init(vm, m);
    fileio::init(vm, m);
    buffered::init(vm, m);
    pair::init(vm, m);
    bytesio::init(vm, m);
    stringio::init(vm, m);
    newline::init(vm, m);
    text::init(vm, m);
    Ok(())
}

/// `class UnsupportedOperation(OSError, ValueError)`
fn unsupported_operation(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let (os, value) = (
        vm.builtin_type(ids::OS_ERROR).value(),
        vm.builtin_type(ids::VALUE_ERROR).value(),
    );
    let bases = vm.new_tuple(&[os, value]);
    let dict = PyDict::new(vm);
    let module = vm.new_str("io");
    dict.set_text(vm, "__module__", module);
    let name = vm.new_str("UnsupportedOperation");
    let ty = vm.builtin_type(ids::TYPE).value();
    let ty = vm.call(ty, &[name, bases, dict.value()])?;
    vm.state_set("_io.UnsupportedOperation", ty);
    vm.add_constant(m, "UnsupportedOperation", ty);
    Ok(())
}

/// The preferred block size of a plain file.
fn fileio_block_size(raw: &Value) -> Option<usize> {
    native::<fileio::FileIo>(raw).map(|(_, f)| fileio::block_size(f))
}
