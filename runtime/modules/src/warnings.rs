//! `_warnings`: issuing warnings, and the filters that say what becomes of them.
//!
//! The Python module `warnings` takes these functions in place of its own, so that a warning turned into an exception
//! shows the line that caused it and nothing of the machinery. What may be replaced by programs (`filters`,
//! `defaultaction`, `onceregistry`, `_showwarnmsg`) is looked up in `warnings` each time.

use crate::util;
use skein_runtime::builtins::args::items;
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_warnings",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "warn",
        warn,
        "(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
    function(
        "warn_explicit",
        warn_explicit,
        "(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None)",
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
    function(
        "_filters_mutated_lock_held",
        filters_mutated,
        "()",
        "Say that the filters have changed: registries are out of date.",
    ),
    function(
        "_acquire_lock",
        |_, _| Ok(Value::NONE),
        "()",
        "Enter a change of the filters.",
    ),
    function(
        "_release_lock",
        |_, _| Ok(Value::NONE),
        "()",
        "Leave a change of the filters.",
    ),
];

const VERSION: &str = "_warnings.version";

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    // Every copy of the module shares the state, as in CPython.
    if vm.state_get(VERSION).is_none() {
        vm.state_set(VERSION, Value::from_i32(0));
        let parts = [
            default_filters(vm),
            PyDict::new(vm).value(),
            vm.intern("default").value(),
            crate::contextvars::new_variable(vm, "warnings_context")?,
        ];
        for (name, v) in SHARED.into_iter().zip(parts) {
            vm.state_set(&format!("_warnings.{name}"), v);
        }
    }
    for name in SHARED {
        let v = shared(vm, name);
        vm.add_constant(m, name, v);
    }
    Ok(())
}

const SHARED: [&str; 4] = [
    "filters",
    "_onceregistry",
    "_defaultaction",
    "_warnings_context",
];

fn shared(vm: &mut Vm, name: &str) -> Value {
    vm.state_get(&format!("_warnings.{name}"))
        .unwrap_or(Value::NONE)
}

/// What CPython's release builds begin with.
fn default_filters(vm: &mut Vm) -> Value {
    let list = PyList::new(vm);
    let main = vm.intern("__main__").value();
    for (action, id, module) in [
        ("default", ids::DEPRECATION_WARNING, main),
        ("ignore", ids::DEPRECATION_WARNING, Value::NONE),
        ("ignore", ids::PENDING_DEPRECATION_WARNING, Value::NONE),
        ("ignore", ids::IMPORT_WARNING, Value::NONE),
        ("ignore", ids::RESOURCE_WARNING, Value::NONE),
    ] {
        let action = vm.intern(action).value();
        let category = vm.builtin_type(id).value();
        let item = [action, Value::NONE, category, module, Value::from_i32(0)];
        let item = vm.new_tuple(&item);
        list.push(vm, item);
    }
    list.value()
}

fn filters_mutated(vm: &mut Vm, _: &[Value]) -> PyResult {
    let version = version(vm);
    let next = vm.new_int(version + 1);
    vm.state_set(VERSION, next);
    Ok(Value::NONE)
}

fn version(vm: &mut Vm) -> i64 {
    vm.state_get(VERSION).and_then(as_i64).unwrap_or(0)
}

/// What `warnings` has under a name; else the shared state's own.
fn setting(vm: &mut Vm, name: &str, own: &str) -> PyResult {
    if let Some(m) = vm.modules_dict().and_then(|d| d.get_text(vm, "warnings")) {
        let name = vm.intern(name);
        if let Some(v) = vm.try_get_attr(m, name)? {
            return Ok(v);
        }
    }
    Ok(shared(vm, own))
}

// -- warn --

