//! The codec registry: search functions, the cache of what they found, and the error handlers by name.

use skein_runtime::builtins::str::lossy;
use skein_runtime::prelude::*;

static FUNCTIONS: &[NativeDef] = &[
    function(
        "register",
        register,
        "(search_function, /)",
        "Register a codec search function.",
    ),
    function(
        "unregister",
        unregister,
        "(search_function, /)",
        "Unregister a codec search function and clear the registry's cache.",
    ),
    function(
        "lookup",
        lookup_function,
        "(encoding, /)",
        "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.",
    ),
    function(
        "encode",
        encode,
        "(obj, encoding='utf-8', errors='strict')",
        "Encodes obj using the codec registered for encoding.",
    ),
    function(
        "decode",
        decode,
        "(obj, encoding='utf-8', errors='strict')",
        "Decodes obj using the codec registered for encoding.",
    ),
    function(
        "register_error",
        register_error,
        "(errors, handler, /)",
        "Register the specified error handler under the name errors.",
    ),
    function(
        "_unregister_error",
        unregister_error,
        "(errors, /)",
        "Un-register the specified error handler.",
    ),
    function(
        "lookup_error",
        lookup_error,
        "(name, /)",
        "Return the error handler for the specified error handling name or raise a LookupError.",
    ),
];

/// Adds the functions.
pub fn init(vm: &mut Vm, m: Ref<PyModule>) {
    vm.add_functions(m, FUNCTIONS);
}

fn table(vm: &mut Vm, key: &str) -> Ref<PyDict> {
    match vm.state_get(key).and_then(|v| v.cast()) {
        Some(d) => d,
        None => {
            let d = PyDict::new(vm);
            vm.state_set(key, d.value());
            d
        }
    }
}

/// Error handlers by name.
pub fn error_table(vm: &mut Vm) -> Ref<PyDict> {
    table(vm, "_codecs.errors")
}

fn search_path(vm: &mut Vm) -> Ref<PyList> {
    match vm.state_get("_codecs.path").and_then(|v| v.cast()) {
        Some(l) => l,
        None => {
            let l = PyList::new(vm);
            vm.state_set("_codecs.path", l.value());
            l
        }
    }
}

fn register(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !vm.is_callable(args[0]) {
        return Err(vm.type_error("argument must be callable"));
    }
    search_path(vm).push(vm, args[0]);
    Ok(Value::NONE)
}

fn unregister(vm: &mut Vm, args: &[Value]) -> PyResult {
    let path = search_path(vm);
    let mut i = 0;
    while let Some(f) = path.try_get(i) {
        if f == args[0] {
            table(vm, "_codecs.cache").clear();
            path.splice(vm, i, i + 1, &[]);
            break;
        }
        i += 1;
    }
    Ok(Value::NONE)
}

/// Lower case with one underscore for each run of other characters than letters, digits and dots.
fn normalize(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut gap = false;
    for b in name {
        if b.is_ascii_alphanumeric() || *b == b'.' {
            if gap && !out.is_empty() {
                out.push(b'_');
            }
            gap = false;
            out.push(b.to_ascii_lowercase());
        } else if b.is_ascii() {
            gap = true;
        }
    }
    out
}

/// `codecs.lookup(name)`
///
/// # Errors
/// `LookupError` for unknown encodings, and what search functions raise.
pub fn lookup(vm: &mut Vm, name: Ref<PyStr>) -> PyResult {
    if name.bytes().contains(&0) {
        return Err(vm.value_error("embedded null character"));
    }
    let key = vm.intern_bytes(&normalize(name.bytes())).value();
    let cache = table(vm, "_codecs.cache");
    if let Some(found) = cache.get(vm, key)? {
        return Ok(found);
    }
    let path = search_path(vm);
    if path.is_empty() {
        let module = vm.new_str("encodings");
        let null = Value::NULL;
        (vm.hooks.intrinsic)(vm, "__import__", &[module, null, null, null, null])?;
    }
    let mut i = 0;
    while let Some(search) = path.try_get(i) {
        i += 1;
        let found = vm.call(search, &[key])?;
        if found.is_none() {
            continue;
        }
        if found.cast::<PyTuple>().is_none_or(|t| t.len() != 4) {
            return Err(vm.type_error("codec search functions must return 4-tuples"));
        }
        cache.insert(vm, key, found)?;
        return Ok(found);
    }
    let text = name.text_lossy();
    Err(vm.lookup_error(format!("unknown encoding: {text}")))
}

