//! `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`: hash objects over one native state.

mod blake2;
mod blake2_module;
mod object;

pub use blake2_module::MODULE as BLAKE2;

use object::{Algorithm, install, new_hash};
use skein_runtime::prelude::*;

macro_rules! constructor {
    ($name:expr, $algorithm:expr) => {
        function(
            $name,
            |vm, a| new_hash(vm, $algorithm, a),
            "(data=b'', *, usedforsecurity=True, string=None)",
            "Return a new hash object; optionally initialized with a string.",
        )
    };
}

/// `_md5`
pub const MD5: ModuleDef = ModuleDef {
    name: "_md5",
    init: |vm, m| add(vm, m, MD5_FUNCTIONS, &[Algorithm::Md5]),
};
/// `_sha1`
pub const SHA1: ModuleDef = ModuleDef {
    name: "_sha1",
    init: |vm, m| add(vm, m, SHA1_FUNCTIONS, &[Algorithm::Sha1]),
};
/// `_sha2`
pub const SHA2: ModuleDef = ModuleDef {
    name: "_sha2",
    init: |vm, m| {
        use Algorithm::*;
        add(vm, m, SHA2_FUNCTIONS, &[Sha224, Sha256, Sha384, Sha512])
    },
};
/// `_sha3`
pub const SHA3: ModuleDef = ModuleDef {
    name: "_sha3",
    init: init_sha3,
};

static MD5_FUNCTIONS: &[NativeDef] = &[constructor!("md5", Algorithm::Md5)];
static SHA1_FUNCTIONS: &[NativeDef] = &[constructor!("sha1", Algorithm::Sha1)];
static SHA2_FUNCTIONS: &[NativeDef] = &[
    constructor!("sha224", Algorithm::Sha224),
    constructor!("sha256", Algorithm::Sha256),
    constructor!("sha384", Algorithm::Sha384),
    constructor!("sha512", Algorithm::Sha512),
];

fn add(
    vm: &mut Vm,
    m: Ref<PyModule>,
    functions: &'static [NativeDef],
    algorithms: &[Algorithm],
) -> PyResult<()> {
    vm.add_functions(m, functions);
    vm.add_constant(m, "_GIL_MINSIZE", Value::from_i32(2048));
    for a in algorithms {
        let ty = install(vm, *a);
        vm.add_constant(m, a.type_name(), ty.value());
    }
    Ok(())
}

fn init_sha3(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    use Algorithm::*;
    vm.add_constant(m, "_GIL_MINSIZE", Value::from_i32(2048));
    let implementation = vm.new_str("RustCrypto");
    vm.add_constant(m, "implementation", implementation);
    for a in [Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256] {
        let ty = install(vm, a);
        vm.add_constant(m, a.type_name(), ty.value());
    }
    Ok(())
}
