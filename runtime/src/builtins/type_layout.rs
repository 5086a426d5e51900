//! Which base gives a class its layout, and which classes have the same one (CPython's "solid base" rules).
//!
//! Every kind is a layout; so is every class with `__slots__` members. Exception types share one Rust layout here, but
//! those that have fields of their own in CPython still count as different layouts, so that the same class statements
//! are refused.

use super::getset::PyMember;
use crate::prelude::*;

/// The nearest class in the chain of bases that adds something to the layout.
pub fn solid_base(ty: Ref<PyType>) -> Ref<PyType> {
    let mut at = ty;
    while let Some(base) = at.base.get() {
        let adds = at.kind.get() != base.kind.get()
            || at.member_slots.get() > base.member_slots.get()
            || has_own_fields(at.builtin_id);
        if adds {
            return at;
        }
        at = base;
    }
    at
}

fn has_own_fields(id: u32) -> bool {
    matches!(
        id,
        ids::BASE_EXCEPTION_GROUP
            | ids::STOP_ITERATION
            | ids::SYSTEM_EXIT
            | ids::TASKLET_EXIT
            | ids::IMPORT_ERROR
            | ids::OS_ERROR
            | ids::ATTRIBUTE_ERROR
            | ids::NAME_ERROR
            | ids::SYNTAX_ERROR
            | ids::UNICODE_DECODE_ERROR
            | ids::UNICODE_ENCODE_ERROR
            | ids::UNICODE_TRANSLATE_ERROR
            | ids::SIMPLE_NAMESPACE
    )
}

/// The base whose layout a class with these bases has.
///
/// Errors: `TypeError` for bases that cannot be subclassed or combined.
pub fn best_base(vm: &mut Vm, bases: Ref<PyTuple>) -> PyResult<Ref<PyType>> {
    let mut best: Option<(Ref<PyType>, Ref<PyType>)> = None;
    for b in bases.items() {
        let Some(base) = b.cast::<PyType>() else {
            return Err(vm.type_error("bases must be types"));
        };
        if !base.has(tflag::BASETYPE) {
            let name = super::object_methods::c_name(vm, base);
            return Err(vm.type_error(format!("type '{name}' is not an acceptable base type")));
        }
        if base.mro.get().is_none() {
            let name = base.name_text();
            return Err(vm.type_error(format!("Cannot extend an incomplete type '{name}'")));
        }
        let solid = solid_base(base);
        best = match best {
            None => Some((base, solid)),
            Some((_, winner)) if winner.is_subtype(solid) => best,
            Some((_, winner)) if solid.is_subtype(winner) => Some((base, solid)),
            _ => {
                return Err(vm.type_error("multiple bases have instance lay-out conflict"));
            }
        };
    }
    Ok(best.map_or(vm.builtin_type(ids::OBJECT), |b| b.0))
}

/// Instances with a fixed part of variable length take no `__slots__` members.
pub fn is_variable_sized(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Int | Kind::Tuple | Kind::Bytes | Kind::Type | Kind::Module
    )
}

/// True if objects may change their `__class__` from one to the other.
pub fn same_layout(a: Ref<PyType>, b: Ref<PyType>) -> bool {
    if a.kind.get() != b.kind.get()
        || a.member_slots.get() != b.member_slots.get()
        || a.has(tflag::HAS_DICT) != b.has(tflag::HAS_DICT)
        || a.has(tflag::HAS_WEAKREF) != b.has(tflag::HAS_WEAKREF)
    {
        return false;
    }
    let (x, y) = (solid_base(a), solid_base(b));
    x == y || x.base.get() == y.base.get() && same_members(x, y)
}

/// Two classes that add equal `__slots__` members.
fn same_members(a: Ref<PyType>, b: Ref<PyType>) -> bool {
    if !a.has(tflag::HEAPTYPE) || !b.has(tflag::HEAPTYPE) {
        return false;
    }
    let count =
        |t: Ref<PyType>| t.member_slots.get() - t.base.get().map_or(0, |p| p.member_slots.get());
    if count(a) == 0 || count(a) != count(b) {
        return false;
    }
    let mut at = 0;
    while let Some((i, k, v)) = a.dict().next_entry(at) {
        at = i + 1;
        let Some(m) = v.cast::<PyMember>() else {
            continue;
        };
        let other = b.dict().get_interned(k).and_then(|v| v.cast::<PyMember>());
        if m.owner.get() == Some(a) && other.is_none_or(|o| o.index != m.index) {
            return false;
        }
    }
    true
}