/// The same for encodings between text and bytes; `door` is named in the error of others.
///
/// # Errors
/// As [`lookup`], and `LookupError` for codecs that are no text encodings.
pub fn lookup_text(vm: &mut Vm, name: Ref<PyStr>, door: &str) -> PyResult {
    let info = lookup(vm, name)?;
    let flag = vm.intern("_is_text_encoding");
    if let Some(is_text) = vm.try_get_attr(info, flag)?
        && !vm.truth(is_text)?
    {
        let text = name.text_lossy();
        return Err(vm.lookup_error(format!(
            "'{text}' is not a text encoding; use {door} to handle arbitrary codecs"
        )));
    }
    Ok(info)
}

fn lookup_function(vm: &mut Vm, args: &[Value]) -> PyResult {
    match args[0].cast::<PyStr>() {
        Some(s) => lookup(vm, s),
        None => {
            let name = if args[0].is_none() {
                "None".to_string()
            } else {
                vm.type_name(args[0])
            };
            Err(vm.type_error(format!("lookup() argument must be str, not {name}")))
        }
    }
}

fn convert(vm: &mut Vm, args: &[Value], index: usize, kind: &str) -> PyResult {
    let utf8 = vm.intern("utf-8");
    let name = match args[1].non_null() {
        None => utf8,
        Some(v) => match v.cast() {
            Some(s) => s,
            None => {
                let got = vm.type_name(v);
                return Err(vm.type_error(format!(
                    "{kind}code() argument 'encoding' must be str, not {got}"
                )));
            }
        },
    };
    let info = lookup(vm, name)?;
    let f = info
        .cast::<PyTuple>()
        .map_or(Value::NONE, |t| t.items()[index]);
    let r = match args[2].non_null() {
        Some(errors) => vm.call(f, &[args[0], errors]),
        None => vm.call(f, &[args[0]]),
    };
    let r = match r {
        Ok(r) => r,
        Err(e) => {
            add_note(
                vm,
                &format!("{kind}coding with '{}' codec failed", name.text_lossy()),
            )?;
            return Err(e);
        }
    };
    match r.cast::<PyTuple>().filter(|t| t.len() == 2) {
        Some(t) => Ok(t.items()[0]),
        None => Err(vm.type_error(format!("{kind}coder must return a tuple (object, integer)"))),
    }
}

/// Adds a note to the exception in flight, unless it is one of the codecs' own.
fn add_note(vm: &mut Vm, note: &str) -> PyResult<()> {
    if vm.raised_is(ids::UNICODE_ERROR) {
        return Ok(());
    }
    let e = vm.take_raised();
    let text = vm.new_str(note);
    vm.call_method(e, "add_note", &[text])?;
    vm.reraise_value(e);
    Ok(())
}

fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    convert(vm, args, 0, "en")
}
fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    convert(vm, args, 1, "de")
}

fn register_error(vm: &mut Vm, args: &[Value]) -> PyResult {
    if !args[0].is::<PyStr>() {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!(
            "register_error() argument 1 must be str, not {name}"
        )));
    }
    if !vm.is_callable(args[1]) {
        return Err(vm.type_error("handler must be callable"));
    }
    error_table(vm).insert(vm, args[0], args[1])?;
    Ok(Value::NONE)
}

fn unregister_error(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = lossy(args[0]);
    if super::handlers::is_builtin(name.as_bytes()) {
        return Err(vm.value_error(format!(
            "cannot un-register built-in error handler '{name}'"
        )));
    }
    let found = error_table(vm).remove(vm, args[0])?;
    Ok(Value::bool(found.is_some()))
}

fn lookup_error(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = match args[0].cast::<PyStr>() {
        Some(s) => s.value(),
        None if args[0].is_absent() => vm.intern("strict").value(),
        None => {
            let name = vm.type_name(args[0]);
            return Err(vm.type_error(format!("lookup_error() argument must be str, not {name}")));
        }
    };
    match error_table(vm).get(vm, name)? {
        Some(f) => Ok(f),
        None => {
            let text = lossy(name);
            Err(vm.lookup_error(format!("unknown error handler name '{text}'")))
        }
    }
}
