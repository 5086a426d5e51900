//! Checksums.

use skein_runtime::builtins::int::as_int;
use skein_runtime::prelude::*;

/// Eight tables, so that eight bytes take one step.
static TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut t = [[0u32; 256]; 8];
    let mut i = 0;
    while i < 256 {
        let (mut c, mut k) = (i as u32, 0);
        while k < 8 {
            c = if c & 1 != 0 {
                0xedb88320 ^ c >> 1
            } else {
                c >> 1
            };
            k += 1;
        }
        t[0][i] = c;
        i += 1;
    }
    let mut n = 1;
    while n < 8 {
        let mut i = 0;
        while i < 256 {
            let c = t[n - 1][i];
            t[n][i] = t[0][(c & 255) as usize] ^ c >> 8;
            i += 1;
        }
        n += 1;
    }
    t
}

/// CRC-32 of data after data with checksum `crc`.
pub fn crc32(data: &[u8], crc: u32) -> u32 {
    let mut c = !crc;
    let mut chunks = data.chunks_exact(8);
    for b in &mut chunks {
        let low = c ^ u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        c = TABLES[7][(low & 255) as usize]
            ^ TABLES[6][(low >> 8 & 255) as usize]
            ^ TABLES[5][(low >> 16 & 255) as usize]
            ^ TABLES[4][(low >> 24) as usize]
            ^ TABLES[3][b[4] as usize]
            ^ TABLES[2][b[5] as usize]
            ^ TABLES[1][b[6] as usize]
            ^ TABLES[0][b[7] as usize];
    }
    for b in chunks.remainder() {
        c = TABLES[0][((c ^ *b as u32) & 255) as usize] ^ c >> 8;
    }
    !c
}

/// The low 32 bits of an integer argument.
pub fn low_word(vm: &mut Vm, v: Value, default: u32) -> PyResult<u32> {
    if v.is_null() {
        return Ok(default);
    }
    let n = vm.index(v)?;
    Ok(match as_int(&n) {
        Some(IntRef::Small(n)) => n as u32,
        Some(IntRef::Big(b)) => {
            let low: num_bigint::BigInt = b & num_bigint::BigInt::from(u32::MAX);
            u32::try_from(&low).unwrap_or(0)
        }
        None => default,
    })
}

pub(super) fn crc32_function(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let crc = low_word(vm, args[1], 0)?;
    Ok(Value::from_usize(crc32(&data, crc) as usize))
}

pub(super) fn crc_hqx(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let mut crc = low_word(vm, args[1], 0)? & 0xffff;
    for &b in data.iter() {
        crc ^= (b as u32) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 {
                crc << 1 ^ 0x1021
            } else {
                crc << 1
            };
        }
        crc &= 0xffff;
    }
    Ok(Value::from_usize(crc as usize))
}

#[cfg(test)]
mod tests {
    #[test]
    fn check_value() {
        assert_eq!(super::crc32(b"123456789", 0), 0xcbf43926);
    }
}
