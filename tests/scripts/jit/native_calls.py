# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Builtin functions and methods in hot loops: exact types, then subclasses, wrong types and errors at the same places.
import math


class L(list):
    def append(self, x):
        list.append(self, -x)

    def __len__(self):
        return 1000


class I(int):
    def __abs__(self):
        return 'abs'

    def __lt__(self, other):
        return True


class S(str):
    def strip(self):
        return 'stripped'


def run(f, *groups):
    for args in groups:
        out = []
        for i in range(60):
            try:
                out.append(f(i, *args))
            except Exception as e:
                out.append(f'{type(e).__name__}: {e}')
        tail = [x for i, x in enumerate(out) if i == 0 or x != out[i - 1]][:4]
        print(f.__name__, tail, len(set(map(str, out))), out[-1])


def length(i, x):
    return len(x)


def append(i, x):
    x.append(i)
    return len(x)


def pop(i, x):
    return x.pop()


def smallest(i, x, y):
    return min(x, y), max(x, y)


def size(i, x):
    return abs(x)


def strip(i, x):
    return x.strip()


def get(i, d, k):
    return d.get(k), d.get(k, 'none')


def kind(i, x):
    return isinstance(x, int), isinstance(x, (str, bytes)), type(x).__name__


def root(i, x):
    return math.sqrt(x), math.sin(x)


def index(i, x, y):
    return x.index(y)


def number(i, x):
    return int(x), float(x), bool(x), str(x)


def order(i, x):
    return ord(x)


def total(i, x):
    return sum(x)


def bits(i, x):
    return x.bit_length()


def adds(i, s, x):
    s.add(x)
    return len(s)


class Odd:
    def __eq__(self, other):
        return other == 7

    def __hash__(self):
        return 7


class Length:
    def __len__(self):
        return 'x'


run(length, ([1, 2],), ((1,),), ('äb',), ({1: 2},), ({1, 2, 3},), (b'abcd',), (range(9),), (L(),), (5,), (Length(),))
run(append, ([],), (L(),), (None,), (bytearray(),))
run(pop, (list(range(30)),), (L([1, 2, 3]),), ({1},))
run(smallest, (1, 2), (2.5, 1.5), (1, 2.5), ('b', 'a'), (I(3), I(4)), (float('nan'), 1.0), (0.0, -0.0), (1, 'a'))
run(size, (-3,), (3,), (-2.5,), (-(1 << 61),), (-(1 << 62),), (1 << 70,), (I(3),), ('x',), (True,))
run(strip, (' a ',), (S(' b '),), (b' c ',), (3,))
run(get, ({1: 2}, 1), ({'a': 2}, 'b'), ({(1, 2): 3}, (1, 2)), ({7: 1}, Odd()), ({}, []), ({1.0: 'f'}, True))
run(kind, (1,), (True,), ('x',), (b'',), (1 << 80,), (1.5,), (None,), (I(1),), (S('s'),))
run(root, (4.0,), (2,), (-1.0,), (float('inf'),), ('x',), (I(9),))
run(index, ([1, 2, 3], 2), ([1, 2, 3], 9), ([Odd(), 5], 7), ('abc', 'c'), ((1, 2), 2))
run(number, (3,), (2.75,), ('12',), (' 7 ',), ('x',), (True,), (1 << 65,), (None,), (I(5),))
run(order, ('a',), ('é',), ('ab',), (b'z',), (3,))
run(total, ([1, 2, 3],), ([1.5, 2],), ((1 << 62, 1),), (range(5),), ([[]],), ((x for x in (1, 2)),))
run(bits, (5,), (-1,), (1 << 90,), (True,), (I(8),), (2.5,))
run(adds, (set(), 1), ({7}, Odd()), (set(), (1, 'a')), (set(), []), (set(), Odd()))

bound = [].append
calls = [0]


def many(f, n):
    for i in range(n):
        f(i)
    return n


items = []
print(many(items.append, 100), len(items), many(bound, 100), many(L(items).append, 50))
seen = set()
print(many(seen.add, 100), len(seen), many(seen.discard, 90), sorted(seen))


def shadowed():
    r = 0
    for i in range(100):
        r += len('abc')
        if i == 80:
            globals()['len'] = lambda x: 100
    return r


print(shadowed())
del len
print(shadowed.__name__, len('abc'))
