//! `FrameLocalsProxy`: `frame.f_locals` of functions, a view that writes through to the variables (PEP 667).
//!
//! Names that are no variables of the code go to a dict that the frame keeps (`extra_locals`).

use super::cell::PyCell;
use super::frame::PyFrame;
use crate::prelude::*;
use crate::protocol::compare::CompareOp;

/// The state of a proxy: its frame.
struct Proxy {
    frame: Slot,
}

impl NativeData for Proxy {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.frame);
    }
}

const STATE_KEY: &str = "builtins.FrameLocalsProxy";

/// A new proxy for a frame of a function.
pub fn new_proxy(vm: &mut Vm, f: Ref<PyFrame>) -> PyResult {
    let ty = match vm.state_get(STATE_KEY).and_then(|t| t.cast::<PyType>()) {
        Some(t) => t,
        None => {
            let t = vm.new_native_type(
                "FrameLocalsProxy",
                "builtins",
                None,
                Kind::Native,
                tflag::MAPPING | tflag::DISALLOW_INSTANTIATION,
                METHODS,
                &[],
                "",
            );
            let hash = vm.names.__hash__;
            vm.type_set_attr(t, hash, Value::NONE);
            vm.state_set(STATE_KEY, t.value());
            t
        }
    };
    let data = Proxy {
        frame: Slot::new(f.value()),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn frame(vm: &mut Vm, v: &Value) -> PyResult<Ref<PyFrame>> {
    if vm.python_forbidden.get() {
        // Machine code has not written its frames back.
        return Err(vm.runtime_error("variables are not in memory"));
    }
    if let Some((_, p)) = native::<Proxy>(v)
        && let Some(f) = p.frame.get().cast()
    {
        return Ok(f);
    }
    Err(vm.wrong_self("__getitem__", "FrameLocalsProxy", *v))
}

/// Register of the variable `name`.
fn register_of(f: Ref<PyFrame>, name: &[u8]) -> Option<usize> {
    let code = f.code.expect();
    let is = |v: &Value| v.cast::<PyStr>().is_some_and(|s| s.bytes() == name);
    if let Some(i) = code.varnames.expect().items().iter().position(is) {
        return Some(i);
    }
    if let Some(i) = code.cellvars.expect().items().iter().position(is) {
        let regs = code.cell_regs.expect();
        let b = regs.bytes();
        return Some(u16::from_le_bytes([*b.get(2 * i)?, *b.get(2 * i + 1)?]) as usize);
    }
    let i = code.freevars.expect().items().iter().position(is)?;
    Some(code.free_base as usize + i)
}

pub(super) fn raw(f: Ref<PyFrame>, register: usize) -> Value {
    match super::frame_attrs::live(f) {
        Some(l) => l.register(register),
        None => match f.registers.get() {
            Some(a) if register < a.len() => a.get(register),
            _ => Value::NULL,
        },
    }
}

fn read(f: Ref<PyFrame>, register: usize) -> Value {
    let v = raw(f, register);
    match v.cast::<PyCell>() {
        Some(c) => c.contents.get(),
        None => v,
    }
}

fn write(vm: &mut Vm, f: Ref<PyFrame>, register: usize, v: Value) {
    if let Some(c) = raw(f, register).cast::<PyCell>() {
        c.contents.set(c, v);
    } else if let Some(l) = super::frame_attrs::live(f) {
        l.set_register(register, v);
        vm.locals_written.set(vm.locals_written.get() + 1);
        if !super::frame_attrs::note_store(vm, l) {
            vm.keep_until_collected(v);
        }
    } else if let Some(a) = f.registers.get()
        && register < a.len()
    {
        a.set(register, v);
    }
}

fn extra(f: Ref<PyFrame>) -> Option<Ref<PyDict>> {
    f.extra_locals.get().cast()
}

/// The variables that have values, as a new dict.
fn snapshot(vm: &mut Vm, f: Ref<PyFrame>) -> PyResult<Ref<PyDict>> {
    let out = PyDict::new(vm);
    let code = f.code.expect();
    for names in [&code.varnames, &code.cellvars, &code.freevars] {
        let names = names.expect();
        for n in names.items() {
            let Some(s) = n.cast::<PyStr>() else { continue };
            if let Some(v) = register_of(f, s.bytes()).and_then(|r| read(f, r).non_null()) {
                out.set_interned(vm, *n, v);
            }
        }
    }
    if let Some(d) = extra(f) {
        let mut at = 0;
        while let Some((i, k, v)) = d.next_entry(at) {
            at = i + 1;
            out.insert(vm, k, v)?;
        }
    }
    Ok(out)
}

fn find(vm: &mut Vm, f: Ref<PyFrame>, key: Value) -> PyResult<Option<Value>> {
    if let Some(s) = key.cast::<PyStr>()
        && let Some(r) = register_of(f, s.bytes())
    {
        return Ok(read(f, r).non_null());
    }
    match extra(f) {
        Some(d) => d.get(vm, key),
        None => Ok(None),
    }
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    match find(vm, f, args[1])? {
        Some(v) => Ok(v),
        None => {
            let shown = vm.repr_text(args[1])?;
            let text = vm.new_str(&format!("local variable '{shown}' is not defined"));
            Err(vm.key_error(text))
        }
    }
}

fn store(vm: &mut Vm, f: Ref<PyFrame>, key: Value, v: Value) -> PyResult<()> {
    if let Some(s) = key.cast::<PyStr>()
        && let Some(r) = register_of(f, s.bytes())
    {
        vm.keep_until_collected(v);
        write(vm, f, r, v);
        return Ok(());
    }
    let d = match extra(f) {
        Some(d) => d,
        None => {
            let d = PyDict::new(vm);
            f.extra_locals.set(f, d.value());
            d
        }
    };
    d.insert(vm, key, v)
}

fn setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    store(vm, f, args[1], args[2])?;
    Ok(Value::NONE)
}

fn remove(vm: &mut Vm, f: Ref<PyFrame>, key: Value) -> PyResult<Option<Value>> {
    if let Some(s) = key.cast::<PyStr>()
        && register_of(f, s.bytes()).is_some()
    {
        return Err(vm.value_error("cannot remove local variables from FrameLocalsProxy"));
    }
    match extra(f) {
        Some(d) => d.remove(vm, key),
        None => Ok(None),
    }
}

fn delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    match remove(vm, f, args[1])? {
        Some(_) => Ok(Value::NONE),
        None => Err(vm.key_error(args[1])),
    }
}

