//! `function`: Python functions. (Attributes live in `function_attrs.rs`.)

use super::code::PyCode;
use super::dict::PyDict;
use crate::heap::Tracer;
use crate::object::header::{Header, Ref, RefSlot, Slot};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A Python function. Also stands for module and class bodies while they run.
#[repr(C)]
pub struct PyFunction {
    header: Header,
    /// `__code__`
    pub code: RefSlot<PyCode>,
    /// `__globals__`
    pub globals: RefSlot<PyDict>,
    /// `__builtins__`
    pub builtins: RefSlot<PyDict>,
    /// `__defaults__`: tuple or `NULL`.
    pub defaults: Slot,
    /// `__kwdefaults__`: dict or `NULL`.
    pub kwdefaults: Slot,
    /// `__closure__`: tuple of cells or `NULL`.
    pub closure: Slot,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualname: Slot,
    /// `__doc__`, or `NULL` when not looked at yet (then it is the code's docstring).
    pub doc: Slot,
    /// `__module__`, or `NULL` when not looked at yet (then it is `globals['__name__']`).
    pub module: Slot,
    /// `__annotate__`: function, `None` or `NULL`.
    pub annotate: Slot,
    /// `__annotations__` once made, else `NULL`.
    pub annotations: Slot,
    /// `__type_params__`: tuple or `NULL`.
    pub type_params: Slot,
}

impl PyFunction {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        t.visit(self.code.value());
        t.visit(self.globals.value());
        t.visit(self.builtins.value());
        for s in [
            &self.defaults,
            &self.kwdefaults,
            &self.closure,
            &self.name,
            &self.qualname,
            &self.doc,
            &self.module,
            &self.annotate,
            &self.annotations,
            &self.type_params,
        ] {
            t.visit_slot(s);
        }
        trace_extension(self, size_of::<PyFunction>(), t);
    }
    /// A function of `code` over `globals`.
    pub fn new(
        vm: &mut Vm,
        code: Ref<PyCode>,
        globals: Ref<PyDict>,
        builtins: Ref<PyDict>,
    ) -> Ref<PyFunction> {
        let null = || Slot::new(Value::NULL);
        let (name, qualname) = (Slot::new(code.name.get()), Slot::new(code.qualname.get()));
        let init = PyFunction {
            header: Header::PENDING,
            code: RefSlot::new(code),
            globals: RefSlot::new(globals),
            builtins: RefSlot::new(builtins),
            defaults: null(),
            kwdefaults: null(),
            closure: null(),
            name,
            qualname,
            doc: null(),
            module: null(),
            annotate: null(),
            annotations: null(),
            type_params: null(),
        };
        // One extra word: the `ext` word of function attributes.
        vm.heap.alloc_sized(ids::FUNCTION, init, 8)
    }
    /// The code.
    #[inline(always)]
    pub fn code(&self) -> Ref<PyCode> {
        self.code.expect()
    }
}
