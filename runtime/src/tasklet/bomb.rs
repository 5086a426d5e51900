//! `bomb`: an exception on its way to another tasklet; a tasklet that goes on with one as its value raises it.

use crate::builtins::exception::PyException;
use crate::builtins::generator_methods::thrown_exception;
use crate::builtins::native::{Native, NativeData, native};
use crate::error::Raised;
use crate::heap::Tracer;
use crate::object::header::{Kind, Ref, Slot};
use crate::object::types::{PyType, tflag};
use crate::value::Value;
use crate::vm::Vm;

/// The state of a `bomb` object.
pub struct Bomb {
    /// The exception's class.
    pub ty: Slot,
    /// The exception.
    pub value: Slot,
    /// Its traceback.
    pub traceback: Slot,
}

impl NativeData for Bomb {
    fn trace(&self, t: &mut Tracer) {
        for slot in [&self.ty, &self.value, &self.traceback] {
            t.visit_slot(slot);
        }
    }
}

const TYPE: &str = "_stackless.bomb";

/// The type, once the `_stackless` module made it.
pub fn set_type(vm: &mut Vm, ty: Ref<PyType>) {
    vm.state_set(TYPE, ty.value());
}

fn type_of(vm: &mut Vm) -> Ref<PyType> {
    if let Some(ty) = vm.state_get(TYPE).and_then(|t| t.cast()) {
        return ty;
    }
    let ty = vm.new_native_type(
        "bomb",
        "_stackless",
        None,
        Kind::Native,
        tflag::DISALLOW_INSTANTIATION,
        &[],
        &[],
        "",
    );
    set_type(vm, ty);
    ty
}

/// A bomb with an exception object.
pub fn new(vm: &mut Vm, exception: Value) -> Value {
    let ty = type_of(vm);
    let class = vm.type_of(exception).value();
    let traceback = exception.cast::<PyException>().map_or(Value::NONE, |e| {
        e.traceback.get().non_null().unwrap_or(Value::NONE)
    });
    let state = Bomb {
        ty: Slot::new(class),
        value: Slot::new(exception),
        traceback: Slot::new(traceback),
    };
    Native::new(vm, ty, state).value()
}

/// True for a bomb.
pub fn is_bomb(v: Value) -> bool {
    v.kind() == Some(Kind::Native) && native::<Bomb>(&v).is_some()
}

/// Gives the value a tasklet goes on with, or raises it.
pub fn explode(vm: &mut Vm, v: Value) -> Result<Value, Raised> {
    if v.kind() != Some(Kind::Native) {
        return Ok(v);
    }
    let Some((_, bomb)) = native::<Bomb>(&v) else {
        return Ok(v);
    };
    let (ty, value, traceback) = (bomb.ty.get(), bomb.value.get(), bomb.traceback.get());
    let e = if value.is::<PyException>() {
        thrown_exception(vm, value, Value::NONE, traceback)?
    } else {
        thrown_exception(vm, ty, value, traceback)?
    };
    Err(vm.reraise_value(e))
}
