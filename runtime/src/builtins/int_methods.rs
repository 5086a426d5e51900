//! Methods of `int`. Arithmetic is shared with the operators (`arith.rs`); results are exact ints for subclasses too.

use super::arith::{compare_reals, int_values};
use super::int_new;
use super::int_ops;
use crate::prelude::*;
use crate::protocol::binary::BinaryOp;
use crate::protocol::compare::{CompareOp, hash_big, hash_int};
use crate::text::{format_number, int_text};
use crate::{binary_operators, with_comparisons};
use num_bigint::BigInt;
use num_traits::Signed;

/// The integer in `self`.
fn this<'a>(vm: &mut Vm, name: &str, v: &'a Value) -> PyResult<IntRef<'a>> {
    match as_int(v) {
        Some(n) => Ok(n),
        None => Err(vm.wrong_self(name, "int", *v)),
    }
}

/// The same integer as the text functions take it.
pub fn text_ref(n: IntRef<'_>) -> int_text::IntRef<'_> {
    match n {
        IntRef::Small(n) => int_text::IntRef::Small(n),
        IntRef::Big(b) => int_text::IntRef::Big(b),
    }
}

fn compare(_: &mut Vm, op: CompareOp, a: Value, b: Value) -> PyResult {
    if as_int(&b).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    Ok(match compare_reals(a, b) {
        Some(Some(o)) => Value::bool(op.holds(o)),
        _ => Value::NOT_IMPLEMENTED,
    })
}

fn int_pow(vm: &mut Vm, a: &[Value]) -> PyResult {
    power(vm, a[0], a[1], a[2])
}

fn int_rpow(vm: &mut Vm, a: &[Value]) -> PyResult {
    power(vm, a[1], a[0], a[2])
}

fn power(vm: &mut Vm, x: Value, y: Value, modulus: Value) -> PyResult {
    if modulus.is_absent() {
        return int_values(vm, BinaryOp::Pow, x, y).unwrap_or(Ok(Value::NOT_IMPLEMENTED));
    }
    match (as_int(&x), as_int(&y), as_int(&modulus)) {
        (Some(x), Some(y), Some(m)) => int_ops::power_mod(vm, x, y, m),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The decimal digits of an int, as `str` shows them.
pub fn int_to_str(vm: &mut Vm, n: IntRef<'_>) -> PyResult {
    if let IntRef::Small(n) = n {
        let mut out = Vec::with_capacity(20);
        int_text::write_i64(n, &mut out);
        return Ok(vm.new_str_bytes(&out));
    }
    let limit = vm.max_str_digits();
    match format_number::format_int(text_ref(n), b"", "int", limit) {
        Ok(text) => Ok(vm.new_str_bytes(&text)),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// `int.__repr__`
pub fn int_repr(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = this(vm, "__repr__", &a[0])?;
    int_to_str(vm, n)
}

fn int_hash(vm: &mut Vm, a: &[Value]) -> PyResult {
    let h = match this(vm, "__hash__", &a[0])? {
        IntRef::Small(n) => hash_int(n),
        IntRef::Big(b) => hash_big(b),
    };
    Ok(vm.new_int(h))
}

fn int_neg(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(match this(vm, "__neg__", &a[0])? {
        IntRef::Small(n) if n != i64::MIN => vm.new_int(-n),
        n => vm.new_bigint(-n.to_big()),
    })
}

fn int_abs(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(match this(vm, "__abs__", &a[0])? {
        IntRef::Small(n) if n != i64::MIN => vm.new_int(n.abs()),
        n => vm.new_bigint(n.to_big().abs()),
    })
}

fn int_invert(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(match this(vm, "__invert__", &a[0])? {
        IntRef::Small(n) => vm.new_int(!n),
        n => vm.new_bigint(!n.to_big()),
    })
}

fn int_bool(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(Value::bool(!matches!(
        this(vm, "__bool__", &a[0])?,
        IntRef::Small(0)
    )))
}

fn int_float(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = this(vm, "__float__", &a[0])?;
    match super::arith::int_to_f64(n) {
        Some(f) => Ok(vm.new_float(f)),
        None => Err(vm.overflow_error("int too large to convert to float")),
    }
}

/// `int(self)`: also `__index__`, `__trunc__`, `conjugate`, `real`, ...
fn int_exact(vm: &mut Vm, a: &[Value]) -> PyResult {
    Ok(vm.exact_int(a[0]))
}

fn int_round(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a[1].is_absent() {
        return int_exact(vm, a);
    }
    let digits = vm.index(a[1])?;
    let n = this(vm, "__round__", &a[0])?;
    match as_int(&digits) {
        Some(d) if !d.is_negative() => int_exact(vm, a),
        Some(IntRef::Small(d)) => int_ops::round_to_tens(vm, n, d.unsigned_abs()),
        _ => Ok(Value::from_i32(0)),
    }
}

fn int_bit_length(vm: &mut Vm, a: &[Value]) -> PyResult {
    let bits = match this(vm, "bit_length", &a[0])? {
        IntRef::Small(n) => 64 - u64::from(n.unsigned_abs().leading_zeros()),
        IntRef::Big(b) => b.bits(),
    };
    Ok(Value::from_usize(bits as usize))
}

fn int_bit_count(vm: &mut Vm, a: &[Value]) -> PyResult {
    let ones = match this(vm, "bit_count", &a[0])? {
        IntRef::Small(n) => u64::from(n.unsigned_abs().count_ones()),
        IntRef::Big(b) => b.magnitude().count_ones(),
    };
    Ok(Value::from_usize(ones as usize))
}

fn int_ratio(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = vm.exact_int(a[0]);
    Ok(vm.new_tuple(&[n, Value::from_i32(1)]))
}

fn int_is_integer(_: &mut Vm, _: &[Value]) -> PyResult {
    Ok(Value::TRUE)
}

fn int_getnewargs(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = vm.exact_int(a[0]);
    Ok(vm.new_tuple(&[n]))
}

fn int_sizeof(vm: &mut Vm, a: &[Value]) -> PyResult {
    let n = this(vm, "__sizeof__", &a[0])?.to_big();
    Ok(Value::from_usize(
        24 + 4 * n.bits().div_ceil(30).max(1) as usize,
    ))
}

/// `int.__format__`
pub fn int_format(vm: &mut Vm, a: &[Value]) -> PyResult {
    let spec = vm.str_arg(a[1], "__format__() argument")?;
    if spec.is_empty() {
        return Ok(vm.str(a[0])?.value());
    }
    let name = vm.type_name_at_hand(a[0]);
    let limit = vm.max_str_digits();
    let n = this(vm, "__format__", &a[0])?;
    match format_number::format_int(text_ref(n), spec.bytes(), &name, limit) {
        Ok(text) => Ok(vm.new_str_bytes(&text)),
        Err(e) => Err(vm.format_error(e)),
    }
}

/// The `byteorder` argument: true for little.
fn is_little(vm: &mut Vm, v: Value, function: &str) -> PyResult<bool> {
    if v.is_null() {
        return Ok(false);
    }
    let Some(order) = v.cast::<PyStr>() else {
        let name = vm.arg_type_name(v);
        return Err(vm.type_error(format!(
            "{function}() argument 'byteorder' must be str, not {name}"
        )));
    };
    match order.bytes() {
        b"little" => Ok(true),
        b"big" => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}

fn truth_arg(vm: &mut Vm, v: Value) -> PyResult<bool> {
    if v.is_null() { Ok(false) } else { vm.truth(v) }
}

fn int_to_bytes(vm: &mut Vm, a: &[Value]) -> PyResult {
    let length = if a[1].is_null() { 1 } else { vm.ssize(a[1])? };
    let little = is_little(vm, a[2], "to_bytes")?;
    let signed = truth_arg(vm, a[3])?;
    if length < 0 {
        return Err(vm.value_error("length argument must be non-negative"));
    }
    let n = this(vm, "to_bytes", &a[0])?;
    if n.is_negative() && !signed {
        return Err(vm.overflow_error("can't convert negative int to unsigned"));
    }
    let length = length as usize;
    if let IntRef::Small(n) = n
        && let Some(r) = small_to_bytes(vm, n, length, little, signed)
    {
        return Ok(r);
    }
    let (fill, mut bytes) = le_bytes(n, signed);
    if bytes.len() > length {
        return Err(vm.overflow_error("int too big to convert"));
    }
    if bytes.try_reserve_exact(length - bytes.len()).is_err() {
        return Err(vm.memory_error());
    }
    bytes.resize(length, fill);
    if !little {
        bytes.reverse();
    }
    Ok(vm.new_bytes(&bytes))
}

/// `n` as up to eight bytes; `None`: more are wanted or it does not fit.
fn small_to_bytes(vm: &mut Vm, n: i64, length: usize, little: bool, signed: bool) -> Option<Value> {
    let unused = 64 - 8 * u32::try_from(length).ok().filter(|l| (1..=8).contains(l))?;
    let fits = if signed {
        n << unused >> unused == n
    } else {
        (n as u64) << unused >> unused == n as u64
    };
    if !fits {
        return None;
    }
    Some(if little {
        vm.new_bytes(&n.to_le_bytes()[..length])
    } else {
        vm.new_bytes(&n.to_be_bytes()[8 - length..])
    })
}

/// The padding byte and the fewest little-endian bytes of `n` (none for 0).
fn le_bytes(n: IntRef<'_>, signed: bool) -> (u8, Vec<u8>) {
    let fill = if n.is_negative() { 0xff } else { 0 };
    let mut bytes = match n {
        IntRef::Small(n) => n.to_le_bytes().to_vec(),
        IntRef::Big(b) => b.to_signed_bytes_le(),
    };
    while let [.., last] = bytes.as_slice()
        && *last == fill
    {
        // The sign of what is left must stay right when signed.
        let next_negative = bytes.len() >= 2 && bytes[bytes.len() - 2] & 0x80 != 0;
        if signed && bytes.len() >= 2 && next_negative != (fill != 0) {
            break;
        }
        if signed && bytes.len() == 1 && fill != 0 {
            break;
        }
        bytes.pop();
    }
    (fill, bytes)
}

fn int_from_bytes(vm: &mut Vm, a: &[Value]) -> PyResult {
    let little = is_little(vm, a[2], "from_bytes")?;
    let signed = truth_arg(vm, a[3])?;
    let n: BigInt = match a[1]
        .cast::<PyBytes>()
        .filter(|b| b.shape_id() == ids::BYTES)
    {
        Some(b) if b.len() <= 8 => return small_from_bytes(vm, a[0], b.bytes(), little, signed),
        Some(b) => int_new::from_bytes(b.bytes(), little, signed),
        None => {
            let data = super::str_codec::bytes_of(vm, a[1])?;
            int_new::from_bytes(&data, little, signed)
        }
    };
    let n = vm.new_bigint(n);
    of_class(vm, a[0], n)
}

fn small_from_bytes(vm: &mut Vm, cls: Value, data: &[u8], little: bool, signed: bool) -> PyResult {
    let push = |n: u64, b: &u8| n << 8 | u64::from(*b);
    let n = if little {
        data.iter().rev().fold(0, push)
    } else {
        data.iter().fold(0, push)
    };
    let n = if signed && !data.is_empty() {
        let unused = 64 - 8 * data.len() as u32;
        vm.new_int(((n << unused) as i64) >> unused)
    } else {
        vm.new_uint(n)
    };
    of_class(vm, cls, n)
}

fn of_class(vm: &mut Vm, cls: Value, n: Value) -> PyResult {
    if cls == vm.builtin_type(ids::INT).value() {
        return Ok(n);
    }
    vm.call(cls, &[n])
}

fn get_real(vm: &mut Vm, v: Value) -> PyResult {
    Ok(vm.exact_int(v))
}

fn get_zero(_: &mut Vm, _: Value) -> PyResult {
    Ok(Value::from_i32(0))
}

fn get_one(_: &mut Vm, _: Value) -> PyResult {
    Ok(Value::from_i32(1))
}

const NONE: &str = "($self, /)";

/// The binary operators.
pub static INT_OPERATORS: TypeDef = TypeDef {
    id: ids::INT,
    doc: "An integer of any size. int(x) converts a number or text, int(text, base) reads digits of a base.",
    methods: binary_operators![int_values;
        Add "add", Sub "sub", Mul "mul", Mod "mod", DivMod "divmod", LShift "lshift", RShift "rshift",
        And "and", Xor "xor", Or "or", FloorDiv "floordiv", TrueDiv "truediv",
    ],
    getsets: &[],
};

/// `int`
pub static INT: TypeDef = TypeDef {
    id: ids::INT,
    doc: "",
    methods: with_comparisons![
        compare,
        static_method(
            "__new__",
            int_new::int_new,
            "($type, x=0, /, base=10)",
            NEW_DOC,
        ),
        slot("__repr__", int_repr),
        slot("__hash__", int_hash),
        slot("__pow__", int_pow),
        slot("__rpow__", int_rpow),
        slot("__neg__", int_neg),
        slot("__pos__", int_exact),
        slot("__abs__", int_abs),
        slot("__bool__", int_bool),
        slot("__invert__", int_invert),
        slot("__int__", int_exact),
        slot("__float__", int_float),
        slot("__index__", int_exact),
        method("conjugate", int_exact, NONE, "The int itself: it is real."),
        method(
            "bit_length",
            int_bit_length,
            NONE,
            "Number of bits needed for the magnitude.",
        ),
        method(
            "bit_count",
            int_bit_count,
            NONE,
            "Number of ones in the binary magnitude.",
        ),
        method(
            "to_bytes",
            int_to_bytes,
            "($self, /, length=1, byteorder='big', *, signed=False)",
            "The value as length bytes.",
        ),
        class_method(
            "from_bytes",
            int_from_bytes,
            "($type, /, bytes, byteorder='big', *, signed=False)",
            "The integer that bytes represent.",
        ),
        method("as_integer_ratio", int_ratio, NONE, "The pair (self, 1)."),
        method("__trunc__", int_exact, NONE, "The int itself."),
        method("__floor__", int_exact, NONE, "The int itself."),
        method("__ceil__", int_exact, NONE, "The int itself."),
        method(
            "__round__",
            int_round,
            "($self, ndigits=None, /)",
            "Round to a power of ten, ties to even.",
        ),
        method("__getnewargs__", int_getnewargs, NONE, ""),
        method(
            "__format__",
            int_format,
            "($self, format_spec, /)",
            "Format as the specification asks.",
        ),
        method("__sizeof__", int_sizeof, NONE, "Size in memory, in bytes."),
        method("is_integer", int_is_integer, NONE, "True."),
    ],
    getsets: &[
        getter("real", get_real, "the real part of a complex number"),
        getter("imag", get_zero, "the imaginary part of a complex number"),
        getter(
            "numerator",
            get_real,
            "the numerator of a rational number in lowest terms",
        ),
        getter(
            "denominator",
            get_one,
            "the denominator of a rational number in lowest terms",
        ),
    ],
};
