"""Arithmetic on integers of about two machine words, on both sides of where one and two words end."""
edges = sorted({s * (2**k + d) for k in (0, 1, 31, 61, 62, 63, 64, 65, 94, 124, 125, 126, 127, 128, 130) for d in (-1, 0, 1) for s in (-1, 1)})
total = 0
for x in edges:
    for y in edges:
        for n, r in enumerate((x + y, x - y, x * y, x & y, x | y, x ^ y)):
            total = (total * 31 + r * (n + 1)) % (2**89 - 1)
        if y:
            q, r = divmod(x, y)
            assert q * y + r == x and x // y == q and x % y == r and (0 <= r < y or y < r <= 0), (x, y)
            total = (total * 31 + q + 7 * r) % (2**89 - 1)
    for n in (0, 1, 62, 63, 64, 100, 126, 127, 128, 200):
        assert (x << n) >> n == x and x >> n == x // 2**n, (x, n)
print(total)
for bad in ('2**100 // 0', '2**100 % 0', '2**100 >> -1'):
    try:
        eval(bad)
    except (ZeroDivisionError, ValueError) as error:
        print(type(error).__name__)
state, seen = 42, []
for _ in range(5):
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    seen.append(state >> 33)
print(seen)
h = 0xcbf29ce484222325
for c in b'two words':
    h = (h ^ c) * 0x100000001b3 & 0xffffffffffffffff
print(h, hex(h), hex(-h), bin(-5), oct(8), hex(0), bin(2**63), hex(2**64), bin(-(2**62)))


class Number(int):
    def __index__(self):
        return 1000

    def __mul__(self, other):
        return 'own'


print(hex(Number(255)), Number(2**70) * 2, 2 * Number(2**70) == 2**71, Number(2**70) % 1000)
