//! `print`, `input` and `open`.

use crate::prelude::*;

/// See the module's header.
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "print",
        print,
        "(*args, sep=' ', end='\\n', file=None, flush=False)",
        "Print the values to a stream, or to sys.stdout by default.\n\n  sep\n    string inserted between values, default a space.\n  end\n    string appended after the last value, default a newline.\n  file\n    a file-like object (stream); defaults to the current sys.stdout.\n  flush\n    whether to forcibly flush the stream.",
    )
    .with_direct(print_direct),
    function(
        "input",
        input,
        "(prompt='', /)",
        "Read a string from standard input.  The trailing newline is stripped.\n\nThe prompt string, if given, is printed to standard output without a trailing newline before reading input.\n\nIf the user hits EOF, raise EOFError.",
    ),
    function(
        "open",
        open,
        "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
        "Open file and return a stream.  Raise OSError upon failure.",
    ),
];

/// `sys.name`, if it is there.
pub fn sys_attribute(vm: &mut Vm, name: Ref<PyStr>) -> Option<Value> {
    let sys: Ref<PyDict> = vm.sys.get().cast()?;
    sys.get_interned(name.value())
}

/// A `sep` or `end` argument; `NULL` and `None` mean the default.
fn separator(vm: &mut Vm, name: &str, v: Value, default: &str) -> PyResult<Ref<PyStr>> {
    if v.is_absent() {
        return Ok(vm.intern(default));
    }
    match v.cast::<PyStr>() {
        Some(s) => Ok(s),
        None => {
            let actual = vm.type_name(v);
            Err(vm.type_error(format!("{name} must be None or a string, not {actual}")))
        }
    }
}

/// `args`: sep, end, file, flush, the tuple of values.
fn print(vm: &mut Vm, args: &[Value]) -> PyResult {
    let values = crate::builtins::args::items(&args[4]);
    print_values(vm, values, [args[0], args[1], args[2], args[3]])
}

fn print_direct(vm: &mut Vm, values: &[Value]) -> Option<PyResult> {
    Some(print_values(vm, values, [Value::NULL; 4]))
}

/// Prints; `options` are sep, end, file, flush.
fn print_values(vm: &mut Vm, values: &[Value], options: [Value; 4]) -> PyResult {
    let [sep, end, file, flush] = options;
    let file = if file.is_absent() {
        let name = vm.names.stdout;
        match sys_attribute(vm, name) {
            Some(f) if f.is_none() => return Ok(Value::NONE),
            Some(f) => f,
            None => return Err(vm.runtime_error("lost sys.stdout")),
        }
    } else {
        file
    };
    let sep = separator(vm, "sep", sep, " ")?;
    let end = separator(vm, "end", end, "\n")?;
    let write = vm.names.write;
    let write = vm.get_attr(file, write)?;
    let mut out = Printer {
        write,
        // A Python-level `write` sees each piece; a native one cannot tell, so it gets the pieces joined.
        join: write.kind() == Some(Kind::Builtin),
        pending: Vec::new(),
    };
    for (i, v) in values.iter().enumerate() {
        if i > 0 {
            out.piece(vm, sep)?;
        }
        if !is_plain(*v) {
            out.flush(vm)?;
        }
        let text = vm.str(*v)?;
        out.piece(vm, text)?;
    }
    out.piece(vm, end)?;
    out.flush(vm)?;
    if let Some(flush) = flush.non_null()
        && vm.truth(flush)?
    {
        vm.call_method(file, "flush", &[])?;
    }
    Ok(Value::NONE)
}

/// True for values whose `str()` runs no Python code.
fn is_plain(v: Value) -> bool {
    !v.is_object() || matches!(v.shape_id(), ids::STR | ids::INT | ids::FLOAT)
}

struct Printer {
    write: Value,
    join: bool,
    pending: Vec<u8>,
}

impl Printer {
    fn piece(&mut self, vm: &mut Vm, s: Ref<PyStr>) -> PyResult<()> {
        if self.join && !s.is_ascii() && s.as_utf8().is_none() {
            // It may be refused, with what came before already written.
            self.flush(vm)?;
        } else if self.join {
            self.pending.extend_from_slice(s.bytes());
            return Ok(());
        }
        vm.call(self.write, &[s.value()]).map(|_| ())
    }
    fn flush(&mut self, vm: &mut Vm) -> PyResult<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let s = vm.new_str_bytes(&self.pending);
        self.pending.clear();
        vm.call(self.write, &[s]).map(|_| ())
    }
}

fn stream(vm: &mut Vm, name: &str) -> PyResult {
    let interned = vm.intern(name);
    match sys_attribute(vm, interned) {
        Some(f) if !f.is_none() => Ok(f),
        _ => Err(vm.runtime_error(format!("input(): lost sys.{name}"))),
    }
}

fn input(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (stdin, stdout, stderr) = (
        stream(vm, "stdin")?,
        stream(vm, "stdout")?,
        stream(vm, "stderr")?,
    );
    if vm.call_method(stderr, "flush", &[]).is_err() {
        vm.take_raised();
    }
    if let Some(prompt) = args[0].non_null() {
        let text = vm.str(prompt)?.value();
        vm.call_method(stdout, "write", &[text])?;
    }
    if vm.call_method(stdout, "flush", &[]).is_err() {
        vm.take_raised();
    }
    let line = vm.call_method(stdin, "readline", &[])?;
    let Some(line) = line.cast::<PyStr>() else {
        return Err(vm.type_error("object.readline() returned non-string"));
    };
    match line.bytes() {
        [] => Err(vm.eof_error("EOF when reading a line")),
        [text @ .., b'\n'] => Ok(vm.new_str_bytes(text)),
        _ => Ok(line.value()),
    }
}

fn open(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.new_str("_io");
    let io = (vm.hooks.intrinsic)(
        vm,
        "__import__",
        &[name, Value::NULL, Value::NULL, Value::NULL, Value::NULL],
    )?;
    let open = vm.names.open;
    let open = vm.get_attr(io, open)?;
    let defaults = [
        Value::NULL,
        vm.new_str("r"),
        Value::from_i32(-1),
        Value::NONE,
        Value::NONE,
        Value::NONE,
        Value::TRUE,
        Value::NONE,
    ];
    let mut all = [Value::NULL; 8];
    for (i, slot) in all.iter_mut().enumerate() {
        *slot = args[i].non_null().unwrap_or(defaults[i]);
    }
    vm.call(open, &all)
}
