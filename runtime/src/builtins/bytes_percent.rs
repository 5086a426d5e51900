//! `bytes % args` and `bytearray % args` (PEP 461).

use super::byte_view::ByteView;
use super::bytes_methods::{contents, like};
use super::str_codec::buffer_bytes;
use super::str_percent::Args;
use crate::prelude::*;
use crate::text::percent::{self, Field, Piece};
use crate::text::repr::ascii_from_repr;
use crate::text::unit::Unit;

pub fn modulo(vm: &mut Vm, a: &[Value]) -> PyResult {
    // Python code that shows the arguments may change a bytearray.
    let template = contents(vm, a[0])?.into_vec();
    let out = vm.pinned(a[0], |vm| fill_in(vm, &template, a[1]))?;
    Ok(like(vm, a[0], &out))
}

fn fill_in(vm: &mut Vm, template: &[u8], args: Value) -> PyResult<Vec<u8>> {
    let mut args = Args::new(vm, args);
    let mut out = Vec::with_capacity(template.len() + 32);
    for piece in percent::pieces(template, Unit::Byte) {
        match piece {
            Ok(Piece::Literal(text)) => out.extend_from_slice(text),
            Ok(Piece::Field(field)) => write_field(vm, &mut args, &field, &mut out)?,
            Err(e) => return Err(vm.format_error(e)),
        }
    }
    if !args.all_used() {
        return Err(vm.type_error("not all arguments converted during bytes formatting"));
    }
    Ok(out)
}

pub fn rmodulo(vm: &mut Vm, a: &[Value]) -> PyResult {
    if a[1].kind() != a[0].kind() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    modulo(vm, &[a[1], a[0]])
}

fn write_field(vm: &mut Vm, args: &mut Args, field: &Field<'_>, out: &mut Vec<u8>) -> PyResult<()> {
    let (v, layout) = args.field(vm, field, |vm, key| vm.new_bytes(key))?;
    let conversion = u8::try_from(field.conversion).unwrap_or(0);
    let done = match conversion {
        b's' | b'b' => {
            let data = bytes_argument(vm, v)?;
            percent::write_text(&layout, Unit::Byte, &data, true, out)
        }
        b'r' | b'a' => {
            let s = vm.repr(v)?;
            let text = ascii_from_repr(s.bytes());
            percent::write_text(&layout, Unit::Byte, &text, true, out)
        }
        b'c' => {
            let data = character(vm, v)?;
            percent::write_text(&layout, Unit::Byte, &data, false, out)
        }
        _ => return super::str_percent::write_number(vm, v, field, &layout, out),
    };
    done.map_err(|e| vm.format_error(e))
}

fn bytes_argument(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    let name = vm.names.__bytes__;
    if let Some(b) = buffer_bytes(vm, v)? {
        return Ok(b);
    }
    if let Some(r) = vm.call_special(v, name, &[])? {
        let Some(b) = r.cast::<PyBytes>() else {
            let name = vm.type_name(r);
            return Err(vm.type_error(format!("__bytes__ returned non-bytes (type {name})")));
        };
        return Ok(ByteView::Object(b));
    }
    let name = vm.type_name(v);
    Err(vm.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'"
    )))
}

fn character(vm: &mut Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(b) = buffer_bytes(vm, v)? {
        if b.len() == 1 {
            return Ok(b.into_vec());
        }
        let name = vm.type_name(v);
        return Err(vm.type_error(format!("%c requires an integer in range(256) or a single byte, not a {name} object of length {}", b.len())));
    }
    if !super::seq::has_index(vm, v) {
        let ty = vm.type_of(v);
        let name = vm.full_type_name(ty);
        return Err(vm.type_error(format!(
            "%c requires an integer in range(256) or a single byte, not {name}"
        )));
    }
    let n = vm.index(v)?;
    match as_i64(n).and_then(|n| u8::try_from(n).ok()) {
        Some(b) => Ok(vec![b]),
        None => Err(vm.overflow_error("%c arg not in range(256)")),
    }
}
