//! Equality, ordering and hashing.

use crate::builtins::builtin::PyBuiltin;
use crate::builtins::bytes::PyBytes;
use crate::builtins::float::as_float;
use crate::builtins::int::{IntRef, as_int};
use crate::builtins::str::PyStr;
use crate::builtins::tuple::PyTuple;
use crate::builtins::tuple_methods::{compare_plain_items, plain_tuple};
use crate::builtins::weakref::PyWeakref;
use crate::error::PyResult;
use crate::object::header::{Kind, Ref};
use crate::object::shape::ids;
use crate::value::Value;
use crate::vm::Vm;

/// A rich comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum CompareOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl CompareOp {
    /// The operator's text.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
    /// The operation with operands swapped.
    pub fn swapped(self) -> CompareOp {
        use CompareOp::*;
        [Gt, Ge, Eq, Ne, Lt, Le][self as usize]
    }
    /// Whether an ordering satisfies it.
    #[inline]
    pub fn holds(self, o: std::cmp::Ordering) -> bool {
        match self {
            CompareOp::Lt => o.is_lt(),
            CompareOp::Le => o.is_le(),
            CompareOp::Eq => o.is_eq(),
            CompareOp::Ne => o.is_ne(),
            CompareOp::Gt => o.is_gt(),
            CompareOp::Ge => o.is_ge(),
        }
    }
    /// The special method's name.
    pub fn method(self, vm: &Vm) -> Ref<PyStr> {
        let n = &vm.names;
        [n.__lt__, n.__le__, n.__eq__, n.__ne__, n.__gt__, n.__ge__][self as usize]
    }
}

