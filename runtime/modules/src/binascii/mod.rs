//! `binascii`: bytes to text encodings and checksums.

mod base64;
mod crc;
mod hex;
mod quoted;
mod uu;

use crate::util::add_exception;
use skein_runtime::builtins::byte_view::ByteView;
use skein_runtime::prelude::*;

/// `binascii`
pub const MODULE: ModuleDef = ModuleDef {
    name: "binascii",
    init,
};

pub use crc::{crc32, low_word};

static FUNCTIONS: &[NativeDef] = &[
    function(
        "a2b_base64",
        base64::decode,
        "(data, /, *, strict_mode=False)",
        "Decode a line of base64 data.",
    ),
    function(
        "b2a_base64",
        base64::encode,
        "(data, /, *, newline=True)",
        "Base64-code line of data.",
    ),
    function(
        "a2b_hex",
        hex::decode,
        "(hexstr, /)",
        "Binary data of hexadecimal representation.",
    ),
    function(
        "unhexlify",
        hex::decode,
        "(hexstr, /)",
        "Binary data of hexadecimal representation.",
    ),
    function(
        "b2a_hex",
        hex::encode,
        "(data, sep=<unrepresentable>, bytes_per_sep=1)",
        "Hexadecimal representation of binary data.",
    ),
    function(
        "hexlify",
        hex::encode,
        "(data, sep=<unrepresentable>, bytes_per_sep=1)",
        "Hexadecimal representation of binary data.",
    ),
    function(
        "a2b_uu",
        uu::decode,
        "(data, /)",
        "Decode a line of uuencoded data.",
    ),
    function(
        "b2a_uu",
        uu::encode,
        "(data, /, *, backtick=False)",
        "Uuencode line of data.",
    ),
    function(
        "a2b_qp",
        quoted::decode,
        "(data, header=False)",
        "Decode a string of qp-encoded data.",
    ),
    function(
        "b2a_qp",
        quoted::encode,
        "(data, quotetabs=False, istext=True, header=False)",
        "Encode a string using quoted-printable encoding.",
    ),
    function(
        "crc32",
        crc::crc32_function,
        "(data, crc=0, /)",
        "Compute CRC-32 incrementally.",
    ),
    function(
        "crc_hqx",
        crc::crc_hqx,
        "(data, crc, /)",
        "Compute CRC-CCITT incrementally.",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_functions(m, FUNCTIONS);
    add_exception(vm, m, "binascii.Error", "binascii", ids::VALUE_ERROR);
    add_exception(vm, m, "binascii.Incomplete", "binascii", ids::EXCEPTION);
    Ok(())
}

/// Raises `binascii.Error`.
fn error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.new_str(message);
    match crate::util::state_type(vm, "binascii.Error") {
        Ok(ty) => vm.raise_type(ty, &[text]),
        Err(r) => r,
    }
}

/// Bytes, or the bytes of an ASCII str.
fn ascii_buffer(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    if let Some(s) = v.cast::<PyStr>() {
        if s.is_ascii() {
            return Ok(s.bytes().to_vec().into());
        }
        return Err(vm.value_error("string argument should contain only ASCII characters"));
    }
    if crate::util::is_buffer(vm, v) {
        return crate::util::buffer(vm, v);
    }
    let name = vm.type_name(v);
    Err(vm.type_error(format!(
        "argument should be bytes, buffer or ASCII string, not '{name}'"
    )))
}

fn flag(vm: &mut Vm, v: Value, default: bool) -> PyResult<bool> {
    if v.is_null() {
        Ok(default)
    } else {
        vm.truth(v)
    }
}
