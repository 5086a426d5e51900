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
