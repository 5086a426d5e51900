//! The predefined error handlers as functions on exceptions, for programs that look them up.

use super::registry::error_table;
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::prelude::*;
use skein_runtime::text::codec::errors::{Builtin, Failure};
use skein_runtime::text::codec::{DecodeProblem, EncodeProblem, Replacement};

static HANDLERS: &[(&str, Builtin, NativeDef)] = &[
    (
        "strict",
        Builtin::Strict,
        function(
            "strict_errors",
            strict,
            "(exception, /)",
            "Raise the exception.",
        ),
    ),
    (
        "ignore",
        Builtin::Ignore,
        function(
            "ignore_errors",
            ignore,
            "(exception, /)",
            "Leave the part out.",
        ),
    ),
    (
        "replace",
        Builtin::Replace,
        function(
            "replace_errors",
            replace,
            "(exception, /)",
            "Put a replacement marker.",
        ),
    ),
    (
        "backslashreplace",
        Builtin::BackslashReplace,
        function(
            "backslashreplace_errors",
            backslash,
            "(exception, /)",
            "Put backslash escapes.",
        ),
    ),
    (
        "xmlcharrefreplace",
        Builtin::XmlCharRefReplace,
        function(
            "xmlcharrefreplace_errors",
            xml,
            "(exception, /)",
            "Put XML character references.",
        ),
    ),
    (
        "namereplace",
        Builtin::NameReplace,
        function(
            "namereplace_errors",
            named,
            "(exception, /)",
            "Put character names.",
        ),
    ),
    (
        "surrogateescape",
        Builtin::SurrogateEscape,
        function(
            "surrogateescape",
            surrogate_escape,
            "(exception, /)",
            "Exchange undecodable bytes and lone surrogates.",
        ),
    ),
    (
        "surrogatepass",
        Builtin::SurrogatePass,
        function(
            "surrogatepass",
            surrogate_pass,
            "(exception, /)",
            "Let surrogates through.",
        ),
    ),
];

/// Registers them.
pub fn init(vm: &mut Vm, _: Ref<PyModule>) -> PyResult<()> {
    let table = error_table(vm);
    for (name, _, def) in HANDLERS {
        let f = PyBuiltin::new(
            vm,
            ids::BUILTIN_FUNCTION,
            def,
            Value::NULL,
            Value::NULL,
            None,
        );
        let name = vm.intern(name).value();
        table.insert(vm, name, f.value())?;
    }
    Ok(())
}

/// True for the names of predefined handlers.
pub fn is_builtin(name: &[u8]) -> bool {
    HANDLERS.iter().any(|(n, ..)| n.as_bytes() == name)
}

fn strict(vm: &mut Vm, args: &[Value]) -> PyResult {
    if args[0].is::<PyException>() {
        return Err(vm.raise_value(args[0]));
    }
    Err(vm.type_error("codec must pass exception instance"))
}
fn ignore(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::Ignore)
}
fn replace(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::Replace)
}
fn backslash(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::BackslashReplace)
}
fn xml(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::XmlCharRefReplace)
}
fn named(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::NameReplace)
}
fn surrogate_escape(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::SurrogateEscape)
}
fn surrogate_pass(vm: &mut Vm, args: &[Value]) -> PyResult {
    handle(vm, args[0], Builtin::SurrogatePass)
}

fn number(vm: &mut Vm, e: Value, name: &str) -> PyResult<usize> {
    let v = vm.get_attr_text(e, name)?;
    Ok(vm.index_i64(v)?.max(0) as usize)
}

fn handle(vm: &mut Vm, e: Value, handler: Builtin) -> PyResult {
    let kinds = [
        ids::UNICODE_ENCODE_ERROR,
        ids::UNICODE_DECODE_ERROR,
        ids::UNICODE_TRANSLATE_ERROR,
    ];
    let Some(kind) = kinds.into_iter().find(|id| vm.is_instance_of(e, *id)) else {
        let name = vm.type_name(e);
        return Err(vm.type_error(format!("don't know how to handle {name} in error callback")));
    };
    let object = vm.get_attr_text(e, "object")?;
    let (start, end) = (number(vm, e, "start")?, number(vm, e, "end")?);
    if kind == ids::UNICODE_TRANSLATE_ERROR {
        let text = object.cast::<PyStr>();
        let fix = text.and_then(|t| handler.translate_fix(t.bytes(), start, end));
        let Some(fix) = fix else {
            return refuse(vm, e, handler);
        };
        let text = vm.new_str_bytes(&fix);
        return Ok(vm.new_tuple(&[text, Value::from_usize(end)]));
    }
    let encoding = vm.get_attr_text(e, "encoding")?;
    let encoding = skein_runtime::builtins::str::lossy(encoding);
    let (made, resume) = if kind == ids::UNICODE_ENCODE_ERROR {
        let Some(s) = object.cast::<PyStr>() else {
            return Err(vm.type_error("object attribute must be str"));
        };
        let problem = EncodeProblem {
            encoding: &encoding,
            text: s.bytes(),
            start,
            end: end.min(s.len()),
            reason: "",
        };
        match handler.encode_fix(problem) {
            Some(fix) => (
                match fix.replacement {
                    Replacement::Text(t) => vm.new_str_bytes(&t),
                    Replacement::Bytes(b) => vm.new_bytes(&b),
                },
                fix.resume,
            ),
            None => return refuse(vm, e, handler),
        }
    } else {
        if !handler.can_decode() {
            return Err(vm.type_error(Failure::CANNOT_DECODE));
        }
        let Some(b) = object.cast::<PyBytes>() else {
            return Err(vm.type_error("object attribute must be bytes"));
        };
        let problem = DecodeProblem {
            encoding: &encoding,
            input: b.bytes(),
            start,
            end: end.min(b.len()),
            reason: "",
        };
        match handler.decode_fix(problem) {
            Some(fix) => (vm.new_str_bytes(&fix.text), fix.resume),
            None => return refuse(vm, e, handler),
        }
    };
    Ok(vm.new_tuple(&[made, Value::from_usize(resume)]))
}

/// The exception itself, or a TypeError where the handler never applies.
fn refuse(vm: &mut Vm, e: Value, handler: Builtin) -> PyResult {
    let translate = vm.is_instance_of(e, ids::UNICODE_TRANSLATE_ERROR);
    if translate && !matches!(handler, Builtin::Strict) {
        let name = vm.type_name(e);
        return Err(vm.type_error(format!("don't know how to handle {name} in error callback")));
    }
    Err(vm.reraise_value(e))
}