fn pop(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    match remove(vm, f, args[1])?.or(args[2].non_null()) {
        Some(v) => Ok(v),
        None => Err(vm.key_error(args[1])),
    }
}

fn contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    Ok(Value::bool(find(vm, f, args[1])?.is_some()))
}

fn len(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    Ok(Value::from_usize(snapshot(vm, f)?.len()))
}

/// A method of a snapshot.
fn on_snapshot(vm: &mut Vm, v: &Value, name: &str, args: &[Value]) -> PyResult {
    let f = frame(vm, v)?;
    let d = snapshot(vm, f)?;
    vm.call_method(d.value(), name, args)
}

fn keys(vm: &mut Vm, args: &[Value]) -> PyResult {
    let k = on_snapshot(vm, &args[0], "keys", &[])?;
    let items = vm.collect(k)?;
    Ok(vm.new_list(items.as_slice()))
}
fn values(vm: &mut Vm, args: &[Value]) -> PyResult {
    let k = on_snapshot(vm, &args[0], "values", &[])?;
    let items = vm.collect(k)?;
    Ok(vm.new_list(items.as_slice()))
}
fn items(vm: &mut Vm, args: &[Value]) -> PyResult {
    let k = on_snapshot(vm, &args[0], "items", &[])?;
    let items = vm.collect(k)?;
    Ok(vm.new_list(items.as_slice()))
}
fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let k = keys(vm, args)?;
    vm.iter(k)
}
fn reversed(vm: &mut Vm, args: &[Value]) -> PyResult {
    let k = keys(vm, args)?;
    let all = vm.collect(k)?;
    let mut names = ValueVec::with_capacity(&vm.heap, all.len());
    for name in all.as_slice().iter().rev() {
        names.push(&vm.heap, *name);
    }
    Ok(vm.new_list(names.as_slice()))
}
fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    Ok(snapshot(vm, f)?.value())
}
fn get(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    let default = args[2].non_null().unwrap_or(Value::NONE);
    Ok(find(vm, f, args[1])?.unwrap_or(default))
}
fn setdefault(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    if let Some(v) = find(vm, f, args[1])? {
        return Ok(v);
    }
    let v = args[2].non_null().unwrap_or(Value::NONE);
    store(vm, f, args[1], v)?;
    Ok(v)
}
fn update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    let ty = vm.builtin_type(ids::DICT).value();
    let d = vm.call(ty, &[args[1]])?;
    if let Some(d) = d.cast::<PyDict>() {
        let mut at = 0;
        while let Some((i, k, v)) = d.next_entry(at) {
            at = i + 1;
            store(vm, f, k, v)?;
        }
    }
    Ok(Value::NONE)
}
fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    if !vm.repr_enter(args[0]) {
        return Ok(vm.new_str("{...}"));
    }
    let r = match snapshot(vm, f) {
        Ok(d) => vm.repr(d.value()).map(Value::from),
        Err(r) => Err(r),
    };
    vm.repr_leave(args[0]);
    r
}
fn eq(vm: &mut Vm, args: &[Value]) -> PyResult {
    let f = frame(vm, &args[0])?;
    let a = snapshot(vm, f)?.value();
    let b = match native::<Proxy>(&args[1]) {
        Some(_) => {
            let g = frame(vm, &args[1])?;
            snapshot(vm, g)?.value()
        }
        None if args[1].is::<PyDict>() => args[1],
        None => return Ok(Value::NOT_IMPLEMENTED),
    };
    vm.compare(CompareOp::Eq, a, b)
}
fn or(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.builtin_type(ids::DICT).value();
    let a = vm.call(ty, &[args[0]])?;
    vm.call_method(a, "update", &[args[1]])?;
    Ok(a)
}
fn ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    or(vm, &[args[1], args[0]])
}
fn ior(vm: &mut Vm, args: &[Value]) -> PyResult {
    update(vm, args)?;
    Ok(args[0])
}

