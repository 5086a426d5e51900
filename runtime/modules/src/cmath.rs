//! `cmath`: the C library's complex functions with CPython's errors.
//!
//! An infinite result of a finite argument is a range error; which infinite arguments are domain errors is told per
//! function, as C's tables of special values have it (C99 annex G).

use skein_runtime::builtins::complex::PyComplex;
use skein_runtime::helpers::mathlib::{self, Complex};
use skein_runtime::prelude::*;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    function("acos", acos, "(z, /)", "Arc cosine."),
    function("acosh", acosh, "(z, /)", "Inverse hyperbolic cosine."),
    function("asin", asin, "(z, /)", "Arc sine."),
    function("asinh", asinh, "(z, /)", "Inverse hyperbolic sine."),
    function("atan", atan, "(z, /)", "Arc tangent."),
    function("atanh", atanh, "(z, /)", "Inverse hyperbolic tangent."),
    function("cos", cos, "(z, /)", "Cosine."),
    function("cosh", cosh, "(z, /)", "Hyperbolic cosine."),
    function("exp", exp, "(z, /)", "Exponential function."),
    function(
        "isclose",
        isclose,
        "(a, b, *, rel_tol=1e-09, abs_tol=0.0)",
        "True if two numbers are close.",
    ),
    function(
        "isfinite",
        isfinite,
        "(z, /)",
        "True if both parts are finite.",
    ),
    function("isinf", isinf, "(z, /)", "True if a part is infinite."),
    function("isnan", isnan, "(z, /)", "True if a part is a NaN."),
    function(
        "log",
        log,
        "(z, base=None, /)",
        "Logarithm to the given base, e by default.",
    ),
    function("log10", log10, "(z, /)", "Logarithm to the base 10."),
    function(
        "phase",
        phase,
        "(z, /)",
        "The angle of the number in the complex plane.",
    ),
    function("polar", polar, "(z, /)", "Polar coordinates (r, phi)."),
    function(
        "rect",
        rect,
        "(r, phi, /)",
        "The number with the given polar coordinates.",
    ),
    function("sin", sin, "(z, /)", "Sine."),
    function("sinh", sinh, "(z, /)", "Hyperbolic sine."),
    function("sqrt", sqrt, "(z, /)", "Square root."),
    function("tan", tan, "(z, /)", "Tangent."),
    function("tanh", tanh, "(z, /)", "Hyperbolic tangent."),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    crate::math::add_constants(vm, m);
    for (name, f) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let v = vm.new_complex(0.0, f);
        vm.add_constant(m, name, v);
    }
    Ok(())
}

/// The number in `v`: complex, `__complex__`, or a real number.
fn arg(vm: &mut Vm, v: Value) -> PyResult<Complex> {
    if let Some(c) = v.cast::<PyComplex>() {
        return Ok(Complex { re: c.re, im: c.im });
    }
    let name = vm.names.__complex__;
    if as_float(v).is_none()
        && as_int(&v).is_none()
        && let Some(r) = vm.call_special(v, name, &[])?
    {
        return match r.cast::<PyComplex>() {
            Some(c) => Ok(Complex { re: c.re, im: c.im }),
            None => {
                let (owner, name) = (vm.type_name(v), vm.type_name(r));
                Err(vm.type_error(format!(
                    "{owner}.__complex__() must return a complex, not {name}"
                )))
            }
        };
    }
    Ok(Complex {
        re: vm.to_f64(v)?,
        im: 0.0,
    })
}

fn is_finite(z: Complex) -> bool {
    z.re.is_finite() && z.im.is_finite()
}

fn is_infinite(z: Complex) -> bool {
    z.re.is_infinite() || z.im.is_infinite()
}

fn domain_error(vm: &mut Vm) -> Raised {
    vm.value_error("math domain error")
}

fn result(vm: &mut Vm, z: Complex, r: Complex, domain: bool) -> PyResult {
    if domain {
        return Err(domain_error(vm));
    }
    if is_finite(z) && is_infinite(r) {
        return Err(vm.overflow_error("math range error"));
    }
    Ok(vm.new_complex(r.re, r.im))
}

/// For infinite parts that C gives a NaN for.
fn circular(infinite: f64, other: f64) -> bool {
    infinite.is_infinite() && !other.is_nan()
}

fn never(_: Complex) -> bool {
    false
}

macro_rules! functions {
    ($($name:ident $f:ident $domain:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: &[Value]) -> PyResult {
            let z = arg(vm, args[0])?;
            let domain: fn(Complex) -> bool = $domain;
            result(vm, z, mathlib::$f(z), domain(z))
        })*
    };
}

