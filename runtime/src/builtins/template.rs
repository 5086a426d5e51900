//! `Template` and `Interpolation` of `string.templatelib` (PEP 750), made by t-strings.

use super::args;
use crate::prelude::*;

struct Interpolation {
    /// Value, expression text, conversion, format spec.
    fields: [Slot; 4],
}

impl NativeData for Interpolation {
    fn trace(&self, t: &mut Tracer) {
        for s in &self.fields {
            t.visit_slot(s);
        }
    }
}

struct Template {
    strings: Slot,
    interpolations: Slot,
}

impl NativeData for Template {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.strings);
        t.visit_slot(&self.interpolations);
    }
}

const MODULE: &str = "string.templatelib";

static INTERPOLATION: &[NativeDef] = &[
    static_method(
        "__new__",
        interpolation_new,
        "($type, /, value, expression='', conversion=None, format_spec='')",
        NEW_DOC,
    ),
    slot("__repr__", interpolation_repr),
    slot("__reduce__", interpolation_reduce),
    CLASS_GETITEM,
];

static INTERPOLATION_GETSETS: &[GetSetDef] = &[
    member("value", |vm, v| field(vm, v, 0), "Value"),
    member("expression", |vm, v| field(vm, v, 1), "Expression"),
    member("conversion", |vm, v| field(vm, v, 2), "Conversion"),
    member("format_spec", |vm, v| field(vm, v, 3), "Format specifier"),
];

static TEMPLATE: &[NativeDef] = &[
    new_method(template_new),
    slot("__repr__", template_repr),
    slot("__iter__", template_iter),
    slot("__add__", template_add),
    slot("__reduce__", template_reduce),
];

static TEMPLATE_GETSETS: &[GetSetDef] = &[
    member(
        "strings",
        |vm, v| Ok(template(vm, &v)?.strings.get()),
        "Strings",
    ),
    member(
        "interpolations",
        |vm, v| Ok(template(vm, &v)?.interpolations.get()),
        "Interpolations",
    ),
    getter("values", template_values, "Values of interpolations"),
];

fn type_named(vm: &mut Vm, name: &str) -> PyResult<Ref<PyType>> {
    let key = format!("template.{name}");
    if let Some(t) = vm.state_get(&key).and_then(|v| v.cast()) {
        return Ok(t);
    }
    let kind = Kind::Native;
    let ty = if name == "Template" {
        vm.new_native_type(
            name,
            MODULE,
            None,
            kind,
            0,
            TEMPLATE,
            TEMPLATE_GETSETS,
            "Template object",
        )
    } else {
        vm.new_native_type(
            name,
            MODULE,
            None,
            kind,
            0,
            INTERPOLATION,
            INTERPOLATION_GETSETS,
            "Interpolation object",
        )
    };
    if name == "Interpolation" {
        let names = ["value", "expression", "conversion", "format_spec"];
        let mut all = ValueVec::new();
        for n in names {
            let n = vm.intern(n).value();
            all.push(&vm.heap, n);
        }
        let (all, key) = (vm.new_tuple(all.as_slice()), vm.names.__match_args__);
        vm.type_set_attr(ty, key, all);
    }
    vm.state_set(&key, ty.value());
    Ok(ty)
}

/// One field of a t-string. `conversion` is a str or `None`.
///
/// # Errors
/// Only for lack of memory.
pub fn build_interpolation(
    vm: &mut Vm,
    value: Value,
    expression: Value,
    conversion: Value,
    spec: Value,
) -> PyResult {
    let ty = type_named(vm, "Interpolation")?;
    let spec = if spec.is_absent() {
        vm.new_str("")
    } else {
        spec
    };
    let fields = [value, expression, conversion, spec].map(Slot::new);
    Ok(Native::new(vm, ty, Interpolation { fields }).value())
}

/// A t-string from its strings (one more than interpolations) and interpolations, both tuples.
///
/// # Errors
/// Only for lack of memory.
pub fn build_template(vm: &mut Vm, strings: Value, interpolations: Value) -> PyResult {
    let ty = type_named(vm, "Template")?;
    let data = Template {
        strings: Slot::new(strings),
        interpolations: Slot::new(interpolations),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn field(vm: &mut Vm, v: Value, i: usize) -> PyResult {
    match native::<Interpolation>(&v) {
        Some((_, f)) => Ok(f.fields[i].get()),
        None => Err(vm.wrong_self("__repr__", "string.templatelib.Interpolation", v)),
    }
}

fn template<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Template> {
    match native::<Template>(v) {
        Some((_, t)) => Ok(t),
        None => Err(vm.wrong_self("__repr__", "string.templatelib.Template", *v)),
    }
}

fn interpolation_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let empty = vm.new_str("");
    let conversion = args[3].non_null().unwrap_or(Value::NONE);
    if !conversion.is_none() {
        let Some(c) = conversion.cast::<PyStr>() else {
            let got = vm.type_name(conversion);
            return Err(vm.type_error(format!(
                "Interpolation() argument 'conversion' must be str, not {got}"
            )));
        };
        if !matches!(c.bytes(), b"s" | b"a" | b"r") {
            return Err(vm.value_error(
                "Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'",
            ));
        }
    }
    for (i, name) in [(2, "expression"), (4, "format_spec")] {
        if !args[i].is_null() && !args[i].is::<PyStr>() {
            let got = vm.type_name(args[i]);
            return Err(vm.type_error(format!(
                "Interpolation() argument '{name}' must be str, not {got}"
            )));
        }
    }
    build_interpolation(
        vm,
        args[1],
        args[2].non_null().unwrap_or(empty),
        conversion,
        args[4],
    )
}

fn interpolation_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mut out = b"Interpolation(".to_vec();
    for i in 0..4 {
        let v = field(vm, args[0], i)?;
        if i > 0 {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(vm.repr(v)?.bytes());
    }
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

fn interpolation_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]).value();
    let mut all = ValueVec::new();
    for i in 0..4 {
        let v = field(vm, args[0], i)?;
        all.push(&vm.heap, v);
    }
    let inner = vm.new_tuple(all.as_slice());
    Ok(vm.new_tuple(&[ty, inner]))
}

