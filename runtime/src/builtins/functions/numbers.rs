//! Functions on numbers.

use crate::prelude::*;
use crate::protocol::binary::BinaryOp;

/// See the module's header. (`sum`, `min` and `max` have files of their own.)
pub static FUNCTIONS: &[NativeDef] = &[
    function(
        "abs",
        abs,
        "(number, /)",
        "Return the absolute value of the argument.",
    ),
    function(
        "bin",
        bin,
        "(integer, /)",
        "Return the binary representation of an integer.",
    ),
    function(
        "oct",
        oct,
        "(integer, /)",
        "Return the octal representation of an integer.",
    ),
    function(
        "hex",
        hex,
        "(integer, /)",
        "Return the hexadecimal representation of an integer.",
    ),
    function(
        "divmod",
        divmod,
        "(x, y, /)",
        "Return the tuple (x//y, x%y).",
    ),
    function(
        "pow",
        pow,
        "(base, exp, mod=None)",
        "Return base**exp, with three arguments base**exp % mod.\n\nSome types, such as ints, compute the three-argument form more efficiently.",
    ),
    function(
        "round",
        round,
        "(number, ndigits=None)",
        "Round a number to a given precision in decimal digits.\n\nThe result is an integer if ndigits is omitted or None, else of the number's type. ndigits may be negative.",
    ),
];

fn abs(vm: &mut Vm, args: &[Value]) -> PyResult {
    if let Some(n) = args[0].as_small_int() {
        return Ok(vm.new_int(n.abs()));
    }
    if let Some(f) = args[0].as_small_float() {
        return Ok(vm.new_float(f.abs()));
    }
    let name = vm.names.__abs__;
    vm.unary(name, "abs()", args[0])
}

fn in_base(vm: &mut Vm, v: Value, prefix: &str, base: u32) -> PyResult {
    let n = vm.index(v)?;
    let (negative, digits) = match as_int(&n) {
        Some(IntRef::Small(n)) => return Ok(small_in_base(vm, n, prefix, base)),
        Some(IntRef::Big(b)) => (
            b.sign() == num_bigint::Sign::Minus,
            b.magnitude().to_str_radix(base),
        ),
        None => (false, String::new()),
    };
    let sign = if negative { "-" } else { "" };
    Ok(vm.new_str(&format!("{sign}{prefix}{digits}")))
}

fn small_in_base(vm: &mut Vm, n: i64, prefix: &str, base: u32) -> Value {
    // The sign, the prefix and 64 binary digits.
    let mut text = [0u8; 67];
    let (mut at, mut rest) = (text.len(), n.unsigned_abs());
    loop {
        at -= 1;
        text[at] = b"0123456789abcdef"[(rest % base as u64) as usize];
        rest /= base as u64;
        if rest == 0 {
            break;
        }
    }
    for b in prefix.bytes().rev() {
        at -= 1;
        text[at] = b;
    }
    if n < 0 {
        at -= 1;
        text[at] = b'-';
    }
    vm.new_str_bytes(&text[at..])
}

fn bin(vm: &mut Vm, args: &[Value]) -> PyResult {
    in_base(vm, args[0], "0b", 2)
}

fn oct(vm: &mut Vm, args: &[Value]) -> PyResult {
    in_base(vm, args[0], "0o", 8)
}

fn hex(vm: &mut Vm, args: &[Value]) -> PyResult {
    in_base(vm, args[0], "0x", 16)
}

fn divmod(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.binary(BinaryOp::DivMod, false, args[0], args[1])
}

/// `pow(base, exp, mod=None)`
pub fn pow(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (base, exp, modulus) = (args[0], args[1], args[2]);
    if modulus.is_absent() {
        return vm.binary(BinaryOp::Pow, false, base, exp);
    }
    let names = vm.names;
    let (tb, te) = (vm.type_of(base), vm.type_of(exp));
    let forward = vm.type_lookup(tb, names.__pow__);
    // Builtin numbers' reflected methods take no modulus, so only Python-level ones are asked.
    let reflected = vm
        .type_lookup(te, names.__rpow__)
        .filter(|m| te != tb && m.kind() == Some(Kind::Function));
    let first = te.is_subtype(tb);
    let steps = [
        (reflected.filter(|_| first), exp, base),
        (forward, base, exp),
        (reflected.filter(|_| !first), exp, base),
    ];
    for (m, this, other) in steps {
        if let Some(m) = m {
            let r = vm.call_bound_special(m, this, &[other, modulus])?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
    }
    if [base, exp, modulus].iter().any(|v| as_float(*v).is_some()) {
        return Err(
            vm.type_error("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    let (x, y, z) = (vm.type_name(base), vm.type_name(exp), vm.type_name(modulus));
    Err(vm.type_error(format!(
        "unsupported operand type(s) for ** or pow(): '{x}', '{y}', '{z}'"
    )))
}

fn round(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__round__;
    let Some(m) = vm.lookup_special(args[0], name) else {
        let name = vm.type_name(args[0]);
        return Err(vm.type_error(format!("type {name} doesn't define __round__ method")));
    };
    if args[1].is_absent() {
        vm.call_bound_special(m, args[0], &[])
    } else {
        vm.call_bound_special(m, args[0], &[args[1]])
    }
}
