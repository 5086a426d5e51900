//! `str.format`, `str.format_map` and `str.__format__`.

use super::str_find::{checked, this, unchanged};
use crate::prelude::*;
use crate::text::format_spec;
use crate::text::repr::ascii_from_repr;
use crate::text::str_format::{
    Field, Key, Lookup, Numbering, segments, split_field_name, unknown_conversion,
};

/// Where a template's fields get their values.
struct Source<'a> {
    /// Positional arguments; `None` in `format_map`.
    args: Option<&'a [Value]>,
    /// Keyword arguments or the mapping; `NULL`: none.
    mapping: Value,
    numbering: Numbering,
}

/// `str.format(*args, **kwargs)`
pub fn str_format(vm: &mut Vm, a: &[Value]) -> PyResult {
    let template = this(vm, "format", a[0])?;
    let args = a[1].cast::<PyTuple>();
    let source = Source {
        args: args.as_ref().map(|t| t.items()),
        mapping: a[2],
        numbering: Numbering::default(),
    };
    run(vm, template, source)
}

/// `str.format(*args)` with the arguments as the caller gave them.
pub fn str_format_direct(vm: &mut Vm, a: &[Value]) -> Option<PyResult> {
    let template = a.first()?.cast::<PyStr>()?;
    let source = Source {
        args: Some(&a[1..]),
        mapping: Value::NULL,
        numbering: Numbering::default(),
    };
    Some(run(vm, template, source))
}

/// `str.format_map(mapping)`
pub fn str_format_map(vm: &mut Vm, a: &[Value]) -> PyResult {
    let template = this(vm, "format_map", a[0])?;
    let source = Source {
        args: None,
        mapping: a[1],
        numbering: Numbering::default(),
    };
    run(vm, template, source)
}

fn run(vm: &mut Vm, template: Ref<PyStr>, mut source: Source<'_>) -> PyResult {
    let mut out = Vec::with_capacity(template.byte_len() + 32);
    expand(vm, template.bytes(), &mut source, 2, &mut out)?;
    checked(vm, out, |vm, t| vm.new_str_bytes(t))
}

/// Appends the expanded template; `depth` counts the levels of nesting that are left.
fn expand(
    vm: &mut Vm,
    template: &[u8],
    source: &mut Source<'_>,
    depth: u32,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    if depth == 0 {
        return Err(vm.value_error("Max string recursion exceeded"));
    }
    for segment in segments(template) {
        let segment = segment.map_err(|e| vm.format_error(e))?;
        out.extend_from_slice(segment.literal);
        if let Some(field) = segment.field {
            write_field(vm, &field, source, depth, out)?;
        }
    }
    Ok(())
}

fn write_field(
    vm: &mut Vm,
    field: &Field<'_>,
    source: &mut Source<'_>,
    depth: u32,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let mut v = field_value(vm, field.name, source)?;
    if let Some(conversion) = field.conversion {
        v = convert(vm, v, conversion)?;
    }
    if field.spec.is_empty() && super::show::write_str(v, out) {
        return Ok(());
    }
    let spec = if field.nested {
        let mut text = Vec::new();
        expand(vm, field.spec, source, depth - 1, &mut text)?;
        vm.new_str_bytes(&text)
    } else {
        vm.new_str_bytes(field.spec)
    };
    let text = vm.format(v, spec)?;
    if let Some(s) = text.cast::<PyStr>() {
        out.extend_from_slice(s.bytes());
    }
    Ok(())
}

/// `!r`, `!s`, `!a`.
fn convert(vm: &mut Vm, v: Value, conversion: u32) -> PyResult {
    Ok(match u8::try_from(conversion) {
        Ok(b'r') => vm.repr(v)?.value(),
        Ok(b's') => vm.str(v)?.value(),
        Ok(b'a') => {
            let text = ascii_from_repr(vm.repr(v)?.bytes());
            vm.new_str_bytes(&text)
        }
        _ => return Err(vm.format_error(unknown_conversion(conversion))),
    })
}

/// The object that a field name stands for.
fn field_value(vm: &mut Vm, name: &[u8], source: &mut Source<'_>) -> PyResult {
    let (first, lookups) = split_field_name(name).map_err(|e| vm.format_error(e))?;
    let first = match (first, source.args) {
        // `format_map` has no positional fields; an empty name is one.
        (Key::Name(b""), None) => Key::Index(0),
        (key, None) => key,
        (key, Some(_)) => source
            .numbering
            .resolve(key)
            .map_err(|e| vm.format_error(e))?,
    };
    let mut v = match first {
        Key::Index(i) => positional(vm, source, i)?,
        Key::Name(name) => {
            let key = vm.new_str_bytes(name);
            if source.mapping.is_null() {
                return Err(vm.key_error(key));
            }
            vm.get_item(source.mapping, key)?
        }
    };
    for lookup in lookups {
        v = match lookup.map_err(|e| vm.format_error(e))? {
            Lookup::Attribute(name) => {
                let name = vm.intern_bytes(name);
                vm.get_attr(v, name)?
            }
            Lookup::Item(Key::Index(i)) => vm.get_item(v, Value::from_usize(i))?,
            Lookup::Item(Key::Name(name)) => {
                let key = vm.new_str_bytes(name);
                vm.get_item(v, key)?
            }
        };
    }
    Ok(v)
}

fn positional(vm: &mut Vm, source: &Source<'_>, i: usize) -> PyResult {
    let Some(args) = source.args else {
        return Err(vm.value_error("Format string contains positional fields"));
    };
    match args.get(i) {
        Some(v) => Ok(*v),
        None => Err(vm.index_error(format!(
            "Replacement index {i} out of range for positional args tuple"
        ))),
    }
}

/// `str.__format__(spec)`
pub fn str_dunder_format(vm: &mut Vm, a: &[Value]) -> PyResult {
    let s = this(vm, "__format__", a[0])?;
    let spec = vm.str_arg(a[1], "__format__() argument")?;
    if spec.is_empty() {
        return if s.shape_id() == ids::STR {
            Ok(s.value())
        } else {
            Ok(vm.str(a[0])?.value())
        };
    }
    let name = vm.type_name_at_hand(a[0]);
    match format_spec::format_str(s.bytes(), spec.bytes(), &name) {
        Ok(text) if text == s.bytes() => Ok(unchanged(vm, s)),
        Ok(text) => checked(vm, text, |vm, t| vm.new_str_bytes(t)),
        Err(e) => Err(vm.format_error(e)),
    }
}
