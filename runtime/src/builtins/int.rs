//! `int`: immediates of 63 bits, larger ones boxed on `num_bigint`. (Methods live in `int_methods.rs`.)

use crate::heap::Tracer;
use crate::object::header::{Header, Ref};
use crate::object::instance::trace_extension;
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// A boxed integer: outside 63 bits, or an instance of a subclass of `int` (then of any size).
#[repr(C)]
pub struct PyInt {
    header: Header,
    /// Its value.
    pub value: BigInt,
}

impl PyInt {
    pub(crate) fn trace_fields(&self, t: &mut Tracer) {
        trace_extension(self, size_of::<PyInt>(), t);
    }
    /// An unallocated initialiser for subclass instances (`alloc_object`).
    pub fn init(value: BigInt) -> PyInt {
        PyInt {
            header: Header::PENDING,
            value,
        }
    }
}

/// An integer of any size, borrowed.
#[derive(Clone, Copy)]
pub enum IntRef<'a> {
    /// Fits in 64 bits.
    Small(i64),
    /// Boxed.
    Big(&'a BigInt),
}

impl IntRef<'_> {
    /// As a big integer.
    pub fn to_big(self) -> BigInt {
        match self {
            IntRef::Small(n) => BigInt::from(n),
            IntRef::Big(b) => b.clone(),
        }
    }
    /// As `i64` if it fits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            IntRef::Small(n) => Some(n),
            IntRef::Big(b) => b.to_i64(),
        }
    }
    /// True if negative.
    pub fn is_negative(self) -> bool {
        match self {
            IntRef::Small(n) => n < 0,
            IntRef::Big(b) => b.sign() == num_bigint::Sign::Minus,
        }
    }
}

/// The integer in `v` if it is an `int`, `bool` or instance of a subclass (its value; overrides are not consulted).
#[inline]
pub fn as_int(v: &Value) -> Option<IntRef<'_>> {
    if let Some(n) = v.as_small_int() {
        return Some(IntRef::Small(n));
    }
    if let Some(b) = v.as_bool() {
        return Some(IntRef::Small(b as i64));
    }
    let boxed: Ref<PyInt> = v.cast()?;
    // The reference lives as long as the value on the caller's stack does.
    let big: &BigInt = crate::heap::tail::extend_lifetime(v, &boxed.value);
    Some(match big.to_i64() {
        Some(n) => IntRef::Small(n),
        None => IntRef::Big(big),
    })
}

/// As [`as_int`], when it fits in `i64`.
#[inline]
pub fn as_i64(v: Value) -> Option<i64> {
    if let Some(n) = v.as_small_int() {
        return Some(n);
    }
    as_int(&v).and_then(IntRef::to_i64)
}

impl Vm {
    /// An integer object.
    #[inline]
    pub fn new_int(&mut self, n: i64) -> Value {
        match Value::small_int(n) {
            Some(v) => v,
            None => self
                .heap
                .alloc(ids::INT, PyInt::init(BigInt::from(n)))
                .value(),
        }
    }
    /// An integer object from an unsigned number.
    pub fn new_uint(&mut self, n: u64) -> Value {
        match i64::try_from(n) {
            Ok(n) => self.new_int(n),
            Err(_) => self.new_bigint(BigInt::from(n)),
        }
    }
    /// An integer object from a big integer, immediate where it fits.
    pub fn new_bigint(&mut self, n: BigInt) -> Value {
        if let Some(v) = n.to_i64().and_then(Value::small_int) {
            return v;
        }
        let digits = n.bits() as usize / 8;
        let object = self.heap.alloc(ids::INT, PyInt::init(n));
        if digits > 64 {
            self.heap.owns_external(object, digits);
        }
        object.value()
    }
}
