"""Compression: LZ77 with a hash table of three-byte strings, then Huffman codes packed into bits, and back.

usage: compression.py [bytes]
"""
# perf: 2000000
import heapq
import struct
import sys
from collections import Counter

WORDS = b'the quick brown fox jumps over a lazy dog while seven wizards quietly bake bread near old stone walls'.split()
WINDOW = 4096
SHORTEST, LONGEST = 3, 66


def make_text(size):
    state, out = 12345, bytearray()
    while len(out) < size:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        out += WORDS[(state >> 12) % len(WORDS)]
        out.append(10 if state % 23 == 0 else 32)
    return bytes(out[:size])


def match_length(data, earlier, here):
    limit = min(LONGEST, len(data) - here)
    length = 0
    while length < limit and data[earlier + length] == data[here + length]:
        length += 1
    return length


def lz_compress(data):
    """Tokens: a byte as itself, or a length (+256) followed by a distance."""
    tokens = []
    chains = {}
    here = 0
    while here < len(data):
        best, distance = 0, 0
        chain = chains.get(data[here:here + SHORTEST], ())
        for earlier in chain[-8:]:
            if here - earlier <= WINDOW:
                length = match_length(data, earlier, here)
                if length >= best:
                    best, distance = length, here - earlier
        if best < SHORTEST:
            tokens.append(data[here])
            step = 1
        else:
            tokens.append(256 + best - SHORTEST)
            tokens.append(distance)
            step = best
        for position in range(here, here + step):
            chains.setdefault(data[position:position + SHORTEST], []).append(position)
        here += step
    return tokens


def lz_expand(tokens):
    out = bytearray()
    stream = iter(tokens)
    for token in stream:
        if token < 256:
            out.append(token)
            continue
        length = token - 256 + SHORTEST
        start = len(out) - next(stream)
        for i in range(start, start + length):
            out.append(out[i])
    return bytes(out)


def code_lengths(frequencies):
    heap = [(count, index, symbol) for index, (symbol, count) in enumerate(sorted(frequencies.items()))]
    heapq.heapify(heap)
    index = len(heap)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (a[0] + b[0], index, (a[2], b[2])))
        index += 1
    lengths = {}

    def walk(node, depth):
        if isinstance(node, tuple):
            for child in node:
                walk(child, depth + 1)
        else:
            lengths[node] = max(depth, 1)

    walk(heap[0][2], 0)
    return lengths


def canonical(lengths):
    code, previous, codes = 0, 0, {}
    for length, symbol in sorted((length, symbol) for symbol, length in lengths.items()):
        code <<= length - previous
        codes[symbol] = (code, length)
        code += 1
        previous = length
    return codes


class BitWriter:
    def __init__(self):
        self.data = bytearray()
        self.hold = self.held = 0

    def write(self, value, bits):
        self.hold = self.hold << bits | value
        self.held += bits
        while self.held >= 8:
            self.held -= 8
            self.data.append(self.hold >> self.held & 255)
        self.hold &= (1 << self.held) - 1

    def finish(self):
        if self.held:
            self.write(0, 8 - self.held)
        return bytes(self.data)


def bits(data):
    for byte in data:
        for shift in range(7, -1, -1):
            yield byte >> shift & 1


def pack(tokens):
    codes = canonical(code_lengths(Counter(tokens)))
    writer = BitWriter()
    for token in tokens:
        writer.write(*codes[token])
    table = b''.join(struct.pack('>HB', symbol, length) for symbol, (_, length) in sorted(codes.items()))
    return struct.pack('>II', len(codes), len(tokens)) + table + writer.finish()


def unpack(packed):
    symbols, count = struct.unpack_from('>II', packed)
    lengths = dict(struct.iter_unpack('>HB', packed[8:8 + 3 * symbols]))
    decode = {(length, code): symbol for symbol, (code, length) in canonical(lengths).items()}
    tokens, code, length = [], 0, 0
    for bit in bits(memoryview(packed)[8 + 3 * symbols:]):
        code = code << 1 | bit
        length += 1
        symbol = decode.get((length, code))
        if symbol is not None:
            tokens.append(symbol)
            code = length = 0
            if len(tokens) == count:
                break
    return tokens


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200000
    data = make_text(size)
    tokens = lz_compress(data)
    packed = pack(tokens)
    print(len(data), len(tokens), len(packed))
    assert unpack(packed) == tokens
    assert lz_expand(tokens) == data
    print(packed[:8].hex(), sum(packed) % 65521)


if __name__ == '__main__':
    main()
