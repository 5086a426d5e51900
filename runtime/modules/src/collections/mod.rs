//! `_collections`: `deque`, `defaultdict`, `OrderedDict` (which is a builtin of the runtime), `_tuplegetter` and the
//! counting loop of `Counter`.

mod defaultdict;
pub mod deque;
mod deque_iter;
mod deque_ops;
mod tuplegetter;

use crate::util::add_type;
use skein_runtime::prelude::*;

/// `_collections`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    let flags = tflag::BASETYPE | tflag::SEQUENCE | tflag::HAS_WEAKREF;
    let ty = vm.new_native_type(
        "deque",
        "collections",
        None,
        Kind::Native,
        flags,
        deque::METHODS,
        deque::GETSETS,
        "A list-like sequence optimized for data accesses near its endpoints.",
    );
    let hash = vm.names.__hash__;
    vm.type_set_attr(ty, hash, Value::NONE);
    add_type(vm, m, "_collections", ty);
    for (name, methods) in [
        ("_deque_iterator", deque_iter::FORWARD),
        ("_deque_reverse_iterator", deque_iter::BACKWARD),
    ] {
        let ty = vm.new_native_type(
            name,
            "_collections",
            None,
            Kind::Native,
            0,
            methods,
            &[],
            "",
        );
        add_type(vm, m, "_collections", ty);
    }
    defaultdict::install(vm, m);
    let ordered = vm.builtin_type(ids::ORDERED_DICT).value();
    vm.add_constant(m, "OrderedDict", ordered);
    tuplegetter::install(vm, m);
    Ok(())
}

static FUNCTIONS: &[NativeDef] = &[function(
    "_count_elements",
    count_elements,
    "(mapping, iterable, /)",
    "Count elements in the iterable, updating the mapping.",
)
.soft()];

/// The mapping as a dict, if it is asked and changed in a dict's own ways.
fn plain_counts(vm: &mut Vm, mapping: Value) -> Option<Ref<PyDict>> {
    let name = vm.intern("get");
    let dict_type = vm.builtin_type(ids::DICT);
    let ty = vm.type_of(mapping);
    let setitem = vm.names.__setitem__;
    let plain = vm.type_lookup(ty, name) == vm.type_lookup(dict_type, name)
        && vm.type_lookup(ty, setitem) == vm.type_lookup(dict_type, setitem);
    mapping.cast::<PyDict>().filter(|_| plain)
}

/// Counts one element more.
fn count_one(vm: &mut Vm, d: Ref<PyDict>, key: Value) -> PyResult<()> {
    use skein_runtime::protocol::binary::BinaryOp;
    let one = Value::from_i32(1);
    let hash = vm.hash_dict_key(key)?;
    let Some(at) = d.find(vm, key, hash)? else {
        return d.insert_hashed(vm, key, hash, one);
    };
    let old = d.value_at(at);
    if let Some(new) = old.as_small_int().and_then(|n| Value::small_int(n + 1)) {
        d.set_value_at(at, new);
        return Ok(());
    }
    // What the counts are is anybody's business: adding to them may change the dict.
    let new = vm.binary(BinaryOp::Add, false, old, one)?;
    d.insert_hashed(vm, key, hash, new)
}

/// Counts one element more in a mapping that [`plain_counts`] knows. Args: it, the element.
pub(crate) fn count_element(vm: &mut Vm, args: &[Value]) -> PyResult {
    match args[0].cast::<PyDict>() {
        Some(d) => count_one(vm, d, args[1]).map(|()| Value::NONE),
        None => Err(vm.type_error("count_element() needs a dict")),
    }
}

fn count_elements(vm: &mut Vm, args: &[Value]) -> PyResult {
    use skein_runtime::protocol::binary::BinaryOp;
    let soft = vm.take_soft();
    let (mapping, one) = (args[0], Value::from_i32(1));
    let dict = plain_counts(vm, mapping);
    if let (Some(soft), Some(_)) = (soft, dict)
        && vm.runs_softly(args[1])
    {
        return soft.call(vm, "count_elements", args);
    }
    let name = vm.intern("get");
    let get = if dict.is_some() {
        Value::NULL
    } else {
        vm.get_attr(mapping, name)?
    };
    vm.for_each(args[1], |vm, key| {
        let Some(d) = dict else {
            let old = vm.call(get, &[key, Value::from_i32(0)])?;
            let new = vm.binary(BinaryOp::Add, false, old, one)?;
            vm.set_item(mapping, key, new)?;
            return Ok(true);
        };
        count_one(vm, d, key)?;
        Ok(true)
    })?;
    Ok(Value::NONE)
}
