//! `complex`.

use crate::heap::Tracer;
use crate::object::header::Header;
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A complex number.
#[repr(C)]
pub struct PyComplex {
    header: Header,
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl PyComplex {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        trace_extension(self, size_of::<PyComplex>(), t);
    }
    /// An unallocated initialiser.
    pub fn init(re: f64, im: f64) -> PyComplex {
        PyComplex {
            header: Header::PENDING,
            re,
            im,
        }
    }
}

impl Vm {
    /// A complex object.
    pub fn new_complex(&mut self, re: f64, im: f64) -> Value {
        self.heap
            .alloc(ids::COMPLEX, PyComplex::init(re, im))
            .value()
    }
}
