# Items of arrays, bytearrays and bytes in hot loops: every type code, their limits, and what changes while a loop runs.
from array import array


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return f'{type(e).__name__}: {e}'


def fill(a, value, n):
    for _ in range(n):
        for i in range(len(a)):
            a[i] = value
    return a


def total(a):
    t = 0
    for i in range(len(a)):
        t += a[i]
    return t


def each_code():
    for code in 'bBhHiIlLqQfd':
        a = array(code, range(20))
        for k in range(30):
            for i in range(20):
                a[i] = a[i] + 1
        low = -3 if code not in 'BHILQ' else 3
        for k in range(30):
            for i in range(-20, 0):
                a[i] = low
        print(code, total(a), a[3], a[-4], len(a), type(a[0]).__name__)


def limits():
    for code, low, high in [('b', -128, 127), ('B', 0, 255), ('h', -2**15, 2**15 - 1), ('H', 0, 2**16 - 1), ('i', -2**31, 2**31 - 1),
                            ('I', 0, 2**32 - 1), ('l', -2**63, 2**63 - 1), ('L', 0, 2**64 - 1), ('q', -2**63, 2**63 - 1),
                            ('Q', 0, 2**64 - 1)]:
        a = array(code, [0] * 6)
        fill(a, 1, 20)
        fill(a, high, 20)
        print(code, total(a) == 6 * high, a[5] == high)
        fill(a, low, 20)
        print(code, total(a) == 6 * low, a[0] == low)
        for wrong in (low - 1, high + 1, 1.5, 'x', None):
            r = attempt(fill, a, wrong, 3)
            print(code, type(wrong).__name__, r.split(':')[0], a[0] == low)


def store_in_turn(a, values):
    seen = []
    for k in range(60):
        for i, v in enumerate(values):
            try:
                a[i] = v
            except (TypeError, OverflowError) as e:
                seen.append(type(e).__name__)
    return len(seen), a


class Index:
    def __index__(self):
        return 5


class Half:
    def __float__(self):
        return 0.5


def odd_values():
    big = float('inf')
    print(store_in_turn(array('d', [0] * 8), [1, 2.5, True, -0.0, big, 10**30, Half(), 1e-320]))
    print(store_in_turn(array('f', [0] * 8), [1, 2.5, True, -0.0, big, 0.1, Half(), 1e-320]))
    print(store_in_turn(array('i', [0] * 4), [1, Index(), True, 2**31]))
    print(store_in_turn(bytearray(5), [1, Index(), True, 255, 0]))
    nan = array('d', [float('nan')] * 4)
    print([total(nan) != total(nan) for _ in range(3)])


def rounded(n):
    a = array('f', [0.0] * 4)
    x = 0.1
    for i in range(n):
        a[i & 3] = x
        x = a[i & 3] + 0.1
    return x, a[0]


class Loud(array):
    def __getitem__(self, i):
        return super().__getitem__(i) + 100

    def __setitem__(self, i, v):
        super().__setitem__(i, v * 2)


class LoudBytes(bytearray):
    def __getitem__(self, i):
        return super().__getitem__(i) + 1000

    def __setitem__(self, i, v):
        super().__setitem__(i, v + 1)


class Quiet(array):
    pass


class QuietBytes(bytes):
    pass


def bump(a, n):
    t = 0
    for k in range(n):
        for i in range(len(a)):
            a[i] = i
            t += a[i]
    return t


def subclasses():
    things = [array('i', [0] * 4), Loud('i', [0] * 4), Quiet('i', [0] * 4), bytearray(4), LoudBytes(4), array('d', [0] * 4), [0] * 4]
    for n in (20, 3):
        for x in things:
            print(type(x).__name__, bump(x, n))
    for b in (b'abcd', QuietBytes(b'abcd'), 'abcd'.encode()):
        print([total(b) for _ in range(8)][-1])


def resized(a, at):
    t = 0
    try:
        for i in range(100):
            if i == at:
                a.append(7)
                a.pop(0)
                del a[50:]
            t += a[i]
    except IndexError as e:
        return t, str(e)


