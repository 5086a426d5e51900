//! Constant folding on expressions.
//!
//! Follows CPython's limits (its `safe_multiply` and the like), so that folding never makes a huge constant, never
//! raises and never hides a warning; what is not certain to give the run-time result bit by bit is left alone.
//! The code generator asks per expression; folding is recursive and as deep as the tree, which the parser bounds.

use crate::bytecode::Const;
use crate::literals;
use crate::source::Source;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use rustpython_ast::{
    Expr, ExprFString, FStringPart, InterpolatedStringElement, Operator, UnaryOp,
};

/// Bits of an integer that a product, power or shift may make.
const MAX_INT_BITS: u64 = 128;
/// Items of a tuple that a repetition may make.
const MAX_TUPLE: usize = 256;
/// Bytes of a string that a repetition may make.
const MAX_STR: usize = 4096;
/// Items of nested tuples in all.
const MAX_ITEMS: usize = 1024;
/// Integers up to here are exact as floats.
const EXACT_FLOAT: i64 = 1 << 53;

/// The constant value of `expr`, if it has one. `optimize` is CPython's level (`__debug__` is true at level 0).
pub fn fold(source: &Source, expr: &Expr, optimize: u8) -> Option<Const> {
    match expr {
        Expr::NoneLiteral(_) => Some(Const::None),
        Expr::BooleanLiteral(e) => Some(Const::Bool(e.value)),
        Expr::EllipsisLiteral(_) => Some(Const::Ellipsis),
        Expr::NumberLiteral(e) => Some(literals::number_value(source, e)),
        Expr::StringLiteral(e) => Some(Const::Str(literals::string_value(source, e))),
        Expr::BytesLiteral(e) => Some(Const::Bytes(literals::bytes_value(e))),
        Expr::FString(e) => plain_fstring(source, e),
        Expr::Name(e) if e.id.as_str() == "__debug__" && e.ctx.is_load() => {
            Some(Const::Bool(optimize == 0))
        }
        Expr::Tuple(e) if e.ctx.is_load() => {
            let items = e.elts.iter().map(|item| fold(source, item, optimize));
            items.collect::<Option<Vec<_>>>().map(Const::Tuple)
        }
        Expr::UnaryOp(e) => unary(e.op, fold(source, &e.operand, optimize)?),
        Expr::BinOp(e) => {
            // The right side is the short one in a chain: a variable there ends the matter at once.
            let right = fold(source, &e.right, optimize)?;
            let left = fold(source, &e.left, optimize)?;
            binary(e.op, left, right)
        }
        Expr::Subscript(e) if e.ctx.is_load() => {
            let index = fold(source, &e.slice, optimize)?;
            subscript(fold(source, &e.value, optimize)?, &index)
        }
        _ => None,
    }
}

/// An f-string without replacement fields is a string.
fn plain_fstring(source: &Source, fstring: &ExprFString) -> Option<Const> {
    let mut out = Vec::new();
    for part in fstring.value.iter() {
        match part {
            FStringPart::Literal(part) => literals::push_string_part(source, part, &mut out),
            FStringPart::FString(part) => {
                let raw = part.flags.prefix().is_raw();
                for element in part.elements.iter() {
                    let InterpolatedStringElement::Literal(literal) = element else {
                        return None;
                    };
                    literals::push_element(source, literal, raw, &mut out);
                }
            }
        }
    }
    Some(Const::Str(out.into()))
}

/// `bool(value)` of a constant.
pub fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(value) => *value,
        Const::Int(value) => *value != 0,
        Const::Big(value) => !value.is_zero(),
        Const::Float(bits) => f64::from_bits(*bits) != 0.0,
        Const::Complex(re, im) => f64::from_bits(*re) != 0.0 || f64::from_bits(*im) != 0.0,
        Const::Str(bytes) | Const::Bytes(bytes) => !bytes.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        Const::Ellipsis | Const::Slice(_) | Const::Code(_) => true,
    }
}

/// A number in its arithmetic type.
enum Num {
    Int(BigInt),
    Float(f64),
    Complex(f64, f64),
}

