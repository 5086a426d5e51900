# Long numbers of nearly equal length: the quotient is found from leading bits, the identity must hold all the same.
import random
random.seed(7)
bad = 0
for i in range(3000):
    n = random.choice((65, 127, 128, 129, 200, 640))
    b = random.getrandbits(n) | 1 << (n - 1)
    if i % 5 == 0: b = 1 << (n - 1)
    if i % 7 == 0: b = (1 << n) - 1
    q = random.getrandbits(random.choice((0, 1, 3, 58, 59, 60, 61, 63, 64, 65)))
    r = random.choice((0, 1, b - 1, random.randrange(b)))
    a = b * q + r
    for s in (1, -1):
        x, y = a * s, b * s
        if (x // y, x % y) != (q, r * s) or divmod(x, y) != (q, r * s): bad += 1
    f, m = divmod(-a, b)
    if f * b + m != -a or not 0 <= m < b or -a // b != f or -a % b != m: bad += 1
print(bad)
print((1 << 200) >> 199, -(1 << 200) >> 199, (-(1 << 70)) >> 300, 5 << 100 == 5 * 2 ** 100, -3 << 64)
