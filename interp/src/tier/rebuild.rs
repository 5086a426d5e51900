//! Allocates, where machine code was left, the objects that it did not.

use super::enter::Activation;
use super::exits::{FieldShot, ObjectShot, Shot};
use crate::vm::run::cx::{set_header, word_value};
use skein_runtime::builtins::method::PyMethod;
use skein_runtime::builtins::range_methods;
use skein_runtime::heap::tail::slot_at_header;
use skein_runtime::layout;
use skein_runtime::prelude::*;

/// Objects of one exit, and what one object holds, at most.
pub const MOST_OBJECTS: usize = 24;
/// See [`MOST_OBJECTS`].
pub const MOST_FIELDS: usize = 16;

/// Allocates the objects of an exit and puts them into its frames, which the collector knows by now.
pub fn allocate(vm: &mut Vm, shot: &Shot, a: &Activation) {
    if shot.objects.is_empty() {
        return;
    }
    // On the native stack, where the collector looks; so is the activation.
    let mut made = [Value::NULL; MOST_OBJECTS];
    for (i, o) in shot.objects.iter().enumerate() {
        made[i] = allocate_one(vm, o, a, &made);
    }
    // What holds an object that was allocated later.
    for (i, o) in shot.objects.iter().enumerate() {
        for (offset, field) in &o.fields {
            if let FieldShot::Object(j) = *field
                && j as usize >= i
                && let Some(owner) = made[i].header()
            {
                slot_at_header(&owner, *offset as usize).set(owner, made[j as usize]);
            }
        }
    }
    for f in &shot.frames {
        let fp = f.base.address(a);
        for (r, object) in &f.virtuals {
            set_header(fp, *r as isize, made[*object as usize].bits());
        }
    }
}

fn allocate_one(
    vm: &mut Vm,
    o: &ObjectShot,
    a: &Activation,
    made: &[Value; MOST_OBJECTS],
) -> Value {
    let mut values = [Value::NULL; MOST_FIELDS];
    for (v, (_, field)) in values.iter_mut().zip(&o.fields) {
        *v = match *field {
            FieldShot::Constant(word) => word_value(word),
            FieldShot::Word(at, _) => word_value(a.virtuals[at as usize]),
            FieldShot::Float(at) => vm.new_float(f64::from_bits(a.virtuals[at as usize])),
            FieldShot::Object(i) => made[i as usize],
        };
    }
    let values = &values[..o.fields.len()];
    match o.shape {
        ids::TUPLE => vm.new_tuple(values),
        ids::LIST => PyList::from_slice(vm, values).value(),
        ids::RANGE => range_methods::range_from(vm, values).unwrap_or(Value::NULL),
        ids::DICT => PyDict::new(vm).value(),
        ids::METHOD => {
            let at = |offset| o.fields.iter().position(|(at, _)| *at == offset);
            let value = |offset| at(offset).map_or(Value::NULL, |i| values[i]);
            let (func, this) = (value(layout::METHOD_FUNC), value(layout::METHOD_SELF));
            PyMethod::new(vm, func, this).value()
        }
        shape => {
            let Some(shape) = vm.shapes.try_get(shape) else {
                return Value::NULL;
            };
            if let Some(class) = shape.ty.get().filter(|t| t.kind.get() == Kind::Tuple) {
                return PyTuple::new_instance(vm, class, values).value();
            }
            let object = vm.alloc_of_shape(shape);
            let header = object.header();
            for ((offset, _), v) in o.fields.iter().zip(values) {
                slot_at_header(&header, *offset as usize).set(header, *v);
            }
            object.value()
        }
    }
}
