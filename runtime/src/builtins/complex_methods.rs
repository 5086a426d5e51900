//! Methods of `complex`. Arithmetic is in `complex_ops.rs`.

use super::arith::compare_reals;
use super::complex_new;
use super::complex_ops::{self, Pair, as_complex};
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::{CompareOp, hash_float};
use crate::text::{float_repr, format_number};
use crate::{binary_operators, with_comparisons};

fn this(vm: &mut Vm, name: &str, v: Value) -> PyResult<Pair> {
    match as_complex(v) {
        Some(z) => Ok(z),
        None => Err(vm.wrong_self(name, "complex", v)),
    }
}

fn complex_pow(vm: &mut Vm, a: &[Value]) -> PyResult {
    no_modulus(vm, a)?;
    complex_ops::values(vm, BinaryOp::Pow, a[0], a[1]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

fn complex_rpow(vm: &mut Vm, a: &[Value]) -> PyResult {
    no_modulus(vm, a)?;
    complex_ops::values(vm, BinaryOp::Pow, a[1], a[0]).unwrap_or(Ok(Value::NOT_IMPLEMENTED))
}

/// Refuses a third argument of `pow` when the other two are numbers.
fn no_modulus(vm: &mut Vm, a: &[Value]) -> PyResult<()> {
    let number =
        |v: Value| as_complex(v).is_some() || as_float(v).is_some() || as_int(&v).is_some();
    if a[2].is_absent() || !number(a[0]) || !number(a[1]) {
        return Ok(());
    }
    Err(vm.value_error("complex modulo"))
}

fn compare(vm: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    let z = this(vm, "__eq__", a)?;
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let equal = match as_complex(b) {
        Some(w) => z == w,
        None => {
            let re = vm.new_float(z.0);
            match compare_reals(re, b) {
                Some(order) => z.1 == 0.0 && order == Some(std::cmp::Ordering::Equal),
                None => return Ok(Value::NOT_IMPLEMENTED),
            }
        }
    };
    Ok(Value::bool(equal == (op == CompareOp::Eq)))
}

fn complex_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let z = this(vm, "__repr__", a[0])?;
    Ok(vm.new_str(&float_repr::complex_repr(z.0, z.1)))
}

fn complex_hash(vm: &mut Vm, a: &[Value]) -> PyResult {
    let z = this(vm, "__hash__", a[0])?;
    let (re, im) = (hash_float(z.0, a[0]), hash_float(z.1, a[0]));
    let h = re.wrapping_add(im.wrapping_mul(1_000_003));
    Ok(vm.new_int(if h == -1 { -2 } else { h }))
}

fn complex_neg(vm: &mut Vm, a: &[Value]) -> PyResult {
    let z = this(vm, "__neg__", a[0])?;
    Ok(vm.new_complex(-z.0, -z.1))
}

fn complex_exact(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a[0].shape_id() == ids::COMPLEX {
        return Ok(a[0]);
    }
    let z = this(vm, "__complex__", a[0])?;
    Ok(vm.new_complex(z.0, z.1))
}

fn complex_abs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let z = this(vm, "__abs__", a[0])?;
    let r = z.0.hypot(z.1);
    if r.is_infinite() && z.0.is_finite() && z.1.is_finite() {
        return Err(vm.overflow_error("absolute value too large"));
    }
    Ok(vm.new_float(r))
}

fn complex_bool(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(this(vm, "__bool__", a[0])? != (0.0, 0.0)))
}

fn complex_conjugate(vm: &mut Vm, a: &[Value]) -> PyResult {
    let z = this(vm, "conjugate", a[0])?;
    Ok(vm.new_complex(z.0, -z.1))
}

fn complex_getnewargs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let z = this(vm, "__getnewargs__", a[0])?;
    let (re, im) = (vm.new_float(z.0), vm.new_float(z.1));
    Ok(vm.new_tuple(&[re, im]))
}

fn complex_format(vm: &mut Vm, a: &[Value]) -> PyResult {
    let spec = vm.str_arg(a[1], "__format__() argument")?;
    if spec.is_empty() {
        return Ok(vm.str(a[0])?.value());
    }
    let z = this(vm, "__format__", a[0])?;
    let name = vm.type_name(a[0]);
    match format_number::format_complex(z.0, z.1, spec.bytes(), &name) {
        Ok(text) => Ok(vm.new_str_bytes(&text)),
        Err(e) => Err(vm.format_error(e)),
    }
}

fn get_real(vm: &mut Vm, v: Value) -> PyResult {
    let z = this(vm, "real", v)?;
    Ok(vm.new_float(z.0))
}

fn get_imag(vm: &mut Vm, v: Value) -> PyResult {
    let z = this(vm, "imag", v)?;
    Ok(vm.new_float(z.1))
}

const NONE: &str = "($self, /)";

/// The binary operators.
pub static COMPLEX_OPERATORS: TypeDef = TypeDef {
    id: ids::COMPLEX,
    doc: "A complex number. complex(real, imag) puts two parts together, complex(text) reads text.",
    methods: binary_operators![complex_ops::values; Add "add", Sub "sub", Mul "mul", TrueDiv "truediv"],
    getsets: &[],
};

/// `complex`
pub static COMPLEX: TypeDef = TypeDef {
    id: ids::COMPLEX,
    doc: "",
    methods: with_comparisons![
        compare,
        static_method(
            "__new__",
            complex_new::complex_new,
            "($type, real=0, imag=0)",
            NEW_DOC,
        ),
        slot("__repr__", complex_repr),
        slot("__hash__", complex_hash),
        slot("__pow__", complex_pow),
        slot("__rpow__", complex_rpow),
        slot("__neg__", complex_neg),
        slot("__pos__", complex_exact),
        slot("__abs__", complex_abs),
        slot("__bool__", complex_bool),
        class_method(
            "from_number",
            complex_new::complex_from_number,
            "($type, number, /)",
            "Convert a number; text is refused.",
        ),
        method(
            "conjugate",
            complex_conjugate,
            NONE,
            "The number with the opposite imaginary part.",
        ),
        method(
            "__complex__",
            complex_exact,
            NONE,
            "The exact complex number.",
        ),
        method("__getnewargs__", complex_getnewargs, NONE, ""),
        method(
            "__format__",
            complex_format,
            "($self, format_spec, /)",
            "Format as the specification asks.",
        ),
    ],
    getsets: &[
        member("real", get_real, "the real part of a complex number"),
        member("imag", get_imag, "the imaginary part of a complex number"),
    ],
};