fn number(value: &Const) -> Option<Num> {
    Some(match value {
        Const::Bool(value) => Num::Int(BigInt::from(*value as u8)),
        Const::Int(value) => Num::Int(BigInt::from(*value)),
        Const::Big(value) => Num::Int(value.clone()),
        Const::Float(bits) => Num::Float(f64::from_bits(*bits)),
        Const::Complex(re, im) => Num::Complex(f64::from_bits(*re), f64::from_bits(*im)),
        _ => return None,
    })
}

fn int(value: BigInt) -> Const {
    match value.to_i64() {
        Some(small) => Const::Int(small),
        None => Const::Big(value),
    }
}

fn float(value: f64) -> Option<Const> {
    Some(Const::Float(value.to_bits()))
}

fn complex(re: f64, im: f64) -> Option<Const> {
    Some(Const::Complex(re.to_bits(), im.to_bits()))
}

/// The integer as a float, if that is exact.
fn exact(value: &BigInt) -> Option<f64> {
    let small = value.to_i64()?;
    (-EXACT_FLOAT..=EXACT_FLOAT)
        .contains(&small)
        .then_some(small as f64)
}

fn unary(op: UnaryOp, operand: Const) -> Option<Const> {
    if op == UnaryOp::Not {
        return Some(Const::Bool(!truth(&operand)));
    }
    match (op, number(&operand)?) {
        (UnaryOp::USub, Num::Int(value)) => Some(int(-value)),
        (UnaryOp::USub, Num::Float(value)) => float(-value),
        (UnaryOp::USub, Num::Complex(re, im)) => complex(-re, -im),
        (UnaryOp::UAdd, Num::Int(value)) => Some(int(value)),
        (UnaryOp::UAdd, _) => Some(operand),
        // `~True` must warn at run time.
        (UnaryOp::Invert, Num::Int(value)) if !matches!(operand, Const::Bool(_)) => {
            Some(int(!value))
        }
        _ => None,
    }
}

fn binary(op: Operator, left: Const, right: Const) -> Option<Const> {
    match (number(&left), number(&right)) {
        (Some(Num::Int(a)), Some(Num::Int(b))) => {
            let bools = matches!((&left, &right), (Const::Bool(_), Const::Bool(_)));
            int_op(op, a, b, bools)
        }
        (Some(a), Some(b)) => match (a, b) {
            (Num::Float(a), Num::Float(b)) => float_op(op, a, b),
            (Num::Int(a), Num::Float(b)) => float_op(op, exact(&a)?, b),
            (Num::Float(a), Num::Int(b)) => float_op(op, a, exact(&b)?),
            (a, b) => complex_op(op, a, b),
        },
        (None, None) if op == Operator::Add => concatenate(left, right),
        (None, Some(Num::Int(n))) if op == Operator::Mult => repeat(left, &n),
        (Some(Num::Int(n)), None) if op == Operator::Mult => repeat(right, &n),
        _ => None,
    }
}

fn int_op(op: Operator, a: BigInt, b: BigInt, bools: bool) -> Option<Const> {
    let bitwise = |value: BigInt| {
        Some(if bools {
            Const::Bool(!value.is_zero())
        } else {
            int(value)
        })
    };
    match op {
        Operator::Add => Some(int(a + b)),
        Operator::Sub => Some(int(a - b)),
        Operator::Mult => {
            let fits = a.is_zero() || b.is_zero() || a.bits() + b.bits() <= MAX_INT_BITS;
            fits.then(|| int(a * b))
        }
        Operator::Div if !b.is_zero() => float(exact(&a)? / exact(&b)?),
        Operator::FloorDiv if !b.is_zero() => Some(int(floor_div(&a, &b))),
        Operator::Mod if !b.is_zero() => {
            let quotient = floor_div(&a, &b);
            Some(int(a - quotient * b))
        }
        Operator::Pow if !b.is_negative() => {
            let exponent = b.to_u64()?;
            let fits = a.is_zero() || a.bits().checked_mul(exponent)? <= MAX_INT_BITS;
            (fits && exponent <= u32::MAX as u64).then(|| int(a.pow(exponent as u32)))
        }
        Operator::LShift if !b.is_negative() => {
            let shift = b.to_u64()?;
            let fits = a.is_zero() || a.bits().checked_add(shift)? <= MAX_INT_BITS;
            fits.then(|| {
                if a.is_zero() {
                    Const::Int(0)
                } else {
                    int(a << shift)
                }
            })
        }
        Operator::RShift if !b.is_negative() => {
            let shift = b.to_u64().unwrap_or(u64::MAX);
            if shift > a.bits() {
                return Some(Const::Int(if a.is_negative() { -1 } else { 0 }));
            }
            Some(int(a >> shift))
        }
        Operator::BitAnd => bitwise(a & b),
        Operator::BitOr => bitwise(a | b),
        Operator::BitXor => bitwise(a ^ b),
        _ => None,
    }
}

