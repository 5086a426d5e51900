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
)];

fn count_elements(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (mapping, one) = (args[0], Value::from_i32(1));
    let name = vm.intern("get");
    let dict_type = vm.builtin_type(ids::DICT);
    let ty = vm.type_of(mapping);
    let setitem = vm.names.__setitem__;
    let plain = vm.type_lookup(ty, name) == vm.type_lookup(dict_type, name)
        && vm.type_lookup(ty, setitem) == vm.type_lookup(dict_type, setitem);
    let dict = mapping.cast::<PyDict>().filter(|_| plain);
    use skein_runtime::protocol::binary::BinaryOp;
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
        let hash = vm.hash_dict_key(key)?;
        match d.find(vm, key, hash)? {
            Some(at) => {
                let new = match d
                    .value_at(at)
                    .as_small_int()
                    .and_then(|n| Value::small_int(n + 1))
                {
                    Some(v) => v,
                    None => vm.binary(BinaryOp::Add, false, d.value_at(at), one)?,
                };
                d.insert_hashed(vm, key, hash, new)?;
            }
            None => d.insert_hashed(vm, key, hash, one)?,
        }
        Ok(true)
    })?;
    Ok(Value::NONE)
}