functions! {
    acos cacos never;
    acosh cacosh never;
    asin casin never;
    asinh casinh never;
    atan catan |z| z.re == 0.0 && z.im.abs() == 1.0;
    atanh catanh |z| z.im == 0.0 && z.re.abs() == 1.0;
    cos ccos |z| circular(z.re, z.im);
    cosh ccosh |z| circular(z.im, z.re);
    exp cexp |z| z.im.is_infinite() && (z.re.is_finite() || z.re == f64::INFINITY);
    sin csin |z| circular(z.re, z.im);
    sinh csinh |z| circular(z.im, z.re);
    sqrt csqrt never;
    tan ctan |z| z.re.is_infinite() && z.im.is_finite();
    tanh ctanh |z| z.im.is_infinite() && z.re.is_finite();
}

fn logarithm(vm: &mut Vm, v: Value) -> PyResult<Complex> {
    let z = arg(vm, v)?;
    if z.re == 0.0 && z.im == 0.0 {
        return Err(domain_error(vm));
    }
    Ok(mathlib::clog(z))
}

fn log(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = logarithm(vm, args[0])?;
    let r = vm.new_complex(r.re, r.im);
    let Some(base) = args[1].non_null() else {
        return Ok(r);
    };
    let base = logarithm(vm, base)?;
    let base = vm.new_complex(base.re, base.im);
    vm.binary(
        skein_runtime::protocol::binary::BinaryOp::TrueDiv,
        false,
        r,
        base,
    )
}

fn log10(vm: &mut Vm, args: &[Value]) -> PyResult {
    let r = logarithm(vm, args[0])?;
    Ok(vm.new_complex(
        r.re / std::f64::consts::LN_10,
        r.im / std::f64::consts::LN_10,
    ))
}

fn phase(vm: &mut Vm, args: &[Value]) -> PyResult {
    let z = arg(vm, args[0])?;
    Ok(vm.new_float(z.im.atan2(z.re)))
}

fn polar(vm: &mut Vm, args: &[Value]) -> PyResult {
    let z = arg(vm, args[0])?;
    let r = if is_infinite(z) {
        f64::INFINITY
    } else {
        z.re.hypot(z.im)
    };
    if r.is_infinite() && is_finite(z) {
        return Err(vm.overflow_error("math range error"));
    }
    let pair = [vm.new_float(r), vm.new_float(z.im.atan2(z.re))];
    Ok(vm.new_tuple(&pair))
}

fn rect(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (r, phi) = (vm.to_f64(args[0])?, vm.to_f64(args[1])?);
    if phi.is_infinite() && r != 0.0 && !r.is_nan() {
        return Err(domain_error(vm));
    }
    // Exact zeros stay zeros for an infinite radius.
    let part = |f: f64| {
        if f == 0.0 && r.is_infinite() {
            f.copysign(f * r.signum())
        } else {
            r * f
        }
    };
    let z = if phi == 0.0 {
        Complex { re: r, im: r * phi }
    } else {
        Complex {
            re: part(phi.cos()),
            im: part(phi.sin()),
        }
    };
    let im = if phi == 0.0 && z.im.is_nan() && !r.is_nan() {
        phi
    } else {
        z.im
    };
    Ok(vm.new_complex(z.re, im))
}

fn isfinite(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(is_finite(arg(vm, args[0])?)))
}

fn isinf(vm: &mut Vm, args: &[Value]) -> PyResult {
    Ok(Value::bool(is_infinite(arg(vm, args[0])?)))
}

fn isnan(vm: &mut Vm, args: &[Value]) -> PyResult {
    let z = arg(vm, args[0])?;
    Ok(Value::bool(z.re.is_nan() || z.im.is_nan()))
}

fn isclose(vm: &mut Vm, args: &[Value]) -> PyResult {
    let (a, b) = (arg(vm, args[0])?, arg(vm, args[1])?);
    let (relative, absolute) = crate::math::tolerances(vm, args[2], args[3])?;
    if a == b {
        return Ok(Value::TRUE);
    }
    if is_infinite(a) || is_infinite(b) {
        return Ok(Value::FALSE);
    }
    let size = |z: Complex| z.re.hypot(z.im);
    let diff = size(Complex {
        re: a.re - b.re,
        im: a.im - b.im,
    });
    Ok(Value::bool(
        diff <= relative * size(b) || diff <= relative * size(a) || diff <= absolute,
    ))
}
