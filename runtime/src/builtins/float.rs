//! `float`: immediates for ordinary magnitudes, boxed for the rest. (Methods live in `float_methods.rs`.)

use crate::heap::Tracer;
use crate::object::header::{Header, Ref};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A boxed float: outside the immediate range, or an instance of a subclass.
#[repr(C)]
pub struct PyFloat {
    header: Header,
    /// Its value.
    pub value: f64,
}

impl PyFloat {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        trace_extension(self, size_of::<PyFloat>(), t);
    }
    /// An unallocated initialiser.
    pub fn init(value: f64) -> PyFloat {
        PyFloat {
            header: Header::PENDING,
            value,
        }
    }
}

/// The float in `v` if it is a `float` or instance of a subclass (its value; overrides are not consulted).
#[inline]
pub fn as_float(v: Value) -> Option<f64> {
    if let Some(f) = v.as_small_float() {
        return Some(f);
    }
    let boxed: Ref<PyFloat> = v.cast()?;
    Some(boxed.value)
}

impl Vm {
    /// A float object.
    #[inline]
    pub fn new_float(&mut self, f: f64) -> Value {
        match Value::small_float(f) {
            Some(v) => v,
            None => self.heap.alloc(ids::FLOAT, PyFloat::init(f)).value(),
        }
    }
}
