//! The encoder: Python objects to JSON text.

use super::quote;
use crate::util::native_class;
use skein_runtime::builtins::list_sort;
use skein_runtime::prelude::*;
use skein_runtime::text::{float_repr, int_text};

struct Encoder {
    markers: Slot,
    default: Slot,
    encoder: Slot,
    indent: Slot,
    key_separator: Slot,
    item_separator: Slot,
    sort_keys: bool,
    skip_keys: bool,
    allow_nan: bool,
    /// The encoder is this module's own: `true` for ASCII output.
    known: Option<bool>,
}

impl NativeData for Encoder {
    fn trace(&self, t: &mut Tracer) {
        for s in [
            &self.markers,
            &self.default,
            &self.encoder,
            &self.indent,
            &self.key_separator,
            &self.item_separator,
        ] {
            t.visit_slot(s);
        }
    }
}

/// Methods of encoders.
pub static METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
        NEW_DOC,
    ),
    method(
        "__call__",
        call,
        "($self, obj, _current_indent_level)",
        "Encode an object: a tuple of strings.",
    ),
];

/// Attributes of encoders.
pub static GETSETS: &[GetSetDef] = &[
    getter(
        "markers",
        |vm, v| Ok(this(vm, &v)?.markers.get()),
        "markers",
    ),
    getter(
        "default",
        |vm, v| Ok(this(vm, &v)?.default.get()),
        "default",
    ),
    getter(
        "encoder",
        |vm, v| Ok(this(vm, &v)?.encoder.get()),
        "encoder",
    ),
    getter("indent", |vm, v| Ok(this(vm, &v)?.indent.get()), "indent"),
    getter(
        "key_separator",
        |vm, v| Ok(this(vm, &v)?.key_separator.get()),
        "key_separator",
    ),
    getter(
        "item_separator",
        |vm, v| Ok(this(vm, &v)?.item_separator.get()),
        "item_separator",
    ),
    getter(
        "sort_keys",
        |vm, v| Ok(Value::bool(this(vm, &v)?.sort_keys)),
        "sort_keys",
    ),
    getter(
        "skipkeys",
        |vm, v| Ok(Value::bool(this(vm, &v)?.skip_keys)),
        "skipkeys",
    ),
];

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Encoder> {
    match native::<Encoder>(v) {
        Some((_, e)) => Ok(e),
        None => Err(vm.wrong_self("__call__", "_json.Encoder", *v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    let markers = args[1];
    if !markers.is_none() && !markers.is::<PyDict>() {
        let name = vm.type_name(markers);
        return Err(vm.type_error(format!(
            "make_encoder() argument 1 must be dict or None, not {name}"
        )));
    }
    for (i, name) in [(5, "key_separator"), (6, "item_separator")] {
        if !args[i].is::<PyStr>() {
            let got = vm.type_name(args[i]);
            return Err(vm.type_error(format!(
                "make_encoder() argument {i} must be str, not {got} ({name})"
            )));
        }
    }
    let (sort_keys, skip_keys, allow_nan) =
        (vm.truth(args[7])?, vm.truth(args[8])?, vm.truth(args[9])?);
    let data = Encoder {
        markers: Slot::new(markers),
        default: Slot::new(args[2]),
        encoder: Slot::new(args[3]),
        indent: Slot::new(args[4]),
        key_separator: Slot::new(args[5]),
        item_separator: Slot::new(args[6]),
        sort_keys,
        skip_keys,
        allow_nan,
        known: quote::known(args[3]),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = this(vm, &args[0])?;
    let level = vm.ssize(args[2])?.max(0) as usize;
    let mut out = Vec::new();
    e.value(vm, args[1], level, &mut out)?;
    let text = vm.new_str_bytes(&out);
    Ok(vm.new_tuple(&[text]))
}

fn push_str(v: Value, out: &mut Vec<u8>) {
    if let Some(s) = v.cast::<PyStr>() {
        out.extend_from_slice(s.bytes());
    }
}

impl Encoder {
    fn value(&self, vm: &mut Vm, v: Value, level: usize, out: &mut Vec<u8>) -> PyResult<()> {
        match v {
            Value::NONE => out.extend_from_slice(b"null"),
            Value::TRUE => out.extend_from_slice(b"true"),
            Value::FALSE => out.extend_from_slice(b"false"),
            _ => {
                if let Some(n) = v.as_small_int() {
                    int_text::write_i64(n, out);
                } else if v.is::<PyStr>() {
                    return self.string(vm, v, out);
                } else if as_int(&v).is_some() {
                    let text = int_repr(vm, v)?;
                    push_str(text, out);
                } else if let Some(f) = as_float(v) {
                    return self.float(vm, v, f, out);
                } else {
                    return self.container(vm, v, level, out);
                }
            }
        }
        Ok(())
    }

    fn string(&self, vm: &mut Vm, v: Value, out: &mut Vec<u8>) -> PyResult<()> {
        if let (Some(ascii), Some(s)) = (self.known, v.cast::<PyStr>()) {
            if ascii {
                quote::push_ascii(s.bytes(), out);
            } else {
                quote::push_plain(s.bytes(), out);
            }
            return Ok(());
        }
        let text = vm.call(self.encoder.get(), &[v])?;
        if !text.is::<PyStr>() {
            let name = vm.type_name(text);
            return Err(vm.type_error(format!("encoder() must return a string, not {name}")));
        }
        push_str(text, out);
        Ok(())
    }

    fn float(&self, vm: &mut Vm, v: Value, f: f64, out: &mut Vec<u8>) -> PyResult<()> {
        if f.is_finite() {
            float_repr::write_repr(f, out);
            return Ok(());
        }
        if !self.allow_nan {
            let text = vm.repr_text(v)?;
            return Err(vm.value_error(format!(
                "Out of range float values are not JSON compliant: {text}"
            )));
        }
        out.extend_from_slice(if f.is_nan() {
            b"NaN"
        } else if f > 0.0 {
            b"Infinity"
        } else {
            b"-Infinity"
        });
        Ok(())
    }

    /// Notes that `v` is being encoded; its key in the markers.
    fn enter(&self, vm: &mut Vm, v: Value) -> PyResult<Option<Value>> {
        let Some(markers) = self.markers.get().cast::<PyDict>() else {
            return Ok(None);
        };
        let id = vm.new_int((v.address() >> 1) as i64);
        if markers.get(vm, id)?.is_some() {
            return Err(vm.value_error("Circular reference detected"));
        }
        markers.insert(vm, id, v)?;
        Ok(Some(id))
    }

    fn leave(&self, vm: &mut Vm, id: Option<Value>) -> PyResult<()> {
        if let (Some(id), Some(markers)) = (id, self.markers.get().cast::<PyDict>()) {
            markers.remove(vm, id)?;
        }
        Ok(())
    }

    fn container(&self, vm: &mut Vm, v: Value, level: usize, out: &mut Vec<u8>) -> PyResult<()> {
        vm.nested(" while encoding a JSON object", |vm| {
            self.container_inside(vm, v, level, out)
        })
    }

    fn container_inside(
        &self,
        vm: &mut Vm,
        v: Value,
        level: usize,
        out: &mut Vec<u8>,
    ) -> PyResult<()> {
        if v.is::<PyList>() || v.is::<PyTuple>() {
            return self.list(vm, v, level, out);
        }
        if v.is::<PyDict>() {
            return self.dict(vm, v, level, out);
        }
        let id = self.enter(vm, v)?;
        let new = vm.call(self.default.get(), &[v])?;
        if let Err(r) = self.value(vm, new, level, out) {
            let name = vm.type_name(v);
            note(vm, &format!("when serializing {name} object"));
            return Err(r);
        }
        self.leave(vm, id)
    }

    fn newline(&self, level: usize, out: &mut Vec<u8>) {
        let indent = self.indent.get();
        if indent.is::<PyStr>() {
            out.push(b'\n');
            for _ in 0..level {
                push_str(indent, out);
            }
        }
    }

    fn list(&self, vm: &mut Vm, v: Value, level: usize, out: &mut Vec<u8>) -> PyResult<()> {
        // Subclasses may override iteration; exact lists and tuples are walked in place.
        let all = match (v.shape_id(), v.cast::<PyTuple>()) {
            (ids::LIST, _) => v,
            (_, Some(_)) if v.shape_id() == ids::TUPLE => v,
            _ => {
                let items = vm.collect(v)?;
                PyList::from_vec(vm, items).value()
            }
        };
        let get = |i: usize| match (all.cast::<PyList>(), all.cast::<PyTuple>()) {
            (Some(l), _) => l.try_get(i),
            (_, Some(t)) => t.items().get(i).copied(),
            _ => None,
        };
        if get(0).is_none() {
            out.extend_from_slice(b"[]");
            return Ok(());
        }
        let id = self.enter(vm, v)?;
        out.push(b'[');
        let mut i = 0;
        while let Some(item) = get(i) {
            if i > 0 {
                push_str(self.item_separator.get(), out);
            }
            self.newline(level + 1, out);
            if let Err(r) = self.value(vm, item, level + 1, out) {
                let name = vm.type_name(v);
                note(vm, &format!("when serializing {name} item {i}"));
                return Err(r);
            }
            i += 1;
        }
        self.newline(level, out);
        out.push(b']');
        self.leave(vm, id)
    }

    fn dict(&self, vm: &mut Vm, v: Value, level: usize, out: &mut Vec<u8>) -> PyResult<()> {
        let Some(d) = v.cast::<PyDict>() else {
            return Ok(());
        };
        if d.is_empty() {
            out.extend_from_slice(b"{}");
            return Ok(());
        }
        let id = self.enter(vm, v)?;
        out.push(b'{');
        let start = out.len();
        if v.shape_id() == ids::DICT && !self.sort_keys {
            let mut at = 0;
            while let Some((i, key, item)) = d.next_entry(at) {
                self.pair(vm, v, key, item, level, start, out)?;
                at = i + 1;
            }
        } else {
            let items = vm.call_method(v, "items", &[])?;
            let items = vm.collect(items)?;
            let items = PyList::from_vec(vm, items);
            if self.sort_keys {
                list_sort::sort(vm, items, Value::NONE, false)?;
            }
            let mut i = 0;
            while let Some(pair) = items.try_get(i) {
                let Some([key, item]) = pair
                    .cast::<PyTuple>()
                    .and_then(|t| <[Value; 2]>::try_from(t.items()).ok())
                else {
                    return Err(vm.value_error("items must return 2-tuples"));
                };
                self.pair(vm, v, key, item, level, start, out)?;
                i += 1;
            }
        }
        if out.len() > start {
            self.newline(level, out);
        }
        out.push(b'}');
        self.leave(vm, id)
    }

    #[allow(clippy::too_many_arguments)]
    fn pair(
        &self,
        vm: &mut Vm,
        owner: Value,
        key: Value,
        item: Value,
        level: usize,
        start: usize,
        out: &mut Vec<u8>,
    ) -> PyResult<()> {
        let text = match key {
            _ if key.is::<PyStr>() => key,
            Value::NONE => vm.new_str("null"),
            Value::TRUE => vm.new_str("true"),
            Value::FALSE => vm.new_str("false"),
            _ if as_int(&key).is_some() => int_repr(vm, key)?,
            _ => match as_float(key) {
                Some(f) => {
                    let mut text = Vec::new();
                    self.float(vm, key, f, &mut text)?;
                    vm.new_str_bytes(&text)
                }
                None if self.skip_keys => return Ok(()),
                None => {
                    let name = vm.type_name(key);
                    return Err(vm.type_error(format!(
                        "keys must be str, int, float, bool or None, not {name}"
                    )));
                }
            },
        };
        if out.len() > start {
            push_str(self.item_separator.get(), out);
        }
        self.newline(level + 1, out);
        self.string(vm, text, out)?;
        push_str(self.key_separator.get(), out);
        if let Err(r) = self.value(vm, item, level + 1, out) {
            let name = vm.type_name(owner);
            let in_flight = vm.take_raised();
            let shown = vm.repr_text(key);
            vm.raised.set(in_flight);
            note(
                vm,
                &format!("when serializing {name} item {}", shown.unwrap_or_default()),
            );
            return Err(r);
        }
        Ok(())
    }
}

/// `int.__repr__`, also for subclasses.
fn int_repr(vm: &mut Vm, v: Value) -> PyResult {
    let exact = vm.exact_int(v);
    Ok(vm.repr(exact)?.value())
}

/// Adds a note to the exception in flight.
fn note(vm: &mut Vm, text: &str) {
    let e = vm.take_raised();
    let text = vm.new_str(text);
    // A note that cannot be added must not replace the error.
    let _ = vm.call_method(e, "add_note", &[text]);
    vm.take_raised();
    vm.raised.set(e);
}