fn floor_div(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    let exact = (&quotient * b) == *a;
    if !exact && (a.is_negative() != b.is_negative()) {
        quotient - 1
    } else {
        quotient
    }
}

fn float_op(op: Operator, a: f64, b: f64) -> Option<Const> {
    match op {
        Operator::Add => float(a + b),
        Operator::Sub => float(a - b),
        Operator::Mult => float(a * b),
        Operator::Div if b != 0.0 => float(a / b),
        Operator::FloorDiv if b != 0.0 => float(float_divmod(a, b).0),
        Operator::Mod if b != 0.0 => float(float_divmod(a, b).1),
        Operator::Pow => {
            // Zero to a negative power and overflow raise; a negative base may give a complex number.
            let raises = a == 0.0 && b < 0.0 || a < 0.0 && b.fract() != 0.0;
            let result = a.powf(b);
            let overflows = result.is_infinite() && a.is_finite() && b.is_finite();
            (!raises && !overflows).then(|| Const::Float(result.to_bits()))
        }
        _ => None,
    }
}

/// Python's floor division and modulo of floats, `b` not zero.
fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(a / b), rest);
    }
    let mut floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor += 1.0;
    }
    (floor, rest)
}

/// Sums and products with a complex operand; a real one takes part as a real (3.14's mixed-mode rules).
fn complex_op(op: Operator, a: Num, b: Num) -> Option<Const> {
    let real = |n: &Num| match n {
        Num::Int(value) => exact(value).map(Some),
        Num::Float(value) => Some(Some(*value)),
        Num::Complex(..) => Some(None),
    };
    let parts = |n: &Num| match n {
        Num::Complex(re, im) => (*re, *im),
        _ => (0.0, 0.0),
    };
    let ((ar, ai), (br, bi)) = (parts(&a), parts(&b));
    match (op, real(&a)?, real(&b)?) {
        (Operator::Add, Some(x), None) => complex(x + br, bi),
        (Operator::Add, None, Some(y)) => complex(ar + y, ai),
        (Operator::Add, None, None) => complex(ar + br, ai + bi),
        (Operator::Sub, Some(x), None) => complex(x - br, -bi),
        (Operator::Sub, None, Some(y)) => complex(ar - y, ai),
        (Operator::Sub, None, None) => complex(ar - br, ai - bi),
        (Operator::Mult, Some(x), None) => complex(x * br, x * bi),
        (Operator::Mult, None, Some(y)) => complex(ar * y, ai * y),
        _ => None,
    }
}

fn concatenate(left: Const, right: Const) -> Option<Const> {
    match (left, right) {
        (Const::Str(a), Const::Str(b)) => Some(Const::Str([a, b].concat().into())),
        (Const::Bytes(a), Const::Bytes(b)) => Some(Const::Bytes([a, b].concat().into())),
        (Const::Tuple(a), Const::Tuple(b)) => Some(Const::Tuple([a, b].concat())),
        _ => None,
    }
}

fn repeat(value: Const, times: &BigInt) -> Option<Const> {
    let times = times.to_i64().filter(|n| *n >= 0)? as usize;
    let fits = |len: usize, limit: usize| len.checked_mul(times).is_some_and(|n| n <= limit);
    match value {
        Const::Str(s) if fits(code_points(&s), MAX_STR) => Some(Const::Str(s.repeat(times).into())),
        Const::Bytes(s) if fits(s.len(), MAX_STR) => Some(Const::Bytes(s.repeat(times).into())),
        Const::Tuple(items)
            if fits(items.len(), MAX_TUPLE) && fits(total_items(&items), MAX_ITEMS) =>
        {
            let len = items.len() * times;
            Some(Const::Tuple(items.into_iter().cycle().take(len).collect()))
        }
        _ => None,
    }
}

