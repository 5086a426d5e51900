//! `_string`: the parsing behind `string.Formatter`.

use skein_runtime::prelude::*;
use skein_runtime::text::str_format::{Key, Lookup, segments, split_field_name};
use skein_runtime::text::wtf8;

/// `_string`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_string",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    Ok(())
}

static FUNCTIONS: &[NativeDef] = &[
    function(
        "formatter_parser",
        formatter_parser,
        "(format, /)",
        "Parse the argument as a format string.",
    ),
    function(
        "formatter_field_name_split",
        field_name_split,
        "(name, /)",
        "Split the argument as a field name.",
    ),
];

fn text(vm: &mut Vm, v: Value) -> PyResult<Ref<PyStr>> {
    match v.cast() {
        Some(s) => Ok(s),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("expected str, got {name}")))
        }
    }
}

fn formatter_parser(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = text(vm, args[0])?;
    let out = PyList::new(vm);
    for segment in segments(s.bytes()) {
        let segment = match segment {
            Ok(s) => s,
            Err(e) => return Err(vm.format_error(e)),
        };
        let literal = vm.new_str_bytes(segment.literal);
        let mut parts = [literal, Value::NONE, Value::NONE, Value::NONE];
        if let Some(f) = segment.field {
            parts[1] = vm.new_str_bytes(f.name);
            parts[2] = vm.new_str_bytes(f.spec);
            if let Some(c) = f.conversion {
                parts[3] = vm.new_str_bytes(&wtf8::from_code_point(c));
            }
        }
        let part = vm.new_tuple(&parts);
        out.push(vm, part);
    }
    vm.iter(out.value())
}

fn key_value(vm: &mut Vm, key: Key<'_>) -> Value {
    match key {
        Key::Index(n) => Value::from_usize(n),
        Key::Name(text) => vm.new_str_bytes(text),
    }
}

fn field_name_split(vm: &mut Vm, args: &[Value]) -> PyResult {
    let s = text(vm, args[0])?;
    let (first, lookups) = match split_field_name(s.bytes()) {
        Ok(r) => r,
        Err(e) => return Err(vm.format_error(e)),
    };
    let first = key_value(vm, first);
    let out = PyList::new(vm);
    for lookup in lookups {
        let (is_attribute, v) = match lookup {
            Ok(Lookup::Attribute(name)) => (true, vm.new_str_bytes(name)),
            Ok(Lookup::Item(key)) => (false, key_value(vm, key)),
            Err(e) => return Err(vm.format_error(e)),
        };
        let pair = vm.new_tuple(&[Value::bool(is_attribute), v]);
        out.push(vm, pair);
    }
    let rest = vm.iter(out.value())?;
    Ok(vm.new_tuple(&[first, rest]))
}
