//! `_stackless._wrap`: shadow types, by which objects are pickled that have no way of their own to it.
//!
//! A pickle makes an object first and fills it later, because it may be part of a cycle. So `_wrap.function(code)` is a
//! function of a type of its own that only has `__setstate__`; filling it makes it a plain function. The static method
//! `__reduce__` of a shadow type takes a plain object; the module `stackless` registers it with `copyreg`.
//!
//! A pickle may come from anybody: `__setstate__` checks every part, and nothing that is not filled can be run.

mod code;
mod exceptions;
mod frame;
mod generator;
pub mod tasklet;

pub use frame::{frozen, reducer};

use skein_runtime::prelude::*;

/// What the types say their module is; `stackless` puts it into `sys.modules`.
const MODULE: &str = "stackless._wrap";

/// A shadow type.
struct Shadow {
    name: &'static str,
    /// The type that its objects become.
    id: u32,
    kind: Kind,
    methods: &'static [NativeDef],
}

const SHADOWS: [&[Shadow]; 3] = [code::SHADOWS, frame::SHADOWS, generator::SHADOWS];

/// Makes the module.
pub fn make_module(vm: &mut Vm) -> PyResult {
    let name = vm.new_str(MODULE);
    let class = vm.builtin_type(ids::MODULE).value();
    let module = vm.call(class, &[name])?;
    let Some(m) = module.cast::<PyModule>() else {
        return Err(vm.type_error("a module is required"));
    };
    for shadow in SHADOWS.into_iter().flatten() {
        let base = vm.builtin_type(shadow.id);
        let ty = vm.new_native_type(
            shadow.name,
            MODULE,
            Some(base),
            shadow.kind,
            0,
            shadow.methods,
            &[],
            "Makes an object of a pickle.",
        );
        vm.state_set(&key(shadow.name), ty.value());
        vm.add_constant(m, shadow.name, ty.value());
    }
    let ty = frame::make_reducer(vm);
    vm.add_constant(m, "frame_reducer", ty.value());
    vm.add_functions(m, frame::FUNCTIONS);
    Ok(module)
}

fn key(name: &str) -> String {
    format!("{MODULE}.{name}")
}

fn shadow_type(vm: &mut Vm, name: &str) -> PyResult<Ref<PyType>> {
    match vm.state_get(&key(name)).and_then(|t| t.cast()) {
        Some(t) => Ok(t),
        None => Err(vm.runtime_error("_stackless is not initialised")),
    }
}

/// Gives a new plain object its shadow type.
fn dress(vm: &mut Vm, object: Value, name: &str) -> PyResult {
    let ty = shadow_type(vm, name)?;
    if let (Some(h), Some(shape)) = (object.header(), ty.root_shape.get()) {
        h.set_shape_id(shape.id);
    }
    Ok(object)
}

/// Makes an object of a shadow type a plain one.
fn undress(object: Value, id: u32) -> Value {
    if let Some(h) = object.header() {
        h.set_shape_id(id);
    }
    object
}

/// `(shadow type, args, state)`
fn reduced(vm: &mut Vm, name: &str, args: &[Value], state: Value) -> PyResult {
    let ty = shadow_type(vm, name)?.value();
    let args = vm.new_tuple(args);
    Ok(vm.new_tuple(&[ty, args, state]))
}

/// The items of a tuple of a state with as many as one of `lengths`.
fn state_items<'a>(
    vm: &mut Vm,
    state: &'a Value,
    what: &str,
    lengths: &[usize],
) -> PyResult<&'a [Value]> {
    if state.is::<PyTuple>() {
        let items = skein_runtime::builtins::args::items(state);
        if lengths.contains(&items.len()) {
            return Ok(items);
        }
    }
    let n = lengths.first().copied().unwrap_or(0);
    Err(vm.index_error(format!("{what}.__setstate__ expects a tuple of length {n}")))
}

/// A part of a state that has a type, or is `None` where that is allowed (then `NULL`).
fn part<T: skein_runtime::object::header::HeapObject>(
    vm: &mut Vm,
    v: Value,
    optional: bool,
    what: &str,
) -> PyResult {
    if v.is::<T>() {
        return Ok(v);
    }
    if optional && v.is_absent() {
        return Ok(Value::NULL);
    }
    let name = vm.type_name(v);
    Err(vm.type_error(format!("bad state for {what}: unexpected '{name}'")))
}

fn or_none(v: Value) -> Value {
    v.non_null().unwrap_or(Value::NONE)
}

/// A service of the interpreter.
fn service(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    (vm.hooks.intrinsic)(vm, name, args)
}

/// Raises a `RuntimeWarning`, which may be an error.
fn warn(vm: &mut Vm, text: &str) -> PyResult<()> {
    vm.warn(ids::RUNTIME_WARNING, text, 1).map(|_| ())
}
