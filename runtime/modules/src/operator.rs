//! `_operator`: the operators as functions, and the callables `itemgetter`, `attrgetter`, `methodcaller`.

mod getters;

use crate::util::items;
use skein_runtime::prelude::*;
use skein_runtime::protocol::binary::BinaryOp;
use skein_runtime::protocol::compare::CompareOp;

/// `_operator`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    init,
};

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    getters::install(vm, m);
    Ok(())
}

macro_rules! binary {
    ($($name:ident, $op:ident, $inplace:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            vm.binary(BinaryOp::$op, $inplace, args[0], args[1])
        })*
    };
}

binary! {
    add, Add, false; sub, Sub, false; mul, Mul, false; matmul, MatMul, false; truediv, TrueDiv, false;
    floordiv, FloorDiv, false; modulo, Mod, false; pow, Pow, false; lshift, LShift, false; rshift, RShift, false;
    and, And, false; or, Or, false; xor, Xor, false;
    iadd, Add, true; isub, Sub, true; imul, Mul, true; imatmul, MatMul, true; itruediv, TrueDiv, true;
    ifloordiv, FloorDiv, true; imod, Mod, true; ipow, Pow, true; ilshift, LShift, true; irshift, RShift, true;
    iand, And, true; ior, Or, true; ixor, Xor, true;
}

macro_rules! comparisons {
    ($($name:ident, $op:ident;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            vm.compare(CompareOp::$op, args[0], args[1])
        })*
    };
}

comparisons! { lt, Lt; le, Le; eq, Eq; ne, Ne; gt, Gt; ge, Ge; }

static FUNCTIONS: &[NativeDef] = &[
    function("lt", lt, "(a, b, /)", "Same as a < b."),
    function("le", le, "(a, b, /)", "Same as a <= b."),
    function("eq", eq, "(a, b, /)", "Same as a == b."),
    function("ne", ne, "(a, b, /)", "Same as a != b."),
    function("gt", gt, "(a, b, /)", "Same as a > b."),
    function("ge", ge, "(a, b, /)", "Same as a >= b."),
    function("add", add, "(a, b, /)", "Same as a + b."),
    function("sub", sub, "(a, b, /)", "Same as a - b."),
    function("mul", mul, "(a, b, /)", "Same as a * b."),
    function("matmul", matmul, "(a, b, /)", "Same as a @ b."),
    function("truediv", truediv, "(a, b, /)", "Same as a / b."),
    function("floordiv", floordiv, "(a, b, /)", "Same as a // b."),
    function("mod", modulo, "(a, b, /)", "Same as a % b."),
    function("pow", pow, "(a, b, /)", "Same as a ** b."),
    function("lshift", lshift, "(a, b, /)", "Same as a << b."),
    function("rshift", rshift, "(a, b, /)", "Same as a >> b."),
    function("and_", and, "(a, b, /)", "Same as a & b."),
    function("or_", or, "(a, b, /)", "Same as a | b."),
    function("xor", xor, "(a, b, /)", "Same as a ^ b."),
    function("iadd", iadd, "(a, b, /)", "Same as a += b."),
    function("isub", isub, "(a, b, /)", "Same as a -= b."),
    function("imul", imul, "(a, b, /)", "Same as a *= b."),
    function("imatmul", imatmul, "(a, b, /)", "Same as a @= b."),
    function("itruediv", itruediv, "(a, b, /)", "Same as a /= b."),
    function("ifloordiv", ifloordiv, "(a, b, /)", "Same as a //= b."),
    function("imod", imod, "(a, b, /)", "Same as a %= b."),
    function("ipow", ipow, "(a, b, /)", "Same as a **= b."),
    function("ilshift", ilshift, "(a, b, /)", "Same as a <<= b."),
    function("irshift", irshift, "(a, b, /)", "Same as a >>= b."),
    function("iand", iand, "(a, b, /)", "Same as a &= b."),
    function("ior", ior, "(a, b, /)", "Same as a |= b."),
    function("ixor", ixor, "(a, b, /)", "Same as a ^= b."),
    function(
        "concat",
        concat,
        "(a, b, /)",
        "Same as a + b, for a and b sequences.",
    ),
    function(
        "iconcat",
        iconcat,
        "(a, b, /)",
        "Same as a += b, for a and b sequences.",
    ),
    function("not_", not, "(a, /)", "Same as not a."),
    function(
        "truth",
        truth,
        "(a, /)",
        "Return True if a is true, False otherwise.",
    ),
    function("is_", is, "(a, b, /)", "Same as a is b."),
    function("is_not", is_not, "(a, b, /)", "Same as a is not b."),
    function("is_none", is_none, "(a, /)", "Same as a is None."),
    function(
        "is_not_none",
        is_not_none,
        "(a, /)",
        "Same as a is not None.",
    ),
    function("neg", neg, "(a, /)", "Same as -a."),
    function("pos", pos, "(a, /)", "Same as +a."),
    function("inv", invert, "(a, /)", "Same as ~a."),
    function("invert", invert, "(a, /)", "Same as ~a."),
    function("abs", abs, "(a, /)", "Same as abs(a)."),
    function("index", index, "(a, /)", "Same as a.__index__()"),
    function(
        "contains",
        contains,
        "(a, b, /)",
        "Same as b in a (note reversed operands).",
    ),
    function("getitem", getitem, "(a, b, /)", "Same as a[b]."),
    function("setitem", setitem, "(a, b, c, /)", "Same as a[b] = c."),
    function("delitem", delitem, "(a, b, /)", "Same as del a[b]."),
    function(
        "countOf",
        count_of,
        "(a, b, /)",
        "Return the number of items in a which are, or which equal, b.",
    ),
    function(
        "indexOf",
        index_of,
        "(a, b, /)",
        "Return the first index of b in a.",
    ),
    function(
        "length_hint",
        length_hint,
        "(obj, default=0, /)",
        "Return an estimate of the number of items in obj.",
    ),
    function(
        "call",
        call,
        "(obj, /, *args, **kwargs)",
        "Same as obj(*args, **kwargs).",
    ),
    function(
        "_compare_digest",
        compare_digest,
        "(a, b, /)",
        "Return 'a == b', in a time that does not depend on the contents.",
    ),
];