/// Adjacent strings are joined, and between interpolations there is always one.
fn template_new(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[2].cast::<PyDict>().is_some_and(|d| !d.is_empty()) {
        return Err(vm.type_error("Template.__new__ only accepts *args arguments"));
    }
    let (mut strings, mut interpolations) = (ValueVec::new(), ValueVec::new());
    let mut text: Vec<u8> = Vec::new();
    for v in args::items(&args[1]) {
        if let Some(s) = v.cast::<PyStr>() {
            text.extend_from_slice(s.bytes());
        } else if native::<Interpolation>(v).is_some() {
            let s = vm.new_str_bytes(&text);
            strings.push(&vm.heap, s);
            interpolations.push(&vm.heap, *v);
            text.clear();
        } else {
            let got = vm.type_name(*v);
            return Err(vm.type_error(format!(
                "Template.__new__ *args need to be of type 'str' or 'Interpolation', got {got}"
            )));
        }
    }
    let s = vm.new_str_bytes(&text);
    strings.push(&vm.heap, s);
    let (strings, interpolations) = (
        vm.new_tuple(strings.as_slice()),
        vm.new_tuple(interpolations.as_slice()),
    );
    build_template(vm, strings, interpolations)
}

fn template_repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = template(vm, &args[0])?;
    let (strings, interpolations) = (t.strings.get(), t.interpolations.get());
    let mut out = b"Template(strings=".to_vec();
    out.extend_from_slice(vm.repr(strings)?.bytes());
    out.extend_from_slice(b", interpolations=");
    out.extend_from_slice(vm.repr(interpolations)?.bytes());
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

/// The parts in order, empty strings left out.
fn parts(vm: &mut Vm, t: &Template) -> ValueVec {
    let (strings, interpolations) = (t.strings.get(), t.interpolations.get());
    let mut out = ValueVec::new();
    for (i, s) in args::items(&strings).iter().enumerate() {
        if s.cast::<PyStr>().is_some_and(|s| !s.is_empty()) {
            out.push(&vm.heap, *s);
        }
        if let Some(v) = args::items(&interpolations).get(i) {
            out.push(&vm.heap, *v);
        }
    }
    out
}

fn template_iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = template(vm, &args[0])?;
    let all = parts(vm, t);
    let all = vm.new_tuple(all.as_slice());
    Ok(PyIter::new(vm, ids::TEMPLATE_ITER, all, Value::NULL, 0, 0, 0).value())
}

fn template_add(vm: &mut Vm, args: &[Value]) -> PyResult {
    if native::<Template>(&args[1]).is_none() {
        let got = vm.c_type_name(args[1]);
        return Err(vm.type_error(format!(
            "can only concatenate string.templatelib.Template (not \"{got}\") to string.templatelib.Template"
        )));
    }
    let (a, b) = (template(vm, &args[0])?, template(vm, &args[1])?);
    let mut all = parts(vm, a);
    let more = parts(vm, b);
    for v in more.as_slice() {
        all.push(&vm.heap, *v);
    }
    let all = vm.new_tuple(all.as_slice());
    template_new(vm, &[Value::NULL, all, Value::NULL])
}

fn template_values(vm: &mut Vm, v: Value) -> PyResult {
    let interpolations = template(vm, &v)?.interpolations.get();
    let mut out = ValueVec::new();
    for i in args::items(&interpolations) {
        let v = field(vm, *i, 0)?;
        out.push(&vm.heap, v);
    }
    Ok(vm.new_tuple(out.as_slice()))
}

fn template_reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let t = template(vm, &args[0])?;
    let inner = vm.new_tuple(&[t.strings.get(), t.interpolations.get()]);
    let builtins = vm.builtins_dict();
    let import = builtins.get_text(vm, "__import__").unwrap_or(Value::NONE);
    let (name, from) = (vm.new_str(MODULE), vm.new_str("_template_unpickle"));
    let from = vm.new_tuple(&[from]);
    let module = vm.call(import, &[name, Value::NONE, Value::NONE, from])?;
    let f = vm.get_attr_text(module, "_template_unpickle")?;
    Ok(vm.new_tuple(&[f, inner]))
}