def growing():
    a = array('d')
    b = bytearray()
    for i in range(3000):
        a.append(i)
        b.append(i & 255)
        a[i] += a[i >> 1]
        b[i] ^= b[i >> 1]
    return sum(a), sum(b), len(a), len(b), a[-1], b[-1]


def bounds(a):
    out = []
    for i in list(range(-6, 6)) * 5:
        try:
            a[i] = 1
            out.append(a[i])
        except IndexError as e:
            out.append(str(e))
    return out[-12:]


def exported():
    a = array('i', range(50))
    m = memoryview(a)
    t = 0
    for i in range(50):
        a[i] += 1
        m[i] = m[i] + 1
        t += a[i] + m[i]
    print(t, attempt(a.append, 1))
    m.release()
    print(attempt(lambda: m[0]), attempt(a.append, 1), len(a))
    b = bytearray(50)
    m = memoryview(b)
    for k in range(20):
        for i in range(50):
            m[i] = i
            b[i] += m[i]
    print(sum(b), attempt(b.append, 1))
    m.release()
    print(attempt(b.append, 1), len(b))


def same_bytes():
    # A view of the same bytes as other numbers.
    a = array('d', [1.0] * 4)
    m = memoryview(a).cast('B')
    seen = []
    for k in range(40):
        a[1] = 2.0
        before = a[1]
        m[15] = 0xc0
        seen.append((before, a[1]))
    return set(seen)


def swapped(n):
    a = array('d', range(8))
    b = array('d', range(8, 16))
    for i in range(n):
        a, b = b, a
        a[i & 7], b[i & 7] = b[i & 7], a[i & 7] + 1
    return a, b


def shared(n):
    a = array('d', [1.0, 2.0])
    b = a
    t = 0.0
    for i in range(n):
        a[0] = float(i)
        b[0] += 0.5
        t += a[0]
    return t


def changing_types(n):
    xs = [array('i', [1, 2]), array('d', [0.5, 1.5]), bytearray(b'ab'), b'cd', [10, 20], (3, 4), array('b', [-1, -2]), {0: 5, 1: 6},
          array('Q', [2**63, 1])]
    t = 0
    for i in range(n):
        t += xs[i % 9][i & 1]
    return t


def iterated(n):
    t = 0
    for k in range(n):
        for x in b'hello':
            t += x
        for x in bytearray(b'\xff\x00'):
            t += x
        for x in array('h', [-5, 6]):
            t += x
    return t


def cut_short():
    b = bytearray(range(20))
    seen = []
    for k in range(40):
        seen.clear()
        b = bytearray(range(20))
        for x in b:
            seen.append(x)
            if x == 10:
                del b[12:]
    return seen


def sieve(n):
    s = bytearray([1]) * (n + 1)
    i = 2
    while i * i <= n:
        if s[i]:
            for j in range(i * i, n + 1, i):
                s[j] = 0
        i += 1
    return sum(s) - 2


def lists(n):
    words = ['a', 2.5, None, 3, 'b']
    for i in range(n):
        words[i % 5], words[i * 2 % 5] = words[i * 2 % 5], words[i % 5]
        if i % 50 == 0:
            words[i % 5] = [i]
            words[(i + 1) % 5] = words[i % 5]
    return words


def reversed_slices(n):
    p = list(range(9))
    t = 0
    for i in range(n):
        k = i % 9
        p[:k + 1] = p[k::-1]
        t += p[0] * i
        q = p[7:1:-2] + p[1::3] + p[-1:-9:-4]
        p[2:4] = p[4:6]
        t += q[0] + len(q)
        p[:] = sorted(set(p)) + list(range(20, 20 + 9 - len(set(p))))
        p[3:3] = p
        del p[3:12]
    return p, t


each_code()
limits()
odd_values()
print(rounded(200))
subclasses()
for at in (10, 40, 49, 50, 99, 200):
    print(resized(array('i', range(100)), at), resized(bytearray(range(100)), at), resized(list(range(100)), at))
print(growing())
print(bounds(array('b', [0] * 4)))
print(bounds(bytearray(4)))
print(bounds([0] * 4))
exported()
print(same_bytes())
print(swapped(1001))
print(shared(500))
print(changing_types(900))
print(iterated(50), cut_short())
print(sieve(5000))
print(lists(1000))
print(reversed_slices(300))
