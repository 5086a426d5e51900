//! Values to bytes and back, by the items of a format.

use super::error;
use super::format::{Format, Item};
use num_bigint::BigInt;
use skein_runtime::builtins::seq;
use skein_runtime::prelude::*;

/// A format of one int of a standard size: whether it is little-endian, its size, whether it has a sign. `None`: any other.
#[inline]
fn one_int(format: Value) -> Option<(bool, usize, bool)> {
    let format = format.cast::<PyStr>()?;
    let &[order @ (b'<' | b'>'), code] = format.bytes() else {
        return None;
    };
    let size = match code {
        b'b' | b'B' => 1,
        b'h' | b'H' => 2,
        b'i' | b'l' | b'I' | b'L' => 4,
        b'q' | b'Q' => 8,
        _ => return None,
    };
    Some((order == b'<', size, code.is_ascii_lowercase()))
}

/// One int of a standard size from a bytes object of that size; `None`: anything else.
pub fn unpack_small(vm: &mut Vm, format: Value, data: Value) -> Option<Value> {
    let (little, size, signed) = one_int(format)?;
    let data = data.cast::<PyBytes>().filter(|d| d.len() == size)?;
    let n = u64::from_le_bytes(eight(little, data.bytes()));
    let n = match (signed, i64::try_from(n)) {
        (true, _) => {
            let shift = 64 - 8 * size as u32;
            (n << shift) as i64 >> shift
        }
        (false, Ok(n)) => n,
        (false, Err(_)) => return None,
    };
    let n = vm.new_int(n);
    Some(vm.new_tuple(&[n]))
}

/// One int that fits, in a format of standard sizes; `None`: anything else.
pub fn pack_small(vm: &mut Vm, format: Value, values: &[Value]) -> Option<Value> {
    let (little, size, signed) = one_int(format)?;
    let &[v] = values else { return None };
    let n = v.as_small_int()?;
    let bits = 8 * size as u32;
    let fits = match signed {
        true => n == n << (64 - bits) >> (64 - bits),
        false => n >= 0 && (size == 8 || n >> bits == 0),
    };
    if !fits {
        return None;
    }
    let bytes = n.to_le_bytes();
    Some(if little {
        vm.new_bytes(&bytes[..size])
    } else {
        vm.new_bytes(&n.to_be_bytes()[8 - size..])
    })
}

/// Packs values into a bytes object.
///
/// # Errors
/// As [`pack`].
pub fn pack_bytes(vm: &mut Vm, f: &Format, values: &[Value]) -> PyResult {
    let mut short = [0; 64];
    match short.get_mut(..f.size) {
        Some(out) => {
            pack_to(vm, f, values, "pack", out)?;
            Ok(vm.new_bytes(out))
        }
        None => {
            let out = pack(vm, f, values, "pack")?;
            Ok(vm.new_bytes(&out))
        }
    }
}

/// Packs values.
///
/// # Errors
/// `struct.error` for values that do not fit, `OverflowError` for floats.
pub fn pack(vm: &mut Vm, f: &Format, values: &[Value], name: &str) -> PyResult<Vec<u8>> {
    if values.len() == f.values && f.size > 1 << 40 {
        return Err(vm.memory_error());
    }
    let mut out = vec![0; if values.len() == f.values { f.size } else { 0 }];
    pack_to(vm, f, values, name, &mut out)?;
    Ok(out)
}

/// Packs values into `out`, which is zeroed and has the format's size.
fn pack_to(vm: &mut Vm, f: &Format, values: &[Value], name: &str, out: &mut [u8]) -> PyResult<()> {
    if values.len() != f.values {
        let (n, got) = (f.values, values.len());
        return Err(error(
            vm,
            &format!("{name} expected {n} items for packing (got {got})"),
        ));
    }
    let mut values = values.iter();
    for item in f.items.iter() {
        for i in 0..item.count {
            let at = item.offset + i * item.size;
            if let Some(v) = values.next() {
                pack_one(vm, f, item, *v, &mut out[at..at + item.size])?;
            }
        }
    }
    Ok(())
}

