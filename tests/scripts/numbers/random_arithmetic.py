# A pseudo-random walk over int, float and bool arithmetic; sums stand for many single checks.
state = 123456789


def rnd(n):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
    return (state >> 33) % n


def rint():
    bits = (3, 30, 61, 62, 63, 64, 65, 100, 200)[rnd(9)]
    v = 0
    for _ in range(bits // 31 + 1):
        v = v << 31 | rnd(2 ** 31)
    v &= 2 ** bits - 1
    return -v if rnd(2) else v


def fold(h, v):
    return (h * 1000003 + v) % (2 ** 61 - 1)


h = 0
for _ in range(3000):
    a, b = rint(), rint()
    h = fold(h, a + b)
    h = fold(h, a - b)
    h = fold(h, a * b)
    if b:
        q, r = divmod(a, b)
        assert q * b + r == a and (r == 0 or (r < 0) == (b < 0)) and abs(r) < abs(b)
        assert q == a // b and r == a % b
        h = fold(h, q)
        h = fold(h, r)
    h = fold(h, a & b)
    h = fold(h, a | b)
    h = fold(h, a ^ b)
    h = fold(h, ~a)
    s = rnd(80)
    h = fold(h, a << s)
    h = fold(h, a >> s)
    assert (a << s) >> s == a and a >> s == a // 2 ** s
    h = fold(h, (a > b) + 2 * (a >= b) + 4 * (a == b))
    assert -a + a == 0 and a - a == 0 and int(str(a)) == a and int(hex(a), 16) == a
    assert (a ^ b) == (a | b) - (a & b)
    assert a.bit_length() == len(bin(abs(a))) - 2 if a else True
    h = fold(h, hash(a))
print(h)
h = 0
total = 0.0
for _ in range(3000):
    x = (rnd(2 ** 31) - 2 ** 30) / 2 ** rnd(40)
    y = (rnd(2 ** 31) - 2 ** 30) * 2.0 ** rnd(30)
    for v in (x + y, x - y, x * y, x / y if y else 0.0, x // y if y else 0.0, x % y if y else 0.0, -x, abs(y), x * 3, 3 - y, x > y, x == y):
        h = fold(h, hash(v))
        assert v == float(repr(v)) if isinstance(v, float) else True
    m, e = x.as_integer_ratio()
    assert m / e == x
    assert float.fromhex(x.hex()) == x
    assert int(x) == x // 1 if x >= 0 else int(x) == -(-x // 1)
    h = fold(h, round(x))
    h = fold(h, hash(round(x, 3)))
    total += x
print(h, repr(total), f'{total:.6e}')
h = 0
for _ in range(2000):
    a, f = rint(), (rnd(2 ** 31) - 2 ** 30) / 8
    for v in (a + f, a - f, a * f, f - a, a < f, a == f, f >= a):
        h = fold(h, hash(v))
    try:
        h = fold(h, hash(a / (rint() or 1)))
        h = fold(h, hash(float(a)))
    except OverflowError:
        h = fold(h, 1)
    assert (a > f) == (not a <= f) and (a == int(a)) and (float(int(f)) == int(f))
print(h)
text = []
for _ in range(200):
    v = rnd(2 ** 31) * 10.0 ** (rnd(60) - 30)
    text.append(f'{v!r} {v:.3g} {v:.5f} {v:e} {v:,.2f} {int(v)}')
h = 0
for line in text:
    for c in line:
        h = fold(h, ord(c))
print(h, text[0], text[1][:60])
