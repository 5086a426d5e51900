//! `_string`: the parsers behind `string.Formatter`.
//!
//! Both functions parse everything before they return an iterator, so a mistake late in a template is reported before
//! its first field is used.

use skein_runtime::prelude::*;
use skein_runtime::text::error::FormatError;
use skein_runtime::text::str_format::{Key, Lookup, segments, split_field_name};

static FUNCTIONS: &[skein_runtime::object::native_def::NativeDef] = &[
    function(
        "formatter_parser",
        formatter_parser,
        "(format_string, /)",
        "The literals and fields of a template.",
    ),
    function(
        "formatter_field_name_split",
        formatter_field_name_split,
        "(field_name, /)",
        "The first part of a field name and its look-ups.",
    ),
];

/// `_string`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_string",
    init,
};

fn init(vm: &mut Vm, module: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(module, FUNCTIONS);
    Ok(())
}

fn text_arg(vm: &mut Vm, v: Value) -> PyResult<Ref<PyStr>> {
    match v.cast::<PyStr>() {
        Some(s) => Ok(s),
        None => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("expected str, got {name}")))
        }
    }
}

fn formatter_parser(vm: &mut Vm, a: &[Value]) -> PyResult {
    let template = text_arg(vm, a[0])?;
    let list = PyList::new(vm);
    for segment in segments(template.bytes()) {
        let segment = segment.map_err(|e| vm.format_error(e))?;
        let mut parts = [Value::NONE; 4];
        parts[0] = vm.new_str_bytes(segment.literal);
        if let Some(field) = segment.field {
            parts[1] = vm.new_str_bytes(field.name);
            parts[2] = vm.new_str_bytes(field.spec);
            if let Some(cp) = field.conversion {
                let text = skein_runtime::text::wtf8::from_code_point(cp);
                parts[3] = vm.new_str_bytes(&text);
            }
        }
        let item = vm.new_tuple(&parts);
        list.push(vm, item);
    }
    vm.iter(list.value())
}

fn key_value(vm: &mut Vm, key: Key<'_>) -> Value {
    match key {
        Key::Index(i) => Value::from_usize(i),
        Key::Name(name) => vm.new_str_bytes(name),
    }
}

fn formatter_field_name_split(vm: &mut Vm, a: &[Value]) -> PyResult {
    let name = text_arg(vm, a[0])?;
    let raise = |vm: &mut Vm, e: FormatError| vm.format_error(e);
    let (first, lookups) = split_field_name(name.bytes()).map_err(|e| raise(vm, e))?;
    let list = PyList::new(vm);
    for lookup in lookups {
        let item = match lookup.map_err(|e| raise(vm, e))? {
            Lookup::Attribute(name) => {
                let name = vm.new_str_bytes(name);
                vm.new_tuple(&[Value::TRUE, name])
            }
            Lookup::Item(key) => {
                let key = key_value(vm, key);
                vm.new_tuple(&[Value::FALSE, key])
            }
        };
        list.push(vm, item);
    }
    let (first, rest) = (key_value(vm, first), vm.iter(list.value())?);
    Ok(vm.new_tuple(&[first, rest]))
}