fn code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

fn total_items(items: &[Const]) -> usize {
    let inner = items.iter().map(|item| match item {
        Const::Tuple(items) => total_items(items),
        _ => 0,
    });
    items.len() + inner.sum::<usize>()
}

fn subscript(value: Const, index: &Const) -> Option<Const> {
    let index = match index {
        Const::Int(index) => *index,
        Const::Bool(index) => *index as i64,
        _ => return None,
    };
    let place = |len: usize| {
        let at = if index < 0 {
            index.checked_add(len as i64)?
        } else {
            index
        };
        usize::try_from(at).ok().filter(|at| *at < len)
    };
    match value {
        Const::Tuple(mut items) => {
            let at = place(items.len())?;
            Some(items.swap_remove(at))
        }
        Const::Bytes(bytes) => Some(Const::Int(bytes[place(bytes.len())?] as i64)),
        Const::Str(bytes) => {
            let at = place(code_points(&bytes))?;
            let starts = |b: &(usize, &u8)| *b.1 & 0xc0 != 0x80;
            let mut found = bytes
                .iter()
                .enumerate()
                .filter(starts)
                .map(|(i, _)| i)
                .skip(at);
            let start = found.next()?;
            let end = found.next().unwrap_or(bytes.len());
            Some(Const::Str(bytes[start..end].into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Ast, Mode, parse};

    fn folded(text: &str) -> Option<Const> {
        let source = Source::new(text);
        match parse(&source, Mode::Eval) {
            Ok(Ast::Expression(expr)) => fold(&source, &expr, 0),
            _ => panic!("{text}"),
        }
    }

    #[test]
    fn numbers() {
        let int =
            |text: &str, value: i64| assert_eq!(folded(text), Some(Const::Int(value)), "{text}");
        int("1 + 2 * 3 - -4", 11);
        int("-7 // 2", -4);
        int("-7 % 3", 2);
        int("7 % -3", -2);
        int("2 ** 10 | 1", 1025);
        int("1 << 62 >> 60", 4);
        int("-1 >> 1000", -1);
        int("~5 & 0xff", 250);
        int("b'abc'[1]", 98);
        let float = |text: &str, value: f64| {
            assert_eq!(folded(text), Some(Const::Float(value.to_bits())), "{text}")
        };
        float("1 / 4", 0.25);
        float("-0.0", -0.0);
        float("-7.5 // 2", -4.0);
        float("-7.5 % 2", 0.5);
        float("5 % -3.0", -1.0);
        float("0.0 // -3", -0.0);
        assert_eq!(
            folded("1 + 2j"),
            Some(Const::Complex(1f64.to_bits(), 2f64.to_bits()))
        );
        for text in [
            "1 / 0",
            "1 % 0",
            "1.0 // 0",
            "0.0 ** -1",
            "2 ** 1000",
            "1 << 1000",
            "~True",
            "x + 1",
            "'a' * 5000",
            "(1,) * 300",
            "(-8.0) ** 0.5",
            "'%s' % 1",
            "'abc'[3]",
            "2 ** -1",
            "'a' + 1",
        ] {
            assert_eq!(folded(text), None, "{text}");
        }
    }

    #[test]
    fn others() {
        let text = |text: &str, value: &str| {
            assert_eq!(
                folded(text),
                Some(Const::Str(value.as_bytes().into())),
                "{text}"
            )
        };
        text("'ab' * 2 + f'{{' 'c'", "abab{c");
        text("'aé€'[-1]", "€");
        assert_eq!(folded("not (1, 'a')"), Some(Const::Bool(false)));
        assert_eq!(folded("True & False"), Some(Const::Bool(false)));
        assert_eq!(folded("__debug__"), Some(Const::Bool(true)));
        assert_eq!(folded("((1, 2) + (3,))[2]"), Some(Const::Int(3)));
        assert_eq!(folded("(1, x)"), None);
        assert!(matches!(
            folded("9223372036854775807 + 1"),
            Some(Const::Big(_))
        ));
    }
}
