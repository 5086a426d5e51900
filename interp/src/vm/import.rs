//! Import statements.

use super::Step;
use super::run::cx::Cx;
use skein_runtime::builtins::traceback::PyTraceback;
use skein_runtime::prelude::*;

/// `ImportName`
pub fn op_import_name(vm: &mut Vm, cx: Cx) -> Step {
    let (level, fromlist) = (cx.reg(cx.b()), cx.reg(cx.b() + 1));
    let name = cx.name(cx.c());
    let builtins = super::ops_names::builtins_of(cx);
    let key = vm.names.__import__.value();
    let Some(import) = builtins.get_interned(key) else {
        return Err(vm.raise(ids::IMPORT_ERROR, "__import__ not found"));
    };
    let globals = super::ops_names::globals_of(cx).value();
    let locals = cx.frame().locals().non_null().unwrap_or(Value::NONE);
    let v = if is_default_import(import) {
        if let Some(m) = imported(vm, name.value(), fromlist, level)? {
            cx.set(cx.a(), m);
            return Ok(cx.after(1));
        }
        if let Some(flow) = begin_import(vm, cx, [name.value(), globals, fromlist, level])? {
            return Ok(super::call::store(cx, flow, cx.a(), 1));
        }
        import_module(vm, name.value(), globals, fromlist, level)?
    } else {
        vm.call(import, &[name.value(), globals, locals, fromlist, level])?
    };
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

fn is_default_import(f: Value) -> bool {
    f.cast::<skein_runtime::builtins::builtin::PyBuiltin>()
        .is_some_and(|b| b.def.name == "__import__")
}

/// `builtins.__import__`: `sys.modules` first, then importlib.
pub fn import_module(
    vm: &mut Vm,
    name: Value,
    globals: Value,
    fromlist: Value,
    level: Value,
) -> PyResult {
    if !name.is::<PyStr>() {
        return Err(vm.type_error("module name must be a string"));
    }
    if let Some(m) = imported(vm, name, fromlist, level)? {
        return Ok(m);
    }
    let Some(import) = vm.state_get("importlib.__import__") else {
        let text = skein_runtime::builtins::str::lossy(name);
        return Err(vm.raise(
            ids::IMPORT_ERROR,
            &format!("importlib is not initialised: {text}"),
        ));
    };
    let fromlist = fromlist.non_null().unwrap_or(Value::NONE);
    let r = super::run::watched::pausing(vm, |vm| {
        vm.call(import, &[name, globals, Value::NONE, fromlist, level])
    });
    if r.is_err()
        && let Some(e) = vm.raised.get().cast::<PyException>()
    {
        clean_traceback(vm, e);
    }
    r
}

/// Begins an import in the same loop. `None`: the library is not there yet.
fn begin_import(vm: &mut Vm, cx: Cx, what: [Value; 4]) -> PyResult<Option<super::call::Flow>> {
    let [name, globals, fromlist, level] = what;
    let Some(import) = vm.state_get("importlib.__import__") else {
        return Ok(None);
    };
    if !super::soft::ready(vm) {
        return Ok(None);
    }
    let fromlist = fromlist.non_null().unwrap_or(Value::NONE);
    let before = super::run::watched::pause(vm);
    let watching = vm.new_int(before);
    let row = [import, name, globals, fromlist, level, watching];
    let word = super::run::ret::ret(super::run::ret::Action::Store, 1, cx.a(), 0);
    let flow = super::soft::begin_named(vm, "import_module", &row, word);
    if flow.is_err() {
        super::run::watched::resume(vm, before);
    }
    flow
}

/// The module that an import gives, if `sys.modules` has it.
fn imported(vm: &mut Vm, name: Value, fromlist: Value, level: Value) -> PyResult<Option<Value>> {
    if level == Value::from_i32(0)
        && let Some(n) = name.cast::<PyStr>()
        && let Some(modules) = vm.modules_dict()
    {
        let interned = vm.intern_str(n);
        if let Some(m) = modules.get_interned(interned.value())
            && !m.is_none()
            && !initializing(vm, m)?
        {
            if fromlist.is_absent() || !vm.truth(fromlist)? {
                let text = n.text_lossy();
                match text.split_once('.') {
                    None => return Ok(Some(m)),
                    Some((top, _)) => {
                        if let Some(t) = modules.get_text(vm, top) {
                            return Ok(Some(t));
                        }
                    }
                }
            } else {
                let path = vm.names.__path__;
                if vm.try_get_attr(m, path)?.is_none() {
                    return Ok(Some(m));
                }
            }
        }
    }
    Ok(None)
}

/// Takes importlib's own frames out of the traceback of an exception: all of them from an ImportError, else those that lead
/// to the module's body.
pub fn clean_traceback(vm: &mut Vm, e: Ref<PyException>) {
    if vm.config.verbose != 0 {
        return;
    }
    let all = vm.is_instance_of(e.value(), ids::IMPORT_ERROR) || refused(e);
    let link = |before: Option<Ref<PyTraceback>>, tb: Value| match before {
        Some(b) => b.next.set(b, tb),
        None => e.traceback.set(e, tb),
    };
    // What stands before the run of importlib's frames that is being looked at, and before the current entry.
    let (mut outer, mut last, mut inside) = (None, None, false);
    let mut at = e.traceback.get().cast::<PyTraceback>();
    while let Some(tb) = at {
        let next = tb.next.get();
        let code = tb.frame.expect().code.expect();
        let own = is_importlib(skein_runtime::builtins::str::lossy(code.filename.get()).as_str());
        if own && !inside {
            outer = last;
        }
        inside = own;
        let name = code.name.get();
        if own && (all || skein_runtime::builtins::str::lossy(name) == "_call_with_frames_removed")
        {
            link(outer, next);
            last = outer;
        } else {
            last = Some(tb);
        }
        at = next.cast();
    }
}

/// The arguments of the import were refused by code of importlib that is native in CPython.
fn refused(e: Ref<PyException>) -> bool {
    let mut last = e.traceback.get().cast::<PyTraceback>();
    while let Some(next) = last.and_then(|tb| tb.next.get().cast()) {
        last = Some(next);
    }
    last.is_some_and(|tb| {
        let code = tb.frame.expect().code.expect();
        let lossy = skein_runtime::builtins::str::lossy;
        is_importlib(&lossy(code.filename.get()))
            && matches!(
                lossy(code.name.get()).as_str(),
                "__import__" | "_gcd_import" | "_sanity_check" | "_calc___package__"
            )
    })
}

fn is_importlib(filename: &str) -> bool {
    matches!(
        filename,
        "<frozen importlib._bootstrap>"
            | "<frozen importlib._bootstrap_external>"
            | "<frozen _skein_importer>"
    )
}

/// `module.__spec__._initializing`
fn initializing(vm: &mut Vm, module: Value) -> PyResult<bool> {
    let (spec, flag) = (vm.names.__spec__, vm.names._initializing);
    match vm.try_get_attr(module, spec)? {
        Some(s) if !s.is_none() => match vm.try_get_attr(s, flag)? {
            Some(f) => vm.truth(f),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// `ImportFrom`
pub fn op_import_from(vm: &mut Vm, cx: Cx) -> Step {
    let (module, name) = (cx.reg(cx.b()), cx.name(cx.c()));
    let v = match vm.try_get_attr(module, name)? {
        Some(v) => v,
        None => import_submodule(vm, module, name)?,
    };
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// A name that is no attribute may be a submodule in `sys.modules` (circular imports); else the ImportError.
fn import_submodule(vm: &mut Vm, module: Value, name: Ref<PyStr>) -> PyResult {
    let n = vm.names;
    let module_name = vm
        .try_get_attr(module, n.__name__)?
        .filter(|v| v.is::<PyStr>());
    let text = name.text_lossy();
    let module_text = module_name.map(skein_runtime::builtins::str::lossy);
    if let (Some(m), Some(modules)) = (&module_text, vm.modules_dict())
        && let Some(v) = modules.get_text(vm, &format!("{m}.{text}"))
    {
        return Ok(v);
    }
    let shown = module_text
        .clone()
        .unwrap_or_else(|| "<unknown module name>".into());
    let file = vm
        .try_get_attr(module, n.__file__)?
        .filter(|v| v.is::<PyStr>());
    let location = file.map_or(
        "unknown location".into(),
        skein_runtime::builtins::str::lossy,
    );
    let message = if initializing(vm, module)? {
        format!(
            "cannot import name '{text}' from partially initialized module '{shown}' (most likely due to a circular import) ({location})"
        )
    } else {
        format!("cannot import name '{text}' from '{shown}' ({location})")
    };
    let r = vm.raise(ids::IMPORT_ERROR, &message);
    let e = vm.raised.get();
    for (key, v) in [
        (n.name, module_name.unwrap_or(Value::NONE)),
        (n.path, file.unwrap_or(Value::NONE)),
        (n.name_from, name.value()),
    ] {
        let _ = vm.set_attr(e, key, v);
    }
    vm.raised.set(e);
    Err(r)
}

/// `ImportStar`
pub fn op_import_star(vm: &mut Vm, cx: Cx) -> Step {
    let module = cx.reg(cx.a());
    let locals = cx.frame().locals();
    let n = vm.names;
    let (names, skip_private) = match vm.try_get_attr(module, n.__all__)? {
        Some(all) => (vm.collect(all)?, false),
        None => {
            let Some(d) = vm.try_get_attr(module, n.__dict__)? else {
                return Err(vm.raise(
                    ids::IMPORT_ERROR,
                    "from-import-* object has no __dict__ and no __all__",
                ));
            };
            let keys = vm.call_method(d, "keys", &[])?;
            (vm.collect(keys)?, true)
        }
    };
    for name in names.as_slice() {
        let Some(s) = name.cast::<PyStr>() else {
            let t = vm.type_name(*name);
            let m = vm.get_attr(module, n.__name__)?;
            let m = skein_runtime::builtins::str::lossy(m);
            let place = if skip_private { "Key in" } else { "Item in" };
            let what = if skip_private { "__dict__" } else { "__all__" };
            return Err(vm.type_error(format!("{place} {m}.{what} must be str, not {t}")));
        };
        if skip_private && s.bytes().first() == Some(&b'_') {
            continue;
        }
        let s = vm.intern_str(s);
        let v = vm.get_attr(module, s)?;
        vm.set_item(locals, s.value(), v)?;
    }
    Ok(cx.after(1))
}
