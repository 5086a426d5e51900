//! Items of memoryviews: native formats to and from Python objects.

use crate::prelude::*;
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// Bytes per item of a native format, `None` if memoryview cannot convert it.
pub fn item_size(format: &str) -> Option<usize> {
    let mut chars = format.strip_prefix('@').unwrap_or(format).chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return None;
    };
    Some(match c {
        'c' | 'b' | 'B' | '?' => 1,
        'h' | 'H' | 'e' => 2,
        'i' | 'I' | 'f' => 4,
        'l' | 'L' | 'q' | 'Q' | 'n' | 'N' | 'P' | 'd' => 8,
        _ => return None,
    })
}

fn code(format: &str) -> char {
    format.trim_start_matches('@').chars().next().unwrap_or(' ')
}

/// The format is one of bytes.
pub fn is_byte(format: &str) -> bool {
    matches!(format.trim_start_matches('@'), "B" | "b" | "c")
}

fn unsupported(vm: &mut Vm, format: &str) -> Raised {
    vm.not_implemented_error(format!("memoryview: format {format} not supported"))
}

fn half_to_f64(h: u16) -> f64 {
    let sign = if h >> 15 == 1 { -1.0 } else { 1.0 };
    let (e, m) = ((h >> 10 & 31) as i32, (h & 1023) as f64);
    sign * match e {
        0 => m * 2f64.powi(-24),
        31 if m == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + m / 1024.0) * 2f64.powi(e - 15),
    }
}

/// The nearest half-precision number; `None` if it is too large.
fn half_from_f64(f: f64) -> Option<u16> {
    let sign = ((f.to_bits() >> 48) & 0x8000) as u16;
    let a = f.abs();
    if a.is_nan() {
        return Some(sign | 0x7e00);
    }
    if a.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if a < 2f64.powi(-14) {
        return Some(sign | (a * 2f64.powi(24)).round_ties_even() as u16);
    }
    let e = ((a.to_bits() >> 52) as i32) - 1023;
    // Rounding up to the next power of two carries into the exponent, as it should.
    let m = (a / 2f64.powi(e) * 1024.0).round_ties_even() as i32;
    let bits = ((e + 15) << 10) + (m - 1024);
    (bits < 0x7c00).then_some(sign | bits as u16)
}

/// The object that an item's bytes mean.
///
/// # Errors
/// `NotImplementedError` for formats that are not native single characters.
pub fn unpack(vm: &mut Vm, format: &str, data: &[u8]) -> PyResult {
    if item_size(format) != Some(data.len()) {
        return Err(unsupported(vm, format));
    }
    let mut word = [0; 8];
    word[..data.len()].copy_from_slice(data);
    let n = u64::from_le_bytes(word);
    Ok(match code(format) {
        'c' => vm.new_bytes(data),
        '?' => Value::bool(n != 0),
        'b' => Value::from_i32(n as u8 as i8 as i32),
        'h' => Value::from_i32(n as u16 as i16 as i32),
        'i' => Value::from_i32(n as u32 as i32),
        'l' | 'q' | 'n' => vm.new_int(n as i64),
        'e' => vm.new_float(half_to_f64(n as u16)),
        'f' => vm.new_float(f32::from_bits(n as u32) as f64),
        'd' => vm.new_float(f64::from_bits(n)),
        _ => vm.new_uint(n),
    })
}

/// The bytes of an item.
///
/// # Errors
/// `TypeError` and `ValueError` for objects that the format does not take.
pub fn pack(vm: &mut Vm, format: &str, v: Value) -> PyResult<Vec<u8>> {
    let Some(size) = item_size(format) else {
        return Err(unsupported(vm, format));
    };
    let c = code(format);
    let wrong_type = |vm: &mut Vm| {
        vm.clear_raised_if(ids::TYPE_ERROR);
        vm.type_error(format!("memoryview: invalid type for format '{format}'"))
    };
    let wrong_value =
        |vm: &mut Vm| vm.value_error(format!("memoryview: invalid value for format '{format}'"));
    match c {
        'c' => match v.cast::<PyBytes>() {
            Some(b) if b.len() == 1 => Ok(b.bytes().to_vec()),
            Some(_) => Err(wrong_value(vm)),
            None => Err(wrong_type(vm)),
        },
        '?' => Ok(vec![vm.truth(v)? as u8]),
        'e' | 'f' | 'd' => {
            let f = match vm.to_f64(v) {
                Ok(f) => f,
                Err(_) if vm.raised_is(ids::TYPE_ERROR) => return Err(wrong_type(vm)),
                Err(r) => return Err(r),
            };
            Ok(match c {
                'd' => f.to_le_bytes().to_vec(),
                'f' => (f as f32).to_le_bytes().to_vec(),
                _ => match half_from_f64(f) {
                    Some(h) => h.to_le_bytes().to_vec(),
                    None => {
                        return Err(vm.overflow_error("float too large to pack with e format"));
                    }
                },
            })
        }
        _ => {
            let index = match vm.index(v) {
                Ok(n) => n,
                Err(_) if vm.raised_is(ids::TYPE_ERROR) => return Err(wrong_type(vm)),
                Err(r) => return Err(r),
            };
            let n = as_int(&index).map_or_else(BigInt::default, IntRef::to_big);
            let bits = 8 * size as u32;
            let signed = c.is_ascii_lowercase();
            let fits = n
                .to_i128()
                .filter(|n| {
                    let (low, high) = if signed {
                        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
                    } else {
                        (0, (1i128 << bits) - 1)
                    };
                    (low..=high).contains(n)
                })
                .map(|n| n as u64);
            match fits {
                Some(n) => Ok(n.to_le_bytes()[..size].to_vec()),
                None => Err(wrong_value(vm)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for f in [0.0, 1.0, -2.5, 65504.0, 6e-8, 0.00006] {
            let h = half_from_f64(f).unwrap_or(0);
            assert!((half_to_f64(h) - f).abs() <= f.abs() / 1000.0 + 3e-8, "{f}");
        }
        assert_eq!(half_from_f64(65520.0), None);
        assert_eq!(half_from_f64(2047.9999), Some(0x6800));
    }
}
