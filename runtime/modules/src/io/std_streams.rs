//! `sys.stdin`, `sys.stdout`, `sys.stderr` as the command line and the environment ask for them.

use super::support::{io_type, uninitialized};
use skein_runtime::helpers::files;
use skein_runtime::prelude::*;

/// Makes the standard streams and stores them in `sys`, under the plain names and as `__stdin__` and so on. A closed
/// descriptor gives `None`. To be called once `_io` is imported; for UTF-8 no Python codec is needed.
///
/// # Errors
/// What making a stream raises: an unknown encoding in `PYTHONIOENCODING`, a directory as standard input.
pub fn init_std_streams(vm: &mut Vm) -> PyResult<()> {
    let (encoding, errors) = wanted_encoding(vm);
    let encoding = codec_name(vm, encoding)?;
    for (fd, name) in ["stdin", "stdout", "stderr"].into_iter().enumerate() {
        let stream = make_stream(vm, fd as i32, name, &encoding, errors.as_deref())?;
        let Some(sys) = vm.sys.get().cast::<PyDict>() else {
            return Err(vm.runtime_error("lost sys"));
        };
        sys.set_text(vm, name, stream);
        sys.set_text(vm, &format!("__{name}__"), stream);
    }
    Ok(())
}

/// The name that the codec itself uses, as `sys.stdout.encoding` shows it.
fn codec_name(vm: &mut Vm, encoding: String) -> PyResult<String> {
    if encoding == "utf-8" {
        return Ok(encoding);
    }
    let codecs = crate::sys::hooks::import(vm, "_codecs")?;
    let name = vm.new_str(&encoding);
    let codec = vm.call_method(codecs, "lookup", &[name])?;
    let name = vm.get_attr_text(codec, "name")?;
    Ok(name.cast::<PyStr>().map_or(encoding, |n| n.text_lossy()))
}

/// Encoding and error handler of `PYTHONIOENCODING`.
fn wanted_encoding(vm: &Vm) -> (String, Option<String>) {
    let mut encoding = "utf-8".to_string();
    let mut errors = None;
    if !vm.config.ignore_environment
        && let Ok(text) = std::env::var("PYTHONIOENCODING")
    {
        let (e, h) = text.split_once(':').unwrap_or((&text, ""));
        if !e.is_empty() {
            encoding = e.to_string();
            errors = Some("strict".to_string());
        }
        if !h.is_empty() {
            errors = Some(h.to_string());
        }
    }
    (encoding, errors)
}

/// In the C and POSIX locales undecodable bytes pass through.
fn lenient_locale(vm: &Vm) -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let locale = set("LC_ALL")
        .or_else(|| set("LC_CTYPE"))
        .or_else(|| set("LANG"));
    vm.config.utf8_mode == 1
        || matches!(
            locale.as_deref(),
            None | Some("C" | "POSIX" | "C.UTF-8" | "C.utf8")
        )
}

fn make(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    match io_type(vm, name) {
        Some(ty) => vm.call(ty.value(), args),
        None => Err(uninitialized(vm)),
    }
}

fn make_stream(vm: &mut Vm, fd: i32, name: &str, encoding: &str, errors: Option<&str>) -> PyResult {
    if files::fstat(fd).is_err_and(|e| e == libc::EBADF) {
        return Ok(Value::NONE);
    }
    let writing = fd > 0;
    let mode = vm.new_str(if writing { "wb" } else { "rb" });
    let raw = make(vm, "FileIO", &[Value::from_i32(fd), mode, Value::FALSE])?;
    let shown = vm.new_str(&format!("<{name}>"));
    let attribute = vm.names.name;
    let tty = files::isatty(fd);
    let unbuffered = vm.config.unbuffered && writing;
    vm.set_attr(raw, attribute, shown)?;
    let buffer = if unbuffered {
        raw
    } else {
        make(
            vm,
            if writing {
                "BufferedWriter"
            } else {
                "BufferedReader"
            },
            &[raw],
        )?
    };
    let errors = match (fd, errors) {
        (2, _) => "backslashreplace",
        (_, Some(e)) => e,
        _ if lenient_locale(vm) => "surrogateescape",
        _ => "strict",
    };
    let (encoding, errors) = (vm.new_str(encoding), vm.new_str(errors));
    // Standard input reads all line ends, output writes them as they are.
    let newline = if writing {
        vm.new_str("\n")
    } else {
        Value::NONE
    };
    let line_buffering = Value::bool(tty || fd == 2);
    let args = [
        buffer,
        encoding,
        errors,
        newline,
        line_buffering,
        Value::bool(unbuffered),
    ];
    let stream = make(vm, "TextIOWrapper", &args)?;
    let mode = vm.new_str(if writing { "w" } else { "r" });
    let attribute = vm.names.mode;
    vm.set_attr(stream, attribute, mode)?;
    Ok(stream)
}