fn pack_one(vm: &mut Vm, f: &Format, item: &Item, v: Value, out: &mut [u8]) -> PyResult<()> {
    match item.code {
        b'c' => match v.cast::<PyBytes>().filter(|b| b.len() == 1) {
            Some(b) => out.copy_from_slice(b.bytes()),
            None => return Err(error(vm, "char format requires a bytes object of length 1")),
        },
        b's' | b'p' => return pack_text(vm, item, v, out),
        b'?' => out[0] = vm.truth(v)? as u8,
        b'e' | b'f' | b'd' => {
            let x = real(vm, v)?;
            put_float(vm, item.code, x, f.little, out)?;
        }
        b'F' | b'D' => {
            let (re, im) = complex(vm, v)?;
            let half = out.len() / 2;
            let code = if item.code == b'F' { b'f' } else { b'd' };
            put_float(vm, code, re, f.little, &mut out[..half])?;
            put_float(vm, code, im, f.little, &mut out[half..])?;
        }
        _ => return pack_int(vm, f, item, v, out),
    }
    Ok(())
}

fn pack_text(vm: &mut Vm, item: &Item, v: Value, out: &mut [u8]) -> PyResult<()> {
    let data = match v.kind() {
        Some(Kind::Bytes | Kind::ByteArray) => crate::util::buffer(vm, v)?,
        _ => {
            let code = item.code as char;
            return Err(error(
                vm,
                &format!("argument for '{code}' must be a bytes object"),
            ));
        }
    };
    let out = if item.code == b'p' {
        let Some((first, rest)) = out.split_first_mut() else {
            return Ok(());
        };
        *first = data.len().min(rest.len()).min(255) as u8;
        rest
    } else {
        out
    };
    let n = data.len().min(out.len());
    out[..n].copy_from_slice(&data[..n]);
    Ok(())
}

fn real(vm: &mut Vm, v: Value) -> PyResult<f64> {
    match vm.to_f64(v) {
        Ok(x) => Ok(x),
        Err(r) => {
            if vm.clear_raised_if(ids::TYPE_ERROR) {
                return Err(error(vm, "required argument is not a float"));
            }
            Err(r)
        }
    }
}

fn complex(vm: &mut Vm, v: Value) -> PyResult<(f64, f64)> {
    let ty = vm.builtin_type(ids::COMPLEX).value();
    if v.is::<PyStr>() {
        return Err(error(vm, "required argument is not a complex"));
    }
    match vm.call(ty, &[v]) {
        Ok(c) => {
            let (re, im) = (vm.get_attr_text(c, "real")?, vm.get_attr_text(c, "imag")?);
            Ok((vm.to_f64(re)?, vm.to_f64(im)?))
        }
        Err(r) => {
            if vm.clear_raised_if(ids::TYPE_ERROR) {
                return Err(error(vm, "required argument is not a complex"));
            }
            Err(r)
        }
    }
}

fn put(little: bool, bytes: &[u8], out: &mut [u8]) {
    out.copy_from_slice(&bytes[..out.len()]);
    if !little {
        out.reverse();
    }
}

fn put_float(vm: &mut Vm, code: u8, x: f64, little: bool, out: &mut [u8]) -> PyResult<()> {
    match code {
        b'd' => put(little, &x.to_le_bytes(), out),
        b'f' => {
            let y = x as f32;
            if y.is_infinite() && x.is_finite() {
                return Err(vm.overflow_error("float too large to pack with f format"));
            }
            put(little, &y.to_le_bytes(), out);
        }
        _ => match to_half(x) {
            Some(bits) => put(little, &bits.to_le_bytes(), out),
            None => return Err(vm.overflow_error("float too large to pack with e format")),
        },
    }
    Ok(())
}

/// Bits of the nearest half-precision number, ties to even; `None` beyond its range.
pub fn to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    let x = x.abs();
    if x.is_infinite() {
        return Some(sign | 0x7c00);
    }
    // Round to a multiple of the unit in the last place, which is at least 2^-24.
    let exponent = if x == 0.0 {
        -14
    } else {
        (((x.to_bits() >> 52) & 0x7ff) as i32 - 1023).max(-14)
    };
    let mut units = (x * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let mut exponent = exponent;
    if units >= 2048 {
        units /= 2;
        exponent += 1;
    }
    if exponent > 15 {
        return None;
    }
    Some(
        sign | if units < 1024 {
            units as u16
        } else {
            ((exponent + 15) as u16) << 10 | (units as u16 & 1023)
        },
    )
}

/// The value of half-precision bits.
pub fn from_half(bits: u16) -> f64 {
    let (exponent, fraction) = ((bits >> 10 & 31) as i32, (bits & 1023) as f64);
    let x = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1024.0 + fraction) * 2f64.powi(e - 25),
    };
    if bits & 0x8000 != 0 { -x } else { x }
}

