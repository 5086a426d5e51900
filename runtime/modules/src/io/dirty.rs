//! Streams with unwritten data that the program may have dropped.
//!
//! `open(p, "w").write(s)` without `close` is common, and with reference counts the file is complete at once. Here the
//! stream lives until the next collection, so streams that begin to hold data are listed, and the listed ones are written
//! out before anything that could notice: `open`, `stat`, `fork`, starting programs. Writing out early is harmless. Errors
//! are left for the program's own `flush` or `close`: the data stays.

use super::{buffered, text};
use skein_runtime::prelude::*;

const LIST: &str = "_io.dirty";
const MOST: usize = 64;

/// Lists a stream that has begun to hold data.
#[cold]
pub fn note(vm: &mut Vm, stream: Value) {
    let list: Ref<PyList> = match vm.state_get(LIST).and_then(|v| v.cast()) {
        Some(l) => l,
        None => {
            let l = PyList::new(vm);
            vm.state_set(LIST, l.value());
            l
        }
    };
    if list.len() >= MOST {
        settle(vm);
    }
    list.push(vm, stream);
}

/// Writes out the listed streams.
pub fn settle(vm: &mut Vm) {
    let Some(list) = vm.state_get(LIST).and_then(|v| v.cast::<PyList>()) else {
        return;
    };
    while let Some(stream) = list.pop() {
        if !text::settle(vm, stream) {
            buffered::settle(vm, stream);
        }
    }
}