static METHODS: &[NativeDef] = &[
    slot("__getitem__", getitem),
    slot("__setitem__", setitem),
    slot("__delitem__", delitem),
    slot("__contains__", contains),
    slot("__len__", len),
    slot("__iter__", iter),
    method(
        "__reversed__",
        reversed,
        "($self, /)",
        "The names in reverse order.",
    ),
    slot("__repr__", repr),
    slot("__eq__", eq),
    slot("__or__", or),
    slot("__ror__", ror),
    slot("__ior__", ior),
    method(
        "keys",
        keys,
        "($self, /)",
        "Names of the variables that have values.",
    ),
    method("values", values, "($self, /)", "Values of the variables."),
    method("items", items, "($self, /)", "Pairs of name and value."),
    method("copy", copy, "($self, /)", "A dict of the variables."),
    method(
        "get",
        get,
        "($self, key, default=None, /)",
        "Value of a variable, or the default.",
    ),
    method(
        "pop",
        pop,
        "($self, key, default=<unrepresentable>, /)",
        "Removes a name that is no variable of the function.",
    ),
    method(
        "setdefault",
        setdefault,
        "($self, key, default=None, /)",
        "Value of a variable, set to the default if it has none.",
    ),
    method(
        "update",
        update,
        "($self, other, /)",
        "Sets variables from a mapping.",
    ),
];
