//! Methods of `float`. Arithmetic is shared with the operators (`arith.rs`).

use super::arith::{compare_reals, float_values};
use super::float_new;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::{CompareOp, hash_float};
use crate::text::{float_int, float_parse, float_repr, format_number};
use crate::{binary_operators, with_comparisons};

fn this(vm: &mut Vm, name: &str, v: Value) -> PyResult<f64> {
    match as_float(v) {
        Some(f) => Ok(f),
        None => Err(vm.wrong_self(name, "float", v)),
    }
}

fn float_pow(vm: &mut Vm, a: &[Value]) -> PyResult {
    no_modulus(vm, a[2])?;
    float_values(vm, BinaryOp::Pow, a[0], a[1]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

fn float_rpow(vm: &mut Vm, a: &[Value]) -> PyResult {
    no_modulus(vm, a[2])?;
    float_values(vm, BinaryOp::Pow, a[1], a[0]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

fn no_modulus(vm: &mut Vm, modulus: Value) -> PyResult<()> {
    if modulus.is_absent() {
        return Ok(());
    }
    Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
}

fn compare(_: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    Ok(match compare_reals(a, b) {
        Some(Some(o)) => Value::bool(op.holds(o)),
        Some(None) => Value::bool(op == CompareOp::Ne),
        None => Value::NOT_IMPLEMENTED,
    })
}

/// `float.__repr__`
pub fn float_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let mut out = Vec::with_capacity(24);
    float_repr::write_repr(this(vm, "__repr__", a[0])?, &mut out);
    Ok(vm.new_str_bytes(&out))
}

fn float_hash(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__hash__", a[0])?;
    Ok(vm.new_int(hash_float(f, a[0])))
}

fn float_neg(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__neg__", a[0])?;
    Ok(vm.new_float(-f))
}

/// `float(self)`: `__pos__`, `__float__`, `conjugate`.
fn float_exact(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__float__", a[0])?;
    Ok(vm.new_float(f))
}

fn float_abs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__abs__", a[0])?;
    Ok(vm.new_float(f.abs()))
}

fn float_bool(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(this(vm, "__bool__", a[0])? != 0.0))
}

/// The int of an integral float.
pub fn float_to_int(vm: &mut Vm, f: f64) -> PyResult {
    if let Some(n) = float_int::trunc_to_i64(f) {
        return Ok(vm.new_int(n));
    }
    match float_int::trunc_to_bigint(f) {
        Some(n) => Ok(vm.new_bigint(n)),
        None if f.is_nan() => Err(vm.value_error("cannot convert float NaN to integer")),
        None => Err(vm.overflow_error("cannot convert float infinity to integer")),
    }
}

fn float_trunc(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__trunc__", a[0])?;
    float_to_int(vm, f)
}

fn float_floor(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__floor__", a[0])?;
    float_to_int(vm, f.floor())
}

fn float_ceil(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__ceil__", a[0])?;
    float_to_int(vm, f.ceil())
}

fn float_round(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "__round__", a[0])?;
    if a[1].is_absent() {
        return float_to_int(vm, f.round_ties_even());
    }
    let digits = vm.index_clipped(a[1])?;
    if !f.is_finite() {
        return Ok(vm.new_float(f));
    }
    match float_repr::round_to_digits(f, digits) {
        Some(r) => Ok(vm.new_float(r)),
        None => Err(vm.overflow_error("rounded value too large to represent")),
    }
}

fn float_ratio(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "as_integer_ratio", a[0])?;
    match float_int::integer_ratio(f) {
        Some((n, d)) => {
            let (n, d) = (vm.new_bigint(n), vm.new_bigint(d));
            Ok(vm.new_tuple(&[n, d]))
        }
        None if f.is_nan() => Err(vm.value_error("cannot convert NaN to integer ratio")),
        None => Err(vm.overflow_error("cannot convert Infinity to integer ratio")),
    }
}

fn float_hex(vm: &mut Vm, a: &[Value]) -> PyResult {
    let text = float_parse::to_hex(this(vm, "hex", a[0])?);
    Ok(vm.new_str(&text))
}

