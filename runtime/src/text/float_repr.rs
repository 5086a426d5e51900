//! Floats to text: `repr`, `%`-style and format-spec digits, and rounding to decimal digits.
//!
//! Rust's own formatter gives the shortest round-trip digits (`{:e}`) and exactly rounded digits for any precision
//! (`{:.N}`, ties to even on the exact binary value), so this file only lays digits out as C's `printf` family and
//! CPython's 'r' format do. A fast path handles integers and short decimals such as prices with two divisions.
//!
//! Limits: a double has at most 1074 fractional and 767 significant digits; beyond that zeros are appended, because
//! Rust caps the precision of a format at 65535.

use std::io::Write;

use super::int_text::write_u64;

/// No double has more fractional digits than this.
const MAX_FRACTION: usize = 1100;
/// No double has more significant digits than this.
const MAX_SIGNIFICANT: usize = 800;

/// The layouts `write_float` knows; upper case is a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatStyle {
    /// `e`: one digit, point, `precision` digits, exponent.
    Exponent,
    /// `f`: `precision` digits after the point.
    Fixed,
    /// `g`: `precision` significant digits, either layout.
    General,
    /// `r`: shortest digits that read back as the same float; precision is ignored.
    Repr,
}

/// Variations of the layouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FloatFlags {
    /// `#`: keep the point and, for `g`, trailing zeros.
    pub alternate: bool,
    /// Make integral values end in `.0` when no exponent is shown.
    pub add_dot_0: bool,
    /// `z`: a result that rounds to zero loses its minus sign.
    pub no_negative_zero: bool,
    pub upper: bool,
}

