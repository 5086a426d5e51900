//! `math`.
//!
//! Functions of one number come from the C library, as CPython's do; their errors are told from the results: a NaN from a
//! number is a domain error, an infinity from a finite number a range error.

mod basic;
mod integer;
mod sums;

use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef { name: "math", init };

static FUNCTIONS: &[NativeDef] = &[
    function("acos", basic::acos, "(x, /)", "Arc cosine in radians."),
    function(
        "acosh",
        basic::acosh,
        "(x, /)",
        "Inverse hyperbolic cosine.",
    ),
    function("asin", basic::asin, "(x, /)", "Arc sine in radians."),
    function("asinh", basic::asinh, "(x, /)", "Inverse hyperbolic sine."),
    function("atan", basic::atan, "(x, /)", "Arc tangent in radians."),
    function(
        "atan2",
        basic::atan2,
        "(y, x, /)",
        "Arc tangent of y/x in radians, in the right quadrant.",
    ),
    function(
        "atanh",
        basic::atanh,
        "(x, /)",
        "Inverse hyperbolic tangent.",
    ),
    function("cbrt", basic::cbrt, "(x, /)", "Cube root."),
    function(
        "ceil",
        basic::ceil,
        "(x, /)",
        "The least integer not below x.",
    ),
    function(
        "comb",
        integer::comb,
        "(n, k, /)",
        "Number of ways to choose k of n items.",
    ),
    function(
        "copysign",
        basic::copysign,
        "(x, y, /)",
        "A float with the size of x and the sign of y.",
    ),
    function("cos", basic::cos, "(x, /)", "Cosine of x radians."),
    function("cosh", basic::cosh, "(x, /)", "Hyperbolic cosine."),
    function("degrees", basic::degrees, "(x, /)", "Radians to degrees."),
    function(
        "dist",
        sums::dist,
        "(p, q, /)",
        "Distance between two points.",
    ),
    function("erf", basic::erf, "(x, /)", "Error function."),
    function(
        "erfc",
        basic::erfc,
        "(x, /)",
        "Complementary error function.",
    ),
    function("exp", basic::exp, "(x, /)", "e to the power of x."),
    function("exp2", basic::exp2, "(x, /)", "2 to the power of x."),
    function(
        "expm1",
        basic::expm1,
        "(x, /)",
        "exp(x)-1, exact for small x.",
    ),
    function("fabs", basic::fabs, "(x, /)", "Absolute value as a float."),
    function("factorial", integer::factorial, "(n, /)", "n!"),
    function(
        "floor",
        basic::floor,
        "(x, /)",
        "The greatest integer not above x.",
    ),
    function(
        "fma",
        basic::fma,
        "(x, y, z, /)",
        "x*y+z with a single rounding.",
    ),
    function(
        "fmod",
        basic::fmod,
        "(x, y, /)",
        "The remainder of x/y with the sign of x.",
    ),
    function(
        "frexp",
        basic::frexp,
        "(x, /)",
        "Mantissa and exponent (m, e) with x = m * 2**e.",
    ),
    function(
        "fsum",
        sums::fsum,
        "(seq, /)",
        "Exact sum of floats, rounded once.",
    ),
    function("gamma", basic::gamma, "(x, /)", "Gamma function."),
    function(
        "gcd",
        integer::gcd,
        "(*integers)",
        "Greatest common divisor.",
    ),
    function(
        "hypot",
        sums::hypot,
        "(*coordinates)",
        "Euclidean length of a vector.",
    ),
    function(
        "isclose",
        basic::isclose,
        "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
        "True if two numbers are close.",
    ),
    function(
        "isfinite",
        basic::isfinite,
        "(x, /)",
        "True unless x is an infinity or NaN.",
    ),
    function("isinf", basic::isinf, "(x, /)", "True if x is an infinity."),
    function("isnan", basic::isnan, "(x, /)", "True if x is a NaN."),
    function(
        "isqrt",
        integer::isqrt,
        "(n, /)",
        "Integer part of the square root.",
    ),
    function("lcm", integer::lcm, "(*integers)", "Least common multiple."),
    function("ldexp", basic::ldexp, "(x, i, /)", "x * 2**i"),
    function(
        "lgamma",
        basic::lgamma,
        "(x, /)",
        "Logarithm of the absolute value of the gamma function.",
    ),
    function(
        "log",
        basic::log,
        "(x, base=None, /)",
        "Logarithm of x to the given base, e by default.",
    ),
    function("log10", basic::log10, "(x, /)", "Logarithm to the base 10."),
    function(
        "log1p",
        basic::log1p,
        "(x, /)",
        "Logarithm of 1+x, exact for small x.",
    ),
    function("log2", basic::log2, "(x, /)", "Logarithm to the base 2."),
    function(
        "modf",
        basic::modf,
        "(x, /)",
        "Fractional and integer part of x.",
    ),
    function(
        "nextafter",
        basic::nextafter,
        "(x, y, /, *, steps=None)",
        "The float some steps after x towards y.",
    ),
    function(
        "perm",
        integer::perm,
        "(n, k=None, /)",
        "Number of ways to arrange k of n items.",
    ),
    function(
        "pow",
        basic::pow,
        "(x, y, /)",
        "x to the power of y as floats.",
    ),
    function(
        "prod",
        sums::prod,
        "(iterable, /, *, start=1)",
        "Product of the items.",
    ),
    function("radians", basic::radians, "(x, /)", "Degrees to radians."),
    function(
        "remainder",
        basic::remainder,
        "(x, y, /)",
        "x minus the nearest multiple of y.",
    ),
    function("sin", basic::sin, "(x, /)", "Sine of x radians."),
    function("sinh", basic::sinh, "(x, /)", "Hyperbolic sine."),
    function("sqrt", basic::sqrt, "(x, /)", "Square root."),
    function(
        "sumprod",
        sums::sumprod,
        "(p, q, /)",
        "Sum of the products of corresponding items.",
    ),
    function("tan", basic::tan, "(x, /)", "Tangent of x radians."),
    function("tanh", basic::tanh, "(x, /)", "Hyperbolic tangent."),
    function(
        "trunc",
        basic::trunc,
        "(x, /)",
        "x rounded towards zero, by its __trunc__.",
    ),
    function(
        "ulp",
        basic::ulp,
        "(x, /)",
        "Value of the least significant bit of x.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    add_constants(vm, m);
    Ok(())
}

/// The constants that `math` and `cmath` have in common.
pub fn add_constants(vm: &mut Vm, m: Ref<PyModule>) {
    for (name, f) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        let v = vm.new_float(f);
        vm.add_constant(m, name, v);
    }
}

/// The relative and the absolute tolerance of `isclose()`.
pub fn tolerances(vm: &mut Vm, relative: Value, absolute: Value) -> PyResult<(f64, f64)> {
    let relative = if relative.is_null() {
        1e-9
    } else {
        vm.to_f64(relative)?
    };
    let absolute = if absolute.is_null() {
        0.0
    } else {
        vm.to_f64(absolute)?
    };
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    Ok((relative, absolute))
}
