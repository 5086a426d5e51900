//! Methods of `module`.

use super::object_methods::{key_list, object_getattribute};
use super::str::lossy;
use crate::prelude::*;

/// What `module.name` does when neither the type nor the namespace has the name: the module's `__getattr__`, then the error.
pub fn missing_attribute(vm: &mut Vm, module: Ref<PyModule>, name: Ref<PyStr>) -> PyResult {
    let names = vm.names;
    if let Some(hook) = module.dict().get_interned(names.__getattr__.value()) {
        return vm.call(hook, &[name.value()]);
    }
    let text = name.text_lossy();
    let own = module.dict().get_interned(names.__name__.value());
    let Some(m) = own.and_then(|v| v.cast::<PyStr>()) else {
        let message = format!("module has no attribute '{text}'");
        return Err(vm.attribute_error(module.value(), name.value(), message));
    };
    let m = m.text_lossy();
    let spec = module
        .dict()
        .get_interned(names.__spec__.value())
        .filter(|s| !s.is_none());
    let mut message = format!("module '{m}' has no attribute '{text}'");
    if let Some(spec) = spec {
        if spec_flag(vm, spec, names._initializing)? {
            message = partially_initialized(vm, spec, &m, &text)?;
        } else if is_loading_submodule(vm, spec, name)? {
            message = format!(
                "cannot access submodule '{text}' of module '{m}' (most likely due to a circular import)"
            );
        }
    }
    Err(vm.attribute_error(module.value(), name.value(), message))
}

fn spec_flag(vm: &mut Vm, spec: Value, name: Ref<PyStr>) -> PyResult<bool> {
    match vm.try_get_attr(spec, name)? {
        Some(v) => vm.truth(v),
        None => Ok(false),
    }
}

fn partially_initialized(vm: &mut Vm, spec: Value, m: &str, text: &str) -> PyResult<String> {
    let origin = vm.intern("origin");
    let from = match vm.try_get_attr(spec, origin)?.filter(|o| o.is::<PyStr>()) {
        Some(o) => format!(" from '{}'", lossy(o)),
        None => String::new(),
    };
    Ok(format!(
        "partially initialized module '{m}'{from} has no attribute '{text}' (most likely due to a circular import)"
    ))
}

fn is_loading_submodule(vm: &mut Vm, spec: Value, name: Ref<PyStr>) -> PyResult<bool> {
    let key = vm.intern("_uninitialized_submodules");
    match vm.try_get_attr(spec, key)? {
        Some(list) => vm.contains(list, name.value()),
        None => Ok(false),
    }
}

fn module(vm: &mut Vm, v: Value) -> PyResult<Ref<PyModule>> {
    match v.cast() {
        Some(m) => Ok(m),
        None => Err(vm.wrong_self("__dict__", "module", v)),
    }
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = super::object_methods::check_new(vm, args[0], ids::MODULE)?;
    let dict = PyDict::new(vm);
    Ok(PyModule::new_instance(vm, ty, dict).value())
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = module(vm, args[0])?;
    if !args[1].is::<PyStr>() {
        let actual = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "module() argument 'name' must be str, not {actual}"
        )));
    }
    let names = vm.names;
    let doc = args[2].non_null().unwrap_or(Value::NONE);
    for (key, v) in [
        (names.__name__, args[1]),
        (names.__doc__, doc),
        (names.__package__, Value::NONE),
        (names.__loader__, Value::NONE),
        (names.__spec__, Value::NONE),
    ] {
        m.dict().set_interned(vm, key.value(), v);
    }
    Ok(Value::NONE)
}

/// The rules of importlib's `_module_repr`.
fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let m = module(vm, args[0])?;
    let names = vm.names;
    let own = |key: Ref<PyStr>| m.dict().get_interned(key.value());
    let loader = own(names.__loader__).unwrap_or(Value::NONE);
    let spec = own(names.__spec__).filter(|s| !s.is_none());
    let text = if let Some(spec) = spec {
        repr_from_spec(vm, spec)?
    } else {
        let name = match own(names.__name__) {
            Some(n) => vm.repr_text(n)?,
            None => "'?'".to_string(),
        };
        match own(names.__file__) {
            Some(f) => format!("<module {name} from {}>", vm.repr_text(f)?),
            None if loader.is_none() => format!("<module {name}>"),
            None => format!("<module {name} ({})>", vm.repr_text(loader)?),
        }
    };
    Ok(vm.new_str(&text))
}