/// `repr(value)` as an owned string.
pub fn repr(value: f64) -> String {
    let mut out = Vec::with_capacity(24);
    write_repr(value, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends `repr(value)`.
pub fn write_repr(value: f64, out: &mut Vec<u8>) {
    if write_short_decimal(value, out) {
        return;
    }
    let flags = FloatFlags {
        add_dot_0: true,
        ..FloatFlags::default()
    };
    write_float(value, FloatStyle::Repr, 0, flags, out);
}

/// Integers below 1e15 and decimals of at most six places below 1e9. Two different decimals of at most 15 digits never
/// denote the same double, so a 15-digit decimal that reads back as `value` is its shortest form.
fn write_short_decimal(value: f64, out: &mut Vec<u8>) -> bool {
    let magnitude = value.abs();
    let whole = magnitude < 1e15 && magnitude.trunc() == magnitude;
    if !whole && !(1e-4..1e9).contains(&magnitude) {
        return false;
    }
    let scaled = (magnitude * 1e6).round();
    if !whole && scaled / 1e6 != magnitude {
        return false;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if whole {
        write_u64(magnitude as u64, out);
        out.extend_from_slice(b".0");
        return true;
    }
    let scaled = scaled as u64;
    write_u64(scaled / 1_000_000, out);
    let mut digits = *b".000000";
    let mut fraction = scaled % 1_000_000;
    for digit in digits[1..].iter_mut().rev() {
        *digit = b'0' + (fraction % 10) as u8;
        fraction /= 10;
    }
    let zeros = digits
        .iter()
        .rev()
        .take_while(|&&digit| digit == b'0')
        .count();
    out.extend_from_slice(&digits[..7 - zeros]);
    true
}

/// Appends `value` in the given layout. `precision` counts digits after the point (`e`, `f`) or significant digits
/// (`g`, where 0 means 1).
pub fn write_float(
    value: f64,
    style: FloatStyle,
    precision: usize,
    flags: FloatFlags,
    out: &mut Vec<u8>,
) {
    if !value.is_finite() {
        return write_non_finite(value, flags.upper, out);
    }
    let start = out.len();
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = value.abs();
    match style {
        FloatStyle::Fixed => write_fixed(magnitude, precision, flags.alternate, out),
        FloatStyle::Exponent => {
            let mut buffer = Vec::new();
            let digits = Digits::rounded(magnitude, precision + 1, &mut buffer);
            write_exponent(&digits, precision + 1, flags, out);
        }
        FloatStyle::General => {
            let precision = precision.max(1);
            let mut buffer = Vec::new();
            let digits = Digits::rounded(magnitude, precision, &mut buffer);
            let last_fixed = precision as i64 - i64::from(flags.add_dot_0);
            let width = if flags.alternate { precision } else { 0 };
            write_general(&digits, last_fixed, width, flags, out);
        }
        FloatStyle::Repr => {
            let mut buffer = ShortBuffer::default();
            write_general(&Digits::shortest(magnitude, &mut buffer), 16, 0, flags, out);
        }
    }
    if flags.no_negative_zero && out.get(start) == Some(&b'-') && shows_zero(&out[start + 1..]) {
        out.remove(start);
    }
}

/// Whether all digits before the exponent are zeros.
fn shows_zero(text: &[u8]) -> bool {
    text.iter()
        .take_while(|byte| !byte.eq_ignore_ascii_case(&b'e'))
        .all(|byte| matches!(byte, b'0' | b'.'))
}

fn write_non_finite(value: f64, upper: bool, out: &mut Vec<u8>) {
    let text: &[u8] = match (value.is_nan(), upper, value < 0.0) {
        (true, false, _) => b"nan",
        (true, true, _) => b"NAN",
        (false, false, false) => b"inf",
        (false, false, true) => b"-inf",
        (false, true, false) => b"INF",
        (false, true, true) => b"-INF",
    };
    out.extend_from_slice(text);
}

/// [`write_fixed`] with up to 17 places where all digits together fit a machine word; false, and nothing was written: in general.
fn write_fixed_in_words(magnitude: f64, precision: usize, out: &mut Vec<u8>) -> bool {
    const POWERS: [u64; 18] = {
        let mut powers = [1; 18];
        let mut i = 1;
        while i < powers.len() {
            powers[i] = powers[i - 1] * 10;
            i += 1;
        }
        powers
    };
    let Some(&power) = POWERS.get(precision) else {
        return false;
    };
    // The value is mantissa / 2**shift.
    let (bits, fraction_mask) = (magnitude.to_bits(), (1u64 << 52) - 1);
    let exponent = (bits >> 52) as i64;
    let (mantissa, shift) = match exponent {
        0 => (bits & fraction_mask, 1074),
        _ => (bits & fraction_mask | 1 << 52, 1075 - exponent),
    };
    // 53 and 57 bits: the product is exact.
    let scaled = mantissa as u128 * power as u128;
    let digits = match shift {
        ..1 => return false,
        1..128 => {
            let (whole, rest) = (scaled >> shift, scaled & ((1 << shift) - 1));
            let half = 1u128 << (shift - 1);
            let up = rest > half || rest == half && whole & 1 == 1;
            whole + u128::from(up)
        }
        _ => 0,
    };
    let Ok(digits) = u64::try_from(digits) else {
        return false;
    };
    write_u64(digits / power, out);
    if precision > 0 {
        out.push(b'.');
        let end = out.len() + precision;
        out.resize(end, b'0');
        let mut rest = digits % power;
        for place in out[end - precision..].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    true
}

fn write_fixed(magnitude: f64, precision: usize, alternate: bool, out: &mut Vec<u8>) {
    if (precision > 0 || !alternate) && write_fixed_in_words(magnitude, precision, out) {
        return;
    }
    let exact = precision.min(MAX_FRACTION);
    // Writing into a Vec cannot fail.
    let _ = write!(out, "{magnitude:.exact$}");
    out.resize(out.len() + (precision - exact), b'0');
    if alternate && precision == 0 {
        out.push(b'.');
    }
}

/// Decimal digits of a finite non-negative double: 0.DIGITS times 10 to the power `point`.
struct Digits<'a> {
    text: &'a [u8],
    point: i64,
}

/// Room for the longest shortest form, `d.dddddddddddddddde-324`.
type ShortBuffer = [u8; 32];

impl<'a> Digits<'a> {
    /// The fewest digits that identify the double; of two equally near candidates the even one, which Rust does not
    /// promise.
    fn shortest(magnitude: f64, buffer: &'a mut ShortBuffer) -> Digits<'a> {
        let mut length = format_into(magnitude, None, buffer);
        if let Some(count) = tie_candidate(magnitude, &buffer[..length]) {
            let mut even = ShortBuffer::default();
            let even_length = format_into(magnitude, Some(count - 1), &mut even);
            if super::wtf8::as_str(&even[..even_length]).and_then(|text| text.parse().ok())
                == Some(magnitude)
            {
                *buffer = even;
                length = even_length;
            }
        }
        Digits::parse(&mut buffer[..length])
    }

    /// Exactly rounded to `count` significant digits, up to the formatter's cap.
    fn rounded(magnitude: f64, count: usize, buffer: &'a mut Vec<u8>) -> Digits<'a> {
        let precision = count.clamp(1, MAX_SIGNIFICANT) - 1;
        buffer.clear();
        // Writing into a Vec cannot fail.
        let _ = write!(buffer, "{magnitude:.precision$e}");
        Digits::parse(buffer)
    }

    /// Takes Rust's `d.ddde-x` apart in place.
    fn parse(formatted: &'a mut [u8]) -> Digits<'a> {
        let mark = formatted
            .iter()
            .rposition(|&byte| byte == b'e')
            .unwrap_or(formatted.len());
        let (mantissa, exponent) = formatted.split_at_mut(mark);
        let exponent = exponent
            .get(1..)
            .and_then(super::wtf8::as_str)
            .and_then(|digits| digits.parse().ok());
        // The first digit takes the place of the point.
        let start = usize::from(mantissa.len() > 1);
        mantissa[start] = mantissa[0];
        Digits {
            text: &mantissa[start..],
            point: exponent.unwrap_or(0i64) + 1,
        }
    }

    fn without_trailing_zeros(&self) -> &[u8] {
        let zeros = self
            .text
            .iter()
            .rev()
            .take_while(|&&digit| digit == b'0')
            .count();
        &self.text[..(self.text.len() - zeros).max(1)]
    }
}

/// Writes the scientific form, shortest or with the given precision, and returns its length.
fn format_into(magnitude: f64, precision: Option<usize>, buffer: &mut ShortBuffer) -> usize {
    let mut rest = &mut buffer[..];
    // The buffer is large enough for 17 digits.
    let _ = match precision {
        None => write!(rest, "{magnitude:e}"),
        Some(precision) => write!(rest, "{magnitude:.precision$e}"),
    };
    let left = rest.len();
    buffer.len() - left
}

/// The number of digits, if the shortest form may have been chosen between two equally near candidates: its last
/// digit is odd and the value has an exact form one digit longer, which takes at most 25 fractional bits.
fn tie_candidate(magnitude: f64, formatted: &[u8]) -> Option<usize> {
    let scaled = magnitude * 33_554_432.0;
    if magnitude >= 1e16 || scaled != scaled.trunc() {
        return None;
    }
    let mark = formatted.iter().position(|&byte| byte == b'e')?;
    let odd = formatted[..mark].last().is_some_and(|digit| digit & 1 == 1);
    (odd && mark >= 17).then(|| mark - 1)
}

/// Fixed layout while the point falls within -3..=`last_fixed`, otherwise an exponent; pads digits to `width`.
fn write_general(
    digits: &Digits,
    last_fixed: i64,
    width: usize,
    flags: FloatFlags,
    out: &mut Vec<u8>,
) {
    if digits.point <= -4 || digits.point > last_fixed {
        return write_exponent(digits, width, flags, out);
    }
    let shown = digits.without_trailing_zeros();
    if digits.point <= 0 {
        out.extend_from_slice(b"0.");
        let leading = digits.point.unsigned_abs() as usize;
        out.resize(out.len() + leading, b'0');
        return write_padded(shown, width, out);
    }
    let whole = digits.point as usize;
    let (left, right) = shown.split_at(whole.min(shown.len()));
    write_padded(left, whole, out);
    let fraction = width.saturating_sub(whole);
    if right.is_empty() && fraction == 0 {
        match (flags.add_dot_0, flags.alternate) {
            (true, _) => out.extend_from_slice(b".0"),
            (false, true) => out.push(b'.'),
            (false, false) => {}
        }
        return;
    }
    out.push(b'.');
    write_padded(right, fraction, out);
}

/// `d.ddde+XX`, at least two exponent digits; pads the digits to `width`.
fn write_exponent(digits: &Digits<'_>, width: usize, flags: FloatFlags, out: &mut Vec<u8>) {
    let shown = if width > 0 {
        digits.text
    } else {
        digits.without_trailing_zeros()
    };
    out.push(shown[0]);
    if shown.len() > 1 || width > 1 || flags.alternate {
        out.push(b'.');
    }
    write_padded(&shown[1..], width.saturating_sub(1), out);
    let exponent = digits.point - 1;
    out.push(if flags.upper { b'E' } else { b'e' });
    out.push(if exponent < 0 { b'-' } else { b'+' });
    if exponent.unsigned_abs() < 10 {
        out.push(b'0');
    }
    write_u64(exponent.unsigned_abs(), out);
}

fn write_padded(digits: &[u8], width: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(digits);
    out.resize(out.len() + width.saturating_sub(digits.len()), b'0');
}

/// `repr(complex(real, imag))`.
pub fn complex_repr(real: f64, imag: f64) -> String {
    let part = |value: f64, out: &mut Vec<u8>| {
        write_float(value, FloatStyle::Repr, 0, FloatFlags::default(), out);
    };
    let mut out = Vec::with_capacity(48);
    if real == 0.0 && real.is_sign_positive() {
        part(imag, &mut out);
        out.push(b'j');
    } else {
        out.push(b'(');
        part(real, &mut out);
        if imag.is_nan() || imag.is_sign_positive() {
            out.push(b'+');
        }
        part(imag, &mut out);
        out.extend_from_slice(b"j)");
    }
    String::from_utf8(out).unwrap_or_default()
}

/// `float.__round__(value, digits)`: correctly rounded, ties to even on the exact value. `None` is overflow
/// ("rounded value too large to represent").
pub fn round_to_digits(value: f64, digits: i64) -> Option<f64> {
    // Beyond these bounds the result is the value itself, or zero.
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return Some(value);
    }
    if digits < -308 {
        return Some(0.0f64.copysign(value));
    }
    if let Some(rounded) = round_fast(value, digits) {
        return Some(rounded);
    }
    let magnitude = value.abs();
    let text = if digits >= 0 {
        let precision = digits as usize;
        format!("{magnitude:.precision$}")
    } else {
        round_left_of_point(magnitude, digits.unsigned_abs() as i64)
    };
    let rounded: f64 = text.parse().unwrap_or(f64::INFINITY);
    rounded.is_finite().then(|| rounded.copysign(value))
}

/// When the scaled value is clearly not a tie, scaling, rounding and one correctly rounded division give the answer.
fn round_fast(value: f64, digits: i64) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let power = *POWERS.get(usize::try_from(digits).ok()?)?;
    let scaled = value.abs() * power;
    if scaled >= 1e9 {
        return None;
    }
    // The product is off by less than 1e-7 here.
    let fraction = scaled - scaled.floor();
    ((fraction - 0.5).abs() > 1e-6).then(|| (scaled.round() / power).copysign(value))
}

/// Decimal text of `magnitude` rounded half-even to a multiple of 10 to the power `places`.
fn round_left_of_point(magnitude: f64, places: i64) -> String {
    let mut buffer = Vec::new();
    let exact = Digits::rounded(magnitude, MAX_SIGNIFICANT, &mut buffer);
    let keep = exact.point - places;
    if keep < 0 {
        return String::from("0");
    }
    if keep == 0 {
        // Either zero or one unit: compare with half a unit exactly, in digits.
        let above_half = exact.without_trailing_zeros() > b"5".as_slice();
        return if above_half {
            format!("1e{places}")
        } else {
            String::from("0")
        };
    }
    let precision = keep as usize - 1;
    format!("{magnitude:.precision$e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_matches_python() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (9999999999999998.0, "9999999999999998.0"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.000123456, "0.000123456"),
            (0.00012345678901, "0.00012345678901"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (std::f64::consts::PI, "3.141592653589793"),
            (1e22, "1e+22"),
            (2e16 + 8.0, "2.000000000000001e+16"),
            (123456.789, "123456.789"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (0.3, "0.3"),
            (0.1 + 0.2, "0.30000000000000004"),
            (999999999.999999, "999999999.999999"),
            (100.25, "100.25"),
            // An exact tie between two shortest forms goes to the even digit.
            (1511172422090885.0 / 8.0, "188896552761360.62"),
            (2f64.powi(-24), "5.960464477539063e-08"),
        ];
        for (value, expected) in cases {
            assert_eq!(repr(value), expected);
        }
    }

    #[test]
    fn fast_and_slow_repr_agree() {
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        for round in 0..20_000u64 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(round | 1);
            let value =
                (state >> 40) as f64 / [10.0, 100.0, 1000.0, 1e5, 1e6, 3.0][(round % 6) as usize];
            let flags = FloatFlags {
                add_dot_0: true,
                ..FloatFlags::default()
            };
            let mut slow = Vec::new();
            write_float(value, FloatStyle::Repr, 0, flags, &mut slow);
            assert_eq!(repr(value).as_bytes(), slow);
            assert_eq!(repr(value).parse::<f64>(), Ok(value));
        }
    }

    fn text(value: f64, style: FloatStyle, precision: usize, alternate: bool) -> String {
        let mut out = Vec::new();
        write_float(
            value,
            style,
            precision,
            FloatFlags {
                alternate,
                ..FloatFlags::default()
            },
            &mut out,
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn printf_layouts() {
        use FloatStyle::*;
        assert_eq!(text(2.5, Fixed, 0, false), "2");
        assert_eq!(text(0.5, Fixed, 0, false), "0");
        assert_eq!(text(1.5, Fixed, 0, false), "2");
        assert_eq!(text(0.125, Fixed, 2, false), "0.12");
        assert_eq!(text(2.5, Exponent, 0, false), "2e+00");
        assert_eq!(text(2.5, Exponent, 0, true), "2.e+00");
        assert_eq!(text(0.0, Exponent, 3, false), "0.000e+00");
        assert_eq!(text(1234567.0, General, 6, false), "1.23457e+06");
        assert_eq!(text(123456.0, General, 6, false), "123456");
        assert_eq!(text(100000.0, General, 6, true), "100000.");
        assert_eq!(text(1.0, General, 6, true), "1.00000");
        assert_eq!(text(0.0001, General, 6, false), "0.0001");
        assert_eq!(text(0.00001, General, 3, true), "1.00e-05");
        assert_eq!(text(0.00012, General, 3, true), "0.000120");
        assert_eq!(text(0.0, General, 6, false), "0");
        assert_eq!(text(0.0, General, 6, true), "0.00000");
        assert_eq!(text(9.995, General, 3, false), "9.99");
        assert_eq!(text(1e10, General, 1, false), "1e+10");
        assert_eq!(text(0.1, Fixed, 1200, false).len(), 1202);
        assert!(
            text(0.1, Fixed, 60, false)
                .starts_with("0.1000000000000000055511151231257827021181583404541015625")
        );
        assert_eq!(text(5e-324, Exponent, 900, false).len(), 902 + 5);
    }

    #[test]
    fn negative_zero_coercion() {
        let flags = FloatFlags {
            no_negative_zero: true,
            ..FloatFlags::default()
        };
        let mut out = Vec::new();
        write_float(-0.001, FloatStyle::Fixed, 1, flags, &mut out);
        write_float(-0.0, FloatStyle::Exponent, 1, flags, &mut out);
        write_float(-1.0, FloatStyle::Fixed, 0, flags, &mut out);
        assert_eq!(out, b"0.00.0e+00-1");
    }

    #[test]
    fn rounds_like_python() {
        let cases = [
            (2.675, 2, 2.67),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (2.5, 0, 2.0),
            (1234.5678, -2, 1200.0),
            (1250.0, -2, 1200.0),
            (1350.0, -2, 1400.0),
            (50.0, -2, 0.0),
            (50.000001, -2, 100.0),
            (49.0, -2, 0.0),
            (-50.1, -2, -100.0),
            (5e15, -16, 0.0),
            (6e15, -16, 1e16),
            (123456.7891, 3, 123456.789),
            (1e300, 5, 1e300),
            (0.1, 400, 0.1),
            (-3.3, -400, -0.0),
            (1.15, 1, 1.1),
            (1e-5, 3, 0.0),
            (99999.99999, 2, 100000.0),
        ];
        for (value, digits, expected) in cases {
            assert_eq!(
                round_to_digits(value, digits),
                Some(expected),
                "round({value}, {digits})"
            );
        }
        assert_eq!(round_to_digits(1.7e308, -308), None);
        assert_eq!(round_to_digits(f64::MAX, -307), None);
    }

    #[test]
    fn complex_layout() {
        assert_eq!(complex_repr(0.0, 1.0), "1j");
        assert_eq!(complex_repr(-0.0, 1.0), "(-0+1j)");
        assert_eq!(complex_repr(1.5, -2.0), "(1.5-2j)");
        assert_eq!(complex_repr(1e20, f64::NAN), "(1e+20+nanj)");
        assert_eq!(complex_repr(0.0, f64::NEG_INFINITY), "-infj");
    }
}
