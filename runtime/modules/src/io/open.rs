//! `open`, `open_code`, `text_encoding`.

use super::support::{io_type, uninitialized};
use skein_runtime::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "open",
        open,
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
        "Open file and return a stream.  Raise OSError upon failure.",
    ),
    function(
        "open_code",
        open_code,
        "(path)",
        "Opens the provided file with the intent to import the contents.",
    ),
    function(
        "text_encoding",
        text_encoding,
        "(encoding, stacklevel=2, /)",
        "A helper function to choose the text encoding.",
    ),
];

/// What a mode string asks for.
struct Mode {
    raw: String,
    binary: bool,
    reading: bool,
    updating: bool,
}

fn parse_mode(vm: &mut Vm, text: &str) -> PyResult<Mode> {
    let mut counts = [0; 7];
    const LETTERS: &str = "rwaxbt+";
    for c in text.chars() {
        match LETTERS.find(c) {
            Some(i) if counts[i] == 0 => counts[i] = 1,
            _ => return Err(vm.value_error(format!("invalid mode: '{text}'"))),
        }
    }
    let [r, w, a, x, b, t, plus] = counts;
    if b + t > 1 {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    if r + w + a + x > 1 {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(Mode {
        raw: text.chars().filter(|c| !matches!(c, 'b' | 't')).collect(),
        binary: b == 1,
        reading: r == 1,
        updating: plus == 1,
    })
}

fn make(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    match io_type(vm, name) {
        Some(ty) => vm.call(ty.value(), args),
        None => Err(uninitialized(vm)),
    }
}

/// Closes a half made stream and passes its error on.
fn give_up(vm: &mut Vm, stream: Value, r: Raised) -> Raised {
    let e = vm.take_raised();
    if vm.call_method(stream, "close", &[]).is_err() {
        vm.take_raised();
    }
    if e.is_null() { r } else { vm.reraise_value(e) }
}

fn open(vm: &mut Vm, args: &[Value]) -> PyResult {
    let mode_value = args[1].non_null().unwrap_or_else(|| vm.intern("r").value());
    let mode_text = vm
        .str_arg(mode_value, "open() argument 'mode'")?
        .text_lossy();
    let buffering = match args[2].non_null() {
        Some(b) => vm.index_i64(b)?,
        None => -1,
    };
    let file = crate::path::fspath_or_fd(vm, args[0])?;
    let mode = parse_mode(vm, &mode_text)?;
    super::settle(vm);
    if mode.binary {
        for (v, what) in [
            (args[3], "an encoding"),
            (args[4], "an errors"),
            (args[5], "a newline"),
        ] {
            if !v.is_absent() {
                return Err(vm.value_error(format!("binary mode doesn't take {what} argument")));
            }
        }
        if buffering == 1 {
            vm.warn(ids::RUNTIME_WARNING, "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used", 1)?;
        }
    }
    let raw_mode = vm.new_str(&mode.raw);
    let closefd = args[6].non_null().unwrap_or(Value::TRUE);
    let opener = args[7].non_null().unwrap_or(Value::NONE);
    let raw = make(vm, "FileIO", &[file, raw_mode, closefd, opener])?;
    let mut top = raw;
    let made = wrap(vm, raw, &mut top, &mode, buffering, args);
    let stream = match made {
        Ok(s) => s,
        Err(r) => return Err(give_up(vm, top, r)),
    };
    if !mode.binary {
        let name = vm.names.mode;
        vm.set_attr(stream, name, mode_value)?;
    }
    Ok(stream)
}

fn wrap(
    vm: &mut Vm,
    raw: Value,
    top: &mut Value,
    mode: &Mode,
    buffering: i64,
    args: &[Value],
) -> PyResult {
    let tty = if buffering < 0 {
        let t = vm.call_method(raw, "isatty", &[])?;
        vm.truth(t)?
    } else {
        false
    };
    let line_buffering = buffering == 1 && !mode.binary || tty;
    let size = match buffering {
        0 if mode.binary => return Ok(raw),
        0 => return Err(vm.value_error("can't have unbuffered text I/O")),
        n if n < 0 || n == 1 => match super::fileio_block_size(&raw) {
            Some(n) => n.clamp(super::BUFFER_SIZE, 8 * 1024 * 1024),
            None => super::BUFFER_SIZE,
        },
        n => n as usize,
    };
    let kind = match (mode.updating, mode.reading) {
        (true, _) => "BufferedRandom",
        (_, true) => "BufferedReader",
        _ => "BufferedWriter",
    };
    let buffer = make(vm, kind, &[raw, Value::from_usize(size)])?;
    *top = buffer;
    if mode.binary {
        return Ok(buffer);
    }
    let or_none = |v: Value| v.non_null().unwrap_or(Value::NONE);
    make(
        vm,
        "TextIOWrapper",
        &[
            buffer,
            or_none(args[3]),
            or_none(args[4]),
            or_none(args[5]),
            Value::bool(line_buffering),
        ],
    )
}

fn open_code(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is::<PyStr>() {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "open_code() argument 'path' must be str, not {name}"
        )));
    }
    let mode = vm.new_str("rb");
    let mut all = [Value::NULL; 8];
    (all[0], all[1]) = (args[0], mode);
    open(vm, &all)
}

fn text_encoding(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is_none() {
        return Ok(args[0]);
    }
    if vm.config.warn_default_encoding {
        let level = match args[1].is_null() {
            true => 2,
            false => crate::support::c_int(vm, args[1])?,
        };
        warn_default_encoding(vm, level)?;
    }
    Ok(vm.new_str(if vm.config.utf8_mode != 0 {
        "utf-8"
    } else {
        "locale"
    }))
}

/// The warning that `-X warn_default_encoding` asks for.
pub fn warn_default_encoding(vm: &mut Vm, level: i32) -> PyResult<()> {
    vm.warn(
        ids::ENCODING_WARNING,
        "'encoding' argument not specified",
        level,
    )
}
