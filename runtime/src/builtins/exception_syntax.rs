//! `SyntaxError` and its location fields.

use super::exception_methods::{exception, field, items, no_keywords, set_args};
use crate::exception_field;
use crate::prelude::*;

const MSG: usize = field::SYNTAX;
const FILENAME: usize = MSG + 1;
const LINENO: usize = MSG + 2;
const END_LINENO: usize = MSG + 5;
const END_OFFSET: usize = MSG + 6;

/// Sets the fields from well-formed arguments `(msg, (filename, lineno, offset, text[, end_lineno, end_offset]))`.
pub fn set_known_fields(vm: &mut Vm, e: Ref<PyException>, args: &[Value]) {
    if let Some(msg) = args.first() {
        e.set_field(vm, MSG, *msg);
    }
    if let [_, info] = args
        && let Some(info) = info.cast::<PyTuple>()
    {
        for (i, v) in info.items().iter().take(6).enumerate() {
            e.set_field(vm, FILENAME + i, *v);
        }
        if let Some(metadata) = info.items().get(6) {
            e.set_field(vm, MSG + 8, *metadata);
        }
    }
}

/// Stores `_metadata`, for `traceback`'s search for misspelt keywords: where the last statement that parsed begins, and
/// the source (`None`: it is to be read from the file).
pub fn keep_metadata(vm: &mut Vm, e: Ref<PyException>, line: u32, col: u32, source: Value) {
    let place = [line, col].map(|n| Value::from_usize(n as usize));
    let metadata = vm.new_tuple(&[place[0], place[1], source]);
    e.set_field(vm, MSG + 8, metadata);
}

/// Has the exception in flight show its lines from the file, if it is a `SyntaxError`.
pub fn forget_source(vm: &mut Vm) {
    if let Some(e) = vm.raised.get().cast::<PyException>()
        && vm.is_instance_of(e.value(), ids::SYNTAX_ERROR)
        && let Some(m) = e.field(MSG + 8).cast::<PyTuple>()
        && let [line, col, _] = *m.items()
    {
        let metadata = vm.new_tuple(&[line, col, Value::NONE]);
        e.set_field(vm, MSG + 8, metadata);
    }
}

fn syntax_init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__init__")?;
    let ty = vm.type_of(args[0]);
    no_keywords(vm, ty, args[2])?;
    set_args(e, args[1]);
    let values = items(&args[1]);
    let [msg, info] = values.items() else {
        set_known_fields(vm, e, values.items());
        return Ok(Value::NONE);
    };
    let info = vm.collect(*info)?;
    let info = PyTuple::from_slice(vm, info.as_slice());
    let n = info.len();
    if n < 4 {
        return Err(vm.type_error(format!("function takes at least 4 arguments ({n} given)")));
    }
    if n > 7 {
        return Err(vm.type_error(format!("function takes at most 7 arguments ({n} given)")));
    }
    if n == 5 {
        return Err(vm.type_error("end_offset must be provided when end_lineno is provided"));
    }
    set_known_fields(vm, e, &[*msg, info.value()]);
    Ok(Value::NONE)
}

fn syntax_str(vm: &mut Vm, args: &[Value]) -> PyResult {
    let e = exception(vm, args[0], "__str__")?;
    let msg = e.field(MSG).non_null().unwrap_or(Value::NONE);
    let mut text = vm.str(msg)?.bytes().to_vec();
    let lineno = e.field(LINENO);
    let line = if lineno.is_int() || lineno.shape_id() == ids::INT {
        as_i64(lineno)
    } else {
        None
    };
    let file = e.field(FILENAME).cast::<PyStr>().map(|f| {
        let b = f.bytes();
        let start = b.iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
        b[start..].to_vec()
    });
    match (file, line) {
        (Some(f), Some(n)) => {
            text.extend_from_slice(b" (");
            text.extend_from_slice(&f);
            text.extend_from_slice(format!(", line {n})").as_bytes());
        }
        (Some(f), None) => {
            text.extend_from_slice(b" (");
            text.extend_from_slice(&f);
            text.push(b')');
        }
        (None, Some(n)) => text.extend_from_slice(format!(" (line {n})").as_bytes()),
        (None, None) => {}
    }
    Ok(vm.new_str_bytes(&text))
}

exception_field!(get_msg, set_msg, MSG);
exception_field!(get_filename, set_filename, FILENAME);
exception_field!(get_lineno, set_lineno, LINENO);
exception_field!(get_offset, set_offset, MSG + 3);
exception_field!(get_text, set_text, MSG + 4);
exception_field!(get_end_lineno, set_end_lineno, END_LINENO);
exception_field!(get_end_offset, set_end_offset, END_OFFSET);
exception_field!(get_print, set_print, MSG + 7);
exception_field!(get_metadata, set_metadata, MSG + 8);

/// `SyntaxError`
pub static SYNTAX_ERROR: TypeDef = TypeDef {
    id: ids::SYNTAX_ERROR,
    doc: "Invalid syntax.",
    methods: &[slot("__init__", syntax_init), slot("__str__", syntax_str)],
    getsets: &[
        getset("msg", get_msg, set_msg, "exception msg"),
        getset("filename", get_filename, set_filename, "exception filename"),
        getset("lineno", get_lineno, set_lineno, "exception lineno"),
        getset("offset", get_offset, set_offset, "exception offset"),
        getset("text", get_text, set_text, "exception text"),
        getset(
            "end_lineno",
            get_end_lineno,
            set_end_lineno,
            "exception end lineno",
        ),
        getset(
            "end_offset",
            get_end_offset,
            set_end_offset,
            "exception end offset",
        ),
        getset(
            "print_file_and_line",
            get_print,
            set_print,
            "exception print_file_and_line",
        ),
        getset(
            "_metadata",
            get_metadata,
            set_metadata,
            "exception private metadata",
        ),
    ],
};
