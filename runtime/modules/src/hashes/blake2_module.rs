//! `_blake2`: the types `blake2b` and `blake2s`.

use super::blake2::{Blake2, Params};
use super::object::{Algorithm, State, input, install, with_state};
use crate::util::buffer;
use skein_runtime::prelude::*;

/// `_blake2`
pub const MODULE: ModuleDef = ModuleDef {
    name: "_blake2",
    init,
};

/// Signature of the constructors.
pub const SIG: &str = "($type, data=b'', /, *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)";

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    vm.add_constant(m, "_GIL_MINSIZE", Value::from_i32(2048));
    for (a, prefix, salt, key) in [
        (Algorithm::Blake2b, "BLAKE2B", 16, 64),
        (Algorithm::Blake2s, "BLAKE2S", 8, 32),
    ] {
        let ty = install(vm, a);
        vm.add_constant(m, a.name(), ty.value());
        for (name, n) in [
            ("SALT_SIZE", salt),
            ("PERSON_SIZE", salt),
            ("MAX_KEY_SIZE", key),
            ("MAX_DIGEST_SIZE", key),
        ] {
            vm.add_constant(m, &format!("{prefix}_{name}"), Value::from_i32(n));
            let name = vm.intern(name);
            vm.type_set_attr(ty, name, Value::from_i32(n));
        }
    }
    Ok(())
}

fn number(vm: &mut Vm, v: Value, default: i64, limits: (i64, i64), name: &str) -> PyResult<i64> {
    if v.is_null() {
        return Ok(default);
    }
    let n = vm.ssize(v)?;
    if (limits.0..=limits.1).contains(&n) {
        return Ok(n);
    }
    let (low, high) = limits;
    Err(if name == "leaf_size" || name == "node_offset" {
        vm.overflow_error(format!("{name} is too large"))
    } else {
        vm.value_error(format!("{name} must be between {low} and {high}"))
    })
}

fn part(vm: &mut Vm, v: Value, most: usize, name: &str) -> PyResult<Vec<u8>> {
    if v.is_null() {
        return Ok(Vec::new());
    }
    let data = buffer(vm, v)?;
    if data.len() > most {
        return Err(vm.value_error(format!("maximum {name} length is {most} bytes")));
    }
    Ok(data.into_vec())
}

/// `blake2b(...)` or `blake2s(...)`: class, data, then the keywords in the order of [`SIG`].
pub fn new(vm: &mut Vm, big: bool, args: &[Value]) -> PyResult {
    let (algorithm, most, salt) = if big {
        (Algorithm::Blake2b, 64, 16)
    } else {
        (Algorithm::Blake2s, 32, 8)
    };
    let offsets = if big { i64::MAX } else { (1 << 48) - 1 };
    let data = match args[1]
        .non_null()
        .or(args[14].non_null().filter(|v| !v.is_none()))
    {
        Some(v) => input(vm, v)?,
        None => Vec::new().into(),
    };
    let p = Params {
        digest_size: number(vm, args[2], most, (1, most), "digest_size")? as u8,
        key: part(vm, args[3], most as usize, "key")?,
        salt: part(vm, args[4], salt, "salt")?,
        person: part(vm, args[5], salt, "person")?,
        fanout: number(vm, args[6], 1, (0, 255), "fanout")? as u8,
        depth: number(vm, args[7], 1, (1, 255), "depth")? as u8,
        leaf_size: number(vm, args[8], 0, (0, u32::MAX as i64), "leaf_size")? as u32,
        node_offset: number(vm, args[9], 0, (0, offsets), "node_offset")? as u64,
        node_depth: number(vm, args[10], 0, (0, 255), "node_depth")? as u8,
        inner_size: number(vm, args[11], 0, (0, most), "inner_size")? as u8,
        last_node: !args[12].is_null() && vm.truth(args[12])?,
    };
    let mut state = Blake2::new(big, &p);
    state.update(&data);
    with_state(vm, args[0], algorithm, State::Blake2(state))
}