fn warn(vm: &mut Vm, args: &[Value]) -> PyResult {
    let category = category(vm, args[0], args[1])?;
    let mut level = match args[2].non_null() {
        Some(v) => vm.ssize(v)?,
        None => 1,
    };
    let prefixes = args[4].non_null();
    if let Some(p) = prefixes {
        if !p.is::<PyTuple>() {
            let name = vm.type_name(p);
            return Err(vm.type_error(format!(
                "warn() argument 'skip_file_prefixes' must be tuple, not {name}"
            )));
        }
        if !items(&p).is_empty() {
            level = level.max(2);
        }
    }
    let place = place_at(vm, level, prefixes.unwrap_or(Value::NULL))?;
    issue(vm, args[0], category, place, args[3])
}

fn category(vm: &mut Vm, message: Value, given: Value) -> PyResult {
    let warning = vm.builtin_type(ids::WARNING);
    let ty = vm.type_of(message);
    if ty.is_subtype(warning) {
        return Ok(ty.value());
    }
    if given.is_absent() {
        return Ok(vm.builtin_type(ids::USER_WARNING).value());
    }
    if given
        .cast::<PyType>()
        .is_some_and(|t| t.is_subtype(warning))
    {
        return Ok(given);
    }
    let name = vm.type_name(given);
    Err(vm.type_error(format!("category must be a Warning subclass, not '{name}'")))
}

/// Where a warning is said to come from.
struct Place {
    filename: Value,
    line: Value,
    module: Value,
    /// A dict, or `NULL`.
    registry: Value,
}

fn place_at(vm: &mut Vm, level: i64, prefixes: Value) -> PyResult<Place> {
    let Some(globals) = globals_at(vm, level, prefixes)? else {
        let sys = vm.sys.get();
        let filename = vm.new_str("<sys>");
        return place_in(vm, sys, filename, Value::from_i32(0));
    };
    let (globals, filename, line) = globals;
    place_in(vm, globals, filename, line)
}

fn place_in(vm: &mut Vm, globals: Value, filename: Value, line: Value) -> PyResult<Place> {
    let Some(dict) = globals.cast::<PyDict>() else {
        return Err(vm.type_error("globals must be a dict"));
    };
    let key = vm.intern("__warningregistry__").value();
    let registry = match dict.get_interned(key) {
        Some(r) => r,
        None => {
            let r = PyDict::new(vm).value();
            dict.insert(vm, key, r)?;
            r
        }
    };
    let name = vm.names.__name__.value();
    let module = match dict.get_interned(name) {
        Some(m) => m,
        None => vm.new_str("<string>"),
    };
    Ok(Place {
        filename,
        line,
        module,
        registry,
    })
}

/// Globals, file and line of the frame that a stack level means, as `warn`'s caller counts; `None`: there is none.
fn globals_at(
    vm: &mut Vm,
    mut level: i64,
    prefixes: Value,
) -> PyResult<Option<(Value, Value, Value)>> {
    let mut frame = match (vm.hooks.intrinsic)(vm, "getframe", &[Value::from_i32(0)]) {
        Ok(f) => f,
        Err(_) if vm.clear_raised_if(ids::VALUE_ERROR) => return Ok(None),
        Err(r) => return Err(r),
    };
    let every = level <= 0 || is_internal(vm, frame)?;
    level -= 1;
    while level > 0 && !frame.is_none() {
        frame = vm.get_attr_text(frame, "f_back")?;
        while !every
            && !frame.is_none()
            && (is_internal(vm, frame)? || skipped(vm, frame, prefixes)?)
        {
            frame = vm.get_attr_text(frame, "f_back")?;
        }
        level -= 1;
    }
    if frame.is_none() {
        return Ok(None);
    }
    let globals = vm.get_attr_text(frame, "f_globals")?;
    let filename = filename_of(vm, frame)?;
    let line = vm.get_attr_text(frame, "f_lineno")?;
    Ok(Some((globals, filename, line)))
}

fn filename_of(vm: &mut Vm, frame: Value) -> PyResult {
    let code = vm.get_attr_text(frame, "f_code")?;
    vm.get_attr_text(code, "co_filename")
}

/// A frame of the import machinery.
fn is_internal(vm: &mut Vm, frame: Value) -> PyResult<bool> {
    let name = filename_of(vm, frame)?;
    let text = skein_runtime::builtins::str::lossy(name);
    Ok(text.contains("importlib") && text.contains("_bootstrap"))
}

