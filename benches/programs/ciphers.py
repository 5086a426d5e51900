"""Cryptography on plain integers: SHA-256 and a block cipher over GF(256) in the manner of AES.

usage: ciphers.py [kilobytes]
"""
# perf: 400
import struct
import sys

MASK = 0xFFFFFFFF


def primes(count):
    found = []
    candidate = 2
    while len(found) < count:
        if all(candidate % p for p in found):
            found.append(candidate)
        candidate += 1
    return found


def root_bits(prime, degree):
    """The first 32 bits of the fraction of a prime's root, by integers alone."""
    scaled = prime << 32 * degree
    low, high = 0, 1 << 48
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= scaled:
            low = middle
        else:
            high = middle - 1
    return low & MASK


ROUND_CONSTANTS = [root_bits(p, 3) for p in primes(64)]
INITIAL = [root_bits(p, 2) for p in primes(8)]


def rotate_right(x, n):
    return (x >> n | x << 32 - n) & MASK


def sha256(message):
    state = list(INITIAL)
    padded = message + b'\x80' + bytes(-(len(message) + 9) % 64) + struct.pack('>Q', 8 * len(message))
    for start in range(0, len(padded), 64):
        w = list(struct.unpack('>16I', padded[start:start + 64]))
        for i in range(16, 64):
            s0 = rotate_right(w[i - 15], 7) ^ rotate_right(w[i - 15], 18) ^ w[i - 15] >> 3
            s1 = rotate_right(w[i - 2], 17) ^ rotate_right(w[i - 2], 19) ^ w[i - 2] >> 10
            w.append(w[i - 16] + s0 + w[i - 7] + s1 & MASK)
        a, b, c, d, e, f, g, h = state
        for i in range(64):
            s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)
            choice = e & f ^ ~e & g
            t1 = h + s1 + choice + ROUND_CONSTANTS[i] + w[i]
            s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)
            t2 = s0 + (a & b ^ a & c ^ b & c)
            a, b, c, d, e, f, g, h = t1 + t2 & MASK, a, b, c, d + t1 & MASK, e, f, g
        state = [x + y & MASK for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return struct.pack('>8I', *state)


def multiply(a, b):
    """The product in GF(2**8) with the polynomial x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11B
        b >>= 1
    return product


def make_box():
    inverse = [0] * 256
    for a in range(1, 256):
        if not inverse[a]:
            b = next(b for b in range(1, 256) if multiply(a, b) == 1)
            inverse[a], inverse[b] = b, a
    box = bytearray()
    for x in inverse:
        spread = x | x << 8
        box.append((x ^ spread >> 7 ^ spread >> 6 ^ spread >> 5 ^ spread >> 4 ^ 0x63) & 0xFF)
    return bytes(box)


class BlockCipher:
    """Sixteen-byte blocks, ten rounds, a 128-bit key."""

    def __init__(self, key):
        self.box = make_box()
        self.double = bytes(multiply(x, 2) for x in range(256))
        self.round_keys = self.expand(key)

    def expand(self, key):
        words = [list(key[i:i + 4]) for i in range(0, 16, 4)]
        constant = 1
        for i in range(4, 44):
            word = list(words[-1])
            if i % 4 == 0:
                word = [self.box[x] for x in word[1:] + word[:1]]
                word[0] ^= constant
                constant = multiply(constant, 2)
            words.append([x ^ y for x, y in zip(word, words[-4])])
        return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]

    def encrypt_block(self, block):
        state = [x ^ k for x, k in zip(block, self.round_keys[0])]
        for number, key in enumerate(self.round_keys[1:], 1):
            state = [self.box[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
            if number < 10:
                state = self.mix(state)
            state = [x ^ k for x, k in zip(state, key)]
        return bytes(state)

    def mix(self, state):
        double, mixed = self.double, []
        for i in range(0, 16, 4):
            a, b, c, d = state[i:i + 4]
            every = a ^ b ^ c ^ d
            mixed.append(a ^ every ^ double[a ^ b])
            mixed.append(b ^ every ^ double[b ^ c])
            mixed.append(c ^ every ^ double[c ^ d])
            mixed.append(d ^ every ^ double[d ^ a])
        return mixed

    def counter_mode(self, data, nonce):
        out = bytearray()
        for number, start in enumerate(range(0, len(data), 16)):
            stream = self.encrypt_block(nonce + number.to_bytes(8, 'big'))
            out.extend(x ^ y for x, y in zip(data[start:start + 16], stream))
        return bytes(out)


def main():
    kilobytes = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(sha256(b'abc').hex())
    cipher = BlockCipher(bytes(range(16)))
    print(cipher.encrypt_block(bytes(17 * i for i in range(16))).hex())
    data = bytes(i * i % 251 for i in range(1024 * kilobytes))
    print(sha256(data).hex())
    secret = cipher.counter_mode(data, b'8 bytes!')
    print(secret[:16].hex(), sha256(secret).hex()[:16])
    assert cipher.counter_mode(secret, b'8 bytes!') == data


if __name__ == '__main__':
    main()
