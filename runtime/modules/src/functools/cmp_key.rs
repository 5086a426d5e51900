//! `cmp_to_key`: objects that compare by a function.

use crate::util::state_type;
use skein_runtime::prelude::*;
use skein_runtime::protocol::compare::CompareOp;
use skein_runtime::with_comparisons;

struct Key {
    cmp: Slot,
    object: Slot,
}

impl NativeData for Key {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.cmp);
        t.visit_slot(&self.object);
    }
}

/// Methods of the key objects.
pub static METHODS: &[NativeDef] = with_comparisons![
    compare,
    method("__call__", call, "($self, /, obj)", "Wrap an object."),
];

/// Attributes of the key objects.
pub static GETSETS: &[GetSetDef] = &[getset(
    "obj",
    get_obj,
    set_obj,
    "Value wrapped by a key function.",
)];

pub(super) fn cmp_to_key(vm: &mut Vm, args: &[Value]) -> PyResult {
    let ty = state_type(vm, "_functools.KeyWrapper")?;
    let data = Key {
        cmp: Slot::new(args[0]),
        object: Slot::new(Value::NULL),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<(Ref<Native>, &'a Key)> {
    native::<Key>(v).ok_or_else(|| vm.wrong_self("__call__", "functools.KeyWrapper", *v))
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (_, k) = this(vm, &args[0])?;
    let ty = vm.type_of(args[0]);
    let data = Key {
        cmp: Slot::new(k.cmp.get()),
        object: Slot::new(args[1]),
    };
    Ok(Native::new(vm, ty, data).value())
}

fn get_obj(vm: &mut Vm, v: Value) -> PyResult {
    let (_, k) = this(vm, &v)?;
    let object = k.object.get();
    match object.non_null() {
        Some(v) => Ok(v),
        None => Err(vm.attribute_error(v, Value::NULL, "object")),
    }
}

fn set_obj(vm: &mut Vm, v: Value, object: Value) -> PyResult<()> {
    let (owner, k) = this(vm, &v)?;
    k.object.set(owner, object);
    Ok(())
}

fn compare(vm: &mut Vm, op: CompareOp, left: Value, right: Value) -> PyResult {
    let (_, a) = this(vm, &left)?;
    let Some((_, b)) = native::<Key>(&right) else {
        return Err(vm.type_error("other argument must be K instance"));
    };
    let (x, y) = (a.object.get(), b.object.get());
    if x.is_null() || y.is_null() {
        return Err(vm.attribute_error(left, Value::NULL, "object"));
    }
    let r = vm.call(a.cmp.get(), &[x, y])?;
    vm.compare(op, r, Value::from_i32(0))
}
