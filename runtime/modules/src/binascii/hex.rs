//! Hexadecimal.

use super::{ascii_buffer, error};
use skein_runtime::prelude::*;
use skein_runtime::text::hex;

pub(super) fn encode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = crate::util::buffer(vm, args[0])?;
    let group = crate::util::ssize_or(vm, args[2], 1)?;
    if args[1].is_null() {
        return Ok(vm.new_bytes(&hex::to_hex(&data)));
    }
    let sep = match (args[1].cast::<PyStr>(), args[1].cast::<PyBytes>()) {
        (Some(s), _) => s.bytes().to_vec(),
        (_, Some(b)) => b.bytes().to_vec(),
        _ => return Err(vm.type_error("sep must be str or bytes.")),
    };
    let [sep] = sep[..] else {
        return Err(vm.value_error("sep must be length 1."));
    };
    if sep >= 128 {
        return Err(vm.value_error("sep must be ASCII."));
    }
    if group == 0 {
        return Ok(vm.new_bytes(&hex::to_hex(&data)));
    }
    Ok(vm.new_bytes(&hex::to_hex_grouped(&data, sep, group)))
}

pub(super) fn decode(vm: &mut Vm, args: &[Value]) -> PyResult {
    let text = ascii_buffer(vm, args[0])?;
    if text.len() % 2 != 0 {
        return Err(error(vm, "Odd-length string"));
    }
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    let mut out = Vec::with_capacity(text.len() / 2);
    for pair in text.chunks(2) {
        match (digit(pair[0]), digit(pair[1])) {
            (Some(a), Some(b)) => out.push(a << 4 | b),
            _ => return Err(error(vm, "Non-hexadecimal digit found")),
        }
    }
    Ok(vm.new_bytes(&out))
}
