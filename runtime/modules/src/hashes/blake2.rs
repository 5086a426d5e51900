//! BLAKE2b and BLAKE2s (RFC 7693) with keys, salts, personalisation and tree parameters.
//!
//! Both variants run over 64-bit words; BLAKE2s masks them to 32 bits.

const IV_B: [u64; 8] = [
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
];

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// Parameters of a hash.
#[derive(Clone, Default)]
pub struct Params {
    pub digest_size: u8,
    pub key: Vec<u8>,
    pub salt: Vec<u8>,
    pub person: Vec<u8>,
    pub fanout: u8,
    pub depth: u8,
    pub leaf_size: u32,
    pub node_offset: u64,
    pub node_depth: u8,
    pub inner_size: u8,
    pub last_node: bool,
}

/// A running hash.
#[derive(Clone)]
pub struct Blake2 {
    /// BLAKE2b.
    big: bool,
    h: [u64; 8],
    count: u128,
    buffer: Vec<u8>,
    digest_size: usize,
    last_node: bool,
}

impl Blake2 {
    /// Without key and with the largest digest.
    pub fn plain(big: bool) -> Blake2 {
        let digest_size = if big { 64 } else { 32 };
        Blake2::new(
            big,
            &Params {
                digest_size,
                fanout: 1,
                depth: 1,
                ..Params::default()
            },
        )
    }
    /// With parameters, whose sizes the caller has checked.
    pub fn new(big: bool, p: &Params) -> Blake2 {
        let mut block = vec![p.digest_size, p.key.len() as u8, p.fanout, p.depth];
        block.extend(p.leaf_size.to_le_bytes());
        let (offset_bytes, field) = if big { (8, 16) } else { (6, 8) };
        block.extend(&p.node_offset.to_le_bytes()[..offset_bytes]);
        block.extend([p.node_depth, p.inner_size]);
        if big {
            block.extend([0; 14]);
        }
        for part in [&p.salt, &p.person] {
            let mut padded = part.clone();
            padded.resize(field, 0);
            block.extend(padded);
        }
        let word = if big { 8 } else { 4 };
        let mut h = [0; 8];
        for (i, h) in h.iter_mut().enumerate() {
            let mut bytes = [0; 8];
            bytes[..word].copy_from_slice(&block[i * word..(i + 1) * word]);
            *h = iv(big, i) ^ u64::from_le_bytes(bytes);
        }
        let mut out = Blake2 {
            big,
            h,
            count: 0,
            buffer: Vec::new(),
            digest_size: p.digest_size as usize,
            last_node: p.last_node,
        };
        if !p.key.is_empty() {
            let mut key = p.key.clone();
            key.resize(out.block(), 0);
            out.update(&key);
        }
        out
    }
    fn block(&self) -> usize {
        if self.big { 128 } else { 64 }
    }
    /// Bytes of the digest.
    pub fn digest_size(&self) -> usize {
        self.digest_size
    }
    /// Adds data. The last block stays buffered, because it is compressed differently.
    pub fn update(&mut self, mut data: &[u8]) {
        let size = self.block();
        while !data.is_empty() {
            if self.buffer.len() == size {
                let block = std::mem::take(&mut self.buffer);
                self.compress(&block, size, false);
            }
            let n = data.len().min(size - self.buffer.len());
            self.buffer.extend_from_slice(&data[..n]);
            data = &data[n..];
        }
    }
    /// The digest.
    pub fn finish(mut self) -> Vec<u8> {
        let mut block = std::mem::take(&mut self.buffer);
        let n = block.len();
        block.resize(self.block(), 0);
        self.compress(&block, n, true);
        let word = if self.big { 8 } else { 4 };
        let mut out: Vec<u8> = self
            .h
            .iter()
            .flat_map(|h| h.to_le_bytes()[..word].to_vec())
            .collect();
        out.truncate(self.digest_size);
        out
    }
    fn compress(&mut self, block: &[u8], added: usize, last: bool) {
        self.count += added as u128;
        let (word, mask) = if self.big {
            (8, u64::MAX)
        } else {
            (4, u32::MAX as u64)
        };
        let mut m = [0u64; 16];
        for (i, m) in m.iter_mut().enumerate() {
            let mut bytes = [0; 8];
            bytes[..word].copy_from_slice(&block[i * word..(i + 1) * word]);
            *m = u64::from_le_bytes(bytes);
        }
        let mut v = [0u64; 16];
        v[..8].copy_from_slice(&self.h);
        for i in 0..8 {
            v[8 + i] = iv(self.big, i);
        }
        let bits = word * 8;
        v[12] ^= self.count as u64 & mask;
        v[13] ^= (self.count >> bits) as u64 & mask;
        if last {
            v[14] ^= mask;
            if self.last_node {
                v[15] ^= mask;
            }
        }
        for round in 0..if self.big { 12 } else { 10 } {
            let s = &SIGMA[round % 10];
            for (i, [a, b, c, d]) in MIXES.iter().enumerate() {
                self.mix(&mut v, [*a, *b, *c, *d], m[s[2 * i]], m[s[2 * i + 1]]);
            }
        }
        for i in 0..8 {
            self.h[i] ^= v[i] ^ v[i + 8];
        }
    }
    #[inline(always)]
    fn mix(&self, v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
        if self.big {
            v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
            v[d] = (v[d] ^ v[a]).rotate_right(32);
            v[c] = v[c].wrapping_add(v[d]);
            v[b] = (v[b] ^ v[c]).rotate_right(24);
            v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
            v[d] = (v[d] ^ v[a]).rotate_right(16);
            v[c] = v[c].wrapping_add(v[d]);
            v[b] = (v[b] ^ v[c]).rotate_right(63);
        } else {
            let add = |p: u64, q: u64| (p as u32).wrapping_add(q as u32) as u64;
            let turn = |p: u64, q: u64, n: u32| ((p ^ q) as u32).rotate_right(n) as u64;
            v[a] = add(add(v[a], v[b]), x);
            v[d] = turn(v[d], v[a], 16);
            v[c] = add(v[c], v[d]);
            v[b] = turn(v[b], v[c], 12);
            v[a] = add(add(v[a], v[b]), y);
            v[d] = turn(v[d], v[a], 8);
            v[c] = add(v[c], v[d]);
            v[b] = turn(v[b], v[c], 7);
        }
    }
}

const MIXES: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// BLAKE2s starts from the high halves of the words of BLAKE2b.
fn iv(big: bool, i: usize) -> u64 {
    if big { IV_B[i] } else { IV_B[i] >> 32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_vectors() {
        let mut b = Blake2::plain(true);
        b.update(b"abc");
        assert_eq!(b.finish()[..4], [0xba, 0x80, 0xa5, 0x3f]);
        let mut s = Blake2::plain(false);
        s.update(b"abc");
        assert_eq!(s.finish()[..4], [0x50, 0x8c, 0x5e, 0x8c]);
    }
}
