//! `bomb`: an exception that goes off in the tasklet that receives it.

use skein_runtime::builtins::args::class;
use skein_runtime::prelude::*;
use skein_runtime::tasklet::bomb::{Bomb, set_type};

const METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, type=None, value=None, traceback=None, /)",
        "Make a bomb of an exception.",
    ),
    method(
        "__reduce__",
        reduce,
        "($self, /)",
        "Return state information for pickling.",
    ),
    method(
        "__setstate__",
        setstate,
        "($self, state, /)",
        "Take state from a pickle.",
    ),
];

const GETSETS: &[GetSetDef] = &[
    member("type", |vm, v| field(vm, v, 0), "The exception's class."),
    member("value", |vm, v| field(vm, v, 1), "The exception."),
    member("traceback", |vm, v| field(vm, v, 2), "Its traceback."),
];

/// Makes the type.
pub fn make_type(vm: &mut Vm) -> Ref<PyType> {
    let ty = vm.new_native_type(
        "bomb",
        "_stackless",
        None,
        Kind::Native,
        0,
        METHODS,
        GETSETS,
        "An exception that is raised where a tasklet receives it.",
    );
    set_type(vm, ty);
    ty
}

fn data<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Bomb)> {
    match native::<Bomb>(v) {
        Some(found) => Ok(found),
        None => Err(vm.wrong_self("bomb", "_stackless.bomb", *v)),
    }
}

fn fields(b: &Bomb) -> [&Slot; 3] {
    [&b.ty, &b.value, &b.traceback]
}

fn field(vm: &mut Vm, v: Value, i: usize) -> PyResult {
    let (_, b) = data(vm, &v)?;
    Ok(fields(b)[i].get())
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = class(vm, args[0])?;
    let mut parts = [args[1], args[2], args[3]];
    if let Some(tuple) = args[1].cast::<PyTuple>()
        && args[2].is_absent()
    {
        parts = parts_of(vm, tuple)?;
    }
    let [ty_slot, value, traceback] = parts.map(|v| Slot::new(v.non_null().unwrap_or(Value::NONE)));
    let state = Bomb {
        ty: ty_slot,
        value,
        traceback,
    };
    Ok(Native::new(vm, ty, state).value())
}

fn parts_of(vm: &mut Vm, tuple: Ref<PyTuple>) -> PyResult<[Value; 3]> {
    let given = tuple.items();
    if given.is_empty() || given.len() > 3 {
        return Err(vm.value_error("bad exception tuple for bomb"));
    }
    let mut parts = [Value::NONE; 3];
    parts[..given.len()].copy_from_slice(given);
    Ok(parts)
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, b) = data(vm, &args[0])?;
    let parts = fields(b).map(|s| s.get());
    let state = vm.new_tuple(&parts);
    let empty = vm.new_tuple(&[]);
    let ty = vm.type_of(args[0]).value();
    Ok(vm.new_tuple(&[ty, empty, state]))
}

fn setstate(vm: &mut Vm, args: &[Value]) -> PyResult {
    let Some(tuple) = args[1].cast::<PyTuple>().filter(|t| t.items().len() == 3) else {
        return Err(vm.value_error("bad exception tuple for bomb"));
    };
    let (owner, b) = data(vm, &args[0])?;
    for (slot, v) in fields(b).into_iter().zip(tuple.items()) {
        slot.set(owner, *v);
    }
    Ok(args[0])
}
