//! Constants, locals, cells, globals and names.

use super::Step;
use super::run::cx::{Cx, typed};
use super::run::special;
use skein_runtime::builtins::cell::PyCell;
use skein_runtime::builtins::code::PyCode;
use skein_runtime::builtins::function::PyFunction;
use skein_runtime::prelude::*;

/// The frame's globals.
#[inline]
pub fn globals_of(cx: Cx) -> Ref<PyDict> {
    cx.function().globals.expect()
}

/// The frame's builtins.
#[inline]
pub fn builtins_of(cx: Cx) -> Ref<PyDict> {
    cx.function().builtins.expect()
}

/// `LoadCommon`
pub fn op_load_common(vm: &mut Vm, cx: Cx) -> Step {
    let v = match cx.b() {
        0 => vm.builtin_type(ids::ASSERTION_ERROR).value(),
        1 => vm.builtin_type(ids::NOT_IMPLEMENTED_ERROR).value(),
        2 => vm.builtin_type(ids::TUPLE).value(),
        3 => vm.builtin_type(ids::LIST).value(),
        4 => vm.builtin_type(ids::SET).value(),
        5 => vm
            .builtins_dict()
            .get_text(vm, "all")
            .unwrap_or(Value::NONE),
        6 => vm
            .builtins_dict()
            .get_text(vm, "any")
            .unwrap_or(Value::NONE),
        _ => vm.builtin_type(ids::FROZENSET).value(),
    };
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

fn unbound_local(vm: &mut Vm, name: Value) -> Raised {
    let text = skein_runtime::builtins::str::lossy(name);
    vm.name_error(
        ids::UNBOUND_LOCAL_ERROR,
        Value::NULL,
        format!("cannot access local variable '{text}' where it is not associated with a value"),
    )
}

/// `CheckLocal`
pub fn op_check_local(vm: &mut Vm, cx: Cx) -> Step {
    if !cx.reg(cx.a()).is_null() {
        return Ok(cx.after(1));
    }
    let name = if cx.insn.x() == 1 {
        cx.name(cx.c()).value()
    } else {
        cx.code().varnames.expect().items()[cx.a()]
    };
    Err(unbound_local(vm, name))
}

/// `DelLocal`
pub fn op_del_local(vm: &mut Vm, cx: Cx) -> Step {
    let old = cx.reg(cx.a());
    if old.is_null() {
        let name = cx
            .code()
            .varnames
            .expect()
            .items()
            .get(cx.a())
            .copied()
            .unwrap_or(Value::NULL);
        return Err(unbound_local(vm, name));
    }
    cx.set(cx.a(), Value::NULL);
    super::run::poll::value_dropped(vm, old);
    Ok(cx.after(1))
}

/// `MakeCell`
pub fn op_make_cell(vm: &mut Vm, cx: Cx) -> Step {
    let cell = PyCell::new(vm, cx.reg(cx.a()));
    cx.set(cx.a(), cell.value());
    Ok(cx.after(1))
}

/// `CopyFreeVars`
pub fn op_copy_free_vars(vm: &mut Vm, cx: Cx) -> Step {
    let closure = cx.function().closure.get();
    let cells = skein_runtime::builtins::args::items(&closure);
    // Only a function of foreign code can lack some.
    if cells.len() < cx.b() || !cells.iter().all(|c| c.is::<PyCell>()) {
        return Err(vm.system_error("function without the closure that its code needs"));
    }
    for (i, c) in cells[..cx.b()].iter().enumerate() {
        cx.set(cx.a() + i, *c);
    }
    Ok(cx.after(1))
}

fn empty_cell(vm: &mut Vm, cx: Cx) -> Raised {
    if cx.insn.x() == 0 {
        let name = cx
            .code()
            .cellvars
            .expect()
            .items()
            .get(cx.c())
            .copied()
            .unwrap_or(Value::NULL);
        return unbound_local(vm, name);
    }
    let name = cx
        .code()
        .freevars
        .expect()
        .items()
        .get(cx.c())
        .copied()
        .unwrap_or(Value::NULL);
    free_variable_error(vm, name)
}

fn free_variable_error(vm: &mut Vm, name: Value) -> Raised {
    let text = skein_runtime::builtins::str::lossy(name);
    vm.name_error(ids::NAME_ERROR, name, format!("cannot access free variable '{text}' where it is not associated with a value in enclosing scope"))
}

/// `LoadCell`
pub fn op_load_cell(vm: &mut Vm, cx: Cx) -> Step {
    let v = typed::<PyCell>(cx.reg(cx.b())).contents.get();
    if v.is_null() {
        return Err(empty_cell(vm, cx));
    }
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// `StoreCell`
pub fn op_store_cell(_: &mut Vm, cx: Cx) -> Step {
    let cell = typed::<PyCell>(cx.reg(cx.a()));
    cell.contents.set(cell, cx.reg(cx.b()));
    Ok(cx.after(1))
}

/// `DelCell`
pub fn op_del_cell(vm: &mut Vm, cx: Cx) -> Step {
    let cell = typed::<PyCell>(cx.reg(cx.a()));
    let old = cell.contents.get();
    if old.is_null() {
        return Err(empty_cell(vm, cx));
    }
    cell.contents.set_unbarriered(Value::NULL);
    super::run::poll::value_dropped(vm, old);
    Ok(cx.after(1))
}

fn name_not_defined(vm: &mut Vm, name: Ref<PyStr>) -> Raised {
    let text = name.text_lossy();
    vm.name_error(
        ids::NAME_ERROR,
        name.value(),
        format!("name '{text}' is not defined"),
    )
}

/// Looks a global up and specialises the instruction for what it found.
fn load_global_value(vm: &mut Vm, cx: Cx, specialise: bool) -> PyResult {
    let name = cx.name(cx.c());
    let (globals, builtins) = (globals_of(cx), builtins_of(cx));
    if globals.shape_id() != ids::DICT {
        return match vm.get_item(globals.value(), name.value()) {
            Ok(v) => Ok(v),
            Err(r) if !vm.clear_raised_if(ids::KEY_ERROR) => Err(r),
            Err(_) => builtins
                .get_interned(name.value())
                .ok_or(())
                .map_err(|()| name_not_defined(vm, name)),
        };
    }
    if let Some(i) = globals.find_interned(name.value()) {
        if specialise {
            let version = globals.keys_version(vm);
            cx.set_ext(1, (version as u64) << 32 | i as u64);
            cx.set_opcode(special::LOAD_GLOBAL_MODULE);
        }
        return Ok(globals.value_at(i));
    }
    if let Some(i) = builtins.find_interned(name.value()) {
        if specialise {
            let version = globals.keys_version(vm);
            cx.set_ext(1, (version as u64) << 32 | i as u64);
            let version = builtins.keys_version(vm);
            cx.set_ext(2, version as u64);
            cx.set_opcode(special::LOAD_GLOBAL_BUILTIN);
        }
        return Ok(builtins.value_at(i));
    }
    Err(name_not_defined(vm, name))
}

/// `LoadGlobal`
pub fn op_load_global(vm: &mut Vm, cx: Cx) -> Step {
    let v = load_global_value(vm, cx, true)?;
    cx.set(cx.a(), v);
    Ok(cx.after(3))
}

/// `StoreGlobal`
pub fn op_store_global(vm: &mut Vm, cx: Cx) -> Step {
    let globals = globals_of(cx);
    globals.set_interned(vm, cx.name(cx.c()).value(), cx.reg(cx.a()));
    Ok(cx.after(2))
}

/// `DelGlobal`
pub fn op_del_global(vm: &mut Vm, cx: Cx) -> Step {
    let name = cx.name(cx.c());
    let globals = globals_of(cx);
    let old = globals.get_interned(name.value());
    if !globals.remove_interned(vm, name.value()) {
        return Err(name_not_defined(vm, name));
    }
    super::run::poll::value_dropped(vm, old.unwrap_or(Value::NULL));
    Ok(cx.after(1))
}

/// The namespace of a frame's plain names. Module code that was made a function has its globals for it.
fn namespace(cx: Cx) -> Value {
    let locals = cx.frame().locals();
    locals.non_null().unwrap_or_else(|| globals_of(cx).value())
}

fn locals_are_globals(cx: Cx, locals: Value) -> bool {
    locals == globals_of(cx).value()
}

/// `LoadName`
pub fn op_load_name(vm: &mut Vm, cx: Cx) -> Step {
    let locals = cx.frame().locals();
    let name = cx.name(cx.c());
    if !locals_are_globals(cx, locals) && !locals.is_null() {
        let found = if locals.shape_id() == ids::DICT {
            locals
                .cast::<PyDict>()
                .and_then(|d| d.get_interned(name.value()))
        } else {
            match vm.get_item(locals, name.value()) {
                Ok(v) => Some(v),
                Err(r) if !vm.clear_raised_if(ids::KEY_ERROR) => return Err(r),
                Err(_) => None,
            }
        };
        if let Some(v) = found {
            cx.set(cx.a(), v);
            return Ok(cx.after(3));
        }
    }
    let v = load_global_value(vm, cx, false)?;
    cx.set(cx.a(), v);
    Ok(cx.after(3))
}

/// `StoreName`
pub fn op_store_name(vm: &mut Vm, cx: Cx) -> Step {
    let locals = namespace(cx);
    let name = cx.name(cx.c()).value();
    match locals.cast::<PyDict>() {
        Some(d) if locals.shape_id() == ids::DICT => {
            let old = if vm.heap.has_finalizers() {
                d.get_interned(name)
            } else {
                None
            };
            d.set_interned(vm, name, cx.reg(cx.a()));
            if let Some(old) = old {
                super::run::poll::value_dropped(vm, old);
            }
        }
        _ => vm.set_item(locals, name, cx.reg(cx.a()))?,
    }
    Ok(cx.after(2))
}

/// `DelName`
pub fn op_del_name(vm: &mut Vm, cx: Cx) -> Step {
    let locals = namespace(cx);
    let name = cx.name(cx.c());
    match locals.cast::<PyDict>() {
        Some(d) if locals.shape_id() == ids::DICT => {
            let old = d.get_interned(name.value());
            if !d.remove_interned(vm, name.value()) {
                return Err(name_not_defined(vm, name));
            }
            super::run::poll::value_dropped(vm, old.unwrap_or(Value::NULL));
        }
        _ => {
            if let Err(r) = vm.del_item(locals, name.value()) {
                return Err(if vm.clear_raised_if(ids::KEY_ERROR) {
                    name_not_defined(vm, name)
                } else {
                    r
                });
            }
        }
    }
    Ok(cx.after(1))
}

/// `LoadLocals`
pub fn op_load_locals(vm: &mut Vm, cx: Cx) -> Step {
    let locals = cx.frame().locals();
    if locals.is_null() {
        return Err(vm.system_error("no locals"));
    }
    cx.set(cx.a(), locals);
    Ok(cx.after(1))
}

fn from_mapping(vm: &mut Vm, mapping: Value, name: Value) -> PyResult<Option<Value>> {
    if let Some(d) = mapping.cast::<PyDict>()
        && mapping.shape_id() == ids::DICT
    {
        return Ok(d.get_interned(name));
    }
    match vm.get_item(mapping, name) {
        Ok(v) => Ok(Some(v)),
        Err(r) => {
            if vm.clear_raised_if(ids::KEY_ERROR) {
                Ok(None)
            } else {
                Err(r)
            }
        }
    }
}

/// `LoadFromDictOrGlobals`
pub fn op_load_from_dict_or_globals(vm: &mut Vm, cx: Cx) -> Step {
    let name = cx.name(cx.c()).value();
    let v = match from_mapping(vm, cx.reg(cx.b()), name)? {
        Some(v) => v,
        None => load_global_value(vm, cx, false)?,
    };
    cx.set(cx.a(), v);
    Ok(cx.after(1))
}

/// `LoadFromDictOrCell`
pub fn op_load_from_dict_or_cell(vm: &mut Vm, cx: Cx) -> Step {
    let name = cx.name(cx.ext(1) as u32 as usize).value();
    let v = match from_mapping(vm, cx.reg(cx.b()), name)? {
        Some(v) => v,
        None => typed::<PyCell>(cx.reg(cx.c())).contents.get(),
    };
    if v.is_null() {
        return Err(free_variable_error(vm, name));
    }
    cx.set(cx.a(), v);
    Ok(cx.after(2))
}

/// `SetupAnnotations`
pub fn op_setup_annotations(vm: &mut Vm, cx: Cx) -> Step {
    let locals = cx.frame().locals();
    let name = vm.names.__annotations__.value();
    if from_mapping(vm, locals, name)?.is_none() {
        let d = PyDict::new(vm);
        vm.set_item(locals, name, d.value())?;
    }
    Ok(cx.after(1))
}

/// `MakeFunction`
pub fn op_make_function(vm: &mut Vm, cx: Cx) -> Step {
    let code = typed(cx.constant(cx.insn.bc() as u32 as usize));
    let f = new_function(vm, code, globals_of(cx), builtins_of(cx));
    cx.set(cx.a(), f.value());
    Ok(cx.after(1))
}

/// A function of a code object in a namespace.
pub fn new_function(
    vm: &mut Vm,
    code: Ref<PyCode>,
    globals: Ref<PyDict>,
    builtins: Ref<PyDict>,
) -> Ref<PyFunction> {
    let f = PyFunction::new(vm, code, globals, builtins);
    let key = vm.names.__name__.value();
    // It is among the first that a module's namespace got.
    let early = (0..4).find_map(|i| globals.entry_at(i).filter(|(k, _)| *k == key));
    if let Some(m) = early.map(|(_, m)| m).or_else(|| globals.get_interned(key)) {
        f.module.set(f, m);
    }
    f
}

/// `SetFunctionAttr`
pub fn op_set_function_attr(_: &mut Vm, cx: Cx) -> Step {
    let f = typed::<PyFunction>(cx.reg(cx.a()));
    let v = cx.reg(cx.b());
    let slot = match cx.insn.x() {
        0 => &f.defaults,
        1 => &f.kwdefaults,
        2 => &f.annotate,
        3 => &f.closure,
        _ => &f.type_params,
    };
    slot.set(f, v);
    Ok(cx.after(1))
}
