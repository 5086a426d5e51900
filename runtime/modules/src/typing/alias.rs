//! `TypeAliasType`: what the `type` statement makes.

use super::param::Lazy;
use super::{set_module, type_named, union_of, unpack};
use crate::util::{items, native_class};
use skein_runtime::builtins::generic_alias::new_alias;
use skein_runtime::prelude::*;

struct Alias {
    name: Slot,
    params: Slot,
    value: Lazy,
}

impl NativeData for Alias {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.name);
        t.visit_slot(&self.params);
        self.value.trace(t);
    }
}

static METHODS: &[NativeDef] = &[
    static_method(
        "__new__",
        new,
        "($type, name, value, *, type_params=())",
        NEW_DOC,
    ),
    slot("__or__", |vm, a| union_of(vm, a[0], a[1])),
    slot("__ror__", |vm, a| union_of(vm, a[1], a[0])),
    slot("__repr__", name_of),
    method(
        "__reduce__",
        name_of,
        "($self, /)",
        "The name, for pickling.",
    ),
    slot("__getitem__", getitem),
    slot("__iter__", iter),
];

static GETSETS: &[GetSetDef] = &[
    getter(
        "__name__",
        |vm, v| Ok(this(vm, &v)?.1.name.get()),
        "Its name.",
    ),
    getter("__value__", value, "The aliased type."),
    getter("__type_params__", type_params, "Its type parameters."),
    getter(
        "__parameters__",
        parameters,
        "Its type parameters, tuples unpacked.",
    ),
    getter(
        "evaluate_value",
        |vm, v| this(vm, &v)?.1.value.evaluator(vm),
        "Function that computes the value.",
    ),
];

/// Makes the type.
pub(super) fn install(vm: &mut Vm) {
    let flags = tflag::HAS_DICT | tflag::HAS_WEAKREF;
    let ty = vm.new_native_type(
        "TypeAliasType",
        "typing",
        None,
        Kind::Native,
        flags,
        METHODS,
        GETSETS,
        "Type alias.",
    );
    vm.state_set("_typing.TypeAliasType", ty.value());
}

/// The alias of a `type` statement: name, tuple of parameters or `None`, function that computes the value.
///
/// # Errors
/// Only for lack of memory and the like.
pub fn make_type_alias(vm: &mut Vm, name: Value, params: Value, evaluate: Value) -> PyResult {
    let ty = type_named(vm, "_typing.TypeAliasType")?;
    let params = if params.is_absent() {
        Value::NULL
    } else {
        params
    };
    let data = Alias {
        name: Slot::new(name),
        params: Slot::new(params),
        value: Lazy::new(Value::NULL, evaluate),
    };
    let v = Native::new(vm, ty, data).value();
    set_module(vm, v)?;
    Ok(v)
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Alias)> {
    native::<Alias>(v).ok_or_else(|| vm.wrong_self("__repr__", "typing.TypeAliasType", *v))
}

fn new(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = native_class(vm, args[0])?;
    if !args[1].is::<PyStr>() {
        let got = vm.type_name(args[1]);
        return Err(vm.type_error(format!(
            "typealias() argument 'name' must be str, not {got}"
        )));
    }
    if !args[3].is_null() && !args[3].is::<PyTuple>() {
        return Err(vm.type_error("type_params must be a tuple"));
    }
    let params = if items(&args[3]).is_empty() {
        Value::NULL
    } else {
        args[3]
    };
    let data = Alias {
        name: Slot::new(args[1]),
        params: Slot::new(params),
        value: Lazy::new(args[2], Value::NULL),
    };
    let v = Native::new(vm, ty, data).value();
    set_module(vm, v)?;
    Ok(v)
}

fn name_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(this(vm, &args[0])?.1.name.get())
}

fn value(vm: &mut Vm, v: Value) -> PyResult {
    let (owner, a) = this(vm, &v)?;
    Ok(a.value.get(vm, owner)?.unwrap_or(Value::NONE))
}

fn type_params(vm: &mut Vm, v: Value) -> PyResult {
    let params = this(vm, &v)?.1.params.get();
    Ok(if params.is_null() {
        vm.new_tuple(&[])
    } else {
        params
    })
}

fn parameters(vm: &mut Vm, v: Value) -> PyResult {
    let params = this(vm, &v)?.1.params.get();
    super::generic::unpacked(vm, params)
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    if this(vm, &args[0])?.1.params.get().is_null() {
        return Err(vm.type_error("Only generic type aliases are subscriptable"));
    }
    new_alias(vm, args[0], args[1])
}

fn iter(vm: &mut Vm, args: &[Value]) -> PyResult {
    let one = unpack(vm, args[0])?;
    let t = vm.new_tuple(&[one]);
    vm.iter(t)
}
