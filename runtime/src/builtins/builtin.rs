//! Native functions and methods as Python objects: `builtin_function_or_method`, `method_descriptor`,
//! `wrapper_descriptor`, `method-wrapper`, `classmethod_descriptor`. The shape says which.

use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::native_def::{Binding, NativeDef};
use crate::object::shape::ids;
use crate::object::types::PyType;
use crate::value::Value;
use crate::vm::Vm;

/// A native function object.
#[repr(C)]
pub struct PyBuiltin {
    header: Header,
    /// What it runs.
    pub def: &'static NativeDef,
    /// `__self__` of bound ones, else `NULL`.
    pub this: Slot,
    /// `__module__` name (functions), else `NULL`.
    pub module: Slot,
    /// A call passes its arguments to the code as they are, see [`NativeDef::counts`].
    pub direct: bool,
    /// May be a generator's method or `next()`, which the interpreter runs without the native stack, or switch tasklets.
    pub resumes: bool,
    /// May be `gc.collect()`, before which the interpreter clears what earlier calls left on the native stack.
    pub collects: bool,
    /// It is `list.append`, which the interpreter knows itself.
    pub appends: bool,
    /// `__objclass__` of descriptors; the type that offers a bound method.
    pub owner: RefSlot<PyType>,
}

impl PyBuiltin {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit_slot(&self.this);
        t.visit_slot(&self.module);
        t.visit(self.owner.value());
    }
    /// A native function object of builtin type `id`.
    pub fn new(
        vm: &mut Vm,
        id: u32,
        def: &'static NativeDef,
        this: Value,
        module: Value,
        owner: Option<Ref<PyType>>,
    ) -> Ref<PyBuiltin> {
        let direct = id == ids::BUILTIN_FUNCTION
            && def.counts.plain
            && !def.counts.has_self
            && !(def.binding == Binding::Static && this.is::<PyType>());
        vm.heap.alloc(
            id,
            PyBuiltin {
                header: Header::PENDING,
                def,
                direct,
                resumes: def.switches || matches!(def.name, "send" | "__next__" | "next"),
                collects: def.name == "collect",
                appends: def.name == "append"
                    && id == ids::METHOD_DESCRIPTOR
                    && owner.is_some_and(|o| o.builtin_id == ids::LIST),
                this: Slot::new(this),
                module: Slot::new(module),
                owner: RefSlot::from_option(owner),
            },
        )
    }
}
