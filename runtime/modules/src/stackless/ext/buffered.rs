//! `buffered_channel`: the type; what it does is in `skein_runtime::tasklet::buffer`.

use skein_runtime::builtins::args::class;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::buffer::{Buffer, attach, buffer};
use skein_runtime::tasklet::channel::PyChannel;

const METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, capacity=None, /, *args, **kwargs)",
        NEW_DOC,
    ),
    method(
        "__reduce__",
        refuse_pickling,
        "($self, /)",
        "Refuse to be pickled.",
    ),
];

const GETSETS: &[GetSetDef] = &[
    getter(
        "capacity",
        |vm, v| {
            let n = with_buffer(vm, v, |b| b.capacity)?;
            Ok(if n == usize::MAX {
                Value::NONE
            } else {
                Value::from_usize(n)
            })
        },
        "How many values it holds at most, or None.",
    ),
    getter(
        "size",
        |vm, v| Ok(Value::from_usize(with_buffer(vm, v, |b| b.len.get())?)),
        "How many values it holds.",
    ),
    getter(
        "values",
        values,
        "A list of the values it holds, the oldest first.",
    ),
];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    let base = vm.builtin_type(ids::CHANNEL);
    vm.new_native_type(
        "buffered_channel",
        "stackless.ext",
        Some(base),
        Kind::Channel,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        "buffered_channel(capacity=None): a channel that holds up to that many values, or any number.\n\n\
         send() waits only while it is full, receive() only while it is empty; neither switches otherwise, unless the partner \
         waits. After close(), what is held can still be received. It cannot be pickled.",
    )
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let capacity = if args[1].is_absent() {
        usize::MAX
    } else {
        let n = vm.index_i64(args[1])?;
        match usize::try_from(n) {
            Ok(n) => n,
            Err(_) => return Err(vm.value_error("capacity must not be negative")),
        }
    };
    let c = PyChannel::new_instance(vm, ty);
    attach(vm, c, capacity);
    Ok(c.value())
}

fn with_buffer<T>(vm: &mut Vm, v: Value, f: impl FnOnce(&Buffer) -> T) -> PyResult<T> {
    let store = v.cast::<PyChannel>().map_or(Value::NULL, |c| c.store.get());
    match buffer(&store) {
        Some((_, b)) => Ok(f(b)),
        None => Err(vm.wrong_self("size", "buffered_channel", v)),
    }
}

fn values(vm: &mut Vm, v: Value) -> PyResult {
    let store = v.cast::<PyChannel>().map_or(Value::NULL, |c| c.store.get());
    match buffer(&store) {
        Some((_, b)) => Ok(b.values(vm).value()),
        None => Err(vm.wrong_self("values", "buffered_channel", v)),
    }
}

fn refuse_pickling(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.type_name(args[0]);
    Err(vm.type_error(format!("cannot pickle '{name}' object")))
}