fn signed(code: u8) -> bool {
    matches!(code, b'b' | b'h' | b'i' | b'l' | b'q' | b'n')
}

fn pack_int(vm: &mut Vm, f: &Format, item: &Item, v: Value, out: &mut [u8]) -> PyResult<()> {
    let v = if as_int(&v).is_some() {
        v
    } else if seq::has_index(vm, v) {
        vm.index(v)?
    } else {
        return Err(error(vm, "required argument is not an integer"));
    };
    let bits = item.size * 8;
    let Some(n) = as_int(&v) else {
        return Err(error(vm, "required argument is not an integer"));
    };
    let (low, high): (i128, i128) = if signed(item.code) {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    } else if item.code == b'P' {
        (i64::MIN as i128, u64::MAX as i128)
    } else {
        (0, (1 << bits) - 1)
    };
    let n = match n {
        IntRef::Small(n) => Some(n as i128),
        IntRef::Big(b) => i128::try_from(b).ok(),
    };
    match n.filter(|n| (low..=high).contains(n)) {
        Some(n) => put(f.little, &n.to_le_bytes(), out),
        None => {
            let what = match item.code {
                b'b' => "byte format",
                b'B' => "ubyte format",
                b'h' => "short format",
                b'H' => "ushort format",
                c => &format!("'{}' format", c as char),
            };
            return Err(error(
                vm,
                &format!("{what} requires {low} <= number <= {high}"),
            ));
        }
    }
    Ok(())
}

/// Unpacks a buffer of exactly the format's size.
pub fn unpack(vm: &mut Vm, f: &Format, data: &[u8]) -> Value {
    if let [item] = *f.items
        && item.count == 1
    {
        let v = unpack_one(vm, f, &item, &data[item.offset..item.offset + item.size]);
        return vm.new_tuple(&[v]);
    }
    let mut out = ValueVec::with_capacity(&vm.heap, f.values);
    for item in f.items.iter() {
        for i in 0..item.count {
            let at = item.offset + i * item.size;
            let v = unpack_one(vm, f, item, &data[at..at + item.size]);
            out.push(&vm.heap, v);
        }
    }
    vm.new_tuple(out.as_slice())
}

fn eight(little: bool, data: &[u8]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..data.len()].copy_from_slice(data);
    if !little {
        bytes[..data.len()].reverse();
    }
    bytes
}

fn get_float(code: u8, little: bool, data: &[u8]) -> f64 {
    let bytes = eight(little, data);
    match code {
        b'd' => f64::from_le_bytes(bytes),
        b'f' => f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as f64,
        _ => from_half(u16::from_le_bytes([bytes[0], bytes[1]])),
    }
}

fn unpack_one(vm: &mut Vm, f: &Format, item: &Item, data: &[u8]) -> Value {
    match item.code {
        b'c' | b's' => vm.new_bytes(data),
        b'p' => {
            let n = data
                .first()
                .map_or(0, |n| (*n as usize).min(data.len() - 1));
            vm.new_bytes(data.get(1..=n).unwrap_or(&[]))
        }
        b'?' => Value::bool(data.iter().any(|b| *b != 0)),
        b'e' | b'f' | b'd' => vm.new_float(get_float(item.code, f.little, data)),
        b'F' | b'D' => {
            let half = data.len() / 2;
            let code = if item.code == b'F' { b'f' } else { b'd' };
            let (re, im) = (
                get_float(code, f.little, &data[..half]),
                get_float(code, f.little, &data[half..]),
            );
            let (re, im) = (vm.new_float(re), vm.new_float(im));
            let ty = vm.builtin_type(ids::COMPLEX).value();
            vm.call(ty, &[re, im]).unwrap_or(Value::NONE)
        }
        code => {
            let n = u64::from_le_bytes(eight(f.little, data));
            if signed(code) {
                let shift = 64 - 8 * item.size as u32;
                return vm.new_int((n << shift) as i64 >> shift);
            }
            match i64::try_from(n) {
                Ok(n) => vm.new_int(n),
                Err(_) => vm.new_bigint(BigInt::from(n)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for (x, bits) in [
            (1.0, 0x3c00),
            (-2.0, 0xc000),
            (65504.0, 0x7bff),
            (6.0e-8, 1),
            (0.0, 0),
        ] {
            assert_eq!(to_half(x), Some(bits));
        }
        assert_eq!(to_half(65520.0), None);
        assert_eq!(from_half(0x3555), 0.333251953125);
    }
}
