//! Hash objects.

use super::blake2::Blake2;
use crate::util::{buffer, native_class, state_type};
use sha3::digest::{DynDigest, ExtendableOutput, Update, XofReader};
use skein_runtime::builtins::byte_view::ByteView;
use skein_runtime::prelude::*;
use std::cell::RefCell;

/// A hash function.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, non_camel_case_types)]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Shake128,
    Shake256,
    Blake2b,
    Blake2s,
}

use Algorithm::*;

impl Algorithm {
    /// `hash.name`
    pub fn name(self) -> &'static str {
        match self {
            Md5 => "md5",
            Sha1 => "sha1",
            Sha224 => "sha224",
            Sha256 => "sha256",
            Sha384 => "sha384",
            Sha512 => "sha512",
            Sha3_224 => "sha3_224",
            Sha3_256 => "sha3_256",
            Sha3_384 => "sha3_384",
            Sha3_512 => "sha3_512",
            Shake128 => "shake_128",
            Shake256 => "shake_256",
            Blake2b => "blake2b",
            Blake2s => "blake2s",
        }
    }
    /// Name of the Python type.
    pub fn type_name(self) -> &'static str {
        match self {
            Md5 => "MD5Type",
            Sha1 => "SHA1Type",
            Sha224 => "SHA224Type",
            Sha256 => "SHA256Type",
            Sha384 => "SHA384Type",
            Sha512 => "SHA512Type",
            other => other.name(),
        }
    }
    fn module(self) -> &'static str {
        match self {
            Md5 => "_md5",
            Sha1 => "_sha1",
            Sha224 | Sha256 | Sha384 | Sha512 => "_sha2",
            Blake2b | Blake2s => "_blake2",
            _ => "_sha3",
        }
    }
    fn block_size(self) -> usize {
        match self {
            Sha384 | Sha512 | Blake2b => 128,
            Sha3_224 => 144,
            Sha3_256 | Shake256 => 136,
            Sha3_384 => 104,
            Sha3_512 => 72,
            Shake128 => 168,
            _ => 64,
        }
    }
    fn state(self) -> State {
        match self {
            Md5 => State::Fixed(Box::new(md5::Md5::default())),
            Sha1 => State::Fixed(Box::new(sha1::Sha1::default())),
            Sha224 => State::Fixed(Box::new(sha2::Sha224::default())),
            Sha256 => State::Fixed(Box::new(sha2::Sha256::default())),
            Sha384 => State::Fixed(Box::new(sha2::Sha384::default())),
            Sha512 => State::Fixed(Box::new(sha2::Sha512::default())),
            Sha3_224 => State::Fixed(Box::new(sha3::Sha3_224::default())),
            Sha3_256 => State::Fixed(Box::new(sha3::Sha3_256::default())),
            Sha3_384 => State::Fixed(Box::new(sha3::Sha3_384::default())),
            Sha3_512 => State::Fixed(Box::new(sha3::Sha3_512::default())),
            Shake128 => State::Shake128(sha3::Shake128::default()),
            Shake256 => State::Shake256(sha3::Shake256::default()),
            Blake2b => State::Blake2(Blake2::plain(true)),
            Blake2s => State::Blake2(Blake2::plain(false)),
        }
    }
}

/// The running state.
pub enum State {
    Fixed(Box<dyn DynDigest>),
    Shake128(sha3::Shake128),
    Shake256(sha3::Shake256),
    Blake2(Blake2),
}

impl Clone for State {
    fn clone(&self) -> State {
        match self {
            State::Fixed(d) => State::Fixed(d.box_clone()),
            State::Shake128(d) => State::Shake128(d.clone()),
            State::Shake256(d) => State::Shake256(d.clone()),
            State::Blake2(d) => State::Blake2(d.clone()),
        }
    }
}

impl State {
    pub fn update(&mut self, data: &[u8]) {
        match self {
            State::Fixed(d) => d.update(data),
            State::Shake128(d) => Update::update(d, data),
            State::Shake256(d) => Update::update(d, data),
            State::Blake2(d) => d.update(data),
        }
    }
    /// The digest; `length` counts for extendable functions.
    fn digest(&self, length: usize) -> Vec<u8> {
        match self.clone() {
            State::Fixed(d) => d.finalize().to_vec(),
            State::Shake128(d) => read_out(d.finalize_xof(), length),
            State::Shake256(d) => read_out(d.finalize_xof(), length),
            State::Blake2(d) => d.finish(),
        }
    }
    fn digest_size(&self) -> usize {
        match self {
            State::Fixed(d) => d.output_size(),
            State::Blake2(d) => d.digest_size(),
            _ => 0,
        }
    }
}

