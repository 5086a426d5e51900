//! Constructor and attributes of `traceback`.

use super::code_attrs::LASTI_UNITS;
use super::frame::PyFrame;
use super::traceback::PyTraceback;
use crate::prelude::*;

fn traceback(vm: &mut Vm, v: Value) -> PyResult<Ref<PyTraceback>> {
    match v.cast() {
        Some(t) => Ok(t),
        None => Err(vm.wrong_self("tb_next", "traceback", v)),
    }
}

fn next_value(vm: &mut Vm, v: Value) -> PyResult {
    if v.is_none() {
        return Ok(Value::NULL);
    }
    if v.is::<PyTraceback>() {
        return Ok(v);
    }
    let actual = vm.type_name(v);
    Err(vm.type_error(format!("expected traceback object or None, got '{actual}'")))
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    super::object_methods::check_new(vm, args[0], ids::TRACEBACK)?;
    let next = next_value(vm, args[1])?;
    let Some(frame) = args[2].cast::<PyFrame>() else {
        let actual = vm.type_name(args[2]);
        return Err(vm.type_error(format!(
            "traceback() argument 'tb_frame' must be frame, not {actual}"
        )));
    };
    let (lasti, line) = (vm.ssize(args[3])?, vm.ssize(args[4])?);
    let lasti = i32::try_from(lasti).unwrap_or(-1);
    let line = u32::try_from(line).unwrap_or(0);
    let word = lasti.max(0) as u32 / LASTI_UNITS;
    let t = PyTraceback::new(vm, next, frame, word, line);
    t.given_lasti.set(Some(lasti));
    Ok(t.value())
}

fn get_next(vm: &mut Vm, v: Value) -> PyResult {
    let t = traceback(vm, v)?;
    Ok(t.next.get().non_null().unwrap_or(Value::NONE))
}

fn set_next(vm: &mut Vm, v: Value, new: Value) -> PyResult<()> {
    let t = traceback(vm, v)?;
    if new.is_null() {
        return Err(vm.type_error("can't delete tb_next attribute"));
    }
    let new = next_value(vm, new)?;
    let mut at = new.cast::<PyTraceback>();
    while let Some(x) = at {
        if x == t {
            return Err(vm.value_error("traceback loop detected"));
        }
        at = x.next.get().cast();
    }
    t.next.set(t, new);
    Ok(())
}

fn get_frame(vm: &mut Vm, v: Value) -> PyResult {
    Ok(traceback(vm, v)?.frame.value())
}

fn get_lasti(vm: &mut Vm, v: Value) -> PyResult {
    let t = traceback(vm, v)?;
    if let Some(given) = t.given_lasti.get() {
        return Ok(Value::from_i32(given));
    }
    Ok(Value::from_usize((t.lasti.get() * LASTI_UNITS) as usize))
}

/// The line of an entry: given, or that of its instruction.
pub fn line(vm: &Vm, t: Ref<PyTraceback>) -> Option<u32> {
    if t.lineno.get() != 0 {
        return Some(t.lineno.get());
    }
    let code = t.frame.expect().code.expect();
    (vm.hooks.position)(vm, code, t.lasti.get()).map(|p| p.0)
}

fn get_lineno(vm: &mut Vm, v: Value) -> PyResult {
    let t = traceback(vm, v)?;
    Ok(line(vm, t).map_or(Value::NONE, |n| Value::from_usize(n as usize)))
}

fn dir(vm: &mut Vm, _args: &[Value]) -> PyResult {
    let list = PyList::new(vm);
    for n in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
        let n = vm.intern(n).value();
        list.push(vm, n);
    }
    Ok(list.value())
}

/// `traceback`
pub static TRACEBACK: TypeDef = TypeDef {
    id: ids::TRACEBACK,
    doc: "Create a new traceback object.",
    methods: &[
        static_method(
            "__new__",
            new,
            "($type, /, tb_next, tb_frame, tb_lasti, tb_lineno)",
            NEW_DOC,
        ),
        method("__dir__", dir, "($self, /)", "Names of the attributes."),
    ],
    getsets: &[
        getset(
            "tb_next",
            get_next,
            set_next,
            "the entry of the frame called",
        ),
        member("tb_frame", get_frame, "frame"),
        member("tb_lasti", get_lasti, "instruction"),
        getter("tb_lineno", get_lineno, "line"),
    ],
};
