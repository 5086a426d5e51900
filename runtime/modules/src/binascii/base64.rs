//! Base64.

use super::{ascii_buffer, error, flag};
use skein_runtime::prelude::*;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What no base64 digit has as its value.
const NO_DIGIT: u8 = 0xff;

/// Values of the digits by their character.
const DIGITS: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut i = 0;
    while i < 64 {
        table[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    table
};

fn digit(b: u8) -> Option<u32> {
    match DIGITS[b as usize] {
        NO_DIGIT => None,
        d => Some(d as u32),
    }
}

/// The digits of up to three bytes, missing ones counted as zero.
#[inline(always)]
fn digits(a: u8, b: u8, c: u8) -> [u8; 4] {
    let n = (a as u32) << 16 | (b as u32) << 8 | c as u32;
    [18, 12, 6, 0].map(|shift| ALPHABET[(n >> shift & 63) as usize])
}

pub(super) fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let newline = flag(vm, args[1], true)?;
    let mut out = Vec::with_capacity(data.len() / 3 * 4 + 5);
    let mut chunks = data.chunks_exact(3);
    for c in &mut chunks {
        out.extend_from_slice(&digits(c[0], c[1], c[2]));
    }
    match *chunks.remainder() {
        [a] => out.extend_from_slice(&[&digits(a, 0, 0)[..2], b"=="].concat()),
        [a, b] => out.extend_from_slice(&[&digits(a, b, 0)[..3], b"="].concat()),
        _ => {}
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

/// Decodes whole groups of four digits up to the first group that holds anything else; returns how much that was.
fn decode_plain(data: &[u8], out: &mut Vec<u8>) -> usize {
    let mut done = 0;
    for c in data.chunks_exact(4) {
        let d = [c[0], c[1], c[2], c[3]].map(|b| DIGITS[b as usize] as u32);
        if (d[0] | d[1] | d[2] | d[3]) > 63 {
            break;
        }
        let n = d[0] << 18 | d[1] << 12 | d[2] << 6 | d[3];
        out.extend_from_slice(&[(n >> 16) as u8, (n >> 8) as u8, n as u8]);
        done += 4;
    }
    done
}

fn decode_bytes(data: &[u8], strict: bool) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(data.len() / 4 * 3 + 3);
    if strict && data.first() == Some(&b'=') {
        return Err("Leading padding not allowed".into());
    }
    let plain = decode_plain(data, &mut out);
    let (mut left, mut place, mut pads, mut padding_seen) = (0u32, 0u32, 0u32, false);
    for (i, &b) in data.iter().enumerate().skip(plain) {
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
