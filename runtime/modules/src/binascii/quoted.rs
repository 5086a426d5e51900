//! Quoted-printable.

use super::{ascii_buffer, flag};
use skein_runtime::prelude::*;

fn digit(b: Option<&u8>) -> Option<u8> {
    b.and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8)
}

pub(super) fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = ascii_buffer(vm, args[0])?;
    let header = flag(vm, args[1], false)?;
    let mut out = Vec::with_capacity(data.len());
    let mut i = 0;
    while i < data.len() {
        match data[i] {
            b'=' => {
                i += 1;
                match data.get(i) {
                    None => break,
                    Some(b'\n' | b'\r') => {
                        // A soft line break: skip to the end of the line.
                        while i < data.len() && data[i] != b'\n' {
                            i += 1;
                        }
                        i += 1;
                    }
                    Some(b'=') => {
                        out.push(b'=');
                        i += 1;
                    }
                    _ => match (digit(data.get(i)), digit(data.get(i + 1))) {
                        (Some(a), Some(b)) => {
                            out.push(a << 4 | b);
                            i += 2;
                        }
                        _ => out.push(b'='),
                    },
                }
            }
            b'_' if header => {
                out.push(b' ');
                i += 1;
            }
            b => {
                out.push(b);
                i += 1;
            }
        }
    }
    Ok(vm.new_bytes(&out))
}

/// Longest line, soft break included.
const LINE: usize = 76;

pub(super) fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let quote_tabs = flag(vm, args[1], false)?;
    let is_text = flag(vm, args[2], true)?;
    let header = flag(vm, args[3], false)?;
    // Lines end as the first line does.
    let crlf = data
        .iter()
        .position(|b| *b == b'\n')
        .is_some_and(|i| i > 0 && data[i - 1] == b'\r');
    let mut out: Vec<u8> = Vec::with_capacity(data.len() * 2);
    let (mut line, mut i) = (0, 0);
    let soft_break =
        |out: &mut Vec<u8>| out.extend_from_slice(if crlf { b"=\r\n" } else { b"=\n" });
    while i < data.len() {
        let b = data[i];
        let next = data.get(i + 1);
        let ends_line = next.is_none()
            || (is_text
                && (next == Some(&b'\n')
                    || (next == Some(&b'\r') && data.get(i + 2) == Some(&b'\n'))));
        let must_quote = b > 126
            || b == b'='
            || (header && b == b'_')
            || (b == b'.'
                && line == 0
                && (next.is_none() || matches!(next, Some(b'\n' | b'\r' | 0))))
            || (!is_text && matches!(b, b'\r' | b'\n'))
            || (matches!(b, b'\t' | b' ') && next.is_none())
            || (b < 33 && !matches!(b, b'\r' | b'\n' | b'\t' | b' '))
            || (b < 33
                && !matches!(b, b'\r' | b'\n')
                && (quote_tabs || (!quote_tabs && b != b'\t' && b != b' ')));
        if must_quote {
            if line + 3 >= LINE && !(line + 3 == LINE && ends_line) {
                soft_break(&mut out);
                line = 0;
            }
            out.extend_from_slice(&[
                b'=',
                b"0123456789ABCDEF"[b as usize >> 4],
                b"0123456789ABCDEF"[b as usize & 15],
            ]);
            line += 3;
            i += 1;
            continue;
        }
        if is_text && (b == b'\n' || (b == b'\r' && next == Some(&b'\n'))) {
            // White space before a line end is quoted.
            if let Some(last @ (b' ' | b'\t')) = out.last().copied() {
                out.pop();
                out.extend_from_slice(if last == b' ' { b"=20" } else { b"=09" });
            }
            out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
            i += if b == b'\r' { 2 } else { 1 };
            line = 0;
            continue;
        }
        if next.is_some() && next != Some(&b'\n') && line + 1 >= LINE {
            soft_break(&mut out);
            line = 0;
        }
        line += 1;
        out.push(if header && b == b' ' { b'_' } else { b });
        i += 1;
    }
    Ok(vm.new_bytes(&out))
}