fn read_out(mut reader: impl XofReader, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    reader.read(&mut out);
    out
}

struct Hash {
    algorithm: Algorithm,
    state: RefCell<State>,
}
impl NativeData for Hash {}

const UPDATE: NativeDef = method(
    "update",
    update,
    "($self, obj, /)",
    "Update this hash object's state with the provided string.",
);
const COPY: NativeDef = method(
    "copy",
    copy,
    "($self, /)",
    "Return a copy of the hash object.",
);
const REPR: NativeDef = slot("__repr__", repr);
const DIGEST: NativeDef = method(
    "digest",
    digest,
    "($self, /)",
    "Return the digest value as a bytes object.",
);
const HEXDIGEST: NativeDef = method(
    "hexdigest",
    hexdigest,
    "($self, /)",
    "Return the digest value as a string of hexadecimal digits.",
);

static FIXED: &[NativeDef] = &[UPDATE, COPY, REPR, DIGEST, HEXDIGEST];

/// The methods of a type that programs make instances of.
macro_rules! methods {
    ($new:expr, $sig:expr, $digest:expr, $hexdigest:expr) => {
        &[
            static_method("__new__", $new, $sig, NEW_DOC),
            UPDATE,
            COPY,
            $digest,
            $hexdigest,
        ]
    };
}
const SHA3_SIG: &str = "($type, data=b'', *, usedforsecurity=True, string=None)";
macro_rules! sha3_methods {
    ($algorithm:expr) => {
        methods!(
            |vm, a| sha3_new(vm, $algorithm, a),
            SHA3_SIG,
            DIGEST,
            HEXDIGEST
        )
    };
}
macro_rules! shake_methods {
    ($algorithm:expr) => {
        methods!(
            |vm, a| sha3_new(vm, $algorithm, a),
            SHA3_SIG,
            method("digest", shake_digest, "($self, length, /)", DIGEST.doc),
            method(
                "hexdigest",
                shake_hexdigest,
                "($self, length, /)",
                HEXDIGEST.doc
            )
        )
    };
}
macro_rules! blake2_methods {
    ($big:expr) => {
        methods!(
            |vm, a| super::blake2_module::new(vm, $big, a),
            super::blake2_module::SIG,
            DIGEST,
            HEXDIGEST
        )
    };
}

static SHA3_224: &[NativeDef] = sha3_methods!(Sha3_224);
static SHA3_256: &[NativeDef] = sha3_methods!(Sha3_256);
static SHA3_384: &[NativeDef] = sha3_methods!(Sha3_384);
static SHA3_512: &[NativeDef] = sha3_methods!(Sha3_512);
static SHAKE128: &[NativeDef] = shake_methods!(Shake128);
static SHAKE256: &[NativeDef] = shake_methods!(Shake256);
static BLAKE2B: &[NativeDef] = blake2_methods!(true);
static BLAKE2S: &[NativeDef] = blake2_methods!(false);

static GETSETS: &[GetSetDef] = &[
    getter(
        "name",
        |vm, v| {
            let name = this(vm, &v)?.algorithm.name();
            Ok(vm.new_str(name))
        },
        "Name of the algorithm.",
    ),
    getter(
        "block_size",
        |vm, v| Ok(Value::from_usize(this(vm, &v)?.algorithm.block_size())),
        "Bytes of a block.",
    ),
    getter(
        "digest_size",
        |vm, v| {
            Ok(Value::from_usize(
                this(vm, &v)?.state.borrow().digest_size(),
            ))
        },
        "Bytes of the digest.",
    ),
];

/// Makes the Python type of an algorithm, once.
pub fn install(vm: &mut Vm, a: Algorithm) -> Ref<PyType> {
    let key = format!("hashes.{}", a.name());
    if let Some(t) = vm.state_get(&key).and_then(|v| v.cast()) {
        return t;
    }
    let (methods, flags) = match a {
        Sha3_224 => (SHA3_224, 0),
        Sha3_256 => (SHA3_256, 0),
        Sha3_384 => (SHA3_384, 0),
        Sha3_512 => (SHA3_512, 0),
        Shake128 => (SHAKE128, 0),
        Shake256 => (SHAKE256, 0),
        Blake2b => (BLAKE2B, tflag::BASETYPE),
        Blake2s => (BLAKE2S, tflag::BASETYPE),
        _ => (FIXED, tflag::DISALLOW_INSTANTIATION),
    };
    let ty = vm.new_native_type(
        a.type_name(),
        a.module(),
        None,
        Kind::Native,
        flags,
        methods,
        GETSETS,
        "",
    );
    vm.state_set(&key, ty.value());
    ty
}