fn sequence_pair(vm: &mut Vm, a: Value) -> PyResult<()> {
    let name = vm.names.__getitem__;
    if vm.lookup_special(a, name).is_some() && !a.is::<PyDict>() {
        return Ok(());
    }
    let name = vm.type_name(a);
    Err(vm.type_error(format!("'{name}' object can't be concatenated")))
}

fn concat(vm: &mut Vm, args: &[Value]) -> PyResult {
    sequence_pair(vm, args[0])?;
    vm.binary(BinaryOp::Add, false, args[0], args[1])
}

fn iconcat(vm: &mut Vm, args: &[Value]) -> PyResult {
    sequence_pair(vm, args[0])?;
    vm.binary(BinaryOp::Add, true, args[0], args[1])
}

fn not(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(!vm.truth(args[0])?))
}

fn truth(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.truth(args[0])?))
}

fn same(a: Value, b: Value) -> bool {
    // Boxed floats and large ints have identity like any object.
    a == b
}

fn is(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(same(args[0], args[1])))
}

fn is_not(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(!same(args[0], args[1])))
}

fn is_none(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(args[0].is_none()))
}

fn is_not_none(_vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(!args[0].is_none()))
}

fn neg(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__neg__;
    vm.unary(name, "unary -", args[0])
}

fn pos(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__pos__;
    vm.unary(name, "unary +", args[0])
}

fn invert(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__invert__;
    vm.unary(name, "unary ~", args[0])
}

fn abs(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = vm.names.__abs__;
    vm.unary(name, "abs()", args[0])
}

fn index(vm: &mut Vm, args: &[Value]) -> PyResult {
    skein_runtime::builtins::seq::exact_index(vm, args[0])
}

fn contains(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(vm.contains(args[0], args[1])?))
}

fn getitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.get_item(args[0], args[1])
}

fn setitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.set_item(args[0], args[1], args[2])?;
    Ok(Value::NONE)
}

fn delitem(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.del_item(args[0], args[1])?;
    Ok(Value::NONE)
}

/// `iter(v)` with the message of searches.
fn searched(vm: &mut Vm, v: Value) -> PyResult {
    match vm.iter(v) {
        Err(_) if vm.clear_raised_if(ids::TYPE_ERROR) => {
            let name = vm.type_name(v);
            Err(vm.type_error(format!("argument of type '{name}' is not iterable")))
        }
        r => r,
    }
}

fn count_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (mut n, wanted) = (0, args[1]);
    let source = searched(vm, args[0])?;
    vm.for_each(source, |vm, v| {
        if v == wanted || vm.equal(v, wanted)? {
            n += 1;
        }
        Ok(true)
    })?;
    Ok(Value::from_usize(n))
}

fn index_of(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (mut n, mut found, wanted) = (0, false, args[1]);
    let source = searched(vm, args[0])?;
    vm.for_each(source, |vm, v| {
        found = v == wanted || vm.equal(v, wanted)?;
        if !found {
            n += 1;
        }
        Ok(!found)
    })?;
    if found {
        return Ok(Value::from_usize(n));
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}

fn length_hint(vm: &mut Vm, args: &[Value]) -> PyResult {
    let default = match args[1].non_null() {
        None => 0,
        Some(v) if as_int(&v).is_none() && !skein_runtime::builtins::seq::has_index(vm, v) => {
            let name = vm.type_name(v);
            return Err(vm.type_error(format!(
                "'{name}' object cannot be interpreted as an integer"
            )));
        }
        Some(v) => vm.ssize(v)?,
    };
    // A negative default is handed through as it is.
    if default < 0 {
        let marker = i64::MAX as usize;
        let n = vm.length_hint(args[0], marker)?;
        return Ok(if n == marker {
            Value::from_i32(default.max(i32::MIN as i64) as i32)
        } else {
            Value::from_usize(n)
        });
    }
    Ok(Value::from_usize(
        vm.length_hint(args[0], default as usize)?,
    ))
}

fn call(vm: &mut Vm, args: &[Value]) -> PyResult {
    vm.call_dict(args[0], items(&args[1]), args[2])
}

fn compare_digest(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (a, b) = match (args[0].cast::<PyStr>(), args[1].cast::<PyStr>()) {
        (Some(a), Some(b)) => {
            if !a.is_ascii() || !b.is_ascii() {
                return Err(
                    vm.type_error("comparing strings with non-ASCII characters is not supported")
                );
            }
            (a.bytes().to_vec().into(), b.bytes().to_vec().into())
        }
        _ => {
            for v in args {
                if !crate::util::is_buffer(vm, *v) {
                    let (x, y) = (vm.type_name(args[0]), vm.type_name(args[1]));
                    return Err(vm.type_error(format!(
                        "unsupported operand types(s) or combination of types: '{x}' and '{y}'"
                    )));
                }
            }
            (
                crate::util::buffer(vm, args[0])?,
                crate::util::buffer(vm, args[1])?,
            )
        }
    };
    let mut difference = u8::from(a.len() != b.len());
    for (i, y) in b.iter().enumerate() {
        difference |= a.get(i).copied().unwrap_or(!*y) ^ y;
    }
    Ok(Value::bool(difference == 0))
}
