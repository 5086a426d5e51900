//! Base64.

use super::{ascii_buffer, error, flag};
use skein_runtime::prelude::*;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn digit(b: u8) -> Option<u32> {
    Some(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    } as u32)
}

pub(super) fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let newline = flag(vm, args[1], true)?;
    let mut out = Vec::with_capacity(data.len() / 3 * 4 + 5);
    for chunk in data.chunks(3) {
        let byte = |i: usize| chunk.get(i).copied().unwrap_or(0) as u32;
        let n = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (i, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            out.push(if i <= chunk.len() {
                ALPHABET[(n >> shift & 63) as usize]
            } else {
                b'='
            });
        }
    }
    if newline {
        out.push(b'\n');
    }
    Ok(vm.new_bytes(&out))
}

pub(super) fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = ascii_buffer(vm, args[0])?;
    let strict = flag(vm, args[1], false)?;
    match decode_bytes(&data, strict) {
        Ok(out) => Ok(vm.new_bytes(&out)),
        Err(message) => Err(error(vm, &message)),
    }
}

fn decode_bytes(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".into());
    }
    let (mut left, mut place, mut pads, mut padding_seen) = (0u32, 0u32, 0u32, false);
    for (i, &b) in data.iter().enumerate() {
        if b == b'=' {
            padding_seen = true;
            if place >= 2 {
                pads += 1;
                if place + pads >= 4 {
                    if strict && i + 1 < data.len() {
                        return Err("Excess data after padding".into());
                    }
                    return Ok(out);
                }
                continue;
            }
            if strict {
                return Err(if place == 0 {
                    "Excess padding not allowed"
                } else {
                    "Discontinuous padding not allowed"
                }
                .into());
            }
            continue;
        }
        let Some(d) = digit(b) else {
            if strict {
                return Err("Only base64 data is allowed".into());
            }
            continue;
        };
        if strict && padding_seen {
            return Err("Discontinuous padding not allowed".into());
        }
        pads = 0;
        match place {
            0 => left = d,
            1 => {
                out.push((left << 2 | d >> 4) as u8);
                left = d & 15;
            }
            2 => {
                out.push((left << 4 | d >> 2) as u8);
                left = d & 3;
            }
            _ => {
                out.push((left << 6 | d) as u8);
                left = 0;
            }
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(out),
        1 => {
            let n = out.len() / 3 * 4 + 1;
            Err(format!(
                "Invalid base64-encoded string: number of data characters ({n}) cannot be 1 more than a multiple of 4"
            ))
        }
        _ => Err("Incorrect padding".into()),
    }
}