fn skipped(vm: &mut Vm, frame: Value, prefixes: Value) -> PyResult<bool> {
    if prefixes.is_null() {
        return Ok(false);
    }
    let name = filename_of(vm, frame)?;
    let found = vm.call_method(name, "startswith", &[prefixes])?;
    vm.truth(found)
}

// -- warn_explicit --

fn warn_explicit(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (filename, line) = (args[2], args[3]);
    if !filename.is::<PyStr>() {
        let name = vm.type_name(filename);
        return Err(vm.type_error(format!(
            "warn_explicit() argument 'filename' must be str, not {name}"
        )));
    }
    let line = vm.index(line)?;
    let category = category(vm, args[0], args[1])?;
    let module = match args[4].non_null().filter(|m| !m.is_none()) {
        Some(m) => m,
        None => module_name(vm, filename),
    };
    let registry = args[5].non_null().filter(|r| !r.is_none());
    if let Some(r) = registry
        && !r.is::<PyDict>()
    {
        return Err(vm.type_error("'registry' must be a dict or None"));
    }
    if let Some(globals) = args[6].non_null().filter(|g| !g.is_none()) {
        prime_source(vm, filename, globals)?;
    }
    let place = Place {
        filename,
        line,
        module,
        registry: registry.unwrap_or(Value::NULL),
    };
    issue(vm, args[0], category, place, args[7])
}

/// The module's name as its file's name suggests it.
fn module_name(vm: &mut Vm, filename: Value) -> Value {
    let text = skein_runtime::builtins::str::lossy(filename);
    match text.strip_suffix(".py") {
        _ if text.is_empty() => vm.new_str("<unknown>"),
        Some(stem) if !stem.is_empty() => vm.new_str(stem),
        _ => filename,
    }
}

/// Lets `linecache` know the source while the module's loader can be asked for it.
fn prime_source(vm: &mut Vm, filename: Value, globals: Value) -> PyResult<()> {
    if !globals.is::<PyDict>() {
        let name = vm.type_name(globals);
        return Err(vm.type_error(format!("module_globals must be a dict, not '{name}'")));
    }
    let lines = util::import_attr(vm, "linecache", "getlines")?;
    vm.call(lines, &[filename, globals])?;
    Ok(())
}

fn issue(vm: &mut Vm, message: Value, category: Value, place: Place, source: Value) -> PyResult {
    let warning = vm.builtin_type(ids::WARNING);
    let (text, message) = if vm.type_of(message).is_subtype(warning) {
        (vm.str(message)?.value(), message)
    } else {
        let made = vm.call(category, &[message])?;
        (message, made)
    };
    let key = vm.new_tuple(&[text, category, place.line]);
    if seen(vm, place.registry, key)? {
        return Ok(Value::NONE);
    }
    let (action, item) = action_for(vm, category, text, place.line, place.module)?;
    match skein_runtime::builtins::str::lossy(action).as_str() {
        "error" => return Err(vm.raise_value(message)),
        "ignore" => return Ok(Value::NONE),
        "always" | "all" => {}
        "default" => note(vm, place.registry, key)?,
        "once" => {
            let once = setting(vm, "onceregistry", "_onceregistry")?;
            let key = vm.new_tuple(&[text, category]);
            if noted(vm, once, key)? {
                return Ok(Value::NONE);
            }
            note(vm, once, key)?;
        }
        "module" => {
            note(vm, place.registry, key)?;
            let anywhere = vm.new_tuple(&[text, category, Value::from_i32(0)]);
            if noted(vm, place.registry, anywhere)? {
                return Ok(Value::NONE);
            }
            note(vm, place.registry, anywhere)?;
        }
        _ => {
            let (action, item) = (vm.repr_text(action)?, vm.repr_text(item)?);
            return Err(vm.runtime_error(format!(
                "Unrecognized action ({action}) in warnings.filters:\n {item}"
            )));
        }
    }
    show(vm, message, category, place, source)
}