fn float_is_integer(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = this(vm, "is_integer", a[0])?;
    Ok(Value::bool(f.is_finite() && f.floor() == f))
}

fn float_getnewargs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let f = float_exact(vm, a)?;
    Ok(vm.new_tuple(&[f]))
}

fn float_getformat(vm: &mut Vm, a: &[Value]) -> PyResult {
    let kind = vm.str_arg(a[1], "__getformat__() argument")?;
    if !matches!(kind.bytes(), b"double" | b"float") {
        return Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'"));
    }
    Ok(vm.new_str(if cfg!(target_endian = "little") {
        "IEEE, little-endian"
    } else {
        "IEEE, big-endian"
    }))
}

/// `float.__format__`
pub fn float_format(vm: &mut Vm, a: &[Value]) -> PyResult {
    let spec = vm.str_arg(a[1], "__format__() argument")?;
    if spec.is_empty() {
        return Ok(vm.str(a[0])?.value());
    }
    let f = this(vm, "__format__", a[0])?;
    let name = vm.type_name_at_hand(a[0]);
    match format_number::format_float(f, spec.bytes(), &name) {
        Ok(text) => Ok(vm.new_str_bytes(&text)),
        Err(e) => Err(vm.format_error(e)),
    }
}

fn get_real(vm: &mut Vm, v: Value) -> PyResult {
    float_exact(vm, &[v])
}

fn get_imag(_: &mut Vm, _: Value) -> PyResult {
    Ok(Value::ZERO)
}

const NONE: &str = "($self, /)";

/// The binary operators.
pub static FLOAT_OPERATORS: TypeDef = TypeDef {
    id: ids::FLOAT,
    doc: "A floating-point number of double precision. float(x) converts a number or text.",
    methods: binary_operators![float_values;
        Add "add", Sub "sub", Mul "mul", Mod "mod", DivMod "divmod", FloorDiv "floordiv", TrueDiv "truediv",
    ],
    getsets: &[],
};

/// `float`
pub static FLOAT: TypeDef = TypeDef {
    id: ids::FLOAT,
    doc: "",
    methods: with_comparisons![
        compare,
        new_method(float_new::float_new),
        slot("__repr__", float_repr),
        slot("__hash__", float_hash),
        slot("__pow__", float_pow),
        slot("__rpow__", float_rpow),
        slot("__neg__", float_neg),
        slot("__pos__", float_exact),
        slot("__abs__", float_abs),
        slot("__bool__", float_bool),
        slot("__int__", float_trunc),
        slot("__float__", float_exact),
        class_method(
            "from_number",
            float_new::float_from_number,
            "($type, number, /)",
            "Convert a real number; text is refused.",
        ),
        method(
            "conjugate",
            float_exact,
            NONE,
            "The float itself: it is real.",
        ),
        method("__trunc__", float_trunc, NONE, "The integral part."),
        method(
            "__floor__",
            float_floor,
            NONE,
            "The largest int not above self.",
        ),
        method(
            "__ceil__",
            float_ceil,
            NONE,
            "The smallest int not below self.",
        ),
        method(
            "__round__",
            float_round,
            "($self, ndigits=None, /)",
            "Round to a number of decimal digits, ties to even.",
        ),
        method(
            "as_integer_ratio",
            float_ratio,
            NONE,
            "Two ints whose quotient is exactly self.",
        ),
        class_method(
            "fromhex",
            float_new::float_fromhex,
            "($type, string, /)",
            "Read a hexadecimal float.",
        ),
        method("hex", float_hex, NONE, "The value in hexadecimal notation."),
        method(
            "is_integer",
            float_is_integer,
            NONE,
            "Whether the value is integral.",
        ),
        method("__getnewargs__", float_getnewargs, NONE, ""),
        class_method(
            "__getformat__",
            float_getformat,
            "($type, typestr, /)",
            "How C doubles or floats are stored; for tests.",
        ),
        method(
            "__format__",
            float_format,
            "($self, format_spec, /)",
            "Format as the specification asks.",
        ),
    ],
    getsets: &[
        getter("real", get_real, "the real part of a complex number"),
        getter("imag", get_imag, "the imaginary part of a complex number"),
    ],
};