fn repr_from_spec(vm: &mut Vm, spec: Value) -> PyResult<String> {
    let read = |vm: &mut Vm, name: &str| -> PyResult {
        let name = vm.intern(name);
        Ok(vm.try_get_attr(spec, name)?.unwrap_or(Value::NONE))
    };
    let name = match read(vm, "name")? {
        Value::NONE => "'?'".to_string(),
        n => vm.repr_text(n)?,
    };
    let origin = read(vm, "origin")?;
    if origin.is_none() {
        let loader = read(vm, "loader")?;
        return Ok(if loader.is_none() {
            format!("<module {name}>")
        } else {
            format!("<module {name} ({})>", vm.repr_text(loader)?)
        });
    }
    let located = read(vm, "has_location")?;
    if vm.truth(located)? {
        return Ok(format!("<module {name} from {}>", vm.repr_text(origin)?));
    }
    let origin = vm.str(origin)?.text_lossy();
    Ok(format!("<module {name} ({origin})>"))
}

fn dir(vm: &mut Vm, args: &[Value]) -> PyResult {
    let names = vm.names;
    let dict = vm.get_attr(args[0], names.__dict__)?;
    let Some(dict) = dict.cast::<PyDict>() else {
        return Err(vm.type_error("<module>.__dict__ is not a dictionary"));
    };
    if let Some(hook) = dict.get_interned(names.__dir__.value()) {
        return vm.call(hook, &[]);
    }
    Ok(key_list(vm, dict))
}

fn get_dict(vm: &mut Vm, v: Value) -> PyResult {
    Ok(module(vm, v)?.dict().value())
}

fn get_annotate(vm: &mut Vm, v: Value) -> PyResult {
    let dict = module(vm, v)?.dict();
    let key = vm.names.__annotate__.value();
    if let Some(f) = dict.get_interned(key) {
        return Ok(f);
    }
    dict.set_interned(vm, key, Value::NONE);
    Ok(Value::NONE)
}

fn set_annotate(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let dict = module(vm, v)?.dict();
    if new.is_null() {
        return Err(vm.type_error("cannot delete __annotate__ attribute"));
    }
    if !new.is_none() && !vm.is_callable(new) {
        return Err(vm.type_error("__annotate__ must be callable or None"));
    }
    let names = vm.names;
    dict.set_interned(vm, names.__annotate__.value(), new);
    if !new.is_none() {
        dict.remove_interned(vm, names.__annotations__.value());
    }
    Ok(())
}

fn get_annotations(vm: &mut Vm, v: Value) -> PyResult {
    let dict = module(vm, v)?.dict();
    let names = vm.names;
    if let Some(a) = dict.get_interned(names.__annotations__.value()) {
        return Ok(a);
    }
    let annotate = dict
        .get_interned(names.__annotate__.value())
        .unwrap_or(Value::NULL);
    let a = super::function_attrs::make_annotations(vm, annotate)?;
    let initializing = match dict.get_interned(names.__spec__.value()) {
        Some(spec) if !spec.is_none() => spec_flag(vm, spec, names._initializing)?,
        _ => false,
    };
    if !initializing {
        dict.set_interned(vm, names.__annotations__.value(), a);
    }
    Ok(a)
}

fn set_annotations(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let dict = module(vm, v)?.dict();
    let names = vm.names;
    if !new.is_null() {
        dict.set_interned(vm, names.__annotations__.value(), new);
    } else if !dict.remove_interned(vm, names.__annotations__.value()) {
        return Err(vm.attribute_error(v, names.__annotations__.value(), "__annotations__"));
    }
    dict.remove_interned(vm, names.__annotate__.value());
    Ok(())
}

/// `module`
pub static MODULE: TypeDef = TypeDef {
    id: ids::MODULE,
    doc: "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    methods: &[
        new_method(new),
        method(
            "__init__",
            init,
            "($self, /, name, doc=None)",
            "Initialize self.  See help(type(self)) for accurate signature.",
        ),
        slot("__getattribute__", object_getattribute),
        slot("__repr__", repr),
        method("__dir__", dir, "($self, /)", "Names of the module."),
    ],
    getsets: &[
        getter("__dict__", get_dict, "namespace"),
        getset(
            "__annotations__",
            get_annotations,
            set_annotations,
            "annotations",
        ),
        getset(
            "__annotate__",
            get_annotate,
            set_annotate,
            "function that makes the annotations",
        ),
    ],
};