fn noted(vm: &mut Vm, registry: Value, key: Value) -> PyResult<bool> {
    match registry.cast::<PyDict>() {
        Some(d) => match d.get(vm, key)? {
            Some(v) => vm.truth(v),
            None => Ok(false),
        },
        None => Ok(false),
    }
}

fn note(vm: &mut Vm, registry: Value, key: Value) -> PyResult<()> {
    if let Some(d) = registry.cast::<PyDict>() {
        d.insert(vm, key, Value::TRUE)?;
    }
    Ok(())
}

/// True if the registry says that this warning was issued; a registry from before a change of the filters is emptied.
fn seen(vm: &mut Vm, registry: Value, key: Value) -> PyResult<bool> {
    let Some(dict) = registry.cast::<PyDict>() else {
        return Ok(false);
    };
    let name = vm.intern("version").value();
    let now = version(vm);
    let known = dict.get(vm, name)?.and_then(as_i64);
    if known != Some(now) {
        dict.clear();
        let now = vm.new_int(now);
        dict.insert(vm, name, now)?;
        return Ok(false);
    }
    noted(vm, registry, key)
}

/// The action of the first filter that fits, and that filter.
fn action_for(
    vm: &mut Vm,
    category: Value,
    text: Value,
    line: Value,
    module: Value,
) -> PyResult<(Value, Value)> {
    let lists = filter_lists(vm)?;
    for filters in lists.as_slice() {
        let Some(list) = filters.cast::<PyList>() else {
            return Err(vm.value_error("warnings.filters must be a list"));
        };
        let mut i = 0;
        while i < list.len() {
            let item = list.get(i);
            i += 1;
            let parts = item.cast::<PyTuple>();
            let Some([action, message, class, place, number]) = parts.as_ref().map(|t| t.items())
            else {
                return Err(
                    vm.value_error(format!("warnings.filters item {} isn't a 5-tuple", i - 1))
                );
            };
            if matches(vm, *message, text)?
                && vm.issubclass(category, *class)?
                && matches(vm, *place, module)?
                && (as_i64(*number) == Some(0) || vm.equal(*number, line)?)
            {
                return Ok((*action, item));
            }
        }
    }
    let action = setting(vm, "defaultaction", "_defaultaction")?;
    Ok((action, Value::NONE))
}

/// The filters in force: those of the running context, if there are some, then the program's.
fn filter_lists(vm: &mut Vm) -> PyResult<ValueVec> {
    let mut lists = ValueVec::new();
    let var = setting(vm, "_warnings_context", "_warnings_context")?;
    let context = vm.call_method(var, "get", &[Value::NONE])?;
    if !context.is_none() {
        let own = vm.get_attr_text(context, "_filters")?;
        lists.push(&vm.heap, own);
    }
    let all = setting(vm, "filters", "filters")?;
    lists.push(&vm.heap, all);
    Ok(lists)
}

fn matches(vm: &mut Vm, pattern: Value, text: Value) -> PyResult<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.shape_id() == ids::STR {
        return vm.equal(pattern, text);
    }
    let found = vm.call_method(pattern, "match", &[text])?;
    vm.truth(found)
}

fn show(vm: &mut Vm, message: Value, category: Value, place: Place, source: Value) -> PyResult {
    let warnings = util::import(vm, "warnings")?;
    let class = vm.get_attr_text(warnings, "WarningMessage")?;
    let source = source.non_null().unwrap_or(Value::NONE);
    let (file, line) = (Value::NONE, Value::NONE);
    let parts = [
        message,
        category,
        place.filename,
        place.line,
        file,
        line,
        source,
    ];
    let made = vm.call(class, &parts)?;
    let name = vm.intern("_showwarnmsg");
    let show = match vm.try_get_attr(warnings, name)? {
        Some(show) => show,
        None => util::import_attr(vm, "_py_warnings", "_showwarnmsg_impl")?,
    };
    if !vm.is_callable(show) {
        return Err(vm.type_error("warnings._showwarnmsg() must be set to a callable"));
    }
    vm.call(show, &[made])?;
    Ok(Value::NONE)
}
