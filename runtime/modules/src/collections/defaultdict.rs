//! `defaultdict`: a dict type with one member slot, which holds `default_factory`.

use crate::util::{add_type, items};
use skein_runtime::builtins::{args, dict_update};
use skein_runtime::prelude::*;
use skein_runtime::soft::is_python;

static METHODS: &[NativeDef] = &[
    slot("__init__", init),
    method(
        "__missing__",
        missing,
        "($self, key, /)",
        "Called for keys that are not there: makes, keeps and returns a default value.",
    )
    .soft(),
    slot("__repr__", repr),
    method("copy", copy, "($self, /)", "A shallow copy."),
    method("__copy__", copy, "($self, /)", "A shallow copy."),
    slot("__reduce__", reduce),
    slot("__or__", or),
    slot("__ror__", ror),
    CLASS_GETITEM,
];

static GETSETS: &[GetSetDef] = &[getset(
    "default_factory",
    get_factory,
    set_factory,
    "Factory for default values.",
)];

pub(super) fn install(vm: &mut Vm, m: Ref<PyModule>) {
    let dict = vm.builtin_type(ids::DICT);
    let doc = "defaultdict(default_factory=None, /, [...]) --> dict with default factory";
    let ty = vm.new_native_type(
        "defaultdict",
        "collections",
        Some(dict),
        Kind::Dict,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        GETSETS,
        doc,
    );
    ty.member_slots.set(1);
    vm.make_root_shape(ty, None);
    add_type(vm, m, "_collections", ty);
}

fn this(vm: &mut Vm, v: Value) -> PyResult<Ref<PyDict>> {
    v.cast()
        .ok_or_else(|| vm.wrong_self("__missing__", "collections.defaultdict", v))
}

fn get_factory(vm: &mut Vm, v: Value) -> PyResult {
    let factory = v
        .header()
        .and_then(|h| vm.member_slot(&h, 0).map(|s| s.get()));
    Ok(factory.and_then(Value::non_null).unwrap_or(Value::NONE))
}

fn set_factory(vm: &mut Vm, v: Value, factory: Value) -> PyResult<()> {
    if let Some(h) = v.header()
        && let Some(slot) = vm.member_slot(&h, 0)
    {
        slot.set(h, factory);
    }
    Ok(())
}

fn init(vm: &mut Vm, args: &[Value]) -> PyResult {
    let d = this(vm, args[0])?;
    let given = items(&args[1]);
    let factory = given.first().copied().unwrap_or(Value::NONE);
    if !factory.is_none() && !vm.is_callable(factory) {
        return Err(vm.type_error("first argument must be callable or None"));
    }
    args::check_count(vm, "dict", given.len().saturating_sub(1), 0, 1)?;
    set_factory(vm, args[0], factory)?;
    if let Some(source) = given.get(1) {
        dict_update::update_from(vm, d, *source)?;
    }
    if let Some(kwargs) = args[2].cast::<PyDict>() {
        dict_update::merge_from(vm, d, kwargs)?;
    }
    Ok(Value::NONE)
}

fn missing(vm: &mut Vm, args: &[Value]) -> PyResult {
    let soft = vm.take_soft();
    let factory = get_factory(vm, args[0])?;
    if factory.is_none() {
        return Err(vm.key_error(args[1]));
    }
    if let Some(soft) = soft.filter(|_| is_python(factory)) {
        return soft.call(vm, "make_default", &[args[0], args[1], factory]);
    }
    let v = vm.call(factory, &[])?;
    // The factory may have set the item meanwhile, which then stays.
    let d = this(vm, args[0])?;
    let hash = vm.hash_dict_key(args[1])?;
    if let Some(at) = d.find(vm, args[1], hash)? {
        return Ok(d.value_at(at));
    }
    d.append(vm, args[1], hash, v);
    Ok(v)
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let dict_type = vm.builtin_type(ids::DICT);
    let name = vm.names.__repr__;
    let base = vm.type_lookup(dict_type, name).unwrap_or(Value::NONE);
    let base = vm.call(base, &[args[0]])?;
    let base = vm.str(base)?;
    let factory = get_factory(vm, args[0])?;
    let type_name = vm.short_type_name(args[0]);
    let shown = if !vm.repr_enter(factory) {
        "...".to_string()
    } else {
        let r = vm.repr(factory);
        vm.repr_leave(factory);
        r?.text_lossy()
    };
    let mut out = format!("{type_name}({shown}, ").into_bytes();
    out.extend_from_slice(base.bytes());
    out.push(b')');
    Ok(vm.new_str_bytes(&out))
}

fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]).value();
    let factory = get_factory(vm, args[0])?;
    vm.call(ty, &[factory, args[0]])
}

fn reduce(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = vm.type_of(args[0]).value();
    let factory = get_factory(vm, args[0])?;
    let inner = if factory.is_none() {
        vm.new_tuple(&[])
    } else {
        vm.new_tuple(&[factory])
    };
    let pairs = vm.call_method(args[0], "items", &[])?;
    let pairs = vm.iter(pairs)?;
    Ok(vm.new_tuple(&[ty, inner, Value::NONE, Value::NONE, pairs]))
}

fn merged(vm: &mut Vm, this: Value, left: Value, right: Value) -> PyResult {
    if !left.is::<PyDict>() || !right.is::<PyDict>() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ty = vm.type_of(this).value();
    let factory = get_factory(vm, this)?;
    let new = vm.call(ty, &[factory, left])?;
    if let Some(d) = new.cast::<PyDict>() {
        dict_update::update_from(vm, d, right)?;
    }
    Ok(new)
}

fn or(vm: &mut Vm, args: &[Value]) -> PyResult {
    merged(vm, args[0], args[0], args[1])
}

fn ror(vm: &mut Vm, args: &[Value]) -> PyResult {
    merged(vm, args[0], args[1], args[0])
}
