//! What an attribute instruction finds for all objects of a shape, as long as their type stays as it is.
//!
//! The rules are those of [`super::ops_attr`], asked ahead of time and without an object, for machine code.

use super::ops_attr::has_getattribute;
use skein_runtime::builtins::getset::PyMember;
use skein_runtime::builtins::property::PyProperty;
use skein_runtime::layout;
use skein_runtime::object::attr::{Found, classify};
use skein_runtime::object::shape::{FROM_END, Shape};
use skein_runtime::prelude::*;

/// A finding.
#[derive(Clone, Copy)]
pub enum Finding {
    /// The word at a byte offset in the object. It is never `NULL`: deleting an attribute gives the object another shape.
    Slot(usize),
    /// The same of a name in `__slots__`; `NULL` there means that it is not set.
    Member(usize),
    /// The word in the array whose slot is at the first byte offset, at the second one.
    Outer(usize, usize),
    /// A function of the class, which a call gives the object.
    Method(Value),
    /// An object of the class that is no descriptor.
    Plain(Value),
    /// The getter of a property, a Python function.
    Property(Value),
    /// The item of a named tuple, if it has so many.
    Item(usize),
}

/// Where a store puts the value.
#[derive(Clone, Copy)]
pub enum Place {
    /// At a byte offset.
    Slot(usize),
    /// In the array whose slot is at a byte offset, at another one.
    Outer(usize, usize),
    /// At a byte offset, and the object gets that shape.
    Add(usize, u32),
}

/// What loading `name` finds; `None`: that has to be asked each time.
pub fn load(vm: &mut Vm, shape: Ref<Shape>, name: Ref<PyStr>) -> Option<Finding> {
    let ty = shape.ty.get()?;
    if shape.dict_mode || ty.has(tflag::CUSTOM_GETATTR) && has_getattribute(vm, ty) {
        return None;
    }
    let own = shape.lookup(name);
    let slot = |vm: &Vm, i: u32| match vm.inline_offset(shape, i) {
        Some(offset) => Some(Finding::Slot(offset)),
        None => outer(shape, i).map(|(slot, offset)| Finding::Outer(slot, offset)),
    };
    let Some(v) = vm.type_lookup(ty, name) else {
        return slot(vm, own?);
    };
    let found = classify(vm, v);
    if let Found::DataDescriptor(d) = found {
        if let Some(offset) = member(shape, ty, d) {
            return Some(Finding::Member(offset));
        }
        if ty.kind.get() == Kind::Tuple
            && let Some(i) = Native::tuple_field(d)
        {
            return Some(Finding::Item(i));
        }
        let getter = d
            .cast::<PyProperty>()
            .filter(|_| d.shape_id() == ids::PROPERTY)?
            .fget
            .get();
        return (getter.kind() == Some(Kind::Function)).then_some(Finding::Property(getter));
    }
    if let Some(i) = own {
        return slot(vm, i);
    }
    match found {
        Found::Method(f) => Some(Finding::Method(f)),
        Found::Plain(v) => Some(Finding::Plain(v)),
        _ => None,
    }
}

fn member(shape: Ref<Shape>, ty: Ref<PyType>, descriptor: Value) -> Option<usize> {
    let m = descriptor.cast::<PyMember>()?;
    let fits = shape.ext_offset != 0
        && shape.ext_offset != FROM_END
        && m.index < shape.member_slots as usize;
    (fits && ty.is_subtype(m.owner.get()?)).then(|| shape.ext_offset as usize + 8 + 8 * m.index)
}

/// The byte offset of the slot with the array for attributes that an object has no room for, and that of attribute `i` in it.
fn outer(shape: Ref<Shape>, i: u32) -> Option<(usize, usize)> {
    let at = i as usize + shape.member_slots as usize;
    if shape.ext_offset == FROM_END || shape.dict_mode {
        return None;
    }
    let i = at.checked_sub(shape.inline_cap as usize)?;
    Some((
        shape.ext_offset as usize,
        layout::ARRAY_SLOTS as usize + 8 * i,
    ))
}

/// Where storing `name` puts the value, if an object of the shape has the shape numbered `after` then.
pub fn store(vm: &mut Vm, shape: Ref<Shape>, after: u32, name: Ref<PyStr>) -> Option<Place> {
    let ty = shape.ty.get()?;
    if shape.dict_mode || ty.has(tflag::CUSTOM_SETATTR) {
        return None;
    }
    if let Some(v) = vm.type_lookup(ty, name) {
        let found = classify(vm, v);
        match found {
            Found::DataDescriptor(d) => {
                return member(shape, ty, d)
                    .filter(|_| after == shape.id)
                    .map(Place::Slot);
            }
            Found::Plain(_) | Found::Method(_) => {}
            _ => return None,
        }
    }
    if !shape.has_dict || shape.ext_offset == 0 {
        return None;
    }
    if after == shape.id {
        let i = shape.lookup(name)?;
        return match vm.inline_offset(shape, i) {
            Some(offset) => Some(Place::Slot(offset)),
            None => outer(shape, i).map(|(slot, offset)| Place::Outer(slot, offset)),
        };
    }
    let then = vm.shapes.try_get(after)?;
    if then.dict_mode || then.ty.get() != Some(ty) || then.count != shape.count + 1 {
        return None;
    }
    let offset = vm.inline_offset(then, then.lookup(name)?)?;
    Some(Place::Add(offset, after))
}
