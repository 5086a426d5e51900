//! `PyWrapper`: the layout of small types that hold a few objects: `classmethod`, `staticmethod`, `super`,
//! `mappingproxy`, dict views, `GenericAlias`, `Union`. The shape says which; each type's file says what the fields are.

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, Slot};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;

/// Up to four objects.
#[repr(C)]
pub struct PyWrapper {
    header: Header,
    /// First: the wrapped callable, dict, mapping; `__thisclass__` of super; `__origin__` of an alias.
    pub a: Slot,
    /// Second: `__self__` of super; `__args__` of an alias or union.
    pub b: Slot,
    /// Third: `__self_class__` of super; `__parameters__` of an alias.
    pub c: Slot,
    /// Fourth.
    pub d: Slot,
}

impl PyWrapper {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        for s in [&self.a, &self.b, &self.c, &self.d] {
            t.visit_slot(s);
        }
        trace_extension(self, size_of::<PyWrapper>(), t);
    }
    /// An instance of `ty` (kind `Wrapper`).
    pub fn new_instance(
        vm: &mut Vm,
        ty: Ref<PyType>,
        a: Value,
        b: Value,
        c: Value,
    ) -> Ref<PyWrapper> {
        vm.alloc_object(
            ty,
            PyWrapper {
                header: Header::PENDING,
                a: Slot::new(a),
                b: Slot::new(b),
                c: Slot::new(c),
                d: Slot::new(Value::NULL),
            },
            0,
        )
    }
    /// An exact instance of builtin type `id`.
    pub fn new(vm: &mut Vm, id: u32, a: Value, b: Value, c: Value) -> Ref<PyWrapper> {
        let ty = vm.builtin_type(id);
        PyWrapper::new_instance(vm, ty, a, b, c)
    }
}

/// The builtin type of an exact `staticmethod` or `classmethod` and what it wraps. (Their shapes vary: they have attributes.)
pub fn method_wrapper(vm: &Vm, v: Value) -> Option<(u32, Value)> {
    let w: Ref<PyWrapper> = v.cast()?;
    let id = vm.type_of(v).builtin_id;
    matches!(id, ids::STATICMETHOD | ids::CLASSMETHOD).then(|| (id, w.a.get()))
}
