//! A hasher for Rust maps whose keys are addresses or version numbers: one multiplication instead of SipHash. Such keys
//! are not chosen by the program, so nobody can aim for collisions.

use std::hash::{BuildHasherDefault, Hasher};

/// Hashes one number.
#[derive(Default)]
pub struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.write_u64(u64::from(*b));
        }
    }
    #[inline]
    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ mixed >> 32;
    }
    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }
    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

/// For `HashMap::with_hasher` and type positions.
pub type BuildNumberHasher = BuildHasherDefault<NumberHasher>;
