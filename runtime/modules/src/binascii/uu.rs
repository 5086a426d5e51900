//! Uuencode, one line at a time.

use super::{ascii_buffer, error, flag};
use skein_runtime::prelude::*;

pub(super) fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let zero = if flag(vm, args[1], false)? {
        b'`'
    } else {
        b' '
    };
    if data.len() > 45 {
        return Err(error(vm, "At most 45 bytes at once"));
    }
    let symbol = |n: u32| if n == 0 { zero } else { n as u8 + 32 };
    let mut out = vec![symbol(data.len() as u32)];
    for chunk in data.chunks(3) {
        let byte = |i: usize| chunk.get(i).copied().unwrap_or(0) as u32;
        let n = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([18, 12, 6, 0].map(|shift| symbol(n >> shift & 63)));
    }
    out.push(b'\n');
    Ok(vm.new_bytes(&out))
}

pub(super) fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = ascii_buffer(vm, args[0])?;
    let length = data
        .first()
        .map_or(0, |b| (b.wrapping_sub(32) & 63) as usize);
    let mut out = Vec::with_capacity(length + 3);
    let mut at = 1;
    let (mut bits, mut held) = (0u32, 0);
    while out.len() < length {
        // Lines may be cut short where spaces stood at their end.
        let b = data.get(at).copied().unwrap_or(b'\n');
        let n = match b {
            b'\n' | b'\r' => 0,
            32..=96 => (b - 32) as u32 & 63,
            _ => return Err(error(vm, "Illegal char")),
        };
        if !matches!(b, b'\n' | b'\r') {
            at += 1;
        }
        bits = bits << 6 | n;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    for b in data.get(at..).unwrap_or(&[]) {
        if !matches!(b, b' ' | b'`' | b'\n' | b'\r') {
            return Err(error(vm, "Trailing garbage"));
        }
    }
    Ok(vm.new_bytes(&out))
}
