//! `_random`: the Mersenne Twister MT19937 (Matsumoto, Nishimura 1998), seeded as Python seeds it, so that programs see the
//! same numbers everywhere.

use num_bigint::{BigInt, BigUint, Sign};
use skein_runtime::builtins::args;
use skein_runtime::builtins::builtin::PyBuiltin;
use skein_runtime::object::native_def::NativeFn;
use skein_runtime::prelude::*;
use std::cell::RefCell;

/// The module.
pub const MODULE: ModuleDef = ModuleDef {
    name: "_random",
    init,
};

const N: usize = 624;
const M: usize = 397;

struct Twister {
    words: Box<[u32; N]>,
    /// Next word to hand out; `N`: make new ones first.
    next: usize,
}

struct State {
    twister: RefCell<Twister>,
    /// `getrandbits`, interned.
    bits: Slot,
}

impl NativeData for State {
    fn trace(&self, t: &mut Tracer) {
        t.visit_slot(&self.bits);
    }
}

impl Twister {
    fn from_number(seed: u32) -> Twister {
        let mut words = Box::new([0; N]);
        words[0] = seed;
        for i in 1..N {
            let last = words[i - 1];
            words[i] = 1_812_433_253u32
                .wrapping_mul(last ^ last >> 30)
                .wrapping_add(i as u32);
        }
        Twister { words, next: N }
    }

