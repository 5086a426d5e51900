//! Calls of builtin types without keywords, taken directly: `range(n)`, `list(x)`, `str(x)`, … need no look-up of
//! `__new__` and `__init__`, since builtin types cannot be changed.

use super::{
    bytes_methods, dict_update, int_new, iter_combine, iter_seq, list_methods, range_methods,
    set_ops, str_new, tuple_methods, weakref_methods,
};
use crate::prelude::*;
use crate::tasklet::channel::PyChannel;

/// `ty(*args)` for the builtin type with this id; `None`: take the general way (also for wrong arguments).
pub fn construct(vm: &mut Vm, ty: Ref<PyType>, args: &[Value]) -> Option<PyResult> {
    Some(match (ty.builtin_id, args) {
        (ids::RANGE, [_] | [_, _] | [_, _, _]) => range_methods::range_from(vm, args),
        (ids::LIST, []) => Ok(PyList::new(vm).value()),
        (ids::LIST, [v]) => list_methods::list_from(vm, *v).map(Value::from),
        (ids::TUPLE, []) => Ok(vm.new_tuple(&[])),
        (ids::TUPLE, [v]) => tuple_methods::tuple_from(vm, *v),
        (ids::DICT, []) => Ok(PyDict::new(vm).value()),
        (ids::DICT, [v]) => {
            let d = PyDict::new(vm);
            dict_update::update_from(vm, d, *v).map(|()| d.value())
        }
        (ids::SET, []) => Ok(PySet::new(vm).value()),
        (ids::SET, [v]) => set_ops::from_iterable(vm, ty, *v).map(Value::from),
        (ids::FROZENSET, [v]) if v.shape_id() == ids::FROZENSET => Ok(*v),
        (ids::FROZENSET, [v]) => set_ops::from_iterable(vm, ty, *v).map(Value::from),
        (ids::STR, [v]) => vm.str(*v).map(Value::from),
        (ids::STR, [v, encoding]) => str_new::str_value(vm, *v, *encoding, Value::NULL),
        (ids::STR, [v, encoding, errors]) => str_new::str_value(vm, *v, *encoding, *errors),
        (ids::BYTES, [v]) if v.shape_id() == ids::BYTES => Ok(*v),
        (ids::BYTES, [v]) => bytes_methods::bytes_object(vm, *v, Value::NULL, Value::NULL),
        (ids::TYPE, [v]) => Ok(vm.type_of(*v).value()),
        (ids::FROZENSET, []) => Ok(PySet::new_instance(vm, ty).value()),
        (ids::INT, [v, base]) => int_new::int_value(vm, *v, *base),
        (ids::BOOL, [v]) => vm.truth(*v).map(Value::bool),
        (ids::INT, [v]) if v.is_int() => Ok(*v),
        (ids::INT, [v]) => super::int_new::int_from_object(vm, *v),
        (ids::FLOAT, [v]) if v.as_small_float().is_some() || v.shape_id() == ids::FLOAT => Ok(*v),
        (ids::FLOAT, [v]) => super::float_new::float_from_object(vm, *v).map(|f| vm.new_float(f)),
        (ids::ENUMERATE, []) => {
            Err(vm.type_error("enumerate() missing required argument 'iterable'"))
        }
        (ids::ENUMERATE, [v]) => iter_combine::enumerate(vm, ty, *v, Value::NULL),
        (ids::ENUMERATE, [v, start]) => iter_combine::enumerate(vm, ty, *v, *start),
        (ids::ZIP, _) => iter_combine::zip(vm, ty, args, false),
        (ids::MAP, _) => iter_combine::map(vm, ty, args, false),
        (ids::REVERSED, [v]) => iter_seq::reversed(vm, ty, *v),
        (ids::WEAKREF, [v]) => weakref_methods::reference(vm, ty, *v),
        (ids::CHANNEL, _) => Ok(PyChannel::new_instance(vm, ty).value()),
        (ids::TASKLET, [f]) if vm.is_callable(*f) => Ok(vm.new_tasklet(ty, *f).value()),
        _ => return None,
    })
}