impl Vm {
    /// A comparison that needs no Python code: exact ints, floats and strs. `None`: not of those types.
    #[inline]
    pub fn compare_simple(&self, op: CompareOp, a: Value, b: Value) -> Option<bool> {
        if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int()) {
            return Some(op.holds(x.cmp(&y)));
        }
        if let (Some(x), Some(y)) = (a.as_small_float(), b.as_small_float()) {
            return Some(match op {
                CompareOp::Lt => x < y,
                CompareOp::Le => x <= y,
                CompareOp::Eq => x == y,
                CompareOp::Ne => x != y,
                CompareOp::Gt => x > y,
                CompareOp::Ge => x >= y,
            });
        }
        match (a.shape_id(), b.shape_id()) {
            (ids::STR, ids::STR) => {
                let (x, y): (Ref<PyStr>, Ref<PyStr>) = (a.cast()?, b.cast()?);
                return Some(match op {
                    CompareOp::Eq => x == y || x.bytes() == y.bytes(),
                    CompareOp::Ne => x != y && x.bytes() != y.bytes(),
                    _ => op.holds(x.bytes().cmp(y.bytes())),
                });
            }
            (ids::BYTES, ids::BYTES) => {
                let (x, y): (Ref<PyBytes>, Ref<PyBytes>) = (a.cast()?, b.cast()?);
                return Some(match op {
                    CompareOp::Eq => x.bytes() == y.bytes(),
                    CompareOp::Ne => x.bytes() != y.bytes(),
                    _ => op.holds(x.bytes().cmp(y.bytes())),
                });
            }
            (ids::SET | ids::FROZENSET, ids::SET | ids::FROZENSET) => {
                return crate::builtins::set_ops::compare_simply(op, a.cast()?, b.cast()?);
            }
            // Immediates (shape 0) are of types that no container or str equals.
            (ids::STR | ids::BYTES | ids::TUPLE | ids::LIST | ids::DICT, 0)
            | (0, ids::STR | ids::BYTES | ids::TUPLE | ids::LIST | ids::DICT)
                if !bytes_warning(self, a, b) =>
            {
                return match op {
                    CompareOp::Eq => Some(false),
                    CompareOp::Ne => Some(true),
                    _ => None,
                };
            }
            _ => {}
        }
        let order = crate::builtins::arith::compare_exact(a, b)?;
        // Only `!=` holds for a NaN.
        Some(order.map_or(op == CompareOp::Ne, |o| op.holds(o)))
    }

    /// `a == b` or `a != b` where neither type overrides what `object` says, which is identity. `None`: one does.
    pub fn compare_identity(&mut self, op: CompareOp, a: Value, b: Value) -> Option<bool> {
        let names = self.names;
        let mut inherited = |name| {
            [a, b].into_iter().all(|v| {
                self.lookup_special(v, name)
                    .and_then(|m| m.cast::<PyBuiltin>())
                    .and_then(|m| m.owner.get())
                    .is_some_and(|owner| owner.builtin_id == ids::OBJECT)
            })
        };
        match op {
            CompareOp::Eq if inherited(names.__eq__) => Some(a == b),
            CompareOp::Ne if inherited(names.__eq__) && inherited(names.__ne__) => Some(a != b),
            _ => None,
        }
    }

    /// `a op b` as an object.
    pub fn compare(&mut self, op: CompareOp, a: Value, b: Value) -> PyResult {
        if let Some(r) = self.compare_simple(op, a, b) {
            return Ok(Value::bool(r));
        }
        match (a.shape_id(), b.shape_id()) {
            (ids::TUPLE, ids::TUPLE) => {
                return crate::builtins::tuple_methods::tuple_compare(self, op, a, b);
            }
            (ids::LIST, ids::LIST) => {
                return crate::builtins::list_methods::list_compare(self, op, a, b);
            }
            _ => {}
        }
        if let Some(r) = self.compare_identity(op, a, b) {
            return Ok(Value::bool(r));
        }
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let mut reflected_done = false;
        if ta != tb && tb.is_subtype(ta) {
            let name = op.swapped().method(self);
            if let Some(m) = self.type_lookup(tb, name) {
                reflected_done = true;
                let r = self.call_bound_special(m, b, &[a])?;
                if r != Value::NOT_IMPLEMENTED {
                    return Ok(r);
                }
            }
        }
        let name = op.method(self);
        if let Some(m) = self.type_lookup(ta, name) {
            let r = self.call_bound_special(m, a, &[b])?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        if !reflected_done {
            let name = op.swapped().method(self);
            if let Some(m) = self.type_lookup(tb, name) {
                let r = self.call_bound_special(m, b, &[a])?;
                if r != Value::NOT_IMPLEMENTED {
                    return Ok(r);
                }
            }
        }
        self.compare_default(op, a, b)
    }

    /// What a comparison gives when neither operand knows the other: identity, or `TypeError` for orderings.
    pub fn compare_default(&mut self, op: CompareOp, a: Value, b: Value) -> PyResult {
        match op {
            CompareOp::Eq => Ok(Value::bool(a == b)),
            CompareOp::Ne => Ok(Value::bool(a != b)),
            _ => {
                let (x, y) = (self.type_name(a), self.type_name(b));
                Err(self.type_error(format!(
                    "'{}' not supported between instances of '{x}' and '{y}'",
                    op.symbol()
                )))
            }
        }
    }

    /// `bool(a op b)`
    pub fn compare_bool(&mut self, op: CompareOp, a: Value, b: Value) -> PyResult<bool> {
        if a.shape_id() == ids::TUPLE && b.shape_id() == ids::TUPLE {
            if let (Some(x), Some(y)) = (a.cast::<PyTuple>(), b.cast::<PyTuple>())
                && let Some(r) = compare_plain_items(self, op, x.items(), y.items())
            {
                return Ok(r);
            }
        } else if let Some(r) = self.compare_simple(op, a, b) {
            return Ok(r);
        }
        let r = self.compare(op, a, b)?;
        self.truth(r)
    }

    /// `a is b or a == b`, as containers compare elements.
    #[inline]
    pub fn equal(&mut self, a: Value, b: Value) -> PyResult<bool> {
        if a == b {
            return Ok(true);
        }
        if let Some(r) = self.compare_simple(CompareOp::Eq, a, b) {
            return Ok(r);
        }
        if a.kind() == Some(Kind::Tuple)
            && plain_tuple(self, a).is_some()
            && plain_tuple(self, b).is_some()
        {
            return self.equal_tuples(a, b);
        }
        self.compare_bool(CompareOp::Eq, a, b)
    }

    /// Equality of exact tuples.
    fn equal_tuples(&mut self, a: Value, b: Value) -> PyResult<bool> {
        let (Some(x), Some(y)) = (a.cast::<PyTuple>(), b.cast::<PyTuple>()) else {
            return Ok(false);
        };
        if let Some(equal) = compare_plain_items(self, CompareOp::Eq, x.items(), y.items()) {
            return Ok(equal);
        }
        if x.len() != y.len() {
            return self.compare_bool(CompareOp::Eq, a, b);
        }
        self.nested(" in comparison", |vm| {
            for (v, w) in x.items().iter().zip(y.items()) {
                if !vm.equal(*v, *w)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// `hash(v)`
    pub fn hash(&mut self, v: Value) -> PyResult<i64> {
        if let Some(h) = self.hash_simple(v) {
            return Ok(h);
        }
        if v.shape_id() == ids::TUPLE
            && let Some(t) = v.cast::<PyTuple>()
        {
            return crate::builtins::tuple_methods::hash_tuple(self, t);
        }
        let name = self.names.__hash__;
        let Some(m) = self.lookup_special(v, name).filter(|m| !m.is_none()) else {
            let name = self.c_type_name(v);
            return Err(self.type_error(format!("unhashable type: '{name}'")));
        };
        if let Some(h) = self.inherited_hash(m, v) {
            return h;
        }
        let r = self.call_bound_special(m, v, &[])?;
        self.check_hash_result(r)
    }

    /// Checks what `__hash__` returned.
    pub fn check_hash_result(&mut self, r: Value) -> PyResult<i64> {
        match as_int(&r) {
            Some(IntRef::Small(-1)) => Ok(-2),
            Some(IntRef::Small(n)) => Ok(n),
            Some(IntRef::Big(b)) => Ok(hash_big(b)),
            None => Err(self.type_error("__hash__ method should return an integer")),
        }
    }

    /// The hash of an instance of a subclass that inherits the hash `m` of `object`, `tuple` or `str`: their hashes as
    /// machine integers, since as objects half of them would be big.
    fn inherited_hash(&mut self, m: Value, v: Value) -> Option<PyResult<i64>> {
        let b = m.cast::<PyBuiltin>().filter(|b| b.def.name == "__hash__")?;
        match b.owner.get()?.builtin_id {
            ids::OBJECT => Some(Ok(hash_identity(v))),
            ids::TUPLE => {
                let t: Ref<PyTuple> = v.cast()?;
                Some(crate::builtins::tuple_methods::hash_tuple(self, t))
            }
            ids::STR => v.cast::<PyStr>().map(|s| Ok(s.full_hash(self) as i64)),
            _ => None,
        }
    }

    /// The hash of values whose hash needs no method: exact ints, strs, floats, None, bools and plain identity.
    #[inline]
    pub fn hash_simple(&mut self, v: Value) -> Option<i64> {
        if let Some(n) = v.as_small_int() {
            return Some(hash_int(n));
        }
        if v.shape_id() == ids::STR {
            return v.cast::<PyStr>().map(|s| s.full_hash(self) as i64);
        }
        if let Some(b) = v.as_bool() {
            return Some(b as i64);
        }
        if let Some(f) = v.as_small_float() {
            return Some(hash_float(f, v));
        }
        if v.is_none() {
            return Some(0xfca8_6420);
        }
        match v.kind() {
            Some(Kind::Int) if v.shape_id() == ids::INT => as_int(&v).map(|i| match i {
                IntRef::Small(n) => hash_int(n),
                IntRef::Big(b) => hash_big(b),
            }),
            Some(Kind::Float) if v.shape_id() == ids::FLOAT => {
                as_float(v).map(|f| hash_float(f, v))
            }
            Some(Kind::Bytes) if v.shape_id() == ids::BYTES => {
                v.cast::<PyBytes>().map(|b| b.hash(self) as i64)
            }
            Some(Kind::Weakref) if v.shape_id() == ids::WEAKREF => {
                v.cast::<PyWeakref>().and_then(|w| w.known_hash())
            }
            Some(Kind::Function) => Some(hash_identity(v)),
            Some(Kind::Type) if v.shape_id() == ids::TYPE => Some(hash_identity(v)),
            _ => None,
        }
    }

    /// The hash as dicts and sets store it: 61 bits, unsigned.
    #[inline]
    pub fn hash_for_table(&mut self, v: Value) -> PyResult<u64> {
        if v.shape_id() == ids::STR
            && let Some(s) = v.cast::<PyStr>()
        {
            return Ok(s.hash(self));
        }
        if let Some(n) = v.as_small_int() {
            return Ok(hash_int(n) as u64 & (u64::MAX >> 3));
        }
        if v.shape_id() == ids::TUPLE
            && let Some(t) = v.cast::<PyTuple>()
        {
            let h = crate::builtins::tuple_methods::hash_tuple(self, t)?;
            return Ok(h as u64 & (u64::MAX >> 3));
        }
        Ok(self.hash(v)? as u64 & (u64::MAX >> 3))
    }
}

/// With `-b`, comparing bytes with an int is warned about.
#[inline]
fn bytes_warning(vm: &Vm, a: Value, b: Value) -> bool {
    vm.config.bytes_warning > 0 && (a.shape_id() == ids::BYTES || b.shape_id() == ids::BYTES)
}

/// The modulus of numeric hashes, a Mersenne prime.
pub const HASH_MODULUS: i64 = (1 << 61) - 1;

/// `hash(int)` for machine integers.
#[inline]
pub fn hash_int(n: i64) -> i64 {
    let h = if n > -HASH_MODULUS && n < HASH_MODULUS {
        n
    } else {
        n % HASH_MODULUS
    };
    if h == -1 { -2 } else { h }
}

/// `hash(int)` for big integers.
pub fn hash_big(n: &num_bigint::BigInt) -> i64 {
    use num_traits::ToPrimitive;
    let r = (n % HASH_MODULUS).to_i64().unwrap_or(0);
    if r == -1 { -2 } else { r }
}

/// `hash(float)`: equal numbers of different types have equal hashes; a NaN hashes by identity.
pub fn hash_float(f: f64, v: Value) -> i64 {
    if f.is_infinite() {
        return if f > 0.0 { 314159 } else { -314159 };
    }
    if f.is_nan() {
        return hash_identity(v);
    }
    if f == 0.0 {
        return 0;
    }
    // f is m * 2^e with an integer m below 2^53, and a product by a power of two is a rotation of 61 bits.
    let bits = f.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (m, e) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    let e = e.rem_euclid(61) as u32;
    let x = (m << e) & HASH_MODULUS as u64 | m >> (61 - e);
    let h = if f < 0.0 { -(x as i64) } else { x as i64 };
    if h == -1 { -2 } else { h }
}

/// `object.__hash__`
#[inline]
pub fn hash_identity(v: Value) -> i64 {
    (v.address() >> 4) as i64
}
