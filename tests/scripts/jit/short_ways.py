# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# What hot loops do with sets, lists and iterators by short ways of their own, and what these must leave to the general ones.


def run(f, *groups):
    for args in groups:
        out = []
        for i in range(60):
            try:
                out.append(f(i, *args))
            except Exception as e:
                out.append(type(e).__name__)
        tail = [x for i, x in enumerate(out) if i == 0 or x != out[i - 1]][:4]
        print(f.__name__, tail, len(set(map(str, out))), out[-1])


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 4

    def __eq__(self, other):
        asked.append(self.n)
        return isinstance(other, Key) and self.n == other.n

    def __repr__(self):
        return f'Key({self.n})'


class Meta(type):
    def __eq__(cls, other):
        return isinstance(other, Meta) or other is int

    def __hash__(cls):
        return hash(int)


class Odd(metaclass=Meta):
    pass


class Loud(set):
    def add(self, x):
        asked.append(x)
        super().add(x)


class Items(list):
    def __iter__(self):
        return iter('own')

    def copy(self):
        return 'copy'

    def __add__(self, other):
        return 'sum'

    def __getitem__(self, k):
        return 'item'


asked = []


def gather(i, values):
    s = set()
    for v in values:
        s.add(v)
        set.add(s, v)
    add = s.add
    for v in values:
        add(v)
    return sorted(map(str, s)), len(s), len({v for v in values})


def emptied(i, n):
    s = set()
    for k in range(n):
        s.add(k * 8)
    for k in range(0, n, 2):
        s.discard(k * 8)
    for k in range(n):
        s.add(k * 16 + i % 2)
        if k * 8 in s and k * 8 + 1 not in s:
            s.add(-k)
    return len(s), sum(s), list(s)[:5]


def shared(i, values):
    s = Loud() if i > 40 else set()
    for v in values:
        s.add(v)
    return sorted(s), len(asked)


def among(i, s, values):
    return [v in s for v in values], [v not in s for v in values]


def kinds(i, values):
    exact, frozen = {int, str, list, 3, 'x'}, frozenset([int, Odd, 1.5])
    return [(type(v) in exact, type(v) in frozen, v in exact) for v in values], Odd in exact, Odd in frozen


def copies(i, a, b):
    c = a.copy()
    c.append(i)
    d = list.copy(a)
    list.append(d, 'd')
    return a + b, c[-2:], d[-2:], a[:], a[1:], a[:-1], a[-2:i], a[5:2], a[i - 30:], a[None:None]


def replaced(i, a, b):
    x = list(a)
    x[1:3] = b
    y = list(a)
    y[i % 3:] = y[1:] + y[:1]
    z = list(a)
    z[1:2] = z
    z[-2:] = ()
    w = list(b)
    w[10:] = a
    w[0:0] = w
    return x, y, z, w


def fixed(i, a):
    return tuple(a), tuple(a[:2]), tuple([i]), tuple([])


def pairs(i, a, b):
    t = []
    for x, y in zip(a, b):
        t.append((x, y))
    for row in zip(b, a):
        t.append(row)
    for k, x in enumerate(a, i % 2):
        t.append(k + x)
    it = iter(a)
    u = [x for x in zip(it, b)], list(it)
    return t, u


def strictly(i, a, b):
    return [x for x in zip(a, b, strict=True)]


def growing(i, n):
    a = bytearray(b'abc')
    t = []
    for x, k in zip(a, range(n)):
        if len(a) < 6:
            a.append(x + 1)
        t.append(x)
    for k, x in enumerate(a):
        if k == 2:
            del a[4:]
        t.append(x)
    return bytes(t), a


def backwards(i, a, b, c):
    t = []
    for k in reversed(range(a, b, c)):
        t.append(k)
    for k in reversed(range(i % 5)):
        t.append(k)
    r = reversed(range(b))
    return t, next(r, None), type(r).__name__, r.__length_hint__()


run(gather, ([3, 1, 2, 3, 1],), ([1, 1.0, True, 2, 2.5, 0, False, None],), (['a', 'b', 'a' * 2, ''],), ([(1, 2), (1, 2.0), ()],),
    ([Key(1), Key(5), Key(1), Key(9)],), ([1, [2]],), ([2 ** 61, 2 ** 61 - 1, -1, -2, 0, 2 ** 70, 2 ** 62 - 1],),
    ([int, str, Odd, int],), (range(0, 4000, 97),))
run(emptied, (3,), (20,), (70,))
run(shared, ([4, 2, 4],))
run(among, ({1, 2, 3}, [1, 4, 2.0, 'x', True]), (frozenset('abc'), ['a', 'd', 1]), ({Key(1), Key(2)}, [Key(1), Key(5), 1]),
    (set(), [1, 'a']), ({(1, 2), 'k'}, [(1, 2), (1, 3), (1.0, 2), 'k']), ({1}, [[1]]))
run(kinds, ([1, 'a', [], 2.5, None, Odd(), Odd],))
run(copies, ([1, 2, 3, 4], [5]), ([], []), (list(range(30)), [0] * 20), (Items([1, 2]), [3]))
run(replaced, ([1, 2, 3, 4], [7, 8]), ([1, 2, 3, 4], [7, 8, 9, 10, 11]), ([1], (2, 3)), ([], [1]))
run(fixed, ([1, 2, 3],), ([],), (Items([1, 2]),), ((4, 5, 6),))
run(pairs, (b'abc', [1, 2, 3]), (b'abcd', [1, 2]), (b'', [1]), (bytearray(b'xyz'), b'pq'), (b'ab', range(5)), ((1, 2), bytearray(b'longer')))
run(strictly, (b'abc', [1, 2, 3]), (b'ab', [1, 2, 3]), ([1, 2, 3], b'ab'))
run(growing, (10,), (2,))
run(backwards, (0, 10, 3), (10, 0, -3), (5, 5, 1), (0, 7, 7), (-3, 4, 2), (2 ** 62 - 3, 2 ** 62 - 1, 1), (0, 2 ** 62, 2 ** 61))
print(len(asked) > 0)
