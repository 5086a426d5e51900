# Ints around the limit of a word: now one operand is big, now another.
MASK = (1 << 64) - 1


def congruential(n):
    x, odd = 1, 0
    for _ in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) & MASK
        odd += x & 1
        if x > 1 << 63:
            odd ^= x >> 40
    return x, odd


class Board:
    def __init__(self, keys):
        self.keys, self.hash, self.seen = keys, 0, set()

    def put(self, i):
        self.hash ^= self.keys[i]
        self.seen.add(self.hash)
        return self.hash


class Loud(int):
    def __xor__(self, other):
        return 'xor'

    def __lt__(self, other):
        return 'less'


def mixed(values):
    out = []
    for v in values:
        w = v ^ 5 if not isinstance(v, float) else v
        out.append((w, v + 1 if w else v - 1, v < 2**62, v == 7, -v, v // 3, v % 5))
    return out


def divided(values):
    failures = 0
    for v in values:
        try:
            failures += v // (v - 2**62) < 0
        except ZeroDivisionError as e:
            failures += len(str(e))
    return failures


def counts(start, n):
    i = start
    while i < start + n:
        i += 1
    return i - start


print(congruential(3000))
b = Board([(i * 0x9e3779b97f4a7c15) & MASK >> 1 for i in range(64)])
total = 0
for i in range(4000):
    total = total * 31 + b.put(i * 7 % 64) & MASK
print(b.hash, total, len(b.seen))
big = [3, 2**62 - 1, 2**62, -2**62, -2**62 - 1, 2**64, True, 1.5, 2**70] * 60
r = mixed(big)
print(r[:9] == r[-9:], r[:9])
print(mixed([2**62, 2**63] * 200 + [Loud(2**62)])[-2:])
print(divided([2**62 + i % 3 for i in range(600)]))
print(counts(2**62 - 500, 1000), counts(-2**62 - 500, 1000), counts(2**80, 700))
fib = [0, 1]
for i in range(200):
    fib.append(fib[-1] + fib[-2])
print(fib[100], sum(f % 1000 for f in fib), sum(f >> 60 > 3 for f in fib))