    fn from_key(key: &[u32]) -> Twister {
        let mut t = Twister::from_number(19_650_218);
        let w = &mut t.words;
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            w[i] = (w[i] ^ (w[i - 1] ^ w[i - 1] >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(j as u32);
            i += 1;
            j += 1;
            if i >= N {
                w[0] = w[N - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..N - 1 {
            w[i] = (w[i] ^ (w[i - 1] ^ w[i - 1] >> 30).wrapping_mul(1_566_083_941))
                .wrapping_sub(i as u32);
            i += 1;
            if i >= N {
                w[0] = w[N - 1];
                i = 1;
            }
        }
        w[0] = 0x8000_0000;
        t
    }

    fn refill(&mut self) {
        let w = &mut self.words;
        for i in 0..N {
            let y = w[i] & 0x8000_0000 | w[(i + 1) % N] & 0x7fff_ffff;
            let twist = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            w[i] = w[(i + M) % N] ^ y >> 1 ^ twist;
        }
        self.next = 0;
    }

    fn word(&mut self) -> u32 {
        if self.next >= N {
            self.refill();
        }
        let mut y = self.words[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// A float of 53 random bits in 0..1.
    fn float(&mut self) -> f64 {
        let (a, b) = ((self.word() >> 5) as f64, (self.word() >> 6) as f64);
        (a * 67_108_864.0 + b) * (1.0 / 9_007_199_254_740_992.0)
    }
}

const METHODS: &[NativeDef] = &[
    new_method(new),
    method(
        "random",
        random,
        "($self, /)",
        "A random float x with 0 <= x < 1.",
    ),
    method(
        "seed",
        seed,
        "($self, n=None, /)",
        "Set the state from an int, from the hash of another object, or from the system's entropy.",
    ),
    method(
        "getstate",
        getstate,
        "($self, /)",
        "The state as a tuple of ints.",
    ),
    method(
        "setstate",
        setstate,
        "($self, state, /)",
        "Set the state from what getstate() gave.",
    ),
    method(
        "getrandbits",
        getrandbits,
        "($self, k, /)",
        "A random int of k bits.",
    ),
    method(
        "_randbelow",
        below,
        "($self, n, /)",
        "A random int in the range [0, n).",
    ),
];

fn init(vm: &mut Vm, m: Ref<PyModule>) -> PyResult<()> {
    let ty = vm.new_native_type(
        "Random",
        "_random",
        None,
        Kind::Native,
        tflag::BASETYPE | tflag::HAS_WEAKREF,
        METHODS,
        &[],
        "A generator of random numbers with a state of its own.",
    );
    vm.add_constant(m, "Random", ty.value());
    Ok(())
}

fn state<'a>(vm: &mut Vm, v: &'a Value) -> PyResult<&'a RefCell<Twister>> {
    match native::<State>(v) {
        Some((_, s)) => Ok(&s.twister),
        None => Err(vm.wrong_self("random", "_random.Random", *v)),
    }
}

/// A generator from a seed as `Random.seed` takes it.
fn seeded(vm: &mut Vm, seed: Value) -> PyResult<Twister> {
    if seed.is_absent() {
        return Ok(from_entropy());
    }
    let magnitude = match as_int(&seed) {
        Some(n) => n.to_big().magnitude().clone(),
        None => BigUint::from(vm.hash(seed)? as u64),
    };
    let mut key = magnitude.to_u32_digits();
    if key.is_empty() {
        key.push(0);
    }
    Ok(Twister::from_key(&key))
}

fn from_entropy() -> Twister {
    use std::io::Read;
    let mut bytes = [0u8; N * 4];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut bytes));
    if read.is_err() {
        // Without a source of entropy the clock must do, as in CPython.
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos() as u64);
        return Twister::from_key(&[now as u32, (now >> 32) as u32, std::process::id()]);
    }
    let key: Vec<u32> = bytes
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect();
    Twister::from_key(&key)
}

fn new(vm: &mut Vm, values: &[Value]) -> PyResult {
    let ty = args::class(vm, values[0])?;
    let given = args::items(&values[1]);
    if given.len() > 1 && ty.dict().get_text(vm, "__init__").is_none() {
        return Err(vm.type_error(format!(
            "Random() takes at most 1 argument ({} given)",
            given.len()
        )));
    }
    let seed = given.first().copied().unwrap_or(Value::NULL);
    let t = seeded(vm, seed)?;
    let state = State {
        twister: RefCell::new(t),
        bits: Slot::new(vm.intern("getrandbits").value()),
    };
    Ok(Native::new(vm, ty, state).value())
}

fn random(vm: &mut Vm, values: &[Value]) -> PyResult {
    let f = state(vm, &values[0])?.borrow_mut().float();
    Ok(vm.new_float(f))
}

fn seed(vm: &mut Vm, values: &[Value]) -> PyResult {
    let t = seeded(vm, values[1])?;
    *state(vm, &values[0])?.borrow_mut() = t;
    Ok(Value::NONE)
}

fn getstate(vm: &mut Vm, values: &[Value]) -> PyResult {
    let s = state(vm, &values[0])?.borrow();
    let words = s.words.iter().copied().chain([s.next as u32]);
    let words: Vec<u32> = words.collect();
    Ok(PyTuple::from_iter(vm, words.iter().map(|n| Value::from_usize(*n as usize))).value())
}

fn setstate(vm: &mut Vm, values: &[Value]) -> PyResult {
    if !values[1].is::<PyTuple>() {
        return Err(vm.type_error("state vector must be a tuple"));
    }
    let items = args::items(&values[1]);
    if items.len() != N + 1 {
        return Err(vm.value_error("state vector is the wrong size"));
    }
    let mut words = Box::new([0; N]);
    for (w, v) in words.iter_mut().zip(items) {
        let n = vm.index(*v)?;
        *w = match as_int(&n) {
            Some(n) if n.is_negative() => {
                return Err(vm.overflow_error("can't convert negative value to unsigned int"));
            }
            Some(IntRef::Small(n)) => n as u32,
            _ => {
                return Err(vm.overflow_error("Python int too large to convert to C unsigned long"));
            }
        };
    }
    let next = crate::support::c_long(vm, items[N])?;
    if !(0..=N as i64).contains(&next) {
        return Err(vm.value_error("invalid state"));
    }
    *state(vm, &values[0])?.borrow_mut() = Twister {
        words,
        next: next as usize,
    };
    Ok(Value::NONE)
}

fn getrandbits(vm: &mut Vm, values: &[Value]) -> PyResult {
    let k = vm.index(values[1])?;
    let k = match as_int(&k) {
        Some(k) if k.is_negative() => {
            return Err(vm.value_error("number of bits must be non-negative"));
        }
        Some(IntRef::Small(k)) if k <= 1 << 34 => k as usize,
        _ => return Err(vm.overflow_error("Python int too large to convert to C unsigned long")),
    };
    if k == 0 {
        return Ok(Value::from_i32(0));
    }
    let words: Vec<u32> = {
        let mut t = state(vm, &values[0])?.borrow_mut();
        (0..k.div_ceil(32))
            .map(|i| {
                let left = k - i * 32;
                if left < 32 {
                    t.word() >> (32 - left)
                } else {
                    t.word()
                }
            })
            .collect()
    };
    Ok(match words[..] {
        [w] => Value::from_usize(w as usize),
        _ => vm.new_bigint(BigInt::from_biguint(Sign::Plus, BigUint::new(words))),
    })
}

/// What `random.py` does in `_randbelow_with_getrandbits`, in whose place this stands: random numbers are asked for in loops.
fn below(vm: &mut Vm, values: &[Value]) -> PyResult {
    let (this, n) = (values[0], values[1]);
    if let Some(n) = n.as_small_int().filter(|n| (1..1 << 62).contains(n))
        && let Some((_, s)) = native::<State>(&this)
        && asks_us(vm, this, s)
    {
        let bits = 64 - n.leading_zeros();
        let mut t = s.twister.borrow_mut();
        loop {
            let r = match bits {
                1..=32 => i64::from(t.word() >> (32 - bits)),
                _ => i64::from(t.word()) | i64::from(t.word() >> (64 - bits)) << 32,
            };
            if r < n {
                return Ok(vm.new_int(r));
            }
        }
    }
    let f = vm.get_attr_text(this, "_randbelow_with_getrandbits")?;
    vm.call(f, &[n])
}

/// True if `this.getrandbits` is ours.
fn asks_us(vm: &mut Vm, this: Value, s: &State) -> bool {
    let Some(name) = s.bits.get().cast::<PyStr>() else {
        return false;
    };
    let ty = vm.type_of(this);
    let ours: NativeFn = getrandbits;
    vm.type_lookup(ty, name)
        .and_then(|m| m.cast::<PyBuiltin>())
        .is_some_and(|b| std::ptr::fn_addr_eq(b.def.func, ours))
        && !ty.has(tflag::CUSTOM_GETATTR)
        && vm.own_attribute(this, name).is_none()
}

#[cfg(test)]
mod tests {
    use super::Twister;

    #[test]
    fn known_sequence() {
        // First outputs of the reference implementation for the key {0x123, 0x234, 0x345, 0x456}.
        let mut t = Twister::from_key(&[0x123, 0x234, 0x345, 0x456]);
        assert_eq!(
            [t.word(), t.word(), t.word()],
            [1_067_595_299, 955_945_823, 477_289_528]
        );
    }
}
