//! Functions of the C mathematical library that Rust's standard library does not offer.

// SAFETY: pure functions of numbers; `lgamma` also writes the C global `signgam`, which nobody reads.
unsafe extern "C" {
    /// The cube root (std's own rounds differently).
    pub safe fn cbrt(x: f64) -> f64;
    /// The error function.
    pub safe fn erf(x: f64) -> f64;
    /// The complementary error function.
    pub safe fn erfc(x: f64) -> f64;
    /// The gamma function.
    pub safe fn tgamma(x: f64) -> f64;
    /// The logarithm of the absolute value of the gamma function.
    pub safe fn lgamma(x: f64) -> f64;
    /// The inverse hyperbolic cosine (std's own formulas are less exact).
    pub safe fn acosh(x: f64) -> f64;
    /// The inverse hyperbolic sine.
    pub safe fn asinh(x: f64) -> f64;
    /// The inverse hyperbolic tangent.
    pub safe fn atanh(x: f64) -> f64;
    /// The IEEE 754 remainder.
    pub safe fn remainder(x: f64, y: f64) -> f64;
    /// `x * 2**n`, correctly rounded.
    pub safe fn ldexp(x: f64, n: i32) -> f64;
}

/// A complex number as C passes it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

// SAFETY: pure functions of numbers; a C complex is passed as a struct of two doubles is.
unsafe extern "C" {
    /// Arc cosine.
    pub safe fn cacos(z: Complex) -> Complex;
    /// Inverse hyperbolic cosine.
    pub safe fn cacosh(z: Complex) -> Complex;
    /// Arc sine.
    pub safe fn casin(z: Complex) -> Complex;
    /// Inverse hyperbolic sine.
    pub safe fn casinh(z: Complex) -> Complex;
    /// Arc tangent.
    pub safe fn catan(z: Complex) -> Complex;
    /// Inverse hyperbolic tangent.
    pub safe fn catanh(z: Complex) -> Complex;
    /// Cosine.
    pub safe fn ccos(z: Complex) -> Complex;
    /// Hyperbolic cosine.
    pub safe fn ccosh(z: Complex) -> Complex;
    /// Exponential function.
    pub safe fn cexp(z: Complex) -> Complex;
    /// Natural logarithm.
    pub safe fn clog(z: Complex) -> Complex;
    /// Sine.
    pub safe fn csin(z: Complex) -> Complex;
    /// Hyperbolic sine.
    pub safe fn csinh(z: Complex) -> Complex;
    /// Square root.
    pub safe fn csqrt(z: Complex) -> Complex;
    /// Tangent.
    pub safe fn ctan(z: Complex) -> Complex;
    /// Hyperbolic tangent.
    pub safe fn ctanh(z: Complex) -> Complex;
}