fn this<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a Hash> {
    match native::<Hash>(v) {
        Some((_, h)) => Ok(h),
        None => Err(vm.wrong_self("update", "hash", *v)),
    }
}

/// Bytes to hash; str is refused with a hint.
pub fn input(vm: &mut Vm, v: Value) -> PyResult<ByteView> {
    if v.is::<PyStr>() {
        return Err(vm.type_error("Strings must be encoded before hashing"));
    }
    if !crate::util::is_buffer(vm, v) {
        return Err(vm.type_error("object supporting the buffer API required"));
    }
    buffer(vm, v)
}

fn initial(vm: &mut Vm, data: Value, string: Value) -> PyResult<ByteView> {
    match (data.non_null(), string.non_null().filter(|s| !s.is_none())) {
        (Some(_), Some(_)) => Err(vm.type_error("'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.")),
        (Some(v), None) | (None, Some(v)) => input(vm, v),
        _ => Ok(Vec::new().into()),
    }
}

/// A hash object of an algorithm; arguments: data, usedforsecurity, string.
pub fn new_hash(vm: &mut Vm, algorithm: Algorithm, args: &[Value]) -> PyResult {
    let data = initial(vm, args[0], args[2])?;
    let ty = state_type(vm, &format!("hashes.{}", algorithm.name()))?;
    let mut state = algorithm.state();
    state.update(&data);
    Ok(Native::new(
        vm,
        ty,
        Hash {
            algorithm,
            state: RefCell::new(state),
        },
    )
    .value())
}

fn sha3_new(vm: &mut Vm, algorithm: Algorithm, args: &[Value]) -> PyResult {
    native_class(vm, args[0])?;
    new_hash(vm, algorithm, &args[1..])
}

/// A hash object of a class with a state that was made elsewhere.
pub fn with_state(vm: &mut Vm, cls: Value, algorithm: Algorithm, state: State) -> PyResult {
    let ty = native_class(vm, cls)?;
    Ok(Native::new(
        vm,
        ty,
        Hash {
            algorithm,
            state: RefCell::new(state),
        },
    )
    .value())
}

fn update(vm: &mut Vm, args: &[Value]) -> PyResult {
    let data = input(vm, args[1])?;
    this(vm, &args[0])?.state.borrow_mut().update(&data);
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: &[Value]) -> PyResult {
    let h = this(vm, &args[0])?;
    let (ty, data) = (
        vm.type_of(args[0]),
        Hash {
            algorithm: h.algorithm,
            state: RefCell::new(h.state.borrow().clone()),
        },
    );
    Ok(Native::new(vm, ty, data).value())
}

fn digest(vm: &mut Vm, args: &[Value]) -> PyResult {
    let out = this(vm, &args[0])?.state.borrow().digest(0);
    Ok(vm.new_bytes(&out))
}

fn hexdigest(vm: &mut Vm, args: &[Value]) -> PyResult {
    let out = this(vm, &args[0])?.state.borrow().digest(0);
    Ok(vm.new_str_bytes(&skein_runtime::text::hex::to_hex(&out)))
}

fn shake(vm: &mut Vm, args: &[Value]) -> PyResult<Vec<u8>> {
    let length = vm.ssize(args[1])?;
    let Some(length) = usize::try_from(length).ok().filter(|n| *n < 1 << 29) else {
        return Err(vm.value_error("length is too large"));
    };
    Ok(this(vm, &args[0])?.state.borrow().digest(length))
}

fn shake_digest(vm: &mut Vm, args: &[Value]) -> PyResult {
    let out = shake(vm, args)?;
    Ok(vm.new_bytes(&out))
}

fn shake_hexdigest(vm: &mut Vm, args: &[Value]) -> PyResult {
    let out = shake(vm, args)?;
    Ok(vm.new_str_bytes(&skein_runtime::text::hex::to_hex(&out)))
}

fn repr(vm: &mut Vm, args: &[Value]) -> PyResult {
    let name = this(vm, &args[0])?.algorithm.name();
    let (ty, at) = (vm.type_of(args[0]), args[0].address());
    let ty = vm.full_type_name(ty);
    Ok(vm.new_str(&format!("<{name} {ty} object @ {at:#x}>")))
}
