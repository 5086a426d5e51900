//! `BufferedRWPair`: a reader and a writer that look like one stream.

use super::support::{add_stream, class, or_none, uninitialized};
use skein_runtime::prelude::*;

struct Pair {
    reader: Slot,
    writer: Slot,
}

impl NativeData for Pair {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.reader);
        t.visit_slot(&self.writer);
    }
}

static METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "__init__",
        init_method,
        "($self, reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)",
        "Buffer both streams.",
    ),
    method(
        "read",
        |vm, a| to_reader(vm, a, "read"),
        "($self, size=-1, /)",
        "Read from the reader.",
    ),
    method(
        "peek",
        |vm, a| to_reader(vm, a, "peek"),
        "($self, size=0, /)",
        "Look ahead in the reader.",
    ),
    method(
        "read1",
        |vm, a| to_reader(vm, a, "read1"),
        "($self, size=-1, /)",
        "Read from the reader with one raw read.",
    ),
    method(
        "readinto",
        |vm, a| to_reader(vm, a, "readinto"),
        "($self, buffer, /)",
        "Read into the buffer.",
    ),
    method(
        "readinto1",
        |vm, a| to_reader(vm, a, "readinto1"),
        "($self, buffer, /)",
        "Read into the buffer with one raw read.",
    ),
    method(
        "write",
        |vm, a| to_writer(vm, a, "write"),
        "($self, buffer, /)",
        "Write to the writer.",
    ),
    method(
        "flush",
        |vm, a| to_writer(vm, a, "flush"),
        "($self, /)",
        "Flush the writer.",
    ),
    method("close", close, "($self, /)", "Close both streams."),
    method(
        "readable",
        |vm, a| to_reader(vm, a, "readable"),
        "($self, /)",
        "Whether the reader is readable.",
    ),
    method(
        "writable",
        |vm, a| to_writer(vm, a, "writable"),
        "($self, /)",
        "Whether the writer is writable.",
    ),
    method(
        "isatty",
        isatty,
        "($self, /)",
        "Whether one of the streams is a terminal.",
    ),
];

static GETSETS: &[GetSetDef] = &[getter(
    "closed",
    get_closed,
    "True if the writer is closed.",
)];

/// Makes the type.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    let doc = "A buffered reader and writer object together.";
    add_stream(
        vm,
        m,
        ("BufferedRWPair", "_BufferedIOBase", 0),
        METHODS,
        GETSETS,
        doc,
    );
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let state = Pair {
        reader: Slot::new(Value::NULL),
        writer: Slot::new(Value::NULL),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn init_method(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some((owner, p)) = native::<Pair>(&args[0]) else {
        return Err(vm.wrong_self("__init__", "BufferedRWPair", args[0]));
    };
    let size = args[3]
        .non_null()
        .unwrap_or(Value::from_usize(super::BUFFER_SIZE));
    for (name, raw, slot) in [
        ("BufferedReader", args[1], &p.reader),
        ("BufferedWriter", args[2], &p.writer),
    ] {
        let Some(ty) = super::support::io_type(vm, name) else {
            return Err(uninitialized(vm));
        };
        let stream = vm.call(ty.value(), &[raw, size])?;
        slot.set(owner, stream);
    }
    Ok(Value::NONE)
}

fn side(vm: &mut Vm, v: &Value, writer: bool) -> PyResult {
    let stream = match native::<Pair>(v) {
        Some((_, p)) if writer => p.writer.get(),
        Some((_, p)) => p.reader.get(),
        None => Value::NULL,
    };
    match stream.non_null() {
        Some(s) => Ok(s),
        None => Err(uninitialized(vm)),
    }
}

fn to_reader(vm: &mut Vm, args: &[Value], name: &str) -> PyResult {
    let s = side(vm, &args[0], false)?;
    let given: ValueVec =
        args[1..]
            .iter()
            .filter_map(|v| v.non_null())
            .fold(ValueVec::new(), |mut all, v| {
                all.push(&vm.heap, v);
                all
            });
    vm.call_method(s, name, given.as_slice())
}
fn to_writer(vm: &mut Vm, args: &[Value], name: &str) -> PyResult {
    let s = side(vm, &args[0], true)?;
    vm.call_method(s, name, &args[1..])
}
fn isatty(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = side(vm, &args[0], true)?;
    let tty = vm.call_method(w, "isatty", &[])?;
    if vm.truth(tty)? {
        return Ok(tty);
    }
    to_reader(vm, args, "isatty")
}
fn close(vm: &mut Vm, args: &[Value]) -> PyResult {
    let w = side(vm, &args[0], true)?;
    let r = vm.call_method(w, "close", &[]);
    let failure = if r.is_err() {
        vm.take_raised()
    } else {
        Value::NULL
    };
    let closed = to_reader(vm, args, "close");
    super::buffered::chain(vm, failure, closed)
}
fn get_closed(vm: &mut Vm, v: Value) -> PyResult {
    let w = side(vm, &v, true)?;
    let name = vm.names.closed;
    vm.get_attr(w, name).map(or_none)
}
